//! `demo`: an invented news world, the daemon itself, and what a monitor would have seen.
//!
//! The daemon runs as it always does; this command only publishes the acts of the story and reads along.

use super::{End, output::line};
use crate::app::{self, Rooms};
use crate::clock::Clock;
use crate::demo::{DISGUISES, World, write_config};
use crate::desk::{self, Done};
use crate::model::{Lang, Role, Severity, Word};
use crate::store::EventRow;
use anyhow::Context;
use chrono::Utc;
use chrono_tz::Tz;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

pub async fn run(serve: bool, into: Option<PathBuf>) -> anyhow::Result<End> {
    let dir = match into {
        Some(dir) => dir,
        None => std::env::temp_dir().join(format!("tingfeng-demo-{}", std::process::id())),
    };
    anyhow::ensure!(
        !dir.exists() || std::fs::read_dir(&dir)?.next().is_none(),
        "{} is not empty; the demo wants a folder of its own",
        dir.display()
    );
    super::run::log_into(&dir)?;
    let world = World::start(([127, 0, 0, 1], 0).into())
        .await
        .context("the demo's news world cannot listen on loopback")?;
    write_config(&dir, world.address())?;
    let rooms = Rooms::open(crate::config::load(&dir)?, Clock::Real).await?;
    line(&format!(
        "An invented news world is on http://{}/ and the daemon watches it.\nConfiguration: {}\n",
        world.address(),
        dir.display()
    ))?;
    let stop = CancellationToken::new();
    let daemon = tokio::spawn(app::watch(rooms.clone(), stop.clone()));
    let told = tell(&world, &rooms, &dir, serve, &daemon).await;
    stop.cancel();
    daemon.await.context("the daemon panicked")??;
    world.stop().await;
    told?;
    Ok(End::Fine)
}

type Daemon = tokio::task::JoinHandle<anyhow::Result<app::Ended>>;

/// Publishes act after act and says what came of each.
async fn tell(
    world: &World,
    rooms: &Rooms,
    dir: &std::path::Path,
    serve: bool,
    daemon: &Daemon,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut teller = Teller::new(rooms, started);
    for (number, act) in World::acts().iter().enumerate() {
        line(&format!("── {} · {}", act.title_zh, act.title_en))?;
        line(&format!("   expected: {}", act.expect_en))?;
        world.advance(number);
        let until = Instant::now() + act.watch;
        while Instant::now() < until && !daemon.is_finished() {
            tokio::time::sleep(Duration::from_millis(250)).await;
            teller.catch_up().await?;
        }
        if number == 0 {
            teller.archive().await?;
        }
    }
    line("── 董秘签收，日报 · the board secretary acknowledges, and the digest")?;
    acknowledge(rooms).await?;
    let now = Utc::now();
    let zone = rooms.current().organisation.zone;
    if let Some(facts) = app::make_digest(rooms, now.with_timezone(&zone).date_naive(), now).await? {
        line(&format!("   digest {} made", facts.number))?;
    }
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        teller.catch_up().await?;
    }
    teller.closing(dir).await?;
    if serve {
        line("\nThe world and the daemon keep running; Ctrl-C ends them.")?;
        while !daemon.is_finished() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            teller.catch_up().await?;
        }
    }
    Ok(())
}

/// The board secretary answers every open ladder, as `tingfeng incident ack` would.
async fn acknowledge(rooms: &Rooms) -> anyhow::Result<()> {
    let snapshot = rooms.current();
    let now = Utc::now();
    let holders = snapshot.organisation.roster.holders(Role::BoardSecretary, now);
    let Some(person) = holders.first().map(|person| person.key.clone()) else { return Ok(()) };
    let done = rooms
        .store
        .write(move |tx| {
            let numbers: BTreeSet<String> =
                tx.view().climbing()?.into_iter().map(|climb| climb.number).collect();
            numbers
                .iter()
                .map(|number| desk::acknowledge(tx, &snapshot, number, &person, false, now))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    for done in done {
        let (Done::Yes(said) | Done::No(said)) = done;
        line(&format!("   {said}"))?;
    }
    Ok(())
}

/// Follows the ledger and says in a line what each event means.
struct Teller<'r> {
    rooms: &'r Rooms,
    started: Instant,
    zone: Tz,
    seq: i64,
    mails: BTreeSet<i64>,
    old: u32,
}

impl<'r> Teller<'r> {
    fn new(rooms: &'r Rooms, started: Instant) -> Self {
        let zone = rooms.current().organisation.zone;
        Self { rooms, started, zone, seq: 0, mails: BTreeSet::new(), old: 0 }
    }

    fn say(&self, text: &str) -> anyhow::Result<()> {
        line(&format!("   {:>4.1}s  {text}", self.started.elapsed().as_secs_f32()))
    }

    async fn catch_up(&mut self) -> anyhow::Result<()> {
        let seq = self.seq;
        let (events, messages) = self
            .rooms
            .store
            .read(move |view| Ok((view.events_after(seq, 500)?, view.messages(false, 200)?)))
            .await?;
        for (seq, event) in events {
            self.seq = seq;
            if let Some(text) = self.event(&event) {
                self.say(&text)?;
            }
        }
        for mail in messages.iter().rev().filter(|mail| mail.state == "accepted") {
            if self.mails.insert(mail.id) {
                let subject = mail.subject.as_deref().unwrap_or("?");
                self.say(&format!("✉ to {}: {subject}", self.name(&mail.person)))?;
            }
        }
        Ok(())
    }

    fn name(&self, person: &str) -> String {
        let snapshot = self.rooms.current();
        snapshot
            .organisation
            .roster
            .person(person)
            .map_or_else(|| person.to_owned(), |person| person.name.clone())
    }

    fn event(&mut self, event: &EventRow) -> Option<String> {
        let number = event.subject.strip_prefix("incident:").unwrap_or(&event.subject);
        let data = &event.data;
        let severity =
            |key: &str| data[key].as_str().and_then(Severity::parse).map(|severity| severity.label(Lang::En));
        match event.kind.as_str() {
            "raised" => {
                Some(format!("! incident {number}, {}: {}", severity("severity")?, joined(&data["because"])))
            }
            "worsened" if data["severity"] == data["from"] => Some(format!(
                "! incident {number}: an outlet of tier {} carries it now",
                data["tier"].as_str()?
            )),
            "worsened" => Some(format!(
                "! incident {number} is now {} (was {})",
                severity("severity")?,
                severity("from")?
            )),
            "step_taken" => Some(format!("  step {} of the ladder: {}", data["step"], joined(&data["to"]))),
            "step_skipped" => Some(format!("  step {} skipped: {}", data["step"], data["why"].as_str()?)),
            "exhausted" => {
                Some(format!("  the ladder of {number} has ended without an answer: an alarm, not silence"))
            }
            "set_aside" => {
                Some(format!("· no alarm ({}): {}", data["why"].as_str()?, data["title"].as_str()?))
            }
            "not_raised" => {
                self.old += 1;
                Some(format!("· no alarm (old news, {}): {}", data["why"].as_str()?, data["title"].as_str()?))
            }
            _ => None,
        }
    }

    async fn archive(&self) -> anyhow::Result<()> {
        let totals = self.rooms.store.read(|view| view.totals()).await?;
        self.say(&format!(
            "first visit: {} entries stored, {} hits, nobody alerted",
            totals.entries, totals.hits
        ))
    }

    async fn closing(&self, dir: &std::path::Path) -> anyhow::Result<()> {
        let day = chrono::TimeDelta::days(1);
        let (totals, coverage, incidents) = self
            .rooms
            .store
            .read(move |view| {
                Ok((
                    view.totals()?,
                    view.coverage(Utc::now() - day, Utc::now())?,
                    view.incidents(false, Utc::now() - day, 20)?,
                ))
            })
            .await?;
        line("\nWhat came of it")?;
        for incident in incidents {
            let opened = incident.opened_at.with_timezone(&self.zone).format("%H:%M:%S");
            line(&format!(
                "  {} {} {opened} {}",
                incident.number,
                incident.severity.label(Lang::En),
                incident.title
            ))?;
        }
        line(&format!(
            "  {} entries, {} mentions ({} of them old news), {} incidents; {} of {} planned visits made; {} mails accepted",
            totals.entries,
            totals.mentions,
            self.old,
            totals.incidents,
            coverage.visits_made,
            coverage.visits_planned,
            totals.mails_accepted
        ))?;
        let snapshot = self.rooms.current();
        let matcher = snapshot.book.matcher();
        for disguise in DISGUISES {
            let hits = matcher.scan(disguise.written);
            let seen = hits.iter().find(|hit| matcher.terms()[hit.term as usize].text == disguise.term);
            let how = seen.map_or("missed", |hit| hit.way.key());
            line(&format!(
                "  disguise {how}: {} is {} ({})",
                disguise.written, disguise.term, disguise.path
            ))?;
        }
        let config = &self.rooms.current().config;
        line(&format!(
            "\nMails:    {}\nDatabase: {}\nLog:      {}\nLook on:  tingfeng -c {} incident list",
            dir.join("mail").display(),
            config.store_path.display(),
            dir.join(super::run::LOG_FILE).display(),
            dir.display()
        ))
    }
}

fn joined(list: &serde_json::Value) -> String {
    let words = list.as_array().map(|list| list.iter().filter_map(|word| word.as_str()).collect::<Vec<_>>());
    words.unwrap_or_default().join(", ")
}
