//! Terms and their `unless` phrases as sequences of classes.

use super::LexiconError;
use super::fold::{self, Class, is_digit, is_han, is_letter};
use super::stream::{Kind, token};
use super::walk::LONGEST;
use crate::model::Term;
use std::collections::HashMap;

/// What a sequence is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Term,
    /// An `unless` phrase.
    Guard,
    /// A term whose Latin letters are written as the digits and signs that look like them.
    Shape,
}

#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    pub term: u32,
    pub role: Role,
    pub exact: bool,
    /// Begins or ends with a letter or a digit, so that what runs on there counts.
    pub latin: bool,
    /// Has signs of its own, which must stand in the text as well.
    pub signs: bool,
    raw_len: u8,
    letters_len: u16,
    raw: u32,
    letters: u32,
    /// A bit for each character before which the term has a blank.
    pub blanks: u64,
}

/// All sequences of a matcher, sorted; what is the same sequence lies together.
#[derive(Default)]
pub struct Patterns {
    all: Vec<Pattern>,
    /// By sequence: its first pattern; one more at the end.
    firsts: Vec<u32>,
    /// By sequence: where it begins in `classes`; one more at the end.
    starts: Vec<u32>,
    classes: Vec<Class>,
    raws: Vec<Class>,
    letters: Vec<u8>,
}

/// A term or phrase on its way into the table.
struct Draft {
    sequence: Vec<Class>,
    raw: Vec<Class>,
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
    /// The patterns, and the terms of which folding leaves too little to look for.
    pub fn new(terms: &[Term]) -> (Self, Vec<u32>) {
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
        let mut before: Option<&[Class]> = None;
        for draft in &drafts {
            if before != Some(&draft.sequence) {
                all.firsts.push(all.all.len() as u32);
                all.starts.push(all.classes.len() as u32);
                all.classes.extend_from_slice(&draft.sequence);
                before = Some(&draft.sequence);
            }
            let raw = all.raws.len() as u32;
            all.raws.extend_from_slice(&draft.raw);
            all.all.push(Pattern { raw, ..draft.pattern });
        }
        all.firsts.push(all.all.len() as u32);
        all.starts.push(all.classes.len() as u32);
        (all, literal)
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
            blanks: blanks & !1 & ((1 << raw.len().min(63)) - 1),
        };
        Some(Draft { sequence, raw, pattern })
    }

    /// Every sequence of several items with its number, sorted.
    pub fn sequences(&self) -> impl Iterator<Item = (&[Class], u32)> {
        self.numbered().filter(|(sequence, _)| sequence.len() > 1)
    }

    /// The sequences of one item, which is a repetition: by class.
    pub fn repetitions(&self) -> HashMap<Class, u32> {
        self.numbered()
            .filter(|(sequence, _)| sequence.len() == 1)
            .map(|(sequence, number)| (sequence[0], number))
            .collect()
    }

    fn numbered(&self) -> impl Iterator<Item = (&[Class], u32)> {
        (0..self.starts.len() as u32 - 1).map(|number| (self.sequence(number), number))
    }

    pub fn sequence(&self, sequence: u32) -> &[Class] {
        let sequence = sequence as usize;
        &self.classes[self.starts[sequence] as usize..self.starts[sequence + 1] as usize]
    }

    pub fn of(&self, sequence: u32) -> &[Pattern] {
        let sequence = sequence as usize;
        &self.all[self.firsts[sequence] as usize..self.firsts[sequence + 1] as usize]
    }

    /// Its classes with repetitions.
    pub fn raw(&self, pattern: &Pattern) -> &[Class] {
        &self.raws[pattern.raw as usize..][..usize::from(pattern.raw_len)]
    }

    /// The term's own bytes; empty for what is no term.
    pub fn letters(&self, pattern: &Pattern) -> &[u8] {
        &self.letters[pattern.letters as usize..][..usize::from(pattern.letters_len)]
    }

    pub fn bytes(&self) -> usize {
        self.all.len() * size_of::<Pattern>()
            + (self.firsts.len() + self.starts.len()) * 4
            + (self.classes.len() + self.raws.len()) * 2
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
            let pattern = Pattern { role: Role::Shape, letters_len: 0, latin: true, ..draft.pattern };
            drafts.push(Draft { sequence, raw, pattern });
        }
    };
    for (index, &one) in single.iter().enumerate() {
        push(&[one]);
        for &other in single[index + 1..].iter().filter(|other| other.0 != one.0) {
            push(&[one, other]);
        }
    }
}
