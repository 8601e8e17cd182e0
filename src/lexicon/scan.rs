//! Every occurrence of every term, nested and overlapping ones too, as it is written or disguised.
//!
//! A text becomes the stream of its folded classes; a trie over that stream finds words; a short second look at the
//! original says where exactly a word stands, how it was disguised, and whether it is one there at all.

use super::borders::{self, AROUND, Edges, Side};
use super::fold::{self, Class, is_digit, is_han, is_letter};
use super::loose::{self, Loose, channel};
use super::pattern::{self, Built, Pattern, Patterns, Role};
use super::stream::Stream;
use super::trie::{Found, Trie, Walk};
use super::walk::{self, Item};
use super::words::Words;
use super::{LexiconError, bridge};
use crate::model::{Hit, Term, Way};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// Less likely than this, in natural logarithms, and a reading with a word across the border wins. Four characters
/// hardly ever stand together by accident.
fn least(characters: usize, whole_word: bool) -> f32 {
    match characters {
        _ if whole_word => 0.0,
        ..=2 => -1.5,
        3 => -3.0,
        _ => -8.0,
    }
}

/// The terms of a snapshot, ready to scan.
pub struct Matcher {
    terms: Vec<Term>,
    patterns: Patterns,
    trie: Trie,
    /// Terms of one character repeated, by its class.
    repetitions: HashMap<Class, u32>,
    /// What folding would make nothing of, as it is written.
    literal: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// By term: whether it has `unless` phrases.
    guarded: Vec<bool>,
    loose: Option<Loose>,
    words: Option<&'static Words>,
}

/// An `unless` phrase found in a text.
struct Guard {
    term: u32,
    start: usize,
    end: usize,
}

/// What a scan needs and the next one uses again.
#[derive(Default)]
struct Scratch {
    stream: Stream,
    walk: Walk,
    edges: Vec<Edges>,
    items: Vec<Item>,
    loose: loose::Scratch,
    disguised: Vec<channel::Finding>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Matcher {
    pub fn new(terms: Vec<Term>) -> Result<Self, LexiconError> {
        Self::build(terms, Some(Words::shared()))
    }

    /// Without the dictionary: every occurrence counts, across the borders of words too.
    pub fn without_borders(terms: Vec<Term>) -> Result<Self, LexiconError> {
        Self::build(terms, None)
    }

    fn build(terms: Vec<Term>, words: Option<&'static Words>) -> Result<Self, LexiconError> {
        pattern::check(&terms)?;
        let Built { patterns, sequences, literal } = Patterns::build(&terms);
        // One character repeated is one item of the stream.
        let (single, several): (Vec<_>, Vec<_>) = sequences
            .iter()
            .map(|(sequence, number)| (&sequence[..], *number))
            .partition(|(all, _)| all.len() == 1);
        let trie = Trie::new(&several)?;
        let repetitions = single.into_iter().map(|(sequence, number)| (sequence[0], number)).collect();
        let literal = if literal.is_empty() {
            None
        } else {
            let values = literal.iter().map(|&term| (terms[term as usize].text.as_str(), term));
            let automaton = CharwiseDoubleArrayAhoCorasick::with_values(values);
            Some(automaton.map_err(|error| LexiconError::TooLarge(error.to_string()))?)
        };
        let loose = match words {
            Some(words) => Loose::new(sought(&terms), &several, words)?,
            None => None,
        };
        let guarded = terms.iter().map(|term| !term.unless.is_empty()).collect();
        Ok(Self { terms, patterns, trie, repetitions, literal, guarded, loose, words })
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Every hit, sorted by start, end and term. A hit inside an `unless` phrase of its own term is left out.
    pub fn scan(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.scan_into(text, &mut hits);
        hits
    }

    /// As `scan`, into a list that the caller keeps.
    pub fn scan_into(&self, text: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        SCRATCH.with_borrow_mut(|scratch| self.scan_with(scratch, text, hits));
    }

    /// The number of hits, without keeping them.
    pub fn count(&self, text: &str) -> usize {
        self.scan(text).len()
    }

    /// Bytes in use beside the terms as configured and the shared tables.
    pub fn bytes(&self) -> usize {
        self.trie.bytes()
            + self.patterns.bytes()
            + self.guarded.len()
            + self.literal.as_ref().map_or(0, |literal| literal.heap_bytes())
            + self.loose.as_ref().map_or(0, Loose::bytes)
    }

    fn scan_with(&self, scratch: &mut Scratch, text: &str, hits: &mut Vec<Hit>) {
        let Scratch { stream, walk, edges, items, loose, disguised } = scratch;
        stream.read(text);
        let mut guards: Vec<Guard> = Vec::new();
        let classes = stream.classes();
        let found = if let (Some(sought), Some(words)) = (&self.loose, self.words) {
            disguised.clear();
            sought.scan(text, stream, loose, &channel::Judge { words }, disguised);
            self.trie.find_among(&mut loose.plain, stream.padded(), walk)
        } else {
            self.trie.find(stream.padded(), walk)
        };
        edges.clear();
        if let Some(words) = self.words {
            // All of them ahead, so that what one asks of the memory does not wait for the others.
            edges.extend(found.iter().map(|found| Edges::of(words, stream, found)));
        }
        edges.resize(found.len(), Edges::OPEN);
        for (found, &edges) in found.iter().zip(edges.iter()) {
            self.found(text, stream, found, edges, items, hits, &mut guards);
        }
        if !self.repetitions.is_empty() {
            let mut before = None;
            for &at in stream.runs().iter().filter(|&&at| before.replace(at) != Some(at)) {
                if let Some(&value) = self.repetitions.get(&classes[at as usize]) {
                    let found = Found { at, len: 1, value };
                    self.found(text, stream, &found, Edges::OPEN, items, hits, &mut guards);
                }
            }
        }
        if let Some(literal) = &self.literal {
            Self::literally(literal, text, hits);
        }
        if self.loose.is_some() {
            Self::add_disguised(disguised, hits);
        }
        if !guards.is_empty() {
            self.drop_guarded(hits, guards);
        }
        hits.sort_unstable_by_key(|hit| (hit.start, hit.end, hit.term, hit.way));
        hits.dedup_by_key(|hit| (hit.start, hit.end, hit.term));
    }

    /// A sequence of the trie at an item of the stream: which terms it is there, if any.
    fn found(
        &self,
        text: &str,
        stream: &Stream,
        found: &Found,
        edges: Edges,
        items: &mut Vec<Item>,
        hits: &mut Vec<Hit>,
        guards: &mut Vec<Guard>,
    ) {
        let at = found.at as usize;
        let sequence = &stream.classes()[at..at + found.len as usize];
        let start = stream.places()[at] as usize;
        let as_folded = end_of(text, start, sequence);
        let mut followed = None;
        for pattern in self.patterns.of(found.value) {
            let literal = if pattern.plain {
                as_folded
            } else {
                let letters = self.patterns.letters(pattern);
                let here = !letters.is_empty() && text.as_bytes()[start..].starts_with(letters);
                here.then_some(start + letters.len())
            };
            if let Some(end) = literal
                && !ends_in_mark(text, end)
                && !goes_on(text, start, end)
            {
                // What is written as it is folded has no repetitions.
                let (raw, edges) =
                    if pattern.plain { (sequence, edges) } else { (self.patterns.raw(pattern), Edges::OPEN) };
                self.literal_hit(text, pattern, raw, edges, start..end, hits);
                continue;
            }
            if pattern.exact {
                self.repeated_literal(text, pattern, start, hits);
                continue;
            }
            let followed = *followed.get_or_insert_with(|| {
                let skip =
                    stream.places()[..at].iter().rev().take_while(|&&place| place as usize == start).count();
                // `㎬股`, `⒗04518`: a letter or a digit goes on from within the same sign.
                let runs_on = skip > 0 && (is_letter(sequence[0]) || is_digit(sequence[0]));
                !runs_on && walk::follow(text, start, skip, sequence, items)
            });
            if !followed {
                continue;
            }
            let Some((start, end, way)) = self.disguised(text, pattern, items) else { continue };
            match pattern.role {
                Role::Guard => guards.push(Guard { term: pattern.term, start, end }),
                Role::Term => hits.push(Hit { start, end, term: pattern.term, way }),
                Role::Shape => hits.push(Hit { start, end, term: pattern.term, way: Way::Shape }),
            }
        }
    }

    /// The term as it is configured. Guards have no letters, so this is a term.
    fn literal_hit(
        &self,
        text: &str,
        pattern: &Pattern,
        raw: &[Class],
        edges: Edges,
        place: Range<usize>,
        hits: &mut Vec<Hit>,
    ) {
        let Range { start, end } = place;
        let (first, last) = (raw[0], raw[raw.len() - 1]);
        if pattern.latin && !borders::slice_stands_alone(text, start, end, first, last) {
            return;
        }
        if self.is_word(text, pattern, raw, edges, start..end) {
            hits.push(Hit { start, end, term: pattern.term, way: Way::Plain });
        }
    }

    /// `exact`: the same letters at a later repetition of the first character.
    fn repeated_literal(&self, text: &str, pattern: &Pattern, start: usize, hits: &mut Vec<Hit>) {
        let letters = self.patterns.letters(pattern);
        let Some(first) = text[start..].chars().next() else { return };
        let mut at = start;
        while text[at..].starts_with(first) {
            at += first.len_utf8();
            if text.as_bytes()[at..].starts_with(letters) {
                let raw = self.patterns.raw(pattern);
                return self.literal_hit(text, pattern, raw, Edges::OPEN, at..at + letters.len(), hits);
            }
        }
    }

    /// Where a followed word begins and ends, and how it is disguised; `None` where it is none.
    fn disguised(&self, text: &str, pattern: &Pattern, items: &[Item]) -> Option<(usize, usize, Way)> {
        let raw = self.patterns.raw(pattern);
        let (first, last) = (&items[0], &items[items.len() - 1]);
        let seen = items.iter().skip(1).any(|item| item.gap.is_seen());
        let runs = self.runs(pattern, items)?;
        let (mut start, mut end) = match runs {
            Runs::Same | Runs::Repeated => (first.start, last.end),
            Runs::Trimmed => {
                (first.last, if last.run > 1 && items.len() > 1 { last.first_end } else { last.end })
            }
        };
        if pattern.role != Role::Guard && pattern.signs {
            end = bridge::same_signs(text, items, &self.terms[pattern.term as usize].text)?;
        } else if pattern.blanks {
            if !bridge::same_blanks(text, items, self.patterns.blanks(pattern)) {
                return None;
            }
        } else if seen && !bridge::holds(text, items) {
            return None;
        }
        if pattern.latin && !borders::stands_alone(text, items) {
            return None;
        }
        let term = &self.terms[pattern.term as usize];
        if pattern.role == Role::Guard {
            return Some((start, end, Way::Plain));
        }
        let gaps = |kind: fn(&walk::Gap) -> bool| items.iter().skip(1).any(|item| kind(&item.gap));
        let way = if runs == Runs::Repeated {
            Way::Repeated
        } else if gaps(|gap| gap.spaces | gap.newlines | gap.signs | gap.emoji > 0)
            && !pattern.signs
            && !pattern.blanks
        {
            Way::Separated
        } else if gaps(|gap| gap.readings > 0) {
            Way::Bracketed
        } else if text[start..end] == term.text {
            Way::Plain
        } else {
            Way::Folded
        };
        if foreign(text, start, end, pattern) {
            return None;
        }
        let bridged = items.iter().skip(1).any(|item| item.gap.is_seen());
        let fits = if bridged {
            self.likely(text, items, raw)
        } else {
            self.is_word(text, pattern, raw, Edges::OPEN, start..end)
        };
        if !fits {
            return None;
        }
        if start > end {
            std::mem::swap(&mut start, &mut end);
        }
        Some((start, end, way))
    }

    fn runs(&self, pattern: &Pattern, items: &[Item]) -> Option<Runs> {
        let raw = self.patterns.raw(pattern);
        let mut counts = raw.chunk_by(|a, b| a == b).map(<[Class]>::len);
        let (mut more, mut inner, mut latin, mut latin_more, mut latin_all) = (0, false, 0, false, true);
        for (index, item) in items.iter().enumerate() {
            let (have, want) = (usize::from(item.run), counts.next()?);
            if have < want || have > want && is_digit(item.class) {
                return None;
            }
            let exceeds = have > want;
            if is_letter(item.class) {
                latin += 1;
                latin_more |= exceeds;
                latin_all &= exceeds;
            }
            more += usize::from(exceeds);
            let edge = index == 0 || index + 1 == items.len();
            inner |= exceeds && (!edge || want > 1 || have > want + 1 && is_han(item.class));
        }
        if latin_more && (!latin_all || latin < 2) {
            return None;
        }
        Some(match more {
            0 => Runs::Same,
            more if inner || more == items.len() => Runs::Repeated,
            _ if items.iter().any(|item| item.gap.is_seen()) => Runs::Same,
            _ => Runs::Trimmed,
        })
    }

    /// Whether its borders are borders of words.
    fn is_word(
        &self,
        text: &str,
        pattern: &Pattern,
        raw: &[Class],
        edges: Edges,
        place: Range<usize>,
    ) -> bool {
        let Some(words) = self.words else { return true };
        let mut left = Side::none();
        if edges.left {
            left = borders::disputed_before(words, text, place.start, raw[0]);
        }
        let mut right = Side::none();
        if edges.right {
            right = borders::disputed_after(words, text, place.end, raw[raw.len() - 1]);
        }
        if left.classes().is_empty() && right.classes().is_empty() {
            return true;
        }
        let least = least(raw.len(), self.terms[pattern.term as usize].whole_word);
        borders::margin(words, left.classes(), raw, right.classes()) >= least
    }

    /// Whether a word with gaps is likelier than its pieces each for themselves.
    fn likely(&self, text: &str, items: &[Item], raw: &[Class]) -> bool {
        let Some(words) = self.words else { return true };
        if !raw.iter().all(|&class| is_han(class)) {
            return true;
        }
        let (first, last) = (items[0].start, items[items.len() - 1].end);
        let least = least(raw.len(), false);
        if bridge::is_row(text, items) {
            // Where everything is spaced, the border of a word is asked of the text without the spaces.
            let (left, right) = (Side::before_across(text, first), Side::after_across(text, last));
            return borders::margin(words, left.classes(), raw, right.classes()) >= least;
        }
        let (left, right) = (Side::before(text, first, AROUND), Side::after(text, last, AROUND));
        let blank = items.iter().skip(1).filter(|item| item.gap.is_seen()).all(|item| item.gap.is_blank());
        if blank && borders::margin(words, left.classes(), raw, right.classes()) < least {
            return false;
        }
        let cut = items
            .iter()
            .skip(1)
            .position(|item| item.gap.is_seen())
            .map_or(raw.len(), |at| at + 1)
            .min(raw.len());
        let tail = items.iter().rposition(|item| item.gap.is_seen()).unwrap_or(0).min(raw.len());
        borders::parted(words, left.classes(), &raw[..cut], &raw[tail..], right.classes(), raw) >= least
    }

    fn literally(automaton: &CharwiseDoubleArrayAhoCorasick<u32>, text: &str, hits: &mut Vec<Hit>) {
        for found in automaton.find_overlapping_iter(text) {
            let (start, end, term) = (found.start(), found.end(), found.value());
            let table = fold::table();
            let class = |c: Option<char>| c.map_or(0, |c| table.plain_class(c));
            let slice = &text[start..end];
            let (first, last) = (class(slice.chars().next()), class(slice.chars().next_back()));
            if borders::slice_stands_alone(text, start, end, first, last) {
                hits.push(Hit { start, end, term, way: Way::Plain });
            }
        }
    }

    /// Loose findings count where no term stands as it is written, and the best of those that overlap.
    fn add_disguised(found: &mut [channel::Finding], hits: &mut Vec<Hit>) {
        let strict = hits.len();
        found.sort_by(|a, b| b.margin.total_cmp(&a.margin));
        for finding in found.iter() {
            let overlaps = |hit: &Hit| hit.start < finding.end && finding.start < hit.end;
            let covered = hits[..strict].iter().any(|hit| overlaps(hit) && hit.term == finding.term);
            let taken = hits[strict..].iter().any(|hit| overlaps(hit) && hit.term == finding.term);
            if !covered && !taken {
                hits.push(Hit {
                    start: finding.start,
                    end: finding.end,
                    term: finding.term,
                    way: finding.way,
                });
            }
        }
    }

    fn drop_guarded(&self, hits: &mut Vec<Hit>, mut guards: Vec<Guard>) {
        // By term, then start; `reach` is the furthest end of the guards of the same term that start no later, so
        // one look decides: a guard that starts at or before the hit and ends at or after it, or none.
        guards.sort_unstable_by_key(|guard| (guard.term, guard.start, guard.end));
        for index in 1..guards.len() {
            if guards[index].term == guards[index - 1].term {
                guards[index].end = guards[index].end.max(guards[index - 1].end);
            }
        }
        hits.retain(|hit| {
            if !self.guarded[hit.term as usize] {
                return true;
            }
            let after = guards.partition_point(|guard| (guard.term, guard.start) <= (hit.term, hit.start));
            !guards[..after].last().is_some_and(|guard| guard.term == hit.term && guard.end >= hit.end)
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    Same,
    /// Repeated at one edge only: the word is inside.
    Trimmed,
    Repeated,
}

/// Where a sequence ends that is written as it is folded, if it is.
fn end_of(text: &str, start: usize, sequence: &[Class]) -> Option<usize> {
    let mut chars = text[start..].chars();
    let same = sequence.iter().all(|&class| chars.next().is_some_and(|c| u32::from(c) == u32::from(class)));
    same.then(|| text.len() - chars.as_str().len())
}

/// Whether the last character comes twice more: `跑路路路`.
fn goes_on(text: &str, start: usize, end: usize) -> bool {
    let Some(last) = text[start..end].chars().next_back().filter(|c| !c.is_ascii()) else { return false };
    let mut next = text[end..].chars();
    next.next() == Some(last) && next.next() == Some(last)
}

/// Whether a combining mark sits on the last character before a place.
fn ends_in_mark(text: &str, end: usize) -> bool {
    // Every such mark begins with one of these bytes.
    matches!(text.as_bytes().get(end), Some(0xcc | 0xcd | 0xd2 | 0xe1 | 0xe2 | 0xe3 | 0xef | 0xf3))
        && text[end..]
            .chars()
            .next()
            .is_some_and(|c| fold::table().class(c) == fold::INVISIBLE && super::stream::is_combining(c))
}

/// Whether letters that only look Latin belong to a word of their own script.
fn foreign(text: &str, start: usize, end: usize, pattern: &Pattern) -> bool {
    let strange = |c: char| {
        c.is_alphabetic()
            && !c.is_ascii()
            && is_letter(fold::table().class(c))
            && matches!(c, '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}')
    };
    pattern.latin
        && text[start..end].chars().all(|c| strange(c) || !c.is_alphabetic())
        && text[start..end].chars().any(strange)
        && {
            let near = |side: &mut dyn Iterator<Item = char>| {
                side.take(12).filter(|c| c.is_alphabetic()).take(2).any(strange)
            };
            near(&mut text[..start].chars().rev()) || near(&mut text[end..].chars())
        }
}

/// The terms that are looked for in loose ways, by their classes.
fn sought(terms: &[Term]) -> Vec<(u32, Vec<Class>)> {
    let mut all = Vec::with_capacity(terms.len());
    for (index, term) in terms.iter().enumerate() {
        if term.exact || term.loose == Some(false) {
            continue;
        }
        let folded = pattern::folded(&term.text);
        let classes = folded.raw;
        let wanted = term.loose == Some(true) || loose::by_default(terms.len(), classes.len());
        if wanted && !folded.signs && folded.blanks & !1 == 0 {
            all.push((index as u32, classes));
        }
    }
    all
}

#[cfg(test)]
pub(super) mod tests;
