use super::*;
use crate::model::{Entry, EntryKey, Word};

const AT: &str = "https://www.yanxi.example/notices/1.html";

fn entry(title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey::manual("1"),
        aliases: Vec::new(),
        url: None,
        title: title.to_owned(),
        text: text.to_owned(),
        byline: None,
        outlet: None,
        published: None,
    }
}

fn of(html: &str, entries: &[Entry]) -> Whole {
    let url = Url::parse(AT).unwrap();
    let body = Body { url: Some(&url), ..Body::of(html.as_bytes()) };
    whole(&body, &Reading { entries: entries.to_vec(), ..Reading::default() }).unwrap()
}

/// `spot text`, one a line.
fn parts(html: &str) -> Vec<String> {
    of(html, &[]).parts.iter().map(|part| format!("{} {}", part.spot.key(), part.text)).collect()
}

/// `through domain`, hidden ones with a star.
fn links(html: &str) -> Vec<String> {
    let whole = of(html, &[]);
    let star = |link: &Outward| if link.hidden { "*" } else { "" };
    whole.links.iter().map(|link| format!("{}{} {}", star(link), link.through.key(), link.domain)).collect()
}

#[test]
fn every_corner_of_a_page_is_read_and_named() {
    for (why, html, expected) in [
        ("the title", "<title>停水通知 &#21338;彩</title>", "title 停水通知 博彩"),
        ("keywords", "<meta name=Keywords content='时时彩,棋牌'>", "meta 时时彩,棋牌"),
        ("what other sites show of it", "<meta property=og:description content='代开发票'>", "meta 代开发票"),
        ("a hidden block", "<div style='display:none'>博彩<b>平台</b></div>", "hidden 博彩平台"),
        ("inside a line", "<p>通知<span hidden>博彩平台</span>全文</p>", "hidden 博彩平台"),
        (
            "by a rule of the page",
            "<style>.k{text-indent:-999px}</style><p class=k>棋牌下载</p>",
            "hidden 棋牌下载",
        ),
        (
            "by a script",
            "<div id=t>私服发布</div><script>document.getElementById(\"t\").style.display='none'</script>",
            "hidden 私服发布",
        ),
        (
            "opened by a script, closed by another",
            "<script>document.write('<div style=\"left:-9999px;position:absolute\">')</script><p>六合彩</p><script>document.write('</div>')</script>",
            "hidden 六合彩",
        ),
        ("for readers without scripts", "<body><noscript><p>百家乐</p></noscript>", "hidden 百家乐"),
        ("a template", "<template><p>老虎机</p></template>", "hidden 老虎机"),
        ("a comment", "<p>a</p><!-- 内部资料 <b>注意</b> -->", "comment 内部资料 注意"),
        ("a picture's words", "<img src=a.png alt='名单 公示'>", "alt 名单 公示"),
        ("a hint to a link", "<a href=/ title='更多公告'>x</a>", "alt 更多公告"),
        ("a form's hint", "<input placeholder='请输入身份证号'>", "form 请输入身份证号"),
        ("a choice", "<select><option>请选择街道</select>", "form 请选择街道"),
        ("a menu", "<ul><li><a href=/news/>政务要闻</a></li></ul>", "link_text 政务要闻"),
        ("a footer", "<div>主办：砚溪市人民政府办公室</div>", "text 主办：砚溪市人民政府办公室"),
        (
            "an address elsewhere",
            "<a href='https://a.bet.example/%E5%8D%9A'>x</a>",
            "link https://a.bet.example/博",
        ),
        (
            "a search page of ours",
            "<a href='/s?q=%E6%97%B6%E6%97%B6%E5%BD%A9'>x</a>",
            "link https://www.yanxi.example/s?q=时时彩",
        ),
        ("a telephone", "<a href='tel:0730-5550100'>致电</a>", "link tel:0730-5550100"),
    ] {
        let found = parts(html);
        assert!(
            found.iter().any(|part| part == expected || part.replace(' ', "") == expected.replace(' ', "")),
            "{why}: {found:?}"
        );
    }
}

#[test]
fn keys_and_numbers_for_machines_are_left_alone() {
    let html =
        "<meta name=token content=15712340092><input type=hidden value=15712340092><meta charset=utf-8>";
    assert_eq!(parts(html), [""; 0]);
}

#[test]
fn what_leads_to_other_sites_and_whether_anybody_sees_it() {
    for (why, html, expected) in [
        ("a link", "<a href=http://x.lanli.example/a>岚栎</a>", vec!["link lanli.example"]),
        ("one of the same site", "<a href=http://bbs.yanxi.example/>论坛</a><a href=/a>b</a>", vec![]),
        (
            "under a public suffix",
            "<a href=http://a.b.gov.cn/>x</a><a href=http://c.com.cn/>y</a>",
            vec!["link b.gov.cn", "link c.com.cn"],
        ),
        ("a bare address", "<a href=http://203.0.113.7/x>x</a>", vec!["link 203.0.113.7"]),
        (
            "out of sight",
            "<div style=display:none><a href=http://a.bet.example>x</a></div>",
            vec!["*link bet.example"],
        ),
        (
            "out of sight itself",
            "<a style='font-size:0px' href=http://a.bet.example>x</a>",
            vec!["*link bet.example"],
        ),
        ("without a word", "<a href=http://a.bet.example></a>", vec!["*link bet.example"]),
        (
            "a sign without words",
            "<a class=icon href=http://a.lanli.example></a>",
            vec!["link lanli.example"],
        ),
        ("a picture", "<a href=http://a.lanli.example><img src=a.png></a>", vec!["link lanli.example"]),
        (
            "a frame of a pixel",
            "<iframe src=//a.bet.example/x width=0 height=0></iframe>",
            vec!["*frame bet.example"],
        ),
        (
            "a film",
            "<iframe src=//v.lanli.example/x width=500 height=300></iframe>",
            vec!["frame lanli.example"],
        ),
        (
            "sent away",
            "<meta http-equiv=Refresh content='0; url=http://a.bet.example/'>",
            vec!["*refresh bet.example"],
        ),
        (
            "scripts",
            "<script src=//a.lanli.example/x.js></script><script>s.src='//b.bet.example/y.js'</script>",
            vec!["script lanli.example", "script bet.example"],
        ),
        (
            "data of a script is none",
            "<script type=application/ld+json>{\"@context\":\"https://schema.example\"}</script>",
            vec![],
        ),
        ("a form", "<form action=https://a.bet.example/post></form>", vec!["form bet.example"]),
        ("a comment leads nowhere", "<!-- <a href=http://a.bet.example>x</a> -->", vec![]),
        (
            "no address",
            "<a href='javascript:;'>x</a><a href='http://'>y</a><a href='data:text/html,x'>z</a>",
            vec![],
        ),
    ] {
        assert_eq!(links(html), expected, "{why}");
    }
}

#[test]
fn what_the_entries_say_is_left_out() {
    let html = "<title>停水通知_砚溪市人民政府</title><meta name=description content='因管网改造，城东片区停水'>\
                <h1>停水通知</h1><p>因管网改造，城东片区停水。</p><p>请提前储水。</p><div>友情链接</div>";
    let whole = of(html, &[entry("关于城东片区停水的通知", "因管网改造，城东片区停水。\n请提前储水。")]);
    let left: Vec<_> = whole.parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(left, ["停水通知_砚溪市人民政府", "停水通知", "友情链接"]);
    let whole = of(html, &[entry("停水通知_砚溪市", "因管网改造，城东片区停水。")]);
    assert_eq!(whole.parts[0].text, "人民政府");
}

#[test]
fn long_lines_are_cut_so_that_no_word_is_lost() {
    let text = (0..800).map(|n| format!("棋牌下载{n}")).collect::<String>();
    let found = of(&format!("<div hidden>{text}</div>"), &[]).parts;
    assert!(
        found.len() > 6 && found.iter().all(|part| part.text.chars().count() <= PIECE),
        "{}",
        found.len()
    );
}

#[test]
fn what_is_no_page_is_not_read() {
    for (why, bytes) in [
        ("a feed", &b"<?xml version=\"1.0\"?><rss><channel><title>x</title></channel></rss>"[..]),
        ("data", b"{\"a\": \"<b>\"}"),
        ("nothing", b"  "),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0"),
        ("a heap of tags", &b"<div>".repeat(100_000)),
    ] {
        assert!(whole(&Body::of(bytes), &Reading::default()).is_none(), "{why}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = whole(&Body::of(&bytes), &Reading::default());
    }

    #[test]
    fn no_markup_makes_it_panic(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "<div style='display:none", "'>", "<a href=", "http://a.bet.example/%E5%8D", "<script>document.write('", "\\x5",
            "')", "</script>", "<style>.a{", "}", "<!--", "-->", "博彩", "<noscript>", "<template>", "getElementById('",
            "').style.display='none'", "</div>", "<meta http-equiv=refresh content='", "<iframe src=", ">", "//x.y",
        ]), 0..40)
    ) {
        let html = pieces.concat();
        let _ = whole(&Body::of(html.as_bytes()), &Reading::default());
    }
}
