//! `lexicon`: lists of terms, taken in, looked over, and judged by what they found.

mod check;
mod import;
mod stats;

pub use import::Import;

use super::{End, LexiconCommand, Setting, output};
use chrono::Utc;
use serde_json::json;

pub async fn run(setting: &Setting, command: LexiconCommand) -> anyhow::Result<End> {
    match command {
        LexiconCommand::List => list(setting),
        LexiconCommand::Import(asked) => import::run(setting, &asked),
        LexiconCommand::Check { files } => check::run(setting, &files).await,
        LexiconCommand::Stats { since } => stats::run(setting, since).await,
    }
}

fn list(setting: &Setting) -> anyhow::Result<End> {
    let config = setting.config()?;
    let today = Utc::now().with_timezone(&config.organisation.zone).date_naive();
    for lexicon in &config.lexicons {
        let in_force = lexicon.in_force(today);
        if setting.json {
            output::json_line(&json!({
                "key": lexicon.key, "name": lexicon.name, "version": lexicon.version, "effective": lexicon.effective,
                "in_force": in_force, "terms": lexicon.terms.len(), "scope": lexicon.scope,
            }))?;
            continue;
        }
        let from = match lexicon.effective {
            Some(day) if in_force => format!(", in force since {day}"),
            Some(day) => format!(", in force from {day}"),
            None => String::new(),
        };
        output::line(&format!(
            "{}  {} {}: {} terms, {}{from}",
            lexicon.key,
            lexicon.name,
            lexicon.version,
            lexicon.terms.len(),
            crate::model::Word::label(lexicon.scope, crate::model::Lang::En)
        ))?;
    }
    Ok(End::Fine)
}
