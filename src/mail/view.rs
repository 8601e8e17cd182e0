//! Facts made ready for a template: times in the reader's zone, words in the reader's language, texts of other
//! people reduced to one line of bounded length.

mod alert;
mod digest;
mod notice;

pub(super) use alert::AlertView;
pub(super) use digest::DigestView;
pub(super) use notice::NoticeView;

use crate::model::{Contact, Lang, Published, Severity, Word};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// How times are written in one mail: the hour alone on the day of sending, with the day otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    zone: Tz,
    pub(super) lang: Lang,
    pub(super) now: DateTime<Utc>,
}

impl Times {
    pub(super) fn new(zone: Tz, lang: Lang, now: DateTime<Utc>) -> Self {
        Self { zone, lang, now }
    }

    /// `22:40`, `11月25日 22:40`, `2025年11月25日 22:40`.
    pub(super) fn clock(&self, at: DateTime<Utc>) -> String {
        self.local(at.with_timezone(&self.zone).naive_local(), false)
    }

    /// With seconds: when evidence was kept.
    pub(super) fn second(&self, at: DateTime<Utc>) -> String {
        self.local(at.with_timezone(&self.zone).naive_local(), true)
    }

    fn local(&self, at: NaiveDateTime, seconds: bool) -> String {
        let time = at.format(if seconds { "%H:%M:%S" } else { "%H:%M" });
        if at.date() == self.today() { time.to_string() } else { format!("{} {time}", self.day(at.date())) }
    }

    pub(super) fn day(&self, day: NaiveDate) -> String {
        let same_year = day.year() == self.today().year();
        match (self.lang, same_year) {
            (Lang::Zh, true) => format!("{}月{}日", day.month(), day.day()),
            (Lang::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            (Lang::En, true) => day.format("%-d %b").to_string(),
            (Lang::En, false) => day.format("%-d %b %Y").to_string(),
        }
    }

    pub(super) fn weekday(&self, day: NaiveDate) -> &'static str {
        const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
        const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let index = day.weekday().num_days_from_monday() as usize;
        match self.lang {
            Lang::Zh => ZH[index],
            Lang::En => EN[index],
        }
    }

    /// The page's own date: in our way of writing where we understand it, else as it stands there.
    pub(super) fn published(&self, text: &str) -> String {
        let Ok(published) = Published::try_from(text.to_owned()) else {
            return one_line(text, 40);
        };
        match (published.time, published.offset) {
            (None, _) => self.day(published.day),
            (Some(_), Some(_)) => self.clock(published.latest(self.zone)),
            (Some(time), None) => self.local(published.day.and_time(time), false),
        }
    }

    fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }
}

/// A severity as a word, a colour and a short form.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Level {
    key: &'static str,
    /// `橙色·二级`
    name: &'static str,
    /// `橙`
    short: &'static str,
}

impl Level {
    pub(super) fn new(severity: Severity, lang: Lang) -> Self {
        let short = match (severity, lang) {
            (Severity::Red, Lang::Zh) => "红",
            (Severity::Orange, Lang::Zh) => "橙",
            (Severity::Yellow, Lang::Zh) => "黄",
            (Severity::Blue, Lang::Zh) => "蓝",
            (_, Lang::En) => severity.key(),
        };
        Self { key: severity.key(), name: severity.label(lang), short }
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Who {
    role: &'static str,
    name: String,
    phone: Option<String>,
}

impl Who {
    pub(super) fn new(contact: &Contact, lang: Lang) -> Self {
        Self {
            role: contact.role.label(lang),
            name: one_line(&contact.name, 30),
            phone: contact.phone.as_deref().map(|phone| one_line(phone, 30)),
        }
    }

    pub(super) fn all(contacts: &[Contact], most: usize, lang: Lang) -> Vec<Self> {
        contacts.iter().take(most).map(|contact| Self::new(contact, lang)).collect()
    }
}

/// The first `most` of them, each a line of `limit` characters.
pub(super) fn lines(texts: &[String], most: usize, limit: usize) -> Vec<String> {
    texts.iter().take(most).map(|text| one_line(text, limit)).collect()
}

/// An address, unless it is too long to be shown: cut off it would lead elsewhere.
pub(super) fn address(url: Option<&str>, limit: usize) -> Option<String> {
    url.map(|url| one_line(url, limit)).filter(|url| !url.ends_with('…'))
}

/// One line of at most `limit` characters. Control characters and the marks that turn the reading direction go:
/// they have no business in a mail and could make it say something else.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let visible = |c: &char| !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let spaced: String = text.chars().filter(visible).map(|c| if c.is_control() { ' ' } else { c }).collect();
    clip(&spaced.split_whitespace().collect::<Vec<_>>().join(" "), limit)
}

/// Cut to `limit` characters; the cut shows as `…`.
pub(super) fn clip(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    if limit > 0 {
        cut.push('…');
    }
    cut
}
