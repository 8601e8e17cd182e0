//! The rules of a snapshot with everything they look for, checked and ready.

use super::around::{INJECTION, INJECTIONS};
use super::condition::{Atom, Atoms, Plan};
use super::denial::Denials;
use super::lessons::Lessons;
use crate::lexicon::personal::{self, Finder, Personal};
use crate::lexicon::{LexiconError, Matcher, marks};
use crate::model::{Condition, Lexicon, Rule, Scope, Subject, Taught, Term};
use std::collections::HashSet;
use url::Url;

/// The category under which hits of subjects' names and codes are kept.
pub(super) const SUBJECT: &str = "subject";
/// Categories that are built in: personal data, marks of secrecy. Injected links are the third (`around`).
pub(super) const PERSONAL: &str = "pii";
pub(super) const MARK: &str = "mark";
/// The category of words that only rules name.
const RULE: &str = "rule";

/// Immutable; a visit takes one snapshot of it.
pub struct Rulebook {
    /// The version that is stored with what this rulebook decides.
    pub snapshot: i64,
    matcher: Matcher,
    /// By term of the matcher.
    pub(super) meanings: Vec<Meaning>,
    subjects: Vec<Subject>,
    rules: Vec<Rule>,
    /// By rule.
    pub(super) plans: Vec<Plan>,
    pub(super) atoms: Atoms,
    /// By term of the matcher: the atoms that it satisfies.
    pub(super) atoms_of: Vec<Vec<u32>>,
    /// Subjects in the order in which an incident is theirs: own ones first.
    pub(super) precedence: Vec<u32>,
    pub(super) finder: Finder,
    /// Some rule asks for marks of secrecy elsewhere than on own channels.
    pub(super) marks_everywhere: bool,
    pub(super) denials: Denials,
    pub(super) lessons: Lessons,
    versions: String,
    /// Where the terms of each lexicon end, and which version it is: `a1@2026-11`.
    origins: Vec<(usize, String)>,
}

/// What a term of the matcher is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meaning {
    pub role: Role,
    /// Counts on own channels only.
    pub own_only: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Class,
    Name(u32),
    Code(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulebookError {
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    #[error("subject {key:?}: {problem}")]
    Subject { key: String, problem: String },
    #[error("rule {key:?}: {problem}")]
    Rule { key: String, problem: String },
}

impl Rulebook {
    pub fn new(
        lexicons: &[Lexicon],
        subjects: &[Subject],
        rules: &[Rule],
        personal_allow: &[String],
    ) -> Result<Self, RulebookError> {
        Self::awaiting(lexicons, &[], subjects, rules, personal_allow)
    }

    /// As `new`, with lexicons that are not in force yet: nothing looks for their terms, and rules may name their
    /// categories.
    pub fn awaiting(
        lexicons: &[Lexicon],
        waiting: &[Lexicon],
        subjects: &[Subject],
        rules: &[Rule],
        personal_allow: &[String],
    ) -> Result<Self, RulebookError> {
        let mut atoms = Atoms::default();
        let plan = |rule: &Rule, atoms: &mut Atoms| {
            Plan::new(&rule.condition, subjects, atoms)
                .map_err(|problem| RulebookError::Rule { key: rule.key.clone(), problem })
        };
        let plans = rules.iter().map(|rule| plan(rule, &mut atoms)).collect::<Result<Vec<_>, _>>()?;
        let (mut terms, mut meanings) = (Vec::new(), Vec::new());
        for lexicon in lexicons {
            let meaning = Meaning { role: Role::Class, own_only: lexicon.scope == Scope::Own };
            terms.extend(lexicon.terms.iter().cloned());
            meanings.extend(lexicon.terms.iter().map(|_| meaning));
        }
        for (index, subject) in subjects.iter().enumerate() {
            for (term, role) in names_and_codes(subject, index as u32)? {
                terms.push(term);
                meanings.push(Meaning { role, own_only: false });
            }
        }
        check_categories(rules, terms.iter().chain(waiting.iter().flat_map(|lexicon| &lexicon.terms)))?;
        // `term:演练` looks for 演练 whether or not a lexicon has it.
        let known: HashSet<&str> = terms.iter().map(|term| term.text.as_str()).collect();
        let missing = |atom: &Atom| match atom {
            Atom::Term(text) if !known.contains(text.as_str()) && !is_built_in(text) => Some(text.clone()),
            _ => None,
        };
        let mut missing: Vec<String> = atoms.iter().filter_map(missing).collect();
        missing.sort_unstable();
        meanings.extend(missing.iter().map(|_| Meaning { role: Role::Class, own_only: false }));
        terms.extend(missing.into_iter().map(|text| bare(text, RULE, Vec::new())));

        let atoms_of = terms.iter().map(|term| atoms_of(term, &atoms)).collect();
        let mut precedence: Vec<u32> = (0..subjects.len() as u32).collect();
        precedence.sort_by_key(|&index| !subjects[index as usize].own);
        let version = |lexicon: &Lexicon| format!("{}@{}", lexicon.key, lexicon.version);
        let mut end = 0;
        let origins = lexicons.iter().map(|lexicon| {
            end += lexicon.terms.len();
            (end, version(lexicon))
        });
        let origins = origins.collect();
        Ok(Self {
            snapshot: 0,
            matcher: Matcher::new(terms)?,
            meanings,
            subjects: subjects.to_vec(),
            rules: rules.to_vec(),
            plans,
            atoms,
            atoms_of,
            precedence,
            finder: Finder::new(personal_allow),
            marks_everywhere: rules.iter().any(|rule| rule.own != Some(true) && asks_for_marks(rule)),
            denials: Denials::new(),
            lessons: Lessons::default(),
            origins,
            versions: lexicons.iter().map(version).collect::<Vec<_>>().join(" "),
        })
    }

    /// With what verdicts taught about disguised forms.
    #[must_use]
    pub fn taught(mut self, taught: Vec<Taught>) -> Self {
        self.lessons = Lessons::new(taught);
        self
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    pub fn subject(&self, key: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.key == key)
    }

    /// The lexicons with their versions, as hits are stored with them: `a1@2026-11 a2@2026-11`.
    pub fn lexicon_version(&self) -> String {
        self.versions.clone()
    }

    /// The lexicon of a term and its version; `None` for names, codes and words that only rules name.
    pub fn origin(&self, term: u32) -> Option<&str> {
        let index = self.origins.partition_point(|&(end, _)| end <= term as usize);
        self.origins.get(index).map(|(_, version)| version.as_str())
    }

    /// Whether a term counts on own channels only.
    pub(super) fn is_own_only(&self, term: u32) -> bool {
        self.meanings[term as usize].own_only
    }

    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Personal data is recognised again by traces made with this key.
    pub fn set_key(&mut self, instance_key: &[u8]) {
        self.finder.set_key(instance_key);
    }

    /// A text that may be logged and stored: an error, a note.
    pub fn masked(&self, text: &str) -> String {
        self.finder.mask(text).text.into_owned()
    }

    /// Whether a text tells somebody's number, other than ways to write to an office.
    pub fn tells_a_number(&self, text: &str) -> bool {
        let of_person = |kind: &str| kind != personal::EMAIL && kind != personal::USCC;
        self.finder.find(text).iter().any(|one| of_person(one.kind))
    }

    /// Whether an address asks for one person: an identity number, a telephone or a mail address is in its query.
    /// Articles have long numbers too, so a mobile number counts under a name like `tel` only.
    pub fn names_person(&self, address: &Url) -> bool {
        const TELEPHONES: [&str; 5] = ["tel", "phone", "mobile", "shouji", "sjh"];
        address.query_pairs().any(|(name, value)| {
            let name = name.to_ascii_lowercase();
            let counts = |one: &Personal| match one.kind {
                personal::ID_CARD => one.end - one.start >= 18,
                personal::MOBILE => TELEPHONES.iter().any(|word| name.contains(word)),
                kind => kind == personal::EMAIL,
            };
            self.finder.find(&value).iter().any(counts)
        })
    }

    /// The atoms that something built in satisfies. A credit code is an organisation's and public: a rule that means
    /// it names it.
    pub(super) fn atoms_of_built_in(&self, kind: &str) -> Vec<u32> {
        let category = Atom::Category(category_of(kind).to_owned());
        let asked = [Some(Atom::Term(kind.to_owned())), Some(category).filter(|_| kind != personal::USCC)];
        asked.iter().flatten().filter_map(|atom| self.atoms.get(atom)).collect()
    }
}

/// `pii:id_card`, `mark:secret`: found by what they are, not by a term.
fn is_built_in(text: &str) -> bool {
    personal::KINDS.contains(&text) || text == marks::SECRET || INJECTIONS.contains(&text)
}

/// `pii`, `mark`
pub(super) fn category_of(kind: &str) -> &str {
    kind.split_once(':').map_or(kind, |(category, _)| category)
}

fn asks_for_marks(rule: &Rule) -> bool {
    let mut open = vec![&rule.condition];
    while let Some(condition) = open.pop() {
        match condition {
            Condition::Term(text) if text == marks::SECRET => return true,
            Condition::Category(name) if name == MARK => return true,
            Condition::All(list) | Condition::Any(list) | Condition::None(list) => open.extend(list),
            Condition::Near { of, .. } => open.extend(of),
            _ => {}
        }
    }
    false
}

/// The atoms that a term satisfies.
fn atoms_of(term: &Term, atoms: &Atoms) -> Vec<u32> {
    let text = atoms.get(&Atom::Term(term.text.clone()));
    let category = atoms.get(&Atom::Category(term.category.clone()));
    text.into_iter().chain(category).collect()
}

fn names_and_codes(subject: &Subject, index: u32) -> Result<Vec<(Term, Role)>, RulebookError> {
    let mut all: Vec<(Term, Role)> = Vec::new();
    let names = std::iter::once(&subject.name).chain(&subject.names).map(|name| (name, Role::Name(index)));
    let codes = subject.codes.iter().map(|code| (code, Role::Code(index)));
    for (text, role) in names.chain(codes) {
        if all.iter().any(|(term, _)| term.text == *text) {
            continue;
        }
        if subject.exclude.contains(text) {
            let problem = format!("{text:?} is both its name and in `exclude`; remove one of the two");
            return Err(RulebookError::Subject { key: subject.key.clone(), problem });
        }
        all.push((bare(text.clone(), SUBJECT, subject.exclude.clone()), role));
    }
    Ok(all)
}

fn bare(text: String, category: &str, unless: Vec<String>) -> Term {
    Term { unless, ..Term::new(text, category, 1) }
}

/// A category that nobody fills makes a rule that never fires, which nobody would notice.
fn check_categories<'t>(rules: &[Rule], terms: impl Iterator<Item = &'t Term>) -> Result<(), RulebookError> {
    let known: HashSet<&str> =
        terms.map(|term| term.category.as_str()).chain([PERSONAL, MARK, INJECTION]).collect();
    for rule in rules {
        let mut open = vec![&rule.condition];
        while let Some(condition) = open.pop() {
            match condition {
                Condition::Category(name) if !known.contains(name.as_str()) => {
                    let problem = format!("no term of any lexicon has the category {name:?}");
                    return Err(RulebookError::Rule { key: rule.key.clone(), problem });
                }
                Condition::All(list) | Condition::Any(list) | Condition::None(list) => open.extend(list),
                Condition::Near { of, .. } => open.extend(of),
                _ => {}
            }
        }
    }
    Ok(())
}
