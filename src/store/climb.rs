//! Ladders as rows: what has been taken, when the next step is due, who holds it.

use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use crate::model::{ACK_GRACE, Climb, Policy};
use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

const COLUMNS: &str =
    "climb.id, climb.incident, incident.number, climb.policy, climb.reason, climb.state, climb.started_at,
    climb.taken, climb.next_at, climb.ack_until, climb.ack_by";

fn row(row: &Row<'_>) -> rusqlite::Result<Climb> {
    let policy: String = row.get(3)?;
    Ok(Climb {
        id: row.get(0)?,
        incident: row.get(1)?,
        number: row.get(2)?,
        policy: serde_json::from_str(&policy).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
        })?,
        reason: row.get(4)?,
        state: row.get(5)?,
        started_at: instant(row.get(6)?),
        taken: row.get(7)?,
        next_at: instant(row.get(8)?),
        ack_until: row.get::<_, Option<i64>>(9)?.map(instant),
        ack_by: row.get(10)?,
    })
}

impl Tx<'_> {
    /// Begins a climb with no step taken yet; an earlier one of this incident that still climbs is cancelled with its
    /// undelivered mails, because the graver one takes over.
    pub fn begin_climb(
        &mut self,
        incident: i64,
        policy: &Policy,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Climb, StoreError> {
        self.execute(
            "UPDATE climb SET state = 'cancelled' WHERE incident = ?1 AND state IN ('climbing', 'exhausted')",
            [incident],
        )?;
        self.cancel_ladder_mails(incident, "a graver ladder took over", now)?;
        let id = self.id()?;
        self.execute(
            "INSERT INTO climb (id, incident, episode, no, policy_key, policy, reason, state, started_at, taken, next_at)
             VALUES (?1, ?2, (SELECT episode FROM incident WHERE id = ?2),
                     (SELECT coalesce(max(no), 0) + 1 FROM climb WHERE incident = ?2), ?3, ?4, ?5, 'climbing', ?6, 0, ?6)",
            params![id, incident, policy.key, serde_json::to_string(policy)?, reason, millis(now)],
        )?;
        self.view()
            .climb(id)?
            .ok_or_else(|| StoreError::Data("a climb vanished in its own transaction".to_owned()))
    }

    /// Marks the step taken and sets when the next one is due.
    ///
    /// `false` means that somebody acknowledged, closed, or took the step in the meantime.
    pub fn take_step(
        &self,
        climb: &Climb,
        next_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let taken = self.execute(
            "UPDATE climb SET taken = taken + 1, next_at = ?3, ack_until = NULL
              WHERE id = ?1 AND taken = ?2 AND state = 'climbing' AND (ack_until IS NULL OR ack_until <= ?4)",
            params![climb.id, climb.taken, millis(next_at), millis(now)],
        )?;
        Ok(taken == 1)
    }

    /// `false`: it had ended already.
    pub fn exhaust(&self, climb: &Climb, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE climb SET state = 'exhausted'
              WHERE id = ?1 AND taken = ?2 AND state = 'climbing' AND (ack_until IS NULL OR ack_until <= ?3)",
            params![climb.id, climb.taken, millis(now)],
        )?;
        Ok(ended == 1)
    }

    /// Holds a climb until then, e.g. while the only relay is down.
    pub fn hold_climb(&self, climb: i64, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(
            "UPDATE climb SET next_at = max(next_at, ?2) WHERE id = ?1 AND state = 'climbing'",
            (climb, millis(until)),
        )?;
        Ok(())
    }

    /// Somebody has it until `until`: the climb waits, undelivered ladder mails are cancelled, all in one transaction.
    /// An exhausted ladder can still be acknowledged; it climbs again when the acknowledgement runs out.
    pub fn acknowledge(
        &mut self,
        incident: i64,
        by: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Climb>, StoreError> {
        let climb: Option<i64> = self.maybe(
            "UPDATE climb SET ack_until = ?2, ack_by = ?3, ack_at = ?4, next_at = ?5, state = 'climbing'
              WHERE id = (SELECT max(id) FROM climb WHERE incident = ?1 AND state IN ('climbing', 'exhausted'))
          RETURNING id",
            params![incident, millis(until), by, millis(now), millis(until + ACK_GRACE)],
            |row| row.get(0),
        )?;
        let Some(climb) = climb else { return Ok(None) };
        self.execute(
            "UPDATE incident SET state = CASE WHEN state = 'open' THEN 'verifying' ELSE state END, version = version + 1
              WHERE id = ?1",
            [incident],
        )?;
        self.cancel_ladder_mails(incident, &format!("acknowledged by {by}"), now)?;
        self.view().climb(climb)
    }
}

impl View<'_> {
    pub fn climb(&self, id: i64) -> Result<Option<Climb>, StoreError> {
        self.maybe(
            &format!("SELECT {COLUMNS} FROM climb JOIN incident ON incident.id = climb.incident WHERE climb.id = ?1"),
            [id],
            row,
        )
    }

    /// The newest climb of an incident.
    pub fn climb_of(&self, incident: i64) -> Result<Option<Climb>, StoreError> {
        self.maybe(
            &format!(
                "SELECT {COLUMNS} FROM climb JOIN incident ON incident.id = climb.incident
                  WHERE climb.incident = ?1 ORDER BY climb.no DESC LIMIT 1"
            ),
            [incident],
            row,
        )
    }

    /// Climbs whose next step is due, the longest due first.
    pub fn due_climbs(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Climb>, StoreError> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM climb JOIN incident ON incident.id = climb.incident
                  WHERE climb.state = 'climbing' AND climb.next_at <= ?1 ORDER BY climb.next_at LIMIT ?2"
            ),
            params![millis(now), limit],
            row,
        )
    }

    /// Ladders of open incidents that climb or ended without an answer, with whether anybody holds them now. Of an
    /// incident that got worse only its newest one stands.
    pub fn climbing(&self) -> Result<Vec<Climb>, StoreError> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM climb JOIN incident ON incident.id = climb.incident
                  WHERE climb.state IN ('climbing', 'exhausted') AND incident.state <> 'closed'
                    AND climb.no = (SELECT max(newer.no) FROM climb AS newer WHERE newer.incident = climb.incident)
                  ORDER BY climb.next_at"
            ),
            [],
            row,
        )
    }
}
