//! A seed in, something like it out: cut, swapped, repeated, nested, or with a piece of markup where none belongs.

/// The same numbers for the same start (xorshift*).
pub struct Dice(u64);

impl Dice {
    pub fn new(start: u64) -> Self {
        Self(start.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides.max(1)
    }

    fn pick<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.roll(all.len())]
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let (a, b) = (self.roll(length + 1), self.roll(length + 1));
        // Mostly short ones: a mutation of everything is a mutation of nothing.
        let (from, to) = (a.min(b), a.max(b));
        if self.roll(3) > 0 { from..to.min(from + 64) } else { from..to }
    }
}

const PIECES: &[&[u8]] = &[
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"=",
    b"/",
    b"&#x0;",
    b"&#99999999;",
    b"&nbsp",
    b"&amp;lt;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?",
    b"?>",
    b"<!DOCTYPE r [",
    b"<!ENTITY a '&b;&b;'>",
    b"]>",
    b"&a;",
    b"<rss>",
    b"<channel>",
    b"<item>",
    b"</item>",
    b"<entry>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>",
    b"<title>",
    b"</title>",
    b"<title type='xhtml'>",
    b"<link>",
    b"<source>",
    b"<author><name>",
    b" xml:base='a/'",
    b" xmlns:x='urn:x'",
    b"<x:y>",
    b"<pubDate>",
    b"<description>",
    b"<div>",
    b"</div>",
    b"<p>",
    b"</p>",
    b"<b>",
    b"</b>",
    b"<a href='/2026/a1.html'>",
    b"</a>",
    b"<table>",
    b"<tr><td>",
    b"</table>",
    b"<font size=1>",
    b"<select>",
    b"<svg>",
    b"<math>",
    b"<template>",
    b"<script>",
    b"</script>",
    b"<style>",
    b"<textarea>",
    b"<iframe/>",
    b"<form>",
    b"<meta charset=gbk>",
    b"<meta charset=utf-16>",
    b"<h1>",
    b"<time>",
    b"<br>",
    b"<div class=post id=p1>",
    b"<article>",
    b"<li>",
    b"{\"items\":[",
    b"{\"a\":",
    b"[",
    b"]",
    b"2026",
    b"-01-14",
    b"14 Jan",
    b"08:56:03",
    b"+0800",
    b"\xe6\x98\xa8\xe5\xa4\xa9",
    b"\xe5\xb9\xb4",
    b"99999999999999999999",
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\x1b$B",
    b"~{",
    b"\xd1\xe2",
    b"\x81\x30\x81\x30",
    b"\n",
    b"User-agent: *",
    b"Disallow: /*$",
    b"%zz",
];

/// Inputs may grow to this; some are made to.
const LARGE: usize = 1 << 20;

pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.roll(seeds.len())].clone();
    for _ in 0..=dice.roll(6) {
        once(&mut bytes, seeds, dice);
        bytes.truncate(LARGE);
    }
    bytes
}

fn once(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.roll(bytes.len() + 1);
    match dice.roll(12) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(dice.range(bytes.len()))),
        2 => {
            let part = bytes[dice.range(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        3 => {
            let (one, other) = (dice.range(bytes.len()), dice.range(bytes.len()));
            for (a, b) in one.zip(other) {
                bytes.swap(a, b);
            }
        }
        4 => {
            for place in dice.range(bytes.len()).step_by(7) {
                bytes[place] = dice.roll(256) as u8;
            }
        }
        5 => {
            let other = &seeds[dice.roll(seeds.len())];
            let part = other[dice.range(other.len())].to_vec();
            bytes.splice(at..at, part);
        }
        6 => {
            // Deep, long, often: one to three pieces again and again.
            let unit: Vec<u8> = (0..=dice.roll(3)).flat_map(|_| dice.pick(PIECES).to_vec()).collect();
            let most = [100, 1_000, 20_000, LARGE][dice.roll(20).min(3)].min(if dice.roll(40) == 0 {
                LARGE
            } else {
                50_000
            });
            let unit = unit.repeat(1 + dice.roll(most) / unit.len());
            bytes.splice(at..at, unit);
        }
        7 if !bytes.is_empty() => {
            let unit = bytes[dice.range(bytes.len())].to_vec();
            let times = dice.roll(50_000) / unit.len().max(1);
            bytes.splice(at..at, unit.repeat(times));
        }
        _ => {
            let piece = dice.pick(PIECES);
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}
