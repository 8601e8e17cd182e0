//! `outbox`: mails as rows, tried again or withdrawn by a person.

use super::{End, OutboxCommand, Setting, actor, output};
use crate::desk;
use crate::store::MessageRow;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub async fn run(setting: &Setting, command: OutboxCommand) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let now = Utc::now();
    match command {
        OutboxCommand::List { waiting, limit } => {
            let rows = store.read(move |view| view.messages(waiting, limit)).await?;
            for row in &rows {
                if setting.json {
                    output::json_line(row)?;
                } else {
                    output::line(&shown(row, now, config.organisation.zone))?;
                }
            }
            if !setting.json && rows.is_empty() {
                output::line(if waiting { "no mail waits" } else { "no mail was ever queued" })?;
            } else if !setting.json && rows.len() == limit as usize {
                output::line(&format!("the newest {limit}; more with --limit"))?;
            }
            Ok(End::Fine)
        }
        OutboxCommand::Retry { message } => {
            let acting = actor::acting(setting, &config)?;
            let done = store.write(move |tx| desk::retry_mail(tx, message, acting.actor(), now)).await?;
            super::told(setting, done)
        }
        OutboxCommand::Cancel { message } => {
            let acting = actor::acting(setting, &config)?;
            let done = store.write(move |tx| desk::cancel_mail(tx, message, acting.actor(), now)).await?;
            super::told(setting, done)
        }
    }
}

/// `  123  accepted  11-25 22:45  lin <lin@lanli.example>  【橙色·二级】…`, and what is wrong with it.
pub fn shown(row: &MessageRow, now: DateTime<Utc>, zone: Tz) -> String {
    let at = |at| output::clock(at, now, zone);
    let state = match (row.state.as_str(), row.accepted_at) {
        ("accepted", Some(accepted)) => format!("accepted {}", at(accepted)),
        ("queued", _) if row.next_try_at > now => format!("waits until {}", at(row.next_try_at)),
        ("queued", _) => format!("due since {}", at(row.next_try_at)),
        (state, _) => format!("{state} (queued {})", at(row.queued_at)),
    };
    let to = row
        .address
        .as_ref()
        .map_or_else(|| row.person.clone(), |address| format!("{} <{address}>", row.person));
    let of = row.incident.as_ref().map_or_else(String::new, |number| format!("  incident {number}"));
    let subject = row
        .subject
        .as_ref()
        .map_or_else(|| format!("{}: {}", row.template, row.reason), |subject| output::short(subject, 60));
    let mut line = format!("{}  {state}  {to}{of}  {subject}", row.id);
    if row.state != "accepted"
        && let Some(reply) = &row.reply
    {
        let tries = if row.tries > 0 { format!("after {} tries: ", row.tries) } else { String::new() };
        line = format!("{line}\n    {tries}{}", output::short(reply, 200));
    }
    line
}
