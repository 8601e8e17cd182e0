//! A rule's condition, made ready, and whether it holds of the places found in one entry.

use crate::model::{Condition, Field, Subject, Way, Within};
use std::collections::HashMap;

/// A hit, a subject's name, a piece of personal data or a mark of secrecy, where it stands. A list of places is sorted by field and
/// offset, so that the numbers of sentences and paragraphs ascend within a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub field: Field,
    pub start: usize,
    pub end: usize,
    pub what: What,
    pub sentence: usize,
    pub paragraph: usize,
    /// The same range in characters.
    pub chars: (usize, usize),
    pub loose: bool,
    pub way: Way,
    /// The word that denies it.
    pub denied: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// By the matcher's table.
    Term(u32),
    /// By the rulebook's list; the term is its name or code.
    Subject {
        subject: u32,
        term: u32,
    },
    BuiltIn(&'static str),
}

impl Place {
    pub fn is_subject(&self) -> bool {
        matches!(self.what, What::Subject { .. })
    }

    /// What it is to a reader: one name of a subject is as good as another.
    pub fn told_as(&self) -> What {
        match self.what {
            What::Subject { subject, .. } => What::Subject { subject, term: 0 },
            other => other,
        }
    }

    /// Characters between two places of one field; 0 where they touch or overlap.
    pub fn gap(&self, other: &Self) -> usize {
        let (first, second) = if self.chars <= other.chars { (self, other) } else { (other, self) };
        second.chars.0.saturating_sub(first.chars.1)
    }
}

/// What a rule asks for by name; each different one has a number in the rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    Term(String),
    Category(String),
}

#[derive(Debug, Default)]
pub(super) struct Atoms {
    numbers: HashMap<Atom, u32>,
}

impl Atoms {
    fn number(&mut self, atom: Atom) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(atom).or_insert(next)
    }

    pub fn get(&self, atom: &Atom) -> Option<u32> {
        self.numbers.get(atom).copied()
    }

    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Atom> {
        self.numbers.keys()
    }
}

/// One of several things.
#[derive(Debug, Default)]
struct Group {
    atoms: Vec<u32>,
    subjects: Vec<u32>,
    /// `subject:*`
    every: bool,
}

#[derive(Debug)]
enum Node {
    Group(Group),
    All(Vec<Node>),
    Any(Vec<Node>),
    None(Vec<Node>),
    Near { within: Within, of: Vec<Group> },
}

/// A condition, ready to be asked.
#[derive(Debug)]
pub(super) struct Plan {
    node: Node,
    /// What may make it hold, apart from subjects.
    pub classes: Vec<u32>,
    /// The subjects it is about: named ones, or every one.
    pub subjects: Vec<u32>,
    pub every: bool,
}

impl Plan {
    pub fn new(condition: &Condition, subjects: &[Subject], atoms: &mut Atoms) -> Result<Self, String> {
        let node = compile(condition, subjects, atoms)?;
        let mut plan =
            Self { node: Node::Any(Vec::new()), classes: Vec::new(), subjects: Vec::new(), every: false };
        gather(&node, &mut plan);
        if plan.classes.is_empty() && plan.subjects.is_empty() && !plan.every {
            return Err("it only says what must be absent; add `all`, `any` or `near`".to_owned());
        }
        plan.node = node;
        Ok(plan)
    }

    /// The places that make it hold; `None` where it does not.
    pub fn witness(&self, sight: &Sight<'_>) -> Option<Vec<u32>> {
        let mut witness = Vec::new();
        let holds = sight.holds(&self.node, sight.bound, &mut witness);
        witness.sort_unstable();
        witness.dedup();
        (holds && !witness.is_empty()).then_some(witness)
    }
}

fn compile(condition: &Condition, subjects: &[Subject], atoms: &mut Atoms) -> Result<Node, String> {
    let several = |list: &[Condition], atoms: &mut Atoms| -> Result<Vec<Node>, String> {
        list.iter().map(|one| compile(one, subjects, atoms)).collect()
    };
    Ok(match condition {
        Condition::All(list) => Node::All(several(list, atoms)?),
        Condition::None(list) => Node::None(several(list, atoms)?),
        Condition::Near { within, of } => {
            if of.len() < 2 {
                return Err("`near` needs at least two things that stand near each other".to_owned());
            }
            let of = of.iter().map(|one| group(one, subjects, atoms));
            Node::Near { within: *within, of: of.collect::<Result<_, _>>()? }
        }
        Condition::Any(list) if list.iter().any(|one| !is_simple(one)) => Node::Any(several(list, atoms)?),
        simple => Node::Group(group(simple, subjects, atoms)?),
    })
}

fn is_simple(condition: &Condition) -> bool {
    match condition {
        Condition::Term(_) | Condition::Category(_) | Condition::Subject(_) => true,
        Condition::Any(list) => list.iter().all(is_simple),
        _ => false,
    }
}

fn group(condition: &Condition, subjects: &[Subject], atoms: &mut Atoms) -> Result<Group, String> {
    let mut all = Group::default();
    let mut open = vec![condition];
    while let Some(condition) = open.pop() {
        match condition {
            Condition::Term(text) => all.atoms.push(atoms.number(Atom::Term(text.clone()))),
            Condition::Category(name) => all.atoms.push(atoms.number(Atom::Category(name.clone()))),
            Condition::Subject(key) if key == "*" => all.every = true,
            Condition::Subject(key) => {
                let found = subjects.iter().position(|subject| subject.key == *key);
                let index = found.ok_or_else(|| format!("there is no subject {key:?} in subjects.toml"))?;
                all.subjects.push(index as u32);
            }
            Condition::Any(list) => open.extend(list),
            _ => {
                return Err(
                    "`near` takes terms, categories and subjects, joined by `|`, and nothing else".to_owned()
                );
            }
        }
    }
    Ok(all)
}

fn gather(node: &Node, plan: &mut Plan) {
    let mut take = |group: &Group| {
        plan.classes.extend(&group.atoms);
        plan.subjects.extend(&group.subjects);
        plan.every |= group.every;
    };
    match node {
        Node::Group(group) => take(group),
        Node::Near { of, .. } => of.iter().for_each(take),
        Node::All(list) | Node::Any(list) => list.iter().for_each(|node| gather(node, plan)),
        Node::None(_) => {}
    }
}

/// One look at an entry: its places by what they are, those that count, and the subject in question.
pub(super) struct Sight<'a> {
    pub places: &'a [Place],
    pub by_atom: &'a [Vec<u32>],
    pub by_subject: &'a [Vec<u32>],
    pub counts: &'a dyn Fn(&Place) -> bool,
    /// The subject that `subject:*` means in this look.
    pub bound: Option<u32>,
}

impl Sight<'_> {
    fn holds(&self, node: &Node, bound: Option<u32>, witness: &mut Vec<u32>) -> bool {
        match node {
            Node::Group(group) => {
                let first = self.of(group, bound).next();
                witness.extend(first);
                first.is_some()
            }
            Node::All(list) => list.iter().all(|node| self.holds(node, bound, witness)),
            Node::Any(list) => {
                let before = witness.len();
                let mut some = false;
                for node in list {
                    let kept = witness.len();
                    if self.holds(node, bound, witness) { some = true } else { witness.truncate(kept) }
                }
                if !some {
                    witness.truncate(before);
                }
                some
            }
            // What must be absent is absent whoever it is about.
            Node::None(list) => !list.iter().any(|node| self.holds(node, None, &mut Vec::new())),
            Node::Near { within, of } => {
                let lists: Vec<Vec<u32>> = of.iter().map(|group| self.sorted(group, bound)).collect();
                let found = near(self.places, &lists, *within);
                witness.extend(found.iter().flatten());
                found.is_some()
            }
        }
    }

    fn of<'s>(&'s self, group: &'s Group, bound: Option<u32>) -> impl Iterator<Item = u32> + 's {
        let is_meant = move |subject: u32| match bound {
            Some(bound) if group.every || group.subjects.len() > 1 && group.subjects.contains(&bound) => {
                subject == bound
            }
            _ => group.every || group.subjects.contains(&subject),
        };
        let classes = group.atoms.iter().flat_map(|&atom| &self.by_atom[atom as usize]);
        let subjects = (0..self.by_subject.len() as u32).filter(move |&subject| is_meant(subject));
        let subjects = subjects.flat_map(|subject| &self.by_subject[subject as usize]);
        classes.chain(subjects).copied().filter(|&place| (self.counts)(&self.places[place as usize]))
    }

    fn sorted(&self, group: &Group, bound: Option<u32>) -> Vec<u32> {
        let mut list: Vec<u32> = self.of(group, bound).collect();
        list.sort_unstable();
        list.dedup();
        list
    }
}

/// One place of each list, all together within the stretch; of several possible ones the closest to its anchor.
fn near(places: &[Place], lists: &[Vec<u32>], within: Within) -> Option<Vec<u32>> {
    let place = |index: u32| &places[index as usize];
    match within {
        Within::Sentence => together(places, lists, |place| (place.field, place.sentence)),
        Within::Paragraph => together(places, lists, |place| (place.field, place.paragraph)),
        // All pairs are close exactly where all are close to the one that ends first: so take each place in turn for
        // that one, and look for one of each list that ends no earlier and starts soon enough.
        Within::Characters(gap) => lists.iter().flatten().find_map(|&anchor| {
            let first = place(anchor);
            let fits = |one: &Place| {
                one.field == first.field && one.chars.1 >= first.chars.1 && one.chars.0 <= first.chars.1 + gap
            };
            let choice = |list: &Vec<u32>| {
                let begin = list.partition_point(|&index| {
                    let one = place(index);
                    (one.field, one.chars.0 + LONGEST) < (first.field, first.chars.1)
                });
                let soon = |&&index: &&u32| {
                    let one = place(index);
                    one.field == first.field && one.chars.0 <= first.chars.1 + gap
                };
                list[begin..].iter().take_while(soon).copied().find(|&index| fits(place(index)))
            };
            let own = |list: &Vec<u32>| {
                if list.binary_search(&anchor).is_ok() { Some(anchor) } else { choice(list) }
            };
            lists.iter().map(own).collect()
        }),
    }
}

/// No term is longer; a longer one is only found as its own anchor.
const LONGEST: usize = 256;

fn together<K: Ord>(places: &[Place], lists: &[Vec<u32>], key: impl Fn(&Place) -> K) -> Option<Vec<u32>> {
    let place = |index: u32| &places[index as usize];
    let fewest = lists.iter().min_by_key(|list| list.len())?;
    fewest.iter().find_map(|&anchor| {
        let here = key(place(anchor));
        let choice = |list: &Vec<u32>| {
            let begin = list.partition_point(|&index| key(place(index)) < here);
            let end = begin + list[begin..].partition_point(|&index| key(place(index)) == here);
            list[begin..end].iter().copied().min_by_key(|&index| place(index).gap(place(anchor)))
        };
        lists.iter().map(choice).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(start: usize, end: usize) -> Place {
        Place {
            field: Field::Text,
            start,
            end,
            what: What::Term(0),
            sentence: start / 20,
            paragraph: start / 50,
            chars: (start, end),
            loose: false,
            way: Way::Plain,
            denied: None,
        }
    }

    proptest! {
        /// Every combination, looked at one by one, as the oracle.
        #[test]
        fn near_finds_a_combination_where_there_is_one(
            starts in prop::collection::vec((0usize..120, 1usize..6, 0usize..3), 1..14),
            gap in 0usize..12,
            kind in 0usize..3,
        ) {
            let mut starts = starts;
            starts.sort_unstable();
            let places: Vec<Place> = starts.iter().map(|&(start, len, _)| at(start, start + len)).collect();
            let mut lists = vec![Vec::new(); 3];
            for (index, &(_, _, list)) in starts.iter().enumerate() {
                lists[list].push(index as u32);
            }
            let within = [Within::Sentence, Within::Paragraph, Within::Characters(gap)][kind];
            let fits = |all: &[u32]| {
                all.iter().all(|&a| all.iter().all(|&b| {
                    let (a, b) = (&places[a as usize], &places[b as usize]);
                    match within {
                        Within::Sentence => a.sentence == b.sentence,
                        Within::Paragraph => a.paragraph == b.paragraph,
                        Within::Characters(gap) => a.gap(b) <= gap,
                    }
                }))
            };
            let mut possible = false;
            for &a in &lists[0] { for &b in &lists[1] { for &c in &lists[2] { possible |= fits(&[a, b, c]); } } }
            let found = near(&places, &lists, within);
            prop_assert_eq!(found.is_some(), possible);
            if let Some(found) = found {
                prop_assert!(fits(&found));
            }
        }
    }
}
