//! The shape of a page in: which odd page it is, and the sign that says so.
//!
//! A heading gives a page away only where it says hardly anything else (`安全验证 - 砚溪网`, not `安全验证码泄露怎么办`),
//! a message only where it is most of what the page says.

use super::Wanted;
use super::shape::Shape;
use crate::model::Odd;
use crate::read::text;

/// Words of a heading, and how many characters may stand beside them.
type Heading = (&'static str, usize);

const CHECKS: &[Heading] = &[
    ("安全验证", 6),
    ("安全驗證", 6),
    ("滑动验证", 4),
    ("滑块验证", 4),
    ("人机验证", 4),
    ("人機驗證", 4),
    ("访问验证", 4),
    ("行为验证", 4),
    ("图形验证", 4),
    ("机器人验证", 4),
    ("验证码", 4),
    ("请完成验证", 4),
    ("访问过于频繁", 3),
    ("请求过于频繁", 3),
    ("访问太频繁", 3),
    ("访问频率过高", 3),
    ("访问受限", 4),
    ("访问被拒绝", 4),
    ("拒绝访问", 4),
    ("禁止访问", 4),
    ("访问禁止", 4),
    ("访问被拦截", 4),
    ("访问拦截", 4),
    ("请求被拦截", 4),
    ("拦截提示", 4),
    ("安全拦截", 4),
    ("网站防火墙", 4),
    ("云防护", 6),
    ("云盾", 4),
    ("浏览器安全检查", 4),
    ("安全检查", 4),
    ("just a moment", 4),
    ("attention required", 2),
    ("access denied", 8),
    ("access to this page has been denied", 4),
    ("checking your browser", 30),
    ("security check", 10),
    ("security verification", 10),
    ("are you a robot", 4),
    ("are you human", 4),
    ("verify you are human", 12),
    ("human verification", 6),
    ("robot check", 6),
    ("bot verification", 6),
    ("captcha", 8),
    ("request blocked", 8),
    ("request rejected", 8),
    ("too many requests", 8),
    ("pardon our interruption", 4),
    ("ddos protection", 24),
    ("403 forbidden", 4),
];

const CHECK_MESSAGES: &[&str] = &[
    "完成安全验证",
    "完成验证",
    "安全验证后",
    "进行安全验证",
    "按住滑块",
    "拖动滑块",
    "拖动下方滑块",
    "向右滑动",
    "点击按钮进行验证",
    "输入验证码",
    "访问过于频繁",
    "请求过于频繁",
    "操作过于频繁",
    "访问太频繁",
    "访问频率过高",
    "检测到异常",
    "异常访问",
    "访问异常",
    "异常流量",
    "访问被拦截",
    "访问被阻断",
    "请求被拦截",
    "请求已被拦截",
    "请求已被阻断",
    "请求被拒绝",
    "对网站造成安全威胁",
    "对网站造成威胁",
    "网站管理员设置的拦截",
    "不合法的参数",
    "疑似攻击",
    "不是机器人",
    "您的ip",
    "verify you are human",
    "unusual traffic",
    "javascript and cookies to continue",
    "checking your browser",
    "access denied",
    "don't have permission to access",
    "has been blocked",
    "automated requests",
    "complete the captcha",
    "not a robot",
];

/// What only such pages load.
const MACHINES: &[&str] = &[
    "_cf_chl_opt",
    "/cdn-cgi/challenge-platform",
    "cf-browser-verification",
    "_Incapsula_Resource",
    "px-captcha",
    "captcha-delivery.com",
    "acw_sc__v2",
    "aliyun_waf",
    "aliyunCaptcha",
    "AWSC/awsc.js",
    "awsWafCookieDomainList",
    "TCaptcha.js",
    "TencentCaptcha",
    "initGeetest",
    "__jsl_clearance",
    "yunsuo_session",
    "/.safeline/",
    "_guard/auto.js",
    "waf_text_verify",
    "/WAFcaptcha/",
    "$_ts",
];

const LOGINS: &[Heading] = &[
    ("登录", 4),
    ("登陆", 4),
    ("登錄", 4),
    ("登入", 2),
    ("用户登录", 6),
    ("统一身份认证", 6),
    ("统一认证", 6),
    ("login", 6),
    ("log in", 4),
    ("sign in", 6),
];

const LOGIN_MESSAGES: &[&str] = &[
    "请先登录",
    "请先登陆",
    "请先登入",
    "請先登錄",
    "请登录后",
    "您需要登录",
    "您需要先登录",
    "需要登录后",
    "需要登录才",
    "登录后才能",
    "登录后才可",
    "登录后可见",
    "登录后查看",
    "您还没有登录",
    "您尚未登录",
    "所在的用户组",
    "没有权限访问",
    "无权访问",
    "please log in",
    "please sign in",
    "you must be logged in",
    "you need to log in",
    "login required",
    "sign in to continue",
    "log in to continue",
];

/// A box to answer in asks for a login below every thread.
const ONLY_TO_ANSWER: &[&str] =
    &["回帖", "回复", "评论", "发言", "发帖", "发表", "参与", "点赞", "收藏", "comment", "reply", "post"];

const GONE: &[Heading] = &[
    ("页面不存在", 10),
    ("頁面不存在", 10),
    ("网页不存在", 10),
    ("文章不存在", 10),
    ("内容不存在", 10),
    ("信息不存在", 8),
    ("帖子不存在", 10),
    ("主题不存在", 16),
    ("页面未找到", 6),
    ("页面没有找到", 8),
    ("页面找不到", 6),
    ("找不到页面", 6),
    ("找不到网页", 6),
    ("无法找到该页", 4),
    ("无法找到页面", 4),
    ("找不到该页", 4),
    ("页面已删除", 4),
    ("页面已被删除", 6),
    ("文章已删除", 4),
    ("文章已被删除", 6),
    ("内容已被删除", 6),
    ("内容已下线", 4),
    ("该内容已被发布者删除", 4),
    ("404错误", 8),
    ("错误404", 4),
    ("404页面", 6),
    ("404 not found", 10),
    ("404 error", 10),
    ("error 404", 24),
    ("page not found", 10),
    ("not found", 6),
    ("页面走丢", 8),
    ("页面飞走", 8),
];

const GONE_MESSAGES: &[&str] = &[
    "页面不存在",
    "頁面不存在",
    "网页不存在",
    "文章不存在",
    "主题不存在",
    "内容不存在",
    "页面没有找到",
    "页面未找到",
    "页面已被删除",
    "页面已删除",
    "文章已被删除",
    "文章已删除",
    "帖子已被删除",
    "内容已被删除",
    "信息已被删除",
    "已被发布者删除",
    "已被作者删除",
    "因违规无法查看",
    "内容已下线",
    "内容已下架",
    "找不到您要",
    "找不到您访问",
    "没有找到您",
    "页面走丢",
    "you requested could not be found",
    "page you requested",
    "page you are looking for",
    "page not found",
    "404 not found",
    "page cannot be found",
    "page could not be found",
    "no longer available",
    "page does not exist",
    "page doesn't exist",
    "page has been removed",
    "article has been removed",
];

const HOSTS: &[Heading] = &[
    ("welcome to nginx", 4),
    ("welcome to openresty", 4),
    ("welcome to tengine", 4),
    ("default page", 30),
    ("test page for", 60),
    ("iis windows", 12),
    ("iis7", 4),
    ("it works", 4),
    ("site not found", 8),
    ("default web site page", 12),
    ("account suspended", 8),
    ("domain for sale", 60),
    ("is for sale", 60),
    ("parked domain", 40),
    ("站点创建成功", 8),
    ("没有找到站点", 6),
    ("未找到站点", 6),
    ("域名出售", 30),
    ("域名转让", 30),
    ("域名已过期", 10),
    ("域名停放", 10),
    ("网站未备案", 8),
    ("域名未备案", 8),
    ("网站已关闭", 6),
    ("网站暂时关闭", 8),
    ("网站维护中", 8),
    ("系统维护中", 8),
    ("网站建设中", 6),
];

const HOST_MESSAGES: &[&str] = &[
    "successfully installed and working",
    "this domain is for sale",
    "this domain may be for sale",
    "buy this domain",
    "域名正在出售",
    "域名可转让",
    "该域名已过期",
    "域名已到期",
    "站点创建成功",
    "没有找到站点",
    "您的请求在web服务器中没有找到对应的站点",
    "未备案或",
    "尚未进行备案",
    "网站已暂停",
    "网站暂停服务",
];

const SENT_ON: &[&str] = &[
    "正在跳转",
    "页面跳转",
    "跳转中",
    "即将跳转",
    "正在为您跳转",
    "redirecting",
    "you are being redirected",
];

const SCRIPTED: &[&str] = &[
    "启用javascript",
    "开启javascript",
    "打开javascript",
    "支持javascript",
    "允许javascript",
    "啟用javascript",
    "启用js",
    "开启js",
    "enable javascript",
    "requires javascript",
    "javascript to run this app",
    "javascript is required",
    "javascript is disabled",
    "without javascript enabled",
];

/// More columns than this in sentences, and a page says something of its own.
const LITTLE: usize = 400;
/// A message and its surroundings.
const MESSAGE: usize = 300;
/// Beside a headline that names something else, a message is one among others.
const BESIDE_HEADLINE: usize = 90;
/// A list of articles links more than this.
const A_LIST: usize = 300;
/// Next to nothing.
const NOTHING: usize = 100;

pub fn judge(shape: &Shape, html: &str, wanted: Wanted) -> Option<(Odd, String)> {
    if shape.words >= LITTLE * 3 / 2 {
        return None;
    }
    let page = Page::of(shape, wanted);
    page.by_heading()
        .or_else(|| page.by_message())
        .or_else(|| page.by_machine(html))
        .or_else(|| page.by_script())
        .map(|(odd, sign)| (odd, short(&sign)))
}

struct Page<'a> {
    shape: &'a Shape<'a>,
    wanted: Wanted,
    /// Title and headings in their parts, plain and in small letters.
    parts: Vec<String>,
    /// Pieces of text, the same way.
    pieces: Vec<String>,
    /// What a message may stand among.
    room: usize,
}

impl<'a> Page<'a> {
    fn of(shape: &'a Shape<'a>, wanted: Wanted) -> Self {
        let headings = std::iter::once(shape.title).chain(shape.headings.iter().copied());
        let parts: Vec<String> = headings.flat_map(parts).collect();
        let headline = parts.iter().any(|part| text::width(part) >= 26 && !named(part));
        let room = if headline { BESIDE_HEADLINE } else { MESSAGE };
        let pieces = shape.pieces.iter().map(|piece| plain(piece)).collect();
        Self { shape, wanted, parts, pieces, room }
    }

    fn by_heading(&self) -> Option<(Odd, String)> {
        let shape = self.shape;
        if shape.running >= LITTLE {
            return None;
        }
        let says = |words: &[Heading]| {
            self.parts.iter().find(|part| words.iter().any(|heading| is(part, *heading))).cloned()
        };
        if let Some(sign) = says(CHECKS) {
            return Some((Odd::Challenge, sign));
        }
        // A page with a login box in its corner has other things to show.
        let only_login = shape.words < MESSAGE && shape.linked < A_LIST;
        if let Some(sign) = says(LOGINS).filter(|_| only_login && (shape.password || shape.words < NOTHING)) {
            return Some((Odd::Login, sign));
        }
        if let Some(sign) = says(GONE) {
            return Some((Odd::Missing, sign));
        }
        if self.parts.iter().any(|part| part == "404") {
            return Some((Odd::Missing, "404".to_owned()));
        }
        says(HOSTS).map(|sign| (Odd::Parked, sign))
    }

    fn by_message(&self) -> Option<(Odd, String)> {
        let shape = self.shape;
        if shape.words >= self.room {
            return None;
        }
        // A list has few words and many links: only what stands alone on a page counts there.
        let alone = shape.linked < A_LIST;
        let says = |words: &[&str], widest: usize| {
            let holds = |piece: &&String| {
                let wide = text::width(piece);
                (8..=widest).contains(&wide) && words.iter().any(|word| piece.contains(word))
            };
            self.pieces.iter().find(holds).cloned()
        };
        if alone && let Some(sign) = says(CHECK_MESSAGES, MESSAGE) {
            return Some((Odd::Challenge, sign));
        }
        let login = says(LOGIN_MESSAGES, MESSAGE)
            .filter(|sign| text::width(sign) >= 18 && !ONLY_TO_ANSWER.iter().any(|word| sign.contains(word)));
        if alone && let Some(sign) = login {
            return Some((Odd::Login, sign));
        }
        let one_page = matches!(self.wanted, Wanted::Article | Wanted::Thread | Wanted::File);
        if (alone || one_page)
            && let Some(sign) = says(GONE_MESSAGES, 120)
        {
            return Some((Odd::Missing, sign));
        }
        if alone && let Some(sign) = says(HOST_MESSAGES, MESSAGE) {
            return Some((Odd::Parked, sign));
        }
        None
    }

    fn by_machine(&self, html: &str) -> Option<(Odd, String)> {
        if self.shape.words >= NOTHING * 2 || self.shape.linked >= A_LIST {
            return None;
        }
        if let Some(machine) = MACHINES.iter().find(|machine| html.contains(**machine)) {
            return Some((Odd::Challenge, (*machine).to_owned()));
        }
        // A cookie is set and the page asked for again: whoever runs no scripts stays outside.
        let sets_cookie = |script: &&str| {
            script.contains("document.cookie") && (script.contains("location.reload") || goes_on(script))
        };
        let knocks = self.shape.words < 40 && self.shape.scripts.iter().any(sets_cookie);
        knocks.then(|| (Odd::Challenge, "a script sets a cookie and asks again".to_owned()))
    }

    fn by_script(&self) -> Option<(Odd, String)> {
        let shape = self.shape;
        if shape.words >= NOTHING || shape.linked >= A_LIST {
            return None;
        }
        let shell = |sign: &str| Some((Odd::Shell, sign.to_owned()));
        if let Some((wait, target)) = shape.refresh
            && wait <= 3
            && !target.is_empty()
        {
            return shell(&format!("it sends its readers on to {target}"));
        }
        let sent_on =
            self.parts.iter().chain(&self.pieces).find(|text| SENT_ON.iter().any(|word| text.contains(word)));
        if let Some(sign) = sent_on {
            return shell(sign);
        }
        if shape.words < 60 && shape.scripts.iter().any(|script| goes_on(script)) {
            return shell("a script sends its readers on");
        }
        if shape.frameset {
            return shell("a set of frames");
        }
        let asks = shape.noscript.iter().map(|inside| plain(inside)).chain(self.pieces.iter().cloned()).find(
            |text| {
                let text = text.replace(' ', "");
                SCRIPTED.iter().any(|word| text.contains(&word.replace(' ', "")))
            },
        );
        if asks.is_some() {
            return shell("it asks for JavaScript");
        }
        shape.root.then(|| (Odd::Shell, "its root element is empty".to_owned()))
    }
}

/// `location = …`, `location.href = …`, `location.replace(…)`: at once, not in a handler that waits for a click.
fn goes_on(script: &str) -> bool {
    script.len() < 4096
        && script.match_indices("location").any(|(at, word)| {
            let rest = script[at + word.len()..].trim_start();
            let assigned = |rest: &str| {
                let rest = rest.trim_start();
                rest.starts_with('=') && !rest.starts_with("==")
            };
            assigned(rest)
                || rest.strip_prefix(".href").is_some_and(assigned)
                || rest.starts_with(".replace(")
                || rest.starts_with(".assign(")
        })
}

/// The parts of a title: `安全验证 - 砚溪网` has two.
fn parts(title: &str) -> Vec<String> {
    let plain = plain(title);
    let end =
        |c: char| c.is_whitespace() || matches!(c, '。' | '.' | '…' | '!' | '！' | ',' | '，' | '?' | '？');
    plain
        .split(['-', '_', '|', '—', '–', '－', '·', '»', '丨', '｜'])
        .map(|part| part.trim_matches(end).to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// A part that is one of our words and little more.
fn is(part: &str, (word, beside): Heading) -> bool {
    part.contains(word) && part.chars().count() <= word.chars().count() + beside
}

fn named(part: &str) -> bool {
    [CHECKS, LOGINS, GONE, HOSTS].iter().any(|words| words.iter().any(|heading| is(part, *heading)))
}

/// Small letters, no tags, one blank between words.
fn plain(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len());
    let (mut inside, mut space) = (false, false);
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            c if c.is_whitespace() => space = true,
            c => {
                if std::mem::take(&mut space) && !out.is_empty() {
                    out.push(' ');
                }
                out.extend(c.to_lowercase());
            }
        }
    }
    out.replace("&nbsp;", " ").replace("&#39;", "'").replace('’', "'").trim().to_owned()
}

/// As it is quoted in the ledger.
fn short(sign: &str) -> String {
    let mut quoted: String = sign.chars().take(60).collect();
    if quoted.len() < sign.len() {
        quoted.push('…');
    }
    quoted
}
