//! Undoes Content-Encoding: the bytes of the wire in, the page out, never more than a limit. No I/O.
//!
//! The wire body is evidence and is kept as it came, so the HTTP client must not decode it; and a few bytes can
//! unpack to gigabytes, so every step of the way is limited. Memory: one output buffer and the decoder's window
//! (at most 16 MiB).

use super::error::FetchError;
use bytes::Bytes;
use std::io::{self, Read};

/// What we ask servers for and can undo.
pub const ACCEPTED: &str = "gzip, deflate, br, zstd";
/// More encodings on top of each other than this are no honest page.
const LIMIT_LAYERS: usize = 4;
/// RFC 9659: windows beyond 8 MiB are not for the web.
const ZSTD_WINDOW_LOG: u32 = 23;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Reads the values of Content-Encoding, in the order in which they were applied.
pub fn encodings<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Encoding>, FetchError> {
    let mut found = Vec::new();
    for name in values.flat_map(|value| value.split(|&b| b == b',')) {
        found.push(match name.trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"identity" | b"none" | b"utf-8" => continue,
            b"gzip" | b"x-gzip" => Encoding::Gzip,
            b"deflate" => Encoding::Deflate,
            b"br" => Encoding::Brotli,
            b"zstd" => Encoding::Zstd,
            other => {
                return Err(FetchError::Encoding { name: String::from_utf8_lossy(other).into_owned() });
            }
        });
    }
    if found.len() > LIMIT_LAYERS {
        return Err(FetchError::Encoding { name: format!("{} encodings on top of each other", found.len()) });
    }
    Ok(found)
}

/// The page inside `wire`. Without an encoding this copies nothing.
pub fn decode(wire: &Bytes, encodings: &[Encoding], limit: usize) -> Result<Bytes, FetchError> {
    let mut body = wire.clone();
    for &encoding in encodings.iter().rev() {
        // A header without a body: an empty page, which the reader judges.
        if body.is_empty() {
            break;
        }
        body = match unpack(&body, encoding, limit) {
            Ok(unpacked) => Bytes::from(unpacked),
            Err(Stop::TooLarge) => return Err(FetchError::TooLarge { limit, unpacked: true }),
            Err(Stop::Cut) => {
                return Err(FetchError::Truncated { encoding: encoding.name(), bytes: wire.len() });
            }
            Err(Stop::Broken(why)) => return Err(FetchError::Broken { encoding: encoding.name(), why }),
        };
    }
    Ok(body)
}

#[derive(Debug)]
enum Stop {
    TooLarge,
    /// The input ended before its end.
    Cut,
    Broken(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Cut } else { Self::Broken(error.to_string()) }
    }
}

fn unpack(packed: &[u8], encoding: Encoding, limit: usize) -> Result<Vec<u8>, Stop> {
    let mut out = Vec::with_capacity(packed.len().saturating_mul(4).min(limit));
    match encoding {
        Encoding::Gzip => gunzip(packed, &mut out, limit)?,
        Encoding::Deflate => inflate(packed, &mut out, limit)?,
        Encoding::Brotli => unbrotli(packed, &mut out, limit)?,
        Encoding::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            drain(decoder, &mut out, limit)?;
        }
    }
    Ok(out)
}

/// Several members may follow each other; what follows the last one and is no member is padding.
fn gunzip(packed: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), Stop> {
    let mut rest = packed;
    loop {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        drain(&mut decoder, out, limit)?;
        rest = decoder.into_inner();
        if !rest.starts_with(&[0x1f, 0x8b]) {
            return Ok(());
        }
    }
}

/// `deflate` means the zlib format, but many servers send it bare.
fn inflate(packed: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), Stop> {
    let is_zlib =
        matches!(packed, [a, b, ..] if a & 0x0f == 8 && (u16::from(*a) << 8 | u16::from(*b)) % 31 == 0);
    if is_zlib {
        match drain(flate2::bufread::ZlibDecoder::new(packed), out, limit) {
            Err(Stop::Broken(_)) => out.clear(),
            other => return other,
        }
    }
    drain(flate2::bufread::DeflateDecoder::new(packed), out, limit)
}

/// The decoder calls a stream that is cut off invalid, so what it asked for tells the two apart.
fn unbrotli(packed: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), Stop> {
    let mut input = Watched { rest: packed, asked_beyond: false };
    match drain(brotli::Decompressor::new(&mut input, 16 * 1024), out, limit) {
        Err(Stop::Broken(_)) if input.asked_beyond => Err(Stop::Cut),
        Err(Stop::Broken(_)) => Err(Stop::Broken("invalid brotli data".to_owned())),
        other => other,
    }
}

struct Watched<'a> {
    rest: &'a [u8],
    asked_beyond: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.asked_beyond |= self.rest.is_empty();
        self.rest.read(buffer)
    }
}

/// Appends what `reader` gives, to `limit` bytes in all.
fn drain(reader: impl Read, out: &mut Vec<u8>, limit: usize) -> Result<(), Stop> {
    let left = limit.saturating_sub(out.len());
    reader.take(left as u64 + 1).read_to_end(out)?;
    if out.len() > limit { Err(Stop::TooLarge) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoding::{Brotli, Deflate, Gzip, Zstd};
    use flate2::Compression;
    use std::io::Write;

    fn pack(text: &[u8], encoding: Encoding) -> Vec<u8> {
        match encoding {
            Gzip => {
                let mut w = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
                w.write_all(text).unwrap();
                w.finish().unwrap()
            }
            Deflate => {
                let mut w = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
                w.write_all(text).unwrap();
                w.finish().unwrap()
            }
            Brotli => {
                let mut out = Vec::new();
                let mut w = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
                w.write_all(text).unwrap();
                drop(w);
                out
            }
            Zstd => zstd::encode_all(text, 1).unwrap(),
        }
    }

    fn bare(text: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        w.write_all(text).unwrap();
        w.finish().unwrap()
    }

    fn page() -> Vec<u8> {
        (0..4000).flat_map(|n| format!("砚溪市第{n}号公告 {}\n", n * 7919 % 4001).into_bytes()).collect()
    }

    #[test]
    fn what_was_packed_comes_out() {
        let page = page();
        for encoding in [Gzip, Deflate, Brotli, Zstd] {
            let wire = Bytes::from(pack(&page, encoding));
            assert_eq!(decode(&wire, &[encoding], page.len()).unwrap(), page, "{encoding:?}, to the byte");
        }
        let two = pack(&pack(&page, Brotli), Gzip);
        assert_eq!(decode(&two.into(), &[Brotli, Gzip], 1 << 20).unwrap(), page, "two, the last one first");
        assert_eq!(decode(&bare(&page).into(), &[Deflate], 1 << 20).unwrap(), page, "deflate without zlib");
        let members = [pack(b"one ", Gzip), pack(b"two", Gzip), vec![0; 8]].concat();
        assert_eq!(decode(&members.into(), &[Gzip], 99).unwrap(), "one two", "members, then padding");
        assert_eq!(decode(&Bytes::new(), &[Gzip], 99).unwrap(), "", "a header without a body");
    }

    #[test]
    fn what_is_cut_off_or_broken_is_told() {
        let page = page();
        for encoding in [Gzip, Deflate, Brotli, Zstd] {
            let packed = pack(&page, encoding);
            for cut in [1, 5, packed.len() / 2, packed.len() - 1] {
                let wire = Bytes::copy_from_slice(&packed[..cut]);
                let found = decode(&wire, &[encoding], 1 << 20);
                assert!(
                    matches!(found, Err(FetchError::Truncated { bytes, .. }) if bytes == cut),
                    "{encoding:?} cut at {cut}: {found:?}"
                );
            }
            let html = Bytes::from_static(b"<!DOCTYPE html><html><body>not packed at all</body></html>");
            let found = decode(&html, &[encoding], 1 << 20);
            assert!(matches!(found, Err(FetchError::Broken { .. })), "{encoding:?}: {found:?}");
        }
        let half = bare(&page);
        let found = decode(&half[..half.len() / 2].to_vec().into(), &[Deflate], 1 << 20);
        assert!(matches!(found, Err(FetchError::Truncated { .. })), "bare deflate: {found:?}");
    }

    #[test]
    fn bombs_stop_at_the_limit() {
        let zeros = vec![0; 8 << 20];
        for encoding in [Gzip, Deflate, Brotli, Zstd] {
            let wire = Bytes::from(pack(&zeros, encoding));
            let found = decode(&wire, &[encoding], 1 << 20);
            assert!(
                matches!(found, Err(FetchError::TooLarge { unpacked: true, .. })),
                "{encoding:?}: {found:?}"
            );
        }
        let nested = pack(&pack(&zeros, Gzip), Gzip);
        let found = decode(&nested.into(), &[Gzip, Gzip], 1 << 20);
        assert!(matches!(found, Err(FetchError::TooLarge { .. })), "{found:?}");
    }

    #[test]
    fn the_header_is_read_as_servers_write_it() {
        for (why, values, expected) in [
            ("none", vec![], Some(vec![])),
            ("one", vec!["gzip"], Some(vec![Gzip])),
            ("capitals and the old name", vec!["X-GZip"], Some(vec![Gzip])),
            ("a list", vec!["br, gzip"], Some(vec![Brotli, Gzip])),
            ("two lines", vec!["zstd", "deflate"], Some(vec![Zstd, Deflate])),
            ("identity is none", vec!["identity"], Some(vec![])),
            ("unknown", vec!["compress"], None),
            ("too many", vec!["gzip,gzip,gzip,gzip,gzip"], None),
        ] {
            let found = encodings(values.iter().map(|v| v.as_bytes()));
            assert_eq!(found.ok(), expected, "{why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let wire = Bytes::from(bytes);
            for encoding in [Gzip, Deflate, Brotli, Zstd] {
                let _ = decode(&wire, &[encoding], 1 << 16);
            }
        }
    }
}
