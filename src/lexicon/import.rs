//! Lists of terms as people have them: a text file with one term a line, or a table from a spreadsheet.

use super::LexiconError;
use crate::model::Term;
use std::collections::HashSet;

/// The weight of a term whose list does not say.
const WEIGHT: u8 = 3;

/// Reads `name.txt` (one term a line, `#` begins a comment) or `name.csv` (`term,category,weight,unless`, phrases
/// separated by `;`, a heading line is skipped). Where no category is given it is the file's stem.
pub fn import(name: &str, bytes: &[u8]) -> Result<Vec<Term>, LexiconError> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, kind) = base.rsplit_once('.').unwrap_or((base, ""));
    let text = decode(name, bytes)?;
    let terms = match kind.to_ascii_lowercase().as_str() {
        "txt" => plain(name, stem, &text)?,
        "csv" => table(name, stem, &text)?,
        _ => return Err(LexiconError::Format { name: name.to_owned(), problem: format!("not {kind:?}") }),
    };
    let mut known = HashSet::new();
    Ok(terms.into_iter().filter(|term| known.insert((term.text.clone(), term.category.clone()))).collect())
}

/// UTF-8 with or without its mark, UTF-16 with its mark, or GB18030, which spreadsheets here still write.
fn decode(name: &str, bytes: &[u8]) -> Result<String, LexiconError> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        let problem = || format!("its bytes are not {}", encoding.name());
        let wrong = || LexiconError::Format { name: name.to_owned(), problem: problem() };
        return if broken { Err(wrong()) } else { Ok(text.into_owned()) };
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    // A broken byte in a UTF-8 list must not turn the whole list into other characters without a word.
    let (mut utf8, mut other) = (0, 0);
    for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() { utf8 += 1 } else { other += 1 }
    }
    let (text, _, broken) = encoding_rs::GB18030.decode(bytes);
    if other > utf8 && !broken {
        return Ok(text.into_owned());
    }
    let line = bytes[..error.valid_up_to()].split(|&b| b == b'\n').count();
    let problem = "not UTF-8; save the file as UTF-8 or correct the line".to_owned();
    Err(LexiconError::Import { name: name.to_owned(), line, problem })
}

fn plain(name: &str, stem: &str, text: &str) -> Result<Vec<Term>, LexiconError> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            // "term  # why": only after a blank, so that C# stays whole.
            let text = line.find(" #").map_or(line, |at| line[..at].trim_end());
            term(name, number, text, stem, "", "")
        })
        .collect()
}

fn table(name: &str, stem: &str, text: &str) -> Result<Vec<Term>, LexiconError> {
    let mut terms = Vec::new();
    for (number, row) in rows(name, text)? {
        let cell = |index: usize| row.get(index).map_or("", |cell| cell.trim());
        let heading = number == 1
            && ["term", "text", "word", "词", "词条", "词语", "敏感词"]
                .contains(&cell(0).to_lowercase().as_str());
        if heading || row.iter().all(|cell| cell.trim().is_empty()) || cell(0).starts_with('#') {
            continue;
        }
        if row.iter().skip(4).any(|cell| !cell.trim().is_empty()) {
            let problem = format!("{} cells; a row is term,category,weight,unless", row.len());
            return Err(LexiconError::Import { name: name.to_owned(), line: number, problem });
        }
        let category = if cell(1).is_empty() { stem } else { cell(1) };
        terms.push(term(name, number, cell(0), category, cell(2), cell(3))?);
    }
    Ok(terms)
}

fn term(
    name: &str,
    line: usize,
    text: &str,
    category: &str,
    weight: &str,
    unless: &str,
) -> Result<Term, LexiconError> {
    let wrong = |problem: String| LexiconError::Import { name: name.to_owned(), line, problem };
    if text.is_empty() {
        return Err(wrong("the first cell, the term, is empty".to_owned()));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong(format!("{text:?} holds a control character; write one term")));
    }
    let weight = match weight {
        "" => WEIGHT,
        weight => weight
            .parse()
            .ok()
            .filter(|weight| (1..=5).contains(weight))
            .ok_or_else(|| wrong(format!("{weight:?} is not a weight; write 1 (hint) to 5 (grave)")))?,
    };
    let unless: Vec<String> = unless
        .split([';', '；'])
        .map(str::trim)
        .filter(|phrase| !phrase.is_empty())
        .map(str::to_owned)
        .collect();
    if let Some(phrase) = unless.iter().find(|phrase| *phrase == text) {
        return Err(wrong(format!("{phrase:?} is its own `unless` phrase and would never count")));
    }
    Ok(Term { unless, ..Term::new(text, category, weight) })
}

/// Rows of a table with the line each begins on; cells may stand in double quotes (RFC 4180).
fn rows(name: &str, text: &str) -> Result<Vec<(usize, Vec<String>)>, LexiconError> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1, 1, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted.is_some() => {
                if chars.next_if_eq(&'"').is_some() {
                    cell.push('"');
                } else {
                    quoted = None;
                }
            }
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = Some(line);
            }
            c if quoted.is_some() => cell.push(c),
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut cell));
                rows.push((began, std::mem::take(&mut row)));
                began = line;
            }
            c => cell.push(c),
        }
    }
    if let Some(line) = quoted {
        let problem = "a quotation mark is never closed".to_owned();
        return Err(LexiconError::Import { name: name.to_owned(), line, problem });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push((began, row));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(name: &str, bytes: &[u8]) -> Vec<String> {
        import(name, bytes).unwrap().into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn a_plain_list_is_read() {
        let list = "\u{feff}# 监管\r\n立案调查\r\n\r\n  退市  # 上市规则\r\nC#\r\n立案调查\r\n";
        assert_eq!(texts("lists/a1.txt", list.as_bytes()), ["立案调查", "退市", "C#"]);
        assert_eq!(import("lists/a1.txt", list.as_bytes()).unwrap()[0].category, "a1");
        let (gbk, ..) = encoding_rs::GBK.encode("立案调查\n退市\n");
        assert_eq!(texts("a1.txt", &gbk), ["立案调查", "退市"], "as a spreadsheet writes it");
    }

    #[test]
    fn a_table_is_read() {
        let table = "term,category,weight,unless\n立案调查,A1,5,未被立案调查;反倾销立案调查\n\"退市, 强制\",,,\n\"\"\"一号\"\"\",A2,,衰退；";
        let terms = import("a.csv", table.as_bytes()).unwrap();
        assert_eq!(terms.len(), 3);
        assert_eq!((terms[0].weight, terms[0].unless.len()), (5, 2));
        assert_eq!(
            (terms[1].text.as_str(), terms[1].category.as_str(), terms[1].weight),
            ("退市, 强制", "a", 3)
        );
        assert_eq!(
            (terms[2].text.as_str(), terms[2].unless.as_slice()),
            ("\"一号\"", &["衰退".to_owned()][..])
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for (why, name, bytes, expected) in [
            ("no such kind", "a.xlsx", "PK".as_bytes(), "a.xlsx: a list of terms is a .txt or .csv"),
            ("weight", "a.csv", "立案调查,A1,9".as_bytes(), "a.csv:1: \"9\" is not a weight"),
            ("no term", "a.csv", "退市\n,A1".as_bytes(), "a.csv:2: the first cell"),
            ("too many cells", "a.csv", "退市,A1,3,x,y".as_bytes(), "a.csv:1: 5 cells"),
            ("quotation mark", "a.csv", "退市\n\"立案".as_bytes(), "a.csv:2: a quotation mark"),
            ("its own phrase", "a.csv", "退市,A1,3,退市".as_bytes(), "a.csv:1: \"退市\" is its own"),
            ("control characters", "a.txt", "退\u{1}市".as_bytes(), "a.txt:1: \"退\\u{1}市\" holds"),
            (
                "one broken byte",
                "a.txt",
                b"\xe9\x80\x80\xe5\xb8\x82\n\xe7\xab\x8b\xff\n\xe7\xab\x8b\n",
                "a.txt:2: not UTF-8",
            ),
        ] {
            let error = import(name, bytes).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{why}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = import("a.txt", &bytes);
            let _ = import("a.csv", &bytes);
        }
    }
}
