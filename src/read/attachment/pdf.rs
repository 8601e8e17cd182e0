//! A PDF file in, its text line by line out, with form fields and comments behind it.
//!
//! Not a renderer: letters come from the tables by which readers copy text, places only say what belongs on one line.
//! The file's own directory is not trusted: objects are found by walking over the bytes, so that a damaged or cut
//! file gives what it has. What is unpacked, drawn and nested is counted against bounds.

mod file;
mod filter;
mod font;
mod lines;
mod object;
mod page;
mod unlock;

use super::ole::locked;
use super::paper::Paper;
use crate::model::Unreadable;
use file::File;
use object::{Dict, Object};
use std::collections::HashSet;

/// More pages than this are left out.
const PAGES: usize = 2000;

pub fn read(bytes: &[u8], paper: &mut Paper) -> Result<(), Unreadable> {
    let mut file = File::open(bytes);
    if file.is_encrypted() && !file.unlock() {
        return Err(locked("a PDF file"));
    }
    file.unpack(paper);
    let pages = pages(&file);
    if pages.is_empty() {
        return Err(Unreadable::Broken(
            "a PDF file without pages (damaged or cut off); open it by hand".to_owned(),
        ));
    }
    if pages.len() > PAGES {
        paper.cut(format!("only the first {PAGES} of its {} pages were read", pages.len()));
    }
    let mut fonts = font::Fonts::default();
    for page in pages.into_iter().take(PAGES) {
        let shown = page::read(&file, &page, &mut fonts, paper);
        if lines::of(shown).iter().any(|line| !paper.line(line)) || paper.left() == 0 {
            return Ok(());
        }
        if file.is_exhausted() {
            paper.cut("its pages refer to each other without end".to_owned());
            return Ok(());
        }
    }
    // A bullet or a logo is no loss.
    if fonts.unknown * 20 > fonts.letters {
        paper.cut(format!("{} of its letters are drawn without saying which they are", fonts.unknown));
    }
    beside(&file, paper);
    Ok(())
}

/// A page with what it inherits.
pub struct Page {
    pub dict: Dict,
    pub resources: Dict,
    pub rotate: i64,
}

fn pages(file: &File) -> Vec<Page> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let roots: Vec<u32> = file.roots();
    for root in roots {
        let Object::Dict(catalog) = file.get(root) else { continue };
        if let Some(Object::Ref(tree)) = catalog.raw("Pages") {
            branch(
                file,
                *tree,
                &Page { dict: Dict::default(), resources: Dict::default(), rotate: 0 },
                &mut seen,
                &mut found,
                0,
            );
        }
        if !found.is_empty() {
            return found;
        }
    }
    // No tree to go by: the pages as they lie in the file.
    for number in file.numbers() {
        if let Object::Dict(dict) = file.get(number)
            && file.name(dict.raw("Type")) == Some("Page".to_owned())
        {
            let resources = file.dict(dict.raw("Resources"));
            let rotate = file.number(dict.raw("Rotate")).unwrap_or_default() as i64;
            found.push(Page { dict, resources, rotate });
        }
    }
    found
}

fn branch(
    file: &File,
    number: u32,
    above: &Page,
    seen: &mut HashSet<u32>,
    found: &mut Vec<Page>,
    depth: u32,
) {
    if depth > 50 || found.len() > PAGES || !seen.insert(number) {
        return;
    }
    let Object::Dict(dict) = file.get(number) else { return };
    let resources = match dict.raw("Resources") {
        Some(own) => file.dict(Some(own)),
        None => above.resources.clone(),
    };
    let rotate = file.number(dict.raw("Rotate")).map_or(above.rotate, |degrees| degrees as i64);
    let here = Page { dict, resources, rotate };
    if let Object::Array(kids) = file.resolved(here.dict.raw("Kids")) {
        for kid in kids {
            if let Object::Ref(kid) = kid {
                branch(file, kid, &here, seen, found, depth + 1);
            }
        }
    } else {
        found.push(here);
    }
}

/// Comments, and what forms are filled in with.
fn beside(file: &File, paper: &mut Paper) {
    for number in file.numbers() {
        let Object::Dict(dict) = file.get(number) else { continue };
        let told = match file.name(dict.raw("FT")).as_deref() {
            Some("Tx" | "Ch") => dict.raw("V").map(|value| ("表单", value)),
            _ if dict.raw("Subtype").is_some() && dict.raw("Rect").is_some() => {
                dict.raw("Contents").map(|value| ("批注", value))
            }
            _ => None,
        };
        if let Some((name, value)) = told
            && let Object::Text(bytes) = file.resolved(Some(value))
        {
            let text = object::text(&bytes);
            if !text.trim().is_empty() && !paper.line(&format!("{name}：{}", text.replace(['\r', '\n'], " ")))
            {
                return;
            }
        }
    }
}
