//! calendars/YEAR.toml: days off and make-up workdays.

use super::check::Draft;
use super::values;
use super::walk::Table;
use chrono::{Datelike, NaiveDate, Weekday};

/// One year. Any other Monday to Friday is a workday, any other Saturday and Sunday is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub year: i32,
    /// Public holidays, with the weekend days inside them.
    pub off: Vec<NaiveDate>,
    /// Saturdays and Sundays on which offices work (调休).
    pub work: Vec<NaiveDate>,
}

pub fn read(root: Table, stem: &str, _draft: &mut Draft) -> Option<Calendar> {
    let year = root.need("year", stem).and_then(|node| {
        let year = node.number(&(1990..=2200))? as i32;
        // One file a year: the name is the key.
        if year.to_string() != stem {
            node.wrong(
                format!("{year} stands in the calendar of {stem}"),
                format!("rename the file to {year}.toml, or correct the year"),
            );
        }
        Some(year)
    });
    root.need("off", &format!("[{stem}-01-01, …]"));
    let off = days(&root, "off", year);
    let work = days(&root, "work", year);
    for (node, day) in &work {
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            node.wrong(
                format!("{day} is a {}, a workday anyway", day.format("%A")),
                "list Saturdays and Sundays only",
            );
        }
        if off.iter().any(|(_, other)| other == day) {
            node.wrong(format!("{day} is in off and in work"), "remove it from one of the two");
        }
    }
    root.finish();
    let days = |list: Vec<(_, NaiveDate)>| list.into_iter().map(|(_, day)| day).collect();
    Some(Calendar { year: year?, off: days(off), work: days(work) })
}

fn days<'a>(
    root: &Table<'a>,
    key: &'static str,
    year: Option<i32>,
) -> Vec<(super::walk::Node<'a>, NaiveDate)> {
    let nodes = root.get(key).and_then(|node| node.list()).unwrap_or_default();
    let mut days: Vec<(_, NaiveDate)> = Vec::new();
    for node in nodes {
        let Some(at) = node.datetime("2026-10-01") else { continue };
        let day = values::date(&at).filter(|_| at.time.is_none());
        let Some(day) = day else {
            node.wrong(format!("{} is not a bare date", node.shown()), "write it like 2026-10-01");
            continue;
        };
        if year.is_some_and(|year| day.year() != year) {
            node.wrong(format!("{day} is in another year"), "move it to that year's file");
        } else if days.iter().any(|(_, other)| *other == day) {
            node.wrong(format!("{day} stands here twice"), "remove one of the two");
        } else {
            days.push((node, day));
        }
    }
    days
}
