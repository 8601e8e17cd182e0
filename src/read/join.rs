//! What a page row of a source gives: the readers joined to entries and links with their keys.

use super::kind::{self, Kind, Wanted};
use super::{
    Article, Body, Feed, FeedItem, Found, Thread, canonical::canonical, charset, feed, files, forum, list,
    odd, page, pages,
};
use crate::model::{Entry, EntryKey, ForumSelectors, Link, PageWhy, Reading, Source, SourceKind, Unreadable};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use url::Url;

/// Reads one page of `source`; `hint` is what the list or feed said of it.
pub fn read(source: &Source, why: PageWhy, body: &Body, hint: Option<&Entry>) -> Result<Reading, Unreadable> {
    let mut reading = of_page_row(source, why, body, hint)?;
    if source.own && why != PageWhy::Attachment {
        files::attach(body, &mut reading);
    }
    Ok(reading)
}

fn of_page_row(
    source: &Source,
    why: PageWhy,
    body: &Body,
    hint: Option<&Entry>,
) -> Result<Reading, Unreadable> {
    match (why, &source.kind) {
        (PageWhy::Start, SourceKind::Feed { article }) => Ok(of_feed(source, feed::feed(body)?, *article)),
        (PageWhy::Start, SourceKind::List(select)) => {
            Ok(of_links(list::links(body, select.links.as_deref())?, PageWhy::Listed))
        }
        (PageWhy::Start, SourceKind::Forum(select)) => {
            Ok(of_links(list::board(body, select.threads.as_deref())?, PageWhy::Thread))
        }
        (PageWhy::Thread, SourceKind::Forum(select)) => of_thread(forum::thread(body, select)?, body),
        (PageWhy::Thread, _) => of_thread(forum::thread(body, &ForumSelectors::default())?, body),
        (PageWhy::Revisit | PageWhy::Redirect, SourceKind::Forum(select)) => {
            of_thread(forum::thread(body, select)?, body)
        }
        (PageWhy::Redirect, _) if hint.is_some_and(|hint| !hint.text.is_empty()) => {
            of_further(source, body, hint)
        }
        (PageWhy::Attachment, _) => files::read(body, hint),
        // The address did not say that it is a file.
        _ if source.own && matches!(kind::of(body), Kind::Document(_)) => files::read(body, hint),
        _ => of_article(source, body, hint),
    }
}

fn noted(note: &str) -> Reading {
    Reading { note: Some(note.to_owned()), ..Reading::default() }
}

fn of_feed(source: &Source, feed: Feed, article: bool) -> Reading {
    let mut reading = Reading::default();
    for item in feed.items {
        let url = item.url.clone();
        let entry = of_item(source, item, article);
        match url.filter(|_| article) {
            Some(url) => reading.links.push(Link { url, why: PageWhy::Listed, hint: Some(entry) }),
            None => reading.entries.push(entry),
        }
    }
    tell_apart(source, &mut reading.entries);
    if reading.entries.is_empty() && reading.links.is_empty() {
        reading.note = Some("the feed has no items".to_owned());
    }
    reading
}

/// The keys of an item: its guid before its address, or after it where the page behind it will be read.
fn of_item(source: &Source, item: FeedItem, by_page: bool) -> Entry {
    let address = item.url.as_ref().map(|url| EntryKey::url(&canonical(url)));
    // A guid that is an address says no more than the address, if it is the same or the only one.
    let id_url = item
        .id
        .as_deref()
        .and_then(|id| Url::parse(id).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let guid = match (&item.id, &id_url) {
        (Some(id), None) => Some(EntryKey::guid(&source.key, id)),
        (Some(_), Some(url)) => Some(EntryKey::url(&canonical(url))),
        (None, _) => None,
    };
    let ordered = if by_page || id_url.is_some() { [address, guid] } else { [guid, address] };
    let mut keys: Vec<EntryKey> = Vec::new();
    for key in ordered.into_iter().flatten() {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        // Neither id nor address: what stays the same is what it is called and when it came.
        let seed = if item.title.is_empty() { &item.text } else { &item.title };
        let when = item.published.map(|at| at.to_string()).unwrap_or_default();
        keys.push(EntryKey::guid(&source.key, &format!("sha256-{}", digest(&format!("{seed}\n{when}")))));
    }
    let key = keys.remove(0);
    Entry {
        key,
        aliases: keys,
        url: item.url,
        title: item.title,
        text: item.text,
        byline: item.author,
        outlet: item.outlet,
        published: item.published,
    }
}

/// Some feeds give several items one address: each is then known by its words, or all but one would be lost.
fn tell_apart(source: &Source, entries: &mut [Entry]) {
    let mut first: HashMap<&EntryKey, &Entry> = HashMap::new();
    let mut shared: HashSet<EntryKey> = HashSet::new();
    for entry in entries.iter() {
        let other = *first.entry(&entry.key).or_insert(entry);
        if (&other.title, &other.text) != (&entry.title, &entry.text) {
            shared.insert(entry.key.clone());
        }
    }
    for entry in entries.iter_mut().filter(|entry| shared.contains(&entry.key)) {
        let seed = format!("{}\n{}\n{}", entry.key.as_str(), entry.title, entry.text);
        entry.key = EntryKey::guid(&source.key, &format!("sha256-{}", digest(&seed)));
        entry.aliases.clear();
    }
}

fn digest(text: &str) -> String {
    super::hex(&Sha256::digest(text), 16)
}

fn of_links(found: Vec<Found>, why: PageWhy) -> Reading {
    let note = found.is_empty().then(|| "no links to articles on this page".to_owned());
    let link = |found: Found| {
        let key = EntryKey::url(&canonical(&found.url));
        let hint = Entry {
            key,
            aliases: Vec::new(),
            url: Some(found.url.clone()),
            title: found.title,
            text: String::new(),
            byline: None,
            outlet: None,
            published: None,
        };
        Link { url: found.url, why, hint: Some(hint) }
    };
    Reading { entries: Vec::new(), links: found.into_iter().map(link).collect(), note }
}

/// Fails where the address of the list or feed was answered by another page than its own.
fn turned_away(body: &Body, hint: Option<&Entry>, wanted: Wanted) -> Result<(), Unreadable> {
    let asked = hint.and_then(|hint| hint.url.as_ref());
    let odd = asked.zip(body.url).and_then(|(asked, landed)| odd::turned_away(asked, landed, wanted));
    odd.map_or(Ok(()), Err)
}

fn of_thread(thread: Thread, body: &Body) -> Result<Reading, Unreadable> {
    let url = body.url.ok_or_else(|| Unreadable::Broken("a thread page needs its address".to_owned()))?;
    let home = {
        let mut url = url.clone();
        url.set_fragment(None);
        canonical(&url)
    };
    let Thread { title, posts, next } = thread;
    let mut entries: Vec<Entry> = Vec::new();
    for post in posts {
        let key = EntryKey::post(&home, &post.id);
        if entries.iter().any(|known| known.key == key) {
            continue; // the opening post, shown again
        }
        let url = post.url.or_else(|| body.url.cloned());
        entries.push(Entry {
            key,
            aliases: Vec::new(),
            url,
            title: title.clone(),
            text: post.text,
            byline: post.author,
            outlet: None,
            published: post.published,
        });
    }
    let links = next.into_iter().map(|url| Link { url, why: PageWhy::Thread, hint: None }).collect();
    Ok(Reading { entries, links, note: None })
}

fn of_article(source: &Source, body: &Body, hint: Option<&Entry>) -> Result<Reading, Unreadable> {
    turned_away(body, hint, Wanted::Article)?;
    match page::page(body, &source.article) {
        Ok(article) => {
            let entry = of_page(article, body, hint)
                .ok_or_else(|| Unreadable::Broken("an article page needs its address".to_owned()))?;
            let links = goes_on(body, &entry, false);
            Ok(Reading { entries: vec![entry], links, note: None })
        }
        Err(Unreadable::Broken(why)) => {
            // The feed's own words are better than nothing; without them the ledger says why there is nothing.
            let entries = hint.filter(|hint| !hint.text.is_empty()).cloned().into_iter().collect();
            Ok(Reading { entries, links: Vec::new(), note: Some(why) })
        }
        Err(other) => Err(other),
    }
}

/// The next page of an article: the entry so far is completed by it.
fn of_further(source: &Source, body: &Body, so_far: Option<&Entry>) -> Result<Reading, Unreadable> {
    let article = match page::page(body, &source.article) {
        Ok(article) => article,
        Err(Unreadable::Broken(why)) => return Ok(noted(&why)),
        Err(other) => return Err(other),
    };
    let Some(entry) = so_far.and_then(|so_far| pages::join(so_far, &article)) else {
        return Ok(noted("no further page of the article that leads here"));
    };
    let links = goes_on(body, &entry, true);
    Ok(Reading { entries: vec![entry], links, note: None })
}

/// What is read by now is stored by now; the next page completes it.
fn goes_on(body: &Body, entry: &Entry, further: bool) -> Vec<Link> {
    let next =
        charset::decode(body).ok().zip(body.url).and_then(|((html, _), at)| pages::next(&html, at, further));
    let link = |url| Link { url, why: PageWhy::Redirect, hint: Some(entry.clone()) };
    next.filter(|_| !entry.text.is_empty()).map(link).into_iter().collect()
}

/// The hint's key where there is one: it was made from the address as listed, and stays when the page redirects.
fn of_page(article: Article, body: &Body, hint: Option<&Entry>) -> Option<Entry> {
    let url = hint.and_then(|hint| hint.url.as_ref()).or(body.url)?;
    let key = hint.map_or_else(|| EntryKey::url(&canonical(url)), |hint| hint.key.clone());
    let mut aliases: Vec<EntryKey> = hint.map(|hint| hint.aliases.clone()).unwrap_or_default();
    let landed = body
        .url
        .map(|url| EntryKey::url(&canonical(url)))
        .filter(|_| body.url.is_some_and(|at| at.host_str() == url.host_str()));
    let told = article
        .canonical
        .filter(|own| own.path() != "/" && body.url.is_none_or(|at| at.host_str() == own.host_str()));
    for alias in landed.into_iter().chain(told.map(|own| EntryKey::url(&canonical(&own)))) {
        if alias != key && !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    let told_title = hint.map(|hint| hint.title.as_str()).unwrap_or_default();
    Some(Entry {
        key,
        aliases,
        url: Some(url.clone()),
        title: if article.title.is_empty() { told_title.to_owned() } else { article.title },
        text: article.text,
        byline: article.author.or_else(|| hint.and_then(|hint| hint.byline.clone())),
        outlet: article.outlet.or_else(|| hint.and_then(|hint| hint.outlet.clone())),
        // The page's own clock; where it shows a bare day the feed's instant of that day says more.
        published: match (article.published, hint.and_then(|hint| hint.published)) {
            (Some(page), Some(fed)) if page.time.is_none() && fed.day == page.day => Some(fed),
            (page, fed) => page.or(fed),
        },
    })
}
