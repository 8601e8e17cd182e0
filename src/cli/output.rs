//! How commands print: text for people, one JSON object a line for programs.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use std::io::Write;

/// Prints one object as one line of JSON.
pub fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints a line; a reader that went away (`| head`) ends us quietly.
pub fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}

/// `2026-11-25 22:40` in the organisation's zone.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}
