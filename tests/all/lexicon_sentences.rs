//! Sentences of our own for each shipped lexicon, and the figures in its header.
//!
//! `tests/fixtures/lexicons/KEY.txt` holds a sentence a line, by its first character:
//!
//! | mark | form | meaning |
//! |---|---|---|
//! | `+` | `+ TERM,TERM \| sentence` | each of the terms must be found |
//! | `~` | `~ TERM,TERM \| sentence` | the same; at least one of them is written in disguise |
//! | `-` | `- sentence` | a hard one: no term of the lexicon may be found |
//! | `!` | `! TERM \| sentence` | a hard one that the lexicon gets wrong, and we know it: it counts as a false alarm |
//!
//! The header of the lexicon must say what comes out. With `TINGFENG_BLESS=1` it is written anew; the sentences that
//! go wrong are listed with `--nocapture`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tingfeng::config;
use tingfeng::lexicon::Matcher;
use tingfeng::model::{Hit, Way};

const LEXICONS: usize = 14;
const LEAST_POSITIVE: usize = 20;
const LEAST_HARD: usize = 40;
const MOST_KNOWN: usize = 4;

/// A line of a fixture.
struct Sentence {
    line: usize,
    mark: char,
    terms: Vec<String>,
    text: String,
}

/// What came out for one lexicon.
#[derive(Default)]
struct Figures {
    plain: usize,
    plain_found: usize,
    disguised: usize,
    disguised_found: usize,
    hard: usize,
    /// Hard sentences in which a term was found.
    false_alarms: usize,
    /// Positive ones in which a term was found at a place where none is written.
    astray: usize,
}

impl Figures {
    fn header(&self, file: &str) -> String {
        let found = self.plain_found + self.disguised_found;
        let all = self.plain + self.disguised;
        let alarms = found + self.false_alarms + self.astray;
        let (precision, recall) = (percent(found, alarms), percent(found, all));
        let Self { plain, plain_found, disguised, disguised_found, hard, false_alarms, .. } = self;
        format!(
            "# 查准率 {precision} %（{found}/{alarms}），查全率 {recall} %（{found}/{all}：明写 {plain_found}/{plain}，\
             变形 {disguised_found}/{disguised}）；{hard} 句难例中误报 {false_alarms} 句。例句见 {file}\n\
             # Precision {precision} % ({found}/{alarms}), recall {recall} % ({found}/{all}: plain \
             {plain_found}/{plain}, disguised {disguised_found}/{disguised}); {false_alarms} false alarms in {hard} \
             hard sentences.\n"
        )
    }
}

/// Rounded down, so that 100 means all of them.
fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or_default()
}

fn sentences(path: &Path) -> Vec<Sentence> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut sentences = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("{}:{}", path.display(), index + 1);
        let (mark, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{place}: no mark"));
        let (terms, text) = match mark {
            "-" => (Vec::new(), rest),
            "+" | "~" | "!" => {
                let (terms, text) =
                    rest.split_once(" | ").unwrap_or_else(|| panic!("{place}: no ` | ` after the terms"));
                (terms.split(',').map(str::to_owned).collect(), text)
            }
            _ => panic!("{place}: a line begins with + ~ - ! or #"),
        };
        assert!(!text.trim().is_empty(), "{place}: no sentence");
        sentences.push(Sentence {
            line: index + 1,
            mark: mark.chars().next().expect("split off above"),
            terms,
            text: text.to_owned(),
        });
    }
    sentences
}

/// Counts what comes out, tells in `report` where the lexicon goes wrong and in `broken` where the fixture does.
#[derive(Default)]
struct Weighing {
    figures: Figures,
    report: String,
    broken: String,
}

impl Weighing {
    fn of(matcher: &Matcher, sentences: &[Sentence]) -> Self {
        let mut weighing = Self::default();
        let known: BTreeSet<&str> = matcher.terms().iter().map(|term| term.text.as_str()).collect();
        for sentence in sentences {
            for term in sentence.terms.iter().filter(|term| !known.contains(term.as_str())) {
                writeln!(weighing.broken, "line {}: the lexicon has no term {term}", sentence.line).unwrap();
            }
            let hits = matcher.scan(&sentence.text);
            let named: Vec<(&str, Hit)> =
                hits.iter().map(|hit| (matcher.terms()[hit.term as usize].text.as_str(), *hit)).collect();
            if matches!(sentence.mark, '-' | '!') {
                weighing.hard(sentence, &named);
            } else {
                weighing.positive(sentence, &named);
            }
        }
        weighing
    }

    fn hard(&mut self, sentence: &Sentence, hits: &[(&str, Hit)]) {
        let Sentence { line, mark, text, .. } = sentence;
        self.figures.hard += 1;
        self.figures.false_alarms += usize::from(!hits.is_empty());
        if *mark == '-' && !hits.is_empty() {
            writeln!(self.report, "{line}: false alarm{} in {text}", shown(hits, text)).unwrap();
        }
        if *mark == '!' && hits.is_empty() {
            writeln!(self.broken, "line {line}: is silent now, mark it with - : {text}").unwrap();
        }
    }

    fn positive(&mut self, sentence: &Sentence, hits: &[(&str, Hit)]) {
        let Sentence { line, mark, terms, text } = sentence;
        let (meant, others): (Vec<_>, Vec<_>) =
            hits.iter().copied().partition(|(name, _)| terms.iter().any(|term| term == name));
        let missed: Vec<&str> = terms
            .iter()
            .map(String::as_str)
            .filter(|term| !meant.iter().any(|(name, _)| name == term))
            .collect();
        let found = usize::from(missed.is_empty());
        if *mark == '+' {
            self.figures.plain += 1;
            self.figures.plain_found += found;
        } else {
            self.figures.disguised += 1;
            self.figures.disguised_found += found;
            if missed.is_empty() && meant.iter().all(|(_, hit)| hit.way == Way::Plain) {
                writeln!(self.broken, "line {line}: nothing is disguised, mark it with + : {text}").unwrap();
            }
        }
        if !missed.is_empty() {
            writeln!(self.report, "{line}: missed {} in {text}", missed.join(", ")).unwrap();
        }
        // A shorter or longer term at the same place says nothing wrong.
        let apart =
            |other: &Hit| meant.iter().all(|(_, hit)| hit.end <= other.start || other.end <= hit.start);
        let astray: Vec<(&str, Hit)> = others.into_iter().filter(|(_, hit)| apart(hit)).collect();
        if !astray.is_empty() {
            self.figures.astray += 1;
            writeln!(self.report, "{line}: astray{} in {text}", shown(&astray, text)).unwrap();
        }
    }
}

fn shown(hits: &[(&str, Hit)], text: &str) -> String {
    let one = |(name, hit): &(&str, Hit)| format!(" {name} as {} ({})", &text[hit.start..hit.end], hit.way);
    hits.iter().map(one).collect()
}

/// The file with `header` below its first comment lines, in place of what stood there.
fn with_header(toml: &str, header: &str) -> String {
    let opening: usize =
        toml.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    let (comments, rest) = toml.split_at(opening);
    let stale = |line: &&str| line.starts_with("# 查准率 ") || line.starts_with("# Precision ");
    let kept: String = comments.split_inclusive('\n').filter(|line| !stale(line)).collect();
    format!("{kept}{header}{rest}")
}

#[test]
fn each_lexicon_says_how_well_it_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("config/lexicons"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert_eq!(files.len(), LEXICONS, "{files:?}");
    let bless = std::env::var_os("TINGFENG_BLESS").is_some();
    let mut wrong = String::new();
    for path in files {
        let lexicon = config::load_lexicon(&path).unwrap_or_else(|problems| panic!("{problems}"));
        let fixture = format!("tests/fixtures/lexicons/{}.txt", lexicon.key);
        let sentences = sentences(&root.join(&fixture));
        let mut marks: BTreeMap<char, usize> = BTreeMap::new();
        for sentence in &sentences {
            *marks.entry(sentence.mark).or_default() += 1;
        }
        let count = |mark| marks.get(&mark).copied().unwrap_or_default();
        assert!(count('+') + count('~') >= LEAST_POSITIVE, "{fixture}: {marks:?}");
        assert!(count('-') + count('!') >= LEAST_HARD, "{fixture}: {marks:?}");
        assert!(count('!') <= MOST_KNOWN, "{fixture}: {marks:?}");
        let distinct: BTreeSet<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        assert_eq!(distinct.len(), sentences.len(), "{fixture}: a sentence stands there twice");

        let matcher = Matcher::new(lexicon.terms).unwrap();
        let Weighing { figures, report, broken } = Weighing::of(&matcher, &sentences);
        if !broken.is_empty() {
            write!(wrong, "{fixture}:\n{broken}").unwrap();
        }
        let header = figures.header(&fixture);
        println!("{fixture}\n{header}{report}");
        let toml = fs::read_to_string(&path).unwrap();
        let right = with_header(&toml, &header);
        if toml == right {
            continue;
        }
        if bless {
            fs::write(&path, right).unwrap();
        } else {
            write!(wrong, "{}: the header must say\n{header}{report}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nTINGFENG_BLESS=1 writes the headers anew");
}
