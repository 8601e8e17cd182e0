//! Where to look closer: the next place where a number or a mail address may be.
//!
//! Every ASCII or full-width digit and every sign of an address is an anchor; of other digits, which are ordinary
//! characters as well (一, ①), only every eleventh is asked, for no number has fewer.

use super::sign::{digit, is_invisible, separator};

/// The compiler makes a few vector instructions of a block.
const BLOCK: usize = 64;
/// Eleven digits of at least two bytes.
const STRIDE: usize = 22;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// A digit of any dress.
    Digit(usize),
    /// What may stand between the halves of a mail address.
    Mail(usize),
}

/// The next anchor from a character boundary on.
pub(super) fn next(text: &str, from: usize) -> Option<Anchor> {
    let bytes = text.as_bytes();
    let (mut at, mut probe) = (from, from);
    while at < bytes.len() {
        let end = (at + BLOCK).min(bytes.len());
        let some = is_worth_a_look(bytes, at, end).then(|| (at..end).find_map(|place| anchor(bytes, place)));
        let some = some.flatten();
        let limit = match some {
            Some(Anchor::Digit(place) | Anchor::Mail(place)) => place,
            None => end,
        };
        while probe < limit {
            if let Some(place) = probed(text, probe).filter(|&place| place >= from) {
                return Some(Anchor::Digit(place));
            }
            probe += STRIDE;
        }
        if some.is_some() {
            return some;
        }
        at = end;
    }
    None
}

fn is_worth_a_look(bytes: &[u8], at: usize, end: usize) -> bool {
    if at == 0 || end == bytes.len() {
        return true;
    }
    let (before, here, after) = (&bytes[at - 1..end - 1], &bytes[at..end], &bytes[at + 1..=end]);
    let triples = before.iter().zip(here).zip(after);
    triples.fold(0, |some, ((&before, &b), &after)| {
        let digit = b.wrapping_sub(b'0') < 10;
        let sign = (b == b'@') | (b == b'#');
        let wide = (b == 0xbc) & ((after.wrapping_sub(0x90) < 10) | (after == 0xa0) | (after == 0x83));
        let word = ((b | 0x20) == b'a') & ((after | 0x20) == b't') & ((before | 0x20).wrapping_sub(b'a') >= 26);
        let han = (b == 0x89) & (after == 0xbe);
        some | u8::from(digit | sign | wide | word | han)
    }) != 0
}

fn anchor(bytes: &[u8], place: usize) -> Option<Anchor> {
    match bytes[place] {
        b'0'..=b'9' => Some(Anchor::Digit(place)),
        b'@' | b'#' => Some(Anchor::Mail(place)),
        // The second byte is rarer than the first.
        0xbc if place > 0 && bytes[place - 1] == 0xef => match bytes.get(place + 1) {
            Some(0x90..=0x99) => Some(Anchor::Digit(place - 1)),
            Some(0xa0 | 0x83) => Some(Anchor::Mail(place - 1)),
            _ => None,
        },
        0x89 if place > 0 && bytes[place - 1..].starts_with("艾特".as_bytes()) => Some(Anchor::Mail(place - 1)),
        b'a' | b'A' => {
            let follows = matches!(bytes.get(place + 1), Some(b't' | b'T'));
            let apart = place > 0 && (b" ([{<_*".contains(&bytes[place - 1]) || bytes[place - 1] >= 0x80);
            (follows && apart).then_some(Anchor::Mail(place))
        }
        _ => None,
    }
}

/// A digit of another dress at this byte, or right after the separators here.
fn probed(text: &str, probe: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    // Letters are most of what is asked.
    if bytes[probe].is_ascii_alphabetic() {
        return None;
    }
    let mut at = probe;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    for (offset, c) in text[at..].char_indices().take(4) {
        if digit(c).is_some() {
            return Some(at + offset);
        }
        if separator(c).is_none() && !is_invisible(c) {
            return None;
        }
    }
    None
}
