//! (being built)
use super::*;
pub async fn run(_: &Setting, _target: &str) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
