//! Mail as files. A file appears whole or not at all, and the same Message-ID always has the same name, so a retry
//! overwrites and never doubles.

use super::{Carried, Letter, Stage};
use chrono::{DateTime, Local};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use tokio::fs;
use tokio::io::AsyncWriteExt;

pub(super) async fn put(folder: &Path, letter: &Letter<'_>) -> Carried {
    match write(folder, letter).await {
        Ok(path) => Carried::Accepted { reply: format!("written to {}", path.display()) },
        Err(error) => Carried::Later {
            stage: Stage::Folder,
            reply: format!("cannot write the mail into {}: {error}", folder.display()),
        },
    }
}

async fn write(folder: &Path, letter: &Letter<'_>) -> io::Result<PathBuf> {
    // Mails name people and matters: for the owner only.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let path = folder.join(name(folder, letter).await?);
    let part = path.with_extension("eml.tmp");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part).await?;
    file.write_all(letter.bytes).await?;
    file.sync_all().await?;
    fs::rename(&part, &path).await?;
    // The name itself is on disk only when the folder is.
    fs::File::open(folder).await?.sync_all().await?;
    Ok(path)
}

/// `<local time of its Date>-<hash of its Message-ID>.eml`, or the name that this Message-ID has already.
async fn name(folder: &Path, letter: &Letter<'_>) -> io::Result<String> {
    let hash = format!("{:x}", Sha256::digest(letter.message_id.trim_matches(['<', '>'])));
    let ending = format!("-{}.eml", &hash[..16]);
    let mut files = fs::read_dir(folder).await?;
    while let Some(file) = files.next_entry().await? {
        if let Some(known) = file.file_name().to_str().filter(|name| name.ends_with(&ending)) {
            return Ok(known.to_owned());
        }
    }
    let time = date(letter.bytes).map_or("undated".to_owned(), |at| at.format("%Y%m%d-%H%M%S").to_string());
    Ok(format!("{time}{ending}"))
}

fn date(bytes: &[u8]) -> Option<DateTime<Local>> {
    let head = bytes.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let mut dates = head.filter_map(|line| std::str::from_utf8(line).ok()?.strip_prefix("Date:"));
    Some(DateTime::parse_from_rfc2822(dates.next()?.trim()).ok()?.with_timezone(&Local))
}
