//! An element tree in, the lines of the article out.
//!
//! One walk lists what stands on the page (`survey`), scores tell where the running text lives (`choose`), and
//! what only stands among it is left out (`prune`). Lengths are widths, not words: a Chinese clause is no word.

mod choose;
mod hints;
mod pieces;
mod prune;
mod survey;

pub use survey::Line;

use choose::Found;
use scraper::Html;
use survey::Survey;

/// Texts narrower than this are looked for once more, with hidden and unlikely places let in.
const ENOUGH: u32 = 240;

/// What was found of an article.
#[derive(Debug, Default)]
pub struct Text {
    /// Its lines, in order; none where no running text is.
    pub lines: Vec<Line>,
    /// The lines right above them, the nearest first, and whether each is a heading.
    pub above: Vec<(String, bool)>,
    /// The place found is a row of teasers.
    pub is_list: bool,
}

/// `title`: what the page calls itself.
pub fn find(tree: &Html, title: &str) -> Text {
    let survey = Survey::of(tree, title);
    let mut best = Text::default();
    for strict in [true, false] {
        let Some(found) = choose::places(&survey, strict) else { continue };
        let lines = prune::lines(&survey, &found, strict);
        let (wide, before) = (width(&lines), width(&best.lines));
        if best.lines.is_empty() || wide > 3 * before {
            best = Text { lines, above: above(&survey, &found), is_list: pieces::is_list(&survey, &found) };
        }
        if wide >= ENOUGH {
            break;
        }
    }
    best
}

fn width(lines: &[Line]) -> u32 {
    lines.iter().map(|line| line.wide - line.linked.min(line.wide)).sum()
}

fn above(survey: &Survey, found: &Found) -> Vec<(String, bool)> {
    let Some(first) = found.places.iter().map(|place| place.first as usize).min() else { return Vec::new() };
    // The headline may be the first line of the body's own element.
    let reach = &survey.lines[..(first + 4).min(survey.lines.len())];
    let near = reach.iter().rev().take(16).filter(|line| line.linked == 0);
    near.map(|line| (line.text.clone(), line.heading)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: &str = "<p>砚溪市市场监督管理局今日通报，岚栎科技送检的十二批产品全部合格，抽查结果已向社会公布，后续检查仍将继续进行。</p>";

    /// The lines found, each by its first three characters.
    fn found(body: &str) -> String {
        let page = format!("<title>岚栎科技产品全部合格_砚溪网</title><body>{body}</body>");
        let lines = find(&Html::parse_document(&page), "岚栎科技产品全部合格_砚溪网").lines;
        lines.iter().map(|line| line.text.chars().take(3).collect::<String>()).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn the_article_is_found_by_its_shape() {
        let comment = "<li><p>评论说得很多，但是和正文没有什么关系，只是很长很长，比正文还要长得多，一条接着一条，没完没了。</p><span>2026-01-14 16:56</span></li>";
        let piece = |text: &str| {
            format!("<div class=chunk>{}</div>", format!("<p>{text}一段正文，写得足够长，足以让人相信这是文章的一部分，而不是菜单，也不是广告。</p>").repeat(4))
        };
        for (why, body, expected) in [
            ("paragraphs beside a menu", format!("<ul><li><a>首页</a><li><a>新闻</a></ul><div>{P}{P}</div>"), "砚溪市/砚溪市"),
            ("lines in one cell", "<table><tr><td>砚溪市今日通报，岚栎科技的产品检验合格。<br><br>岚栎科技表示，生产经营一切正常。<br>以上。</td></tr></table>".to_owned(), "砚溪市/岚栎科/以上。"),
            ("hidden text is not read", format!("<div>{P}<p style='display: none'>隐藏的文字，写得也很长，足以像是正文，但是没有人看得见它，所以不算。</p>{P}</div>"), "砚溪市/砚溪市"),
            ("unless there is nothing else", format!("<div style='display:none'>{P}{P}</div>"), "砚溪市/砚溪市"),
            ("a caption", format!("<div>{P}<figure><img><figcaption>图为检验现场，检验人员正在取样，摄影林监测。</figcaption></figure>{P}</div>"), "砚溪市/砚溪市"),
            ("a box of links", format!("<div>{P}<div><a>相关新闻标题一，很长的标题</a><a>相关新闻标题二，很长的标题</a></div>{P}</div>"), "砚溪市/砚溪市"),
            ("a list of its own", format!("<div>{P}<ul><li>第一批：合格<li>第二批：合格</ul>{P}</div>"), "砚溪市/第一批/第二批/砚溪市"),
            ("comments longer than the article", format!("<h1>岚栎科技产品全部合格</h1><div><div>{P}{P}{P}</div></div><ul>{}</ul>", comment.repeat(30)), "砚溪市/砚溪市/砚溪市"),
            ("pieces between advertisements", format!("<h1>岚栎科技产品全部合格</h1><main>{}<div class=ad-slot><a>广告</a></div>{}</main>", piece("甲"), piece("乙")), "甲一段/甲一段/甲一段/甲一段/乙一段/乙一段/乙一段/乙一段"),
            ("what it says of itself", format!("<div>{P}<div itemprop=articleBody>{P}{P}</div></div>"), "砚溪市/砚溪市"),
            ("nothing", "<a>首页</a>".to_owned(), ""),
        ] {
            assert_eq!(found(&body), expected, "{why}");
        }
    }
}
