//! What the digest says of a channel of our own: when it last showed something, and where it leads now.

use super::OwnChannel;
use crate::health::{self, Silence};
use crate::model::{Lang, OutboundRow, Word};
use chrono::{DateTime, TimeDelta, Utc};

/// So many domains are named; the rest is counted.
const NAMED: usize = 5;

pub(super) fn lines(own: &OwnChannel, now: DateTime<Utc>, lang: Lang) -> Vec<String> {
    let mut lines = vec![updated(own, now, lang)];
    let (learned, new): (Vec<_>, Vec<_>) = own.outbound.iter().partition(|one| one.learned);
    lines.extend(Some(new).filter(|new| !new.is_empty()).map(|new| leads(own, &new, lang)));
    let hidden: Vec<_> = learned.iter().filter(|one| one.hidden).copied().collect();
    if !learned.is_empty() {
        lines.push(begun(own, learned.len(), &hidden, lang));
    }
    lines
}

fn updated(own: &OwnChannel, now: DateTime<Utc>, lang: Lang) -> String {
    let days = own.row.newest_item_at.map(|newest| (now - newest).max(TimeDelta::zero()).num_days());
    let name = &own.row.name;
    let mut line = match (days, lang) {
        (Some(0), Lang::Zh) => format!("{name}：今天有更新"),
        (Some(days), Lang::Zh) => format!("{name}：最近一条在{days}天前"),
        (None, Lang::Zh) => format!("{name}：还没有读到带日期的内容"),
        (Some(0), Lang::En) => format!("{name}: updated today"),
        (Some(days), Lang::En) => format!("{name}: newest item {days} days ago"),
        (None, Lang::En) => format!("{name}: no dated item read yet"),
    };
    line.push_str(&match (health::silence(&own.row, own.limit, now), lang) {
        (Silence::None, _) => String::new(),
        (Silence::Near { since, limit }, Lang::Zh) => {
            format!("，距{}还有{}", span(limit, lang), span(limit - since, lang))
        }
        (Silence::Near { since, limit }, Lang::En) => {
            format!(", {} left of {}", span(limit - since, lang), span(limit, lang))
        }
        (Silence::Over { limit, .. }, Lang::Zh) => format!("，已超过{}", span(limit, lang)),
        (Silence::Over { limit, .. }, Lang::En) => format!(", more than {}", span(limit, lang)),
        (Silence::Unknown, Lang::Zh) => "，无法判断是否长期不更新".to_owned(),
        (Silence::Unknown, Lang::En) => ", so nobody can tell whether it falls silent".to_owned(),
    });
    match (own.dunned, lang) {
        (0, _) => {}
        (times, Lang::Zh) => line.push_str(&format!("（一年内催更{times}次）")),
        (times, Lang::En) => line.push_str(&format!(" (reminded {times} times within a year)")),
    }
    line
}

/// Rounded up: what is left of a day is a day.
fn span(time: TimeDelta, lang: Lang) -> String {
    let hours = (time.num_minutes() + 59) / 60;
    match (hours < 48, lang) {
        (true, Lang::Zh) if hours == 24 => "1天".to_owned(),
        (true, Lang::Zh) => format!("{hours}小时"),
        (true, Lang::En) if hours == 24 => "1 day".to_owned(),
        (true, Lang::En) => format!("{hours} hours"),
        (false, Lang::Zh) => format!("{}天", (hours + 23) / 24),
        (false, Lang::En) => format!("{} days", (hours + 23) / 24),
    }
}

fn leads(own: &OwnChannel, new: &[&OutboundRow], lang: Lang) -> String {
    let one = |row: &&OutboundRow| {
        let hidden = match (row.hidden, lang) {
            (false, _) => "",
            (true, Lang::Zh) => "，隐藏",
            (true, Lang::En) => ", hidden",
        };
        match lang {
            Lang::Zh => format!("{}（{}{hidden}，见{}）", row.domain, row.through.label(lang), row.page),
            Lang::En => format!("{} ({}{hidden}, on {})", row.domain, row.through.label(lang), row.page),
        }
    };
    let named: Vec<String> = new.iter().take(NAMED).map(one).collect();
    let more = new.len() - named.len();
    match (lang, more) {
        (Lang::Zh, 0) => format!("{}：新外链{}个：{}", own.row.name, new.len(), named.join("、")),
        (Lang::Zh, more) => {
            format!("{}：新外链{}个：{}，另有{more}个", own.row.name, new.len(), named.join("、"))
        }
        (Lang::En, 0) => format!("{}: leads to {} new sites: {}", own.row.name, new.len(), named.join("; ")),
        (Lang::En, more) => {
            format!("{}: leads to {} new sites: {}; {more} more", own.row.name, new.len(), named.join("; "))
        }
    }
}

/// What was there when the watch began is no news, but what is hidden wants a look.
fn begun(own: &OwnChannel, count: usize, hidden: &[&OutboundRow], lang: Lang) -> String {
    let named: Vec<&str> = hidden.iter().take(NAMED).map(|row| row.domain.as_str()).collect();
    let name = &own.row.name;
    match (named.is_empty(), lang) {
        (true, Lang::Zh) => format!("{name}：记下已有外链{count}个，不报警"),
        (true, Lang::En) => format!("{name}: {count} sites that it leads to already, noted without an alert"),
        (false, Lang::Zh) => {
            let (all, named) = (hidden.len(), named.join("、"));
            format!("{name}：记下已有外链{count}个，不报警；其中隐藏{all}个，请核对：{named}")
        }
        (false, Lang::En) => {
            let (all, named) = (hidden.len(), named.join(", "));
            format!(
                "{name}: {count} sites that it leads to already, noted without an alert; {all} of them hidden, please check: {named}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SourceRow, Through};

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    fn own(newest: Option<i64>, dunned: u32, outbound: Vec<OutboundRow>) -> OwnChannel {
        let row = SourceRow {
            id: 1,
            key: "yanxi".into(),
            name: "市政府网".into(),
            kind: "list".into(),
            state: "active".into(),
            visits: 9,
            fails: 0,
            last_error: None,
            last_ok_at: None,
            first_visit_at: Some(at(0)),
            due_at: at(0),
            newest_item_at: newest.map(at),
            entries: 0,
            pages_due: 0,
            pages_given_up: 0,
        };
        OwnChannel { row, limit: Some(TimeDelta::days(7)), dunned, outbound }
    }

    fn led(domain: &str, hidden: bool, learned: bool) -> OutboundRow {
        OutboundRow {
            source: "yanxi".into(),
            domain: domain.into(),
            page: "https://www.yanxi.example/1.html".into(),
            through: Through::Link,
            hidden,
            learned,
        }
    }

    #[test]
    fn a_channel_says_how_it_is() {
        for (why, newest, dunned, now, zh, en) in [
            ("today", Some(0), 0, 5, "市政府网：今天有更新", "市政府网: updated today"),
            ("some days", Some(0), 0, 80, "市政府网：最近一条在3天前", "市政府网: newest item 3 days ago"),
            (
                "five of seven",
                Some(0),
                0,
                120,
                "市政府网：最近一条在5天前，距7天还有2天",
                "市政府网: newest item 5 days ago, 2 days left of 7 days",
            ),
            (
                "hours are left",
                Some(0),
                0,
                150,
                "市政府网：最近一条在6天前，距7天还有18小时",
                "市政府网: newest item 6 days ago, 18 hours left of 7 days",
            ),
            (
                "over, and not the first time",
                Some(0),
                3,
                200,
                "市政府网：最近一条在8天前，已超过7天（一年内催更3次）",
                "市政府网: newest item 8 days ago, more than 7 days (reminded 3 times within a year)",
            ),
            (
                "nobody can tell",
                None,
                0,
                30,
                "市政府网：还没有读到带日期的内容，无法判断是否长期不更新",
                "市政府网: no dated item read yet, so nobody can tell whether it falls silent",
            ),
        ] {
            let own = own(newest, dunned, vec![]);
            assert_eq!(lines(&own, at(now), Lang::Zh), [zh], "{why}");
            assert_eq!(lines(&own, at(now), Lang::En), [en], "{why}");
        }
    }

    #[test]
    fn where_it_leads_now() {
        let of = |rows: Vec<OutboundRow>, lang| lines(&own(Some(0), 0, rows), at(1), lang).split_off(1);
        assert_eq!(
            of(vec![led("bc88.example", true, false), led("lanli.example", false, false)], Lang::Zh),
            [
                "市政府网：新外链2个：bc88.example（链接，隐藏，见https://www.yanxi.example/1.html）、lanli.example（链接，见https://www.yanxi.example/1.html）"
            ]
        );
        let many = (0..7).map(|n| led(&format!("s{n}.example"), false, false)).collect();
        assert!(of(many, Lang::En)[0].ends_with("; 2 more"));
        assert_eq!(
            of(vec![led("bc88.example", true, true), led("lanli.example", false, true)], Lang::Zh),
            ["市政府网：记下已有外链2个，不报警；其中隐藏1个，请核对：bc88.example"]
        );
        assert_eq!(
            of(vec![led("lanli.example", false, true)], Lang::En),
            ["市政府网: 1 sites that it leads to already, noted without an alert"]
        );
    }
}
