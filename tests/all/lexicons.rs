//! Living with lexicons: taken in, in force from a day on, matched against what is stored, judged by what they found.

use crate::world::{Item, NOISE, Setup, World, feed, rumour};
use chrono::TimeDelta;
use clap::Parser;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tingfeng::app::{self, Plan, Snapshot, Tally};
use tingfeng::cli::{self, Args, End};
use tingfeng::desk::{self, Done};
use tingfeng::model::Verdict;
use tingfeng::store::Wanted;

/// The lexicon A1 with other terms.
fn a1(version: &str, more: &str, terms: &str) -> String {
    format!(
        "name = \"重大负面\"\nversion = \"{version}\"\ncategory = \"A1\"\n{more}\nterms = [{terms}]\n[[term]]\ntext = \"大股东减持\"\ncategory = \"B1\"\n"
    )
}

/// A sentence that names us and is nobody else's story.
fn says(what: &str, n: usize) -> String {
    const WHERE: [&str; 6] = ["砚溪湖边", "老城区里", "高新园内", "渡口那头", "车站对面", "江堤之上"];
    format!("有人在{}听说，岚栎科技{what}，此事尚无下文。", WHERE[n % 6])
}

async fn publish(world: &mut World, items: &[(&str, &str)]) {
    let now = world.now();
    let items: Vec<Item> = items.iter().map(|(path, text)| Item::new(path, path, text, now)).collect();
    world.publish("/feed.xml", feed(&items)).await;
}

async fn reload(world: &World) {
    world.rooms().reload(world.config(), world.now()).await.unwrap();
}

const TERMS: &str =
    "SELECT DISTINCT json_extract(place.value, '$[3]') FROM hits, json_each(hits.found) AS place
                      WHERE json_extract(place.value, '$[4]') <> 'subject' ORDER BY 1";

#[tokio::test]
async fn a_version_comes_into_force_when_its_day_begins_here() {
    let mut world = World::watching(&[(0, "duty")]).await;
    world.write("lexicons/a1.toml", &a1("2", "effective = 2026-11-26", "\"拖欠薪水\""));
    reload(&world).await;
    publish(&mut world, &[("/1", &says("已被立案调查", 1)), ("/2", &says("拖欠薪水", 2))]).await;
    assert_eq!(world.sql(TERMS), ["立案调查"], "until then the version before it");
    world.restart().await;
    publish(&mut world, &[("/3", &says("财务造假", 3))]).await;
    assert_eq!(world.sql(TERMS), ["立案调查", "财务造假"], "a restart does not forget it");
    world
        .advance("2026-11-25T23:59:00+08:00".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - world.now())
        .await;
    publish(&mut world, &[("/4", &says("拖欠薪水", 4))]).await;
    assert_eq!(world.sql(TERMS).len(), 2, "a minute is missing");
    let under_way = world.rooms().current();
    world.advance(TimeDelta::minutes(1)).await;
    publish(&mut world, &[("/5", &says("拖欠薪水，债务违约", 5))]).await;
    assert_eq!(world.sql(TERMS), ["拖欠薪水", "立案调查", "财务造假"], "the new one alone, by itself");
    assert!(under_way.book.lexicon_version().contains("a1@1"), "and whoever took the old one still has it");
    assert_eq!(world.sql("SELECT count(DISTINCT lexicon) FROM hits"), ["2"], "each hit knows by which");
}

#[tokio::test]
async fn a_lexicon_without_an_earlier_version_waits_in_silence() {
    let setup = Setup::default()
        .file("lexicons/z9.toml", "name = \"试用\"\nversion = \"1\"\ncategory = \"Z9\"\neffective = 2027-01-01\nterms = [\"拖欠薪水\"]\n")
        .edit("rules.toml", "[\"subject:*\", \"category:B1\"]", "[\"subject:*\", \"category:B1|Z9\"]");
    let mut world = World::settled(setup).await;
    publish(&mut world, &[("/1", &says("拖欠薪水", 1))]).await;
    assert!(
        world.sql(TERMS).is_empty() && world.incidents().is_empty(),
        "its category may be named, its terms are not found"
    );
}

#[tokio::test]
async fn a_visit_under_way_ends_with_the_lexicons_it_began_with() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let before = world.rooms().current();
    let items = [Item::new("/1", "停产", &says("已被立案调查，拖欠薪水", 1), world.now())];
    let asked = world.site.asked().len();
    world.site.put("/feed.xml", feed(&items).delay(Duration::from_millis(400)));
    let (rooms, now) = (world.rooms().clone(), world.now());
    rooms.store.write(move |tx| tx.make_sources_due(now)).await.unwrap();
    let visit = tokio::spawn(async move { app::crawl_round(&rooms, |_| {}).await.unwrap() });
    while world.site.asked().len() == asked {
        tokio::task::yield_now().await;
    }
    world.write("lexicons/a1.toml", &a1("2", "", "\"拖欠薪水\""));
    reload(&world).await;
    let after = world.rooms().current();
    visit.await.unwrap();
    assert_eq!(world.sql(TERMS), ["立案调查"], "what was under way knows nothing of the new one");
    assert_eq!(world.sql("SELECT lexicon FROM hits"), [before.lexicon_id.to_string()]);
    assert_ne!(before.lexicon_id, after.lexicon_id);
    publish(&mut world, &[("/2", &says("拖欠薪水", 2))]).await;
    assert_eq!(world.sql(TERMS), ["拖欠薪水", "立案调查"], "and what begins now knows it");
    world.write("lexicons/a1.toml", "name = \"重大负面\"\nterms = [\"欠\"\n");
    let broken = tingfeng::config::load(world.dir()).unwrap_err().to_string();
    assert!(broken.contains("a1.toml:"), "{broken}");
    assert!(Arc::ptr_eq(&after, &world.rooms().current()), "a broken one changes nothing");
}

async fn rescan(world: &World, apply: bool, alert: bool) -> Tally {
    rescan_some(world, apply, alert, Wanted::default()).await
}

async fn rescan_some(world: &World, apply: bool, alert: bool, wanted: Wanted) -> Tally {
    let store = &world.rooms().store;
    let snapshot = if apply {
        Snapshot::without_mail(world.config(), store, world.now()).await.unwrap()
    } else {
        Snapshot::to_look(world.config(), store, world.now()).await.unwrap()
    };
    let plan = Plan { wanted, apply, alert, samples: 3, actor: "monitor".to_owned() };
    app::rescan(store, &Arc::new(snapshot), &plan, world.now(), |_| {}).await.unwrap()
}

const HITS: &str = "SELECT revision, lexicon, n, found FROM hits ORDER BY revision";

#[tokio::test]
async fn a_rescan_counts_first_and_rewrites_when_told() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let phone = says("债务违约，电话13812345678", 3);
    publish(&mut world, &[("/1", &says("拖欠薪水", 1)), ("/2", &says("财务造假", 2)), ("/3", &phone)]).await;
    let (hits, mailed) = (world.sql(HITS), world.mailed());
    world.write("lexicons/a1.toml", &a1("2", "", "\"拖欠薪水\", \"债务违约\""));
    reload(&world).await;
    let counted = rescan(&world, false, false).await;
    let of = |tally: &Tally, term: &str| {
        tally.terms.get(&("A1".to_owned(), term.to_owned())).map(|one| (one.new, one.gone, one.changed))
    };
    assert_eq!(of(&counted, "拖欠薪水"), Some((1, 0, 0)));
    assert_eq!(of(&counted, "财务造假"), Some((0, 1, 0)));
    assert_eq!(of(&counted, "债务违约"), None, "unchanged");
    let samples = &counted.terms[&("A1".to_owned(), "拖欠薪水".to_owned())].samples;
    let marked = samples[0].quote.iter().find(|part| part.hit.is_some()).unwrap();
    assert_eq!((samples.len(), marked.text.as_str()), (1, "拖欠薪水"));
    assert_eq!((counted.sums.revisions, counted.sums.differ, counted.sums.fire), (4, 2, 1));
    assert_eq!(world.sql(HITS), hits, "counting writes nothing");
    assert!(world.sql("SELECT key FROM meta WHERE key = 'rescan'").is_empty());

    let applied = rescan(&world, true, false).await;
    assert_eq!((applied.sums.new, applied.sums.gone), (1, 1));
    assert_eq!(
        world.sql(TERMS),
        ["pii:mobile", "债务违约", "拖欠薪水"],
        "personal data of the old scan is kept"
    );
    assert_eq!(
        world.sql("SELECT DISTINCT lexicon FROM hits"),
        [world.rooms().current().lexicon_id.to_string()]
    );
    world.pass().await;
    assert_eq!(world.mailed(), mailed, "no alert on old text unless told");
    assert_eq!(
        world.sql("SELECT kind || ' ' || actor FROM event WHERE kind = 'rescanned'"),
        ["rescanned monitor"]
    );
    let again = rescan(&world, true, false).await;
    assert_eq!((again.sums.differ, again.resumed), (0, false), "repeated, it changes nothing");
}

#[tokio::test]
async fn a_rescan_that_was_killed_goes_on_where_it_was() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let texts: Vec<(String, String)> =
        (0..450).map(|n| (format!("/{n}"), format!("第{n}户业主反映，物业拖欠薪水。"))).collect();
    let items: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    publish(&mut world, &items).await;
    world.write("lexicons/a1.toml", &a1("2", "", "\"拖欠薪水\""));
    reload(&world).await;
    let store = world.rooms().store.clone();
    let snapshot = Arc::new(Snapshot::without_mail(world.config(), &store, world.now()).await.unwrap());
    let plan = Plan {
        wanted: Wanted::default(),
        apply: true,
        alert: false,
        samples: 3,
        actor: "monitor".to_owned(),
    };
    let (sender, mut steps) = tokio::sync::mpsc::unbounded_channel();
    let running = tokio::spawn({
        let (store, now) = (store.clone(), world.now());
        async move { app::rescan(&store, &snapshot, &plan, now, |step| sender.send(step).unwrap()).await }
    });
    let first = steps.recv().await.unwrap();
    running.abort();
    let _ = running.await;
    let done: usize = world.sql("SELECT count(*) FROM hits")[0].parse().unwrap();
    assert!(done > 0 && done < 450 && first.revisions <= 200, "{done} of 450 before the kill");
    let mark = world.sql("SELECT value FROM meta WHERE key = 'rescan'");
    let rest = rescan(&world, true, false).await;
    assert!(rest.resumed, "{mark:?}");
    assert_eq!((rest.sums.revisions, rest.sums.new), (451, 450), "sums of both parts");
    let of_rest = rest.terms.values().map(|one| one.new).sum::<usize>();
    assert!(of_rest < 450, "what was done was not done again: {of_rest}");
    assert_eq!(world.sql("SELECT count(*) FROM hits"), ["450"]);
    assert!(world.sql("SELECT key FROM meta WHERE key = 'rescan'").is_empty());

    // Left by other lexicons, a mark means nothing.
    store.write(move |tx| tx.mark_rescan(&mark[0])).await.unwrap();
    world.write("lexicons/a1.toml", &a1("3", "", "\"物业拖欠\""));
    reload(&world).await;
    let other = rescan(&world, true, false).await;
    assert_eq!((other.resumed, other.sums.new, other.sums.gone), (false, 450, 450));
}

#[tokio::test]
async fn old_text_alerts_only_when_told_and_never_what_a_first_visit_brought() {
    let setup = Setup::default().ladder(&[(0, "duty")]);
    let mut world = setup.start().await;
    let at = world.now();
    let first = Item::new("/0", "旧事", &says("拖欠薪水", 1), at);
    world.publish("/feed.xml", feed(&[first])).await;
    let undated = Item::new("/1", "无日期", &says("拖欠薪水多时", 2), at).undated();
    let fresh = Item::new("/2", "新事", &says("拖欠薪水数月", 3), at);
    world.publish("/feed.xml", feed(&[undated, fresh, Item::new("/3", "馆", NOISE, at)])).await;
    assert!(world.mailed().is_empty());
    world.write("lexicons/a1.toml", &a1("2", "", "\"拖欠薪水\""));
    reload(&world).await;
    let tally = rescan(&world, true, true).await;
    assert_eq!((tally.sums.fire, tally.sums.mentions), (3, 3));
    world.pass().await;
    assert_eq!(world.incidents(), ["orange open"], "the fresh one alone");
    assert_eq!(world.mailed(), ["duty"]);
    assert_eq!(world.sql("SELECT old FROM mention ORDER BY entry"), ["first_visit", "undated", ""]);
    let said = "SELECT actor FROM event WHERE kind = 'from_rescan' AND subject LIKE 'incident:%'";
    assert_eq!(world.sql(said), ["monitor"], "`why` tells that it came from a rescan, and whose");
    let again = rescan(&world, true, true).await;
    assert_eq!((again.sums.fire, again.sums.mentions), (0, 0), "once");
}

#[tokio::test]
async fn a_rescan_of_a_part_leaves_the_rest() {
    let mut world = World::watching(&[(0, "duty")]).await;
    publish(&mut world, &[("/1", "物业拖欠薪水。")]).await;
    world.advance(TimeDelta::days(2)).await;
    let noon = world.now();
    publish(&mut world, &[("/2", "食堂拖欠薪水。")]).await;
    world.write("lexicons/a1.toml", &a1("2", "", "\"拖欠薪水\""));
    reload(&world).await;
    for (why, wanted, expected) in [
        ("since", Wanted { since: Some(noon), ..Wanted::default() }, 1),
        ("until", Wanted { until: Some(noon), ..Wanted::default() }, 1),
        ("of a source", Wanted { source: Some("rumours".into()), ..Wanted::default() }, 2),
        ("of another", Wanted { source: Some("other".into()), ..Wanted::default() }, 0),
    ] {
        assert_eq!(rescan_some(&world, false, false, wanted).await.sums.new, expected, "{why}");
    }
}

#[tokio::test]
async fn verdicts_count_for_terms_and_teach_their_forms() {
    let mut world = World::watching(&[(0, "duty")]).await;
    let texts: Vec<String> = (0..4).map(rumour).collect();
    publish(&mut world, &[("/1", &texts[0]), ("/2", &texts[1]), ("/3", &texts[2]), ("/4", &texts[3])]).await;
    assert_eq!(world.incidents().len(), 4);
    // As if the term had been found in a loose way.
    let file = rusqlite::Connection::open(world.database()).unwrap();
    let loose = "UPDATE hits SET found = replace(found, '\"立案调查\",\"A1\",\"plain\"', '\"立案调查\",\"A1\",\"homophone\"')";
    assert_eq!(file.execute(loose, []).unwrap(), 4);
    drop(file);
    let entry: i64 = world.sql("SELECT entry FROM mention ORDER BY id")[0].parse().unwrap();
    let number = world.sql("SELECT number FROM incident ORDER BY id")[1].clone();
    let now = world.now();
    let judged = world.rooms().store.write(move |tx| {
        desk::judge(tx, entry, "monitor", Verdict::Irrelevant, now)?;
        let nobody = desk::judge(tx, 1, "monitor", Verdict::True, now)?;
        desk::close(tx, &number, "monitor", Verdict::Irrelevant, Some("不是我们"), now)?;
        Ok(nobody)
    });
    assert!(matches!(judged.await.unwrap(), Done::No(why) if why.contains("no rule has fired on entry 1")));
    let precision = app::precision(&world.rooms().store, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let count = &precision.terms[&("立案调查".to_owned(), "A1".to_owned())];
    assert_eq!(
        (count.mentions, count.judged(), count.wrong()),
        (4, 2, 2),
        "by its entry, and by its incident"
    );
    let taught = precision.taught();
    assert_eq!(taught.len(), 1);
    assert_eq!(
        (taught[0].form.as_str(), taught[0].right),
        ("立案调查", false),
        "the form as the text has it"
    );
    let none = app::precision(&world.rooms().store, now + TimeDelta::days(1)).await.unwrap();
    assert!(none.terms.is_empty(), "since then there is nothing");
}

fn command(dir: &Path, arguments: &[&str]) -> Result<End, String> {
    let dir = dir.display().to_string();
    let all = ["tingfeng", "-c", &dir].into_iter().chain(arguments.iter().copied());
    cli::run(Args::try_parse_from(all).map_err(|error| error.to_string())?)
        .map_err(|error| format!("{error:#}"))
}

#[tokio::test]
async fn a_list_from_a_spreadsheet_becomes_a_lexicon() {
    let mut world = World::watching(&[(0, "duty")]).await;
    world.kill();
    let dir = world.dir().to_owned();
    let list = dir.join("mine.csv");
    let (bytes, ..) = encoding_rs::GBK
        .encode("词,类别,权重,排除\n拖欠薪水,A1,4,\n立案调查,A1,5,\n跌,A1,,\n克扣工资,,,未克扣工资\n");
    std::fs::write(&list, &bytes).unwrap();
    let path = list.display().to_string();
    let done = tokio::task::spawn_blocking(move || {
        let lexicon = dir.join("lexicons/a9.toml");
        let import = |more: &[&str]| {
            command(&dir, &[&["lexicon", "import", &path, "--key", "a9", "--category", "A9"], more].concat())
        };
        assert_eq!(import(&["-n"]), Ok(End::Findings), "a dry run says the same");
        assert!(!lexicon.exists(), "and writes nothing");
        assert_eq!(import(&[]), Ok(End::Findings), "a line was refused");
        let text = std::fs::read_to_string(&lexicon).unwrap();
        assert!(
            text.contains("拖欠薪水") && text.contains("克扣工资") && !text.contains("立案调查"),
            "{text}"
        );
        assert!(import(&[]).unwrap_err().contains("--force"), "never over another");
        assert_eq!(import(&["--force"]), Ok(End::Findings));
        assert_eq!(command(&dir, &["check"]), Ok(End::Fine), "what was written is a good lexicon");
        assert_eq!(command(&dir, &["lexicon", "list"]), Ok(End::Fine));
        assert_eq!(command(&dir, &["lexicon", "check"]), Ok(End::Fine));
        assert_eq!(command(&dir, &["lexicon", "stats"]), Ok(End::Fine));
        assert_eq!(command(&dir, &["rescan"]), Ok(End::Fine));
        let doubtful = dir.join("doubtful.txt");
        std::fs::write(&doubtful, "退市\n强制退市\n").unwrap();
        let path = doubtful.display().to_string();
        assert_eq!(
            command(&dir, &["lexicon", "check", &path]),
            Ok(End::Findings),
            "one of the two does nothing"
        );
    });
    done.await.unwrap();
}
