//! The words around a number, which say what it is.

use super::sign::{digit, is_invisible};

/// How far words are read before and after a number, in characters.
const BEFORE: usize = 24;
const AFTER: usize = 12;

/// What the words around a number make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    Yes,
    No,
    /// They say nothing.
    Neither,
}

/// A place in a text whose surroundings are asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'t> {
    pub text: &'t str,
    pub start: usize,
    pub end: usize,
}

impl<'t> Site<'t> {
    pub fn before(&self) -> &'t str {
        &self.text[..self.start]
    }

    pub fn after(&self) -> &'t str {
        &self.text[self.end..]
    }

    /// The nearest word decides, and those before a number rather than those after it.
    pub fn lean(&self, yes: &[&str], no: &[&str]) -> Lean {
        let before = self.before();
        let from = before
            .char_indices()
            .rev()
            .take(BEFORE)
            .take_while(|(_, c)| !ends_sentence(*c))
            .last()
            .map_or(before.len(), |(at, _)| at);
        let before = before[from..].to_ascii_lowercase();
        let last = |words: &[&str]| {
            words.iter().filter_map(|word| before.rfind(word).map(|at| (at + word.len(), word.len()))).max()
        };
        match (last(yes), last(no)) {
            (None, None) => {}
            (yes, no) => return if yes >= no { Lean::Yes } else { Lean::No },
        }
        let after = self.after();
        let to = after.char_indices().take(AFTER).take_while(|(_, c)| !ends_sentence(*c)).last();
        let after = after[..to.map_or(0, |(at, c)| at + c.len_utf8())].to_ascii_lowercase();
        let first = |words: &[&str]| words.iter().filter_map(|word| after.find(word)).min();
        match (first(yes), first(no)) {
            (None, None) => Lean::Neither,
            (Some(yes), Some(no)) => {
                if yes <= no {
                    Lean::Yes
                } else {
                    Lean::No
                }
            }
            (Some(_), None) => Lean::Yes,
            (None, Some(_)) => Lean::No,
        }
    }

    /// Whether it is not part of a decimal, an amount, an address, a file's name or a longer code.
    pub fn is_alone(&self) -> bool {
        let (before, after) = (self.before(), self.after());
        let rest = after.trim_start_matches(' ');
        let number_before =
            before.strip_suffix(['.', ',']).is_some_and(|b| b.ends_with(|c| digit(c).is_some()));
        let number_after =
            rest.strip_prefix(['.', ',']).is_some_and(|a| a.starts_with(|c| digit(c).is_some()));
        let word_after = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        !(number_before
            || number_after
            || word_after
            || is_amount(before, rest)
            || is_file(after)
            || in_code(before)
            || in_address(before))
    }

    /// Whether no letter or digit touches it.
    pub fn stands_apart(&self) -> bool {
        let touches =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
        !self.before().trim_end_matches(is_invisible).ends_with(touches)
            && !self.after().trim_start_matches(is_invisible).starts_with(touches)
    }

    /// Whether the words just before call it a serial number: `工单号是 13900000000`.
    pub fn is_serial(&self) -> bool {
        const SERIALS: [&str; 21] = [
            "单号",
            "编号",
            "流水号",
            "序列号",
            "货号",
            "案号",
            "订单",
            "运单",
            "imei",
            "资产号",
            "批号",
            "票号",
            "条码",
            "户号",
            "表号",
            "合格证号",
            "出厂号",
            "qq",
            "qq号",
            "qq群",
            "mid",
        ];
        let before = self
            .before()
            .trim_end_matches([' ', '是', '为', '：', ':', '=', '\u{3000}', '（', '(', '“', '"', '#']);
        let from = before.char_indices().rev().nth(5).map_or(0, |(at, _)| at);
        let before = before[from..].to_ascii_lowercase();
        SERIALS.iter().any(|serial| before.ends_with(serial))
    }
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '\n' | '。' | '！' | '？' | '!' | '?')
}

fn is_amount(before: &str, after: &str) -> bool {
    const UNITS: [&str; 22] = [
        "元",
        "万",
        "亿",
        "股",
        "美元",
        "港元",
        "吨",
        "千瓦",
        "平方米",
        "件",
        "次",
        "台",
        "条",
        "户",
        "个",
        "字节",
        "秒",
        "毫秒",
        "%",
        "％",
        "‰",
        "立方",
    ];
    let before = before.trim_end_matches(' ');
    UNITS.iter().any(|unit| after.starts_with(unit)) || before.ends_with(['¥', '￥', '$', '€'])
}

fn is_file(after: &str) -> bool {
    const ENDINGS: [&str; 18] = [
        "htm", "html", "shtml", "jpg", "jpeg", "png", "gif", "webp", "pdf", "doc", "docx", "xls", "xlsx",
        "zip", "rar", "mp4", "php", "apk",
    ];
    let Some(rest) = after.strip_prefix('.') else { return false };
    let length = rest.bytes().take(6).take_while(u8::is_ascii_alphabetic).count();
    ENDINGS.iter().any(|ending| ending.eq_ignore_ascii_case(&rest[..length]))
}

/// Whether letters and digits run on before it, as in the digest of a file, or the name of a parameter.
fn in_code(before: &str) -> bool {
    let length = before.bytes().rev().take(40).take_while(u8::is_ascii_alphanumeric).count();
    let word = &before[before.len() - length..];
    let named = before.strip_suffix('=').is_some_and(|before| {
        let from = before.len() - before.bytes().rev().take(20).take_while(u8::is_ascii_alphanumeric).count();
        let name = before[from..].to_ascii_lowercase();
        !name.is_empty() && !["tel", "phone", "mobile", "call"].iter().any(|word| name.contains(word))
    });
    // `SKU13900000000`, but `TEL13900000000`.
    let is_label = (2..=6).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_uppercase())
        && !["TEL", "VX", "WX", "PHONE", "CALL", "MOB", "PH"].contains(&word);
    named || is_label || word.bytes().any(|b| b.is_ascii_digit())
}

/// Whether the text up to here ends within a web address or a path.
pub(super) fn in_address(before: &str) -> bool {
    let tail =
        before.bytes().rev().take(300).take_while(|&b| b.is_ascii_graphic() && !b"\"<>".contains(&b)).count();
    let tail = &before[before.len() - tail..];
    tail.contains("://")
        || tail.contains("www.")
        || tail.ends_with('/') && tail[..tail.len() - 1].contains('/')
}
