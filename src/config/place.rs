//! Where a selector of a source stands, for remarks that are made after the configuration was read.

use super::Config;
use super::problems::Place;
use super::walk::Lines;
use toml::de::DeTable;

impl Config {
    /// The line of `key`, such as `select.text`, in the table of a source.
    pub fn place_in_source(&self, source: &str, key: &str) -> Place {
        let name = "sources.toml";
        let mut place = Place { file: super::shown(&self.dir, name), line: 0, key: key.to_owned() };
        let text = self.files.iter().find(|(file, _)| file == name).map_or("", |(_, text)| text.as_str());
        let Ok(root) = DeTable::parse(text) else { return place };
        let tables = root.get_ref().get("source").and_then(|value| value.get_ref().as_array());
        let all = tables.into_iter().flatten().filter_map(|value| value.get_ref().as_table()).enumerate();
        let named =
            |table: &DeTable| table.get("key").is_some_and(|value| value.get_ref().as_str() == Some(source));
        let Some((at, table)) = all.into_iter().find(|(_, table)| named(table)) else { return place };
        place.key = format!("source[{}].{key}", at + 1);
        let (section, key) = key.split_once('.').unwrap_or(("", key));
        let inner = table.get(section).and_then(|value| value.get_ref().as_table()).unwrap_or(table);
        if let Some(value) = inner.get(key) {
            place.line = Lines::new(text).of(value.span().start);
        }
        place
    }
}
