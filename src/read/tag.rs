//! The beginning of a text in, the tag or the other markup that stands there out, however sloppy.

use super::text;
use std::borrow::Cow;

/// A start or end tag.
#[derive(Debug)]
pub struct Tag<'t> {
    pub name: &'t str,
    pub closing: bool,
    /// `<name/>`
    pub empty: bool,
    /// Of the whole tag.
    pub length: usize,
    /// How many attributes it has.
    pub count: usize,
    inside: &'t str,
}

impl<'t> Tag<'t> {
    pub fn parse(text: &'t str) -> Option<Self> {
        let closing = text.starts_with("</");
        let body = text.get(1 + usize::from(closing)..)?;
        if !body.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let end = body
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<' | '='))
            .unwrap_or(body.len());
        let (name, inside) = body.split_at(end);
        let mut attrs = Attrs { rest: inside, empty: false };
        let count = attrs.by_ref().count();
        let behind = attrs.rest.strip_prefix('>').unwrap_or(attrs.rest);
        Some(Self { name, closing, empty: attrs.empty, length: text.len() - behind.len(), count, inside })
    }

    /// Names as written, values without their quotes, in the order of the tag.
    pub fn attrs(&self) -> Attrs<'t> {
        Attrs { rest: self.inside, empty: false }
    }

    /// The value of an attribute, its references read; `xml:base` is found as `base`.
    pub fn attr(&self, name: &str) -> Option<Cow<'t, str>> {
        let (_, value) = self.attrs().find(|(written, _)| local(written).eq_ignore_ascii_case(name))?;
        Some(text::unescape(value))
    }

    pub fn prefix(&self) -> &'t str {
        self.name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    pub fn local(&self) -> &'t str {
        local(self.name)
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Steps over the attributes of a tag, up to its `>` or to where it was cut off.
#[derive(Debug)]
pub struct Attrs<'t> {
    rest: &'t str,
    empty: bool,
}

impl<'t> Iterator for Attrs<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.rest = self.rest.trim_start();
            // A tag that was cut off: what follows is markup of its own.
            if self.rest.is_empty() || self.rest.starts_with(['<', '>']) {
                return None;
            }
            if let Some(after) = self.rest.strip_prefix('/') {
                self.empty = after.starts_with('>');
                self.rest = after;
                continue;
            }
            let stops = |c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<');
            let (name, rest) = self.rest.split_at(self.rest.find(stops).unwrap_or(self.rest.len()));
            let Some(rest) = rest.trim_start().strip_prefix('=') else {
                self.rest = rest;
                return Some((name, ""));
            };
            let rest = rest.trim_start();
            let value;
            (value, self.rest) = if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
                let inner = &rest[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], inner.get(end + 1..).unwrap_or_default())
            } else {
                rest.split_at(
                    rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<')).unwrap_or(rest.len()),
                )
            };
            return Some((name, value));
        }
    }
}

/// Finds the ends of comments, instructions and character data; what was searched once is not searched again.
#[derive(Debug, Default)]
pub struct Ends {
    known: [Option<(usize, usize)>; PATTERNS.len()],
}

const PATTERNS: [&str; 6] = ["-->", "]]>", "?>", "]>", "[", ">"];
const COMMENT: usize = 0;
const DATA: usize = 1;
const INSTRUCTION: usize = 2;
const SUBSET: usize = 3;
const BRACKET: usize = 4;
const ANGLE: usize = 5;

impl Ends {
    /// The place behind the comment, instruction, declaration or character data at `at`; nothing if a tag or text
    /// stands there. `around` names the element that it stands in.
    pub fn behind<'i>(
        &mut self,
        input: &'i str,
        at: usize,
        around: impl Fn() -> Option<&'i str>,
    ) -> Option<usize> {
        let rest = &input[at..];
        if rest.starts_with("<!--") {
            let end = self.next(input, at + 4, COMMENT).map(|end| end + 3);
            return Some(end.or_else(|| Some(self.next(input, at, ANGLE)? + 1)).unwrap_or(input.len()));
        }
        if let Some(data) = self.data(input, at, around) {
            return Some(data.1);
        }
        if rest.starts_with("<?") {
            // `<?xml ...>` without its question mark must not reach to the end of the next instruction.
            let xml = rest[2..].trim_start().get(..3).is_some_and(|name| name.eq_ignore_ascii_case("xml"));
            let end = if xml { None } else { self.next(input, at, INSTRUCTION).map(|end| end + 2) };
            return Some(end.or_else(|| Some(self.next(input, at, ANGLE)? + 1)).unwrap_or(input.len()));
        }
        if !rest.starts_with("<!") {
            return None;
        }
        let angle = self.next(input, at, ANGLE);
        let subset = self.next(input, at, BRACKET).filter(|open| angle.is_none_or(|angle| *open < angle));
        let end = subset.and_then(|open| self.next(input, open, SUBSET)).map(|end| end + 2);
        Some(end.or(angle.map(|angle| angle + 1)).unwrap_or(input.len()))
    }

    /// The character data of `<![CDATA[...]]>` at `at`, and the place behind it. A section whose end was forgotten
    /// ends with the element around it.
    pub fn data<'i>(
        &mut self,
        input: &'i str,
        at: usize,
        around: impl Fn() -> Option<&'i str>,
    ) -> Option<(&'i str, usize)> {
        const BEGIN: &str = "<![CDATA[";
        let inside = input[at..].strip_prefix(BEGIN)?;
        let from = at + BEGIN.len();
        let end = self.next(input, from, DATA);
        let section = end.map_or(inside, |end| &input[from..end]);
        if (end.is_none() || section.contains(BEGIN))
            && let Some(name) = around()
            && let Some(cut) = section.match_indices("</").map(|(cut, _)| cut).find(|cut| {
                section.as_bytes()[cut + 2..]
                    .get(..name.len())
                    .is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            })
        {
            return Some((&section[..cut], from + cut));
        }
        Some((section, end.map_or(input.len(), |end| end + 3)))
    }

    fn next(&mut self, input: &str, at: usize, pattern: usize) -> Option<usize> {
        if let Some((from, found)) = self.known[pattern]
            && from <= at
            && at <= found
        {
            return (found < usize::MAX).then_some(found);
        }
        let found = input[at..].find(PATTERNS[pattern]).map_or(usize::MAX, |found| at + found);
        self.known[pattern] = Some((at, found));
        (found < usize::MAX).then_some(found)
    }
}
