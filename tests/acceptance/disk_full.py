#!/usr/bin/env python3
"""Lets the daemon fill a tiny real file system while it crawls, and asks: does it say so, does it live on, and is
everything there, once, when there is room again (P1, P2)? Needs root for the mount; skips with a message without."""

import os
import pathlib
import signal
import sqlite3
import stat
import subprocess
import time

import house

house.in_venv()
import kill                       # noqa: E402
from checks import Checks         # noqa: E402
from relay import Relay           # noqa: E402
from world import World           # noqa: E402

SIZE, BALLASTS = 64 << 20, (10 << 20, 34 << 20)


class Disk:
    """A file system of a few megabytes: ext4 in a file, or a tmpfs where loop devices are missing."""

    def __init__(self, folder):
        self.point, self.kind = folder / "disk", None
        self.point.mkdir()
        image = folder / "disk.img"
        with open(image, "wb") as file:
            file.truncate(SIZE)
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], capture_output=True).returncode == 0
        if made and mount("-o", "loop", image, self.point):
            self.kind = "ext4 in a file"
        elif mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", self.point):
            self.kind = "tmpfs"

    def fill(self, name, size):
        with open(self.point / name, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    def free(self):
        room = os.statvfs(self.point)
        return room.f_bavail * room.f_frsize

    def close(self):
        if self.kind:
            subprocess.run(["umount", self.point], check=True)


def mount(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0


class Run(kill.Killer):
    """The same world and relay as in `kill`, with heavy pages, and a disk in place of the killing."""

    digests = 0                   # the hour of today's lies before the first start

    def __init__(self, args, folder, disk):
        self.args, self.folder, self.disk = args, folder, disk
        self.world = World(args.seed, pace=(0.04, 0.1), grave_share=0.05, filler=60)
        self.world.slow = False
        self.relay, self.checks = Relay(args.seed, stalls=0.1, refusals=0, hang_ups=0), Checks()
        self.database = disk.point / "tingfeng.db"
        heard = folder / "alarm.sh"
        heard.write_text(f"#!/bin/sh\ncat >> {folder}/alarms\necho >> {folder}/alarms\n")
        heard.chmod(heard.stat().st_mode | stat.S_IXUSR)
        files = kill.settings(self.world, self.relay, "00:00")
        files["tingfeng.toml"] = files["tingfeng.toml"].replace('"state/tingfeng.db"', f'"{self.database}"') + \
            f'[alarm]\ncommand = ["{heard}"]\n'
        house.configure(folder, files)

    def look(self, what):
        self.checks.after_kill(house.copy_of(self.database, self.folder / "copy"), self.world, self.relay).close()
        print(f"{what}: {self.disk.free() >> 10} KB free, {self.database.stat().st_size >> 10} KB in the database, "
              f"{sum(map(len, self.world.items.values()))} items shown, {len(self.relay.mails)} mails", flush=True)

    def until_full(self, daemon, seconds=120):
        """Until the program itself says that the disk is full."""
        self.world.growing.set()
        before, limit = daemon.said().count("the disk is full"), time.monotonic() + seconds
        while daemon.said().count("the disk is full") == before:
            if time.monotonic() > limit:
                self.checks.fault("the disk did not fill, or nobody said so", daemon.said()[-500:])
                return
            time.sleep(0.1)

    def living(self, daemon, when):
        if not daemon.alive():
            self.checks.fault(f"the daemon ended {when}", daemon.said()[-800:])

    def fill_twice(self):
        for number, size in enumerate(BALLASTS, 1):
            self.disk.fill(f"ballast-{number}", size)
        daemon = self.start()
        self.until_full(daemon)
        self.freeze_and_look(daemon, "full")
        time.sleep(20)            # the world goes on meanwhile
        self.living(daemon, "on a full disk")
        self.freeze_and_look(daemon, "full for 20 s")
        (self.disk.point / "ballast-1").unlink()
        stored = self.entries()
        limit = time.monotonic() + 30
        while self.entries() <= stored and time.monotonic() < limit:
            time.sleep(0.2)
        self.living(daemon, "after there was room again")
        if self.entries() <= stored:
            self.checks.fault("with room again nothing more is stored", (stored, self.entries()))
        self.freeze_and_look(daemon, "room again")
        # Once more, and this time it is killed there and started on a full disk.
        self.until_full(daemon)
        time.sleep(3)
        daemon.freeze()
        daemon.kill()
        self.look("killed on a full disk")
        again = self.start()
        time.sleep(8)
        ended = not again.alive()
        if ended and "the disk is full" not in again.said()[-2000:]:
            self.checks.fault("a start on a full disk does not say so", again.said()[-500:])
        print(f"a start on a full disk {f'ends with {again.process.returncode}, saying so' if ended else 'goes on'}")
        if not ended:
            again.kill()
        self.world.growing.clear()
        (self.disk.point / "ballast-2").unlink()

    def entries(self):
        db = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        count = db.execute("SELECT count(*) FROM entry").fetchone()[0]
        db.close()
        return count

    def freeze_and_look(self, daemon, what):
        daemon.freeze()
        self.look(what)
        os.kill(daemon.process.pid, signal.SIGCONT)


def main():
    args = house.arguments(__doc__).parse_args()
    with house.Folder(args.keep) as folder:
        disk = Disk(folder)
        if not disk.kind:
            print("skipped: no tiny file system can be mounted here (this needs root)")
            return
        try:
            run = Run(args, folder, disk)
            run.fill_twice()
            db, quiet_after, stopped_in = run.run_out()
            lines = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
            told = [line for line in lines if "the disk is full" in line]
            alarms = pathlib.Path(folder / "alarms")
            print("\nwhat it said first of each kind:")
            for word in ("no work can be taken", "could not be stored", "round failed", "cannot be written yet", "taken again",
                         "works again"):
                print("  " + next((line for line in lines if word in line), f"(nothing with: {word})"))
            print("\non the second channel:", alarms.read_text().strip() if alarms.exists() else "(nothing)")
            print("\n" + house.table([
                ("what", "figure"),
                ("file system", f"{disk.kind}, {SIZE >> 20} MB, twice full"),
                ("lines that name the full disk", len(told)),
                ("items shown / entries stored", f"{sum(map(len, run.world.items.values()))} / "
                                                 f"{db.execute('SELECT count(*) FROM entry').fetchone()[0]}"),
                ("incidents / mails owed / accepted", " / ".join(str(db.execute(sql).fetchone()[0]) for sql in (
                    "SELECT count(*) FROM incident", "SELECT count(*) FROM message",
                    "SELECT count(*) FROM message WHERE state = 'accepted'"))),
                ("mails accepted twice by the server", sum(times > 1 for times in run.relay.accepted().values())),
                ("quiet after the last start", f"{quiet_after:.0f} s"),
                ("SIGTERM to the end", f"{stopped_in:.1f} s"),
                ("invariants broken", len(run.checks.wrong)),
            ]))
            run.world.close()
            db.close()
            if run.checks.wrong:
                raise SystemExit(f"{len(run.checks.wrong)} faults; the first: {run.checks.wrong[0]}")
        finally:
            disk.close()


if __name__ == "__main__":
    main()
