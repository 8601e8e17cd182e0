//! Bytes that are no UTF-8 in, the encoding that they most likely are in out.
//!
//! One wrong byte rules an encoding out for the detector, but pages are damaged and cut; so what it finds in the
//! whole is weighed against what it finds in the parts.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8,
    KOI8_R, KOI8_U, SHIFT_JIS, WINDOWS_874, WINDOWS_1251, WINDOWS_1253, WINDOWS_1255, WINDOWS_1256,
};

pub fn multi_byte(encoding: &'static Encoding) -> bool {
    [GBK, GB18030, BIG5, EUC_JP, EUC_KR, SHIFT_JIS].contains(&encoding)
}

/// Encodings of letters that nobody takes for Latin ones.
pub fn other_letters(encoding: &'static Encoding) -> bool {
    [
        KOI8_R,
        KOI8_U,
        IBM866,
        WINDOWS_1251,
        ISO_8859_5,
        WINDOWS_1253,
        ISO_8859_7,
        WINDOWS_1255,
        ISO_8859_8,
        WINDOWS_1256,
        ISO_8859_6,
        WINDOWS_874,
    ]
    .contains(&encoding)
}

pub fn detect(bytes: &[u8]) -> &'static Encoding {
    let whole = of(bytes);
    if multi_byte(whole) || !is_high(bytes) {
        return whole;
    }
    by_parts(bytes).unwrap_or(whole)
}

/// No hint from the host name: it would turn all Big5, Japanese and Korean under `.cn` into GBK. The end is left
/// open, as it may lie within a character.
fn of(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, false);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding == GBK { GB18030 } else { encoding }
}

/// Whether bytes beyond ASCII mostly come in company, as those of multi-byte encodings do.
fn is_high(bytes: &[u8]) -> bool {
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    let paired = bytes.windows(2).filter(|pair| pair[0] >= 0x80 && pair[1] >= 0x40).count();
    high > 20 && paired * 2 > high
}

/// The multi-byte encoding of most of the text, where damage lies in a few parts of it only.
fn by_parts(bytes: &[u8]) -> Option<&'static Encoding> {
    const PARTS: usize = 24;
    let mut votes: Vec<(&'static Encoding, usize)> = Vec::new();
    let (mut rest, mut all) = (bytes, 0);
    while !rest.is_empty() {
        // In none of these encodings are these two a part of a character.
        let least = (bytes.len() / PARTS).max(64).min(rest.len());
        let end = rest[least..]
            .iter()
            .position(|b| matches!(b, b'<' | b'\n'))
            .map_or(rest.len(), |end| least + end);
        let (part, after) = rest.split_at(end);
        rest = after;
        let weight = part.iter().filter(|b| **b >= 0x80).count();
        all += weight;
        let guess = of(part);
        match votes.iter_mut().find(|(known, _)| *known == guess) {
            Some((_, votes)) => *votes += weight,
            None => votes.push((guess, weight)),
        }
    }
    let (best, weight) =
        votes.into_iter().filter(|(guess, _)| multi_byte(guess)).max_by_key(|(_, weight)| *weight)?;
    (weight * 2 > all).then_some(best)
}

/// Whether this multi-byte encoding fits, but for a few damaged characters.
pub fn nearly(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    if !multi_byte(encoding) || !is_high(bytes) || encoding == GB18030 && strange_as_gb(bytes) {
        return false;
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let (good, bad) = text.chars().filter(|c| !c.is_ascii()).fold((0_usize, 0_usize), |(good, bad), c| {
        if c == char::REPLACEMENT_CHARACTER { (good, bad + 1) } else { (good + 1, bad) }
    });
    bad * 50 <= good
}

/// Whether bytes that decode as GB18030 do not look like Chinese in it: other East Asian encodings decode too.
pub fn strange_as_gb(bytes: &[u8]) -> bool {
    let (mut pairs, mut common, mut late, mut at) = (0_usize, 0_usize, 0_usize, 0);
    while let Some(lead) = bytes.get(at) {
        if *lead < 0x81 {
            at += 1;
            continue;
        }
        let Some(trail) = bytes.get(at + 1) else { break };
        at += if trail.is_ascii_digit() { 4 } else { 2 };
        // Signs are the same in many of them.
        if matches!(lead, 0xa1..=0xa3) {
            continue;
        }
        pairs += 1;
        // The 3,755 everyday characters in the order of their sounds; the second half of the alphabet is as frequent.
        if matches!(lead, 0xb0..=0xd7) && *trail >= 0xa1 {
            common += 1;
            late += usize::from(*lead >= 0xc9);
        }
    }
    pairs >= 20 && (common * 10 < pairs * 8 || late * 5 < common)
}

/// Seven-bit GB2312: `~{` and `~}` around pairs, `~~` for a tilde.
pub fn hz(bytes: &[u8]) -> String {
    let (mut gb, mut packed, mut at) = (Vec::with_capacity(bytes.len()), false, 0);
    while let Some(b) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match (b, next) {
            (b'~', Some(b'{')) => packed = true,
            (b'~', Some(b'}')) => packed = false,
            (b'~', Some(b'~')) if !packed => gb.push(b'~'),
            (b'~', Some(b'\n')) if !packed => {}
            (0x21..=0x7e, Some(trail @ 0x21..=0x7e)) if packed => gb.extend([b | 0x80, trail | 0x80]),
            (b'\n', _) => {
                // A line's end ends what was forgotten to be ended.
                packed = false;
                gb.push(b'\n');
                at += 1;
                continue;
            }
            _ => {
                gb.push(*b);
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    GB18030.decode_without_bom_handling(&gb).0.into_owned()
}
