//! How characters are read: toneless syllables, and which of them people mix up.

use super::fold::{self, Class};
use super::lists::Lists;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A syllable, with those that sound nearly like it (z/zh, n/l, in/ing …) as one.
pub type Key = u16;

pub struct Readings {
    /// By syllable number: the number of its near-homophones' group.
    near: Vec<Key>,
    numbers: HashMap<String, u16>,
    /// By class: the syllable it is mostly read as.
    main: Vec<u16>,
    also: Lists,
}

/// No reading.
pub const SILENT: u16 = 0;

pub fn table() -> &'static Readings {
    static TABLE: OnceLock<Readings> = OnceLock::new();
    TABLE.get_or_init(|| Readings::load(include_str!("loose/readings.txt")))
}

impl Readings {
    fn load(lines: &str) -> Self {
        let mut readings = Self {
            near: vec![SILENT],
            numbers: HashMap::new(),
            main: vec![SILENT; 1 << 16],
            also: Lists::new(Vec::new()),
        };
        let mut also = Vec::new();
        let mut groups: HashMap<String, Key> = HashMap::new();
        for line in lines.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let Some(name) = cells.next().filter(|name| !name.is_empty()) else { continue };
            let number = readings.near.len() as u16;
            let fresh = groups.len() as Key + 1;
            readings.near.push(*groups.entry(near(name)).or_insert(fresh));
            readings.numbers.insert(name.to_owned(), number);
            for c in cells.next().unwrap_or_default().chars() {
                readings.main[usize::from(fold::table().class(c))] = number;
            }
            for c in cells.next().unwrap_or_default().chars() {
                also.push((fold::table().class(c), vec![number]));
            }
        }
        readings.also = Lists::new(also);
        readings
    }

    pub fn syllable(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }

    pub fn main(&self, class: Class) -> u16 {
        self.main[usize::from(class)]
    }

    /// Every ordinary reading of a class, the main one first.
    pub fn all(&self, class: Class) -> impl Iterator<Item = u16> {
        let main = Some(self.main(class)).filter(|&syllable| syllable != SILENT);
        main.into_iter().chain(self.also.get(class).iter().copied())
    }

    pub fn near(&self, syllable: u16) -> Key {
        self.near[usize::from(syllable)]
    }
}

/// Whether a toneless syllable is a reading of a character.
pub fn is_reading(word: &[u8], class: Class) -> bool {
    let readings = table();
    std::str::from_utf8(word)
        .ok()
        .and_then(|word| readings.syllable(word))
        .is_some_and(|syllable| readings.all(class).any(|one| one == syllable))
}

/// A name for the syllables that many speakers do not tell apart.
fn near(syllable: &str) -> String {
    let (initial, rest) = match syllable.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => (&syllable[..1], &syllable[2..]),
        [b'a' | b'e' | b'i' | b'o' | b'u' | b'v', ..] | [] => ("", syllable),
        _ => (&syllable[..1], &syllable[1..]),
    };
    let initial = match initial {
        "n" => "l",
        "f" => "h",
        initial => initial,
    };
    // hu/fu merge only before the finals that both have.
    let rest = match rest {
        "ing" => "in",
        "eng" => "en",
        "ang" => "an",
        "uang" => "uan",
        "iang" => "ian",
        rest => rest,
    };
    let rest = if initial == "h" && rest.len() > 1 { rest.strip_prefix('u').unwrap_or(rest) } else { rest };
    format!("{initial}{rest}")
}
