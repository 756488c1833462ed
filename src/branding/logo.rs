//! A franchisee's logo: which kind of picture it is, by its bytes, and whether it may be shown.

use sha2::{Digest as _, Sha256};

use super::svg;
use crate::hex;

/// A landing page is to come as a whole in 100 KB.
pub(crate) const MAX_BYTES: usize = 32 * 1024;
/// In pixels, on either side.
const MAX_SIDE: u32 = 2_000;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A kind of picture that every browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    WebP,
    Svg,
}

/// A picture that may be shown, and where: its name changes with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logo {
    pub(crate) kind: Kind,
    /// Of its bytes: the first half of their SHA-256, in hexadecimal.
    pub(crate) digest: String,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::WebP, Self::Svg];

    /// As a file's name ends.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Svg => "svg",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            // With its encoding, so that nothing in the file can say another one.
            Self::Svg => "image/svg+xml; charset=utf-8",
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(PNG) {
            return Some(Self::Png);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::WebP);
        }
        let drawing = std::str::from_utf8(bytes).is_ok_and(svg::looks_like);
        drawing.then_some(Self::Svg)
    }
}

impl Logo {
    /// Looks into a file.
    ///
    /// # Errors
    /// Why it can be no logo, and what to do.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, String> {
        if bytes.is_empty() {
            return Err("the file is empty".to_owned());
        }
        if bytes.len() > MAX_BYTES {
            return Err(format!(
                "the file has {} bytes and may have {MAX_BYTES}; make it smaller, or export it as SVG",
                bytes.len()
            ));
        }
        let kind = Kind::of(bytes).ok_or("the file is no PNG, JPEG, WebP or SVG picture")?;
        let side = match kind {
            Kind::Png => png_side(bytes),
            Kind::Jpeg => jpeg_side(bytes),
            Kind::WebP => webp_side(bytes),
            Kind::Svg => {
                // It was read as text before.
                svg::check(std::str::from_utf8(bytes).unwrap_or_default())?;
                Some(1)
            }
        };
        match side {
            Some(1..=MAX_SIDE) => {}
            Some(side @ 1..) => {
                return Err(format!(
                    "the picture is {side} pixels on a side and may be {MAX_SIDE}; make it smaller"
                ));
            }
            _ => return Err("the picture is broken: it does not say how large it is".to_owned()),
        }
        Ok(Self { kind, digest: hex::encode(&Sha256::digest(bytes)[..16]) })
    }

    /// The last part of its address.
    pub(crate) fn file_name(&self) -> String {
        format!("logo-{}.{}", self.digest, self.kind.as_str())
    }
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// The longer side; nothing where one is missing.
fn longer(width: u32, height: u32) -> u32 {
    if width == 0 || height == 0 { 0 } else { width.max(height) }
}

/// PNG (third edition), section 11.2.1: the header is the first chunk.
fn png_side(bytes: &[u8]) -> Option<u32> {
    if bytes.get(12..16) != Some(b"IHDR") {
        return None;
    }
    Some(longer(big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

/// ITU-T T.81, annex B: segments with a marker each, until the one that begins a frame.
fn jpeg_side(bytes: &[u8]) -> Option<u32> {
    let mut at = 2;
    loop {
        let marker = big(bytes, at, 2)?;
        match marker {
            // Fill bytes.
            0xffff => at += 1,
            // Begins a frame, but for DHT, JPG and DAC.
            0xffc0..=0xffcf if !matches!(marker, 0xffc4 | 0xffc8 | 0xffcc) => {
                return Some(longer(big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            0xff01 | 0xffd0..=0xffd7 => at += 2,
            0xffc0..=0xfffe => {
                let length = usize::try_from(big(bytes, at + 2, 2)?).ok()?;
                at += 2 + length.max(2);
            }
            _ => return None,
        }
    }
}

/// RFC 9649, sections 2.5 to 2.7: lossy, lossless, or extended.
fn webp_side(bytes: &[u8]) -> Option<u32> {
    match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26) == Some(b"\x9d\x01\x2a") => {
            Some(longer(little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff))
        }
        b"VP8L" if bytes.get(20) == Some(&0x2f) => {
            let sides = little(bytes, 21, 4)?;
            Some(longer((sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some(longer(little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [PNG, b"\0\0\0\x0dIHDR", &sides, b"\x08\x06\0\0\0"].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let sides = [height.to_be_bytes(), width.to_be_bytes()].concat();
        let tables = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03c";
        [&tables[..], b"\xff\xc2\0\x11\x08", &sides, b"\x03"].concat()
    }

    fn webp(kind: [u8; 4], rest: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", &kind[..], b"\0\0\0\0", rest].concat()
    }

    fn kind(bytes: &[u8]) -> Result<Kind, String> {
        Logo::of(bytes).map(|logo| logo.kind)
    }

    #[test]
    fn pictures_are_told_by_their_bytes() {
        assert_eq!(kind(&png(2_000, 1)), Ok(Kind::Png));
        assert_eq!(kind(&jpeg(300, 2_000)), Ok(Kind::Jpeg));
        let lossy = b"\0\0\0\x9d\x01\x2a\x2c\x01\x64\0";
        assert_eq!(kind(&webp(*b"VP8 ", lossy)), Ok(Kind::WebP));
        assert_eq!(kind(&webp(*b"VP8L", b"\x2f\x2b\xc0\x18\0")), Ok(Kind::WebP));
        assert_eq!(kind(&webp(*b"VP8X", b"\0\0\0\0\x2b\x01\0\x63\0\0")), Ok(Kind::WebP));
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        assert_eq!(kind(svg.as_bytes()), Ok(Kind::Svg));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused_with_a_reason() {
        for (bytes, reason) in [
            (Vec::new(), "empty"),
            (b"GIF89a\x01\0\x01\0".to_vec(), "no PNG"),
            (b"<html></html>".to_vec(), "no PNG"),
            (vec![0; MAX_BYTES + 1], "32769 bytes"),
            (png(2_001, 10), "2001 pixels"),
            (png(0, 10), "broken"),
            (PNG.to_vec(), "broken"),
            (jpeg(1, 2_001), "2001 pixels"),
            (b"\xff\xd8\xff\xe0\xff\xff".to_vec(), "broken"),
            (b"\xff\xd8\xff\xd9".to_vec(), "broken"),
            (webp(*b"VP8X", b"\0\0\0\0\xff\xff\xff\0\0\0"), "16777216 pixels"),
            (webp(*b"ALPH", b""), "broken"),
            (b"<svg onload=\"x()\"/>".to_vec(), "onload"),
        ] {
            let said = kind(&bytes).expect_err(reason);
            assert!(said.contains(reason), "{said}");
        }
    }

    #[test]
    fn its_name_changes_with_its_bytes() {
        let one = Logo::of(&png(10, 10)).unwrap();
        let other = Logo::of(&png(10, 11)).unwrap();
        assert_ne!(one.digest, other.digest);
        assert_eq!(one.file_name(), format!("logo-{}.png", one.digest));
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
    }
}
