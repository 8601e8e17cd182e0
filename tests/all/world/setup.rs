//! The configuration of a world: an invented company with one feed to watch, to be changed by each story.

use super::{Site, World};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Files by name; `{{site}}` is the address of the world's web server.
pub struct Setup {
    files: BTreeMap<String, String>,
    at: DateTime<Utc>,
}

const TINGFENG: &str = r#"
[organisation]
name = "岚栎科技股份有限公司"
profile = "company"
language = "zh-CN"
zone = "Asia/Shanghai"
[crawl]
contact = "mailto:opinion@lanli.example"
per_host = 4
host_gap = "0s"
timeout = "5s"
[mail]
transport = "folder"
from = "tingfeng@lanli.example"
hourly_limit = 20
[digest]
at = "08:00"
to = ["monitor"]
"#;

const SUBJECTS: &str = r#"
[[subject]]
key = "lanli"
name = "岚栎科技股份有限公司"
names = ["岚栎科技"]
codes = ["604518"]
exclude = ["岚栎科技园"]
own = true
"#;

const RULES: &str = r#"
[[rule]]
key = "A-named"
name = "重大负面点名本公司"
version = "1"
kind = "rumour"
severity = "orange"
policy = "orange"
own = false
near = { within = "sentence", of = ["subject:*", "category:A1"] }
[[rule.raise]]
to = "red"
outlets = 3
within = "60m"
policy = "red"
[[rule.raise]]
to = "red"
tier = "mainstream"
policy = "red"
[[rule]]
key = "B-named"
name = "经营事项点名本公司"
version = "1"
kind = "rumour"
severity = "yellow"
policy = "yellow"
own = false
near = { within = "sentence", of = ["subject:*", "category:B1"] }
[[rule]]
key = "own-personal-data"
name = "自有渠道出现个人信息"
version = "1"
kind = "data_leak"
severity = "orange"
policy = "orange"
own = true
heed_denials = false
any = ["category:pii"]
"#;

const LEXICON: &str = r#"
name = "重大负面"
version = "1"
category = "A1"
weight = 5
terms = ["立案调查", "财务造假", "债务违约"]
[[term]]
text = "大股东减持"
category = "B1"
"#;

/// Named for what they are told as: duty, head, board …
const PEOPLE: &[(&str, &str, &str)] = &[
    ("monitor", "林监测", r#""monitor", "operator""#),
    ("deputy", "许副岗", r#""deputy""#),
    ("duty", "乔值班", r#""on_call""#),
    ("head", "周代表", r#""securities_rep""#),
    ("board", "沈董秘", r#""board_secretary""#),
    ("chair", "顾董事长", r#""chairman""#),
];

pub fn role(person: &str) -> &str {
    match person {
        "duty" => "on_call",
        "head" => "securities_rep",
        "board" => "board_secretary",
        "chair" => "chairman",
        other => other,
    }
}

impl Default for Setup {
    fn default() -> Self {
        let mut people = String::new();
        for (key, name, roles) in PEOPLE {
            people += &format!(
                "[[person]]\nkey = \"{key}\"\nname = \"{name}\"\nmail = [\"{key}@lanli.example\"]\nroles = [{roles}]\n"
            );
        }
        let policies = [
            policy(
                "orange",
                &[(0, "duty"), (30, "head"), (120, "board")],
                "exhausted_after = \"2h\"\nack_valid = \"60m\"",
            ),
            policy(
                "red",
                &[(0, "duty"), (0, "head"), (0, "board"), (20, "chair")],
                "exhausted_after = \"20m\"\nack_valid = \"30m\"",
            ),
            policy(
                "yellow",
                &[(0, "monitor"), (120, "deputy")],
                "exhausted_after = \"6h\"\nack_valid = \"12h\"\nquiet = \"21:00-07:30\"",
            ),
        ];
        let files = [
            ("tingfeng.toml", TINGFENG.to_owned()),
            ("subjects.toml", SUBJECTS.to_owned()),
            ("rules.toml", RULES.to_owned()),
            ("people.toml", people),
            ("policies.toml", policies.concat()),
            ("lexicons/a1.toml", LEXICON.to_owned()),
            ("sources.toml", source("rumours", "feed", "/feed.xml", "article = false")),
        ];
        Self {
            files: files.map(|(name, text)| (name.to_owned(), text)).into(),
            at: "2026-11-25T10:00:00+08:00".parse().unwrap(),
        }
    }
}

impl Setup {
    /// When the story begins, in RFC 3339.
    pub fn at(self, at: &str) -> Self {
        Self { at: at.parse().unwrap(), ..self }
    }

    /// Orange and red climb so; yellow is told to the monitor at any hour.
    pub fn ladder(self, steps: &[(u32, &str)]) -> Self {
        let orange = policy("orange", steps, "exhausted_after = \"2h\"\nack_valid = \"60m\"");
        let red = policy("red", steps, "exhausted_after = \"2h\"\nack_valid = \"60m\"");
        let yellow = policy("yellow", &[(0, "monitor")], "exhausted_after = \"6h\"\nack_valid = \"12h\"");
        self.file("policies.toml", [orange, red, yellow].concat())
    }

    pub fn file(mut self, name: &str, text: impl Into<String>) -> Self {
        self.files.insert(name.to_owned(), text.into());
        self
    }

    pub fn sources(self, sources: &[String]) -> Self {
        self.file("sources.toml", sources.concat())
    }

    /// The text `old`, which must stand in the file once, becomes `new`.
    pub fn edit(mut self, name: &str, old: &str, new: &str) -> Self {
        let text = self.files.get_mut(name).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old:?} stands in {name} once");
        *text = text.replacen(old, new, 1);
        self
    }

    pub async fn start(self) -> World {
        let site = Site::start().await;
        self.on(site).await
    }

    pub async fn on(self, site: Site) -> World {
        let dir = tempfile::tempdir().unwrap();
        World::open(site, dir, &self.files, self.at).await
    }
}

/// One source, visited every five minutes; `more` is further lines, its selectors last.
pub fn source(key: &str, kind: &str, path: &str, more: &str) -> String {
    let tier = if more.contains("tier =") { "" } else { "tier = \"local\"\n" };
    let url = if path.starts_with('/') { format!("{{{{site}}}}{path}") } else { path.to_owned() };
    format!(
        "[[source]]\nkey = \"{key}\"\nname = \"{key}\"\nkind = \"{kind}\"\nurl = \"{url}\"\nevery = \"5m\"\njitter = \"0s\"\n\
         allow_private = true\n{tier}{more}\n"
    )
}

/// Steps in minutes; people of the same minute share a step.
pub fn policy(key: &str, steps: &[(u32, &str)], more: &str) -> String {
    let mut by_minute: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (minute, person) in steps {
        by_minute.entry(*minute).or_default().push(format!("\"{}\"", role(person)));
    }
    let steps: String = by_minute
        .iter()
        .map(|(minute, roles)| {
            format!("[[policy.step]]\nafter = \"{minute}m\"\nnotify = [{}]\n", roles.join(", "))
        })
        .collect();
    format!("[[policy]]\nkey = \"{key}\"\nname = \"{key}\"\n{more}\n{steps}")
}
