//! `rescan`: stored texts against the present lexicons.

use super::{End, Setting, actor, output};
use crate::app::{self, Counted, Plan, Sample, Snapshot, Step, Tally};
use crate::config::Config;
use crate::store::{Store, Wanted};
use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Asked {
    /// Only count (the default): new, gone and changed hits by term, with samples.
    #[arg(short = 'n', long, conflicts_with_all = ["apply", "alert"])]
    dry_run: bool,
    /// Rewrite the stored hits. A rescan that was stopped goes on where it was.
    #[arg(long)]
    apply: bool,
    /// With --apply: rules that fire on stored text raise incidents and write mails, as for fresh text.
    #[arg(long, requires = "apply")]
    alert: bool,
    /// Do not ask before alerting.
    #[arg(long)]
    yes: bool,
    /// Texts stored since then: a day, or an age such as 30d.
    #[arg(long, value_name = "YYYY-MM-DD|30d")]
    since: Option<String>,
    /// Texts stored before then.
    #[arg(long, value_name = "YYYY-MM-DD|30d")]
    until: Option<String>,
    /// Texts of this source only.
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// Samples of each term with new hits.
    #[arg(long, default_value_t = 3)]
    samples: usize,
}

/// `30d`.
pub fn days(text: &str) -> Result<TimeDelta, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    let days = days.filter(|days| *days <= 36500).map(|days| TimeDelta::days(days.into()));
    days.ok_or_else(|| format!("{text:?} is no number of days; write it like 30d"))
}

fn instant(text: &str, zone: Tz, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(age) = days(text) {
        return Ok(now - age);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .with_context(|| format!("{text:?} is neither a day nor an age; write 2026-11-01 or 30d"))?;
    Ok(crate::schedule::instant(day.and_time(NaiveTime::MIN), zone))
}

pub async fn run(setting: &Setting, asked: Asked) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let (now, zone) = (Utc::now(), config.organisation.zone);
    let actor = if asked.apply {
        actor::acting(setting, &config)?.actor().to_string()
    } else {
        actor::reading(setting, &config)?.actor().to_string()
    };
    if let Some(key) = &asked.source {
        let known = config.sources.iter().any(|source| source.key == *key);
        anyhow::ensure!(known, "sources.toml has no source {key:?}; see: tingfeng status");
    }
    let when = |text: &Option<String>| text.as_deref().map(|text| instant(text, zone, now)).transpose();
    let wanted =
        Wanted { since: when(&asked.since)?, until: when(&asked.until)?, source: asked.source.clone() };
    if asked.alert && !asked.yes {
        confirm()?;
    }
    let plan = Plan { wanted, apply: asked.apply, alert: asked.alert, samples: asked.samples, actor };
    let snapshot = snapshot(config, &store, asked.apply, now).await?;
    let bar = progress();
    let tally = app::rescan(&store, &snapshot, &plan, now, |step| show(&bar, step)).await?;
    bar.finish_and_clear();
    if setting.json {
        as_json(&tally, &plan)?;
    } else {
        as_text(&tally, &plan)?;
    }
    warn_of_another(&store, &snapshot, asked.apply).await?;
    Ok(End::Fine)
}

async fn snapshot(
    config: Config,
    store: &Store,
    apply: bool,
    now: DateTime<Utc>,
) -> anyhow::Result<Arc<Snapshot>> {
    let snapshot = if apply {
        Snapshot::without_mail(config, store, now).await?
    } else {
        Snapshot::to_look(config, store, now).await?
    };
    Ok(Arc::new(snapshot))
}

fn confirm() -> anyhow::Result<()> {
    anyhow::ensure!(
        std::io::stdin().is_terminal(),
        "--alert raises incidents and writes mails about old text; say so with --yes"
    );
    let mut error = std::io::stderr();
    write!(error, "Raise incidents and write mails about text that is stored already? Type yes: ")?;
    error.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    anyhow::ensure!(answer.trim() == "yes", "nothing was done");
    Ok(())
}

/// The daemon may still match with what was there before the files were edited.
async fn warn_of_another(store: &Store, snapshot: &Snapshot, apply: bool) -> anyhow::Result<()> {
    let daemon = store.read(|view| view.lexicons_in_force()).await?;
    if apply && daemon.is_some_and(|(id, _)| id != snapshot.lexicon_id) {
        eprintln!("the daemon matches with other lexicons; make it read them: systemctl reload tingfeng");
    }
    Ok(())
}

/// A bar on a terminal, nothing in a pipe.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}% {msg} ({elapsed}, {eta} to go)") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, step: Step) {
    bar.set_length((step.last - step.first + 1) as u64);
    bar.set_position((step.at - step.first + 1).max(0) as u64);
    bar.set_message(format!("{} texts", step.revisions));
}

fn as_json(tally: &Tally, plan: &Plan) -> anyhow::Result<()> {
    for ((category, term), counted) in &tally.terms {
        let Counted { new, gone, changed, samples } = counted;
        let samples: Vec<_> = samples
            .iter()
            .map(|Sample { entry, source, way, quote }| json!({ "entry": entry, "source": source, "way": way, "quote": quote }))
            .collect();
        output::json_line(&json!({
            "what": "term", "term": term, "category": category, "new": new, "gone": gone, "changed": changed,
            "samples": samples,
        }))?;
    }
    let mut total = serde_json::to_value(tally.sums)?;
    total["what"] = json!("total");
    total["applied"] = json!(plan.apply);
    total["resumed"] = json!(tally.resumed);
    output::json_line(&total)
}

fn as_text(tally: &Tally, plan: &Plan) -> anyhow::Result<()> {
    let mut terms: Vec<_> = tally.terms.iter().collect();
    terms.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.new + counted.gone + counted.changed));
    for ((category, term), counted) in terms {
        output::line(&format!("{term} ({category}): {}", told(counted.new, counted.gone, counted.changed)))?;
        for Sample { entry, source, way, quote } in &counted.samples {
            output::line(&format!("    {}  [{way}] entry {entry} of {source}", output::quoted(quote)))?;
        }
    }
    let sums = &tally.sums;
    let resumed =
        if tally.resumed { ", taken up where it was stopped (terms above: since then)" } else { "" };
    output::line(&format!(
        "{} texts: {} of them hold other hits: {}{resumed}",
        sums.revisions,
        sums.differ,
        told(sums.new, sums.gone, sums.changed)
    ))?;
    for (many, what) in [
        (sums.purged, "are older than texts are kept: left as they were"),
        (sums.retired, "are of sources that are not configured any more: left as they were"),
        (sums.broken, "cannot be unpacked: left as they were"),
    ] {
        if many > 0 {
            output::line(&format!("{many} {what}"))?;
        }
    }
    let fire = sums.fire;
    output::line(&match (plan.apply, plan.alert) {
        (false, _) => format!(
            "rules would fire on {fire} texts where none fired; nothing was written: --apply rewrites the hits"
        ),
        (true, false) => format!(
            "the hits are rewritten; rules fire on {fire} texts where none fired, and nobody was told: --alert would"
        ),
        (true, true) => {
            format!("the hits are rewritten; {} mentions, {} mails queued", sums.mentions, sums.alerts)
        }
    })
}

fn told(new: usize, gone: usize, changed: usize) -> String {
    format!("{new} new, {gone} gone, {changed} changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_an_age() {
        let now: DateTime<Utc> = "2026-11-25T10:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-11-01", "2026-10-31T16:00:00+00:00"),
            ("2d", "2026-11-23T10:00:00+00:00"),
            ("gestern", "is neither a day nor an age"),
            ("99999999d", "is neither a day nor an age"),
        ] {
            let said = match instant(text, Tz::Asia__Shanghai, now) {
                Ok(at) => at.to_rfc3339(),
                Err(error) => error.to_string(),
            };
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
