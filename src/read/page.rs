//! One article page in: title, body, author and time out. What is no article is an error that says so.

use super::body::Line;
use super::date::Now;
use super::kind::Wanted;
use super::meta::Head;
use super::published::{self, Page};
use super::{Article, Body, body, byline, date, dom, odd, stream, text, title, trim};
use crate::model::{ArticleSelectors, Unreadable};
use scraper::{ElementRef, Html};
use std::collections::HashSet;

/// Reads an article; `select` overrules what is found by itself.
pub fn page(body: &Body, select: &ArticleSelectors) -> Result<Article, Unreadable> {
    let html = odd::open(body, Wanted::Article)?;
    if let Some(article) = stream::article(&html, body, select) {
        return Ok(article);
    }
    from_tree(&html, body, select)
}

pub(super) fn from_tree(html: &str, body: &Body, select: &ArticleSelectors) -> Result<Article, Unreadable> {
    let tree = dom::parse(html)?;
    let head = Head::of(&tree);
    let now = Now { at: body.fetched, zone: body.zone };
    let found = body::find(&tree, &head.title);
    let title = match &select.title {
        Some(css) => selected_text("select.title", css, &tree, &[])?.replace('\n', " "),
        None => title::of(&tree, &head, &found.above),
    };
    let text = match &select.text {
        Some(css) => selected_text("select.text", css, &tree, &select.remove)?,
        None if found.is_list => {
            let why = "no article: rows of a linked headline and a time each: a list page";
            return Err(Unreadable::Broken(why.to_owned()));
        }
        None => main_text(found.lines, &tree, &title)?,
    };
    let shown = published::shown(&tree);
    let page = Page { tree: &tree, head: &head, title: &title, shown: &shown };
    let published = optional("select.published", select.published.as_deref(), &tree)?;
    let published =
        published.and_then(|text| date::find(&text, now)).or_else(|| published::of(&page, body, now));
    let near = byline::near(&shown, &title);
    let author = optional("select.author", select.author.as_deref(), &tree)?
        .or_else(|| head.author().and_then(|author| byline::told(author, &head)))
        .or_else(|| byline::author(near))
        .or_else(|| byline::named_author(&tree, near))
        .filter(|author| text::width(author) <= 120);
    let outlet = byline::outlet(&head, near, &text).or_else(|| byline::named_outlet(&tree, near));
    let (author, outlet) = byline::apart(author, outlet);
    let canonical = head.canonical(dom::base(&tree, body.url).as_ref());
    Ok(Article { title, text, author, outlet, published, canonical })
}

/// The text of what a configured selector matches, one block after the other.
fn selected_text(key: &str, css: &str, tree: &Html, remove: &[String]) -> Result<String, Unreadable> {
    let selector = dom::selector(key, css)?;
    let mut removed = HashSet::new();
    for css in remove {
        removed.extend(tree.select(&dom::selector("select.remove", css)?).map(|element| element.id()));
    }
    let mut sink = text::Sink::default();
    for element in dom::outermost(tree.root_element(), &selector) {
        sink.break_line();
        text::feed(&mut sink, element, |inner| removed.contains(&inner.id()));
    }
    let text = sink.finish();
    if text.is_empty() {
        return Err(Unreadable::SelectorLost { key: key.to_owned(), selector: css.to_owned() });
    }
    Ok(text)
}

/// A detail that not every page has: its selector may find nothing.
fn optional(key: &str, css: Option<&str>, tree: &Html) -> Result<Option<String>, Unreadable> {
    let Some(css) = css else { return Ok(None) };
    let found = tree.select(&dom::selector(key, css)?).next().map(detail);
    Ok(found.filter(|text| !text.is_empty()))
}

/// The visible text, or what the element tells machines.
pub(super) fn detail(element: ElementRef<'_>) -> String {
    let line = dom::line(element);
    if !line.is_empty() {
        return line;
    }
    ["datetime", "content", "title"].iter().find_map(|attr| element.attr(attr)).unwrap_or_default().to_owned()
}

/// The body, found by its shape.
fn main_text(lines: Vec<Line>, tree: &Html, title: &str) -> Result<String, Unreadable> {
    let lines = trim::article(lines, title);
    judge(&lines, tree)?;
    Ok(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n"))
}

/// Is this an article at all?
fn judge(lines: &[Line], tree: &Html) -> Result<(), Unreadable> {
    let none = |why: String| Err(Unreadable::Broken(format!("no article: {why}")));
    let wide: u32 = lines.iter().map(|line| line.wide).sum();
    let linked: u32 = lines.iter().map(|line| line.linked).sum();
    if wide < 40 {
        return none(format!(
            "only {wide} columns of text (a picture show, a JavaScript shell or an empty page)"
        ));
    }
    if linked * 2 > wide {
        return none("mostly links: a list page".to_owned());
    }
    // A menu: many short blocks and hardly a sentence. A poem has no sentence either, and no link.
    let sentences =
        lines.iter().filter(|line| line.text.contains(['。', '，', '！', '？', '.', ','])).count();
    let plain = linked == 0 && !lines.iter().any(|line| line.item);
    if sentences == 0 && lines.len() > 12 && !plain && tree.select(&dom::known("article")).next().is_none() {
        return none("no sentence in it: a list or a menu".to_owned());
    }
    Ok(())
}
