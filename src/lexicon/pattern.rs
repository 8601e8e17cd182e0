//! Terms and their `unless` phrases as sequences of classes.

use super::LexiconError;
use super::fold::{self, Class, is_digit, is_han, is_letter};
use super::stream::{Kind, token};
use super::walk::LONGEST;
use crate::model::Term;

/// What a sequence is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Term,
    /// An `unless` phrase.
    Guard,
    /// A term whose Latin letters are written as the digits and signs that look like them.
    Shape,
}

/// In 24 bytes: with many terms a hit costs what it fetches from memory.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each says a thing of its own")]
pub struct Pattern {
    pub term: u32,
    raw: u32,
    letters: u32,
    letters_len: u16,
    raw_len: u8,
    pub role: Role,
    pub exact: bool,
    /// Begins or ends with a letter or a digit, so that what runs on there counts.
    pub latin: bool,
    /// Has signs of its own, which must stand in the text as well.
    pub signs: bool,
    /// Has blanks of its own, likewise.
    pub blanks: bool,
    /// A term that is written as it is folded, character by character.
    pub plain: bool,
    /// The last one of its sequence.
    last: bool,
}

/// All sequences of a matcher, sorted; what is the same sequence lies together and has the number of its first one.
#[derive(Default)]
pub struct Patterns {
    all: Vec<Pattern>,
    raws: Vec<Class>,
    letters: Vec<u8>,
    /// For those with blanks, by `raw`: a bit for each character before which the term has one.
    blanks: Vec<(u32, u64)>,
}

/// The patterns, and what becomes of them.
pub struct Built {
    pub patterns: Patterns,
    /// Every sequence with its number, sorted.
    pub sequences: Vec<(Vec<Class>, u32)>,
    /// The terms of which folding leaves too little to look for.
    pub literal: Vec<u32>,
}

/// A term or phrase on its way into the table.
struct Draft {
    sequence: Vec<Class>,
    raw: Vec<Class>,
    blanks: u64,
    pattern: Pattern,
}

pub fn check(terms: &[Term]) -> Result<(), LexiconError> {
    for (index, term) in terms.iter().enumerate() {
        if term.text.is_empty() {
            return Err(LexiconError::EmptyTerm { index: index + 1 });
        }
        for phrase in &term.unless {
            if phrase.is_empty() {
                return Err(LexiconError::EmptyPhrase { term: term.text.clone() });
            }
            if *phrase == term.text {
                return Err(LexiconError::Silenced { term: term.text.clone() });
            }
        }
    }
    Ok(())
}

/// A text as classes, with the places at which it has blanks, and whether it has other signs.
pub struct Folded {
    pub raw: Vec<Class>,
    pub blanks: u64,
    pub signs: bool,
}

pub fn folded(text: &str) -> Folded {
    let table = fold::table();
    let mut folded = Folded { raw: Vec::with_capacity(text.len() / 3 + 1), blanks: 0, signs: false };
    let mut at = 0;
    while at < text.len() {
        let token = token(table, text, at, fold::INVISIBLE);
        match token.kind {
            Kind::Character => folded.raw.extend_from_slice(token.classes()),
            Kind::Space | Kind::Newline if folded.raw.len() < 64 => folded.blanks |= 1 << folded.raw.len(),
            Kind::Invisible | Kind::Combining | Kind::Space | Kind::Newline => {}
            Kind::Sign | Kind::Emoji | Kind::Reading | Kind::Markup => folded.signs = true,
        }
        at = token.end;
    }
    folded
}

impl Patterns {
    pub fn build(terms: &[Term]) -> Built {
        let mut drafts = Vec::with_capacity(terms.len());
        let mut literal = Vec::new();
        let mut all = Self::default();
        for (index, term) in terms.iter().enumerate() {
            let index = index as u32;
            match all.draft(&term.text, index, Role::Term) {
                Some(mut draft) => {
                    draft.pattern.exact = term.exact;
                    if !term.exact && term.loose != Some(false) {
                        shapes(&draft, &mut drafts);
                    }
                    drafts.push(draft);
                }
                None => literal.push(index),
            }
            drafts.extend(term.unless.iter().filter_map(|phrase| all.draft(phrase, index, Role::Guard)));
        }
        drafts.sort_by(|a, b| a.sequence.cmp(&b.sequence));
        let mut sequences: Vec<(Vec<Class>, u32)> = Vec::with_capacity(drafts.len());
        for Draft { sequence, raw, blanks, pattern } in drafts {
            match sequences.last() {
                Some((before, _)) if *before == sequence => {}
                _ => {
                    all.end_sequence();
                    sequences.push((sequence, all.all.len() as u32));
                }
            }
            let start = all.raws.len() as u32;
            if blanks != 0 {
                all.blanks.push((start, blanks));
            }
            all.raws.extend_from_slice(&raw);
            all.all.push(Pattern { raw: start, blanks: blanks != 0, ..pattern });
        }
        all.end_sequence();
        Built { patterns: all, sequences, literal }
    }

    fn end_sequence(&mut self) {
        if let Some(pattern) = self.all.last_mut() {
            pattern.last = true;
        }
    }

    fn draft(&mut self, text: &str, term: u32, role: Role) -> Option<Draft> {
        let Folded { raw, blanks, signs } = folded(text);
        let mut sequence = raw.clone();
        sequence.dedup();
        // One character is looked for only as it is written; several equal ones are one item of the stream.
        if raw.len() < 2 || raw.len() > LONGEST || text.len() > 4 * LONGEST {
            return None;
        }
        let own = |class: Option<&Class>| class.is_some_and(|&class| is_letter(class) || is_digit(class));
        let letters = self.letters.len() as u32;
        if role == Role::Term {
            self.letters.extend_from_slice(text.as_bytes());
        }
        let as_folded = text.chars().map(u32::from).eq(sequence.iter().map(|&class| u32::from(class)));
        let pattern = Pattern {
            term,
            role,
            exact: false,
            latin: own(raw.first()) || own(raw.last()),
            signs,
            raw_len: raw.len() as u8,
            letters_len: if role == Role::Term { text.len() as u16 } else { 0 },
            raw: 0,
            letters,
            blanks: false,
            plain: role == Role::Term && as_folded,
            last: false,
        };
        let blanks = blanks & !1 & ((1 << raw.len().min(63)) - 1);
        Some(Draft { sequence, raw, blanks, pattern })
    }

    /// Those of a sequence, by its number.
    pub fn of(&self, sequence: u32) -> impl Iterator<Item = &Pattern> {
        let mut ended = false;
        self.all[sequence as usize..]
            .iter()
            .take_while(move |pattern| !std::mem::replace(&mut ended, pattern.last))
    }

    /// Its classes with repetitions.
    pub fn raw(&self, pattern: &Pattern) -> &[Class] {
        &self.raws[pattern.raw as usize..][..usize::from(pattern.raw_len)]
    }

    /// The term's own bytes; empty for what is no term.
    pub fn letters(&self, pattern: &Pattern) -> &[u8] {
        &self.letters[pattern.letters as usize..][..usize::from(pattern.letters_len)]
    }

    /// A bit for each character before which the term has a blank.
    pub fn blanks(&self, pattern: &Pattern) -> u64 {
        let place = self.blanks.binary_search_by_key(&pattern.raw, |&(raw, _)| raw);
        place.map_or(0, |place| self.blanks[place].1)
    }

    pub fn bytes(&self) -> usize {
        self.all.len() * size_of::<Pattern>()
            + self.blanks.len() * 16
            + self.raws.len() * 2
            + self.letters.len()
    }
}

/// Digits and signs that are read as letters.
const LOOKS: [(u8, u8); 12] = [
    (b'i', b'1'),
    (b'l', b'1'),
    (b'o', b'0'),
    (b'e', b'3'),
    (b's', b'5'),
    (b's', b'$'),
    (b'a', b'4'),
    (b'a', b'@'),
    (b't', b'7'),
    (b'b', b'8'),
    (b'i', b'!'),
    (b'g', b'9'),
];

/// The term with one or two of its letters written so: `1PO`, `CE0失联`.
fn shapes(draft: &Draft, drafts: &mut Vec<Draft>) {
    let raw = &draft.raw;
    let letters = raw.iter().filter(|&&class| is_letter(class)).count();
    if letters == 0 || raw.len() < 3 || letters > 12 || draft.pattern.signs {
        return;
    }
    let single: Vec<(usize, Class)> = raw
        .iter()
        .enumerate()
        .flat_map(|(at, &class)| {
            LOOKS
                .iter()
                .filter(move |&&(letter, _)| Class::from(letter) == class)
                .map(move |&(_, sign)| (at, Class::from(sign)))
        })
        .collect();
    let mut push = |changes: &[(usize, Class)]| {
        let mut raw = raw.clone();
        for &(at, class) in changes {
            raw[at] = class;
        }
        let literal = raw.iter().any(|&class| is_letter(class) || is_han(class));
        let mut sequence = raw.clone();
        sequence.dedup();
        if literal && sequence.len() > 1 {
            let pattern =
                Pattern { role: Role::Shape, letters_len: 0, latin: true, plain: false, ..draft.pattern };
            drafts.push(Draft { sequence, raw, blanks: draft.blanks, pattern });
        }
    };
    for (index, &one) in single.iter().enumerate() {
        push(&[one]);
        for &other in single[index + 1..].iter().filter(|other| other.0 != one.0) {
            push(&[one, other]);
        }
    }
}
