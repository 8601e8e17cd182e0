//! What holds of any text at all.

use crate::lexicon::Matcher;
use crate::model::{Hit, Term};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Terms of every kind.
fn all_terms() -> Vec<Term> {
    let words = [
        "爆雷",
        "保本付息",
        "财务造假",
        "立案调查",
        "质押",
        "跌停",
        "谣言",
        "发文机关",
        "IPO",
        "CEO失联",
        "604518",
        "10亿",
        "机密★",
        "N+1赔偿",
        "C++",
        "data breach",
        "内部资料 注意保存",
        "哈哈",
        "A",
        "天天向上",
        "\u{fe0f}",
        "*",
        "&amp;",
        "資金鏈",
        "\u{20bb7}野家",
        "爆\u{200b}雷",
        "（保本）",
    ];
    let mut terms: Vec<Term> = words.iter().map(|&word| Term::new(word, "", 3)).collect();
    terms[4].unless = vec!["质押式回购".to_owned(), "质押 物".to_owned()];
    terms.push(Term { exact: true, ..Term::new("特急", "", 3) });
    terms.push(Term { whole_word: true, ..Term::new("和服", "", 3) });
    terms.push(Term { loose: Some(true), ..Term::new("退市", "", 3) });
    terms.push(Term { loose: Some(false), ..Term::new("减持", "", 3) });
    terms
}

static MATCHERS: LazyLock<[Matcher; 2]> = LazyLock::new(|| {
    [
        Matcher::new(all_terms()).expect("the terms are in order"),
        Matcher::without_borders(all_terms()).expect("the terms are in order"),
    ]
});

/// Pieces that mean something to the engine, whole and broken, and pieces of terms.
const PIECES: [&str; 125] = [
    "爆",
    "雷",
    "保",
    "本",
    "付",
    "息",
    "财",
    "務",
    "造",
    "假",
    "质",
    "押",
    "式",
    "回购",
    "跌",
    "停",
    "退市",
    "和服",
    "务",
    "特急",
    "谣",
    "言",
    "哈",
    "哈哈",
    "天天",
    "向上",
    "机密",
    "★",
    "內部資料",
    "注意保存",
    "說",
    "產品",
    "暴",
    "擂",
    "票",
    "亍",
    "弓虽",
    "贝才",
    "發",
    "文",
    "機",
    "關",
    "I",
    "P",
    "O",
    "ｉｐｏ",
    "𝐏",
    "ⓞ",
    "Р",
    "1PO",
    "data",
    "breach",
    "bao",
    "lei",
    "bàoléi",
    "bao4",
    "Lei",
    "C++",
    "N+1",
    "赔偿",
    "CEO",
    "失联",
    "604518",
    "６",
    "⑥",
    "⑩",
    "亿",
    "\u{20bb7}",
    "野家",
    "㈱",
    "㍿",
    "℀",
    "(",
    ")",
    "（",
    "）",
    "(fā)",
    "(x)",
    "[",
    "]",
    "【】",
    "《",
    "<",
    ">",
    "<b>",
    "</b>",
    "<br/>",
    "<!--",
    "-->",
    "</p>",
    "<span ",
    "&",
    "&amp;",
    "&#",
    "&#38647;",
    "&#x7206",
    "&#x;",
    "&#99999999;",
    "&nbsp;",
    "&amp;amp;nbsp;",
    "&ampé;",
    "\\",
    "\\u7206",
    "\\ud83d",
    "\\u",
    "\\u爆",
    "|",
    "\u{200b}",
    "\u{301}",
    "\u{336}",
    "\u{fe0f}",
    "\u{20e3}",
    "\u{202e}",
    "😀",
    "👨\u{200d}👩",
    "👍🏽",
    "\u{200d}",
    "🇨",
    " ",
    "\n",
    "\r\n\r\n",
    "\u{3000}",
    "\0",
    "\u{85}",
    "·——、",
];

/// A text of such pieces, of anything at all, and of both.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => "\\PC{0,3}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop_oneof![
        8 => prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat()),
        1 => "\\PC*",
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn in_order(text: &str, hits: &[Hit], terms: usize) -> Result<(), TestCaseError> {
    for hit in hits {
        prop_assert!(hit.start < hit.end, "{hit:?} is empty");
        prop_assert!(text.get(hit.start..hit.end).is_some(), "{hit:?} cuts a character or leaves the text");
        prop_assert!((hit.term as usize) < terms, "{hit:?} is of no term");
    }
    let place = |hit: &Hit| (hit.start, hit.end, hit.term);
    for two in hits.windows(2) {
        prop_assert!(place(&two[0]) < place(&two[1]), "{two:?} are not sorted or the same");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn every_hit_is_a_slice_of_the_text(text in any_text()) {
        for matcher in &*MATCHERS {
            let hits = matcher.scan(&text);
            in_order(&text, &hits, matcher.terms().len())?;
            prop_assert_eq!(matcher.count(&text), hits.len(), "counting is scanning");
        }
    }

    #[test]
    fn what_was_scanned_before_changes_nothing(text in any_text(), other in any_text()) {
        for matcher in &*MATCHERS {
            let hits = matcher.scan(&text);
            let mut kept = vec![Hit { start: 1, end: 2, term: 0, way: crate::model::Way::Plain }];
            matcher.scan_into(&other, &mut kept);
            matcher.scan_into(&text, &mut kept);
            prop_assert_eq!(&kept, &hits, "after another text");
            // A thread of its own has buffers that nobody used.
            let fresh = std::thread::scope(|threads| threads.spawn(|| matcher.scan(&text)).join());
            prop_assert_eq!(fresh.ok(), Some(hits), "with fresh buffers");
        }
    }

    #[test]
    fn any_word_may_be_a_term(words in prop::collection::vec(any_text(), 1..6), text in any_text()) {
        let terms: Vec<Term> =
            words.iter().filter(|word| !word.is_empty()).map(|word| Term::new(word.as_str(), "", 3)).collect();
        let matcher = Matcher::new(terms.clone());
        let Ok(matcher) = matcher else { return Err(TestCaseError::fail("these terms are in order")) };
        in_order(&text, &matcher.scan(&text), terms.len())?;
        for term in &terms {
            in_order(&term.text, &matcher.scan(&term.text), terms.len())?;
        }
    }
}
