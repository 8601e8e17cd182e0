//! The crawl: nothing found is lost, and nobody is bothered more than he allows (P1, P7).

use crate::world::{
    ARTICLE, Item, LIST, NOISE, Page, Setup, Site, World, article, feed, list, minutes, rumour, source,
};
use tingfeng::app;

#[tokio::test]
async fn p1_a_kill_between_a_list_and_its_articles_loses_none_of_them() {
    let mut world = Setup::default().sources(&[source("news", "list", "/news/", LIST)]).start().await;
    world.site.put("/a/0.html", article("图书馆", NOISE, world.now()));
    world.publish("/news/", list(&[("/a/0.html", "图书馆延长开放时间")]).etag("v1")).await;
    for n in 1..4 {
        world.site.put(&format!("/a/{n}.html"), article(&format!("传闻{n}"), &rumour(n), world.now()));
    }
    let links = [
        ("/a/1.html", "传闻的第一种说法"),
        ("/a/2.html", "传闻的第二种说法"),
        ("/a/3.html", "传闻的第三种说法"),
    ];
    world.site.put("/news/", list(&links).etag("v2"));
    world.clock.advance(minutes(5));
    let rooms = world.rooms().clone();
    let work = app::lease_round(&rooms, 1, world.now()).await.unwrap();
    assert_eq!(work.len(), 1);
    app::visit(&rooms, work.into_iter().next().unwrap()).await.unwrap();
    // One more is under way when the daemon dies.
    assert_eq!(app::lease_round(&rooms, 1, world.now()).await.unwrap().len(), 1);
    drop(rooms);
    world.kill();
    assert_eq!(world.sql("SELECT state FROM page ORDER BY state"), ["done", "due", "due", "leased"]);
    world.clock.advance(minutes(1));
    world.restart().await;
    world.pass().await;
    assert_eq!(world.sql("SELECT state FROM page ORDER BY state"), ["done", "done", "done", "done"]);
    assert_eq!(world.incidents().len(), 3, "though the list answers 304 from now on");
    assert_eq!(world.mailed(), ["duty", "duty", "duty"]);
}

#[tokio::test]
async fn p1_a_finished_visit_of_a_lost_lease_changes_nothing() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let page = feed(&[Item::new("/1", "传闻", &rumour(1), world.now())]);
    world.site.put("/feed.xml", page);
    world.clock.advance(minutes(5));
    let rooms = world.rooms().clone();
    let work = app::lease_round(&rooms, 1, world.now()).await.unwrap().remove(0);
    // Another run takes over meanwhile, and does the same work.
    world.clock.advance(minutes(16));
    world.pass().await;
    assert_eq!(world.mailed(), ["duty"]);
    let late = app::visit(&rooms, work).await.unwrap_err();
    assert!(late.to_string().contains("lease is lost"), "{late}");
    world.pass().await;
    assert_eq!((world.incidents().len(), world.mailed().len()), (1, 1));
}

#[tokio::test]
async fn a_feed_is_read_with_its_articles_or_without() {
    for (why, kind, article_status, expected) in [
        ("the feed alone", "article = false", 200, "短讯"),
        ("the article behind it", ARTICLE, 200, "全文"),
        ("the article is gone: the feed's own words", ARTICLE, 404, "短讯"),
    ] {
        let mut world = Setup::default().sources(&[source("news", "feed", "/feed.xml", kind)]).start().await;
        let page = article("岚栎科技传闻", &format!("全文：{}", rumour(1)), world.now());
        world.site.put("/a/1.html", if article_status == 200 { page } else { Page::status(404) });
        world.site.put("/feed.xml", feed(&[]));
        world.look().await;
        let item = Item::new("/a/1.html", "岚栎科技传闻", &format!("短讯：{}", rumour(1)), world.now());
        world.publish("/feed.xml", feed(&[item])).await;
        let stored = world.sql("SELECT text FROM revision");
        assert_eq!(
            stored.len(),
            1,
            "{why}: {:?} {:?}",
            world.ledger("news"),
            world.sql("SELECT url, state, reason FROM page")
        );
        let id = stored[0].parse().unwrap();
        let text = world.rooms().store.read(move |view| view.body(id)).await.unwrap().unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with(expected), "{why}: {text}");
        assert_eq!(world.mailed(), ["duty"], "{why}");
        assert_eq!(world.sql("SELECT count(*) FROM entry"), ["1"], "{why}");
        if article_status == 404 {
            assert!(
                world.ledger("news").iter().any(|row| row.contains("has no such page (404)")),
                "{:?}",
                world.ledger("news")
            );
        }
    }
}

const FORUM: &str = "tier = \"social\"\n[source.select]\nthreads = \"td.subject a\"\nposts = \"div.post\"\ntext = \"div.post-text\"\npublished = \"span.time\"";

fn thread(world: &World, posts: &[&str]) -> Page {
    let at = world.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M:%S");
    let posts: String = posts
        .iter()
        .enumerate()
        .map(|(n, text)| format!("<div class=\"post\" id=\"p{n}\"><span class=\"time\">{at}</span><div class=\"post-text\">{text}</div></div>"))
        .collect();
    Page::html(format!(
        "<html><head><meta charset=utf-8><title>随便聊聊岚栎科技</title></head><body><h1>随便聊聊岚栎科技</h1>{posts}</body></html>"
    ))
}

#[tokio::test]
async fn new_replies_of_a_thread_are_found_and_are_one_matter() {
    let mut world = Setup::default().sources(&[source("bar", "forum", "/bar/", FORUM)]).start().await;
    let board = |replies: u32| {
        let row = "<td class=\"subject\"><a href=\"/t/1.html\">随便聊聊岚栎科技</a></td>";
        Page::html(format!("<table><tr>{row}<td>{replies}</td></tr></table>"))
    };
    let opening = "大家觉得这家公司的新园区怎么样，听说食堂不错，周末还开放参观。";
    world.site.put("/t/1.html", thread(&world, &[opening]));
    world.publish("/bar/", board(0)).await;
    assert_eq!(world.sql("SELECT count(*) FROM entry"), ["1"]);
    world.clock.advance(minutes(5));
    world.site.put("/t/1.html", thread(&world, &[opening, &rumour(1)]));
    world.site.put("/bar/", board(1));
    world.pass().await;
    assert_eq!(
        world.sql("SELECT count(*) FROM entry"),
        ["2"],
        "the reply was found: {:?}",
        world.ledger("bar")
    );
    assert_eq!(world.mailed(), ["duty"], "a reply to a known thread is news");
    world.clock.advance(minutes(5));
    world.site.put(
        "/t/1.html",
        thread(&world, &[opening, &rumour(1), &rumour(2), "楼上说得对，先看公告再说，不要随便转发。"]),
    );
    world.site.put("/bar/", board(3));
    world.pass().await;
    assert_eq!(world.sql("SELECT count(*) FROM entry"), ["4"]);
    assert_eq!(world.incidents(), ["orange open"], "replies of one thread are one matter");
    assert_eq!(world.mailed(), ["duty"]);
}

#[tokio::test]
async fn p7_what_has_not_changed_is_not_sent_again() {
    let mut world = Setup::default().start().await;
    let page = feed(&[Item::new("/1", "图书馆", NOISE, world.now())]);
    world.publish("/feed.xml", page.clone().etag("v1")).await;
    world.advance(minutes(5)).await;
    assert_eq!(world.site.asked()[1].header("if-none-match"), Some("\"v1\""));
    world.restart().await;
    world.advance(minutes(5)).await;
    assert_eq!(
        world.site.asked()[2].header("if-none-match"),
        Some("\"v1\""),
        "validators live through a restart"
    );
    // A server that knows no conditions: the same bytes are not read again either.
    world.publish("/feed.xml", page.clone()).await;
    world.advance(minutes(5)).await;
    assert_eq!(world.ledger("rumours"), ["visited: ", "unchanged: "]);
    assert_eq!(
        world.sql("SELECT outcome, planned FROM coverage WHERE source IS NOT NULL ORDER BY id"),
        ["visited|1", "unchanged|4"]
    );
    assert_eq!(world.sql("SELECT visits, fails FROM source"), ["5|0"]);
}

#[tokio::test]
async fn p7_a_retry_after_is_kept_across_a_restart() {
    let mut world = World::watching(&[(0, "duty")]).await;
    world.publish("/feed.xml", Page::status(503).header("Retry-After", "3600")).await;
    assert!(
        world.ledger("rumours")[1].contains("is not available for now (503)"),
        "{:?}",
        world.ledger("rumours")
    );
    let asked = world.site.paths().len();
    world.site.put("/feed.xml", feed(&[Item::new("/1", "传闻", &rumour(1), world.now())]));
    world.restart().await;
    for _ in 0..5 {
        world.advance(minutes(10)).await;
        world.look().await;
    }
    assert_eq!(world.site.paths().len(), asked, "nothing is asked before the hour is over");
    world.advance(minutes(10)).await;
    assert_eq!(world.site.paths().len(), asked + 1);
    assert_eq!(world.mailed(), ["duty"]);
}

#[tokio::test]
async fn p7_what_robots_txt_refuses_is_skipped_and_said_so() {
    let sources = [
        source("closed", "feed", "/private/feed.xml", "article = false"),
        source("news", "list", "/news/", LIST),
    ];
    let mut world = Setup::default().sources(&sources).start().await;
    world.site.put("/robots.txt", Page::new("text/plain", "User-agent: *\nDisallow: /private/\n"));
    world.site.put("/private/feed.xml", feed(&[Item::new("/1", "传闻", &rumour(1), world.now())]));
    world
        .site
        .put("/news/", list(&[("/private/a.html", "一篇不让看的文章"), ("/a/1.html", "一篇让看的文章")]));
    world.site.put("/a/1.html", article("图书馆", NOISE, world.now()));
    world.look().await;
    assert_eq!(world.site.paths().iter().filter(|path| path.starts_with("/private")).count(), 0);
    let ledger = world.ledger("closed");
    assert!(
        ledger[0].starts_with("skipped: robots.txt of") && ledger[0].contains("refuses this page"),
        "{ledger:?}"
    );
    let page = world.sql("SELECT state, reason FROM page WHERE url LIKE '%private%'");
    assert!(page[0].starts_with("given_up|robots.txt of"), "{page:?}");
    assert_eq!(
        world.sql("SELECT count(*) FROM entry WHERE url LIKE '%/a/1.html'"),
        ["1"],
        "the others are read"
    );
}

#[tokio::test]
async fn p7_a_redirect_to_the_inside_is_refused() {
    let inside = Site::start().await;
    inside.put("/secret.xml", feed(&[]));
    let guarded =
        source("guarded", "feed", "/jump.xml", "article = false").replace("allow_private = true\n", "");
    // The source itself is on loopback here, so even its own address is refused without leave.
    let world =
        Setup::default().sources(&[source("rumours", "feed", "/feed.xml", "article = false")]).start().await;
    world
        .site
        .put("/jump.xml", Page::status(302).header("Location", &format!("http://{}/secret.xml", inside.at)));
    world.write("sources.toml", &guarded);
    let problems = tingfeng::config::load(world.dir()).unwrap_err().to_string();
    assert!(
        problems.contains("inside your own network") && problems.contains("allow_private = true"),
        "{problems}"
    );
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn a_list_of_which_only_the_frame_changed_is_not_parsed_and_nothing_new_is_missed() {
    let mut world = Setup::default().sources(&[source("news", "list", "/news/", LIST)]).start().await;
    world.site.put("/a/0.html", article("图书馆", NOISE, world.now()));
    let page = |clock: &str, links: &[(&str, &str)]| {
        let items: String =
            links.iter().map(|(path, title)| format!("<li><a href={path}>{title}</a>")).collect();
        Page::html(format!(
            "<html><body><p>现在 {clock}</p><script>var n = '{clock}'</script><ul class=news>{items}</ul></body></html>"
        ))
    };
    let old = ("/a/0.html", "图书馆延长开放时间");
    world.publish("/news/", page("08:00", &[old])).await;
    world.publish("/news/", page("08:05", &[old])).await;
    world.publish("/news/", page("08:10", &[old])).await;
    assert_eq!(
        world.sql("SELECT outcome, reason, planned FROM coverage WHERE what = 'source' ORDER BY id"),
        ["visited||1", "unchanged|same items; only the frame changed|2"]
    );
    world.site.put("/a/1.html", article("传闻", &rumour(1), world.now()));
    world.publish("/news/", page("08:15", &[("/a/1.html", "传闻的第一种说法"), old])).await;
    assert_eq!(world.mailed(), ["duty"], "{:?}", world.ledger("news"));
}

/// A page of an article in three.
fn part(n: usize, text: &str, world: &World) -> Page {
    let at = world.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M");
    Page::html(format!(
        "<html><head><meta charset=utf-8></head><body><h1>图书馆延长开放</h1><span class=\"pub-time\">{at}</span>\
         <div class=\"text\"><p>第{n}段：{text}</p></div><a href=1.html>1</a> <a href=1_2.html>2</a> <a href=1_3.html>3</a>\
         <a href=2.html>下一篇：另一篇文章</a></body></html>"
    ))
}

#[tokio::test]
async fn the_pages_of_an_article_are_one_entry_and_a_lost_one_loses_no_other() {
    for (why, second_is_there, expected) in [
        ("all three", true, vec!["第1段", "第2段", "第3段"]),
        ("the second answers 404", false, vec!["第1段"]),
    ] {
        let mut world = Setup::default().sources(&[source("news", "list", "/news/", LIST)]).start().await;
        world.site.put("/a/0.html", article("天气", "砚溪市今日多云，气温十二至十八度。", world.now()));
        world.publish("/news/", list(&[("/a/0.html", "砚溪市今日天气")])).await;
        world.site.put("/a/1.html", part(1, NOISE, &world));
        world
            .site
            .put("/a/1_2.html", if second_is_there { part(2, NOISE, &world) } else { Page::status(404) });
        world.site.put("/a/1_3.html", part(3, &rumour(1), &world));
        world.publish("/news/", list(&[("/a/1.html", "图书馆延长开放")])).await;
        world.pass().await;
        let entries = world.sql("SELECT count(*) FROM entry WHERE url NOT LIKE '%/0.html'");
        assert_eq!(entries, ["1"], "{why}: {:?}", world.ledger("news"));
        let last = world.sql(
            "SELECT text FROM revision JOIN entry ON entry.current_rev = revision.id WHERE url NOT LIKE '%/0.html'",
        );
        let id = last[0].parse().unwrap();
        let text = world.rooms().store.read(move |view| view.body(id)).await.unwrap().unwrap();
        let text = String::from_utf8(text).unwrap();
        let parts: Vec<&str> = text.lines().map(|line| line.split('：').next().unwrap()).collect();
        assert_eq!(parts, expected, "{why}");
        assert_eq!(
            world.mailed().len(),
            usize::from(second_is_there),
            "{why}: what the last page says is found"
        );
        assert_eq!(
            world.sql("SELECT count(*) FROM page WHERE hint IS NOT NULL AND why = 'redirect'"),
            ["0"],
            "{why}"
        );
    }
}
