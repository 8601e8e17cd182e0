//! policies.toml: the ladders.

use super::check::{Draft, Reach, Target};
use super::values::{self, daily_window, duration, duration_within};
use super::walk::{Node, Table};
use crate::model::{FirstReport, Policy, Role, Step};
use std::time::Duration;

pub fn read(root: Table, draft: &mut Draft) -> Vec<Policy> {
    let tables = root.tables("policy");
    if tables.is_empty() {
        root.lacks("there is no policy", "add a [[policy]] with at least one [[policy.step]]");
    }
    let policies = tables.into_iter().filter_map(|table| policy(table, draft)).collect();
    root.finish();
    policies
}

fn policy(table: Table, draft: &mut Draft) -> Option<Policy> {
    let key = table.need("key", "\"orange\"").and_then(|node| {
        let key = node.parse(values::key)?;
        draft.declare(Target::Policy, &key, &node);
        Some(key)
    });
    if key.is_none() {
        draft.unsure(&[Target::Policy]);
    }
    let name = table.need_text("name", "橙色");
    let lasting = |key, example: &str| {
        let node = table.need(key, &format!("{example:?}"))?;
        node.measure(example, duration_within("1s", "30d"))
    };
    let exhausted_after = lasting("exhausted_after", "30m");
    let ack_valid = lasting("ack_valid", "2h");
    let quiet = table.get("quiet").and_then(|node| node.measure("21:00-07:30", daily_window));
    let first_report = table.get("first_report").and_then(|node| first_report(&node, draft));
    let tables = table.tables("step");
    if tables.is_empty() && table.get("step").is_none() {
        table.lacks("has no step", "add a [[policy.step]] with after = \"0m\" and notify = [\"on_call\"]");
    }
    let steps = steps(tables, draft);
    table.finish();
    Some(Policy {
        key: key?,
        name: name?.to_owned(),
        steps,
        exhausted_after: exhausted_after?,
        ack_valid: ack_valid?,
        quiet,
        first_report,
    })
}

/// The first step is taken with the incident, each further one later than the one before it.
fn steps(tables: Vec<Table>, draft: &mut Draft) -> Vec<Step> {
    let mut last: Option<(Duration, String)> = None;
    let mut steps = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let node = table.need("after", if index == 0 { "\"0m\"" } else { "\"15m\"" });
        let after = node.as_ref().and_then(|node| node.measure("15m", duration));
        if let (Some(node), Some(after)) = (&node, after) {
            match &last {
                None if index == 0 && after > Duration::ZERO => {
                    node.wrong("the first step waits", "write after = \"0m\": it is taken with the incident");
                }
                Some((before, shown)) if after <= *before => node.wrong(
                    format!("{} is not later than the step before it ({shown})", node.shown()),
                    "let the delays grow; each counts from the incident",
                ),
                _ => {}
            }
            last = Some((after, node.shown()));
        }
        let notify = notify(&table, draft);
        let hours = table.get("hours").and_then(|node| node.measure("06:30-23:00", daily_window));
        table.finish();
        steps.extend(after.map(|after| Step { after, notify, hours }));
    }
    steps
}

fn notify(table: &Table, draft: &mut Draft) -> Vec<Role> {
    let node = table.need("notify", "[\"on_call\"]");
    let roles = table.words("notify");
    if node.is_some_and(|node| {
        let empty = node.is_list() && node.list().is_some_and(|list| list.is_empty());
        if empty {
            node.wrong("names nobody", "write at least one role, such as [\"on_call\"]");
        }
        empty
    }) {
        return Vec::new();
    }
    for (node, role) in &roles {
        draft.needs(*role, Reach::Mail, node.place());
    }
    roles.into_iter().map(|(_, role)| role).collect()
}

fn first_report(node: &Node, draft: &mut Draft) -> Option<FirstReport> {
    let table = node.table()?;
    let to = table.need_word("to");
    if let (Some(role), Some(node)) = (to, table.get("to")) {
        draft.needs(role, Reach::Held, node.place());
    }
    let within = table.need("within", "\"30m\"");
    let within = within.and_then(|node| node.measure("30m", duration_within("1s", "30d")));
    table.finish();
    Some(FirstReport { to: to?, within: within? })
}
