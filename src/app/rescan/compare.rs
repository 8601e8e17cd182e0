//! Hits as they are stored, those of before and those of now.

use crate::model::{Way, Word};

/// The category of personal data, whose text was masked when it was stored and cannot be found again.
const PERSONAL: &str = "pii";

/// One stored hit: `[field, start, end, "term", "category", "way"]`; personal data has its trace after that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub field: u8,
    pub start: usize,
    pub end: usize,
    pub term: String,
    pub category: String,
    way: String,
    trace: Option<String>,
}

impl Row {
    pub fn way(&self) -> Option<Way> {
        Way::parse(&self.way)
    }

    /// The same term in the same place, found otherwise.
    fn is_kin_of(&self, other: &Self) -> bool {
        (self.field, &self.term, &self.category) == (other.field, &other.term, &other.category)
            && self.start < other.end
            && other.start < self.end
    }
}

/// What cannot be read is no hit.
pub fn rows(found: &str) -> Vec<Row> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Traced(u8, usize, usize, String, String, String, String),
        Bare(u8, usize, usize, String, String, String),
    }
    let rows: Vec<Stored> = serde_json::from_str(found).unwrap_or_default();
    let row = |stored| match stored {
        Stored::Traced(field, start, end, term, category, way, trace) => {
            Row { field, start, end, term, category, way, trace: Some(trace) }
        }
        Stored::Bare(field, start, end, term, category, way) => {
            Row { field, start, end, term, category, way, trace: None }
        }
    };
    let mut rows: Vec<Row> = rows.into_iter().map(row).collect();
    rows.sort();
    rows
}

pub fn json(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let mut cells = vec![
            row.field.into(),
            row.start.into(),
            row.end.into(),
            row.term.clone().into(),
            row.category.clone().into(),
            row.way.clone().into(),
        ];
        cells.extend(row.trace.clone().map(serde_json::Value::from));
        serde_json::Value::from(cells)
    };
    serde_json::Value::from(rows.iter().map(row).collect::<Vec<_>>()).to_string()
}

/// Hits of now with the personal data of before.
pub fn kept_personal(before: &[Row], mut now: Vec<Row>) -> Vec<Row> {
    let personal = before.iter().filter(|row| row.category == PERSONAL && !now.contains(row));
    let personal: Vec<Row> = personal.cloned().collect();
    now.extend(personal);
    now.sort();
    now
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    pub new: Vec<Row>,
    pub gone: Vec<Row>,
    /// As they are now.
    pub changed: Vec<Row>,
}

impl Diff {
    /// Both sorted.
    pub fn of(before: &[Row], now: &[Row]) -> Self {
        let without = |these: &[Row], those: &[Row]| -> Vec<Row> {
            these.iter().filter(|row| those.binary_search(row).is_err()).cloned().collect()
        };
        let mut gone = without(before, now);
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for row in without(now, before) {
            match gone.iter().position(|old| row.is_kin_of(old)) {
                Some(at) => {
                    gone.remove(at);
                    changed.push(row);
                }
                None => new.push(row),
            }
        }
        Self { new, gone, changed }
    }

    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.changed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_of_before_and_of_now_are_told_apart() {
        let row = |start: usize, term: &str, way: &str| {
            format!("[1,{start},{},\"{term}\",\"A1\",\"{way}\"]", start + 2)
        };
        let of = |list: &[String]| rows(&format!("[{}]", list.join(",")));
        let plain = row(4, "退市", "plain");
        for (why, before, now, expected) in [
            ("nothing changed", vec![plain.clone()], vec![plain.clone()], (0, 0, 0)),
            ("one more", vec![plain.clone()], vec![plain.clone(), row(9, "退市", "plain")], (1, 0, 0)),
            ("one less", vec![plain.clone(), row(0, "立案", "plain")], vec![plain.clone()], (0, 1, 0)),
            ("in another way", vec![plain.clone()], vec![row(4, "退市", "folded")], (0, 0, 1)),
            ("at another range", vec![plain.clone()], vec![row(5, "退市", "plain")], (0, 0, 1)),
            ("elsewhere it is another", vec![plain.clone()], vec![row(6, "退市", "plain")], (1, 1, 0)),
        ] {
            let diff = Diff::of(&of(&before), &of(&now));
            assert_eq!((diff.new.len(), diff.gone.len(), diff.changed.len()), expected, "{why}");
        }
        assert_eq!(rows(&json(&of(std::slice::from_ref(&plain)))), of(&[plain]), "written as it is read");
    }

    #[test]
    fn personal_data_of_the_old_scan_is_kept() {
        let before = rows("[[1,0,11,\"pii:mobile\",\"pii\",\"plain\"],[1,20,22,\"退市\",\"A1\",\"plain\"]]");
        let now = kept_personal(&before, rows("[[1,30,32,\"立案\",\"A1\",\"plain\"]]"));
        assert_eq!(now.iter().map(|row| row.term.as_str()).collect::<Vec<_>>(), ["pii:mobile", "立案"]);
    }
}
