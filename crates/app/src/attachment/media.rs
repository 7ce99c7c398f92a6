//! What a file is, told by its first bytes and never by its name; and taking out of pictures where and with what they
//! were taken. Nothing is decoded here.

/// The kinds of file that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    Jpeg,
    Png,
    Webp,
    Gif,
    Pdf,
    Mp3,
    M4a,
    Amr,
    Wav,
    Ogg,
    Webm,
}

impl Media {
    /// For `Content-Type`.
    pub const fn mime(self) -> &'static str {
        match self {
            Media::Jpeg => "image/jpeg",
            Media::Png => "image/png",
            Media::Webp => "image/webp",
            Media::Gif => "image/gif",
            Media::Pdf => "application/pdf",
            Media::Mp3 => "audio/mpeg",
            Media::M4a => "audio/mp4",
            Media::Amr => "audio/amr",
            Media::Wav => "audio/wav",
            Media::Ogg => "audio/ogg",
            Media::Webm => "audio/webm",
        }
    }

    /// The ending that belongs to it.
    pub const fn ending(self) -> &'static str {
        match self {
            Media::Jpeg => "jpg",
            Media::Png => "png",
            Media::Webp => "webp",
            Media::Gif => "gif",
            Media::Pdf => "pdf",
            Media::Mp3 => "mp3",
            Media::M4a => "m4a",
            Media::Amr => "amr",
            Media::Wav => "wav",
            Media::Ogg => "ogg",
            Media::Webm => "webm",
        }
    }

    /// By the first bytes. None: not one of ours.
    pub fn of(b: &[u8]) -> Option<Media> {
        let at = |from: usize, what: &[u8]| b.get(from..from + what.len()) == Some(what);
        Some(if at(0, b"\xff\xd8\xff") {
            Media::Jpeg
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            Media::Png
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Media::Webp
        } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
            Media::Gif
        } else if at(0, b"%PDF-") {
            Media::Pdf
        } else if at(0, b"#!AMR") {
            Media::Amr
        } else if at(0, b"RIFF") && at(8, b"WAVE") {
            Media::Wav
        } else if at(0, b"OggS") {
            Media::Ogg
        } else if at(0, b"\x1aE\xdf\xa3") {
            Media::Webm
        } else if at(4, b"ftyp") {
            let brand = b.get(8..12)?;
            // A phone's recorder writes any of these; a still picture in this container (HEIC) is refused.
            let audio: [&[u8]; 7] = [b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso5", b"iso6"];
            if !audio.contains(&brand) {
                return None;
            }
            Media::M4a
        } else if at(0, b"ID3")
            || (b.first() == Some(&0xff) && matches!(b.get(1), Some(0xe2 | 0xe3 | 0xf2 | 0xf3 | 0xfa | 0xfb)))
        {
            Media::Mp3
        } else {
            return None;
        })
    }

    /// Whether a browser may show it in the page; everything else is a download.
    pub fn shown(mime: &str) -> bool {
        mime.starts_with("image/") || mime.starts_with("audio/")
    }
}

/// The picture without place, camera, thumbnail and comments. A JPEG keeps how it is to be turned. What cannot be read
/// as such stays as it is.
pub fn stripped(media: Media, bytes: Vec<u8>) -> Vec<u8> {
    let clean = match media {
        Media::Jpeg => jpeg(&bytes),
        Media::Png => png(&bytes),
        Media::Webp => webp(&bytes),
        _ => None,
    };
    clean.unwrap_or(bytes)
}

fn be16(b: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(b.get(at..at + 2)?.try_into().ok()?)))
}

fn jpeg(b: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(b.len());
    out.extend_from_slice(b.get(..2)?);
    let mut at = 2;
    let mut turned = None;
    loop {
        if b.get(at) != Some(&0xff) {
            return None;
        }
        let marker = *b.get(at + 1)?;
        if marker == 0xff {
            at += 1;
            continue;
        }
        // From the start of the scan on there is only the picture.
        if marker == 0xda {
            if let Some(o) = turned {
                let mut head = out.split_off(2);
                out.extend_from_slice(&orientation_segment(o));
                out.append(&mut head);
            }
            out.extend_from_slice(b.get(at..)?);
            return Some(out);
        }
        let len = be16(b, at + 2)?;
        let segment = b.get(at..at + 2 + len)?;
        // EXIF and XMP, IPTC, comments.
        match marker {
            0xe1 => turned = turned.or_else(|| orientation(segment.get(4..)?)),
            0xed | 0xfe => {}
            _ => out.extend_from_slice(segment),
        }
        at += 2 + len;
    }
}

/// How the camera was held, 2 to 8; none when upright or not said.
fn orientation(b: &[u8]) -> Option<u8> {
    let tiff = b.strip_prefix(b"Exif\0\0")?;
    let little = tiff.starts_with(b"II");
    let u16_at = |at: usize| -> Option<usize> {
        let two: [u8; 2] = tiff.get(at..at + 2)?.try_into().ok()?;
        Some(usize::from(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        }))
    };
    let four: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let ifd = usize::try_from(if little {
        u32::from_le_bytes(four)
    } else {
        u32::from_be_bytes(four)
    })
    .ok()?;
    let n = u16_at(ifd)?.min(200);
    let entry = (0..n).map(|i| ifd + 2 + i * 12).find(|e| u16_at(*e) == Some(0x0112))?;
    u8::try_from(u16_at(entry + 8)?).ok().filter(|o| (2..=8).contains(o))
}

/// An EXIF part that says nothing but how the picture is to be turned.
fn orientation_segment(o: u8) -> Vec<u8> {
    let mut s = vec![0xff, 0xe1, 0, 34];
    s.extend_from_slice(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    s.push(o);
    s.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
    s
}

fn png(b: &[u8]) -> Option<Vec<u8>> {
    let mut out = b.get(..8)?.to_vec();
    let mut at = 8;
    while at < b.len() {
        let len = usize::try_from(u32::from_be_bytes(b.get(at..at + 4)?.try_into().ok()?)).ok()?;
        let chunk = b.get(at..at.checked_add(len)?.checked_add(12)?)?;
        let name = chunk.get(4..8)?;
        let names: [&[u8]; 5] = [b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"];
        if !names.contains(&name) {
            out.extend_from_slice(chunk);
        }
        at += chunk.len();
        if name == b"IEND" {
            return Some(out);
        }
    }
    None
}

fn webp(b: &[u8]) -> Option<Vec<u8>> {
    let mut out = b.get(..12)?.to_vec();
    let mut at = 12;
    while at + 8 <= b.len() {
        let len = usize::try_from(u32::from_le_bytes(b.get(at + 4..at + 8)?.try_into().ok()?)).ok()?;
        let end = at.checked_add(8)?.checked_add(len)?.checked_add(len % 2)?.min(b.len());
        let chunk = b.get(at..end)?;
        match chunk.get(..4)? {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                let from = out.len();
                out.extend_from_slice(chunk);
                // The flags that say EXIF and XMP follow.
                *out.get_mut(from + 8)? &= !0x0c;
            }
            _ => out.extend_from_slice(chunk),
        }
        at = end;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif(o: u8, more: &[u8]) -> Vec<u8> {
        let mut body = orientation_segment(o)[4..].to_vec();
        body.extend_from_slice(more);
        let mut s = vec![0xff, 0xe1];
        s.extend_from_slice(&u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        s.extend(body);
        s
    }

    fn picture(segments: &[Vec<u8>]) -> Vec<u8> {
        let mut b = vec![0xff, 0xd8];
        segments.iter().for_each(|s| b.extend_from_slice(s));
        b.extend_from_slice(b"\xff\xda\0\x02scan\xff\xd9");
        b
    }

    #[test]
    fn a_photo_loses_its_place_and_keeps_its_turn() {
        let jfif = b"\xff\xe0\0\x04ab".to_vec();
        let b = picture(&[
            jfif.clone(),
            exif(6, b"GPS 30.25N 120.17E"),
            b"\xff\xfe\0\x06note".to_vec(),
        ]);
        let clean = stripped(Media::Jpeg, b.clone());
        assert!(!clean.windows(3).any(|w| w == b"GPS") && !clean.windows(4).any(|w| w == b"note"));
        let at = clean.windows(2).position(|w| w == b"\xff\xe1").unwrap();
        assert_eq!(orientation(&clean[at + 4..]), Some(6));
        assert_eq!(Media::of(&clean), Some(Media::Jpeg));
        assert!(clean.ends_with(b"scan\xff\xd9") && clean.windows(6).any(|w| w == jfif));
        // Once more changes nothing, and an upright picture has no EXIF left.
        assert_eq!(stripped(Media::Jpeg, clean.clone()), clean);
        assert_eq!(stripped(Media::Jpeg, picture(&[exif(1, b"GPS")])), picture(&[]));
    }

    #[test]
    fn broken_files_stay_as_they_are_and_nothing_panics() {
        let b = picture(&[exif(3, b"x")]);
        for n in 0..b.len() {
            let cut = b[..n].to_vec();
            if n < 2 {
                assert_eq!(stripped(Media::Jpeg, cut.clone()), cut);
            } else {
                stripped(Media::Jpeg, cut.clone());
            }
            stripped(Media::Png, cut.clone());
            stripped(Media::Webp, cut);
        }
    }

    #[test]
    fn what_a_file_is() {
        for (bytes, media) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some(Media::Png)),
            (b"RIFF0000WEBPVP8 ", Some(Media::Webp)),
            (b"RIFF0000WAVEfmt ", Some(Media::Wav)),
            (b"\0\0\0\x20ftypM4A ", Some(Media::M4a)),
            (b"\0\0\0\x20ftypheic", None),
            (b"#!AMR\n", Some(Media::Amr)),
            (b"%PDF-1.7", Some(Media::Pdf)),
            (b"<svg onload=x>", None),
            (b"<html>", None),
            (b"PK\x03\x04", None),
            (b"", None),
        ] {
            assert_eq!(Media::of(bytes), media, "{:?}", String::from_utf8_lossy(bytes));
        }
        assert!(Media::shown("image/png") && !Media::shown("application/pdf"));
    }
}
