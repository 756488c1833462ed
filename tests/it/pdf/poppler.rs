//! What Poppler's programs say of a file.

use std::io::Write as _;
use std::process::Command;

/// A word and the box it stands in, in points from the page's upper left corner.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

fn run(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(file.path());
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    // Poppler goes on after what it does not understand, and says so there.
    assert!(output.status.success() && output.stderr.is_empty(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// All text, line by line. Poppler's marks of direction are left out.
pub(crate) fn text(pdf: &[u8]) -> String {
    let text = run("pdftotext", &["-layout"], pdf);
    text.chars().filter(|character| !matches!(character, '\u{202a}'..='\u{202e}')).collect()
}

pub(super) fn information(pdf: &[u8]) -> String {
    run("pdfinfo", &[], pdf)
}

pub(super) fn fonts(pdf: &[u8]) -> String {
    run("pdffonts", &[], pdf)
}

/// The words of each page.
pub(super) fn pages(pdf: &[u8]) -> Vec<Vec<Word>> {
    let text = run("pdftotext", &["-bbox"], pdf);
    text.split("<page ").skip(1).map(|page| page.lines().filter_map(word).collect()).collect()
}

/// Reads `<word xMin="54" yMin="52" xMax="96" yMax="66">Total</word>`.
fn word(line: &str) -> Option<Word> {
    let (attributes, rest) = line.trim().strip_prefix("<word ")?.split_once('>')?;
    let number = |name: &str| {
        let (_, value) = attributes.split_once(&format!("{name}=\""))?;
        value.split_once('"')?.0.parse().ok()
    };
    let text = rest.strip_suffix("</word>")?;
    let arabic = text.chars().any(|character| ('\u{600}'..'\u{700}').contains(&character));
    Some(Word {
        // Here, Poppler gives letters as they stand from left to right.
        text: if arabic { text.chars().rev().collect() } else { text.to_owned() },
        left: number("xMin")?,
        top: number("yMin")?,
        right: number("xMax")?,
        bottom: number("yMax")?,
    })
}
