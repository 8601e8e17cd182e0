//! Which pages go on, and how they are joined.

use super::*;
use crate::model::EntryKey;

fn on(at: &str, html: &str, further: bool) -> Option<String> {
    let at = Url::parse("https://news.yanxi.example").unwrap().join(at).unwrap();
    next(html, &at, further)
        .map(|url| url.as_str().trim_start_matches("https://news.yanxi.example").to_owned())
}

#[test]
fn an_article_goes_on_where_its_own_address_has_the_next_number() {
    let a = "/2026/0114/t101.html";
    for (why, at, html, further, expected) in [
        (
            "numbers and a word",
            a,
            "<a href=t101.html>1</a><a href=t101_2.html>2</a><a href=t101_2.html>下一页</a>",
            false,
            Some("/2026/0114/t101_2.html"),
        ),
        (
            "the second page is number one",
            a,
            "<a href=t101_1.html>下一页</a>",
            false,
            Some("/2026/0114/t101_1.html"),
        ),
        ("a hyphen", a, "<a href=t101-2.html>[2]</a>", false, Some("/2026/0114/t101-2.html")),
        ("a parameter", "/a?id=7", "<a href='?id=7&amp;page=2'>Next</a>", false, Some("/a?id=7&page=2")),
        (
            "a directory",
            "/story/food-check/",
            "<a href=/story/food-check/2/>Next page »</a>",
            false,
            Some("/story/food-check/2/"),
        ),
        (
            "a directory called page",
            "/story/food-check",
            "<a href=/story/food-check/page/2>2</a>",
            false,
            Some("/story/food-check/page/2"),
        ),
        ("told to machines", "/a/7", "<link rel=next href=/a/7?page=2>", false, Some("/a/7?page=2")),
        (
            "in a span",
            a,
            "<a href=t101_2.html><span>下一页</span></a>",
            false,
            Some("/2026/0114/t101_2.html"),
        ),
        (
            "on the second page",
            "/2026/0114/t101_2.html",
            "<a href=t101.html>上一页</a><a href=t101_3.html>3</a>",
            true,
            Some("/2026/0114/t101_3.html"),
        ),
        (
            "the last page",
            "/2026/0114/t101_3.html",
            "<a href=t101.html>1</a><a href=t101_2.html>2</a>",
            true,
            None,
        ),
        (
            "the first is numbered, too",
            "/a/t9_1.html",
            "<a href=/a/t9_2.html>下一页</a>",
            false,
            Some("/a/t9_2.html"),
        ),
        (
            "all on one page is better",
            a,
            "<a href=t101_2.html>2</a><a href=t101_all.html>阅读全文</a>",
            false,
            Some("/2026/0114/t101_all.html"),
        ),
        (
            "all by a parameter",
            "/a/7",
            "<a href='/a/7?page=2'>2</a><a href='/a/7?all'>View all</a>",
            false,
            Some("/a/7?all"),
        ),
        (
            "behind a base",
            a,
            "<base href=/x/><a href=/2026/0114/t101_2.html>2</a>",
            false,
            Some("/2026/0114/t101_2.html"),
        ),
        // What looks like it.
        ("the next article", a, "<a href=t102.html>下一篇：岚栎科技年报</a>", false, None),
        ("the next article, called next", a, "<a href=t102.html>下一页</a>", false, None),
        (
            "the next of numbered articles",
            "/news/7_101.html",
            "<a href=/news/7_102.html>下一页</a>",
            false,
            None,
        ),
        ("the next number is another article", "/a/2.html", "<a href=/a/3.html>3</a>", false, None),
        ("the next post, told to machines", "/archives/12", "<link rel=next href=/archives/13>", false, None),
        (
            "pages of comments",
            "/a/7",
            "<a href='/a/7?page=2#comments'>2</a><a href=/a/7/comment-page-2/>Next</a>",
            false,
            None,
        ),
        (
            "pages in the comments",
            "/a/7",
            "<div id=comments><ul class=pager><li><a href='?page=2'>2</a></ul></div>",
            false,
            None,
        ),
        (
            "behind closed comments",
            "/a/7",
            "<div class=comment-count>3</div><a href='?page=2'>2</a>",
            false,
            Some("/a/7?page=2"),
        ),
        ("pages of a list", "/news/index.html", "<a href=index_2.html>下一页</a>", false, None),
        ("pages of the site's start", "/", "<a href=/2/>2</a>", false, None),
        ("another site", a, "<a href=https://other.example/2026/0114/t101_2.html>2</a>", false, None),
        ("a headline in the address' line", a, "<a href=t101_2.html>岚栎科技二号工厂开工</a>", false, None),
        ("all of another article", a, "<a href=t102_all.html>阅读全文</a>", false, None),
        ("a page far away", a, "<a href=t101_9.html>9</a>", false, None),
        ("beyond the most", "/a/t1_10.html", "<a href=t1_11.html>下一页</a>", true, None),
        ("an attachment of that number", a, "<a href=t101_2.pdf>2</a>", false, None),
        ("cut off", a, "<a href=t101_2.html", false, None),
    ] {
        assert_eq!(on(at, html, further).as_deref(), expected, "{why}");
    }
}

#[test]
fn pages_are_joined_without_what_they_share() {
    let entry = Entry {
        key: EntryKey::url("https://news.yanxi.example/a"),
        aliases: Vec::new(),
        url: None,
        title: "岚栎科技回应质疑".into(),
        text: "导语\n一\n二\n尾注".into(),
        byline: None,
        outlet: None,
        published: None,
    };
    for (why, title, text, expected) in [
        ("in order", "岚栎科技回应质疑(2)", "三\n四", Some("导语\n一\n二\n尾注\n三\n四")),
        (
            "what frames every page is said once",
            "岚栎科技回应质疑",
            "导语\n三\n一\n四\n尾注",
            Some("导语\n一\n二\n尾注\n三\n一\n四"),
        ),
        ("no title", "", "三", Some("导语\n一\n二\n尾注\n三")),
        ("all of it", "岚栎科技回应质疑", "导语\n一\n二\n三\n尾注", Some("导语\n一\n二\n三\n尾注")),
        ("the same page again", "岚栎科技回应质疑", "导语\n一\n二\n尾注", None),
        ("another article", "砚溪市图书馆延长开放", "三\n四", None),
    ] {
        let page = Article {
            title: title.into(),
            text: text.into(),
            author: None,
            outlet: None,
            published: None,
            canonical: None,
        };
        assert_eq!(join(&entry, &page).map(|entry| entry.text).as_deref(), expected, "{why}");
    }
    let long = Article {
        title: String::new(),
        text: "三".repeat(LONGEST),
        author: None,
        outlet: None,
        published: None,
        canonical: None,
    };
    assert_eq!(join(&entry, &long), None, "too much");
}
