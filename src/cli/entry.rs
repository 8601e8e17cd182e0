//! (being built)
use super::*;
pub async fn search(_: &Setting, _query: String, _limit: u32) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
