//! `backup`: a copy of the database that was checked, made while the daemon runs.

use super::{End, Setting, output};
use std::path::PathBuf;

pub async fn run(setting: &Setting, file: PathBuf) -> anyhow::Result<End> {
    let config = setting.config()?;
    let store = setting.store(&config)?;
    // The writer's thread knows no working folder but ours; the path is made whole for the message.
    let file = std::path::absolute(&file)?;
    let bytes = store.backup(file.clone()).await?;
    if setting.json {
        output::json_line(&serde_json::json!({ "file": file, "bytes": bytes, "checked": true }))?;
    } else {
        output::line(&format!("{}: {:.1} MB, integrity checked", file.display(), bytes as f64 / 1e6))?;
    }
    Ok(End::Fine)
}
