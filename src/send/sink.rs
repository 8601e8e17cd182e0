//! A small SMTP server for tests: takes mail on 127.0.0.1 and misbehaves where the script says so.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server does at a verb in place of the usual. Verbs: `GREETING`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`,
/// `RCPT`, `DATA`, `BODY` (after the first bytes of the mail), `DOT`.
#[derive(Clone)]
pub(crate) enum Act {
    Say(&'static str),
    Drop,
    Wait(Duration),
}

#[derive(Clone, Default)]
struct Seen {
    lines: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<Vec<u8>>>>,
}

pub(crate) struct Sink {
    pub(crate) at: SocketAddr,
    /// The certificate to trust, as PEM, for the name `localhost`.
    pub(crate) certificate: String,
    seen: Seen,
}

impl Sink {
    /// `implicit`: TLS from the first byte. `features` are the lines of the EHLO reply.
    pub(crate) async fn start(
        implicit: bool,
        features: &'static [&'static str],
        script: &[(&'static str, Act)],
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let sink = Self {
            at: listener.local_addr().unwrap(),
            certificate: issued.cert.pem(),
            seen: Seen::default(),
        };
        let talk = Talk { script: script.iter().cloned().collect(), features, seen: sink.seen.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, implicit, acceptor.clone(), talk.clone()));
            }
        });
        sink
    }

    /// The command lines so far; a login is seen only as its verb.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen.lines.lock().unwrap().clone()
    }

    /// The mails taken, without dot-stuffing.
    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        self.seen.mails.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, implicit: bool, acceptor: TlsAcceptor, talk: Talk) -> Option<()> {
    if implicit {
        return talk.on(BufReader::new(acceptor.accept(stream).await.ok()?), true).await.map(drop);
    }
    // Ends with the stream back in our hands when the client asks for STARTTLS.
    let plain = talk.on(BufReader::new(stream), true).await?;
    talk.on(BufReader::new(acceptor.accept(plain.into_inner()).await.ok()?), false).await.map(drop)
}

#[derive(Clone)]
struct Talk {
    script: BTreeMap<&'static str, Act>,
    features: &'static [&'static str],
    seen: Seen,
}

impl Talk {
    async fn on<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut io: BufReader<S>,
        greet: bool,
    ) -> Option<BufReader<S>> {
        if greet {
            self.reply(&mut io, "GREETING", "220 sink.test ready").await?;
        }
        loop {
            let mut line = String::new();
            if io.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let noted = if verb == "AUTH" { verb.clone() } else { line.to_owned() };
            self.seen.lines.lock().unwrap().push(noted);
            match verb.as_str() {
                "EHLO" => {
                    let mut lines: Vec<String> = self.features.iter().map(|f| format!("250-{f}")).collect();
                    lines.insert(0, "250-sink.test".to_owned());
                    lines.push("250 HELP".to_owned());
                    self.reply(&mut io, "EHLO", &lines.join("\r\n")).await?;
                }
                "STARTTLS" => {
                    self.reply(&mut io, "STARTTLS", "220 go ahead").await?;
                    return Some(io);
                }
                "AUTH" if line.eq_ignore_ascii_case("AUTH LOGIN") => {
                    for ask in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                        io.get_mut().write_all(ask.as_bytes()).await.ok()?;
                        io.read_line(&mut String::new()).await.ok()?;
                    }
                    self.reply(&mut io, "AUTH", "235 welcome").await?;
                }
                "AUTH" => self.reply(&mut io, "AUTH", "235 welcome").await?,
                "MAIL" => self.reply(&mut io, "MAIL", "250 2.1.0 sender ok").await?,
                "RCPT" => self.reply(&mut io, "RCPT", "250 2.1.5 recipient ok").await?,
                "DATA" => {
                    self.reply(&mut io, "DATA", "354 go on").await?;
                    if !matches!(self.script.get("DATA"), Some(Act::Say(_))) {
                        self.mail(&mut io).await?;
                    }
                }
                "QUIT" => {
                    let _ = io.get_mut().write_all(b"221 bye\r\n").await;
                    return None;
                }
                _ => self.reply(&mut io, "OTHER", "250 ok").await?,
            }
        }
    }

    async fn mail<S: AsyncRead + AsyncWrite + Unpin>(&self, io: &mut BufReader<S>) -> Option<()> {
        if let Some(Act::Drop) = self.script.get("BODY") {
            io.read_exact(&mut [0; 10]).await.ok()?;
            return None;
        }
        let mut mail = Vec::new();
        loop {
            let mut line = Vec::new();
            if io.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            if line == b".\r\n" {
                break;
            }
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        if !matches!(self.script.get("DOT"), Some(Act::Say(_))) {
            self.seen.mails.lock().unwrap().push(mail);
        }
        self.reply(io, "DOT", "250 2.0.0 queued as 4711").await
    }

    /// The usual reply, or what the script has for this verb. `None` ends the connection.
    async fn reply<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: &mut BufReader<S>,
        verb: &str,
        usual: &str,
    ) -> Option<()> {
        let text = match self.script.get(verb) {
            Some(Act::Say(text)) => text,
            Some(Act::Drop) => return None,
            Some(Act::Wait(time)) => {
                tokio::time::sleep(*time).await;
                usual
            }
            None => usual,
        };
        io.get_mut().write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
        io.get_mut().flush().await.ok()
    }
}
