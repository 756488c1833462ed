//! What Poppler's programs say of a file.

use std::io::Write as _;
use std::process::Command;

/// A word and the box it stands in, in points from the page's upper left corner.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

fn run(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    String::from_utf8(bytes(program, arguments, pdf)).unwrap()
}

fn bytes(program: &str, arguments: &[&str], pdf: &[u8]) -> Vec<u8> {
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
    output.stdout
}

/// A page, counted from 1, as it is printed at 200 dpi: the width of the picture, and the grey of each of its points.
pub(crate) fn printed(pdf: &[u8], page: usize) -> (usize, Vec<u8>) {
    let page = page.to_string();
    let arguments = ["-gray", "-r", "200", "-f", &page, "-l", &page];
    let picture = bytes("pdftoppm", &arguments, pdf);
    // P5, width, height and the brightest grey, each followed by one blank, then the points.
    let mut rest = picture.as_slice();
    let mut head = Vec::new();
    for _ in 0..4 {
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap();
        head.push(String::from_utf8(rest[..end].to_vec()).unwrap());
        rest = &rest[end + 1..];
    }
    assert_eq!((head[0].as_str(), head[3].as_str()), ("P5", "255"));
    (head[1].parse().unwrap(), rest.to_vec())
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
pub(crate) fn pages(pdf: &[u8]) -> Vec<Vec<Word>> {
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
