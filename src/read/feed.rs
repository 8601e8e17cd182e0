//! RSS, Atom or JSON Feed in, items in the order of the feed out.
//!
//! feed-rs reads, after `repair` has made of the bytes what the standard wants; dates come through our own chain.

mod repair;

use super::date::{self, Now};
use super::kind::{self, Kind, Wanted};
use super::{Body, Feed, FeedItem, charset, dom, odd, text};
use crate::model::{Published, Unreadable};
use chrono::{DateTime, NaiveTime, Utc};
use feed_rs::model as parsed;
use scraper::Html;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// feed-rs keeps instants only; here is what each of them was written as.
type Written = Arc<Mutex<HashMap<DateTime<Utc>, Published>>>;

pub fn feed(body: &Body) -> Result<Feed, Unreadable> {
    if let kind @ (Kind::Document(_) | Kind::Other(_)) = kind::of(body) {
        return Err(kind.instead_of(Wanted::Feed.words()));
    }
    let (source, _) = charset::decode(body)?;
    let trimmed = source.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let input = if trimmed.starts_with('{') {
        trimmed.to_owned()
    } else {
        match repair::repair(trimmed) {
            Some(repaired) => repaired,
            None => return Err(no_feed(trimmed, body)),
        }
    };
    let now = Now { at: body.fetched, zone: body.zone };
    let written = Written::default();
    let parsed = catch_unwind(AssertUnwindSafe(|| parser(body.url, now, &written).parse(input.as_bytes())));
    let feed = match parsed {
        Ok(Ok(feed)) => feed,
        Ok(Err(error)) => {
            return Err(Unreadable::Broken(format!(
                "the feed cannot be read: {error}; look at the address in a browser"
            )));
        }
        Err(_) => {
            return Err(Unreadable::Broken("the feed cannot be read: the parser failed on it".to_owned()));
        }
    };
    let written = written.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Feed {
        title: feed.title.map(|title| line(&title)).filter(|title| !title.is_empty()),
        items: feed.entries.into_iter().map(|entry| item(entry, body.url, &written)).collect(),
    })
}

fn parser(url: Option<&Url>, now: Now, written: &Written) -> feed_rs::parser::Parser {
    let written = Arc::clone(written);
    feed_rs::parser::Builder::new()
        .base_uri(url)
        // An invented id would look like the feed's own and change with the title.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| {
            let found = date::in_feed(text, now)?;
            let time = found.time.unwrap_or(NaiveTime::MIN);
            let at = found.day.and_time(time).and_utc()
                - chrono::TimeDelta::seconds(found.offset.map_or(0, |o| o.local_minus_utc().into()));
            written.lock().unwrap_or_else(PoisonError::into_inner).insert(at, found);
            Some(at)
        })
        .build()
}

fn item(entry: parsed::Entry, base: Option<&Url>, written: &HashMap<DateTime<Utc>, Published>) -> FeedItem {
    let id = Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty());
    let link = entry
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"))
        .or_else(|| entry.links.iter().find(|link| link.rel.as_deref() == Some("related")))
        .and_then(|link| dom::join(base, &link.href));
    let url = link.or_else(|| id.as_deref().and_then(|id| dom::join(None, id)));
    let summary = entry.summary.map(|text| plain(&text)).unwrap_or_default();
    let content =
        entry.content.and_then(|content| content.body).map(|body| text::plain(&body)).unwrap_or_default();
    let author = entry
        .authors
        .iter()
        .filter_map(|person| person.name.as_deref())
        .map(str::trim)
        .find(|name| !name.is_empty());
    FeedItem {
        id,
        url,
        title: entry.title.map(|title| line(&title)).unwrap_or_default(),
        // A summary that is no excerpt of the content is text of its own.
        text: if content.is_empty() || summary.len() > content.len() { summary } else { content },
        author: author.map(str::to_owned),
        published: entry.published.or(entry.updated).and_then(|at| written.get(&at).copied()),
    }
}

fn plain(text: &parsed::Text) -> String {
    text::plain(&text.content)
}

fn line(text: &parsed::Text) -> String {
    plain(text).replace('\n', " ")
}

/// Says what was served instead, and where the feed may be.
fn no_feed(source: &str, body: &Body) -> Unreadable {
    let start: String = source.chars().take(2_000).collect::<String>().to_ascii_lowercase();
    if !(start.contains("<html")
        || start.contains("<!doctype html")
        || start.contains("<body")
        || start.contains("<head"))
    {
        return Unreadable::Kind {
            what: "the body".to_owned(),
            expected: "a feed (no <rss>, <feed>, <rdf:RDF> or JSON in it)".to_owned(),
        };
    }
    if let Some(odd) = odd::of(source, Wanted::Feed) {
        return odd;
    }
    let advertised = dom::parse(source).ok().and_then(|page| advertised(&page, body.url));
    let advice = advertised.map_or_else(
        || "it advertises none: use kind = \"list\", or look for the feed's address on the site".to_owned(),
        |url| format!("it advertises {url}: use that address"),
    );
    Unreadable::Kind {
        what: "an HTML page".to_owned(),
        expected: format!("a feed; look for its <link rel=alternate>: {advice}"),
    }
}

fn advertised(page: &Html, url: Option<&Url>) -> Option<Url> {
    let base = dom::base(page, url);
    page.select(&dom::known("link[rel~=alternate][href]"))
        .filter(|link| {
            link.attr("type")
                .is_some_and(|kind| ["rss", "atom", "feed+json"].iter().any(|word| kind.contains(word)))
        })
        .find_map(|link| dom::join(base.as_ref(), link.attr("href")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Feed, Unreadable> {
        feed(&Body::of(text.as_bytes()))
    }

    #[test]
    fn feeds_are_read_however_broken() {
        const ITEM: &str = "<item><title>岚栎科技通报</title><link>https://y.example/1</link><pubDate>Wed, 14 Jan 2026 08:00:00 +0800</pubDate></item>";
        for (why, xml, when) in [
            ("RSS 2.0", format!("<?xml version='1.0'?><rss version='2.0'><channel>{ITEM}</channel></rss>"), "2026-01-14T08:00:00+08:00"),
            ("no version", format!("<rss><channel>{ITEM}</channel></rss>"), "2026-01-14T08:00:00+08:00"),
            ("junk in front, no end", format!("Warning: x\n<rss><channel><title>a & b &nbsp;</title>{ITEM}"), "2026-01-14T08:00:00+08:00"),
            ("a document type", format!("<!DOCTYPE rss [<!ENTITY x 'y'>]><rss version='0.91'><channel>{ITEM}</channel></rss>"), "2026-01-14T08:00:00+08:00"),
            ("RDF, undeclared prefix", "<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel><title>x</title></channel><item rdf:about='https://y.example/1'><title>岚栎科技通报</title><link>https://y.example/1</link><dc:date>2026-01-14</dc:date></item></rdf:RDF>".to_owned(), "2026-01-14"),
            ("Atom 0.3", "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>岚栎科技通报</title><link rel='alternate' href='https://y.example/1'/><issued>2026-01-14T08:00:00Z</issued></entry></feed>".to_owned(), "2026-01-14T08:00:00Z"),
            ("Atom, markup in the title", "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='xhtml'><div>岚栎<b>科技</b>通报</div></title><link href='https://y.example/1'/><updated>2026-01-14 08:00</updated></entry></feed>".to_owned(), "2026-01-14T08:00:00Z"),
            ("JSON", r#"{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1","url":"https://y.example/1","title":"岚栎科技通报","content_text":"t","date_published":"2026-01-14T08:00:00+08:00"}]}"#.to_owned(), "2026-01-14T08:00:00+08:00"),
        ] {
            let feed = read(&xml).unwrap_or_else(|error| panic!("{why}: {error}"));
            assert_eq!(feed.items.len(), 1, "{why}");
            let item = &feed.items[0];
            assert_eq!(item.title, "岚栎科技通报", "{why}");
            assert_eq!(item.url.as_ref().map(Url::as_str), Some("https://y.example/1"), "{why}");
            assert_eq!(item.published.map(|at| at.to_string()).as_deref(), Some(when), "{why}");
        }
    }

    #[test]
    fn text_is_plain_and_complete() {
        let feed = read("<rss version='2.0'><channel><item><title>A &lt; B &amp;amp; C</title><guid>g1</guid><description>&lt;p&gt;一&lt;/p&gt;&lt;p&gt;二&amp;nbsp;三&lt;/p&gt;</description></item>\
            <item><description><p>四<br>五</p></description></item><item><title/><content:encoded><![CDATA[<b>六</b>]]></content:encoded></item></channel></rss>").unwrap();
        let texts: Vec<_> = feed.items.iter().map(|item| item.text.as_str()).collect();
        assert_eq!(texts, ["一\n二 三", "四\n五", "六"]);
        assert_eq!(feed.items[0].title, "A < B & C");
        assert_eq!(feed.items[0].id.as_deref(), Some("g1"));
        assert_eq!(feed.items[1].id, None);
    }

    #[test]
    fn a_page_in_place_of_a_feed_is_named() {
        let page = "<!DOCTYPE html><html><head><link rel=alternate type=application/rss+xml href=https://y.example/rss></head></html>";
        let error = read(page).unwrap_err().to_string();
        assert!(
            error.contains("an HTML page is not a feed") && error.contains("https://y.example/rss"),
            "{error}"
        );
        assert!(read("hello").is_err());
    }
}
