//! Ten broken inputs in one run beside a healthy source: each a clear message, nothing else disturbed.

use crate::world::{ARTICLE, Item, Page, Setup, World, feed, rumour, source};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A port where TLS is spoken with a certificate that nobody vouches for.
async fn self_signed() -> std::net::SocketAddr {
    let issued = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
    let provider = std::sync::Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
                }
            });
        }
    });
    at
}

/// A port where nobody listens.
fn nobody() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

const LOCKED: &str = "TINGFENG_TEST_LOCKED";

/// Not a test of its own: the other process, which holds the database until its standard input ends.
#[test]
fn another_process_that_holds_the_database() {
    let Some(path) = std::env::var_os(LOCKED) else { return };
    let file = rusqlite::Connection::open(path).unwrap();
    file.execute_batch("BEGIN EXCLUSIVE").unwrap();
    println!("\nheld");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

struct Holder {
    child: Child,
    /// Kept: the other process must be able to say that its test is over.
    _said: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Holder {
    fn release(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

fn hold(world: &World) -> Holder {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "broken::another_process_that_holds_the_database", "--nocapture"])
        .env(LOCKED, world.database())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "held"));
    Holder { child, _said: lines }
}

#[tokio::test]
async fn ten_broken_inputs_each_say_what_is_wrong_and_disturb_nothing() {
    let feeds = ["gzip", "huge", "loop", "html", "empty", "utf8", "nothing", "slow"];
    let mut sources: Vec<String> =
        feeds.iter().map(|key| source(key, "feed", &format!("/{key}.xml"), "article = false")).collect();
    sources.push(source("binary", "list", "/binary.html", ""));
    sources.push(source("binary-article", "feed", "/binary.xml", ARTICLE));
    sources.push(source("nobody", "feed", &format!("http://{}/feed.xml", nobody()), "article = false"));
    sources.push(source("noname", "feed", "http://rumours.invalid/feed.xml", "article = false"));
    sources.push(source(
        "tls",
        "feed",
        &format!("https://{}/feed.xml", self_signed().await),
        "article = false",
    ));
    sources.push(source("healthy", "feed", "/feed.xml", "article = false\nwatched_since = 2026-11-01"));
    let mut world = Setup::default().sources(&sources).start().await;
    let site = world.site.clone();

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all("砚溪".repeat(9999).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let rss = || Page::new("application/rss+xml", gzip[..gzip.len() / 2].to_vec());
    site.put("/gzip.xml", rss().header("Content-Encoding", "gzip"));
    site.put("/huge.xml", Page::new("application/rss+xml", vec![b' '; 50_000_000]));
    site.put("/loop.xml", Page::status(302).header("Location", "/loop1.xml"));
    for n in 1..30 {
        site.put(
            &format!("/loop{n}.xml"),
            Page::status(302).header("Location", &format!("/loop{}.xml", n + 1)),
        );
    }
    site.put(
        "/html.xml",
        Page::html("<!doctype html><html><body><p>请先登录后再查看本页面内容。</p></body></html>"),
    );
    let noise: Vec<u8> = (0..40_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    site.put("/binary.html", Page::html([b"\x89PNG\r\n\x1a\n\0\0".as_slice(), &noise].concat()));
    site.put("/binary.jpg", Page::html([b"\x89PNG\r\n\x1a\n\0\0".as_slice(), &noise].concat()));
    site.put("/binary.xml", feed(&[Item::new("/binary.jpg", "一张图片", "图", world.now())]));
    let item = Item::new("/u", "岚栎科技简讯", "今日要闻一则。", world.now());
    site.put("/utf8.xml", feed(&[item]));
    let broken = site.body("/utf8.xml");
    let at = broken.windows(6).position(|window| window == "要闻".as_bytes()).unwrap();
    let broken = [&broken[..at], b"\xff\xfe\xc3\x28\xf0\x9f", &broken[at..]].concat();
    site.put("/utf8.xml", Page::new("application/rss+xml; charset=utf-8", broken));
    site.put("/empty.xml", Page::new("application/rss+xml", ""));
    site.put("/nothing.xml", Page::raw("SSH-2.0-OpenSSH_9.9\r\n"));
    site.put("/slow.xml", feed(&[]).delay(Duration::from_secs(60)));
    site.put("/feed.xml", feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]));

    // The tenth: another process has the database for a while, in the middle of it all.
    let holder = hold(&world);
    let release = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        holder.release();
    });
    world.look().await;
    release.await.unwrap();

    for (key, words) in [
        ("gzip", "failed: the gzip body is cut off after"),
        ("huge", "failed: the page is larger than 10000000 bytes; raise crawl.max_bytes"),
        ("loop", "failed: more than 5 redirects, the last one to"),
        ("html", "failed: a login page instead of a feed"),
        ("binary", "failed: "),
        ("empty", "failed: the body is empty"),
        ("nothing", "failed: 127.0.0.1:"),
        ("slow", "did not answer within 5 s (crawl.timeout)"),
        ("nobody", "refused the connection; nothing is listening on that port"),
        ("noname", "failed: the name rumours.invalid could not be resolved"),
        ("tls", "failed: the certificate of 127.0.0.1"),
        ("utf8", "visited: "),
        ("healthy", "visited: "),
    ] {
        let ledger = world.ledger(key);
        assert!(ledger.len() == 1 && ledger[0].contains(words), "{key}: {ledger:?} does not say {words:?}");
    }
    let article = world.sql("SELECT state, reason FROM page WHERE url LIKE '%/binary.jpg'");
    assert!(!article[0].contains("|done|") && article[0].len() > "given_up|".len(), "{article:?}");
    let stored = world.sql(
        "SELECT title FROM revision JOIN source ON source.id = revision.source WHERE source.key = 'utf8'",
    );
    assert_eq!(stored, ["岚栎科技简讯"], "a few bytes that are no letters do not cost the item");
    let told = world.mails();
    assert_eq!(world.mailed(), ["duty", "monitor"], "the healthy source is read, matched and told");
    assert!(told[1].subject.contains("监测异常"), "so many at once are one trouble: {}", told[1].subject);
    assert_eq!(world.sql("PRAGMA integrity_check"), ["ok"]);
}

#[tokio::test]
async fn a_database_that_stays_locked_is_named_and_nothing_is_lost() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let holder = hold(&world);
    let now = world.now();
    let refused = world.rooms().store.write(move |tx| tx.make_sources_due(now)).await.unwrap_err();
    let words = refused.to_string();
    assert!(
        words.contains("the database is locked by another process") && words.contains("end it or wait"),
        "{words}"
    );
    holder.release();
    let page = feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
    assert_eq!(world.mailed(), ["duty"], "and all goes on");
}
