//! An incident as it stands: what mails, commands and the ladder look at.

use super::facts::{EvidenceFacts, QuotePart};
use super::incident::{IncidentKind, IncidentState, Severity, Verdict};
use super::policy::Policy;
use super::source::Tier;
use super::term::Way;
use chrono::{DateTime, TimeDelta, Utc};

#[derive(Debug, Clone, serde::Serialize)]
pub struct Incident {
    #[serde(skip)]
    pub id: i64,
    pub number: String,
    pub kind: IncidentKind,
    #[serde(skip)]
    pub story: i64,
    #[serde(skip)]
    pub mention: i64,
    pub rule: String,
    pub subject: String,
    pub severity: Severity,
    pub tier: Tier,
    pub title: String,
    #[serde(skip)]
    pub parts: String,
    pub state: IncidentState,
    pub verdict: Option<Verdict>,
    pub worsen_no: i64,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_by: Option<String>,
    pub note: Option<String>,
}

/// An incident with all that a mail or `incident show` says of it.
#[derive(Debug, Clone)]
pub struct Matter {
    pub incident: Incident,
    pub source_key: String,
    pub source_name: String,
    pub source_tier: Tier,
    pub own: bool,
    pub url: Option<String>,
    pub published: Option<String>,
    pub seen_at: DateTime<Utc>,
    pub quote: Vec<QuotePart>,
    pub evidence: Option<EvidenceFacts>,
    /// Outlets (sources) that carry the story, the first one included, and those of at least `mainstream`.
    pub outlets: u32,
    pub mainstream: u32,
    pub mentions: u32,
    pub climb: Option<Climb>,
}

/// How a story stands when a rule asks: for `raise`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    pub outlets: u32,
    pub mentions: u32,
    pub highest: Option<Tier>,
}

#[derive(Debug, Clone)]
pub struct Climb {
    pub id: i64,
    pub incident: i64,
    pub number: String,
    pub policy: Policy,
    pub reason: String,
    pub state: String,
    pub started_at: DateTime<Utc>,
    pub taken: u32,
    pub next_at: DateTime<Utc>,
    pub ack_until: Option<DateTime<Utc>>,
    pub ack_by: Option<String>,
}

/// The climb goes on this long after an acknowledgement ran out, so that its holder is told first.
pub const ACK_GRACE: TimeDelta = TimeDelta::minutes(10);

/// Why an incident is what it is; stored with it, said in its mails.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Parts {
    pub subject_name: String,
    pub rule_name: String,
    pub rule_version: String,
    pub because: Vec<String>,
    /// How what fired was disguised; empty: it was written plainly; `None`: not known.
    #[serde(default)]
    pub ways: Option<Vec<Way>>,
    #[serde(default)]
    pub same_sentence: bool,
}
