//! Whether a found word is a word there: `和服` is none in 产品和服务.
//!
//! The likelier reading decides. With the word as one piece, what is left of it and what is right of it are read for
//! themselves; the best reading of the whole is free to draw its borders elsewhere. Both are sums over the words of
//! the dictionary, in a window of a few characters.

use super::fold::{self, Class, is_digit, is_han, is_letter};
use super::stream::{Kind, Stream, token};
use super::trie::Found;
use super::walk::Item;
use super::words::Words;

/// Characters looked at on either side.
pub const AROUND: usize = 4;
/// Longer words have borders that nobody doubts.
const LONGEST: usize = 16;
const ROOM: usize = LONGEST + 2 * AROUND + 1;

/// What a word must be worth that the dictionary does not know, by its number of characters.
pub fn prior(characters: usize) -> f32 {
    match characters {
        2 => -13.5,
        3 => -14.5,
        _ => -15.5,
    }
}

/// What stands beside a place: classes in the order of the text, up to the first sign.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    classes: [Class; AROUND],
    len: usize,
}

impl Side {
    pub fn classes(&self) -> &[Class] {
        &self.classes[..self.len]
    }

    pub fn none() -> Self {
        Self { classes: [0; AROUND], len: 0 }
    }

    /// The characters before a place.
    pub fn before(text: &str, start: usize, most: usize) -> Self {
        Self::back(text, start, most, false)
    }

    /// The characters before a place, whatever signs stand between.
    pub fn before_across(text: &str, start: usize) -> Self {
        Self::back(text, start, AROUND, true)
    }

    /// The characters after a place.
    pub fn after(text: &str, end: usize, most: usize) -> Self {
        Self::on(text, end, most, false)
    }

    pub fn after_across(text: &str, end: usize) -> Self {
        Self::on(text, end, AROUND, true)
    }

    fn back(text: &str, start: usize, most: usize, across: bool) -> Self {
        let table = fold::table();
        let mut side = Self::none();
        for c in text[..start].chars().rev() {
            match table.plain_class(c) {
                fold::INVISIBLE => {}
                fold::SEPARATOR if across => {}
                class if is_han(class) && side.len < most.min(AROUND) => {
                    side.len += 1;
                    side.classes[AROUND - side.len] = class;
                }
                _ => break,
            }
        }
        side.classes.rotate_left(AROUND - side.len);
        side
    }

    fn on(text: &str, end: usize, most: usize, across: bool) -> Self {
        let table = fold::table();
        let mut side = Self::none();
        for c in text[end..].chars() {
            match table.plain_class(c) {
                fold::INVISIBLE => {}
                fold::SEPARATOR if across => {}
                class if is_han(class) && side.len < most.min(AROUND) => {
                    side.classes[side.len] = class;
                    side.len += 1;
                }
                _ => break,
            }
        }
        side
    }
}

/// What a word is worth as a piece of text, ln P.
pub fn worth(words: &Words, word: &[Class]) -> f32 {
    words.best(word).max(prior(word.len()))
}

/// The side of a word on which a word of the dictionary may cross its edge; nothing where none can, for then every
/// reading has a border there and nothing need be weighed.
pub fn disputed_before(words: &Words, text: &str, start: usize, first: Class) -> Side {
    let side = Side::before(text, start, 1);
    match side.classes().last() {
        Some(&class) if is_han(first) && words.joins(class, first) => Side::before(text, start, AROUND),
        _ => Side::none(),
    }
}

pub fn disputed_after(words: &Words, text: &str, end: usize, last: Class) -> Side {
    let side = Side::after(text, end, 1);
    match side.classes().first() {
        Some(&class) if is_han(last) && words.joins(last, class) => Side::after(text, end, AROUND),
        _ => Side::none(),
    }
}

/// Whether a word of the dictionary may cross the edges of a plain hit, as far as the stream tells.
#[derive(Debug, Clone, Copy)]
pub struct Edges {
    pub left: bool,
    pub right: bool,
}

impl Edges {
    /// Nothing is known.
    pub const OPEN: Self = Self { left: true, right: true };

    pub fn of(words: &Words, stream: &Stream, found: &Found) -> Self {
        let (classes, places) = (stream.padded(), stream.places());
        let (first, after) = (found.at as usize, (found.at + found.len) as usize);
        // Chinese characters have three bytes: nothing stands between two that are three bytes apart.
        let beside = |at: usize| {
            is_han(classes[at - 1]) && places.get(at).is_some_and(|&place| place - places[at - 1] == 3)
        };
        let joined =
            |at: usize| !beside(at) || is_han(classes[at]) && words.joins(classes[at - 1], classes[at]);
        Self { left: first == 0 || joined(first), right: joined(after) }
    }
}

/// How much likelier the best reading is than the best one with the word as a piece of its own: 0 where the borders
/// are undisputed, otherwise below.
pub fn margin(words: &Words, left: &[Class], word: &[Class], right: &[Class]) -> f32 {
    if word.len() > LONGEST || left.is_empty() && right.is_empty() {
        return 0.0;
    }
    let mut run = [0; ROOM];
    let (start, end) = (left.len(), left.len() + word.len());
    let whole = end + right.len();
    run[..start].copy_from_slice(left);
    run[start..end].copy_from_slice(word);
    run[end..whole].copy_from_slice(right);
    // What no word crosses parts the text, whatever is beyond.
    let mut from = start;
    words.words_before(&run[..whole], start, |_, last, _| {
        if last > start && last < end {
            from = 0;
        }
    });
    let mut until = end;
    words.words_before(&run[start + 1..whole], word.len() - 1, |_, last, _| {
        if start + 1 + last > end {
            until = whole;
        }
    });
    if from == start && until == end {
        return 0.0;
    }
    let (start, end, run) = (start - from, end - from, &run[from..until]);
    let mut best = [f32::NEG_INFINITY; ROOM + 1];
    best[0] = 0.0;
    words.words_of(run, |from, to, cost| {
        // A longer word around the whole term says nothing against it: 跌停 is a word in 跌停板.
        let around = from <= start && to >= end && to - from > word.len();
        if !around {
            best[to] = best[to].max(best[from] + cost);
        }
    });
    let after = if until == whole { words.best(right) } else { 0.0 };
    best[start] + worth(words, word) + after - best[run.len()]
}

/// Whether a Latin word or a number ends where the hit ends: `IPO` is not in `IPOs`, `604518` not in `16045180`, but
/// `604518` is in `SH604518` and `IPO` in `2026IPO`.
pub fn stands_alone(text: &str, items: &[Item]) -> bool {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return true };
    let goes_on = runs_on(last_class(text, first.start), Some(first.class))
        || runs_on(Some(last.class), first_class(text, last.end))
        || is_digit(first.class) && number_before(text, first.start)
        || is_digit(last.class) && number_after(text, last.end);
    !goes_on
}

/// As `stands_alone`, for a slice whose characters are known.
pub fn slice_stands_alone(text: &str, start: usize, end: usize, first: Class, last: Class) -> bool {
    let item = |class, start, end| Item { class, start, end, ..Item::default() };
    stands_alone(text, &[item(first, start, start), item(last, end, end)])
}

fn runs_on(one: Option<Class>, other: Option<Class>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => is_digit(one) && is_digit(other) || is_letter(one) && is_letter(other),
        _ => false,
    }
}

fn last_class(text: &str, start: usize) -> Option<Class> {
    let table = fold::table();
    let seen = text[..start].chars().rev().map(|c| (c, table.plain_class(c)));
    let (c, class) = seen.take(16).find(|&(_, class)| class != fold::INVISIBLE)?;
    Some(table.many(c).and_then(|many| many.last().copied()).unwrap_or(class))
}

fn first_class(text: &str, end: usize) -> Option<Class> {
    let table = fold::table();
    let mut at = end;
    for _ in 0..16 {
        let token = token(table, text, at, 0);
        match token.kind {
            Kind::Character => return token.classes().first().copied(),
            Kind::Invisible | Kind::Combining if token.end > at => at = token.end,
            _ => return None,
        }
    }
    None
}

/// `3.604518`, `021-604518`, `1,604518`: part of a longer number.
fn number_before(text: &str, start: usize) -> bool {
    let mut chars = text[..start].chars().rev();
    matches!(chars.next(), Some('.' | ',' | '-' | '－' | '．'))
        && chars.next().is_some_and(|c| is_digit(fold::table().class(c)))
}

fn number_after(text: &str, end: usize) -> bool {
    let mut chars = text[end..].chars();
    matches!(chars.next(), Some('.' | ',' | '-' | '－' | '．'))
        && chars.next().is_some_and(|c| is_digit(fold::table().class(c)))
}

/// As `margin`, for a word whose pieces are parted by signs, so that no word of the text goes across: how much likelier
/// one word is than its first piece with what stands left of it and its last piece with what stands right.
pub fn parted(
    words: &Words,
    left: &[Class],
    head: &[Class],
    tail: &[Class],
    right: &[Class],
    word: &[Class],
) -> f32 {
    if word.len() > LONGEST {
        return 0.0;
    }
    let mut run = [0; ROOM];
    let mut joined = |a: &[Class], b: &[Class]| {
        run[..a.len()].copy_from_slice(a);
        run[a.len()..a.len() + b.len()].copy_from_slice(b);
        words.best(&run[..a.len() + b.len()])
    };
    let own = words.best(word).max(prior(word.len()));
    let apart = joined(left, head)
        + joined(tail, right)
        + if head.len() + tail.len() < word.len() {
            words.best(&word[head.len()..word.len() - tail.len()])
        } else {
            0.0
        };
    words.best(left) + own + words.best(right) - apart
}

#[cfg(test)]
mod tests;
