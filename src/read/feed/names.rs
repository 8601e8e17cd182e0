//! The name of an element and the vocabulary it is from in, what it says about an item out.

/// Whose words an element is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// The feed's: RSS, Atom, or nothing declared.
    Own,
    Dublin,
    Content,
    Xhtml,
    Itunes,
    Media,
    Other,
}

/// The vocabulary of a declared address.
pub fn space(address: &str) -> Space {
    let address = address.to_ascii_lowercase();
    let says = |word: &str| address.contains(word);
    if says("purl.org/dc") || says("dublin_core") {
        Space::Dublin
    } else if says("modules/content") {
        Space::Content
    } else if says("1999/xhtml") {
        Space::Xhtml
    } else if says("itunes") {
        Space::Itunes
    } else if says("search.yahoo.com/mrss") {
        Space::Media
    } else if says("modules/rss091")
        || says("purl.org/atom")
        || says("2005/atom")
        || says("netscape.com/")
        || says("rss") && !says("module")
    {
        Space::Own
    } else {
        Space::Other
    }
}

/// The vocabulary that a prefix means where nothing declares it.
pub fn usual(prefix: &str) -> Space {
    match prefix {
        "" | "atom" | "rss" | "rdf" => Space::Own,
        "dc" | "dcterms" => Space::Dublin,
        "content" => Space::Content,
        "xhtml" | "html" => Space::Xhtml,
        "itunes" => Space::Itunes,
        "media" => Space::Media,
        _ => Space::Other,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Title,
    Id,
    Link,
    Published,
    Updated,
    Summary,
    Content,
    Author,
    Outlet,
}

/// What an element of an item is for, and its rank among those for the same thing: the lowest is believed.
pub fn slot(space: Space, local: &str) -> Option<(Slot, u8)> {
    Some(match (space, local) {
        (Space::Own, "title") => (Slot::Title, 0),
        (Space::Own, "guid" | "id") => (Slot::Id, 0),
        (Space::Own, "link" | "url") => (Slot::Link, u8::from(local == "url")),
        (Space::Own, "pubdate" | "published" | "issued") => (Slot::Published, 0),
        (Space::Own, "date") => (Slot::Published, 1),
        (Space::Own, "updated" | "modified" | "lastbuilddate") => (Slot::Updated, 0),
        // When a draft was begun is not when it was published.
        (Space::Own, "created") => (Slot::Updated, 2),
        (Space::Own, "description" | "summary") => (Slot::Summary, 0),
        (Space::Own, "abstract" | "tagline") => (Slot::Summary, 1),
        (Space::Own, "content" | "body" | "fullitem" | "encoded") | (Space::Content, "encoded") => {
            (Slot::Content, 0)
        }
        (Space::Xhtml, "body" | "div") => (Slot::Content, 1),
        (Space::Own, "author" | "creator") => (Slot::Author, 0),
        (Space::Own, "source") => (Slot::Outlet, 0),
        (Space::Dublin, "title") => (Slot::Title, 1),
        (Space::Dublin, "date") => (Slot::Published, 2),
        (Space::Dublin, "issued") => (Slot::Published, 3),
        (Space::Dublin, "modified") => (Slot::Updated, 1),
        (Space::Dublin, "created") => (Slot::Updated, 3),
        (Space::Dublin, "description" | "abstract") => (Slot::Summary, 2),
        (Space::Dublin, "creator" | "author") => (Slot::Author, 1),
        (Space::Dublin, "source") => (Slot::Outlet, 1),
        (Space::Dublin, "publisher") => (Slot::Outlet, 2),
        (Space::Itunes, "title") => (Slot::Title, 2),
        (Space::Itunes, "summary") => (Slot::Summary, 3),
        (Space::Itunes, "subtitle") => (Slot::Summary, 5),
        (Space::Itunes, "author") => (Slot::Author, 2),
        (Space::Media, "title") => (Slot::Title, 3),
        (Space::Media, "description") => (Slot::Summary, 4),
        _ => return None,
    })
}

/// Elements outside of the items that have titles of their own.
pub fn is_apart(local: &str) -> bool {
    matches!(
        local,
        "image" | "textinput" | "source" | "cloud" | "items" | "author" | "skiphours" | "skipdays"
    )
}
