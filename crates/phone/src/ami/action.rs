//! What is asked of Asterisk: an action is lines of `Name: value`. Values are checked before they come here; a line break in one
//! would be a second action, and is left out all the same.

use md5::{Digest as _, Md5};

/// An action as it goes over the network.
pub(super) fn action(name: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("Action: {name}\r\n");
    for (field, value) in fields {
        text.push_str(field);
        text.push_str(": ");
        text.extend(value.chars().filter(|c| !c.is_control()));
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The answer to a challenge.
pub(crate) fn answer(challenge: &str, secret: &str) -> String {
    let mut md5 = Md5::new();
    md5.update(challenge.as_bytes());
    md5.update(secret.as_bytes());
    md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_begin_another_action() {
        let bytes = action("Login", &[("Username", "desk\r\n\r\nAction: Command")]);
        assert_eq!(bytes, b"Action: Login\r\nUsername: deskAction: Command\r\n\r\n");
    }

    #[test]
    fn the_answer_is_md5_over_challenge_and_secret() {
        // RFC 1321's own value for "message digest".
        assert_eq!(answer("message ", "digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    }
}
