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

/// An element that is called the source, holds a short name and stands near the headline.
pub fn named_outlet(tree: &Html, near: &[String]) -> Option<String> {
    let called = dom::known("[class*=source], [id*=source], [class*=media-name], [class*=media_name]");
    let pictures = |names: &str| {
        ["caption", "image", "photo", "credit", "button", "btn", "figure"]
            .iter()
            .any(|word| names.contains(word))
    };
    let lines = tree.select(&called).filter(|element| !pictures(&dom::names(*element))).map(dom::line);
    let short = lines.filter(|line| (4..=WIDEST + 24).contains(&text::width(line)));
    let close = &near[..near.len().min(20)];
    short.take(6).filter_map(|line| name_of(without_date(&line))).find(|name| {
        let lower = name.to_lowercase();
        close.iter().any(|line| line.contains(name.as_str()))
            && !["credit", "image", "photo", "getty", "source"].iter().any(|word| lower.contains(word))
    })
}

/// `2026年1月14日 16:56 砚溪日报` without what stands in front of the name.
fn without_date(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "年月日-/.:：".contains(c))
}

/// Pages give their outlet as the author, too.
pub fn apart(author: Option<String>, outlet: Option<String>) -> (Option<String>, Option<String>) {
    let named = |name: &String| {
        ["网", "報", "报", "社", "新闻", "新聞", "频道", "电视台", "杂志", "客户端", "融媒体中心"]
            .iter()
            .any(|end| name.ends_with(end))
            && name.chars().count() >= 3
    };
    match (author, outlet) {
        (Some(author), outlet) if named(&author) => (None, outlet.or(Some(author))),
        both => both,
    }
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
        || head.get("og:site_name").is_some_and(|site| site.eq_ignore_ascii_case(author.trim()))
        || head.get("copyright").is_some_and(|owner| owner.to_lowercase().contains(&lower))
        || head
            .title
            .rsplit(['_', '-', '|', '–', '—'])
            .next()
            .is_some_and(|site| site.trim().to_lowercase().starts_with(&lower));
    (!no_name && lower.chars().any(char::is_alphabetic)).then_some(author)
}

/// An element that is called the author, or a line that begins with `By`.
pub fn named_author(tree: &Html, shown: &[String]) -> Option<String> {
    let called = dom::known("[rel=author], [itemprop=author], [class*=author], [class*=byline]");
    let named = tree.select(&called).take(4).map(dom::line).find_map(|line| person(&line));
    named.or_else(|| {
        let by = |line: &String| ["By ", "BY "].iter().find_map(|by| line.strip_prefix(by)).and_then(person);
        shown.iter().take(12).find_map(by)
    })
}

/// A few words with capital letters, or a short name in ideographs.
fn person(text: &str) -> Option<String> {
    let text = text.trim();
    let text = ["By ", "by ", "BY ", "作者：", "作者:"]
        .iter()
        .find_map(|by| text.strip_prefix(by))
        .unwrap_or(text)
        .trim();
    let end = text.find([',', '|', '·', '(', '，', '\n']).unwrap_or(text.len());
    let name = text[..end].trim();
    let words: Vec<&str> = name.split_whitespace().collect();
    let capital =
        |word: &&str| word.starts_with(char::is_uppercase) || matches!(*word, "and" | "de" | "van" | "von");
    let latin = (2..=7).contains(&words.len()) && words.iter().all(capital);
    let han =
        (2..=4).contains(&name.chars().count()) && name.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
    let plain = !name.chars().any(|c| c.is_ascii_digit() || c == '@' || c == ':');
    ((latin || han) && plain && !is_label(name)).then(|| name.to_owned())
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
        "文 / ",
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
            ("with blanks", &["文 / 苏砚　　发表时间：2026-02-27"], Some("苏砚")),
            ("nobody", &["来源：砚溪日报"], None),
        ] {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(author(&lines).as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn an_author_may_be_called_so() {
        for (why, html, shown, expected) in [
            ("by its class", "<span class='author vcard'><a>Zhou Yun</a></span>", "", Some("Zhou Yun")),
            ("a line", "<p>x</p>", "By LIN CAI", Some("LIN CAI")),
            ("a box about authors", "<div class=authors>More from our authors</div>", "", None),
            ("a number", "<div class=author>13800138000</div>", "", None),
        ] {
            let found = named_author(&Html::parse_document(html), &[shown.to_owned()]);
            assert_eq!(found.as_deref(), expected, "{why}");
        }
    }
}
