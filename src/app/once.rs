//! `run --once`: every enabled source visited, ladder and delivery drained once, and what it did.

use super::{Delivered, Rooms, Visited, crawl_round, delivery_round, escalation_round, housekeeping_round};
use std::collections::BTreeMap;

/// What one source's visits came to.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct SourceSum {
    pub visits: u32,
    pub pages: u32,
    pub unchanged: u32,
    pub failed: u32,
    pub new_entries: u32,
    pub mentions: usize,
    pub alerts: u32,
    /// Reasons of failures and notes, with how often.
    pub reasons: BTreeMap<String, u32>,
}

#[derive(Debug, Default)]
pub struct Once {
    pub sources: BTreeMap<String, SourceSum>,
    pub visits: usize,
    pub hits: usize,
    pub delivered: Vec<Delivered>,
    pub exhausted: Vec<String>,
}

/// One pass through the house. `seen` hears of each visit as it ends.
pub async fn once(rooms: &Rooms, mut seen: impl FnMut(&Visited)) -> anyhow::Result<Once> {
    let now = rooms.clock.now();
    rooms.store.write(move |tx| tx.make_sources_due(now)).await?;
    let mut done = Once::default();
    let (sources, hits) = (&mut done.sources, &mut done.hits);
    done.visits = crawl_round(rooms, |visited| {
        *hits += visited.hits;
        add(sources.entry(visited.source.clone()).or_default(), visited);
        seen(visited);
    })
    .await?;
    done.exhausted = escalation_round(rooms, rooms.clock.now()).await?;
    done.delivered = delivery_round(rooms).await?;
    housekeeping_round(rooms, rooms.clock.now()).await?;
    done.delivered.extend(delivery_round(rooms).await?);
    Ok(done)
}

fn add(sum: &mut SourceSum, visited: &Visited) {
    sum.visits += u32::from(!visited.is_page);
    sum.pages += u32::from(visited.is_page);
    sum.unchanged += u32::from(visited.outcome == "unchanged");
    sum.failed += u32::from(matches!(visited.outcome, "failed" | "skipped"));
    sum.new_entries += visited.new_entries;
    sum.mentions += visited.mentions;
    sum.alerts += visited.alerts;
    if !visited.reason.is_empty() {
        *sum.reasons.entry(visited.reason.clone()).or_default() += 1;
    }
}
