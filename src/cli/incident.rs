//! (being built)
use super::*;
pub async fn run(_: &Setting, _command: IncidentCommand) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
