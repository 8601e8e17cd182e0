//! JSON Feed in, of any version and with any of its parts missing, the same Atom out that other feeds become.

use super::entry::{Entry, write};
use super::names::Slot;
use crate::read::dom;
use serde_json::Value;
use url::Url;

/// Nothing if the object is no feed.
pub fn repair(input: &str, url: Option<&Url>, is_date: &dyn Fn(&str) -> bool) -> Option<String> {
    let feed: Value = serde_json::from_str(input).ok()?;
    let items = feed.get("items").or_else(|| feed.get("entries"))?.as_array()?;
    let base = text(&feed, "home_page_url").and_then(|home| dom::join(url, &home));
    let items: Vec<Entry> = items.iter().map(|item| entry(item, base.as_ref().or(url))).collect();
    Some(write(&text(&feed, "title").unwrap_or_default(), &items, is_date))
}

fn entry(item: &Value, base: Option<&Url>) -> Entry {
    let mut entry = Entry::default();
    for (slot, rank, name) in [
        (Slot::Title, 0, "title"),
        (Slot::Id, 0, "id"),
        (Slot::Published, 0, "date_published"),
        (Slot::Published, 1, "published"),
        (Slot::Updated, 0, "date_modified"),
        (Slot::Summary, 0, "summary"),
        (Slot::Content, 0, "content_html"),
    ] {
        if let Some(value) = text(item, name) {
            entry.offer(slot, rank, value);
        }
    }
    // Plain text: what looks like a tag in it is none.
    if let Some(plain) = text(item, "content_text").filter(|_| item.get("content_html").is_none()) {
        entry.offer(Slot::Content, 1, plain.replace('&', "&amp;").replace('<', "&lt;"));
    }
    for (rank, name) in [(0, "url"), (1, "external_url"), (2, "link")] {
        if let Some(url) = text(item, name).and_then(|link| dom::join(base, &link)) {
            entry.offer(Slot::Link, rank, url.to_string());
        }
    }
    let people = item.get("authors").and_then(|all| all.get(0)).or_else(|| item.get("author"));
    if let Some(name) =
        people.and_then(|person| person.as_str().map(str::to_owned).or_else(|| text(person, "name")))
    {
        entry.offer(Slot::Author, 0, name);
    }
    entry
}

/// A member that is a string, or a number where a string belongs.
fn text(object: &Value, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
