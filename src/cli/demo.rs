//! `demo`: an invented news world, the daemon itself, and what a monitor would have seen.

use super::{End, output};
use std::path::PathBuf;

pub async fn run(_serve: bool, _into: Option<PathBuf>) -> anyhow::Result<End> {
    output::line("being built")?;
    Ok(End::Fine)
}
