//! Bytes in, the objects of a PDF out: numbers, names, texts, arrays, dictionaries, references and bare words.

use std::collections::HashMap;

/// Deeper nesting than this is an attack.
const DEEPEST: u32 = 60;

#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    Null,
    Number(f64),
    Name(String),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    Ref(u32),
    /// Operators, `true`, `endobj` and everything else.
    Word(String),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dict(pub HashMap<String, Object>);

impl Dict {
    /// As it stands, references not followed.
    pub fn raw(&self, key: &str) -> Option<&Object> {
        self.0.get(key)
    }
}

pub struct Lexer<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

pub fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0xc | b'\r' | b' ')
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub fn skip_space(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'%' {
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The next object; `None` at the end.
    pub fn object(&mut self) -> Option<Object> {
        self.nested(0)
    }

    fn nested(&mut self, depth: u32) -> Option<Object> {
        self.skip_space();
        let byte = *self.bytes.get(self.at)?;
        if depth > DEEPEST {
            // Nothing below is looked at; the walk goes on behind it.
            self.at = self.bytes.len();
            return None;
        }
        match byte {
            b'/' => {
                self.at += 1;
                Some(Object::Name(self.name()))
            }
            b'(' => Some(Object::Text(self.literal())),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Some(Object::Dict(self.dict(depth)))
            }
            b'<' => Some(Object::Text(self.hex())),
            b'[' => {
                self.at += 1;
                Some(Object::Array(self.array(depth)))
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => Some(self.number()),
            b')' | b'>' | b']' | b'{' | b'}' => {
                self.at += 1;
                Some(Object::Word(char::from(byte).to_string()))
            }
            _ => Some(Object::Word(self.word())),
        }
    }

    fn word(&mut self) -> String {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| is_space(*b) || is_sign(*b)).unwrap_or(rest.len()).max(1);
        self.at += end;
        String::from_utf8_lossy(&rest[..end]).into_owned()
    }

    fn name(&mut self) -> String {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| is_space(*b) || is_sign(*b)).unwrap_or(rest.len());
        self.at += end;
        let raw = &rest[..end];
        if !raw.contains(&b'#') {
            return String::from_utf8_lossy(raw).into_owned();
        }
        let (mut out, mut at) = (Vec::with_capacity(raw.len()), 0);
        while at < raw.len() {
            let pair = (raw.get(at + 1).copied().and_then(nibble), raw.get(at + 2).copied().and_then(nibble));
            match (raw[at], pair) {
                (b'#', (Some(high), Some(low))) => {
                    out.push(high << 4 | low);
                    at += 3;
                }
                (byte, _) => {
                    out.push(byte);
                    at += 1;
                }
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    fn number(&mut self) -> Object {
        let start = self.at;
        let rest = &self.bytes[start..];
        let end =
            rest.iter().position(|b| !matches!(b, b'+' | b'-' | b'.' | b'0'..=b'9')).unwrap_or(rest.len());
        self.at += end.max(1);
        let text = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        // `--5` and `1.2.3` are written by some programs.
        let value = text.parse().ok().or_else(|| {
            let plain = text.trim_start_matches(['+', '-']);
            let cut =
                plain.match_indices(['-', '.']).map(|(at, _)| at).nth(usize::from(!plain.starts_with('-')));
            plain[..cut.unwrap_or(plain.len())].parse().ok()
        });
        let value: f64 = value.unwrap_or_default();
        if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() && text.len() < 10 {
            // `12 0 R`
            let mut ahead = Lexer { bytes: self.bytes, at: self.at };
            if let Some(end) = ahead.reference() {
                self.at = end;
                return Object::Ref(value as u32);
            }
        }
        Object::Number(value)
    }

    fn reference(&mut self) -> Option<usize> {
        let spaces = |lexer: &mut Self| {
            let from = lexer.at;
            while lexer.bytes.get(lexer.at).is_some_and(|b| is_space(*b)) {
                lexer.at += 1;
            }
            lexer.at > from
        };
        if !spaces(self) {
            return None;
        }
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) && self.at < from + 6 {
            self.at += 1;
        }
        if self.at == from || !spaces(self) || self.bytes.get(self.at) != Some(&b'R') {
            return None;
        }
        let next = self.bytes.get(self.at + 1);
        next.is_none_or(|b| is_space(*b) || is_sign(*b)).then_some(self.at + 1)
    }

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut out, mut depth) = (Vec::new(), 1);
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return out;
                    }
                }
                b'\\' => {
                    self.escape(&mut out);
                    continue;
                }
                _ => {}
            }
            out.push(byte);
        }
        out
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\r' => self.at += usize::from(self.bytes.get(self.at) == Some(&b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.bytes.get(self.at) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                out.push(value as u8);
            }
            other => out.push(other),
        }
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| *b == b'>').unwrap_or(rest.len());
        self.at += (end + 1).min(rest.len());
        let digits: Vec<u8> = rest[..end].iter().copied().filter_map(nibble).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
    }

    fn array(&mut self, depth: u32) -> Vec<Object> {
        let mut out = Vec::new();
        while let Some(object) = self.nested(depth + 1) {
            match object {
                Object::Word(word) if word == "]" => break,
                // The array was never closed.
                Object::Word(word) if matches!(word.as_str(), "endobj" | "stream" | "endstream") => break,
                object => out.push(object),
            }
        }
        out
    }

    fn dict(&mut self, depth: u32) -> Dict {
        let mut out = HashMap::new();
        loop {
            self.skip_space();
            if self.bytes[self.at.min(self.bytes.len())..].starts_with(b">>") {
                self.at += 2;
                break;
            }
            match self.nested(depth + 1) {
                Some(Object::Name(key)) => {
                    self.skip_space();
                    if self.bytes[self.at.min(self.bytes.len())..].starts_with(b">>") {
                        continue;
                    }
                    let Some(value) = self.nested(depth + 1) else { break };
                    out.insert(key, value);
                }
                Some(Object::Word(word)) if matches!(word.as_str(), "endobj" | "stream" | "endstream") => {
                    self.at -= word.len();
                    break;
                }
                Some(_) => {}
                None => break,
            }
        }
        Dict(out)
    }
}

pub fn nibble(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// A text for people: UTF-16 or UTF-8 where it says so.
pub fn text(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(),
        None => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
