//! Stored texts against the present lexicons: counted, or with `apply` their hits rewritten.
//!
//! Short reads and short writes, so that the daemon works on beside it; what a write holds is whole, and the place up to
//! which it came stands in the same transaction, so a rescan that was killed goes on there. Old text alerts nobody
//! unless `alert` is asked for, and even then not what a first visit brought, what is undated or was old when it was found.

pub(super) mod compare;

use super::judge::{self, EntryFacts};
use super::{Snapshot, subject_of, visit};
use crate::assess::{self, Weighed};
use crate::model::{Entry, EntryKey, QuotePart, Source, SourceKind, Way};
use crate::store::{LateMention, Mentioned, Rehit, Store, StoreError, Stored, Tx, Wanted};
use chrono::{DateTime, Utc};
use compare::{Diff, Row};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What one read brings at most, and how long it may last.
const AT_ONCE: usize = 200;
const READ: Duration = Duration::from_millis(50);
/// Between two writes, so that the daemon's come through.
const PAUSE: Duration = Duration::from_millis(5);
/// So many characters are shown on either side of a sample.
const AROUND: usize = 30;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Plan {
    pub wanted: Wanted,
    pub apply: bool,
    pub alert: bool,
    /// Samples kept of each term.
    pub samples: usize,
    /// Who asked, for the record.
    pub actor: String,
}

/// A hit in its surroundings.
#[derive(Debug, Clone)]
pub struct Sample {
    pub entry: i64,
    pub source: String,
    pub way: Way,
    pub quote: Vec<QuotePart>,
}

#[derive(Debug, Clone, Default)]
pub struct Counted {
    pub new: usize,
    pub gone: usize,
    /// The same term, at another range or in another way.
    pub changed: usize,
    pub samples: Vec<Sample>,
}

/// What a rescan came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub sums: Sums,
    /// By category and term.
    pub terms: BTreeMap<(String, String), Counted>,
    /// An earlier run with the same lexicons was taken up; its sums are in `sums`, its terms are not in `terms`.
    pub resumed: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sums {
    pub revisions: usize,
    /// Revisions whose hits are others now.
    pub differ: usize,
    pub new: usize,
    pub gone: usize,
    pub changed: usize,
    /// Texts on which a rule fires that fired on none before.
    pub fire: usize,
    /// Their bytes were purged, their source is not configured any more, they cannot be unpacked: left as they are.
    pub purged: usize,
    pub retired: usize,
    pub broken: usize,
    pub mentions: usize,
    pub alerts: u32,
}

/// How far it is, in revisions' ids.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub at: i64,
    pub first: i64,
    pub last: i64,
    pub revisions: usize,
}

/// Where an applied rescan stands.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Mark {
    lexicon: i64,
    rules: i64,
    wanted: Wanted,
    alert: bool,
    upto: i64,
    last: i64,
    sums: Sums,
}

pub async fn rescan(
    store: &Store,
    snapshot: &Arc<Snapshot>,
    plan: &Plan,
    now: DateTime<Utc>,
    mut progress: impl FnMut(Step),
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    let Some((first, last)) = store.read(|view| view.revisions()).await? else { return Ok(tally) };
    let mut mark = Mark {
        lexicon: snapshot.lexicon_id,
        rules: snapshot.rules_id,
        wanted: plan.wanted.clone(),
        alert: plan.alert,
        upto: first - 1,
        last,
        sums: Sums::default(),
    };
    if plan.apply
        && let Some(before) = store.read(|view| view.rescan_mark()).await?
        && let Some(before) = mark.taken_up(&before)
    {
        mark = before;
        tally.resumed = true;
    }
    loop {
        let (upto, last, wanted) = (mark.upto, mark.last, mark.wanted.clone());
        let batch = store.read(move |view| view.stored_after(upto, last, &wanted, AT_ONCE, READ)).await?;
        let (book, samples) = (Arc::clone(snapshot), plan.samples);
        let again = move || batch.stored.into_iter().map(|stored| again(&book, stored, samples)).collect();
        let looked: Vec<Looked> = tokio::task::spawn_blocking(again).await.map_err(|_| StoreError::Closed)?;
        let keyed = if plan.alert { with_keys(store, snapshot, looked).await? } else { looked };
        let mut changes = Changes::default();
        for one in keyed {
            one.count(&mut mark.sums, &mut tally.terms, plan.samples, &mut changes);
        }
        mark.upto = batch.upto;
        if plan.apply {
            let (mentions, alerts) = apply(store, snapshot, plan, changes, &mark, batch.done, now).await?;
            mark.sums.mentions += mentions;
            mark.sums.alerts += alerts;
            tokio::time::sleep(PAUSE).await;
        }
        progress(Step { at: mark.upto, first, last: mark.last, revisions: mark.sums.revisions });
        if batch.done {
            tally.sums = mark.sums;
            return Ok(tally);
        }
    }
}

impl Mark {
    /// Goes on from an earlier mark, where it was left by the same question.
    fn taken_up(&self, before: &str) -> Option<Self> {
        let before: Self = serde_json::from_str(before).ok()?;
        let same = before.lexicon == self.lexicon
            && before.rules == self.rules
            && before.wanted == self.wanted
            && before.alert == self.alert;
        same.then_some(before)
    }
}

/// A revision that was looked at again.
enum Looked {
    Seen(Box<Again>),
    Purged,
    Retired,
    Broken,
}

struct Again {
    diff: Diff,
    /// By `diff.new`, as far as samples are wanted.
    samples: Vec<Sample>,
    rehit: Option<Rehit>,
    late: Option<(LateMention, EntryFacts)>,
}

#[derive(Default)]
struct Changes {
    rehits: Vec<Rehit>,
    late: Vec<(LateMention, EntryFacts)>,
}

fn again(snapshot: &Snapshot, mut stored: Stored, samples: usize) -> Looked {
    let Some(source) = snapshot.sources.get(&stored.source) else { return Looked::Retired };
    let Some(kept) = stored.text.take() else { return Looked::Purged };
    let Ok(text) = kept.text() else { return Looked::Broken };
    let entry = Entry {
        key: if stored.around {
            EntryKey::around(&stored.entry.to_string())
        } else {
            EntryKey::manual(&stored.entry.to_string())
        },
        aliases: Vec::new(),
        url: stored.url.as_deref().and_then(|url| url.parse().ok()),
        title: stored.title.clone(),
        text,
        byline: None,
        outlet: None,
        published: stored.published.clone().and_then(|day| day.try_into().ok()),
    };
    let weighed = assess::weigh(&snapshot.book, source, entry);
    let before = stored.hits.as_ref().map(|(_, found)| compare::rows(found)).unwrap_or_default();
    let now = compare::kept_personal(&before, compare::rows(&assess::hits_json(&snapshot.book, &weighed)));
    let diff = Diff::of(&before, &now);
    let taken = |row: &Row| sample(&weighed, &stored, row);
    let samples = if samples > 0 { diff.new.iter().filter_map(taken).collect() } else { Vec::new() };
    let had = stored.hits.as_ref().map(|(lexicon, _)| *lexicon);
    let rehit = (!diff.is_empty() || had.is_some_and(|lexicon| lexicon != snapshot.lexicon_id)).then(|| {
        Rehit { revision: stored.revision, hits: (!now.is_empty()).then(|| (now.len(), compare::json(&now))) }
    });
    let late =
        (stored.may_fire && !weighed.fired.is_empty()).then(|| late(snapshot, source, &stored, &weighed));
    Looked::Seen(Box::new(Again { diff, samples, rehit, late }))
}

fn late(
    snapshot: &Snapshot,
    source: &Source,
    stored: &Stored,
    weighed: &Weighed,
) -> (LateMention, EntryFacts) {
    let old = stored
        .old
        .as_deref()
        .and_then(|old| ["first_visit", "undated", "aged"].into_iter().find(|known| *known == old));
    let facts = EntryFacts {
        title: weighed.entry.title.clone(),
        fired: visit::fired(weighed),
        old,
        tier: source.tier,
        set_aside: visit::set_aside(weighed),
    };
    let late = LateMention {
        revision: stored.revision,
        entry: stored.entry,
        source: source.key.clone(),
        tier: crate::model::Word::key(source.tier),
        fired: visit::fired_json(snapshot, weighed),
        excerpt: visit::excerpt_json(snapshot, weighed),
        old: old.map(str::to_owned),
        keys: Vec::new(),
        sketch: visit::sketch(&weighed.entry),
    };
    (late, facts)
}

/// Posts of one thread are one story, which their keys tell; the few that fire are asked for theirs.
async fn with_keys(
    store: &Store,
    snapshot: &Snapshot,
    mut looked: Vec<Looked>,
) -> Result<Vec<Looked>, StoreError> {
    for one in &mut looked {
        let Looked::Seen(again) = one else { continue };
        let Some((late, _)) = &mut again.late else { continue };
        let of_forum = |source: &Arc<Source>| matches!(source.kind, SourceKind::Forum(_));
        if snapshot.sources.get(&late.source).is_some_and(of_forum) {
            let entry = late.entry;
            late.keys = store.read(move |view| view.keys_of(entry)).await?;
        }
    }
    Ok(looked)
}

fn sample(weighed: &Weighed, stored: &Stored, row: &Row) -> Option<Sample> {
    let text = if row.field == 0 { &weighed.entry.title } else { &weighed.entry.text };
    let byte = |scalar: usize| text.char_indices().nth(scalar).map_or(text.len(), |(at, _)| at);
    let (start, end) = (byte(row.start), byte(row.end));
    let before = text[..start].rsplit('\n').next().unwrap_or_default();
    let after = text[end..].split('\n').next().unwrap_or_default();
    let cut = before.char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let until = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
    let part = |text: &str, hit: Option<&str>| QuotePart {
        text: text.to_owned(),
        hit: hit.map(str::to_owned),
        spot: None,
    };
    Some(Sample {
        entry: stored.entry,
        source: stored.source.clone(),
        way: row.way()?,
        quote: vec![
            part(&before[cut..], None),
            part(&text[start..end], Some(&row.category)),
            part(&after[..until], None),
        ],
    })
}

impl Looked {
    fn count(
        self,
        sums: &mut Sums,
        terms: &mut BTreeMap<(String, String), Counted>,
        samples: usize,
        changes: &mut Changes,
    ) {
        sums.revisions += 1;
        let again = match self {
            Self::Seen(again) => *again,
            Self::Purged => return sums.purged += 1,
            Self::Retired => return sums.retired += 1,
            Self::Broken => return sums.broken += 1,
        };
        let Again { diff, samples: taken, rehit, late } = again;
        sums.differ += usize::from(!diff.is_empty());
        sums.new += diff.new.len();
        sums.gone += diff.gone.len();
        sums.changed += diff.changed.len();
        sums.fire += usize::from(late.is_some());
        let key = |row: &Row| (row.category.clone(), row.term.clone());
        let mut taken = taken.into_iter();
        for row in &diff.new {
            let counted = terms.entry(key(row)).or_default();
            counted.new += 1;
            counted.samples.extend(taken.next().filter(|_| counted.samples.len() < samples));
        }
        diff.gone.iter().for_each(|row| terms.entry(key(row)).or_default().gone += 1);
        diff.changed.iter().for_each(|row| terms.entry(key(row)).or_default().changed += 1);
        changes.rehits.extend(rehit);
        changes.late.extend(late);
    }
}

/// One batch: its hits, its mentions where alerts are wanted, and the place up to which all is done.
async fn apply(
    store: &Store,
    snapshot: &Arc<Snapshot>,
    plan: &Plan,
    changes: Changes,
    mark: &Mark,
    done: bool,
    now: DateTime<Utc>,
) -> Result<(usize, u32), StoreError> {
    let (snapshot, plan) = (Arc::clone(snapshot), plan.clone());
    let mark = Mark { wanted: mark.wanted.clone(), ..*mark };
    store
        .write(move |tx| {
            tx.rewrite_hits(&changes.rehits, snapshot.lexicon_id)?;
            let (mut mentions, mut alerts) = (0, 0);
            for (late, facts) in changes.late.iter().filter(|_| plan.alert) {
                let (told, raised) = tell(tx, &snapshot, late, facts, &plan.actor, now)?;
                mentions += usize::from(told);
                alerts += raised;
            }
            let sums = Sums {
                mentions: mark.sums.mentions + mentions,
                alerts: mark.sums.alerts + alerts,
                ..mark.sums
            };
            if done {
                tx.end_rescan()?;
                let data = json!({ "lexicon": snapshot.book.lexicon_version(), "sums": sums, "wanted": plan.wanted });
                tx.event(&plan.actor, "rescanned", "rescan", &data, now)?;
            } else {
                let mark = Mark { wanted: mark.wanted.clone(), sums, ..mark };
                tx.mark_rescan(&serde_json::to_string(&mark)?)?;
            }
            Ok((mentions, alerts))
        })
        .await
}

/// A stored text goes the way of a fresh one, and its incident says that it came from a rescan.
fn tell(
    tx: &mut Tx,
    snapshot: &Snapshot,
    late: &LateMention,
    facts: &EntryFacts,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<(bool, u32), StoreError> {
    let Some((mention, story)) = tx.late_mention(late, now)? else { return Ok((false, 0)) };
    let mentioned = Mentioned { index: 0, mention, entry: late.entry, story };
    let alerts = judge::mention(tx, snapshot, facts, &mentioned, now)?;
    let data = json!({ "mention": mention, "entry": late.entry, "lexicon": snapshot.book.lexicon_version() });
    tx.event(actor, "from_rescan", &format!("mention:{mention}"), &data, now)?;
    if let Some(number) = tx.raised_by(mention)? {
        tx.event(actor, "from_rescan", &subject_of(&number), &data, now)?;
    }
    Ok((true, alerts))
}
