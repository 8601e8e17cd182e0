//! What exact matching costs beside the bare automaton and a peer: 10,000 terms, a page of 8 KB.

use aho_corasick::{AhoCorasick, MatchKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use std::hint::black_box;
use tingfeng::lexicon::Matcher;
use tingfeng::lexicon::personal::Finder;
use tingfeng::model::Term;

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
}

fn words(dice: &mut Dice, count: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(count);
    let mut known = std::collections::HashSet::new();
    while words.len() < count {
        let length = 2 + dice.roll(5);
        let word: String = (0..length).map(|_| dice.han()).collect();
        if known.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn text(dice: &mut Dice, words: &[String], characters: usize) -> String {
    let mut text = String::new();
    let mut written = 0;
    while written < characters {
        match dice.roll(60) {
            0 => text.push_str(&words[dice.roll(words.len())]),
            1 => text.push('，'),
            2 => text.push('。'),
            3 => text.push_str("2026"),
            _ => text.push(dice.han()),
        }
        written = text.chars().count();
    }
    text
}

fn term(text: &str) -> Term {
    Term::new(text, "A1", 3)
}

fn bench(criterion: &mut Criterion) {
    let mut dice = Dice(604_518);
    let words = words(&mut dice, 10_000);
    let text = text(&mut dice, &words, 2_700);
    let matcher = Matcher::new(words.iter().map(|word| term(word)).collect()).expect("plain terms");
    let bare: CharwiseDoubleArrayAhoCorasick<u32> =
        CharwiseDoubleArrayAhoCorasick::new(&words).expect("plain terms");
    let peer = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&words).expect("plain terms");
    let hits = matcher.scan(&text).len();
    assert_eq!(hits, bare.find_overlapping_iter(&text).count());
    assert_eq!(hits, peer.find_overlapping_iter(&text).count());

    let mut group = criterion.benchmark_group(format!("10k terms, {} bytes, {hits} hits", text.len()));
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("Matcher::scan", |b| b.iter(|| matcher.scan(black_box(&text))));
    group.bench_function("Matcher::count", |b| b.iter(|| matcher.count(black_box(&text))));
    group.bench_function("daachorse, collected", |b| {
        b.iter(|| {
            bare.find_overlapping_iter(black_box(&text))
                .map(|m| (m.start(), m.end(), m.value()))
                .collect::<Vec<_>>()
        });
    });
    group.bench_function("aho-corasick, collected", |b| {
        b.iter(|| {
            peer.find_overlapping_iter(black_box(&text)).map(|m| (m.start(), m.end())).collect::<Vec<_>>()
        });
    });
    let finder = Finder::default();
    group.bench_function("personal::mask", |b| b.iter(|| finder.mask(black_box(&text))));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
