//! Files that are locked for writing only: they open without a password, once the key is made.

use super::object::Object;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::typenum::U16;
use aes::cipher::{BlockDecrypt, BlockEncrypt, BlockSizeUser, KeyInit};
use aes::{Aes128, Aes256};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

const PAD: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e,
    0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Rc4,
    Aes128,
    Aes256,
}

#[derive(Debug, Clone)]
pub struct Key {
    bytes: Vec<u8>,
    streams: Way,
    texts: Way,
}

impl Key {
    /// The key of a file that wants no password; `None` where it wants one, or is locked in a way that we do not know.
    pub fn of_nobody(resolve: &dyn Fn(&str) -> Object, id: &[u8]) -> Option<Self> {
        let number = |key: &str| match resolve(key) {
            Object::Number(number) => Some(number as i64),
            _ => None,
        };
        let text = |key: &str| match resolve(key) {
            Object::Text(text) => text,
            _ => Vec::new(),
        };
        if !matches!(resolve("Filter"), Object::Name(name) if name == "Standard") {
            return None;
        }
        let (version, revision) = (number("V")?, number("R")?);
        let (owner, user) = (text("O"), text("U"));
        let way = |key: &str| match version {
            1 | 2 => Some(Way::Rc4),
            4 | 5 => filter(&resolve("CF"), &resolve(key)),
            _ => None,
        };
        let (streams, texts) = (way("StmF")?, way("StrF")?);
        let key = if version == 5 {
            of_today(&user, &text("UE"), revision)?
        } else {
            let length = if revision == 2 { 5 } else { number("Length").unwrap_or(128) as usize / 8 };
            // A file of version 4 says its length elsewhere, and it is always this.
            let length = if version == 4 { 16 } else { length.clamp(5, 16) };
            let metadata = !matches!(resolve("EncryptMetadata"), Object::Word(word) if word == "false");
            let rights = number("P").unwrap_or_default() as i32;
            of_old(&owner, &user, rights, id, revision, length, metadata)?
        };
        Some(Self { bytes: key, streams, texts })
    }

    pub fn unlock_stream(&self, number: u32, data: &[u8]) -> Vec<u8> {
        self.unlock(self.streams, number, data)
    }

    pub fn unlock_texts(&self, number: u32, object: &mut Object) {
        match object {
            Object::Text(text) => *text = self.unlock(self.texts, number, text),
            Object::Array(list) => list.iter_mut().for_each(|one| self.unlock_texts(number, one)),
            Object::Dict(dict) => dict.0.values_mut().for_each(|one| self.unlock_texts(number, one)),
            _ => {}
        }
    }

    fn unlock(&self, way: Way, number: u32, data: &[u8]) -> Vec<u8> {
        // Generations are all but always zero.
        let of_object = |salt: &[u8]| {
            let id = number.to_le_bytes();
            let digest = md5(&[&self.bytes, &id[..3], &[0, 0], salt]);
            digest[..(self.bytes.len() + 5).min(16)].to_vec()
        };
        match way {
            Way::Plain => data.to_vec(),
            Way::Rc4 => rc4(&of_object(b""), data),
            Way::Aes128 => cbc(&of_object(b"sAlT"), data),
            Way::Aes256 => cbc(&self.bytes, data),
        }
    }
}

fn filter(filters: &Object, name: &Object) -> Option<Way> {
    let Object::Name(name) = name else { return Some(Way::Plain) };
    if name == "Identity" {
        return Some(Way::Plain);
    }
    let Object::Dict(filters) = filters else { return None };
    let Some(Object::Dict(filter)) = filters.raw(name) else { return None };
    match filter.raw("CFM") {
        Some(Object::Name(way)) => match way.as_str() {
            "V2" => Some(Way::Rc4),
            "AESV2" => Some(Way::Aes128),
            "AESV3" => Some(Way::Aes256),
            "None" => Some(Way::Plain),
            _ => None,
        },
        _ => None,
    }
}

fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// ISO 32000-1, algorithm 2, and 4 to 6 to see whether the password is empty.
fn of_old(
    owner: &[u8],
    user: &[u8],
    rights: i32,
    id: &[u8],
    revision: i64,
    length: usize,
    metadata: bool,
) -> Option<Vec<u8>> {
    let rest: &[u8] = if revision >= 4 && !metadata { &[0xff; 4] } else { &[] };
    let mut digest = md5(&[&PAD, owner.get(..32)?, &rights.to_le_bytes(), id, rest]);
    if revision >= 3 {
        for _ in 0..50 {
            digest = md5(&[&digest[..length]]);
        }
    }
    let key = digest[..length].to_vec();
    let fits = if revision == 2 {
        rc4(&key, &PAD) == user.get(..32)?
    } else {
        let mut check = rc4(&key, &md5(&[&PAD, id]));
        for round in 1..=19 {
            let turned: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
            check = rc4(&turned, &check);
        }
        check == user.get(..16)?
    };
    fits.then_some(key)
}

/// ISO 32000-2, algorithm 2.A.
fn of_today(user: &[u8], locked: &[u8], revision: i64) -> Option<Vec<u8>> {
    let hash = |salt: &[u8]| if revision >= 6 { hardened(salt) } else { Sha256::digest(salt).to_vec() };
    if hash(user.get(32..40)?) != user.get(..32)? {
        return None;
    }
    let key = hash(user.get(40..48)?);
    Some(cbc_blocks(&key, &[0; 16], locked.get(..32)?))
}

/// Algorithm 2.B for an empty password.
fn hardened(salt: &[u8]) -> Vec<u8> {
    let mut key = Sha256::digest(salt).to_vec();
    let mut round = 0;
    loop {
        let mut data = key.repeat(64);
        let Ok(cipher) = Aes128::new_from_slice(&key[..16]) else { return key };
        let mut before: [u8; 16] = key[16..32].try_into().unwrap_or_default();
        for block in data.as_chunks_mut::<16>().0 {
            let mixed: [u8; 16] = std::array::from_fn(|at| block[at] ^ before[at]);
            let mut mixed = GenericArray::from(mixed);
            cipher.encrypt_block(&mut mixed);
            before = mixed.into();
            *block = before;
        }
        let rest = data[..16].iter().map(|byte| u32::from(*byte)).sum::<u32>() % 3;
        key = match rest {
            0 => Sha256::digest(&data).to_vec(),
            1 => Sha384::digest(&data).to_vec(),
            _ => Sha512::digest(&data).to_vec(),
        };
        round += 1;
        if round >= 64 && u32::from(data[data.len() - 1]) <= round - 32 {
            key.truncate(32);
            return key;
        }
    }
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|index| index as u8);
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let next = |byte: &u8| {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        byte ^ state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))]
    };
    data.iter().map(next).collect()
}

/// The first block is the beginning, the last one says how much of it is padding.
fn cbc(key: &[u8], data: &[u8]) -> Vec<u8> {
    let Some((start, rest)) = data.split_first_chunk::<16>() else { return Vec::new() };
    let mut out = cbc_blocks(key, start, rest);
    if let Some(&pad @ 1..=16) = out.last() {
        out.truncate(out.len().saturating_sub(pad.into()));
    }
    out
}

fn cbc_blocks(key: &[u8], start: &[u8; 16], data: &[u8]) -> Vec<u8> {
    match key.len() {
        16 => Aes128::new_from_slice(key).map(|cipher| unchained(&cipher, start, data)),
        _ => Aes256::new_from_slice(key).map(|cipher| unchained(&cipher, start, data)),
    }
    .unwrap_or_default()
}

fn unchained<C: BlockDecrypt + BlockSizeUser<BlockSize = U16>>(
    cipher: &C,
    start: &[u8; 16],
    data: &[u8],
) -> Vec<u8> {
    let (mut out, mut before) = (Vec::with_capacity(data.len()), *start);
    for block in data.as_chunks::<16>().0 {
        let mut plain = GenericArray::from(*block);
        cipher.decrypt_block(&mut plain);
        out.extend(plain.iter().zip(before).map(|(byte, mask)| byte ^ mask));
        before = *block;
    }
    out
}
