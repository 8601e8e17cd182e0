//! Which version of each lexicon is in force on a day.
//!
//! A file is one version. One whose `effective` day has not come waits, and until then the version that the daemon
//! matched with before stays in force, or, where there was none, nothing.

use crate::assess::{Rulebook, RulebookError};
use crate::config::{self, Config};
use crate::model::Lexicon;
use crate::schedule;
use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Map, Value};

pub struct InForce {
    pub lexicons: Vec<Lexicon>,
    pub waiting: Vec<Lexicon>,
    /// When the first that waits comes into force.
    pub turns_at: Option<DateTime<Utc>>,
    /// The files in force, by name: what the snapshot keeps.
    pub files: Map<String, Value>,
}

impl InForce {
    /// The rules of a configuration over these lexicons.
    pub fn book(&self, config: &Config) -> Result<Rulebook, RulebookError> {
        Rulebook::awaiting(
            &self.lexicons,
            &self.waiting,
            &config.subjects,
            &config.rules,
            &config.personal_allow,
        )
    }
}

/// `before` is the body of the lexicons' snapshot that the daemon matched with so far.
pub fn in_force(config: &Config, before: Option<&str>, now: DateTime<Utc>) -> InForce {
    let zone = config.organisation.zone;
    let today = now.with_timezone(&zone).date_naive();
    let before: Map<String, Value> =
        before.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let mut all = InForce { lexicons: Vec::new(), waiting: Vec::new(), turns_at: None, files: Map::new() };
    for lexicon in &config.lexicons {
        let name = format!("lexicons/{}.toml", lexicon.key);
        if lexicon.in_force(today) {
            if let Some((_, text)) = config.files.iter().find(|(file, _)| *file == name) {
                all.files.insert(name, text.clone().into());
            }
            all.lexicons.push(lexicon.clone());
            continue;
        }
        let begins = lexicon.effective.map(|day| schedule::instant(day.and_time(NaiveTime::MIN), zone));
        all.turns_at = all.turns_at.into_iter().chain(begins).min();
        all.waiting.push(lexicon.clone());
        let text = before.get(&name).and_then(Value::as_str);
        match text.map(|text| (text, config::lexicon_of(&name, text))) {
            Some((text, Ok(old))) if old.in_force(today) => {
                all.files.insert(name, text.into());
                all.lexicons.push(old);
            }
            Some((_, Err(problems))) => {
                tracing::warn!(
                    "the version of {name} that was in force cannot be read any more:\n{problems}"
                );
            }
            _ => {}
        }
    }
    all
}
