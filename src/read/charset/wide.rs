//! Bytes in, whether they are UTF-16 or UTF-32 without a mark that says so, and the text of the latter.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How much is looked at; even, and enough for the statistics of any language.
const SAMPLE: usize = 4_096;

pub fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some(encoding) = by_first(bytes) {
        return Some(encoding);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let units = sample.len() / 2;
    // Where a byte is zero, ASCII stands; 一 and its neighbours have zeros too, on the other side.
    let [first, second] = share(sample, |b| b == 0);
    let by_zeros = match (first, second) {
        (0, 0) => None,
        (first, second) if first > 4 * second && first * 50 >= units => Some(UTF_16BE),
        (first, second) if second > 4 * first && second * 50 >= units => Some(UTF_16LE),
        _ => None,
    };
    let encoding = by_zeros.or_else(|| by_han(sample))?;
    (units >= 4 && plausible(encoding, sample)).then_some(encoding)
}

/// Markup begins with ASCII.
fn by_first(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [0, a, 0, b] if *a != 0 && *b != 0 => Some(UTF_16BE),
        [a, 0, b, 0] if *a != 0 && *b != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// Text without any ASCII: nearly all units are ideographs or their punctuation, so that one half of the bytes has
/// few values and the other has all.
fn by_han(sample: &[u8]) -> Option<&'static Encoding> {
    let units = sample.len() / 2;
    let [first, second] = share(sample, |b| matches!(b, 0x4e..=0x9f | 0x30 | 0xff));
    match (first, second) {
        _ if units < 40 || std::str::from_utf8(sample).is_ok_and(str::is_ascii) => None,
        (first, second) if first * 10 >= units * 9 && second * 10 < units * 6 => Some(UTF_16BE),
        (first, second) if second * 10 >= units * 9 && first * 10 < units * 6 => Some(UTF_16LE),
        _ => None,
    }
}

/// How many bytes are so, at even places and at odd ones.
fn share(sample: &[u8], is: impl Fn(u8) -> bool) -> [usize; 2] {
    sample.iter().enumerate().fold([0, 0], |mut count, (place, b)| {
        count[place % 2] += usize::from(is(*b));
        count
    })
}

/// Nothing but characters that texts are written in: sound and tables have zeros in every other byte as well.
fn plausible(encoding: &'static Encoding, sample: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let all = text.chars().count();
    let odd = text.chars().filter(|c| {
        c.is_control() && !c.is_whitespace() || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}')
    });
    // The sample may end within a character.
    odd.count() <= 1 + all / 100
}

pub fn utf32(bytes: &[u8]) -> Option<String> {
    let big = match bytes.get(..4)? {
        [0, 0, 0xfe, 0xff] | [0, 0, 0, b'<'] => true,
        [0xff, 0xfe, 0, 0] | [b'<', 0, 0, 0] => false,
        _ => return None,
    };
    let text = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|unit| if big { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) })
        .filter(|unit| *unit != 0xfeff)
        .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text.collect())
}
