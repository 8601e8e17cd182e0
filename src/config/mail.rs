//! `[mail]`: how mail leaves, and what the relay wants.

use super::problems::{Checked, wrong};
use super::secret::{SecretError, SecretSource};
use super::values;
use super::walk::{Node, Table};
use crate::model::{Lang, Word};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    pub transport: Transport,
    pub from: String,
    /// Urgent mails per person and hour below red; the rest waits.
    pub hourly_limit: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Writes `.eml` files.
    Folder(PathBuf),
    Smtp(SmtpSettings),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: Option<String>,
    pub password: Option<SecretSource>,
    /// A further certificate authority (PEM).
    pub ca_file: Option<PathBuf>,
}

/// How the connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    Starttls,
    Tls,
    /// To a loopback host only.
    Plain,
}

impl Word for Security {
    const ALL: &'static [Self] = &[Self::Starttls, Self::Tls, Self::Plain];
    fn key(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Tls => "tls",
            Self::Plain => "plain",
        }
    }
    fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Starttls, _) => "STARTTLS",
            (Self::Tls, _) => "TLS",
            (Self::Plain, Lang::Zh) => "明文",
            (Self::Plain, Lang::En) => "plain text",
        }
    }
}

pub fn read(table: Table, dir: &Path, state: &Path) -> Option<MailSettings> {
    let from =
        table.need("from", "\"tingfeng@lanli.example\"").and_then(|node| node.parse(values::mail_address));
    let folder = table.text("folder").unwrap_or("mail");
    let hourly_limit = table.number("hourly_limit", &(1..=1_000)).unwrap_or(6) as u32;
    let chosen = table.need("transport", "\"folder\" | \"smtp\"");
    let kind = chosen.as_ref().and_then(|node| {
        let text = node.text()?;
        let known = ["folder", "smtp"].into_iter().find(|known| *known == text);
        if known.is_none() {
            node.not_one_of(text, &["folder", "smtp"]);
        }
        known
    });
    let section = table.section("smtp");
    let written = section.exists();
    let transport = match kind {
        Some("smtp") if !written => {
            table.lacks(
                "transport is smtp, but there is no [mail.smtp]",
                "add [mail.smtp] with host and security",
            );
            None
        }
        Some("folder") if written => {
            section.wrong(
                "has no effect while transport is \"folder\"",
                "write transport = \"smtp\" under [mail], or remove [mail.smtp]",
            );
            Some(Transport::Folder(state.join(folder)))
        }
        Some("folder") => Some(Transport::Folder(state.join(folder))),
        _ => None,
    };
    let smtp = written.then(|| smtp(section, dir, from.as_deref())).flatten();
    table.finish();
    let transport = transport.or(smtp.map(Transport::Smtp));
    Some(MailSettings { transport: transport?, from: from?, hourly_limit })
}

/// Mailbox providers that refuse mail whose From is not the login, and want an authorisation code as password.
const STRICT_HOSTS: [&str; 4] = ["smtp.qq.com", "smtp.163.com", "smtp.126.com", "smtp.exmail.qq.com"];

fn smtp(table: Table, dir: &Path, from: Option<&str>) -> Option<SmtpSettings> {
    let host = table.need("host", "\"smtp.lanli.example\"").and_then(|node| node.parse(mail_host));
    let security_node = table.get("security");
    let security = match &security_node {
        Some(node) => node.word(),
        None => Some(Security::Starttls),
    };
    let usual = match security {
        Some(Security::Tls) => 465,
        Some(Security::Plain) => 25,
        _ => 587,
    };
    let port = table.number("port", &(1..=65_535)).unwrap_or(usual) as u16;
    if port == 465 && security == Some(Security::Starttls) {
        table.wrong(
            "port 465 speaks TLS from the first byte, not STARTTLS",
            "write security = \"tls\", or port = 587",
        );
    }
    if let (Some(host), Some(Security::Plain), Some(node)) = (&host, security, &security_node)
        && !is_loopback(host)
    {
        node.wrong(
            format!("mail to {host} would travel in plain text"),
            "write security = \"starttls\" (port 587) or \"tls\" (port 465)",
        );
    }
    let in_the_open = table.get("password");
    if let Some(node) = &in_the_open {
        node.wrong(
            "a password has no place in a configuration file",
            "write it into a file of its own, and here password_file = \"/etc/tingfeng/smtp-password\"",
        );
    }
    let username = table.get("username");
    let login = username.as_ref().and_then(Node::text);
    let password = password(&table, dir);
    let named =
        in_the_open.is_some() || table.get("password_file").is_some() || table.get("credential").is_some();
    if username.is_some() && !named {
        table.lacks(
            "there is a username, but no password",
            "add password_file = \"/etc/tingfeng/smtp-password\", or credential = \"smtp-password\"",
        );
    }
    if username.is_none() && password.is_some() {
        table.lacks("there is a password, but no username", "add username = \"…\"");
    }
    if let Some(host) = host.as_deref().filter(|host| STRICT_HOSTS.contains(host)) {
        let remedy = "and as password the authorisation code (授权码) of the mailbox, not the login password";
        match (&username, login, from) {
            (None, _, Some(from)) => {
                table.lacks(format!("{host} wants a login"), format!("add username = {from:?}, {remedy}"));
            }
            (Some(node), Some(login), Some(from)) if !login.eq_ignore_ascii_case(from) => node.wrong(
                format!("{host} refuses mail from {from}, which is not the login"),
                format!("write the same address in mail.from and here, {remedy}"),
            ),
            _ => {}
        }
    }
    let ca_file = table.get("ca_file").and_then(|node| {
        let path = dir.join(node.text()?);
        match std::fs::read_to_string(&path) {
            Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return Some(path),
            Ok(_) => {
                node.wrong("holds no certificate", "name a file in PEM form (-----BEGIN CERTIFICATE-----)");
            }
            Err(error) => node.wrong(
                format!("{} cannot be read ({})", node.shown(), error.kind()),
                "correct the path, or remove the line to use the system's certificates",
            ),
        }
        None
    });
    table.finish();
    Some(SmtpSettings {
        host: host?,
        port,
        security: security?,
        username: login.map(str::to_owned),
        password,
        ca_file,
    })
}

fn password(table: &Table, dir: &Path) -> Option<SecretSource> {
    let file = table.get("password_file");
    let credential = table.get("credential");
    if let (Some(_), Some(credential)) = (&file, &credential) {
        credential.wrong("the password is named twice", "keep either password_file or credential");
    }
    if let Some(node) = file {
        let source = SecretSource::File(dir.join(node.text()?));
        // Whoever checks may not be allowed to read it; the service will.
        match source.read() {
            Ok(_) | Err(SecretError::Io { .. }) => {}
            Err(error) => {
                let said = error.to_string();
                let (what, cure) = said.split_once("; ").unwrap_or((&said, "correct the path"));
                node.wrong(what, cure);
            }
        }
        return Some(source);
    }
    credential?.parse(values::key).map(SecretSource::Credential)
}

fn mail_host(text: &str) -> Checked<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    if text.contains("//")
        || !text.chars().all(fits)
        || (text.contains(':') && text.parse::<IpAddr>().is_err())
    {
        return wrong(
            format!("{text:?} is not a host name"),
            "write the name alone, such as \"smtp.lanli.example\"; the port has a line of its own",
        );
    }
    Ok(text.to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}
