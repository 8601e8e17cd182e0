//! What came of asking for one page.

use super::words::words;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;

words! {
    /// Why a page is in the frontier.
    PageWhy {
        /// The source's own address: feed, list page or board.
        Start = "start", "起始页", "start";
        Listed = "listed", "列表", "listed";
        Thread = "thread", "主题", "thread";
        Attachment = "attachment", "附件", "attachment";
        Revisit = "revisit", "复查", "revisit";
        /// The next page of an article, with the article so far as its hint.
        Redirect = "redirect", "转向", "redirect";
    }
}

/// What a server gave to recognise an unchanged page by.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// One address on the way, and what it answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hop {
    pub url: Url,
    pub status: u16,
}

/// A page as it came over the wire.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The address that gave the body, after redirects.
    pub url: Url,
    pub chain: Vec<Hop>,
    pub status: u16,
    /// As received, in order; values may be any bytes.
    pub headers: Vec<(String, Vec<u8>)>,
    pub content_type: Option<String>,
    /// As received: still compressed, dechunked. The evidence.
    pub wire: Bytes,
    /// SHA-256 of `wire`, lower-case hex.
    pub sha256: String,
    /// Decompressed.
    pub body: Bytes,
    pub validators: Validators,
    pub at: DateTime<Utc>,
}

/// Every way a planned visit can end; each is a word in the coverage ledger.
#[derive(Debug, Clone)]
pub enum Outcome {
    Body(Box<Fetched>),
    /// 304, or the same bytes as last time.
    Unchanged,
    /// Tried and failed; `again` says how soon another try makes sense, `lasting` that it will not help.
    Failed {
        reason: String,
        retry_after: Option<DateTime<Utc>>,
        lasting: bool,
    },
    /// Not tried, and why.
    Skipped {
        why: Skip,
        detail: String,
        until: Option<DateTime<Utc>>,
    },
}

words! {
    /// Why a page was not asked for.
    Skip {
        Robots = "robots", "robots.txt 禁止", "refused by robots.txt";
        Address = "address", "地址不允许", "address not allowed";
        HostBudget = "host_budget", "站点限速", "host budget used up";
        Stopping = "stopping", "正在停止", "stopping";
    }
}
