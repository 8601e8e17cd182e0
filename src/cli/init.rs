//! `init`: an example configuration to edit.

use super::{End, InitProfile, output::line};
use crate::config::{Profile, write_profile};
use std::path::Path;

pub fn run(dir: &Path, profile: InitProfile) -> anyhow::Result<End> {
    let profile = match profile {
        InitProfile::Company => Profile::Company,
        InitProfile::Government => Profile::Government,
    };
    let written = write_profile(dir, profile, chrono::Local::now().date_naive())?;
    for path in &written {
        line(&format!("wrote {}", path.display()))?;
    }
    let shown = dir.display();
    line(&format!(
        "\nNext: edit the files (organisation, people and their mail addresses, sources), then\n  \
         tingfeng check -c {shown}\n  tingfeng run --once -c {shown}   # a first visit stores and alerts nobody\n  \
         tingfeng run -c {shown}\nFor the first 14 days all mail goes to the monitor only (trial_until in tingfeng.toml)."
    ))?;
    Ok(End::Fine)
}
