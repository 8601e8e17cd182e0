//! The words by which sites give themselves away, in Chinese (both scripts) and English.

use crate::read::body::Line;
use crate::read::text;

fn begins(text: &str, words: &str) -> bool {
    words.split('|').any(|word| text.starts_with(word))
}

fn holds(text: &str, words: &str) -> bool {
    words.split('|').any(|word| text.contains(word))
}

/// The line in small letters, without the marks in front that only draw the eye.
fn bare(line: &str) -> String {
    const MARKS: &[char] = &[
        '_', '-', '–', '—', '*', '•', '·', '►', '▶', '»', '>', '》', '[', '(', '（', '【', '■', '●', '▼',
        '▲', '◆', '★', '☆', '|', '※', '👉', '🔥', ' ',
    ];
    line.trim_start_matches(MARKS).to_lowercase()
}

pub fn ends(text: &str) -> bool {
    text.trim_end_matches(['”', '"', '」', '』', '’', ')', '）'])
        .ends_with(['。', '！', '？', '.', '!', '?', '…', '：', ':'])
}

/// A short line that only says where, when and by whom.
pub fn is_byline(line: &str) -> bool {
    const STARTS: &str = "来源：|稿件来源|文章来源|信息来源|新闻来源|作者：|编辑：|时间：|發布：|\
         来源 |來源：|作者 |记者：|記者：|文／|文/|文 /|图／|图/|原创 |\
         发布时间|发布日期|发表时间|发表于|发布于|日期：|更新时间|字号|字体|【字体|[字体|浏览次数|發布時間|更新時間|\
         点击数|阅读数|浏览量|阅读：|点击：|浏览：|当前位置|首页 >|首页>|您现在的位置|您当前的位置|所在位置";
    let line = line.trim();
    let wide = text::width(line);
    wide <= 100 && begins(&line.replacen(':', "：", 1), STARTS)
        || wide <= 70 && holds(line, "发布时间|發布時間|发表时间")
        || is_date(line)
        || wide <= 90 && names_the_author(line)
}

/// A line that is a date, perhaps with an outlet's name.
pub fn is_date(line: &str) -> bool {
    let line = line.trim();
    let wide = text::width(line);
    wide <= 40 && only_a_date(line)
        || wide <= 70 && english_date(line)
        || wide <= 140 && begins_with_a_date(line)
}

/// `2026-01-14 16:56`, `2026年1月14日 16:56 砚溪日报`
fn only_a_date(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let begins = line.starts_with("20") || line.starts_with("19");
    let plain = !line.contains(['，', '。', ',']);
    // `砚溪日报2026年1月14日16:56`: an outlet, a full date and a clock
    let clocked =
        digits >= 10 && line.contains([':', '：']) && line.contains("20") && text::width(line) - digits <= 26;
    plain && (begins && digits >= 8 && line.chars().count() - digits <= 14 || clocked)
}

/// `05/10/2018 - Publicado por: … - Categoria: …`
fn begins_with_a_date(line: &str) -> bool {
    let date: String =
        line.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '/' | '.' | '-')).collect();
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    (7..=8).contains(&digits) && date.len() >= digits + 2 && line[date.len()..].contains(':') && !ends(line)
}

/// `By Lin Jiance`, `By LIN JIANCE and ZHOU YUN, Yanxi Press`
fn names_the_author(line: &str) -> bool {
    let Some(rest) =
        ["By ", "BY ", "by ", "Written by ", "Posted by "].iter().find_map(|by| line.strip_prefix(by))
    else {
        return false;
    };
    let small = rest.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    !ends(line) && small <= 2
}

/// `Published 10:02 AM EST Nov 19, 2019`, `Updated: Tuesday, 19 November 2019`
fn english_date(line: &str) -> bool {
    const WORDS: &str = "january february march april may june july august september october november december \
         jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday \
         mon tue tues wed thu thur thurs fri sat sun am pm a.m p.m est edt cst cdt mst mdt pst pdt gmt utc bst cet amt \
         published updated posted modified last created on at of the date th st nd rd ago hours minutes days min read";
    let lower = line.to_lowercase();
    let (mut known, mut other, mut year) = (0, 0, false);
    for word in lower.split(|c: char| !(c.is_alphanumeric() || c == '.')).filter(|word| !word.is_empty()) {
        let word = word.trim_matches('.');
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            year |= word.len() == 4 && begins(word, "20|19");
            known += 1;
        } else if WORDS.split_ascii_whitespace().any(|name| name == word) {
            known += 1;
        } else {
            other += 1;
        }
    }
    year && known >= 3 && other <= 3
}

/// What a heading says of what stands below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Nothing of the article follows: comments, recommendations, the site's own statement.
    End,
    /// Other articles; the text may go on behind them.
    Box,
}

/// Headings behind which only the site speaks.
pub fn heading(line: &Line) -> Option<Heading> {
    const ENDS: &str = "猜你喜欢|大家都在看|为您推荐|为你推荐|热门推荐|最新评论|热门评论|最热评论|热评|网友评论|发表评论|我要评论|\
         文章评论|评论列表|全部评论|精彩评论|评论区|评论 (|评论(|评论（|下一篇|上一篇|免责声明|版权声明|特别声明|郑重声明|本站声明|\
         转载声明|声明：|声明:|留言請|我要留言|網友留言|猜你喜歡|為你推薦|recommended for you|you may also like|\
         you might also like|comments|leave a reply|leave a comment|most popular|trending now|about the author";
    const BOXES: &str = "相关阅读|相关新闻|相关文章|相关报道|相关链接|相关推荐|相关专题|相关内容|延伸阅读|推荐阅读|\
         更多阅读|热门阅读|热门文章|热门点阅|熱門點閱|精彩推荐|编辑推荐|相關新聞|相關閱讀|相關文章|延伸閱讀|推薦閱讀|\
         更多新聞|更多精彩|往期推荐|往期精彩|延伸推荐|展开阅读全文|related articles|related stories|related posts|\
         related coverage|related content|read more:|more from|share this|sign up for|subscribe to";
    if line.linked > 0 && line.wide > 40 {
        return None; // a box of one line: `offers` sees to it
    }
    // How a line begins decides; a long one need not be looked at to its end.
    let text = &line.text[..line.text.floor_char_boundary(120)];
    let lower = if text.starts_with('延') { bare(&text.replace([' ', '·', '|'], "")) } else { bare(text) };
    let matched = |words: &'static str| words.split('|').find(|head| lower.starts_with(*head));
    let (head, kind) =
        matched(ENDS).map(|head| (head, Heading::End)).or_else(|| Some((matched(BOXES)?, Heading::Box)))?;
    // A sentence may begin with such a word; a notice is a short heading or says so with a colon.
    let rest = lower[head.len()..].trim_start_matches(['】', ']', ' ']);
    let announces = head.ends_with(['：', ':', '(', '（'])
        || rest.is_empty()
        || rest.starts_with(['：', ':', '/', '(', '（', '>', '»'])
        || head.is_ascii() && line.wide <= 60 && !rest.ends_with('.')
        || line.wide <= 24 && !lower.contains(['，', '。']);
    announces.then_some(kind)
}

/// Lines of the site's machinery, wherever they stand.
pub fn is_furniture(line: &Line) -> bool {
    const STARTS: &str = "责任编辑|責任編輯|（责任编辑|(责任编辑|（责编|(责编|责编：|责编:|[责任编辑|【责任编辑|\
         【责编|［责任编辑|（编辑|(编辑|[编辑|【编辑|【纠错】|[纠错]|分享到|分享至|分享：|一键分享|\
         扫一扫|扫码|打印本页|关闭窗口|【打印|查看更多|转播到|点击图片|\
         长按|关注公众号|加载中|正在加载|阅读原文|展开全文|返回顶部|收藏本文|我要纠错|\
         特别声明：以上|值班主任|校对：|审核：|播放视频|\
         初审：|终审：|复审：|编审：|监制：|您的浏览器|你的浏览器|暂时无法播放|自动播放|下载客户端|\
         知道了|您认为这篇文章|请下载客户端|[button |顶一下|踩一下|-----|_____";
    if line.wide == 0 || line.text.chars().all(|c| !c.is_alphanumeric()) {
        return true;
    }
    if line.wide > 120 {
        return false;
    }
    let lower = line.text.trim().to_lowercase();
    begins(&lower, STARTS)
        || line.wide <= 60
            && (lower.contains("返回") && lower.contains("查看更多") || holds(&lower, "转播到|扫一扫"))
        || line.wide <= 60 && is_machinery(&lower)
}

/// Buttons and signs that are no words of the article, in English.
fn is_machinery(lower: &str) -> bool {
    const WHOLE: &str = "advert|advertisement|advertising|ad|ads|subscribe|subscribe now|share|share this|share this article|\
         share on facebook|share on twitter|tweet|email|print|comments|comment|loading|highlights|\
         story continues below advertisement|story continues below|article continues below|\
         article continues after advertisement|continue reading below|continue reading|\
         advertisement - continue reading below|scroll to continue|this slideshow requires javascript|\
         image copyright|image caption|media caption|sponsored|sponsored content|promoted|close|skip|skip ad|\
         skip advertisement|play|play video|watch video|video|view gallery|view all|show more|show less|read more|more|\
         hide caption|toggle caption|enlarge|enlarge this image|sharing is caring|share with your friends|copy link|\
         save|like|follow|reply|report|sign in|log in|register|back to top|top|next|previous|prev|caption|gallery|\
         photo gallery|getty images|photo: getty images|javascript is disabled|related articles|related stories|\
         recommended|most read|most popular|trending|newsletter|newsletters|something to consider|transcript|listen|\
         listen to this article";
    let text = lower.trim_matches(['.', ':', ' ', '-', '–', '—', '*', '»', '>', '!', '…', '/']);
    WHOLE.split('|').any(|whole| whole == text)
        || begins(text, "your browser does not support|please enable javascript")
        || is_counter(text)
}

/// `1 of 6`, `1/12`
fn is_counter(text: &str) -> bool {
    let number = |text: &str| {
        let text = text.trim();
        (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    text.split_once(" of ").or_else(|| text.split_once('/')).is_some_and(|(a, b)| number(a) && number(b))
}

/// A line among the others that leads elsewhere: `Read more: …`, `相关报道：…`, `【点击投票】`.
pub fn offers(line: &Line) -> bool {
    const LABELS: &str = "read more|read also|also read|read:|read next|related|see also|see more|more:|watch:|watch more|\
         listen:|more from|click here|subscribe|sign up|download |join |follow |get our|must read|don't miss|don’t miss|\
         recommended|you may also|you might also|check out|buy now|shop now|相关阅读|相关报道|相关新闻|延伸阅读|推荐阅读|\
         更多精彩|更多内容|点击进入|点击查看|详情点击|延伸閱讀|更多新聞|推薦閱讀|相關新聞|更多|看更多";
    line.linked * 2 > line.wide && line.wide <= 300 && begins(&bare(&line.text), LABELS)
        || line.linked > 0 && line.text.contains("【点击")
}

/// A last line in which the site and not the author speaks.
pub fn closes(line: &Line) -> bool {
    const SHORT: &str = "本文来自|更多原创资讯|请下载|未经授权|未经许可|不得转载|转载请注明|版权所有|版权归|侵权|\
         仅代表作者|不代表本|著作权|all rights reserved|copyright|©|本网站|请联系|欢迎关注|公众号|\
         投诉|举报|责任编辑|责编|编辑：|編輯：|扫码|二维码|文章来源|来源：|原标题：|转自：|标签：|\
         关键词：|tags:|赞(|收藏|文章关键词|下载客户端|微信号|关注我们|请关注|点击投票|点击进入|\
         追蹤|訂閱|粉絲專頁|歡迎各界|歡迎媒體|來稿請|投書|徵稿|加入我們|下載app|telegram|责任校对|版權所有|留言請|\
         the content above (including";
    const LONG: &str = "扫描下方二维码|扫描二维码|长按识别|长按二维码|点击上方蓝字|微信搜索|来稿请寄";
    // In front of a line about nothing else: these words stand in prose as well.
    const OPENS: &str = "follow |like us on|subscribe|sign up|sign in|get the latest|get breaking|download |click here|\
         for more |read more|read next|read also|see also|see more|more:|more on |watch:|listen |share this|tell us|\
         let us know|what do you think|reporting by|editing by|writing by|additional reporting|write to |contact the |\
         contact us|have a tip|got a tip|do you have a|support our|support the|become a |if you enjoyed|if you like|\
         thanks for reading|thank you for reading|this document is subject|citation:|tags:|topics:|filed under|\
         posted in|posted under|category:|categories:|related|sponsored|advert|originally published|\
         this article was originally|this article originally|this story was originally|this article first appeared|\
         this post originally|republished|reprinted|print this|email this|leave a comment|comments|join the |join our|\
         get our|get the best|find us on|connect with|the views expressed|opinions expressed|disclaimer|disclosure:|\
         photo credit|photo by|photos by|image credit|image:|source:|sources:|via |about the author|stay up to date|\
         stay informed|keep up with|sharing is caring|copyright|©|buy now|shop now|order now|ap writer|associated press|\
         you can follow|our newsletter|newsletter|our standards|imprint";
    const ANYWHERE: &str = "follow him on|follow her on|follow them on|follow us on|follow me on|on twitter at|twitter @|\
         sign up for|subscribe to|newsletter|delivered to your|in your inbox|all rights reserved|without permission|\
         no part may be|without the written permission|may not be published, broadcast|contributed to this report|\
         contributed to this story|contributed reporting|download our app|download the app|read more at|@gmail.com|\
         for more information, visit|full coverage of|full coverage:|click here|reach him at|reach her at|reach them at|\
         can be reached at|consider subscribing|is published every|uploaded and posted";
    let text = line.text.trim().to_lowercase();
    if begins(&text, "原标题|（资料来源|(资料来源") {
        return false;
    }
    // `精彩视频推荐` with nothing below it
    let announces =
        line.wide <= 24 && ["推荐", "专题", "阅读", "推薦", "閱讀"].iter().any(|end| text.ends_with(end));
    let bracketed = text.starts_with(['（', '(', '【', '[']) && text.ends_with(['）', ')', '】', ']']);
    let roomy = bracketed || line.linked > 0;
    holds(&text, SHORT) && (line.wide <= 90 || roomy && line.wide <= 240)
        || line.wide <= 300 && holds(&text, LONG)
        || line.wide <= 260 && begins(&bare(&text), OPENS)
        || line.wide <= 420 && holds(&text, ANYWHERE)
        || line.wide <= 600 && begins(&text, "if you enjoyed this")
        || announces
        || line.wide <= 260 && tells_of_the_author(&text)
}

/// `Zhou Cai is a writer in Yanxi.`
fn tells_of_the_author(text: &str) -> bool {
    const IS: &str = " is a | is an | is the | is our | was a ";
    const WHO: &str = "writer|reporter|journalist|editor|columnist|correspondent|contributor|staff|freelance|author of|professor of";
    let Some((at, is)) = IS.split('|').find_map(|is| text.find(is).map(|at| (at, is))) else { return false };
    // The name comes first, the trade right behind.
    at <= 40
        && text[at + is.len()..]
            .char_indices()
            .nth(30)
            .map_or(holds(&text[at..], WHO), |(end, _)| holds(&text[at..at + is.len() + end], WHO))
}

/// What a site glues to the last sentence.
pub fn clip(text: &mut String) {
    const GLUED: &str =
        "查看更多>>|点击查看更多|【责任编辑|（责任编辑|(责任编辑|[责任编辑|责任编辑：|责任编辑:";
    let back = text.rfind("返回").filter(|at| text[*at..].contains("查看更多"));
    let found = GLUED.split('|').filter_map(|begin| text.rfind(begin)).chain(back).min();
    if let Some(at) = found.filter(|at| *at > 0 && text::width(&text[*at..]) <= 40) {
        text.truncate(at);
        text.truncate(text.trim_end().len());
    }
}
