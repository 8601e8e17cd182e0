//! The dictionary of words and their frequencies, which decides where one word ends and the next begins.
//!
//! In come characters as folded classes (`u16`); out come natural logarithms of probabilities: of a word, and of the
//! likeliest way to cut a piece of text into words. It is made for the inner loop of the test of boundaries: asking
//! allocates nothing and takes no longer than a look or two into a table per character.
//!
//! What is a word: an entry of the dictionary; a Han character alone, known or not; a run of ASCII letters, or of
//! digits, as a whole. Every other class (punctuation, spaces, `0`) costs nothing, and no word crosses it.

mod load;

use std::ops::Range;
use std::sync::OnceLock;

/// What a run of letters or digits costs: about a common word, for we do not know which it is.
const TOKEN: f32 = -9.21;

/// Probabilities are kept as prices, `-ln P` in steps of this; the finest difference of interest is a hundred of them.
const STEP: f32 = 1.0 / 2048.0;

/// Words up to this length are kept; the generator drops longer ones.
const LONGEST: usize = 7;

/// For how many places memory is asked at once.
const AHEAD: usize = 16;

/// How far `best` comes without allocating.
const WINDOW: usize = 64;

/// The dictionary: a trie, frozen into one table.
pub struct Words {
    /// By class: what it is, its price as a word of its own, and the words that go on from there.
    first: Box<[Slot]>,
    /// A small hash table for each inner node, one after the other; nodes of one first character are neighbours.
    slots: Box<[Slot]>,
    pairs: Pairs,
    /// Those of the more frequent words, in half the room: a table that is looked at for every character of a text.
    common: Pairs,
    /// The price of a Han character that the dictionary does not have.
    unknown: u16,
}

impl Words {
    /// The one dictionary of this process, in the classes of `fold`; read when it is first asked for.
    pub fn shared() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| Self::load(|c| super::fold::table().plain_class(c)))
    }

    /// ln P of a word, or `None` where the dictionary does not have it.
    pub fn log_probability(&self, word: &[u16]) -> Option<f32> {
        let (&class, rest) = word.split_first()?;
        let mut slot = self.first[usize::from(class)];
        if rest.is_empty() {
            return (slot.is_word() && slot.price() != self.unknown).then(|| slot.cost());
        }
        for &class in rest {
            slot = self.step(slot.next(), class);
        }
        slot.is_word().then(|| slot.cost())
    }

    /// ln P of one character as a word of its own: less than any known one for an unknown Han character, that of
    /// their run for a letter or a digit, 0 for anything else.
    pub fn single(&self, class: u16) -> f32 {
        match Kind::of(class) {
            Kind::Han => self.first[usize::from(class)].cost(),
            Kind::Letter | Kind::Digit => TOKEN,
            Kind::Other => 0.0,
        }
    }

    /// Whether some word, the rarest apart, holds `a` directly followed by `b`: surely, where it does; in 2 % of the
    /// cases also where it does not.
    pub fn joins(&self, a: u16, b: u16) -> bool {
        // The smaller table is the warmer one.
        self.common.hold(a, b) || self.pairs.hold(a, b)
    }

    /// As `joins`, over the more frequent words only, and cheaper.
    #[inline]
    pub fn joins_often(&self, a: u16, b: u16) -> bool {
        self.common.hold(a, b)
    }

    /// `best[i]` becomes ln P of the likeliest way to cut `run[..i]`, read as a text of its own, into words.
    ///
    /// `best` has one place more than `run`; what does not fit is left out.
    pub fn forward(&self, run: &[u16], best: &mut [f32]) {
        let run = &run[..run.len().min(best.len().saturating_sub(1))];
        if let (&[a, b], [start, first, both]) = (run, &mut *best)
            && Kind::of(a) == Kind::Han
            && Kind::of(b) == Kind::Han
        {
            // What is asked most often.
            let slot = self.first[usize::from(a)];
            (*start, *first) = (0.0, slot.cost());
            *both = *first + self.first[usize::from(b)].cost();
            let word = self.step(slot.next(), b);
            if word.is_word() {
                *both = both.max(word.cost());
            }
            return;
        }
        best.fill(f32::NEG_INFINITY);
        if let Some(start) = best.first_mut() {
            *start = 0.0;
        }
        self.words_of(run, |start, end, cost| best[end] = best[end].max(best[start] + cost));
    }

    /// ln P of the likeliest way to cut `run` into words; it allocates for more than 64 characters.
    pub fn best(&self, run: &[u16]) -> f32 {
        if run.len() <= WINDOW {
            let mut best = [0.0; WINDOW + 1];
            self.forward(run, &mut best[..=run.len()]);
            best[run.len()]
        } else {
            let mut best = vec![0.0; run.len() + 1];
            self.forward(run, &mut best);
            best[run.len()]
        }
    }

    /// The likeliest way to cut `run` into words, for people who ask why.
    pub fn segment(&self, run: &[u16]) -> Vec<Range<usize>> {
        let mut best = vec![(f32::NEG_INFINITY, 0); run.len() + 1];
        best[0].0 = 0.0;
        self.words_of(run, |start, end, cost| {
            let here = best[start].0 + cost;
            if here > best[end].0 {
                best[end] = (here, start);
            }
        });
        let mut words = Vec::new();
        let mut end = run.len();
        while end > 0 {
            let start = best[end].1;
            words.push(start..end);
            end = start;
        }
        words.reverse();
        words
    }

    /// The memory it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.first)
            + size_of_val(&*self.slots)
            + size_of_val(&*self.pairs.bits)
            + size_of_val(&*self.common.bits)
    }

    /// Tells every possible word of `run`: start, end, ln P; by start, so that all ways to a place come before those
    /// from it. Inside a run of letters or digits a word may end, since `run` may have ended there, but none begins.
    #[inline]
    pub(super) fn words_of(&self, run: &[u16], word: impl FnMut(usize, usize, f32)) {
        self.words_before(run, run.len(), word);
    }

    /// As `words_of`, only those that begin before a place.
    #[inline]
    pub(super) fn words_before(&self, run: &[u16], place: usize, mut word: impl FnMut(usize, usize, f32)) {
        let mut ahead = [(Slot::EMPTY, Slot::EMPTY); AHEAD];
        let mut start = 0;
        while start < place {
            let block = start;
            self.look_ahead(&run[block..], place - block, &mut ahead);
            while start < place.min(block + AHEAD) {
                let (slot, second) = ahead[start - block];
                let after = match slot.kind() {
                    Kind::Han => {
                        word(start, start + 1, slot.cost());
                        start + 1
                    }
                    Kind::Other => {
                        word(start, start + 1, 0.0);
                        start + 1
                    }
                    kind => {
                        let len = run[start..].iter().take_while(|&&class| Kind::of(class) == kind).count();
                        (start..start + len).for_each(|last| word(start, last + 1, TOKEN));
                        start + len
                    }
                };
                self.words_from(run, start, slot.next(), second, &mut word);
                start = after;
            }
        }
    }

    /// The first two steps from the next places, without a branch: the memory is asked for all of them at once, which
    /// is most of what a word costs.
    #[inline]
    fn look_ahead(&self, run: &[u16], places: usize, ahead: &mut [(Slot, Slot); AHEAD]) {
        for (place, (first, second)) in ahead.iter_mut().enumerate().take(places) {
            *first = self.first[usize::from(run[place])];
            let (start, _, home) = probe(first.next(), run.get(place + 1).copied().unwrap_or(0));
            *second = self.slots[start + home];
        }
    }

    /// The words of two and more characters from `start`; `second` is where the second is looked for first.
    #[inline]
    fn words_from(
        &self,
        run: &[u16],
        start: usize,
        node: u32,
        second: Slot,
        word: &mut impl FnMut(usize, usize, f32),
    ) {
        let Some(&class) = run.get(start + 1) else { return };
        let mut slot = match second.class() {
            0 => return,
            found if found == class => second,
            _ => self.step(node, class),
        };
        let mut end = start + 2;
        loop {
            if slot.is_word() {
                word(start, end, slot.cost());
            }
            if slot.next() == NO_NODE || end == run.len() {
                return;
            }
            slot = self.step(slot.next(), run[end]);
            end += 1;
        }
    }

    /// The child of a node, or `Slot::EMPTY`.
    #[inline]
    fn step(&self, node: u32, class: u16) -> Slot {
        let (start, mask, home) = probe(node, class);
        let mut place = home;
        loop {
            let slot = self.slots[start + place];
            if slot.class() == class {
                return slot;
            }
            place = (place + 1) & mask;
            if slot.class() == 0 || place == home {
                return Slot::EMPTY;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Other,
    Han,
    Letter,
    Digit,
}

impl Kind {
    fn of(class: u16) -> Self {
        match class {
            0x3007 | 0x3400..=0x9fff | 0xf900..=0xfaff => Self::Han,
            0x41..=0x5a | 0x61..=0x7a => Self::Letter,
            0x30..=0x39 => Self::Digit,
            _ => Self::Other,
        }
    }
}

/// One character further down the trie, in eight bytes: its class (or, on the first level, which has an index instead
/// of a hash, its kind), the price of the word that ends here, and where the words go on.
#[derive(Clone, Copy)]
struct Slot(u64);

impl Slot {
    /// No word, and none goes on. Class 0 is in no word.
    const EMPTY: Self = Self::new(0, 0, NO_NODE);

    const fn new(class: u16, price: u16, next: u32) -> Self {
        Self(class as u64 | (price as u64) << 16 | (next as u64) << 32)
    }

    fn class(self) -> u16 {
        self.0 as u16
    }

    fn kind(self) -> Kind {
        match self.class() {
            1 => Kind::Han,
            2 => Kind::Letter,
            3 => Kind::Digit,
            _ => Kind::Other,
        }
    }

    fn is_word(self) -> bool {
        self.price() != 0
    }

    fn price(self) -> u16 {
        (self.0 >> 16) as u16
    }

    fn cost(self) -> f32 {
        f32::from(self.price()) * -STEP
    }

    fn next(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// The node from which no word goes on: a table of one empty place, in front of all others.
const NO_NODE: u32 = node(0, 0);

/// A node is where its table starts, and by how many bits a hash of 32 bits is shifted to fit into it.
const fn node(start: usize, bits: u32) -> u32 {
    (start as u32) << 6 | (32 - bits)
}

/// Where the table of a node starts, the mask of its places, and the place to look first.
#[inline]
fn probe(node: u32, class: u16) -> (usize, usize, usize) {
    let shift = node & 63;
    let hash = u32::from(class).wrapping_mul(0x9e37_79b1);
    let mask = (1 << (32 - shift)) - 1;
    ((node >> 6) as usize, mask, (u64::from(hash) >> shift) as usize)
}

/// Which characters follow each other inside words: two bits for each pair, in one number of 64.
struct Pairs {
    bits: Box<[u64]>,
    shift: u32,
}

impl Pairs {
    /// 2^16 times 64 bits are 512 KiB.
    fn none(bits: u32) -> Self {
        Self { bits: vec![0; 1 << bits].into(), shift: 64 - bits }
    }

    fn add(&mut self, a: u16, b: u16) {
        let (place, bits) = self.place(a, b);
        self.bits[place] |= bits;
    }

    #[inline]
    fn hold(&self, a: u16, b: u16) -> bool {
        let (place, bits) = self.place(a, b);
        self.bits[place] & bits == bits
    }

    #[inline]
    fn place(&self, a: u16, b: u16) -> (usize, u64) {
        let hash = (u64::from(a) << 16 | u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((hash >> self.shift) as usize, 1 << (hash >> 42 & 63) | 1 << (hash >> 36 & 63))
    }
}

#[cfg(test)]
mod tests;
