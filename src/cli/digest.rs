//! (being built)
use super::*;
pub async fn run(_: &Setting, _date: Option<chrono::NaiveDate>, _preview: bool) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
