//! A text as the stream of its classes, each with the place where it begins.
//!
//! What a reader does not see and what may stand inside a disguised word is left out; runs of one class count once.
//! Whoever finds a word in the stream walks the original again (`token`) and sees what was left out.

use super::fold::{self, Class, Fold, INVISIBLE, LEAST, SEPARATOR, SPECIAL};
use super::readings;

/// Where in the stream something begins that a plain look does not understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The number of items before it.
    pub item: u32,
    pub start: u32,
    pub end: u32,
    pub kind: MarkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    Emoji,
    /// A few characters in brackets, which may be no more than a sign: `爆[笑]雷`.
    Aside,
}

/// Buffers that are kept from text to text.
#[derive(Debug, Default)]
pub struct Stream {
    classes: Vec<Class>,
    places: Vec<u32>,
    len: usize,
    pub marks: Vec<Mark>,
    /// Items that stand for several equal characters in a row; an item may come more than once.
    runs: Vec<u32>,
}

impl Stream {
    pub fn classes(&self) -> &[Class] {
        &self.classes[..self.len]
    }

    /// With two more at the end that are no character.
    pub fn padded(&self) -> &[Class] {
        &self.classes[..self.len + 2]
    }

    pub fn places(&self) -> &[u32] {
        &self.places[..self.len]
    }

    pub fn runs(&self) -> &[u32] {
        &self.runs
    }

    /// Reads a text of at most 4 GiB.
    pub fn read(&mut self, text: &str) {
        let fold = fold::table();
        let table = fold.classes();
        self.marks.clear();
        self.runs.clear();
        self.make_room(text.len() + ROOM);
        let (mut n, mut last) = (0, INVISIBLE);
        let mut rest = text.as_bytes();
        loop {
            let at = text.len() - rest.len();
            let (class, after) = match rest {
                // Nearly every character of a Chinese text.
                &[a, b, c, ref after @ ..] if a & 0xf0 == 0xe0 => {
                    let code = u16::from(a) << 12 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f);
                    (table[usize::from(code)], after)
                }
                &[a, ref after @ ..] if a < 0x80 => (table[usize::from(a)], after),
                &[a, b, ref after @ ..] if a < 0xe0 => {
                    (table[usize::from(a & 0x1f) << 6 | usize::from(b & 0x3f)], after)
                }
                [] => break,
                after => (SPECIAL, after),
            };
            if class == SPECIAL {
                let end;
                (end, n, last) = self.special(fold, text, at, n, last);
                rest = &text.as_bytes()[end..];
                continue;
            }
            self.classes[n] = class;
            self.places[n] = at as u32;
            let (kept, repeats) = (class > SPECIAL, class == last);
            if kept && repeats {
                self.runs.push(n as u32 - 1);
            }
            n += usize::from(kept && !repeats);
            // What stands between two equal characters parts them, unless nobody sees it.
            last = if class == INVISIBLE { last } else { class };
            rest = after;
        }
        self.len = n;
        self.classes[n..n + ROOM].fill(INVISIBLE);
    }

    fn make_room(&mut self, items: usize) {
        if self.classes.len() < items {
            self.classes.resize(items, INVISIBLE);
            self.places.resize(items, 0);
        }
    }

    #[cold]
    fn special(
        &mut self,
        fold: &Fold,
        text: &str,
        at: usize,
        mut n: usize,
        mut last: Class,
    ) -> (usize, usize, Class) {
        let token = token(fold, text, at, if n > 0 { self.classes[n - 1] } else { INVISIBLE });
        let mark = |kind, end: usize| Mark { item: n as u32, start: at as u32, end: end as u32, kind };
        if token.kind == Kind::Emoji {
            self.marks.push(mark(MarkKind::Emoji, token.end));
        } else if token.kind == Kind::Character
            && let Some(end) = aside(text, at)
        {
            self.marks.push(mark(MarkKind::Aside, end));
        }
        // A character may fold to more classes than it has bytes.
        self.make_room(n + token.classes().len() + (text.len() - token.end) + ROOM);
        for &class in token.classes() {
            self.classes[n] = class;
            self.places[n] = at as u32;
            if class == last {
                self.runs.push(n as u32 - 1);
            }
            n += usize::from(class != last);
            last = class;
        }
        if !matches!(token.kind, Kind::Character | Kind::Invisible | Kind::Combining) {
            last = SEPARATOR;
        }
        (token.end, n, last)
    }
}

/// What is written beyond the last item, so that the loop needs no condition.
const ROOM: usize = 8;

/// The next piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub end: usize,
    pub kind: Kind,
    classes: [Class; 4],
    len: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One or more classes.
    Character,
    /// Nothing a reader sees.
    Invisible,
    /// A mark over, under or around the character before.
    Combining,
    Space,
    Newline,
    Sign,
    Emoji,
    /// The reading of the character before, in brackets; or brackets with nothing in them.
    Reading,
    /// A tag or a comment that was left in the text.
    Markup,
}

impl Token {
    fn character(end: usize, class: Class) -> Self {
        Self { end, kind: Kind::Character, classes: [class, 0, 0, 0], len: 1 }
    }

    fn several(end: usize, many: &[Class]) -> Self {
        let mut classes = [0; 4];
        classes[..many.len()].copy_from_slice(many);
        Self { end, kind: Kind::Character, classes, len: many.len() as u8 }
    }

    fn other(end: usize, kind: Kind) -> Self {
        Self { end, kind, classes: [0; 4], len: 0 }
    }

    pub fn classes(&self) -> &[Class] {
        &self.classes[..usize::from(self.len)]
    }
}

/// Reads one piece. `last` is the class before it, which a reading in brackets belongs to.
pub fn token(fold: &Fold, text: &str, at: usize, last: Class) -> Token {
    let rest = &text[at..];
    let Some(c) = rest.chars().next() else { return Token::other(at, Kind::Invisible) };
    let end = at + c.len_utf8();
    let class = fold.class(c);
    if class != SPECIAL {
        return of_class(c, class, end);
    }
    if let Some(many) = fold.many(c) {
        return Token::several(end, many);
    }
    let longer = match c {
        '&' => match encoded_markup(rest) {
            Some(len) => Some((None, len)),
            None => entity(rest, 0).map(|(c, len)| (Some(c), len)),
        },
        '\\' => escape(rest).map(|(c, len)| (Some(c), len)),
        '%' => percent(rest).map(|(c, len)| (Some(c), len)),
        '[' => forum_markup(rest).map(|len| (None, len)),
        '<' => markup(rest).map(|len| (None, len)),
        // A stroke between letters is one of them.
        '|' if between_letters(text, at) => Some((Some('i'), 1)),
        '$' if between_letters(text, at) => Some((Some('s'), 1)),
        _ => None,
    };
    match longer {
        Some((Some(c), len)) => decoded(fold, c, at + len),
        Some((None, len)) => Token::other(at + len, Kind::Markup),
        None => match reading(rest, last) {
            Some(len) => Token::other(at + len, Kind::Reading),
            None if fold::is_emoji(c) => Token::other(emoji_end(text, end), Kind::Emoji),
            None => of_class(c, fold.plain_class(c), end),
        },
    }
}

/// A character that was written in some other way.
fn decoded(fold: &Fold, c: char, end: usize) -> Token {
    match fold.many(c) {
        None if fold::is_emoji(c) => Token::other(end, Kind::Emoji),
        None => of_class(c, fold.plain_class(c), end),
        Some(many) => Token::several(end, many),
    }
}

fn between_letters(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    at > 0 && bytes[at - 1].is_ascii_alphabetic() && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
}

fn of_class(c: char, class: Class, end: usize) -> Token {
    match class {
        INVISIBLE if is_combining(c) => Token::other(end, Kind::Combining),
        INVISIBLE => Token::other(end, Kind::Invisible),
        SEPARATOR => Token::other(end, fold::between(c)),
        class => Token::character(end, class.max(LEAST)),
    }
}

/// Whether something unseen changes the character before it, which controls of width and direction do not.
pub fn is_combining(c: char) -> bool {
    !matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}')
}

/// Skin tones, joiners and what they join belong to one emoji.
fn emoji_end(text: &str, mut end: usize) -> usize {
    while let Some(c) = text[end..].chars().next() {
        let joined = matches!(c, '\u{fe0f}' | '\u{fe0e}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
        if joined {
            end += c.len_utf8();
        } else if c == '\u{200d}'
            && let Some(next) = text[end + 3..].chars().next().filter(|&c| fold::is_emoji(c))
        {
            end += 3 + next.len_utf8();
        } else {
            break;
        }
    }
    end
}

/// A character reference and its length; also one whose ampersand was written as one, and one without semicolon.
fn entity(rest: &str, depth: usize) -> Option<(char, usize)> {
    let body = rest.strip_prefix('&')?;
    if let Some(number) = body.strip_prefix('#') {
        let (digits, radix, skip) = match number.as_bytes().first()? {
            b'x' | b'X' => (&number[1..], 16, 3),
            _ => (number, 10, 2),
        };
        let len = digits.bytes().take(8).take_while(|b| (*b as char).is_digit(radix)).count();
        let c = char::from_u32(u32::from_str_radix(digits.get(..len)?, radix).ok()?)?;
        return Some((c, skip + len + usize::from(digits[len..].starts_with(';'))));
    }
    let len = body.bytes().take(20).take_while(u8::is_ascii_alphanumeric).count();
    let semicolon = body[len..].starts_with(';');
    let whole = 1 + len + usize::from(semicolon);
    if &body[..len] == "amp" && semicolon && depth < 3 {
        let inner =
            format!("&{}", &rest[whole..rest.len().min(whole + 16 + first_boundary(&rest[whole..], 16))]);
        return entity(&inner, depth + 1).map_or(Some(('&', whole)), |(c, len)| Some((c, whole + len - 1)));
    }
    if let Some(rest) = body.strip_prefix("nbsp").filter(|rest| !rest.starts_with(';')) {
        return (!rest.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(('\u{a0}', 5));
    }
    let named = NAMED.iter().find(|(name, _)| *name == &body[..len] && semicolon)?;
    Some((named.1, whole))
}

/// How far beyond `at` the next character boundary lies.
fn first_boundary(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|&at| text.is_char_boundary(at)).map_or(0, |found| found - at)
}

/// The references that are seen in text which somebody forgot to decode.
#[rustfmt::skip]
const NAMED: [(&str, char); 92] = [
    ("nbsp", '\u{a0}'), ("middot", '\u{b7}'), ("bull", '\u{2022}'), ("shy", '\u{ad}'), ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'), ("ensp", '\u{2002}'), ("emsp", '\u{2003}'), ("thinsp", '\u{2009}'),
    ("hairsp", '\u{200a}'), ("numsp", '\u{2007}'), ("puncsp", '\u{2008}'), ("MediumSpace", '\u{205f}'),
    ("NonBreakingSpace", '\u{a0}'), ("VeryThinSpace", '\u{200a}'), ("ThinSpace", '\u{2009}'), ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'), ("lt", '\u{3c}'), ("gt", '\u{3e}'), ("quot", '\u{22}'), ("apos", '\u{27}'),
    ("amp", '\u{26}'), ("hellip", '\u{2026}'), ("mdash", '\u{2014}'), ("ndash", '\u{2013}'),
    ("horbar", '\u{2015}'), ("hyphen", '\u{2010}'), ("dash", '\u{2010}'), ("minus", '\u{2212}'),
    ("times", '\u{d7}'), ("ast", '\u{2a}'), ("midast", '\u{2a}'), ("lowast", '\u{2217}'), ("sdot", '\u{22c5}'),
    ("ZeroWidthSpace", '\u{200b}'), ("NoBreak", '\u{2060}'), ("InvisibleTimes", '\u{2062}'),
    ("InvisibleComma", '\u{2063}'), ("ApplyFunction", '\u{2061}'), ("af", '\u{2061}'), ("it", '\u{2062}'),
    ("ic", '\u{2063}'), ("Tab", '\u{9}'), ("NewLine", '\u{a}'), ("sol", '\u{2f}'), ("bsol", '\u{5c}'),
    ("lowbar", '\u{5f}'), ("num", '\u{23}'), ("dollar", '\u{24}'), ("percnt", '\u{25}'), ("commat", '\u{40}'),
    ("plus", '\u{2b}'), ("equals", '\u{3d}'), ("verbar", '\u{7c}'), ("vert", '\u{7c}'),
    ("VerticalLine", '\u{7c}'), ("Hat", '\u{5e}'), ("grave", '\u{60}'), ("sim", '\u{223c}'), ("tilde", '\u{2dc}'),
    ("circ", '\u{2c6}'), ("deg", '\u{b0}'), ("para", '\u{b6}'), ("sect", '\u{a7}'), ("star", '\u{2606}'),
    ("starf", '\u{2605}'), ("bigstar", '\u{2605}'), ("hearts", '\u{2665}'), ("spades", '\u{2660}'),
    ("clubs", '\u{2663}'), ("diams", '\u{2666}'), ("squ", '\u{25a1}'), ("squf", '\u{25aa}'), ("cir", '\u{25cb}'),
    ("bigcirc", '\u{25ef}'), ("loz", '\u{25ca}'), ("lpar", '\u{28}'), ("rpar", '\u{29}'), ("lsqb", '\u{5b}'),
    ("lbrack", '\u{5b}'), ("rsqb", '\u{5d}'), ("rbrack", '\u{5d}'), ("period", '\u{2e}'), ("comma", '\u{2c}'),
    ("colon", '\u{3a}'), ("semi", '\u{3b}'), ("excl", '\u{21}'), ("quest", '\u{3f}'), ("yen", '\u{a5}'),
    ("cent", '\u{a2}'), ("pound", '\u{a3}'),
];

/// `\u7206`, `\u{7206}`, `\x{7206}`: as text looks that was taken out of a program by hand.
fn escape(rest: &str) -> Option<(char, usize)> {
    let body = ["\\u", "\\U", "\\x"].iter().find_map(|start| rest.strip_prefix(start))?;
    if let Some(braced) = body.strip_prefix('{') {
        let len = braced.bytes().take(7).take_while(u8::is_ascii_hexdigit).count();
        let c = char::from_u32(u32::from_str_radix(&braced[..len], 16).ok()?)?;
        return braced[len..].starts_with('}').then_some((c, len + 4));
    }
    let digits = body.get(..4).filter(|_| !rest.starts_with("\\x"))?;
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((c, 6))
}

/// `%E7%88%86` and `%u7206`: as text looks that was taken out of an address.
fn percent(rest: &str) -> Option<(char, usize)> {
    if let Some(digits) = rest.strip_prefix("%u").and_then(|digits| digits.get(..4)) {
        return Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, 6));
    }
    let mut bytes = [0; 4];
    for len in 1..=4 {
        let digits = rest.get(3 * len - 3..3 * len)?.strip_prefix('%')?;
        bytes[len - 1] = u8::from_str_radix(digits, 16).ok()?;
        if let Ok(text) = std::str::from_utf8(&bytes[..len]) {
            return text.chars().next().filter(|c| !c.is_ascii()).map(|c| (c, 3 * len));
        }
    }
    None
}

/// `[b]`, `[/color]`: markup of forums.
fn forum_markup(rest: &str) -> Option<usize> {
    const NAMES: [&str; 10] = ["b", "i", "u", "s", "color", "size", "font", "url", "back", "align"];
    let head = &rest.as_bytes()[1..rest.len().min(40)];
    let end = head.iter().position(|&b| b == b']')?;
    let name = head[..end].strip_prefix(b"/").unwrap_or(&head[..end]);
    let name = name.split(|&b| b == b'=').next()?;
    NAMES.iter().any(|known| known.as_bytes() == name).then_some(end + 2)
}

/// `&lt;/b&gt;`: a tag that was written as text.
fn encoded_markup(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("&lt;")?;
    let end = body.bytes().take(60).position(|b| b == b'&').filter(|&at| body[at..].starts_with("&gt;"))?;
    let name = body[..end].trim_start_matches('/').split(' ').next()?;
    INLINE.contains(&name).then_some(4 + end + 4)
}

/// The length of a tag that does not end a line, or of a comment.
fn markup(rest: &str) -> Option<usize> {
    const LONGEST: usize = 160;
    let head = &rest.as_bytes()[..rest.len().min(LONGEST)];
    if head.starts_with(b"<!--") {
        return head.windows(3).position(|end| end == b"-->").map(|at| at + 3);
    }
    let name = head[1..].strip_prefix(b"/").unwrap_or(&head[1..]);
    let length = name.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let known = INLINE.iter().any(|known| name[..length].eq_ignore_ascii_case(known.as_bytes()));
    let end = head.iter().position(|&b| b == b'>')?;
    let quiet = !head[1..end].contains(&b'<');
    (known && quiet).then_some(end + 1)
}

/// Elements inside a line of text. Others begin a new one.
const INLINE: [&str; 20] = [
    "a", "abbr", "b", "bdi", "bdo", "br", "code", "em", "font", "i", "ins", "label", "mark", "s", "small",
    "span", "strong", "sub", "u", "wbr",
];

/// The length of a reading in brackets, `(fā)`, `[bào]`, or of brackets around nothing worth reading, `（）`, `(x)`.
fn reading(rest: &str, last: Class) -> Option<usize> {
    let mut chars = rest.char_indices();
    let close = match chars.next()?.1 {
        '(' | '（' => [')', '）'],
        '[' | '［' => [']', '］'],
        '【' => ['】', '】'],
        '〔' => ['〕', '〕'],
        '《' => ['》', '》'],
        '〈' => ['〉', '〉'],
        '「' => ['」', '」'],
        '『' => ['』', '』'],
        '<' => ['>', '>'],
        _ => return None,
    };
    let mut inside: [u8; 8] = [0; 8];
    let mut len = 0;
    for (at, c) in chars {
        if close.contains(&c) {
            let word = &inside[..len];
            let harmless = len == 0 || word == b"x" || fold::is_han(last) && readings::is_reading(word, last);
            return harmless.then_some(at + c.len_utf8());
        }
        if c.is_ascii_digit() && (1..8).contains(&len) || c == ' ' {
            continue; // the number of the tone
        }
        let class = fold::table().class(c);
        match class {
            INVISIBLE => {}
            class if fold::is_letter(class) && len < inside.len() => {
                inside[len] = if matches!(c, 'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ') { b'v' } else { class as u8 };
                len += 1;
            }
            _ => return None,
        }
    }
    None
}

/// The end of a few characters in brackets.
fn aside(text: &str, at: usize) -> Option<usize> {
    const LONGEST: usize = 4;
    let mut chars = text[at..].char_indices();
    let close = match chars.next()?.1 {
        '(' => ')',
        '（' => '）',
        '[' => ']',
        '【' => '】',
        _ => return None,
    };
    chars.take(LONGEST + 1).find(|&(_, c)| c == close).map(|(offset, c)| at + offset + c.len_utf8())
}
