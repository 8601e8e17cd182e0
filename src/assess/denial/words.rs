//! The words of denial: what they are, and where they stand in a sentence.

use crate::lexicon::fold_text;
use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use std::sync::LazyLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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

const MARKS: &[(Kind, &str)] = &[
    (
        Kind::Not,
        "未被 没有被 没被 并未被 从未被 不会被 未遭 未受到 没有受到 未收到 没有收到 未曾 从未 并未 \
      并没有 没有 未有 尚未 未发生 没有发生 未出现 没有出现 不会 未发现 未实施 未因",
    ),
    (
        Kind::Nothing,
        "不存在 并不存在 未存在 并无 均无 亦无 毫无 从无 无任何 没有任何 不涉及 未涉及 不构成 未构成 \
      未触及 不触及 未涉嫌",
    ),
    (Kind::Deny, "否认 澄清 辟谣 驳斥"),
    (
        Kind::Untrue,
        "不属实 并不属实 均不属实 系谣言 是谣言 为谣言 属谣言 属于谣言 纯属谣言 均属谣言 都是谣言 \
      子虚乌有 无中生有 纯属虚构 纯属捏造 纯属不实 严重失实 与事实不符 不符合事实 不实传闻 \
      不实传言 不实报道 不实消息 不实言论 传闻不实 传言不实 消息不实 报道不实",
    ),
    (
        Kind::Turn,
        "但 但是 然而 却 不过 再被 又被 再次被 再度被 仍被 还是被 终被 最终被 随后被 后被 后又 又遭 \
      再遭 仍遭 被曝 遭曝 不料 岂料 反被 正式被 已被",
    ),
    (Kind::Confirm, "证实 坐实 查实 实锤 打脸 承认 属实 是真的 千真万确 确有其事"),
    (
        Kind::Neutral,
        "未经证实 未获证实 未证实 尚未证实 未被证实 未得到证实 无法证实 没有证实 有待证实 待证实 \
      是否属实 不予承认 不承认 未承认 没有承认 拒不承认 并非属实 不是真的 不但 非但 但愿 冷却 忘却 \
      了却 推却 退却 未被否认 不会不 不是谣言 并非谣言 绝非谣言 不得不 有没有 会不会 没有不 \
      最终被证明不实",
    ),
];

/// What stands before a denial and takes it back.
pub static TAKEN_BACK: Words = Words::new(|| {
    list(
        "未 没 不予 不能 不可 不容 不曾 并不 并非 绝非 从不 拒不 拒绝 不愿 不肯 不敢 不做 不作 不是 \
     难以 无法 迟迟 是否 能否 何时 如果 假如",
    )
});

/// Somebody is asked to deny and has not done so yet.
pub static REQUESTED: Words = Words::new(|| {
    list(
        "要求 请求 恳请 敦促 督促 责令 尽快 等待 坐等 静待 期待 希望 呼吁 应当 应该 需要 有待 请公司 \
     求",
    )
});

/// "尚未解决资金占用": the negation belongs to the verb between, so the matter itself stands.
pub static OTHER_VERBS: Words = Words::new(|| {
    list(
        "解决 归还 偿还 消除 避免 解除 撤销 化解 披露 公告 公开 说明 提及 回应 否认 纠正 整改 制止 \
     防止 挽回 完成 改变 摆脱 走出 影响 放弃 停止 排除 按期 按时 及时 如期 如实 兑付 结束 逃 能 \
     就",
    )
});

/// "尚未收到立案调查结论": there is an investigation.
pub static ITS_OUTCOME: Words =
    Words::new(|| list("结论 结果 进展 完毕 结束 终结 影响 拖累 的结论 的结果 的影响 前 之前 以前"));

/// Words that make something a matter of talk.
pub static TALK: Words = Words::new(|| {
    list(
        "传闻 传言 网传 传称 谣传 谣言 据传 消息 说法 报道 爆料 帖 针对 对于 关于 所谓 一说 之说 一事 \
     内容 情况 质疑 信息 言论 视频",
    )
});

/// What others say: 网传, 据传, a question.
pub static HEARSAY: Words =
    Words::new(|| list("网传 传闻 传言 谣传 谣言 据传 消息称 爆料 听说 有人称 有网友 质疑 ？ 回应"));

pub type Words = LazyLock<Vec<&'static str>>;

fn list(words: &'static str) -> Vec<&'static str> {
    words.split_whitespace().collect()
}

/// A word found.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    pub word: &'static str,
}

/// Finds marks; of several that begin together the longest, so that 未经证实 is not 证实.
pub struct Marks {
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    words: Vec<(Kind, &'static str)>,
}

impl Marks {
    pub fn new() -> Self {
        let words: Vec<(Kind, &'static str)> = MARKS
            .iter()
            .flat_map(|&(kind, words)| words.split_whitespace().map(move |word| (kind, word)))
            .collect();
        // They are looked for in folded text.
        let folded: Vec<_> = words.iter().map(|(_, word)| fold_text(word)).collect();
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build(folded.iter().map(|word| &**word))
            .expect("a short list of words");
        Self { automaton, words }
    }

    pub fn of(&self, text: &str) -> Vec<Mark> {
        let found = self.automaton.leftmost_find_iter(text).map(|found| {
            let (kind, word) = self.words[found.value() as usize];
            Mark { kind, start: found.start(), end: found.end(), word }
        });
        found.filter(|mark| mark.kind != Kind::Neutral).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_in_folded_text_is_folded() {
        let lists = [&TAKEN_BACK, &REQUESTED, &OTHER_VERBS, &ITS_OUTCOME, &TALK, &HEARSAY];
        for word in lists.iter().flat_map(|list| list.iter()) {
            assert_eq!(&*fold_text(word), *word);
        }
    }
}
