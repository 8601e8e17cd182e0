//! What stands among the running text and is none of it: boxes, captions, lists of links.

use super::choose::Found;
use super::hints::Hints;
use super::survey::{Line, Spot, Survey, Tag};

/// The lines of the places found, without what only stands among them.
pub fn lines(survey: &Survey, found: &Found, strict: bool) -> Vec<Line> {
    let mut kept = Vec::new();
    for place in &found.places {
        let Some(root) = place.root else {
            kept.extend(survey.lines[place.first as usize..place.last as usize].iter().cloned());
            continue;
        };
        let end = survey.spot(root).end;
        let mut drop = vec![false; (end - root) as usize];
        for at in root + 1..end {
            let spot = survey.spot(at);
            let above = drop[(spot.up - root) as usize];
            drop[(at - root) as usize] = above || goes(survey, found, root, at, strict);
        }
        // A line that begins before an inline root is not below it.
        let stays = |line: &&Line| {
            line.owner.checked_sub(root).is_some_and(|at| drop.get(at as usize) == Some(&false))
        };
        kept.extend(survey.lines[place.first as usize..place.last as usize].iter().filter(stays).cloned());
    }
    kept
}

fn goes(survey: &Survey, found: &Found, root: u32, at: u32, strict: bool) -> bool {
    let spot = survey.spot(at);
    if found.out[at as usize] || spot.hints.any(Hints::CAPTION) || spot.tag == Tag::Caption {
        return true;
    }
    if spot.wide == 0 {
        return false;
    }
    match spot.tag {
        Tag::Form | Tag::Table | Tag::List | Tag::Div | Tag::Part | Tag::Header | Tag::Figure => {
            // What holds most of the text is no box within it.
            spot.wide * 2 < survey.spot(root).wide && is_a_box(spot, strict)
        }
        _ => false,
    }
}

/// Readability's conditions for what is cleaned out, with widths.
fn is_a_box(spot: &Spot, strict: bool) -> bool {
    if strict && spot.weight < 0 {
        return true;
    }
    if spot.commas >= 10 {
        return false;
    }
    let list = spot.tag == Tag::List;
    let paragraphs = u32::from(spot.paragraphs);
    let items = u32::from(spot.items).saturating_sub(100);
    let inputs = u32::from(spot.inputs);
    let dense = spot.linked as f32 / spot.wide.max(1) as f32;
    let good = f32::from(spot.weight);
    !list && items > paragraphs
        || inputs > paragraphs / 3 && inputs > 0 && spot.wide < 400
        || !list && good < 25.0 && dense > 0.2 && spot.wide < 2_000
        || good >= 25.0 && dense > 0.5
        || list && dense > 0.5
        || u32::from(spot.embeds) > 1
}
