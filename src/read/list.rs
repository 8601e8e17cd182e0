//! A list page or a board in, links to articles or threads out.
//!
//! With a selector: what it matches. Without: links are grouped by the shape of their address and their place in
//! the tree, and the groups that look like headlines are kept. To miss an article is worse than to visit a page
//! too many, so every group that passes is taken.

use super::kind::Wanted;
use super::{Body, Found, canonical, dom, odd, text};
use crate::model::Unreadable;
use scraper::{ElementRef, Html};
use std::collections::{HashMap, HashSet};
use url::{Host, Url};

/// Article links of a list page.
pub fn links(body: &Body, selector: Option<&str>) -> Result<Vec<Found>, Unreadable> {
    found(body, selector, "select.links", Wanted::List)
}

/// Thread links of a board page.
pub fn board(body: &Body, selector: Option<&str>) -> Result<Vec<Found>, Unreadable> {
    found(body, selector, "select.threads", Wanted::Board)
}

fn found(body: &Body, selector: Option<&str>, key: &str, wanted: Wanted) -> Result<Vec<Found>, Unreadable> {
    let html = odd::open(body, wanted)?;
    let page = dom::parse(&html)?;
    let base = dom::base(&page, body.url);
    let all = match selector {
        Some(css) => {
            let matched = page
                .select(&dom::selector(key, css)?)
                .filter_map(|element| link(element, base.as_ref()))
                .collect::<Vec<_>>();
            if matched.is_empty() {
                return Err(Unreadable::SelectorLost { key: key.to_owned(), selector: css.to_owned() });
            }
            matched
        }
        None => by_shape(&page, base.as_ref(), body.url),
    };
    let own = body.url.map(canonical::canonical);
    let mut best: HashMap<String, usize> = HashMap::new();
    let mut out: Vec<Found> = Vec::new();
    for found in all {
        let key = canonical::canonical(&found.url);
        if own.as_ref() == Some(&key) {
            continue;
        }
        match best.get(&key) {
            // A picture and a headline often link to one place: the longer words are the headline.
            Some(at) if text::width(&out[*at].title) < text::width(&found.title) => {
                out[*at].title = found.title;
            }
            Some(_) => {}
            None => {
                best.insert(key, out.len());
                out.push(found);
            }
        }
    }
    Ok(out)
}

/// The link that a matched element is, holds, or lies in.
fn link(element: ElementRef<'_>, base: Option<&Url>) -> Option<Found> {
    let is_link = |e: &ElementRef<'_>| e.value().name() == "a" && e.attr("href").is_some();
    let anchor = Some(element)
        .filter(is_link)
        .or_else(|| element.descendent_elements().find(is_link))
        .or_else(|| element.ancestors().filter_map(ElementRef::wrap).find(is_link))?;
    let mut url = dom::join(base, anchor.attr("href")?)?;
    url.set_fragment(url.fragment().map(str::to_owned).as_deref().filter(|fragment| fragment.len() < 40));
    let shown = dom::line(anchor);
    let told = anchor.attr("title").map(text::one_line).unwrap_or_default();
    // A list cuts headlines; the attribute holds them whole.
    let cut = shown.trim_end_matches(['…', '.']);
    let title =
        if shown.is_empty() || cut.len() < shown.len() && told.starts_with(cut) { told } else { shown };
    Some(Found { url, title })
}

#[derive(Default)]
struct Group {
    members: Vec<usize>,
    wide: usize,
    /// How many of the addresses hold a number or a date.
    numbered: usize,
}

fn by_shape(page: &Html, base: Option<&Url>, own: Option<&Url>) -> Vec<Found> {
    let mut links = Vec::new();
    let mut groups: HashMap<(String, String), Group> = HashMap::new();
    for element in page.select(&dom::known("a[href]")) {
        if in_frame(element) {
            continue;
        }
        let Some(found) = link(element, base) else { continue };
        if own.is_some_and(|own| !same_site(own, &found.url)) || is_root(&found.url) || is_file(&found.url) {
            continue;
        }
        let (address, numbered) = address_shape(&found.url);
        let shape = (place(element), address);
        let wide = text::width(&found.title);
        let group = groups.entry(shape).or_default();
        group.members.push(links.len());
        group.wide += wide;
        group.numbered += usize::from(numbered);
        links.push(found);
    }
    let mut kept = HashSet::new();
    let mut largest: Option<&Group> = None;
    for ((_, address), group) in &groups {
        if headlines(group, address) {
            kept.extend(group.members.iter().copied());
        }
        if largest.is_none_or(|known| group.wide > known.wide) {
            largest = Some(group);
        }
    }
    // No group of headlines: a short or plain list; the one that says most is the best guess.
    if kept.is_empty()
        && let Some(group) = largest
    {
        kept.extend(group.members.iter().copied().filter(|at| !links[*at].title.is_empty()));
    }
    let mut at = 0;
    links.retain(|found| {
        at += 1;
        kept.contains(&(at - 1)) && !found.title.is_empty()
    });
    links
}

/// Enough members with headlines for names, at addresses that number or date what they name.
fn headlines(group: &Group, address: &str) -> bool {
    let average = group.wide / group.members.len().max(1);
    let numbered = group.numbered * 2 >= group.members.len();
    let page = [".html", ".htm", ".shtml"].iter().any(|end| address.ends_with(end));
    match group.members.len() {
        0 => false,
        1 | 2 => average >= 24 && numbered,
        _ => average >= 12 && (numbered || page) || average >= 20,
    }
}

/// Navigation, footers and side columns.
fn in_frame(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| {
        if matches!(above.value().name(), "nav" | "footer") {
            return true;
        }
        if matches!(above.value().name(), "body" | "html") {
            return false;
        }
        dom::names(above).split([' ', '-', '_']).any(|word| {
            matches!(
                word,
                "nav"
                    | "navbar"
                    | "menu"
                    | "footer"
                    | "foot"
                    | "breadcrumb"
                    | "crumb"
                    | "crumbs"
                    | "pagination"
                    | "pager"
                    | "copyright"
                    | "friendlink"
                    | "toolbar"
            )
        })
    })
}

/// Tags and first classes of the next three elements above: what makes siblings alike.
fn place(element: ElementRef<'_>) -> String {
    let mut path = String::new();
    for above in element.ancestors().filter_map(ElementRef::wrap).take(3) {
        let class = above.value().classes().next().unwrap_or_default();
        // Numbers in classes (`item-3`, `odd1`) tell siblings apart and not kinds.
        path.push_str(above.value().name());
        path.push('.');
        path.extend(class.chars().filter(|c| !c.is_ascii_digit()));
        path.push('/');
    }
    path
}

/// How deep an address is, what it ends with and which parameters it has; and whether it holds a number.
fn address_shape(url: &Url) -> (String, bool) {
    let (mut shape, mut numbered) = (String::new(), false);
    for segment in url.path().split('/').skip(1) {
        let (stem, suffix) = segment.rsplit_once('.').unwrap_or((segment, ""));
        numbered |= stem.bytes().any(|b| b.is_ascii_digit());
        shape.push('/');
        if !suffix.is_empty() {
            shape.push('.');
            shape.push_str(suffix);
        }
    }
    for (name, value) in url.query_pairs() {
        shape.push('?');
        shape.push_str(&name);
        numbered |= value.bytes().any(|b| b.is_ascii_digit());
    }
    (shape, numbered)
}

fn is_root(url: &Url) -> bool {
    matches!(url.path(), "" | "/" | "/index.html" | "/index.htm" | "/index.shtml") && url.query().is_none()
}

fn is_file(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".zip", ".rar", ".exe", ".apk", ".mp4", ".mp3", ".css", ".js", ".xml"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Same registered name, roughly: the last two labels, or three under suffixes like `com.cn`.
pub fn same_site(a: &Url, b: &Url) -> bool {
    match (a.host(), b.host()) {
        (Some(Host::Domain(a)), Some(Host::Domain(b))) => registered(a) == registered(b),
        (a, b) => a == b,
    }
}

fn registered(host: &str) -> &str {
    let labels: Vec<&str> = host.split('.').collect();
    let n = labels.len();
    let two_part = n >= 3
        && labels[n - 1].len() == 2
        && matches!(labels[n - 2], "com" | "gov" | "edu" | "org" | "net" | "ac" | "co");
    let keep = if two_part { 3 } else { 2 };
    if n <= keep {
        return host;
    }
    let cut: usize = labels[..n - keep].iter().map(|label| label.len() + 1).sum();
    &host[cut..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<div class="nav"><a href="/">首页</a><a href="/c/12.html">很长很长的一个栏目名称甲</a></div>
        <ul class="news"><li><a href="/2026/0114/a1.html">岚栎科技回应网传消息不实</a></li>
        <li><a href="a2.html" title="砚溪市发布食品安全抽检通报全文">砚溪市发布食品安全…</a></li>
        <li><a href="/2026/0114/a1.html"><img src=x></a></li>
        <li><a href="https://other.example/1.html">外站的一条很长的新闻标题</a></li></ul>
        <div class="footer"><a href="/about1.html">关于我们的网站和团队介绍</a></div>"#;

    fn titles(selector: Option<&str>) -> Result<Vec<String>, Unreadable> {
        let url = Url::parse("https://news.yanxi.example/2026/0114/").unwrap();
        let body = Body { url: Some(&url), ..Body::of(PAGE.as_bytes()) };
        Ok(links(&body, selector)?
            .into_iter()
            .map(|found| format!("{} {}", found.url.path(), found.title))
            .collect())
    }

    #[test]
    fn article_links_are_found_by_shape_or_selector() {
        let expected = [
            "/2026/0114/a1.html 岚栎科技回应网传消息不实",
            "/2026/0114/a2.html 砚溪市发布食品安全抽检通报全文",
        ];
        assert_eq!(titles(None).unwrap(), expected);
        assert_eq!(titles(Some("ul.news a")).unwrap().len(), 3, "a selector may leave the site");
        assert_eq!(titles(Some("ul.news li")).unwrap().len(), 3, "or name the element around");
        assert!(matches!(titles(Some("ul.gone a")), Err(Unreadable::SelectorLost { .. })));
        assert!(matches!(titles(Some("ul[")), Err(Unreadable::Broken(_))));
    }

    #[test]
    fn sites_are_compared_by_their_registered_name() {
        for (a, b, same) in [
            ("https://news.y.com.cn/", "https://m.y.com.cn/", true),
            ("https://a.com.cn/", "https://b.com.cn/", false),
            ("https://a.example/", "https://www.a.example/", true),
            ("http://127.0.0.1:1/", "http://127.0.0.1:2/", true),
            ("http://127.0.0.1/", "http://127.0.0.2/", false),
        ] {
            assert_eq!(same_site(&Url::parse(a).unwrap(), &Url::parse(b).unwrap()), same, "{a} {b}");
        }
    }
}
