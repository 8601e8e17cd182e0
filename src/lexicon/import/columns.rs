//! Which cell of a row is what.

use crate::model::Term;
use chrono::NaiveDate;

/// The weight of a term whose list does not say.
const WEIGHT: u8 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Term,
    Category,
    Weight,
    Unless,
    Exact,
    WholeWord,
    Loose,
    Correct,
    Since,
}

/// As people head their columns.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Term,
        &[
            "term",
            "text",
            "word",
            "词",
            "词条",
            "词语",
            "敏感词",
            "关键词",
            "詞",
            "詞條",
            "詞語",
            "敏感詞",
            "關鍵詞",
        ],
    ),
    (Column::Category, &["category", "类别", "类", "分类", "類別", "類", "分類"]),
    (Column::Weight, &["weight", "权重", "權重"]),
    (Column::Unless, &["unless", "排除", "排除词", "除外", "排除詞"]),
    (Column::Exact, &["exact", "精确", "精确匹配", "精確", "精確匹配"]),
    (Column::WholeWord, &["whole_word", "whole word", "整词", "全词", "整詞", "全詞"]),
    (Column::Loose, &["loose", "变体", "宽松", "變體", "寬鬆"]),
    (Column::Correct, &["correct", "正确", "正确写法", "更正", "正確", "正確寫法"]),
    (Column::Since, &["since", "启用日期", "起始日期", "啟用日期"]),
];

pub struct Columns {
    by_cell: Vec<Option<Column>>,
    /// Headings that name nothing of ours: their cells are not looked at.
    pub ignored: Vec<String>,
    headed: bool,
}

impl Default for Columns {
    /// Without a heading line.
    fn default() -> Self {
        let by_cell = [Column::Term, Column::Category, Column::Weight, Column::Unless].map(Some).to_vec();
        Self { by_cell, ignored: Vec::new(), headed: false }
    }
}

impl Columns {
    /// `None`: the row is no heading line, because none of its cells is what a column of terms is called.
    pub fn of_heading(row: &[String]) -> Option<Self> {
        let named = |cell: &String| {
            let name = cell.trim().to_lowercase();
            HEADINGS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
        };
        let by_cell: Vec<Option<Column>> = row.iter().map(named).collect();
        if !by_cell.contains(&Some(Column::Term)) {
            return None;
        }
        let unknown =
            row.iter().zip(&by_cell).filter(|(cell, column)| column.is_none() && !cell.trim().is_empty());
        let ignored = unknown.map(|(cell, _)| cell.trim().to_owned()).collect();
        Some(Self { by_cell, ignored, headed: true })
    }

    pub fn row<'c>(&self, cells: &'c [String]) -> Result<Row<'c>, String> {
        let beyond = cells.iter().skip(self.by_cell.len()).any(|cell| !cell.trim().is_empty());
        if beyond && self.headed {
            return Err(format!("{} cells; the heading line names {}", cells.len(), self.by_cell.len()));
        }
        if beyond {
            return Err(format!("{} cells; a row is term,category,weight,unless", cells.len()));
        }
        let cell = |column| {
            let at = self.by_cell.iter().position(|one| *one == Some(column));
            at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
        };
        Ok(Row {
            text: cell(Column::Term),
            category: cell(Column::Category),
            weight: cell(Column::Weight),
            unless: cell(Column::Unless),
            exact: cell(Column::Exact),
            whole_word: cell(Column::WholeWord),
            loose: cell(Column::Loose),
            correct: cell(Column::Correct),
            since: cell(Column::Since),
        })
    }
}

/// One row's cells, trimmed; an empty one says nothing.
#[derive(Default)]
pub struct Row<'c> {
    text: &'c str,
    category: &'c str,
    weight: &'c str,
    unless: &'c str,
    exact: &'c str,
    whole_word: &'c str,
    loose: &'c str,
    correct: &'c str,
    since: &'c str,
}

impl<'c> Row<'c> {
    pub fn of_text(text: &'c str) -> Self {
        Self { text, ..Self::default() }
    }

    /// The term, or why it is refused. `stem` is the category where the row names none.
    pub fn term(&self, stem: &str) -> Result<Term, String> {
        let text = self.text;
        if text.is_empty() {
            return Err("the first cell, the term, is empty".to_owned());
        }
        let cells = [text, self.category, self.unless, self.correct];
        if let Some(cell) = cells.iter().find(|cell| cell.chars().any(char::is_control)) {
            return Err(format!("{cell:?} holds a control character; write one term"));
        }
        let unless = self.unless.split([';', '；']).map(str::trim).filter(|phrase| !phrase.is_empty());
        let unless: Vec<String> = unless.map(str::to_owned).collect();
        if let Some(phrase) = unless.iter().find(|phrase| *phrase == text) {
            return Err(format!("{phrase:?} is its own `unless` phrase and would never count"));
        }
        if self.correct == text {
            return Err(format!(
                "the right form of {text:?} is the wrong one; write what should stand there"
            ));
        }
        if self.correct.is_empty() && !self.since.is_empty() {
            return Err("since is for wrong words only; fill in the right form, or empty the cell".to_owned());
        }
        let exact = flag(self.exact)?.unwrap_or(false);
        let loose = flag(self.loose)?;
        if loose == Some(true) && exact {
            return Err("exact and loose contradict each other; keep one of the two".to_owned());
        }
        if loose == Some(true) && !self.correct.is_empty() {
            return Err(
                "a wrong word in loose ways would be found where the right one stands; empty one cell"
                    .to_owned(),
            );
        }
        let strict = exact || !self.correct.is_empty();
        Ok(Term {
            unless,
            correct: (!self.correct.is_empty()).then(|| self.correct.to_owned()),
            since: day(self.since)?,
            exact,
            whole_word: flag(self.whole_word)?.unwrap_or(false),
            loose: if strict { Some(false) } else { loose },
            ..Term::new(
                text,
                if self.category.is_empty() { stem } else { self.category },
                weight(self.weight)?,
            )
        })
    }
}

fn weight(cell: &str) -> Result<u8, String> {
    if cell.is_empty() {
        return Ok(WEIGHT);
    }
    let weight = cell.parse().ok().filter(|weight| (1..=5).contains(weight));
    weight.ok_or_else(|| format!("{cell:?} is not a weight; write 1 (hint) to 5 (grave)"))
}

fn flag(cell: &str) -> Result<Option<bool>, String> {
    match cell.to_lowercase().as_str() {
        "" => Ok(None),
        "true" | "yes" | "y" | "1" | "是" | "√" => Ok(Some(true)),
        "false" | "no" | "n" | "0" | "否" | "×" => Ok(Some(false)),
        _ => Err(format!("{cell:?} is neither yes nor no; write true or false (是 or 否)")),
    }
}

fn day(cell: &str) -> Result<Option<NaiveDate>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let shapes = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"];
    let day = shapes.iter().find_map(|shape| NaiveDate::parse_from_str(cell, shape).ok());
    day.map(Some).ok_or_else(|| format!("{cell:?} is no day; write it like 2026-11-01"))
}
