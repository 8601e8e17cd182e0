//! Whether a word may run on across what stands between its characters.
//!
//! Inside a sentence a disguised word does; a paragraph, the end of a sentence, an enumeration or a row of labels ends
//! it. The rules look at form alone; whether the word is likely there is asked elsewhere.

use super::fold::{self, is_digit, is_letter};
use super::stream::{Kind, token};
use super::walk::{Gap, Item};

/// Longer gaps hold something of their own.
const WIDEST: usize = 40;

/// Whether all gaps of a found word may be crossed.
pub fn holds(text: &str, items: &[Item]) -> bool {
    let gaps: Vec<&Item> = items.iter().skip(1).filter(|item| item.gap.is_seen()).collect();
    if gaps.iter().any(|item| breaks(text, &item.gap)) {
        return false;
    }
    let shape = |gap: &Gap| squeezed(&text[gap.start..gap.end]);
    let first = shape(&gaps[0].gap);
    let uniform = gaps.len() + 1 == items.len() && gaps.iter().all(|item| shape(&item.gap) == first);
    // One sign alone after a character, then a blank: the end of an abbreviation or a sentence.
    if !uniform && gaps.iter().any(|item| ends_sentence(&text[item.gap.start..item.gap.end])) {
        return false;
    }
    let (start, end) = (items[0].start, items[items.len() - 1].end);
    if !uniform && gaps.iter().any(|item| is_listed(text, start, end, &shape(&item.gap))) {
        return false;
    }
    latin(items, uniform)
}

/// What ends a sentence or a paragraph.
fn breaks(text: &str, gap: &Gap) -> bool {
    let between = &text[gap.start..gap.end];
    gap.newlines > 0 && (lines(between) > 1 || gap.signs > 0 || gap.emoji > 0)
        || between.chars().filter(|&c| !is_hidden(c)).count() > WIDEST && gap.markup == 0
        || between.trim() == "——"
}

/// Line ends; a carriage return and a line feed are one.
fn lines(between: &str) -> usize {
    between.replace("\r\n", "\n").chars().filter(|&c| fold::between(c) == Kind::Newline).count()
}

fn is_hidden(c: char) -> bool {
    fold::table().class(c) == fold::INVISIBLE
}

/// As a reader sees a gap: blanks are one blank.
fn squeezed(between: &str) -> String {
    let mut seen = String::new();
    for c in between.chars().filter(|&c| !is_hidden(c)) {
        let blank = matches!(fold::table().plain_class(c), fold::SEPARATOR)
            && matches!(fold::between(c), Kind::Space | Kind::Newline);
        match blank {
            true if seen.ends_with(' ') => {}
            true => seen.push(' '),
            false => seen.push(c),
        }
    }
    seen
}

fn ends_sentence(between: &str) -> bool {
    let mut chars = between.chars();
    chars.next() == Some('.') && between[1..].chars().all(char::is_whitespace) && between.len() > 1
}

/// Whether the same sign also parts the word from its neighbours: `首页 | 食品 | 安全 | 家居`.
fn is_listed(text: &str, start: usize, end: usize, sign: &str) -> bool {
    before(text, start) == sign && !sign.is_empty() || after(text, end) == sign && !sign.is_empty()
}

/// Whether the sign between the characters of a word goes on beyond both its ends: `歌 谣 言 语`.
pub fn is_row(text: &str, items: &[Item]) -> bool {
    let gap = &items[items.len() - 1].gap;
    let sign = squeezed(&text[gap.start..gap.end]);
    let (start, end) = (items[0].start, items[items.len() - 1].end);
    !sign.is_empty() && before(text, start) == sign && after(text, end) == sign
}

/// The signs right before a place, as a reader sees them.
fn before(text: &str, start: usize) -> String {
    let signs = |c: &char| matches!(fold::table().plain_class(*c), fold::SEPARATOR | fold::INVISIBLE);
    let begin = text[..start].char_indices().rev().take(8).take_while(|(_, c)| signs(c)).last();
    squeezed(&text[begin.map_or(start, |(at, _)| at)..start])
}

fn after(text: &str, end: usize) -> String {
    let signs = |c: &char| matches!(fold::table().plain_class(*c), fold::SEPARATOR | fold::INVISIBLE);
    squeezed(&text[end..].chars().take(8).take_while(signs).collect::<String>())
}

/// Latin letters and digits are words of their own, so that signs between them need one sign throughout.
fn latin(items: &[Item], uniform: bool) -> bool {
    let own = |item: &Item| is_letter(item.class) || is_digit(item.class);
    let between = || items.windows(2).filter(|two| own(&two[0]) && own(&two[1])).map(|two| &two[1].gap);
    let parted = between().filter(|gap| gap.is_seen()).count();
    if parted == 0 || between().all(|gap| gap.spaces + gap.signs == 0 || gap.newlines > 0) {
        return true;
    }
    let all = parted == between().count();
    all && uniform && items.len() > 2
}

/// For a term with blanks: whether there are gaps where it has them. Between Han characters they may be left out.
pub fn same_blanks(text: &str, items: &[Item], blanks: u64) -> bool {
    let own = |item: &Item| is_letter(item.class) || is_digit(item.class);
    let mut at = usize::from(items[0].run);
    items.windows(2).all(|two| {
        let (gap, wanted) = (&two[1].gap, at < 64 && blanks >> at & 1 == 1);
        at += usize::from(two[1].run);
        match (gap.is_seen(), wanted) {
            (true, true) => {
                let between = &text[gap.start..gap.end];
                gap.emoji == 0
                    && !breaks(text, gap)
                    && !ends_sentence(between)
                    && !between.contains(['—', '|'])
            }
            (false, true) => !(own(&two[0]) && own(&two[1])),
            (seen, false) => !seen,
        }
    })
}

/// Whether a reader sees at a place in the text exactly the signs that the term itself has there.
pub fn same_signs(text: &str, items: &[Item], term: &str) -> Option<usize> {
    let table = fold::table();
    let (mut at, mut wanted) = (items[0].start, 0);
    loop {
        // White space and what nobody sees do not count on either side.
        let want = loop {
            let next =
                term.get(wanted..).filter(|rest| !rest.is_empty()).map(|_| token(table, term, wanted, 0));
            match next {
                Some(token) if matches!(token.kind, Kind::Space | Kind::Newline | Kind::Invisible) => {
                    wanted = token.end;
                }
                next => break next,
            }
        };
        let Some(want) = want else { return Some(at) };
        let have = loop {
            if at >= text.len() {
                return None;
            }
            let token = token(table, text, at, 0);
            match token.kind {
                Kind::Space | Kind::Newline if lines(&text[at..token.end]) < 2 => at = token.end,
                Kind::Invisible | Kind::Combining | Kind::Markup => at = token.end,
                _ => break token,
            }
        };
        let same = match (want.kind, have.kind) {
            (Kind::Character, Kind::Character) => want.classes() == have.classes(),
            (want_kind, have_kind) => want_kind == have_kind && sign(term, wanted) == sign(text, at),
        };
        if !same {
            return None;
        }
        (wanted, at) = (want.end, have.end);
    }
}

/// A sign without its width.
fn sign(text: &str, at: usize) -> Option<char> {
    let c = text[at..].chars().next()?;
    match c as u32 {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0),
        _ => Some(c),
    }
}
