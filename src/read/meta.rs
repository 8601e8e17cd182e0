//! What a page says of itself in its head: titles, dates, author, canonical address.

use super::{date, date::Now, dom, text};
use crate::model::Published;
use scraper::Html;
use serde_json::Value;
use url::Url;

/// Gathered once per page, from the tree or from the stream.
#[derive(Debug, Default)]
pub struct Head {
    /// `<title>`, on one line.
    pub title: String,
    /// `(name or property or itemprop, content)`, names in lower case.
    pub metas: Vec<(String, String)>,
    /// The contents of `application/ld+json` scripts.
    pub linked_data: Vec<String>,
    pub canonical: Option<String>,
}

impl Head {
    pub fn of(page: &Html) -> Self {
        let mut head = Self::default();
        for element in page.root_element().descendent_elements() {
            match element.value().name() {
                "title" if head.title.is_empty() => {
                    head.title = text::one_line(&element.text().collect::<String>());
                }
                "meta" => head.meta(
                    ["property", "name", "itemprop"].iter().find_map(|attr| element.attr(attr)),
                    element.attr("content"),
                ),
                "script" if element.attr("type").is_some_and(|kind| kind.contains("ld+json")) => {
                    head.linked_data.push(element.text().collect());
                }
                "link" if element.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) => {
                    head.canonical = head.canonical.or_else(|| element.attr("href").map(str::to_owned));
                }
                _ => {}
            }
        }
        head
    }

    pub fn meta(&mut self, name: Option<&str>, content: Option<&str>) {
        if let (Some(name), Some(content)) = (name, content)
            && !content.trim().is_empty()
        {
            self.metas.push((name.trim().to_ascii_lowercase(), content.trim().to_owned()));
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.metas.iter().find(|(known, _)| known == name).map(|(_, content)| content.as_str())
    }

    pub fn canonical(&self, base: Option<&Url>) -> Option<Url> {
        dom::join(base, self.canonical.as_deref()?)
    }

    /// The time of publication as the head tells it to machines.
    pub fn published(&self, now: Now) -> Option<Published> {
        const NAMES: &[&str] = &[
            "article:published_time",
            "og:article:published_time",
            "og:published_time",
            "datepublished",
            "rnews:datepublished",
            "publishdate",
            "pubdate",
            "publish_date",
            "publish-date",
            "publication_date",
            "article_date_original",
            "og:time",
            "weibo:article:create_at",
            "_pubtime",
            "apub:time",
            "article.published",
            "parsely-pub-date",
            "sailthru.date",
            "dc.date.issued",
            "dc.date",
            "dcterms.created",
            "dc.date.created",
            "dcterms.date",
            "date",
            "creation_date",
            "article.created",
            "datecreated",
            "og:release_date",
            "ptime",
            "publishtime",
            "pubtime",
            "mediator_published_time",
            "citation_publication_date",
            "bt:pubdate",
            "og:pubdate",
            "date_published",
            "displaydate",
            "cxenseparse:recs:publishtime",
            "sort_date",
        ];
        let named =
            NAMES.iter().filter_map(|name| self.get(name)).find_map(|content| date::find(content, now));
        named
            .filter(|found| found.time.is_some())
            .or_else(|| {
                ["datePublished", "pubDate", "dateCreated", "uploadDate"]
                    .iter()
                    .filter_map(|key| self.linked(key))
                    .find_map(|text| date::find(&text, now))
            })
            .or(named)
    }

    pub fn author(&self) -> Option<String> {
        const NAMES: &[&str] =
            &["author", "article:author", "og:article:author", "byl", "dc.creator", "parsely-author"];
        let named = NAMES.iter().filter_map(|name| self.get(name)).find(|name| !name.contains("://"));
        named.map(str::to_owned).or_else(|| self.linked("author"))
    }

    /// A string under `key` in the first article of the linked data.
    pub fn linked(&self, key: &str) -> Option<String> {
        self.linked_data.iter().find_map(|script| linked_value(script, key))
    }
}

fn linked_value(script: &str, key: &str) -> Option<String> {
    let Ok(root) = serde_json::from_str::<Value>(script.trim().trim_end_matches(';')) else {
        // Broken JSON is common (raw line breaks in strings): take the plain string behind the key.
        let rest = &script[script.find(&format!("\"{key}\""))? + key.len() + 2..];
        let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        return rest.split('"').next().filter(|value| value.len() < 200).map(str::to_owned);
    };
    let mut waiting = vec![&root];
    let mut seen = 0;
    while let Some(value) = waiting.pop() {
        seen += 1;
        if seen > 2_000 {
            break;
        }
        match value {
            Value::Array(items) => waiting.extend(items.iter().rev()),
            Value::Object(map) => {
                if let Some(found) = map.get(key).and_then(name_of) {
                    return Some(found);
                }
                waiting.extend(
                    ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement"]
                        .iter()
                        .filter_map(|k| map.get(*k)),
                );
            }
            _ => {}
        }
    }
    None
}

fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(items) => {
            let names: Vec<String> = items.iter().filter_map(name_of).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        Value::Object(map) => map.get("name").and_then(name_of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_tells_when_and_who() {
        let now = Now { at: chrono::DateTime::UNIX_EPOCH, zone: chrono_tz::Asia::Shanghai };
        for (why, html, when, who) in [
            (
                "a meta",
                "<meta property=article:published_time content=2026-01-14T08:00:00+08:00><meta name=author content=林监测>",
                "2026-01-14T08:00:00+08:00",
                "林监测",
            ),
            (
                "a name with a blank",
                "<meta name='og:time ' content='2026-01-14 08:00'><meta name=author content=x>",
                "2026-01-14T08:00:00",
                "x",
            ),
            (
                "linked data in a graph",
                r#"<script type="application/ld+json">{"@graph":[{"datePublished":"2026-01-14T08:00:00Z","author":[{"name":"x"}]}]}</script>"#,
                "2026-01-14T08:00:00Z",
                "x",
            ),
            (
                "linked data that is broken",
                "<script type='application/ld+json'>{\"datePublished\": \"2026-01-14\", \"a\": \"b\n\",}</script><meta name=author content=x>",
                "2026-01-14",
                "x",
            ),
        ] {
            let head = Head::of(&Html::parse_document(html));
            assert_eq!(head.published(now).map(|at| at.to_string()).as_deref(), Some(when), "{why}");
            assert_eq!(head.author().as_deref(), Some(who), "{why}");
        }
    }
}
