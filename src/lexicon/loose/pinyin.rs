//! Runs of Latin letters as syllables: `bao`, `bào`, `bao4`, `LanLiKeJi`, `hei chou shui ti`.

use crate::lexicon::fold::{self, is_digit, is_letter};
use crate::lexicon::readings;
use crate::lexicon::stream::{Kind, token};

/// A syllable and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syllable {
    pub number: u16,
    pub start: usize,
    pub end: usize,
}

/// A run of syllables with nothing but blanks between.
#[derive(Debug, Default)]
pub struct Run {
    pub start: usize,
    pub end: usize,
    pub words: usize,
    pub letters: usize,
    /// The ways to read it.
    pub readings: Vec<Vec<Syllable>>,
    /// Whether it is written as a name is.
    pub named: bool,
    /// Whether a word of it is an English one.
    pub english: bool,
    /// Whether it has tone marks or numbers.
    pub marked: bool,
}

const MOST_LETTERS: usize = 40;
const MOST_WORDS: usize = 8;
const MOST_READINGS: usize = 4;

/// A Latin word of a text.
struct Word {
    end: usize,
    /// Letter and place of each character; 0 where the word certainly begins a new syllable.
    letters: Vec<(u8, usize, usize)>,
    capital: bool,
    upper: usize,
    marked: bool,
}

/// Reads the run of Latin words that begins at a place; `None` where it is not all syllables. The second value says
/// where the run ends either way.
pub fn run(text: &str, start: usize) -> (Option<Run>, usize) {
    let mut at = start;
    let mut words: Vec<Word> = Vec::new();
    let mut end = start;
    let mut total = 0;
    loop {
        let (word, after) = word(text, at);
        let Some(word) = word else { break };
        end = after;
        total += word.letters.len();
        words.push(word);
        if words.len() > MOST_WORDS || total > MOST_LETTERS {
            return (None, end);
        }
        let Some(next) = blank(text, end) else { break };
        at = next;
    }
    if words.is_empty() {
        return (None, start + text[start..].chars().next().map_or(1, char::len_utf8));
    }
    let mut readings: Vec<Vec<Syllable>> = vec![Vec::new()];
    for word in &words {
        let ways = syllables(&word.letters);
        if ways.is_empty() {
            return (None, end);
        }
        let longer =
            readings.iter().flat_map(|before| ways.iter().map(move |way| [&before[..], way].concat()));
        readings = longer.take(MOST_READINGS).collect();
    }
    let capitals = words.iter().filter(|word| word.capital && word.upper == 1).count();
    let marked = words.iter().any(|word| word.marked);
    let named = !marked && capitals == words.len();
    let english = !marked && words.iter().any(is_english);
    (Some(Run { start, end, words: words.len(), letters: total, readings, named, english, marked }), end)
}

/// One word of letters, with tone marks or tone numbers; and where it ends.
fn word(text: &str, start: usize) -> (Option<Word>, usize) {
    let table = fold::table();
    let mut word = Word { end: start, letters: Vec::new(), capital: false, upper: 0, marked: false };
    let mut at = start;
    while at < text.len() {
        let token = token(table, text, at, fold::INVISIBLE);
        let c = text[at..].chars().next().unwrap_or(' ');
        match (token.kind, token.classes()) {
            (Kind::Character, &[class]) if is_letter(class) => {
                let letter = if "üǖǘǚǜÜ".contains(c) { b'v' } else { class as u8 };
                word.capital |= word.letters.is_empty() && c.is_uppercase();
                word.upper += usize::from(c.is_uppercase());
                word.marked |= !c.is_ascii() && ('\u{c0}'..='\u{24f}').contains(&c);
                // A capital after a small letter begins a word.
                let begins = c.is_uppercase()
                    && word
                        .letters
                        .last()
                        .is_some_and(|&(_, from, _)| text[from..].starts_with(char::is_lowercase));
                if begins {
                    word.letters.push((0, at, at));
                }
                word.letters.push((letter, at, token.end));
            }
            (Kind::Character, &[class])
                if is_digit(class) && (0x31..=0x35).contains(&class) && !word.letters.is_empty() =>
            {
                // The number of a tone; a second digit makes it a number.
                if text[token.end..].starts_with(|c: char| c.is_ascii_digit()) {
                    return (None, token.end);
                }
                if let Some(last) = word.letters.last_mut() {
                    last.2 = token.end;
                }
                word.marked = true;
                word.letters.push((0, token.end, token.end));
            }
            (Kind::Invisible | Kind::Combining, _) if !word.letters.is_empty() => {
                if token.kind == Kind::Combining
                    && let Some(last) = word.letters.last_mut()
                {
                    last.2 = token.end;
                    word.marked = true;
                }
            }
            (Kind::Character, &[0x27 | 0x2019]) if !word.letters.is_empty() => {
                word.letters.push((0, token.end, token.end));
            }
            _ => break,
        }
        at = token.end;
    }
    while word.letters.last().is_some_and(|&(letter, ..)| letter == 0) {
        word.letters.pop();
    }
    if word.letters.is_empty() {
        return (None, at);
    }
    word.end = at;
    (Some(word), at)
}

/// Where the next Latin word begins, if only a blank or one light sign is between.
fn blank(text: &str, end: usize) -> Option<usize> {
    let rest = &text[end..];
    let next = rest
        .strip_prefix([' ', '\u{a0}', '\u{3000}', '-', '·', '_', '.', '*', '/'])
        .or_else(|| rest.strip_prefix(['\u{2019}', '\'']))?;
    let c = next.chars().next()?;
    is_letter(fold::table().class(c)).then_some(end + rest.len() - next.len())
}

/// All ways to cut letters into syllables, the longest first syllable first.
fn syllables(letters: &[(u8, usize, usize)]) -> Vec<Vec<Syllable>> {
    let mut ways = Vec::new();
    let mut way = Vec::new();
    cut(letters, 0, &mut way, &mut ways);
    ways
}

fn cut(letters: &[(u8, usize, usize)], at: usize, way: &mut Vec<Syllable>, ways: &mut Vec<Vec<Syllable>>) {
    if ways.len() >= MOST_READINGS {
        return;
    }
    if at >= letters.len() {
        ways.push(way.clone());
        return;
    }
    if letters[at].0 == 0 {
        return cut(letters, at + 1, way, ways);
    }
    let table = readings::table();
    let mut name = [0; 6];
    let most = letters[at..].iter().take(6).take_while(|&&(letter, ..)| letter != 0).count();
    for (place, &(letter, ..)) in name.iter_mut().zip(&letters[at..at + most]) {
        *place = letter;
    }
    for len in (1..=most).rev() {
        let Some(number) = std::str::from_utf8(&name[..len]).ok().and_then(|name| table.syllable(name))
        else {
            continue;
        };
        way.push(Syllable { number, start: letters[at].1, end: letters[at + len - 1].2 });
        cut(letters, at + len, way, ways);
        way.pop();
    }
}

/// English words and names of products that happen to be syllables. Short ones are what text between Chinese
/// characters has most.
const ENGLISH: &str = " a an ai bang ban bing biao can cane chance change china chi dance dan dang data de den die diet dieting \
    dong dune e en fan fang fate finance fine gang gene genuine gone gong guide hang hen home hong hung ping pong jun june lane \
    lang lie line ling long lung man mane mango many men mine ming mu nan nine none o pan pen pin pine pose pun rang rune sand \
    sane san she shine sing some song sun sung tan tang ten the tie tong tune wan wane wang wen woman women wu yang yin you yuan \
    dialogue engine mobile machine lose use me my no so to we he la le li ma na pi xi di ti ni mi lu hu su tu wei ou ei er leisure \
    panda banana canada nina tina lina linda anna diana lisa maria mali iran ukraine bali bingo ninja genius bonanza lebanon ";

fn is_english(word: &Word) -> bool {
    let name: String = word
        .letters
        .iter()
        .filter(|&&(letter, ..)| letter != 0)
        .map(|&(letter, ..)| char::from(letter))
        .collect();
    ENGLISH.contains(&format!(" {name} "))
}
