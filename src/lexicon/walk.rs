//! A sequence of classes, followed once more through the original text.
//!
//! The stream leaves out what may stand inside a disguised word. Here it is looked at: where each character of the
//! word begins and ends, how often it is repeated, and what stands between.

use super::fold::{self, Class};
use super::stream::{Kind, token};

/// The most characters a word of the stream may have.
pub const LONGEST: usize = 64;

/// One character of a word, with its repetitions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Item {
    pub class: Class,
    /// Of the first repetition, and of the last.
    pub start: usize,
    pub last: usize,
    /// Of the first, and of the last.
    pub first_end: usize,
    pub end: usize,
    pub run: u16,
    /// What stands before it.
    pub gap: Gap,
}

/// What stands between two characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gap {
    pub start: usize,
    pub end: usize,
    pub spaces: u8,
    pub newlines: u8,
    pub signs: u8,
    pub emoji: u8,
    pub readings: u8,
    pub markup: u8,
}

impl Gap {
    /// Whether a reader sees anything there.
    pub fn is_seen(&self) -> bool {
        self.spaces | self.newlines | self.signs | self.emoji | self.readings | self.markup != 0
    }

    /// Whether it is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.spaces | self.newlines != 0 && self.signs | self.emoji | self.readings | self.markup == 0
    }

    fn add(&mut self, kind: Kind, start: usize, end: usize) {
        if *self == Self::default() {
            self.start = start;
        }
        self.end = end;
        let count = match kind {
            Kind::Space => &mut self.spaces,
            Kind::Newline => &mut self.newlines,
            Kind::Sign => &mut self.signs,
            Kind::Emoji => &mut self.emoji,
            Kind::Reading => &mut self.readings,
            Kind::Markup => &mut self.markup,
            Kind::Character | Kind::Invisible | Kind::Combining => return,
        };
        *count = count.saturating_add(1);
    }
}

/// Follows `classes` (no two neighbours equal) from the place of its first one. `skip` classes of the first character
/// belong to something before. `None` where the text reads otherwise, which the stream knows better.
pub fn follow(text: &str, at: usize, skip: usize, classes: &[Class], items: &mut Vec<Item>) -> bool {
    let table = fold::table();
    items.clear();
    let mut gap = Gap::default();
    let (mut at, mut skip) = (at, skip);
    while at < text.len() {
        let last = items.last().map_or(0, |item| item.class);
        let token = token(table, text, at, last);
        if token.kind == Kind::Combining
            && let Some(item) = items.last_mut()
            && !gap.is_seen()
        {
            item.end = token.end;
            item.first_end = if item.run == 1 { token.end } else { item.first_end };
        }
        for &class in token.classes() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let known = items.len();
            match items.last_mut() {
                Some(item) if item.class == class && !gap.is_seen() => {
                    (item.last, item.end, item.run) = (at, token.end, item.run + 1);
                }
                _ if classes.get(known) == Some(&class) => {
                    let (start, end) = (at, token.end);
                    items.push(Item { class, start, last: at, first_end: end, end, run: 1, gap });
                }
                _ => return known == classes.len(),
            }
            gap = Gap::default();
        }
        if token.kind != Kind::Character {
            gap.add(token.kind, at, token.end);
            if items.len() == classes.len() && gap.is_seen() {
                return true;
            }
        }
        at = token.end;
    }
    items.len() == classes.len()
}
