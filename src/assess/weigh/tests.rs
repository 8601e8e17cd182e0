use super::*;
use crate::assess::fixtures::*;
use crate::assess::{excerpt, hits_json};
use crate::model::{Condition, Published, Scope, Tier, Way, Within};
use proptest::prelude::*;

fn terms_of(book: &Rulebook, weighed: &Weighed) -> Vec<String> {
    weighed.hits.iter().map(|(_, hit)| book.matcher().terms()[hit.term as usize].text.clone()).collect()
}

fn fires(condition: Condition, title: &str, text: &str) -> bool {
    let book = book(&[rule("r", condition)]);
    !weighed(&book, title, text).fired.is_empty()
}

#[test]
fn a_code_counts_beside_something_that_makes_it_one() {
    let book = book(&[]);
    for (why, title, text, expected) in [
        ("bare", "", "编号604518已发货", false),
        ("beside a name", "", "岚栎科技(604518)大涨", true),
        ("the name in another sentence", "", "岚栎科技大涨。编号604518已发货", false),
        ("the mark in wide letters", "", "ＳＨ６０４５１８大涨", true),
        ("wide digits alone", "", "編號６０４５１８已发货", false),
        ("the name in traditional characters", "", "嵐櫟科技604518", true),
        ("the name in the title only", "岚栎科技", "编号604518已发货", false),
        ("an exchange mark before it", "", "sh604518", true),
        ("and after it", "", "604518.SH", true),
        ("and elsewhere in the sentence", "", "代码 604518(SZ)", true),
        ("letters of a word are no mark", "", "wash 604518", false),
        ("shares", "", "股吧604518讨论", true),
        ("in a title", "604518股票", "", true),
        ("within a longer number", "", "股票单号16045180", false),
        ("another subject's name", "", "岚栎新材604518", false),
    ] {
        let weighed = weighed(&book, title, text);
        assert_eq!(terms_of(&book, &weighed).contains(&"604518".to_owned()), expected, "{why}: {text}");
    }
}

#[test]
fn namesakes_own_words_and_old_words_do_not_count() {
    let book = book(&[]);
    let found = |own: bool, published: Option<&str>, text: &str| {
        let mut entry = entry("", text);
        entry.published = published.map(|day| Published::try_from(day.to_owned()).unwrap());
        terms_of(&book, &weigh(&book, &source(own), entry))
    };
    assert!(found(false, None, "岚栎科技园物业涨价").is_empty(), "a namesake");
    assert!(found(false, None, "内部明电").is_empty(), "own words on others' channels");
    assert_eq!(found(true, None, "内部明电"), ["内部明电"], "own words on own channels");
    assert_eq!(found(true, None, "布署"), ["布署"], "wrong at all times");
    assert!(found(true, None, "工商局").is_empty(), "wrong since a day, undated");
    assert!(found(true, Some("2018-03-20"), "工商局").is_empty(), "right on that day");
    assert_eq!(found(true, Some("2018-03-21"), "工商局"), ["工商局"], "wrong from then on");
}

#[test]
fn conditions_mean_what_they_say() {
    let all = |list: Vec<Condition>| Condition::All(list);
    let none = |list: Vec<Condition>| Condition::None(list);
    let word = |text: &str| Condition::Term(text.to_owned());
    let pair = |within| near(within, vec![subject("*"), category("A1|A2")]);
    let three = |within| near(within, vec![subject("lanli"), category("A1"), category("B1")]);
    for (why, condition, title, text, expected) in [
        (
            "all look at title and text",
            all(vec![subject("lanli"), category("A1")]),
            "岚栎科技",
            "立案调查",
            true,
        ),
        ("all means all", all(vec![subject("lanli"), category("A1")]), "岚栎科技", "退市", false),
        ("any means one", category("A1|A2"), "", "退市", true),
        ("a term by its text", word("减持"), "", "股东减持", true),
        ("a term that no lexicon has", all(vec![category("A1"), word("海报")]), "", "立案调查海报", true),
        ("none", all(vec![category("A1"), none(vec![word("演练")])]), "", "立案调查演练", false),
        ("none, absent", all(vec![category("A1"), none(vec![word("演练")])]), "", "立案调查", true),
        (
            "none of any subject",
            all(vec![category("A1"), none(vec![subject("*")])]),
            "岚栎新材",
            "立案调查",
            false,
        ),
        ("near in a sentence", pair(Within::Sentence), "", "岚栎科技，昨日，被立案调查", true),
        ("not across sentences", pair(Within::Sentence), "", "岚栎科技开会。立案调查另有其人", false),
        ("not between title and text", pair(Within::Sentence), "岚栎科技", "立案调查", false),
        ("not only the first ones", pair(Within::Sentence), "", "岚栎科技开会。立案调查。岚栎股份退市", true),
        ("near in a paragraph", pair(Within::Paragraph), "", "岚栎科技开会。立案调查另有其人", true),
        ("not across paragraphs", pair(Within::Paragraph), "", "岚栎科技开会\n立案调查另有其人", false),
        ("near by characters", pair(Within::Characters(2)), "", "岚栎科技再被立案调查", true),
        ("one too far", pair(Within::Characters(1)), "", "岚栎科技再被立案调查", false),
        ("in either order", pair(Within::Characters(0)), "", "立案调查岚栎科技", true),
        ("across a sentence's end", pair(Within::Characters(3)), "", "岚栎科技。对立案调查", true),
        ("three things", three(Within::Sentence), "", "岚栎科技减持遭立案调查", true),
        ("two of three", three(Within::Sentence), "", "岚栎科技遭立案调查", false),
        (
            "nested",
            Condition::Any(vec![three(Within::Sentence), all(vec![category("B1"), subject("*")])]),
            "岚栎科技",
            "减持",
            true,
        ),
        ("personal data", category("pii"), "", "电话13900000000", true),
        ("personal data of a kind", word("pii:id_card"), "", "电话13900000000", false),
    ] {
        assert_eq!(fires(condition, title, text), expected, "{why}: {title} | {text}");
    }
}

#[test]
fn one_firing_for_each_subject_of_which_something_of_its_own_is_said() {
    let book = book(&[named()]);
    let told = |text: &str| -> Vec<(Option<String>, Vec<String>)> {
        weighed(&book, "", text).fired.into_iter().map(|fired| (fired.subject, fired.also)).collect()
    };
    let lanli = || Some("lanli".to_owned());
    assert_eq!(told("岚栎科技被立案调查"), [(lanli(), vec![])]);
    assert_eq!(told("岚栎新材与岚栎科技被立案调查"), [(lanli(), vec!["material".to_owned()])], "own first");
    let apart = told("岚栎新材债务违约。岚栎科技被立案调查");
    assert_eq!(apart, [(lanli(), vec![]), (Some("material".to_owned()), vec![])], "two matters");
    let on_own = rule("D", category("D1"));
    let book = crate::assess::fixtures::book(&[on_own]);
    let fired = weigh(&book, &source(true), entry("", "内部明电")).fired;
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0].subject, None, "a rule that names no subject");
}

#[test]
fn two_named_things_may_have_to_come_together() {
    let both = near(Within::Sentence, vec![subject("lanli"), subject("material"), category("B1")]);
    assert!(fires(both.clone(), "", "岚栎科技与岚栎新材质押"));
    assert!(!fires(both, "", "岚栎科技质押"));
    let either = Condition::Any(vec![subject("lanli"), subject("material")]);
    let book = book(&[rule("r", near(Within::Sentence, vec![either, category("B1")]))]);
    let fired = weighed(&book, "", "岚栎新材质押").fired;
    assert_eq!(fired[0].subject.as_deref(), Some("material"));
}

#[test]
fn sources_and_tiers_choose_rules() {
    let mut others = named();
    others.own = Some(false);
    let mut own = named();
    own.own = Some(true);
    let mut social = named();
    social.tiers = vec![Tier::Mainstream];
    let book = book(&[others, own, social, named()]);
    let rules = |own: bool| -> Vec<usize> {
        weigh(&book, &source(own), entry("", "岚栎科技被立案调查"))
            .fired
            .iter()
            .map(|fired| fired.rule)
            .collect()
    };
    assert_eq!(rules(false), [0, 3]);
    assert_eq!(rules(true), [1, 3]);
}

#[test]
fn robots_and_rules_that_heed_nothing() {
    let mut all = named();
    all.heed_denials = false;
    let book = book(&[named(), all]);
    let weighed = |title: &str, text: &str| weighed(&book, title, text);
    let robot = weighed("岚栎科技11月25日主力资金净流出1.2亿元", "岚栎科技有退市风险。");
    assert!(robot.robot && !robot.denial);
    assert_eq!(robot.fired.iter().map(|fired| fired.rule).collect::<Vec<_>>(), [1]);
    assert_eq!(robot.set_aside[0].denied, Some(Denied::Robot));
    let news = weighed("岚栎科技被立案调查 龙虎榜现机构", "岚栎科技被立案调查。");
    assert!(news.fired.iter().any(|fired| fired.rule == 0), "its title is news");
    let denied = weighed("", "岚栎科技未被立案调查。");
    assert_eq!(denied.fired[0].rule, 1);
    assert_eq!(denied.fired[0].denied, Some(Denied::Word("未被")), "it says what it saw");
    let own = weighed("", "本公司及董事会全体成员保证信息披露的内容真实。岚栎科技收到立案告知书。");
    assert_eq!((own.denial, own.set_aside[0].denied.clone()), (true, Some(Denied::Announcement)));
    for (why, title, text) in [
        ("a balance", "岚栎科技融资余额3.1亿元", "岚栎科技有退市风险。"),
        ("money flows", "岚栎科技主力资金流出", "岚栎科技有退市风险。"),
        ("the list of the day", "岚栎科技登上龙虎榜", "岚栎科技有退市风险。"),
        ("block trades, in traditional characters", "嵐櫟科技大宗交易", "嵐櫟科技有退市風險。"),
    ] {
        let robot = weighed(title, text);
        assert!(robot.robot && robot.set_aside[0].denied == Some(Denied::Robot), "{why}");
        assert_eq!(robot.fired.iter().map(|fired| fired.rule).collect::<Vec<_>>(), [1], "{why}");
    }
}

#[test]
fn ways_are_told_and_a_loose_one_alone_is_never_above_yellow() {
    let mut red = named();
    red.severity = Severity::Red;
    let book = book(&[red]);
    let none: &[Way] = &[];
    for (why, title, text, severity, ways) in [
        ("as it is written", "", "岚栎科技被立案调查。", Severity::Red, none),
        ("another script is no disguise", "", "嵐櫟科技被立案調查。", Severity::Red, none),
        ("signs between", "", "岚栎科技被立.案.调.查。", Severity::Red, &[Way::Separated]),
        ("signs in the name", "", "岚.栎.科.技被立案调查。", Severity::Red, &[Way::Separated]),
        ("plain somewhere is plain", "岚栎科技被立案调查", "岚栎科技被立.案.调.查。", Severity::Red, none),
        ("by sound alone", "", "岚栎科技被li'an调查。", Severity::Yellow, &[Way::Pinyin]),
        (
            "by sound in title and text",
            "岚栎科技被li'an调查",
            "岚栎科技被li'an调查。",
            Severity::Yellow,
            &[Way::Pinyin],
        ),
        ("a plain one beside it decides", "", "岚栎科技被li'an调查，财务造假。", Severity::Red, none),
    ] {
        let weighed = weighed(&book, title, text);
        let fired = weighed.fired.first().unwrap_or_else(|| panic!("{why}: nothing fired"));
        assert_eq!((fired.severity, fired.ways.as_slice()), (severity, ways), "{why}: {:?}", weighed.hits);
        assert_eq!(fired.loose, severity == Severity::Yellow, "{why}");
    }
}

#[test]
fn reasons_and_quotation_are_told() {
    let book = book(&[named()]);
    let text =
        format!("{}。听说岚栎科技已经被立案调查，周五就要退市。{}", "前言".repeat(30), "后话".repeat(30));
    let weighed = weighed(&book, "", &text);
    let fired = &weighed.fired[0];
    assert_eq!(fired.because, ["A1 立案调查", "A2 退市"]);
    assert!(fired.same_sentence);
    let shown: String = fired
        .quote
        .iter()
        .map(|part| if part.hit.is_some() { format!("【{}】", part.text) } else { part.text.clone() })
        .collect();
    assert_eq!(shown, "…听说【岚栎科技】已经被【立案调查】，周五就要【退市】。…");
    assert_eq!(fired.quote[1].hit.as_deref(), Some("subject"));
    assert_eq!(fired.quote[3].hit.as_deref(), Some("A1"));
    let excerpt: String = excerpt(&book, &weighed).into_iter().map(|part| part.text).collect();
    assert!(excerpt.contains("听说岚栎科技已经被立案调查，周五就要退市。"), "{excerpt}");
}

#[test]
fn the_words_that_decided_are_shown_however_late_they_come() {
    let book = book(&[named()]);
    let before =
        "岚栎科技今日开市。天气晴朗，市民出行顺畅，各处秩序井然，园区的班车照常按时刻表发出。\n".repeat(9);
    let late = weighed(&book, "", &format!("{before}岚栎科技被立案调查。"));
    let shown: String = excerpt(&book, &late).into_iter().map(|part| part.text).collect();
    assert!(shown.contains("岚栎科技被立案调查"), "{shown}");
}

#[test]
fn hits_are_kept_in_characters_of_the_masked_text() {
    let book = book(&[named()]);
    let weighed = weighed(&book, "岚栎科技", "电１３９００００１２３４，岚栎新材退市");
    assert_eq!(weighed.entry.text, "电１３９****１２３４，岚栎新材退市");
    assert_eq!(
        hits_json(&book, &weighed),
        r#"[[0,0,4,"岚栎科技","subject","plain"],[1,1,12,"pii:mobile","pii","plain"],[1,13,17,"岚栎新材","subject","plain"],[1,17,19,"退市","A2","plain"]]"#
    );
}

#[test]
fn a_rulebook_refuses_what_can_never_fire() {
    let refused =
        |rules: &[Rule]| Rulebook::new(&lexicons(), &subjects(), rules, &[]).err().unwrap().to_string();
    let unknown = rule("r", near(Within::Sentence, vec![subject("lanly"), category("A1")]));
    assert_eq!(refused(&[unknown]), "rule \"r\": there is no subject \"lanly\" in subjects.toml");
    assert!(refused(&[rule("r", category("A9"))]).contains("category \"A9\""));
    assert!(refused(&[rule("r", Condition::None(vec![category("A1")]))]).contains("must be absent"));
    assert!(refused(&[rule("r", near(Within::Sentence, vec![category("A1")]))]).contains("at least two"));
    let mut twice = subjects();
    twice[1].exclude.push("岚栎股份".to_owned());
    assert!(Rulebook::new(&lexicons(), &twice, &[], &[]).err().unwrap().to_string().contains("in `exclude`"));
    assert_eq!(book(&[]).lexicon_version(), "a1@2026-11 a2@2026-11 a3@2026-11 b1@2026-11 d@2026-11");
    let _ = lexicon("x", Scope::All, Vec::new());
}

proptest! {
    /// Words of every kind in any order, and anything else between.
    #[test]
    fn any_text_is_weighed_without_harm(
        words in prop::collection::vec(prop_oneof![
            Just("岚栎科技"), Just("604518"), Just("sh"), Just("立案调查"), Just("未被"), Just("否认"), Just("不属实"),
            Just("但"), Just("证实"), Just("的"), Just("。"), Just("，"), Just("\n"), Just("？"), Just("13900000000"),
            Just("逾期未兑付"), Just("公告"), Just("😀"), Just(" "), Just("龙虎榜"),
        ], 0..30),
        any in "\\PC{0,20}",
        title in "[岚栎科技未被立案调查否认？ 公告]{0,12}",
    ) {
        let book = book(&[named()]);
        let text = words.concat() + &any;
        let weighed = weighed(&book, &title, &text);
        for (field, hit) in &weighed.hits {
            let of = if *field == Field::Title { &weighed.entry.title } else { &weighed.entry.text };
            let term = book.matcher().terms()[hit.term as usize].text.as_str();
            prop_assert!(of.get(hit.start..hit.end).is_some_and(|slice| slice == term || hit.way != Way::Plain));
        }
        prop_assert!(serde_json::from_str::<serde_json::Value>(&hits_json(&book, &weighed)).is_ok());
        for part in weighed.fired.iter().flat_map(|fired| &fired.quote).chain(&excerpt(&book, &weighed)) {
            prop_assert!(!part.text.is_empty() || text.is_empty() && title.is_empty());
        }
    }
}

#[test]
fn hostile_texts_cost_little_more_than_their_length() {
    let book = book(&[
        named(),
        rule("z", near(Within::Characters(5), vec![subject("*"), category("A1|A2"), category("B1")])),
    ]);
    for (name, text) in [
        ("one sentence of denials", "岚栎科技否认立案调查，".repeat(6_000)),
        ("one sentence of turns", "岚栎科技否认但立案调查证".repeat(6_000)),
        ("no denials", "岚栎科技立案调查604518，".repeat(6_000)),
        ("many sentences", "岚栎科技未被立案调查。上述传闻不属实。".repeat(4_000)),
        ("talk", "网传岚栎科技立案调查。回应称未被立案调查。".repeat(4_000)),
        ("subjects only", "岚栎科技岚栎新材604518".repeat(6_000)),
        ("digits", "1 2 3-4".repeat(30_000)),
        ("ats", "a@".repeat(100_000)),
    ] {
        let at = std::time::Instant::now();
        let weighed = weighed(&book, "岚栎科技", &text);
        let _ = (hits_json(&book, &weighed), excerpt(&book, &weighed));
        assert!(at.elapsed().as_secs() < 5, "{name}: {} bytes took {:?}", text.len(), at.elapsed());
    }
}
