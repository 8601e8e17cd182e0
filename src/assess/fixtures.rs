//! A small rulebook about the invented company, and entries to weigh with it.

use super::{Rulebook, Weighed, weigh};
use crate::model::{
    Condition, Entry, EntryKey, IncidentKind, Lexicon, Rule, Scope, Severity, Source, SourceKind, Subject,
    Term, Tier, Timetable, Within,
};
use std::time::Duration;

pub fn term(text: &str, category: &str) -> Term {
    Term::new(text, category, 4)
}

pub fn lexicon(key: &str, scope: Scope, terms: Vec<Term>) -> Lexicon {
    let (name, version) = (key.to_owned(), "2026-11".to_owned());
    Lexicon { key: key.to_owned(), name, version, effective: None, scope, terms, harmless: Vec::new() }
}

pub fn lexicons() -> Vec<Lexicon> {
    let mut leak = vec![term("内部明电", "D1"), term("布署", "D2"), term("工商局", "D2")];
    leak[2].correct = Some("市场监督管理局".to_owned());
    leak[2].since = chrono::NaiveDate::from_ymd_opt(2018, 3, 21);
    vec![
        lexicon("a1", Scope::All, ["立案调查", "立案告知书", "监管函"].map(|text| term(text, "A1")).to_vec()),
        lexicon(
            "a2",
            Scope::All,
            ["退市", "财务造假", "虚增收入", "违规担保", "资金占用"].map(|text| term(text, "A2")).to_vec(),
        ),
        lexicon(
            "a3",
            Scope::All,
            ["债务违约", "逾期未兑付", "破产重整"].map(|text| term(text, "A3")).to_vec(),
        ),
        lexicon("b1", Scope::All, ["减持", "质押"].map(|text| term(text, "B1")).to_vec()),
        lexicon("d", Scope::Own, leak),
    ]
}

pub fn subjects() -> Vec<Subject> {
    let strings = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
    vec![
        Subject {
            key: "material".to_owned(),
            name: "岚栎新材".to_owned(),
            names: Vec::new(),
            codes: Vec::new(),
            exclude: Vec::new(),
            own: false,
        },
        Subject {
            key: "lanli".to_owned(),
            name: "岚栎科技股份有限公司".to_owned(),
            names: strings(&["岚栎科技", "岚栎股份"]),
            codes: strings(&["604518"]),
            exclude: strings(&["岚栎科技园物业"]),
            own: true,
        },
    ]
}

pub fn category(name: &str) -> Condition {
    Condition::Any(name.split('|').map(|name| Condition::Category(name.to_owned())).collect())
}

pub fn subject(key: &str) -> Condition {
    Condition::Subject(key.to_owned())
}

pub fn near(within: Within, of: Vec<Condition>) -> Condition {
    Condition::Near { within, of }
}

pub fn rule(key: &str, condition: Condition) -> Rule {
    Rule {
        key: key.to_owned(),
        name: key.to_owned(),
        version: "2026-11".to_owned(),
        kind: IncidentKind::Rumour,
        severity: Severity::Orange,
        condition,
        own: None,
        tiers: Vec::new(),
        heed_denials: true,
        raise: Vec::new(),
        policy: None,
    }
}

/// "Class A naming us in one sentence".
pub fn named() -> Rule {
    rule("A-named", near(Within::Sentence, vec![subject("*"), category("A1|A2|A3")]))
}

pub fn book(rules: &[Rule]) -> Rulebook {
    Rulebook::new(&lexicons(), &subjects(), rules, &[]).unwrap()
}

pub fn source(own: bool) -> Source {
    Source {
        key: "yanxi-forum".to_owned(),
        name: "砚溪论坛".to_owned(),
        url: "https://bbs.yanxi.example/".parse().unwrap(),
        kind: SourceKind::Feed { article: false },
        timetable: Timetable::Every { every: Duration::from_mins(5), jitter: Duration::ZERO },
        zone: chrono_tz::Asia::Shanghai,
        tier: Tier::Social,
        own,
        enabled: true,
        watched_since: None,
        age_limit: Duration::from_hours(24),
        max_silence: None,
        allow_private: false,
        charset: None,
        article: crate::model::ArticleSelectors::default(),
    }
}

pub fn entry(title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey::manual("1"),
        aliases: Vec::new(),
        url: None,
        title: title.to_owned(),
        text: text.to_owned(),
        byline: None,
        outlet: None,
        published: None,
    }
}

/// Weighed as found in somebody else's forum.
pub fn weighed(book: &Rulebook, title: &str, text: &str) -> Weighed {
    weigh(book, &source(false), entry(title, text))
}
