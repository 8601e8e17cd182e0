//! Class names and ids in, what they hint at out.

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};
use std::sync::LazyLock;

/// What an element's names say of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints(u16);

impl Hints {
    /// Rarely part of an article: menus, comments, advertisements.
    pub const UNLIKELY: Self = Self(1);
    /// Speaks against `UNLIKELY`: somebody called it content.
    pub const MAYBE: Self = Self(1 << 1);
    pub const GOOD: Self = Self(1 << 2);
    pub const BAD: Self = Self(1 << 3);
    /// The words beside a picture.
    pub const CAPTION: Self = Self(1 << 4);
    /// Who wrote it, and when.
    pub const BYLINE: Self = Self(1 << 5);
    /// Offers: other articles, newsletters, networks to share on.
    pub const OFFER: Self = Self(1 << 6);
    /// Not shown.
    pub const HIDDEN: Self = Self(1 << 7);

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Blank or dash before and behind stand for the end of a word.
const NAMES: &[(Hints, &str)] = &[
    (
        Hints::UNLIKELY,
        "-ad- -ads- ad-break adbox adsense ai2html banner breadcrumb combx comment community cookie cover-wrap \
         disqus extra footer gdpr header- -header legends menu related remark replies -rss- shoutbox sidebar \
         skyscraper social sponsor supplemental agegate pagination pager popup yom-remote newsletter subscribe \
         outbrain taboola recommend promo- toolbar navbar -nav- share- bdshare jiathis -cmt- cmt- gentie pinglun \
         liuyan huifu tuijian xiangguan guanggao daohang fenxiang banquan mianze paihang ranking hot-list hotlist \
         relevant",
    ),
    (Hints::MAYBE, "-and- article body column content -main- main- mathjax shadow"),
    (
        Hints::GOOD,
        "article body content entry hentry h-entry main -page- page- pagination post text blog story trs-editor",
    ),
    (
        Hints::BAD,
        "-ad- hidden -hid- banner combx comment com- contact footer gdpr masthead media -meta- outbrain promo \
         related scroll share shoutbox sidebar skyscraper sponsor shopping tags widget",
    ),
    (Hints::CAPTION, "caption figcaption photo-credit image-credit img-credit"),
    (Hints::BYLINE, "byline author-name dateline article-meta post-meta entry-meta timestamp publish-date"),
    (
        Hints::OFFER,
        "related recommend newsletter subscribe share social promo read-more readmore more-on also-read \
         outbrain taboola sponsor paywall toolbar -tags- taglist tag-list post-tags copyright disclaimer breadcrumb",
    ),
];

/// Bytewise over `-class-names-and-id-`, small letters, blanks and underscores as dashes.
static WORDS: LazyLock<DoubleArrayAhoCorasick<u16>> = LazyLock::new(|| {
    let mut words: Vec<(&str, u16)> = Vec::new();
    for (hint, names) in NAMES {
        for name in names.split_ascii_whitespace() {
            match words.iter_mut().find(|(known, _)| *known == name) {
                Some((_, flags)) => *flags |= hint.0,
                None => words.push((name, hint.0)),
            }
        }
    }
    DoubleArrayAhoCorasickBuilder::new()
        .match_kind(MatchKind::Standard)
        .build_with_values(words)
        .expect("the table has no name twice and none that is empty")
});

/// The hints of one attribute's value.
pub fn of(names: &str) -> Hints {
    if names.is_empty() || names.len() > 2_000 {
        return Hints::default();
    }
    let bytes = std::iter::once(b'-').chain(names.bytes().map(plain)).chain([b'-']);
    let haystack: Vec<u8> = bytes.collect();
    WORDS.find_overlapping_iter(&haystack).fold(Hints::default(), |found, hit| Hints(found.0 | hit.value()))
}

fn plain(byte: u8) -> u8 {
    match byte {
        b'_' | b' ' | b'\t' | b'\n' | b'\r' => b'-',
        other => other.to_ascii_lowercase(),
    }
}
