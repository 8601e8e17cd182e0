//! How often a term was right when it counted, and what its disguised forms have taught.
//!
//! In come mentions with the hits among what fired and what people said of them; a story is judged once, however often
//! it was reprinted.

use crate::model::{Taught, Way};
use std::collections::{BTreeMap, BTreeSet};

/// So many stories must agree before a form is taught.
const ENOUGH: usize = 2;

#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub story: i64,
    /// `None`: nobody has judged it.
    pub right: Option<bool>,
    pub hits: Vec<Seen>,
}

/// A hit as the text had it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub term: String,
    pub category: String,
    /// In lower case; `None`: the text is not kept any more.
    pub form: Option<String>,
    pub way: Way,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Count {
    pub hits: usize,
    pub mentions: usize,
    right: BTreeSet<i64>,
    wrong: BTreeSet<i64>,
}

impl Count {
    pub fn judged(&self) -> usize {
        self.right.len() + self.wrong.len()
    }

    pub fn wrong(&self) -> usize {
        self.wrong.len()
    }

    /// Part of the judged that was right; `None`: nothing was judged.
    pub fn precision(&self) -> Option<f64> {
        (self.judged() > 0).then(|| self.right.len() as f64 / self.judged() as f64)
    }

    /// Where the true value lies with 95 % confidence (Wilson's interval).
    pub fn interval(&self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_964;
        let (n, p) = (self.judged() as f64, self.precision()?);
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        Some((((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0)))
    }

    /// Wrong more often than right, and often enough to say so.
    pub fn is_poor(&self) -> bool {
        self.judged() >= 5 && self.precision().is_some_and(|precision| precision < 0.5)
    }

    fn add(&mut self, hits: usize, story: i64, right: Option<bool>) {
        self.hits += hits;
        self.mentions += 1;
        match right {
            Some(true) => drop(self.right.insert(story)),
            Some(false) => drop(self.wrong.insert(story)),
            None => {}
        }
    }
}

/// Counts by term (and category), by its forms, and by way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Precision {
    pub terms: BTreeMap<(String, String), Count>,
    pub forms: BTreeMap<(String, String), BTreeMap<(String, Way), Count>>,
    pub ways: BTreeMap<Way, Count>,
}

impl Precision {
    pub fn add(&mut self, mention: &Judged) {
        let (mut terms, mut forms, mut ways) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for hit in &mention.hits {
            let term = (hit.term.clone(), hit.category.clone());
            *ways.entry(hit.way).or_insert(0) += 1;
            if let Some(form) = &hit.form {
                *forms.entry((term.clone(), (form.clone(), hit.way))).or_insert(0) += 1;
            }
            *terms.entry(term).or_insert(0) += 1;
        }
        let (story, right) = (mention.story, mention.right);
        for (term, hits) in terms {
            self.terms.entry(term).or_default().add(hits, story, right);
        }
        for ((term, form), hits) in forms {
            self.forms.entry(term).or_default().entry(form).or_default().add(hits, story, right);
        }
        for (way, hits) in ways {
            self.ways.entry(way).or_default().add(hits, story, right);
        }
    }

    /// Forms of loose ways about which the verdicts agree: never right, or never wrong.
    pub fn taught(&self) -> Vec<Taught> {
        let mut by_form: BTreeMap<(&str, &str), (BTreeSet<i64>, BTreeSet<i64>)> = BTreeMap::new();
        for ((term, _), forms) in &self.forms {
            for ((form, _), count) in forms.iter().filter(|((_, way), _)| way.is_loose()) {
                let (right, wrong) = by_form.entry((term, form)).or_default();
                right.extend(&count.right);
                wrong.extend(&count.wrong);
            }
        }
        let lesson = |((term, form), (right, wrong)): ((&str, &str), (BTreeSet<i64>, BTreeSet<i64>))| {
            let right = match (right.len(), wrong.len()) {
                (ENOUGH.., 0) => true,
                (0, ENOUGH..) => false,
                _ => return None,
            };
            Some(Taught { term: term.to_owned(), form: form.to_owned(), right })
        };
        by_form.into_iter().filter_map(lesson).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(story: i64, right: Option<bool>, forms: &[(&str, Way)]) -> Judged {
        let seen = |&(form, way): &(&str, Way)| Seen {
            term: "爆雷".into(),
            category: "A3".into(),
            form: Some(form.into()),
            way,
        };
        Judged { story, right, hits: forms.iter().map(seen).collect() }
    }

    fn told(mentions: &[Judged]) -> Precision {
        let mut precision = Precision::default();
        for mention in mentions {
            precision.add(mention);
        }
        precision
    }

    #[test]
    fn verdicts_teach_where_they_agree() {
        let lei = ("爆lei", Way::Pinyin);
        for (why, mentions, expected) in [
            ("once is no lesson", vec![mention(1, Some(false), &[lei])], None),
            ("twice is", vec![mention(1, Some(false), &[lei]), mention(2, Some(false), &[lei])], Some(false)),
            (
                "reprints of one story are judged once",
                vec![mention(1, Some(false), &[lei]), mention(1, Some(false), &[lei])],
                None,
            ),
            ("right twice", vec![mention(1, Some(true), &[lei]), mention(2, Some(true), &[lei])], Some(true)),
            (
                "they do not agree",
                vec![
                    mention(1, Some(true), &[lei]),
                    mention(2, Some(true), &[lei]),
                    mention(3, Some(false), &[lei]),
                ],
                None,
            ),
            ("nobody judged", vec![mention(1, None, &[lei]), mention(2, None, &[lei])], None),
            (
                "a strict way is never unlearned",
                vec![
                    mention(1, Some(false), &[("爆雷", Way::Plain)]),
                    mention(2, Some(false), &[("爆雷", Way::Plain)]),
                ],
                None,
            ),
        ] {
            let taught = told(&mentions).taught();
            assert_eq!(taught.first().map(|one| one.right), expected, "{why}");
            assert!(taught.iter().all(|one| one.form == "爆lei" && one.term == "爆雷"), "{why}");
        }
    }

    #[test]
    fn a_term_is_counted_with_its_interval() {
        let plain = ("爆雷", Way::Plain);
        let mentions: Vec<Judged> = (0..10)
            .map(|story| mention(story, Some(story < 4), &[plain, plain]))
            .chain([mention(99, None, &[plain])])
            .collect();
        let precision = told(&mentions);
        let count = &precision.terms[&("爆雷".to_owned(), "A3".to_owned())];
        assert_eq!((count.hits, count.mentions, count.judged(), count.wrong()), (21, 11, 10, 6));
        let (low, high) = count.interval().unwrap();
        assert!((count.precision().unwrap() - 0.4).abs() < 1e-9 && count.is_poor());
        assert!((low - 0.168).abs() < 0.001 && (high - 0.687).abs() < 0.001, "{low} {high}");
        assert_eq!(Count::default().interval(), None, "nothing judged, nothing said");
        assert_eq!(precision.ways[&Way::Plain].hits, 21);
    }
}
