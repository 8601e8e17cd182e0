//! A string in, the day (and time, and offset) it names out; also from addresses.
//!
//! The offset stays as written. What has no year, or is relative, is told from the time of the fetch, which is
//! passed in: this room has no clock.

mod token;

use crate::model::Published;
use chrono::{
    DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc,
};
use chrono_tz::Tz;
use token::{Tok, tokens};

/// When a string is read, and where.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub at: DateTime<Utc>,
    pub zone: Tz,
}

impl Now {
    fn local(self) -> NaiveDateTime {
        self.at.with_timezone(&self.zone).naive_local()
    }
}

/// The first date that the text names.
pub fn find(text: &str, now: Now) -> Option<Published> {
    let text = text.trim();
    if let Some(found) = compact(text, now).or_else(|| of_year(text)) {
        return Some(found);
    }
    let toks = tokens(text);
    (0..toks.len()).find_map(|at| at_token(&toks, at, now))
}

/// The first date with a time of day: near a title this is the time of publication, a bare day may be anything.
pub fn find_with_clock(text: &str, now: Now) -> Option<Published> {
    let toks = tokens(text);
    (0..toks.len()).filter_map(|at| at_token(&toks, at, now)).find(|found| found.time.is_some())
}

/// A date of a feed: the same, but without an offset it counts as UTC.
pub fn in_feed(text: &str, now: Now) -> Option<Published> {
    let mut found = find(text, Now { zone: Tz::UTC, ..now })?;
    if found.time.is_some() && found.offset.is_none() {
        found.offset = FixedOffset::east_opt(0);
    }
    Some(found)
}

/// A date in an address: `/2026/01/14/`, `/2026-01/14/`, `/20260114/`, `t20260114_1.html`, `/202601/14/`.
pub fn in_path(path: &str, now: Now) -> Option<Published> {
    let digits: Vec<(usize, &str)> = runs(path);
    for (n, (_, run)) in digits.iter().enumerate() {
        let next = |k: usize| digits.get(n + k).map(|(at, run)| (*at, *run));
        let glued = |k: usize| {
            let (at, run) = next(k)?;
            let (before, length) = next(k - 1).map(|(at, run)| (at, run.len()))?;
            (at == before + length + 1 && run.len() <= 2).then(|| run.parse::<u32>().ok()).flatten()
        };
        let day = match run.len() {
            8 | 12 | 14 => ymd(run.get(..4), run.get(4..6), run.get(6..8)),
            6 => glued(1).and_then(|d| date(run[..4].parse().ok()?, run[4..].parse().ok()?, d)),
            4 => glued(1).and_then(|m| date(run.parse().ok()?, m, glued(2)?)).or_else(|| {
                let (_, rest) = next(1).filter(|(_, rest)| rest.len() == 4)?;
                ymd(Some(run), rest.get(..2), rest.get(2..4))
            }),
            _ => None,
        };
        if let Some(day) = day.filter(|day| plausible(*day, now)) {
            return Some(Published::day(day));
        }
    }
    None
}

fn runs(path: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, c) in path.char_indices().chain([(path.len(), ' ')]) {
        match (c.is_ascii_digit(), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                found.push((start, &path[start..at]));
                from = None;
            }
            _ => {}
        }
    }
    found
}

fn ymd(year: Option<&str>, month: Option<&str>, day: Option<&str>) -> Option<NaiveDate> {
    date(year?.parse().ok()?, month?.parse().ok()?, day?.parse().ok()?)
}

fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    if !(1990..=2100).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, month, day)
}

fn plausible(day: NaiveDate, now: Now) -> bool {
    day <= now.local().date() + Days::new(366)
}

/// A whole string of digits: Unix seconds or milliseconds, `20260114`, `20260114165603`.
fn compact(text: &str, now: Now) -> Option<Published> {
    if text.is_empty() || text.len() > 19 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let unix = |seconds: i64| {
        let at = DateTime::from_timestamp(seconds, 0)?.with_timezone(&now.zone).fixed_offset();
        (1995..=2100).contains(&at.year()).then(|| Published::exact(at))
    };
    match text.len() {
        8 => ymd(text.get(..4), text.get(4..6), text.get(6..8)).map(Published::day),
        10 => unix(text.parse().ok()?),
        13 => unix(text.parse::<i64>().ok()? / 1000),
        12 | 14 => {
            let day = ymd(text.get(..4), text.get(4..6), text.get(6..8))?;
            let second = text.get(12..14).map_or(Some(0), |s| s.parse().ok())?;
            let time =
                NaiveTime::from_hms_opt(text[8..10].parse().ok()?, text[10..12].parse().ok()?, second)?;
            Some(Published::local(day.and_time(time)))
        }
        _ => None,
    }
}

/// `2026-W03-3`, `2026-014`: the week or the day of a year (ISO 8601).
fn of_year(text: &str) -> Option<Published> {
    if !(8..=10).contains(&text.len()) || text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let parse = |format| NaiveDate::parse_from_str(text, format).ok();
    let day = parse("%G-W%V-%u").or_else(|| {
        parse("%Y-%j").filter(|_| text.len() == 8 && text[5..].bytes().all(|b| b.is_ascii_digit()))
    })?;
    (1990..=2100).contains(&day.year()).then(|| Published::day(day))
}

fn at_token(toks: &[Tok], at: usize, now: Now) -> Option<Published> {
    let before = at.checked_sub(1).and_then(|n| toks.get(n));
    // The middle of a longer number or word is no beginning.
    if matches!(toks[at], Tok::Num(..))
        && matches!(before, Some(Tok::Word(_) | Tok::Ch('-' | '/' | '.' | ':')))
    {
        let led = matches!(before, Some(Tok::Ch('.' | ':' | '-' | '/')))
            && !matches!(at.checked_sub(2).and_then(|n| toks.get(n)), Some(Tok::Num(..)));
        if !led {
            return None;
        }
    }
    let Some((day, after)) = absolute(toks, at, now) else { return relative(toks, at, now) };
    let found = with_clock(toks, after, day, now);
    Some(if found.time.is_none() && matches!(toks[at], Tok::Word(_)) {
        clock_before(toks, at, day, now)
    } else {
        found
    })
}

/// `4:05 PM CST Feb 12, 2026`
fn clock_before(toks: &[Tok], at: usize, day: NaiveDate, now: Now) -> Published {
    let between = |tok: &Tok| matches!(tok, Tok::Space | Tok::Word(_) | Tok::Ch(',' | '.' | '|' | '-'));
    let found = (at.saturating_sub(12)..at).find_map(|start| {
        let (time, end) = clock(toks, start).filter(|_| matches!(toks[start], Tok::Num(..)))?;
        (end <= at && toks[end..at].iter().all(between)).then_some((time, end))
    });
    let Some((time, end)) = found else { return Published::day(day) };
    Published { day, time: Some(time), offset: token::offset(&toks[..at], end, now.zone) }
}

/// A day written out, and the place after it.
fn absolute(toks: &[Tok], at: usize, now: Now) -> Option<(NaiveDate, usize)> {
    era(toks, at)
        .or_else(|| year_first(toks, at))
        .or_else(|| month_name(toks, at))
        .or_else(|| year_last(toks, at))
        .or_else(|| without_year(toks, at, now))
}

/// `民國115年1月14日`, `令和8年1月14日`
fn era(toks: &[Tok], at: usize) -> Option<(NaiveDate, usize)> {
    let (Tok::Ch(first), Tok::Ch(second)) = (toks.get(at)?, toks.get(at + 1)?) else { return None };
    let before = match (first, second) {
        ('民', '國' | '国') => 1911,
        ('令', '和') => 2018,
        ('平', '成') => 1988,
        _ => return None,
    };
    let (year, at) = number(toks, skip(toks, at + 2), 3)?;
    let (month, at) = number(toks, unit(toks, at, "年")?, 2)?;
    let (day, at) = number(toks, unit(toks, at, "月")?, 2)?;
    Some((date(year as i32 + before, month, day)?, unit(toks, at, "日號号").unwrap_or(at)))
}

/// `2026-01-14`, `2026年1月14日`, `2026/1/14`, `26-01-14`, `20260114` followed by a time.
fn year_first(toks: &[Tok], at: usize) -> Option<(NaiveDate, usize)> {
    let Tok::Num(value, digits) = *toks.get(at)? else { return None };
    if digits == 8 {
        let value = value as u32;
        return Some((date((value / 10_000) as i32, value / 100 % 100, value % 100)?, at + 1));
    }
    let year = match digits {
        4 => value as i32,
        2 if value < 70 => 2000 + value as i32,
        2 => 1900 + value as i32,
        _ => return None,
    };
    let place = unit(toks, at + 1, "-/.年년–—")?;
    let (month, after) = number(toks, place, 2)?;
    let place = unit(toks, after, "-/.月월–—")?;
    let (day, after) = number(toks, place, 2)?;
    // Two digits first may be a day or a month as well; 年 or a dash says that it is a year.
    if digits == 2
        && !matches!(toks.get(at + 1), Some(Tok::Ch('年' | '-')))
        && !(value > 12 && month <= 12 && day > 12)
    {
        return None;
    }
    if digits == 2 && matches!(toks.get(after), Some(Tok::Ch('-'))) {
        return None;
    }
    Some((date(year, month, day)?, unit(toks, after, "日号號").unwrap_or(after)))
}

/// `14 January 2026`, `Jan 14, 2026`, `Wed Jan 14 16:56:03 CST 2026`, `14-Jan-26`.
fn month_name(toks: &[Tok], at: usize) -> Option<(NaiveDate, usize)> {
    let (month, day, after) = match toks.get(at)? {
        Tok::Num(day, 1 | 2) => {
            let place = ordinal(toks, at + 1);
            let month = month_of(toks.get(place)?)?;
            (month, *day as u32, place + 1)
        }
        word => {
            let month = month_of(word)?;
            let (day, after) = number(toks, separator(toks, at + 1), 2)?;
            (month, day, ordinal(toks, after))
        }
    };
    let place = ordinal(toks, after);
    if let Some(Tok::Num(year, digits @ (2 | 4))) = toks.get(place)
        && !is(toks, place + 1, ':')
    {
        let year = if *digits == 2 { 2000 + *year as i32 } else { *year as i32 };
        return Some((date(year, month, day)?, place + 1));
    }
    // asctime: the year stands behind the clock
    let year = toks.iter().skip(place).take(12).find_map(|tok| match tok {
        Tok::Num(year @ 1990..=2100, 4) => Some(*year as i32),
        _ => None,
    })?;
    Some((date(year, month, day)?, place))
}

/// `14.01.2026`, `01/14/2026`
fn year_last(toks: &[Tok], at: usize) -> Option<(NaiveDate, usize)> {
    let (first, after) = number(toks, at, 2)?;
    let place = unit(toks, after, "./-")?;
    let dots = is(toks, place - 1, '.') || is(toks, after, '.');
    let (second, after) = number(toks, place, 2)?;
    let place = unit(toks, after, "./-")?;
    let Tok::Num(year, 4) = *toks.get(place)? else { return None };
    let (month, day) = if first > 12 || (dots && second <= 12) { (second, first) } else { (first, second) };
    Some((date(year as i32, month, day)?, place + 1))
}

/// `1月14日`, `01-14 16:56`: the latest such day that is not in the future.
fn without_year(toks: &[Tok], at: usize, now: Now) -> Option<(NaiveDate, usize)> {
    let (month, after) = number(toks, at, 2)?;
    let han = is(toks, skip(toks, after), '月');
    let place = unit(toks, after, "月-/")?;
    let (day, after) = number(toks, place, 2)?;
    let after = if han { unit(toks, after, "日号號")? } else { after };
    if !han && clock(toks, after).is_none_or(|_| !matches!(toks.get(after), Some(Tok::Space))) {
        return None;
    }
    let today = now.local().date();
    let this_year = date(today.year(), month, day);
    let found = this_year.filter(|day| *day <= today + Days::new(1));
    Some((found.or_else(|| date(today.year() - 1, month, day))?, after))
}

/// `3小时前`, `昨天 12:30`, `2 hours ago`
fn relative(toks: &[Tok], at: usize, now: Now) -> Option<Published> {
    let local = now.local();
    if let Some(found) = last_weekday(toks, at, local.date(), now) {
        return Some(found);
    }
    if let Some((days, after)) = day_word(toks, at) {
        return Some(with_clock(toks, after, local.date() - Days::new(days), now));
    }
    if is(toks, at, '刚') && (is(toks, at + 1, '刚') || is(toks, at + 1, '才'))
        || is(toks, at, '剛') && is(toks, at + 1, '剛')
        || word(toks, at, "just") && word(toks, skip(toks, at + 1), "now")
    {
        return Some(Published::local(local));
    }
    let (amount, place) = match toks.get(at)? {
        Tok::Num(amount, 1..=3) => (*amount, skip(toks, at + 1)),
        Tok::Ch('半') => (0, at + 1),
        Tok::Ch('几' | '数') => (1, at + 1),
        Tok::Word(word) if matches!(word.as_str(), "a" | "an" | "one") => (1, skip(toks, at + 1)),
        _ => return None,
    };
    let (unit, after) = span_unit(toks, place)?;
    let after = skip(toks, after);
    let ago = matches!(toks.get(after), Some(Tok::Ch('前')))
        || matches!(toks.get(after), Some(Tok::Word(word)) if word == "ago")
        || matches!(toks.get(after), Some(Tok::Ch('以' | '之'))) && is(toks, after + 1, '前');
    if !ago {
        return None;
    }
    let amount_days = |n: u64| local.date().checked_sub_days(Days::new(n)).map(Published::day);
    match unit {
        's' => Some(Published::local(local - TimeDelta::seconds(amount as i64))),
        'm' => Some(Published::local(local - TimeDelta::minutes(amount as i64))),
        'h' => {
            let minutes = if amount == 0 { 30 } else { amount as i64 * 60 };
            Some(Published::local(local - TimeDelta::minutes(minutes)))
        }
        'd' => amount_days(amount),
        'w' => amount_days(amount * 7),
        'M' => local.date().checked_sub_months(Months::new(amount as u32)).map(Published::day),
        _ => local.date().checked_sub_months(Months::new(amount as u32 * 12)).map(Published::day),
    }
}

/// `周五 12:30`, `上周五`: the last one. Without a clock a weekday alone may be any.
fn last_weekday(toks: &[Tok], at: usize, today: NaiveDate, now: Now) -> Option<Published> {
    const DAYS: &str = "一二三四五六日";
    let before = is(toks, at, '上');
    let start = at + usize::from(before);
    let place = match (toks.get(start)?, toks.get(start + 1)) {
        (Tok::Ch('周' | '週'), _) => start + 1,
        (Tok::Ch('星' | '礼' | '禮'), Some(Tok::Ch('期' | '拜'))) => start + 2,
        _ => return None,
    };
    let Tok::Ch(c) = toks.get(place)? else { return None };
    let wanted = DAYS.chars().position(|day| day == *c || day == '日' && *c == '天')? as u64;
    if !before && clock(toks, place + 1).is_none() {
        return None;
    }
    let passed = u64::from(today.weekday().num_days_from_monday());
    let back = if before { passed + 7 - wanted } else { (passed + 7 - wanted) % 7 };
    Some(with_clock(toks, place + 1, today.checked_sub_days(Days::new(back))?, now))
}

fn word(toks: &[Tok], at: usize, expected: &str) -> bool {
    matches!(toks.get(at), Some(Tok::Word(word)) if word == expected)
}

/// 今天, 昨日, 前天, today, yesterday; 今 and 昨 alone are no dates.
fn day_word(toks: &[Tok], at: usize) -> Option<(u64, usize)> {
    if let Tok::Word(word) = toks.get(at)? {
        let days = match word.as_str() {
            "today" => 0,
            "yesterday" => 1,
            _ => return None,
        };
        return Some((days, at + 1));
    }
    if is(toks, at, '大') && is(toks, at + 1, '前') && is(toks, at + 2, '天') {
        return Some((3, at + 3));
    }
    let days = match toks.get(at)? {
        Tok::Ch('今') => 0,
        Tok::Ch('昨') => 1,
        Tok::Ch('前') => 2,
        _ => return None,
    };
    let after = at + 1;
    match toks.get(after)? {
        Tok::Ch('天') => Some((days, after + 1)),
        // 前日 and 今日 also name newspapers and columns; with a clock they are dates.
        Tok::Ch('日') if clock(toks, after + 1).is_some() => Some((days, after + 1)),
        _ => None,
    }
}

fn span_unit(toks: &[Tok], at: usize) -> Option<(char, usize)> {
    match toks.get(at)? {
        Tok::Word(word) => {
            let unit = match word.trim_end_matches('s') {
                "sec" | "second" => 's',
                "min" | "minute" => 'm',
                "h" | "hr" | "hour" => 'h',
                "day" => 'd',
                "week" => 'w',
                "month" => 'M',
                "year" => 'y',
                _ => return None,
            };
            Some((unit, at + 1))
        }
        Tok::Ch('秒') => Some(('s', at + 1 + usize::from(is(toks, at + 1, '钟') || is(toks, at + 1, '鐘')))),
        Tok::Ch('分') => Some(('m', at + 1 + usize::from(is(toks, at + 1, '钟') || is(toks, at + 1, '鐘')))),
        Tok::Ch('小') if is(toks, at + 1, '时') || is(toks, at + 1, '時') => Some(('h', at + 2)),
        Tok::Ch('个' | '個') => span_unit(toks, at + 1),
        Tok::Ch('天' | '日') => Some(('d', at + 1)),
        Tok::Ch('周' | '週') => Some(('w', at + 1)),
        Tok::Ch('月') => Some(('M', at + 1)),
        Tok::Ch('年') => Some(('y', at + 1)),
        _ => None,
    }
}

/// Adds the clock and the offset that follow a day, if they do.
fn with_clock(toks: &[Tok], after: usize, day: NaiveDate, now: Now) -> Published {
    let Some((time, after)) = clock(toks, after) else { return Published::day(day) };
    let offset = token::offset(toks, after, now.zone);
    Published { day, time: Some(time), offset }
}

/// `T16:56:03.120`, ` 下午4:56`, ` 16时56分`, ` (星期三) 16:56`, `, 4:56 PM`, ` at 10:57 a.m.`
fn clock(toks: &[Tok], mut at: usize) -> Option<(NaiveTime, usize)> {
    let (mut add, mut steps) = (None, 0);
    let (mut hour, mut at) = loop {
        match toks.get(at)? {
            Tok::Num(hour, 1 | 2) => break (*hour as u32, at + 1),
            Tok::Space
            | Tok::Ch(
                ',' | '(' | ')' | '|' | '-' | '·' | '，' | '[' | ']' | '~' | '午' | '晨' | '间' | '夜',
            ) => at += 1,
            Tok::Word(word) if matches!(word.as_str(), "t" | "at" | "um") || token::weekday(word) => at += 1,
            Tok::Ch('星' | '期' | '周' | '週' | '一' | '二' | '三' | '四' | '五' | '六' | '日') => {
                at += 1;
            }
            Tok::Ch('上' | '凌' | '早' | '清') => (add, at) = (Some(0), at + 1),
            Tok::Ch('下' | '晚' | '中' | '傍') => (add, at) = (Some(12), at + 1),
            _ => return None,
        }
        steps += 1;
        if steps > 10 {
            return None;
        }
    };
    let colon = |at: usize| unit(toks, at, ":时時点點");
    let place = colon(at)?;
    let (minute, after) = number(toks, place, 2).filter(|(minute, _)| *minute < 60)?;
    at = after;
    let mut second = 0;
    if let Some(place) = unit(toks, at, ":分")
        && let Some((value, after)) = number(toks, place, 2)
        && value <= 60
    {
        (second, at) = (value.min(59), after);
        // fractions of a second
        if is(toks, at, '.') && matches!(toks.get(at + 1), Some(Tok::Num(..))) {
            at += 2;
        }
    }
    at = unit(toks, at, "秒分").unwrap_or(at);
    if let Some((half, after)) = token::half_of_day(toks, skip(toks, at)) {
        (add, at) = (Some(half), after);
    }
    match add {
        Some(12) if hour < 12 => hour += 12,
        Some(0) if hour == 12 => hour = 0,
        _ => {}
    }
    Some((NaiveTime::from_hms_opt(hour % 24, minute, second)?, at))
}

fn is(toks: &[Tok], at: usize, c: char) -> bool {
    matches!(toks.get(at), Some(Tok::Ch(found)) if *found == c)
}

fn skip(toks: &[Tok], at: usize) -> usize {
    at + usize::from(matches!(toks.get(at), Some(Tok::Space)))
}

fn separator(toks: &[Tok], mut at: usize) -> usize {
    while matches!(toks.get(at), Some(Tok::Space | Tok::Ch(',' | '-' | '.' | '/'))) {
        at += 1;
    }
    at
}

/// Past `th`, `.`, spaces and `of` after a day.
fn ordinal(toks: &[Tok], at: usize) -> usize {
    let at = at
        + usize::from(
            matches!(toks.get(at), Some(Tok::Word(word)) if matches!(word.as_str(), "st" | "nd" | "rd" | "th" | "er")),
        );
    let at = separator(toks, at);
    at + usize::from(matches!(toks.get(at), Some(Tok::Word(word)) if word == "of" || word == "de")) * 2
}

/// A number of at most `digits` digits, and the place after it.
fn number(toks: &[Tok], at: usize, digits: u8) -> Option<(u32, usize)> {
    match toks.get(at)? {
        Tok::Num(value, length) if *length <= digits => Some((*value as u32, at + 1)),
        _ => None,
    }
}

/// The place after one of `units`, with spaces around it allowed.
fn unit(toks: &[Tok], at: usize, units: &str) -> Option<usize> {
    let at = skip(toks, at);
    match toks.get(at)? {
        Tok::Ch(c) if units.contains(*c) => Some(skip(toks, at + 1)),
        _ => None,
    }
}

fn month_of(tok: &Tok) -> Option<u32> {
    let Tok::Word(word) = tok else { return None };
    token::month(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Now {
        let at = DateTime::parse_from_rfc3339("2026-01-15T10:00:00+08:00").unwrap();
        Now { at: at.to_utc(), zone: Tz::Asia__Shanghai }
    }

    #[test]
    fn dates_are_read_as_written() {
        for (why, text, expected) in [
            ("Chinese, with a clock", "2026年1月14日 16:56", "2026-01-14T16:56:00"),
            ("a label before it", "来源：砚溪日报 发布时间：2026-01-14 16:56:03", "2026-01-14T16:56:03"),
            ("full width", "２０２６／０１／１４　１６：５６", "2026-01-14T16:56:00"),
            ("spaces inside", "2026 年 1 月 14 日", "2026-01-14"),
            ("afternoon", "2026年1月14日 下午4:56", "2026-01-14T16:56:00"),
            ("hours and minutes in words", "2026年01月14日16时56分", "2026-01-14T16:56:00"),
            ("a weekday between", "2026年1月14日 星期三 08:30", "2026-01-14T08:30:00"),
            ("no year", "01-14 16:56", "2026-01-14T16:56:00"),
            ("no year, last year's", "12月31日", "2025-12-31"),
            ("two digits are a year", "26-01-14 08:00", "2026-01-14T08:00:00"),
            ("the Republic's calendar", "民國115年1月14日", "2026-01-14"),
            ("numerals", "二〇二六年一月十四日", "2026-01-14"),
            ("hours ago", "3小时前", "2026-01-15T07:00:00"),
            ("half an hour", "半小时前", "2026-01-15T09:30:00"),
            ("days ago", "3天前", "2026-01-12"),
            ("yesterday at", "昨天 12:30", "2026-01-14T12:30:00"),
            ("the day before", "前天08:15", "2026-01-13T08:15:00"),
            ("a weekday with a clock", "周二 08:15", "2026-01-13T08:15:00"),
            ("last week's", "上周五", "2026-01-09"),
            ("three days ago", "大前天 08:15", "2026-01-12T08:15:00"),
            ("Japanese era", "令和8年1月14日", "2026-01-14"),
            ("French", "14 janvier 2026", "2026-01-14"),
            ("Spanish", "14 de enero de 2026", "2026-01-14"),
            ("Greek", "Τετ, 14 Ιαν 2026 08:56:03 +0200", "2026-01-14T08:56:03+02:00"),
            ("Korean", "2026년 1월 14일", "2026-01-14"),
            ("the day of the year", "2026-014", "2026-01-14"),
            ("the week of the year", "2026-W03-3", "2026-01-14"),
            ("English, ago", "2 hours ago", "2026-01-15T08:00:00"),
            ("the offset stays", "2026-01-14T16:56:03+08:00", "2026-01-14T16:56:03+08:00"),
            ("fractions", "2026-01-14T08:56:03.123Z", "2026-01-14T08:56:03Z"),
            ("RFC 822", "Wed, 14 Jan 2026 08:56:03 GMT", "2026-01-14T08:56:03Z"),
            ("RFC 822, an odd offset", "Wed, 14 Jan 2026 01:56:03 GMT-07:00", "2026-01-14T01:56:03-07:00"),
            ("asctime", "Wed Jan 14 16:56:03 CST 2026", "2026-01-14T16:56:03+08:00"),
            ("American", "Jan 14, 2026 4:56 PM", "2026-01-14T16:56:00"),
            ("the clock first", "Posted: 4:05 PM EST Jan 14, 2026", "2026-01-14T16:05:00-05:00"),
            ("a.m.", "Nov. 16, 2020, 10:57 a.m.", "2020-11-16T10:57:00"),
            ("ordinal", "January 14th, 2026", "2026-01-14"),
            ("European", "14.01.2026 16:56", "2026-01-14T16:56:00"),
            ("American, slashes", "01/14/2026", "2026-01-14"),
            ("compact", "20260114165603", "2026-01-14T16:56:03"),
            ("Unix seconds", "1768381003", "2026-01-14T16:56:43+08:00"),
        ] {
            let found = find(text, now()).map(|found| found.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{why}: {text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "ICP备05018911号",
            "0730-5550100",
            "版本 1.2.3",
            "比分 3-2",
            "今日砚溪",
            "2026-13-45",
            "三月不知肉味",
            "1/2",
            "周五",
            "3 mai",
            "2026-400",
        ] {
            assert_eq!(find(text, now()), None, "{text}");
        }
    }

    #[test]
    fn addresses_hold_days() {
        for (path, expected) in [
            ("/2026/01/14/a.html", Some("2026-01-14")),
            ("/2026-01/14/content_1.htm", Some("2026-01-14")),
            ("/20260114/a.html", Some("2026-01-14")),
            ("/202601/14/a.html", Some("2026-01-14")),
            ("/202601/t20260114_99.html", Some("2026-01-14")),
            ("/2026/0114/c1.html", Some("2026-01-14")),
            ("/a/12345678.html", None),
            ("/s/12/a/7.html", None),
        ] {
            assert_eq!(in_path(path, now()).map(|found| found.to_string()).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_feed_without_offset_is_utc() {
        assert_eq!(in_feed("2026-01-14 16:56", now()).unwrap().to_string(), "2026-01-14T16:56:00Z");
    }
}
