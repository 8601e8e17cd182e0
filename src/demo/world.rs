//! The web server of the invented world, and the acts in which its news comes out.

use super::html::{self, Published, Shown};
use super::pages::{self, Page, Site};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use chrono::{DateTime, FixedOffset, Utc};
use sha2::{Digest as _, Sha256};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A part of the story: what comes out, and how long to watch before the next part.
pub struct Act {
    pub title_zh: &'static str,
    pub title_en: &'static str,
    /// What a monitor should see of it.
    pub expect_zh: &'static str,
    pub expect_en: &'static str,
    pub watch: Duration,
}

const ACTS: &[Act] = &[
    Act {
        title_zh: "存量：首次访问看到的旧稿",
        title_en: "the archive that the first visit finds",
        expect_zh: "首次入库，不报警，包括去年的一份警示函",
        expect_en: "stored, nobody alerted, last year's warning letter included",
        watch: Duration::from_secs(4),
    },
    Act {
        title_zh: "平常的一天，和一个传闻帖",
        title_en: "an ordinary day, and the first post of a rumour",
        expect_zh: "传闻帖：橙色，邮件给值班；行情稿、同名物业、电话号码、去年旧闻都不响",
        expect_en: "the post is orange, mail to the on-call; robot copy, namesake, telephone number and old news stay silent",
        watch: Duration::from_secs(10),
    },
    Act {
        title_zh: "无人签收：跟帖、照抄，和变形写法",
        title_en: "nobody answers: replies, a copy, and disguised words",
        expect_zh: "阶梯上行到证券事务代表、董秘；照抄并入同一件事；变形写法被识破，另立一件",
        expect_en: "the ladder climbs; the copy joins the same story; the disguises are seen through, as a matter of their own",
        watch: Duration::from_secs(5),
    },
    Act {
        title_zh: "门户转载（GBK 编码）",
        title_en: "a portal reprints it, in GBK",
        expect_zh: "同一件事，来源层级升高：已知情的人收到一封“扩散”，阶梯不重来",
        expect_en: "the same story in a higher tier: whoever knows hears of it once, no second ladder",
        watch: Duration::from_secs(5),
    },
    Act {
        title_zh: "主流媒体刊出",
        title_en: "a mainstream paper prints it",
        expect_zh: "升红：同一邮件串里只说变化",
        expect_en: "it turns red: a worsening, in the same mail thread",
        watch: Duration::from_secs(10),
    },
    Act {
        title_zh: "本公司澄清，媒体刊发",
        title_en: "our own denial, and the press that prints it",
        expect_zh: "澄清与否认另计，不算恶化",
        expect_en: "denials are counted apart and never make it worse",
        watch: Duration::from_secs(5),
    },
];

/// The world while it is being served.
pub struct World {
    address: SocketAddr,
    shelves: Arc<Shelves>,
    stop: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl World {
    /// Serves the world with its archive (act 0) already out. Bind to a loopback address, port 0 for any.
    pub async fn start(listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let shelves = Arc::new(Shelves {
            pages: pages::all(),
            out: RwLock::new([None; ACTS.len()]),
            base: format!("http://{address}"),
        });
        let app = Router::new().fallback(answer).with_state(shelves.clone());
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let server =
            tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
        let world = Self { address, shelves, stop, server };
        world.advance(0);
        Ok(world)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts out what belongs to an act, dated from now. A second time changes nothing; an act that is none does nothing.
    pub fn advance(&self, act: usize) {
        let mut out = self.shelves.out.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(moment) = out.get_mut(act) {
            moment.get_or_insert_with(now);
        }
    }

    pub fn acts() -> &'static [Act] {
        ACTS
    }

    /// Finishes the answers under way and closes the port.
    pub async fn stop(self) {
        self.stop.cancel();
        // A keep-alive connection of the daemon must not hold us up.
        let abort = self.server.abort_handle();
        if tokio::time::timeout(Duration::from_secs(1), self.server).await.is_err() {
            abort.abort();
        }
    }
}

/// Everything the world may say, and the moments at which the acts came out.
struct Shelves {
    pages: Vec<Page>,
    out: RwLock<[Option<DateTime<FixedOffset>>; ACTS.len()]>,
    base: String,
}

/// The world is in one zone, whatever the machine says.
fn now() -> DateTime<FixedOffset> {
    let china = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    Utc::now().with_timezone(&china)
}

impl Shelves {
    /// What of a page is out by now.
    fn published<'p>(&self, page: &'p Page) -> Option<Published<'p>> {
        let out = self.out.read().unwrap_or_else(PoisonError::into_inner);
        let parts: Vec<_> = page
            .parts
            .iter()
            .filter_map(|part| {
                let moment = (*out.get(part.act)?)?;
                Some(Shown { part, at: part.age.before(moment) })
            })
            .collect();
        (!parts.is_empty()).then_some(Published { page, parts })
    }

    /// The pages of a site that are out, newest first.
    fn listed(&self, site: Site, wanted: impl Fn(&Page) -> bool) -> Vec<Published<'_>> {
        let mut listed: Vec<_> = self
            .pages
            .iter()
            .filter(|page| page.site == site && wanted(page))
            .filter_map(|page| self.published(page))
            .collect();
        listed.sort_by_key(|published| std::cmp::Reverse(published.newest()));
        listed
    }

    /// Content type and bytes of a path; `None` where there is nothing.
    fn look_up(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        const HTML: &str = "text/html; charset=utf-8";
        const RSS: &str = "application/rss+xml; charset=utf-8";
        if path == "/robots.txt" {
            let rules = "User-agent: *\nDisallow: /admin/\nDisallow: /search\nAllow: /\n";
            return Some(("text/plain", rules.as_bytes().to_vec()));
        }
        // The economy desk has the feed of the news site; its list page carries the rest.
        let economy = |page: &Page| page.site != Site::News || page.section == "经济";
        match path {
            "/news/rss.xml" => {
                return Some((
                    RSS,
                    html::feed(Site::News, &self.listed(Site::News, economy), &self.base).into_bytes(),
                ));
            }
            "/paper/rss.xml" => {
                return Some((
                    RSS,
                    html::feed(Site::Paper, &self.listed(Site::Paper, |_| true), &self.base).into_bytes(),
                ));
            }
            _ => {}
        }
        let site = Site::ALL.into_iter().find(|site| path.starts_with(site.path()))?;
        let text = if path == site.path() {
            html::list(site, &self.listed(site, |page| site != Site::News || !economy(page)))
        } else {
            let page = self.pages.iter().find(|page| page.path() == path)?;
            html::page(&self.published(page)?, &self.base)
        };
        Some(match site {
            // As on many old sites, only the page itself says that it is GBK.
            Site::Portal => ("text/html", encoding_rs::GBK.encode(&text).0.into_owned()),
            _ => (HTML, text.into_bytes()),
        })
    }
}

async fn answer(State(shelves): State<Arc<Shelves>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let response = Response::builder();
    let response = match shelves.look_up(uri.path()) {
        None => response
            .status(StatusCode::NOT_FOUND)
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .body(Body::from("<html><body><h1>404</h1><p>您访问的页面不存在。</p></body></html>")),
        Some((content_type, body)) => {
            let etag = etag(&body);
            let known =
                headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == etag.as_bytes());
            let response = response.header(header::ETAG, &etag).header(header::CACHE_CONTROL, "no-cache");
            if known {
                response.status(StatusCode::NOT_MODIFIED).body(Body::empty())
            } else {
                response.header(header::CONTENT_TYPE, content_type).body(Body::from(body))
            }
        }
    };
    response.expect("fixed headers and a hexadecimal tag are valid")
}

fn etag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let start = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("\"{start:016x}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// One request, bare: status line and headers as text, body as bytes.
    async fn get(world: &World, path: &str, more: &str) -> (String, Vec<u8>) {
        let mut wire = tokio::net::TcpStream::connect(world.address()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: world\r\nConnection: close\r\n{more}\r\n");
        wire.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        wire.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
    }

    async fn text(world: &World, path: &str) -> String {
        String::from_utf8(get(world, path, "").await.1).unwrap()
    }

    async fn world() -> World {
        World::start("127.0.0.1:0".parse().unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn news_comes_out_act_by_act_and_threads_grow() {
        let world = world().await;
        let rumour = "/bar/t/88101.html";
        assert!(get(&world, rumour, "").await.0.contains("404"), "nothing before its act");
        assert!(!text(&world, "/bar/").await.contains(rumour));
        let mut posts = Vec::new();
        for act in 1..World::acts().len() {
            world.advance(act);
            world.advance(act); // a second time changes nothing
            posts.push(text(&world, rumour).await.matches("class=\"post\"").count());
        }
        assert_eq!(posts, [2, 4, 5, 5, 5]);
        world.advance(World::acts().len()); // no such act, no harm
        assert!(text(&world, "/bar/").await.contains(rumour));
        assert!(text(&world, "/paper/rss.xml").await.contains("/paper/52401.html"));
        assert!(text(&world, "/own/").await.contains("澄清公告"));
        world.stop().await;
    }

    #[tokio::test]
    async fn an_unchanged_page_is_answered_with_304() {
        let world = world().await;
        let (head, _) = get(&world, "/news/", "").await;
        let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
        let ask = format!("If-None-Match: {etag}\r\n");
        let (head, body) = get(&world, "/news/", &ask).await;
        assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");
        world.advance(1);
        assert!(get(&world, "/news/", &ask).await.0.starts_with("HTTP/1.1 200"), "new items, new tag");
        world.stop().await;
    }

    #[tokio::test]
    async fn every_page_is_served_whole_in_its_charset() {
        let world = world().await;
        (0..World::acts().len()).for_each(|act| world.advance(act));
        for page in pages::all() {
            let (head, body) = get(&world, &page.path(), "").await;
            assert!(head.starts_with("HTTP/1.1 200"), "{}: {head}", page.path());
            assert!((1_500..12_000).contains(&body.len()), "{}: {} bytes", page.path(), body.len());
            let gbk = page.site == Site::Portal;
            assert_eq!(gbk, !head.contains("charset"), "{}: {head}", page.path());
            let charset = if gbk { encoding_rs::GBK } else { encoding_rs::UTF_8 };
            let (html, _, damaged) = charset.decode(&body);
            assert!(!damaged && html.contains(&page.title), "{}", page.path());
            assert!(
                !html.contains("{{") && !html.contains("&#"),
                "{}: a placeholder or a lost character",
                page.path()
            );
        }
        let (_, robots) = get(&world, "/robots.txt", "").await;
        assert!(robots.starts_with(b"User-agent: *"));
        world.stop().await;
    }
}
