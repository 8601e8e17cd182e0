//! The lines of a page in, who wrote it and which outlet it quotes out.

use super::meta::Head;
use super::{dom, published, text};
use scraper::Html;

/// How wide a name may be.
const WIDEST: usize = 40;

/// The lines among which a byline may stand: right below the headline, if it is shown as a line.
pub fn near<'l>(shown: &'l [String], title: &str) -> &'l [String] {
    let below = published::from_title(shown, title).into_iter().next().unwrap_or(shown);
    &below[..below.len().min(NEAR)]
}

/// How many lines that is: a menu may stand between them.
const NEAR: usize = 60;

/// An element that is called the source and holds a short name.
pub fn named_outlet(tree: &Html) -> Option<String> {
    let called = dom::known("[class*=source], [id*=source], [class*=media-name], [class*=media_name]");
    let short = tree.select(&called).map(dom::line).filter(|line| (4..=WIDEST).contains(&text::width(line)));
    short.take(4).find_map(|line| name_of(&line))
}

/// What a page tells machines about its author, if it is a name: templates leave `author` and addresses in.
pub fn told(author: String, head: &Head) -> Option<String> {
    const NONE: &[&str] =
        &["未知", "网络", "佚名", "admin", "administrator", "author", "editor", "unknown", "none", "null"];
    let lower = author.trim().to_lowercase();
    let no_name = author.contains('@')
        || author.contains("://")
        || lower.ends_with([':', '：'])
        || NONE.contains(&lower.as_str())
        || head.get("og:site_name").is_some_and(|site| site.eq_ignore_ascii_case(author.trim()));
    (!no_name && lower.chars().any(char::is_alphabetic)).then_some(author)
}

/// Who wrote it, as the page shows it.
pub fn author(shown: &[String]) -> Option<String> {
    const LABELS: &[&str] = &[
        "作者：",
        "作者:",
        "作者 ",
        "撰稿：",
        "撰文：",
        "记者：",
        "記者：",
        "记者 ",
        "記者 ",
        "文/",
        "文／",
    ];
    labelled(shown, LABELS)
}

/// The outlet that a page names as its origin (来源). The page's own site is not meant.
pub fn outlet(head: &Head, shown: &[String], body: &str) -> Option<String> {
    const LABELS: &[&str] = &[
        "来源：",
        "来源:",
        "来源 ",
        "來源：",
        "來源:",
        "稿源：",
        "稿源:",
        "出处：",
        "出處：",
        "转自：",
        "轉自：",
        "Source:",
    ];
    const METAS: &[&str] = &["contentsource", "source", "og:article:source", "article:source", "dc.source"];
    METAS
        .iter()
        .filter_map(|name| head.get(name))
        .find_map(name_of)
        .or_else(|| labelled(shown, LABELS))
        .or_else(|| last_lines(body).find_map(|line| after_label(line, LABELS)))
        .or_else(|| dateline(body))
}

fn labelled(lines: &[String], labels: &[&str]) -> Option<String> {
    lines.iter().enumerate().find_map(|(at, line)| {
        after_label(line, labels).or_else(|| {
            // The name may stand in a block of its own.
            let bare = labels.iter().any(|label| line.trim_end().ends_with(label.trim_end()));
            lines.get(at + 1).filter(|_| bare && text::width(line) <= 60).and_then(|next| name_of(next))
        })
    })
}

fn last_lines(body: &str) -> impl Iterator<Item = &str> {
    body.lines().rev().take(3)
}

fn after_label(line: &str, labels: &[&str]) -> Option<String> {
    let (at, label) = labels.iter().find_map(|label| line.find(label).map(|at| (at, label)))?;
    // `数据来源：` in the middle of a text is no outlet of it.
    let whole = !line[..at].ends_with(['据', '料', '片', '经', '能', '力', '入', '染']);
    // Another label right behind: this one was left empty.
    name_of(&line[at + label.len()..]).filter(|name| whole && !name.ends_with("时间") && !is_label(name))
}

fn is_label(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "作者",
        "来源",
        "编辑",
        "责任编辑",
        "浏览",
        "点击",
        "字号",
        "时间",
        "未知",
        "网络",
        "本站",
        "互联网",
        "原创",
    ];
    WORDS.iter().any(|word| name.starts_with(word)) || name.ends_with("次")
}

/// The first name in what stands behind a label, or in a meta's value.
fn name_of(text: &str) -> Option<String> {
    const LABELS: &[&str] = &["来源：", "来源:", "來源："];
    let text = text.trim_start();
    let text = LABELS.iter().find_map(|label| text.strip_prefix(label)).unwrap_or(text);
    // The next label may stand right behind the name.
    let next =
        ["发布时间", "发布日期", "发表", "作者", "责任编辑", "责编", "编辑", "时间", "日期", "浏览", "字号"];
    let end = next.iter().filter_map(|label| text.find(label)).min().unwrap_or(text.len());
    let text = &text[..end];
    let name = text
        .split([
            '|', ' ', '\t', '\u{3000}', '\u{a0}', '）', ')', '】', '(', '（', '，', '。', ';', '；', '\n',
        ])
        .find(|part| !part.is_empty())?;
    // `《砚溪日报》` is the name with its brackets; a Latin name may hold blanks.
    let name = if name.is_ascii() {
        text.split(['|', '(', ')', ',', ';', '\n']).next().unwrap_or(name)
    } else {
        name
    };
    let name = name.trim_matches(['《', '》', '"', '“', '”', ':', '：', '-', '—', ' ', '[', ']', '【']);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let fits = (2..=WIDEST).contains(&text::width(name)) && letters >= 2 && !name.contains("://");
    fits.then(|| name.to_owned())
}

/// `砚溪社1月14日电`, `YANXI (Lanli News) -`
fn dateline(body: &str) -> Option<String> {
    let first = body.lines().next()?;
    let start: String = first.chars().take(40).collect();
    if let Some(at) = start.find("日电") {
        let before = &start[..at];
        let end = ["社", "网", "報", "报"]
            .iter()
            .filter_map(|end| before.find(end).map(|at| at + end.len()))
            .min()?;
        return name_of(&before[..end]);
    }
    let (open, close) = (start.find('(')?, start.find(')')?);
    let place = start.get(..open)?.trim();
    let dash = start.get(close + 1..)?.trim_start().starts_with(['-', '–', '—']);
    let shouted = !place.is_empty()
        && place.split([' ', ',', '/']).next()?.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
    (dash && shouted).then(|| start.get(open + 1..close).and_then(name_of)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outlet_quoted_is_found() {
        for (why, line, body, expected) in [
            ("a label", "2026-01-14 16:56 来源：砚溪日报 作者：林监测", "", Some("砚溪日报")),
            ("in brackets", "（来源：砚溪发布）", "", Some("砚溪发布")),
            ("at the end", "", "岚栎科技今日复工。\n（来源：《砚溪晚报》）", Some("砚溪晚报")),
            ("no outlet", "数据来源：公司年报", "", None),
            ("a wire", "", "砚溪社1月14日电 岚栎科技今日复工。", Some("砚溪社")),
            (
                "an English wire",
                "",
                "YANXI (Lanli News) - Lanli Technology resumed work.",
                Some("Lanli News"),
            ),
            ("a sentence with brackets", "", "Lanli (the company) - resumed.", None),
            ("nothing", "砚溪新闻", "岚栎科技今日复工。", None),
        ] {
            let found = outlet(&Head::default(), &[line.to_owned()], body);
            assert_eq!(found.as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn the_author_is_found() {
        for (why, lines, expected) in [
            ("a label", &["2026-01-14 来源：砚溪日报 作者：林监测"][..], Some("林监测")),
            ("on the next line", &["作者：", "林监测"], Some("林监测")),
            ("nobody", &["来源：砚溪日报"], None),
        ] {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(author(&lines).as_deref(), expected, "{why}");
        }
    }
}
