//! One page of a thread in: its posts, and the address of the next page, out.
//!
//! Without selectors a post is one of many siblings of one kind that hold text. A post's id must stay when replies
//! are added behind it: the page's own id or anchor, else the text itself with how often it came before.

use super::date::{self, Now};
use super::kind::Wanted;
use super::page::detail;
use super::{Body, Post, Thread, dom, meta::Head, odd, text, title};
use crate::model::{ForumSelectors, Unreadable};
use scraper::{ElementRef, Html};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use url::Url;

pub fn thread(body: &Body, select: &ForumSelectors) -> Result<Thread, Unreadable> {
    let html = odd::open(body, Wanted::Thread)?;
    let page = dom::parse(&html)?;
    let base = dom::base(&page, body.url);
    let head = Head::of(&page);
    let blocks = match &select.posts {
        Some(css) => {
            let blocks = dom::outermost(page.root_element(), &dom::selector("select.posts", css)?);
            if blocks.is_empty() {
                return Err(Unreadable::SelectorLost {
                    key: "select.posts".to_owned(),
                    selector: css.clone(),
                });
            }
            blocks
        }
        None => by_shape(&page),
    };
    if blocks.is_empty() {
        return Err(Unreadable::Broken(
            "no posts: nothing on the page repeats like posts do; set select.posts".to_owned(),
        ));
    }
    let mut seen = HashMap::new();
    let mut posts = Vec::new();
    for block in &blocks {
        if let Some(post) = post(*block, select, body, &mut seen)? {
            posts.push(post);
        }
    }
    if posts.is_empty()
        && let Some(css) = select.text.as_ref().or(select.posts.as_ref())
    {
        let key = if select.text.is_some() { "select.text" } else { "select.posts" };
        return Err(Unreadable::SelectorLost { key: key.to_owned(), selector: css.clone() });
    }
    Ok(Thread {
        title: title::of(&page, &head, &[]),
        posts,
        next: next(&page, select, base.as_ref(), body.url)?,
    })
}

fn post(
    block: ElementRef<'_>,
    select: &ForumSelectors,
    body: &Body,
    seen: &mut HashMap<String, u32>,
) -> Result<Option<Post>, Unreadable> {
    let inside = |key: &str, css: Option<&String>| -> Result<Option<ElementRef<'_>>, Unreadable> {
        let Some(css) = css else { return Ok(None) };
        Ok(block.select(&dom::selector(key, css)?).next())
    };
    let content = inside("select.text", select.text.as_ref())?;
    if select.text.is_some() && content.is_none() {
        return Ok(None); // an advertisement between the posts
    }
    let text = text::of(content.or_else(|| named(block, CONTENT)).unwrap_or(block), |element| {
        is_quote_head(element)
    });
    if text.is_empty() {
        return Ok(None);
    }
    let author =
        inside("select.author", select.author.as_ref())?.or_else(|| named(block, AUTHOR)).map(detail);
    let now = Now { at: body.fetched, zone: body.zone };
    let told = inside("select.published", select.published.as_ref())?.map(|element| {
        let attr = element
            .attr("datetime")
            .or_else(|| element.descendent_elements().find_map(|inner| inner.attr("title")));
        // `3小时前` is shown, the attribute holds the time itself.
        attr.and_then(|text| date::find(text, now)).or_else(|| date::find(&detail(element), now))
    });
    let published = told.unwrap_or_else(|| when(block, now));
    let anchor = anchor(block);
    let id = anchor.clone().unwrap_or_else(|| {
        let digest = Sha256::digest(format!("{}\n{text}", author.as_deref().unwrap_or_default()));
        let short = super::hex(&digest, 8);
        let count = seen.entry(short.clone()).or_default();
        *count += 1;
        if *count > 1 { format!("{short}-{count}") } else { short }
    });
    let mut url = body.url.cloned();
    if let (Some(url), Some(anchor)) = (&mut url, &anchor) {
        url.set_fragment(Some(anchor));
    }
    Ok(Some(Post {
        id,
        text,
        author: author.filter(|name| !name.is_empty() && text::width(name) <= 60),
        published,
        url,
    }))
}

const CONTENT: &[&str] = &[
    "t_f",
    "postmessage",
    "post-content",
    "post_content",
    "postcontent",
    "post-body",
    "postbody",
    "message",
    "reply-content",
    "reply_content",
    "content",
    "text",
    "txt",
];
const AUTHOR: &[&str] =
    &["author", "authi", "username", "user-name", "user_name", "nickname", "poster", "user"];

/// The first inner element that is called so, the surest name first.
fn named<'a>(block: ElementRef<'a>, words: &[&str]) -> Option<ElementRef<'a>> {
    words.iter().find_map(|word| {
        block
            .descendent_elements()
            .skip(1)
            .find(|element| {
                dom::names(*element).split(' ').any(|name| {
                    name == *word || name.starts_with(word) && name[word.len()..].starts_with(['_', '-'])
                })
            })
            .filter(|element| element.text().any(|text| !text.trim().is_empty()))
    })
}

fn is_quote_head(element: ElementRef<'_>) -> bool {
    dom::names(element).split(' ').any(|name| matches!(name, "signature" | "sign" | "pstatus"))
}

fn when(block: ElementRef<'_>, now: Now) -> Option<crate::model::Published> {
    let told = block
        .descendent_elements()
        .find_map(|element| element.attr("datetime").and_then(|text| date::find(text, now)));
    told.or_else(|| {
        let text = text::of(block, |_| false);
        let lines: Vec<&str> = text.lines().filter(|line| text::width(line) <= 80).collect();
        lines.iter().find_map(|line| date::find_with_clock(line, now)).or_else(|| {
            let short = lines.iter().filter(|line| text::width(line) <= 30);
            short.clone().find_map(|line| date::find(line, now))
        })
    })
}

/// The id a post carries: its own, of the anchor in it, or of the link to itself. It must hold a digit.
fn anchor(block: ElementRef<'_>) -> Option<String> {
    let numbered = |id: &str| {
        id.bytes().any(|b| b.is_ascii_digit()) && id.len() <= 60 && !id.contains(char::is_whitespace)
    };
    let own = ["id", "data-id", "data-pid", "data-post-id"]
        .iter()
        .find_map(|attr| block.attr(attr))
        .filter(|id| numbered(id));
    own.map(str::to_owned).or_else(|| {
        block.descendent_elements().skip(1).find_map(|element| {
            let name = match element.value().name() {
                "a" => element.attr("name").or_else(|| element.attr("id")).or_else(|| {
                    let (_, fragment) = element.attr("href")?.rsplit_once('#')?;
                    Some(fragment)
                }),
                "table" | "div" | "article" | "li" => element.attr("id"),
                _ => None,
            }?;
            Some(name.to_owned()).filter(|name| numbered(name))
        })
    })
}

/// The siblings of one kind that hold the most text.
fn by_shape(page: &Html) -> Vec<ElementRef<'_>> {
    let mut best: (usize, Vec<ElementRef<'_>>) = (0, Vec::new());
    let mut alone: Option<ElementRef<'_>> = None;
    let root = page.root_element();
    for parent in root.descendent_elements() {
        if matches!(
            parent.value().name(),
            "nav" | "footer" | "aside" | "head" | "select" | "script" | "header"
        ) {
            continue;
        }
        let mut kinds: HashMap<String, Vec<ElementRef<'_>>> = HashMap::new();
        for child in parent.child_elements() {
            let name = child.value().name();
            if matches!(name, "div" | "li" | "article" | "section" | "table" | "tr" | "dl" | "dd") {
                kinds.entry(kind(child)).or_default().push(child);
            }
        }
        for (kind, members) in kinds {
            let hinted = ["post", "reply", "floor", "comment", "message", "thread"]
                .iter()
                .any(|hint| kind.contains(hint));
            let posts: Vec<_> = members.into_iter().filter(|member| prose(*member) >= 4).collect();
            if posts.len() < 2 {
                // A thread without replies yet: the innermost block that is called a post.
                if let ([only], true) = (posts.as_slice(), hinted) {
                    alone = Some(*only);
                }
                continue;
            }
            let wide: usize = posts.iter().map(|post| prose(*post)).sum();
            let dated = posts.iter().filter(|post| anchor(**post).is_some()).count() * 2 >= posts.len();
            let score = wide * (1 + usize::from(hinted) * 2 + usize::from(dated));
            if score > best.0 {
                best = (score, posts);
            }
        }
    }
    if best.0 == 0 { alone.into_iter().collect() } else { best.1 }
}

fn kind(element: ElementRef<'_>) -> String {
    let value = element.value();
    let class = value
        .classes()
        .find(|class| !matches!(*class, "odd" | "even" | "first" | "last"))
        .unwrap_or_default();
    let id: String = value.id().unwrap_or_default().chars().take_while(|c| !c.is_ascii_digit()).collect();
    let class: String = class.chars().filter(|c| !c.is_ascii_digit()).collect();
    format!("{}.{}#{}", value.name(), class, id).to_ascii_lowercase()
}

/// The width of text outside links.
fn prose(element: ElementRef<'_>) -> usize {
    text::width(&text::of(element, |inner| inner.value().name() == "a"))
}

fn next(
    page: &Html,
    select: &ForumSelectors,
    base: Option<&Url>,
    own: Option<&Url>,
) -> Result<Option<Url>, Unreadable> {
    let join = |element: ElementRef<'_>| {
        element.attr("href").and_then(|href| dom::join(base, href)).filter(|url| Some(url) != own)
    };
    if let Some(css) = &select.next {
        // The last page has none: not finding it is no loss.
        return Ok(page.select(&dom::selector("select.next", css)?).find_map(join));
    }
    if let Some(url) = page.select(&dom::known("link[rel=next], a[rel=next]")).find_map(join) {
        return Ok(Some(url));
    }
    let found = page.select(&dom::known("a[href]")).find(|element| {
        let line = dom::line(*element);
        matches!(
            line.trim_matches(['>', '»', '›', ' ', '→']),
            "下一页" | "下页" | "下一頁" | "next" | "Next" | "Next page" | "后页"
        )
    });
    Ok(found.and_then(join))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(posts: &[(&str, &str, &str)]) -> String {
        let posts = posts
            .iter()
            .map(|(id, user, text)| {
                format!("<div class='post' {id}><a class=author href=/u>{user}</a><span class=d>发表于 2026-1-14 16:56</span><div class=content>{text}</div></div>")
            })
            .collect::<Vec<_>>().concat();
        format!(
            "<title>砚溪水质_砚溪论坛</title><h1>砚溪水质</h1><ul class=nav><li>一二三四五六<li>七八九十</ul><div id=posts>{posts}</div><a href='t-1-2.html'>下一页</a>"
        )
    }

    fn read(html: &str, select: &ForumSelectors) -> Result<Thread, Unreadable> {
        let url = Url::parse("https://bbs.yanxi.example/t-1.html").unwrap();
        thread(&Body { url: Some(&url), ..Body::of(html.as_bytes()) }, select)
    }

    #[test]
    fn posts_are_found_with_and_without_selectors() {
        let html =
            page(&[("id=pid11", "甲", "自来水发黄，有人管吗？"), ("id=pid12", "乙", "同问，我家也是。")]);
        let select = ForumSelectors {
            posts: Some("div.post".into()),
            text: Some("div.content".into()),
            author: Some("a.author".into()),
            published: Some("span.d".into()),
            next: Some("a[href*='-2']".into()),
            ..ForumSelectors::default()
        };
        for select in [select, ForumSelectors::default()] {
            let thread = read(&html, &select).unwrap();
            assert_eq!(thread.title, "砚溪水质");
            assert_eq!(thread.next.as_ref().map(Url::path), Some("/t-1-2.html"));
            let got: Vec<_> =
                thread.posts.iter().map(|p| (p.id.as_str(), p.author.as_deref(), p.text.as_str())).collect();
            assert_eq!(
                got,
                [("pid11", Some("甲"), "自来水发黄，有人管吗？"), ("pid12", Some("乙"), "同问，我家也是。")]
            );
            assert_eq!(thread.posts[0].published.unwrap().to_string(), "2026-01-14T16:56:00");
            assert_eq!(
                thread.posts[0].url.as_ref().unwrap().as_str(),
                "https://bbs.yanxi.example/t-1.html#pid11"
            );
        }
    }

    #[test]
    fn ids_stay_when_a_reply_is_added() {
        let mut posts = vec![
            ("", "甲", "自来水发黄，有人管吗？"),
            ("", "乙", "顶一下这个帖子"),
            ("", "乙", "顶一下这个帖子"),
        ];
        let ids = |posts: &[_]| {
            read(&page(posts), &ForumSelectors::default())
                .unwrap()
                .posts
                .into_iter()
                .map(|p| p.id)
                .collect::<Vec<_>>()
        };
        let before = ids(&posts);
        posts.push(("", "丙", "供水公司已经回应了。"));
        let after = ids(&posts);
        assert_eq!(after[..3], before[..]);
        assert_eq!(after.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    }

    #[test]
    fn a_lost_selector_says_so() {
        let select = ForumSelectors { posts: Some("div.gone".into()), ..ForumSelectors::default() };
        assert!(matches!(read(&page(&[]), &select), Err(Unreadable::SelectorLost { .. })));
    }
}
