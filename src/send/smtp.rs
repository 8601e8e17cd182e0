//! One SMTP session for one letter, on lettre's lower level: `send` would hide whether DATA was reached.

use super::address::address;
use super::wire::Drip;
use super::{Carried, Letter, Limits, Security, Smtp, Stage};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Auth, Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::fmt::Display;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// So much of a body is handed over at once.
const CHUNK: usize = 16 * 1024;
/// A server that took the mail gets so long to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Why a session ended early.
struct Break {
    stage: Stage,
    /// The server's code, where it answered at all.
    code: Option<u16>,
    text: String,
}

impl Break {
    fn new(stage: Stage, text: impl Into<String>) -> Self {
        Self { stage, code: None, text: text.into() }
    }
    fn later(self) -> Carried {
        Carried::Later { stage: self.stage, reply: self.text }
    }
    /// A permanent answer about this recipient or this mail ends it; "log in first" (530) and "wrong order" (503) are
    /// about us and may be mended.
    fn verdict(self) -> Carried {
        match self.code {
            Some(500..=599) if !matches!(self.code, Some(503 | 530)) => {
                Carried::Refused { stage: self.stage, reply: self.text }
            }
            _ => self.later(),
        }
    }
}

/// Walks one letter through a session. `said` collects the dialogue.
pub(super) async fn carry<F, Fut>(
    smtp: &Smtp,
    letter: &Letter<'_>,
    before_data: F,
    said: &mut Vec<String>,
) -> Carried
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = bool>,
{
    let from = match address(letter.from) {
        Ok(from) => from,
        Err(reply) => return Carried::Later { stage: Stage::Sender, reply },
    };
    let to = match address(letter.to) {
        Ok(to) => to,
        Err(reply) => return Carried::Refused { stage: Stage::Recipient, reply },
    };
    let mut session = match open(smtp, said).await {
        Ok(session) => session,
        Err(broken) => return broken.later(),
    };

    let utf8 = !AsRef::<str>::as_ref(&from).is_ascii() || !AsRef::<str>::as_ref(&to).is_ascii();
    let parameters = match session.parameters(utf8, letter.bytes) {
        Ok(parameters) => parameters,
        Err(broken) => return session.give_up(broken.verdict()).await,
    };
    if let Err(broken) = session.command(Stage::Sender, Mail::new(Some(from), parameters)).await {
        // A refused sender is our configuration's fault, not this recipient's.
        let broken = Break { text: sender_hint(smtp, letter.from, &broken), ..broken };
        return session.give_up(broken.later()).await;
    }
    if let Err(broken) = session.command(Stage::Recipient, Rcpt::new(to, vec![])).await {
        return session.give_up(broken.verdict()).await;
    }
    if !before_data().await {
        let _ = timeout(GOODBYE, session.command(Stage::Data, Rset)).await;
        return session.give_up(Carried::Withdrawn).await;
    }
    if let Err(broken) = session.command(Stage::Data, Data).await {
        return session.give_up(broken.verdict()).await;
    }
    let carried = session.body(letter.bytes).await;
    session.give_up(carried).await
}

struct Session<'s> {
    connection: AsyncSmtpConnection,
    limits: Limits,
    said: &'s mut Vec<String>,
}

/// Connects, encrypts and logs in.
async fn open<'s>(smtp: &Smtp, said: &'s mut Vec<String>) -> Result<Session<'s>, Break> {
    let limits = smtp.limits;
    let tls = match smtp.security {
        Security::Plain => None,
        Security::Starttls | Security::Tls => Some(tls(smtp).await?),
    };
    said.push(format!(
        "connecting to {}:{}, {}",
        smtp.host,
        smtp.port,
        match smtp.security {
            Security::Starttls => "STARTTLS required",
            Security::Tls => "TLS from the start",
            Security::Plain => "not encrypted",
        }
    ));
    let greeted = async {
        if let (Security::Tls, Some(tls)) = (smtp.security, &tls) {
            let hello = hello(smtp, IpAddr::V4(Ipv4Addr::LOCALHOST));
            let at = (smtp.host.as_str(), smtp.port);
            let greeting = AsyncSmtpConnection::connect_tokio1(
                at,
                Some(limits.connect),
                &hello,
                Some(tls.clone()),
                None,
            );
            // Several addresses may each take their time, then TLS, greeting and EHLO.
            bounded(Stage::Connect, limits.connect * 2 + limits.command * 2, greeting).await
        } else {
            let stream = connect(smtp).await?;
            let local = stream.local_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |local| local.ip());
            let stream: Box<dyn AsyncTokioStream> = match tls {
                Some(_) => Box::new(Drip::new(stream)),
                None => Box::new(stream),
            };
            let hello = hello(smtp, local);
            let greeting = AsyncSmtpConnection::connect_with_transport(stream, &hello);
            bounded(Stage::Connect, limits.command * 2, greeting).await
        }
    };
    let mut connection = greeted.await?;
    said.push(format!("< EHLO answered by {}", clean(&connection.server_info().to_string())));

    if let (Security::Starttls, Some(tls)) = (smtp.security, tls) {
        if !connection.server_info().supports_feature(Extension::StartTls) {
            let text = format!(
                "{} does not offer STARTTLS on port {}; nothing is sent in plain text, try security = \"tls\" on port 465",
                smtp.host, smtp.port
            );
            return Err(Break::new(Stage::Tls, text));
        }
        said.push("> STARTTLS".to_owned());
        let hello = hello(smtp, IpAddr::V4(Ipv4Addr::LOCALHOST));
        bounded(Stage::Tls, limits.command * 3, connection.starttls(tls, &hello)).await?;
        said.push(format!("< encrypted; EHLO answered by {}", clean(&connection.server_info().to_string())));
    }
    let mut session = Session { connection, limits, said };
    if let Some(username) = &smtp.username {
        session.log_in(smtp, username).await?;
    }
    Ok(session)
}

impl Session<'_> {
    /// One command and its reply, both noted.
    async fn command<C: Display>(&mut self, stage: Stage, command: C) -> Result<Response, Break> {
        let command = command.to_string();
        self.said.push(format!("> {}", clean(&command)));
        self.unseen(stage, command).await
    }

    /// A command that is not noted, because it carries a secret.
    async fn unseen(&mut self, stage: Stage, command: String) -> Result<Response, Break> {
        let reply = bounded(stage, self.limits.command, self.connection.command(command)).await;
        self.said.push(match &reply {
            Ok(response) => format!("< {}", words(response)),
            Err(broken) => format!("< {}", broken.text),
        });
        reply
    }

    async fn log_in(&mut self, smtp: &Smtp, username: &str) -> Result<(), Break> {
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let Some(mechanism) = self.connection.server_info().get_auth_mechanism(&mechanisms) else {
            let text = format!(
                "{} offers neither AUTH PLAIN nor LOGIN; leave out username, or check port and security",
                smtp.host
            );
            return Err(Break::new(Stage::Auth, text));
        };
        let password = smtp.password.as_ref().map_or("", |password| password.reveal());
        let credentials = Credentials::new(username.to_owned(), password.to_owned());
        self.said.push(format!("> AUTH {mechanism} <secret>"));
        let failed = |broken: Break| Break { text: login_hint(smtp, &broken), ..broken };
        let confused = |error: Error| Break::new(Stage::Auth, reason(&error));
        let first = Auth::new(mechanism, credentials.clone(), None).map_err(confused)?;
        let mut reply = self.unseen(Stage::Auth, first.to_string()).await.map_err(failed)?;
        // LOGIN asks twice; a server that asks on is not one to wait for.
        for _ in 0..3 {
            if !reply.has_code(334) {
                break;
            }
            let next = Auth::new_from_response(mechanism, credentials.clone(), &reply).map_err(confused)?;
            reply = self.unseen(Stage::Auth, next.to_string()).await.map_err(failed)?;
        }
        if reply.has_code(235) {
            Ok(())
        } else {
            Err(Break::new(Stage::Auth, format!("the server answered AUTH with {}", words(&reply))))
        }
    }

    fn parameters(&self, utf8: bool, bytes: &[u8]) -> Result<Vec<MailParameter>, Break> {
        let offers = |extension| self.connection.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        if utf8 {
            if !offers(Extension::SmtpUtfEight) {
                let text = "the address needs SMTPUTF8, which this server does not offer".to_owned();
                // The code that RFC 6531 (3.5) gives this case: permanent, for this address.
                return Err(Break { stage: Stage::Recipient, code: Some(553), text });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() && offers(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    /// The mail itself. Until the last chunk is handed over the dot was not said, and the server cannot have taken
    /// the mail; from then on silence means that we do not know.
    async fn body(&mut self, bytes: &[u8]) -> Carried {
        let handed_over = AtomicBool::new(false);
        // lettre adds the line end that belongs to the dot.
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let chunks = bytes.chunks(CHUNK).chain(std::iter::from_fn(|| {
            handed_over.store(true, Ordering::Relaxed);
            None
        }));
        self.said.push(format!("> ({} bytes and the final dot)", bytes.len()));
        let sent = timeout(self.limits.body + self.limits.dot, self.connection.message_iter(chunks)).await;
        let broken = match sent {
            Ok(Ok(response)) => {
                let reply = words(&response);
                self.said.push(format!("< {reply}"));
                return Carried::Accepted { reply };
            }
            Ok(Err(error)) => broken(Stage::Body, &error),
            Err(_) => Break::new(Stage::Body, "no reply to the mail within the time limit"),
        };
        self.said.push(format!("< {}", broken.text));
        match broken.code {
            Some(_) => broken.verdict(),
            None if handed_over.load(Ordering::Relaxed) => Carried::Unknown { reply: broken.text },
            None => broken.later(),
        }
    }

    /// Leaves politely, whatever came of it.
    async fn give_up(mut self, carried: Carried) -> Carried {
        let _ = timeout(GOODBYE, self.connection.command(Quit)).await;
        carried
    }
}

/// The first address of the host that answers.
async fn connect(smtp: &Smtp) -> Result<TcpStream, Break> {
    let limit = smtp.limits.connect;
    let cannot =
        |why: String| Break::new(Stage::Connect, format!("cannot reach {}:{}: {why}", smtp.host, smtp.port));
    let found = timeout(limit, lookup_host((smtp.host.as_str(), smtp.port))).await;
    let addresses = match found {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(error)) => return Err(cannot(error.to_string())),
        Err(_) => return Err(cannot(format!("its name was not resolved within {} s", limit.as_secs_f32()))),
    };
    let mut why = "the name has no address".to_owned();
    for at in addresses {
        if smtp.security == Security::Plain && !at.ip().to_canonical().is_loopback() {
            why = format!("{} is another machine: set security = \"starttls\" or \"tls\"", at.ip());
            continue;
        }
        match timeout(limit, TcpStream::connect(at)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = format!("no answer within {} s", limit.as_secs_f32()),
        }
    }
    Err(cannot(why))
}

async fn tls(smtp: &Smtp) -> Result<TlsParameters, Break> {
    let wrong = |why: String| Break::new(Stage::Tls, why);
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.ca_file {
        let unreadable = |why: String| wrong(format!("ca_file {}: {why}", path.display()));
        let pem = tokio::fs::read(path).await.map_err(|error| unreadable(error.to_string()))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| unreadable(reason(&error)))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|error| wrong(reason(&error)))
}

/// What we call ourselves: servers refuse a bare host name, an address in brackets is always right (RFC 5321, 4.1.4).
fn hello(smtp: &Smtp, local: IpAddr) -> ClientId {
    let full = |name: &str| {
        name.contains('.')
            && name.len() <= 253
            && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
    };
    let named = smtp.hello.clone().map(ClientId::Domain).unwrap_or_default();
    match (named, local) {
        (ClientId::Domain(name), _) if full(&name) => ClientId::Domain(name),
        (_, IpAddr::V4(address)) => ClientId::Ipv4(address),
        (_, IpAddr::V6(address)) => ClientId::Ipv6(address),
    }
}

async fn bounded<T>(
    stage: Stage,
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Break> {
    match timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(broken(stage, &error)),
        Err(_) => Err(Break::new(stage, format!("no reply within {} s", limit.as_secs_f32()))),
    }
}

fn broken(stage: Stage, error: &Error) -> Break {
    let code = error.status().map(u16::from);
    let text = match code {
        Some(code) => {
            clean(&format!("{code} {}", error.source().map(ToString::to_string).unwrap_or_default()))
        }
        None => reason(error),
    };
    Break { stage, code, text }
}

/// The innermost reason: lettre's outer words ("network error") say less.
fn reason(error: &Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    clean(&deepest.to_string())
}

fn words(response: &Response) -> String {
    clean(&format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")))
}

/// A server's words as one line of bounded length.
fn clean(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Providers at which the password of the web page does not open SMTP.
fn wants_code(host: &str) -> bool {
    ["qq.com", "163.com", "126.com", "yeah.net"]
        .iter()
        .any(|provider| host == *provider || host.ends_with(&format!(".{provider}")))
}

fn login_hint(smtp: &Smtp, broken: &Break) -> String {
    let host = smtp.host.to_ascii_lowercase();
    if wants_code(&host) {
        format!(
            "{}; {host} wants the authorisation code (授权码) from its settings page as the password, not the login password, and SMTP switched on there",
            broken.text
        )
    } else {
        format!("{}; check username and password_file", broken.text)
    }
}

fn sender_hint(smtp: &Smtp, from: &str, broken: &Break) -> String {
    match &smtp.username {
        None if broken.code == Some(530) => {
            format!("{}; this server wants username and password_file", broken.text)
        }
        Some(username)
            if broken.code.is_some_and(|code| code >= 500) && !from.contains(username.as_str()) =>
        {
            format!("{}; most providers want from = the login ({username})", broken.text)
        }
        _ => broken.text.clone(),
    }
}
