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
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" | "秒钟" => (1, "s"),
        "m" | "min" | "mins" | "minute" | "minutes" | "分" | "分钟" => (1, "m"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "小时" | "时" => (1, "h"),
        "d" | "day" | "days" | "天" | "日" => (1, "d"),
        "w" | "week" | "weeks" | "周" => (7, "d"),
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

/// A domain with all below it, in the form in which links carry it.
pub fn domain(text: &str) -> Checked<String> {
    let bare = text.trim().trim_start_matches("*.").trim_matches('.');
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    let bare = bare.split(['/', '?', '#', '@']).next().unwrap_or_default();
    match url::Host::parse(bare) {
        Ok(host) if bare.contains('.') && bare == text => Ok(host.to_string()),
        Ok(_) if bare.contains('.') => wrong(
            format!("{text:?} is more than a domain"),
            format!("write {bare:?}; everything below it counts too"),
        ),
        _ => wrong(format!("{text:?} is not a domain"), "write one such as \"gov.cn\" or \"lanli.example\""),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(answer: Checked<T>) -> String {
        match answer {
            Ok(value) => format!("{value:?}"),
            Err(wrong) => format!("! {}", wrong.remedy),
        }
    }

    #[test]
    fn durations_have_one_number_and_one_unit() {
        for (why, text, expected) in [
            ("minutes", "5m", "300s"),
            ("the first step", "0m", "0ns"),
            ("milliseconds", "500ms", "500ms"),
            ("words", "5 minutes", "! write \"5m\""),
            ("a space", "5 m", "! write \"5m\""),
            ("Chinese", "2小时", "! write \"2h\""),
            ("weeks", "2 weeks", "! write \"14d\""),
            ("no unit", "5", "! write a whole number and one of ms, s, m, h, d, such as \"5m\""),
            ("no number", "m", "! write a whole number and one of ms, s, m, h, d, such as \"5m\""),
            ("a sign", "-5m", "! write a whole number and one of ms, s, m, h, d, such as \"5m\""),
            ("a fraction", "1.5h", "! write a whole number and one of ms, s, m, h, d, such as \"5m\""),
            (
                "more than any clock holds",
                "99999999999999999d",
                "! write a whole number and one of ms, s, m, h, d, such as \"5m\"",
            ),
            ("more than any office waits for", "40000d", "! write a shorter duration"),
        ] {
            assert_eq!(said(duration(text)), expected, "{why}");
        }
    }

    #[test]
    fn zones_are_of_the_iana_list() {
        for (why, text, expected) in [
            ("as it is", "Asia/Shanghai", "Asia/Shanghai"),
            ("misspelt", "Asia/Shangai", "! did you mean \"Asia/Shanghai\"?"),
            ("in small letters", "asia/shanghai", "! did you mean \"Asia/Shanghai\"?"),
            ("as people say it", "北京时间", "! did you mean \"Asia/Shanghai\"?"),
            ("as an offset", "UTC+8", "! did you mean \"Asia/Shanghai\"?"),
            ("nothing like it", "Mittelerde", "! write a name of the IANA list, such as \"Asia/Shanghai\""),
        ] {
            assert_eq!(said(zone(text)), expected, "{why}");
        }
    }

    #[test]
    fn a_host_inside_our_network_is_known_in_every_form() {
        for (why, text, private) in [
            ("a name", "http://news.yanxi.example/", false),
            ("localhost", "http://localhost:8080/", true),
            ("a private range", "http://10.1.2.3/", true),
            ("loopback as one number", "http://2130706433/", true),
            ("IPv6 loopback", "http://[::1]/", true),
            ("IPv4 inside IPv6", "http://[::ffff:192.168.0.1]/", true),
            ("a public address", "http://[2001:db8::1]/", false),
        ] {
            assert_eq!(is_private(&Url::parse(text).unwrap()), private, "{why}");
        }
    }

    #[test]
    fn an_instant_is_local_without_an_offset() {
        for (why, text, zone, expected) in [
            (
                "a bare date is its first moment",
                "2026-12-05",
                Tz::Asia__Shanghai,
                "2026-12-04T16:00:00+00:00",
            ),
            ("local time", "2026-11-25T08:30:00", Tz::Asia__Shanghai, "2026-11-25T00:30:00+00:00"),
            (
                "its own offset counts",
                "2026-11-25T08:30:00+01:00",
                Tz::Asia__Shanghai,
                "2026-11-25T07:30:00+00:00",
            ),
            (
                "a spring night without 02:30",
                "2026-03-29T02:30:00",
                Tz::Europe__Berlin,
                "2026-03-29T01:00:00+00:00",
            ),
            (
                "the first of two 02:30 in autumn",
                "2026-10-25T02:30:00",
                Tz::Europe__Berlin,
                "2026-10-25T00:30:00+00:00",
            ),
        ] {
            let at: Datetime = text.parse().unwrap();
            assert_eq!(instant(&at, zone).unwrap().to_rfc3339(), expected, "{why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(text in ".{0,40}") {
            let _ = (duration(&text), size(&text), time_of_day(&text), daily_window(&text), zone(&text));
            let _ = (web_address(&text), contact(&text), mail_address(&text), key(&text), charset(&text));
            let _ = (selector(&text), cron(&text), meant_duration(&text));
        }
    }
}
