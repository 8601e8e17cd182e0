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
    (0..10)
        .map(|check| format!("{without_check}{check}"))
        .find(|number| luhn(&number.chars().filter_map(digit).collect::<Vec<_>>()))
        .unwrap()
}

fn seen(text: &str) -> Vec<String> {
    let found = find(text, &[]);
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
fn masking_keeps_what_the_owner_needs_and_every_place() {
    let id = id("11010120480307123");
    let card = card("622202999900001234");
    let text = format!("甲{id}乙+86 139 0000 1234丙{card}丁１３９００００１２３４");
    let masked = mask(&text, &[]);
    let tail = &card[card.len() - 4..];
    let expected = format!(
        "甲110{}{}乙+86 139 **** 1234丙{}{tail}丁１３９****１２３４",
        "*".repeat(13),
        &id[16..],
        "*".repeat(15)
    );
    assert_eq!(masked.text, expected);
    assert_eq!(masked.text.chars().count(), text.chars().count());
    let places: Vec<_> = masked.found.iter().map(|one| &masked.text[one.start..one.end]).collect();
    assert_eq!(places[1], "+86 139 **** 1234");
    assert_eq!(places.len(), 4);
    assert_eq!(mask(&masked.text, &[]).found, [], "masked text is clean");
}

#[test]
fn published_numbers_are_not_personal() {
    let allow = ["139-0000-1234".to_owned(), "0730-5550100".to_owned()];
    for text in ["13900001234", "139 0000 1234", "+86 13900001234", "１３９００００１２３４"] {
        assert_eq!(find(text, &allow), [], "{text}");
        assert!(matches!(mask(text, &allow).text, Cow::Borrowed(_)), "{text}");
    }
    assert_eq!(find("13900001235", &allow).len(), 1, "another number");
}

#[test]
fn addresses_are_found_and_kept() {
    for (why, text, expected) in [
        ("an address", "请写信到 lin@lanli.example，谢谢", vec!["lin@lanli.example"]),
        ("with signs", "<a.b+c_d%1@mail-1.lanli.example>", vec!["a.b+c_d%1@mail-1.lanli.example"]),
        ("the full stop is the sentence's", "write to lin@lanli.example.", vec!["lin@lanli.example"]),
        ("a picture", "logo@2x.png", vec![]),
        ("a version", "lodash@4.17.21", vec![]),
        ("a name", "@岚栎科技 @lanli", vec![]),
        ("a machine", "root@web01", vec![]),
        ("two at once are none", "a@b.example@c.example", vec!["b.example@c.example"]),
    ] {
        let found: Vec<_> = emails(text).iter().map(|one| &text[one.start..one.end]).collect();
        assert_eq!(found, expected, "{why}");
        assert!(matches!(mask(text, &[]).text, Cow::Borrowed(_)), "{why}: never masked");
    }
}

proptest! {
    #[test]
    fn masking_keeps_the_number_of_characters(text in "[0-9０-９xX \\-+张，\u{200b}]{0,80}", any in "\\PC{0,20}") {
        let text = text + &any;
        let masked = mask(&text, &[]);
        prop_assert_eq!(masked.text.chars().count(), text.chars().count());
        for one in &masked.found {
            prop_assert!(masked.text[one.start..one.end].contains('*'));
        }
        prop_assert_eq!(mask(&masked.text, &[]).found.len(), 0);
    }

    #[test]
    fn a_number_is_found_in_any_company(before in "[张的。，a-z]{0,9}", after in "[的。，）]{0,9}", tail in 0u32..1_0000_0000) {
        let text = format!("{before}139{tail:08}{after}");
        prop_assert_eq!(find(&text, &[]).len(), 1, "{}", text);
    }
}
