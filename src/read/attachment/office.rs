//! What office documents that are archives have in common.

use super::package::Package;
use super::paper::Paper;
use super::xml::{Step, Walk};
use crate::model::Unreadable;
use crate::read::kind::Document;

/// Opens the archive and lets `reader` read its parts.
pub fn read(
    bytes: &[u8],
    document: Document,
    paper: &mut Paper,
    reader: impl Fn(&mut Package, &mut Paper),
) -> Result<&'static str, Unreadable> {
    let mut package = Package::open(bytes, document.words())?;
    reader(&mut package, paper);
    Ok(document.words())
}

/// Identifiers of a part's relations, with their kind and the part they lead to.
pub struct Relation {
    pub id: String,
    pub kind: String,
    pub target: String,
}

/// The relations of `part`: `xl/worksheets/sheet1.xml` has them in `xl/worksheets/_rels/sheet1.xml.rels`.
pub fn relations(package: &mut Package, part: &str, paper: &mut Paper) -> Vec<Relation> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let path =
        if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") };
    let Some(xml) = package.part(&path, paper) else { return Vec::new() };
    let mut found = Vec::new();
    for step in Walk::new(&xml) {
        if let Step::Start(tag) = step
            && tag.name() == "Relationship"
            && let (Some(id), Some(target)) = (tag.value("Id"), tag.value("Target"))
            && !tag.value("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"))
            && found.len() < 10_000
        {
            let kind = tag.value("Type").unwrap_or_default();
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            found.push(Relation { id, kind, target: absolute(folder, &target) });
        }
    }
    found
}

fn absolute(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}
