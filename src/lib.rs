//! Tingfeng (听风): watches news sites, forums and feeds for an organisation, and escalates by mail.
//!
//! ```text
//! schedule ─▶ fetch ─▶ read ─▶ lexicon ─▶ assess ─▶ store ─▶ escalate ─▶ mail ─▶ report
//!  who is     one      its      which     which     kept,    which step  what     what it
//!  due now    page     entries  terms     stories   once     is due now  to say   came to
//! ```
//!
//! Rooms that *decide* are plain functions over plain values; rooms that *do* touch one outside thing each; rooms
//! that *join* (`app`, `desk`, `cli`) hold no knowledge of their own. docs/DESIGN.md has the promises P1–P10.

pub mod app;
pub mod assess;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod desk;
pub mod escalate;
pub mod fetch;
pub mod health;
pub mod lexicon;
pub mod mail;
pub mod model;
pub mod read;
pub mod report;
pub mod roster;
pub mod schedule;
pub mod send;
pub mod store;
pub mod systemd;
