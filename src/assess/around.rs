//! What stands around the articles of our own pages: matched by the lexicons of own channels and for personal data and
//! marks only, strictly, and never twice.
//!
//! In come a page read whole and what its source has shown before; out goes an entry of its own, one line for each
//! place in which something was found, each beginning with where it stands (`[hidden] …`). The article stays as it is.
//! A line that the source has shown before is not told again, nor is a domain that it has led to before.

use super::rulebook::Rulebook;
use super::weigh::{Weighed, weigh};
use crate::lexicon::personal::{self, Personal};
use crate::model::{
    Entry, EntryKey, Hit, KnownAround, NewDomain, Outward, Part, Source, Spot, Through, Whole, Word,
};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use url::Url;

/// The built-in category of links that somebody put in, and its kinds.
pub const INJECTION: &str = "injection";
pub const HIDDEN_LINK: &str = "injection:hidden_link";
pub const MANY_LINKS: &str = "injection:many_links";
pub const INJECTIONS: [&str; 2] = [HIDDEN_LINK, MANY_LINKS];

/// Terms of less weight are hints: 暂无数据 waits in a hidden corner of every second page.
const LEAST_WEIGHT: u8 = 3;
/// So many visible links to one new domain, or to so many new domains at once, are no editor's.
const MANY_TO_ONE: usize = 5;
const MANY_DOMAINS: usize = 3;
/// What is kept of one page.
const MOST_LINES: usize = 60;
const MOST_DOMAINS: usize = 100;

/// A page of a source, read whole.
pub struct Page<'a> {
    pub url: &'a Url,
    pub key: EntryKey,
    pub whole: &'a Whole,
    pub known: &'a KnownAround,
    /// Domains that never count: our own, and those that the configuration allows, with all below them.
    pub allowed: &'a [String],
}

#[derive(Debug, Default)]
pub struct Found {
    /// `None`: nothing that the source has not shown before.
    pub weighed: Option<Weighed>,
    /// Digests of its lines.
    pub lines: Vec<String>,
    pub domains: Vec<NewDomain>,
}

pub fn around(book: &Rulebook, source: &Source, page: &Page) -> Found {
    let is_new = |link: &&Outward| {
        !page.known.domains.contains(&link.domain)
            && !page.allowed.iter().any(|home| is_within(&link.host, home))
    };
    let new: Vec<&Outward> = page.whole.links.iter().filter(is_new).collect();
    let mut parts = page.whole.parts.clone();
    if page.known.learned {
        parts.extend(injected(&new));
    }
    let (weighed, lines) = weighed(book, source, page, &parts);
    Found { weighed, lines, domains: domains(&new) }
}

/// `host` is `home` or below it.
fn is_within(host: &str, home: &str) -> bool {
    host.strip_suffix(home).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn domains(new: &[&Outward]) -> Vec<NewDomain> {
    let mut found: Vec<NewDomain> = Vec::new();
    for link in new {
        if let Some(one) = found.iter_mut().find(|one| one.domain == link.domain) {
            one.hidden |= link.hidden;
        } else if found.len() < MOST_DOMAINS {
            let (through, hidden) = (link.through, link.hidden);
            found.push(NewDomain { domain: link.domain.clone(), through, hidden });
        }
    }
    found
}

/// Links to new domains that no editor sets: out of sight, or in bulk. A line for each domain.
fn injected(new: &[&Outward]) -> Vec<Part> {
    let follows = |link: &&&Outward| {
        matches!(link.through, Through::Link | Through::Frame | Through::Refresh | Through::Form)
    };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for link in new.iter().filter(|link| link.through == Through::Link && !link.hidden) {
        *counts.entry(&link.domain).or_default() += 1;
    }
    let crowd = counts.len() >= MANY_DOMAINS;
    let mut told = HashSet::new();
    let mut parts = Vec::new();
    for link in new.iter().filter(follows) {
        let many = crowd || counts.get(link.domain.as_str()).is_some_and(|count| *count >= MANY_TO_ONE);
        let spot = if link.hidden {
            Spot::HiddenLink
        } else if many && link.through == Through::Link {
            Spot::ManyLinks
        } else {
            continue;
        };
        if told.insert((&link.domain, spot)) {
            parts.push(Part { spot, text: format!("{} {} {}", link.domain, link.url, link.words) });
        }
    }
    parts
}

/// The entry of what is found and was not shown before, weighed, and the digests of its lines.
fn weighed(book: &Rulebook, source: &Source, page: &Page, parts: &[Part]) -> (Option<Weighed>, Vec<String>) {
    let lines: Vec<String> = parts.iter().map(line).collect();
    let all = weigh(book, source, entry(page, lines.join("\n")));
    let shown = Lines::of(&all.entry.text);
    let found = found_lines(&all, &shown);
    let (mut kept, mut digests) = (Vec::new(), Vec::new());
    for (number, traces) in found.into_iter().take(MOST_LINES) {
        let digest = digest(&all.entry.text[shown.0[number].whole.clone()], &traces);
        // Of masked text, so that what is stored of a number is its trace alone.
        if !page.known.lines.contains(&digest) && !digests.contains(&digest) {
            digests.push(digest);
            kept.push(lines[number].as_str());
        }
    }
    if kept.is_empty() {
        return (None, Vec::new());
    }
    let weighed = weigh(book, source, entry(page, kept.join("\n")));
    let found = weighed.count() > 0;
    (found.then_some(weighed), if found { digests } else { Vec::new() })
}

fn entry(page: &Page, text: String) -> Entry {
    let title = if page.whole.title.is_empty() { page.url.as_str() } else { &page.whole.title };
    Entry {
        key: page.key.clone(),
        aliases: Vec::new(),
        url: Some(page.url.clone()),
        title: title.to_owned(),
        text,
        byline: None,
        outlet: None,
        published: None,
    }
}

fn line(part: &Part) -> String {
    format!("[{}] {}", part.spot.key(), part.text.replace('\n', " "))
}

/// The lines in which something was found, with the traces of personal data in them.
fn found_lines(weighed: &Weighed, lines: &Lines) -> Vec<(usize, String)> {
    let mut found: HashMap<usize, String> = HashMap::new();
    for (_, hit) in &weighed.hits {
        found.entry(lines.number(hit.start)).or_default();
    }
    for one in weighed.built_in() {
        let traces = found.entry(lines.number(one.start)).or_default();
        traces.extend(one.trace.map(|trace| format!(" {trace}")));
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable();
    found
}

fn digest(line: &str, traces: &str) -> String {
    let mut digest = format!("{:x}", Sha256::digest(format!("{line}\n{traces}")));
    digest.truncate(32);
    digest
}

/// One line of such an entry's text.
pub(super) struct Line {
    pub spot: Spot,
    pub whole: Range<usize>,
    /// Without the word that says where it stands.
    pub text: Range<usize>,
}

pub(super) struct Lines(Vec<Line>);

impl Lines {
    pub fn of(text: &str) -> Self {
        let mut lines = Vec::new();
        let mut at = 0;
        for line in text.split('\n') {
            let named = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
            let known = named.and_then(|(key, rest)| Some((Spot::parse(key)?, rest.len())));
            let end = at + line.len();
            let (spot, length) = known.unwrap_or((Spot::Text, line.len()));
            lines.push(Line { spot, whole: at..end, text: end - length..end });
            at = end + 1;
        }
        Self(lines)
    }

    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|line| line.whole.end < at).min(self.0.len().saturating_sub(1))
    }

    /// The line in which a place stands; a text has one at least.
    pub fn at(&self, at: usize) -> &Line {
        &self.0[self.number(at)]
    }

    /// Whether personal data counts. A mail address beside an article is the office's own, as good as always.
    pub fn tells_of(&self, text: &str, one: &Personal) -> bool {
        one.kind != personal::EMAIL && self.is_for_people(text, one.start)
    }

    /// Numbers in addresses are names of pages.
    pub fn is_for_people(&self, text: &str, at: usize) -> bool {
        let line = self.at(at);
        let scheme = text[line.text.clone()].starts_with("http");
        match line.spot {
            Spot::HiddenLink | Spot::ManyLinks => false,
            Spot::Link => !scheme,
            _ => true,
        }
    }

    /// The hits that count where they stand.
    pub fn counting(&self, book: &Rulebook, mut hits: Vec<Hit>) -> Vec<Hit> {
        hits.retain(|hit| {
            let term = &book.matcher().terms()[hit.term as usize];
            let spot = self.at(hit.start).spot;
            let wrong_word = term.correct.is_some();
            let counts = match spot {
                Spot::Title | Spot::Meta | Spot::Text | Spot::Form | Spot::Alt => {
                    wrong_word || term.weight >= LEAST_WEIGHT
                }
                // Old names of offices stand in old headlines, rightly.
                _ => !wrong_word && term.weight >= LEAST_WEIGHT,
            };
            counts && book.is_own_only(hit.term) && !hit.way.is_loose()
        });
        // A single word in the headline of another page of ours is that page's own matter; several are no headline.
        let in_links = |hit: &Hit| self.at(hit.start).spot == Spot::LinkText;
        let different: HashSet<u32> = hits.iter().filter(|hit| in_links(hit)).map(|hit| hit.term).collect();
        if different.len() < 2 {
            hits.retain(|hit| !in_links(hit));
        }
        hits
    }

    /// Links that somebody put in, by the domain that their lines begin with.
    pub fn injections(&self, text: &str) -> Vec<(Range<usize>, &'static str)> {
        let kind = |line: &Line| match line.spot {
            Spot::HiddenLink => Some(HIDDEN_LINK),
            Spot::ManyLinks => Some(MANY_LINKS),
            _ => None,
        };
        let of = |line: &Line| {
            let length = text[line.text.clone()].find(' ').unwrap_or(line.text.len());
            Some((line.text.start..line.text.start + length, kind(line)?))
                .filter(|(range, _)| !range.is_empty())
        };
        self.0.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests;
