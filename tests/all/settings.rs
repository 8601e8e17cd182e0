//! A reload takes the new configuration whole, or keeps the old one.

use crate::world::{Item, World, feed, rumour, source};
use tingfeng::config;

#[tokio::test]
async fn a_reload_takes_all_of_it() {
    let mut world = World::watching(&[(0, "duty"), (30, "head")]).await;
    let sources = [
        source("rumours", "feed", "/feed.xml", "article = false"),
        source("second", "feed", "/second.xml", "article = false"),
    ];
    world.write("sources.toml", &sources.concat());
    let people = std::fs::read_to_string(world.dir().join("people.toml")).unwrap();
    world.write("people.toml", &people.replace("duty@lanli.example", "night@lanli.example"));
    world.rooms().reload(world.config(), world.now()).await.unwrap();
    world.site.put("/second.xml", feed(&[]));
    let page = feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
    assert!(world.site.paths().contains(&"/second.xml".to_owned()), "the new source is watched");
    assert_eq!(world.mailed(), ["night"], "and the new address written to");
    world.write("sources.toml", &sources[1]);
    world.rooms().reload(world.config(), world.now()).await.unwrap();
    assert_eq!(world.sql("SELECT key, state FROM source ORDER BY key"), ["rumours|retired", "second|active"]);
    assert_eq!(world.sql("SELECT count(*) FROM entry"), ["2"], "what was stored stays");
}

#[tokio::test]
async fn a_reload_keeps_the_old_one_where_a_word_of_it_is_wrong() {
    let mut world = World::watching(&[(0, "duty"), (30, "head")]).await;
    world.write(
        "lexicons/a1.toml",
        "name = \"空\"\nversion = \"2\"\ncategory = \"A1\"\nterms = [\"欠薪\"]\nweigth = 3\n",
    );
    let problems = config::load(world.dir()).unwrap_err().to_string();
    assert!(problems.contains("weigth") && problems.contains("weight"), "{problems}");
    let page = feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
    assert_eq!(world.mailed(), ["duty"], "judged by the terms that were there");
}

#[tokio::test]
async fn a_reload_does_not_move_the_database() {
    let world = World::watching(&[(0, "duty")]).await;
    let settings = std::fs::read_to_string(world.dir().join("tingfeng.toml")).unwrap();
    world.write("tingfeng.toml", &format!("{settings}[store]\npath = \"other.db\"\n"));
    let error = world.rooms().reload(world.config(), world.now()).await.unwrap_err().to_string();
    assert!(error.contains("store.path cannot change while the daemon runs"), "{error}");
}
