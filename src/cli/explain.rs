//! `match --explain`: what a text would come to, and why.
//!
//! With a configuration the text is judged as an entry of a source, as a visit would; with term files alone there are no
//! rules, and only hits and ways are shown. Nothing is fetched and nothing is written.

use super::{Setting, output};
use crate::app;
use crate::assess::{self, BuiltIn, Fired, Rulebook, Weighed};
use crate::config::Config;
use crate::lexicon::{Matcher, Scalars};
use crate::model::{Entry, EntryKey, Field, Hit, Lang, Source, Way, Word};
use chrono::Utc;
use serde_json::{Value, json};
use std::ops::Range;
use std::path::Path;

/// A longer text is shown by its sentences with hits.
const WHOLE: usize = 600;
/// So many rules that were nearly met.
const NEAREST: usize = 3;

/// What is known of one hit.
pub struct Told {
    pub field: Field,
    /// As the text has it.
    pub surface: String,
    pub term: String,
    pub category: String,
    /// `a1@2026-11`
    pub lexicon: Option<String>,
    pub way: Way,
}

impl Told {
    pub fn line(&self) -> String {
        let lexicon = self.lexicon.as_ref().map_or_else(String::new, |version| format!(", {version}"));
        let surface = output::short(&self.surface, 40);
        let written = match self.way {
            Way::Plain => "plain".to_owned(),
            way => format!("{}: {surface}", way.label(Lang::En)),
        };
        let loose = if self.way.is_loose() { " (loose: alone never above yellow)" } else { "" };
        format!("{surface} → {} ({}{lexicon}), {written}{loose}", self.term, self.category)
    }
}

/// Lines of equal hits become one: `立案调查 → … ×2`.
pub fn told_lines(told: &[Told]) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for line in told.iter().map(Told::line) {
        match counted.iter_mut().find(|(known, _)| *known == line) {
            Some((_, times)) => *times += 1,
            None => counted.push((line, 1)),
        }
    }
    let shown = |(line, times): (String, usize)| if times > 1 { format!("{line} ×{times}") } else { line };
    counted.into_iter().map(shown).collect()
}

/// How what fired was written, as a mail says it too.
pub fn written(ways: &[Way]) -> String {
    if ways.is_empty() {
        return "written plainly".to_owned();
    }
    let labels: Vec<&str> = ways.iter().map(|way| way.label(Lang::En)).collect();
    format!("disguised in writing: {}", labels.join(", "))
}

/// A text with its hits marked: all of it, or where it is long its sentences with hits.
fn marked(text: &str, hits: &[Range<usize>]) -> Vec<String> {
    let whole = text.char_indices().nth(WHOLE).is_none();
    let mut lines = Vec::new();
    let (mut start, mut next, mut left_out) = (0, 0, false);
    while start < text.len() {
        let ends = if whole { &['\n'][..] } else { &['\n', '。', '！', '？', '!', '?'][..] };
        let mut end = text[start..].find(ends).map_or(text.len(), |at| {
            start + at + text[start + at..].chars().next().map_or(0, char::len_utf8)
        });
        let (mut line, mut at) = (String::new(), start);
        while let Some(hit) = hits.get(next).filter(|hit| hit.start < end) {
            // Overlapping hits are one mark.
            let mut until = hit.end;
            while let Some(more) = hits.get(next + 1).filter(|more| more.start < until) {
                until = until.max(more.end);
                next += 1;
            }
            line.extend([&text[at..hit.start], "【", &text[hit.start..until], "】"]);
            (at, end, next) = (until, end.max(until), next + 1);
        }
        let is_shown = (whole || at > start) && !text[start..end].trim().is_empty();
        if is_shown {
            line.push_str(&text[at..end]);
            lines.push(format!("{}{}", if left_out { "… " } else { "" }, output::printable(&line)));
        }
        left_out = !is_shown && (left_out || !text[start..end].trim().is_empty());
        start = end;
    }
    lines.extend(left_out.then(|| "…".to_owned()));
    lines
}

/// Explains texts by the configuration, or by term files alone.
pub struct Explainer {
    judged: Option<(Rulebook, Source)>,
    matcher: Option<Matcher>,
}

impl Explainer {
    pub fn by_terms(matcher: Matcher) -> Self {
        Self { judged: None, matcher: Some(matcher) }
    }

    /// `source` is a source's key; without one the text is a stranger's post.
    pub fn by_config(config: &Config, source: Option<&str>) -> anyhow::Result<Self> {
        let source = match source {
            Some(key) => {
                config.sources.iter().find(|source| source.key == key).cloned().ok_or_else(|| {
                    let keys: Vec<&str> = config.sources.iter().map(|source| source.key.as_str()).collect();
                    anyhow::anyhow!("there is no source {key:?}; the sources are {}", keys.join(", "))
                })?
            }
            None => super::visit::somebody(config.organisation.zone),
        };
        let force = app::in_force(config, None, Utc::now());
        let book = force.book(config)?;
        Ok(Self { judged: Some((book, source)), matcher: None })
    }

    pub fn explain(&self, setting: &Setting, input: Option<&Path>, text: &str) -> anyhow::Result<()> {
        let file = input.map(|file| file.display().to_string());
        if let Some((book, source)) = &self.judged {
            let weighed = assess::weigh(book, source, entry(text));
            let case = Case { book, source, weighed: &weighed };
            if setting.json {
                return output::json_line(&case.as_json(file.as_deref()));
            }
            return case.as_text(file.as_deref()).iter().try_for_each(|line| output::line(line));
        }
        let Some(matcher) = &self.matcher else { return Ok(()) };
        let hits: Vec<(Field, Hit)> = matcher.scan(text).into_iter().map(|hit| (Field::Text, hit)).collect();
        let told = told(matcher, None, ["", text], &hits);
        if setting.json {
            return output::json_line(&json!({ "file": file, "hits": hits_json(&told, ["", text], &hits) }));
        }
        output::line(&format!(
            "{}  {} hits; no configuration: no rules",
            shown(file.as_deref()),
            hits.len()
        ))?;
        let ranges: Vec<Range<usize>> = hits.iter().map(|(_, hit)| hit.start..hit.end).collect();
        marked(text, &ranges).iter().try_for_each(|line| output::line(&format!("  {line}")))?;
        told_lines(&told).iter().try_for_each(|line| output::line(&format!("  hit        {line}")))
    }
}

fn shown(file: Option<&str>) -> &str {
    file.unwrap_or("-")
}

/// Where a blank line follows the first, that one is the title.
fn entry(text: &str) -> Entry {
    let text = text.trim_start_matches('\u{feff}');
    let parts = text.split_once('\n').map(|(first, rest)| (first.trim(), rest));
    let (title, text) = match parts {
        Some((first, rest)) if rest.lines().next().is_some_and(|line| line.trim().is_empty()) => {
            (first, rest.trim_start())
        }
        _ => ("", text),
    };
    Entry {
        key: EntryKey::manual("explain"),
        aliases: Vec::new(),
        url: None,
        title: title.to_owned(),
        text: text.replace('\r', ""),
        byline: None,
        outlet: None,
        published: None,
    }
}

fn told(matcher: &Matcher, book: Option<&Rulebook>, texts: [&str; 2], hits: &[(Field, Hit)]) -> Vec<Told> {
    let told = |&(field, hit): &(Field, Hit)| {
        let term = &matcher.terms()[hit.term as usize];
        let text = texts[usize::from(field == Field::Text)];
        Told {
            field,
            surface: text.get(hit.start..hit.end).unwrap_or_default().to_owned(),
            term: term.text.clone(),
            category: term.category.clone(),
            lexicon: book.and_then(|book| book.origin(hit.term)).map(str::to_owned),
            way: hit.way,
        }
    };
    hits.iter().map(told).collect()
}

fn hits_json(told: &[Told], texts: [&str; 2], hits: &[(Field, Hit)]) -> Vec<Value> {
    let mut scalars = texts.map(Scalars::new);
    let one = |(told, (field, hit)): (&Told, &(Field, Hit))| {
        let (start, end) = scalars[usize::from(*field == Field::Text)].range(hit.start, hit.end);
        json!({
            "field": told.field, "surface": told.surface, "term": told.term, "category": told.category,
            "lexicon": told.lexicon, "start": start, "end": end, "way": told.way,
        })
    };
    told.iter().zip(hits).map(one).collect()
}

/// One text, judged.
struct Case<'a> {
    book: &'a Rulebook,
    source: &'a Source,
    weighed: &'a Weighed,
}

impl Case<'_> {
    fn texts(&self) -> [&str; 2] {
        [&self.weighed.entry.title, &self.weighed.entry.text]
    }

    /// As the text has it; `None` where it is masked.
    fn surface(&self, one: &BuiltIn) -> Option<&str> {
        let text = self.texts()[usize::from(one.field == Field::Text)];
        text.get(one.start..one.end).filter(|_| !one.kind.starts_with("pii:"))
    }

    fn ranges(&self, of: Field) -> Vec<Range<usize>> {
        let hits = self.weighed.hits.iter().map(|(field, hit)| (*field, hit.start..hit.end));
        let built_in = self.weighed.built_in().map(|one| (one.field, one.start..one.end));
        let mut all: Vec<Range<usize>> =
            hits.chain(built_in).filter(|(field, _)| *field == of).map(|(_, range)| range).collect();
        all.sort_by_key(|range| (range.start, range.end));
        all
    }

    fn as_text(&self, file: Option<&str>) -> Vec<String> {
        let Self { book, source, weighed } = *self;
        let own = if source.own { ", our own channel" } else { "" };
        let mut lines =
            vec![format!("{}  as of {} ({}{own})", shown(file), source.name, source.tier.label(Lang::En))];
        for (name, field, text) in
            [("title", Field::Title, self.texts()[0]), ("text ", Field::Text, self.texts()[1])]
        {
            let marked = marked(text, &self.ranges(field));
            lines.extend(marked.iter().map(|line| format!("  {name}      {line}")));
        }
        let told = told(book.matcher(), Some(book), self.texts(), &weighed.hits);
        lines.extend(told_lines(&told).iter().map(|line| format!("  hit        {line}")));
        lines.extend(weighed.built_in().map(|one| {
            let surface = self.surface(&one).map_or("masked".to_owned(), |text| output::short(text, 40));
            format!("  hit        {surface} → {} (built in)", one.kind)
        }));
        for (field, hit, why) in assess::dropped(book, source, weighed) {
            let term = &book.matcher().terms()[hit.term as usize];
            let text = self.texts()[usize::from(field == Field::Text)];
            let surface = output::short(&text[hit.start..hit.end], 40);
            lines.push(format!("  left out   {surface} → {} ({}): {why}", term.text, term.category));
        }
        if weighed.hits.is_empty() && weighed.built_in().next().is_none() {
            lines.push("  hits       none".to_owned());
        }
        if weighed.robot {
            lines.push("  robot      market-robot copy: only its title counts".to_owned());
        }
        for fired in &weighed.fired {
            lines.extend(self.fired_lines("fired     ", fired));
        }
        for fired in &weighed.set_aside {
            lines.extend(self.fired_lines("set aside ", fired));
        }
        if weighed.fired.is_empty() {
            lines.push("  rules      none fired: stored, and nobody hears of it".to_owned());
            for near in assess::nearest(book, source, weighed, NEAREST) {
                let rule = self.rule(near.rule);
                lines.push(format!("  nearest    {rule}: missing {}", near.missing.join("; ")));
            }
        }
        lines
    }

    /// `A-named (监管处罚点名 2026-11)`
    fn rule(&self, index: usize) -> String {
        self.book
            .rules()
            .get(index)
            .map_or_else(|| "?".to_owned(), |rule| format!("{} ({} {})", rule.key, rule.name, rule.version))
    }

    fn fired_lines(&self, what: &str, fired: &Fired) -> Vec<String> {
        let subject = fired.subject.as_deref().unwrap_or("no subject");
        let also = if fired.also.is_empty() { String::new() } else { format!(", {}", fired.also.join(", ")) };
        let mut lines = vec![format!(
            "  {what} {} on {subject}{also}: {}",
            self.rule(fired.rule),
            fired.severity.label(Lang::En)
        )];
        if !fired.because.is_empty() {
            let sentence = match (&fired.subject, fired.same_sentence) {
                (None, _) => "",
                (Some(_), true) => "; in one sentence with the name",
                (Some(_), false) => "; not in one sentence with the name",
            };
            lines.push(format!(
                "             {}{sentence}; {}",
                fired.because.join(", "),
                written(&fired.ways)
            ));
        }
        if fired.loose {
            lines.push("             by loose ways only: not above yellow".to_owned());
        }
        lines.extend(fired.denied.iter().map(|denied| format!("             why: {denied}")));
        lines.push(format!("             {}", output::quoted(&fired.quote)));
        lines
    }

    fn as_json(&self, file: Option<&str>) -> Value {
        let Self { book, source, weighed } = *self;
        let rule = |index: usize| book.rules().get(index);
        let fired = |fired: &Fired| {
            json!({
                "rule": rule(fired.rule).map(|rule| rule.key.as_str()),
                "version": rule(fired.rule).map(|rule| rule.version.as_str()),
                "subject": fired.subject, "also": fired.also, "severity": fired.severity, "loose": fired.loose,
                "because": fired.because, "ways": fired.ways, "same_sentence": fired.same_sentence,
                "denied": fired.denied.as_ref().map(ToString::to_string), "quote": fired.quote,
            })
        };
        let mut hits = hits_json(
            &told(book.matcher(), Some(book), self.texts(), &weighed.hits),
            self.texts(),
            &weighed.hits,
        );
        let mut scalars = self.texts().map(Scalars::new);
        for one in weighed.built_in() {
            let (start, end) = scalars[usize::from(one.field == Field::Text)].range(one.start, one.end);
            hits.push(json!({
                "field": one.field, "surface": self.surface(&one), "term": one.kind,
                "category": one.kind.split_once(':').map(|(category, _)| category), "lexicon": null,
                "start": start, "end": end, "way": "plain",
            }));
        }
        let (reasons, left): (Vec<_>, Vec<_>) = assess::dropped(book, source, weighed)
            .into_iter()
            .map(|(field, hit, why)| (why, (field, hit)))
            .unzip();
        let mut left_out =
            hits_json(&told(book.matcher(), Some(book), self.texts(), &left), self.texts(), &left);
        for (hit, why) in left_out.iter_mut().zip(reasons) {
            hit["why"] = why.to_string().into();
        }
        let nearest = if weighed.fired.is_empty() {
            assess::nearest(book, source, weighed, NEAREST)
        } else {
            Vec::new()
        };
        json!({
            "file": file, "source": source.key, "title": weighed.entry.title, "text": weighed.entry.text,
            "hits": hits, "left_out": left_out, "denial": weighed.denial, "robot": weighed.robot,
            "fired": weighed.fired.iter().map(fired).collect::<Vec<_>>(),
            "set_aside": weighed.set_aside.iter().map(fired).collect::<Vec<_>>(),
            "nearest": nearest.iter().map(|near| json!({
                "rule": rule(near.rule).map(|rule| rule.key.as_str()), "missing": near.missing,
            })).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "a list of one hit")]
    fn hits_are_marked_and_long_texts_cut() {
        let long = format!("{}。岚栎科技被立案调查。{}", "前言".repeat(200), "后话".repeat(200));
        let at = long.find("立案").unwrap();
        for (why, text, hits, expected) in [
            ("marked", "听说立案调查，\n完", vec![6..18], vec!["听说【立案调查】，", "完"]),
            ("overlapping hits are one mark", "被立案调查", vec![0..9, 3..15], vec!["【被立案调查】"]),
            ("across lines", "立案\n调查", vec![0..13], vec!["【立案 调查】"]),
            ("long", &long, vec![at..at + 12], vec!["… 岚栎科技被【立案调查】。", "…"]),
            ("no hit in a short one", "甲\n\n乙", vec![], vec!["甲", "乙"]),
            ("empty", "", vec![], vec![]),
        ] {
            assert_eq!(marked(text, &hits), expected, "{why}");
        }
    }

    #[test]
    fn a_line_with_a_blank_one_below_is_the_title() {
        for (why, text, title, body) in [
            ("a title", "岚栎科技停产\n\n正文\n第二段", "岚栎科技停产", "正文\n第二段"),
            ("carriage returns", "岚栎科技停产\r\n\r\n正文", "岚栎科技停产", "正文"),
            ("no blank line", "第一行\n第二行", "", "第一行\n第二行"),
            ("one line", "岚栎科技停产", "", "岚栎科技停产"),
            ("nothing below", "岚栎科技停产\n", "", "岚栎科技停产\n"),
        ] {
            let entry = entry(text);
            assert_eq!((entry.title.as_str(), entry.text.as_str()), (title, body), "{why}");
        }
    }
}
