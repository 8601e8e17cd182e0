//! Opens the rooms, runs the loops (crawl, escalation, delivery, housekeeping), closes in order.
//!
//! Loops wait; rounds work. A round takes `now` and returns what it did, so tests call it and never sleep.

mod around;
mod complaint;
mod crawl;
mod delivery;
mod digest;
mod escalation;
mod force;
mod housekeeping;
mod judge;
mod once;
mod pool;
mod rescan;
mod snapshot;
mod supervise;
mod teaching;
mod visit;

pub use crawl::{crawl_round, lease_round};
pub use delivery::{Delivered, delivery_round};
pub use digest::{DAILY, digest_facts, in_tx as make_digest_in, make_digest, period};
pub use escalation::escalation_round;
pub use force::{InForce, in_force};
pub use housekeeping::housekeeping_round;
pub use judge::{Advanced, remind, subject_of};
pub use once::{Once, once};
pub use rescan::compare::rows as stored_hits;
pub use rescan::{Counted, Plan, Sample, Step, Tally, rescan};
pub use snapshot::{Snapshot, carrier, mail_domain, organisation};
pub use supervise::{Ended, run, watch};
pub use teaching::precision;
pub use visit::{Finding, Looking, Visited, look, news_age, visit};

use crate::clock::Clock;
use crate::config::Config;
use crate::fetch::{Fetcher, Settings};
use crate::store::{RunId, Store};
use anyhow::Context;
use chrono::{DateTime, Utc};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

/// Everything a loop needs. Cheap to clone.
#[derive(Clone)]
pub struct Rooms {
    pub store: Store,
    pub fetcher: Fetcher,
    pub clock: Clock,
    pub run: RunId,
    snapshot: Arc<RwLock<Arc<Snapshot>>>,
    /// For parsing and matching: a thread per core.
    pool: pool::Pool,
    /// The relay did not answer the last time: ladders hold, because climbing would tell nobody.
    relay_down: Arc<AtomicBool>,
    /// Held while we live: one daemon per file.
    _lock: Arc<std::fs::File>,
}

impl Rooms {
    /// Opens the store, starts a run, and brings the sources in line with the configuration.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let now = clock.now();
        let path = config.store_path.clone();
        let lock = lock(&path)?;
        let store = Store::open(&path)?;
        let fetcher = Fetcher::new(Settings {
            user_agent: config.crawl.user_agent.clone(),
            per_host: config.crawl.per_host,
            host_gap: config.crawl.host_gap,
            timeout: config.crawl.timeout,
            max_bytes: config.crawl.max_bytes,
            max_redirects: config.crawl.max_redirects,
        })
        .context("the fetcher cannot start")?;
        let mut snapshot = Snapshot::take(config, &store, now).await?;
        let (boot, secret, domain) = (boot_id(), secret()?, snapshot.mail_domain());
        let sources = snapshot.config.sources.clone();
        let run = store
            .write(move |tx| {
                let run = tx.start_run(&boot, &secret, &domain, now)?;
                tx.sync_sources(&sources, now)?;
                Ok(run)
            })
            .await?;
        snapshot.recognise(&store).await?;
        for (host, until) in store.read(move |view| view.held_hosts(now)).await? {
            fetcher.hold(&host, until);
        }
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            store,
            fetcher,
            clock,
            run,
            snapshot: Arc::new(RwLock::new(Arc::new(snapshot))),
            pool: pool::Pool::new(cores)?,
            relay_down: Arc::default(),
            _lock: Arc::new(lock),
        })
    }

    /// The snapshot that a visit takes and keeps to its end.
    pub fn current(&self) -> Arc<Snapshot> {
        match self.snapshot.read() {
            Ok(current) => Arc::clone(&current),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Takes a new configuration whole. What is already under way ends with the old one.
    pub async fn reload(&self, config: Config, now: DateTime<Utc>) -> anyhow::Result<()> {
        anyhow::ensure!(
            config.store_path == self.current().config.store_path,
            "store.path cannot change while the daemon runs; restart it"
        );
        let before = &self.current().config;
        // The fetcher and the loops keep what they were started with; saying nothing would be a lie.
        if config.crawl != before.crawl || config.round != before.round {
            tracing::warn!(
                "[crawl] and escalation.round take effect at the next start, except crawl.concurrency"
            );
        }
        let sources = config.sources.clone();
        let next = Snapshot::take(config, &self.store, now).await?;
        self.store.write(move |tx| tx.sync_sources(&sources, now)).await?;
        match self.snapshot.write() {
            Ok(mut current) => *current = Arc::new(next),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(next),
        }
        Ok(())
    }

    /// Swaps in the lexicons whose day has come; scans under way end with the old ones.
    pub async fn turn_lexicons(&self, now: DateTime<Utc>) -> anyhow::Result<bool> {
        let before = self.current();
        if before.turns_at.is_none_or(|at| now < at) {
            return Ok(false);
        }
        let next = Arc::new(before.turned(&self.store, now).await?);
        {
            let mut current = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            // A reload in the meantime has taken them already, and may have taken more.
            if !Arc::ptr_eq(&current, &before) {
                return Ok(false);
            }
            *current = Arc::clone(&next);
        }
        next.matches(&self.store).await?;
        tracing::info!("lexicons in force from now on: {}", next.book.lexicon_version());
        Ok(true)
    }

    /// Runs heavy work on the fixed pool. A panic in it is an error of that work alone.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
        self.pool.run(work).await
    }
}

/// One daemon per file: two would both climb the same ladders.
fn lock(path: &std::path::Path) -> anyhow::Result<std::fs::File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let name = path.with_extension("lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .with_context(|| format!("{} cannot be opened", name.display()))?;
    file.try_lock().map_err(|error| {
        anyhow::anyhow!("another Tingfeng is running on {} ({error}); stop it first", path.display())
    })?;
    Ok(file)
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| "unknown".to_owned(), |id| id.trim().to_owned())
}

/// The instance's key, used from its first run on: 32 bytes in hex.
fn secret() -> anyhow::Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
    Ok(crate::store::hex(&bytes))
}
