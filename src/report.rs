//! The figures and texts of the digests. In come rows of a period; out come the facts that a mail renders (P5).

mod own;

use crate::escalate::Organisation;
use crate::health;
use crate::model::{
    Climb, CoverageFacts, DigestFacts, DigestLine, Incident, IncidentState, Lang, MentionRow, OutboundRow,
    Role, Severity, SourceRow, TroubleLine, Word,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// What a digest covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    pub number: i64,
    pub date: NaiveDate,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// The rows of a period, as the store gave them.
pub struct Gathered {
    /// Opened within the period, any state.
    pub incidents: Vec<Incident>,
    /// All that are open.
    pub open: Vec<Incident>,
    pub climbs: Vec<Climb>,
    /// Pending first reports: number, title, role, due, breached.
    pub duties: Vec<(String, String, String, DateTime<Utc>, bool)>,
    pub mentions: Vec<MentionRow>,
    pub old_mentions: u32,
    pub first_visit_entries: u32,
    pub coverage: CoverageFacts,
    /// With their kinds.
    pub troubles: Vec<(String, TroubleLine)>,
    /// Accepted, waiting, failed.
    pub mails: (u32, u32, u32),
    pub own: Vec<OwnChannel>,
    /// Sources whose last visit failed: named with their reason even before that is a trouble (P5).
    pub failing: Vec<SourceRow>,
}

/// A channel of our own.
pub struct OwnChannel {
    pub row: SourceRow,
    /// How long it may be silent.
    pub limit: Option<TimeDelta>,
    /// How often it was dunned within a year.
    pub dunned: u32,
    /// Domains that it led to for the first time within the period.
    pub outbound: Vec<OutboundRow>,
}

/// As many mentions as a reader triages line by line; the rest is counted.
const TO_TRIAGE: usize = 10;

/// The digest as a reader of `lang` gets it.
pub fn digest(
    organisation: &Organisation,
    period: &Period,
    readers: &[Role],
    rows: &Gathered,
    lang: Lang,
) -> DigestFacts {
    let now = period.until;
    let count = |severity| rows.incidents.iter().filter(|one| one.severity == severity).count() as u32;
    let overdue = rows.duties.iter().filter(|duty| duty.4 || duty.3 < now).count() as u32;
    let without_incident: Vec<&MentionRow> = rows
        .mentions
        .iter()
        .filter(|one| one.incident.is_none() || one.severity == Some(Severity::Blue))
        .collect();
    let roster = &organisation.roster;
    DigestFacts {
        organisation: organisation.name.clone(),
        zone: organisation.zone,
        number: period.number,
        date: period.date,
        from: period.from,
        until: period.until,
        new_by_severity: [
            count(Severity::Red),
            count(Severity::Orange),
            count(Severity::Yellow),
            count(Severity::Blue),
        ],
        overdue,
        todo: todo(organisation, rows, now, lang),
        new_incidents: rows
            .incidents
            .iter()
            .filter(|one| one.severity > Severity::Blue)
            .map(of_incident)
            .collect(),
        in_progress: rows
            .open
            .iter()
            .filter(|one| one.severity > Severity::Blue && one.opened_at < period.from)
            .map(of_incident)
            .collect(),
        to_triage: without_incident.iter().take(TO_TRIAGE).map(|one| of_mention(one)).collect(),
        to_triage_total: without_incident.len() as u32,
        old_mentions: rows.old_mentions,
        first_visit_entries: rows.first_visit_entries,
        coverage: rows.coverage.clone(),
        troubles: holes(rows, now, lang),
        mails_accepted: rows.mails.0,
        mails_waiting: rows.mails.1,
        mails_failed: rows.mails.2,
        on_duty: roster
            .reached(&[Role::OnCall, Role::DutyLeader], now)
            .into_iter()
            .map(|(role, person)| roster.contact(role, person))
            .collect(),
        own_channels: rows.own.iter().flat_map(|own| own::lines(own, now, lang)).collect(),
        trial: trial(organisation, readers, now, lang),
    }
}

/// The names that a digest would go to, while a trial run keeps it with the monitors.
fn trial(organisation: &Organisation, readers: &[Role], now: DateTime<Utc>, lang: Lang) -> Vec<String> {
    if organisation.trial_until.is_none_or(|until| now >= until) {
        return Vec::new();
    }
    let reached = organisation.roster.reached(readers, now);
    reached.into_iter().map(|(role, person)| format!("{} {}", role.label(lang), person.name)).collect()
}

/// To whom the digest goes, by key and language; in a trial run to the monitors only.
pub fn readers(organisation: &Organisation, to: &[Role], now: DateTime<Utc>) -> Vec<(String, Lang)> {
    let trial = organisation.trial_until.is_some_and(|until| now < until);
    let to = if trial { &[Role::Monitor] } else { to };
    organisation
        .roster
        .reached(to, now)
        .into_iter()
        .map(|(_, person)| (person.key.clone(), person.lang))
        .collect()
}

/// Where the watch has holes: open troubles, and sources that fail without being one yet.
fn holes(rows: &Gathered, now: DateTime<Utc>, lang: Lang) -> Vec<TroubleLine> {
    let network = rows.troubles.iter().any(|(kind, _)| kind == "unreachable");
    let told = |row: &&SourceRow| !network && !rows.troubles.iter().any(|(_, line)| line.subject == row.name);
    let failing = rows.failing.iter().filter(told).map(|row| {
        let reason = row.last_error.clone().unwrap_or_default();
        let line = TroubleLine { subject: row.name.clone(), reason, since: row.last_ok_at.unwrap_or(now) };
        trouble("failing", &line, lang)
    });
    // A warning that a channel grows silent is no hole in the watch; it stands with the channel.
    let open = rows.troubles.iter().filter(|(kind, _)| kind != health::QUIET);
    open.map(|(kind, line)| trouble(kind, line, lang)).chain(failing).collect()
}

fn trouble(kind: &str, line: &TroubleLine, lang: Lang) -> TroubleLine {
    let (subject, reason, _) = health::words(&line.subject, kind, &line.reason, "", lang);
    TroubleLine { subject, reason, since: line.since }
}

/// What must be done today: ladders that nobody holds, first reports, incidents without a verdict; overdue first.
fn todo(organisation: &Organisation, rows: &Gathered, now: DateTime<Utc>, lang: Lang) -> Vec<DigestLine> {
    let mut lines = Vec::new();
    for (number, title, role, due, _) in &rows.duties {
        let who = Role::parse(role).and_then(|role| {
            let holder = organisation.roster.holders(role, now).first().map(|person| person.name.clone());
            holder.or_else(|| Some(role.label(lang).to_owned()))
        });
        let incident = rows.open.iter().find(|one| one.number == *number);
        lines.push(DigestLine {
            number: Some(number.clone()),
            severity: incident.map(|one| one.severity),
            state: incident.map(|one| one.state),
            task: Some("report_due".to_owned()),
            by: Some(*due),
            who,
            ..line(title)
        });
    }
    for climb in rows.climbs.iter().filter(|climb| climb.ack_until.is_none_or(|until| until <= now)) {
        let Some(incident) = rows.open.iter().find(|one| one.id == climb.incident) else { continue };
        lines.push(DigestLine {
            task: Some("unacknowledged".to_owned()),
            by: (climb.state == "climbing").then_some(climb.next_at),
            ..of_incident(incident)
        });
    }
    for incident in
        rows.open.iter().filter(|one| one.state == IncidentState::Open && one.severity > Severity::Blue)
    {
        if !rows.climbs.iter().any(|climb| climb.incident == incident.id) {
            lines.push(DigestLine { task: Some("triage".to_owned()), ..of_incident(incident) });
        }
    }
    lines.sort_by_key(|line| (line.by.is_none(), line.by));
    lines
}

fn line(title: &str) -> DigestLine {
    DigestLine {
        number: None,
        severity: None,
        state: None,
        title: title.to_owned(),
        source: None,
        url: None,
        at: None,
        published: None,
        old: false,
        reprints: 0,
        terms: Vec::new(),
        task: None,
        by: None,
        who: None,
    }
}

fn of_incident(incident: &Incident) -> DigestLine {
    let parts: Option<crate::model::Parts> = serde_json::from_str(&incident.parts).ok();
    DigestLine {
        number: Some(incident.number.clone()),
        severity: Some(incident.severity),
        state: Some(incident.state),
        at: Some(incident.opened_at),
        terms: parts.map(|parts| parts.because).unwrap_or_default(),
        ..line(&incident.title)
    }
}

fn of_mention(mention: &MentionRow) -> DigestLine {
    let fired: Vec<serde_json::Value> = serde_json::from_str(&mention.fired).unwrap_or_default();
    let because = fired.iter().filter_map(|one| one["because"].as_array()).flatten();
    let mut terms: Vec<String> = because.filter_map(|one| one.as_str().map(str::to_owned)).collect();
    terms.dedup();
    DigestLine {
        number: mention.incident.clone(),
        severity: mention.severity,
        source: Some(mention.source.clone()),
        url: mention.url.clone(),
        at: Some(mention.at),
        published: mention.published.clone(),
        old: mention.old.is_some(),
        terms,
        ..line(&mention.title)
    }
}
