//! What is said of whom, and whether that is news to anybody.
//!
//! In come an entry and the snapshot's rulebook; out go the entry with personal data masked (P8), its hits as ranges
//! of the masked text (P6), and the rules that fire on it, each with its subject and its reasons. Denials, our own
//! announcements and market-robot copy are set aside, and said so (P9). Nothing here knows the store or the time.

pub mod around;
mod condition;
mod denial;
mod explain;
#[cfg(test)]
mod fixtures;
mod lessons;
pub mod place;
mod quote;
mod routine;
mod rulebook;
mod sentences;
mod weigh;

pub use denial::Denied;
pub use explain::{Dropped, Near, dropped, nearest};
pub use quote::{excerpt, hits_json};
pub use rulebook::{Rulebook, RulebookError};
pub use weigh::{BuiltIn, Fired, Weighed, masked, weigh};
