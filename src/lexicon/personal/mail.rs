//! Mail addresses, also where people write them so that robots do not find them.
//!
//! In comes the place of an `@`, of the `at` in `(at)` or ` at `, of a `#` or of 艾特; out goes the address around it.

use super::near::{Lean, Site, in_address};
use super::sign::{is_invisible, is_space};
use super::{EMAIL, Piece};
use std::ops::Range;

/// How long the parts of an address may be (RFC 5321), in characters.
const LOCAL: usize = 64;
const HOST: usize = 253;

/// How sure the sign in the middle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// `@`, `＠`, `(at)`, 艾特
    Plain,
    /// `#`: also begins a fragment or a topic.
    Hash,
    /// ` at `: also a word.
    Word,
}

/// The address around the sign that begins at `at`.
pub(super) fn around(text: &str, at: usize) -> Option<Piece> {
    let (core, sure) = core(text, at)?;
    let (left, right, sure) = widened(text, core.clone(), sure)?;
    let local = local(text, left)?;
    let (host, dotted) = Host::read(text, right)?;
    let name: String = text[local.clone()].chars().filter_map(plain).collect();
    let has_gap = text[local.end..host.start].chars().any(is_space);
    let site = Site { text, start: local.start, end: host.end };
    let spaced = has_gap && is_word(&name);
    let sound = match sure {
        Sure::Plain => !spaced && (dotted || host.is_plausible(text, &name, core.end)),
        Sure::Hash => {
            host.is_known() && name.len() > 1 && !in_address(&text[..local.start]) && !name.contains(".htm")
        }
        Sure::Word => {
            const YES: [&str; 10] =
                ["邮", "写信", "来信", "投稿", "发到", "发至", "请发", "mail", "contact", "联系"];
            let is_mailbox = name.contains(|c: char| c.is_ascii_digit() || "._+-".contains(c));
            !is_word(&name) && host.is_known() && (dotted || is_mailbox && site.lean(&YES, &[]) == Lean::Yes)
        }
    };
    if !sound || !host.is_whole(text) {
        return None;
    }
    let first = text[local.clone()].chars().next().map_or(0, char::len_utf8);
    let kept = if name.len() > 1 { first } else { 0 };
    Some(Piece {
        kind: EMAIL,
        start: local.start,
        end: host.end,
        hide: local.start + kept..local.end,
        value: format!("{name}@{}", host.labels.join(".")).to_ascii_lowercase(),
    })
}

/// Where the sign stands, without what is around it.
fn core(text: &str, at: usize) -> Option<(Range<usize>, Sure)> {
    let rest = &text[at..];
    let c = rest.chars().next()?;
    Some(match c {
        '@' | '＠' | '﹫' => (at..at + c.len_utf8(), Sure::Plain),
        '#' | '＃' => (at..at + c.len_utf8(), Sure::Hash),
        '艾' if rest.starts_with("艾特") => (at..at + "艾特".len(), Sure::Plain),
        'a' | 'A' | 'ａ' | 'Ａ' => {
            let second =
                rest[c.len_utf8()..].chars().next().filter(|c| matches!(c, 't' | 'T' | 'ｔ' | 'Ｔ'))?;
            (at..at + c.len_utf8() + second.len_utf8(), Sure::Word)
        }
        _ => return None,
    })
}

/// The end of what may be a local part and the start of what may be a host: brackets and spaces belong to the sign,
/// and brackets make it sure.
fn widened(text: &str, core: Range<usize>, mut sure: Sure) -> Option<(usize, usize, Sure)> {
    let quiet = |c: char| is_space(c) || is_invisible(c);
    let left = text[..core.start].trim_end_matches(is_invisible);
    let right = text[core.end..].trim_start_matches(is_invisible);
    let pair = match (left.chars().next_back(), right.chars().next()) {
        (Some(open), Some(close)) => matches!(
            (open, close),
            ('(', ')') | ('[', ']') | ('{', '}') | ('<', '>') | ('（', '）') | ('【', '】') | ('［', '］')
        )
        .then_some((open.len_utf8(), close.len_utf8())),
        _ => None,
    };
    let (mut before, mut after) = (left.len(), text.len() - right.len());
    if let Some((open, close)) = pair {
        (before, after) = (before - open, after + close);
        sure = Sure::Plain;
    } else if sure == Sure::Word {
        let apart = left.ends_with(is_space) && right.starts_with(is_space);
        if !apart {
            return None;
        }
    }
    // Two spaces on either side are none too many.
    let far = |part: &str, trimmed: usize| part.len() - trimmed <= 12;
    let (start, end) = (&text[..before], &text[after..]);
    let (trimmed_start, trimmed_end) = (start.trim_end_matches(quiet), end.trim_start_matches(quiet));
    let near = far(start, trimmed_start.len()) && far(end, trimmed_end.len());
    near.then_some((trimmed_start.len(), text.len() - trimmed_end.len(), sure))
}

/// An ASCII character of an address, or the full-width form of one.
fn plain(c: char) -> Option<char> {
    match c {
        '!'..='~' => Some(c),
        '！'..='～' => char::from_u32(c as u32 - 0xfee0),
        _ => None,
    }
}

fn local(text: &str, end: usize) -> Option<Range<usize>> {
    let mut start = end;
    for (at, c) in text[..end].char_indices().rev().take(LOCAL * 2) {
        let belongs = plain(c).is_some_and(|c| c.is_ascii_alphanumeric() || "._%+-".contains(c));
        if belongs {
            start = at;
        } else if !is_invisible(c) {
            break;
        }
    }
    let whole = &text[start..end];
    let trimmed =
        whole.trim_start_matches(|c| plain(c).is_some_and(|c| "._%+-".contains(c)) || is_invisible(c));
    let ends_well = !trimmed.trim_end_matches(is_invisible).ends_with(['.', '．']);
    (!trimmed.is_empty() && ends_well).then_some(end - trimmed.len()..end)
}

/// What stands after the sign.
struct Host {
    start: usize,
    end: usize,
    labels: Vec<String>,
}

impl Host {
    /// Labels and dots; whether a dot is written as a word.
    fn read(text: &str, start: usize) -> Option<(Self, bool)> {
        let mut host = Self { start, end: start, labels: Vec::new() };
        let (mut at, mut dotted) = (start, false);
        loop {
            let mut label = String::new();
            let mut end = at;
            for (offset, seen) in text[at..].char_indices() {
                match plain(seen).filter(|c| c.is_ascii_alphanumeric() || *c == '-') {
                    Some(c) => {
                        label.push(c);
                        end = at + offset + seen.len_utf8();
                    }
                    None if is_invisible(seen) && !label.is_empty() => {}
                    None => break,
                }
                if label.len() > HOST {
                    return None;
                }
            }
            let label = label.trim_end_matches('-');
            if label.is_empty() || label.starts_with('-') {
                break;
            }
            host.labels.push(label.to_owned());
            host.end = end;
            let Some((next, is_word)) = dot(text, end) else { break };
            if host.labels.len() > 10 {
                break;
            }
            dotted |=
                is_word && text[next..].starts_with(|c| plain(c).is_some_and(|c| c.is_ascii_alphanumeric()));
            at = next;
        }
        while text[host.start..host.end].ends_with('-') {
            host.end -= 1;
        }
        (host.labels.len() > 1).then_some((host, dotted))
    }

    /// `logo@2x.png` is a picture, `vue@3.2.1` a version, `git@code.example:lib` a place to fetch from.
    fn is_plausible(&self, text: &str, local: &str, sign_end: usize) -> bool {
        const FILES: [&str; 26] = [
            "png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js", "html", "htm", "ico", "bmp", "mp4",
            "pdf", "json", "ts", "tsx", "jsx", "vue", "scss", "less", "woff", "webm", "avif", "apk", "php",
        ];
        let Some(top) = self.labels.last() else { return false };
        let scaled =
            self.labels[0].strip_suffix(['x', 'X']).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let fetched = local == "git" && text[self.end..].starts_with(':');
        sign_end <= self.start
            && is_top(top)
            && !scaled
            && !fetched
            && !FILES.contains(&top.to_ascii_lowercase().as_str())
    }

    fn is_known(&self) -> bool {
        const TOPS: [&str; 40] = [
            "com", "cn", "net", "org", "edu", "gov", "mil", "int", "info", "io", "co", "me", "cc", "tv",
            "biz", "top", "xyz", "vip", "club", "site", "online", "tech", "app", "dev", "hk", "tw", "mo",
            "us", "uk", "jp", "de", "fr", "ru", "eu", "kr", "sg", "au", "ca", "example", "test",
        ];
        self.labels.last().is_some_and(|top| TOPS.contains(&top.to_ascii_lowercase().as_str()))
    }

    /// Two addresses in one are none.
    fn is_whole(&self, text: &str) -> bool {
        !text[self.end..].starts_with(['@', '＠']) && self.labels.last().is_some_and(|top| is_top(top))
    }
}

fn is_top(top: &str) -> bool {
    (2..=24).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Where a dot ends, and whether it is a word.
fn dot(text: &str, at: usize) -> Option<(usize, bool)> {
    let rest = text[at..].trim_start_matches(is_invisible);
    if let Some(c) = rest.chars().next().filter(|c| matches!(c, '.' | '．' | '。' | '｡')) {
        let after = rest[c.len_utf8()..].trim_start_matches(is_invisible);
        // A Chinese full stop ends a sentence, or stands for a dot between labels.
        let goes_on = after.starts_with(|c| plain(c).is_some_and(|c| c.is_ascii_alphanumeric()));
        return goes_on.then(|| (text.len() - after.len(), false));
    }
    let inner = rest.trim_start_matches(|c| is_space(c) || "([{<（【［_*".contains(c));
    let skipped = rest.len() - inner.len();
    let word = ["dot", "DOT", "Dot", "点", "點", "."].into_iter().find(|word| inner.starts_with(word))?;
    let after = inner[word.len()..].trim_start_matches(|c| is_space(c) || ")]}>）】］_*".contains(c));
    let is_han = word.len() == 3 && !word.is_ascii();
    let apart = skipped > 0 && inner.len() - word.len() > after.len();
    ((is_han || apart) && skipped <= 6).then(|| (text.len() - after.len(), true))
}

/// `meet us @ lanli.example` names a place.
fn is_word(name: &str) -> bool {
    const WORDS: [&str; 24] = [
        "us",
        "me",
        "it",
        "meet",
        "see",
        "find",
        "live",
        "here",
        "only",
        "now",
        "look",
        "is",
        "are",
        "was",
        "am",
        "be",
        "visit",
        "follow",
        "and",
        "or",
        "them",
        "him",
        "her",
        "available",
    ];
    WORDS.contains(&name.to_ascii_lowercase().as_str())
}
