//! A text as a reader takes it: script, width and look-alikes folded, what nobody sees left out, spaces and signs
//! between single Han characters closed up. For words that are looked for beside the terms, such as 不属实.

use super::fold::{self, Class, INVISIBLE};
use super::stream::{Kind, Token, token};
use std::borrow::Cow;

/// A folded text that knows where its pieces stood.
#[derive(Debug, Clone)]
pub struct Plain<'a> {
    text: Cow<'a, str>,
    /// Where a piece begins in the original and here; empty where nothing was changed.
    pieces: Vec<(usize, usize)>,
}

/// Punctuation that stays as it is, because clauses end with it.
const KEPT: &str = "，。、；：！？“”‘’「」『』《》…,;:!?";

/// Folds a text for reading.
pub fn fold_text(text: &str) -> Plain<'_> {
    let table = fold::table();
    if text.chars().all(|c| u32::from(table.class(c)) == u32::from(c) || KEPT.contains(c)) {
        return Plain { text: Cow::Borrowed(text), pieces: Vec::new() };
    }
    let mut out = Plain { text: Cow::Owned(String::with_capacity(text.len())), pieces: Vec::new() };
    let pieces = pieces(table, text);
    for piece in &pieces {
        out.pieces.push((piece.start, out.text.len()));
        let here = &text[piece.start..piece.token.end];
        let folded = out.text.to_mut();
        match piece.token.kind {
            Kind::Invisible | Kind::Combining | Kind::Reading | Kind::Markup => {}
            _ if piece.is_closed => {}
            Kind::Character if !KEPT.contains(here) => match characters(piece.token.classes()) {
                Some(characters) => folded.extend(characters),
                None => folded.push_str(here),
            },
            _ => folded.push_str(here),
        }
    }
    out
}

struct Piece {
    start: usize,
    token: Token,
    /// A gap that is left out.
    is_closed: bool,
}

impl Piece {
    fn is_han(&self) -> bool {
        self.token.kind == Kind::Character
            && self.token.classes().first().is_some_and(|&class| fold::is_han(class))
    }

    fn is_seen(&self) -> bool {
        !matches!(self.token.kind, Kind::Invisible | Kind::Combining)
    }

    /// A space or a sign that ends no clause.
    fn is_gap(&self, text: &str) -> bool {
        matches!(self.token.kind, Kind::Space | Kind::Sign)
            && !KEPT.contains(&text[self.start..self.token.end])
    }
}

fn pieces(table: &fold::Fold, text: &str) -> Vec<Piece> {
    let (mut all, mut at, mut last) = (Vec::with_capacity(text.len() / 3), 0, INVISIBLE);
    while at < text.len() {
        let token = token(table, text, at, last);
        last = token.classes().last().copied().unwrap_or(last);
        all.push(Piece { start: at, token, is_closed: false });
        at = token.end;
    }
    close(&mut all, text);
    all
}

/// Closes gaps between two Han characters of which one stands alone: `不 属 实`, and not `岚栎科技 否认`.
fn close(pieces: &mut [Piece], text: &str) {
    let mut seen: Vec<&mut Piece> = pieces.iter_mut().filter(|piece| piece.is_seen()).collect();
    let mut at = 0;
    while at < seen.len() {
        let end = at + seen[at..].iter().take_while(|piece| piece.is_gap(text)).count();
        let is_han = |index: Option<usize>| {
            index.and_then(|index| seen.get(index)).is_some_and(|piece| piece.is_han())
        };
        let parts = is_han(at.checked_sub(1)) && is_han(Some(end));
        if parts && !(is_han(at.checked_sub(2)) && is_han(Some(end + 1))) {
            seen[at..end].iter_mut().for_each(|gap| gap.is_closed = true);
        }
        at = end + 1;
    }
}

/// `None`: a stand-in for a character beyond the BMP.
fn characters(classes: &[Class]) -> Option<impl Iterator<Item = char>> {
    let known = classes.iter().all(|class| !(0xe000..0xf900).contains(class));
    known.then(|| classes.iter().filter_map(|&class| char::from_u32(class.into())))
}

impl Plain<'_> {
    /// Where a place of the original is here, in bytes.
    pub fn at(&self, original: usize) -> usize {
        if self.pieces.is_empty() {
            return original.min(self.text.len());
        }
        let next = self.pieces.partition_point(|&(start, _)| start < original);
        self.pieces.get(next).map_or(self.text.len(), |&(_, here)| here)
    }
}

impl std::ops::Deref for Plain<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_through_script_width_and_gaps() {
        for (why, text, expected) in [
            ("plain text stays", "岚栎科技未被立案调查。", "岚栎科技未被立案调查。"),
            ("traditional characters", "未被立案調查，不屬實", "未被立案调查，不属实"),
            ("spaced out", "此事 不 屬 實。", "此事不属实。"),
            ("signs between", "辟·谣", "辟谣"),
            ("words keep their space", "岚栎科技 否认传闻", "岚栎科技 否认传闻"),
            ("clauses keep their commas", "未，被，立案", "未，被，立案"),
            ("nothing unseen", "未\u{200b}被", "未被"),
            ("letters and digits of another width", "ＳＨ６０４５１８", "sh604518"),
            ("beyond the BMP", "𠮷不屬實", "𠮷不属实"),
            ("lines stay", "不\n实", "不\n实"),
        ] {
            assert_eq!(&*fold_text(text), expected, "{why}");
        }
    }

    #[test]
    fn places_are_carried_over() {
        let text = "傳 闻 不 屬 實，立案調查";
        let plain = fold_text(text);
        let at = text.find("立").unwrap();
        assert_eq!(&plain[plain.at(at)..plain.at(text.len())], "立案调查");
        let plain = fold_text("立案");
        assert_eq!((plain.at(3), plain.at(9)), (3, 6));
    }

    proptest::proptest! {
        #[test]
        fn any_place_of_any_text_is_one_here(text in r"[\PC]{0,40}|[不 属·實\n，（a）&;#x\u{200b}😀]{0,40}") {
            let plain = fold_text(&text);
            let places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let mut last = 0;
            for here in places.map(|at| plain.at(at)) {
                proptest::prop_assert!(plain.is_char_boundary(here) && here >= last);
                last = here;
            }
        }
    }
}
