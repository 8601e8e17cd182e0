//! A small invented news world on loopback, and the configuration that watches it.
//!
//! In: a folder to write the configuration to, and the acts of the story, one after the other. Out: sites that answer
//! like real ones (list page, feeds, a forum that grows, a GBK portal, an own site, robots.txt, `ETag` and 304).
//! No other room knows that it is a demonstration: the daemon that watches this world is the daemon itself, with a
//! ladder in seconds and mail into a folder. Every name, code and address in it is invented.

mod config;
mod html;
mod pages;
mod world;

pub use config::write_config;
pub use world::{Act, World};

/// What the world hides from a matcher that reads only what is written: where, how it is written, what it means.
/// The daemon sees through it.
pub struct Disguise {
    /// Path of the page.
    pub path: &'static str,
    pub written: &'static str,
    pub term: &'static str,
}

/// Published with act 2.
pub const DISGUISES: &[Disguise] = &[
    Disguise { path: "/bar/t/88202.html", written: "立.案.调.查", term: "立案调查" },
    Disguise { path: "/bar/t/88202.html", written: "bao雷", term: "爆雷" },
];
