//! Pairs of characters of which one is not what is meant, and what then is.

use super::keys::keys_of;
use super::places::Place;
use super::tables::tables;
use super::{Sought, channel};
use crate::lexicon::fold::{Class, is_han};
use crate::lexicon::trie::{Filter, pair, scatter};
use crate::lexicon::words::Words;
use std::collections::HashMap;

/// Beyond this many terms fewer look-alikes of each character are looked for.
const MANY: usize = 3_000;
/// A character that is likelier than this as a word of its own (-ln P) is written for its own sake.
const COMMON: f32 = 6.8;
const EMPTY: u32 = u32::MAX;

pub struct Anchors {
    filter: Filter,
    /// By hash of the pair: the number of its first anchor.
    slots: Vec<u32>,
    slot_shift: u32,
    all: Vec<Anchor>,
}

#[derive(Debug, Clone, Copy)]
pub struct Anchor {
    pair: u32,
    pub sought: u32,
    /// The character that is changed.
    pub at: u8,
    pub kind: AnchorKind,
    /// The last one of its pair.
    last: bool,
}

/// An anchor, by its number, that a place may be one of.
#[derive(Debug, Clone, Copy)]
pub struct Anchored {
    pub place: Place,
    pub anchor: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorKind {
    /// The pair is the changed character and the next one.
    First,
    /// The pair is the character before and the changed one.
    Second,
    /// The pair is the first two parts of the character, in the way of this number.
    Split(u8),
}

impl Anchor {
    fn new(pair: u32, sought: usize, at: usize, kind: AnchorKind) -> Self {
        Self { pair, sought: sought as u32, at: at as u8, kind, last: false }
    }
}

impl Anchors {
    fn new(mut all: Vec<Anchor>, filter_bits: usize) -> Self {
        all.sort_unstable_by_key(|anchor| (anchor.pair, anchor.sought));
        let distinct = all.chunk_by(|a, b| a.pair == b.pair).count();
        let slot_bits = (distinct * 2).next_power_of_two().trailing_zeros().max(1);
        let mut slots = vec![EMPTY; 1 << slot_bits];
        let (slot_shift, mask) = (64 - slot_bits, slots.len() - 1);
        let mut filter = Filter::new(distinct, filter_bits);
        let mut first = 0;
        for group in all.chunk_by_mut(|a, b| a.pair == b.pair) {
            let key = u64::from(group[0].pair);
            filter.add(key);
            let mut at = (scatter(key) >> slot_shift) as usize;
            while slots[at] != EMPTY {
                at = (at + 1) & mask;
            }
            slots[at] = first;
            first += group.len() as u32;
            group[group.len() - 1].last = true;
        }
        Self { filter, slots, slot_shift, all }
    }

    /// Homophones in terms of two characters: one of them as it is, the other by any of its sounds.
    pub fn by_sound(sought: &[Sought]) -> Self {
        let mut all = Vec::with_capacity(sought.len() * 2);
        for (number, one) in sought.iter().enumerate() {
            let &[first, second] = one.classes() else { continue };
            let heard = |key, at| Anchor::new(key, number, at, AnchorKind::First);
            all.extend(keys_of(second).into_iter().map(|key| heard(pair(first, key), 1)));
            all.extend(keys_of(first).into_iter().map(|key| heard(pair(key, second), 0)));
        }
        Self::new(all, 24)
    }

    /// Look-alikes and parts.
    pub fn by_look(sought: &[Sought], words: &Words) -> Self {
        // A table of many terms would drown in what looks like one of them.
        let (likely, ways) = if sought.len() > MANY { (4, 2) } else { (24, 16) };
        let mut all = Vec::with_capacity(sought.len() * likely * 2);
        for (number, one) in sought.iter().enumerate() {
            let classes = one.classes();
            for (at, &class) in classes.iter().enumerate().filter(|&(_, &class)| is_han(class)) {
                for &look in tables().shapes(class).iter().take(likely) {
                    let (kind, two) = match at.checked_sub(1) {
                        Some(before) => (AnchorKind::Second, [classes[before], look]),
                        None => (AnchorKind::First, [look, classes[1]]),
                    };
                    if Self::may_win(one, look, two, words) {
                        all.push(Anchor::new(pair(two[0], two[1]), number, at, kind));
                    }
                }
                for (way, parts) in tables().splits(class).iter().enumerate().take(ways) {
                    all.push(Anchor::new(pair(parts[0], parts[1]), number, at, AnchorKind::Split(way as u8)));
                }
            }
        }
        Self::new(all, 8)
    }

    /// What can never win need not be looked for.
    fn may_win(one: &Sought, look: Class, two: [Class; 2], words: &Words) -> bool {
        let common = -words.single(look) < COMMON || words.joins_often(two[0], two[1]);
        let written = words.single(two[0]) + words.single(two[1]);
        let lost = one.classes().len() == 2 && one.worth - channel::LEAST_LOOK < written;
        !common && !lost
    }

    #[inline]
    pub fn may_hold(&self, pair: u32) -> bool {
        self.filter.may_hold(u64::from(pair))
    }

    /// Every pair, and which character of the term is changed.
    pub fn pairs(&self) -> impl Iterator<Item = (Class, Class, u8)> {
        self.all.iter().map(|anchor| ((anchor.pair >> 16) as u16, anchor.pair as u16, anchor.at))
    }

    /// Every anchor of these places. What is asked of the memory for one of them does not wait for the others.
    pub fn at<'f>(&self, places: &[Place], found: &'f mut Vec<Anchored>) -> &'f [Anchored] {
        found.clear();
        found.extend(
            places.iter().map(|&place| Anchored { place, anchor: self.slots[self.home(place.pair)] }),
        );
        found.retain(|one| one.anchor != EMPTY);
        found.retain_mut(|one| {
            one.anchor = self.first(one.place.pair, one.anchor);
            one.anchor != EMPTY
        });
        for index in 0..found.len() {
            let Anchored { place, mut anchor } = found[index];
            while !self.all[anchor as usize].last {
                anchor += 1;
                found.push(Anchored { place, anchor });
            }
        }
        found
    }

    pub fn get(&self, number: u32) -> &Anchor {
        &self.all[number as usize]
    }

    /// Where a pair is looked for first.
    fn home(&self, pair: u32) -> usize {
        (scatter(u64::from(pair)) >> self.slot_shift) as usize
    }

    /// The first anchor of a pair, which is `guess` where no other pair is in its place.
    fn first(&self, pair: u32, guess: u32) -> u32 {
        let (mut first, mut at) = (guess, self.home(pair));
        while first != EMPTY && self.all[first as usize].pair != pair {
            at = (at + 1) & (self.slots.len() - 1);
            first = self.slots[at];
        }
        first
    }

    pub fn bytes(&self) -> usize {
        self.slots.len() * 4 + self.filter.bytes() + self.all.len() * size_of::<Anchor>()
    }
}

/// Where one character of a term may be a sign: by what stands around, before or after it.
pub fn gaps(sought: &[Sought]) -> HashMap<u32, Vec<(u32, u8)>> {
    let mut gaps: HashMap<u32, Vec<(u32, u8)>> = HashMap::with_capacity(sought.len() * 2);
    for (number, one) in sought.iter().enumerate() {
        let classes = one.classes();
        let last = classes.len() - 1;
        for at in 0..=last {
            let key = match at {
                0 if last == 1 => pair(0, classes[1]),
                1 if last == 1 => pair(classes[0], 0),
                0 => pair(classes[1], classes[2]),
                at if at == last => pair(classes[at - 2], classes[at - 1]),
                at => pair(classes[at - 1], classes[at + 1]),
            };
            gaps.entry(key).or_default().push((number as u32, at as u8));
        }
    }
    gaps
}
