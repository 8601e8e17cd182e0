//! Identity numbers, bank cards and mobile numbers within a run of digits.
//!
//! A number begins and ends where something is seen between digits, or where their style changes; it counts when its
//! check digit, date or issuer is right, and when its groups are such as people write.

use super::near::{Lean, Site};
use super::sign::{Sign, Style, X};
use super::{BANK_CARD, ID_CARD, MOBILE, Piece};
use chrono::NaiveDate;

/// Nobody writes more letters than that for digits of one number.
const MOST_LETTERS: usize = 5;

const PROVINCES: [u32; 36] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
];

/// All numbers of a run, from its beginning on.
pub(super) fn numbers(text: &str, signs: &[Sign], found: &mut Vec<Piece>) {
    let mut at = 0;
    while signs.len() - at >= 11 {
        let begins = at == 0 || is_edge(signs, at);
        let number = if begins { Try { text, signs, at }.any() } else { None };
        match number {
            Some((piece, used)) => {
                found.push(piece);
                at += used;
            }
            None => at += 1,
        }
    }
}

fn is_edge(signs: &[Sign], at: usize) -> bool {
    signs[at].gap != 0 || signs[at].style != signs[at - 1].style
}

/// The numbers that may begin at one sign of a run.
#[derive(Clone, Copy)]
struct Try<'r> {
    text: &'r str,
    signs: &'r [Sign],
    at: usize,
}

/// How digits are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing is seen between them, or the same after every single one.
    One,
    /// The same between all groups.
    Even,
    /// This and that between groups.
    Mixed,
}

impl<'r> Try<'r> {
    fn any(self) -> Option<(Piece, usize)> {
        self.id_card().or_else(|| self.bank_card()).or_else(|| self.mobile()).or_else(|| self.old_id_card())
    }

    /// The next so many signs, if a number may end after them.
    fn take(self, length: usize) -> Option<&'r [Sign]> {
        let end = self.at + length;
        let taken = self.signs.get(self.at..end)?;
        if end < self.signs.len() && !is_edge(self.signs, end) {
            return None;
        }
        let letters = taken.iter().filter(|sign| sign.style == Style::Letter).count();
        let site = self.site(taken);
        if letters > MOST_LETTERS || letters > 0 && !site.stands_apart() {
            return None;
        }
        // `1390000000①` is a number with a note.
        let [.., before, last] = taken else { return None };
        let noted = last.gap == 0
            && matches!(last.style, Style::Ring | Style::Raised)
            && before.style != last.style
            && taken[..length - 1].iter().all(|sign| sign.style == before.style);
        (!noted).then_some(taken)
    }

    fn site(self, taken: &[Sign]) -> Site<'r> {
        Site { text: self.text, start: taken[0].start, end: taken[taken.len() - 1].end }
    }

    fn form(self, taken: &[Sign]) -> Option<Form> {
        let gap = taken[1].gap;
        if taken[1..].iter().all(|sign| sign.gap == gap) {
            // Part of a longer row of single digits is none.
            let same = |index: usize| self.signs.get(index).is_some_and(|sign| sign.gap == gap);
            let runs_on = gap != 0 && (self.at > 0 && same(self.at) || same(self.at + taken.len()));
            return (!runs_on).then_some(Form::One);
        }
        let mut seen = taken[1..].iter().map(|sign| sign.gap).filter(|&gap| gap != 0);
        let first = seen.next();
        Some(if seen.all(|gap| Some(gap) == first) { Form::Even } else { Form::Mixed })
    }

    fn piece(self, kind: &'static str, taken: &[Sign], head: usize, tail: usize) -> Piece {
        let site = self.site(taken);
        let last = taken.len() - tail - 1;
        Piece {
            kind,
            start: site.start,
            end: site.end,
            hide: taken[head].start..taken[last].end,
            value: taken
                .iter()
                .map(|sign| if sign.value == X { 'X' } else { char::from(b'0' + sign.value) })
                .collect(),
        }
    }

    /// Eighteen signs: province, real date, check digit.
    fn id_card(self) -> Option<(Piece, usize)> {
        let taken = self.take(18)?;
        self.form(taken).filter(|form| *form == Form::One || sizes(taken).len() <= 6)?;
        let letter_after = self.site(taken).after().starts_with(|c: char| c.is_ascii_alphanumeric());
        let right = is_id(taken) && !(taken[17].value == X && letter_after);
        right.then(|| (self.piece(ID_CARD, taken, 3, 2), 18))
    }

    /// The first generation had fifteen digits and no check digit; the words around must not speak against it.
    fn old_id_card(self) -> Option<(Piece, usize)> {
        const YES: [&str; 14] = [
            "身份证",
            "身份號",
            "身份号",
            "证件",
            "公民",
            "持卡人",
            "实名",
            "户籍",
            "出生",
            "姓名",
            "本人",
            "idcard",
            "id card",
            "身份信息",
        ];
        const NO: [&str; 38] = [
            "imei",
            "meid",
            "iccid",
            "sn",
            "s/n",
            "订单",
            "单号",
            "编号",
            "流水",
            "序列",
            "货号",
            "案号",
            "物流",
            "快递",
            "资产号",
            "设备",
            "型号",
            "批号",
            "发票",
            "条码",
            "合格证",
            "不动产",
            "代码",
            "编码",
            "电表",
            "表号",
            "户号",
            "qq",
            "商户",
            "交易",
            "凭证",
            "票号",
            "注册号",
            "执照",
            "许可证",
            "合同",
            "税号",
            "isbn",
        ];
        let taken = self.take(15)?;
        let form = self.form(taken)?;
        let grouped = form == Form::Even && sizes(taken) == [6, 6, 3];
        let read = |from: usize, to: usize| value(&taken[from..to]);
        let born = i32::try_from(1900 + read(6, 8)).ok()?;
        let right = (form == Form::One || grouped)
            && PROVINCES.contains(&read(0, 2))
            && matches!(read(2, 4), 1..=59 | 90)
            && read(4, 6) > 0
            && read(12, 15) > 0
            && NaiveDate::from_ymd_opt(born, read(8, 10), read(10, 12)).is_some();
        let site = self.site(taken);
        let plausible = right && site.is_alone() && site.lean(&YES, &NO) != Lean::No;
        plausible.then(|| (self.piece(ID_CARD, taken, 3, 2), 15))
    }

    /// Sixteen to nineteen digits of a known kind of issuer, with the right check digit.
    fn bank_card(self) -> Option<(Piece, usize)> {
        (16..=19).rev().find_map(|length| {
            let taken = self.take(length)?;
            let form = self.form(taken)?;
            let groups = sizes(taken);
            let written = match groups[..] {
                _ if form == Form::One => true,
                [4, 4, 4, 4, ref rest @ ..] => {
                    let goes_on = rest.is_empty() && self.group_after(length) == Some((taken[4].gap, 4));
                    form == Form::Even && rest.len() <= 1 && !goes_on
                }
                [6, 10..=13] => true,
                [4, 4, 4, ref rest @ ..] | [4, 4, ref rest @ ..] => form == Form::Even && rest.len() == 1,
                _ => false,
            };
            let site = self.site(taken);
            let right = written && is_issued(taken) && luhn(taken) && site.is_alone() && !site.is_serial();
            right.then(|| (self.piece(BANK_CARD, taken, 0, 4), length))
        })
    }

    /// Gap and size of the group that follows so many signs.
    fn group_after(self, length: usize) -> Option<(u32, usize)> {
        let rest = self.signs.get(self.at + length..)?;
        let gap = rest.first()?.gap;
        Some((gap, 1 + rest[1..].iter().take_while(|sign| sign.gap == 0).count()))
    }

    /// Eleven digits from 13 to 19, with or without the country's number.
    fn mobile(self) -> Option<(Piece, usize)> {
        [(4, 15), (2, 13), (0, 11)].into_iter().find_map(|(country, length)| {
            let taken = self.take(length)?;
            let prefix: &[u8] = match country {
                4 => &[0, 0, 8, 6],
                2 => &[8, 6],
                _ => &[],
            };
            let (before, own) = taken.split_at(country);
            let named = before.iter().map(|sign| sign.value).eq(prefix.iter().copied());
            if !named
                || own[0].value != 1
                || !(3..=9).contains(&own[1].value)
                || own.iter().any(|s| s.value == X)
            {
                return None;
            }
            let site = self.site(taken);
            let written = self.is_written(country, own, site);
            if !written || !site.is_alone() || site.is_serial() && site.lean(&CALLS, &[]) != Lean::Yes {
                return None;
            }
            let mut piece = self.piece(MOBILE, taken, country + 3, 4);
            piece.value.drain(..country);
            if country > 0 && site.before().ends_with(['+', '＋']) {
                piece.start -= site.before().chars().next_back().map_or(0, char::len_utf8);
            }
            Some((piece, length))
        })
    }

    /// In one, in single digits, or as 3-4-4; in other groups where it is said to be a telephone.
    fn is_written(self, country: usize, own: &[Sign], site: Site) -> bool {
        let gap = own[1].gap;
        if own[1..].iter().all(|sign| sign.gap == gap) {
            let same = |index: usize| self.signs.get(index).is_some_and(|sign| sign.gap == gap);
            let begun = country == 0 && self.at > 0 && same(self.at);
            return gap == 0 || !begun && !same(self.at + country + own.len());
        }
        let mut seen = own[1..].iter().map(|sign| sign.gap).filter(|&gap| gap != 0);
        let first = seen.next();
        // One separator throughout, or it is a row of a table.
        let even = seen.all(|gap| Some(gap) == first);
        even && (sizes(own) == [3, 4, 4] || site.lean(&CALLS, &[]) == Lean::Yes)
    }
}

const CALLS: [&str; 20] = [
    "电话", "手机", "联系", "微信", "拨打", "致电", "热线", "短信", "咨询", "加我", "号码", "来电", "请打",
    "tel", "phone", "mobile", "call", "vx", "wx", "v信",
];

/// How many signs stand together each time.
fn sizes(taken: &[Sign]) -> Vec<usize> {
    let mut sizes = vec![1];
    for sign in &taken[1..] {
        match sizes.last_mut() {
            Some(size) if sign.gap == 0 => *size += 1,
            _ => sizes.push(1),
        }
    }
    sizes
}

fn value(signs: &[Sign]) -> u32 {
    signs.iter().fold(0, |all, sign| all * 10 + u32::from(sign.value))
}

fn is_id(taken: &[Sign]) -> bool {
    // GB 11643: the weights are powers of two modulo 11.
    const WEIGHTS: [u32; 18] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let year = value(&taken[6..10]);
    taken[..17].iter().all(|sign| sign.value != X)
        && PROVINCES.contains(&value(&taken[0..2]))
        && (1900..2050).contains(&year)
        && NaiveDate::from_ymd_opt(year as i32, value(&taken[10..12]), value(&taken[12..14])).is_some()
        && taken.iter().zip(WEIGHTS).map(|(sign, weight)| u32::from(sign.value) * weight).sum::<u32>() % 11
            == 1
}

/// UnionPay, Visa, Mastercard, JCB, and the older numbers of Chinese banks.
fn is_issued(taken: &[Sign]) -> bool {
    let (two, four) = (value(&taken[..2]), value(&taken[..4]));
    match taken.len() {
        16 => {
            matches!(two, 62 | 40..=49 | 51..=55 | 35 | 60) || (2221..=2720).contains(&four) || four == 9558
        }
        17 => two == 62,
        18 => matches!(two, 62 | 60),
        _ => matches!(two, 62 | 60 | 43 | 42) || four == 9558 || four == 9559,
    }
}

fn luhn(taken: &[Sign]) -> bool {
    let sum: u32 = taken
        .iter()
        .rev()
        .enumerate()
        .map(|(index, sign)| match (index % 2, u32::from(sign.value) * 2) {
            (0, double) => double / 2,
            (_, double @ 0..=9) => double,
            (_, double) => double - 9,
        })
        .sum();
    sum.is_multiple_of(10) && taken.iter().all(|sign| sign.value != X)
}
