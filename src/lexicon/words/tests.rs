use super::load::{Entry, price};
use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static WORDS: LazyLock<Words> = LazyLock::new(Words::unfolded);

fn classes(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn cut(words: &Words, text: &str) -> String {
    let run = classes(text);
    words
        .segment(&run)
        .into_iter()
        .map(|word| String::from_utf16_lossy(&run[word]))
        .collect::<Vec<_>>()
        .join("/")
}

/// A dictionary of a few words with their frequencies in 1000.
fn small(words: &[(&str, f32)]) -> Words {
    let entries = words.iter().filter_map(|&(word, often)| Entry::new(&classes(word), price(often, 1000.0)));
    Words::build(entries.collect(), 1000.0)
}

#[test]
fn text_is_cut_into_its_likeliest_words() {
    for (why, text, expected) in [
        ("和服 is a word, and is none here", "产品和服务", "产品/和/服务"),
        ("nor is 机要", "计算机要", "计算机/要"),
        ("a phrase of the dictionary wins over its parts", "中华人民共和国成立", "中华人民共和国/成立"),
        ("a character nobody knows stands alone", "产品㐂服务", "产品/㐂/服务"),
        ("nothing crosses punctuation", "产，品", "产/，/品"),
        ("nor a space, nor what has no class", "和 服\0务", "和/ /服/\0/务"),
        ("a run of letters is one word, one of digits another", "Lanli2024年", "Lanli/2024/年"),
        ("letters may be part of a word", "买A股基金", "买/A股/基金"),
        ("but not the last ones of a run", "买BA股", "买/BA/股"),
        ("nor the first ones", "维生素BC", "维生素/BC"),
        ("nothing", "", ""),
    ] {
        assert_eq!(cut(&WORDS, text), expected, "{why}");
    }
}

#[test]
fn a_word_has_its_probability() {
    let total: f32 = 60_101_967.0;
    for (why, word, often) in [
        ("two characters", "产品", Some(22_801.0)),
        ("one character", "和", Some(555_815.0)),
        ("the most frequent of all", "了", Some(883_634.0)),
        ("seven characters, the longest", "中华人民共和国", Some(9_989.0)),
        ("with a letter", "A股", Some(3.0)),
        ("a beginning of words is no word", "中华人民共", None),
        ("a character nobody knows", "㐂", None),
        ("letters are no entry", "abc", None),
        ("nor is punctuation", "，", None),
        ("eight characters", "中华人民共和国万", None),
        ("nothing", "", None),
    ] {
        let found = WORDS.log_probability(&classes(word));
        match often {
            None => assert_eq!(found, None, "{why}"),
            Some(often) => {
                let expected = (often / total).ln();
                assert!(
                    found.is_some_and(|found| (found - expected).abs() < 0.03),
                    "{why}: {found:?}, {expected}"
                );
            }
        }
    }
}

#[test]
fn one_character_costs() {
    let rare = (0.5_f32 / 60_101_967.0).ln();
    for (why, character, expected) in [
        ("a known word", '和', WORDS.log_probability(&classes("和")).expect("is known")),
        ("an unknown one", '㐂', rare),
        ("a letter stands for its run", 'x', TOKEN),
        ("so does a digit", '7', TOKEN),
        ("punctuation is free", '。', 0.0),
    ] {
        let class = classes(&character.to_string())[0];
        assert!((WORDS.single(class) - expected).abs() < 0.001, "{why}");
        assert!((WORDS.best(&[class]) - expected).abs() < 0.001, "{why}, as a text");
    }
}

#[test]
fn every_pair_of_the_dictionary_is_known() {
    let common = price(3.0, 60_101_967.0);
    let (mut words, mut last) = (0, 0);
    walk(&WORDS, &mut |word, slot| {
        words += 1;
        assert!(slot.is_word() || slot.next() != NO_NODE, "a way that leads nowhere");
        if slot.is_word() && slot.price() <= common {
            for pair in word.windows(2) {
                assert!(WORDS.joins(pair[0], pair[1]), "{}", String::from_utf16_lossy(word));
            }
            last += 1;
        }
    });
    assert!(words > 480_000 && last > 290_000, "{words} ways, {last} words");
    // Kana stand in no word: whatever is found is found by accident.
    let pairs = (0x3400..0x9fff_u16).map(|class| WORDS.joins(class, 0x3042));
    let wrong = pairs.clone().filter(|joins| *joins).count();
    assert!(wrong * 100 < pairs.count() * 4, "{wrong} accidents");
}

/// Tells every way down the trie.
fn walk(words: &Words, tell: &mut impl FnMut(&[u16], Slot)) {
    fn below(words: &Words, path: &mut Vec<u16>, node: u32, tell: &mut impl FnMut(&[u16], Slot)) {
        if node == NO_NODE {
            return;
        }
        let (start, mask, _) = probe(node, 0);
        for slot in words.slots[start..=start + mask].iter().filter(|slot| slot.class() != 0) {
            path.push(slot.class());
            tell(path, *slot);
            below(words, path, slot.next(), tell);
            path.pop();
        }
    }
    for class in 0..=u16::MAX {
        below(words, &mut vec![class], words.first[usize::from(class)].next(), tell);
    }
}

#[test]
fn words_that_fold_into_one_add_up() {
    let upper = |word: &str| WORDS.log_probability(&classes(word)).map_or(0.0, f32::exp);
    let folded = Words::load(|character| match character {
        '産' | '產' => classes("产")[0],
        '和' => 0,
        other => classes(&other.to_ascii_lowercase().to_string())[0],
    });
    let found = folded.log_probability(&classes("b超")).expect("is a word");
    assert!((found - (upper("B超") + upper("b超")).ln()).abs() < 0.01);
    assert!(folded.log_probability(&classes("产品")).is_some());
    assert_eq!(folded.log_probability(&classes("和")), None, "what has no class is in no word");
    assert_eq!(folded.log_probability(&classes("和服")), None, "nor are words with it");
    assert!(folded.log_probability(&classes("服务")).is_some());
}

#[test]
fn it_is_small_and_takes_any_length() {
    assert!(WORDS.bytes() < 8 << 20, "{} bytes", WORDS.bytes());
    let long = classes("产品和服务").repeat(100);
    let one = WORDS.best(&long[..5]);
    assert!((WORDS.best(&long) / 100.0 - one).abs() < 0.01);
    let mut short = [0.0; 3];
    WORDS.forward(&long, &mut short);
    assert!((short[2] - WORDS.best(&long[..2])).abs() < 0.001, "what does not fit is left out");
    WORDS.forward(&long, &mut []);
}

const SMALL: [(&str, f32); 12] = [
    ("产", 9.0),
    ("品", 20.0),
    ("产品", 70.0),
    ("和", 200.0),
    ("和服", 2.0),
    ("服务", 90.0),
    ("品和服", 1.0),
    ("产品和服务产品", 0.5),
    ("b超", 4.0),
    ("超b", 3.0),
    ("超bb和", 3.0),
    ("2和", 5.0),
];

/// Tries every way there is, by the definition: word by word, a run of letters or digits whole.
fn naive(words: &Words, run: &[u16]) -> f32 {
    let glued = |at: usize| {
        at > 0 && at < run.len() && {
            let (before, after) = (Kind::of(run[at - 1]), Kind::of(run[at]));
            before == after && matches!(before, Kind::Letter | Kind::Digit)
        }
    };
    if run.is_empty() {
        return 0.0;
    }
    let mut best = f32::NEG_INFINITY;
    for start in (0..run.len()).filter(|&start| !glued(start)) {
        let word = &run[start..];
        let kind = Kind::of(word[0]);
        let token = word.iter().all(|&class| Kind::of(class) == kind).then(|| match kind {
            Kind::Letter | Kind::Digit => Some(TOKEN),
            _ if word.len() == 1 => Some(words.single(word[0])),
            _ => None,
        });
        let cost = [token.flatten(), words.log_probability(word)];
        for cost in cost.into_iter().flatten() {
            best = best.max(naive(words, &run[..start]) + cost);
        }
    }
    best
}

proptest! {
    #[test]
    fn forward_finds_the_best_of_all_ways(text in "[产品和服务超bx2㐂，]{0,12}") {
        static FEW: LazyLock<Words> = LazyLock::new(|| small(&SMALL));
        let run = classes(&text);
        let mut best = vec![0.0; run.len() + 1];
        FEW.forward(&run, &mut best);
        for end in 0..=run.len() {
            let expected = naive(&FEW, &run[..end]);
            prop_assert!((best[end] - expected).abs() < 0.001, "{end} of {text}: {} {expected}", best[end]);
        }
        prop_assert!((best[run.len()] - FEW.best(&run)).abs() < 0.001);
    }

    #[test]
    fn any_classes_are_cut_without_a_gap(run in proptest::collection::vec(any::<u16>(), 0..40)) {
        let words = WORDS.segment(&run);
        let mut end = 0;
        for word in words {
            prop_assert_eq!(word.start, end);
            prop_assert!(word.end > end);
            end = word.end;
        }
        prop_assert_eq!(end, run.len());
        prop_assert!(WORDS.best(&run).is_finite());
    }
}
