//! The places of a text at which a disguised term may begin, found by a few looks at each character.
//!
//! What two characters hide must be strange to begin with: a pair that a word of the dictionary holds is none, nor are
//! two characters that are likely beside each other. What is left is asked of ever closer filters.

use super::anchors::Anchors;
use super::keys::{CLASSES, Facts, KEYS, facts};
use crate::lexicon::fold::{Class, is_letter};
use crate::lexicon::readings::Key;
use crate::lexicon::trie::{Trie, pair};
use crate::lexicon::words::Words;

/// Places looked at together; what is found of them stays in the innermost cache.
const BLOCK: usize = 2048;
/// Places looked at for letters together, of which most have none.
const CHUNK: usize = 32;

/// What a first look sees, beside the number of the place.
const STRANGE: u32 = 1;
const LONGER: u32 = 2;
const FLAGS: u32 = 2;

/// By class, all that a first look asks for: half a cache line, and the few characters that most texts are made of
/// keep theirs in the cache.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    /// The classes that follow it in a pair that looks like something, by their lowest bits, and those before it.
    look_next: u64,
    look_before: u64,
    /// The same for the keys beside it in a pair that sounds like something.
    sound_next: u32,
    sound_before: u32,
    facts: Facts,
}

pub struct Places {
    sides: Box<[Sides; CLASSES]>,
    /// Two bits for each pair of keys: whether a longer term begins with it, and whether one goes on so after its
    /// first key.
    steps: Box<[u64; KEYS * KEYS / 32]>,
}

impl Places {
    pub fn new(sounds: &Anchors, looks: &Anchors, longer: &[(&[Key], u32)], words: &Words) -> Self {
        let mut sides: Box<[Sides; CLASSES]> = boxed(Sides::default());
        for (side, facts) in sides.iter_mut().zip(facts(words)) {
            side.facts = facts;
        }
        for (a, b, _) in looks.pairs() {
            sides[usize::from(a)].look_next |= 1 << (b & 63);
            sides[usize::from(b)].look_before |= 1 << (a & 63);
        }
        for (a, b, changed) in sounds.pairs() {
            if changed == 1 {
                sides[usize::from(a)].sound_next |= 1 << (b & 31);
            } else {
                sides[usize::from(b)].sound_before |= 1 << (a & 31);
            }
        }
        let mut steps: Box<[u64; KEYS * KEYS / 32]> = boxed(0);
        for (keys, _) in longer {
            for (bit, two) in keys.windows(2).take(2).enumerate().filter(|_| keys.len() > 2) {
                let (word, shift) = step(two[0], two[1]);
                steps[word] |= 1 << (shift + bit as u32);
            }
        }
        Self { sides, steps }
    }

    #[inline]
    pub fn facts(&self, class: Class) -> Facts {
        self.sides[usize::from(class)].facts
    }

    /// Whether a longer term may begin with two keys, and, in the next bit, go on with them.
    #[inline]
    fn step(&self, a: Key, b: Key) -> u64 {
        let (word, shift) = step(a, b);
        self.steps[word] >> shift
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sides) + size_of_val(&*self.steps)
    }
}

fn boxed<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
    vec![value; N].try_into().unwrap_or_else(|_| unreachable!("it has as many as that"))
}

#[inline]
fn step(a: Key, b: Key) -> (usize, u32) {
    let word = usize::from(a) * (KEYS / 32) + usize::from(b) / 32;
    (word % (KEYS * KEYS / 32), u32::from(b) % 32 * 2)
}

/// A place, and the pair that is looked for there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub at: u32,
    pub pair: u32,
}

/// The places of a block.
pub struct Block {
    flagged: [u32; BLOCK],
    strange: [u32; BLOCK],
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
            strange: [0; BLOCK],
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
            let (a, b) = (first.facts, second.facts);
            let sound = first.sound_next >> (b.key() & 31) | second.sound_before >> (a.key() & 31);
            let look = first.look_next >> (two[1] & 63) & second.look_before >> (two[0] & 63);
            let strange = (sound | look as u32) & u32::from(a.is_rare_with(b));
            let step = places.step(a.key(), b.key());
            let flags = strange * STRANGE | (begins & step >> 1) as u32 % 2 * LONGER;
            self.flagged[count % BLOCK] = at << FLAGS | flags;
            count += usize::from(flags != 0);
            (first, begins) = (second, step);
        }
        let step = places.step(first.facts.key(), places.facts(classes[until + 1]).key());
        let longer = |place: u32| place.wrapping_sub(1);
        self.longer[0] = longer(until as u32);
        let (mut strange, mut long) = (0, (begins & step >> 1 & 1) as usize);
        for index in 0..count {
            let flagged = self.flagged[index % BLOCK];
            let place = from + (flagged >> FLAGS) as usize;
            self.strange[strange % BLOCK] = place as u32;
            let joined = words.joins_often(classes[place], classes[place + 1]);
            strange += usize::from((flagged & STRANGE != 0) & !joined);
            self.longer[long % BLOCK] = longer(place as u32);
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
        let (mut sound, mut look) = (0, 0);
        for index in 0..strange {
            let at = self.strange[index % BLOCK];
            let (a, b) = (classes[at as usize], classes[at as usize + 1]);
            for pair in [pair(a, places.facts(b).key()), pair(places.facts(a).key(), b)] {
                self.sounds[sound % (2 * BLOCK)] = Place { at, pair };
                sound += usize::from(sounds.may_hold(pair));
            }
            self.looks[look % BLOCK] = Place { at, pair: pair(a, b) };
            look += usize::from(looks.may_hold(pair(a, b)));
        }
        let mut deep = 0;
        for index in 0..long {
            let at = self.longer[index % BLOCK];
            let key = |on: usize| places.facts(classes[at as usize + on]).key();
            self.longer[deep % BLOCK] = at;
            deep += usize::from(trie.may_begin_deep(key(0), key(1), key(2)));
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
