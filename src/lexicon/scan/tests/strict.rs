//! Each strict way, with the exact slice and the way it is marked with.

use super::compare;

#[test]
fn folded_characters_are_the_same_character() {
    compare(&[
        ("as it is written", "IPO", "拟IPO上市", "IPO plain"),
        ("full width", "IPO", "拟ＩＰＯ上市", "ＩＰＯ folded"),
        ("full width digits", "604518", "代码６０４５１８", "６０４５１８ folded"),
        ("case", "IPO", "拟Ipo上市", "Ipo folded"),
        ("a compatibility character", "不良贷款", "\u{f967}良贷款", "\u{f967}良贷款 folded"),
        ("a radical of the Kangxi block", "金融风险", "⾦融风险", "⾦融风险 folded"),
        ("a radical of the supplement", "马甲公司", "⻢甲公司", "⻢甲公司 folded"),
        ("traditional", "财务造假", "財務造假案", "財務造假 folded"),
        ("simplified, where the term is traditional", "財務造假", "财务造假案", "财务造假 folded"),
        ("one traditional character", "财务造假", "财務造假案", "财務造假 folded"),
        ("digits in circles", "604518", "代码⑥⓪④⑤①⑧", "⑥⓪④⑤①⑧ folded"),
        ("digits in filled circles", "604518", "代码❻⓿❹❺❶❽", "❻⓿❹❺❶❽ folded"),
        ("mathematical digits", "604518", "代码𝟔𝟎𝟒𝟓𝟏𝟖", "𝟔𝟎𝟒𝟓𝟏𝟖 folded"),
        ("subscript digits", "604518", "代码₆₀₄₅₁₈", "₆₀₄₅₁₈ folded"),
        ("a number in one sign", "10亿", "亏损⑩亿", "⑩亿 folded"),
        ("a numeral in a circle", "一夜暴富", "㊀夜暴富", "㊀夜暴富 folded"),
        ("a character in a circle", "财务造假", "㊖务造假", "㊖务造假 folded"),
        ("letters in circles", "IPO", "拟ⓘⓟⓞ上市", "ⓘⓟⓞ folded"),
        ("letters in brackets", "IPO", "拟⒤⒫⒪上市", "⒤⒫⒪ folded"),
        ("letters in squares", "IPO", "拟🄸🄿🄾上市", "🄸🄿🄾 folded"),
        ("letters in filled squares", "IPO", "拟🅸🅿🅾上市", "🅸🅿🅾 folded"),
        ("mathematical letters, bold", "IPO", "拟𝐈𝐏𝐎上市", "𝐈𝐏𝐎 folded"),
        ("mathematical letters, double struck", "IPO", "拟𝕀ℙ𝕆上市", "𝕀ℙ𝕆 folded"),
        ("small capitals", "IPO", "拟ɪᴘᴏ上市", "ɪᴘᴏ folded"),
        ("Cyrillic look-alikes", "IPO", "拟ІРО上市", "ІРО folded"),
        ("Greek look-alikes", "IPO", "拟ΙΡΟ上市", "ΙΡΟ folded"),
        ("one of them", "IPO", "拟IРO上市", "IРO folded"),
        ("letters with accents", "IPO", "拟ÍPÖ上市", "ÍPÖ folded"),
        ("digits and signs read as letters are a shape", "IPO", "拟1PO上市", "1PO shape"),
    ]);
}

#[test]
fn what_nobody_sees_changes_nothing() {
    compare(&[
        ("zero width space", "爆雷", "平台爆\u{200b}雷了", "爆\u{200b}雷 folded"),
        ("several", "爆雷", "平台爆\u{200b}\u{200d}\u{2060}雷了", "爆\u{200b}\u{200d}\u{2060}雷 folded"),
        ("soft hyphen", "爆雷", "平台爆\u{ad}雷了", "爆\u{ad}雷 folded"),
        ("byte order mark", "爆雷", "平台爆\u{feff}雷了", "爆\u{feff}雷 folded"),
        ("direction", "爆雷", "平台爆\u{202e}雷了", "爆\u{202e}雷 folded"),
        ("a variation selector", "爆雷", "平台爆\u{fe00}雷了", "爆\u{fe00}雷 folded"),
        ("before and after is not inside", "爆雷", "平台\u{200b}爆雷\u{200b}了", "爆雷 plain"),
        (
            "struck through, the last mark too",
            "爆雷",
            "平台爆\u{336}雷\u{336}了",
            "爆\u{336}雷\u{336} folded",
        ),
        ("a mark at the end alone", "爆雷", "平台爆雷\u{336}了", "爆雷\u{336} folded"),
        ("an accent over a letter", "IPO", "拟I\u{301}PO上市", "I\u{301}PO folded"),
        ("keycaps", "604518", "6\u{fe0f}\u{20e3}04518", "6\u{fe0f}\u{20e3}04518 folded"),
    ]);
}

#[test]
fn what_a_page_left_in_the_text_is_read() {
    compare(&[
        ("a decimal reference", "爆雷", "平台爆&#38647;了", "爆&#38647; folded"),
        ("a hexadecimal one", "爆雷", "平台&#x7206;雷了", "&#x7206;雷 folded"),
        ("upper case", "爆雷", "平台&#X7206;雷了", "&#X7206;雷 folded"),
        ("both", "爆雷", "平台&#29190;&#38647;了", "&#29190;&#38647; folded"),
        ("without semicolon", "爆雷", "平台爆&#38647了", "爆&#38647 folded"),
        ("encoded twice", "爆雷", "平台爆&amp;#38647;了", "爆&amp;#38647; folded"),
        ("encoded three times", "爆雷", "平台爆&amp;amp;#38647;了", "爆&amp;amp;#38647; folded"),
        ("a named blank", "爆雷", "平台爆&nbsp;雷了", "爆&nbsp;雷 separated"),
        ("encoded twice", "爆雷", "平台爆&amp;nbsp;雷了", "爆&amp;nbsp;雷 separated"),
        ("one that nobody sees", "爆雷", "平台爆&zwj;雷了", "爆&zwj;雷 folded"),
        ("of JSON", "爆雷", "平台\\u7206\\u96f7了", "\\u7206\\u96f7 folded"),
        ("upper case", "爆雷", "平台爆\\u96F7了", "爆\\u96F7 folded"),
        ("half of a pair is nothing", "爆雷", "平台爆\\ud83d雷了", ""),
        ("a tag", "爆雷", "平台爆<b>雷</b>了", "爆<b>雷 folded"),
        ("a tag that ends", "爆雷", "平台<em>爆</em>雷了", "爆</em>雷 folded"),
        ("with attributes", "爆雷", "平台爆<span class=\"x\">雷</span>", "爆<span class=\"x\">雷 folded"),
        ("a comment", "爆雷", "平台爆<!-- 广告 -->雷了", "爆<!-- 广告 -->雷 folded"),
        ("a new paragraph ends a word", "爆雷", "平台爆</p><p>雷了", ""),
        ("no tag", "爆雷", "平台爆<雷了", ""),
        ("a broken reference is text", "爆雷", "平台爆&#;雷了", ""),
    ]);
}

#[test]
fn separators_do_not_part_a_word() {
    for separator in [
        " ",
        "\u{3000}",
        "\u{a0}",
        "\t",
        "\u{2009}",
        "·",
        "•",
        "・",
        "*",
        "＊",
        ".",
        "-",
        "－",
        "/",
        "／",
        "|",
        "｜",
        "_",
        "~",
        "～",
        "+",
        "=",
        "^",
        "#",
        "@",
        "%",
        "$",
        "★",
        "☆",
        "◆",
        "→",
        "— ",
        "\\",
        "&",
        "😀",
        "👍🏽",
        "👨\u{200d}👩\u{200d}👧",
        "🇨🇳",
        "❤\u{fe0f}",
        "\n",
        "\r\n",
        " \n  ",
        "**",
        " * ",
        "&middot;",
        "&#42;",
    ] {
        let text = format!("本金保{separator}本{separator}付{separator}息已经");
        let expected = format!("保{separator}本{separator}付{separator}息 separated");
        let matcher = super::Matcher::new(super::terms("保本付息")).expect("one term");
        assert_eq!(super::seen(&matcher, &text), expected, "{separator:?} throughout");
        let text = format!("本金保本{separator}付息已经");
        let expected = format!("保本{separator}付息 separated");
        assert_eq!(super::seen(&matcher, &text), expected, "{separator:?} once");
    }
    compare(&[
        ("different ones", "保本付息", "承诺保*本 付-息哦", "保*本 付-息 separated"),
        ("two characters", "爆雷", "平台爆*雷了", "爆*雷 separated"),
        ("two, by a blank", "爆雷", "平台爆 雷了", "爆 雷 separated"),
        ("two, by an emoji", "爆雷", "平台爆💥雷了", "爆💥雷 separated"),
        ("letters, by one sign throughout", "IPO", "拟I.P.O上市", "I.P.O separated"),
        ("letters, by blanks", "IPO", "拟I P O上市", "I P O separated"),
        ("a number, by hyphens throughout", "604518", "代码6-0-4-5-1-8", "6-0-4-5-1-8 separated"),
    ]);
}

#[test]
fn lines_wrap_inside_words() {
    compare(&[
        ("a line feed", "保本付息", "产品保本\n付息，安全", "保本\n付息 separated"),
        ("a carriage return too", "保本付息", "产品保本付\r\n息，安全", "保本付\r\n息 separated"),
        ("indented", "保本付息", "产品保本\n    付息，安全", "保本\n    付息 separated"),
        ("a blank at the end of the line", "保本付息", "产品保本 \n付息，安全", "保本 \n付息 separated"),
        ("in the middle of two characters", "爆雷", "平台爆\n雷了", "爆\n雷 separated"),
    ]);
}

#[test]
fn readings_in_brackets_are_no_part_of_the_word() {
    compare(&[
        ("as phones copy it", "发文机关", "發(fā)文機(jī)關(guān)代字", "發(fā)文機(jī)關 bracketed"),
        ("wide brackets", "发文机关", "发（fā）文机（jī）关（guān）", "发（fā）文机（jī）关 bracketed"),
        ("the number of the tone", "爆雷", "爆(bao4)雷(lei2)了", "爆(bao4)雷 bracketed"),
        ("without tones", "爆雷", "爆[bao]雷了", "爆[bao]雷 bracketed"),
        ("v for ü", "失律", "失(shi)律(lv)", "失(shi)律 bracketed"),
        ("empty brackets", "爆雷", "平台爆（）雷了", "爆（）雷 bracketed"),
        ("a few characters that are no reading are a sign", "爆雷", "平台爆(mao)雷了", "爆(mao)雷 separated"),
        ("an explanation ends the word", "爆雷", "平台爆（也就是违约）雷了", ""),
    ]);
}

#[test]
fn repeated_characters_count_once() {
    compare(&[
        ("each twice", "爆雷", "平台爆爆雷雷了", "爆爆雷雷 repeated"),
        (
            "each, a different number of times",
            "保本付息",
            "保保本本本付付息息啦",
            "保保本本本付付息息 repeated",
        ),
        ("one in the middle", "保本付息", "承诺保本本付息哦", "保本本付息 repeated"),
        ("letters, all of them", "IPO", "拟IIPPOO上市", "IIPPOO repeated"),
        ("some letters are another word", "IPO", "拟IPPO上市", ""),
        ("an end that comes twice is no part", "爆雷", "平台爆雷雷！", "爆雷 plain"),
        ("one that comes three times is stretched", "爆雷", "平台爆雷雷雷！", "爆雷雷雷 repeated"),
        ("nor a beginning that comes twice", "爆雷", "平台爆爆雷！", "爆雷 plain"),
        ("digits are never stretched", "604518", "代码6604518", ""),
        ("nor in the middle", "604518", "代码60045518", ""),
        ("a term's own repetitions are needed", "天天向上", "天向上", ""),
        ("and may be more", "天天向上", "天天向向上上", "天天向向上上 repeated"),
    ]);
}
