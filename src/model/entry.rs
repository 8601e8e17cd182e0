//! What a page says: entries, and links to more pages.

use super::page::PageWhy;
use super::words::{Lang, Word, words};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use url::Url;

/// A typed key that says what "the same entry" means: `url:` canonical address, `post:` thread + post id,
/// `guid:` source + guid, `manual:`, `around:` canonical address of the page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct EntryKey(String);

impl EntryKey {
    /// `canonical` comes from `read::canonical`.
    pub fn url(canonical: &str) -> Self {
        Self(format!("url:{canonical}"))
    }
    pub fn post(canonical_thread: &str, post: &str) -> Self {
        Self(format!("post:{canonical_thread}#{post}"))
    }
    pub fn guid(source: &str, guid: &str) -> Self {
        Self(format!("guid:{source}:{guid}"))
    }
    pub fn manual(id: &str) -> Self {
        Self(format!("manual:{id}"))
    }
    /// What stands around the article of a page, or on a list page.
    pub fn around(canonical: &str) -> Self {
        Self(format!("around:{canonical}"))
    }
    pub fn is_around(&self) -> bool {
        self.0.starts_with("around:")
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One article, feed item or post, as read from a page.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    pub key: EntryKey,
    /// Further keys of the same entry (guid of the feed item, same-host canonical address).
    pub aliases: Vec<EntryKey>,
    /// Where a reader finds it.
    pub url: Option<Url>,
    pub title: String,
    /// Plain text, paragraphs separated by `\n`.
    pub text: String,
    /// As the page shows it; evidence only, never indexed.
    pub byline: Option<String>,
    /// The outlet that the page names as its origin (来源).
    #[serde(default)]
    pub outlet: Option<String>,
    pub published: Option<Published>,
}

/// A day, optionally a time, and the offset as the page wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Published {
    pub day: NaiveDate,
    pub time: Option<NaiveTime>,
    pub offset: Option<FixedOffset>,
}

impl Published {
    pub fn day(day: NaiveDate) -> Self {
        Self { day, time: None, offset: None }
    }
    pub fn local(at: NaiveDateTime) -> Self {
        Self { day: at.date(), time: Some(at.time()), offset: None }
    }
    pub fn exact(at: DateTime<FixedOffset>) -> Self {
        Self { day: at.date_naive(), time: Some(at.time()), offset: Some(*at.offset()) }
    }
    /// The latest instant that this may mean: a bare day counts to its end, so a day never makes news look older
    /// than it is. A time without an offset is read in `zone`.
    pub fn latest(&self, zone: Tz) -> DateTime<Utc> {
        let last_second = NaiveTime::from_hms_opt(23, 59, 59).expect("a valid time of day");
        let local = self.day.and_time(self.time.unwrap_or(last_second));
        match self.offset {
            Some(offset) => local.and_local_timezone(offset).single().map(|at| at.with_timezone(&Utc)),
            None => zone.from_local_datetime(&local).latest().map(|at| at.with_timezone(&Utc)),
        }
        // A local time that the spring night skips: read it as UTC, an hour or so off but never lost.
        .unwrap_or_else(|| local.and_utc())
    }
}

impl std::fmt::Display for Published {
    /// RFC 3339 with the page's offset, local time without one, or a bare date.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.day.format("%Y-%m-%d"))?;
        if let Some(time) = self.time {
            write!(f, "T{}", time.format("%H:%M:%S"))?;
            if let Some(offset) = self.offset {
                if offset.local_minus_utc() == 0 {
                    f.write_str("Z")?;
                } else {
                    write!(f, "{offset}")?;
                }
            }
        }
        Ok(())
    }
}

impl From<Published> for String {
    fn from(published: Published) -> Self {
        published.to_string()
    }
}

impl TryFrom<String> for Published {
    type Error = chrono::ParseError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if let Ok(at) = DateTime::parse_from_rfc3339(&text) {
            return Ok(Self::exact(at));
        }
        if let Ok(at) = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S") {
            return Ok(Self::local(at));
        }
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").map(Self::day)
    }
}

/// An address found on a page, to be visited as a page of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub url: Url,
    pub why: PageWhy,
    /// What the list or feed already said of it; stored when the page itself cannot be had.
    pub hint: Option<Entry>,
}

/// What one page gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    pub entries: Vec<Entry>,
    pub links: Vec<Link>,
    /// Said in the ledger, e.g. "no article: a list page".
    pub note: Option<String>,
}

/// Why a body could not be read. The text is for the ledger and for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is empty")]
    Empty,
    #[error("{what} is not {expected}")]
    Kind { what: String, expected: String },
    #[error("{0}")]
    Broken(String),
    #[error("selector {selector:?} ({key}) found nothing; the site may have changed its layout")]
    SelectorLost { key: String, selector: String },
    /// A page, but not the one that was asked for; `sign` is what gave it away.
    #[error("{} instead of {expected} ({sign}); {}", .odd.label(Lang::En), .odd.advice())]
    Odd { odd: Odd, expected: &'static str, sign: String },
}

words! {
    /// What a site sends in place of what was asked for, with status 200.
    Odd {
        Challenge = "challenge", "安全验证页", "a check for robots";
        Login = "login", "登录页", "a login page";
        Missing = "missing", "页面不存在的提示", "a note that the page is gone";
        Shell = "shell", "由脚本生成的空页面", "a page that a script has yet to fill";
        Parked = "parked", "主机或域名的默认页", "a page of the host or the domain's seller";
    }
}

impl Odd {
    /// What it means for whoever runs the daemon.
    fn advice(self) -> &'static str {
        match self {
            Self::Challenge => {
                "tried again later; visit the site less often, or ask it to let this machine in"
            }
            Self::Login => {
                "tried again later; logins are not used, so watch what the site shows to everybody"
            }
            Self::Missing => {
                "an article is not asked for again; correct the address if it is the source's own"
            }
            Self::Shell => "use the site's feed or the address its script asks; selectors cannot help",
            Self::Parked => "tried again later; the site or its domain may be down, look at it in a browser",
        }
    }
}

/// What becomes of a page that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It may be there later, like a page that did not answer.
    Again,
    /// There is no such page any more.
    Gone,
    /// Another try would bring the same.
    GivenUp,
}

impl Unreadable {
    /// Whether the site itself wrote what came: a check for robots or a login is not part of it.
    pub fn is_ours(&self) -> bool {
        !matches!(self, Self::Odd { odd: Odd::Challenge | Odd::Login, .. })
    }

    pub fn fate(&self) -> Fate {
        match self {
            Self::Odd { odd: Odd::Challenge | Odd::Login | Odd::Parked, .. } => Fate::Again,
            Self::Odd { odd: Odd::Missing, .. } => Fate::Gone,
            _ => Fate::GivenUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_is_written_as_the_page_wrote_it() {
        for text in ["2026-01-14", "2026-01-14T16:56:00", "2026-01-14T16:56:00+08:00", "2026-01-14T16:56:00Z"]
        {
            assert_eq!(Published::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        assert!(Published::try_from("昨天".to_owned()).is_err());
    }

    #[test]
    fn a_bare_day_counts_to_its_end() {
        let day = Published::try_from("2026-01-14".to_owned()).unwrap();
        assert_eq!(day.latest(chrono_tz::Asia::Shanghai).to_rfc3339(), "2026-01-14T15:59:59+00:00");
    }
}
