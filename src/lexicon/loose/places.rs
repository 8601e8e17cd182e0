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
const PLAIN: u32 = 8;
const FLAGS: u32 = 4;

/// By class, all that a first look asks for. The few characters that most texts are made of keep theirs in the cache.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    /// The classes that follow it in a pair that looks like something, by their lowest bits, and those before it.
    look_next: u64,
    look_before: u64,
    /// The same for a pair that a term begins with as it is.
    plain_next: u64,
    plain_before: u64,
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
    pub fn new(
        sounds: &Anchors,
        looks: &Anchors,
        longer: &[(&[Key], u32)],
        plain: &[(&[Class], u32)],
        words: &Words,
    ) -> Self {
        let mut sides: Box<[Sides; CLASSES]> = boxed(Sides::default());
        for (side, facts) in sides.iter_mut().zip(facts(words)) {
            let (row, column, shift) = Steps::place(facts.key());
            (side.facts, side.row, side.column, side.shift) = (facts, row, column, shift);
        }
        for (a, b, _) in looks.pairs() {
            sides[usize::from(a)].look_next |= 1 << (b & 63);
            sides[usize::from(b)].look_before |= 1 << (a & 63);
        }
        for (sequence, _) in plain {
            sides[usize::from(sequence[0])].plain_next |= 1 << (sequence[1] & 63);
            sides[usize::from(sequence[1])].plain_before |= 1 << (sequence[0] & 63);
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

/// The places of a block, by what may be there.
pub struct Block {
    from: usize,
    until: usize,
    flagged: Box<[u32; BLOCK]>,
    plain: Box<[u32; BLOCK]>,
    /// Pairs that may sound like a term, and that may look like one.
    heard: Box<[u32; BLOCK]>,
    seen: Box<[u32; BLOCK]>,
    longer: Box<[u32; BLOCK]>,
    sounds: Box<[Place; 2 * BLOCK]>,
    looks: Box<[Place; BLOCK]>,
    lens: Lens,
}

#[derive(Default)]
struct Lens {
    plain: usize,
    heard: usize,
    seen: usize,
    longer: usize,
    sounds: usize,
    looks: usize,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            from: 0,
            until: 0,
            flagged: boxed(0),
            plain: boxed(0),
            heard: boxed(0),
            seen: boxed(0),
            longer: boxed(0),
            sounds: boxed(Place::default()),
            looks: boxed(Place::default()),
            lens: Lens::default(),
        }
    }
}

// Lists are written at each place and counted on only where it counts: no branch can be guessed wrong.
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
    ) -> usize {
        (self.from, self.until) = (from, (from + BLOCK).min(classes.len() - 3));
        let (flagged, ends_longer) = self.flag(places, classes);
        self.part(flagged, ends_longer);
        let (sounds, looks, trie) = tables;
        self.look_closer(places, sounds, looks, classes, words);
        let mut long = 0;
        for index in 0..self.lens.longer {
            let at = self.longer[index % BLOCK];
            let key = |on: usize| places.facts(classes[at as usize + on]).key();
            self.longer[long % BLOCK] = at;
            long += usize::from(trie.may_begin(key(0), key(1), key(2)));
        }
        self.lens.longer = long;
        self.until
    }

    /// The first look: how many places are flagged, and whether a longer term may begin at the last pair.
    fn flag(&mut self, places: &Places, classes: &[Class]) -> (usize, bool) {
        let mut count = 0;
        let mut first = &places.sides[usize::from(classes[self.from])];
        let mut begins = 0;
        for (at, two) in (0..).zip(classes[self.from..=self.until].windows(2)) {
            let second = &places.sides[usize::from(two[1])];
            let plain = first.plain_next >> (two[1] & 63) & second.plain_before >> (two[0] & 63) & 1;
            let look = first.look_next >> (two[1] & 63) & second.look_before >> (two[0] & 63) & 1;
            let step = places.steps.get(first, second);
            let rare = u64::from(first.facts.is_rare_with(second.facts)).wrapping_neg();
            let flags = (step & SOUNDS | look) & rare | begins & step & GOES_ON | plain << 3;
            self.flagged[count % BLOCK] = at << FLAGS | flags as u32;
            count += usize::from(flags != 0);
            (first, begins) = (second, step << 1);
        }
        let last = places.steps.get(first, &places.sides[usize::from(classes[self.until + 1])]);
        (count, begins & last & GOES_ON != 0)
    }

    /// A list for each flag.
    fn part(&mut self, flagged: usize, ends_longer: bool) {
        // That a longer term goes on is seen a place after it begins.
        let before = |place: u32| place.wrapping_sub(1);
        self.longer[0] = before(self.until as u32);
        let (mut plain, mut heard, mut seen, mut longer) = (0, 0, 0, usize::from(ends_longer));
        for index in 0..flagged {
            let flagged = self.flagged[index % BLOCK];
            let at = self.from as u32 + (flagged >> FLAGS);
            self.plain[plain % BLOCK] = at;
            plain += usize::from(flagged & PLAIN != 0);
            self.heard[heard % BLOCK] = at;
            heard += usize::from(flagged & SOUND != 0);
            self.seen[seen % BLOCK] = at;
            seen += usize::from(flagged & LOOK != 0);
            self.longer[longer % BLOCK] = before(at);
            longer += usize::from(flagged & LONGER != 0);
        }
        self.lens = Lens { plain, heard, seen, longer, ..Lens::default() };
    }

    /// The filters of the pairs themselves, and whether the two are strange beside each other.
    fn look_closer(
        &mut self,
        places: &Places,
        sounds: &Anchors,
        looks: &Anchors,
        classes: &[Class],
        words: &Words,
    ) {
        let two = |at: u32| (classes[at as usize], classes[at as usize + 1]);
        let mut sound = 0;
        for index in 0..self.lens.heard {
            let at = self.heard[index % BLOCK];
            let (a, b) = two(at);
            for pair in [pair(a, places.facts(b).key()), pair(places.facts(a).key(), b)] {
                self.sounds[sound % (2 * BLOCK)] = Place { at, pair };
                sound += usize::from(sounds.may_hold(pair));
            }
        }
        let mut look = 0;
        for index in 0..self.lens.seen {
            let at = self.seen[index % BLOCK];
            let (a, b) = two(at);
            self.looks[look % BLOCK] = Place { at, pair: pair(a, b) };
            look += usize::from(looks.may_hold(pair(a, b)));
        }
        let strange = |place: &Place| {
            let (a, b) = two(place.at);
            !words.joins_often(a, b)
        };
        self.lens.sounds = keep(&mut self.sounds[..sound], strange);
        self.lens.looks = keep(&mut self.looks[..look], strange);
    }

    /// Where a term may begin as it is.
    pub fn plain(&self) -> &[u32] {
        &self.plain[..self.lens.plain]
    }

    /// Terms of two characters by sound.
    pub fn sounds(&self) -> &[Place] {
        &self.sounds[..self.lens.sounds]
    }

    pub fn looks(&self) -> &[Place] {
        &self.looks[..self.lens.looks]
    }

    /// Longer terms by sound.
    pub fn longer(&self) -> &[u32] {
        &self.longer[..self.lens.longer]
    }

    pub fn letters(&self, classes: &[Class]) -> impl Iterator<Item = u32> {
        let chunks = classes[self.from..self.until].chunks(CHUNK).zip((self.from..).step_by(CHUNK));
        let with_some =
            chunks.filter(|(chunk, _)| chunk.iter().fold(false, |some, &class| some | is_letter(class)));
        with_some.flat_map(|(chunk, first)| {
            (first as u32..).zip(chunk).filter(|&(_, &class)| is_letter(class)).map(|(at, _)| at)
        })
    }
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
