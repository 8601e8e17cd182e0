//! Configured sources as rows: what the configuration says, and what the crawl remembers of them.

use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use crate::model::{Source, SourceRow, Word};
use chrono::{DateTime, Utc};
use rusqlite::params;

impl Tx<'_> {
    /// Brings the rows in line with the configuration: new sources are due at once, missing ones retire, a changed
    /// address starts over with its validators.
    pub fn sync_sources(&mut self, sources: &[Source], now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute("UPDATE source SET state = 'retired' WHERE state <> 'retired'", [])?;
        for source in sources {
            let id = self.id()?;
            self.execute(
                "INSERT INTO source (id, key, name, kind, url, host, tier, own, state, watched_since, due_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (key) DO UPDATE SET name = excluded.name, kind = excluded.kind, host = excluded.host,
                     tier = excluded.tier, own = excluded.own, state = excluded.state,
                     watched_since = coalesce(excluded.watched_since, watched_since),
                     etag = CASE WHEN url = excluded.url THEN etag END,
                     last_modified = CASE WHEN url = excluded.url THEN last_modified END,
                     sha256 = CASE WHEN url = excluded.url THEN sha256 END,
                     due_at = CASE WHEN url = excluded.url THEN min(due_at, ?12) ELSE excluded.due_at END,
                     url = excluded.url",
                params![
                    id,
                    source.key,
                    source.name,
                    source.kind.key(),
                    source.url.as_str(),
                    host_of(&source.url),
                    source.tier.key(),
                    source.own,
                    if source.enabled { "active" } else { "paused" },
                    source.watched_since.map(millis),
                    millis(now),
                    // A timetable that was shortened takes effect at once: never later than it would be from now.
                    millis(crate::schedule::next_visit(&source.timetable, source.zone, &source.key, 0, now)),
                ],
            )?;
        }
        Ok(())
    }
}

/// Host and port, as budgets and troubles name it.
pub fn host_of(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl View<'_> {
    pub fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        self.rows(
            "SELECT id, key, name, kind, state, visits, fails, last_error, last_ok_at, due_at, newest_item_at,
                    (SELECT count(*) FROM entry WHERE entry.first_source = source.id AND entry.around = 0),
                    (SELECT count(*) FROM page WHERE page.source = source.id AND page.state IN ('due', 'leased')),
                    (SELECT count(*) FROM page WHERE page.source = source.id AND page.state IN ('given_up', 'gone')),
                    first_visit_at
               FROM source WHERE state <> 'retired' ORDER BY key",
            [],
            |row| {
                Ok(SourceRow {
                    id: row.get(0)?,
                    key: row.get(1)?,
                    name: row.get(2)?,
                    kind: row.get(3)?,
                    state: row.get(4)?,
                    visits: row.get(5)?,
                    fails: row.get(6)?,
                    last_error: row.get(7)?,
                    last_ok_at: row.get::<_, Option<i64>>(8)?.map(instant),
                    first_visit_at: row.get::<_, Option<i64>>(14)?.map(instant),
                    due_at: instant(row.get(9)?),
                    newest_item_at: row.get::<_, Option<i64>>(10)?.map(instant),
                    entries: row.get(11)?,
                    pages_due: row.get(12)?,
                    pages_given_up: row.get(13)?,
                })
            },
        )
    }

    /// Pages of a source that will not be read, with the reason: the exceptions of its ledger.
    pub fn unread_pages(&self, source: i64) -> Result<Vec<(String, String, String)>, StoreError> {
        self.rows(
            "SELECT url, state, coalesce(reason, '') FROM page
              WHERE source = ?1 AND (state IN ('gone', 'given_up') OR (reason <> '' AND state IN ('done', 'due')))
              ORDER BY url",
            [source],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }
}
