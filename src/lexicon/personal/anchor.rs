//! Where to look closer: the next place where a number or a mail address may be.
//!
//! Every ASCII or full-width digit and every sign of an address is an anchor; of other digits, which are ordinary
//! characters as well (一, ①), only every eleventh is asked, for no number has fewer. Years, dates and prices are
//! passed over by their bytes.

use super::sign::{digit, is_invisible, separator};
use std::sync::LazyLock;

/// The compiler makes a few vector instructions of a block.
const BLOCK: usize = 64;
/// Eleven digits of at least two bytes.
const STRIDE: usize = 22;
/// No number or code begins with fewer digits.
const FEWEST: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// A digit of any dress.
    Digit(usize),
    /// What may stand between the halves of a mail address.
    Mail(usize),
}

impl Anchor {
    fn place(self) -> usize {
        let (Self::Digit(place) | Self::Mail(place)) = self;
        place
    }
}

/// Bytes at which `anchor` may find one.
static BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let some = b"0123456789@#aA\xbc\x89";
    let mut index = 0;
    while index < some.len() {
        table[some[index] as usize] = true;
        index += 1;
    }
    table
};

/// Bits of the characters of the first plane that may belong to a run of digits.
static CHARS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0; 0x1_0000 / 64];
    for c in '\0'..='\u{ffff}' {
        if digit(c).is_some() || separator(c).is_some() || is_invisible(c) {
            bits[c as usize / 64] |= 1 << (c as usize % 64);
        }
    }
    bits
});

/// The next anchor from a character boundary on.
pub(super) fn next(text: &str, from: usize) -> Option<Anchor> {
    let bytes = text.as_bytes();
    let chars = &**CHARS;
    let (mut at, mut probe) = (from, from);
    while at < bytes.len() {
        let end = (at + BLOCK).min(bytes.len());
        let some = if is_worth_a_look(bytes, at) { first(text, chars, at, end) } else { Found::Until(end) };
        let limit = match some {
            Found::Anchor(anchor) => anchor.place(),
            Found::Until(end) => end,
        };
        while probe < limit {
            if let Some(place) = probed(text, chars, probe).filter(|&place| place >= from) {
                return Some(Anchor::Digit(place));
            }
            probe += STRIDE;
        }
        match some {
            Found::Anchor(anchor) => return Some(anchor),
            Found::Until(end) => at = end,
        }
    }
    None
}

enum Found {
    Anchor(Anchor),
    /// Nothing as far as this.
    Until(usize),
}

fn first(text: &str, chars: &[u64], from: usize, end: usize) -> Found {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < end {
        if BYTES[bytes[at] as usize]
            && let Some(anchor) = anchor(bytes, at)
        {
            match anchor {
                Anchor::Digit(place) if place == at => match short(text, chars, at) {
                    Some(end) => at = end,
                    None => return Found::Anchor(anchor),
                },
                _ => return Found::Anchor(anchor),
            }
        } else {
            at += 1;
        }
    }
    Found::Until(at)
}

/// Whether a block holds a byte of an anchor; also where it would take a look past the text to say so.
#[expect(clippy::needless_bitwise_bool, reason = "branches would keep the compiler from vectors")]
fn is_worth_a_look(bytes: &[u8], at: usize) -> bool {
    let Some(window) = at.checked_sub(1).and_then(|before| bytes.get(before..before + BLOCK + 2)) else {
        return true;
    };
    let window: &[u8; BLOCK + 2] = window.try_into().expect("cut to this size");
    let mut some = 0;
    for index in 0..BLOCK {
        let (before, b, after) = (window[index], window[index + 1], window[index + 2]);
        let digit = b.wrapping_sub(b'0') < 10;
        let sign = (b == b'@') | (b == b'#');
        let wide = (b == 0xbc) & ((after.wrapping_sub(0x90) < 10) | (after == 0xa0) | (after == 0x83));
        let word =
            ((b | 0x20) == b'a') & ((after | 0x20) == b't') & ((before | 0x20).wrapping_sub(b'a') >= 26);
        let han = (b == 0x89) & (after == 0xbe);
        some |= u8::from(digit | sign | wide | word | han);
    }
    some != 0
}

fn anchor(bytes: &[u8], place: usize) -> Option<Anchor> {
    match bytes[place] {
        b'0'..=b'9' => Some(Anchor::Digit(place)),
        // An entity is a digit.
        b'#' if place > 0 && bytes[place - 1] == b'&' => None,
        b'@' | b'#' => Some(Anchor::Mail(place)),
        // The second byte of a full-width character is rarer than the first.
        0xbc if place > 0 && bytes[place - 1] == 0xef => match bytes.get(place + 1) {
            Some(0x90..=0x99) => Some(Anchor::Digit(place - 1)),
            Some(0xa0 | 0x83) => Some(Anchor::Mail(place - 1)),
            _ => None,
        },
        0x89 if place > 0 && bytes[place - 1..].starts_with("艾特".as_bytes()) => {
            Some(Anchor::Mail(place - 1))
        }
        b'a' | b'A' => {
            let follows = matches!(bytes.get(place + 1), Some(b't' | b'T'));
            let apart = place > 0 && (b" ([{<_*".contains(&bytes[place - 1]) || bytes[place - 1] >= 0x80);
            (follows && apart).then_some(Anchor::Mail(place))
        }
        _ => None,
    }
}

/// Where plain digits with light signs between them end, if they are too few and nothing goes on on either side.
fn short(text: &str, chars: &[u64], at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let goes_on =
        |c: char| may_belong(chars, c) || matches!(c, 'l' | 'I' | 'o' | 'O' | '&' | ';' | '#' | '+');
    if text[..at].chars().next_back().is_some_and(goes_on) {
        return None;
    }
    let (mut end, mut digits) = (at, 0);
    loop {
        match bytes.get(end) {
            Some(b'0'..=b'9') => digits += 1,
            Some(b' ' | b'-' | b'.' | b'/') => {}
            _ => break,
        }
        end += 1;
        if digits == FEWEST {
            return None;
        }
    }
    if text[end..].chars().next().is_some_and(goes_on) {
        return None;
    }
    Some(end)
}

fn may_belong(chars: &[u64], c: char) -> bool {
    let code = c as usize;
    chars
        .get(code / 64)
        .map_or_else(|| digit(c).is_some() || is_invisible(c), |bits| bits >> (code % 64) & 1 == 1)
}

/// A digit of another dress at this byte, or right after the separators here.
fn probed(text: &str, chars: &[u64], probe: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = probe;
    while bytes[at] & 0xc0 == 0x80 {
        at -= 1;
    }
    // Most of what is asked is Han: three bytes, four bits of the first and six of each other.
    if let [first @ 0xe0..=0xef, second, third, ..] = bytes[at..] {
        let code =
            usize::from(first & 0xf) << 12 | usize::from(second & 0x3f) << 6 | usize::from(third & 0x3f);
        if chars[code / 64] >> (code % 64) & 1 == 0 {
            return None;
        }
    }
    for (offset, c) in text[at..].char_indices().take(4) {
        if !may_belong(chars, c) {
            return None;
        }
        if digit(c).is_some() {
            return Some(at + offset);
        }
    }
    None
}
