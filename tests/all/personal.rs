//! Personal data and marks of secrecy, from the page to every file that the daemon writes (P8).

use crate::evidence::{identity, written};
use crate::world::{LIST, NOISE, Page, Setup, World, article, list, rumour, source};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tingfeng::lexicon::personal::Finder;

/// What the daemon logs in this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn begin(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn told(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

/// Every kind, as a page may write it: name, text, and what must not be found anywhere afterwards.
fn cases() -> Vec<(&'static str, String, String)> {
    let plain = |kind, number: &str| (kind, number.to_owned(), number.to_owned());
    let id = identity("11010119900307451");
    let spaced = id.chars().map(String::from).collect::<Vec<_>>().join("·");
    let ring: String =
        "13812345679".chars().map(|c| "⓪①②③④⑤⑥⑦⑧⑨".chars().nth(c as usize - 48).unwrap()).collect();
    vec![
        plain("pii:id_card", &id),
        ("pii:id_card", spaced.clone(), spaced),
        plain("pii:id_card", "110101900307451"),
        plain("pii:mobile", "13812345678"),
        plain("pii:mobile", &ring),
        plain("pii:mobile", "一三八一二三四五六七零"),
        plain("pii:bank_card", "6222020000000000000"),
        plain("pii:email", "wang.xiaoming@mail.example"),
        plain("pii:email", "zhao.lin(at)mail.example"),
        plain("pii:uscc", "91430100MA4L0A1B2Y"),
        ("pii:passport", "护照E12345678".to_owned(), "E12345678".to_owned()),
    ]
}

/// As an own channel publishes it: in the heading, the byline, the text, a comment, and outside the article.
fn page(text: &str, world: &World) -> Page {
    let local = world.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M");
    Page::html(format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>名单公示 {text}</title>\
         <meta name=\"description\" content=\"{text}\"></head><body><h1>名单公示 {text}</h1>\
         <span class=\"pub-time\">{local}</span><span class=\"author\">经办人 {text}</span>\
         <div class=\"text\"><p>{}</p><p>现将 {text} 等信息公示如下，公示期五个工作日，请相互转告。</p></div>\
         <div class=\"side\">另见 {text}</div></body></html>",
        rumour(1)
    ))
}

#[tokio::test]
async fn p8_nothing_of_any_kind_of_personal_data_reaches_database_mail_or_log() {
    let log = Log::default();
    let _listening = log.begin();
    let cases = cases();
    for (kind, text, _) in &cases {
        let found = Finder::default().find(text);
        assert!(found.iter().any(|one| one.kind == *kind), "{kind} {text} is one: {found:?}");
    }
    let kinds: std::collections::BTreeSet<_> = cases.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), {
        let mut all = tingfeng::lexicon::personal::KINDS.to_vec();
        all.sort_unstable();
        all
    });
    let selected = format!("own = true\n{LIST}\nauthor = \"span.author\"");
    let sources = [source("own-site", "list", "/own/", &selected), source("news", "list", "/news/", LIST)];
    let mut world = Setup::default().sources(&sources).start().await;
    world.site.put("/a/old.html", article("公司要闻", NOISE, world.now()));
    world.site.put("/news/", list(&[("/a/old.html", "公司要闻一则，今日发布")]));
    world.publish("/own/", list(&[("/a/old.html", "公司要闻一则，今日发布")])).await;

    let (mut own, mut news) = (Vec::new(), Vec::new());
    for (index, (_, text, _)) in cases.iter().enumerate() {
        let (path, other) = (format!("/a/{index}.html"), format!("/b/{index}.html"));
        let title = format!("名单公示第{index}号 {text}");
        world.site.put(&path, page(text, &world));
        world.site.put(&other, page(text, &world));
        own.push((path, title.clone()));
        news.push((other, title));
    }
    // Its article cannot be had: what the list said of it is stored.
    own.push(("/a/gone.html".to_owned(), format!("联系人 {}，逾期不候", cases[3].1)));
    own.push(("/a/who.html?shouji=13812345678".to_owned(), "获奖名单查询，点击查看详情".to_owned()));
    let of = |rows: &[(String, String)]| {
        list(&rows.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect::<Vec<_>>())
    };
    world.site.put("/news/", of(&news));
    world.publish("/own/", of(&own)).await;
    world.look().await;

    assert!(!world.mailed().is_empty(), "somebody has to take it down");
    let personal: usize = world.sql("SELECT count(*) FROM revision WHERE personal = 1")[0].parse().unwrap();
    assert!(personal >= cases.len(), "{personal}");
    assert_eq!(world.sql("SELECT count(*) FROM revision WHERE personal = 1 AND raw IS NOT NULL"), ["0"]);
    assert!(world.site.paths().iter().all(|path| !path.contains("shouji")), "nobody is looked up");

    let mut all = written(&world).await;
    all.push(("the log".to_owned(), log.told()));
    assert!(log.told().len() > 100, "the log was heard");
    for (name, bytes) in &all {
        for (kind, _, secret) in &cases {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{kind} {secret} stands in {name}");
        }
    }
}

#[tokio::test]
async fn p8_the_same_number_is_recognised_by_its_trace() {
    let sources = [source("own-site", "list", "/own/", &format!("own = true\n{LIST}"))];
    let mut world = Setup::default().sources(&sources).start().await;
    let told = |number: &str| format!("{NOISE}负责同志的联系方式为{number}，欢迎来电。");
    for (index, number) in ["13812345678", "+86 138-1234-5678", "13812345679"].iter().enumerate() {
        world.site.put(&format!("/a/{index}.html"), article("图书馆", &told(number), world.now()));
    }
    let rows: Vec<_> =
        ["/a/0.html", "/a/1.html", "/a/2.html"].map(|path| (path, "图书馆延长开放时间")).to_vec();
    world.publish("/own/", list(&rows)).await;
    let traces = world.sql(
        "SELECT json_extract(place.value, '$[6]') FROM hits, json_each(hits.found) AS place
          WHERE json_extract(place.value, '$[3]') = 'pii:mobile' ORDER BY hits.revision",
    );
    assert_eq!(traces.len(), 3, "{traces:?}");
    assert!(traces.iter().all(|trace| trace.len() == 16));
    let mut different = traces.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 2, "two of the three are one: {traces:?}");
    world.restart().await;
    world.site.put("/a/3.html", article("图书馆", &told("138 1234 5679"), world.now()));
    world.publish("/own/", list(&[("/a/3.html", "图书馆延长开放时间")])).await;
    let later = world.sql(
        "SELECT json_extract(place.value, '$[6]') FROM hits, json_each(hits.found) AS place
          WHERE json_extract(place.value, '$[3]') = 'pii:mobile' ORDER BY hits.revision DESC LIMIT 1",
    );
    assert!(traces.contains(&later[0]), "also after a restart");
}

#[tokio::test]
async fn a_mark_of_secrecy_on_our_own_channel_is_an_incident_and_elsewhere_none() {
    let rule = r#"
[[rule]]
key = "own-marking"
name = "自有渠道出现密级标志"
version = "1"
kind = "secret_leak"
severity = "red"
policy = "red"
own = true
heed_denials = false
any = ["term:mark:secret"]
"#;
    let sources = [
        source("own-site", "list", "/own/", &format!("own = true\n{LIST}")),
        source("news", "list", "/news/", LIST),
    ];
    let setup = Setup::default().sources(&sources);
    let setup = setup.edit(
        "rules.toml",
        "[[rule]]\nkey = \"own-personal-data\"",
        &format!("{rule}\n[[rule]]\nkey = \"own-personal-data\""),
    );
    let mut world = setup.start().await;
    world.site.put("/a/old.html", article("图书馆", NOISE, world.now()));
    world.site.put("/news/", list(&[("/a/old.html", "图书馆延长开放时间")]));
    world.publish("/own/", list(&[("/a/old.html", "图书馆延长开放时间")])).await;
    let marked = |title: &str, now| article(title, &format!("机 密 ★ 5年\n{NOISE}"), now);
    world.site.put("/b/1.html", marked("会议纪要", world.now()));
    world.publish("/news/", list(&[("/b/1.html", "会议纪要一则，今日发布")])).await;
    assert_eq!(world.sql("SELECT count(*) FROM incident"), ["0"], "other people's papers are theirs");
    assert_eq!(world.sql("SELECT count(*) FROM hits"), ["0"]);
    world.site.put("/a/1.html", marked("会议纪要", world.now()));
    world.site.put(
        "/a/2.html",
        article("游园", "小朋友在秘密花园里玩了一天，计算机要定期升级，照明电费下降。", world.now()),
    );
    world
        .publish(
            "/own/",
            list(&[("/a/1.html", "会议纪要一则，今日发布"), ("/a/2.html", "秘密花园游园会举行")]),
        )
        .await;
    assert_eq!(world.sql("SELECT rule_key || ' ' || severity FROM incident"), ["own-marking red"]);
    assert_eq!(
        world.sql(
            "SELECT DISTINCT json_extract(place.value, '$[3]') FROM hits, json_each(hits.found) AS place"
        ),
        ["mark:secret"]
    );
}
