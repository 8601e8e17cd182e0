//! Published office contacts, and the key under which a number is recognised again.

use super::Piece;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::HashSet;
use std::fmt;

/// Numbers and addresses that are nobody's own. `*@lanli.example` allows every address of a domain.
#[derive(Debug, Clone, Default)]
pub(super) struct Allow {
    values: HashSet<String>,
    domains: HashSet<String>,
}

impl Allow {
    pub fn new(list: &[String]) -> Self {
        let mut allow = Self::default();
        for entry in list {
            let entry = entry.trim();
            if let Some(domain) = entry.strip_prefix("*@") {
                allow.domains.insert(domain.to_ascii_lowercase());
            } else if entry.contains('@') {
                allow.values.insert(entry.to_ascii_lowercase());
            } else {
                allow.values.insert(canonical(entry));
            }
        }
        allow
    }

    pub fn has(&self, piece: &Piece) -> bool {
        let domain = || piece.value.rsplit_once('@').map(|(_, domain)| domain);
        self.values.contains(&piece.value)
            || !self.domains.is_empty() && domain().is_some_and(|domain| self.domains.contains(domain))
    }
}

/// Letters and digits only, a mobile number without its country: `+86 139-0000-0000` allows `13900000000`.
fn canonical(entry: &str) -> String {
    let fold = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xfee0),
        c => Some(c).filter(char::is_ascii_alphanumeric),
    };
    let plain: String = entry.chars().filter_map(fold).map(|c| c.to_ascii_uppercase()).collect();
    match plain.strip_prefix("00").unwrap_or(&plain).strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => plain,
    }
}

/// By which a number is recognised without being kept: 16 hexadecimal digits, different in every installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trace(u64);

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Makes traces. Its key is derived from the installation's, so that no trace says anything of a Message-ID.
#[derive(Clone)]
pub(super) struct Hasher(Hmac<Sha256>);

impl Hasher {
    pub fn new(instance_key: &[u8]) -> Self {
        let own = mac(instance_key).chain_update(b"tingfeng/personal/1").finalize().into_bytes();
        Self(mac(&own))
    }

    pub fn trace(&self, kind: &str, value: &str) -> Trace {
        let whole =
            self.0.clone().chain_update(kind).chain_update([0]).chain_update(value).finalize().into_bytes();
        let mut first = [0; 8];
        first.copy_from_slice(&whole[..8]);
        Trace(u64::from_be_bytes(first))
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("<secret>")
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
