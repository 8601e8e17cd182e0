//! Who is due, and when again: timetables, back-off, wall-clock jobs.
//!
//! In come a timetable, a zone and an instant; out comes the next instant. Nothing here asks what time it is.

mod cron;

pub use cron::Cron;

use crate::model::{DailyWindow, Timetable};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use std::time::Duration;

/// A failing source is asked at least this often, so that it is never forgotten.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(6 * 3600);

/// When a source is due again after a visit that ended at `after`, `fails` failures in a row.
///
/// Jitter comes from the source's key and the visit's time, so that it differs each time and can be repeated.
pub fn next_visit(
    timetable: &Timetable,
    zone: Tz,
    key: &str,
    fails: u32,
    after: DateTime<Utc>,
) -> DateTime<Utc> {
    match timetable {
        Timetable::Every { every, jitter } => {
            let base = if fails == 0 { *every } else { back_off(*every, fails) };
            after + spread(base, *jitter, key, after)
        }
        // The line was checked when the configuration was read; a day later is safe if it should not parse.
        Timetable::Cron { line } => Cron::parse(line)
            .ok()
            .and_then(|cron| cron.next(after, zone))
            .unwrap_or_else(|| after + TimeDelta::days(1)),
    }
}

/// `every` doubled for each failure in a row, at most six hours (or `every`, where that is longer).
pub fn back_off(every: Duration, fails: u32) -> Duration {
    every.saturating_mul(1 << fails.min(10)).min(LONGEST_BACK_OFF.max(every))
}

/// How long until a page is tried again after its `tries`-th failure; `None`: given up.
pub fn retry_page(tries: u32) -> Option<Duration> {
    const STEPS: [u64; 5] = [60, 300, 1800, 7200, 21600];
    STEPS.get(tries.saturating_sub(1) as usize).copied().map(Duration::from_secs)
}

fn spread(base: Duration, jitter: Duration, key: &str, at: DateTime<Utc>) -> TimeDelta {
    let base = TimeDelta::from_std(base).unwrap_or(TimeDelta::days(1));
    let jitter = jitter.as_millis().min(base.num_milliseconds().unsigned_abs().into()) as i64;
    if jitter == 0 {
        return base;
    }
    let mut mixed = at.timestamp_millis() as u64 ^ 0x9E37_79B9_7F4A_7C15;
    for byte in key.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    mixed ^= mixed >> 29;
    base + TimeDelta::milliseconds((mixed % (2 * jitter as u64 + 1)) as i64 - jitter)
}

/// The instant of a local time: the first of two on the doubled night, the end of the gap on the missing one.
pub fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    if let Some(at) = zone.from_local_datetime(&local).earliest() {
        return at.with_timezone(&Utc);
    }
    // Inside a gap: gaps end on a whole quarter of an hour, so walk there.
    let mut probe = local;
    for _ in 0..(24 * 60) {
        probe += TimeDelta::minutes(1);
        if let Some(at) = zone.from_local_datetime(&whole_minute(probe)).earliest() {
            return at.with_timezone(&Utc);
        }
    }
    local.and_utc()
}

/// The minute as it begins.
fn whole_minute(at: NaiveDateTime) -> NaiveDateTime {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}

/// The local date at `now`, and when the wall clock shows `at` on it: wall-clock jobs run once per local date.
pub fn today_at(at: NaiveTime, zone: Tz, now: DateTime<Utc>) -> (NaiveDate, DateTime<Utc>) {
    let date = now.with_timezone(&zone).date_naive();
    (date, instant(date.and_time(at), zone))
}

/// The first instant from `now` on that lies outside the window (its end), or `now` itself.
pub fn after_window(window: &DailyWindow, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&zone).naive_local();
    if !window.contains(local.time()) {
        return now;
    }
    upcoming(window.until, zone, now, local)
}

/// The first instant from `now` on that lies inside the window (its start), or `now` itself.
pub fn into_window(window: &DailyWindow, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&zone).naive_local();
    if window.contains(local.time()) { now } else { upcoming(window.from, zone, now, local) }
}

fn upcoming(time: NaiveTime, zone: Tz, now: DateTime<Utc>, local: NaiveDateTime) -> DateTime<Utc> {
    let date = if time > local.time() { local.date() } else { local.date() + Days::new(1) };
    instant(date.and_time(time), zone).max(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn a_failing_source_slows_down_but_never_stops() {
        let minutes = |m: u64| Duration::from_secs(m * 60);
        for (why, every, fails, expected) in [
            ("the first failure doubles", minutes(5), 1, minutes(10)),
            ("and again", minutes(5), 3, minutes(40)),
            ("at most six hours", minutes(5), 30, minutes(360)),
            ("a daily source stays daily", minutes(1440), 4, minutes(1440)),
        ] {
            assert_eq!(back_off(every, fails), expected, "{why}");
        }
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_differs() {
        let every = Duration::from_secs(300);
        let table = Timetable::Every { every, jitter: Duration::from_secs(30) };
        let start = at("2026-11-25T00:00:00Z");
        let waits: Vec<i64> = (0..50)
            .map(|i| {
                let now = start + TimeDelta::seconds(i);
                (next_visit(&table, chrono_tz::UTC, "a", 0, now) - now).num_milliseconds()
            })
            .collect();
        assert!(waits.iter().all(|w| (270_000..=330_000).contains(w)), "{waits:?}");
        assert!(waits.iter().collect::<std::collections::BTreeSet<_>>().len() > 30);
    }

    #[test]
    fn windows_open_and_close_by_the_wall_clock() {
        let time = |t: &str| NaiveTime::parse_from_str(t, "%H:%M").unwrap();
        let night = DailyWindow { from: time("21:00"), until: time("07:30") };
        let zone = chrono_tz::Asia::Shanghai;
        for (why, now, expected) in [
            ("by day nothing is held", "2026-11-25T04:00:00Z", "2026-11-25T04:00:00Z"),
            ("in the evening until next morning", "2026-11-25T14:00:00Z", "2026-11-25T23:30:00Z"),
            ("after midnight until this morning", "2026-11-25T17:00:00Z", "2026-11-25T23:30:00Z"),
            ("the end is outside", "2026-11-25T23:30:00Z", "2026-11-25T23:30:00Z"),
        ] {
            assert_eq!(after_window(&night, zone, at(now)), at(expected), "{why}");
        }
        let day = DailyWindow { from: time("06:30"), until: time("23:00") };
        assert_eq!(into_window(&day, zone, at("2026-11-25T16:30:00Z")), at("2026-11-25T22:30:00Z"));
    }

    #[test]
    fn a_page_is_given_up_after_five_retries() {
        assert!(retry_page(1).is_some() && retry_page(5).is_some() && retry_page(6).is_none());
    }
}
