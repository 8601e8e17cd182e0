//! Exact matching: every occurrence of every term, nested and overlapping ones too, in one pass.
//!
//! Terms and `unless` phrases share one automaton. Almost every pattern is a plain term without conditions, and its
//! value says so in one bit, so the common hit costs a push and nothing else.

use super::LexiconError;
use crate::model::{Hit, Term, Way};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use std::collections::HashMap;

/// A value with this bit is the number of a term that needs no further look; others number a `Pattern`.
const PLAIN: u32 = 1 << 31;

/// The terms of a snapshot, ready to scan.
pub struct Matcher {
    terms: Vec<Term>,
    /// `None` where there are no terms.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    patterns: Vec<Pattern>,
    /// By term: whether it has `unless` phrases.
    guarded: Vec<bool>,
}

/// A text that is looked for: as a term, as an `unless` phrase, or as both, of one or several terms.
struct Pattern {
    terms: Vec<u32>,
    guards: Vec<u32>,
    /// Letters or digits must not run on before or after it.
    word: bool,
}

/// An `unless` phrase found in a text.
struct Guard {
    term: u32,
    start: usize,
    end: usize,
}

impl Matcher {
    pub fn new(terms: Vec<Term>) -> Result<Self, LexiconError> {
        let mut texts: Vec<String> = Vec::new();
        let mut patterns: Vec<Pattern> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::with_capacity(terms.len());
        let mut pattern_of = |text: &str, patterns: &mut Vec<Pattern>| {
            *known.entry(text.to_owned()).or_insert_with(|| {
                texts.push(text.to_owned());
                patterns.push(Pattern { terms: Vec::new(), guards: Vec::new(), word: text.is_ascii() });
                patterns.len() - 1
            })
        };
        for (index, term) in terms.iter().enumerate() {
            if term.text.is_empty() {
                return Err(LexiconError::EmptyTerm { index: index + 1 });
            }
            let at = pattern_of(&term.text, &mut patterns);
            patterns[at].terms.push(index as u32);
            for phrase in &term.unless {
                if phrase.is_empty() {
                    return Err(LexiconError::EmptyPhrase { term: term.text.clone() });
                }
                if *phrase == term.text {
                    return Err(LexiconError::Silenced { term: term.text.clone() });
                }
                let at = pattern_of(phrase, &mut patterns);
                patterns[at].guards.push(index as u32);
            }
        }
        let guarded: Vec<bool> = terms.iter().map(|term| !term.unless.is_empty()).collect();
        let automaton = build(&texts, &patterns, &guarded)?;
        Ok(Self { terms, automaton, patterns, guarded })
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Every hit, sorted by start, end and term. A hit inside an `unless` phrase of its own term is left out.
    pub fn scan(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.scan_into(text, &mut hits);
        hits
    }

    /// As `scan`, into a list that the caller keeps.
    pub fn scan_into(&self, text: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        let Some(automaton) = &self.automaton else { return };
        let mut guards: Vec<Guard> = Vec::new();
        for found in automaton.find_overlapping_iter(text) {
            let (start, end, value) = (found.start(), found.end(), found.value());
            if value & PLAIN != 0 {
                hits.push(Hit { start, end, term: value & !PLAIN, way: Way::Plain });
                continue;
            }
            let pattern = &self.patterns[value as usize];
            if pattern.word && !stands_alone(text, start, end) {
                continue;
            }
            hits.extend(pattern.terms.iter().map(|&term| Hit { start, end, term, way: Way::Plain }));
            guards.extend(pattern.guards.iter().map(|&term| Guard { term, start, end }));
        }
        if !guards.is_empty() {
            self.drop_guarded(hits, guards);
        }
        hits.sort_unstable_by_key(|hit| (hit.start, hit.end, hit.term));
    }

    /// The number of hits, without keeping them.
    pub fn count(&self, text: &str) -> usize {
        let Some(automaton) = &self.automaton else { return 0 };
        let mut count = 0;
        for found in automaton.find_overlapping_iter(text) {
            if found.value() & PLAIN != 0 {
                count += 1;
                continue;
            }
            let pattern = &self.patterns[found.value() as usize];
            if pattern.word && !stands_alone(text, found.start(), found.end()) {
                continue;
            }
            if !pattern.guards.is_empty() {
                return self.scan(text).len();
            }
            count += pattern.terms.len();
        }
        count
    }

    fn drop_guarded(&self, hits: &mut Vec<Hit>, mut guards: Vec<Guard>) {
        // By term, then start; `reach` is the furthest end of the guards of the same term that start no later, so
        // one look decides: a guard that starts at or before the hit and ends at or after it, or none.
        guards.sort_unstable_by_key(|guard| (guard.term, guard.start, guard.end));
        for index in 1..guards.len() {
            if guards[index].term == guards[index - 1].term {
                guards[index].end = guards[index].end.max(guards[index - 1].end);
            }
        }
        hits.retain(|hit| {
            if !self.guarded[hit.term as usize] {
                return true;
            }
            let after = guards.partition_point(|guard| (guard.term, guard.start) <= (hit.term, hit.start));
            !guards[..after].last().is_some_and(|guard| guard.term == hit.term && guard.end >= hit.end)
        });
    }
}

fn build(
    texts: &[String],
    patterns: &[Pattern],
    guarded: &[bool],
) -> Result<Option<CharwiseDoubleArrayAhoCorasick<u32>>, LexiconError> {
    if texts.is_empty() {
        return Ok(None);
    }
    if patterns.len() >= PLAIN as usize || guarded.len() >= PLAIN as usize {
        return Err(LexiconError::TooLarge(format!("{} patterns", patterns.len())));
    }
    let values = texts.iter().zip(patterns).enumerate().map(|(index, (text, pattern))| {
        let plain = pattern.terms.len() == 1 && pattern.guards.is_empty() && !pattern.word;
        (text, if plain { pattern.terms[0] | PLAIN } else { index as u32 })
    });
    CharwiseDoubleArrayAhoCorasick::with_values(values)
        .map(Some)
        .map_err(|error| LexiconError::TooLarge(error.to_string()))
}

/// Whether a Latin word or a number ends where it ends: `IPO` is not in `IPOs`, `604518` not in `16045180`, but
/// `604518` is in `SH604518` and `IPO` in `2026IPO`.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let runs_on = |one: Option<char>, other: Option<char>| match (one, other) {
        (Some(one), Some(other)) => is_digit(one) && is_digit(other) || is_letter(one) && is_letter(other),
        _ => false,
    };
    let (before, inside, after) = (&text[..start], &text[start..end], &text[end..]);
    !runs_on(before.chars().next_back(), inside.chars().next())
        && !runs_on(inside.chars().next_back(), after.chars().next())
}

/// ASCII and full-width digits.
fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

/// Latin letters, full-width and accented ones too.
fn is_letter(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | 'ａ'..='ｚ' | 'Ａ'..='Ｚ' | '\u{c0}'..='\u{24f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn term(text: &str, unless: &[&str]) -> Term {
        let unless = unless.iter().map(|&phrase| phrase.to_owned()).collect();
        Term { unless, ..Term::new(text, "A1", 3) }
    }

    fn found(terms: &[Term], text: &str) -> Vec<String> {
        let matcher = Matcher::new(terms.to_vec()).unwrap();
        let hits = matcher.scan(text);
        assert_eq!(matcher.count(text), hits.len(), "count and scan agree on {text:?}");
        hits.iter().map(|hit| format!("{}@{}", &text[hit.start..hit.end], hit.start)).collect()
    }

    #[test]
    fn every_occurrence_counts_unless_it_is_harmless() {
        let terms = [
            term("退市", &["衰退市场"]),
            term("强制退市", &[]),
            term("立案调查", &["未被立案调查", "反倾销立案调查"]),
            term("IPO", &[]),
            term("604518", &[]),
            term("C++", &[]),
            term("哈哈", &[]),
        ];
        for (why, text, expected) in [
            ("nested ones too", "强制退市", vec!["强制退市@0", "退市@6"]),
            ("overlapping ones too", "哈哈哈", vec!["哈哈@0", "哈哈@3"]),
            ("inside its own phrase it does not count", "衰退市场", vec![]),
            ("beside the phrase it does", "衰退市场退市", vec!["退市@12"]),
            ("a phrase of another term does not matter", "未被立案调查", vec![]),
            ("the second occurrence counts", "反倾销立案调查,立案调查", vec!["立案调查@22"]),
            ("a word ends where it ends", "IPO与IPOs及XIPO", vec!["IPO@0"]),
            ("a digit does not continue a letter", "2026IPO", vec!["IPO@4"]),
            ("case matters to the plain way", "iPod ipo", vec![]),
            ("a number is not in a longer one", "16045180、6045181、604518", vec!["604518@21"]),
            ("full-width digits continue it as well", "604518９", vec![]),
            ("an exchange mark does not", "sh604518 604518.SH", vec!["604518@2", "604518@9"]),
            ("signs at the edge need no boundary", "C++17", vec!["C++@0"]),
            ("nothing in nothing", "", vec![]),
        ] {
            assert_eq!(found(&terms, text), expected, "{why}");
        }
    }

    #[test]
    fn one_text_may_be_several_terms() {
        let mut other = term("火灾", &[]);
        other.category = "C2".to_owned();
        let matcher = Matcher::new(vec![term("火灾", &["火灾报警器"]), other]).unwrap();
        let at = |text: &str| matcher.scan(text).iter().map(|hit| hit.term).collect::<Vec<_>>();
        assert_eq!(at("火灾"), [0, 1]);
        assert_eq!(at("火灾报警器"), [1], "only the term with the phrase is silent");
    }

    #[test]
    fn a_term_may_be_the_phrase_of_another() {
        let terms = [term("重组", &["并购重组"]), term("并购重组", &[])];
        assert_eq!(found(&terms, "并购重组后重组"), ["并购重组@0", "重组@15"]);
    }

    #[test]
    fn nonsense_is_refused() {
        let error = |terms: Vec<Term>| Matcher::new(terms).err().map(|error| error.to_string());
        assert_eq!(error(vec![]), None, "no terms is a lexicon without hits");
        assert!(error(vec![term("", &[])]).unwrap().contains("term 1 is empty"));
        assert!(error(vec![term("退市", &[""])]).unwrap().contains("empty `unless`"));
        assert!(error(vec![term("退市", &["退市"])]).unwrap().contains("would never count"));
        assert!(Matcher::new(vec![]).unwrap().scan("退市").is_empty());
    }

    /// Looks at every place for every term.
    fn naive(terms: &[Term], text: &str) -> Vec<Hit> {
        let places = |needle: &str| {
            let mut from = 0;
            let mut places = Vec::new();
            while let Some(at) = text[from..].find(needle) {
                let start = from + at;
                if !needle.is_ascii() || stands_alone(text, start, start + needle.len()) {
                    places.push((start, start + needle.len()));
                }
                from = start + text[start..].chars().next().unwrap().len_utf8();
            }
            places
        };
        let mut hits = Vec::new();
        for (index, term) in terms.iter().enumerate() {
            let harmless: Vec<_> = term.unless.iter().flat_map(|phrase| places(phrase)).collect();
            for (start, end) in places(&term.text) {
                if !harmless.iter().any(|&(from, until)| from <= start && end <= until) {
                    hits.push(Hit { start, end, term: index as u32, way: Way::Plain });
                }
            }
        }
        hits.sort();
        hits
    }

    proptest! {
        /// A small alphabet, so that nesting and overlap are the rule.
        #[test]
        fn equals_the_naive_way(
            words in prop::collection::vec(("[甲乙丙a1]{1,4}", prop::collection::vec("[甲乙丙a1]{2,6}", 0..3)), 1..12),
            text in "[甲乙丙a1 ]{0,60}",
        ) {
            let terms: Vec<Term> = words
                .iter()
                .map(|(text, unless)| {
                    let unless: Vec<&str> = unless.iter().map(String::as_str).filter(|phrase| phrase != text).collect();
                    term(text, &unless)
                })
                .collect();
            let matcher = Matcher::new(terms.clone()).unwrap();
            let hits = matcher.scan(&text);
            prop_assert_eq!(&hits, &naive(&terms, &text));
            prop_assert_eq!(matcher.count(&text), hits.len());
        }

        #[test]
        fn a_hit_is_a_slice_of_any_text(text in "\\PC{0,80}", extra in "[退市IPO604518\\PC]{0,40}") {
            let terms = vec![term("退市", &["衰退市场"]), term("IPO", &[]), term("604518", &[])];
            let matcher = Matcher::new(terms).unwrap();
            let text = text + &extra;
            for hit in matcher.scan(&text) {
                prop_assert_eq!(&text[hit.start..hit.end], matcher.terms()[hit.term as usize].text.as_str());
            }
        }
    }
}
