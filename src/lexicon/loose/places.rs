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
const BLOCK: usize = 256;
/// Two characters that are likelier than this as words of their own hide nothing, in steps of `Facts`.
const RARE: u16 = 13 * 6;

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
    /// A bit for each pair of keys with which a longer term begins.
    begins: Box<[u64; KEYS * KEYS / 64]>,
}

impl Places {
    pub fn new(sounds: &Anchors, looks: &Anchors, longer: &[(&[Key], u32)], words: &Words) -> Self {
        let mut sides: Box<[Sides; CLASSES]> = boxed(Sides::default());
        for (side, facts) in sides.iter_mut().zip(facts(words)) {
            side.facts = facts;
        }
        let halves = |pair: u32| ((pair >> 16) as u16, pair as u16);
        for anchor in looks.all() {
            let (a, b) = halves(anchor.pair);
            sides[usize::from(a)].look_next |= 1 << (b & 63);
            sides[usize::from(b)].look_before |= 1 << (a & 63);
        }
        for anchor in sounds.all() {
            let (a, b) = halves(anchor.pair);
            if anchor.at == 1 {
                sides[usize::from(a)].sound_next |= 1 << (b & 31);
            } else {
                sides[usize::from(b)].sound_before |= 1 << (a & 31);
            }
        }
        let mut begins: Box<[u64; KEYS * KEYS / 64]> = boxed(0);
        for (keys, _) in longer.iter().filter(|(keys, _)| keys.len() > 2) {
            let (word, bit) = begin(keys[0], keys[1]);
            begins[word] |= 1 << bit;
        }
        Self { sides, begins }
    }

    #[inline]
    pub fn facts(&self, class: Class) -> Facts {
        self.sides[usize::from(class)].facts
    }

    fn may_begin(&self, a: Key, b: Key) -> bool {
        let (word, bit) = begin(a, b);
        self.begins[word] >> bit & 1 != 0
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sides) + size_of_val(&*self.begins)
    }
}

fn boxed<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
    vec![value; N].try_into().unwrap_or_else(|_| unreachable!("it has as many as that"))
}

#[inline]
fn begin(a: Key, b: Key) -> (usize, u32) {
    let at = (usize::from(a) * KEYS + usize::from(b)) % (KEYS * KEYS);
    (at / 64, at as u32 % 64)
}

/// A place, and the pair that is looked for there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub at: u32,
    pub pair: u32,
}

/// The places of a block.
pub struct Block {
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
        let (mut strange, mut long) = (0, 0);
        let mut first = &places.sides[usize::from(classes[from])];
        for (at, two) in (from as u32..).zip(classes[from..=until].windows(2)) {
            let second = &places.sides[usize::from(two[1])];
            let (a, b) = (first.facts.key(), second.facts.key());
            let sound = first.sound_next >> (b & 31) | second.sound_before >> (a & 31);
            let look = first.look_next >> (two[1] & 63) & second.look_before >> (two[0] & 63);
            let rare = first.facts.price() + second.facts.price() > RARE;
            self.strange[strange % BLOCK] = at;
            strange += (u64::from(sound) | look) as usize & usize::from(rare);
            self.longer[long % BLOCK] = at;
            long += usize::from(places.may_begin(a, b));
            first = second;
        }
        let mut kept = 0;
        for index in 0..strange {
            let at = self.strange[index % BLOCK];
            let (a, b) = (classes[at as usize], classes[at as usize + 1]);
            self.strange[kept % BLOCK] = at;
            kept += usize::from(!words.joins_often(a, b));
        }
        let (mut sound, mut look) = (0, 0);
        for index in 0..kept {
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
        if classes[from..until].iter().fold(false, |some, &class| some | is_letter(class)) {
            letters.extend((from..until).filter(|&at| is_letter(classes[at])).map(|at| at as u32));
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
