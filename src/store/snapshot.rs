//! Versions of what pages were judged by.

use super::body::hex;
use super::tx::millis;
use super::{StoreError, Tx, View};
use chrono::{DateTime, Utc};
use rusqlite::params;
use sha2::{Digest, Sha256};

/// Which lexicons the daemon matches with.
const IN_FORCE: &str = "lexicon_in_force";

impl Tx<'_> {
    /// The daemon matches with this snapshot of the lexicons from now on.
    pub fn matches_with(&self, lexicon: i64) -> Result<(), StoreError> {
        self.meta_set(IN_FORCE, &lexicon.to_string())
    }

    /// The id of this text among the snapshots of its kind; the same text keeps its id.
    pub fn snapshot(&mut self, kind: &str, body: &str, now: DateTime<Utc>) -> Result<i64, StoreError> {
        let hash = hex(&Sha256::digest(body.as_bytes()));
        let id = self.id()?;
        Ok(self
            .connection
            .prepare_cached(
                "INSERT INTO snapshot (id, kind, hash, body, taken_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (kind, hash) DO UPDATE SET body = excluded.body RETURNING id",
            )?
            .query_row(params![id, kind, hash, body, millis(now)], |row| row.get(0))?)
    }
}

impl View<'_> {
    /// Id and body of the lexicons that the daemon matches with, or last matched with.
    pub fn lexicons_in_force(&self) -> Result<Option<(i64, String)>, StoreError> {
        let taken = self.meta(IN_FORCE)?.and_then(|id| id.parse::<i64>().ok());
        self.maybe(
            "SELECT id, body FROM snapshot WHERE kind = 'lexicon' AND (?1 IS NULL OR id = ?1)
              ORDER BY taken_at DESC, id DESC LIMIT 1",
            [taken],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}
