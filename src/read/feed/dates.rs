//! A date of a feed in, what it names out: the common chain, and once more with foreign months in English.

use crate::model::Published;
use crate::read::date::{self, Now};

/// How months begin in the languages that feeds write them in, beside English.
const MONTHS: [(&str, &[&str]); 12] = [
    ("Jan", &["一月", "jän", "ene", "gen", "sty", "oca", "янв", "ιαν", "led"]),
    ("Feb", &["二月", "fév", "fev", "lut", "şub", "фев", "φεβ", "úno"]),
    ("Mar", &["三月", "mär", "mrt", "maa", "már", "мар", "μάρ", "μαρ", "bře"]),
    ("Apr", &["四月", "avr", "abr", "kwi", "nis", "ápr", "апр", "απρ", "dub"]),
    ("May", &["五月", "mai", "maj", "mei", "mag", "máj", "май", "мая", "μάι", "μαΐ", "μαϊ", "kvě"]),
    ("Jun", &["六月", "juin", "giu", "cze", "haz", "jún", "июн", "ιούν", "ιουν"]),
    ("Jul", &["七月", "juil", "lug", "lip", "tem", "júl", "июл", "ιούλ", "ιουλ"]),
    ("Aug", &["八月", "aoû", "aou", "ago", "sie", "ağu", "agu", "авг", "αύγ", "αυγ", "srp"]),
    ("Sep", &["九月", "set", "wrz", "eyl", "sze", "сен", "σεπ", "zář"]),
    ("Oct", &["十月", "okt", "out", "ott", "paź", "eki", "окт", "οκτ", "říj"]),
    ("Nov", &["十一月", "lis", "kas", "ноя", "νοέ", "νοε"]),
    ("Dec", &["十二月", "dez", "dic", "déc", "gru", "des", "ara", "дек", "δεκ", "pro"]),
];

pub fn read(text: &str, now: Now) -> Option<Published> {
    let found = date::in_feed(text, now);
    // A day without the clock that stands there was read out of a weekday, perhaps: `mar., 13 janv. 08:00`.
    let whole = found.is_some_and(|found| found.time.is_some() || !text.contains(':'));
    if whole || text.len() > 120 {
        return found;
    }
    in_english(text).and_then(|text| date::in_feed(&text, now)).or(found)
}

/// The text with its foreign month in English; nothing if it has none.
fn in_english(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    // From the end, and without what stands before the day: a weekday may begin like a month.
    let mut end = text.len();
    for word in text.rsplit(|c: char| !c.is_alphabetic()) {
        let begin = end - word.len();
        let month = MONTHS.iter().position(|(english, names)| {
            // Chinese months are whole words, one of them the end of another.
            word.starts_with(&english.to_ascii_lowercase())
                || names.iter().any(|name| word == *name || !name.ends_with('月') && word.starts_with(name))
        });
        if let Some(month) = month {
            // `2004-július-13`: between a year and a day the number says it.
            if text[..begin].rsplit(|c: char| !c.is_ascii_digit()).nth(1).is_some_and(|year| year.len() == 4)
            {
                return Some(format!("{}{:02}{}", &text[..begin], month + 1, &text[end..]));
            }
            let english = MONTHS[month].0;
            let day = text[..begin].find(|c: char| c.is_ascii_digit()).unwrap_or(begin);
            return Some(format!("{} {english} {}", &text[day..begin], &text[end..]));
        }
        end = begin - text[..begin].chars().next_back().map_or(0, char::len_utf8);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use chrono_tz::Tz;

    #[test]
    fn months_are_read_in_the_languages_of_feeds() {
        let now = Now { at: DateTime::from_timestamp(1_768_442_400, 0).unwrap(), zone: Tz::Asia__Shanghai };
        for (text, expected) in [
            ("Wed, 14 Jan 2026 08:00:00 +0800", "2026-01-14T08:00:00+08:00"),
            ("周三, 14 一月 2026 08:00:00 +0800", "2026-01-14T08:00:00+08:00"),
            ("星期三, 10 十二月 2025 08:00:00 +0800", "2025-12-10T08:00:00+08:00"),
            ("Mi, 10 Dez 2025 08:00:00 +0100", "2025-12-10T08:00:00+01:00"),
            ("10. März 2025 08:00", "2025-03-10T08:00:00Z"),
            ("mer., 14 janv. 2026 08:00:00 +0100", "2026-01-14T08:00:00+01:00"),
            ("mar., 13 janvier 2026 08:00:00 +0100", "2026-01-13T08:00:00+01:00"),
            ("lun, 11 août 2025 08:00:00 GMT", "2025-08-11T08:00:00Z"),
            ("Κυρ, 11 Ιούλ 2004 12:00:00 GMT", "2004-07-11T12:00:00Z"),
            ("Ср, 14 янв 2026 08:00:00 +0300", "2026-01-14T08:00:00+03:00"),
            ("2004-július-13T9:15-05:00", "2004-07-13T09:15:00-05:00"),
            ("14-may-2026", "2026-05-14"),
        ] {
            assert_eq!(read(text, now).map(|found| found.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("siempre", now), None);
    }
}
