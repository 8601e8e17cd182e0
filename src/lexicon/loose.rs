//! Words in disguise: written by sound, by look, in parts, with letters or with emoji.
//!
//! Here candidates are found, cheaply and far too many; `channel` decides which of them are likelier than what is
//! written. Each candidate is a row of cells, one for each character of the term.

mod align;
pub mod channel;
pub mod pinyin;
pub mod tables;

use super::LexiconError;
use super::fold::{self, Class, is_digit, is_han, is_letter};
use super::readings::{self, Key};
use super::stream::{self, Mark, MarkKind, Stream};
use super::trie::{Filter, NONE, Trie, scatter};
use super::words::Words;
use align::{align, align_sign};
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
/// Beyond this many terms fewer look-alikes of each character are looked for.
const MANY: usize = 3_000;
/// Letters have keys from here on, so that a term's own letters stay themselves.
const LETTERS: Key = 0x180;

pub struct Loose {
    terms: Vec<Sought>,
    /// Over the keys of syllables; terms of three and more characters.
    trie: Trie,
    /// By sequence of the trie: terms, `firsts` as in `Patterns`.
    owners: Vec<u32>,
    firsts: Vec<u32>,
    facts: &'static [Facts; CLASSES],
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

/// What is asked of every character of a text, in as little room as it goes: its key in nine bits, above them its
/// price, -ln P of it as a word of its own in steps of a sixth.
#[derive(Debug, Clone, Copy)]
struct Facts(u16);

impl Facts {
    const STEPS: f32 = 6.0;

    fn new(key: Key, single: f32) -> Self {
        Self(((-single * Self::STEPS).clamp(0.0, 127.0) as u16) << 9 | key)
    }

    fn key(self) -> Key {
        self.0 & 0x1ff
    }

    fn price(self) -> u16 {
        self.0 >> 9
    }
}

/// Pairs of characters of which one is not what is meant, and what then is.
#[derive(Default)]
struct Anchors {
    filter: Filter,
    /// By hash of the pair: the number of its first anchor.
    slots: Vec<u32>,
    slot_shift: u32,
    all: Vec<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    pair: u32,
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
    letters: Vec<u32>,
    cells: Vec<Cell>,
    block: Block,
}

/// Places looked at together; what is found of them stays in the innermost cache.
const BLOCK: usize = 256;
/// Every class there is.
const CLASSES: usize = 1 << 16;

/// The places of a block at which something may begin.
///
/// What two characters hide must be strange to begin with: a pair that a word of the dictionary holds is none, nor are
/// two characters that are likely beside each other.
struct Block {
    sounds: [u32; BLOCK],
    looks: [u32; BLOCK],
    longer: [u32; BLOCK],
    lens: [usize; 3],
}

impl Default for Block {
    fn default() -> Self {
        Self { sounds: [0; BLOCK], looks: [0; BLOCK], longer: [0; BLOCK], lens: [0; 3] }
    }
}

impl Block {
    /// Looks at the pairs that begin at `from` and after it, as many as a block takes; `classes` are padded.
    fn read(&mut self, loose: &Loose, classes: &[Class], from: usize, words: &Words, letters: &mut Vec<u32>) {
        let until = (from + BLOCK).min(classes.len() - 3);
        let (mut strange, mut long) = (0, 0);
        let (mut first, mut second) = (loose.facts(classes[from]), loose.facts(classes[from + 1]));
        for (at, three) in (from as u32..).zip(classes[from..until + 2].windows(3)) {
            let third = loose.facts(three[2]);
            let rare = first.price() + second.price() > RARE;
            self.sounds[strange % BLOCK] = at;
            strange += usize::from(rare & !words.joins_often(three[0], three[1]));
            self.longer[long % BLOCK] = at;
            long += usize::from(loose.trie.may_begin_deep(first.key(), second.key(), third.key()));
            (first, second) = (second, third);
        }
        let (mut sound, mut look) = (0, 0);
        for index in 0..strange {
            let at = self.sounds[index % BLOCK];
            let (a, b) = (classes[at as usize], classes[at as usize + 1]);
            let (first, second) = (loose.facts(a).key(), loose.facts(b).key());
            let heard = loose.sounds.may_hold(pair(a, second)) | loose.sounds.may_hold(pair(first, b));
            self.sounds[sound % BLOCK] = at;
            sound += usize::from(heard);
            self.looks[look % BLOCK] = at;
            look += usize::from(loose.looks.may_hold(pair(a, b)));
        }
        if classes[from..until].iter().fold(false, |some, &class| some | is_letter(class)) {
            letters.extend((from..until).filter(|&at| is_letter(classes[at])).map(|at| at as u32));
        }
        self.lens = [sound, look, long];
    }

    fn sounds(&self) -> &[u32] {
        &self.sounds[..self.lens[0]]
    }

    fn looks(&self) -> &[u32] {
        &self.looks[..self.lens[1]]
    }

    fn longer(&self) -> &[u32] {
        &self.longer[..self.lens[2]]
    }
}

const EMPTY: u32 = u32::MAX;

impl Anchors {
    fn new(mut all: Vec<(u32, Anchor)>) -> Self {
        if all.is_empty() {
            return Self { filter: Filter::new(0), slots: vec![EMPTY; 2], slot_shift: 63, all: Vec::new() };
        }
        all.sort_unstable_by_key(|&(pair, anchor)| (pair, anchor.sought));
        let distinct = 1 + all.windows(2).filter(|two| two[0].0 != two[1].0).count();
        let slot_bits = (distinct * 2).next_power_of_two().trailing_zeros();
        let mut anchors = Self {
            filter: Filter::new(distinct),
            slots: vec![EMPTY; 1 << slot_bits],
            slot_shift: 64 - slot_bits,
            all: Vec::with_capacity(all.len()),
        };
        let mask = anchors.slots.len() - 1;
        let mut before = None;
        for (pair, anchor) in all {
            if before != Some(pair) {
                anchors.filter.add(u64::from(pair));
                let mut at = (scatter(u64::from(pair)) >> anchors.slot_shift) as usize;
                while anchors.slots[at] != EMPTY {
                    at = (at + 1) & mask;
                }
                anchors.slots[at] = anchors.all.len() as u32;
                before = Some(pair);
                if let Some(last) = anchors.all.last_mut() {
                    last.last = true;
                }
            }
            anchors.all.push(Anchor { pair, ..anchor });
        }
        if let Some(last) = anchors.all.last_mut() {
            last.last = true;
        }
        anchors
    }

    #[inline]
    fn may_hold(&self, pair: u32) -> bool {
        self.filter.may_hold(u64::from(pair))
    }

    fn bytes(&self) -> usize {
        self.slots.len() * 4 + self.filter.bytes() + self.all.len() * size_of::<Anchor>()
    }

    fn of(&self, pair: u32) -> &[Anchor] {
        let mask = self.slots.len() - 1;
        let mut at = (scatter(u64::from(pair)) >> self.slot_shift) as usize;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return &[];
            }
            let first = slot as usize;
            if self.all[first].pair == pair {
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
    /// `terms` with their folded classes.
    pub fn new(terms: Vec<(u32, Vec<Class>)>, words: &'static Words) -> Result<Self, LexiconError> {
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
        let trie = Trie::deep(&distinct)?;
        let owners = sequences.iter().map(|&(_, owner)| owner).collect();
        Ok(Self {
            trie,
            owners,
            firsts,
            facts: facts(words),
            sounds: Anchors::new(sounds(&sought)),
            looks: Anchors::new(looks(&sought, words)),
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
        let classes = stream.padded();
        let Scratch { letters, cells, block } = scratch;
        letters.clear();
        let mut at = 0;
        while at + 3 < classes.len() {
            block.read(self, classes, at, judge.words, letters);
            self.by_sound(text, stream, block.sounds(), cells, judge, out);
            self.by_longer_sound(text, stream, block.longer(), cells, judge, out);
            self.by_look(text, stream, block.looks(), cells, judge, out);
            at += BLOCK;
        }
        self.by_letters(text, stream, letters, cells, judge, out);
        self.by_signs(text, stream, cells, judge, out);
    }

    fn facts(&self, class: Class) -> Facts {
        self.facts[usize::from(class)]
    }

    fn owners(&self, sequence: u32) -> &[u32] {
        &self.owners[self.firsts[sequence as usize] as usize..self.firsts[sequence as usize + 1] as usize]
    }

    /// Homophones in terms of two characters, of which one is as it should be.
    fn by_sound(
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
            let (first, second) = (self.facts(classes[at]), self.facts(classes[at + 1]));
            let price = -f32::from(first.price() + second.price()) / Facts::STEPS;
            let keys = [pair(classes[at], second.key()), pair(first.key(), classes[at + 1])];
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
        places: &[u32],
        cells: &mut Vec<Cell>,
        judge: &Judge,
        out: &mut Vec<Finding>,
    ) {
        let classes = stream.classes();
        for &at in places {
            let at = at as usize;
            let (first, second) = (self.facts(classes[at]), self.facts(classes[at + 1]));
            let Some(mut node) = self.trie.root(first.key(), second.key()) else { continue };
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
                let Some(child) = self.trie.child(node, self.facts(classes[end]).key()) else { break };
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
                let row = Row::around(text, stream, item, after, reading, &run);
                self.in_row(text, &row, cells, judge, out);
            }
        }
    }

    /// Every term in a row of cells that covers one of the syllables.
    fn in_row(&self, text: &str, row: &Row, cells: &mut Vec<Cell>, judge: &Judge, out: &mut Vec<Finding>) {
        let table = readings::table();
        let key = |cell: &Cell| {
            if cell.syllable == 0 { self.facts(cell.class()).key() } else { table.near(cell.syllable) }
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
    /// What stands before a run of letters, its syllables, and what stands after it, further runs as syllables too.
    fn around(
        text: &str,
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
        let (mut at, places) = (after, stream.places());
        while at < places.len() && cells.len() < until + LONGEST {
            if !is_letter(stream.classes()[at]) {
                cells.push(Cell::of_item(stream, at));
                at += 1;
                continue;
            }
            let (Some(run), end) = pinyin::run(text, places[at] as usize) else { break };
            cells.extend(run.readings[0].iter().map(|syllable| Cell::of_syllable(syllable, &run)));
            at += places[at..].iter().take_while(|&&place| (place as usize) < end).count().max(1);
        }
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

/// Two characters that are likelier than this as words of their own hide nothing, in steps of `Facts`.
const RARE: u16 = 13 * 6;

/// By class: the near-homophones it belongs to (digits by their Chinese name, letters apart), and its price.
fn facts(words: &Words) -> &'static [Facts; CLASSES] {
    static FACTS: OnceLock<Box<[Facts; CLASSES]>> = OnceLock::new();
    FACTS.get_or_init(|| {
        let of = |(key, class): (Key, Class)| Facts::new(key, words.single(class));
        let all: Vec<Facts> = keys().into_iter().zip(0..=u16::MAX).map(of).collect();
        all.into_boxed_slice().try_into().unwrap_or_else(|_| unreachable!("there is one for each class"))
    })
}

fn keys() -> Vec<Key> {
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
        let anchor =
            |at: u8| Anchor { pair: 0, sought: number as u32, at, kind: AnchorKind::First, last: false };
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

/// A character that is likelier than this as a word of its own (-ln P) is written for its own sake.
const COMMON: f32 = 6.8;

fn looks(sought: &[Sought], words: &Words) -> Vec<(u32, Anchor)> {
    let tables = tables();
    // A table of many terms would drown in what looks like one of them.
    let (likely, ways) = if sought.len() > MANY { (4, 2) } else { (24, 16) };
    let mut anchors = Vec::with_capacity(sought.len() * likely * 2);
    for (number, one) in sought.iter().enumerate() {
        let (number, classes) = (number as u32, one.classes());
        for (at, &class) in classes.iter().enumerate().filter(|&(_, &class)| is_han(class)) {
            let anchor = |kind| Anchor { pair: 0, sought: number, at: at as u8, kind, last: false };
            for &look in tables.shapes(class).iter().take(likely) {
                let (kind, two) = match at.checked_sub(1) {
                    Some(before) => (AnchorKind::Second, [classes[before], look]),
                    None => (AnchorKind::First, [look, classes[1]]),
                };
                // What can never win need not be looked for.
                let common = -words.single(look) < COMMON || words.joins_often(two[0], two[1]);
                let written = words.single(two[0]) + words.single(two[1]);
                let lost = classes.len() == 2 && one.worth - channel::LEAST_LOOK < written;
                if !common && !lost {
                    anchors.push((pair(two[0], two[1]), anchor(kind)));
                }
            }
            for (way, parts) in tables.splits(class).iter().enumerate().take(ways) {
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

/// Whether terms of this length are looked for in loose ways unless the lexicon says otherwise.
pub fn by_default(terms: usize, classes: usize) -> bool {
    terms <= LARGE || classes >= 3
}

#[cfg(test)]
mod tests;
