mod facts;

use super::*;
use crate::model::{
    AlertFacts, Change, CoverageFacts, DigestFacts, DigestLine, IncidentState, LadderLine, QuotePart, Role,
    Severity, Spot, Tier, TroubleLine,
};
use facts::*;
use std::collections::BTreeSet;

const READER: Reader<'static> = Reader { name: "韩值班" };

fn json(facts: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(facts).unwrap()
}

fn alert_in(lang: Lang, facts: &AlertFacts) -> Rendered {
    render(Template::Alert, lang, &json(facts), READER, at("22:45")).unwrap()
}

#[test]
fn every_mail_reads_well_in_every_language() {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings.bind(|| {
        for &lang in Lang::ALL {
            for (name, template, facts) in every_mail() {
                let now = if template == Template::Digest { full_digest().until } else { at("22:45") };
                let mail = render(template, lang, &facts, READER, now)
                    .unwrap_or_else(|error| panic!("{name} in {}: {error}", lang.key()));
                insta::assert_snapshot!(
                    format!("{}_{name}", lang.key()),
                    format!("{}\n\n{}", mail.subject, mail.text)
                );
                // One picture of the HTML of each kind is enough: the words are those of the text.
                if ["alert", "digest"].contains(&name) {
                    insta::assert_snapshot!(format!("{}_{name}_html", lang.key()), mail.html);
                }
            }
        }
    });
}

#[test]
fn both_languages_have_the_same_templates() {
    let names = |lang: &str| -> BTreeSet<String> {
        let bodies =
            super::render::WORDS.iter().filter(|(of, ..)| *of == lang).map(|(_, name, _)| (*name).to_owned());
        let subjects =
            super::render::SUBJECTS.iter().filter_map(|(name, _)| name.strip_prefix(&format!("{lang}/")));
        bodies.chain(subjects.map(str::to_owned)).collect()
    };
    assert_eq!(names("zh-CN"), names("en"));
    for template in Template::ALL {
        assert!(names("en").contains(template.key()), "{template:?} has words");
        assert!(names("en").contains(&format!("{}.subject", template.key())), "{template:?} has a subject");
        assert_eq!(Template::parse(template.key()), Some(*template));
    }
}

#[test]
fn a_mail_speaks_one_language() {
    for (name, template, facts) in every_mail() {
        let mail = render(template, Lang::Zh, &facts, READER, at("22:45")).unwrap();
        for word in
            ["orange", "red", "rumour", "open", "verifying", "social", "board_secretary", "unacknowledged"]
        {
            let mut words = mail.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            assert!(words.all(|said| said != word), "{name} says {word} to a Chinese reader:\n{}", mail.text);
        }
        assert!(!mail.text.contains("特别重大"), "{name}: a formal class is for people to give");
    }
    // Facts without Chinese words must give an English mail without any.
    let mut facts = AlertFacts {
        organisation: "Lanli Technology".to_owned(),
        subject: "Lanli Technology".to_owned(),
        title: "Lanli under investigation".to_owned(),
        source: "board".to_owned(),
        quote: vec![],
        rule_name: "named".to_owned(),
        because: vec!["A1".to_owned()],
        raises: vec!["three outlets".to_owned()],
        also: vec![],
        ladder: vec![],
        report_to: None,
        ..full_alert()
    };
    for change in [
        None,
        Some(Change::Severity { from: Severity::Yellow }),
        Some(Change::Tier { from: Tier::Local }),
        Some(Change::Unanswered),
        Some(Change::AckExpired),
        Some(Change::Exhausted),
    ] {
        facts.change = change;
        let mail =
            render(Template::Alert, Lang::En, &json(&facts), Reader { name: "Han" }, at("22:45")).unwrap();
        let chinese =
            |c: char| ('\u{3000}'..='\u{9FFF}').contains(&c) || ('\u{FF00}'..='\u{FFEF}').contains(&c);
        assert!(!mail.text.contains(chinese), "{}", mail.text);
        assert!(!mail.subject.contains(chinese), "{}", mail.subject);
    }
}

#[test]
fn a_subject_is_short_and_begins_with_what_matters() {
    let endless = "岚栎科技被立案调查".repeat(50);
    for (why, title, change) in [
        ("the first mail", "岚栎科技被立案调查", None),
        ("a title without end", endless.as_str(), None),
        ("no title: the subject stands for it", "", None),
        ("raised", endless.as_str(), Some(Change::Severity { from: Severity::Yellow })),
        ("spread", endless.as_str(), Some(Change::Tier { from: Tier::Social })),
        ("a further step", endless.as_str(), Some(Change::Unanswered)),
        ("the acknowledgement ran out", endless.as_str(), Some(Change::AckExpired)),
        ("exhausted", endless.as_str(), Some(Change::Exhausted)),
    ] {
        for &lang in Lang::ALL {
            let facts = AlertFacts { title: title.to_owned(), change: change.clone(), ..full_alert() };
            let subject = alert_in(lang, &facts).subject;
            assert!(subject.chars().count() <= MAX_SUBJECT, "{why}: {subject}");
            assert!(subject.contains("22:59"), "{why}: the deadline stays: {subject}");
            let start: String = subject.chars().take(25).collect();
            for needed in ["2026-0117", "岚栎", if lang == Lang::Zh { "橙" } else { "orange" }] {
                assert!(start.contains(needed), "{why}: {needed} comes early: {start}");
            }
        }
    }
    let crowded = DigestFacts {
        number: i64::MAX,
        new_by_severity: [u32::MAX; 4],
        overdue: u32::MAX,
        coverage: CoverageFacts {
            sources_enabled: u32::MAX,
            sources_working: u32::MAX,
            ..CoverageFacts::default()
        },
        ..full_digest()
    };
    for &lang in Lang::ALL {
        let mail = render(Template::Digest, lang, &json(&crowded), READER, at("22:45")).unwrap();
        assert!(mail.subject.chars().count() <= MAX_SUBJECT, "{}", mail.subject);
    }
}

#[test]
fn lines_are_numbered_without_gaps_whatever_falls_away() {
    for (name, template, facts) in every_mail() {
        for &lang in Lang::ALL {
            let mail = render(template, lang, &facts, READER, at("22:45")).unwrap();
            let numbers: Vec<usize> =
                mail.text.lines().filter_map(|line| line.split_once(". ")?.0.parse().ok()).collect();
            assert!(!numbers.is_empty(), "{name}");
            assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{name}:\n{}", mail.text);
        }
    }
}

#[test]
fn nothing_promises_that_a_reply_is_read() {
    for (name, template, facts) in every_mail() {
        let mail = render(template, Lang::Zh, &facts, READER, at("22:45")).unwrap();
        assert!(!mail.text.contains("前请回") && !mail.subject.contains("请回"), "{name}");
        if template == Template::Alert {
            assert!(mail.text.contains("tingfeng incident ack 2026-0117"), "{name}");
        }
        assert!(!mail.subject.ends_with('…'), "{name}: an ordinary subject fits: {}", mail.subject);
    }
}

#[test]
fn whatever_a_page_says_stays_data() {
    let hostile = "<script>alert(1)</script>\" onmouseover=\"x\r\nBcc: all@lanli.example\r\n\r\n{{ n() }}\u{202E}txt\u{0}";
    let facts = AlertFacts {
        title: hostile.to_owned(),
        source: hostile.to_owned(),
        subject: hostile.to_owned(),
        url: Some("javascript:alert(1)\"><script>".to_owned()),
        quote: vec![part(hostile, Some("A1")), part(hostile, None)],
        because: vec![hostile.to_owned()],
        published: Some(hostile.to_owned()),
        number: "2026-0117\r\nX-Evil: 1".to_owned(),
        also: vec![contact(Role::Monitor, hostile, hostile)],
        ..full_alert()
    };
    for &lang in Lang::ALL {
        let mail =
            render(Template::Alert, lang, &json(&facts), Reader { name: hostile }, at("22:45")).unwrap();
        assert!(!mail.html.contains("<script"), "{}", mail.html);
        assert!(!mail.html.contains("onmouseover=\""), "{}", mail.html);
        assert!(!mail.html.contains("href=\"javascript"), "{}", mail.html);
        assert!(!mail.text.contains('\u{202E}') && !mail.text.contains('\u{0}'));
        assert!(mail.text.contains("{{ n() }}"), "a template in a title is only text");
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);

        let wild = Rendered { subject: format!("{}\r\nBcc: all@lanli.example", mail.subject), ..mail };
        let bytes = message(&wild, &Envelope { to_name: hostile, ..envelope(lang) }).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ");
        let names: Vec<&str> =
            unfolded.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
        assert!(!names.iter().any(|name| ["Bcc", "X-Evil"].contains(name)), "{names:?}");
    }
}

fn envelope(lang: Lang) -> Envelope<'static> {
    Envelope {
        from: "听风 <tingfeng@lanli.example>",
        to: "duty@lanli.example",
        to_name: "韩值班",
        message_id: "<a1b2c3@lanli.example>",
        in_reply_to: Some("<first@lanli.example>"),
        date: at("22:45"),
        urgent: true,
        lang,
    }
}

#[test]
fn a_message_has_its_headers_and_is_the_same_at_every_try() {
    let mail = alert_in(Lang::Zh, &full_alert());
    let bytes = message(&mail, &envelope(Lang::Zh)).unwrap();
    assert_eq!(bytes, message(&mail, &envelope(Lang::Zh)).unwrap());
    assert!(bytes.is_ascii(), "every server takes it");
    let text = String::from_utf8(bytes).unwrap();
    for header in [
        "Message-ID: <a1b2c3@lanli.example>\r\n",
        "In-Reply-To: <first@lanli.example>\r\n",
        "References: <first@lanli.example>\r\n",
        "Date: Tue, 24 Nov 2026 14:45:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "X-Priority: 1\r\n",
        "Content-Language: zh-CN\r\n",
        "MIME-Version: 1.0\r\n",
        "multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n",
        "Content-Transfer-Encoding: base64\r\n",
    ] {
        assert!(text.contains(header), "{header:?} is missing:\n{text}");
    }
    assert!(!text.to_lowercase().contains("\r\nlist-"), "not a mailing list");
    assert!(text.lines().all(|line| line.len() <= 998), "RFC 5322, 2.1.1");

    let calm = Envelope { urgent: false, in_reply_to: None, ..envelope(Lang::En) };
    let text = String::from_utf8(message(&mail, &calm).unwrap()).unwrap();
    assert!(!text.contains("X-Priority") && !text.contains("In-Reply-To"));
}

#[test]
fn a_wrong_envelope_is_refused_with_the_cure() {
    let mail = alert_in(Lang::Zh, &full_alert());
    for (why, envelope) in [
        ("no address", Envelope { to: "duty", ..envelope(Lang::Zh) }),
        ("two lines", Envelope { to: "duty@lanli.example\r\nBcc: x@lanli.example", ..envelope(Lang::Zh) }),
        ("an empty sender", Envelope { from: "", ..envelope(Lang::Zh) }),
        ("no Message-ID", Envelope { message_id: "", ..envelope(Lang::Zh) }),
        ("a Message-ID of two lines", Envelope { message_id: "<a@b>\r\nBcc: <c@d>", ..envelope(Lang::Zh) }),
        ("a broken reference", Envelope { in_reply_to: Some("first"), ..envelope(Lang::Zh) }),
    ] {
        assert!(message(&mail, &envelope).is_err(), "{why}");
    }
    let unicode = Envelope { to: "值班@砚溪.example", ..envelope(Lang::Zh) };
    let text = String::from_utf8(message(&mail, &unicode).unwrap()).unwrap();
    assert!(text.contains("xn--"), "the domain is written in ASCII: {text}");
    let huge = Rendered { text: "长".repeat(MAX_BYTES), ..mail };
    assert!(matches!(message(&huge, &envelope(Lang::Zh)), Err(MessageError::TooLarge(_))));
}

#[test]
fn the_longest_mails_stay_below_the_limit() {
    let long = "岚栎科技被立案调查".repeat(300);
    let url = format!("https://guba.example/{}", "a".repeat(5000));
    let full = DigestLine {
        number: Some("2026-0117".to_owned()),
        url: Some(url.clone()),
        source: Some(long.clone()),
        terms: vec![long.clone(); 50],
        who: Some(long.clone()),
        task: Some(long.clone()),
        by: Some(at("22:59")),
        ..incident("2026-0117", Severity::Red, IncidentState::Open, &long)
    };
    let many = || vec![full.clone(); 500];
    let digest = DigestFacts {
        todo: many(),
        new_incidents: many(),
        in_progress: many(),
        to_triage: many(),
        troubles: vec![TroubleLine { subject: long.clone(), reason: long.clone(), since: at("03:10") }; 500],
        on_duty: vec![contact(Role::OnCall, &long, &long); 500],
        own_channels: vec![long.clone(); 500],
        trial: vec![long.clone(); 500],
        ..full_digest()
    };
    let rung =
        LadderLine { at: at("22:59"), to: vec![contact(Role::OnCall, &long, &long); 50], held_until: None };
    let alert = AlertFacts {
        title: long.clone(),
        url: Some(url),
        quote: vec![part(&long, Some("A1")); 200],
        because: vec![long.clone(); 200],
        raises: vec![long.clone(); 200],
        ladder: vec![rung; 200],
        also: vec![contact(Role::OnCall, &long, &long); 500],
        trial: vec![long.clone(); 500],
        ..full_alert()
    };
    for &lang in Lang::ALL {
        for (template, facts) in [(Template::Digest, json(&digest)), (Template::Alert, json(&alert))] {
            let mail = render(template, lang, &facts, READER, at("22:45")).unwrap();
            let size = message(&mail, &envelope(lang)).map(|bytes| bytes.len());
            assert!(size.is_ok(), "{template:?} in {}: {size:?}", lang.key());
        }
    }
}

#[test]
fn facts_of_another_shape_are_an_error_that_helps() {
    let error = render(Template::Alert, Lang::Zh, &json(&notice()), READER, at("22:45")).unwrap_err();
    assert!(matches!(error, RenderError::Facts { template: Template::Alert, .. }));
    assert!(error.to_string().contains("outbox cancel"), "{error}");
}

#[test]
fn times_carry_their_day_when_it_is_another() {
    use super::view::Times;
    let times = |lang| Times::new(chrono_tz::Asia::Shanghai, lang, at("22:45"));
    for (why, instant, zh, en) in [
        ("today", "2026-11-24T14:40:00Z", "22:40", "22:40"),
        ("tomorrow there, today in UTC", "2026-11-24T16:05:00Z", "11月25日 00:05", "25 Nov 00:05"),
        ("another year", "2025-11-24T14:40:00Z", "2025年11月24日 22:40", "24 Nov 2025 22:40"),
    ] {
        let instant = instant.parse().unwrap();
        assert_eq!(times(Lang::Zh).clock(instant), zh, "{why}");
        assert_eq!(times(Lang::En).clock(instant), en, "{why}");
    }
    for (why, page, zh) in [
        ("a local time", "2026-11-24T22:40:00", "22:40"),
        ("an offset is turned into our zone", "2026-11-24T14:40:00Z", "22:40"),
        ("a day stays a day", "2026-11-23", "11月23日"),
        ("what we do not understand is shown as it stands", "昨天 22:40", "昨天 22:40"),
    ] {
        assert_eq!(times(Lang::Zh).published(page), zh, "{why}");
    }
}

#[test]
fn an_alert_about_our_own_page_says_where_on_it_and_in_words() {
    let spot = |spot| QuotePart { text: String::new(), hit: None, spot: Some(spot) };
    let facts = AlertFacts {
        kind: crate::model::IncidentKind::Tampering,
        quote: vec![
            spot(Spot::Hidden),
            part("澳门", None),
            part("博彩平台", Some("D3")),
            spot(Spot::HiddenLink),
        ],
        because: vec!["D3 博彩平台".to_owned(), "injection injection:hidden_link".to_owned()],
        ..minimal_alert()
    };
    let zh = alert_in(Lang::Zh, &facts).text;
    assert!(zh.contains("〔隐藏文字〕澳门【博彩平台】〔隐藏链接〕"), "{zh}");
    assert!(zh.contains("D3 博彩平台、植入的隐藏链接"), "{zh}");
    let en = alert_in(Lang::En, &facts).text;
    assert!(en.contains("〔hidden text〕澳门") && en.contains("D3 博彩平台, hidden link put in"), "{en}");
}
