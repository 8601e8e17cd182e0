//! The verbs of people: one home for command line, page and mail alike.
//!
//! Every verb names its actor, is one transaction, and leaves an event. Late or repeated verbs are harmless: they
//! find the work done and say so.

use crate::app::{Snapshot, remind, subject_of};
use crate::model::{Incident, Severity, Verdict, Word};
use crate::store::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// What came of a verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// In words for whoever did it.
    Yes(String),
    /// Nothing was changed, and why.
    No(String),
}

/// 「收到」: the ladder waits, undelivered ladder mails are cancelled, the holder is told when it runs out.
pub fn acknowledge(
    tx: &mut Tx,
    snapshot: &Snapshot,
    number: &str,
    person: &str,
    reported: bool,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let Some(incident) = tx.view().incident(number)? else { return Ok(unknown(number)) };
    if let Some(no) = closed(&incident) {
        tx.event(person, "late_ack", &subject_of(number), &json!({}), now)?;
        return Ok(no);
    }
    let valid = tx.view().climb_of(incident.id)?.map(|climb| climb.policy.ack_valid);
    let Some(valid) = valid else {
        return Ok(Done::No(format!(
            "{number} has no ladder: it is {} and only in the digest",
            incident.severity
        )));
    };
    let until = now + TimeDelta::from_std(valid).unwrap_or(TimeDelta::hours(1));
    let Some(climb) = tx.acknowledge(incident.id, person, until, now)? else {
        return Ok(Done::No(format!("{number}: its ladder has ended already")));
    };
    remind(tx, snapshot, &climb, person, until, now)?;
    // A first report is done when its target has it, or by a recorded telephone report (P4).
    let target = climb.policy.first_report.as_ref().is_some_and(|report| {
        snapshot.organisation.roster.holders(report.to, now).iter().any(|holder| holder.key == person)
    });
    let mut said = format!(
        "{number} acknowledged until {}",
        until.with_timezone(&snapshot.organisation.zone).format("%H:%M")
    );
    if reported || target {
        let how = if reported { "reported by telephone" } else { "acknowledged by the one to be told" };
        if tx.end_duty(incident.id, "first_report", person, how, now)? {
            said.push_str("; the first report is done");
        }
    }
    tx.event(
        person,
        "acknowledged",
        &subject_of(number),
        &json!({ "until": until, "reported": reported }),
        now,
    )?;
    Ok(Done::Yes(said))
}

/// Closes with a verdict. Red, orange and own-channel matters ask for a second person in a later version; until then
/// who closed is recorded.
pub fn close(
    tx: &mut Tx,
    number: &str,
    person: &str,
    verdict: Verdict,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let Some(incident) = tx.view().incident(number)? else { return Ok(unknown(number)) };
    if let Some(no) = closed(&incident) {
        return Ok(no);
    }
    if incident.severity >= Severity::Orange && note.is_none_or(|note| note.trim().is_empty()) {
        return Ok(Done::No(format!("{number} is {}: say what was done with --note", incident.severity)));
    }
    tx.close_incident(incident.id, verdict, person, note, now)?;
    tx.event(person, "closed", &subject_of(number), &json!({ "verdict": verdict, "note": note }), now)?;
    Ok(Done::Yes(format!("{number} closed: {}", verdict.key())))
}

fn unknown(number: &str) -> Done {
    Done::No(format!("there is no incident {number}; see: tingfeng incident list --all"))
}

fn closed(incident: &Incident) -> Option<Done> {
    let at = incident.closed_at?;
    let by = incident.closed_by.as_deref().unwrap_or("?");
    Some(Done::No(format!("{} was closed by {by} at {}", incident.number, at.to_rfc3339())))
}
