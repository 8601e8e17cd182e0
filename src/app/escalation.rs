//! The ladder's round: takes what is due of every climb.

use super::{Rooms, judge};
use crate::store::StoreError;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::atomic::Ordering;

/// A round looks at so many ladders; more wait for the next, a few seconds later.
const PER_ROUND: u32 = 200;

/// Takes every due step. Gives back the incidents whose ladder ended without an answer.
pub async fn escalation_round(rooms: &Rooms, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
    let (due, unsent) = rooms
        .store
        .read(move |view| Ok((view.due_climbs(now, PER_ROUND)?, view.oldest_waiting(now)?)))
        .await?;
    // Only while a mail waits for the relay will a try tell whether it is back; without one nothing may hold.
    let relay_down = rooms.relay_down.load(Ordering::Relaxed) && unsent.is_some();
    let mut exhausted = Vec::new();
    for climb in due {
        if relay_down && climb.taken > 0 {
            // Climbing while no mail leaves would tell nobody and use the ladder up (P3).
            let until = now + TimeDelta::seconds(30);
            rooms.store.write(move |tx| tx.hold_climb(climb.id, until)).await?;
            continue;
        }
        let snapshot = rooms.current();
        let done = rooms.store.write(move |tx| judge::advance(tx, &snapshot, climb.id, None, now)).await?;
        exhausted.extend(done.exhausted);
    }
    let breached = rooms.store.write(move |tx| tx.mark_breaches(now)).await?;
    for number in breached {
        tracing::error!(incident = %number, "the first report is overdue");
    }
    Ok(exhausted)
}
