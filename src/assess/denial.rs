//! Which hits are denied where they stand: 未被立案调查, 立案调查一事不属实, 公司澄清….
//!
//! A denial silences only what it governs, because a denial word is also the cheapest way to hide news ("公司否认后再被
//! 立案调查", "未被披露的财务造假", "要求公司澄清"). So each word says how far it reaches, and gives way to a turn
//! (但, 再被), a confirmation (证实), a question, a request and its own negation. In doubt the hit stays.

mod sentence;
mod words;

use self::sentence::Sentence;
use self::words::Marks;
use super::condition::{Place, What};
use super::sentences::Layout;
use crate::model::Field;
use std::collections::HashMap;
use std::ops::Range;

/// Why a rule that heeds denials did not fire, or what a rule that does not heed them saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The word that denies it.
    Word(&'static str),
    /// A reprint of the subject's own announcement.
    Announcement,
    /// Market-robot copy.
    Robot,
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(f, "denied ({word})"),
            Self::Announcement => f.write_str("own announcement"),
            Self::Robot => f.write_str("market-robot copy"),
        }
    }
}

/// Judges hits; built once for a rulebook.
pub(super) struct Denials(Marks);

impl Denials {
    pub fn new() -> Self {
        Self(Marks::new())
    }

    /// Writes into each place of a class the word that denies it. The places are sorted.
    pub fn judge(&self, title: &str, text: &str, layout: &Layout, places: &mut [Place]) {
        if !places.iter().any(is_class) {
            return;
        }
        let title = Sentence::new(&self.0, title, 0, &places[..title_places(places)]);
        let mut sentences: HashMap<usize, Sentence<'_>> = HashMap::new();
        // A denial may follow within three sentences; the title stands before the first.
        let with_hits = places[title_places(places)..]
            .iter()
            .filter(|place| is_class(place))
            .map(|place| place.sentence + 1);
        for number in
            std::iter::once(0).chain(with_hits).flat_map(|next| next.saturating_sub(1)..next + REACH)
        {
            if let Some(range) = layout.range(number) {
                sentences.entry(number).or_insert_with(|| {
                    Sentence::new(
                        &self.0,
                        &text[range.clone()],
                        range.start,
                        &places[of_sentence(places, number)],
                    )
                });
            }
        }
        let own: Vec<Option<&'static str>> = places
            .iter()
            .map(|place| match place.field {
                _ if !is_class(place) => None,
                Field::Title => title.denies(place),
                Field::Text => sentences.get(&place.sentence).and_then(|sentence| sentence.denies(place)),
            })
            .collect();
        let said = Said { title: &title, sentences: &sentences, places, own: &own };
        let all: Vec<Option<&'static str>> = (0..places.len()).map(|index| said.denies(index)).collect();
        for (place, denied) in places.iter_mut().zip(all) {
            place.denied = denied;
        }
    }
}

/// How many sentences back "上述传闻不属实" reaches.
const REACH: usize = 3;

fn is_class(place: &Place) -> bool {
    matches!(place.what, What::Term(_))
}

fn title_places(places: &[Place]) -> usize {
    places.partition_point(|place| place.field == Field::Title)
}

/// The places in one sentence of the text.
fn of_sentence(places: &[Place], number: usize) -> Range<usize> {
    let before = |place: &Place, number: usize| place.field == Field::Title || place.sentence < number;
    places.partition_point(|place| before(place, number))
        ..places.partition_point(|place| before(place, number + 1))
}

/// What an entry says of its hits as a whole.
struct Said<'a> {
    title: &'a Sentence<'a>,
    sentences: &'a HashMap<usize, Sentence<'a>>,
    places: &'a [Place],
    /// By place: the denial in its own sentence.
    own: &'a [Option<&'static str>],
}

impl Said<'_> {
    fn denies(&self, index: usize) -> Option<&'static str> {
        let place = &self.places[index];
        if self.own[index].is_some() || !is_class(place) {
            return self.own[index];
        }
        let (sentence, next) = match place.field {
            Field::Title => (self.title, 0),
            Field::Text => (self.sentences.get(&place.sentence)?, place.sentence + 1),
        };
        if sentence.is_overtaken(place) {
            return None;
        }
        let by_title = if place.field == Field::Text { self.by_title(place) } else { None };
        by_title.or_else(|| self.afterwards(place, sentence, next))
    }

    /// The title denies, and nothing in the title stands undenied.
    fn by_title(&self, place: &Place) -> Option<&'static str> {
        let title = self.title;
        if title.marks.is_empty() {
            return None;
        }
        let mut in_title = (0..title_places(self.places)).filter(|&index| is_class(&self.places[index]));
        if in_title.clone().any(|index| self.own[index].is_none()) {
            return None;
        }
        let whole = title.denials.iter().find(|denial| denial.turn.is_none()).map(|denial| denial.mark.word);
        whole.or_else(|| {
            in_title.find(|&index| self.places[index].what == place.what).and_then(|index| self.own[index])
        })
    }

    /// The next sentences take it back: as a whole, or the same words where this was only talk.
    fn afterwards(&self, place: &Place, sentence: &Sentence<'_>, next: usize) -> Option<&'static str> {
        for number in next..next + REACH {
            let Some(later) = self.sentences.get(&number).filter(|later| !later.marks.is_empty()) else {
                continue;
            };
            if let Some(word) = later.refers_back() {
                return Some(word);
            }
            let mut same = of_sentence(self.places, number)
                .filter(|&index| self.places[index].what == place.what)
                .filter_map(|index| self.own[index]);
            if let Some(word) = same.next()
                && sentence.is_talk()
                && later.is_statement()
            {
                return Some(word);
            }
        }
        None
    }
}

#[cfg(test)]
#[path = "denial/tests.rs"]
mod tests;
