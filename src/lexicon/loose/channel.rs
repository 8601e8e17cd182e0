//! The noisy channel: is the term, disguised, a likelier reading of a place than what is written there?
//!
//! On one side stands the best way to cut the place, as written, into words; on the other what is left of the term,
//! the term as one piece, and what is right of it, less a price for every changed character. Hard rules come first:
//! they say what no likelihood outweighs.

use super::Sought;
use super::pinyin::{Run, Syllable};
use super::tables::{Likeness, tables};
use crate::lexicon::borders::{self, AROUND};
use crate::lexicon::fold::{self, Class, is_digit, is_han, is_letter};
use crate::lexicon::readings;
use crate::lexicon::stream::{self, Kind, Mark, Stream};
use crate::lexicon::words::Words;
use crate::model::Way;

/// What stands for one character of a term.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cell {
    pub start: usize,
    /// Where its last item begins; its end is asked of the text only for what is found.
    last: usize,
    written: [Class; 3],
    len: u8,
    pub syllable: u16,
    sign: bool,
    /// Of the run of letters this syllable belongs to: its words and letters, and whether it is doubtful.
    run: Option<RunFacts>,
    /// Where a syllable or a sign ends.
    end: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct RunFacts {
    start: usize,
    end: usize,
    letters: u8,
    words: u8,
    named: bool,
    english: bool,
    marked: bool,
}

impl RunFacts {
    /// ln P of a run of letters as what it is written as: a name, an English word, or one that nobody knows.
    fn price(&self, characters: usize) -> f32 {
        let strange = if self.marked { -12.0 } else { -6.0 } - 2.5 * f32::from(self.letters);
        match (self.named, self.english) {
            (_, true) if self.words == 1 => -9.0,
            (true, _) if characters == 2 => strange.max(-13.0),
            _ => strange,
        }
    }
}

impl Cell {
    pub fn of_item(stream: &Stream, item: usize) -> Self {
        let start = stream.places()[item] as usize;
        Self { start, last: start, written: [stream.classes()[item], 0, 0], len: 1, ..Self::default() }
    }

    pub fn of_parts(stream: &Stream, item: usize, parts: usize) -> Self {
        let mut cell = Self::of_item(stream, item);
        let parts = parts.min(3);
        cell.written[..parts].copy_from_slice(&stream.classes()[item..item + parts]);
        cell.len = parts as u8;
        cell.last = stream.places()[item + parts - 1] as usize;
        cell
    }

    pub fn of_syllable(syllable: &Syllable, run: &Run) -> Self {
        let facts = RunFacts {
            start: run.start,
            end: run.end,
            letters: run.letters as u8,
            words: run.words as u8,
            named: run.named,
            english: run.english,
            marked: run.marked,
        };
        Self {
            start: syllable.start,
            last: syllable.start,
            end: syllable.end,
            syllable: syllable.number,
            run: Some(facts),
            ..Self::default()
        }
    }

    pub fn of_sign(mark: &Mark) -> Self {
        Self {
            start: mark.start as usize,
            last: mark.start as usize,
            end: mark.end as usize,
            sign: true,
            ..Self::default()
        }
    }

    /// The one class that is written; 0 for anything else.
    pub fn class(&self) -> Class {
        if self.len == 1 { self.written[0] } else { 0 }
    }

    fn first(&self) -> Class {
        self.written().first().copied().unwrap_or(0)
    }

    fn last(&self) -> Class {
        self.written().last().copied().unwrap_or(0)
    }

    fn written(&self) -> &[Class] {
        &self.written[..usize::from(self.len)]
    }

    pub fn end(&self, text: &str) -> usize {
        if self.end > 0 { self.end } else { stream::token(fold::table(), text, self.last, 0).end }
    }
}

/// How a cell stands for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    /// A digit written as a Chinese numeral, or the other way round.
    Numeral,
    Homophone,
    Near,
    Close,
    Distant,
    Split,
    Pinyin,
    Emoji,
    Wild,
}

impl Change {
    fn price(self) -> f32 {
        match self {
            Self::None | Self::Numeral => 0.0,
            Self::Pinyin | Self::Split => 0.5,
            Self::Emoji => 1.0,
            Self::Homophone => 2.0,
            Self::Close => 3.0,
            Self::Near | Self::Wild => 4.0,
            Self::Distant => 5.0,
        }
    }

    fn way(self) -> Way {
        match self {
            Self::None | Self::Numeral => Way::Folded,
            Self::Pinyin => Way::Pinyin,
            Self::Homophone | Self::Near => Way::Homophone,
            Self::Close | Self::Distant => Way::Shape,
            Self::Split => Way::Split,
            Self::Emoji | Self::Wild => Way::Emoji,
        }
    }
}

/// A disguised term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    pub term: u32,
    pub start: usize,
    pub end: usize,
    pub way: Way,
    /// How much likelier than what is written.
    pub margin: f32,
}

pub struct Judge {
    pub words: &'static Words,
}

const LONGEST: usize = 40;

/// ln P of the best reading of what is written: of what stands on the left alone, and of all of it.
struct Written {
    left: f32,
    whole: f32,
}

/// ln P of a term: that of a word of the dictionary, or what an unknown one of its length may have.
pub fn worth(words: &Words, classes: &[Class]) -> f32 {
    words.log_probability(classes).unwrap_or(f32::NEG_INFINITY).clamp(borders::prior(classes.len()), -10.0)
}

/// The least that a homophone costs a term of two characters, with what it must win.
pub const LEAST_PRICE: f32 = 3.0;
/// The same for a look-alike, with what it must win.
pub const LEAST_LOOK: f32 = 5.5;

/// What must be won at least: two characters are easily come by.
fn least(characters: usize, changes: &[Change]) -> f32 {
    match characters {
        2 if changes
            .iter()
            .any(|change| matches!(change, Change::Near | Change::Close | Change::Distant)) =>
        {
            2.5
        }
        2 => 1.0,
        _ => 0.5,
    }
}

impl Judge {
    /// A first look at a longer candidate by sound, in which most end; `least` is the least that ln P of its characters
    /// can be, each for itself.
    #[inline]
    pub fn may_sound(&self, written: &[Class], sought: &Sought, least: f32) -> bool {
        let literal = written.iter().zip(sought.classes()).filter(|(have, want)| have == want).count();
        if literal == written.len() {
            return false;
        }
        if is_digit(sought.classes()[0]) {
            return true;
        }
        let changed = (written.len() - literal) as f32;
        let most = sought.worth - changed * Change::Homophone.price() - 0.5;
        most > least && most > self.words.best(written)
    }

    /// A first look at a candidate by shape: what stands around the changed character must be mostly as it should be.
    #[inline]
    pub fn may_look(
        classes: &[Class],
        item: usize,
        changed: usize,
        split: Option<usize>,
        sought: &Sought,
    ) -> bool {
        let term = sought.classes();
        let at = |place: usize| classes.get(place).copied().unwrap_or(0);
        if term.len() == 2 {
            return true; // the pair is all of it, and was weighed when its anchor was made
        }
        // Three and more: the pair is one literal character, another one must be near, parts apart.
        let before = (0..changed)
            .rev()
            .enumerate()
            .take(2)
            .filter(|&(back, index)| item > back && at(item - 1 - back) == term[index])
            .count();
        let width = split.map_or(1, |_| 2);
        let after = (changed + 1..term.len())
            .enumerate()
            .take(2)
            .filter(|&(on, index)| at(item + width + on) == term[index])
            .count();
        before + after >= 2 || split.is_some() && before + after >= 1
    }

    /// Whether the cells are the term, and how.
    pub fn decide(&self, text: &str, sought: &Sought, cells: &[Cell]) -> Option<Finding> {
        if cells.len() != sought.classes().len() {
            return None;
        }
        let mut changes = [Change::None; 12];
        let changes = &mut changes[..cells.len()];
        for ((change, cell), &want) in changes.iter_mut().zip(cells).zip(sought.classes()) {
            *change = change_of(text, cell, want)?;
        }
        let price: f32 = changes.iter().map(|change| change.price()).sum();
        let needs = price + least(cells.len(), changes);
        let disguised = changes.iter().any(|change| !matches!(change, Change::None | Change::Numeral));
        // What stands around can only make the text as written likelier.
        if disguised && sought.worth - self.as_written(&[], cells, &[]).whole < needs {
            return None;
        }
        let (start, end) = (cells[0].start, sought.end(text, &cells[cells.len() - 1]));
        let way = changes.iter().map(|change| change.way()).max()?;
        if changes.iter().all(|&change| change == Change::None) && Self::is_whole(text, cells) {
            return None; // the strict ways have it
        }
        if !Self::bridges(text, cells) || !self.allowed(text, sought, cells, changes, start, end) {
            return None;
        }
        if !disguised {
            let way = if changes.contains(&Change::Numeral) { Way::Folded } else { Way::Separated };
            let margin = 0.0;
            return number_is_whole(text, start, end, sought.classes()).then_some(Finding {
                term: sought.term,
                start,
                end,
                way,
                margin,
            });
        }
        let left = borders::disputed_before(self.words, text, start, cells[0].first());
        let right = borders::disputed_after(self.words, text, end, cells[cells.len() - 1].last());
        let (left, right) = (left.classes(), right.classes());
        // What stands on the right, read together with the rest, can only make the text as written likelier still.
        let mut written = self.as_written(left, cells, &[]);
        let mut margin = written.left + sought.worth - written.whole - needs;
        if margin >= 0.0 && !right.is_empty() {
            written = self.as_written(left, cells, right);
            margin = written.left + sought.worth + self.words.best(right) - written.whole - needs;
        }
        (margin >= 0.0).then_some(Finding { term: sought.term, start, end, way, margin })
    }

    /// Whether nothing but what the strict ways know stands between plain characters.
    fn is_whole(text: &str, cells: &[Cell]) -> bool {
        cells.windows(2).all(|two| {
            let between = &text[two[0].end(text)..two[1].start];
            !between.contains(['[', '(', '（', '【'])
        })
    }

    /// Between cells stands at most what may stand inside a disguised word.
    fn bridges(text: &str, cells: &[Cell]) -> bool {
        let table = fold::table();
        cells.windows(2).all(|two| {
            let (mut at, end) = (two[0].end(text), two[1].start);
            let (mut lines, mut signs) = (0, 0);
            while at < end {
                let token = stream::token(table, text, at, 0);
                match token.kind {
                    Kind::Newline => lines += 1,
                    Kind::Sign | Kind::Space | Kind::Emoji => signs += 1,
                    Kind::Character => signs += usize::from(is_han(token.classes()[0])),
                    _ => {}
                }
                at = token.end.max(at + 1);
            }
            lines == 0 && signs <= 8
        })
    }

    /// The hard rules.
    fn allowed(
        &self,
        text: &str,
        sought: &Sought,
        cells: &[Cell],
        changes: &[Change],
        start: usize,
        end: usize,
    ) -> bool {
        let count = |wanted: fn(&Change) -> bool| changes.iter().filter(|change| wanted(change)).count();
        let literal = count(|&change| change == Change::None);
        let letters = count(|&change| change == Change::Pinyin);
        let wild = count(|&change| change == Change::Wild);
        let full = letters == cells.len();
        let exactly = |cell: &Cell| cell.run.is_none_or(|run| run.start >= start && run.end <= end);
        if wild > 0 && (literal < 2 || wild > 1) {
            return false;
        }
        let parts = count(|change| matches!(change, Change::Split));
        let heard = count(|change| matches!(change, Change::Homophone));
        if cells.len() == 2 && literal == 0 && !full && parts == 0 && !(letters == 1 && heard == 1) {
            return false;
        }
        if letters > 0 {
            let runs_inside = cells.iter().all(exactly);
            let beside = beside_latin(text, start, end);
            let of_runs = |wanted: fn(&RunFacts) -> bool| {
                cells.iter().filter_map(|cell| cell.run).any(|run| wanted(&run))
            };
            let named = of_runs(|run| run.named && run.words > 1);
            let english = of_runs(|run| run.english);
            if !runs_inside || beside || full && (named || english && cells.len() == 2) {
                return false;
            }
            if full && cells.len() == 2 && cells[0].run.is_some_and(|run| run.letters < 4) {
                return false;
            }
        }
        !self.changed_word(cells, changes)
            && (cells.len() > 2 || !after_surname(text, start) || sought.classes().len() > 2)
    }

    /// Changed characters that are an ordinary word by themselves; or two that are one together, however rare.
    fn changed_word(&self, cells: &[Cell], changes: &[Change]) -> bool {
        let sounds = |change: &Change| {
            matches!(change, Change::Homophone | Change::Near | Change::Close | Change::Distant)
        };
        let heard = |change: &Change| matches!(change, Change::Homophone | Change::Near);
        cells.windows(2).zip(changes.windows(2)).any(|(two, changes)| {
            let word = self.words.log_probability(&[two[0].class(), two[1].class()]);
            let whole = cells.len() == 2 && changes.iter().any(heard);
            word.is_some_and(|known| whole || changes.iter().all(sounds) && known > -14.0)
        })
    }

    /// ln P of the best reading of what is written.
    fn as_written(&self, left: &[Class], cells: &[Cell], right: &[Class]) -> Written {
        let mut run = [0; LONGEST + 2 * AROUND];
        let mut best = [0.0; LONGEST + 2 * AROUND + 1];
        let mut len = 0;
        let mut add = |classes: &[Class]| {
            for &class in classes {
                if len < run.len() {
                    run[len] = class;
                    len += 1;
                }
            }
        };
        add(left);
        let mut price = 0.0;
        let mut runs = 0;
        for cell in cells {
            if let Some(facts) = cell.run {
                if runs != facts.start + 1 {
                    price += facts.price(cells.len());
                    runs = facts.start + 1;
                    add(&[0]);
                }
            } else if cell.sign {
                price += -6.0;
                add(&[0]);
            } else {
                add(cell.written());
            }
        }
        add(right);
        self.words.forward(&run[..len], &mut best[..=len]);
        Written { left: best[left.len()], whole: best[len] + price }
    }
}

/// How a cell stands for a character, if at all.
fn change_of(text: &str, cell: &Cell, want: Class) -> Option<Change> {
    let table = readings::table();
    if cell.sign {
        let c = text[cell.start..].chars().next()?;
        let known = tables().emoji(c);
        let sounds = |class: Class| {
            table.main(class) != readings::SILENT
                && table.all(want).any(|syllable| syllable == table.main(class))
        };
        return Some(if known.contains(&want) || known.iter().any(|&class| sounds(class)) {
            Change::Emoji
        } else {
            Change::Wild
        });
    }
    if cell.syllable != readings::SILENT {
        return table.all(want).any(|syllable| syllable == cell.syllable).then_some(Change::Pinyin);
    }
    if cell.len > 1 {
        return Some(Change::Split);
    }
    let have = cell.class();
    if have == want {
        return Some(Change::None);
    }
    if is_digit(want) || is_digit(have) {
        return (numeral(want) == numeral(have) && numeral(want).is_some() && is_digit(want))
            .then_some(Change::Numeral);
    }
    if !is_han(want) || !is_han(have) {
        return None;
    }
    let main = table.main(have);
    let heard = |syllable: u16| {
        if syllable == main {
            Some(Change::Homophone)
        } else {
            (table.near(syllable) == table.near(main)).then_some(Change::Near)
        }
    };
    let sound = if main == readings::SILENT {
        None
    } else {
        table.all(want).filter_map(heard).min_by(|a, b| a.price().total_cmp(&b.price()))
    };
    if sound == Some(Change::Homophone) {
        return sound; // nothing is cheaper
    }
    let look = match tables().likeness(want, have) {
        Some(Likeness::Close) => Some(Change::Close),
        Some(Likeness::Distant) => Some(Change::Distant),
        None => None,
    };
    sound.into_iter().chain(look).min_by(|a, b| a.price().total_cmp(&b.price()))
}

/// The digit that a class is, or is the Chinese name of.
fn numeral(class: Class) -> Option<u8> {
    if is_digit(class) {
        return Some((class - 0x30) as u8);
    }
    let c = char::from_u32(u32::from(class))?;
    let plain = "零一二三四五六七八九".chars().position(|one| one == c);
    let formal = "零壹贰叁肆伍陆柒捌玖".chars().position(|one| one == c);
    let spoken = "〇幺两".chars().position(|one| one == c);
    plain.or(formal).or(spoken).map(|value| value as u8)
}

fn number_is_whole(text: &str, start: usize, end: usize, term: &[Class]) -> bool {
    if !term.iter().all(|&class| is_digit(class)) {
        return true;
    }
    let table = fold::table();
    let goes_on = |c: Option<char>| c.is_some_and(|c| numeral(table.plain_class(c)).is_some());
    !goes_on(text[..start].chars().next_back()) && !goes_on(text[end..].chars().next())
}

/// Whether a Latin word stands beside, blanks apart.
fn beside_latin(text: &str, start: usize, end: usize) -> bool {
    let table = fold::table();
    let latin = |c: char| is_letter(table.plain_class(c));
    let blank = |c: &char| matches!(c, ' ' | '\u{a0}');
    text[..start].chars().rev().take(6).find(|c| !blank(c)).is_some_and(latin)
        || text[end..].chars().take(6).find(|c| !blank(c)).is_some_and(latin)
}

/// The names that most people have.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严";

/// Whether what follows may be somebody's name.
fn after_surname(text: &str, start: usize) -> bool {
    text[..start].chars().next_back().is_some_and(|c| SURNAMES.contains(c))
}
