//! Subjects and rules: what, said of whom, raises what.

use super::incident::{IncidentKind, Severity};
use super::source::Tier;
use std::time::Duration;

/// Someone the organisation answers for: itself, an affiliate, a controlled company, a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub key: String,
    /// The full name, shown in mails.
    pub name: String,
    /// Every written form that counts by itself: full name, short names.
    pub names: Vec<String>,
    /// Stock and bond codes: they count only beside a name, an exchange mark (SZ, SH, BJ) or 股.
    pub codes: Vec<String>,
    /// Longer phrases that are somebody else (namesakes, look-alike fund names).
    pub exclude: Vec<String>,
    /// The organisation itself, as opposed to an affiliate.
    pub own: bool,
}

/// What has to stand near what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    Sentence,
    Paragraph,
    /// At most so many characters between the end of one and the start of the other.
    Characters(usize),
}

/// A condition over the hits of one entry (title and text).
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    Term(String),
    Category(String),
    /// A subject's key, or `*` for any.
    Subject(String),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    None(Vec<Condition>),
    /// One hit of each, all within the same sentence, paragraph or stretch. Holds only atoms and `Any` of atoms.
    Near {
        within: Within,
        of: Vec<Condition>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub key: String,
    pub name: String,
    pub version: String,
    pub kind: IncidentKind,
    pub severity: Severity,
    pub condition: Condition,
    /// `Some(true)`: own channels only; `Some(false)`: other people's only; `None`: both.
    pub own: Option<bool>,
    /// Only these tiers; empty: all.
    pub tiers: Vec<Tier>,
    /// Denials, clarifications and market-robot copy are set aside unless the rule wants them.
    pub heed_denials: bool,
    /// What makes it graver as it spreads.
    pub raise: Vec<Raise>,
    /// The escalation policy; `None`: digest only.
    pub policy: Option<String>,
}

/// "Red when three outlets carry it within an hour, or one mainstream outlet does."
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    pub to: Severity,
    /// So many different outlets (sources) …
    pub outlets: Option<u32>,
    /// … within this time; without it, ever.
    pub within: Option<Duration>,
    /// An outlet of at least this tier carries it.
    pub tier: Option<Tier>,
    /// So many mentions (posts, replies) in the story.
    pub mentions: Option<u32>,
    /// The policy from then on; `None`: the rule's own.
    pub policy: Option<String>,
}
