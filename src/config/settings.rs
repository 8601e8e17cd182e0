//! tingfeng.toml: the organisation, the crawl's manners, mail, digest, alarm.

use super::check::{Draft, Reach};
use super::mail::{self, MailSettings};
use super::problems::{Checked, wrong};
use super::profile::Profile;
use super::values::{self, duration_within, size, time_of_day};
use super::walk::Table;
use crate::model::{Lang, Role};
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
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
    pub outbound_allow: Vec<String>,
    pub round: Duration,
}

pub fn read(root: Table, draft: &mut Draft) -> Option<Settings> {
    let organisation = organisation(root.section("organisation"), draft);
    let state = state_dir(draft.dir);
    let section = root.section("store");
    let store_path = state.join(section.text("path").unwrap_or("tingfeng.db"));
    section.finish();
    let crawl = crawl(root.section("crawl"));
    let mail = mail::read(root.section("mail"), draft.dir, &state);
    let digest = digest(root.section("digest"), draft);
    let alarm = alarm(root.section("alarm"));
    let heartbeat = heartbeat(root.section("heartbeat"), &state);
    let section = root.section("personal");
    let personal_allow = contacts(&section);
    section.finish();
    let section = root.section("own");
    let outbound_allow = section.texts("outbound_allow");
    let outbound_allow =
        outbound_allow.into_iter().filter_map(|(node, _)| node.parse(values::domain)).collect();
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
        outbound_allow,
        round: round.flatten().unwrap_or(Duration::from_secs(5)),
    })
}

/// Published contacts: whole numbers, mail addresses, `*@domain`. What would never match is a mistake.
fn contacts(section: &Table) -> Vec<String> {
    let is_address = |text: &str| {
        let parts = text.rsplit_once('@').filter(|_| !text.contains(char::is_whitespace));
        parts.is_some_and(|(name, host)| {
            (name == "*" || !name.is_empty() && !name.contains('*'))
                && host.contains('.')
                && !host.contains('*')
        })
    };
    let is_number = |text: &str| {
        let signs = text.chars().filter(char::is_ascii_alphanumeric).count();
        signs >= 7 && text.chars().all(|c| c.is_ascii_alphanumeric() || " +-.()".contains(c))
    };
    let mut contacts = Vec::new();
    for (node, text) in section.texts("allow") {
        if is_address(text) || is_number(text) {
            contacts.push(text.to_owned());
        } else {
            node.wrong(
                format!("{text:?} is neither a whole number nor a mail address"),
                "write one such as \"0730-5550100\", \"ir@lanli.example\" or \"*@lanli.example\"",
            );
        }
    }
    contacts
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
