//! Workbooks of old (BIFF5 and BIFF8): a stream of records in, the sheets row by row out.

use super::cells::{self, Heading, Row};
use super::ole::{locked, u16_at, u32_at};
use super::paper::Paper;
use crate::model::Unreadable;
use encoding_rs::Encoding;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

const CONTINUE: u16 = 0x3c;

/// What the globals of a workbook say.
struct Book {
    strings: Vec<String>,
    codes: HashMap<u32, String>,
    /// The number format of each cell format.
    formats: Vec<u32>,
    since_1904: bool,
    /// Where each sheet begins.
    sheets: Vec<(usize, Heading)>,
    wide: bool,
    encoding: &'static Encoding,
}

pub fn read(stream: &[u8], paper: &mut Paper) -> Result<(), Unreadable> {
    let book = globals(stream)?;
    for (at, heading) in &book.sheets {
        if !heading.write(paper) || !sheet(stream, *at, &book, paper) {
            break;
        }
    }
    Ok(())
}

/// Records from a place on: kind, content, and where the content begins.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = u16_at(self.stream, self.at)?;
        let length = usize::from(u16_at(self.stream, self.at + 2)?);
        let from = self.at + 4;
        let end = (from + length).min(self.stream.len());
        self.at = end.max(from);
        Some((kind, self.stream.get(from..end)?))
    }
}

impl<'a> Records<'a> {
    /// A record with those that carry it on.
    fn whole(&mut self, first: &'a [u8]) -> Pieces<'a> {
        let mut parts = vec![first];
        while u16_at(self.stream, self.at) == Some(CONTINUE) {
            parts.extend(self.next().map(|(_, part)| part));
        }
        Pieces { parts, part: 0, at: 0 }
    }
}

fn globals(stream: &[u8]) -> Result<Book, Unreadable> {
    let mut book = Book {
        strings: Vec::new(),
        codes: HashMap::new(),
        formats: Vec::new(),
        since_1904: false,
        sheets: Vec::new(),
        wide: true,
        // Workbooks from before Unicode that do not say theirs are from here.
        encoding: encoding_rs::GBK,
    };
    let mut records = Records { stream, at: 0 };
    while let Some((kind, data)) = records.next() {
        match kind {
            0x0809 => book.wide = u16_at(data, 0).unwrap_or(0x600) >= 0x600,
            0x002f => return Err(locked("an Excel workbook")),
            0x0042 => book.encoding = u16_at(data, 0).map_or(book.encoding, code_page),
            0x0022 => book.since_1904 = u16_at(data, 0) == Some(1),
            0x041e => {
                let code =
                    if book.wide { long(data, 2) } else { book.narrow(data.get(3..).unwrap_or_default()) };
                book.codes.insert(u16_at(data, 0).unwrap_or_default().into(), code);
            }
            0x00e0 => book.formats.push(u16_at(data, 2).unwrap_or_default().into()),
            0x0085 => {
                // Only sheets of cells; charts and macros are none.
                if let Some(at) = u32_at(data, 0).filter(|_| matches!(data.get(5), Some(0))) {
                    let hidden = data.get(4).is_some_and(|state| state & 3 != 0);
                    book.sheets.push((at as usize, Heading { name: book.short(data), hidden }));
                }
            }
            0x00fc => book.strings = records.whole(data).strings(),
            0x000a => break,
            _ => {}
        }
    }
    book.sheets.truncate(2000);
    Ok(book)
}

fn code_page(number: u16) -> &'static Encoding {
    match number {
        950 => encoding_rs::BIG5,
        932 => encoding_rs::SHIFT_JIS,
        949 => encoding_rs::EUC_KR,
        1252 | 367 => encoding_rs::WINDOWS_1252,
        65001 => encoding_rs::UTF_8,
        _ => encoding_rs::GBK,
    }
}

impl Book {
    /// The name of a sheet: its length in one byte.
    fn short(&self, data: &[u8]) -> String {
        let count = usize::from(data.get(6).copied().unwrap_or_default());
        if !self.wide {
            let rest = data.get(7..).unwrap_or_default();
            return self.narrow(&rest[..count.min(rest.len())]);
        }
        Pieces { parts: vec![data], part: 0, at: 7 }.text(count)
    }

    fn narrow(&self, bytes: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    /// A text with its length in two bytes.
    fn label(&self, data: &[u8], at: usize) -> String {
        if self.wide {
            return long(data, at);
        }
        let count = usize::from(u16_at(data, at).unwrap_or_default());
        let rest = data.get(at + 2..).unwrap_or_default();
        self.narrow(&rest[..count.min(rest.len())])
    }

    fn number(&self, value: f64, format: u16) -> String {
        let id = self.formats.get(usize::from(format)).copied().unwrap_or_default();
        let is_date = cells::shows_date(id, self.codes.get(&id).map(String::as_str));
        is_date.then(|| cells::date(value, self.since_1904)).flatten().unwrap_or_else(|| cells::number(value))
    }
}

fn long(data: &[u8], at: usize) -> String {
    let count = usize::from(u16_at(data, at).unwrap_or_default());
    Pieces { parts: vec![data], part: 0, at: at + 2 }.text(count)
}

/// A record and its continuations, read as one.
struct Pieces<'a> {
    parts: Vec<&'a [u8]>,
    part: usize,
    at: usize,
}

impl Pieces<'_> {
    fn byte(&mut self) -> Option<u8> {
        loop {
            let part = self.parts.get(self.part)?;
            if let Some(byte) = part.get(self.at) {
                self.at += 1;
                return Some(*byte);
            }
            (self.part, self.at) = (self.part + 1, 0);
        }
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn double(&mut self) -> Option<u32> {
        Some(u32::from(self.word()?) | u32::from(self.word()?) << 16)
    }

    fn skip(&mut self, mut count: usize) {
        while count > 0 {
            let Some(part) = self.parts.get(self.part) else { return };
            let here = part.len().saturating_sub(self.at).min(count);
            self.at += here;
            count -= here;
            if count > 0 {
                (self.part, self.at) = (self.part + 1, 0);
            }
        }
    }

    /// Flags and characters.
    fn text(&mut self, count: usize) -> String {
        let flags = self.byte().unwrap_or_default();
        self.characters(count, flags)
    }

    /// Each part that carries characters on begins with flags of its own.
    fn characters(&mut self, mut count: usize, mut flags: u8) -> String {
        let mut text = String::new();
        while count > 0 {
            let Some(part) = self.parts.get(self.part) else { break };
            let size = if flags & 1 == 1 { 2 } else { 1 };
            let rest = part.get(self.at..).unwrap_or_default();
            let here = (rest.len() / size).min(count);
            let bytes = &rest[..here * size];
            let piece: Cow<'_, str> = if size == 2 {
                encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0
            } else {
                bytes.iter().map(|b| char::from(*b)).collect::<String>().into()
            };
            text.push_str(&piece);
            self.at += here * size;
            count -= here;
            if count > 0 {
                (self.part, self.at) = (self.part + 1, 0);
                let Some(next) = self.parts.get(self.part).and_then(|part| part.first()) else { break };
                (flags, self.at) = (*next, 1);
            }
        }
        text
    }

    /// The strings that the cells of all sheets share.
    fn strings(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        self.skip(4);
        let count = self.double().unwrap_or_default();
        for _ in 0..count {
            let (Some(length), Some(flags)) = (self.word(), self.byte()) else { break };
            let runs = if flags & 8 == 0 { 0 } else { self.word().unwrap_or_default() };
            let beside = if flags & 4 == 0 { 0 } else { self.double().unwrap_or_default() };
            found.push(self.characters(length.into(), flags));
            // Fonts of parts of it, and how it is pronounced.
            self.skip(usize::from(runs) * 4);
            self.skip(beside as usize);
        }
        found
    }
}

fn sheet(stream: &[u8], at: usize, book: &Book, paper: &mut Paper) -> bool {
    let mut records = Records { stream, at };
    let (mut row, mut hidden, mut columns) = (Row::default(), HashSet::new(), Vec::new());
    let (mut depth, mut formula) = (0, None);
    while let Some((kind, data)) = records.next() {
        let place = u16_at(data, 0).unwrap_or_default();
        let format = u16_at(data, 4).unwrap_or_default();
        let mut cell = |row_number: u16, text: &str, paper: &mut Paper| {
            let number = u32::from(row_number) + 1;
            if number == row.number {
                row.push(text);
                return true;
            }
            let goes_on = row.write(paper);
            row.begin(number, hidden.contains(&row_number));
            row.push(text);
            goes_on
        };
        let goes_on = match kind {
            0x0809 => {
                depth += 1;
                true
            }
            0x000a => {
                depth -= 1;
                if depth <= 0 {
                    break;
                }
                true
            }
            0x007d => {
                if u16_at(data, 8).is_some_and(|options| options & 1 == 1) {
                    columns.push((place.into(), u16_at(data, 2).unwrap_or(place).into()));
                }
                true
            }
            0x0208 => {
                if !columns.is_empty() {
                    cells::hidden_columns(paper, &std::mem::take(&mut columns));
                }
                if u16_at(data, 12).is_some_and(|flags| flags & 0x20 != 0) {
                    hidden.insert(place);
                }
                true
            }
            0x00fd => {
                let index = u32_at(data, 6).unwrap_or(u32::MAX) as usize;
                cell(place, book.strings.get(index).map_or("", String::as_str), paper)
            }
            0x0204 | 0x00d6 => cell(place, &book.label(data, 6), paper),
            0x0203 => {
                cell(place, &double(data, 6).map(|n| book.number(n, format)).unwrap_or_default(), paper)
            }
            0x027e => {
                cell(place, &u32_at(data, 6).map(|n| book.number(rk(n), format)).unwrap_or_default(), paper)
            }
            0x00bd => data.get(4..).unwrap_or_default().chunks_exact(6).all(|one| {
                let number = u32_at(one, 2).map(rk).unwrap_or_default();
                cell(place, &book.number(number, u16_at(one, 0).unwrap_or_default()), paper)
            }),
            0x0006 => match data.get(6..14) {
                Some([0, .., 0xff, 0xff]) => {
                    formula = Some(place);
                    true
                }
                Some([1, _, value, .., 0xff, 0xff]) => {
                    cell(place, if *value == 1 { "TRUE" } else { "FALSE" }, paper)
                }
                Some([.., 0xff, 0xff]) => true,
                _ => cell(place, &double(data, 6).map(|n| book.number(n, format)).unwrap_or_default(), paper),
            },
            // The text that the formula before it came to.
            0x0207 => {
                let text = if book.wide { records.whole(data).label() } else { book.label(data, 0) };
                formula.take().is_none_or(|place| cell(place, &text, paper))
            }
            0x0014 | 0x0015 if data.len() > 3 => {
                let text = if book.wide { long(data, 0) } else { book.narrow(&data[1..]) };
                cells::header(paper, &text)
            }
            0x01b6 => {
                let count = usize::from(u16_at(data, 10).unwrap_or_default());
                let mut pieces = records.whole(data);
                (pieces.part, pieces.at) = (1, 0);
                let text = if count > 0 { pieces.text(count) } else { String::new() };
                text.trim().is_empty()
                    || paper.line(&format!("批注或文本框：{}", text.replace(['\n', '\r'], " ")))
            }
            _ => true,
        };
        if !goes_on {
            return false;
        }
    }
    row.write(paper)
}

impl Pieces<'_> {
    fn label(&mut self) -> String {
        let count = self.word().unwrap_or_default();
        self.text(count.into())
    }
}

fn double(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(data.get(at..at + 8)?.try_into().ok()?))
}

/// A number in four bytes: the upper half of a double, or thirty bits of an integer, perhaps a hundredfold.
fn rk(packed: u32) -> f64 {
    let value = if packed & 2 == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed as i32 >> 2)
    };
    if packed & 1 == 0 { value } else { value / 100.0 }
}
