//! Runs of the daemon: who holds leases, and when nobody watched.

use super::tx::{instant, millis};
use super::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(pub i64);

impl Tx<'_> {
    /// Starts a run: makes the instance's identity on the first one, frees the leases of dead runs, and writes down
    /// how long nobody watched.
    pub fn start_run(
        &mut self,
        boot: &str,
        secret: &str,
        mail_domain: &str,
        now: DateTime<Utc>,
    ) -> Result<RunId, StoreError> {
        if self.view().meta("instance_key")?.is_none() {
            self.meta_set("instance_key", secret)?;
            self.meta_set("instance_id", &secret[..16.min(secret.len())])?;
        }
        self.meta_set("mail_domain", mail_domain)?;
        let last: Option<i64> = self.view().one("SELECT max(alive_at) FROM run", [])?;
        let id = self.id()?;
        self.execute(
            "INSERT INTO run (id, boot, started, alive_at) VALUES (?1, ?2, ?3, ?3)",
            params![id, boot, millis(now)],
        )?;
        if let Some(last) = last.map(instant).filter(|last| now - *last > TimeDelta::minutes(1)) {
            let down = self.id()?;
            self.execute(
                "INSERT INTO coverage (id, source, what, from_at, to_at, planned, made, outcome, reason)
                 VALUES (?1, NULL, 'daemon', ?2, ?3, 0, 0, 'down', 'the daemon did not run')",
                params![down, millis(last), millis(now)],
            )?;
        }
        self.execute(
            "UPDATE page SET state = 'due', lease_run = NULL, lease_until = NULL WHERE state = 'leased' AND lease_run <> ?1",
            [id],
        )?;
        self.execute(
            "UPDATE source SET lease_run = NULL, lease_until = NULL WHERE lease_run IS NOT NULL AND lease_run <> ?1",
            [id],
        )?;
        self.recover_messages(now)?;
        Ok(RunId(id))
    }

    pub fn run_alive(&self, run: RunId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute("UPDATE run SET alive_at = ?2 WHERE id = ?1", (run.0, millis(now)))?;
        self.meta_set("last_wall", &millis(now).to_string())
    }

    pub fn end_run(&self, run: RunId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute("UPDATE run SET alive_at = ?2, stopped = ?2 WHERE id = ?1", (run.0, millis(now)))?;
        Ok(())
    }
}

impl super::View<'_> {
    /// The newest run: started, last alive, stopped.
    pub fn last_run(
        &self,
    ) -> Result<Option<(DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>)>, StoreError> {
        self.maybe("SELECT started, alive_at, stopped FROM run ORDER BY id DESC LIMIT 1", [], |row| {
            Ok((instant(row.get(0)?), instant(row.get(1)?), row.get::<_, Option<i64>>(2)?.map(instant)))
        })
    }
}
