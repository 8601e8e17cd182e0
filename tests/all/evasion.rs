//! The evasions that other matchers were tried on, with `保本付息` and `爆雷` as terms, `IPO` for the Latin rows, and the
//! default settings. Where these terms have no such form (traditional characters, radicals, digits), another one
//! stands in: `资金链断裂`, `金融风险`, `604518`.
//!
//! Some evasions are left out on purpose; `what_is_left_out_is_silent` says which and why, and that they are.

use tingfeng::lexicon::Matcher;
use tingfeng::model::Term;

const TERMS: [&str; 6] = ["保本付息", "爆雷", "IPO", "资金链断裂", "金融风险", "604518"];

fn matcher(terms: &[&str]) -> Matcher {
    Matcher::new(terms.iter().map(|&text| Term::new(text, "", 3)).collect()).expect("the terms are in order")
}

/// The hits of a text, as `slice way; slice way`.
fn seen(matcher: &Matcher, text: &str) -> String {
    let hits = matcher.scan(text);
    hits.iter().map(|hit| format!("{} {}", &text[hit.start..hit.end], hit.way)).collect::<Vec<_>>().join("; ")
}

fn compare(rows: &[(&str, &str, &str)]) {
    let matcher = matcher(&TERMS);
    for &(why, text, expected) in rows {
        assert_eq!(seen(&matcher, text), expected, "{why}: {text}");
    }
}

#[test]
fn characters_in_other_forms_are_seen_through() {
    compare(&[
        ("as it is", "承诺保本付息", "保本付息 plain"),
        ("traditional", "公司資金鏈斷裂", "資金鏈斷裂 folded"),
        ("one traditional character", "公司资金鏈断裂", "资金鏈断裂 folded"),
        ("full width", "公司ＩＰＯ被否", "ＩＰＯ folded"),
        ("case", "公司ipo被否", "ipo folded"),
        ("digits in circles", "代码⑥⓪④⑤①⑧", "⑥⓪④⑤①⑧ folded"),
        ("Chinese numerals", "代码六零四五一八", "六零四五一八 folded"),
        ("letters in circles", "公司Ⓘⓟⓞ被否", "Ⓘⓟⓞ folded"),
        ("letters in brackets", "公司⒤⒫⒪被否", "⒤⒫⒪ folded"),
        ("mathematical letters", "公司𝐈𝐏𝐎被否", "𝐈𝐏𝐎 folded"),
        ("Cyrillic letters", "公司ІРО被否", "ІРО folded"),
        ("a reference of HTML", "平台爆&#38647;了", "爆&#38647; folded"),
        ("a radical", "防范⾦融风险", "⾦融风险 folded"),
    ]);
}

#[test]
fn what_is_put_between_characters_is_seen_through() {
    compare(&[
        ("zero width", "平台爆\u{200b}雷了", "爆\u{200b}雷 folded"),
        ("soft hyphen", "平台爆\u{ad}雷了", "爆\u{ad}雷 folded"),
        ("stars", "承诺保*本*付*息", "保*本*付*息 separated"),
        ("an emoji", "承诺保😀本😀付😀息", "保😀本😀付😀息 separated"),
        ("repetitions", "承诺保保本付付付息", "保保本付付付息 repeated"),
        ("repeated letters", "公司IIPPPOO被否", "IIPPPOO repeated"),
        ("a reading in brackets", "平台爆(bào)雷(léi)了", "爆(bào)雷 bracketed"),
        ("in wide brackets", "平台爆（bào）雷了", "爆（bào）雷 bracketed"),
    ]);
}

#[test]
fn characters_that_stand_for_others_are_seen_through() {
    compare(&[
        ("pinyin", "承诺baobenfuxi的产品", "baobenfuxi pinyin"),
        ("pinyin, parted", "平台bao lei了", "bao lei pinyin"),
        ("pinyin for one", "平台bao雷了", "bao雷 pinyin"),
        ("pinyin for one in the middle", "承诺保ben付息", "保ben付息 pinyin"),
        ("a homophone", "平台爆擂了", "爆擂 homophone"),
        ("a homophone of four", "承诺堡本付息", "堡本付息 homophone"),
        ("a look-alike", "承诺保木付息", "保木付息 shape"),
        ("parts", "承诺亻呆本付息", "亻呆本付息 split"),
        ("an emoji for a character, by its name", "平台💥雷了", "💥雷 emoji"),
        ("an emoji for a character, by what stands around", "承诺保本付💰", "保本付💰 emoji"),
    ]);
}

#[test]
fn ordinary_text_is_no_evasion() {
    for (why, term, text) in [
        ("across two words", "和服", "产品和服务"),
        ("letters in a word", "ass", "a classic"),
        ("letters in a word", "IPO", "a tipoff"),
        ("a name", "爆雷", "Bao Lei said so"),
    ] {
        assert_eq!(seen(&matcher(&[term]), text), "", "{why}: {term} in {text}");
    }
}

#[test]
fn harmless_phrases_are_excluded() {
    let term = Term { unless: vec!["不敏感".to_owned()], ..Term::new("敏感", "", 3) };
    let matcher = Matcher::new(vec![term]).expect("the term is in order");
    assert_eq!(seen(&matcher, "这个词不敏感，那个词敏感"), "敏感 plain");
}

#[test]
fn what_is_left_out_is_silent() {
    compare(&[
        // In 歌、谣、言 and 保本。付息 as well: whoever reads across the ends of clauses reads every list as a word.
        ("punctuation of sentences between characters", "承诺保。本，、 付息", ""),
        // A letter is as often the name of something: 保本A付息B. Readers find it hard, too.
        ("letters between characters", "承诺保x本x付x息", ""),
        // 功轮法 is one of n! orders, and nearly every short one is text by chance: 保本 backwards is 本保.
        ("backwards", "承诺息付本保", ""),
        ("backwards, of two", "平台雷爆了", ""),
        // Two to four letters are the initials of thousands of words.
        ("initials", "承诺bbfx的产品", ""),
        ("initials of two", "平台bl了", ""),
    ]);
    // AND, OR and NOT of terms are no evasions; rules ask for them (`assess`), not the matcher. Looking terms up
    // while others are added and taken away is a swap of the whole matcher on a reload. Personal data has its own tests.
}
