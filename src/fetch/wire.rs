//! One request and its answer: an address in, status, headers and body out, within limits of time and size.

use super::decode;
use super::error::FetchError;
use super::gate::host_key;
use super::guard::Resolver;
use super::headers;
use super::{Settings, tls};
use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use reqwest::{Client, Response};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

const LIMIT_CONNECT: Duration = Duration::from_secs(10);
/// Idle connections are closed soon: with thousands of hosts they would pile up.
const IDLE: Duration = Duration::from_secs(20);
/// Room made at once for a body whose length is told; a lie costs no more than this.
const FIRST_ROOM: usize = 256 * 1024;

/// What the machine around us says.
pub struct Surroundings {
    pub roots: tls::Roots,
    /// Names whose addresses are known without the DNS and its guard; tests put a "public" site on loopback.
    pub hosts: Vec<(&'static str, SocketAddr)>,
}

/// The two ways to the network: connections that the guard admitted are not shared with those of sources that may
/// ask private addresses.
pub struct Wire {
    guarded: Client,
    open: Client,
    limit: Duration,
}

impl Wire {
    pub fn new(settings: &Settings, around: &Surroundings) -> Result<Self, FetchError> {
        let setup = |why: String| FetchError::Setup { why };
        let Settings { user_agent, per_host, timeout: limit, .. } = settings;
        let agent = HeaderValue::from_bytes(user_agent.as_bytes()).map_err(|_| {
            setup(format!("the user agent {user_agent:?} cannot be sent; write it in one line"))
        })?;
        let config = tls::config(around.roots)?;
        let client = |allow_private| {
            let builder = around
                .hosts
                .iter()
                .fold(Client::builder(), |builder, (name, address)| builder.resolve(name, *address));
            builder
                .user_agent(agent.clone())
                .default_headers(default_headers())
                .tls_backend_preconfigured(config.clone())
                .dns_resolver(Arc::new(Resolver { allow_private }))
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .connect_timeout(LIMIT_CONNECT.min(limit.mul_f32(0.9)))
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(*per_host)
                .build()
                .map_err(|error| setup(innermost(&error)))
        };
        Ok(Self { guarded: client(false)?, open: client(true)?, limit: *limit })
    }

    /// Asks and waits for the head of the answer. The body must have come before `deadline` too.
    pub async fn ask(
        &self,
        url: &Url,
        extra: HeaderMap,
        allow_private: bool,
        deadline: Instant,
    ) -> Result<Answer, FetchError> {
        let host = host_key(url);
        let client = if allow_private { &self.open } else { &self.guarded };
        let started = client.get(url.clone()).headers(extra).send();
        match timeout_at(deadline, started).await {
            Ok(Ok(response)) => {
                Ok(Answer { status: response.status().as_u16(), response, host, deadline, limit: self.limit })
            }
            Ok(Err(error)) => Err(classify(&error, host, self.limit)),
            Err(_) => Err(FetchError::Timeout { host, limit: self.limit }),
        }
    }
}

fn default_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,\
                  application/feed+json,application/xml;q=0.9,*/*;q=0.8";
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("zh-CN,zh;q=0.9,en;q=0.5"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(decode::ACCEPTED));
    headers
}

/// An answer whose body is still on its way.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    response: Response,
    host: String,
    deadline: Instant,
    limit: Duration,
}

impl Answer {
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The whole body; more than `limit_bytes` is refused, if possible before it comes.
    pub async fn body(self, limit_bytes: usize) -> Result<Bytes, FetchError> {
        let too_large = FetchError::TooLarge { limit: limit_bytes, unpacked: false };
        if headers::content_length(self.headers()).is_some_and(|length| length > limit_bytes as u64) {
            return Err(too_large);
        }
        let body = self.read(limit_bytes).await?;
        if body.len() > limit_bytes { Err(too_large) } else { Ok(body) }
    }

    /// What comes first, to `limit_bytes`; the rest is left.
    pub async fn beginning(self, limit_bytes: usize) -> Result<Bytes, FetchError> {
        let mut body = self.read(limit_bytes).await?;
        body.truncate(limit_bytes);
        Ok(body)
    }

    /// Reads until the end or until there is more than `enough`.
    async fn read(mut self, enough: usize) -> Result<Bytes, FetchError> {
        let expected = headers::content_length(self.headers());
        let Some(first) = self.chunk(0, expected).await? else { return Ok(Bytes::new()) };
        if first.len() > enough || expected == Some(first.len() as u64) {
            return Ok(first);
        }
        let room = expected.map_or(FIRST_ROOM / 4, |length| length as usize).min(FIRST_ROOM);
        let mut body = BytesMut::with_capacity(room.max(first.len()));
        body.extend_from_slice(&first);
        while let Some(chunk) = self.chunk(body.len(), expected).await? {
            body.extend_from_slice(&chunk);
            if body.len() > enough {
                break;
            }
        }
        Ok(body.freeze())
    }

    async fn chunk(&mut self, bytes: usize, expected: Option<u64>) -> Result<Option<Bytes>, FetchError> {
        match timeout_at(self.deadline, self.response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(_)) => Err(FetchError::BrokenOff { host: self.host.clone(), bytes, expected }),
            Err(_) => Err(FetchError::Slow { host: self.host.clone(), limit: self.limit, bytes }),
        }
    }
}

/// Finds the cause that a person can act on under the layers of the HTTP client.
fn classify(error: &reqwest::Error, host: String, limit: Duration) -> FetchError {
    let mut layer: Option<&(dyn Error + 'static)> = Some(error);
    let mut refused = false;
    while let Some(cause) = layer {
        if let Some(own) = cause.downcast_ref::<FetchError>() {
            return own.clone();
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return tls::explain(tls, &host);
        }
        let io = cause.downcast_ref::<io::Error>();
        refused |= io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused);
        // An I/O error hides what it wraps from `source()`.
        layer = match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    if refused {
        FetchError::ConnectionRefused { host }
    } else if error.is_timeout() {
        FetchError::ConnectTimeout { host, limit: LIMIT_CONNECT.min(limit.mul_f32(0.9)) }
    } else if error.is_connect() {
        FetchError::Connect { host, why: innermost(error) }
    } else {
        FetchError::Answer { host, why: innermost(error) }
    }
}

/// The text at the bottom of the chain: the layers above repeat the address, which may be long.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
