//! The texts of the world: one file per site, parsed into pages. Only our own files come in, so a mistake in them is
//! found by the tests and not by a reader.

use chrono::{DateTime, Datelike, Duration, FixedOffset};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Site {
    News,
    Bar,
    Portal,
    Paper,
    Own,
}

impl Site {
    pub(super) const ALL: [Self; 5] = [Self::News, Self::Bar, Self::Portal, Self::Paper, Self::Own];

    /// First part of every path of the site.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::News => "/news/",
            Self::Bar => "/bar/",
            Self::Portal => "/portal/",
            Self::Paper => "/paper/",
            Self::Own => "/own/",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::News => "砚溪新闻网",
            Self::Bar => "岚栎科技吧",
            Self::Portal => "岚江在线",
            Self::Paper => "江声证券报",
            Self::Own => "岚栎科技",
        }
    }

    fn texts(self) -> &'static str {
        match self {
            Self::News => include_str!("pages/news.txt"),
            Self::Bar => include_str!("pages/bar.txt"),
            Self::Portal => include_str!("pages/portal.txt"),
            Self::Paper => include_str!("pages/paper.txt"),
            Self::Own => include_str!("pages/own.txt"),
        }
    }
}

/// When a page says it was published, seen from the moment it is put out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Minutes(i64),
    Days(i64),
    /// The same day of last year.
    LastYear,
}

impl Age {
    pub(super) fn before(self, now: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
        match self {
            Self::Minutes(minutes) => now - Duration::minutes(minutes),
            // Offices do not publish at the same second of every day.
            Self::Days(days) => now - Duration::days(days) - Duration::minutes(days * 37 % 240),
            Self::LastYear => now.with_year(now.year() - 1).unwrap_or(now - Duration::days(365)),
        }
    }
}

/// An article has one part; a thread has one for each post.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub act: usize,
    pub age: Age,
    pub author: String,
    pub paragraphs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub site: Site,
    pub id: String,
    pub title: String,
    pub section: String,
    pub parts: Vec<Part>,
}

impl Page {
    pub(super) fn path(&self) -> String {
        match self.site {
            Site::Bar => format!("/bar/t/{}.html", self.id),
            site => format!("{}{}.html", site.path(), self.id),
        }
    }
}

/// Every page of the world.
pub(super) fn all() -> Vec<Page> {
    Site::ALL
        .into_iter()
        .flat_map(|site| {
            site.texts().split("=== ").filter(|block| !block.trim().is_empty()).map(move |b| page(site, b))
        })
        .collect()
}

/// `id`, then `key: value` lines, then the paragraphs; in a thread each post opens with `--- act | age | author`.
fn page(site: Site, block: &str) -> Page {
    let mut lines = block.lines();
    let id = lines.next().unwrap_or_default().trim().to_owned();
    let mut page = Page { site, id, title: String::new(), section: String::new(), parts: Vec::new() };
    let mut opening = Part { act: 0, age: Age::Minutes(0), author: String::new(), paragraphs: Vec::new() };
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(head) = line.strip_prefix("--- ") {
            let mut cells = head.split('|').map(str::trim);
            page.parts.push(Part {
                act: number(cells.next()),
                age: age(cells.next().unwrap_or_default()),
                author: cells.next().unwrap_or_default().to_owned(),
                paragraphs: Vec::new(),
            });
            continue;
        }
        match line.split_once(": ") {
            Some(("act", value)) => opening.act = number(Some(value)),
            Some(("when", value)) => opening.age = age(value),
            Some(("author", value)) => value.clone_into(&mut opening.author),
            Some(("title", value)) => value.clone_into(&mut page.title),
            Some(("section", value)) => value.clone_into(&mut page.section),
            _ => {
                if page.parts.is_empty() {
                    page.parts.push(opening.clone());
                }
                if let Some(part) = page.parts.last_mut() {
                    part.paragraphs.push(line.to_owned());
                }
            }
        }
    }
    page
}

fn number(text: Option<&str>) -> usize {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn age(text: &str) -> Age {
    match text.split_once(' ') {
        Some(("minutes", n)) => Age::Minutes(n.parse().unwrap_or_default()),
        Some(("days", n)) => Age::Days(n.parse().unwrap_or_default()),
        _ => Age::LastYear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_complete_and_well_formed() {
        let pages = all();
        assert!(pages.len() >= 36, "{} pages", pages.len());
        for page in &pages {
            assert!(page.id.parse::<u32>().is_ok(), "{page:?}");
            assert!(!page.title.is_empty() && !page.parts.is_empty(), "{page:?}");
            assert!(page.site == Site::Bar || !page.section.is_empty(), "{page:?}");
            for part in &page.parts {
                assert!(part.act < super::super::World::acts().len(), "{page:?}");
                assert!(!part.author.is_empty() && !part.paragraphs.is_empty(), "{page:?}");
            }
        }
        let mut paths: Vec<_> = pages.iter().map(Page::path).collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), pages.len());
    }

    #[test]
    fn a_reprint_says_exactly_what_the_first_post_says() {
        let pages = all();
        let first = pages.iter().find(|page| page.id == "88101").unwrap();
        for (id, why) in
            [("88201", "a copy in the forum"), ("31301", "the portal"), ("52401", "the mainstream paper")]
        {
            let copy = pages.iter().find(|page| page.id == id).unwrap();
            assert_eq!(copy.parts[0].paragraphs, first.parts[0].paragraphs, "{why}");
        }
    }

    #[test]
    fn the_disguises_are_where_they_are_said_to_be_and_not_readable_as_such() {
        let pages = all();
        for disguise in super::super::DISGUISES {
            let page = pages.iter().find(|page| page.path() == disguise.path).unwrap();
            let text: String = page
                .parts
                .iter()
                .flat_map(|part| part.paragraphs.concat().chars().collect::<Vec<_>>())
                .collect();
            assert!(text.contains(disguise.written), "{}", disguise.written);
            assert!(!text.contains(disguise.term), "{}", disguise.term);
        }
    }
}
