//! QR codes (ISO/IEC 18004), as pictures: SVG for print, PNG for whatever takes no SVG.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// What has to stay white around it, in modules.
const QUIET: usize = 4;
/// The side of a module of a PNG, in pixels: printed at 300 dpi it is a millimetre wide.
const SCALE: usize = 12;

/// A QR code, with room around it.
pub(crate) struct Qr {
    /// The side in modules, the room included.
    side: usize,
    /// Row by row.
    dark: Vec<bool>,
}

impl Qr {
    /// The code of a text; a seventh of it may be covered or scratched. `None` where the text is too long for any.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let inside = code.width();
        let side = inside + 2 * QUIET;
        let mut dark = vec![false; side * side];
        for (place, color) in code.into_colors().into_iter().enumerate() {
            let (row, column) = (place / inside + QUIET, place % inside + QUIET);
            if let Some(module) = dark.get_mut(row * side + column) {
                *module = color == Color::Dark;
            }
        }
        Some(Self { side, dark })
    }

    fn is_dark(&self, row: usize, column: usize) -> bool {
        self.dark.get(row * self.side + column).copied().unwrap_or(false)
    }

    /// The side in modules, with the room around it.
    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// Dark modules side by side: row and column of the first, and how many.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let of_row = move |row: usize| {
            let first = move |column: &usize| {
                self.is_dark(row, *column) && (*column == 0 || !self.is_dark(row, *column - 1))
            };
            let length = move |column: usize| {
                (column..self.side).take_while(|place| self.is_dark(row, *place)).count()
            };
            (0..self.side).filter(first).map(move |column| (row, column, length(column)))
        };
        (0..self.side).flat_map(of_row)
    }

    /// A drawing, a unit for each module.
    pub(crate) fn svg(&self) -> String {
        let side = self.side;
        let mut path = String::new();
        for (row, column, length) in self.runs() {
            let _ = write!(path, "M{column} {row}h{length}v1h-{length}z");
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
        )
    }

    /// A picture in black and white.
    ///
    /// # Errors
    /// Where it is too large to be one, which no code is.
    pub(crate) fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let pixels = u32::try_from(self.side * SCALE).unwrap_or(0);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, pixels, pixels);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header()?;
        let rows = (0..self.side).flat_map(|row| std::iter::repeat_n(self.line(row), SCALE));
        writer.write_image_data(&rows.flatten().collect::<Vec<u8>>())?;
        writer.finish()?;
        Ok(file)
    }

    /// A line of pixels, eight in a byte, white where a bit is set.
    fn line(&self, row: usize) -> Vec<u8> {
        let light = (0..self.side * SCALE).map(|pixel| !self.is_dark(row, pixel / SCALE));
        let bits: Vec<bool> = light.collect();
        let byte = |bits: &[bool]| {
            let of = |(place, bit): (usize, &bool)| if *bit { 0x80_u8 >> place } else { 0 };
            bits.iter().enumerate().map(of).fold(0, |byte, bit| byte | bit)
        };
        bits.chunks(8).map(byte).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://omantel.omani.works/redeem?code=OMANTEL-7XQTCM4KWA9HRF3N";

    /// What a reader makes of a picture.
    fn read(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
        let grey = |x, y| if is_dark(y, x) { 0 } else { 255 };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_picture_is_read_back() {
        for text in [LINK, "A", "https://x.example/redeem?code=%D9%82"] {
            let file = Qr::of(text).unwrap().png().unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let frame = reader.next_frame(&mut pixels).unwrap();
            let (side, line) = (frame.width as usize, frame.line_size);
            let is_dark = |y: usize, x: usize| pixels[y * line + x / 8] & (0x80 >> (x % 8)) == 0;
            assert_eq!(read(side, is_dark), text);
        }
    }

    #[test]
    fn a_drawing_has_the_same_modules() {
        let qr = Qr::of(LINK).unwrap();
        let svg = qr.svg();
        let (_, path) = svg.rsplit_once("d=\"").unwrap();
        let mut drawn = vec![false; qr.side * qr.side];
        for run in path.split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (column, row) = at.split_once(' ').unwrap();
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            let first = row.parse::<usize>().unwrap() * qr.side + column.parse::<usize>().unwrap();
            drawn[first..first + length].fill(true);
        }
        assert_eq!(drawn, qr.dark);
        let scaled = |y: usize, x: usize| drawn[y / 4 * qr.side + x / 4];
        assert_eq!(read(qr.side * 4, scaled), LINK);
    }

    #[test]
    fn what_is_too_long_has_none() {
        assert!(Qr::of(&"x".repeat(3_000)).is_none());
    }
}
