//! How commands print: text for people, one JSON object a line for programs.

use crate::model::{Lang, QuotePart, Word};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use std::io::Write;
use std::ops::Range;

/// Prints one object as one line of JSON.
pub fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints a line; a reader that went away (`| head`) ends us quietly.
pub fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}

/// `1 term`, `2 terms`.
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `2026-11-25 22:40` in the organisation's zone.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// The time alone where it is today's, with the date where it is not.
pub fn clock(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let shape = if at.date_naive() == now.date_naive() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    at.format(shape).to_string()
}

/// `40 s`, `12 min`, `3 h`, `5 d`: as long ago as a person would say.
pub fn age(delta: TimeDelta) -> String {
    match delta.num_seconds().max(0) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86400),
    }
}

/// One line of at most so many characters; control characters of a page never reach the terminal.
pub fn short(text: &str, limit: usize) -> String {
    let clean = printable(text);
    match clean.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean,
    }
}

/// On one line and without control characters, escape sequences among them.
pub fn printable(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect()
}

/// A quotation with its hits marked: `听说【岚栎科技】已经被【立案调查】`.
pub fn quoted(parts: &[QuotePart]) -> String {
    let mut out = String::new();
    for part in parts {
        if let Some(spot) = part.spot {
            out.extend(["〔", spot.label(Lang::En), "〕"]);
        } else if part.hit.is_some() {
            out.extend(["【", &part.text, "】"]);
        } else {
            out.push_str(&part.text);
        }
    }
    printable(&out)
}

/// The line of `text` around `place`, cut to `around` characters on either side, with the place marked.
pub fn marked(text: &str, place: &Range<usize>, around: usize) -> String {
    let before = text[..place.start].rsplit('\n').next().unwrap_or_default();
    let after = text[place.end..].split('\n').next().unwrap_or_default();
    let cut_before = before.char_indices().rev().nth(around.saturating_sub(1)).map_or(0, |(at, _)| at);
    let cut_after = after.char_indices().nth(around).map_or(after.len(), |(at, _)| at);
    let dots = |cut: bool| if cut { "…" } else { "" };
    printable(&format!(
        "{}{}【{}】{}{}",
        dots(cut_before > 0),
        &before[cut_before..],
        &text[place.clone()],
        &after[..cut_after],
        dots(cut_after < after.len())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_shown_in_its_line() {
        let text = "第一行\n听说岚栎科技已经被立案调查，周五\n末行";
        let start = text.find("立案").unwrap();
        let place = start..start + "立案调查".len();
        assert_eq!(marked(text, &place, 40), "听说岚栎科技已经被【立案调查】，周五");
        assert_eq!(marked(text, &place, 2), "…经被【立案调查】，周…");
        assert_eq!(marked("甲", &(0..3), 5), "【甲】");
    }

    #[test]
    fn what_a_page_says_cannot_drive_the_terminal() {
        assert_eq!(short("甲\u{1b}[31m乙\r\n丙\u{7}", 20), "甲[31m乙 丙");
        assert_eq!(short("一二三四五", 3), "一二三…");
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        for (seconds, expected) in
            [(-3, "0 s"), (40, "40 s"), (150, "2 min"), (9000, "2 h"), (200_000, "2 d")]
        {
            assert_eq!(age(TimeDelta::seconds(seconds)), expected);
        }
    }

    #[test]
    fn times_of_another_day_carry_it() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc);
        let now = at("2026-11-25T14:44:00Z");
        let zone = Tz::Asia__Shanghai;
        assert_eq!(clock(at("2026-11-25T14:40:09Z"), now, zone), "22:40:09");
        assert_eq!(clock(at("2026-11-25T16:40:09Z"), now, zone), "2026-11-26 00:40");
    }
}
