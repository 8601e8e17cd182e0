//! From the packed file to the frozen trie. LICENCE.md says whose words they are, generate.py how they are packed.

use super::{Kind, LONGEST, NO_NODE, Pairs, STEP, Slot, Words, node, probe};

const DICTIONARY: &[u8] = include_bytes!("dictionary.zst");

/// Steps of the frequencies in the file, for a factor of e.
const SCALE: f32 = 18.0;

/// Pairs of characters count from words of this frequency on; below are mostly accidents of jieba's sources.
const LEAST: f32 = 3.0;

/// And from this one on for the smaller table.
const OFTEN: f32 = 6.0;

impl Words {
    /// The dictionary, each character as the class that `fold` gives it; 0 is no class.
    ///
    /// Words that become one add their frequencies; those with a character that can stand in no word are left out.
    pub fn load(fold: impl Fn(char) -> u16) -> Self {
        let packed = zstd::decode_all(DICTIONARY).expect("the file is compiled in, and the tests read it");
        let (entries, total) = unpacked(&packed, fold);
        Self::build(entries, total)
    }

    /// The dictionary with each character as its own class.
    pub fn unfolded() -> Self {
        Self::load(|character| u16::try_from(u32::from(character)).unwrap_or(0))
    }

    pub(super) fn build(mut entries: Vec<Entry>, total: f32) -> Self {
        // The stable sort is the fast one: folding leaves the order of the file almost as it was.
        entries.sort_by_key(|entry| entry.0);
        entries.dedup_by(|entry, kept| entry.same_word(*kept) && kept.add(*entry));
        let unknown = price(0.5, total);
        let common = price(LEAST, total);
        let often = price(OFTEN, total);
        let (mut pairs, mut common_pairs) = (Pairs::none(16), Pairs::none(15));
        for entry in entries.iter().filter(|entry| entry.price() <= common) {
            for depth in 1..entry.len() {
                let (a, b) = (entry.class(depth - 1), entry.class(depth));
                pairs.add(a, b);
                if entry.price() <= often {
                    common_pairs.add(a, b);
                }
            }
        }
        let mut slots = Vec::with_capacity(entries.len() * 2);
        slots.push(Slot::EMPTY); // of NO_NODE
        let first = first(&entries, unknown, &mut slots);
        Self { first, slots: slots.into(), pairs, common: common_pairs, unknown }
    }
}

/// `-ln P`, in the steps of a slot.
pub(super) fn price(frequency: f32, total: f32) -> u16 {
    ((total / frequency).ln() / STEP).round().max(1.0) as u16
}

/// A word and its price: seven classes of 16 bits, the first on top and zeros after the last, then the price. Sorting
/// the numbers sorts the words.
#[derive(Clone, Copy)]
pub(super) struct Entry(u128);

impl Entry {
    /// `None` for what is no word.
    pub(super) fn new(word: &[u16], price: u16) -> Option<Self> {
        if word.len() > LONGEST || word.iter().any(|&class| Kind::of(class) == Kind::Other) {
            return None;
        }
        let classes = (0..LONGEST).map(|depth| word.get(depth).copied().unwrap_or(0));
        Some(Self(classes.chain([price]).fold(0, |bits, part| bits << 16 | u128::from(part))))
    }

    fn class(self, depth: usize) -> u16 {
        (self.0 >> (16 * (LONGEST - depth))) as u16
    }

    fn len(self) -> usize {
        LONGEST - (self.0 >> 16).trailing_zeros().min(112) as usize / 16
    }

    fn price(self) -> u16 {
        self.0 as u16
    }

    fn same_word(self, other: Self) -> bool {
        self.0 >> 16 == other.0 >> 16
    }

    fn add(&mut self, other: Self) -> bool {
        let [one, two] = [self.price(), other.price()].map(|price| (f32::from(price) * -STEP).exp());
        self.0 = self.0 >> 16 << 16 | u128::from(price(one + two, 1.0));
        true
    }
}

/// The entries of the file, and the sum of all frequencies.
fn unpacked(packed: &[u8], fold: impl Fn(char) -> u16) -> (Vec<Entry>, f32) {
    let number = |at: usize| u32::from_le_bytes([packed[at], packed[at + 1], packed[at + 2], packed[at + 3]]);
    let (count, total) = (number(0) as usize, number(8) as f32);
    let (heads, rest) = packed[12..].split_at(count);
    let (frequencies, tails) = rest.split_at(count);
    let prices: Vec<u16> =
        (0..=255).map(|step| price((f32::from(step as u8) / SCALE).exp(), total)).collect();

    let mut entries = Vec::with_capacity(count);
    let mut tails = tails.chunks_exact(2).map(|pair| u32::from(u16::from_le_bytes([pair[0], pair[1]])));
    let mut word = [0; LONGEST];
    for (head, &frequency) in heads.iter().zip(frequencies) {
        let shared = usize::from(head >> 4);
        let len = shared + usize::from(head & 15);
        for (class, tail) in word[shared..len].iter_mut().zip(&mut tails) {
            *class = char::from_u32(tail).map_or(0, &fold);
        }
        entries.extend(Entry::new(&word[..len], prices[usize::from(frequency)]));
    }
    (entries, total)
}

/// The first level: all classes, with the trie below them laid out in `slots`.
fn first(entries: &[Entry], unknown: u16, slots: &mut Vec<Slot>) -> Box<[Slot]> {
    let mut first: Box<[Slot]> = (0..=u16::MAX)
        .map(|class| match Kind::of(class) {
            Kind::Han => Slot::new(1, unknown, NO_NODE),
            Kind::Letter => Slot::new(2, 0, NO_NODE),
            Kind::Digit => Slot::new(3, 0, NO_NODE),
            Kind::Other => Slot::EMPTY,
        })
        .collect();
    for group in entries.chunk_by(|a, b| a.class(0) == b.class(0)) {
        let slot = &mut first[usize::from(group[0].class(0))];
        let (price, next) = below(group, 0, slots);
        *slot = Slot::new(slot.class(), if price == 0 { slot.price() } else { price }, next);
    }
    first
}

/// The price of the word that ends at `depth` (0 if none does), and the node of the longer ones. All of `group` have the
/// same classes up to there.
fn below(group: &[Entry], depth: usize, slots: &mut Vec<Slot>) -> (u16, u32) {
    let (price, longer) = match group {
        [word, longer @ ..] if word.len() == depth + 1 => (word.price(), longer),
        _ => (0, group),
    };
    (price, if longer.is_empty() { NO_NODE } else { branch(longer, depth + 1, slots) })
}

/// Lays out one node: the classes at `depth` of entries that are the same before.
fn branch(entries: &[Entry], depth: usize, slots: &mut Vec<Slot>) -> u32 {
    let groups = entries.chunk_by(|a, b| a.class(depth) == b.class(depth));
    // At most three quarters full, so that a look or two suffice; one or two classes may fill their table.
    let places = (groups.clone().count() * 4 / 3).next_power_of_two();
    let start = slots.len();
    let node = node(start, places.trailing_zeros());
    slots.resize(start + places, Slot::EMPTY);
    for group in groups {
        let class = group[0].class(depth);
        let (price, next) = below(group, depth, slots);
        let (_, mask, mut place) = probe(node, class);
        while slots[start + place].class() != 0 {
            place = (place + 1) & mask;
        }
        slots[start + place] = Slot::new(class, price, next);
    }
    node
}
