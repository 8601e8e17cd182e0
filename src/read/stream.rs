//! The fast way for article pages with configured selectors: one pass over the bytes, no tree.
//!
//! Gives the same text as the tree, or nothing: then the tree is built after all (selectors that a stream cannot
//! follow, something not found, a page whose tags do not balance).

use super::date::{self, Now};
use super::meta::Head;
use super::text::{self, Sink};
use super::{Article, Body, byline, dom};
use crate::model::ArticleSelectors;
use lol_html::html_content::{Element, EndTag, TextChunk, TextType};
use lol_html::{ElementContentHandlers, HtmlRewriter, Selector, Settings};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// What one selector has gathered.
#[derive(Default)]
struct Part {
    sink: Sink,
    /// A text node that is not complete yet.
    node: String,
    /// Matches that are open now.
    depth: u32,
    matches: u32,
    removed: u32,
    unbalanced: bool,
    /// Only the first match counts (everything but the body).
    single: bool,
    /// The value for machines, if the element shows none.
    attr: Option<String>,
    last: usize,
}

type Shared = Rc<RefCell<Part>>;
type Handlers = (Cow<'static, Selector>, ElementContentHandlers<'static>);

pub(super) fn article(html: &str, body: &Body, select: &ArticleSelectors) -> Option<Article> {
    let (Some(title_css), Some(text_css)) = (&select.title, &select.text) else { return None };
    let mut handlers = Vec::new();
    let mut part = |css: Option<&String>, single: bool, remove: &[String]| {
        let shared = Shared::new(RefCell::new(Part { single, last: usize::MAX, ..Part::default() }));
        match css {
            Some(css) => watch(css, &shared, remove, &mut handlers).map(|()| shared),
            None => Some(shared),
        }
    };
    let (Some(title), Some(text), Some(published), Some(author)) = (
        part(Some(title_css), true, &[]),
        part(Some(text_css), false, &select.remove),
        part(select.published.as_ref(), true, &[]),
        part(select.author.as_ref(), true, &[]),
    ) else {
        return None;
    };
    let head = Rc::new(RefCell::new(Head::default()));
    watch_head(&head, select.published.is_none() || select.author.is_none(), &mut handlers);
    if !run(html, handlers) {
        return None;
    }
    let (Some(title), Some(text)) = (take(&title), take(&text)) else { return None };
    let head = head.take();
    let now = Now { at: body.fetched, zone: body.zone };
    let told = take(&published).and_then(|text| date::find(&text.replace('\n', " "), now));
    let published = told
        .or_else(|| head.published(now))
        .or_else(|| body.url.and_then(|url| date::in_path(url.path(), now)))?;
    let author = take(&author)
        .map(|text| text.replace('\n', " "))
        .or_else(|| head.author().and_then(|author| byline::told(author, &head)));
    let author = author.filter(|author| text::width(author) <= 120);
    let canonical = head.canonical.as_deref().and_then(|href| dom::join(body.url, href));
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

fn run(html: &str, handlers: Vec<Handlers>) -> bool {
    let mut settings = Settings::new();
    for handler in handlers {
        settings = settings.append_element_content_handler(handler);
    }
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter.write(html.as_bytes()).is_ok() && rewriter.end().is_ok()
}

/// The text gathered; nothing if the selector found nothing or the page's tags do not balance.
fn take(shared: &Shared) -> Option<String> {
    let mut part = shared.take();
    part.flush();
    if part.matches == 0 || part.unbalanced || part.removed > 0 {
        return None;
    }
    let text = part.sink.finish();
    if text.is_empty() { part.attr } else { Some(text) }
}

/// Follows `css` and all that lies below it. `None`: a stream cannot.
fn watch(css: &str, shared: &Shared, remove: &[String], handlers: &mut Vec<Handlers>) -> Option<()> {
    // `a, b` would have to become `a *, b *`; commas inside brackets make that a parser's work.
    if css.contains([',', '(', '[']) || remove.iter().any(|css| css.contains([',', '('])) {
        return None;
    }
    let parse = |css: &str| css.parse::<Selector>().ok().map(Cow::Owned);
    let part = Rc::clone(shared);
    let on_text = Rc::clone(shared);
    handlers.push((
        parse(css)?,
        ElementContentHandlers::default()
            .element(move |element: &mut Element<'_, '_>| {
                open(&part, element, true);
                Ok(())
            })
            .text(move |chunk: &mut TextChunk<'_>| {
                on_text.borrow_mut().chunk(chunk);
                Ok(())
            }),
    ));
    let part = Rc::clone(shared);
    handlers.push((
        parse(&format!("{css} *"))?,
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            open(&part, element, false);
            Ok(())
        }),
    ));
    for css in remove {
        let part = Rc::clone(shared);
        handlers.push((
            parse(css)?,
            ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
                hide(&part, element);
                Ok(())
            }),
        ));
    }
    Some(())
}

fn open(shared: &Shared, element: &mut Element<'_, '_>, matched: bool) {
    let name = element.tag_name();
    let at = element.source_location().bytes().start;
    let mut part = shared.borrow_mut();
    if part.last == at || part.single && part.matches > 0 && part.depth == 0 {
        return;
    }
    part.last = at;
    part.flush();
    if matched {
        if part.depth == 0 {
            part.matches += 1;
            part.sink.break_line();
            part.attr = ["datetime", "content", "title"].iter().find_map(|attr| element.get_attribute(attr));
        }
        if element.can_have_content() {
            part.depth += 1;
        }
    }
    part.sink.start(&name);
    drop(part);
    let shared = Rc::clone(shared);
    let ended = element.can_have_content().then(|| {
        element.on_end_tag(Box::new(move |_: &mut EndTag<'_>| {
            let mut part = shared.borrow_mut();
            part.flush();
            part.sink.end(&name);
            if matched {
                part.depth = part.depth.saturating_sub(1);
            }
            Ok(())
        }))
    });
    debug_assert!(ended.is_none_or(|added| added.is_ok()), "an element with content takes an end handler");
}

fn hide(shared: &Shared, element: &mut Element<'_, '_>) {
    if !element.can_have_content() {
        return;
    }
    let mut part = shared.borrow_mut();
    part.flush();
    part.removed += 1;
    drop(part);
    let shared = Rc::clone(shared);
    let added = element.on_end_tag(Box::new(move |_: &mut EndTag<'_>| {
        let mut part = shared.borrow_mut();
        part.node.clear();
        part.removed = part.removed.saturating_sub(1);
        Ok(())
    }));
    debug_assert!(added.is_ok(), "an element with content takes an end handler");
}

impl Part {
    fn chunk(&mut self, chunk: &TextChunk<'_>) {
        if self.removed > 0
            || self.single && self.depth == 0
            || !matches!(chunk.text_type(), TextType::Data | TextType::RCData)
        {
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
            if self.removed == 0 {
                self.sink.text(&text::unescape(&node));
            }
        }
    }
}

/// Canonical address always; what tells time and author if no selector does.
fn watch_head(head: &Rc<RefCell<Head>>, all: bool, handlers: &mut Vec<Handlers>) {
    let mut push = |css: &str, handler: ElementContentHandlers<'static>| {
        if let Ok(selector) = css.parse::<Selector>() {
            handlers.push((Cow::Owned(selector), handler));
        }
    };
    let found = Rc::clone(head);
    push(
        "link[rel=\"canonical\"]",
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            let mut head = found.borrow_mut();
            if head.canonical.is_none() {
                head.canonical = element.get_attribute("href").map(|href| text::unescape(&href).into_owned());
            }
            Ok(())
        }),
    );
    // Also behind the selectors: theirs may find nothing on one page.
    let found = Rc::clone(head);
    push(
        "meta[content]",
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            let name = ["property", "name", "itemprop"].iter().find_map(|attr| element.get_attribute(attr));
            let content =
                element.get_attribute("content").map(|content| text::unescape(&content).into_owned());
            found.borrow_mut().meta(name.as_deref(), content.as_deref());
            Ok(())
        }),
    );
    if all {
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
}
