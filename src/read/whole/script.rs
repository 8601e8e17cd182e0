//! What inline scripts put into a page and where they lead, read as text: nothing is run.

use std::borrow::Cow;
use url::Url;

/// Longer scripts are programs, not injections of a line or two.
const LONGEST: usize = 20_000;

/// The page with scripts that only write strings replaced by what they write: a hidden block that a script opens
/// before its links and another closes behind them is a block again.
pub(super) fn written(html: &str) -> Cow<'_, str> {
    if !html.contains("document.write") {
        return Cow::Borrowed(html);
    }
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len());
    let mut done = 0;
    while let Some(start) = lower[done..].find("<script").map(|at| done + at) {
        let Some(open) = lower[start..].find('>').map(|at| start + at + 1) else { break };
        let Some(close) = lower[open..].find("</script").map(|at| open + at) else { break };
        let end = lower[close..].find('>').map_or(html.len(), |at| close + at + 1);
        out.push_str(&html[done..start]);
        match literals(&html[open..close]) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&html[start..end]),
        }
        done = end;
    }
    out.push_str(&html[done..]);
    Cow::Owned(out)
}

/// The strings that `document.write` is given, where it is given nothing else.
fn literals(script: &str) -> Option<String> {
    if script.len() > LONGEST {
        return None;
    }
    let mut out = String::new();
    let mut rest = script;
    while let Some(at) = rest.find("document.write") {
        rest = rest[at + "document.write".len()..].trim_start_matches("ln").trim_start();
        rest = rest.strip_prefix('(')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (text, after) = string(&rest[1..], quote)?;
        out.push_str(&text);
        rest = after.trim_start().strip_prefix(')')?;
    }
    (!out.is_empty()).then_some(out)
}

/// A string up to its closing quote, escapes undone, and what comes after it.
fn string(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' | 'r' | 't' => out.push(' '),
                'x' => out.push(code(&mut chars, 2)?),
                'u' => out.push(code(&mut chars, 4)?),
                other => out.push(other),
            },
            c if c == quote => return Some((out, &text[at + c.len_utf8()..])),
            c => out.push(c),
        }
    }
    None
}

fn code(chars: &mut std::str::CharIndices<'_>, digits: usize) -> Option<char> {
    let mut value = 0;
    for _ in 0..digits {
        value = value * 16 + chars.next()?.1.to_digit(16)?;
    }
    char::from_u32(value)
}

/// Web addresses that stand in a script between quotes, at most so many.
pub(super) fn addresses(script: &str, most: usize) -> Vec<Url> {
    let mut found = Vec::new();
    let script = script.replace("\\/", "/");
    let mut rest = script.as_str();
    while let Some(at) = rest.find("//") {
        let before = &rest[..at];
        let secure = before.ends_with("https:") || before.ends_with("http:");
        let quoted = before.ends_with(['"', '\'']);
        let after = &rest[at + 2..];
        rest = after;
        if !(secure || quoted) {
            continue;
        }
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || "-._~:/?#@!$&()*+,;=%".contains(c)));
        let end = end.unwrap_or(after.len()).min(2_000);
        if let Ok(url) = Url::parse(&format!("https://{}", &after[..end]))
            && url.host_str().is_some_and(|host| host.contains('.') && !host.ends_with('.'))
        {
            found.push(url);
            if found.len() >= most {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_writes_is_what_it_writes() {
        for (why, html, expected) in [
            (
                "a block opened and closed by scripts",
                r#"a<script>document.write("<div style='display:none'>");</script>b<SCRIPT>document.writeln('<\/div>')</SCRIPT>c"#,
                "a<div style='display:none'>b</div>c",
            ),
            ("escapes", r"<script>document.write('\u535a\x41\'')</script>", "博A'"),
            (
                "a script that writes what it computed stays a script",
                "<script>document.write('a' + b)</script>",
                "<script>document.write('a' + b)</script>",
            ),
            ("never closed", "x<script>document.write('a')", "x<script>document.write('a')"),
            ("no script at all", "document.write is a function", "document.write is a function"),
        ] {
            assert_eq!(written(html), expected, "{why}");
        }
    }

    #[test]
    fn addresses_in_scripts() {
        let found = |script: &str| {
            addresses(script, 9).iter().map(|url| url.host_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for (why, script, expected) in [
            ("a tracker's line", r#"hm.src = "https://hm.count.example/hm.js?1";"#, vec!["hm.count.example"]),
            ("without a scheme", "s.src='//x.bet.example/a.js'", vec!["x.bet.example"]),
            ("slashes escaped", r#"{"u":"https:\/\/api.lanli.example\/v1"}"#, vec!["api.lanli.example"]),
            ("a comment is no address", "// see lanli.example", vec![]),
            ("a path is none either", "var a = b//c", vec![]),
        ] {
            assert_eq!(found(script), expected, "{why}");
        }
    }
}
