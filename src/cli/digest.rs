//! `digest`: today's made now, an earlier one as it was made, or what it would say.

use super::{End, Setting, output};
use crate::app::{self, DAILY, Snapshot};
use crate::config::Config;
use crate::mail::{self, Reader, Template};
use crate::model::DigestFacts;
use crate::store::Store;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::sync::Arc;

pub async fn run(setting: &Setting, date: Option<NaiveDate>, preview: bool) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let now = Utc::now();
    let today = now.with_timezone(&config.organisation.zone).date_naive();
    if let Some(date) = date {
        let row = store.read(move |view| view.digest_of(DAILY, date)).await?;
        let row = row.ok_or_else(|| {
            let remedy =
                if date == today { "`tingfeng digest` makes it now" } else { "none was made that day" };
            anyhow::anyhow!("there is no digest of {date}; {remedy}")
        })?;
        show(setting, &config, &row.facts, row.made_at)?;
        return Ok(End::Fine);
    }
    let snapshot = Arc::new(Snapshot::without_mail(config.clone(), &store, now).await?);
    if preview {
        let facts = store
            .read(move |view| {
                let period = app::period(view, view.next_digest_number()?, today, now)?;
                app::digest_facts(view, &snapshot, &period, snapshot.config.organisation.lang)
            })
            .await?;
        show(setting, &config, &facts, now)?;
        return Ok(End::Fine);
    }
    let made = store.write(move |tx| app::make_digest_in(tx, &snapshot, today, now)).await?;
    if let Some(facts) = made {
        show(setting, &config, &facts, now)?;
        eprintln!("{}", queued(&store, facts.number, now).await?);
        return Ok(End::Fine);
    }
    let row = store.read(move |view| view.digest_of(DAILY, today)).await?;
    let row = row.ok_or_else(|| anyhow::anyhow!("the digest of {today} vanished while it was read"))?;
    show(setting, &config, &row.facts, row.made_at)?;
    let made_at = output::local(row.made_at, config.organisation.zone);
    eprintln!("today's digest was made at {made_at}; it goes out once a day");
    Ok(End::Fine)
}

/// Whether its mails go out now depends on the daemon.
async fn queued(store: &Store, number: i64, now: DateTime<Utc>) -> anyhow::Result<String> {
    let (run, mails) = store
        .read(move |view| {
            let reason = format!("digest {number}");
            let mails = view.messages(true, 1000)?.into_iter().filter(|mail| mail.reason == reason).count();
            Ok((view.last_run()?, mails))
        })
        .await?;
    let alive =
        run.is_some_and(|(_, alive, stopped)| stopped.is_none() && now - alive < TimeDelta::minutes(2));
    Ok(if alive {
        format!("{mails} mails are queued; the daemon sends them within seconds")
    } else {
        format!(
            "{mails} mails are queued, but the daemon does not run; `tingfeng run` (or run --once) sends them"
        )
    })
}

/// As its readers get it, in the organisation's language.
fn show(setting: &Setting, config: &Config, facts: &DigestFacts, at: DateTime<Utc>) -> anyhow::Result<()> {
    if setting.json {
        return output::json_line(facts);
    }
    let reader = Reader { name: &config.organisation.name };
    let value = serde_json::to_value(facts)?;
    let rendered = mail::render(Template::Digest, config.organisation.lang, &value, reader, at)?;
    output::line(&rendered.subject)?;
    output::line("")?;
    output::line(rendered.text.trim_end())
}
