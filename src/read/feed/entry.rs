//! What was gathered of an item in, an Atom entry out.

use super::markup::escape;
use super::names::Slot;
use std::fmt::Write;

/// Where the outlet that an item quotes is handed through the parser.
pub const OUTLET: &str = "tingfeng:outlet";

/// What was said about an item, with the rank of who said it.
#[derive(Debug, Default)]
pub struct Entry {
    said: Vec<(Slot, u8, String)>,
}

/// More than this is said about no item.
const MOST: usize = 64;

impl Entry {
    /// Keeps a value unless it is empty.
    pub fn offer(&mut self, slot: Slot, rank: u8, value: String) {
        let value = value.trim();
        if !value.is_empty() && self.said.len() < MOST {
            self.said.push((slot, rank, value.to_owned()));
        }
    }

    /// By rank, and in the order of the feed.
    fn of(&self, slot: Slot) -> Vec<&str> {
        let mut all: Vec<_> = self.said.iter().filter(|said| said.0 == slot).collect();
        all.sort_by_key(|said| said.1);
        all.into_iter().map(|said| said.2.as_str()).collect()
    }

    /// By rank; of several with one rank the last was meant to replace the others.
    fn dates(&self, slot: Slot) -> Vec<&str> {
        let mut all: Vec<_> = self.said.iter().rev().filter(|said| said.0 == slot).collect();
        all.sort_by_key(|said| said.1);
        all.into_iter().map(|said| said.2.as_str()).collect()
    }
}

/// The feed as Atom 1.0.
pub fn write(title: &str, items: &[Entry], is_date: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::from("<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">");
    element(&mut out, "title", title);
    for item in items {
        out.push_str("<entry>");
        let first = |slot| item.of(slot).into_iter().next();
        for (slot, name) in [(Slot::Title, "title"), (Slot::Id, "id"), (Slot::Summary, "summary")] {
            element(&mut out, name, first(slot).unwrap_or_default());
        }
        let whole = item.of(Slot::Content).into_iter().max_by_key(|text| text.len());
        element(&mut out, "content", whole.unwrap_or_default());
        for (slot, name) in [(Slot::Published, "published"), (Slot::Updated, "updated")] {
            let date = item.dates(slot).into_iter().find(|text| is_date(text));
            element(&mut out, name, date.unwrap_or_default());
        }
        for (slot, name, attr) in [(Slot::Link, "link", "href"), (Slot::Outlet, "category", "term")] {
            if let Some(value) = first(slot) {
                let scheme = if slot == Slot::Outlet { OUTLET } else { "" };
                let _ = write!(out, "<{name} scheme=\"{scheme}\" {attr}=\"");
                escape(&mut out, value);
                out.push_str("\"/>");
            }
        }
        if let Some(name) = first(Slot::Author) {
            out.push_str("<author>");
            element(&mut out, "name", name);
            out.push_str("</author>");
        }
        out.push_str("</entry>");
    }
    out.push_str("</feed>");
    out
}

/// Left out if nothing of it is text: parsers may give up on the whole feed then.
fn element(out: &mut String, name: &str, value: &str) {
    let before = out.len();
    let kind = if matches!(name, "title" | "summary" | "content") { " type=\"html\"" } else { "" };
    let _ = write!(out, "<{name}{kind}>");
    let from = out.len();
    escape(out, value.trim());
    if out[from..].trim().is_empty() {
        out.truncate(before);
    } else {
        let _ = write!(out, "</{name}>");
    }
}
