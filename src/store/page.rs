//! One page is one transaction: its entries, hits, mentions and found pages, its validators, its place in the ledger.

use super::body::Keep;
use super::tx::millis;
use super::{Packed, StoreError, Tx};
use crate::model::NewDomain;
use chrono::{DateTime, Utc};
use rusqlite::params;

/// Which lease this visit holds. Completion counts only while it does.
#[derive(Debug, Clone)]
pub struct Visit {
    pub source: i64,
    /// `None`: the source's own address.
    pub page: Option<i64>,
    pub lease_no: i64,
    /// The source's first visit, or a page found on it.
    pub first_visit: bool,
}

/// What came of one visit, ready to be written: plain values, computed outside the writer.
#[derive(Debug, Clone)]
pub struct PageRecord {
    pub visit: Visit,
    pub at: DateTime<Utc>,
    /// A word of the coverage ledger, and why.
    pub outcome: &'static str,
    pub reason: String,
    /// When the source is due again; for a page, when it is retried, or `None` where it is finished.
    pub due_at: Option<DateTime<Utc>>,
    /// `done`, `gone`, `given_up` or `due` (with `due_at`); ignored for the source's own address.
    pub page_state: &'static str,
    pub fetch: Option<FetchRecord>,
    pub entries: Vec<EntryRecord>,
    pub links: Vec<LinkRecord>,
    /// Of a page that was read whole.
    pub around: Option<AroundRecord>,
    pub lexicon: i64,
}

impl PageRecord {
    /// The same visit with nothing to store but how it ended.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self {
            visit: self.visit.clone(),
            at: self.at,
            outcome: self.outcome,
            reason: self.reason.clone(),
            due_at: self.due_at,
            page_state: self.page_state,
            fetch: None,
            entries: Vec::new(),
            links: Vec::new(),
            around: None,
            lexicon: self.lexicon,
        }
    }
}

#[derive(Debug, Clone)]
pub struct FetchRecord {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub sha256: String,
    /// Digest of what a start page shows apart from its frame; equal where nothing is new.
    pub shown: Option<String>,
    /// The wire body; `None` where nothing was hit or the page holds personal data.
    pub wire: Option<Packed>,
    /// Status, headers as received, address chain, time: JSON.
    pub fetched: String,
}

/// What was seen around the article of an own page; the entry it makes is the last of the page's.
#[derive(Debug, Clone)]
pub struct AroundRecord {
    pub page: String,
    /// Digests of the lines of its entry.
    pub lines: Vec<String>,
    pub domains: Vec<NewDomain>,
    /// The first look at such a page of this source: what is there is not news.
    pub learning: bool,
}

#[derive(Debug, Clone)]
pub struct LinkRecord {
    pub url: String,
    pub url_key: String,
    pub host: String,
    pub why: &'static str,
    pub hint: Option<String>,
}

#[derive(Debug, Clone)]
pub struct EntryRecord {
    /// Typed keys, the entry's own first.
    pub keys: Vec<String>,
    pub url: Option<String>,
    pub title: String,
    pub text: Packed,
    pub text_digest: String,
    /// Equal for the same text whatever its layout: same text, one story.
    pub sketch: String,
    pub published: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub byline: Option<String>,
    /// What the page names as its origin.
    pub outlet: Option<String>,
    /// Why it wakes nobody: `first_visit`, `undated`, `aged`.
    pub old: Option<&'static str>,
    /// Number of hits and their JSON.
    pub hits: Option<(usize, String)>,
    /// JSON of the rules that fired; `None`: no mention.
    pub fired: Option<String>,
    pub excerpt: String,
    pub tier: &'static str,
    pub personal: bool,
    /// What stands around an article, no article.
    pub around: bool,
}

/// What was new about a page.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    pub new_entries: u32,
    pub edited: u32,
    pub new_links: u32,
    pub mentions: Vec<Mentioned>,
    /// Index into `PageRecord::entries` and entry, of every new revision.
    pub revised: Vec<(usize, i64)>,
}

#[derive(Debug, Clone)]
pub struct Mentioned {
    /// Index into `PageRecord::entries`.
    pub index: usize,
    pub mention: i64,
    pub entry: i64,
    pub story: i64,
}

/// What a rule that fired on a revision leaves.
pub(super) struct NewMention<'a> {
    pub revision: i64,
    pub entry: i64,
    pub source: i64,
    pub at: DateTime<Utc>,
    pub tier: &'a str,
    pub fired: &'a str,
    pub excerpt: &'a str,
    pub old: Option<&'a str>,
    pub keys: &'a [String],
    pub sketch: &'a str,
}

/// Raised by one when reading changes; a revision that differs only by it is `reread` and alerts nobody.
pub const READER_VERSION: i64 = 2;
/// Version of `read::canonical`; rows of older versions are re-keyed when met again.
pub const KEY_VERSION: i64 = 1;

impl Tx<'_> {
    /// Writes what a visit found. `LeaseLost` where another run has taken the page meanwhile.
    pub fn record_page(&mut self, record: &PageRecord) -> Result<Recorded, StoreError> {
        self.finish_lease(record)?;
        let mut recorded = Recorded::default();
        for (index, entry) in record.entries.iter().enumerate() {
            self.record_entry(record, index, entry, &mut recorded)?;
        }
        if let Some(around) = &record.around {
            let last = record.entries.len().wrapping_sub(1);
            let entry = recorded.revised.iter().find(|(index, _)| *index == last).map(|(_, entry)| *entry);
            let entry = entry.filter(|_| record.entries.last().is_some_and(|entry| entry.around));
            self.record_around(record, around, entry)?;
        }
        for link in &record.links {
            recorded.new_links += u32::from(self.record_link(record, link)?);
        }
        let what = if record.visit.page.is_some() { "page" } else { "source" };
        self.cover(
            record.visit.source,
            what,
            record.outcome,
            &record.reason,
            recorded.new_entries,
            record.at,
        )?;
        Ok(recorded)
    }

    fn record_entry(
        &mut self,
        record: &PageRecord,
        index: usize,
        entry: &EntryRecord,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        if entry.around
            && let Some(around) = &record.around
            && self.shown_already(record.visit.source, &around.lines)?
        {
            return Ok(());
        }
        // Also what another source showed first: two lists of one site share their notices.
        if let Some(at) = entry.published_at.filter(|at| *at <= record.at) {
            self.execute(
                "UPDATE source SET newest_item_at = ?2 WHERE id = ?1 AND coalesce(newest_item_at, 0) < ?2",
                (record.visit.source, millis(at)),
            )?;
        }
        let known = self.entry_of(&entry.keys)?;
        let (entry_id, no, kind) = match known {
            None => {
                recorded.new_entries += u32::from(!entry.around);
                (self.new_entry(record, entry)?, 1, "original")
            }
            Some(id) => {
                self.add_keys(record.visit.source, id, &entry.keys)?;
                let Some((no, digest, raw, reader)) = self.latest_revision(id)? else {
                    return Err(StoreError::Data(format!("entry {id} has no revision")));
                };
                if digest == entry.text_digest && !entry.around {
                    return Ok(());
                }
                let same_bytes =
                    raw.is_some() && raw == record.fetch.as_ref().map(|fetch| fetch.sha256.clone());
                if entry.around {
                    // Its lines are such as the source has not shown before.
                    (id, no + 1, "edited")
                } else if same_bytes || reader != READER_VERSION {
                    (id, no + 1, "reread")
                } else {
                    recorded.edited += 1;
                    (id, no + 1, "edited")
                }
            }
        };
        let revision = self.new_revision(record, entry, entry_id, no, kind)?;
        recorded.revised.push((index, entry_id));
        if kind != "reread"
            && let Some(fired) = &entry.fired
        {
            let new = NewMention {
                revision,
                entry: entry_id,
                source: record.visit.source,
                at: record.at,
                tier: entry.tier,
                fired,
                excerpt: &entry.excerpt,
                old: entry.old,
                keys: &entry.keys,
                sketch: &entry.sketch,
            };
            let (mention, story) = self.add_mention(&new)?;
            recorded.mentions.push(Mentioned { index, mention, entry: entry_id, story });
        }
        Ok(())
    }

    /// The mention and its story.
    pub(super) fn add_mention(&mut self, new: &NewMention) -> Result<(i64, i64), StoreError> {
        let story = self.story_for(new.entry, new.keys, new.sketch, new.at)?;
        let mention = self.id()?;
        self.execute(
            "INSERT INTO mention (id, revision, entry, source, at, tier, fired, excerpt, old, story)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                mention,
                new.revision,
                new.entry,
                new.source,
                millis(new.at),
                new.tier,
                new.fired,
                new.excerpt,
                new.old,
                story
            ],
        )?;
        Ok((mention, story))
    }

    fn entry_of(&self, keys: &[String]) -> Result<Option<i64>, StoreError> {
        for key in keys {
            let found =
                self.maybe("SELECT entry FROM entry_url WHERE url_key = ?1", [key], |row| row.get(0))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn new_entry(&mut self, record: &PageRecord, entry: &EntryRecord) -> Result<i64, StoreError> {
        let id = self.id()?;
        self.execute(
            "INSERT INTO entry (id, first_source, url, published, published_at, first_seen, old, state, around)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'live', ?8)",
            params![
                id,
                record.visit.source,
                entry.url,
                entry.published,
                entry.published_at.map(millis),
                millis(record.at),
                entry.old,
                entry.around
            ],
        )?;
        self.add_keys(record.visit.source, id, &entry.keys)?;
        Ok(id)
    }

    fn add_keys(&self, source: i64, entry: i64, keys: &[String]) -> Result<(), StoreError> {
        for key in keys {
            self.execute(
                "INSERT INTO entry_url (url_key, key_version, entry) VALUES (?1, ?2, ?3) ON CONFLICT (url_key) DO NOTHING",
                (key, KEY_VERSION, entry),
            )?;
        }
        if let Some(key) = keys.first() {
            self.execute(
                "INSERT INTO seen (source, item_key, entry) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                (source, key, entry),
            )?;
        }
        Ok(())
    }

    fn latest_revision(&self, entry: i64) -> Result<Option<(i64, String, Option<String>, i64)>, StoreError> {
        self.maybe(
            "SELECT no, text_digest, raw_sha256, reader_version FROM revision WHERE entry = ?1 ORDER BY no DESC LIMIT 1",
            [entry],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    }

    fn new_revision(
        &mut self,
        record: &PageRecord,
        entry: &EntryRecord,
        entry_id: i64,
        no: i64,
        kind: &str,
    ) -> Result<i64, StoreError> {
        let keep = if entry.fired.is_some() { Keep::Mention } else { Keep::Short };
        let text = self.put_body(&entry.text, "text", keep, record.at)?;
        let fetch = record.fetch.as_ref();
        let raw = match fetch.and_then(|fetch| fetch.wire.as_ref()) {
            Some(wire) if entry.hits.is_some() => Some(self.put_body(wire, "wire", keep, record.at)?),
            _ => None,
        };
        let id = self.id()?;
        self.execute(
            "INSERT INTO revision (id, entry, no, source, kind, at, title, text, text_digest, raw, raw_sha256, fetched,
                                   byline, reader_version, personal, outlet)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                id,
                entry_id,
                no,
                record.visit.source,
                kind,
                millis(record.at),
                entry.title,
                text,
                entry.text_digest,
                raw,
                fetch.map(|fetch| fetch.sha256.as_str()),
                fetch.filter(|_| entry.hits.is_some()).map(|fetch| fetch.fetched.as_str()),
                entry.byline,
                READER_VERSION,
                entry.personal,
                entry.outlet
            ],
        )?;
        self.execute("UPDATE entry SET current_rev = ?2 WHERE id = ?1", (entry_id, id))?;
        if let Some((n, found)) = &entry.hits {
            self.execute(
                "INSERT INTO hits (revision, lexicon, n, found) VALUES (?1, ?2, ?3, ?4)",
                params![id, record.lexicon, *n as i64, found],
            )?;
        }
        Ok(id)
    }

    /// Posts of one thread are one matter: the story of its latest mention.
    fn story_of_thread(&self, keys: &[String]) -> Result<Option<i64>, StoreError> {
        let Some(thread) =
            keys.iter().find_map(|key| key.rsplit_once('#').filter(|_| key.starts_with("post:")))
        else {
            return Ok(None);
        };
        // '$' follows '#': all keys of this thread and no others.
        self.maybe(
            "SELECT mention.story FROM entry_url JOIN mention ON mention.entry = entry_url.entry
              WHERE url_key >= ?1 AND url_key < ?2 ORDER BY mention.id DESC LIMIT 1",
            (format!("{}#", thread.0), format!("{}$", thread.0)),
            |row| row.get(0),
        )
    }

    /// The story of this entry's earlier mention, else the one with the same text, else that of its thread, else a
    /// new one.
    fn story_for(
        &mut self,
        entry_id: i64,
        keys: &[String],
        sketch: &str,
        at: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let earlier = self.maybe(
            "SELECT story FROM mention WHERE entry = ?1 ORDER BY id DESC LIMIT 1",
            [entry_id],
            |row| row.get::<_, i64>(0),
        )?;
        let same_text = match earlier {
            Some(story) => Some(story),
            None => self.maybe(
                "SELECT id FROM story WHERE sketch = ?1 AND state <> 'merged' ORDER BY id DESC LIMIT 1",
                [sketch],
                |row| row.get(0),
            )?,
        };
        let story = match same_text {
            Some(story) => Some(story),
            None => self.story_of_thread(keys)?,
        };
        if let Some(story) = story {
            self.execute(
                "UPDATE story SET mentions = mentions + 1, grown_at = max(grown_at, ?2), state = 'live' WHERE id = ?1",
                (story, millis(at)),
            )?;
            return Ok(story);
        }
        let story = self.id()?;
        self.execute(
            "INSERT INTO story (id, first_entry, sketch, started_at, grown_at, mentions, state)
             VALUES (?1, ?2, ?3, ?4, ?4, 1, 'live')",
            params![story, entry_id, sketch, millis(at)],
        )?;
        Ok(story)
    }
}
