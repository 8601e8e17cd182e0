//! Gathers what a digest says, and makes the day's.

use super::{Rooms, Snapshot};
use crate::health;
use crate::model::{DigestFacts, Lang};
use crate::report::{self, OwnChannel, Period};
use crate::store::{NewMessage, StoreError, Tx, View};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

pub const DAILY: &str = "daily";

/// What a digest of the period would say.
pub fn digest_facts(
    view: &View,
    snapshot: &Snapshot,
    period: &Period,
    lang: Lang,
) -> Result<DigestFacts, StoreError> {
    let (from, until) = (period.from, period.until);
    let (old_mentions, first_visit_entries) = view.old_counts(from, until)?;
    let gathered = report::Gathered {
        incidents: view
            .incidents(false, from, 200)?
            .into_iter()
            .filter(|one| one.opened_at < until)
            .collect(),
        open: view.incidents(true, DateTime::UNIX_EPOCH, 200)?,
        climbs: view.climbing()?,
        duties: view.pending_duties()?,
        mentions: view.mentions_between(from, until, 500)?,
        old_mentions,
        first_visit_entries,
        coverage: view.coverage(from, until)?,
        troubles: view.open_troubles()?,
        mails: view.mail_counts(from, until)?,
        own: own_channels(view, snapshot, from, until)?,
        failing: view.sources()?.into_iter().filter(|row| row.state == "active" && row.fails > 0).collect(),
    };
    Ok(report::digest(&snapshot.organisation, period, &snapshot.config.digest.to, &gathered, lang))
}

fn own_channels(
    view: &View,
    snapshot: &Snapshot,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<OwnChannel>, StoreError> {
    let dunned = view.dunned(until - TimeDelta::days(365))?;
    let outbound = view.outbound_between(from, until)?;
    let mut own = Vec::new();
    for row in view.sources()? {
        let Some(source) = snapshot.sources.get(&row.key).filter(|source| source.own) else { continue };
        own.push(OwnChannel {
            limit: health::limit(source),
            dunned: dunned.iter().find(|(name, _)| *name == row.name).map_or(0, |(_, times)| *times),
            outbound: outbound.iter().filter(|one| one.source == row.key).cloned().collect(),
            row,
        });
    }
    Ok(own)
}

/// From where the last digest ended (a day ago, on the first) until now.
pub fn period(view: &View, number: i64, date: NaiveDate, now: DateTime<Utc>) -> Result<Period, StoreError> {
    let day_ago = now - TimeDelta::days(1);
    let from = view.last_digest_end(DAILY)?.unwrap_or(day_ago).max(now - TimeDelta::days(7));
    Ok(Period { number, date, from, until: now })
}

/// Makes the digest of `date` and queues it; `None` where it was made before.
pub async fn make_digest(
    rooms: &Rooms,
    date: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Option<DigestFacts>, StoreError> {
    let snapshot = rooms.current();
    rooms.store.write(move |tx| in_tx(tx, &snapshot, date, now)).await
}

/// As `make_digest`, inside a write.
pub fn in_tx(
    tx: &mut Tx,
    snapshot: &Snapshot,
    date: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Option<DigestFacts>, StoreError> {
    let Some(number) = tx.reserve_digest(DAILY, date)? else { return Ok(None) };
    let period = period(&tx.view(), number, date, now)?;
    let facts = digest_facts(&tx.view(), snapshot, &period, snapshot.config.organisation.lang)?;
    tx.record_digest(DAILY, &facts, now)?;
    // All are gathered before the first is queued: no digest counts another one's mail as waiting.
    let mut mails = Vec::new();
    for (person, lang) in report::readers(&snapshot.organisation, &snapshot.config.digest.to, now) {
        mails.push((person, digest_facts(&tx.view(), snapshot, &period, lang)?));
    }
    for (person, facts) in mails {
        let message = NewMessage {
            dedup_key: format!("digest:{DAILY}:{date}:{person}"),
            person,
            template: "digest",
            params: serde_json::to_string(&facts)?,
            reason: format!("digest {number}"),
            priority: 2,
            incident: None,
            climb: None,
            not_before: now,
            useful_until: now + TimeDelta::hours(24),
            fallback_of: None,
        };
        tx.queue(&message, now)?;
    }
    Ok(Some(facts))
}
