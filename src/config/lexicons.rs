//! lexicons/*.toml: the terms, and the proof that harmless phrases stay silent.

use super::check::{Draft, Target};
use super::subjects::owned;
use super::values;
use super::walk::{Node, Table};
use crate::model::{Lexicon, Scope, Term};
use std::collections::BTreeMap;

/// A term that is found in a harmless phrase, by plain comparison.
///
/// `unless` counts only where the longer phrase really covers the term.
pub fn prove<'l>(lexicon: &'l Lexicon, phrase: &str) -> Option<&'l Term> {
    lexicon.terms.iter().find(|term| {
        phrase.match_indices(&term.text).any(|(start, found)| {
            let end = start + found.len();
            let covers = |longer: &String| {
                phrase.match_indices(longer.as_str()).any(|(at, _)| at <= start && end <= at + longer.len())
            };
            !term.unless.iter().any(covers)
        })
    })
}

pub fn read(root: Table, stem: &str, draft: &mut Draft) -> Option<Lexicon> {
    let name = root.need_text("name", "监管处罚");
    let version = root.need_text("version", "2026-11");
    let effective = root.get("effective").and_then(|node| day(&node));
    let category = root.text("category");
    if let (Some(node), Some(category)) = (root.get("category"), category) {
        draft.offer(Target::Category, category, &node);
    }
    let scope = root.word("scope").unwrap_or(Scope::All);
    let weight = root.number("weight", &(1..=5)).unwrap_or(3) as u8;
    let mut shelf = Shelf { category, weight, places: BTreeMap::new() };
    let mut terms: Vec<Term> = Vec::new();
    // The detailed ones first: of a term that stands here twice, the one with its `unless` is kept.
    for table in root.tables("term") {
        terms.extend(shelf.detailed(table, draft));
    }
    let plain = root.texts("terms");
    if category.is_none() && root.get("category").is_none() && !plain.is_empty() {
        let remedy = "add it at the top of the file, such as category = \"A1\"";
        root.misses("category", "has terms without a category", remedy);
        draft.unsure(&[Target::Category]);
    }
    for (node, text) in plain {
        terms.extend(shelf.plain(&node, text, draft));
    }
    if terms.is_empty() && root.get("terms").is_none() && root.get("term").is_none() {
        root.lacks("holds no term", "add terms = [\"…\"]");
    }
    let harmless = root.texts("harmless");
    root.finish();
    let mut lexicon = Lexicon {
        key: stem.to_owned(),
        name: name.unwrap_or_default().to_owned(),
        version: version.unwrap_or_default().to_owned(),
        effective,
        scope,
        terms,
        harmless: Vec::new(),
    };
    for (node, phrase) in &harmless {
        if let Some(term) = prove(&lexicon, phrase) {
            node.wrong(
                format!("{:?} is found in the harmless phrase {phrase:?}", term.text),
                format!(
                    "give the term a table with it: [[term]] text = {:?}, unless = [{phrase:?}]",
                    term.text
                ),
            );
        }
    }
    lexicon.harmless = owned(harmless);
    (name.is_some() && version.is_some()).then_some(lexicon)
}

fn day(node: &Node) -> Option<chrono::NaiveDate> {
    let at = node.datetime("2026-11-01")?;
    let day = values::date(&at).filter(|_| at.time.is_none());
    if day.is_none() {
        node.wrong(format!("{} is not a bare date", node.shown()), "write it like 2026-11-01");
    }
    day
}

/// What the terms of one file share, and where each stands.
struct Shelf<'a> {
    category: Option<&'a str>,
    weight: u8,
    places: BTreeMap<String, usize>,
}

impl Shelf<'_> {
    fn plain(&mut self, node: &Node, text: &str, draft: &mut Draft) -> Option<Term> {
        if !self.admit(node, text, draft) {
            return None;
        }
        if let Some(category) = self.category {
            draft.shelve(text, category, node);
        }
        Some(Term::new(text, self.category.unwrap_or_default(), self.weight))
    }

    fn detailed(&mut self, table: Table, draft: &mut Draft) -> Option<Term> {
        let text_node = table.need("text", "\"立案调查\"");
        let text = text_node.as_ref().and_then(Node::text);
        if let (Some(node), Some(text)) = (&text_node, text) {
            // A second one is told, and still read: its own mistakes count too.
            self.admit(node, text, draft);
        }
        let weight = table.number("weight", &(1..=5)).map_or(self.weight, |weight| weight as u8);
        let own = table.get("category");
        let category = own.as_ref().map_or(self.category, Node::text);
        match (&own, category) {
            (Some(node), Some(category)) => draft.offer(Target::Category, category, node),
            (None, None) => {
                draft.unsure(&[Target::Category]);
                table.lacks("has no category", "add category = \"…\" here or at the top of the file");
            }
            _ => {}
        }
        if let (Some(node), Some(text), Some(category)) = (&text_node, text, category) {
            draft.shelve(text, category, node);
        }
        let unless = table.texts("unless");
        for (node, phrase) in &unless {
            if text
                .is_some_and(|text| !phrase.to_lowercase().contains(&text.to_lowercase()) || *phrase == text)
            {
                node.wrong(
                    format!("{phrase:?} is not a longer phrase around {:?}", text.unwrap_or_default()),
                    "write the whole phrase with the term inside it, or remove it",
                );
            }
        }
        let correct = table.get("correct");
        let right = correct.as_ref().and_then(Node::text);
        if let (Some(node), true) = (&correct, right.is_some() && right == text) {
            node.wrong("the right form is the wrong one", "write what should stand there");
        }
        let since = table.get("since");
        if let (Some(node), None) = (&since, &correct) {
            node.wrong("since is for wrong words only", "add correct = \"…\", or remove the line");
        }
        let since = since.and_then(|node| day(&node));
        table.finish();
        Some(Term {
            unless: owned(unless),
            correct: right.map(str::to_owned),
            since,
            ..Term::new(text?, category?, weight)
        })
    }

    /// A term that can be looked for, and is not there yet.
    fn admit(&mut self, node: &Node, text: &str, draft: &mut Draft) -> bool {
        if text.chars().count() < 2 {
            node.wrong(
                format!("{text:?} is a single character and would be found everywhere"),
                "write a longer term",
            );
        }
        draft.offer(Target::Term, text, node);
        let line = node.place().line;
        if let Some(first) = self.places.get(text) {
            node.wrong(format!("the term {text:?} is there already, in line {first}"), "keep one of the two");
            return false;
        }
        self.places.insert(text.to_owned(), line);
        true
    }
}
