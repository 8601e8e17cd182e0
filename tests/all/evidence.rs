//! What is kept to prove it, and what must never be kept (P8).

use crate::world::{ARTICLE, Item, LIST, Page, Setup, World, article, feed, list, rumour, source};
use sha2::{Digest, Sha256};

/// An identity number with a right check digit, of a birthday and a place.
pub fn identity(first_seventeen: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        first_seventeen.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{first_seventeen}{}", b"10X98765432"[(sum % 11) as usize] as char)
}

/// Everything the world has written: the database, its log, the mails, and every body unpacked.
pub async fn written(world: &World) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![world.dir().to_owned()];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|end| end != "toml") {
                all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    for id in world.sql("SELECT id FROM body") {
        let number = id.parse().unwrap();
        let body = world.rooms().store.read(move |view| view.body(number)).await.unwrap().unwrap();
        all.push((format!("body {id}"), body));
    }
    for mail in world.mails() {
        all.push((mail.subject.clone(), (mail.subject + &mail.text + &mail.html).into_bytes()));
    }
    all
}

#[tokio::test]
async fn p8_personal_data_on_our_own_channel_is_a_leak_and_nothing_of_it_is_kept() {
    let (card, mobile) = (identity("11010119900307451"), "13812345678");
    let title = format!("中奖名单公示 联系人{mobile}");
    let body = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"description\" content=\"身份证{card}\"></head><body><h1>{title}</h1>\
         <span class=\"pub-time\">2026-11-25 09:30</span><span class=\"author\">经办人 {mobile}</span>\
         <div class=\"text\"><table><tr><td>姓名</td><td>证件</td></tr><tr><td>王某</td><td><b>{card}</b>\
         <table><tr><td>电话</td><td>{mobile}</td></tr></table></td></tr></table>\
         <p>以上人员请于本周内携带证件（{card}，手机{mobile}）到行政服务中心领取。岚栎科技行政部。</p></div></body></html>"
    );
    let selected = format!("own = true\n{LIST}\nauthor = \"span.author\"");
    let sources = [
        source("own-site", "list", "/own/", &selected),
        source("own-feed", "feed", "/own.xml", &format!("own = true\n{ARTICLE}")),
    ];
    let mut world = Setup::default().sources(&sources).start().await;
    world.site.put("/a/0.html", article("公司要闻", &rumour(0), world.now()));
    world.site.put("/own.xml", feed(&[Item::new("/a/0.html", "公司要闻", "公司要闻", world.now())]));
    world.publish("/own/", list(&[("/a/0.html", "公司要闻一则，今日发布")])).await;
    world.site.put("/a/1.html", Page::html(body.clone()));
    // The feed tells it too, and its article cannot be had: its own words are stored.
    let told = Item::new(
        "/a/gone.html",
        &title,
        &format!("请{card}本人致电{mobile}领取奖品，逾期不候。"),
        world.now(),
    );
    world.site.put("/own.xml", feed(&[told]));
    world.publish("/own/", list(&[("/a/1.html", &title), ("/a/0.html", "公司要闻一则，今日发布")])).await;

    assert_eq!(
        world.sql("SELECT DISTINCT kind || ' ' || severity FROM incident"),
        ["data_leak orange"],
        "somebody has to take it down: {:?} {:?}",
        world.ledger("own-site"),
        world.ledger("own-feed")
    );
    assert!(world.mailed().contains(&"duty".to_owned()));
    assert_eq!(
        world.sql("SELECT count(*) FROM revision WHERE personal = 1 AND raw IS NOT NULL"),
        ["0"],
        "raw bytes are not kept"
    );
    let digest = format!("{:x}", Sha256::digest(&body));
    assert_eq!(
        world.sql("SELECT raw_sha256 FROM revision WHERE personal = 1 AND raw_sha256 IS NOT NULL LIMIT 1"),
        [digest]
    );
    let masked = world.sql("SELECT title FROM revision WHERE personal = 1");
    assert!(masked.iter().all(|title| title.contains("138****5678")), "masked in place: {masked:?}");
    let all = written(&world).await;
    assert!(all.len() > 5);
    for (name, bytes) in &all {
        for secret in [card.as_str(), mobile] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} stands in {name}");
        }
    }
}

#[tokio::test]
async fn a_hit_keeps_the_bytes_as_they_came_and_their_digest() {
    let sources = [source("news", "list", "/news/", LIST)];
    let mut world = Setup::default().sources(&sources).start().await;
    world.publish("/news/", list(&[("/a/0.html", "旧闻一则，不必在意")])).await;
    let packed = {
        use std::io::Write;
        let now = world.now();
        let local = now.with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M");
        let page = format!(
            "<html><meta charset=utf-8><h1>岚栎科技传闻</h1><span class=\"pub-time\">{local}</span><div class=\"text\"><p>{}</p></div></html>",
            rumour(1)
        );
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(page.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    world.site.put(
        "/a/1.html",
        Page::html(packed.clone()).header("Content-Encoding", "gzip").header("X-Old-Server", "yes"),
    );
    world.site.put("/a/2.html", article("图书馆", crate::world::NOISE, world.now()));
    world
        .publish("/news/", list(&[("/a/1.html", "岚栎科技传闻一则"), ("/a/2.html", "图书馆延长开放时间")]))
        .await;
    assert_eq!(world.mailed(), ["duty"], "{:?}", world.ledger("news"));

    let digest = format!("{:x}", Sha256::digest(&packed));
    let kept = world.sql("SELECT body.id, body.digest, revision.raw_sha256, body.keep_until IS NULL FROM revision JOIN body ON body.id = revision.raw");
    let (id, rest) = kept[0].split_once('|').unwrap();
    assert_eq!(
        (kept.len(), rest),
        (1, format!("{digest}|{digest}|1").as_str()),
        "only the hit, and for ever"
    );
    let id = id.parse().unwrap();
    let bytes = world.rooms().store.read(move |view| view.body(id)).await.unwrap();
    assert_eq!(bytes.as_deref(), Some(&packed[..]), "still compressed, as it came");
    let fetched = world.sql("SELECT fetched FROM revision WHERE raw IS NOT NULL");
    assert!(fetched[0].contains("x-old-server") && fetched[0].contains("\"status\":200"), "{fetched:?}");
    assert!(
        world.mails()[0].text.contains(&digest[..12]),
        "the mail names the evidence: {}",
        world.mails()[0].text
    );
}
