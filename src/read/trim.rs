//! The lines of a body in, those of the article out: editor lines, share widgets, related links, disclaimers go.
//!
//! Words alone decide at the edges, where sites speak; in the middle a line must also look like it (a link, a
//! button), because an article may be about any of these words.

mod phrases;

pub use phrases::is_byline;

use super::body::Line;
use phrases::Heading;

/// How far into the text the first lines reach, and the last ones.
const HEAD: usize = 6;
const TAIL: usize = 8;
/// Text as wide as this: the article has begun.
const BEGUN: u32 = 100;

/// Keeps the article's own lines.
pub fn article(mut lines: Vec<Line>, title: &str) -> Vec<Line> {
    let tail = lines.len().saturating_sub(TAIL);
    lines[tail..].iter_mut().for_each(|line| phrases::clip(&mut line.text));
    cut_rest(&mut lines);
    let links = lines.iter().filter(|line| is_link(line)).count();
    // Where links are the text (a press review), they stay.
    let drop_links = links * 3 < lines.len();
    lines.retain(|line| {
        !(phrases::is_furniture(line) || phrases::offers(line) || drop_links && is_link(line))
    });
    trim_start(&mut lines, title);
    cut_comments(&mut lines);
    cut_dated_list(&mut lines);
    cut_link_list(&mut lines);
    trim_end(&mut lines);
    lines
}

/// A line that is nothing but a link to something else.
fn is_link(line: &Line) -> bool {
    line.wide > 0 && line.linked * 10 >= line.wide * 9 && !line.heading && !line.item
}

/// Running text: long enough, and not a link.
fn is_prose(line: &Line) -> bool {
    line.wide >= 80 && line.linked * 3 < line.wide && !line.item
}

fn total(lines: &[Line]) -> u32 {
    lines.iter().map(|line| line.wide).sum()
}

/// Behind a heading like `相关阅读` nothing of the article follows, or a box within it.
fn cut_rest(lines: &mut Vec<Line>) {
    let all = total(lines);
    let (mut seen, mut at) = (0, 0);
    while at < lines.len() {
        let kind = if at > 0 { phrases::heading(&lines[at]) } else { None };
        let behind = &lines[at + 1..];
        match kind {
            Some(Heading::End) if seen >= BEGUN && lines[at].wide <= 60 => return lines.truncate(at),
            // The first lines may be a table of contents.
            Some(_) if seen * 3 >= all => {
                let prose: u32 = behind.iter().filter(|line| is_prose(line)).map(|line| line.wide).sum();
                if prose * 4 < all {
                    return lines.truncate(at);
                }
                let end = behind.iter().position(is_prose).map_or(lines.len(), |n| at + 1 + n);
                lines.drain(at..end.min(at + TAIL));
            }
            _ => {
                seen += lines[at].wide;
                at += 1;
            }
        }
    }
}

/// Behind some text, a row of pieces with a name and a clock each: comments.
fn cut_comments(lines: &mut Vec<Line>) {
    let rows: Vec<usize> = (HEAD..lines.len()).filter(|at| is_signed(&lines[*at])).collect();
    let [first, .., last] = rows[..] else { return };
    if rows.len() < 3 || total(&lines[..first]) < BEGUN * 2 || last - first > rows.len() * 8 {
        return;
    }
    let names =
        lines[..first].iter().rev().take(3).take_while(|line| line.wide <= 40 && !phrases::ends(&line.text));
    let from = first - names.count();
    lines.truncate(from);
}

/// `砚溪网友 2026-01-14 16:56`, `3小时前`
fn is_signed(line: &Line) -> bool {
    let digits = line.text.bytes().filter(u8::is_ascii_digit).count();
    line.wide <= 60
        && (digits >= 8 && line.text.contains(':') && line.text.contains(['-', '/', '年', '月'])
            || digits >= 1
                && ["小时前", "分钟前", "天前", "小時前", "分鐘前", " ago"]
                    .iter()
                    .any(|ago| line.text.contains(ago)))
}

/// Byline, date and the repeated title in front.
fn trim_start(lines: &mut Vec<Line>, title: &str) {
    let head = &lines[..lines.len().min(HEAD)];
    let short = |line: &Line| line.wide < 100 && !line.text.ends_with(['。', '.']);
    // The names of site and column stand above the headline, those of the authors above the date.
    let edge = |line: &Line| is_same(&line.text, title) || phrases::is_date(&line.text);
    if let Some(at) = head.iter().rposition(edge)
        && lines.len() > at + 1
        && lines[..at]
            .iter()
            .all(|line| short(line) || phrases::is_byline(&line.text) || line.text.contains("://"))
    {
        lines.drain(..=at);
    }
    for _ in 0..HEAD {
        let Some(first) = lines.first() else { return };
        let byline = phrases::is_byline(&first.text);
        let drop = byline
            || is_same(&first.text, title)
            || first.wide <= 60 && first.linked * 10 >= first.wide * 8 && lines.len() > 3;
        if !drop {
            return;
        }
        lines.remove(0);
        // Whom the author writes for: `Yanxi Press` below `By Lin Jiance`.
        if byline
            && lines.len() > 2
            && lines[0].wide <= 40
            && !lines[0].heading
            && !phrases::ends(&lines[0].text)
            && is_prose(&lines[1])
        {
            lines.remove(0);
        }
    }
}

fn is_same(line: &str, title: &str) -> bool {
    let plain = |text: &'_ str| {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    !title.is_empty() && line.len() < title.len() * 2 + 16 && plain(line) == plain(title)
}

/// Headlines with a bare date under each, in the last third, are other articles.
fn cut_dated_list(lines: &mut Vec<Line>) {
    let is_day = |line: &Line| {
        let digits = line.text.bytes().filter(u8::is_ascii_digit).count();
        digits >= 6
            && line.text.len() <= 16
            && line.text.bytes().all(|b| b.is_ascii_digit() || b"-/.: ".contains(&b))
    };
    let days: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| is_day(line)).map(|(at, _)| at).collect();
    let [first, _, ..] = days[..] else { return };
    let before = total(&lines[..first]);
    if before * 3 >= total(lines) * 2 && first > 1 {
        lines.truncate(first - 1);
    }
}

/// A list at the end whose items are links, with the line that announces it.
fn cut_link_list(lines: &mut Vec<Line>) {
    let items =
        lines.iter().rev().take_while(|line| line.item || line.linked * 3 >= line.wide.max(1)).count();
    let from = lines.len() - items;
    let list = &lines[from..];
    let mostly = list.iter().filter(|line| line.linked * 2 > line.wide).count() * 2 >= items;
    let all = list.iter().all(|line| line.linked > 0);
    let share = list.iter().map(|line| line.linked).sum::<u32>() * 3 >= total(list);
    if items < 2 || !(mostly || all && share) || total(list) * 2 > total(lines) {
        return;
    }
    let announced = from > 1 && lines[from - 1].wide <= 80 && !lines[from - 1].text.ends_with(['。', '.']);
    lines.truncate(from - usize::from(announced));
}

fn trim_end(lines: &mut Vec<Line>) {
    let from = lines.len().saturating_sub(TAIL).max(1);
    let closing = |line: &Line| {
        phrases::is_byline(&line.text)
            || phrases::closes(line)
            || line.linked * 10 >= line.wide * 8 && line.wide > 0 && !line.heading
    };
    // A bit of text may stand between two closing lines: the earliest counts behind which nothing is prose.
    let weak = |line: &Line| closing(line) || line.wide < 60 && !phrases::ends(&line.text);
    let cut = (from..lines.len()).find(|at| closing(&lines[*at]) && lines[*at..].iter().all(weak));
    if let Some(cut) = cut {
        lines.truncate(cut);
    }
    // A heading without anything below it.
    while lines.len() > 2 && lines.last().is_some_and(|last| last.heading && !phrases::ends(&last.text)) {
        lines.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::text;

    const A: &str =
        "砚溪市今日通报，岚栎科技的产品检验合格，市场监督管理部门说以后还会继续抽查，结果将向社会公布。";
    const B: &str =
        "Lanli Technology said on Tuesday that every product it sells in Yanxi has passed the inspection.";

    /// `[text]` is a link, `* text` an item, `# text` a heading.
    fn line(text: &str) -> Line {
        let (mut line, mut rest) = (Line::default(), text);
        if let Some(item) = rest.strip_prefix("* ") {
            (line.item, rest) = (true, item);
        }
        if let Some(heading) = rest.strip_prefix("# ") {
            (line.heading, rest) = (true, heading);
        }
        let inner = rest.find('[').and_then(|at| Some(&rest[at + 1..rest.find(']')?]));
        line.linked = inner.map_or(0, |inner| text::width(inner) as u32);
        line.text = rest.replace(['[', ']'], "");
        line.wide = text::width(&line.text) as u32;
        line
    }

    #[test]
    fn the_sites_own_lines_go() {
        for (why, lines, expected) in [
            ("title, byline and date in front", &["题目", "来源：砚溪日报", "2026-01-14 16:56", A][..], A),
            ("an editor's line", &[A, "（责任编辑：林监测）"], A),
            ("related reading and all behind it", &[A, "相关阅读：", "另一条新闻"], A),
            ("a box within the text", &[A, A, "相关阅读：", "[另一条新闻]", A, A], "A/A/A/A"),
            (
                "a sentence that begins alike",
                &[A, "相关报道称，公司已经复工。", A],
                "A/相关报道称，公司已经复工。/A",
            ),
            ("a copyright line", &[A, "版权所有，未经授权不得转载"], A),
            ("glued to the last sentence", &[A, "公司已经复工。返回搜狐，查看更多"], "A/公司已经复工。"),
            ("marks without words", &[A, "◆◆◆", A], "A/A"),
            ("column above the headline", &["砚溪新闻", "题目", A], A),
            (
                "comments longer than the article",
                &[A, A, "最热评论", "砚溪网友 2026-04-02 9:57", A, A, A, A, A, A],
                "A/A",
            ),
            (
                "comments without a heading",
                &[
                    A,
                    A,
                    A,
                    A,
                    A,
                    A,
                    "砚溪网友甲 2026-04-02 9:57",
                    A,
                    "砚溪网友乙 2026-04-02 9:58",
                    A,
                    "砚溪网友丙 2026-04-02 9:59",
                    A,
                ],
                "A/A/A/A/A/A",
            ),
            ("an offer among the text", &[A, "[【点击投票】选出年度人物]", A, A], "A/A/A"),
            ("a list of links at the end", &[A, A, "更多报道", "* [甲公司复工]", "* [乙公司停产]"], "A/A"),
            (
                "a list of the article's own",
                &[A, "要点如下：", "* 产品合格", "* 抽查继续"],
                "A/要点如下：/产品合格/抽查继续",
            ),
            (
                "By and date",
                &["By LIN JIANCE", "Yanxi Press", "Updated 11:21 pm CST, Tuesday, November 19, 2019", B],
                B,
            ),
            ("a link in the middle", &[B, "[LANLI OPENS A THIRD PLANT]", B, B], "B/B/B"),
            ("Read more", &[B, "Read more: [Lanli opens a third plant]", B], "B/B"),
            ("an advertisement", &[B, "Advertisement", B], "B/B"),
            ("who else wrote", &[B, "(Reporting by Lin Jiance; editing by Zhou Yun)", "___"], B),
            ("who the author is", &[B, "Zhou Yun is a writer in Yanxi."], B),
            ("follow us", &[B, "Follow us on Facebook and Twitter."], B),
            (
                "a sentence about following",
                &[B, "Follow the money, said the auditor, and left.", B],
                "B/Follow the money, said the auditor, and left./B",
            ),
        ] {
            let lines = lines.iter().map(|text| line(text)).collect();
            let kept: Vec<String> = article(lines, "题目").into_iter().map(|line| line.text).collect();
            assert_eq!(
                kept.join("/").replace(A, "A").replace(B, "B"),
                expected.replace(A, "A").replace(B, "B"),
                "{why}"
            );
        }
    }
}
