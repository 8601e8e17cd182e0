//! In: a folder of TOML files. Out: a checked `Config`, or every mistake of every file at once, each with file,
//! line, key and cure.
//!
//! A file as written is walked value by value (`walk`), a reader per file turns it into the nouns of `model`, and
//! what needs more than one file (references, roles, who must be reachable) is checked at the end (`check`).
//! What a deciding room knows (a cron line, a selector) is checked by that room's own code. P8: secrets are named by
//! file and never print.

mod calendars;
mod check;
mod lexicons;
mod mail;
mod people;
mod policies;
mod problems;
mod profile;
mod rules;
mod secret;
mod settings;
mod sources;
mod subjects;
#[cfg(test)]
mod tests;
mod values;
mod walk;

pub use calendars::Calendar;
pub use lexicons::Lines as TermLines;
pub use mail::{MailSettings, Security, SmtpSettings, Transport};
pub use problems::{Problem, Problems};
pub use profile::{InitError, Profile, write_profile};
pub use secret::{SecretError, SecretSource};
pub use settings::{CrawlSettings, DigestSettings, Organisation};

use crate::model::{Lexicon, Person, Policy, Rule, Shift, Source, Subject};
use check::{Draft, Target};
use problems::{Notes, Place};
use settings::Settings;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::de::DeTable;
use values::did_you_mean;
use walk::{Lines, Sheet, Table};

/// The configuration as used.
#[derive(Debug, Clone)]
pub struct Config {
    pub dir: PathBuf,
    pub organisation: Organisation,
    pub store_path: PathBuf,
    pub crawl: CrawlSettings,
    pub mail: MailSettings,
    pub digest: DigestSettings,
    /// The second channel: a program and its arguments.
    pub alarm: Option<Vec<String>>,
    /// Touched only while all is well.
    pub heartbeat: Option<PathBuf>,
    /// Published contacts that are not personal data.
    pub personal_allow: Vec<String>,
    /// Domains that own pages may lead to, with all below them.
    pub outbound_allow: Vec<String>,
    /// How often ladders and the outbox are looked at.
    pub round: Duration,
    pub sources: Vec<Source>,
    pub subjects: Vec<Subject>,
    pub rules: Vec<Rule>,
    pub people: Vec<Person>,
    pub shifts: Vec<Shift>,
    pub policies: Vec<Policy>,
    pub lexicons: Vec<Lexicon>,
    pub calendars: Vec<Calendar>,
    /// Name and text of every file, for the snapshot that judged a page.
    pub files: Vec<(String, String)>,
}

/// The files that must be there.
const FILES: [&str; 6] =
    ["tingfeng.toml", "sources.toml", "subjects.toml", "rules.toml", "people.toml", "policies.toml"];
const LEXICONS: &str = "lexicons";
const CALENDARS: &str = "calendars";

/// Reads and checks the whole folder.
pub fn load(dir: &Path) -> Result<Config, Problems> {
    let notes = Notes::default();
    let config = match gather(dir, &notes) {
        Some(files) => read(dir, files, &notes),
        None => None,
    };
    let mut problems = notes.sorted();
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        None if problems.is_empty() => {
            // A reader answered nothing and said nothing: ours to mend, and still no panic.
            problems.push(Problem {
                file: dir.display().to_string(),
                line: 0,
                key: String::new(),
                message: "cannot be used, and no mistake was found".to_owned(),
                remedy: "this is a fault of Tingfeng: please report it together with these files".to_owned(),
            });
            Err(Problems(problems))
        }
        _ => Err(Problems(problems)),
    }
}

/// One lexicon file, wherever it lies, with its mistakes.
pub fn load_lexicon(path: &Path) -> Result<Lexicon, Problems> {
    load_lexicon_with_lines(path).map(|(lexicon, _)| lexicon)
}

/// As `load_lexicon`, with the line of each term.
pub fn load_lexicon_with_lines(path: &Path) -> Result<(Lexicon, TermLines), Problems> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let notes = Notes::default();
    let file = open(dir, name, &notes);
    let lexicon = file.and_then(|file| one_lexicon(&mut Draft::new(dir, &notes), file));
    checked(lexicon, notes)
}

/// A lexicon from its text: `name` is its file's, such as `lexicons/a1.toml`.
pub fn lexicon_of(name: &str, text: &str) -> Result<Lexicon, Problems> {
    let notes = Notes::default();
    let lexicon = one_lexicon(&mut Draft::new(Path::new(""), &notes), (name.to_owned(), text.to_owned()));
    checked(lexicon.map(|(lexicon, _)| lexicon), notes)
}

fn checked<T>(read: Option<T>, notes: Notes) -> Result<T, Problems> {
    let problems = notes.sorted();
    match read {
        Some(read) if problems.is_empty() => Ok(read),
        _ => Err(Problems(problems)),
    }
}

/// The lexicons that are compiled in: what `init` writes, for every profile.
pub fn shipped_lexicons() -> Vec<Lexicon> {
    let (dir, notes) = (Path::new("(shipped)"), Notes::default());
    let mut draft = Draft::new(dir, &notes);
    let files = profile::examples().filter(|(name, _)| name.starts_with(LEXICONS));
    let read = files.filter_map(|(name, text)| one_lexicon(&mut draft, (name.to_owned(), text.to_owned())));
    read.map(|(lexicon, _)| lexicon).collect()
}

fn one_lexicon(draft: &mut Draft, file: (String, String)) -> Option<(Lexicon, TermLines)> {
    let name = file.0.clone();
    let stem = Path::new(&name).file_stem().map(|stem| stem.to_string_lossy().into_owned())?;
    parse(&[file], &name, draft, &[], |table, draft| lexicons::read_with_lines(table, &stem, draft)).flatten()
}

/// The texts of all files, by name; `None` without the folder.
fn gather(dir: &Path, notes: &Notes) -> Option<Vec<(String, String)>> {
    if !dir.is_dir() {
        let remedy = format!("create it with: tingfeng init {}", dir.display());
        notes.add(Place::file(&dir.display().to_string()), "there is no such folder", remedy);
        return None;
    }
    let mut names: Vec<String> = FILES.map(str::to_owned).into();
    for name in toml_files(dir, notes) {
        if !FILES.contains(&name.as_str()) {
            let remedy = match did_you_mean(&name, FILES) {
                Some(near) => format!("rename it to {near}, or move it elsewhere"),
                None => format!("move it elsewhere; the files are {}", FILES.join(", ")),
            };
            notes.add(Place::file(&shown(dir, &name)), "is not a file that Tingfeng reads", remedy);
        }
    }
    for folder in [LEXICONS, CALENDARS] {
        let inside = dir.join(folder);
        if inside.is_dir() {
            names.extend(toml_files(&inside, notes).into_iter().map(|name| format!("{folder}/{name}")));
        }
    }
    Some(names.into_iter().filter_map(|name| open(dir, name, notes)).collect())
}

fn toml_files(dir: &Path, notes: &Notes) -> Vec<String> {
    let listed = std::fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = listed.unwrap_or_else(|error| {
        let place = Place::file(&dir.display().to_string());
        notes.add(
            place,
            format!("cannot be listed ({error})"),
            "give the service's user the right to read it",
        );
        Vec::new()
    });
    let names = entries.into_iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    // Editors leave files that begin with a dot.
    let wanted = |name: &String| Path::new(name).extension().is_some_and(|end| end == "toml");
    let mut names: Vec<String> = names.filter(|name| wanted(name) && !name.starts_with('.')).collect();
    names.sort();
    names
}

fn open(dir: &Path, name: String, notes: &Notes) -> Option<(String, String)> {
    let mut place = Place::file(&shown(dir, &name));
    match std::fs::read(dir.join(&name)).map(String::from_utf8) {
        Ok(Ok(text)) => Some((name, text)),
        Ok(Err(error)) => {
            place.line = line_of_byte(&error);
            notes.add(place, "is not UTF-8 text", "save the file with the encoding UTF-8");
            None
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            notes.add(place, "is missing", "put it back; `tingfeng init` writes an example of every file");
            None
        }
        Err(error) => {
            notes.add(
                place,
                format!("cannot be read ({error})"),
                "give the service's user the right to read it",
            );
            None
        }
    }
}

/// In which line, from 1, a file stops being UTF-8.
fn line_of_byte(error: &std::string::FromUtf8Error) -> usize {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    std::str::from_utf8(good).unwrap_or_default().matches('\n').count() + 1
}

fn shown(dir: &Path, name: &str) -> String {
    dir.join(name).display().to_string()
}

/// Reads every file that is there, whatever is wrong with the others.
fn read(dir: &Path, files: Vec<(String, String)>, notes: &Notes) -> Option<Config> {
    let mut draft = Draft::new(dir, notes);
    let settings = parse(&files, "tingfeng.toml", &mut draft, &[], settings::read).flatten();
    let lexicons = each(&files, LEXICONS, &mut draft, &[Target::Category, Target::Term], lexicons::read);
    if !files.iter().any(|(name, _)| name.starts_with(LEXICONS)) {
        let remedy = "put at least one .toml file of terms there; `tingfeng init` writes a set";
        notes.add(Place::file(&shown(dir, LEXICONS)), "holds no lexicon", remedy);
        draft.unsure(&[Target::Category, Target::Term]);
    }
    let calendars = each(&files, CALENDARS, &mut draft, &[], calendars::read);
    let subjects = parse(&files, "subjects.toml", &mut draft, &[Target::Subject], subjects::read);
    let people = parse(&files, "people.toml", &mut draft, &[Target::Person, Target::Role], people::read);
    let policies = parse(&files, "policies.toml", &mut draft, &[Target::Policy], policies::read);
    let sources = parse(&files, "sources.toml", &mut draft, &[], sources::read);
    let rules = parse(&files, "rules.toml", &mut draft, &[], rules::read);
    draft.finish();
    let (people, shifts) = people?;
    let Settings {
        organisation,
        store_path,
        crawl,
        mail,
        digest,
        alarm,
        heartbeat,
        personal_allow,
        outbound_allow,
        round,
    } = settings?;
    Some(Config {
        dir: dir.to_owned(),
        organisation,
        store_path,
        crawl,
        mail,
        digest,
        alarm,
        heartbeat,
        personal_allow,
        outbound_allow,
        round,
        sources: sources?,
        subjects: subjects?,
        rules: rules?,
        people,
        shifts,
        policies: policies?,
        lexicons,
        calendars,
        files,
    })
}

/// Every file of a folder, in the order of their names.
fn each<T>(
    files: &[(String, String)],
    folder: &str,
    draft: &mut Draft,
    holds: &[Target],
    reader: impl Fn(Table<'_>, &str, &mut Draft) -> Option<T>,
) -> Vec<T> {
    let mut read = Vec::new();
    for (name, _) in files {
        let stem = name.strip_prefix(folder).and_then(|name| name.strip_prefix('/')?.strip_suffix(".toml"));
        if let Some(stem) = stem {
            read.extend(
                parse(files, name, draft, holds, |table, draft| reader(table, stem, draft)).flatten(),
            );
        }
    }
    read
}

/// One file. Broken syntax is reported with every place that the parser found, and what recovery made of the rest
/// is read all the same; but names that the file should hold are then uncertain, and not held against others.
fn parse<T>(
    files: &[(String, String)],
    name: &str,
    draft: &mut Draft,
    holds: &[Target],
    reader: impl FnOnce(Table<'_>, &mut Draft) -> T,
) -> Option<T> {
    let Some((_, text)) = files.iter().find(|(file, _)| file == name) else {
        draft.unsure(holds);
        return None;
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::new(text);
    let file = shown(draft.dir, name);
    let mut broken = Vec::new();
    for error in &errors {
        let line = error.span().map_or(1, |span| lines.of(span.start));
        if !broken.contains(&line) {
            broken.push(line);
            let place = Place { file: file.clone(), line, key: String::new() };
            let written = text.lines().nth(line - 1).unwrap_or_default().trim();
            draft.notes.add(
                place,
                format!("broken TOML: {}", error.message().trim()),
                cure(error.message(), written),
            );
        }
    }
    if !broken.is_empty() {
        draft.unsure(holds);
    }
    let sheet = Sheet { file: &file, lines: &lines, broken: &broken, notes: draft.notes };
    Some(reader(sheet.root(&root), draft))
}

/// What to do about broken syntax, by what stands in the line.
fn cure(message: &str, written: &str) -> String {
    if written.contains(['“', '”', '‘', '’', '＝', '［', '］', '，']) {
        return format!(
            "write quotes, commas and brackets with the half-width (English) keyboard: {written}"
        );
    }
    if message.contains("duplicate key") {
        return format!("keep one of the two: {written}");
    }
    if message.contains("must be quoted") {
        return format!("put the value in quotes: {written}");
    }
    format!("correct this line: {written}")
}
