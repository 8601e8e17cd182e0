//! A source: a place that the crawl visits on a timetable.

use super::words::words;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::time::Duration;
use url::Url;

words! {
    /// How much an outlet weighs, from the least to the most. A higher tier is a worsening (P9).
    Tier {
        Social = "social", "社交", "social";
        Local = "local", "地方", "local";
        Portal = "portal", "商业门户", "portal";
        Industry = "industry", "行业", "industry";
        Mainstream = "mainstream", "主流", "mainstream";
        Official = "official", "官方", "official";
    }
}

/// A configured source, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Stable name in tables, commands and logs: lower-case letters, digits, `-`, `_`, `.`.
    pub key: String,
    pub name: String,
    pub url: Url,
    pub kind: SourceKind,
    pub timetable: Timetable,
    /// The zone in which the source writes times without an offset, and in which its cron line is read.
    pub zone: Tz,
    pub tier: Tier,
    /// The organisation's own channel: screened for leaks, marks and stale content.
    pub own: bool,
    pub enabled: bool,
    /// Where set, the first visit does not count as one: text published since then may alert.
    pub watched_since: Option<DateTime<Utc>>,
    /// Text published longer than this before it was found is old news and wakes nobody.
    pub age_limit: Duration,
    /// An own channel whose newest dated item is older than this is stale.
    pub max_silence: Option<Duration>,
    /// Private, loopback and link-local addresses are refused unless the source allows them.
    pub allow_private: bool,
    /// Overrides what the server and the page say, e.g. `gbk`.
    pub charset: Option<String>,
    /// How to read an article page of this source; all empty: found by itself.
    pub article: ArticleSelectors,
}

/// What the source's address gives.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed. `article`: the page behind each entry is fetched and read.
    Feed { article: bool },
    /// A list page that links to articles.
    List(ListSelectors),
    /// A board that links to threads that hold posts.
    Forum(ForumSelectors),
}

impl SourceKind {
    pub fn key(&self) -> &'static str {
        match self {
            Self::Feed { .. } => "feed",
            Self::List(_) => "list",
            Self::Forum(_) => "forum",
        }
    }
}

/// CSS selectors of a list page. Without `links` the article links are found by their shape.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListSelectors {
    pub links: Option<String>,
}

/// CSS selectors of an article page; each is optional.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArticleSelectors {
    pub title: Option<String>,
    pub text: Option<String>,
    pub published: Option<String>,
    pub author: Option<String>,
    /// Blocks inside `text` that do not belong to the article.
    pub remove: Vec<String>,
}

/// CSS selectors of a forum. `posts` selects each post of a thread page, the others are looked up inside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForumSelectors {
    /// Links to threads on the board page; without it they are found by their shape.
    pub threads: Option<String>,
    pub posts: Option<String>,
    pub text: Option<String>,
    pub author: Option<String>,
    pub published: Option<String>,
    /// The link to a thread's next page.
    pub next: Option<String>,
}

/// When a source is due.
#[derive(Debug, Clone, PartialEq)]
pub enum Timetable {
    /// Every so often, moved by up to `jitter` to either side.
    Every { every: Duration, jitter: Duration },
    /// Five fields of crontab(5), read in the source's zone. Checked by `schedule::Cron::parse`.
    Cron { line: String },
}
