//! Our own channels, read whole: what somebody put into them, where they lead, how long they are silent.

use crate::world::{LIST, NOISE, Page, Setup, World, list, minutes, source};
use chrono::TimeDelta;

const RULES: &str = r#"[[rule]]
key = "own-tampering"
name = "自有渠道疑被篡改"
version = "1"
kind = "tampering"
severity = "orange"
policy = "orange"
own = true
heed_denials = false
any = ["category:D3"]
[[rule]]
key = "own-links"
name = "自有渠道出现可疑外链"
version = "1"
kind = "tampering"
severity = "yellow"
policy = "yellow"
own = true
heed_denials = false
any = ["category:injection"]
"#;

const D3: &str = r#"
name = "注入与空壳"
version = "1"
category = "D3"
scope = "own"
weight = 5
terms = ["时时彩", "棋牌下载", "代开发票"]
[[term]]
text = "博彩平台"
unless = ["打击博彩平台"]
"#;

const OTHER: &str = "[[rule]]\nkey = \"own-personal-data\"";

/// What an intruder puts in: seen by nobody but search engines.
const HIDDEN: &str = r#"<div style="position:absolute;left:-9999px"><a href="http://www.bc88.example/">澳门博彩平台</a>
    <a href="http://www.bc88.example/ssc">时时彩开户</a></div>"#;
const FOOTER: &str = r#"<div class="foot">主办：砚溪市人民政府办公室 <a href="https://map.partner.example/">网站地图</a></div>"#;

fn setup() -> Setup {
    let own = source("own-site", "list", "/own/", &format!("own = true\n{LIST}"));
    Setup::default()
        .ladder(&[(0, "duty")])
        .file("lexicons/d3.toml", D3)
        .edit("rules.toml", OTHER, &format!("{RULES}{OTHER}"))
        .edit("tingfeng.toml", "[mail]\n", "[own]\noutbound_allow = [\"gov.example\"]\n[mail]\n")
        .sources(&[own])
}

/// A notice of the city with what follows its article.
fn notice(title: &str, text: &str, beside: &str, world: &World) -> Page {
    let local = world.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M");
    Page::html(format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{title}_砚溪市人民政府</title></head><body>\
         <ul><li><a href=\"/own/\">公示公告</a></li></ul><h1>{title}</h1><span class=\"pub-time\">{local}</span>\
         <div class=\"text\"><p>{text}</p></div>{beside}{FOOTER}</body></html>"
    ))
}

/// The list with its own furniture.
fn listed(titles: &[(&str, &str)], beside: &str) -> Page {
    let items: String =
        titles.iter().map(|(path, title)| format!("<li><a href=\"{path}\">{title}</a></li>")).collect();
    Page::html(format!(
        "<html><head><title>公示公告</title></head><body><ul class=\"news\">{items}</ul>{beside}{FOOTER}</body></html>"
    ))
}

const OLD: (&str, &str) = ("/own/0.html", "关于城东片区计划停水的公告");

/// The site as it was when the watch began.
async fn watched(setup: Setup, beside: &str) -> World {
    let mut world = setup.start().await;
    world.site.put(OLD.0, notice(OLD.1, NOISE, beside, &world));
    world.publish("/own/", listed(&[OLD], "")).await;
    assert_eq!(world.incidents(), [""; 0], "a first visit alerts nobody");
    world
}

async fn publish(world: &mut World, n: usize, text: &str, beside: &str) {
    let (path, title) = (format!("/own/{n}.html"), format!("关于公布第{n}批便民服务事项的公告"));
    world.site.put(&path, notice(&title, text, beside, world));
    world.publish("/own/", listed(&[OLD, (&path, &title)], "")).await;
}

fn raised(world: &World) -> Vec<String> {
    world.sql("SELECT rule_key || ' ' || severity FROM incident ORDER BY id")
}

async fn digest(world: &mut World) -> String {
    let before = world.mails().len();
    world.advance(TimeDelta::days(1)).await;
    let mails = world.mails();
    let digest = mails[before..].iter().find(|mail| mail.subject.contains("日报"));
    digest.expect("a digest a day").text.clone()
}

#[tokio::test]
async fn hidden_spam_behind_a_notice_wakes_somebody_and_says_where_it_is() {
    let mut world = watched(setup(), "").await;
    publish(&mut world, 1, NOISE, HIDDEN).await;
    assert_eq!(raised(&world), ["own-tampering orange"], "the gravest rule of one page");
    assert_eq!(world.incidents(), ["orange open"], "one matter, one alarm");
    let mail = world.mails().into_iter().find(|mail| mail.to.starts_with("duty")).unwrap();
    assert!(mail.text.contains("〔隐藏文字〕") && mail.text.contains("【博彩平台】"), "{}", mail.text);
    assert!(mail.text.contains("/own/1.html"), "{}", mail.text);
    // The article is what it was.
    assert_eq!(
        world.sql("SELECT count(*) FROM mention JOIN entry ON entry.id = mention.entry WHERE around = 0"),
        ["0"]
    );
    // The same block behind the next notices is the same matter.
    for n in 2..5 {
        publish(&mut world, n, &format!("{NOISE}第{n}号。"), HIDDEN).await;
    }
    assert_eq!(world.incidents(), ["orange open"]);
    assert_eq!(world.sql("SELECT count(*) FROM mention"), ["1"], "a line is told once");
    let digest = digest(&mut world).await;
    assert!(digest.contains("bc88.example") && digest.contains("隐藏"), "{digest}");
    assert!(digest.contains("只给搜索引擎看"), "what nobody can see is said: {digest}");
}

#[tokio::test]
async fn spam_in_the_list_page_is_found_there() {
    let mut world = watched(setup(), "").await;
    world.publish("/own/", listed(&[OLD], HIDDEN)).await;
    assert_eq!(world.incidents(), ["orange open"]);
    assert!(world.mails()[0].text.contains("隐藏文字"), "{}", world.mails()[0].text);
    world.restart().await;
    world.publish("/own/", listed(&[OLD], &format!("{HIDDEN} "))).await;
    assert_eq!(world.sql("SELECT count(*) FROM mention"), ["1"], "known, also after a restart");
}

#[tokio::test]
async fn link_spam_at_the_end_of_a_notice_is_told_to_the_monitor() {
    let mut world = watched(setup(), "").await;
    let farm: String =
        (1..=6).map(|n| format!("<p><a href=\"http://s{n}.lk66.example/\">合作伙伴{n}</a></p>")).collect();
    publish(&mut world, 1, NOISE, &farm).await;
    assert_eq!(raised(&world), ["own-links yellow"]);
    assert_eq!(world.mailed(), ["monitor"]);
    let mail = world.mails().remove(0);
    assert!(mail.text.contains("〔成批站外链接〕") && mail.text.contains("lk66.example"), "{}", mail.text);
    publish(&mut world, 2, "另一则通知，内容与上一则不同，请市民留意。", &farm).await;
    assert_eq!(raised(&world).len(), 1, "the domain is known now");
}

#[tokio::test]
async fn ordinary_pages_are_left_alone() {
    let mut world = watched(setup(), "").await;
    let links = r#"<p>相关链接：<a href="https://www.library.example/">市图书馆</a> <a href="https://zw.gov.example/">政务服务</a></p>"#;
    publish(
        &mut world,
        1,
        "我市开展打击网络赌博宣传活动，民警走进社区，提醒居民远离网络赌博，严厉打击博彩平台推广。",
        links,
    )
    .await;
    let menu =
        r#"<ul style="display:none"><li><a href="/own/">警方捣毁时时彩窝点</a></li><li>暂无数据</li></ul>"#;
    publish(&mut world, 2, NOISE, menu).await;
    assert_eq!(world.incidents(), [""; 0]);
    assert_eq!(
        world.sql("SELECT domain, hidden, learned FROM outbound ORDER BY domain"),
        ["library.example|0|0", "partner.example|0|1"]
    );
    let digest = digest(&mut world).await;
    assert!(digest.contains("library.example") && !digest.contains("partner.example、"), "{digest}");
}

#[tokio::test]
async fn a_footer_is_told_once_and_a_published_number_never() {
    let beside = "<div>值班联系人手机 13812345678</div>";
    let mut world = watched(setup(), beside).await;
    publish(&mut world, 1, NOISE, beside).await;
    assert_eq!(world.incidents(), [""; 0], "it was there before");
    let other = "<div>值班联系人手机 13912345679</div>";
    for n in 2..5 {
        publish(&mut world, n, &format!("{NOISE}第{n}号。"), other).await;
    }
    assert_eq!(raised(&world), ["own-personal-data orange"], "a new one is told, once");
    assert_eq!(world.sql("SELECT count(*) FROM body WHERE class = 'wire' AND bytes IS NOT NULL"), ["0"]);
    let allowed =
        setup().edit("tingfeng.toml", "[mail]\n", "[personal]\nallow = [\"13912345679\"]\n[mail]\n");
    let mut world = watched(allowed, "").await;
    publish(&mut world, 1, NOISE, other).await;
    assert_eq!(world.incidents(), [""; 0]);
}

#[tokio::test]
async fn what_comes_back_after_it_was_closed_is_told_again_unless_it_was_a_false_alarm() {
    for (verdict, expected) in [("true", 2), ("irrelevant", 1)] {
        let mut world = watched(setup(), "").await;
        world.publish("/own/", listed(&[OLD], HIDDEN)).await;
        let verdict = <tingfeng::model::Verdict as tingfeng::model::Word>::parse(verdict).unwrap();
        let (number, now) = (world.sql("SELECT number FROM incident").remove(0), world.now());
        let close = move |tx: &mut tingfeng::store::Tx<'_>| {
            tingfeng::desk::close(tx, &number, "monitor", verdict, Some("已清理"), now)
        };
        world.rooms().store.write(close).await.unwrap();
        world.publish("/own/", listed(&[OLD], "")).await;
        world.publish("/own/", listed(&[OLD], HIDDEN)).await;
        assert_eq!(world.incidents().len(), expected, "{verdict:?}");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_watched_all_the_same() {
    let mut world = watched(setup(), "").await;
    let defaced = format!("<html><head><title>时时彩开户</title></head><body>{HIDDEN}</body></html>");
    world.publish("/own/", Page::html(defaced)).await;
    assert!(
        world.ledger("own-site").iter().any(|line| line.contains("select.links")),
        "{:?}",
        world.ledger("own-site")
    );
    assert_eq!(world.incidents(), ["orange open"]);
}

#[tokio::test]
async fn other_peoples_pages_are_theirs() {
    let news = source("news", "list", "/own/", LIST);
    let mut world = watched(setup().sources(&[news]), "").await;
    publish(&mut world, 1, NOISE, HIDDEN).await;
    assert_eq!(world.incidents(), [""; 0]);
    assert_eq!(world.sql("SELECT count(*) FROM outbound"), ["0"]);
}

#[tokio::test]
async fn a_source_that_was_watched_before_learns_its_links_first() {
    let mut world = watched(setup(), "").await;
    // As after an upgrade: visited, and nobody knows where its pages lead.
    let file = rusqlite::Connection::open(world.database()).unwrap();
    file.execute_batch("DELETE FROM outbound; DELETE FROM outbound_base; DELETE FROM around_line").unwrap();
    publish(&mut world, 1, NOISE, HIDDEN).await;
    assert_eq!(world.incidents(), [""; 0]);
    assert_eq!(world.sql("SELECT DISTINCT learned FROM outbound"), ["1"]);
    let more = r#"<p style="display:none"><a href="http://x.lk66.example/">x</a></p>"#;
    publish(&mut world, 2, NOISE, more).await;
    assert_eq!(raised(&world), ["own-links yellow"]);
}

#[tokio::test]
async fn a_rescan_looks_at_what_stands_around_as_the_visit_did() {
    let mut world = watched(setup(), "").await;
    publish(&mut world, 1, NOISE, HIDDEN).await;
    let before = world.sql("SELECT found FROM hits ORDER BY revision");
    let snapshot = world.rooms().current();
    let plan = tingfeng::app::Plan {
        wanted: tingfeng::store::Wanted::default(),
        apply: true,
        alert: false,
        samples: 0,
        actor: "林监测".to_owned(),
    };
    let tally =
        tingfeng::app::rescan(&world.rooms().store, &snapshot, &plan, world.now(), |_| {}).await.unwrap();
    assert_eq!((tally.sums.new, tally.sums.gone, tally.sums.changed), (0, 0, 0));
    assert_eq!(world.sql("SELECT found FROM hits ORDER BY revision"), before);
}

#[tokio::test]
async fn r42_an_own_channel_is_warned_of_before_it_is_stale_and_dunned_while_it_is() {
    let mut setup = setup();
    let own = source("own-site", "list", "/own/", &format!("own = true\nmax_silence = \"7d\"\n{LIST}"));
    setup = setup.sources(&[own]);
    let mut world = watched(setup, "").await;
    let kinds = |world: &World| {
        world.sql("SELECT kind || ' ' || (closed IS NOT NULL) || ' ' || told FROM trouble ORDER BY id")
    };
    for n in 0..5 {
        // Rendered anew each day, with nothing new in it.
        world.site.put("/own/", listed(&[OLD], &format!("<p>今天是第{n}天</p>")));
        world.advance(TimeDelta::days(1)).await;
    }
    world.advance(minutes(5)).await;
    assert_eq!(kinds(&world), ["quiet 0 1"]);
    assert!(world.mails().iter().all(|mail| mail.subject.contains("日报")), "a warning wakes nobody");
    let told = digest(&mut world).await;
    assert!(told.contains("距7天还有1天") || told.contains("距7天还有2天"), "{told}");
    world.advance(TimeDelta::days(2)).await;
    assert_eq!(kinds(&world), ["quiet 1 1", "stale 0 1"]);
    world.advance(TimeDelta::days(7)).await;
    assert_eq!(kinds(&world), ["quiet 1 1", "stale 0 2"], "and again after as long");
    let mails: Vec<String> = world
        .mails()
        .into_iter()
        .filter(|mail| mail.subject.contains("监测异常"))
        .map(|mail| mail.text)
        .collect();
    assert_eq!(mails.len(), 2);
    assert!(mails[1].contains("第2次"), "{}", mails[1]);
    publish(&mut world, 1, NOISE, "").await;
    assert_eq!(kinds(&world), ["quiet 1 1", "stale 1 2"]);
    let told = digest(&mut world).await;
    assert!(told.contains("一年内催更2次"), "{told}");
}

#[tokio::test]
async fn r42_a_channel_without_a_date_is_said_to_be_unwatched() {
    let own = source(
        "own-site",
        "list",
        "/own/",
        "own = true\nmax_silence = \"7d\"\n[source.select]\nlinks = \"ul.news a\"",
    );
    let mut world = setup().sources(&[own]).start().await;
    world.site.put(
        "/own/0.html",
        Page::html(format!("<html><body><h1>公告</h1><div><p>{NOISE}</p><p>{NOISE}</p></div></body></html>")),
    );
    world.publish("/own/", list(&[("/own/0.html", "关于城东片区计划停水的公告")])).await;
    assert_eq!(world.sql("SELECT kind FROM trouble"), [""; 0]);
    world.advance(TimeDelta::hours(25)).await;
    assert_eq!(world.sql("SELECT kind FROM trouble WHERE closed IS NULL"), ["undated"]);
}
