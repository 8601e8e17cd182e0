//! An own page read whole, on its way through a visit: what of it its source has not shown before, ready to be written.

use super::judge::EntryFacts;
use super::{Snapshot, visit};
use crate::assess::around::{self, Found, Page};
use crate::model::{EntryKey, Fetched, KnownAround, PageWhy, Reading, Source, SourceKind, Whole};
use crate::read;
use crate::store::{AroundRecord, EntryRecord, Leased, text_digest};
use std::sync::Arc;
use url::Url;

/// A page read whole, and what its source has shown before.
pub struct Seen {
    url: Url,
    whole: Whole,
    known: Arc<KnownAround>,
}

/// Pages of our own are read whole: all but feeds, whose items say all they have, and attachments.
pub fn seen(
    source: &Source,
    why: PageWhy,
    fetched: &Fetched,
    reading: &Reading,
    known: Arc<KnownAround>,
) -> Option<Seen> {
    let is_feed = why == PageWhy::Start && matches!(source.kind, SourceKind::Feed { .. });
    if !source.own || is_feed || why == PageWhy::Attachment {
        return None;
    }
    // A page that the reader fails on is no less watched.
    let whole = std::panic::catch_unwind(|| read::whole(&visit::body(fetched, source), reading)).ok()??;
    Some(Seen { url: fetched.url.clone(), whole, known })
}

pub fn weigh(book: &crate::assess::Rulebook, source: &Source, seen: &Seen, allowed: &[String]) -> Found {
    let key = EntryKey::around(&read::canonical(&seen.url));
    let page = Page { url: &seen.url, key, whole: &seen.whole, known: &seen.known, allowed };
    around::around(book, source, &page)
}

/// What is written of it: the record, and its entry with the facts to decide by. `told` are rules that fired on the
/// page's own entries: one page says one thing once (P9).
pub fn packed(
    snapshot: &Snapshot,
    source: &Source,
    work: &Leased,
    seen: &Seen,
    told: &[usize],
) -> (AroundRecord, Option<(EntryRecord, EntryFacts)>) {
    let learning = work.visit.first_visit || !seen.known.learned;
    let Found { weighed, lines, domains } = weigh(&snapshot.book, source, seen, &snapshot.outbound_allow);
    let entry = weighed.map(|mut weighed| {
        weighed.fired.retain(|fired| !told.contains(&fired.rule));
        // What was there when the watch began is not news; what comes later is of the moment in which it is seen.
        let old = learning.then_some("first_visit");
        let digest = text_digest(&weighed.entry.title, &weighed.entry.text);
        let facts = EntryFacts {
            title: weighed.entry.title.clone(),
            fired: visit::fired(&weighed),
            old,
            tier: source.tier,
            set_aside: visit::set_aside(&weighed),
        };
        let rules = snapshot.book.rules();
        let mut fired: Vec<&str> = weighed.fired.iter().map(|fired| rules[fired.rule].key.as_str()).collect();
        fired.sort_unstable();
        // All pages of a source into which the same is put are one matter, whatever the words.
        let sketch = text_digest("around", &format!("{}\n{}", source.key, fired.join("\n")));
        let record = visit::entry_record(snapshot, source, &weighed, digest, old);
        (EntryRecord { sketch, around: true, ..record }, facts)
    });
    let page = snapshot.book.masked(seen.url.as_str());
    (AroundRecord { page, lines, domains, learning }, entry)
}
