//! The shared nouns of the house: what rooms hand to each other.
//!
//! Plain values without I/O, clock or async; `model` uses no other room. Constructors refuse nonsense, so the
//! code that uses a value does not check it again.

mod around;
mod entry;
mod facts;
mod incident;
mod matter;
mod page;
mod people;
mod policy;
mod rows;
mod rule;
mod secret;
mod source;
mod term;
mod words;

pub use around::{KnownAround, NewDomain, OutboundRow, Outward, Part, Spot, Through, Whole};
pub use entry::{Entry, EntryKey, Fate, Link, Odd, Published, Reading, Unreadable};
pub use facts::{
    AlertFacts, Change, Contact, CoverageFacts, DigestFacts, DigestLine, EvidenceFacts, LadderLine,
    NoticeFacts, QuotePart, TroubleLine,
};
pub use incident::{IncidentKind, IncidentState, Severity, Verdict};
pub use matter::{ACK_GRACE, Climb, Incident, Matter, Parts, Spread};
pub use page::{Fetched, Hop, Outcome, PageWhy, Skip, Validators};
pub use people::{Person, Role, Shift};
pub use policy::{DailyWindow, FirstReport, Policy, Step};
pub use rows::{MentionRow, SourceRow};
pub use rule::{Condition, Raise, Rule, Subject, Within};
pub use secret::Secret;
pub use source::{ArticleSelectors, ForumSelectors, ListSelectors, Source, SourceKind, Tier, Timetable};
pub use term::{Field, Hit, Lexicon, Scope, Taught, Term, Way};
pub use words::{Lang, Word};
