//! A feed as found in, a feed as the standard wants it out.
//!
//! Real feeds break every rule: no version, dead namespaces, bare `&`, HTML entities, undeclared prefixes, markup
//! where text belongs, junk before the first tag, elements that never end. All of it is rewritten in one pass to
//! plain RSS 2.0 or Atom 1.0 with only the elements that we read; text arrives as escaped HTML.

use crate::read::text;
use std::collections::HashMap;
use std::fmt::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Rss,
    Rdf,
    Atom,
}

/// Elements that hold text, perhaps with markup.
const TEXTS: &[&str] = &[
    "title",
    "description",
    "summary",
    "content",
    "encoded",
    "tagline",
    "subtitle",
    "info",
    "copyright",
    "rights",
    "body",
    "abstract",
];
/// Elements whose content is not the feed's own.
const DROPPED: &[&str] = &[
    "image",
    "textinput",
    "items",
    "source",
    "cloud",
    "skiphours",
    "skipdays",
    "generator",
    "group",
    "thumbnail",
];

/// The rewritten feed, or nothing if there is no root element of a feed.
pub fn repair(input: &str) -> Option<String> {
    let mut writer = Writer {
        input,
        out: String::with_capacity(input.len() + 256),
        open: Vec::new(),
        spaces: HashMap::new(),
        family: None,
    };
    writer.run();
    writer.family?;
    Some(writer.out)
}

struct Writer<'i> {
    input: &'i str,
    out: String,
    /// Names as emitted; an empty one is an element that was dropped without its content.
    open: Vec<(String, String)>,
    spaces: HashMap<String, String>,
    family: Option<Family>,
}

impl<'i> Writer<'i> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.input.len() {
            let rest = &self.input[at..];
            let Some(next) = rest.find('<') else {
                self.text(rest);
                break;
            };
            self.text(&rest[..next]);
            at += next;
            at = self.markup(at);
        }
        while let Some((_, emitted)) = self.open.pop() {
            self.close(&emitted);
        }
    }

    /// What begins with `<` at `at`; gives the place behind it.
    fn markup(&mut self, at: usize) -> usize {
        let rest = &self.input[at..];
        let behind = |end: Option<usize>, length: usize| at + end.map_or(rest.len(), |end| end + length);
        if rest.starts_with("<!--") {
            return behind(rest.find("-->"), 3);
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>");
            self.literal(&data[..end.unwrap_or(data.len())]);
            return behind(end.map(|end| end + 9), 3);
        }
        if rest.starts_with("<?") {
            return behind(
                rest.find("?>").or_else(|| rest.find('>')),
                if rest.contains("?>") { 2 } else { 1 },
            );
        }
        if rest.starts_with("<!") {
            let subset = rest.find('[').filter(|open| rest.find('>').is_none_or(|close| *open < close));
            let end = subset
                .and_then(|open| rest[open..].find("]>").map(|end| open + end + 1))
                .or_else(|| rest.find('>'));
            return behind(end, 1);
        }
        let Some(tag) = Tag::parse(rest) else {
            self.text("<");
            return at + 1;
        };
        let end = at + tag.length;
        if tag.closing {
            self.end(&tag);
            return end;
        }
        self.start(&tag, end)
    }

    fn start(&mut self, tag: &Tag<'i>, end: usize) -> usize {
        for (name, value) in &tag.attrs {
            if let Some(prefix) = name.strip_prefix("xmlns") {
                self.spaces.insert(prefix.trim_start_matches(':').to_owned(), value.clone());
            }
        }
        let local = tag.local().to_ascii_lowercase();
        let Some(family) = self.family else {
            self.root(tag, &local);
            return end;
        };
        let Some(name) = self.name(tag, &local, family) else {
            return if tag.empty { end } else { self.end_of(tag.name, end).1 };
        };
        if TEXTS.contains(&local.as_str()) {
            return self.text_element(tag, &name, family, end);
        }
        if family != Family::Atom && local == "channel" {
            return end; // opened with the root, so that items outside it are inside
        }
        let _ = write!(self.out, "<{name}");
        for (attr, value) in &tag.attrs {
            if attr != "xmlns" && !attr.contains(':') && attr.chars().all(|c| c.is_ascii_alphanumeric()) {
                let _ = write!(self.out, " {attr}=\"{}\"", escape(value));
            }
        }
        if tag.empty {
            self.out.push_str("/>");
            return end;
        }
        self.out.push('>');
        if family == Family::Rdf
            && name == "item"
            && let Some((_, about)) = tag.attrs.iter().find(|(attr, _)| attr.ends_with("about"))
        {
            let _ = write!(self.out, "<guid isPermaLink=\"false\">{}</guid>", escape(about));
        }
        self.open.push((tag.name.to_ascii_lowercase(), name));
        end
    }

    fn root(&mut self, tag: &Tag, local: &str) {
        let family = match local {
            "rss" | "channel" => Family::Rss,
            "rdf" => Family::Rdf,
            "feed" => Family::Atom,
            _ => return,
        };
        self.family = Some(family);
        let name = tag.name.to_ascii_lowercase();
        if family == Family::Atom {
            self.out.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\">");
            self.open.push((name, "feed".to_owned()));
        } else {
            self.out.push_str(
                "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
                 xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
                 xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>",
            );
            self.open.push((name, "rss".to_owned()));
        }
    }

    /// What an element is called in the rewritten feed; nothing for those that are not read.
    fn name(&self, tag: &Tag, local: &str, family: Family) -> Option<String> {
        if DROPPED.contains(&local) {
            return None;
        }
        let prefix = tag.prefix().to_ascii_lowercase();
        let space = self.spaces.get(&prefix).map_or("", String::as_str).to_ascii_lowercase();
        let is_atom = space.contains("w3.org/2005/atom")
            || space.contains("purl.org/atom")
            || space.is_empty() && prefix == "atom";
        let is_dublin =
            space.contains("purl.org/dc") || space.is_empty() && matches!(prefix.as_str(), "dc" | "dcterms");
        let is_content = space.contains("modules/content") || space.is_empty() && prefix == "content";
        let feeds_own = prefix.is_empty()
            || is_atom && family == Family::Atom
            || space.contains("rss") && !is_content && !space.contains("modules")
            || space.contains("netscape")
            || space.contains("/rdf/");
        if family == Family::Atom {
            let name = match local {
                "issued" | "pubdate" => "published",
                // when a draft was begun is not when it was published
                "modified" | "created" => "updated",
                "tagline" => "subtitle",
                "copyright" => "rights",
                other => other,
            };
            if is_dublin && local == "date" {
                return Some("published".to_owned());
            }
            return feeds_own.then(|| name.to_owned());
        }
        if is_dublin {
            return match local {
                "date" | "issued" | "created" | "modified" => Some("pubDate".to_owned()),
                "creator" | "author" => Some("dc:creator".to_owned()),
                "description" => Some("description".to_owned()),
                _ => None,
            };
        }
        if is_content && local == "encoded" {
            return Some("content:encoded".to_owned());
        }
        if is_atom {
            return match local {
                "link" => Some("atom:link".to_owned()),
                "updated" | "published" => Some("pubDate".to_owned()),
                "summary" | "content" => Some("description".to_owned()),
                _ => None,
            };
        }
        if space.contains("xhtml") && local == "body" {
            return Some("content:encoded".to_owned());
        }
        if !feeds_own {
            return None;
        }
        Some(match local {
            "pubdate" | "date" | "published" | "updated" | "issued" => "pubDate".to_owned(),
            "lastbuilddate" => "lastBuildDate".to_owned(),
            "body" | "content" | "encoded" => "content:encoded".to_owned(),
            "abstract" | "summary" => "description".to_owned(),
            "item" | "entry" => "item".to_owned(),
            other => other.to_owned(),
        })
    }

    /// A whole element of text; its markup, if any, becomes escaped HTML.
    fn text_element(&mut self, tag: &Tag, name: &str, family: Family, end: usize) -> usize {
        if tag.empty {
            return end;
        }
        let (inner, after) = self.end_of(tag.name, end);
        let kind =
            tag.attrs.iter().find(|(name, _)| name == "type").map(|(_, kind)| kind.to_ascii_lowercase());
        let encoded =
            tag.attrs.iter().any(|(name, mode)| name == "mode" && mode.eq_ignore_ascii_case("base64"));
        let (mut value, marked_up) = content(inner);
        if encoded && let Some(decoded) = base64(&value) {
            value = decoded;
        }
        // Without text feed-rs gives up on the whole feed in some places.
        if value.trim().is_empty() {
            return after;
        }
        let html =
            marked_up || kind.as_deref().is_some_and(|kind| kind.contains("html") || kind.contains("xml"));
        match family {
            Family::Atom if html => {
                let _ = write!(self.out, "<{name} type=\"html\">");
            }
            _ => {
                let _ = write!(self.out, "<{name}>");
            }
        }
        let _ = write!(self.out, "{}</{name}>", escape(value.trim()));
        after
    }

    /// The inside of an element and the place behind it. One that never ends goes on to the end of its item.
    fn end_of(&self, name: &str, from: usize) -> (&'i str, usize) {
        let input = self.input;
        let (mut at, mut depth, mut give_up) = (from, 1, None);
        while let Some(next) = input[at..].find('<') {
            at += next;
            let rest = &input[at..];
            if let Some(data) = rest.strip_prefix("<![CDATA[") {
                at += data.find("]]>").map_or(rest.len(), |end| end + 12);
                continue;
            }
            if rest.starts_with("<!--") {
                at += rest.find("-->").map_or(rest.len(), |end| end + 3);
                continue;
            }
            let Some(tag) = Tag::parse(rest) else {
                at += 1;
                continue;
            };
            if tag.name.eq_ignore_ascii_case(name) {
                if tag.closing {
                    depth -= 1;
                } else if !tag.empty {
                    depth += 1;
                }
                if depth == 0 {
                    return (&input[from..at], at + tag.length);
                }
            } else if tag.closing
                && give_up.is_none()
                && matches!(tag.local().to_ascii_lowercase().as_str(), "item" | "entry" | "channel")
            {
                give_up = Some(at);
            }
            at += tag.length;
        }
        let stop = give_up.unwrap_or(input.len());
        (&input[from..stop], stop)
    }

    fn end(&mut self, tag: &Tag) {
        let name = tag.name.to_ascii_lowercase();
        let Some(place) = self.open.iter().rposition(|(raw, _)| *raw == name) else { return };
        while self.open.len() > place {
            if let Some((_, emitted)) = self.open.pop() {
                self.close(&emitted);
            }
        }
    }

    fn close(&mut self, emitted: &str) {
        let _ = match emitted {
            "rss" => write!(self.out, "</channel></rss>"),
            other => write!(self.out, "</{other}>"),
        };
    }

    fn text(&mut self, text: &str) {
        if self.family.is_some() && !self.open.is_empty() {
            self.out.push_str(&escape(&text::unescape(text)));
        }
    }

    fn literal(&mut self, text: &str) {
        if self.family.is_some() && !self.open.is_empty() {
            self.out.push_str(&escape(text));
        }
    }
}

/// The value of a text element, and whether it is markup in itself (then it is HTML as it stands).
fn content(inner: &str) -> (String, bool) {
    let (mut value, mut markup, mut raw) = (String::new(), false, String::new());
    let mut rest = inner;
    while let Some(at) = rest.find('<') {
        value.push_str(&text::unescape(&rest[..at]));
        raw.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            value.push_str(&data[..end]);
            raw.push_str(&escape(&data[..end]));
            rest = data.get(end + 3..).unwrap_or_default();
        } else if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
        } else if let Some(tag) = Tag::parse(rest) {
            markup = true;
            // Prefixes say nothing to an HTML parser.
            let _ = write!(raw, "<{}{}", if tag.closing { "/" } else { "" }, tag.local());
            raw.push('>');
            rest = &rest[tag.length..];
        } else {
            value.push('<');
            raw.push_str("&lt;");
            rest = &rest[1..];
        }
    }
    value.push_str(&text::unescape(rest));
    raw.push_str(rest);
    if markup { (raw, true) } else { (value, false) }
}

/// Characters that XML forbids go; the five that it means something by are escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{7f}') => {}
            c => out.push(c),
        }
    }
    out
}

fn base64(text: &str) -> Option<String> {
    let (mut bits, mut held, mut out) = (0_u32, 0_u32, Vec::new());
    for b in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    String::from_utf8(out).ok()
}

/// A start or end tag, however sloppy.
struct Tag<'t> {
    name: &'t str,
    attrs: Vec<(String, String)>,
    closing: bool,
    empty: bool,
    length: usize,
}

impl<'t> Tag<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let closing = text.starts_with("</");
        let from = 1 + usize::from(closing);
        let body = text.get(from..)?;
        if !body.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let end = body
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '='))
            .unwrap_or(body.len());
        let mut tag = Self { name: &body[..end], attrs: Vec::new(), closing, empty: false, length: 0 };
        let mut rest = &body[end..];
        loop {
            rest = rest.trim_start();
            if rest.is_empty() || rest.starts_with('<') {
                break; // the tag was cut off; what follows is markup of its own
            }
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break;
            }
            if let Some(after) = rest.strip_prefix('/') {
                tag.empty = after.starts_with('>');
                rest = after;
                continue;
            }
            rest = tag.attribute(rest);
        }
        tag.length = text.len() - rest.len();
        Some(tag)
    }

    fn attribute(&mut self, text: &'t str) -> &'t str {
        let end = text
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<'))
            .unwrap_or(text.len());
        let name = &text[..end];
        let rest = text[end..].trim_start();
        let Some(rest) = rest.strip_prefix('=') else {
            // neither a name nor an end: step over it, so that the loop moves on
            return if end == 0 { text.get(1..).unwrap_or_default() } else { rest };
        };
        let rest = rest.trim_start();
        let (value, rest) = if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            let inner = &rest[1..];
            let end = inner.find(quote).unwrap_or(inner.len());
            (&inner[..end], inner.get(end + 1..).unwrap_or_default())
        } else {
            rest.split_at(rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len()))
        };
        self.attrs.push((name.to_ascii_lowercase(), text::unescape(value).into_owned()));
        rest
    }

    fn prefix(&self) -> &str {
        self.name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    fn local(&self) -> &'t str {
        self.name.split_once(':').map_or(self.name, |(_, local)| local)
    }
}
