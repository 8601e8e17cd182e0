//! Looking at entries.

use super::tx::millis;
use super::{StoreError, View};
use chrono::{DateTime, Utc};
use rusqlite::params;
use std::collections::HashMap;

impl View<'_> {
    /// Text digests of the entries that are known by one of these keys: an unchanged item need not be matched again.
    pub fn known_digests(&self, keys: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let mut known = HashMap::new();
        for key in keys {
            let digest = self.maybe(
                "SELECT revision.text_digest FROM entry_url JOIN entry ON entry.id = entry_url.entry
                   JOIN revision ON revision.id = entry.current_rev WHERE entry_url.url_key = ?1",
                [key],
                |row| row.get(0),
            )?;
            if let Some(digest) = digest {
                known.insert(key.clone(), digest);
            }
        }
        Ok(known)
    }

    /// Entries and revisions in the file, hits, mentions, incidents: for `status` and the closing line of `run --once`.
    pub fn totals(&self) -> Result<Totals, StoreError> {
        Ok(Totals {
            entries: self.one("SELECT count(*) FROM entry WHERE around = 0", [])?,
            hits: self.one("SELECT coalesce(sum(n), 0) FROM hits", [])?,
            mentions: self.one("SELECT count(*) FROM mention", [])?,
            incidents_open: self.one("SELECT count(*) FROM incident WHERE state <> 'closed'", [])?,
            incidents: self.one("SELECT count(*) FROM incident", [])?,
            pages_waiting: self.one("SELECT count(*) FROM page WHERE state IN ('due', 'leased')", [])?,
            pages_given_up: self.one("SELECT count(*) FROM page WHERE state IN ('gone', 'given_up')", [])?,
            mails_waiting: self
                .one("SELECT count(*) FROM message WHERE state IN ('queued', 'held', 'sending')", [])?,
            mails_accepted: self.one("SELECT count(*) FROM message WHERE state = 'accepted'", [])?,
            mails_failed: self
                .one("SELECT count(*) FROM message WHERE state IN ('failed', 'unknown', 'expired')", [])?,
        })
    }

    /// Terms hit since `from`, the most frequent first.
    pub fn top_terms(
        &self,
        from: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<(String, String, u32)>, StoreError> {
        self.rows(
            "SELECT json_extract(place.value, '$[3]'), json_extract(place.value, '$[4]'), count(*)
               FROM hits JOIN revision ON revision.id = hits.revision, json_each(hits.found) AS place
              WHERE revision.at >= ?1 GROUP BY 1, 2 ORDER BY 3 DESC LIMIT ?2",
            params![millis(from), limit],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    pub entries: i64,
    pub hits: i64,
    pub mentions: i64,
    pub incidents_open: i64,
    pub incidents: i64,
    pub pages_waiting: i64,
    pub pages_given_up: i64,
    pub mails_waiting: i64,
    pub mails_accepted: i64,
    pub mails_failed: i64,
}
