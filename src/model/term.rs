//! Terms and the places where they were found.

use super::words::words;
use chrono::NaiveDate;

words! {
    /// How a term was disguised. Only `plain` to `repeated` are strict; the others weigh less.
    Way {
        Plain = "plain", "原样", "plain";
        Folded = "folded", "变体字形", "folded";
        Separated = "separated", "夹符号", "separated";
        Bracketed = "bracketed", "括注读音", "bracketed";
        Repeated = "repeated", "叠字", "repeated";
        Pinyin = "pinyin", "拼音", "pinyin";
        Homophone = "homophone", "谐音", "homophone";
        Shape = "shape", "形近", "shape";
        Split = "split", "拆字", "split";
        Emoji = "emoji", "表情", "emoji";
    }
}

impl Way {
    /// A loose way alone never goes above yellow (DESIGN.md, "Words that decide").
    pub fn is_loose(self) -> bool {
        self >= Self::Pinyin
    }
}

words! {
    Field {
        Title = "title", "标题", "title";
        Text = "text", "正文", "text";
    }
}

words! {
    /// Where a lexicon is looked for.
    Scope {
        All = "all", "全部来源", "all sources";
        Own = "own", "自有渠道", "own channels";
    }
}

/// A file of terms, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Lexicon {
    /// The file's stem, e.g. `a1`.
    pub key: String,
    pub name: String,
    pub version: String,
    pub effective: Option<NaiveDate>,
    pub scope: Scope,
    pub terms: Vec<Term>,
    /// Sentences in which none of this lexicon's terms may be found; `check` proves it.
    pub harmless: Vec<String>,
}

impl Lexicon {
    /// A version that begins on a later day waits; `today` is the main zone's.
    pub fn in_force(&self, today: NaiveDate) -> bool {
        self.effective.is_none_or(|day| day <= today)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub text: String,
    /// What rules name: `A1`, `C4-promise`, `pii`, …
    pub category: String,
    /// 1 (hint) to 5 (grave).
    pub weight: u8,
    /// Longer harmless phrases: a hit inside one of them does not count.
    pub unless: Vec<String>,
    /// The right form, where the term is a wrong word (D2).
    pub correct: Option<String>,
    /// Items published before this day are not held against the wrong word.
    pub since: Option<NaiveDate>,
    /// Only as it is written, character for character.
    pub exact: bool,
    /// Only where it begins and ends with a word, also by the strictest reading.
    pub whole_word: bool,
    /// Whether it is looked for in loose ways; `None` leaves it to the matcher (DESIGN.md, "Loose ways").
    pub loose: Option<bool>,
}

impl Term {
    /// A term without conditions.
    pub fn new(text: impl Into<String>, category: impl Into<String>, weight: u8) -> Self {
        Self {
            text: text.into(),
            category: category.into(),
            weight,
            unless: Vec::new(),
            correct: None,
            since: None,
            exact: false,
            whole_word: false,
            loose: None,
        }
    }
}

/// What verdicts taught about one disguised form of a term: 爆lei for 爆雷.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taught {
    pub term: String,
    /// The text as it was found, in lower case.
    pub form: String,
    /// `true`: it counts like a strict way; `false`: it is not reported for this term any more.
    pub right: bool,
}

/// A term's place in a text. `start..end` are byte offsets at character boundaries of the original (P6); tables and
/// JSON carry Unicode scalar values instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub start: usize,
    pub end: usize,
    /// Index into the matcher's term table.
    pub term: u32,
    pub way: Way,
}
