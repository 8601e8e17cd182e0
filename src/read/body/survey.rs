//! A tree in, two flat lists out: its elements with sums over what lies below them, and its lines of text.

use super::hints::{self, Hints};
use crate::read::text::{self, Sink};
use scraper::{ElementRef, Html};
use std::collections::HashMap;

/// One line of running text, with what it stands in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pub text: String,
    pub wide: u32,
    /// How much of it is link text, in widths.
    pub linked: u32,
    pub commas: u32,
    /// The block that holds it, by its place among the spots.
    pub owner: u32,
    pub heading: bool,
    pub item: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Paragraph,
    Div,
    /// `section`, `article`, `main` and other parts of a page.
    Part,
    Heading(u8),
    List,
    Item,
    Table,
    Row,
    Cell,
    Pre,
    Quote,
    Figure,
    Caption,
    Form,
    /// `nav`, `footer`, `aside`, menus and dialogs by their role.
    Frame,
    Header,
    Body,
    Link,
    Other,
}

/// An element.
#[derive(Debug, Clone)]
pub struct Spot {
    pub up: u32,
    pub tag: Tag,
    pub block: bool,
    pub hints: Hints,
    /// What Readability calls the class weight: good and bad names.
    pub weight: i16,
    /// Lines `first..last` and spots up to `end` lie below it.
    pub first: u32,
    pub last: u32,
    pub end: u32,
    pub wide: u32,
    pub linked: u32,
    pub commas: u32,
    pub paragraphs: u16,
    pub items: u16,
    pub inputs: u16,
    pub embeds: u16,
    /// Child elements.
    pub children: u16,
    /// Child elements that are blocks.
    pub blocks: u16,
    /// It says of itself that it holds the article's body.
    pub body: bool,
    pub class: u32,
}

#[derive(Default)]
pub struct Survey {
    pub spots: Vec<Spot>,
    pub lines: Vec<Line>,
    /// The line that the page's `<title>` begins with.
    pub headline: Option<u32>,
}

impl Survey {
    pub fn of(tree: &Html, title: &str) -> Self {
        let mut walk = Walk::default();
        text::walk(tree.root_element(), &mut walk);
        walk.flush();
        let mut survey = walk.survey;
        survey.headline = survey.headline(title);
        survey
    }

    fn headline(&self, title: &str) -> Option<u32> {
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let title = plain(title);
        let is_headline = |line: &Line| {
            line.linked == 0
                && line.wide >= 12
                && line.text.len() <= title.len() * 2
                && title.starts_with(&plain(&line.text))
        };
        self.lines.iter().position(is_headline).map(|at| at as u32)
    }

    /// The elements above, nearest first.
    pub fn above(&self, spot: u32) -> impl Iterator<Item = u32> {
        let mut at = spot;
        std::iter::from_fn(move || {
            if at == 0 {
                return None;
            }
            at = self.spots[at as usize].up;
            Some(at)
        })
    }

    pub fn spot(&self, at: u32) -> &Spot {
        &self.spots[at as usize]
    }
}

#[derive(Default)]
struct Walk<'t> {
    survey: Survey,
    open: Vec<u32>,
    sink: Sink,
    links: u32,
    linked: u32,
    owner: Option<u32>,
    names: HashMap<&'t str, (Hints, u32)>,
}

impl<'t> text::Visitor<'t> for Walk<'t> {
    fn enter(&mut self, element: ElementRef<'t>) -> bool {
        let value = element.value();
        let name = value.name();
        if text::hides(name) || name == "button" {
            if matches!(name, "select" | "textarea" | "button") {
                self.top(|spot| spot.inputs = spot.inputs.saturating_add(1));
            } else if matches!(name, "iframe" | "object") {
                self.top(|spot| spot.embeds = spot.embeds.saturating_add(1));
            }
            return false;
        }
        match name {
            "br" => {
                self.flush();
                return false;
            }
            "input" => {
                self.top(|spot| spot.inputs = spot.inputs.saturating_add(1));
                return false;
            }
            "wbr" | "hr" | "meta" | "link" | "source" | "img" | "picture" | "video" | "audio" => {
                return false;
            }
            _ => {}
        }
        let spot = self.spot(element, name);
        if spot.block || spot.tag == Tag::Cell && spot.hints.any(Hints::UNLIKELY) {
            self.flush();
        }
        match spot.tag {
            Tag::Link => self.links += 1,
            Tag::Pre => self.sink.start("pre"),
            Tag::Cell => self.sink.start("td"),
            _ => {}
        }
        let at = self.survey.spots.len() as u32;
        // The lines before it are complete only now.
        let first = self.survey.lines.len() as u32;
        self.survey.spots.push(Spot { first, ..spot });
        self.open.push(at);
        true
    }

    fn leave(&mut self, _: ElementRef<'t>) {
        let Some(at) = self.open.pop() else { return };
        let (tag, block) = (self.survey.spot(at).tag, self.survey.spot(at).block);
        match tag {
            Tag::Link => self.links = self.links.saturating_sub(1),
            Tag::Cell => self.sink.end("td"),
            _ => {}
        }
        if block {
            self.flush();
        }
        if tag == Tag::Pre {
            self.sink.end("pre");
        }
        self.close(at);
    }

    fn text(&mut self, text: &'t str) {
        let wide = text::width(text) as u32;
        if wide > 0 {
            if self.owner.is_none() {
                let spots = &self.survey.spots;
                let holds = |at: &&u32| spots[**at as usize].block || spots[**at as usize].tag == Tag::Cell;
                self.owner = self.open.iter().rev().find(holds).copied();
            }
            if self.links > 0 {
                self.linked += wide;
            }
        }
        self.sink.text(text);
    }
}

impl<'t> Walk<'t> {
    fn top(&mut self, change: impl FnOnce(&mut Spot)) {
        if let Some(at) = self.open.last() {
            change(&mut self.survey.spots[*at as usize]);
        }
    }

    fn spot(&mut self, element: ElementRef<'t>, name: &str) -> Spot {
        let value = element.value();
        let (class, number) = value.attr("class").map_or((Hints::default(), 0), |names| self.hints(names));
        let (id, _) = value.attr("id").map_or((Hints::default(), 0), |names| self.hints(names));
        let mut all = class.and(id);
        if is_hidden(element) {
            all.add(Hints::HIDDEN);
        }
        let role = value.attr("role").unwrap_or_default();
        let prop = value.attr("itemprop").unwrap_or_default();
        let tag = match role {
            "menu" | "menubar" | "complementary" | "navigation" | "alert" | "alertdialog" | "dialog" => {
                Tag::Frame
            }
            _ => tag_of(name),
        };
        if prop == "author" || value.attr("rel") == Some("author") {
            all.add(Hints::BYLINE);
        }
        let signs =
            |hints: Hints| i16::from(hints.any(Hints::GOOD)) * 25 - i16::from(hints.any(Hints::BAD)) * 25;
        let block = text::is_block(name) && !fills_a_cell(element)
            || all.any(Hints::UNLIKELY.and(Hints::CAPTION).and(Hints::BYLINE).and(Hints::HIDDEN))
                && !matches!(tag, Tag::Cell | Tag::Link);
        if let Some(up) = self.open.last() {
            let up = &mut self.survey.spots[*up as usize];
            up.children = up.children.saturating_add(1);
            up.blocks = up.blocks.saturating_add(u16::from(block));
        }
        Spot {
            up: self.open.last().copied().unwrap_or(0),
            tag,
            block,
            hints: all,
            weight: signs(class) + signs(id),
            first: 0,
            last: 0,
            end: 0,
            wide: 0,
            linked: 0,
            commas: 0,
            paragraphs: 0,
            items: 0,
            inputs: 0,
            embeds: 0,
            children: 0,
            blocks: 0,
            body: prop.eq_ignore_ascii_case("articlebody"),
            class: number,
        }
    }

    fn hints(&mut self, names: &'t str) -> (Hints, u32) {
        let next = self.names.len() as u32 + 1;
        *self.names.entry(names).or_insert_with(|| (hints::of(names), next))
    }

    /// The text gathered becomes lines.
    fn flush(&mut self) {
        let linked = std::mem::take(&mut self.linked);
        let Some(owner) = self.owner.take() else { return };
        let text = self.sink.take();
        for (n, line) in text.lines().enumerate() {
            let mut wide = 0;
            let mut commas = 0;
            for c in line.chars() {
                if !c.is_whitespace() {
                    wide += 1 + u32::from(c as u32 >= 0x2e80);
                }
                commas += u32::from(matches!(c, ',' | '，' | '、' | '،' | '﹐'));
            }
            let linked = if n == 0 { linked.min(wide) } else { 0 };
            let (heading, item) = self.shape(owner);
            self.survey.lines.push(Line {
                text: line.to_owned(),
                wide,
                linked,
                commas,
                owner,
                heading,
                item,
            });
            let up = &mut self.survey.spots[owner as usize];
            up.wide += wide;
            up.linked += linked;
            up.commas += commas;
        }
    }

    fn shape(&self, owner: u32) -> (bool, bool) {
        let tag = self.survey.spot(owner).tag;
        let item = tag == Tag::Item || self.survey.spot(self.survey.spot(owner).up).tag == Tag::Item;
        (matches!(tag, Tag::Heading(_)), item)
    }

    /// Sums go up when an element ends.
    fn close(&mut self, at: u32) {
        let (lines, end) = (self.survey.lines.len() as u32, self.survey.spots.len() as u32);
        let spot = &mut self.survey.spots[at as usize];
        spot.last = lines;
        spot.end = end;
        let below = spot.clone();
        if at == 0 {
            return;
        }
        let up = &mut self.survey.spots[below.up as usize];
        up.wide += below.wide;
        up.linked += below.linked;
        up.commas += below.commas;
        let add = |a: u16, b: u16| a.saturating_add(b);
        up.paragraphs = add(up.paragraphs, add(below.paragraphs, u16::from(below.tag == Tag::Paragraph)));
        up.items = add(up.items, add(below.items, u16::from(below.tag == Tag::Item)));
        up.inputs = add(up.inputs, below.inputs);
        up.embeds = add(up.embeds, below.embeds);
    }
}

/// A short paragraph alone in a cell: the row is the line, not the paragraph.
fn fills_a_cell(element: ElementRef<'_>) -> bool {
    let Some(cell) = element.parent().and_then(ElementRef::wrap) else { return false };
    matches!(cell.value().name(), "td" | "th")
        && cell.child_elements().nth(1).is_none()
        && element.text().flat_map(str::chars).take(61).count() <= 60
}

fn is_hidden(element: ElementRef<'_>) -> bool {
    let value = element.value();
    if value.attr("hidden").is_some() {
        return true;
    }
    // A picture's fallback is hidden from readers of the text only.
    if value.attr("aria-hidden") == Some("true")
        && !value.attr("class").is_some_and(|c| c.contains("fallback-image"))
    {
        return true;
    }
    value.attr("style").is_some_and(|style| {
        style.split(';').any(|rule| {
            rule.split_once(':').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("display")
                    && value.trim().to_ascii_lowercase().starts_with("none")
            })
        })
    })
}

fn tag_of(name: &str) -> Tag {
    match name {
        "p" => Tag::Paragraph,
        "div" | "center" => Tag::Div,
        "section" | "article" | "main" | "details" => Tag::Part,
        "h1" => Tag::Heading(1),
        "h2" => Tag::Heading(2),
        "h3" => Tag::Heading(3),
        "h4" | "h5" | "h6" => Tag::Heading(4),
        "ul" | "ol" | "dl" => Tag::List,
        "li" | "dt" | "dd" => Tag::Item,
        "table" => Tag::Table,
        "tr" | "tbody" | "thead" | "tfoot" => Tag::Row,
        "td" | "th" => Tag::Cell,
        "pre" => Tag::Pre,
        "blockquote" => Tag::Quote,
        "figure" => Tag::Figure,
        "figcaption" => Tag::Caption,
        "form" | "fieldset" => Tag::Form,
        "nav" | "footer" | "aside" => Tag::Frame,
        "header" => Tag::Header,
        "body" | "html" => Tag::Body,
        "a" => Tag::Link,
        _ => Tag::Other,
    }
}
