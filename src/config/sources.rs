//! sources.toml: the places that the crawl visits.

use super::check::{Draft, Target};
use super::problems::Wrong;
use super::profile::Profile;
use super::subjects::owned;
use super::values::{self, duration_within, meant_duration, selector};
use super::walk::{Node, Table};
use crate::model::{ArticleSelectors, ForumSelectors, ListSelectors, Source, SourceKind, Tier, Timetable};
use std::time::Duration;

pub fn read(root: Table, draft: &mut Draft) -> Vec<Source> {
    let tables = root.tables("source");
    if tables.is_empty() && root.get("source").is_none() {
        root.lacks("there is no source", "add a [[source]] with key, name, kind, url, every and tier");
    }
    let sources = tables.into_iter().filter_map(|table| source(table, draft)).collect();
    root.finish();
    sources
}

const KINDS: [&str; 3] = ["feed", "list", "forum"];

fn source(table: Table, draft: &mut Draft) -> Option<Source> {
    let key = table.need("key", "\"yanxi-daily\"").and_then(|node| {
        let key = node.parse(values::source_key)?;
        draft.declare(Target::Source, &key, &node);
        Some(key)
    });
    let name = table.need_text("name", "砚溪日报");
    let kind = table.need("kind", "\"feed\" | \"list\" | \"forum\"").and_then(|node| {
        let text = node.text()?;
        let known = KINDS.into_iter().find(|kind| *kind == text);
        if known.is_none() {
            node.not_one_of(text, &KINDS);
        }
        known
    });
    let url_node = table.need("url", "\"https://news.yanxi.example/rss.xml\"");
    let url = url_node.as_ref().and_then(|node| node.parse(values::web_address));
    let zone = table.parse("zone", values::zone).unwrap_or(draft.zone);
    let timetable = timetable(&table);
    let tier: Option<Tier> = table.need_word("tier");
    let own = table.flag("own").unwrap_or(false);
    let enabled = table.flag("enabled").unwrap_or(true);
    let watched_since = table.get("watched_since").and_then(|node| {
        let at = node.datetime("2026-11-01")?;
        let instant = values::instant(&at, zone);
        if instant.is_none() {
            node.wrong(format!("{} names no day", node.shown()), "write it like 2026-11-01");
        }
        instant
    });
    let age_limit =
        table.get("age_limit").and_then(|node| node.measure("24h", duration_within("1s", "3650d")));
    let max_silence = max_silence(&table, own, draft.profile);
    let allow_private = table.flag("allow_private").unwrap_or(false);
    if let (Some(node), Some(url), false) = (&url_node, &url, allow_private)
        && values::is_private(url)
    {
        node.wrong(
            format!("{} is an address inside your own network", url.host_str().unwrap_or_default()),
            "add allow_private = true if it really is the source",
        );
    }
    let charset = table.parse("charset", values::charset);
    let article = article(&table, kind);
    let (kind, selectors) = selectors(&table, kind, article);
    table.finish();
    Some(Source {
        key: key?,
        name: name?.to_owned(),
        url: url?,
        kind: kind?,
        timetable: timetable?,
        zone,
        tier: tier?,
        own,
        enabled,
        watched_since,
        age_limit: age_limit.unwrap_or(Duration::from_hours(24)),
        max_silence,
        allow_private,
        charset,
        article: selectors,
    })
}

/// Exactly one of `every` and `cron`.
fn timetable(table: &Table) -> Option<Timetable> {
    let every_node = table.get("every");
    let cron_node = table.get("cron");
    let jitter_node = table.get("jitter");
    let every = every_node.as_ref().and_then(every);
    let cron = cron_node.as_ref().and_then(|node| node.parse(values::cron));
    let jitter = jitter_node.as_ref().and_then(|node| node.measure("30s", duration_within("0s", "1d")));
    match (&every_node, &cron_node) {
        (None, None) => {
            table.misses("every", "has no timetable", "add every = \"5m\", or cron = \"*/5 * * * *\"");
            return None;
        }
        (Some(_), Some(cron)) => {
            cron.wrong("the timetable is given twice", "keep either every or cron");
            return None;
        }
        (None, Some(_)) => {
            if let Some(jitter) = &jitter_node {
                jitter.wrong("a cron line has no jitter", "remove it, or use every in place of cron");
            }
            return cron.map(|line| Timetable::Cron { line });
        }
        (Some(_), None) => {}
    }
    let every = every?;
    if let (Some(node), Some(jitter)) = (&jitter_node, jitter)
        && jitter >= every
    {
        node.wrong(
            format!("{} is not shorter than every", node.shown()),
            "write a shorter jitter; a tenth of every is the default",
        );
    }
    Some(Timetable::Every { every, jitter: jitter.unwrap_or(every / 10) })
}

fn every(node: &Node) -> Option<Duration> {
    let text = if node.is_text() { node.text()? } else { return node.measure("5m", values::duration) };
    match duration_within("1s", "366d")(text) {
        Ok(every) => Some(every),
        Err(mut wrong) => {
            if let Some(cron) = same_as_cron(text) {
                wrong.remedy = format!("{}, or use cron = {cron:?}", wrong.remedy);
            }
            node.wrong(wrong.message, wrong.remedy);
            None
        }
    }
}

/// "5 minutes" as a cron line, where there is one that means the same.
fn same_as_cron(text: &str) -> Option<String> {
    let meant = meant_duration(text)?;
    let (number, unit) = meant.split_at(meant.find(char::is_alphabetic)?);
    let number: u32 = number.parse().ok()?;
    match unit {
        "m" if number > 0 && number < 60 && 60 % number == 0 => Some(format!("*/{number} * * * *")),
        "h" if number > 0 && number < 24 && 24 % number == 0 => Some(format!("0 */{number} * * *")),
        _ => None,
    }
}

/// What a government office's channel may be silent for where nothing is said: an item a week.
const WEEK: Duration = Duration::from_hours(7 * 24);

fn max_silence(table: &Table, own: bool, profile: Option<Profile>) -> Option<Duration> {
    let Some(node) = table.get("max_silence") else {
        return (own && profile == Some(Profile::Government)).then_some(WEEK);
    };
    // A flag in quotes is told where it stands.
    if !own && table.get("own").is_none_or(|node| node.is_flag()) {
        node.wrong(
            "only the organisation's own channels can fall silent",
            "add own = true if this is one, or remove the line",
        );
    }
    if node.is_text() && node.text() == Some("off") {
        return None;
    }
    let or_off = |mut wrong: Wrong| {
        wrong.remedy = format!("{}, or \"off\" for a channel that may be silent", wrong.remedy);
        wrong
    };
    node.measure("7d", |text| duration_within("1h", "366d")(text).map_err(or_off))
}

/// Whether a feed's articles are fetched.
fn article(table: &Table, kind: Option<&str>) -> bool {
    let Some(node) = table.get("article") else { return true };
    if kind.is_some_and(|kind| kind != "feed") {
        node.wrong("only a feed can do without its articles", "remove the line");
    }
    node.flag().unwrap_or(true)
}

/// Which selectors belong to which kind.
const FOR_LIST: [&str; 6] = ["links", "title", "text", "published", "author", "remove"];
const FOR_FEED: [&str; 5] = ["title", "text", "published", "author", "remove"];
const FOR_FORUM: [&str; 6] = ["threads", "posts", "next", "text", "author", "published"];

fn selectors(table: &Table, kind: Option<&str>, article: bool) -> (Option<SourceKind>, ArticleSelectors) {
    let section = table.section("select");
    let fitting: &[&str] = match kind {
        Some("list") => &FOR_LIST,
        Some("feed") if article => &FOR_FEED,
        Some("feed") => &[],
        Some("forum") => &FOR_FORUM,
        _ => &["links", "threads", "posts", "next", "title", "text", "published", "author", "remove"],
    };
    let belongs = |node: &Node, key: &str| {
        if fitting.contains(&key) {
            return;
        }
        let kind = kind.unwrap_or_default();
        match fitting {
            [] => node.wrong(
                "a feed with article = false reads no article page",
                "remove it, or write article = true",
            ),
            _ => node.wrong(
                format!("does not belong to a source of kind {kind:?}"),
                format!("remove it; a {kind} takes {}", fitting.join(", ")),
            ),
        }
    };
    let one = |key: &'static str| {
        let node = section.get(key)?;
        belongs(&node, key);
        node.parse(selector)
    };
    let (links, threads, posts, next) = (one("links"), one("threads"), one("posts"), one("next"));
    let (title, text, published, author) = (one("title"), one("text"), one("published"), one("author"));
    if let Some(node) = section.get("remove") {
        belongs(&node, "remove");
    }
    let remove = section.texts("remove");
    for (node, _) in &remove {
        node.parse(selector);
    }
    let inner = [("text", &text), ("author", &author), ("published", &published)];
    if kind == Some("forum") && posts.is_none() && section.get("posts").is_none() {
        for (key, _) in inner.iter().filter(|(_, value)| value.is_some()) {
            section.lacks(
                format!("{key} is looked up inside each of posts, which is not given"),
                "add posts = \"…\", the selector of one post",
            );
        }
    }
    let remove = owned(remove);
    section.finish();
    match kind {
        Some("forum") => {
            let forum = ForumSelectors { threads, posts, text, author, published, next };
            (Some(SourceKind::Forum(forum)), ArticleSelectors::default())
        }
        Some(kind) => {
            let kind = if kind == "list" {
                SourceKind::List(ListSelectors { links })
            } else {
                SourceKind::Feed { article }
            };
            (Some(kind), ArticleSelectors { title, text, published, author, remove })
        }
        None => (None, ArticleSelectors::default()),
    }
}
