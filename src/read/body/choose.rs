//! Which elements hold the running text.
//!
//! Every paragraph gives points to the elements around it, fewer the farther they are; names and links move the
//! sums, the best element wins, and its neighbours join if they look alike (the idea of Readability).

use super::hints::Hints;
use super::survey::{Spot, Survey, Tag};

/// A paragraph narrower than this says nothing about where the text is.
const PARAGRAPH: u32 = 22;
/// How many of the best are compared before one is taken.
const BEST: usize = 5;

/// Where the text stands: lines `first..last`, each below the element `root` (or loose beside such elements).
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub root: Option<u32>,
    pub first: u32,
    pub last: u32,
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
    if let Some(article) = above_comments(survey, &scores, &out, top) {
        let end = survey.spot(article).last;
        let comments = (end..survey.lines.len() as u32).find(|at| is_dated_line(survey, *at)).unwrap_or(end);
        let mut places = beside(survey, &scores, &out, article);
        places.retain(|place| place.first < comments && place.last <= comments);
        return Some(Found { places, out });
    }
    if let Some(told) = told(survey, &out, top) {
        let spot = survey.spot(told);
        return Some(Found {
            places: vec![Place { root: Some(told), first: spot.first, last: spot.last }],
            out,
        });
    }
    let mut places = beside(survey, &scores, &out, top);
    split(survey, &out, top, &mut places);
    Some(Found { places, out })
}

/// An article cut into pieces by advertisements: running text between the headline and the winner, and places
/// behind it that are called the same.
fn split(survey: &Survey, out: &[bool], top: u32, places: &mut Vec<Place>) {
    let (Some(first), Some(last)) =
        (places.iter().map(|p| p.first).min(), places.iter().map(|p| p.last).max())
    else {
        return;
    };
    let class = survey.spot(top).class;
    let headline = survey.headline.unwrap_or(u32::MAX);
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    let mut at = 1;
    while (at as usize) < survey.spots.len() {
        let spot = survey.spot(at);
        let above = spot.first > headline && spot.last <= first;
        let alike = spot.first >= last && class != 0 && spot.class == class;
        if !out[at as usize] && (above && spot.blocks >= 3 || alike) && runs(survey, spot) {
            let place = Place { root: Some(at), first: spot.first, last: spot.last };
            if above {
                before.push(place)
            } else {
                behind.push(place)
            }
            at = spot.end.max(at + 1);
        } else {
            at += 1;
        }
    }
    places.splice(0..0, before);
    places.extend(behind);
}

/// Several sentences, hardly a link.
fn runs(survey: &Survey, spot: &Spot) -> bool {
    let lines = &survey.lines[spot.first as usize..spot.last as usize];
    let prose =
        lines.iter().filter(|line| line.wide >= 80 && line.commas > 0 && line.linked * 3 < line.wide).count();
    prose >= 3 && spot.wide >= 400 && spot.linked * 4 < spot.wide
}

/// The one element that says of itself that it holds the body, if it is about the same place.
fn told(survey: &Survey, out: &[bool], top: u32) -> Option<u32> {
    let mut bodies = (0..survey.spots.len() as u32).filter(|at| survey.spot(*at).body && !out[*at as usize]);
    let told = bodies.next().filter(|_| bodies.next().is_none())?;
    let (spot, found) = (survey.spot(told), survey.spot(top));
    let inside = told >= top && told < found.end;
    let around = top >= told && top < spot.end;
    ((inside || around) && spot.wide * 2 >= found.wide).then_some(told)
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

/// Comments may be longer than what they are about: where the winner is one of a row of dated pieces, the best
/// place between the headline and it wins instead.
fn above_comments(survey: &Survey, scores: &[f32], out: &[bool], top: u32) -> Option<u32> {
    let (headline, found) = (survey.headline?, survey.spot(top));
    if found.first <= headline {
        return None;
    }
    let dated = |from: u32, to: u32| (from..to).filter(|at| is_dated_line(survey, *at)).count();
    let prose = |from: u32, to: u32| {
        let lines = &survey.lines[from as usize..to as usize];
        lines.iter().filter(|line| {
            !out[line.owner as usize] && line.wide >= 60 && line.linked * 4 < line.wide && line.commas > 0
        })
    };
    let mut best: Option<(u32, f32)> = None;
    for line in prose(headline + 1, found.first) {
        for at in std::iter::once(line.owner).chain(survey.above(line.owner)) {
            let spot = survey.spot(at);
            // Only what lies between the two; a roof over both decides nothing.
            if spot.first <= headline || spot.last > found.first {
                break;
            }
            let score = scores[at as usize];
            if score > 0.0 && best.is_none_or(|(_, most)| score > most) {
                best = Some((at, score));
            }
        }
    }
    let (at, _) = best?;
    let spot = survey.spot(at);
    let own = spot.wide - spot.linked.min(spot.wide);
    // The widest place around the winner that lies below the headline: one comment may have won alone.
    let around = survey.above(top).map(|up| survey.spot(up)).take_while(|up| up.first > headline).last();
    let around = around.unwrap_or(found);
    let pieces = dated(around.first.max(spot.last), around.last) >= 3 && dated(spot.first, spot.last) < 2;
    let article = own >= 400 && prose(spot.first, spot.last).count() >= 3
        || own >= 160 && dated(found.first, found.last) >= 3;
    (pieces && article).then_some(at)
}

/// `2019-09-09 19:32`, `3小时前`, `5 hours ago`
fn is_dated_line(survey: &Survey, at: u32) -> bool {
    let line = &survey.lines[at as usize];
    let text = &line.text;
    if line.wide > 60 {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6 && text.contains([':', '-', '/', '年'])
        || digits >= 1 && (text.contains("前") || text.contains(" ago"))
}

/// Points by spot; `NAN` where no paragraph gave any.
fn scores(survey: &Survey, out: &[bool], strict: bool) -> Vec<f32> {
    let mut scores = vec![f32::NAN; survey.spots.len()];
    for line in &survey.lines {
        let owner = survey.spot(line.owner);
        // Items are links as a rule; where nothing else is found, a list may be the article.
        let skips =
            owner.tag == Tag::Caption || owner.tag == Tag::Item && (strict || line.linked * 2 > line.wide);
        if line.wide < PARAGRAPH || out[line.owner as usize] || skips {
            continue;
        }
        let points = 1.0 + line.commas as f32 + (line.wide as f32 / 100.0).min(3.0);
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
    let place = |at: u32| {
        let spot = survey.spot(at);
        Place { root: Some(at), first: spot.first, last: spot.last }
    };
    if top == 0 {
        return vec![place(0)];
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
            places.push(place(at));
        } else if !out[at as usize] && spot.wide > 0 {
            let bonus = if class != 0 && spot.class == class { score * 0.2 } else { 0.0 };
            let paragraph = spot.tag == Tag::Paragraph || spot.tag == Tag::Div && spot.blocks == 0;
            if scores[at as usize] + bonus >= least || paragraph && reads_alone(survey, spot) {
                places.push(place(at));
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
