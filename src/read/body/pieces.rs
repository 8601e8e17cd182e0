//! Articles that are not simply the best place: above longer comments, in pieces, or named by the page itself.

use super::choose::{Found, Place};
use super::survey::{Spot, Survey};

/// Comments may be longer than what they are about: where the winner is one of a row of dated pieces, the best
/// place between the headline and it wins instead.
pub fn above_comments(survey: &Survey, scores: &[f32], out: &[bool], top: u32) -> Option<u32> {
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

/// What of the places found for an article stands before the first comment.
pub fn until_comments(survey: &Survey, article: u32, mut places: Vec<Place>) -> Vec<Place> {
    let end = survey.spot(article).last;
    let comments = (end..survey.lines.len() as u32).find(|at| is_dated_line(survey, *at)).unwrap_or(end);
    places.retain(|place| place.first < comments && place.last <= comments);
    places
}

/// Rows of a linked headline and a time each, from the first line on.
pub fn is_list(survey: &Survey, found: &Found) -> bool {
    let range = |place: &Place| place.first..place.last;
    let at: Vec<u32> = found
        .places
        .iter()
        .flat_map(range)
        .filter(|at| !found.out[survey.lines[*at as usize].owner as usize])
        .collect();
    let rows: Vec<usize> = (0..at.len()).filter(|n| is_dated_line(survey, at[*n])).collect();
    let headline = |at: &u32| {
        let line = &survey.lines[*at as usize];
        line.linked >= 12 && line.linked * 10 >= line.wide * 8
    };
    let led = rows.windows(2).filter(|pair| at[pair[0]..pair[1]].iter().any(headline)).count();
    rows.len() >= 4 && led * 4 >= (rows.len() - 1) * 3 && at[..rows[0]].iter().any(headline) && rows[0] <= 8
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

/// An article cut into pieces by advertisements: running text between the headline and the winner, and places
/// behind it that are called the same.
pub fn joined(survey: &Survey, out: &[bool], top: u32, mut places: Vec<Place>) -> Vec<Place> {
    let first = places.iter().map(|place| place.first).min().unwrap_or(0);
    let last = places.iter().map(|place| place.last).max().unwrap_or(0);
    let class = survey.spot(top).class;
    let headline = survey.headline.unwrap_or(u32::MAX);
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    let mut at = 1;
    while (at as usize) < survey.spots.len() {
        let spot = survey.spot(at);
        let above = spot.first > headline && spot.last <= first;
        let alike = spot.first >= last && class != 0 && spot.class == class;
        if !out[at as usize] && (above && spot.blocks >= 3 || alike) && runs(survey, spot) {
            if above { &mut before } else { &mut behind }.push(Place::of(survey, at));
            at = spot.end.max(at + 1);
        } else {
            at += 1;
        }
    }
    before.append(&mut places);
    before.append(&mut behind);
    before
}

/// Several sentences, hardly a link.
fn runs(survey: &Survey, spot: &Spot) -> bool {
    if spot.wide < 400 || spot.linked * 4 >= spot.wide {
        return false;
    }
    let lines = &survey.lines[spot.first as usize..spot.last as usize];
    let prose =
        lines.iter().filter(|line| line.wide >= 80 && line.commas > 0 && line.linked * 3 < line.wide).count();
    prose >= 3
}

/// The one element that says of itself that it holds the body, if it is about the same place.
pub fn told(survey: &Survey, out: &[bool], top: u32) -> Option<u32> {
    let mut bodies = (0..survey.spots.len() as u32).filter(|at| survey.spot(*at).body && !out[*at as usize]);
    let told = bodies.next().filter(|_| bodies.next().is_none())?;
    let (spot, found) = (survey.spot(told), survey.spot(top));
    let inside = told >= top && told < found.end;
    let around = top >= told && top < spot.end;
    ((inside || around) && spot.wide * 2 >= found.wide).then_some(told)
}
