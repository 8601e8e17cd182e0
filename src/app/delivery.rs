//! The outbox's round: claims due mails, renders each once, carries it, writes down how far it came (P2).

use super::{Rooms, Snapshot};
use crate::mail::{self, Envelope, Template};
use crate::model::{Person, Word};
use crate::roster::Roster;
use crate::send::{self, Carried, Carrier, Letter, Stage};
use crate::store::{Claimed, NewMessage, Sent, StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Mails under way at once.
const AT_ONCE: u32 = 4;

/// How long to wait before an outcome that the database did not take is written again.
const AGAIN: Duration = Duration::from_secs(2);

/// One mail that left (or did not), for the log and for `demo` and `run --once` to tell.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub person: String,
    pub subject: String,
    pub sent: Sent,
}

/// Carries everything that is due now; ends when nothing is.
pub async fn delivery_round(rooms: &Rooms) -> Result<Vec<Delivered>, StoreError> {
    let mut delivered = Vec::new();
    loop {
        let now = rooms.clock.now();
        let next = rooms.store.read(|view| view.next_mail()).await?;
        if next.is_none_or(|next| next > now) {
            return Ok(delivered);
        }
        let run = rooms.run;
        let claimed = rooms.store.write(move |tx| tx.claim(run, AT_ONCE, now)).await?;
        if claimed.is_empty() {
            return Ok(delivered);
        }
        // One person's mails leave one after the other: the hourly limit counts the ones before.
        let mut by_person: BTreeMap<String, Vec<Claimed>> = BTreeMap::new();
        for message in claimed {
            by_person.entry(message.person.clone()).or_default().push(message);
        }
        let under_way = by_person.into_values().map(|mut messages| async move {
            messages.sort_by_key(|message| (message.priority, message.id));
            let mut results = Vec::new();
            for message in messages {
                results.push(deliver(rooms, message, now).await);
            }
            results
        });
        for result in futures_util::future::join_all(under_way).await.into_iter().flatten() {
            delivered.extend(result?);
        }
    }
}

/// `None`: put back because of the hourly limit.
async fn deliver(
    rooms: &Rooms,
    message: Claimed,
    now: DateTime<Utc>,
) -> Result<Option<Delivered>, StoreError> {
    let snapshot = rooms.current();
    let roster = &snapshot.organisation.roster;
    if message.priority == 1 {
        let (person, limit) = (message.person.clone(), snapshot.config.mail.hourly_limit);
        let wait = rooms.store.read(move |view| view.hourly_limit(&person, limit, now)).await?;
        if let Some(until) = wait {
            let id = message.id;
            rooms.store.write(move |tx| tx.put_back(id, until)).await?;
            return Ok(None);
        }
    }
    let Some(person) = roster.person(&message.person).filter(|person| !person.mail.is_empty()).cloned()
    else {
        let reply = format!("{} is not in people.toml any more, or has no address", message.person);
        let sent = Sent::Failed { stage: "address".to_owned(), reply };
        return finish(rooms, &snapshot, message, String::new(), sent).await.map(Some);
    };
    let (subject, address, bytes) = match freeze(rooms, &snapshot, &message, &person, now).await? {
        Ok(frozen) => frozen,
        Err(reply) => {
            let sent = Sent::Failed { stage: "render".to_owned(), reply };
            return finish(rooms, &snapshot, message, String::new(), sent).await.map(Some);
        }
    };
    let from = snapshot.config.mail.from.clone();
    let letter = Letter { from: &from, to: &address, message_id: &message.message_id, bytes: &bytes };
    let (store, clock, run, id) = (rooms.store.clone(), rooms.clock.clone(), rooms.run, message.id);
    // The commit between RCPT and DATA: the last check against acknowledgement and closing.
    let unchecked = &Mutex::new(None);
    let before_data = move || async move {
        let now = clock.now();
        store.write(move |tx| tx.to_data(id, run, now)).await.unwrap_or_else(|error| {
            *unchecked.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            false
        })
    };
    let carried = match &snapshot.carrier {
        Some(carrier) => send::carry(carrier, &letter, before_data).await,
        None => Carried::Later { stage: Stage::Connect, reply: "this process sends no mail".to_owned() },
    };
    // A check that could not be made withdraws nothing: the mail waits.
    let carried = match unchecked.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(error) => Carried::Later { stage: Stage::Data, reply: format!("not sent: {error}") },
        None => carried,
    };
    let down = matches!(&carried, Carried::Later { stage, .. } if *stage <= Stage::Auth);
    rooms.relay_down.store(down, Ordering::Relaxed);
    let sent = verdict(carried, &message, rooms.clock.now());
    finish(rooms, &snapshot, message, subject, sent).await.map(Some)
}

/// The bytes of the first attempt; a later one finds them. `Err`: it cannot be rendered, ever.
async fn freeze(
    rooms: &Rooms,
    snapshot: &Snapshot,
    message: &Claimed,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<Result<(String, String, Vec<u8>), String>, StoreError> {
    let address = message.address.clone().or_else(|| person.mail.first().cloned()).unwrap_or_default();
    if let Some(frozen) = &message.frozen {
        return Ok(Ok((String::new(), address, frozen.clone())));
    }
    let rendered = match render(snapshot, message, person, &address, now) {
        Ok(rendered) => rendered,
        Err(error) => return Ok(Err(format!("{error:#}"))),
    };
    let (id, (subject, bytes)) = (message.id, rendered);
    let (to, title, frozen) = (address.clone(), subject.clone(), bytes.clone());
    rooms.store.write(move |tx| tx.freeze(id, &to, &title, &frozen)).await?;
    Ok(Ok((subject, address, bytes)))
}

fn render(
    snapshot: &Snapshot,
    message: &Claimed,
    person: &Person,
    address: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<(String, Vec<u8>)> {
    let template = Template::parse(&message.template)
        .ok_or_else(|| anyhow::anyhow!("no template is called {:?}", message.template))?;
    let facts: serde_json::Value = serde_json::from_str(&message.params)?;
    let rendered = mail::render(template, person.lang, &facts, mail::Reader { name: &person.name }, now)?;
    let envelope = Envelope {
        from: &snapshot.config.mail.from,
        to: address,
        to_name: &person.name,
        message_id: &message.message_id,
        in_reply_to: message.thread.as_deref(),
        date: now,
        urgent: message.priority < 2,
        lang: person.lang,
    };
    let bytes = mail::message(&rendered, &envelope)?;
    Ok((rendered.subject, bytes))
}

fn verdict(carried: Carried, message: &Claimed, now: DateTime<Utc>) -> Sent {
    match carried {
        Carried::Accepted { reply } => Sent::Accepted { reply },
        Carried::Withdrawn => Sent::Withdrawn,
        Carried::Refused { stage, reply } => Sent::Failed { stage: stage.key().to_owned(), reply },
        Carried::Later { stage, reply } => {
            let next_try_at = now + retry_in(message.tries);
            if next_try_at > message.useful_until {
                let reply = format!("given up, no longer useful: {reply}");
                return Sent::Failed { stage: stage.key().to_owned(), reply };
            }
            Sent::Later { stage: stage.key().to_owned(), reply, next_try_at }
        }
        Carried::Unknown { reply } => {
            let again = (message.priority < 2 && message.doubt == 0).then_some(now + TimeDelta::minutes(2));
            Sent::Unknown { reply, again }
        }
    }
}

/// Quick at first, because a relay often comes back at once; then a quarter of an hour for as long as it is useful.
fn retry_in(tries: i64) -> TimeDelta {
    const STEPS: [i64; 7] = [5, 15, 30, 60, 120, 300, 600];
    let at = usize::try_from(tries - 1).unwrap_or(0);
    TimeDelta::seconds(STEPS.get(at).copied().unwrap_or(900))
}

async fn finish(
    rooms: &Rooms,
    snapshot: &Snapshot,
    message: Claimed,
    subject: String,
    sent: Sent,
) -> Result<Delivered, StoreError> {
    let now = rooms.clock.now();
    let relay = match &snapshot.carrier {
        Some(Carrier::Folder(folder)) => folder.display().to_string(),
        Some(Carrier::Smtp(smtp)) => format!("{}:{}", smtp.host, smtp.port),
        None => String::new(),
    };
    loop {
        let roster = snapshot.organisation.roster.clone();
        let (row, outcome, relay) = (message.clone(), sent.clone(), relay.clone());
        let written = rooms.store.write(move |tx| write_down(tx, &row, &roster, &relay, &outcome, now)).await;
        match written {
            // What the server took must not be forgotten, or it would be told twice: a full disk is waited for.
            Err(error) if error.is_passing() => {
                tracing::error!(mail = message.id, "how a mail ended cannot be written yet: {error}");
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    match &sent {
        Sent::Accepted { reply } => {
            tracing::info!(mail = message.id, "mail accepted for {}: {reply}", message.person);
        }
        Sent::Withdrawn => {
            tracing::info!(mail = message.id, "mail to {} withdrawn before DATA", message.person);
        }
        Sent::Later { stage, reply, next_try_at } => {
            tracing::warn!(
                mail = message.id,
                "mail to {} waits until {next_try_at} ({stage}): {reply}",
                message.person
            );
        }
        Sent::Failed { stage, reply } => {
            tracing::error!(mail = message.id, "mail to {} failed ({stage}): {reply}", message.person);
        }
        Sent::Unknown { reply, .. } => {
            tracing::warn!(
                mail = message.id,
                "whether the mail to {} arrived is unknown: {reply}",
                message.person
            );
        }
    }
    Ok(Delivered { person: message.person, subject, sent })
}

fn write_down(
    tx: &mut Tx,
    message: &Claimed,
    roster: &Roster,
    relay: &str,
    outcome: &Sent,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.finish_attempt(message, relay, outcome, now)?;
    if matches!(outcome, Sent::Failed { .. }) && message.fallback_of.is_none() {
        let told = message.incident.map(|id| tx.view().told(id)).transpose()?.unwrap_or_default();
        if let Some(next) = fallback(message, roster, told, now) {
            tx.queue(&next, now)?;
        }
    }
    Ok(())
}

/// A permanent failure goes to somebody else at once, once, never to whoever has it already.
fn fallback(
    message: &Claimed,
    roster: &Roster,
    mut told: Vec<String>,
    now: DateTime<Utc>,
) -> Option<NewMessage> {
    told.push(message.person.clone());
    let (_, person) = roster.fallback(&told, now)?;
    Some(NewMessage {
        dedup_key: format!("fallback:{}", message.id),
        person: person.key.clone(),
        template: Template::parse(&message.template)?.key(),
        params: message.params.clone(),
        reason: format!("fallback: the mail to {} failed", message.person),
        priority: message.priority,
        incident: message.incident,
        climb: None,
        not_before: now,
        useful_until: message.useful_until,
        fallback_of: Some(message.id),
    })
}
