//! One sentence: which of its words deny which of its hits.

use super::super::condition::Place;
use super::is_class;
use super::words::{HEARSAY, ITS_OUTCOME, Kind, Mark, Marks, OTHER_VERBS, REQUESTED, TAKEN_BACK, TALK};
use crate::lexicon::{Plain, fold_text};
use std::ops::Range;

/// A sentence with its marks and its hits, offsets within the folded sentence.
pub struct Sentence<'a> {
    text: Plain<'a>,
    start: usize,
    /// Of the sentence as it is written.
    length: usize,
    pub marks: Vec<Mark>,
    /// The denials among the marks that are meant, with how far they go.
    pub denials: Vec<Denial>,
    hits: Vec<Range<usize>>,
    /// Where the first word of talk ends.
    talk: Option<usize>,
}

#[derive(Debug)]
pub struct Denial {
    pub mark: Mark,
    clause: Range<usize>,
    /// Its own clause names what it denies.
    has_object: bool,
    /// Where the next turn ends.
    pub turn: Option<usize>,
    /// Where the first word of talk after its clause begins.
    talk: Option<usize>,
}

impl<'a> Sentence<'a> {
    pub fn new(marks: &Marks, text: &'a str, start: usize, places: &[Place]) -> Self {
        let classes = places.iter().filter(|place| is_class(place));
        let (length, text) = (text.len(), fold_text(text));
        let hits: Vec<Range<usize>> = classes
            .filter(|place| start <= place.start && place.end <= start + length)
            .map(|place| text.at(place.start - start)..text.at(place.end - start))
            .collect();
        let mut marks = marks.of(&text);
        // 未 in 逾期未兑付 is the term's own.
        marks.retain(|mark| {
            let near = hits.partition_point(|hit| hit.start < mark.end);
            !hits[near.saturating_sub(8)..near].iter().any(|hit| mark.start < hit.end)
        });
        let mut sentence = Self { text, start, length, marks, denials: Vec::new(), hits, talk: None };
        if sentence.marks.iter().any(|mark| matches!(mark.kind, Kind::Deny | Kind::Untrue)) {
            let ends = TALK.iter().filter_map(|word| sentence.text.find(word).map(|at| at + word.len()));
            sentence.talk = ends.min();
            sentence.denials = sentence.meant();
        }
        sentence
    }

    /// The denials that are meant. In a sentence without end or measure only the first count.
    fn meant(&self) -> Vec<Denial> {
        const MOST: usize = 32;
        let confirmed =
            self.marks.iter().rev().find(|mark| mark.kind == Kind::Confirm).map_or(0, |mark| mark.start);
        let meant =
            self.marks.iter().filter(|mark| matches!(mark.kind, Kind::Deny | Kind::Untrue)).take(MOST);
        meant
            .map(|mark| (mark, self.clause(mark)))
            .filter(|(mark, clause)| confirmed < mark.end && self.is_meant(mark, clause))
            .map(|(mark, clause)| {
                let turn =
                    self.marks.iter().find(|other| other.kind == Kind::Turn && other.start >= mark.end);
                let after = &self.text[clause.end..];
                Denial {
                    mark: *mark,
                    has_object: self
                        .hits
                        .iter()
                        .any(|hit| clause.start <= hit.start && hit.end <= clause.end),
                    turn: turn.map(|turn| turn.end),
                    talk: TALK.iter().filter_map(|word| after.find(word)).min().map(|at| clause.end + at),
                    clause,
                }
            })
            .collect()
    }

    fn hit(&self, place: &Place) -> Option<Range<usize>> {
        let (start, end) = (place.start.checked_sub(self.start)?, place.end.checked_sub(self.start)?);
        (end <= self.length).then(|| self.text.at(start)..self.text.at(end))
    }

    /// The word of this sentence that denies a hit in it.
    pub fn denies(&self, place: &Place) -> Option<&'static str> {
        if self.marks.is_empty() {
            return None;
        }
        let hit = self.hit(place)?;
        let close = self.marks.partition_point(|mark| mark.end <= hit.start);
        let close = self.marks[..close].iter().rev().take_while(|mark| hit.start - mark.end <= FURTHEST);
        close
            .filter(|mark| matches!(mark.kind, Kind::Not | Kind::Nothing))
            .find(|mark| self.negates(mark, &hit))
            .or_else(|| {
                self.denials.iter().find(|denial| denial.is_about(self, &hit)).map(|denial| &denial.mark)
            })
            .map(|mark| mark.word)
    }

    /// 未被 … hit, in one clause and close.
    fn negates(&self, mark: &Mark, hit: &Range<usize>) -> bool {
        let (before, between) = (&self.text[..mark.start], &self.text[mark.end..hit.start]);
        let is_list = between.contains(['、', '及', '和', '或']);
        let limit = if is_list { 40 } else { 12 };
        let broken =
            between.contains(['，', ',', '；', ';', '：', ':', '！', '？', '!', '?', '\n', ' ', '\u{3000}']);
        if broken || between.chars().count() > limit || self.is_asked(mark.start) {
            return false;
        }
        if OPPOSITES.iter().any(|word| before.ends_with(word)) {
            return false;
        }
        if mark.kind == Kind::Nothing {
            return true;
        }
        let after = &self.text[hit.end..];
        !(between.contains('的')
            || OTHER_VERBS.iter().any(|verb| between.contains(verb))
            || ITS_OUTCOME.iter().any(|outcome| after.starts_with(outcome)))
    }

    /// Whether a denial is one: not taken back, asked for or doubted.
    fn is_meant(&self, mark: &Mark, clause: &Range<usize>) -> bool {
        let before = &self.text[clause.start..mark.start];
        let (close, wide) = (last(before, 5), last(before, 12));
        if TAKEN_BACK.iter().any(|word| close.contains(word))
            || REQUESTED.iter().any(|word| wide.contains(word))
            || self.is_asked(mark.end)
        {
            return false;
        }
        if mark.kind == Kind::Deny {
            return true;
        }
        // "无中生有的合同", "年报数据不属实": the company is accused, not defended.
        let after = &self.text[mark.end..];
        let of_talk =
            after.strip_prefix('的').is_none_or(|rest| TALK.iter().any(|word| rest.starts_with(word)));
        let of_books =
            ["年报", "财报", "报表", "数据", "披露", "账", "公告"].iter().any(|word| wide.contains(word));
        of_talk && (!of_books || TALK.iter().any(|word| wide.contains(word)))
    }

    /// The stretch between commas that holds a mark. A colon introduces what is denied and does not end it.
    fn clause(&self, mark: &Mark) -> Range<usize> {
        const ENDS: [char; 12] = ['，', ',', '；', ';', ' ', '\u{3000}', '？', '?', '！', '!', '。', '\n'];
        let before = self.text[..mark.start].char_indices().rev().find(|(_, c)| ENDS.contains(c));
        let start = before.map_or(0, |(at, c)| at + c.len_utf8());
        let end = self.text[mark.end..].find(ENDS).map_or(self.text.len(), |at| mark.end + at);
        start..end
    }

    /// Whether the sentence goes on to a question mark.
    fn is_asked(&self, from: usize) -> bool {
        let rest = &self.text[from..];
        let end = rest.find(['。', '！', '!', '？', '?', '；', ';', '\n']);
        let asked = end.is_some_and(|end| rest[end..].starts_with(['？', '?']));
        asked || rest[..end.unwrap_or(rest.len())].contains('吗')
    }

    /// What happened after all, before this place.
    pub fn is_overtaken(&self, place: &Place) -> bool {
        let Some(hit) = self.hit(place) else { return false };
        let first = |kind: Kind| self.marks.iter().find(|mark| mark.kind == kind);
        first(Kind::Confirm).is_some() || first(Kind::Turn).is_some_and(|turn| turn.end <= hit.start)
    }

    /// Whether it tells what others say: 网传, 据传, a question.
    pub fn is_talk(&self) -> bool {
        HEARSAY.iter().any(|word| self.text.contains(word))
    }

    /// A denial that speaks of what was said before: 上述传闻不属实, 公司对此予以否认.
    pub fn refers_back(&self) -> Option<&'static str> {
        const BACK: [&str; 9] = ["对此", "上述", "该", "此", "相关", "这一", "以上", "前述", "有关"];
        let refers = |denial: &&Denial| {
            let before = &self.text[..denial.mark.end];
            let back = || BACK.iter().any(|word| before.contains(word));
            match denial.mark.kind {
                // What it denies is not named here, so it was before.
                Kind::Deny => self.hits.is_empty() && back(),
                _ => {
                    self.hits.iter().all(|hit| hit.start > denial.mark.end)
                        && (self.talk.is_some_and(|talk| talk <= denial.mark.end) || back())
                }
            }
        };
        self.denials.iter().find(refers).map(|denial| denial.mark.word)
    }

    /// Whether the subject itself speaks here.
    pub fn is_statement(&self) -> bool {
        const SPEAKS: [&str; 10] =
            ["回应", "表示", "称", "公告", "声明", "澄清", "否认", "答复", "回复", "辟谣"];
        SPEAKS.iter().any(|word| self.text.contains(word))
    }
}

/// What turns a negation into its opposite.
const OPPOSITES: [&str; 8] = ["并非", "不是", "难道", "是否", "不可能", "有没有", "绝非", "不能说"];

/// No negation reaches further, in bytes.
const FURTHEST: usize = 160;

impl Denial {
    /// Whether it is about a hit of its sentence.
    fn is_about(&self, sentence: &Sentence<'_>, hit: &Range<usize>) -> bool {
        if self.turn.is_some_and(|turn| turn <= hit.start) {
            return false;
        }
        if self.clause.start <= hit.start && hit.end <= self.clause.end {
            return true;
        }
        match (hit.start < self.mark.start, self.has_object) {
            (true, false) => true,
            // It denies something else; this is the topic, or a fact that stands.
            (true, true) => sentence.talk.is_some_and(|talk| talk <= hit.start),
            (false, true) => false,
            (false, false) => {
                self.talk.is_some_and(|talk| talk < hit.end + first(&sentence.text[hit.end..], 4).len())
            }
        }
    }
}

/// The last so many characters.
fn last(text: &str, characters: usize) -> &str {
    let start = text.char_indices().rev().nth(characters.saturating_sub(1)).map_or(0, |(at, _)| at);
    &text[start..]
}

/// The first so many characters.
fn first(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}
