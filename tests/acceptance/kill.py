#!/usr/bin/env python3
"""Kills the daemon with SIGKILL again and again, most often while it writes or talks to its mail server, and asks
after each death whether anything was lost, torn or told twice (P1, P2, P3)."""

import datetime
import random
import sqlite3
import time
from collections import Counter

import house

HAVE_ZSTD = house.in_venv()
from checks import Checks         # noqa: E402  (needs the environment)
from relay import Relay           # noqa: E402
from world import World           # noqa: E402

# How a kill is aimed, and how often.
AIMS = {"write": 30, "smtp": 30, "page": 15, "random": 25}
PATIENCE = 6.0                    # seconds that an aim may wait for its moment


def settings(world, relay, digest_at):
    return house.COMPANY | {
        "sources.toml": world.sources((datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1))
                                      .strftime("%Y-%m-%dT%H:%M:%SZ")),
        "tingfeng.toml": f"""
[organisation]
name = "岚栎科技股份有限公司"
profile = "company"
language = "zh-CN"
zone = "Asia/Shanghai"
[store]
path = "state/tingfeng.db"
[crawl]
contact = "mailto:opinion@lanli.example"
concurrency = 8
per_host = 4
host_gap = "5ms"
timeout = "10s"
[mail]
transport = "smtp"
from = "tingfeng@lanli.example"
hourly_limit = 1000
[mail.smtp]
host = "127.0.0.1"
port = {relay.port}
security = "plain"
[digest]
at = "{digest_at}"
to = ["monitor", "deputy"]
[escalation]
round = "1s"
"""}


class Killer:
    digests = 1                   # so many fall due during the run

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.dice = random.Random(f"killer {args.seed}")
        self.world, self.relay, self.checks = World(args.seed), Relay(args.seed), Checks()
        # A digest is due while the killing goes on: at the next full minute, in the organisation's zone.
        zone = datetime.timezone(datetime.timedelta(hours=8))
        at = datetime.datetime.now(zone) + datetime.timedelta(seconds=65)
        house.configure(folder, settings(self.world, self.relay, at.strftime("%H:%M")))
        self.database = folder / "state" / "tingfeng.db"
        self.found = Counter()    # what was under way at the deaths
        self.aimed = Counter()
        self.hit = Counter()      # aims that met their moment
        self.start_up = []

    def start(self):
        return house.Daemon(self.args.binary, self.folder, self.folder / "log")

    def fresh_deaths(self, times):
        """A new file may die at any instant too: while it gets its pragmas, its tables, its identity."""
        for number in range(times):
            if number % 2 == 0:
                for path in self.database.parent.glob("*"):
                    path.unlink()
            daemon = self.start()
            time.sleep(self.dice.uniform(0, 0.25))
            self.die(daemon, "fresh", Checks())
        for path in self.database.parent.glob("*"):
            path.unlink()

    def aim(self, daemon, aim):
        """Waits for the moment; False where it did not come."""
        if aim == "random":
            time.sleep(self.dice.uniform(0, 3))
            return True
        ready = time.monotonic() + self.dice.uniform(0.1, 1.5)
        while time.monotonic() < ready:
            time.sleep(0.01)
        limit, lock = time.monotonic() + PATIENCE, house.WriteLock(self.database)
        phase, begun = self.dice.choice(["rcpt", "data", "dot", "dot"]), time.monotonic()
        try:
            while time.monotonic() < limit and daemon.alive():
                if aim == "write" and lock.held():
                    return True
                if aim == "smtp" and phase in self.relay.phases():
                    time.sleep(self.dice.uniform(0, 0.02))
                    return True
                if aim == "page" and self.world.last_page > begun:
                    time.sleep(self.dice.uniform(0, 0.03))
                    return True
                time.sleep(0 if aim == "write" else 0.001)
        finally:
            lock.close()
        return False

    def die(self, daemon, aim, checks):
        if not daemon.alive():
            checks.fault("the daemon ended by itself", daemon.said()[-800:])
        daemon.freeze()
        lock = house.WriteLock(self.database)
        writing, phases = lock.held(), self.relay.phases()
        lock.close()
        daemon.kill()
        talking = [phase for phase in phases if phase not in ("greeting", "taken")]
        self.found["writing"] += writing
        self.found["talking"] += bool(talking)
        self.found["writing or talking"] += bool(writing or talking)
        for phase in set(talking):
            self.found[f"talking: {phase}"] += 1
        if not self.database.exists():
            self.found["no file yet"] += 1
            return
        path = house.copy_of(self.database, self.folder / "copy")
        db = checks.after_kill(path, self.world, self.relay)
        if aim != "fresh":
            leased = {url for (url,) in db.execute("SELECT url FROM page WHERE state = 'leased'")}
            served = sum(bool(item.served) and self.world.url(kind, item.path) in leased
                         for kind, items in self.world.items.items() for item in items)
            self.found["pages fetched, not yet stored"] += bool(served)
            stage = Counter(stage for (stage,) in db.execute("SELECT stage FROM message WHERE state = 'sending'"))
            self.found["mails left before DATA"] += bool(stage["connect"])
            self.found["mails left after DATA"] += bool(stage["data"])
        db.close()

    def kill_on(self):
        self.world.growing.set()
        fresh = max(2, self.args.kills // 20)
        self.fresh_deaths(fresh)
        self.aimed["fresh"] = self.hit["fresh"] = fresh
        for number in range(fresh, self.args.kills):
            # One life in ten lasts longer, so that ladders get to their end.
            aim = self.dice.choices(list(AIMS), AIMS.values())[0]
            self.aimed[aim] += 1
            daemon = self.start()
            if number % 10 == 9:
                time.sleep(4)
            self.hit[aim] += self.aim(daemon, aim)
            self.die(daemon, aim, self.checks)
            if number % 10 == 0:
                self.tell(number)

    def tell(self, number):
        print(f"{number}/{self.args.kills} kills, {self.found['writing']} while writing, {self.found['talking']} while"
              f" talking; {sum(map(len, self.world.items.values()))} items, {len(self.relay.mails)} mails,"
              f" {len(self.checks.wrong)} faults", flush=True)

    def run_out(self):
        """No more news, no more kills, a patient relay: everything that was promised must be kept now."""
        self.world.growing.clear()
        self.relay.calm()
        time.sleep(1)
        begun = time.monotonic()
        daemon = self.start()
        while time.monotonic() - begun < 600 and not self.is_quiet():
            if not daemon.alive():
                self.checks.fault("the daemon ended by itself", daemon.said()[-800:])
                break
            time.sleep(1)
        took = time.monotonic() - begun
        told = len(self.relay.mails)
        time.sleep(5)
        if len(self.relay.mails) != told:
            self.checks.fault("mails after everything was told", len(self.relay.mails) - told)
        code, seconds = daemon.stop()
        if code != 0:
            self.checks.fault("SIGTERM must end it well", (code, daemon.said()[-800:]))
        db = self.checks.after_kill(house.copy_of(self.database, self.folder / "copy"), self.world, self.relay, whole=True)
        self.checks.in_peace(db, self.world, self.relay)
        return db, took, seconds

    def is_quiet(self):
        try:
            db = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=2)
            sources = dict(db.execute("SELECT key, etag FROM source").fetchall())
            waiting = db.execute("""
                SELECT (SELECT count(*) FROM page WHERE state <> 'done')
                     + (SELECT count(*) FROM message WHERE state IN ('queued', 'held', 'sending'))
                     + (SELECT count(*) FROM climb WHERE state = 'climbing')
                     + (SELECT count(*) < ? FROM digest)""", (self.digests,)).fetchone()[0]
            db.close()
        except sqlite3.Error:
            return False
        newest = {"news": "news", "paper": "paper", "flash": "flash", "bar": "post"}
        return waiting == 0 and all(sources.get(key) == f'"{self.world.version(kind)}"' for key, kind in newest.items())


def report(killer, db, quiet_after, stopped_in, took):
    def count(sql):
        return db.execute(sql).fetchone()[0]

    accepted, found, checks = killer.relay.accepted(), killer.found, killer.checks
    doubted = dict(db.execute("SELECT message_id, state FROM message WHERE doubt > 0"))
    unknown = [key for key, state in doubted.items() if state == "unknown"]
    aims = ", ".join(f"{aim} {killer.hit[aim]} of {killer.aimed[aim]}" for aim in killer.aimed)
    print("\n" + house.table([
        ("what", "figure"),
        ("kills", sum(killer.aimed.values())),
        ("aims that met their moment", aims),
        ("died inside a write transaction (its lock was held)", found["writing"]),
        ("died inside an SMTP dialogue", found["talking"]),
        ("… by how far the dialogue was", ", ".join(f"{phase} {found['talking: ' + phase]}"
                                                   for phase in ("mail", "rcpt", "data", "body", "dot"))),
        ("died inside a write or a dialogue", found["writing or talking"]),
        ("died with a page fetched and not yet stored", found["pages fetched, not yet stored"]),
        ("died with a mail claimed, before DATA / after it",
         f"{found['mails left before DATA']} / {found['mails left after DATA']}"),
        ("died before there was a file", found["no file yet"]),
        ("looks at the file, each with every invariant", checks.looks),
        ("hits whose offsets were compared with their text", checks.checked_hits),
        ("items shown / entries stored", f"{sum(map(len, killer.world.items.values()))} / {count('SELECT count(*) FROM entry')}"),
        ("requests served", killer.world.requests),
        ("mentions / incidents / ladders / digests",
         f"{count('SELECT count(*) FROM mention')} / {count('SELECT count(*) FROM incident')} / "
         f"{count('SELECT count(*) FROM climb')} / {count('SELECT count(*) FROM digest')}"),
        ("mails owed / accepted / withdrawn",
         f"{count('SELECT count(*) FROM message')} / {count('''SELECT count(*) FROM message WHERE state = 'accepted' ''')} / "
         f"{count('''SELECT count(*) FROM message WHERE state = 'cancelled' ''')}"),
        ("mails whose outcome was in doubt at some time", len(doubted)),
        ("… of them accepted twice by the server", sum(times > 1 for times in accepted.values())),
        ("… of them shown as unknown in the end (the server had them / had them not)",
         f"{len(unknown)} ({sum(key in accepted for key in unknown)} / {sum(key not in accepted for key in unknown)})"),
        ("replies to the final dot that the server swallowed", killer.relay.lost_replies),
        ("mails accepted twice without a doubt on record", sum(
            times > 1 and key not in doubted for key, times in accepted.items())),
        ("quiet after the last start", f"{quiet_after:.0f} s"),
        ("SIGTERM to the end", f"{stopped_in:.1f} s"),
        ("the whole run", f"{took:.0f} s"),
        ("invariants broken", len(checks.wrong)),
    ]))


def main():
    parser = house.arguments(__doc__)
    parser.add_argument("--kills", type=int, default=200)
    args = parser.parse_args()
    begun = time.monotonic()
    with house.Folder(args.keep) as folder:
        killer = Killer(args, folder)
        killer.kill_on()
        db, quiet_after, stopped_in = killer.run_out()
        report(killer, db, quiet_after, stopped_in, time.monotonic() - begun)
        killer.world.close()
        if not HAVE_ZSTD:
            print("without the zstandard package offsets in texts were bounded by length only")
        if killer.checks.wrong:
            raise SystemExit(f"{len(killer.checks.wrong)} faults; the first: {killer.checks.wrong[0]}")


if __name__ == "__main__":
    main()
