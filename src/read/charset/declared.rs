//! A header and the beginning of a body in, the encodings that they name out, in the order in which they count.

use crate::read::tag::{Ends, Tag};
use encoding_rs::{Encoding, GB18030, GBK, REPLACEMENT, UTF_16BE, UTF_16LE};

/// Declarations stand in the head; this is beyond any sensible one.
const HEAD: usize = 16_384;

/// What the header says, then the XML declaration and the `<meta>` tags.
pub fn declared(bytes: &[u8], content_type: Option<&str>) -> Vec<&'static Encoding> {
    let mut found: Vec<&'static Encoding> = Vec::new();
    let mut add = |name: Option<&str>| {
        // Who reads "utf-16" in ASCII is lied to; real UTF-16 is known by its bytes.
        let encoding =
            name.and_then(label).filter(|encoding| ![UTF_16LE, UTF_16BE, REPLACEMENT].contains(encoding));
        if let Some(encoding) = encoding.filter(|encoding| !found.contains(encoding)) {
            found.push(encoding);
        }
    };
    add(content_type.map(str::to_ascii_lowercase).as_deref().and_then(charset_in));
    for name in in_head(bytes) {
        add(Some(&name));
    }
    found
}

/// The encoding of a label; gb2312 and gbk are read as their superset.
pub fn label(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(name.trim().as_bytes())?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// Whether the seven-bit packing of GB2312 is named, which the standard of the web no longer knows.
pub fn says_hz(bytes: &[u8], content_type: Option<&str>) -> bool {
    let is_hz = |name: &str| name.trim().eq_ignore_ascii_case("hz-gb-2312");
    content_type.map(str::to_ascii_lowercase).as_deref().and_then(charset_in).is_some_and(is_hz)
        || in_head(bytes).iter().any(|name| is_hz(name))
}

/// Names in tags that count: not in comments, nor in the text of scripts.
fn in_head(bytes: &[u8]) -> Vec<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let (mut names, mut ends, mut at) = (Vec::new(), Ends::default(), 0);
    while let Some(next) = head[at..].find('<') {
        at += next;
        let rest = &head[at..];
        if rest.starts_with("<?xml") {
            let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
            names.extend(value_after(tag, "encoding").map(str::to_owned));
        }
        if let Some(behind) = ends.behind(&head, at, || None) {
            at = behind;
            continue;
        }
        let Some(tag) = Tag::parse(rest) else {
            at += 1;
            continue;
        };
        at += tag.length;
        match tag.name {
            "meta" => names.extend(of_meta(&tag)),
            "script" | "style" | "textarea" if !tag.closing => {
                let end = format!("</{}", tag.name);
                at += head[at..].find(&end).unwrap_or(0);
            }
            _ => {}
        }
    }
    names
}

/// `<meta charset=...>`, `<meta http-equiv=content-type content="text/html; charset=...">`, and what people make of it.
fn of_meta(tag: &Tag) -> Option<String> {
    if let Some(name) = tag.attr("charset") {
        return Some(name.into_owned());
    }
    let content = tag.attr("content")?;
    let kind = tag.attr("http-equiv").or_else(|| tag.attr("name")).unwrap_or_default();
    match kind.trim() {
        "charset" => Some(content.into_owned()),
        "content-type" | "" => charset_in(&content).map(str::to_owned),
        _ => None,
    }
}

fn charset_in(text: &str) -> Option<&str> {
    value_after(text, "charset")
}

/// The value in `name = "value"`, quoted or not.
fn value_after<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let rest = &text[text.find(name)? + name.len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    rest.split(['"', '\'', ';', '>', ' ', '\t', '\r', '\n', '/', ','])
        .next()
        .filter(|value| !value.is_empty())
}
