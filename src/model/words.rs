//! Closed sets of words that files, tables, JSON and mails share, each with its label in the reader's language.

/// The language a person reads. Chinese is the default everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum Lang {
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    #[serde(rename = "en")]
    En,
}

/// One word of a closed set: `key` is what files, tables and JSON say; `label` what a reader sees.
pub trait Word: Sized + Copy + 'static {
    const ALL: &'static [Self];
    fn key(self) -> &'static str;
    fn label(self, lang: Lang) -> &'static str;
    fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.key() == key)
    }
}

/// Declares an enum with its keys and labels: `Name { Variant = "key", "中文", "English"; … }`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $key:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $key)] $variant),+ }

        impl $crate::model::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }
            fn label(self, lang: $crate::model::Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$variant, $crate::model::Lang::Zh) => $zh, (Self::$variant, $crate::model::Lang::En) => $en),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::model::Word::key(*self))
            }
        }
    };
}
pub(crate) use words;

impl Word for Lang {
    const ALL: &'static [Self] = &[Self::Zh, Self::En];
    fn key(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
    fn label(self, _: Lang) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }
}
