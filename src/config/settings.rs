//! tingfeng.toml: the organisation, the crawl's manners, mail, digest, alarm.

use super::check::{Draft, Reach};
use super::problems::{Checked, wrong};
use super::profile::Profile;
use super::secret::{SecretError, SecretSource};
use super::values::{self, duration_within, size, time_of_day};
use super::walk::Table;
use crate::model::{Lang, Role, Word};
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    pub name: String,
    pub profile: Profile,
    pub lang: Lang,
    pub zone: Tz,
    /// Until then all mail goes to the monitor, saying whom it would have reached.
    pub trial_until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrawlSettings {
    pub user_agent: String,
    /// Visits at once.
    pub concurrency: usize,
    /// Requests at once to one host.
    pub per_host: usize,
    /// Least time between two requests to one host.
    pub host_gap: Duration,
    pub timeout: Duration,
    /// Also after decompression.
    pub max_bytes: usize,
    pub max_redirects: usize,
}

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestSettings {
    /// Wall-clock time in the organisation's zone.
    pub at: NaiveTime,
    pub to: Vec<Role>,
}

/// All of tingfeng.toml.
pub struct Settings {
    pub organisation: Organisation,
    pub store_path: PathBuf,
    pub crawl: CrawlSettings,
    pub mail: MailSettings,
    pub digest: DigestSettings,
    pub alarm: Option<Vec<String>>,
    pub heartbeat: Option<PathBuf>,
    pub personal_allow: Vec<String>,
    pub round: Duration,
}

pub fn read(root: Table, draft: &mut Draft) -> Option<Settings> {
    let organisation = organisation(root.section("organisation"), draft);
    let state = state_dir(draft.dir);
    let section = root.section("store");
    let store_path = state.join(section.text("path").unwrap_or("tingfeng.db"));
    section.finish();
    let crawl = crawl(root.section("crawl"));
    let mail = mail(root.section("mail"), draft.dir, &state);
    let digest = digest(root.section("digest"), draft);
    let alarm = alarm(root.section("alarm"));
    let heartbeat = heartbeat(root.section("heartbeat"), &state);
    let section = root.section("personal");
    let personal_allow = section.texts("allow").into_iter().map(|(_, text)| text.to_owned()).collect();
    section.finish();
    let section = root.section("escalation");
    let round = section.get("round").map(|node| node.measure("5s", duration_within("100ms", "5m")));
    section.finish();
    root.finish();
    Some(Settings {
        organisation: organisation?,
        store_path,
        crawl: crawl?,
        mail: mail?,
        digest,
        alarm,
        heartbeat,
        personal_allow,
        round: round.flatten().unwrap_or(Duration::from_secs(5)),
    })
}

fn organisation(table: Table, draft: &mut Draft) -> Option<Organisation> {
    let name = table.need_text("name", "岚栎科技股份有限公司");
    let profile = table.need_word("profile");
    let lang = table.word("language").unwrap_or_default();
    let zone = table.parse("zone", values::zone).unwrap_or(draft.zone);
    (draft.profile, draft.lang, draft.zone) = (profile, lang, zone);
    let trial_until = table.get("trial_until").and_then(|node| node.datetime("2026-12-05"));
    table.finish();
    Some(Organisation {
        name: name?.to_owned(),
        profile: profile?,
        lang,
        zone,
        trial_until: trial_until.and_then(|at| values::instant(&at, zone)),
    })
}

/// Where the daemon keeps what it writes: systemd's StateDirectory=, or the configuration folder.
fn state_dir(dir: &Path) -> PathBuf {
    // systemd joins several state directories with colons; the first is ours.
    let given = std::env::var("STATE_DIRECTORY").unwrap_or_default();
    match given.split(':').next() {
        Some(first) if !first.is_empty() => PathBuf::from(first),
        _ => dir.to_owned(),
    }
}

fn crawl(table: Table) -> Option<CrawlSettings> {
    let contact = table
        .need("contact", "\"mailto:opinion@lanli.example\", so that a site's owner can reach you")
        .and_then(|node| node.parse(values::contact));
    let count = |key, range, default: u64| table.number(key, &range).unwrap_or(default) as usize;
    let concurrency = count("concurrency", 1..=256, 16);
    let per_host = count("per_host", 1..=16, 1);
    let max_redirects = count("max_redirects", 0..=20, 5);
    let host_gap = table.get("host_gap").and_then(|node| node.measure("1s", duration_within("0s", "10m")));
    let timeout = table.get("timeout").and_then(|node| node.measure("30s", duration_within("1s", "10m")));
    let max_bytes = table.get("max_bytes").and_then(|node| node.measure("10MB", sensible_size));
    table.finish();
    Some(CrawlSettings {
        user_agent: format!("Tingfeng/{} (+{})", env!("CARGO_PKG_VERSION"), contact?),
        concurrency,
        per_host,
        host_gap: host_gap.unwrap_or(Duration::from_secs(1)),
        timeout: timeout.unwrap_or(Duration::from_secs(30)),
        max_bytes: max_bytes.unwrap_or(10_000_000),
        max_redirects,
    })
}

fn sensible_size(text: &str) -> Checked<usize> {
    let bytes = size(text)?;
    if (10_000..=1_000_000_000).contains(&bytes) {
        return Ok(bytes);
    }
    wrong(format!("{text:?} is out of range"), "write a size from \"10KB\" to \"1GB\"")
}

fn mail(table: Table, dir: &Path, state: &Path) -> Option<MailSettings> {
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
    let login = username.as_ref().and_then(super::walk::Node::text);
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
                node.wrong("holds no certificate", "name a file in PEM form (-----BEGIN CERTIFICATE-----)")
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

fn digest(table: Table, draft: &mut Draft) -> DigestSettings {
    let at = table.parse("at", time_of_day);
    let named = table.get("to").is_some();
    let to = table.words("to");
    for (node, role) in &to {
        draft.needs(*role, Reach::Mail, node.place());
    }
    table.finish();
    DigestSettings {
        at: at.unwrap_or(NaiveTime::from_hms_opt(8, 0, 0).expect("a time of day")),
        to: if named { to.into_iter().map(|(_, role)| role).collect() } else { vec![Role::Monitor] },
    }
}

fn alarm(table: Table) -> Option<Vec<String>> {
    let written = table.exists();
    let node =
        if written { table.need("command", "[\"/usr/local/bin/notify\"]") } else { table.get("command") };
    let words = table.texts("command");
    if let Some(node) = node
        && node.is_list()
    {
        match words.first() {
            None => node
                .wrong("names no program", "write command = [\"/usr/local/bin/notify\"], or remove [alarm]"),
            Some((program, path)) if path.starts_with('/') && !Path::new(path).is_file() => {
                program
                    .wrong(format!("there is no program {path}"), "correct the path, or install the program");
            }
            Some(_) => {}
        }
    }
    table.finish();
    let command: Vec<String> = words.into_iter().map(|(_, word)| word.to_owned()).collect();
    (!command.is_empty()).then_some(command)
}

fn heartbeat(table: Table, state: &Path) -> Option<PathBuf> {
    let node =
        if table.exists() { table.need("file", "\"/run/tingfeng/heartbeat\"") } else { table.get("file") };
    let file = node.and_then(|node| node.text());
    table.finish();
    file.map(|file| state.join(file))
}
