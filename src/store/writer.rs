//! The one writer: group commit with a savepoint per closure.

use super::tx::Ids;
use super::{StoreError, Tx};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How many closures one COMMIT may carry; more wait for the next. Bounds how much a full disk can roll back.
const GROUP: usize = 64;
/// How long a group waits for more where the one before it had company: a COMMIT costs as much as several pages.
const GATHER: Duration = Duration::from_millis(4);

type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

#[derive(Clone)]
pub struct Handle(mpsc::Sender<Order>);

enum Order {
    Change(Box<dyn Change>),
    Backup(PathBuf, oneshot::Sender<Result<u64, StoreError>>),
}

/// A closure waiting for its group, its value, and whoever waits for that.
trait Change: Send {
    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, result: Result<(), StoreError>);
}

struct Waiting<T, F> {
    change: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: Fn(&mut Tx) -> Result<T, StoreError> + Send> Change for Waiting<T, F> {
    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.value = Some((self.change)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, result: Result<(), StoreError>) {
        let Self { value, reply, .. } = *self;
        let result = result.and_then(|()| value.ok_or(StoreError::Closed));
        // Whoever asked may have gone away; the change stands all the same.
        let _ = reply.send(result);
    }
}

impl Handle {
    pub fn send<T, F>(&self, change: F) -> Result<Answer<T>, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let waiting = Box::new(Waiting { change, value: None, reply });
        self.0.send(Order::Change(waiting)).map_err(|_| StoreError::Closed)?;
        Ok(answer)
    }

    pub fn backup(&self, to: PathBuf) -> Result<Answer<u64>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Order::Backup(to, reply)).map_err(|_| StoreError::Closed)?;
        Ok(answer)
    }
}

/// The queue is not bounded here: every sender waits for its answer, so it holds at most one order per task.
pub fn start(connection: Connection) -> Handle {
    let (sender, orders) = mpsc::channel();
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || serve(&connection, &orders))
        .expect("a process that may not start one thread cannot work at all");
    Handle(sender)
}

fn serve(connection: &Connection, orders: &mpsc::Receiver<Order>) {
    let mut ids = Ids::default();
    let mut company = false;
    while let Ok(first) = orders.recv() {
        let mut group = Vec::new();
        let mut backups = Vec::new();
        let mut sort = |order| match order {
            Order::Change(change) => group.push(change),
            Order::Backup(to, reply) => backups.push((to, reply)),
        };
        sort(first);
        let patience = if company { GATHER } else { Duration::ZERO };
        gather(orders, patience).for_each(sort);
        company = group.len() > 1;
        if !group.is_empty() {
            commit(connection, &mut ids, group);
        }
        for (to, reply) in backups {
            let _ = reply.send(backup(connection, &to));
        }
    }
    // The last handle is gone: leave a small file behind.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;");
}

/// What else is waiting, and what comes within `patience`.
fn gather(orders: &mpsc::Receiver<Order>, patience: Duration) -> impl Iterator<Item = Order> + '_ {
    let until = Instant::now() + patience;
    std::iter::from_fn(move || orders.recv_timeout(until.saturating_duration_since(Instant::now())).ok())
        .take(GROUP - 1)
}

/// One group: all of it in one transaction, or, where that fails as a whole, one by one.
fn commit(connection: &Connection, ids: &mut Ids, mut group: Vec<Box<dyn Change>>) {
    match run_group(connection, ids, &mut group) {
        Ok(results) => {
            for (change, result) in group.into_iter().zip(results) {
                change.answer(result);
            }
        }
        Err(error) if group.len() == 1 => {
            for change in group {
                change.answer(Err(describe(&error)));
            }
        }
        Err(_) => {
            for change in group {
                commit(connection, ids, vec![change]);
            }
        }
    }
}

/// `Err`: the whole transaction is gone (a full disk takes it all, a lock never let it begin).
fn run_group(
    connection: &Connection,
    ids: &mut Ids,
    group: &mut [Box<dyn Change>],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut results = Vec::with_capacity(group.len());
    for change in group.iter_mut() {
        match run_one(connection, ids, change.as_mut()) {
            Ok(result) => results.push(result),
            Err(error) => {
                *ids = Ids::default();
                if !connection.is_autocommit() {
                    connection.execute_batch("ROLLBACK")?;
                }
                return Err(error);
            }
        }
    }
    if let Err(error) = connection.execute_batch("COMMIT") {
        *ids = Ids::default();
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        return Err(error.into());
    }
    Ok(results)
}

/// The outer `Err`: the savepoint is gone or stuck, so the whole group has to be undone.
fn run_one(
    connection: &Connection,
    ids: &mut Ids,
    change: &mut dyn Change,
) -> Result<Result<(), StoreError>, StoreError> {
    connection.execute_batch("SAVEPOINT change")?;
    // A panic in one closure must not take the writer, and with it the watch, away.
    let run = std::panic::AssertUnwindSafe(|| change.run(&mut Tx { connection, ids }));
    let result = std::panic::catch_unwind(run)
        .unwrap_or_else(|_| Err(StoreError::Data("a change panicked; its part was undone".to_owned())));
    if connection.is_autocommit() {
        return Err(result.err().unwrap_or(StoreError::Closed));
    }
    if result.is_err() {
        *ids = Ids::default();
        connection.execute_batch("ROLLBACK TO change")?;
    }
    connection.execute_batch("RELEASE change")?;
    Ok(result)
}

/// The same error for whoever waits; rusqlite's cannot be cloned.
fn describe(error: &StoreError) -> StoreError {
    let copy = |inner: &rusqlite::Error| {
        rusqlite::Error::SqliteFailure(
            inner.sqlite_error().copied().unwrap_or(rusqlite::ffi::Error::new(1)),
            Some(inner.to_string()),
        )
    };
    match error {
        StoreError::Full(inner) => StoreError::Full(copy(inner)),
        StoreError::Locked(inner) => StoreError::Locked(copy(inner)),
        StoreError::Sqlite(inner) => StoreError::Sqlite(copy(inner)),
        StoreError::LeaseLost => StoreError::LeaseLost,
        other => StoreError::Data(other.to_string()),
    }
}

fn backup(connection: &Connection, to: &std::path::Path) -> Result<u64, StoreError> {
    let named = |cause: String| StoreError::Open { path: to.display().to_string(), cause };
    if to.exists() {
        return Err(named("it exists already; a backup never overwrites".to_owned()));
    }
    let partial = to.with_extension("partial");
    let _ = std::fs::remove_file(&partial);
    {
        let mut copy = Connection::open(&partial).map_err(|error| named(error.to_string()))?;
        let backup = rusqlite::backup::Backup::new(connection, &mut copy)?;
        backup.run_to_completion(1024, std::time::Duration::ZERO, None)?;
        drop(backup);
        let whole: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if whole != "ok" {
            return Err(named(format!("the copy does not check out: {whole}")));
        }
    }
    let file = std::fs::File::open(&partial).and_then(|file| file.sync_all().map(|()| file));
    file.and_then(|file| {
        std::fs::rename(&partial, to)?;
        file.metadata()
    })
    .map(|meta| meta.len())
    .map_err(|error| named(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::{Store, open};
    use super::*;

    async fn count(store: &Store) -> i64 {
        store.read(|view| view.one("SELECT count(*) FROM meta", [])).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn p1_a_change_that_fails_or_panics_leaves_nothing_and_harms_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("a.db")).unwrap();
        let put = |key: &'static str| store.write(move |tx| tx.meta_set(key, "1"));
        let fails = store.write(|tx| {
            tx.meta_set("gone", "1")?;
            Err::<(), _>(StoreError::Data("poisoned".to_owned()))
        });
        let panics = store.write(|tx| -> Result<(), StoreError> {
            tx.meta_set("gone too", "1")?;
            panic!("on purpose");
        });
        let (a, b, c, d) = tokio::join!(put("a"), fails, panics, put("d"));
        assert!(a.is_ok() && d.is_ok(), "neighbours in the group are kept");
        assert!(
            b.unwrap_err().to_string().contains("poisoned")
                && c.unwrap_err().to_string().contains("panicked")
        );
        assert_eq!(count(&store).await, 2);
    }

    /// A file that may not grow is what a full disk looks like to SQLite.
    fn may_grow(tx: &mut Tx, pages: i64) -> Result<(), StoreError> {
        let now: i64 = tx.view().one("PRAGMA page_count", [])?;
        Ok(tx.connection.pragma_update(None, "max_page_count", now + pages)?)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn p1_a_full_disk_refuses_what_is_too_large_and_keeps_its_neighbours() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("a.db")).unwrap();
        store.write(|tx| may_grow(tx, 4)).await.unwrap();
        let large = || store.write(|tx| tx.meta_set("large", &"x".repeat(1 << 20)));
        for round in 0..10 {
            let put = |name: &str| {
                let key = format!("{name}{round}");
                store.write(move |tx| tx.meta_set(&key, "1"))
            };
            let (a, full, b, c) = tokio::join!(put("a"), large(), put("b"), put("c"));
            assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
            assert!(a.is_ok() && b.is_ok() && c.is_ok(), "run again one by one: {a:?} {b:?} {c:?}");
        }
        assert_eq!(count(&store).await, 30);
        store.write(|tx| may_grow(tx, 4000)).await.unwrap();
        large().await.expect("there is room again");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn ids_are_never_given_twice_even_after_a_rollback() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("a.db")).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..50 {
            let id = store.write(|tx| tx.id()).await.unwrap();
            assert!(seen.insert(id), "id {id} twice");
            if round % 7 == 0 {
                let _ = store.write(|tx| tx.id().and_then(|_| Err::<(), _>(StoreError::LeaseLost))).await;
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_second_process_may_write_between_groups_and_a_lock_is_said_plainly() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let store = Store::open(&path).unwrap();
        let other = open::writer(&path).unwrap();
        other.execute("INSERT INTO meta (key, value) VALUES ('theirs', '1')", []).unwrap();
        store.write(|tx| tx.meta_set("ours", "1")).await.unwrap();
        assert_eq!(count(&store).await, 2);
    }

    #[test]
    fn foreign_and_newer_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let foreign = dir.path().join("foreign.db");
        Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        assert!(matches!(open::writer(&foreign), Err(StoreError::Foreign { .. })));
        let newer = dir.path().join("newer.db");
        open::writer(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(open::writer(&newer), Err(StoreError::Newer { found: 99, .. })));
        let text = dir.path().join("text.db");
        std::fs::write(&text, "this is no database, only a text of some length to fill the header").unwrap();
        assert!(open::writer(&text).unwrap_err().to_string().contains("Tingfeng database"));
    }
}
