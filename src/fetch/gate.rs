//! One budget per host: how many requests at once, how soon after each other, and not before when. Promise P7.
//!
//! Whoever holds a `Pass` may ask; dropping it lets the next one in. Waiting is given up by dropping the future.
//! Pacing runs on the real clock; a hold (`Retry-After`) is an instant of the daemon's clock, because it comes from
//! the store and goes back there.

use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

/// Beyond this many hosts those that are at rest are forgotten.
const SWEEP_AT: usize = 4096;

/// The name under which a host's budget is kept: the host, and the port where it is not the usual one. `http` and
/// `https` of one host are one machine and share a budget.
pub fn host_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        None => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
}

pub struct Gate {
    per_host: usize,
    gap: Duration,
    hosts: Mutex<Hosts>,
}

#[derive(Default)]
struct Hosts {
    known: HashMap<String, Arc<Host>>,
    sweep_at: usize,
}

struct Host {
    slots: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

#[derive(Default)]
struct Pace {
    /// No request starts before this.
    next_start: Option<Instant>,
    /// What robots.txt asks for, where it is longer than our own gap.
    delay: Duration,
    held_until: Option<DateTime<Utc>>,
}

/// Leave to make one request.
#[derive(Debug)]
pub struct Pass {
    _slot: OwnedSemaphorePermit,
}

/// Why there is no leave for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The host asked to be left alone.
    Held(DateTime<Utc>),
    /// Its turn comes only after this long.
    Far(Duration),
}

impl Gate {
    pub fn new(per_host: usize, gap: Duration) -> Self {
        let hosts = Mutex::new(Hosts { known: HashMap::new(), sweep_at: SWEEP_AT });
        Self { per_host: per_host.max(1), gap, hosts }
    }

    /// Waits for the host's turn; at once `Closed` where the host is held or its turn is more than `patience` away.
    pub async fn enter(
        &self,
        key: &str,
        patience: Duration,
        clock_now: &(impl Fn() -> DateTime<Utc> + Sync),
    ) -> Result<Pass, Closed> {
        let host = self.host(key);
        host.check(patience, clock_now())?;
        let slots = Arc::clone(&host.slots);
        let slot = slots.acquire_owned().await.expect("the semaphore is never closed");
        loop {
            // Asked again after each wait: a hold may have come meanwhile.
            host.check(patience, clock_now())?;
            let Err(at) = host.start(self.gap) else { return Ok(Pass { _slot: slot }) };
            tokio::time::sleep_until(at).await;
        }
    }

    /// No request to this host before `until`. A later hold stays.
    pub fn hold(&self, key: &str, until: DateTime<Utc>) {
        let host = self.host(key);
        let mut pace = lock(&host.pace);
        pace.held_until = pace.held_until.max(Some(until));
    }

    /// The gap that robots.txt asks for; counts from the next request on.
    pub fn set_delay(&self, key: &str, delay: Duration) {
        lock(&self.host(key).pace).delay = delay;
    }

    fn host(&self, key: &str) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if let Some(host) = hosts.known.get(key) {
            return Arc::clone(host);
        }
        if hosts.known.len() >= hosts.sweep_at {
            hosts.known.retain(|_, host| !host.is_at_rest());
            hosts.sweep_at = SWEEP_AT.max(hosts.known.len() * 2);
        }
        let slots = Arc::new(Semaphore::new(self.per_host));
        let host = Arc::new(Host { slots, pace: Mutex::default() });
        hosts.known.insert(key.to_owned(), Arc::clone(&host));
        host
    }
}

impl Host {
    fn check(&self, patience: Duration, now: DateTime<Utc>) -> Result<(), Closed> {
        let mut pace = lock(&self.pace);
        match pace.held_until {
            Some(until) if now < until => return Err(Closed::Held(until)),
            _ => pace.held_until = None,
        }
        let wait = pace.next_start.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        if wait > patience { Err(Closed::Far(wait)) } else { Ok(()) }
    }

    /// Takes the turn, or says when it comes. A turn is not reserved, so a waiter that gives up wastes none.
    fn start(&self, gap: Duration) -> Result<(), Instant> {
        let mut pace = lock(&self.pace);
        let now = Instant::now();
        match pace.next_start {
            Some(at) if now < at => Err(at),
            _ => {
                pace.next_start = Some(now + gap.max(pace.delay));
                Ok(())
            }
        }
    }

    fn is_at_rest(self: &Arc<Self>) -> bool {
        let pace = lock(&self.pace);
        Arc::strong_count(self) == 1
            && Arc::strong_count(&self.slots) == 1
            && pace.held_until.is_none()
            && pace.next_start.is_none_or(|at| at <= Instant::now())
    }
}

/// What lies under these locks is whole after every statement, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
