//! The outbox (P2): one row per recipient, written with the decision; each try is an attempt.
//!
//! Wishes: nothing told twice, nothing swallowed. The one race we accept: a reply that is lost after the final dot
//! cannot be told from a lost mail, so an urgent one is sent once more with the same bytes and Message-ID.

use super::body::hex;
use super::tx::{instant, millis};
use super::{RunId, StoreError, Tx, View};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use rusqlite::{Row, params};
use sha2::Sha256;

#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Equal for the same thing told to the same person: the second row is never written.
    pub dedup_key: String,
    pub person: String,
    pub template: &'static str,
    pub params: String,
    pub reason: String,
    /// 0 red, 1 urgent, 2 normal.
    pub priority: i64,
    pub incident: Option<i64>,
    pub climb: Option<i64>,
    pub not_before: DateTime<Utc>,
    pub useful_until: DateTime<Utc>,
    pub fallback_of: Option<i64>,
}

/// A message taken for one attempt.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: i64,
    pub message_id: String,
    pub thread: Option<String>,
    pub person: String,
    pub address: Option<String>,
    pub template: String,
    pub params: String,
    pub priority: i64,
    pub tries: i64,
    /// Times the reply after the final dot was lost.
    pub doubt: i64,
    pub useful_until: DateTime<Utc>,
    pub frozen: Option<Vec<u8>>,
    pub incident: Option<i64>,
    pub fallback_of: Option<i64>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    Accepted {
        reply: String,
    },
    Later {
        stage: String,
        reply: String,
        next_try_at: DateTime<Utc>,
    },
    Failed {
        stage: String,
        reply: String,
    },
    /// Lost after the final dot: once more with the same bytes if `again`, else shown as unknown.
    Unknown {
        reply: String,
        again: Option<DateTime<Utc>>,
    },
    /// The check before DATA said no.
    Withdrawn,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct MessageRow {
    pub id: i64,
    pub state: String,
    pub person: String,
    pub address: Option<String>,
    pub template: String,
    pub subject: Option<String>,
    pub incident: Option<String>,
    pub reason: String,
    pub priority: i64,
    pub tries: i64,
    pub queued_at: DateTime<Utc>,
    pub next_try_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub reply: Option<String>,
    pub message_id: String,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct AttemptRow {
    pub no: i64,
    pub at: DateTime<Utc>,
    pub relay: String,
    pub stage: String,
    pub outcome: String,
    pub reply: String,
}

impl Tx<'_> {
    /// Queues one mail; `None` where the same was queued before.
    pub fn queue(&mut self, new: &NewMessage, now: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
        let message_id = self.message_id(&new.dedup_key)?;
        let thread = match new.incident {
            // Mails of one incident to one person are one thread: they refer to a root that need not exist.
            Some(incident) => Some(self.message_id(&format!("thread:{incident}"))?),
            None => None,
        };
        let id = self.id()?;
        let queued = self.execute(
            "INSERT INTO message (id, dedup_key, message_id, person, template, params, reason, priority, incident, climb,
                                  thread, state, queued_at, next_try_at, useful_until, fallback_of)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'queued', ?12, ?13, ?14, ?15)
             ON CONFLICT (dedup_key) DO NOTHING",
            params![
                id,
                new.dedup_key,
                message_id,
                new.person,
                new.template,
                new.params,
                new.reason,
                new.priority,
                new.incident,
                new.climb,
                thread,
                millis(now),
                millis(new.not_before),
                millis(new.useful_until),
                new.fallback_of
            ],
        )?;
        Ok((queued == 1).then_some(id))
    }

    fn message_id(&self, dedup_key: &str) -> Result<String, StoreError> {
        let view = self.view();
        let key = view
            .meta("instance_key")?
            .ok_or_else(|| StoreError::Data("the file has no instance key yet".to_owned()))?;
        let domain = view.meta("mail_domain")?.unwrap_or_else(|| "tingfeng.invalid".to_owned());
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
            .map_err(|_| StoreError::Data("the instance key is empty".to_owned()))?;
        mac.update(dedup_key.as_bytes());
        Ok(format!("<{}@{domain}>", &hex(&mac.finalize().into_bytes())[..32]))
    }

    /// Takes due messages for an attempt, the most urgent first; those no longer useful expire, listed and never sent.
    /// Whatever is still being sent was left behind by a failing store: the one delivery round ends all it claims.
    pub fn claim(&mut self, run: RunId, many: u32, now: DateTime<Utc>) -> Result<Vec<Claimed>, StoreError> {
        self.recover_messages(now)?;
        self.execute(
            "UPDATE message SET state = 'expired', reply = 'no longer useful' WHERE state = 'queued' AND useful_until < ?1",
            [millis(now)],
        )?;
        self.view().rows(
            "UPDATE message SET state = 'sending', stage = 'connect', lease_run = ?1, tries = tries + 1
              WHERE id IN (SELECT id FROM message WHERE state = 'queued' AND next_try_at <= ?2
                            ORDER BY priority, next_try_at, id LIMIT ?3)
          RETURNING id, message_id, thread, person, address, template, params, priority, tries, useful_until, frozen,
                    incident, fallback_of, doubt",
            params![run.0, millis(now), many],
            |row| {
                Ok(Claimed {
                    id: row.get(0)?,
                    message_id: row.get(1)?,
                    thread: row.get(2)?,
                    person: row.get(3)?,
                    address: row.get(4)?,
                    template: row.get(5)?,
                    params: row.get(6)?,
                    priority: row.get(7)?,
                    tries: row.get(8)?,
                    useful_until: instant(row.get(9)?),
                    frozen: row.get(10)?,
                    incident: row.get(11)?,
                    fallback_of: row.get(12)?,
                    doubt: row.get(13)?,
                })
            },
        )
    }

    /// Keeps the bytes of the first attempt: every later one sends the same.
    pub fn freeze(&self, id: i64, address: &str, subject: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.execute(
            "UPDATE message SET address = ?2, subject = ?3, frozen = ?4 WHERE id = ?1 AND frozen IS NULL",
            params![id, address, subject, bytes],
        )?;
        Ok(())
    }

    /// The last check before DATA: `false` where it was cancelled, its incident closed, or its ladder acknowledged.
    pub fn to_data(&self, id: i64, run: RunId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let passed = self.execute(
            "UPDATE message SET stage = 'data'
              WHERE id = ?1 AND state = 'sending' AND lease_run = ?2 AND cancel_wanted = 0
                AND NOT EXISTS (SELECT 1 FROM climb JOIN incident ON incident.id = climb.incident
                                 WHERE climb.id = message.climb
                                   AND (climb.ack_until > ?3 OR climb.state IN ('cancelled', 'done') OR incident.state = 'closed'))",
            params![id, run.0, millis(now)],
        )?;
        Ok(passed == 1)
    }

    /// Writes down how an attempt ended.
    pub fn finish_attempt(
        &mut self,
        message: &Claimed,
        relay: &str,
        sent: &Sent,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (state, stage, outcome, reply, next) = match sent {
            Sent::Accepted { reply } => ("accepted", "done", "accepted", reply.as_str(), None),
            Sent::Later { stage, reply, next_try_at } => {
                ("queued", stage.as_str(), "later", reply.as_str(), Some(*next_try_at))
            }
            Sent::Failed { stage, reply } => ("failed", stage.as_str(), "failed", reply.as_str(), None),
            Sent::Unknown { reply, again: Some(at) } => {
                ("queued", "data", "unknown", reply.as_str(), Some(*at))
            }
            Sent::Unknown { reply, again: None } => ("unknown", "data", "unknown", reply.as_str(), None),
            Sent::Withdrawn => ("cancelled", "rcpt", "withdrawn", "withdrawn before DATA", None),
        };
        let doubt = i64::from(outcome == "unknown");
        let finished = self.execute(
            "UPDATE message SET state = CASE WHEN ?2 = 'queued' AND cancel_wanted = 1 THEN 'cancelled' ELSE ?2 END,
                    stage = ?3, reply = ?4, next_try_at = coalesce(?5, next_try_at), doubt = doubt + ?6, lease_run = NULL,
                    accepted_at = CASE WHEN ?2 = 'accepted' THEN ?7 ELSE accepted_at END
              WHERE id = ?1 AND state = 'sending'",
            params![message.id, state, stage, reply, next.map(millis), doubt, millis(now)],
        )?;
        if finished == 0 {
            return Err(StoreError::LeaseLost);
        }
        let id = self.id()?;
        self.execute(
            "INSERT INTO attempt (id, message, no, at, relay, stage, outcome, reply) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![id, message.id, message.tries, millis(now), relay, stage, outcome, reply],
        )?;
        Ok(())
    }

    /// Undelivered ladder mails of an incident are cancelled; one that is on its way meets the check before DATA.
    pub(super) fn cancel_ladder_mails(
        &mut self,
        incident: i64,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let cancelled: Vec<i64> = self.view().rows(
            "UPDATE message SET state = 'cancelled', reply = ?2 WHERE incident = ?1 AND climb IS NOT NULL
                AND state IN ('queued', 'held') RETURNING id",
            (incident, why),
            |row| row.get(0),
        )?;
        self.execute(
            "UPDATE message SET cancel_wanted = 1 WHERE incident = ?1 AND climb IS NOT NULL AND state = 'sending'",
            [incident],
        )?;
        for id in cancelled {
            self.event(
                "system",
                "mail_cancelled",
                &format!("message:{id}"),
                &serde_json::json!({ "why": why }),
                now,
            )?;
        }
        Ok(())
    }

    /// By a person: `false` where it is not waiting.
    pub fn cancel_message(&self, id: i64, by: &str) -> Result<bool, StoreError> {
        let cancelled = self.execute(
            "UPDATE message SET state = 'cancelled', reply = ?2 WHERE id = ?1 AND state IN ('queued', 'held')",
            (id, format!("cancelled by {by}")),
        )?;
        Ok(cancelled == 1)
    }

    /// By a person: a waiting, failed or expired mail is tried now; one that was accepted never again.
    pub fn retry_message(&self, id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let retried = self.execute(
            "UPDATE message SET state = 'queued', next_try_at = ?2, useful_until = max(useful_until, ?3)
              WHERE id = ?1 AND state IN ('queued', 'held', 'failed', 'expired', 'unknown')",
            params![id, millis(now), millis(now + TimeDelta::hours(1))],
        )?;
        Ok(retried == 1)
    }

    /// Puts a claimed message back without an attempt, e.g. because the hourly limit is reached.
    pub fn put_back(&self, id: i64, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(
            "UPDATE message SET state = 'queued', stage = '', lease_run = NULL, tries = tries - 1, next_try_at = ?2
              WHERE id = ?1 AND state = 'sending'",
            (id, millis(until)),
        )?;
        Ok(())
    }

    /// What nobody is sending any more: before DATA it is simply due; after it, an urgent one goes out once more within
    /// the hour, anything else is shown as unknown.
    pub(super) fn recover_messages(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(
            "UPDATE message SET state = 'queued', lease_run = NULL, stage = '' WHERE state = 'sending' AND stage <> 'data'",
            [],
        )?;
        let in_doubt: Vec<(i64, i64, bool)> = self.view().rows(
            "SELECT id, tries, doubt = 0 AND priority < 2 AND next_try_at > ?1 FROM message WHERE state = 'sending'",
            [millis(now - TimeDelta::hours(1))],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        for (message, tries, again) in in_doubt {
            let id = self.id()?;
            self.execute(
                "INSERT INTO attempt (id, message, no, at, relay, stage, outcome, reply)
                 VALUES (?1, ?2, ?3, ?4, '', 'data', 'unknown', 'it was not written down how the try ended')",
                params![id, message, tries, millis(now)],
            )?;
            self.execute(
                "UPDATE message SET state = ?2, doubt = doubt + 1, lease_run = NULL WHERE id = ?1",
                params![message, if again { "queued" } else { "unknown" }],
            )?;
        }
        Ok(())
    }
}

const COLUMNS: &str =
    "message.id, message.state, person, address, template, subject, incident.number, reason, priority,
    tries, queued_at, next_try_at, accepted_at, reply, message_id";

fn row(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        id: row.get(0)?,
        state: row.get(1)?,
        person: row.get(2)?,
        address: row.get(3)?,
        template: row.get(4)?,
        subject: row.get(5)?,
        incident: row.get(6)?,
        reason: row.get(7)?,
        priority: row.get(8)?,
        tries: row.get(9)?,
        queued_at: instant(row.get(10)?),
        next_try_at: instant(row.get(11)?),
        accepted_at: row.get::<_, Option<i64>>(12)?.map(instant),
        reply: row.get(13)?,
        message_id: row.get(14)?,
    })
}

impl View<'_> {
    /// Newest first; `waiting_only`: what still has to go out.
    pub fn messages(&self, waiting_only: bool, limit: u32) -> Result<Vec<MessageRow>, StoreError> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM message LEFT JOIN incident ON incident.id = message.incident
                  WHERE NOT ?1 OR message.state IN ('queued', 'held', 'sending')
                  ORDER BY message.queued_at DESC, message.id DESC LIMIT ?2"
            ),
            params![waiting_only, limit],
            row,
        )
    }

    pub fn message(&self, id: i64) -> Result<Option<MessageRow>, StoreError> {
        self.maybe(
            &format!(
                "SELECT {COLUMNS} FROM message LEFT JOIN incident ON incident.id = message.incident WHERE message.id = ?1"
            ),
            [id],
            row,
        )
    }

    pub fn messages_of(&self, incident: i64) -> Result<Vec<MessageRow>, StoreError> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM message LEFT JOIN incident ON incident.id = message.incident
                  WHERE message.incident = ?1 ORDER BY message.id"
            ),
            [incident],
            row,
        )
    }

    pub fn attempts(&self, message: i64) -> Result<Vec<AttemptRow>, StoreError> {
        self.rows(
            "SELECT no, at, relay, stage, outcome, reply FROM attempt WHERE message = ?1 ORDER BY id",
            [message],
            |row| {
                Ok(AttemptRow {
                    no: row.get(0)?,
                    at: instant(row.get(1)?),
                    relay: row.get(2)?,
                    stage: row.get(3)?,
                    outcome: row.get(4)?,
                    reply: row.get(5)?,
                })
            },
        )
    }

    /// When this person may get the next urgent mail below red; `None`: now.
    pub fn hourly_limit(
        &self,
        person: &str,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let oldest: Option<i64> = self.maybe(
            "SELECT accepted_at FROM message WHERE person = ?1 AND priority = 1 AND state = 'accepted' AND accepted_at > ?2
              ORDER BY accepted_at DESC LIMIT 1 OFFSET ?3",
            params![person, millis(now - TimeDelta::hours(1)), limit.saturating_sub(1)],
            |row| row.get(0),
        )?;
        Ok(oldest.map(|at| instant(at) + TimeDelta::hours(1)))
    }

    /// Accepted, waiting, failed (or unknown or expired) of a period.
    pub fn mail_counts(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(u32, u32, u32), StoreError> {
        let range = (millis(from), millis(until));
        Ok((
            self.one("SELECT count(*) FROM message WHERE state = 'accepted' AND accepted_at >= ?1 AND accepted_at < ?2", range)?,
            self.one("SELECT count(*) FROM message WHERE state IN ('queued', 'held', 'sending')", [])?,
            self.one(
                "SELECT count(*) FROM message WHERE state IN ('failed', 'unknown', 'expired') AND queued_at >= ?1 AND queued_at < ?2",
                range,
            )?,
        ))
    }

    /// Since when the oldest urgent mail that should be out has been waiting.
    pub fn oldest_waiting(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = self.one(
            "SELECT min(queued_at) FROM message WHERE state IN ('queued', 'sending') AND tries > 0 AND queued_at <= ?1",
            [millis(now)],
        )?;
        Ok(at.map(instant))
    }

    /// When the next message falls due; one left behind in `sending` is due too. Asked between deliveries only.
    pub fn next_mail(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> =
            self.one("SELECT min(next_try_at) FROM message WHERE state IN ('queued', 'sending')", [])?;
        Ok(at.map(instant))
    }

    /// Who already has (or is getting) a mail of this incident: fallbacks never go to them again.
    pub fn told(&self, incident: i64) -> Result<Vec<String>, StoreError> {
        self.rows(
            "SELECT DISTINCT person FROM message WHERE incident = ?1 AND state NOT IN ('failed', 'cancelled', 'expired')",
            [incident],
            |row| row.get(0),
        )
    }
}
