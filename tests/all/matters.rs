//! The same matter is one alarm; only its worsening alerts again (P9).

use crate::world::{Item, NOISE, Setup, World, feed, minutes, rumour, source};

/// Feeds by the names of their outlets, each visited for the first time.
async fn outlets(outlets: &[(&str, &str)]) -> World {
    let source = |(key, tier): &(&str, &str)| {
        source(key, "feed", &format!("/{key}.xml"), &format!("article = false\ntier = \"{tier}\""))
    };
    let sources: Vec<String> = outlets.iter().map(source).collect();
    let mut world = Setup::default().sources(&sources).ladder(&[(0, "duty"), (600, "head")]).start().await;
    for (key, _) in outlets {
        let noise = Item::new(&format!("/{key}/0"), "图书馆", NOISE, world.now());
        world.site.put(&format!("/{key}.xml"), feed(&[noise]));
    }
    world.look().await;
    world
}

async fn carries(world: &mut World, outlet: &str, text: &str) {
    let item = Item::new(&format!("/{outlet}/1"), "岚栎科技被立案调查", text, world.now());
    world.publish(&format!("/{outlet}.xml"), feed(&[item])).await;
}

#[tokio::test]
async fn p9_the_same_text_in_three_outlets_is_one_incident_that_turns_red() {
    let mut world =
        outlets(&[("one", "local"), ("two", "local"), ("three", "local"), ("four", "local")]).await;
    carries(&mut world, "one", &rumour(1)).await;
    assert_eq!((world.incidents(), world.mailed().len()), (vec!["orange open".to_owned()], 1));
    carries(&mut world, "two", &rumour(1)).await;
    assert_eq!(world.mailed().len(), 1, "a second outlet is counted, and nobody is woken");
    carries(&mut world, "three", &rumour(1)).await;
    assert_eq!(world.incidents(), ["red open"], "one incident, and graver");
    assert_eq!(world.mailed(), ["duty", "duty"]);
    let mails = world.mails();
    assert!(mails[1].subject.contains("红色") && mails[1].subject.contains("升红"), "{}", mails[1].subject);
    assert_eq!(mails[1].in_reply_to, mails[0].in_reply_to, "one thread");
    carries(&mut world, "four", &rumour(1)).await;
    assert_eq!(world.mailed().len(), 2, "red stays red, quietly");
    assert_eq!(world.sql("SELECT mentions FROM story"), ["4"]);
}

#[tokio::test]
async fn p9_three_outlets_within_a_day_are_not_three_within_an_hour() {
    let mut world = outlets(&[("one", "local"), ("two", "local"), ("three", "local")]).await;
    carries(&mut world, "one", &rumour(1)).await;
    world.advance(minutes(61)).await;
    carries(&mut world, "two", &rumour(1)).await;
    carries(&mut world, "three", &rumour(1)).await;
    assert_eq!(world.incidents(), ["orange open"]);
}

#[tokio::test]
async fn p9_a_mainstream_outlet_makes_it_red_at_once() {
    let mut world = outlets(&[("bar", "social"), ("paper", "mainstream")]).await;
    carries(&mut world, "bar", &rumour(1)).await;
    carries(&mut world, "paper", &rumour(1)).await;
    assert_eq!(world.incidents(), ["red open"]);
    assert_eq!(world.mailed().len(), 2);
}

#[tokio::test]
async fn p9_a_higher_tier_is_a_worsening_and_a_lower_one_is_not() {
    let mut world = outlets(&[("bar", "social"), ("portal", "portal"), ("local", "local")]).await;
    carries(&mut world, "bar", &rumour(1)).await;
    carries(&mut world, "portal", &rumour(1)).await;
    assert_eq!(world.incidents(), ["orange open"]);
    assert!(world.mails()[1].subject.contains("扩散"), "{}", world.mails()[1].subject);
    assert_eq!(world.mailed().len(), 2);
    // The third outlet within the hour is another matter: look an hour later.
    world.advance(minutes(61)).await;
    carries(&mut world, "local", &rumour(1)).await;
    assert_eq!(world.mailed().len(), 2);
}

#[tokio::test]
async fn p9_an_edit_does_not_alert_again() {
    let mut world = outlets(&[("one", "local")]).await;
    carries(&mut world, "one", &rumour(1)).await;
    carries(&mut world, "one", &format!("{}公司股票当日低开。", rumour(1))).await;
    assert_eq!(
        world.sql("SELECT kind FROM revision JOIN mention ON mention.revision = revision.id ORDER BY no"),
        ["original", "edited"]
    );
    assert_eq!((world.incidents().len(), world.mailed().len()), (1, 1));
}

#[tokio::test]
async fn p9_after_it_was_closed_the_same_text_is_a_new_incident() {
    let mut world = outlets(&[("one", "local"), ("two", "local")]).await;
    carries(&mut world, "one", &rumour(1)).await;
    let now = world.now();
    let close = move |tx: &mut tingfeng::store::Tx<'_>| {
        let number = tx.view().incidents(true, chrono::DateTime::UNIX_EPOCH, 1)?[0].number.clone();
        tingfeng::desk::close(tx, &number, "duty", tingfeng::model::Verdict::Untrue, Some("已澄清"), now)
    };
    world.rooms().store.write(close).await.unwrap();
    world.advance(minutes(1000)).await;
    let alerts = |world: &World| world.mailed().iter().filter(|who| *who == "duty").count();
    assert_eq!(alerts(&world), 1, "a closed matter climbs no further");
    carries(&mut world, "two", &rumour(1)).await;
    assert_eq!(world.incidents(), ["orange closed", "orange open"]);
    assert_eq!(alerts(&world), 2);
}

#[tokio::test]
async fn denials_and_our_own_announcements_alert_nobody() {
    for (why, own, text) in [
        (
            "a denial in the sentence",
            false,
            "针对网传消息，岚栎科技回应称，公司未被立案调查，生产经营一切正常，请投资者注意甄别。",
        ),
        (
            "a denial of the whole",
            false,
            "岚栎科技被立案调查的说法不属实，公司昨晚发布澄清公告，并已就此报警。",
        ),
        ("our own channel tells it itself", true, &rumour(1)),
    ] {
        let source = source("rumours", "feed", "/feed.xml", &format!("article = false\nown = {own}"));
        let mut world = World::settled(Setup::default().sources(&[source])).await;
        world.publish("/feed.xml", feed(&[Item::new("/1", "公司动态", text, world.now())])).await;
        assert_eq!(world.sql("SELECT count(*) FROM entry"), ["2"], "{why}");
        assert_eq!((world.incidents().len(), world.mailed().len()), (0, 0), "{why}");
    }
}
