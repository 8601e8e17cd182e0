//! What is wrong with terms that can all be looked for: too common, there twice, without effect.
//!
//! In come lexicons and a measure of how often a text occurs; out come findings, each about one term. What counts as
//! the same or as contained is the matcher's own word, so whatever it folds away is folded away here.

use super::{LexiconError, Matcher, Words, fold};
use crate::model::{Hit, Lexicon, Scope, Term};
use std::ops::Range;

/// A term found more often than this in a million characters says nothing: in every third article of ordinary length.
pub const TOO_COMMON: f64 = 300.0;
/// So many characters to a word, about, in Chinese news.
const CHARACTERS_PER_WORD: f64 = 1.6;

/// How often a term occurs in a million characters, and by which measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Often {
    pub per_million: f64,
    pub by: Measure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Counted in texts of this instance, of so many characters together.
    Stored { characters: usize },
    /// From the frequencies of the built-in dictionary.
    Dictionary,
}

impl Often {
    /// By the built-in dictionary; `None`: it does not have the text as one word.
    pub fn in_dictionary(text: &str) -> Option<Self> {
        let classes: Vec<u16> = text.chars().map(|c| fold::table().plain_class(c)).collect();
        Words::shared().log_probability(&classes).map(Self::of_word)
    }

    /// By the probability that a word of running text is this one.
    pub fn of_word(log_probability: f32) -> Self {
        let per_million = f64::from(log_probability).exp() * 1e6 / CHARACTERS_PER_WORD;
        Self { per_million, by: Measure::Dictionary }
    }
}

/// One term and what is wrong with it: places in `lexicons`, lexicon first.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub lexicon: usize,
    pub term: usize,
    pub what: Trouble,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    SingleCharacter,
    TooCommon(Often),
    /// The same to the matcher as this one, lexicon first.
    Duplicate(usize, usize),
    /// This one, of the same category and weight, is found wherever it is.
    Shadowed(usize, usize),
    /// The phrase can never be around the term as the matcher finds it.
    IdlePhrase(String),
    /// The first phrase lies around the term only where the second does already.
    CoveredPhrase(String, String),
}

impl Trouble {
    pub fn key(&self) -> &'static str {
        match self {
            Self::SingleCharacter => "single_character",
            Self::TooCommon(_) => "too_common",
            Self::Duplicate(..) => "duplicate",
            Self::Shadowed(..) => "shadowed",
            Self::IdlePhrase(_) => "idle_phrase",
            Self::CoveredPhrase(..) => "covered_phrase",
        }
    }
}

/// Every finding, in the order of the terms. `is_named`: texts that rules name, which have an effect of their own.
pub fn review(
    lexicons: &[Lexicon],
    is_named: &dyn Fn(&str) -> bool,
    often: &dyn Fn(&str) -> Option<Often>,
) -> Result<Vec<Finding>, LexiconError> {
    let places: Vec<(usize, usize)> = lexicons
        .iter()
        .enumerate()
        .flat_map(|(at, lexicon)| (0..lexicon.terms.len()).map(move |term| (at, term)))
        .collect();
    let term = |at: usize| &lexicons[places[at].0].terms[places[at].1];
    let matcher = Matcher::new((0..places.len()).map(|at| term(at).clone()).collect())?;
    let mut findings = Vec::new();
    let mut hits: Vec<Hit> = Vec::new();
    for (at, &(lexicon, number)) in places.iter().enumerate() {
        let one = term(at);
        let mut add = |what| findings.push(Finding { lexicon, term: number, what });
        if one.text.chars().count() < 2 {
            add(Trouble::SingleCharacter);
        } else if let Some(often) = often(&one.text).filter(|often| often.per_million >= TOO_COMMON)
            && one.unless.is_empty()
        {
            add(Trouble::TooCommon(often));
        }
        matcher.scan_into(&one.text, &mut hits);
        let seen = Seen { lexicons, places: &places, hits: &hits };
        if let Some(twin) = seen.twin(at) {
            add(Trouble::Duplicate(places[twin].0, places[twin].1));
        } else if !is_named(&one.text)
            && let Some(shadow) = seen.shadow(at)
        {
            add(Trouble::Shadowed(places[shadow].0, places[shadow].1));
        }
        idle_phrases(one, &mut add)?;
    }
    Ok(findings)
}

/// What the matcher finds in the text of one term.
struct Seen<'a> {
    lexicons: &'a [Lexicon],
    places: &'a [(usize, usize)],
    hits: &'a [Hit],
}

impl Seen<'_> {
    fn term(&self, at: usize) -> (&Lexicon, &Term) {
        let (lexicon, term) = self.places[at];
        (&self.lexicons[lexicon], &self.lexicons[lexicon].terms[term])
    }

    /// Other terms in it that no condition holds back, found in a strict way.
    fn others(&self, at: usize) -> impl Iterator<Item = (usize, &Hit)> {
        let (lexicon, one) = self.term(at);
        let others = self.hits.iter().map(|hit| (hit.term as usize, hit));
        others.filter(move |(index, hit)| {
            let (home, other) = self.term(*index);
            *index != at
                && !hit.way.is_loose()
                && other.category == one.category
                && (home.scope == Scope::All || home.scope == lexicon.scope)
        })
    }

    /// An earlier term of the same category that takes all of this text.
    fn twin(&self, at: usize) -> Option<usize> {
        let length = self.term(at).1.text.len();
        let all = |hit: &Hit| hit.start == 0 && hit.end == length;
        self.others(at).find(|(index, hit)| *index < at && all(hit)).map(|(index, _)| index)
    }

    /// A shorter term that is found whenever this one is, and says the same to every rule.
    fn shadow(&self, at: usize) -> Option<usize> {
        let one = self.term(at).1;
        let says_the_same = |other: &Term| {
            other.weight == one.weight
                && other.since == one.since
                && other.unless.is_empty()
                && (!other.whole_word || one.whole_word)
                && (!other.exact || one.exact)
                && (other.loose != Some(false) || one.loose == Some(false))
        };
        let shorter = |hit: &Hit| hit.end - hit.start < one.text.len();
        let found = self.others(at).find(|(index, hit)| shorter(hit) && says_the_same(self.term(*index).1));
        found.map(|(index, _)| index)
    }
}

/// Phrases that silence nothing: the matcher finds the term in them all the same, or another phrase was enough.
fn idle_phrases(term: &Term, add: &mut dyn FnMut(Trouble)) -> Result<(), LexiconError> {
    if term.unless.is_empty() {
        return Ok(());
    }
    // Borders depend on what stands around the phrase, so they are no reason to call it idle.
    let bare = Matcher::without_borders(vec![Term { unless: Vec::new(), ..term.clone() }])?;
    for (index, phrase) in term.unless.iter().enumerate() {
        let places: Vec<Range<usize>> = bare.scan(phrase).iter().map(|hit| hit.start..hit.end).collect();
        if places.is_empty() {
            add(Trouble::IdlePhrase(phrase.clone()));
            continue;
        }
        let others = term.unless.iter().enumerate().filter(|(other, _)| *other != index);
        let enough = others.map(|(_, other)| other).find(|other| {
            let longer = other.len() < phrase.len();
            longer && places.iter().all(|place| covers(phrase, other, place))
        });
        if let Some(other) = enough {
            add(Trouble::CoveredPhrase(phrase.clone(), other.clone()));
        }
    }
    Ok(())
}

fn covers(text: &str, phrase: &str, place: &Range<usize>) -> bool {
    text.match_indices(phrase).any(|(at, _)| at <= place.start && place.end <= at + phrase.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(key: &str, terms: Vec<Term>) -> Lexicon {
        Lexicon {
            key: key.into(),
            name: key.into(),
            version: "1".into(),
            effective: None,
            scope: Scope::All,
            terms,
            harmless: Vec::new(),
        }
    }

    fn term(text: &str) -> Term {
        Term::new(text, "A1", 3)
    }

    fn unless(text: &str, phrases: &[&str]) -> Term {
        Term { unless: phrases.iter().map(|&phrase| phrase.to_owned()).collect(), ..term(text) }
    }

    #[test]
    fn what_says_nothing_is_told() {
        let often = |text: &str| {
            let stored = Measure::Stored { characters: 2_000_000 };
            let per_million = match text {
                "的话" => 1900.0,
                "退市" => 40.0,
                _ => return None,
            };
            Some(Often { per_million, by: stored })
        };
        let graver = Term { weight: 5, ..term("强制退市") };
        let of_category = |text: &str, category: &str| Term::new(text, category, 3);
        for (why, terms, expected) in [
            ("a single character", vec![term("跌")], vec!["0 single_character"]),
            ("too common, by measure", vec![term("的话"), term("退市")], vec!["0 too_common"]),
            ("its author knows where it is harmless", vec![unless("的话", &["说的话"])], vec![]),
            ("there twice", vec![term("退市"), term("退市")], vec!["1 duplicate"]),
            ("in two categories it is two terms", vec![term("火灾"), of_category("火灾", "C2")], vec![]),
            ("a shorter one is always there too", vec![term("强制退市"), term("退市")], vec!["0 shadowed"]),
            ("but it weighs less", vec![graver, term("退市")], vec![]),
            ("or is held back sometimes", vec![term("强制退市"), unless("退市", &["衰退市场"])], vec![]),
            ("a rule names the longer one", vec![term("面值退市"), term("退市")], vec![]),
            (
                "a phrase around it, and a longer one around that",
                vec![unless("立案", &["确立案例", "逐步确立案例"])],
                vec!["0 covered_phrase"],
            ),
            ("a Latin word ends where it ends", vec![unless("IPO", &["TIPOS"])], vec!["0 idle_phrase"]),
        ] {
            let lexicons = [lexicon("a1", terms)];
            let found = review(&lexicons, &|text| text == "面值退市", &often).unwrap();
            let said: Vec<String> =
                found.iter().map(|one| format!("{} {}", one.term, one.what.key())).collect();
            assert_eq!(said, expected, "{why}");
        }
    }

    #[test]
    fn lexicons_are_compared_with_each_other() {
        let own = Lexicon { scope: Scope::Own, ..lexicon("d1", vec![term("退市")]) };
        let lexicons = [own, lexicon("a1", vec![term("强制退市")]), lexicon("a2", vec![term("强制退市")])];
        let found = review(&lexicons, &|_| false, &|_| None).unwrap();
        let expected = Finding { lexicon: 2, term: 0, what: Trouble::Duplicate(1, 0) };
        assert_eq!(found, [expected], "a term for own channels only shadows nothing elsewhere");
    }

    #[test]
    fn a_dictionary_counts_words_and_is_read_in_characters() {
        let often = Often::of_word(0.003_f32.ln());
        assert!((often.per_million - 1875.0).abs() < 0.1 && often.by == Measure::Dictionary);
        let common =
            |text: &str| Often::in_dictionary(text).is_some_and(|often| often.per_million >= TOO_COMMON);
        assert!(common("我们") && common("公司") && !common("退市") && !common("立案调查"));
    }
}
