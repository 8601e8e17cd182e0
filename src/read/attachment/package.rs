//! An archive in, its parts unpacked within bounds out.

use super::paper::Paper;
use crate::model::Unreadable;
use std::io::{Cursor, Read};
use zip::ZipArchive;

pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8], what: &str) -> Result<Self, Unreadable> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
            Unreadable::Broken(format!("{what} that cannot be unpacked ({error}); open it by hand"))
        })?;
        Ok(Self { archive })
    }

    /// In the order of their numbers: `sheet2` before `sheet10`.
    pub fn names(&self, begin: &str, end: &str) -> Vec<String> {
        let fits = |name: &String| name.starts_with(begin) && name.ends_with(end);
        let mut names: Vec<String> = self.all().filter(fits).collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    }

    /// A part as text; `None` where there is none. What is behind the bounds, or broken, is left out.
    pub fn part(&mut self, name: &str, paper: &mut Paper) -> Option<String> {
        let index = self.index(name)?;
        let file = match self.archive.by_index(index) {
            Ok(file) => file,
            Err(error) => {
                paper.cut(format!("its part {name} cannot be unpacked ({error})"));
                return None;
            }
        };
        let left = paper.left();
        let mut bytes = Vec::new();
        // The size that an archive tells of itself may be a lie; what comes out is counted.
        if let Err(error) = file.take(left as u64 + 1).read_to_end(&mut bytes) {
            paper.cut(format!("its part {name} is damaged ({error})"));
        }
        paper.spend(bytes.len().min(left));
        if bytes.len() > left {
            bytes.truncate(left);
            paper.spend(1);
        }
        Some(decoded(bytes))
    }

    fn all(&self) -> impl Iterator<Item = String> + '_ {
        self.archive.file_names().flatten().map(std::borrow::Cow::into_owned)
    }

    /// Some writers use the other slash or other capitals.
    fn index(&self, name: &str) -> Option<usize> {
        self.archive.index_for_name(name).or_else(|| {
            let plain = |name: &str| name.replace('\\', "/").to_ascii_lowercase();
            let wanted = plain(name);
            let found = self.all().find(|known| plain(known) == wanted)?;
            self.archive.index_for_name(&found)
        })
    }
}

/// XML is UTF-8 unless it begins with the mark of UTF-16.
fn decoded(bytes: Vec<u8>) -> String {
    match encoding_rs::Encoding::for_bom(&bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(),
        None => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        },
    }
}
