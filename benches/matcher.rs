//! What the matcher costs beside daachorse charwise on the raw text, which knows no disguises and no borders of words.
//!
//! In come a corpus and two lists of terms (`TINGFENG_BENCH_CORPUS`, a text file, and `TINGFENG_BENCH_TERMS`, a folder
//! with terms10k.txt and terms100k.txt), else synthetic ones, and the lexicons that are shipped. Out go the times of
//! criterion and, since a machine is never quite idle, a table of ratios whose sides were run in turn. Nothing is
//! asserted of times.

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use std::collections::HashSet;
use std::env;
use std::hint::black_box;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tingfeng::config::shipped_lexicons;
use tingfeng::lexicon::personal::Finder;
use tingfeng::lexicon::{Matcher, Words};
use tingfeng::model::{Hit, Term};

/// About a page of news.
const DOCUMENT: usize = 8_000;

/// How often the table of ratios goes round; `TINGFENG_BENCH_ROUNDS` says otherwise.
const ROUNDS: usize = 15;

/// What all groups share, read and built once.
struct Stage {
    documents: Vec<String>,
    bytes: usize,
    tables: [Table; 3],
    words_load: Duration,
}

/// One list of terms, and each way to look for it.
struct Table {
    name: &'static str,
    terms: Vec<Term>,
    daachorse: CharwiseDoubleArrayAhoCorasick<u32>,
    strict: Matcher,
    borders: Matcher,
    default: Matcher,
}

/// One side of a comparison: the number of hits in a document.
type Side<'a> = (&'static str, Box<dyn FnMut(&str) -> usize + 'a>);

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let mut dice = Dice(604_518);
        let (ten, hundred) = term_lists(&mut dice);
        let documents = documents(&mut dice, &ten);
        let words_load = warm_up(&documents[0]);
        let plain = |list: &[String]| list.iter().map(|text| Term::new(text, "A1", 3)).collect();
        let shipped = shipped_lexicons().into_iter().flat_map(|lexicon| lexicon.terms).collect();
        Stage {
            bytes: documents.iter().map(String::len).sum(),
            tables: [
                Table::new("terms10k", plain(&ten)),
                Table::new("terms100k", plain(&hundred)),
                Table::new("shipped", shipped),
            ],
            documents,
            words_load,
        }
    })
}

/// The tables of the room are read when they are first asked for, which is nobody's scan.
fn warm_up(document: &str) -> Duration {
    let term = vec![Term::new("保本付息", "C4", 3)];
    black_box(Matcher::without_borders(term.clone()).expect("one term").scan(document));
    let began = Instant::now();
    Words::shared();
    let words_load = began.elapsed();
    black_box(Matcher::new(term).expect("one term").scan(document));
    words_load
}

impl Table {
    fn new(name: &'static str, terms: Vec<Term>) -> Self {
        let mut known = HashSet::new();
        let distinct = terms.iter().map(|term| term.text.as_str()).filter(|&text| known.insert(text));
        let distinct: Vec<&str> = distinct.collect();
        Self {
            name,
            daachorse: CharwiseDoubleArrayAhoCorasick::new(distinct).expect("plain terms"),
            strict: Matcher::without_borders(terms.clone()).expect("plain terms"),
            borders: Matcher::new(without_loose(&terms)).expect("plain terms"),
            default: Matcher::new(terms.clone()).expect("plain terms"),
            terms,
        }
    }

    /// Each keeps the list of its hits from one document to the next.
    fn sides(&self) -> [Side<'_>; 4] {
        let mut found = Vec::new();
        let baseline = move |text: &str| {
            found.clear();
            let all = self.daachorse.find_overlapping_iter(text);
            found.extend(all.map(|place| (place.start(), place.end(), place.value())));
            black_box(&found).len()
        };
        [
            ("daachorse", Box::new(baseline)),
            ("strict", Box::new(scan_with(&self.strict))),
            ("borders", Box::new(scan_with(&self.borders))),
            ("default", Box::new(scan_with(&self.default))),
        ]
    }
}

fn scan_with(matcher: &Matcher) -> impl FnMut(&str) -> usize + '_ {
    let mut hits: Vec<Hit> = Vec::new();
    move |text| {
        matcher.scan_into(text, &mut hits);
        black_box(&hits).len()
    }
}

fn without_loose(terms: &[Term]) -> Vec<Term> {
    terms.iter().map(|term| Term { loose: Some(false), ..term.clone() }).collect()
}

fn scans(criterion: &mut Criterion) {
    let stage = stage();
    for table in &stage.tables {
        let mut group = criterion.benchmark_group(table.name);
        group.throughput(Throughput::Bytes(stage.bytes as u64)).sampling_mode(SamplingMode::Flat);
        group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
        for (name, mut side) in table.sides() {
            let mut pass = || stage.documents.iter().map(|text| side(black_box(text))).sum::<usize>();
            group.bench_function(name, |b| b.iter(&mut pass));
        }
        group.finish();
    }
}

fn builds(criterion: &mut Criterion) {
    let [ten, hundred, _] = &stage().tables;
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(2));
    type Build = fn(Vec<Term>) -> Matcher;
    let strict: Build = |terms| Matcher::without_borders(terms).expect("built before");
    let loose: Build = |terms| Matcher::new(terms).expect("built before");
    for (name, table, build) in
        [("10k strict", ten, strict), ("10k loose", ten, loose), ("100k strict", hundred, strict)]
    {
        group.bench_function(name, |b| {
            b.iter_batched(|| table.terms.clone(), build, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn masking(criterion: &mut Criterion) {
    let text = &stage().documents[0];
    let mut group = criterion.benchmark_group("personal");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let finder = Finder::default();
    group.bench_function("mask", |b| b.iter(|| finder.mask(black_box(text))));
    group.finish();
}

/// The sides of a table in turn, round by round, so that the neighbours' load falls on all of them alike.
fn ratios() {
    let stage = stage();
    let rounds = env::var("TINGFENG_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    println!(
        "\n{} documents, {:.1} MB; {rounds} rounds in turn; median (min–max)\n\n\
         | terms | side | hits | MB/s | times daachorse | cost over strict |\n| --- | --- | --- | --- | --- | --- |",
        stage.documents.len(),
        stage.bytes as f64 / 1e6
    );
    for table in &stage.tables {
        let mut sides = table.sides();
        let mut seconds = vec![Vec::with_capacity(rounds); sides.len()];
        let mut hits = vec![0; sides.len()];
        for round in 0..=rounds.max(1) {
            for turn in 0..sides.len() {
                // Each begins once, or the first would always find the caches as the last left them.
                let index = (round + turn) % sides.len();
                let side = &mut sides[index].1;
                let began = Instant::now();
                hits[index] = stage.documents.iter().map(|text| side(black_box(text))).sum::<usize>();
                // The first round touches the memory.
                if round > 0 {
                    seconds[index].push(began.elapsed().as_secs_f64());
                }
            }
        }
        let over = |base: &[f64], of: &[f64], value: fn(f64) -> f64| {
            Spread::new(base.iter().zip(of).map(|(base, of)| value(base / of)).collect())
        };
        for (index, (name, _)) in sides.iter().enumerate() {
            let own = &seconds[index];
            let speed = Spread::new(own.iter().map(|time| stage.bytes as f64 / 1e6 / time).collect());
            let times = over(&seconds[0], own, |ratio| ratio);
            let cost = over(&seconds[1], own, |ratio| (1.0 / ratio - 1.0) * 100.0);
            let cost = if index > 1 { format!("{cost:.1} %") } else { String::new() };
            println!("| {} | {name} | {} | {speed:.0} | {times:.2} | {cost} |", table.name, hits[index]);
        }
    }
    println!();
    for table in &stage.tables {
        println!("{}: {} terms, strict {:.1} MB", table.name, table.terms.len(), mega(table.strict.bytes()));
    }
    let load = stage.words_load.as_secs_f64() * 1e3;
    println!("dictionary: {:.1} MB, loaded in {load:.0} ms", mega(Words::shared().bytes()));
}

fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The middle of some figures, and how far they go.
struct Spread(Vec<f64>);

impl Spread {
    fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (middle, last) = (self.0.len() / 2, self.0.len() - 1);
        let digits = f.precision().unwrap_or(2);
        write!(f, "{:.digits$} ({:.digits$}–{:.digits$})", self.0[middle], self.0[0], self.0[last])
    }
}

/// The lists that are asked for, else made up ones: 10,000 and 100,000 terms.
fn term_lists(dice: &mut Dice) -> (Vec<String>, Vec<String>) {
    let Some(folder) = env::var_os("TINGFENG_BENCH_TERMS") else {
        let hundred = dice.words(100_000);
        return (hundred[..10_000].to_vec(), hundred);
    };
    let read = |name: &str| -> Vec<String> {
        let mut known = HashSet::new();
        let text = read_text(&Path::new(&folder).join(name));
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.filter(|&line| known.insert(line)).map(str::to_owned).collect()
    };
    (read("terms10k.txt"), read("terms100k.txt"))
}

/// The lines of the corpus, joined into pages.
fn documents(dice: &mut Dice, terms: &[String]) -> Vec<String> {
    let Some(file) = env::var_os("TINGFENG_BENCH_CORPUS") else {
        return (0..100).map(|_| dice.document(terms)).collect();
    };
    let mut documents = Vec::new();
    let mut document = String::new();
    for line in read_text(Path::new(&file)).lines() {
        document.push_str(line);
        document.push('\n');
        if document.len() > DOCUMENT {
            documents.push(std::mem::take(&mut document));
        }
    }
    if !document.is_empty() || documents.is_empty() {
        documents.push(document);
    }
    documents
}

fn read_text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A reproducible stream of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    /// Common characters come often, as in any language: the square of an even spread.
    fn han(&mut self) -> char {
        let rank = self.roll(3_500) * self.roll(3_500) / 3_500;
        char::from_u32(0x4e00 + rank as u32 * 5).expect("within the block of Han characters")
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        let mut known = HashSet::new();
        let mut words = Vec::with_capacity(count);
        while words.len() < count {
            let word: String = (0..2 + self.roll(5)).map(|_| self.han()).collect();
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        words
    }

    fn document(&mut self, terms: &[String]) -> String {
        let mut text = String::new();
        while text.len() < DOCUMENT {
            match self.roll(60) {
                0 => text.push_str(&terms[self.roll(terms.len())]),
                1 => text.push('，'),
                2 => text.push('。'),
                3 => text.push_str("2026"),
                _ => text.push(self.han()),
            }
        }
        text
    }
}

criterion_group!(benches, scans, builds, masking);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |option: &str| arguments.iter().any(|argument| argument == option);
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    // Under `cargo test`, and where the benches are only listed, nothing is timed.
    if has("--bench") && !has("--list") && filter.is_none_or(|filter| "ratios".contains(filter.as_str())) {
        ratios();
    }
}
