//! A start page in, a digest of all that could give an entry out: equal digests, nothing new, nothing to parse.
//!
//! Pages change with every visit by a clock, a counter, a token in a script. What counts of a list page are its tags
//! with the attributes that selectors and links live by, and the words of its links; of a feed all but the dates and
//! remarks outside its items. Where this cannot be told for certain there is no digest, and the page is parsed.

use super::nesting;
use super::tags::{self, Attribute};
use super::{Body, KEY_VERSION, charset};
use crate::model::{PageWhy, Source, SourceKind};
use sha2::{Digest, Sha256};

/// Raised by one when a reader of lists or feeds finds more than it did.
const VERSION: u32 = 1;

/// What a start page shows, apart from its frame.
///
/// Boards have none: one that shows no counts tells by nothing that a thread has grown. Own channels are read whole.
pub fn shown(source: &Source, why: PageWhy, body: &Body) -> Option<String> {
    if source.own || why != PageWhy::Start {
        return None;
    }
    let (text, _) = charset::decode(body).ok()?;
    // Another address, another way to read: nothing that was seen before counts.
    let seed = format!(
        "{VERSION} {KEY_VERSION} {:?} {:?} {:?}",
        source.kind,
        source.charset,
        body.url.map(url::Url::as_str)
    );
    let mut hasher = Hasher(Sha256::new());
    hasher.take(&seed);
    match &source.kind {
        SourceKind::List(select) => {
            let all = select.links.as_ref().is_some_and(|css| css.contains('['));
            of_list(&text, all, &mut hasher)?;
        }
        SourceKind::Feed { .. } => of_feed(&text, &mut hasher)?,
        SourceKind::Forum(_) => return None,
    }
    Some(super::hex(&hasher.0.finalize(), 16))
}

struct Hasher(Sha256);

impl Hasher {
    /// A piece and where it ends.
    fn take(&mut self, piece: &str) {
        self.0.update(piece);
        self.0.update([0]);
    }
}

/// Every tag in its order; of its attributes those that matter, or `all`; texts of links, and where other texts are.
fn of_list(html: &str, all: bool, hasher: &mut Hasher) -> Option<()> {
    if html.contains('\0') {
        return None;
    }
    let (mut at, mut in_link, mut in_drawing) = (0, false, false);
    while let Some(next) = html[at..].find('<') {
        let less = at + next;
        let text = &html[at..less];
        if in_link {
            hasher.take(text);
        } else if !text.trim_ascii().is_empty() {
            // That there is text decides where a parser puts it, what it says does not.
            hasher.take("\u{1}");
        }
        let bytes = html.as_bytes();
        let name_at = match bytes.get(less + 1) {
            Some(b'!') if html[less..].starts_with("<!--") => {
                at = tags::comment(html, less)?;
                continue;
            }
            Some(b'!' | b'?') => {
                at = less + html[less..].find('>')? + 1;
                continue;
            }
            Some(b'/') => less + 2,
            Some(_) => less + 1,
            None => return None,
        };
        if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) {
            hasher.take("<");
            at = less + 1;
            continue;
        }
        let closes = name_at == less + 2;
        let (name, tag) = tags::tag(html, name_at, |Attribute { name, value }| {
            let counts =
                ["href", "class", "id", "title"].iter().any(|known| name.eq_ignore_ascii_case(known));
            if counts {
                hasher.take(name);
                hasher.take(value);
            }
            Some(())
        })?;
        hasher.take(if all { &html[less..tag.end] } else { &html[less..name_at] });
        hasher.take(name);
        at = tag.end;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("a") {
            in_link = !closes;
        } else if is("svg") || is("math") {
            in_drawing = !closes && !tag.closes_itself;
        } else if !closes && nesting::is_raw(name) && !in_drawing {
            let behind = tags::raw(html, name, at)?;
            if in_link {
                hasher.take(&html[at..behind]);
            }
            at = behind;
        }
    }
    hasher.take(if in_link { &html[at..] } else { "" });
    Some(())
}

/// All of it but the dates and short remarks that stand outside its items.
fn of_feed(xml: &str, hasher: &mut Hasher) -> Option<()> {
    let (open, close) = match (begins(xml, "<item"), begins(xml, "<entry")) {
        (Some(_), None) => ("<item", "</item>"),
        (None, Some(_)) => ("<entry", "</entry>"),
        _ => return None,
    };
    let mut rest = xml;
    while let Some(begin) = begins(rest, open) {
        of_frame(&rest[..begin], hasher);
        rest = &rest[begin..];
        let end = rest.find(close).map_or(rest.len(), |end| end + close.len());
        hasher.take(&rest[..end]);
        rest = &rest[end..];
    }
    of_frame(rest, hasher);
    Some(())
}

/// Where the next item begins; `<items>` is none.
fn begins(xml: &str, open: &str) -> Option<usize> {
    let ends = |at: &usize| {
        let behind = xml.as_bytes().get(at + open.len());
        behind.is_some_and(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'>'))
    };
    xml.match_indices(open).map(|(at, _)| at).find(ends)
}

fn of_frame(xml: &str, hasher: &mut Hasher) {
    const CLOCKS: &[&str] = &["lastBuildDate", "pubDate", "updated", "ttl", "dc:date"];
    let mut rest = xml;
    while let Some(less) = rest.find('<') {
        hasher.take(rest[..less].trim_ascii());
        rest = &rest[less..];
        if rest.starts_with("<!--")
            && let Some(length) = rest.as_bytes().windows(3).take(200).position(|end| end == b"-->")
        {
            rest = &rest[length + 3..];
            continue;
        }
        let clock =
            CLOCKS.iter().find(|name| rest[1..].strip_prefix(**name).is_some_and(|r| r.starts_with('>')));
        let dated = clock.and_then(|name| {
            let value = &rest[name.len() + 2..];
            let length = value.find('<').filter(|length| *length < 60)?;
            value[length..].starts_with("</").then_some(name.len() + 2 + length)
        });
        let end = dated.unwrap_or_else(|| rest.find('>').map_or(rest.len(), |end| end + 1));
        hasher.take(if dated.is_some() { "\u{1}" } else { &rest[..end] });
        rest = &rest[end..];
    }
    hasher.take(rest.trim_ascii());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ArticleSelectors, ListSelectors, Tier, Timetable};
    use std::time::Duration;
    use url::Url;

    fn source(kind: SourceKind, own: bool) -> Source {
        Source {
            key: "yanxi".into(),
            name: "砚溪日报".into(),
            url: Url::parse("https://news.yanxi.example/").unwrap(),
            kind,
            timetable: Timetable::Every { every: Duration::from_mins(5), jitter: Duration::ZERO },
            zone: chrono_tz::Asia::Shanghai,
            tier: Tier::Local,
            own,
            enabled: true,
            watched_since: None,
            age_limit: Duration::from_hours(24),
            max_silence: None,
            allow_private: false,
            charset: None,
            article: ArticleSelectors::default(),
        }
    }

    fn digest(kind: &SourceKind, text: &str) -> Option<String> {
        shown(&source(kind.clone(), false), PageWhy::Start, &Body::of(text.as_bytes()))
    }

    #[test]
    fn a_list_is_known_again_by_what_could_give_an_entry() {
        let list = SourceKind::List(ListSelectors::default());
        let page = "<html><head><script nonce=n1>var t=1</script></head><body><p>现在 08:00:01</p><!-- a1 -->\
            <ul class=news><li data-t=1><a href=/a/1.html>岚栎科技<b>发布</b>年报</a> 阅读 15</li></ul>\
            <input type=hidden value=tok1></body></html>";
        let first = digest(&list, page).unwrap();
        for (why, old, new, same) in [
            ("a clock", "08:00:01", "08:05:01", true),
            ("a counter", "阅读 15", "阅读 16", true),
            ("a script", "var t=1", "var t='<a href=/x>'", true),
            ("its nonce", "nonce=n1", "nonce=n2", true),
            ("a token", "tok1", "tok2", true),
            ("a remark", "<!-- a1 -->", "<!-- <a href=/a/2.html>二</a> -->", true),
            ("a new link", "</li>", "</li><li><a href=/a/2.html>二</a></li>", false),
            ("another address", "/a/1.html", "/a/2.html", false),
            ("another headline", "年报", "半年报", false),
            ("a word of it", "<b>发布", "<b>撤回", false),
            ("told in a title", "<a href", "<a title=全文 href", false),
            ("another place", "class=news", "class=side", false),
            ("a place in between", "<li data-t=1>", "<li data-t=1><div></div>", false),
            ("text where was none", "</ul>", "甲</ul>", false),
            ("a base", "</head>", "<base href=/b/></head>", false),
        ] {
            assert!(page.contains(old), "{why}");
            let other = digest(&list, &page.replacen(old, new, 1)).unwrap();
            assert_eq!(other == first, same, "{why}");
        }
        let by_attribute = SourceKind::List(ListSelectors { links: Some("li[data-t='2'] a".into()) });
        assert_ne!(digest(&by_attribute, page), digest(&by_attribute, &page.replace("data-t=1", "data-t=2")));
        assert_ne!(digest(&by_attribute, page), digest(&by_attribute, &page.replace("data-t=1", "data-t")));
        assert_ne!(digest(&by_attribute, page), digest(&list, page), "another way to read");
        assert_eq!(digest(&list, &page.replace("</script>", "")), None, "who can tell what is script here");
        assert_eq!(digest(&list, &format!("{page}<a href='")), None, "cut off");
    }

    #[test]
    fn a_feed_is_known_again_by_its_items() {
        let feed = SourceKind::Feed { article: true };
        let xml = "<?xml version='1.0'?><rss><channel><title>砚溪</title><lastBuildDate>Wed, 14 Jan 2026 08:00:00 +0800</lastBuildDate>\
            <ttl>5</ttl><item><title>一</title><pubDate>Wed, 14 Jan 2026 08:00:00 +0800</pubDate></item>\n<item><guid>g2</guid></item>\
            <!-- 0.21 s --></channel></rss>";
        let first = digest(&feed, xml).unwrap();
        for (why, old, new, same) in [
            ("when it was built", "08:00:00", "08:05:00", true),
            ("how long it holds", "<ttl>5", "<ttl>9", true),
            ("a remark", "0.21", "0.35", true),
            ("blanks between items", "</item>\n", "</item>", true),
            ("a date of an item", "<pubDate>Wed, 14", "<pubDate>Thu, 15", false),
            ("a headline", "<title>一", "<title>二", false),
            ("a new item", "<item><guid>", "<item><guid>g3</guid></item><item><guid>", false),
            ("an item that is not closed", "</item>\n", "\n", false),
            ("an entity", "<rss>", "<!DOCTYPE x [<!ENTITY a 'b'>]><rss>", false),
            ("the frame's title", "砚溪", "岚栎", false),
            ("no clock at all", "<ttl>5</ttl>", "<ttl><item>三</item></ttl>", false),
        ] {
            assert!(xml.contains(old), "{why}");
            let other = digest(&feed, &xml.replacen(old, new, 1)).unwrap();
            assert_eq!(other == first, same, "{why}");
        }
        assert_eq!(digest(&feed, "{\"items\":[]}"), None, "not told apart");
        let board = SourceKind::Forum(crate::model::ForumSelectors::default());
        assert_eq!(digest(&board, "<a href=/t/1>一</a>"), None, "threads grow in silence");
        let own = source(SourceKind::List(ListSelectors::default()), true);
        assert_eq!(shown(&own, PageWhy::Start, &Body::of(b"<a href=/t/1>x</a>")), None, "read whole");
    }
}
