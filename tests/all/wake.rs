//! Forty pages in the shapes of real sites, judged by the configuration that `init` writes: the twenty that must wake
//! somebody do, and each of the others is silent for its own reason (tests/fixtures/README.md).

use crate::world::{Page, Setup, World, list, source};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

struct Line {
    file: String,
    wakes: bool,
    charset: String,
    reason: String,
    term: String,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn expected() -> Vec<Line> {
    let table = std::fs::read_to_string(fixtures().join("expected.tsv")).unwrap();
    let line = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let [file, expected, charset, reason, term] = <[String; 5]>::try_from(cells).unwrap();
        Line { file, wakes: expected == "wake", charset, reason, term }
    };
    table.lines().skip(1).map(line).collect()
}

/// A page as its server would send it ten minutes after it was published.
fn served(line: &Line, now: DateTime<Utc>) -> Page {
    let text = std::fs::read_to_string(fixtures().join(&line.file)).unwrap();
    let text = dated(&text, now - TimeDelta::minutes(10), now);
    let encoding = encoding_rs::Encoding::for_label(line.charset.as_bytes()).unwrap();
    let (bytes, _, lost) = encoding.encode(&text);
    assert!(!lost, "{} cannot be written as {}", line.file, line.charset);
    Page::new("text/html", bytes.into_owned())
}

fn dated(text: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap();
        out += before;
        let (word, earlier) = name.split_once('-').unwrap_or((name, "0m"));
        let (number, unit) = earlier.split_at(earlier.len() - 1);
        let number: i64 = number.parse().unwrap();
        let at = at
            - match unit {
                "d" => TimeDelta::days(number),
                "h" => TimeDelta::hours(number),
                _ => TimeDelta::minutes(number),
            };
        out += &written(word, china(at), china(now));
        rest = after;
    }
    out + rest
}

fn china(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap())
}

fn written(word: &str, at: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    let day = if at.date_naive() == now.date_naive() { "今天" } else { "昨天" };
    let pattern = match word {
        "iso" => return at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        "today" => return format!("{day} {}", at.format("%H:%M")),
        "datetime" => "%Y-%m-%d %H:%M:%S",
        "minute" => "%Y-%m-%d %H:%M",
        "slash" => "%Y/%m/%d %H:%M",
        "datetime_zh" => "%Y年%m月%d日 %H:%M",
        "date_zh" => "%Y年%m月%d日",
        "md_zh" => "%m月%d日",
        "clock" => "%H:%M",
        other => panic!("no placeholder is called {other}"),
    };
    at.format(pattern).to_string()
}

/// The company that `init` writes, watching one list page.
async fn world() -> World {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let watched = source(
        "press",
        "list",
        "/list/",
        "watched_since = 2026-11-01\n[source.select]\nlinks = \"ul.news a\"",
    );
    let mut setup = Setup::default();
    for folder in ["company", "lexicons", "calendars"] {
        for file in std::fs::read_dir(config.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let name = if folder == "company" { name.to_owned() } else { format!("{folder}/{name}") };
            if !matches!(name.as_str(), "sources.toml" | "tingfeng.toml") {
                setup = setup.file(&name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    setup.sources(&[watched]).start().await
}

#[tokio::test]
async fn twenty_pages_wake_somebody_and_twenty_do_not() {
    let mut world = world().await;
    let lines = expected();
    assert_eq!((lines.len(), lines.iter().filter(|line| line.wakes).count()), (40, 20));
    let mut links = Vec::new();
    for line in &lines {
        let path = format!("/{}", line.file);
        world.site.put(&path, served(line, world.now()));
        links.push((path, format!("第{}篇报道", line.file)));
    }
    let links: Vec<(&str, &str)> =
        links.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    world.publish("/list/", list(&links)).await;

    let told = world.sql(
        "SELECT entry.url FROM incident JOIN mention ON mention.id = incident.mention JOIN entry ON entry.id = mention.entry
          WHERE EXISTS (SELECT 1 FROM message WHERE message.incident = incident.id AND template = 'alert')",
    );
    let file = |url: &String| {
        url.rsplitn(3, '/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
    };
    let mut told: Vec<String> = told.iter().map(file).collect();
    told.sort();
    let wanted: Vec<&str> = lines.iter().filter(|line| line.wakes).map(|line| line.file.as_str()).collect();
    assert_eq!(told, wanted, "exactly these twenty, each once: {:?}", world.ledger("press"));
    assert_eq!(
        world.sql("SELECT DISTINCT person FROM message WHERE template = 'alert' ORDER BY 1"),
        ["lin", "qiao"]
    );

    let rows = world.sql(
        "SELECT entry.url, coalesce(entry.old, ''), coalesce(mention.fired, ''), coalesce(hits.found, '')
           FROM entry JOIN revision ON revision.id = entry.current_rev LEFT JOIN mention ON mention.revision = revision.id
           LEFT JOIN hits ON hits.revision = revision.id",
    );
    let mut facts: BTreeMap<String, (String, String, String)> = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').collect();
        facts.insert(
            file(&cells[0].to_owned()),
            (cells[1].to_owned(), cells[2].to_owned(), cells[3].to_owned()),
        );
    }
    assert_eq!(facts.len(), 40, "all are stored");
    for line in lines.iter().filter(|line| !line.wakes) {
        let (old, fired, found) = &facts[&line.file];
        let (grave, seen) = (fired.contains("\"A-named\""), found.contains(&format!("\"{}\"", line.term)));
        let why = format!("{}: {}: old {old:?}, fired {fired}, found {found}", line.file, line.reason);
        match line.reason.split([':', ' ']).next().unwrap() {
            "published" => assert!(old == "aged" && grave, "{why}"),
            "undated" => assert!(old == "undated" && grave, "{why}"),
            "last" => assert_eq!(old, "aged", "{why}"),
            "harmless" => assert!(old.is_empty() && !seen, "{why}"),
            _ => assert!(old.is_empty() && !grave, "{why}"),
        }
    }
}
