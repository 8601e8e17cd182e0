//! Bytes in, text out: which encoding a body is really in.
//!
//! Order: override, byte order mark, valid UTF-8, declaration (HTTP, `<meta>`, XML) if it decodes clean, then a
//! guess over the whole body. Declarations lie in both directions, so UTF-8 that is valid is believed first.

use super::{Body, kind};
use crate::model::Unreadable;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252,
};
use std::borrow::Cow;

/// The decoded text of `body` and the name of the encoding it was in.
pub fn decode<'a>(body: &Body<'a>) -> Result<(Cow<'a, str>, &'static str), Unreadable> {
    let bytes = body.bytes;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    if let Some(encoding) = body.charset.and_then(label) {
        return Ok((lossy(encoding, bytes), encoding.name()));
    }
    if let Some(text) = utf32(bytes) {
        return Ok((Cow::Owned(text), "UTF-32"));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok((lossy(encoding, &bytes[mark..]), encoding.name()));
    }
    if let Some(encoding) = utf16_by_zeros(bytes) {
        return Ok((lossy(encoding, bytes), encoding.name()));
    }
    if let Some(kind) = kind::not_text(bytes) {
        return Err(kind.instead_of("text"));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Seven-bit Japanese is valid UTF-8 too.
        if bytes.contains(&0x1b) && declared(bytes, body.content_type).contains(&ISO_2022_JP) {
            return Ok((lossy(ISO_2022_JP, bytes), ISO_2022_JP.name()));
        }
        return Ok((Cow::Borrowed(text), UTF_8.name()));
    }
    // Declared UTF-8 may be damaged more: a short feed, or one cut in every summary, is still no other encoding.
    let says_so = declared(bytes, body.content_type).first() == Some(&UTF_8);
    if nearly_utf8(bytes, if says_so { 4 } else { 50 }) {
        return Ok((String::from_utf8_lossy(bytes), UTF_8.name()));
    }
    let mut guess = None;
    for encoding in declared(bytes, body.content_type) {
        // Every byte decodes in windows-1252, so "clean" proves nothing there; servers send it as a default.
        if encoding == WINDOWS_1252 {
            let guessed = *guess.get_or_insert_with(|| detect(bytes));
            if multi_byte(guessed) && clean(guessed, bytes).is_some() {
                continue;
            }
        }
        if let Some(text) = clean(encoding, bytes) {
            return Ok((text, encoding.name()));
        }
    }
    let encoding = guess.unwrap_or_else(|| detect(bytes));
    Ok((lossy(encoding, bytes), encoding.name()))
}

fn lossy<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    encoding.decode_with_bom_removal(bytes).0
}

fn clean<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

fn multi_byte(encoding: &'static Encoding) -> bool {
    [GBK, GB18030, BIG5, EUC_JP, EUC_KR, SHIFT_JIS].contains(&encoding)
}

/// The encoding of a label; gb2312 and gbk are read as their superset.
pub fn label(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(name.trim().as_bytes())?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// No hint from the host name: it would turn all Big5, Japanese and Korean under `.cn` into GBK.
fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding == GBK { GB18030 } else { encoding }
}

/// A UTF-8 page with a few broken characters (cut by a database column, or at the size limit).
fn nearly_utf8(bytes: &[u8], good_for_one_bad: usize) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad * good_for_one_bad <= good
}

/// What the header, the `<meta>` tags and the XML declaration say, in this order.
fn declared(bytes: &[u8], content_type: Option<&str>) -> Vec<&'static Encoding> {
    let mut found = Vec::new();
    let mut add = |encoding: Option<&'static Encoding>| {
        if let Some(encoding) = encoding
            && !found.contains(&encoding)
        {
            found.push(encoding);
        }
    };
    if let Some(value) = content_type {
        add(charset_in(&value.to_ascii_lowercase()));
    }
    // Declarations are ASCII; 16 KiB reach beyond any sensible head.
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(16_384)]).to_ascii_lowercase();
    if let Some(at) = head.find("<?xml")
        && let Some(end) = head[at..].find("?>")
        && let Some(value) = value_after(&head[at..at + end], "encoding")
    {
        add(label(value));
    }
    for (at, _) in head.match_indices("<meta") {
        let tag = &head[at..];
        add(charset_in(&tag[..tag.find('>').unwrap_or(tag.len())]));
    }
    found
}

fn charset_in(text: &str) -> Option<&'static Encoding> {
    value_after(text, "charset").and_then(label)
}

/// The value in `name = "value"`, quoted or not.
fn value_after<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let rest = &text[text.find(name)? + name.len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    rest.split(['"', '\'', ';', '>', ' ', '\t', '\r', '\n', '/']).next().filter(|value| !value.is_empty())
}

fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [0, a, 0, b] if *a != 0 && *b != 0 => Some(encoding_rs::UTF_16BE),
        [a, 0, b, 0] if *a != 0 && *b != 0 => Some(encoding_rs::UTF_16LE),
        _ => None,
    }
}

fn utf32(bytes: &[u8]) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
