//! `check`: the same code as `run` reads the configuration with, and nothing else happens.

use super::{End, Setting, output};
use crate::assess::Rulebook;
use crate::config::Config;
use chrono::Utc;

pub fn run(setting: &Setting) -> anyhow::Result<End> {
    let config = match crate::config::load(&setting.dir) {
        Ok(config) => config,
        Err(problems) if setting.json => {
            for problem in &problems.0 {
                output::json_line(&serde_json::json!({
                    "file": problem.file, "line": problem.line, "key": problem.key,
                    "message": problem.message, "remedy": problem.remedy,
                }))?;
            }
            return Err(problems.into());
        }
        Err(problems) => return Err(problems.into()),
    };
    // Rules are compiled too, with what comes into force later: what `run` would refuse, `check` refuses.
    Rulebook::new(&config.lexicons, &config.subjects, &config.rules, &config.personal_allow)?;
    if !setting.json {
        output::line(&summary(&config))?;
    }
    Ok(End::Fine)
}

fn summary(config: &Config) -> String {
    let enabled = config.sources.iter().filter(|source| source.enabled).count();
    let terms: usize = config.lexicons.iter().map(|lexicon| lexicon.terms.len()).sum();
    let zone = config.organisation.zone;
    let today = Utc::now().with_timezone(&zone).date_naive();
    let waiting: String = config
        .lexicons
        .iter()
        .filter(|lexicon| !lexicon.in_force(today))
        .filter_map(|lexicon| {
            let day = lexicon.effective?;
            Some(format!(
                "\nlexicon {} {} is in force from {day}; until then the version before it",
                lexicon.key, lexicon.version
            ))
        })
        .collect();
    let trial = config.organisation.trial_until.map_or_else(String::new, |until| {
        format!("\ntrial run until {}: all mail goes to the monitor", output::local(until, zone))
    });
    format!(
        "{}: {enabled} of {} sources enabled, {} subjects, {} rules, {} policies, {} people, {} lexicons with {terms} terms{waiting}{trial}\n\
         the configuration is fine",
        config.organisation.name,
        config.sources.len(),
        config.subjects.len(),
        config.rules.len(),
        config.policies.len(),
        config.people.len(),
        config.lexicons.len(),
    )
}
