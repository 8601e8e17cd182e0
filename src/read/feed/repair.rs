//! A feed as found in, a feed as the standard wants it out.
//!
//! Real feeds break every rule: no version, dead namespaces, bare `&`, HTML entities, undeclared prefixes, markup
//! where text belongs, junk before the first tag, elements that never end. Whatever the dialect, what is read of it
//! is written anew as plain Atom 1.0; text arrives as escaped HTML, addresses arrive whole.

use super::entry::{Entry, write};
use super::markup::{base64, content};
use super::names::{self, Slot, Space};
use super::tree::{Element, elements};
use crate::read::dom;
use crate::read::tag::Tag;
use std::collections::HashMap;
use url::Url;

/// The rewritten feed, or nothing if there is no root element of a feed. `is_date` says which dates can be read:
/// of several, the first such is kept.
pub fn repair(input: &str, url: Option<&Url>, is_date: &dyn Fn(&str) -> bool) -> Option<String> {
    let found = elements(input);
    let local = |element: &Element| {
        element.tag(input).map(|tag| tag.local().to_ascii_lowercase()).unwrap_or_default()
    };
    let root = found
        .iter()
        .position(|element| matches!(local(element).as_str(), "rss" | "rdf" | "feed" | "channel"));
    // An entry may be published alone, as a document of its own.
    let root = root.or_else(|| found.first().filter(|first| local(first) == "entry").map(|_| 0))?;
    let page = found[..root].iter().any(|element| local(element) == "html");
    let mut walk = Walk {
        input,
        spaces: HashMap::new(),
        own: String::new(),
        bases: Vec::new(),
        url,
        title: (u8::MAX, String::new()),
        item: None,
        items: Vec::new(),
    };
    walk.run(&found, root);
    if page && walk.items.is_empty() {
        return None;
    }
    Some(write(&walk.title.1, &walk.items, is_date))
}

/// No feed says more often where its links count from, one inside the other.
const DEEPEST: usize = 8;

struct Walk<'i> {
    input: &'i str,
    /// What prefixes were declared to mean; the empty one is the root's.
    spaces: HashMap<String, Space>,
    /// The prefix of the root.
    own: String,
    /// Addresses that links count from, and where the elements end that say so.
    bases: Vec<(u32, Url)>,
    url: Option<&'i Url>,
    title: (u8, String),
    item: Option<(u32, Entry)>,
    items: Vec<Entry>,
}

impl<'i> Walk<'i> {
    fn run(&mut self, found: &[Element], root: usize) {
        let mut at = root;
        while let Some(element) = found.get(at) {
            if self.item.as_ref().is_some_and(|(stop, _)| element.at >= *stop) {
                self.finish();
            }
            while self.bases.last().is_some_and(|(stop, _)| element.at >= *stop) {
                self.bases.pop();
            }
            let Some(tag) = element.tag(self.input) else { break };
            let (local, frame) = (tag.local().to_ascii_lowercase(), at == root);
            if frame {
                self.own = tag.prefix().to_ascii_lowercase();
            }
            let space = self.declare(&tag, element, frame);
            let own = space == Space::Own || space == Space::Other && tag.prefix().is_empty();
            let is_item = own && matches!(local.as_str(), "item" | "entry");
            let whole = if is_item {
                self.finish();
                let mut item = Entry::default();
                self.attributes(&tag, &mut item);
                self.item = Some((element.stop, item));
                false
            } else {
                !frame && self.inside(&tag, element, &found[at + 1..], space, &local)
            };
            at = if whole && element.ended { element.next as usize } else { at + 1 };
        }
        self.finish();
    }

    fn finish(&mut self) {
        self.items.extend(self.item.take().map(|(_, item)| item));
    }

    /// Takes note of what a tag declares; gives the vocabulary that it is from itself.
    fn declare(&mut self, tag: &Tag, element: &Element, root: bool) -> Space {
        let mut default = None;
        for (name, value) in tag.attrs() {
            if name == "xmlns" {
                default = Some(names::space(value));
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.spaces.insert(prefix.to_ascii_lowercase(), names::space(value));
            } else if matches!(name, "xml:base" | "BASE")
                && self.bases.len() < DEEPEST
                && let Some(base) = self.join(value)
            {
                self.bases.push((element.stop, base));
            }
        }
        let prefix = tag.prefix().to_ascii_lowercase();
        if root || prefix == self.own {
            // The feed's own names are its own under whatever address.
            return default.filter(|space| *space == Space::Xhtml && !root).unwrap_or(Space::Own);
        }
        if prefix.is_empty() {
            return default.unwrap_or(Space::Own);
        }
        self.spaces.get(&prefix).copied().unwrap_or_else(|| names::usual(&prefix))
    }

    /// RDF names its items, and CDF writes half of them, in attributes.
    fn attributes(&mut self, tag: &Tag, item: &mut Entry) {
        for (slot, rank, name) in [(Slot::Id, 1, "about"), (Slot::Updated, 4, "lastmod")] {
            if let Some(value) = tag.attr(name) {
                item.offer(slot, rank, value.into_owned());
            }
        }
        if let Some(url) = tag.attr("href").and_then(|href| self.join(&href)) {
            item.offer(Slot::Link, 2, url.to_string());
        }
    }

    /// What is neither root nor item; says whether all of it was read.
    fn inside(
        &mut self,
        tag: &Tag<'_>,
        element: &Element,
        after: &[Element],
        space: Space,
        local: &str,
    ) -> bool {
        let slot = names::slot(space, local);
        if self.item.is_none() {
            if let Some((Slot::Title, rank)) = slot
                && rank < self.title.0
            {
                self.title = (rank, content(self.value(element, after)));
            }
            return slot.is_some_and(|(slot, _)| slot == Slot::Title) || names::is_apart(local);
        }
        let Some((slot, rank)) = slot else {
            // Groups hold titles and descriptions of their own; all else that is not known is no text of the item.
            return !(space == Space::Media && matches!(local, "group" | "content"));
        };
        let inner = self.value(element, after);
        let value = match slot {
            Slot::Link => self.link(tag, inner),
            Slot::Author => {
                Some(super::markup::person(&part(inner, "name").unwrap_or_else(|| content(inner))).to_owned())
            }
            Slot::Outlet => Some(part(inner, "title").unwrap_or_else(|| content(inner))),
            Slot::Title | Slot::Summary | Slot::Content => Some(text(tag, inner)),
            Slot::Id | Slot::Published | Slot::Updated => Some(content(inner)),
        };
        // A link that is related to the item is better than none.
        let rank =
            if slot == Slot::Link && tag.attr("rel").is_some_and(|rel| rel == "related") { 3 } else { rank };
        if let Some((_, item)) = &mut self.item
            && let Some(value) = value
        {
            item.offer(slot, rank, value);
        }
        // What is not read must not hide what follows: a link without an end, say.
        true
    }

    fn link(&self, tag: &Tag, inner: &str) -> Option<String> {
        let rel = tag.attr("rel").unwrap_or_default();
        if !matches!(rel.trim(), "" | "alternate" | "related") {
            return None;
        }
        let href = tag.attr("href").map_or_else(|| content(inner), |href| href.into_owned());
        self.join(&href).map(|url| url.to_string())
    }

    fn join(&self, href: &str) -> Option<Url> {
        dom::join(self.bases.last().map(|(_, base)| base).or(self.url), href)
    }

    /// The inside of an element; of one without an end, up to the next that says something of its own.
    fn value(&self, element: &Element, after: &[Element]) -> &'i str {
        if element.ended {
            return element.inside(self.input);
        }
        let next = after.iter().take_while(|inner| inner.at < element.stop).find(|inner| {
            inner
                .tag(self.input)
                .is_some_and(|tag| names::slot(Space::Own, &tag.local().to_ascii_lowercase()).is_some())
        });
        &self.input[element.from as usize..next.map_or(element.stop, |next| next.at) as usize]
    }
}

/// The text of an element of text, out of the packing that its attributes name.
fn text(tag: &Tag, inner: &str) -> String {
    let value = content(inner);
    let kind = tag.attr("type").unwrap_or_default().to_ascii_lowercase();
    let packed = tag.attr("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("base64"))
        // Atom: what is neither text nor XML comes as base64.
        || kind.contains('/') && !kind.starts_with("text/") && !kind.contains("xml") && !kind.contains("html");
    packed.then(|| base64(&value)).flatten().unwrap_or(value)
}

/// The value of the first element called `name` in `inner`.
fn part(inner: &str, name: &str) -> Option<String> {
    if !inner.contains('<') {
        return None;
    }
    let found = elements(inner);
    let part = found
        .iter()
        .find(|part| part.tag(inner).is_some_and(|tag| tag.local().eq_ignore_ascii_case(name)))?;
    Some(content(part.inside(inner)))
}
