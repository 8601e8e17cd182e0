//! subjects.toml: whom the organisation answers for.

use super::check::{Draft, Target};
use super::values;
use super::walk::{Node, Table};
use crate::model::Subject;
use std::collections::BTreeMap;

pub fn read(root: Table, draft: &mut Draft) -> Vec<Subject> {
    let tables = root.tables("subject");
    if tables.is_empty() {
        root.lacks(
            "there is no subject",
            "add a [[subject]] with key, name and names: the organisation itself",
        );
    }
    let mut owners = BTreeMap::new();
    let subjects = tables.into_iter().filter_map(|table| subject(table, &mut owners, draft)).collect();
    root.finish();
    subjects
}

/// `owners`: which name belongs to which subject; a name of two would raise two incidents of one matter.
fn subject(table: Table, owners: &mut BTreeMap<String, String>, draft: &mut Draft) -> Option<Subject> {
    let key = table.need("key", "\"lanli\"").and_then(|node| {
        let key = node.parse(values::key)?;
        draft.declare(Target::Subject, &key, &node);
        Some(key)
    });
    if key.is_none() {
        draft.unsure(&[Target::Subject]);
    }
    let name = table.need_text("name", "岚栎科技股份有限公司");
    let names = table.texts("names");
    let codes = table.texts("codes");
    for (node, code) in &codes {
        let fits = (4..=12).contains(&code.len())
            && code.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '.');
        if !fits {
            node.wrong(
                format!("{code:?} is not a stock or bond code"),
                "write the digits alone, such as \"604518\"",
            );
        }
    }
    let label = key.clone().unwrap_or_default();
    for (node, text) in names.iter().chain(&codes) {
        if text.chars().count() < 2 {
            node.wrong(format!("{text:?} is a single character"), "write a longer form of the name");
        }
        match owners.get(*text) {
            Some(owner) if *owner == label => {
                node.wrong(format!("{text:?} stands here twice"), "remove one of the two");
            }
            Some(owner) => node.wrong(
                format!("{text:?} is also a name of the subject {owner:?}"),
                "leave it to one of the two subjects",
            ),
            None => {
                owners.insert((*text).to_owned(), label.clone());
            }
        }
    }
    let exclude = table.texts("exclude");
    for (node, phrase) in &exclude {
        let holds = |(_, text): &(Node, &str)| phrase.contains(text) && *phrase != *text;
        let named = name.is_some_and(|name| phrase.contains(name) && *phrase != name);
        if !named && !names.iter().chain(&codes).any(holds) {
            node.wrong(
                format!("{phrase:?} contains none of this subject's names"),
                "write the whole longer phrase that is somebody else, or remove it",
            );
        }
    }
    let own = table.flag("own").unwrap_or(false);
    table.finish();
    let name = name?.to_owned();
    let mut names = owned(names);
    if !names.contains(&name) {
        names.insert(0, name.clone());
    }
    Some(Subject { key: key?, name, names, codes: owned(codes), exclude: owned(exclude), own })
}

pub fn owned(texts: Vec<(Node, &str)>) -> Vec<String> {
    texts.into_iter().map(|(_, text)| text.to_owned()).collect()
}
