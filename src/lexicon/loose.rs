//! Words in disguise: written by sound, by look, in parts, with letters or with emoji.
//!
//! Here candidates are found, cheaply and far too many; `channel` decides which of them are likelier than what is
//! written. Each candidate is a row of cells, one for each character of the term.

mod align;
mod anchors;
pub mod channel;
mod keys;
pub mod pinyin;
mod places;
mod search;
pub mod tables;

use super::LexiconError;
use super::fold::{self, Class, is_digit, is_han, is_letter};
use super::readings::Key;
use super::stream::{self, Stream};
use super::trie::{Trie, Walk};
use super::words::Words;
use anchors::{Anchored, Anchors, gaps};
use channel::{Cell, Finding, Judge};
use keys::readings_of;
use places::{Block, Places};
use search::Search;
use std::collections::HashMap;

/// Longer terms need no disguise table; they are found by what is left of them.
const LONGEST: usize = 12;
/// In tables beyond this, terms of two characters are looked for in loose ways only where the lexicon says so.
pub const LARGE: usize = 20_000;

pub struct Loose {
    terms: Vec<Sought>,
    /// Over the keys of syllables; terms of three and more characters.
    trie: Trie,
    /// By sequence of the trie: where its terms begin in `owners`; one more at the end.
    firsts: Vec<u32>,
    owners: Vec<u32>,
    places: Places,
    /// Two characters, one as it is and one by its sound.
    sounds: Anchors,
    /// Two characters, of which one is a look-alike, or which are parts of one.
    looks: Anchors,
    /// Two characters around, before or after a gap, and who may have one there.
    gaps: HashMap<u32, Vec<(u32, u8)>>,
}

/// A term that is looked for in loose ways.
pub struct Sought {
    pub term: u32,
    /// ln P of the term as a piece of text.
    pub worth: f32,
    len: u8,
    /// How often the term repeats its last character.
    tail: u8,
    classes: [Class; LONGEST],
}

impl Sought {
    /// Where the last cell ends, with as many repetitions as the term has.
    fn end(&self, text: &str, last: &Cell) -> usize {
        let mut end = last.end(text);
        for _ in 1..self.tail {
            let token = stream::token(fold::table(), text, end, 0);
            if token.classes() == [last.class()] {
                end = token.end;
            }
        }
        end
    }

    pub fn classes(&self) -> &[Class] {
        &self.classes[..usize::from(self.len)]
    }
}

/// Buffers of a scan.
#[derive(Default)]
pub struct Scratch {
    /// What `scan` finds beside.
    pub plain: Vec<u32>,
    letters: Vec<u32>,
    cells: Vec<Cell>,
    block: Block,
    anchored: Vec<Anchored>,
    walk: Walk,
}

impl Loose {
    /// `terms` with their folded classes; `plain` are the sequences of all terms that are looked for as they are. `None`
    /// where no term is looked for in loose ways.
    pub fn new(
        terms: Vec<(u32, Vec<Class>)>,
        plain: &[(&[Class], u32)],
        words: &'static Words,
    ) -> Result<Option<Self>, LexiconError> {
        let sought: Vec<Sought> = terms
            .into_iter()
            .filter_map(|(term, mut all)| {
                let tail = all.iter().rev().take_while(|&class| Some(class) == all.last()).count() as u8;
                all.dedup();
                is_sought(&all).then_some((term, all, tail))
            })
            .map(|(term, all, tail)| {
                let mut classes = [0; LONGEST];
                classes[..all.len()].copy_from_slice(&all);
                Sought { term, worth: channel::worth(words, &all), len: all.len() as u8, tail, classes }
            })
            .collect();
        if sought.is_empty() {
            return Ok(None);
        }
        let mut sequences: Vec<(Vec<Key>, u32)> = Vec::with_capacity(sought.len() * 2);
        for (number, one) in sought.iter().enumerate() {
            sequences.extend(readings_of(one.classes()).into_iter().map(|keys| (keys, number as u32)));
        }
        sequences.sort_unstable();
        sequences.dedup();
        let (mut firsts, mut distinct): (Vec<u32>, Vec<(&[Key], u32)>) = (Vec::new(), Vec::new());
        for (index, (keys, _)) in sequences.iter().enumerate() {
            if distinct.last().is_none_or(|&(before, _)| before != keys) {
                distinct.push((keys, firsts.len() as u32));
                firsts.push(index as u32);
            }
        }
        firsts.push(sequences.len() as u32);
        let trie = Trie::new(&distinct)?;
        let (sounds, looks) = (Anchors::by_sound(&sought), Anchors::by_look(&sought, words));
        Ok(Some(Self {
            places: Places::new(&sounds, &looks, &distinct, plain, words),
            owners: sequences.iter().map(|&(_, owner)| owner).collect(),
            gaps: gaps(&sought),
            terms: sought,
            trie,
            firsts,
            sounds,
            looks,
        }))
    }

    pub fn sought(&self, number: u32) -> &Sought {
        &self.terms[number as usize]
    }

    pub fn bytes(&self) -> usize {
        self.trie.bytes()
            + (self.owners.len() + self.firsts.len()) * 4
            + self.terms.len() * size_of::<Sought>()
            + self.places.bytes()
            + self.sounds.bytes()
            + self.looks.bytes()
            + self.gaps.len() * 48
    }

    /// Every disguised term of a text. `scratch.plain` becomes the places at which a term may begin as it is: it is the
    /// same look at each character.
    pub fn scan(
        &self,
        text: &str,
        stream: &Stream,
        scratch: &mut Scratch,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let classes = stream.padded();
        let Scratch { plain, letters, cells, block, anchored, walk } = scratch;
        plain.clear();
        letters.clear();
        let tables = (&self.sounds, &self.looks, &self.trie);
        let mut search = Search { loose: self, text, stream, judge, cells, out };
        let mut at = 0;
        while at + 3 < classes.len() {
            at = block.read(&self.places, tables, classes, at, judge.words);
            plain.extend_from_slice(block.plain());
            letters.extend(block.letters(classes));
            search.by_sound(block.sounds(), anchored);
            search.by_longer_sound(block.longer(), walk);
            search.by_look(block.looks(), anchored);
        }
        search.by_letters(letters, walk);
        search.by_signs(walk);
    }

    fn owners(&self, sequence: u32) -> &[u32] {
        &self.owners[self.firsts[sequence as usize] as usize..self.firsts[sequence as usize + 1] as usize]
    }
}

/// Two characters at least, of which most are Chinese; or a number.
fn is_sought(classes: &[Class]) -> bool {
    let han = classes.iter().filter(|&&class| is_han(class)).count();
    let own = classes.iter().all(|&class| is_han(class) || is_letter(class) || is_digit(class));
    let code = classes.len() >= 4 && classes.iter().all(|&class| is_digit(class));
    (2..=LONGEST).contains(&classes.len()) && own && (han >= 2 || code)
}

/// Whether terms of this length are looked for in loose ways unless the lexicon says otherwise.
pub fn by_default(terms: usize, classes: usize) -> bool {
    terms <= LARGE || classes >= 3
}

#[cfg(test)]
mod tests;
