//! Small helpers over the element tree.

use super::tag::Tag;
use super::text;
use crate::model::Unreadable;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{ParseOpts, QualName, driver, local_name, ns};
use scraper::{ElementRef, Html, HtmlTreeSink, Selector};
use std::collections::HashSet;
use url::Url;

/// Deeper nesting than this is an attack or an accident: parsers and walkers pay for each level.
const DEEPEST: usize = 800;
/// Open formatting (`<font>`) is opened again in each block that follows: fifty kilobytes can ask for gigabytes. A
/// page may have so many nodes, and one for every four of its bytes; no honest one comes near.
const FREE_NODES: usize = 20_000;
/// How much is parsed between two looks at what became of it.
const CHUNK: usize = 2_048;

/// Parses a page, refusing what would cost without end.
pub fn parse(html: &str) -> Result<Html, Unreadable> {
    bounded(driver::parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default()), html)
}

/// Parses a part of a page, as if it stood in its body.
pub fn fragment(html: &str) -> Result<Html, Unreadable> {
    let body = QualName::new(None, ns!(html), local_name!("body"));
    let sink = HtmlTreeSink::new(Html::new_fragment());
    bounded(driver::parse_fragment(sink, ParseOpts::default(), body, Vec::new(), false), html)
}

fn bounded(mut parser: driver::Parser<HtmlTreeSink>, html: &str) -> Result<Html, Unreadable> {
    if crowded(html) {
        return Err(Unreadable::Broken(
            "the page has a tag with thousands of attributes; it was not read".to_owned(),
        ));
    }
    let mut rest = html;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.ceil_char_boundary(CHUNK));
        parser.process(StrTendril::from(chunk));
        rest = after;
        let page = parser.tokenizer.sink.sink.0.borrow();
        if page.tree.values().len() > FREE_NODES + html.len() / 4 {
            return Err(Unreadable::Broken(
                "the page crosses its elements without end; it was not read".to_owned(),
            ));
        }
        // The newest nodes stand where the parser is; a few of them may not hang in the tree yet.
        let depth =
            page.tree.nodes().rev().take(8).map(|node| node.ancestors().take(DEEPEST + 1).count()).max();
        if depth.is_some_and(|depth| depth > DEEPEST) {
            return Err(Unreadable::Broken(format!(
                "the page nests its elements more than {DEEPEST} deep; it was not read"
            )));
        }
    }
    Ok(parser.finish())
}

/// Whether a tag has more attributes than can be compared with each other in good time.
fn crowded(html: &str) -> bool {
    const MOST: usize = 5_000;
    let mut at = 0;
    while let Some(next) = html[at..].find('<').filter(|_| html.len() > MOST) {
        at += next;
        let Some(tag) = Tag::parse(&html[at..]) else {
            at += 1;
            continue;
        };
        if tag.count > MOST {
            return true;
        }
        at += tag.length;
    }
    false
}

/// A selector out of the configuration.
pub fn selector(key: &str, css: &str) -> Result<Selector, Unreadable> {
    Selector::parse(css).map_err(|error| {
        Unreadable::Broken(format!(
            "{key} = {css:?} is not a CSS selector ({error}); correct it in sources.toml"
        ))
    })
}

/// A selector of our own.
pub fn known(css: &'static str) -> Selector {
    Selector::parse(css).expect("a selector written by us is valid")
}

/// What matches, outermost only: the text of a match inside a match would be read twice.
pub fn outermost<'a>(root: ElementRef<'a>, selector: &Selector) -> Vec<ElementRef<'a>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for element in root.select(selector) {
        if !element.ancestors().any(|above| seen.contains(&above.id())) {
            found.push(element);
        }
        seen.insert(element.id());
    }
    found
}

/// The address an `href` names, against the page's base; only what can be fetched.
pub fn join(base: Option<&Url>, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.starts_with('#') {
        return None;
    }
    let url = match base {
        Some(base) => base.join(href).ok()?,
        None => Url::parse(href).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
}

/// The address that relative links count from.
pub fn base(page: &Html, url: Option<&Url>) -> Option<Url> {
    let named = page.select(&known("base[href]")).next().and_then(|element| element.attr("href"));
    named.and_then(|href| join(url, href)).or_else(|| url.cloned())
}

/// Class and id of an element, in lower case, for hints.
pub fn names(element: ElementRef<'_>) -> String {
    let value = element.value();
    format!("{} {}", value.attr("class").unwrap_or_default(), value.id().unwrap_or_default())
        .to_ascii_lowercase()
}

/// The text of an element on one line.
pub fn line(element: ElementRef<'_>) -> String {
    text::of(element, |_| false).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_bounded_and_ordinary_pages_pass() {
        assert!(parse(&"<div>".repeat(100_000)).is_err());
        assert!(parse(&"<b>".repeat(5_000)).is_err());
        assert!(parse(&"<p>x<br><li>y".repeat(5_000)).is_ok(), "unclosed paragraphs do not nest");
        assert!(parse(&format!("{}{}", "<div>".repeat(790), "</div>".repeat(790))).is_ok());
    }
}
