//! The room against a small server on 127.0.0.1 that behaves as badly as the web does.

mod server;

use super::*;
use crate::model::{Skip, Word as _};
use rustls::RootCertStore;
use server::{Reply, Server, gzip, packed, page, status, to};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn settings() -> Settings {
    Settings {
        user_agent: "Tingfeng/0 (+mailto:watch@lanli.example)".to_owned(),
        per_host: 2,
        host_gap: Duration::ZERO,
        timeout: Duration::from_millis(500),
        max_bytes: 1 << 20,
        max_redirects: 5,
    }
}

fn fetcher() -> Fetcher {
    Fetcher::within(settings(), &around(no_roots)).unwrap()
}

/// `public.test` is a site that the guard takes for a public one.
fn around(roots: tls::Roots) -> Surroundings {
    Surroundings { roots, hosts: vec![("public.test", "127.0.0.1:0".parse().unwrap())] }
}

fn no_roots() -> Result<RootCertStore, String> {
    Err("this machine has no list of certificate authorities".to_owned())
}

fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-01-14T12:00:00Z").unwrap().to_utc()
}

fn ask<'a>(url: &'a Url, validators: &'a Validators) -> Ask<'a> {
    Ask { url, validators, last_sha256: None, allow_private: true }
}

/// The outcome in a line: what a row of a table can be compared with.
async fn told(fetcher: &Fetcher, url: &Url) -> String {
    line(&fetcher.get(ask(url, &Validators::default()), noon).await)
}

fn line(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Body(page) => format!("body: {} bytes after {}", page.body.len(), page.chain.len()),
        Outcome::Unchanged => "unchanged".to_owned(),
        Outcome::Failed { reason, retry_after, lasting } => {
            let again = retry_after.map(|at| format!(" in {} s", (at - noon()).num_seconds()));
            let kind = if *lasting { "lasting" } else { "failed" };
            format!("{kind}{}: {reason}", again.unwrap_or_default())
        }
        Outcome::Skipped { why, detail, until } => {
            let again = until.map(|at| format!(" for {} s", (at - noon()).num_seconds()));
            format!("{}{}: {detail}", why.key(), again.unwrap_or_default())
        }
    }
}

#[tokio::test]
async fn p7_each_way_to_fail_has_its_own_words() {
    let half = gzip("砚溪市公告".repeat(999).as_bytes());
    let half = half[..half.len() / 2].to_vec();
    let cut_gzip = format!("failed: the gzip body is cut off after {} bytes", half.len());
    let raw = |text: &str| Reply::Raw(text.as_bytes().to_vec());
    let server = Server::with(&[
        ("/plain", page("hello")),
        ("/empty", page("")),
        ("/gzip", packed(gzip(b"hello"))),
        ("/cut-gzip", packed(half)),
        ("/no-gzip", packed(b"<html>hello".to_vec())),
        ("/bomb", packed(gzip(&vec![0; 64 << 20]))),
        ("/compress", Reply::Full(200, vec![("Content-Encoding", "compress".into())], vec![1])),
        ("/50-mb", Reply::Full(200, vec![], vec![b'x'; 50 << 20])),
        ("/endless", Reply::Endless),
        ("/slow", Reply::Trickle),
        ("/silent", Reply::Silence),
        ("/403", status(403)),
        ("/410", status(410)),
        ("/418", status(418)),
        ("/500", status(500)),
        ("/304", status(304)),
        ("/nowhere", status(301)),
        ("/circle", to("/circle2")),
        ("/circle2", to("/circle#again")),
        ("/ftp", to("ftp://files.example/a")),
        ("/secret", to("http://me:word@127.0.0.1/")),
        ("/short", raw("HTTP/1.1 200 x\r\nContent-Length: 100\r\n\r\nhalf")),
        ("/hangup", raw("")),
        ("/noise", raw("\u{1}\u{2}\u{3} this is no HTTP\r\n\r\n")),
        ("/r0", to("/r1")),
        ("/r1", to("/plain")),
        ("/m0", to("/m1")),
        ("/m1", to("/m2")),
        ("/m2", to("/m3")),
        ("/m3", to("/m4")),
        ("/m4", to("/m5")),
        ("/m5", to("/m6")),
    ])
    .await;
    let fetcher = fetcher();
    let host = format!("127.0.0.1:{}", server.port);
    for (path, expected) in [
        ("/plain", "body: 5 bytes after 1"),
        ("/empty", "body: 0 bytes after 1"),
        ("/gzip", "body: 5 bytes after 1"),
        ("/r0", "body: 5 bytes after 3"),
        ("/cut-gzip", cut_gzip.as_str()),
        ("/no-gzip", "failed: the body is not gzip though the server says so: invalid gzip header"),
        (
            "/bomb",
            "lasting: the page is larger than 1048576 bytes when unpacked; raise crawl.max_bytes if it must be read",
        ),
        (
            "/compress",
            "lasting: the page is encoded as compress, which cannot be undone (known: gzip, deflate, br, zstd)",
        ),
        (
            "/50-mb",
            "lasting: the page is larger than 1048576 bytes; raise crawl.max_bytes if it must be read",
        ),
        (
            "/endless",
            "lasting: the page is larger than 1048576 bytes; raise crawl.max_bytes if it must be read",
        ),
        ("/silent", "failed: HOST did not answer within 0.5 s (crawl.timeout)"),
        (
            "/403",
            "failed: HOST refuses us (403): it may block crawlers; ask its operator or choose another address",
        ),
        ("/404", "lasting: HOST has no such page (404)"),
        ("/410", "lasting: HOST says that the page is gone for good (410)"),
        ("/418", "failed: HOST does not accept the request (418)"),
        ("/500", "failed: HOST has a fault of its own (500)"),
        ("/304", "failed: HOST answered 304 (not modified) although nothing was known of the page"),
        ("/nowhere", "failed: HOST redirects without saying where (301)"),
        (
            "/circle",
            "failed: the redirects go in a circle at http://HOST/circle; such sites often want cookies or a login",
        ),
        (
            "/m0",
            "failed: more than 5 redirects, the last one to http://HOST/m6; use the final address as the source's url",
        ),
        ("/ftp", "lasting: ftp: addresses are not fetched; only http and https are"),
        (
            "/secret",
            "address: the address of 127.0.0.1 carries a user name or password; remove it, logins are not used",
        ),
        ("/short", "failed: HOST closed the connection after 4 bytes of the page, which was to have 100"),
        ("/hangup", "failed: HOST broke off: connection closed before message completed"),
        ("/noise", "failed: HOST broke off: invalid HTTP version parsed"),
    ] {
        assert_eq!(told(&fetcher, &server.url(path)).await.replace(&host, "HOST"), expected, "{path}");
    }
    let slow = told(&fetcher, &server.url("/slow")).await;
    assert!(slow.contains("was still sending after 0.5 s, ") && slow.contains("bytes had come"), "{slow}");
}

#[tokio::test]
async fn p7_the_way_there_fails_in_clear_words() {
    let fetcher = fetcher();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let closed = Url::parse(&format!("http://{free}/")).unwrap();
    let text = told(&fetcher, &closed).await;
    assert_eq!(text, format!("failed: {free} refused the connection; nothing is listening on that port"));
    let nobody = Url::parse("http://nobody.invalid/").unwrap();
    let text = told(&fetcher, &nobody).await;
    assert!(text.starts_with("failed: the name nobody.invalid could not be resolved: "), "{text}");
}

#[tokio::test]
async fn p7_private_addresses_are_refused_on_every_hop() {
    let server = Server::with(&[("/", page("secret")), ("/away", to("http://10.0.0.1/"))]).await;
    let fetcher = fetcher();
    let validators = Validators::default();
    for url in [server.url("/"), Url::parse(&format!("http://localhost:{}/", server.port)).unwrap()] {
        let strict = Ask { allow_private: false, ..ask(&url, &validators) };
        let found = fetcher.get(strict, noon).await;
        let Outcome::Skipped { why: Skip::Address, detail, .. } = found else { panic!("{url}: {found:?}") };
        assert!(detail.contains("which is loopback; set allow_private = true"), "{detail}");
    }
    assert!(server.paths().is_empty(), "nothing was asked, robots.txt neither");

    let public = Url::parse(&format!("http://public.test:{}/", server.port)).unwrap();
    let loopback = server.url("/");
    for (why, target, kind) in [
        ("an address", loopback.to_string(), "loopback"),
        ("a name for one", format!("http://localhost:{}/", server.port), "loopback"),
        ("in disguise", format!("http://[::ffff:127.0.0.1]:{}/", server.port), "an IPv4 address in disguise"),
        ("the machine's own cloud", "http://169.254.169.254/latest/".to_owned(), "link-local"),
    ] {
        for path in ["/away", "/robots.txt"] {
            let fetcher = self::fetcher();
            server.set("/robots.txt", status(404));
            server.set(path, to(target.clone()));
            let url = public.join("/away").unwrap();
            let found = fetcher.get(Ask { allow_private: false, ..ask(&url, &validators) }, noon).await;
            let found = line(&found);
            let is_refused = found.starts_with("address: ") && found.contains(&format!("which is {kind}; "));
            assert!(is_refused, "{why}, by {path}: {found}");
        }
    }
    assert!(!server.paths().contains(&"/".to_owned()), "the secret was never asked for");
    server.set("/robots.txt", status(404));
    let found = fetcher.get(Ask { allow_private: false, ..ask(&public, &validators) }, noon).await;
    assert_eq!(line(&found), "body: 6 bytes after 1", "the public site itself is fine");
}

#[tokio::test]
async fn p7_conditions_are_sent_and_the_same_bytes_are_unchanged() {
    let tagged =
        vec![("ETag", "\"v1\"".to_owned()), ("Last-Modified", "Wed, 14 Jan 2026 08:00:00 GMT".to_owned())];
    let server = Server::with(&[("/", Reply::Full(200, tagged, gzip(b"hello")))]).await;
    let fetcher = fetcher();
    let url = server.url("/");
    let Outcome::Body(first) = fetcher.get(ask(&url, &Validators::default()), noon).await else { panic!() };
    assert_eq!(first.wire, first.body, "no encoding was declared");
    assert_eq!(first.at, noon());
    assert_eq!(first.headers.iter().filter(|(name, _)| name == "etag").count(), 1);

    let again = Ask { last_sha256: Some(&first.sha256), ..ask(&url, &first.validators) };
    assert!(matches!(fetcher.get(again, noon).await, Outcome::Unchanged), "the same bytes");
    server.set("/", status(304));
    assert!(matches!(fetcher.get(again, noon).await, Outcome::Unchanged), "304");
    let last = server.seen.lock().unwrap().last().unwrap().to_lowercase();
    for header in [
        "if-none-match: \"v1\"",
        "if-modified-since: wed, 14 jan 2026 08:00:00 gmt",
        "accept-encoding: gzip, deflate, br, zstd",
        "user-agent: tingfeng/0 (+mailto:watch@lanli.example)",
    ] {
        assert!(last.contains(header), "{header} in {last}");
    }
}

#[tokio::test]
async fn p7_robots_txt_itself_may_always_be_fetched() {
    let server = Server::with(&[("/robots.txt", page("User-agent: *\nDisallow: /"))]).await;
    assert_eq!(told(&fetcher(), &server.url("/robots.txt")).await, "body: 25 bytes after 1");
    assert_eq!(server.paths(), ["/robots.txt"], "and is not asked whether it may be");
}

#[tokio::test]
async fn p7_robots_txt_is_asked_once_and_obeyed() {
    let robots = page("User-agent: tingfeng\nDisallow: /no\n");
    let server = Server::with(&[("/robots.txt", robots), ("/yes", page("a")), ("/lure", to("/no/1"))]).await;
    let fetcher = fetcher();
    let refused =
        format!("robots: robots.txt of 127.0.0.1:{} refuses this page (Disallow: /no)", server.port);
    assert_eq!(told(&fetcher, &server.url("/no/1")).await, refused);
    assert_eq!(told(&fetcher, &server.url("/lure")).await, refused, "a redirect leads nowhere else");
    assert_eq!(told(&fetcher, &server.url("/yes")).await, "body: 1 bytes after 1");
    assert_eq!(server.paths(), ["/robots.txt", "/lure", "/yes"]);

    server.set("/robots.txt", page(""));
    let url = server.url("/no/1");
    let tomorrow = || noon() + chrono::Duration::hours(25);
    let after = line(&fetcher.get(ask(&url, &Validators::default()), tomorrow).await);
    assert!(after.contains("404"), "asked again after a day: {after}");
}

#[tokio::test]
async fn p7_a_robots_txt_that_cannot_be_had_means_what_the_rfc_says() {
    for (why, robots, expected) in [
        ("404: all is allowed", status(404), "body: 1 bytes after 1"),
        ("403 too", status(403), "body: 1 bytes after 1"),
        (
            "a redirect is followed",
            to("/other.txt"),
            "robots: robots.txt of HOST refuses this page (Disallow: /a)",
        ),
        ("endless redirects are none", to("/robots.txt"), "body: 1 bytes after 1"),
        (
            "500: nothing is allowed for now",
            status(500),
            "robots for 600 s: robots.txt of HOST answered 500, so nothing is asked there until it can be read \
             (RFC 9309); next try after 12:10:00 UTC",
        ),
        (
            "silence is an unreachable site",
            Reply::Silence,
            "failed: HOST did not answer within 0.5 s (crawl.timeout)",
        ),
        (
            "packed, though not asked for",
            packed(gzip(b"User-agent: *\nDisallow: /a")),
            "robots: robots.txt of HOST refuses this page (Disallow: /a)",
        ),
        ("of a huge one the beginning counts", Reply::Endless, "body: 1 bytes after 1"),
    ] {
        let other = page("User-agent: *\nDisallow: /a");
        let server = Server::with(&[("/robots.txt", robots), ("/other.txt", other), ("/a", page("a"))]).await;
        let host = format!("127.0.0.1:{}", server.port);
        let found = told(&fetcher(), &server.url("/a")).await;
        assert_eq!(found.replace(&host, "HOST"), expected, "{why}");
    }
}

#[tokio::test]
async fn p7_known_rules_outlive_a_broken_robots_txt() {
    let server =
        Server::with(&[("/robots.txt", page("User-agent: *\nDisallow: /no")), ("/a", page("a"))]).await;
    let fetcher = fetcher();
    assert_eq!(told(&fetcher, &server.url("/a")).await, "body: 1 bytes after 1");
    server.set("/robots.txt", status(500));
    let tomorrow = || noon() + chrono::Duration::hours(25);
    for (path, expected) in [("/a", "body"), ("/no", "robots")] {
        let url = server.url(path);
        let found = line(&fetcher.get(ask(&url, &Validators::default()), tomorrow).await);
        assert!(found.starts_with(expected), "{path}: {found}");
    }
}

#[tokio::test]
async fn p7_a_host_that_wants_rest_gets_it() {
    let busy = Reply::Full(503, vec![("Retry-After", "120".into())], vec![]);
    let server = Server::with(&[("/busy", busy), ("/a", page("a"))]).await;
    let fetcher = fetcher();
    let first = told(&fetcher, &server.url("/busy")).await;
    assert!(
        first.starts_with("failed in 120 s: ") && first.ends_with("is not available for now (503)"),
        "{first}"
    );
    let held = told(&fetcher, &server.url("/a")).await;
    assert!(held.starts_with("host_budget for 120 s: ") && held.contains("asked to be left alone"), "{held}");
    assert_eq!(server.paths(), ["/robots.txt", "/busy"], "the second page was not asked for");
    let url = server.url("/a");
    let later = || noon() + chrono::Duration::seconds(120);
    assert!(matches!(fetcher.get(ask(&url, &Validators::default()), later).await, Outcome::Body(_)));

    let other = self::fetcher();
    other.hold(&host_key(&url), noon() + chrono::Duration::hours(1));
    let held = told(&other, &url).await;
    assert!(held.starts_with("host_budget for 3600 s: "), "known from before a restart: {held}");
}

#[tokio::test]
async fn p7_one_budget_per_host() {
    let server = Server::with(&[("/a", page("a"))]).await;
    let gap = Duration::from_millis(30);
    let fetcher = Fetcher::within(Settings { host_gap: gap, ..settings() }, &around(no_roots)).unwrap();
    let started = Instant::now();
    let url = server.url("/a");
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (fetcher, url) = (fetcher.clone(), url.clone());
        all.spawn(async move { told(&fetcher, &url).await });
    }
    while let Some(found) = all.join_next().await {
        assert_eq!(found.unwrap(), "body: 1 bytes after 1");
    }
    assert!(started.elapsed() >= gap * 6, "seven requests have six gaps: {:?}", started.elapsed());
    assert_eq!(server.paths().iter().filter(|path| *path == "/robots.txt").count(), 1);
    assert_eq!(server.seen.lock().unwrap().len(), 7);

    // Without a gap it is the number at once that holds.
    server.set("/hang", Reply::Silence);
    let (quick, hang) = (self::fetcher(), server.url("/hang"));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (fetcher, url) = (quick.clone(), hang.clone());
        all.spawn(async move { told(&fetcher, &url).await });
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(server.busy.lock().unwrap().1, 2);
    all.abort_all();
    while all.join_next().await.is_some() {}
    assert_eq!(told(&quick, &url).await, "body: 1 bytes after 1", "those who gave up left their places");
}

#[tokio::test]
async fn p7_a_long_crawl_delay_is_not_waited_for() {
    let server =
        Server::with(&[("/robots.txt", page("User-agent: *\nCrawl-delay: 20")), ("/a", page("a"))]).await;
    let fetcher = fetcher();
    assert_eq!(
        told(&fetcher, &server.url("/a")).await,
        "body: 1 bytes after 1",
        "the first page comes at once"
    );
    let second = told(&fetcher, &server.url("/a")).await;
    assert!(
        second.starts_with("host_budget for ") && second.contains("asks for that much between two"),
        "{second}"
    );
}

/// Tells the certificates of a test apart.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A server with a certificate for `name` that ends with `year`, and the certificate.
async fn secure_server(name: &str, year: i32) -> (u16, rustls::pki_types::CertificateDer<'static>) {
    let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
    let signed_by = format!("Lanli Technology {year} {}", NEXT.fetch_add(1, Ordering::Relaxed));
    params.distinguished_name.push(rcgen::DnType::CommonName, signed_by);
    params.not_after = rcgen::date_time_ymd(year, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap().der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.clone()], key)
            .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let server = Server::with(&[("/", page("secure"))]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, server) = (acceptor.clone(), Arc::clone(&server));
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    server.serve(stream).await;
                }
            });
        }
    });
    (port, cert)
}

/// A server that answers a TLS greeting in plain text.
async fn plain_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 x\r\n\r\n").await;
            let _ = stream.read_u8().await;
        }
    });
    port
}

#[tokio::test]
async fn p7_certificates_are_checked() {
    static TRUSTED: OnceLock<[rustls::pki_types::CertificateDer<'static>; 2]> = OnceLock::new();
    #[expect(clippy::unnecessary_wraps, reason = "the signature of `tls::Roots`")]
    fn roots() -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::empty();
        for cert in TRUSTED.get().unwrap() {
            roots.add(cert.clone()).unwrap();
        }
        Ok(roots)
    }
    let (known, cert) = secure_server("localhost", 2999).await;
    let (old, old_cert) = secure_server("localhost", 2020).await;
    TRUSTED.set([cert, old_cert]).unwrap();
    let (unknown, _) = secure_server("localhost", 2999).await;
    let plain = plain_server().await;
    let fetcher = Fetcher::within(settings(), &around(roots)).unwrap();
    let bare = self::fetcher();
    for (why, fetcher, url, expected) in [
        ("trusted", &fetcher, format!("https://localhost:{known}/"), "body: 6 bytes after 1"),
        (
            "self-signed",
            &fetcher,
            format!("https://localhost:{unknown}/"),
            "failed: the certificate of localhost:PORT is not valid: it is signed by nobody whom this machine trusts \
             (self-signed, or an intermediate certificate is missing)",
        ),
        (
            "another name",
            &fetcher,
            format!("https://127.0.0.1:{known}/"),
            "failed: the certificate of 127.0.0.1:PORT is not valid: it was made out to another name (localhost)",
        ),
        (
            "out of date",
            &fetcher,
            format!("https://localhost:{old}/"),
            "failed: the certificate of localhost:PORT is not valid: it has expired",
        ),
        (
            "no authorities here",
            &bare,
            format!("https://localhost:{known}/"),
            "failed: no certificate can be checked: this machine has no list of certificate authorities; install the \
             package ca-certificates or point SSL_CERT_FILE to a bundle",
        ),
        (
            "no TLS there",
            &fetcher,
            format!("https://localhost:{plain}/"),
            "failed: no secure connection to localhost:PORT: what it answers is not TLS; is https right for this port?",
        ),
    ] {
        let url = Url::parse(&url).unwrap();
        let found = told(fetcher, &url).await.replace(&url.port().unwrap().to_string(), "PORT");
        assert_eq!(found, expected, "{why}");
    }
}

#[test]
fn nonsense_settings_are_refused() {
    for (why, settings) in [
        ("no requests at all", Settings { per_host: 0, ..settings() }),
        ("no bytes", Settings { max_bytes: 0, ..settings() }),
        ("no time", Settings { timeout: Duration::ZERO, ..settings() }),
        ("a line break in a header", Settings { user_agent: "a\r\nb".to_owned(), ..settings() }),
    ] {
        let error = Fetcher::new(settings).err();
        assert!(matches!(error, Some(FetchError::Setup { .. })), "{why}: {error:?}");
    }
}
