//! What is written on internal papers besides the level of secrecy.

use super::{Cell, Mark, is_word, mark, spells};
use std::ops::Range;

/// Longer clauses are sentences.
const LONGEST: usize = 20;

const PAPERS: [&str; 22] = [
    "内部文件",
    "内部资料",
    "内部材料",
    "内部刊物",
    "内部参阅",
    "内部参考",
    "内部情况",
    "内部通报",
    "内部传阅",
    "内部文稿",
    "内部通讯",
    "内部",
    "此件",
    "本件",
    "此文件",
    "本文件",
    "此文",
    "本资料",
    "本材料",
    "会议材料",
    "敏感信息",
    "领导批示",
];
/// Of these the name alone is a mark, where it stands alone.
const ALONE: [&str; 6] = ["内部文件", "内部资料", "内部材料", "内部刊物", "内部参阅", "内部参考"];
const FORBID: [&str; 9] = ["不得", "请勿", "严禁", "禁止", "切勿", "不要", "不准", "不许", "勿"];
const HOW: [&str; 5] = ["擅自", "随意", "私自", "对外", "自行"];
/// What may not be done with a paper, and with anything else that bears a mark.
const SPREAD: [&str; 4] = ["外传", "外泄", "外流", "翻印"];
const USE: [&str; 10] = ["转发", "外发", "复印", "抄录", "抄转", "公开", "上网", "扩散", "传播", "公布"];
const KEEP: [&str; 8] =
    ["注意保存", "注意保管", "注意保密", "妥善保管", "妥善保存", "严格保密", "注意存放", "注意留存"];
const FOR: [&str; 5] = ["仅供", "只供", "仅限", "限", "供"];
const WHOM: [&str; 6] = ["内部", "领导", "系统内", "单位内部", "本单位", "党内"];
const WHAT: [&str; 7] = ["参阅", "参考", "使用", "学习", "传阅", "掌握", "阅读"];
const WHEN: [&str; 6] = ["会后", "阅后", "用后", "会议结束后", "传阅后", "限时"];
const BACK: [&str; 8] = ["收回", "收缴", "退回", "交回", "销毁", "清退", "焚毁", "归还"];
/// Telegrams and papers of the secret post.
const WIRES: [&str; 10] = [
    "内部明电",
    "内部传真电报",
    "内部传真",
    "密码电报",
    "特急明电",
    "特提明电",
    "加急明电",
    "平急明电",
    "机要件",
    "机要文件",
];
const URGENT: [&str; 7] = ["特急", "特提", "特急件", "特提件", "机要", "急件", "加急"];

pub(super) fn notes(cells: &[Cell], is_document: &mut dyn FnMut() -> bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    let clauses = clauses(cells);
    for (index, clause) in clauses.iter().enumerate() {
        let part = &cells[clause.clone()];
        let whole_line = clauses.len() == 1;
        let framed = clause.start > 0 && matches!(cells[clause.start - 1].c, '(' | '[' | '【' | '〔' | '<');
        let parts: Vec<Range<usize>> = pieces(part)
            .into_iter()
            .map(|range| clause.start + range.start..clause.start + range.end)
            .collect();
        let text: String = part.iter().map(|cell| cell.c).collect();
        if part.len() > LONGEST {
            marks.extend(telegram(cells, clause));
            continue;
        }
        let alone = (whole_line || framed) && ALONE.contains(&text.as_str());
        let urgent = URGENT.contains(&text.as_str()) && whole_line && is_document();
        if is_note(&text) || alone || urgent || is_wire(&text) {
            marks.push(mark(cells, clause.clone()));
        } else if let Some(next) = clauses.get(index + 1)
            && PAPERS[..11].contains(&text.as_str())
            && KEEP.contains(
                &cells[next.clone()].iter().map(|cell| cell.c).collect::<String>().trim_start_matches('请'),
            )
        {
            marks.push(mark(cells, clause.start..next.end));
        } else {
            // `000012 机密★5年 特急 内部资料 注意保存`
            marks.extend(
                parts
                    .iter()
                    .filter(|part| {
                        let text: String = cells[(*part).clone()].iter().map(|cell| cell.c).collect();
                        is_wire(&text) || is_note(&text)
                    })
                    .map(|part| mark(cells, part.clone())),
            );
            marks.extend(telegram(cells, clause));
        }
    }
    marks
}

/// Words between punctuation, spaces not counted.
fn clauses(cells: &[Cell]) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut begun = None;
    for (index, cell) in cells.iter().enumerate() {
        match (is_word(cell.c), begun) {
            (true, None) => begun = Some(index),
            (false, Some(start)) => {
                clauses.push(start..index);
                begun = None;
            }
            _ => {}
        }
    }
    clauses.extend(begun.map(|start| start..cells.len()));
    clauses
}

/// The parts of a clause between spaces, and pairs of neighbours.
fn pieces(part: &[Cell]) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = (0..part.len()).filter(|&at| at == 0 || part[at].apart).collect();
    starts.push(part.len());
    let ones = starts.windows(2).map(|pair| pair[0]..pair[1]);
    let twos = starts.windows(3).map(|three| three[0]..three[2]);
    ones.chain(twos).filter(|range| range.len() >= 3).collect()
}

fn is_wire(text: &str) -> bool {
    WIRES.iter().any(|wire| {
        text == *wire
            || text
                .strip_suffix(wire)
                .is_some_and(|level| matches!(level, "绝密" | "机密" | "秘密" | "特急" | "特提"))
    })
}

/// `甘肃省发电〔2026〕3号`, and 内部明电 wherever it stands.
fn telegram(cells: &[Cell], clause: &Range<usize>) -> Option<Mark> {
    let find = |word: &str| clause.clone().find(|&at| spells(&cells[..clause.end], at, word));
    if let Some(at) = find("内部明电") {
        return Some(mark(cells, at..at + 4));
    }
    let at = clause.end.checked_sub(2).filter(|&at| at > clause.start && spells(cells, at, "发电"))?;
    let year = cells.get(clause.end..clause.end + 6)?;
    let bracketed = matches!((year[0].c, year[5].c), ('〔', '〕') | ('﹝', '﹞') | ('[', ']'));
    let in_number = bracketed && year[1..5].iter().all(|cell| cell.c.is_ascii_digit());
    in_number.then(|| mark(cells, at..clause.end + 6))
}

/// A clause that is a note on a paper from its first to its last word.
fn is_note(text: &str) -> bool {
    let rest = PAPERS.iter().find_map(|paper| text.strip_prefix(paper).filter(|rest| !rest.is_empty()));
    match rest {
        Some(rest) => {
            says(rest, true)
                || PAPERS.iter().any(|paper| rest.strip_prefix(paper).is_some_and(|rest| says(rest, true)))
        }
        None => says(text, false),
    }
}

fn says(text: &str, of_paper: bool) -> bool {
    let text = text.strip_prefix('请').unwrap_or(text);
    let text = text.trim_end_matches('!');
    if of_paper && (KEEP.contains(&text) || matches!(text, "不公开" | "不予公开" | "不公开发布"))
    {
        return true;
    }
    let after = |text: &str, words: &[&str]| -> Option<String> {
        words.iter().find_map(|word| text.strip_prefix(word)).map(str::to_owned)
    };
    // `请勿外传` has lost its first character above.
    if let Some(rest) = after(text, &FORBID) {
        let rest = after(&rest, &HOW).unwrap_or(rest);
        return SPREAD.contains(&rest.as_str()) || of_paper && USE.contains(&rest.as_str());
    }
    if let Some(rest) = after(text, &FOR).and_then(|rest| after(&rest, &WHOM)) {
        return WHAT.contains(&rest.as_str());
    }
    after(text, &WHEN).is_some_and(|rest| BACK.contains(&rest.strip_prefix('请').unwrap_or(&rest)))
}
