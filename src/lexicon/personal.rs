//! Identity numbers, telephone numbers, bank cards, credit codes, passports and mail addresses in a text.
//!
//! In comes text, out go the same text with them masked, character for character, and what was found where. A number
//! counts only when it is right (check digit, real date, issuer) or when the words around say so, and stands alone;
//! what is masked already is clean, and so are the contacts that the organisation publishes itself. A number is
//! recognised again by its trace, a keyed hash; the number itself leaves this room in nothing but the text.
//!
//! Long digit runs are rare: the search leaps from one to the next, and a text without any costs a look at its bytes.

mod allow;
mod anchor;
mod code;
mod mail;
mod near;
mod number;
mod sign;

pub use allow::Trace;

use anchor::Anchor;
use sign::Sign;
use std::borrow::Cow;
use std::ops::Range;

pub const ID_CARD: &str = "pii:id_card";
pub const MOBILE: &str = "pii:mobile";
pub const BANK_CARD: &str = "pii:bank_card";
pub const EMAIL: &str = "pii:email";
pub const USCC: &str = "pii:uscc";
pub const PASSPORT: &str = "pii:passport";
pub const KINDS: [&str; 6] = [ID_CARD, MOBILE, BANK_CARD, EMAIL, USCC, PASSPORT];

/// A piece of personal data, in bytes of the text that it was handed out with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Personal {
    pub kind: &'static str,
    pub start: usize,
    pub end: usize,
    /// `None` without a key.
    pub trace: Option<Trace>,
}

/// A text without personal data, and where there was some. It has as many characters as the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<'a> {
    pub text: Cow<'a, str>,
    pub found: Vec<Personal>,
}

/// Finds and masks, with the contacts that are allowed and the key of the traces.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    allow: allow::Allow,
    hasher: Option<allow::Hasher>,
}

/// Something found, with what it says: never handed out.
#[derive(Debug, Clone)]
struct Piece {
    kind: &'static str,
    start: usize,
    end: usize,
    /// What of it becomes asterisks.
    hide: Range<usize>,
    /// In its plainest form: digits, capitals, an address in small letters.
    value: String,
}

impl Finder {
    /// `allow`: whole numbers, addresses, `*@domain`.
    pub fn new(allow: &[String]) -> Self {
        Self { allow: allow::Allow::new(allow), hasher: None }
    }

    /// Traces are made with this key from now on.
    pub fn set_key(&mut self, instance_key: &[u8]) {
        self.hasher = Some(allow::Hasher::new(instance_key));
    }

    /// What `mask` would mask, sorted, as places in this text.
    pub fn find(&self, text: &str) -> Vec<Personal> {
        self.pieces(text).iter().map(|piece| self.personal(piece)).collect()
    }

    /// Masks so that its owner still knows it: `138****5678`, `110*************12`, `************0366`,
    /// `l**@lanli.example`.
    pub fn mask<'a>(&self, text: &'a str) -> Masked<'a> {
        let pieces = self.pieces(text);
        if pieces.is_empty() {
            return Masked { text: Cow::Borrowed(text), found: Vec::new() };
        }
        let (mut masked, mut found) = self.hidden(text, &pieces);
        // What stays readable of two neighbours may look like a third.
        loop {
            let rest = self.pieces(&masked);
            if rest.is_empty() {
                break;
            }
            let (again, _) = self.hidden(&masked, &rest);
            // The masks of wide digits are narrower, so places move; they are sorted, and one walk finds them all.
            let mut places = masked.char_indices().zip(again.char_indices()).peekable();
            let mut moved = |at: usize| {
                while places.next_if(|((was, _), _)| *was < at).is_some() {}
                places.peek().map_or(again.len(), |(_, (now, _))| *now)
            };
            for one in &mut found {
                (one.start, one.end) = (moved(one.start), moved(one.end));
            }
            masked = again;
        }
        Masked { text: Cow::Owned(masked), found }
    }

    fn hidden(&self, text: &str, pieces: &[Piece]) -> (String, Vec<Personal>) {
        let mut masked = String::with_capacity(text.len());
        let mut found = Vec::with_capacity(pieces.len());
        let mut copied = 0;
        for piece in pieces {
            masked.push_str(&text[copied..piece.start]);
            let start = masked.len();
            masked.push_str(&text[piece.start..piece.hide.start]);
            masked.extend(text[piece.hide.clone()].chars().map(|c| if piece.hides(c) { '*' } else { c }));
            masked.push_str(&text[piece.hide.end..piece.end]);
            found.push(Personal { start, end: masked.len(), ..self.personal(piece) });
            copied = piece.end;
        }
        masked.push_str(&text[copied..]);
        (masked, found)
    }

    fn personal(&self, piece: &Piece) -> Personal {
        let trace = self.hasher.as_ref().map(|hasher| hasher.trace(piece.kind, &piece.value));
        Personal { kind: piece.kind, start: piece.start, end: piece.end, trace }
    }

    /// Sorted, none upon another.
    fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut pieces = pieces(text);
        pieces.retain(|piece| !self.allow.has(piece));
        pieces
    }
}

impl Piece {
    fn hides(&self, c: char) -> bool {
        if self.kind == EMAIL {
            !sign::is_invisible(c)
        } else {
            c.is_alphanumeric() || sign::digit(c).is_some()
        }
    }
}

/// Everything in a text, whoever published it.
fn pieces(text: &str) -> Vec<Piece> {
    let (mut found, mut signs) = (Vec::new(), Vec::new());
    let mut from = 0;
    while let Some(anchor) = anchor::next(text, from) {
        from = match anchor {
            Anchor::Digit(at) => {
                let end = sign::read(text, from, at, &mut signs);
                in_run(text, &signs, &mut found);
                found.last().map_or(end, |last: &Piece| end.max(last.end))
            }
            Anchor::Mail(at) => match mail::around(text, at) {
                Some(piece) => {
                    // `13900000000@lanli.example` is an address.
                    while found.last().is_some_and(|last: &Piece| last.end > piece.start) {
                        found.pop();
                    }
                    let end = piece.end;
                    found.push(piece);
                    end
                }
                None => at + text[at..].chars().next().map_or(1, char::len_utf8),
            },
        };
    }
    found
}

/// The codes that a run of digits begins, and the numbers in it.
fn in_run(text: &str, signs: &[Sign], found: &mut Vec<Piece>) {
    if signs.len() < 6 {
        return;
    }
    if let Some(piece) = code::passport(text, signs[0].start) {
        found.push(piece);
        return;
    }
    let (code, rest) =
        code::uscc_in(text, signs).map_or((None, signs), |(at, piece)| (Some(piece), &signs[..at]));
    if rest.len() >= 11 {
        number::numbers(text, rest, found);
    }
    found.extend(code);
}

#[cfg(test)]
#[path = "personal/tests.rs"]
mod tests;
