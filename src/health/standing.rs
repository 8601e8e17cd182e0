//! Is the watch whole? What `status` looks at, and what of it wants a look.

use crate::model::SourceRow;
use crate::model::TroubleLine;
use chrono::{DateTime, TimeDelta, Utc};

/// The figures as they stand.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The newest run: started, last alive, stopped.
    pub run: Option<Run>,
    pub sources: Vec<SourceRow>,
    pub troubles: Vec<TroubleLine>,
    /// Pages given up within a day.
    pub given_up: u32,
    /// Since when the oldest mail that was tried already has been waiting.
    pub oldest_waiting: Option<DateTime<Utc>>,
    /// When the next mail falls (or fell) due.
    pub next_mail: Option<DateTime<Utc>>,
    /// Mails that failed, expired or are unknown, within a day.
    pub mails_failed: u32,
    /// Incidents whose ladder ended without an answer.
    pub unanswered: Vec<String>,
    /// Incidents whose first report is overdue.
    pub overdue: Vec<String>,
}

/// Started, last alive, stopped.
pub type Run = (DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>);

/// Something that wants a look, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub subject: String,
    pub reason: String,
    pub remedy: String,
}

/// The daemon signs every ten seconds; after this long without a sign it does not live.
const SIGN: TimeDelta = TimeDelta::minutes(2);
/// A mail that waits longer than this wants a look.
const WAITING: TimeDelta = TimeDelta::minutes(10);
/// Failures in a row before a source that has worked wants a look: one bad answer is weather.
const FAILS: i64 = 3;

/// The gravest first: a watch that does not run finds nothing else.
pub fn findings(standing: &Standing, now: DateTime<Utc>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |subject: &str, reason: String, remedy: String| {
        found.push(Finding { subject: subject.to_owned(), reason, remedy });
    };
    if let Some(reason) = silent(standing, now) {
        add("daemon", reason, "start it: systemctl start tingfeng, or: tingfeng run".to_owned());
    }
    for number in &standing.unanswered {
        add(
            number,
            "its ladder ended without an answer".to_owned(),
            format!("tingfeng incident show {number}; tingfeng incident ack {number}"),
        );
    }
    for number in &standing.overdue {
        add(
            number,
            "the first report is overdue".to_owned(),
            format!("report by telephone, then: tingfeng incident ack {number} --reported"),
        );
    }
    let due = standing.next_mail.filter(|due| now - *due > WAITING);
    if let Some(since) = standing.oldest_waiting.filter(|since| now - *since > WAITING).or(due) {
        let minutes = (now - since).num_minutes();
        let remedy = "tingfeng outbox list --waiting; tingfeng mail test ADDRESS".to_owned();
        add("outbox", format!("a mail has been waiting for {minutes} minutes"), remedy);
    }
    if standing.mails_failed > 0 {
        let reason = format!("{} mails of the last 24 hours failed or expired", standing.mails_failed);
        add("outbox", reason, "tingfeng outbox list; tingfeng outbox retry ID".to_owned());
    }
    for row in standing.sources.iter().filter(|row| is_failing(row)) {
        let error = row.last_error.as_deref().unwrap_or("no reason was kept");
        let reason = format!("{}: {} visits in a row failed: {error}", row.name, row.fails);
        add(&row.key, reason, format!("tingfeng visit {}", row.key));
    }
    for trouble in &standing.troubles {
        // A failing source is told above already, by its own last error.
        if !standing.sources.iter().any(|row| row.name == trouble.subject && is_failing(row)) {
            add(&trouble.subject, trouble.reason.clone(), "it closes by itself once it is mended".to_owned());
        }
    }
    if standing.given_up > 0 {
        add(
            "frontier",
            format!("{} pages were given up within 24 hours", standing.given_up),
            "tingfeng run --once lists the reasons by source; tingfeng visit URL tries one".to_owned(),
        );
    }
    found
}

/// Why the daemon does not watch; `None`: it does.
fn silent(standing: &Standing, now: DateTime<Utc>) -> Option<String> {
    match standing.run {
        None => Some("it has never run on this database".to_owned()),
        Some((_, at, Some(_))) => Some(format!("it was stopped {} minutes ago", (now - at).num_minutes())),
        Some((_, alive, None)) if now - alive > SIGN => {
            Some(format!("no sign of life for {} minutes", (now - alive).num_minutes()))
        }
        Some(_) => None,
    }
}

fn is_failing(row: &SourceRow) -> bool {
    row.state == "active" && (row.fails >= FAILS || (row.fails > 0 && row.last_ok_at.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_600_000 + minutes * 60, 0).unwrap()
    }

    fn row(fails: i64, ok: bool) -> SourceRow {
        SourceRow {
            id: 1,
            key: "yanxi".into(),
            name: "砚溪新闻网".into(),
            kind: "feed".into(),
            state: "active".into(),
            visits: 9,
            fails,
            last_error: Some("timeout".into()),
            last_ok_at: ok.then(|| at(-60)),
            first_visit_at: ok.then(|| at(-600)),
            due_at: at(5),
            newest_item_at: None,
            entries: 0,
            pages_due: 0,
            pages_given_up: 0,
        }
    }

    #[test]
    fn p5_what_is_not_whole_is_said() {
        let well = || Standing {
            run: Some((at(-600), at(0), None)),
            sources: vec![row(0, true)],
            next_mail: Some(at(30)),
            ..Standing::default()
        };
        let trouble = |subject: &str| TroubleLine {
            subject: subject.into(),
            reason: "3 visits in a row failed: timeout".into(),
            since: at(-20),
        };
        for (why, standing, expected) in [
            ("all is well", well(), vec![]),
            ("never run", Standing { run: None, ..well() }, vec!["daemon"]),
            (
                "stopped on purpose is not watching either",
                Standing { run: Some((at(-9), at(-1), Some(at(-1)))), ..well() },
                vec!["daemon"],
            ),
            (
                "two minutes are still a sign",
                Standing { run: Some((at(-9), at(-2), None)), ..well() },
                vec![],
            ),
            ("three are not", Standing { run: Some((at(-9), at(-3), None)), ..well() }, vec!["daemon"]),
            ("one bad answer is weather", Standing { sources: vec![row(2, true)], ..well() }, vec![]),
            (
                "a source that never worked is none",
                Standing { sources: vec![row(1, false)], ..well() },
                vec!["yanxi"],
            ),
            (
                "its trouble is not told twice",
                Standing {
                    sources: vec![row(3, true)], troubles: vec![trouble("砚溪新闻网")], ..well()
                },
                vec!["yanxi"],
            ),
            (
                "another trouble is",
                Standing { troubles: vec![trouble("network")], ..well() },
                vec!["network"],
            ),
            ("a mail that nobody took up", Standing { next_mail: Some(at(-11)), ..well() }, vec!["outbox"]),
            (
                "a mail that waits for its relay",
                Standing { oldest_waiting: Some(at(-11)), ..well() },
                vec!["outbox"],
            ),
            ("a failed one", Standing { mails_failed: 1, ..well() }, vec!["outbox"]),
            ("pages given up", Standing { given_up: 2, ..well() }, vec!["frontier"]),
            (
                "people who did not answer come first",
                Standing {
                    unanswered: vec!["2026-0001".into()],
                    overdue: vec!["2026-0002".into()],
                    mails_failed: 1,
                    ..well()
                },
                vec!["2026-0001", "2026-0002", "outbox"],
            ),
        ] {
            let found = findings(&standing, at(0));
            assert_eq!(found.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(), expected, "{why}");
        }
    }
}
