"""The invariants of a Tingfeng database, asked in SQL (docs/DESIGN.md, P1, P2, P3, P6, P9).

`after_kill` holds at any instant; `in_peace` only once everything has run out.
"""

import json
import re
import sqlite3

try:
    import zstandard
except ImportError:               # offsets in texts are then bounded by their length only
    zstandard = None

# Whom each policy's steps of house.COMPANY reach.
REACHED = {"orange": [["lin"], ["zhou"]], "red": [["lin", "zhou"], ["shen"]]}

# Each gives back rows only where something is wrong.
ALWAYS = {
    "foreign keys": "PRAGMA foreign_key_check",
    "a page that is done gave an entry or says why": """
        SELECT page.id, url FROM page WHERE state = 'done' AND why = 'listed' AND coalesce(reason, '') = ''
           AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.url = page.url)""",
    "a page that was given up says why": "SELECT id FROM page WHERE state IN ('gone', 'given_up') AND coalesce(reason, '') = ''",
    "a lease belongs to a run": """
        SELECT id FROM page WHERE (state = 'leased') <> (lease_run IS NOT NULL)
           OR lease_run IS NOT NULL AND lease_run NOT IN (SELECT id FROM run)""",
    "every entry has keys and its newest revision": """
        SELECT entry.id FROM entry WHERE NOT EXISTS (SELECT 1 FROM entry_url WHERE entry_url.entry = entry.id)
            OR current_rev IS NOT (SELECT id FROM revision WHERE revision.entry = entry.id ORDER BY no DESC LIMIT 1)""",
    "revisions count from 1 without gaps": "SELECT entry FROM revision GROUP BY entry HAVING max(no) <> count(*) OR min(no) <> 1",
    "every mention has its hits, its evidence and its story": """
        SELECT mention.id FROM mention JOIN revision ON revision.id = mention.revision
         WHERE revision.entry <> mention.entry OR NOT EXISTS (SELECT 1 FROM hits WHERE hits.revision = revision.id)
            OR NOT EXISTS (SELECT 1 FROM story WHERE story.id = mention.story)
            OR revision.raw IS NULL AND revision.personal = 0""",
    "a story counts its mentions": """
        SELECT story.id FROM story WHERE state <> 'merged'
           AND mentions <> (SELECT count(*) FROM mention WHERE mention.story = story.id)""",
    "what must alert has raised": """
        SELECT mention.id FROM mention WHERE old IS NULL AND fired LIKE '%named-orange%' OR old IS NULL AND fired LIKE '%named-red%'
        EXCEPT SELECT mention.id FROM mention JOIN incident ON incident.story = mention.story""",
    "same matter, one open incident": """
        SELECT story, subject_key FROM incident WHERE state <> 'closed' GROUP BY 1, 2 HAVING count(*) > 1""",
    "incident numbers without gaps": """
        SELECT substr(number, 1, 4) FROM incident GROUP BY 1
        HAVING max(CAST(substr(number, 6) AS INTEGER)) <> count(*)
            OR count(*) + 1 <> (SELECT next FROM counter WHERE name = 'incident:' || substr(number, 1, 4))""",
    "digest numbers without gaps": """
        SELECT count(*) FROM digest HAVING count(*) > 0
           AND (max(number) <> count(*) OR count(*) + 1 <> (SELECT next FROM counter WHERE name = 'digest'))""",
    "a digest has its mails": """
        SELECT number FROM digest WHERE NOT EXISTS (
            SELECT 1 FROM message WHERE dedup_key LIKE 'digest:' || digest.kind || ':' || local_date || ':%')""",
    "an incident with a policy has a ladder, its first step taken": """
        SELECT incident.number FROM incident WHERE severity IN ('orange', 'red')
           AND NOT EXISTS (SELECT 1 FROM climb WHERE climb.incident = incident.id AND taken > 0)""",
    "one ladder climbs for an incident": "SELECT incident FROM climb WHERE state = 'climbing' GROUP BY 1 HAVING count(*) > 1",
    "every raised incident is told in the history": """
        SELECT number FROM incident WHERE 'incident:' || number NOT IN (SELECT subject FROM event WHERE kind = 'raised')""",
    "a first report is owed once": "SELECT incident FROM duty GROUP BY incident, kind HAVING count(*) > 1",
    "a mail under way has its lease": "SELECT id FROM message WHERE (state = 'sending') <> (lease_run IS NOT NULL)",
    "a mail that reached DATA has its bytes": "SELECT id FROM message WHERE stage IN ('data', 'done') AND frozen IS NULL",
    "an accepted mail has one accepted try, others none": """
        SELECT message.id FROM message WHERE (state = 'accepted') <>
               (SELECT count(*) FROM attempt WHERE attempt.message = message.id AND outcome = 'accepted')
            OR (state = 'accepted') <> (accepted_at IS NOT NULL)""",
    "doubt is counted as it is written down": """
        SELECT message.id FROM message WHERE doubt <>
               (SELECT count(*) FROM attempt WHERE attempt.message = message.id AND outcome = 'unknown')""",
    "a body is compressed whole": "SELECT id FROM body WHERE bytes IS NULL AND purged_at IS NULL",
}

# What may never become less or change once it was committed.
LASTING = {
    "page": "SELECT id FROM page", "entry": "SELECT id FROM entry", "revision": "SELECT id FROM revision",
    "mention": "SELECT id FROM mention", "incident": "SELECT number FROM incident", "event": "SELECT seq FROM event",
    "message": "SELECT message_id FROM message", "accepted": "SELECT message_id FROM message WHERE state = 'accepted'",
    "attempt": "SELECT id FROM attempt", "digest": "SELECT number FROM digest",
    "step": "SELECT climb.id * 100 + step.value FROM climb, json_each('[1,2,3]') AS step WHERE taken >= step.value",
}


class Checks:
    """Remembers what earlier looks have seen, and counts what it found wrong."""

    def __init__(self):
        self.wrong = []
        self.lasting = {}
        self.checked_hits = 0
        self.last_revision = 0
        self.looks = 0

    def fault(self, what, rows):
        self.wrong.append((what, rows))
        print(f"WRONG: {what}: {rows}", flush=True)

    def ask(self, db, what, sql):
        rows = db.execute(sql).fetchmany(5)
        if rows:
            self.fault(what, rows)

    def after_kill(self, path, world, relay, whole=False):
        """Every invariant that holds at any instant, on a copy of what the dead process left."""
        db = sqlite3.connect(path)
        self.looks += 1
        check = "integrity_check" if whole else "quick_check"
        answer = db.execute(f"PRAGMA {check}").fetchall()
        if answer != [("ok",)]:
            self.fault(check, answer[:5])
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'message'").fetchone():
            return db             # killed before the tables stood
        for what, sql in ALWAYS.items():
            self.ask(db, what, sql)
        self.nothing_vanished(db)
        self.shown_is_stored(db, world)
        self.steps_have_mails(db)
        self.hits_are_exact(db)
        self.relay_agrees(db, relay)
        return db

    def nothing_vanished(self, db):
        for what, sql in LASTING.items():
            now = {row[0] for row in db.execute(sql)}
            gone = self.lasting.get(what, set()) - now
            if gone:
                self.fault(f"{what}: what was committed is gone", sorted(gone, key=str)[:5])
            self.lasting[what] = now

    def shown_is_stored(self, db, world):
        """The validator that a source keeps says which list was committed: all of its addresses must be rows."""
        for source, kind in (("news", "news"), ("paper", "paper"), ("flash", "flash"), ("bar", "post")):
            row = db.execute("SELECT id, etag FROM source WHERE key = ?", (source,)).fetchone()
            if not row or not row[1]:
                continue
            known = int(row[1].strip('"'))
            addresses = {world.url(kind, item.path) for item in world.items[kind][:known]}
            table = "SELECT url FROM page WHERE source = ?" if source != "flash" else \
                "SELECT url FROM entry WHERE first_source = ?"
            missing = addresses - {url for (url,) in db.execute(table, (row[0],))}
            if missing:
                self.fault(f"{source}: the list at version {known} was committed without its pages", sorted(missing)[:5])

    def steps_have_mails(self, db):
        # The end of a ladder carries its hour: one that is acknowledged late can end twice.
        keys = {re.sub(r":exhausted:\d+:", ":exhausted:", key) for (key,) in db.execute("SELECT dedup_key FROM message")}
        for climb, policy, taken, state in db.execute("SELECT id, policy_key, taken, state FROM climb"):
            steps = REACHED[policy]
            owed = [f"climb:{climb}:step:{step}:{who}" for step in range(taken) for who in steps[step]]
            if state == "exhausted":
                owed += [f"climb:{climb}:exhausted:{who}" for who in {"lin", *(who for step in steps for who in step)}]
            if missing := [key for key in owed if key not in keys]:
                self.fault("a step was taken without its mails", missing)
            ahead = [key for key in keys if key.startswith(f"climb:{climb}:step:")
                     and int(key.split(":")[3]) >= taken]
            if ahead:
                self.fault("a mail of a step that was not taken", ahead)

    def hits_are_exact(self, db):
        rows = db.execute("""SELECT revision.id, title, codec, bytes, size, found, n FROM hits
                               JOIN revision ON revision.id = hits.revision JOIN body ON body.id = revision.text
                              WHERE revision.id > ? ORDER BY revision.id""", (self.last_revision,))
        for revision, title, codec, packed, size, found, count in rows:
            self.last_revision = revision
            places = json.loads(found)
            if codec == "zstd" and zstandard is None:
                text = None
            else:
                raw = packed if codec == "none" else zstandard.ZstdDecompressor().decompress(packed, size)
                text = raw.decode("utf-8")
                if len(raw) != size:
                    self.fault("a body's size", (revision, size, len(raw)))
            if len(places) != count:
                self.fault("the number of hits", (revision, count, len(places)))
            for field, start, end, term, _, way in places:
                where = title if field == 0 else text
                self.checked_hits += 1
                if where is None:
                    right = 0 <= start < end <= size
                else:
                    right = 0 <= start < end <= len(where) and (way != "plain" or where[start:end] == term)
                if not right:
                    self.fault("a hit outside its text", (revision, field, start, end, term))

    def relay_agrees(self, db, relay):
        """Said to be accepted means accepted; twice only where it is written that nobody knew."""
        accepted = relay.accepted()
        doubted = {row[0] for row in db.execute("SELECT message_id FROM message WHERE doubt > 0")}
        rows = db.execute("SELECT message_id, state, stage FROM message").fetchall()
        known = {message_id for message_id, *_ in rows}
        for message_id, state, stage in rows:
            if state == "accepted" and message_id not in accepted:
                self.fault("accepted here, never accepted there", message_id)
            if state in ("queued", "failed", "expired") and message_id in accepted and message_id not in doubted:
                self.fault("accepted there, would be sent again", (message_id, state, stage))
        if strange := set(accepted) - known:
            self.fault("a mail without a row", sorted(strange)[:5])
        if double := [key for key, times in accepted.items() if times > 1 and key not in doubted]:
            self.fault("told twice without a doubt on record", double)
        if thrice := [key for key, times in accepted.items() if times > 2]:
            self.fault("told three times", thrice)

    def in_peace(self, db, world, relay):
        """When nothing is under way any more: all that was shown is stored once, all that was owed was told once."""
        for kind, source in (("news", "news"), ("paper", "paper"), ("flash", "flash"), ("post", "bar")):
            for item in world.items[kind]:
                self.stored_once(db, kind, item, world)
        stored = db.execute("SELECT count(*) FROM entry").fetchone()[0]
        shown = sum(map(len, world.items.values()))
        if stored != shown:
            self.fault("entries in the file against items in the world", (stored, shown))
        self.ask(db, "no entry was revised: nothing changed", "SELECT entry FROM revision WHERE no > 1")
        self.ask(db, "nothing is left to do", """
            SELECT 'page', url FROM page WHERE state NOT IN ('done') UNION ALL
            SELECT 'message', id FROM message WHERE state NOT IN ('accepted', 'unknown', 'cancelled') UNION ALL
            SELECT 'climb', id FROM climb WHERE state = 'climbing'""")
        self.ask(db, "an unknown or cancelled mail says so", """
            SELECT id FROM message WHERE state = 'unknown' AND doubt = 0 OR state = 'cancelled' AND coalesce(reply, '') = ''""")
        self.ask(db, "an urgent mail in doubt was tried once more", """
            SELECT id FROM message WHERE state = 'unknown' AND priority < 2 AND doubt < 2""")
        accepted = relay.accepted()
        doubt = dict(db.execute("SELECT message_id, doubt FROM message"))
        for message_id, state in db.execute("SELECT message_id, state FROM message"):
            times = accepted.get(message_id, 0)
            if state == "accepted" and not 1 <= times <= 1 + (doubt[message_id] > 0):
                self.fault("accepted, but not once", (message_id, times))
        raised = {row[0] for row in db.execute(
            """SELECT entry.url FROM incident JOIN mention ON mention.id = incident.mention
                 JOIN entry ON entry.id = mention.entry WHERE severity IN ('orange', 'red')""")}
        for kind in ("news", "paper", "flash"):
            for item in world.items[kind]:
                if item.grave != (world.url(kind, item.path) in raised):
                    self.fault("an alert for each grave item, and for no other", (kind, item.number, item.grave))

    def stored_once(self, db, kind, item, world):
        address = world.url(kind, item.path)
        if kind == "post":
            rows = db.execute("SELECT DISTINCT entry FROM entry_url WHERE url_key LIKE ?",
                              (f"post:%{item.path}#%p{item.number}",)).fetchall()
        else:
            rows = db.execute("SELECT id FROM entry WHERE url = ?", (address,)).fetchall()
        if len(rows) != 1:
            return self.fault("shown, but not stored once", (kind, item.number, rows))
        title, codec, packed, size = db.execute(
            """SELECT title, codec, bytes, body.size FROM revision JOIN body ON body.id = revision.text
                WHERE revision.entry = ?""", rows[0]).fetchone()
        if zstandard is not None or codec == "none":
            text = packed if codec == "none" else zstandard.ZstdDecompressor().decompress(packed, size)
            if any(sentence not in text.decode("utf-8") for sentence in item.text):
                self.fault("stored with another text", (kind, item.number, text.decode("utf-8")[:80]))
        if kind != "post" and title != item.title:
            self.fault("stored with another title", (kind, item.number, title))
