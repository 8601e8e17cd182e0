//! What is decided inside a write: incidents, ladders and their mails, in the transaction of the mention.

use super::Snapshot;
use crate::assess::place::{self, Placed};
use crate::escalate::{self, Due, Telling};
use crate::model::{Change, Climb, Incident, Parts, Role, Rule, Severity, Step, Tier, Way};
use crate::store::{Mentioned, NewIncident, NewMessage, StoreError, Tx, since};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// A rule that fired on an entry, without borrowed parts.
#[derive(Debug, Clone)]
pub struct FiredFacts {
    pub rule: usize,
    pub subject: Option<String>,
    pub severity: Severity,
    pub because: Vec<String>,
    pub ways: Vec<Way>,
    pub same_sentence: bool,
}

/// What the deciding needs to know of one entry.
#[derive(Debug, Clone)]
pub struct EntryFacts {
    pub title: String,
    pub fired: Vec<FiredFacts>,
    pub old: Option<&'static str>,
    pub tier: Tier,
    /// What a denial, an own announcement or a market robot silenced: rule and reason, for `why`.
    pub set_aside: Vec<(usize, String)>,
}

/// An alert is useful for half a day; what is older is listed, never sent.
const USEFUL: TimeDelta = TimeDelta::hours(12);

/// Writes down what would have fired and why it did not: decided against is recorded too (P2).
pub fn set_aside(
    tx: &mut Tx,
    snapshot: &Snapshot,
    facts: &EntryFacts,
    entry: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (rule, why) in &facts.set_aside {
        let rule = snapshot.book.rules().get(*rule).map(|rule| rule.key.as_str());
        let data = json!({ "rule": rule, "why": why, "title": facts.title });
        tx.event("system", "set_aside", &format!("entry:{entry}"), &data, now)?;
    }
    Ok(())
}

/// Decides what one new mention comes to.
pub fn mention(
    tx: &mut Tx,
    snapshot: &Snapshot,
    facts: &EntryFacts,
    mentioned: &Mentioned,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    if let Some(old) = facts.old {
        let data = json!({ "why": old, "title": facts.title });
        tx.event("system", "not_raised", &format!("mention:{}", mentioned.mention), &data, now)?;
        return Ok(0);
    }
    let mut by_subject: BTreeMap<&str, Vec<(usize, &FiredFacts)>> = BTreeMap::new();
    for (index, fired) in facts.fired.iter().enumerate() {
        by_subject.entry(fired.subject.as_deref().unwrap_or("-")).or_default().push((index, fired));
    }
    let mut alerts = 0;
    for (subject, fired) in by_subject {
        alerts += of_subject(tx, snapshot, facts, mentioned, subject, &fired, now)?;
    }
    Ok(alerts)
}

fn of_subject(
    tx: &mut Tx,
    snapshot: &Snapshot,
    facts: &EntryFacts,
    mentioned: &Mentioned,
    subject: &str,
    fired: &[(usize, &FiredFacts)],
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let ever = tx.view().spread(mentioned.story, None)?;
    let tier = ever.highest.max(Some(facts.tier)).unwrap_or(facts.tier);
    let mut graves = Vec::new();
    for (index, one) in fired {
        let Some(rule) = snapshot.book.rules().get(one.rule) else { continue };
        let mut spreads = BTreeMap::from([(None, ever.clone())]);
        for within in rule.raise.iter().filter_map(|raise| raise.within) {
            spreads.insert(Some(within), tx.view().spread(mentioned.story, Some(since(within, now)))?);
        }
        let spread = |within: Option<Duration>| spreads.get(&within).cloned().unwrap_or_default();
        graves.push(place::grave(rule, one.severity, *index, tier, spread));
    }
    let open = tx.view().open_incidents(mentioned.story, subject)?;
    match place::place(graves, tier, open.first()) {
        None | Some(Placed::Known { .. }) => Ok(0),
        Some(Placed::Raise(grave)) => {
            let Some(one) = facts.fired.get(grave.index) else { return Ok(0) };
            let new = NewIncident {
                kind: grave.rule.kind,
                story: mentioned.story,
                mention: mentioned.mention,
                rule: grave.rule.key.clone(),
                subject: subject.to_owned(),
                rules_snapshot: snapshot.rules_id,
                severity: grave.severity,
                tier,
                title: facts.title.clone(),
                parts: parts(snapshot, grave.rule, one)?,
            };
            let incident = tx.raise(&new, snapshot.organisation.zone, now)?;
            let data = json!({ "severity": grave.severity, "rule": grave.rule.key, "because": one.because,
                               "mention": mentioned.mention, "policy": grave.policy });
            tx.event("system", "raised", &subject_of(&incident.number), &data, now)?;
            begin(tx, snapshot, &incident, grave.policy, None, now)
        }
        Some(Placed::Worsen { by, from, from_tier, tier, .. }) => {
            let (Some(incident), Some(one)) = (open.first(), facts.fired.get(by.index)) else { return Ok(0) };
            tx.worsen(incident.id, by.severity, tier, &by.rule.key, &parts(snapshot, by.rule, one)?)?;
            tx.pin_story(mentioned.story)?;
            let data = json!({ "severity": by.severity, "tier": tier, "from": from, "from_tier": from_tier,
                               "rule": by.rule.key, "mention": mentioned.mention });
            tx.event("system", "worsened", &subject_of(&incident.number), &data, now)?;
            if by.severity > from {
                return begin(tx, snapshot, incident, by.policy, Some(&Change::Severity { from }), now);
            }
            match tx.view().climb_of(incident.id)? {
                Some(climb) => spread_on(tx, snapshot, &climb, from_tier, now),
                None => {
                    begin(tx, snapshot, incident, by.policy, Some(&Change::Tier { from: from_tier }), now)
                }
            }
        }
    }
}

/// Graver outlets carry it, at the same severity: whoever was told so far hears of it once, and the ladder goes on
/// as it was.
fn spread_on(
    tx: &mut Tx,
    snapshot: &Snapshot,
    climb: &Climb,
    from: Tier,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let steps = climb.policy.steps.iter().take((climb.taken as usize).max(1));
    let notify = steps.flat_map(|step| step.notify.clone()).collect();
    let told = Step { after: Duration::ZERO, notify, hours: None };
    let worsened = tx.view().incident_by_id(climb.incident)?.map_or(0, |incident| incident.worsen_no);
    let mut queued = 0;
    for telling in tellings(tx, snapshot, climb, &told, Some(&Change::Tier { from }), now)? {
        let message = message(&telling, climb, &format!("worsen:{worsened}"), now)?;
        // Not a step of the ladder: an acknowledgement does not withdraw it.
        let message = NewMessage { climb: None, ..message };
        queued += u32::from(tx.queue(&message, now)?.is_some());
    }
    Ok(queued)
}

fn parts(snapshot: &Snapshot, rule: &Rule, fired: &FiredFacts) -> Result<String, StoreError> {
    let subject_name = fired
        .subject
        .as_deref()
        .and_then(|key| snapshot.book.subject(key))
        .map_or_else(|| snapshot.organisation.name.clone(), |subject| subject.name.clone());
    Ok(serde_json::to_string(&Parts {
        subject_name,
        rule_name: rule.name.clone(),
        rule_version: rule.version.clone(),
        because: fired.because.clone(),
        ways: Some(fired.ways.clone()),
        same_sentence: fired.same_sentence,
    })?)
}

pub fn subject_of(number: &str) -> String {
    format!("incident:{number}")
}

/// Starts a ladder and takes its first step, in the same transaction.
fn begin(
    tx: &mut Tx,
    snapshot: &Snapshot,
    incident: &Incident,
    policy: Option<&str>,
    change: Option<&Change>,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let Some(policy) = policy.and_then(|key| snapshot.policy(key)) else { return Ok(0) };
    let reason = match change {
        None => "raised".to_owned(),
        Some(change) => serde_json::to_string(change)?,
    };
    let climb = tx.begin_climb(incident.id, policy, &reason, now)?;
    if let Some(report) = &policy.first_report
        && tx.view().report_due(incident.id)?.is_none()
        && !matches!(change, Some(Change::Tier { .. }))
    {
        let due = now + TimeDelta::from_std(report.within).unwrap_or(TimeDelta::days(365));
        tx.add_duty(incident.id, "first_report", &report.to.to_string(), now, due)?;
    }
    Ok(advance(tx, snapshot, climb.id, change, now)?.mails)
}

/// What a look at a ladder came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advanced {
    pub mails: u32,
    /// For the second channel: the ladder ended without an answer.
    pub exhausted: Option<String>,
}

/// Takes what is due of one climb: one step with somebody to tell, skipping those with nobody; or its end.
pub fn advance(
    tx: &mut Tx,
    snapshot: &Snapshot,
    climb: i64,
    change: Option<&Change>,
    now: DateTime<Utc>,
) -> Result<Advanced, StoreError> {
    let mut done = Advanced::default();
    loop {
        let Some(climb) = tx.view().climb(climb)? else { return Ok(done) };
        if climb.state != "climbing" {
            return Ok(done);
        }
        let roster = &snapshot.organisation.roster;
        let taken = climb.taken as usize;
        match escalate::due(&climb.policy, roster, &climb, now) {
            Due::Hold(_) => return Ok(done),
            Due::Take(step) => {
                let heard = escalate::heard_at(&climb.policy, snapshot.organisation.zone, now);
                let next = escalate::after_step(&climb.policy, &climb, taken, false, heard);
                if !tx.take_step(&climb, next, now)? {
                    return Ok(done);
                }
                let step = step.clone();
                let unanswered = Change::Unanswered;
                let change = if taken == 0 { change } else { Some(&unanswered) };
                done.mails += tell(tx, snapshot, &climb, &step, change, &format!("step:{taken}"), now)?;
                let data = json!({ "step": taken, "to": step.notify, "mails": done.mails, "next_at": next });
                tx.event("system", "step_taken", &subject_of(&climb.number), &data, now)?;
                return Ok(done);
            }
            Due::Skip(why) => {
                let next = escalate::after_step(&climb.policy, &climb, taken, true, now);
                if !tx.take_step(&climb, next, now)? {
                    return Ok(done);
                }
                let roles = climb.policy.steps.get(taken).map(|step| step.notify.clone());
                let data = json!({ "step": taken, "why": why.to_string(), "roles": roles });
                tx.event("system", "step_skipped", &subject_of(&climb.number), &data, now)?;
            }
            Due::Exhausted => {
                if !tx.exhaust(&climb, now)? {
                    return Ok(done);
                }
                // Nobody answered: whoever was told hears that nobody did, and so do the monitors.
                let mut notify: Vec<Role> =
                    climb.policy.steps.iter().flat_map(|step| step.notify.clone()).collect();
                notify.push(Role::Monitor);
                // An acknowledgement that ran out can end the ladder a second time, and that is told again.
                let what = format!("exhausted:{}", climb.next_at.timestamp());
                let everybody = Step { after: Duration::ZERO, notify, hours: None };
                done.mails += tell(tx, snapshot, &climb, &everybody, Some(&Change::Exhausted), &what, now)?;
                let data = json!({ "mails": done.mails });
                tx.event("system", "exhausted", &subject_of(&climb.number), &data, now)?;
                done.exhausted = Some(climb.number.clone());
                return Ok(done);
            }
        }
    }
}

/// Queues the mails of one step: a row per recipient, each once.
fn tell(
    tx: &mut Tx,
    snapshot: &Snapshot,
    climb: &Climb,
    step: &Step,
    change: Option<&Change>,
    what: &str,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let tellings = tellings(tx, snapshot, climb, step, change, now)?;
    let mut queued = 0;
    for telling in tellings {
        let message = message(&telling, climb, what, now)?;
        queued += u32::from(tx.queue(&message, now)?.is_some());
    }
    Ok(queued)
}

fn tellings(
    tx: &Tx,
    snapshot: &Snapshot,
    climb: &Climb,
    step: &Step,
    change: Option<&Change>,
    now: DateTime<Utc>,
) -> Result<Vec<Telling>, StoreError> {
    let Some(matter) = tx.view().incident_view(&climb.number)? else { return Ok(Vec::new()) };
    let report_by = tx.view().report_due(climb.incident)?;
    let raises = snapshot.rule(&matter.incident.rule).map(|rule| rule.raise.as_slice()).unwrap_or_default();
    Ok(escalate::alert(&snapshot.organisation, &matter, climb, step, change, raises, report_by, now))
}

fn message(
    telling: &Telling,
    climb: &Climb,
    what: &str,
    now: DateTime<Utc>,
) -> Result<NewMessage, StoreError> {
    let red = telling.facts.severity == Severity::Red;
    Ok(NewMessage {
        dedup_key: format!("climb:{}:{what}:{}", climb.id, telling.person),
        person: telling.person.clone(),
        template: "alert",
        params: serde_json::to_string(&telling.facts)?,
        reason: format!("{} {what}", climb.policy.key),
        priority: i64::from(!red),
        incident: Some(climb.incident),
        climb: Some(climb.id),
        not_before: telling.not_before,
        useful_until: telling.not_before.max(now) + USEFUL,
        fallback_of: None,
    })
}

/// The acknowledger is told first when the acknowledgement runs out.
pub fn remind(
    tx: &mut Tx,
    snapshot: &Snapshot,
    climb: &Climb,
    person: &str,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let taken = (climb.taken as usize).saturating_sub(1);
    let Some(step) = climb.policy.steps.get(taken).or(climb.policy.steps.first()).cloned() else {
        return Ok(());
    };
    let all = Step { hours: None, ..step };
    let tellings = tellings(tx, snapshot, climb, &all, Some(&Change::AckExpired), now)?;
    let Some(mut telling) = tellings.into_iter().next() else { return Ok(()) };
    telling.person = person.to_owned();
    telling.facts.also.clear();
    telling.not_before = until;
    let new = message(&telling, climb, &format!("ack:{}", until.timestamp()), until)?;
    tx.queue(&new, now)?;
    Ok(())
}
