//! FreeSWITCH's event socket on the wire: lines of `Name: value`, an empty line, and as many octets as `Content-Length` says.

/// Longest head of a frame.
const LONGEST_HEAD: usize = 64 * 1024;
/// Longest body: a listing of some thousand channels.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    head: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Frame {
    /// The first header of this name, whose case does not matter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.head
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn read(head: &[u8]) -> Frame {
        let head = String::from_utf8_lossy(head);
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let head = lines
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        Frame { head, body: Vec::new() }
    }
}

/// What comes is not the event socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endless;

/// Cuts what comes into frames, whatever the pieces.
#[derive(Debug, Default)]
pub struct Framer {
    head: Vec<u8>,
    /// The frame whose body is coming, and how much of it is still to come.
    open: Option<(Frame, usize)>,
}

impl Framer {
    /// Takes a piece and adds the frames that it completes.
    ///
    /// # Errors
    /// [`Endless`] if a head or a body has no end.
    pub fn push(&mut self, mut piece: &[u8], frames: &mut Vec<Frame>) -> Result<(), Endless> {
        while !piece.is_empty() {
            if let Some((mut frame, left)) = self.open.take() {
                let (part, rest) = piece.split_at(left.min(piece.len()));
                frame.body.extend_from_slice(part);
                piece = rest;
                self.keep_or_give(frame, left - part.len(), frames);
                continue;
            }
            let end = piece
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(piece.len(), |at| at + 1);
            let (line, rest) = piece.split_at(end);
            piece = rest;
            if self.head.len() + line.len() > LONGEST_HEAD {
                return Err(Endless);
            }
            self.head.extend(line.iter().filter(|byte| **byte != b'\r'));
            if self.head.ends_with(b"\n\n") {
                let frame = Frame::read(&std::mem::take(&mut self.head));
                let length = match frame.get("Content-Length") {
                    Some(length) => length
                        .parse()
                        .ok()
                        .filter(|length| *length <= LARGEST_BODY)
                        .ok_or(Endless)?,
                    None => 0,
                };
                self.keep_or_give(frame, length, frames);
            } else if self.head == b"\n" {
                // Between two frames.
                self.head.clear();
            }
        }
        Ok(())
    }

    fn keep_or_give(&mut self, frame: Frame, left: usize, frames: &mut Vec<Frame>) {
        if left == 0 {
            frames.push(frame);
        } else {
            self.open = Some((frame, left));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_no_difference() {
        let text = b"Content-Type: auth/request\n\nContent-Length: 5\r\nContent-Type: text/event-json\r\n\r\n{\n\n\n}\n\nContent-Type: command/reply\nReply-Text: +OK a: b\n\n";
        let split = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let (mut framer, mut frames) = (Framer::default(), Vec::new());
            for piece in pieces {
                framer.push(piece, &mut frames).unwrap();
            }
            frames
        };
        let whole = split(&mut std::iter::once(text.as_slice()));
        assert_eq!(whole, split(&mut text.chunks(1)));
        assert_eq!(whole.len(), 3);
        assert_eq!(whole[1].body, b"{\n\n\n}");
        assert_eq!(whole[2].get("reply-text"), Some("+OK a: b"));
    }

    #[test]
    fn what_has_no_end_is_refused() {
        let mut frames = Vec::new();
        let endless = (0..100).map(|_| [b'x'; 1024]);
        let mut framer = Framer::default();
        assert!(
            endless
                .map(|piece| framer.push(&piece, &mut frames))
                .any(|pushed| pushed.is_err())
        );
        for length in ["99999999", "-1", "many", "18446744073709551616"] {
            let head = format!("Content-Length: {length}\n\n");
            assert_eq!(
                Framer::default().push(head.as_bytes(), &mut frames),
                Err(Endless),
                "{length}"
            );
        }
        assert!(frames.is_empty());
    }
}
