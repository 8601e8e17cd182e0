//! Marks of secrecy and of internal papers, as they stand on documents.
//!
//! In comes text, out go the places of `机密★5年`, `内部明电`, `内部资料 注意保存` and their like, however they are spaced. A
//! mark stands for itself: as a clause, a line, a heading; the same words inside a sentence (保密工作会议, 商业秘密, 客户
//! 资料不得外传) are none.

mod note;

use std::ops::Range;

/// What rules call it.
pub const SECRET: &str = "mark:secret";

/// A heading is looked for in so many of the first lines that hold text.
const HEADING: usize = 8;

/// A mark, in bytes of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub start: usize,
    pub end: usize,
}

/// Every mark, sorted, none upon another.
pub fn find(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let (mut begun, mut lines) = (0, 0);
    let mut document = None;
    for line in text.split('\n') {
        if line.contains(may_mark) {
            let cells = cells(line, begun);
            let heads = lines < HEADING;
            let mut is_document = || heads && *document.get_or_insert_with(|| is_document(text));
            marks.extend(levels(&cells, &mut is_document));
            marks.extend(note::notes(&cells, &mut is_document));
        }
        lines += usize::from(!line.trim().is_empty());
        begun += line.len() + 1;
    }
    marks.sort_unstable_by_key(|mark| (mark.start, mark.end));
    let mut apart: Vec<Mark> = Vec::new();
    for mark in marks {
        match apart.last_mut() {
            Some(before) if mark.start < before.end => before.end = before.end.max(mark.end),
            _ => apart.push(mark),
        }
    }
    apart
}

/// Every mark has one of these.
fn may_mark(c: char) -> bool {
    matches!(
        c,
        '密' | '电'
            | '電'
            | '急'
            | '提'
            | '要'
            | '部'
            | '传'
            | '傳'
            | '泄'
            | '保'
            | '件'
            | '回'
            | '毁'
            | '缴'
            | '退'
            | '供'
            | '印'
    )
}

/// A character that is seen, in its plain form.
#[derive(Debug, Clone, Copy)]
struct Cell {
    c: char,
    start: usize,
    end: usize,
    /// A space stands before it.
    apart: bool,
}

fn cells(line: &str, begun: usize) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut apart = false;
    for (at, c) in line.char_indices() {
        if c.is_whitespace() || matches!(c, '·' | '•' | '・') {
            apart = true;
        } else if !is_invisible(c) {
            let start = begun + at;
            cells.push(Cell { c: fold(c), start, end: start + c.len_utf8(), apart });
            apart = false;
        }
    }
    cells
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

/// The letters of marks in simplified script and plain width; every star is one star.
fn fold(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '☆' | '✩' | '✪' | '✭' | '✮' | '✰' | '⭐' | '🌟' | '⋆' | '✯' => '★',
        '機' => '机',
        '絕' | '絶' => '绝',
        '祕' => '秘',
        '級' => '级',
        '內' => '内',
        '電' => '电',
        '傳' => '传',
        '資' => '资',
        '閱' => '阅',
        '會' => '会',
        '後' => '后',
        '啟' | '啓' => '启',
        '長' => '长',
        '個' => '个',
        '僅' => '仅',
        '參' => '参',
        '領' => '领',
        '導' => '导',
        '嚴' => '严',
        '請' => '请',
        '發' => '发',
        '繳' => '缴',
        '開' => '开',
        '碼' => '码',
        '報' => '报',
        '轉' => '转',
        '間' => '间',
        c => c,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric()
}

fn spells(cells: &[Cell], at: usize, word: &str) -> bool {
    cells.get(at..).is_some_and(|rest| {
        rest.len() >= word.chars().count()
            && rest.iter().map(|cell| cell.c).zip(word.chars()).all(|(one, other)| one == other)
    })
}

fn mark(cells: &[Cell], range: Range<usize>) -> Mark {
    Mark { start: cells[range.start].start, end: cells[range.end - 1].end }
}

/// `机密★5年`, `绝密★启用前`, `密级：秘密`, and 机密 as a heading.
fn levels(cells: &[Cell], is_document: &mut dyn FnMut() -> bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    for at in 0..cells.len().saturating_sub(1) {
        if !matches!(cells[at].c, '绝' | '机' | '秘') || cells[at + 1].c != '密' {
            continue;
        }
        let next = |index: usize| cells.get(index).filter(|cell| is_word(cell.c) && !cell.apart);
        let star = cells.get(at + 2).map_or('\0', |cell| cell.c);
        let after = at + 2 + usize::from(matches!(star, '★' | '*'));
        let end = period(cells, after).unwrap_or(after);
        let timed = end > after;
        let alone = at == 0 && end == cells.len();
        let begins = at == 0 || cells[at].apart || !is_word(cells[at - 1].c);
        let named = ["密级", "密级:", "密级别", "密级别:", "保密等级", "保密等级:"]
            .into_iter()
            .any(|word| at >= word.chars().count() && spells(cells, at - word.chars().count(), word));
        let stands = match star {
            // Stars in a row are a rating, and a star between words is an ornament.
            '★' => cells.get(after).is_none_or(|cell| cell.c != '★') && (timed || next(after).is_none()),
            '*' => timed || alone,
            _ => named && next(end).is_none() || alone && (timed || is_document()),
        };
        if stands && (begins || star == '★' || named) {
            marks.push(mark(cells, at..end));
        }
    }
    marks
}

/// Where a term of secrecy ends: `5年`, `长期`, `启用前`.
fn period(cells: &[Cell], at: usize) -> Option<usize> {
    for word in ["长期", "启用前", "解密前", "公布前", "公开前", "印发前", "永久"] {
        if spells(cells, at, word) {
            return Some(at + word.chars().count());
        }
    }
    let is_number = |cell: &&Cell| cell.c.is_ascii_digit() || "一二三四五六七八九十两半".contains(cell.c);
    let digits = cells.get(at..)?.iter().take(3).take_while(is_number).count();
    let unit = ["年", "个月", "月", "天", "日"].into_iter().find(|unit| spells(cells, at + digits, unit))?;
    (digits > 0).then(|| at + digits + unit.chars().count())
}

/// Whether a text looks like a paper that offices send each other.
fn is_document(text: &str) -> bool {
    const SIGNS: [&str; 14] = [
        "〔20",
        "﹝20",
        "［20",
        "签发人",
        "发文字号",
        "主送",
        "抄送",
        "印发",
        "各县",
        "各市",
        "各区",
        "各部门",
        "有关单位",
        "特此通知",
    ];
    SIGNS.iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
#[path = "marks/tests.rs"]
mod tests;
