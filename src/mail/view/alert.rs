//! The view of an urgent mail.

use super::{Level, Times, Who, address, clip, lines, one_line};
use crate::mail::Reader;
use crate::model::{AlertFacts, Change, IncidentKind, LadderLine, Lang, Word};
use serde::Serialize;

/// So many characters of the page are quoted; the rest is behind its address.
const QUOTE: usize = 500;

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the mail that is there or is not")]
pub(in crate::mail) struct AlertView {
    organisation: String,
    reader: String,
    number: String,
    level: Level,
    kind: &'static str,
    drill: bool,
    subject_name: String,
    title: String,
    /// What the subject line says of the matter, before it is cut to size.
    pub(in crate::mail) matter: String,
    /// `severity`, `tier`, `unanswered`, `ack_expired`, `exhausted`, or empty for the first mail.
    change: &'static str,
    /// The level or tier before the change.
    from: &'static str,
    role: &'static str,
    /// Of the ladder, from 1.
    step_number: u32,
    source: String,
    tier: &'static str,
    own_channel: bool,
    url: Option<String>,
    published: Option<String>,
    fetched: String,
    sent: String,
    quote: Vec<Part>,
    reprints: u32,
    mainstream_reprints: u32,
    mentions: u32,
    rule: String,
    rule_name: String,
    rule_version: String,
    because: Vec<String>,
    same_sentence: bool,
    /// Nothing that fired was disguised.
    plainly: bool,
    disguises: Vec<&'static str>,
    raises: Vec<String>,
    evidence: Option<Evidence>,
    answer_by: Option<String>,
    ladder: Vec<Rung>,
    also: Vec<Who>,
    report_to: Option<Who>,
    report_by: Option<String>,
    ack_minutes: u32,
    trial: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Part {
    text: String,
    hit: bool,
}

#[derive(Debug, Serialize)]
struct Evidence {
    at: String,
    sha256: String,
    kept: bool,
}

#[derive(Debug, Serialize)]
struct Rung {
    at: String,
    to: Vec<Who>,
    held_until: Option<String>,
}

impl AlertView {
    pub(in crate::mail) fn new(facts: &AlertFacts, reader: Reader<'_>, times: Times) -> Self {
        let lang = times.lang;
        let title = one_line(&facts.title, 120);
        let subject_name = one_line(&facts.subject, 60);
        let (change, from) = match facts.change {
            None => ("", ""),
            Some(Change::Severity { from }) => ("severity", from.label(lang)),
            Some(Change::Tier { from }) => ("tier", from.label(lang)),
            Some(Change::Unanswered) => ("unanswered", ""),
            Some(Change::AckExpired) => ("ack_expired", ""),
            Some(Change::Exhausted) => ("exhausted", ""),
        };
        Self {
            organisation: one_line(&facts.organisation, 60),
            reader: one_line(reader.name, 40),
            number: one_line(&facts.number, 20),
            level: Level::new(facts.severity, lang),
            kind: facts.kind.label(lang),
            drill: facts.kind == IncidentKind::Drill,
            matter: if title.is_empty() { subject_name.clone() } else { title.clone() },
            subject_name,
            title,
            change,
            from,
            role: facts.role.label(lang),
            step_number: facts.step.saturating_add(1),
            source: one_line(&facts.source, 60),
            tier: facts.tier.label(lang),
            own_channel: facts.own_channel,
            url: address(facts.url.as_deref(), 1500),
            published: facts.published.as_deref().map(|text| times.published(text)),
            fetched: times.clock(facts.fetched_at),
            sent: times.clock(times.now),
            quote: quote(facts, lang),
            reprints: facts.reprints,
            mainstream_reprints: facts.mainstream_reprints,
            mentions: facts.mentions,
            rule: one_line(&facts.rule, 40),
            rule_name: one_line(&facts.rule_name, 60),
            rule_version: one_line(&facts.rule_version, 40),
            because: facts.because.iter().take(12).map(|why| one_line(&reason(why, lang), 60)).collect(),
            same_sentence: facts.same_sentence,
            plainly: facts.ways.as_ref().is_some_and(Vec::is_empty),
            disguises: facts.ways.iter().flatten().map(|way| way.label(lang)).collect(),
            raises: lines(&facts.raises, 6, 120),
            evidence: facts.evidence.as_ref().map(|evidence| Evidence {
                at: times.second(evidence.at),
                sha256: evidence.sha256.chars().filter(char::is_ascii_hexdigit).take(16).collect(),
                kept: evidence.kept,
            }),
            answer_by: facts.answer_by.map(|at| times.clock(at)),
            ladder: facts.ladder.iter().take(8).map(|line| rung(line, times)).collect(),
            also: Who::all(&facts.also, 12, lang),
            report_to: facts.report_to.as_ref().map(|contact| Who::new(contact, lang)),
            report_by: facts.report_by.map(|at| times.clock(at)),
            ack_minutes: facts.ack_minutes,
            trial: lines(&facts.trial, 20, 60),
        }
    }
}

/// What is found by what it is has a key where a term has its words.
fn reason(why: &str, lang: Lang) -> String {
    const BUILT_IN: [(&str, &str, &str); 9] = [
        ("pii:id_card", "个人信息 身份证号", "personal data: identity number"),
        ("pii:mobile", "个人信息 手机号", "personal data: mobile number"),
        ("pii:bank_card", "个人信息 银行卡号", "personal data: bank card"),
        ("pii:email", "个人信息 邮箱地址", "personal data: mail address"),
        ("pii:uscc", "统一社会信用代码", "unified social credit code"),
        ("pii:passport", "个人信息 护照号", "personal data: passport"),
        ("mark:secret", "密级标志", "mark of secrecy"),
        ("injection:hidden_link", "植入的隐藏链接", "hidden link put in"),
        ("injection:many_links", "植入的成批外链", "links put in, in bulk"),
    ];
    let term = why.split_once(' ').map_or(why, |(_, term)| term);
    let known = BUILT_IN.iter().find(|(key, ..)| *key == term);
    match (known, lang) {
        (Some((_, zh, _)), Lang::Zh) => (*zh).to_owned(),
        (Some((_, _, en)), Lang::En) => (*en).to_owned(),
        (None, _) => why.to_owned(),
    }
}

fn rung(line: &LadderLine, times: Times) -> Rung {
    Rung {
        at: times.clock(line.at),
        to: Who::all(&line.to, 5, times.lang),
        held_until: line.held_until.map(|at| times.clock(at)),
    }
}

/// The quoted parts up to the limit. Spaces between parts are kept: they belong to the quote.
fn quote(facts: &AlertFacts, lang: Lang) -> Vec<Part> {
    let mut left = QUOTE;
    let mut parts = Vec::new();
    for part in &facts.quote {
        if left == 0 {
            break;
        }
        if let Some(spot) = part.spot {
            parts.push(Part { text: format!("〔{}〕", spot.label(lang)), hit: false });
            continue;
        }
        let pad = |edge: Option<char>| if edge.is_some_and(char::is_whitespace) { " " } else { "" };
        let (before, after) = (pad(part.text.chars().next()), pad(part.text.chars().next_back()));
        let text = clip(&format!("{before}{}{after}", one_line(&part.text, QUOTE)), left);
        left -= text.chars().count();
        parts.push(Part { text, hit: part.hit.is_some() });
    }
    parts
}
