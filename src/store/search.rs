//! Search that finds two-character words: character bigrams in a contentless FTS5 table, over titles of all entries
//! and hit sentences of mentions. A derived index: housekeeping fills it in, and it can be rebuilt.

use super::tx::instant;
use super::{StoreError, Tx, View};
use crate::model::QuotePart;
use chrono::{DateTime, Utc};
use rusqlite::params;

#[derive(Debug, Clone, serde::Serialize)]
pub struct FoundEntry {
    pub entry: i64,
    pub title: String,
    pub source: String,
    pub url: Option<String>,
    pub published: Option<String>,
    pub first_seen: DateTime<Utc>,
    pub old: Option<String>,
    pub excerpt: Option<String>,
}

impl Tx<'_> {
    /// Indexes up to `many` revisions that came since the last time; says how many it did.
    pub fn index_some(&mut self, many: u32) -> Result<usize, StoreError> {
        let cursor: i64 = self.view().meta("search_upto")?.and_then(|text| text.parse().ok()).unwrap_or(0);
        let rows: Vec<(i64, String, Option<String>)> = self.view().rows(
            "SELECT revision.id, revision.title, mention.excerpt
               FROM revision LEFT JOIN mention ON mention.revision = revision.id
              WHERE revision.id > ?1 ORDER BY revision.id LIMIT ?2",
            params![cursor, many],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let Some(last) = rows.last().map(|row| row.0) else { return Ok(0) };
        for (id, title, excerpt) in &rows {
            let text = format!("{title}\n{}", excerpt.as_deref().map(plain).unwrap_or_default());
            self.execute("INSERT INTO search (rowid, grams) VALUES (?1, ?2)", (id, grams(&text)))?;
        }
        self.meta_set("search_upto", &last.to_string())?;
        Ok(rows.len())
    }

    pub fn rebuild_search(&self) -> Result<(), StoreError> {
        self.execute("DELETE FROM search", [])?;
        self.meta_set("search_upto", "0")
    }
}

impl View<'_> {
    /// Newest first. Words separated by blanks must all be there; each may be as short as one character.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<FoundEntry>, StoreError> {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let phrase = words.iter().map(|word| phrase(word)).collect::<Vec<_>>().join(" AND ");
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(FoundEntry, String)> = self.rows(
            "SELECT entry.id, revision.title, source.name, entry.url, entry.published, entry.first_seen, entry.old,
                    mention.excerpt
               FROM search JOIN revision ON revision.id = search.rowid JOIN entry ON entry.id = revision.entry
               JOIN source ON source.id = entry.first_source LEFT JOIN mention ON mention.revision = revision.id
              WHERE search MATCH ?1 ORDER BY search.rowid DESC LIMIT ?2",
            params![phrase, limit.saturating_mul(4)],
            |row| {
                let title: String = row.get(1)?;
                let excerpt = row.get::<_, Option<String>>(7)?.as_deref().map(plain);
                let all = format!("{title}\n{}", excerpt.as_deref().unwrap_or_default()).to_lowercase();
                let found = FoundEntry {
                    entry: row.get(0)?,
                    title,
                    source: row.get(2)?,
                    url: row.get(3)?,
                    published: row.get(4)?,
                    first_seen: instant(row.get(5)?),
                    old: row.get(6)?,
                    excerpt,
                };
                Ok((found, all))
            },
        )?;
        // Bigrams of a phrase stand side by side in the index, but only the text itself proves the words.
        let proven = rows.into_iter().filter(|(_, all)| words.iter().all(|word| all.contains(word.as_str())));
        Ok(proven.map(|(found, _)| found).take(limit as usize).collect())
    }
}

fn plain(excerpt: &str) -> String {
    let parts: Vec<QuotePart> = serde_json::from_str(excerpt).unwrap_or_default();
    parts.into_iter().map(|part| part.text).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Runs of Han characters become overlapping pairs (and the last character alone, so that a prefix search finds
/// single ones); other words stay whole.
fn grams(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for run in runs(&text.to_lowercase()) {
        let chars: Vec<char> = run.chars().collect();
        if is_han(chars[0]) {
            for pair in chars.windows(2) {
                out.extend(pair);
                out.push(' ');
            }
            out.extend(chars.last());
        } else {
            out.push_str(&run);
        }
        out.push(' ');
    }
    out
}

/// The same split as an FTS5 phrase; a single Han character is a prefix of its pairs.
fn phrase(word: &str) -> String {
    let mut parts = Vec::new();
    for run in runs(word) {
        let chars: Vec<char> = run.chars().collect();
        if is_han(chars[0]) && chars.len() == 1 {
            parts.push(format!("\"{run}\" *"));
        } else if is_han(chars[0]) {
            let pairs: Vec<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
            parts.push(format!("\"{}\"", pairs.join(" ")));
        } else {
            parts.push(format!("\"{run}\""));
        }
    }
    // A word of signs only finds nothing rather than everything.
    if parts.is_empty() { "\"\u{1}\"".to_owned() } else { parts.join(" AND ") }
}

fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last: Option<bool> = None;
    for c in text.chars() {
        let kind = if is_han(c) { Some(true) } else { c.is_alphanumeric().then_some(false) };
        match (kind, runs.last_mut()) {
            (Some(_), Some(run)) if kind == last => run.push(c),
            (Some(_), _) => runs.push(c.to_string()),
            (None, _) => {}
        }
        last = kind;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_pairs() {
        assert_eq!(grams("被立案,IPO 2026"), "被立 立案 案 ipo 2026 ");
        assert_eq!(phrase("立案调查"), "\"立案 案调 调查\"");
        assert_eq!(phrase("谣"), "\"谣\" *");
        assert_eq!(phrase("!!"), "\"\u{1}\"");
    }
}
