//! Headings and `<title>` in, the headline out.
//!
//! What is usually lost is the site's suffix, so the heading that `<title>` begins with wins; attributes cut at an
//! unescaped quote and headings that are the site's name are seen through the same way.

use super::meta::Head;
use super::{dom, text};
use scraper::{ElementRef, Html};

/// The headline of a page, empty if it has none.
///
/// `above`: the lines above the body, the nearest first, and whether each is a heading.
pub fn of(page: &Html, head: &Head, above: &[(String, bool)]) -> String {
    let title = choose(head, &headings(page));
    let is_shown = |title: &str| above.iter().any(|(line, _)| fold(line) == fold(title));
    if above.is_empty() || is_shown(&title) {
        return title;
    }
    // Page two of an article.
    if let Some(first) = without_page(&title).filter(|first| is_shown(first)) {
        return first.to_owned();
    }
    // The column may stand in front of the headline, or alone: what is shown above the text decides.
    let part = head
        .title
        .split(['_', '|', '｜', '-', '–', '—'])
        .map(str::trim)
        .find(|part| text::width(part) >= 12 && is_shown(part));
    if let Some(part) = part {
        return part.to_owned();
    }
    let column = text::width(title.split(['_', '|', '-', '–', '—']).next().unwrap_or(&title).trim()) < COLUMN;
    let heading = above.iter().find(|(line, heading)| *heading && text::width(line) >= COLUMN);
    match above_date(above).or(heading.filter(|_| text::width(&title) < COLUMN)) {
        Some((better, _)) if column => better.clone(),
        _ => title,
    }
}

/// The line over the one with the date.
fn above_date(above: &[(String, bool)]) -> Option<&(String, bool)> {
    let date = above.iter().position(|(line, _)| super::trim::is_byline(line))?;
    above
        .get(date + 1)
        .filter(|(line, _)| (12..=120).contains(&text::width(line)) && !super::trim::is_byline(line))
}

/// `标题(2)` is page two of `标题`.
fn without_page(title: &str) -> Option<&str> {
    let inner = title.strip_suffix([')', '）'])?;
    let open = inner.rfind(['(', '（'])?;
    let number = inner[open..].trim_start_matches(['(', '（']);
    ((1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
        .then(|| title[..open].trim_end())
}

/// A headline is rarely narrower than this, the name of a column hardly ever as wide.
const COLUMN: usize = 18;

fn headings(page: &Html) -> Vec<String> {
    let mut found = Vec::new();
    for element in page.root_element().descendent_elements() {
        let name = element.value().name();
        let heading = matches!(name, "h1" | "h2" | "h3" | "h4")
            || matches!(name, "div" | "span" | "p" | "td" | "strong" | "font") && named_title(element);
        if heading {
            let line = dom::line(element);
            if (2..=300).contains(&text::width(&line)) {
                found.push(line);
            }
        }
        if found.len() >= 120 {
            break;
        }
    }
    found
}

fn named_title(element: ElementRef<'_>) -> bool {
    let names = dom::names(element);
    names.contains("title") || names.contains("headline") || names.contains("biaoti")
}

fn choose(head: &Head, headings: &[String]) -> String {
    let page = head.title.as_str();
    let told = ["og:title", "twitter:title", "articletitle", "title"].iter().find_map(|name| head.get(name));
    let told = told.map(text::one_line).unwrap_or_default();
    let folded = fold(page);
    let told_folded = fold(&told);
    // Machines and readers are told the same: nothing is left to choose.
    if text::width(&told) >= 16
        && told_folded != folded
        && let Some(heading) = headings.iter().find(|heading| fold(heading) == told_folded)
    {
        return heading.clone();
    }
    let stem = without_suffix(page, head.get("og:site_name"));
    // The longest heading that the page's title begins with.
    let prefix = headings
        .iter()
        .filter(|heading| {
            let heading = fold(heading);
            !heading.is_empty()
                && folded.starts_with(&heading)
                && (text::width(&heading) >= 8 || heading == folded || heading == fold(&stem))
        })
        .max_by_key(|heading| heading.len());
    if let Some(heading) = prefix {
        return heading.clone();
    }
    // A heading and the machine's title agree, or one is the other without its site.
    if !told_folded.is_empty()
        && let Some(heading) = headings.iter().find(|heading| {
            fold(heading) == told_folded || fold(heading) == fold(&without_suffix(&told, None))
        })
    {
        return heading.clone();
    }
    // The title may put the site in front.
    if let Some(heading) =
        headings.iter().find(|heading| text::width(heading) >= 16 && folded.contains(&fold(heading)))
    {
        return heading.clone();
    }
    // A heading that goes on where the title was cut.
    let cut = fold(stem.trim_end_matches(['.', '…']));
    if text::width(&cut) >= 16
        && let Some(heading) = headings.iter().find(|heading| fold(heading).starts_with(&cut))
    {
        return heading.clone();
    }
    if !told.is_empty() && (page.is_empty() || folded.starts_with(&told_folded) && !cut_at_quote(page, &told))
    {
        return told;
    }
    if !stem.is_empty() {
        return stem;
    }
    if !told.is_empty() {
        return told;
    }
    headings.first().cloned().unwrap_or_default()
}

/// `content="a"b"c"` ends at the first inner quote.
fn cut_at_quote(page: &str, told: &str) -> bool {
    page.strip_prefix(told).is_some_and(|rest| rest.starts_with(['"', '\'']))
}

/// For comparing: no white space, quotes alike, letters small.
fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '“' | '”' | '„' | '«' | '»' | '＂' => '"',
            '‘' | '’' | '´' | '`' => '\'',
            '–' | '—' | '−' => '-',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The page's title without the names of column, channel and site.
pub fn without_suffix(title: &str, site: Option<&str>) -> String {
    let mut kept = title.trim();
    // These never stand in a Chinese headline, and columns come in chains of them.
    if let Some(at) = kept.find(['_', '｜', '|']).filter(|at| text::width(&kept[..*at]) >= 8) {
        kept = kept[..at].trim();
    }
    while let Some((at, length)) = last_dash(kept) {
        let (left, right) = (kept[..at].trim(), kept[at + length..].trim());
        let spaced = kept[..at].ends_with(char::is_whitespace);
        // A column's name glued on: two to four ideographs.
        let column =
            (2..=4).contains(&right.chars().count()) && text::width(right) == right.chars().count() * 2;
        if text::width(left) < 8
            || !(names_a_site(right, site)
                || spaced && text::width(right) <= 20 && text::width(right) * 2 < text::width(left)
                || column && text::width(left) >= text::width(right) * 4)
        {
            break;
        }
        kept = left;
    }
    kept.trim_end_matches(['-', '–', '—', '_', '|']).trim().to_owned()
}

fn last_dash(text: &str) -> Option<(usize, usize)> {
    let (at, c) = text.char_indices().rev().find(|(_, c)| matches!(c, '-' | '–' | '—' | '－'))?;
    let end = at + c.len_utf8();
    let start = text[..at].trim_end_matches(['-', '–', '—', '－']).len();
    Some((start, end - start))
}

fn names_a_site(text: &str, site: Option<&str>) -> bool {
    const ENDS: &[&str] = &[
        "网",
        "网站",
        "報",
        "报",
        "日报",
        "晚报",
        "晨报",
        "新闻",
        "新聞",
        "频道",
        "頻道",
        "在线",
        "资讯",
        "论坛",
        "客户端",
        "门户",
        "中心",
        "社区",
        "博客",
        "杂志",
        "电视台",
        "政府",
        "官网",
        "news",
        "times",
        "daily",
        "post",
        "wiki",
    ];
    let lower = text.to_lowercase();
    site.is_some_and(|site| fold(site) == fold(text))
        || text::width(text) <= 30
            && (ENDS.iter().any(|end| lower.ends_with(end))
                || [".com", ".cn", ".net", ".org", "www."].iter().any(|part| lower.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_is_found() {
        for (why, html, expected) in [
            (
                "a heading that begins the title",
                "<title>岚栎科技发布澄清公告_财经_砚溪网</title><h1>砚溪网</h1><h2>岚栎科技发布澄清公告</h2>",
                "岚栎科技发布澄清公告",
            ),
            (
                "suffixes in a chain",
                "<title>岚栎科技发布澄清公告_财经频道_砚溪网</title>",
                "岚栎科技发布澄清公告",
            ),
            (
                "a dash and a site",
                "<title>岚栎科技发布澄清公告 - 砚溪市人民政府网站</title>",
                "岚栎科技发布澄清公告",
            ),
            (
                "an attribute cut at a quote",
                "<title>奖金百万！\"砚溪奖\"首位得主_砚溪网</title><meta property=og:title content=\"奖金百万！\">",
                "奖金百万！\"砚溪奖\"首位得主",
            ),
            (
                "a dash of its own",
                "<title>Lanli 3-2 Yanxi: what we learned</title>",
                "Lanli 3-2 Yanxi: what we learned",
            ),
            (
                "the machine's title",
                "<title>Yanxi Daily</title><meta property=og:title content='Lanli answers'><h1>Lanli answers</h1>",
                "Lanli answers",
            ),
            ("nothing", "<p>x", ""),
        ] {
            let page = Html::parse_document(html);
            assert_eq!(of(&page, &Head::of(&page), &[]), expected, "{why}");
        }
    }

    #[test]
    fn a_columns_name_is_no_headline() {
        let page = Html::parse_document(
            "<title>新闻动态--砚溪市地理学会官网</title><h5>砚溪市地理学会年会在老城区召开</h5>",
        );
        let line = |text: &str, heading| (text.to_owned(), heading);
        let headline = line("砚溪市地理学会年会在老城区召开", true);
        for (why, above, expected) in [
            (
                "the heading above the text",
                vec![line("发布时间：2026-01-14", false), headline.clone()],
                headline.0.as_str(),
            ),
            ("shown above the text", vec![line("新闻动态", false), headline.clone()], "新闻动态"),
            ("nothing better", vec![line("当前位置", false)], "新闻动态"),
        ] {
            assert_eq!(of(&page, &Head::of(&page), &above), expected, "{why}");
        }
    }
}
