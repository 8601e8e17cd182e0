//! What can go wrong with the file, sorted by what to do about it.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full: {0}; free some space, nothing that was promised is lost")]
    Full(rusqlite::Error),
    #[error("the database is locked by another process ({0}); end it or wait")]
    Locked(rusqlite::Error),
    #[error("{path}: cannot be opened: {cause}")]
    Open { path: String, cause: String },
    #[error("{path} belongs to another program (application id {found:#x})")]
    Foreign { path: String, found: i64 },
    #[error(
        "{path} was written by a newer Tingfeng (tables at version {found}, this one knows {known}); upgrade"
    )]
    Newer { path: String, found: i64, known: i64 },
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    #[error("what is stored cannot be read: {0}")]
    Data(String),
    #[error("the store is closed")]
    Closed,
    #[error("the lease is lost: another run has taken this work")]
    LeaseLost,
}

impl StoreError {
    /// Whether it is this change itself that cannot be stored: it will not go better the next time, and its neighbours
    /// are well.
    pub fn is_poison(&self) -> bool {
        match self {
            Self::Data(_) => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    rusqlite::ErrorCode::ConstraintViolation
                        | rusqlite::ErrorCode::TooBig
                        | rusqlite::ErrorCode::TypeMismatch
                )
            ),
            _ => false,
        }
    }

    /// Whether the same write may succeed a little later without anybody's help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Locked(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(error),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Data(error.to_string())
    }
}
