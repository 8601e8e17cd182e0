//! Lays a term over the stream, character by character, from a place where one is known to be changed.

use super::channel::Cell;
use super::tables::tables;
use crate::lexicon::fold::Class;
use crate::lexicon::stream::{Mark, Stream};

/// Cells for a term of which one character, at an item of the stream, is known to be changed.
pub fn align(
    stream: &Stream,
    item: usize,
    changed: usize,
    split: Option<usize>,
    term: &[Class],
    cells: &mut Vec<Cell>,
) -> bool {
    cells.clear();
    // Going back, each character is one item; going on, any may be split.
    let mut back = Vec::new();
    let mut at = item;
    for index in (0..changed).rev() {
        let Some((cell, before)) = cell_back(stream, at, term[index]) else { return false };
        back.push(cell);
        at = before;
    }
    cells.extend(back.into_iter().rev());
    let mut at = item;
    for (index, &class) in term.iter().enumerate().skip(changed) {
        let forced = split.filter(|_| index == changed);
        let Some((cell, after)) = cell_on(stream, at, class, forced, index == changed) else { return false };
        cells.push(cell);
        at = after;
    }
    true
}

fn cell_on(
    stream: &Stream,
    at: usize,
    class: Class,
    way: Option<usize>,
    fixed: bool,
) -> Option<(Cell, usize)> {
    let classes = stream.classes();
    let ways = tables().splits(class);
    if let Some(parts) = way.and_then(|way| ways.get(way)) {
        return classes[at..]
            .starts_with(parts)
            .then(|| (Cell::of_parts(stream, at, parts.len()), at + parts.len()));
    }
    let whole = *classes.get(at)?;
    if !fixed && whole != class {
        for parts in ways {
            if classes[at..].starts_with(parts) {
                return Some((Cell::of_parts(stream, at, parts.len()), at + parts.len()));
            }
        }
    }
    Some((Cell::of_item(stream, at), at + 1))
}

fn cell_back(stream: &Stream, at: usize, class: Class) -> Option<(Cell, usize)> {
    let classes = stream.classes();
    let whole = *classes.get(at.checked_sub(1)?)?;
    if whole != class {
        for parts in tables().splits(class) {
            if classes[..at].ends_with(parts) {
                return Some((Cell::of_parts(stream, at - parts.len(), parts.len()), at - parts.len()));
            }
        }
    }
    Some((Cell::of_item(stream, at - 1), at - 1))
}

/// Cells for a term of which one character is a sign that stands before an item of the stream.
pub fn align_sign(
    stream: &Stream,
    item: usize,
    at: usize,
    mark: &Mark,
    term: &[Class],
    cells: &mut Vec<Cell>,
) -> bool {
    let Some(first) = item.checked_sub(at) else { return false };
    let until = item + term.len() - at - 1;
    if until > stream.classes().len() {
        return false;
    }
    cells.clear();
    cells.extend((first..item).map(|at| Cell::of_item(stream, at)));
    cells.push(Cell::of_sign(mark));
    cells.extend((item..until).map(|at| Cell::of_item(stream, at)));
    true
}
