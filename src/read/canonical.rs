//! Two addresses in, one identity out: which addresses name the same entry.
//!
//! Conservative: two different articles must never fold into one, an article known twice is only untidy. Changing
//! a rule here changes keys, so it comes with a new `KEY_VERSION` and a lazy re-keying of the archive.

use url::{Host, Url};

/// Which rules made a key.
pub const KEY_VERSION: u32 = 1;

/// The identity address: `https`, host in lower case without twin prefixes, no default port, no tracking.
pub fn canonical(url: &Url) -> String {
    let Some(host) = url.host_str() else { return url.to_string() };
    let mut out = String::from("https://");
    let domain = matches!(url.host(), Some(Host::Domain(_)));
    out.push_str(if domain { fold_host(host) } else { host });
    // `port` is none for the default one; the other scheme's default is dropped as the scheme is.
    if let Some(port) = url.port().filter(|port| !matches!(port, 80 | 443)) {
        out.push(':');
        out.push_str(&port.to_string());
    }
    out.push_str(url.path());
    let kept: Vec<&str> =
        url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !tracks(pair)).collect();
    if !kept.is_empty() {
        out.push('?');
        out.push_str(&kept.join("&"));
    }
    if let Some(fragment) = url.fragment().filter(|fragment| names_a_post(fragment)) {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// `www.`, `m.`, `wap.` before at least a name and a suffix are twins of the plain host.
fn fold_host(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    ["www.", "m.", "wap.", "3g."]
        .iter()
        .find_map(|prefix| host.strip_prefix(prefix))
        .filter(|rest| rest.contains('.'))
        .unwrap_or(host)
}

/// A parameter that says where the reader came from and never what he reads.
fn tracks(pair: &str) -> bool {
    const NAMES: &[&str] = &[
        "spm",
        "scm",
        "from",
        "share_token",
        "share_from",
        "sharefrom",
        "shareuid",
        "share_uid",
        "referer",
        "referrer",
        "fbclid",
        "gclid",
        "yclid",
        "msclkid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "isappinstalled",
        "wxshare",
        "wxfrom",
        "trackid",
        "trace_id",
        "traceid",
        "hmsr",
        "hmpl",
        "hmcu",
        "hmkw",
        "hmci",
        "bd_vid",
        "qhclickid",
        "nsukey",
        "wvr",
        "from_source",
        "from_spmid",
        "vd_source",
        "share_source",
        "share_medium",
        "share_plat",
        "share_session_id",
        "share_tag",
        "unique_k",
        "tt_from",
        "chksm",
        "scene",
        "sessionid",
        "jsessionid",
        "phpsessid",
    ];
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_") || NAMES.contains(&name.as_str())
}

/// `#pid123`, `#post-12`, `#p45`, `#reply_7`, `#floor3`: the place of one post.
fn names_a_post(fragment: &str) -> bool {
    const WORDS: &[&str] =
        &["pid", "post", "p", "reply", "floor", "comment", "lou", "message", "msg", "answer"];
    let fragment = fragment.to_ascii_lowercase();
    let digits = fragment.trim_start_matches(|c: char| !c.is_ascii_digit());
    let word = fragment[..fragment.len() - digits.len()].trim_end_matches(['-', '_', '=', ':']);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_page_has_one_address() {
        for (why, address, expected) in [
            (
                "the scheme does not matter",
                "http://news.yanxi.example/a/1.html",
                "https://news.yanxi.example/a/1.html",
            ),
            ("nor does the default port", "http://yanxi.example:80/a", "https://yanxi.example/a"),
            ("another port does", "http://yanxi.example:8080/a", "https://yanxi.example:8080/a"),
            ("the host is lower case", "https://NEWS.Yanxi.example/A", "https://news.yanxi.example/A"),
            ("mobile twin", "https://m.yanxi.example/a", "https://yanxi.example/a"),
            ("a two-part host is kept", "https://m.example/a", "https://m.example/a"),
            (
                "tracking goes",
                "https://y.example/a?utm_source=x&id=3&spm=1.2&from=feed",
                "https://y.example/a?id=3",
            ),
            ("the order of the others stays", "https://y.example/a?b=2&a=1", "https://y.example/a?b=2&a=1"),
            ("a fragment goes", "https://y.example/a#top", "https://y.example/a"),
            ("a post stays", "https://y.example/t-1.html#pid123", "https://y.example/t-1.html#pid123"),
            ("a post, with a dash", "https://y.example/t#post-12", "https://y.example/t#post-12"),
            ("a trailing index stays", "https://y.example/a/index.html", "https://y.example/a/index.html"),
            ("a number is a host of its own", "http://127.0.0.1:8090/a", "https://127.0.0.1:8090/a"),
        ] {
            let key = canonical(&Url::parse(address).unwrap());
            assert_eq!(key, expected, "{why}");
            assert_eq!(canonical(&Url::parse(&key).unwrap()), key, "folding twice is folding once: {why}");
        }
    }
}
