//! What looks like a term and is none.

use super::{Matcher, Row, compare, compare_with, seen, terms};

#[test]
fn a_word_ends_with_its_sentence_or_paragraph() {
    compare(&[
        ("a full stop", "保本付息", "本金承诺保本。付息另议", ""),
        ("a full stop between two", "爆雷", "粮仓起爆。雷声大作", ""),
        ("an exclamation mark", "爆雷", "火药起爆！雷声大作", ""),
        ("a question mark", "爆雷", "何时起爆？雷声大作", ""),
        ("a semicolon", "爆雷", "火药起爆；雷声大作", ""),
        ("a comma", "爆雷", "火药起爆，雷声大作", ""),
        ("a colon", "爆雷", "火药起爆：雷声大作", ""),
        ("an empty line", "爆雷", "火药起爆\n\n雷声大作", ""),
        ("an empty line of other systems", "爆雷", "火药起爆\r\n\r\n雷声大作", ""),
        ("an empty line with blanks", "保本付息", "承诺保本\n  \n付息另议", ""),
        ("a paragraph separator beside a line end", "保本付息", "承诺保本\n\u{2029}付息另议", ""),
        ("a dash of two", "爆雷", "火药起爆——雷声大作", ""),
        ("a dash of two with blanks", "保本付息", "承诺保本 —— 付息另议", ""),
        ("an ellipsis", "爆雷", "火药起爆……雷声大作", ""),
        ("quotation marks", "爆雷", "“起爆”“雷声”", ""),
    ]);
}

#[test]
fn rows_and_lists_are_no_words() {
    compare(&[
        ("an enumeration", "谣言", "歌、谣、言、语", ""),
        ("an enumeration with commas", "谣言", "歌，谣，言，语", ""),
        ("a row of labels", "食品安全", "首页 | 食品 | 安全 | 家居", ""),
        ("labels with full width strokes", "食品安全", "首页｜食品｜安全｜家居", ""),
        ("labels with slashes", "食品安全", "首页 / 食品 / 安全 / 家居", ""),
        ("labels with dots", "食品安全", "首页·食品·安全·家居", ""),
        ("bullets", "保本付息", "• 保本\n• 付息", ""),
        ("hyphens of a list", "保本付息", "- 保本\n- 付息", ""),
        ("stars of a list", "保本付息", "* 保本\n* 付息", ""),
        ("numbers of a list", "保本付息", "1. 保本\n2. 付息", ""),
        ("cells of a table", "保本付息", "| 保本 |\n| 付息 |", ""),
        ("too far apart", "保本付息", "保本                                                  付息", ""),
    ]);
}

#[test]
fn a_number_is_found_only_whole() {
    const ROWS: [Row; 22] = [
        ("itself", "604518", "代码604518涨停", "604518 plain"),
        ("between letters", "604518", "SH604518", "604518 plain"),
        ("with its market", "604518", "岚栎科技（604518.SH）", "604518 plain"),
        ("at the end of a sentence", "604518", "The code is 604518.", "604518 plain"),
        ("a day beside it", "604518", "604518，11月22日", "604518 plain"),
        ("in a longer number", "604518", "单号16045180", ""),
        ("its end", "604518", "单号1604518", ""),
        ("its beginning", "604518", "单号6045189", ""),
        ("digits of another style go on", "604518", "单号604518９", ""),
        ("a number in a circle goes on", "604518", "单号⑩604518", ""),
        ("what nobody sees parts no number", "604518", "单号1\u{200b}604518", ""),
        ("a decimal", "604518", "约3.604518亿元", ""),
        ("its decimals", "604518", "604518.25元", ""),
        ("thousands", "604518", "共1,604518元", ""),
        ("an area code", "604518", "电话021-604518", ""),
        ("an extension", "604518", "电话604518-801", ""),
        ("a mobile number", "604518", "手机13860451800", ""),
        ("a mobile number in groups", "604518", "手机138-6045-1800", ""),
        ("a mobile number with blanks", "604518", "手机138 6045 1800", ""),
        ("figures of a row", "604518", "60 45 18", ""),
        ("a date and a time", "604518", "2060-4-5 18:00", ""),
        ("a number with a thousands sign inside", "604518", "共604,518元", ""),
    ];
    compare(&ROWS);
}

#[test]
fn letters_are_found_only_as_a_word() {
    compare(&[
        ("between Chinese characters", "IPO", "公司IPO被否", "IPO plain"),
        ("beside a year", "IPO", "2026IPO名单", "IPO plain"),
        ("behind a hyphen", "IPO", "pre-IPO轮", "IPO plain"),
        ("a plural", "IPO", "IPOs this year", ""),
        ("inside a word", "IPO", "a tipoff", ""),
        ("something like it", "IPO", "新款iPod", ""),
        ("letters of another style go on", "IPO", "IPOｓ", ""),
        ("what nobody sees parts no word", "IPO", "t\u{200b}ipo", ""),
        ("another word of a foreign script", "PO", "река По течёт", ""),
        ("words beside each other", "IPO", "I P Oxford", ""),
        ("initials of a sentence", "IPO", "i.e. P. O'Neil", ""),
    ]);
}

#[test]
fn the_strict_ways_alone_are_as_silent() {
    compare_with(
        &[
            ("a digit for a letter", "IPO", "拟1PO上市", ""),
            ("pinyin for a character", "爆雷", "平台暴lei了", ""),
            ("an emoji for a character", "保本付息", "承诺保💰付息", ""),
        ],
        |terms| terms.into_iter().map(|term| crate::model::Term { loose: Some(false), ..term }).collect(),
    );
}

#[test]
fn nothing_is_found_in_nothing() {
    let matcher = Matcher::new(terms("爆雷")).expect("one term");
    for text in ["", " ", "\u{200b}", "爆", "雷爆", "&", "\\u", "<!--"] {
        assert_eq!(seen(&matcher, text), "", "{text:?}");
    }
    let none = Matcher::new(Vec::new()).expect("no terms are in order");
    assert_eq!(seen(&none, "平台爆雷了"), "", "no terms");
}
