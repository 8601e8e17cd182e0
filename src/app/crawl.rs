//! The crawl: takes due work, visits it, a bounded number at once.

use super::{Rooms, Visited, visit};
use crate::store::{Lease, Leased, StoreError};
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long running visits may take to end once we are told to stop; their leases are freed at the next start.
const LAST_WORDS: Duration = Duration::from_secs(8);

type Visits = JoinSet<(String, Result<Visited, StoreError>)>;

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
    let mut running = Visits::new();
    let mut done = 0;
    loop {
        refill(rooms, &mut running, places, sources_by).await?;
        let Some(joined) = running.join_next().await else { return Ok(done) };
        done += 1;
        tell(joined, &mut seen);
    }
}

/// The daemon's crawl: until told to stop. `rested` is called after each look that went well.
pub async fn crawl_loop(rooms: Rooms, stop: CancellationToken, rested: impl Fn(bool)) {
    let mut running = Visits::new();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    while !stop.is_cancelled() {
        let places = rooms.current().config.crawl.concurrency.max(1);
        let taken = refill(&rooms, &mut running, places, rooms.clock.now()).await;
        rested(taken.is_ok());
        if let Err(error) = taken {
            tracing::error!("no work could be taken, the next look comes at once: {error}");
        }
        tokio::select! {
            Some(joined) = running.join_next() => tell(joined, &mut log),
            _ = tick.tick() => {}
            () = stop.cancelled() => {}
        }
    }
    let last_words = async {
        while let Some(joined) = running.join_next().await {
            tell(joined, &mut log);
        }
    };
    if tokio::time::timeout(LAST_WORDS, last_words).await.is_err() {
        tracing::info!(
            "{} visits did not end in time; their pages are due again at the next start",
            running.len()
        );
        running.abort_all();
    }
}

/// Fills free places, in batches: one look at the frontier per page would cost as much as the page.
async fn refill(
    rooms: &Rooms,
    running: &mut Visits,
    places: usize,
    sources_by: DateTime<Utc>,
) -> Result<(), StoreError> {
    let free = places.saturating_sub(running.len());
    if free * 2 < places {
        return Ok(());
    }
    for work in lease_round(rooms, free, sources_by).await? {
        let rooms = rooms.clone();
        running.spawn(async move { (work.url.clone(), visit(&rooms, work).await) });
    }
    Ok(())
}

fn tell(
    joined: Result<(String, Result<Visited, StoreError>), tokio::task::JoinError>,
    seen: &mut impl FnMut(&Visited),
) {
    match joined {
        Ok((_, Ok(visited))) => seen(&visited),
        Ok((url, Err(error))) => {
            tracing::error!(%url, "the visit could not be stored, it comes again: {error}");
        }
        Err(error) => tracing::error!("a visit ended badly, its lease will run out: {error}"),
    }
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
