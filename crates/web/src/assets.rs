//! The browser files of the product: styles, scripts, icons, licences. They are made by `build-assets.mjs`, embedded here
//! and served under `/assets/`, so that the one binary needs nothing beside it. The contract between templates and the
//! script is `assets/README.md`. Nothing else belongs here: no page, no route, no cookie.

/// A file as it goes to a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// The bytes as they are.
    pub bytes: &'static [u8],
    /// The same, gzip-compressed when the files were made; `None` where that saves less than a tenth.
    pub gzip: Option<&'static [u8]>,
    /// For `Content-Type`.
    pub mime: &'static str,
    /// The name carries a hash of the bytes: `Cache-Control: public, max-age=31536000, immutable`. Otherwise `no-cache`.
    pub immutable: bool,
}

struct Embedded {
    logical: &'static str,
    url: &'static str,
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
    immutable: bool,
}

static FILES: &[Embedded] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const PREFIX: &str = "/assets/";

/// The address of a logical name: `app.css`, `app.js`, `sign.js`, `icons.svg`, `favicon.svg`, `LICENSES.txt`.
///
/// An unknown name gives an address that answers 404; a test of the templates finds it, a page does not fall over for it.
#[must_use]
pub fn url(logical: &str) -> &'static str {
    FILES
        .iter()
        .find(|file| file.logical == logical)
        .map_or("/assets/unknown", |file| file.url)
}

/// The file of a path below `/assets/`, given with or without that prefix. `None` is a 404.
#[must_use]
pub fn serve(path: &str) -> Option<Asset> {
    let name = path.strip_prefix(PREFIX).unwrap_or(path);
    let file = FILES.iter().find(|file| file.url.strip_prefix(PREFIX) == Some(name))?;
    Some(Asset {
        bytes: file.bytes,
        gzip: file.gzip,
        mime: mime(name),
        immutable: file.immutable,
    })
}

impl Asset {
    /// The body for a request, and whether it is gzip: then the answer carries `Content-Encoding: gzip`, and in any case
    /// `Vary: Accept-Encoding`. `accept_encoding` is the request's header; `gzip;q=0` refuses.
    #[must_use]
    pub fn body(&self, accept_encoding: Option<&str>) -> (&'static [u8], bool) {
        match self.gzip {
            Some(small) if accept_encoding.is_some_and(takes_gzip) => (small, true),
            _ => (self.bytes, false),
        }
    }

    /// For `Cache-Control`.
    #[must_use]
    pub fn cache_control(&self) -> &'static str {
        if self.immutable {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        }
    }
}

fn takes_gzip(header: &str) -> bool {
    header.split(',').any(|part| {
        let (coding, parameters) = part.split_once(';').unwrap_or((part, ""));
        let quality = parameters
            .trim()
            .strip_prefix("q=")
            .map_or(Ok(1.0), |q| q.trim().parse::<f32>());
        matches!(coding.trim(), "gzip" | "*") && quality.is_ok_and(|q| q > 0.0)
    })
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_logical_name_is_served_for_ever() {
        for name in ["app.css", "app.js", "sign.js", "icons.svg", "favicon.svg"] {
            let url = url(name);
            let asset = serve(url).unwrap_or_else(|| panic!("{name} at {url}"));
            assert!(asset.immutable && !asset.bytes.is_empty(), "{name}");
            assert_ne!(asset.mime, "application/octet-stream", "{name}");
        }
        let licences = serve("LICENSES.txt").expect("licences");
        assert_eq!(licences.cache_control(), "no-cache");
    }

    #[test]
    fn what_is_not_embedded_is_not_found() {
        assert_eq!(url("app.exe"), "/assets/unknown");
        for path in [
            "/assets/unknown",
            "/assets/../Cargo.toml",
            "/assets/manifest.json",
            "/assets/",
            "",
        ] {
            assert_eq!(serve(path), None, "{path}");
        }
    }

    #[test]
    fn gzip_goes_only_to_who_takes_it() {
        let script = serve(url("app.js")).expect("script");
        assert!(script.body(Some("gzip, deflate, br")).1);
        assert!(script.body(Some("br;q=1.0, gzip;q=0.5")).1);
        for header in [None, Some("br"), Some("gzip;q=0"), Some("identity")] {
            assert!(!script.body(header).1, "{header:?}");
        }
        assert_eq!(script.body(Some("gzip")).0.first_chunk(), Some(&[0x1f, 0x8b]));
    }
}
