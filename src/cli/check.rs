//! `check`: the same code as `run` reads the configuration with, and nothing else happens.

use super::{End, Setting, output};
use crate::assess::Rulebook;
use crate::config::Config;
use crate::read;
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
        for remark in slow_sources(&config) {
            output::line(&remark)?;
        }
        output::line(&summary(&config))?;
    }
    Ok(End::Fine)
}

/// Selectors that a stream cannot follow. A remark: such pages are read as well, at five times the cost.
fn slow_sources(config: &Config) -> Vec<String> {
    let mut remarks = Vec::new();
    for source in &config.sources {
        for slow in read::streams(&source.article).err().unwrap_or_default() {
            let place = config.place_in_source(&source.key, slow.key);
            remarks.push(format!(
                "{}:{}: {} = {:?}: slower ({}); pages of {} are parsed into a tree",
                place.file,
                place.line,
                slow.key,
                slow.selector,
                slow.why.trim_end_matches('.'),
                source.key
            ));
        }
    }
    remarks
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_selectors_are_told_with_their_line() {
        let dir = tempfile::tempdir().unwrap();
        let today = Utc::now().date_naive();
        crate::config::write_profile(dir.path(), crate::config::Profile::Company, today).unwrap();
        let path = dir.path().join("sources.toml");
        let mut text = std::fs::read_to_string(&path).unwrap();
        let fast = slow_sources(&crate::config::load(dir.path()).unwrap());
        assert!(fast.is_empty(), "what we ship is fast: {fast:?}");
        text += "\n[[source]]\nkey = \"slow-one\"\nname = \"砚溪周报\"\nkind = \"list\"\nurl = \"https://weekly.yanxi.example/\"\n\
                 every = \"5m\"\ntier = \"local\"\n[source.select]\ntitle = \"h1\"\ntext = \"div.text > p:last-child\"\n\
                 remove = [\"p.ad\", \"p ~ i\"]\n";
        std::fs::write(&path, &text).unwrap();
        let told = slow_sources(&crate::config::load(dir.path()).unwrap());
        let line = |part: &str| text.lines().position(|line| line.starts_with(part)).unwrap() + 1;
        assert_eq!(told.len(), 2, "{told:?}");
        let begin = |key: &str, at: usize| format!("{}:{at}: select.{key} = ", path.display());
        assert!(told[0].starts_with(&begin("text", line("text = \"div.text > p:last"))), "{told:?}");
        assert!(told[1].starts_with(&begin("remove", line("remove = [\"p.ad\", \"p ~"))), "{told:?}");
        assert!(
            told[1].contains("\"p ~ i\": slower (")
                && told[1].ends_with("of slow-one are parsed into a tree")
        );
    }
}
