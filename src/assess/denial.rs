//! Which hits are denied where they stand: 未被立案调查, 立案调查一事不属实, 公司澄清….
//!
//! A denial silences only what it governs, because a denial word is also the cheapest way to hide news ("公司否认后再被
//! 立案调查", "未被披露的财务造假", "要求公司澄清"). So each word says how far it reaches, and gives way to a turn
//! (但, 再被), a confirmation (证实), a question, a request and its own negation. In doubt the hit stays.

use super::condition::{Place, What};
use super::sentences::Layout;
use crate::model::Field;
use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use std::collections::HashMap;
use std::ops::Range;

/// Why a rule that heeds denials did not fire, or what a rule that does not heed them saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The word that denies it.
    Word(&'static str),
    /// A reprint of the subject's own announcement.
    Announcement,
    /// Market-robot copy.
    Robot,
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(f, "denied ({word})"),
            Self::Announcement => f.write_str("own announcement"),
            Self::Robot => f.write_str("market-robot copy"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// 未被: the next verb did not happen. Governs what follows closely, without 的 between.
    Not,
    /// 不存在: what follows closely is not there, whatever stands between.
    Nothing,
    /// 否认, 澄清: somebody denies.
    Deny,
    /// 不属实: what was said is called false.
    Untrue,
    /// 但, 再被: what follows is no longer denied.
    Turn,
    /// 证实: what was denied before is true after all.
    Confirm,
    /// Looks like one of the others and is none.
    Neutral,
}

const WORDS: &[(Kind, &[&str])] = &[
    (
        Kind::Not,
        &[
            "未被",
            "没有被",
            "没被",
            "并未被",
            "从未被",
            "不会被",
            "未遭",
            "未受到",
            "没有受到",
            "未收到",
            "没有收到",
            "未曾",
            "从未",
            "并未",
            "并没有",
            "没有",
            "未有",
            "尚未",
            "未发生",
            "没有发生",
            "未出现",
            "没有出现",
            "不会",
            "未发现",
            "未实施",
            "未因",
        ],
    ),
    (
        Kind::Nothing,
        &[
            "不存在",
            "并不存在",
            "未存在",
            "并无",
            "均无",
            "亦无",
            "毫无",
            "从无",
            "无任何",
            "没有任何",
            "不涉及",
            "未涉及",
            "不构成",
            "未构成",
            "未触及",
            "不触及",
            "未涉嫌",
        ],
    ),
    (Kind::Deny, &["否认", "澄清", "辟谣", "驳斥"]),
    (
        Kind::Untrue,
        &[
            "不属实",
            "并不属实",
            "均不属实",
            "系谣言",
            "是谣言",
            "为谣言",
            "属谣言",
            "属于谣言",
            "纯属谣言",
            "均属谣言",
            "都是谣言",
            "子虚乌有",
            "无中生有",
            "纯属虚构",
            "纯属捏造",
            "纯属不实",
            "严重失实",
            "与事实不符",
            "不符合事实",
            "不实传闻",
            "不实传言",
            "不实报道",
            "不实消息",
            "不实言论",
            "传闻不实",
            "传言不实",
            "消息不实",
            "报道不实",
        ],
    ),
    (
        Kind::Turn,
        &[
            "但",
            "但是",
            "然而",
            "却",
            "不过",
            "再被",
            "又被",
            "再次被",
            "再度被",
            "仍被",
            "还是被",
            "终被",
            "最终被",
            "随后被",
            "后被",
            "后又",
            "又遭",
            "再遭",
            "仍遭",
            "被曝",
            "遭曝",
            "不料",
            "岂料",
            "反被",
            "正式被",
            "已被",
        ],
    ),
    (
        Kind::Confirm,
        &["证实", "坐实", "查实", "实锤", "打脸", "承认", "属实", "是真的", "千真万确", "确有其事"],
    ),
    (
        Kind::Neutral,
        &[
            "未经证实",
            "未获证实",
            "未证实",
            "尚未证实",
            "未被证实",
            "未得到证实",
            "无法证实",
            "没有证实",
            "有待证实",
            "待证实",
            "是否属实",
            "不予承认",
            "不承认",
            "未承认",
            "没有承认",
            "拒不承认",
            "并非属实",
            "不是真的",
            "不但",
            "非但",
            "但愿",
            "冷却",
            "忘却",
            "了却",
            "推却",
            "退却",
            "未被否认",
            "不会不",
            "不是谣言",
            "并非谣言",
            "绝非谣言",
            "不得不",
            "有没有",
            "会不会",
            "没有不",
            "最终被证明不实",
        ],
    ),
];

/// What stands before a denial and takes it back.
const TAKEN_BACK: &[&str] = &[
    "未", "没", "不予", "不能", "不可", "不容", "不曾", "并不", "并非", "绝非", "从不", "拒不", "拒绝",
    "不愿", "不肯", "不敢", "不做", "不作", "不是", "难以", "无法", "迟迟", "是否", "能否", "何时", "如果",
    "假如",
];

/// Somebody is asked to deny and has not done so yet.
const REQUESTED: &[&str] = &[
    "要求",
    "请求",
    "恳请",
    "敦促",
    "督促",
    "责令",
    "尽快",
    "等待",
    "坐等",
    "静待",
    "期待",
    "希望",
    "呼吁",
    "应当",
    "应该",
    "需要",
    "有待",
    "请公司",
    "求",
];

/// "尚未解决资金占用": the negation belongs to the verb between, so the matter itself stands.
const OTHER_VERBS: &[&str] = &[
    "解决", "归还", "偿还", "消除", "避免", "解除", "撤销", "化解", "披露", "公告", "公开", "说明", "提及",
    "回应", "否认", "纠正", "整改", "制止", "防止", "挽回", "完成", "改变", "摆脱", "走出", "影响", "放弃",
    "停止", "排除", "按期", "按时", "及时", "如期", "如实", "兑付", "结束", "逃", "能", "就",
];

/// "尚未收到立案调查结论": there is an investigation.
const ITS_OUTCOME: &[&str] = &[
    "结论",
    "结果",
    "进展",
    "完毕",
    "结束",
    "终结",
    "影响",
    "拖累",
    "的结论",
    "的结果",
    "的影响",
    "前",
    "之前",
    "以前",
];

/// Words that make something a matter of talk.
const TALK: &[&str] = &[
    "传闻", "传言", "网传", "传称", "谣传", "谣言", "据传", "消息", "说法", "报道", "爆料", "帖", "针对",
    "对于", "关于", "所谓", "一说", "之说", "一事", "内容", "情况", "质疑", "信息", "言论", "视频",
];

/// The words, ready to be found; built once.
pub(super) struct Denials {
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    words: Vec<(Kind, &'static str)>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    kind: Kind,
    start: usize,
    end: usize,
    word: &'static str,
}

impl Denials {
    pub fn new() -> Self {
        let words: Vec<(Kind, &'static str)> =
            WORDS.iter().flat_map(|&(kind, words)| words.iter().map(move |&word| (kind, word))).collect();
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.iter().map(|&(_, word)| word))
            .expect("a short list of different words");
        Self { automaton, words }
    }

    fn marks(&self, text: &str) -> Vec<Mark> {
        let found = self.automaton.leftmost_find_iter(text).map(|found| {
            let (kind, word) = self.words[found.value() as usize];
            Mark { kind, start: found.start(), end: found.end(), word }
        });
        found.filter(|mark| mark.kind != Kind::Neutral).collect()
    }

    /// Writes into each place of a class the word that denies it. The places are sorted.
    pub fn judge(&self, title: &str, text: &str, layout: &Layout, places: &mut [Place]) {
        if !places.iter().any(is_class) {
            return;
        }
        let title = Sentence::new(self, title, 0, &places[..title_places(places)]);
        let mut sentences: HashMap<usize, Sentence<'_>> = HashMap::new();
        // A denial may follow within three sentences; the title stands before the first.
        let with_hits = places[title_places(places)..]
            .iter()
            .filter(|place| is_class(place))
            .map(|place| place.sentence + 1);
        for number in
            std::iter::once(0).chain(with_hits).flat_map(|next| next.saturating_sub(1)..next + REACH)
        {
            if let Some(range) = layout.range(number) {
                sentences.entry(number).or_insert_with(|| {
                    Sentence::new(
                        self,
                        &text[range.clone()],
                        range.start,
                        &places[of_sentence(places, number)],
                    )
                });
            }
        }
        let own: Vec<Option<&'static str>> = places
            .iter()
            .map(|place| match place.field {
                _ if !is_class(place) => None,
                Field::Title => title.denies(place),
                Field::Text => sentences.get(&place.sentence).and_then(|sentence| sentence.denies(place)),
            })
            .collect();
        let said = Said { title: &title, sentences: &sentences, places, own: &own };
        let all: Vec<Option<&'static str>> = (0..places.len()).map(|index| said.denies(index)).collect();
        for (place, denied) in places.iter_mut().zip(all) {
            place.denied = denied;
        }
    }
}

/// How many sentences back "上述传闻不属实" reaches.
const REACH: usize = 3;

fn is_class(place: &Place) -> bool {
    matches!(place.what, What::Term(_))
}

fn title_places(places: &[Place]) -> usize {
    places.partition_point(|place| place.field == Field::Title)
}

/// The places in one sentence of the text.
fn of_sentence(places: &[Place], number: usize) -> Range<usize> {
    let before = |place: &Place, number: usize| place.field == Field::Title || place.sentence < number;
    places.partition_point(|place| before(place, number))
        ..places.partition_point(|place| before(place, number + 1))
}

/// A sentence with its marks and its hits, offsets within the sentence.
struct Sentence<'a> {
    text: &'a str,
    start: usize,
    marks: Vec<Mark>,
    /// The denials among the marks that are meant, with how far they go.
    denials: Vec<Denial>,
    hits: Vec<Range<usize>>,
    /// Where the first word of talk ends.
    talk: Option<usize>,
}

#[derive(Debug)]
struct Denial {
    mark: Mark,
    clause: Range<usize>,
    /// Its own clause names what it denies.
    has_object: bool,
    /// Where the next turn ends.
    turn: Option<usize>,
    /// Where the first word of talk after its clause begins.
    talk: Option<usize>,
}

impl<'a> Sentence<'a> {
    fn new(denials: &Denials, text: &'a str, start: usize, places: &[Place]) -> Self {
        let classes = places.iter().filter(|place| is_class(place));
        let hits: Vec<Range<usize>> = classes
            .filter(|place| start <= place.start && place.end <= start + text.len())
            .map(|place| place.start - start..place.end - start)
            .collect();
        let mut marks = denials.marks(text);
        // 未 in 逾期未兑付 is the term's own.
        marks.retain(|mark| {
            let near = hits.partition_point(|hit| hit.start < mark.end);
            !hits[near.saturating_sub(8)..near].iter().any(|hit| mark.start < hit.end)
        });
        let mut sentence = Self { text, start, marks, denials: Vec::new(), hits, talk: None };
        if sentence.marks.iter().any(|mark| matches!(mark.kind, Kind::Deny | Kind::Untrue)) {
            sentence.talk = TALK.iter().filter_map(|word| text.find(word).map(|at| at + word.len())).min();
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
        let hit = place.start.checked_sub(self.start)?..place.end.checked_sub(self.start)?;
        (hit.end <= self.text.len()).then_some(hit)
    }

    /// The word of this sentence that denies a hit in it.
    fn denies(&self, place: &Place) -> Option<&'static str> {
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
        const OPPOSITES: [&str; 8] = ["并非", "不是", "难道", "是否", "不可能", "有没有", "绝非", "不能说"];
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
    fn is_overtaken(&self, place: &Place) -> bool {
        let Some(hit) = self.hit(place) else { return false };
        let first = |kind: Kind| self.marks.iter().find(|mark| mark.kind == kind);
        first(Kind::Confirm).is_some() || first(Kind::Turn).is_some_and(|turn| turn.end <= hit.start)
    }

    /// Whether it tells what others say: 网传, 据传, a question.
    fn is_talk(&self) -> bool {
        const HEARSAY: [&str; 14] = [
            "网传",
            "传闻",
            "传言",
            "谣传",
            "谣言",
            "据传",
            "消息称",
            "爆料",
            "听说",
            "有人称",
            "有网友",
            "质疑",
            "？",
            "回应",
        ];
        HEARSAY.iter().any(|word| self.text.contains(word))
    }

    /// A denial that speaks of what was said before: 上述传闻不属实, 公司对此予以否认.
    fn refers_back(&self) -> Option<&'static str> {
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
    fn is_statement(&self) -> bool {
        const SPEAKS: [&str; 10] =
            ["回应", "表示", "称", "公告", "声明", "澄清", "否认", "答复", "回复", "辟谣"];
        SPEAKS.iter().any(|word| self.text.contains(word))
    }
}

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

/// What an entry says of its hits as a whole.
struct Said<'a> {
    title: &'a Sentence<'a>,
    sentences: &'a HashMap<usize, Sentence<'a>>,
    places: &'a [Place],
    /// By place: the denial in its own sentence.
    own: &'a [Option<&'static str>],
}

impl Said<'_> {
    fn denies(&self, index: usize) -> Option<&'static str> {
        let place = &self.places[index];
        if self.own[index].is_some() || !is_class(place) {
            return self.own[index];
        }
        let (sentence, next) = match place.field {
            Field::Title => (self.title, 0),
            Field::Text => (self.sentences.get(&place.sentence)?, place.sentence + 1),
        };
        if sentence.is_overtaken(place) {
            return None;
        }
        let by_title = if place.field == Field::Text { self.by_title(place) } else { None };
        by_title.or_else(|| self.afterwards(place, sentence, next))
    }

    /// The title denies, and nothing in the title stands undenied.
    fn by_title(&self, place: &Place) -> Option<&'static str> {
        let title = self.title;
        if title.marks.is_empty() {
            return None;
        }
        let mut in_title = (0..title_places(self.places)).filter(|&index| is_class(&self.places[index]));
        if in_title.clone().any(|index| self.own[index].is_none()) {
            return None;
        }
        let whole = title.denials.iter().find(|denial| denial.turn.is_none()).map(|denial| denial.mark.word);
        whole.or_else(|| {
            in_title.find(|&index| self.places[index].what == place.what).and_then(|index| self.own[index])
        })
    }

    /// The next sentences take it back: as a whole, or the same words where this was only talk.
    fn afterwards(&self, place: &Place, sentence: &Sentence<'_>, next: usize) -> Option<&'static str> {
        for number in next..next + REACH {
            let Some(later) = self.sentences.get(&number).filter(|later| !later.marks.is_empty()) else {
                continue;
            };
            if let Some(word) = later.refers_back() {
                return Some(word);
            }
            let mut same = of_sentence(self.places, number)
                .filter(|&index| self.places[index].what == place.what)
                .filter_map(|index| self.own[index]);
            if let Some(word) = same.next()
                && sentence.is_talk()
                && later.is_statement()
            {
                return Some(word);
            }
        }
        None
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

#[cfg(test)]
#[path = "denial/tests.rs"]
mod tests;
