//! What a mail says. Facts, a reader and the sending time come in; a subject, a text and an HTML part go out, and
//! from them the bytes of one message.
//!
//! Keeps P8 (rendered at the first attempt, from stored facts) and the pledge of "same bytes at every try": nothing
//! here is random and nothing asks for the time. Whatever a page said is data: one line, no control characters,
//! escaped in HTML, never a header of its own.

mod message;
mod render;
#[cfg(test)]
mod tests;
mod view;

pub use message::{Envelope, MAX_BYTES, MessageError, message};
pub use render::{MAX_SUBJECT, RenderError, Rendered, render};

use crate::model::{Lang, Word};

/// The kinds of mail. An alert is the first mail of an incident and, through `facts.change`, every later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// `AlertFacts`
    Alert,
    /// `DigestFacts`
    Digest,
    /// `NoticeFacts`: the watch itself has a hole.
    Trouble,
    /// `NoticeFacts`: does mail arrive at all?
    Test,
}

impl Word for Template {
    const ALL: &'static [Self] = &[Self::Alert, Self::Digest, Self::Trouble, Self::Test];
    fn key(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Digest => "digest",
            Self::Trouble => "trouble",
            Self::Test => "test",
        }
    }
    fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Alert, Lang::Zh) => "预警",
            (Self::Alert, Lang::En) => "alert",
            (Self::Digest, Lang::Zh) => "日报",
            (Self::Digest, Lang::En) => "digest",
            (Self::Trouble, Lang::Zh) => "监测异常",
            (Self::Trouble, Lang::En) => "trouble",
            (Self::Test, Lang::Zh) => "测试",
            (Self::Test, Lang::En) => "test",
        }
    }
}

/// Who will read the mail.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub name: &'a str,
}
