//! Codes of letters and digits: unified social credit codes and passports.

use super::near::{Lean, Site};
use super::sign::{Sign, Style, digit, is_invisible, separator};
use super::{PASSPORT, Piece, USCC};

/// A letter or digit of a code.
#[derive(Debug, Clone, Copy)]
struct Letter {
    value: u8,
    start: usize,
    end: usize,
    /// Something is seen before it.
    gap: bool,
}

fn letter(c: char) -> Option<u8> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(c.to_ascii_uppercase() as u8),
        'Ａ'..='Ｚ' => Some((c as u32 - 0xff21) as u8 + b'A'),
        'ａ'..='ｚ' => Some((c as u32 - 0xff41) as u8 + b'A'),
        _ => digit(c).filter(|(_, style)| *style != Style::Han).map(|(value, _)| b'0' + value),
    }
}

/// Reads at most so many letters and digits, single separators between them.
fn read(text: &str, from: usize, most: usize) -> Vec<Letter> {
    let mut read: Vec<Letter> = Vec::new();
    let mut gap = false;
    for (offset, c) in text[from..].char_indices() {
        let start = from + offset;
        if let Some(value) = letter(c) {
            read.push(Letter { value, start, end: start + c.len_utf8(), gap });
            gap = false;
            if read.len() == most {
                break;
            }
        } else if is_invisible(c) {
        } else if separator(c).is_some() && !gap && !read.is_empty() {
            gap = true;
        } else {
            break;
        }
    }
    read
}

/// The credit code in which a run of digits ends, and which of its digits is the first of the code.
pub(super) fn uscc_in(text: &str, signs: &[Sign]) -> Option<(usize, Piece)> {
    let end = signs.last()?.end;
    let goes_on = || {
        let quiet = |c| is_invisible(c) || separator(c).is_some();
        text[end..].trim_start_matches(quiet).starts_with(|c| letter(c).is_some())
    };
    if signs.len() < 18 && !signs.iter().any(|sign| sign.style == Style::Letter) && !goes_on() {
        return None;
    }
    let begins = |&at: &usize| at == 0 || signs[at].gap != 0;
    (signs.len().saturating_sub(18)..signs.len()).filter(begins).find_map(|at| {
        let start = signs[at].start;
        // A few authorities are letters: `Y1`, `A1`.
        let before = text[..start].chars().next_back().filter(|&c| letter(c).is_some());
        let before = before.map_or(start, |c| start - c.len_utf8());
        uscc(text, start)
            .or_else(|| (before < start).then(|| uscc(text, before)).flatten())
            .map(|piece| (at, piece))
    })
}

/// Eighteen letters and digits with the right check character; without any letter only where words say what it is.
fn uscc(text: &str, from: usize) -> Option<Piece> {
    const YES: [&str; 14] = [
        "信用代码",
        "税号",
        "执照",
        "纳税",
        "开票",
        "抬头",
        "发票",
        "组织机构",
        "机构代码",
        "社会信用",
        "识别号",
        "登记证",
        "乙方",
        "甲方",
    ];
    let read = read(text, from, 19);
    let code = read.get(..18)?;
    if read.get(18).is_some_and(|next| !next.gap) {
        return None;
    }
    let site = Site { text, start: code[0].start, end: code[17].end };
    // An identity number may end with an X.
    let has_letter = code[..17].iter().any(|one| one.value.is_ascii_alphabetic());
    let plausible = is_uscc(code) && site.stands_apart() && (has_letter || site.lean(&YES, &[]) == Lean::Yes);
    plausible.then(|| Piece {
        kind: USCC,
        start: site.start,
        end: site.end,
        hide: code[2].start..code[15].end,
        value: code.iter().map(|one| char::from(one.value)).collect(),
    })
}

/// GB 32100: an authority, a kind, six digits of a place, nine of the organisation, a check character modulo 31.
fn is_uscc(code: &[Letter]) -> bool {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut weight = 1;
    let mut sum = 0;
    for (index, one) in code.iter().enumerate() {
        let Some(value) = ALPHABET.iter().position(|&known| known == one.value) else { return false };
        let fits = match index {
            0 => matches!(one.value, b'1'..=b'9' | b'A'..=b'G' | b'N' | b'Y'),
            1 => one.value != b'0',
            2 => matches!(one.value, b'1'..=b'9'),
            3..=7 => one.value.is_ascii_digit(),
            _ => true,
        };
        if !fits {
            return false;
        }
        sum += if index < 17 { value * weight } else { value };
        weight = weight * 3 % 31;
    }
    sum % 31 == 0
}

/// Letter(s) and digits, where the words around speak of a passport and not of luggage.
pub(super) fn passport(text: &str, first_digit: usize) -> Option<Piece> {
    let before = text[..first_digit].trim_end_matches(|c| is_invisible(c) || c == ' ' || c == '\u{3000}');
    let mut from = first_digit;
    let mut letters = 0;
    for (at, c) in before.char_indices().rev() {
        if is_invisible(c) {
            continue;
        }
        if letters > 2 || letter(c).is_none_or(|value| !value.is_ascii_alphabetic()) {
            break;
        }
        letters += 1;
        from = at;
    }
    let read = read(text, from, 11);
    let length = 9;
    let code = read.get(..length).filter(|_| letters <= 2)?;
    let site = Site { text, start: code[0].start, end: code[length - 1].end };
    let groups = code[letters..].iter().filter(|one| one.gap).count();
    let runs_on = read.get(length).is_some_and(|next| !next.gap);
    if runs_on || groups > 3 || !site.stands_apart() || !is_passport(code, letters) {
        return None;
    }
    let named = site.lean(&["护照", "護照", "passport"], &[]) == Lean::Yes;
    let plausible = named || letters > 0 && site.lean(&YES, &NO) == Lean::Yes;
    plausible.then(|| Piece {
        kind: PASSPORT,
        start: site.start,
        end: site.end,
        hide: code[letters.max(1)].start..code[length - 3].end,
        value: code.iter().map(|one| char::from(one.value)).collect(),
    })
}

const YES: [&str; 38] = [
    "证件",
    "证照",
    "证号",
    "出境",
    "入境",
    "出入境",
    "旅客",
    "签证",
    "旅行",
    "出国",
    "境外",
    "游客",
    "嘉宾",
    "机票",
    "登机",
    "海关",
    "边检",
    "领事",
    "使馆",
    "留学",
    "泄露",
    "泄漏",
    "打码",
    "个人信息",
    "姓名",
    "身份",
    "入住",
    "实名",
    "持有人",
    "本人",
    "因公",
    "因私",
    "团友",
    "visa",
    "乘客",
    "护 照",
    "照片页",
    "外籍",
];
const NO: [&str; 26] = [
    "航班", "行李", "箱号", "色号", "型号", "编号", "货号", "批号", "订单", "单号", "序列", "车次", "座位",
    "款号", "件号", "合同", "设备", "零件", "料号", "车牌", "展位", "房号", "条码", "版本", "流水", "邮编",
];

fn is_passport(code: &[Letter], letters: usize) -> bool {
    let digits = code[letters..].iter().all(|one| one.value.is_ascii_digit());
    digits
        && match letters {
            // The numbers of the nineties had no letter.
            0 => code[0].value == b'1' && matches!(code[1].value, b'4' | b'5'),
            1 => matches!(code[0].value, b'D' | b'E' | b'G' | b'P' | b'S' | b'M' | b'H' | b'K'),
            _ => match code[0].value {
                b'E' => !matches!(code[1].value, b'I' | b'O'),
                b'D' | b'S' | b'P' => code[1].value == b'E',
                b'K' | b'M' => matches!(code[1].value, b'J' | b'A'),
                _ => false,
            },
        }
}
