//! The places of a text at which a disguised term may begin, found by a few looks at each character.
//!
//! What two characters hide must be strange to begin with: a pair that a word of the dictionary holds is none, nor are
//! two characters that are likely beside each other. What is left is asked of ever closer filters.

use super::anchors::Anchors;
use super::keys::{CLASSES, Facts, KEYS, facts, keys};
use crate::lexicon::fold::{Class, is_letter};
use crate::lexicon::readings::Key;
use crate::lexicon::trie::{Trie, pair};
use crate::lexicon::words::Words;

/// Places looked at together; what is found of them stays in the innermost cache.
const BLOCK: usize = 2048;
/// Places looked at for letters together, of which most have none.
const CHUNK: usize = 32;

/// What a first look sees, beside the number of the place.
const LOOK: u32 = 1;
const LONGER: u32 = GOES_ON as u32;
const SOUND: u32 = SOUNDS as u32;
const FLAGS: u32 = 3;

/// By class, all that a first look asks for. The few characters that most texts are made of keep theirs in the cache.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    /// The classes that follow it in a pair that looks like something, by their lowest bits, and those before it.
    look_next: u64,
    look_before: u64,
    facts: Facts,
    /// Its place in `Steps`: as the first key, and as the second one.
    row: u16,
    column: u8,
    shift: u8,
}

/// Four bits for each pair of keys.
struct Steps(Box<[u64; STEPS]>);

const STEPS: usize = KEYS * KEYS / 16;
/// A longer term begins with the two.
const BEGINS: u64 = 1;
/// One goes on with them after its first key.
const GOES_ON: u64 = 2;
/// A term of two characters sounds so.
const SOUNDS: u64 = 4;

pub struct Places {
    sides: Box<[Sides; CLASSES]>,
    steps: Steps,
}

impl Places {
    /// `longer` are the keys of longer terms.
    pub fn new(sounds: &Anchors, looks: &Anchors, longer: &[(&[Key], u32)], words: &Words) -> Self {
        let mut sides: Box<[Sides; CLASSES]> = boxed(Sides::default());
        for (side, facts) in sides.iter_mut().zip(facts(words)) {
            let (row, column, shift) = Steps::place(facts.key());
            (side.facts, side.row, side.column, side.shift) = (facts, row, column, shift);
        }
        for (a, b, _) in looks.pairs() {
            sides[usize::from(a)].look_next |= 1 << (b & 63);
            sides[usize::from(b)].look_before |= 1 << (a & 63);
        }
        let mut steps = Steps(boxed(0));
        for (a, b, changed) in sounds.pairs() {
            match changed {
                0 => steps.add(a, keys()[usize::from(b)], SOUNDS),
                _ => steps.add(keys()[usize::from(a)], b, SOUNDS),
            }
        }
        for &(keys, _) in longer {
            if let [a, b, c, ..] = *keys {
                steps.add(a, b, BEGINS);
                steps.add(b, c, GOES_ON);
            }
        }
        Self { sides, steps }
    }

    #[inline]
    pub fn facts(&self, class: Class) -> Facts {
        self.sides[usize::from(class)].facts
    }

    /// ln P of characters each for itself, or a little less: a price is a step too low at most.
    pub fn least(&self, classes: &[Class]) -> f32 {
        let steps: u16 = classes.iter().map(|&class| self.facts(class).price() + 1).sum();
        -f32::from(steps) / Facts::STEPS
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sides) + size_of_val(&*self.steps.0)
    }
}

impl Steps {
    fn place(key: Key) -> (u16, u8, u8) {
        (key * (KEYS / 16) as u16, (key / 16) as u8, (key % 16 * 4) as u8)
    }

    fn add(&mut self, a: Key, b: Key, bit: u64) {
        let ((row, ..), (_, column, shift)) = (Self::place(a), Self::place(b));
        self.0[usize::from(row) + usize::from(column)] |= bit << shift;
    }

    #[inline]
    fn get(&self, a: &Sides, b: &Sides) -> u64 {
        self.0[(usize::from(a.row) + usize::from(b.column)) % STEPS] >> b.shift
    }
}

fn boxed<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
    vec![value; N].try_into().unwrap_or_else(|_| unreachable!("it has as many as that"))
}

/// A place, and the pair that is looked for there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub at: u32,
    pub pair: u32,
}

/// Moves what is to be kept to the front, and tells how much that is.
fn keep(places: &mut [Place], wanted: impl Fn(&Place) -> bool) -> usize {
    let mut kept = 0;
    for index in 0..places.len() {
        let place = places[index];
        places[kept] = place;
        kept += usize::from(wanted(&place));
    }
    kept
}

/// The places of a block.
pub struct Block {
    flagged: [u32; BLOCK],
    /// Pairs that may sound like a term, and that may look like one.
    heard: [u32; BLOCK],
    seen: [u32; BLOCK],
    /// Longer terms by sound.
    longer: [u32; BLOCK],
    sounds: [Place; 2 * BLOCK],
    looks: [Place; BLOCK],
    lens: [usize; 3],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            flagged: [0; BLOCK],
            heard: [0; BLOCK],
            seen: [0; BLOCK],
            longer: [0; BLOCK],
            sounds: [Place::default(); 2 * BLOCK],
            looks: [Place::default(); BLOCK],
            lens: [0; 3],
        }
    }
}

impl Block {
    /// Looks at the pairs that begin at `from` and after it, as many as a block takes; `classes` are padded by two.
    /// Tells where the next block begins.
    pub fn read(
        &mut self,
        places: &Places,
        tables: (&Anchors, &Anchors, &Trie),
        classes: &[Class],
        from: usize,
        words: &Words,
        letters: &mut Vec<u32>,
    ) -> usize {
        let (sounds, looks, trie) = tables;
        let until = (from + BLOCK).min(classes.len() - 3);
        // Every list is written at each place and counted on only where it counts: no branch can be guessed wrong.
        let mut count = 0;
        let mut first = &places.sides[usize::from(classes[from])];
        let mut begins = 0;
        for (at, two) in (0..).zip(classes[from..=until].windows(2)) {
            let second = &places.sides[usize::from(two[1])];
            let look = first.look_next >> (two[1] & 63) & second.look_before >> (two[0] & 63) & 1;
            let step = places.steps.get(first, second);
            let rare = u64::from(first.facts.is_rare_with(second.facts)).wrapping_neg();
            let flags = (step & SOUNDS | look) & rare | begins & step & GOES_ON;
            self.flagged[count % BLOCK] = at << FLAGS | flags as u32;
            count += usize::from(flags != 0);
            (first, begins) = (second, step << 1);
        }
        let last = places.steps.get(first, &places.sides[usize::from(classes[until + 1])]);
        let before = |place: u32| place.wrapping_sub(1);
        self.longer[0] = before(until as u32);
        let (mut sound, mut look, mut long) = (0, 0, usize::from(begins & last & GOES_ON != 0));
        for index in 0..count {
            let flagged = self.flagged[index % BLOCK];
            let at = from as u32 + (flagged >> FLAGS);
            self.heard[sound % BLOCK] = at;
            sound += usize::from(flagged & SOUND != 0);
            self.seen[look % BLOCK] = at;
            look += usize::from(flagged & LOOK != 0);
            self.longer[long % BLOCK] = before(at);
            long += usize::from(flagged & LONGER != 0);
        }
        for (number, chunk) in classes[from..until].chunks(CHUNK).enumerate() {
            if chunk.iter().fold(false, |some, &class| some | is_letter(class)) {
                let first = from + number * CHUNK;
                letters.extend(
                    (first..first + chunk.len()).filter(|&at| is_letter(classes[at])).map(|at| at as u32),
                );
            }
        }
        let two = |at: u32| (classes[at as usize], classes[at as usize + 1]);
        let mut sounding = 0;
        for index in 0..sound {
            let at = self.heard[index % BLOCK];
            let (a, b) = two(at);
            for pair in [pair(a, places.facts(b).key()), pair(places.facts(a).key(), b)] {
                self.sounds[sounding % (2 * BLOCK)] = Place { at, pair };
                sounding += usize::from(sounds.may_hold(pair));
            }
        }
        let mut looking = 0;
        for index in 0..look {
            let at = self.seen[index % BLOCK];
            let (a, b) = two(at);
            self.looks[looking % BLOCK] = Place { at, pair: pair(a, b) };
            looking += usize::from(looks.may_hold(pair(a, b)));
        }
        let strange = |place: &Place| {
            let (a, b) = two(place.at);
            !words.joins_often(a, b)
        };
        let sound = keep(&mut self.sounds[..sounding], strange);
        let look = keep(&mut self.looks[..looking], strange);
        let mut deep = 0;
        for index in 0..long {
            let at = self.longer[index % BLOCK];
            let key = |on: usize| places.facts(classes[at as usize + on]).key();
            self.longer[deep % BLOCK] = at;
            deep += usize::from(trie.may_begin(key(0), key(1), key(2)));
        }
        self.lens = [sound, look, deep];
        until
    }

    pub fn sounds(&self) -> &[Place] {
        &self.sounds[..self.lens[0]]
    }

    pub fn looks(&self) -> &[Place] {
        &self.looks[..self.lens[1]]
    }

    pub fn longer(&self) -> &[u32] {
        &self.longer[..self.lens[2]]
    }
}
