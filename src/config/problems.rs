//! Mistakes, each with its place and its cure.

use std::cell::RefCell;
use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// As an editor would open it: the folder as given, then the file's name.
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    /// `source[6].every`, counted from 1; empty where the whole file is meant.
    pub key: String,
    pub message: String,
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        f.write_str(": ")?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}\n  {}", self.message, self.remedy)
    }
}

/// Every mistake of every file, by file and line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// What a parser of a single value says when it cannot take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub message: String,
    pub remedy: String,
}

pub type Checked<T> = Result<T, Wrong>;

pub fn wrong<T>(message: impl Into<String>, remedy: impl Into<String>) -> Checked<T> {
    Err(Wrong { message: message.into(), remedy: remedy.into() })
}

/// Where a value stands, kept for checks that need more than one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub key: String,
}

impl Place {
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), line: 0, key: String::new() }
    }
}

/// The mistakes found so far; every reader writes into the same one.
#[derive(Debug, Default)]
pub struct Notes(RefCell<Vec<Problem>>);

impl Notes {
    pub fn add(&self, place: Place, message: impl Into<String>, remedy: impl Into<String>) {
        let Place { file, line, key } = place;
        let problem = Problem { file, line, key, message: message.into(), remedy: remedy.into() };
        self.0.borrow_mut().push(problem);
    }

    pub fn sorted(self) -> Vec<Problem> {
        let mut problems = self.0.into_inner();
        // Stable: mistakes of one line stay in the order in which they were found.
        problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        problems.dedup();
        problems
    }
}
