//! (being built)
use super::*;
pub async fn run(_: &Setting, _command: OutboxCommand) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
