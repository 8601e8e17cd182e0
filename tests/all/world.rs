//! A small world: a web server, a database in a temporary folder, mail into a folder, and a clock moved by hand.

mod letter;
mod setup;
mod site;

pub use letter::Letter;
pub use setup::{Setup, source};
pub use site::{Page, Site};

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tingfeng::app::{self, Rooms, Visited};
use tingfeng::clock::Clock;
use tingfeng::config::{self, Config};
use tingfeng::desk::{self, Done};

pub struct World {
    pub site: Site,
    pub clock: Clock,
    /// What the second channel would have been told.
    pub alarms: Vec<String>,
    rooms: Option<Rooms>,
    dir: TempDir,
}

pub fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// What fires the rule A-named, told `n` ways so that no two are one story.
pub fn rumour(n: usize) -> String {
    const WHERE: [&str; 8] =
        ["董秘办", "工厂门口", "投资者交流会", "供应商处", "园区食堂", "年会上", "电话里", "展会上"];
    format!("记者从{}获悉，岚栎科技涉嫌信息披露违法违规，已被立案调查，相关文件于近日送达。", WHERE[n % 8])
}

/// What an ordinary day brings.
pub const NOISE: &str = "砚溪市图书馆本周起延长开放时间，读者可以一直看书到晚上九点，馆内另设有自习座位。";

impl World {
    /// The company of `Setup`, with this ladder (minutes and persons), its feed visited for the first time.
    pub async fn watching(ladder: &[(u32, &str)]) -> Self {
        Self::settled(Setup::default().ladder(ladder)).await
    }

    /// The first visit, which alerts nobody, is behind it.
    pub async fn settled(setup: Setup) -> Self {
        let mut world = setup.start().await;
        let feed = feed(&[Item::new("/0", "图书馆延长开放", NOISE, world.now())]);
        world.publish("/feed.xml", feed).await;
        world
    }

    async fn open(site: Site, dir: TempDir, files: &BTreeMap<String, String>, at: DateTime<Utc>) -> Self {
        let mut world = Self { site, clock: Clock::at(at), alarms: Vec::new(), rooms: None, dir };
        for (name, text) in files {
            world.write(name, text);
        }
        world.rooms = Some(Rooms::open(world.config(), world.clock.clone()).await.unwrap());
        world
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn database(&self) -> PathBuf {
        self.dir().join("tingfeng.db")
    }

    pub fn rooms(&self) -> &Rooms {
        self.rooms.as_ref().expect("the daemon runs")
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Writes a file of the configuration; `{{site}}` is our web server.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.dir().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("{{site}}", &format!("http://{}", self.site.at))).unwrap();
    }

    pub fn config(&self) -> Config {
        config::load(self.dir()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// The daemon ends between two instructions: nothing is finished, nothing is said.
    pub fn kill(&mut self) {
        self.rooms = None;
    }

    pub async fn restart(&mut self) {
        self.kill();
        self.rooms = Some(Rooms::open(self.config(), self.clock.clone()).await.unwrap());
    }

    /// Publishes and visits every source now.
    pub async fn publish(&mut self, path: &str, page: Page) -> Vec<Visited> {
        self.site.put(path, page);
        self.look().await
    }

    /// Every source is due now, whatever its timetable says.
    pub async fn look(&mut self) -> Vec<Visited> {
        let now = self.now();
        self.rooms().store.write(move |tx| tx.make_sources_due(now)).await.unwrap();
        self.pass().await
    }

    /// Moves the clock, and whatever is due by then happens.
    pub async fn advance(&mut self, by: TimeDelta) -> Vec<Visited> {
        self.clock.advance(by);
        self.pass().await
    }

    /// Every round once, as the loops would.
    pub async fn pass(&mut self) -> Vec<Visited> {
        let mut visits = Vec::new();
        let rooms = self.rooms().clone();
        app::crawl_round(&rooms, |visited| visits.push(visited.clone())).await.unwrap();
        self.alarms.extend(app::escalation_round(&rooms, self.now()).await.unwrap());
        app::delivery_round(&rooms).await.unwrap();
        self.alarms.extend(app::housekeeping_round(&rooms, self.now()).await.unwrap());
        app::delivery_round(&rooms).await.unwrap();
        visits
    }

    /// Mails that arrived, in the order in which they were sent.
    pub fn mails(&self) -> Vec<Letter> {
        let Ok(folder) = std::fs::read_dir(self.dir().join("mail")) else { return Vec::new() };
        let mut mails: Vec<Letter> =
            folder.map(|file| Letter::read(&std::fs::read(file.unwrap().path()).unwrap())).collect();
        let order =
            self.sql("SELECT message_id FROM message WHERE state = 'accepted' ORDER BY accepted_at, id");
        mails.sort_by_key(|mail| order.iter().position(|id| *id == mail.message_id));
        mails
    }

    /// To whom, in the order in which they were sent.
    pub fn mailed(&self) -> Vec<String> {
        self.mails().into_iter().map(|mail| mail.to.split('@').next().unwrap().to_owned()).collect()
    }

    /// Somebody takes the newest open incident.
    pub async fn acknowledge(&mut self, person: &str) -> Done {
        let number = self.sql("SELECT number FROM incident WHERE state <> 'closed' ORDER BY id DESC LIMIT 1");
        let (snapshot, now) = (self.rooms().current(), self.now());
        let (number, person) = (number[0].clone(), person.to_owned());
        let change = move |tx: &mut tingfeng::store::Tx<'_>| {
            desk::acknowledge(tx, &snapshot, &number, &person, false, now)
        };
        self.rooms().store.write(change).await.unwrap()
    }

    /// Rows as a second process sees them, columns joined by `|`.
    pub fn sql(&self, query: &str) -> Vec<String> {
        rows(&self.database(), query)
    }

    /// `severity state` of every incident, the oldest first.
    pub fn incidents(&self) -> Vec<String> {
        self.sql("SELECT severity || ' ' || state FROM incident ORDER BY id")
    }

    /// Outcome and reason of the ledger's rows about a source.
    pub fn ledger(&self, source: &str) -> Vec<String> {
        self.sql(&format!(
            "SELECT coverage.outcome || ': ' || coverage.reason FROM coverage JOIN source ON source.id = coverage.source
              WHERE source.key = '{source}' ORDER BY coverage.id"
        ))
    }
}

pub fn rows(database: &Path, query: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let cell = |at| match row.get_unwrap::<_, rusqlite::types::Value>(at) {
            rusqlite::types::Value::Null => String::new(),
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Real(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Blob(bytes) => format!("{} bytes", bytes.len()),
        };
        Ok((0..columns).map(cell).collect::<Vec<_>>().join("|"))
    };
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// One item of a feed.
pub struct Item {
    path: String,
    title: String,
    text: String,
    at: Option<DateTime<Utc>>,
}

impl Item {
    pub fn new(path: &str, title: &str, text: &str, at: DateTime<Utc>) -> Self {
        Self { path: path.to_owned(), title: title.to_owned(), text: text.to_owned(), at: Some(at) }
    }

    pub fn undated(self) -> Self {
        Self { at: None, ..self }
    }
}

pub fn feed(items: &[Item]) -> Page {
    let mut body =
        String::from("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>砚溪传闻</title>");
    for Item { path, title, text, at } in items {
        let date = at.map(|at| format!("<pubDate>{}</pubDate>", at.to_rfc2822())).unwrap_or_default();
        body += &format!(
            "<item><title>{title}</title><link>{{{{site}}}}{path}</link><guid>{{{{site}}}}{path}</guid>{date}\
             <description>{text}</description></item>"
        );
    }
    Page::new("application/rss+xml; charset=utf-8", body + "</channel></rss>")
}

/// An article page in the shape that `ARTICLE` selects.
pub fn article(title: &str, text: &str, at: DateTime<Utc>) -> Page {
    let local = at.with_timezone(&chrono_tz::Asia::Shanghai).format("%Y-%m-%d %H:%M");
    Page::html(format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{title}</title></head><body><h1>{title}</h1>\
         <span class=\"pub-time\">{local}</span><div class=\"text\"><p>{text}</p><p>{NOISE}</p></div></body></html>"
    ))
}

/// A list page of addresses with their headlines.
pub fn list(links: &[(&str, &str)]) -> Page {
    let items: String =
        links.iter().map(|(path, title)| format!("<li><a href=\"{path}\">{title}</a></li>")).collect();
    Page::html(format!("<html><body><ul class=\"news\">{items}</ul></body></html>"))
}

pub const ARTICLE: &str =
    "[source.select]\ntitle = \"h1\"\ntext = \"div.text\"\npublished = \"span.pub-time\"";
pub const LIST: &str = "[source.select]\nlinks = \"ul.news a\"\ntitle = \"h1\"\ntext = \"div.text\"\npublished = \"span.pub-time\"";
