//! Markup in, its tags one by one out, cut as the HTML standard's tokenizer cuts them.
//!
//! `None` throughout: the page ends inside of what was asked for.

/// Behind a comment that begins here.
pub(super) fn comment(html: &str, from: usize) -> Option<usize> {
    let inner = &html[from + 4..];
    if inner.starts_with('>') || inner.starts_with("->") {
        return Some(from + 4 + inner.find('>')? + 1);
    }
    let plain = inner.find("-->").map(|end| end + 3);
    // The other way to end one, if it comes first.
    let odd = inner[..plain.unwrap_or(inner.len())].find("--!>").map(|end| end + 4);
    Some(from + 4 + odd.or(plain)?)
}

pub(super) struct Tag {
    pub end: usize,
    pub closes_itself: bool,
}

/// As it is written.
pub(super) struct Attribute<'h> {
    pub name: &'h str,
    pub value: &'h str,
}

/// For who wants the tag alone.
#[expect(clippy::unnecessary_wraps, reason = "what `tag` asks for")]
pub(super) fn unasked(_: Attribute<'_>) -> Option<()> {
    Some(())
}

/// Reads a tag from its name to behind its `>`.
///
/// `each` meets the attributes that have a value; its `None` is passed on.
pub(super) fn tag<'h>(
    html: &'h str,
    from: usize,
    mut each: impl FnMut(Attribute<'h>) -> Option<()>,
) -> Option<(&'h str, Tag)> {
    let bytes = html.as_bytes();
    let is_space = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
    let until = |from: usize, stop: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|b| stop(*b)).map(|length| from + length)
    };
    let mut at = until(from, &|b| is_space(b) || matches!(b, b'/' | b'>'))?;
    let name = &html[from..at];
    loop {
        at = until(at, &|b| !is_space(b) && b != b'/')?;
        if bytes[at] == b'>' {
            return Some((name, Tag { end: at + 1, closes_itself: bytes[at - 1] == b'/' }));
        }
        // A first `=` belongs to the name.
        let begin = at;
        at = until(at + 1, &|b| is_space(b) || matches!(b, b'/' | b'>' | b'='))?;
        let attribute = &html[begin..at];
        let behind = until(at, &|b| !is_space(b))?;
        if bytes[behind] != b'=' {
            continue;
        }
        at = until(behind + 1, &|b| !is_space(b))?;
        if let quote @ (b'"' | b'\'') = bytes[at] {
            let close = at + 1 + html[at + 1..].find(quote as char)?;
            each(Attribute { name: attribute, value: &html[at + 1..close] })?;
            at = close + 1;
        } else {
            let close = until(at, &|b| is_space(b) || b == b'>')?;
            each(Attribute { name: attribute, value: &html[at..close] })?;
            at = close;
            // `<a href=x/>`: the slash belongs to the value.
            if bytes[at] == b'>' {
                return Some((name, Tag { end: at + 1, closes_itself: false }));
            }
        }
    }
}

/// Behind the end of an element whose content is no markup.
pub(super) fn raw(html: &str, name: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += html[at..].find("</")? + 2;
        let behind = html.as_bytes().get(at + name.len())?;
        let ends = html.as_bytes()[at..].get(..name.len())?.eq_ignore_ascii_case(name.as_bytes());
        if ends && matches!(behind, b' ' | b'\t' | b'\n' | b'\r' | 0x0c | b'/' | b'>') {
            break;
        }
    }
    // A script in a comment in a script may hide the end.
    let inner = &html[from..at];
    if name.eq_ignore_ascii_case("script")
        && inner.find("<!--").is_some_and(|at| inner[at..].to_ascii_lowercase().contains("<script"))
    {
        return None;
    }
    tag(html, at, unasked).map(|(_, tag)| tag.end)
}
