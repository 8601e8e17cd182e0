//! Byte offsets of a text as Unicode scalar offsets, which tables and JSON carry.

/// Converts ranges that come in ascending order of their start, in one pass over the text.
pub struct Scalars<'a> {
    text: &'a [u8],
    byte: usize,
    scalar: usize,
}

impl<'a> Scalars<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), byte: 0, scalar: 0 }
    }

    /// The scalar offset of a byte offset. One before the last asked is counted back to, which is right but slower.
    pub fn at(&mut self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        if byte >= self.byte {
            self.scalar += characters(&self.text[self.byte..byte]);
        } else {
            self.scalar -= characters(&self.text[byte..self.byte]);
        }
        self.byte = byte;
        self.scalar
    }

    /// A range. Its end is counted from its start, so nested ranges need no way back.
    pub fn range(&mut self, start: usize, end: usize) -> (usize, usize) {
        let from = self.at(start);
        let until = end.clamp(self.byte, self.text.len());
        (from, from + characters(&self.text[self.byte..until]))
    }
}

/// Every byte that does not continue a character begins one.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nested_ranges_and_steps_back_are_right() {
        let text = "岚栎科技 IPO 被立案调查😀完";
        let mut scalars = Scalars::new(text);
        assert_eq!(scalars.range(0, 12), (0, 4));
        assert_eq!(scalars.range(6, 12), (2, 4), "nested");
        assert_eq!(scalars.range(13, 16), (5, 8));
        assert_eq!(scalars.at(3), 1, "back");
        assert_eq!(scalars.at(text.len() + 9), text.chars().count(), "beyond the end is the end");
    }

    proptest! {
        #[test]
        fn equals_counting_from_the_start(text in "\\PC{0,40}") {
            let mut scalars = Scalars::new(&text);
            for (index, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(scalars.at(byte), index);
            }
        }
    }
}
