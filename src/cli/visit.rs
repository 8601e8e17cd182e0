//! `visit`: what one visit would fetch, read, find and set in motion. Nothing is written.

use super::{End, Setting, output};
use crate::app::{self, Finding, Looking};
use crate::assess::{Fired, Rulebook, Weighed, excerpt, place};
use crate::config::{Config, CrawlSettings};
use crate::escalate::{self, Organisation};
use crate::fetch::{Fetcher, Settings};
use crate::lexicon::Scalars;
use crate::model::{
    ArticleSelectors, Fetched, Field, LadderLine, Lang, ListSelectors, Outcome, PageWhy, Source, SourceKind,
    Spread, Tier, Timetable, Word,
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// So many links of a list are shown to people; programs get all.
const LINKS: usize = 10;
/// So much of a text, in characters.
const OPENING: usize = 200;

pub async fn run(setting: &Setting, target: &str) -> anyhow::Result<End> {
    let config = setting.config()?;
    let (source, why, url) = resolve(&config.sources, config.organisation.zone, target)?;
    let fetcher = Fetcher::new(settings(&config.crawl)).context("the fetcher cannot start")?;
    let force = app::in_force(&config, None, Utc::now());
    let book = force.book(&config)?;
    let rooms = Looking { fetcher, book };
    let (outcome, finding) = app::look(&rooms, &source, why, &url).await?;
    let dry = Dry {
        organisation: app::organisation(&config),
        config: &config,
        book: &rooms.book,
        source: &source,
        now: Utc::now(),
    };
    if setting.json {
        dry.as_json(why, &outcome, finding.as_ref())?;
    } else {
        dry.as_text(why, &outcome, finding.as_ref())?;
    }
    let came =
        matches!(outcome, Outcome::Body(_)) && finding.is_some_and(|finding| finding.problem.is_none());
    Ok(if came { End::Fine } else { End::Findings })
}

pub fn settings(crawl: &CrawlSettings) -> Settings {
    Settings {
        user_agent: crawl.user_agent.clone(),
        per_host: crawl.per_host,
        host_gap: crawl.host_gap,
        timeout: crawl.timeout,
        max_bytes: crawl.max_bytes,
        max_redirects: crawl.max_redirects,
    }
}

/// Which source's eyes the page is read with, and as what.
fn resolve(sources: &[Source], zone: Tz, target: &str) -> anyhow::Result<(Source, PageWhy, Url)> {
    if let Some(source) = sources.iter().find(|source| source.key == target) {
        return Ok((source.clone(), PageWhy::Start, source.url.clone()));
    }
    let url = Url::parse(target).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        let keys: Vec<&str> = sources.iter().map(|source| source.key.as_str()).collect();
        anyhow::bail!(
            "{target:?} is neither a source nor a web address; the sources are {}",
            keys.join(", ")
        );
    };
    if let Some(source) = sources.iter().find(|source| source.url == url) {
        return Ok((source.clone(), PageWhy::Start, url));
    }
    let near = sources.iter().filter(|source| source.url.origin() == url.origin()).max_by_key(|source| {
        source.url.path().bytes().zip(url.path().bytes()).take_while(|(one, other)| one == other).count()
    });
    Ok(match near {
        Some(source) => {
            let why =
                if matches!(source.kind, SourceKind::Forum(_)) { PageWhy::Thread } else { PageWhy::Listed };
            (source.clone(), why, url)
        }
        None => (stranger(&url, zone), PageWhy::Listed, url),
    })
}

/// A page of nobody's: the least tier, found by itself.
fn stranger(url: &Url, zone: Tz) -> Source {
    Source {
        key: "-".to_owned(),
        name: url.host_str().unwrap_or("-").to_owned(),
        url: url.clone(),
        kind: SourceKind::List(ListSelectors::default()),
        timetable: Timetable::Every { every: Duration::from_hours(1), jitter: Duration::ZERO },
        zone,
        tier: Tier::Social,
        own: false,
        enabled: true,
        watched_since: None,
        age_limit: Duration::from_hours(24),
        max_silence: None,
        allow_private: false,
        charset: None,
        article: ArticleSelectors::default(),
    }
}

/// Somebody's post, from nowhere in particular.
pub fn somebody(zone: Tz) -> Source {
    let url = Url::parse("about:blank").expect("a fixed address is one");
    Source { name: "a stranger's post".to_owned(), ..stranger(&url, zone) }
}

/// What a dry run is told with.
struct Dry<'a> {
    organisation: Organisation,
    config: &'a Config,
    book: &'a Rulebook,
    source: &'a Source,
    now: DateTime<Utc>,
}

/// What a rule that fired would set in motion.
struct Follows<'a> {
    rule: &'a str,
    severity: &'static str,
    policy: Option<&'a str>,
    ladder: Vec<LadderLine>,
}

impl Dry<'_> {
    /// As if this page were the first to say it, and its source were watched already.
    fn follows(&self, fired: &Fired) -> Option<Follows<'_>> {
        let rule = self.book.rules().get(fired.rule)?;
        let tier = self.source.tier;
        let alone = || Spread { outlets: u32::from(!self.source.own), mentions: 1, highest: Some(tier) };
        let grave = place::grave(rule, fired.severity, fired.rule, tier, |_| alone());
        let policy =
            grave.policy.and_then(|key| self.config.policies.iter().find(|policy| policy.key == key));
        let ladder = policy.map(|policy| escalate::ladder(&self.organisation, policy, self.now));
        Some(Follows {
            rule: &rule.key,
            severity: grave.severity.key(),
            policy: policy.map(|policy| policy.key.as_str()),
            ladder: ladder.unwrap_or_default(),
        })
    }

    fn old(&self, weighed: &Weighed) -> Option<&'static str> {
        app::news_age(self.source, false, &weighed.entry, self.now)
    }

    fn as_text(&self, why: PageWhy, outcome: &Outcome, finding: Option<&Finding>) -> anyhow::Result<()> {
        let (source, zone) = (self.source, self.organisation.zone);
        output::line(&format!(
            "source   {} {} ({}, {}), read as {}",
            source.key,
            source.name,
            source.kind.key(),
            source.tier.label(Lang::En),
            why.label(Lang::En)
        ))?;
        match outcome {
            Outcome::Body(fetched) => {
                fetched_lines(fetched).iter().try_for_each(|line| output::line(line))?;
            }
            other => output::line(&format!("fetched  {}", not_fetched(other)))?,
        }
        let Some(finding) = finding else { return Ok(()) };
        if let Some(problem) = &finding.problem {
            output::line(&format!("read     could not be read: {problem}"))?;
        }
        if let Some(note) = &finding.reading.note {
            output::line(&format!("read     {}", output::printable(note)))?;
        }
        for weighed in &finding.entries {
            self.entry_text(weighed, zone)?;
        }
        let links = &finding.reading.links;
        if !links.is_empty() {
            output::line(&format!(
                "links    {} found; a run would visit each, this dry run follows none",
                links.len()
            ))?;
        }
        for link in links.iter().take(LINKS) {
            let title = link.hint.as_ref().map(|hint| output::short(&hint.title, 50)).unwrap_or_default();
            output::line(&format!("  {}  {title}", link.url))?;
        }
        if links.len() > LINKS {
            output::line(&format!("  … {} more; all with --json", links.len() - LINKS))?;
        }
        Ok(())
    }

    fn entry_text(&self, weighed: &Weighed, zone: Tz) -> anyhow::Result<()> {
        let entry = &weighed.entry;
        output::line(&format!("entry    {}", output::short(&entry.title, 100)))?;
        let published = entry.published.map_or_else(|| "no date found".to_owned(), |at| at.to_string());
        let old = match self.old(weighed) {
            Some(why) => format!("; old news ({why}): it would wake nobody"),
            None => String::new(),
        };
        output::line(&format!("  published {published}{old}"))?;
        if let Some(outlet) = &entry.outlet {
            output::line(&format!("  from      {}", output::short(outlet, 60)))?;
        }
        if let Some(byline) = &entry.byline {
            output::line(&format!("  by        {}", output::short(byline, 60)))?;
        }
        let length = entry.text.chars().count();
        output::line(&format!("  text      {length} characters: {}", output::short(&entry.text, OPENING)))?;
        let terms = self.terms(weighed);
        if terms.is_empty() {
            return output::line("  hits      none");
        }
        output::line(&format!("  hits      {}", terms.join(", ")))?;
        output::line(&format!("            {}", output::quoted(&excerpt(self.book, weighed))))?;
        for fired in &weighed.set_aside {
            let rule = self.book.rules().get(fired.rule).map_or("?", |rule| rule.key.as_str());
            let why = fired.denied.as_ref().map_or_else(|| "denied".to_owned(), ToString::to_string);
            output::line(&format!("  set aside {rule}: {why}"))?;
        }
        if weighed.fired.is_empty() {
            return output::line("  rules     none fired: stored, and nobody hears of it");
        }
        for fired in &weighed.fired {
            self.fired_text(fired, zone)?;
        }
        if self.old(weighed).is_some() {
            output::line("  follows   nothing: old news is listed in the digest only")?;
        }
        Ok(())
    }

    fn fired_text(&self, fired: &Fired, zone: Tz) -> anyhow::Result<()> {
        let Some(follows) = self.follows(fired) else { return Ok(()) };
        let subject = fired.subject.as_deref().unwrap_or("no subject");
        output::line(&format!(
            "  rule      {} fired on {subject}: {}, {}{}",
            follows.rule,
            follows.severity,
            fired.because.join(", "),
            if fired.loose { " (disguised forms only: not above yellow)" } else { "" }
        ))?;
        output::line(&format!("            {}", output::quoted(&fired.quote)))?;
        let Some(policy) = follows.policy else {
            return output::line("  follows   no ladder: the digest only");
        };
        output::line(&format!("  follows   ladder {policy}, if it were found now and for the first time"))?;
        for step in &follows.ladder {
            let to: Vec<String> =
                step.to.iter().map(|one| format!("{} ({})", one.name, one.role.label(Lang::En))).collect();
            let to = if to.is_empty() { "nobody on duty: skipped".to_owned() } else { to.join(", ") };
            let held = step.held_until.map_or_else(String::new, |until| {
                format!(", mail held until {}", output::clock(until, self.now, zone))
            });
            output::line(&format!("            {}  {to}{held}", output::clock(step.at, self.now, zone)))?;
        }
        if let Some(until) = self.organisation.trial_until.filter(|until| *until > self.now) {
            output::line(&format!(
                "            trial run until {}: all of it to the monitor",
                output::local(until, zone)
            ))?;
        }
        Ok(())
    }

    /// `立案调查 (A1) ×2`, in the order of the text.
    fn terms(&self, weighed: &Weighed) -> Vec<String> {
        let mut counted: Vec<(String, usize)> = Vec::new();
        let hits = weighed.hits.iter().map(|(_, hit)| {
            let term = &self.book.matcher().terms()[hit.term as usize];
            format!("{} ({})", term.text, term.category)
        });
        for name in hits.chain(weighed.built_in().map(|one| one.kind.to_owned())) {
            match counted.iter_mut().find(|(known, _)| *known == name) {
                Some((_, times)) => *times += 1,
                None => counted.push((name, 1)),
            }
        }
        let shown =
            |(name, times): (String, usize)| if times > 1 { format!("{name} ×{times}") } else { name };
        counted.into_iter().map(shown).collect()
    }

    fn as_json(&self, why: PageWhy, outcome: &Outcome, finding: Option<&Finding>) -> anyhow::Result<()> {
        let mut object = json!({ "what": "fetched", "source": self.source.key, "read_as": why });
        match outcome {
            Outcome::Body(fetched) => {
                object["outcome"] = "body".into();
                object["status"] = fetched.status.into();
                object["url"] = json!(fetched.url);
                object["chain"] = json!(fetched.chain);
                object["content_type"] = json!(fetched.content_type);
                object["wire_bytes"] = fetched.wire.len().into();
                object["body_bytes"] = fetched.body.len().into();
                object["sha256"] = json!(fetched.sha256);
                object["fetched_at"] = json!(fetched.at);
            }
            Outcome::Unchanged => object["outcome"] = "unchanged".into(),
            Outcome::Failed { .. } => object["outcome"] = "failed".into(),
            Outcome::Skipped { .. } => object["outcome"] = "skipped".into(),
        }
        if !matches!(outcome, Outcome::Body(_)) {
            object["why"] = not_fetched(outcome).into();
        }
        let note = finding.and_then(|finding| {
            finding.problem.as_ref().map(ToString::to_string).or_else(|| finding.reading.note.clone())
        });
        object["note"] = json!(note);
        output::json_line(&object)?;
        let Some(finding) = finding else { return Ok(()) };
        for weighed in &finding.entries {
            output::json_line(&self.entry_json(weighed))?;
        }
        for link in &finding.reading.links {
            let title = link.hint.as_ref().map(|hint| hint.title.as_str());
            output::json_line(&json!({ "what": "link", "url": link.url, "why": link.why, "title": title }))?;
        }
        Ok(())
    }

    fn entry_json(&self, weighed: &Weighed) -> Value {
        let entry = &weighed.entry;
        let (mut title, mut text) = (Scalars::new(&entry.title), Scalars::new(&entry.text));
        let mut range = |field: Field, start, end| match field {
            Field::Title => title.range(start, end),
            Field::Text => text.range(start, end),
        };
        let mut hits: Vec<Value> = Vec::new();
        for (field, hit) in &weighed.hits {
            let term = &self.book.matcher().terms()[hit.term as usize];
            let (start, end) = range(*field, hit.start, hit.end);
            hits.push(json!({
                "field": field, "term": term.text, "category": term.category, "start": start, "end": end, "way": hit.way,
            }));
        }
        for one in weighed.built_in() {
            let (start, end) = range(one.field, one.start, one.end);
            let category = one.kind.split_once(':').map(|(category, _)| category);
            hits.push(json!({
                "field": one.field, "term": one.kind, "category": category, "start": start, "end": end, "way": "plain",
            }));
        }
        let fired = |fired: &Fired| {
            let follows = self.follows(fired);
            json!({
                "rule": follows.as_ref().map(|follows| follows.rule), "subject": fired.subject,
                "because": fired.because, "same_sentence": fired.same_sentence, "quote": fired.quote,
                "denied": fired.denied.as_ref().map(ToString::to_string),
                "severity": follows.as_ref().map(|follows| follows.severity),
                "policy": follows.as_ref().and_then(|follows| follows.policy),
                "ladder": follows.map(|follows| follows.ladder),
            })
        };
        json!({
            "what": "entry", "key": entry.key, "url": entry.url, "title": entry.title, "author": entry.byline, "outlet": entry.outlet,
            "published": entry.published, "text": entry.text, "old": self.old(weighed), "hits": hits,
            "fired": weighed.fired.iter().map(fired).collect::<Vec<_>>(),
            "set_aside": weighed.set_aside.iter().map(fired).collect::<Vec<_>>(),
        })
    }
}

fn fetched_lines(fetched: &Fetched) -> Vec<String> {
    let mut lines: Vec<String> = fetched
        .chain
        .iter()
        .filter(|hop| hop.url != fetched.url)
        .map(|hop| format!("fetched  {} {}, redirected", hop.status, hop.url))
        .collect();
    lines.push(format!("fetched  {} {}", fetched.status, fetched.url));
    let kind = fetched.content_type.as_deref().unwrap_or("no content type");
    let unpacked = if fetched.body.len() == fetched.wire.len() {
        String::new()
    } else {
        format!(" ({} unpacked)", fetched.body.len())
    };
    lines.push(format!(
        "         {} bytes{unpacked}, {}, sha256 {}",
        fetched.wire.len(),
        output::printable(kind),
        fetched.sha256
    ));
    lines
}

fn not_fetched(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Body(_) => "a body".to_owned(),
        Outcome::Unchanged => "unchanged".to_owned(),
        Outcome::Failed { reason, lasting, .. } => {
            let after =
                if *lasting { "; another try will not help" } else { "; a run would try again later" };
            format!("failed: {}{after}", output::printable(reason))
        }
        Outcome::Skipped { why, detail, .. } => {
            let detail =
                if detail.is_empty() { String::new() } else { format!(": {}", output::printable(detail)) };
            format!("not asked for, {}{detail}", why.label(Lang::En))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_the_eyes_of_its_source() {
        let source = |key: &str, url: &str, kind| Source {
            key: key.to_owned(),
            kind,
            ..stranger(&Url::parse(url).unwrap(), Tz::Asia__Shanghai)
        };
        let list = || SourceKind::List(ListSelectors::default());
        let sources = [
            source("news", "https://yanxi.example/news/", list()),
            source(
                "bar",
                "https://yanxi.example/bar/",
                SourceKind::Forum(crate::model::ForumSelectors::default()),
            ),
        ];
        for (why, target, expected) in [
            ("by its key", "bar", "bar start"),
            ("by its own address", "https://yanxi.example/news/", "news start"),
            ("by the nearest folder", "https://yanxi.example/news/1.html", "news listed"),
            ("a thread of a forum", "https://yanxi.example/bar/t/1.html", "bar thread"),
            ("a stranger", "https://lanli.example/a.html", "- listed"),
            ("another scheme is another site", "http://yanxi.example:8080/news/1.html", "- listed"),
            ("a typing error", "nwes", "neither a source nor a web address; the sources are news, bar"),
            ("no web address", "ftp://yanxi.example/", "neither a source"),
        ] {
            let found = match resolve(&sources, Tz::Asia__Shanghai, target) {
                Ok((source, why, _)) => format!("{} {why}", source.key),
                Err(error) => error.to_string(),
            };
            assert!(found.contains(expected), "{why}: {found}");
        }
    }
}
