//! Disguises that only look or sound like a term, and what looks and sounds so by chance.

use super::LARGE;
use crate::lexicon::Matcher;
use crate::lexicon::scan::tests::{compare, seen};
use crate::model::Term;

#[test]
fn each_loose_way_is_seen_through_and_marked() {
    compare(&[
        ("one, the other as it is", "爆雷", "这家平台爆lei了", "爆lei pinyin"),
        ("all in letters", "保本付息", "承诺baobenfuxi的产品", "baobenfuxi pinyin"),
        ("all, parted", "商誉减值", "公司shang yu jian zhi过亿", "shang yu jian zhi pinyin"),
        ("several ways at once", "财务造假", "公司财wu造嘉被罚", "财wu造嘉 homophone"),
        ("parts and a homophone", "财务造假", "公司贝才务造嘉被罚", "贝才务造嘉 split"),
        ("one of its syllables is English", "保本付息", "承诺bao ben fu xi的产品", "bao ben fu xi pinyin"),
        ("with tones", "爆雷", "平台bàoléi了", "bàoléi pinyin"),
        ("with the numbers of tones", "爆雷", "平台bao4lei2了", "bao4lei2 pinyin"),
        ("upper case", "财务造假", "公司CaiWu造假", "CaiWu造假 pinyin"),
        ("a homophone", "爆雷", "平台爆擂了", "爆擂 homophone"),
        ("a homophone in a longer term", "财务造假", "公司财务造嘉被罚", "财务造嘉 homophone"),
        ("nearly a homophone", "资金链断裂", "公司资金练断裂", "资金练断裂 homophone"),
        ("n for l", "立案调查", "公司逆案调查", "逆案调查 homophone"),
        ("a look-alike", "股权质押", "大股东股杈质押", "股杈质押 shape"),
        ("a look-alike of four", "财务造假", "公司财夯造假", "财夯造假 shape"),
        ("parts", "财务造假", "公司贝才务造假", "贝才务造假 split"),
        ("parts, of two characters", "强拆", "遭遇弓虽拆", "弓虽拆 split"),
        ("an emoji by its name", "牛市崩盘", "这轮🐂市崩盘", "🐂市崩盘 emoji"),
        ("an emoji for anything", "保本付息", "承诺保本💰息", "保本💰息 emoji"),
        ("a digit for a letter", "IPO", "拟1PO上市", "1PO shape"),
    ]);
}

#[test]
fn the_strict_ways_come_first() {
    compare(&[
        ("a strict hit is no loose one as well", "爆雷", "平台爆*雷了", "爆*雷 separated"),
        ("both, beside each other", "爆雷", "爆雷和爆擂", "爆雷 plain; 爆擂 homophone"),
    ]);
}

#[test]
fn ordinary_words_are_no_disguise() {
    compare(&[
        ("an ordinary word of the same sound", "减持", "我们始终坚持原则", ""),
        ("another", "爆雷", "坚固的堡垒最容易从内部攻破", ""),
        ("a name", "爆雷", "Bao Lei said on Monday", ""),
        ("a name among Chinese", "爆雷", "歌手Bao Lei演唱会", ""),
        ("an English word", "跌停", "she is dieting now", ""),
        ("an English word among Chinese", "跌停", "坚持dieting一个月", ""),
        ("an ordinary word nearly of the sound", "证券", "新的政权成立了", ""),
        ("a surname in front", "爆雷", "记者刘暴磊报道", ""),
        ("an ordinary word of a like shape", "末日", "未日先知", ""),
        ("letters of a longer word", "爆雷", "baoleiwu是一个网名", ""),
        ("beside other letters", "爆雷", "my baolei server", ""),
        ("one syllable", "爆雷", "他的bao丢了", ""),
        ("an emoji after a word", "爆雷", "礼花起爆💥大家欢呼", ""),
        ("an emoji between words", "保本付息", "早上好🌞今天开会", ""),
        ("two characters, neither as it should be", "爆雷", "暴蕾", ""),
        ("parts that are words", "强拆", "大弓虽好", ""),
    ]);
}

/// A table of different terms of three characters, and one of two.
fn large(terms: usize, loose: Option<bool>) -> Matcher {
    const SOME: [char; 40] = [
        '岚', '栎', '砚', '溪', '峤', '峪', '嵘', '崤', '沂', '泗', '浠', '淇', '湄', '漳', '潞', '澧', '灞',
        '炜', '煜', '熠', '琅', '琊', '瑾', '璋', '甄', '皓', '磐', '祺', '稷', '筠', '箬', '绮', '缙', '翊',
        '翎', '蔺', '蕤', '蘅', '衢', '鄱',
    ];
    let filler = (0..terms - 2).map(|number| {
        [number / 1600 % 40, number / 40 % 40, number % 40].iter().map(|&at| SOME[at]).collect::<String>()
    });
    let mut all: Vec<Term> = filler.map(|text| Term::new(text, "", 1)).collect();
    all.push(Term { loose, ..Term::new("爆雷", "", 3) });
    all.push(Term::new("财务造假", "", 3));
    Matcher::new(all).expect("the terms are in order")
}

#[test]
fn in_large_tables_two_characters_are_found_only_strictly_unless_the_lexicon_says_otherwise() {
    const TEXT: &str = "平台爆擂了，公司财务造嘉被罚";
    for (why, terms, loose, expected) in [
        ("as many as may be", LARGE, None, "爆擂 homophone; 财务造嘉 homophone"),
        ("one more", LARGE + 1, None, "财务造嘉 homophone"),
        ("one more, but the lexicon wants it", LARGE + 1, Some(true), "爆擂 homophone; 财务造嘉 homophone"),
        ("a small one, but the lexicon does not", 10, Some(false), "财务造嘉 homophone"),
    ] {
        assert_eq!(seen(&large(terms, loose), TEXT), expected, "{why}");
    }
    assert_eq!(
        seen(&large(LARGE + 1, None), "平台爆*雷了"),
        "爆*雷 separated",
        "strict ways are for every table"
    );
}
