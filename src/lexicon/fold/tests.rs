use super::*;

fn characters() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

#[test]
fn every_character_has_a_class() {
    let table = table();
    for c in characters() {
        let class = table.class(c);
        let known = matches!(class, INVISIBLE | SEPARATOR | SPECIAL) || class >= LEAST;
        assert!(known, "{c:?} has class {class:#x}");
        assert!(!(0xd800..=0xdfff).contains(&class), "{c:?} is half of a pair");
        assert_ne!(
            table.plain_class(c) == SPECIAL,
            table.many(c).is_none(),
            "{c:?}: only several are special"
        );
    }
}

#[test]
fn folding_a_class_again_changes_nothing() {
    let table = table();
    for c in characters() {
        let class = table.class(c);
        if class >= LEAST
            && let Some(folded) = char::from_u32(u32::from(class))
        {
            assert_eq!(table.plain_class(folded), class, "{c:?} folds to {folded:?}");
        }
    }
}

#[test]
fn what_a_character_folds_to_is_folded_beyond_the_first_plane_too() {
    let table = table();
    let mut ones = tables::ONE.chars();
    while let (Some(from), Some(to)) = (ones.next(), ones.next()) {
        assert_ne!(from, to, "{from:?} folds to itself, which needs no entry");
        if table.class(from) >= LEAST {
            assert_eq!(table.class(from), table.plain_class(to), "{from:?} folds to {to:?}");
        }
    }
}

#[test]
fn every_expansion_is_folded() {
    let table = table();
    for c in characters() {
        let Some(many) = table.many(c) else { continue };
        assert_eq!(table.class(c), SPECIAL, "{c:?} is not looked at closely");
        assert!((1..=4).contains(&many.len()), "{c:?} folds to {}", many.len());
        for &class in many {
            let folded = char::from_u32(u32::from(class)).expect("an expansion is made of characters");
            assert_eq!(table.plain_class(folded), class, "{c:?} folds to {folded:?}");
        }
    }
}

#[test]
fn characters_of_one_class_look_or_mean_the_same() {
    let table = table();
    for (why, one, other) in [
        ("case", 'I', 'i'),
        ("width", 'Ｉ', 'i'),
        ("width of digits", '６', '6'),
        ("compatibility", '\u{f967}', '不'),
        ("beyond the first plane", '\u{2f804}', '你'),
        ("a Kangxi radical", '⾦', '金'),
        ("a radical of the supplement", '⻢', '马'),
        ("traditional", '財', '财'),
        ("in a circle", '①', '1'),
        ("Chinese in a circle", '㊖', '财'),
        ("mathematical", '𝐏', 'p'),
        ("a letter in a circle", 'ⓟ', 'p'),
        ("Cyrillic", 'Р', 'p'),
        ("Greek", 'Ρ', 'p'),
        ("an accent", 'é', 'e'),
    ] {
        assert_eq!(table.class(one), table.class(other), "{why}: {one} and {other}");
    }
    for (why, one, other) in [
        ("different characters", '爆', '暴'),
        ("look-alikes of Chinese are no folding", '己', '已'),
        ("a numeral is no digit", '一', '1'),
        ("a letter is no digit", 'l', '1'),
        ("nor is O", 'O', '0'),
    ] {
        assert_ne!(table.class(one), table.class(other), "{why}: {one} and {other}");
    }
}

#[test]
fn what_stands_between_is_known_by_kind() {
    for (why, c, kind) in [
        ("a line feed", '\n', Kind::Newline),
        ("a line separator", '\u{2028}', Kind::Newline),
        ("a blank", ' ', Kind::Space),
        ("a wide blank", '\u{3000}', Kind::Space),
        ("a tab", '\t', Kind::Space),
        ("a star", '*', Kind::Sign),
        ("a dot", '·', Kind::Sign),
    ] {
        assert_eq!(table().class(c), SEPARATOR, "{why} may stand between");
        assert_eq!(between(c), kind, "{why}");
    }
    for c in "。！？；：，、“”".chars() {
        assert!(table().class(c) >= LEAST, "{c} ends or parts sentences");
    }
    for c in ['\u{200b}', '\u{ad}', '\u{feff}', '\u{202e}', '\u{fe0f}', '\u{301}', '\u{e0061}', '\u{1}'] {
        assert_eq!(table().class(c), INVISIBLE, "{c:?} is not seen");
    }
}
