//! Facts through a template: three renderings (subject, text, HTML) of the same words.
//!
//! Each template is one file of words per language; `marks.txt` and `marks.html` say how a line, a heading or a hit
//! looks in either medium, so the two parts of a mail cannot drift apart.

use super::view::{AlertView, DigestView, NoticeView, Times, clip};
use super::{Reader, Template};
use crate::model::{AlertFacts, DigestFacts, Lang, NoticeFacts, Word};
use chrono::{DateTime, Utc};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, State, UndefinedBehavior, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

/// A subject has at most so many characters.
pub const MAX_SUBJECT: usize = 60;

/// So many bytes of text and HTML fit into a message, base64 and headers included.
const ROOM: usize = super::MAX_BYTES * 7 / 10;

/// Asks `flat` for a new line.
const BREAK: char = '\u{1E}';

/// A mail as words, before it is a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The stored facts are not those of this template: written by a newer version, or by hand.
    #[error("the stored facts of this {template} mail cannot be read: {source}; cancel it with `tingfeng outbox cancel`", template = .template.key())]
    Facts { template: Template, source: serde_json::Error },
    /// A mistake in a template of ours.
    #[error(
        "template {name} cannot be rendered: {source:#}; this is a mistake in the program, please report it"
    )]
    Template { name: String, source: minijinja::Error },
}

/// Renders one mail. `now` is the time of the first attempt; it appears as the sending time.
pub fn render(
    template: Template,
    lang: Lang,
    facts: &serde_json::Value,
    reader: Reader<'_>,
    now: DateTime<Utc>,
) -> Result<Rendered, RenderError> {
    match template {
        Template::Alert => {
            let facts: AlertFacts = read(template, facts)?;
            let view = AlertView::new(&facts, reader, Times::new(facts.zone, lang, now));
            fill(template, lang, &view, &view.matter)
        }
        Template::Digest => {
            let facts: DigestFacts = read(template, facts)?;
            let times = Times::new(facts.zone, lang, now);
            let digest = |most| fill(template, lang, &DigestView::new(&facts, reader, times, most), "");
            // A day with hundreds of matters shows fewer of each and counts the rest.
            for most in [40, 20, 10, 5] {
                let mail = digest(most)?;
                if mail.text.len() + mail.html.len() <= ROOM {
                    return Ok(mail);
                }
            }
            digest(2)
        }
        Template::Trouble | Template::Test => {
            let facts: NoticeFacts = read(template, facts)?;
            let view = NoticeView::new(&facts, reader, Times::new(facts.zone, lang, now));
            fill(template, lang, &view, &view.matter)
        }
    }
}

fn read<T: DeserializeOwned>(template: Template, facts: &serde_json::Value) -> Result<T, RenderError> {
    T::deserialize(facts).map_err(|source| RenderError::Facts { template, source })
}

/// Subject, text and HTML of one view.
fn fill(
    template: Template,
    lang: Lang,
    view: &impl Serialize,
    matter: &str,
) -> Result<Rendered, RenderError> {
    let view = Value::from(Serde(view));
    let fill = |ending: &str, medium: &str, subject: &str, matter: &str| {
        let name = format!("{}/{}.{ending}", lang.key(), template.key());
        let about = Value::from(Serde(About { lang: lang.key(), medium, subject, matter }));
        let context = minijinja::context! { ..about, ..view.clone() };
        ENVIRONMENT
            .get_template(&name)
            .and_then(|template| template.render(context))
            .map_err(|source| RenderError::Template { name, source })
    };
    // The matter gives way, never the level, the number or the deadline.
    let around = fill("subject", "txt", "", "")?.trim().chars().count();
    let matter = clip(matter, MAX_SUBJECT.saturating_sub(around));
    let subject = clip(fill("subject", "txt", "", &matter)?.trim(), MAX_SUBJECT);
    let text = tidy(&fill("txt", "txt", &subject, &matter)?);
    let html = tidy(&fill("html", "html", &subject, &matter)?);
    Ok(Rendered { subject, text, html })
}

#[derive(Serialize)]
struct About<'a> {
    lang: &'a str,
    medium: &'a str,
    subject: &'a str,
    matter: &'a str,
}

/// At most one empty line in a row, no spaces at the ends of lines.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            tidy.push_str(line);
            tidy.push('\n');
        }
        empty = line.is_empty();
    }
    tidy.truncate(tidy.trim_end().len());
    tidy.push('\n');
    tidy
}

/// Every template of every language; the ending decides whether values are escaped.
pub(super) const WORDS: &[(&str, &str, &str)] = &[
    ("zh-CN", "alert", include_str!("templates/zh-CN/alert.j2")),
    ("zh-CN", "digest", include_str!("templates/zh-CN/digest.j2")),
    ("zh-CN", "trouble", include_str!("templates/zh-CN/trouble.j2")),
    ("zh-CN", "test", include_str!("templates/zh-CN/test.j2")),
    ("zh-CN", "answer", include_str!("templates/zh-CN/answer.j2")),
    ("en", "alert", include_str!("templates/en/alert.j2")),
    ("en", "digest", include_str!("templates/en/digest.j2")),
    ("en", "trouble", include_str!("templates/en/trouble.j2")),
    ("en", "test", include_str!("templates/en/test.j2")),
    ("en", "answer", include_str!("templates/en/answer.j2")),
];

pub(super) const SUBJECTS: &[(&str, &str)] = &[
    ("zh-CN/alert.subject", include_str!("templates/zh-CN/alert.subject.j2")),
    ("zh-CN/digest.subject", include_str!("templates/zh-CN/digest.subject.j2")),
    ("zh-CN/trouble.subject", include_str!("templates/zh-CN/trouble.subject.j2")),
    ("zh-CN/test.subject", include_str!("templates/zh-CN/test.subject.j2")),
    ("en/alert.subject", include_str!("templates/en/alert.subject.j2")),
    ("en/digest.subject", include_str!("templates/en/digest.subject.j2")),
    ("en/trouble.subject", include_str!("templates/en/trouble.subject.j2")),
    ("en/test.subject", include_str!("templates/en/test.subject.j2")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // A block tag on a line of its own leaves no line behind.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    env.set_syntax(syntax.expect("the usual delimiters with other white space"));
    env.set_auto_escape_callback(|name| {
        if name.rsplit_once('.').is_some_and(|(_, medium)| medium == "html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    env.add_function("n", |state: &mut State| state.get_or_insert_extension(Lines(0)).next());
    env.add_function("step", |state: &mut State| circled(state.get_or_insert_extension(Steps(0)).next()));
    env.add_global("br", BREAK.to_string());
    env.add_filter("flat", flat);
    env.add_filter("thousands", thousands);
    env.add_filter("many", many);
    let mut add = |name: String, source: &'static str| {
        env.add_template_owned(name, source).expect("a test renders every template that is compiled in");
    };
    add("marks.txt".to_owned(), include_str!("templates/marks.txt"));
    add("marks.html".to_owned(), include_str!("templates/marks.html"));
    for (lang, name, source) in WORDS {
        add(format!("{lang}/{name}.txt"), source);
        add(format!("{lang}/{name}.html"), source);
    }
    for (name, source) in SUBJECTS {
        add((*name).to_owned(), source);
    }
    env
});

/// The number of the last line, counted through the whole mail whatever falls away.
struct Lines(u32);
/// The number of the last thing to do.
struct Steps(u32);

impl Lines {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

impl Steps {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// ① to ⑳.
fn circled(number: u32) -> String {
    char::from_u32(0x245F + number).filter(|_| number <= 20).map_or(format!("({number})"), String::from)
}

/// Joins the source lines of a template's sentence: a line break and its indentation are nothing. A break that is
/// wanted is a control character (`BREAK`), which no value contains.
fn flat(value: &Value) -> Value {
    let text = value.to_string();
    let joined: String = text.lines().map(str::trim_start).collect();
    let joined = joined.trim().replace(BREAK, "\n   ");
    if value.is_safe() { Value::from_safe_string(joined) } else { Value::from(joined) }
}

/// 1992 as `1,992`; a space before each group of three where `mark` says so.
fn many(number: u64, one: &str, more: Option<&str>) -> String {
    match (number, more) {
        (1, _) => format!("1 {one}"),
        (_, Some(more)) => format!("{} {more}", thousands(number, " ")),
        (_, None) => format!("{} {one}s", thousands(number, " ")),
    }
}

fn thousands(number: u64, mark: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push_str(mark);
        }
        grouped.push(digit);
    }
    grouped
}
