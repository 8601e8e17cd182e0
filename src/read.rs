//! A body in, entries and links out: what a page says.
//!
//! Pure: no network, no files, no clock (the time of the fetch is passed in). No bytes make a reader panic; what
//! cannot be read is an `Unreadable` with words for the ledger (P5). Keys are made here and say what "the same
//! entry" means (P1): see `canonical`.

pub mod attachment;
mod body;
mod byline;
pub mod canonical;
pub mod charset;
pub mod date;
mod dom;
mod feed;
mod files;
mod forum;
mod join;
pub mod jsonl;
pub mod kind;
mod list;
mod meta;
mod odd;
mod page;
mod published;
mod stream;
mod tag;
mod text;
mod title;
mod trim;
mod whole;

pub use canonical::{KEY_VERSION, canonical};
pub use feed::feed;
pub use forum::thread;
pub use join::read;
pub use list::{board, links};
pub use page::page;
pub use whole::{domain_of, whole};

use crate::model::Published;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

/// Everything a page's bytes need to be understood.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Decompressed.
    pub bytes: &'a [u8],
    /// The header as the server gave it.
    pub content_type: Option<&'a str>,
    /// The address that gave the body; relative links count from it.
    pub url: Option<&'a Url>,
    pub fetched: DateTime<Utc>,
    /// Where times without an offset are at home.
    pub zone: Tz,
    /// The source's own word on the encoding, over all others.
    pub charset: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    pub title: Option<String>,
    /// In the order of the feed.
    pub items: Vec<FeedItem>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FeedItem {
    /// As the feed gives it; never made up.
    pub id: Option<String>,
    pub url: Option<Url>,
    pub title: String,
    pub text: String,
    pub author: Option<String>,
    /// Whom the item names as the origin of its text.
    pub outlet: Option<String>,
    pub published: Option<Published>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    pub title: String,
    pub text: String,
    pub author: Option<String>,
    /// The outlet that the page names as its origin (来源).
    pub outlet: Option<String>,
    pub published: Option<Published>,
    /// What the page calls its own address; believed by `read` on the same host only.
    pub canonical: Option<Url>,
}

/// A link with the words it was shown with.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub url: Url,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    pub title: String,
    pub posts: Vec<Post>,
    pub next: Option<Url>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Stays the same when replies are added.
    pub id: String,
    pub text: String,
    pub author: Option<String>,
    pub published: Option<Published>,
    /// With the post's anchor, where it has one.
    pub url: Option<Url>,
}

/// The first `bytes` of a digest, written out.
fn hex(digest: &[u8], bytes: usize) -> String {
    use std::fmt::Write;
    digest.iter().take(bytes).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
impl<'a> Body<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let fetched = DateTime::from_timestamp(1_768_442_400, 0).unwrap();
        Self { bytes, content_type: None, url: None, fetched, zone: Tz::Asia__Shanghai, charset: None }
    }
}

#[cfg(test)]
mod tests;
