//! What lies in files, and what sites send in place of a page.

use crate::evidence::written;
use crate::world::{LIST, NOISE, Page, Setup, World, article, list, minutes, rumour, source};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/attachments/", $name)).to_vec()
    };
}

/// What `list.xlsx` tells of two people; one of them stands in a hidden row, all numbers in a hidden column.
const SECRETS: [&str; 4] = ["110101204803074516", "110101204506122331", "13812345678", "13912345679"];

async fn watching(own: &str) -> World {
    let sources = [source("own-site", "list", "/own/", &format!("{own}\n{LIST}"))];
    let mut world = Setup::default().sources(&sources).start().await;
    world.site.put("/a/old.html", article("图书馆", NOISE, world.now()));
    world.publish("/own/", list(&[("/a/old.html", "图书馆延长开放时间")])).await;
    world
}

fn with_file(path: &str, called: &str, world: &World) -> Page {
    article("名单公示", &format!("{NOISE}</p><p>附件：<a href=\"{path}\">{called}</a>"), world.now())
}

fn file(bytes: Vec<u8>) -> Page {
    Page::new("application/octet-stream", bytes)
}

#[tokio::test]
async fn p8_numbers_in_a_table_that_a_notice_links_to_are_an_incident_and_masked_everywhere() {
    for (name, bytes) in [
        ("list.xlsx", fixture!("list.xlsx")),
        ("list.xls", fixture!("list.xls")),
        ("notice.docx", fixture!("notice.docx")),
        ("notice.pdf", fixture!("notice.pdf")),
        ("list.csv", fixture!("list.csv")),
    ] {
        let mut world = watching("own = true").await;
        world.site.put(&format!("/up/{name}"), file(bytes));
        world.site.put("/a/1.html", with_file(&format!("/up/{name}"), "附件1：名单", &world));
        world.publish("/own/", list(&[("/a/1.html", "砚溪市公示一批名单")])).await;
        assert_eq!(
            world.sql("SELECT rule_key || ' ' || severity FROM incident"),
            ["own-personal-data orange"],
            "{name}: {:?} {:?}",
            world.ledger("own-site"),
            world.sql("SELECT url, why, state, reason FROM page")
        );
        assert_eq!(world.mailed(), ["duty"], "{name}");
        let entry = world.sql(&format!(
            "SELECT revision.title, entry.old IS NULL FROM revision JOIN entry ON entry.id = revision.entry
              WHERE entry.url LIKE '%/up/{name}'"
        ));
        assert_eq!(entry, ["附件1：名单|1"], "{name}: an entry of its own, as new as its notice");
        assert_eq!(world.sql("SELECT count(*) FROM revision WHERE raw IS NOT NULL"), ["0"], "{name}");
        for (place, bytes) in written(&world).await {
            for secret in SECRETS {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{name}: {secret} stands in {place}");
            }
        }
    }
}

#[tokio::test]
async fn files_that_cannot_be_read_are_said_in_words_and_stop_nothing() {
    let mut world = watching("own = true").await;
    world.site.put("/up/locked.pdf", file(fixture!("locked.pdf")));
    world.site.put("/up/gone.xlsx", Page::status(404));
    world.site.put("/up/login.docx", Page::html("<title>用户登录</title><form><input type=password></form>"));
    world.site.put("/up/list.xlsx", file(fixture!("list.xlsx")[..5000].to_vec()));
    world.site.put("/up/table.pdf", file(fixture!("table.pdf")));
    let links = ["locked.pdf", "gone.xlsx", "login.docx", "list.xlsx", "all.rar"]
        .map(|name| format!("<a href=\"/up/{name}\">{name}</a>"));
    world
        .site
        .put("/a/1.html", article("名单公示", &format!("{NOISE}</p><p>{}", links.concat()), world.now()));
    // A list may link to a file itself.
    let rows = [("/a/1.html", "砚溪市公示一批名单"), ("/up/table.pdf", "砚溪市食品抽检结果公示")];
    world.publish("/own/", list(&rows)).await;
    for (path, expected) in [
        ("locked.pdf", "given_up|a PDF file locked with a password; open it by hand"),
        ("gone.xlsx", "gone|127.0.0.1"),
        ("login.docx", "due|a login page instead of a document that is read (用户登录)"),
        ("list.xlsx", "given_up|"),
        ("table.pdf", "done|"),
    ] {
        let page = world.sql(&format!("SELECT state, reason FROM page WHERE url LIKE '%/up/{path}'"));
        assert!(page.len() == 1 && page[0].starts_with(expected), "{path}: {page:?}");
    }
    assert!(world.site.paths().iter().all(|path| !path.contains("all.rar")));
    let ledger = world.ledger("own-site");
    assert!(ledger.iter().any(|row| row == "visited: files that are not read: 1 rar"), "{ledger:?}");
    let titles = world.sql("SELECT title FROM revision ORDER BY title");
    assert!(titles.contains(&"locked.pdf".to_owned()), "its name is kept: {titles:?}");
    assert!(titles.contains(&"砚溪市食品抽检结果公示".to_owned()), "{titles:?}");
}

#[tokio::test]
async fn files_of_others_are_theirs() {
    let mut world = watching("").await;
    world.site.put("/up/list.xlsx", file(fixture!("list.xlsx")));
    world.site.put("/a/1.html", with_file("/up/list.xlsx", "附件", &world));
    world.publish("/own/", list(&[("/a/1.html", "砚溪市公示一批名单")])).await;
    assert!(world.site.paths().iter().all(|path| !path.starts_with("/up/")), "{:?}", world.site.paths());
}

const CHECK: &str =
    "<html><head><title>安全验证</title></head><body><p>请按住滑块，拖动到最右边</p></body></html>";

#[tokio::test]
async fn a_check_for_robots_is_a_failed_visit_and_the_page_is_read_later() {
    let mut world = watching("").await;
    world.site.put("/a/1.html", Page::html(CHECK));
    world.publish("/own/", list(&[("/a/1.html", "岚栎科技传闻一则，今日发布")])).await;
    let page = "SELECT state || ' ' || tries FROM page WHERE url LIKE '%/a/1.html'";
    assert_eq!(world.sql(page), ["due 1"]);
    assert_eq!(world.sql("SELECT count(*) FROM entry"), ["1"], "nothing is stored in its place");
    assert!(
        world
            .ledger("own-site")
            .iter()
            .any(|row| row.starts_with("failed: a check for robots instead of an article page (安全验证)")),
        "{:?}",
        world.ledger("own-site")
    );
    world.site.put("/a/1.html", article("岚栎科技传闻", &rumour(1), world.now()));
    world.advance(minutes(2)).await;
    assert_eq!(world.sql(page), ["done 1"]);
    assert_eq!(world.mailed(), ["duty"]);
    // The list itself: a failure, not an empty list.
    world.publish("/own/", Page::html(CHECK)).await;
    assert_eq!(world.sql("SELECT fails FROM source"), ["1"]);
    world.publish("/own/", list(&[("/a/old.html", "图书馆延长开放时间")])).await;
    assert_eq!(world.sql("SELECT fails FROM source"), ["0"]);
}

#[tokio::test]
async fn a_page_that_stays_closed_gives_what_its_list_said() {
    let mut world = watching("").await;
    world.site.put("/a/1.html", Page::html(CHECK));
    world.publish("/own/", list(&[("/a/1.html", "岚栎科技被立案调查，砚溪证监部门通报")])).await;
    for _ in 0..6 {
        world.advance(minutes(400)).await;
    }
    assert_eq!(world.sql("SELECT state FROM page WHERE url LIKE '%/a/1.html'"), ["given_up"]);
    let kept = world.sql("SELECT title FROM revision WHERE title LIKE '岚栎科技%'");
    assert_eq!(kept, ["岚栎科技被立案调查，砚溪证监部门通报"]);
}

#[tokio::test]
async fn a_page_that_says_it_is_gone_is_gone_and_a_shell_is_given_up_with_advice() {
    let mut world = watching("").await;
    world.site.put("/", Page::html(format!("<title>砚溪网</title><p>{NOISE}</p>")));
    let missing =
        "<html><head><title>页面不存在 - 砚溪网</title></head><body><p>5秒后返回首页</p></body></html>";
    let shell = "<html><body><noscript>请启用JavaScript</noscript><div id=\"app\"></div><script src=/a.js></script></body></html>";
    for (path, page) in [
        ("/a/1.html", Page::html(missing)),
        ("/a/2.html", Page::html(shell)),
        ("/a/3.html", Page::status(302).header("Location", "/")),
        ("/a/4.html", Page::new("application/json", "{\"code\":0}")),
    ] {
        world.site.put(path, page);
    }
    let rows = [
        ("/a/1.html", "第一则要闻，今日发布"),
        ("/a/2.html", "第二则要闻，今日发布"),
        ("/a/3.html", "第三则要闻，今日发布"),
        ("/a/4.html", "第四则要闻，今日发布"),
    ];
    world.publish("/own/", list(&rows)).await;
    for (path, expected) in [
        ("/a/1.html", "gone|a note that the page is gone instead of an article page (页面不存在)"),
        ("/a/2.html", "given_up|a page that a script has yet to fill instead of an article page"),
        ("/a/3.html", "gone|a note that the page is gone instead of an article page (sent on to 127.0.0.1/)"),
        ("/a/4.html", "given_up|a JSON answer is not an article page"),
    ] {
        let page = world.sql(&format!("SELECT state, reason FROM page WHERE url LIKE '%{path}'"));
        assert!(page.len() == 1 && page[0].starts_with(expected), "{path}: {page:?}");
    }
    let titles = world.sql("SELECT title FROM revision WHERE title LIKE '第%' ORDER BY title");
    assert_eq!(titles.len(), 4, "what the list said is kept: {titles:?}");
}
