//! Mutated seeds at every target, on the compiler that builds the program: no nightly, no instrumentation.
//!
//!     cargo run --manifest-path fuzz/Cargo.toml --target-dir target -- --seconds 60 tests/fixtures
//!
//! The same `--start` gives the same inputs. What panics, gives too much or takes too long is written to
//! `fuzz/artifacts/` and named; the end is 1 then. A file given in place of a folder is run once, as it is.

mod mutate;

use mutate::{Dice, mutated};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use tingfeng_fuzz::{TARGETS, Target};

/// What a reader may take on one core, built for release: the measured worst is below it. The watchdog waits fifty
/// times as long, because machines are shared and this is not a benchmark.
const STATED_PER_MB: Duration = Duration::from_secs(1);
const PATIENCE: u32 = 50;
const LEAST: Duration = Duration::from_secs(10);
/// The stack of the threads that read.
const STACK: usize = 2 << 20;

struct Asked {
    seconds: u64,
    start: u64,
    only: Option<String>,
    paths: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match asked().and_then(|asked| run(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked { seconds: 60, start: 1, only: None, paths: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--seconds" => asked.seconds = value()?.parse().map_err(|error| format!("--seconds: {error}"))?,
            "--start" => asked.start = value()?.parse().map_err(|error| format!("--start: {error}"))?,
            "--target" => asked.only = Some(value()?),
            _ => asked.paths.push(PathBuf::from(word)),
        }
    }
    if asked.paths.is_empty() {
        return Err("which seeds? give folders of bodies, such as tests/fixtures, or one file to run again"
            .to_owned());
    }
    Ok(asked)
}

fn run(asked: &Asked) -> Result<(), String> {
    let mut targets: Vec<Watched> = TARGETS
        .iter()
        .filter(|(name, _)| asked.only.as_deref().is_none_or(|only| only == *name))
        .map(|(name, target)| Watched::start(name, *target))
        .collect();
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no such target; there are {}", names.join(", ")));
    }
    let mut seeds = Vec::new();
    for path in &asked.paths {
        gather(path, &mut seeds)?;
    }
    std::panic::set_hook(Box::new(|_| {})); // a panic that gets out is reported with its input
    if let [file] = &asked.paths[..]
        && file.is_file()
    {
        return targets.iter_mut().try_for_each(|target| target.run(seeds[0].clone()));
    }
    seeds.push(Vec::new());
    println!("{} seeds, {} s, --start {}", seeds.len(), asked.seconds, asked.start);
    for seed in &seeds {
        targets.iter_mut().try_for_each(|target| target.run(seed.clone()))?;
    }
    let (mut dice, began) = (Dice::new(asked.start), Instant::now());
    while began.elapsed() < Duration::from_secs(asked.seconds) {
        let input = mutated(&seeds, &mut dice);
        targets.iter_mut().try_for_each(|target| target.run(input.clone()))?;
    }
    targets.iter().for_each(Watched::report);
    Ok(())
}

/// All files below a path that are not about others (`.json`, `.tsv`, `.md`).
fn gather(path: &Path, seeds: &mut Vec<Vec<u8>>) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_file() {
        seeds.push(std::fs::read(path).map_err(told)?);
        return Ok(());
    }
    let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
        .map_err(told)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    inside.sort();
    for path in inside {
        let about =
            path.extension().is_some_and(|ending| ["json", "tsv", "md"].iter().any(|other| ending == *other));
        if !about {
            gather(&path, seeds)?;
        }
    }
    Ok(())
}

/// A target on a thread of its own, so that one that does not come back is noticed.
struct Watched {
    name: &'static str,
    inputs: Sender<Vec<u8>>,
    ends: Receiver<Result<(), String>>,
    runs: u64,
    bytes: u64,
    spent: Duration,
    /// Per MB, of inputs large enough to tell.
    slowest: Duration,
}

impl Watched {
    fn start(name: &'static str, target: Target) -> Self {
        let ((inputs, waiting), (done, ends)) = (channel::<Vec<u8>>(), channel());
        let work = move || {
            for input in waiting {
                let end = catch_unwind(AssertUnwindSafe(|| target(&input))).map_err(|panic| {
                    let said = panic.downcast_ref::<String>().map(String::as_str);
                    format!("it panicked: {}", said.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?"))
                });
                if done.send(end).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread for a target");
        Self { name, inputs, ends, runs: 0, bytes: 0, spent: Duration::ZERO, slowest: Duration::ZERO }
    }

    fn run(&mut self, input: Vec<u8>) -> Result<(), String> {
        const MB: f64 = 1e6;
        let size = input.len();
        // An overflow of the stack ends the process: then this is what it was at.
        let running = artifact(&format!("running-{}", self.name), &input)?;
        let patience = LEAST.max((STATED_PER_MB * PATIENCE).mul_f64(size as f64 / MB));
        let began = Instant::now();
        let kept = input.clone();
        self.inputs.send(input).map_err(|_| format!("{}: its thread is gone", self.name))?;
        let end = match self.ends.recv_timeout(patience) {
            Ok(end) => end,
            Err(RecvTimeoutError::Timeout) => Err(format!("it was not done after {patience:?}")),
            Err(RecvTimeoutError::Disconnected) => Err("its thread ended".to_owned()),
        };
        let took = began.elapsed();
        self.runs += 1;
        self.bytes += size as u64;
        self.spent += took;
        if size >= 100_000 {
            self.slowest = self.slowest.max(took.div_f64(size as f64 / MB));
        }
        let Err(why) = end else {
            return std::fs::remove_file(&running).map_err(|error| format!("{}: {error}", running.display()));
        };
        let file = artifact(&format!("{}-{:016x}", self.name, digest(&kept)), &kept)?;
        Err(format!("{}: {why}; the input is {}", self.name, file.display()))
    }

    fn report(&self) {
        let (mb, s) = (self.bytes as f64 / 1e6, self.spent.as_secs_f64());
        println!(
            "{:8} {:7} runs {mb:7.1} MB {s:6.1} s, {:6.0} ms/MB, slowest {:6.0} ms/MB",
            self.name,
            self.runs,
            s * 1e3 / mb.max(1e-9),
            self.slowest.as_secs_f64() * 1e3
        );
    }
}

/// Writes an input to `fuzz/artifacts/`.
fn artifact(name: &str, input: &[u8]) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts");
    let file = folder.join(name);
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, input))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}
