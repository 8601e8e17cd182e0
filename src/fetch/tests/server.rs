//! A small server on 127.0.0.1: each path has its reply, good or bad; what was asked is kept.

use flate2::write::GzEncoder;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// What the server does with a request.
#[derive(Clone)]
pub enum Reply {
    Full(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// A head, then a byte now and then, for ever.
    Trickle,
    /// A head without length, then zeros as long as anyone reads.
    Endless,
    Silence,
}

pub fn page(text: &str) -> Reply {
    Reply::Full(200, vec![("Content-Type", "text/html".into())], text.into())
}

pub fn status(code: u16) -> Reply {
    Reply::Full(code, vec![], vec![])
}

pub fn to(location: impl Into<String>) -> Reply {
    Reply::Full(302, vec![("Location", location.into())], vec![])
}

pub struct Server {
    pub port: u16,
    replies: Mutex<HashMap<String, Reply>>,
    /// Each request's first line and headers.
    pub seen: Mutex<Vec<String>>,
    pub busy: Mutex<(usize, usize)>,
}

impl Server {
    /// Listens with no robots.txt and these pages.
    pub async fn with(replies: &[(&str, Reply)]) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            port: listener.local_addr().unwrap().port(),
            replies: Mutex::default(),
            seen: Mutex::default(),
            busy: Mutex::default(),
        });
        for (path, reply) in replies {
            server.set(path, reply.clone());
        }
        let one = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&one).serve(stream));
            }
        });
        server
    }

    pub fn set(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    pub fn paths(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
    }

    pub async fn serve(self: Arc<Self>, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        while let Some(head) = read_head(&mut stream).await {
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            self.seen.lock().unwrap().push(head);
            {
                let mut busy = self.busy.lock().unwrap();
                busy.0 += 1;
                busy.1 = busy.1.max(busy.0);
            }
            let reply = self.replies.lock().unwrap().get(&path).cloned().unwrap_or(status(404));
            let goes_on = answer(&mut stream, reply).await;
            self.busy.lock().unwrap().0 -= 1;
            if goes_on.is_none() {
                return;
            }
        }
    }
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// `None` where the connection ends.
async fn answer(stream: &mut (impl AsyncWrite + Unpin), reply: Reply) -> Option<()> {
    match reply {
        Reply::Full(code, headers, body) => {
            let mut head = format!("HTTP/1.1 {code} x\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                write!(head, "{name}: {value}\r\n").ok()?;
            }
            stream.write_all(format!("{head}\r\n").as_bytes()).await.ok()?;
            stream.write_all(&body).await.ok()
        }
        Reply::Raw(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.shutdown().await.ok()?;
            None
        }
        Reply::Trickle => {
            stream.write_all(b"HTTP/1.1 200 x\r\nContent-Length: 1000000\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(b".").await.ok()?;
                stream.flush().await.ok()?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 x\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(&[b'0'; 4096]).await.ok()?;
            }
        }
        Reply::Silence => std::future::pending().await,
    }
}

pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut w = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    w.write_all(text).unwrap();
    w.finish().unwrap()
}

pub fn packed(body: Vec<u8>) -> Reply {
    Reply::Full(200, vec![("Content-Encoding", "gzip".into())], body)
}
