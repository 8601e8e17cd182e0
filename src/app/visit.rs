//! One page, from the wire to the database. Every outcome, errors too, ends in the ledger.

use super::judge::{self, EntryFacts, FiredFacts};
use super::{Rooms, Snapshot, around};
use crate::assess::{self, Weighed};
use crate::fetch::Ask;
use crate::model::{
    Entry, Fate, Fetched, Outcome, PageWhy, Reading, Skip, Source, Unreadable, Validators, Word,
};
use crate::read::{self, Body};
use crate::schedule;
use crate::store::{
    EntryRecord, FetchRecord, Leased, LinkRecord, Packed, PageRecord, Recorded, StoreError, host_of,
    text_digest,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use url::Url;

/// What one visit came to, for the log and the closing line of `run --once`.
#[derive(Debug, Clone, Default)]
pub struct Visited {
    pub source: String,
    pub is_page: bool,
    pub outcome: &'static str,
    pub reason: String,
    pub new_entries: u32,
    pub new_links: u32,
    pub hits: usize,
    pub mentions: usize,
    pub alerts: u32,
}

/// What was read and weighed, before the store has its say.
pub struct Finding {
    pub entries: Vec<Weighed>,
    pub reading: Reading,
    pub problem: Option<Unreadable>,
}

/// Visits one leased piece of work. `Err` only where the store failed: the lease runs out and the work comes again.
pub async fn visit(rooms: &Rooms, work: Leased) -> Result<Visited, StoreError> {
    let snapshot = rooms.current(); // one snapshot for this visit
    let Some(source) = snapshot.sources.get(&work.source_key).cloned() else {
        // The configuration lost it between lease and visit; its row is retired and never leased again.
        return Ok(Visited { source: work.source_key, outcome: "skipped", ..Visited::default() });
    };
    let outcome = fetch(rooms, &source, &work).await;
    let now = rooms.clock.now();
    if let Outcome::Failed { reason, retry_after: Some(until), .. } = &outcome
        && let Ok(url) = Url::parse(&work.url)
    {
        let (host, until, reason) = (host_of(&url), *until, reason.clone());
        rooms.store.write(move |tx| tx.hold_host(&host, until, &reason)).await?;
    }
    let (mut record, facts) = weigh(rooms, &snapshot, &source, &work, outcome, now).await?;
    record.reason = snapshot.book.masked(&record.reason);
    let hits = record.entries.iter().filter_map(|entry| entry.hits.as_ref()).map(|(n, _)| n).sum();
    let visited = Visited {
        source: source.key.clone(),
        is_page: work.visit.page.is_some(),
        outcome: record.outcome,
        reason: record.reason.clone(),
        hits,
        ..Visited::default()
    };
    let without = record.bare();
    let (recorded, alerts) = match write(rooms, Arc::clone(&snapshot), record, facts, now).await {
        Err(error) if error.is_poison() => {
            return give_up(rooms, snapshot, &source, &work, without, &error, visited, now).await;
        }
        written => written?,
    };
    Ok(Visited {
        new_entries: recorded.new_entries,
        new_links: recorded.new_links,
        mentions: recorded.mentions.len(),
        alerts,
        ..visited
    })
}

/// What can never be stored is written down as such, and does not come again for ever (P1).
async fn give_up(
    rooms: &Rooms,
    snapshot: Arc<Snapshot>,
    source: &Source,
    work: &Leased,
    record: PageRecord,
    error: &StoreError,
    visited: Visited,
    now: DateTime<Utc>,
) -> Result<Visited, StoreError> {
    let reason = format!("what was read could not be stored: {error}");
    tracing::error!(source.key = %source.key, url = %work.url, "given up: {reason}");
    let page = work.visit.page.is_some();
    let again = schedule::next_visit(&source.timetable, source.zone, &source.key, work.fails + 1, now);
    let record = PageRecord {
        outcome: "failed",
        page_state: "given_up",
        due_at: (!page).then_some(again),
        reason: reason.clone(),
        ..record
    };
    write(rooms, snapshot, record, Vec::new(), now).await?;
    Ok(Visited { outcome: "failed", reason, ..visited })
}

async fn fetch(rooms: &Rooms, source: &Source, work: &Leased) -> Outcome {
    let url = match Url::parse(&work.url) {
        Ok(url) => url,
        Err(error) => {
            return Outcome::Failed {
                reason: format!("{}: {error}", work.url),
                retry_after: None,
                lasting: true,
            };
        }
    };
    let validators = Validators { etag: work.etag.clone(), last_modified: work.last_modified.clone() };
    let ask = Ask {
        url: &url,
        validators: &validators,
        last_sha256: work.sha256.as_deref(),
        allow_private: source.allow_private,
    };
    let clock = rooms.clock.clone();
    rooms.fetcher.get(ask, move || clock.now()).await
}

/// Reads, identifies, matches and packs: all that can be done outside the writer.
async fn weigh(
    rooms: &Rooms,
    snapshot: &Arc<Snapshot>,
    source: &Arc<Source>,
    work: &Leased,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<(PageRecord, Vec<EntryFacts>), StoreError> {
    let hint: Option<Entry> = work.hint.as_deref().and_then(|hint| serde_json::from_str(hint).ok());
    let fetched = match outcome {
        Outcome::Body(fetched) => *fetched,
        other => return Ok(without_body(rooms, snapshot, source, work, other, hint, now).await),
    };
    let failed = |error: anyhow::Error| StoreError::Data(format!("{error:#}"));
    let known = if source.own {
        let (id, start) = (work.visit.source, work.visit.page.is_none());
        Arc::new(rooms.store.read(move |view| view.known_around(id, start)).await?)
    } else {
        Arc::default()
    };
    let packed = {
        let (snapshot, source, work) = (Arc::clone(snapshot), Arc::clone(source), work.clone());
        rooms
            .work(move || {
                let shown = shown(&snapshot, &source, &work, &fetched);
                if shown.is_some() && shown == work.shown {
                    return Ok((only_the_frame(&source, &work, &fetched, shown, now), Vec::new()));
                }
                let (reading, problem) = read_all(&source, &work, &fetched, hint);
                // A page of somebody else's in place of ours is no change of ours.
                let seen = Some(known)
                    .filter(|_| problem.as_ref().is_none_or(Unreadable::is_ours))
                    .and_then(|known| around::seen(&source, why_of(&work), &fetched, &reading, known));
                if reading.entries.len() < 2 {
                    let (problem, seen) = (problem.as_ref(), seen.as_ref());
                    return Ok(record(
                        &snapshot,
                        &source,
                        &work,
                        reading,
                        seen,
                        problem,
                        Some(&fetched),
                        now,
                    ));
                }
                Err(Box::new((reading, seen, problem, fetched)))
            })
            .await
            .map_err(failed)?
    };
    let (reading, seen, problem, fetched) = match packed {
        Ok(packed) => return Ok(packed),
        Err(several) => *several,
    };
    let reading = unknown_only(rooms, reading).await?;
    let (snapshot, source, work) = (Arc::clone(snapshot), Arc::clone(source), work.clone());
    rooms
        .work(move || {
            let (problem, seen) = (problem.as_ref(), seen.as_ref());
            record(&snapshot, &source, &work, reading, seen, problem, Some(&fetched), now)
        })
        .await
        .map_err(failed)
}

/// What a start page shows and by what rules; the same as last time: there is nothing new.
fn shown(snapshot: &Snapshot, source: &Source, work: &Leased, fetched: &Fetched) -> Option<String> {
    let why = PageWhy::parse(&work.why)?;
    let digest = read::shown(source, why, &body(fetched, source))?;
    // What is published leaves fewer links out.
    let allowed = text_digest("", &snapshot.config.personal_allow.join("\n"));
    Some(format!("{digest}.{}.{}.{}", snapshot.rules_id, snapshot.lexicon_id, &allowed[..8]))
}

/// A visit to a page whose clock, counters or scripts have changed and nothing else.
fn only_the_frame(
    source: &Source,
    work: &Leased,
    fetched: &Fetched,
    shown: Option<String>,
    now: DateTime<Utc>,
) -> PageRecord {
    PageRecord {
        reason: "same items; only the frame changed".to_owned(),
        fetch: Some(FetchRecord { shown, ..fetch_record(fetched, false) }),
        ..end_of(source, work, &Outcome::Unchanged, now)
    }
}

/// What the body says. One that cannot be read gives what its list said of it; a panic is the page's own trouble.
fn read_all(
    source: &Source,
    work: &Leased,
    fetched: &Fetched,
    hint: Option<Entry>,
) -> (Reading, Option<Unreadable>) {
    let why = why_of(work);
    let read = std::panic::catch_unwind(|| read::read(source, why, &body(fetched, source), hint.as_ref()));
    let problem = match read {
        Ok(Ok(reading)) => return (reading, None),
        Ok(Err(problem)) => problem,
        Err(_) => Unreadable::Broken("a reader panicked".to_owned()),
    };
    // What is asked for again may still bring the whole text; until then nothing is stored in its place. Of an
    // article that goes on here the pages before this one are stored.
    let lost = end_of_page(Some(&problem), work.fails, fetched.at).1.is_none() && why != PageWhy::Redirect;
    (Reading { entries: hint.into_iter().filter(|_| lost).collect(), ..Reading::default() }, Some(problem))
}

fn why_of(work: &Leased) -> PageWhy {
    PageWhy::parse(&work.why).unwrap_or(PageWhy::Start)
}

/// Items of a feed that are stored with the same text already need not be matched again.
async fn unknown_only(rooms: &Rooms, mut reading: Reading) -> Result<Reading, StoreError> {
    let keys: Vec<String> = reading.entries.iter().map(|entry| entry.key.as_str().to_owned()).collect();
    let known = rooms.store.read(move |view| view.known_digests(&keys)).await?;
    reading.entries.retain(|entry| {
        known.get(entry.key.as_str()).is_none_or(|digest| *digest != text_digest(&entry.title, &entry.text))
    });
    Ok(reading)
}

/// What a page's bytes are read with.
pub fn body<'a>(fetched: &'a Fetched, source: &'a Source) -> Body<'a> {
    Body {
        bytes: &fetched.body,
        content_type: fetched.content_type.as_deref(),
        url: Some(&fetched.url),
        fetched: fetched.at,
        zone: source.zone,
        charset: source.charset.as_deref(),
    }
}

/// A visit that brought nothing to read. A page that will never be had gives what its list said of it.
async fn without_body(
    rooms: &Rooms,
    snapshot: &Arc<Snapshot>,
    source: &Arc<Source>,
    work: &Leased,
    outcome: Outcome,
    hint: Option<Entry>,
    now: DateTime<Utc>,
) -> (PageRecord, Vec<EntryFacts>) {
    let mut end = end_of(source, work, &outcome, now);
    let goes_on = work.why == PageWhy::Redirect.key();
    let lost = work.visit.page.is_some() && !goes_on && matches!(end.page_state, "gone" | "given_up");
    let Some(hint) = hint.filter(|_| lost) else { return (end, Vec::new()) };
    let reading = Reading { entries: vec![hint], ..Reading::default() };
    let (snapshot, source, work) = (Arc::clone(snapshot), Arc::clone(source), work.clone());
    match rooms.work(move || record(&snapshot, &source, &work, reading, None, None, None, now)).await {
        Ok((record, facts)) => {
            end.entries = record.entries;
            end.lexicon = record.lexicon;
            (end, facts)
        }
        Err(_) => (end, Vec::new()),
    }
}

/// How a visit without a body ends for the ledger and the frontier.
fn end_of(source: &Source, work: &Leased, outcome: &Outcome, now: DateTime<Utc>) -> PageRecord {
    let next = |fails| schedule::next_visit(&source.timetable, source.zone, &source.key, fails, now);
    let (word, reason, page_state, due_at) = match outcome {
        Outcome::Body(_) | Outcome::Unchanged => {
            ("unchanged", String::new(), "done", work.visit.page.is_none().then(|| next(0)))
        }
        Outcome::Skipped { why: Skip::HostBudget | Skip::Stopping, detail, until } => {
            ("skipped", detail.clone(), "due", Some(until.unwrap_or_else(|| next(0))))
        }
        Outcome::Skipped { why, detail, until } => {
            let reason =
                if detail.is_empty() { why.label(crate::model::Lang::En).to_owned() } else { detail.clone() };
            let again = work.visit.page.is_none() || until.is_some();
            (
                "skipped",
                reason,
                if again { "due" } else { "given_up" },
                again.then(|| until.unwrap_or_else(|| next(1))),
            )
        }
        Outcome::Failed { reason, retry_after, lasting } => {
            let (state, at) = if work.visit.page.is_none() {
                ("due", Some(next(work.fails + 1)))
            } else if *lasting {
                ("gone", None)
            } else {
                match schedule::retry_page(work.fails + 1) {
                    Some(wait) => ("due", Some(now + chrono::TimeDelta::from_std(wait).unwrap_or_default())),
                    None => ("given_up", None),
                }
            };
            ("failed", reason.clone(), state, at.map(|at| retry_after.map_or(at, |after| after.max(at))))
        }
    };
    PageRecord {
        visit: work.visit.clone(),
        at: now,
        outcome: word,
        reason,
        due_at,
        page_state,
        fetch: None,
        entries: Vec::new(),
        links: Vec::new(),
        around: None,
        lexicon: 0,
    }
}

/// Matches every entry and packs what the writer needs, bytes compressed.
fn record(
    snapshot: &Snapshot,
    source: &Source,
    work: &Leased,
    reading: Reading,
    seen: Option<&around::Seen>,
    problem: Option<&Unreadable>,
    fetched: Option<&Fetched>,
    now: DateTime<Utc>,
) -> (PageRecord, Vec<EntryFacts>) {
    let mut entries = Vec::with_capacity(reading.entries.len());
    let mut facts = Vec::with_capacity(reading.entries.len());
    let (mut hit, mut personal) = (false, false);
    let whole = reading.note.is_none();
    for entry in reading.entries {
        let digest = text_digest(&entry.title, &entry.text);
        let weighed = assess::weigh(&snapshot.book, source, entry);
        hit |= weighed.count() > 0;
        personal |= weighed.masked;
        let old = news_age(source, work.visit.first_visit, &weighed.entry, now);
        facts.push(EntryFacts {
            title: weighed.entry.title.clone(),
            fired: fired(&weighed),
            old,
            tier: source.tier,
            set_aside: set_aside(&weighed),
        });
        entries.push(entry_record(snapshot, source, &weighed, digest, old));
    }
    let news = facts.iter().filter(|facts: &&EntryFacts| facts.old.is_none());
    let told: Vec<usize> = news.flat_map(|facts| &facts.fired).map(|fired| fired.rule).collect();
    let seen = seen.map(|seen| around::packed(snapshot, source, work, seen, &told));
    let around = seen.map(|(around, entry)| {
        if let Some((entry, its_facts)) = entry {
            hit = true;
            personal |= entry.personal;
            entries.push(entry);
            facts.push(its_facts);
        }
        around
    });
    let (links, left_out): (Vec<_>, Vec<_>) =
        reading.links.into_iter().partition(|link| !snapshot.book.names_person(&link.url));
    let left_out = (!left_out.is_empty())
        .then(|| format!("{} links left out: their addresses hold personal data", left_out.len()));
    let page = work.visit.page.is_some();
    let (page_state, again) = end_of_page(problem, work.fails, now);
    let unreadable = problem.map(ToString::to_string);
    let fails = u32::from(unreadable.is_some()) * (work.fails + 1);
    let due = schedule::next_visit(&source.timetable, source.zone, &source.key, fails, now);
    let record = PageRecord {
        visit: work.visit.clone(),
        at: now,
        outcome: if unreadable.is_some() { "failed" } else { "visited" },
        page_state,
        reason: unreadable.or(left_out).or(reading.note).unwrap_or_default(),
        due_at: if page { again } else { Some(due) },
        fetch: fetched.map(|fetched| FetchRecord {
            shown: shown(snapshot, source, work, fetched),
            ..fetch_record(fetched, hit && !personal && !tells_a_number(snapshot, source, fetched, whole))
        }),
        entries,
        links: links.into_iter().map(|link| link_record(&snapshot.book, link)).collect(),
        around,
        lexicon: snapshot.lexicon_id,
    };
    (record, facts)
}

/// What becomes of a page whose body was read, or was not: its state, and when it is asked for again.
fn end_of_page(
    problem: Option<&Unreadable>,
    fails: u32,
    now: DateTime<Utc>,
) -> (&'static str, Option<DateTime<Utc>>) {
    match problem.map(Unreadable::fate) {
        None => ("done", None),
        Some(Fate::Gone) => ("gone", None),
        Some(Fate::GivenUp) => ("given_up", None),
        Some(Fate::Again) => match schedule::retry_page(fails + 1) {
            Some(wait) => ("due", Some(now + chrono::TimeDelta::from_std(wait).unwrap_or_default())),
            None => ("given_up", None),
        },
    }
}

/// Whether a page tells somebody's number anywhere, also outside its entries: such bytes are not kept (P8).
///
/// A document tells what could be read of it, and its entry was asked already; one that was not read whole may tell
/// more.
fn tells_a_number(snapshot: &Snapshot, source: &Source, fetched: &Fetched, whole: bool) -> bool {
    if read::kind::not_text(&fetched.body).is_some() {
        return !whole;
    }
    read::charset::decode(&body(fetched, source)).is_ok_and(|(text, _)| snapshot.book.tells_a_number(&text))
}

pub(super) fn fired(weighed: &Weighed) -> Vec<FiredFacts> {
    let of = |fired: &assess::Fired| FiredFacts {
        rule: fired.rule,
        subject: fired.subject.clone(),
        severity: fired.severity,
        because: fired.because.clone(),
        ways: fired.ways.clone(),
        same_sentence: fired.same_sentence,
    };
    weighed.fired.iter().map(of).collect()
}

pub(super) fn set_aside(weighed: &Weighed) -> Vec<(usize, String)> {
    let why = |fired: &assess::Fired| fired.denied.as_ref().map_or_else(String::new, ToString::to_string);
    weighed.set_aside.iter().map(|fired| (fired.rule, why(fired))).collect()
}

/// Why an entry is old news; `None`: fresh.
pub fn news_age(
    source: &Source,
    first_visit: bool,
    entry: &Entry,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let Some(published) = entry.published else {
        return Some(if first_visit { "first_visit" } else { "undated" });
    };
    let latest = published.latest(source.zone);
    let limit = chrono::TimeDelta::from_std(source.age_limit).unwrap_or(chrono::TimeDelta::days(1));
    if first_visit {
        Some("first_visit")
    } else if latest < now - limit || source.watched_since.is_some_and(|since| latest < since) {
        Some("aged")
    } else {
        None
    }
}

pub(super) fn entry_record(
    snapshot: &Snapshot,
    source: &Source,
    weighed: &Weighed,
    text_digest: String,
    old: Option<&'static str>,
) -> EntryRecord {
    let entry = &weighed.entry;
    let mut keys = vec![entry.key.as_str().to_owned()];
    keys.extend(entry.aliases.iter().map(|key| key.as_str().to_owned()));
    let found = weighed.count();
    EntryRecord {
        keys,
        url: entry.url.as_ref().map(Url::to_string),
        title: entry.title.clone(),
        text: Packed::new(entry.text.as_bytes()),
        text_digest,
        sketch: sketch(entry),
        published: entry.published.map(|published| published.to_string()),
        published_at: entry.published.map(|published| published.latest(source.zone)),
        byline: entry.byline.clone(),
        outlet: entry.outlet.clone(),
        old,
        hits: (found > 0).then(|| (found, assess::hits_json(&snapshot.book, weighed))),
        excerpt: if weighed.fired.is_empty() { String::new() } else { excerpt_json(snapshot, weighed) },
        fired: (!weighed.fired.is_empty()).then(|| fired_json(snapshot, weighed)),
        tier: source.tier.key(),
        personal: weighed.masked,
        around: false,
    }
}

pub(super) fn excerpt_json(snapshot: &Snapshot, weighed: &Weighed) -> String {
    serde_json::to_string(&assess::excerpt(&snapshot.book, weighed)).unwrap_or_default()
}

pub(super) fn fired_json(snapshot: &Snapshot, weighed: &Weighed) -> String {
    let one = |fired: &assess::Fired| {
        let rule = snapshot.book.rules().get(fired.rule);
        serde_json::json!({
            "rule": rule.map(|rule| rule.key.as_str()), "version": rule.map(|rule| rule.version.as_str()),
            "subject": fired.subject, "severity": fired.severity, "because": fired.because,
            "ways": fired.ways, "same_sentence": fired.same_sentence,
        })
    };
    serde_json::Value::from(weighed.fired.iter().map(one).collect::<Vec<_>>()).to_string()
}

/// The same text gives the same sketch, however it is laid out; a short one needs its title to say anything.
pub(super) fn sketch(entry: &Entry) -> String {
    // Most of it is Han; the tables of letters are slower to ask.
    let is_written = |c: &char| matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric();
    let mut plain = String::with_capacity(entry.text.len());
    plain.extend(entry.text.chars().filter(is_written));
    if plain.chars().nth(19).is_some() {
        text_digest("", &plain)
    } else {
        text_digest(entry.title.trim(), &plain)
    }
}

fn fetch_record(fetched: &Fetched, keep_bytes: bool) -> FetchRecord {
    let headers: Vec<(String, String)> = fetched
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()))
        .collect();
    let about = serde_json::json!({
        "status": fetched.status, "url": fetched.url, "chain": fetched.chain, "headers": headers,
        "at": fetched.at.to_rfc3339(), "bytes": fetched.wire.len(),
    });
    FetchRecord {
        etag: fetched.validators.etag.clone(),
        last_modified: fetched.validators.last_modified.clone(),
        sha256: fetched.sha256.clone(),
        shown: None,
        wire: keep_bytes.then(|| Packed::with_digest(&fetched.wire, fetched.sha256.clone())),
        fetched: about.to_string(),
    }
}

fn link_record(book: &assess::Rulebook, link: crate::model::Link) -> LinkRecord {
    // What a list or feed says is stored with the address, so it is masked like any other text (P8).
    let hint = link.hint.map(|hint| assess::masked(book, hint));
    LinkRecord {
        url_key: read::canonical(&link.url),
        host: host_of(&link.url),
        why: link.why.key(),
        hint: hint.and_then(|hint| serde_json::to_string(&hint).ok()),
        url: link.url.into(),
    }
}

async fn write(
    rooms: &Rooms,
    snapshot: Arc<Snapshot>,
    record: PageRecord,
    facts: Vec<EntryFacts>,
    now: DateTime<Utc>,
) -> Result<(Recorded, u32), StoreError> {
    rooms
        .store
        .write(move |tx| {
            let recorded = tx.record_page(&record)?;
            let mut alerts = 0;
            for (index, entry) in &recorded.revised {
                if let Some(facts) = facts.get(*index) {
                    judge::set_aside(tx, &snapshot, facts, *entry, now)?;
                }
            }
            for mentioned in &recorded.mentions {
                if let Some(facts) = facts.get(mentioned.index) {
                    alerts += judge::mention(tx, &snapshot, facts, mentioned, now)?;
                }
            }
            Ok((recorded, alerts))
        })
        .await
}

/// The dry run of `visit`: fetched, read and weighed, nothing written.
pub async fn look(
    rooms: &Looking,
    source: &Source,
    why: PageWhy,
    url: &Url,
) -> anyhow::Result<(Outcome, Option<Finding>)> {
    let validators = Validators::default();
    let ask = Ask { url, validators: &validators, last_sha256: None, allow_private: source.allow_private };
    let outcome = rooms.fetcher.get(ask, Utc::now).await;
    let Outcome::Body(fetched) = &outcome else { return Ok((outcome, None)) };
    let (mut reading, problem) = match read::read(source, why, &body(fetched, source), None) {
        Ok(reading) => (reading, None),
        Err(problem) => (Reading::default(), Some(problem)),
    };
    // What a run would not store is not shown either (P8).
    for link in &mut reading.links {
        link.hint = link.hint.take().map(|hint| assess::masked(&rooms.book, hint));
    }
    let mut entries: Vec<Weighed> =
        reading.entries.iter().map(|entry| assess::weigh(&rooms.book, source, entry.clone())).collect();
    // Without the source's past nobody can tell which of its links are new.
    let seen = around::seen(source, why, fetched, &reading, Arc::default());
    entries.extend(seen.and_then(|seen| around::weigh(&rooms.book, source, &seen, &[]).weighed));
    Ok((outcome, Some(Finding { entries, reading, problem })))
}

/// What a dry run needs.
pub struct Looking {
    pub fetcher: crate::fetch::Fetcher,
    pub book: assess::Rulebook,
}
