//! `status`: is the watch whole?

use super::{End, Setting, incident, output};
use crate::app::DAILY;
use crate::config::Config;
use crate::health::{self, Finding, Standing};
use crate::model::Climb;
use crate::store::{Totals, View};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;

/// What was read in one look.
struct Seen {
    standing: Standing,
    totals: Totals,
    climbs: Vec<Climb>,
    digest: Option<(i64, DateTime<Utc>)>,
}

pub async fn run(setting: &Setting) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let now = Utc::now();
    let today = now.with_timezone(&config.organisation.zone).date_naive();
    let seen = store.read(move |view| look(view, today, now)).await?;
    let findings = health::findings(&seen.standing, now);
    if setting.json {
        as_json(&config, &seen, &findings)?;
    } else {
        as_text(&config, &seen, &findings, now)?;
    }
    Ok(if findings.is_empty() { End::Fine } else { End::Findings })
}

fn look(view: &View, today: NaiveDate, now: DateTime<Utc>) -> Result<Seen, crate::store::StoreError> {
    let day_ago = now - TimeDelta::days(1);
    let climbs = view.climbing()?;
    let duties = view.pending_duties()?;
    let unanswered = climbs
        .iter()
        .filter(|climb| climb.state == "exhausted" && climb.ack_until.is_none_or(|until| until <= now));
    let standing = Standing {
        run: view.last_run()?,
        sources: view.sources()?,
        troubles: view.open_troubles()?.into_iter().map(|(_, trouble)| trouble).collect(),
        given_up: view.given_up_since(day_ago)?,
        oldest_waiting: view.oldest_waiting(now)?,
        next_mail: view.next_mail()?,
        mails_failed: view.mail_counts(day_ago, now)?.2,
        unanswered: unanswered.map(|climb| climb.number.clone()).collect(),
        overdue: duties.into_iter().filter(|duty| duty.3 < now).map(|duty| duty.0).collect(),
    };
    let digest = view.digest_of(DAILY, today)?.map(|row| (row.number, row.made_at));
    Ok(Seen { standing, totals: view.totals()?, climbs, digest })
}

fn as_json(config: &Config, seen: &Seen, findings: &[Finding]) -> anyhow::Result<()> {
    let run = seen.standing.run;
    output::json_line(&json!({
        "what": "daemon", "started_at": run.map(|run| run.0), "alive_at": run.map(|run| run.1),
        "stopped_at": run.and_then(|run| run.2), "trial_until": config.organisation.trial_until,
    }))?;
    let mut totals = json!({ "what": "totals" });
    if let (Some(object), serde_json::Value::Object(all)) =
        (totals.as_object_mut(), serde_json::to_value(seen.totals)?)
    {
        object.extend(all);
    }
    output::json_line(&totals)?;
    for row in &seen.standing.sources {
        let mut object = json!({ "what": "source" });
        if let (Some(object), serde_json::Value::Object(all)) =
            (object.as_object_mut(), serde_json::to_value(row)?)
        {
            object.extend(all.into_iter().filter(|(key, _)| key != "id"));
        }
        output::json_line(&object)?;
    }
    for climb in &seen.climbs {
        let ladder = incident::ladder_json(climb);
        output::json_line(&json!({ "what": "ladder", "incident": climb.number, "ladder": ladder }))?;
    }
    if let Some((number, made_at)) = seen.digest {
        output::json_line(&json!({ "what": "digest", "number": number, "made_at": made_at }))?;
    }
    for finding in findings {
        output::json_line(&json!({
            "what": "finding", "subject": finding.subject, "reason": finding.reason, "remedy": finding.remedy,
        }))?;
    }
    Ok(())
}

fn as_text(config: &Config, seen: &Seen, findings: &[Finding], now: DateTime<Utc>) -> anyhow::Result<()> {
    let zone = config.organisation.zone;
    let at = |at| output::clock(at, now, zone);
    let (standing, totals) = (&seen.standing, &seen.totals);
    output::line(&format!("{}  {} {zone}", config.organisation.name, output::local(now, zone)))?;
    output::line(&match standing.run {
        None => "daemon     never ran".to_owned(),
        Some((_, _, Some(stopped))) => format!("daemon     stopped {}", at(stopped)),
        Some((started, alive, None)) => {
            format!("daemon     running since {}, last sign {} ago", at(started), output::age(now - alive))
        }
    })?;
    if let Some(until) = config.organisation.trial_until.filter(|until| *until > now) {
        output::line(&format!("trial run  until {}: all mail goes to the monitor", at(until)))?;
    }
    let active: Vec<_> = standing.sources.iter().filter(|row| row.state == "active").collect();
    let failing = active.iter().filter(|row| row.fails > 0).count();
    let next = active.iter().map(|row| row.due_at).min();
    output::line(&format!(
        "sources    {} active, {failing} of them failing, {} paused{}",
        active.len(),
        standing.sources.len() - active.len(),
        next.map_or_else(String::new, |next| format!("; next visit {}", at(next)))
    ))?;
    output::line(&format!(
        "frontier   {} pages wait, {} given up in all",
        totals.pages_waiting, totals.pages_given_up
    ))?;
    output::line(&format!(
        "stored     {} entries, {} hits, {} mentions",
        totals.entries, totals.hits, totals.mentions
    ))?;
    output::line(&format!("incidents  {} open of {}", totals.incidents_open, totals.incidents))?;
    for climb in &seen.climbs {
        output::line(&format!("  {}  {}", climb.number, incident::standing(climb, now, zone)))?;
    }
    output::line(&format!(
        "outbox     {} waiting, {} accepted, {} failed",
        totals.mails_waiting, totals.mails_accepted, totals.mails_failed
    ))?;
    output::line(&match seen.digest {
        Some((number, made)) => format!("digest     No. {number}, made {}", at(made)),
        None => format!("digest     not made yet; at {}", config.digest.at.format("%H:%M")),
    })?;
    for row in &standing.sources {
        let last =
            row.last_ok_at.map_or_else(|| "never".to_owned(), |ok| format!("{} ago", output::age(now - ok)));
        let fails = if row.fails > 0 { format!(", {} failures in a row", row.fails) } else { String::new() };
        output::line(&format!(
            "  {}  {}  {}: last fine visit {last}, {} entries, {} pages wait, {} given up{fails}",
            row.key, row.name, row.state, row.entries, row.pages_due, row.pages_given_up
        ))?;
    }
    if findings.is_empty() {
        return output::line("the watch is whole");
    }
    output::line("needs a look")?;
    for finding in findings {
        output::line(&format!(
            "  {}: {}\n      {}",
            finding.subject,
            output::printable(&finding.reason),
            finding.remedy
        ))?;
    }
    Ok(())
}
