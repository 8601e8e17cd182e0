//! `lexicon check`: terms that can be looked for and yet are not worth it.

use crate::cli::{End, Setting, output};
use crate::config::{self, Config, TermLines};
use crate::lexicon::review::{self, Finding, Measure, Often, Trouble};
use crate::lexicon::{self, Matcher};
use crate::model::{Condition, Lexicon, Rule, Scope, Term};
use crate::store::{Store, Wanted};
use anyhow::Context;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Fewer characters of stored text are no measure; more are not needed.
const ENOUGH: usize = 500_000;
const AMPLE: usize = 3_000_000;
/// A term seen less often than this was counted by chance.
const SEEN: usize = 20;

/// A lexicon and the lines of its terms.
struct Placed {
    file: String,
    lexicon: Lexicon,
    lines: TermLines,
}

pub async fn run(setting: &Setting, files: &[PathBuf]) -> anyhow::Result<End> {
    let paths = if files.is_empty() { standing(&setting.dir)? } else { files.to_vec() };
    let mut placed = Vec::with_capacity(paths.len());
    for path in &paths {
        placed.push(load(path)?);
    }
    // The other files may have mistakes of their own, or not be there: then their words are not asked.
    let config = setting.config().ok();
    let (lexicons, places): (Vec<Lexicon>, Vec<(String, TermLines)>) =
        placed.into_iter().map(|one| (one.lexicon, (one.file, one.lines))).unzip();
    let store = config.as_ref().and_then(|config| setting.store(config).ok());
    let counted = match &store {
        Some(store) => count(store, &lexicons).await?,
        None => Counted::default(),
    };
    let rules = config.as_ref().map_or(&[][..], |config: &Config| &config.rules);
    let named = named(rules);
    let findings = review::review(&lexicons, &|text| named.contains(text), &|text| counted.often(text))?;
    for finding in &findings {
        tell(setting, &lexicons, &places, finding)?;
    }
    if !setting.json {
        let terms: usize = lexicons.iter().map(|lexicon| lexicon.terms.len()).sum();
        let measure = counted.told();
        output::line(&format!(
            "{} in {}, {}; {measure}",
            output::counted(terms, "term"),
            output::counted(lexicons.len(), "lexicon"),
            output::counted(findings.len(), "finding")
        ))?;
    }
    Ok(if findings.is_empty() { End::Fine } else { End::Findings })
}

fn standing(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = dir.join("lexicons");
    let files =
        std::fs::read_dir(&folder).with_context(|| format!("{} cannot be listed", folder.display()))?;
    let mut paths = files.map(|file| Ok(file?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    paths.sort();
    Ok(paths)
}

fn load(path: &Path) -> anyhow::Result<Placed> {
    let file = path.display().to_string();
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
        let (lexicon, lines) = config::load_lexicon_with_lines(path)?;
        return Ok(Placed { file, lexicon, lines });
    }
    let bytes = std::fs::read(path).with_context(|| format!("{file} cannot be read"))?;
    let list = lexicon::read_list(&file, &bytes)?;
    if let Some((line, why)) = list.refused.first() {
        anyhow::bail!("{file}:{line}: {why}");
    }
    let lines = list.terms.iter().map(|(line, term)| (term.text.clone(), *line)).collect();
    let key = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let lexicon = Lexicon {
        name: key.clone(),
        key,
        version: String::new(),
        effective: None,
        scope: Scope::All,
        terms: list.terms.into_iter().map(|(_, term)| term).collect(),
        harmless: Vec::new(),
    };
    Ok(Placed { file, lexicon, lines })
}

/// Terms that a rule names by their text.
fn named(rules: &[Rule]) -> HashSet<&str> {
    let mut named = HashSet::new();
    let mut open: Vec<&Condition> = rules.iter().map(|rule| &rule.condition).collect();
    while let Some(condition) = open.pop() {
        match condition {
            Condition::Term(text) => drop(named.insert(text.as_str())),
            Condition::All(list) | Condition::Any(list) | Condition::None(list) => open.extend(list),
            Condition::Near { of, .. } => open.extend(of),
            _ => {}
        }
    }
    named
}

/// How often each term stands in stored texts.
#[derive(Default)]
struct Counted {
    characters: usize,
    times: HashMap<String, usize>,
}

impl Counted {
    fn often(&self, text: &str) -> Option<Often> {
        if self.characters < ENOUGH {
            return Often::in_dictionary(text);
        }
        let times = self.times.get(text).copied().filter(|times| *times >= SEEN)?;
        let per_million = times as f64 * 1e6 / self.characters as f64;
        Some(Often { per_million, by: Measure::Stored { characters: self.characters } })
    }

    fn told(&self) -> String {
        if self.characters >= ENOUGH {
            return format!("frequencies counted in {} stored characters", self.characters);
        }
        format!(
            "frequencies by the built-in dictionary: {} characters are stored, too few to count in",
            self.characters
        )
    }
}

/// The newest stored texts, as many as are ample, in short reads.
async fn count(store: &Store, lexicons: &[Lexicon]) -> anyhow::Result<Counted> {
    let mut texts: Vec<String> =
        lexicons.iter().flat_map(|one| &one.terms).map(|term| term.text.clone()).collect();
    texts.sort();
    texts.dedup();
    let plain = |text: &String| Term { exact: true, ..Term::new(text, "", 1) };
    let matcher = Matcher::new(texts.iter().map(plain).collect())?;
    let mut counted = Counted::default();
    let Some((first, last)) = store.read(|view| view.revisions()).await? else { return Ok(counted) };
    let (mut until, mut times) = (last, vec![0_usize; texts.len()]);
    while until >= first && counted.characters < AMPLE {
        // Backwards, a stretch of ids at a time; within a stretch in their order.
        let from = (until - 500).max(first - 1);
        let mut after = from;
        loop {
            let batch = store
                .read(move |view| {
                    view.stored_after(after, until, &Wanted::default(), 200, Duration::from_millis(50))
                })
                .await?;
            after = batch.upto;
            for text in batch.stored.into_iter().filter_map(|stored| stored.text) {
                let text = text.text()?;
                counted.characters += text.chars().count();
                matcher.scan(&text).iter().for_each(|hit| times[hit.term as usize] += 1);
            }
            if batch.done {
                break;
            }
        }
        until = from;
    }
    counted.times = texts.into_iter().zip(times).collect();
    Ok(counted)
}

fn tell(
    setting: &Setting,
    lexicons: &[Lexicon],
    places: &[(String, TermLines)],
    finding: &Finding,
) -> anyhow::Result<()> {
    let term = |lexicon: usize, term: usize| &lexicons[lexicon].terms[term].text;
    let line = |lexicon: usize, index: usize| {
        places[lexicon].1.get(term(lexicon, index)).copied().unwrap_or_default()
    };
    let place = |lexicon: usize, index: usize| format!("{}:{}", places[lexicon].0, line(lexicon, index));
    let text = term(finding.lexicon, finding.term);
    let (reason, remedy) = match &finding.what {
        Trouble::SingleCharacter => (
            format!("{text:?} is a single character and would be found everywhere"),
            "write a longer term".to_owned(),
        ),
        Trouble::TooCommon(often) => {
            let by = match often.by {
                Measure::Stored { characters } => format!("counted in {characters} stored characters"),
                Measure::Dictionary => "by the frequencies of the built-in dictionary".to_owned(),
            };
            (
                format!(
                    "{text:?} would be found about {} times in a million characters ({by})",
                    rounded(often.per_million)
                ),
                "write a longer term or give it `unless`".to_owned(),
            )
        }
        Trouble::Duplicate(lexicon, index) => (
            format!(
                "{text:?} is to the matcher the same as {:?} in {}",
                term(*lexicon, *index),
                place(*lexicon, *index)
            ),
            "keep one of the two".to_owned(),
        ),
        Trouble::Shadowed(lexicon, index) => (
            format!(
                "{text:?} changes nothing: {:?} in {}, of the same category and weight, is found wherever it is",
                term(*lexicon, *index),
                place(*lexicon, *index)
            ),
            "remove it, or give it another weight or category".to_owned(),
        ),
        Trouble::IdlePhrase(phrase) => (
            format!("{phrase:?} never applies: the matcher does not find {text:?} in it"),
            "remove the phrase".to_owned(),
        ),
        Trouble::CoveredPhrase(phrase, other) => (
            format!("{phrase:?} never applies: {other:?} inside it is enough"),
            "remove the longer phrase".to_owned(),
        ),
    };
    if setting.json {
        return output::json_line(&json!({
            "file": places[finding.lexicon].0, "line": line(finding.lexicon, finding.term), "term": text,
            "finding": finding.what.key(), "reason": reason, "remedy": remedy,
        }));
    }
    output::line(&format!("{}: {reason}\n  {remedy}", place(finding.lexicon, finding.term)))
}

/// Two digits are all that a measure like this is worth: `1,900`.
fn rounded(per_million: f64) -> String {
    let digits = 10_f64.powf((per_million.max(1.0).log10().floor() - 1.0).max(0.0));
    let whole = ((per_million / digits).round() * digits) as u64;
    let text = whole.to_string();
    let mut out = String::with_capacity(text.len() + 4);
    for (index, digit) in text.char_indices() {
        if index > 0 && (text.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_said_as_exactly_as_it_is() {
        for (per_million, expected) in
            [(1874.2, "1,900"), (333.3, "330"), (12.6, "13"), (1_234_567.0, "1,200,000"), (0.2, "0")]
        {
            assert_eq!(rounded(per_million), expected);
        }
    }

    #[test]
    fn where_too_little_is_stored_the_dictionary_is_asked() {
        let times = HashMap::from([("公司".to_owned(), 900), ("退市".to_owned(), 3)]);
        let small = Counted { characters: 499_999, times: times.clone() };
        assert_eq!(small.often("公司").map(|often| often.by), Some(Measure::Dictionary));
        assert!(small.told().contains("built-in dictionary"));
        let large = Counted { characters: 600_000, times };
        assert!((large.often("公司").unwrap().per_million - 1500.0).abs() < 0.1);
        assert_eq!(large.often("退市"), None, "three times are chance");
    }
}
