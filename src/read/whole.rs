//! A page of our own read whole: what stands beside its article, where it was put, and which other sites it leads to.
//!
//! Extraction of the article trims exactly the block that an intruder adds, so this walks the tree by itself: title,
//! meta tags, hidden text, link targets, alternative texts, form fields, comments. Text that the page's entries say
//! already is left out. Nothing is fetched and no script is run: what only a search engine is shown stays unseen.

mod script;
mod style;

use super::{Body, charset, dom, text};
use crate::model::{Outward, Part, Reading, Spot, Through, Whole};
use psl::Psl;
use scraper::{ElementRef, Node};
use std::collections::HashSet;
use url::{Host, Url};

/// A page beyond this is cut; own pages are a few hundred lines long.
const MOST_PARTS: usize = 4_000;
const MOST_LINKS: usize = 2_000;
/// Comments and the like, each parsed by itself.
const MOST_PENDING: usize = 300;
/// A longer line is cut into pieces that overlap, so that no term is cut in two.
const PIECE: usize = 600;
const OVERLAP: usize = 40;
/// So much of a link's words is kept.
const WORDS: usize = 80;

/// `None`: no web page (a feed, a picture), or one that cannot be read at all.
pub fn whole(body: &Body, reading: &Reading) -> Option<Whole> {
    let (html, _) = charset::decode(body).ok()?;
    if !is_page(&html) {
        return None;
    }
    let html = script::written(&html);
    let page = dom::parse(&html).ok()?;
    let mut hidden = style::Hidden::default();
    for element in page.root_element().descendent_elements() {
        match element.value().name() {
            "style" => hidden.sheet(&element.text().collect::<String>()),
            "script" => hidden.script(&element.text().collect::<String>()),
            _ => {}
        }
    }
    let base = dom::base(&page, body.url);
    let home = body.url.and_then(Url::host_str).map(domain_of).unwrap_or_default();
    let mut walk = Walk { base, home, hidden, ..Walk::default() };
    walk.through(page.root_element());
    for node in page.tree.nodes() {
        if let Node::Comment(comment) = node.value() {
            walk.pending.push((Spot::Comment, comment.to_string()));
        }
    }
    for (spot, markup) in std::mem::take(&mut walk.pending).into_iter().take(MOST_PENDING) {
        if let Ok(part) = dom::fragment(&markup) {
            walk.only = Some(spot);
            walk.through(part.root_element());
        }
    }
    let mut whole = walk.out;
    leave_out(&mut whole, reading);
    Some(whole)
}

/// The registered domain of a host: what somebody has to buy. A bare address is its own.
pub fn domain_of(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if !matches!(Host::parse(&host), Ok(Host::Domain(_))) {
        return host;
    }
    let found =
        psl::List.domain(host.as_bytes()).and_then(|domain| std::str::from_utf8(domain.as_bytes()).ok());
    found.map_or(host.clone(), str::to_owned)
}

fn is_page(html: &str) -> bool {
    let head = html[..html.floor_char_boundary(2_000)].trim_start().to_ascii_lowercase();
    let xml = head.starts_with("<?xml") || head.starts_with("<rss") || head.starts_with("<feed");
    html.contains('<') && (!xml || head.contains("<html")) && !head.starts_with(['{', '['])
}

/// What an element that is open now has changed.
#[derive(Default)]
struct Open {
    hides: bool,
    link: bool,
    block: bool,
}

/// A link whose words are being read.
#[derive(Default)]
struct Linked {
    /// By `Whole::links`; `None`: it stays on the site.
    outward: Option<usize>,
    words: String,
    /// Nothing but words could be seen of it.
    bare: bool,
}

#[derive(Default)]
struct Walk {
    base: Option<Url>,
    /// The page's own domain.
    home: String,
    hidden: style::Hidden,
    out: Whole,
    seen: HashSet<Part>,
    /// Everything is said to stand here: a comment, a `<noscript>`.
    only: Option<Spot>,
    open: Vec<Open>,
    out_of_sight: u32,
    link: Option<Linked>,
    line: text::Sink,
    width: usize,
    inward: usize,
    pending: Vec<(Spot, String)>,
}

impl Walk {
    fn through(&mut self, root: ElementRef<'_>) {
        text::walk(root, self);
        self.flush();
        self.open.clear();
        (self.out_of_sight, self.link) = (0, None);
    }
}

impl<'t> text::Visitor<'t> for Walk {
    fn enter(&mut self, element: ElementRef<'t>) -> bool {
        let name = element.value().name();
        match name {
            "title" if self.out.title.is_empty() && self.only.is_none() => {
                self.out.title = text::one_line(&element.text().collect::<String>());
                let title = self.out.title.clone();
                self.part(Spot::Title, &title);
                return false;
            }
            "style" | "svg" => return false,
            "script" => {
                self.script(element);
                return false;
            }
            "noscript" | "template" => {
                let markup: String = element.text().collect();
                let markup = if markup.is_empty() { element.inner_html() } else { markup };
                self.pending.push((Spot::Hidden, markup));
                return false;
            }
            "meta" => {
                self.meta(element);
                return false;
            }
            "textarea" | "option" => {
                let value: String = element.text().collect();
                self.part(Spot::Form, &value);
                return false;
            }
            _ => {}
        }
        let hides = self.is_hidden(element);
        let block =
            hides || name == "br" || text::is_block(name) || matches!(name, "td" | "th" | "body" | "head");
        if block {
            self.flush();
        }
        self.out_of_sight += u32::from(hides);
        self.attributes(element);
        let link = matches!(name, "a" | "area") && self.follow(element);
        self.target(element);
        if let Some(open) = &mut self.link
            && !link
        {
            open.bare = false;
        }
        self.open.push(Open { hides, link, block });
        true
    }

    fn leave(&mut self, _: ElementRef<'t>) {
        let Some(open) = self.open.pop() else { return };
        if open.block {
            self.flush();
        }
        self.out_of_sight = self.out_of_sight.saturating_sub(u32::from(open.hides));
        if open.link
            && let Some(link) = self.link.take()
            && let Some(outward) = link.outward.and_then(|index| self.out.links.get_mut(index))
        {
            let words = text::one_line(&link.words);
            outward.hidden |= link.bare && words.is_empty();
            outward.words = words.chars().take(WORDS).collect();
        }
    }

    fn text(&mut self, text: &'t str) {
        let width = text::width(text);
        self.width += width;
        if let Some(link) = &mut self.link {
            if link.outward.is_none() {
                self.inward += width;
            }
            if link.words.len() < 4 * WORDS {
                link.words.push_str(text);
            }
        }
        self.line.text(text);
    }
}

impl Walk {
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line).finish();
        let linked = self.inward * 2 > self.width;
        (self.width, self.inward) = (0, 0);
        let spot = match self.only {
            Some(spot) => spot,
            None if linked => Spot::LinkText,
            None if self.out_of_sight > 0 => Spot::Hidden,
            None => Spot::Text,
        };
        for line in line.lines() {
            self.part(spot, line);
        }
    }

    fn part(&mut self, spot: Spot, text: &str) {
        let text = text::one_line(text);
        let letters: Vec<(usize, char)> = text.char_indices().collect();
        let mut from = 0;
        while from < letters.len() && self.out.parts.len() < MOST_PARTS {
            let to = (from + PIECE).min(letters.len());
            let end = letters.get(to).map_or(text.len(), |(at, _)| *at);
            let piece = text[letters[from].0..end].trim();
            let part = Part { spot, text: piece.to_owned() };
            if piece.chars().any(char::is_alphanumeric) && self.seen.insert(part.clone()) {
                self.out.parts.push(part);
            }
            from = if to == letters.len() { to } else { to - OVERLAP };
        }
    }

    fn is_hidden(&self, element: ElementRef<'_>) -> bool {
        let sized_away = || {
            let none = |name: &str| {
                element
                    .attr(name)
                    .and_then(|value| value.trim().parse::<u32>().ok())
                    .is_some_and(|size| size <= 1)
            };
            matches!(element.value().name(), "iframe" | "frame" | "marquee" | "embed" | "object")
                && (none("width") || none("height") || element.attr("style").is_some_and(style::is_tiny))
        };
        element.attr("hidden").is_some()
            || element.attr("style").is_some_and(style::hides)
            || self.hidden.holds(element.attr("id"), element.attr("class"))
            || sized_away()
    }

    /// What an element says to those who do not see it, or before they write into it.
    fn attributes(&mut self, element: ElementRef<'_>) {
        for name in ["alt", "title", "aria-label"] {
            if let Some(value) = element.attr(name) {
                self.part(self.only.unwrap_or(Spot::Alt), value);
            }
        }
        if let Some(value) = element.attr("placeholder") {
            self.part(Spot::Form, value);
        }
        // What scripts keep in hidden fields are keys and numbers; only words are meant for people.
        if element.value().name() == "input"
            && let Some(value) = element.attr("value").filter(|value| !value.is_ascii())
        {
            self.part(Spot::Form, value);
        }
    }

    /// A link; `true`: its words are read until it ends.
    fn follow(&mut self, element: ElementRef<'_>) -> bool {
        let Some(href) = element.attr("href") else { return false };
        let lower = href.trim_start().get(..7).map(str::to_ascii_lowercase).unwrap_or_default();
        if ["tel:", "sms:", "mailto:"].iter().any(|scheme| lower.starts_with(scheme)) {
            self.part(Spot::Link, href);
        }
        let outward = self.outward(href, Through::Link, false);
        let plain = ["class", "id", "style", "title"].iter().all(|name| element.attr(name).is_none());
        self.link = Some(Linked { outward, words: String::new(), bare: plain });
        true
    }

    /// Everything else that leads somewhere.
    fn target(&mut self, element: ElementRef<'_>) {
        let (attribute, through) = match element.value().name() {
            "iframe" | "frame" | "embed" => ("src", Through::Frame),
            "object" => ("data", Through::Frame),
            "form" => ("action", Through::Form),
            "img" | "video" | "audio" | "source" => ("src", Through::Image),
            "link" => ("href", Through::Resource),
            _ => return,
        };
        if let Some(address) = element.attr(attribute) {
            self.outward(address, through, false);
        }
    }

    /// The number of a link to another site.
    fn outward(&mut self, address: &str, through: Through, hidden: bool) -> Option<usize> {
        let url = dom::join(self.base.as_ref(), address)?;
        let host = url.host_str()?.to_owned();
        let domain = domain_of(&host);
        let shown = readable(url.as_str());
        let leaves = domain != self.home;
        // A search page of ours that is linked to with foreign words in its address is one of their tricks.
        if through == Through::Link && (leaves || !shown.is_ascii()) {
            self.part(self.only.unwrap_or(Spot::Link), &shown);
        }
        if !leaves || self.only == Some(Spot::Comment) || self.out.links.len() >= MOST_LINKS {
            return None;
        }
        let hidden = hidden || self.out_of_sight > 0 || self.only == Some(Spot::Hidden);
        self.out.links.push(Outward { url: shown, host, domain, words: String::new(), through, hidden });
        Some(self.out.links.len() - 1)
    }

    fn script(&mut self, element: ElementRef<'_>) {
        if let Some(source) = element.attr("src") {
            self.outward(source, Through::Script, false);
        } else if element.attr("type").is_none_or(|kind| kind.to_ascii_lowercase().contains("javascript")) {
            let text: String = element.text().collect();
            for url in script::addresses(&text, 50) {
                self.outward(url.as_str(), Through::Script, false);
            }
        }
    }

    fn meta(&mut self, element: ElementRef<'_>) {
        const NAMES: [&str; 8] = [
            "description",
            "keywords",
            "title",
            "og:title",
            "og:description",
            "og:site_name",
            "twitter:title",
            "twitter:description",
        ];
        let Some(content) = element.attr("content") else { return };
        if element.attr("http-equiv").is_some_and(|kind| kind.eq_ignore_ascii_case("refresh")) {
            let to = content.split_once(['=']).map_or("", |(_, to)| to.trim().trim_matches(['"', '\'']));
            self.outward(to, Through::Refresh, true);
            return;
        }
        let name =
            ["name", "property", "itemprop"].iter().find_map(|name| element.attr(name)).unwrap_or_default();
        let named = NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
        if named || !content.is_ascii() {
            self.part(Spot::Meta, content);
        }
    }
}

/// An address as people read it: `%E5%8D%9A` is 博.
fn readable(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        // Only what is beyond ASCII: a decoded blank or slash would be another address.
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|byte| *byte >= 0x80);
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

/// Drops what the entries of the page say already, and the headlines that it lists.
fn leave_out(whole: &mut Whole, reading: &Reading) {
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let headlines: Vec<&str> = (reading.entries.iter().map(|entry| entry.title.as_str()))
        .chain(reading.links.iter().filter_map(|link| link.hint.as_ref()).map(|hint| hint.title.as_str()))
        .filter(|title| text::width(title) >= 8)
        .collect();
    let said: Vec<String> = reading.entries.iter().map(|entry| squeeze(&entry.text)).collect();
    whole.parts.retain_mut(|part| {
        if matches!(part.spot, Spot::Link) {
            return true;
        }
        for title in &headlines {
            if part.text.contains(*title) {
                part.text = text::one_line(&part.text.replace(*title, " "));
            }
        }
        let rest = squeeze(&part.text);
        !rest.is_empty() && !said.iter().any(|said| said.contains(&rest))
    });
}

#[cfg(test)]
mod tests;
