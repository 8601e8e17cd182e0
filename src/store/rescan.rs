//! Stored texts, to be matched again: brought a few at a time, their hits rewritten in short transactions.

use super::body::Kept;
use super::page::NewMention;
use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, params};
use std::time::{Duration, Instant};

/// Where a rescan stands, so that one that was killed goes on from there.
const MARK: &str = "rescan";

/// Which revisions are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wanted {
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    /// The key of a source.
    pub source: Option<String>,
}

impl Wanted {
    fn is_met(&self, at: DateTime<Utc>, source: &str) -> bool {
        self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at < until)
            && self.source.as_ref().is_none_or(|wanted| wanted == source)
    }
}

/// A stored revision with what was found in it.
#[derive(Debug, Clone)]
pub struct Stored {
    pub revision: i64,
    pub entry: i64,
    /// The key of its source.
    pub source: String,
    pub title: String,
    /// `None`: its time was over and its bytes are gone.
    pub text: Option<Kept>,
    pub url: Option<String>,
    pub published: Option<String>,
    /// Why the entry wakes nobody.
    pub old: Option<String>,
    /// Lexicons and hits, as stored.
    pub hits: Option<(i64, String)>,
    /// The entry reads so now, and no rule has fired on it.
    pub may_fire: bool,
    /// What stands around an article.
    pub around: bool,
}

/// What one short read brought.
#[derive(Debug)]
pub struct Batch {
    pub stored: Vec<Stored>,
    /// Everything up to this revision was looked at.
    pub upto: i64,
    pub done: bool,
}

/// Hits of one revision, to take the place of those that were there.
#[derive(Debug, Clone)]
pub struct Rehit {
    pub revision: i64,
    /// Their number and JSON.
    pub hits: Option<(usize, String)>,
}

/// A rule fired on a text that was stored long ago.
#[derive(Debug, Clone)]
pub struct LateMention {
    pub revision: i64,
    pub entry: i64,
    pub source: String,
    pub tier: &'static str,
    pub fired: String,
    pub excerpt: String,
    pub old: Option<String>,
    pub keys: Vec<String>,
    pub sketch: String,
}

impl View<'_> {
    /// The first and the last revision there is.
    pub fn revisions(&self) -> Result<Option<(i64, i64)>, StoreError> {
        let ends: (Option<i64>, Option<i64>) =
            (self.one("SELECT min(id) FROM revision", [])?, self.one("SELECT max(id) FROM revision", [])?);
        Ok(ends.0.zip(ends.1))
    }

    /// Wanted revisions after one and up to another, as many as come within `many` and `time`.
    pub fn stored_after(
        &self,
        after: i64,
        last: i64,
        wanted: &Wanted,
        many: usize,
        time: Duration,
    ) -> Result<Batch, StoreError> {
        let begun = Instant::now();
        let mut statement = self.connection.prepare_cached(
            "SELECT revision.id, revision.at, source.key, revision.entry, revision.title, entry.url, entry.published,
                    entry.old, hits.lexicon, hits.found, mention.id IS NULL AND entry.current_rev = revision.id,
                    body.bytes IS NOT NULL, body.codec, body.size, body.bytes, entry.around
               FROM revision JOIN source ON source.id = revision.source JOIN entry ON entry.id = revision.entry
               JOIN body ON body.id = revision.text LEFT JOIN hits ON hits.revision = revision.id
               LEFT JOIN mention ON mention.revision = revision.id
              WHERE revision.id > ?1 AND revision.id <= ?2 ORDER BY revision.id",
        )?;
        let mut rows = statement.query((after, last))?;
        let mut batch = Batch { stored: Vec::new(), upto: after, done: true };
        while let Some(row) = rows.next()? {
            let source: String = row.get(2)?;
            batch.upto = row.get(0)?;
            if wanted.is_met(instant(row.get(1)?), &source) {
                let (lexicon, found): (Option<i64>, Option<String>) = (row.get(8)?, row.get(9)?);
                let text = if row.get(11)? { Some(Kept::of(row, 12)?) } else { None };
                batch.stored.push(Stored {
                    revision: batch.upto,
                    entry: row.get(3)?,
                    source,
                    title: row.get(4)?,
                    text,
                    url: row.get(5)?,
                    published: row.get(6)?,
                    old: row.get(7)?,
                    hits: lexicon.zip(found),
                    may_fire: row.get(10)?,
                    around: row.get(15)?,
                });
            }
            if batch.stored.len() >= many || begun.elapsed() >= time {
                batch.done = false;
                break;
            }
        }
        Ok(batch)
    }

    pub fn rescan_mark(&self) -> Result<Option<String>, StoreError> {
        Ok(self.meta(MARK)?.filter(|mark| !mark.is_empty()))
    }

    /// By which keys an entry is known. There is no index for it: asked for single entries only.
    pub fn keys_of(&self, entry: i64) -> Result<Vec<String>, StoreError> {
        self.rows("SELECT url_key FROM entry_url WHERE entry = ?1", [entry], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// What these revisions hold by the lexicons of that snapshot. Repeating it changes nothing.
    pub fn rewrite_hits(&self, rehits: &[Rehit], lexicon: i64) -> Result<(), StoreError> {
        for Rehit { revision, hits } in rehits {
            match hits {
                Some((n, found)) => self.execute(
                    "INSERT INTO hits (revision, lexicon, n, found) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (revision) DO UPDATE SET lexicon = excluded.lexicon, n = excluded.n, found = excluded.found",
                    params![revision, lexicon, *n as i64, found],
                )?,
                None => self.execute("DELETE FROM hits WHERE revision = ?1", [revision])?,
            };
        }
        Ok(())
    }

    pub fn mark_rescan(&self, mark: &str) -> Result<(), StoreError> {
        self.meta_set(MARK, mark)
    }

    pub fn end_rescan(&self) -> Result<(), StoreError> {
        self.execute("DELETE FROM meta WHERE key = ?1", [MARK])?;
        Ok(())
    }

    /// The mention of a stored text and its story; `None`: it has one already.
    pub fn late_mention(
        &mut self,
        late: &LateMention,
        now: DateTime<Utc>,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let source: Option<i64> = self.maybe(
            "SELECT revision.source FROM revision LEFT JOIN mention ON mention.revision = revision.id
              WHERE revision.id = ?1 AND mention.id IS NULL",
            [late.revision],
            |row| row.get(0),
        )?;
        let Some(source) = source else { return Ok(None) };
        // A mention's bytes are kept longer than those of a text without one.
        self.execute(
            "UPDATE body SET keep_until = max(keep_until, ?2) WHERE keep_until IS NOT NULL AND id IN (
                 SELECT text FROM revision WHERE id = ?1 UNION SELECT raw FROM revision WHERE id = ?1)",
            (late.revision, millis(now + TimeDelta::days(180))),
        )?;
        let new = NewMention {
            revision: late.revision,
            entry: late.entry,
            source,
            at: now,
            tier: late.tier,
            fired: &late.fired,
            excerpt: &late.excerpt,
            old: late.old.as_deref(),
            keys: &late.keys,
            sketch: &late.sketch,
        };
        self.add_mention(&new).map(Some)
    }

    /// The number of the open incident that this mention raised.
    pub fn raised_by(&self, mention: i64) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT number FROM incident WHERE mention = ?1 AND state <> 'closed'")?
            .query_row([mention], |row| row.get(0))
            .optional()?)
    }
}
