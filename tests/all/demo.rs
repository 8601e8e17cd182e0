//! The demonstration is the daemon itself: what it promises on the screen came out.

use crate::world::{Letter, rows};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn the_demo_shows_an_alert_its_ladder_a_worsening_and_a_digest_within_a_minute() {
    let dir = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let demo = Command::new(env!("CARGO_BIN_EXE_tingfeng"))
        .args(["demo", "--into"])
        .arg(dir.path())
        .env_remove("STATE_DIRECTORY")
        .output()
        .unwrap();
    let took = started.elapsed();
    let told = String::from_utf8_lossy(&demo.stdout);
    assert!(demo.status.success(), "{:?}\n{told}\n{}", demo.status, String::from_utf8_lossy(&demo.stderr));
    assert!(took < Duration::from_secs(60), "it took {took:?}");

    let database = dir.path().join("tingfeng.db");
    let sql = |query: &str| rows(&database, query);
    assert_eq!(
        sql("SELECT severity, state FROM incident WHERE severity IN ('orange', 'red') ORDER BY severity"),
        ["orange|verifying", "red|verifying"],
        "the rumour and the disguised post, and somebody has them\n{told}"
    );
    for (written, way) in [("立.案.调.查", "separated"), ("bao雷", "pinyin")] {
        let wanted = format!("disguise {way}: {written}");
        assert!(told.contains(&wanted), "{wanted:?} is missing\n{told}");
    }
    let sent = sql(
        "SELECT message_id, person, template FROM message WHERE state = 'accepted' ORDER BY accepted_at, id",
    );
    let mails: Vec<Letter> = std::fs::read_dir(dir.path().join("mail"))
        .unwrap()
        .map(|file| Letter::read(&std::fs::read(file.unwrap().path()).unwrap()))
        .collect();
    assert_eq!(mails.len(), sent.len(), "every mail that counts as sent lies in the folder");
    let first = |person: &str| {
        let alert = sent.iter().position(|row| row.ends_with(&format!("|{person}|alert")));
        alert.unwrap_or_else(|| panic!("{person} was told nothing\n{told}"))
    };
    assert!(
        first("lin") < first("zhou") && first("zhou") < first("shen"),
        "on-call, representative, secretary: {sent:?}"
    );
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    for wanted in ["【橙色", "升红", "舆情日报 第1期"] {
        assert!(subjects.iter().any(|subject| subject.contains(wanted)), "{wanted} is missing: {subjects:?}");
    }
    assert!(mails.iter().all(|mail| mail.to.ends_with("@lanli.example")));
    assert!(
        sql("SELECT count(*) FROM entry")[0].parse::<u32>().unwrap() > 20,
        "an ordinary day's noise is stored too"
    );
    for wanted in [dir.path().join("mail"), database.clone()] {
        assert!(
            told.contains(&wanted.display().to_string()),
            "it says where {} lies\n{told}",
            wanted.display()
        );
    }
}
