//! A rendered mail as the bytes of an RFC 5322 message.

use super::Rendered;
use crate::model::{Lang, Word};
use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};
use std::time::SystemTime;

/// A mail is refused above this size; every template stays far below it.
pub const MAX_BYTES: usize = 100 * 1024;

/// The outside of one mail.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// `name@host` or `Name <name@host>`.
    pub from: &'a str,
    pub to: &'a str,
    pub to_name: &'a str,
    /// With or without angle brackets.
    pub message_id: &'a str,
    /// The first mail of the same matter: mails of one incident form a thread.
    pub in_reply_to: Option<&'a str>,
    /// The time of the first attempt.
    pub date: DateTime<Utc>,
    pub urgent: bool,
    pub lang: Lang,
}

#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    #[error("{address:?} is not a mail address ({why}); correct it in people.toml or tingfeng.toml")]
    Address { address: String, why: String },
    #[error("{0:?} is not a Message-ID: it must look like <left@right>")]
    MessageId(String),
    #[error("the mail has {0} bytes, the limit is {MAX_BYTES}")]
    TooLarge(usize),
    #[error("the mail cannot be built: {0}")]
    Build(#[from] lettre::error::Error),
}

/// The bytes that are frozen at the first attempt and sent unchanged at each further one. The same arguments give
/// the same bytes.
pub fn message(rendered: &Rendered, envelope: &Envelope<'_>) -> Result<Vec<u8>, MessageError> {
    let id = message_id(envelope.message_id)?;
    let from = mailbox(envelope.from)?;
    let to = Mailbox::new(name(envelope.to_name), mailbox(envelope.to)?.email);
    let mut builder = Message::builder()
        .from(from)
        .to(to)
        .subject(one_line(&rendered.subject))
        .date(SystemTime::from(envelope.date))
        .message_id(Some(id.clone()))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", envelope.lang.key()));
    if let Some(first) = envelope.in_reply_to {
        let first = message_id(first)?;
        builder = builder.in_reply_to(first.clone()).references(first);
    }
    if envelope.urgent {
        builder = builder.raw_header(header("X-Priority", "1")).raw_header(header("Importance", "high"));
    }
    let parts = MultiPart::alternative()
        .boundary(boundary(&id))
        .singlepart(SinglePart::plain(rendered.text.clone()))
        .singlepart(SinglePart::html(rendered.html.clone()));
    let bytes = builder.multipart(parts)?.formatted();
    if bytes.len() > MAX_BYTES { Err(MessageError::TooLarge(bytes.len())) } else { Ok(bytes) }
}

/// A mailbox whose domain is written in ASCII, so that only a local part of other letters asks for SMTPUTF8.
fn mailbox(text: &str) -> Result<Mailbox, MessageError> {
    let wrong = |why: String| MessageError::Address { address: one_line(text), why };
    let parsed: Mailbox =
        text.trim().parse().map_err(|error: lettre::address::AddressError| wrong(error.to_string()))?;
    let domain = match parsed.email.domain() {
        literal if literal.starts_with('[') => literal.to_owned(),
        domain => url::Host::parse(domain).map_err(|error| wrong(error.to_string()))?.to_string(),
    };
    let email = Address::new(parsed.email.user(), domain).map_err(|error| wrong(error.to_string()))?;
    Ok(Mailbox::new(parsed.name.as_deref().and_then(name), email))
}

fn name(text: &str) -> Option<String> {
    Some(one_line(text)).filter(|name| !name.is_empty())
}

/// `<left@right>` of visible ASCII: nothing in it can start another header.
fn message_id(text: &str) -> Result<String, MessageError> {
    let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
    let fits =
        |side: &str| !side.is_empty() && side.chars().all(|c| c.is_ascii_graphic() && !"<>@".contains(c));
    match inner.split_once('@') {
        Some((left, right)) if fits(left) && fits(right) && inner.len() <= 200 => Ok(format!("<{inner}>")),
        _ => Err(MessageError::MessageId(text.to_owned())),
    }
}

/// A line of the body cannot equal it: it is a digest of the identity, which nobody outside knows beforehand.
fn boundary(id: &str) -> String {
    let digest = format!("{:x}", Sha256::digest(format!("boundary {id}")));
    format!("=_{}", &digest[..32])
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
