//! Whether a drawing (SVG) is only a drawing: nothing that runs, and nothing from elsewhere.
//!
//! It reads XML more strictly than browsers do and knows no document types: what it cannot follow is refused, so
//! that no browser finds in a file what was not found here. Where it is served (`web/assets.rs`) a policy
//! forbids the same things once more.

/// What the reader makes of the text, piece by piece.
struct Reader<'a> {
    rest: &'a str,
    /// Names of the elements that are open.
    open: Vec<&'a str>,
    any: bool,
}

/// Elements that run something or show something else than a drawing, in lower case, without a prefix.
const REFUSED: [&str; 12] = [
    "script",
    "foreignobject",
    "handler",
    "listener",
    "iframe",
    "embed",
    "object",
    "audio",
    "video",
    "canvas",
    "link",
    "base",
];

const NAMESPACE: &str = "http://www.w3.org/2000/svg";
/// Deeper than any drawing; a browser should not have to follow.
const MAX_DEPTH: usize = 64;

/// # Errors
/// What is in it that may not be, and what to do.
pub(super) fn check(text: &str) -> Result<(), String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rest = declaration(text)?;
    let mut reader = Reader { rest, open: Vec::new(), any: false };
    while !reader.rest.is_empty() {
        reader.piece()?;
    }
    if reader.any && reader.open.is_empty() { Ok(()) } else { Err(broken("it ends too early")) }
}

/// Whether it begins as a drawing does, with nothing before the element but what XML allows there.
pub(super) fn looks_like(text: &str) -> bool {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            // It is refused, and told why.
            _ if rest.starts_with("<!") => return rest.contains("<svg"),
            _ => return rest.starts_with("<svg"),
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
}

fn broken(what: &str) -> String {
    format!("the SVG cannot be read: {what}; export it again as plain SVG")
}

/// What follows the XML declaration. Another encoding would be another text to a browser.
fn declaration(text: &str) -> Result<&str, String> {
    let Some(rest) = text.strip_prefix("<?xml") else { return Ok(text) };
    let (inside, after) =
        rest.split_once("?>").ok_or_else(|| broken("its first line has no end"))?;
    let inside = inside.to_ascii_lowercase();
    if inside.contains("encoding") && !inside.contains("utf-8") {
        return Err("the SVG is in another encoding; save it in UTF-8".to_owned());
    }
    Ok(after)
}

impl<'a> Reader<'a> {
    fn piece(&mut self) -> Result<(), String> {
        let (text, markup) = self.rest.split_at(self.rest.find('<').unwrap_or(self.rest.len()));
        self.text(text)?;
        self.rest = markup;
        if markup.is_empty() {
            return Ok(());
        }
        if let Some(after) = markup.strip_prefix("<!--") {
            self.rest = after.split_once("-->").ok_or_else(|| broken("a comment has no end"))?.1;
        } else if let Some(after) = markup.strip_prefix("<![CDATA[") {
            let cdata = after.split_once("]]>").ok_or_else(|| broken("a CDATA has no end"))?;
            self.text(cdata.0)?;
            self.rest = cdata.1;
        } else if markup.starts_with("<!") {
            return Err("the SVG has a document type (<!DOCTYPE or <!ENTITY); remove it".to_owned());
        } else if markup.starts_with("<?") {
            return Err("the SVG has a processing instruction (<?…?>); remove it".to_owned());
        } else if let Some(after) = markup.strip_prefix("</") {
            let (name, rest) = after.split_once('>').ok_or_else(|| broken("a tag has no end"))?;
            if self.open.pop() != Some(name.trim_end()) {
                return Err(broken("its tags do not match"));
            }
            self.rest = rest;
        } else {
            self.element(&markup[1..])?;
        }
        Ok(())
    }

    /// Text is drawn, or is a style sheet: CSS is held against the same rules wherever it may stand.
    fn text(&self, text: &str) -> Result<(), String> {
        if self.open.is_empty() && !text.trim().is_empty() {
            return Err(broken("there is text outside of its element"));
        }
        let is_style = self.open.last().is_some_and(|name| local(name) == "style");
        if is_style { css(&decoded(text)?) } else { decoded(text).map(|_| ()) }
    }

    fn element(&mut self, markup: &'a str) -> Result<(), String> {
        let length = markup.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<'));
        let (name, mut rest) = markup.split_at(length.unwrap_or(markup.len()));
        if name.is_empty() || name.contains(['"', '\'', '=', '&']) {
            return Err(broken("a tag has no name"));
        }
        if REFUSED.contains(&&*local(name)) {
            return Err(format!("the SVG has the element <{name:.30}>; remove it"));
        }
        let is_root = self.open.is_empty();
        if is_root && (self.any || name != "svg") {
            return Err(broken("it must be one <svg> element"));
        }
        let mut in_namespace = false;
        let closed = loop {
            let trimmed = rest.trim_start();
            if let Some(after) = trimmed.strip_prefix("/>") {
                break (true, after);
            }
            if let Some(after) = trimmed.strip_prefix('>') {
                break (false, after);
            }
            if trimmed.len() == rest.len() {
                return Err(broken("a tag has no end"));
            }
            let (attribute, value, after) = attribute_of(trimmed)?;
            attribute_allowed(attribute, &value)?;
            in_namespace |= attribute == "xmlns" && value == NAMESPACE;
            rest = after;
        };
        if is_root && !in_namespace {
            return Err(format!("the SVG's element must say xmlns=\"{NAMESPACE}\""));
        }
        self.any = true;
        if !closed.0 {
            self.open.push(name);
        }
        if self.open.len() > MAX_DEPTH {
            return Err(broken("it is nested too deeply"));
        }
        self.rest = closed.1;
        Ok(())
    }
}

/// The name without its prefix, in lower case.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase()
}

/// The attribute's name, its value, and what follows it.
fn attribute_of(markup: &str) -> Result<(&str, String, &str), String> {
    let wrong = || broken("an attribute is not written name=\"value\"");
    let (name, rest) = markup.split_once('=').ok_or_else(wrong)?;
    let (name, rest) = (name.trim_end(), rest.trim_start());
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(wrong)?;
    let (value, after) = rest[1..].split_once(quote).ok_or_else(wrong)?;
    let bad_name = name.is_empty()
        || name.contains(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '/' | '&')
        });
    if bad_name || value.contains('<') {
        return Err(wrong());
    }
    Ok((name, decoded(value)?, after))
}

fn attribute_allowed(name: &str, value: &str) -> Result<(), String> {
    let own = local(name);
    // `xmlns:on` names a prefix, and runs nothing.
    let declares = name == "xmlns" || name.starts_with("xmlns:");
    if declares {
        return Ok(());
    }
    if own.starts_with("on") {
        return Err(format!("the SVG has the event handler {name:.30}; remove it"));
    }
    if matches!(&*own, "href" | "src" | "base") {
        return reference(name, value);
    }
    if own == "attributename" {
        let animated = local(value.trim());
        if animated.starts_with("on") || matches!(&*animated, "href" | "src" | "base") {
            return Err(format!("the SVG animates {value:.30}; remove that"));
        }
    }
    css(value)
}

/// Something of the drawing itself, or a picture in it. A drawing in the drawing would have to be looked into.
fn reference(name: &str, value: &str) -> Result<(), String> {
    let value = value.trim().to_ascii_lowercase();
    let inside = value.starts_with('#') || value.is_empty();
    let picture = value.starts_with("data:image/") && !value.starts_with("data:image/svg");
    if inside || picture {
        return Ok(());
    }
    Err(format!(
        "the SVG refers to something outside of it ({name:.30}=\"{value:.40}\"); embed it, or remove the \
         reference"
    ))
}

/// CSS, also in attributes such as `fill`: no address but one inside, and nothing that could hide one.
fn css(text: &str) -> Result<(), String> {
    let text = text.to_ascii_lowercase();
    if text.contains("@import") || text.contains("@font-face") {
        return Err(
            "the SVG's style takes a style sheet or a font from elsewhere; remove that".into()
        );
    }
    if text.contains('\\') || text.contains("/*") {
        return Err("the SVG's style has an escape (\\) or a comment; remove it".to_owned());
    }
    for hidden in ["image-set(", "image(", "src(", "expression(", "javascript:"] {
        if text.contains(hidden) {
            return Err(format!("the SVG's style has {hidden}…; remove it"));
        }
    }
    for address in text.split("url(").skip(1) {
        reference("url", address.trim_start().trim_start_matches(['"', '\'']))?;
    }
    Ok(())
}

/// The text with XML's own references put in. There are no others without a document type.
fn decoded(text: &str) -> Result<String, String> {
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let unknown = || broken("it has an unknown &…; reference");
        let (name, after) = piece.split_once(';').ok_or_else(unknown)?;
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match name.strip_prefix("#x") {
                Some(digits) => number(digits, 16).and_then(char::from_u32),
                None => name.strip_prefix('#').and_then(|d| number(d, 10)).and_then(char::from_u32),
            },
        };
        plain.push(character.ok_or_else(unknown)?);
        plain.push_str(after);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(inside: &str) -> String {
        format!("<svg xmlns=\"{NAMESPACE}\" viewBox=\"0 0 8 8\">{inside}</svg>")
    }

    #[test]
    fn drawings_pass() {
        for inside in [
            "",
            "<path d='M0 0h8v8z' fill=\"#0b5c4a\"/>",
            "<defs><linearGradient id=\"a\"><stop offset=\"0\"/></linearGradient></defs>\
             <rect fill=\"url(#a)\" style=\"stroke:url('#a')\" width=\"8\" height=\"8\"/>",
            "<style>.a { fill: red } <![CDATA[.b { fill: url(#a) }]]></style><text class=\"a\">a &amp; b</text>",
            "<use xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"#a\"/>",
            "<image href=\"data:image/png;base64,AAAA\" width=\"1\" height=\"1\"/>",
            "<!-- drawn --><metadata><rdf:RDF xmlns:rdf=\"x\"/></metadata>",
            "<text>قسيمة</text>",
        ] {
            assert_eq!(check(&drawing(inside)), Ok(()), "{inside}");
        }
        let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawing(""));
        assert_eq!(check(&declared), Ok(()));
        assert_eq!(check(&format!("<svg xmlns='{NAMESPACE}'/>")), Ok(()));
    }

    #[test]
    fn what_runs_or_comes_from_elsewhere_is_refused_with_a_reason() {
        for (inside, reason) in [
            ("<script>alert(1)</script>", "<script>"),
            ("<SCRIPT/>", "<SCRIPT>"),
            ("<s:script xmlns:s=\"http://www.w3.org/2000/svg\"/>", "s:script"),
            ("<foreignObject><p/></foreignObject>", "foreignObject"),
            ("<rect onload=\"x()\"/>", "onload"),
            ("<rect ONCLICK = 'x()'/>", "ONCLICK"),
            ("<a href=\"javascript:x()\"><rect/></a>", "outside"),
            ("<a href=\"&#106;avascript:x()\"/>", "outside"),
            ("<a href=\"java&#x0A;script:x()\"/>", "outside"),
            ("<image xlink:href=\"https://example.com/a.png\"/>", "outside"),
            ("<image href=\"//example.com/a.png\"/>", "outside"),
            ("<use href=\"other.svg#a\"/>", "outside"),
            ("<image href=\"data:image/svg+xml,x\"/>", "outside"),
            ("<image href=\"data:text/html,x\"/>", "outside"),
            ("<rect fill=\"url(https://example.com/a#b)\"/>", "outside"),
            ("<rect style=\"fill:url( 'https://example.com/a' )\"/>", "outside"),
            ("<rect style=\"fill:u\\72l(https://example.com)\"/>", "escape"),
            ("<style>@import 'https://example.com/a.css';</style>", "elsewhere"),
            ("<style>@imp/**/ort 'x';</style>", "comment"),
            ("<style>a{fill:url(https://example.com)}</style>", "outside"),
            ("<style><![CDATA[a{fill:url(https://example.com)}]]></style>", "outside"),
            ("<set attributeName=\"href\" to=\"javascript:x()\"/>", "animates"),
            ("<animate attributeName=\"xlink:href\" values=\"x\"/>", "animates"),
            ("<rect xml:base=\"https://example.com/\"/>", "outside"),
            ("<?xml-stylesheet href=\"https://example.com/a.css\"?>", "processing instruction"),
            ("<rect fill=\"&evil;\"/>", "reference"),
            ("<rect", "cannot be read"),
            ("<rect a=b/>", "cannot be read"),
            ("<rect a=\"<\"/>", "cannot be read"),
            ("<g></rect>", "cannot be read"),
            ("</svg><svg>", "cannot be read"),
            (&"<g>".repeat(5_000), "cannot be read"),
        ] {
            let said = check(&drawing(inside)).expect_err(inside);
            assert!(said.contains(reason), "{inside:.80}: {said}");
        }
        for (text, reason) in [
            (
                "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                "DOCTYPE",
            ),
            ("<?xml version=\"1.0\" encoding=\"UTF-7\"?><svg/>", "encoding"),
            ("<svg/>", "xmlns"),
            ("<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>", "xmlns"),
            ("<html/>", "one <svg> element"),
            ("", "cannot be read"),
            ("<svg xmlns=\"http://www.w3.org/2000/svg\">", "ends too early"),
        ] {
            let said = check(text).expect_err(text);
            assert!(said.contains(reason), "{text}: {said}");
        }
    }

    #[test]
    fn drawings_are_told_by_their_beginning() {
        for text in [
            "<svg/>",
            "\u{feff}<?xml?>\n<!-- a --> <svg>",
            "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>",
        ] {
            assert!(looks_like(text), "{text}");
        }
        for text in ["", "<?xml", "<html><svg/>", "svg", "<!--"] {
            assert!(!looks_like(text), "{text}");
        }
    }
}
