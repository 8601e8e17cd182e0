//! The bytes of a PDF in: its objects by number, and the content of its streams, out.

use super::filter::{self, Predictor};
use super::object::{Dict, Lexer, Object, is_space};
use super::unlock::Key;
use crate::read::attachment::paper::Paper;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

/// Where an object lies.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the file.
    Here(usize),
    /// In an unpacked stream of objects: which, and where in it.
    Packed(usize, usize),
}

pub struct File<'a> {
    bytes: &'a [u8],
    places: BTreeMap<u32, Place>,
    /// Streams of objects, in the order of the file; unpacked once the key is known.
    packs: Vec<u32>,
    unpacked: Vec<Vec<u8>>,
    trailer: Dict,
    key: Option<Key>,
    /// Objects that were asked for, each with its length in bytes.
    read: RefCell<HashMap<u32, (Object, usize)>>,
    /// How many bytes of objects were handed out: they may refer to each other without end.
    walked: Cell<usize>,
}

impl<'a> File<'a> {
    /// Finds `N G obj` wherever it stands; of two with one number the later counts, as in an update.
    pub fn open(bytes: &'a [u8]) -> Self {
        let mut file = Self {
            bytes,
            places: BTreeMap::new(),
            packs: Vec::new(),
            unpacked: Vec::new(),
            trailer: Dict::default(),
            key: None,
            read: RefCell::default(),
            walked: Cell::new(0),
        };
        let mut at = 0;
        while let Some(next) = bytes[at..].iter().position(|b| matches!(b, b'o' | b't')).map(|next| at + next)
        {
            at = next + 1;
            if bytes[next..].starts_with(b"trailer") {
                if let Some(Object::Dict(dict)) = Lexer::new(bytes, next + 7).object() {
                    file.note_trailer(dict);
                }
            } else if bytes[next..].starts_with(b"obj")
                && let Some(number) = number_before(bytes, next)
            {
                file.places.insert(number, Place::Here(next + 3));
                at = file.behind(number, next + 3).max(at);
            }
        }
        file
    }

    /// Where an object ends, as far as that can be told; notes what kind of stream it is.
    fn behind(&mut self, number: u32, at: usize) -> usize {
        let mut lexer = Lexer::new(self.bytes, at);
        let object = lexer.object();
        let Some(Object::Dict(dict)) = object else { return lexer.at.min(self.bytes.len()) };
        let Some((_, end)) = self.extent(&dict, lexer.at) else { return lexer.at };
        match dict.raw("Type") {
            Some(Object::Name(name)) if name == "ObjStm" => self.packs.push(number),
            Some(Object::Name(name)) if name == "XRef" => self.note_trailer(dict),
            _ => {}
        }
        end
    }

    fn note_trailer(&mut self, dict: Dict) {
        for (key, value) in dict.0 {
            if matches!(key.as_str(), "Root" | "Encrypt" | "ID" | "Info") {
                self.trailer.0.insert(key, value);
            }
        }
    }

    /// Begin and end of the stream behind a dictionary.
    fn extent(&self, dict: &Dict, at: usize) -> Option<(usize, usize)> {
        let mut lexer = Lexer::new(self.bytes, at);
        lexer.skip_space();
        let rest = self.bytes.get(lexer.at..)?.strip_prefix(b"stream")?;
        let mut start = lexer.at + 6;
        start += match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => 0,
        };
        let ends = |end: usize| {
            let mut tail = self.bytes.get(end..)?;
            while let Some((first, rest)) = tail.split_first().filter(|(first, _)| is_space(**first)) {
                let _ = first;
                tail = rest;
            }
            tail.starts_with(b"endstream").then_some(end)
        };
        let told = match dict.raw("Length") {
            Some(Object::Number(length)) if *length >= 0.0 => {
                start.checked_add(*length as usize).and_then(ends)
            }
            _ => None,
        };
        // The length may be told elsewhere, or be a lie.
        let end = told.or_else(|| find(self.bytes, b"endstream", start)).unwrap_or(self.bytes.len());
        Some((start, end.max(start)))
    }

    pub fn is_encrypted(&self) -> bool {
        self.trailer.raw("Encrypt").is_some()
    }

    /// Opens a file that wants no password of its readers; `false` where it does.
    pub fn unlock(&mut self) -> bool {
        let dict = self.dict(self.trailer.raw("Encrypt"));
        let id = match self.resolved(self.trailer.raw("ID")) {
            Object::Array(parts) => match parts.first() {
                Some(Object::Text(id)) => id.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let resolve = |key: &str| self.resolved(dict.raw(key));
        self.key = Key::of_nobody(&resolve, &id);
        self.read.borrow_mut().clear();
        self.key.is_some()
    }

    /// Unpacks the streams that hold objects.
    pub fn unpack(&mut self, paper: &mut Paper) {
        for number in std::mem::take(&mut self.packs) {
            let Some((dict, data)) = self.stream(number, paper) else { continue };
            let count = self.number(dict.raw("N")).unwrap_or_default() as usize;
            let first = self.number(dict.raw("First")).unwrap_or_default() as usize;
            let mut lexer = Lexer::new(&data, 0);
            let pack = self.unpacked.len();
            let mut found = Vec::new();
            for _ in 0..count.min(data.len()) {
                let (Some(Object::Number(number)), Some(Object::Number(at))) =
                    (lexer.object(), lexer.object())
                else {
                    break;
                };
                found.push((number as u32, Place::Packed(pack, first.saturating_add(at as usize))));
            }
            for (number, place) in found {
                // An object that stands in the file itself was written later, or is broken.
                if !matches!(self.places.get(&number), Some(Place::Here(_))) {
                    self.places.insert(number, place);
                }
            }
            self.unpacked.push(data);
        }
        self.read.borrow_mut().clear();
    }

    /// The catalogs: the one that the trailer names first, then whatever calls itself one.
    pub fn roots(&self) -> Vec<u32> {
        let named = match self.trailer.raw("Root") {
            Some(Object::Ref(number)) => Some(*number),
            _ => None,
        };
        let others = self.numbers().filter(|number| match self.get(*number) {
            Object::Dict(dict) => self.name(dict.raw("Type")).as_deref() == Some("Catalog"),
            _ => false,
        });
        named.into_iter().chain(others.collect::<Vec<_>>().into_iter().rev()).collect()
    }

    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.places.keys().copied().collect::<Vec<_>>().into_iter()
    }

    /// An object by its number; the dictionary where it is a stream.
    pub fn get(&self, number: u32) -> Object {
        if self.is_exhausted() {
            return Object::Null;
        }
        if let Some((known, length)) = self.read.borrow().get(&number) {
            self.walked.set(self.walked.get() + length);
            return known.clone();
        }
        let Some(place) = self.places.get(&number) else { return Object::Null };
        let (bytes, at) = match *place {
            Place::Here(at) => (self.bytes, at),
            Place::Packed(pack, at) => (self.unpacked[pack].as_slice(), at),
        };
        let mut lexer = Lexer::new(bytes, at);
        let mut object = lexer.object().unwrap_or(Object::Null);
        let length = lexer.at.saturating_sub(at);
        self.walked.set(self.walked.get() + length);
        if let (Some(key), Place::Here(_)) = (&self.key, place) {
            key.unlock_texts(number, &mut object);
        }
        let mut read = self.read.borrow_mut();
        // What is asked for again is small; a file of a million objects is walked over once.
        if read.len() < 10_000 {
            read.insert(number, (object.clone(), length));
        }
        object
    }

    /// An ordinary file hands out each of its bytes a few times.
    pub fn is_exhausted(&self) -> bool {
        self.walked.get() > self.bytes.len() * 32 + (32 << 20)
    }

    /// What a value comes to, references followed a few steps.
    pub fn resolved(&self, object: Option<&Object>) -> Object {
        let mut object = object.cloned().unwrap_or(Object::Null);
        for _ in 0..8 {
            let Object::Ref(number) = object else { return object };
            object = self.get(number);
        }
        Object::Null
    }

    pub fn dict(&self, object: Option<&Object>) -> Dict {
        match self.resolved(object) {
            Object::Dict(dict) => dict,
            _ => Dict::default(),
        }
    }

    pub fn name(&self, object: Option<&Object>) -> Option<String> {
        match self.resolved(object) {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    pub fn number(&self, object: Option<&Object>) -> Option<f64> {
        match self.resolved(object) {
            Object::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A stream unpacked, with its dictionary. Pictures come as nothing.
    pub fn stream(&self, number: u32, paper: &mut Paper) -> Option<(Dict, Vec<u8>)> {
        let Place::Here(at) = *self.places.get(&number)? else { return None };
        let mut lexer = Lexer::new(self.bytes, at);
        let Some(Object::Dict(dict)) = lexer.object() else { return None };
        let (start, end) = self.extent(&dict, lexer.at)?;
        // The length may be told by another object.
        let told = self
            .number(dict.raw("Length"))
            .map_or(end, |length| start.saturating_add(length.max(0.0) as usize));
        let end = if told < end && end - told <= 2 { told } else { end };
        if !paper.spend(end - start) {
            return None;
        }
        let mut data = self.bytes[start..end].to_vec();
        let is_xref = self.name(dict.raw("Type")).as_deref() == Some("XRef");
        if let Some(key) = self.key.as_ref().filter(|_| !is_xref) {
            data = key.unlock_stream(number, &data);
        }
        let list = |key: &str, short: &str| match self.resolved(dict.raw(key).or_else(|| dict.raw(short))) {
            Object::Array(list) => list,
            Object::Null => Vec::new(),
            one => vec![one],
        };
        let parameters = list("DecodeParms", "DP");
        for (index, filter) in list("Filter", "F").iter().enumerate().take(8) {
            let name = self.name(Some(filter)).unwrap_or_default();
            let with = self.dict(parameters.get(index));
            let of = |key: &str, usual: f64| self.number(with.raw(key)).unwrap_or(usual);
            let predictor = Predictor {
                kind: of("Predictor", 1.0) as u32,
                colors: (of("Colors", 1.0) as usize).clamp(1, 64),
                bits: (of("BitsPerComponent", 8.0) as usize).clamp(1, 32),
                columns: (of("Columns", 1.0) as usize).clamp(1, 1 << 20),
            };
            let most = paper.left().saturating_add(1);
            data = filter::undo(&name, &data, predictor, of("EarlyChange", 1.0) != 0.0, most)?;
            if !paper.spend(data.len()) {
                return None;
            }
        }
        Some((dict, data))
    }
}

/// The number before `G obj`.
fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    let mut end = at;
    let back = |end: &mut usize, fits: fn(u8) -> bool| {
        let from = *end;
        while *end > 0 && from - *end < 12 && fits(bytes[*end - 1]) {
            *end -= 1;
        }
        from - *end
    };
    back(&mut end, is_space);
    if back(&mut end, |b| b.is_ascii_digit()) == 0 || back(&mut end, is_space) == 0 {
        return None;
    }
    let last = end;
    let digits = back(&mut end, |b| b.is_ascii_digit());
    (1..=9).contains(&digits).then(|| std::str::from_utf8(&bytes[end..last]).ok()?.parse().ok())?
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(next) = bytes.get(at..)?.iter().position(|b| *b == what[0]).map(|next| at + next) {
        if bytes[next..].starts_with(what) {
            return Some(next);
        }
        at = next + 1;
    }
    None
}
