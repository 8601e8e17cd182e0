//! Lists of terms as people have them: a text file with one term a line, or a table from a spreadsheet.

mod columns;
mod encoding;

use super::LexiconError;
use crate::model::Term;
use columns::{Columns, Row};
use std::collections::HashMap;

/// A list as it was read. Lines count from 1; what was refused says why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    /// `UTF-8`, `GB18030`, `Big5`, `UTF-16LE` …
    pub encoding: &'static str,
    pub terms: Vec<(usize, Term)>,
    /// Terms that stood there before in the same category.
    pub duplicates: Vec<(usize, String)>,
    pub refused: Vec<(usize, String)>,
    /// Columns whose heading is none of ours.
    pub ignored: Vec<String>,
}

/// Reads `name.txt` (one term a line, `#` begins a comment) or `name.csv`: `term,category,weight,unless`, or the columns
/// that a heading line names; phrases are separated by `;`. Where no category is given it is the file's stem.
///
/// A line that cannot be taken is refused and the others are read; only bytes that are no text, or no list, are an error.
pub fn read_list(name: &str, bytes: &[u8]) -> Result<List, LexiconError> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, kind) = base.rsplit_once('.').unwrap_or((base, ""));
    let (text, encoding) = encoding::decode(name, bytes)?;
    let mut list = List { encoding, ..List::default() };
    let read = match kind.to_ascii_lowercase().as_str() {
        "txt" => plain(stem, &text),
        "csv" | "tsv" => table(name, stem, &text, &mut list.ignored)?,
        _ => return Err(LexiconError::Format { name: name.to_owned(), problem: format!("not {kind:?}") }),
    };
    let mut known: HashMap<(String, String), usize> = HashMap::with_capacity(read.len());
    for (line, read) in read {
        let term = match read {
            Ok(term) => term,
            Err(why) => {
                list.refused.push((line, why));
                continue;
            }
        };
        let key = (term.text.clone(), term.category.clone());
        if let Some(first) = known.get(&key) {
            list.duplicates.push((line, format!("{:?} is there already, in line {first}", term.text)));
        } else {
            known.insert(key, line);
            list.terms.push((line, term));
        }
    }
    Ok(list)
}

/// As `read_list`, for whoever wants the terms and takes no list with mistakes.
pub fn import(name: &str, bytes: &[u8]) -> Result<Vec<Term>, LexiconError> {
    let mut list = read_list(name, bytes)?;
    if list.refused.is_empty() {
        return Ok(list.terms.into_iter().map(|(_, term)| term).collect());
    }
    let (line, problem) = list.refused.swap_remove(0);
    Err(LexiconError::Import { name: name.to_owned(), line, problem })
}

fn plain(stem: &str, text: &str) -> Vec<(usize, Result<Term, String>)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            // "term  # why": only after a blank, so that C# stays whole.
            let text = line.find(" #").map_or(line, |at| line[..at].trim_end());
            (number, Row::of_text(text).term(stem))
        })
        .collect()
}

fn table(
    name: &str,
    stem: &str,
    text: &str,
    ignored: &mut Vec<String>,
) -> Result<Vec<(usize, Result<Term, String>)>, LexiconError> {
    let first = text.lines().next().unwrap_or_default();
    let comma = if first.contains('\t') && !first.contains(',') { '\t' } else { ',' };
    let mut columns = Columns::default();
    let mut terms = Vec::new();
    for (index, (number, row)) in rows(name, text, comma)?.into_iter().enumerate() {
        if index == 0
            && let Some(heading) = Columns::of_heading(&row)
        {
            ignored.extend(heading.ignored.iter().cloned());
            columns = heading;
            continue;
        }
        let first = row.first().map_or("", |cell| cell.trim());
        if row.iter().all(|cell| cell.trim().is_empty()) || first.starts_with('#') {
            continue;
        }
        terms.push((number, columns.row(&row).and_then(|row| row.term(stem))));
    }
    Ok(terms)
}

/// Rows of a table with the line each begins on; cells may stand in double quotes (RFC 4180).
fn rows(name: &str, text: &str, comma: char) -> Result<Vec<(usize, Vec<String>)>, LexiconError> {
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
            c if c == comma => row.push(std::mem::take(&mut cell)),
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
    fn a_heading_names_the_columns() {
        let table = "序号,类别,词,排除,精确,整词,变体,正确写法,启用日期\n1,D2,布署,,,,,部署,2018-03-21\n2,A1,IPO,,是,1,,,\n3,,爆雷,起爆雷管；防爆雷达,,,否,,\n";
        let list = read_list("lists/d2.csv", table.as_bytes()).unwrap();
        assert_eq!((list.ignored.as_slice(), list.refused.as_slice()), (&["序号".to_owned()][..], &[][..]));
        let terms: Vec<Term> = list.terms.into_iter().map(|(_, term)| term).collect();
        let day = chrono::NaiveDate::from_ymd_opt(2018, 3, 21);
        assert_eq!(
            (terms[0].correct.as_deref(), terms[0].since, terms[0].loose),
            (Some("部署"), day, Some(false))
        );
        assert!(terms[1].exact && terms[1].whole_word && terms[1].loose == Some(false));
        assert_eq!(
            (terms[2].category.as_str(), terms[2].unless.len(), terms[2].loose),
            ("d2", 2, Some(false))
        );
        let tabs = read_list("a.tsv", "term\tcategory\n退市\tA2\n".as_bytes()).unwrap();
        assert_eq!((tabs.terms[0].0, tabs.terms[0].1.category.as_str()), (2, "A2"), "with tabs too");
    }

    #[test]
    fn what_cannot_be_taken_is_refused_and_the_rest_is_read() {
        let list = read_list("a.csv", "退市,A1\n,A1\n立案,A1,9\n退市,A1\n退市,A2\n".as_bytes()).unwrap();
        assert_eq!(list.terms.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(list.refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(list.duplicates, [(4, "\"退市\" is there already, in line 1".to_owned())]);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for (why, name, bytes, expected) in [
            ("no such kind", "a.xlsx", "PK".as_bytes(), "a.xlsx: a list of terms is a .txt or .csv"),
            ("weight", "a.csv", "立案调查,A1,9".as_bytes(), "a.csv:1: \"9\" is not a weight"),
            ("no term", "a.csv", "退市\n,A1".as_bytes(), "a.csv:2: the first cell"),
            ("too many cells", "a.csv", "退市,A1,3,x,y".as_bytes(), "a.csv:1: 5 cells"),
            ("no flag", "a.csv", "词,精确\n退市,大概".as_bytes(), "a.csv:2: \"大概\" is neither yes nor no"),
            (
                "exact and loose",
                "a.csv",
                "词,exact,loose\n退市,1,1".as_bytes(),
                "a.csv:2: exact and loose contradict",
            ),
            (
                "no day",
                "a.csv",
                "term,correct,since\n布署,部署,去年".as_bytes(),
                "a.csv:2: \"去年\" is no day",
            ),
            (
                "a day without a right form",
                "a.csv",
                "term,since\n布署,2018-03-21".as_bytes(),
                "a.csv:2: since is for wrong words",
            ),
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
