//! `match`: the matcher at the desk: on files, on lines of JSON, and against the clock.

use super::explain::Explainer;
use super::{End, Setting, lanes, output};
use crate::app;
use crate::config;
use crate::lexicon::personal::{self, Finder};
use crate::lexicon::{self, Matcher, Scalars, marks};
use crate::model::{Hit, Term};
use crate::read::{Body, charset};
use anyhow::Context;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// As many characters are shown on either side of a hit.
const AROUND: usize = 30;
/// Term lists kept ready; a set of cases has a handful.
const KEPT: usize = 64;

pub fn run(
    setting: &Setting,
    lexicons: &[PathBuf],
    jsonl: bool,
    count: bool,
    files: &[PathBuf],
) -> anyhow::Result<End> {
    if jsonl {
        anyhow::ensure!(files.is_empty(), "--jsonl reads standard input; leave the files away");
        // Terms that were named must be right; where every line brings its own, the configuration is not asked.
        let named = if lexicons.is_empty() { None } else { Some(ready(setting, lexicons)?) };
        let standing = std::sync::LazyLock::new(|| match named {
            Some(ready) => Ok(ready),
            None => ready(setting, &[]),
        });
        return of_lines(&standing);
    }
    let ready = ready(setting, lexicons)?;
    let inputs: Vec<Option<&Path>> =
        if files.is_empty() { vec![None] } else { files.iter().map(|file| Some(file.as_path())).collect() };
    let (mut sum, mut failed) = (Sum::default(), 0);
    for input in inputs {
        let text = match text_of(input) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {error:#}");
                failed += 1;
                continue;
            }
        };
        if count {
            sum.add(&ready.matcher, &text);
        } else {
            show(setting, &ready, input, &text)?;
        }
    }
    if count {
        sum.print(setting, ready.matcher.terms().len())?;
    }
    anyhow::ensure!(failed == 0, "{failed} of the files could not be read");
    Ok(End::Fine)
}

/// Each text with what it would come to.
pub fn explain(
    setting: &Setting,
    lexicons: &[PathBuf],
    source: Option<&str>,
    files: &[PathBuf],
) -> anyhow::Result<End> {
    let explainer = if lexicons.is_empty() && (source.is_some() || is_configured(setting)) {
        Explainer::by_config(&setting.config()?, source)?
    } else {
        Explainer::by_terms(ready(setting, lexicons)?.matcher)
    };
    let inputs: Vec<Option<&Path>> =
        if files.is_empty() { vec![None] } else { files.iter().map(|file| Some(file.as_path())).collect() };
    let mut failed = 0;
    for input in inputs {
        match text_of(input) {
            Ok(text) => explainer.explain(setting, input, &text)?,
            Err(error) => {
                eprintln!("error: {error:#}");
                failed += 1;
            }
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of the files could not be read");
    Ok(End::Fine)
}

/// Whether a configuration was named, or is where it is by default.
fn is_configured(setting: &Setting) -> bool {
    setting.dir.is_dir() || setting.dir != Path::new(super::DEFAULT_DIR)
}

/// What is looked for.
struct Ready {
    matcher: Matcher,
    finder: Finder,
    /// Personal data and marks, too: everything that rules see.
    built_in: bool,
}

/// From the files named, else from the configuration, else those that every `init` writes.
fn ready(setting: &Setting, files: &[PathBuf]) -> anyhow::Result<Ready> {
    if !files.is_empty() {
        let mut terms = Vec::new();
        for file in files {
            terms.extend(from_file(file)?);
        }
        return Ok(Ready { matcher: Matcher::new(terms)?, finder: Finder::default(), built_in: false });
    }
    let (lexicons, allow) = if is_configured(setting) {
        let config = setting.config()?;
        (app::in_force(&config, None, Utc::now()).lexicons, config.personal_allow)
    } else {
        (config::shipped_lexicons(), Vec::new())
    };
    let terms = lexicons.into_iter().flat_map(|lexicon| lexicon.terms).collect();
    Ok(Ready { matcher: Matcher::new(terms)?, finder: Finder::new(&allow), built_in: true })
}

fn from_file(file: &Path) -> anyhow::Result<Vec<Term>> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending.eq_ignore_ascii_case("toml") {
        return Ok(config::load_lexicon(file)?.terms);
    }
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(lexicon::import(&file.display().to_string(), &bytes)?)
}

/// A file, or standard input; in whatever encoding Chinese text comes.
fn text_of(input: Option<&Path>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    match input {
        Some(file) => {
            bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        }
        None => {
            std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        }
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error.into_bytes(),
    };
    let zone = chrono_tz::Asia::Shanghai;
    let body =
        Body { bytes: &bytes, content_type: None, url: None, fetched: Utc::now(), zone, charset: None };
    Ok(charset::decode(&body).map(|(text, _)| text.into_owned())?)
}

/// One hit as a line.
#[derive(Debug, Serialize)]
struct HitLine<'a> {
    file: Option<String>,
    line: usize,
    term: &'a str,
    category: &'a str,
    start: usize,
    end: usize,
    way: String,
}

/// The text is shown as it would be kept: masked, with as many characters.
fn show(setting: &Setting, ready: &Ready, input: Option<&Path>, text: &str) -> anyhow::Result<()> {
    let file = input.map(|file| file.display().to_string());
    let shown = file.as_deref().unwrap_or("-");
    let masked = ready.finder.mask(text);
    let text = &*masked.text;
    let mut hits: Vec<(usize, usize, &str, &str, String)> = Vec::new();
    for hit in ready.matcher.scan(text) {
        let term = &ready.matcher.terms()[hit.term as usize];
        hits.push((hit.start, hit.end, &term.text, &term.category, hit.way.to_string()));
    }
    if ready.built_in {
        hits.extend(masked.found.iter().map(|one| (one.start, one.end, one.kind, "pii", "plain".to_owned())));
        let mark = |one: marks::Mark| (one.start, one.end, marks::SECRET, "mark", "plain".to_owned());
        hits.extend(marks::find(text).into_iter().map(mark));
        hits.sort_by_key(|&(start, end, ..)| (start, end));
    }
    let mut scalars = Scalars::new(text);
    let (mut line, mut seen) = (1, 0);
    for (start, end, term, category, way) in hits {
        line += text[seen..start].matches('\n').count();
        seen = start;
        if setting.json {
            let (start, end) = scalars.range(start, end);
            output::json_line(&HitLine { file: file.clone(), line, term, category, start, end, way })?;
            continue;
        }
        let context = output::marked(text, &(start..end), AROUND);
        output::line(&format!("{shown}:{line}: {context}  {term} ({category})"))?;
    }
    Ok(())
}

/// What `--count` adds up: time spent matching alone, on one core.
#[derive(Default)]
struct Sum {
    hits: usize,
    bytes: usize,
    took: Duration,
}

impl Sum {
    fn add(&mut self, matcher: &Matcher, text: &str) {
        let begun = Instant::now();
        self.hits += matcher.count(text);
        self.took += begun.elapsed();
        self.bytes += text.len();
    }

    fn print(&self, setting: &Setting, terms: usize) -> anyhow::Result<()> {
        let seconds = self.took.as_secs_f64();
        let speed = if seconds > 0.0 { self.bytes as f64 / 1e6 / seconds } else { 0.0 };
        if setting.json {
            return output::json_line(&serde_json::json!({
                "hits": self.hits, "terms": terms, "bytes": self.bytes, "seconds": seconds,
                "megabytes_per_second": (speed * 10.0).round() / 10.0,
            }));
        }
        output::line(&format!(
            "{} hits of {terms} terms in {:.1} MB, {seconds:.3} s: {speed:.0} MB/s on one core",
            self.hits,
            self.bytes as f64 / 1e6
        ))
    }
}

#[derive(Debug, Deserialize)]
struct Case {
    #[serde(default)]
    id: serde_json::Value,
    text: String,
    terms: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Answer {
    id: serde_json::Value,
    hits: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    term: String,
    start: usize,
    end: usize,
    way: String,
}

fn of_lines(standing: &(impl std::ops::Deref<Target = anyhow::Result<Ready>> + Sync)) -> anyhow::Result<End> {
    let lists = Lists::default();
    let lines = BufReader::new(std::io::stdin())
        .lines()
        .filter(|line| line.as_ref().map_or(true, |line| !line.trim().is_empty()));
    lanes::in_order(lines, |line| answer(line, standing, &lists), |answer| output::json_line(&answer))?;
    Ok(End::Fine)
}

fn answer(
    line: std::io::Result<String>,
    standing: &impl std::ops::Deref<Target = anyhow::Result<Ready>>,
    lists: &Lists,
) -> Answer {
    let failed = |id, why| Answer { id, hits: Vec::new(), why: Some(why) };
    let line = match line {
        Ok(line) => line,
        Err(error) => {
            return failed(serde_json::Value::Null, format!("standard input cannot be read: {error}"));
        }
    };
    let case: Case = match serde_json::from_str(&line) {
        Ok(case) => case,
        Err(error) => {
            let shown = output::short(&line, 60);
            let why = format!("{shown:?} is no line like {{\"id\":1,\"text\":\"…\"}}: {error}");
            return failed(serde_json::Value::Null, why);
        }
    };
    let hits = match &case.terms {
        Some(terms) => lists.get(terms).map(|list| list.find(&case.text)),
        None => match &**standing {
            Ok(ready) => Ok(ready.find(&case.text)),
            Err(error) => Err(format!("{error:#}")),
        },
    };
    match hits {
        Ok(hits) => Answer { id: case.id, hits, why: None },
        Err(why) => failed(case.id, why),
    }
}

fn plain(matcher: &Matcher, text: &str) -> Vec<Found> {
    let mut scalars = Scalars::new(text);
    let found = |Hit { start, end, term, way }| {
        let (start, end) = scalars.range(start, end);
        Found { term: matcher.terms()[term as usize].text.clone(), start, end, way: way.to_string() }
    };
    matcher.scan(text).into_iter().map(found).collect()
}

fn built_in(text: &str, finder: &Finder, asked: impl Fn(&str) -> bool) -> Vec<Found> {
    let mut scalars = Scalars::new(text);
    let mut found = |kind: &str, start, end| {
        let (start, end) = scalars.range(start, end);
        Found { term: kind.to_owned(), start, end, way: "plain".to_owned() }
    };
    let mut all = Vec::new();
    if personal::KINDS.into_iter().any(&asked) {
        let personal = finder.find(text).into_iter().filter(|one| asked(one.kind));
        all.extend(personal.map(|one| found(one.kind, one.start, one.end)));
    }
    if asked(marks::SECRET) {
        all.extend(marks::find(text).into_iter().map(|one| found(marks::SECRET, one.start, one.end)));
    }
    all
}

fn sorted(mut hits: Vec<Found>) -> Vec<Found> {
    hits.sort_by(|a, b| (a.start, a.end, &a.term).cmp(&(b.start, b.end, &b.term)));
    hits
}

impl Ready {
    /// What rules would see.
    fn find(&self, text: &str) -> Vec<Found> {
        if !self.built_in {
            return plain(&self.matcher, text);
        }
        // As many characters: the places are those of the text that was given.
        let masked = self.finder.mask(text);
        let mut hits = plain(&self.matcher, &masked.text);
        hits.extend(built_in(text, &self.finder, |_| true));
        sorted(hits)
    }
}

/// The terms that one line asks for: plain ones, and built-in kinds of personal data and marks.
struct List {
    matcher: Matcher,
    kinds: HashSet<String>,
    finder: Finder,
}

impl List {
    fn new(terms: &[String]) -> Result<Self, String> {
        let (kinds, texts): (HashSet<&String>, HashSet<&String>) =
            terms.iter().partition(|term| term.starts_with("pii:") || *term == marks::SECRET);
        let term = |text: &String| Term::new(text, "", 3);
        let matcher =
            Matcher::new(texts.into_iter().map(term).collect()).map_err(|error| error.to_string())?;
        Ok(Self { matcher, kinds: kinds.into_iter().cloned().collect(), finder: Finder::default() })
    }

    fn find(&self, text: &str) -> Vec<Found> {
        let mut hits = plain(&self.matcher, text);
        hits.extend(built_in(text, &self.finder, |kind| self.kinds.contains(kind)));
        sorted(hits)
    }
}

/// Lists made ready once each: cases share them.
#[derive(Default)]
struct Lists(Mutex<HashMap<Vec<String>, Arc<List>>>);

impl Lists {
    fn get(&self, terms: &[String]) -> Result<Arc<List>, String> {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(terms) {
            return Ok(Arc::clone(known));
        }
        // Made outside the lock: the other lanes go on.
        let list = Arc::new(List::new(terms)?);
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= KEPT {
            lists.clear();
        }
        lists.insert(terms.to_vec(), Arc::clone(&list));
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(line: &str) -> String {
        let matcher = List::new(&["停产".to_owned()]).unwrap().matcher;
        let standing = Box::new(Ok(Ready { matcher, finder: Finder::default(), built_in: true }));
        serde_json::to_string(&answer(Ok(line.to_owned()), &standing, &Lists::default())).unwrap()
    }

    #[test]
    fn every_line_has_its_answer() {
        for (why, line, expected) in [
            (
                "offsets count characters, the id comes back as it was",
                r#"{"id":7,"text":"😀停产","terms":["停产"]}"#,
                r#"{"id":7,"hits":[{"term":"停产","start":1,"end":3,"way":"plain"}]}"#,
            ),
            (
                "personal data by kind, and only the kinds asked for",
                r#"{"id":"a","text":"电话13800138000，mail a@b.example","terms":["pii:mobile","pii:uscc"]}"#,
                r#"{"id":"a","hits":[{"term":"pii:mobile","start":2,"end":13,"way":"plain"}]}"#,
            ),
            (
                "without terms the standing lexicon",
                r#"{"id":"b","text":"停产"}"#,
                r#"{"id":"b","hits":[{"term":"停产","start":0,"end":2,"way":"plain"}]}"#,
            ),
            (
                "and what is built in, as rules see it",
                r#"{"id":"b","text":"机密★ 停产 ①③⑨⓪⓪⓪⓪①②③④"}"#,
                r#"{"id":"b","hits":[{"term":"mark:secret","start":0,"end":3,"way":"plain"},{"term":"停产","start":4,"end":6,"way":"plain"},{"term":"pii:mobile","start":7,"end":18,"way":"plain"}]}"#,
            ),
            (
                "a mark that is asked for",
                r#"{"id":1,"text":"内部明电","terms":["mark:secret"]}"#,
                r#"{"id":1,"hits":[{"term":"mark:secret","start":0,"end":4,"way":"plain"}]}"#,
            ),
            (
                "a bad list says why",
                r#"{"id":"c","text":"停产","terms":[""]}"#,
                r#"{"id":"c","hits":[],"why":"term 1 is empty; write its text or remove the line"}"#,
            ),
        ] {
            assert_eq!(ask(line), expected, "{why}");
        }
        assert!(ask("停产").contains("is no line like"));
    }
}
