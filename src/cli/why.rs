//! `why`: how an incident came to be, who was told, and what was decided against, in the order of time.

use super::{End, Setting, incident, output};
use crate::model::MentionRow;
use crate::store::{AttemptRow, EventRow, MessageRow};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

pub async fn run(setting: &Setting, written: &str) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let (now, zone) = (Utc::now(), config.organisation.zone);
    let known = incident::look(setting, &config, &store, written, "why", now).await?;
    let (about, mails) = (known.matter.incident.story, known.mails.clone());
    let (mentions, more, tries) = store
        .read(move |view| {
            let mentions = view.mentions_of(about)?;
            let mut more = Vec::new();
            for mention in &mentions {
                more.extend(view.events(&format!("mention:{}", mention.id))?);
            }
            let mut tries = Vec::new();
            for mail in mails {
                more.extend(view.events(&format!("message:{}", mail.id))?);
                let attempts = view.attempts(mail.id)?;
                tries.push((mail, attempts));
            }
            Ok((mentions, more, tries))
        })
        .await?;
    let mut moments: Vec<Moment> =
        known.events.iter().chain(&more).map(|event| of_event(event, now, zone)).collect();
    moments.extend(mentions.iter().map(of_mention));
    for (mail, attempts) in &tries {
        moments.push(of_mail(mail));
        moments.extend(attempts.iter().map(|attempt| of_attempt(mail, attempt)));
    }
    // A mention comes before what it set in motion, and a mail before its tries, within the same instant too.
    moments.sort_by_key(|moment| (moment.at, moment.rank));
    if setting.json {
        let mut object = serde_json::to_value(&known.matter.incident)?;
        object["what"] = "incident".into();
        object["because"] =
            incident::parts(&known.matter.incident).map_or(Value::Null, |parts| json!(parts.because));
        output::json_line(&object)?;
        return moments.iter().try_for_each(|moment| output::json_line(&moment.object)).map(|()| End::Fine);
    }
    for line in incident::head(&known.matter, zone) {
        output::line(&line)?;
    }
    if let Some(parts) = incident::parts(&known.matter.incident) {
        output::line(&format!(
            "  rule       {} — {} {}; subject {}; it saw: {}",
            known.matter.incident.rule,
            parts.rule_name,
            parts.rule_version,
            parts.subject_name,
            parts.because.join(", ")
        ))?;
    }
    output::line("in the order of time")?;
    for moment in &moments {
        output::line(&format!("  {}  {}", output::clock(moment.at, now, zone), moment.text))?;
    }
    Ok(End::Fine)
}

/// One thing that happened, for people and for programs.
struct Moment {
    at: DateTime<Utc>,
    rank: u8,
    text: String,
    object: Value,
}

fn of_event(event: &EventRow, now: DateTime<Utc>, zone: Tz) -> Moment {
    let object = json!({
        "what": "event", "at": event.at, "actor": event.actor, "kind": event.kind, "subject": event.subject,
        "data": event.data,
    });
    Moment { at: event.at, rank: 1, text: words(event, now, zone), object }
}

fn of_mention(mention: &MentionRow) -> Moment {
    let old =
        mention.old.as_deref().map_or_else(String::new, |why| format!(" — old news ({why}), wakes nobody"));
    let published = mention.published.as_deref().unwrap_or("undated");
    Moment {
        at: mention.at,
        rank: 0,
        text: format!(
            "mention in {}, published {published}: {}{old}",
            mention.source,
            output::short(&mention.title, 50)
        ),
        object: json!({
            "what": "mention", "at": mention.at, "id": mention.id, "source": mention.source, "title": mention.title,
            "url": mention.url, "published": mention.published, "old": mention.old,
            "fired": serde_json::from_str::<Value>(&mention.fired).unwrap_or_default(),
        }),
    }
}

fn of_mail(mail: &MessageRow) -> Moment {
    let object = json!({ "what": "mail", "at": mail.queued_at, "mail": mail });
    Moment {
        at: mail.queued_at,
        rank: 2,
        text: format!("mail {} for {} ({}): {}", mail.id, mail.person, mail.reason, mail.state),
        object,
    }
}

fn of_attempt(mail: &MessageRow, attempt: &AttemptRow) -> Moment {
    Moment {
        at: attempt.at,
        rank: 3,
        text: format!(
            "mail {} to {}, try {} at {}: {} — {}",
            mail.id,
            mail.person,
            attempt.no,
            attempt.relay,
            attempt.outcome,
            output::short(&attempt.reply, 120)
        ),
        object: json!({
            "what": "attempt", "at": attempt.at, "message": mail.id, "person": mail.person, "no": attempt.no,
            "relay": attempt.relay, "stage": attempt.stage, "outcome": attempt.outcome, "reply": attempt.reply,
        }),
    }
}

/// An event of a history: when, who, what.
pub fn told(event: &EventRow, now: DateTime<Utc>, zone: Tz) -> String {
    format!("{}  {}", output::clock(event.at, now, zone), words(event, now, zone))
}

/// What an event says, in words; kinds that came later are shown as they are.
fn words(event: &EventRow, now: DateTime<Utc>, zone: Tz) -> String {
    let data = &event.data;
    let text = |key: &str| match &data[key] {
        Value::String(text) => output::short(text, 120),
        Value::Array(list) => list
            .iter()
            .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let at = |key: &str| {
        let instant = data[key].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        instant.map_or_else(|| text(key), |instant| output::clock(instant.with_timezone(&Utc), now, zone))
    };
    // Steps count from 0 in tables and from 1 among people.
    let step = data["step"].as_i64().map_or_else(|| "?".to_owned(), |step| (step + 1).to_string());
    let who = data["acted"].as_str().unwrap_or(&event.actor);
    match event.kind.as_str() {
        "raised" => format!("raised {} by rule {}: {}", text("severity"), text("rule"), text("because")),
        "worsened" => format!(
            "worsened from {} ({}) to {} ({})",
            text("from"),
            text("from_tier"),
            text("severity"),
            text("tier")
        ),
        "not_raised" => format!("decided against: not raised, old news ({})", text("why")),
        "step_taken" => format!(
            "step {step} of the ladder told {} ({} mails); the next at {}",
            text("to"),
            text("mails"),
            at("next_at")
        ),
        "step_skipped" => {
            format!("decided against: step {step} skipped, {} for {}", text("why"), text("roles"))
        }
        "exhausted" => format!("the ladder ended without an answer ({} mails)", text("mails")),
        "acknowledged" => {
            let reported = if data["reported"] == true { ", first report made by telephone" } else { "" };
            format!("acknowledged by {who} until {}{reported}", at("until"))
        }
        "late_ack" => format!("{who} acknowledged after it was closed; nothing changed"),
        "closed" => match data["note"].as_str() {
            Some(note) => format!("closed by {who}: {} — {}", text("verdict"), output::short(note, 120)),
            None => format!("closed by {who}: {}", text("verdict")),
        },
        "mail_cancelled" => format!("decided against: {} not sent, {}", event.subject, text("why")),
        "mail_retried" => format!("{} tried again by {who}", event.subject),
        kind => format!("{kind} by {who}: {data}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_told_in_words() {
        let now = DateTime::parse_from_rfc3339("2026-11-25T14:50:00Z").unwrap().with_timezone(&Utc);
        for (kind, data, expected) in [
            (
                "raised",
                json!({ "severity": "orange", "rule": "A-named", "because": ["A1 立案调查", "A2 退市"] }),
                "raised orange by rule A-named: A1 立案调查, A2 退市",
            ),
            (
                "step_taken",
                json!({ "step": 0, "to": ["on_call"], "mails": 1, "next_at": "2026-11-25T15:00:00Z" }),
                "step 1 of the ladder told on_call (1 mails); the next at 23:00:00",
            ),
            (
                "acknowledged",
                json!({ "until": "2026-11-25T16:50:00Z", "reported": true, "acted": "lin (as, by root)" }),
                "acknowledged by lin (as, by root) until 2026-11-26 00:50, first report made by telephone",
            ),
            ("closed", json!({ "verdict": "untrue", "note": "已澄清" }), "closed by lin: untrue — 已澄清"),
            ("something_new", json!({ "a": 1 }), "something_new by lin: {\"a\":1}"),
        ] {
            let event = EventRow {
                at: now,
                actor: "lin".into(),
                kind: kind.into(),
                subject: "incident:2026-0001".into(),
                data,
            };
            assert_eq!(words(&event, now, Tz::Asia__Shanghai), expected);
        }
    }
}
