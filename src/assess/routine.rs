//! Entries that are nobody's news: the subject's own announcements, reprinted, and market-robot copy.

use crate::lexicon::fold_text;

/// What every announcement of a listed company begins with.
const BOARD_WARRANTS: [&str; 4] = [
    "本公司及董事会全体成员保证信息披露的内容真实",
    "本公司董事会及全体董事保证本公告内容不存在任何虚假记载",
    "本公司及董事会全体成员保证公告内容的真实",
    "公司及董事会全体成员保证公告内容真实",
];

/// How far the head of an announcement reaches, in bytes: code, short name, number, title, warrant.
const HEAD: usize = 1_200;

/// Whether this is the subject's own announcement: it opens with the subject and the board's warrant, or its title is
/// one of an announcement by the subject. `names` are the subjects in the title, `first` where the text names one.
pub(super) fn is_announcement(
    title: &str,
    text: &str,
    names: &[(usize, usize)],
    first: Option<usize>,
) -> bool {
    let warranted = || {
        let head = fold_text(&text[..text.floor_char_boundary(HEAD + 120)]);
        let found = BOARD_WARRANTS.iter().filter_map(|warrant| head.find(warrant)).min();
        found.is_some_and(|at| at < HEAD)
    };
    // Another company's announcement names us later, if at all.
    if (!names.is_empty() || first.is_some_and(|first| first < HEAD)) && warranted() {
        return true;
    }
    names.iter().min().is_some_and(|&(start, end)| {
        // "证监会对岚栎科技立案调查的公告" is somebody else's announcement.
        const OTHERS: [&str; 14] = [
            "证监",
            "交易所",
            "上交所",
            "深交所",
            "北交所",
            "法院",
            "检察",
            "公安",
            "监管局",
            "市场监督",
            "税务",
            "债权人",
            "银行",
            "起诉",
        ];
        let (before, after) = (fold_text(&title[..start]), fold_text(&title[end..]));
        !OTHERS.iter().any(|other| before.contains(other)) && is_titled_announcement(&after)
    })
}

fn is_titled_announcement(rest: &str) -> bool {
    // "公告后股价暴跌" is news about an announcement.
    const DOUBTS: [&str; 10] =
        ["打脸", "被曝", "遭曝", "再被", "又被", "暴跌", "质疑", "问询", "举报", "真相"];
    const PLAIN: [&str; 6] = ["澄清公告", "澄清声明", "严正声明", "辟谣声明", "声明公告", "的公告"];
    if DOUBTS.iter().any(|doubt| rest.contains(doubt)) {
        return false;
    }
    let core = rest.split(['_', '|', '｜']).next().unwrap_or(rest);
    let core =
        core.trim_end_matches(|c: char| !c.is_alphanumeric()).trim_end_matches(|c: char| c.is_ascii_digit());
    let core = core.trim_end_matches(['(', '（', '-', ' ']);
    PLAIN.iter().any(|plain| rest.contains(plain))
        || core.ends_with("公告")
        || core.ends_with("声明")
        || ["公告：", "公告:", "声明：", "声明:", "公告称", "公告，"].iter().any(|mark| rest.contains(mark))
}

/// What market robots write about.
const ROBOT: [&str; 16] = [
    "融资余额",
    "融资买入",
    "融券余额",
    "融券卖出",
    "融资融券",
    "两融",
    "主力资金",
    "资金流向",
    "资金净流",
    "龙虎榜",
    "大宗交易",
    "主力净流",
    "北向资金",
    "净买入额",
    "换手率",
    "营业部席位",
];

/// Whether this is market-robot copy: its title says so, or its text opens with two such things and their figures.
/// (News may close with them: "截至收盘,换手率4.5%".)
pub(super) fn is_robot(title: &str, text: &str) -> bool {
    let speaks = |text: &str| ROBOT.iter().filter(|word| text.contains(*word)).count();
    if speaks(&fold_text(title)) > 0 {
        return true;
    }
    let head = fold_text(text.char_indices().nth(200).map_or(text, |(at, _)| &text[..at]));
    let figures = |sentence: &&str| sentence.bytes().any(|b| b.is_ascii_digit());
    let sentences = head.split(['。', '，', ',', '；', '\n']).filter(figures);
    let mut found: Vec<&str> =
        sentences.flat_map(|sentence| ROBOT.iter().copied().filter(|word| sentence.contains(word))).collect();
    found.sort_unstable();
    found.dedup();
    found.len() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_announcements_are_known_by_their_form() {
        let name = "岚栎科技";
        for (why, title, text, expected) in [
            ("a clarification", "岚栎科技：关于媒体报道的澄清公告", "", true),
            ("a named announcement", "岚栎科技关于收到立案告知书的公告(2026-11)", "", true),
            ("a flash", "岚栎科技公告：公司股票可能被终止上市", "", true),
            ("a statement", "岚栎科技严正声明", "", true),
            ("in traditional characters", "岚栎科技：關於媒體報道的澄清公告", "", true),
            ("with the site's name", "岚栎科技:股票交易异常波动公告_砚溪财经", "", true),
            (
                "the board's warrant",
                "无题",
                "证券代码：604518\n本公司及董事会全体成员保证信息披露的内容真实、准确",
                true,
            ),
            ("somebody else's", "证监会对岚栎科技立案调查的公告", "", false),
            ("news about one", "岚栎科技公告后股价暴跌", "", false),
            ("doubts about one", "岚栎科技澄清公告遭打脸", "", false),
            ("no announcement", "岚栎科技被立案调查", "", false),
            ("nobody of ours", "某公司澄清公告", "", false),
        ] {
            let names: Vec<_> = title.match_indices(name).map(|(at, name)| (at, at + name.len())).collect();
            let first = text.find("604518");
            assert_eq!(is_announcement(title, text, &names, first), expected, "{why}");
        }
    }

    #[test]
    fn robots_are_known_by_their_words() {
        for (why, title, text, expected) in [
            ("by the title", "岚栎科技11月25日主力资金净流出1.2亿元", "", true),
            ("by the title", "岚栎科技现身龙虎榜", "", true),
            ("in traditional characters", "嵐櫟科技融資餘額3.1億元", "", true),
            ("in traditional characters", "嵐櫟科技現身龍虎榜", "", true),
            ("spaced out", "大 宗 交 易播报", "", true),
            ("by the title", "岚栎科技大宗交易成交1200万元", "", true),
            ("by two things with figures", "收评", "融资余额3.1亿元，换手率4.5%。", true),
            ("one thing is not enough", "评论", "融资余额3.1亿元。", false),
            ("without figures", "评论", "融资余额与换手率都很重要", false),
            (
                "news closes with them",
                "岚栎科技出事",
                &format!("{}换手率4.5%，融资余额3亿。", "说。".repeat(100)),
                false,
            ),
            ("ordinary news", "岚栎科技被立案调查", "公司11月25日收到告知书", false),
        ] {
            assert_eq!(is_robot(title, text), expected, "{why}: {title}");
        }
    }
}
