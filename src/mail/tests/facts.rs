//! Facts as the tests know them: full, minimal, and changed in every way.

use super::json;
use crate::mail::Template;
use crate::model::{
    AlertFacts, Change, Contact, CoverageFacts, DigestFacts, DigestLine, EvidenceFacts, IncidentKind,
    IncidentState, LadderLine, NoticeFacts, QuotePart, Role, Severity, Tier, TroubleLine, Way,
};
use chrono::{DateTime, NaiveDate, Utc};

/// A time of 2026-11-24 in Shanghai.
pub(super) fn at(clock: &str) -> DateTime<Utc> {
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    format!("2026-11-24T{clock}{seconds}+08:00").parse().unwrap()
}

pub(super) fn contact(role: Role, name: &str, phone: &str) -> Contact {
    Contact { role, name: name.to_owned(), phone: Some(phone.to_owned()).filter(|phone| !phone.is_empty()) }
}

pub(super) fn part(text: &str, hit: Option<&str>) -> QuotePart {
    QuotePart { text: text.to_owned(), hit: hit.map(str::to_owned), spot: None }
}

pub(super) fn full_alert() -> AlertFacts {
    AlertFacts {
        organisation: "岚栎科技".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        number: "2026-0117".to_owned(),
        severity: Severity::Orange,
        kind: IncidentKind::Rumour,
        subject: "岚栎科技".to_owned(),
        title: "听说岚栎科技被立案调查,周五就要退市".to_owned(),
        change: None,
        role: Role::OnCall,
        step: 0,
        source: "砚溪股吧".to_owned(),
        tier: Tier::Social,
        own_channel: false,
        url: Some("https://guba.example/thread/31172?page=1&sort=new#p9".to_owned()),
        published: Some("2026-11-24T22:40:00".to_owned()),
        fetched_at: at("22:44:10"),
        queued_at: at("22:44:11"),
        quote: vec![
            part("听说", None),
            part("岚栎科技", Some("subject")),
            part("已经被", None),
            part("立案调查", Some("A1")),
            part(",周五就要", None),
            part("退市", Some("A2")),
        ],
        reprints: 0,
        mainstream_reprints: 0,
        mentions: 3,
        rule: "a1-same-sentence".to_owned(),
        rule_name: "监管处罚点名".to_owned(),
        rule_version: "2026-11".to_owned(),
        because: vec!["点名岚栎科技".to_owned(), "立案调查(A1)".to_owned(), "退市(A2)".to_owned()],
        ways: Some(vec![]),
        same_sentence: true,
        raises: vec!["60分钟内满3家转载升红".to_owned(), "主流媒体刊出升红".to_owned()],
        evidence: Some(EvidenceFacts {
            at: at("22:44:10"),
            sha256: "3f9a5c2e9b1d7a40c6e8f2b35d9a1c7e3f9a5c2e9b1d7a40c6e8f2b35d9a1c7e".to_owned(),
            kept: true,
        }),
        answer_by: Some(at("22:59")),
        ladder: vec![
            LadderLine {
                at: at("22:59"),
                to: vec![contact(Role::SecuritiesRep, "陆事务", "0571-5550 0102")],
                held_until: None,
            },
            LadderLine {
                at: at("23:09"),
                to: vec![contact(Role::BoardSecretary, "沈董秘", "0571-5550 0103")],
                held_until: None,
            },
            LadderLine {
                at: at("23:39"),
                to: vec![contact(Role::Chairman, "", "")],
                held_until: Some("2026-11-25T06:30:00+08:00".parse().unwrap()),
            },
        ],
        also: vec![contact(Role::Monitor, "顾监测", "0571-5550 0101")],
        report_to: Some(contact(Role::BoardSecretary, "沈董秘", "0571-5550 0103")),
        report_by: Some(at("23:14")),
        ack_minutes: 120,
        trial: vec![],
    }
}

pub(super) fn minimal_alert() -> AlertFacts {
    AlertFacts {
        severity: Severity::Red,
        kind: IncidentKind::DataLeak,
        title: String::new(),
        source: "砚溪市门户网站".to_owned(),
        tier: Tier::Official,
        own_channel: true,
        url: None,
        published: None,
        quote: vec![],
        because: vec![],
        raises: vec![],
        evidence: None,
        answer_by: None,
        ladder: vec![],
        also: vec![],
        report_to: None,
        report_by: None,
        ..full_alert()
    }
}

pub(super) fn line(title: &str) -> DigestLine {
    DigestLine {
        number: None,
        severity: None,
        state: None,
        title: title.to_owned(),
        source: Some("砚溪股吧".to_owned()),
        url: Some("https://guba.example/thread/31172".to_owned()),
        at: Some(at("22:44")),
        published: None,
        old: false,
        reprints: 0,
        terms: vec![],
        task: None,
        by: None,
        who: None,
    }
}

pub(super) fn incident(number: &str, severity: Severity, state: IncidentState, title: &str) -> DigestLine {
    DigestLine {
        number: Some(number.to_owned()),
        severity: Some(severity),
        state: Some(state),
        published: Some("2026-11-24T22:40:00+08:00".to_owned()),
        reprints: 6,
        terms: vec!["立案调查(A1)".to_owned(), "退市(A2)".to_owned()],
        ..line(title)
    }
}

pub(super) fn full_digest() -> DigestFacts {
    DigestFacts {
        organisation: "岚栎科技".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        number: 128,
        date: NaiveDate::from_ymd_opt(2026, 11, 25).unwrap(),
        from: at("08:00"),
        until: "2026-11-25T08:00:00+08:00".parse().unwrap(),
        new_by_severity: [1, 0, 2, 9],
        overdue: 1,
        todo: vec![
            DigestLine {
                task: Some("report_due".to_owned()),
                by: Some(at("23:14")),
                who: Some("韩值班".to_owned()),
                ..incident("2026-0117", Severity::Red, IncidentState::Open, "听说岚栎科技被立案调查")
            },
            DigestLine {
                task: Some("unacknowledged".to_owned()),
                by: Some("2026-11-25T11:30:00+08:00".parse().unwrap()),
                ..incident("2026-0118", Severity::Yellow, IncidentState::Open, "岚栎科技股东拟减持")
            },
        ],
        new_incidents: vec![incident(
            "2026-0117",
            Severity::Red,
            IncidentState::Verifying,
            "听说岚栎科技被立案调查",
        )],
        in_progress: vec![incident(
            "2026-0109",
            Severity::Blue,
            IncidentState::Observing,
            "岚栎科技中标公告引发讨论",
        )],
        to_triage: vec![
            line("岚栎科技的食堂好吃吗"),
            DigestLine { old: true, ..line("三年前岚栎科技停产整顿") },
        ],
        to_triage_total: 14,
        old_mentions: 37,
        first_visit_entries: 2314,
        coverage: CoverageFacts {
            sources_enabled: 43,
            sources_working: 41,
            visits_planned: 1992,
            visits_made: 1971,
            visits_failed: 21,
            new_entries: 803,
            mentions: 26,
            down_seconds: 610,
        },
        troubles: vec![
            TroubleLine {
                subject: "砚溪晚报".to_owned(),
                reason: "timed out after 30 s".to_owned(),
                since: at("03:10"),
            },
            TroubleLine {
                subject: "board.example".to_owned(),
                reason: "answered 503".to_owned(),
                since: at("05:40"),
            },
        ],
        mails_accepted: 12,
        mails_waiting: 1,
        mails_failed: 1,
        on_duty: vec![
            contact(Role::OnCall, "韩值班", "0571-5550 0100"),
            contact(Role::DutyLeader, "钟带班", ""),
        ],
        own_channels: vec!["“通知公告”距7天还有2天".to_owned()],
        trial: vec!["值班员 韩值班".to_owned(), "董事会秘书 沈董秘".to_owned()],
    }
}

/// Nothing was found, and the digest comes all the same (P5).
pub(super) fn zero_digest() -> DigestFacts {
    DigestFacts {
        new_by_severity: [0; 4],
        overdue: 0,
        todo: vec![],
        new_incidents: vec![],
        in_progress: vec![],
        to_triage: vec![],
        to_triage_total: 0,
        old_mentions: 0,
        first_visit_entries: 0,
        coverage: CoverageFacts {
            sources_enabled: 43,
            sources_working: 41,
            visits_planned: 1992,
            visits_made: 1992,
            ..CoverageFacts::default()
        },
        mails_waiting: 0,
        mails_failed: 0,
        on_duty: vec![],
        own_channels: vec![],
        trial: vec![],
        ..full_digest()
    }
}

pub(super) fn notice() -> NoticeFacts {
    NoticeFacts {
        organisation: "岚栎科技".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        at: at("03:10"),
        subject: "砚溪晚报".to_owned(),
        reason: "https://news.example/feed.xml answered 403 (6 visits in a row)".to_owned(),
        remedy: "在浏览器中打开该地址;若对方限制抓取,请改用其RSS或停用该来源(enabled = false)".to_owned(),
    }
}

pub(super) fn bare_notice() -> NoticeFacts {
    NoticeFacts { subject: String::new(), reason: String::new(), remedy: String::new(), ..notice() }
}

pub(super) fn every_mail() -> Vec<(&'static str, Template, serde_json::Value)> {
    let change = |change| AlertFacts { change: Some(change), ..full_alert() };
    vec![
        ("alert", Template::Alert, json(&full_alert())),
        ("alert_minimal", Template::Alert, json(&minimal_alert())),
        (
            "alert_red",
            Template::Alert,
            json(&AlertFacts {
                severity: Severity::Red,
                reprints: 6,
                mainstream_reprints: 1,
                trial: vec!["值班员 韩值班".to_owned(), "董事会秘书 沈董秘".to_owned()],
                ..change(Change::Severity { from: Severity::Orange })
            }),
        ),
        (
            "alert_tier",
            Template::Alert,
            json(&AlertFacts {
                tier: Tier::Mainstream,
                reprints: 2,
                ways: Some(vec![Way::Separated, Way::Homophone]),
                ..change(Change::Tier { from: Tier::Social })
            }),
        ),
        (
            "alert_step",
            Template::Alert,
            json(&AlertFacts { step: 1, ways: None, ..change(Change::Unanswered) }),
        ),
        ("alert_ack_expired", Template::Alert, json(&change(Change::AckExpired))),
        (
            "alert_exhausted",
            Template::Alert,
            json(&AlertFacts { answer_by: None, ladder: vec![], ..change(Change::Exhausted) }),
        ),
        (
            "alert_leak_drill",
            Template::Alert,
            json(&AlertFacts {
                kind: IncidentKind::Drill,
                evidence: Some(EvidenceFacts { kept: false, ..full_alert().evidence.unwrap() }),
                ..full_alert()
            }),
        ),
        ("digest", Template::Digest, json(&full_digest())),
        ("digest_zero", Template::Digest, json(&zero_digest())),
        ("trouble", Template::Trouble, json(&notice())),
        ("trouble_bare", Template::Trouble, json(&bare_notice())),
        ("test", Template::Test, json(&notice())),
        ("test_bare", Template::Test, json(&bare_notice())),
    ]
}
