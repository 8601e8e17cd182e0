//! What a denial silences, and what it must not.

use crate::assess::fixtures::{book, named, weighed};

#[test]
fn a_denial_silences_only_what_it_governs() {
    let book = book(&[named()]);
    let silent = false;
    let fires = true;
    for (why, title, text, expected) in [
        ("plainly said", "", "岚栎科技被立案调查。", fires),
        // What governs the verb that follows.
        ("was not", "", "岚栎科技未被立案调查。", silent),
        ("was not, by whom", "", "岚栎科技没有被证监会立案调查。", silent),
        ("has not received", "", "岚栎科技未收到立案告知书。", silent),
        ("there is none", "", "岚栎科技不存在财务造假。", silent),
        ("there is none, a list", "", "岚栎科技不存在资金占用、违规担保、财务造假等情形。", silent),
        ("there is none, with an attribute", "", "岚栎科技不存在任何形式的违规担保。", silent),
        ("there is none", "", "岚栎科技经营正常，并无退市风险。", silent),
        ("will not", "", "岚栎科技不会退市。", silent),
        ("the negation is the term's own", "", "岚栎科技理财产品逾期未兑付。", fires),
        ("not what was disclosed, but the fraud is", "", "岚栎科技未被披露的财务造假浮出水面。", fires),
        ("another verb is negated", "", "岚栎科技尚未归还资金占用款项。", fires),
        ("another verb is negated", "", "岚栎科技没有披露违规担保。", fires),
        ("its outcome is not there yet", "", "岚栎科技尚未收到立案调查结论。", fires),
        ("another clause is negated", "", "岚栎科技没有按期交报告，被立案调查。", fires),
        ("the negation is negated", "", "岚栎科技并非没有被立案调查。", fires),
        ("a question", "", "岚栎科技真的没有被立案调查吗？", fires),
        ("whether", "", "岚栎科技会不会退市", fires),
        ("too far away", "", "没有人想到一直以来业绩平稳且口碑极好的岚栎科技竟被立案调查。", fires),
        // Disguised, or in traditional characters: the denial, the hit, or both.
        ("traditional, was not", "", "岚栎科技未被立案調查。", silent),
        ("traditional, there is none", "", "嵐櫟科技不存在財務造假。", silent),
        ("traditional, false", "", "嵐櫟科技表示，立案調查一事不屬實。", silent),
        ("traditional, clarified and refuted", "", "岚栎科技就退市傳言闢謠。", silent),
        ("spaced out, false", "", "岚栎科技表示，立案调查一事 不 屬 實。", silent),
        ("spaced out, was not", "", "岚栎科技 未 被 立 案 调 查。", silent),
        ("signs in the denial", "", "岚栎科技澄·清：没有立案调查。", silent),
        ("signs in the hit", "", "岚栎科技未被立.案.调.查。", silent),
        ("something unseen in the denial", "", "岚栎科技不\u{200b}存在财务造假。", silent),
        ("traditional, no denial", "", "嵐櫟科技被立案調查。", fires),
        ("traditional, denial refused", "", "嵐櫟科技沒有否認被立案調查。", fires),
        ("traditional, and it happened", "", "岚栎科技否認後再被立案調查。", fires),
        ("a gap between words ends the clause", "", "公司经营未变 岚栎科技被立案调查。", fires),
        // Who denies.
        ("denied", "", "岚栎科技否认被立案调查。", silent),
        ("denied after", "", "对于被立案调查的传闻，岚栎科技予以否认。", silent),
        ("denied after, as a fact", "", "岚栎科技被立案调查，公司否认。", silent),
        ("clarified", "", "岚栎科技澄清：所谓立案调查为误传。", silent),
        ("refuted", "", "岚栎科技就退市传言辟谣。", silent),
        ("false", "", "岚栎科技表示，立案调查一事不属实。", silent),
        ("a rumour", "", "网传岚栎科技被立案调查系谣言。", silent),
        ("out of nothing", "", "岚栎科技称退市之说纯属子虚乌有。", silent),
        ("against expectation, denied", "", "网传岚栎科技被立案调查，但公司否认。", silent),
        ("then it happened again", "", "岚栎科技否认后再被立案调查。", fires),
        ("then it happened", "", "岚栎科技此前否认，随后被立案调查。", fires),
        ("but something else did", "", "岚栎科技澄清未被立案调查，但债务违约。", fires),
        ("confirmed after all", "", "岚栎科技否认财务造假，证监会证实。", fires),
        ("not confirmed", "", "岚栎科技否认财务造假，传闻未经证实。", silent),
        ("of another thing", "", "岚栎科技否认财务造假，交易所下发监管函。", fires),
        ("of talk, while a fact stands", "", "岚栎科技已收到立案告知书，退市传闻不属实。", fires),
        ("denial refused", "", "岚栎科技没有否认被立案调查。", fires),
        ("denial refused", "", "岚栎科技拒绝澄清立案调查传闻。", fires),
        ("denial demanded", "", "交易所要求岚栎科技澄清财务造假传闻。", fires),
        ("denial hoped for", "", "股民坐等岚栎科技辟谣退市。", fires),
        ("denial doubted", "", "岚栎科技否认立案调查？", fires),
        ("the books are false", "", "岚栎科技年报数据不属实，涉嫌财务造假。", fires),
        ("contracts out of nothing", "", "岚栎科技用子虚乌有的合同虚增收入。", fires),
        ("truth left open", "", "岚栎科技被立案调查是否属实，尚待核实。", fires),
        // Across sentences and fields.
        ("another undenied place", "", "岚栎科技称未被立案调查。昨晚岚栎科技被立案调查。", fires),
        ("the next sentence takes it back", "", "网传岚栎科技被立案调查。上述传闻不属实。", silent),
        ("it answers to that", "", "网传岚栎科技被立案调查。公司对此予以否认。", silent),
        (
            "the talk is answered in the same words",
            "",
            "网传岚栎科技被立案调查。公司回应称，未被立案调查。",
            silent,
        ),
        ("a fact is not", "", "岚栎科技被立案调查。公司曾称未被立案调查。", fires),
        ("too far back", "", "岚栎科技被立案调查。甲。乙。丙。丁。上述传闻不属实。", fires),
        ("the title clarifies", "岚栎科技澄清：未被立案调查", "有传闻称岚栎科技被立案调查。", silent),
        ("the title denies the same", "岚栎科技未被立案调查", "投资者问岚栎科技立案调查一事。", silent),
        ("the text turns", "岚栎科技否认造假", "然而岚栎科技被立案调查。", fires),
        ("the title turns", "岚栎科技否认后又被立案调查", "岚栎科技被立案调查。", fires),
        (
            "the title asks, the text answers",
            "岚栎科技被立案调查？公司回应",
            "岚栎科技称，公司未被立案调查。",
            silent,
        ),
        (
            "the title is no denial of another matter",
            "岚栎科技否认财务造假 交易所下发监管函",
            "岚栎科技收到监管函。",
            fires,
        ),
        (
            "an announcement of its own",
            "岚栎科技：关于立案调查传闻的澄清公告",
            "岚栎科技近日被传立案调查。",
            silent,
        ),
    ] {
        let weighed = weighed(&book, title, text);
        assert_eq!(!weighed.fired.is_empty(), expected, "{why}: {title} | {text}");
        if expected == silent {
            assert_eq!(weighed.set_aside.len(), 1, "what is set aside is told: {text}");
            assert!(weighed.set_aside[0].denied.is_some(), "{text}");
            assert!(weighed.denial, "{text}");
        }
    }
}
