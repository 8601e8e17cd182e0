//! One article page in: title, body, author and time out. What is no article is an error that says so.

use super::date::{self, Now};
use super::kind::Wanted;
use super::meta::Head;
use super::trim::{self, Line};
use super::{Article, Body, dom, odd, stream, text, title};
use crate::model::{ArticleSelectors, Published, Unreadable};
use dom_smoothie::{Config, Readability, TextMode};
use scraper::{ElementRef, Html};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;

/// Reads an article; `select` overrules what is found by itself.
pub fn page(body: &Body, select: &ArticleSelectors) -> Result<Article, Unreadable> {
    let html = odd::open(body, Wanted::Article)?;
    if let Some(article) = stream::article(&html, body, select) {
        return Ok(article);
    }
    from_tree(&html, body, select)
}

pub(super) fn from_tree(html: &str, body: &Body, select: &ArticleSelectors) -> Result<Article, Unreadable> {
    let tree = dom::parse(html)?;
    let head = Head::of(&tree);
    let now = Now { at: body.fetched, zone: body.zone };
    let title = match &select.title {
        Some(css) => selected_text("select.title", css, &tree, &[])?.replace('\n', " "),
        None => title::of(&tree, &head),
    };
    let text = match &select.text {
        Some(css) => selected_text("select.text", css, &tree, &select.remove)?,
        None => main_text(html, &tree, &title)?,
    };
    let published = optional("select.published", select.published.as_deref(), &tree)?;
    let published = published
        .and_then(|text| date::find(&text, now))
        .or_else(|| published_of(&tree, &head, &title, body, now));
    let author = optional("select.author", select.author.as_deref(), &tree)?;
    let author = author
        .or_else(|| head.author())
        .or_else(|| byline(&tree))
        .filter(|author| text::width(author) <= 120);
    let canonical = head.canonical(dom::base(&tree, body.url).as_ref());
    Ok(Article { title, text, author, published, canonical })
}

/// The text of what a configured selector matches, one block after the other.
fn selected_text(key: &str, css: &str, tree: &Html, remove: &[String]) -> Result<String, Unreadable> {
    let selector = dom::selector(key, css)?;
    let mut removed = HashSet::new();
    for css in remove {
        removed.extend(tree.select(&dom::selector("select.remove", css)?).map(|element| element.id()));
    }
    let sink = RefCell::new(text::Sink::default());
    let matches = dom::outermost(tree.root_element(), &selector);
    for element in &matches {
        sink.borrow_mut().break_line();
        text::feed(&sink, *element, |inner| removed.contains(&inner.id()));
    }
    let text = sink.into_inner().finish();
    if text.is_empty() {
        return Err(Unreadable::SelectorLost { key: key.to_owned(), selector: css.to_owned() });
    }
    Ok(text)
}

/// A detail that not every page has: its selector may find nothing.
fn optional(key: &str, css: Option<&str>, tree: &Html) -> Result<Option<String>, Unreadable> {
    let Some(css) = css else { return Ok(None) };
    let found = tree.select(&dom::selector(key, css)?).next().map(detail);
    Ok(found.filter(|text| !text.is_empty()))
}

/// The visible text, or what the element tells machines.
pub(super) fn detail(element: ElementRef<'_>) -> String {
    let line = dom::line(element);
    if !line.is_empty() {
        return line;
    }
    ["datetime", "content", "title"].iter().find_map(|attr| element.attr(attr)).unwrap_or_default().to_owned()
}

/// The body, found by its shape.
fn main_text(html: &str, tree: &Html, title: &str) -> Result<String, Unreadable> {
    let content = readable(html)?;
    let lines = trim::article(lines(&Html::parse_fragment(&content)), title);
    judge(&lines, tree)?;
    Ok(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n"))
}

fn readable(html: &str) -> Result<String, Unreadable> {
    let none = |why: &str| Unreadable::Broken(format!("no article: {why}"));
    let config = Config {
        text_mode: TextMode::Formatted,
        char_threshold: 120,
        disable_json_ld: true,
        ..Config::default()
    };
    // The crate is young and pages are odd: a panic there is one page that cannot be read.
    let parsed = std::panic::catch_unwind(|| {
        let mut readability = Readability::new(unhide(html).as_ref(), None, Some(config)).ok()?;
        readability.parse().ok().map(|article| article.content.to_string())
    });
    match parsed {
        Ok(Some(content)) => Ok(content),
        Ok(None) => {
            Err(none("the page has no block of running text (a list, a picture show or a JavaScript shell)"))
        }
        Err(_) => Err(none("the extractor failed on this page")),
    }
}

/// Articles that a script uncovers later are text all the same.
fn unhide(html: &str) -> Cow<'_, str> {
    if html.contains("visibility: hidden") {
        Cow::Owned(html.replace("visibility: hidden", ""))
    } else {
        Cow::Borrowed(html)
    }
}

/// The lines of a fragment, each with the share of it that is linked.
fn lines(fragment: &Html) -> Vec<Line> {
    #[derive(Default)]
    struct Walk {
        sink: text::Sink,
        done: Vec<Line>,
        links: u32,
        linked: usize,
    }
    impl Walk {
        fn flush(&mut self) {
            let text = std::mem::take(&mut self.sink).finish();
            for (n, line) in text.lines().enumerate() {
                let linked = if n == 0 { self.linked } else { 0 };
                self.done.push(Line { text: line.to_owned(), linked });
            }
            self.linked = 0;
        }
    }
    let walk = RefCell::new(Walk::default());
    text::walk(
        fragment.root_element(),
        |element| {
            let name = element.value().name();
            let mut walk = walk.borrow_mut();
            if name == "pre" || name != "br" && !text::is_block(name) {
                walk.sink.start(name);
            } else {
                walk.flush();
            }
            walk.links += u32::from(name == "a");
            !text::hides(name)
        },
        |element| {
            let name = element.value().name();
            let mut walk = walk.borrow_mut();
            walk.sink.end(name);
            walk.links = walk.links.saturating_sub(u32::from(name == "a"));
            if text::is_block(name) {
                walk.flush();
            }
        },
        |text| {
            let mut walk = walk.borrow_mut();
            if walk.links > 0 {
                walk.linked += text::width(text);
            }
            walk.sink.text(text);
        },
    );
    let mut walk = walk.into_inner();
    walk.flush();
    walk.done
}

/// Is this an article at all?
fn judge(lines: &[Line], tree: &Html) -> Result<(), Unreadable> {
    let none = |why: String| Err(Unreadable::Broken(format!("no article: {why}")));
    let wide: usize = lines.iter().map(|line| text::width(&line.text)).sum();
    let linked: usize = lines.iter().map(|line| line.linked).sum();
    if wide < 40 {
        return none(format!(
            "only {wide} columns of text (a picture show, a JavaScript shell or an empty page)"
        ));
    }
    if linked * 2 > wide {
        return none("mostly links: a list page".to_owned());
    }
    // A list with teasers: many short blocks and hardly a sentence.
    let sentences =
        lines.iter().filter(|line| line.text.contains(['。', '，', '！', '？', '.', ','])).count();
    if sentences == 0 && lines.len() > 12 && tree.select(&dom::known("article")).next().is_none() {
        return none("no sentence in it: a list or a menu".to_owned());
    }
    Ok(())
}

/// The time of publication: machines' words, labels, then the first clock near the headline, then the address.
fn published_of(tree: &Html, head: &Head, title: &str, body: &Body, now: Now) -> Option<Published> {
    let by_machine = head.published(now);
    if by_machine.is_some_and(|found| found.time.is_some()) {
        return by_machine;
    }
    let visible = visible_date(tree, title, now);
    // A bare day for machines and a clock of the same day for people: the clock says more.
    match (by_machine, visible) {
        (Some(machine), Some(seen)) if machine.day == seen.day => Some(seen),
        (Some(machine), _) => Some(machine),
        (None, seen) => seen.or_else(|| body.url.and_then(|url| date::in_path(url.path(), now))),
    }
}

fn visible_date(tree: &Html, title: &str, now: Now) -> Option<Published> {
    in_scripts(tree, now)
        .or_else(|| labelled(tree, now))
        .or_else(|| near_title(tree, title, now))
        .or_else(|| time_tag(tree, now))
        .or_else(|| first_date(tree, title, now))
        .or_else(|| named_date(tree, now))
}

/// `var ct = "1581517074"` and its like, which some sites show through a script only.
fn in_scripts(tree: &Html, now: Now) -> Option<Published> {
    const NAMES: &[&str] = &[
        "var ct",
        "var publish_time",
        "var createTime",
        "\"publish_time\"",
        "\"pubTime\"",
        "\"publishTime\"",
        "ptime:",
    ];
    for script in tree.select(&dom::known("script")) {
        let text: String = script.text().collect();
        for name in NAMES {
            let Some(at) = text.find(name) else { continue };
            let rest = text[at + name.len()..].trim_start_matches([' ', '=', ':', '"', '\'']);
            let value = rest.split(['"', '\'', ';', ',']).next().unwrap_or_default();
            if let Some(found) = date::find(value, now).filter(|_| value.len() >= 8) {
                return Some(found);
            }
        }
    }
    None
}

/// A line that calls itself the time of publication.
fn labelled(tree: &Html, now: Now) -> Option<Published> {
    const LABELS: &[&str] = &[
        "发布时间",
        "发布日期",
        "发表时间",
        "发表日期",
        "发布于",
        "发表于",
        "發布時間",
        "發佈時間",
        "时间：",
        "時間：",
        "日期：",
        "时间:",
        "日期:",
        "published",
        "posted on",
    ];
    let lines = head_lines(tree);
    for (at, line) in lines.iter().enumerate() {
        let lower = line.to_lowercase();
        for label in LABELS {
            let Some(place) = lower.find(label).filter(|place| text::width(&lower[..*place]) <= 80) else {
                continue;
            };
            let mut rest = lower[place + label.len()..].to_owned();
            if text::width(&rest) < 6
                && let Some(next) = lines.get(at + 1)
            {
                rest.push(' ');
                rest.push_str(next);
            }
            let near: String = rest.chars().take(40).collect();
            if let Some(found) = date::find(&near, now) {
                return Some(found);
            }
        }
    }
    None
}

fn head_lines(tree: &Html) -> Vec<String> {
    let text = text::spaced(tree.root_element());
    text.lines().filter(|line| text::width(line) <= 300).take(400).map(str::to_owned).collect()
}

fn time_tag(tree: &Html, now: Now) -> Option<Published> {
    tree.select(&dom::known("time")).filter(|element| !aside(*element)).find_map(|element| {
        element
            .attr("datetime")
            .and_then(|text| date::find(text, now))
            .or_else(|| date::find(&dom::line(element), now))
    })
}

/// The lines from the headline on; all of them where it is not shown as a line.
fn from_title<'l>(lines: &'l [String], title: &str) -> Vec<&'l [String]> {
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = squeeze(title);
    let places = lines.iter().enumerate().filter(|(_, line)| !wanted.is_empty() && squeeze(line) == wanted);
    places.map(|(at, _)| &lines[at..]).collect()
}

/// The first date with a clock right below the headline.
fn near_title(tree: &Html, title: &str, now: Now) -> Option<Published> {
    let lines = head_lines(tree);
    from_title(&lines, title).into_iter().find_map(|below| {
        below.iter().take(12).filter(|line| short(line)).find_map(|line| date::find_with_clock(line, now))
    })
}

/// A bare day below the headline, else the first clock anywhere.
fn first_date(tree: &Html, title: &str, now: Now) -> Option<Published> {
    let lines = head_lines(tree);
    let below = from_title(&lines, title).into_iter().next();
    below
        .and_then(|below| {
            below.iter().take(8).filter(|line| short(line)).find_map(|line| date::find(line, now))
        })
        .or_else(|| lines.iter().filter(|line| short(line)).find_map(|line| date::find_with_clock(line, now)))
}

fn short(line: &str) -> bool {
    text::width(line) <= 120
}

/// An element that is called a date.
fn named_date(tree: &Html, now: Now) -> Option<Published> {
    tree.root_element()
        .descendent_elements()
        .filter(|element| {
            let names = dom::names(*element);
            (names.contains("date") || names.contains("time")) && !aside(*element)
        })
        .take(60)
        .filter_map(|element| Some(dom::line(element)).filter(|line| text::width(line) <= 80))
        .find_map(|line| date::find(&line, now))
}

/// Side columns have dates of their own.
fn aside(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| {
        matches!(above.value().name(), "aside" | "nav" | "footer") || {
            let names = dom::names(above);
            ["sidebar", "related", "recommend", "comment", "footer"].iter().any(|hint| names.contains(hint))
        }
    })
}

/// Who wrote it, as the page shows it.
fn byline(tree: &Html) -> Option<String> {
    const LABELS: &[&str] = &["作者：", "作者:", "来源：", "来源:", "來源：", "稿源：", "记者 ", "文/"];
    let lines = head_lines(tree);
    lines.iter().find_map(|line| {
        let (at, label) = LABELS.iter().find_map(|label| line.find(label).map(|at| (at, label)))?;
        let value = line[at + label.len()..]
            .split(['|', ' ', '\t', '　', '）', ')', '】'])
            .find(|part| !part.is_empty())?;
        (2..=40).contains(&text::width(value)).then(|| value.to_owned())
    })
}
