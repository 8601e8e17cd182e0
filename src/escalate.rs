//! Which step of a policy is due now, and whom it tells what.
//!
//! In come a policy, a roster, a climb and an instant; out come a decision with its reason and the mails as facts.
//! Promises P2 (one row per recipient, nothing told twice) and P3 (the ladder cannot stall). The races we accept lie
//! in `store`: a step is taken by compare-and-set, so a late decision simply finds it taken.

mod facts;

pub use facts::{Organisation, Telling, alert, heard_at, ladder, raise_words};

use crate::model::{Climb, Policy, Step};
use crate::roster::Roster;
use chrono::{DateTime, TimeDelta, Utc};

/// What the ladder asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Due<'p> {
    Take(&'p Step),
    /// The step is skipped at once and said so.
    Skip(Why),
    Hold(Why),
    /// The end of the ladder without an acknowledgement: an alarm, not silence.
    Exhausted,
}

/// The reason, for the log, the history and `why`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Acknowledged,
    NotYet,
    NobodyOnDuty,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Acknowledged => "acknowledged",
            Self::NotYet => "not yet",
            Self::NobodyOnDuty => "nobody on duty",
        })
    }
}

/// What the ladder asks for at `now`.
///
/// One step at a time: after an outage the climb goes on from here and does not wake everybody at once.
pub fn due<'p>(policy: &'p Policy, roster: &Roster, climb: &Climb, now: DateTime<Utc>) -> Due<'p> {
    if climb.ack_until.is_some_and(|until| now < until) {
        return Due::Hold(Why::Acknowledged);
    }
    if now < climb.next_at {
        return Due::Hold(Why::NotYet);
    }
    match policy.steps.get(climb.taken as usize) {
        None => Due::Exhausted,
        Some(step) if roster.reached(&step.notify, now).is_empty() => Due::Skip(Why::NobodyOnDuty),
        Some(step) => Due::Take(step),
    }
}

/// When the step after the one with index `taken` falls due, the step itself being taken at `now`.
///
/// Delays count from the start of the climb; after an outage the distance to the next step counts from now. A
/// skipped step waits for nobody: its successor is due at once.
pub fn after_step(
    policy: &Policy,
    climb: &Climb,
    taken: usize,
    skipped: bool,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    if skipped && taken + 1 < policy.steps.len() {
        return now;
    }
    let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(365));
    let this = policy.steps.get(taken).map_or(TimeDelta::zero(), |step| delta(step.after));
    let gap = match policy.steps.get(taken + 1) {
        Some(next) => delta(next.after) - this,
        None => delta(policy.exhausted_after),
    };
    (climb.started_at + this).max(now) + gap
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lang, Person, Role};
    use std::time::Duration;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_600_000 + minutes * 60, 0).unwrap()
    }

    fn policy() -> Policy {
        let step = |minutes: u64, role| Step {
            after: Duration::from_secs(minutes * 60),
            notify: vec![role],
            hours: None,
        };
        Policy {
            key: "red".into(),
            name: "red".into(),
            steps: vec![step(0, Role::OnCall), step(30, Role::BoardSecretary), step(120, Role::Chairman)],
            exhausted_after: Duration::from_secs(120 * 60),
            ack_valid: Duration::from_secs(1800),
            quiet: None,
            first_report: None,
        }
    }

    fn everyone_but(absent: Option<Role>) -> Roster {
        let people = [Role::OnCall, Role::BoardSecretary, Role::Chairman]
            .into_iter()
            .filter(|role| Some(*role) != absent)
            .map(|role| Person {
                key: role.to_string(),
                name: role.to_string(),
                mail: vec!["a@lanli.example".into()],
                phone: None,
                lang: Lang::Zh,
                roles: vec![role],
                system_user: None,
            })
            .collect();
        Roster::new(people, vec![])
    }

    fn climb(taken: u32, next_at: i64, ack_until: Option<i64>) -> Climb {
        Climb {
            id: 1,
            incident: 1,
            number: "2026-0001".into(),
            policy: policy(),
            reason: String::new(),
            state: "climbing".into(),
            started_at: at(0),
            taken,
            next_at: at(next_at),
            ack_until: ack_until.map(at),
            ack_by: None,
        }
    }

    fn said(due: &Due<'_>) -> String {
        match due {
            Due::Take(step) => format!("take {}", step.notify[0]),
            Due::Skip(why) => format!("skip: {why}"),
            Due::Hold(why) => format!("hold: {why}"),
            Due::Exhausted => "exhausted".to_owned(),
        }
    }

    #[test]
    fn p3_steps_fall_due_as_time_passes() {
        let (all, no_secretary) = (everyone_but(None), everyone_but(Some(Role::BoardSecretary)));
        for (why, roster, taken, next_at, ack_until, now, expected) in [
            ("the first step is immediate", &all, 0, 0, None, 0, "take on_call"),
            ("nothing new before half an hour", &all, 1, 30, None, 29, "hold: not yet"),
            ("the boundary belongs to the step", &all, 1, 30, None, 30, "take board_secretary"),
            ("acknowledged: nobody is woken", &all, 1, 30, Some(400), 300, "hold: acknowledged"),
            ("run out: its holder is told first", &all, 1, 70, Some(60), 60, "hold: not yet"),
            ("and then the climb goes on", &all, 1, 70, Some(60), 70, "take board_secretary"),
            ("an outage is caught up one step at a time", &all, 1, 30, None, 300, "take board_secretary"),
            ("and the next one counts from there", &all, 2, 390, None, 310, "hold: not yet"),
            ("the last step is given its time", &all, 3, 510, None, 509, "hold: not yet"),
            ("the end of the ladder is an alarm, not silence", &all, 3, 510, None, 510, "exhausted"),
            (
                "nobody there: skipped at once, and said so",
                &no_secretary,
                1,
                30,
                None,
                30,
                "skip: nobody on duty",
            ),
        ] {
            assert_eq!(
                said(&due(&policy(), roster, &climb(taken, next_at, ack_until), at(now))),
                expected,
                "{why}"
            );
        }
    }

    #[test]
    fn p3_an_outage_takes_one_step_and_time_counts_from_now() {
        for (why, taken, skipped, now, expected) in [
            ("on time: delays count from the start", 0, false, 0, 30),
            ("a little late: still from the start", 0, false, 1, 31),
            ("after an outage: the distance from now", 1, false, 300, 390),
            ("the last step is followed by the end", 2, false, 120, 240),
            ("a skipped step waits for nobody", 1, true, 30, 30),
            ("but the last one still has its time before the alarm", 2, true, 120, 240),
        ] {
            let climb = climb(taken as u32, 0, None);
            assert_eq!(after_step(&policy(), &climb, taken, skipped, at(now)), at(expected), "{why}");
        }
    }
}
