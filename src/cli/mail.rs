//! (being built)
use super::*;
pub async fn test(_: &Setting, _address: &str) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
