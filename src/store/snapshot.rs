//! Versions of what pages were judged by.

use super::body::hex;
use super::tx::millis;
use super::{StoreError, Tx};
use chrono::{DateTime, Utc};
use rusqlite::params;
use sha2::{Digest, Sha256};

impl Tx<'_> {
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
