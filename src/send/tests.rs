use super::sink::{Act, Sink};
use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const OPEN: &[&str] = &["8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN"];
const BYTES: &[u8] =
    b"Date: Tue, 24 Nov 2026 14:45:00 +0000\r\nSubject: test\r\n\r\nfirst\r\n.\r\n..second\r\n.\r\n";

fn letter(to: &'static str) -> Letter<'static> {
    Letter { from: "听风 <tingfeng@lanli.example>", to, message_id: "<a1@lanli.example>", bytes: BYTES }
}

/// A carrier to the sink with a certificate file in `folder`.
fn smtp(sink: &Sink, security: Security, folder: &std::path::Path) -> Smtp {
    let ca_file = folder.join("ca.pem");
    std::fs::write(&ca_file, &sink.certificate).unwrap();
    let short = Duration::from_millis(400);
    Smtp {
        host: if security == Security::Plain { "127.0.0.1" } else { "localhost" }.to_owned(),
        port: sink.at.port(),
        security,
        username: None,
        password: None,
        ca_file: Some(ca_file),
        hello: Some("watch.lanli.example".to_owned()),
        limits: Limits {
            connect: Duration::from_secs(5),
            command: Duration::from_secs(5),
            body: short,
            dot: short,
        },
    }
}

fn brief(carried: &Carried) -> String {
    match carried {
        Carried::Accepted { .. } => "accepted".to_owned(),
        Carried::Later { stage, .. } => format!("later at {}", stage.key()),
        Carried::Refused { stage, .. } => format!("refused at {}", stage.key()),
        Carried::Unknown { .. } => "unknown".to_owned(),
        Carried::Withdrawn => "withdrawn".to_owned(),
    }
}

#[tokio::test]
async fn p2_every_end_of_a_dialogue_has_its_name() {
    let slow = Act::Wait(Duration::from_secs(3));
    for (why, verb, act, expected, asked) in [
        ("nothing wrong", "NONE", Act::Drop, "accepted", 1),
        ("a server that is full of connections", "GREETING", Act::Say("421 too busy"), "later at connect", 0),
        ("a server that takes no mail at all", "GREETING", Act::Say("554 no service"), "later at connect", 0),
        ("hung up before a word", "GREETING", Act::Drop, "later at connect", 0),
        ("no SMTP at all", "GREETING", Act::Say("HTTP/1.1 400 Bad Request"), "later at connect", 0),
        ("a greeting that never comes", "GREETING", slow.clone(), "later at connect", 0),
        ("the sender is refused: our fault", "MAIL", Act::Say("553 not your address"), "later at sender", 0),
        ("greylisting", "RCPT", Act::Say("450 4.2.0 greylisted"), "later at recipient", 0),
        ("no such person", "RCPT", Act::Say("550 5.1.1 no such user"), "refused at recipient", 0),
        ("log in first: our fault", "RCPT", Act::Say("530 authentication required"), "later at recipient", 0),
        ("lost at RCPT", "RCPT", Act::Drop, "later at recipient", 0),
        ("DATA refused for now", "DATA", Act::Say("451 not now"), "later at data", 1),
        ("DATA refused for ever", "DATA", Act::Say("554 no"), "refused at data", 1),
        ("lost before a byte of the mail", "DATA", Act::Drop, "later at data", 1),
        ("the mailbox is full for ever", "DOT", Act::Say("552 mailbox full"), "refused at body", 1),
        ("taken for spam", "DOT", Act::Say("554 5.7.1 spam"), "refused at body", 1),
        ("the disk over there is full", "DOT", Act::Say("452 no space"), "later at body", 1),
        ("lost after the dot", "DOT", Act::Drop, "unknown", 1),
        ("no reply to the dot in time", "DOT", slow.clone(), "unknown", 1),
        ("nonsense after the dot", "DOT", Act::Say("hello?"), "unknown", 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let sink = Sink::start(false, OPEN, &[(verb, act)]).await;
        let mut smtp = smtp(&sink, Security::Plain, folder.path());
        smtp.limits.command = Duration::from_millis(400);
        let calls = AtomicUsize::new(0);
        let carried = carry(&Carrier::Smtp(smtp), &letter("duty@lanli.example"), || {
            calls.fetch_add(1, Ordering::SeqCst);
            std::future::ready(true)
        })
        .await;
        assert_eq!(brief(&carried), expected, "{why}: {carried:?}");
        assert_eq!(calls.load(Ordering::SeqCst), asked, "{why}: the check before DATA");
    }
}

#[tokio::test]
async fn p2_a_mail_cut_short_was_certainly_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(false, OPEN, &[("BODY", Act::Drop)]).await;
    let mut smtp = smtp(&sink, Security::Plain, folder.path());
    smtp.limits.body = Duration::from_secs(10);
    // More than the buffers between two sockets hold, so the loss is seen before the dot.
    let bytes = b"0123456789abcdef0123456789abcdef\r\n".repeat(1_000_000);
    let letter = Letter { bytes: &bytes, ..letter("duty@lanli.example") };
    let carried = carry(&Carrier::Smtp(smtp), &letter, || std::future::ready(true)).await;
    assert_eq!(brief(&carried), "later at body", "{carried:?}");
}

#[tokio::test]
async fn a_withdrawn_mail_says_nothing_of_itself() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(false, OPEN, &[]).await;
    let smtp = smtp(&sink, Security::Plain, folder.path());
    let carried =
        carry(&Carrier::Smtp(smtp), &letter("duty@lanli.example"), || std::future::ready(false)).await;
    assert_eq!(carried, Carried::Withdrawn);
    let lines = sink.lines();
    assert_eq!(lines[3..], ["RSET", "QUIT"], "{lines:?}");
    assert!(sink.mails().is_empty());

    let mails = folder.path().join("mail");
    let carried =
        carry(&Carrier::Folder(mails.clone()), &letter("duty@lanli.example"), || std::future::ready(false))
            .await;
    assert_eq!(carried, Carried::Withdrawn);
    assert!(!mails.exists());
}

#[tokio::test]
async fn the_mail_arrives_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for (why, implicit, security) in [
        ("plain, to this machine", false, Security::Plain),
        ("STARTTLS", false, Security::Starttls),
        ("TLS from the start", true, Security::Tls),
    ] {
        for features in [OPEN, &["STARTTLS", "AUTH LOGIN"]] {
            let sink = Sink::start(implicit, features, &[]).await;
            let smtp = Smtp {
                username: Some("tingfeng@lanli.example".to_owned()),
                password: Some(Secret::new("opensesame")),
                ..smtp(&sink, security, folder.path())
            };
            let (said, carried) = dialogue(&Carrier::Smtp(smtp), &letter("duty@lanli.example")).await;
            assert_eq!(
                carried,
                Carried::Accepted { reply: "250 2.0.0 queued as 4711".to_owned() },
                "{why}: {said:#?}"
            );
            assert_eq!(sink.mails(), [BYTES], "{why}: dots and all");
            let lines = sink.lines();
            assert!(lines.contains(&"EHLO watch.lanli.example".to_owned()), "{lines:?}");
            assert!(lines.contains(&"AUTH".to_owned()), "{lines:?}");
            assert!(lines.contains(&"RCPT TO:<duty@lanli.example>".to_owned()), "{lines:?}");
            let said = said.join("\n");
            for word in ["> MAIL FROM:<tingfeng@lanli.example>", "< 250 2.0.0 queued as 4711", "<secret>"] {
                assert!(said.contains(word), "{why}: {said}");
            }
            for secret in ["opensesame", "b3BlbnNlc2FtZQ"] {
                assert!(!said.contains(secret), "{why}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn encryption_is_never_given_up() {
    let folder = tempfile::tempdir().unwrap();
    for (why, features, act, trusted) in [
        ("STARTTLS is not offered", &["8BITMIME"] as &[_], None, true),
        ("STARTTLS is refused", OPEN, Some(Act::Say("454 not now")), true),
        ("hung up", OPEN, Some(Act::Drop), true),
        (
            "replies slipped in before the handshake",
            OPEN,
            Some(Act::Say("220 go\r\n250-evil\r\n250 AUTH PLAIN")),
            true,
        ),
        ("a certificate that nobody vouches for", OPEN, None, false),
    ] {
        let script: Vec<_> = act.into_iter().map(|act| ("STARTTLS", act)).collect();
        let sink = Sink::start(false, features, &script).await;
        let mut smtp = Smtp {
            username: Some("tingfeng".to_owned()),
            password: Some(Secret::new("opensesame")),
            ..smtp(&sink, Security::Starttls, folder.path())
        };
        if !trusted {
            let other = Sink::start(false, features, &[]).await;
            std::fs::write(smtp.ca_file.as_ref().unwrap(), &other.certificate).unwrap();
        }
        smtp.limits.command = Duration::from_secs(1);
        let carried =
            carry(&Carrier::Smtp(smtp), &letter("duty@lanli.example"), || std::future::ready(true)).await;
        assert_eq!(brief(&carried), "later at tls", "{why}: {carried:?}");
        assert!(!sink.lines().iter().any(|line| line == "AUTH" || line.starts_with("MAIL")), "{why}");
    }
}

#[tokio::test]
async fn plain_text_stays_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(false, OPEN, &[]).await;
    let mut smtp = smtp(&sink, Security::Plain, folder.path());
    smtp.host = "192.0.2.1".to_owned();
    let carried =
        carry(&Carrier::Smtp(smtp), &letter("duty@lanli.example"), || std::future::ready(true)).await;
    let Carried::Later { stage: Stage::Connect, reply } = carried else { panic!("{carried:?}") };
    assert!(reply.contains("starttls"), "{reply}");
}

#[tokio::test]
async fn a_failed_login_names_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    for (why, features, act, word) in [
        ("a wrong password", OPEN, Act::Say("535 5.7.8 bad credentials"), "password_file"),
        ("no AUTH here", &["8BITMIME"] as &[_], Act::Drop, "neither AUTH PLAIN nor LOGIN"),
        ("lost meanwhile", OPEN, Act::Drop, "password_file"),
    ] {
        let sink = Sink::start(false, features, &[("AUTH", act)]).await;
        let smtp = Smtp {
            username: Some("tingfeng".to_owned()),
            password: Some(Secret::new("opensesame")),
            ..smtp(&sink, Security::Plain, folder.path())
        };
        assert!(!format!("{smtp:?}").contains("opensesame"));
        let carried =
            carry(&Carrier::Smtp(smtp), &letter("duty@lanli.example"), || std::future::ready(true)).await;
        let Carried::Later { stage: Stage::Auth, reply } = &carried else { panic!("{why}: {carried:?}") };
        assert!(reply.contains(word), "{why}: {reply}");
    }
}

#[tokio::test]
async fn odd_addresses_end_clearly() {
    let folder = tempfile::tempdir().unwrap();
    for (why, features, to, expected, line) in [
        ("no address", OPEN, "duty", "refused at recipient", None),
        ("two lines", OPEN, "duty@lanli.example>\r\nRCPT TO:<x@lanli.example", "refused at recipient", None),
        (
            "a domain in Chinese needs nothing special",
            OPEN,
            "duty@砚溪.example",
            "accepted",
            Some("RCPT TO:<duty@xn--"),
        ),
        (
            "a name in Chinese where the server cannot",
            OPEN,
            "值班@lanli.example",
            "refused at recipient",
            None,
        ),
        (
            "and where it can",
            &["SMTPUTF8", "8BITMIME"],
            "值班@lanli.example",
            "accepted",
            Some("MAIL FROM:<tingfeng@lanli.example> SMTPUTF8"),
        ),
    ] {
        let sink = Sink::start(false, features, &[]).await;
        let smtp = smtp(&sink, Security::Plain, folder.path());
        let carried = carry(&Carrier::Smtp(smtp), &letter(to), || std::future::ready(true)).await;
        assert_eq!(brief(&carried), expected, "{why}: {carried:?}");
        let lines = sink.lines();
        assert!(line.is_none_or(|line| lines.iter().any(|said| said.starts_with(line))), "{why}: {lines:?}");
    }
}

#[tokio::test]
async fn an_unreachable_server_is_tried_later() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start(false, OPEN, &[]).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for (why, host, port, security) in [
        ("nobody listens", "127.0.0.1", closed, Security::Plain),
        ("nobody listens, TLS", "localhost", closed, Security::Tls),
        ("no such name", "mail.nowhere.invalid", 25, Security::Starttls),
    ] {
        let smtp = Smtp { host: host.to_owned(), port, ..smtp(&sink, security, folder.path()) };
        let carried =
            carry(&Carrier::Smtp(smtp), &letter("duty@lanli.example"), || std::future::ready(true)).await;
        assert_eq!(brief(&carried), "later at connect", "{why}: {carried:?}");
    }
}

#[tokio::test]
async fn p2_a_folder_holds_each_mail_once() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("var/mail");
    let to_folder = Carrier::Folder(mails.clone());
    let again = b"Date: Wed, 25 Nov 2026 14:45:00 +0000\r\nSubject: again\r\n\r\nbody\r\n".as_slice();
    for bytes in [BYTES, BYTES, again] {
        let letter = Letter { bytes, ..letter("duty@lanli.example") };
        let carried = carry(&to_folder, &letter, || std::future::ready(true)).await;
        assert_eq!(brief(&carried), "accepted", "{carried:?}");
    }
    let other =
        Letter { message_id: "<other@lanli.example>", bytes: b"no date", ..letter("duty@lanli.example") };
    carry(&to_folder, &other, || std::future::ready(true)).await;
    let mut names: Vec<String> = std::fs::read_dir(&mails)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "the retry overwrote: {names:?}");
    assert!(names[0].starts_with("202611") && names[0].contains(".eml"), "{names:?}");
    assert!(names[1].starts_with("undated-"), "{names:?}");
    assert_eq!(std::fs::read(mails.join(&names[0])).unwrap(), again);

    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let carried =
        carry(&Carrier::Folder(blocked), &letter("duty@lanli.example"), || std::future::ready(true)).await;
    assert_eq!(brief(&carried), "later at folder");
}

#[test]
fn words_of_stages_come_back() {
    for stage in Stage::ALL {
        assert_eq!(Stage::parse(stage.key()), Some(*stage));
        assert!(!stage.label(Lang::Zh).is_ascii());
    }
    assert_eq!(format!("{} {:?}", Secret::new("x"), Secret::new("x")), "<secret> <secret>");
}
