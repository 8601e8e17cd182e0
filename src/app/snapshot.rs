//! What a page is judged by: one immutable value that a reload swaps whole.

use super::force::in_force;
use super::teaching::lessons;
use crate::assess::Rulebook;
use crate::config::{Config, Security, Transport};
use crate::escalate::Organisation;
use crate::model::{Policy, Rule, Source};
use crate::roster::Roster;
use crate::send::{Carrier, Limits, Smtp};
use crate::store::Store;
use anyhow::Context;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

pub struct Snapshot {
    pub config: Config,
    pub book: Rulebook,
    pub organisation: Organisation,
    pub sources: HashMap<String, Arc<Source>>,
    /// Domains that pages of our own may lead to: the configured ones, and our own.
    pub outbound_allow: Vec<String>,
    /// `None` where nothing is sent: a command need not be able to read the password.
    pub carrier: Option<Carrier>,
    /// Ids of the stored texts.
    pub rules_id: i64,
    pub lexicon_id: i64,
    /// When the next version of a lexicon comes into force.
    pub turns_at: Option<DateTime<Utc>>,
    /// JSON of the lexicon files in force.
    lexicon_text: String,
}

impl Snapshot {
    /// Compiles a checked configuration and stores what it was compiled from.
    pub async fn take(config: Config, store: &Store, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let carrier = carrier(&config)?;
        let snapshot = Self { carrier: Some(carrier), ..Self::without_mail(config, store, now).await? };
        snapshot.matches(store).await?;
        Ok(snapshot)
    }

    /// The same configuration with the lexicons that are in force now.
    pub async fn turned(&self, store: &Store, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let carrier = self.carrier.clone();
        Ok(Self { carrier, ..Self::without_mail(self.config.clone(), store, now).await? })
    }

    /// Writes down that the daemon matches with these lexicons.
    pub async fn matches(&self, store: &Store) -> anyhow::Result<()> {
        let id = self.lexicon_id;
        Ok(store.write(move |tx| tx.matches_with(id)).await?)
    }

    /// As `take`, for whoever decides and queues but sends nothing.
    pub async fn without_mail(config: Config, store: &Store, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let mut snapshot = Self::to_look(config, store, now).await?;
        let config = &snapshot.config;
        let rules = texts(config, |name| matches!(name, "rules.toml" | "subjects.toml" | "policies.toml"));
        let calendars = texts(config, |name| name.starts_with("calendars/"));
        let lexicons = snapshot.lexicon_text.clone();
        let (rules_id, lexicon_id) = store
            .write(move |tx| {
                tx.snapshot("calendar", &calendars, now)?;
                Ok((tx.snapshot("rules", &rules, now)?, tx.snapshot("lexicon", &lexicons, now)?))
            })
            .await?;
        snapshot.book.snapshot = rules_id;
        Ok(Self { rules_id, lexicon_id, ..snapshot })
    }

    /// As `take`, for whoever writes nothing: its texts have no ids.
    pub async fn to_look(config: Config, store: &Store, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let before = store.read(|view| view.lexicons_in_force()).await?;
        let force = in_force(&config, before.as_ref().map(|(_, body)| body.as_str()), now);
        let mut book = force.book(&config)?.taught(lessons(store).await?);
        recognise(&mut book, store).await?;
        let organisation = organisation(&config);
        let sources =
            config.sources.iter().map(|source| (source.key.clone(), Arc::new(source.clone()))).collect();
        let own =
            config.sources.iter().filter(|source| source.own).filter_map(|source| source.url.host_str());
        let outbound_allow = own.map(crate::read::domain_of).chain(config.outbound_allow.clone()).collect();
        Ok(Self {
            outbound_allow,
            config,
            book,
            organisation,
            sources,
            carrier: None,
            rules_id: 0,
            lexicon_id: 0,
            turns_at: force.turns_at,
            lexicon_text: serde_json::Value::from(force.files).to_string(),
        })
    }

    /// As soon as the installation has its key, its first run makes it.
    pub async fn recognise(&mut self, store: &Store) -> anyhow::Result<()> {
        recognise(&mut self.book, store).await
    }

    pub fn policy(&self, key: &str) -> Option<&Policy> {
        self.config.policies.iter().find(|policy| policy.key == key)
    }

    pub fn rule(&self, key: &str) -> Option<&Rule> {
        self.config.rules.iter().find(|rule| rule.key == key)
    }

    pub fn mail_domain(&self) -> String {
        mail_domain(&self.config)
    }
}

/// The files of one kind as one JSON text, by name.
fn texts(config: &Config, wanted: fn(&str) -> bool) -> String {
    let files: serde_json::Map<_, _> = config
        .files
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, text)| (name.clone(), text.clone().into()))
        .collect();
    serde_json::Value::from(files).to_string()
}

async fn recognise(book: &mut Rulebook, store: &Store) -> anyhow::Result<()> {
    if let Some(key) = store.read(|view| view.meta("instance_key")).await? {
        book.set_key(key.as_bytes());
    }
    Ok(())
}

/// The part after `@` of our own address: the right side of every Message-ID.
pub fn mail_domain(config: &Config) -> String {
    let from = config.mail.from.trim_end_matches('>');
    from.rsplit_once('@').map_or_else(|| "tingfeng.invalid".to_owned(), |(_, domain)| domain.to_owned())
}

/// Whom mails speak for, and who is on duty there.
pub fn organisation(config: &Config) -> Organisation {
    Organisation {
        name: config.organisation.name.clone(),
        zone: config.organisation.zone,
        roster: Roster::new(config.people.clone(), config.shifts.clone()),
        trial_until: config.organisation.trial_until,
    }
}

/// How mail leaves, with the password read from its file.
pub fn carrier(config: &Config) -> anyhow::Result<Carrier> {
    let smtp = match &config.mail.transport {
        Transport::Folder(folder) => return Ok(Carrier::Folder(folder.clone())),
        Transport::Smtp(smtp) => smtp,
    };
    let password = match &smtp.password {
        Some(source) => Some(source.read().context("the SMTP password cannot be read")?),
        None => None,
    };
    Ok(Carrier::Smtp(Smtp {
        host: smtp.host.clone(),
        port: smtp.port,
        security: match smtp.security {
            Security::Starttls => crate::send::Security::Starttls,
            Security::Tls => crate::send::Security::Tls,
            Security::Plain => crate::send::Security::Plain,
        },
        username: smtp.username.clone(),
        password,
        ca_file: smtp.ca_file.clone(),
        hello: None,
        limits: Limits::default(),
    }))
}
