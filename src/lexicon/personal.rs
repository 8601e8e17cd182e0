//! Identity numbers, mobile numbers, bank cards and mail addresses in a text.
//!
//! In comes text, out go the same text with the numbers masked, character for character, and what was found where.
//! A number counts only when it is right (check digit, real date, issuer) and stands alone; what is masked already is
//! clean, and so are the numbers that the organisation publishes itself. Long digit runs are rare: the search leaps
//! from one to the next, and a text without any costs a look at its bytes.

use chrono::NaiveDate;
use std::borrow::Cow;

pub const ID_CARD: &str = "pii:id_card";
pub const MOBILE: &str = "pii:mobile";
pub const BANK_CARD: &str = "pii:bank_card";
pub const EMAIL: &str = "pii:email";

/// A piece of personal data, in bytes of the text that it was handed out with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Personal {
    pub kind: &'static str,
    pub start: usize,
    pub end: usize,
}

/// A text without personal data, and where there was some. It has as many characters as the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<'a> {
    pub text: Cow<'a, str>,
    pub found: Vec<Personal>,
}

/// Masks numbers so that their owner still knows them: `138****5678`, `110***********12`, `************0366`.
/// Mail addresses stay; they are contacts.
pub fn mask<'a>(text: &'a str, allow: &[String]) -> Masked<'a> {
    let numbers = numbers(text, allow);
    if numbers.is_empty() {
        return Masked { text: Cow::Borrowed(text), found: Vec::new() };
    }
    let mut masked = String::with_capacity(text.len());
    let mut found = Vec::with_capacity(numbers.len());
    let mut copied = 0;
    for number in &numbers {
        masked.push_str(&text[copied..number.start]);
        let start = masked.len();
        let mut index = 0;
        for c in text[number.start..number.end].chars() {
            let counts = digit(c).is_some() || is_x(c);
            let hidden = counts && index >= number.head && index < number.digits - number.tail;
            masked.push(if hidden { '*' } else { c });
            index += usize::from(counts);
        }
        found.push(Personal { kind: number.kind, start, end: masked.len() });
        copied = number.end;
    }
    masked.push_str(&text[copied..]);
    Masked { text: Cow::Owned(masked), found }
}

/// The numbers that `mask` would mask, as places in this text.
pub fn find(text: &str, allow: &[String]) -> Vec<Personal> {
    let place = |number: &Number| Personal { kind: number.kind, start: number.start, end: number.end };
    numbers(text, allow).iter().map(place).collect()
}

/// Mail addresses in a text.
pub fn emails(text: &str) -> Vec<Personal> {
    let mut found: Vec<Personal> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = text[..at].bytes().rev().take(64).take_while(|&b| is_local(b)).count();
        let local = text[at - before..at].trim_start_matches(['.', '-', '_', '+', '%']);
        let after = text[at + 1..].bytes().take(253).take_while(|&b| is_host(b)).count();
        let host = text[at + 1..at + 1 + after].trim_end_matches(['.', '-']);
        let next = text.as_bytes().get(at + 1 + after);
        if !local.is_empty() && !local.ends_with('.') && is_mail_host(host) && next != Some(&b'@') {
            found.push(Personal { kind: EMAIL, start: at - local.len(), end: at + 1 + host.len() });
        }
    }
    found
}

fn is_local(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._%+-".contains(&b)
}

fn is_host(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b".-".contains(&b)
}

fn is_mail_host(host: &str) -> bool {
    /// `logo@2x.png` is a picture.
    const FILES: [&str; 9] = ["png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "html"];
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    let labels_are_whole = name.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    let top_is_one = top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic());
    labels_are_whole && top_is_one && !FILES.contains(&top.to_ascii_lowercase().as_str())
}

/// A number found, with how many of its digits stay readable at either end.
#[derive(Debug, Clone, Copy)]
struct Number {
    kind: &'static str,
    start: usize,
    end: usize,
    digits: usize,
    head: usize,
    tail: usize,
}

/// Digits without anything between them.
#[derive(Debug, Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    digits: usize,
    /// What stands between the group before and this one.
    after: Gap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Hyphen,
    /// Zero width: the reader sees one number.
    Nothing,
}

fn numbers(text: &str, allow: &[String]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut chain = Vec::new();
    let mut from = 0;
    while let Some(start) = next_digit(text.as_bytes(), from) {
        from = read_chain(text, start, &mut chain);
        if chain.iter().map(|group| group.digits).sum::<usize>() < 11 {
            continue;
        }
        let mut index = 0;
        while index < chain.len() {
            match number_at(text, &chain[index..]) {
                Some((number, used)) => {
                    if !is_allowed(text, number, allow) {
                        found.push(number);
                    }
                    index += used;
                }
                None => index += 1,
            }
        }
    }
    found
}

/// The next ASCII or full-width digit. Whole blocks without one are passed over; the compiler makes that a few vector
/// instructions.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    const BLOCK: usize = 64;
    let mut at = from;
    while at < bytes.len() {
        let end = (at + BLOCK).min(bytes.len());
        let some = bytes[at..end]
            .iter()
            .fold(0, |some, &b| some | u8::from(b.is_ascii_digit()) | u8::from(b == 0xef));
        if some != 0
            && let Some(place) = (at..end).find(|&place| {
                bytes[place].is_ascii_digit()
                    || matches!(bytes[place..], [0xef, 0xbc, last, ..] if (0x90..=0x99).contains(&last))
            })
        {
            return Some(place);
        }
        at = end;
    }
    None
}

/// Reads groups of digits that single separators join, and says where reading ended.
fn read_chain(text: &str, start: usize, chain: &mut Vec<Group>) -> usize {
    chain.clear();
    let mut group = Group { start, end: start, digits: 0, after: Gap::None };
    let mut gap = None;
    for (offset, c) in text[start..].char_indices() {
        let at = start + offset;
        if digit(c).is_some() {
            if let Some(after) = gap.take() {
                chain.push(group);
                group = Group { start: at, end: at, digits: 0, after };
            }
            group.digits += 1;
            group.end = at + c.len_utf8();
        } else if gap.is_some() {
            break; // two separators end it
        } else {
            gap = Some(match c {
                ' ' | '\u{a0}' | '\u{3000}' => Gap::Space,
                '-' | '－' | '‐' | '‑' | '–' => Gap::Hyphen,
                '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => Gap::Nothing,
                _ => break,
            });
        }
    }
    let end = group.end;
    chain.push(group);
    end
}

/// The number that begins with the first group, and how many groups it takes.
fn number_at(text: &str, chain: &[Group]) -> Option<(Number, usize)> {
    id_card(text, chain).or_else(|| bank_card(text, chain)).or_else(|| mobile(text, chain))
}

/// Eighteen characters in at most five groups: province, real date, check digit.
fn id_card(text: &str, chain: &[Group]) -> Option<(Number, usize)> {
    for used in 1..=chain.len().min(5) {
        let digits: usize = chain[..used].iter().map(|group| group.digits).sum();
        let (start, mut end) = (chain[0].start, chain[used - 1].end);
        let mut value = [0; 18];
        match digits {
            ..17 => continue,
            17 => {
                let x = text[end..].chars().next().filter(|&c| is_x(c))?;
                end += x.len_utf8();
                if text[end..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    return None;
                }
                value[17] = 10;
            }
            18 => {}
            _ => return None,
        }
        for (place, c) in value.iter_mut().zip(text[start..end].chars().filter_map(digit)) {
            *place = c;
        }
        let number = Number { kind: ID_CARD, start, end, digits: 18, head: 3, tail: 2 };
        return is_id(&value).then_some((number, used));
    }
    None
}

fn is_id(value: &[u32; 18]) -> bool {
    const PROVINCES: [u32; 36] = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53,
        54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
    ];
    // GB 11643: the weights are powers of two modulo 11.
    const WEIGHTS: [u32; 18] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let read = |range: std::ops::Range<usize>| value[range].iter().fold(0, |all, &one| all * 10 + one);
    let year = read(6..10);
    PROVINCES.contains(&read(0..2))
        && (1900..2050).contains(&year)
        && NaiveDate::from_ymd_opt(year as i32, read(10..12), read(12..14)).is_some()
        && value.iter().zip(WEIGHTS).map(|(one, weight)| one * weight).sum::<u32>() % 11 == 1
}

/// Sixteen to nineteen digits of a known kind of issuer, with the right check digit, in one or in groups of four.
fn bank_card(text: &str, chain: &[Group]) -> Option<(Number, usize)> {
    let used = if (16..=19).contains(&chain[0].digits) { 1 } else { card_groups(chain)? };
    let (start, end) = (chain[0].start, chain[used - 1].end);
    let mut value = [0; 19];
    let mut digits = 0;
    for one in text[start..end].chars().filter_map(digit) {
        value[digits] = one;
        digits += 1;
    }
    let value = &value[..digits];
    let plausible = is_issued(value) && luhn(value) && alone(text, start, end);
    plausible.then_some((Number { kind: BANK_CARD, start, end, digits, head: 0, tail: 4 }, used))
}

/// `6222 0202 0000 0000` or `6222 0202 0000 0000 000`, also `622202 0000000000000`.
fn card_groups(chain: &[Group]) -> Option<usize> {
    let sizes: Vec<usize> = chain.iter().take(6).map(|group| group.digits).collect();
    let joined = |used: usize| chain[2..used].iter().all(|group| group.after == chain[1].after);
    match sizes[..] {
        [4, 4, 4, 4, 1..=3, ..] if joined(5) => Some(5),
        [4, 4, 4, 4, 4, ..] => None, // a longer number
        [4, 4, 4, 4, ..] if joined(4) => Some(4),
        [6, 10..=13, ..] => Some(2),
        _ => None,
    }
}

fn is_issued(value: &[u32]) -> bool {
    matches!(
        (value, value.len()),
        ([6, 2, ..], 16..=19) | ([4, ..] | [5, 1..=5, ..], 16) | ([9, 5, 5, 8, ..], 19)
    )
}

fn luhn(value: &[u32]) -> bool {
    let sum: u32 = value
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &one)| match (index % 2, one * 2) {
            (0, _) => one,
            (_, double @ 0..=9) => double,
            (_, double) => double - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Eleven digits from 13 to 19, in one or as 3-4-4, with or without the country's number.
fn mobile(text: &str, chain: &[Group]) -> Option<(Number, usize)> {
    let first: String = text[chain[0].start..].chars().map_while(digit).take(6).map(digit_char).collect();
    // The country's number as a group of its own, or joined to the first.
    let (country, skip) = match (first.as_str(), chain[0].digits) {
        ("86", 2) | ("0086", 4) if chain.len() > 1 => (chain[0].digits, 1),
        (first, 5 | 13) if first.starts_with("86") => (2, 0),
        (first, 7 | 15) if first.starts_with("0086") => (4, 0),
        _ => (0, 0),
    };
    let own = &chain[skip..];
    let joined = if skip == 0 { country } else { 0 };
    let used = match own {
        [one, ..] if one.digits - joined == 11 => 1,
        // One separator throughout, or it is a row of a table.
        [a, b, c, ..] if a.digits - joined == 3 && b.digits == 4 && c.digits == 4 && b.after == c.after => 3,
        _ => return None,
    };
    let (mut start, end) = (chain[0].start, own[used - 1].end);
    let number: Vec<u32> = text[own[0].start..end].chars().filter_map(digit).skip(joined).collect();
    if !matches!(number[..], [1, 3..=9, ..]) || !alone(text, start, end) {
        return None;
    }
    if country > 0 && text[..start].ends_with(['+', '＋']) {
        start -= text[..start].chars().next_back().map_or(0, char::len_utf8);
    }
    let digits = country + 11;
    Some((Number { kind: MOBILE, start, end, digits, head: country + 3, tail: 4 }, skip + used))
}

/// Whether a run of digits is not part of a decimal, an amount, an address or a longer code.
fn alone(text: &str, start: usize, end: usize) -> bool {
    const UNITS: [&str; 11] =
        ["元", "万元", "亿元", "股", "万股", "亿股", "美元", "港元", "吨", "千瓦", "平方米"];
    let (before, after) = (&text[..start], text[end..].trim_start_matches(' '));
    let number_before = before.strip_suffix(['.', ',']).is_some_and(|b| b.ends_with(|c| digit(c).is_some()));
    let number_after = after.strip_prefix(['.', ',']).is_some_and(|a| a.starts_with(|c| digit(c).is_some()));
    let word_after = text[end..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '*');
    let amount = UNITS.iter().any(|unit| after.starts_with(unit));
    let masked = before.ends_with('*');
    !(number_before
        || number_after
        || word_after
        || amount
        || masked
        || in_address(before)
        || is_serial(before))
}

/// Whether the words before call it a serial number: `工单号是 13900000000`.
fn is_serial(before: &str) -> bool {
    const SERIALS: [&str; 6] = ["单号", "编号", "流水号", "序列号", "货号", "案号"];
    let before = before.trim_end_matches([' ', '是', '为', '：', ':', '=', '\u{3000}']);
    SERIALS.iter().any(|serial| before.ends_with(serial))
}

/// Whether the text up to here ends within a web address.
fn in_address(before: &str) -> bool {
    let tail =
        before.bytes().rev().take(300).take_while(|&b| b.is_ascii_graphic() && !b"\"<>".contains(&b)).count();
    let tail = &before[before.len() - tail..];
    tail.contains("://") || tail.contains("www.")
}

/// Compares digits only, so that `0730-555 0100` allows `07305550100`.
fn is_allowed(text: &str, number: Number, allow: &[String]) -> bool {
    let significant = |text: &str| -> String {
        text.chars().filter_map(|c| digit(c).map(digit_char).or(is_x(c).then_some('X'))).collect()
    };
    let local = |digits: &str| match digits.strip_prefix("00").unwrap_or(digits).strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => digits.to_owned(),
    };
    let own = local(&significant(&text[number.start..number.end]));
    allow.iter().any(|one| local(&significant(one)) == own)
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => None,
    }
}

fn digit_char(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

fn is_x(c: char) -> bool {
    matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ')
}

#[cfg(test)]
#[path = "personal/tests.rs"]
mod tests;
