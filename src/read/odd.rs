//! A decoded page in: whether it is what was asked for, or a check for robots, a login page, a note that the page is
//! gone, an empty shell or a host's own page.
//!
//! Judged by shape first: such a page has hardly any words of its own, so whoever shows running text is what he
//! seems to be, and costs a walk over his tags up to there. Only then the words count, and only where they *are* the
//! heading or the message: a report about captchas names them in a sentence of its own.

mod shape;
mod signs;

use super::kind::{self, Kind, Wanted};
use super::{Body, charset, text};
use crate::model::{Odd, Unreadable};
use shape::Shape;
use std::borrow::Cow;
use url::Url;

/// A page that links so many columns is a list; an error page may be framed by as many as it likes.
const LINKS: usize = 2000;

/// The text of a page that is of the wanted kind; a plain text in place of an article comes as a page.
pub fn open<'a>(body: &Body<'a>, wanted: Wanted) -> Result<Cow<'a, str>, Unreadable> {
    let kind = kind::of(body);
    match kind {
        Kind::Document(_) | Kind::Other(_) | Kind::Json => return Err(kind.instead_of(wanted.words())),
        Kind::Feed => {
            return Err(kind.instead_of(&format!("{}; use kind = \"feed\" for it", wanted.words())));
        }
        Kind::Html | Kind::Xml | Kind::Text => {}
    }
    let (html, _) = charset::decode(body)?;
    if let Some(odd) = of(&html, wanted) {
        return Err(odd);
    }
    Ok(if kind == Kind::Text && wanted == Wanted::Article { Cow::Owned(as_page(&html)) } else { html })
}

/// What a page is instead of the wanted one; `None`: it seems to be the one.
pub fn of(html: &str, wanted: Wanted) -> Option<Unreadable> {
    let most = match wanted {
        Wanted::Article | Wanted::Thread | Wanted::File => usize::MAX,
        Wanted::List | Wanted::Board | Wanted::Feed => LINKS,
    };
    let shape = Shape::of(html, most)?;
    let (odd, sign) = signs::judge(&shape, html, wanted)?;
    Some(Unreadable::Odd { odd, expected: wanted.words(), sign })
}

/// A page that was asked for and answered by the home page, or by an address that says what it is.
pub fn turned_away(asked: &Url, landed: &Url, wanted: Wanted) -> Option<Unreadable> {
    let plain = |url: &Url| url.path().trim_end_matches('/').to_ascii_lowercase();
    let (from, to) = (plain(asked), plain(landed));
    if from == to || is_home(&from) && asked.query().is_none() {
        return None;
    }
    let last = to.rsplit('/').next().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or_default();
    let odd = if is_home(&to) && landed.query().is_none()
        || matches!(stem, "404" | "notfound" | "not_found" | "error404")
    {
        Odd::Missing
    } else if matches!(stem, "login" | "signin" | "passport" | "sso") {
        Odd::Login
    } else {
        return None;
    };
    let sign = format!("sent on to {}{}", landed.host_str().unwrap_or_default(), landed.path());
    Some(Unreadable::Odd { odd, expected: wanted.words(), sign })
}

fn is_home(path: &str) -> bool {
    matches!(
        path,
        "" | "/index.html" | "/index.htm" | "/index.shtml" | "/index.php" | "/index.jsp" | "/default.aspx"
    )
}

/// A plain text as a page: its first line for a headline, blank lines between paragraphs.
fn as_page(plain: &str) -> String {
    let mut lines = plain.lines().map(str::trim);
    let title = lines.by_ref().find(|line| !line.is_empty()).unwrap_or_default();
    let body: Vec<&str> = lines.collect();
    // Without blank lines every line is a paragraph.
    let parted = body.iter().skip_while(|line| line.is_empty()).any(|line| line.is_empty());
    let mut page = String::with_capacity(plain.len() * 5 / 4);
    let (title, headed) = if text::width(title) <= 120 { (title, true) } else { (title, false) };
    if headed {
        page.push_str("<title>");
        escape(title, &mut page);
        page.push_str("</title><h1>");
        escape(title, &mut page);
        page.push_str("</h1>");
    }
    page.push_str("<article><p>");
    let first = (!headed).then_some(title);
    let mut empty = true;
    for line in first.into_iter().chain(body) {
        if !empty && (line.is_empty() || !parted) {
            page.push_str("</p>\n<p>");
            empty = true;
        }
        if !line.is_empty() {
            if !empty {
                page.push_str("<br>");
            }
            escape(line, &mut page);
            empty = false;
        }
    }
    page.push_str("</p></article>");
    page
}

fn escape(text: &str, page: &mut String) {
    for c in text.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            c => page.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
