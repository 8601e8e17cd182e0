//! Stories: the whole program but its loops, told through a `World` whose web, mail and clock are ours.
//!
//! Each story is named with a sentence; where it proves a promise of docs/DESIGN.md it carries the promise's number.
//! Rounds are called by hand, so nothing sleeps and nothing depends on how fast the machine is.

mod broken;
mod crawling;
mod demo;
mod evasion;
mod evidence;
mod files;
mod ladder;
mod lexicon_sentences;
mod lexicons;
mod mailing;
mod matters;
mod news;
mod own;
mod personal;
mod reading;
mod rooms;
mod settings;
mod tables;
mod wake;
mod watching;
mod world;
