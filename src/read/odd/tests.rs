use super::*;
use crate::model::Fate;
use proptest::prelude::*;

fn judged(html: &str, wanted: Wanted) -> Option<Odd> {
    match of(html, wanted) {
        Some(Unreadable::Odd { odd, .. }) => Some(odd),
        _ => None,
    }
}

const NAV: &str = "<div class=nav><a href=/>首页</a><a href=/n/>新闻</a><a href=/c/>财经</a><a href=/l/>生活</a>\
    <a href=/s/>社会</a><a href=/t/>体育</a><a href=/v/>视频</a><a href=/p/>图片</a></div>";
const FOOT: &str = "<div class=foot><a href=/about>关于我们</a> 版权所有 砚溪网 ICP备00000000号 违法和不良信息举报电话：0000-0000000</div>";
const PROSE: &str =
    "砚溪市市场监督管理局昨日通报，全市餐饮单位抽检合格率为百分之九十八，较去年同期有所提高。";

fn site(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html><head><title>{title}</title><script src=/a.js></script></head><body>{NAV}{body}{FOOT}</body></html>"
    )
}

#[test]
fn what_stands_in_for_a_page_is_told_by_its_shape() {
    for (why, html, expected) in [
        ("a slider", site("安全验证", "<div id=nc>请按住滑块，拖动到最右边</div>"), Odd::Challenge),
        ("under the site's name", site("滑动验证页面 - 砚溪网", "<div class=box></div>"), Odd::Challenge),
        ("only a message", "<html><body><p>您的访问过于频繁，请稍后再试。</p></body></html>".to_owned(), Odd::Challenge),
        ("as bare text", "访问过于频繁，请输入验证码后继续访问".to_owned(), Odd::Challenge),
        ("a wall", site("访问拦截", "<h1>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</h1><p>您的请求ID是：7b0d32</p>"), Odd::Challenge),
        ("a cloud's wall", "<html><title>网站防火墙</title><body><h3>网站防火墙</h3><p>您的请求带有不合法的参数，已被网站管理员设置拦截！</p><p>可能原因：您提交的内容包含危险的攻击请求</p></body></html>".to_owned(), Odd::Challenge),
        ("Cloudflare", "<!DOCTYPE html><html lang=en-US><head><title>Just a moment...</title><meta http-equiv=refresh content=390></head><body><noscript>Enable JavaScript and cookies to continue</noscript><script>window._cf_chl_opt={}</script></body></html>".to_owned(), Odd::Challenge),
        ("Akamai", "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access \"http://y.example/\" on this server.<P>Reference #18.1</BODY></HTML>".to_owned(), Odd::Challenge),
        ("a person?", site("人机验证", "<form><input name=code><img src=/code.png></form>"), Odd::Challenge),
        ("a script with a cookie", "<html><script>document.cookie='a=1;path=/';location.reload();</script></html>".to_owned(), Odd::Challenge),
        ("a scrambled script", "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>".to_owned(), Odd::Challenge),
        ("a login page", site("用户登录", "<form><input name=u><input type=\"password\" name=p><button>登录</button></form>"), Odd::Login),
        ("in English", "<title>Sign in | Yanxi</title><form><label>User <input><label>Password <input type='password'></form>".to_owned(), Odd::Login),
        ("a forum's wall", site("提示信息 - 砚溪论坛", "<div id=messagetext><p>抱歉，您需要登录后才可以查看本版块的内容</p></div>"), Odd::Login),
        ("a group without leave", site("砚溪论坛", "<p>抱歉，您所在的用户组(游客)无法进行此操作</p>"), Odd::Login),
        ("gone, in the title", site("页面不存在 - 砚溪网", "<p>5秒后返回首页</p>"), Odd::Missing),
        ("gone, politely", site("砚溪网", "<h1>抱歉，您访问的页面不存在</h1><p>可能已被删除，或地址有误。</p>"), Odd::Missing),
        ("gone, in a box", site("砚溪网_砚溪新闻门户", "<div>该内容已被发布者删除</div>"), Odd::Missing),
        ("a number", site("404", "<p>出错了</p>"), Odd::Missing),
        ("as a server says it", "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center><hr></body></html>".to_owned(), Odd::Missing),
        ("a thread that is gone", site("提示信息 - 砚溪论坛", "<p>抱歉，指定的主题不存在或已被删除或正在被审核</p>"), Odd::Missing),
        ("in English", site("Yanxi Daily", "<h2>Page not found</h2><p>Sorry, the page you requested could not be found.</p>"), Odd::Missing),
        ("a shell", "<html><head><title>岚栎科技</title></head><body><noscript>We're sorry but this app doesn't work properly without JavaScript enabled.</noscript><div id=\"app\"></div><script src=/app.js></script></body></html>".to_owned(), Odd::Shell),
        ("a shell that says nothing", "<title>砚溪发布</title><div id='root'></div><script src=main.js></script>".to_owned(), Odd::Shell),
        ("loading", "<body><div id=app><p>加载中…</p></div><script src=a.js></script>".to_owned(), Odd::Shell),
        ("sent on by a script", "<html><script>window.location.href = 'https://m.yanxi.example/';</script></html>".to_owned(), Odd::Shell),
        ("sent on by a tag", "<meta http-equiv='Refresh' content='0; url=/new/'>".to_owned(), Odd::Shell),
        ("being sent on", "<title>正在跳转</title><body>正在跳转，请稍候…<script>setTimeout(go,1)</script>".to_owned(), Odd::Shell),
        ("frames", "<frameset cols=*><frame src=/a.html></frameset>".to_owned(), Odd::Shell),
        ("a fresh server", "<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p></body></html>".to_owned(), Odd::Parked),
        ("a fresh site", "<title>恭喜，站点创建成功！</title><h3>恭喜, 站点创建成功！</h3><p>这是默认index.html，本页面由系统自动生成</p>".to_owned(), Odd::Parked),
        ("a lapsed name", "<title>yanxi.example</title><p>This domain is for sale. Buy this domain today!</p>".to_owned(), Odd::Parked),
        ("closed", site("网站暂时关闭", "<p>网站升级，敬请谅解。</p>"), Odd::Parked),
    ] {
        assert_eq!(judged(&html, Wanted::Article), Some(expected), "{why}: {html}");
    }
}

#[test]
fn a_page_about_such_things_is_a_page() {
    let short = format!("<p>{PROSE}</p><p>{PROSE}</p>");
    let login = "<form class=top><input name=u><input type=password name=p><a href=/login>登录</a><a href=/r>注册</a></form>";
    let long = "<p>记者体验发现，多个网站在访问时弹出安全验证，提示访问过于频繁，需要拖动滑块完成拼图后才能继续浏览。专家认为，这类人机验证有助于抵御机器流量，但不应影响老年人使用。有网友反映，输入验证码后仍提示页面不存在。</p>";
    for (why, html) in [
        (
            "about captchas",
            site(
                "网站频频弹出安全验证，专家怎么看？",
                &format!("<h1>网站频频弹出安全验证，专家怎么看？</h1>{long}{short}"),
            ),
        ),
        (
            "about them, in short",
            site(
                "12306回应访问过于频繁：系统正在优化",
                &format!(
                    "<h1>12306回应访问过于频繁：系统正在优化</h1><p>客服表示，访问过于频繁系系统拥堵所致。</p><p>{PROSE}</p>"
                ),
            ),
        ),
        ("what a captcha is", site("什么是验证码", &format!("<h1>什么是验证码</h1>{long}{long}{long}"))),
        (
            "about a missing page",
            site(
                "市民反映政务网站打开显示404 Not Found，回应来了",
                &format!(
                    "<h1>市民反映政务网站打开显示404 Not Found，回应来了</h1><p>有市民打开网站，页面显示页面不存在。</p>{short}"
                ),
            ),
        ),
        ("about a removal", site("涉事视频已被删除", &format!("<h1>涉事视频已被删除</h1>{short}"))),
        (
            "a login box in the corner",
            site("砚溪发布食品抽检通报", &format!("{login}<h1>砚溪发布食品抽检通报</h1>{short}")),
        ),
        (
            "a box to answer in",
            site(
                "自来水发黄",
                "<h1>自来水发黄</h1><div class=post>自来水发黄，有人管吗？</div><div class=reply>您需要登录后才可以回帖 <a href=/l>登录</a></div>",
            ),
        ),
        (
            "a greeting",
            site(
                "图片：砚溪秋色",
                &format!("<div class=top>您好，请登录</div><h1>图片：砚溪秋色</h1><p>{PROSE}</p>"),
            ),
        ),
        (
            "a short notice",
            site("停水通知", "<h1>停水通知</h1><p>因管道检修，砚溪路明日八时至十二时停水。</p>"),
        ),
        (
            "filled by the server",
            format!(
                "<title>砚溪发布</title><div id=app><h1>抽检通报</h1><p>{PROSE}</p><p>{PROSE}</p></div><script>window.location.search;</script>"
            ),
        ),
        (
            "a script that knows telephones",
            site(
                "砚溪发布抽检通报",
                &format!(
                    "<script>if(/Mobile/.test(navigator.userAgent)){{location.href='/m/1.html'}}</script><p>{PROSE}</p>"
                ),
            ),
        ),
        ("about a nginx hole", site("Welcome to nginx! 默认页面泄露信息", &format!("{long}{short}"))),
        (
            "a letter in capitals",
            site("LOGIN 系统升级公告", &format!("<h1>LOGIN 系统升级公告</h1><p>{PROSE}</p><p>{PROSE}</p>")),
        ),
        (
            "maintenance as news",
            site("砚溪政务网系统维护公告", &format!("<h1>砚溪政务网系统维护公告</h1><p>{PROSE}</p>")),
        ),
        ("nothing at all", String::new()),
    ] {
        assert_eq!(judged(&html, Wanted::Article), None, "{why}: {html}");
    }
    // Lists have few words of their own, and much in their corners.
    let rows: String = (0..12)
        .map(|n| format!("<li><a href=/a/{n}.html>砚溪市发布第{n}期食品安全抽检通报全文</a> 01-14</li>"))
        .collect();
    for (why, top) in [
        ("a greeting", "<div>您好，请先登录后再发表您的看法</div>"),
        ("a captcha in a box", "<form>请输入验证码查询 <input></form>"),
        ("a widget that is gone", "<div>抱歉，您访问的页面不存在</div>"),
        ("for those without scripts", "<noscript>请启用JavaScript</noscript><div id=app>"),
    ] {
        let html = site("新闻中心", &format!("{top}<ul>{rows}</ul>"));
        assert_eq!(judged(&html, Wanted::List), None, "{why}");
    }
    assert_eq!(judged(&site("安全验证", ""), Wanted::List), Some(Odd::Challenge));
    assert_eq!(judged("<p>请完成安全验证后继续访问</p>", Wanted::Feed), Some(Odd::Challenge));
}

#[test]
fn an_address_that_was_answered_by_another_says_so() {
    let at = |path: &str| Url::parse("https://news.yanxi.example/").unwrap().join(path).unwrap();
    for (why, asked, landed, expected) in [
        ("the home page", "/a/1.html", "/", Some(Odd::Missing)),
        ("the home page of the telephone site", "/a/1.html", "https://m.yanxi.example/", Some(Odd::Missing)),
        ("its index", "/a/1.html", "/index.html", Some(Odd::Missing)),
        ("a page for it", "/a/1.html", "/404.html", Some(Odd::Missing)),
        ("a login", "/a/1.html", "/user/login.aspx?to=1", Some(Odd::Login)),
        ("itself", "/a/1.html", "/a/1.html", None),
        ("a slash more", "/a", "/a/", None),
        ("a new place", "/a/1.html", "/b/1.html", None),
        ("home was asked for", "/", "/index.html", None),
        ("home shows it", "/a/1.html", "/?id=1", None),
        ("home was asked for by number", "/?id=1", "/", None),
    ] {
        let odd = turned_away(&at(asked), &at(landed), Wanted::Article);
        let odd = odd.map(|odd| match odd {
            Unreadable::Odd { odd, .. } => odd,
            other => panic!("{other}"),
        });
        assert_eq!(odd, expected, "{why}");
    }
}

#[test]
fn the_ledger_says_what_came_and_what_to_do() {
    let error = of("<title>安全验证</title>", Wanted::List).unwrap();
    assert_eq!(
        error.to_string(),
        "a check for robots instead of a list page (安全验证); tried again later; visit the site less often, or ask \
         it to let this machine in"
    );
    assert_eq!(error.fate(), Fate::Again);
    assert_eq!(of("<title>404</title>", Wanted::Article).unwrap().fate(), Fate::Gone);
    assert_eq!(of("<div id=app></div>", Wanted::Article).unwrap().fate(), Fate::GivenUp);
    let pdf = open(&Body::of(b"%PDF-1.4"), Wanted::Article).unwrap_err();
    assert_eq!(pdf.to_string(), "a PDF file is not an article page");
    let json = open(&Body::of(b"{\"code\":0}"), Wanted::Thread).unwrap_err();
    assert_eq!(json.to_string(), "a JSON answer is not a thread");
    let feed = open(&Body::of(b"<rss></rss>"), Wanted::List).unwrap_err();
    assert_eq!(feed.to_string(), "a feed is not a list page; use kind = \"feed\" for it");
}

#[test]
fn a_plain_text_is_read_as_a_page() {
    let text = format!("砚溪市食品抽检通报 < 2026\n\n　　{PROSE}\n{PROSE}\n\n　　{PROSE}\n");
    let body = Body { content_type: Some("text/plain; charset=utf-8"), ..Body::of(text.as_bytes()) };
    let article = crate::read::page(&body, &crate::model::ArticleSelectors::default()).unwrap();
    assert_eq!(article.title, "砚溪市食品抽检通报 < 2026");
    assert!(article.text.matches(PROSE).count() == 3 && article.text.contains('\n'), "{}", article.text);
    let lines = as_page(&format!("标题\n{PROSE}\n{PROSE}"));
    assert_eq!(lines.matches("<p>").count(), 2, "without blank lines every line is a paragraph: {lines}");
    let log = "2026-01-14 start\n2026-01-14 end\n";
    assert!(
        crate::read::page(&Body::of(log.as_bytes()), &crate::model::ArticleSelectors::default()).is_err()
    );
}

proptest! {
    #[test]
    fn any_page_is_judged(html in "(<[a-z!/ ]{0,9}[>\"'= -]{0,3}|[登录验证码404不存在 a-z]{0,9}){0,40}") {
        for wanted in [Wanted::Article, Wanted::List, Wanted::Feed] {
            let _ = of(&html, wanted);
        }
    }

    #[test]
    fn enough_text_is_a_page(before in "(<[a-z!/]{0,9}>|安全验证|404){0,20}", lines in 14..30_usize) {
        // An element of raw text that is never closed may swallow the rest.
        let open = ["script", "style", "svg", "select", "title", "iframe", "object", "!--"];
        prop_assume!(!open.iter().any(|name| before.contains(&format!("<{name}"))));
        let page = format!("{before}</a><div>{}</div>", format!("<p>{PROSE}</p>").repeat(lines));
        prop_assert_eq!(of(&page, Wanted::Article), None);
    }
}

/// Not a test of its own: `cargo test --release -- --ignored --nocapture odd_pages_cost` prints the figures.
#[test]
#[ignore = "a measurement"]
fn odd_pages_cost() {
    let script = format!("<script>{}</script>", "var a=b+c;".repeat(4_000));
    let links: String =
        (0..500).map(|n| format!("<li><a href=/a/{n}.html>砚溪市发布第{n}期通报</a></li>\n")).collect();
    let prose = format!("<p>{PROSE}</p>\n").repeat(60);
    for (what, html) in [
        ("an article behind scripts and links", site("砚溪", &format!("{script}{links}{prose}{script}"))),
        ("an article", site("砚溪", &format!("{prose}{links}{script}"))),
        ("framed by links", site("砚溪", &format!("{links}{links}{script}"))),
        ("a shell", site("砚溪", &format!("{script}{script}<div id=app></div>"))),
    ] {
        let start = std::time::Instant::now();
        for _ in 0..200 {
            std::hint::black_box(of(std::hint::black_box(&html), Wanted::Article));
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / 200.0;
        println!(
            "{what}: {each:.1} µs, {} kB, {:.1} µs per 100 kB",
            html.len() / 1000,
            each * 1e5 / html.len() as f64
        );
    }
}
