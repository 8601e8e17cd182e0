//! One incident, one person, one mail: the facts of it.

use crate::model::{
    AlertFacts, Change, Climb, Contact, LadderLine, Lang, Matter, Parts, Person, Policy, Raise, Role, Step,
    Word,
};
use crate::roster::Roster;
use crate::schedule::{after_window, into_window};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// What stays the same from mail to mail.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub name: String,
    pub zone: Tz,
    pub roster: Roster,
    pub trial_until: Option<DateTime<Utc>>,
}

/// One mail to one person.
#[derive(Debug, Clone)]
pub struct Telling {
    pub person: String,
    pub not_before: DateTime<Utc>,
    pub facts: AlertFacts,
}

/// The mails of one step (or of one change) of an incident's ladder.
///
/// In the trial run all of them go to the monitors, each saying whom it would have reached.
pub fn alert(
    organisation: &Organisation,
    matter: &Matter,
    climb: &Climb,
    step: &Step,
    change: Option<&Change>,
    raises: &[Raise],
    report_by: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Telling> {
    let roster = &organisation.roster;
    let meant = roster.reached(&step.notify, now);
    let trial = organisation.trial_until.is_some_and(|until| now < until);
    let told = if trial { roster.reached(&[Role::Monitor], now) } else { meant.clone() };
    let would_have = |lang: Lang| -> Vec<String> {
        let names = meant.iter().map(|(role, person)| format!("{} {}", role.label(lang), person.name));
        names.filter(|_| trial).collect()
    };
    let hours = step.hours.map_or(now, |hours| into_window(&hours, organisation.zone, now));
    let not_before = climb.policy.quiet.map_or(hours, |quiet| after_window(&quiet, organisation.zone, hours));
    told.iter()
        .map(|(role, person)| {
            let also = told
                .iter()
                .filter(|(_, other)| other.key != person.key)
                .map(|(role, other)| roster.contact(*role, other))
                .collect();
            let facts = facts(organisation, matter, climb, (*role, person), change, raises, report_by, now);
            Telling {
                person: person.key.clone(),
                not_before,
                facts: AlertFacts { also, trial: would_have(person.lang), ..facts },
            }
        })
        .collect()
}

fn facts(
    organisation: &Organisation,
    matter: &Matter,
    climb: &Climb,
    (role, person): (Role, &Person),
    change: Option<&Change>,
    raises: &[Raise],
    report_by: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> AlertFacts {
    let incident = &matter.incident;
    let parts: Parts = serde_json::from_str(&incident.parts).unwrap_or_else(|_| Parts {
        subject_name: incident.subject.clone(),
        rule_name: incident.rule.clone(),
        rule_version: String::new(),
        because: Vec::new(),
        ways: None,
        same_sentence: false,
    });
    let ladder = ahead(organisation, climb, now);
    let report_to = climb.policy.first_report.as_ref().and_then(|report| {
        let roster = &organisation.roster;
        roster.holders(report.to, now).first().map(|person| roster.contact(report.to, person))
    });
    AlertFacts {
        organisation: organisation.name.clone(),
        zone: organisation.zone,
        number: incident.number.clone(),
        severity: incident.severity,
        kind: incident.kind,
        subject: parts.subject_name,
        title: incident.title.clone(),
        change: change.cloned(),
        role,
        step: climb.taken,
        source: matter.source_name.clone(),
        tier: matter.source_tier,
        own_channel: matter.own,
        url: matter.url.clone(),
        published: matter.published.clone(),
        fetched_at: matter.seen_at,
        queued_at: now,
        quote: matter.quote.clone(),
        reprints: matter.outlets.saturating_sub(1),
        mainstream_reprints: matter.mainstream,
        mentions: matter.mentions,
        rule: incident.rule.clone(),
        rule_name: parts.rule_name,
        rule_version: parts.rule_version,
        because: parts.because,
        ways: parts.ways,
        same_sentence: parts.same_sentence,
        raises: raises
            .iter()
            .filter(|raise| raise.to > incident.severity)
            .map(|r| raise_words(r, person.lang))
            .collect(),
        evidence: matter.evidence.clone(),
        answer_by: ladder.first().map(|line| line.at),
        ladder,
        also: Vec::<Contact>::new(),
        report_to,
        report_by,
        ack_minutes: (climb.policy.ack_valid.as_secs() / 60) as u32,
        trial: Vec::new(),
    }
}

/// The steps that follow if nobody answers, with the hours at which they would be taken.
fn ahead(organisation: &Organisation, climb: &Climb, now: DateTime<Utc>) -> Vec<LadderLine> {
    let policy: &Policy = &climb.policy;
    let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(365));
    let taken = climb.taken as usize;
    let now = heard_at(policy, organisation.zone, now);
    let base = policy.steps.get(taken).map_or(climb.started_at, |step| {
        // Late steps move the later ones along.
        climb.started_at.max(now - delta(step.after))
    });
    let ahead = policy.steps.iter().skip(taken + 1);
    ahead.map(|step| line(organisation, policy, step, base + delta(step.after))).collect()
}

/// From when a step counts that is taken at `at`: a mail held through the policy's quiet window wakes nobody before
/// its end, so whoever gets it has the full time from there.
pub fn heard_at(policy: &Policy, zone: Tz, at: DateTime<Utc>) -> DateTime<Utc> {
    policy.quiet.map_or(at, |quiet| after_window(&quiet, zone, at))
}

/// Every step of a policy that would begin at `start`: for a dry run.
pub fn ladder(organisation: &Organisation, policy: &Policy, start: DateTime<Utc>) -> Vec<LadderLine> {
    let start = heard_at(policy, organisation.zone, start);
    let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(365));
    policy.steps.iter().map(|step| line(organisation, policy, step, start + delta(step.after))).collect()
}

fn line(organisation: &Organisation, policy: &Policy, step: &Step, at: DateTime<Utc>) -> LadderLine {
    let (roster, zone) = (&organisation.roster, organisation.zone);
    let reached = roster.reached(&step.notify, at);
    let to = reached.into_iter().map(|(role, person)| roster.contact(role, person)).collect();
    let hours = step.hours.map_or(at, |hours| into_window(&hours, zone, at));
    let leaves = policy.quiet.map_or(hours, |quiet| after_window(&quiet, zone, hours));
    LadderLine { at, to, held_until: (leaves > at).then_some(leaves) }
}

/// What would make it graver, as the reader says it.
pub fn raise_words(raise: &Raise, lang: Lang) -> String {
    let mut parts = Vec::new();
    let minutes = raise.within.map(|within| within.as_secs() / 60);
    match lang {
        Lang::Zh => {
            if let Some(n) = raise.outlets {
                parts.push(
                    minutes.map_or_else(|| format!("满{n}家刊载"), |m| format!("{m}分钟内满{n}家刊载")),
                );
            }
            if let Some(n) = raise.mentions {
                parts.push(format!("满{n}条提及"));
            }
            if let Some(tier) = raise.tier {
                parts.push(format!("{}媒体刊出", tier.label(lang)));
            }
            format!("{}即升{}", parts.join("且"), raise.to.label(lang))
        }
        Lang::En => {
            if let Some(n) = raise.outlets {
                parts.push(
                    minutes.map_or_else(|| format!("{n} outlets"), |m| format!("{n} outlets within {m} min")),
                );
            }
            if let Some(n) = raise.mentions {
                parts.push(format!("{n} mentions"));
            }
            if let Some(tier) = raise.tier {
                parts.push(format!("an outlet of tier {}", tier.label(lang)));
            }
            format!("{} makes it {}", parts.join(" and "), raise.to.label(lang))
        }
    }
}
