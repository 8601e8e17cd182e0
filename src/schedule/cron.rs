//! crontab(5) on top of the `cron` crate, which wants seconds first, counts Sunday as 1, and ANDs the two day fields.

use super::instant;
use chrono::{DateTime, Offset, TimeDelta, Utc};
use chrono_tz::Tz;
use cron::Schedule;
use std::str::FromStr;

/// Five fields, as operators write them: minute, hour, day of month, month, day of week (0 and 7 are Sunday).
/// Where both day fields are restricted, either one makes the day (OR).
#[derive(Debug, Clone)]
pub struct Cron {
    schedules: Vec<Schedule>,
    /// The hour field is free, so the line means "every so often" and follows real time through odd nights.
    every_hour: bool,
}

impl Cron {
    /// The message says which field is wrong and what it may hold.
    pub fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(format!(
                "a cron line has five fields (minute hour day-of-month month day-of-week), this one has {}",
                fields.len()
            ));
        };
        let bounds = [("minute", minute, 0, 59), ("hour", hour, 0, 23), ("day of month", day, 1, 31)];
        for (name, field, low, high) in bounds {
            check(name, field, low, high)?;
        }
        let weekdays = weekdays(weekday)?;
        let free = |field: &str| field.starts_with('*');
        let days = match (free(day), free(weekday)) {
            (false, false) => vec![(day, "*"), ("*", weekdays.as_str())],
            _ => vec![(day, weekdays.as_str())],
        };
        let schedules = days
            .into_iter()
            .map(|(day, weekday)| {
                let line = format!("0 {minute} {hour} {day} {month} {weekday}");
                Schedule::from_str(&line).map_err(|error| format!("{error}"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let cron = Self { schedules, every_hour: free(hour) };
        // "30 2 31 2 *" parses and never comes.
        if cron.next(DateTime::UNIX_EPOCH, Tz::UTC).is_none() {
            return Err("this date never comes".to_owned());
        }
        Ok(cron)
    }

    /// The next time after `after`. A fixed hour runs once per local date: on the night that skips it at the end of
    /// the gap, on the night that doubles it the first time.
    pub fn next(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        self.schedules.iter().filter_map(|schedule| self.next_of(schedule, after, zone)).min()
    }

    fn next_of(&self, schedule: &Schedule, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        if self.every_hour {
            // In the offset that holds when it comes, so that neither pass of a doubled hour is left out.
            let in_offset_of = |at: DateTime<Utc>| {
                let offset = at.with_timezone(&zone).offset().fix();
                schedule.after(&after.with_timezone(&offset)).next().map(|next| next.with_timezone(&Utc))
            };
            return in_offset_of(after).and_then(in_offset_of);
        }
        // Walk the wall clock as if it were UTC; it has neither gaps nor doubles. Start early enough to meet a time
        // inside a gap that ended after `after`.
        let wall = (after.with_timezone(&zone).naive_local() - TimeDelta::hours(3)).and_utc();
        schedule.after(&wall).map(|at| instant(at.naive_utc(), zone)).find(|at| *at > after)
    }
}

fn check(name: &str, field: &str, low: u32, high: u32) -> Result<(), String> {
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        if step.is_some_and(|step| step.parse::<u32>().map_or(true, |step| step == 0)) {
            return Err(format!("{name} {field:?}: after / comes a number from 1"));
        }
        let ends = if range == "*" { vec![] } else { range.split('-').collect() };
        for end in ends {
            match end.parse::<u32>() {
                Ok(value) if (low..=high).contains(&value) => {}
                _ => return Err(format!("{name} {field:?}: {end:?} is not a number from {low} to {high}")),
            }
        }
    }
    Ok(())
}

/// The day-of-week field as a list in the crate's counting (Sunday = 1).
fn weekdays(field: &str) -> Result<String, String> {
    if field == "*" {
        return Ok("*".to_owned());
    }
    let mut days = std::collections::BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (
                range,
                step.parse::<u32>().ok().filter(|s| *s > 0).ok_or_else(|| wrong_weekday(field, part))?,
            ),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((from, to)) => (weekday(field, from)?, weekday(field, to)?),
            None => (weekday(field, range)?, weekday(field, range)?),
        };
        // `fri-sun` and `5-7` both run over the end of the week.
        let to = if to < from { to + 7 } else { to };
        days.extend((from..=to).step_by(step as usize).map(|day| day % 7 + 1));
    }
    Ok(days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

fn weekday(field: &str, text: &str) -> Result<u32, String> {
    const NAMES: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let lower = text.to_ascii_lowercase();
    if let Some(day) = NAMES.iter().position(|name| *name == lower) {
        return Ok(day as u32);
    }
    text.parse().ok().filter(|day| *day <= 7).ok_or_else(|| wrong_weekday(field, text))
}

fn wrong_weekday(field: &str, text: &str) -> String {
    format!("day of week {field:?}: {text:?} is not 0–7 (0 and 7 are Sunday) or sun–sat")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{Asia::Shanghai, Australia::Lord_Howe, Europe::Berlin};

    #[test]
    fn lines_mean_what_crontab_5_says() {
        for (why, line, zone, after, expected) in [
            (
                "1-5 is Monday to Friday",
                "0 9 * * 1-5",
                Shanghai,
                "2026-11-20T10:00+08:00",
                "2026-11-23T09:00+08:00",
            ),
            ("0 is Sunday", "0 9 * * 0", Shanghai, "2026-11-20T10:00+08:00", "2026-11-22T09:00+08:00"),
            ("7 is Sunday too", "0 9 * * 7", Shanghai, "2026-11-20T10:00+08:00", "2026-11-22T09:00+08:00"),
            ("names", "0 9 * * mon,wed", Shanghai, "2026-11-23T10:00+08:00", "2026-11-25T09:00+08:00"),
            (
                "5-7 runs over the week's end",
                "0 9 * * 5-7",
                Shanghai,
                "2026-11-21T10:00+08:00",
                "2026-11-22T09:00+08:00",
            ),
            (
                "day of month OR weekday",
                "0 9 1 * 1",
                Shanghai,
                "2026-11-23T10:00+08:00",
                "2026-11-30T09:00+08:00",
            ),
            (
                "the first of the month comes too",
                "0 9 1 * 1",
                Shanghai,
                "2026-11-30T10:00+08:00",
                "2026-12-01T09:00+08:00",
            ),
            (
                "every five minutes",
                "*/5 * * * *",
                Shanghai,
                "2026-11-23T10:02+08:00",
                "2026-11-23T10:05+08:00",
            ),
            (
                "02:30 on the night that skips it: at the gap's end",
                "30 2 * * *",
                Berlin,
                "2026-03-29T01:00+01:00",
                "2026-03-29T03:00+02:00",
            ),
            (
                "and the next day as usual",
                "30 2 * * *",
                Berlin,
                "2026-03-29T03:00+02:00",
                "2026-03-30T02:30+02:00",
            ),
            (
                "02:30 on the doubled night: the first time",
                "30 2 * * *",
                Berlin,
                "2026-10-25T00:30+02:00",
                "2026-10-25T02:30+02:00",
            ),
            (
                "and not a second time",
                "30 2 * * *",
                Berlin,
                "2026-10-25T02:30+02:00",
                "2026-10-26T02:30+01:00",
            ),
            (
                "a free hour follows real time",
                "*/30 * * * *",
                Berlin,
                "2026-10-25T02:30+02:00",
                "2026-10-25T02:00+01:00",
            ),
            (
                "a half-hour shift",
                "10 2 * * *",
                Lord_Howe,
                "2026-10-03T20:00+10:30",
                "2026-10-04T02:30+11:00",
            ),
        ] {
            let at =
                |text: &str| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").unwrap().with_timezone(&Utc);
            let next = Cron::parse(line).unwrap().next(at(after), zone).unwrap();
            assert_eq!(next, at(expected), "{why}: {}", next.with_timezone(&zone));
        }
    }

    #[test]
    fn a_wrong_line_says_what_is_wrong() {
        for (line, words) in [
            ("* * * *", "five fields"),
            ("0 0 9 * * 1", "has 6"),
            ("61 * * * *", "0 to 59"),
            ("0 25 * * *", "0 to 23"),
            ("0 9 0 * *", "1 to 31"),
            ("0 9 * * 8", "0–7"),
            ("*/0 * * * *", "number from 1"),
            ("0 9 31 2 *", "never comes"),
            ("a b c d e", "not a number"),
        ] {
            let error = Cron::parse(line).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
