//! From places to candidates, and from candidates to findings, of one text.

use super::align::{align, align_sign};
use super::anchors::{AnchorKind, Anchored};
use super::channel::{self, Cell, Finding, Judge};
use super::places::Place;
use super::{LONGEST, Loose, pinyin};
use crate::lexicon::fold::is_letter;
use crate::lexicon::readings;
use crate::lexicon::stream::{Mark, MarkKind, Stream};
use crate::lexicon::trie::{NO_SYMBOL, Walk, pair};
use std::ops::Range;

pub struct Search<'s> {
    pub loose: &'s Loose,
    pub text: &'s str,
    pub stream: &'s Stream,
    pub judge: &'s Judge,
    pub cells: &'s mut Vec<Cell>,
    pub out: &'s mut Vec<Finding>,
}

impl Search<'_> {
    /// Homophones in terms of two characters, of which one is as it should be.
    pub fn by_sound(&mut self, places: &[Place], anchored: &mut Vec<Anchored>) {
        let (loose, classes) = (self.loose, self.stream.classes());
        for one in loose.sounds.at(places, anchored) {
            let at = one.place.at as usize;
            let written = loose.places.least(&classes[at..at + 2]);
            let anchor = loose.sounds.get(one.anchor);
            let sought = loose.sought(anchor.sought);
            let changed = usize::from(anchor.at);
            let worth = sought.worth - channel::LEAST_PRICE;
            if worth > written && sought.classes[changed] != classes[at + changed] {
                self.decide_items(anchor.sought, at..at + 2);
            }
        }
    }

    /// Homophones in longer terms: the stream of syllables.
    pub fn by_longer_sound(&mut self, places: &[u32], walk: &mut Walk) {
        let (loose, classes) = (self.loose, self.stream.padded());
        let key = |at: usize| loose.places.facts(classes[at]).key();
        for found in
            loose.trie.find_at(places.iter().copied(), key, walk).iter().filter(|found| found.len > 2)
        {
            let items = found.at as usize..(found.at + found.len) as usize;
            let written = &classes[items.clone()];
            let least = loose.places.least(written);
            for &owner in loose.owners(found.value) {
                if self.judge.may_sound(written, loose.sought(owner), least) {
                    self.decide_items(owner, items.clone());
                }
            }
        }
    }

    /// Look-alikes and parts: pairs of characters of which one is not what is meant.
    pub fn by_look(&mut self, places: &[Place], anchored: &mut Vec<Anchored>) {
        let (loose, classes) = (self.loose, self.stream.classes());
        for one in loose.looks.at(places, anchored) {
            let at = one.place.at as usize;
            let anchor = loose.looks.get(one.anchor);
            let sought = loose.sought(anchor.sought);
            let changed = usize::from(anchor.at);
            let (item, split) = match anchor.kind {
                AnchorKind::First => (at, None),
                AnchorKind::Second => (at + 1, None),
                AnchorKind::Split(way) => (at, Some(usize::from(way))),
            };
            if Judge::may_look(classes, item, changed, split, sought)
                && align(self.stream, item, changed, split, sought.classes(), self.cells)
            {
                self.decide(anchor.sought);
            }
        }
    }

    /// Latin letters for one, several or all characters.
    pub fn by_letters(&mut self, places: &[u32], walk: &mut Walk) {
        let starts = self.stream.places();
        let mut done = 0;
        for &item in places {
            let item = item as usize;
            let start = starts[item] as usize;
            if start < done {
                continue;
            }
            let (run, end) = pinyin::run(self.text, start);
            done = end;
            let Some(run) = run else { continue };
            let after = item + starts[item..].iter().take_while(|&&place| (place as usize) < run.end).count();
            for reading in &run.readings {
                let row = Row::around(self.text, self.stream, item..after, reading, &run);
                self.in_row(&row, walk);
            }
        }
    }

    /// Emoji for a character; a few characters in brackets that are no more than a sign.
    pub fn by_signs(&mut self, walk: &mut Walk) {
        let (loose, stream) = (self.loose, self.stream);
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
                    for &(owner, at) in keys.iter().filter_map(|key| loose.gaps.get(key)).flatten() {
                        if !seen.contains(&(owner, at)) {
                            seen.push((owner, at));
                            let term = loose.sought(owner).classes();
                            if align_sign(stream, item, usize::from(at), mark, term, self.cells) {
                                self.decide(owner);
                            }
                        }
                    }
                }
                MarkKind::Aside => self.aside(index, mark, walk),
            }
        }
    }

    /// `爆[笑]雷`: the text without what is in brackets, and without further ones like it.
    fn aside(&mut self, index: usize, mark: &Mark, walk: &mut Walk) {
        let (text, stream) = (self.text, self.stream);
        let places = stream.places();
        let within = |mark: &Mark| &text[mark.start as usize..mark.end as usize];
        // An earlier one of the same kind has looked here already.
        let repeated = stream.marks[..index].iter().rev().take(2).any(|before| {
            before.kind == MarkKind::Aside
                && before.end <= mark.start
                && mark.start - before.end <= 12
                && within(before) == within(mark)
        });
        if repeated {
            return;
        }
        let same: Vec<&Mark> = stream.marks[index..]
            .iter()
            .take(LONGEST)
            .filter(|&another| within(another) == within(mark))
            .collect();
        let item = mark.item as usize;
        let mut cells: Vec<Cell> =
            (item.saturating_sub(LONGEST)..item).map(|at| Cell::of_item(stream, at)).collect();
        let until = cells.len();
        // What follows, with the same aside left out wherever it comes again.
        let mut at = item;
        while cells.len() < until + LONGEST && at < places.len() {
            let place = places[at];
            if let Some(mark) = same.iter().find(|mark| mark.start <= place && place < mark.end) {
                at += places[at..].iter().take_while(|&&place| place < mark.end).count();
            } else {
                cells.push(Cell::of_item(stream, at));
                at += 1;
            }
        }
        self.in_row(&Row { cells, from: until, until }, walk);
    }

    /// Every term in a row of cells that covers one of the syllables.
    fn in_row(&mut self, row: &Row, walk: &mut Walk) {
        let (loose, table) = (self.loose, readings::table());
        let key = |cell: &Cell| match cell.syllable {
            readings::SILENT => loose.places.facts(cell.class()).key(),
            syllable => table.near(syllable),
        };
        let symbol = |at: usize| row.cells.get(at).map_or(NO_SYMBOL, key);
        let symbols = |at: u32| (symbol(at as usize), symbol(at as usize + 1), symbol(at as usize + 2));
        let starts = (0..row.until.min(row.cells.len().saturating_sub(1)) as u32).filter(|&at| {
            let (a, b, c) = symbols(at);
            loose.trie.may_begin(a, b, c) || loose.trie.may_begin(a, b, NO_SYMBOL)
        });
        for found in loose.trie.find_at(starts, symbol, walk) {
            let cells = found.at as usize..(found.at + found.len) as usize;
            if cells.end > row.from {
                for &owner in loose.owners(found.value) {
                    self.cells.clear();
                    self.cells.extend_from_slice(&row.cells[cells.clone()]);
                    self.decide(owner);
                }
            }
        }
    }

    /// A term where each of its characters has an item of its own.
    fn decide_items(&mut self, owner: u32, items: Range<usize>) {
        self.cells.clear();
        self.cells.extend(items.map(|item| Cell::of_item(self.stream, item)));
        self.decide(owner);
    }

    fn decide(&mut self, owner: u32) {
        self.out.extend(self.judge.decide(self.text, self.loose.sought(owner), self.cells));
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
        items: Range<usize>,
        reading: &[pinyin::Syllable],
        run: &pinyin::Run,
    ) -> Self {
        let before = items.start.saturating_sub(LONGEST)..items.start;
        let mut cells: Vec<Cell> = before.map(|at| Cell::of_item(stream, at)).collect();
        let from = cells.len();
        cells.extend(reading.iter().map(|syllable| Cell::of_syllable(syllable, run)));
        let until = cells.len();
        let (mut at, places) = (items.end, stream.places());
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
