//! The ledger that proves watching (P5), and the troubles it gives rise to.

use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use crate::model::{CoverageFacts, TroubleLine};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

/// A row is cut here at the latest, so that a day's figures need no row from far before.
const LONGEST_ROW: i64 = 60 * 60 * 1000;

impl Tx<'_> {
    /// One outcome of one planned visit; a run of the same outcome is one row.
    pub(super) fn cover(
        &mut self,
        source: i64,
        what: &str,
        outcome: &str,
        reason: &str,
        entries: u32,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let made = i64::from(outcome != "skipped");
        let last = self.maybe(
            "SELECT id FROM coverage WHERE source = ?1 AND what = ?2 AND outcome = ?3 AND reason = ?4 AND from_at > ?5
                AND id = (SELECT max(id) FROM coverage WHERE source = ?1 AND what = ?2)",
            params![source, what, outcome, reason, millis(at) - LONGEST_ROW],
            |row| row.get::<_, i64>(0),
        )?;
        if let Some(id) = last {
            self.execute(
            "UPDATE coverage SET to_at = max(to_at, ?2), planned = planned + 1, made = made + ?3, entries = entries + ?4
              WHERE id = ?1",
            params![id, millis(at), made, entries],
        )?
        } else {
            let id = self.id()?;
            self.execute(
                "INSERT INTO coverage (id, source, what, from_at, to_at, planned, made, entries, outcome, reason)
                 VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5, ?6, ?7, ?8)",
                params![id, source, what, millis(at), made, entries, outcome, reason],
            )?
        };
        Ok(())
    }

    /// Opens a trouble once; `true` where it is new.
    pub fn open_trouble(
        &mut self,
        scope: &str,
        subject: &str,
        kind: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let id = self.id()?;
        let new = self.execute(
            "INSERT INTO trouble (id, scope, subject, kind, reason, opened) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (scope, subject, kind) WHERE closed IS NULL DO NOTHING",
            params![id, scope, subject, kind, reason, millis(now)],
        )?;
        Ok(new == 1)
    }

    /// Counts one more telling of an open trouble that has lasted for another `after`; `None`: not yet.
    pub fn told_again(
        &self,
        scope: &str,
        subject: &str,
        kind: &str,
        reason: &str,
        after: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, StoreError> {
        self.maybe(
            "UPDATE trouble SET told = told + 1, told_at = ?6, reason = ?4
              WHERE scope = ?1 AND subject = ?2 AND kind = ?3 AND closed IS NULL AND coalesce(told_at, opened) <= ?5
          RETURNING told",
            params![scope, subject, kind, reason, millis(now - after), millis(now)],
            |row| row.get(0),
        )
    }

    /// `true` where one was open.
    pub fn close_trouble(
        &self,
        scope: &str,
        subject: &str,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let closed = self.execute(
            "UPDATE trouble SET closed = ?4 WHERE scope = ?1 AND subject = ?2 AND kind = ?3 AND closed IS NULL",
            params![scope, subject, kind, millis(now)],
        )?;
        Ok(closed > 0)
    }
}

impl View<'_> {
    /// What is open, with its kind: words for a reader come from `health::words`.
    pub fn open_troubles(&self) -> Result<Vec<(String, TroubleLine)>, StoreError> {
        self.rows(
            "SELECT kind, subject, reason, opened FROM trouble WHERE closed IS NULL ORDER BY opened",
            [],
            |row| {
                Ok((
                    row.get(0)?,
                    TroubleLine { subject: row.get(1)?, reason: row.get(2)?, since: instant(row.get(3)?) },
                ))
            },
        )
    }

    /// How often silent channels were dunned since then, by name.
    pub fn dunned(&self, since: DateTime<Utc>) -> Result<Vec<(String, u32)>, StoreError> {
        self.rows(
            "SELECT subject, sum(told) FROM trouble WHERE kind = 'stale' AND opened >= ?1 GROUP BY subject",
            [millis(since)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Scope, subject and kind of what is open.
    pub fn open_trouble_keys(&self) -> Result<Vec<(String, String, String)>, StoreError> {
        self.rows("SELECT scope, subject, kind FROM trouble WHERE closed IS NULL", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }

    /// Hosts of active sources: all of them, and those whose last visit failed since `since`.
    pub fn failing_hosts(&self, since: DateTime<Utc>) -> Result<(u32, u32), StoreError> {
        let all = self.one("SELECT count(DISTINCT host) FROM source WHERE state = 'active'", [])?;
        let failing = self.one(
            "SELECT count(DISTINCT source.host) FROM source JOIN coverage ON coverage.source = source.id
              WHERE source.state = 'active' AND source.fails > 0 AND coverage.what = 'source'
                AND coverage.outcome = 'failed' AND coverage.to_at >= ?1",
            [millis(since)],
        )?;
        Ok((all, failing))
    }

    /// What the ledger says of a period, over active sources.
    pub fn coverage(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<CoverageFacts, StoreError> {
        let (from, until) = (millis(from), millis(until));
        let sum = |column: &str, condition: &str| -> Result<u64, StoreError> {
            let sql = format!(
                "SELECT coalesce(sum({column}), 0) FROM coverage WHERE to_at >= ?1 AND from_at < ?2 AND {condition}"
            );
            Ok(self.one::<i64>(&sql, (from, until))?.unsigned_abs())
        };
        Ok(CoverageFacts {
            sources_enabled: self.one("SELECT count(*) FROM source WHERE state = 'active'", [])?,
            sources_working: self.one(
                "SELECT count(*) FROM source WHERE state = 'active' AND fails = 0 AND last_ok_at IS NOT NULL",
                [],
            )?,
            visits_planned: sum("planned", "what <> 'daemon'")?,
            visits_made: sum("made", "outcome IN ('visited', 'unchanged')")?,
            visits_failed: sum("made", "outcome = 'failed'")?,
            new_entries: sum("entries", "what <> 'daemon'")?,
            mentions: self
                .one::<i64>("SELECT count(*) FROM mention WHERE at >= ?1 AND at < ?2", (from, until))?
                .unsigned_abs(),
            down_seconds: sum("min(to_at, ?2) - max(from_at, ?1)", "outcome = 'down'")? / 1000,
        })
    }
}
