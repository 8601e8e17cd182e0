//! Carries one mail to its server, or into a folder, and says how far it came.
//!
//! Bytes and addresses come in, a `Carried` goes out. Keeps P2: only what the server took is `Accepted`; the caller's
//! check runs between RCPT and DATA, the last moment at which nothing is lost by stopping; after the final dot a
//! missing reply is `Unknown`, never "try again". TLS is never given up for plain text, and secrets never print.

mod address;
mod folder;
#[cfg(test)]
pub(crate) mod sink;
mod smtp;
#[cfg(test)]
mod tests;
mod wire;

use crate::model::{Lang, Secret, Word};
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// Each mail becomes an `.eml` file in this folder.
    Folder(PathBuf),
    Smtp(Smtp),
}

/// A mail server and how to talk to it.
#[derive(Debug, Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: Option<String>,
    pub password: Option<Secret>,
    /// The one authority to trust, as PEM, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// The name we say in EHLO; without it the host's name, or our address where that is no full name.
    pub hello: Option<String>,
    pub limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Upgraded before anything else is said, or nothing is said.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Only to this machine itself.
    Plain,
}

/// How long we wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For each address of the host.
    pub connect: Duration,
    /// For the greeting and for the reply to each command.
    pub command: Duration,
    /// For handing over the body, up to the final dot.
    pub body: Duration,
    /// For the reply to the final dot: RFC 5321 (4.5.3.2.6) asks for ten minutes, because giving up early doubles mail.
    pub dot: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(30), command: seconds(60), body: seconds(180), dot: seconds(600) }
    }
}

/// One mail to one recipient.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub message_id: &'a str,
    pub bytes: &'a [u8],
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// The server took it, in these words.
    Accepted { reply: String },
    /// Not now: it certainly did not arrive, and a later try may succeed.
    Later { stage: Stage, reply: String },
    /// Never: this recipient or this mail is refused.
    Refused { stage: Stage, reply: String },
    /// The final dot was said and no reply came: it may have arrived.
    Unknown { reply: String },
    /// The check before DATA said no.
    Withdrawn,
}

/// How far a try came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    Connect,
    Tls,
    Auth,
    Sender,
    Recipient,
    Data,
    Body,
    Folder,
}

impl Word for Stage {
    const ALL: &'static [Self] = &[
        Self::Connect,
        Self::Tls,
        Self::Auth,
        Self::Sender,
        Self::Recipient,
        Self::Data,
        Self::Body,
        Self::Folder,
    ];
    fn key(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Body => "body",
            Self::Folder => "folder",
        }
    }
    fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Connect, Lang::Zh) => "连接",
            (Self::Tls, Lang::Zh) => "加密",
            (Self::Auth, Lang::Zh) => "登录",
            (Self::Sender, Lang::Zh) => "发件人",
            (Self::Recipient, Lang::Zh) => "收件人",
            (Self::Data, Lang::Zh) => "开始传信",
            (Self::Body, Lang::Zh) => "传信",
            (Self::Folder, Lang::Zh) => "写文件",
            (_, Lang::En) => self.key(),
        }
    }
}

/// Carries one letter. `before_data` runs once, after the recipient was accepted and before anything of the mail is
/// said: the caller commits there that from now on the outcome may be unknown, or answers `false` to take it back.
pub async fn carry<F, Fut>(carrier: &Carrier, letter: &Letter<'_>, before_data: F) -> Carried
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = bool>,
{
    match carrier {
        Carrier::Folder(folder) => {
            if before_data().await {
                folder::put(folder, letter).await
            } else {
                Carried::Withdrawn
            }
        }
        Carrier::Smtp(smtp) => smtp::carry(smtp, letter, before_data, &mut Vec::new()).await,
    }
}

/// Carries a test letter and tells what was said on both sides, without secrets.
pub async fn dialogue(carrier: &Carrier, letter: &Letter<'_>) -> (Vec<String>, Carried) {
    let mut said = Vec::new();
    let end = match carrier {
        Carrier::Folder(folder) => {
            said.push(format!("writing into {}", folder.display()));
            folder::put(folder, letter).await
        }
        Carrier::Smtp(smtp) => smtp::carry(smtp, letter, || std::future::ready(true), &mut said).await,
    };
    (said, end)
}
