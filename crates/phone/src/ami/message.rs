//! Asterisk's manager protocol on the wire: lines of `Name: value`, a message ends with an empty line.

/// Longest line whose field is kept, in octets.
const LONGEST_LINE: usize = 8 * 1024;
/// A line that is longer is no line: the other side speaks something else.
const ENDLESS: usize = 256 * 1024;
/// Most octets and fields of a message that are kept.
const LARGEST: usize = 64 * 1024;
const MOST_FIELDS: usize = 256;

/// What the server says first, before the version.
const BANNER: &str = "Asterisk Call Manager/";

/// One message: an event, or the answer to an action.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    fields: Vec<(String, String)>,
}

impl Message {
    /// The first field of this name, whose case does not matter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The field, unless it is empty or says that it is not known.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&str> {
        self.get(name)
            .filter(|value| !value.is_empty() && !matches!(*value, "<unknown>" | "<null>" | "(null)"))
    }

    /// Reads one message from text, as in a capture.
    #[must_use]
    pub fn read(text: &str) -> Message {
        let mut splitter = Splitter::default();
        let mut messages = Vec::new();
        // A text that is too long for one line is no message either.
        let whole = splitter
            .push(text.as_bytes(), &mut messages)
            .and_then(|()| splitter.push(b"\n\n", &mut messages));
        whole
            .ok()
            .and_then(|()| messages.into_iter().next())
            .unwrap_or_default()
    }
}

/// What comes is not the manager protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endless;

/// Cuts what comes into messages, whatever the pieces.
#[derive(Debug, Default)]
pub struct Splitter {
    line: Vec<u8>,
    /// Octets of the line, kept or not.
    length: usize,
    message: Message,
    size: usize,
    banner: bool,
}

impl Splitter {
    /// Whether the server has said what it is.
    #[must_use]
    pub fn has_banner(&self) -> bool {
        self.banner
    }

    /// Takes a piece and adds the messages that it completes.
    ///
    /// # Errors
    /// [`Endless`] if a line has no end.
    pub fn push(&mut self, piece: &[u8], messages: &mut Vec<Message>) -> Result<(), Endless> {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            self.length = self.length.saturating_add(text.len());
            if self.length > ENDLESS {
                return Err(Endless);
            }
            if self.length <= LONGEST_LINE {
                self.line.extend_from_slice(text);
            }
            if ends {
                self.end_line(messages);
            }
        }
        Ok(())
    }

    fn end_line(&mut self, messages: &mut Vec<Message>) {
        let kept = self.length <= LONGEST_LINE;
        self.length = 0;
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if kept && line.is_empty() {
            self.size = 0;
            let message = std::mem::take(&mut self.message);
            if !message.fields.is_empty() {
                messages.push(message);
            }
            return;
        }
        // A field whose end is missing would say something wrong: it is left out.
        if !kept || self.size + line.len() > LARGEST || self.message.fields.len() >= MOST_FIELDS {
            return;
        }
        self.size += line.len();
        let line = String::from_utf8_lossy(line);
        if line.starts_with(BANNER) {
            self.banner = true;
        } else if let Some((name, value)) = line.split_once(':') {
            self.message
                .fields
                .push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<Message> {
        let mut splitter = Splitter::default();
        let mut messages = Vec::new();
        for piece in pieces {
            splitter.push(piece, &mut messages).unwrap();
        }
        messages
    }

    #[test]
    fn pieces_make_no_difference() {
        let text = b"Asterisk Call Manager/9.0.0\r\nResponse: Success\r\nMessage: a: b\r\n\r\n\r\nEvent: Hold\nChannel: SIP/1001-1\n\n";
        let whole = split(&[text]);
        let single: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(whole, split(&single));
        assert_eq!(whole.len(), 2);
        assert_eq!(whole[0].get("message"), Some("a: b"));
        assert_eq!(whole[1].get("Event"), Some("Hold"));
    }

    #[test]
    fn a_field_that_is_too_long_is_left_out_and_the_rest_stays() {
        let text = format!(
            "Event: VarSet\r\nValue: {}\r\nUniqueid: 1.2\r\n\r\n",
            "x".repeat(LONGEST_LINE)
        );
        let messages = split(&[text.as_bytes()]);
        assert_eq!(messages[0].get("Value"), None);
        assert_eq!(messages[0].get("Uniqueid"), Some("1.2"));
    }

    #[test]
    fn a_line_without_an_end_is_refused_and_not_kept() {
        let mut splitter = Splitter::default();
        let mut messages = Vec::new();
        let mut refused = false;
        for _ in 0..1_000 {
            refused |= splitter.push(&[b'x'; 1024], &mut messages).is_err();
            assert!(splitter.line.capacity() <= 2 * LONGEST_LINE);
            if refused {
                break;
            }
        }
        assert!(refused && messages.is_empty());
    }

    #[test]
    fn a_message_without_an_end_does_not_grow() {
        let mut splitter = Splitter::default();
        let mut messages = Vec::new();
        for _ in 0..10_000 {
            splitter.push(b"Name: value of some length\r\n", &mut messages).unwrap();
        }
        assert!(splitter.message.fields.len() <= MOST_FIELDS);
    }

    #[test]
    fn what_is_not_known_is_nothing() {
        let message = Message::read("Event: Newchannel\nConnectedLineNum: <unknown>\nExten: \nCallerIDNum: 1001\n");
        assert_eq!(message.known("ConnectedLineNum"), None);
        assert_eq!(message.known("Exten"), None);
        assert_eq!(message.known("CallerIDNum"), Some("1001"));
    }
}
