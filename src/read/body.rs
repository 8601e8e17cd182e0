//! An element tree in, the lines of the article out.
//!
//! One walk lists what stands on the page (`survey`), scores tell where the running text lives (`choose`), and
//! what only stands among it is left out (`prune`). Lengths are widths, not words: a Chinese clause is no word.

mod choose;
mod hints;
mod prune;
mod survey;

pub use survey::Line;

use choose::Found;
use scraper::Html;
use survey::Survey;

/// Texts narrower than this are looked for once more, with hidden and unlikely places let in.
const ENOUGH: u32 = 240;

/// What was found of an article.
#[derive(Debug, Default)]
pub struct Text {
    /// Its lines, in order; none where no running text is.
    pub lines: Vec<Line>,
    /// The lines right above them, the nearest first, and whether each is a heading.
    pub above: Vec<(String, bool)>,
}

/// `title`: what the page calls itself.
pub fn find(tree: &Html, title: &str) -> Text {
    let survey = Survey::of(tree, title);
    let mut best = Text::default();
    for strict in [true, false] {
        let Some(found) = choose::places(&survey, strict) else { continue };
        let lines = prune::lines(&survey, &found, strict);
        let (wide, before) = (width(&lines), width(&best.lines));
        if best.lines.is_empty() || wide > 3 * before {
            best = Text { lines, above: above(&survey, &found) };
        }
        if wide >= ENOUGH {
            break;
        }
    }
    best
}

fn width(lines: &[Line]) -> u32 {
    lines.iter().map(|line| line.wide - line.linked.min(line.wide)).sum()
}

fn above(survey: &Survey, found: &Found) -> Vec<(String, bool)> {
    let Some(first) = found.places.iter().map(|place| place.first as usize).min() else { return Vec::new() };
    // The headline may be the first line of the body's own element.
    let reach = &survey.lines[..(first + 4).min(survey.lines.len())];
    let near = reach.iter().rev().take(16).filter(|line| line.linked == 0);
    near.map(|line| (line.text.clone(), line.heading)).collect()
}
