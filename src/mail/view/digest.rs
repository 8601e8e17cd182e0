//! The view of the daily digest. Lists are bounded, what is cut off is counted.

use super::{Level, Times, Who, address, lines, one_line};
use crate::mail::Reader;
use crate::model::{CoverageFacts, DigestFacts, DigestLine, Lang, TroubleLine, Word};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(in crate::mail) struct DigestView {
    organisation: String,
    reader: String,
    issue: i64,
    day: String,
    weekday: &'static str,
    from: String,
    until: String,
    red: u32,
    orange: u32,
    yellow: u32,
    blue: u32,
    new_total: u32,
    overdue: u32,
    todo: List<Line>,
    new_incidents: List<Line>,
    in_progress: List<Line>,
    to_triage: List<Line>,
    old_mentions: u32,
    first_visit_entries: u32,
    coverage: CoverageFacts,
    down_minutes: u64,
    troubles: List<Trouble>,
    /// Since when the oldest trouble lasts.
    failing_since: Option<String>,
    mails_accepted: u32,
    mails_waiting: u32,
    mails_failed: u32,
    on_duty: List<Who>,
    own_channels: List<String>,
    trial: Vec<String>,
    sent: String,
}

/// The first few of something and how many there are besides.
#[derive(Debug, Serialize)]
struct List<T> {
    shown: Vec<T>,
    total: usize,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Line {
    number: Option<String>,
    level: Option<Level>,
    state: Option<&'static str>,
    title: String,
    source: Option<String>,
    url: Option<String>,
    at: Option<String>,
    published: Option<String>,
    old: bool,
    reprints: u32,
    terms: Vec<String>,
    task: Option<String>,
    by: Option<String>,
    late: bool,
    who: Option<String>,
}

#[derive(Debug, Serialize)]
struct Trouble {
    subject: String,
    reason: String,
    since: String,
}

impl DigestView {
    /// At most `most` lines in each list.
    pub(in crate::mail) fn new(facts: &DigestFacts, reader: Reader<'_>, times: Times, most: usize) -> Self {
        let list =
            |all: &[DigestLine], shown: usize, total: usize| List::of(all, shown, total, |l| line(l, times));
        let [red, orange, yellow, blue] = facts.new_by_severity;
        Self {
            organisation: one_line(&facts.organisation, 60),
            reader: one_line(reader.name, 40),
            issue: facts.number,
            day: times.day(facts.date),
            weekday: times.weekday(facts.date),
            from: times.clock(facts.from),
            until: times.clock(facts.until),
            red,
            orange,
            yellow,
            blue,
            new_total: [red, orange, yellow, blue].into_iter().fold(0, u32::saturating_add),
            overdue: facts.overdue,
            todo: list(&facts.todo, most, 0),
            new_incidents: list(&facts.new_incidents, most, 0),
            in_progress: list(&facts.in_progress, most, 0),
            to_triage: list(&facts.to_triage, most.min(10), facts.to_triage_total as usize),
            old_mentions: facts.old_mentions,
            first_visit_entries: facts.first_visit_entries,
            down_minutes: facts.coverage.down_seconds.div_ceil(60),
            coverage: facts.coverage.clone(),
            failing_since: facts.troubles.iter().map(|trouble| trouble.since).min().map(|at| times.clock(at)),
            troubles: List::of(&facts.troubles, most, 0, |t| trouble(t, times)),
            mails_accepted: facts.mails_accepted,
            mails_waiting: facts.mails_waiting,
            mails_failed: facts.mails_failed,
            on_duty: List::of(&facts.on_duty, most, 0, |contact| Who::new(contact, times.lang)),
            own_channels: List::of(&facts.own_channels, most, 0, |text| one_line(text, 600)),
            trial: lines(&facts.trial, 20, 60),
            sent: times.clock(times.now),
        }
    }
}

impl<T> List<T> {
    /// `total` where the facts hold only a part themselves.
    fn of<F>(all: &[F], shown: usize, total: usize, view: impl Fn(&F) -> T) -> Self {
        let total = total.max(all.len());
        let shown: Vec<T> = all.iter().take(shown).map(view).collect();
        Self { more: total - shown.len(), total, shown }
    }
}

fn line(line: &DigestLine, times: Times) -> Line {
    Line {
        number: line.number.as_deref().map(|number| one_line(number, 20)),
        level: line.severity.map(|severity| Level::new(severity, times.lang)),
        state: line.state.map(|state| state.label(times.lang)),
        title: one_line(&line.title, 80),
        source: line.source.as_deref().map(|source| one_line(source, 40)),
        url: address(line.url.as_deref(), 300),
        at: line.at.map(|at| times.clock(at)),
        published: line.published.as_deref().map(|text| times.published(text)),
        old: line.old,
        reprints: line.reprints,
        terms: lines(&line.terms, 6, 30),
        task: line.task.as_deref().map(|task| self::task(task, times.lang).to_owned()),
        by: line.by.map(|at| times.clock(at)),
        late: line.by.is_some_and(|by| by < times.now),
        who: line.who.as_deref().map(|who| one_line(who, 40)),
    }
}

/// The words of a task. A task of a later version is named generally rather than by its key.
fn task(key: &str, lang: Lang) -> &'static str {
    match (key, lang) {
        ("unacknowledged", Lang::Zh) => "待确认",
        ("unacknowledged", Lang::En) => "to be acknowledged",
        ("report_due", Lang::Zh) => "待首报",
        ("report_due", Lang::En) => "first report due",
        ("triage", Lang::Zh) => "待甄别",
        ("triage", Lang::En) => "to be triaged",
        (_, Lang::Zh) => "待办",
        (_, Lang::En) => "to do",
    }
}

fn trouble(trouble: &TroubleLine, times: Times) -> Trouble {
    Trouble {
        subject: one_line(&trouble.subject, 60),
        reason: one_line(&trouble.reason, 160),
        since: times.clock(trouble.since),
    }
}
