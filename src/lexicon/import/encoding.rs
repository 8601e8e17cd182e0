//! In which encoding a list was saved, by its bytes.

use crate::lexicon::LexiconError;
use encoding_rs::{BIG5, Encoding, GB18030, UTF_16BE, UTF_16LE};

/// UTF-8 with or without its mark, UTF-16, or what spreadsheets still write: GB18030, or Big5 where that is likelier.
pub fn decode(name: &str, bytes: &[u8]) -> Result<(String, &'static str), LexiconError> {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    if let Some(encoding) = marked.or_else(|| without_mark(bytes)) {
        let (text, _, broken) = encoding.decode(bytes);
        let problem = || format!("its bytes are not {}", encoding.name());
        let wrong = || LexiconError::Format { name: name.to_owned(), problem: problem() };
        return if broken { Err(wrong()) } else { Ok((text.into_owned(), encoding.name())) };
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((text.to_owned(), "UTF-8")),
        Err(error) => error,
    };
    // A broken byte in a UTF-8 list must not turn the whole list into other characters without a word.
    let (mut utf8, mut other) = (0, 0);
    for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() { utf8 += 1 } else { other += 1 }
    }
    if other > utf8
        && let Some((text, encoding)) = legacy(bytes)
    {
        return Ok((text, encoding.name()));
    }
    let line = bytes[..error.valid_up_to()].split(|&b| b == b'\n').count();
    let problem = "not UTF-8; save the file as UTF-8 or correct the line".to_owned();
    Err(LexiconError::Import { name: name.to_owned(), line, problem })
}

/// UTF-16 whose mark was lost: its line ends and commas have a zero byte each, which no other text has.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    if !bytes.len().is_multiple_of(2) || !bytes.contains(&0) {
        return None;
    }
    let signs = |at: usize| {
        let is_sign = |pair: &&[u8]| pair[1 - at] == 0 && matches!(pair[at], b'\n' | b',' | b'\t');
        bytes.chunks_exact(2).filter(is_sign).count()
    };
    match signs(0).cmp(&signs(1)) {
        std::cmp::Ordering::Greater => Some(UTF_16LE),
        std::cmp::Ordering::Less => Some(UTF_16BE),
        std::cmp::Ordering::Equal => None,
    }
}

/// Of the encodings in which every byte makes sense the one whose characters are more often the common ones; of two
/// that are equal GB18030.
fn legacy(bytes: &[u8]) -> Option<(String, &'static Encoding)> {
    let candidates = [GB18030, BIG5].into_iter().filter_map(|encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        (!broken).then(|| (text.into_owned(), encoding))
    });
    candidates.reduce(|gb, big5| if common(bytes, BIG5) > common(bytes, GB18030) { big5 } else { gb })
}

/// Which part of the characters beyond ASCII is of the first level of its standard, in thousandths.
fn common(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let is_common = |lead: u8, trail: u8| {
        if encoding == BIG5 {
            // The signs in A1 to A3 are rare; A4 to C6 are the 5,401 common characters.
            (0xa4..=0xc6).contains(&lead) && (matches!(trail, 0x40..=0x7e) || trail >= 0xa1)
        } else {
            // GB 2312, level 1: 3,755 characters.
            (0xb0..=0xd7).contains(&lead) && trail >= 0xa1
        }
    };
    let (mut seen, mut known, mut at) = (0, 0, 0);
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            at += 1;
            continue;
        }
        seen += 1;
        known += usize::from(bytes.get(at + 1).is_some_and(|&trail| is_common(bytes[at], trail)));
        at += 2;
    }
    known * 1000 / seen.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_say_the_encoding() {
        let simplified = "立案调查\n退市\n内幕交易,A1\n";
        let traditional = "立案調查\n退市\n內線交易,A1\n掏空資產\n";
        let utf16 = |text: &str, swap: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        for (why, bytes, encoding, text) in [
            ("as it should be", simplified.as_bytes().to_vec(), "UTF-8", simplified),
            ("with its mark", format!("\u{feff}{simplified}").into_bytes(), "UTF-8", simplified),
            ("an old spreadsheet", encoding_rs::GBK.encode(simplified).0.into_owned(), "gb18030", simplified),
            ("from across the strait", BIG5.encode(traditional).0.into_owned(), "Big5", traditional),
            (
                "traditional in GBK",
                encoding_rs::GBK.encode(traditional).0.into_owned(),
                "gb18030",
                traditional,
            ),
            ("one word is enough", encoding_rs::GBK.encode("退市").0.into_owned(), "gb18030", "退市"),
            ("Unicode text", [&b"\xff\xfe"[..], &utf16(simplified, false)].concat(), "UTF-16LE", simplified),
            ("without its mark", utf16(simplified, false), "UTF-16LE", simplified),
            ("and turned around", utf16(simplified, true), "UTF-16BE", simplified),
        ] {
            let (read, name) = decode("a.txt", &bytes).unwrap_or_else(|error| panic!("{why}: {error}"));
            assert_eq!((read.trim_start_matches('\u{feff}'), name), (text, encoding), "{why}");
        }
    }
}
