//! One closure's part of a group: statements, ids, and a view of what it sees.

use super::{StoreError, View};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Params, Row};

/// Ids handed out between two looks at the counter row.
const BLOCK: i64 = 4096;

/// The rest of a block of ids. Emptied by every rollback, because the block's row may be rolled back too.
#[derive(Default)]
pub struct Ids {
    next: i64,
    end: i64,
}

pub struct Tx<'c> {
    pub(super) connection: &'c Connection,
    pub(super) ids: &'c mut Ids,
}

impl Tx<'_> {
    /// What this transaction sees, its own changes included.
    pub fn view(&self) -> View<'_> {
        View::new(self.connection)
    }

    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    pub(super) fn maybe<T>(
        &self,
        sql: &str,
        params: impl Params,
        row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.view().maybe(sql, params, row)
    }

    /// A new id, unique in the file for ever.
    pub fn id(&mut self) -> Result<i64, StoreError> {
        if self.ids.next >= self.ids.end {
            self.ids.next = self.take("id", BLOCK)?;
            self.ids.end = self.ids.next + BLOCK;
        }
        self.ids.next += 1;
        Ok(self.ids.next - 1)
    }

    /// The next number of a counter, without gaps: it is rolled back with the rest.
    pub(super) fn number(&self, counter: &str) -> Result<i64, StoreError> {
        self.take(counter, 1)
    }

    fn take(&self, counter: &str, many: i64) -> Result<i64, StoreError> {
        let after: i64 = self
            .connection
            .prepare_cached(
                "INSERT INTO counter (name, next) VALUES (?1, 1 + ?2)
                 ON CONFLICT (name) DO UPDATE SET next = next + ?2 RETURNING next",
            )?
            .query_row((counter, many), |row| row.get(0))?;
        Ok(after - many)
    }

    pub(super) fn meta_set(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )?;
        Ok(())
    }
}

impl View<'_> {
    pub(super) fn maybe<T>(
        &self,
        sql: &str,
        params: impl Params,
        row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        use rusqlite::OptionalExtension;
        Ok(self.connection.prepare_cached(sql)?.query_row(params, row).optional()?)
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.query_map(params, row)?.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn one<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        params: impl Params,
    ) -> Result<T, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }

    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.maybe("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
    }
}

pub(super) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(super) fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
