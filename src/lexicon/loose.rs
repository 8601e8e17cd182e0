//! Words in disguise: written by sound, by look, in parts, with letters or with emoji.
//!
//! Here candidates are found, cheaply and far too many; `channel` decides which of them are likelier than what is
//! written. Each candidate is a row of cells, one for each character of the term.

pub mod channel;
pub mod pinyin;
pub mod tables;

use super::LexiconError;
use super::fold::{Class, is_digit, is_han, is_letter};
use super::readings::{self, Key};
use super::stream::{Mark, MarkKind, Stream};
use super::trie::{NONE, Trie};
use super::words::Words;
use channel::{Cell, Finding, Judge};
use std::collections::HashMap;
use std::sync::OnceLock;
use tables::tables;

/// Longer terms need no disguise table; they are found by what is left of them.
const LONGEST: usize = 12;
/// How many readings of one term are looked for.
const MOST_READINGS: usize = 4;
/// In tables beyond this, terms of two characters are looked for in loose ways only where the lexicon says so.
pub const LARGE: usize = 20_000;
/// Letters have keys from here on, so that a term's own letters stay themselves.
const LETTERS: Key = 0x800;

pub struct Loose {
    terms: Vec<Sought>,
    /// Over the keys of syllables; terms of three and more characters.
    trie: Trie,
    /// By sequence of the trie: terms, `firsts` as in `Patterns`.
    owners: Vec<u32>,
    firsts: Vec<u32>,
    facts: &'static [Facts],
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
    classes: [Class; LONGEST],
}

impl Sought {
    pub fn classes(&self) -> &[Class] {
        &self.classes[..usize::from(self.len)]
    }
}

/// What is asked of every character of a text.
#[derive(Debug, Clone, Copy)]
struct Facts {
    key: Key,
    /// -ln P of it as a word of its own, in steps of a sixteenth.
    price: u16,
}

/// Pairs of characters of which one is not what is meant, and what then is.
#[derive(Default)]
struct Anchors {
    filter: Vec<u64>,
    shift: u32,
    /// The pair in the upper half, the number of its first anchor in the lower.
    slots: Vec<u64>,
    slot_shift: u32,
    all: Vec<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    sought: u32,
    /// The character that is changed.
    at: u8,
    kind: AnchorKind,
    /// The last one of its pair.
    last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AnchorKind {
    /// The pair is the changed character and the next one.
    First,
    /// The pair is the character before and the changed one.
    Second,
    /// The pair is the first two parts of the character, in the way of this number.
    Split(u8),
}

/// Buffers of a scan.
#[derive(Default)]
pub struct Scratch {
    facts: Vec<Facts>,
    sounds: Vec<u32>,
    looks: Vec<u32>,
    longer: Vec<u32>,
    letters: Vec<u32>,
    cells: Vec<Cell>,
}

fn scatter(pair: u32) -> u32 {
    pair.wrapping_mul(0x9e37_79b1)
}

const EMPTY: u64 = u64::MAX;

impl Anchors {
    fn new(mut all: Vec<(u32, Anchor)>) -> Self {
        if all.is_empty() {
            return Self {
                shift: 26,
                filter: vec![0],
                slots: vec![EMPTY; 2],
                slot_shift: 31,
                all: Vec::new(),
            };
        }
        all.sort_unstable_by_key(|&(pair, anchor)| (pair, anchor.sought));
        let distinct = 1 + all.windows(2).filter(|two| two[0].0 != two[1].0).count();
        let bits = (distinct * 10).next_power_of_two().trailing_zeros().clamp(12, 22);
        let slot_bits = (distinct * 2).next_power_of_two().trailing_zeros();
        let mut anchors = Self {
            filter: vec![0; 1 << (bits - 6)],
            shift: 32 - bits,
            slots: vec![EMPTY; 1 << slot_bits],
            slot_shift: 32 - slot_bits,
            all: Vec::with_capacity(all.len()),
        };
        let mask = anchors.slots.len() - 1;
        let mut before = None;
        for (pair, anchor) in all {
            if before != Some(pair) {
                let hash = scatter(pair);
                let bit = hash >> anchors.shift;
                anchors.filter[(bit / 64) as usize] |= 1 << (bit % 64);
                let mut at = (hash >> anchors.slot_shift) as usize;
                while anchors.slots[at] != EMPTY {
                    at = (at + 1) & mask;
                }
                anchors.slots[at] = u64::from(pair) << 32 | anchors.all.len() as u64;
                before = Some(pair);
                if let Some(last) = anchors.all.last_mut() {
                    last.last = true;
                }
            }
            anchors.all.push(anchor);
        }
        if let Some(last) = anchors.all.last_mut() {
            last.last = true;
        }
        anchors
    }

    #[inline]
    fn may_hold(&self, pair: u32) -> bool {
        let bit = scatter(pair) >> self.shift;
        self.filter[(bit / 64) as usize & (self.filter.len() - 1)] >> (bit % 64) & 1 == 1
    }

    fn bytes(&self) -> usize {
        (self.slots.len() + self.filter.len()) * 8 + self.all.len() * size_of::<Anchor>()
    }

    fn of(&self, pair: u32) -> &[Anchor] {
        let mask = self.slots.len() - 1;
        let mut at = (scatter(pair) >> self.slot_shift) as usize;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return &[];
            }
            if (slot >> 32) as u32 == pair {
                let first = (slot & 0xffff_ffff) as usize;
                let count = self.all[first..].iter().take_while(|anchor| !anchor.last).count() + 1;
                return &self.all[first..first + count];
            }
            at = (at + 1) & mask;
        }
    }
}

fn pair(a: Class, b: Class) -> u32 {
    u32::from(a) << 16 | u32::from(b)
}

impl Loose {
    /// `terms` with their folded classes without repetitions.
    pub fn new(terms: Vec<(u32, Vec<Class>)>, words: &'static Words) -> Result<Self, LexiconError> {
        let sought: Vec<Sought> = terms
            .into_iter()
            .filter(|(_, classes)| is_sought(classes))
            .map(|(term, all)| {
                let mut classes = [0; LONGEST];
                classes[..all.len()].copy_from_slice(&all);
                Sought { term, worth: channel::worth(words, &all), len: all.len() as u8, classes }
            })
            .collect();
        let mut sequences: Vec<(Vec<Key>, u32)> = Vec::with_capacity(sought.len() * 2);
        for (number, one) in sought.iter().enumerate() {
            sequences.extend(readings_of(one.classes()).into_iter().map(|keys| (keys, number as u32)));
        }
        sequences.sort_unstable();
        sequences.dedup();
        let (mut firsts, mut distinct): (Vec<u32>, Vec<&[Key]>) = (Vec::new(), Vec::new());
        for (index, (keys, _)) in sequences.iter().enumerate() {
            if distinct.last() != Some(&&keys[..]) {
                distinct.push(keys);
                firsts.push(index as u32);
            }
        }
        firsts.push(sequences.len() as u32);
        let trie = Trie::deep(&distinct)?;
        let owners = sequences.iter().map(|&(_, owner)| owner).collect();
        Ok(Self {
            trie,
            owners,
            firsts,
            facts: facts(words),
            sounds: Anchors::new(sounds(&sought)),
            looks: Anchors::new(looks(&sought)),
            gaps: gaps(&sought),
            terms: sought,
        })
    }

    pub fn sought(&self, number: u32) -> &Sought {
        &self.terms[number as usize]
    }

    pub fn bytes(&self) -> usize {
        self.trie.bytes()
            + (self.owners.len() + self.firsts.len()) * 4
            + self.terms.len() * size_of::<Sought>()
            + self.sounds.bytes()
            + self.looks.bytes()
            + self.gaps.len() * 48
    }

    /// Every disguised term of a text.
    pub fn scan(
        &self,
        text: &str,
        stream: &Stream,
        scratch: &mut Scratch,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        if self.terms.is_empty() {
            return;
        }
        self.candidates(stream.classes(), scratch, judge.words);
        let Scratch { sounds, looks, longer, letters, cells, facts } = scratch;
        self.by_sound(text, stream, facts, sounds, cells, judge, out);
        self.by_longer_sound(text, stream, facts, longer, cells, judge, out);
        self.by_look(text, stream, looks, cells, judge, out);
        self.by_letters(text, stream, letters, cells, judge, out);
        self.by_signs(text, stream, cells, judge, out);
    }

    /// One pass over the text, without branches, for the places at which something may begin.
    ///
    /// What two characters hide must be strange to begin with: a pair that a word of the dictionary holds is none.
    fn candidates(&self, classes: &[Class], scratch: &mut Scratch, words: &Words) {
        let Scratch { facts, sounds, looks, longer, letters, .. } = scratch;
        facts.clear();
        facts.extend(classes.iter().map(|&class| self.facts[usize::from(class)]));
        facts.extend([Facts { key: 0, price: 0 }; 2]);
        for list in [&mut *sounds, &mut *looks, &mut *longer, &mut *letters] {
            if list.len() < classes.len() + 1 {
                list.resize(classes.len() + 1, 0);
            }
        }
        let (mut sound, mut look, mut long, mut letter) = (0, 0, 0, 0);
        for (at, two) in classes.windows(2).enumerate() {
            let [first, second, third] = [facts[at], facts[at + 1], facts[at + 2]];
            let strange = !words.joins(two[0], two[1]);
            let rare = first.price + second.price > RARE;
            let heard = self.sounds.may_hold(pair(two[0], second.key))
                | self.sounds.may_hold(pair(first.key, two[1]));
            sounds[sound] = at as u32;
            sound += usize::from(strange & rare & heard);
            looks[look] = at as u32;
            look += usize::from(strange & self.looks.may_hold(pair(two[0], two[1])));
            longer[long] = at as u32;
            long += usize::from(self.trie.may_begin_deep(first.key, second.key, third.key));
            letters[letter] = at as u32;
            letter += usize::from(first.key >= LETTERS);
        }
        sounds.truncate(sound);
        looks.truncate(look);
        longer.truncate(long);
        letters.truncate(letter);
    }

    fn owners(&self, sequence: u32) -> &[u32] {
        &self.owners[self.firsts[sequence as usize] as usize..self.firsts[sequence as usize + 1] as usize]
    }

    /// Homophones in terms of two characters, of which one is as it should be.
    fn by_sound(
        &self,
        text: &str,
        stream: &Stream,
        facts: &[Facts],
        places: &[u32],
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let classes = stream.classes();
        for &at in places {
            let at = at as usize;
            let price = -f32::from(facts[at].price + facts[at + 1].price) / 16.0;
            let keys = [pair(classes[at], facts[at + 1].key), pair(facts[at].key, classes[at + 1])];
            for anchor in keys.iter().flat_map(|&key| self.sounds.of(key)) {
                let sought = self.sought(anchor.sought);
                let changed = usize::from(anchor.at);
                let worth = sought.worth - channel::LEAST_PRICE;
                if worth > price && sought.classes[changed] != classes[at + changed] {
                    cells.clear();
                    cells.extend((at..at + 2).map(|item| Cell::of_item(stream, item)));
                    out.extend(judge.decide(text, sought, cells));
                }
            }
        }
    }

    /// Homophones in longer terms: the stream of syllables.
    fn by_longer_sound(
        &self,
        text: &str,
        stream: &Stream,
        facts: &[Facts],
        places: &[u32],
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let classes = stream.classes();
        for &at in places {
            let at = at as usize;
            let Some(mut node) = self.trie.root(facts[at].key, facts[at + 1].key) else { continue };
            let mut end = at + 2;
            loop {
                let sequence = self.trie.node(node).value;
                if sequence != NONE && end > at + 2 {
                    for &owner in self.owners(sequence) {
                        let sought = self.sought(owner);
                        if judge.may_sound(&classes[at..end], sought) {
                            cells.clear();
                            cells.extend((at..end).map(|item| Cell::of_item(stream, item)));
                            out.extend(judge.decide(text, sought, cells));
                        }
                    }
                }
                if end >= classes.len() {
                    break;
                }
                let Some(child) = self.trie.child(node, facts[end].key) else { break };
                (node, end) = (child, end + 1);
            }
        }
    }

    /// Look-alikes and parts: pairs of characters of which one is not what is meant.
    fn by_look(
        &self,
        text: &str,
        stream: &Stream,
        places: &[u32],
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let classes = stream.classes();
        for &at in places {
            let at = at as usize;
            for anchor in self.looks.of(pair(classes[at], classes[at + 1])) {
                let sought = self.sought(anchor.sought);
                let changed = usize::from(anchor.at);
                let (item, split) = match anchor.kind {
                    AnchorKind::First => (at, None),
                    AnchorKind::Second => (at + 1, None),
                    AnchorKind::Split(way) => (at, Some(usize::from(way))),
                };
                if judge.may_look(classes, item, changed, split, sought)
                    && align(stream, item, changed, split, sought.classes(), cells)
                {
                    out.extend(judge.decide(text, sought, cells));
                }
            }
        }
    }

    /// Latin letters for one, several or all characters.
    fn by_letters(
        &self,
        text: &str,
        stream: &Stream,
        places: &[u32],
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let starts = stream.places();
        let mut done = 0;
        for &item in places {
            let item = item as usize;
            let start = starts[item] as usize;
            if start < done {
                continue;
            }
            let (run, end) = pinyin::run(text, start);
            done = end;
            let Some(run) = run else { continue };
            let after = item + starts[item..].iter().take_while(|&&place| (place as usize) < run.end).count();
            for reading in &run.readings {
                let row = Row::around(stream, item, after, reading, &run);
                self.in_row(text, &row, cells, judge, out);
            }
        }
    }

    /// Every term in a row of cells that covers one of the syllables.
    fn in_row(&self, text: &str, row: &Row, cells: &mut Vec<Cell>, judge: &Judge, out: &mut Vec<Finding>) {
        let table = readings::table();
        let key = |cell: &Cell| {
            if cell.syllable == 0 {
                self.facts[usize::from(cell.class())].key
            } else {
                table.near(cell.syllable)
            }
        };
        for at in 0..row.until.min(row.cells.len().saturating_sub(1)) {
            let Some(mut node) = self.trie.root(key(&row.cells[at]), key(&row.cells[at + 1])) else {
                continue;
            };
            let mut end = at + 2;
            loop {
                let sequence = self.trie.node(node).value;
                if sequence != NONE && end > row.from {
                    for &owner in self.owners(sequence) {
                        cells.clear();
                        cells.extend_from_slice(&row.cells[at..end]);
                        out.extend(judge.decide(text, self.sought(owner), cells));
                    }
                }
                let Some(cell) = row.cells.get(end) else { break };
                let Some(child) = self.trie.child(node, key(cell)) else { break };
                (node, end) = (child, end + 1);
            }
        }
    }

    /// Emoji for a character; a few characters in brackets that are no more than a sign.
    fn by_signs(
        &self,
        text: &str,
        stream: &Stream,
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let classes = stream.classes();
        for (index, mark) in stream.marks.iter().enumerate() {
            let item = mark.item as usize;
            let class = |at: usize| classes.get(at).copied().unwrap_or(0);
            let before = |back: usize| item.checked_sub(back).map_or(0, class);
            match mark.kind {
                MarkKind::Emoji => {
                    let keys = [
                        pair(before(1), class(item)),
                        pair(before(2), before(1)),
                        pair(class(item), class(item + 1)),
                        pair(before(1), 0),
                        pair(0, class(item)),
                    ];
                    let mut seen: Vec<(u32, u8)> = Vec::new();
                    for &(owner, at) in keys.iter().filter_map(|key| self.gaps.get(key)).flatten() {
                        if !seen.contains(&(owner, at)) {
                            seen.push((owner, at));
                            let sought = self.sought(owner);
                            if align_sign(stream, item, usize::from(at), mark, sought.classes(), cells) {
                                out.extend(judge.decide(text, sought, cells));
                            }
                        }
                    }
                }
                MarkKind::Aside => self.aside(text, stream, index, mark, cells, judge, out),
            }
        }
    }

    /// `爆[笑]雷`: the text without what is in brackets, and without further ones like it.
    fn aside(
        &self,
        text: &str,
        stream: &Stream,
        index: usize,
        mark: &Mark,
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let places = stream.places();
        let inside = &text[mark.start as usize..mark.end as usize];
        let mut rows: Vec<Cell> = Vec::new();
        let item = mark.item as usize;
        let from = item.saturating_sub(LONGEST);
        rows.extend((from..item).map(|at| Cell::of_item(stream, at)));
        let until = rows.len();
        // What follows, with the same aside left out wherever it comes again.
        let mut at = item;
        let same: Vec<&Mark> = stream.marks[index..]
            .iter()
            .take(LONGEST)
            .filter(|mark| &text[mark.start as usize..mark.end as usize] == inside)
            .collect();
        // An earlier one of the same kind has looked here already.
        let repeated = stream.marks[..index].iter().rev().take(2).any(|before| {
            before.kind == MarkKind::Aside
                && before.end <= mark.start
                && mark.start - before.end <= 12
                && &text[before.start as usize..before.end as usize] == inside
        });
        if repeated {
            return;
        }
        while rows.len() < until + LONGEST && at < places.len() {
            let place = places[at];
            if let Some(mark) = same.iter().find(|mark| mark.start <= place && place < mark.end) {
                at += places[at..].iter().take_while(|&&place| place < mark.end).count();
            } else {
                rows.push(Cell::of_item(stream, at));
                at += 1;
            }
        }
        let row = Row { cells: rows, from: until, until };
        self.in_row(text, &row, cells, judge, out);
    }
}

/// Cells around something that is no plain character, which a hit has to cover.
struct Row {
    cells: Vec<Cell>,
    /// A hit ends beyond this cell and begins before that one.
    from: usize,
    until: usize,
}

impl Row {
    fn around(
        stream: &Stream,
        item: usize,
        after: usize,
        reading: &[pinyin::Syllable],
        run: &pinyin::Run,
    ) -> Self {
        let mut cells: Vec<Cell> =
            (item.saturating_sub(LONGEST)..item).map(|at| Cell::of_item(stream, at)).collect();
        let from = cells.len();
        cells.extend(reading.iter().map(|syllable| Cell::of_syllable(syllable, run)));
        let until = cells.len();
        let end = stream.classes().len().min(after + LONGEST);
        cells.extend((after..end).map(|at| Cell::of_item(stream, at)));
        Self { cells, from, until }
    }
}

/// Two characters at least, of which most are Chinese; or a number.
fn is_sought(classes: &[Class]) -> bool {
    let han = classes.iter().filter(|&&class| is_han(class)).count();
    let own = classes.iter().all(|&class| is_han(class) || is_letter(class) || is_digit(class));
    let code = classes.len() >= 4 && classes.iter().all(|&class| is_digit(class));
    (2..=LONGEST).contains(&classes.len()) && own && (han >= 2 || code)
}

/// Two characters that are likelier than this as words of their own hide nothing, in sixteenths of -ln P.
const RARE: u16 = 12 * 16;

/// By class: the near-homophones it belongs to (digits by their Chinese name, letters apart), and its price.
fn facts(words: &Words) -> &'static [Facts] {
    static FACTS: OnceLock<Vec<Facts>> = OnceLock::new();
    FACTS.get_or_init(|| {
        let price = |class: Class| (words.single(class) * -16.0).clamp(0.0, 1000.0) as u16;
        keys().into_iter().zip(0..=u16::MAX).map(|(key, class)| Facts { key, price: price(class) }).collect()
    })
}

fn keys() -> Vec<Key> {
    let table = readings::table();
    let mut keys: Vec<Key> = (0..=u16::MAX).map(|class| table.near(table.main(class))).collect();
    for (digit, name) in ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"].iter().enumerate()
    {
        keys[0x30 + digit] = table.syllable(name).map_or(0, |syllable| table.near(syllable));
    }
    for letter in 0x61..=0x7a {
        keys[letter] = LETTERS + letter as Key;
    }
    keys
}

/// The keys of a term, for each way its characters are read.
fn readings_of(classes: &[Class]) -> Vec<Vec<Key>> {
    let (table, main) = (readings::table(), keys_of());
    let mut all: Vec<Vec<Key>> = vec![Vec::with_capacity(classes.len())];
    for &class in classes {
        let mut keys: Vec<Key> = vec![main[usize::from(class)]];
        for key in table.all(class).map(|syllable| table.near(syllable)) {
            if is_han(class) && !keys.contains(&key) {
                keys.push(key);
            }
        }
        if all.len() * keys.len() > MOST_READINGS {
            keys.truncate(1);
        }
        all = all
            .iter()
            .flat_map(|before| keys.iter().map(move |&key| [&before[..], &[key]].concat()))
            .collect();
    }
    all.retain(|keys| !keys.contains(&0));
    all
}

fn keys_of() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(keys)
}

/// One character of two as it is, the other by any of its sounds.
fn sounds(sought: &[Sought]) -> Vec<(u32, Anchor)> {
    let mut anchors = Vec::with_capacity(sought.len() * 2);
    for (number, one) in sought.iter().enumerate().filter(|(_, one)| one.len == 2) {
        let anchor = |at: u8| Anchor { sought: number as u32, at, kind: AnchorKind::First, last: false };
        for key in keys_of_class(one.classes[1]) {
            anchors.push((pair(one.classes[0], key), anchor(1)));
        }
        for key in keys_of_class(one.classes[0]) {
            anchors.push((pair(key, one.classes[1]), anchor(0)));
        }
    }
    anchors
}

fn keys_of_class(class: Class) -> Vec<Key> {
    let mut keys = vec![keys_of()[usize::from(class)]];
    if is_han(class) {
        keys.extend(readings::table().all(class).map(|syllable| readings::table().near(syllable)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|&key| key != 0);
    keys
}

fn looks(sought: &[Sought]) -> Vec<(u32, Anchor)> {
    let tables = tables();
    let mut anchors = Vec::with_capacity(sought.len() * 24);
    for (number, one) in sought.iter().enumerate() {
        let (number, classes) = (number as u32, one.classes());
        for (at, &class) in classes.iter().enumerate().filter(|&(_, &class)| is_han(class)) {
            let anchor = |kind| Anchor { sought: number, at: at as u8, kind, last: false };
            for &look in tables.likely_shapes(class) {
                match at.checked_sub(1) {
                    Some(before) => anchors.push((pair(classes[before], look), anchor(AnchorKind::Second))),
                    None => anchors.push((pair(look, classes[1]), anchor(AnchorKind::First))),
                }
            }
            for (way, parts) in tables.splits(class).iter().enumerate().take(16) {
                anchors.push((pair(parts[0], parts[1]), anchor(AnchorKind::Split(way as u8))));
            }
        }
    }
    anchors
}

/// Where one character of a term may be a sign: by what stands around, before or after it.
fn gaps(sought: &[Sought]) -> HashMap<u32, Vec<(u32, u8)>> {
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

/// Cells for a term of which one character, at an item of the stream, is known to be changed.
fn align(
    stream: &Stream,
    item: usize,
    changed: usize,
    split: Option<usize>,
    term: &[Class],
    cells: &mut Vec<Cell>,
) -> bool {
    cells.clear();
    // Going back, each character is one item; going on, any may be split.
    let mut back = Vec::new();
    let mut at = item;
    for index in (0..changed).rev() {
        let Some((cell, before)) = cell_back(stream, at, term[index]) else { return false };
        back.push(cell);
        at = before;
    }
    cells.extend(back.into_iter().rev());
    let mut at = item;
    for (index, &class) in term.iter().enumerate().skip(changed) {
        let forced = split.filter(|_| index == changed);
        let Some((cell, after)) = cell_on(stream, at, class, forced, index == changed) else { return false };
        cells.push(cell);
        at = after;
    }
    true
}

fn cell_on(
    stream: &Stream,
    at: usize,
    class: Class,
    way: Option<usize>,
    fixed: bool,
) -> Option<(Cell, usize)> {
    let classes = stream.classes();
    let ways = tables().splits(class);
    if let Some(parts) = way.and_then(|way| ways.get(way)) {
        return classes[at..]
            .starts_with(parts)
            .then(|| (Cell::of_parts(stream, at, parts.len()), at + parts.len()));
    }
    let whole = *classes.get(at)?;
    if !fixed && whole != class {
        for parts in ways {
            if classes[at..].starts_with(parts) {
                return Some((Cell::of_parts(stream, at, parts.len()), at + parts.len()));
            }
        }
    }
    Some((Cell::of_item(stream, at), at + 1))
}

fn cell_back(stream: &Stream, at: usize, class: Class) -> Option<(Cell, usize)> {
    let classes = stream.classes();
    let whole = *classes.get(at.checked_sub(1)?)?;
    if whole != class {
        for parts in tables().splits(class) {
            if classes[..at].ends_with(parts) {
                return Some((Cell::of_parts(stream, at - parts.len(), parts.len()), at - parts.len()));
            }
        }
    }
    Some((Cell::of_item(stream, at - 1), at - 1))
}

/// Cells for a term of which one character is a sign that stands before an item of the stream.
fn align_sign(
    stream: &Stream,
    item: usize,
    at: usize,
    mark: &Mark,
    term: &[Class],
    cells: &mut Vec<Cell>,
) -> bool {
    let Some(first) = item.checked_sub(at) else { return false };
    let until = item + term.len() - at - 1;
    if until > stream.classes().len() {
        return false;
    }
    cells.clear();
    cells.extend((first..item).map(|at| Cell::of_item(stream, at)));
    cells.push(Cell::of_sign(mark));
    cells.extend((item..until).map(|at| Cell::of_item(stream, at)));
    true
}

/// Whether terms of this length are looked for in loose ways unless the lexicon says otherwise.
pub fn by_default(terms: usize, classes: usize) -> bool {
    terms <= LARGE || classes >= 3
}
