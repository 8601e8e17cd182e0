//! The font of a text in: its codes as letters and their widths out.
//!
//! What the font says about copying (`ToUnicode`) counts first; then the encodings that need no table of ours, the
//! letters of GB 2312 by their numbers in Adobe's collection, and what embedded fonts say of their own glyphs.

use super::file::File;
use super::object::{Dict, Lexer, Object, text};
use crate::read::attachment::paper::Paper;
use encoding_rs::Encoding;
use std::collections::HashMap;
use std::rc::Rc;

/// Fonts by the number of their object, read once; and letters that no font explains.
#[derive(Default)]
pub struct Fonts {
    known: HashMap<u32, Rc<Font>>,
    pub unknown: usize,
    pub letters: usize,
}

impl Fonts {
    pub fn get(&mut self, file: &File, named: Option<&Object>, paper: &mut Paper) -> Rc<Font> {
        let number = match named {
            Some(Object::Ref(number)) => Some(*number),
            _ => None,
        };
        if let Some(known) = number.and_then(|number| self.known.get(&number)) {
            return Rc::clone(known);
        }
        let font = Rc::new(Font::read(file, &file.dict(named), paper));
        if let Some(number) = number {
            self.known.insert(number, Rc::clone(&font));
        }
        font
    }
}

pub struct Font {
    codes: Codes,
    /// What codes are when copied.
    told: HashMap<u32, String>,
    letters: Letters,
    widths: HashMap<u32, f64>,
    usual: f64,
}

/// How a text falls into codes.
enum Codes {
    One,
    Two,
    /// One byte for ASCII, else two (or four, in GB 18030).
    Mixed(&'static Encoding),
}

enum Letters {
    Nothing,
    /// Codes are UTF-16.
    Wide,
    Encoded(&'static Encoding),
    /// Numbers in Adobe-GB1.
    Gb1,
    /// One for each of 256 codes.
    Table(Box<[char; 256]>),
    /// Numbers of glyphs, by the embedded font's own table.
    Glyphs(HashMap<u32, char>),
}

/// One letter of a text: how it reads, how wide it is in thousandths of its size, and whether it is a plain blank.
pub struct Letter {
    pub text: Option<String>,
    pub width: f64,
    pub blank: bool,
}

impl Font {
    fn read(file: &File, dict: &Dict, paper: &mut Paper) -> Self {
        let told = match dict.raw("ToUnicode") {
            Some(Object::Ref(number)) => {
                file.stream(*number, paper).map(|(_, map)| to_unicode(&map)).unwrap_or_default()
            }
            _ => HashMap::new(),
        };
        if file.name(dict.raw("Subtype")).as_deref() == Some("Type0") {
            Self::composite(file, dict, told, paper)
        } else {
            Self::simple(file, dict, told)
        }
    }

    fn composite(file: &File, dict: &Dict, told: HashMap<u32, String>, paper: &mut Paper) -> Self {
        let below = match file.resolved(dict.raw("DescendantFonts")) {
            Object::Array(fonts) => file.dict(fonts.first()),
            _ => Dict::default(),
        };
        let encoding = file.name(dict.raw("Encoding")).unwrap_or_default();
        let (codes, mut letters) = named(&encoding);
        if matches!(letters, Letters::Nothing) {
            let system = file.dict(below.raw("CIDSystemInfo"));
            let ordering = match file.resolved(system.raw("Ordering")) {
                Object::Text(name) => text(&name),
                _ => String::new(),
            };
            if ordering == "GB1" {
                letters = Letters::Gb1;
            } else if told.is_empty() {
                let glyphs = glyphs(file, &below, paper);
                if !glyphs.is_empty() {
                    letters = Letters::Glyphs(glyphs);
                }
            }
        }
        let usual = file.number(below.raw("DW")).unwrap_or(1000.0);
        // Widths go by the font's numbers, which are the codes only where they pass unchanged.
        let widths = if encoding.starts_with("Identity") { cid_widths(file, &below) } else { HashMap::new() };
        Self { codes, told, letters, widths, usual }
    }

    fn simple(file: &File, dict: &Dict, told: HashMap<u32, String>) -> Self {
        let mut widths = HashMap::new();
        let first = file.number(dict.raw("FirstChar")).unwrap_or_default() as u32;
        if let Object::Array(list) = file.resolved(dict.raw("Widths")) {
            for (code, width) in (first..).zip(list.iter().take(256)) {
                widths.insert(code, file.number(Some(width)).unwrap_or_default());
            }
        }
        // Fonts drawn by hand measure in units of their own.
        if let Object::Array(matrix) = file.resolved(dict.raw("FontMatrix")) {
            let unit = file.number(matrix.first()).unwrap_or(0.001) * 1000.0;
            for width in widths.values_mut() {
                *width *= unit;
            }
        }
        let letters = Letters::Table(Box::new(table(file, dict)));
        Self { codes: Codes::One, told, letters, widths, usual: 500.0 }
    }

    /// The letters of a shown text, and how many of them nobody can read.
    pub fn letters(&self, bytes: &[u8]) -> Vec<Letter> {
        let mut found = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let length = self.length(&bytes[at..]);
            let code = bytes[at..at + length].iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
            let text = self.text(code, &bytes[at..at + length]);
            // Where widths go by numbers that we do not have, Latin letters are half as wide as others.
            let narrow = self.usual >= 1000.0 && text.as_deref().is_some_and(|text| text.is_ascii());
            let usual = if narrow { 500.0 } else { self.usual };
            let width = self.widths.get(&code).copied().unwrap_or(usual);
            found.push(Letter { text, width, blank: length == 1 && code == 32 });
            at += length;
        }
        found
    }

    fn length(&self, rest: &[u8]) -> usize {
        let wanted = match self.codes {
            Codes::One => 1,
            Codes::Two => 2,
            Codes::Mixed(encoding) => match (rest[0], rest.get(1)) {
                (..=0x80, _) => 1,
                (0xa1..=0xdf, _) if encoding == encoding_rs::SHIFT_JIS => 1,
                (_, Some(b'0'..=b'9')) if encoding == encoding_rs::GB18030 => 4,
                _ => 2,
            },
        };
        wanted.min(rest.len())
    }

    fn text(&self, code: u32, bytes: &[u8]) -> Option<String> {
        if let Some(told) = self.told.get(&code) {
            // Some writers map what they cannot name to nothing.
            return Some(told.chars().filter(|c| *c != '\0' && *c != '\u{fffd}').collect());
        }
        let one = match &self.letters {
            Letters::Nothing => None,
            Letters::Wide => {
                return Some(encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.into_owned());
            }
            Letters::Encoded(encoding) => {
                let (text, wrong) = encoding.decode_without_bom_handling(bytes);
                return (!wrong).then(|| text.into_owned());
            }
            Letters::Gb1 => gb1(code),
            Letters::Table(table) => table.get(code as usize).copied().filter(|c| *c != '\0'),
            Letters::Glyphs(glyphs) => glyphs.get(&code).copied(),
        };
        one.map(String::from)
    }
}

/// The encodings that a PDF may name without carrying them.
fn named(name: &str) -> (Codes, Letters) {
    let name = name.trim_end_matches("-V").trim_end_matches("-H");
    let mixed = |encoding| (Codes::Mixed(encoding), Letters::Encoded(encoding));
    match name {
        "GB-EUC" | "GBK-EUC" | "GBKp-EUC" | "GBpc-EUC" => mixed(encoding_rs::GBK),
        "GBK2K" => mixed(encoding_rs::GB18030),
        "B5pc" | "ETen-B5" | "ETenms-B5" | "HKscs-B5" => mixed(encoding_rs::BIG5),
        "90ms-RKSJ" | "90msp-RKSJ" | "90pv-RKSJ" => mixed(encoding_rs::SHIFT_JIS),
        "EUC" => mixed(encoding_rs::EUC_JP),
        "KSC-EUC" | "KSCms-UHC" | "KSCms-UHC-HW" | "KSCpc-EUC" => mixed(encoding_rs::EUC_KR),
        name if name.contains("UCS2") || name.contains("UTF16") => (Codes::Two, Letters::Wide),
        _ => (Codes::Two, Letters::Nothing),
    }
}

/// `[1 [500 600] 10 20 700]`: widths one by one, and of ranges.
fn cid_widths(file: &File, font: &Dict) -> HashMap<u32, f64> {
    let mut widths = HashMap::new();
    let Object::Array(list) = file.resolved(font.raw("W")) else { return widths };
    let mut list = list.iter();
    while let Some(first) = list.next() {
        let first = file.number(Some(first)).unwrap_or_default() as u32;
        let Some(second) = list.next() else { break };
        match file.resolved(Some(second)) {
            Object::Array(each) => {
                for (code, width) in (first..).zip(&each) {
                    widths.insert(code, file.number(Some(width)).unwrap_or_default());
                }
            }
            Object::Number(last) => {
                let width = list.next().and_then(|width| file.number(Some(width))).unwrap_or_default();
                for code in first..=(last as u32).min(first.saturating_add(65_535)) {
                    widths.insert(code, width);
                }
            }
            _ => break,
        }
        if widths.len() > 200_000 {
            break;
        }
    }
    widths
}

/// The map by which a text is copied.
fn to_unicode(map: &[u8]) -> HashMap<u32, String> {
    let mut found = HashMap::new();
    let mut lexer = Lexer::new(map, 0);
    let mut held: Vec<Object> = Vec::new();
    let letters = |bytes: &[u8]| encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.into_owned();
    let code = |bytes: &[u8]| bytes.iter().take(4).fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
    while let Some(object) = lexer.object() {
        let Object::Word(word) = object else {
            held.push(object);
            continue;
        };
        match word.as_str() {
            "endbfchar" => {
                for pair in held.chunks_exact(2) {
                    if let [Object::Text(from), Object::Text(to)] = pair {
                        found.insert(code(from), letters(to));
                    }
                }
            }
            "endbfrange" => {
                for range in held.chunks_exact(3) {
                    let [Object::Text(first), Object::Text(last), to] = range else { continue };
                    let (first, last) = (code(first), code(last).min(code(first).saturating_add(65_535)));
                    match to {
                        Object::Text(to) => {
                            let start = letters(to);
                            for (step, code) in (first..=last).enumerate() {
                                found.insert(code, moved(&start, step as u32));
                            }
                        }
                        Object::Array(each) => {
                            for (code, to) in (first..=last).zip(each) {
                                if let Object::Text(to) = to {
                                    found.insert(code, letters(to));
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        held.clear();
        if found.len() > 200_000 {
            break;
        }
    }
    found
}

/// The same text with its last letter so many further on.
fn moved(start: &str, step: u32) -> String {
    let Some(last) = start.chars().next_back() else { return String::new() };
    let mut text: String = start[..start.len() - last.len_utf8()].to_owned();
    text.extend(char::from_u32(last as u32 + step));
    text
}

/// GB 2312 by its numbers in Adobe-GB1: first number, first code, how many.
fn gb1(number: u32) -> Option<char> {
    const SIGNS: &[(u32, u32, u32)] = &[
        (96, 0xa1a1, 94),
        (190, 0xa2b1, 50),
        (240, 0xa2e5, 10),
        (250, 0xa2f1, 12),
        (262, 0xa3a1, 94),
        (356, 0xa4a1, 83),
        (439, 0xa5a1, 86),
        (525, 0xa6a1, 24),
        (549, 0xa6c1, 53),
        (602, 0xa7a1, 33),
        (635, 0xa7d1, 33),
        (668, 0xa8a1, 32),
        (700, 0xa8c5, 38),
        (738, 0xa9a4, 76),
    ];
    let code = match number {
        1..=95 => return char::from_u32(number + 31),
        814..=907 => return char::from_u32(number - 814 + 0x21),
        // Two levels of characters, ninety-four a row; the first ends in the middle of one.
        940..=4694 => 0xb0a1 + (number - 940) / 94 * 256 + (number - 940) % 94,
        4695..=7702 => 0xd8a1 + (number - 4695) / 94 * 256 + (number - 4695) % 94,
        _ => {
            let (first, code, _) =
                SIGNS.iter().find(|(first, _, count)| (*first..first + count).contains(&number))?;
            code + number - first
        }
    };
    let bytes = [(code >> 8) as u8, code as u8];
    let (text, wrong) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
    text.chars().next().filter(|_| !wrong)
}

/// What the codes of a simple font are: a standard encoding, and what differs from it by name.
fn table(file: &File, dict: &Dict) -> [char; 256] {
    let named = file.resolved(dict.raw("Encoding"));
    let base = match &named {
        Object::Name(name) => name.clone(),
        Object::Dict(dict) => file.name(dict.raw("BaseEncoding")).unwrap_or_default(),
        _ => String::new(),
    };
    let encoding =
        if base == "MacRomanEncoding" { encoding_rs::MACINTOSH } else { encoding_rs::WINDOWS_1252 };
    let mut table: [char; 256] = std::array::from_fn(|code| {
        let (text, _) = encoding
            .decode_without_bom_handling(&[code as u8])
            .0
            .chars()
            .next()
            .map_or(('\0', 0), |c| (c, 1));
        if code < 32 { '\0' } else { text }
    });
    if let Object::Dict(dict) = named
        && let Object::Array(differences) = file.resolved(dict.raw("Differences"))
    {
        let mut code = 0;
        for one in differences.iter().take(1000) {
            match file.resolved(Some(one)) {
                Object::Number(number) => code = number as usize,
                Object::Name(name) => {
                    if let (Some(place), Some(letter)) = (table.get_mut(code), glyph(&name)) {
                        *place = letter;
                    }
                    code += 1;
                }
                _ => {}
            }
        }
    }
    table
}

/// The letter that a glyph's name means.
fn glyph(name: &str) -> Option<char> {
    const NAMES: &[(&str, char)] = &[
        ("space", ' '),
        ("zero", '0'),
        ("one", '1'),
        ("two", '2'),
        ("three", '3'),
        ("four", '4'),
        ("five", '5'),
        ("six", '6'),
        ("seven", '7'),
        ("eight", '8'),
        ("nine", '9'),
        ("period", '.'),
        ("comma", ','),
        ("colon", ':'),
        ("semicolon", ';'),
        ("hyphen", '-'),
        ("minus", '-'),
        ("underscore", '_'),
        ("slash", '/'),
        ("backslash", '\\'),
        ("at", '@'),
        ("parenleft", '('),
        ("parenright", ')'),
        ("bracketleft", '['),
        ("bracketright", ']'),
        ("exclam", '!'),
        ("question", '?'),
        ("quotedbl", '"'),
        ("quotesingle", '\''),
        ("quoteright", '’'),
        ("quoteleft", '‘'),
        ("quotedblleft", '“'),
        ("quotedblright", '”'),
        ("endash", '–'),
        ("emdash", '—'),
        ("plus", '+'),
        ("equal", '='),
        ("percent", '%'),
        ("numbersign", '#'),
        ("dollar", '$'),
        ("ampersand", '&'),
        ("asterisk", '*'),
        ("less", '<'),
        ("greater", '>'),
        ("bar", '|'),
        ("bullet", '•'),
        ("ellipsis", '…'),
        ("fi", 'ﬁ'),
        ("fl", 'ﬂ'),
    ];
    let plain = name.split('.').next().unwrap_or(name);
    let mut letters = plain.chars();
    if let (Some(one), None) = (letters.next(), letters.next()) {
        return Some(one);
    }
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    let uni = plain.strip_prefix("uni").filter(|digits| digits.len() == 4).and_then(hex);
    let short = || plain.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len())).and_then(hex);
    uni.or_else(short).or_else(|| NAMES.iter().find(|(known, _)| *known == plain).map(|(_, letter)| *letter))
}

/// The numbers of glyphs by an embedded TrueType font's own table of characters, read backwards.
fn glyphs(file: &File, font: &Dict, paper: &mut Paper) -> HashMap<u32, char> {
    let descriptor = file.dict(font.raw("FontDescriptor"));
    let embedded = ["FontFile2", "FontFile3"].iter().find_map(|key| match descriptor.raw(key) {
        Some(Object::Ref(number)) => file.stream(*number, paper),
        _ => None,
    });
    embedded.and_then(|(_, font)| characters(&font)).unwrap_or_default()
}

fn characters(font: &[u8]) -> Option<HashMap<u32, char>> {
    let u16_at = |at: usize| Some(u32::from(u16::from_be_bytes(font.get(at..at + 2)?.try_into().ok()?)));
    let u32_at = |at: usize| Some(u32::from_be_bytes(font.get(at..at + 4)?.try_into().ok()?));
    let tables = u16_at(4)? as usize;
    let cmap = (0..tables).map(|n| 12 + n * 16).find(|at| font.get(*at..at + 4) == Some(b"cmap"))?;
    let cmap = u32_at(cmap + 8)? as usize;
    let mut found = HashMap::new();
    for n in 0..(u16_at(cmap + 2)? as usize).min(20) {
        let at = cmap.checked_add(u32_at(cmap + 4 + n * 8 + 4)? as usize)?;
        match u16_at(at) {
            Some(4) => {
                let segments = u16_at(at + 6)? as usize / 2;
                for segment in 0..segments {
                    let place = |table: usize| {
                        at + 14 + (table * segments + segment) * 2 + usize::from(table > 0) * 2
                    };
                    let (Some(end), Some(start), Some(delta), Some(offset)) =
                        (u16_at(place(0)), u16_at(place(1)), u16_at(place(2)), u16_at(place(3)))
                    else {
                        break;
                    };
                    for code in start..=end {
                        let glyph = if offset == 0 {
                            Some((code + delta) & 0xffff)
                        } else {
                            u16_at(place(3) + offset as usize + (code - start) as usize * 2)
                                .filter(|glyph| *glyph != 0)
                                .map(|glyph| (glyph + delta) & 0xffff)
                        };
                        if let (Some(glyph), Some(letter)) = (glyph, char::from_u32(code)) {
                            found.entry(glyph).or_insert(letter);
                        }
                    }
                }
            }
            Some(12) => {
                for group in 0..(u32_at(at + 12)? as usize).min(20_000) {
                    let place = at + 16 + group * 12;
                    let (Some(start), Some(end), Some(glyph)) =
                        (u32_at(place), u32_at(place + 4), u32_at(place + 8))
                    else {
                        break;
                    };
                    for code in start..=end.min(start.saturating_add(65_535)) {
                        found.extend(
                            char::from_u32(code).map(|letter| (glyph.wrapping_add(code - start), letter)),
                        );
                    }
                    if found.len() > 200_000 {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    Some(found)
}
