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
    /// Told again each time that so much more time has passed without a change.
    pub again: Option<TimeDelta>,
}

/// A warning of what may come: for the digest and `status`, no mail.
pub const QUIET: &str = "quiet";

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
        ("quiet", Lang::Zh) => (subject, "接近规定时间没有更新", "请安排更新".to_owned()),
        ("quiet", Lang::En) => {
            (subject, "nothing new for nearly as long as allowed", "publish soon".to_owned())
        }
        ("undated", Lang::Zh) => (
            subject,
            "没有读到带日期的内容，无法判断是否长期不更新",
            format!("执行 tingfeng visit {key} 查看日期是否读对；必要时配置 select.published"),
        ),
        ("undated", Lang::En) => (
            subject,
            "no dated item was ever read, so nobody can tell whether it falls silent",
            format!("see: tingfeng visit {key}; configure select.published if the date is not found"),
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

/// Says how often it has been told, from the second time on.
pub fn repeated(reason: String, told: u32, lang: Lang) -> String {
    match (told, lang) {
        (0 | 1, _) => reason,
        (told, Lang::Zh) => format!("{reason}；第{told}次提醒"),
        (told, Lang::En) => format!("{reason}; reminder {told}"),
    }
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
            again: None,
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
                again: None,
            });
        }
        troubles.extend(source(&row.key).and_then(|source| stale(&source, row, now)));
    }
    troubles
}

/// How long a source may have shown no dated item before that is said.
const UNDATED: TimeDelta = TimeDelta::hours(24);

/// How silent an own channel is, counted on its newest dated item: a page rendered anew daily is still stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Nothing is asked of it, or it has shown something lately.
    None,
    /// Five sevenths of the limit are over: at 5 of 7 days.
    Near {
        since: TimeDelta,
        limit: TimeDelta,
    },
    Over {
        since: TimeDelta,
        limit: TimeDelta,
    },
    /// Never a dated item: nobody can tell.
    Unknown,
}

pub fn silence(row: &SourceRow, limit: Option<TimeDelta>, now: DateTime<Utc>) -> Silence {
    let Some(limit) = limit else { return Silence::None };
    let Some(newest) = row.newest_item_at else {
        let waited = row.first_visit_at.is_some_and(|first| now - first > UNDATED);
        return if waited { Silence::Unknown } else { Silence::None };
    };
    let since = now - newest;
    if since > limit {
        Silence::Over { since, limit }
    } else if since >= limit * 5 / 7 {
        Silence::Near { since, limit }
    } else {
        Silence::None
    }
}

/// The limit of an own channel.
pub fn limit(source: &Source) -> Option<TimeDelta> {
    source.max_silence.filter(|_| source.own).and_then(|limit| TimeDelta::from_std(limit).ok())
}

fn stale(source: &Source, row: &SourceRow, now: DateTime<Utc>) -> Option<Trouble> {
    let (kind, reason, again) = match silence(row, limit(source), now) {
        Silence::None => return None,
        Silence::Near { since, limit } => (
            QUIET,
            format!(
                "the newest dated item is {} old, {} before the limit of {}",
                span(since),
                span(limit - since),
                span(limit)
            ),
            None,
        ),
        Silence::Over { since, limit } => (
            "stale",
            format!("the newest dated item is {} old, at most {} are allowed", span(since), span(limit)),
            Some(limit),
        ),
        Silence::Unknown => ("undated", "no item with a date since its first visit".to_owned(), None),
    };
    Some(Trouble { scope: "source", subject: row.name.clone(), kind, reason, key: row.key.clone(), again })
}

/// In days, below two of them in hours.
fn span(time: TimeDelta) -> String {
    if time >= TimeDelta::days(2) {
        format!("{} days", time.num_days())
    } else {
        format!("{} hours", time.num_hours())
    }
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
            first_visit_at: None,
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

    #[test]
    fn r42_silence_is_counted_on_the_newest_dated_item() {
        let at = |hours: i64| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
        let week = Some(TimeDelta::days(7));
        for (why, newest, first, limit, now, expected) in [
            ("nothing is asked of it", Some(0), Some(0), None, 999, "None"),
            ("four days", Some(0), Some(0), week, 96, "None"),
            ("an hour before the warning", Some(0), Some(0), week, 119, "None"),
            ("five of seven days", Some(0), Some(0), week, 120, "Near"),
            ("the last hour belongs to the warning", Some(0), Some(0), week, 168, "Near"),
            ("over", Some(0), Some(0), week, 169, "Over"),
            ("never a date, just begun", None, Some(0), week, 24, "None"),
            ("never a date, a day later", None, Some(0), week, 25, "Unknown"),
            ("never visited: that is another trouble", None, None, week, 999, "None"),
        ] {
            let row =
                SourceRow { newest_item_at: newest.map(at), first_visit_at: first.map(at), ..row("a", 0) };
            let found = format!("{:?}", silence(&row, limit, at(now)));
            assert!(found.starts_with(expected), "{why}: {found}");
        }
    }
}
