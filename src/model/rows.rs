//! Rows of the store that deciding rooms look at.

use super::incident::Severity;
use chrono::{DateTime, Utc};

/// A source with what the crawl remembers of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SourceRow {
    pub id: i64,
    pub key: String,
    pub name: String,
    pub kind: String,
    pub state: String,
    pub visits: i64,
    pub fails: i64,
    pub last_error: Option<String>,
    pub last_ok_at: Option<DateTime<Utc>>,
    /// When a visit first brought a page.
    pub first_visit_at: Option<DateTime<Utc>>,
    pub due_at: DateTime<Utc>,
    pub newest_item_at: Option<DateTime<Utc>>,
    pub entries: i64,
    pub pages_due: i64,
    pub pages_given_up: i64,
}

/// A mention with the incident of its story, where there is one.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MentionRow {
    pub id: i64,
    pub title: String,
    pub source: String,
    pub url: Option<String>,
    pub at: DateTime<Utc>,
    pub published: Option<String>,
    pub old: Option<String>,
    pub fired: String,
    pub incident: Option<String>,
    pub severity: Option<Severity>,
}
