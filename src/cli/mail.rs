//! `mail test`: one mail to one address, and all that was said on the way.

use super::{End, Setting, output};
use crate::app;
use crate::config::{Config, Transport};
use crate::mail::{self, Envelope, Reader, Template};
use crate::model::{Lang, NoticeFacts};
use crate::send::{self, Carried, Letter};
use anyhow::Context;
use chrono::{DateTime, Utc};

pub async fn test(setting: &Setting, address: &str) -> anyhow::Result<End> {
    anyhow::ensure!(
        address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()),
        "{address:?} is not a mail address; write name@host"
    );
    let config = setting.config()?;
    let carrier = app::carrier(&config)?;
    let message_id = message_id(&app::mail_domain(&config))?;
    let bytes = letter(&config, address, &message_id, Utc::now())?;
    let test = Letter { from: &config.mail.from, to: address, message_id: &message_id, bytes: &bytes };
    let (said, came) = send::dialogue(&carrier, &test).await;
    let (outcome, stage, reply) = match &came {
        Carried::Accepted { reply } => ("accepted", None, reply.as_str()),
        Carried::Later { stage, reply } => ("later", Some(*stage), reply.as_str()),
        Carried::Refused { stage, reply } => ("refused", Some(*stage), reply.as_str()),
        Carried::Unknown { reply } => ("unknown", None, reply.as_str()),
        Carried::Withdrawn => ("withdrawn", None, ""),
    };
    if setting.json {
        output::json_line(&serde_json::json!({
            "to": address, "outcome": outcome, "stage": stage.map(crate::model::Word::key), "reply": reply,
            "message_id": message_id, "dialogue": said,
        }))?;
    } else {
        for line in &said {
            output::line(line)?;
        }
        if outcome == "accepted" {
            output::line(&format!("accepted: {reply}"))?;
            output::line(where_to_look(&config))?;
        }
    }
    let stage = stage.map_or_else(String::new, |stage| format!(" ({})", crate::model::Word::key(stage)));
    anyhow::ensure!(outcome == "accepted", "the mail was not accepted{stage}: {reply}");
    Ok(End::Fine)
}

fn where_to_look(config: &Config) -> &'static str {
    match config.mail.transport {
        Transport::Folder(_) => {
            "transport = \"folder\": nothing leaves this machine; open the file with a mail program"
        }
        Transport::Smtp(_) => "the server took it; look into the mailbox, and into its spam folder",
    }
}

fn letter(config: &Config, address: &str, message_id: &str, now: DateTime<Utc>) -> anyhow::Result<Vec<u8>> {
    let known =
        config.people.iter().find(|person| person.mail.iter().any(|one| one.eq_ignore_ascii_case(address)));
    let lang = known.map_or(config.organisation.lang, |person| person.lang);
    let name = known.map_or(address, |person| person.name.as_str());
    let (subject, reason, remedy) = match lang {
        Lang::Zh => ("测试", "有人运行了 tingfeng mail test", "收到即可，不必回复"),
        Lang::En => ("test", "somebody ran tingfeng mail test", "nothing to do; it arrived"),
    };
    let facts = NoticeFacts {
        organisation: config.organisation.name.clone(),
        zone: config.organisation.zone,
        at: now,
        subject: subject.to_owned(),
        reason: reason.to_owned(),
        remedy: remedy.to_owned(),
    };
    let rendered = mail::render(Template::Test, lang, &serde_json::to_value(&facts)?, Reader { name }, now)?;
    let envelope = Envelope {
        from: &config.mail.from,
        to: address,
        to_name: known.map_or("", |person| person.name.as_str()),
        message_id,
        in_reply_to: None,
        date: now,
        urgent: false,
        lang,
    };
    mail::message(&rendered, &envelope).with_context(|| format!("no mail can be made for {address:?}"))
}

/// Another one each time: servers drop what they have seen.
fn message_id(domain: &str) -> anyhow::Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
    Ok(format!("<test-{:024x}@{domain}>", u128::from_le_bytes(bytes) >> 32))
}
