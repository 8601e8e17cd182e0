//! A compound file (OLE2) in: which document it holds, and the text of it out.
//!
//! A small file system of sectors and chains. Chains are followed for as many steps as the file has sectors, so no
//! circle holds anybody.

use super::cells::BETWEEN;
use super::paper::Paper;
use super::xls;
use crate::model::Unreadable;

const END: u32 = 0xffff_fffa;

pub fn read(bytes: &[u8], paper: &mut Paper) -> Result<&'static str, Unreadable> {
    let broken = |why: &str| Unreadable::Broken(format!("an office document of the old binary kind {why}"));
    let file = Container::open(bytes).ok_or_else(|| broken("that is damaged; open it by hand"))?;
    if file.has("EncryptedPackage") || file.has("EncryptionInfo") {
        return Err(locked("an office document"));
    }
    if let Some(stream) = file.stream("Workbook").or_else(|| file.stream("Book")) {
        xls::read(&stream, paper)?;
        return Ok("an Excel workbook of the old binary kind");
    }
    if let Some(stream) = file.stream("WordDocument") {
        word(&file, &stream, paper)?;
        return Ok("a Word document of the old binary kind");
    }
    if let Some(stream) = file.stream("PowerPoint Document") {
        slides(&stream, paper);
        return Ok("a PowerPoint presentation of the old binary kind");
    }
    Err(broken("that is neither a workbook, a text nor slides"))
}

/// What nobody opens without its password.
pub fn locked(what: &str) -> Unreadable {
    Unreadable::Broken(format!("{what} locked with a password; open it by hand"))
}

pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    /// Streams smaller than this lie in `mini`.
    cutoff: usize,
    entries: Vec<Stream>,
}

struct Stream {
    name: String,
    kind: u8,
    start: u32,
    size: usize,
}

impl<'a> Container<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let shift = u16_at(bytes, 30)?;
        let sector = 1_usize << (9..=12).contains(&shift).then_some(shift)?;
        let mut file = Self {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            cutoff: u32_at(bytes, 56)? as usize,
            entries: Vec::new(),
        };
        let most = bytes.len() / sector + 1;
        let mut tables: Vec<u32> = (0..109).filter_map(|n| u32_at(bytes, 76 + n * 4)).collect();
        let mut next = u32_at(bytes, 68)?;
        for _ in 0..most {
            let Some(more) = (next < END).then(|| file.at(next)).flatten() else { break };
            let last = more.len().saturating_sub(4);
            tables.extend((0..last / 4).filter_map(|n| u32_at(more, n * 4)));
            next = u32_at(more, last).unwrap_or(END);
        }
        for table in tables.into_iter().filter(|table| *table < END).take(most) {
            file.fat.extend(words(file.at(table).unwrap_or_default()));
        }
        let directory = file.chain(u32_at(bytes, 48)?);
        file.entries = directory.chunks_exact(128).filter_map(entry).collect();
        file.mini_fat = words(&file.chain(u32_at(bytes, 60)?)).collect();
        let root = file.entries.iter().find(|entry| entry.kind == 5).map(|root| root.start);
        file.mini = root.map(|start| file.chain(start)).unwrap_or_default();
        Some(file)
    }

    /// A sector; the last one may be cut short.
    fn at(&self, number: u32) -> Option<&'a [u8]> {
        let from = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(from..(from + self.sector).min(self.bytes.len()))
    }

    fn chain(&self, start: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = start;
        for _ in 0..=self.bytes.len() / self.sector {
            let Some(sector) = (next < END).then(|| self.at(next)).flatten() else { break };
            out.extend_from_slice(sector);
            next = self.fat.get(next as usize).copied().unwrap_or(END);
        }
        out
    }

    fn mini_chain(&self, start: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = start;
        for _ in 0..=self.mini.len() / 64 {
            let from = next as usize * 64;
            let Some(sector) = self.mini.get(from..(from + 64).min(self.mini.len())).filter(|_| next < END)
            else {
                break;
            };
            out.extend_from_slice(sector);
            next = self.mini_fat.get(next as usize).copied().unwrap_or(END);
        }
        out
    }

    fn entry(&self, name: &str) -> Option<&Stream> {
        self.entries.iter().find(|entry| entry.kind == 2 && entry.name.eq_ignore_ascii_case(name))
    }

    fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        let mut data =
            if entry.size < self.cutoff { self.mini_chain(entry.start) } else { self.chain(entry.start) };
        data.truncate(entry.size);
        Some(data).filter(|data| !data.is_empty())
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + use<> {
    let found: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    found.into_iter()
}

fn entry(bytes: &[u8]) -> Option<Stream> {
    let length = usize::from(u16_at(bytes, 64)?).clamp(2, 64) - 2;
    let units = bytes[..length].as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    Some(Stream {
        name: char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect(),
        kind: *bytes.get(66)?,
        start: u32_at(bytes, 116)?,
        size: u32_at(bytes, 120)? as usize,
    })
}

/// The text of a document lies in pieces that a table lists: body, notes, headers, comments, boxes, in this order.
fn word(file: &Container, main: &[u8], paper: &mut Paper) -> Result<(), Unreadable> {
    let broken = |why: &str| Unreadable::Broken(format!("a Word document {why}"));
    let flags = u16_at(main, 10).unwrap_or_default();
    if flags & 0x100 != 0 {
        return Err(locked("a Word document"));
    }
    let Some(true) = u16_at(main, 2).map(|version| version >= 0xc0) else {
        return Err(broken("of Word 95 or older, which is not read; open it by hand"));
    };
    let table = if flags & 0x200 == 0 { "0Table" } else { "1Table" };
    let pieces = file.stream(table).and_then(|table| {
        let (at, length) = (u32_at(main, 0x1a2)? as usize, u32_at(main, 0x1a6)? as usize);
        pieces(table.get(at..at.checked_add(length)?.min(table.len()))?)
    });
    let pieces = pieces.ok_or_else(|| broken("that is damaged; open it by hand"))?;
    let mut page = Page { line: String::new(), cell: false, field: 0 };
    // Pieces may overlap; what they say together is bounded all the same.
    for piece in pieces {
        let bytes = if piece.wide { piece.count.saturating_mul(2) } else { piece.count };
        let text = main.get(piece.at..).map(|rest| &rest[..bytes.min(rest.len())]).unwrap_or_default();
        if !paper.spend(text.len()) {
            break;
        }
        let text = if piece.wide {
            encoding_rs::UTF_16LE.decode_without_bom_handling(text).0
        } else {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(text).0
        };
        if !page.take(&text, paper) {
            return Ok(());
        }
    }
    page.flush(paper);
    Ok(())
}

struct Piece {
    at: usize,
    count: usize,
    wide: bool,
}

fn pieces(table: &[u8]) -> Option<Vec<Piece>> {
    let mut at = 0;
    while table.get(at) == Some(&1) {
        at += 3 + usize::from(u16_at(table, at + 1)?);
    }
    if table.get(at) != Some(&2) {
        return None;
    }
    let size = u32_at(table, at + 1)? as usize;
    let plan = table.get(at + 5..)?;
    let plan = &plan[..size.min(plan.len())];
    let count = plan.len().checked_sub(4)? / 12;
    let piece = |n: usize| {
        let (from, to) = (u32_at(plan, n * 4)?, u32_at(plan, n * 4 + 4)?);
        let place = u32_at(plan, (count + 1) * 4 + n * 8 + 2)?;
        let wide = place & 0x4000_0000 == 0;
        let place = (place & 0x3fff_ffff) as usize;
        Some(Piece { at: if wide { place } else { place / 2 }, count: to.checked_sub(from)? as usize, wide })
    };
    Some((0..count).filter_map(piece).collect())
}

/// Paragraphs and rows, told by the marks between them.
struct Page {
    line: String,
    /// The last sign ended a cell; a second one ends the row.
    cell: bool,
    /// Inside the instruction of a field, whose result follows it.
    field: u32,
}

impl Page {
    fn take(&mut self, text: &str, paper: &mut Paper) -> bool {
        for c in text.chars() {
            let was_cell = std::mem::replace(&mut self.cell, c == '\u{7}');
            match c {
                '\u{13}' => self.field += 1,
                '\u{14}' | '\u{15}' => self.field = self.field.saturating_sub(1),
                _ if self.field > 0 => {}
                '\u{7}' if !was_cell && !self.line.is_empty() => self.line.push_str(BETWEEN),
                '\r' | '\u{b}' | '\u{c}' | '\n' | '\u{7}' => {
                    if !self.flush(paper) {
                        return false;
                    }
                }
                '\u{1e}' => self.line.push('-'),
                '\u{1f}' => {}
                c => self.line.push(c),
            }
        }
        true
    }

    fn flush(&mut self, paper: &mut Paper) -> bool {
        let line = std::mem::take(&mut self.line);
        paper.line(line.trim_end_matches([' ', '，']))
    }
}

/// The text atoms of slides; everything else is walked over.
fn slides(stream: &[u8], paper: &mut Paper) {
    let mut at = 0;
    while let (Some(head), Some(kind), Some(length)) =
        (u16_at(stream, at), u16_at(stream, at + 2), u32_at(stream, at + 4))
    {
        at += 8;
        // A container holds records of the same form.
        if head & 0xf == 0xf {
            continue;
        }
        let end = at.saturating_add(length as usize).min(stream.len());
        let text = match kind {
            0x0fa0 => encoding_rs::UTF_16LE.decode_without_bom_handling(&stream[at..end]).0,
            0x0fa8 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&stream[at..end]).0,
            _ => {
                at = end;
                continue;
            }
        };
        if text.split(['\r', '\u{b}', '\n']).any(|line| !paper.line(line)) {
            return;
        }
        at = end;
    }
}
