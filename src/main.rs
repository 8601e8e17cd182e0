//! The front door.

use clap::Parser;
use std::process::ExitCode;
use tingfeng::{cli, config};

fn main() -> ExitCode {
    match cli::run(cli::Args::parse()) {
        Ok(end) => end.into(), // 0, or 3 where something was found
        Err(error) => {
            eprintln!("error: {error:#}");
            // EX_CONFIG, which the unit lists in RestartPreventExitStatus=: no retrying a typo.
            ExitCode::from(if error.is::<config::Problems>() { 78 } else { 1 })
        }
    }
}
