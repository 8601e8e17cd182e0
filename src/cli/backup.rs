//! (being built)
use super::*;
pub async fn run(_: &Setting, _file: PathBuf) -> anyhow::Result<End> {
    anyhow::bail!("being built")
}
