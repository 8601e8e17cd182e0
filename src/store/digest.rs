//! Digests: numbered without gaps, one per kind and local date.

use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use crate::model::DigestFacts;
use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

#[derive(Debug, Clone)]
pub struct DigestRow {
    pub number: i64,
    pub date: NaiveDate,
    pub made_at: DateTime<Utc>,
    pub facts: DigestFacts,
}

impl Tx<'_> {
    /// The number of this date's digest; `None` where it was made already.
    pub fn reserve_digest(&mut self, kind: &str, date: NaiveDate) -> Result<Option<i64>, StoreError> {
        let made: i64 = self.view().one(
            "SELECT count(*) FROM digest WHERE kind = ?1 AND local_date = ?2",
            (kind, date.to_string()),
        )?;
        if made > 0 { Ok(None) } else { self.number("digest").map(Some) }
    }

    pub fn record_digest(
        &self,
        kind: &str,
        facts: &DigestFacts,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO digest (number, kind, local_date, made_at, from_at, until_at, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                facts.number,
                kind,
                facts.date.to_string(),
                millis(now),
                millis(facts.from),
                millis(facts.until),
                serde_json::to_string(facts)?
            ],
        )?;
        Ok(())
    }
}

impl View<'_> {
    pub fn digest_of(&self, kind: &str, date: NaiveDate) -> Result<Option<DigestRow>, StoreError> {
        let row = self.maybe(
            "SELECT number, made_at, facts FROM digest WHERE kind = ?1 AND local_date = ?2",
            (kind, date.to_string()),
            |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)),
        )?;
        row.map(|(number, made_at, facts)| {
            Ok(DigestRow { number, date, made_at: instant(made_at), facts: serde_json::from_str(&facts)? })
        })
        .transpose()
    }

    /// Where the last digest of this kind ended.
    pub fn last_digest_end(&self, kind: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = self.one("SELECT max(until_at) FROM digest WHERE kind = ?1", [kind])?;
        Ok(at.map(instant))
    }

    /// The number the next digest will have.
    pub fn next_digest_number(&self) -> Result<i64, StoreError> {
        Ok(self.maybe("SELECT next FROM counter WHERE name = 'digest'", [], |row| row.get(0))?.unwrap_or(1))
    }
}
