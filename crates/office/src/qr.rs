//! QR codes for paper and screens: black on white, without script or inline style, so that the strictest content
//! security policy lets them pass.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code, as the standard asks.
const QUIET: usize = 4;

/// The text does not fit into a QR code (about 2,300 bytes at the level of correction used here).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QrTooLong;

impl std::fmt::Display for QrTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text too long for a QR code")
    }
}

impl std::error::Error for QrTooLong {}

/// The modules of a code, without the quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// Modules on each side, 21 to 177.
    pub width: usize,
    /// Row by row from the top left; true is black.
    pub dark: Vec<bool>,
}

/// The modules for `text`, with correction level M (15 % may be dirty).
///
/// # Errors
/// [`QrTooLong`].
pub fn qr_modules(text: &str) -> Result<Modules, QrTooLong> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrTooLong)?;
    let width = code.width();
    Ok(Modules {
        width,
        dark: code.into_colors().into_iter().map(|c| c == Color::Dark).collect(),
    })
}

/// An SVG image of `text`, titled for screen readers. It scales to the size its container gives it.
///
/// # Errors
/// [`QrTooLong`].
pub fn qr_svg(text: &str, title: &str) -> Result<String, QrTooLong> {
    let modules = qr_modules(text)?;
    let side = modules.width + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in modules.dark.chunks(modules.width).enumerate() {
        let mut x = 0;
        // One stroke per run of black modules keeps the image small.
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                let length = run.len();
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += run.len();
        }
    }
    let title = escape(title);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         shape-rendering=\"crispEdges\"><title>{title}</title><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_script_or_style() {
        let svg = qr_svg("https://desk.example/o/BX-20261121-0037", "BX <37> & more").unwrap();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        assert!(svg.contains("<title>BX &lt;37&gt; &amp; more</title>"));
        assert!(!svg.contains("style") && !svg.contains("script"));
    }

    #[test]
    fn modules_carry_the_finder_patterns() {
        let modules = qr_modules("三声").unwrap();
        assert_eq!(modules.dark.len(), modules.width * modules.width);
        for corner in [0, modules.width - 7, (modules.width - 7) * modules.width] {
            assert!(modules.dark[corner..corner + 7].iter().all(|dark| *dark));
        }
        assert_eq!(qr_modules(&"x".repeat(3000)), Err(QrTooLong));
    }
}
