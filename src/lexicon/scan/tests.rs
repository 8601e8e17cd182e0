//! What the engine finds, told in tables; and what holds of any text at all.
//!
//! A row says why it is there, the terms (parted by `，`), the text, and the hits as `slice way; slice way`.

mod any;
mod open;
mod silent;
mod strict;
mod terms;

/// The long run against a slow reference.
mod reference;

use super::Matcher;
use crate::model::Term;

pub type Row = (&'static str, &'static str, &'static str, &'static str);

pub fn terms(cell: &str) -> Vec<Term> {
    cell.split('，').map(|text| Term::new(text, "", 3)).collect()
}

/// The hits of a text, as a row has them.
pub fn seen(matcher: &Matcher, text: &str) -> String {
    let one = |hit: &crate::model::Hit| format!("{} {}", &text[hit.start..hit.end], hit.way);
    matcher.scan(text).iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Compares every row, so that one look shows all that differ.
pub fn compare(rows: &[Row]) {
    compare_with(rows, |terms| terms);
}

/// As `compare`, with terms that are changed first.
pub fn compare_with(rows: &[Row], change: impl Fn(Vec<Term>) -> Vec<Term>) {
    let wrong = rows.iter().filter_map(|&(why, cell, text, expected)| {
        let matcher = Matcher::new(change(terms(cell))).expect("the terms of a row are in order");
        let got = seen(&matcher, text);
        (got != expected).then(|| format!("{why}: {cell:?} in {text:?} should be {expected:?}, is {got:?}\n"))
    });
    let wrong: String = wrong.collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}
