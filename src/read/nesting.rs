//! A page's markup in, the same markup with every end tag in its place out: what a stream over the tags needs to
//! see the tree that a parser would build.
//!
//! The ends that HTML lets authors leave out are put in, ends that belong to nothing are taken out. Where a parser
//! would move things about (misnested `<b>`, text between table rows, a second form) there is no answer, and the page
//! takes the tree. The rules are those of "tree construction" in the HTML standard.

use super::tags::{Attribute, Tag, comment, raw, tag, unasked};

/// What the rules distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Head,
    Body,
    Table,
    Rows,
    Row,
    Cell,
    Caption,
    Columns,
    Paragraph,
    Item,
    Term,
    Heading,
    /// `b`, `a` and the like, which a parser opens again where they were cut off.
    Formatting,
    Block,
    List,
    Button,
    Form,
    Object,
    Select,
    Choice,
    Ruby,
    Plain,
    /// No content.
    Void,
    /// Its content is no markup.
    Raw,
    Svg,
    /// Makes the page one for the tree.
    Odd,
}

use Kind::{
    Block, Body, Button, Caption, Cell, Choice, Columns, Form, Formatting, Head, Heading, Html, Item, List,
    Object, Odd, Paragraph, Plain, Raw, Row, Rows, Ruby, Select, Svg, Table, Term, Void,
};

fn kind(name: &str) -> Kind {
    match name {
        "html" => Html,
        "head" => Head,
        "body" => Body,
        "table" => Table,
        "tbody" | "thead" | "tfoot" => Rows,
        "tr" => Row,
        "td" | "th" => Cell,
        "caption" => Caption,
        "colgroup" => Columns,
        "p" => Paragraph,
        "li" => Item,
        "dd" | "dt" => Term,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Heading,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "s" | "small" | "strike" | "strong" | "tt"
        | "u" => Formatting,
        "address" | "article" | "aside" | "blockquote" | "center" | "details" | "dialog" | "dir" | "div"
        | "dl" | "fieldset" | "figcaption" | "figure" | "footer" | "header" | "hgroup" | "main" | "menu"
        | "nav" | "pre" | "listing" | "search" | "section" | "summary" => Block,
        "ol" | "ul" => List,
        "button" => Button,
        "form" => Form,
        "object" | "applet" | "marquee" => Object,
        "select" => Select,
        "option" => Choice,
        "rb" | "rp" | "rt" | "rtc" => Ruby,
        "area" | "base" | "br" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "param" | "source"
        | "track" | "wbr" | "col" | "basefont" | "bgsound" => Void,
        "script" | "style" | "title" | "textarea" | "iframe" | "noembed" | "noscript" | "noframes" => Raw,
        "svg" => Svg,
        "frame" | "frameset" | "image" | "isindex" | "keygen" | "math" | "nobr" | "optgroup"
        | "plaintext" | "template" | "xmp" => Odd,
        _ => Plain,
    }
}

/// Elements that no end tag outside of them can close.
fn bounds(kind: Kind) -> bool {
    matches!(kind, Html | Table | Cell | Caption | Object)
}

struct Open<'h> {
    name: &'h str,
    kind: Kind,
}

struct Nest<'h> {
    html: &'h str,
    out: Vec<&'h str>,
    /// How much of `html` is in `out`.
    done: usize,
    open: Vec<Open<'h>>,
    head_seen: bool,
    body_seen: bool,
    in_form: bool,
}

/// Deeper nesting is for the tree, which refuses it.
const DEEPEST: usize = 600;

/// The pieces of the page as a parser understands its nesting; `None` where only a parser can tell.
///
/// `tested` are attributes whose values a selector looks at: a stream sees them before references are resolved.
pub(super) fn pieces<'h>(html: &'h str, tested: &[&str]) -> Option<Vec<&'h str>> {
    if html.contains('\0') {
        return None;
    }
    let mut nest = Nest {
        html,
        out: Vec::new(),
        done: 0,
        open: Vec::new(),
        head_seen: false,
        body_seen: false,
        in_form: false,
    };
    let bytes = html.as_bytes();
    let mut at = 0;
    loop {
        let text = at;
        let less = html[at..].find('<').map_or(bytes.len(), |next| at + next);
        if nest.wants_no_text() && !is_blank(&bytes[text..less]) {
            return None;
        }
        let Some(next) = bytes.get(less + 1) else {
            if less < bytes.len() {
                return None; // a bare `<` at the very end
            }
            break;
        };
        at = match next {
            b'!' if html[less..].starts_with("<!--") => comment(html, less)?,
            // A stream and a parser do not agree on where these are allowed.
            b'!' if html[less..].starts_with("<![CDATA[") => return None,
            b'/' if bytes.get(less + 2).is_some_and(u8::is_ascii_alphabetic) => {
                let (name, tag) = tag(html, less + 2, unasked)?;
                nest.end(name, less, tag.end)?;
                tag.end
            }
            b'!' | b'?' | b'/' => less + html[less..].find('>')? + 1,
            byte if byte.is_ascii_alphabetic() => {
                let (name, tag) = tag(html, less + 1, |attribute| check(&attribute, tested))?;
                nest.start(name, less, &tag)?
            }
            _ if nest.wants_no_text() => return None,
            _ => less + 1,
        };
        if nest.open.len() > DEEPEST {
            return None;
        }
    }
    nest.close_from(0, bytes.len(), true)?;
    nest.out.push(&html[nest.done..]);
    Some(nest.out)
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c))
}

/// A value that a selector looks at, and that a stream sees as it is written.
fn check(attribute: &Attribute, tested: &[&str]) -> Option<()> {
    let looked_at = tested.iter().any(|name| name.eq_ignore_ascii_case(attribute.name));
    (!looked_at || !attribute.value.contains(['&', '\r'])).then_some(())
}

/// Whether the content of such an element is no markup.
pub(super) fn is_raw(name: &str) -> bool {
    let mut lower = [0_u8; 12];
    kind(lowered(name, &mut lower)) == Raw
}

impl<'h> Nest<'h> {
    fn top(&self) -> Option<Kind> {
        self.open.last().map(|open| open.kind)
    }

    /// Text here would be put somewhere else.
    fn wants_no_text(&self) -> bool {
        matches!(self.top(), None | Some(Html | Head | Table | Rows | Row | Columns))
    }

    fn insert(&mut self, at: usize, parts: &[&'h str]) {
        self.out.push(&self.html[self.done..at]);
        self.done = at;
        self.out.extend_from_slice(parts);
    }

    /// A comment takes its place, or the texts beside it would be one.
    fn drop_tag(&mut self, at: usize, end: usize) {
        self.insert(at, &["<!---->"]);
        self.done = end;
    }

    fn push(&mut self, name: &'h str, kind: Kind) {
        self.open.push(Open { name, kind });
    }

    /// Closes all that is open above `keep`. `None` where formatting would be opened again behind it.
    fn close_from(&mut self, keep: usize, at: usize, at_end: bool) -> Option<()> {
        let mut in_cell = at_end;
        for place in keep..self.open.len() {
            match self.open[place].kind {
                Cell => in_cell = true,
                Formatting if !in_cell => return None,
                Caption | Button | Form | Object | Select if !at_end => return None,
                _ => {}
            }
        }
        if self.open.len() > keep {
            self.insert(at, &[]);
        }
        for open in self.open.drain(keep..).rev() {
            self.out.extend_from_slice(&["</", open.name, ">"]);
        }
        Some(())
    }

    /// The innermost element of this kind, if nothing that bounds or stops lies above it.
    fn find(&self, wanted: impl Fn(&Open) -> bool, stops: impl Fn(Kind) -> bool) -> Option<usize> {
        for (place, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                return Some(place);
            }
            if bounds(open.kind) || stops(open.kind) {
                return None;
            }
        }
        None
    }

    fn close_paragraph(&mut self, at: usize) -> Option<()> {
        match self.find(|open| open.kind == Paragraph, |kind| kind == Button) {
            Some(place) => self.close_from(place, at, false),
            None => Some(()),
        }
    }

    /// What a start tag does; where reading goes on.
    fn start(&mut self, name: &'h str, at: usize, tag: &Tag) -> Option<usize> {
        let mut lower = [0_u8; 12];
        let lower = lowered(name, &mut lower);
        let kind = kind(lower);
        match self.top() {
            None | Some(Html | Head) => {
                return self.start_above_body(name, lower, kind, at, tag);
            }
            Some(Table | Rows | Row | Columns) => {
                return self.start_in_table(name, lower, kind, at, tag);
            }
            _ => {}
        }
        if self.open.iter().any(|open| open.kind == Select) && kind != Choice {
            return None;
        }
        match kind {
            Odd | Html | Head | Body => return None,
            Void if lower == "col" => return None,
            Void => {
                if lower == "hr" {
                    self.close_paragraph(at)?;
                }
                return Some(tag.end);
            }
            Raw => return raw(self.html, lower, tag.end),
            Svg => return svg(self.html, tag),
            Rows | Row | Cell | Caption | Columns => {
                let table_part = |open: &Open| matches!(open.kind, Cell | Caption | Table);
                match self.open.iter().rposition(table_part) {
                    Some(place) if self.open[place].kind == Cell => {
                        self.close_from(place, at, false)?;
                        return self.start_in_table(name, lower, kind, at, tag);
                    }
                    Some(_) => return None,
                    None => {
                        self.drop_tag(at, tag.end);
                        return Some(tag.end);
                    }
                }
            }
            Block | List | Paragraph => self.close_paragraph(at)?,
            Heading => {
                self.close_paragraph(at)?;
                if self.top() == Some(Heading) {
                    return None;
                }
            }
            Item | Term => self.start_item(kind, at)?,
            Form => {
                if self.in_form {
                    return None;
                }
                self.in_form = true;
                self.close_paragraph(at)?;
            }
            // Whether it closes a paragraph depends on the doctype.
            Table if self.find(|open| open.kind == Paragraph, |kind| kind == Button).is_some() => {
                return None;
            }
            Button if self.find(|open| open.kind == Button, |_| false).is_some() => return None,
            Formatting if lower == "a" && self.open.iter().any(|open| is_named(open, "a")) => return None,
            Choice if self.top() == Some(Choice) => self.close_from(self.open.len() - 1, at, false)?,
            Ruby if self.top() == Some(Ruby) => return None,
            _ => {}
        }
        self.push(name, kind);
        Some(tag.end)
    }

    /// `<li>` ends the item before it, `<dd>` and `<dt>` each other.
    fn start_item(&mut self, kind: Kind, at: usize) -> Option<()> {
        for place in (0..self.open.len()).rev() {
            let open = &self.open[place];
            if open.kind == kind {
                self.close_from(place, at, false)?;
                break;
            }
            let passes = matches!(open.kind, Plain | Formatting | Choice | Ruby | Paragraph)
                || is_named(open, "div")
                || is_named(open, "address");
            if !passes {
                break;
            }
        }
        self.close_paragraph(at)
    }

    fn start_above_body(
        &mut self,
        name: &'h str,
        lower: &str,
        kind: Kind,
        at: usize,
        tag: &Tag,
    ) -> Option<usize> {
        match (self.top(), kind) {
            (None, Html) if !self.head_seen => {}
            (Some(Html), Head) if !self.head_seen => self.head_seen = true,
            (Some(Html), Body) if !self.body_seen => {
                if !self.head_seen {
                    self.insert(at, &["<head></head>"]);
                }
                (self.head_seen, self.body_seen) = (true, true);
            }
            (Some(Head), Body) => {
                self.close_from(1, at, false)?;
                self.body_seen = true;
            }
            (Some(Head), Void) if matches!(lower, "base" | "basefont" | "bgsound" | "link" | "meta") => {
                return Some(tag.end);
            }
            (Some(Head), Raw) if matches!(lower, "script" | "style" | "title" | "noscript" | "noframes") => {
                return raw(self.html, lower, tag.end);
            }
            _ => return None,
        }
        self.push(name, kind);
        Some(tag.end)
    }

    fn start_in_table(
        &mut self,
        name: &'h str,
        lower: &str,
        kind: Kind,
        at: usize,
        tag: &Tag,
    ) -> Option<usize> {
        loop {
            match (self.top()?, kind) {
                (Table | Rows | Row, Raw) if matches!(lower, "script" | "style") => {
                    return raw(self.html, lower, tag.end);
                }
                (Columns, Void) if lower == "col" => return Some(tag.end),
                (Table, Rows | Caption | Columns) | (Rows, Row) | (Row, Cell) => {
                    self.push(name, kind);
                    return Some(tag.end);
                }
                (Table, Row | Cell) => {
                    self.insert(at, &["<tbody>"]);
                    self.push("tbody", Rows);
                }
                (Rows, Cell) => {
                    self.insert(at, &["<tr>"]);
                    self.push("tr", Row);
                }
                (Rows, Rows) | (Row, Row | Rows) | (Columns, Rows | Row | Cell) => {
                    self.close_from(self.open.len() - 1, at, false)?;
                }
                _ => return None,
            }
        }
    }

    fn end(&mut self, name: &'h str, at: usize, end: usize) -> Option<()> {
        let mut lower = [0_u8; 12];
        let lower = lowered(name, &mut lower);
        let kind = kind(lower);
        if matches!(self.top(), None | Some(Html | Head)) {
            return match (self.top(), kind) {
                (Some(Head), Head) => {
                    self.open.pop();
                    Some(())
                }
                _ => None,
            };
        }
        let in_rows = matches!(self.top(), Some(Table | Rows | Row | Columns));
        if in_rows && !matches!(kind, Table | Rows | Row | Cell | Plain | Block | List | Body | Html)
            || kind == Columns
            || self.open.iter().any(|open| open.kind == Select) && !matches!(kind, Choice | Select)
        {
            return self.end_of_top(name, kind);
        }
        let same = |open: &Open| open.name.eq_ignore_ascii_case(name);
        let place = match kind {
            // What comes behind the end of the body belongs to it all the same.
            Body | Html | Head | Raw => None,
            Table | Rows | Row | Cell => {
                let table = self.open.iter().rposition(|open| open.kind == Table);
                let found = self.open.iter().rposition(same);
                found.filter(|found| table.is_some_and(|table| *found >= table))
            }
            Paragraph => match self.find(same, |kind| kind == Button) {
                None => {
                    // A parser makes an empty one.
                    self.insert(at, &["<p>"]);
                    return Some(());
                }
                found => found,
            },
            Item => self.find(same, |kind| kind == List),
            Term | Block | List | Button => self.find(same, |_| false),
            Plain => {
                let special = |kind| !matches!(kind, Plain | Formatting | Choice | Ruby);
                self.find(same, special)
            }
            Heading | Formatting | Form | Object | Choice | Ruby
                if self.open.iter().all(|open| open.kind != kind) =>
            {
                None
            }
            Heading | Formatting | Form | Object | Select | Choice | Ruby | Caption | Columns => {
                return self.end_of_top(name, kind);
            }
            Void if lower != "br" => None,
            Void | Svg | Odd => return None,
        };
        if let Some(place) = place {
            self.close_from(place + 1, at, false)?;
            self.open.pop();
        } else {
            self.drop_tag(at, end);
        }
        Some(())
    }

    /// An end that is only simple where its element is the innermost one.
    fn end_of_top(&mut self, name: &str, kind: Kind) -> Option<()> {
        self.open.last().filter(|open| open.name.eq_ignore_ascii_case(name))?;
        self.open.pop();
        self.in_form &= kind != Form;
        Some(())
    }
}

fn is_named(open: &Open, name: &str) -> bool {
    open.name.eq_ignore_ascii_case(name)
}

/// The name in lower case; one that is longer than any we know stays as it is.
fn lowered<'b>(name: &'b str, buffer: &'b mut [u8; 12]) -> &'b str {
    match buffer.get_mut(..name.len()) {
        Some(room) if name.is_ascii() => {
            room.copy_from_slice(name.as_bytes());
            room.make_ascii_lowercase();
            std::str::from_utf8(room).unwrap_or(name)
        }
        _ => name,
    }
}

/// Past a drawing whose own elements nest strictly.
fn svg(html: &str, first: &Tag) -> Option<usize> {
    if first.closes_itself {
        return Some(first.end);
    }
    let mut open = vec!["svg"];
    let mut at = first.end;
    loop {
        let less = at + html[at..].find('<')?;
        let rest = &html[less..];
        let next = rest.as_bytes().get(1)?;
        if rest.starts_with("<!--") {
            at = comment(html, less)?;
        } else if *next == b'/' {
            let (name, tag) = tag(html, less + 2, unasked)?;
            if !open.pop()?.eq_ignore_ascii_case(name) {
                return None;
            }
            at = tag.end;
            if open.is_empty() {
                return Some(at);
            }
        } else if next.is_ascii_alphabetic() {
            let (name, tag) = tag(html, less + 1, unasked)?;
            let mut lower = [0_u8; 12];
            let lower = lowered(name, &mut lower);
            let drawn = matches!(kind(lower), Plain | Raw | Svg) || lower == "a";
            // HTML may stand in some of its elements, and some of HTML's end it.
            let breaks = matches!(
                lower,
                "script" | "sub" | "sup" | "span" | "var" | "ruby" | "textarea" | "iframe" | "noscript"
            );
            let holds_html =
                matches!(open.last(), Some(&("title" | "desc" | "style"))) || lower == "foreignobject";
            if !drawn || breaks || holds_html || open.len() > 100 {
                return None;
            }
            at = tag.end;
            if !tag.closes_itself {
                open.push(match lower {
                    "title" => "title",
                    "desc" => "desc",
                    "style" => "style",
                    _ => name,
                });
            }
        } else {
            return None;
        }
    }
}
