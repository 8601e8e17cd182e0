//! What a mail says, as facts. Stored as JSON with the outbox row and rendered at the first attempt (P8), so a
//! field is only ever added, with a default.

use super::around::Spot;
use super::incident::{IncidentKind, Severity};
use super::people::Role;
use super::source::Tier;
use super::term::Way;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// One urgent mail about one incident, to one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertFacts {
    pub organisation: String,
    /// Times are shown in this zone.
    pub zone: Tz,
    /// `2026-0117`
    pub number: String,
    pub severity: Severity,
    pub kind: IncidentKind,
    pub subject: String,
    /// The title of the entry that raised it, masked.
    pub title: String,
    /// Set where this is not the first mail: what got worse.
    pub change: Option<Change>,
    pub role: Role,
    /// The step of the ladder, from 0.
    pub step: u32,
    pub source: String,
    pub tier: Tier,
    pub own_channel: bool,
    pub url: Option<String>,
    /// As the page wrote it.
    pub published: Option<String>,
    /// When we fetched it.
    pub fetched_at: DateTime<Utc>,
    pub queued_at: DateTime<Utc>,
    /// The sentence(s) with the hits, cut into marked and unmarked parts.
    pub quote: Vec<QuotePart>,
    /// Outlets that carry the story besides the first, and how many of them are mainstream or official.
    pub reprints: u32,
    pub mainstream_reprints: u32,
    pub mentions: u32,
    pub rule: String,
    pub rule_name: String,
    pub rule_version: String,
    /// Categories and terms that fired, for "why this colour".
    pub because: Vec<String>,
    /// How what fired was disguised; empty: it was written plainly; `None`: not known.
    #[serde(default)]
    pub ways: Option<Vec<Way>>,
    /// Something of it stands in one sentence with the subject.
    #[serde(default)]
    pub same_sentence: bool,
    /// What would make it graver, in words of the rule: outlets, minutes, tier.
    pub raises: Vec<String>,
    pub evidence: Option<EvidenceFacts>,
    /// Answer before this, or the next step is taken.
    pub answer_by: Option<DateTime<Utc>>,
    /// What follows without an answer.
    pub ladder: Vec<LadderLine>,
    /// Who else has this mail now.
    pub also: Vec<Contact>,
    /// Whom to tell by telephone, and until when.
    pub report_to: Option<Contact>,
    pub report_by: Option<DateTime<Utc>>,
    /// How long an acknowledgement holds.
    pub ack_minutes: u32,
    /// Trial run: to whom it would have gone. Empty outside a trial.
    pub trial: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Change {
    Severity {
        from: Severity,
    },
    Tier {
        from: Tier,
    },
    /// Nobody answered: this is a further step of the ladder.
    Unanswered,
    /// The acknowledgement ran out; told to whoever gave it, before the climb goes on.
    AckExpired,
    /// The ladder has ended without an acknowledgement.
    Exhausted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotePart {
    pub text: String,
    /// Set on a hit: what it is, e.g. `A1` or `subject`.
    pub hit: Option<String>,
    /// Where on a page of our own the parts up to the next one stand; this part has no text then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFacts {
    pub at: DateTime<Utc>,
    pub sha256: String,
    /// `false`: the page holds personal data, so its bytes were not kept.
    pub kept: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub role: Role,
    pub name: String,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderLine {
    pub at: DateTime<Utc>,
    pub to: Vec<Contact>,
    /// Held until this hour because the step keeps hours.
    pub held_until: Option<DateTime<Utc>>,
}

/// The daily digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestFacts {
    pub organisation: String,
    pub zone: Tz,
    pub number: i64,
    pub date: NaiveDate,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// New incidents of the period by severity: red, orange, yellow, blue.
    pub new_by_severity: [u32; 4],
    pub overdue: u32,
    /// What must be done today: unacknowledged ladders, first reports due, incidents to triage.
    pub todo: Vec<DigestLine>,
    pub new_incidents: Vec<DigestLine>,
    pub in_progress: Vec<DigestLine>,
    /// Mentions that raised no incident or blue ones, to be triaged; at most ten, the rest counted.
    pub to_triage: Vec<DigestLine>,
    pub to_triage_total: u32,
    /// Old news: entries of a first visit, undated or published too long ago.
    pub old_mentions: u32,
    pub first_visit_entries: u32,
    pub coverage: CoverageFacts,
    pub troubles: Vec<TroubleLine>,
    pub mails_accepted: u32,
    pub mails_waiting: u32,
    pub mails_failed: u32,
    pub on_duty: Vec<Contact>,
    pub own_channels: Vec<String>,
    pub trial: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestLine {
    pub number: Option<String>,
    pub severity: Option<Severity>,
    pub state: Option<super::IncidentState>,
    pub title: String,
    pub source: Option<String>,
    pub url: Option<String>,
    pub at: Option<DateTime<Utc>>,
    pub published: Option<String>,
    /// Marked 旧.
    pub old: bool,
    pub reprints: u32,
    /// Terms with their categories: `立案调查(A1)`.
    pub terms: Vec<String>,
    /// Why it is here, in a word: `unacknowledged`, `report_due`, `triage`; with `by` as the hour.
    pub task: Option<String>,
    pub by: Option<DateTime<Utc>>,
    pub who: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct CoverageFacts {
    pub sources_enabled: u32,
    pub sources_working: u32,
    pub visits_planned: u64,
    pub visits_made: u64,
    pub visits_failed: u64,
    pub new_entries: u64,
    pub mentions: u64,
    /// Seconds within the period in which the daemon did not run.
    pub down_seconds: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubleLine {
    /// The source's name, a host, or `network`.
    pub subject: String,
    pub reason: String,
    pub since: DateTime<Utc>,
}

/// A notice that is not about an incident: a trouble of the watch, a test mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeFacts {
    pub organisation: String,
    pub zone: Tz,
    pub at: DateTime<Utc>,
    pub subject: String,
    pub reason: String,
    pub remedy: String,
}
