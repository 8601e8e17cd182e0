//! Single values as operators write them: durations, sizes, windows, zones, addresses, selectors.
//!
//! Each parser takes the text between the quotes and answers a value, or what is wrong and what to write.

use super::problems::{Checked, wrong};
use crate::model::DailyWindow;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::net::IpAddr;
use std::time::Duration;
use toml::value::{Datetime, Offset};
use url::{Host, Url};

/// The candidate that somebody probably meant.
pub fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
    let near = candidates.into_iter().map(|candidate| (distance(candidate), candidate));
    near.filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, near)| near)
}

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// `90s`, `5m`, `2h`, `7d`, `500ms`.
pub fn duration(text: &str) -> Checked<Duration> {
    let (digits, unit) = split_number(text);
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let remedy = match meant_duration(text) {
            Some(meant) => format!("write {meant:?}"),
            None => "write a whole number and one of ms, s, m, h, d, such as \"5m\"".to_owned(),
        };
        return wrong(format!("{text:?} is not a duration"), remedy);
    };
    match digits.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor)) {
        // A hundred years: nothing that an office waits for, and safely within every clock type.
        Some(millis) if millis <= 36_525 * 86_400_000 => Ok(Duration::from_millis(millis)),
        Some(_) => wrong(format!("{text:?} is longer than a hundred years"), "write a shorter duration"),
        None => wrong(
            format!("{text:?} is not a duration"),
            "write a whole number and one of ms, s, m, h, d, such as \"5m\"",
        ),
    }
}

/// A duration of at least `least` and at most `most`.
pub fn duration_within(least: &'static str, most: &'static str) -> impl Fn(&str) -> Checked<Duration> {
    move |text| {
        let value = duration(text)?;
        if duration(least)? <= value && value <= duration(most)? {
            return Ok(value);
        }
        wrong(format!("{text:?} is out of range"), format!("write a duration from {least:?} to {most:?}"))
    }
}

fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// What "5 minutes", "5 分钟" or "2 hours" would be.
pub fn meant_duration(text: &str) -> Option<String> {
    let (digits, rest) = split_number(text.trim());
    let number: u64 = digits.parse().ok()?;
    let (factor, unit) = match rest.trim().to_lowercase().trim_end_matches('.') {
        "sec" | "secs" | "second" | "seconds" | "秒" | "秒钟" => (1, "s"),
        "m" | "min" | "mins" | "minute" | "minutes" | "分" | "分钟" => (1, "m"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "小时" | "时" => (1, "h"),
        "d" | "day" | "days" | "天" | "日" => (1, "d"),
        "w" | "week" | "weeks" | "周" => (7, "d"),
        "s" => (1, "s"),
        "ms" | "毫秒" => (1, "ms"),
        _ => return None,
    };
    Some(format!("{}{unit}", number.checked_mul(factor)?))
}

/// `500KB`, `10MB`, `1GB`; a KB is 1,000 bytes.
pub fn size(text: &str) -> Checked<usize> {
    let (digits, unit) = split_number(text);
    let factor = match unit {
        "B" => Some(1),
        "KB" => Some(1_000),
        "MB" => Some(1_000_000),
        "GB" => Some(1_000_000_000),
        _ => None,
    };
    let bytes =
        digits.parse::<usize>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    match bytes {
        Some(bytes) => Ok(bytes),
        None => wrong(
            format!("{text:?} is not a size"),
            "write a whole number and one of B, KB, MB, GB, such as \"10MB\"",
        ),
    }
}

/// `08:00`
pub fn time_of_day(text: &str) -> Checked<NaiveTime> {
    let shape = text.len() == 5 && text.as_bytes().get(2) == Some(&b':');
    match NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| shape) {
        Some(time) => Ok(time),
        None => wrong(
            format!("{text:?} is not a time of day"),
            "write hours and minutes with two digits each, from 00:00 to 23:59, such as \"08:00\"",
        ),
    }
}

/// `21:00-07:30`; it may run over midnight.
pub fn daily_window(text: &str) -> Checked<DailyWindow> {
    let remedy = "write two times of day with a hyphen between them, such as \"21:00-07:30\"";
    let Some((from, until)) = text.split_once('-') else {
        return wrong(format!("{text:?} is not a daily window"), remedy);
    };
    let (Ok(from), Ok(until)) = (time_of_day(from), time_of_day(until)) else {
        return wrong(format!("{text:?} is not a daily window"), remedy);
    };
    if from == until {
        return wrong(
            format!("{text:?} begins when it ends"),
            "write two different times, or remove the line",
        );
    }
    Ok(DailyWindow { from, until })
}

pub fn zone(text: &str) -> Checked<Tz> {
    if let Ok(zone) = text.parse::<Tz>() {
        return Ok(zone);
    }
    let known = match text.to_lowercase().as_str() {
        "beijing" | "asia/beijing" | "china" | "cst" | "gmt+8" | "utc+8" | "utc+08:00" | "+08:00"
        | "北京" | "北京时间" => Some("Asia/Shanghai"),
        _ => did_you_mean(text, TZ_VARIANTS.iter().map(|zone| zone.name())),
    };
    let remedy = match known {
        Some(near) => format!("did you mean {near:?}?"),
        None => "write a name of the IANA list, such as \"Asia/Shanghai\"".to_owned(),
    };
    wrong(format!("{text:?} is not a time zone"), remedy)
}

/// An address that the crawl may visit: http or https, with a host, without a password.
pub fn web_address(text: &str) -> Checked<Url> {
    let example = "write the whole address, such as \"https://news.yanxi.example/rss.xml\"";
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) if !text.starts_with('/') => {
            return wrong(
                format!("{text:?} is not an address"),
                format!("write {:?}", format!("https://{text}")),
            );
        }
        Err(error) => return wrong(format!("{text:?} is not an address ({error})"), example),
    };
    if !matches!(url.scheme(), "http" | "https") {
        // `news.example:8080/` parses with the scheme `news.example`.
        return wrong(format!("{text:?} is neither http nor https"), example);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return wrong(format!("{text:?} names no host"), example);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong(
            "the address holds a user name or password",
            "remove it: Tingfeng watches public pages only and never logs in",
        );
    }
    Ok(url)
}

/// Whether the address guard refuses this host unless the source allows private addresses.
pub fn is_private(url: &Url) -> bool {
    let ip = match url.host() {
        Some(Host::Domain(name)) => return name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => ip.to_canonical(),
        None => return false,
    };
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified()
        }
    }
}

/// How a site's owner can reach the operator; it goes into the User-Agent.
pub fn contact(text: &str) -> Checked<String> {
    let remedy = "write \"mailto:name@host\", or the https address of a page with a contact";
    if let Some(address) = text.strip_prefix("mailto:") {
        return mail_address(address).map(|address| format!("mailto:{address}"));
    }
    if mail_address(text).is_ok() {
        return wrong(format!("{text:?} lacks its scheme"), format!("write {:?}", format!("mailto:{text}")));
    }
    match web_address(text) {
        Ok(url) => Ok(url.to_string()),
        Err(_) => wrong(format!("{text:?} is neither a mail nor a web address"), remedy),
    }
}

/// `name@host`, without a display name.
pub fn mail_address(text: &str) -> Checked<String> {
    let well_formed = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && host.contains('.')
            && !host.contains('@')
            && !host.ends_with('.')
            && text.is_ascii()
    });
    if well_formed && text.parse::<lettre::Address>().is_ok() {
        return Ok(text.to_owned());
    }
    let remedy = if text.contains('＠') || text.contains('。') {
        "write @ and . with the half-width (English) keyboard"
    } else if text.contains('<') {
        "write the bare address, without a display name"
    } else {
        "write name@host, such as \"lin@lanli.example\""
    };
    wrong(format!("{text:?} is not a mail address"), remedy)
}

/// What may be the key of a source, a rule, a policy, a person or a subject.
pub fn key(text: &str) -> Checked<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    wrong(
        format!("{text:?} cannot be a key"),
        "use only the letters A–Z and a–z, digits, dot, underscore, hyphen",
    )
}

/// A source's key stands in file names and commands: no capitals.
pub fn source_key(text: &str) -> Checked<String> {
    let key = key(text)?;
    if key.chars().any(|c| c.is_ascii_uppercase()) {
        return wrong(format!("{text:?} has capital letters"), format!("write {:?}", key.to_lowercase()));
    }
    Ok(key)
}

pub fn selector(text: &str) -> Checked<String> {
    match scraper::Selector::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => {
            // Some of the parser's messages are two lines, the second with what it is.
            let error = error.to_string();
            wrong(
                format!("{text:?} is not a CSS selector ({})", error.lines().last().unwrap_or_default()),
                "write one as in a style sheet, such as \"div.article p\"",
            )
        }
    }
}

pub fn cron(text: &str) -> Checked<String> {
    match crate::schedule::Cron::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(reason) => wrong(
            format!("{text:?} cannot be read: {reason}"),
            "write five fields (minute hour day month weekday), such as \"*/5 * * * *\"",
        ),
    }
}

pub fn charset(text: &str) -> Checked<String> {
    if encoding_rs::Encoding::for_label(text.as_bytes()).is_some() {
        return Ok(text.to_owned());
    }
    let remedy = match did_you_mean(text, ["utf-8", "gbk", "gb18030", "gb2312", "big5"]) {
        Some(near) => format!("did you mean {near:?}?"),
        None => {
            "write a name such as \"gbk\", \"gb18030\", \"big5\" or \"utf-8\", or remove the line".to_owned()
        }
    };
    wrong(format!("{text:?} is not a character set"), remedy)
}

/// A date of the file; a leap day in a common year never gets here.
pub fn date(at: &Datetime) -> Option<NaiveDate> {
    let date = at.date?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

/// An instant: with its offset, or a local time or a bare date (its first moment) in `zone`.
pub fn instant(at: &Datetime, zone: Tz) -> Option<DateTime<Utc>> {
    let day = date(at)?;
    let time = match at.time {
        Some(time) => NaiveTime::from_hms_opt(
            u32::from(time.hour),
            u32::from(time.minute),
            u32::from(time.second.unwrap_or(0)).min(59), // a leap second
        )?,
        None => NaiveTime::MIN,
    };
    let local = day.and_time(time);
    match at.offset {
        None => Some(local_instant(local, zone)),
        Some(Offset::Z) => Some(local.and_utc()),
        Some(Offset::Custom { minutes }) => {
            local.and_utc().checked_sub_signed(TimeDelta::minutes(i64::from(minutes)))
        }
    }
}

/// A local time that a spring night skips is the moment when the clock went on.
fn local_instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    for quarters in 0..=8 {
        let later = local + TimeDelta::minutes(15 * quarters);
        if let Some(at) = zone.from_local_datetime(&later).earliest() {
            return at.with_timezone(&Utc);
        }
    }
    local.and_utc()
}
