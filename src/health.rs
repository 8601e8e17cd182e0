//! Habits of sources and what is a trouble of the watch (P5): one with a scope, never a flood, never silence.

mod standing;

pub use standing::{Finding, Standing, findings};

use crate::model::{Lang, Source, SourceRow};
use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row before somebody is told: one bad answer is weather.
const FAILS: i64 = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// `source` or `network`.
    pub scope: &'static str,
    /// The source's name; `network`; `outbox`.
    pub subject: String,
    pub kind: &'static str,
    /// Figures and the last error, as the log has them.
    pub reason: String,
    /// The source's key, where there is one: for the command that looks closer.
    pub key: String,
}

impl Trouble {
    pub fn words(&self, lang: Lang) -> (String, String, String) {
        words(&self.subject, self.kind, &self.reason, &self.key, lang)
    }
}

/// A trouble in the reader's language: whose, why, what to do. `kind` and `reason` are as stored.
pub fn words(subject: &str, kind: &str, reason: &str, key: &str, lang: Lang) -> (String, String, String) {
    let (subject, why, remedy) = match (kind, lang) {
        ("unreachable", Lang::Zh) => {
            ("本系统的网络", "多个站点同时访问失败", "先查本机网络、域名解析和代理".to_owned())
        }
        ("unreachable", Lang::En) => (
            "our network",
            "many hosts failed together",
            "look at our own network, name servers and proxy first".to_owned(),
        ),
        ("failing", Lang::Zh) => (subject, "访问失败", format!("执行 tingfeng visit {key} 查看详情")),
        ("failing", Lang::En) => (subject, "visits keep failing", format!("see: tingfeng visit {key}")),
        ("stale", Lang::Zh) => {
            (subject, "超过规定时间没有更新", "发布新内容，或办理该渠道的注销备案".to_owned())
        }
        ("stale", Lang::En) => (
            subject,
            "nothing new for longer than allowed",
            "publish, or have the channel filed as closed".to_owned(),
        ),
        ("waiting", Lang::Zh) => (
            "发信",
            "有邮件一直没有发出",
            "执行 tingfeng outbox list；用 tingfeng mail test 地址 试发".to_owned(),
        ),
        ("waiting", Lang::En) => (
            "outgoing mail",
            "a mail keeps waiting",
            "see: tingfeng outbox list; try: tingfeng mail test ADDRESS".to_owned(),
        ),
        (_, _) => (subject, kind, String::new()),
    };
    let why = match lang {
        Lang::Zh => format!("{why}（{reason}）"),
        Lang::En => format!("{why} ({reason})"),
    };
    (subject.to_owned(), why, remedy)
}

/// Troubles as they stand now. `hosts` and `failing`: of active sources, in the last two minutes.
///
/// More than 30 % of at least four hosts failing together is one trouble of ours, not many of theirs.
pub fn troubles(
    rows: &[SourceRow],
    hosts: u32,
    failing: u32,
    source: impl Fn(&str) -> Option<Source>,
    now: DateTime<Utc>,
) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let network = hosts >= 4 && failing * 10 > hosts * 3;
    if network {
        troubles.push(Trouble {
            scope: "network",
            subject: "network".to_owned(),
            kind: "unreachable",
            reason: format!("{failing} of {hosts} hosts failed within two minutes"),
            key: String::new(),
        });
    }
    for row in rows.iter().filter(|row| row.state == "active") {
        if row.fails >= FAILS && !network {
            troubles.push(Trouble {
                scope: "source",
                subject: row.name.clone(),
                kind: "failing",
                reason: format!(
                    "{} visits in a row failed: {}",
                    row.fails,
                    row.last_error.as_deref().unwrap_or("?")
                ),
                key: row.key.clone(),
            });
        }
        troubles.extend(source(&row.key).and_then(|source| stale(&source, row, now)));
    }
    troubles
}

/// Counted on the newest dated item: a page rendered anew daily is still stale.
fn stale(source: &Source, row: &SourceRow, now: DateTime<Utc>) -> Option<Trouble> {
    let limit = TimeDelta::from_std(source.max_silence?).ok()?;
    let newest = row.newest_item_at?;
    (now - newest > limit).then(|| Trouble {
        scope: "source",
        subject: row.name.clone(),
        kind: "stale",
        reason: format!(
            "the newest dated item is {} days old, at most {} are allowed",
            (now - newest).num_days(),
            limit.num_days()
        ),
        key: row.key.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &str, fails: i64) -> SourceRow {
        SourceRow {
            id: 1,
            key: key.into(),
            name: key.into(),
            kind: "feed".into(),
            state: "active".into(),
            visits: 9,
            fails,
            last_error: Some("timeout".into()),
            last_ok_at: None,
            due_at: DateTime::UNIX_EPOCH,
            newest_item_at: None,
            entries: 0,
            pages_due: 0,
            pages_given_up: 0,
        }
    }

    #[test]
    fn p5_one_trouble_with_a_scope() {
        for (why, fails, hosts, failing, expected) in [
            ("one bad answer is weather", 2, 10, 1, vec![]),
            ("three in a row are a trouble of the source", 3, 10, 1, vec!["source"]),
            ("many hosts together are one trouble of ours", 3, 10, 4, vec!["network"]),
            ("with two hosts nobody can tell", 3, 2, 2, vec!["source"]),
        ] {
            let found = troubles(&[row("a", fails)], hosts, failing, |_| None, DateTime::UNIX_EPOCH);
            assert_eq!(found.iter().map(|t| t.scope).collect::<Vec<_>>(), expected, "{why}");
        }
    }
}
