//! Renders the world's pages in the shapes of real sites: a modern one, a table layout in GBK, a board and threads.

use super::pages::{Page, Part, Site};
use chrono::{DateTime, Datelike, FixedOffset};
use std::fmt::Write as _;

const ARTICLE: &str = include_str!("templates/article.html");
const PORTAL: &str = include_str!("templates/portal.html");
const LIST: &str = include_str!("templates/list.html");
const BOARD: &str = include_str!("templates/board.html");
const THREAD: &str = include_str!("templates/thread.html");

/// A part that has been put out, with the time that the page gives for it.
pub(super) struct Shown<'p> {
    pub part: &'p Part,
    pub at: DateTime<FixedOffset>,
}

/// A page with at least one part that has been put out, oldest part first.
pub(super) struct Published<'p> {
    pub page: &'p Page,
    pub parts: Vec<Shown<'p>>,
}

impl Published<'_> {
    /// When something on it was last put out.
    pub(super) fn newest(&self) -> DateTime<FixedOffset> {
        self.parts.iter().map(|shown| shown.at).max().unwrap_or_default()
    }
}

/// One article or thread page. `base` is the world's address with its scheme.
pub(super) fn page(published: &Published, base: &str) -> String {
    let Published { page, parts } = published;
    let Some(first) = parts.first() else { return String::new() };
    let (template, body) = match page.site {
        Site::Bar => (THREAD, posts(published)),
        Site::Portal => (PORTAL, paragraphs(first)),
        Site::News | Site::Paper | Site::Own => (ARTICLE, paragraphs(first)),
    };
    let at = first.at;
    let published_zh = format!("{}年{:02}月{:02}日 {}", at.year(), at.month(), at.day(), at.format("%H:%M"));
    let facts = [
        ("title", escape(&page.title)),
        ("section", escape(&page.section)),
        ("author", escape(&first.part.author)),
        ("published", at.format("%Y-%m-%d %H:%M").to_string()),
        ("published_iso", at.to_rfc3339()),
        ("published_zh", published_zh),
        ("url", format!("{base}{}", page.path())),
        ("body", body),
    ];
    fill(template, page.site, &facts)
}

/// The page that lists what a site has put out, newest first.
pub(super) fn list(site: Site, listed: &[Published]) -> String {
    let mut items = String::new();
    for published in listed {
        let Published { page, parts } = published;
        let (path, title, newest) = (page.path(), escape(&page.title), published.newest());
        // Writing to a `String` cannot fail.
        let _ = if site == Site::Bar {
            let author = parts.first().map_or("", |first| first.part.author.as_str());
            let replies = parts.len().saturating_sub(1);
            writeln!(
                items,
                "<tr><td>{}</td><td class=\"replies\">{replies}</td><td class=\"subject\"><a href=\"{path}\">{title}</a>\
                 </td><td>{}</td><td>{}</td></tr>",
                64 + 87 * replies,
                escape(author),
                newest.format("%m-%d %H:%M:%S"),
            )
        } else {
            writeln!(
                items,
                "<li><a href=\"{path}\">{title}</a> <span>{}</span></li>",
                newest.format("%m-%d %H:%M")
            )
        };
    }
    let charset = if site == Site::Portal { "gbk" } else { "utf-8" };
    let template = if site == Site::Bar { BOARD } else { LIST };
    fill(template, site, &[("charset", charset.to_owned()), ("items", items)])
}

/// The site's feed, RSS 2.0.
pub(super) fn feed(site: Site, listed: &[Published], base: &str) -> String {
    let mut items = String::new();
    for Published { page, parts } in listed {
        let Some(first) = parts.first() else { continue };
        let _ = writeln!(
            items,
            "<item><title>{}</title><link>{base}{path}</link><guid isPermaLink=\"true\">{base}{path}</guid>\
             <category>{}</category><pubDate>{}</pubDate><description>{}</description></item>",
            escape(&page.title),
            escape(&page.section),
            first.at.to_rfc2822(),
            escape(first.part.paragraphs.first().map_or("", String::as_str)),
            path = page.path(),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title><link>{base}{}</link>\
         <description>{}</description><language>zh-cn</language>\n{items}</channel></rss>\n",
        site.name(),
        site.path(),
        site.name(),
    )
}

fn paragraphs(shown: &Shown) -> String {
    texts(shown).map(|text| format!("<p>　　{text}</p>\n")).collect::<Vec<_>>().concat()
}

fn texts<'s>(shown: &'s Shown<'_>) -> impl Iterator<Item = String> + 's {
    shown.part.paragraphs.iter().map(|text| escape(&dated(text, shown.at)))
}

fn posts(published: &Published) -> String {
    let mut html = String::new();
    for (floor, shown) in published.parts.iter().enumerate() {
        let id = format!("{}{:03}", published.page.id, floor + 1);
        let text = texts(shown).map(|text| format!("<p>{text}</p>")).collect::<Vec<_>>().concat();
        let _ = writeln!(
            html,
            "<div class=\"post\" id=\"p{id}\">\n<div class=\"post-head\"><span class=\"author\">{}</span> 发表于 <span \
             class=\"time\">{}</span> <a class=\"floor\" href=\"#p{id}\">{}楼</a></div>\n<div class=\"post-text\">{text}</div>\n\
             <div class=\"post-foot\"><a href=\"javascript:;\">赞</a> <a href=\"javascript:;\">回复</a> <a \
             href=\"javascript:;\">举报</a></div>\n</div>",
            escape(&shown.part.author),
            shown.at.format("%Y-%m-%d %H:%M"),
            floor + 1,
        );
    }
    html
}

/// Dates inside a text follow the day on which it is put out.
fn dated(text: &str, at: DateTime<FixedOffset>) -> String {
    text.replace("{{date_zh}}", &format!("{}月{}日", at.month(), at.day()))
        .replace("{{date_full_zh}}", &format!("{}年{}月{}日", at.year(), at.month(), at.day()))
        .replace("{{last_year_zh}}", &format!("{}年{}月{}日", at.year(), at.month(), at.day()))
}

/// Puts the facts and what belongs to every page of the site into a template.
fn fill(template: &str, site: Site, facts: &[(&str, String)]) -> String {
    let (channels, hot, footer) = chrome(site);
    let home = site.path();
    let link = |part: &str, n: usize, name: &str| format!("<a href=\"{home}{part}/{n}.html\">{name}</a>");
    let nav: Vec<_> = channels.iter().enumerate().map(|(n, name)| link("channel", n, name)).collect();
    let list: Vec<_> =
        hot.iter().enumerate().map(|(n, name)| format!("<li>{}</li>", link("hot", n, name))).collect();
    let common = [
        ("site", site.name().to_owned()),
        ("home", home.to_owned()),
        ("nav", nav.join(" ")),
        ("side", list.concat()),
        ("footer", footer.to_owned()),
    ];
    facts
        .iter()
        .chain(&common)
        .fold(template.to_owned(), |html, (key, value)| html.replace(&format!("{{{{{key}}}}}"), value))
}

/// Navigation, side list and footer: what stands around every article and is not news.
fn chrome(site: Site) -> (&'static [&'static str], &'static [&'static str], &'static str) {
    match site {
        Site::News => (
            &["首页", "要闻", "经济", "民生", "文化", "体育", "交通", "天气", "视频", "图片", "专题", "问政"],
            &[
                "老街口的修鞋摊要搬家了",
                "江边银杏进入最佳观赏期",
                "十二路公交新增夜班车",
                "手把手教你腌冬菜",
                "周末去哪儿看展",
            ],
            "砚溪新闻网 版权所有 地址：砚溪市文庙路1号 电话：0730-5550160",
        ),
        Site::Bar => (
            &["首页", "股吧", "自选", "行情", "研报", "公告", "问答", "活动"],
            &["长江沿线露营地图", "新手怎样读现金流量表", "老股民的记账本", "冬天跑步要不要戴手套"],
            "本社区由岚江互动运营 客服：0730-5550170",
        ),
        Site::Portal => (
            &["新闻", "财经", "科技", "数码", "房产", "汽车", "教育", "美食", "旅游", "论坛"],
            &["羊汤馆的早晨", "旧书店里的地图", "怎样挑一把好伞", "三口之家的周末菜单", "阳台也能种草莓"],
            "岚江在线网络服务有限公司 增值电信业务许可（演示）",
        ),
        Site::Paper => (
            &["头版", "公司", "市场", "产业", "基金", "债券", "评论", "数据"],
            &["基金经理的年终答卷", "冷链设备调研手记", "数据中心：一周数字", "读懂互动平台问答"],
            "江声证券报社 版权所有 新闻热线：0730-5550180",
        ),
        Site::Own => (
            &["首页", "关于我们", "产品中心", "公司动态", "投资者关系", "人才招聘", "联系我们"],
            &["工业传感器选型手册", "温控模块应用案例", "招聘：嵌入式工程师", "参观预约须知"],
            "岚栎科技股份有限公司 证券代码：604518 地址：砚溪市高新区创业路8号 电话：0730-5550100",
        ),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
