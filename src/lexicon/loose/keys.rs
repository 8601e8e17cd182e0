//! What a character sounds like, as one number, and what it costs as a word of its own.

use crate::lexicon::fold::{Class, is_han};
use crate::lexicon::readings::{self, Key};
use crate::lexicon::words::Words;
use std::sync::OnceLock;

/// Letters have keys from here on, so that a term's own letters stay themselves.
const LETTERS: Key = 0x180;
/// All keys are below this.
pub const KEYS: usize = 0x200;
/// Two characters that are likelier than this as words of their own hide nothing, in steps of `Facts`.
const RARE: u32 = 13 * 6;
/// Every class there is.
pub const CLASSES: usize = 1 << 16;
/// How many readings of one term are looked for.
const MOST_READINGS: usize = 4;

/// What is asked of every character of a text, in as little room as it goes: its key in nine bits, above them its
/// price, -ln P of it as a word of its own in steps of a sixth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts(u16);

impl Facts {
    pub const STEPS: f32 = 6.0;

    pub fn new(key: Key, single: f32) -> Self {
        Self(((-single * Self::STEPS).clamp(0.0, 127.0) as u16) << 9 | key)
    }

    pub fn key(self) -> Key {
        self.0 & (KEYS - 1) as u16
    }

    pub fn price(self) -> u16 {
        self.0 >> 9
    }

    /// Whether the two together may be dear enough to hide something; a step too early at most.
    #[inline]
    pub fn is_rare_with(self, next: Self) -> bool {
        u32::from(self.0) + u32::from(next.0) >= (RARE + 1) << 9
    }
}

/// By class: the near-homophones it belongs to; digits by their Chinese name, letters apart.
pub fn keys() -> &'static [Key] {
    static ALL: OnceLock<Vec<Key>> = OnceLock::new();
    ALL.get_or_init(load)
}

/// By class, beside the key its price.
pub fn facts(words: &Words) -> impl Iterator<Item = Facts> {
    keys().iter().zip(0..=u16::MAX).map(|(&key, class)| Facts::new(key, words.single(class)))
}

fn load() -> Vec<Key> {
    let table = readings::table();
    let mut keys: Vec<Key> = (0..=u16::MAX).map(|class| table.near(table.main(class))).collect();
    for (digit, name) in ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"].iter().enumerate()
    {
        keys[0x30 + digit] = table.syllable(name).map_or(0, |syllable| table.near(syllable));
    }
    for (numeral, name) in
        [('陆', "liu"), ('叁', "san"), ('参', "san"), ('幺', "yi"), ('两', "er"), ('〇', "ling")]
    {
        keys[numeral as usize] = table.syllable(name).map_or(0, |syllable| table.near(syllable));
    }
    for (key, letter) in keys[0x61..=0x7a].iter_mut().zip(LETTERS..) {
        *key = letter;
    }
    keys
}

/// Every key of a class, for each way it is read.
pub fn keys_of(class: Class) -> Vec<Key> {
    let mut all = vec![keys()[usize::from(class)]];
    if is_han(class) {
        all.extend(readings::table().all(class).map(|syllable| readings::table().near(syllable)));
    }
    all.sort_unstable();
    all.dedup();
    all.retain(|&key| key != 0);
    all
}

/// The keys of a term, for each way its characters are read.
pub fn readings_of(classes: &[Class]) -> Vec<Vec<Key>> {
    let table = readings::table();
    let mut all: Vec<Vec<Key>> = vec![Vec::with_capacity(classes.len())];
    for &class in classes {
        let mut own: Vec<Key> = vec![keys()[usize::from(class)]];
        for key in table.all(class).map(|syllable| table.near(syllable)) {
            if is_han(class) && !own.contains(&key) {
                own.push(key);
            }
        }
        if all.len() * own.len() > MOST_READINGS {
            own.truncate(1);
        }
        all = all
            .iter()
            .flat_map(|before| own.iter().map(move |&key| [&before[..], &[key]].concat()))
            .collect();
    }
    all.retain(|keys| !keys.contains(&0));
    all
}
