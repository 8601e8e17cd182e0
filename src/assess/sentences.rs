//! Where sentences and paragraphs end.

use std::ops::Range;

/// The sentences and paragraphs of one title or text, by byte offsets.
pub(super) struct Layout {
    sentences: Vec<usize>,
    paragraphs: Vec<usize>,
    len: usize,
}

impl Layout {
    /// A title is one sentence.
    pub fn of_title(title: &str) -> Self {
        Self { sentences: Vec::new(), paragraphs: Vec::new(), len: title.len() }
    }

    pub fn of_text(text: &str) -> Self {
        let (mut sentences, mut paragraphs) = (Vec::new(), Vec::new());
        let bytes = text.as_bytes();
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            match c {
                '\n' => {
                    sentences.push(end);
                    paragraphs.push(end);
                }
                '。' | '！' | '？' | '；' | '!' | '?' | ';' => sentences.push(end),
                // A full stop, not a decimal point or an abbreviation inside a word.
                '.' if at > 0 && bytes[at - 1].is_ascii_alphabetic() && bytes.get(end) == Some(&b' ') => {
                    sentences.push(end);
                }
                // A closing quotation mark belongs to the sentence that it closes.
                '”' | '’' | '」' | '』' if sentences.last() == Some(&at) => {
                    sentences.pop();
                    sentences.push(end);
                }
                _ => {}
            }
        }
        Self { sentences, paragraphs, len: text.len() }
    }

    /// The number of the sentence that holds a byte.
    pub fn sentence(&self, at: usize) -> usize {
        self.sentences.partition_point(|&end| end <= at)
    }

    pub fn paragraph(&self, at: usize) -> usize {
        self.paragraphs.partition_point(|&end| end <= at)
    }

    /// A sentence with its closing sign; `None` beyond the last.
    pub fn range(&self, sentence: usize) -> Option<Range<usize>> {
        let start = match sentence {
            0 => 0,
            _ => *self.sentences.get(sentence - 1)?,
        };
        let end = self.sentences.get(sentence).copied().unwrap_or(self.len);
        (start < end).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sentences(text: &str) -> Vec<&str> {
        let layout = Layout::of_text(text);
        (0..).map_while(|index| layout.range(index)).map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_pauses() {
        for (why, text, expected) in [
            ("Chinese signs", "甲。乙！丙？丁；戊", vec!["甲。", "乙！", "丙？", "丁；", "戊"]),
            ("a comma does not", "甲，乙", vec!["甲，乙"]),
            ("a line does", "甲\n乙", vec!["甲\n", "乙"]),
            ("a full stop after a word", "We deny it. It is false", vec!["We deny it.", " It is false"]),
            ("a decimal point does not", "涨3. 5元", vec!["涨3. 5元"]),
            ("a quotation keeps its end", "“甲。”乙", vec!["“甲。”", "乙"]),
            ("nothing", "", vec![]),
        ] {
            assert_eq!(sentences(text), expected, "{why}");
        }
        assert_eq!(Layout::of_title("甲。乙？丙").range(0), Some(0..15), "a title is one");
    }

    proptest! {
        #[test]
        fn sentences_cover_the_text(text in "[甲。！\n”. a?]{0,30}") {
            prop_assert_eq!(sentences(&text).concat(), text);
        }
    }
}
