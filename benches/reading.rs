//! What reading an article page costs beside dom_smoothie, which gives a body only, on the same pages in the same run.
//!
//! In come pages (`TINGFENG_BENCH_PAGES`, a folder of .html files; all of it, or those that `TINGFENG_BENCH_ONLY`
//! begins the names of), else the pages of our fixtures. Out goes a table of times a page and ratios taken round by
//! round. With the argument `peer` it prints what dom_smoothie reads of the files named on standard input, one JSON
//! object a line, for `benches/reading/run.py`.

use chrono::Utc;
use dom_smoothie::{Config, Readability, TextMode};
use std::env;
use std::hint::black_box;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tingfeng::model::ArticleSelectors;
use tingfeng::read::{self, Body, charset};

/// How often the sides take turns; `TINGFENG_BENCH_ROUNDS` says otherwise.
const ROUNDS: usize = 15;

/// One side: reads a page and says how much text came of it.
type Side = (&'static str, fn(&[u8]) -> usize);

const SIDES: [Side; 3] = [
    ("dom_smoothie: body", |bytes| smooth(bytes).map_or(0, |(_, text)| text.len())),
    ("tingfeng: title, byline, outlet, date, canonical, body", |bytes| {
        read::page(&body(bytes), &ArticleSelectors::default()).map_or(0, |article| article.text.len())
    }),
    ("html5ever with scraper: the tree alone", |bytes| {
        charset::decode(&body(bytes))
            .map_or(0, |(html, _)| scraper::Html::parse_document(&html).tree.values().len())
    }),
];

fn main() {
    if env::args().any(|arg| arg == "peer") {
        peer();
        return;
    }
    // `cargo test --benches` only wants to see that it runs.
    let rounds = if env::args().any(|arg| arg == "--bench") { rounds() } else { 1 };
    let pages = pages();
    let bytes: usize = pages.iter().map(Vec::len).sum();
    println!(
        "{} pages, {} kB each on average, {rounds} rounds in turn",
        pages.len(),
        bytes / 1000 / pages.len().max(1)
    );
    let mut took: Vec<Vec<f64>> = vec![Vec::new(); SIDES.len()];
    for round in 0..rounds {
        for n in 0..SIDES.len() {
            let side = (n + round) % SIDES.len();
            let began = Instant::now();
            for page in &pages {
                black_box((SIDES[side].1)(black_box(page)));
            }
            took[side].push(began.elapsed().as_secs_f64() * 1e3 / pages.len().max(1) as f64);
        }
    }
    for (side, (name, _)) in SIDES.iter().enumerate() {
        let ratios: Vec<f64> = took[side].iter().zip(&took[0]).map(|(own, peer)| own / peer).collect();
        let (least, middle, most) = spread(ratios);
        let (_, ms, _) = spread(took[side].clone());
        println!("{name}: {ms:.2} ms a page, {middle:.2} times dom_smoothie ({least:.2}-{most:.2})");
    }
}

fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}

fn rounds() -> usize {
    env::var("TINGFENG_BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

fn pages() -> Vec<Vec<u8>> {
    let folder = env::var("TINGFENG_BENCH_PAGES").map_or_else(|_| fixtures(), PathBuf::from);
    let only = env::var("TINGFENG_BENCH_ONLY").unwrap_or_default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|file| file.ok().map(|file| file.path()))
        .filter(|file| file.extension().is_some_and(|end| end == "html"))
        .filter(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&only)))
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a file that was listed can be read")).collect()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wake")
}

fn body(bytes: &[u8]) -> Body<'_> {
    Body {
        bytes,
        content_type: None,
        url: None,
        fetched: Utc::now(),
        zone: chrono_tz::Asia::Shanghai,
        charset: None,
    }
}

/// Title and text as the peer gives them.
fn smooth(bytes: &[u8]) -> Option<(String, String)> {
    let page = body(bytes);
    let (html, _) = charset::decode(&page).ok()?;
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let article = Readability::new(html.as_ref(), None, Some(config)).ok()?.parse().ok()?;
    Some((article.title.clone(), article.text_content.to_string()))
}

fn peer() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let began = Instant::now();
        let found = std::fs::read(&line).ok().and_then(|bytes| smooth(&bytes));
        let (title, text) = found.unzip();
        let ms = began.elapsed().as_secs_f64() * 1e3;
        println!("{}", serde_json::json!({ "file": line, "title": title, "text": text, "ms": ms }));
    }
}
