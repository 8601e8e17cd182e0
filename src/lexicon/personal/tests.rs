//! Every number here is made up; the identity numbers belong to days that are not over.

use super::*;
use proptest::prelude::*;

/// An identity number with the right check digit.
fn id(first_seventeen: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        first_seventeen.chars().zip(WEIGHTS).map(|(c, weight)| c.to_digit(10).unwrap() * weight).sum();
    format!("{first_seventeen}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
}

/// A card number with the right check digit.
fn card(without_check: &str) -> String {
    (0..10).map(|check| format!("{without_check}{check}")).find(|number| is_luhn(number)).unwrap()
}

/// Luhn's sum, told in other words than the code tells it.
fn is_luhn(number: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = number.bytes().rev().map(|b| u32::from(b - b'0'));
    digits.enumerate().map(|(index, digit)| if index % 2 == 1 { doubled(digit) } else { digit }).sum::<u32>()
        % 10
        == 0
}

fn find(text: &str) -> Vec<Personal> {
    Finder::default().find(text)
}

/// A credit code with the right check character.
fn uscc(first_seventeen: &str) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let value = |b: u8| ALPHABET.iter().position(|&known| known == b).unwrap();
    let sum: usize = first_seventeen.bytes().zip(WEIGHTS).map(|(b, weight)| value(b) * weight).sum();
    format!("{first_seventeen}{}", char::from(ALPHABET[(31 - sum % 31) % 31]))
}

fn seen(text: &str) -> Vec<String> {
    let found = find(text);
    found.iter().map(|one| format!("{} {}", &one.kind[4..], &text[one.start..one.end])).collect()
}

#[test]
fn numbers_are_found_where_they_are_right() {
    let a = id("11010120480307123");
    let x = (100..999).map(|tail| id(&format!("11010120480307{tail}"))).find(|id| id.ends_with('X')).unwrap();
    let lower = x.replace('X', "x");
    let wrong = format!("{}{}", &a[..17], if a.ends_with('7') { '8' } else { '7' });
    let impossible = id("11010120480230123");
    let nowhere = id("99010120480307123");
    let grouped = format!("{} {} {}", &a[..6], &a[6..14], &a[14..]);
    let fours = format!("{} {} {} {} {}", &a[..4], &a[4..8], &a[8..12], &a[12..16], &a[16..]);
    let wide: String = a.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let debit = card("622202999900001234");
    let spaced =
        format!("{} {} {} {} {}", &debit[..4], &debit[4..8], &debit[8..12], &debit[12..16], &debit[16..]);
    let credit = card("400000999900123");
    let unknown = card("700000999900123");
    for (why, text, expected) in [
        ("an identity number", format!("身份证{a}。"), vec![format!("id_card {a}")]),
        ("with X", format!("号{x}，"), vec![format!("id_card {x}")]),
        ("with x", format!("号{lower}"), vec![format!("id_card {lower}")]),
        ("in groups", format!("号 {grouped} 止"), vec![format!("id_card {grouped}")]),
        ("in groups of four", format!("号 {fours} 止"), vec![format!("id_card {fours}")]),
        ("full width", format!("号{wide}"), vec![format!("id_card {wide}")]),
        ("a wrong check digit", format!("合同{wrong}"), vec![]),
        ("an impossible day", format!("合同{impossible}"), vec![]),
        ("no such province", format!("合同{nowhere}"), vec![]),
        ("part of a longer number", format!("单号{a}5"), vec![]),
        ("a mobile number", "电话13900000000，".to_owned(), vec!["mobile 13900000000".to_owned()]),
        ("3-4-4", "139 0000 0000".to_owned(), vec!["mobile 139 0000 0000".to_owned()]),
        ("3-4-4 with hyphens", "139-0000-0000".to_owned(), vec!["mobile 139-0000-0000".to_owned()]),
        ("two sorts of separators are a table", "139 0000-0000".to_owned(), vec![]),
        ("digits go on after a space", "1 3 9 0 0 0 0 0 0 0 0 1".to_owned(), vec![]),
        ("with the country", "+8613900000000".to_owned(), vec!["mobile +8613900000000".to_owned()]),
        ("written apart", "+86 139 0000 0000".to_owned(), vec!["mobile +86 139 0000 0000".to_owned()]),
        ("and with a hyphen", "86-13900000000".to_owned(), vec!["mobile 86-13900000000".to_owned()]),
        ("and with zeros", "008613900000000".to_owned(), vec!["mobile 008613900000000".to_owned()]),
        ("full width", "１３９００００００００".to_owned(), vec!["mobile １３９００００００００".to_owned()]),
        (
            "two in a row",
            "13900000000-13900000001".to_owned(),
            vec!["mobile 13900000000".to_owned(), "mobile 13900000001".to_owned()],
        ),
        ("not a mobile range", "12900000000".to_owned(), vec![]),
        ("digits go on", "139000000001".to_owned(), vec![]),
        ("masked already", "139****0000 与 139****00001".to_owned(), vec![]),
        ("a decimal", "2.13900000000".to_owned(), vec![]),
        ("an amount", "营收13900000000元、13900000000.50".to_owned(), vec![]),
        ("an address", "https://bbs.lanli.example/t/13900000000".to_owned(), vec![]),
        ("a serial number", "工单号是 13900000000，编号：13900000000".to_owned(), vec![]),
        ("a land line", "0730-5550100".to_owned(), vec![]),
        ("a debit card", format!("卡{debit}，"), vec![format!("bank_card {debit}")]),
        ("in fours", format!("卡 {spaced}，"), vec![format!("bank_card {spaced}")]),
        ("a credit card", format!("卡{credit}"), vec![format!("bank_card {credit}")]),
        ("no issuer", format!("卡{unknown}"), vec![]),
        (
            "a wrong check digit",
            format!("卡{}", card("400000999900124").replace("400000999900124", "400000999900125")),
            vec![],
        ),
        ("a time of day", "2026-11-25 10:30:00 发布".to_owned(), vec![]),
        ("a code", "604518 岚栎科技".to_owned(), vec![]),
    ] {
        assert_eq!(seen(&text), expected, "{why}: {text}");
    }
}

#[test]
fn numbers_are_found_in_every_dress() {
    let a = id("11010120480307123");
    let dressed = |digits: &str, dress: fn(u32) -> String| -> String {
        digits.chars().map(|c| dress(c.to_digit(10).unwrap())).collect()
    };
    let between = |digits: &str, sign: &str| digits.chars().map(String::from).collect::<Vec<_>>().join(sign);
    let han = |digit: u32| "零一二三四五六七八九".chars().nth(digit as usize).unwrap().to_string();
    let formal = |digit: u32| "〇壹贰叁肆伍陆柒捌玖".chars().nth(digit as usize).unwrap().to_string();
    let ring = |digit: u32| "⓪①②③④⑤⑥⑦⑧⑨".chars().nth(digit as usize).unwrap().to_string();
    let bold = |digit: u32| char::from_u32(0x1d7ce + digit).unwrap().to_string();
    let raised = |digit: u32| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize).unwrap().to_string();
    let keycap = |digit: u32| format!("{digit}\u{fe0f}\u{20e3}");
    let entity = |digit: u32| format!("&#{};", 48 + digit);
    let digits = "13900001234";
    for (why, kind, written) in [
        ("Chinese figures", MOBILE, dressed(digits, han)),
        ("formal ones", MOBILE, dressed(digits, formal)),
        ("幺 as soldiers say it", MOBILE, "幺三九零零零零幺二三四".to_owned()),
        ("circled", MOBILE, dressed(digits, ring)),
        ("bold", MOBILE, dressed(digits, bold)),
        ("raised", MOBILE, dressed(digits, raised)),
        ("keycaps", MOBILE, dressed(digits, keycap)),
        ("entities", MOBILE, dressed(digits, entity)),
        ("hexadecimal entities", MOBILE, dressed(digits, |digit| format!("&#x{:x};", 48 + digit))),
        ("mixed", MOBILE, "139零零零零1234".to_owned()),
        ("letters that look like digits", MOBILE, "l39OOOO1234".to_owned()),
        ("dots between", MOBILE, between(digits, ".")),
        ("spaces between", MOBILE, between(digits, " ")),
        ("stars between", MOBILE, between(digits, "*")),
        ("three signs between", MOBILE, between(digits, " · ")),
        ("nothing seen between", MOBILE, between(digits, "\u{200b}")),
        ("groups with dots", MOBILE, "139·0000·1234".to_owned()),
        ("Chinese figures", ID_CARD, dressed(&a, han)),
        ("bold", ID_CARD, dressed(&a, bold)),
        ("underscores between", ID_CARD, between(&a, "_")),
        ("hyphens between", ID_CARD, between(&a, "-")),
        ("spaces between", BANK_CARD, between(&card("400000999900123"), " ")),
        ("bold", BANK_CARD, dressed(&card("622202999900001234"), bold)),
    ] {
        for text in [written.clone(), format!("联系{written}，谢谢"), format!("电话 {written} 转")] {
            let expected = format!("{} {written}", &kind[4..]);
            assert_eq!(seen(&text), [expected], "{why}: {text}");
            let masked = Finder::default().mask(&text);
            assert_eq!(masked.text.chars().count(), text.chars().count(), "{why}: {text}");
            assert!(masked.text.contains('*') && find(&masked.text).is_empty(), "{why}: {}", masked.text);
        }
    }
    for (why, text, expected) in [
        ("a note is none of the digits", "打13900001234①", vec!["mobile 13900001234"]),
        ("ten digits and a note", "打1390000123①", vec![]),
        ("a figure after it", "找13900001234一下", vec!["mobile 13900001234"]),
        ("a word before it", "统一13900001234", vec!["mobile 13900001234"]),
        ("a row of figures", "一三五七九二四六八零", vec![]),
        ("a year", "二〇二六年一月三十一日", vec![]),
        ("a row of scores", "1 3 9 8 7 6 5 4 3 2 1 0 2", vec![]),
        ("an address of the net", "139.145.167.12", vec![]),
        ("a longer code", "l39OOOO1234abc", vec![]),
        ("other groups, and said to be a telephone", "手机 1390 0001 234", vec!["mobile 1390 0001 234"]),
        ("other groups of a table", "1390 0001 234", vec![]),
    ] {
        assert_eq!(seen(text), expected, "{why}: {text}");
    }
}

#[test]
fn words_around_decide_where_no_check_digit_does() {
    let code = uscc("91430100MA4L0A1B2");
    let spaced = format!("{} {} {} {}", &code[..2], &code[2..8], &code[8..17], &code[17..]);
    let wide: String = code.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let small = code.to_lowercase();
    let mut wrong = code.clone();
    wrong.replace_range(17.., if code.ends_with('A') { "C" } else { "A" });
    for (why, text, expected) in [
        ("the first generation", "身份证110101480307123，".to_owned(), vec!["id_card 110101480307123"]),
        ("without a word", "表中的110101480307123未遮挡".to_owned(), vec!["id_card 110101480307123"]),
        ("a telephone's serial number", "IMEI 110101480307123".to_owned(), vec![]),
        ("an order", "订单编号：110101480307123".to_owned(), vec![]),
        (
            "the nearest word decides",
            "订单填了身份证110101480307123".to_owned(),
            vec!["id_card 110101480307123"],
        ),
        ("no such day", "身份证110101480231123".to_owned(), vec![]),
        ("a credit code", format!("税号{code}。"), vec![]),
        ("a passport", "护照E12345678遗失".to_owned(), vec!["passport E12345678"]),
        ("small letters", "护照号：e12345678".to_owned(), vec!["passport e12345678"]),
        ("two letters", "护照 EB1234567".to_owned(), vec!["passport EB1234567"]),
        ("of a diplomat", "护照DE1234567".to_owned(), vec!["passport DE1234567"]),
        ("of the nineties", "旧护照号码 141234567".to_owned(), vec!["passport 141234567"]),
        ("spaced", "护照 E 1234 5678".to_owned(), vec!["passport E 1234 5678"]),
        ("its number has a number", "护照编号 E12345678".to_owned(), vec!["passport E12345678"]),
        ("a traveller's", "旅客王某证件 G12345678 已登记".to_owned(), vec!["passport G12345678"]),
        ("luggage", "航班行李牌 E12345678，请到三号转盘领取".to_owned(), vec![]),
        ("a colour", "色号 G12345678".to_owned(), vec![]),
        ("nobody says what", "E12345678".to_owned(), vec![]),
        ("too short", "护照 E1234567".to_owned(), vec![]),
        ("too long", "护照 E123456789".to_owned(), vec![]),
        ("a serial number", "订单 13900001234，编号13900001234".to_owned(), vec![]),
        ("a parameter", "thread?id=13900001234".to_owned(), vec![]),
        ("a file", "13900001234.html".to_owned(), vec![]),
        ("the digest of a file", "md5 a3f13900001234".to_owned(), vec![]),
        ("a time", "20210503215559".to_owned(), vec![]),
        ("a service number", "400-863-3373 8008100000".to_owned(), vec![]),
    ] {
        let expected = if why == "a credit code" {
            vec![format!("uscc {code}")]
        } else {
            expected.into_iter().map(str::to_owned).collect()
        };
        assert_eq!(seen(&text), expected, "{why}: {text}");
    }
    for written in [&spaced, &wide, &small] {
        assert_eq!(seen(&format!("乙方（{written}）逾期")), [format!("uscc {written}")]);
    }
    assert_eq!(seen(&format!("代码{wrong}")), Vec::<String>::new(), "a wrong check character");
    assert_eq!(seen(&format!("代码{code}7")), Vec::<String>::new(), "a longer code");
}

#[test]
fn masking_keeps_what_the_owner_needs_and_every_place() {
    let id = id("11010120480307123");
    let card = card("622202999900001234");
    let text = format!(
        "甲{id}乙+86 139 0000 1234丙{card}丁１３９００００１２３４戊lin.x@lanli.example己护照E12345678"
    );
    let masked = Finder::default().mask(&text);
    let tail = &card[card.len() - 4..];
    let expected = format!(
        "甲110{}{}乙+86 139 **** 1234丙{}{tail}丁１３９****１２３４戊l****@lanli.example己护照E******78",
        "*".repeat(13),
        &id[16..],
        "*".repeat(15)
    );
    assert_eq!(masked.text, expected);
    assert_eq!(masked.text.chars().count(), text.chars().count());
    let places: Vec<_> = masked.found.iter().map(|one| &masked.text[one.start..one.end]).collect();
    assert_eq!(places[1], "+86 139 **** 1234");
    assert_eq!(places.len(), 6);
    assert_eq!(find(&masked.text), [], "masked text is clean");
}

#[test]
fn published_contacts_are_not_personal() {
    let allow =
        ["139-0000-1234", "0730-5550100", "IR@lanli.example", "*@news.lanli.example"].map(str::to_owned);
    let finder = Finder::new(&allow);
    for text in [
        "13900001234",
        "139 0000 1234",
        "+86 13900001234",
        "１３９００００１２３４",
        "一三九零零零零一二三四",
        "ir@lanli.example",
        "ir(at)lanli.example",
        "desk@news.lanli.example",
    ] {
        assert_eq!(finder.find(text), [], "{text}");
        assert!(matches!(finder.mask(text).text, Cow::Borrowed(_)), "{text}");
    }
    for text in ["13900001235", "lin@lanli.example", "desk@old.news.lanli.example"] {
        assert_eq!(finder.find(text).len(), 1, "{text}: another one");
    }
}

#[test]
fn a_trace_recognises_a_number_and_says_nothing_of_it() {
    let trace = |key: &str, text: &str| {
        let mut finder = Finder::default();
        finder.set_key(key.as_bytes());
        finder.find(text)[0].trace.unwrap().to_string()
    };
    let one = trace("key", "电话13900001234");
    assert_eq!(one.len(), 16);
    for same in ["+86 139-0000-1234", "①③⑨⓪⓪⓪⓪①②③④", "一三九零零零零一二三四"]
    {
        assert_eq!(trace("key", same), one, "{same}");
    }
    assert_ne!(trace("key", "13900001235"), one, "another number");
    assert_ne!(trace("other", "13900001234"), one, "another installation");
    assert_eq!(trace("key", "LIN@lanli.example"), trace("key", "lin at lanli dot example"));
    assert_eq!(find("13900001234")[0].trace, None, "without a key");
}

#[test]
fn addresses_are_found_however_they_are_written() {
    for (why, text, expected) in [
        ("an address", "请写信到 lin@lanli.example，谢谢", vec!["lin@lanli.example"]),
        ("with signs", "<a.b+c_d%1@mail-1.lanli.example>", vec!["a.b+c_d%1@mail-1.lanli.example"]),
        ("the full stop is the sentence's", "write to lin@lanli.example.", vec!["lin@lanli.example"]),
        ("a number as its name", "13900001234@lanli.example", vec!["13900001234@lanli.example"]),
        ("a wide sign", "lin＠lanli.example", vec!["lin＠lanli.example"]),
        (
            "all of it wide",
            "信箱ｌｉｎ＠ｌａｎｌｉ．ｅｘａｍｐｌｅ。",
            vec!["ｌｉｎ＠ｌａｎｌｉ．ｅｘａｍｐｌｅ"],
        ),
        ("in brackets", "lin(at)lanli.example", vec!["lin(at)lanli.example"]),
        ("in square ones", "lin [at] lanli [dot] example", vec!["lin [at] lanli [dot] example"]),
        ("in wide ones", "lin（at）lanli.example", vec!["lin（at）lanli.example"]),
        ("as words", "写给 lin at mail dot lanli dot example，", vec!["lin at mail dot lanli dot example"]),
        ("a word and a mailbox", "邮箱 lin88 at lanli.example", vec!["lin88 at lanli.example"]),
        ("spaces", "lin @ lanli.example", vec!["lin @ lanli.example"]),
        ("in Chinese", "lin艾特lanli点example", vec!["lin艾特lanli点example"]),
        ("a hash", "lin#lanli.example", vec!["lin#lanli.example"]),
        (
            "nothing seen between",
            "lin\u{200b}@\u{200b}lanli.example",
            vec!["lin\u{200b}@\u{200b}lanli.example"],
        ),
        ("a picture", "logo@2x.png icon@3x.example", vec![]),
        ("a version", "lodash@4.17.21", vec![]),
        ("a name", "@岚栎科技 @lanli", vec![]),
        ("a machine", "root@web01", vec![]),
        ("a place to fetch from", "git@code.lanli.example:web/site.git", vec![]),
        ("two at once are none", "a@b.example@c.example", vec!["b.example@c.example"]),
        ("a place", "meet us @ lanli.example", vec![]),
        ("a word", "look at lanli.example", vec![]),
        ("a fragment", "https://lanli.example/a.html#part.example", vec![]),
        ("a topic", "#岚栎科技# #lanli.example", vec![]),
        ("a price", "3@15元", vec![]),
        ("no host", "user@ 的活动", vec![]),
    ] {
        let found: Vec<_> = find(text).iter().map(|one| &text[one.start..one.end]).collect();
        assert_eq!(found, expected, "{why}: {text}");
    }
}

proptest! {
    #[test]
    fn masked_text_is_clean_and_as_long(
        text in "[0-9０-９一二三零①②③⓪xX \\-+*.·张，\u{200b}\u{20e3}&#;lOEG@a-c]{0,80}",
        more in "(1[3-9][0-9]{9}|[ -_]|护照E[0-9]{8}|[a-c]{1,3}@[a-c]{2}\\.example|62[0-9]{14,17}|11010119[89][0-9]010[1-9][0-9]{3}[0-9X]){0,6}",
        any in "\\PC{0,20}",
    ) {
        let text = text + &more + &any;
        let finder = Finder::default();
        let masked = finder.mask(&text);
        prop_assert_eq!(masked.text.chars().count(), text.chars().count());
        prop_assert_eq!(finder.find(&masked.text).len(), 0, "{}", masked.text);
        for one in &masked.found {
            prop_assert!(masked.text[one.start..one.end].contains('*'));
        }
        let found = finder.find(&text);
        prop_assert!(found.iter().all(|one| text.get(one.start..one.end).is_some()));
        prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let finder = Finder::default();
        let _ = finder.mask(&text);
        let _ = finder.mask(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_number_is_found_in_any_company(before in "[张的。，a-h]{0,9}", after in "[的。，）]{0,9}", tail in 0u32..1_0000_0000) {
        let text = format!("{before}139{tail:08}{after}");
        prop_assert_eq!(find(&text).len(), 1, "{}", text);
    }

    #[test]
    fn one_hidden_among_much_is_found(before in 0usize..200, tail in 0u32..1_0000_0000) {
        let han: String = format!("139{tail:08}").chars().map(|c| "零一二三四五六七八九".chars().nth(c as usize - 48).unwrap()).collect();
        let text = format!("{}{han}{}", "岚".repeat(before), "栎".repeat(100));
        prop_assert_eq!(find(&text).len(), 1, "{}", text);
    }
}
