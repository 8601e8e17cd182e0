//! What a stream holds, unpacked within a bound.

use flate2::read::{DeflateDecoder, ZlibDecoder};
use std::io::Read;

/// How the rows of a stream were prepared before they were packed.
#[derive(Debug, Clone, Copy)]
pub struct Predictor {
    pub kind: u32,
    pub colors: usize,
    pub bits: usize,
    pub columns: usize,
}

/// One filter undone; `None` for those of pictures. At most `most` bytes come out.
pub fn undo(name: &str, data: &[u8], predictor: Predictor, early: bool, most: usize) -> Option<Vec<u8>> {
    Some(match name {
        "FlateDecode" | "Fl" => predicted(flate(data, most), predictor),
        "LZWDecode" | "LZW" => predicted(lzw(data, early, most), predictor),
        "ASCIIHexDecode" | "AHx" => hex(data),
        "ASCII85Decode" | "A85" => ascii85(data, most),
        "RunLengthDecode" | "RL" => run_length(data, most),
        "Crypt" => data.to_vec(),
        _ => return None,
    })
}

/// What comes out before an error counts.
fn flate(data: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = ZlibDecoder::new(data).take(most as u64).read_to_end(&mut out);
    if out.is_empty() {
        let _ =
            DeflateDecoder::new(data.get(2..).unwrap_or_default()).take(most as u64).read_to_end(&mut out);
    }
    out
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().take_while(|b| **b != b'>').copied().filter_map(super::object::nibble);
    let digits: Vec<u8> = digits.collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
}

fn ascii85(data: &[u8], most: usize) -> Vec<u8> {
    let (mut out, mut group) = (Vec::new(), Vec::with_capacity(5));
    for &byte in data.strip_prefix(b"<~").unwrap_or(data) {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => {}
        }
        if group.len() == 5 {
            out.extend(five(&group));
            group.clear();
        }
        if out.len() > most {
            break;
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        out.extend(&five(&group)[..kept]);
    }
    out
}

fn five(group: &[u8]) -> [u8; 4] {
    group
        .iter()
        .fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(*digit)))
        .to_be_bytes()
}

fn run_length(data: &[u8], most: usize) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&length) = data.get(at) {
        at += 1;
        match length {
            128 => break,
            0..=127 => {
                let end = (at + usize::from(length) + 1).min(data.len());
                out.extend_from_slice(&data[at..end]);
                at = end;
            }
            _ => {
                let Some(&byte) = data.get(at) else { break };
                out.extend(std::iter::repeat_n(byte, 257 - usize::from(length)));
                at += 1;
            }
        }
        if out.len() > most {
            break;
        }
    }
    out
}

fn lzw(data: &[u8], early: bool, most: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    // Each known string as a place in what has come out so far.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    let mut last: Option<(usize, usize)> = None;
    for &byte in data {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = (bits >> held) & ((1 << width) - 1);
        bits &= (1 << held) - 1;
        let start = out.len();
        match code {
            256 => {
                table.clear();
                (width, last) = (9, None);
                continue;
            }
            257 => break,
            0..=255 => out.push(code as u8),
            _ => {
                let known = table.get(code as usize - 258).copied();
                // The string that is just being made: the last one and its own first letter.
                let Some((from, length)) = known.or(last.map(|(from, length)| (from, length + 1))) else {
                    break;
                };
                for index in from..from + length {
                    let Some(&byte) = out.get(index) else { break };
                    out.push(byte);
                }
            }
        }
        if let Some((from, length)) = last
            && table.len() < 4096 - 258
        {
            table.push((from, length + 1));
        }
        last = Some((start, out.len() - start));
        let next = table.len() + 258 + usize::from(early);
        width = match next {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
        if out.len() > most {
            break;
        }
    }
    out
}

fn predicted(data: Vec<u8>, predictor: Predictor) -> Vec<u8> {
    let Predictor { kind, colors, bits, columns } = predictor;
    let step = (colors * bits).div_ceil(8).max(1);
    let row = (columns * colors * bits).div_ceil(8).max(1);
    match kind {
        2 if bits == 8 => {
            let mut data = data;
            for line in data.chunks_mut(row) {
                for at in step..line.len() {
                    line[at] = line[at].wrapping_add(line[at - step]);
                }
            }
            data
        }
        10.. => png(&data, row, step),
        _ => data,
    }
}

fn png(data: &[u8], row: usize, step: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0; row.min(data.len())];
    for line in data.chunks(row + 1) {
        let (kind, mut now) = (line[0], line[1..].to_vec());
        for at in 0..now.len() {
            let left = if at >= step { now[at - step] } else { 0 };
            let up = above.get(at).copied().unwrap_or_default();
            let corner = if at >= step { above.get(at - step).copied().unwrap_or_default() } else { 0 };
            let guess = match kind {
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            now[at] = now[at].wrapping_add(guess);
        }
        out.extend_from_slice(&now);
        above = now;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i32::from(left) + i32::from(up) - i32::from(corner);
    let far = |byte: u8| (guess - i32::from(byte)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}
