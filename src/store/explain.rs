//! A mention with everything that says why it is one.

use super::body::Kept;
use super::tx::instant;
use super::{StoreError, View};
use crate::model::{Tier, Word};
use chrono::{DateTime, Utc};

#[derive(Debug, Clone)]
pub struct ExplainedMention {
    pub mention: i64,
    pub at: DateTime<Utc>,
    pub source: String,
    pub tier: Option<Tier>,
    pub title: String,
    /// `None`: its bytes are gone.
    pub text: Option<Kept>,
    /// JSON: the rules that fired, the quotation, all hits.
    pub fired: String,
    pub excerpt: String,
    pub found: String,
    /// The snapshot of the lexicons by which these hits were found.
    pub lexicon: i64,
}

impl View<'_> {
    pub fn explained(&self, mention: i64) -> Result<Option<ExplainedMention>, StoreError> {
        self.maybe(
            "SELECT mention.id, mention.at, source.name, mention.tier, revision.title, mention.fired, mention.excerpt,
                    coalesce(hits.found, '[]'), coalesce(hits.lexicon, 0),
                    body.bytes IS NOT NULL, body.codec, body.size, body.bytes
               FROM mention JOIN revision ON revision.id = mention.revision JOIN source ON source.id = mention.source
               JOIN body ON body.id = revision.text LEFT JOIN hits ON hits.revision = revision.id
              WHERE mention.id = ?1",
            [mention],
            |row| {
                Ok(ExplainedMention {
                    mention: row.get(0)?,
                    at: instant(row.get(1)?),
                    source: row.get(2)?,
                    tier: Tier::parse(&row.get::<_, String>(3)?),
                    title: row.get(4)?,
                    fired: row.get(5)?,
                    excerpt: row.get(6)?,
                    found: row.get(7)?,
                    lexicon: row.get(8)?,
                    text: if row.get(9)? { Some(Kept::of(row, 10)?) } else { None },
                })
            },
        )
    }

    /// What a snapshot holds: for lexicons a JSON object of file names and texts.
    pub fn snapshot_body(&self, id: i64) -> Result<Option<String>, StoreError> {
        self.maybe("SELECT body FROM snapshot WHERE id = ?1", [id], |row| row.get(0))
    }
}
