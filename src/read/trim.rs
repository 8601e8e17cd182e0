//! The lines of a body in, those of the article out: editor lines, share widgets, related links, disclaimers go.

use super::text;

/// One line of the extracted body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    pub text: String,
    /// How much of it is link text, in widths.
    pub linked: usize,
}

/// Keeps the article's own lines.
pub fn article(mut lines: Vec<Line>, title: &str) -> Vec<Line> {
    let total: usize = lines.iter().map(|line| text::width(&line.text)).sum();
    let mut seen = 0;
    let mut end = lines.len();
    for (at, line) in lines.iter().enumerate() {
        // Behind a heading like this nothing of the article follows; the first lines may be a table of contents.
        if at > 0 && seen * 3 >= total && opens_the_rest(&line.text) {
            end = at;
            break;
        }
        seen += text::width(&line.text);
    }
    lines.truncate(end);
    lines.retain(|line| !is_furniture(&line.text));
    trim_start(&mut lines, title);
    cut_dated_list(&mut lines);
    trim_end(&mut lines);
    lines
}

/// Headlines with a bare date under each, in the last third, are other articles.
fn cut_dated_list(lines: &mut Vec<Line>) {
    let is_day = |line: &Line| {
        let digits = line.text.bytes().filter(u8::is_ascii_digit).count();
        digits >= 6
            && line.text.len() <= 16
            && line.text.bytes().all(|b| b.is_ascii_digit() || b"-/.: ".contains(&b))
    };
    let days: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| is_day(line)).map(|(at, _)| at).collect();
    let [first, _, ..] = days[..] else { return };
    let before: usize = lines[..first].iter().map(|line| text::width(&line.text)).sum();
    let total: usize = lines.iter().map(|line| text::width(&line.text)).sum();
    if before * 3 >= total * 2 && first > 1 {
        lines.truncate(first - 1);
    }
}

/// Byline, date and the repeated title in front.
fn trim_start(lines: &mut Vec<Line>, title: &str) {
    let same = |a: &str, b: &str| {
        a.chars().filter(|c| c.is_alphanumeric()).eq(b.chars().filter(|c| c.is_alphanumeric()))
    };
    for _ in 0..8 {
        let Some(first) = lines.first() else { return };
        let drop = !title.is_empty() && same(&first.text, title)
            || is_byline(&first.text)
            || text::width(&first.text) <= 60
                && first.linked * 10 >= text::width(&first.text) * 8
                && lines.len() > 3;
        if !drop {
            return;
        }
        lines.remove(0);
    }
}

fn trim_end(lines: &mut Vec<Line>) {
    while let Some(last) = lines.last() {
        let wide = text::width(&last.text);
        let only_links = last.linked * 10 >= wide * 8 && wide > 0;
        if !(is_byline(&last.text) || closes(&last.text) || only_links && lines.len() > 2) {
            return;
        }
        lines.pop();
    }
}

/// A short line that only says where, when and by whom.
fn is_byline(line: &str) -> bool {
    const STARTS: &str = "来源：|来源:|稿件来源|文章来源|信息来源|新闻来源|作者：|作者:|编辑：|编辑:|时间：|\
         发布时间|发布日期|发表时间|发表于|发布于|日期：|更新时间|字号|字体|【字体|[字体|浏览次数|\
         点击数|阅读数|浏览量|阅读：|点击：|浏览：|当前位置|首页 >|首页>|您现在的位置|您当前的位置";
    let line = line.trim();
    let wide = text::width(line);
    wide <= 100 && STARTS.split('|').any(|start| line.starts_with(start)) || wide <= 40 && only_a_date(line)
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

/// Headings behind which only the site speaks.
fn opens_the_rest(line: &str) -> bool {
    const HEADS: &str = "相关阅读|相关新闻|相关文章|相关报道|相关链接|相关推荐|相关专题|相关内容|延伸阅读|推荐阅读|\
         更多阅读|热门推荐|热门阅读|热门文章|热门点阅|熱門點閱|猜你喜欢|大家都在看|为您推荐|\
         为你推荐|精彩推荐|编辑推荐|最新评论|热门评论|网友评论|发表评论|我要评论|文章评论|评论列表|\
         全部评论|下一篇|上一篇|相關新聞|相關閱讀|相關文章|延伸閱讀|推薦閱讀|更多新聞|更多精彩|\
         往期推荐|往期精彩|免责声明|版权声明|特别声明|郑重声明|本站声明|转载声明|声明：|声明:|\
         【免责声明】|related articles|related stories|read more:|more from|recommended for you|\
         you may also like|share this|comments|leave a reply|leave a comment|sign up for|\
         subscribe to|延伸推荐|展开阅读全文";
    let squeezed = line.replace([' ', '·', '|'], "");
    let line = if squeezed.starts_with("延伸") { &squeezed } else { line };
    let lower = line
        .trim_start_matches(['【', '[', '■', '●', '▼', '>', '》', '*', '·', '◆', '▲', '—', '-', ' '])
        .to_lowercase();
    let Some(head) = HEADS.split('|').find(|head| lower.starts_with(*head)) else { return false };
    // A sentence may begin with such a word; a notice is a short heading or says so with a colon.
    let rest = lower[head.len()..].trim_start_matches(['】', ']', ' ']);
    head.ends_with(['：', ':'])
        || rest.is_empty()
        || rest.starts_with(['：', ':', '/', '(', '（', '>', '»'])
        || (head.is_ascii() && text::width(&lower) <= 60)
        || text::width(&lower) <= 24 && !lower.contains(['，', '。'])
}

/// Lines of the site's machinery, wherever they stand.
fn is_furniture(line: &str) -> bool {
    const STARTS: &str = "责任编辑|責任編輯|（责任编辑|(责任编辑|（责编|(责编|责编：|责编:|[责任编辑|【责任编辑|\
         【责编|［责任编辑|（编辑|(编辑|[编辑|【编辑|【纠错】|[纠错]|分享到|分享至|分享：|一键分享|\
         扫一扫|扫码|打印本页|关闭窗口|【打印|查看更多|转播到|点击图片|\
         长按|关注公众号|加载中|正在加载|阅读原文|展开全文|返回顶部|收藏本文|我要纠错|\
         特别声明：以上|advertisement|(原标题|值班主任|校对：|审核：|播放视频|\
         初审：|终审：|复审：|编审：|监制：|您的浏览器|你的浏览器|暂时无法播放|自动播放|下载客户端|\
         知道了|您认为这篇文章|请下载客户端";
    let line = line.trim().to_lowercase();
    let wide = text::width(&line);
    if wide == 0 || line.chars().all(|c| !c.is_alphanumeric()) {
        return true;
    }
    wide <= 120 && STARTS.split('|').any(|start| line.starts_with(start)) && !line.starts_with("(原标题")
        || wide <= 60
            && (line.contains("返回") && line.contains("查看更多")
                || line.contains("转播到")
                || line.contains("扫一扫"))
}

/// A last line in which the site and not the author speaks.
fn closes(line: &str) -> bool {
    const PARTS: &str = "本文来自|更多原创资讯|请下载|未经授权|未经许可|不得转载|转载请注明|版权所有|版权归|侵权|\
         仅代表作者|不代表本|著作权|all rights reserved|copyright|©|本网站|请联系|欢迎关注|公众号|\
         投诉|举报|责任编辑|责编|编辑：|編輯：|扫码|二维码|文章来源|来源：|原标题：|转自：|标签：|\
         关键词：|tags:|赞(|收藏|文章关键词|扫描下方二维码|下载客户端|微信号|关注我们";
    let line = line.trim().to_lowercase();
    let wide = text::width(&line);
    let bracketed = line.starts_with(['（', '(', '【', '[']) && line.ends_with(['）', ')', '】', ']']);
    PARTS.split('|').any(|part| line.contains(part))
        && (wide <= 90 || bracketed && wide <= 200)
        && !line.starts_with("原标题")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(lines: &[&str]) -> String {
        let lines = lines.iter().map(|line| Line { text: (*line).to_owned(), linked: 0 }).collect();
        article(lines, "题目").iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn the_sites_own_lines_go() {
        const A: &str = "砚溪市今日通报，岚栎科技的产品检验合格。";
        for (why, lines, expected) in [
            ("title, byline and date in front", &["题目", "来源：砚溪日报", "2026-01-14 16:56", A][..], A),
            ("an editor's line", &[A, "（责任编辑：林监测）"], A),
            ("related reading and all behind it", &[A, "相关阅读：", "另一条新闻"], A),
            (
                "a sentence that begins alike",
                &[A, "相关报道称，公司已经复工。", A],
                "A/相关报道称，公司已经复工。/A",
            ),
            ("a copyright line", &[A, "版权所有，未经授权不得转载"], A),
            ("marks without words", &[A, "◆◆◆", A], "A/A"),
        ] {
            assert_eq!(trimmed(lines).replace(A, "A"), expected.replace(A, "A"), "{why}");
        }
    }
}
