//! The stream says what the tree says, or nothing.

use super::*;
use crate::read::page;
use proptest::prelude::*;

fn select(title: &str, text: &str, remove: &[&str]) -> ArticleSelectors {
    ArticleSelectors {
        title: Some(title.into()),
        text: Some(text.into()),
        published: Some("span.date".into()),
        author: None,
        remove: remove.iter().map(|css| (*css).to_owned()).collect(),
    }
}

fn page_of(inner: &str) -> String {
    format!(
        "<!doctype html><html><head><meta charset=utf-8><link rel=Canonical href='/a/2.html'><title>t</title></head><body>\
         <h1 class=title>岚栎&amp;科技 <b>通报</b></h1><span class=date>2026年1月14日 16:56</span>\
         <article class=content>{inner}</article><p>外面</p></body></html>"
    )
}

/// Whether the stream answered; what it answered is what the tree answers.
fn compared(html: &str, select: &ArticleSelectors) -> bool {
    let body = Body::of(html.as_bytes());
    let Some(streamed) = article(html, &body, select) else { return false };
    let tree = page::from_tree(html, &body, select)
        .unwrap_or_else(|error| panic!("{error} in {html} by {select:?}"));
    let shown = |article: &Article| {
        (article.title.clone(), article.text.clone(), article.published, article.canonical.clone())
    };
    assert_eq!(shown(&streamed), shown(&tree), "{html} by {select:?}");
    true
}

#[test]
fn selectors_are_followed_as_the_tree_follows_them() {
    let nested = "<div class=a>一<div class=b>二</div><p>三</p></div><div class=b>四</div><p class=b>五<p>六";
    for (why, css, remove, inner, fast) in [
        ("a list", ".a, .b", &[][..], nested, true),
        ("a list, both of one element", "p.b, p", &[], nested, true),
        ("a list whose parts lie in each other", ".b, .content", &[], nested, true),
        ("a comma in a bracket", "p[title=\"a,b\"], .a", &[], "<p title='a,b'>一</p><p>二</p>", true),
        ("an attribute", "div[data-role=body]", &[], "<div data-role=body>一</div><div>二</div>", true),
        ("its beginning", "div[id^=post_]", &[], "<div id=post_12>一</div><div id=pos>二</div>", true),
        ("a word of it", "div[class~=x]", &[], "<div class='y x'>一</div><div class=xy>二</div>", true),
        ("a reference in the attribute", "p[title='a&b']", &[], "<p title='a&amp;b'>一</p>", false),
        ("children", ".content > p", &[], "<p>一<div><p>二</div><p>三", true),
        ("the n-th child", ".content > :nth-child(2)", &[], "<i>一</i><p>二</p><p>三</p>", true),
        (
            "counted with an empty paragraph",
            ".content > :nth-child(2)",
            &[],
            "<div>一</div></p><p>三</p>",
            false,
        ),
        ("every second", "p:nth-child(2n+1)", &[], "<p>一<p>二<p>三<p>四", true),
        ("the first of its type", "p:first-of-type", &[], "<i>零</i><p>一<p>二", true),
        ("not", ".content p:not(.ad)", &[], "<p>一</p><p class=ad>二</p><p>三</p>", true),
        ("not, a list", "p:not(.ad, .b)", &[], "<p>一</p><p class=ad>二</p><p class=b>三</p>", true),
        ("a sibling", "p + p", &[], "<p>一</p><p>二</p>", false),
        ("the last child", "p:last-child", &[], "<p>一</p><p>二</p>", false),
        ("an escape", "p.a\\:b", &[], "<p class='a:b'>一</p>", false),
        ("removed in line", ".content", &["span.ad, i"], "一<span class=ad>广告</span>二<i>注</i>三", true),
        ("removed block: no new line", ".content", &["div.ad"], "一<div class=ad>广告</div>二", true),
        ("removed from outside the match", "p", &["div"], "<div><p>一</p><p>二</p></div>", true),
        ("the match itself removed", "p", &["p.ad"], "<p class=ad>一</p><p>二</p>", true),
        ("a matched script", "script", &[], "<script>var a</script>", false),
        ("a list without ends", "li", &[], "<ul><li>一<li>二<ul><li>三</ul>四</ul>", true),
        (
            "a table without ends",
            "td:nth-child(2)",
            &[],
            "<table><tr><td>一<td>二<tr><td>三<td>四</table>",
            true,
        ),
        ("rows put into a body", "table > tr", &[], "<table><tr><td>一</table>", false),
        ("a stray end", ".content", &[], "<div>一</span></div>二</b></h2>三", true),
        ("an end of the outside", ".content", &[], "<table><tr><td>一</div>二</table>三", true),
        (
            "a drawing",
            ".content",
            &[],
            "一<svg viewBox='0 0 1 1'><path d=''/><g><title>图</title></g></svg>二",
            true,
        ),
        ("formatting that crosses", ".content", &[], "<p><b>一</p><p>二</b></p>", false),
        ("text among rows", ".content", &[], "<table><tr>一<td>二</table>", false),
        ("self-closed by mistake", ".content", &[], "<div/>一</div>二", true),
    ] {
        let html = page_of(inner);
        assert_eq!(compared(&html, &select("h1.title", css, remove)), fast, "{why}");
    }
    assert!(
        compared(&page_of("<h2 class=t>一</h2><p>二</p>"), &select("h1.title, h2.t", "p", &[])),
        "two titles"
    );
    assert!(compared(
        &page_of("<p>二</p>").replace("</body></html>", "</body></html><p>三</p>"),
        &select("h1", "p", &[])
    ));
}

#[test]
fn slow_selectors_are_named_with_the_reason() {
    let slow = |select: &ArticleSelectors| {
        let slow = streams(select).err().unwrap_or_default();
        slow.iter().map(|slow| format!("{} {:?} {}", slow.key, slow.selector, slow.why)).collect::<Vec<_>>()
    };
    assert!(slow(&select("h1, h2.t", "div[id] > p:not(.ad)", &["i, b"])).is_empty());
    let told = slow(&select("h1 + h2", "p:last-child", &["i ~ b", "p"]));
    let keys: Vec<_> = told.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(keys, ["select.title", "select.text", "select.remove"], "{told:?}");
    assert!(told[0].contains("`+`") && told[1].contains("pseudo-class"), "{told:?}");
    let unread = ArticleSelectors { title: None, ..select("", "p:last-child", &[]) };
    assert!(slow(&unread).is_empty(), "without a title the page is found by itself anyway");
}

fn inner() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<p class=a>",
        "<div>",
        "<div class=a>",
        "<div class='b c'>",
        "</div>",
        "<span class=a>",
        "<span>",
        "</span>",
        "<b>",
        "</b>",
        "<a href=x>",
        "</a>",
        "<ul>",
        "<li>",
        "<li class=b>",
        "</li>",
        "</ul>",
        "<table>",
        "<tr>",
        "<td>",
        "<td class=a>",
        "</td>",
        "</tr>",
        "</table>",
        "<tbody>",
        "<th>",
        "<br>",
        "<br/>",
        "<hr>",
        "<img title=x>",
        "<h2>",
        "</h2>",
        "<h3 class=a>",
        "<section id=s>",
        "</section>",
        "<form>",
        "</form>",
        "<button>",
        "</button>",
        "<dl>",
        "<dt>",
        "<dd>",
        "</dl>",
        "</dd>",
        "<pre>",
        "</pre>",
        "<select>",
        "<option>",
        "</option>",
        "</select>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<noscript>",
        "</noscript>",
        "<svg>",
        "</svg>",
        "<svg/>",
        "<path/>",
        "<g>",
        "</g>",
        "<title>",
        "</title>",
        "<textarea>",
        "</textarea>",
        "<iframe>",
        "</iframe>",
        "<template>",
        "</template>",
        "<object>",
        "</object>",
        "<caption>",
        "</caption>",
        "<colgroup>",
        "<col>",
        "</body>",
        "</html>",
        "<body>",
        "<em>",
        "</em>",
        "<ruby>",
        "<rt>",
        "</ruby>",
        "<div/>",
        "<x-y>",
        "</x-y>",
        "<P CLASS=A>",
        "</P>",
        "<!-- c -->",
        "<!-->",
        "<?x>",
        "</>",
        "<![CDATA[",
        "]]>",
        "<",
        "&amp;",
        "&nbsp;",
        "&am",
        "一",
        "二 三",
        "\n",
        "四。",
        "<details>",
        "<summary>",
        "</summary>",
        "</details>",
        "<blockquote>",
        "</blockquote>",
        "<article>",
        "</article>",
        "<math>",
        "</math>",
        "</br>",
        "<label>",
        "</label>",
        "<input>",
        "<center>",
        "</center>",
        "<font>",
        "</font>",
        "<div class='a&amp;b'>",
        "<div title='a>b' class=\"a\">",
        "<p class=a/>",
        "<p =x class=b>",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn css() -> impl Strategy<Value = String> {
    let one = prop::sample::select(vec![
        "p",
        "div",
        "*",
        ".a",
        ".b",
        "p.a",
        "div.a",
        "span",
        "li",
        "td",
        "tr",
        "#s",
        "[class]",
        "[class=a]",
        "[class^=b]",
        "[class~=c]",
        "[title]",
        "h2",
        "h3",
        "table",
        "tbody",
        "section",
        "b",
        "a",
        "p:nth-child(2)",
        ":first-child",
        "div:nth-of-type(2)",
        ":not(p)",
        "p:not(.a)",
        ":nth-child(2n+1)",
        "body",
        "html",
        "article",
        "title",
        "option",
        "svg",
        "g",
        "head",
        "noscript",
        "label",
        "x-y",
        "dd",
        "P",
        ".A",
        "textarea",
        "pre",
    ]);
    let joined = (one.clone(), prop::sample::select(vec![" ", " > ", ", "]), one.clone())
        .prop_map(|(a, by, b)| format!("{a}{by}{b}"));
    prop_oneof![one.prop_map(str::to_owned), joined]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_page_is_streamed_as_the_tree_reads_it(inner in inner(), text in css(), title in css(), remove in css(), removes in any::<bool>()) {
        let remove = [remove.as_str()];
        let html = page_of(&inner);
        compared(&html, &select("h1.title", &text, &remove[..usize::from(removes)]));
        compared(&html, &select(&title, &text, &remove[..usize::from(removes)]));
    }

    #[test]
    fn any_frame_is_streamed_as_the_tree_reads_it(pieces in prop::collection::vec(prop::sample::select(vec![
        "<html>", "<head>", "</head>", "<body>", "</body>", "</html>", "<title>t</title>", "<meta name=a content=b>", "<p>一",
        "<div>", "</div>", "x", " ", "<script>1</script>", "<link rel=canonical href=/c>", "<base href=/d/>", "<!-- -->",
    ]), 0..9)) {
        let html = format!("{}<h1>岚栎</h1><span class=date>2026年1月14日 16:56</span>二", pieces.concat());
        compared(&html, &select("h1", "body", &[]));
        compared(&format!("<html><head>{html}"), &select("h1", "body > :nth-child(2)", &[]));
        compared(&format!("<html><head></head><body>{html}"), &select("h1", "div, p", &[]));
    }
}
