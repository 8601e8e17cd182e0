//! An article's page in, the address of its next page out; and two pages of one article, joined.
//!
//! An article goes on where a link that shows a number or says 下一页 leads to this very address with the next
//! number in it. The next article (下一篇), pages of comments and pages of a list do not count. To miss a page costs
//! the end of an article, to take a wrong one spoils a good entry: what is in doubt is left alone.

use super::tags::{self, Attribute};
use super::{Article, dom, text};
use crate::model::Entry;
use std::collections::HashSet;
use url::Url;

/// No article has more pages.
const MOST: u32 = 10;
/// Nor more text, in bytes.
const LONGEST: usize = 256 * 1024;

/// Where the article on this page goes on. `further`: this is not its first page.
pub(super) fn next(html: &str, at: &Url, further: bool) -> Option<Url> {
    let mut base = None;
    let (mut following, mut whole) = (None::<(Url, usize)>, None::<(Url, usize)>);
    for link in Links::of(html) {
        if link.name.eq_ignore_ascii_case("base") {
            base = base.or_else(|| dom::join(Some(at), link.href));
            continue;
        }
        let words = link.words();
        let (leads, shows_all) = (says_next(&words) || link.rel_next, says_whole(&words));
        if !leads && !shows_all || names_comments(link.href) {
            continue;
        }
        let Some(url) = dom::join(base.as_ref().or(Some(at)), &text::unescape(link.href)) else { continue };
        if leads && following.is_none() && follows(at, &url, further) {
            following = Some((url, link.place));
        } else if shows_all && !further && whole.is_none() && is_whole(at, &url) {
            whole = Some((url, link.place));
        }
    }
    let (following, place) = following?;
    if place > 0 && among_comments(html, place) {
        return None;
    }
    // One page with all of it saves the others.
    Some(whole.map_or(following, |(url, _)| url))
}

/// The article so far with what this page adds; `None`: it adds nothing, or is another article.
pub(super) fn join(so_far: &Entry, page: &Article) -> Option<Entry> {
    if !same_title(&so_far.title, &page.title) {
        return None;
    }
    let known: HashSet<&str> = so_far.text.lines().collect();
    let lines: Vec<&str> = page.text.lines().collect();
    let old = lines.iter().filter(|line| known.contains(**line)).count();
    // All of it on one page.
    let text = if old * 10 >= known.len() * 9 && lines.len() > known.len() {
        page.text.clone()
    } else {
        // What begins and ends every page is said once.
        let begin = lines.iter().position(|line| !known.contains(line))?;
        let end = lines.iter().rposition(|line| !known.contains(line))? + 1;
        format!("{}\n{}", so_far.text, lines[begin..end].join("\n"))
    };
    let fits = text.len() <= LONGEST && text.len() > so_far.text.len();
    fits.then(|| Entry { text, ..so_far.clone() })
}

/// `标题(2)` and `标题` name one article.
fn same_title(a: &str, b: &str) -> bool {
    let plain = |title: &str| {
        let letters: String = title.chars().filter(|c| c.is_alphanumeric()).collect();
        let cut = letters
            .trim_end_matches(|c: char| c.is_ascii_digit() || "第页頁一二三四五六七八九十".contains(c));
        if cut.is_empty() { letters } else { cut.to_lowercase() }
    };
    let (a, b) = (plain(a), plain(b));
    a.is_empty() || b.is_empty() || a.starts_with(&b) || b.starts_with(&a)
}

struct Link<'h> {
    name: &'h str,
    href: &'h str,
    rel_next: bool,
    /// 0 in the head of the page: a link that is not shown.
    place: usize,
    inner: &'h str,
}

impl Link<'_> {
    /// What it shows, without blanks.
    fn words(&self) -> String {
        let mut words = String::new();
        let mut rest = self.inner;
        while let Some(less) = rest.find('<') {
            words.push_str(&rest[..less]);
            rest = rest[less..].find('>').map_or("", |end| &rest[less + end + 1..]);
        }
        words.push_str(rest);
        let words = text::unescape(&words).to_lowercase();
        words.chars().filter(|c| !c.is_whitespace()).take(24).collect()
    }
}

/// The links of a page, and its `<base>`, in their order.
struct Links<'h> {
    html: &'h str,
    at: usize,
}

impl<'h> Links<'h> {
    fn of(html: &'h str) -> Self {
        Self { html, at: 0 }
    }
}

impl<'h> Iterator for Links<'h> {
    type Item = Link<'h>;

    fn next(&mut self) -> Option<Link<'h>> {
        loop {
            let less = self.at + self.html[self.at..].find('<')?;
            self.at = less + 1;
            let rest = &self.html.as_bytes()[less + 1..];
            let named = |name: &str| {
                rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
                    && rest.get(name.len()).is_some_and(u8::is_ascii_whitespace)
            };
            if !(named("a") || named("link") || named("base")) {
                continue;
            }
            let (mut href, mut rel_next) = ("", false);
            let read = tags::tag(self.html, less + 1, |Attribute { name, value }| {
                if name.eq_ignore_ascii_case("href") {
                    href = value;
                } else if name.eq_ignore_ascii_case("rel") {
                    rel_next = value.eq_ignore_ascii_case("next");
                }
                Some(())
            });
            let (name, tag) = read?;
            self.at = tag.end;
            if href.is_empty() {
                continue;
            }
            let shown = name.eq_ignore_ascii_case("a");
            // What shows a number or two words is short, tags and all.
            let near = &self.html.as_bytes()[tag.end..(tag.end + 200).min(self.html.len())];
            let end = near.windows(2).position(|pair| pair == b"</").filter(|_| shown);
            let inner = end.map_or("", |end| &self.html[tag.end..tag.end + end]);
            return Some(Link { name, href, rel_next, place: if shown { less } else { 0 }, inner });
        }
    }
}

fn says_next(words: &str) -> bool {
    const NEXT: &[&str] = &[
        "下一页",
        "下页",
        "下一頁",
        "下頁",
        "后一页",
        "后页",
        "next",
        "nextpage",
        "continue",
        "›",
        "»",
        ">",
        ">>",
        "→",
    ];
    let bare =
        words.trim_matches(['[', ']', '(', ')', '（', '）', '【', '】', '>', '»', '›', '→', '&', '：', ':']);
    let numbered = bare.trim_start_matches(['第', 'p']).trim_end_matches(['页', '頁']);
    NEXT.contains(&words) || NEXT.contains(&bare) || numbered.parse::<u32>().is_ok_and(|n| n <= MOST)
}

fn says_whole(words: &str) -> bool {
    const WHOLE: &[&str] = &[
        "阅读全文",
        "查看全文",
        "显示全文",
        "全文阅读",
        "单页阅读",
        "在本页阅读全文",
        "在本页显示全文",
        "本页阅读全文",
        "全文",
        "閱讀全文",
        "viewall",
        "singlepage",
        "viewassinglepage",
        "viewasonepage",
        "showall",
    ];
    WHOLE.contains(&words.trim_matches(['[', ']', '(', ')', '（', '）', '【', '】', '>', '»']))
}

fn names_comments(href: &str) -> bool {
    let href = href.to_ascii_lowercase();
    ["comment", "cpage", "reply", "pinglun"].iter().any(|word| href.contains(word))
}

/// Whether `url` is the page after `at` of one article.
fn follows(at: &Url, url: &Url, further: bool) -> bool {
    if at.host_str() != url.host_str() || at.port() != url.port() || is_index(at) {
        return false;
    }
    let first = plain(at);
    let now: Vec<(String, u32)> = numbered(at).into_iter().filter(|(_, n)| further || *n <= 1).collect();
    numbered(url).into_iter().any(|(stem, n)| {
        // Some count the second page as 1.
        let begins = !further && stem == first && matches!(n, 1 | 2);
        let goes_on = now.iter().any(|(known, m)| *known == stem && n == m + 1);
        (begins || goes_on) && n <= MOST
    })
}

/// Whether `url` shows all pages of `at`.
fn is_whole(at: &Url, url: &Url) -> bool {
    if at.host_str() != url.host_str() || at.port() != url.port() {
        return false;
    }
    let (stem, shown) = (plain(at), plain(url));
    let (name, end) = cut_extension(&stem);
    ["_all", "-all", "_full", "/all", "_0", "_single"]
        .iter()
        .any(|mark| shown == format!("{name}{mark}{end}"))
        || [
            "?all",
            "?page=all",
            "?pn=all",
            "?view=all",
            "?all=1",
            "?page=full",
            "?single=1",
            "?p=all",
            "?singlepage=1",
        ]
        .iter()
        .any(|query| shown == format!("{stem}{query}"))
}

/// Path and query of a first page, without what says that it is one.
fn plain(url: &Url) -> String {
    let path = url.path().trim_end_matches('/');
    match url.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// The start of a section, whose further pages are a list's.
fn is_index(url: &Url) -> bool {
    let name = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = name.split('.').next().unwrap_or_default();
    name.is_empty()
        || ["index", "list", "default", "home", "news"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn cut_extension(path: &str) -> (&str, &str) {
    match path.rfind('.').filter(|dot| !path[*dot..].contains('/')) {
        Some(dot) if path.len() - dot <= 7 => path.split_at(dot),
        _ => (path, ""),
    }
}

/// The ways to read an address as a page of an article: the address of the article, and the number.
fn numbered(url: &Url) -> Vec<(String, u32)> {
    const NAMES: &[&str] =
        &["page", "p", "pn", "pg", "paged", "pageno", "page_no", "pageindex", "pagenum", "currentpage"];
    let mut ways = Vec::new();
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| text.len() <= 2 && *n <= MOST);
    let query = url.query().filter(|query| !query.is_empty());
    let behind = query.map(|query| format!("?{query}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let (name, end) = cut_extension(path);
    if let Some((stem, n)) = name.rsplit_once(['_', '-']).and_then(|(stem, n)| Some((stem, number(n)?)))
        && !stem.ends_with('/')
    {
        ways.push((format!("{stem}{end}{behind}"), n));
    }
    if let Some((stem, n)) = path.rsplit_once('/').and_then(|(stem, n)| Some((stem, number(n)?))) {
        let stem = stem.strip_suffix("/page").unwrap_or(stem);
        if !stem.is_empty() {
            ways.push((format!("{stem}{behind}"), n));
        }
    }
    for pair in query.unwrap_or_default().split('&') {
        let Some((key, n)) = pair.split_once('=').and_then(|(key, n)| Some((key, number(n)?))) else {
            continue;
        };
        if NAMES.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            let rest: Vec<&str> =
                query.unwrap_or_default().split('&').filter(|other| *other != pair).collect();
            let stem = if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
            ways.push((stem, n));
        }
    }
    ways
}

/// Whether a place lies in a block that calls itself comments. The nesting is guessed: pages leave ends out.
fn among_comments(html: &str, place: usize) -> bool {
    let mut open: Vec<(&str, bool)> = Vec::new();
    let mut at = 0;
    while let Some(less) = html[at..place].find('<').map(|next| at + next) {
        at = less + 1;
        let closes = html.as_bytes().get(at) == Some(&b'/');
        let from = at + usize::from(closes);
        if !html.as_bytes().get(from).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut comments = false;
        let Some((name, tag)) = tags::tag(html, from, |Attribute { name, value }| {
            if name.eq_ignore_ascii_case("class") || name.eq_ignore_ascii_case("id") {
                let value = value.to_ascii_lowercase();
                comments |=
                    ["comment", "reply", "replies", "pinglun", "cmt"].iter().any(|word| value.contains(word));
            }
            Some(())
        }) else {
            return false;
        };
        let holds = ["div", "section", "ul", "ol", "aside", "article", "td", "nav"];
        if !holds.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            continue;
        }
        if !closes {
            open.push((name, comments));
        } else if let Some(last) = open.iter().rposition(|(known, _)| known.eq_ignore_ascii_case(name)) {
            open.truncate(last);
        }
        at = tag.end.min(place);
    }
    // `<body class="has-comments">` says nothing of a place; blocks do.
    open.iter().any(|(_, comments)| *comments)
}

#[cfg(test)]
mod tests;
