//! A consistent look at the file.

use rusqlite::Connection;

/// What reads share. `Tx` can be looked at the same way.
pub struct View<'c> {
    pub(super) connection: &'c Connection,
}

impl<'c> View<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }
}
