//! What robots.txt of each site says, asked for once a day. An address in, leave or the reason against it out. P7.

use super::error::FetchError;
use super::gate::host_key;
use super::robots::{self, Rules};
use super::{Errand, Fetcher, decode, headers};
use chrono::{DateTime, Duration, Utc};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;
use url::{Position, Url};

/// RFC 9309 2.4: not longer without asking again.
const KEEP: Duration = Duration::hours(24);
/// A site whose robots.txt is broken (5xx) is left alone this long.
const KEEP_BROKEN: Duration = Duration::minutes(10);
/// A site that cannot be reached answers all that wait for it with one failure.
const KEEP_UNREACHABLE: Duration = Duration::seconds(30);
/// RFC 9309 2.3.1.2
const LIMIT_REDIRECTS: usize = 5;
/// An encoded robots.txt may unpack to this; what the limit of RFC 9309 leaves of it is read.
const LIMIT_UNPACKED: usize = 16 * robots::LIMIT_BYTES;
/// Beyond this many sites, the ones that must be asked again anyway are forgotten.
const SWEEP_AT: usize = 4096;

/// The product token by which robots.txt addresses us.
const TOKEN: &str = "tingfeng";

#[derive(Default)]
pub struct Rulebook {
    sites: Mutex<Sites>,
}

#[derive(Default)]
struct Sites {
    /// By origin, and by whether private addresses were allowed: what the guard refused one may be told another.
    known: HashMap<(String, bool), Site>,
    sweep_at: usize,
}

/// Whoever comes first asks, the others wait for the same answer.
#[derive(Clone, Default)]
struct Site {
    leaf: Arc<OnceCell<Leaf>>,
    /// What the site said before: it holds while the site cannot be asked.
    before: Option<Rules>,
}

struct Leaf {
    standing: Standing,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

enum Standing {
    Rules(Rules),
    /// Its server has a fault: nothing may be asked for now.
    Broken(u16),
    Unreachable(FetchError),
}

impl Leaf {
    /// A clock that was set back must not keep a leaf for ever.
    fn holds(&self, now: DateTime<Utc>) -> bool {
        self.since <= now && now < self.until
    }
}

/// Refuses what the site's robots.txt refuses; asks for it where it is not known.
pub async fn check<C>(
    fetcher: &Fetcher,
    url: &Url,
    allow_private: bool,
    clock_now: &C,
) -> Result<(), FetchError>
where
    C: Fn() -> DateTime<Utc> + Sync,
{
    // RFC 9309 2.2.2: it may always be fetched itself.
    if url.path() == "/robots.txt" {
        return Ok(());
    }
    let site = fetcher.rulebook().site(url, allow_private, clock_now());
    let leaf = site
        .leaf
        .get_or_try_init(|| async {
            let answer = ask(fetcher, url, allow_private, clock_now).await;
            turn(answer, site.before.clone(), clock_now())
        })
        .await?;
    match &leaf.standing {
        Standing::Rules(rules) => {
            fetcher.gate().set_delay(&host_key(url), rules.delay.unwrap_or_default());
            let path = &url[Position::BeforePath..Position::AfterQuery];
            match rules.refusal(path) {
                Some(rule) => Err(FetchError::Robots { host: host_key(url), rule }),
                None => Ok(()),
            }
        }
        Standing::Broken(status) => {
            Err(FetchError::RobotsBroken { host: host_key(url), status: *status, until: leaf.until })
        }
        Standing::Unreachable(error) => Err(error.clone()),
    }
}

impl Rulebook {
    /// The site's leaf, a fresh one where the last is out of date.
    fn site(&self, url: &Url, allow_private: bool, now: DateTime<Utc>) -> Site {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.known.len() >= sites.sweep_at.max(SWEEP_AT) {
            sites.known.retain(|_, site| site.leaf.get().is_none_or(|leaf| leaf.holds(now)));
            sites.sweep_at = sites.known.len() * 2;
        }
        let site = sites.known.entry((url.origin().ascii_serialization(), allow_private)).or_default();
        if let Some(leaf) = site.leaf.get().filter(|leaf| !leaf.holds(now)) {
            let before = match &leaf.standing {
                Standing::Rules(rules) => Some(rules.clone()),
                _ => site.before.take(),
            };
            *site = Site { leaf: Arc::default(), before };
        }
        site.clone()
    }
}

enum Answer {
    Rules(Rules),
    /// RFC 9309 2.3.1.3: there is none, so nothing is refused.
    None,
    Broken(u16, Option<DateTime<Utc>>),
}

/// What an answer means and for how long. A host's hold is not the site's word and is not kept here.
fn turn(
    answer: Result<Answer, FetchError>,
    before: Option<Rules>,
    now: DateTime<Utc>,
) -> Result<Leaf, FetchError> {
    let leaf = |standing, until| Ok(Leaf { standing, since: now, until });
    match (answer, before) {
        (Ok(Answer::Rules(rules)), _) => leaf(Standing::Rules(rules), now + KEEP),
        (Ok(Answer::None), _) => leaf(Standing::Rules(Rules::default()), now + KEEP),
        (Err(held @ (FetchError::Held { .. } | FetchError::Far { .. })), _) => Err(held),
        (Ok(Answer::Broken(..)), Some(rules)) => leaf(Standing::Rules(rules), now + KEEP_BROKEN),
        (Err(_), Some(rules)) => leaf(Standing::Rules(rules), now + KEEP_UNREACHABLE),
        (Ok(Answer::Broken(status, retry_at)), None) => {
            leaf(Standing::Broken(status), retry_at.unwrap_or(now).max(now + KEEP_BROKEN))
        }
        (Err(error), None) => leaf(Standing::Unreachable(error), now + KEEP_UNREACHABLE),
    }
}

/// Fetches /robots.txt through the same gate as pages, following redirects wherever they lead publicly.
async fn ask<C>(
    fetcher: &Fetcher,
    url: &Url,
    allow_private: bool,
    clock_now: &C,
) -> Result<Answer, FetchError>
where
    C: Fn() -> DateTime<Utc> + Sync,
{
    let Ok(mut url) = url.join("/robots.txt") else { return Ok(Answer::None) };
    let deadline = fetcher.settings().timeout;
    let mut left = deadline;
    for _ in 0..=LIMIT_REDIRECTS {
        let mut plain = HeaderMap::new();
        plain.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let errand =
            Errand { url: &url, extra: plain, allow_private, patience: std::time::Duration::MAX, left };
        let reply = fetcher.hop(errand, clock_now).await?;
        let status = reply.answer.status;
        if let Some(next) = headers::redirect(status, reply.answer.headers(), &url) {
            match next {
                Ok(next) => url = next,
                Err(_) => return Ok(Answer::None),
            }
            left = left.saturating_sub(reply.started.elapsed());
            continue;
        }
        return match status {
            200..=299 => {
                let encodings = headers::encodings(reply.answer.headers())?;
                let wire = reply.answer.beginning(robots::LIMIT_BYTES).await?;
                let text = decode::decode(&wire, &encodings, LIMIT_UNPACKED)?;
                Ok(Answer::Rules(Rules::parse(&text, TOKEN)))
            }
            // Whoever finds that we ask too often does not mean that we may ask for everything.
            429 | 500.. => Ok(Answer::Broken(status, reply.retry_at)),
            _ => Ok(Answer::None),
        };
    }
    Ok(Answer::None)
}
