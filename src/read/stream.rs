//! The fast way for article pages with configured selectors: one pass over the bytes, no tree.
//!
//! Gives the same title and text as the tree, or nothing: then the tree is built after all (selectors that a stream
//! cannot follow, something not found, a page whose tags only a parser can put in order).

use super::date::{self, Now};
use super::meta::Head;
use super::text::{self, Sink};
use super::{Article, Body, byline, dom, nesting};
use crate::model::ArticleSelectors;
use lol_html::html_content::{Element, EndTag, TextChunk, TextType};
use lol_html::{ElementContentHandlers, HtmlRewriter, Selector, Settings};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// A selector that makes pages take the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slow {
    /// As in sources.toml, `select.text`.
    pub key: &'static str,
    pub selector: String,
    pub why: String,
}

/// Which of a source's selectors a stream cannot follow. Without title and text there is nothing to stream.
pub fn streams(select: &ArticleSelectors) -> Result<(), Vec<Slow>> {
    if select.title.is_none() || select.text.is_none() {
        return Ok(());
    }
    let single = [
        ("select.title", &select.title),
        ("select.text", &select.text),
        ("select.published", &select.published),
        ("select.author", &select.author),
    ];
    let all = single.into_iter().filter_map(|(key, css)| Some((key, css.as_ref()?)));
    let all = all.chain(select.remove.iter().map(|css| ("select.remove", css)));
    let slow = all.filter_map(|(key, css)| {
        let why = Followed::parse(css).err()?;
        Some(Slow { key, selector: css.clone(), why })
    });
    let slow: Vec<Slow> = slow.collect();
    if slow.is_empty() { Ok(()) } else { Err(slow) }
}

/// A selector as the stream follows it.
struct Followed {
    matches: Selector,
    /// What matches, and all that lies below.
    reaches: Selector,
}

impl Followed {
    fn parse(css: &str) -> Result<Self, String> {
        let list = split(css).ok_or("it is written with escapes or quotes that only the tree understands")?;
        let below: Vec<String> = list.iter().map(|one| format!("{one} *")).collect();
        let parse = |css: &str| css.parse::<Selector>().map_err(|error| error.to_string());
        Ok(Self { matches: parse(css)?, reaches: parse(&format!("{css}, {}", below.join(", ")))? })
    }
}

/// The parts of a list, cut at the commas outside brackets.
fn split(css: &str) -> Option<Vec<&str>> {
    let (mut depth, mut begin, mut quote) = (0_i32, 0, None);
    let mut parts = Vec::new();
    for (at, c) in css.char_indices() {
        match (quote, c) {
            // An escape anywhere, or a comment, which could hold anything.
            (_, '\\') | (None, '/') => return None,
            (Some(open), _) => quote = Some(open).filter(|open| *open != c),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(css[begin..at].trim());
                begin = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(css[begin..].trim());
    (quote.is_none() && depth == 0 && parts.iter().all(|part| !part.is_empty())).then_some(parts)
}

/// Attributes whose values decide what matches.
fn tested(select: &ArticleSelectors) -> Vec<&str> {
    let single = [&select.title, &select.text, &select.published, &select.author];
    let all = single.into_iter().flatten().chain(&select.remove);
    let mut names = vec!["class", "id"];
    for css in all {
        names.extend(css.split('[').skip(1).map(|rest| {
            let rest = rest.trim_start();
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || "-_:".contains(c))).unwrap_or(rest.len())]
        }));
    }
    names
}

/// What one selector has gathered.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for alone, as tags come and go")]
struct Part {
    sink: Sink,
    /// A text node that is not complete yet.
    node: String,
    /// Inside the outermost match.
    inside: bool,
    /// Inside something that is not read: removed, or hidden from readers.
    skipping: bool,
    matches: u32,
    /// Only the first match counts.
    single: bool,
    /// Something only the tree can tell was asked for.
    lost: bool,
    /// The value for machines, if the element shows none.
    attr: Option<String>,
    /// Where the element begins that was matched last, and the one that is to be removed.
    matched_at: Option<usize>,
    removed_at: Option<usize>,
    reached_at: Option<usize>,
}

type Shared = Rc<RefCell<Part>>;
type Handlers = (Cow<'static, Selector>, ElementContentHandlers<'static>);

pub(super) fn article(html: &str, body: &Body, select: &ArticleSelectors) -> Option<Article> {
    let (Some(title_css), Some(text_css)) = (&select.title, &select.text) else { return None };
    let mut handlers = Vec::new();
    let mut part = |css: Option<&String>, single: bool, remove: &[String]| {
        let shared = Shared::new(RefCell::new(Part { single, ..Part::default() }));
        match css {
            Some(css) => watch(css, &shared, remove, &mut handlers).map(|()| shared),
            None => Some(shared),
        }
    };
    let (Some(title), Some(text), Some(published), Some(author)) = (
        part(Some(title_css), false, &[]),
        part(Some(text_css), false, &select.remove),
        part(select.published.as_ref(), true, &[]),
        part(select.author.as_ref(), true, &[]),
    ) else {
        return None;
    };
    let head = Rc::new(RefCell::new(Head::default()));
    let base = Rc::new(RefCell::new(None));
    watch_head(&head, &base, &mut handlers);
    run(&nesting::pieces(html, &tested(select))?, handlers)?;
    if published.borrow().lost || author.borrow().lost {
        return None;
    }
    let (title, text) = (take(&title)?, take(&text)?);
    let head = head.take();
    let now = Now { at: body.fetched, zone: body.zone };
    let told = detail(&published).and_then(|text| date::find(&text.replace('\n', " "), now));
    // A day without a clock, or none: the tree may find more near the headline.
    let published = told.or_else(|| head.published(now).filter(|found| found.time.is_some()))?;
    let author = detail(&author)
        .map(|text| text.replace('\n', " "))
        .or_else(|| head.author().and_then(|author| byline::told(author, &head)));
    let author = author.filter(|author| text::width(author) <= 120);
    let base = base.take().and_then(|href: String| dom::join(body.url, &href)).or_else(|| body.url.cloned());
    let canonical = head.canonical(base.as_ref());
    let outlet = byline::outlet(&head, &[], &text);
    Some(Article {
        title: title.replace('\n', " "),
        text,
        author,
        outlet,
        published: Some(published),
        canonical,
    })
}

fn run(pieces: &[&str], handlers: Vec<Handlers>) -> Option<()> {
    let mut settings = Settings::new();
    for handler in handlers {
        settings = settings.append_element_content_handler(handler);
    }
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        rewriter.write(piece.as_bytes()).ok()?;
    }
    rewriter.end().ok()
}

/// The text gathered; nothing if there is none.
fn take(shared: &Shared) -> Option<String> {
    let mut part = shared.borrow_mut();
    part.flush();
    Some(std::mem::take(&mut part.sink).finish()).filter(|text| !text.is_empty())
}

/// The same, or what the element tells machines.
fn detail(shared: &Shared) -> Option<String> {
    let shown = take(shared);
    shown.or_else(|| shared.borrow_mut().attr.take()).filter(|text| !text.is_empty())
}

/// Follows `css` and all that lies below it. `None`: a stream cannot.
fn watch(css: &str, shared: &Shared, remove: &[String], handlers: &mut Vec<Handlers>) -> Option<()> {
    let Followed { matches, reaches } = Followed::parse(css).ok()?;
    // An element meets its handlers in this order: what it is, then what follows from it.
    let (part, on_text) = (Rc::clone(shared), Rc::clone(shared));
    handlers.push((
        Cow::Owned(matches),
        ElementContentHandlers::default()
            .element(move |element: &mut Element<'_, '_>| {
                part.borrow_mut().matched_at = Some(place(element));
                Ok(())
            })
            .text(move |chunk: &mut TextChunk<'_>| {
                on_text.borrow_mut().chunk(chunk);
                Ok(())
            }),
    ));
    for css in remove {
        let part = Rc::clone(shared);
        handlers.push((
            Cow::Owned(Followed::parse(css).ok()?.matches),
            ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
                part.borrow_mut().removed_at = Some(place(element));
                Ok(())
            }),
        ));
    }
    let part = Rc::clone(shared);
    handlers.push((
        Cow::Owned(reaches),
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            open(&part, element);
            Ok(())
        }),
    ));
    Some(())
}

fn place(element: &Element<'_, '_>) -> usize {
    element.source_location().bytes().start
}

fn open(shared: &Shared, element: &mut Element<'_, '_>) {
    let at = Some(place(element));
    let mut part = shared.borrow_mut();
    if part.reached_at == at || part.skipping {
        return;
    }
    part.reached_at = at;
    let begins = !part.inside;
    if begins {
        // Below a match that is not followed: it was not the first.
        if part.matched_at != at || part.single && part.matches > 0 {
            return;
        }
        if element.tag_name() == "html" {
            // The tree looks below the root for texts, and at the root, too, for details.
            part.lost |= part.single;
            return;
        }
        part.matches += 1;
        part.sink.break_line();
        part.attr = ["datetime", "content", "title"]
            .iter()
            .find_map(|attr| element.get_attribute(attr).map(|value| text::unescape(&value).into_owned()));
    } else {
        part.flush();
    }
    let name = element.tag_name();
    let skips = part.removed_at == at || text::hides(&name);
    if !skips {
        part.sink.start(&name);
    }
    if !element.can_have_content() {
        if !skips {
            part.sink.end(&name);
        }
        return;
    }
    part.inside = true;
    part.skipping = skips;
    // Elements that neither end the match nor a line need no look at their end.
    if !begins && !skips && !text::breaks(&name) {
        return;
    }
    drop(part);
    let shared = Rc::clone(shared);
    let added = element.on_end_tag(Box::new(move |_: &mut EndTag<'_>| {
        let mut part = shared.borrow_mut();
        part.flush();
        if skips {
            part.skipping = false;
        } else {
            part.sink.end(&name);
        }
        part.inside &= !begins;
        Ok(())
    }));
    debug_assert!(added.is_ok(), "an element with content takes an end handler");
}

impl Part {
    fn chunk(&mut self, chunk: &TextChunk<'_>) {
        if !self.inside || self.skipping || !matches!(chunk.text_type(), TextType::Data | TextType::RCData) {
            return;
        }
        self.node.push_str(chunk.as_str());
        if chunk.last_in_text_node() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.node.is_empty() {
            let node = std::mem::take(&mut self.node);
            self.sink.text(&text::unescape(&node));
        }
    }
}

/// What the page tells machines.
fn watch_head(head: &Rc<RefCell<Head>>, base: &Rc<RefCell<Option<String>>>, handlers: &mut Vec<Handlers>) {
    let mut push = |css: &str, handler: ElementContentHandlers<'static>| {
        if let Ok(selector) = css.parse::<Selector>() {
            handlers.push((Cow::Owned(selector), handler));
        }
    };
    let read = |element: &Element<'_, '_>, name: &str| {
        element.get_attribute(name).map(|value| text::unescape(&value).into_owned())
    };
    let found = Rc::clone(head);
    push(
        "link[rel=\"canonical\" i]",
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            let mut head = found.borrow_mut();
            if head.canonical.is_none() {
                head.canonical = read(element, "href");
            }
            Ok(())
        }),
    );
    let base = Rc::clone(base);
    push(
        "base[href]",
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            let mut base = base.borrow_mut();
            if base.is_none() {
                *base = read(element, "href");
            }
            Ok(())
        }),
    );
    // Also behind the selectors: theirs may find nothing on one page.
    let found = Rc::clone(head);
    push(
        "meta[content]",
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            let name = ["property", "name", "itemprop"].iter().find_map(|attr| read(element, attr));
            found.borrow_mut().meta(name.as_deref(), read(element, "content").as_deref());
            Ok(())
        }),
    );
    let found = Rc::clone(head);
    push(
        "script[type*=\"ld+json\"]",
        ElementContentHandlers::default().text(move |chunk: &mut TextChunk<'_>| {
            let mut head = found.borrow_mut();
            match head.linked_data.last_mut() {
                Some(script) => script.push_str(chunk.as_str()),
                None => head.linked_data.push(chunk.as_str().to_owned()),
            }
            if chunk.last_in_text_node() {
                head.linked_data.push(String::new());
            }
            Ok(())
        }),
    );
}

#[cfg(test)]
mod tests;
