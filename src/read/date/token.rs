//! What a date string is made of: numbers, words, single characters, spaces.

use chrono::FixedOffset;
use chrono_tz::Tz;

#[derive(Debug, Clone, PartialEq)]
pub enum Tok {
    /// Value and how many digits it was written with.
    Num(u64, u8),
    /// Latin, Greek or Cyrillic letters, in lower case.
    Word(String),
    Ch(char),
    /// Any run of white space.
    Space,
}

/// Enough for any label with its date; the rest of a long text is not looked at.
const LONGEST: usize = 600;

pub fn tokens(text: &str) -> Vec<Tok> {
    let chars: Vec<char> = text.chars().take(LONGEST).map(narrow).collect();
    let mut toks = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let run = |f: fn(char) -> bool| chars[at..].iter().take_while(|c| f(**c)).count();
        let c = chars[at];
        if c.is_ascii_digit() {
            let length = run(|c| c.is_ascii_digit());
            let digits: String = chars[at..at + length].iter().collect();
            toks.push(Tok::Num(digits.parse().unwrap_or(u64::MAX), u8::try_from(length).unwrap_or(u8::MAX)));
            at += length;
        } else if is_letter(c) {
            let length = run(is_letter);
            toks.push(Tok::Word(chars[at..at + length].iter().collect::<String>().to_lowercase()));
            at += length;
        } else if c.is_whitespace() {
            at += run(char::is_whitespace);
            toks.push(Tok::Space);
        } else if let Some((value, digits, length)) = han_number(&chars[at..]) {
            toks.push(Tok::Num(value, digits));
            at += length;
        } else {
            toks.push(Tok::Ch(c));
            at += 1;
        }
    }
    toks
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{52f}') && c.is_alphabetic()
}

/// The month that a word names, whole or cut short, in the languages of the feeds we meet.
pub fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january janvier enero januar gennaio janeiro januari января ιανουαρίου január",
        "february février febrero februar febbraio fevereiro februari февраля φεβρουαρίου február",
        "march mars marzo märz março maart марта μαρτίου μάρ március",
        "april avril abril aprile апреля απριλίου április",
        "may mai mayo maggio maio mei мая μαΐου μάιος μαϊου május",
        "june juin junio juni giugno junho июня ιουνίου ιούν június",
        "july juillet julio juli luglio julho июля ιουλίου ιούλ július",
        "august août agosto augustus августа αυγούστου αύγ augusztus",
        "september sept septembre septiembre settembre setembro сентября σεπτεμβρίου szeptember",
        "october octobre octubre oktober ottobre outubro октября οκτωβρίου október",
        "november novembre noviembre novembro ноября νοεμβρίου νοέ",
        "december décembre diciembre dezember dicembre dezembro декабря δεκεμβρίου",
    ];
    // `ju` and `ma` would be anything; `jui` is French for two months.
    if word.chars().count() < 3 || word == "jui" {
        return None;
    }
    let named = |names: &&str| names.split(' ').any(|name| name.starts_with(word));
    NAMES.iter().position(named).map(|at| at as u32 + 1)
}

/// Full-width digits and punctuation to ASCII.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2d7}' | '\u{2010}'..='\u{2012}' | '\u{2212}' => '-',
        other => other,
    }
}

/// `二〇二六` or `十四` before 年, 月 or 日: elsewhere these characters are words.
fn han_number(chars: &[char]) -> Option<(u64, u8, usize)> {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |c: char| match c {
        '零' | '○' | 'Ｏ' => Some(0_u64),
        _ => DIGITS.chars().position(|d| d == c).map(|n| n as u64),
    };
    let length = chars.iter().take_while(|c| digit(**c).is_some() || matches!(c, '十' | '廿')).count();
    if length == 0 || !matches!(chars.get(length), Some('年' | '月' | '日' | '号' | '號')) {
        return None;
    }
    let run = &chars[..length];
    if length == 4 && !run.contains(&'十') {
        let value = run.iter().try_fold(0, |value, c| digit(*c).map(|d| value * 10 + d))?;
        return Some((value, 4, length));
    }
    let value = match run {
        [ten] if *ten == '十' => 10,
        ['十', one] => 10 + digit(*one)?,
        ['廿', one] => 20 + digit(*one)?,
        ['廿'] => 20,
        [tens, '十'] => digit(*tens)? * 10,
        [one] => digit(*one)?,
        [tens, one] | [tens, '十', one] => digit(*tens)? * 10 + digit(*one)?,
        [hundreds, tens, one] => digit(*hundreds)? * 100 + digit(*tens)? * 10 + digit(*one)?,
        _ => return None,
    };
    Some((value, if value > 99 { 3 } else { 2 }, length))
}

pub fn weekday(word: &str) -> bool {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    word.len() >= 3 && NAMES.iter().any(|name| name.starts_with(word))
}

/// `PM`, `a.m.`: hours to add, and the place after.
pub fn half_of_day(toks: &[Tok], at: usize) -> Option<(u32, usize)> {
    let Tok::Word(word) = toks.get(at)? else { return None };
    let hours = |c: &str| if c.starts_with('p') { 12 } else { 0 };
    match word.as_str() {
        "am" | "pm" => Some((hours(word), at + 1)),
        "a" | "p" if matches!(toks.get(at + 1), Some(Tok::Ch('.'))) => {
            let dot = usize::from(matches!(toks.get(at + 3), Some(Tok::Ch('.'))));
            matches!(toks.get(at + 2), Some(Tok::Word(m)) if m == "m").then_some((hours(word), at + 3 + dot))
        }
        _ => None,
    }
}

/// `Z`, `GMT`, `+08:00`, `+0800`, `GMT-07:00`, `EST`; nothing where the page gives none.
pub fn offset(toks: &[Tok], mut at: usize, zone: Tz) -> Option<FixedOffset> {
    while matches!(toks.get(at), Some(Tok::Space | Tok::Ch('('))) {
        at += 1;
    }
    let mut named = None;
    if let Some(Tok::Word(word)) = toks.get(at) {
        let hours = match word.as_str() {
            "z" | "gmt" | "utc" | "ut" => 0,
            "edt" => -4,
            // China's and Chicago's clock have one name; the source's zone says which is meant.
            "cst" if zone.name().starts_with("Asia/") => 8,
            "hkt" => 8,
            "cst" | "mdt" => -6,
            "est" | "cdt" => -5,
            "mst" | "pdt" => -7,
            "pst" => -8,
            "cet" | "bst" => 1,
            "cest" => 2,
            "jst" => 9,
            _ => return None,
        };
        named = FixedOffset::east_opt(hours * 3600);
        at += 1;
    }
    let sign = match toks.get(at) {
        Some(Tok::Ch('+')) => 1,
        Some(Tok::Ch('-')) => -1,
        _ => return named,
    };
    let (hours, minutes) = match (toks.get(at + 1), toks.get(at + 2), toks.get(at + 3)) {
        (Some(Tok::Num(h, 1 | 2)), Some(Tok::Ch(':')), Some(Tok::Num(m, 2))) => (*h, *m),
        (Some(Tok::Num(hm, 4)), ..) => (hm / 100, hm % 100),
        (Some(Tok::Num(h, 1 | 2)), ..) => (*h, 0),
        _ => return named,
    };
    if hours > 14 || minutes > 59 {
        return named;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60) as i32).or(named)
}
