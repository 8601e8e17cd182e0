//! `read`: what our readers make of files, one JSON object a line, for scripts and for looking into a bad page.

use super::{End, ReadKind, lanes, output};
use crate::model::{ArticleSelectors, Unreadable};
use crate::read::jsonl::{AttachmentLine, DateLine, FeedLine, PageLine};
use crate::read::{self as reader, Body, charset, date};
use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use url::Url;

/// Times without an offset are read as here, which is where the pages that we are made for come from.
const ZONE: Tz = Tz::Asia__Shanghai;

/// One file to read, as a line of standard input says it.
#[derive(Debug, Deserialize)]
struct Ask {
    file: String,
    url: Option<String>,
    fetched: Option<String>,
    content_type: Option<String>,
}

/// One date to read.
#[derive(Debug, Deserialize)]
struct DateAsk {
    text: String,
    now: Option<String>,
}

pub fn run(
    kind: ReadKind,
    url: Option<&Url>,
    fetched: Option<DateTime<Utc>>,
    jsonl: bool,
    files: &[PathBuf],
) -> anyhow::Result<End> {
    let fetched = fetched.unwrap_or_else(Utc::now);
    if jsonl {
        let lines = BufReader::new(std::io::stdin()).lines().filter(|line| {
            // A line that is not UTF-8 is answered too, so that answers stay beside their questions.
            line.as_ref().map_or(true, |line| !line.trim().is_empty())
        });
        lanes::in_order(lines, |line| of_line(kind, line, url, fetched), |line| output::line(&line))?;
    } else if kind == ReadKind::Date {
        for file in files {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                output::line(&date_line(Ok(day_of(line, fetched))))?;
            }
        }
    } else {
        let files = files.iter().map(|file| Ask {
            file: file.display().to_string(),
            url: None,
            fetched: None,
            content_type: None,
        });
        lanes::in_order(files, |ask| of_ask(kind, &ask, url, fetched), |line| output::line(&line))?;
    }
    Ok(End::Fine)
}

/// For the command line, too: RFC 3339, or a bare date, which counts to its end in our zone.
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let end = NaiveTime::from_hms_opt(23, 59, 59).expect("a valid time of day");
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(|day| crate::schedule::instant(day.and_time(end), ZONE))
        .map_err(|_| format!("{text:?} is not a time; write 2026-11-25T22:40:00+08:00 or 2026-11-25"))
}

fn of_line(
    kind: ReadKind,
    line: std::io::Result<String>,
    url: Option<&Url>,
    fetched: DateTime<Utc>,
) -> String {
    let line = match line {
        Ok(line) => line,
        Err(error) => return unread(kind, "", format!("standard input cannot be read: {error}")),
    };
    if kind == ReadKind::Date {
        return date_line(of_date(&line, fetched));
    }
    match serde_json::from_str::<Ask>(&line) {
        Ok(ask) => of_ask(kind, &ask, url, fetched),
        Err(error) => {
            let shown = output::short(&line, 60);
            unread(kind, "", format!("{shown:?} is no line like {{\"file\":\"page.html\"}}: {error}"))
        }
    }
}

fn of_ask(kind: ReadKind, ask: &Ask, url: Option<&Url>, fetched: DateTime<Utc>) -> String {
    match read(kind, ask, url, fetched) {
        Ok(line) => line,
        Err(why) => unread(kind, &ask.file, why),
    }
}

fn of_date(line: &str, now: DateTime<Utc>) -> Result<Option<NaiveDate>, String> {
    let ask: DateAsk = serde_json::from_str(line).map_err(|error| {
        format!("{:?} is no line like {{\"text\":\"昨天 12:30\"}}: {error}", output::short(line, 60))
    })?;
    let now = ask.now.as_deref().map(instant).transpose()?.unwrap_or(now);
    Ok(day_of(&ask.text, now))
}

/// The day that a text names, as it is written, in the text's own offset.
fn day_of(text: &str, now: DateTime<Utc>) -> Option<NaiveDate> {
    date::find(text, date::Now { at: now, zone: ZONE }).map(|found| found.day)
}

fn date_line(read: Result<Option<NaiveDate>, String>) -> String {
    let line = match read {
        Ok(day) => DateLine { day, why: None },
        Err(why) => DateLine { day: None, why: Some(why) },
    };
    serde_json::to_string(&line).unwrap_or_default()
}

fn read(kind: ReadKind, ask: &Ask, url: Option<&Url>, fetched: DateTime<Utc>) -> Result<String, String> {
    let own = ask.url.as_deref().map(Url::parse).transpose();
    let own = own.map_err(|error| format!("url {:?}: {error}", ask.url.as_deref().unwrap_or_default()))?;
    let at = ask.fetched.as_deref().map(instant).transpose()?;
    let bytes = std::fs::read(&ask.file).map_err(|error| format!("the file cannot be read: {error}"))?;
    // A table is known by its name only; the path says no more than that.
    let named = Url::parse("file:///").and_then(|root| root.join(&ask.file)).ok();
    let named = named.as_ref().filter(|_| kind == ReadKind::Attachment);
    let body = Body {
        bytes: &bytes,
        content_type: ask.content_type.as_deref(),
        url: own.as_ref().or(url).or(named),
        fetched: at.unwrap_or(fetched),
        zone: ZONE,
        charset: None,
    };
    let encoding = charset::decode(&body).ok().map(|(_, name)| name.to_ascii_lowercase());
    // One page that breaks a reader must not take the others with it.
    catch_unwind(AssertUnwindSafe(|| match kind {
        ReadKind::Page => {
            let article = reader::page(&body, &ArticleSelectors::default());
            serde_json::to_string(&PageLine::new(&ask.file, encoding, article.as_ref()))
        }
        ReadKind::Feed => {
            let feed = reader::feed(&body);
            serde_json::to_string(&FeedLine::new(&ask.file, encoding, feed.as_ref()))
        }
        ReadKind::Attachment => {
            let attachment = reader::attachment::read(&body);
            serde_json::to_string(&AttachmentLine::new(&ask.file, attachment.as_ref()))
        }
        ReadKind::Date => unreachable!("dates have lines of their own"),
    }))
    .map_err(|_| "the reader failed on it; please report this file".to_owned())?
    .map_err(|error| error.to_string())
}

/// The line of a file that gave nothing.
fn unread(kind: ReadKind, file: &str, why: String) -> String {
    let why = Unreadable::Broken(why);
    let line = match kind {
        ReadKind::Page => serde_json::to_string(&PageLine::new(file, None, Err(&why))),
        ReadKind::Feed => serde_json::to_string(&FeedLine::new(file, None, Err(&why))),
        ReadKind::Attachment => serde_json::to_string(&AttachmentLine::new(file, Err(&why))),
        ReadKind::Date => return date_line(Err(why.to_string())),
    };
    line.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_one_answer() {
        let now = instant("2026-11-25T22:40:00+08:00").unwrap();
        for (why, line, expected) in [
            ("no JSON", "page.html", "is no line like"),
            ("no file", r#"{"file":"/no/such/page.html"}"#, "cannot be read"),
            ("no address", r#"{"file":"x","url":"//"}"#, "url \\\"//\\\""),
            ("no time", r#"{"file":"x","fetched":"yesterday"}"#, "is not a time"),
        ] {
            let answer = of_line(ReadKind::Page, Ok(line.to_owned()), None, now);
            assert!(answer.contains(expected), "{why}: {answer}");
            assert!(answer.contains(r#""text":null"#), "{why}: {answer}");
            let feed = of_line(ReadKind::Feed, Ok(line.to_owned()), None, now);
            assert!(feed.contains(r#""entries":null"#), "{why}: {feed}");
        }
    }

    #[test]
    fn a_day_is_read_from_a_line() {
        let now = instant("2026-01-15T10:00:00+08:00").unwrap();
        for (line, expected) in [
            (r#"{"text":"昨天 12:30"}"#, r#"{"day":"2026-01-14"}"#),
            (r#"{"text":"昨天 12:30","now":"2026-03-01T10:00:00+08:00"}"#, r#"{"day":"2026-02-28"}"#),
            (r#"{"text":"ICP备05018911号"}"#, r#"{"day":null}"#),
        ] {
            assert_eq!(of_line(ReadKind::Date, Ok(line.to_owned()), None, now), expected, "{line}");
        }
        let answer = of_line(ReadKind::Date, Ok("昨天".to_owned()), None, now);
        assert!(answer.contains(r#""day":null"#) && answer.contains("is no line like"), "{answer}");
    }

    #[test]
    fn a_bare_date_counts_to_its_end() {
        assert_eq!(instant("2026-11-25").unwrap().to_rfc3339(), "2026-11-25T15:59:59+00:00");
        assert!(instant("25.11.2026").unwrap_err().contains("write 2026-11-25T22:40:00+08:00"));
    }
}
