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
        let streamed = stream::article(&html, &body, &select).unwrap();
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
