//! `entry`: what is stored, by its words, and what it was worth.

use super::{End, Setting, VerdictWord, actor, incident, output, told};
use crate::desk;
use chrono::Utc;

/// Revisions indexed in one transaction: the daemon's own writes wait no longer than that.
const AT_ONCE: u32 = 500;

pub async fn search(setting: &Setting, query: String, limit: u32) -> anyhow::Result<End> {
    anyhow::ensure!(
        query.chars().any(char::is_alphanumeric),
        "{query:?} holds no word; write one, such as: tingfeng entry search 立案"
    );
    let config = setting.config()?;
    let zone = config.organisation.zone;
    let store = setting.store(&config)?;
    // Housekeeping fills the index in little by little; whoever asks now wants the newest too.
    while store.write(|tx| tx.index_some(AT_ONCE)).await? > 0 {}
    let words = query.clone();
    let found = store.read(move |view| view.search(&words, limit)).await?;
    for one in &found {
        if setting.json {
            output::json_line(one)?;
            continue;
        }
        let old = one.old.as_deref().map_or_else(String::new, |why| format!("  [old: {why}]"));
        output::line(&format!(
            "{}  {}  {}  {}{old}",
            one.entry,
            output::local(one.first_seen, zone),
            one.source,
            output::short(&one.title, 60)
        ))?;
        if let Some(excerpt) = one.excerpt.as_deref().filter(|excerpt| !excerpt.is_empty()) {
            output::line(&format!("    {}", output::short(excerpt, 160)))?;
        }
        if let Some(url) = &one.url {
            output::line(&format!("    {url}"))?;
        }
    }
    if !setting.json {
        match found.len() {
            0 => output::line(&format!(
                "nothing holds {query:?}; titles of all entries and the hit sentences of mentions are searched"
            ))?,
            all if all == limit as usize => output::line(&format!("the newest {all}; more with --limit"))?,
            all => output::line(&format!("{all} found"))?,
        }
    }
    Ok(End::Fine)
}

pub async fn verdict(setting: &Setting, entry: i64, verdict: VerdictWord) -> anyhow::Result<End> {
    let config = setting.config()?;
    let acting = actor::acting(setting, &config)?;
    let (store, verdict, now) = (setting.store(&config)?, incident::word(verdict), Utc::now());
    let done = store.write(move |tx| desk::judge(tx, entry, acting.actor(), verdict, now)).await?;
    told(setting, done)
}
