//! Why an incident is what it is: the mention that raised it and those that made it worse, each with its hits as they
//! were stored, the rules, and the versions of both. Nothing is matched again.

use super::explain::{Told, told_lines, written};
use super::output;
use crate::config;
use crate::model::{Field, Lang, Lexicon, QuotePart, Severity, Way, Word};
use crate::store::{EventRow, ExplainedMention, Store};
use anyhow::Context;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// As many lines of hits are shown to people; programs get all.
const LINES: usize = 20;

/// One mention that mattered.
pub struct Explained {
    /// `raised` or `worsened`, and to what.
    what: String,
    severity: Option<Severity>,
    rule: Option<String>,
    row: ExplainedMention,
    quote: Vec<QuotePart>,
    hits: Vec<Told>,
    fired: Vec<RuleLine>,
}

/// A rule that fired on a mention, as it was stored.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
struct RuleLine {
    rule: Option<String>,
    version: Option<String>,
    subject: Option<String>,
    severity: Option<Severity>,
    #[serde(default)]
    because: Vec<String>,
    /// Not there in mentions of the first version.
    ways: Option<Vec<Way>>,
    #[serde(default)]
    same_sentence: bool,
}

/// From the incident's own events; `first` is the mention that raised it.
pub async fn explained(store: &Store, first: i64, events: &[EventRow]) -> anyhow::Result<Vec<Explained>> {
    let mut moments: Vec<(i64, String, Option<Severity>, Option<String>)> = Vec::new();
    for event in events.iter().filter(|event| matches!(event.kind.as_str(), "raised" | "worsened")) {
        let text = |key: &str| event.data[key].as_str().map(str::to_owned);
        let mention = event.data["mention"].as_i64();
        if let Some(mention) =
            mention.filter(|_| event.kind == "worsened").or((event.kind == "raised").then_some(first))
        {
            let severity = text("severity").as_deref().and_then(Severity::parse);
            moments.push((mention, event.kind.clone(), severity, text("rule")));
        }
    }
    if moments.is_empty() {
        moments.push((first, "raised".to_owned(), None, None));
    }
    let numbers: Vec<i64> = moments.iter().map(|moment| moment.0).collect();
    let (rows, bodies) = store
        .read(move |view| {
            let mut rows = Vec::new();
            let mut bodies = BTreeMap::new();
            for number in numbers {
                let row = view.explained(number)?;
                if let Some(row) = &row
                    && !bodies.contains_key(&row.lexicon)
                {
                    bodies.insert(row.lexicon, view.snapshot_body(row.lexicon)?);
                }
                rows.push(row);
            }
            Ok((rows, bodies))
        })
        .await?;
    let origins: BTreeMap<i64, Origins> = bodies
        .into_iter()
        .map(|(id, body)| (id, body.as_deref().map(Origins::of).unwrap_or_default()))
        .collect();
    let mut all = Vec::new();
    for ((mention, what, severity, rule), row) in moments.into_iter().zip(rows) {
        let Some(row) = row else { continue };
        let why = || format!("mention {mention} is stored in a shape that this version does not know");
        all.push(Explained {
            what,
            severity,
            rule,
            quote: serde_json::from_str(&row.excerpt).with_context(why)?,
            hits: hits(&row, origins.get(&row.lexicon)).with_context(why)?,
            fired: serde_json::from_str(&row.fired).with_context(why)?,
            row,
        });
    }
    Ok(all)
}

/// Which version of which lexicon had a term, by term and category.
#[derive(Default)]
struct Origins(HashMap<(String, String), String>);

impl Origins {
    /// `body` is a snapshot of lexicons. One that cannot be read any more names no version.
    fn of(body: &str) -> Self {
        let files: Map<String, Value> = serde_json::from_str(body).unwrap_or_default();
        let lexicons = files
            .iter()
            .filter_map(|(name, text)| config::lexicon_of(name, text.as_str()?).ok())
            .flat_map(|Lexicon { key, version, terms, .. }| {
                let version = format!("{key}@{version}");
                terms.into_iter().map(move |term| ((term.text, term.category), version.clone()))
            });
        Self(lexicons.collect())
    }
}

fn hits(row: &ExplainedMention, origins: Option<&Origins>) -> anyhow::Result<Vec<Told>> {
    let found: Vec<(u8, usize, usize, String, String, String)> = serde_json::from_str(&row.found)?;
    let text = row.text.clone().map(|text| text.text()).transpose()?;
    let surface = |field: u8, start: usize, end: usize| -> String {
        let of = if field == 0 { row.title.as_str() } else { text.as_deref().unwrap_or_default() };
        of.chars().skip(start).take(end.saturating_sub(start)).collect()
    };
    let told = found.into_iter().map(|(field, start, end, term, category, way)| Told {
        field: if field == 0 { Field::Title } else { Field::Text },
        surface: surface(field, start, end),
        way: Way::parse(&way).unwrap_or(Way::Plain),
        lexicon: origins.and_then(|origins| origins.0.get(&(term.clone(), category.clone())).cloned()),
        term,
        category,
    });
    Ok(told.collect())
}

impl Explained {
    pub fn lines(&self, zone: Tz, now: DateTime<Utc>) -> Vec<String> {
        let tier = self.row.tier.map_or("?", |tier| tier.label(Lang::En));
        let to = self.severity.map_or_else(String::new, |to| {
            format!(" to {} ({}，系统初判)", to.label(Lang::En), to.label(Lang::Zh))
        });
        let by = self.rule.as_ref().map_or_else(String::new, |rule| format!(" by rule {rule}"));
        let at = output::clock(self.row.at, now, zone);
        let mut lines = vec![format!("  {at}  {}{to}{by}: {} ({tier})", self.what, self.row.source)];
        lines.push(format!("    {}", output::quoted(&self.quote)));
        let hits = told_lines(&self.hits);
        lines.extend(hits.iter().take(LINES).map(|line| format!("    hit   {line}")));
        if hits.len() > LINES {
            lines.push(format!("    … {} more; all with --json", hits.len() - LINES));
        }
        lines.extend(self.fired.iter().map(|fired| format!("    rule  {}", fired.line())));
        lines
    }

    pub fn json(&self) -> Value {
        let hit = |hit: &Told| {
            json!({
                "field": hit.field, "surface": hit.surface, "term": hit.term, "category": hit.category,
                "lexicon": hit.lexicon, "way": hit.way,
            })
        };
        json!({
            "what": self.what, "at": self.row.at, "mention": self.row.mention, "severity": self.severity,
            "rule": self.rule, "source": self.row.source, "tier": self.row.tier, "quote": self.quote,
            "hits": self.hits.iter().map(hit).collect::<Vec<_>>(),
            "fired": serde_json::from_str::<Value>(&self.row.fired).unwrap_or_default(),
        })
    }
}

impl RuleLine {
    fn line(&self) -> String {
        let version = self.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
        let mut parts = vec![self.because.join(", ")];
        if self.same_sentence {
            parts.push("in one sentence with the name".to_owned());
        }
        parts.extend(self.ways.as_ref().map(|ways| written(ways)));
        format!(
            "{}{version} on {}: {}, because of {}",
            self.rule.as_deref().unwrap_or("?"),
            self.subject.as_deref().unwrap_or("no subject"),
            self.severity.map_or("?", |severity| severity.label(Lang::En)),
            parts.join("; ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_how_what_fired_was_written() {
        for (why, stored, expected) in [
            (
                "written plainly",
                r#"{"rule":"A-named","version":"2026-11","subject":"lanli","severity":"orange","because":["A1 立案调查"],"ways":[],"same_sentence":true}"#,
                "A-named 2026-11 on lanli: orange (II), because of A1 立案调查; in one sentence with the name; written plainly",
            ),
            (
                "disguised",
                r#"{"rule":"A-named","version":"2026-11","subject":"lanli","severity":"yellow","because":["A1 立案调查"],"ways":["separated","homophone"],"same_sentence":false}"#,
                "A-named 2026-11 on lanli: yellow (III), because of A1 立案调查; disguised in writing: separated, homophone",
            ),
            (
                "stored before ways were",
                r#"{"rule":"A-named","subject":null,"severity":"orange","because":["A1 立案调查"]}"#,
                "A-named on no subject: orange (II), because of A1 立案调查",
            ),
        ] {
            let line: RuleLine = serde_json::from_str(stored).unwrap();
            assert_eq!(line.line(), expected, "{why}");
        }
    }

    #[test]
    fn a_term_is_found_in_the_lexicon_of_its_snapshot() {
        let lexicon = "name = \"监管\"\nversion = \"2026-11\"\ncategory = \"A1\"\nterms = [\"立案调查\"]\n";
        let body = json!({ "lexicons/a1.toml": lexicon, "lexicons/broken.toml": "=" }).to_string();
        let origins = Origins::of(&body);
        let of = |term: &str| origins.0.get(&(term.to_owned(), "A1".to_owned())).map(String::as_str);
        assert_eq!((of("立案调查"), of("停产")), (Some("a1@2026-11"), None));
        assert!(Origins::of("no JSON").0.is_empty());
    }
}
