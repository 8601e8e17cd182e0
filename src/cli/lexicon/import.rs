//! `lexicon import`: a list becomes lexicons/KEY.toml.

use crate::cli::{End, Setting, output};
use crate::config;
use crate::lexicon::{self, List};
use crate::model::Term;
use anyhow::Context;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Import {
    /// .txt with a term a line, .csv or .tsv with the columns term, category, weight, unless or a heading line.
    file: PathBuf,
    /// The lexicon's key and its file's name; without it the list's.
    #[arg(long)]
    key: Option<String>,
    /// Category of rows that name none; without it the key.
    #[arg(long)]
    category: Option<String>,
    /// What people call it; without it the key.
    #[arg(long)]
    name: Option<String>,
    /// Its version; without it today.
    #[arg(long)]
    version: Option<String>,
    /// Overwrite the lexicon of that key.
    #[arg(long)]
    force: bool,
    /// Say what would be written, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// What came of a list.
struct Taken {
    terms: Vec<Term>,
    /// Line and why, of what is not in the new file.
    duplicates: Vec<(usize, String)>,
    refused: Vec<(usize, String)>,
}

pub fn run(setting: &Setting, asked: &Import) -> anyhow::Result<End> {
    let bytes =
        std::fs::read(&asked.file).with_context(|| format!("{} cannot be read", asked.file.display()))?;
    let shown = asked.file.display().to_string();
    let stem = asked.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let list = lexicon::read_list(&shown, &bytes)?;
    let key = match &asked.key {
        Some(key) => key.clone(),
        None => stem.to_lowercase(),
    };
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    anyhow::ensure!(
        !key.is_empty() && key.chars().all(is_key) && !key.starts_with('.'),
        "{key:?} cannot be a key: letters, digits, `.`, `_`, `-`; name one with --key"
    );
    // Half of a configuration is worse than none.
    anyhow::ensure!(
        asked.dry_run || setting.dir.is_dir(),
        "{0}: there is no such folder\n  create it with: tingfeng init {0}",
        setting.dir.display()
    );
    let folder = setting.dir.join("lexicons");
    let path = folder.join(format!("{key}.toml"));
    anyhow::ensure!(
        asked.force || asked.dry_run || !path.exists(),
        "{} is there already; name another --key, or overwrite it with --force",
        path.display()
    );
    let category = asked.category.clone().unwrap_or_else(|| key.clone());
    let List { encoding, ignored, .. } = &list;
    let (encoding, ignored) = (*encoding, ignored.clone());
    let taken = take(list, &stem, &category, &others(&folder, &path)?);
    anyhow::ensure!(!taken.terms.is_empty(), "{shown} holds no term that can be taken; nothing was written");
    let head = Head {
        name: asked.name.as_deref().unwrap_or(&key),
        version: asked.version.clone().unwrap_or_else(|| today().to_string()),
        category: &category,
    };
    let text = write_toml(&head, &taken.terms);
    // What we write must be what `check` takes.
    config::lexicon_of(&format!("lexicons/{key}.toml"), &text)?;
    if !asked.dry_run {
        save(&path, &text)?;
    }
    tell(setting, &shown, &path, encoding, &ignored, &taken, asked.dry_run)?;
    Ok(if taken.refused.is_empty() { End::Fine } else { End::Findings })
}

fn today() -> NaiveDate {
    chrono::Local::now().date_naive()
}

/// Text and category of every term of the other lexicons, and where it stands.
fn others(folder: &Path, path: &Path) -> anyhow::Result<HashMap<(String, String), String>> {
    let mut known = HashMap::new();
    let Ok(files) = std::fs::read_dir(folder) else { return Ok(known) };
    for file in files {
        let other = file?.path();
        if other == path || other.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let (lexicon, lines) = config::load_lexicon_with_lines(&other)?;
        for term in lexicon.terms {
            let line = lines.get(&term.text).copied().unwrap_or_default();
            known.insert((term.text, term.category), format!("{}:{line}", other.display()));
        }
    }
    Ok(known)
}

fn take(list: List, stem: &str, category: &str, others: &HashMap<(String, String), String>) -> Taken {
    let mut taken = Taken { terms: Vec::new(), duplicates: list.duplicates, refused: list.refused };
    let mut first: HashMap<String, usize> = HashMap::new();
    for (line, mut term) in list.terms {
        // A row without a category has the list's name for one.
        if term.category == stem {
            term.category = category.to_owned();
        }
        let text = &term.text;
        if text.chars().count() < 2 {
            let why =
                format!("{text:?} is a single character and would be found everywhere; write a longer term");
            taken.refused.push((line, why));
        } else if let Some(phrase) =
            term.unless.iter().find(|phrase| !phrase.to_lowercase().contains(&text.to_lowercase()))
        {
            let why = format!(
                "{phrase:?} is not a longer phrase around {text:?}; write the whole phrase with the term inside"
            );
            taken.refused.push((line, why));
        } else if let Some(before) = first.get(text) {
            taken.duplicates.push((
                line,
                format!("{text:?} is there already, in line {before}; a file holds a term once"),
            ));
        } else if let Some(place) = others.get(&(text.clone(), term.category.clone())) {
            taken
                .duplicates
                .push((line, format!("{text:?} is already a term of {} in {place}", term.category)));
        } else {
            first.insert(text.clone(), line);
            taken.terms.push(term);
        }
    }
    taken.duplicates.sort();
    taken.refused.sort();
    taken
}

struct Head<'a> {
    name: &'a str,
    version: String,
    category: &'a str,
}

/// The weight that most terms have stands at the head.
fn write_toml(head: &Head, terms: &[Term]) -> String {
    let weight = (1..=5).max_by_key(|weight| terms.iter().filter(|term| term.weight == *weight).count());
    let weight = weight.unwrap_or(3);
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut out = format!(
        "name = {}\nversion = {}\ncategory = {}\nweight = {weight}\n",
        quoted(head.name),
        quoted(&head.version),
        quoted(head.category)
    );
    let is_plain = |term: &&Term| **term == Term::new(term.text.clone(), head.category, weight);
    let (plain, detailed): (Vec<&Term>, Vec<&Term>) = terms.iter().partition(is_plain);
    out.push_str("terms = [\n");
    for term in plain {
        let _ = writeln!(out, "    {},", quoted(&term.text));
    }
    out.push_str("]\n");
    for term in detailed {
        let _ = writeln!(out, "\n[[term]]\ntext = {}", quoted(&term.text));
        if term.category != head.category {
            let _ = writeln!(out, "category = {}", quoted(&term.category));
        }
        if term.weight != weight {
            let _ = writeln!(out, "weight = {}", term.weight);
        }
        if !term.unless.is_empty() {
            let phrases: Vec<String> = term.unless.iter().map(|phrase| quoted(phrase)).collect();
            let _ = writeln!(out, "unless = [{}]", phrases.join(", "));
        }
        for (key, set) in [("exact", term.exact), ("whole_word", term.whole_word)] {
            if set {
                let _ = writeln!(out, "{key} = true");
            }
        }
        if let Some(correct) = &term.correct {
            let _ = writeln!(out, "correct = {}", quoted(correct));
        }
        if let Some(since) = term.since {
            let _ = writeln!(out, "since = {since}");
        }
        // Exact terms and wrong words are not looked for in loose ways anyway.
        if let Some(loose) = term.loose.filter(|_| !term.exact && term.correct.is_none()) {
            let _ = writeln!(out, "loose = {loose}");
        }
    }
    out
}

/// Whole, or not at all.
fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let partial = path.with_extension("toml.new");
    std::fs::write(&partial, text)
        .and_then(|()| std::fs::rename(&partial, path))
        .with_context(|| format!("{shown} cannot be written"))
}

fn tell(
    setting: &Setting,
    shown: &str,
    path: &Path,
    encoding: &str,
    ignored: &[String],
    taken: &Taken,
    dry: bool,
) -> anyhow::Result<()> {
    if setting.json {
        let lines = |list: &[(usize, String)]| -> Vec<_> {
            list.iter().map(|(line, why)| json!({ "line": line, "reason": why })).collect()
        };
        return output::json_line(&json!({
            "file": shown, "lexicon": path, "written": !dry, "encoding": encoding, "terms": taken.terms.len(),
            "duplicates": lines(&taken.duplicates), "refused": lines(&taken.refused), "ignored_columns": ignored,
        }));
    }
    for (what, list) in [("left out", &taken.duplicates), ("refused", &taken.refused)] {
        for (line, why) in list {
            output::line(&format!("{shown}:{line}: {what}: {}", output::printable(why)))?;
        }
    }
    if !ignored.is_empty() {
        output::line(&format!("columns that were not read: {}", output::printable(&ignored.join(", "))))?;
    }
    let wrote = if dry { "would hold" } else { "holds" };
    output::line(&format!(
        "read as {encoding}; {} {wrote} {}; left out: {}; refused: {}",
        path.display(),
        output::counted(taken.terms.len(), "term"),
        output::counted(taken.duplicates.len(), "duplicate"),
        output::counted(taken.refused.len(), "line")
    ))?;
    if !dry {
        output::line(&format!("next: tingfeng lexicon check {} | tingfeng check", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let list = "词,类别,权重,排除,精确,整词,变体,正确写法,启用日期\n退市,,,,,,,,\n立案调查,A1,5,未被立案调查;\"反倾销,立案调查\",,,,,\n\
                    \"引\"\"号\\\",A1,,,是,,,,\nIPO,,,,,是,,,\n爆雷,,,,,,否,,\n布署,,,,,,,部署,2018-03-21\n";
        let read = lexicon::read_list("mine.csv", list.as_bytes()).unwrap();
        let taken = take(read, "mine", "A9", &HashMap::new());
        let head = Head { name: "自备\"词表\"", version: "2026-11-25".into(), category: "A9" };
        let text = write_toml(&head, &taken.terms);
        let again = config::lexicon_of("lexicons/mine.toml", &text)
            .unwrap_or_else(|problems| panic!("{text}\n{problems}"));
        let by_text = |mut terms: Vec<Term>| {
            terms.sort_by(|a, b| a.text.cmp(&b.text));
            terms
        };
        assert_eq!((again.name.as_str(), again.version.as_str()), ("自备\"词表\"", "2026-11-25"));
        assert_eq!(by_text(again.terms), by_text(taken.terms), "{text}");
    }

    #[test]
    fn what_the_configuration_would_refuse_is_refused_by_line() {
        let list = "退市\n跌\n立案调查,,,确立案例\n减持,B1\n减持,B2\n财务造假\n";
        let read = lexicon::read_list("mine.csv", list.as_bytes()).unwrap();
        let others =
            HashMap::from([(("财务造假".to_owned(), "A9".to_owned()), "lexicons/a2.toml:4".to_owned())]);
        let taken = take(read, "mine", "A9", &others);
        let lines = |list: &[(usize, String)]| list.iter().map(|(line, _)| *line).collect::<Vec<_>>();
        assert_eq!(taken.terms.iter().map(|term| term.text.as_str()).collect::<Vec<_>>(), ["退市", "减持"]);
        assert_eq!((lines(&taken.refused), lines(&taken.duplicates)), (vec![2, 3], vec![5, 6]));
    }
}
