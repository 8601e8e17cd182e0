-- Own channels read whole: what stands around their articles, where their pages lead, how often they were dunned.

ALTER TABLE entry ADD COLUMN around INTEGER NOT NULL DEFAULT 0;     -- what stands around a page's article
ALTER TABLE revision ADD COLUMN outlet TEXT;                       -- what the page names as its origin (来源)
ALTER TABLE trouble ADD COLUMN told INTEGER NOT NULL DEFAULT 1;     -- times that somebody was told of it

-- Lines around articles in which something was found: a footer is told once, on whatever pages it stands.
CREATE TABLE around_line (
    source INTEGER NOT NULL REFERENCES source (id),
    line   TEXT    NOT NULL,           -- digest of the masked line and the traces in it
    entry  INTEGER NOT NULL REFERENCES entry (id),
    at     INTEGER NOT NULL,
    PRIMARY KEY (source, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX around_line_entry ON around_line (entry);

-- Registered domains that the pages of a source lead to.
CREATE TABLE outbound (
    source  INTEGER NOT NULL REFERENCES source (id),
    domain  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    page    TEXT    NOT NULL,          -- on which it was first seen
    through TEXT    NOT NULL,
    hidden  INTEGER NOT NULL,
    learned INTEGER NOT NULL,          -- it was there when the watch began: no news
    entry   INTEGER REFERENCES entry (id),
    PRIMARY KEY (source, domain)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbound_at ON outbound (at);
CREATE INDEX outbound_entry ON outbound (entry) WHERE entry IS NOT NULL;

-- Since when it is known where the start page and the other pages of a source lead.
CREATE TABLE outbound_base (
    source INTEGER NOT NULL REFERENCES source (id),
    what   TEXT    NOT NULL CHECK (what IN ('start', 'page')),
    at     INTEGER NOT NULL,
    PRIMARY KEY (source, what)
) STRICT, WITHOUT ROWID;
