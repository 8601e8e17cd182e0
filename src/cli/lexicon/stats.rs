//! `lexicon stats`: how often terms, forms and ways were right.

use crate::app;
use crate::cli::{End, Setting, output};
use crate::lexicon::precision::{Count, Precision};
use crate::model::Taught;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// Forms of one term that are listed, the most frequent first.
const FORMS: usize = 5;

pub async fn run(setting: &Setting, since: Option<TimeDelta>) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    let since = since.map_or(DateTime::UNIX_EPOCH, |age| Utc::now() - age);
    let precision = app::precision(&store, since).await?;
    let taught = precision.taught();
    if setting.json {
        as_json(&precision, &taught)?;
    } else {
        for line in as_text(&precision, &taught) {
            output::line(&line)?;
        }
    }
    let poor = precision.terms.values().any(Count::is_poor);
    Ok(if poor { End::Findings } else { End::Fine })
}

fn as_json(precision: &Precision, taught: &[Taught]) -> anyhow::Result<()> {
    for (key, count) in &precision.terms {
        let mut object = counted("term", count);
        object["term"] = json!(key.0);
        object["category"] = json!(key.1);
        object["poor"] = json!(count.is_poor());
        output::json_line(&object)?;
        for ((form, way), count) in precision.forms.get(key).into_iter().flatten() {
            let mut object = counted("form", count);
            object["term"] = json!(key.0);
            object["category"] = json!(key.1);
            object["form"] = json!(form);
            object["way"] = json!(way);
            object["taught"] = json!(lesson(taught, &key.0, form));
            output::json_line(&object)?;
        }
    }
    for (way, count) in &precision.ways {
        let mut object = counted("way", count);
        object["way"] = json!(way);
        output::json_line(&object)?;
    }
    Ok(())
}

fn counted(what: &str, count: &Count) -> Value {
    json!({
        "what": what, "hits": count.hits, "mentions": count.mentions, "judged": count.judged(), "wrong": count.wrong(),
        "precision": count.precision(), "interval": count.interval(),
    })
}

fn lesson(taught: &[Taught], term: &str, form: &str) -> Option<&'static str> {
    let found = taught.iter().find(|one| one.term == term && one.form == form)?;
    Some(if found.right { "strict" } else { "never" })
}

fn as_text(precision: &Precision, taught: &[Taught]) -> Vec<String> {
    if precision.terms.is_empty() {
        return vec!["no rule has fired in that time: there is nothing to count".to_owned()];
    }
    let mut lines = Vec::new();
    let mut terms: Vec<_> = precision.terms.iter().collect();
    terms.sort_by_key(|(_, count)| std::cmp::Reverse(count.mentions));
    for (key, count) in terms {
        lines.push(format!("{} ({}): {}", key.0, key.1, told(count)));
        let mut forms: Vec<_> = precision.forms.get(key).into_iter().flatten().collect();
        // The term as it is written says nothing that its own line does not say.
        forms.retain(|((form, _), _)| *form != key.0.to_lowercase());
        forms.sort_by_key(|(_, count)| std::cmp::Reverse(count.mentions));
        for ((form, way), count) in forms.into_iter().take(FORMS) {
            let lesson = match lesson(taught, &key.0, form) {
                Some("strict") => "; counts as if it were written plainly",
                Some(_) => "; not reported any more",
                None => "",
            };
            lines.push(format!("    {} [{way}]: {}{lesson}", output::printable(form), told(count)));
        }
        if count.is_poor() {
            lines.push(format!(
                "    wrong more often than right: give {} an `unless` for where it is harmless, `exact`, or a longer text",
                key.0
            ));
        }
    }
    lines.push("by way".to_owned());
    lines.extend(precision.ways.iter().map(|(way, count)| format!("    {way}: {}", told(count))));
    if precision.terms.values().all(|count| count.judged() == 0) {
        lines.push(
            "nobody has judged any of it: close incidents with a verdict, or tingfeng entry verdict ENTRY irrelevant".to_owned(),
        );
    }
    lines
}

fn told(count: &Count) -> String {
    let base = format!("{} hits in {} mentions", count.hits, count.mentions);
    let (Some(precision), Some((low, high))) = (count.precision(), count.interval()) else {
        return format!("{base}, none judged");
    };
    format!(
        "{base}; {} stories judged, {} wrong: {:.0} % right ({:.0} to {:.0} %)",
        count.judged(),
        count.wrong(),
        precision * 100.0,
        low * 100.0,
        high * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::precision::{Judged, Seen};
    use crate::model::Way;

    #[test]
    fn it_says_what_to_do() {
        let mut precision = Precision::default();
        for story in 0..6 {
            let seen = |form: &str, way| Seen {
                term: "爆雷".into(),
                category: "A3".into(),
                form: Some(form.into()),
                way,
            };
            let hits = vec![seen("bao lei", Way::Pinyin), seen("爆雷", Way::Plain)];
            precision.add(&Judged { story, right: Some(false), hits });
        }
        let lines = as_text(&precision, &precision.taught());
        assert_eq!(
            lines[0],
            "爆雷 (A3): 12 hits in 6 mentions; 6 stories judged, 6 wrong: 0 % right (0 to 39 %)"
        );
        assert!(
            lines[1].contains("bao lei [pinyin]") && lines[1].ends_with("not reported any more"),
            "{}",
            lines[1]
        );
        assert!(lines[2].contains("`unless`"), "{}", lines[2]);
        assert!(as_text(&Precision::default(), &[])[0].contains("nothing to count"));
    }
}
