//! rules.toml: what, said of whom, raises what.

use super::check::{Draft, Target};
use super::values::{self, did_you_mean, duration_within};
use super::walk::{Node, Table};
use crate::model::{Condition, Raise, Rule, Severity, Tier, Within};

pub fn read(root: Table, draft: &mut Draft) -> Vec<Rule> {
    let tables = root.tables("rule");
    if tables.is_empty() && root.get("rule").is_none() {
        root.lacks("there is no rule", "add a [[rule]]; without one nothing is ever reported");
    }
    let rules = tables.into_iter().filter_map(|table| rule(table, draft)).collect();
    root.finish();
    rules
}

fn rule(table: Table, draft: &mut Draft) -> Option<Rule> {
    let key = table.need("key", "\"A-named\"").and_then(|node| {
        let key = node.parse(values::key)?;
        draft.declare(Target::Rule, &key, &node);
        Some(key)
    });
    let name = table.need_text("name", "重大负面点名本公司");
    let version = table.need_text("version", "2026-11");
    let kind = table.need_word("kind");
    let severity: Option<Severity> = table.need_word("severity");
    let policy = policy(&table, draft);
    if severity.is_some_and(|severity| severity >= Severity::Orange) && table.get("policy").is_none() {
        let severity = severity.map(|severity| severity.to_string()).unwrap_or_default();
        table.lacks(
            format!("is {severity}, but has no policy: nobody would be told before the digest"),
            format!("add policy = {severity:?} (a key of policies.toml), or lower the severity"),
        );
    }
    let own = table.flag("own");
    let tiers = table.words("tiers").into_iter().map(|(_, tier)| tier).collect();
    let heed_denials = table.flag("heed_denials").unwrap_or(true);
    let condition = condition(&table, draft);
    let raise = table.tables("raise");
    let raise =
        raise.into_iter().filter_map(|table| raising(table, severity, policy.is_some(), draft)).collect();
    table.finish();
    Some(Rule {
        key: key?,
        name: name?.to_owned(),
        version: version?.to_owned(),
        kind: kind?,
        severity: severity?,
        condition: condition?,
        own,
        tiers,
        heed_denials,
        raise,
        policy,
    })
}

fn policy(table: &Table, draft: &mut Draft) -> Option<String> {
    let node = table.get("policy")?;
    let name = node.text()?;
    draft.refer(Target::Policy, name, &node);
    Some(name.to_owned())
}

fn raising(
    table: Table,
    severity: Option<Severity>,
    rule_has_policy: bool,
    draft: &mut Draft,
) -> Option<Raise> {
    let to: Option<Severity> = table.need_word("to");
    if let (Some(to), Some(severity), Some(node)) = (to, severity, table.get("to"))
        && to <= severity
    {
        node.wrong(
            format!("{to} is not graver than the rule's own {severity}"),
            "write a graver one (blue, yellow, orange, red), or remove this [[rule.raise]]",
        );
    }
    let outlets = table.number("outlets", &(2..=10_000)).map(|number| number as u32);
    let within_node = table.get("within");
    let within = within_node.as_ref().and_then(|node| node.measure("60m", duration_within("1m", "366d")));
    let tier: Option<Tier> = table.word("tier");
    let mentions = table.number("mentions", &(2..=1_000_000)).map(|number| number as u32);
    let given = |key| table.get(key).is_some();
    let counted = given("outlets") || given("mentions");
    if !counted && !given("tier") {
        table.lacks("says nothing that would raise it", "add outlets, mentions or tier");
    }
    if let (Some(node), false) = (&within_node, counted) {
        node.wrong("counts nothing", "add outlets or mentions, or remove the line");
    }
    let policy = policy(&table, draft);
    if to.is_some_and(|to| to >= Severity::Orange) && !rule_has_policy && !given("policy") {
        table.lacks(
            "raises without a policy: nobody would be told before the digest",
            "add policy = \"red\" (a key of policies.toml) here or to the rule",
        );
    }
    table.finish();
    Some(Raise { to: to?, outlets, within, tier, mentions, policy })
}

/// All that a rule asks for: every key given must hold.
fn condition(table: &Table, draft: &mut Draft) -> Option<Condition> {
    let all = table.get("all").map(|node| conditions(&node, draft));
    let any = table.get("any").map(|node| conditions(&node, draft));
    let none = table.get("none").map(|node| conditions(&node, draft));
    let near = table.get("near").map(|node| near(&node, draft));
    if all.is_none() && any.is_none() && near.is_none() {
        if none.is_some() {
            table.lacks(
                "says only what must be absent, and would fire on nearly every page",
                "add all, any or near with what must be there",
            );
        } else {
            table.lacks("has no condition", "add all, any or near, such as any = [\"category:A1\"]");
        }
        return None;
    }
    let mut parts = all.unwrap_or_default();
    parts.extend(any.map(Condition::Any));
    parts.extend(none.map(Condition::None));
    parts.extend(near.flatten());
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Condition::All(parts)),
    }
}

/// The elements of `all`, `any` or `none`.
fn conditions(node: &Node, draft: &mut Draft) -> Vec<Condition> {
    let Some(items) = node.list() else { return Vec::new() };
    if items.is_empty() {
        node.wrong("is empty", "name at least one condition, or remove the line");
    }
    items
        .iter()
        .filter_map(|item| if item.is_text() { atom(item, draft) } else { nested(item, draft) })
        .collect()
}

/// `{ any = […] }`, `{ all = […] }`, `{ none = […] }`, `{ near = { … } }`.
fn nested(node: &Node, draft: &mut Draft) -> Option<Condition> {
    if !node.is_table() {
        node.wrong(
            format!("{} is not a condition", node.shown()),
            "write one such as \"category:A1\", or { any = [\"…\"] }",
        );
        return None;
    }
    let table = node.table()?;
    let mut found = Vec::new();
    found.extend(table.get("any").map(|node| Some(Condition::Any(conditions(&node, draft)))));
    found.extend(table.get("all").map(|node| Some(Condition::All(conditions(&node, draft)))));
    found.extend(table.get("none").map(|node| Some(Condition::None(conditions(&node, draft)))));
    found.extend(table.get("near").map(|node| near(&node, draft)));
    if found.len() > 1 {
        table.wrong(
            "holds more than one of any, all, none, near",
            "give each a table of its own: { any = [ … ] }, { near = { … } }",
        );
    } else if found.is_empty() {
        table.lacks("holds no condition", "write one of any, all, none, near");
    }
    table.finish();
    found.pop().flatten()
}

fn near(node: &Node, draft: &mut Draft) -> Option<Condition> {
    let table = node.table()?;
    let within = table.need("within", "\"sentence\"").and_then(|node| within(&node));
    let of_node = table.need("of", "[\"subject:*\", \"category:A1\"]");
    let items = of_node.as_ref().and_then(Node::list);
    table.finish();
    if let (Some(items), Some(node)) = (&items, &of_node)
        && items.len() < 2
    {
        node.wrong(
            "needs two things that stand near each other",
            "name at least two, or use all in place of near",
        );
    }
    let of = items?.iter().filter_map(|item| near_part(item, draft)).collect();
    Some(Condition::Near { within: within?, of })
}

fn within(node: &Node) -> Option<Within> {
    if node.is_number() {
        return node.number(&(1..=10_000)).map(|count| Within::Characters(count as usize));
    }
    match node.text()? {
        "sentence" => Some(Within::Sentence),
        "paragraph" => Some(Within::Paragraph),
        _ => {
            node.wrong(
                format!("{} is not a stretch of text", node.shown()),
                "write \"sentence\", \"paragraph\", or a number of characters without quotes",
            );
            None
        }
    }
}

/// Near holds atoms, or any of several atoms.
fn near_part(node: &Node, draft: &mut Draft) -> Option<Condition> {
    if node.is_text() {
        return atom(node, draft);
    }
    let refuse = |node: &Node| {
        node.wrong(
            format!("{} cannot stand in near", node.shown()),
            "write an atom such as \"category:A1|A2\", or { any = [ atoms ] }",
        );
        None
    };
    if !node.is_table() {
        return refuse(node);
    }
    let table = node.table()?;
    let any = table.get("any");
    if any.is_none() {
        return refuse(node);
    }
    table.finish();
    let any = any?;
    let items = any.list()?;
    if items.is_empty() {
        any.wrong("is empty", "name at least one condition, or remove the line");
    }
    let atoms = items.iter().filter_map(|item| if item.is_text() { atom(item, draft) } else { refuse(item) });
    Some(Condition::Any(atoms.collect()))
}

const PREFIXES: [&str; 3] = ["term", "category", "subject"];

/// `term:TEXT`, `category:NAME`, `subject:KEY`, `subject:*`; `|` means any of.
fn atom(node: &Node, draft: &mut Draft) -> Option<Condition> {
    let text = node.text()?;
    let Some((prefix, rest)) = text.split_once([':', '：']) else {
        node.wrong(
            format!("{text:?} does not say what it is"),
            format!("write \"term:{text}\", \"category:{text}\" or \"subject:{text}\""),
        );
        return None;
    };
    if text.contains('：') && !text.contains(':') {
        node.wrong(
            format!("{text:?} holds a full-width colon"),
            format!("write {:?}", text.replacen('：', ":", 1)),
        );
        return None;
    }
    if !PREFIXES.contains(&prefix) {
        let remedy = match did_you_mean(prefix, PREFIXES) {
            Some(near) => format!("did you mean \"{near}:{rest}\"?"),
            None => "write term:, category: or subject:".to_owned(),
        };
        node.wrong(format!("{prefix:?} is no kind of condition"), remedy);
        return None;
    }
    let mut names = Vec::new();
    for name in rest.split('|') {
        if name.trim().is_empty() || name.trim() != name {
            node.wrong(
                format!("{text:?} has an empty or padded part"),
                "write it like \"category:A1|A2\", without spaces",
            );
            return None;
        }
        names.push(name);
    }
    let mut atoms: Vec<Condition> = names.into_iter().map(|name| single(prefix, name, node, draft)).collect();
    if atoms.len() == 1 { atoms.pop() } else { Some(Condition::Any(atoms)) }
}

fn single(prefix: &str, name: &str, node: &Node, draft: &mut Draft) -> Condition {
    match prefix {
        "term" => {
            draft.refer(Target::Term, name, node);
            Condition::Term(name.to_owned())
        }
        "category" => {
            draft.refer(Target::Category, name, node);
            Condition::Category(name.to_owned())
        }
        _ => {
            if name != "*" {
                draft.refer(Target::Subject, name, node);
            }
            Condition::Subject(name.to_owned())
        }
    }
}
