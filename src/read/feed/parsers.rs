//! A feed in, what each of the two parsers makes of it out: the same items, their dates by our own chain.
//!
//! Both are libraries that have panicked on somebody's bytes; here that is an answer like another.

use super::dates;
use super::entry::OUTLET;
use super::markup::{person, without_open_ends};
use crate::model::Published;
use crate::read::date::Now;
use crate::read::{Feed, FeedItem, dom, text};
use chrono::DateTime;
use feed_rs::model as first;
use feedparser_rs::{Entry as Second, ParseOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// A library's word on why it gave up.
type Failure = String;

/// What feed-rs keeps of a date is the number that it has here.
type Written = Arc<Mutex<Vec<Published>>>;

/// feed-rs on the repaired feed: plain Atom.
pub fn first(atom: &str, now: Now) -> Result<Feed, Failure> {
    let written = Written::default();
    let kept = Arc::clone(&written);
    let parser = feed_rs::parser::Builder::new()
        // An invented id would look like the feed's own and change with the title.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            let found = dates::read(text, now)?;
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(found);
            DateTime::from_timestamp(kept.len() as i64 - 1, 0)
        })
        .build();
    let feed = guarded(|| parser.parse(atom.as_bytes()).map_err(|error| error.to_string()))?;
    let written = written.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Feed {
        title: feed.title.map(|title| line(&title.content)).filter(|title| !title.is_empty()),
        items: feed.entries.into_iter().map(|entry| of_first(entry, &written)).collect(),
    })
}

fn of_first(entry: first::Entry, written: &[Published]) -> FeedItem {
    let outlet = entry.categories.iter().find(|category| category.scheme.as_deref() == Some(OUTLET));
    let date = entry.published.or(entry.updated).and_then(|at| usize::try_from(at.timestamp()).ok());
    Parts {
        id: Some(entry.id),
        link: entry.links.first().and_then(|link| dom::join(None, &link.href)),
        title: entry.title.map(|title| title.content),
        summary: entry.summary.map(|summary| summary.content),
        content: entry.content.and_then(|content| content.body),
        author: entry.authors.into_iter().find_map(|person| person.name),
        outlet: outlet.map(|category| category.term.clone()),
        published: date.and_then(|at| written.get(at).copied()),
    }
    .item()
}

/// feedparser-rs on the feed as it was decoded.
pub fn second(source: &str, url: Option<&Url>, now: Now) -> Result<Feed, Failure> {
    // What the declaration says about the bytes is over: they were decoded. The mark is believed before it.
    let marked = format!("\u{feff}{source}");
    let options = ParseOptions { sanitize_html: false, ..ParseOptions::default() };
    let feed = guarded(|| {
        feedparser_rs::parse_with_options(marked.as_bytes(), &options).map_err(|error| error.to_string())
    })?;
    Ok(Feed {
        title: feed.feed.title.map(|title| line(&title)).filter(|title| !title.is_empty()),
        items: feed.entries.into_iter().map(|entry| of_second(entry, url, now)).collect(),
    })
}

fn of_second(entry: Second, url: Option<&Url>, now: Now) -> FeedItem {
    let written = [&entry.published_str, &entry.updated_str, &entry.created_str];
    let instant =
        entry.published.or(entry.dc_date).or(entry.updated).map(|at| Published::exact(at.fixed_offset()));
    let outlet = entry.source.and_then(|source| source.title).or_else(|| Some(entry.publisher?.to_string()));
    Parts {
        id: entry.id.map(|id| id.to_string()),
        link: entry.link.and_then(|link| dom::join(url, &link)),
        title: entry.title,
        summary: entry.summary,
        content: entry.content.into_iter().map(|content| content.value).max_by_key(String::len),
        author: entry.author.map(|author| author.to_string()),
        outlet,
        published: written.into_iter().flatten().find_map(|text| dates::read(text, now)).or(instant),
    }
    .item()
}

/// What both say about an item, in words of the feed.
struct Parts {
    id: Option<String>,
    link: Option<Url>,
    title: Option<String>,
    summary: Option<String>,
    content: Option<String>,
    author: Option<String>,
    outlet: Option<String>,
    published: Option<Published>,
}

impl Parts {
    fn item(self) -> FeedItem {
        let id = self.id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        let plain = |text: Option<String>| {
            text.map(|text| text::plain(&without_open_ends(&text))).unwrap_or_default()
        };
        let (summary, content) = (plain(self.summary), plain(self.content));
        let name =
            |text: Option<String>| text.map(|text| line(person(&text))).filter(|name| !name.is_empty());
        FeedItem {
            url: self.link.or_else(|| id.as_deref().and_then(|id| dom::join(None, id))),
            id,
            title: self.title.map(|title| line(&title)).unwrap_or_default(),
            // A summary that is no excerpt of the content is text of its own.
            text: if content.is_empty() || summary.len() > content.len() { summary } else { content },
            author: name(self.author),
            outlet: name(self.outlet).filter(|name| is_name(name)),
            published: self.published,
        }
    }
}

/// Feeds give addresses and whole sentences for an outlet too.
fn is_name(text: &str) -> bool {
    text.chars().count() <= 60 && !text.contains("://") && !text.contains('@')
}

fn line(markup: &str) -> String {
    text::plain(&without_open_ends(markup)).replace('\n', " ")
}

fn guarded<T>(parse: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| Err("the parser failed on it".to_owned()))
}
