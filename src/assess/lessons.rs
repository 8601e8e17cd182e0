//! What the monitor's verdicts taught about disguised forms: some are never the term, some always are.

use crate::model::{Taught, Way};
use std::collections::HashMap;

/// By term, then by form in lower case: whether it was right.
#[derive(Debug, Clone, Default)]
pub(super) struct Lessons(HashMap<String, HashMap<String, bool>>);

/// What to make of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lesson {
    /// Nothing was learned: its way decides.
    None,
    Never,
    Strict,
}

impl Lessons {
    pub fn new(taught: Vec<Taught>) -> Self {
        let mut by_term: HashMap<String, HashMap<String, bool>> = HashMap::new();
        for Taught { term, form, right } in taught {
            by_term.entry(term).or_default().insert(form, right);
        }
        Self(by_term)
    }

    /// Only loose ways are taught: what is written as the term is the term.
    pub fn of(&self, term: &str, form: &str, way: Way) -> Lesson {
        if self.0.is_empty() || !way.is_loose() {
            return Lesson::None;
        }
        match self.0.get(term).and_then(|forms| forms.get(form).or_else(|| forms.get(&form.to_lowercase()))) {
            None => Lesson::None,
            Some(false) => Lesson::Never,
            Some(true) => Lesson::Strict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_taught_form_of_a_loose_way_is_changed() {
        let taught = |form: &str, right| Taught { term: "爆雷".into(), form: form.into(), right };
        let lessons = Lessons::new(vec![taught("爆lei", true), taught("bao lei", false)]);
        for (why, term, form, way, expected) in [
            ("judged right", "爆雷", "爆lei", Way::Pinyin, Lesson::Strict),
            ("in any case of letters", "爆雷", "爆LEI", Way::Pinyin, Lesson::Strict),
            ("judged wrong", "爆雷", "Bao Lei", Way::Pinyin, Lesson::Never),
            ("another form", "爆雷", "暴雷", Way::Homophone, Lesson::None),
            ("another term", "暴雷", "爆lei", Way::Pinyin, Lesson::None),
            ("a strict way needs no lesson", "爆雷", "bao lei", Way::Folded, Lesson::None),
        ] {
            assert_eq!(lessons.of(term, form, way), expected, "{why}");
        }
    }
}
