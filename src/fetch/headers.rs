//! What request and answer say about themselves: conditions out; validators, Retry-After, encodings in. No I/O.

use super::decode::{self, Encoding};
use super::error::FetchError;
use crate::model::Validators;
use chrono::{DateTime, Duration, Utc};
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use url::Url;

/// A server that wants to be left alone longer is asked again after a day.
const LIMIT_RETRY_HOURS: i64 = 24;
/// For "too many requests" without a time.
const PAUSE_SECONDS: i64 = 60;

/// The conditions of a conditional request.
///
/// After a redirect only the ETag is sent: the date belongs to the page that the address led to last time, and a
/// "latest" address may lead to an older file today.
pub fn conditions(validators: &Validators, redirected: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let date = validators.last_modified.as_deref().filter(|_| !redirected);
    put(&mut headers, IF_NONE_MATCH, validators.etag.as_deref());
    put(&mut headers, IF_MODIFIED_SINCE, date);
    headers
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
        headers.insert(name, value);
    }
}

pub fn validators(headers: &HeaderMap) -> Validators {
    // What is not UTF-8 could not be sent back as it came.
    let text =
        |name| headers.get(name).and_then(|v| std::str::from_utf8(v.as_bytes()).ok()).map(str::to_owned);
    Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
}

/// When the host may be asked again, if the answer is one that says so.
pub fn retry_at(status: u16, headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !matches!(status, 429 | 503) {
        return None;
    }
    let told = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| {
        let text = text.trim();
        if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
            // More digits than fit are still a wish for a long time.
            let seconds = text.parse().unwrap_or(i64::MAX).min(LIMIT_RETRY_HOURS * 3600);
            return Some(now + Duration::seconds(seconds));
        }
        httpdate::parse_http_date(text).ok().map(DateTime::<Utc>::from)
    });
    let pause = (status == 429).then(|| now + Duration::seconds(PAUSE_SECONDS));
    Some(told.or(pause)?.clamp(now, now + Duration::hours(LIMIT_RETRY_HOURS)))
}

pub fn encodings(headers: &HeaderMap) -> Result<Vec<Encoding>, FetchError> {
    decode::encodings(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes))
}

pub fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

pub fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Where a redirect leads; `None` for what is no redirect. Servers write raw UTF-8 and relative addresses.
pub fn redirect(status: u16, headers: &HeaderMap, from: &Url) -> Option<Result<Url, FetchError>> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
    let broken = |why: url::ParseError| FetchError::Redirect {
        host: super::gate::host_key(from),
        status,
        why: why.to_string(),
    };
    Some(from.join(location.trim()).map_err(broken))
}

/// The headers as evidence.
pub fn copied(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_servers_write_it() {
        let now = DateTime::parse_from_rfc3339("2026-01-14T08:00:00Z").unwrap().to_utc();
        for (why, status, value, expected) in [
            ("seconds", 503, Some("120"), Some(120)),
            ("a date", 429, Some("Wed, 14 Jan 2026 08:10:00 GMT"), Some(600)),
            ("a date that has passed", 503, Some("Wed, 14 Jan 2026 07:00:00 GMT"), Some(0)),
            ("a year is capped", 503, Some("31536000"), Some(86_400)),
            ("so is a far date", 503, Some("Thu, 14 Jan 2027 08:00:00 GMT"), Some(86_400)),
            ("digits beyond counting", 503, Some("99999999999999999999999"), Some(86_400)),
            ("nonsense after 503 says nothing", 503, Some("soon"), None),
            ("429 alone is a minute", 429, None, Some(60)),
            ("503 alone says nothing", 503, None, None),
            ("a good page may carry one; it is not meant", 200, Some("120"), None),
        ] {
            let mut headers = HeaderMap::new();
            put(&mut headers, RETRY_AFTER, value);
            let found = retry_at(status, &headers, now).map(|at| (at - now).num_seconds());
            assert_eq!(found, expected, "{why}");
        }
    }

    #[test]
    fn redirects_lead_where_they_say() {
        let from = Url::parse("https://news.example/a/b?c").unwrap();
        for (why, status, location, expected) in [
            ("absolute", 301, Some("http://other.example/"), Some("http://other.example/")),
            ("relative", 302, Some("d"), Some("https://news.example/a/d")),
            ("without the scheme", 307, Some("//www.news.example/x"), Some("https://www.news.example/x")),
            ("raw Chinese", 308, Some("/新闻"), Some("https://news.example/%E6%96%B0%E9%97%BB")),
            ("blanks around it", 302, Some(" /x "), Some("https://news.example/x")),
            ("unreadable", 302, Some("http://[/"), Some("error")),
            ("no address", 302, None, None),
            ("not a redirect", 200, Some("/x"), None),
        ] {
            let mut headers = HeaderMap::new();
            put(&mut headers, LOCATION, location);
            let found = redirect(status, &headers, &from);
            let found = found.map(|url| url.map_or_else(|_| "error".to_owned(), String::from));
            assert_eq!(found.as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn a_date_is_not_sent_after_a_redirect() {
        let both = Validators {
            etag: Some("\"1\"".into()),
            last_modified: Some("Wed, 14 Jan 2026 08:00:00 GMT".into()),
        };
        assert_eq!(conditions(&both, false).len(), 2);
        assert_eq!(conditions(&both, true).len(), 1);
        assert_eq!(
            conditions(&Validators { etag: Some("a\nb".into()), ..both }, true).len(),
            0,
            "no smuggling"
        );
    }
}
