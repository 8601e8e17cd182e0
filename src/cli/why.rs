//! (being built)
use super::*;
pub async fn run(_: &Setting, _incident: &str) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
