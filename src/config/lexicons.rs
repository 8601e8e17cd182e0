//! lexicons/*.toml: the terms, and the proof that harmless phrases stay silent.

use super::check::{Draft, Target};
use super::subjects::owned;
use super::values;
use super::walk::{Node, Table};
use crate::lexicon::Matcher;
use crate::model::{Lexicon, Scope, Term};
use std::collections::BTreeMap;

/// The line of each term, by its text.
pub type Lines = BTreeMap<String, usize>;

pub fn read(root: Table, stem: &str, draft: &mut Draft) -> Option<Lexicon> {
    read_with_lines(root, stem, draft).map(|(lexicon, _)| lexicon)
}

pub fn read_with_lines(root: Table, stem: &str, draft: &mut Draft) -> Option<(Lexicon, Lines)> {
    let name = root.need_text("name", "监管处罚");
    let version = root.need_text("version", "2026-11");
    let effective = root.get("effective").and_then(|node| day(&node));
    let category = root.text("category");
    if let (Some(node), Some(category)) = (root.get("category"), category) {
        draft.offer(Target::Category, category, &node);
    }
    let scope = root.word("scope").unwrap_or(Scope::All);
    let weight = root.number("weight", &(1..=5)).unwrap_or(3) as u8;
    let manner = Manner::read(&root);
    let mut shelf = Shelf { category, weight, manner, places: BTreeMap::new() };
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
    prove(&lexicon.terms, &harmless);
    lexicon.harmless = owned(harmless);
    (name.is_some() && version.is_some()).then_some((lexicon, shelf.places))
}

/// Harmless phrases stay silent: the matcher itself is asked, so disguised hits count too.
fn prove(terms: &[Term], harmless: &[(Node, &str)]) {
    let Some((first, _)) = harmless.first() else { return };
    // What a term is refused for is told where it stands.
    let sound = |term: &&Term| !term.unless.contains(&term.text);
    let matcher = match Matcher::new(terms.iter().filter(sound).cloned().collect()) {
        Ok(matcher) => matcher,
        Err(error) => return first.wrong(format!("cannot be proved: {error}"), "split the lexicon in two"),
    };
    for (node, phrase) in harmless {
        let Some(hit) = matcher.scan(phrase).into_iter().next() else { continue };
        let term = &matcher.terms()[hit.term as usize];
        let found = &phrase[hit.start..hit.end];
        let disguised =
            if *found == term.text { String::new() } else { format!(" as {found:?}, {}", hit.way) };
        node.wrong(
            format!("{:?} is found in the harmless phrase {phrase:?}{disguised}", term.text),
            if hit.way.is_loose() {
                format!(
                    "give the term a table without loose ways: [[term]] text = {:?}, loose = false",
                    term.text
                )
            } else {
                format!(
                    "give the term a table with it: [[term]] text = {:?}, unless = [{phrase:?}]",
                    term.text
                )
            },
        );
    }
}

fn day(node: &Node) -> Option<chrono::NaiveDate> {
    let at = node.datetime("2026-11-01")?;
    let day = values::date(&at).filter(|_| at.time.is_none());
    if day.is_none() {
        node.wrong(format!("{} is not a bare date", node.shown()), "write it like 2026-11-01");
    }
    day
}

/// How a term may be written and still be found.
#[derive(Debug, Clone, Copy, Default)]
struct Manner {
    exact: bool,
    whole_word: bool,
    loose: Option<bool>,
}

impl Manner {
    /// What the head of a file says for all its terms.
    fn read(root: &Table) -> Self {
        let manner = Self {
            exact: root.flag("exact").unwrap_or(false),
            whole_word: root.flag("whole_word").unwrap_or(false),
            loose: root.flag("loose"),
        };
        contradiction(root, manner.exact, manner.loose);
        manner
    }

    /// What a term says itself goes before what its file says.
    fn of_term(self, table: &Table, corrected: bool) -> Self {
        let (exact, loose) = (table.flag("exact"), table.flag("loose"));
        contradiction(table, exact == Some(true), loose);
        if corrected && loose == Some(true) {
            // 布署 in a loose way is 部署.
            if let Some(node) = table.get("loose") {
                let message = "a wrong word in loose ways would be found where the right one stands";
                node.wrong(message, "remove loose, or remove correct");
            }
        }
        let whole_word = table.flag("whole_word").unwrap_or(self.whole_word);
        let exact = exact.unwrap_or(self.exact && loose != Some(true));
        let loose = loose.or(if corrected { Some(false) } else { self.loose });
        Self { exact, whole_word, loose }.settled()
    }

    fn settled(self) -> Self {
        Self { loose: if self.exact { Some(false) } else { self.loose }, ..self }
    }

    fn apply(self, term: Term) -> Term {
        let Self { exact, whole_word, loose } = self.settled();
        Term { exact, whole_word, loose, ..term }
    }
}

fn contradiction(table: &Table, exact: bool, loose: Option<bool>) {
    if exact
        && loose == Some(true)
        && let Some(node) = table.get("loose")
    {
        node.wrong("exact and loose contradict each other", "keep one of the two");
    }
}

/// What the terms of one file share, and where each stands.
struct Shelf<'a> {
    category: Option<&'a str>,
    weight: u8,
    manner: Manner,
    places: Lines,
}

impl Shelf<'_> {
    fn plain(&mut self, node: &Node, text: &str, draft: &mut Draft) -> Option<Term> {
        if !self.admit(node, text, draft) {
            return None;
        }
        if let Some(category) = self.category {
            draft.shelve(text, category, node);
        }
        Some(self.manner.apply(Term::new(text, self.category.unwrap_or_default(), self.weight)))
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
        let manner = self.manner.of_term(&table, right.is_some());
        table.finish();
        Some(manner.apply(Term {
            unless: owned(unless),
            correct: right.map(str::to_owned),
            since,
            ..Term::new(text?, category?, weight)
        }))
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
