//! A page of an own channel in, the files that it links to out; and such a file in, its entry out.
//!
//! Most leaks of personal data sit in tables that a notice links to, so every file that can be read becomes a page of
//! its own. Files that cannot are said in the ledger, in words.

use super::attachment::{self, Promise};
use super::date::{self, Now};
use super::{Body, canonical::canonical, charset, dom, kind, list, odd, text};
use crate::model::{Entry, EntryKey, Link, PageWhy, Published, Reading, Unreadable};
use scraper::ElementRef;
use std::collections::{BTreeMap, HashSet};
use url::Url;

/// More files than this on one page are left for the next look at it.
const MOST: usize = 100;

/// Adds the files of a page to what it gave.
pub fn attach(body: &Body, reading: &mut Reading) {
    if !matches!(kind::of(body), kind::Kind::Html | kind::Kind::Xml) {
        return;
    }
    let Ok((html, _)) = charset::decode(body) else { return };
    let Ok(page) = dom::parse(&html) else { return };
    let base = dom::base(&page, body.url);
    // One article's date is its files' too; the rows of a list have dates of their own.
    let published = match reading.entries.as_slice() {
        [entry] => entry.published,
        _ => None,
    };
    let now = Now { at: body.fetched, zone: body.zone };
    let mut found: Vec<Link> = Vec::new();
    let (mut known, mut unread, mut more) = (HashSet::new(), BTreeMap::new(), 0);
    for element in page.select(&dom::known("a[href], iframe[src], embed[src], object[data]")) {
        let address = ["href", "src", "data"].iter().find_map(|name| element.attr(name)).unwrap_or_default();
        let Some(url) = dom::join(base.as_ref(), address) else { continue };
        let called = called(element);
        let Some(promise) = attachment::promised(&url, &called) else { continue };
        let listed = reading.entries.is_empty();
        // A list links to whatever its neighbours publish; a notice links to its own files, wherever they lie.
        if listed && body.url.is_some_and(|own| !list::same_site(own, &url)) || !known.insert(canonical(&url))
        {
            continue;
        }
        match promise {
            Promise::Unread(ending) => *unread.entry(ending).or_insert(0) += 1,
            Promise::Readable if found.len() >= MOST => more += 1,
            Promise::Readable => {
                let published = published.or_else(|| beside(element, now));
                found.push(link(url, called, published));
            }
        }
    }
    reading.links.retain(|link| !found.iter().any(|file| canonical(&file.url) == canonical(&link.url)));
    reading.links.extend(found);
    let kinds = unread.iter().map(|(ending, count)| format!("{count} {ending}"));
    let left: Vec<String> =
        kinds.chain((more > 0).then(|| format!("{more} beyond the first {MOST}"))).collect();
    if !left.is_empty() {
        let note = format!("files that are not read: {}", left.join(", "));
        reading.note = Some(match reading.note.take() {
            Some(before) => format!("{before}; {note}"),
            None => note,
        });
    }
}

fn called(element: ElementRef<'_>) -> String {
    let shown = dom::line(element);
    if !shown.is_empty() {
        return shown;
    }
    ["title", "download"].iter().find_map(|name| element.attr(name)).map(text::one_line).unwrap_or_default()
}

fn link(url: Url, called: String, published: Option<Published>) -> Link {
    let title = if called.is_empty() { attachment::file_name(&url).unwrap_or_default() } else { called };
    let hint = Entry {
        key: EntryKey::url(&canonical(&url)),
        aliases: Vec::new(),
        url: Some(url.clone()),
        title,
        text: String::new(),
        byline: None,
        outlet: None,
        published,
    };
    Link { url, why: PageWhy::Attachment, hint: Some(hint) }
}

/// The date in the row of a list that a link stands in.
fn beside(element: ElementRef<'_>, now: Now) -> Option<Published> {
    element.ancestors().filter_map(ElementRef::wrap).take(3).find_map(|above| {
        let line = dom::line(above);
        // A row, not the whole list.
        let alone = matches!(above.value().name(), "li" | "tr" | "p" | "dd" | "div" | "td");
        (alone && text::width(&line) <= 300).then(|| date::find(&line, now)).flatten()
    })
}

/// A file as an entry of its own.
pub fn read(body: &Body, hint: Option<&Entry>) -> Result<Reading, Unreadable> {
    let asked = hint.and_then(|hint| hint.url.as_ref());
    let away =
        asked.zip(body.url).and_then(|(asked, landed)| odd::turned_away(asked, landed, kind::Wanted::File));
    let file = match attachment::read(body) {
        Ok(file) => file,
        Err(error) => return Err(away.unwrap_or(error)),
    };
    let url = asked.or(body.url);
    let url = url.ok_or_else(|| Unreadable::Broken("a file needs its address".to_owned()))?;
    let title = hint.map(|hint| hint.title.clone()).filter(|title| !title.is_empty());
    let entry = Entry {
        key: hint.map_or_else(|| EntryKey::url(&canonical(url)), |hint| hint.key.clone()),
        aliases: hint.map(|hint| hint.aliases.clone()).unwrap_or_default(),
        url: Some(url.clone()),
        title: title.or_else(|| attachment::file_name(url)).unwrap_or_default(),
        text: file.text,
        byline: None,
        outlet: None,
        published: hint
            .and_then(|hint| hint.published)
            .or_else(|| date::in_path(url.path(), Now { at: body.fetched, zone: body.zone })),
    };
    let note = file.cut.map(|cut| format!("{} was read in part: {cut}", file.kind));
    Ok(Reading { entries: vec![entry], links: Vec::new(), note })
}
