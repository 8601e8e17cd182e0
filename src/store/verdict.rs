//! What people said of mentions: by a verdict on the entry, or by closing the incident of its story.

use super::body::Kept;
use super::tx::millis;
use super::{StoreError, Tx, View};
use crate::model::{Verdict, Word};
use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

/// A mention, what fired on it, and what became of it.
#[derive(Debug, Clone)]
pub struct JudgedMention {
    pub mention: i64,
    pub story: i64,
    /// JSON of the rules that fired, and of all hits.
    pub fired: String,
    pub found: String,
    pub title: String,
    /// `None`: its bytes are gone.
    pub text: Option<Kept>,
    /// `None`: nobody has judged it. An entry's own verdict goes before that of its story's incidents, of which one
    /// that was ours is enough.
    pub verdict: Option<Verdict>,
}

const SELECT: &str = "SELECT mention.id, mention.story, mention.fired, hits.found, revision.title,
        coalesce(mention.verdict,
            (SELECT CASE min(incident.verdict = 'irrelevant') WHEN 1 THEN 'irrelevant' WHEN 0 THEN 'true' END
               FROM incident WHERE incident.story = mention.story AND incident.verdict IS NOT NULL AND incident.kind <> 'drill')),
        body.bytes IS NOT NULL, body.codec, body.size, body.bytes
   FROM mention JOIN revision ON revision.id = mention.revision JOIN hits ON hits.revision = revision.id
   JOIN body ON body.id = revision.text";

fn row(row: &Row<'_>) -> rusqlite::Result<JudgedMention> {
    let verdict: Option<String> = row.get(5)?;
    Ok(JudgedMention {
        mention: row.get(0)?,
        story: row.get(1)?,
        fired: row.get(2)?,
        found: row.get(3)?,
        title: row.get(4)?,
        text: if row.get(6)? { Some(Kept::of(row, 7)?) } else { None },
        verdict: verdict.as_deref().and_then(Verdict::parse),
    })
}

impl Tx<'_> {
    /// How many mentions of this entry are judged so now.
    pub fn judge_entry(&self, entry: i64, verdict: Verdict) -> Result<usize, StoreError> {
        self.execute("UPDATE mention SET verdict = ?2 WHERE entry = ?1", (entry, verdict.key()))
    }
}

impl View<'_> {
    /// Mentions since then, judged or not, after one and at most so many.
    pub fn mentions_after(
        &self,
        after: i64,
        since: DateTime<Utc>,
        many: u32,
    ) -> Result<Vec<JudgedMention>, StoreError> {
        self.rows(
            &format!("{SELECT} WHERE mention.id > ?1 AND mention.at >= ?2 ORDER BY mention.id LIMIT ?3"),
            params![after, millis(since), many],
            row,
        )
    }

    /// Judged mentions with a hit of a loose way, after one and at most so many: what there is to learn from.
    pub fn loose_judged_after(&self, after: i64, many: u32) -> Result<Vec<JudgedMention>, StoreError> {
        self.rows(
            &format!(
                "{SELECT} WHERE mention.id > ?1 AND mention.id IN (
                     SELECT id FROM mention WHERE verdict IS NOT NULL
                      UNION SELECT mention.id FROM incident JOIN mention ON mention.story = incident.story
                             WHERE incident.verdict IS NOT NULL)
                   AND (found LIKE '%\"pinyin\"]%' OR found LIKE '%\"homophone\"]%' OR found LIKE '%\"shape\"]%'
                        OR found LIKE '%\"split\"]%' OR found LIKE '%\"emoji\"]%')
                  ORDER BY mention.id LIMIT ?2"
            ),
            params![after, many],
            row,
        )
    }
}
