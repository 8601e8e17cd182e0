//! The commands. Each names what it does, how to go on, and prints one JSON object a line where `--json` is asked.
//!
//! Exit codes: 0 fine, 1 failed, 2 usage, 3 findings, 78 configuration.

mod actor;
mod backup;
mod check;
mod demo;
mod digest;
mod entry;
mod explain;
mod incident;
mod init;
mod lanes;
mod lexicon;
mod mail;
mod matching;
mod mentions;
mod outbox;
mod output;
mod read;
mod rescan;
mod robots;
mod run;
mod status;
mod visit;
mod why;

use crate::config::{self, Config};
use crate::desk::Done;
use crate::store::Store;
use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the service's configuration lies.
pub const DEFAULT_DIR: &str = "/etc/tingfeng";

/// Tingfeng (听风) watches news sites, forums and feeds for your organisation, and escalates by mail.
///
/// Begin with `tingfeng demo`, which needs nothing. Then `tingfeng init DIR`, edit the files in DIR,
/// `tingfeng check -c DIR`, and `tingfeng run -c DIR`.
#[derive(Debug, Parser)]
#[command(name = "tingfeng", version, max_term_width = 100)]
pub struct Args {
    /// The configuration folder.
    #[arg(
        short,
        long,
        global = true,
        env = "TINGFENG_CONFIG",
        value_name = "DIR",
        default_value = DEFAULT_DIR
    )]
    pub config: PathBuf,
    /// One JSON object a line instead of text (docs/json.md).
    #[arg(long, global = true)]
    pub json: bool,
    /// Act as this person of people.toml (root only, recorded); otherwise the system user decides.
    #[arg(long = "as", global = true, value_name = "PERSON")]
    pub acting_as: Option<String>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write an example configuration into an empty folder, made to be edited.
    ///
    /// It begins with a trial run of 14 days: all mail goes to the monitor only, saying whom it would have reached.
    Init {
        dir: PathBuf,
        /// For a listed company, or for a city's news office.
        #[arg(long, value_enum, default_value_t = InitProfile::Company)]
        profile: InitProfile,
    },
    /// Read the whole configuration and list every mistake with file, line and cure.
    Check,
    /// Watch: crawl, match, store, alert, digest, until SIGTERM. SIGHUP reloads the configuration.
    Run {
        /// Visit every enabled source once, drain ladder and outbox once, print what was done, exit.
        #[arg(long)]
        once: bool,
    },
    /// Watch an invented news world on this machine for under a minute and tell what a monitor would have seen.
    Demo {
        /// Keep the world and the daemon running until Ctrl-C.
        #[arg(long)]
        serve: bool,
        /// Where configuration, mails and database go; without it a new folder under the system's temporary one.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Dry run of one visit: what was fetched, read and hit, and what would follow. Writes nothing.
    Visit {
        /// A source's key, or an address (read as an article page, unless it is a source's own).
        target: String,
    },
    /// Read pages, feeds or attachments from files and print title, author, date and text; or the day that each line of a
    /// file names.
    Read {
        #[arg(long, value_enum)]
        kind: ReadKind,
        /// The address the file came from.
        #[arg(long)]
        url: Option<url::Url>,
        /// When it was fetched (RFC 3339): dates like 昨天 count from there. Default: now.
        #[arg(long, value_parser = read::instant)]
        fetched: Option<chrono::DateTime<chrono::Utc>>,
        /// Take lines {"file","url"?,"fetched"?,"content_type"?} from standard input; for dates {"text","now"?}.
        #[arg(long, conflicts_with = "files")]
        jsonl: bool,
        #[arg(value_name = "FILE", required_unless_present = "jsonl")]
        files: Vec<PathBuf>,
    },
    /// What a robots.txt says to a crawler. Exit 3 where the address may not be fetched.
    Robots {
        /// Take lines {"robots","agent","url"} from standard input, print {"allowed"}; `robots` has a character for
        /// each byte, as Latin-1.
        #[arg(long, conflicts_with_all = ["agent", "url", "from"])]
        jsonl: bool,
        /// The crawler's name, as robots.txt writes it.
        #[arg(long, required_unless_present = "jsonl")]
        agent: Option<String>,
        /// The address that is to be fetched.
        #[arg(long, required_unless_present = "jsonl")]
        url: Option<String>,
        /// The robots.txt.
        #[arg(value_name = "FILE|URL", required_unless_present = "jsonl")]
        from: Option<String>,
    },
    /// Find terms in texts: each FILE, or standard input.
    Match {
        /// Terms from this file instead of the configuration's lexicons; may be given more than once.
        #[arg(long, value_name = "FILE.toml|.txt|.csv")]
        lexicon: Vec<PathBuf>,
        /// Take lines {"id","text","terms"?} from standard input, print {"id","hits":[…]}; offsets in Unicode scalars.
        #[arg(long, conflicts_with = "count")]
        jsonl: bool,
        /// Print the number of hits and the throughput only.
        #[arg(long)]
        count: bool,
        /// Say what each text would come to, and why: hits and ways, rules that fired, what was set aside, what is
        /// missing. A first line above a blank one is its title.
        #[arg(long, conflicts_with_all = ["jsonl", "count"])]
        explain: bool,
        /// Judge the text as one of this source.
        #[arg(long, value_name = "KEY", requires = "explain", conflicts_with = "lexicon")]
        source: Option<String>,
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Make today's digest now (if it was not made yet), queue its mails, and print it.
    Digest {
        /// Print the digest of that day as it was made.
        #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "preview")]
        date: Option<chrono::NaiveDate>,
        /// Print what it would say now; make nothing, send nothing.
        #[arg(long)]
        preview: bool,
    },
    /// Incidents: what is open, what is known of one, who has it, how it ended.
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// What is stored.
    #[command(subcommand)]
    Entry(EntryCommand),
    /// Lists of terms: take them in, look them over, see how often they were right.
    #[command(subcommand)]
    Lexicon(LexiconCommand),
    /// Match stored texts again with the present lexicons. Without --apply it only counts.
    Rescan(rescan::Asked),
    /// Mails: waiting, sent, failed.
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Why an incident was raised, who was told, and what was decided against.
    Why {
        /// `2026-0117`, or `117` for this year's.
        incident: String,
    },
    /// Is the watch whole? Sources, frontier, ladders, outbox. Exit 3 where something needs a look.
    Status,
    /// Try the mail settings.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Copy the database into a new file, while the daemon runs, and check the copy.
    Backup { file: PathBuf },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum InitProfile {
    Company,
    Government,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReadKind {
    Page,
    Feed,
    Date,
    Attachment,
}

#[derive(Debug, Subcommand)]
pub enum IncidentCommand {
    /// Open incidents, newest first.
    List {
        /// Closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// One incident with its quote, ladder, mails and history.
    Show { incident: String },
    /// 「收到」: you have it. The ladder waits as long as the policy says; undelivered ladder mails are cancelled.
    Ack {
        incident: String,
        /// The first report was made by telephone: ends that duty.
        #[arg(long)]
        reported: bool,
    },
    /// Close with a verdict.
    Close {
        incident: String,
        #[arg(long, value_enum)]
        verdict: VerdictWord,
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum VerdictWord {
    /// 不实
    Untrue,
    /// 属实
    True,
    /// 部分属实
    Partly,
    /// 无法核实
    Unverifiable,
    /// 无关
    Irrelevant,
}

#[derive(Debug, Subcommand)]
pub enum EntryCommand {
    /// Find entries by words in title and hit sentences; two characters are enough.
    Search {
        query: String,
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Say what an entry's mention was worth; `irrelevant`: its terms were found and it was not about us.
    ///
    /// Counts in `lexicon stats` and teaches the loose ways. Closing an incident says it for its whole story.
    Verdict {
        /// As `entry search` shows it.
        entry: i64,
        #[arg(value_enum)]
        verdict: VerdictWord,
    },
}

#[derive(Debug, Subcommand)]
pub enum LexiconCommand {
    /// Every lexicon with its version, the day it comes into force, its terms.
    List,
    /// Write lexicons/KEY.toml from a list: .txt (a term a line), .csv or .tsv; UTF-8, GB18030, Big5 or UTF-16.
    Import(lexicon::Import),
    /// Look for terms that are too common, there twice, or without effect. Exit 3 where there are some.
    Check {
        /// .toml, .txt or .csv; without any those of the configuration.
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// How often terms, their disguised forms and the ways were right, by the verdicts on mentions and incidents.
    Stats {
        /// Mentions of so many days, such as 30d; without it all.
        #[arg(long, value_parser = rescan::days)]
        since: Option<chrono::TimeDelta>,
    },
}

#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// Newest first.
    List {
        /// Only what still has to go out.
        #[arg(long)]
        waiting: bool,
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Try a waiting, failed or expired mail now.
    Retry { message: i64 },
    /// Withdraw a waiting mail.
    Cancel { message: i64 },
}

#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Send a test mail and print the dialogue with the server.
    Test { address: String },
}

/// How a command ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Fine,
    /// It worked, and found something that wants a look.
    Findings,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(match end {
            End::Fine => 0,
            End::Findings => 3,
        })
    }
}

/// What every command gets.
pub struct Setting {
    pub dir: PathBuf,
    pub json: bool,
    pub acting_as: Option<String>,
}

impl Setting {
    /// The checked configuration; its mistakes are the answer.
    pub fn config(&self) -> anyhow::Result<Config> {
        Ok(config::load(&self.dir)?)
    }

    /// The database of this configuration, which must exist: a command that looks never makes one.
    pub fn store(&self, config: &Config) -> anyhow::Result<Store> {
        let path = &config.store_path;
        anyhow::ensure!(path.exists(), "{} is not there yet; `tingfeng run` makes it", path.display());
        Store::open(path).with_context(|| format!("{} cannot be opened", path.display()))
    }
}

/// Says what came of a verb; where nothing was changed, that is an error.
fn told(setting: &Setting, done: Done) -> anyhow::Result<End> {
    match done {
        Done::Yes(said) if setting.json => {
            output::json_line(&serde_json::json!({ "done": true, "said": said }))?;
        }
        Done::Yes(said) => output::line(&said)?,
        Done::No(said) => anyhow::bail!("{said}"),
    }
    Ok(End::Fine)
}

/// Runs one command to its end.
pub fn run(args: Args) -> anyhow::Result<End> {
    let context = Setting { dir: args.config, json: args.json, acting_as: args.acting_as };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    let end = runtime.block_on(dispatch(args.command, &context));
    // A reader that hangs in a bad page must not keep the process alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    end
}

async fn dispatch(command: Command, context: &Setting) -> anyhow::Result<End> {
    match command {
        Command::Init { dir, profile } => init::run(&dir, profile),
        Command::Check => check::run(context),
        Command::Run { once } => run::run(context, once).await,
        Command::Demo { serve, into } => demo::run(serve, into).await,
        Command::Visit { target } => visit::run(context, &target).await,
        Command::Read { kind, url, fetched, jsonl, files } => {
            read::run(kind, url.as_ref(), fetched, jsonl, &files)
        }
        Command::Robots { agent: Some(agent), url: Some(url), from: Some(from), .. } => {
            robots::by_hand(context, &agent, &url, &from).await
        }
        Command::Robots { .. } => robots::lines(),
        Command::Match { lexicon, explain: true, source, files, .. } => {
            matching::explain(context, &lexicon, source.as_deref(), &files)
        }
        Command::Match { lexicon, jsonl, count, files, .. } => {
            matching::run(context, &lexicon, jsonl, count, &files)
        }
        Command::Digest { date, preview } => digest::run(context, date, preview).await,
        Command::Incident(command) => incident::run(context, command).await,
        Command::Entry(EntryCommand::Search { query, limit }) => entry::search(context, query, limit).await,
        Command::Entry(EntryCommand::Verdict { entry, verdict }) => {
            entry::verdict(context, entry, verdict).await
        }
        Command::Lexicon(command) => lexicon::run(context, command).await,
        Command::Rescan(asked) => rescan::run(context, asked).await,
        Command::Outbox(command) => outbox::run(context, command).await,
        Command::Why { incident } => why::run(context, &incident).await,
        Command::Status => status::run(context).await,
        Command::Mail(MailCommand::Test { address }) => mail::test(context, &address).await,
        Command::Backup { file } => backup::run(context, file).await,
    }
}
