//! Terms, and where they stand in a text.
//!
//! In come checked terms and plain text; out come hits as ranges of that very text (P6), marks of secrecy, and text in
//! which personal data is masked, character for character, before anybody stores it (P8). Nothing here knows rules,
//! subjects or files.

mod borders;
mod bridge;
mod fold;
mod import;
mod lists;
mod loose;
pub mod marks;
mod pattern;
pub mod personal;
mod plain;
pub mod precision;
mod readings;
pub mod review;
mod scalars;
mod scan;
mod stream;
mod trie;
mod walk;
mod words;

pub use import::{List, import, read_list};
pub use plain::{Plain, fold_text};
pub use scalars::Scalars;
pub use scan::Matcher;
pub use words::Words;

/// What is wrong with a list of terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconError {
    #[error("term {index} is empty; write its text or remove the line")]
    EmptyTerm { index: usize },
    #[error("{term:?} has an empty `unless` phrase; remove it")]
    EmptyPhrase { term: String },
    #[error("{term:?} is its own `unless` phrase and would never count; make the phrase longer or remove it")]
    Silenced { term: String },
    #[error("the terms cannot be made into one automaton ({0}); split the lexicon")]
    TooLarge(String),
    #[error("{name}:{line}: {problem}")]
    Import { name: String, line: usize, problem: String },
    #[error("{name}: a list of terms is a .txt or .csv file in UTF-8 (or GB18030, Big5, UTF-16); {problem}")]
    Format { name: String, problem: String },
}
