//! Writes the configuration folder of the invented company in its demonstration form: the shipped lexicons, sources on
//! loopback, a ladder in seconds, mail into a folder, no trial run.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// The files of the folder; `{{world}}` stands for the world's address.
const FILES: &[(&str, &str)] = &[
    ("tingfeng.toml", include_str!("config/tingfeng.toml")),
    ("sources.toml", include_str!("config/sources.toml")),
    ("subjects.toml", include_str!("config/subjects.toml")),
    ("rules.toml", include_str!("config/rules.toml")),
    ("people.toml", include_str!("config/people.toml")),
    ("policies.toml", include_str!("config/policies.toml")),
    ("lexicons/a1.toml", include_str!("../../config/lexicons/a1.toml")),
    ("lexicons/a2.toml", include_str!("../../config/lexicons/a2.toml")),
    ("lexicons/a3.toml", include_str!("../../config/lexicons/a3.toml")),
    ("lexicons/b1.toml", include_str!("../../config/lexicons/b1.toml")),
    ("lexicons/b2.toml", include_str!("../../config/lexicons/b2.toml")),
    ("lexicons/b3.toml", include_str!("../../config/lexicons/b3.toml")),
    ("lexicons/b4.toml", include_str!("../../config/lexicons/b4.toml")),
    ("lexicons/c1.toml", include_str!("../../config/lexicons/c1.toml")),
    ("lexicons/c2.toml", include_str!("../../config/lexicons/c2.toml")),
    ("lexicons/c3.toml", include_str!("../../config/lexicons/c3.toml")),
    ("lexicons/c4.toml", include_str!("../../config/lexicons/c4.toml")),
    ("lexicons/d1.toml", include_str!("../../config/lexicons/d1.toml")),
    ("lexicons/d2.toml", include_str!("../../config/lexicons/d2.toml")),
    ("lexicons/d3.toml", include_str!("../../config/lexicons/d3.toml")),
];

/// Writes the whole folder, replacing files of the same names.
pub fn write_config(dir: &Path, world: SocketAddr) -> io::Result<()> {
    std::fs::create_dir_all(dir.join("lexicons"))?;
    for (name, text) in FILES {
        let path = dir.join(name);
        std::fs::write(&path, text.replace("{{world}}", &world.to_string())).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_toml_and_no_placeholder_is_left() {
        let dir = std::env::temp_dir().join(format!("tingfeng-demo-config-{}", std::process::id()));
        write_config(&dir, "127.0.0.1:4711".parse().unwrap()).unwrap();
        for (name, _) in FILES {
            let text = std::fs::read_to_string(dir.join(name)).unwrap();
            assert!(text.parse::<toml::Table>().is_ok(), "{name}");
            assert!(!text.contains("{{"), "{name}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn every_shipped_lexicon_is_written() {
        let shipped =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/config/lexicons")).unwrap().count();
        assert_eq!(FILES.iter().filter(|(name, _)| name.starts_with("lexicons/")).count(), shipped);
    }

    /// The proof that `check` gives of the operator's own files, in its plainest form.
    #[test]
    fn no_harmless_sentence_of_a_shipped_lexicon_holds_one_of_its_terms() {
        for (name, text) in FILES.iter().filter(|(name, _)| name.starts_with("lexicons/")) {
            let table: toml::Table = text.parse().unwrap();
            let texts = |value: Option<&toml::Value>| -> Vec<String> {
                let list = value.and_then(|value| value.as_array()).cloned().unwrap_or_default();
                list.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
            };
            let plain = texts(table.get("terms")).into_iter().map(|term| (term, Vec::new()));
            let detailed = table.get("term").and_then(|value| value.as_array()).cloned().unwrap_or_default();
            let detailed = detailed
                .iter()
                .map(|term| (term["text"].as_str().unwrap().to_owned(), texts(term.get("unless"))));
            let terms: Vec<_> = plain.chain(detailed).collect();
            assert!(terms.len() >= 25, "{name} is too short to be of use");
            for (term, unless) in &terms {
                assert!(term.chars().count() >= 2, "{name}: {term}");
                assert!(
                    unless.iter().all(|phrase| phrase.contains(term.as_str())),
                    "{name}: {term}: {unless:?}"
                );
                for sentence in texts(table.get("harmless")) {
                    let masked =
                        unless.iter().fold(sentence.clone(), |text, phrase| text.replace(phrase, "…"));
                    assert!(!masked.contains(term.as_str()), "{name}: {term} in {sentence}");
                }
            }
        }
    }
}
