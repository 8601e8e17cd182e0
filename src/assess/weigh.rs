//! One entry against the rulebook.

use super::around::Lines;
use super::condition::{Place, Plan, Sight, What};
use super::denial::Denied;
use super::lessons::Lesson;
use super::quote::{self, Marked};
use super::routine;
use super::rulebook::{Meaning, Role, Rulebook, category_of};
use super::sentences::Layout;
use crate::lexicon::marks::{self, Mark};
use crate::lexicon::personal::{Personal, Trace};
use crate::lexicon::{Scalars, fold_text};
use crate::model::{Entry, Field, Hit, QuotePart, Rule, Severity, Source, Term, Way};
use std::collections::{HashMap, HashSet};

/// An entry as it is stored, and what was seen in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// With personal data masked in title, text and byline.
    pub entry: Entry,
    /// In ranges of the masked title and text, sorted.
    pub hits: Vec<(Field, Hit)>,
    pub personal: Vec<(Field, Personal)>,
    /// Something was masked, if only in the byline.
    pub masked: bool,
    /// Marks of secrecy, on own channels and where a rule asks for them.
    pub marks: Vec<(Field, Mark)>,
    /// Links that somebody put in, around the article of an own page.
    pub injections: Vec<(std::ops::Range<usize>, &'static str)>,
    pub fired: Vec<Fired>,
    /// What would have fired but for a denial, an own announcement or a market robot; `denied` says which.
    pub set_aside: Vec<Fired>,
    /// The entry only denies or clarifies, or is the subject's own announcement.
    pub denial: bool,
    /// Market-robot copy.
    pub robot: bool,
}

/// A rule that fired on an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// By `Rulebook::rules`.
    pub rule: usize,
    /// The key of the subject that it is about, for the alarm key; `None` for a rule that names none.
    pub subject: Option<String>,
    /// Further subjects of which the same terms are said.
    pub also: Vec<String>,
    /// The rule's, or yellow where `loose`.
    pub severity: Severity,
    /// Only disguised forms of a loose way speak for it: not above yellow, and the rule's policy is not meant.
    pub loose: bool,
    /// Category and term of what fired, those that decided first: `A1 立案调查`.
    pub because: Vec<String>,
    /// How what decided is disguised; empty where each of it is also written plainly or in another script.
    pub ways: Vec<Way>,
    /// One of these stands in one sentence with the subject.
    pub same_sentence: bool,
    pub quote: Vec<QuotePart>,
    /// Why it is set aside, or what a rule that does not heed denials saw.
    pub denied: Option<Denied>,
}

pub fn weigh(book: &Rulebook, source: &Source, entry: Entry) -> Weighed {
    let (entry, mut personal, masked) = mask(book, entry);
    let lines = entry.key.is_around().then(|| Lines::of(&entry.text));
    let scan = |text: &str| {
        let mut hits = book.matcher().scan(text);
        hits.retain(|hit| counts(book, source, &entry, hit.term) && lesson(book, text, hit) != Lesson::Never);
        hits
    };
    let mut marks = marks(book, source, &entry);
    let (mut found, mut injections) = ([Vec::new(), scan(&entry.text)], Vec::new());
    match &lines {
        None => found[0] = scan(&entry.title),
        Some(lines) => {
            found[1] = lines.counting(book, std::mem::take(&mut found[1]));
            injections = lines.injections(&entry.text);
            personal.retain(|(field, one)| *field == Field::Text && lines.tells_of(&entry.text, one));
            marks.retain(|(field, one)| *field == Field::Text && lines.is_for_people(&entry.text, one.start));
        }
    }
    let mut weighed = Weighed {
        entry,
        hits: Vec::new(),
        personal,
        masked,
        marks,
        injections,
        fired: Vec::new(),
        set_aside: Vec::new(),
        denial: false,
        robot: false,
    };
    // Most entries end here.
    if found.iter().any(|hits| !hits.is_empty()) || weighed.built_in().next().is_some() {
        let layouts = [Layout::of_title(&weighed.entry.title), Layout::of_text(&weighed.entry.text)];
        let mut places = place(book, &mut weighed, found, &layouts);
        book.denials.judge(&weighed.entry.title, &weighed.entry.text, &layouts[1], &mut places);
        judge(book, source, &mut weighed, &places, [&layouts[0], &layouts[1]]);
    }
    weighed
}

/// Keeps the hits that are some and says where they stand.
fn place(book: &Rulebook, weighed: &mut Weighed, found: [Vec<Hit>; 2], layouts: &[Layout; 2]) -> Vec<Place> {
    let mut places = Vec::new();
    let texts = [(Field::Title, &weighed.entry.title), (Field::Text, &weighed.entry.text)];
    for (((field, text), mut found), layout) in texts.into_iter().zip(found).zip(layouts) {
        drop_bare_codes(book, text, layout, &mut found);
        let here = weighed.built_in().filter(|one| one.field == field);
        places.extend(settle(book, field, text, layout, &found, here));
        weighed.hits.extend(found.into_iter().map(|hit| (field, hit)));
    }
    places
}

/// The entry as it may be stored.
pub fn masked(book: &Rulebook, entry: Entry) -> Entry {
    mask(book, entry).0
}

/// The entry without personal data, where there was some, and whether, byline included.
fn mask(book: &Rulebook, mut entry: Entry) -> (Entry, Vec<(Field, Personal)>, bool) {
    let (mut all, mut some) = (Vec::new(), false);
    let mut clean = |text: &mut String, field: Option<Field>| {
        let masked = book.finder.mask(text);
        if !masked.found.is_empty() {
            all.extend(field.iter().flat_map(|&field| masked.found.iter().map(move |&one| (field, one))));
            some = true;
            *text = masked.text.into_owned();
        }
    };
    clean(&mut entry.title, Some(Field::Title));
    clean(&mut entry.text, Some(Field::Text));
    for name in [&mut entry.byline, &mut entry.outlet].into_iter().flatten() {
        clean(name, None);
    }
    (entry, all, some)
}

fn marks(book: &Rulebook, source: &Source, entry: &Entry) -> Vec<(Field, Mark)> {
    if !source.own && !book.marks_everywhere {
        return Vec::new();
    }
    let of = |field: Field, text: &str| marks::find(text).into_iter().map(move |mark| (field, mark));
    of(Field::Title, &entry.title).chain(of(Field::Text, &entry.text)).collect()
}

/// Something found by what it is, not by a term.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    pub field: Field,
    pub kind: &'static str,
    pub start: usize,
    pub end: usize,
    /// By which personal data is recognised again.
    pub trace: Option<Trace>,
}

impl Weighed {
    /// Personal data, marks and injected links; places are of the masked title and text.
    pub fn built_in(&self) -> impl Iterator<Item = BuiltIn> + '_ {
        let personal = self.personal.iter().map(|&(field, one)| BuiltIn {
            field,
            kind: one.kind,
            start: one.start,
            end: one.end,
            trace: one.trace,
        });
        let marks = self.marks.iter().map(|&(field, one)| BuiltIn {
            field,
            kind: marks::SECRET,
            start: one.start,
            end: one.end,
            trace: None,
        });
        let injections = self.injections.iter().map(|(range, kind)| BuiltIn {
            field: Field::Text,
            kind,
            start: range.start,
            end: range.end,
            trace: None,
        });
        personal.chain(marks).chain(injections)
    }

    /// How much was found, of terms and of what is built in.
    pub fn count(&self) -> usize {
        self.hits.len() + self.built_in().count()
    }
}

/// Whether a term counts here: own-channel terms on own channels, wrong words since they became wrong.
pub(super) fn counts(book: &Rulebook, source: &Source, entry: &Entry, term: u32) -> bool {
    let Meaning { own_only, .. } = book.meanings[term as usize];
    let Term { since, .. } = &book.matcher().terms()[term as usize];
    (!own_only || source.own)
        && since.is_none_or(|since| entry.published.is_some_and(|published| published.day >= since))
}

pub(super) fn lesson(book: &Rulebook, text: &str, hit: &Hit) -> Lesson {
    let term = &book.matcher().terms()[hit.term as usize];
    book.lessons.of(&term.text, &text[hit.start..hit.end], hit.way)
}

/// A code is the subject's only beside its name, an exchange mark or 股, in one sentence.
fn drop_bare_codes(book: &Rulebook, text: &str, layout: &Layout, hits: &mut Vec<Hit>) {
    let role = |hit: &Hit| book.meanings[hit.term as usize].role;
    if !hits.iter().any(|hit| matches!(role(hit), Role::Code(_))) {
        return;
    }
    let named: HashSet<(usize, u32)> = hits
        .iter()
        .filter_map(|hit| match role(hit) {
            Role::Name(subject) => Some((layout.sentence(hit.start), subject)),
            _ => None,
        })
        .collect();
    // The hits are sorted, so one sentence is looked at once.
    let mut last = (usize::MAX, false);
    hits.retain(|hit| match role(hit) {
        Role::Code(subject) => {
            let sentence = layout.sentence(hit.start);
            if sentence != last.0 {
                let range = layout.range(sentence).unwrap_or(hit.start..hit.end);
                last = (sentence, speaks_of_shares(&fold_text(&text[range])));
            }
            last.1 || named.contains(&(sentence, subject))
        }
        _ => true,
    });
}

fn speaks_of_shares(sentence: &str) -> bool {
    let is_letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphabetic);
    let bytes = sentence.as_bytes();
    let mark = |at: usize| {
        matches!(bytes[at..at + 2].to_ascii_uppercase()[..], [b'S', b'Z' | b'H'] | [b'B', b'J'])
            && !is_letter(bytes.get(at + 2))
            && (at == 0 || !is_letter(bytes.get(at - 1)))
    };
    sentence.contains('股') || (0..bytes.len().saturating_sub(1)).any(mark)
}

/// The places of one field, sorted.
fn settle(
    book: &Rulebook,
    field: Field,
    text: &str,
    layout: &Layout,
    hits: &[Hit],
    built_in: impl Iterator<Item = BuiltIn>,
) -> Vec<Place> {
    let place = |start: usize, end: usize, what: What, loose: bool, way: Way| Place {
        field,
        start,
        end,
        what,
        sentence: layout.sentence(start),
        paragraph: layout.paragraph(start),
        chars: (0, 0),
        loose,
        way,
        denied: None,
    };
    let of_hit = |hit: &Hit| {
        let what = match book.meanings[hit.term as usize].role {
            Role::Class => What::Term(hit.term),
            Role::Name(subject) | Role::Code(subject) => What::Subject { subject, term: hit.term },
        };
        let loose = hit.way.is_loose() && lesson(book, text, hit) != Lesson::Strict;
        place(hit.start, hit.end, what, loose, hit.way)
    };
    let of_built_in = |one: BuiltIn| place(one.start, one.end, What::BuiltIn(one.kind), false, Way::Plain);
    let mut places: Vec<Place> = hits.iter().map(of_hit).chain(built_in.map(of_built_in)).collect();
    places.sort_by_key(|place| (place.start, place.end));
    let mut scalars = Scalars::new(text);
    for place in &mut places {
        place.chars = scalars.range(place.start, place.end);
    }
    places
}

/// Asks every rule.
fn judge(book: &Rulebook, source: &Source, weighed: &mut Weighed, places: &[Place], layouts: [&Layout; 2]) {
    let entry = &weighed.entry;
    let names: Vec<(usize, usize)> = places
        .iter()
        .filter(|place| place.field == Field::Title && place.is_subject())
        .map(|place| (place.start, place.end))
        .collect();
    let in_text = |place: &&Place| place.field == Field::Text && place.is_subject();
    let first = places.iter().find(in_text).map(|place| place.start);
    let announcement = routine::is_announcement(&entry.title, &entry.text, &names, first);
    let robot = routine::is_robot(&entry.title, &entry.text);
    if places.is_empty() {
        return;
    }
    let look = Look::new(book, entry, places, layouts);
    let (mut fired, mut set_aside) = (Vec::new(), Vec::new());
    for (number, (rule, plan)) in book.rules().iter().zip(&book.plans).enumerate() {
        if !applies(rule, source) {
            continue;
        }
        let heed = rule.heed_denials;
        let stands =
            |place: &Place| !heed || place.denied.is_none() && (!robot || place.field == Field::Title);
        if !(heed && announcement) {
            let mut strict = look.ask(number, rule, plan, &|place: &Place| stands(place) && !place.loose);
            if strict.is_empty() && places.iter().any(|place| place.loose) {
                strict = look.ask(number, rule, plan, &stands);
                for fired in &mut strict {
                    fired.severity = fired.severity.min(Severity::Yellow);
                    fired.loose = true;
                }
            }
            if !strict.is_empty() {
                fired.append(&mut strict);
                continue;
            }
        }
        if heed {
            let mut aside = look.ask(number, rule, plan, &|_| true);
            for one in &mut aside {
                let word = one.denied.take();
                let whole =
                    if announcement { Some(Denied::Announcement) } else { robot.then_some(Denied::Robot) };
                one.denied = whole.or(word);
            }
            // Without a reason it is `none` that a denied hit satisfied: nothing was set aside.
            aside.retain(|one| one.denied.is_some());
            set_aside.append(&mut aside);
        }
    }
    let heeds = |one: &Fired| book.rules()[one.rule].heed_denials;
    let denied = set_aside.iter().any(|one| !matches!(one.denied, Some(Denied::Robot)));
    weighed.denial = announcement || denied && !fired.iter().any(heeds);
    weighed.robot = robot;
    weighed.fired = fired;
    weighed.set_aside = set_aside;
}

pub(super) fn applies(rule: &Rule, source: &Source) -> bool {
    rule.own.is_none_or(|own| own == source.own)
        && (rule.tiers.is_empty() || rule.tiers.contains(&source.tier))
}

/// The places of an entry, by what rules ask for.
struct Look<'a> {
    book: &'a Rulebook,
    entry: &'a Entry,
    places: &'a [Place],
    layouts: [&'a Layout; 2],
    by_atom: Vec<Vec<u32>>,
    by_subject: Vec<Vec<u32>>,
    marked: Vec<Marked>,
}

impl<'a> Look<'a> {
    fn new(book: &'a Rulebook, entry: &'a Entry, places: &'a [Place], layouts: [&'a Layout; 2]) -> Self {
        let mut by_atom = vec![Vec::new(); book.atoms.len()];
        let mut by_subject = vec![Vec::new(); book.subjects().len()];
        for (index, place) in (0u32..).zip(places) {
            match place.what {
                What::Subject { subject, .. } => by_subject[subject as usize].push(index),
                What::Term(_) | What::BuiltIn(_) => {}
            }
            for atom in book.atoms_of_place(place) {
                by_atom[atom as usize].push(index);
            }
        }
        let marked = places.iter().map(|place| Marked {
            field: place.field,
            range: place.start..place.end,
            label: book.category_of(place).to_owned(),
        });
        Self { book, entry, places, layouts, by_atom, by_subject, marked: marked.collect() }
    }

    /// The rule's firings over the places that count: one for each subject of which something of its own is said.
    fn ask(&self, number: usize, rule: &Rule, plan: &Plan, counts: &dyn Fn(&Place) -> bool) -> Vec<Fired> {
        let sight = |bound| Sight {
            places: self.places,
            by_atom: &self.by_atom,
            by_subject: &self.by_subject,
            counts,
            bound,
        };
        let mut fired: Vec<(Fired, Vec<&str>)> = Vec::new();
        let asked = |subject: &&u32| plan.every || plan.subjects.contains(subject);
        for &subject in self.book.precedence.iter().filter(asked) {
            if self.by_subject[subject as usize].is_empty() {
                continue;
            }
            let Some(witness) = plan.witness(&sight(Some(subject))) else { continue };
            if !witness.iter().any(|&index| self.is_of(index, subject)) {
                continue;
            }
            let terms = self.terms(&witness);
            let key = &self.book.subjects()[subject as usize].key;
            match fired.iter_mut().find(|(_, before)| terms.iter().all(|term| before.contains(term))) {
                Some((before, _)) => before.also.push(key.clone()),
                None => fired.push((self.tell(number, rule, plan, &witness, Some(subject), counts), terms)),
            }
        }
        if fired.is_empty()
            && let Some(witness) = plan.witness(&sight(None))
        {
            let subject =
                self.book.precedence.iter().copied().find(|&s| witness.iter().any(|&i| self.is_of(i, s)));
            fired.push((self.tell(number, rule, plan, &witness, subject, counts), Vec::new()));
        }
        fired.into_iter().map(|(fired, _)| fired).collect()
    }

    /// How what decided is disguised, each by the mildest of its places.
    fn ways(&self, witness: &[u32], classes: &[u32], counts: &dyn Fn(&Place) -> bool) -> Vec<Way> {
        let mut mildest: HashMap<What, Way> = HashMap::new();
        for &index in witness.iter().chain(classes) {
            mildest.entry(self.places[index as usize].told_as()).or_insert(Way::Emoji);
        }
        for place in self.places.iter().filter(|place| counts(place)) {
            if let Some(way) = mildest.get_mut(&place.told_as()) {
                *way = place.way.min(*way);
            }
        }
        let mut ways: Vec<Way> = mildest.into_values().filter(|&way| way > Way::Folded).collect();
        ways.sort_unstable();
        ways.dedup();
        ways
    }

    fn is_of(&self, index: u32, of: u32) -> bool {
        matches!(self.places[index as usize].what, What::Subject { subject, .. } if subject == of)
    }

    /// The different terms among these, subjects apart.
    fn terms(&self, witness: &[u32]) -> Vec<&str> {
        let mut terms: Vec<&str> = witness
            .iter()
            .map(|&index| &self.places[index as usize])
            .filter(|place| !place.is_subject())
            .map(|place| self.book.text_of(place))
            .collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    fn tell(
        &self,
        number: usize,
        rule: &Rule,
        plan: &Plan,
        witness: &[u32],
        subject: Option<u32>,
        counts: &dyn Fn(&Place) -> bool,
    ) -> Fired {
        let at = |index: u32| &self.places[index as usize];
        let speaks = |&index: &u32| counts(at(index));
        let classes =
            plan.classes.iter().flat_map(|&atom| &self.by_atom[atom as usize]).copied().filter(speaks);
        let decided = witness.iter().copied().filter(|&index| !at(index).is_subject());
        // Of overlapping terms (被立案, 立案调查) the longest says enough.
        let longer = |one: &Place, other: &Place| {
            one.field == other.field
                && other.start < one.end
                && one.start < other.end
                && other.end - other.start > one.end - one.start
        };
        let mut because: Vec<String> = Vec::new();
        for index in decided.chain(classes.clone()) {
            if because.len() == BECAUSE {
                break;
            }
            let why = format!("{} {}", self.book.category_of(at(index)), self.book.text_of(at(index)));
            if !because.contains(&why) && !classes.clone().any(|other| longer(at(index), at(other))) {
                because.push(why);
            }
        }
        let named = subject.map_or(&[][..], |subject| &self.by_subject[subject as usize]);
        let sentence = |index: u32| (at(index).field, at(index).sentence);
        let named: HashSet<_> = named.iter().map(|&name| sentence(name)).collect();
        let same_sentence = classes.clone().any(|index| named.contains(&sentence(index)));
        let windows = witness.iter().map(|&index| {
            let place = at(index);
            let (text, layout) = match place.field {
                Field::Title => (&self.entry.title, self.layouts[0]),
                Field::Text => (&self.entry.text, self.layouts[1]),
            };
            let range = place.start..place.end;
            let sentence = layout.range(place.sentence).unwrap_or(range.clone());
            (place.field, quote::window(text, &sentence, &range))
        });
        let denied = witness.iter().find_map(|&index| at(index).denied).map(Denied::Word);
        Fired {
            rule: number,
            subject: subject.map(|subject| self.book.subjects()[subject as usize].key.clone()),
            also: Vec::new(),
            severity: rule.severity,
            loose: false,
            because,
            ways: self.ways(witness, &classes.collect::<Vec<_>>(), counts),
            same_sentence,
            quote: quote::quote(self.entry, windows.collect(), &self.marked),
            denied,
        }
    }
}

/// So many reasons fit into a mail.
const BECAUSE: usize = 8;

impl Rulebook {
    fn atoms_of_place(&self, place: &Place) -> Vec<u32> {
        match place.what {
            What::Term(term) | What::Subject { term, .. } => self.atoms_of[term as usize].clone(),
            What::BuiltIn(kind) => self.atoms_of_built_in(kind),
        }
    }

    fn text_of(&self, place: &Place) -> &str {
        match place.what {
            What::Term(term) | What::Subject { term, .. } => &self.matcher().terms()[term as usize].text,
            What::BuiltIn(kind) => kind,
        }
    }

    fn category_of(&self, place: &Place) -> &str {
        match place.what {
            What::Term(term) | What::Subject { term, .. } => &self.matcher().terms()[term as usize].category,
            What::BuiltIn(kind) => category_of(kind),
        }
    }
}

#[cfg(test)]
#[path = "weigh/tests.rs"]
mod tests;
