//! A feed with a document type in, the feed with the entities that it declares written out.
//!
//! Only values that stand in the document itself are used. What they may add is bounded, so that entities made of
//! entities cannot fill the memory; past the bound a reference stays as it is.

use std::borrow::Cow;
use std::collections::HashMap;

/// Declarations come first; further in, `<!ENTITY` is somebody's text.
const SUBSET_WITHIN: usize = 65_536;
/// Of one entity, and how often entities may stand in each other.
const LONGEST: usize = 1_024;
const DEEPEST: usize = 4;

pub fn expand(source: &str) -> Cow<'_, str> {
    let mut within = source.len().min(SUBSET_WITHIN);
    while !source.is_char_boundary(within) {
        within -= 1;
    }
    let declared = source[..within].find("<!DOCTYPE").map_or("", |at| &source[at..within]);
    let values = values(declared);
    if values.is_empty() {
        return Cow::Borrowed(source);
    }
    Cow::Owned(written_out(source, &values, source.len() + SUBSET_WITHIN))
}

/// `<!ENTITY name "value">`; neither parameters nor what is to be fetched.
fn values(subset: &str) -> HashMap<&str, String> {
    let mut values = HashMap::new();
    for declaration in subset.split("<!ENTITY").skip(1) {
        let Some((name, rest)) = declaration.trim_start().split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some((value, _)) = rest[1..].split_once(quote) else { continue };
        if !name.is_empty() && value.len() <= LONGEST {
            values.entry(name).or_insert_with(|| value.to_owned());
        }
    }
    for _ in 0..DEEPEST {
        let known = values.clone();
        for value in values.values_mut().filter(|value| value.contains('&')) {
            *value = written_out(value, &known, LONGEST);
        }
    }
    values
}

fn written_out(text: &str, values: &HashMap<&str, String>, most: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // In character data a reference is text.
        if rest.starts_with("<![CDATA[") {
            let end = rest.find("]]>").unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let name =
            rest[1..].split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))).next();
        let value = name.filter(|name| rest.starts_with('&') && rest[1 + name.len()..].starts_with(';'));
        if let Some(name) = value
            && let Some(value) = values.get(name)
            && out.len() + value.len() + rest.len() <= most + text.len()
        {
            out.push_str(value);
            rest = &rest[name.len() + 2..];
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_written_out_within_bounds() {
        for (why, source, expected) in [
            (
                "one",
                "<!DOCTYPE rss [<!ENTITY corp \"岚栎\">]><a>&corp;科技 &nbsp;</a>",
                "<a>岚栎科技 &nbsp;</a>",
            ),
            ("one in another", "<!DOCTYPE rss [<!ENTITY a 'x&b;'><!ENTITY b 'y'>]><a>&a;</a>", "<a>xy</a>"),
            ("itself", "<!DOCTYPE rss [<!ENTITY a '&a;'>]><a>&a;</a>", "<a>&a;</a>"),
            ("character data", "<!DOCTYPE rss [<!ENTITY a 'x'>]><![CDATA[&a;]]>&a;", "<![CDATA[&a;]]>x"),
            ("to be fetched", "<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///x'>]><a>&a;</a>", "<a>&a;</a>"),
        ] {
            let expanded = expand(source);
            assert_eq!(expanded.split_once("]>").unwrap().1, expected, "{why}");
        }
        let mut bomb = String::from("<!DOCTYPE rss [<!ENTITY l0 \"lol\">");
        for n in 1..40 {
            bomb.push_str(&format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)));
        }
        bomb.push_str("]><rss>");
        bomb.push_str(&"&l39;".repeat(5_000));
        assert!(expand(&bomb).len() < bomb.len() * 2 + 70_000);
    }
}
