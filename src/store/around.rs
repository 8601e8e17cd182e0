//! What the pages of own channels have shown around their articles, and where they lead.

use super::page::{AroundRecord, PageRecord};
use super::tx::millis;
use super::{StoreError, Tx, View};
use crate::model::{KnownAround, OutboundRow, Through, Word};
use chrono::{DateTime, Utc};
use rusqlite::params;

/// What a visit is told of the past: a site that shows new lines at every visit would fill the memory otherwise.
const MOST: i64 = 20_000;

impl View<'_> {
    /// What a source has shown; `start`: on its own address, else on its other pages.
    pub fn known_around(&self, source: i64, start: bool) -> Result<KnownAround, StoreError> {
        let words = |sql: &str| self.rows(sql, (source, MOST), |row| row.get::<_, String>(0));
        let base: i64 = self.one(
            "SELECT count(*) FROM outbound_base WHERE source = ?1 AND what = ?2",
            (source, kind(start)),
        )?;
        Ok(KnownAround {
            domains: words("SELECT domain FROM outbound WHERE source = ?1 LIMIT ?2")?.into_iter().collect(),
            lines: words("SELECT line FROM around_line WHERE source = ?1 ORDER BY at DESC LIMIT ?2")?
                .into_iter()
                .collect(),
            learned: base > 0,
        })
    }

    /// Domains first seen within a period, those that were there from the beginning too.
    pub fn outbound_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<OutboundRow>, StoreError> {
        self.rows(
            "SELECT source.key, domain, page, through, hidden, learned FROM outbound
               JOIN source ON source.id = outbound.source
              WHERE at >= ?1 AND at < ?2 ORDER BY source.key, learned, hidden DESC, domain",
            (millis(from), millis(until)),
            |row| {
                Ok(OutboundRow {
                    source: row.get(0)?,
                    domain: row.get(1)?,
                    page: row.get(2)?,
                    through: Through::parse(&row.get::<_, String>(3)?).unwrap_or(Through::Link),
                    hidden: row.get(4)?,
                    learned: row.get(5)?,
                })
            },
        )
    }
}

impl Tx<'_> {
    /// All of an entry's lines are known: another page showed them while this one was read.
    pub(super) fn shown_already(&self, source: i64, lines: &[String]) -> Result<bool, StoreError> {
        for line in lines {
            let known: i64 = self
                .view()
                .one("SELECT count(*) FROM around_line WHERE source = ?1 AND line = ?2", (source, line))?;
            if known == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn record_around(
        &self,
        record: &PageRecord,
        around: &AroundRecord,
        entry: Option<i64>,
    ) -> Result<(), StoreError> {
        let (source, at) = (record.visit.source, millis(record.at));
        for line in around.lines.iter().filter(|_| entry.is_some()) {
            self.execute(
                "INSERT INTO around_line (source, line, entry, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![source, line, entry, at],
            )?;
        }
        for one in &around.domains {
            self.execute(
                "INSERT INTO outbound (source, domain, at, page, through, hidden, learned, entry)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                params![
                    source,
                    one.domain,
                    at,
                    around.page,
                    one.through.key(),
                    one.hidden,
                    around.learning,
                    entry
                ],
            )?;
        }
        self.execute(
            "INSERT INTO outbound_base (source, what, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (source, kind(record.visit.page.is_none()), at),
        )?;
        Ok(())
    }

    /// What an incident was about is over: should it be there again, or still, that is news. After a false alarm it
    /// stays known.
    pub(super) fn forget_around(&self, incident: i64) -> Result<(), StoreError> {
        const ENTRIES: &str = "entry IN (SELECT mention.entry FROM mention
              JOIN incident ON incident.story = mention.story WHERE incident.id = ?1)";
        self.execute(&format!("DELETE FROM around_line WHERE {ENTRIES}"), [incident])?;
        self.execute(&format!("DELETE FROM outbound WHERE learned = 0 AND {ENTRIES}"), [incident])?;
        Ok(())
    }
}

fn kind(start: bool) -> &'static str {
    if start { "start" } else { "page" }
}
