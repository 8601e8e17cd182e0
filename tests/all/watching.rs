//! Watching is proved (P5): troubles told once, digests without a gap.

use crate::world::{Item, NOISE, Page, Setup, Site, World, feed, minutes, rumour, source};
use chrono::TimeDelta;

fn troubles(world: &World) -> Vec<String> {
    world.sql("SELECT scope || ' ' || kind || ' ' || (closed IS NOT NULL) FROM trouble ORDER BY id")
}

#[tokio::test]
async fn p5_a_failing_source_is_one_mail_and_its_recovery_is_seen() {
    let mut world = World::watching(&[(0, "duty")]).await;
    world.site.put("/feed.xml", Page::status(500));
    for _ in 0..2 {
        world.look().await;
    }
    assert_eq!(world.mailed(), [""; 0], "one bad answer, or two, is weather");
    for _ in 0..4 {
        world.advance(minutes(3)).await;
        world.look().await;
    }
    assert_eq!(world.mailed(), ["monitor"], "three are a trouble, told once");
    let mail = &world.mails()[0];
    assert!(
        mail.subject.contains("监测异常") && mail.text.contains("tingfeng visit rumours"),
        "{}\n{}",
        mail.subject,
        mail.text
    );
    assert_eq!(troubles(&world), ["source failing 0"]);
    assert_eq!(world.alarms.len(), 1, "and the second channel hears of it: {:?}", world.alarms);
    let page = feed(&[Item::new("/1", "图书馆", NOISE, world.now())]);
    world.publish("/feed.xml", page).await;
    assert_eq!(troubles(&world), ["source failing 1"]);
    assert_eq!(world.mailed(), ["monitor"]);
}

#[tokio::test]
async fn p5_a_failing_source_slows_down_and_is_not_forgotten() {
    let mut world = World::watching(&[(0, "duty")]).await;
    world.site.put("/feed.xml", Page::status(500));
    let mut asked = Vec::new();
    for minute in 1..=80 {
        if !world.advance(minutes(1)).await.is_empty() {
            asked.push(minute);
        }
    }
    assert_eq!(asked, [5, 15, 35, 75], "twice as long after each failure");
}

#[tokio::test]
async fn p5_many_hosts_failing_together_are_one_trouble_of_ours() {
    let sites = [Site::start().await, Site::start().await, Site::start().await, Site::start().await];
    let sources: Vec<String> = sites
        .iter()
        .enumerate()
        .map(|(n, site)| {
            source(&format!("s{n}"), "feed", &format!("http://{}/feed.xml", site.at), "article = false")
        })
        .collect();
    let mut world = Setup::default().sources(&sources).start().await;
    for (n, site) in sites.iter().enumerate() {
        site.put("/feed.xml", feed(&[Item::new(&format!("/{n}"), "图书馆", NOISE, world.now())]));
    }
    world.look().await;
    for site in &sites[..2] {
        site.put("/feed.xml", Page::raw("")); // hangs up
    }
    for _ in 0..4 {
        world.look().await;
    }
    assert_eq!(troubles(&world), ["network unreachable 0"], "not one for each");
    assert_eq!(world.mailed(), ["monitor"]);
    assert!(world.mails()[0].text.contains("2 of 4 hosts failed"), "{}", world.mails()[0].text);
}

#[tokio::test]
async fn p5_a_digest_is_numbered_and_sent_when_nothing_happened() {
    let mut world = World::watching(&[(0, "duty")]).await;
    world.advance(TimeDelta::hours(21)).await; // 07:00
    assert_eq!(world.mailed(), [""; 0]);
    world.advance(minutes(60)).await;
    assert_eq!(world.mailed(), ["monitor"]);
    let first = world.mails().remove(0);
    assert!(first.subject.contains("第1期") && first.subject.contains("监测1/1正常"), "{}", first.subject);
    assert!(first.text.contains("0命中") && first.text.contains("1个来源中1个正常"), "{}", first.text);
    for _ in 0..5 {
        world.advance(minutes(60)).await;
    }
    world.restart().await;
    world.pass().await;
    assert_eq!(world.mailed().len(), 1, "once per local date, restarts or not");
    // Down over the next two digests: late rather than never, and numbered on.
    world.kill();
    world.clock.advance(TimeDelta::hours(46)); // 11:00 of the day after tomorrow
    world.restart().await;
    world.pass().await;
    assert_eq!(world.mailed().len(), 2);
    let late = world.mails().remove(1);
    assert!(
        late.subject.contains("第2期") && late.text.contains("空白时段"),
        "the gap is owned up to: {}\n{}",
        late.subject,
        late.text
    );
    assert_eq!(world.sql("SELECT number, local_date FROM digest"), ["1|2026-11-26", "2|2026-11-28"]);
}

#[tokio::test]
async fn p5_a_digest_lists_what_is_open_and_what_is_old() {
    let mut world = World::watching(&[(0, "duty"), (3000, "head")]).await;
    let items = [
        Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now()),
        Item::new("/2", "一条旧闻", &rumour(2), world.now() - TimeDelta::days(3)),
    ];
    world.publish("/feed.xml", feed(&items)).await;
    world.advance(TimeDelta::hours(22)).await;
    let digest = world.mails().into_iter().find(|mail| mail.subject.contains("日报")).unwrap();
    let number = world.sql("SELECT number FROM incident").remove(0);
    assert!(digest.subject.contains("红0 橙1 黄0 蓝0"), "{}", digest.subject);
    assert!(digest.text.contains(&number) && digest.text.contains("旧闻1条"), "{}", digest.text);
}

#[tokio::test]
async fn an_own_channel_that_falls_silent_is_told_once() {
    let own = source("own", "feed", "/feed.xml", "article = false\nown = true\nmax_silence = \"7d\"");
    let mut world = World::settled(Setup::default().sources(&[own])).await;
    world.advance(TimeDelta::days(4)).await;
    assert_eq!(troubles(&world), [""; 0]);
    world.advance(TimeDelta::days(2)).await;
    assert_eq!(troubles(&world), ["source quiet 0"], "a warning comes first");
    world.advance(TimeDelta::hours(25)).await;
    world.advance(TimeDelta::hours(1)).await;
    assert_eq!(troubles(&world), ["source quiet 1", "source stale 0"]);
    let page =
        feed(&[Item::new("/1", "公司要闻", "公司新园区今日启用，员工陆续搬入新的办公楼。", world.now())]);
    world.publish("/feed.xml", page).await;
    assert_eq!(troubles(&world), ["source quiet 1", "source stale 1"]);
}
