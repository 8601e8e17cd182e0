//! Bytes and a header in: what a body really is out.
//!
//! Bytes are believed before the header, which only decides where the bytes leave it open. Nothing is decoded or
//! parsed here beyond the first kilobytes, and of an archive the names of its members.

use super::{Body, charset};
use crate::model::Unreadable;

const BINARY: Kind = Kind::Other("binary data");
/// So much of a text says what it is.
const HEAD: usize = 4096;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Html,
    /// RSS, RDF or Atom.
    Feed,
    Xml,
    Json,
    /// Text without a tag.
    Text,
    Document(Document),
    /// Neither text nor a document that is read; in words for the ledger.
    Other(&'static str),
}

/// A file whose text `attachment` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    Pdf,
    /// XLSX, XLSM, ET of today.
    Xlsx,
    Ods,
    Docx,
    Odt,
    Pptx,
    /// OLE2: XLS, DOC, ET and WPS of old, and whatever is encrypted.
    Ole,
    /// Known by its name or header only: its bytes are text.
    Csv,
}

impl Document {
    pub fn words(self) -> &'static str {
        match self {
            Self::Pdf => "a PDF file",
            Self::Xlsx => "an Excel workbook",
            Self::Ods => "an OpenDocument spreadsheet",
            Self::Docx => "a Word document",
            Self::Odt => "an OpenDocument text",
            Self::Pptx => "a PowerPoint presentation",
            Self::Ole => "an office document of the old binary kind",
            Self::Csv => "a table as plain text",
        }
    }
}

impl Kind {
    pub fn words(self) -> &'static str {
        match self {
            Self::Html => "an HTML page",
            Self::Feed => "a feed",
            Self::Xml => "an XML file",
            Self::Json => "a JSON answer",
            Self::Text => "a plain text",
            Self::Document(document) => document.words(),
            Self::Other(words) => words,
        }
    }

    /// `expected` is what the configuration says it should be.
    pub fn instead_of(self, expected: &str) -> Unreadable {
        Unreadable::Kind { what: self.words().to_owned(), expected: expected.to_owned() }
    }
}

/// What a page is visited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Article,
    Thread,
    List,
    Board,
    Feed,
    /// An attachment.
    File,
}

impl Wanted {
    pub fn words(self) -> &'static str {
        match self {
            Self::Article => "an article page",
            Self::Thread => "a thread",
            Self::List => "a list page",
            Self::Board => "a board",
            Self::Feed => "a feed",
            Self::File => "a document that is read",
        }
    }
}

/// What the bytes are; an empty body is a text.
pub fn of(body: &Body) -> Kind {
    // Whoever names an encoding in the configuration says that it is a text.
    if let Some(kind) = not_text(body.bytes).filter(|kind| *kind != BINARY || body.charset.is_none()) {
        return kind;
    }
    let header = body.content_type.unwrap_or_default().to_ascii_lowercase();
    let kind = of_text(body.bytes);
    match kind {
        Kind::Text if names(body, &[".csv", ".tsv"]) || header.contains("csv") => {
            Kind::Document(Document::Csv)
        }
        // A script, a style sheet, an answer for programs: no page, whatever it looks like.
        Kind::Text if header.contains("javascript") => Kind::Other("a script"),
        Kind::Text if header.contains("text/css") => Kind::Other("a style sheet"),
        Kind::Text if header.contains("json") => Kind::Json,
        kind => kind,
    }
}

fn names(body: &Body, ends: &[&str]) -> bool {
    body.url.is_some_and(|url| {
        let path = url.path().to_ascii_lowercase();
        ends.iter().any(|end| path.ends_with(end))
    })
}

/// What has a mark of its own, or holds what no text holds.
pub fn not_text(bytes: &[u8]) -> Option<Kind> {
    const MAGIC: &[(usize, &[u8], Kind)] = &[
        (0, b"%PDF", Kind::Document(Document::Pdf)),
        (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Document(Document::Ole)),
        (0, b"\x89PNG", Kind::Other("a PNG picture")),
        (0, b"\xff\xd8\xff", Kind::Other("a JPEG picture")),
        (0, b"GIF8", Kind::Other("a GIF picture")),
        (8, b"WEBP", Kind::Other("a WebP picture")),
        (0, b"\0\0\x01\0", Kind::Other("an icon")),
        (0, b"II*\0", Kind::Other("a TIFF picture")),
        (0, b"MM\0*", Kind::Other("a TIFF picture")),
        (4, b"ftypheic", Kind::Other("a HEIC picture")),
        (4, b"ftypavif", Kind::Other("an AVIF picture")),
        (4, b"ftyp", Kind::Other("a film")),
        (0, b"RIFF", Kind::Other("a media file")),
        (0, b"ID3\x02", Kind::Other("a sound file")),
        (0, b"ID3\x03", Kind::Other("a sound file")),
        (0, b"ID3\x04", Kind::Other("a sound file")),
        (0, b"OggS", Kind::Other("a media file")),
        (0, b"FLV\x01", Kind::Other("a film")),
        (0, b"\x1aE\xdf\xa3", Kind::Other("a film")),
        (0, b"#EXTM3U", Kind::Other("a playlist")),
        (0, b"Rar!\x1a\x07", Kind::Other("a RAR archive")),
        (0, b"7z\xbc\xaf\x27\x1c", Kind::Other("a 7-Zip archive")),
        (0, b"\x1f\x8b", Kind::Other("a compressed file")),
        (0, b"BZh91AY", Kind::Other("a compressed file")),
        (0, b"\xfd7zXZ\0", Kind::Other("a compressed file")),
        (0, b"\x28\xb5\x2f\xfd", Kind::Other("a compressed file")),
        (257, b"ustar", Kind::Other("a TAR archive")),
        (0, b"{\\rtf", Kind::Other("an RTF document")),
        (0, b"\x7fELF", Kind::Other("a program")),
        (0, b"MZ\x90\0", Kind::Other("a program")),
        (0, b"wOFF", Kind::Other("a font")),
        (0, b"wOF2", Kind::Other("a font")),
    ];
    if [&b"PK\x03\x04"[..], b"PK\x05\x06"].iter().any(|magic| bytes.starts_with(magic)) {
        return Some(of_zip(bytes));
    }
    let has = |at: usize, magic: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(magic));
    if let Some((.., kind)) = MAGIC.iter().find(|(at, magic, _)| has(*at, magic)) {
        return Some(*kind);
    }
    // Some servers put a line or a mark before a PDF; readers look for it in the first kilobyte, and so do we.
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(7).any(|window| window.starts_with(b"%PDF-") && window[5].is_ascii_digit())
        && !head.contains(&b'<')
    {
        return Some(Kind::Document(Document::Pdf));
    }
    // Text in units of two or four bytes has zeros in it, and is text all the same.
    (control_characters(bytes) && !charset::is_wide(bytes)).then_some(BINARY)
}

fn control_characters(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(HEAD)];
    let odd = sample.iter().filter(|b| **b < 9 || (14..27).contains(*b)).count();
    odd * 20 > sample.len()
}

/// Office documents are archives; the names of their members, which stand in plain bytes, tell them apart.
fn of_zip(bytes: &[u8]) -> Kind {
    let holds = |name: &str| {
        let name = name.as_bytes();
        // Names stand at the beginning (local headers) and at the end (the directory).
        let (head, tail) = (&bytes[..bytes.len().min(65_536)], &bytes[bytes.len().saturating_sub(65_536)..]);
        [head, tail].iter().any(|part| part.windows(name.len()).any(|window| window == name))
    };
    for (name, kind) in [
        ("xl/workbook", Kind::Document(Document::Xlsx)),
        ("word/document", Kind::Document(Document::Docx)),
        ("ppt/presentation", Kind::Document(Document::Pptx)),
        ("opendocument.spreadsheet", Kind::Document(Document::Ods)),
        ("opendocument.text", Kind::Document(Document::Odt)),
        ("OEBPS/", Kind::Other("an electronic book")),
        ("Document.xml", Kind::Other("an OFD document")),
        ("OFD.xml", Kind::Other("an OFD document")),
        ("AndroidManifest.xml", Kind::Other("a program")),
    ] {
        if holds(name) {
            return kind;
        }
    }
    Kind::Other("a ZIP archive")
}

/// Text by its beginning. Zeros are left out, so that UTF-16 is told as well.
fn of_text(bytes: &[u8]) -> Kind {
    let head: Vec<u8> =
        bytes.iter().take(HEAD * 2).filter(|b| **b != 0).take(HEAD).map(u8::to_ascii_lowercase).collect();
    let start = trimmed(&head);
    let has = |what: &str| head.windows(what.len()).any(|window| window == what.as_bytes());
    if looks_like_json(bytes) {
        return Kind::Json;
    }
    // Junk may stand in front of the root, comments and a document type too.
    if ["<rss", "<feed", "<rdf:rdf"].iter().any(|root| has(root)) && !has("<html") {
        return Kind::Feed;
    }
    let declared = start.starts_with(b"<?xml");
    if has("<html") || has("<!doctype html") || !declared && has("<head") {
        return Kind::Html;
    }
    if declared {
        return Kind::Xml;
    }
    if has_tag(bytes) { Kind::Html } else { Kind::Text }
}

fn trimmed(head: &[u8]) -> &[u8] {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let head = head.strip_prefix(b"\xff\xfe").or_else(|| head.strip_prefix(b"\xfe\xff")).unwrap_or(head);
    head.trim_ascii_start()
}

/// Some tag near the beginning: `a < b` is none.
fn has_tag(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD * 8)];
    let letter = |at: usize| head.get(at).is_some_and(u8::is_ascii_alphabetic);
    let mut at = 0;
    while let Some(next) = head[at..].iter().position(|b| *b == b'<') {
        at += next + 1;
        // A zero between them: UTF-16.
        let skip = at + usize::from(head.get(at) == Some(&0));
        let opens = match head.get(skip) {
            Some(b'/') => letter(skip + 1) || head.get(skip + 1) == Some(&0),
            Some(b'!') => true,
            _ => letter(skip),
        };
        // Addresses in angle brackets are common in texts: `<https://…>`, `<a@b.example>`.
        let name: Vec<u8> =
            head[skip.min(head.len())..].iter().copied().filter(|b| *b != 0).take(24).collect();
        let word = name.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'/' && *b != b'!');
        if opens && word.is_some_and(|end| matches!(name[end], b'>' | b' ' | b'\t' | b'\r' | b'\n' | b'-')) {
            return true;
        }
    }
    false
}

/// A note in brackets is none.
fn looks_like_json(bytes: &[u8]) -> bool {
    let end = bytes.trim_ascii_end().last().copied();
    let start = trimmed(bytes);
    let next = start.get(1..).and_then(|rest| rest.trim_ascii_start().first().copied());
    match start.first() {
        Some(b'{') => matches!(next, Some(b'"' | b'}')) && end == Some(b'}'),
        Some(b'[') => {
            matches!(next, Some(b'{' | b'"' | b'[' | b']' | b'0'..=b'9' | b'-')) && end == Some(b']')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    fn zip(member: &str) -> Vec<u8> {
        [b"PK\x03\x04\x14\0\0\0\0\0", &[0; 16][..], member.as_bytes(), &[0, 1, 2, 3, 4, 5]].concat()
    }

    #[test]
    fn bytes_are_believed_before_the_header() {
        let wide: Vec<u8> = "<html><p>砚溪".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let plain: Vec<u8> = "砚溪市今日发布通报，岚栎科技回应网传消息不实，公司经营一切正常。\n"
            .repeat(4)
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (why, bytes, header, path, expected) in [
            ("a page", &b"<!DOCTYPE html><p>x"[..], Some("text/html"), "/", "an HTML page"),
            ("called text", b" \n<html>", Some("text/plain"), "/", "an HTML page"),
            ("a fragment", b"Yanxi <br> Lanli", None, "/", "an HTML page"),
            ("in two bytes", &wide, Some("text/html"), "/", "an HTML page"),
            ("in two bytes, without a tag", &plain, None, "/", "a plain text"),
            ("a feed called a page", b"<?xml version='1.0'?><rss>", Some("text/html"), "/", "a feed"),
            ("junk before a feed", b"Warning: x\n<rdf:RDF>", None, "/", "a feed"),
            ("XHTML", b"<?xml version='1.0'?><html>", None, "/", "an HTML page"),
            ("a site map", b"<?xml version='1.0'?><urlset>", None, "/", "an XML file"),
            ("JSON called a page", b"{\"code\":0}", Some("text/html"), "/", "a JSON answer"),
            ("a note in brackets", b"[Lanli] no more.", Some("text/plain"), "/", "a plain text"),
            ("JSON called text", b"[1,2]", Some("text/plain"), "/", "a JSON answer"),
            ("a text", b"a < b, <https://y.example/>", Some("text/html"), "/", "a plain text"),
            ("a script", b"var a = 1;", Some("application/javascript"), "/", "a script"),
            ("a table", b"a,b\n1,2", Some("text/csv"), "/", "a table as plain text"),
            ("by its name", b"a,b\n1,2", Some("application/octet-stream"), "/x.CSV", "a table as plain text"),
            ("PDF called a page", b"%PDF-1.7 ...", Some("text/html"), "/a.html", "a PDF file"),
            ("a blank before", b"\r\n%PDF-1.4", None, "/", "a PDF file"),
            ("a page about them", b"<p>%PDF-1.4", None, "/", "an HTML page"),
            (
                "a workbook",
                &zip("xl/workbook.xml"),
                Some("application/vnd.ms-excel"),
                "/",
                "an Excel workbook",
            ),
            ("a document", &zip("word/document.xml"), None, "/", "a Word document"),
            ("slides", &zip("ppt/presentation.xml"), None, "/", "a PowerPoint presentation"),
            ("an archive", &zip("1.txt"), None, "/x.xlsx", "a ZIP archive"),
            (
                "XLS or DOC",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
                Some("text/html"),
                "/",
                "an office document of the old binary kind",
            ),
            ("a picture", b"\xff\xd8\xff\xe0", Some("text/html"), "/a.html", "a JPEG picture"),
            ("a newer one", b"RIFF\0\0\0\0WEBPVP8 ", None, "/", "a WebP picture"),
            ("a film", b"\0\0\0 ftypisom", None, "/", "a film"),
            ("an archive", b"Rar!\x1a\x07\x01\0", None, "/", "a RAR archive"),
            ("anything else", &[1, 2, 3, 0, 4, 200, 7], None, "/", "binary data"),
            ("nothing", b"", None, "/", "a plain text"),
        ] {
            let url = Url::parse("https://y.example/").unwrap().join(path).unwrap();
            let body = Body { content_type: header, url: Some(&url), ..Body::of(bytes) };
            assert_eq!(of(&body).words(), expected, "{why}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_something(bytes: Vec<u8>, header in proptest::option::of("[a-z/]{0,20}")) {
            let body = Body { content_type: header.as_deref(), ..Body::of(&bytes) };
            prop_assert!(!of(&body).words().is_empty());
        }

        #[test]
        fn ordinary_text_is_never_binary(text in "[\u{4e00}-\u{9fff}a-zA-Z0-9，。 \n]{1,200}") {
            prop_assert_eq!(not_text(text.as_bytes()), None);
        }
    }
}
