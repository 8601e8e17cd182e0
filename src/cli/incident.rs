//! `incident`: the list, one of them, and the verbs of whoever has it.

use super::{End, IncidentCommand, Setting, VerdictWord, actor, mentions, outbox, output, told};
use crate::app::{Snapshot, subject_of};
use crate::config::Config;
use crate::desk;
use crate::model::{Climb, Incident, IncidentState, Lang, Matter, Parts, Verdict, Word};
use crate::store::{EventRow, MessageRow, Store};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

pub async fn run(setting: &Setting, command: IncidentCommand) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let (now, zone) = (Utc::now(), config.organisation.zone);
    match command {
        IncidentCommand::List { all } => list(setting, &store, all, now, zone).await,
        IncidentCommand::Show { incident } => show(setting, &config, &store, &incident, now).await,
        IncidentCommand::Ack { incident, reported } => {
            let acting = actor::acting(setting, &config)?;
            let number = desk::number(&incident, zone, now);
            let snapshot = Snapshot::without_mail(config, &store, now).await?;
            let done = store
                .write(move |tx| desk::acknowledge(tx, &snapshot, &number, acting.actor(), reported, now))
                .await?;
            told(setting, done)
        }
        IncidentCommand::Close { incident, verdict, note } => {
            let acting = actor::acting(setting, &config)?;
            let (number, verdict) = (desk::number(&incident, zone, now), word(verdict));
            let done = store
                .write(move |tx| desk::close(tx, &number, acting.actor(), verdict, note.as_deref(), now))
                .await?;
            told(setting, done)
        }
    }
}

pub fn word(verdict: VerdictWord) -> Verdict {
    match verdict {
        VerdictWord::Untrue => Verdict::Untrue,
        VerdictWord::True => Verdict::True,
        VerdictWord::Partly => Verdict::Partly,
        VerdictWord::Unverifiable => Verdict::Unverifiable,
        VerdictWord::Irrelevant => Verdict::Irrelevant,
    }
}

async fn list(
    setting: &Setting,
    store: &Store,
    all: bool,
    now: DateTime<Utc>,
    zone: Tz,
) -> anyhow::Result<End> {
    let rows = store
        .read(move |view| {
            let incidents = view.incidents(!all, DateTime::UNIX_EPOCH, u32::MAX)?;
            let with_climb = |incident: Incident| Ok((view.climb_of(incident.id)?, incident));
            incidents.into_iter().map(with_climb).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    for (climb, incident) in &rows {
        if setting.json {
            let mut object = serde_json::to_value(incident)?;
            object["ladder"] = climb.as_ref().map_or(Value::Null, ladder_json);
            output::json_line(&object)?;
            continue;
        }
        let state = match (incident.state, incident.verdict) {
            (IncidentState::Closed, Some(verdict)) => format!("closed, {}", verdict.key()),
            (state, _) => state.key().to_owned(),
        };
        let ladder = climb
            .as_ref()
            .filter(|_| incident.state != IncidentState::Closed)
            .map_or_else(String::new, |climb| format!("\n    {}", standing(climb, now, zone)));
        output::line(&format!(
            "{}  {}  {}  {state}  {}{ladder}",
            incident.number,
            incident.severity,
            output::local(incident.opened_at, zone),
            output::short(&incident.title, 60)
        ))?;
    }
    if rows.is_empty() && !setting.json {
        output::line(if all {
            "no incident was ever raised"
        } else {
            "no incident is open; closed ones with --all"
        })?;
    }
    Ok(End::Fine)
}

/// Where a ladder stands, in words.
pub fn standing(climb: &Climb, now: DateTime<Utc>, zone: Tz) -> String {
    let at = |at| output::clock(at, now, zone);
    let steps = climb.policy.steps.len();
    match (climb.state.as_str(), climb.ack_until, &climb.ack_by) {
        (_, Some(until), Some(by)) if until > now => {
            format!("ladder {}: acknowledged by {by} until {}", climb.policy.key, at(until))
        }
        ("climbing", _, _) if (climb.taken as usize) < steps => format!(
            "ladder {}: {} of {steps} steps taken, nobody has it; the next at {}",
            climb.policy.key,
            climb.taken,
            at(climb.next_at)
        ),
        ("climbing", _, _) => format!(
            "ladder {}: all {steps} steps taken, nobody has it; it ends in an alarm at {}",
            climb.policy.key,
            at(climb.next_at)
        ),
        ("exhausted", _, _) => format!("ladder {}: ended without an answer", climb.policy.key),
        (state, _, _) => format!("ladder {}: {state}", climb.policy.key),
    }
}

pub fn ladder_json(climb: &Climb) -> Value {
    json!({
        "policy": climb.policy.key, "state": climb.state, "started_at": climb.started_at,
        "steps": climb.policy.steps.len(), "taken": climb.taken, "next_at": climb.next_at,
        "acknowledged_by": climb.ack_by, "acknowledged_until": climb.ack_until,
    })
}

/// Everything that is known of one incident.
pub struct Known {
    pub matter: Matter,
    pub report_due: Option<DateTime<Utc>>,
    pub mails: Vec<MessageRow>,
    pub events: Vec<EventRow>,
}

/// Looks one up for a named reader, and puts the reading on record (P8).
pub async fn look(
    setting: &Setting,
    config: &Config,
    store: &Store,
    written: &str,
    how: &'static str,
    now: DateTime<Utc>,
) -> anyhow::Result<Known> {
    let reader = actor::reading(setting, config)?.actor().to_string();
    let number = desk::number(written, config.organisation.zone, now);
    let wanted = number.clone();
    let known = store
        .write(move |tx| {
            let Some(matter) = tx.view().incident_view(&wanted)? else { return Ok(None) };
            let id = matter.incident.id;
            tx.record_reader(id, &reader, how, now)?;
            let view = tx.view();
            Ok(Some(Known {
                report_due: view.report_due(id)?,
                mails: view.messages_of(id)?,
                events: view.events(&subject_of(&wanted))?,
                matter,
            }))
        })
        .await?;
    known.ok_or_else(|| anyhow::anyhow!("there is no incident {number}; see: tingfeng incident list --all"))
}

async fn show(
    setting: &Setting,
    config: &Config,
    store: &Store,
    written: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<End> {
    let known = look(setting, config, store, written, "incident show", now).await?;
    let explained = mentions::explained(store, known.matter.incident.mention, &known.events).await?;
    if setting.json {
        let mut object = to_json(&known)?;
        object["explained"] = explained.iter().map(mentions::Explained::json).collect();
        output::json_line(&object)?;
        return Ok(End::Fine);
    }
    for line in to_text(&known, &explained, now, config.organisation.zone) {
        output::line(&line)?;
    }
    Ok(End::Fine)
}

fn to_json(known: &Known) -> anyhow::Result<Value> {
    let matter = &known.matter;
    let mut object = serde_json::to_value(&matter.incident)?;
    object["because"] = parts(&matter.incident).map_or(Value::Null, |parts| json!(parts.because));
    object["source"] = json!({
        "key": matter.source_key, "name": matter.source_name, "tier": matter.source_tier, "own": matter.own,
    });
    object["url"] = json!(matter.url);
    object["published"] = json!(matter.published);
    object["seen_at"] = json!(matter.seen_at);
    object["quote"] = json!(matter.quote);
    object["evidence"] = json!(matter.evidence);
    object["outlets"] = json!(matter.outlets);
    object["mainstream"] = json!(matter.mainstream);
    object["mentions"] = json!(matter.mentions);
    object["ladder"] = matter.climb.as_ref().map_or(Value::Null, ladder_json);
    object["first_report_due_at"] = json!(known.report_due);
    object["mails"] = json!(known.mails);
    object["history"] = json!(known.events);
    Ok(object)
}

pub fn parts(incident: &Incident) -> Option<Parts> {
    serde_json::from_str(&incident.parts).ok()
}

/// The head that `show` and `why` share: what it is, and what the page said.
pub fn head(matter: &Matter, zone: Tz) -> Vec<String> {
    let incident = &matter.incident;
    let mut lines = vec![
        format!(
            "{}  {} ({})  {}: {}",
            incident.number,
            incident.severity.label(Lang::En),
            incident.severity.label(Lang::Zh),
            incident.kind.label(Lang::En),
            output::printable(&incident.title)
        ),
        format!("  quote      {}", output::quoted(&matter.quote)),
        format!(
            "  source     {} ({}){}",
            matter.source_name,
            matter.source_tier.label(Lang::En),
            if matter.own { ", our own channel" } else { "" }
        ),
    ];
    lines.extend(matter.url.iter().map(|url| format!("  address    {url}")));
    let published = matter.published.as_deref().unwrap_or("no date on the page");
    lines.push(format!("  published  {published}; found {}", output::local(matter.seen_at, zone)));
    lines
}

fn to_text(known: &Known, explained: &[mentions::Explained], now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let (matter, incident) = (&known.matter, &known.matter.incident);
    let at = |at| output::clock(at, now, zone);
    let mut lines = head(matter, zone);
    lines.push(format!(
        "  spread     {} mentions, {} outlets, {} of them mainstream or official",
        matter.mentions, matter.outlets, matter.mainstream
    ));
    if let Some(parts) = parts(incident) {
        lines.push(format!(
            "  why        rule {} ({} {}): {}",
            incident.rule,
            parts.rule_name,
            parts.rule_version,
            parts.because.join(", ")
        ));
    }
    lines.push(match &matter.evidence {
        Some(evidence) if evidence.kept => {
            format!("  evidence   page and headers kept {}, sha256 {}", at(evidence.at), evidence.sha256)
        }
        Some(evidence) => format!(
            "  evidence   sha256 {} of {}; the page's bytes were not kept",
            evidence.sha256,
            at(evidence.at)
        ),
        None => "  evidence   none: the page itself could not be had".to_owned(),
    });
    lines.push(match (incident.closed_at, incident.verdict) {
        (Some(closed), verdict) => format!(
            "  state      closed {} by {}: {}{}",
            at(closed),
            incident.closed_by.as_deref().unwrap_or("?"),
            verdict.map_or("?", |verdict| verdict.label(Lang::En)),
            incident.note.as_ref().map_or_else(String::new, |note| format!(" — {}", output::printable(note)))
        ),
        _ => format!("  state      {}", incident.state.label(Lang::En)),
    });
    lines.extend(matter.climb.iter().map(|climb| format!("  {}", standing(climb, now, zone))));
    if let Some(due) = known.report_due {
        let late = if due < now { "overdue since" } else { "due" };
        lines.push(format!("  first report {late} {}", at(due)));
    }
    lines.push("set by the system (系统初判), from".to_owned());
    lines.extend(explained.iter().flat_map(|one| one.lines(zone, now)));
    if !known.mails.is_empty() {
        lines.push("mails".to_owned());
        lines.extend(known.mails.iter().map(|mail| format!("  {}", outbox::shown(mail, now, zone))));
    }
    lines.push("history".to_owned());
    lines.extend(known.events.iter().map(|event| format!("  {}", super::why::told(event, now, zone))));
    if incident.closed_at.is_none() {
        lines.push(format!(
            "next: tingfeng incident ack {0} | tingfeng incident close {0} --verdict … --note … | tingfeng why {0}",
            incident.number
        ));
    }
    lines
}
