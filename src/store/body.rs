//! Texts and wire bodies by digest, compressed.

use super::tx::millis;
use super::{StoreError, Tx, View};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;
use sha2::{Digest, Sha256};
use std::cell::RefCell;

/// Bytes made ready for the table outside the writer: digested and compressed.
#[derive(Debug, Clone)]
pub struct Packed {
    pub digest: String,
    pub size: usize,
    codec: &'static str,
    bytes: Vec<u8>,
}

impl Packed {
    /// Compresses at zstd's fast end; what does not shrink (gzip from the wire) is kept as it is.
    pub fn new(bytes: &[u8]) -> Self {
        Self::with_digest(bytes, hex(&Sha256::digest(bytes)))
    }

    /// As `new`, where the SHA-256 is already known.
    pub fn with_digest(bytes: &[u8], digest: String) -> Self {
        let packed = compress(bytes).filter(|packed| packed.len() < bytes.len());
        let (codec, kept) = packed.map_or_else(|| ("none", bytes.to_vec()), |packed| ("zstd", packed));
        Self { digest, size: bytes.len(), codec, bytes: kept }
    }
}

/// One compressor a thread: making one costs as much as a short text.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> =
            RefCell::new(zstd::bulk::Compressor::new(1).ok());
    }
    COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(bytes).ok())
}

/// What makes two revisions the same: SHA-256 over title and text.
pub fn text_digest(title: &str, text: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(title.as_bytes());
    hasher.update([0]);
    hasher.update(text.as_bytes());
    hex(&hasher.finalize())
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How long bytes are kept (P10). The longer of two wishes wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// An entry without a mention: 30 days.
    Short,
    /// A mention: 180 days. What an incident refers to is pinned apart, by `pin_story`.
    Mention,
}

impl Keep {
    fn until(self, now: DateTime<Utc>) -> i64 {
        match self {
            Self::Short => millis(now + TimeDelta::days(30)),
            Self::Mention => millis(now + TimeDelta::days(180)),
        }
    }
}

impl Tx<'_> {
    pub(super) fn put_body(
        &mut self,
        packed: &Packed,
        class: &str,
        keep: Keep,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let id = self.id()?;
        // Purged bytes that turn up again are kept again.
        Ok(self
            .connection
            .prepare_cached(
                "INSERT INTO body (id, digest, class, codec, size, bytes, keep_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (digest) DO UPDATE SET
                     keep_until = CASE WHEN keep_until IS NULL OR excluded.keep_until IS NULL THEN NULL
                                       ELSE max(keep_until, excluded.keep_until) END,
                     bytes = coalesce(bytes, excluded.bytes), codec = CASE WHEN bytes IS NULL THEN excluded.codec ELSE codec END,
                     purged_at = NULL
                 RETURNING id",
            )?
            .query_row(
                params![id, packed.digest, class, packed.codec, packed.size as i64, packed.bytes, keep.until(now)],
                |row| row.get(0),
            )?)
    }

    /// Everything a story's revisions rest on is kept for ever: an incident refers to it.
    pub fn pin_story(&self, story: i64) -> Result<(), StoreError> {
        self.execute(
            "UPDATE body SET keep_until = NULL WHERE keep_until IS NOT NULL AND id IN (
                 SELECT revision.text FROM mention JOIN revision ON revision.id = mention.revision WHERE mention.story = ?1
                 UNION SELECT revision.raw FROM mention JOIN revision ON revision.id = mention.revision WHERE mention.story = ?1)",
            [story],
        )?;
        Ok(())
    }
}

impl View<'_> {
    /// The bytes as they were before compression; `None`: purged or never kept.
    pub fn body(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT codec, size, bytes FROM body WHERE id = ?1 AND bytes IS NOT NULL";
        let kept = self.maybe(sql, [id], |row| Kept::of(row, 0))?;
        kept.map(|kept| kept.bytes()).transpose()
    }
}

/// Bytes as the table holds them; unpacked outside the read.
#[derive(Debug, Clone)]
pub struct Kept {
    codec: String,
    size: usize,
    bytes: Vec<u8>,
}

impl Kept {
    /// From the columns codec, size, bytes, which must not be NULL.
    pub(super) fn of(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let size: i64 = row.get(first + 1)?;
        Ok(Self { codec: row.get(first)?, size: size as usize, bytes: row.get(first + 2)? })
    }

    pub fn bytes(self) -> Result<Vec<u8>, StoreError> {
        if self.codec == "none" {
            return Ok(self.bytes);
        }
        zstd::bulk::decompress(&self.bytes, self.size)
            .map_err(|error| StoreError::Data(format!("a stored body does not decompress: {error}")))
    }

    pub fn text(self) -> Result<String, StoreError> {
        String::from_utf8(self.bytes()?)
            .map_err(|error| StoreError::Data(format!("a stored text is not UTF-8: {error}")))
    }
}
