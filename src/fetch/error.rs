//! Why a page did not come, in words for the person who has to act, and what it means for the next try.

use crate::model::{Outcome, Skip};
use chrono::{DateTime, Utc};
use std::net::IpAddr;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the fetcher cannot be set up: {why}")]
    Setup { why: String },

    // Refused before anything was asked.
    #[error("{scheme}: addresses are not fetched; only http and https are")]
    Scheme { scheme: String },
    #[error("the address of {host} carries a user name or password; remove it, logins are not used")]
    Userinfo { host: String },
    #[error(
        "{host} is at {address}, which is {kind}; set allow_private = true on the source if this is meant"
    )]
    Address { host: String, address: IpAddr, kind: &'static str },
    #[error("robots.txt of {host} refuses this page (Disallow: {rule})")]
    Robots { host: String, rule: String },
    #[error(
        "robots.txt of {host} answered {status}, so nothing is asked there until it can be read (RFC 9309); \
         next try after {}", .until.format("%H:%M:%S UTC")
    )]
    RobotsBroken { host: String, status: u16, until: DateTime<Utc> },
    #[error("{host} asked to be left alone until {}", .until.format("%Y-%m-%d %H:%M:%S UTC"))]
    Held { host: String, until: DateTime<Utc> },
    #[error("the next turn of {host} is in {} s; its robots.txt, or crawl.host_gap, asks for that much between two requests", .wait.as_secs())]
    Far { host: String, wait: Duration, until: DateTime<Utc> },

    // The way there.
    #[error("the name {host} could not be resolved: {why}; check the address and this machine's DNS")]
    Dns { host: String, why: String },
    #[error("{host} refused the connection; nothing is listening on that port")]
    ConnectionRefused { host: String },
    #[error("no connection to {host}: {why}")]
    Connect { host: String, why: String },
    #[error("{host} did not accept a connection within {} s", .limit.as_secs_f32())]
    ConnectTimeout { host: String, limit: Duration },
    #[error("the certificate of {host} is not valid: {why}")]
    Certificate { host: String, why: String },
    #[error(
        "no certificate can be checked: {why}; install the package ca-certificates or point SSL_CERT_FILE to a bundle"
    )]
    NoRoots { why: String },
    #[error("no secure connection to {host}: {why}")]
    Tls { host: String, why: String },

    // The answer.
    #[error("{host} did not answer within {} s (crawl.timeout)", .limit.as_secs_f32())]
    Timeout { host: String, limit: Duration },
    #[error("{host} was still sending after {} s, {bytes} bytes had come (crawl.timeout)", .limit.as_secs_f32())]
    Slow { host: String, limit: Duration, bytes: usize },
    #[error("{host} broke off: {why}")]
    Answer { host: String, why: String },
    #[error("{host} closed the connection after {bytes} bytes of the page{}", of(*.expected))]
    BrokenOff { host: String, bytes: usize, expected: Option<u64> },
    #[error("{host} {}", meaning(*.status))]
    Status { host: String, status: u16, retry_at: Option<DateTime<Utc>> },
    #[error("{host} answered 304 (not modified) although nothing was known of the page")]
    NotAskedFor { host: String },
    #[error("more than {limit} redirects, the last one to {last}; use the final address as the source's url")]
    TooManyRedirects { limit: usize, last: String },
    #[error("the redirects go in a circle at {url}; such sites often want cookies or a login")]
    RedirectLoop { url: String },
    #[error("{host} redirects with {status} to an address that cannot be read: {why}")]
    Redirect { host: String, status: u16, why: String },

    // The body.
    #[error(
        "the page is larger than {limit} bytes{}; raise crawl.max_bytes if it must be read",
        if *.unpacked { " when unpacked" } else { "" }
    )]
    TooLarge { limit: usize, unpacked: bool },
    #[error("the page is encoded as {name}, which cannot be undone (known: gzip, deflate, br, zstd)")]
    Encoding { name: String },
    #[error("the {encoding} body is cut off after {bytes} bytes")]
    Truncated { encoding: &'static str, bytes: usize },
    #[error("the body is not {encoding} though the server says so: {why}")]
    Broken { encoding: &'static str, why: String },
    #[error("the page could not be unpacked: the decoder stopped at it")]
    Unpacking,
}

/// What a failed visit means for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// It may pass: try again with back-off, not before the given time.
    Again(Option<DateTime<Utc>>),
    /// It will stay so until somebody changes something.
    Lasting,
    /// It was not tried, on purpose.
    Refused(Skip, Option<DateTime<Utc>>),
}

impl FetchError {
    pub fn advice(&self) -> Advice {
        match self {
            Self::Address { .. } | Self::Userinfo { .. } => Advice::Refused(Skip::Address, None),
            Self::Robots { .. } => Advice::Refused(Skip::Robots, None),
            Self::RobotsBroken { until, .. } => Advice::Refused(Skip::Robots, Some(*until)),
            Self::Held { until, .. } | Self::Far { until, .. } => {
                Advice::Refused(Skip::HostBudget, Some(*until))
            }
            Self::Setup { .. } | Self::Scheme { .. } | Self::TooLarge { .. } | Self::Encoding { .. } => {
                Advice::Lasting
            }
            Self::Status { status: 404 | 410, .. } => Advice::Lasting,
            Self::Status { retry_at, .. } => Advice::Again(*retry_at),
            _ => Advice::Again(None),
        }
    }
}

impl From<FetchError> for Outcome {
    fn from(error: FetchError) -> Self {
        let text = error.to_string();
        match error.advice() {
            Advice::Again(retry_after) => Self::Failed { reason: text, retry_after, lasting: false },
            Advice::Lasting => Self::Failed { reason: text, retry_after: None, lasting: true },
            Advice::Refused(why, until) => Self::Skipped { why, detail: text, until },
        }
    }
}

fn of(expected: Option<u64>) -> String {
    expected.map_or_else(String::new, |n| format!(", which was to have {n}"))
}

fn meaning(status: u16) -> String {
    let words = match status {
        401 => "refuses us (401): the page wants a login, which is not used",
        403 => "refuses us (403): it may block crawlers; ask its operator or choose another address",
        404 => "has no such page (404)",
        410 => "says that the page is gone for good (410)",
        429 => "finds that we ask too often (429); ask it less often",
        451 => "refuses us (451): the page is withheld for legal reasons",
        503 => "is not available for now (503)",
        500..=599 => "has a fault of its own",
        400..=499 => "does not accept the request",
        300..=399 => "redirects without saying where",
        _ => "gave no page",
    };
    if words.contains('(') { words.to_owned() } else { format!("{words} ({status})") }
}
