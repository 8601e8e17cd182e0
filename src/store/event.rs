//! What happened, and what was decided against: the answer to `why`.

use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

#[derive(Debug, Clone, serde::Serialize)]
pub struct EventRow {
    pub at: DateTime<Utc>,
    pub actor: String,
    pub kind: String,
    pub subject: String,
    pub data: serde_json::Value,
}

fn event(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        at: instant(row.get(0)?),
        actor: row.get(1)?,
        kind: row.get(2)?,
        subject: row.get(3)?,
        data: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
    })
}

impl Tx<'_> {
    /// `subject` is `incident:NUMBER`, `message:ID`, `source:KEY`, …
    pub fn event(
        &mut self,
        actor: &str,
        kind: &str,
        subject: &str,
        data: &serde_json::Value,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO event (at, actor, kind, subject, data) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![millis(now), actor, kind, subject, data.to_string()],
        )?;
        Ok(())
    }
}

impl View<'_> {
    /// What happened since `after`, oldest first, with each one's number: for whoever follows along.
    pub fn events_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, EventRow)>, StoreError> {
        self.rows(
            "SELECT at, actor, kind, subject, data, seq FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            (after, limit),
            |row| Ok((row.get(5)?, event(row)?)),
        )
    }

    pub fn events(&self, subject: &str) -> Result<Vec<EventRow>, StoreError> {
        self.rows(
            "SELECT at, actor, kind, subject, data FROM event WHERE subject = ?1 ORDER BY seq",
            [subject],
            event,
        )
    }
}
