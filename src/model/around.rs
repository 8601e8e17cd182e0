//! A page of an own channel beside its article: what no reader of the article sees, and what spam is put into.

use super::words::words;

words! {
    /// Where something stands on a page, outside the article.
    Spot {
        Title = "title", "网页标题", "page title";
        Meta = "meta", "页头meta", "meta tag";
        Text = "text", "正文以外", "outside the article";
        /// Words of a link to a page of the same site.
        LinkText = "link_text", "站内链接文字", "text of a link within the site";
        Hidden = "hidden", "隐藏文字", "hidden text";
        Link = "link", "链接地址", "link target";
        /// Shown by nobody and followed by search engines.
        HiddenLink = "hidden_link", "隐藏链接", "hidden link";
        ManyLinks = "many_links", "成批站外链接", "links in bulk";
        Alt = "alt", "图片说明", "alternative text";
        Form = "form", "表单提示", "form field";
        Comment = "comment", "网页注释", "comment in the source";
    }
}

words! {
    /// What leads to another site.
    Through {
        Link = "link", "链接", "link";
        Frame = "frame", "内嵌框架", "frame";
        Refresh = "refresh", "自动跳转", "redirect";
        Form = "form", "表单", "form";
        Script = "script", "脚本", "script";
        Image = "image", "图片", "image";
        Resource = "resource", "样式等资源", "resource";
    }
}

/// All of a page that its entries do not say, bounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whole {
    /// `<title>`, on one line.
    pub title: String,
    /// Lines in the order of the page, each once.
    pub parts: Vec<Part>,
    /// Targets on other sites.
    pub links: Vec<Outward>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Part {
    pub spot: Spot,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outward {
    pub url: String,
    pub host: String,
    /// The registered domain; a bare address where there is no name.
    pub domain: String,
    /// What the link shows.
    pub words: String,
    pub through: Through,
    pub hidden: bool,
}

/// What a source has shown before, as far as it matters here.
#[derive(Debug, Clone, Default)]
pub struct KnownAround {
    /// Domains that its pages lead to.
    pub domains: std::collections::HashSet<String>,
    /// Digests of lines in which something was found.
    pub lines: std::collections::HashSet<String>,
    /// This kind of page was read before: what is new on it is new.
    pub learned: bool,
}

/// A domain that the source led to for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDomain {
    pub domain: String,
    pub through: Through,
    pub hidden: bool,
}

/// The same, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundRow {
    /// The key of the source.
    pub source: String,
    pub domain: String,
    /// The page on which it was first seen.
    pub page: String,
    pub through: Through,
    pub hidden: bool,
    /// Seen when the source was read for the first time: there before the watch began.
    pub learned: bool,
}
