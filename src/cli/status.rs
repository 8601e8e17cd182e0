//! (being built)
use super::*;
pub async fn run(_: &Setting) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
