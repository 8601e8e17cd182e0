//! Where readers of files write, within bounds.

use std::fmt::Write;

/// Text so far, and what is left to spend.
#[derive(Debug)]
pub struct Paper {
    text: String,
    most: usize,
    /// Bytes that may still be unpacked.
    unpacked: usize,
    cut: Vec<String>,
}

impl Paper {
    pub fn new(most: usize, unpacked: usize) -> Self {
        Self { text: String::new(), most, unpacked, cut: Vec::new() }
    }

    /// Writes a line; `false` where the paper is full and going on makes no sense.
    pub fn line(&mut self, line: &str) -> bool {
        if !self.has_room() {
            return false;
        }
        // Control characters say nothing, and odd ones end up in mails.
        let clean = |c: char| if c == '\t' { ' ' } else { c };
        let start = self.text.len();
        if start > 0 {
            self.text.push('\n');
        }
        let kept = line.trim().chars().map(clean).filter(|c| *c == '\n' || !c.is_control());
        for c in kept {
            if self.text.len() >= self.most {
                self.cut(format!("only the first {} kB of its text were read", self.most / 1000));
                return false;
            }
            self.text.push(c);
        }
        if self.text.len() == start + usize::from(start > 0) {
            self.text.truncate(start);
        }
        true
    }

    pub fn has_room(&self) -> bool {
        self.text.len() < self.most
    }

    /// How much may still be unpacked.
    pub fn left(&self) -> usize {
        self.unpacked
    }

    /// Notes that so many bytes were unpacked, or the like was done. `false` where that was too much.
    pub fn spend(&mut self, bytes: usize) -> bool {
        if bytes > self.unpacked {
            self.unpacked = 0;
            self.cut("it unpacks to more than is read of one file".to_owned());
            return false;
        }
        self.unpacked -= bytes;
        true
    }

    /// Says that something is missing.
    pub fn cut(&mut self, why: String) {
        if self.cut.len() < 3 && !self.cut.contains(&why) {
            self.cut.push(why);
        }
    }

    pub fn finish(self) -> (String, Option<String>) {
        let mut cut = String::new();
        for why in &self.cut {
            let _ = write!(cut, "{}{why}", if cut.is_empty() { "" } else { "; " });
        }
        (self.text, Some(cut).filter(|cut| !cut.is_empty()))
    }
}
