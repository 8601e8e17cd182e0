//! The verbs of people: one home for command line, page and mail alike.
//!
//! Every verb names its actor, is one transaction, and leaves an event. Late or repeated verbs are harmless: they
//! find the work done and say so.

use crate::app::{Snapshot, remind, subject_of};
use crate::model::{Incident, Severity, Verdict, Word};
use crate::store::{StoreError, Tx};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// What came of a verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// In words for whoever did it.
    Yes(String),
    /// Nothing was changed, and why.
    No(String),
}

/// Who does it: a person, and where somebody else did it in that person's name, who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor<'a> {
    pub person: &'a str,
    pub by: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(person: &'a str) -> Self {
        Self { person, by: None }
    }
}

impl<'a> From<&'a String> for Actor<'a> {
    fn from(person: &'a String) -> Self {
        Self { person, by: None }
    }
}

impl std::fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.person)?;
        match self.by {
            Some(by) => write!(f, " (as, by {by})"),
            None => Ok(()),
        }
    }
}

impl Actor<'_> {
    /// What goes on record: acting for somebody else is said.
    fn record(&self, mut data: Value) -> Value {
        if let (Some(_), Some(object)) = (self.by, data.as_object_mut()) {
            object.insert("acted".to_owned(), self.to_string().into());
        }
        data
    }
}

/// The number as it is stored: `117` is this year's, `2026-117` the same with less typing.
pub fn number(written: &str, zone: Tz, now: DateTime<Utc>) -> String {
    let written = written.trim();
    let (year, short) = match written.split_once('-') {
        Some((year, short)) => (year.to_owned(), short),
        None => (now.with_timezone(&zone).year().to_string(), written),
    };
    match short.parse::<u32>() {
        Ok(short) => format!("{year}-{short:04}"),
        Err(_) => written.to_owned(),
    }
}

/// 「收到」: the ladder waits, undelivered ladder mails are cancelled, the holder is told when it runs out.
pub fn acknowledge<'a>(
    tx: &mut Tx,
    snapshot: &Snapshot,
    number: &str,
    actor: impl Into<Actor<'a>>,
    reported: bool,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let actor = actor.into();
    let person = actor.person;
    let Some(incident) = tx.view().incident(number)? else { return Ok(unknown(number)) };
    if let Some(no) = closed(&incident) {
        tx.event(person, "late_ack", &subject_of(number), &actor.record(json!({})), now)?;
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
        &actor.record(json!({ "until": until, "reported": reported })),
        now,
    )?;
    Ok(Done::Yes(said))
}

/// Closes with a verdict. Red, orange and own-channel matters ask for a second person in a later version; until then
/// who closed is recorded.
pub fn close<'a>(
    tx: &mut Tx,
    number: &str,
    actor: impl Into<Actor<'a>>,
    verdict: Verdict,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let actor = actor.into();
    let person = actor.person;
    let Some(incident) = tx.view().incident(number)? else { return Ok(unknown(number)) };
    if let Some(no) = closed(&incident) {
        return Ok(no);
    }
    if incident.severity >= Severity::Orange && note.is_none_or(|note| note.trim().is_empty()) {
        return Ok(Done::No(format!("{number} is {}: say what was done with --note", incident.severity)));
    }
    tx.close_incident(incident.id, verdict, person, note, now)?;
    let data = actor.record(json!({ "verdict": verdict, "note": note }));
    tx.event(person, "closed", &subject_of(number), &data, now)?;
    Ok(Done::Yes(format!("{number} closed: {}", verdict.key())))
}

/// What an entry's mentions were worth, for the precision of its terms. Said again, the last word counts.
pub fn judge<'a>(
    tx: &mut Tx,
    entry: i64,
    actor: impl Into<Actor<'a>>,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let actor = actor.into();
    if tx.judge_entry(entry, verdict)? == 0 {
        return Ok(Done::No(format!(
            "no rule has fired on entry {entry}; see: tingfeng --json entry search WORD"
        )));
    }
    let data = actor.record(json!({ "verdict": verdict }));
    tx.event(actor.person, "judged", &format!("entry:{entry}"), &data, now)?;
    Ok(Done::Yes(format!("entry {entry} judged: {}", verdict.key())))
}

/// A waiting, failed or expired mail is tried now.
pub fn retry_mail<'a>(
    tx: &mut Tx,
    message: i64,
    actor: impl Into<Actor<'a>>,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let actor = actor.into();
    let Some(row) = tx.view().message(message)? else { return Ok(no_mail(message)) };
    if !tx.retry_message(message, now)? {
        return Ok(Done::No(match row.state.as_str() {
            "accepted" => format!("mail {message} was accepted by the server; it is never sent again"),
            "sending" => format!("mail {message} is on its way right now"),
            state => {
                format!("mail {message} is {state}; only waiting, failed or expired mails can be tried again")
            }
        }));
    }
    let data = actor.record(json!({ "was": row.state }));
    tx.event(actor.person, "mail_retried", &format!("message:{message}"), &data, now)?;
    Ok(Done::Yes(format!("mail {message} to {} is due now", row.person)))
}

/// A waiting mail is withdrawn.
pub fn cancel_mail<'a>(
    tx: &mut Tx,
    message: i64,
    actor: impl Into<Actor<'a>>,
    now: DateTime<Utc>,
) -> Result<Done, StoreError> {
    let actor = actor.into();
    let Some(row) = tx.view().message(message)? else { return Ok(no_mail(message)) };
    if !tx.cancel_message(message, actor.person)? {
        return Ok(Done::No(format!("mail {message} is {}; only a waiting one can be withdrawn", row.state)));
    }
    let why = format!("cancelled by {actor}");
    let data = actor.record(json!({ "why": why }));
    tx.event(actor.person, "mail_cancelled", &format!("message:{message}"), &data, now)?;
    Ok(Done::Yes(format!("mail {message} to {} is withdrawn", row.person)))
}

fn no_mail(message: i64) -> Done {
    Done::No(format!("there is no mail {message}; see: tingfeng outbox list"))
}

fn unknown(number: &str) -> Done {
    Done::No(format!("there is no incident {number}; see: tingfeng incident list --all"))
}

fn closed(incident: &Incident) -> Option<Done> {
    let at = incident.closed_at?;
    let by = incident.closed_by.as_deref().unwrap_or("?");
    Some(Done::No(format!("{} was closed by {by} at {}", incident.number, at.to_rfc3339())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_written_short() {
        let zone = Tz::Asia__Shanghai;
        let new_year_eve = DateTime::parse_from_rfc3339("2026-12-31T17:00:00Z").unwrap().with_timezone(&Utc);
        for (written, expected) in [
            ("117", "2027-0117"),
            (" 2026-0117 ", "2026-0117"),
            ("2026-117", "2026-0117"),
            ("20117", "2027-20117"),
            ("abc", "abc"),
        ] {
            assert_eq!(number(written, zone, new_year_eve), expected, "the year is the zone's");
        }
    }
}
