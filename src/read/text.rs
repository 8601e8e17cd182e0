//! Marked-up text in, plain text out: paragraphs on lines of their own, white space collapsed.
//!
//! One sink serves the tree, the stream and fragments out of feeds, so that all give the same text.

use scraper::{ElementRef, Html, Node};
use std::borrow::Cow;

/// Takes tags and text in document order and keeps what a reader would see.
#[derive(Debug, Default)]
pub struct Sink {
    out: String,
    space: bool,
    line: bool,
    pre: u32,
    hidden: u32,
}

impl Sink {
    pub fn start(&mut self, name: &str) {
        if hides(name) {
            self.hidden += 1;
        } else if name == "br" || is_block(name) {
            self.line = true;
            self.pre += u32::from(name == "pre");
        } else if matches!(name, "td" | "th") {
            self.space = true;
        }
    }

    pub fn end(&mut self, name: &str) {
        if hides(name) {
            self.hidden = self.hidden.saturating_sub(1);
        } else if is_block(name) {
            self.line = true;
            if name == "pre" {
                self.pre = self.pre.saturating_sub(1);
            }
        } else if matches!(name, "td" | "th") {
            self.space = true;
        }
    }

    pub fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        let mut word = None;
        for (at, c) in text.char_indices() {
            if !(c.is_whitespace() || c == '\u{feff}') {
                word.get_or_insert(at);
                continue;
            }
            if let Some(from) = word.take() {
                self.word(&text[from..at]);
            }
            if self.pre > 0 && c == '\n' {
                self.line = true;
            }
            self.space = true;
        }
        if let Some(from) = word {
            self.word(&text[from..]);
        }
    }

    fn word(&mut self, word: &str) {
        if !self.out.is_empty() {
            if self.line {
                self.out.push('\n');
            } else if self.space {
                self.out.push(' ');
            }
        }
        (self.line, self.space) = (false, false);
        self.out.push_str(word);
    }

    /// The next text begins on a line of its own.
    pub fn break_line(&mut self) {
        self.line = true;
    }

    /// The text so far; what is open stays open.
    pub fn take(&mut self) -> String {
        (self.line, self.space) = (false, false);
        std::mem::take(&mut self.out)
    }

    pub fn finish(self) -> String {
        self.out
    }
}

/// Elements whose content no reader sees as text.
pub fn hides(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "textarea"
            | "select"
            | "iframe"
            | "svg"
            | "head"
            | "object"
    )
}

pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "table"
            | "tr"
            | "tbody"
            | "thead"
            | "caption"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "nav"
            | "blockquote"
            | "pre"
            | "figure"
            | "figcaption"
            | "form"
            | "fieldset"
            | "hr"
            | "address"
            | "center"
            | "details"
            | "summary"
            | "body"
            | "option"
    )
}

/// Meets the nodes of a subtree.
pub trait Visitor<'t> {
    /// `false` refuses the subtree.
    fn enter(&mut self, element: ElementRef<'t>) -> bool;
    /// Of an element that was not refused.
    fn leave(&mut self, element: ElementRef<'t>);
    fn text(&mut self, text: &'t str);
}

/// Walks an element's subtree in document order without recursion.
pub fn walk<'t>(root: ElementRef<'t>, visitor: &mut impl Visitor<'t>) {
    let top = root.id();
    let mut node = *root;
    loop {
        let mut descend = false;
        match (node.value(), ElementRef::wrap(node)) {
            (Node::Text(value), _) => visitor.text(value),
            (_, Some(element)) => descend = visitor.enter(element),
            _ => {}
        }
        if descend && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        if descend && let Some(element) = ElementRef::wrap(node) {
            visitor.leave(element);
        }
        loop {
            if node.id() == top {
                return;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => return,
            }
            if let Some(element) = ElementRef::wrap(node) {
                visitor.leave(element);
            }
        }
    }
}

/// The text of an element, without the subtrees that `skip` names.
pub fn of(root: ElementRef<'_>, skip: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut sink = Sink::default();
    feed(&mut sink, root, skip);
    sink.finish()
}

/// The same, into a sink that goes on.
pub fn feed(sink: &mut Sink, root: ElementRef<'_>, skip: impl Fn(ElementRef<'_>) -> bool) {
    walk(root, &mut Feed { sink, skip, spaced: false });
}

/// The same, with a space wherever a tag stands: `09-30` and `22:46` in two spans are two words.
pub fn spaced(root: ElementRef<'_>) -> String {
    let mut sink = Sink::default();
    walk(root, &mut Feed { sink: &mut sink, skip: |_: ElementRef<'_>| false, spaced: true });
    sink.finish()
}

struct Feed<'s, F> {
    sink: &'s mut Sink,
    skip: F,
    spaced: bool,
}

impl<'t, F: Fn(ElementRef<'_>) -> bool> Visitor<'t> for Feed<'_, F> {
    fn enter(&mut self, element: ElementRef<'t>) -> bool {
        let name = element.value().name();
        self.sink.space |= self.spaced;
        let enters = !hides(name) && !(self.skip)(element);
        if enters {
            self.sink.start(name);
        }
        enters
    }

    fn leave(&mut self, element: ElementRef<'t>) {
        self.sink.end(element.value().name());
        self.sink.space |= self.spaced;
    }

    fn text(&mut self, text: &'t str) {
        self.sink.text(text);
    }
}

/// Plain text of something that may hold tags and character references (a feed's title or content).
pub fn plain(markup: &str) -> String {
    if looks_marked_up(markup)
        && let Ok(page) = super::dom::fragment(markup)
    {
        return of(page.root_element(), |_| false);
    }
    let mut sink = Sink::default();
    for (n, line) in unescape(markup).lines().enumerate() {
        if n > 0 {
            sink.break_line();
        }
        sink.text(line);
    }
    sink.finish()
}

/// A title: one line.
pub fn one_line(text: &str) -> String {
    let mut sink = Sink::default();
    sink.text(text);
    sink.finish()
}

fn looks_marked_up(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || matches!(pair[1], b'/' | b'!')))
}

/// Character references to characters.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((length, value)) = reference(rest) {
            out.push_str(&value);
            rest = &rest[length..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The reference that `text` begins with: its length and what it stands for.
pub fn reference(text: &str) -> Option<(usize, Cow<'static, str>)> {
    let body = &text[1..];
    let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(body.len());
    let name = body.get(..end).filter(|name| !name.is_empty() && name.len() <= 32)?;
    let closed = usize::from(body[end..].starts_with(';'));
    if closed == 1
        && let Some(value) = common(name)
    {
        return Some((1 + end + 1, Cow::Borrowed(value)));
    }
    // Numbers with their Windows quirks and the 2,000 rare names: the HTML parser knows them.
    let whole = &text[..1 + end + closed];
    let fragment = Html::parse_fragment(whole);
    let value: String = fragment.root_element().text().collect();
    (value != whole).then_some((whole.len(), Cow::Owned(value)))
}

fn common(name: &str) -> Option<&'static str> {
    Some(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" | "#34" => "\"",
        "apos" | "#39" => "'",
        "nbsp" | "#160" => "\u{a0}",
        "ldquo" => "“",
        "rdquo" => "”",
        "lsquo" => "‘",
        "rsquo" => "’",
        "mdash" => "—",
        "ndash" => "–",
        "hellip" => "…",
        "middot" => "·",
        "bull" => "•",
        "copy" => "©",
        "ensp" => "\u{2002}",
        "emsp" => "\u{2003}",
        "thinsp" => "\u{2009}",
        "zwnj" => "\u{200c}",
        "zwj" => "\u{200d}",
        "shy" => "\u{ad}",
        _ => return None,
    })
}

/// How wide a text stands on a page: an ideograph counts two. Lengths in words would call Chinese pages short.
pub fn width(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c as u32 >= 0x2e80 { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_lines() {
        for (why, markup, expected) in [
            ("blocks are lines", "<p>　　一</p><p>二<br>三</p>", "一\n二\n三"),
            ("white space collapses", "a  \n b\u{a0}&nbsp;c", "a\nb c"),
            ("scripts are not read", "<p>a<script>var b</script>c</p>", "ac"),
            ("a bare angle is text", "1 < 2 &amp; 3", "1 < 2 & 3"),
            ("references, rare and numeric", "&hellip;&#x5c9a;&#26638;&check;", "…岚栎✓"),
            ("an unknown name stays", "AT&T &foo;", "AT&T &foo;"),
            ("a preformatted line stays one", "<pre>a\n b</pre>", "a\nb"),
            ("cells stand apart", "<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ] {
            assert_eq!(plain(markup), expected, "{why}");
        }
    }

    #[test]
    fn a_walk_does_not_leave_its_root() {
        let page = Html::parse_document("<div id=a><p>x</p></div><div>y</div>");
        let root = page.root_element().descendent_elements().find(|e| e.attr("id") == Some("a")).unwrap();
        assert_eq!(of(root, |_| false), "x");
    }
}
