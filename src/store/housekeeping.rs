//! What keeps the file bounded for months (P10).

use super::tx::millis;
use super::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};

impl Tx<'_> {
    /// Empties up to `many` bodies whose time is over; each purge leaves its row and one event.
    pub fn purge_some(&mut self, many: u32, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let purged: Vec<i64> = self.view().rows(
            "UPDATE body SET bytes = NULL, purged_at = ?1
              WHERE id IN (SELECT id FROM body WHERE keep_until < ?1 AND purged_at IS NULL LIMIT ?2) RETURNING id",
            (millis(now), many),
            |row| row.get(0),
        )?;
        if !purged.is_empty() {
            // What was freed goes back to the disk, a little at a time.
            self.connection.execute_batch("PRAGMA incremental_vacuum(1024)")?;
            let data =
                serde_json::json!({ "bodies": purged.len(), "first": purged.first(), "last": purged.last() });
            self.event("system", "purged", "retention", &data, now)?;
        }
        Ok(purged.len())
    }

    /// A run-length row older than two years is summed up nowhere any more.
    pub fn trim_ledger(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.execute("DELETE FROM coverage WHERE to_at < ?1", [millis(now - TimeDelta::days(730))])
    }
}
