//! Digits in all their dress, and runs of them.
//!
//! In comes a place in a text; out goes the run of digits around it, each with its value, its style and what stands
//! before it. What a reader takes for one number is one run: `139-0000-0000`, `①③⑨`, `一三九`, `1️⃣3️⃣9️⃣`.

/// So many characters may stand between two digits of one run.
const WIDEST_GAP: usize = 3;
/// An identity number ends with its eighteenth sign, which may be an X.
const BEFORE_X: usize = 17;
/// The value of that X.
pub(super) const X: u8 = 10;

/// One digit of a run, with the marks that belong to it (the frame of a keycap).
#[derive(Debug, Clone, Copy)]
pub(super) struct Sign {
    pub value: u8,
    pub style: Style,
    pub start: usize,
    pub end: usize,
    /// What stands before it: 0 nothing that is seen, else one number for each kind of separation.
    pub gap: u32,
}

/// Numbers end where the style changes, unless together they make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Wide,
    Ring,
    Fancy,
    Raised,
    Han,
    /// O for 0, l for 1.
    Letter,
    X,
}

pub(super) fn digit(c: char) -> Option<(u8, Style)> {
    let from = |first: u32| (c as u32 - first) as u8;
    Some(match c {
        '0'..='9' => (from(0x30), Style::Plain),
        '\u{7f}'..='\u{b1}' => return None,
        '０'..='９' => (from(0xff10), Style::Wide),
        _ => return styled(c).or_else(|| han(c).map(|value| (value, Style::Han))),
    })
}

/// Circled, raised, mathematical digits, and those of other scripts.
fn styled(c: char) -> Option<(u8, Style)> {
    let from = |first: u32| (c as u32 - first) as u8;
    Some(match c {
        '①'..='⑨' => (from(0x2460) + 1, Style::Ring),
        '⑴'..='⑼' => (from(0x2474) + 1, Style::Ring),
        '⒈'..='⒐' => (from(0x2488) + 1, Style::Ring),
        '⓵'..='⓽' => (from(0x24f5) + 1, Style::Ring),
        '❶'..='❾' => (from(0x2776) + 1, Style::Ring),
        '➀'..='➈' => (from(0x2780) + 1, Style::Ring),
        '➊'..='➒' => (from(0x278a) + 1, Style::Ring),
        '⓪' | '⓿' | '\u{1f100}' | '\u{1f10b}' | '\u{1f10c}' => (0, Style::Ring),
        '\u{1f101}'..='\u{1f10a}' => (from(0x1f101), Style::Ring),
        '²' | '³' => (from(0xb0), Style::Raised),
        '¹' => (1, Style::Raised),
        '⁰' | '⁴'..='⁹' => (from(0x2070), Style::Raised),
        '₀'..='₉' => (from(0x2080), Style::Raised),
        '\u{1d7ce}'..='\u{1d7ff}' => (from(0x1d7ce) % 10, Style::Fancy),
        '\u{1fbf0}'..='\u{1fbf9}' => (from(0x1fbf0), Style::Fancy),
        '٠'..='٩' => (from(0x660), Style::Fancy),
        '۰'..='۹' => (from(0x6f0), Style::Fancy),
        '०'..='९' => (from(0x966), Style::Fancy),
        '๐'..='๙' => (from(0xe50), Style::Fancy),
        '༠'..='༩' => (from(0xf20), Style::Fancy),
        _ => return None,
    })
}

fn han(c: char) -> Option<u8> {
    Some(match c {
        '〇' | '零' | '○' | '◯' => 0,
        '一' | '壹' | '幺' | '弌' | '㈠' | '㊀' | '〡' => 1,
        '二' | '贰' | '貳' | '两' | '兩' | '弍' | '㈡' | '㊁' | '〢' => 2,
        '三' | '叁' | '叄' | '參' | '弎' | '㈢' | '㊂' | '〣' => 3,
        '四' | '肆' | '㈣' | '㊃' | '〤' => 4,
        '五' | '伍' | '㈤' | '㊄' | '〥' => 5,
        '六' | '陆' | '陸' | '㈥' | '㊅' | '〦' => 6,
        '七' | '柒' | '㈦' | '㊆' | '〧' => 7,
        '八' | '捌' | '㈧' | '㊇' | '〨' => 8,
        '九' | '玖' | '㈨' | '㊈' | '〩' => 9,
        _ => return None,
    })
}

pub(super) fn is_x(c: char) -> bool {
    match c {
        'x' | 'X' | 'ｘ' | 'Ｘ' | 'Ⓧ' | 'ⓧ' | 'Ⅹ' | 'ⅹ' => true,
        '\u{1d400}'..='\u{1d6a3}' => matches!((c as u32 - 0x1d400) % 52, 23 | 49),
        _ => false,
    }
}

fn look_alike(c: char) -> Option<u8> {
    match c {
        'o' | 'O' => Some(0),
        'l' | 'I' => Some(1),
        _ => None,
    }
}

/// What nobody sees, and marks that belong to the character before.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e007f}'
        | '\u{300}'..='\u{33f}' | '\u{488}' | '\u{489}' | '\u{20d0}'..='\u{20ff}')
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// A number for each sort of light separator.
pub(super) fn separator(c: char) -> Option<u32> {
    Some(match c {
        c if is_space(c) => 1,
        '-' | '－' | '‐'..='―' | '−' | '─' | '━' | '﹣' => 2,
        '.' | '．' => 3,
        '·' | '•' | '・' | '‧' | '∙' | '⋅' | '●' => 4,
        '_' | '＿' => 5,
        '/' | '／' => 6,
        '|' | '｜' | '丨' => 7,
        '*' | '＊' => 8,
        '~' | '～' | '〜' => 9,
        '\\' | '＼' => 10,
        '^' | '＾' => 11,
        '★' | '☆' => 12,
        '丶' => 13,
        _ => return None,
    })
}

/// The run of digits that holds the one at `anchor` and begins not before `from`; says where it ends.
pub(super) fn read(text: &str, from: usize, anchor: usize, signs: &mut Vec<Sign>) -> usize {
    signs.clear();
    let mut at = begin(text, from, anchor);
    let (mut gap, mut width) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        if let Some((value, style)) = digit(c) {
            signs.push(Sign { value, style, start: at, end: next, gap });
            (gap, width) = (0, 0);
        } else if let Some((value, end)) = entity(text, at, c) {
            signs.push(Sign { value, style: Style::Plain, start: at, end, gap });
            (gap, width) = (0, 0);
            at = end;
            continue;
        } else if is_invisible(c) {
            if let Some(sign) = signs.last_mut().filter(|sign| sign.end == at && is_mark(c)) {
                sign.end = next;
            }
        } else if let Some(kind) = separator(c) {
            width += 1;
            if width > WIDEST_GAP || signs.is_empty() {
                break;
            }
            gap = gap * 16 + kind;
        } else if is_x(c) && signs.len() >= BEFORE_X {
            signs.push(Sign { value: X, style: Style::X, start: at, end: next, gap });
            break;
        } else if let Some(value) = look_alike(c).filter(|_| gap == 0) {
            signs.push(Sign { value, style: Style::Letter, start: at, end: next, gap });
        } else {
            break;
        }
        at = next;
    }
    let after_anchor = anchor + text[anchor..].chars().next().map_or(1, char::len_utf8);
    signs.last().map_or(0, |sign| sign.end).max(after_anchor)
}

/// The frame of a keycap and other marks that are seen around their digit.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{fe0f}' | '\u{20d0}'..='\u{20ff}' | '\u{300}'..='\u{33f}' | '\u{488}' | '\u{489}')
}

/// Back to the first digit of the run.
fn begin(text: &str, from: usize, anchor: usize) -> usize {
    let mut begin = anchor;
    for prefix in ["&#", "&#x", "&#X"] {
        if text[from..anchor].ends_with(prefix) && entity(text, anchor - prefix.len(), '&').is_some() {
            begin = anchor - prefix.len();
        }
    }
    let (mut at, mut width) = (begin, 0);
    while let Some(c) = text[from..at].chars().next_back() {
        at -= c.len_utf8();
        let in_word = || {
            let before = text[from..at].chars().next_back();
            before.is_some_and(|c| c.is_ascii_alphabetic() && look_alike(c).is_none())
        };
        if digit(c).is_some() || width == 0 && look_alike(c).is_some() && !in_word() {
            begin = at;
            width = 0;
        } else if separator(c).is_some() {
            width += 1;
            if width > WIDEST_GAP {
                break;
            }
        } else if !is_invisible(c) {
            break;
        }
    }
    begin
}

/// `&#49;` left in a text.
fn entity(text: &str, at: usize, c: char) -> Option<(u8, usize)> {
    if c != '&' {
        return None;
    }
    let rest = text[at..].strip_prefix("&#")?;
    let length = rest.bytes().take(7).position(|b| b == b';')?;
    let code = match rest[..length].strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => rest[..length].parse().ok()?,
    };
    let (value, _) = digit(char::from_u32(code)?)?;
    Some((value, at + 2 + length + 1))
}
