//! A file as written: tables and values, each with its place, read key by key.
//!
//! serde stops at the first wrong type, so the parsed tree is walked by hand: every getter writes down what is
//! wrong and answers `None`, the reader goes on, and `Table::finish` reports the keys that nobody asked for.

use super::problems::{Checked, Notes, Place};
use super::values::did_you_mean;
use crate::model::Word;
use std::cell::RefCell;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

/// A file, its lines with broken syntax, and where mistakes go.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub broken: &'a [usize],
    pub notes: &'a Notes,
}

impl<'a> Sheet<'a> {
    pub fn root(self, table: &'a Spanned<DeTable<'a>>) -> Table<'a> {
        Table::new(self, String::new(), Some(table.get_ref()), 1)
    }

    fn line(&self, offset: usize) -> usize {
        line_of(self.text, offset)
    }

    /// A line whose syntax is broken was reported once; what recovery made of it is not judged again.
    fn note(&self, line: usize, key: &str, message: impl Into<String>, remedy: impl Into<String>) {
        if !self.broken.contains(&line) {
            let place = Place { file: self.file.to_owned(), line, key: key.to_owned() };
            self.notes.add(place, message, remedy);
        }
    }
}

/// The line, from 1, in which a byte stands.
pub fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// One value and its place.
#[derive(Clone)]
pub struct Node<'a> {
    sheet: Sheet<'a>,
    path: String,
    line: usize,
    value: &'a DeValue<'a>,
}

impl<'a> Node<'a> {
    pub fn place(&self) -> Place {
        Place { file: self.sheet.file.to_owned(), line: self.line, key: self.path.clone() }
    }

    pub fn wrong(&self, message: impl Into<String>, remedy: impl Into<String>) {
        self.sheet.note(self.line, &self.path, message, remedy);
    }

    /// The value as it stands in the file.
    pub fn shown(&self) -> String {
        match self.value {
            DeValue::String(text) => format!("{:?}", shorten(text)),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Datetime(at) => at.to_string(),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }

    /// The last part of the key, as one would write it before an equals sign.
    fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    fn mistyped(&self, expected: &str, remedy: impl Into<String>) {
        self.wrong(format!("{} is not {expected}", self.shown()), remedy);
    }

    pub fn is_text(&self) -> bool {
        self.value.is_str()
    }

    pub fn is_number(&self) -> bool {
        self.value.is_integer()
    }

    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub fn is_flag(&self) -> bool {
        self.value.is_bool()
    }

    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A text that says something: neither empty nor padded.
    pub fn text(&self) -> Option<&'a str> {
        let Some(text) = self.value.as_str() else {
            let remedy = match self.value {
                DeValue::Array(_) | DeValue::Table(_) => format!("write {} = \"…\"", self.name()),
                _ if self.path.ends_with(']') => format!("put it in quotes: \"{}\"", self.shown()),
                _ => format!("put it in quotes: {} = \"{}\"", self.name(), self.shown()),
            };
            self.mistyped("a text", remedy);
            return None;
        };
        if text.trim().is_empty() {
            self.wrong("is empty", "write a value, or remove the line");
            return None;
        }
        if text.trim() != text {
            self.wrong(
                format!("{} begins or ends with a space", self.shown()),
                format!("write {:?}", text.trim()),
            );
            return None;
        }
        Some(text)
    }

    pub fn parse<T>(&self, parser: impl Fn(&str) -> Checked<T>) -> Option<T> {
        match parser(self.text()?) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.wrong(wrong.message, wrong.remedy);
                None
            }
        }
    }

    /// A duration, a size, a window: a text, where people like to write a bare number.
    pub fn measure<T>(&self, example: &str, parser: impl Fn(&str) -> Checked<T>) -> Option<T> {
        if !self.value.is_str() {
            let what = match self.value {
                DeValue::Integer(_) | DeValue::Float(_) => format!("{} has no unit", self.shown()),
                _ => format!("{} is not a text", self.shown()),
            };
            self.wrong(what, format!("write a text such as {example:?}"));
            return None;
        }
        self.parse(parser)
    }

    /// One word of a closed set.
    pub fn word<T: Word>(&self) -> Option<T> {
        let text = self.text()?;
        let found = T::parse(text);
        if found.is_none() {
            let keys: Vec<&str> = T::ALL.iter().map(|word| word.key()).collect();
            self.not_one_of(text, &keys);
        }
        found
    }

    pub fn not_one_of(&self, text: &str, keys: &[&str]) {
        let remedy = match did_you_mean(text, keys.iter().copied()) {
            Some(near) => format!("did you mean {near:?}? It is one of {}", keys.join(", ")),
            None => format!("write one of {}", keys.join(", ")),
        };
        self.wrong(format!("{} is not known here", self.shown()), remedy);
    }

    pub fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.mistyped("true or false", format!("write {} = true or false, without quotes", self.name()));
        }
        flag
    }

    pub fn number(&self, range: &RangeInclusive<u64>) -> Option<u64> {
        let (least, most) = (range.start(), range.end());
        let Some(integer) = self.value.as_integer() else {
            self.mistyped("a whole number", format!("write a number from {least} to {most}, without quotes"));
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(
                format!("{} is out of range", self.shown()),
                format!("write a number from {least} to {most}"),
            );
        }
        number
    }

    pub fn datetime(&self, example: &str) -> Option<Datetime> {
        let at = self.value.as_datetime().copied();
        if at.is_none() {
            let remedy = format!("write {} = {example}, without quotes", self.name());
            self.mistyped("a date", remedy);
        }
        at
    }

    pub fn list(&self) -> Option<Vec<Node<'a>>> {
        let Some(items) = self.value.as_array() else {
            let remedy = format!("put it in brackets: {} = [{}]", self.name(), self.shown());
            self.mistyped("a list", remedy);
            return None;
        };
        let node = |(index, item): (usize, &'a Spanned<DeValue<'a>>)| Node {
            sheet: self.sheet,
            path: format!("{}[{}]", self.path, index + 1),
            line: self.sheet.line(item.span().start),
            value: item.get_ref(),
        };
        Some(items.iter().enumerate().map(node).collect())
    }

    pub fn table(&self) -> Option<Table<'a>> {
        let Some(map) = self.value.as_table() else {
            self.mistyped("a table", format!("write {} = {{ … }}", self.name()));
            return None;
        };
        Some(Table::new(self.sheet, self.path.clone(), Some(map), self.line))
    }
}

/// A table and the keys that were asked for. A section that is absent is an empty table.
pub struct Table<'a> {
    pub sheet: Sheet<'a>,
    path: String,
    line: usize,
    map: Option<&'a DeTable<'a>>,
    asked: RefCell<Vec<&'static str>>,
    /// Key, where it is missed, message, cure.
    missed: RefCell<Vec<(&'static str, String, &'static str, String)>>,
}

impl<'a> Table<'a> {
    fn new(sheet: Sheet<'a>, path: String, map: Option<&'a DeTable<'a>>, line: usize) -> Self {
        Self { sheet, path, line, map, asked: RefCell::default(), missed: RefCell::default() }
    }

    pub fn exists(&self) -> bool {
        self.map.is_some()
    }

    pub fn wrong(&self, message: impl Into<String>, remedy: impl Into<String>) {
        self.sheet.note(self.line, &self.path, message, remedy);
    }

    /// Something is not there. In a file with broken syntax it may well be there, unseen: nothing is said.
    pub fn lacks(&self, message: impl Into<String>, remedy: impl Into<String>) {
        if self.sheet.broken.is_empty() {
            self.wrong(message, remedy);
        }
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub fn get(&self, key: &'static str) -> Option<Node<'a>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        drop(asked);
        let value = self.map?.get(key)?;
        let line = self.sheet.line(value.span().start);
        Some(Node { sheet: self.sheet, path: self.join(key), line, value: value.get_ref() })
    }

    pub fn need(&self, key: &'static str, example: &str) -> Option<Node<'a>> {
        let node = self.get(key);
        if node.is_none() {
            let under = match &self.path {
                path if self.map.is_none() => format!(" under [{path}]"),
                _ => String::new(),
            };
            let remedy = format!("add {key} = {example}{under}");
            self.missed.borrow_mut().push((key, self.join(key), "is missing", remedy));
        }
        node
    }

    /// The table as a whole lacks what `key`, or something like it, would say.
    pub fn misses(&self, key: &'static str, message: &'static str, remedy: &str) {
        self.missed.borrow_mut().push((key, self.path.clone(), message, remedy.to_owned()));
    }

    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        self.get(key)?.text()
    }

    pub fn need_text(&self, key: &'static str, example: &str) -> Option<&'a str> {
        self.need(key, &format!("{example:?}"))?.text()
    }

    pub fn number(&self, key: &'static str, range: &RangeInclusive<u64>) -> Option<u64> {
        self.get(key)?.number(range)
    }

    pub fn flag(&self, key: &'static str) -> Option<bool> {
        self.get(key)?.flag()
    }

    pub fn word<T: Word>(&self, key: &'static str) -> Option<T> {
        self.get(key)?.word()
    }

    pub fn need_word<T: Word>(&self, key: &'static str) -> Option<T> {
        let keys: Vec<String> = T::ALL.iter().map(|word| format!("{:?}", word.key())).collect();
        self.need(key, &keys.join(" | "))?.word()
    }

    pub fn parse<T>(&self, key: &'static str, parser: impl Fn(&str) -> Checked<T>) -> Option<T> {
        self.get(key)?.parse(parser)
    }

    /// A list of texts; absent is empty.
    pub fn texts(&self, key: &'static str) -> Vec<(Node<'a>, &'a str)> {
        let nodes = self.get(key).and_then(|node| node.list()).unwrap_or_default();
        nodes.into_iter().filter_map(|node| node.text().map(|text| (node, text))).collect()
    }

    /// A list of words of a closed set; absent is empty.
    pub fn words<T: Word>(&self, key: &'static str) -> Vec<(Node<'a>, T)> {
        let nodes = self.get(key).and_then(|node| node.list()).unwrap_or_default();
        nodes.into_iter().filter_map(|node| node.word().map(|word| (node, word))).collect()
    }

    /// `[key]`; absent is an empty one.
    pub fn section(&self, key: &'static str) -> Table<'a> {
        let found = self.get(key).and_then(|node| node.table());
        found.unwrap_or_else(|| Table::new(self.sheet, self.join(key), None, self.line))
    }

    /// Every `[[key]]`.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        if let DeValue::Table(_) = node.value {
            node.wrong(
                "is a single table",
                format!("write [[{}]] with two brackets", strip_numbers(&node.path)),
            );
            return Vec::new();
        }
        let items = node.list().unwrap_or_default();
        items.into_iter().filter_map(|item| item.table()).collect()
    }

    /// Reports every key that nobody asked for, and every one that is missing and not merely misspelt.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        let mut meant = Vec::new();
        for (key, _) in self.map.into_iter().flat_map(DeTable::iter) {
            let name: &str = key.get_ref();
            if asked.contains(&name) {
                continue;
            }
            let remedy = match did_you_mean(name, asked.iter().copied()) {
                Some(near) => {
                    meant.push(near);
                    format!("did you mean {near}?")
                }
                None => format!("remove it, or use one of {}", asked.join(", ")),
            };
            let line = self.sheet.line(key.span().start);
            self.sheet.note(line, &self.join(name), "is not a key that Tingfeng knows", remedy);
        }
        for (key, place, message, remedy) in self.missed.take() {
            // In a file with broken syntax it may well be there, unseen.
            if !meant.contains(&key) && self.sheet.broken.is_empty() {
                self.sheet.note(self.line, &place, message, remedy);
            }
        }
    }
}

/// `rule[2].raise` as it stands in a header: `rule.raise`.
fn strip_numbers(path: &str) -> String {
    path.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect::<Vec<_>>().join(".")
}

fn shorten(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}
