//! An article page in, the time of its publication out.
//!
//! Machines' words first (`meta`), then scripts, labels, the line below the headline, `<time>`, the address. The
//! page's own clock and the dates of side columns are somebody else's.

use super::date::{self, Now};
use super::meta::Head;
use super::{Body, dom, text};
use crate::model::Published;
use scraper::{ElementRef, Html};

/// What is known of a page before its date is looked for.
pub struct Page<'p> {
    pub tree: &'p Html,
    pub head: &'p Head,
    pub title: &'p str,
    /// Its first lines as shown, see `shown`.
    pub shown: &'p [String],
}

/// The first lines of a page, with blanks between the parts of a line.
pub fn shown(tree: &Html) -> Vec<String> {
    let text = text::spaced(tree.root_element());
    text.lines().filter(|line| text::width(line) <= 300).take(400).map(str::to_owned).collect()
}

/// The time of publication: machines' words, labels, then the first clock near the headline, then the address.
pub fn of(page: &Page, body: &Body, now: Now) -> Option<Published> {
    let Page { tree, head, title, shown } = page;
    let by_machine = head.published(now);
    if by_machine.is_some_and(|found| found.time.is_some()) {
        return by_machine;
    }
    let visible = visible(tree, title, shown, now);
    // A bare day for machines and a clock of the same day for people: the clock says more.
    match (by_machine, visible) {
        (Some(machine), Some(seen)) if machine.day == seen.day => Some(seen),
        (Some(machine), _) => Some(machine),
        (None, seen) => seen.or_else(|| body.url.and_then(|url| date::in_path(url.path(), now))),
    }
}

fn visible(tree: &Html, title: &str, lines: &[String], now: Now) -> Option<Published> {
    let found = in_scripts(tree, now)
        .or_else(|| labelled(lines, now))
        .or_else(|| near_title(lines, title, now))
        .or_else(|| time_tag(tree, now))
        .or_else(|| first_date(lines, title, now))
        .or_else(|| named_date(tree, now))?;
    if found.time.is_some() {
        return Some(found);
    }
    // A bare day, and the same day with a clock elsewhere: the clock says more.
    let closer = [near_title(lines, title, now), time_tag(tree, now)];
    let same = closer.into_iter().flatten().find(|other| other.day == found.day && other.time.is_some());
    Some(same.unwrap_or(found))
}

/// `var ct = "1581517074"` and its like, which some sites show through a script only.
fn in_scripts(tree: &Html, now: Now) -> Option<Published> {
    const NAMES: &[&str] = &[
        "var ct",
        "var publish_time",
        "var createTime",
        "\"publish_time\"",
        "\"pubTime\"",
        "\"publishTime\"",
        "ptime:",
    ];
    for script in tree.select(&dom::known("script")) {
        let text: String = script.text().collect();
        for name in NAMES {
            let Some(at) = text.find(name) else { continue };
            let rest = text[at + name.len()..].trim_start_matches([' ', '=', ':', '"', '\'']);
            let value = rest.split(['"', '\'', ';', ',']).next().unwrap_or_default();
            if let Some(found) = date::find(value, now).filter(|_| value.len() >= 8) {
                return Some(found);
            }
        }
    }
    None
}

/// A line that calls itself the time of publication.
fn labelled(lines: &[String], now: Now) -> Option<Published> {
    const LABELS: &[&str] = &[
        "发布时间",
        "发布日期",
        "发表时间",
        "发表日期",
        "发布于",
        "发表于",
        "發布時間",
        "發佈時間",
        "时间：",
        "時間：",
        "日期：",
        "时间:",
        "日期:",
        "published",
        "posted on",
    ];
    for (at, line) in lines.iter().enumerate() {
        let lower = line.to_lowercase();
        for label in LABELS {
            let Some(place) = lower.find(label).filter(|place| text::width(&lower[..*place]) <= 80) else {
                continue;
            };
            let mut rest = lower[place + label.len()..].to_owned();
            if text::width(&rest) < 6
                && let Some(next) = lines.get(at + 1)
            {
                rest.push(' ');
                rest.push_str(next);
            }
            let near: String = rest.chars().take(40).collect();
            if let Some(found) = date::find(&near, now) {
                return Some(found);
            }
        }
    }
    None
}

fn time_tag(tree: &Html, now: Now) -> Option<Published> {
    tree.select(&dom::known("time")).filter(|element| !aside(*element)).find_map(|element| {
        element
            .attr("datetime")
            .and_then(|text| date::find(text, now))
            .or_else(|| date::find(&dom::line(element), now))
    })
}

/// The lines from the headline on; all of them where it is not shown as a line.
pub fn from_title<'l>(lines: &'l [String], title: &str) -> Vec<&'l [String]> {
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = squeeze(title);
    let places = lines.iter().enumerate().filter(|(_, line)| !wanted.is_empty() && squeeze(line) == wanted);
    places.map(|(at, _)| &lines[at..]).collect()
}

/// The first date with a clock right below the headline.
fn near_title(lines: &[String], title: &str, now: Now) -> Option<Published> {
    from_title(lines, title).into_iter().find_map(|below| {
        below.iter().take(12).filter(|line| short(line)).find_map(|line| date::find_with_clock(line, now))
    })
}

/// A bare day below the headline, else the first clock anywhere.
fn first_date(lines: &[String], title: &str, now: Now) -> Option<Published> {
    let below = from_title(lines, title).into_iter().next();
    below
        .and_then(|below| {
            below.iter().take(8).filter(|line| short(line)).find_map(|line| date::find(line, now))
        })
        .or_else(|| lines.iter().filter(|line| short(line)).find_map(|line| date::find_with_clock(line, now)))
}

/// Short, and not the page's own clock.
fn short(line: &str) -> bool {
    const CLOCKS: &[&str] =
        &["今天是", "今日是", "现在是", "现在时间", "当前时间", "系统时间", "北京时间：", "农历"];
    text::width(line) <= 120 && !CLOCKS.iter().any(|clock| line.contains(clock))
}

/// An element that is called a date.
fn named_date(tree: &Html, now: Now) -> Option<Published> {
    tree.root_element()
        .descendent_elements()
        .filter(|element| {
            let names = dom::names(*element);
            (names.contains("date") || names.contains("time")) && !aside(*element)
        })
        .take(60)
        .filter_map(|element| Some(dom::line(element)).filter(|line| text::width(line) <= 80))
        .find_map(|line| date::find(&line, now))
}

/// Side columns have dates of their own.
fn aside(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| {
        matches!(above.value().name(), "aside" | "nav" | "footer") || {
            let names = dom::names(above);
            ["sidebar", "related", "recommend", "comment", "footer"].iter().any(|hint| names.contains(hint))
        }
    })
}
