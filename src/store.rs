//! The one room with SQL: one SQLite file, one writer, a few readers.
//!
//! `store.write(|tx| …)` runs each closure in a savepoint of a group that is committed together and answers only
//! after the COMMIT; `store.read(|view| …)` serves short reads. Closures may run twice: they render nothing, ask no
//! network, and change only what they capture by value. The command line is a second process on the same file and
//! writes in the same way (P1; docs/DESIGN.md, "Writes").

mod around;
mod body;
mod climb;
mod coverage;
mod digest;
mod entry;
mod error;
mod event;
mod explain;
mod frontier;
mod housekeeping;
mod incident;
mod message;
mod open;
mod page;
mod rescan;
mod run;
mod search;
mod snapshot;
mod source;
mod tx;
mod verdict;
mod view;
mod writer;

pub use body::{Kept, Packed, hex, text_digest};
pub use digest::DigestRow;
pub use entry::Totals;
pub use error::StoreError;
pub use event::EventRow;
pub use explain::ExplainedMention;
pub use frontier::{Lease, Leased};
pub use incident::{NewIncident, since};
pub use message::{AttemptRow, Claimed, MessageRow, NewMessage, Sent};
pub use page::{AroundRecord, EntryRecord, FetchRecord, LinkRecord, Mentioned, PageRecord, Recorded, Visit};
pub use rescan::{Batch, LateMention, Rehit, Stored, Wanted};
pub use run::RunId;
pub use search::FoundEntry;
pub use source::host_of;
pub use tx::Tx;
pub use verdict::JudgedMention;
pub use view::View;

use std::path::Path;

/// The async handle. Cheap to clone; the writer thread ends when the last clone is gone.
#[derive(Clone)]
pub struct Store {
    writer: writer::Handle,
    readers: open::Readers,
}

impl Store {
    /// Opens or creates the file, brings its tables up to date, and starts the writer.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open::writer(path)?;
        Ok(Self { readers: open::Readers::new(path), writer: writer::start(connection) })
    }

    /// Runs `change` in the next group and answers after its COMMIT. On an error nothing of it remains.
    pub async fn write<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.send(change)?.await.map_err(|_| StoreError::Closed)?
    }

    /// A short read on a connection of its own.
    pub async fn read<T, F>(&self, look: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || readers.with(look)).await.map_err(|_| StoreError::Closed)?
    }

    /// Copies the whole database into a new file, on the writer's connection, so that foreign writes do not restart it.
    pub async fn backup(&self, to: std::path::PathBuf) -> Result<u64, StoreError> {
        self.writer.backup(to)?.await.map_err(|_| StoreError::Closed)?
    }
}
