//! Nothing is told twice, nothing is swallowed (P2).

use crate::world::{Item, Setup, World, feed, minutes, rumour};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tingfeng::app::{self, Rooms};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a mail server answers to a line in place of the usual; `None` in it: it hangs up.
type Whim = fn(&str) -> Option<Option<&'static str>>;

/// A mail server on loopback with whims. The final dot is the line `.`.
#[derive(Clone)]
struct Sink {
    at: SocketAddr,
    whim: Arc<Mutex<Whim>>,
    mails: Arc<Mutex<Vec<(String, String)>>>,
}

impl Sink {
    async fn start(whim: Whim) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Self {
            at: listener.local_addr().unwrap(),
            whim: Arc::new(Mutex::new(whim)),
            mails: Arc::default(),
        };
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = server.clone();
                tokio::spawn(async move { sink.serve(stream).await });
            }
        });
        sink
    }

    /// Recipients of the mails that came whole, with the mail.
    fn mails(&self) -> Vec<(String, String)> {
        self.mails.lock().unwrap().clone()
    }

    fn recipients(&self) -> Vec<String> {
        self.mails().into_iter().map(|(to, _)| to).collect()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut io = BufReader::new(stream);
        io.get_mut().write_all(b"220 sink.test\r\n").await.ok()?;
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if io.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            let usual = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => "250-sink.test\r\n250 8BITMIME",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            if let Some(address) = line.strip_prefix("RCPT TO:<") {
                to = address.split('@').next().unwrap_or_default().to_owned();
            }
            self.reply(&mut io, line, usual).await?;
            if line == "DATA" {
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if io.read_line(&mut mail).await.ok()? == 0 {
                        return None;
                    }
                }
                self.mails.lock().unwrap().push((to.clone(), mail));
                self.reply(&mut io, ".", "250 queued as 4711").await?;
            }
        }
    }

    async fn reply(&self, io: &mut BufReader<TcpStream>, line: &str, usual: &str) -> Option<()> {
        let whim = *self.whim.lock().unwrap();
        let text = whim(line).unwrap_or(Some(usual))?;
        io.get_mut().write_all(format!("{text}\r\n").as_bytes()).await.ok()
    }

    fn whim(&self, whim: Whim) {
        *self.whim.lock().unwrap() = whim;
    }

    fn setup(&self) -> Setup {
        let smtp = format!(
            "transport = \"smtp\"\nfrom = \"tingfeng@lanli.example\"\n[mail.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n",
            self.at.port()
        );
        let mail = "transport = \"folder\"\nfrom = \"tingfeng@lanli.example\"\nhourly_limit = 20\n";
        Setup::default().ladder(&[(0, "duty"), (30, "head")]).edit("tingfeng.toml", mail, &smtp)
    }
}

async fn breaks(world: &mut World) {
    let page = feed(&[Item::new("/1", "岚栎科技被立案调查", &rumour(1), world.now())]);
    world.publish("/feed.xml", page).await;
}

const STATES: &str = "SELECT person || ' ' || state FROM message ORDER BY id";

#[tokio::test]
async fn p2_a_permanent_failure_goes_to_the_fallback_at_once() {
    let sink =
        Sink::start(|line| line.starts_with("RCPT TO:<duty@").then_some(Some("550 5.1.1 no such user")))
            .await;
    let mut world = World::settled(sink.setup()).await;
    breaks(&mut world).await;
    assert_eq!(sink.recipients(), ["monitor"]);
    assert_eq!(world.sql(STATES), ["duty failed", "monitor accepted"]);
    assert_eq!(
        world.sql("SELECT reason FROM message WHERE fallback_of IS NOT NULL"),
        ["fallback: the mail to duty failed"]
    );
    let attempt = world.sql("SELECT stage, outcome, reply FROM attempt ORDER BY id LIMIT 1").remove(0);
    assert!(attempt.starts_with("recipient|failed|") && attempt.contains("no such user"), "{attempt}");
}

#[tokio::test]
async fn p2_fallbacks_end() {
    let sink =
        Sink::start(|line| line.starts_with("RCPT TO:<").then_some(Some("550 5.1.1 no such user"))).await;
    let mut world = World::settled(sink.setup()).await;
    breaks(&mut world).await;
    assert_eq!(world.sql(STATES), ["duty failed", "monitor failed"]);
    world.advance(minutes(10)).await;
    assert_eq!(world.sql(STATES).len(), 2, "nobody is asked twice, and there is no circle");
}

#[tokio::test]
async fn p2_a_passing_failure_is_tried_again_with_the_same_bytes() {
    let sink =
        Sink::start(|line| line.starts_with("RCPT").then_some(Some("451 4.7.1 come back later"))).await;
    let mut world = World::settled(sink.setup()).await;
    breaks(&mut world).await;
    assert_eq!(world.sql(STATES), ["duty queued"]);
    let frozen = world.sql("SELECT hex(frozen) FROM message");
    sink.whim(|_| None);
    world.restart().await;
    world.advance(minutes(1)).await;
    assert_eq!(world.sql(STATES), ["duty accepted"]);
    assert_eq!(world.sql("SELECT hex(frozen) FROM message"), frozen);
    assert_eq!(world.sql("SELECT no, outcome FROM attempt ORDER BY id"), ["1|later", "2|accepted"]);
}

#[tokio::test]
async fn p2_a_lost_reply_to_the_dot_is_sent_once_more_at_most_and_as_the_same_mail() {
    let sink = Sink::start(|line| (line == ".").then_some(None)).await;
    let mut world = World::settled(sink.setup()).await;
    breaks(&mut world).await;
    assert_eq!(sink.mails().len(), 1);
    for _ in 0..4 {
        world.advance(minutes(5)).await;
    }
    let mails = sink.mails();
    assert_eq!(mails.len(), 2, "once more, then it is shown as unknown");
    assert_eq!(mails[0], mails[1], "the same bytes, so that a reader's program sees one mail");
    assert_eq!(world.sql(STATES), ["duty unknown"]);
}

#[tokio::test]
async fn p3_while_the_only_relay_is_down_the_ladder_holds() {
    let sink = Sink::start(|_| None).await;
    let mut world = World::settled(sink.setup()).await;
    breaks(&mut world).await;
    assert_eq!(sink.recipients(), ["duty"]);
    let busy = "421 4.3.2 not now";
    assert_eq!(busy.len(), 17);
    sink.whim(|line| line.starts_with("EHLO").then_some(None));
    let page = feed(&[Item::new("/2", "又一传闻", &rumour(2), world.now())]);
    world.publish("/feed.xml", page).await;
    world.advance(minutes(30)).await;
    world.advance(minutes(30)).await;
    assert_eq!(
        world.sql("SELECT DISTINCT taken FROM climb"),
        ["1"],
        "climbing would tell nobody and use the ladder up"
    );
    assert!(
        world.alarms.iter().any(|alarm| alarm.contains("outbox")),
        "the second channel hears of it: {:?}",
        world.alarms
    );
    sink.whim(|_| None);
    for _ in 0..3 {
        world.advance(minutes(20)).await;
    }
    assert!(sink.recipients().contains(&"head".to_owned()), "{:?}", sink.recipients());
}

#[tokio::test]
async fn p2_what_was_accepted_is_never_sent_again() {
    let sink = Sink::start(|_| None).await;
    let mut world = World::settled(sink.setup()).await;
    breaks(&mut world).await;
    for _ in 0..3 {
        world.restart().await;
        world.look().await;
    }
    assert_eq!(sink.recipients(), ["duty"]);
    // Even where the daemon died before it could write down that the server had taken it.
    world.kill();
    world.sql("UPDATE message SET state = 'sending', stage = 'data', lease_run = 1 RETURNING id");
    world.restart().await;
    world.pass().await;
    let mails = sink.mails();
    assert_eq!(mails.len(), 2, "none lost; doubled only where nobody can know");
    assert_eq!(mails[0], mails[1]);
}

#[tokio::test]
async fn p2_a_mail_under_way_meets_the_check_before_data() {
    let mut world = World::watching(&[(0, "duty"), (30, "head")]).await;
    breaks(&mut world).await;
    world.clock.advance(minutes(30));
    app::escalation_round(world.rooms(), world.now()).await.unwrap();
    let (run, now) = (world.rooms().run, world.now());
    let claimed = world.rooms().store.write(move |tx| tx.claim(run, 1, now)).await.unwrap().remove(0);
    world.acknowledge("duty").await;
    let id = claimed.id;
    assert!(
        !world.rooms().store.write(move |tx| tx.to_data(id, run, now)).await.unwrap(),
        "too late to be sent"
    );
}

#[tokio::test]
async fn a_second_daemon_on_the_same_file_is_refused() {
    let world = World::watching(&[(0, "duty")]).await;
    let error = Rooms::open(world.config(), world.clock.clone())
        .await
        .err()
        .expect("two would climb the same ladders");
    assert!(error.to_string().contains("another Tingfeng is running on"), "{error:#}");
}

#[tokio::test]
async fn in_the_trial_run_all_mail_goes_to_the_monitor_and_says_whom_it_would_have_reached() {
    let setup = Setup::default().ladder(&[(0, "duty"), (0, "board"), (30, "head")]).edit(
        "tingfeng.toml",
        "zone = \"Asia/Shanghai\"\n",
        "zone = \"Asia/Shanghai\"\ntrial_until = 2026-11-26\n",
    );
    let mut world = World::settled(setup).await;
    breaks(&mut world).await;
    assert_eq!(world.mailed(), ["monitor"]);
    let mail = world.mails().remove(0);
    assert!(
        mail.text.contains("试运行：正式运行时将发给：值班员 乔值班、董事会秘书 沈董秘"),
        "{}",
        mail.text
    );
    world.advance(minutes(30)).await;
    assert_eq!(world.mailed(), ["monitor", "monitor"], "the ladder climbs all the same");
    world.advance(minutes(14 * 60)).await; // midnight: the trial is over
    let page = feed(&[Item::new("/2", "又一传闻", &rumour(2), world.now())]);
    world.publish("/feed.xml", page).await;
    assert!(world.mailed().contains(&"board".to_owned()), "{:?}", world.mailed());
}
