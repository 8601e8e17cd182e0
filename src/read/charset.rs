//! Bytes in, text out: which encoding a body is really in.
//!
//! Order: override, byte order mark, valid UTF-8, declaration (HTTP, XML, `<meta>`) if it decodes clean, then a
//! guess over the whole body. Declarations lie in both directions, so UTF-8 that is valid is believed first, and a
//! declaration whose text would be no language is not. A body may be cut within its last character, or damaged in a
//! few: that does not change its encoding.

mod declared;
mod guess;
mod wide;

use super::{Body, kind};
use crate::model::Unreadable;
use declared::declared;
use encoding_rs::{Encoding, GB18030, ISO_2022_JP, UTF_8, WINDOWS_1252};
use guess::{detect, multi_byte};
use std::borrow::Cow;

pub use declared::label;

/// The decoded text of `body` and the name of the encoding it was in.
pub fn decode<'a>(body: &Body<'a>) -> Result<(Cow<'a, str>, &'static str), Unreadable> {
    let bytes = body.bytes;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    if let Some(encoding) = body.charset.and_then(label) {
        return Ok((lossy(encoding, bytes), encoding.name()));
    }
    if let Some(text) = wide::utf32(bytes) {
        return Ok((Cow::Owned(text), "UTF-32"));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok((lossy(encoding, &bytes[mark..]), encoding.name()));
    }
    if let Some(encoding) = wide::utf16(bytes) {
        return Ok((lossy(encoding, bytes), encoding.name()));
    }
    if let Some(kind) = kind::not_text(bytes) {
        return Err(kind.instead_of("text"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(seven_bit(body, text).unwrap_or((Cow::Borrowed(text), UTF_8.name()))),
        Err(_) => Ok(not_utf8(body)),
    }
}

/// What is valid UTF-8 only because all of it is ASCII: Japanese and Chinese in seven bits.
fn seven_bit<'a>(body: &Body<'a>, text: &str) -> Option<(Cow<'a, str>, &'static str)> {
    if text.contains("\x1b$") {
        let named = || declared(body.bytes, body.content_type).contains(&ISO_2022_JP);
        let closed = text.contains("\x1b(B") || text.contains("\x1b(J");
        if closed && clean(ISO_2022_JP, body.bytes).is_some() || named() {
            return Some((lossy(ISO_2022_JP, body.bytes), ISO_2022_JP.name()));
        }
    }
    if text.contains("~{") && declared::says_hz(body.bytes, body.content_type) {
        return Some((Cow::Owned(guess::hz(body.bytes)), "HZ-GB-2312"));
    }
    None
}

fn not_utf8<'a>(body: &Body<'a>) -> (Cow<'a, str>, &'static str) {
    let bytes = body.bytes;
    let declared = declared(bytes, body.content_type);
    // Declared UTF-8 may be damaged more: a short feed, or one cut in every summary, is still no other encoding.
    let says_so = declared.first() == Some(&UTF_8);
    if nearly_utf8(bytes, if says_so { 4 } else { 10 }) {
        return (String::from_utf8_lossy(bytes), UTF_8.name());
    }
    let mut guess = None;
    for encoding in declared.iter().copied() {
        if encoding == GB18030 && guess::strange_as_gb(bytes) || encoding == WINDOWS_1252 {
            // Every byte decodes in windows-1252, and nearly all of East Asia in GB18030: "clean" proves nothing
            // there. Servers send the one as a default.
            let guessed = *guess.get_or_insert_with(|| detect(bytes));
            let other = multi_byte(guessed) || encoding == WINDOWS_1252 && guess::other_letters(guessed);
            if guessed != encoding && other && clean(guessed, bytes).is_some() {
                continue;
            }
        }
        if let Some(text) = clean(encoding, bytes) {
            return (text, encoding.name());
        }
    }
    // What was declared may be damaged only. That Chinese looks like Chinese is tested; of others that is not known.
    if declared.contains(&GB18030) && guess::nearly(GB18030, bytes) {
        return (lossy(GB18030, bytes), GB18030.name());
    }
    let guessed = guess.unwrap_or_else(|| detect(bytes));
    if multi_byte(guessed)
        && let Some(text) = clean(guessed, bytes)
    {
        return (text, guessed.name());
    }
    // The detector gives an encoding up at its first wrong byte.
    let declared = declared.into_iter().find(|encoding| guess::nearly(encoding, bytes));
    let chinese = || {
        (!multi_byte(guessed) && !guess::other_letters(guessed) && guess::nearly(GB18030, bytes))
            .then_some(GB18030)
    };
    let encoding = declared.or_else(chinese).unwrap_or(guessed);
    (lossy(encoding, bytes), encoding.name())
}

/// Whether a body is in units of two or four bytes, with or without a mark that says so.
pub fn is_wide(bytes: &[u8]) -> bool {
    wide::utf32(bytes).is_some() || Encoding::for_bom(bytes).is_some() || wide::utf16(bytes).is_some()
}

fn lossy<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    encoding.decode_with_bom_removal(bytes).0
}

/// The text, if all bytes belong to characters, but for a last one that was cut.
fn clean<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Some(text);
    }
    // No character is longer than four bytes.
    (1..4).find_map(|cut| {
        let kept = bytes.len().checked_sub(cut)?;
        (bytes[kept] >= 0x80)
            .then(|| encoding.decode_without_bom_handling_and_without_replacement(&bytes[..kept]))
            .flatten()
    })
}

/// A UTF-8 page with a few broken characters (cut by a database column, or at the size limit).
fn nearly_utf8(bytes: &[u8], good_for_one_bad: usize) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // The last character of a body that was cut is not damaged.
    let last = bytes.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
    let cut = std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
    bad -= usize::from(cut && good > 0);
    bad * good_for_one_bad <= good
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::GBK;

    fn decoded(bytes: &[u8], content_type: Option<&str>) -> String {
        let body = Body { content_type, ..Body::of(bytes) };
        decode(&body).unwrap().0.into_owned()
    }

    #[test]
    fn the_encoding_is_found_whatever_is_declared() {
        let text = "<meta charset=CS><p>砚溪市发布通报，岚栎科技回应网传消息不实，公司经营一切正常。</p>";
        for (why, encoding, says, http) in [
            ("UTF-8 that calls itself gb2312", UTF_8, "gb2312", None),
            ("GBK that calls itself utf-8", GBK, "utf-8", None),
            ("GBK, right", GBK, "gb2312", None),
            ("GBK under a Latin-1 header", GBK, "x", Some("text/html; charset=ISO-8859-1")),
            ("GBK, nothing said", GBK, "x", None),
            ("the header says it", GBK, "x", Some("text/html; charset=\"GBK\"")),
        ] {
            let page = text.replace("CS", says);
            assert_eq!(decoded(&encoding.encode(&page).0, http), page, "{why}");
        }
    }

    #[test]
    fn charset_on_a_script_is_not_the_pages() {
        let page = "<script charset=\"utf-8\"></script><meta charset=gbk>砚溪";
        assert_eq!(decoded(&GBK.encode(page).0, None), page);
    }

    #[test]
    fn wide_encodings_without_a_mark() {
        let wide: Vec<u8> = "<p>溪</p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&wide, None), "<p>溪</p>");
        let wider: Vec<u8> = "<p>溪</p>".chars().flat_map(|c| (c as u32).to_be_bytes()).collect();
        assert_eq!(decoded(&wider, None), "<p>溪</p>");
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, expected) in [
            (&b" \n"[..], "the body is empty"),
            (b"%PDF-1.7 ...", "a PDF file is not text"),
            (&[1, 2, 3, 0, 4, 200, 7], "binary data is not text"),
        ] {
            assert_eq!(decode(&Body::of(bytes)).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn one_broken_character_does_not_change_the_encoding() {
        let mut page = "砚溪市今日发布通报，".repeat(30).into_bytes();
        page.extend([0xe6, 0xba, b'x']);
        assert!(decoded(&page, None).starts_with("砚溪市今日"));
    }
}
