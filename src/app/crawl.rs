//! The crawl: takes due work, visits it, a bounded number at once.

use super::complaint::Complaint;
use super::{Rooms, Visited, visit};
use crate::store::{Lease, Leased, StoreError, Visit};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long running visits may take to end once we are told to stop; their leases are freed at the next start.
const LAST_WORDS: Duration = Duration::from_secs(8);

/// When work whose result the database did not take is due again.
const AGAIN: TimeDelta = TimeDelta::seconds(10);

/// Visits under way, and those that ended without being stored: their leases go back as soon as the store works.
#[derive(Default)]
struct Visits {
    running: JoinSet<(Visit, String, Result<Visited, StoreError>)>,
    unstored: Vec<Visit>,
}

/// Takes up to `many` pieces of work: pages that are due now, sources that were due by `sources_by`.
pub async fn lease_round(
    rooms: &Rooms,
    many: usize,
    sources_by: DateTime<Utc>,
) -> Result<Vec<Leased>, StoreError> {
    let now = rooms.clock.now();
    // Most looks find nothing; a read costs no transaction of the writer's.
    let next = rooms.store.read(|view| view.next_due()).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(Vec::new());
    }
    let config = &rooms.current().config.crawl;
    // One host may have pages waiting for its turn, but not take all the places.
    let per_host = config.per_host.max(config.concurrency / 2).max(1);
    let wish = Lease { run: rooms.run, many, sources_by, per_host };
    rooms.store.write(move |tx| tx.lease(&wish, now)).await
}

/// Visits everything that is due, sources that were due by now once, until nothing is left: for `run --once` and tests.
pub async fn crawl_round(rooms: &Rooms, mut seen: impl FnMut(&Visited)) -> Result<usize, StoreError> {
    let sources_by = rooms.clock.now();
    let places = rooms.current().config.crawl.concurrency.max(1);
    let mut visits = Visits::default();
    let mut done = 0;
    loop {
        refill(rooms, &mut visits, places, sources_by).await?;
        let Some(joined) = visits.running.join_next().await else { return Ok(done) };
        done += 1;
        visits.unstored.extend(tell(joined, &mut seen));
    }
}

/// The daemon's crawl: until told to stop. `rested` is called after each look that went well.
pub async fn crawl_loop(rooms: Rooms, stop: CancellationToken, rested: impl Fn(bool)) {
    let mut visits = Visits::default();
    let mut complaint = Complaint::default();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    while !stop.is_cancelled() {
        let places = rooms.current().config.crawl.concurrency.max(1);
        let taken = refill(&rooms, &mut visits, places, rooms.clock.now()).await;
        rested(taken.is_ok());
        match taken {
            Ok(()) if complaint.is_over() => tracing::info!("work can be taken again, the crawl goes on"),
            Err(error) if complaint.is_due() => {
                tracing::error!("no work can be taken, tried again twice a second: {error}");
            }
            _ => {}
        }
        tokio::select! {
            Some(joined) = visits.running.join_next() => visits.unstored.extend(tell(joined, &mut log)),
            _ = tick.tick() => {}
            () = stop.cancelled() => {}
        }
    }
    let last_words = async {
        while let Some(joined) = visits.running.join_next().await {
            tell(joined, &mut log);
        }
    };
    if tokio::time::timeout(LAST_WORDS, last_words).await.is_err() {
        tracing::info!(
            "{} visits did not end in time; their pages are due again at the next start",
            visits.running.len()
        );
        visits.running.abort_all();
    }
}

/// Fills free places, in batches: one look at the frontier per page would cost as much as the page.
async fn refill(
    rooms: &Rooms,
    visits: &mut Visits,
    places: usize,
    sources_by: DateTime<Utc>,
) -> Result<(), StoreError> {
    if !visits.unstored.is_empty() {
        let (back, until) = (visits.unstored.clone(), rooms.clock.now() + AGAIN);
        rooms.store.write(move |tx| tx.release(&back, until)).await?;
        visits.unstored.clear();
    }
    let free = places.saturating_sub(visits.running.len());
    if free * 2 < places {
        return Ok(());
    }
    for work in lease_round(rooms, free, sources_by).await? {
        let rooms = rooms.clone();
        visits
            .running
            .spawn(async move { (work.visit.clone(), work.url.clone(), visit(&rooms, work).await) });
    }
    Ok(())
}

/// Gives back the visit whose result the database did not take.
fn tell(
    joined: Result<(Visit, String, Result<Visited, StoreError>), tokio::task::JoinError>,
    seen: &mut impl FnMut(&Visited),
) -> Option<Visit> {
    match joined {
        Ok((_, _, Ok(visited))) => seen(&visited),
        Ok((visit, url, Err(error))) => {
            tracing::error!(%url, "the visit could not be stored, it comes again: {error}");
            return Some(visit);
        }
        Err(error) => tracing::error!("a visit ended badly, its lease will run out: {error}"),
    }
    None
}

/// The story of the day, one line a visit that brought something.
fn log(visited: &Visited) {
    let Visited { source, outcome, reason, new_entries, new_links, mentions, alerts, .. } = visited;
    match *outcome {
        "failed" => tracing::warn!(source.key = %source, "the visit failed: {reason}"),
        "skipped" => tracing::debug!(source.key = %source, "skipped: {reason}"),
        _ if *new_entries > 0 || *new_links > 0 => tracing::info!(
            source.key = %source,
            "{new_entries} new entries, {new_links} new pages, {mentions} mentions, {alerts} alerts"
        ),
        _ => tracing::debug!(source.key = %source, "{outcome}"),
    }
}
