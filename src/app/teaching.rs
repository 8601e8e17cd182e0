//! What verdicts say of terms and of their disguised forms.

use crate::lexicon::precision::{Judged, Precision, Seen};
use crate::model::{Taught, Verdict};
use crate::store::{JudgedMention, Store, StoreError};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashSet;

/// Mentions brought by one read.
const AT_ONCE: u32 = 200;

/// What is known of disguised forms, from all verdicts there are.
pub async fn lessons(store: &Store) -> Result<Vec<Taught>, StoreError> {
    let mut precision = Precision::default();
    let mut after = 0;
    loop {
        let some = store.read(move |view| view.loose_judged_after(after, AT_ONCE)).await?;
        let Some(last) = some.last() else { return Ok(precision.taught()) };
        after = last.mention;
        gather(&mut precision, some)?;
    }
}

/// How often terms and forms were right, of mentions since then.
pub async fn precision(store: &Store, since: DateTime<Utc>) -> Result<Precision, StoreError> {
    let mut precision = Precision::default();
    let mut after = 0;
    loop {
        let some = store.read(move |view| view.mentions_after(after, since, AT_ONCE)).await?;
        let Some(last) = some.last() else { return Ok(precision) };
        after = last.mention;
        gather(&mut precision, some)?;
    }
}

fn gather(precision: &mut Precision, mentions: Vec<JudgedMention>) -> Result<(), StoreError> {
    for mention in mentions {
        precision.add(&judged(mention)?);
    }
    Ok(())
}

/// The hits among what fired, each as the text has it.
fn judged(mention: JudgedMention) -> Result<Judged, StoreError> {
    let fired: Vec<Value> = serde_json::from_str(&mention.fired)?;
    let because: HashSet<&str> = fired
        .iter()
        .filter_map(|one| one["because"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let found = super::rescan::compare::rows(&mention.found);
    let text = mention.text.map(|text| text.text()).transpose()?;
    let form = |field: u8, start: usize, end: usize| {
        let of = if field == 0 { Some(mention.title.as_str()) } else { text.as_deref() };
        of.map(|of| of.chars().skip(start).take(end.saturating_sub(start)).collect::<String>().to_lowercase())
    };
    let hits = found.iter().filter_map(|row| {
        if !because.contains(format!("{} {}", row.category, row.term).as_str()) {
            return None;
        }
        Some(Seen {
            term: row.term.clone(),
            category: row.category.clone(),
            form: form(row.field, row.start, row.end),
            way: row.way()?,
        })
    });
    let right = mention.verdict.map(|verdict| verdict != Verdict::Irrelevant);
    Ok(Judged { story: mention.story, right, hits: hits.collect() })
}
