//! What needs more than one file: names that must exist, keys used twice, roles that somebody must hold.

use super::problems::{Notes, Place};
use super::profile::Profile;
use super::values::did_you_mean;
use super::walk::Node;
use crate::model::{Lang, Role};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a name can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Source,
    Policy,
    Rule,
    Category,
    Subject,
    Term,
    Person,
    /// Who holds which role.
    Role,
}

impl Target {
    fn noun(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Category => "category",
            Self::Subject => "subject",
            Self::Term => "term",
            Self::Person => "person",
            Self::Role => "role",
        }
    }

    fn home(self) -> &'static str {
        match self {
            Self::Source => "sources.toml",
            Self::Policy => "policies.toml",
            Self::Rule => "rules.toml",
            Self::Category | Self::Term => "a lexicon under lexicons/",
            Self::Subject => "subjects.toml",
            Self::Person | Self::Role => "people.toml",
        }
    }
}

/// Categories of findings that are built in, beside those of the lexicons: personal data, security marks, links
/// that somebody put into our own pages.
const BUILT_IN: [&str; 3] = ["pii", "mark", "injection"];
/// Their kinds, which rules may name as terms.
const KINDS: [&str; 9] = [
    "pii:id_card",
    "pii:mobile",
    "pii:bank_card",
    "pii:email",
    "pii:uscc",
    "pii:passport",
    "mark:secret",
    "injection:hidden_link",
    "injection:many_links",
];

struct Reference {
    to: Target,
    name: String,
    place: Place,
}

/// How the holders of a role can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A telephone will do: somebody holds the role.
    Held,
    Mail,
}

struct Duty {
    role: Role,
    reach: Reach,
    place: Place,
}

/// What is known while the files are read.
pub struct Draft<'n> {
    pub dir: &'n Path,
    pub notes: &'n Notes,
    pub profile: Option<Profile>,
    pub zone: Tz,
    pub lang: Lang,
    names: BTreeMap<Target, BTreeMap<String, Place>>,
    /// Term and category, and where they stand: two files may share a term, but not in one category.
    shelved: BTreeMap<(String, String), Place>,
    /// Parts of these could not be read: what seems to be missing may be there.
    unsure: BTreeSet<Target>,
    references: Vec<Reference>,
    duties: Vec<Duty>,
    holders: BTreeMap<Role, Reach>,
}

impl<'n> Draft<'n> {
    pub fn new(dir: &'n Path, notes: &'n Notes) -> Self {
        let built_in = BUILT_IN.map(|name| (name.to_owned(), Place::file("")));
        let kinds = KINDS.map(|name| (name.to_owned(), Place::file("")));
        Self {
            dir,
            notes,
            profile: None,
            zone: Tz::Asia__Shanghai,
            lang: Lang::Zh,
            names: BTreeMap::from([
                (Target::Category, BTreeMap::from(built_in)),
                (Target::Term, BTreeMap::from(kinds)),
            ]),
            shelved: BTreeMap::new(),
            unsure: BTreeSet::new(),
            references: Vec::new(),
            duties: Vec::new(),
            holders: BTreeMap::new(),
        }
    }

    pub fn unsure(&mut self, targets: &[Target]) {
        self.unsure.extend(targets);
    }

    /// A key that must be the only one of its kind.
    pub fn declare(&mut self, kind: Target, name: &str, node: &Node) {
        let names = self.names.entry(kind).or_default();
        if let Some(first) = names.get(name) {
            node.wrong(
                format!("the {} {name:?} is there already, in line {}", kind.noun(), first.line),
                "give one of the two another key",
            );
        } else {
            names.insert(name.to_owned(), node.place());
        }
    }

    /// A name that may come up many times: a category, a term.
    pub fn offer(&mut self, kind: Target, name: &str, node: &Node) {
        self.names.entry(kind).or_default().entry(name.to_owned()).or_insert_with(|| node.place());
    }

    /// A term of a category, which no other lexicon may hold.
    pub fn shelve(&mut self, text: &str, category: &str, node: &Node) {
        let pair = (text.to_owned(), category.to_owned());
        if let Some(first) = self.shelved.get(&pair) {
            node.wrong(
                format!("{text:?} is already a term of {category} in {}, line {}", first.file, first.line),
                "keep one of the two",
            );
        } else {
            self.shelved.insert(pair, node.place());
        }
    }

    pub fn refer(&mut self, to: Target, name: &str, node: &Node) {
        self.references.push(Reference { to, name: name.to_owned(), place: node.place() });
    }

    /// Somebody holds a role.
    pub fn holds(&mut self, role: Role, reach: Reach) {
        let held = self.holders.entry(role).or_insert(reach);
        *held = reach.max(*held);
    }

    /// Somebody must hold this role.
    pub fn needs(&mut self, role: Role, reach: Reach, place: Place) {
        self.duties.push(Duty { role, reach, place });
    }

    pub fn finish(mut self) {
        self.standing_duties();
        for reference in &self.references {
            self.look_up(reference);
        }
        if self.unsure.contains(&Target::Role) {
            return;
        }
        let mut told = BTreeSet::new();
        for Duty { role, reach, place } in &self.duties {
            // Told once: in people.toml where every organisation needs the role, else where it is first named.
            if told.contains(role) {
                continue;
            }
            let remedy = match reach {
                Reach::Held => format!("add {:?} to the roles of a person in people.toml", role.to_string()),
                Reach::Mail => {
                    format!(
                        "add {:?} to the roles of a person with a mail address in people.toml",
                        role.to_string()
                    )
                }
            };
            match self.holders.get(role) {
                None => self.notes.add(place.clone(), format!("nobody is {role}"), remedy),
                Some(held) if held < reach => {
                    let message = format!("nobody who is {role} has a mail address");
                    self.notes.add(
                        place.clone(),
                        message,
                        "give one of them mail = [\"name@host\"] in people.toml",
                    );
                }
                Some(_) => continue,
            }
            told.insert(*role);
        }
    }

    /// Whom every organisation must have: a monitor who can be reached; a company also a deputy and a board
    /// secretary.
    fn standing_duties(&mut self) {
        let place = Place::file(&super::shown(self.dir, "people.toml"));
        let roles: &[Role] = match self.profile {
            Some(Profile::Company) => &[Role::Monitor, Role::Deputy, Role::BoardSecretary],
            _ => &[Role::Monitor],
        };
        let duties = roles.iter().map(|role| Duty { role: *role, reach: Reach::Mail, place: place.clone() });
        self.duties.splice(0..0, duties.collect::<Vec<_>>());
    }

    fn look_up(&self, reference: &Reference) {
        let Reference { to, name, place } = reference;
        let names = self.names.get(to);
        if self.unsure.contains(to) || names.is_some_and(|names| names.contains_key(name)) {
            return;
        }
        let known: Vec<&str> = names.into_iter().flat_map(|names| names.keys().map(String::as_str)).collect();
        let remedy = match did_you_mean(name, known.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None if known.is_empty() || known.len() > 12 || *to == Target::Term => {
                format!("add it to {}", to.home())
            }
            None => format!("write one of {}, or add it to {}", known.join(", "), to.home()),
        };
        self.notes.add(place.clone(), format!("there is no {} {name:?}", to.noun()), remedy);
    }
}
