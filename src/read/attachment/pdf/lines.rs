//! Pieces of text with their places in, lines out: what stands side by side on one line, what goes on below joined.

use super::page::Shown;
use crate::read::attachment::cells::BETWEEN;

/// A line of so many letters may go on in the next one; shorter ones are entries of a list.
const FULL: f64 = 18.0;

struct Line {
    text: String,
    x: f64,
    y: f64,
    end: f64,
    size: f64,
    /// It has gaps, as the row of a table has.
    row: bool,
    /// Where its last piece began.
    last: (f64, usize),
}

pub fn of(shown: Vec<Shown>) -> Vec<String> {
    let mut lines: Vec<Line> = Vec::new();
    for piece in shown {
        match lines.last_mut() {
            Some(line) if beside(line, &piece) => line.take(&piece),
            _ => lines.push(Line::new(piece)),
        }
    }
    let right = lines.iter().map(|line| line.end).fold(f64::MIN, f64::max);
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        match joined.last_mut() {
            Some(above) if goes_on(above, &line, right) => above.join(&line),
            _ => joined.push(line),
        }
    }
    joined.into_iter().map(|line| line.text.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// On one line, and not in front of it.
fn beside(line: &Line, piece: &Shown) -> bool {
    let size = line.size.max(piece.size);
    (line.y - piece.y).abs() < size * 0.45 && piece.x > line.last.0 - size * 0.5
}

impl Line {
    fn new(piece: Shown) -> Self {
        let Shown { text, x, y, end, size } = piece;
        Self { text, x, y, end, size, row: false, last: (x, 0) }
    }

    fn take(&mut self, piece: &Shown) {
        let size = self.size.max(piece.size);
        // Drawn twice, a little aside, to look bold.
        if (piece.x - self.last.0).abs() < size * 0.3 && self.text[self.last.1..] == piece.text {
            return;
        }
        let gap = piece.x - self.end;
        let apart = !self.text.ends_with([' ', '，']) && !piece.text.starts_with(' ');
        if gap > size * 1.5 {
            self.row = true;
            self.text.truncate(self.text.trim_end().len());
            self.text.push_str(BETWEEN);
        } else if (gap > size * 0.12 || gap < size * -0.5) && apart {
            // Far into the last piece: the font does not say how wide that was.
            self.text.push(' ');
        }
        self.last = (piece.x, self.text.len());
        self.text.push_str(&piece.text);
        self.end = self.end.max(piece.end);
        self.size = size;
    }

    fn join(&mut self, below: &Line) {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        if latin(self.text.chars().next_back()) && latin(below.text.chars().next()) {
            self.text.push(' ');
        }
        self.text.push_str(below.text.trim_start());
        (self.y, self.end, self.last, self.x) = (below.y, below.end, below.last, self.x.min(below.x));
    }
}

/// A line that reaches the margin and ends no sentence goes on in the next one.
fn goes_on(above: &Line, below: &Line, right: f64) -> bool {
    let size = above.size;
    let down = above.y - below.y;
    let ends = |c: char| matches!(c, '。' | '！' | '？' | '：' | '；' | '!' | '?' | ';' | ':' | '.');
    !above.row
        && !below.row
        && (above.size - below.size).abs() < size * 0.15
        && (size * 0.8..size * 2.6).contains(&down)
        && above.end > right - size * 2.0
        && above.end - above.x > size * FULL
        && below.x < above.x + size * 0.6
        && !above.text.trim_end().ends_with(ends)
}
