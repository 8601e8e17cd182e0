//! Which work is due, who has taken it, and how it ended: leases on sources and pages.

use super::page::{LinkRecord, PageRecord};
use super::tx::{instant, millis};
use super::{RunId, StoreError, Tx, View, Visit};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

/// A lease that nobody completes runs out after this; a visit's own limits end long before.
const LEASE: TimeDelta = TimeDelta::minutes(15);

/// Work taken: a source's own address or one page of it.
#[derive(Debug, Clone)]
pub struct Leased {
    pub visit: Visit,
    pub source_key: String,
    pub url: String,
    pub why: String,
    /// Failures in a row (source) or tries so far (page).
    pub fails: u32,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub sha256: Option<String>,
    /// What a source's page showed last time, see `FetchRecord::shown`.
    pub shown: Option<String>,
    pub hint: Option<String>,
}

/// What to take.
#[derive(Debug, Clone)]
pub struct Lease {
    pub run: RunId,
    pub many: usize,
    /// Sources due by then; `run --once` names its own start, so that none is visited twice.
    pub sources_by: DateTime<Utc>,
    /// At most so many pages of one host at a time, so that no host takes all the places.
    pub per_host: usize,
}

/// The digest of the bytes and that of what they show stand in one column: `hex` or `hex shown`.
fn digests(column: Option<String>) -> (Option<String>, Option<String>) {
    match column.as_deref().and_then(|both| both.split_once(' ')) {
        Some((bytes, shown)) => (Some(bytes.to_owned()), Some(shown.to_owned())),
        None => (column, None),
    }
}

impl View<'_> {
    /// How many pages were given up since then.
    pub fn given_up_since(&self, since: DateTime<Utc>) -> Result<u32, StoreError> {
        self.one("SELECT count(*) FROM page WHERE state = 'given_up' AND done_at >= ?1", [millis(since)])
    }
}

impl Tx<'_> {
    /// Takes due work: found pages first (they were promised), then sources. Hosts that are held are left alone.
    pub fn lease(&mut self, wish: &Lease, now: DateTime<Utc>) -> Result<Vec<Leased>, StoreError> {
        let mut taken = self.lease_pages(wish, now)?;
        let left = wish.many.saturating_sub(taken.len());
        if left > 0 {
            taken.extend(self.lease_sources(wish, left, now)?);
        }
        Ok(taken)
    }

    fn lease_pages(&mut self, wish: &Lease, now: DateTime<Utc>) -> Result<Vec<Leased>, StoreError> {
        // Each host's first page, then each one's second: a long list on one host keeps none of the others waiting.
        let (mut due, mut hosts) = (Vec::new(), 0);
        for host in self.view().hosts_due(now)? {
            if hosts >= wish.many {
                break;
            }
            let pages: Vec<(i64, i64)> = self.view().rows(
                "SELECT page.due_at, page.id FROM page
                   JOIN source ON source.id = page.source AND source.state = 'active'
                  WHERE page.state = 'due' AND page.host = ?1 AND page.due_at <= ?2
                  ORDER BY page.due_at LIMIT ?3",
                params![host, millis(now), wish.per_host.min(wish.many) as i64],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            hosts += usize::from(!pages.is_empty());
            due.extend(pages.into_iter().enumerate().map(|(turn, (at, id))| (turn, at, id)));
        }
        due.sort_unstable();
        due.truncate(wish.many);
        let mut taken = Vec::with_capacity(due.len());
        for (.., id) in due {
            let leased = self.connection.prepare_cached(
                "UPDATE page SET state = 'leased', lease_run = ?2, lease_no = lease_no + 1, lease_until = ?3
                  WHERE id = ?1 AND state = 'due'
              RETURNING source, lease_no, first_visit, url, why, tries, etag, last_modified, sha256, hint,
                        (SELECT key FROM source WHERE source.id = page.source)",
            )?
            .query_row(params![id, wish.run.0, millis(now + LEASE)], |row| {
                Ok(Leased {
                    visit: Visit {
                        source: row.get(0)?,
                        page: Some(id),
                        lease_no: row.get(1)?,
                        first_visit: row.get(2)?,
                    },
                    url: row.get(3)?,
                    why: row.get(4)?,
                    fails: row.get(5)?,
                    etag: row.get(6)?,
                    last_modified: row.get(7)?,
                    sha256: row.get(8)?,
                    shown: None,
                    hint: row.get(9)?,
                    source_key: row.get(10)?,
                })
            })?;
            taken.push(leased);
        }
        Ok(taken)
    }

    fn lease_sources(
        &mut self,
        wish: &Lease,
        many: usize,
        now: DateTime<Utc>,
    ) -> Result<Vec<Leased>, StoreError> {
        let due: Vec<i64> = self.view().rows(
            "SELECT source.id FROM source LEFT JOIN host ON host.name = source.host
              WHERE source.state = 'active' AND source.due_at <= ?3 AND coalesce(host.not_before, 0) <= ?1
                AND (source.lease_until IS NULL OR source.lease_until <= ?1)
              ORDER BY source.due_at LIMIT ?2",
            params![millis(now), many as i64, millis(wish.sources_by)],
            |row| row.get(0),
        )?;
        let mut taken = Vec::new();
        for id in due {
            let leased = self.maybe(
                "UPDATE source SET lease_run = ?2, lease_no = lease_no + 1, lease_until = ?3
                  WHERE id = ?1 AND state = 'active' AND (lease_until IS NULL OR lease_until <= ?4)
              RETURNING lease_no, first_visit_at IS NULL AND watched_since IS NULL, url, fails, etag, last_modified,
                        sha256, key",
                params![id, wish.run.0, millis(now + LEASE), millis(now)],
                |row| {
                    let (sha256, shown) = digests(row.get(6)?);
                    Ok(Leased {
                        visit: Visit { source: id, page: None, lease_no: row.get(0)?, first_visit: row.get(1)? },
                        url: row.get(2)?,
                        why: "start".to_owned(),
                        fails: row.get(3)?,
                        etag: row.get(4)?,
                        last_modified: row.get(5)?,
                        sha256,
                        shown,
                        hint: None,
                        source_key: row.get(7)?,
                    })
                },
            )?;
            taken.extend(leased);
        }
        Ok(taken)
    }

    pub(super) fn finish_lease(&mut self, record: &PageRecord) -> Result<(), StoreError> {
        let finished = match record.visit.page {
            None => self.finish_source(record)?,
            Some(page) => self.finish_page(record, page)?,
        };
        if finished == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    fn finish_source(&mut self, record: &PageRecord) -> Result<usize, StoreError> {
        let at = millis(record.at);
        let failed = record.outcome == "failed";
        let fetch = record.fetch.as_ref();
        self.execute(
            "UPDATE source SET lease_run = NULL, lease_until = NULL, visits = visits + 1, due_at = ?3,
                    fails = CASE WHEN ?4 THEN fails + 1 WHEN ?5 THEN fails ELSE 0 END,
                    last_error = CASE WHEN ?4 OR ?5 THEN ?6 ELSE NULL END,
                    last_ok_at = CASE WHEN ?4 OR ?5 THEN last_ok_at ELSE ?7 END,
                    first_visit_at = CASE WHEN ?8 THEN coalesce(first_visit_at, ?7) ELSE first_visit_at END,
                    watched_since = CASE WHEN ?8 THEN coalesce(watched_since, ?7) ELSE watched_since END,
                    etag = CASE WHEN ?12 THEN ?9 ELSE etag END,
                    last_modified = CASE WHEN ?12 THEN ?10 ELSE last_modified END,
                    sha256 = CASE WHEN ?12 THEN ?11 ELSE sha256 END
              WHERE id = ?1 AND lease_no = ?2 AND lease_until IS NOT NULL",
            params![
                record.visit.source,
                record.visit.lease_no,
                millis(record.due_at.unwrap_or(record.at + TimeDelta::hours(1))),
                failed,
                record.outcome == "skipped",
                record.reason,
                at,
                record.outcome == "visited",
                fetch.and_then(|fetch| fetch.etag.as_deref()),
                fetch.and_then(|fetch| fetch.last_modified.as_deref()),
                fetch.map(|fetch| match &fetch.shown {
                    Some(shown) => format!("{} {shown}", fetch.sha256),
                    None => fetch.sha256.clone(),
                }),
                // What could not be read is asked for again, whole; what only looked different is known.
                record.outcome == "visited" || record.outcome == "unchanged" && fetch.is_some(),
            ],
        )
    }

    fn finish_page(&mut self, record: &PageRecord, page: i64) -> Result<usize, StoreError> {
        let fetch = record.fetch.as_ref();
        let tried = record.outcome == "failed";
        self.execute(
            // A thread that was listed again while it was being read may have grown since: it stays due.
            "UPDATE page SET state = CASE WHEN ?3 = 'done' AND why = 'thread' AND due_at > lease_until - ?12
                                          THEN 'due' ELSE ?3 END,
                    first_visit = CASE WHEN why = 'thread' AND due_at > lease_until - ?12 THEN 0 ELSE first_visit END,
                    due_at = coalesce(?4, due_at), reason = ?5, done_at = ?6,
                    tries = CASE WHEN ?7 THEN tries + 1 ELSE tries END, lease_run = NULL, lease_until = NULL,
                    etag = CASE WHEN ?8 THEN ?9 ELSE etag END, last_modified = CASE WHEN ?8 THEN ?10 ELSE last_modified END,
                    sha256 = CASE WHEN ?8 THEN ?11 ELSE sha256 END,
                    -- The article before this page of it is stored as one, for as long as its kind is kept.
                    hint = CASE WHEN why = 'redirect' AND ?3 <> 'due' THEN NULL ELSE hint END
              WHERE id = ?1 AND lease_no = ?2 AND state = 'leased'",
            params![
                page,
                record.visit.lease_no,
                record.page_state,
                record.due_at.map(millis),
                record.reason,
                millis(record.at),
                tried,
                record.outcome == "visited",
                fetch.and_then(|fetch| fetch.etag.as_deref()),
                fetch.and_then(|fetch| fetch.last_modified.as_deref()),
                fetch.map(|fetch| fetch.sha256.as_str()),
                LEASE.num_milliseconds(),
            ],
        )
    }

    /// Gives work back whose result could not be stored; it is due again at `until`.
    pub fn release(&self, visits: &[Visit], until: DateTime<Utc>) -> Result<(), StoreError> {
        for visit in visits {
            match visit.page {
                Some(page) => self.execute(
                    "UPDATE page SET state = 'due', due_at = max(due_at, ?3), lease_run = NULL, lease_until = NULL
                      WHERE id = ?1 AND lease_no = ?2 AND state = 'leased'",
                    params![page, visit.lease_no, millis(until)],
                )?,
                None => self.execute(
                    "UPDATE source SET due_at = max(due_at, ?3), lease_run = NULL, lease_until = NULL
                      WHERE id = ?1 AND lease_no = ?2 AND lease_until IS NOT NULL",
                    params![visit.source, visit.lease_no, millis(until)],
                )?,
            };
        }
        Ok(())
    }

    /// Puts an address into the frontier; a thread that is listed again is due again, its replies may have grown.
    pub(super) fn record_link(&mut self, record: &PageRecord, link: &LinkRecord) -> Result<bool, StoreError> {
        let id = self.id()?;
        let new = self.execute(
            "INSERT INTO page (id, source, url_key, url, host, why, state, due_at, found_at, first_visit, hint)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'due', ?7, ?7, ?8, ?9) ON CONFLICT (source, url_key) DO NOTHING",
            params![
                id,
                record.visit.source,
                link.url_key,
                link.url,
                link.host,
                link.why,
                millis(record.at),
                record.visit.first_visit,
                link.hint
            ],
        )?;
        if new == 0 && link.why == "thread" {
            self.execute(
                "UPDATE page SET due_at = ?3, state = CASE state WHEN 'done' THEN 'due' ELSE state END,
                        first_visit = CASE state WHEN 'done' THEN 0 ELSE first_visit END
                  WHERE source = ?1 AND url_key = ?2 AND why = 'thread'
                    AND (state = 'leased' OR state = 'done' AND coalesce(done_at, 0) < ?3)",
                params![record.visit.source, link.url_key, millis(record.at)],
            )?;
        }
        Ok(new == 1)
    }

    /// Holds a host until `until`, kept across restarts.
    pub fn hold_host(&self, host: &str, until: DateTime<Utc>, reason: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO host (name, not_before, reason) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET not_before = max(not_before, excluded.not_before), reason = excluded.reason",
            (host, millis(until), reason),
        )?;
        Ok(())
    }

    /// Every active source is due now: `run --once` visits them whatever their timetable says.
    pub fn make_sources_due(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.execute("UPDATE source SET due_at = min(due_at, ?1) WHERE state = 'active'", [millis(now)])
    }

    /// Leases that ran out are work again.
    pub fn free_expired_leases(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.execute(
            "UPDATE page SET state = 'due', lease_run = NULL, lease_until = NULL WHERE state = 'leased' AND lease_until <= ?1",
            [millis(now)],
        )
    }
}

impl super::View<'_> {
    /// Hosts that have a due page and are not held, the longest waiting first. One step in the index for each host,
    /// however many pages wait.
    fn hosts_due(&self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        self.rows(
            "WITH RECURSIVE due (name) AS (
                 SELECT * FROM (SELECT host FROM page WHERE state = 'due' ORDER BY host LIMIT 1)
                 UNION ALL
                 SELECT (SELECT host FROM page WHERE state = 'due' AND host > due.name ORDER BY host LIMIT 1)
                   FROM due WHERE due.name IS NOT NULL)
             SELECT due.name, (SELECT min(due_at) FROM page WHERE state = 'due' AND host = due.name) AS oldest
               FROM due LEFT JOIN host ON host.name = due.name
              WHERE due.name IS NOT NULL AND coalesce(host.not_before, 0) <= ?1 AND oldest <= ?1
              ORDER BY oldest",
            [millis(now)],
            |row| row.get(0),
        )
    }

    /// When the next piece of work falls due; `None`: there is none at all.
    pub fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let next: Option<i64> = self.one(
            "SELECT min(at) FROM (SELECT min(due_at) AS at FROM source WHERE state = 'active'
                                  UNION ALL SELECT min(due_at) FROM page WHERE state = 'due')",
            [],
        )?;
        Ok(next.map(instant))
    }

    /// Pages waiting to be visited (due now or later) among active sources.
    pub fn pages_waiting(&self, by: DateTime<Utc>) -> Result<u32, StoreError> {
        self.one(
            "SELECT count(*) FROM page JOIN source ON source.id = page.source AND source.state = 'active'
              WHERE page.state IN ('due', 'leased') AND page.due_at <= ?1",
            [millis(by)],
        )
    }

    /// Hosts held by a `Retry-After`, to be told to the fetcher at start.
    pub fn held_hosts(&self, now: DateTime<Utc>) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        self.rows("SELECT name, not_before FROM host WHERE not_before > ?1", [millis(now)], |row| {
            Ok((row.get(0)?, instant(row.get(1)?)))
        })
    }
}
