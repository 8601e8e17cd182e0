//! Who acts: the person of people.toml whose `system_user` started the command; root may act as anybody, on record.

use super::Setting;
use crate::config::Config;
use crate::desk::Actor;
use crate::model::Person;
use std::process::Command;

/// Who acts, without borrowed parts, because a write may outlive the command's own variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    pub person: String,
    /// The system user who did it in the person's name.
    pub by: Option<String>,
}

impl Acting {
    pub fn actor(&self) -> Actor<'_> {
        Actor { person: &self.person, by: self.by.as_deref() }
    }
}

/// For verbs that change something: always a person.
pub fn acting(setting: &Setting, config: &Config) -> anyhow::Result<Acting> {
    resolve(&config.people, &system_user()?, setting.acting_as.as_deref())
}

/// For reading, which is on record too (P8): the person, or the system user where it is nobody's.
pub fn reading(setting: &Setting, config: &Config) -> anyhow::Result<Acting> {
    let user = system_user()?;
    match resolve(&config.people, &user, setting.acting_as.as_deref()) {
        Err(_) if setting.acting_as.is_none() => {
            Ok(Acting { person: format!("user:{}", user.name), by: None })
        }
        other => other,
    }
}

#[derive(Debug, Clone)]
struct User {
    id: u32,
    name: String,
}

fn resolve(people: &[Person], user: &User, acting_as: Option<&str>) -> anyhow::Result<Acting> {
    let known = || people.iter().map(|person| person.key.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(wanted) = acting_as {
        anyhow::ensure!(
            user.id == 0,
            "only root may act as somebody else, and you are {}; without --as your own system_user decides",
            user.name
        );
        anyhow::ensure!(
            people.iter().any(|person| person.key == wanted),
            "people.toml has no person {wanted:?}; write one of {}",
            known()
        );
        return Ok(Acting { person: wanted.to_owned(), by: Some(user.name.clone()) });
    }
    let person = people.iter().find(|person| person.system_user.as_deref() == Some(user.name.as_str()));
    let Some(person) = person else {
        let remedy = if user.id == 0 {
            format!("say for whom you act with --as PERSON (one of {}); it is recorded", known())
        } else {
            format!(
                "add system_user = {:?} to the person this is, or let root run it with --as PERSON",
                user.name
            )
        };
        anyhow::bail!("the system user {} is nobody in people.toml; {remedy}", user.name);
    };
    Ok(Acting { person: person.key.clone(), by: None })
}

/// By the kernel's word, not the environment's.
fn system_user() -> anyhow::Result<User> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let id = real_uid(&status)
        .ok_or_else(|| anyhow::anyhow!("/proc/self/status does not say which user this is"))?;
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    // Users of a directory service are not in the file.
    let name = name_of(&passwd, id).or_else(asked).unwrap_or_else(|| id.to_string());
    Ok(User { id, name })
}

fn real_uid(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()?.parse().ok()
}

fn name_of(passwd: &str, id: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
    })
}

fn asked() -> Option<String> {
    let output = Command::new("/usr/bin/id").arg("-un").env_clear().output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;

    #[test]
    fn the_system_user_decides_who_acts() {
        let person = |key: &str, user: Option<&str>| Person {
            key: key.into(),
            name: key.into(),
            mail: vec![],
            phone: None,
            lang: Lang::Zh,
            roles: vec![],
            system_user: user.map(str::to_owned),
        };
        let people = [person("lin", Some("lin.jc")), person("shen", None)];
        for (why, id, name, acting_as, expected) in [
            ("a mapped user is that person", 1000, "lin.jc", None, "lin"),
            ("root names the person, and is recorded", 0, "root", Some("shen"), "shen (as, by root)"),
            (
                "root is nobody by itself",
                0,
                "root",
                None,
                "say for whom you act with --as PERSON (one of lin, shen)",
            ),
            ("nobody else may", 1000, "lin.jc", Some("shen"), "only root may act"),
            ("an unknown user is told the remedy", 1001, "chen", None, "add system_user = \"chen\""),
            (
                "a misspelt person too",
                0,
                "root",
                Some("sheng"),
                "no person \"sheng\"; write one of lin, shen",
            ),
        ] {
            let user = User { id, name: name.into() };
            let said = match resolve(&people, &user, acting_as) {
                Ok(acting) => acting.actor().to_string(),
                Err(error) => error.to_string(),
            };
            assert!(said.contains(expected), "{why}: {said}");
        }
    }

    #[test]
    fn the_kernel_and_passwd_say_who_it_is() {
        assert_eq!(real_uid("Name:\tx\nUid:\t1000\t0\t0\t0\n"), Some(1000));
        assert_eq!(real_uid("Name:\tx\n"), None);
        let passwd = "root:x:0:0:root:/root:/bin/sh\nbroken\nlin:x:1000:1000::/home/lin:/bin/sh\n";
        assert_eq!(name_of(passwd, 1000).as_deref(), Some("lin"));
        assert_eq!(name_of(passwd, 7), None);
    }
}
