//! `robots`: what a robots.txt says to a crawler, as our own fetcher reads it.

use super::{End, Setting, lanes, output, visit};
use crate::fetch::robots::{Rules, path_of};
use crate::fetch::{Ask, Fetcher};
use crate::model::{Outcome, Validators};
use anyhow::{Context, bail};
use chrono::Utc;
use serde::Deserialize;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use url::Url;

/// One question, as a line of standard input asks it.
#[derive(Debug, Deserialize)]
struct Question {
    /// One character for each byte, as Latin-1 has them.
    robots: String,
    agent: String,
    url: String,
}

pub fn lines() -> anyhow::Result<End> {
    let lines = BufReader::new(std::io::stdin())
        .lines()
        .filter(|line| line.as_ref().map_or(true, |line| !line.trim().is_empty()));
    lanes::in_order(lines, of_line, |line| output::line(&line))?;
    Ok(End::Fine)
}

fn of_line(line: std::io::Result<String>) -> String {
    let answer = line.map_err(|error| format!("standard input cannot be read: {error}")).and_then(|line| {
        let question: Question = serde_json::from_str(&line).map_err(|error| {
            let shown = output::short(&line, 60);
            format!("{shown:?} is no line like {{\"robots\":\"\",\"agent\":\"\",\"url\":\"\"}}: {error}")
        })?;
        let bytes: Option<Vec<u8>> = question.robots.chars().map(|c| u8::try_from(c).ok()).collect();
        let bytes = bytes.ok_or("robots holds a character beyond U+00FF; write one for each byte")?;
        Ok(Rules::parse(&bytes, &question.agent).refusal(&path_of(&question.url)).is_none())
    });
    match answer {
        Ok(allowed) => json!({ "allowed": allowed }),
        Err(why) => json!({ "allowed": null, "why": why }),
    }
    .to_string()
}

/// `from` is a file or an address.
pub async fn by_hand(setting: &Setting, agent: &str, url: &str, from: &str) -> anyhow::Result<End> {
    let bytes = match Url::parse(from) {
        Ok(address) if matches!(address.scheme(), "http" | "https") => fetched(setting, &address).await?,
        _ => std::fs::read(Path::new(from)).with_context(|| format!("{from} cannot be read"))?,
    };
    let rule = Rules::parse(&bytes, agent).refusal(&path_of(url));
    if setting.json {
        output::json_line(&json!({ "agent": agent, "url": url, "allowed": rule.is_none(), "rule": rule }))?;
    } else {
        let (agent, url) = (output::printable(agent), output::printable(url));
        output::line(&match &rule {
            None => format!("{agent} may fetch {url}"),
            Some(rule) => {
                format!("{agent} may not fetch {url}: Disallow: {}", output::printable(rule))
            }
        })?;
    }
    Ok(if rule.is_none() { End::Fine } else { End::Findings })
}

async fn fetched(setting: &Setting, address: &Url) -> anyhow::Result<Vec<u8>> {
    let fetcher =
        Fetcher::new(visit::settings(&setting.config()?.crawl)).context("the fetcher cannot start")?;
    // Whoever writes an address of the own network on the command line means it.
    let ask =
        Ask { url: address, validators: &Validators::default(), last_sha256: None, allow_private: true };
    match fetcher.get(ask, Utc::now).await {
        Outcome::Body(body) => Ok(body.body.to_vec()),
        Outcome::Unchanged => Ok(Vec::new()),
        Outcome::Failed { reason, .. } => bail!("{address}: {reason}"),
        Outcome::Skipped { detail, .. } => bail!("{address}: {detail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_one_answer() {
        for (why, line, expected) in [
            (
                "allowed",
                r#"{"robots":"user-agent: *\ndisallow: /a","agent":"Tingfeng","url":"http://s.example/b"}"#,
                r#"{"allowed":true}"#,
            ),
            (
                "refused",
                r#"{"robots":"user-agent: *\ndisallow: /a","agent":"Tingfeng","url":"http://s.example/a?b"}"#,
                r#"{"allowed":false}"#,
            ),
            (
                "bytes, not characters: UTF-8 of 新",
                r#"{"robots":"user-agent: *\ndisallow: /æ\u0096°","agent":"x","url":"http://s.example/%E6%96%B0"}"#,
                r#"{"allowed":false}"#,
            ),
        ] {
            assert_eq!(of_line(Ok(line.to_owned())), expected, "{why}");
        }
        for (why, line, expected) in [
            ("no JSON", "user-agent: *", "is no line like"),
            ("a missing key", r#"{"robots":"","agent":""}"#, "missing field"),
            ("no byte", r#"{"robots":"新","agent":"","url":""}"#, "beyond U+00FF"),
        ] {
            let answer = of_line(Ok(line.to_owned()));
            assert!(answer.contains(r#""allowed":null"#) && answer.contains(expected), "{why}: {answer}");
        }
    }
}
