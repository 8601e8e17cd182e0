//! Sequences of symbols, found by a filter over pairs, then a walk.
//!
//! Nearly every place of a text fails the filter, a bitmap small enough for the innermost cache. What passes is looked
//! up by its first two symbols and followed symbol by symbol through one hash table of edges.

use super::LexiconError;

/// No pattern ends here.
pub const NONE: u32 = u32::MAX;
const EMPTY: u64 = u64::MAX;
const MOST_NODES: usize = (1 << 24) - 1;

pub struct Trie {
    filter: Filter,
    /// First two symbols in the upper half, node in the lower.
    roots: Table,
    /// Node, symbol and child: 24, 16 and 24 bits.
    edges: Table,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// The number of the sequence that ends here.
    pub value: u32,
    /// A bit for each symbol that may follow, by its lowest five bits.
    next: u32,
}

/// Which keys there may be: two bits of one word for each, so that a look is one load.
#[derive(Debug, Default)]
pub struct Filter {
    words: Vec<u64>,
    shift: u32,
}

impl Filter {
    /// For so many keys, sixteen bits each where that is at most 256 KiB.
    pub fn new(keys: usize) -> Self {
        let bits = (keys * 16).next_power_of_two().trailing_zeros().clamp(12, 21);
        Self { words: vec![0; 1 << (bits - 6)], shift: 64 - (bits - 6) }
    }

    pub fn add(&mut self, key: u64) {
        let (word, bits) = self.place(key);
        self.words[word] |= bits;
    }

    #[inline]
    pub fn may_hold(&self, key: u64) -> bool {
        let (word, bits) = self.place(key);
        self.words[word & (self.words.len() - 1)] & bits == bits
    }

    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        let hash = scatter(key);
        ((hash >> self.shift) as usize, 1 << (hash >> 30 & 63) | 1 << (hash >> 24 & 63))
    }

    pub fn bytes(&self) -> usize {
        self.words.len() * 8
    }
}

/// Open addressing over whole words; the upper bits of a slot are its key.
struct Table {
    slots: Vec<u64>,
    shift: u32,
}

impl Table {
    fn new(entries: usize) -> Self {
        let bits = (entries * 2).next_power_of_two().trailing_zeros().max(4);
        Self { slots: vec![EMPTY; 1 << bits], shift: 64 - bits }
    }

    fn insert(&mut self, key: u64, key_shift: u32, value: u64) {
        let mut at = self.start(key);
        while self.slots[at] != EMPTY {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = key << key_shift | value;
    }

    #[inline]
    fn get(&self, key: u64, key_shift: u32) -> Option<u64> {
        let mut at = self.start(key);
        loop {
            let slot = self.slots[at];
            if slot >> key_shift == key && slot != EMPTY {
                return Some(slot & ((1 << key_shift) - 1));
            }
            if slot == EMPTY {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn start(&self, key: u64) -> usize {
        (scatter(key) >> self.shift) as usize
    }

    fn bytes(&self) -> usize {
        self.slots.len() * 8
    }
}

#[inline]
pub fn pair(a: u16, b: u16) -> u32 {
    u32::from(a) << 16 | u32::from(b)
}

#[inline]
pub fn scatter(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[inline]
fn three(a: u16, b: u16, c: u16) -> u64 {
    u64::from(pair(a, b)) << 16 | u64::from(c)
}

impl Trie {
    /// `sequences` have at least two symbols each and are sorted and distinct; each has a number of its own.
    pub fn new(sequences: &[(&[u16], u32)]) -> Result<Self, LexiconError> {
        Self::build(sequences, false)
    }

    /// With a filter over three symbols, for `may_begin_deep`; shorter sequences do not pass it.
    pub fn deep(sequences: &[(&[u16], u32)]) -> Result<Self, LexiconError> {
        Self::build(sequences, true)
    }

    fn build(sequences: &[(&[u16], u32)], deep: bool) -> Result<Self, LexiconError> {
        let mut nodes = Vec::with_capacity(sequences.len() * 2);
        let mut edges: Vec<(u32, u16, u32)> = Vec::with_capacity(sequences.len() * 2);
        let mut roots: Vec<(u32, u32)> = Vec::new();
        let mut path: Vec<u32> = Vec::new();
        let mut before: &[u16] = &[];
        for &(sequence, value) in sequences {
            let shared = sequence.iter().zip(before).take_while(|(a, b)| a == b).count();
            if shared < 2 {
                roots.push((pair(sequence[0], sequence[1]), nodes.len() as u32));
                path.clear();
                path.push(nodes.len() as u32);
                nodes.push(Node { value: NONE, next: 0 });
            } else {
                path.truncate(shared - 1);
            }
            for &symbol in &sequence[path.len() + 1..] {
                let parent = path[path.len() - 1];
                let child = nodes.len() as u32;
                nodes[parent as usize].next |= 1 << (symbol & 31);
                edges.push((parent, symbol, child));
                nodes.push(Node { value: NONE, next: 0 });
                path.push(child);
            }
            nodes[path[path.len() - 1] as usize].value = value;
            before = sequence;
        }
        if nodes.len() > MOST_NODES {
            return Err(LexiconError::TooLarge(format!("{} places", nodes.len())));
        }
        let mut filter = Filter::new(if deep { sequences.len() } else { roots.len() });
        for &(sequence, _) in sequences {
            match (deep, sequence) {
                (true, &[a, b, c, ..]) => filter.add(three(a, b, c)),
                (false, &[a, b, ..]) => filter.add(u64::from(pair(a, b))),
                _ => {}
            }
        }
        let mut trie = Self { filter, roots: Table::new(roots.len()), edges: Table::new(edges.len()), nodes };
        for (pair, node) in roots {
            trie.roots.insert(u64::from(pair), 32, u64::from(node));
        }
        for (node, symbol, child) in edges {
            trie.edges.insert(u64::from(node) << 16 | u64::from(symbol), 24, u64::from(child));
        }
        Ok(trie)
    }

    /// The places of a text at which a sequence may begin, into `found`, which has room for all of them.
    pub fn candidates<'f>(&self, text: &[u16], found: &'f mut Vec<u32>) -> &'f [u32] {
        if found.len() < text.len() + 1 {
            found.resize(text.len() + 1, 0);
        }
        let places = &mut found[..=text.len()];
        let mut count = 0;
        for (at, two) in text.windows(2).enumerate() {
            places[count] = at as u32;
            count += usize::from(self.filter.may_hold(u64::from(pair(two[0], two[1]))));
        }
        &found[..count]
    }

    #[inline]
    pub fn may_begin_deep(&self, a: u16, b: u16, c: u16) -> bool {
        self.filter.may_hold(three(a, b, c))
    }

    #[inline]
    pub fn root(&self, a: u16, b: u16) -> Option<u32> {
        self.roots.get(u64::from(pair(a, b)), 32).map(|node| node as u32)
    }

    #[inline]
    pub fn node(&self, node: u32) -> Node {
        self.nodes[node as usize]
    }

    #[inline]
    pub fn child(&self, node: u32, symbol: u16) -> Option<u32> {
        if self.nodes[node as usize].next >> (symbol & 31) & 1 == 0 {
            return None;
        }
        self.edges.get(u64::from(node) << 16 | u64::from(symbol), 24).map(|child| child as u32)
    }

    pub fn bytes(&self) -> usize {
        self.filter.bytes() + self.roots.bytes() + self.edges.bytes() + self.nodes.len() * size_of::<Node>()
    }
}
