//! RSS, Atom, RDF or JSON Feed in, items in the order of the feed out.
//!
//! One layer stands before two parsers: it decodes, writes out entities, repairs and reads dates. feed-rs reads the
//! repaired feed; where that leaves items without a date, feedparser-rs reads the decoded one too, and the parse with
//! more dated items is taken. Nothing is mixed of the two. No panic of theirs passes.

mod dates;
mod doctype;
mod entry;
mod json;
mod markup;
mod names;
mod parsers;
mod repair;
mod tree;

use super::date::Now;
use super::kind::{self, Kind, Wanted};
use super::{Body, Feed, charset, dom, odd};
use crate::model::Unreadable;
use scraper::Html;
use url::Url;

pub fn feed(body: &Body) -> Result<Feed, Unreadable> {
    if let kind @ (Kind::Document(_) | Kind::Other(_)) = kind::of(body) {
        return Err(kind.instead_of(Wanted::Feed.words()));
    }
    let (decoded, _) = charset::decode(body)?;
    let trimmed = decoded.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let source = doctype::expand(trimmed);
    let now = Now { at: body.fetched, zone: body.zone };
    let is_date = |text: &str| dates::read(text, now).is_some();
    let repaired = if source.starts_with('{') {
        json::repair(&source, body.url, &is_date)
    } else {
        repair::repair(&source, body.url, &is_date)
    };
    let Some(repaired) = repaired else { return Err(no_feed(&source, body)) };
    let first = parsers::first(&repaired, now);
    if first.as_ref().is_ok_and(|feed| dated(feed) >= items_in(&source)) {
        return first.map_err(broken);
    }
    match (first, parsers::second(&source, body.url, now)) {
        (Ok(first), Ok(second)) if dated(&second) > dated(&first) => Ok(second),
        (Err(_), Ok(second)) if !second.items.is_empty() => Ok(second),
        (first, _) => first.map_err(broken),
    }
}

fn dated(feed: &Feed) -> usize {
    feed.items.iter().filter(|item| item.published.is_some()).count()
}

/// How many items the source seems to hold.
fn items_in(source: &str) -> usize {
    let begins = |name: &str| {
        source
            .match_indices(name)
            .filter(|(at, _)| source[at + name.len()..].starts_with(|c: char| !c.is_alphanumeric()))
            .count()
    };
    begins("<item").max(begins("<entry"))
}

fn broken(why: String) -> Unreadable {
    Unreadable::Broken(format!("the feed cannot be read: {why}; look at the address in a browser"))
}

/// Says what was served instead, and where the feed may be.
fn no_feed(source: &str, body: &Body) -> Unreadable {
    if let Some(odd) = odd::of(source, Wanted::Feed) {
        return odd;
    }
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
