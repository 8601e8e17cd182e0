//! Reads a mail back as far as a story asks: who, what about, what it says.

use std::fmt::Write;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub in_reply_to: Option<String>,
}

impl Letter {
    pub fn read(bytes: &[u8]) -> Self {
        let (headers, body) = split(&String::from_utf8_lossy(bytes).replace("\r\n", "\n"));
        let kind = header(&headers, "content-type").unwrap();
        let boundary = format!("--{}", kind.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap());
        let part = |wanted: &str| {
            let parts = body.split(&boundary).map(split);
            let (headers, body) = parts
                .into_iter()
                .find(|(headers, _)| {
                    header(headers, "content-type").is_some_and(|kind| kind.starts_with(wanted))
                })
                .unwrap_or_else(|| panic!("the mail has no {wanted} part"));
            let coding = header(&headers, "content-transfer-encoding").unwrap_or_default();
            String::from_utf8(decode(&coding, &body)).unwrap()
        };
        let to = header(&headers, "to").unwrap();
        Self {
            to: to.rsplit(' ').next().unwrap().trim_matches(['<', '>']).to_owned(),
            subject: words(&header(&headers, "subject").unwrap()),
            text: part("text/plain"),
            html: part("text/html"),
            message_id: header(&headers, "message-id").unwrap(),
            in_reply_to: header(&headers, "in-reply-to"),
        }
    }
}

/// Headers, unfolded, and the body.
fn split(text: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = text.trim_start_matches('\n').split_once("\n\n").unwrap_or((text, ""));
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    (headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(), body.to_owned())
}

fn header(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

fn decode(coding: &str, body: &str) -> Vec<u8> {
    match coding.to_ascii_lowercase().as_str() {
        "base64" => base64(body),
        "quoted-printable" => quoted(&body.replace("=\n", "")),
        _ => body.into(),
    }
}

/// RFC 2047: `=?utf-8?b?…?=` and `=?utf-8?q?…?=`; blanks between two such words mean nothing.
fn words(text: &str) -> String {
    let (mut out, mut after_word) = (String::new(), false);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let parts: Vec<&str> = word.trim_start_matches("=?").trim_end_matches("?=").split('?').collect();
        let encoded = word.starts_with("=?") && word.ends_with("?=") && parts.len() == 3;
        if !(out.is_empty() || after_word && encoded) {
            out.push(' ');
        }
        after_word = encoded;
        match (encoded, parts.get(1)) {
            (true, Some(&("b" | "B"))) => out += &String::from_utf8_lossy(&base64(parts[2])),
            (true, _) => out += &String::from_utf8_lossy(&quoted(&parts[2].replace('_', " "))),
            (false, _) => write!(out, "{word}").unwrap(),
        }
    }
    out
}

fn base64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for sign in text.bytes().filter_map(|b| SIGNS.iter().position(|sign| *sign == b)) {
        bits = bits << 6 | sign as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

fn quoted(text: &str) -> Vec<u8> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (bytes[at], code) {
            (b'=', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}
