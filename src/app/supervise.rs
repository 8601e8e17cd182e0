//! The daemon: spawns the loops, feeds the watchdog, reloads, stops in order.

use super::complaint::Complaint;
use super::crawl::crawl_loop;
use super::{Rooms, Snapshot, delivery_round, escalation_round, housekeeping_round};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::systemd;
use anyhow::Context;
use std::future::Future;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Why the daemon ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    Asked,
}

/// When each loop last finished a round well; the watchdog is fed from these, not from a timer.
#[derive(Default)]
struct Pulse {
    crawl: AtomicI64,
    escalation: AtomicI64,
    delivery: AtomicI64,
    housekeeping: AtomicI64,
    /// The database refuses writes and the second channel has heard of it.
    store_told: AtomicBool,
}

/// How long a loop may take for a round before it counts as stuck. Delivery may wait ten minutes after a final dot.
const LIMITS: [Duration; 4] =
    [Duration::from_secs(120), Duration::from_secs(120), Duration::from_secs(900), Duration::from_secs(300)];

/// How often ledgers, troubles and the digest's hour are looked at.
const HOUSEKEEPING: Duration = Duration::from_secs(10);

/// Runs until SIGTERM or SIGINT (or `stop`); SIGHUP reloads. A loop that ends unasked ends the daemon.
pub async fn run(config: Config, clock: Clock, stop: CancellationToken) -> anyhow::Result<Ended> {
    watch(Rooms::open(config, clock).await?, stop).await
}

/// As `run`, in rooms that are open already.
pub async fn watch(rooms: Rooms, stop: CancellationToken) -> anyhow::Result<Ended> {
    let (dir, round) = (rooms.current().config.dir.clone(), rooms.current().config.round);
    let pulse = Arc::new(Pulse::default());
    let mut loops = JoinSet::new();
    beat(&rooms, &pulse);
    loops.spawn(crawl_loop(rooms.clone(), stop.clone(), {
        let (pulse, clock) = (Arc::clone(&pulse), rooms.clock.clone());
        move |well| mark(&pulse.crawl, &clock, well)
    }));
    loops.spawn(every(round, stop.clone(), "escalation", {
        let (rooms, pulse) = (rooms.clone(), Arc::clone(&pulse));
        move || escalate(rooms.clone(), Arc::clone(&pulse))
    }));
    loops.spawn(every(round, stop.clone(), "delivery", {
        let (rooms, pulse) = (rooms.clone(), Arc::clone(&pulse));
        move || deliver(rooms.clone(), Arc::clone(&pulse))
    }));
    loops.spawn(every(HOUSEKEEPING, stop.clone(), "housekeeping", {
        let (rooms, pulse) = (rooms.clone(), Arc::clone(&pulse));
        move || keep_house(rooms.clone(), Arc::clone(&pulse))
    }));
    let enabled = rooms.current().sources.values().filter(|source| source.enabled).count();
    systemd::ready(&format!("watching {enabled} sources"));
    tracing::info!("watching {enabled} sources");
    let ended = attend(&rooms, &pulse, &dir, &stop, &mut loops).await;
    // In order: no new visits, running ones end, unsent mail rests in the outbox, the database closes.
    systemd::stopping();
    tracing::info!("stopping");
    stop.cancel();
    let last = async { while loops.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(10), last).await.is_err() {
        tracing::warn!("not everything ended in time; what was under way is taken up at the next start");
        loops.shutdown().await;
    }
    let (run, now) = (rooms.run, rooms.clock.now());
    if let Err(error) = rooms.store.write(move |tx| tx.end_run(run, now)).await {
        tracing::warn!("the hour of the stop could not be written down: {error}");
    }
    tracing::info!("stopped");
    ended
}

/// Waits for signals and for loops that end unasked, and feeds the watchdog meanwhile.
async fn attend(
    rooms: &Rooms,
    pulse: &Pulse,
    dir: &std::path::Path,
    stop: &CancellationToken,
    loops: &mut JoinSet<()>,
) -> anyhow::Result<Ended> {
    let mut term = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
    let mut int = signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?;
    let mut hup = signal(SignalKind::hangup()).context("SIGHUP cannot be watched")?;
    let mut heartbeat = interval(systemd::watchdog().unwrap_or(Duration::from_secs(10)));
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            // In this order: loops that return because they were told to did not end unasked.
            biased;
            _ = term.recv() => return Ok(Ended::Asked),
            _ = int.recv() => return Ok(Ended::Asked),
            () = stop.cancelled() => return Ok(Ended::Asked),
            _ = hup.recv() => reload(rooms, dir.to_owned()).await,
            _ = heartbeat.tick() => match stuck(rooms, pulse) {
                None => beat_outside(rooms).await,
                Some(name) => tracing::error!("the {name} loop has not finished a round in time; the watchdog is not fed"),
            },
            Some(ended) = loops.join_next() => {
                let why = ended.err().map_or_else(|| "it returned".to_owned(), |error| error.to_string());
                anyhow::bail!("a loop ended unasked ({why}); the daemon ends so that it is started afresh");
            }
        }
    }
}

async fn reload(rooms: &Rooms, dir: PathBuf) {
    let loaded = tokio::task::spawn_blocking(move || config::load(&dir)).await;
    let outcome = match loaded {
        Ok(Ok(config)) => rooms.reload(config, rooms.clock.now()).await,
        Ok(Err(problems)) => Err(anyhow::Error::from(problems)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => tracing::info!("configuration reloaded"),
        Err(error) => tracing::error!("the new configuration is refused, the old one stays:\n{error:#}"),
    }
}

/// Everything is well: systemd hears it, and so does whoever watches the heartbeat file.
async fn beat_outside(rooms: &Rooms) {
    systemd::alive();
    let Some(file) = rooms.current().config.heartbeat.clone() else { return };
    if let Err(error) = tokio::fs::write(&file, rooms.clock.now().to_rfc3339()).await {
        tracing::warn!("the heartbeat file {} cannot be written: {error}", file.display());
    }
}

fn mark(beat: &AtomicI64, clock: &Clock, well: bool) {
    if well {
        beat.store(clock.now().timestamp_millis(), Ordering::Relaxed);
    }
}

fn beat(rooms: &Rooms, pulse: &Pulse) {
    for beat in [&pulse.crawl, &pulse.escalation, &pulse.delivery, &pulse.housekeeping] {
        mark(beat, &rooms.clock, true);
    }
}

/// The first loop that has not finished a round within its own limit.
fn stuck(rooms: &Rooms, pulse: &Pulse) -> Option<&'static str> {
    let now = rooms.clock.now().timestamp_millis();
    let beats = [
        ("crawl", &pulse.crawl),
        ("escalation", &pulse.escalation),
        ("delivery", &pulse.delivery),
        ("housekeeping", &pulse.housekeeping),
    ];
    beats
        .into_iter()
        .zip(LIMITS)
        .find(|((_, beat), limit)| now - beat.load(Ordering::Relaxed) > limit.as_millis() as i64)
        .map(|((name, _), _)| name)
}

/// A loop waits; its round works.
async fn every<F, Fut>(wait: Duration, stop: CancellationToken, name: &'static str, mut round: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let mut tick = interval(wait);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut complaint = Complaint::default();
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        match round().await {
            Ok(()) if complaint.is_over() => tracing::info!("the {name} round works again"),
            Err(error) if complaint.is_due() => {
                tracing::error!("the {name} round failed, tried again every {wait:?}: {error:#}");
            }
            _ => {}
        }
    }
}

async fn escalate(rooms: Rooms, pulse: Arc<Pulse>) -> anyhow::Result<()> {
    for number in escalation_round(&rooms, rooms.clock.now()).await? {
        alarm(&rooms.current(), &format!("{number}: the ladder has ended without an answer")).await;
    }
    mark(&pulse.escalation, &rooms.clock, true);
    Ok(())
}

async fn deliver(rooms: Rooms, pulse: Arc<Pulse>) -> anyhow::Result<()> {
    delivery_round(&rooms).await?;
    mark(&pulse.delivery, &rooms.clock, true);
    Ok(())
}

async fn keep_house(rooms: Rooms, pulse: Arc<Pulse>) -> anyhow::Result<()> {
    let alarms = match housekeeping_round(&rooms, rooms.clock.now()).await {
        Ok(alarms) => alarms,
        Err(error) => {
            // No mail can be queued now: only the second channel can still say so, once.
            if !pulse.store_told.swap(true, Ordering::Relaxed) {
                let snapshot = rooms.current();
                let path = snapshot.config.store_path.display();
                alarm(&snapshot, &format!("nothing can be stored in {path}: {error}")).await;
            }
            return Err(error.into());
        }
    };
    pulse.store_told.store(false, Ordering::Relaxed);
    for text in alarms {
        alarm(&rooms.current(), &text).await;
    }
    mark(&pulse.housekeeping, &rooms.clock, true);
    Ok(())
}

/// The second channel: a command without a shell, the text on its standard input. Its failure is logged, no more.
async fn alarm(snapshot: &Snapshot, text: &str) {
    tracing::error!(alarm = true, "{text}");
    let Some([program, arguments @ ..]) = snapshot.config.alarm.as_deref() else { return };
    let sent = async {
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes()).await?;
        }
        child.wait().await
    };
    match tokio::time::timeout(Duration::from_secs(30), sent).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => tracing::error!("the alarm command {program} ended with {status}"),
        Ok(Err(error)) => tracing::error!("the alarm command {program} cannot run: {error}"),
        Err(_) => tracing::error!("the alarm command {program} did not end within 30 s"),
    }
}
