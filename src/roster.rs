//! Who is on duty. In come people and shifts; out comes whom a role means at an instant.

use crate::model::{Contact, Person, Role, Shift};
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, Default)]
pub struct Roster {
    people: Vec<Person>,
    shifts: Vec<Shift>,
}

impl Roster {
    pub fn new(people: Vec<Person>, shifts: Vec<Shift>) -> Self {
        Self { people, shifts }
    }

    pub fn person(&self, key: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.key == key)
    }

    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Who acts as this system user on the command line.
    pub fn by_system_user(&self, user: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.system_user.as_deref() == Some(user))
    }

    /// Whoever holds the role now. A role that appears in the shift table is held only by whoever's turn it is.
    pub fn holders(&self, role: Role, now: DateTime<Utc>) -> Vec<&Person> {
        let mut turns = self.shifts.iter().filter(|shift| shift.role == role).peekable();
        if turns.peek().is_none() {
            return self.people.iter().filter(|person| person.roles.contains(&role)).collect();
        }
        turns
            .filter(|shift| shift.from <= now && now < shift.until)
            .filter_map(|shift| self.person(&shift.person))
            .collect()
    }

    /// Everybody whom these roles mean now, with a mail address, each once, with the first role that names them.
    pub fn reached(&self, roles: &[Role], now: DateTime<Utc>) -> Vec<(Role, &Person)> {
        let mut reached: Vec<(Role, &Person)> = Vec::new();
        for role in roles {
            for person in self.holders(*role, now) {
                if !person.mail.is_empty() && !reached.iter().any(|(_, known)| known.key == person.key) {
                    reached.push((*role, person));
                }
            }
        }
        reached
    }

    /// To whom a mail goes that one person cannot be sent: the monitors, their deputies, the operators, in this
    /// order, never somebody in `told`.
    pub fn fallback(&self, told: &[String], now: DateTime<Utc>) -> Option<(Role, &Person)> {
        self.reached(&[Role::Monitor, Role::Deputy, Role::OnCall, Role::Operator], now)
            .into_iter()
            .find(|(_, person)| !told.contains(&person.key))
    }

    pub fn contact(&self, role: Role, person: &Person) -> Contact {
        Contact { role, name: person.name.clone(), phone: person.phone.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;

    fn person(key: &str, roles: &[Role]) -> Person {
        Person {
            key: key.into(),
            name: key.into(),
            mail: vec![format!("{key}@lanli.example")],
            phone: None,
            lang: Lang::Zh,
            roles: roles.to_vec(),
            system_user: None,
        }
    }

    #[test]
    fn a_shift_table_decides_who_holds_a_role() {
        let at = |hour: i64| DateTime::from_timestamp(1_795_600_000 + hour * 3600, 0).unwrap();
        let shift = |person: &str, from, until| Shift {
            role: Role::OnCall,
            person: person.into(),
            from: at(from),
            until: at(until),
        };
        let people = vec![person("lin", &[Role::Monitor, Role::OnCall]), person("xu", &[Role::OnCall])];
        let names = |roster: &Roster, hour| {
            roster.holders(Role::OnCall, at(hour)).iter().map(|p| p.key.clone()).collect::<Vec<_>>()
        };
        let free = Roster::new(people.clone(), vec![]);
        assert_eq!(names(&free, 0), ["lin", "xu"], "without a table everybody with the role holds it");
        let dated = Roster::new(people, vec![shift("lin", 0, 8), shift("xu", 8, 16)]);
        assert_eq!(names(&dated, 7), ["lin"]);
        assert_eq!(names(&dated, 8), ["xu"], "the hand-over belongs to the new one");
        assert!(names(&dated, 20).is_empty(), "a gap is a gap: the ladder skips and says so");
        assert_eq!(dated.fallback(&["lin".into()], at(9)).map(|(_, p)| p.key.as_str()), Some("xu"));
    }
}
