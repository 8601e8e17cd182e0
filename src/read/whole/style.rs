//! Which elements a page hides from its readers, as far as its own bytes say so: style attributes, simple rules of
//! `<style>`, `getElementById(…).style.display = "none"`.
//!
//! Style sheets in other files are not fetched, and rules inside `@media` hide on some screens only: neither counts.

use std::collections::HashSet;

/// Names of what the page's own rules hide.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    classes: HashSet<String>,
    ids: HashSet<String>,
}

/// Rules and scripts beyond this are not looked at.
const MOST: usize = 200_000;

impl Hidden {
    /// Simple rules (`.x`, `#x`, `div.x`) of a style sheet.
    pub fn sheet(&mut self, css: &str) {
        let css = without_comments(bounded(css));
        let mut rest = css.as_str();
        while let Some(open) = rest.find('{') {
            let selectors = rest[..open].rsplit([';', '}']).next().unwrap_or_default().trim();
            let Some(length) = block(&rest[open..]) else { return };
            let inside = &rest[open + 1..open + length - 1];
            rest = &rest[open + length..];
            if selectors.starts_with('@') || !hides(inside) {
                continue;
            }
            for selector in selectors.split(',') {
                self.name(selector.trim());
            }
        }
    }

    fn name(&mut self, selector: &str) {
        if let Some((tag, name)) = selector.split_once(['.', '#'])
            && tag.chars().all(|c| c.is_ascii_alphanumeric())
            && !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        {
            let of_id = selector[tag.len()..].starts_with('#');
            if of_id { &mut self.ids } else { &mut self.classes }.insert(name.to_owned());
        }
    }

    /// `document.getElementById("x").style.display = "none"`, the other classic.
    pub fn script(&mut self, script: &str) {
        let mut rest = bounded(script);
        while let Some(at) = rest.find("getElementById(") {
            rest = &rest[at + "getElementById(".len()..];
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some((id, after)) = rest[1..].split_once(quote) else { return };
            let near: String = after.chars().take(60).filter(|c| !c.is_whitespace()).collect();
            let near = near.replace('"', "'");
            if near.starts_with(").style.display='none'") || near.starts_with(").style.visibility='hidden'") {
                self.ids.insert(id.to_owned());
            }
        }
    }

    pub fn holds(&self, id: Option<&str>, classes: Option<&str>) -> bool {
        id.is_some_and(|id| self.ids.contains(id))
            || !self.classes.is_empty()
                && classes
                    .is_some_and(|names| names.split_whitespace().any(|name| self.classes.contains(name)))
    }
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST)]
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// The length of the block that `text` begins with, braces included.
fn block(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether these declarations take an element out of sight.
pub(super) fn hides(style: &str) -> bool {
    let lower = style.to_ascii_lowercase();
    let declared: Vec<(&str, String)> = lower
        .split(';')
        .filter_map(|one| one.split_once(':'))
        .map(|(name, value)| (name.trim(), value.replace("!important", "").trim().to_owned()))
        .collect();
    let get =
        |name: &str| declared.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let is = |name: &str, wanted: &[&str]| get(name).is_some_and(|value| wanted.contains(&value));
    let below = |name: &str, limit: f64| get(name).and_then(pixels).is_some_and(|value| value <= limit);
    let gone = is("display", &["none"])
        || is("visibility", &["hidden", "collapse"])
        || is("content-visibility", &["hidden"])
        || get("opacity").and_then(|value| value.parse::<f64>().ok()).is_some_and(|value| value < 0.05)
        || get("filter").is_some_and(|value| value.replace(' ', "").contains("alpha(opacity=0)"))
        || get("transform").is_some_and(|value| value.replace(' ', "").starts_with("scale(0)"));
    let tiny = below("font-size", 1.0)
        || is("overflow", &["hidden"])
            && ["width", "height", "max-width", "max-height"].iter().any(|name| below(name, 1.0));
    let away = |name: &&str| below(name, FAR);
    // Columns are laid out with margins of -100 %.
    let by_length = |name: &&str| away(name) && get(name).is_some_and(|value| !value.ends_with('%'));
    let off_screen = below("text-indent", FAR)
        || ["margin-left", "margin-top", "margin-right"].iter().any(by_length)
        || is("position", &["absolute", "fixed", "relative"])
            && ["left", "top", "right", "bottom"].iter().any(away);
    let clipped = get("clip").is_some_and(|value| {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        value.starts_with("rect(")
            && !digits.is_empty()
            && digits.bytes().all(|digit| matches!(digit, b'0' | b'1'))
    });
    let background = get("background-color").or_else(|| get("background"));
    let blended = get("color").zip(background).is_some_and(|(text, ground)| colour(text) == colour(ground));
    gone || tiny || off_screen || clipped || blended
}

/// A frame a pixel wide or high.
pub(super) fn is_tiny(style: &str) -> bool {
    style.to_ascii_lowercase().split(';').filter_map(|one| one.split_once(':')).any(|(name, value)| {
        matches!(name.trim(), "width" | "height")
            && pixels(value.replace("!important", "").trim()).is_some_and(|size| (0.0..=1.0).contains(&size))
    })
}

/// Further to the left than this is no layout.
const FAR: f64 = -250.0;

/// A length in pixels, roughly.
fn pixels(value: &str) -> Option<f64> {
    let end =
        value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    let number: f64 = value[..end].parse().ok()?;
    let unit = value[end..].trim();
    match unit {
        "" | "px" => Some(number),
        "em" | "rem" => Some(number * 16.0),
        "pt" => Some(number * 1.33),
        // A share of something unknown: only what is far outside.
        "%" | "vw" | "vh" => Some(number * 10.0).filter(|_| number <= 0.0),
        _ => None,
    }
}

fn colour(value: &str) -> String {
    let value = value.trim();
    match value.strip_prefix('#') {
        Some(short) if short.len() == 3 => {
            format!("#{}", short.chars().flat_map(|c| [c, c]).collect::<String>())
        }
        _ if value == "white" => "#ffffff".to_owned(),
        _ if value == "black" => "#000000".to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_an_element_out_of_sight() {
        for (why, style, expected) in [
            ("not shown", "display:none", true),
            ("in capitals, with weight", "DISPLAY : None !important", true),
            ("the later word counts", "display:none;display:block", false),
            ("not visible", "visibility:hidden", true),
            ("off the screen", "position:absolute;left:-9999px", true),
            ("to the left in em", "position:fixed; top:-60em", true),
            ("a carousel is no hiding place", "position:relative;left:-100px", false),
            ("pushed out of its line", "text-indent:-9999px", true),
            ("an indented paragraph", "text-indent:2em", false),
            ("a hanging one", "text-indent:-2em", false),
            ("no letters to read", "font-size:0", true),
            ("a pixel high", "height:1px;overflow:hidden", true),
            ("a pixel high, and flowing over", "height:1px", false),
            ("transparent", "opacity:0", true),
            ("half transparent", "opacity:.5", false),
            ("white on white", "color:#FFF;background-color:white", true),
            ("white on blue", "color:#fff;background:#0055aa", false),
            ("cut to nothing", "position:absolute;clip:rect(1px,1px,1px,1px)", true),
            ("cut to a picture", "clip:rect(0,60px,200px,0)", false),
            ("shrunk", "transform: scale(0)", true),
            ("a column", "float:left;margin-left:-100%", false),
            ("nothing of the kind", "margin-left:-15px;width:100%", false),
            ("nonsense", ";;:;{", false),
        ] {
            assert_eq!(hides(style), expected, "{why}: {style}");
        }
    }

    #[test]
    fn a_page_hides_by_rules_and_scripts_of_its_own() {
        let mut hidden = Hidden::default();
        hidden.sheet(
            "/* .a{display:none} */ .spam, div#box { display: none } @media (max-width:9px){.nav{display:none}}
             .menu ul {display:none} p.x{color:red} .broken {display:none",
        );
        hidden.script(
            "var a; document.getElementById('tail').style.display = \"none\"; document.getElementById(x)",
        );
        hidden.script("document.getElementById('shown').style.display='block'");
        for (why, id, classes, expected) in [
            ("a class", None, Some("big spam"), true),
            ("an id", Some("box"), None, true),
            ("a script's id", Some("tail"), None, true),
            ("shown by a script", Some("shown"), None, false),
            ("commented out", None, Some("a"), false),
            ("on small screens only", None, Some("nav"), false),
            ("a menu that opens", None, Some("menu"), false),
            ("coloured", None, Some("x"), false),
        ] {
            assert_eq!(hidden.holds(id, classes), expected, "{why}");
        }
    }
}
