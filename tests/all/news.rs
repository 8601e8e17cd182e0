//! Old news wakes nobody, and says why.

use crate::world::{Item, NOISE, Setup, World, feed, minutes, rumour, source};
use chrono::TimeDelta;

#[tokio::test]
async fn a_first_visit_alerts_nobody_and_says_what_it_stored() {
    let mut world = Setup::default().start().await;
    let now = world.now();
    let items =
        [Item::new("/1", "岚栎科技被立案调查", &rumour(1), now), Item::new("/2", "图书馆", NOISE, now)];
    world.publish("/feed.xml", feed(&items)).await;
    assert_eq!(world.mailed(), [""; 0]);
    assert_eq!(world.sql("SELECT old FROM mention"), ["first_visit"], "kept, and marked");
    world.look().await;
    assert_eq!(world.mailed(), [""; 0], "nor does the second visit of the same");
    world.advance(TimeDelta::hours(22)).await;
    let digest = &world.mails()[0];
    assert!(digest.text.contains("首次入库 2 条，不报警"), "{}", digest.text);
}

#[tokio::test]
async fn what_is_undated_or_old_is_listed_and_wakes_nobody() {
    for (why, age, old) in [
        ("a fresh one wakes somebody", Some(TimeDelta::hours(1)), ""),
        ("at the limit it still does", Some(TimeDelta::hours(24)), ""),
        ("beyond it, it does not", Some(TimeDelta::minutes(24 * 60 + 1)), "aged"),
        ("without a date nobody knows", None, "undated"),
    ] {
        let mut world = World::watching(&[(0, "duty")]).await;
        let item = Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now() - age.unwrap_or_default());
        let item = if age.is_some() { item } else { item.undated() };
        world.publish("/feed.xml", feed(&[item])).await;
        assert_eq!(world.sql("SELECT coalesce(old, '') FROM mention"), [old], "{why}");
        assert_eq!(world.mailed().is_empty(), !old.is_empty(), "{why}");
        if !old.is_empty() {
            assert_eq!(world.sql("SELECT count(*) FROM event WHERE kind = 'not_raised'"), ["1"], "{why}");
        }
    }
}

#[tokio::test]
async fn where_watched_since_is_set_the_first_visit_alerts_of_what_came_after_it() {
    let watched =
        source("rumours", "feed", "/feed.xml", "article = false\nwatched_since = 2026-11-25T08:00:00+08:00");
    let mut world = Setup::default().sources(&[watched]).start().await;
    let now = world.now();
    let items = [
        Item::new("/1", "岚栎科技被立案调查", &rumour(1), now - minutes(60)),
        Item::new("/2", "早先的传闻", &rumour(2), now - minutes(180)),
    ];
    world.publish("/feed.xml", feed(&items)).await;
    assert_eq!(world.mailed(), ["duty"]);
    assert_eq!(world.sql("SELECT coalesce(old, 'fresh') FROM mention ORDER BY 1"), ["aged", "fresh"]);
}
