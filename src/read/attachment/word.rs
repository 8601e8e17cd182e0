//! Documents and slides of today: the paragraphs of a DOCX, ODT or PPTX, a row of a table on one line.

use super::cells::BETWEEN;
use super::office;
use super::package::Package;
use super::paper::Paper;
use super::xml::{Step, Walk};

pub fn docx(package: &mut Package, paper: &mut Paper) {
    let start = office::relations(package, "", paper);
    let main = start.iter().find(|relation| relation.kind == "officeDocument");
    let main = main.map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target.clone());
    if let Some(xml) = package.part(&main, paper) {
        paragraphs(&xml, paper);
    }
    for (begin, name) in [
        ("word/header", "页眉"),
        ("word/footer", "页脚"),
        ("word/footnotes", "脚注"),
        ("word/endnotes", "尾注"),
        ("word/comments", "批注"),
    ] {
        for part in package.names(begin, ".xml") {
            // `commentsExtended.xml` and its like hold no text.
            if let Some(xml) = package.part(&part, paper) {
                titled(name, &xml, paper);
            }
        }
    }
}

pub fn pptx(package: &mut Package, paper: &mut Paper) {
    for (begin, name) in
        [("ppt/slides/slide", "幻灯片"), ("ppt/notesSlides/notesSlide", "备注"), ("ppt/comments/", "批注")]
    {
        for part in package.names(begin, ".xml") {
            let digits: String = part.chars().filter(char::is_ascii_digit).collect();
            if let Some(xml) = package.part(&part, paper) {
                titled(&format!("{name} {digits}"), &xml, paper);
            }
        }
    }
}

pub fn odt(package: &mut Package, paper: &mut Paper) {
    // Headers and footers are kept among the styles.
    for part in ["content.xml", "styles.xml"] {
        if let Some(xml) = package.part(part, paper) {
            paragraphs(&xml, paper);
        }
    }
}

/// A part with a line of its own above it, if there is anything below.
fn titled(name: &str, xml: &str, paper: &mut Paper) {
    let mut below = Paper::new(super::TEXT, 0);
    paragraphs(xml, &mut below);
    let (text, _) = below.finish();
    if !text.is_empty() {
        paper.line(name);
        for line in text.lines() {
            paper.line(line);
        }
    }
}

/// One paragraph a line; inside a table, one row.
fn paragraphs(xml: &str, paper: &mut Paper) {
    // Rows inside cells are lines of their own; what stands before them in the cell is not lost.
    let (mut line, mut rows) = (String::new(), 0_u32);
    let (mut skipped, mut quiet, mut full) = (0_u32, false, false);
    for step in Walk::new(xml) {
        if full {
            return;
        }
        match step {
            Step::Start(tag) => match tag.name() {
                // The same again for programs that do not know the first way.
                "Fallback" => skipped += 1,
                "instrText" | "binData" | "delInstrText" => quiet = true,
                "tr" | "table-row" => {
                    full = !flush(&mut line, paper);
                    rows += 1;
                }
                "tab" | "s" | "ptab" if skipped == 0 => line.push(' '),
                "br" | "cr" | "line-break" if skipped == 0 => line.push(if rows > 0 { ' ' } else { '\n' }),
                "noBreakHyphen" => line.push('-'),
                _ => {}
            },
            // Between elements XML may be indented.
            Step::Text(text) if text.starts_with('\n') && text.trim().is_empty() => {}
            Step::Text(text) if skipped == 0 && !quiet => line.push_str(&text.replace(['\n', '\r'], " ")),
            Step::Text(_) => {}
            Step::End(end) => match end.as_str() {
                "Fallback" => skipped = skipped.saturating_sub(1),
                "instrText" | "binData" | "delInstrText" => quiet = false,
                "p" | "h" if rows > 0 => line.push(' '),
                "p" | "h" => full = !flush(&mut line, paper),
                "tc" | "table-cell" if !line.trim().is_empty() => {
                    line.truncate(line.trim_end().len());
                    line.push_str(BETWEEN);
                }
                "tr" | "table-row" => {
                    rows = rows.saturating_sub(1);
                    line.truncate(line.trim_end_matches([' ', '，']).len());
                    full = !flush(&mut line, paper);
                }
                _ => {}
            },
        }
    }
    flush(&mut line, paper);
}

fn flush(line: &mut String, paper: &mut Paper) -> bool {
    let full = line.split('\n').map(str::trim).filter(|line| !line.is_empty()).any(|line| !paper.line(line));
    line.clear();
    !full && paper.has_room()
}
