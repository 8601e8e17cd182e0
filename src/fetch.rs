//! Brings one page politely: an address in, a body or the reason why not out. Promise P7.
//!
//! Redirects are followed here, not by the HTTP client, so that each address on the way passes the address guard,
//! robots.txt and the budget of its host. The body is kept as it came over the wire, because it is evidence, and
//! unpacked under a limit. Time, bytes (packed and unpacked), headers and redirects are limited.

mod decode;
mod error;
mod gate;
mod guard;
mod headers;
pub mod robots;
mod rulebook;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

pub use error::{Advice, FetchError};
pub use gate::host_key;

use crate::model::{Fetched, Hop, Outcome, Validators};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use gate::{Closed, Gate, Pass};
use reqwest::header::HeaderMap;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;
use wire::{Answer, Surroundings, Wire};

/// More than this is hashed and unpacked apart from the threads that wait for the network.
const HEAVY_BYTES: usize = 256 * 1024;

/// How politely, and within which limits.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Sent with every request; names the program and a contact.
    pub user_agent: String,
    /// Requests to one host at the same time.
    pub per_host: usize,
    /// The least time between the starts of two requests to one host.
    pub host_gap: Duration,
    /// For a page with all its redirects; time spent waiting for a host's turn does not count.
    pub timeout: Duration,
    /// Of a body, packed and unpacked.
    pub max_bytes: usize,
    pub max_redirects: usize,
}

/// What to bring.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    pub url: &'a Url,
    /// From the last visit.
    pub validators: &'a Validators,
    /// Of the wire body of the last visit, lower-case hex.
    pub last_sha256: Option<&'a str>,
    /// The source may be on a private, loopback or link-local address.
    pub allow_private: bool,
}

/// Brings pages. Cheap to clone; all clones share the budgets, connections and what is known of robots.txt.
#[derive(Clone)]
pub struct Fetcher {
    rooms: Arc<Rooms>,
}

struct Rooms {
    settings: Settings,
    wire: Wire,
    gate: Gate,
    rulebook: rulebook::Rulebook,
    /// Unpacking at once: one per core.
    bench: Semaphore,
}

impl Fetcher {
    pub fn new(settings: Settings) -> Result<Self, FetchError> {
        Self::within(settings, &Surroundings { roots: tls::native_roots, hosts: Vec::new() })
    }

    fn within(settings: Settings, around: &Surroundings) -> Result<Self, FetchError> {
        for (name, value) in [("crawl.per_host", settings.per_host), ("crawl.max_bytes", settings.max_bytes)]
        {
            if value == 0 {
                return Err(FetchError::Setup { why: format!("{name} must be at least 1") });
            }
        }
        if settings.timeout.is_zero() {
            return Err(FetchError::Setup { why: "crawl.timeout must be longer than nothing".to_owned() });
        }
        let wire = Wire::new(&settings, around)?;
        let gate = Gate::new(settings.per_host, settings.host_gap);
        let rulebook = rulebook::Rulebook::default();
        let bench = Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from));
        Ok(Self { rooms: Arc::new(Rooms { settings, wire, gate, rulebook, bench }) })
    }

    /// Brings one page. Waits for the host's turn; dropping the future gives up at any point without harm.
    pub async fn get(&self, ask: Ask<'_>, clock_now: impl Fn() -> DateTime<Utc> + Send + Sync) -> Outcome {
        self.walk(ask, &clock_now).await.unwrap_or_else(Outcome::from)
    }

    /// Asks nothing of this host (see [`host_key`]) before `until`: a `Retry-After` known from before a restart.
    pub fn hold(&self, host: &str, until: DateTime<Utc>) {
        self.gate().hold(host, until);
    }

    /// From address to address until one answers with something else than a redirect.
    async fn walk<C>(&self, ask: Ask<'_>, clock_now: &C) -> Result<Outcome, FetchError>
    where
        C: Fn() -> DateTime<Utc> + Sync,
    {
        let Settings { timeout, max_redirects, .. } = self.rooms.settings;
        let mut url = ask.url.clone();
        url.set_fragment(None);
        let mut chain: Vec<Hop> = Vec::new();
        let mut left = timeout;
        loop {
            guard::check(&url, ask.allow_private)?;
            rulebook::check(self, &url, ask.allow_private, clock_now).await?;
            // Who has come this far by redirects waits; a page that is not begun may come back later.
            let patience = if chain.is_empty() { timeout } else { Duration::MAX };
            let extra = headers::conditions(ask.validators, !chain.is_empty());
            let conditional = !extra.is_empty();
            let errand = Errand { url: &url, extra, allow_private: ask.allow_private, patience, left };
            let reply = self.hop(errand, clock_now).await?;
            let status = reply.answer.status;
            chain.push(Hop { url: url.clone(), status });
            if let Some(next) = headers::redirect(status, reply.answer.headers(), &url) {
                let mut next = next?;
                next.set_fragment(None);
                if chain.iter().any(|hop| hop.url == next) {
                    return Err(FetchError::RedirectLoop { url: shown(next) });
                }
                if chain.len() > max_redirects {
                    return Err(FetchError::TooManyRedirects {
                        limit: max_redirects,
                        last: next.to_string(),
                    });
                }
                left = left.saturating_sub(reply.started.elapsed());
                url = next;
                continue;
            }
            let host = host_key(&url);
            return match status {
                200..=299 => self.bring(ask, url, chain, reply, clock_now).await,
                304 if conditional => Ok(Outcome::Unchanged),
                304 => Err(FetchError::NotAskedFor { host }),
                _ => Err(FetchError::Status { host, status, retry_at: reply.retry_at }),
            };
        }
    }

    /// One request, after the guard and in the host's turn. The turn ends when the reply is dropped.
    async fn hop<C>(&self, errand: Errand<'_>, clock_now: &C) -> Result<Reply, FetchError>
    where
        C: Fn() -> DateTime<Utc> + Sync,
    {
        let Errand { url, extra, allow_private, patience, left } = errand;
        guard::check(url, allow_private)?;
        let key = host_key(url);
        let pass = match self.gate().enter(&key, patience, clock_now).await {
            Ok(pass) => pass,
            Err(Closed::Held(until)) => return Err(FetchError::Held { host: key, until }),
            Err(Closed::Far(wait)) => {
                return Err(FetchError::Far { host: key, wait, until: clock_now() + wait });
            }
        };
        let started = Instant::now();
        let answer = self.rooms.wire.ask(url, extra, allow_private, started + left).await?;
        let retry_at = headers::retry_at(answer.status, answer.headers(), clock_now());
        if let Some(until) = retry_at {
            self.gate().hold(&key, until);
        }
        Ok(Reply { answer, retry_at, started, _pass: pass })
    }

    /// The body of a good answer, unless it is the one of last time.
    async fn bring<C>(
        &self,
        ask: Ask<'_>,
        url: Url,
        chain: Vec<Hop>,
        reply: Reply,
        clock_now: &C,
    ) -> Result<Outcome, FetchError>
    where
        C: Fn() -> DateTime<Utc> + Sync,
    {
        let limit = self.rooms.settings.max_bytes;
        let Reply { answer, _pass: pass, .. } = reply;
        let status = answer.status;
        let encodings = headers::encodings(answer.headers())?;
        let head = answer.headers();
        let (headers, content_type, validators) =
            (headers::copied(head), headers::content_type(head), headers::validators(head));
        let wire = answer.body(limit).await?;
        // Hashing and unpacking are ours; the next request to this host need not wait for them.
        drop(pass);
        let at = clock_now();
        let last = ask.last_sha256.map(str::to_owned);
        let is_heavy = wire.len() > if encodings.is_empty() { HEAVY_BYTES * 8 } else { HEAVY_BYTES };
        let known = wire.clone();
        let work = move || unpack(&known, &encodings, limit, last.as_deref());
        let unpacked = if is_heavy {
            let _place = self.rooms.bench.acquire().await.map_err(|_| FetchError::Unpacking)?;
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(FetchError::Unpacking))?
        } else {
            work()?
        };
        let Some((sha256, body)) = unpacked else { return Ok(Outcome::Unchanged) };
        Ok(Outcome::Body(Box::new(Fetched {
            url,
            chain,
            status,
            headers,
            content_type,
            wire,
            sha256,
            body,
            validators,
            at,
        })))
    }

    fn settings(&self) -> &Settings {
        &self.rooms.settings
    }

    fn gate(&self) -> &Gate {
        &self.rooms.gate
    }

    fn rulebook(&self) -> &rulebook::Rulebook {
        &self.rooms.rulebook
    }
}

/// One request to make.
struct Errand<'a> {
    url: &'a Url,
    extra: HeaderMap,
    allow_private: bool,
    /// How long to wait for the host's turn.
    patience: Duration,
    /// What is left of the page's time.
    left: Duration,
}

/// What it gave.
struct Reply {
    answer: Answer,
    retry_at: Option<DateTime<Utc>>,
    started: Instant,
    _pass: Pass,
}

/// An address as it may stand in a reason: without user name and password.
fn shown(mut url: Url) -> String {
    // Both fail only for addresses that cannot carry any.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// Digest and page of a wire body; `None` where the digest is that of last time.
fn unpack(
    wire: &Bytes,
    encodings: &[decode::Encoding],
    limit: usize,
    last: Option<&str>,
) -> Result<Option<(String, Bytes)>, FetchError> {
    let mut sha256 = String::with_capacity(64);
    for byte in Sha256::digest(wire) {
        let _ = write!(sha256, "{byte:02x}"); // A String takes everything.
    }
    if last.is_some_and(|last| last == sha256) {
        return Ok(None);
    }
    Ok(Some((sha256, decode::decode(wire, encodings, limit)?)))
}
