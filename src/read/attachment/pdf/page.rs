//! What a page draws in, its pieces of text with their places out.

use super::Page;
use super::file::File;
use super::font::{Font, Fonts};
use super::object::{Dict, Lexer, Object, is_space};
use crate::read::attachment::paper::Paper;
use std::rc::Rc;

/// Forms inside forms inside forms.
const DEEPEST: u32 = 8;
/// Operations cost this much of what may be unpacked.
const STEP: usize = 4;

/// A piece of text, in the order in which it was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub text: String,
    pub x: f64,
    pub y: f64,
    /// Where it ends.
    pub end: f64,
    pub size: f64,
}

/// An affine map: a b c d e f.
type Matrix = [f64; 6];
const STILL: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

pub fn read(file: &File, page: &Page, fonts: &mut Fonts, paper: &mut Paper) -> Vec<Shown> {
    let parts = match file.resolved(page.dict.raw("Contents")) {
        Object::Array(parts) => parts,
        _ => page.dict.raw("Contents").cloned().into_iter().collect(),
    };
    let mut content = Vec::new();
    for part in parts {
        if let Object::Ref(number) = part
            && paper.spend(64)
            && let Some((_, data)) = file.stream(number, paper)
        {
            content.extend(data);
            content.push(b'\n');
        }
    }
    let turned = match page.rotate.rem_euclid(360) {
        90 => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
        180 => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
        270 => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
        _ => STILL,
    };
    let mut pen = Pen { file, fonts, paper, shown: Vec::new() };
    pen.draw(&content, &page.resources, turned, 0);
    pen.shown
}

/// What a save keeps.
#[derive(Clone)]
struct State {
    map: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter_gap: f64,
    word_gap: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

struct Pen<'p, 'f> {
    file: &'p File<'f>,
    fonts: &'p mut Fonts,
    paper: &'p mut Paper,
    shown: Vec<Shown>,
}

impl Pen<'_, '_> {
    fn draw(&mut self, content: &[u8], resources: &Dict, map: Matrix, depth: u32) {
        let mut state = State {
            map,
            font: None,
            size: 0.0,
            letter_gap: 0.0,
            word_gap: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let mut saved: Vec<State> = Vec::new();
        let (mut at, mut line) = (STILL, STILL);
        let mut lexer = Lexer::new(content, 0);
        let mut held: Vec<Object> = Vec::new();
        while let Some(object) = lexer.object() {
            let Object::Word(word) = object else {
                // No operator takes so many.
                if held.len() < 200 {
                    held.push(object);
                }
                continue;
            };
            if !self.paper.spend(STEP) {
                return;
            }
            let number = |index: usize| match held.get(index) {
                Some(Object::Number(number)) if number.is_finite() => *number,
                _ => 0.0,
            };
            let matrix = || std::array::from_fn(number);
            match word.as_str() {
                "q" if saved.len() < 500 => saved.push(state.clone()),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => state.map = times(matrix(), state.map),
                "BT" => (at, line) = (STILL, STILL),
                "Tf" => {
                    if let Some(Object::Name(name)) = held.first() {
                        let fonts = self.file.dict(resources.raw("Font"));
                        state.font = Some(self.fonts.get(self.file, fonts.raw(name), self.paper));
                    }
                    state.size = number(1);
                }
                "Tc" => state.letter_gap = number(0),
                "Tw" => state.word_gap = number(0),
                "Tz" => state.stretch = number(0) / 100.0,
                "TL" => state.leading = number(0),
                "Ts" => state.rise = number(0),
                "Td" | "TD" => {
                    if word == "TD" {
                        state.leading = -number(1);
                    }
                    line = times([1.0, 0.0, 0.0, 1.0, number(0), number(1)], line);
                    at = line;
                }
                "Tm" => (at, line) = (matrix(), matrix()),
                "T*" | "'" | "\"" => {
                    if word == "\"" {
                        (state.word_gap, state.letter_gap) = (number(0), number(1));
                    }
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    at = line;
                    if word != "T*" {
                        at = self.show(held.last().into_iter(), &state, at);
                    }
                }
                "Tj" => at = self.show(held.last().into_iter(), &state, at),
                "TJ" => {
                    if let Some(Object::Array(parts)) = held.last() {
                        at = self.show(parts.iter(), &state, at);
                    }
                }
                "Do" => {
                    if let Some(Object::Name(name)) = held.first() {
                        self.form(name, resources, state.map, depth);
                    }
                }
                // A picture in the middle of the page: its bytes are no operators.
                "ID" => skip_picture(&mut lexer),
                _ => {}
            }
            held.clear();
        }
    }

    fn form(&mut self, name: &str, resources: &Dict, map: Matrix, depth: u32) {
        let forms = self.file.dict(resources.raw("XObject"));
        let Some(Object::Ref(number)) = forms.raw(name) else { return };
        let Object::Dict(dict) = self.file.get(*number) else { return };
        if depth >= DEEPEST || self.file.name(dict.raw("Subtype")).as_deref() != Some("Form") {
            return;
        }
        let Some((dict, content)) = self.file.stream(*number, self.paper) else { return };
        let own = dict.raw("Resources").map(|own| self.file.dict(Some(own)));
        let inner = match self.file.resolved(dict.raw("Matrix")) {
            Object::Array(list) => {
                std::array::from_fn(|index| self.file.number(list.get(index)).unwrap_or_default())
            }
            _ => STILL,
        };
        self.draw(&content, own.as_ref().unwrap_or(resources), times(inner, map), depth + 1);
    }

    /// Shows texts and the gaps between them; gives back where the next one begins.
    fn show<'o>(&mut self, parts: impl Iterator<Item = &'o Object>, state: &State, mut at: Matrix) -> Matrix {
        let Some(font) = &state.font else { return at };
        let whole =
            |at: Matrix| times([state.size, 0.0, 0.0, state.size, 0.0, state.rise], times(at, state.map));
        let start = whole(at);
        let mut text = String::new();
        let mut ended = start;
        for part in parts {
            match part {
                Object::Text(bytes) => {
                    if !self.paper.spend(bytes.len()) {
                        break;
                    }
                    for letter in font.letters(bytes) {
                        self.fonts.letters += 1;
                        match letter.text {
                            Some(letter) => text.push_str(&letter),
                            None => self.fonts.unknown += 1,
                        }
                        let gap = state.letter_gap + if letter.blank { state.word_gap } else { 0.0 };
                        let wide = (letter.width / 1000.0 * state.size + gap) * state.stretch;
                        at = times([1.0, 0.0, 0.0, 1.0, wide, 0.0], at);
                        ended = whole(at);
                    }
                }
                Object::Number(back) => {
                    let wide = -back / 1000.0 * state.size * state.stretch;
                    // A wide gap inside one text is a column of a table, or a blank.
                    if wide > state.size * 0.2 && !text.is_empty() && !text.ends_with(' ') {
                        text.push_str(if wide > state.size * 2.5 { "，" } else { " " });
                    }
                    at = times([1.0, 0.0, 0.0, 1.0, wide, 0.0], at);
                }
                _ => {}
            }
        }
        if !text.trim().is_empty() {
            let size = start[2].hypot(start[3]).max(0.1);
            // Along the line of writing, so that a page on its side has lines as well.
            let (along, up) = ((start[0], start[1]), start[0].hypot(start[1]).max(1e-9));
            let (cos, sin) = (along.0 / up, along.1 / up);
            let place = |m: Matrix| (m[4] * cos + m[5] * sin, m[5] * cos - m[4] * sin);
            let ((x, y), (end, _)) = (place(start), place(ended));
            self.shown.push(Shown { text, x, y, end, size });
        }
        at
    }
}

fn skip_picture(lexer: &mut Lexer) {
    let bytes = lexer.bytes;
    let mut at = lexer.at;
    while let Some(next) =
        bytes[at.min(bytes.len())..].windows(2).position(|two| two == b"EI").map(|next| at + next)
    {
        let before = next == 0 || is_space(bytes[next - 1]);
        if before && bytes.get(next + 2).is_none_or(|byte| is_space(*byte)) {
            lexer.at = next + 2;
            return;
        }
        at = next + 2;
    }
    lexer.at = bytes.len();
}
