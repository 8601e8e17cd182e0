//! Which room may use which. The table is the one of docs/STYLE.md, compared with the paths in `src`; what deviates
//! from it stands here with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// Every room, the rooms it may name, and, where that is not plain from docs/STYLE.md, why.
const TABLE: &[(&str, &[&str], &str)] = &[
    ("model", &[], ""),
    ("clock", &[], ""),
    ("systemd", &[], ""),
    ("schedule", &["model"], ""),
    ("read", &["model"], ""),
    ("lexicon", &["model"], ""),
    ("roster", &["model"], ""),
    ("mail", &["model"], ""),
    ("health", &["model"], ""),
    (
        "assess",
        &["model", "lexicon"],
        "a rule is weighed on the hits of the lexicon, and compiled with its matcher",
    ),
    (
        "escalate",
        &["model", "roster", "schedule"],
        "a due step depends on who is on duty and on which hours are open",
    ),
    (
        "report",
        &["model", "escalate", "health"],
        "a digest names the organisation, its people on duty and its troubles",
    ),
    ("fetch", &["model"], ""),
    ("send", &["model"], ""),
    (
        "config",
        &["model", "schedule", "lexicon"],
        "a cron line is checked where it lives, and the matcher proves that harmless phrases stay silent",
    ),
    (
        "store",
        &["model", "schedule"],
        "a shortened timetable takes effect in the transaction that learns of it",
    ),
    ("desk", &["model", "store", "app"], "the snapshot, and the reminder of an acknowledgement, live in app"),
    ("demo", &[], "a world of its own; no other room but cli knows of it"),
    (
        "app",
        &[
            "model", "clock", "systemd", "schedule", "read", "lexicon", "roster", "mail", "health", "assess",
            "escalate", "report", "fetch", "send", "config", "store",
        ],
        "joins them all",
    ),
    ("cli", &["*"], "the front door"),
    ("lib", &["*"], "the map"),
    ("main", &["*"], ""),
];

/// Rooms that decide: plain functions over plain values.
const DECIDING: &[&str] = &[
    "schedule", "read", "lexicon", "assess", "escalate", "duty", "roster", "mail", "report", "health",
    "model",
];

const NOT_FOR_DECIDING: &[&str] =
    &["tokio", "rusqlite", "reqwest", "std::fs", "std::net", "std::process", "std::thread"];

/// Exceptions, each with its reason.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// Paths that a file names, outside its tests.
#[derive(Default)]
struct Named {
    paths: BTreeSet<String>,
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return attribute.path().is_ident("test") };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

impl Named {
    fn tree(&mut self, before: &str, tree: &syn::UseTree) {
        let join = |name: &syn::Ident| {
            if before.is_empty() { name.to_string() } else { format!("{before}::{name}") }
        };
        match tree {
            syn::UseTree::Path(path) => self.tree(&join(&path.ident), &path.tree),
            syn::UseTree::Name(name) => drop(self.paths.insert(join(&name.ident))),
            syn::UseTree::Rename(name) => drop(self.paths.insert(join(&name.ident))),
            syn::UseTree::Glob(_) => drop(self.paths.insert(before.to_owned())),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }
}

impl<'a> Visit<'a> for Named {
    fn visit_item(&mut self, item: &'a syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.paths.insert(parts.join("::"));
        visit::visit_path(self, path);
    }

    /// What a macro is given is not parsed; its words are enough to find a path.
    fn visit_macro(&mut self, call: &'a syn::Macro) {
        let text = call.tokens.to_string().replace(" :: ", "::").replace(":: ", "::");
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        self.paths.extend(words.filter(|word| word.contains("::")).map(str::to_owned));
        visit::visit_macro(self, call);
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Files that are only there for tests, because their `mod` is.
fn test_files(file: &Path, tree: &syn::File) -> Vec<PathBuf> {
    let stem = file.file_stem().unwrap().to_str().unwrap();
    let home = if matches!(stem, "lib" | "main" | "mod") {
        file.parent().unwrap().to_owned()
    } else {
        file.with_extension("")
    };
    let only_tests = tree.items.iter().filter_map(|item| match item {
        syn::Item::Mod(item) if is_test(&item.attrs) && item.content.is_none() => {
            Some(item.ident.to_string())
        }
        _ => None,
    });
    only_tests.map(|name| home.join(name)).collect()
}

/// Room by room, what its files name: `(file, path)`.
fn rooms() -> BTreeMap<String, BTreeSet<(String, String)>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let parsed: Vec<(PathBuf, syn::File)> = files
        .into_iter()
        .map(|file| (file.clone(), syn::parse_file(&std::fs::read_to_string(file).unwrap()).unwrap()))
        .collect();
    let tests: Vec<PathBuf> = parsed.iter().flat_map(|(file, tree)| test_files(file, tree)).collect();
    let mut rooms: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for (file, tree) in &parsed {
        if tests.iter().any(|test| file.with_extension("").starts_with(test)) {
            continue;
        }
        let inside = file.strip_prefix(&src).unwrap();
        let parts: Vec<String> =
            inside.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        let mut named = Named::default();
        named.visit_file(tree);
        let room = rooms.entry(parts[0].clone()).or_default();
        for path in named.paths {
            room.insert((inside.display().to_string(), absolute(&parts, &path)));
        }
    }
    rooms
}

/// `super::` undone, as far as it leaves the room.
fn absolute(file: &[String], path: &str) -> String {
    let ups = path.split("::").take_while(|part| *part == "super").count();
    if ups == 0 || ups > file.len() {
        return path.to_owned();
    }
    let rest: Vec<&str> = path.split("::").skip(ups).collect();
    let home = file[..file.len() - ups].join("::");
    if home.is_empty() {
        format!("crate::{}", rest.join("::"))
    } else {
        format!("crate::{home}::{}", rest.join("::"))
    }
}

#[test]
fn every_room_uses_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (room, named) in rooms() {
        let Some((_, allowed, _)) = TABLE.iter().find(|(name, ..)| *name == room) else {
            wrong.push(format!("src/{room}.rs is in no table: say what it may use"));
            continue;
        };
        for (file, path) in &named {
            let used = path.strip_prefix("crate::").and_then(|rest| rest.split("::").next());
            let Some(used) = used.filter(|used| TABLE.iter().any(|(name, ..)| name == used)) else {
                continue;
            };
            if used != room && !allowed.contains(&used) && !allowed.contains(&"*") {
                wrong.push(format!("{file} names {path}: {room} may not use {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_allows_nothing_that_is_not_used() {
    let rooms = rooms();
    let mut idle = Vec::new();
    for (room, allowed, _) in TABLE.iter().filter(|(_, allowed, _)| !allowed.contains(&"*")) {
        let Some(named) = rooms.get(*room) else {
            idle.push(format!("{room} is not there"));
            continue;
        };
        for used in *allowed {
            if !named.iter().any(|(_, path)| path.starts_with(&format!("crate::{used}"))) {
                idle.push(format!("{room} does not use {used}"));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

#[test]
fn no_two_rooms_use_each_other() {
    for (room, allowed, _) in TABLE {
        for used in *allowed {
            let back = TABLE.iter().find(|(name, ..)| name == used).map_or(&[][..], |(_, back, _)| back);
            assert!(!back.contains(room), "{room} and {used} use each other");
        }
    }
}

#[test]
fn deciding_rooms_have_no_clock_no_network_and_no_files() {
    let mut wrong = Vec::new();
    for (room, named) in rooms() {
        if !DECIDING.contains(&room.as_str()) {
            continue;
        }
        for (file, path) in &named {
            let begins = |with: &&str| path == *with || path.starts_with(&format!("{with}::"));
            let clock = path.ends_with("::now");
            let excused =
                ALLOWED.iter().any(|(allowed, what, _)| allowed == &file.as_str() && path.starts_with(what));
            if (clock || NOT_FOR_DECIDING.iter().any(begins)) && !excused {
                wrong.push(format!("{file} names {path}: {room} decides, and neither asks nor waits"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
