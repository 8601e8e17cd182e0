//! What a rulebook left aside, and which rules were nearly met: for whoever asks why nothing happened.

use super::lessons::Lesson;
use super::rulebook::{PERSONAL, Role, Rulebook};
use super::weigh::{Fired, Weighed, applies, counts, lesson};
use crate::model::{Condition, Field, Hit, Source, Within};
use std::collections::{BTreeSet, HashSet};

/// Why a hit of the matcher does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// A stock code without name, exchange mark or 股 in its sentence.
    BareCode,
    /// A term of a lexicon for own channels.
    OwnOnly,
    /// A wrong word in a text that is undated or older than the change.
    BeforeItsDay,
    /// Verdicts taught that this form is not the term.
    Taught,
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BareCode => "a code without the name, an exchange mark (SH, SZ, BJ) or 股 in its sentence",
            Self::OwnOnly => "counts on own channels only",
            Self::BeforeItsDay => "counts only in texts dated since the word became wrong",
            Self::Taught => "verdicts taught that this form is not the term",
        })
    }
}

/// A rule of which something is there, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// By `Rulebook::rules`.
    pub rule: usize,
    pub missing: Vec<String>,
}

/// The hits that the matcher found and that do not count.
pub fn dropped(book: &Rulebook, source: &Source, weighed: &Weighed) -> Vec<(Field, Hit, Dropped)> {
    let entry = &weighed.entry;
    let kept: BTreeSet<&(Field, Hit)> = weighed.hits.iter().collect();
    let mut all = Vec::new();
    for (field, text) in [(Field::Title, &entry.title), (Field::Text, &entry.text)] {
        for hit in book.matcher().scan(text) {
            if kept.contains(&(field, hit)) {
                continue;
            }
            let meaning = book.meanings[hit.term as usize];
            let why = if meaning.own_only && !source.own {
                Dropped::OwnOnly
            } else if !counts(book, source, entry, hit.term) {
                Dropped::BeforeItsDay
            } else if lesson(book, text, &hit) == Lesson::Never {
                Dropped::Taught
            } else {
                Dropped::BareCode
            };
            all.push((field, hit, why));
        }
    }
    all
}

/// At most so many rules that speak for this source, did not fire and were not set aside, but find some of what they
/// ask for; those that miss least first.
pub fn nearest(book: &Rulebook, source: &Source, weighed: &Weighed, most: usize) -> Vec<Near> {
    let there = There::of(book, weighed);
    let told = |rule: usize| {
        let about = |fired: &Fired| fired.rule == rule;
        weighed.fired.iter().any(about) || weighed.set_aside.iter().any(about)
    };
    let mut near: Vec<Near> = Vec::new();
    for (rule, of) in book.rules().iter().enumerate() {
        if told(rule) || !applies(of, source) {
            continue;
        }
        let mut asked = Asked::default();
        asked.look(&of.condition, &there);
        if !asked.found {
            continue;
        }
        let missing = if asked.missing.is_empty() { asked.otherwise } else { asked.missing };
        if !missing.is_empty() {
            near.push(Near { rule, missing });
        }
    }
    near.sort_by_key(|near| near.missing.len());
    near.truncate(most);
    near
}

/// What an entry holds, by the names that rules use.
struct There<'a> {
    terms: HashSet<&'a str>,
    categories: HashSet<&'a str>,
    subjects: HashSet<&'a str>,
}

impl<'a> There<'a> {
    fn of(book: &'a Rulebook, weighed: &'a Weighed) -> Self {
        let mut there = Self { terms: HashSet::new(), categories: HashSet::new(), subjects: HashSet::new() };
        for (_, hit) in &weighed.hits {
            match book.meanings[hit.term as usize].role {
                Role::Class => {
                    let term = &book.matcher().terms()[hit.term as usize];
                    there.terms.insert(&term.text);
                    there.categories.insert(&term.category);
                }
                Role::Name(subject) | Role::Code(subject) => {
                    there.subjects.insert(&book.subjects()[subject as usize].key);
                }
            }
        }
        for (_, one) in &weighed.personal {
            there.terms.insert(one.kind);
            there.categories.insert(PERSONAL);
        }
        there
    }

    fn has(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Term(text) => self.terms.contains(text.as_str()),
            Condition::Category(name) => self.categories.contains(name.as_str()),
            Condition::Subject(key) if key == "*" => !self.subjects.is_empty(),
            Condition::Subject(key) => self.subjects.contains(key.as_str()),
            Condition::Any(list) => list.iter().any(|one| self.has(one)),
            Condition::All(list) | Condition::Near { of: list, .. } => list.iter().all(|one| self.has(one)),
            Condition::None(list) => !list.iter().any(|one| self.has(one)),
        }
    }
}

/// What became of a condition's parts.
#[derive(Default)]
struct Asked {
    /// Something of it is there besides a subject.
    found: bool,
    missing: Vec<String>,
    /// What else may keep it, where nothing is missing.
    otherwise: Vec<String>,
}

impl Asked {
    fn look(&mut self, condition: &Condition, there: &There<'_>) {
        match condition {
            Condition::All(list) => list.iter().for_each(|one| self.look(one, there)),
            Condition::Near { within, of } => {
                for one in of {
                    self.look(one, there);
                }
                self.otherwise.push(match within {
                    Within::Sentence => "all of it in one sentence".to_owned(),
                    Within::Paragraph => "all of it in one paragraph".to_owned(),
                    Within::Characters(many) => format!("all of it within {many} characters"),
                });
            }
            Condition::None(list) => {
                let there = list.iter().filter(|one| there.has(one));
                self.missing.extend(there.map(|one| format!("it is there and must not be: {}", words(one))));
            }
            one if there.has(one) => self.found |= !matches!(one, Condition::Subject(_)),
            one => self.missing.push(words(one)),
        }
    }
}

/// A condition as the rules write it.
fn words(condition: &Condition) -> String {
    let join = |list: &[Condition], by: &str| list.iter().map(words).collect::<Vec<_>>().join(by);
    match condition {
        Condition::Term(text) => format!("term:{text}"),
        Condition::Category(name) => format!("category:{name}"),
        Condition::Subject(key) if key == "*" => "a subject".to_owned(),
        Condition::Subject(key) => format!("subject:{key}"),
        Condition::Any(list) => join(list, " or "),
        Condition::All(list) | Condition::Near { of: list, .. } => join(list, " and "),
        Condition::None(list) => format!("none of {}", join(list, ", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::fixtures::{book, category, named, near, rule, source, subject, weighed};

    #[test]
    fn what_was_left_out_is_told_with_its_reason() {
        let book = book(&[named()]);
        for (why, text, expected) in [
            ("a bare code", "编号604518已发货", Some(("604518", Dropped::BareCode))),
            ("a code beside a name", "岚栎科技604518", None),
            ("a word for own channels", "内部明电", Some(("内部明电", Dropped::OwnOnly))),
        ] {
            let weighed = weighed(&book, "", text);
            let dropped = dropped(&book, &source(false), &weighed);
            let told: Vec<_> = dropped
                .iter()
                .map(|(_, hit, why)| (book.matcher().terms()[hit.term as usize].text.as_str(), *why))
                .collect();
            assert_eq!(told, expected.into_iter().collect::<Vec<_>>(), "{why}");
        }
    }

    #[test]
    fn the_part_that_is_missing_is_named() {
        let both = near(Within::Characters(5), vec![category("A1"), category("B1")]);
        let fenced = Condition::All(vec![category("B1"), Condition::None(vec![category("A2")])]);
        let book = book(&[named(), rule("both", both), rule("fenced", fenced), rule("b", subject("lanli"))]);
        for (why, text, expected) in [
            ("no subject", "公司被立案调查。", vec![(0, "a subject"), (1, "category:B1")]),
            (
                "another sentence",
                "岚栎科技开会。公司被立案调查。",
                vec![(0, "all of it in one sentence"), (1, "category:B1")],
            ),
            (
                "too far",
                "立案调查之后过了很久很久才减持。",
                vec![(0, "a subject"), (1, "all of it within 5 characters")],
            ),
            (
                "kept by an exception",
                "减持与退市。",
                vec![(0, "a subject"), (1, "category:A1"), (2, "it is there and must not be: category:A2")],
            ),
            ("a subject alone is near nothing", "岚栎新材开会。", vec![]),
            ("nothing at all", "天气很好。", vec![]),
        ] {
            let weighed = weighed(&book, "", text);
            let told: Vec<(usize, String)> = nearest(&book, &source(false), &weighed, 5)
                .into_iter()
                .map(|near| (near.rule, near.missing.join(", ")))
                .collect();
            let expected: Vec<_> = expected.into_iter().map(|(rule, why)| (rule, why.to_owned())).collect();
            assert_eq!(told, expected, "{why}");
        }
    }
}
