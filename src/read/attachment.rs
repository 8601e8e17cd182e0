//! A file that a page links to in, its text out: tables row by row, documents paragraph by paragraph, PDF line by line.
//!
//! What nobody sees counts too: hidden sheets, rows and columns, comments, headers, deleted passages; most leaks sit
//! there. Everything is bounded by what has been unpacked, walked and written so far, and by no clock: the same bytes
//! always give the same text. What did not fit is said. No bytes make a reader panic or take more than `UNPACKED`.

mod cells;
mod csv;
mod office;
mod ole;
mod package;
mod paper;
mod pdf;
mod sheet;
mod word;
mod xls;
mod xml;

use super::kind::{self, Document, Kind};
use super::{Body, odd};
use crate::model::Unreadable;
use paper::Paper;
use url::Url;

/// Bytes of text that are kept of one file.
pub const TEXT: usize = 2_000_000;
/// Bytes that one file may unpack to.
pub const UNPACKED: usize = 64 << 20;

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub kind: &'static str,
    pub text: String,
    /// Why it is not all of it, in words for the ledger.
    pub cut: Option<String>,
}

/// Reads a file whose kind its bytes tell.
pub fn read(body: &Body) -> Result<Attachment, Unreadable> {
    match kind::of(body) {
        Kind::Document(document) => of_document(document, body),
        // A table may come without a name that says so.
        Kind::Text => of_document(Document::Csv, body),
        // A page in place of a file is most often a login or a note that the file is gone.
        kind @ (Kind::Html | Kind::Xml) => {
            let html = super::charset::decode(body)?.0;
            Err(odd::of(&html, kind::Wanted::File)
                .unwrap_or_else(|| kind.instead_of(kind::Wanted::File.words())))
        }
        kind => Err(kind.instead_of(kind::Wanted::File.words())),
    }
}

fn of_document(document: Document, body: &Body) -> Result<Attachment, Unreadable> {
    let mut paper = Paper::new(TEXT, UNPACKED);
    let kind = match document {
        Document::Csv => {
            csv::read(&super::charset::decode(body)?.0, &mut paper);
            document.words()
        }
        Document::Xlsx => office::read(body.bytes, document, &mut paper, sheet::xlsx)?,
        Document::Ods => office::read(body.bytes, document, &mut paper, sheet::ods)?,
        Document::Docx => office::read(body.bytes, document, &mut paper, word::docx)?,
        Document::Odt => office::read(body.bytes, document, &mut paper, word::odt)?,
        Document::Pptx => office::read(body.bytes, document, &mut paper, word::pptx)?,
        Document::Ole => ole::read(body.bytes, &mut paper)?,
        Document::Pdf => {
            pdf::read(body.bytes, &mut paper)?;
            document.words()
        }
    };
    let (text, cut) = paper.finish();
    if text.is_empty() {
        return Err(Unreadable::Broken(match cut {
            Some(cut) => format!("{kind} without text in what could be read of it: {cut}"),
            None => format!("{kind} without text (empty, or pictures of pages, which are not read)"),
        }));
    }
    Ok(Attachment { kind, text, cut })
}

/// What an address or the words of a link promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// A file that `read` reads.
    Readable,
    /// A file that it does not read; its ending.
    Unread(&'static str),
}

/// Whether a link leads to a file: by the ending of its address, of a file name in its query, or of what it is called.
pub fn promised(url: &Url, called: &str) -> Option<Promise> {
    let named = url.query_pairs().map(|(_, value)| value.into_owned()).find_map(|value| of_ending(&value));
    of_ending(url.path()).or(named).or_else(|| of_ending(called))
}

fn of_ending(name: &str) -> Option<Promise> {
    const READ: [&str; 21] = [
        "pdf", "xls", "xlsx", "xlsm", "xlt", "xltx", "et", "csv", "ods", "doc", "docx", "docm", "dot",
        "dotx", "wps", "odt", "pptx", "ppsx", "ppt", "pps", "dps",
    ];
    const UNREAD: [&str; 9] = ["zip", "rar", "7z", "tar", "gz", "rtf", "ofd", "xlsb", "mdb"];
    let name =
        name.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ')' | '）' | ']' | '】' | '》'));
    let (stem, ending) = name.rsplit_once('.')?;
    if stem.is_empty() || stem.ends_with('/') || ending.len() > 4 {
        return None;
    }
    let ending = ending.to_ascii_lowercase();
    if READ.contains(&ending.as_str()) {
        return Some(Promise::Readable);
    }
    UNREAD.iter().find(|known| **known == ending).map(|known| Promise::Unread(known))
}

/// What a file is called in its address, without the signs that addresses want.
pub fn file_name(url: &Url) -> Option<String> {
    let query =
        url.query_pairs().map(|(_, value)| value.into_owned()).find(|value| of_ending(value).is_some());
    let name = if let Some(name) = query {
        name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    } else {
        let last = url.path_segments()?.next_back()?;
        // The same way back by which query strings are read.
        let pair = format!("n={}", last.replace('+', "%2B"));
        url::form_urlencoded::parse(pair.as_bytes()).next()?.1.into_owned()
    };
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
