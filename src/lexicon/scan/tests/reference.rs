//! The engine against a slow reference that anybody can read.
//!
//! Texts of a few characters, with terms planted in every strict disguise, are made at random; the reference folds
//! them character by character and looks for every term at every place. An ordinary run reads 10^7 characters. A long
//! one is asked for by their number: `TINGFENG_REFERENCE_CHARACTERS=100000000 cargo test --release reference`.

use crate::lexicon::Matcher;
use crate::lexicon::fold::{self, Class, INVISIBLE, SEPARATOR, SPECIAL, is_digit, is_han, is_letter};
use crate::lexicon::stream::is_combining;
use crate::model::{Term, Way};
use std::collections::HashMap;
use std::ops::Range;

const CHARACTERS: usize = 10_000_000;
const THREADS: u64 = 2;

/// Made of few characters, so that they overlap, nest and begin alike.
const TERMS: [&str; 40] = [
    "保本",
    "本息",
    "保本付息",
    "付息",
    "息保",
    "本保本",
    "付保付息",
    "财务",
    "财务造假",
    "務造",
    "造假",
    "假财",
    "爆雷",
    "雷保",
    "爆雷爆",
    "平成",
    "成本",
    "本金融",
    "金融",
    "融资",
    "质押",
    "押质",
    "质押质",
    "10亿",
    "1亿",
    "亿元",
    "604518",
    "A股",
    "IPO",
    "CEO失联",
    "联保",
    "付息息保",
    "本金金融",
    "发文机关",
    "机关",
    "关联保本",
    "ipo被否",
    "被否",
    "一二",
    "二一二",
];

/// What stands around the terms: their own characters, and some strangers.
const AROUND: &str = "保本付息财务造假爆雷平成金融资质押亿元股失联发文机关被否一二的了在是岚栎";

/// Small, fast and the same everywhere (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A character of a text as the reference sees it. One that folds to several is several pieces with the same place.
#[derive(Debug, Clone, Copy)]
struct Piece {
    class: Class,
    start: usize,
    end: usize,
}

/// Folds a text without separators character by character.
fn pieces(text: &str) -> Vec<Piece> {
    let table = fold::table();
    let mut pieces: Vec<Piece> = Vec::new();
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        match table.class(c) {
            // A mark belongs to the character before it, also where that is the last one of a word.
            INVISIBLE if is_combining(c) => {
                let before = pieces.last().map(|piece| piece.start);
                pieces
                    .iter_mut()
                    .rev()
                    .take_while(|piece| Some(piece.start) == before)
                    .for_each(|p| p.end = end);
            }
            INVISIBLE => {}
            SPECIAL => {
                let many = table.many(c).expect("the texts have no other special characters");
                pieces.extend(many.iter().map(|&class| Piece { class, start, end }));
            }
            class => pieces.push(Piece { class, start, end }),
        }
    }
    pieces
}

/// A run of equal pieces.
struct Run {
    class: Class,
    pieces: Range<usize>,
}

fn runs(pieces: &[Piece]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    for run in pieces.chunk_by(|a, b| a.class == b.class) {
        runs.push(Run { class: run[0].class, pieces: at..at + run.len() });
        at += run.len();
    }
    runs
}

/// A term as its characters and how often each is repeated.
struct Sought {
    text: &'static str,
    runs: Vec<(Class, usize)>,
}

fn sought(text: &'static str) -> Sought {
    let pieces = pieces(text);
    Sought { text, runs: runs(&pieces).into_iter().map(|run| (run.class, run.pieces.len())).collect() }
}

/// Where a term stands that begins with a run of the text.
fn found(text: &str, pieces: &[Piece], runs: &[Run], sought: &Sought) -> Option<(usize, usize)> {
    let runs = runs.get(..sought.runs.len())?;
    let pairs = || runs.iter().zip(&sought.runs);
    // Digits are never stretched.
    let enough = |run: &Run, count: usize| {
        run.pieces.len() == count || run.pieces.len() > count && !is_digit(run.class)
    };
    if !pairs().all(|(run, &(class, count))| run.class == class && enough(run, count)) {
        return None;
    }
    let longer: Vec<bool> = pairs().map(|(run, &(_, count))| run.pieces.len() > count).collect();
    // Stretched in the middle, throughout or to three and more it is a disguise; an end that comes twice belongs to what
    // stands beside.
    let far = pairs().any(|(run, &(class, count))| is_han(class) && run.pieces.len() > count + 1);
    let inner = longer[1..longer.len() - 1].iter().any(|&longer| longer);
    let disguise = far || inner || longer.iter().all(|&longer| longer);
    let (first, last) = (&runs[0].pieces, &runs[runs.len() - 1].pieces);
    let (from, until) = if as_it_is(text, pieces[first.start].start, sought.text) {
        (first.start, first.start + sought.runs.iter().map(|&(_, count)| count).sum::<usize>())
    } else if disguise {
        (first.start, last.end)
    } else {
        (first.end - sought.runs[0].1, last.start + sought.runs[sought.runs.len() - 1].1)
    };
    // A number or a word of letters that goes on is another one.
    let same_kind = |a: Class, b: Class| is_digit(a) && is_digit(b) || is_letter(a) && is_letter(b);
    let goes_on = |a: Option<&Piece>, b: &Piece| a.is_some_and(|a| same_kind(a.class, b.class));
    let before = from.checked_sub(1).map(|at| &pieces[at]);
    let stands = !goes_on(before, &pieces[from]) && !goes_on(pieces.get(until), &pieces[until - 1]);
    stands.then(|| (pieces[from].start, pieces[until - 1].end))
}

/// Whether the very term stands there, and its last character does not come twice more.
fn as_it_is(text: &str, start: usize, term: &str) -> bool {
    let Some(rest) = text[start..].strip_prefix(term) else { return false };
    let next: Vec<char> = rest.chars().take(2).collect();
    let last = term.chars().next_back().filter(|&c| !c.is_ascii());
    let twice_more = next.len() == 2 && next.iter().all(|&c| Some(c) == last);
    let marked = next.first().is_some_and(|c| MARKS.contains(c));
    !twice_more && !marked
}

/// Every term at every place, sorted as the engine sorts.
fn reference(text: &str, all: &[Sought], firsts: &HashMap<Class, Vec<usize>>) -> Vec<(usize, usize, u32)> {
    let pieces = pieces(text);
    let runs = runs(&pieces);
    let mut hits = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        for &term in firsts.get(&run.class).into_iter().flatten() {
            hits.extend(
                found(text, &pieces, &runs[at..], &all[term]).map(|(start, end)| (start, end, term as u32)),
            );
        }
    }
    hits.sort_unstable();
    hits.dedup();
    hits
}

/// Everything that folds to the same as each character of the terms, and what folds to several of them.
struct Disguises {
    ones: HashMap<Class, Vec<char>>,
    many: Vec<(char, Vec<Class>)>,
}

fn disguises(all: &[Sought]) -> Disguises {
    let table = fold::table();
    let mut ones: HashMap<Class, Vec<char>> =
        all.iter().flat_map(|sought| &sought.runs).map(|&(class, _)| (class, Vec::new())).collect();
    let mut many = Vec::new();
    // Stand-ins of characters beyond the first plane share the private use area.
    for c in ('\0'..=char::MAX).filter(|c| !matches!(c, '\u{e000}'..='\u{f8ff}')) {
        if let Some(list) = ones.get_mut(&table.class(c)) {
            list.push(c);
        } else if let Some(classes) = table.many(c) {
            many.push((c, classes.to_vec()));
        }
    }
    // A word or a number that begins inside a sign for several letters or digits is open (`open.rs`).
    let own = |class: &Class| is_letter(*class) || is_digit(*class);
    many.retain(|(_, classes)| {
        classes.iter().any(|class| ones.contains_key(class)) && !classes.iter().any(own)
    });
    Disguises { ones, many }
}

const UNSEEN: [char; 6] = ['\u{200b}', '\u{ad}', '\u{2060}', '\u{feff}', '\u{200d}', '\u{202e}'];
const MARKS: [char; 3] = ['\u{336}', '\u{301}', '\u{20dd}'];
/// Each may stand once between two characters of a word.
const SEPARATORS: [&str; 22] = [
    " ", "\u{3000}", "·", "*", ".", "-", "/", "|", "_", "~", "+", "^", "★", "😀", "👍🏽", "\n", "\r\n",
    "&nbsp;", "&middot;", "<b>", "（）", "\\u00b7",
];

/// What a text is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    /// No character beside its like.
    Single,
    /// Characters are repeated.
    Runs,
    /// Signs stand inside the terms.
    Separated,
}

struct Maker<'a> {
    dice: Dice,
    disguises: &'a Disguises,
    around: Vec<Class>,
    all: &'a [Sought],
    text: String,
    last: Class,
}

impl Maker<'_> {
    /// A text of some characters; the places of planted terms.
    fn make(&mut self, style: Style, characters: usize) -> Vec<(usize, usize, u32)> {
        let mut planted = Vec::new();
        self.text.clear();
        self.last = INVISIBLE;
        while self.text.len() < 3 * characters {
            for _ in 0..2 + self.dice.below(12) {
                let class = self.dice.pick(&self.around);
                self.push(class, style);
            }
            if style != Style::Separated && self.dice.one_in(4) {
                let (c, classes) = &self.disguises.many[self.dice.below(self.disguises.many.len())];
                // Beside its own first character it is open (`open.rs`).
                if self.last != classes[0] && classes.windows(2).all(|two| two[0] != two[1]) {
                    self.text.push(*c);
                    self.last = classes[classes.len() - 1];
                }
            }
            planted.extend(self.plant(style));
        }
        planted
    }

    fn push(&mut self, class: Class, style: Style) {
        // A stretched letter at the end of a word is open (`open.rs`).
        if class == self.last && (style != Style::Runs || is_letter(class)) {
            return;
        }
        let times = if style == Style::Runs && !is_letter(class) && self.dice.one_in(6) { 2 } else { 1 };
        for _ in 0..times {
            let like = &self.disguises.ones[&class];
            let plain = self.dice.one_in(3).then(|| char::from_u32(u32::from(class))).flatten();
            self.text.push(plain.unwrap_or_else(|| self.dice.pick(like)));
            if self.dice.one_in(12) {
                self.text.push(self.dice.pick(&MARKS));
            }
            if style != Style::Separated && self.dice.one_in(8) {
                self.text.push(self.dice.pick(&UNSEEN));
            }
        }
        self.last = class;
    }

    /// One term, with strangers on both sides where its borders matter.
    fn plant(&mut self, style: Style) -> Option<(usize, usize, u32)> {
        let term = self.dice.below(self.all.len());
        let separator = self.dice.pick(&SEPARATORS);
        let own = |class| is_letter(class) || is_digit(class);
        let sought = &self.all[term];
        if style == Style::Separated {
            // Letters and digits have rules of their own about what may stand between them.
            if sought.runs.iter().any(|&(class, count)| own(class) || count > 1) {
                return None;
            }
            self.push('的' as Class, style);
        }
        let start = self.text.len();
        for (index, &(class, count)) in sought.runs.iter().enumerate() {
            if index > 0 && style == Style::Separated && self.dice.one_in(2) {
                self.text.push_str(separator);
                // Equal ones with a sign between are two.
                self.last = SEPARATOR;
            }
            for _ in 0..count {
                self.push(class, if count > 1 { Style::Runs } else { style });
            }
        }
        let end = self.text.len();
        self.push(if style == Style::Separated { '在' } else { '是' } as Class, style);
        (style == Style::Separated).then_some((start, end, term as u32))
    }
}

fn strict(text: &str) -> Term {
    Term { loose: Some(false), ..Term::new(text, "", 3) }
}

/// Reads about that many characters with dice of this number; returns how many hits were compared.
fn run(number: u64, characters: usize) -> usize {
    let matcher = Matcher::without_borders(TERMS.map(strict).to_vec()).expect("the terms are in order");
    let all: Vec<Sought> = TERMS.iter().map(|term| sought(term)).collect();
    let mut firsts: HashMap<Class, Vec<usize>> = HashMap::new();
    for (term, sought) in all.iter().enumerate() {
        firsts.entry(sought.runs[0].0).or_default().push(term);
    }
    let mut disguises = disguises(&all);
    let around: Vec<Class> = AROUND.chars().map(|c| fold::table().class(c)).collect();
    for &class in &around {
        let plain = char::from_u32(u32::from(class)).expect("Chinese characters");
        disguises.ones.entry(class).or_insert_with(|| vec![plain]);
    }
    let mut maker = Maker {
        dice: Dice(number),
        disguises: &disguises,
        around,
        all: &all,
        text: String::new(),
        last: INVISIBLE,
    };
    let (mut read, mut compared) = (0, 0);
    let mut hits = Vec::new();
    while read < characters {
        let style = [Style::Single, Style::Runs, Style::Separated][maker.dice.below(3)];
        let length = 20 + maker.dice.below(300);
        let planted = maker.make(style, length);
        matcher.scan_into(&maker.text, &mut hits);
        let got: Vec<(usize, usize, u32)> = hits.iter().map(|hit| (hit.start, hit.end, hit.term)).collect();
        if style == Style::Separated {
            for place in &planted {
                assert!(
                    got.contains(place),
                    "{place:?}, {:?}, is not found in {:?}",
                    TERMS[place.2 as usize],
                    maker.text
                );
            }
            compared += planted.len();
        } else {
            let expected = reference(&maker.text, &all, &firsts);
            assert_eq!(got, expected, "{style:?}: {:?}", maker.text);
            compared += expected.len();
        }
        assert!(hits.iter().all(|hit| hit.way <= Way::Repeated), "a strict way in {:?}", maker.text);
        read += maker.text.chars().count();
    }
    compared
}

#[test]
fn hits_of_folded_text_equal_a_naive_reference() {
    let wanted = std::env::var("TINGFENG_REFERENCE_CHARACTERS").ok().and_then(|number| number.parse().ok());
    let characters = wanted.unwrap_or(CHARACTERS);
    let compared: usize = std::thread::scope(|threads| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| threads.spawn(move || run(number, characters / THREADS as usize)))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("every hit is the same")).sum()
    });
    assert!(compared * 100 > characters, "only {compared} hits in {characters} characters were compared");
    println!("{compared} hits in {characters} characters are the same");
}
