//! Conditions of terms, and terms that are not plain words.

use super::super::super::LexiconError;
use super::{Matcher, compare, compare_with, seen, terms};
use crate::model::Term;

fn matcher(term: Term) -> Matcher {
    Matcher::new(vec![term]).expect("one term in order")
}

fn unless(text: &str, phrases: &[&str]) -> Matcher {
    matcher(Term {
        unless: phrases.iter().map(|&phrase| phrase.to_owned()).collect(),
        ..Term::new(text, "", 3)
    })
}

#[test]
fn a_hit_inside_a_harmless_phrase_does_not_count() {
    for (why, term, phrases, text, expected) in [
        ("inside", "质押", &["质押式回购"][..], "开展质押式回购业务", ""),
        ("outside", "质押", &["质押式回购"], "控股股东质押所持股份", "质押 plain"),
        ("once inside, once outside", "质押", &["质押式回购"], "质押式回购以外，股权质押比例", "质押 plain"),
        ("the phrase is folded like a term", "质押", &["质押式回购"], "開展質押式回購業務", ""),
        ("full width too", "IPO", &["IPO咨询"], "ＩＰＯ咨询", ""),
        ("in disguise too", "质押", &["质押式回购"], "开展质*押*式*回*购", ""),
        ("the term in disguise, the phrase around it", "质押", &["质押式回购"], "开展质\u{200b}押式回购", ""),
        ("the phrase ends before the term does", "质押", &["股权质"], "股权质押比例", "质押 plain"),
        ("the phrase begins after the term does", "质押", &["押式回购"], "质押式回购", "质押 plain"),
        ("the longest phrase at a place wins", "质押", &["质押式", "股票质押式回购"], "股票质押式回购", ""),
        (
            "a short one first, the long one around",
            "减持",
            &["减持新规", "不减持"],
            "承诺不减持，减持新规",
            "",
        ),
        ("a phrase around two hits", "减持", &["减持与再减持"], "减持与再减持", ""),
        ("a phrase in front", "立案调查", &["未被立案调查"], "公司未被立案调查", ""),
        ("a sentence's end breaks the phrase", "质押", &["质押式回购"], "股权已质押。式回购", "质押 plain"),
    ] {
        assert_eq!(seen(&unless(term, phrases), text), expected, "{why}: {text}");
    }
}

#[test]
fn a_phrase_is_of_its_term_alone() {
    let guarded = Term { unless: vec!["质押式回购".to_owned()], ..Term::new("质押", "", 3) };
    let matcher = Matcher::new(vec![guarded, Term::new("回购", "", 3)]).expect("two terms in order");
    assert_eq!(seen(&matcher, "质押式回购"), "回购 plain");
}

#[test]
fn an_exact_term_is_only_as_it_is_written() {
    let exact = |terms: Vec<Term>| terms.into_iter().map(|term| Term { exact: true, ..term }).collect();
    compare_with(
        &[
            ("as it is", "IPO", "拟IPO上市", "IPO plain"),
            ("before a comma", "特急", "标注特急，速办", "特急 plain"),
            ("before a full stop", "IPO", "拟IPO。", "IPO plain"),
            ("before a mark on its last character", "特急", "标注特急\u{336}", ""),
            ("another case", "IPO", "拟ipo上市", ""),
            ("another width", "IPO", "拟ＩＰＯ上市", ""),
            ("in a longer word", "IPO", "IPOs", ""),
            ("parted", "特急", "特 急件", ""),
            ("traditional", "财务造假", "財務造假", ""),
            ("repeated, it stands in the middle", "特急", "特特急急", "特急 plain"),
            ("repeated throughout", "不得外传", "不不得得外外传传", ""),
            ("behind a repetition", "特急", "特特急", "特急 plain"),
            ("with something unseen inside", "特急", "特\u{200b}急", ""),
            ("by sound", "爆雷", "平台暴雷了", ""),
            ("a sign of its own", "机密★", "机密★1年", "机密★ plain"),
            ("another sign", "机密★", "机密☆1年", ""),
        ],
        exact,
    );
}

#[test]
fn a_whole_word_needs_borders_of_words() {
    let whole = |terms: Vec<Term>| terms.into_iter().map(|term| Term { whole_word: true, ..term }).collect();
    compare_with(
        &[
            ("alone", "和服", "她穿和服", "和服 plain"),
            ("across two words", "和服", "产品和服务", ""),
            ("between signs", "保本", "（保本）", "保本 plain"),
            ("letters", "IPO", "拟IPO上市", "IPO plain"),
            ("letters in a word", "IPO", "tipoff", ""),
        ],
        whole,
    );
}

#[test]
fn loose_ways_are_left_out_where_the_term_says_so() {
    let strict =
        |terms: Vec<Term>| terms.into_iter().map(|term| Term { loose: Some(false), ..term }).collect();
    compare_with(
        &[
            ("pinyin", "爆雷", "平台爆lei了", ""),
            ("a homophone", "爆雷", "平台爆擂了", ""),
            ("strict ways stay", "爆雷", "平台爆*雷了", "爆*雷 separated"),
        ],
        strict,
    );
}

#[test]
fn blanks_of_a_term_are_where_it_has_them() {
    compare(&[
        ("as it is", "data breach", "a data breach at", "data breach plain"),
        ("case and more blanks", "data breach", "a Data  Breach at", "Data  Breach folded"),
        ("over a line end", "data breach", "a data\nbreach at", "data\nbreach folded"),
        ("not as one word", "data breach", "a databreach at", ""),
        ("not elsewhere", "data breach", "a dat abreach at", ""),
        ("not over an empty line", "data breach", "data\n\nbreach", ""),
        (
            "between Chinese characters as it is",
            "内部资料 注意保存",
            "内部资料 注意保存",
            "内部资料 注意保存 plain",
        ),
        ("it may be left out", "内部资料 注意保存", "内部资料注意保存", "内部资料注意保存 folded"),
        ("or be wide", "内部资料 注意保存", "内部资料\u{3000}注意保存", "内部资料\u{3000}注意保存 folded"),
        ("or be a line end", "内部资料 注意保存", "内部资料\n注意保存", "内部资料\n注意保存 folded"),
    ]);
}

#[test]
fn signs_of_a_term_must_be_there() {
    compare(&[
        ("a star", "机密★", "机密★1年", "机密★ plain"),
        ("without it", "机密★", "机密文件", ""),
        ("a blank before it", "机密★", "机密 ★1年", "机密 ★ folded"),
        ("a plus sign inside", "N+1赔偿", "给N+1赔偿", "N+1赔偿 plain"),
        ("full width", "N+1赔偿", "给Ｎ＋１赔偿", "Ｎ＋１赔偿 folded"),
        ("left out", "N+1赔偿", "给N1赔偿", ""),
        ("another sign", "N+1赔偿", "给N-1赔偿", ""),
        ("at the end", "C++", "写C++的人", "C++ plain"),
        ("the letter alone", "C++", "写C的人", ""),
        ("in a name", "C++", "ABC++", ""),
        ("full width: one letter is too little to fold", "C++", "写Ｃ＋＋的人", ""),
        ("an ampersand", "R&D费用", "R&D费用造假", "R&D费用 plain"),
        ("as a reference", "R&D费用", "R&amp;D费用造假", "R&amp;D费用 folded"),
    ]);
}

#[test]
fn terms_may_be_the_same_after_folding() {
    for (why, cell, text, expected) in [
        ("both scripts", "财务造假，財務造假", "財務造假案", &[(0, "folded"), (1, "plain")][..]),
        ("both cases", "IPO，ipo", "拟IPO上市", &[(0, "plain"), (1, "folded")]),
        ("twice the same", "爆雷，爆雷", "平台爆雷", &[(0, "plain"), (1, "plain")]),
        ("one with repetitions", "爆雷，爆爆雷", "平台爆爆雷", &[(1, "plain"), (0, "plain")]),
        ("nested", "保本，保本付息", "保本付息", &[(0, "plain"), (1, "plain")]),
        ("overlapping", "立案调查，调查取证", "立案调查取证", &[(0, "plain"), (1, "plain")]),
    ] {
        let matcher = Matcher::new(terms(cell)).expect("terms in order");
        let hits: Vec<(u32, String)> =
            matcher.scan(text).iter().map(|hit| (hit.term, hit.way.to_string())).collect();
        let expected: Vec<(u32, String)> =
            expected.iter().map(|&(term, way)| (term, way.to_owned())).collect();
        assert_eq!(hits, expected, "{why}: {text}");
    }
}

#[test]
fn terms_of_one_folded_character_are_found_as_they_are() {
    compare(&[
        ("twice", "哈哈", "他哈哈大笑", "哈哈 plain"),
        ("one more is beside it", "哈哈", "“哈哈哈”", "哈哈 plain"),
        ("two more are a stretched one", "哈哈", "“哈哈哈哈”", "哈哈哈哈 repeated"),
        ("once", "哈哈", "哈", ""),
        ("a single letter is a word", "A", "A股和B股", "A plain"),
        ("not in a word", "A", "ABC", ""),
        ("a sign", "★", "机密★", "★ plain"),
    ]);
}

#[test]
fn terms_that_can_never_be_found_are_refused() {
    let error = |term: Term| Matcher::new(vec![term]).err();
    assert_eq!(error(Term::new("", "", 3)), Some(LexiconError::EmptyTerm { index: 1 }));
    let term = |unless: &str| Term { unless: vec![unless.to_owned()], ..Term::new("质押", "", 3) };
    assert_eq!(error(term("")), Some(LexiconError::EmptyPhrase { term: "质押".to_owned() }));
    assert_eq!(error(term("质押")), Some(LexiconError::Silenced { term: "质押".to_owned() }));
}
