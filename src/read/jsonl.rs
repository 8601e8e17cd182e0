//! The shapes of `read --jsonl`: one object a line, as docs/json.md describes them.

use super::attachment::Attachment;
use super::{Article, Feed};
use crate::model::{Published, Unreadable};
use chrono::NaiveDate;
use serde::Serialize;
use url::Url;

/// What `read --kind page` prints for one file.
#[derive(Debug, Serialize)]
pub struct PageLine<'a> {
    pub file: &'a str,
    /// As WHATWG names it, in small letters.
    pub encoding: Option<String>,
    pub title: Option<&'a str>,
    pub author: Option<&'a str>,
    /// The outlet that the page names as its origin.
    pub outlet: Option<&'a str>,
    pub canonical: Option<&'a Url>,
    pub published: Option<Published>,
    pub text: Option<&'a str>,
    /// Why there is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl<'a> PageLine<'a> {
    pub fn new(file: &'a str, encoding: Option<String>, read: Result<&'a Article, &Unreadable>) -> Self {
        match read {
            Ok(article) => Self {
                file,
                encoding,
                title: Some(article.title.as_str()).filter(|title| !title.is_empty()),
                author: article.author.as_deref(),
                outlet: article.outlet.as_deref(),
                canonical: article.canonical.as_ref(),
                published: article.published,
                text: Some(&article.text),
                why: None,
            },
            Err(why) => Self {
                file,
                encoding,
                title: None,
                author: None,
                outlet: None,
                canonical: None,
                published: None,
                text: None,
                why: Some(why.to_string()),
            },
        }
    }
}

/// What `read --kind attachment` prints for one file.
#[derive(Debug, Serialize)]
pub struct AttachmentLine<'a> {
    pub file: &'a str,
    /// What the file is, in words.
    pub kind: Option<&'a str>,
    pub text: Option<&'a str>,
    /// Why there is no text, or not all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl<'a> AttachmentLine<'a> {
    pub fn new(file: &'a str, read: Result<&'a Attachment, &Unreadable>) -> Self {
        match read {
            Ok(attachment) => Self {
                file,
                kind: Some(attachment.kind),
                text: Some(&attachment.text),
                why: attachment.cut.clone(),
            },
            Err(why) => Self { file, kind: None, text: None, why: Some(why.to_string()) },
        }
    }
}

/// What `read --kind date` prints for one text.
#[derive(Debug, Serialize)]
pub struct DateLine {
    pub day: Option<NaiveDate>,
    /// Why the question was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What `read --kind feed` prints for one file.
#[derive(Debug, Serialize)]
pub struct FeedLine<'a> {
    pub file: &'a str,
    /// As WHATWG names it, in small letters.
    pub encoding: Option<String>,
    pub entries: Option<Vec<FeedEntry<'a>>>,
    /// Why there are no entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct FeedEntry<'a> {
    pub title: &'a str,
    pub published: Option<Published>,
    pub url: Option<&'a Url>,
    pub text: &'a str,
}

impl<'a> FeedLine<'a> {
    pub fn new(file: &'a str, encoding: Option<String>, read: Result<&'a Feed, &Unreadable>) -> Self {
        let entries = read.map(|feed| {
            let entry = |item: &'a super::FeedItem| FeedEntry {
                title: &item.title,
                published: item.published,
                url: item.url.as_ref(),
                text: &item.text,
            };
            feed.items.iter().map(entry).collect()
        });
        match entries {
            Ok(entries) => Self { file, encoding, entries: Some(entries), why: None },
            Err(why) => Self { file, encoding, entries: None, why: Some(why.to_string()) },
        }
    }
}
