//! Mistakes as operators make them: each case in tests/fixtures/config/bad/ is an edit of the good folder beside it
//! and the exact words that `load` answers.
//!
//! ```text
//! Why this is a mistake.
//! @ sources.toml          the file that the next lines edit; it may be new
//! - every = "5m"          lines that stand there, once
//! + every = "5 minutes"   lines that take their place; without `-` lines they are added at the end
//! ! rules.toml            a file that is not there
//! =
//! what is answered, with the folder's name as `config`
//! ```
//! With `TINGFENG_BLESS=1` the answers are written anew; read each of them before it is committed.

use super::{Profile, Transport, load, write_profile};
use crate::model::{Condition, SourceKind, Timetable, Within, Word};
use chrono::NaiveDate;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn good() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&fixtures().join("good"), dir.path());
    dir
}

/// Every problem, in words, with the folder's name as `config`.
fn said(dir: &Path) -> String {
    match load(dir) {
        Ok(_) => "no problem".to_owned(),
        Err(problems) => problems.to_string().replace(&dir.display().to_string(), "config"),
    }
}

/// Replaces the lines `old`, which must stand there once, by `new`.
fn edit(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).unwrap_or_default();
    let edited = if old.is_empty() {
        text + new
    } else {
        assert_eq!(text.matches(old).count(), 1, "{old:?} stands in {} once", path.display());
        text.replacen(old, new, 1)
    };
    fs::write(path, edited).unwrap();
}

fn apply(edits: &str, dir: &Path) {
    let mut path = PathBuf::new();
    let (mut old, mut new) = (String::new(), String::new());
    let flush = |path: &Path, old: &mut String, new: &mut String| {
        if !(old.is_empty() && new.is_empty()) {
            edit(path, &std::mem::take(old), &std::mem::take(new));
        }
    };
    for line in edits.lines() {
        let (mark, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        match mark {
            "- " | "-" => {
                if !new.is_empty() {
                    flush(&path, &mut old, &mut new);
                }
                old += &format!("{rest}\n");
            }
            "+ " | "+" => new += &format!("{rest}\n"),
            "@ " => {
                flush(&path, &mut old, &mut new);
                path = dir.join(rest);
            }
            "! " => fs::remove_file(dir.join(rest)).unwrap(),
            _ => {}
        }
    }
    flush(&path, &mut old, &mut new);
}

#[test]
fn every_mistake_is_told_with_its_line_and_cure() {
    let mut names: Vec<PathBuf> =
        fs::read_dir(fixtures().join("bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert!(names.len() >= 42, "{} cases", names.len());
    let mut wrong = Vec::new();
    for path in names {
        let case = fs::read_to_string(&path).unwrap();
        let (edits, expected) = case.split_once("\n=\n").expect("a line with = alone");
        let dir = good();
        apply(edits, dir.path());
        let answer = said(dir.path());
        if std::env::var_os("TINGFENG_BLESS").is_some() {
            fs::write(&path, format!("{edits}\n=\n{answer}\n")).unwrap();
        } else if answer != expected.trim_end() {
            wrong.push(format!("{}\n{answer}\ninstead of\n{expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_good_folder_is_read_as_written() {
    let dir = good();
    let config = load(dir.path()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.organisation.name, "岚栎科技股份有限公司");
    assert!(config.crawl.user_agent.ends_with("(+mailto:opinion@lanli.example)"));
    assert_eq!(config.crawl.max_bytes, 10_000_000);
    assert_eq!(config.crawl.host_gap, Duration::from_secs(1));
    assert!(matches!(&config.mail.transport, Transport::Folder(path) if path.ends_with("mail")));
    let every = Timetable::Every { every: Duration::from_mins(5), jitter: Duration::from_secs(30) };
    assert_eq!(config.sources[0].timetable, every);
    assert_eq!(config.sources[0].kind, SourceKind::Feed { article: true });
    assert!(matches!(&config.sources[1].kind, SourceKind::Forum(forum) if forum.text.is_some()));
    assert_eq!(config.sources[2].max_silence, Some(Duration::from_hours(7 * 24)));
    assert_eq!(config.subjects[0].names, ["岚栎科技股份有限公司", "岚栎科技", "岚栎股份"]);
    let categories = ["A1", "A2"].map(|name| Condition::Category(name.to_owned()));
    let of = vec![Condition::Subject("*".to_owned()), Condition::Any(categories.into())];
    assert_eq!(config.rules[0].condition, Condition::Near { within: Within::Sentence, of });
    assert!(matches!(&config.rules[1].condition, Condition::All(parts) if parts.len() == 3));
    assert_eq!(config.policies[1].steps[1].after, Duration::from_mins(25));
    assert_eq!(config.shifts[0].from.to_rfc3339(), "2026-11-25T00:30:00+00:00");
    let term = &config.lexicons[0].terms[0];
    assert_eq!((term.text.as_str(), term.weight, term.category.as_str()), ("立案调查", 5, "A1"));
    assert_eq!(config.calendars[0].work.len(), 1);
    assert_eq!(config.files.len(), 9);
}

#[test]
fn every_example_we_ship_is_right_and_init_dates_its_trial() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    for profile in Profile::ALL {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("etc");
        let written = write_profile(&target, *profile, today).unwrap();
        if !target.join("lexicons").exists() {
            copy(&fixtures().join("lexicons"), &target.join("lexicons"));
        }
        assert!(written.len() >= 7);
        let config = load(&target).unwrap_or_else(|problems| panic!("{}\n{problems}", profile.key()));
        assert_eq!(config.organisation.profile, *profile);
        let trial = config.organisation.trial_until.expect("the example has a trial run");
        assert_eq!(trial.to_rfc3339(), "2026-12-04T16:00:00+00:00", "midnight in Shanghai, 14 days on");
        let again = write_profile(&target, *profile, today).unwrap_err().to_string();
        assert!(again.contains("is not empty"), "{again}");
    }
}

#[test]
fn text_that_is_not_utf8_is_told_by_line() {
    let dir = good();
    fs::write(dir.path().join("rules.toml"), b"[[rule]]\nname = \"\xd6\xd8\xb4\xf3\"\n").unwrap();
    let expected = "config/rules.toml:2: is not UTF-8 text\n  save the file with the encoding UTF-8";
    assert_eq!(said(dir.path()), expected);
}

#[test]
fn a_folder_that_is_not_there_is_one_mistake() {
    let problems = load(Path::new("/nowhere/tingfeng")).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "/nowhere/tingfeng: there is no such folder\n  create it with: tingfeng init /nowhere/tingfeng"
    );
}

proptest::proptest! {
    /// No bytes make the reader panic, and whatever is wrong is said.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let dir = good();
        fs::write(dir.path().join("sources.toml"), &bytes).unwrap();
        proptest::prop_assert!(!said(dir.path()).contains("fault of Tingfeng"));
    }

    /// Cut anywhere, a good file is either still good or answered with a line of that file.
    #[test]
    fn a_cut_file_is_answered(cut in 0_usize..900, name in "(tingfeng|sources|subjects|rules|people|policies)") {
        let dir = good();
        let path = dir.path().join(format!("{name}.toml"));
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(cut);
        fs::write(&path, bytes).unwrap();
        proptest::prop_assert!(!said(dir.path()).contains("fault of Tingfeng"));
    }
}
