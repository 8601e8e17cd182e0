//! people.toml: who holds which role, and when.

use super::check::{Draft, Reach, Target};
use super::subjects::owned;
use super::values;
use super::walk::{Node, Table};
use crate::model::{Person, Shift};
use std::collections::BTreeMap;

pub fn read(root: Table, draft: &mut Draft) -> (Vec<Person>, Vec<Shift>) {
    let mut mailboxes = BTreeMap::new();
    let mut reach = BTreeMap::new();
    let tables = root.tables("person");
    let people: Vec<Option<Person>> =
        tables.into_iter().map(|table| person(table, &mut mailboxes, &mut reach, draft)).collect();
    let shifts: Vec<Option<Shift>> =
        root.tables("shift").into_iter().map(|table| shift(table, &reach, draft)).collect();
    root.finish();
    if people.iter().any(Option::is_none) {
        draft.unsure(&[Target::Person, Target::Role]);
    }
    if shifts.iter().any(Option::is_none) {
        draft.unsure(&[Target::Role]);
    }
    let people: Vec<Person> = people.into_iter().flatten().collect();
    let shifts: Vec<Shift> = shifts.into_iter().flatten().collect();
    hold(&people, &shifts, &reach, draft);
    (people, shifts)
}

/// A role with any shift is held only by whoever's turn it is, the others by those who carry them.
fn hold(people: &[Person], shifts: &[Shift], reach: &BTreeMap<String, Reach>, draft: &mut Draft) {
    for shift in shifts {
        if let Some(reach) = reach.get(&shift.person) {
            draft.holds(shift.role, *reach);
        }
    }
    for person in people {
        for role in &person.roles {
            if !shifts.iter().any(|shift| shift.role == *role) {
                draft.holds(*role, reach.get(&person.key).copied().unwrap_or(Reach::Held));
            }
        }
    }
}

/// `mailboxes`: whose a mail address is; a reply is known by it. `reach`: who has one.
fn person(
    table: Table,
    mailboxes: &mut BTreeMap<String, String>,
    reach: &mut BTreeMap<String, Reach>,
    draft: &mut Draft,
) -> Option<Person> {
    let key = table.need("key", "\"lin\"").and_then(|node| {
        let key = node.parse(values::key)?;
        draft.declare(Target::Person, &key, &node);
        Some(key)
    });
    let name = table.need_text("name", "林监测");
    let label = key.clone().unwrap_or_default();
    let mail = table.texts("mail");
    for (node, address) in &mail {
        node.parse(values::mail_address);
        if let Some(owner) = mailboxes.insert(address.to_lowercase(), label.clone()) {
            node.wrong(
                format!("{address} is also an address of {owner:?}"),
                "a reply is known by its sender: give each person an address, or one person both roles",
            );
        }
    }
    // A mistyped address is reported where it stands, not as a role without mail.
    let reachable = if table.get("mail").is_some() && !mail.is_empty() { Reach::Mail } else { Reach::Held };
    reach.insert(label, reachable);
    let phone = table.text("phone");
    if let (Some(node), Some(phone)) = (table.get("phone"), phone)
        && (phone.chars().filter(char::is_ascii_digit).count() < 3
            || !phone.chars().all(|c| c.is_ascii_digit() || "+-() #*转".contains(c)))
    {
        node.wrong(format!("{phone:?} is not a telephone number"), "write digits, such as \"0730-5550101\"");
    }
    let lang = table.word("lang").unwrap_or(draft.lang);
    let roles = table.words("roles");
    let written = table.get("roles").map(|node| node.is_list().then(|| node.list()).flatten());
    if written.is_some_and(|list| list.is_none_or(|list| list.len() > roles.len())) {
        draft.unsure(&[Target::Role]);
    }
    for (index, (node, role)) in roles.iter().enumerate() {
        if roles.iter().take(index).any(|(_, other)| other == role) {
            node.wrong(format!("{role} stands here twice"), "remove one of the two");
        }
    }
    let system_user = table.text("system_user");
    table.finish();
    Some(Person {
        key: key?,
        name: name?.to_owned(),
        mail: owned(mail),
        phone: phone.map(str::to_owned),
        lang,
        roles: roles.into_iter().map(|(_, role)| role).collect(),
        system_user: system_user.map(str::to_owned),
    })
}

fn shift(table: Table, reach: &BTreeMap<String, Reach>, draft: &mut Draft) -> Option<Shift> {
    let role = table.need_word("role");
    let person = table.need("person", "\"lin\"").and_then(|node| {
        let person = node.text()?;
        draft.refer(Target::Person, person, &node);
        if !reach.contains_key(person) {
            draft.unsure(&[Target::Role]);
        }
        Some(person)
    });
    let instant = |node: Node| {
        let at = node.datetime("2026-11-25T08:30:00")?;
        let instant = values::instant(&at, draft.zone);
        if instant.is_none() {
            node.wrong(format!("{} names no day", node.shown()), "write it like 2026-11-25T08:30:00");
        }
        instant
    };
    let from = table.need("from", "2026-11-25T08:30:00").and_then(instant);
    let until_node = table.need("until", "2026-11-26T08:30:00");
    let until = until_node.clone().and_then(instant);
    if let (Some(from), Some(until), Some(node)) = (from, until, until_node)
        && until <= from
    {
        node.wrong("the shift ends before it begins", "write a later time than in from");
    }
    table.finish();
    Some(Shift { role: role?, person: person?.to_owned(), from: from?, until: until? })
}
