//! Properties that hold of any bytes, and the joining function.

use super::*;
use crate::model::{ArticleSelectors, ForumSelectors};
use proptest::prelude::*;

fn selectors() -> ArticleSelectors {
    ArticleSelectors {
        title: Some("h1.title".into()),
        text: Some("article.content p".into()),
        published: Some("span.date".into()),
        author: None,
        remove: vec![],
    }
}

fn all(bytes: &[u8]) {
    let url = Url::parse("https://news.yanxi.example/a/1.html").unwrap();
    let body = Body { url: Some(&url), ..Body::of(bytes) };
    let _ = feed(&body);
    let _ = page(&body, &ArticleSelectors::default());
    let _ = page(&body, &selectors());
    let _ = links(&body, None);
    let _ = board(&body, Some("a"));
    let _ = thread(&body, &ForumSelectors::default());
}

/// Bytes that get past the first checks: pieces of markup in any order.
fn markup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "<rss>",
        "<channel>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE",
        "&",
        "&#x0;",
        "&#99999999;",
        "&nbsp",
        "<p>",
        "</p>",
        "<div class=post id=p1>",
        "</div>",
        "<article class=content>",
        "<h1 class=title>",
        "<span class=date>",
        "2026年1月",
        "14日 16:56",
        "民國",
        "昨天",
        "前",
        "9",
        "99999999999999999999",
        "<a href='/a/1.html'>",
        "</a>",
        "砚溪市发布通报，",
        "\u{0}",
        "{\"version\":",
        "<script>",
        "<table><tr>",
        "<",
        ">",
        "\"",
        "=",
        "<meta charset=gbk>",
        "<br/>",
        "<svg>",
        "</svg>",
        "<select>",
        "<x:y xmlns:x='a'>",
        "<pubDate>",
        "</pubDate>",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

/// A feed and a page in the shapes of real ones, to be damaged.
const SHAPES: [&str; 4] = [
    "<?xml version='1.0' encoding='gb2312'?><!DOCTYPE rss [<!ENTITY a '岚栎'>]><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>砚溪</title><item><title><![CDATA[&a;科技]]></title><link>https://y.example/1</link><guid>g</guid><dc:date>2026-01-14T08:00:00+08:00</dc:date><description>&lt;p&gt;一&amp;nbsp;二&lt;/p&gt;</description></item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://y.example/a/'><entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>岚栎<b>科技</b></div></title><link rel='alternate' href='1.html'/><id>urn:1</id><updated>2026-01-14T08:00:00Z</updated><content type='application/octet-stream'>PHA+PC9wPg==</content><source><title>砚溪日报</title></source></entry></feed>",
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>岚栎科技通报_砚溪日报</title><meta property='og:title' content='岚栎科技通报'><script type='application/ld+json'>{\"datePublished\":\"2026-01-14T08:00:00+08:00\"}</script></head><body><nav><a href=/>首页</a></nav><h1 class=title>岚栎科技通报</h1><span class=date>2026年1月14日 16:56</span><article class=content><p>砚溪市发布通报，</p><p>经检验全部合格。</p></article><ul><li><a href='/2026/0114/a1.html'>砚溪市公布今年重点工程名单</a></ul><div class=post id=p1>我家的水也是黄的</div></body></html>",
    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":1,\"url\":\"/1\",\"title\":\"岚栎\",\"content_html\":\"<p>一\",\"date_published\":\"2026-01-14\"}]}",
];

/// One way to damage a text, with where and how much as parts of a thousand.
#[derive(Debug, Clone)]
enum Damage {
    Cut(usize),
    Without(usize, usize),
    Twice(usize, usize),
    Swapped(usize, usize),
    Byte(usize, u8),
    /// A piece of markup so many times.
    Often(usize, &'static str, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = || 0..1_000_usize;
    let piece = prop::sample::select(vec![
        "<",
        "&",
        "&a;",
        "<![CDATA[",
        "<item>",
        "</item>",
        "<title>",
        "<div>",
        "</div>",
        "<p>",
        "<b a=1>",
        "<table><tr>",
        "<svg>",
        "<!--",
        "<?",
        "<!",
        "\"",
        "=",
        "2026-",
        "昨天",
        "\u{1b}$B",
        "\u{0}",
        "{\"items\":[",
    ]);
    prop_oneof![
        place().prop_map(Damage::Cut),
        (place(), place()).prop_map(|(a, b)| Damage::Without(a, b)),
        (place(), place()).prop_map(|(a, b)| Damage::Twice(a, b)),
        (place(), place()).prop_map(|(a, b)| Damage::Swapped(a, b)),
        (place(), any::<u8>()).prop_map(|(a, b)| Damage::Byte(a, b)),
        (place(), piece, 1..400_usize).prop_map(|(a, piece, n)| Damage::Often(a, piece, n)),
    ]
}

fn damaged(mut bytes: Vec<u8>, all: &[Damage]) -> Vec<u8> {
    for damage in all {
        let length = bytes.len();
        let at = |place: &usize| length * place / 1_000;
        match damage {
            Damage::Cut(a) => bytes.truncate(at(a)),
            Damage::Without(a, b) => drop(bytes.drain(at(a).min(at(b))..at(a).max(at(b)))),
            Damage::Twice(a, b) => bytes.extend_from_within(at(a).min(at(b))..at(a).max(at(b))),
            Damage::Swapped(a, b) if !bytes.is_empty() => bytes.swap(at(a), at(b)),
            Damage::Byte(a, value) if !bytes.is_empty() => bytes[at(a)] = *value,
            Damage::Often(a, piece, n) => {
                let place = at(a);
                bytes.splice(place..place, piece.repeat(*n).into_bytes());
            }
            Damage::Swapped(..) | Damage::Byte(..) => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        all(&bytes);
    }

    #[test]
    fn no_markup_makes_a_reader_panic(bytes in markup()) {
        all(&bytes);
    }

    #[test]
    fn no_damage_makes_a_reader_panic_or_run_over(
        shape in 0..SHAPES.len(),
        wide in prop::sample::select(vec!["utf-8", "gbk", "utf-16"]),
        damage in prop::collection::vec(damage(), 1..5),
    ) {
        let bytes = match wide {
            "gbk" => encoding_rs::GBK.encode(SHAPES[shape]).0.into_owned(),
            "utf-16" => SHAPES[shape].encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => SHAPES[shape].as_bytes().to_vec(),
        };
        let bytes = damaged(bytes, &damage);
        all(&bytes);
        let given = feed(&Body::of(&bytes)).map_or(0, |feed| feed.items.iter().map(|item| item.text.len()).sum());
        prop_assert!(given <= 100_000 + bytes.len() * 8, "{given} bytes of text out of {}", bytes.len());
    }

    #[test]
    fn no_string_makes_a_date_panic(text in "[0-9年月日昨前天小时:/T+. -]{0,24}|\\PC{0,24}") {
        let body = Body::of(b"");
        let now = date::Now { at: body.fetched, zone: body.zone };
        let _ = (date::find(&text, now), date::in_feed(&text, now), date::in_path(&text, now), date::find_with_clock(&text, now));
    }
}

#[test]
fn the_stream_and_the_tree_give_the_same_text() {
    let page_of = |inner: &str| {
        format!(
            "<html><head><link rel=canonical href='/a/2.html'><title>t</title></head><body><h1 class=title>岚栎&amp;科技 <b>通报</b></h1><span class=date>2026年1月14日 16:56</span><article class=content>{inner}</article><p>外面</p></body></html>"
        )
    };
    for (why, css, remove, inner) in [
        (
            "paragraphs",
            "article.content p",
            None,
            "<p>　　一二。</p>\n<p>三<strong>四</strong>&nbsp;五</p><div class=img>图</div><p>六&hellip;</p>",
        ),
        (
            "a whole block",
            "article.content",
            None,
            "起<p>一<br>二</p><ul><li>三<li>四</ul><table><tr><td>a<td>b</table>尾",
        ),
        (
            "scripts inside",
            "article.content",
            None,
            "<p>一</p><script>var a='<p>b</p>'</script><style>p{}</style><p>二</p>",
        ),
        (
            "removed blocks",
            "article.content",
            Some("div.ad"),
            "<p>一</p><div class=ad>广告<div>里</div></div><p>二</p>",
        ),
        ("unclosed paragraphs", "article.content", None, "<p>一<p>二<p>三"),
        (
            "references and comments",
            "article.content",
            None,
            "a&lt;b&#26638;<!-- 不见 -->c &copy; &check; AT&T",
        ),
        ("preformatted", "article.content", None, "<pre>a\n  b</pre><p>c</p>"),
        ("nested matches", ".content div", None, "<div>一<div>二</div>三</div>四"),
        ("a selector for the tree only", "article.content > p:last-child", None, "<p>一</p><p>二</p>"),
    ] {
        let html = page_of(inner);
        let select = ArticleSelectors {
            text: Some(css.into()),
            remove: remove.map(str::to_owned).into_iter().collect(),
            ..selectors()
        };
        let body = Body::of(html.as_bytes());
        let tree = super::page::from_tree(&html, &body, &select).unwrap();
        assert_eq!(page(&body, &select).unwrap(), tree, "{why}");
        let streamed = stream::article(&html, &body, &select);
        assert_eq!(streamed.is_some(), !css.contains(':'), "{why}: the fast way is taken");
        assert_eq!(tree.title, "岚栎&科技 通报");
    }
    let lost = ArticleSelectors { text: Some("div.gone".into()), ..selectors() };
    let error = page(&Body::of(page_of("<p>x").as_bytes()), &lost).unwrap_err();
    assert_eq!(
        error.to_string(),
        "selector \"div.gone\" (select.text) found nothing; the site may have changed its layout"
    );
}

mod joined {
    use super::*;
    use crate::model::{Entry, ListSelectors, PageWhy, Reading, Source, SourceKind, Tier, Timetable};
    use std::time::Duration;

    fn source(kind: SourceKind) -> Source {
        Source {
            key: "yanxi".into(),
            name: "砚溪日报".into(),
            url: Url::parse("https://news.yanxi.example/").unwrap(),
            kind,
            timetable: Timetable::Every { every: Duration::from_mins(5), jitter: Duration::ZERO },
            zone: Tz::Asia__Shanghai,
            tier: Tier::Local,
            own: false,
            enabled: true,
            watched_since: None,
            age_limit: Duration::from_hours(24),
            max_silence: None,
            allow_private: false,
            charset: None,
            article: ArticleSelectors::default(),
        }
    }

    fn reading(kind: SourceKind, why: PageWhy, at: &str, html: &str, hint: Option<&Entry>) -> Reading {
        let url = Url::parse(at).unwrap();
        read(&source(kind), why, &Body { url: Some(&url), ..Body::of(html.as_bytes()) }, hint).unwrap()
    }

    fn keys(entry: &Entry) -> Vec<&str> {
        std::iter::once(&entry.key).chain(&entry.aliases).map(crate::model::EntryKey::as_str).collect()
    }

    #[test]
    fn feed_items_have_the_keys_that_stay() {
        for (why, article, item, expected) in [
            (
                "a guid of its own comes first",
                false,
                "<guid>g1</guid><link>https://y.example/1?utm_source=a</link>",
                &["guid:yanxi:g1", "url:https://y.example/1"][..],
            ),
            (
                "behind the address if the page is read",
                true,
                "<guid>g1</guid><link>https://y.example/1</link>",
                &["url:https://y.example/1", "guid:yanxi:g1"],
            ),
            (
                "a guid that is the address says nothing new",
                false,
                "<guid>https://y.example/1</guid><link>http://y.example/1</link>",
                &["url:https://y.example/1"],
            ),
            (
                "another address is an alias",
                false,
                "<guid>https://y.example/?p=1</guid><link>http://y.example/1</link>",
                &["url:https://y.example/1", "url:https://y.example/?p=1"],
            ),
            ("only a guid", true, "<guid>g1</guid>", &["guid:yanxi:g1"]),
            ("neither", true, "<title>t</title>", &["guid:yanxi:sha256-"]),
        ] {
            let xml =
                format!("<rss version='2.0'><channel><item><title>砚溪</title>{item}</item></channel></rss>");
            let reading =
                reading(SourceKind::Feed { article }, PageWhy::Start, "https://y.example/rss", &xml, None);
            let hints = reading.links.iter().filter_map(|link| link.hint.as_ref());
            let entry = reading.entries.iter().chain(hints).next().unwrap();
            if why == "neither" {
                assert!(keys(entry)[0].starts_with(expected[0]), "{why}");
            } else {
                assert_eq!(keys(entry), expected, "{why}");
            }
        }
    }

    #[test]
    fn items_that_share_an_address_are_all_kept() {
        let item =
            |title: &str| format!("<item><title>{title}</title><link>https://y.example/d/</link></item>");
        let items = [item("砚溪一"), item("砚溪二"), item("砚溪二"), item("砚溪一")].concat();
        let kind = SourceKind::Feed { article: false };
        let keys_of = |items: &str| {
            let xml = format!("<rss version='2.0'><channel>{items}</channel></rss>");
            let entries = reading(kind.clone(), PageWhy::Start, "https://y.example/rss", &xml, None).entries;
            entries.iter().map(|entry| keys(entry).join(" ")).collect::<Vec<_>>()
        };
        let shared = keys_of(&items);
        assert!(shared.iter().all(|key| key.starts_with("guid:yanxi:sha256-")), "{shared:?}");
        assert!(shared[0] != shared[1] && shared[1] == shared[2] && shared[0] == shared[3], "{shared:?}");
        assert_eq!(keys_of(&[item("砚溪一"), item("砚溪一")].concat()), ["url:https://y.example/d/"; 2]);
    }

    #[test]
    fn a_page_is_filled_in_from_its_hint_and_keeps_its_key() {
        let list = "<ul><li><a href=/2026/0114/a1.html>岚栎科技回应网传消息不实</a><li><a href=/2026/0114/a2.html>砚溪市发布食品安全抽检通报</a><li><a href=/2026/0114/a3.html>砚溪市公布今年重点工程名单</a></ul>";
        let kind = SourceKind::List(ListSelectors::default());
        let links = reading(kind.clone(), PageWhy::Start, "https://news.yanxi.example/", list, None).links;
        assert_eq!(links.iter().map(|link| link.why).collect::<Vec<_>>(), [PageWhy::Listed; 3]);
        let hint = links[0].hint.as_ref().unwrap();
        let text = "砚溪市通报称，岚栎科技的产品经过检验，结果全部合格，网上流传的消息与事实不符，请大家不信谣、不传谣。".repeat(3);
        let page =
            format!("<link rel=canonical href=/c/1.html><body><article><p>{text}</p><p>{text}</p></article>");
        let article = reading(
            kind.clone(),
            PageWhy::Listed,
            "https://news.yanxi.example/moved.html",
            &page,
            Some(hint),
        );
        let entry = &article.entries[0];
        assert_eq!(entry.title, "岚栎科技回应网传消息不实");
        assert_eq!(
            keys(entry),
            [
                "url:https://news.yanxi.example/2026/0114/a1.html",
                "url:https://news.yanxi.example/moved.html",
                "url:https://news.yanxi.example/c/1.html"
            ]
        );
        let show = "<html><body><div id=show><img src=1.jpg></div></body></html>";
        let empty =
            reading(kind.clone(), PageWhy::Listed, "https://news.yanxi.example/a.html", show, Some(hint));
        assert!(empty.entries.is_empty() && empty.note.unwrap().starts_with("no article: "));
        let told = Entry { text: "摘要".into(), ..hint.clone() };
        let kept = reading(kind, PageWhy::Listed, "https://news.yanxi.example/a.html", show, Some(&told));
        assert_eq!((kept.entries[0].text.as_str(), kept.note.is_some()), ("摘要", true));
    }

    #[test]
    fn posts_are_entries_of_their_thread() {
        let html = "<h1>自来水发黄</h1><div class=post id=pid1><p>今天早上的自来水发黄</p></div><div class=post id=pid2><p>我家也是这样的水</p></div><a rel=next href=?page=2>2</a>";
        let kind = SourceKind::Forum(ForumSelectors::default());
        let thread =
            reading(kind, PageWhy::Thread, "https://bbs.yanxi.example/t?id=7&from=x#top", html, None);
        assert_eq!(
            thread.entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(),
            ["post:https://bbs.yanxi.example/t?id=7#pid1", "post:https://bbs.yanxi.example/t?id=7#pid2"]
        );
        assert_eq!(thread.entries[1].title, "自来水发黄");
        assert_eq!(thread.links[0].why, PageWhy::Thread);
    }
}

#[test]
fn the_deepest_page_that_is_read_fits_the_stack() {
    let text = "砚溪市通报，岚栎科技的产品经过检验，结果全部合格。".repeat(8);
    let html = format!("{}<p>{text}</p>{}", "<div>".repeat(780), "</div>".repeat(780));
    all(html.as_bytes());
    all("<div>".repeat(200_000).as_bytes());
    all("<a><b>".repeat(390).as_bytes());
    all(format!("<rss><channel><item><description>{html}").as_bytes());
}

/// One piece without end, alone and where a reader is deep in something. Each is a tenth of a second where the work
/// grows with the input, and minutes where it grows with its square.
#[test]
fn endless_pieces_are_read_in_one_pass() {
    let pieces = [
        "<",
        "&",
        "&a;",
        "<![CDATA[",
        "<item>",
        "<item><title></item>",
        "<title>",
        "<a b=\"",
        "<!--",
        "<? >",
        "<!",
        "<![",
        "]]>",
        "<div>",
        "<div></x>",
        "<b><div></b>",
        "<span><p></p>",
        "<p>",
        "<font size=1>",
        "<i a=1><p>",
        "<table>",
        "<select><option>",
        "1",
        "2026-01-14 ",
        "昨天",
        "\u{a0}",
        "<entry xml:base='a/'>",
        "<author><name>",
        "{\"a\":",
        "<meta ",
        "a=1 ",
        "\n",
        "\u{0}<",
    ];
    let before =
        ["", "<rss><channel><item><description>", "<html><body><article class=content>", "<svg>", "<p "];
    for piece in pieces {
        for before in before {
            all(format!("{before}{}", piece.repeat(30_000 / piece.len())).as_bytes());
        }
    }
}

#[test]
fn formatting_that_crosses_blocks_does_not_fill_the_memory() {
    // Each block opens all 700 again: 20 KB would be millions of elements.
    for name in ["font", "b", "x"] {
        let open = (0..700).map(|n| format!("<{name} a={n}>")).collect::<String>();
        let html = format!("<p>{open}</p>{}", "<p>x".repeat(4_000));
        assert_eq!(links(&Body::of(html.as_bytes()), None).is_err(), name != "x", "{name}");
        all(format!("<rss><channel><item><description><![CDATA[{html}").as_bytes());
    }
    let crowded = format!("<html><body {}>", (0..90_000).map(|n| format!("a{n} ")).collect::<String>());
    assert!(links(&Body::of(crowded.as_bytes()), None).is_err());
}

#[test]
fn a_plain_list_of_files_is_a_list() {
    let items = ["a_1", "b", "x-y_2"].map(|f| format!("<li><a href=\"{f}.html\">{f}.html</a></li>")).concat();
    let url = Url::parse("http://127.0.0.1:8090/pages/").unwrap();
    let html = format!("<html><body><h1>pages</h1><ul>{items}</ul></body></html>");
    assert_eq!(links(&Body { url: Some(&url), ..Body::of(html.as_bytes()) }, None).unwrap().len(), 3);
}
