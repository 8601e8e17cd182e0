//! A table as plain text in, its rows out.

use super::cells::Row;
use super::paper::Paper;

pub fn read(text: &str, paper: &mut Paper) {
    let between = separator(text);
    let (mut row, mut cell, mut quoted) = (Row::default(), String::new(), false);
    row.begin(1, false);
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        match c {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            // A quote inside a cell is one; only at its beginning it opens.
            '"' if cell.trim().is_empty() => quoted = true,
            '\n' if !quoted || cell.len() > 10_000 => {
                quoted = false;
                row.push(&cell);
                cell.clear();
                if !row.write(paper) {
                    return;
                }
                row.begin(row.number + 1, false);
            }
            c if c == between && !quoted => {
                row.push(&cell);
                cell.clear();
            }
            '\r' => {}
            c => cell.push(c),
        }
    }
    row.push(&cell);
    row.write(paper);
}

/// The sign that most of the first lines hold.
fn separator(text: &str) -> char {
    let head: Vec<&str> = text.lines().take(20).collect();
    let count = |sign: char| head.iter().map(|line| line.matches(sign).count()).sum::<usize>();
    [',', '\t', ';', '|'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_lines_and_cells_stand_apart() {
        for (why, text, expected) in [
            ("commas", "姓名,电话\r\n甲,13812345678\r\n", "第1行：姓名，电话\n第2行：甲，13812345678"),
            ("tabs", "姓名\t电话\n甲\t1, 2", "第1行：姓名，电话\n第2行：甲，1, 2"),
            ("quotes", "a,\"b \"\"c\"\", d\ne\"\nf,5\" g", "第1行：a，b \"c\", d e\n第2行：f，5\" g"),
            ("blank rows are counted", "a\n\n\nb", "第1行：a\n第4行：b"),
            ("a quote that never ends", "a,\"b", "第1行：a，b"),
        ] {
            let mut paper = Paper::new(1000, 1000);
            read(text, &mut paper);
            assert_eq!(paper.finish().0, expected, "{why}");
        }
    }
}
