//! Rare meetings of two disguises. What is not found yet is ignored; `cargo test -- --ignored` says whether it still is.

use super::compare;

#[test]
fn a_term_with_repetitions_may_have_more_of_them() {
    compare(&[
        ("at the beginning", "天天向上", "天天天向上", "天天天向上 repeated"),
        ("at the end", "说哈哈", "他說哈哈哈", "說哈哈哈 repeated"),
    ]);
}

#[test]
fn a_word_of_letters_does_not_begin_inside_another() {
    compare(&[
        ("a stretched letter", "A股", "AA股", ""),
        ("in a sign for several", "A股", "㎬股", ""),
        ("a digit in a sign for several", "604518", "⒗04518", ""),
    ]);
}

#[test]
#[ignore = "known: a sign for several characters, beside its own first one"]
fn a_sign_for_several_characters_may_follow_its_first_one() {
    compare(&[("as 平成", "成本", "平㍻本金", "㍻本 folded")]);
}

#[test]
fn a_row_of_single_characters_is_no_word() {
    compare(&[("by blanks", "谣言", "歌 谣 言 语", "")]);
}

#[test]
fn two_characters_may_be_disguised_in_two_ways() {
    compare(&[("by sound and in letters", "爆雷", "平台暴lei了，血本无归", "暴lei homophone")]);
}

#[test]
fn blanks_of_a_term_are_no_end_of_a_sentence() {
    compare(&[
        ("a full stop", "data breach", "lots of data. Breach of trust", ""),
        ("a dash", "data breach", "lots of data —— breach of trust", ""),
    ]);
}

#[test]
#[ignore = "known: a sign of a term written as a reference"]
fn signs_of_a_term_may_be_references() {
    compare(&[("a star", "机密★", "机密&#9733;1年", "机密&#9733; folded")]);
}
