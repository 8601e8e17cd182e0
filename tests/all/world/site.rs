//! A web server on loopback that says what a story wants, down to bytes that are no HTTP at all.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// One answer.
#[derive(Clone, Default)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    /// Sent in place of everything else, then the connection ends.
    raw: Option<Vec<u8>>,
}

impl Page {
    pub fn new(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }.header("Content-Type", kind)
    }

    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::html("") }
    }

    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { raw: Some(bytes.into()), ..Self::default() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Answers 304 to whoever names it.
    pub fn etag(self, tag: &str) -> Self {
        self.header("ETag", &format!("\"{tag}\""))
    }

    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    fn tag(&self) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == "ETag").map(|(_, value)| value.as_str())
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: Vec<(String, String)>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Shelf {
    pages: BTreeMap<String, Page>,
    asked: Vec<Asked>,
}

#[derive(Clone)]
pub struct Site {
    pub at: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
}

impl Site {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self { at: listener.local_addr().unwrap(), shelf: Arc::default() };
        let shelf = Arc::clone(&site.shelf);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shelf)));
            }
        });
        site
    }

    /// What is not published is a 404, robots.txt too. `{{site}}` in a body is this server's address.
    pub fn put(&self, path: &str, mut page: Page) {
        if let Ok(text) = std::str::from_utf8(&page.body) {
            page.body = text.replace("{{site}}", &format!("http://{}", self.at)).into();
        }
        self.shelf.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    pub fn body(&self, path: &str) -> Vec<u8> {
        self.shelf.lock().unwrap().pages[path].body.clone()
    }

    /// Requests so far, without those for robots.txt.
    pub fn asked(&self) -> Vec<Asked> {
        let shelf = self.shelf.lock().unwrap();
        shelf.asked.iter().filter(|asked| asked.path != "/robots.txt").cloned().collect()
    }

    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: S, shelf: Arc<Mutex<Shelf>>) -> Option<()> {
    let mut io = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if io.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.trim_end().is_empty() {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let path = head.first()?.split(' ').nth(1)?.to_owned();
    let headers = head.iter().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let asked = Asked { path: path.clone(), headers };
    let known = asked.header("if-none-match").map(str::to_owned);
    let page = {
        let mut shelf = shelf.lock().unwrap();
        shelf.asked.push(asked);
        shelf.pages.get(&path).cloned().unwrap_or_else(|| Page::status(404))
    };
    tokio::time::sleep(page.delay).await;
    let unchanged = known.is_some() && known.as_deref() == page.tag();
    let (status, body) = if unchanged { (304, &[][..]) } else { (page.status, page.body.as_slice()) };
    let mut out = format!("HTTP/1.1 {status} As-Told\r\nConnection: close\r\n");
    for (name, value) in &page.headers {
        out += &format!("{name}: {value}\r\n");
    }
    out += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut bytes = out.into_bytes();
    bytes.extend_from_slice(body);
    // A client that has had enough hangs up: not our failure.
    let _ = io.get_mut().write_all(page.raw.as_ref().unwrap_or(&bytes)).await;
    io.get_mut().shutdown().await.ok()
}
