//! Small helpers over the element tree.

use super::text;
use crate::model::Unreadable;
use scraper::{ElementRef, Html, Selector};
use std::collections::HashSet;
use url::Url;

/// Deeper nesting than this is an attack or an accident; parsers and walkers pay for each level.
const DEEPEST: usize = 800;

/// Parses a page, refusing what would cost without end.
pub fn parse(html: &str) -> Result<Html, Unreadable> {
    if let Some(depth) = too_deep(html) {
        return Err(Unreadable::Broken(format!("the page nests its elements {depth} deep; it was not read")));
    }
    Ok(Html::parse_document(html))
}

/// A cheap upper estimate of the nesting, from the tags alone; `None` while it is sane.
pub fn too_deep(html: &str) -> Option<usize> {
    let bytes = html.as_bytes();
    let (mut depth, mut deepest, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some(next) = bytes[at..].iter().position(|b| *b == b'<') {
        at += next + 1;
        let (closing, start) = match bytes.get(at) {
            Some(b'/') => (true, at + 1),
            Some(b) if b.is_ascii_alphabetic() => (false, at),
            _ => continue,
        };
        let length = bytes[start..].iter().take(12).take_while(|b| b.is_ascii_alphanumeric()).count();
        if closes_itself(&bytes[start..start + length]) {
            continue;
        }
        if closing {
            depth = depth.saturating_sub(1);
        } else {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    (deepest > DEEPEST).then_some(deepest)
}

/// Elements that never nest, or that the parser closes when the next one comes.
fn closes_itself(name: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
        "track", "wbr", "p", "li", "td", "tr", "th", "dd", "dt", "option", "tbody", "thead", "path", "rect",
        "use",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
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
