//! The examples that `init` writes: compiled in, made to be edited.

use crate::model::{Lang, Word};
use chrono::{Days, NaiveDate};
use std::io;
use std::path::{Path, PathBuf};

/// What kind of organisation watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A listed company.
    Company,
    /// A city's news office.
    Government,
}

impl Word for Profile {
    const ALL: &'static [Self] = &[Self::Company, Self::Government];
    fn key(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Government => "government",
        }
    }
    fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Company, Lang::Zh) => "上市公司",
            (Self::Company, Lang::En) => "listed company",
            (Self::Government, Lang::Zh) => "政府新闻办",
            (Self::Government, Lang::En) => "government news office",
        }
    }
}

/// For whom an example file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Company,
    Government,
    Both,
}

/// One line per file: for whom, its name in the folder, its text.
macro_rules! example {
    ($for:ident, $folder:literal, $name:literal) => {
        (For::$for, $name, include_str!(concat!("../../config/", $folder, $name)))
    };
}

const EXAMPLES: &[(For, &str, &str)] = &[
    example!(Company, "company/", "tingfeng.toml"),
    example!(Company, "company/", "sources.toml"),
    example!(Company, "company/", "subjects.toml"),
    example!(Company, "company/", "rules.toml"),
    example!(Company, "company/", "people.toml"),
    example!(Company, "company/", "policies.toml"),
    example!(Government, "government/", "tingfeng.toml"),
    example!(Government, "government/", "sources.toml"),
    example!(Government, "government/", "subjects.toml"),
    example!(Government, "government/", "rules.toml"),
    example!(Government, "government/", "people.toml"),
    example!(Government, "government/", "policies.toml"),
    example!(Company, "", "lexicons/a1.toml"),
    example!(Company, "", "lexicons/a2.toml"),
    example!(Company, "", "lexicons/a3.toml"),
    example!(Company, "", "lexicons/b1.toml"),
    example!(Company, "", "lexicons/b2.toml"),
    example!(Company, "", "lexicons/b3.toml"),
    example!(Company, "", "lexicons/b4.toml"),
    example!(Government, "", "lexicons/c1.toml"),
    example!(Government, "", "lexicons/c2.toml"),
    example!(Government, "", "lexicons/c3.toml"),
    example!(Government, "", "lexicons/c4.toml"),
    example!(Both, "", "lexicons/d1.toml"),
    example!(Government, "", "lexicons/d2.toml"),
    example!(Both, "", "lexicons/d3.toml"),
    example!(Both, "", "calendars/2026.toml"),
];

/// Name and text of every example.
pub fn examples() -> impl Iterator<Item = (&'static str, &'static str)> {
    EXAMPLES.iter().map(|(_, name, text)| (*name, *text))
}

#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error("{} is not empty; name a new folder, or empty this one first", .0.display())]
    NotEmpty(PathBuf),
    #[error("{} could not be written: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// How long the trial run lasts, from the day of `init`.
const TRIAL: Days = Days::new(14);

/// Writes the examples of a profile into a new or empty folder and says which files came to be.
pub fn write_profile(dir: &Path, profile: Profile, today: NaiveDate) -> Result<Vec<PathBuf>, InitError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| InitError::Io { path, source }
    };
    if dir.exists() && std::fs::read_dir(dir).map_err(failed(dir))?.next().is_some() {
        return Err(InitError::NotEmpty(dir.to_owned()));
    }
    let mut written = Vec::new();
    for (reader, name, text) in EXAMPLES {
        let wanted = match profile {
            Profile::Company => *reader != For::Government,
            Profile::Government => *reader != For::Company,
        };
        if !wanted {
            continue;
        }
        let path = dir.join(name);
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        std::fs::write(&path, dated(text, today)).map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// The same text with `trial_until` counted from today.
fn dated(text: &str, today: NaiveDate) -> String {
    const KEY: &str = "trial_until = ";
    let Some((before, after)) = text.split_once(KEY) else { return text.to_owned() };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    let until = today.checked_add_days(TRIAL).unwrap_or(today);
    format!("{before}{KEY}{until}{rest}")
}
