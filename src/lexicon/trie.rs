//! Sequences of symbols, found by filters over two and three of them, then a walk.
//!
//! Nearly every place of a text fails the filters, bitmaps small enough for the innermost cache. What passes is looked
//! up by its first two symbols and followed symbol by symbol through one hash table of edges.

use super::LexiconError;

/// No pattern ends here.
const NONE: u32 = u32::MAX;
/// In no sequence.
pub const NO_SYMBOL: u16 = 0;
const EMPTY: u64 = u64::MAX;
const MOST_NODES: usize = (1 << 24) - 1;

pub struct Trie {
    /// The first two symbols of every sequence.
    pairs: Filter,
    /// The first three, or the first two and none.
    threes: Filter,
    /// First two symbols in the upper half, node in the lower.
    roots: Table,
    /// Node, symbol and child: 24, 16 and 24 bits.
    edges: Table,
    nodes: Vec<Node>,
}

/// A sequence in a text: where it begins, how many symbols it has, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub at: u32,
    pub len: u32,
    pub value: u32,
}

/// What a walk needs and the next one uses again.
#[derive(Debug, Default)]
pub struct Walk {
    places: Vec<u32>,
    asked: Vec<Ask>,
    going: Vec<Going>,
    found: Vec<Found>,
}

/// A key that is looked for on behalf of a place.
#[derive(Debug, Clone, Copy, Default)]
struct Ask {
    at: u32,
    key: u64,
}

/// A place, and how far it has come.
#[derive(Debug, Clone, Copy, Default)]
struct Going {
    at: u32,
    node: u32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// The number of the sequence that ends here.
    value: u32,
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
    /// For so many keys, with so many bits each where that is at most 256 KiB.
    pub fn new(keys: usize, bits: usize) -> Self {
        let bits = (keys * bits).next_power_of_two().trailing_zeros().clamp(12, 21);
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

    /// Looks many keys up, the first probe of each before the second one of any; `found` becomes those that are here.
    fn get_all(&self, asked: &mut [Ask], key_shift: u32, found: &mut Vec<Going>) {
        found.resize(asked.len().max(found.len()), Going::default());
        let (mut count, mut open, mut step) = (0, asked.len(), 0);
        while open > 0 {
            let mut kept = 0;
            for index in 0..open {
                let ask = asked[index];
                let slot = self.slots[(self.start(ask.key) + step) & (self.slots.len() - 1)];
                let here = slot >> key_shift == ask.key && slot != EMPTY;
                found[count] = Going { at: ask.at, node: (slot & ((1 << key_shift) - 1)) as u32 };
                asked[kept] = ask;
                count += usize::from(here);
                kept += usize::from(!here && slot != EMPTY);
            }
            (open, step) = (kept, step + 1);
        }
        found.truncate(count);
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
fn edge(node: u32, symbol: u16) -> u64 {
    u64::from(node) << 16 | u64::from(symbol)
}

#[inline]
fn three(a: u16, b: u16, c: u16) -> u64 {
    u64::from(pair(a, b)) << 16 | u64::from(c)
}

impl Trie {
    /// `sequences` have at least two symbols each and are sorted and distinct; each has a number of its own.
    pub fn new(sequences: &[(&[u16], u32)]) -> Result<Self, LexiconError> {
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
        let mut threes = Filter::new(sequences.len(), 16);
        for &(sequence, _) in sequences {
            threes.add(three(sequence[0], sequence[1], sequence.get(2).copied().unwrap_or(NO_SYMBOL)));
        }
        let mut pairs = Filter::new(roots.len(), 16);
        for &(pair, _) in &roots {
            pairs.add(u64::from(pair));
        }
        let (roots_table, edges_table) = (Table::new(roots.len()), Table::new(edges.len()));
        let mut trie = Self { pairs, threes, roots: roots_table, edges: edges_table, nodes };
        for (pair, node) in roots {
            trie.roots.insert(u64::from(pair), 32, u64::from(node));
        }
        for (node, symbol, child) in edges {
            trie.edges.insert(edge(node, symbol), 24, u64::from(child));
        }
        Ok(trie)
    }

    /// Every sequence that is in a text, by length and then by place. `text` ends with a symbol of no sequence.
    pub fn find<'w>(&self, text: &[u16], walk: &'w mut Walk) -> &'w [Found] {
        let mut places = std::mem::take(&mut walk.places);
        if places.len() < text.len() {
            places.resize(text.len(), 0);
        }
        let mut count = 0;
        for (at, two) in text.windows(2).enumerate() {
            places[count] = at as u32;
            count += usize::from(self.pairs.may_hold(u64::from(pair(two[0], two[1]))));
        }
        self.find_among(&mut places[..count], text, walk);
        walk.places = places;
        &walk.found
    }

    /// As `find`, at places of which the first two symbols are worth a closer look.
    pub fn find_among<'w>(&self, places: &mut [u32], text: &[u16], walk: &'w mut Walk) -> &'w [Found] {
        let mut kept = 0;
        for index in 0..places.len() {
            let at = places[index] as usize;
            let (a, b, c) = (text[at], text[at + 1], text.get(at + 2).copied().unwrap_or(NO_SYMBOL));
            places[kept] = at as u32;
            kept += usize::from(self.may_begin(a, b, c) | self.may_begin(a, b, NO_SYMBOL));
        }
        self.find_at(places[..kept].iter().copied(), |at| text[at], walk)
    }

    /// Every sequence that begins at one of these places; `symbol` tells what stands at a place.
    ///
    /// All places go on by one symbol before any goes on by two: what each of them asks of the memory does not wait for
    /// the others.
    pub fn find_at<'w>(
        &self,
        places: impl Iterator<Item = u32>,
        symbol: impl Fn(usize) -> u16,
        walk: &'w mut Walk,
    ) -> &'w [Found] {
        let Walk { asked, going, found, .. } = walk;
        found.clear();
        asked.clear();
        asked.extend(places.map(|at| {
            let place = at as usize;
            Ask { at, key: u64::from(pair(symbol(place), symbol(place + 1))) }
        }));
        self.roots.get_all(asked, 32, going);
        let mut len = 2;
        while !going.is_empty() {
            asked.clear();
            for &Going { at, node } in going.iter() {
                let Node { value, next } = self.nodes[node as usize];
                if value != NONE {
                    found.push(Found { at, len, value });
                }
                let symbol = symbol(at as usize + len as usize);
                if next >> (symbol & 31) & 1 != 0 {
                    asked.push(Ask { at, key: edge(node, symbol) });
                }
            }
            self.edges.get_all(asked, 24, going);
            len += 1;
        }
        found
    }

    /// Whether a sequence of three symbols and more may begin so.
    #[inline]
    pub fn may_begin(&self, a: u16, b: u16, c: u16) -> bool {
        self.threes.may_hold(three(a, b, c))
    }

    pub fn bytes(&self) -> usize {
        self.pairs.bytes()
            + self.threes.bytes()
            + self.roots.bytes()
            + self.edges.bytes()
            + self.nodes.len() * size_of::<Node>()
    }
}
