//! What stands for what: look-alikes, parts, emoji. Read once from the generated lists beside this file.

use crate::lexicon::fold::{self, Class};
use crate::lexicon::lists::Lists;
use std::collections::HashMap;
use std::sync::OnceLock;

pub struct Tables {
    /// By intended character: how many of its look-alikes are close, and these, best first.
    shapes: Lists,
    /// By character: its parts, in the ways people write them.
    splits: HashMap<Class, Vec<Vec<Class>>>,
    /// By emoji: the characters it may stand for.
    emoji: HashMap<char, Vec<Class>>,
}

/// How like another character one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    Close,
    Distant,
}

pub fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| Tables {
        shapes: shapes(include_str!("shapes.txt")),
        splits: splits(include_str!("splits.txt")),
        emoji: emoji(include_str!("emoji.txt")),
    })
}

impl Tables {
    /// The characters written in place of one, best first.
    pub fn shapes(&self, intended: Class) -> &[Class] {
        self.shapes.get(intended).split_first().map_or(&[], |(_, all)| all)
    }

    pub fn likeness(&self, intended: Class, written: Class) -> Option<Likeness> {
        let (&close, all) = self.shapes.get(intended).split_first()?;
        let place = all.iter().position(|&one| one == written)?;
        Some(if place < usize::from(close) { Likeness::Close } else { Likeness::Distant })
    }

    pub fn splits(&self, class: Class) -> &[Vec<Class>] {
        self.splits.get(&class).map_or(&[], Vec::as_slice)
    }

    pub fn emoji(&self, c: char) -> &[Class] {
        self.emoji.get(&c).map_or(&[], Vec::as_slice)
    }
}

fn lines(list: &str) -> impl Iterator<Item = Vec<&str>> {
    list.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

fn classes(text: &str) -> impl Iterator<Item = Class> {
    let table = fold::table();
    text.chars().map(|c| table.plain_class(c)).filter(|&class| fold::is_han(class) || class > fold::LEAST)
}

fn shapes(list: &str) -> Lists {
    let mut shapes = HashMap::new();
    for cells in lines(list) {
        let Some(intended) = classes(cells[0]).next() else { continue };
        // The number of close ones stands first.
        let mut all: Vec<Class> = vec![0];
        for (index, cell) in cells[1..].iter().enumerate() {
            for class in classes(cell).filter(|&class| class != intended) {
                if !all[1..].contains(&class) {
                    all.push(class);
                }
            }
            if index == 0 {
                all[0] = all.len() as u16 - 1;
            }
        }
        shapes.insert(intended, all);
    }
    Lists::new(shapes.into_iter().collect())
}

fn splits(list: &str) -> HashMap<Class, Vec<Vec<Class>>> {
    let mut splits = HashMap::new();
    for cells in lines(list) {
        let (Some(whole), Some(ways)) = (classes(cells[0]).next(), cells.get(1)) else { continue };
        let ways: Vec<Vec<Class>> = ways
            .split(' ')
            .map(|way| classes(way).collect())
            .filter(|way: &Vec<Class>| way.len() > 1)
            .collect();
        splits.insert(whole, ways);
    }
    splits
}

fn emoji(list: &str) -> HashMap<char, Vec<Class>> {
    let mut emoji: HashMap<char, Vec<Class>> = HashMap::new();
    for cells in lines(list) {
        let (Some(sign), Some(words)) = (cells[0].chars().next(), cells.get(1)) else { continue };
        if sign.is_ascii() {
            continue;
        }
        let known = emoji.entry(sign).or_default();
        for class in classes(words) {
            if !known.contains(&class) {
                known.push(class);
            }
        }
    }
    emoji
}
