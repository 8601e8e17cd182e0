//! Escalation policies.

use super::people::Role;
use chrono::NaiveTime;
use std::time::Duration;

/// A daily window in the organisation's zone; it may run over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DailyWindow {
    pub from: NaiveTime,
    pub until: NaiveTime,
}

impl DailyWindow {
    pub fn contains(&self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }
}

/// One step: whom to notify, so long after the incident.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    pub after: Duration,
    pub notify: Vec<Role>,
    /// Mails of this step leave only within this window; outside it they are held until it opens.
    pub hours: Option<DailyWindow>,
}

/// Who has to know within which time; a telephone report counts.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FirstReport {
    pub to: Role,
    pub within: Duration,
}

/// The checked ladder: at least one step, the first at 0, delays growing.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Policy {
    pub key: String,
    pub name: String,
    pub steps: Vec<Step>,
    /// How long after its last step an unanswered ladder is an alarm.
    pub exhausted_after: Duration,
    /// How long an acknowledgement holds the climb.
    pub ack_valid: Duration,
    /// Mails are held within this window (yellow at night).
    pub quiet: Option<DailyWindow>,
    pub first_report: Option<FirstReport>,
}
