//! `run`: the daemon, or one pass of it.

use super::{End, Setting, output};
use crate::app::{self, Once, Rooms, Visited};
use crate::clock::Clock;
use crate::store::Sent;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::prelude::*;

pub async fn run(setting: &Setting, once: bool) -> anyhow::Result<End> {
    log_to(if once { "warn" } else { "info" });
    let config = setting.config()?;
    if !once {
        app::run(config, Clock::Real, CancellationToken::new()).await?;
        return Ok(End::Fine);
    }
    let rooms = Rooms::open(config, Clock::Real).await?;
    let bar = progress();
    let done = app::once(&rooms, |visited| step(&bar, visited)).await?;
    bar.finish_and_clear();
    let (run, now) = (rooms.run, rooms.clock.now());
    let totals = rooms.store.read(|view| view.totals()).await?;
    rooms.store.write(move |tx| tx.end_run(run, now)).await?;
    report(setting, &done, totals)?;
    Ok(End::Fine)
}

/// Journald where systemd connects us to it, else standard error.
pub fn log_to(default: &str) {
    let registry = tracing_subscriber::registry().with(filter(default));
    let journal = std::env::var_os("JOURNAL_STREAM").and_then(|_| tracing_journald::layer().ok());
    let started = if let Some(journal) = journal {
        registry.with(journal).try_init()
    } else {
        let text = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false);
        registry.with(text).try_init()
    };
    // A second start in one process (the demo's) keeps the first one's log.
    drop(started);
}

/// Where the demonstration's log goes.
pub const LOG_FILE: &str = "tingfeng.log";

/// The whole log into a file of this folder, so that the story on the terminal stays readable.
pub fn log_into(dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir)?;
    let file = std::fs::File::create(dir.join(LOG_FILE))?;
    let text =
        tracing_subscriber::fmt::layer().with_writer(Mutex::new(file)).with_ansi(false).with_target(false);
    drop(tracing_subscriber::registry().with(filter("info")).with(text).try_init());
    Ok(())
}

fn filter(default: &str) -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_env("TINGFENG_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(format!("{default},html5ever=error,selectors=error"))
    })
}

/// A line that moves on a terminal and is silent in a pipe.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} visits, {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn step(bar: &ProgressBar, visited: &Visited) {
    bar.inc(1);
    bar.set_message(visited.source.clone());
}

fn report(setting: &Setting, done: &Once, totals: crate::store::Totals) -> anyhow::Result<()> {
    if setting.json {
        for (source, sum) in &done.sources {
            let mut object = serde_json::json!({ "source": source });
            if let (Some(object), serde_json::Value::Object(sum)) =
                (object.as_object_mut(), serde_json::to_value(sum)?)
            {
                object.extend(sum);
            }
            output::json_line(&object)?;
        }
        let accepted = accepted(done);
        return output::json_line(&serde_json::json!({
            "visits": done.visits, "hits": done.hits, "mails_accepted": accepted,
            "mails_not_accepted": done.delivered.len() - accepted, "ladders_exhausted": done.exhausted,
            "stored": totals,
        }));
    }
    for (source, sum) in &done.sources {
        output::line(&format!(
            "{source}: {} visits, {} pages, {} unchanged, {} new entries, {} mentions, {} alerts",
            sum.visits, sum.pages, sum.unchanged, sum.new_entries, sum.mentions, sum.alerts
        ))?;
        for (reason, times) in &sum.reasons {
            output::line(&format!("  {times} × {reason}"))?;
        }
    }
    for mail in &done.delivered {
        let state = match &mail.sent {
            Sent::Accepted { reply } => format!("accepted ({reply})"),
            Sent::Later { reply, .. } => format!("waits: {reply}"),
            Sent::Failed { reply, .. } => format!("failed: {reply}"),
            Sent::Unknown { reply, .. } => format!("unknown: {reply}"),
            Sent::Withdrawn => "withdrawn".to_owned(),
        };
        output::line(&format!("mail to {}: {} — {state}", mail.person, mail.subject))?;
    }
    output::line(&format!(
        "{} visits, {} hits; stored now: {} entries, {} hits, {} mentions, {} incidents ({} open); {} pages wait, {} given up; \
         mails: {} accepted, {} waiting",
        done.visits,
        done.hits,
        totals.entries,
        totals.hits,
        totals.mentions,
        totals.incidents,
        totals.incidents_open,
        totals.pages_waiting,
        totals.pages_given_up,
        totals.mails_accepted,
        totals.mails_waiting
    ))
}

fn accepted(done: &Once) -> usize {
    done.delivered.iter().filter(|mail| matches!(mail.sent, Sent::Accepted { .. })).count()
}
