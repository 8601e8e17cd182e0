//! A text with tags in it in, its elements with their ends out, whatever is missing or crossed.
//!
//! One pass, in time linear in the text: an end tag closes the last element of its name and all that was opened in
//! it; an element without an end tag ends with its parent, and says so.

use crate::read::tag::{Ends, Tag};
use std::collections::HashMap;

/// An element's places in the text, and in the list.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// Of its `<`.
    pub at: u32,
    /// Its inside.
    pub from: u32,
    pub stop: u32,
    /// The first element of the list that is not inside it.
    pub next: u32,
    /// It has an end tag of its own, or `/>`.
    pub ended: bool,
}

impl Element {
    pub fn inside<'i>(&self, input: &'i str) -> &'i str {
        &input[self.from as usize..self.stop as usize]
    }

    pub fn tag<'i>(&self, input: &'i str) -> Option<Tag<'i>> {
        Tag::parse(&input[self.at as usize..])
    }
}

/// Tags that no end tag from outside of this list closes.
const FRAMES: &[&str] = &["rss", "rdf", "feed", "channel", "item", "entry"];

/// All elements in the order they begin; none of a text too long to be a feed.
pub fn elements(input: &str) -> Vec<Element> {
    if u32::try_from(input.len()).is_err() {
        return Vec::new();
    }
    let mut scan = Scan::default();
    let mut ends = Ends::default();
    let mut at = 0;
    while let Some(next) = input[at..].find('<') {
        at += next;
        let innermost = || scan.found[scan.open.last()?.place].tag(input).map(|tag| tag.name);
        if let Some(behind) = ends.behind(input, at, innermost) {
            at = behind;
            continue;
        }
        let Some(tag) = Tag::parse(&input[at..]) else {
            at += 1;
            continue;
        };
        let behind = at + tag.length;
        if tag.closing {
            scan.close(&tag, at);
        } else {
            scan.open(&tag, at, behind);
        }
        at = behind;
    }
    scan.close_down_to(0, input.len());
    scan.found
}

#[derive(Default)]
struct Scan {
    found: Vec<Element>,
    open: Vec<Open>,
    /// Which of `open` are frames.
    frames: Vec<usize>,
    numbers: HashMap<String, usize>,
    names: Vec<Name>,
}

struct Open {
    /// In `found`.
    place: usize,
    /// In `names`.
    name: usize,
}

#[derive(Default)]
struct Name {
    frame: bool,
    /// Which of `open` are called so.
    levels: Vec<usize>,
}

impl Scan {
    fn open(&mut self, tag: &Tag, at: usize, behind: usize) {
        let place = self.found.len();
        self.found.push(Element {
            at: at as u32,
            from: behind as u32,
            stop: behind as u32,
            next: place as u32 + 1,
            ended: tag.empty,
        });
        if tag.empty {
            return;
        }
        let name = *self.numbers.entry(tag.name.to_ascii_lowercase()).or_insert_with(|| {
            let frame = FRAMES.iter().any(|frame| tag.local().eq_ignore_ascii_case(frame));
            self.names.push(Name { frame, levels: Vec::new() });
            self.names.len() - 1
        });
        let level = self.open.len();
        self.names[name].levels.push(level);
        if self.names[name].frame {
            self.frames.push(level);
        }
        self.open.push(Open { place, name });
    }

    fn close(&mut self, tag: &Tag, at: usize) {
        let Some(name) = self.numbers.get(&tag.name.to_ascii_lowercase()).map(|name| &self.names[*name])
        else {
            return;
        };
        let Some(&level) = name.levels.last() else { return };
        if !name.frame && self.frames.last().is_some_and(|frame| level < *frame) {
            return;
        }
        let place = self.open[level].place;
        self.close_down_to(level, at);
        self.found[place].ended = true;
    }

    fn close_down_to(&mut self, level: usize, at: usize) {
        let next = self.found.len() as u32;
        for open in self.open.drain(level..) {
            let element = &mut self.found[open.place];
            (element.stop, element.next) = (at as u32, next);
            // The innermost of each name goes first, and all of them are at the end of its list.
            self.names[open.name].levels.pop();
        }
        self.frames.truncate(self.frames.partition_point(|frame| *frame < level));
    }
}
