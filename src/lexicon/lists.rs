//! Short lists by class: what a hash table would hold, without the hashing.

use super::fold::Class;

pub struct Lists {
    /// By class, where its list begins in `items`; one more at the end.
    starts: Box<[u32]>,
    items: Box<[u16]>,
}

impl Lists {
    /// Lists of the same class are joined, in their order.
    pub fn new(mut all: Vec<(Class, Vec<u16>)>) -> Self {
        all.sort_by_key(|&(class, _)| class);
        let mut starts = vec![0; (1 << 16) + 1];
        let mut items = Vec::new();
        for (class, list) in all {
            items.extend(list);
            starts[usize::from(class) + 1] = items.len() as u32;
        }
        for class in 1..starts.len() {
            starts[class] = starts[class].max(starts[class - 1]);
        }
        Self { starts: starts.into(), items: items.into() }
    }

    pub fn get(&self, class: Class) -> &[u16] {
        let class = usize::from(class);
        &self.items[self.starts[class] as usize..self.starts[class + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn lists_are_found_by_their_class_and_joined() {
        let lists = Lists::new(vec![(7, vec![1, 2]), (3, vec![9]), (7, vec![5]), (u16::MAX, vec![4])]);
        for (class, expected) in
            [(0, &[][..]), (3, &[9]), (4, &[]), (7, &[1, 2, 5]), (8, &[]), (u16::MAX, &[4])]
        {
            assert_eq!(lists.get(class), expected, "{class}");
        }
    }
}
