//! Secrets are named by file and never print.

use crate::model::Secret;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    File(PathBuf),
    /// A systemd credential: `$CREDENTIALS_DIRECTORY/name`.
    Credential(String),
}

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("there is no file {}; create it with the password as its only line", .0.display())]
    Missing(PathBuf),
    #[error("{} is empty; write the password into it as its only line", .0.display())]
    Empty(PathBuf),
    #[error("{} can be read by everybody on this machine; run: chmod 600 {}", .0.display(), .0.display())]
    Open(PathBuf),
    #[error("{} is not UTF-8 text; write the password into it as its only line", .0.display())]
    NotText(PathBuf),
    #[error(
        "the credential {0:?} is only there under systemd; add LoadCredential={0}:/path/to/file to the unit"
    )]
    NoCredentials(String),
    #[error(
        "the credential {0:?} has no password; write it as its only line into the file that LoadCredential={0}:… of \
         the unit names, and restart"
    )]
    EmptyCredential(String),
    #[error("{} could not be read: {cause}", path.display())]
    Io { path: PathBuf, cause: io::Error },
}

impl SecretSource {
    pub fn read(&self) -> Result<Secret, SecretError> {
        match self {
            Self::File(path) => {
                let mode = std::fs::metadata(path).map_err(|error| failed(path, error))?.permissions().mode();
                if mode & 0o007 != 0 {
                    return Err(SecretError::Open(path.clone()));
                }
                read(path)
            }
            Self::Credential(name) => {
                let Some(dir) = std::env::var_os("CREDENTIALS_DIRECTORY") else {
                    return Err(SecretError::NoCredentials(name.clone()));
                };
                credential(Path::new(&dir), name)
            }
        }
    }
}

/// The unit sets an empty credential where there is no file, so that it starts without one when none is asked for.
fn credential(dir: &Path, name: &str) -> Result<Secret, SecretError> {
    read(&dir.join(name)).map_err(|error| match error {
        SecretError::Missing(_) | SecretError::Empty(_) => SecretError::EmptyCredential(name.to_owned()),
        other => other,
    })
}

fn read(path: &Path) -> Result<Secret, SecretError> {
    let bytes = std::fs::read(path).map_err(|error| failed(path, error))?;
    let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText(path.to_owned()))?;
    // Editors end a file with a newline that is no part of the password.
    let text = text.trim_end_matches(['\r', '\n']);
    if text.trim().is_empty() {
        return Err(SecretError::Empty(path.to_owned()));
    }
    Ok(Secret::new(text.to_owned()))
}

fn failed(path: &Path, cause: io::Error) -> SecretError {
    match cause.kind() {
        io::ErrorKind::NotFound => SecretError::Missing(path.to_owned()),
        _ => SecretError::Io { path: path.to_owned(), cause },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, bytes: &[u8], mode: u32) -> (tempfile::TempDir, SecretSource) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, SecretSource::File(path))
    }

    #[test]
    fn a_secret_is_read_and_does_not_print() {
        for (why, bytes, mode, expected) in [
            ("the newline of an editor is dropped", "hunter 2\n".as_bytes(), 0o600, "hunter 2"),
            ("so is one of Windows", b"hunter2\r\n", 0o640, "hunter2"),
            ("spaces inside and at the end belong to it", b"hunter2 \n", 0o600, "hunter2 "),
            ("nothing in it", b"\n", 0o600, "is empty"),
            ("readable by everybody", b"hunter2", 0o644, "chmod 600"),
            ("not text", b"\xff\xfe", 0o600, "not UTF-8"),
        ] {
            let (_dir, source) = written("password", bytes, mode);
            match source.read() {
                Ok(secret) => {
                    assert_eq!(secret.reveal(), expected, "{why}");
                    assert_eq!(format!("{secret} {secret:?}"), "<secret> <secret>", "{why}");
                }
                Err(error) => assert!(error.to_string().contains(expected), "{why}: {error}"),
            }
        }
    }

    #[test]
    fn a_credential_without_a_password_names_the_unit() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("empty"), "\n").unwrap();
        std::fs::write(dir.path().join("smtp-password"), "hunter2\n").unwrap();
        for (why, name, expected) in [
            ("as systemd hands it over", "smtp-password", "hunter2"),
            ("the unit's stand-in for a missing file", "empty", "LoadCredential=empty:"),
            ("a unit that does not load it", "other", "LoadCredential=other:"),
        ] {
            match credential(dir.path(), name) {
                Ok(secret) => assert_eq!(secret.reveal(), expected, "{why}"),
                Err(error) => assert!(error.to_string().contains(expected), "{why}: {error}"),
            }
        }
    }
}
