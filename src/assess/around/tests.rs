use super::*;
use crate::assess::excerpt;
use crate::assess::fixtures::{lexicon, rule, source, term};
use crate::model::{Condition, Scope, Term};

fn book() -> Rulebook {
    let strong =
        |text: &str| Term { weight: 5, unless: vec!["打击博彩平台".to_owned()], ..term(text, "D3") };
    let weak = Term { weight: 2, ..term("暂无数据", "D3") };
    let wrong = Term { weight: 2, correct: Some("部署".to_owned()), ..term("布署", "D2") };
    let terms = vec![strong("博彩平台"), strong("时时彩"), weak, wrong, term("内部明电", "D1")];
    let any = |names: &[&str]| {
        Condition::Any(names.iter().map(|&name| Condition::Category(name.to_owned())).collect())
    };
    let mut rules = [
        rule("tampering", any(&["D1", "D2", "D3"])),
        rule("links", any(&[INJECTION])),
        rule("people", any(&["pii"])),
    ];
    for rule in &mut rules {
        rule.heed_denials = false;
    }
    let others = lexicon("a", Scope::All, vec![term("立案调查", "A1")]);
    Rulebook::new(&[lexicon("d", Scope::Own, terms), others], &[], &rules, &[]).unwrap()
}

fn part(spot: Spot, text: &str) -> Part {
    Part { spot, text: text.to_owned() }
}

fn link(url: &str, hidden: bool) -> Outward {
    let host = Url::parse(url).unwrap().host_str().unwrap().to_owned();
    let domain = host.rsplitn(3, '.').take(2).collect::<Vec<_>>();
    Outward {
        url: url.to_owned(),
        domain: domain.into_iter().rev().collect::<Vec<_>>().join("."),
        host,
        words: String::new(),
        through: Through::Link,
        hidden,
    }
}

fn found(whole: &Whole, known: &KnownAround) -> Found {
    let url = Url::parse("https://www.yanxi.example/notices/").unwrap();
    let allowed = ["yanxi.example".to_owned(), "gov.cn".to_owned()];
    let key = EntryKey::around(url.as_str());
    around(&book(), &source(true), &Page { url: &url, key, whole, known, allowed: &allowed })
}

/// The rules that fire, by key.
fn fires(parts: &[Part]) -> Vec<String> {
    let whole = Whole { parts: parts.to_vec(), ..Whole::default() };
    keys(&found(&whole, &learned()))
}

fn keys(found: &Found) -> Vec<String> {
    let book = book();
    found.weighed.iter().flat_map(|one| &one.fired).map(|one| book.rules()[one.rule].key.clone()).collect()
}

fn learned() -> KnownAround {
    KnownAround { learned: true, ..KnownAround::default() }
}

#[test]
fn what_counts_depends_on_where_it_stands() {
    for (why, spot, text, expected) in [
        ("hidden", Spot::Hidden, "澳门博彩平台", vec!["tampering"]),
        ("in the title", Spot::Title, "时时彩_停水通知", vec!["tampering"]),
        ("in a meta tag", Spot::Meta, "时时彩", vec!["tampering"]),
        ("beside the article", Spot::Text, "时时彩计划", vec!["tampering"]),
        ("in an address", Spot::Link, "https://a.bet.example/时时彩", vec!["tampering"]),
        ("a mark in a comment", Spot::Comment, "内部明电", vec!["tampering"]),
        ("what fights it", Spot::Hidden, "打击博彩平台宣传月", vec![]),
        ("an empty widget, hidden", Spot::Hidden, "暂无数据", vec![]),
        ("an empty widget, shown", Spot::Text, "暂无数据", vec![]),
        ("a wrong word beside the article", Spot::Text, "布署工作", vec!["tampering"]),
        ("a wrong word in an old headline", Spot::LinkText, "布署工作", vec![]),
        ("one word in a headline of ours", Spot::LinkText, "警方捣毁时时彩窝点", vec![]),
        ("several are no headline", Spot::LinkText, "时时彩 博彩平台 注册", vec!["tampering"]),
        ("a person's number", Spot::Hidden, "联系人 13812345678", vec!["people"]),
        (
            "a number in an address is a name of a page",
            Spot::Link,
            "https://a.lanli.example/13812345678",
            vec![],
        ),
        (
            "a mail address beside an article is the office's",
            Spot::Text,
            "邮箱 bangong@yanxi.example",
            vec![],
        ),
        ("a telephone's link is one", Spot::Link, "tel:13812345678", vec!["people"]),
        ("other people's terms are not looked for", Spot::Text, "岚栎科技被立案调查", vec![]),
        ("disguised: not here", Spot::Hidden, "博cai平台", vec![]),
        ("in other signs", Spot::Hidden, "博·彩·平·台", vec!["tampering"]),
    ] {
        assert_eq!(fires(&[part(spot, text)]), expected, "{why}: {text}");
    }
}

#[test]
fn links_that_somebody_put_in() {
    let of = |urls: &[&str], hidden| urls.iter().map(|url| link(url, hidden)).collect::<Vec<_>>();
    let five = [
        "http://a.bet.example/1",
        "http://a.bet.example/2",
        "http://b.bet.example/",
        "http://bet.example/4",
        "http://bet.example/5",
    ];
    for (why, links, expected) in [
        ("one to a new site is an editor's", of(&["http://a.lanli.example/"], false), vec![]),
        ("one that nobody sees", of(&["http://a.bet.example/"], true), vec!["links"]),
        ("five to one new site", of(&five, false), vec!["links"]),
        ("four are a list", of(&five[..4], false), vec![]),
        (
            "three new sites at once",
            of(&["http://a.example/", "http://b.example/", "http://c.example/"], false),
            vec!["links"],
        ),
        (
            "ours and allowed ones never",
            of(&["http://bbs.yanxi.example/", "http://x.gov.cn/", "http://gov.cn/"], true),
            vec![],
        ),
        ("a name that only ends alike is another", of(&["http://notgov.cn/"], true), vec!["links"]),
    ] {
        let whole = Whole { links, ..Whole::default() };
        assert_eq!(keys(&found(&whole, &learned())), expected, "{why}");
        assert_eq!(keys(&found(&whole, &KnownAround::default())), [""; 0], "{why}, the first time");
    }
    let whole = Whole { links: of(&["http://a.bet.example/"], true), ..Whole::default() };
    let known = KnownAround { domains: ["bet.example".to_owned()].into(), ..learned() };
    assert!(found(&whole, &known).weighed.is_none(), "known since the beginning");
    assert_eq!(found(&whole, &KnownAround::default()).domains.len(), 1, "but it is written down");
}

#[test]
fn a_line_is_told_once_and_says_where_it_stands() {
    let whole = Whole {
        title: "停水通知".to_owned(),
        parts: vec![part(Spot::Text, "砚溪市人民政府"), part(Spot::Hidden, "澳门博彩平台 联系13812345678")],
        ..Whole::default()
    };
    let first = found(&whole, &learned());
    let weighed = first.weighed.unwrap();
    assert_eq!(weighed.entry.text, "[hidden] 澳门博彩平台 联系138****5678");
    assert_eq!(weighed.entry.title, "停水通知");
    let quote = excerpt(&book(), &weighed);
    assert_eq!(quote[0].spot, Some(Spot::Hidden));
    let text: String = quote.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(text, "澳门博彩平台 联系138****5678");
    let known = KnownAround { lines: first.lines.iter().cloned().collect(), ..learned() };
    assert!(found(&whole, &known).weighed.is_none());
    let other =
        Whole { parts: vec![part(Spot::Hidden, "澳门博彩平台 联系13912345679")], ..whole.clone() };
    assert!(found(&other, &known).weighed.is_some(), "another line");
    let footer =
        Whole { parts: [whole.parts.clone(), vec![part(Spot::Meta, "时时彩")]].concat(), ..whole };
    assert_eq!(found(&footer, &known).weighed.unwrap().entry.text, "[meta] 时时彩", "only what is new");
}

#[test]
fn a_stored_one_is_weighed_again_as_it_was() {
    let text =
        "[hidden_link] bet.example http://a.bet.example/ x\n[link_text] 时时彩\n[hidden] 时时彩\n不知何处";
    let entry = Entry { text: text.to_owned(), ..entry_of("around:x") };
    let weighed = weigh(&book(), &source(true), entry);
    let places: Vec<&str> =
        weighed.hits.iter().map(|(_, hit)| &weighed.entry.text[hit.start..hit.end]).collect();
    assert_eq!(places, ["时时彩"], "not the one word of a headline");
    assert_eq!(weighed.injections, [(14..25, HIDDEN_LINK)]);
    assert_eq!(weighed.fired.len(), 2);
}

fn entry_of(key: &str) -> Entry {
    let key = EntryKey::around(key);
    Entry {
        key,
        aliases: vec![],
        url: None,
        title: String::new(),
        text: String::new(),
        byline: None,
        outlet: None,
        published: None,
    }
}
