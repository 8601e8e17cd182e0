//! Ladders: who is told when, and who stops it.

use crate::world::{Item, NOISE, Setup, World, feed, minutes, rumour, source};
use tingfeng::app;
use tingfeng::desk::Done;

/// A rumour appears in the feed.
async fn breaks(world: &mut World) {
    let page = feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
}

#[tokio::test]
async fn p3_an_unanswered_incident_climbs_until_somebody_takes_it() {
    let mut world = World::watching(&[(0, "duty"), (30, "head"), (120, "board")]).await;
    breaks(&mut world).await;
    assert_eq!(world.mailed(), ["duty"]);
    world.advance(minutes(29)).await;
    assert_eq!(world.mailed(), ["duty"], "nothing new before half an hour");
    world.advance(minutes(1)).await;
    assert_eq!(world.mailed(), ["duty", "head"]);
    assert!(matches!(world.acknowledge("head").await, Done::Yes(_)));
    world.advance(minutes(59)).await;
    assert_eq!(world.mailed(), ["duty", "head"], "the board sleeps");
    assert_eq!(world.incidents(), ["orange verifying"]);
}

#[tokio::test]
async fn p3_an_acknowledgement_cancels_expires_and_its_holder_is_told_first() {
    let mut world = World::watching(&[(0, "duty"), (30, "head"), (120, "board")]).await;
    breaks(&mut world).await;
    world.clock.advance(minutes(30));
    app::escalation_round(world.rooms(), world.now()).await.unwrap();
    assert_eq!(world.sql("SELECT person FROM message WHERE state = 'queued'"), ["head"]);
    world.acknowledge("duty").await;
    assert_eq!(
        world.sql("SELECT reply FROM message WHERE state = 'cancelled'"),
        ["acknowledged by duty"],
        "the mail that had not left is taken back in the same transaction"
    );
    world.pass().await;
    assert_eq!(world.mailed(), ["duty"]);
    world.advance(minutes(60)).await;
    assert_eq!(world.mailed(), ["duty", "duty"], "the holder hears first that it has run out");
    assert!(world.mails()[1].subject.contains("确认到期"), "{}", world.mails()[1].subject);
    world.advance(minutes(9)).await;
    assert_eq!(world.mailed().len(), 2, "and has ten minutes to renew it");
    world.advance(minutes(1)).await;
    assert_eq!(world.mailed(), ["duty", "duty", "board"], "then the climb goes on");
}

#[tokio::test]
async fn p3_a_renewed_acknowledgement_holds_on() {
    let mut world = World::watching(&[(0, "duty"), (30, "head")]).await;
    breaks(&mut world).await;
    world.acknowledge("duty").await;
    world.advance(minutes(50)).await;
    world.acknowledge("duty").await;
    world.advance(minutes(30)).await;
    assert_eq!(world.mailed(), ["duty"], "the first reminder was withdrawn with the first acknowledgement");
    world.advance(minutes(30)).await;
    assert_eq!(world.mailed(), ["duty", "duty"]);
}

#[tokio::test]
async fn p3_the_end_of_the_ladder_is_an_alarm_and_not_silence() {
    let mut world = World::watching(&[(0, "duty"), (30, "head")]).await;
    breaks(&mut world).await;
    world.advance(minutes(30)).await;
    world.advance(minutes(119)).await;
    assert!(world.alarms.is_empty(), "the last step is given its time");
    world.advance(minutes(1)).await;
    assert_eq!(world.alarms, world.sql("SELECT number FROM incident"));
    assert_eq!(
        world.mailed(),
        ["duty", "head", "duty", "head", "monitor"],
        "everybody hears that nobody answered"
    );
    assert!(world.mails()[4].subject.contains("无人应答"), "{}", world.mails()[4].subject);
    world.advance(minutes(600)).await;
    assert_eq!(world.mailed().len(), 5, "and hears it once");
    assert!(matches!(world.acknowledge("board").await, Done::Yes(_)), "it can still be taken");
}

#[tokio::test]
async fn p3_an_outage_takes_one_step() {
    let mut world = World::watching(&[(0, "duty"), (30, "head"), (60, "board")]).await;
    breaks(&mut world).await;
    world.kill();
    world.clock.advance(minutes(300));
    world.restart().await;
    world.pass().await;
    assert_eq!(world.mailed(), ["duty", "head"], "not everybody at once");
    world.advance(minutes(29)).await;
    assert_eq!(world.mailed(), ["duty", "head"]);
    world.advance(minutes(1)).await;
    assert_eq!(world.mailed(), ["duty", "head", "board"], "time counts from the step that was taken late");
}

#[tokio::test]
async fn p3_a_step_with_nobody_on_duty_is_skipped_and_said_so() {
    let setup = Setup::default().ladder(&[(0, "duty"), (30, "head"), (120, "board")]).edit(
        "people.toml",
        "roles = [\"securities_rep\"]\n",
        "roles = [\"securities_rep\"]\n[[shift]]\nrole = \"securities_rep\"\nperson = \"head\"\n\
         from = 2026-11-01T08:00:00\nuntil = 2026-11-02T08:00:00\n",
    );
    let mut world = World::settled(setup).await;
    breaks(&mut world).await;
    world.advance(minutes(30)).await;
    assert_eq!(world.mailed(), ["duty", "board"], "the next one is told at once");
    let skipped = world.sql("SELECT data FROM event WHERE kind = 'step_skipped'");
    assert!(skipped.len() == 1 && skipped[0].contains("nobody on duty"), "{skipped:?}");
}

#[tokio::test]
async fn p4_the_first_report_is_done_when_its_target_has_it() {
    let setup = Setup::default().edit(
        "policies.toml",
        "name = \"orange\"\n",
        "name = \"orange\"\nfirst_report = { to = \"board_secretary\", within = \"30m\" }\n",
    );
    let mut world = World::settled(setup).await;
    breaks(&mut world).await;
    let due = "SELECT role, state, (due_at - start_at) / 60000, breached_at IS NOT NULL FROM duty";
    assert_eq!(world.sql(due), ["board_secretary|pending|30|0"]);
    world.acknowledge("duty").await;
    assert_eq!(
        world.sql(due),
        ["board_secretary|pending|30|0"],
        "somebody else's acknowledgement is no report"
    );
    world.advance(minutes(31)).await;
    assert_eq!(
        world.sql(due),
        ["board_secretary|pending|30|1"],
        "a breach is written once, and nothing moves it"
    );
    world.acknowledge("board").await;
    assert_eq!(world.sql(due), ["board_secretary|done|30|1"]);
}

#[tokio::test]
async fn a_quiet_window_holds_a_yellow_mail_until_half_past_seven() {
    let mut world = World::settled(Setup::default().at("2026-11-25T22:00:00+08:00")).await;
    let text = "市场传闻称，岚栎科技的大股东减持计划即将实施，规模据说不小，公司对此没有表态。";
    let page = feed(&[Item::new("/2", "大股东减持传闻", text, world.now())]);
    world.publish("/feed.xml", page).await;
    assert_eq!(world.incidents(), ["yellow open"]);
    world.advance(minutes(9 * 60 + 29)).await;
    assert_eq!(world.mailed(), [""; 0], "07:29, everybody sleeps");
    world.advance(minutes(1)).await;
    assert_eq!(world.mailed(), ["monitor"], "07:30: what the night has held");
    world.advance(minutes(119)).await;
    // The second one is the digest of 08:00.
    assert_eq!(world.mailed(), ["monitor", "monitor"], "whoever slept has the full two hours from there");
    world.advance(minutes(1)).await;
    assert_eq!(world.mailed(), ["monitor", "monitor", "deputy"], "09:30");
}

#[tokio::test]
async fn an_hourly_limit_spares_a_person_but_never_a_red_matter() {
    let sources = [
        source("rumours", "feed", "/feed.xml", "article = false"),
        source("paper", "feed", "/paper.xml", "article = false\ntier = \"mainstream\""),
    ];
    let limited = Setup::default().edit("tingfeng.toml", "hourly_limit = 20", "hourly_limit = 2");
    let mut world = World::settled(limited.ladder(&[(0, "duty")]).sources(&sources)).await;
    world.publish("/paper.xml", feed(&[Item::new("/p0", "图书馆", NOISE, world.now())])).await;
    let items: Vec<Item> =
        (0..3).map(|n| Item::new(&format!("/r{n}"), &format!("传闻{n}"), &rumour(n), world.now())).collect();
    world.publish("/feed.xml", feed(&items)).await;
    assert_eq!(world.incidents(), ["orange open", "orange open", "orange open"]);
    assert_eq!(world.mailed(), ["duty", "duty"], "the third waits, and is not lost");
    world.publish("/paper.xml", feed(&[Item::new("/p1", "传闻", &rumour(4), world.now())])).await;
    assert_eq!(world.mailed(), ["duty", "duty", "duty"]);
    assert!(world.mails()[2].subject.contains("红色"), "red leaves at once: {}", world.mails()[2].subject);
    world.advance(minutes(59)).await;
    assert_eq!(world.mailed().len(), 3);
    world.advance(minutes(1)).await;
    assert_eq!(world.mailed().len(), 4, "the waiting one leaves with the hour");
}
