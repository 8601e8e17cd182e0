//! The XML of an office document in, its elements and texts one after the other out.
//!
//! Names come without prefixes, entities resolved, empty elements as a start and an end. A break in the XML ends the
//! walk: what stands before it is kept.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub struct Walk<'x> {
    reader: Reader<&'x [u8]>,
}

pub enum Step<'x> {
    Start(Tag<'x>),
    End(String),
    Text(String),
}

pub struct Tag<'x>(BytesStart<'x>);

impl Tag<'_> {
    pub fn name(&self) -> &str {
        local(self.0.name().0)
    }

    /// An attribute by its name without prefix.
    pub fn value(&self, name: &str) -> Option<String> {
        let found = self.0.attributes().with_checks(false).flatten().find(|one| local(one.key.0) == name)?;
        let plain = quick_xml::escape::unescape(&found.value).map(std::borrow::Cow::into_owned);
        Some(plain.unwrap_or_else(|_| found.value.clone().into_owned()))
    }

    pub fn number(&self, name: &str) -> Option<u32> {
        self.value(name)?.parse().ok()
    }

    /// `1`, `true`, `on`, or nothing but the name.
    pub fn is(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on" | ""))
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

impl<'x> Walk<'x> {
    pub fn new(xml: &'x str) -> Self {
        let mut reader = Reader::from_str(xml);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader }
    }
}

impl<'x> Iterator for Walk<'x> {
    type Item = Step<'x>;

    fn next(&mut self) -> Option<Step<'x>> {
        loop {
            return Some(match self.reader.read_event().ok()? {
                Event::Start(tag) | Event::Empty(tag) => Step::Start(Tag(tag)),
                Event::End(tag) => Step::End(local(tag.name().0).to_owned()),
                Event::Text(text) => Step::Text(text.into_inner().into_owned()),
                Event::CData(text) => Step::Text(text.into_inner().into_owned()),
                Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                    Ok(Some(c)) => Step::Text(c.to_string()),
                    _ => Step::Text(quick_xml::escape::resolve_predefined_entity(&entity)?.to_owned()),
                },
                Event::Eof => return None,
                _ => continue,
            });
        }
    }
}
