//! Cells of a table as people read them, and where they stand.

use super::paper::Paper;
use chrono::{Days, NaiveDate};

/// Between two cells. A comma ends every number and every term, as the border of a cell does.
pub const BETWEEN: &str = "，";

/// What a workbook says of one of its sheets.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    pub name: String,
    pub hidden: bool,
}

impl Heading {
    pub fn write(&self, paper: &mut Paper) -> bool {
        paper.line(&format!("工作表 {}{}", self.name, if self.hidden { "（隐藏）" } else { "" }))
    }
}

/// A row while it is being read, as a line: `第3行：甲，13812345678`.
#[derive(Debug, Default)]
pub struct Row {
    /// From 1.
    pub number: u32,
    pub hidden: bool,
    cells: String,
}

impl Row {
    pub fn begin(&mut self, number: u32, hidden: bool) {
        self.cells.clear();
        (self.number, self.hidden) = (number, hidden);
    }

    /// Takes no more than paper takes: one long text may stand in a million cells.
    pub fn push(&mut self, cell: &str) {
        let cell = cell.trim();
        if cell.is_empty() || self.cells.len() >= super::TEXT {
            return;
        }
        if !self.cells.is_empty() {
            self.cells.push_str(BETWEEN);
        }
        // A line break in a cell is none of the table.
        self.cells.extend(cell.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
    }

    /// `false` where the paper is full.
    pub fn write(&mut self, paper: &mut Paper) -> bool {
        if self.cells.is_empty() {
            return paper.has_room();
        }
        let hidden = if self.hidden { "（隐藏）" } else { "" };
        let line = format!("第{}行{hidden}：{}", self.number, self.cells);
        self.cells.clear();
        paper.line(&line)
    }
}

/// A header or footer of a sheet, without the codes for its font, side and page number.
pub fn header(paper: &mut Paper, coded: &str) -> bool {
    let (mut text, mut signs) = (String::new(), coded.chars().peekable());
    while let Some(c) = signs.next() {
        match c {
            '&' => match signs.next() {
                Some('"') => {
                    signs.by_ref().find(|c| *c == '"');
                }
                Some('0'..='9') => while signs.next_if(char::is_ascii_digit).is_some() {},
                Some('&') => text.push('&'),
                _ => text.push(' '),
            },
            c => text.push(c),
        }
    }
    let text = text.trim();
    !text.chars().any(char::is_alphanumeric) || paper.line(&format!("页眉页脚：{text}"))
}

/// Which columns are hidden, from 0, first to last: `隐藏的列：C、D`.
pub fn hidden_columns(paper: &mut Paper, columns: &[(u32, u32)]) {
    // A workbook that hides the rest of the grid hides nothing.
    let few = columns.iter().filter(|(first, last)| last.saturating_sub(*first) < 100);
    let names: Vec<String> =
        few.map(|(first, last)| {
            if first == last { column(*first) } else { format!("{}–{}", column(*first), column(*last)) }
        })
        .take(40)
        .collect();
    if !names.is_empty() {
        paper.line(&format!("隐藏的列：{}", names.join("、")));
    }
}

/// `A`, `Z`, `AA`, from 0.
pub fn column(mut index: u32) -> String {
    let mut name = Vec::new();
    loop {
        name.push(b'A' + (index % 26) as u8);
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    name.iter().rev().map(|b| char::from(*b)).collect()
}

/// A number without an exponent and without the noise behind its fifteenth digit, as a workbook shows it.
pub fn number(value: f64) -> String {
    if !value.is_finite() || value.abs() >= 1e30 {
        return String::new();
    }
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    let text = format!("{rounded}");
    if text.len() > 40 { format!("{rounded:e}") } else { text }
}

/// Days since the turn of 1899 as a date, with a clock where there is one.
pub fn date(serial: f64, since_1904: bool) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let minutes = (serial.fract() * 1440.0).round() as u32 % 1440;
    let clock = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if serial < 1.0 {
        return Some(clock);
    }
    let first = if since_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    let first = NaiveDate::from_ymd_opt(first.0, first.1, first.2)?;
    let day = first.checked_add_days(Days::new(serial as u64))?;
    Some(if minutes == 0 { day.to_string() } else { format!("{day} {clock}") })
}

/// Whether a number format shows a date or a clock.
pub fn shows_date(id: u32, code: Option<&str>) -> bool {
    let Some(code) = code else {
        return matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58);
    };
    let (mut quoted, mut bracket, mut skip) = (false, false, false);
    for c in code.chars() {
        match c {
            _ if skip => skip = false,
            '\\' | '_' | '*' => skip = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' => bracket = true,
            ']' => bracket = false,
            // `[h]` counts hours; `[Red]` and `[$-804]` are none of it.
            _ if bracket => {}
            ';' => return false,
            c if matches!(c.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'h' | 's') => return true,
            'G' | 'g' | '@' | '#' | '0' | '?' => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for (why, value, expected) in [
            ("a telephone", 13_812_345_678.0, "13812345678"),
            ("a card", 6_222_020_000_000_000_000.0, "6222020000000000000"),
            ("a price", 0.1 + 0.2, "0.3"),
            ("less than nothing", -12.5, "-12.5"),
            ("no number", f64::NAN, ""),
            ("beyond all cells", 1e300, ""),
            ("next to nothing", 1e-20, "0.00000000000000000001"),
        ] {
            assert_eq!(number(value), expected, "{why}");
        }
    }

    #[test]
    fn dates_are_dates() {
        for (why, serial, from_1904, expected) in [
            ("a day", 46_036.0, false, Some("2026-01-14")),
            ("with a clock", 46_036.5, false, Some("2026-01-14 12:00")),
            ("only a clock", 0.75, false, Some("18:00")),
            ("counted from 1904", 44_574.0, true, Some("2026-01-14")),
            ("none", -1.0, false, None),
            ("far away", 1e12, false, None),
        ] {
            assert_eq!(date(serial, from_1904).as_deref(), expected, "{why}");
        }
        for (why, id, code, expected) in [
            ("built in", 14, None, true),
            ("a number", 2, None, false),
            ("Chinese", 200, Some("yyyy\"年\"m\"月\"d\"日\""), true),
            ("with a locale", 200, Some("[$-804]yyyy/m/d;@"), true),
            ("red numbers", 200, Some("0.00;[Red]-0.00"), false),
            ("a word with these letters", 200, Some("0\" days\""), false),
            ("general", 200, Some("General"), false),
        ] {
            assert_eq!(shows_date(id, code), expected, "{why}");
        }
    }

    #[test]
    fn columns_have_letters() {
        for (index, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column(index), name);
        }
    }
}
