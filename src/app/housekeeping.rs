//! What has to happen now and then: troubles told once, the digest at its hour, the search index, retention.

use super::{Rooms, digest};
use crate::health::{self, Trouble};
use crate::model::{NoticeFacts, Role};
use crate::schedule;
use crate::store::{NewMessage, StoreError};
use chrono::{DateTime, TimeDelta, Utc};

/// One round; gives back what somebody should hear on the second channel.
pub async fn housekeeping_round(rooms: &Rooms, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
    if let Err(error) = rooms.turn_lexicons(now).await {
        tracing::error!(
            "the lexicons whose day has come cannot be taken, the old ones stay in force: {error:#}"
        );
    }
    let run = rooms.run;
    rooms
        .store
        .write(move |tx| {
            tx.run_alive(run, now)?;
            tx.free_expired_leases(now)?;
            tx.index_some(200)?;
            tx.purge_some(200, now)?;
            Ok(())
        })
        .await?;
    let alarms = look_for_troubles(rooms, now).await?;
    digest_if_due(rooms, now).await?;
    Ok(alarms)
}

/// Opens what is new, closes what is over, and tells the monitors and operators once.
async fn look_for_troubles(rooms: &Rooms, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
    let two_minutes_ago = now - TimeDelta::minutes(2);
    let (rows, (hosts, failing), waiting) = rooms
        .store
        .read(move |view| {
            Ok((view.sources()?, view.failing_hosts(two_minutes_ago)?, view.oldest_waiting(now)?))
        })
        .await?;
    let snapshot = rooms.current();
    let source = |key: &str| snapshot.sources.get(key).map(|source| source.as_ref().clone());
    let mut standing = health::troubles(&rows, hosts, failing, source, now);
    if let Some(since) = waiting.filter(|since| now - *since > TimeDelta::minutes(10)) {
        standing.push(Trouble {
            scope: "mail",
            subject: "outbox".to_owned(),
            kind: "waiting",
            reason: format!("the oldest mail has been waiting since {}", since.to_rfc3339()),
            key: String::new(),
            again: None,
        });
    }
    let open = rooms.store.read(|view| view.open_trouble_keys()).await?;
    let mut alarms = Vec::new();
    for trouble in &standing {
        let known = open.iter().any(|(scope, subject, kind)| is(trouble, scope, subject, kind));
        if known && trouble.again.is_none() {
            continue;
        }
        if tell(rooms, trouble, known, now).await? && trouble.kind != health::QUIET {
            tracing::error!("trouble of the watch: {}: {}", trouble.subject, trouble.reason);
            let (subject, reason, remedy) = trouble.words(snapshot.config.organisation.lang);
            alarms.push(format!("{subject}: {reason}\n{remedy}"));
        }
    }
    for (scope, subject, kind) in open {
        if !standing.iter().any(|trouble| is(trouble, &scope, &subject, &kind)) {
            tracing::info!("trouble over: {subject} ({kind})");
            rooms.store.write(move |tx| tx.close_trouble(&scope, &subject, &kind, now)).await?;
        }
    }
    Ok(alarms)
}

fn is(trouble: &Trouble, scope: &str, subject: &str, kind: &str) -> bool {
    trouble.scope == scope && trouble.subject == subject && trouble.kind == kind
}

/// The trouble and its mails are one transaction. A known one is told again when its time has come.
async fn tell(rooms: &Rooms, trouble: &Trouble, known: bool, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let snapshot = rooms.current();
    let trouble = trouble.clone();
    rooms
        .store
        .write(move |tx| {
            let Trouble { scope, subject, kind, reason, again, .. } = &trouble;
            let told = match again.filter(|_| known) {
                Some(after) => tx.told_again(scope, subject, kind, reason, after, now)?,
                None => tx.open_trouble(scope, subject, kind, reason, now)?.then_some(1),
            };
            let Some(told) = told else { return Ok(false) };
            if *kind == health::QUIET {
                return Ok(true);
            }
            for (_, person) in snapshot.organisation.roster.reached(&[Role::Monitor, Role::Operator], now) {
                let (subject, reason, remedy) = trouble.words(person.lang);
                let reason = health::repeated(reason, told, person.lang);
                let facts = NoticeFacts {
                    organisation: snapshot.organisation.name.clone(),
                    zone: snapshot.organisation.zone,
                    at: now,
                    subject,
                    reason,
                    remedy,
                };
                let message = NewMessage {
                    dedup_key: format!(
                        "trouble:{}:{}:{}:{}:{}",
                        trouble.scope,
                        trouble.subject,
                        trouble.kind,
                        now.timestamp_millis(),
                        person.key
                    ),
                    person: person.key.clone(),
                    template: "trouble",
                    params: serde_json::to_string(&facts)?,
                    reason: format!("trouble: {}", trouble.kind),
                    priority: 2,
                    incident: None,
                    climb: None,
                    not_before: now,
                    useful_until: now + TimeDelta::hours(12),
                    fallback_of: None,
                };
                tx.queue(&message, now)?;
            }
            Ok(true)
        })
        .await
}

/// Once per local date, at its hour; after an outage late rather than never. A first run that starts later than the
/// hour waits for tomorrow: there is no yesterday to sum up.
async fn digest_if_due(rooms: &Rooms, now: DateTime<Utc>) -> Result<(), StoreError> {
    let snapshot = rooms.current();
    let (date, at) = schedule::today_at(snapshot.config.digest.at, snapshot.organisation.zone, now);
    if now < at {
        return Ok(());
    }
    let (made, first_run) = rooms
        .store
        .read(move |view| Ok((view.digest_of(digest::DAILY, date)?.is_some(), view.first_run()?)))
        .await?;
    if made || first_run.is_none_or(|first| first > at) {
        return Ok(());
    }
    if let Some(facts) = digest::make_digest(rooms, date, now).await? {
        tracing::info!("digest {} of {date} queued", facts.number);
    }
    Ok(())
}
