//! Opening the file: pragmas, migrations, readers.

use super::{StoreError, View};
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// "TFng" in ASCII, so that `file` and we recognise our own.
const APPLICATION_ID: i64 = 0x5446_6e67;
const MIGRATIONS: &[M<'static>] =
    &[M::up(include_str!("migrations/0001.sql")), M::up(include_str!("migrations/0002.sql"))];

/// The one writing connection, with tables up to date.
pub fn writer(path: &Path) -> Result<Connection, StoreError> {
    let named = |cause: String| StoreError::Open { path: path.display().to_string(), cause };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| named(error.to_string()))?;
    }
    let mut connection = Connection::open(path).map_err(|error| named(error.to_string()))?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let found: i64 =
        connection.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(|error| {
            match StoreError::from(error) {
                StoreError::Sqlite(error) => named(format!("{error}; is it a Tingfeng database?")),
                other => other,
            }
        })?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found != APPLICATION_ID && (found != 0 || tables > 0) {
        return Err(StoreError::Foreign { path: path.display().to_string(), found });
    }
    if tables == 0 {
        // Both must stand before the first table, and the first of them before the first page.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    // What a savepoint could undo stays in memory: a group bounds it, and a file for it costs more than the group.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(128);
    let known = MIGRATIONS.len() as i64;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found: version, known });
    }
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => named(other.to_string()),
    })?;
    Ok(connection)
}

/// A few connections for short reads.
#[derive(Clone)]
pub struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// As many as are kept open between reads; more may be open for a moment.
    const KEPT: usize = 3;

    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Arc::default() }
    }

    pub fn with<T>(&self, look: impl FnOnce(&View) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.idle.lock().map_err(|_| StoreError::Closed)?.pop();
        let connection = if let Some(connection) = idle {
            connection
        } else {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            connection
        };
        let result = {
            // One consistent state for all statements of this look.
            let transaction = connection.unchecked_transaction()?;
            let result = look(&View::new(&transaction));
            transaction.finish()?;
            result
        };
        if let Ok(mut idle) = self.idle.lock()
            && idle.len() < Self::KEPT
        {
            idle.push(connection);
        }
        result
    }
}
