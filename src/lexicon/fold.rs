//! Characters as the matcher sees them: width, case, script, style and look-alikes folded away.
//!
//! One table gives every character a *class*, the code point it folds to, or says that it is left out of matching or
//! needs a closer look. Folding a class again changes nothing. The tables are generated (`fold/generate.py`).

mod tables;

use super::stream::Kind;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A folded character. Where a character folds to one beyond the BMP, a stand-in from the private use area.
pub type Class = u16;

/// Nothing a reader sees: zero width, direction marks, combining marks. Dropped wherever it stands.
pub const INVISIBLE: Class = 0;
/// Spaces, signs and emoji that may stand inside a disguised word. Dropped; whether a word may run on across them is
/// asked of the words that were found.
pub const SEPARATOR: Class = 1;
/// A character that folds to several, or with which an entity, a tag or a reading in brackets begins.
pub const SPECIAL: Class = 2;
/// The least class that is a character.
pub const LEAST: Class = 0x20;

pub struct Fold {
    /// By code point of the BMP.
    classes: Box<[Class; 1 << 16]>,
    /// Beyond the BMP, sorted.
    astral: Vec<(u32, Class)>,
    many: HashMap<char, Vec<Class>>,
}

/// The one table of this process.
pub fn table() -> &'static Fold {
    static TABLE: OnceLock<Fold> = OnceLock::new();
    TABLE.get_or_init(Fold::load)
}

impl Fold {
    fn load() -> Self {
        let mut classes: Box<[Class; 1 << 16]> = Box::new(std::array::from_fn(|code| code as Class));
        let mut astral = Vec::new();
        let mut set = |c: u32, class: Class| match classes.get_mut(c as usize) {
            Some(place) => *place = class,
            None => astral.push((c, class)),
        };
        for c in (0..u32::from(LEAST)).chain([0x85, 0x2028]) {
            set(c, SEPARATOR);
        }
        let ranges = [
            (tables::INVISIBLE, INVISIBLE),
            (tables::SPACES, SEPARATOR),
            (tables::EMOJI, SPECIAL),
            (tables::SYMBOLS, SEPARATOR),
        ];
        for (ranges, class) in ranges {
            for c in ranges.iter().flat_map(|&(from, to)| from..=to) {
                set(c, class);
            }
        }
        for sign in DASHES {
            set(sign as u32, SEPARATOR);
        }
        for stroke in STROKES {
            set(stroke as u32, SEPARATOR);
        }
        let mut ones = tables::ONE.chars();
        while let (Some(from), Some(to)) = (ones.next(), ones.next()) {
            let sign = DASHES.contains(&to) || STROKES.contains(&to) || "&|\\%$".contains(to);
            set(from as u32, if sign { SEPARATOR } else { stand_in(to) });
        }
        let mut many = HashMap::new();
        for (from, to) in tables::MANY.lines().filter_map(|line| line.split_once('\t')) {
            let Some(from) = from.chars().next() else { continue };
            // A sign that stands for a whole phrase is no disguise of it.
            let whole: Vec<Class> =
                to.chars().filter(|&c| !within(tables::SYMBOLS, c)).map(stand_in).collect();
            if whole.len() <= 4 {
                set(from as u32, SPECIAL);
                many.insert(from, whole);
            }
        }
        for c in "&＆<([（［【〔《〈「『\\|｜%$".chars() {
            set(c as u32, SPECIAL);
        }
        astral.sort_unstable();
        astral.dedup_by_key(|&mut (c, _)| c);
        Self { classes, astral, many }
    }

    pub fn class(&self, c: char) -> Class {
        match self.classes.get(c as usize) {
            Some(&class) => class,
            None => self.beyond(c),
        }
    }

    /// The table of the BMP, for the loop that cannot afford a call.
    pub fn classes(&self) -> &[Class; 1 << 16] {
        &self.classes
    }

    /// The class of a character that is one: what a special character is when nothing special begins with it.
    pub fn plain_class(&self, c: char) -> Class {
        match self.class(c) {
            SPECIAL if !self.many.contains_key(&c) => match c {
                '（' => '(' as Class,
                '［' => '[' as Class,
                '\\' | '|' | '｜' | '&' | '＆' | '%' | '$' => SEPARATOR,
                c => c as Class,
            },
            class => class,
        }
    }

    /// What one character folds to where that is several.
    pub fn many(&self, c: char) -> Option<&[Class]> {
        self.many.get(&c).map(Vec::as_slice)
    }

    fn beyond(&self, c: char) -> Class {
        match self.astral.binary_search_by_key(&(c as u32), |&(c, _)| c) {
            Ok(at) => self.astral[at].1,
            Err(_) => stand_in(c),
        }
    }
}

/// What a separator is.
pub fn between(c: char) -> Kind {
    match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => Kind::Newline,
        c if c < ' ' || within(tables::SPACES, c) => Kind::Space,
        _ => Kind::Sign,
    }
}

pub fn is_emoji(c: char) -> bool {
    within(tables::EMOJI, c)
}

/// Signs with a meaning of their own that people also put between characters; two dashes end a clause (`bridge`).
const DASHES: [char; 7] = ['—', '―', '@', '＠', '％', '＄', '￥'];

/// Strokes that are Han characters by number only: people put them between others.
const STROKES: [char; 7] = ['丶', '丨', '丿', '乀', '亅', '乚', '灬'];

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let c = c as u32;
    let after = ranges.partition_point(|&(from, _)| from <= c);
    ranges[..after].last().is_some_and(|&(_, to)| c <= to)
}

/// A class for any character; those beyond the BMP share the private use area, so their hits are compared again.
fn stand_in(c: char) -> Class {
    match u16::try_from(c as u32) {
        Ok(class) => class.max(LEAST),
        Err(_) => 0xe000 | (c as u32 % 0x1900) as u16,
    }
}

pub fn is_han(class: Class) -> bool {
    matches!(class, 0x3400..=0x9fff | 0xf900..=0xfaff | 0x3007)
}

pub fn is_letter(class: Class) -> bool {
    matches!(class, 0x61..=0x7a)
}

pub fn is_digit(class: Class) -> bool {
    matches!(class, 0x30..=0x39)
}

#[cfg(test)]
mod tests;
