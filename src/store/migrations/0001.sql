-- The first tables. Instants are integer milliseconds UTC; ids come in blocks from `counter`; JSON is TEXT.
-- Terms common to SQLite and PostgreSQL, so that the same statements can move (DESIGN.md, "Growth").

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT;

-- One row per start of a process that crawls. A run that starts frees the leases of the dead ones.
CREATE TABLE run (
    id       INTEGER PRIMARY KEY,
    boot     TEXT    NOT NULL,
    started  INTEGER NOT NULL,
    alive_at INTEGER NOT NULL,
    stopped  INTEGER
) STRICT;

CREATE TABLE snapshot (
    id       INTEGER PRIMARY KEY,
    kind     TEXT    NOT NULL CHECK (kind IN ('policy', 'rules', 'lexicon', 'calendar', 'config')),
    hash     TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    taken_at INTEGER NOT NULL,
    UNIQUE (kind, hash)
) STRICT;

CREATE TABLE host (
    name       TEXT PRIMARY KEY,
    not_before INTEGER NOT NULL DEFAULT 0,
    gap        INTEGER NOT NULL DEFAULT 0,
    robots     TEXT,
    reason     TEXT,
    lease_run  INTEGER,
    lease_until INTEGER
) STRICT;

CREATE TABLE source (
    id             INTEGER PRIMARY KEY,
    key            TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    url            TEXT    NOT NULL,
    host           TEXT    NOT NULL,
    tier           TEXT    NOT NULL,
    own            INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('active', 'paused', 'retired')),
    watched_since  INTEGER,            -- set by configuration, else by the first visit that brought a body
    first_visit_at INTEGER,
    etag           TEXT,
    last_modified  TEXT,
    sha256         TEXT,
    due_at         INTEGER NOT NULL,
    visits         INTEGER NOT NULL DEFAULT 0,
    fails          INTEGER NOT NULL DEFAULT 0,
    last_error     TEXT,
    last_ok_at     INTEGER,
    newest_item_at INTEGER,
    habit          TEXT,
    lease_run      INTEGER,
    lease_no       INTEGER NOT NULL DEFAULT 0,
    lease_until    INTEGER
) STRICT;
CREATE INDEX source_due ON source (state, due_at);

-- The durable frontier: an address found is a row in the transaction that found it (P1).
CREATE TABLE page (
    id            INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source (id),
    url_key       TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    host          TEXT    NOT NULL,
    why           TEXT    NOT NULL CHECK (why IN ('start', 'listed', 'thread', 'attachment', 'revisit', 'redirect')),
    state         TEXT    NOT NULL CHECK (state IN ('due', 'leased', 'done', 'gone', 'given_up')),
    due_at        INTEGER NOT NULL,
    found_at      INTEGER NOT NULL,
    first_visit   INTEGER NOT NULL,    -- found on the source's first visit: alerts nobody
    hint          TEXT,                -- what the list or feed said of it
    tries         INTEGER NOT NULL DEFAULT 0,
    reason        TEXT,
    etag          TEXT,
    last_modified TEXT,
    sha256        TEXT,
    done_at       INTEGER,
    lease_run     INTEGER,
    lease_no      INTEGER NOT NULL DEFAULT 0,
    lease_until   INTEGER,
    UNIQUE (source, url_key)
) STRICT;
CREATE INDEX page_due ON page (host, due_at) WHERE state = 'due';
CREATE INDEX page_leased ON page (lease_run) WHERE state = 'leased';

-- Every outcome of a planned visit, run-length. source NULL: the daemon itself (outcome 'down').
CREATE TABLE coverage (
    id      INTEGER PRIMARY KEY,
    source  INTEGER REFERENCES source (id),
    what    TEXT    NOT NULL CHECK (what IN ('source', 'page', 'daemon')),
    from_at INTEGER NOT NULL,
    to_at   INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    made    INTEGER NOT NULL,
    entries INTEGER NOT NULL DEFAULT 0,
    outcome TEXT    NOT NULL CHECK (outcome IN ('visited', 'unchanged', 'failed', 'skipped', 'down')),
    reason  TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX coverage_source ON coverage (source, what, id);
CREATE INDEX coverage_time ON coverage (to_at);

CREATE TABLE trouble (
    id      INTEGER PRIMARY KEY,
    scope   TEXT    NOT NULL CHECK (scope IN ('source', 'host', 'network', 'store', 'mail', 'watch')),
    subject TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    opened  INTEGER NOT NULL,
    closed  INTEGER,
    told_at INTEGER
) STRICT;
CREATE UNIQUE INDEX trouble_open ON trouble (scope, subject, kind) WHERE closed IS NULL;

CREATE TABLE entry (
    id           INTEGER PRIMARY KEY,
    first_source INTEGER NOT NULL REFERENCES source (id),
    url          TEXT,
    published    TEXT,                 -- as the page wrote it: RFC 3339, local time, or a bare date
    published_at INTEGER,              -- the latest instant that this may mean
    first_seen   INTEGER NOT NULL,
    old          TEXT CHECK (old IN ('first_visit', 'undated', 'aged')),
    current_rev  INTEGER,
    state        TEXT    NOT NULL CHECK (state IN ('live', 'gone'))
) STRICT;
CREATE INDEX entry_seen ON entry (first_seen);

CREATE TABLE entry_url (
    url_key     TEXT    NOT NULL PRIMARY KEY,
    key_version INTEGER NOT NULL,
    entry       INTEGER NOT NULL REFERENCES entry (id)
) STRICT, WITHOUT ROWID;

-- The guard against renumbered feeds: what this source has shown, by its own item key.
CREATE TABLE seen (
    source   INTEGER NOT NULL REFERENCES source (id),
    item_key TEXT    NOT NULL,
    entry    INTEGER NOT NULL REFERENCES entry (id),
    PRIMARY KEY (source, item_key)
) STRICT, WITHOUT ROWID;

-- Bytes by digest: texts and wire bodies, compressed. keep_until NULL: permanent.
CREATE TABLE body (
    id         INTEGER PRIMARY KEY,
    digest     TEXT    NOT NULL UNIQUE,
    class      TEXT    NOT NULL CHECK (class IN ('text', 'wire')),
    codec      TEXT    NOT NULL CHECK (codec IN ('none', 'zstd')),
    size       INTEGER NOT NULL,       -- bytes before compression
    bytes      BLOB,
    keep_until INTEGER,
    purged_at  INTEGER
) STRICT;
CREATE INDEX body_keep ON body (keep_until) WHERE keep_until IS NOT NULL AND purged_at IS NULL;

CREATE TABLE revision (
    id             INTEGER PRIMARY KEY,
    entry          INTEGER NOT NULL REFERENCES entry (id),
    no             INTEGER NOT NULL,
    source         INTEGER NOT NULL REFERENCES source (id),
    kind           TEXT    NOT NULL CHECK (kind IN ('original', 'edited', 'reread', 'gone')),
    at             INTEGER NOT NULL,
    title          TEXT    NOT NULL,
    text           INTEGER NOT NULL REFERENCES body (id),
    text_digest    TEXT    NOT NULL,
    raw            INTEGER REFERENCES body (id),
    raw_sha256     TEXT,
    fetched        TEXT,               -- status, headers as received, address chain, time: JSON
    byline         TEXT,               -- evidence only: not indexed, not joined
    reader_version INTEGER NOT NULL,
    personal       INTEGER NOT NULL DEFAULT 0,
    UNIQUE (entry, no)
) STRICT;

-- Hits of a revision as one value: [[field, start, end, "term", "category", "way"], …]; field 0 title, 1 text;
-- offsets in Unicode scalar values of that revision's text (P6).
CREATE TABLE hits (
    revision INTEGER PRIMARY KEY REFERENCES revision (id),
    lexicon  INTEGER NOT NULL REFERENCES snapshot (id),
    n        INTEGER NOT NULL,
    found    TEXT    NOT NULL
) STRICT;

CREATE TABLE story (
    id          INTEGER PRIMARY KEY,
    first_entry INTEGER NOT NULL REFERENCES entry (id),
    sketch      TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    grown_at    INTEGER NOT NULL,
    mentions    INTEGER NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('live', 'quiet', 'merged')),
    merged_into INTEGER REFERENCES story (id)
) STRICT;
CREATE INDEX story_sketch ON story (sketch);

CREATE TABLE story_change (
    id     INTEGER PRIMARY KEY,
    story  INTEGER NOT NULL REFERENCES story (id),
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    what   TEXT    NOT NULL,
    before TEXT    NOT NULL
) STRICT;

CREATE TABLE mention (
    id       INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL UNIQUE REFERENCES revision (id),
    entry    INTEGER NOT NULL REFERENCES entry (id),
    source   INTEGER NOT NULL REFERENCES source (id),
    at       INTEGER NOT NULL,
    tier     TEXT    NOT NULL,
    fired    TEXT    NOT NULL,         -- [{rule, subject, severity, because}, …]
    excerpt  TEXT    NOT NULL,         -- [{text, hit}, …]; kept for ever
    old      TEXT,                     -- why it wakes nobody, as in entry
    story    INTEGER NOT NULL REFERENCES story (id),
    verdict  TEXT
) STRICT;
CREATE INDEX mention_story ON mention (story);
CREATE INDEX mention_verdict ON mention (verdict, id);
CREATE INDEX mention_at ON mention (at);

CREATE TABLE incident (
    id          INTEGER PRIMARY KEY,
    number      TEXT    NOT NULL UNIQUE,
    kind        TEXT    NOT NULL,
    story       INTEGER NOT NULL REFERENCES story (id),
    mention     INTEGER NOT NULL REFERENCES mention (id),
    rule_key    TEXT    NOT NULL,
    subject_key TEXT    NOT NULL,
    rules       INTEGER NOT NULL REFERENCES snapshot (id),
    severity    TEXT    NOT NULL CHECK (severity IN ('blue', 'yellow', 'orange', 'red')),
    tier        TEXT    NOT NULL,
    parts       TEXT    NOT NULL,      -- because, raises: JSON
    title       TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'verifying', 'responded', 'observing', 'closed')),
    verdict     TEXT,
    episode     INTEGER NOT NULL DEFAULT 1,
    worsen_no   INTEGER NOT NULL DEFAULT 0,
    access_no   INTEGER NOT NULL DEFAULT 0,
    version     INTEGER NOT NULL DEFAULT 1,
    opened_at   INTEGER NOT NULL,
    closed_at   INTEGER,
    closed_by   TEXT,
    note        TEXT
) STRICT;
-- The same matter is one alarm while it is open (P9).
CREATE UNIQUE INDEX incident_open ON incident (story, rule_key, subject_key) WHERE state <> 'closed' AND kind <> 'drill';
CREATE INDEX incident_story ON incident (story);

CREATE TABLE climb (
    id         INTEGER PRIMARY KEY,
    incident   INTEGER NOT NULL REFERENCES incident (id),
    episode    INTEGER NOT NULL,
    no         INTEGER NOT NULL,
    policy_key TEXT    NOT NULL,
    policy     TEXT    NOT NULL,       -- the policy as it was when the climb began
    reason     TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('climbing', 'done', 'exhausted', 'cancelled')),
    started_at INTEGER NOT NULL,
    taken      INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    ack_until  INTEGER,
    ack_by     TEXT,
    ack_at     INTEGER,
    UNIQUE (incident, episode, no)
) STRICT;
CREATE INDEX climb_next ON climb (next_at) WHERE state = 'climbing';

CREATE TABLE duty (
    id          INTEGER PRIMARY KEY,
    incident    INTEGER REFERENCES incident (id),
    kind        TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    start_at    INTEGER NOT NULL,
    due_at      INTEGER,
    calendar    INTEGER REFERENCES snapshot (id),
    state       TEXT    NOT NULL CHECK (state IN ('uncomputed', 'pending', 'done', 'waived', 'void', 'superseded')),
    ended_at    INTEGER,
    ended_by    TEXT,
    reason      TEXT,
    breached_at INTEGER
) STRICT;
CREATE INDEX duty_due ON duty (due_at) WHERE state = 'pending';

-- The outbox: one row per recipient, written in the transaction of the decision (P2).
CREATE TABLE message (
    id           INTEGER PRIMARY KEY,
    dedup_key    TEXT    NOT NULL UNIQUE,
    message_id   TEXT    NOT NULL UNIQUE,
    person       TEXT    NOT NULL,
    address      TEXT,                 -- resolved when the row is first claimed
    template     TEXT    NOT NULL,
    params       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    priority     INTEGER NOT NULL,     -- 0 red, 1 urgent, 2 normal
    incident     INTEGER REFERENCES incident (id),
    climb        INTEGER REFERENCES climb (id),   -- a ladder mail: cancelled by an acknowledgement
    thread       TEXT,                 -- the Message-ID that mails of one matter refer to
    access_no    INTEGER NOT NULL DEFAULT 0,
    subject      TEXT,
    frozen       BLOB,                 -- the bytes of the first attempt
    state        TEXT    NOT NULL CHECK (state IN ('queued', 'held', 'sending', 'accepted', 'failed', 'cancelled', 'expired', 'bundled', 'bounced', 'unknown')),
    stage        TEXT    NOT NULL DEFAULT '',
    doubt        INTEGER NOT NULL DEFAULT 0,      -- times the reply after the final dot was lost
    tries        INTEGER NOT NULL DEFAULT 0,
    queued_at    INTEGER NOT NULL,
    next_try_at  INTEGER NOT NULL,
    useful_until INTEGER NOT NULL,
    accepted_at  INTEGER,
    reply        TEXT,
    lease_run    INTEGER,
    cancel_wanted INTEGER NOT NULL DEFAULT 0,
    fallback_of  INTEGER REFERENCES message (id),
    bundled_into INTEGER REFERENCES message (id)
) STRICT;
CREATE INDEX message_next ON message (state, priority, next_try_at);
CREATE INDEX message_incident ON message (incident) WHERE incident IS NOT NULL;

CREATE TABLE attempt (
    id      INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES message (id),
    no      INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    relay   TEXT    NOT NULL,
    stage   TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    reply   TEXT    NOT NULL
) STRICT;
CREATE INDEX attempt_message ON attempt (message);

-- What happened and what was decided against; append-only.
CREATE TABLE event (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    data    TEXT    NOT NULL,
    chain   TEXT
) STRICT;
CREATE INDEX event_subject ON event (subject, seq);

CREATE TABLE digest (
    number     INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    local_date TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    from_at    INTEGER NOT NULL,
    until_at   INTEGER NOT NULL,
    facts      TEXT    NOT NULL,
    UNIQUE (kind, local_date)
) STRICT;

-- Who has read what of an incident, and how (P8).
CREATE TABLE reader (
    id       INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incident (id),
    person   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    how      TEXT    NOT NULL
) STRICT;

CREATE TABLE silence (
    id      INTEGER PRIMARY KEY,
    scope   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    reason  TEXT    NOT NULL
) STRICT;

CREATE TABLE matter (
    id         INTEGER PRIMARY KEY,
    code       TEXT    NOT NULL UNIQUE,
    state      TEXT    NOT NULL,
    leak_terms TEXT    NOT NULL,
    expires_at INTEGER,
    version    INTEGER NOT NULL DEFAULT 1
) STRICT;

-- The rumour archive: what was claimed, where, and what came of checking it. No persons.
CREATE TABLE claim (
    id           INTEGER PRIMARY KEY,
    story        INTEGER REFERENCES story (id),
    text         TEXT    NOT NULL,
    addresses    TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    verification TEXT
) STRICT;

-- A derived index, filled in by housekeeping; rowid is the revision. Text is split into character bigrams before.
CREATE VIRTUAL TABLE search USING fts5 (grams, content = '', contentless_delete = 1);
