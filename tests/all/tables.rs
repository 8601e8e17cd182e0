//! The file: copies, versions, search.

use crate::world::{Item, World, feed, rows, rumour};
use tingfeng::store::{Store, StoreError};

/// As the first release wrote it; it never changes.
const FIRST: &str = include_str!("../fixtures/schema/0001.sql");
const TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%' ORDER BY name";

#[tokio::test]
async fn a_backup_opens_and_has_the_same_rows() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let page = feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
    let copy = world.dir().join("copy.db");
    let size = world.rooms().store.backup(copy.clone()).await.unwrap();
    assert_eq!(size, std::fs::metadata(&copy).unwrap().len());
    for table in world.sql(TABLES) {
        if table == "search" {
            continue; // contentless: it has nothing to read back
        }
        let all = format!("SELECT * FROM \"{table}\" ORDER BY 1, 2");
        assert_eq!(rows(&copy, &all), world.sql(&all), "{table}");
    }
    let error = world.rooms().store.backup(copy.clone()).await.unwrap_err().to_string();
    assert!(error.contains("a backup never overwrites"), "{error}");
    let store = Store::open(&copy).unwrap();
    assert_eq!(
        store.read(|view| view.totals()).await.unwrap(),
        world.rooms().store.read(|view| view.totals()).await.unwrap()
    );
}

#[tokio::test]
async fn a_database_of_the_first_version_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.pragma_update(None, "application_id", 0x5446_6e67).unwrap();
    old.execute_batch(FIRST).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute(
        "INSERT INTO source (id, key, name, kind, url, host, tier, own, state, due_at)
         VALUES (1, 'news', '砚溪新闻网', 'feed', 'https://news.yanxi.example/', 'news.yanxi.example', 'local', 0, 'active', 0)",
        [],
    )
    .unwrap();
    old.execute_batch(
        "INSERT INTO entry (id, first_source, first_seen, state) VALUES (2, 1, 0, 'live');
         INSERT INTO trouble (id, scope, subject, kind, reason, opened) VALUES (3, 'source', 'x', 'stale', 'x', 0);",
    )
    .unwrap();
    drop(old);
    let store = Store::open(&path).unwrap();
    let sources = store.read(|view| view.sources()).await.unwrap();
    assert_eq!(sources.len(), 1);
    assert_eq!((sources[0].key.as_str(), sources[0].fails), ("news", 0));
    // What was there before pages were read whole is an article, and was told once.
    assert_eq!(rows(&path, "SELECT id, around FROM entry"), ["2|0"]);
    assert_eq!(rows(&path, "SELECT id, told FROM trouble"), ["3|1"]);
    assert!(
        !store.read(|view| view.known_around(1, true)).await.unwrap().learned,
        "its links are to be learned"
    );
    // The same tables as a file that was made today.
    let new = dir.path().join("new.db");
    drop(Store::open(&new).unwrap());
    let schema = "SELECT name, sql FROM sqlite_schema ORDER BY name";
    assert_eq!(rows(&path, schema), rows(&new, schema));
}

#[test]
fn a_file_that_is_newer_or_not_ours_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new.db");
    drop(Store::open(&path).unwrap());
    let file = rusqlite::Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", 4711).unwrap();
    drop(file);
    let error = Store::open(&path).err().unwrap();
    assert!(matches!(error, StoreError::Newer { found: 4711, .. }), "{error}");
    assert!(error.to_string().contains("newer Tingfeng") && error.to_string().contains("upgrade"), "{error}");

    let foreign = dir.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE contacts (name TEXT)").unwrap();
    let error = Store::open(&foreign).err().unwrap();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");

    let text = dir.path().join("text.db");
    std::fs::write(&text, "这不是数据库。".repeat(100)).unwrap();
    let error = Store::open(&text).err().unwrap().to_string();
    assert!(error.contains("text.db") && error.contains("is it a Tingfeng database?"), "{error}");
}

#[tokio::test]
async fn search_finds_words_of_two_characters() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let page = feed(&[Item::new("/1", "岚栎科技园食堂", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
    for (why, query, expected) in [
        ("two characters of a title", "食堂", 1),
        ("two characters of a sentence with a hit", "立案", 1),
        ("both words must be there", "食堂 立案", 1),
        ("one is missing", "食堂 减持", 0),
        ("a single character", "谣", 0),
        ("one that is there", "馆", 1),
        ("quotes are no syntax", "\"立案\" OR *", 0),
        ("nothing finds nothing", "  ", 0),
    ] {
        let found = world.rooms().store.read(move |view| view.search(query, 50)).await.unwrap();
        assert_eq!(found.len(), expected, "{why}");
    }
}
