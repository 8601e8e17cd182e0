//! Every body in `tests/fixtures/reading` is read as the file beside it says.
//!
//! `feeds/x.xml` and `pages/x.html` are bytes as they would be served; `x.json` says what they hold. Its `shape` names
//! what is odd about them, `url`, `content_type` and `fetched` are what the fetch knew. Of the rest only what is there
//! is compared, `null` for what must be missing; `why` is a part of the reason why there is nothing to read.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::path::Path;
use tingfeng::model::{ArticleSelectors, Unreadable};
use tingfeng::read::{self, Article, Body, Feed, FeedItem, charset};
use url::Url;

/// What the file beside a body asks and expects.
type Told = Map<String, Value>;

#[test]
fn every_feed_is_read_as_the_file_beside_it_says() {
    each("feeds", "xml", |body| read::feed(body).map(|feed| of_feed(&feed)));
}

#[test]
fn every_page_is_read_as_the_file_beside_it_says() {
    each("pages", "html", |body| {
        read::page(body, &ArticleSelectors::default()).map(|article| of_page(&article))
    });
}

fn each(folder: &str, ending: &str, reader: impl Fn(&Body) -> Result<Value, Unreadable>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reading").join(folder);
    let mut wrong = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    names.sort();
    for path in names.iter().filter(|path| path.extension().is_some_and(|found| found == ending)) {
        let bytes = std::fs::read(path).unwrap();
        let told = std::fs::read_to_string(path.with_extension("json")).unwrap_or_else(|error| {
            panic!("{}: nothing beside it says what it holds: {error}", path.display())
        });
        let told: Told =
            serde_json::from_str(&told).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for difference in differences(&told, &bytes, &reader) {
            let shape = told.get("shape").and_then(Value::as_str).unwrap_or_default();
            wrong.push(format!("{} ({shape}): {difference}", path.file_name().unwrap().display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn differences(
    told: &Told,
    bytes: &[u8],
    reader: impl Fn(&Body) -> Result<Value, Unreadable>,
) -> Vec<String> {
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let url = text("url").map(|url| Url::parse(url).unwrap());
    let fetched = text("fetched").unwrap_or("2026-01-15T10:00:00+08:00");
    let body = Body {
        bytes,
        content_type: text("content_type"),
        url: url.as_ref(),
        fetched: DateTime::parse_from_rfc3339(fetched).unwrap().with_timezone(&Utc),
        zone: chrono_tz::Tz::Asia__Shanghai,
        charset: None,
    };
    let mut found = match (reader(&body), text("why")) {
        (Ok(found), None) => found,
        (Ok(found), Some(why)) => return vec![format!("read, and not refused with {why:?}: {found}")],
        (Err(error), Some(why)) if error.to_string().contains(why) => return Vec::new(),
        (Err(error), _) => return vec![error.to_string()],
    };
    found["encoding"] =
        charset::decode(&body).map_or(Value::Null, |(_, name)| name.to_ascii_lowercase().into());
    let mut wrong = Vec::new();
    compare("", &Value::Object(told.clone()), &found, &mut wrong);
    wrong
}

/// What the fetch knew, and what is said to people.
const ASKED: &[&str] = &["shape", "url", "content_type", "fetched"];

fn compare(place: &str, told: &Value, found: &Value, wrong: &mut Vec<String>) {
    match (told, found) {
        (Value::Object(told), Value::Object(found)) => {
            for (name, value) in
                told.iter().filter(|(name, _)| !(place.is_empty() && ASKED.contains(&name.as_str())))
            {
                let found = found
                    .get(name)
                    .unwrap_or_else(|| panic!("{place}/{name}: there is no such thing to expect"));
                compare(&format!("{place}/{name}"), value, found, wrong);
            }
        }
        (Value::Array(told), Value::Array(found)) if told.len() == found.len() => {
            for (at, (told, found)) in told.iter().zip(found).enumerate() {
                compare(&format!("{place}/{at}"), told, found, wrong);
            }
        }
        _ if told == found => {}
        _ => wrong.push(format!("{place}\n  expected {told}\n  found    {found}")),
    }
}

fn of_feed(feed: &Feed) -> Value {
    json!({ "title": feed.title, "items": feed.items.iter().map(of_item).collect::<Vec<_>>() })
}

fn of_item(item: &FeedItem) -> Value {
    json!({
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "text": item.text,
        "author": item.author,
        "outlet": item.outlet,
        "published": item.published.map(|at| at.to_string()),
    })
}

fn of_page(article: &Article) -> Value {
    json!({
        "title": article.title,
        "text": article.text,
        "author": article.author,
        "outlet": article.outlet,
        "canonical": article.canonical,
        "published": article.published.map(|at| at.to_string()),
    })
}
