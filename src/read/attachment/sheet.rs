//! Workbooks of today: the sheets of an XLSX or an ODS, row by row.

use super::cells::{self, Heading, Row};
use super::office::{self, Relation};
use super::package::Package;
use super::paper::Paper;
use super::xml::{Step, Tag, Walk};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What the cells of a workbook refer to.
#[derive(Default)]
struct Shared {
    strings: Vec<String>,
    /// Cell formats that show dates.
    dates: HashSet<u32>,
    since_1904: bool,
}

pub fn xlsx(package: &mut Package, paper: &mut Paper) {
    let relations = office::relations(package, "xl/workbook.xml", paper);
    let book = package.part("xl/workbook.xml", paper).unwrap_or_default();
    let (sheets, since_1904) = sheets(&book, &relations);
    let target = |kind: &str, usual: &str| {
        let found = relations.iter().find(|relation| relation.kind == kind);
        found.map_or_else(|| usual.to_owned(), |relation| relation.target.clone())
    };
    let strings = package.part(&target("sharedStrings", "xl/sharedStrings.xml"), paper);
    let styles = package.part(&target("styles", "xl/styles.xml"), paper);
    let shared = Shared {
        strings: strings.map(|xml| items(&xml, "si")).unwrap_or_default(),
        dates: styles.map(|xml| dates(&xml)).unwrap_or_default(),
        since_1904,
    };
    // A workbook whose list of sheets is lost still has them.
    let sheets = if sheets.is_empty() {
        let names = package.names("xl/worksheets/sheet", ".xml").into_iter();
        names.map(|part| (Heading { name: part.clone(), hidden: false }, part)).collect()
    } else {
        sheets
    };
    for (heading, part) in sheets {
        let Some(xml) = package.part(&part, paper) else { continue };
        if !heading.write(paper) {
            return;
        }
        rows(&xml, &shared, paper);
        for relation in office::relations(package, &part, paper) {
            match relation.kind.as_str() {
                "comments" | "threadedComment" => comments(package, &relation.target, paper),
                "drawing" => {
                    let Some(xml) = package.part(&relation.target, paper) else { continue };
                    for text in items(&xml, "p") {
                        paper.line(&text);
                    }
                }
                _ => {}
            }
        }
        if !paper.has_room() || paper.left() == 0 {
            return;
        }
    }
}

/// The sheets in their order, each with its part; and whether days count from 1904.
fn sheets(book: &str, relations: &[Relation]) -> (Vec<(Heading, String)>, bool) {
    let (mut sheets, mut since_1904) = (Vec::new(), false);
    for step in Walk::new(book) {
        let Step::Start(tag) = step else { continue };
        match tag.name() {
            "workbookPr" => since_1904 = tag.is("date1904"),
            "sheet" if sheets.len() < 2000 => {
                let hidden =
                    tag.value("state").is_some_and(|state| state.to_ascii_lowercase().ends_with("hidden"));
                let heading = Heading { name: tag.value("name").unwrap_or_default(), hidden };
                let id = tag.value("id").unwrap_or_default();
                let part = relations.iter().find(|relation| relation.id == id);
                sheets.extend(part.map(|relation| (heading, relation.target.clone())));
            }
            _ => {}
        }
    }
    (sheets, since_1904)
}

/// The text of every element of a name: shared strings, paragraphs of drawings.
fn items(xml: &str, name: &str) -> Vec<String> {
    let (mut found, mut now, mut inside, mut aside) = (Vec::new(), String::new(), false, 0);
    for step in Walk::new(xml) {
        match step {
            Step::Start(tag) if tag.name() == name => now.clear(),
            Step::End(end) if end == name => found.push(std::mem::take(&mut now)),
            // How a word is pronounced, which is written beside it in Japanese workbooks.
            Step::Start(tag) if tag.name() == "rPh" => aside += 1,
            Step::End(end) if end == "rPh" => aside -= 1,
            Step::Start(tag) if tag.name() == "t" => inside = aside == 0,
            Step::End(end) if end == "t" => inside = false,
            Step::Text(text) if inside => now.push_str(&text),
            _ => {}
        }
    }
    found
}

/// Which cell formats show dates.
fn dates(styles: &str) -> HashSet<u32> {
    let (mut codes, mut found) = (HashMap::new(), HashSet::new());
    let (mut inside, mut index) = (false, 0);
    for step in Walk::new(styles) {
        match step {
            Step::Start(tag) => match tag.name() {
                "numFmt" => {
                    codes.extend(tag.number("numFmtId").zip(tag.value("formatCode")));
                }
                "cellXfs" => inside = true,
                "xf" if inside => {
                    let id = tag.number("numFmtId").unwrap_or_default();
                    if cells::shows_date(id, codes.get(&id).map(String::as_str)) {
                        found.insert(index);
                    }
                    index += 1;
                }
                _ => {}
            },
            Step::End(end) if end == "cellXfs" => inside = false,
            _ => {}
        }
    }
    found
}

/// A cell while it is being read.
#[derive(Default)]
struct Cell {
    kind: String,
    style: u32,
    value: String,
    inline: String,
}

impl Cell {
    fn of(tag: &Tag) -> Self {
        Self {
            kind: tag.value("t").unwrap_or_default(),
            style: tag.number("s").unwrap_or_default(),
            ..Self::default()
        }
    }

    fn shown<'s>(&'s self, shared: &'s Shared) -> Cow<'s, str> {
        let value = self.value.trim();
        match self.kind.as_str() {
            "s" => {
                let text = value.parse().ok().and_then(|index: usize| shared.strings.get(index));
                text.map_or(Cow::Borrowed(""), |text| Cow::Borrowed(text.as_str()))
            }
            "inlineStr" => Cow::Borrowed(&self.inline),
            "str" | "d" => Cow::Borrowed(value),
            "b" => Cow::Borrowed(if value == "1" { "TRUE" } else { "FALSE" }),
            "e" => Cow::Borrowed(""),
            _ => {
                let is_date = shared.dates.contains(&self.style);
                // Digits are told as they stand: a number may be longer than a computer's.
                if !is_date && value.bytes().all(|b| b.is_ascii_digit()) {
                    return Cow::Borrowed(value);
                }
                let Ok(number) = value.parse() else { return Cow::Borrowed(value) };
                let date = is_date.then(|| cells::date(number, shared.since_1904)).flatten();
                Cow::Owned(date.unwrap_or_else(|| cells::number(number)))
            }
        }
    }
}

fn rows(xml: &str, shared: &Shared, paper: &mut Paper) {
    let (mut row, mut columns, mut cell, mut inside) = (Row::default(), Vec::new(), None, "");
    let mut header = String::new();
    for step in Walk::new(xml) {
        match step {
            Step::Start(tag) => match tag.name() {
                "col" if tag.is("hidden") && columns.len() < 1000 => {
                    let (first, last) = (tag.number("min").unwrap_or(1), tag.number("max").unwrap_or(1));
                    columns.push((first.saturating_sub(1), last.saturating_sub(1)));
                }
                "sheetData" => cells::hidden_columns(paper, &columns),
                "row" => {
                    let number = tag.number("r").unwrap_or(row.number.saturating_add(1));
                    row.begin(number, tag.is("hidden"));
                }
                "c" => cell = Some(Cell::of(&tag)),
                "v" => inside = "v",
                "t" => inside = "t",
                "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter" => {
                    inside = "header";
                }
                _ => {}
            },
            Step::Text(text) => match (inside, &mut cell) {
                ("v", Some(cell)) => cell.value.push_str(&text),
                ("t", Some(cell)) => cell.inline.push_str(&text),
                ("header", _) => header.push_str(&text),
                _ => {}
            },
            Step::End(end) => match end.as_str() {
                "c" => {
                    if let Some(cell) = cell.take() {
                        row.push(&cell.shown(shared));
                    }
                }
                "row" => {
                    if !row.write(paper) {
                        return;
                    }
                }
                _ => {
                    if std::mem::take(&mut inside) == "header" {
                        cells::header(paper, &std::mem::take(&mut header));
                    }
                }
            },
        }
    }
    // Cut off in the middle of a row.
    row.write(paper);
}

fn comments(package: &mut Package, part: &str, paper: &mut Paper) {
    let Some(xml) = package.part(part, paper) else { return };
    let (mut place, mut text, mut inside) = (String::new(), String::new(), false);
    for step in Walk::new(&xml) {
        match step {
            Step::Start(tag) => match tag.name() {
                "comment" | "threadedComment" => {
                    place = tag.value("ref").unwrap_or_default();
                    text.clear();
                }
                "t" | "text" => inside = true,
                _ => {}
            },
            Step::Text(piece) if inside => text.push_str(&piece),
            Step::End(end) => match end.as_str() {
                "comment" | "threadedComment" => {
                    paper.line(&format!("批注 {place}：{}", text.replace(['\n', '\r'], " ")));
                }
                "t" | "text" => inside = false,
                _ => {}
            },
            Step::Text(_) => {}
        }
    }
}

/// What a cell of OpenDocument holds, where what it shows says less.
fn value_of(tag: &Tag) -> Option<String> {
    match tag.value("value-type")?.as_str() {
        "float" | "currency" => {
            let value = tag.value("value")?;
            let whole = value.bytes().all(|b| b.is_ascii_digit()) && !value.is_empty();
            if whole { Some(value) } else { value.parse().ok().map(cells::number) }
        }
        "date" => tag.value("date-value").map(|date| date.replace('T', " ")),
        _ => None,
    }
}

/// A table of OpenDocument.
pub fn ods(package: &mut Package, paper: &mut Paper) {
    let Some(xml) = package.part("content.xml", paper) else { return };
    let mut hidden_tables = HashSet::new();
    let (mut style, mut row, mut repeated) = (String::new(), Row::default(), 1);
    let (mut cell, mut note, mut notes) = (None::<String>, None::<String>, Vec::new());
    let (mut column, mut columns, mut paragraphs, mut value) = (0_u32, Vec::new(), 0_u32, None);
    for step in Walk::new(&xml) {
        match step {
            Step::Start(tag) => match tag.name() {
                "style" => style = tag.value("name").unwrap_or_default(),
                "table-properties" if tag.value("display").as_deref() == Some("false") => {
                    hidden_tables.insert(style.clone());
                }
                "table" => {
                    (row, column) = (Row::default(), 0);
                    columns.clear();
                    let styled = tag.value("style-name").is_some_and(|name| hidden_tables.contains(&name));
                    let hidden = styled || tag.value("display").as_deref() == Some("false");
                    if !(Heading { name: tag.value("name").unwrap_or_default(), hidden }).write(paper) {
                        return;
                    }
                }
                "table-column" => {
                    let count = tag.number("number-columns-repeated").unwrap_or(1).max(1);
                    if tag.value("visibility").as_deref() == Some("collapse") && columns.len() < 1000 {
                        columns.push((column, column.saturating_add(count - 1)));
                    }
                    column = column.saturating_add(count);
                }
                "table-row" => {
                    if row.number == 0 {
                        cells::hidden_columns(paper, &columns);
                        row.number = 1;
                    }
                    repeated = tag.number("number-rows-repeated").unwrap_or(1).max(1);
                    let hidden = tag.value("visibility").as_deref().is_some_and(|value| value != "visible");
                    row.begin(row.number, hidden);
                }
                "table-cell" | "covered-table-cell" => {
                    cell = Some(String::new());
                    value = value_of(&tag);
                }
                "annotation" => note = Some(String::new()),
                "p" => {
                    paragraphs += 1;
                    if let Some(text) = note.as_mut().or(cell.as_mut()).filter(|text| !text.is_empty()) {
                        text.push(' ');
                    }
                }
                "s" | "tab" | "line-break" => {
                    if let Some(text) = note.as_mut().or(cell.as_mut()) {
                        text.push(' ');
                    }
                }
                _ => {}
            },
            // Beside the paragraphs of a note stands who wrote it when.
            Step::Text(text) if paragraphs > 0 => {
                if let Some(into) = note.as_mut().or(cell.as_mut()) {
                    into.push_str(&text);
                }
            }
            Step::Text(_) => {}
            Step::End(end) => match end.as_str() {
                "p" => paragraphs = paragraphs.saturating_sub(1),
                "annotation" => notes.extend(note.take().map(|text| format!("批注：{text}"))),
                "table-cell" | "covered-table-cell" => {
                    let shown = cell.take().unwrap_or_default();
                    row.push(value.take().as_deref().unwrap_or(&shown));
                }
                "table-row" => {
                    let full = !row.write(paper);
                    row.number = row.number.saturating_add(repeated);
                    for note in notes.drain(..) {
                        paper.line(&note);
                    }
                    if full {
                        return;
                    }
                }
                _ => {}
            },
        }
    }
}
