//! The words around the hits, for people, and the hits themselves, for the store.

use super::around::Lines;
use super::rulebook::{Rulebook, category_of};
use super::weigh::Weighed;
use crate::lexicon::Scalars;
use crate::model::{Entry, Field, QuotePart, Spot, Way, Word};
use serde_json::json;
use std::ops::Range;

/// How long a quotation may become, in characters.
pub(super) const LIMIT: usize = 200;
/// How much of a long sentence is shown on either side of a hit, in characters.
const AROUND: usize = 40;

/// A range to be marked, and what it is.
#[derive(Debug, Clone)]
pub(super) struct Marked {
    pub field: Field,
    pub range: Range<usize>,
    pub label: String,
}

/// What the gravest rule fired on; without one the hits of an entry in their surroundings, or its opening words.
pub fn excerpt(book: &Rulebook, weighed: &Weighed) -> Vec<QuotePart> {
    let gravest =
        weighed.fired.iter().reduce(|one, next| if next.severity > one.severity { next } else { one });
    if let Some(fired) = gravest.filter(|fired| !fired.quote.is_empty()) {
        return fired.quote.clone();
    }
    let terms = book.matcher().terms();
    let hits = weighed.hits.iter().map(|(field, hit)| Marked {
        field: *field,
        range: hit.start..hit.end,
        label: terms[hit.term as usize].category.clone(),
    });
    let built_in = weighed.built_in().map(|one| Marked {
        field: one.field,
        range: one.start..one.end,
        label: category_of(one.kind).to_owned(),
    });
    let marked: Vec<Marked> = hits.chain(built_in).collect();
    let lines = weighed.entry.key.is_around().then(|| Lines::of(&weighed.entry.text));
    let windows: Vec<(Field, Range<usize>)> = marked
        .iter()
        .map(|marked| {
            let near = around(text_of(&weighed.entry, marked.field), &marked.range);
            let line = lines.as_ref().map(|lines| lines.at(marked.range.start).whole.clone());
            let near = line.map_or(near.clone(), |line| near.start.max(line.start)..near.end.min(line.end));
            (marked.field, near)
        })
        .collect();
    if windows.is_empty() {
        let text = if weighed.entry.text.is_empty() { &weighed.entry.title } else { &weighed.entry.text };
        let end = text.char_indices().nth(LIMIT).map_or(text.len(), |(at, _)| at);
        let cut = if end < text.len() { "…" } else { "" };
        return vec![QuotePart { text: format!("{}{cut}", &text[..end]), hit: None, spot: None }];
    }
    quote(&weighed.entry, windows, &marked)
}

/// A sentence, or where it is long the part of it around a place.
pub(super) fn window(text: &str, sentence: &Range<usize>, place: &Range<usize>) -> Range<usize> {
    let near = around(text, place);
    let sentence = sentence.start.min(place.start)..sentence.end.max(place.end);
    let is_short = text[sentence.clone()].chars().count() <= 2 * AROUND;
    if is_short { sentence } else { near.start.max(sentence.start)..near.end.min(sentence.end) }
}

fn around(text: &str, place: &Range<usize>) -> Range<usize> {
    let start = text[..place.start].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let end = text[place.end..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| place.end + at);
    start..end
}

/// The windows in the order of the text, each once, cut into marked and unmarked parts, as far as the limit goes.
pub(super) fn quote(
    entry: &Entry,
    mut windows: Vec<(Field, Range<usize>)>,
    marked: &[Marked],
) -> Vec<QuotePart> {
    // A post whose text begins with its title is quoted once.
    if entry.text.trim_start().starts_with(entry.title.trim())
        && windows.iter().any(|(field, _)| *field == Field::Text)
    {
        windows.retain(|(field, _)| *field == Field::Text);
    }
    let lines = entry.key.is_around().then(|| Lines::of(&entry.text));
    if let Some(lines) = &lines {
        // A line is a place of its own: what stands before and behind it stands elsewhere on the page.
        for (_, range) in &mut windows {
            let line = &lines.at(range.start).text;
            *range = range.start.clamp(line.start, line.end)..range.end.clamp(line.start, line.end);
        }
    }
    windows.sort_by_key(|(field, range)| (*field, range.start, range.end));
    let mut merged: Vec<(Field, Range<usize>)> = Vec::new();
    for (field, range) in windows {
        match merged.last_mut() {
            Some((last, before)) if *last == field && range.start <= before.end => {
                before.end = before.end.max(range.end);
            }
            _ => merged.push((field, range)),
        }
    }
    let marks = joined(marked);
    let mut parts = Parts::default();
    let mut left = LIMIT;
    for (index, (field, range)) in merged.iter().enumerate() {
        let text = text_of(entry, *field);
        let length = text[range.clone()].chars().count();
        if index > 0 && length > left {
            break;
        }
        // A single sentence full of hits may be longer than the limit.
        let end =
            text[range.clone()].char_indices().nth(2 * LIMIT).map_or(range.end, |(at, _)| range.start + at);
        left = left.saturating_sub(length);
        match merged.get(index.wrapping_sub(1)) {
            Some((before, _)) if before != field => parts.push("\n", None),
            _ => {}
        }
        match lines.as_ref().map(|lines| lines.at(range.start)) {
            Some(line) => parts.at(line.spot),
            None if !text[..range.start].trim().is_empty() => parts.push("…", None),
            None => {}
        }
        let here = marks.iter().filter(|mark| mark.field == *field);
        let here = here.filter(|mark| range.start <= mark.range.start && mark.range.end <= end);
        let mut at = range.start;
        for mark in here {
            if mark.range.start >= at {
                parts.push(&text[at..mark.range.start], None);
                parts.push(&text[mark.range.clone()], Some(&mark.label));
                at = mark.range.end;
            }
        }
        parts.push(&text[at..end], None);
        let is_last = merged.get(index + 1).is_none_or(|(next, _)| next != field);
        if is_last && lines.is_none() && !text[end..].trim().is_empty() {
            parts.push("…", None);
        }
    }
    parts.0
}

/// Overlapping hits are one mark, from the first's start to the last's end, labelled as the first.
fn joined(marked: &[Marked]) -> Vec<Marked> {
    let mut marks: Vec<Marked> = marked.to_vec();
    marks.sort_by_key(|mark| (mark.field, mark.range.start, usize::MAX - mark.range.end));
    let mut joined: Vec<Marked> = Vec::with_capacity(marks.len());
    for mark in marks {
        match joined.last_mut() {
            Some(before) if before.field == mark.field && mark.range.start < before.range.end => {
                before.range.end = before.range.end.max(mark.range.end);
            }
            _ => joined.push(mark),
        }
    }
    joined
}

#[derive(Default)]
struct Parts(Vec<QuotePart>);

impl Parts {
    /// What follows stands there on the page.
    fn at(&mut self, spot: Spot) {
        if self.0.iter().rev().find_map(|part| part.spot) == Some(spot) {
            self.push(" ", None);
        } else {
            self.0.push(QuotePart { text: String::new(), hit: None, spot: Some(spot) });
        }
    }

    fn push(&mut self, text: &str, hit: Option<&str>) {
        let text = text.replace('\n', " ");
        let plain_before =
            self.0.last_mut().filter(|part| part.hit.is_none() && part.spot.is_none() && hit.is_none());
        match plain_before {
            _ if text.is_empty() => {}
            Some(part) => part.text.push_str(&text),
            None => self.0.push(QuotePart { text, hit: hit.map(str::to_owned), spot: None }),
        }
    }
}

fn text_of(entry: &Entry, field: Field) -> &str {
    match field {
        Field::Title => &entry.title,
        Field::Text => &entry.text,
    }
}

/// The hits as one compact JSON array `[[field, start, end, "term", "category", "way"], …]`: field 0 is the title and 1
/// the text, offsets are Unicode scalar values of the masked title or text. Personal data has a seventh value: the trace
/// by which it is recognised again.
pub fn hits_json(book: &Rulebook, weighed: &Weighed) -> String {
    let terms = book.matcher().terms();
    let hits = weighed.hits.iter().map(|(field, hit)| {
        let term = &terms[hit.term as usize];
        (*field, hit.start, hit.end, term.text.as_str(), term.category.as_str(), hit.way.key(), None)
    });
    let built_in = weighed.built_in().map(|one| {
        let trace = one.trace.map(|trace| trace.to_string());
        (one.field, one.start, one.end, one.kind, category_of(one.kind), Way::Plain.key(), trace)
    });
    let mut all: Vec<_> = hits.chain(built_in).collect();
    all.sort_unstable();
    let mut scalars = [Scalars::new(&weighed.entry.title), Scalars::new(&weighed.entry.text)];
    let rows: Vec<_> = all
        .into_iter()
        .map(|(field, start, end, term, category, way, trace)| {
            let number = usize::from(field == Field::Text);
            let (start, end) = scalars[number].range(start, end);
            let mut row =
                vec![json!(number), json!(start), json!(end), json!(term), json!(category), json!(way)];
            row.extend(trace.map(|trace| json!(trace)));
            row
        })
        .collect();
    serde_json::to_string(&rows).expect("numbers and strings are always JSON")
}
