//! Incidents: raised in the transaction of the mention, unique while open, and closed by a person.

use super::tx::{instant, millis};
use super::{StoreError, Tx, View};
use crate::model::{
    EvidenceFacts, Incident, IncidentKind, Matter, MentionRow, Severity, Spread, Tier, Verdict, Word,
};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use rusqlite::{Row, params};

#[derive(Debug, Clone)]
pub struct NewIncident {
    pub kind: IncidentKind,
    pub story: i64,
    pub mention: i64,
    pub rule: String,
    pub subject: String,
    pub rules_snapshot: i64,
    pub severity: Severity,
    pub tier: Tier,
    pub title: String,
    /// What the mails say about why: JSON of `Parts`.
    pub parts: String,
}

const COLUMNS: &str = "incident.id, number, incident.kind, incident.story, incident.mention, rule_key, subject_key, severity,
    incident.tier, title, parts, incident.state, incident.verdict, worsen_no, opened_at, closed_at, closed_by, note";

fn row(row: &Row<'_>) -> rusqlite::Result<Incident> {
    fn word<W: Word>(row: &Row<'_>, at: usize) -> rusqlite::Result<W> {
        let key: String = row.get(at)?;
        W::parse(&key).ok_or_else(|| {
            rusqlite::Error::FromSqlConversionFailure(
                at,
                rusqlite::types::Type::Text,
                format!("unknown word {key:?}").into(),
            )
        })
    }
    let verdict: Option<String> = row.get(12)?;
    Ok(Incident {
        id: row.get(0)?,
        number: row.get(1)?,
        kind: word(row, 2)?,
        story: row.get(3)?,
        mention: row.get(4)?,
        rule: row.get(5)?,
        subject: row.get(6)?,
        severity: word(row, 7)?,
        tier: word(row, 8)?,
        title: row.get(9)?,
        parts: row.get(10)?,
        state: word(row, 11)?,
        verdict: verdict.as_deref().and_then(Verdict::parse),
        worsen_no: row.get(13)?,
        opened_at: instant(row.get(14)?),
        closed_at: row.get::<_, Option<i64>>(15)?.map(instant),
        closed_by: row.get(16)?,
        note: row.get(17)?,
    })
}

fn mention_row(row: &Row<'_>) -> rusqlite::Result<MentionRow> {
    Ok(MentionRow {
        id: row.get(0)?,
        title: row.get(1)?,
        source: row.get(2)?,
        url: row.get(3)?,
        at: instant(row.get(4)?),
        published: row.get(5)?,
        old: row.get(6)?,
        fired: row.get(7)?,
        incident: row.get(8)?,
        severity: row.get::<_, Option<String>>(9)?.as_deref().and_then(Severity::parse),
    })
}

impl Tx<'_> {
    /// Raises an incident and gives it the next number of its local year, without gaps.
    pub fn raise(&mut self, new: &NewIncident, zone: Tz, now: DateTime<Utc>) -> Result<Incident, StoreError> {
        let year = now.with_timezone(&zone).year();
        let number = format!("{year}-{:04}", self.number(&format!("incident:{year}"))?);
        let id = self.id()?;
        self.execute(
            "INSERT INTO incident (id, number, kind, story, mention, rule_key, subject_key, rules, severity, tier, parts,
                                   title, state, opened_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open', ?13)",
            params![
                id,
                number,
                new.kind.key(),
                new.story,
                new.mention,
                new.rule,
                new.subject,
                new.rules_snapshot,
                new.severity.key(),
                new.tier.key(),
                new.parts,
                new.title,
                millis(now)
            ],
        )?;
        self.pin_story(new.story)?;
        self.view()
            .incident_by_id(id)?
            .ok_or_else(|| StoreError::Data(format!("incident {number} is not there after it was written")))
    }

    /// It got worse: a higher severity, a higher tier, or a graver rule.
    pub fn worsen(
        &self,
        incident: i64,
        severity: Severity,
        tier: Tier,
        rule: &str,
        parts: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE incident SET severity = ?2, tier = ?3, rule_key = ?4, parts = ?5, worsen_no = worsen_no + 1,
                    version = version + 1 WHERE id = ?1",
            params![incident, severity.key(), tier.key(), rule, parts],
        )?;
        Ok(())
    }

    /// `false`: it was closed already. States only move forward.
    pub fn close_incident(
        &mut self,
        incident: i64,
        verdict: Verdict,
        by: &str,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let closed = self.execute(
            "UPDATE incident SET state = 'closed', verdict = ?2, closed_at = ?3, closed_by = ?4, note = ?5,
                    version = version + 1 WHERE id = ?1 AND state <> 'closed'",
            params![incident, verdict.key(), millis(now), by, note],
        )?;
        if closed == 0 {
            return Ok(false);
        }
        self.execute(
            "UPDATE climb SET state = 'done' WHERE incident = ?1 AND state = 'climbing'",
            [incident],
        )?;
        // A false alarm leaves the statistics: its duties are void, not breached.
        let (state, end) = if verdict == Verdict::Irrelevant { ("void", None) } else { ("done", Some(by)) };
        self.execute(
            "UPDATE duty SET state = ?2, ended_at = ?3, ended_by = ?4 WHERE incident = ?1 AND state = 'pending'",
            params![incident, state, millis(now), end],
        )?;
        self.cancel_ladder_mails(incident, "closed", now)?;
        if verdict != Verdict::Irrelevant {
            self.forget_around(incident)?;
        }
        Ok(true)
    }

    pub fn add_duty(
        &mut self,
        incident: i64,
        kind: &str,
        role: &str,
        start: DateTime<Utc>,
        due: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = self.id()?;
        self.execute(
            "INSERT INTO duty (id, incident, kind, role, start_at, due_at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending')",
            params![id, incident, kind, role, millis(start), millis(due)],
        )?;
        Ok(())
    }

    /// A pending duty of this incident is done; `true` where there was one.
    pub fn end_duty(
        &self,
        incident: i64,
        kind: &str,
        by: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE duty SET state = 'done', ended_at = ?3, ended_by = ?4, reason = ?5
              WHERE incident = ?1 AND kind = ?2 AND state = 'pending'",
            params![incident, kind, millis(now), by, reason],
        )?;
        Ok(ended > 0)
    }

    /// Writes each breach once; gives back the numbers of the incidents concerned.
    pub fn mark_breaches(&self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.view().rows(
            "UPDATE duty SET breached_at = ?1 WHERE state = 'pending' AND due_at < ?1 AND breached_at IS NULL
             RETURNING (SELECT number FROM incident WHERE incident.id = duty.incident)",
            [millis(now)],
            |row| row.get(0),
        )
    }

    pub fn record_reader(
        &mut self,
        incident: i64,
        person: &str,
        how: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = self.id()?;
        self.execute(
            "INSERT INTO reader (id, incident, person, at, how) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, incident, person, millis(now), how],
        )?;
        Ok(())
    }
}

impl View<'_> {
    pub fn incident_by_id(&self, id: i64) -> Result<Option<Incident>, StoreError> {
        self.maybe(&format!("SELECT {COLUMNS} FROM incident WHERE id = ?1"), [id], row)
    }

    /// `2026-0117`, or `117` for the current year's.
    pub fn incident(&self, number: &str) -> Result<Option<Incident>, StoreError> {
        self.maybe(&format!("SELECT {COLUMNS} FROM incident WHERE number = ?1"), [number], row)
    }

    /// Newest first.
    pub fn incidents(
        &self,
        open_only: bool,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Incident>, StoreError> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM incident WHERE (NOT ?1 OR state <> 'closed') AND opened_at >= ?2
                  ORDER BY opened_at DESC, id DESC LIMIT ?3"
            ),
            params![open_only, millis(since), limit],
            row,
        )
    }

    /// Open incidents of a story for a subject, the gravest first.
    pub fn open_incidents(&self, story: i64, subject: &str) -> Result<Vec<Incident>, StoreError> {
        let mut rows = self.rows(
            &format!(
                "SELECT {COLUMNS} FROM incident WHERE story = ?1 AND subject_key = ?2 AND state <> 'closed' ORDER BY id"
            ),
            (story, subject),
            row,
        )?;
        rows.sort_by_key(|incident| std::cmp::Reverse(incident.severity));
        Ok(rows)
    }

    /// How far a story has spread, ever or within the last `within`.
    pub fn spread(&self, story: i64, since: Option<DateTime<Utc>>) -> Result<Spread, StoreError> {
        let rows: Vec<(i64, String)> = self.rows(
            "SELECT mention.source, mention.tier FROM mention JOIN source ON source.id = mention.source
              WHERE story = ?1 AND at >= ?2 AND source.own = 0",
            params![story, since.map_or(0, millis)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let outlets: std::collections::BTreeSet<i64> = rows.iter().map(|(source, _)| *source).collect();
        Ok(Spread {
            outlets: outlets.len() as u32,
            mentions: rows.len() as u32,
            highest: rows.iter().filter_map(|(_, tier)| Tier::parse(tier)).max(),
        })
    }

    pub fn incident_view(&self, number: &str) -> Result<Option<Matter>, StoreError> {
        let Some(incident) = self.incident(number)? else { return Ok(None) };
        let climb = self.climb_of(incident.id)?;
        let (mainstream, outlets, mentions) = self.one_row(
            "SELECT count(DISTINCT CASE WHEN mention.tier IN ('mainstream', 'official') THEN mention.source END),
                    count(DISTINCT mention.source), count(*) FROM mention WHERE story = ?1",
            [incident.story],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let view = self.maybe(
            "SELECT source.key, source.name, mention.tier, source.own, entry.url, entry.published, revision.at, mention.excerpt,
                    revision.raw_sha256, revision.raw IS NOT NULL
               FROM mention JOIN revision ON revision.id = mention.revision JOIN entry ON entry.id = mention.entry
               JOIN source ON source.id = mention.source WHERE mention.id = ?1",
            [incident.mention],
            |row| {
                let at = instant(row.get(6)?);
                let sha256: Option<String> = row.get(8)?;
                let kept = row.get(9)?;
                Ok(Matter {
                    source_key: row.get(0)?,
                    source_name: row.get(1)?,
                    source_tier: Tier::parse(&row.get::<_, String>(2)?).unwrap_or(Tier::Social),
                    own: row.get(3)?,
                    url: row.get(4)?,
                    published: row.get(5)?,
                    seen_at: at,
                    quote: serde_json::from_str(&row.get::<_, String>(7)?).unwrap_or_default(),
                    evidence: sha256.map(|sha256| EvidenceFacts { at, sha256, kept }),
                    outlets,
                    mainstream,
                    mentions,
                    climb,
                    incident,
                })
            },
        )?;
        Ok(view)
    }

    fn one_row<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.query_row(params, row)?)
    }

    /// Pending first reports: incident number, title, role, due, breached.
    pub fn pending_duties(&self) -> Result<Vec<(String, String, String, DateTime<Utc>, bool)>, StoreError> {
        self.rows(
            "SELECT incident.number, incident.title, duty.role, duty.due_at, duty.breached_at IS NOT NULL
               FROM duty JOIN incident ON incident.id = duty.incident
              WHERE duty.state = 'pending' AND duty.due_at IS NOT NULL ORDER BY duty.due_at",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, instant(row.get(3)?), row.get(4)?)),
        )
    }

    /// When this incident's first report is due, while it is pending.
    pub fn report_due(&self, incident: i64) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.maybe(
            "SELECT due_at FROM duty WHERE incident = ?1 AND kind = 'first_report' AND state = 'pending' LIMIT 1",
            [incident],
            |row| Ok(row.get::<_, Option<i64>>(0)?.map(instant)),
        )
        .map(Option::flatten)
    }

    /// Mentions of the last `hours` that nobody has judged, old ones apart: for the digest's triage list.
    pub fn mentions_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<MentionRow>, StoreError> {
        self.rows(
            "SELECT mention.id, revision.title, source.name, entry.url, mention.at, entry.published, mention.old,
                    mention.fired, incident.number, incident.severity
               FROM mention JOIN revision ON revision.id = mention.revision JOIN entry ON entry.id = mention.entry
               JOIN source ON source.id = mention.source
               LEFT JOIN incident ON incident.story = mention.story AND incident.state <> 'closed'
              WHERE mention.at >= ?1 AND mention.at < ?2 GROUP BY mention.id
              ORDER BY mention.old IS NOT NULL, mention.at DESC LIMIT ?3",
            params![millis(from), millis(until), limit],
            mention_row,
        )
    }

    /// All mentions of a story, the first first.
    pub fn mentions_of(&self, story: i64) -> Result<Vec<MentionRow>, StoreError> {
        self.rows(
            "SELECT mention.id, revision.title, source.name, entry.url, mention.at, entry.published, mention.old,
                    mention.fired, NULL, NULL
               FROM mention JOIN revision ON revision.id = mention.revision JOIN entry ON entry.id = mention.entry
               JOIN source ON source.id = mention.source WHERE mention.story = ?1 ORDER BY mention.at, mention.id",
            [story],
            mention_row,
        )
    }

    /// Counts for the digest: mentions marked old, entries of first visits.
    pub fn old_counts(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<(u32, u32), StoreError> {
        let range = (millis(from), millis(until));
        Ok((
            self.one("SELECT count(*) FROM mention WHERE old IS NOT NULL AND at >= ?1 AND at < ?2", range)?,
            self.one("SELECT count(*) FROM entry WHERE old = 'first_visit' AND around = 0 AND first_seen >= ?1 AND first_seen < ?2", range)?,
        ))
    }
}

/// Since when `within` reaches back at `now`.
pub fn since(within: std::time::Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::from_std(within).unwrap_or(TimeDelta::days(3650))
}
