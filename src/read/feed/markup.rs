//! What stands inside an element of text in, its value out: plain text, or HTML if it holds markup.

use crate::read::tag::{Ends, Tag};
use crate::read::text;
use std::borrow::Cow;

/// The value of an element of text: with markup in it, it is HTML as it stands, else its references are read once.
pub fn content(inner: &str) -> String {
    let (mut value, mut raw, mut markup) = (String::new(), String::new(), false);
    let mut ends = Ends::default();
    let mut at = 0;
    while let Some(next) = inner[at..].find('<') {
        push(&mut value, &mut raw, &inner[at..at + next]);
        at += next;
        let rest = &inner[at..];
        if let Some((data, behind)) = ends.data(inner, at, || None) {
            value.push_str(data);
            escape(&mut raw, data);
            at = behind;
        } else if let Some(behind) = ends.behind(inner, at, || None) {
            at = behind;
        } else if let Some(tag) = Tag::parse(rest) {
            markup = true;
            // Prefixes say nothing to an HTML parser, and of attributes nothing is read.
            raw.push_str(if tag.closing { "</" } else { "<" });
            raw.push_str(tag.local());
            raw.push('>');
            at += tag.length;
        } else {
            value.push('<');
            raw.push_str("&lt;");
            at += 1;
        }
    }
    push(&mut value, &mut raw, &inner[at..]);
    restored(if markup { raw } else { value })
}

fn push(value: &mut String, raw: &mut String, text: &str) {
    value.push_str(&text::unescape(text));
    raw.push_str(text);
}

/// Characters that XML forbids go; the five that it means something by are escaped.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{7f}') => {}
            c => out.push(c),
        }
    }
}

/// Undoes two mistakes of feeds' makers: UTF-8 that was taken for Latin letters and encoded again, and
/// windows-1252 that was written as if it were Unicode.
fn restored(text: String) -> String {
    if !text.chars().any(|c| matches!(c, '\u{80}'..='\u{ff}')) {
        return text;
    }
    if let Some(bytes) = text.chars().map(latin_byte).collect::<Option<Vec<u8>>>()
        && let Ok(twice) = String::from_utf8(bytes)
    {
        return twice;
    }
    text.chars()
        .map(|c| if matches!(c, '\u{80}'..='\u{9f}') { WINDOWS[c as usize - 0x80] } else { c })
        .collect()
}

/// What windows-1252 puts where Unicode has control characters.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn latin_byte(c: char) -> Option<u8> {
    u8::try_from(c).ok().or_else(|| WINDOWS.iter().position(|w| *w == c).map(|at| 0x80 + at as u8))
}

pub fn base64(text: &str) -> Option<String> {
    let (mut bits, mut held, mut out) = (0_u32, 0_u32, Vec::with_capacity(text.len() / 4 * 3));
    for b in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    String::from_utf8(out).ok()
}

/// Elements that hide what is in them from a reader; written `<iframe/>`, or never ended, they would hide the rest.
const HIDING: [&str; 7] = ["iframe", "object", "noscript", "textarea", "select", "svg", "template"];

/// HTML without the tags of those that do not end.
pub fn without_open_ends(html: &str) -> Cow<'_, str> {
    let mut balance = [0_i32; HIDING.len()];
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(next) = html[at..].find('<') {
        at += next;
        let Some(tag) = Tag::parse(&html[at..]) else {
            at += 1;
            continue;
        };
        if let Some(kind) = HIDING.iter().position(|name| tag.name.eq_ignore_ascii_case(name)) {
            balance[kind] += if tag.closing { -1 } else { 1 };
            tags.push((kind, at, at + tag.length));
        }
        at += tag.length;
    }
    if balance.iter().all(|open| *open <= 0) {
        return Cow::Borrowed(html);
    }
    let (mut out, mut from) = (String::with_capacity(html.len()), 0);
    for (_, start, end) in tags.into_iter().filter(|(kind, ..)| balance[*kind] > 0) {
        out.push_str(&html[from..start]);
        from = end;
    }
    out.push_str(&html[from..]);
    Cow::Owned(out)
}

/// A person out of `a@y.example (name)`, or of a name as it stands.
pub fn person(text: &str) -> &str {
    let named = text.split_once('(').and_then(|(mail, rest)| {
        let name = rest.trim_end().strip_suffix(')')?.trim();
        (mail.contains('@') && !name.is_empty()).then_some(name)
    });
    named.unwrap_or(text).trim()
}
