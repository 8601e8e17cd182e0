//! Any bytes in; nothing out, unless a reader panics or gives more than it was given.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use tingfeng::fetch::robots::Rules;
use tingfeng::model::{ArticleSelectors, ForumSelectors};
use tingfeng::read::{self, Body, charset, date};
use url::Url;

pub type Target = fn(&[u8]);

pub const TARGETS: &[(&str, Target)] = &[
    ("page", page),
    ("feed", feed),
    ("charset", charset),
    ("date", date),
    ("robots", robots),
    ("links", links),
    ("thread", thread),
];

/// No reader may give more than this for each byte it is given, beside a constant: entities and encodings make texts
/// longer, but only so much.
const GROWTH: usize = 16;
const FREE: usize = 200_000;

fn fits(what: &str, given: usize, bytes: &[u8]) {
    assert!(
        given <= FREE + bytes.len() * GROWTH,
        "{what}: {given} bytes of text out of {} bytes",
        bytes.len()
    );
}

/// Runs a reader with a fetch around the bytes; their number decides which.
fn with(bytes: &[u8], reader: impl FnOnce(&Body)) {
    const KINDS: [Option<&str>; 4] =
        [None, Some("text/html"), Some("text/html; charset=gbk"), Some("application/xml; charset=utf-8")];
    let url = Url::parse("https://news.yanxi.example/2026/0114/a1.html").expect("an address as it should be");
    reader(&Body {
        bytes,
        content_type: KINDS[bytes.len() % KINDS.len()],
        url: (bytes.len() % 5 != 0).then_some(&url),
        fetched: now(),
        zone: Tz::Asia__Shanghai,
        charset: None,
    });
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_442_400, 0).expect("a second of this century")
}

pub fn page(bytes: &[u8]) {
    let selectors = |text: &str| ArticleSelectors {
        title: Some("h1".to_owned()),
        text: Some(text.to_owned()),
        published: Some(".date, time".to_owned()),
        author: None,
        remove: vec![".ad".to_owned()],
    };
    with(bytes, |body| {
        // By itself, with selectors that are streamed, and with one that wants the tree.
        for select in
            [ArticleSelectors::default(), selectors("article p, .content"), selectors("div > p:last-child")]
        {
            if let Ok(article) = read::page(body, &select) {
                fits("page", article.text.len() + article.title.len(), bytes);
            }
        }
    });
}

pub fn feed(bytes: &[u8]) {
    with(bytes, |body| {
        if let Ok(feed) = read::feed(body) {
            fits("feed", feed.items.iter().map(|item| item.text.len() + item.title.len()).sum(), bytes);
        }
    });
}

pub fn charset(bytes: &[u8]) {
    with(bytes, |body| {
        if let Ok((text, _)) = charset::decode(body) {
            fits("charset", text.len(), bytes);
        }
    });
}

pub fn date(bytes: &[u8]) {
    let now = date::Now { at: now(), zone: Tz::Asia__Shanghai };
    let text = String::from_utf8_lossy(bytes);
    let _ = (
        date::find(&text, now),
        date::in_feed(&text, now),
        date::in_path(&text, now),
        date::find_with_clock(&text, now),
    );
}

pub fn robots(bytes: &[u8]) {
    let rules = Rules::parse(bytes, "tingfeng");
    for path in ["/", "/2026/0114/a1.html?x=1", "/*$%41%zz"] {
        let _ = rules.refusal(path);
    }
}

pub fn links(bytes: &[u8]) {
    with(bytes, |body| {
        if let Ok(found) = read::links(body, None) {
            fits("links", found.iter().map(|link| link.title.len()).sum(), bytes);
        }
        let _ = read::board(body, Some("a"));
    });
}

pub fn thread(bytes: &[u8]) {
    with(bytes, |body| {
        if let Ok(thread) = read::thread(body, &ForumSelectors::default()) {
            fits("thread", thread.posts.iter().map(|post| post.text.len()).sum(), bytes);
        }
    });
}
