//! One walk over the tags of a page: how much of it is words, and what else it is made of.
//!
//! No tree: tags are taken as they come, and what a parser would repair does not matter here. The walk ends at the
//! first proof that the page has a text of its own.

use crate::read::text;

/// Columns of running text that no odd page has.
const ENOUGH: usize = 1000;
/// Shorter pieces are labels, dates and the like.
const RUNNING: usize = 40;
/// So many pieces of text are kept for judging.
const PIECES: usize = 600;
/// So much of a tag is looked at.
const TAG: usize = 4096;

#[derive(Debug, Default)]
pub struct Shape<'a> {
    pub title: &'a str,
    /// Headings of the first two orders.
    pub headings: Vec<&'a str>,
    /// What a reader sees outside links and headings' markup, piece by piece.
    pub pieces: Vec<&'a str>,
    /// Columns of it.
    pub words: usize,
    /// Columns of pieces that are long enough to be sentences.
    pub running: usize,
    /// Columns inside links.
    pub linked: usize,
    pub scripts: Vec<&'a str>,
    pub noscript: Vec<&'a str>,
    /// Seconds and target of a `<meta http-equiv=refresh>`.
    pub refresh: Option<(u32, &'a str)>,
    pub password: bool,
    /// An element that scripts fill: `<div id="app">`.
    pub root: bool,
    pub frameset: bool,
}

impl<'a> Shape<'a> {
    /// `None`: the page has a text of its own, or links more than `most` columns.
    pub fn of(html: &'a str, most: usize) -> Option<Self> {
        let mut shape = Self::default();
        let (mut at, mut links, mut heading) = (0, 0_u32, None);
        while let Some(next) = html[at..].find('<').map(|next| at + next) {
            shape.piece(&html[at..next], links > 0);
            if shape.running >= ENOUGH || shape.linked >= most {
                return None;
            }
            let Some(tag) = Tag::at(html, next) else {
                at = next + 1;
                continue;
            };
            at = tag.end;
            match (tag.closes, tag.kind()) {
                (false, Known::Raw(name)) => {
                    let (inside, end) = raw(html, at, name);
                    at = end;
                    shape.raw(name, inside);
                }
                (false, Known::Link) => links += 1,
                (true, Known::Link) => links = links.saturating_sub(1),
                (false, Known::Heading) => heading = Some(at),
                (true, Known::Heading) => {
                    let from = heading.take().filter(|_| shape.headings.len() < 20);
                    shape.headings.extend(from.map(|from| &html[from..next]));
                }
                (false, Known::Input) => {
                    shape.password |=
                        tag.value("type").is_some_and(|kind| kind.eq_ignore_ascii_case("password"));
                }
                (false, Known::Meta) => shape.meta(&tag),
                (false, Known::Block) => {
                    shape.root |= tag.value("id").is_some_and(is_root);
                    // Blocks do not stand in links; a link that was never closed must not swallow the page.
                    links = links.min(1);
                }
                (false, Known::Frameset) => shape.frameset = true,
                _ => {}
            }
        }
        shape.piece(&html[at..], links > 0);
        (shape.running < ENOUGH).then_some(shape)
    }

    fn piece(&mut self, piece: &'a str, linked: bool) {
        let piece = piece.trim();
        if piece.is_empty() || piece == "&nbsp;" {
            return;
        }
        if linked {
            // Most pages are mostly links: near enough, and without a look at every letter.
            self.linked += piece.len() * 2 / 3;
            return;
        }
        let wide = text::width(piece);
        self.words += wide;
        if wide >= RUNNING {
            self.running += wide;
        }
        if self.pieces.len() < PIECES {
            self.pieces.push(piece);
        }
    }

    fn raw(&mut self, name: &str, inside: &'a str) {
        match name {
            "title" if self.title.is_empty() => self.title = inside.trim(),
            "script" if self.scripts.len() < 60 && !inside.trim().is_empty() => self.scripts.push(inside),
            "noscript" if self.noscript.len() < 10 => self.noscript.push(inside),
            _ => {}
        }
    }

    fn meta(&mut self, tag: &Tag<'a>) {
        if tag.value("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
            && let Some(content) = tag.value("content")
        {
            let (wait, target) = content.split_once([';', ',']).unwrap_or((content, ""));
            let target = target.trim();
            let target = match target.get(..3) {
                Some(word) if word.eq_ignore_ascii_case("url") => {
                    target[3..].trim_start().trim_start_matches('=')
                }
                _ => target,
            };
            if let Ok(wait) = wait.trim().split('.').next().unwrap_or_default().parse() {
                self.refresh = Some((wait, target.trim().trim_matches(['"', '\''])));
            }
        }
    }
}

fn is_root(id: &str) -> bool {
    matches!(
        id,
        "app"
            | "root"
            | "__next"
            | "__nuxt"
            | "app-root"
            | "react-root"
            | "vue-app"
            | "icestark-container"
            | "ice-container"
    )
}

enum Known {
    /// Its content is no markup, or no text that a reader sees.
    Raw(&'static str),
    Link,
    Heading,
    Input,
    Meta,
    Block,
    Frameset,
    Other,
}

struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    closes: bool,
    /// Behind its `>`.
    end: usize,
}

impl<'a> Tag<'a> {
    /// The tag whose `<` stands at `at`; comments and declarations have an empty name.
    fn at(html: &'a str, at: usize) -> Option<Self> {
        let bytes = html.as_bytes();
        if html[at..].starts_with("<!--") {
            let end = html[at + 4..].find("-->").map_or(html.len(), |end| at + 4 + end + 3);
            return Some(Self { name: "", attributes: "", closes: false, end });
        }
        let closes = bytes.get(at + 1) == Some(&b'/');
        let from = at + 1 + usize::from(closes);
        let name = bytes.get(from..)?.iter().take(24).take_while(|b| b.is_ascii_alphanumeric()).count();
        if name == 0 && !matches!(bytes.get(from), Some(b'!' | b'?')) {
            return None;
        }
        let (start, mut end, mut quote) = (from + name, from + name, 0);
        // A quote that never ends must not take the page with it.
        for (index, byte) in bytes[start..].iter().take(TAG).enumerate() {
            match (*byte, quote) {
                (b'>', 0) => {
                    end = start + index;
                    break;
                }
                (b'"' | b'\'', 0) if index > 0 && bytes[start + index - 1] == b'=' => quote = *byte,
                (byte, open) if byte == open => quote = 0,
                _ => {}
            }
        }
        if bytes.get(end) != Some(&b'>') {
            end = start + bytes[start..].iter().position(|b| *b == b'>')?;
        }
        Some(Self { name: &html[from..start], attributes: &html[start..end], closes, end: end + 1 })
    }

    fn kind(&self) -> Known {
        const RAW: [&str; 10] = [
            "script", "style", "noscript", "textarea", "select", "svg", "template", "title", "iframe",
            "object",
        ];
        match self.name.len() {
            1 if self.name.eq_ignore_ascii_case("a") => Known::Link,
            2 if ["h1", "h2"].iter().any(|name| self.name.eq_ignore_ascii_case(name)) => Known::Heading,
            0..=2 => Known::Other,
            3 if self.name.eq_ignore_ascii_case("div") => Known::Block,
            4 if self.name.eq_ignore_ascii_case("meta") => Known::Meta,
            5 if self.name.eq_ignore_ascii_case("input") => Known::Input,
            7 if self.name.eq_ignore_ascii_case("section") => Known::Block,
            8 if self.name.eq_ignore_ascii_case("frameset") => Known::Frameset,
            _ => RAW
                .iter()
                .find(|name| self.name.eq_ignore_ascii_case(name))
                .map_or(Known::Other, |name| Known::Raw(name)),
        }
    }

    /// An attribute's value.
    fn value(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        while let Some(at) = find_word(rest, name) {
            rest = &rest[at + name.len()..];
            let Some(value) = rest.trim_start().strip_prefix('=') else { continue };
            let value = value.trim_start();
            let quoted = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            return Some(match quoted {
                Some(quote) => value[1..].split(quote).next().unwrap_or_default().trim(),
                None => value.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default(),
            });
        }
        None
    }
}

/// Where an attribute of this name begins: after white space, in whatever case.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..=bytes.len().checked_sub(word.len())?).find(|&at| {
        bytes[at..at + word.len()].eq_ignore_ascii_case(word.as_bytes())
            && (at == 0 || bytes[at - 1].is_ascii_whitespace() || matches!(bytes[at - 1], b'"' | b'\''))
            && bytes.get(at + word.len()).is_none_or(|next| next.is_ascii_whitespace() || *next == b'=')
    })
}

/// What stands inside an element that ends with its own closing tag only, and where to go on.
fn raw<'a>(html: &'a str, from: usize, name: &str) -> (&'a str, usize) {
    let mut at = from;
    while let Some(next) = html[at..].find("</").map(|next| at + next) {
        let tail = &html.as_bytes()[next + 2..];
        if tail.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())) {
            let end = tail.iter().position(|b| *b == b'>').map_or(html.len(), |end| next + 2 + end + 1);
            return (&html[from..next], end);
        }
        at = next + 2;
    }
    (&html[from..], html.len())
}
