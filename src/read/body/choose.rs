//! Which elements hold the running text.
//!
//! Every paragraph gives points to the elements around it, fewer the farther they are; names and links move the
//! sums, the best element wins, and its neighbours join if they look alike (the idea of Readability).

use super::hints::Hints;
use super::pieces;
use super::survey::{Spot, Survey, Tag};

/// A paragraph narrower than this says nothing about where the text is; a verse may be, where nothing else is.
const PARAGRAPH: u32 = 22;
const VERSE: u32 = 8;
/// How many of the best are compared before one is taken.
const BEST: usize = 5;

/// Where the text stands: lines `first..last`, each below the element `root` (or loose beside such elements).
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub root: Option<u32>,
    pub first: u32,
    pub last: u32,
}

impl Place {
    pub fn of(survey: &Survey, root: u32) -> Self {
        let spot = survey.spot(root);
        Self { root: Some(root), first: spot.first, last: spot.last }
    }
}

pub struct Found {
    pub places: Vec<Place>,
    /// By spot: not part of the text, whatever stands in it.
    pub out: Vec<bool>,
}

pub fn places(survey: &Survey, strict: bool) -> Option<Found> {
    let out = left_out(survey, strict);
    let scores = scores(survey, &out, strict);
    let top = top(survey, &scores)?;
    let places = if let Some(article) = pieces::above_comments(survey, &scores, &out, top) {
        pieces::until_comments(survey, article, beside(survey, &scores, &out, article))
    } else if let Some(told) = pieces::told(survey, &out, top) {
        vec![Place::of(survey, told)]
    } else {
        pieces::joined(survey, &out, top, beside(survey, &scores, &out, top))
    };
    Some(Found { places, out })
}

fn left_out(survey: &Survey, strict: bool) -> Vec<bool> {
    let mut out = vec![false; survey.spots.len()];
    for (at, spot) in survey.spots.iter().enumerate() {
        out[at] = at > 0 && out[spot.up as usize] || is_out(spot, strict);
    }
    out
}

fn is_out(spot: &Spot, strict: bool) -> bool {
    match spot.tag {
        Tag::Frame => return true,
        Tag::Body => return false,
        _ => {}
    }
    strict
        && (spot.hints.any(Hints::HIDDEN)
            || spot.hints.any(Hints::UNLIKELY) && !spot.hints.any(Hints::MAYBE) && spot.tag != Tag::Link)
}

/// Points by spot; `NAN` where no paragraph gave any.
fn scores(survey: &Survey, out: &[bool], strict: bool) -> Vec<f32> {
    let mut scores = vec![f32::NAN; survey.spots.len()];
    for line in &survey.lines {
        let owner = survey.spot(line.owner);
        // Items are links as a rule; where nothing else is found, a list may be the article.
        let skips =
            owner.tag == Tag::Caption || owner.tag == Tag::Item && (strict || line.linked * 2 > line.wide);
        if line.wide < if strict { PARAGRAPH } else { VERSE } || out[line.owner as usize] || skips {
            continue;
        }
        let whole = if line.wide < PARAGRAPH { 0.2 } else { 1.0 };
        let points = whole + line.commas as f32 + (line.wide as f32 / 100.0).min(3.0);
        // A block with nothing but this text is a paragraph of its parent; others hold their text themselves.
        let lone = owner.blocks == 0 && owner.last - owner.first <= 1 && owner.tag != Tag::Cell;
        let mut at = if lone { owner.up } else { line.owner };
        for level in 0..5_u8 {
            let share = match level {
                0 => 1.0,
                1 => 2.0,
                n => f32::from(n) * 3.0,
            };
            let score = &mut scores[at as usize];
            if score.is_nan() {
                *score = first_score(survey.spot(at));
            }
            *score += points / share;
            if at == 0 {
                break;
            }
            at = survey.spot(at).up;
        }
    }
    for (score, spot) in scores.iter_mut().zip(&survey.spots) {
        *score *= 1.0 - spot.linked as f32 / spot.wide.max(1) as f32;
    }
    scores
}

fn first_score(spot: &Spot) -> f32 {
    let by_tag = match spot.tag {
        Tag::Div => 5.0,
        Tag::Pre | Tag::Cell | Tag::Quote => 3.0,
        Tag::List | Tag::Item | Tag::Form => -3.0,
        Tag::Heading(_) => -5.0,
        _ => 0.0,
    };
    by_tag + f32::from(spot.weight)
}

fn top(survey: &Survey, scores: &[f32]) -> Option<u32> {
    let mut best: Vec<(u32, f32)> = Vec::with_capacity(BEST + 1);
    for (at, score) in scores.iter().enumerate().filter(|(_, score)| !score.is_nan()) {
        let place = best.iter().position(|(_, other)| score > other).unwrap_or(best.len());
        if place < BEST {
            best.insert(place, (at as u32, *score));
            best.truncate(BEST);
        }
    }
    let &(mut top, score) = best.first()?;
    if let Some(common) = common_parent(survey, &best) {
        top = common;
    }
    // The parent may hold more of it: as long as the points do not fall too low.
    let (mut last, least) = (scores[top as usize].max(score.min(f32::MAX)), score / 3.0);
    for up in survey.above(top).collect::<Vec<_>>() {
        if survey.spot(up).tag == Tag::Body {
            break;
        }
        let above = scores[up as usize];
        if above.is_nan() {
            continue;
        }
        if above < least {
            break;
        }
        if above > last {
            top = up;
            break;
        }
        last = above;
    }
    while top != 0 {
        let up = survey.spot(top).up;
        if survey.spot(up).children != 1 || survey.spot(up).tag == Tag::Body {
            break;
        }
        top = up;
    }
    Some(top)
}

/// Several good places under one roof: the roof.
fn common_parent(survey: &Survey, best: &[(u32, f32)]) -> Option<u32> {
    let &(top, score) = best.first()?;
    let near: Vec<u32> =
        best[1..].iter().filter(|(_, other)| *other >= score * 0.75).map(|(at, _)| *at).collect();
    if near.len() < 3 {
        return None;
    }
    survey.above(top).find(|up| {
        let inside = |at: &&u32| survey.above(**at).any(|above| above == *up);
        survey.spot(*up).tag != Tag::Body && near.iter().filter(inside).count() >= 3
    })
}

/// The winner, and what stands beside it and reads like it.
fn beside(survey: &Survey, scores: &[f32], out: &[bool], top: u32) -> Vec<Place> {
    if top == 0 {
        return vec![Place::of(survey, 0)];
    }
    let up = survey.spot(top).up;
    let score = scores[top as usize];
    let least = (score * 0.2).max(10.0);
    let class = survey.spot(top).class;
    let mut places = Vec::new();
    let (mut at, mut line) = (up + 1, survey.spot(up).first);
    let end = survey.spot(up).end;
    while at < end {
        let spot = survey.spot(at);
        loose(survey, up, line, spot.first, &mut places);
        line = spot.last;
        if at == top {
            places.push(Place::of(survey, at));
        } else if !out[at as usize] && spot.wide > 0 {
            let bonus = if class != 0 && spot.class == class { score * 0.2 } else { 0.0 };
            let paragraph = spot.tag == Tag::Paragraph || spot.tag == Tag::Div && spot.blocks == 0;
            if scores[at as usize] + bonus >= least || paragraph && reads_alone(survey, spot) {
                places.push(Place::of(survey, at));
            }
        }
        at = spot.end;
    }
    loose(survey, up, line, survey.spot(up).last, &mut places);
    places
}

/// Text right inside the parent, between the elements.
fn loose(survey: &Survey, up: u32, from: u32, to: u32, places: &mut Vec<Place>) {
    for at in from..to {
        let line = &survey.lines[at as usize];
        if line.owner == up
            && (line.wide >= 80 && line.linked * 4 < line.wide || line.linked == 0 && ends(&line.text))
        {
            places.push(Place { root: None, first: at, last: at + 1 });
        }
    }
}

fn reads_alone(survey: &Survey, spot: &Spot) -> bool {
    if spot.wide >= 80 {
        return spot.linked * 4 < spot.wide;
    }
    spot.linked == 0 && spot.last > spot.first && ends(&survey.lines[spot.last as usize - 1].text)
}

fn ends(text: &str) -> bool {
    text.ends_with(['.', '。', '！', '？', '!', '?', '”'])
}
