//! `{name}` in settings and texts. A brace that does not open a name, as in JSON, is an ordinary character.

/// A piece of a text with placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// Cuts a text at its placeholders. A name is made of `a-z`, `0-9`, `_` and `.`, and starts with a letter.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(open) = text[from..].find('{').map(|i| from + i) {
        let inner = &text[open + 1..];
        let len = inner
            .bytes()
            .take_while(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'))
            .count();
        let is_name = inner.starts_with(|c: char| c.is_ascii_lowercase()) && inner[len..].starts_with('}');
        if is_name {
            if start < open {
                out.push(Piece::Text(&text[start..open]));
            }
            out.push(Piece::Name(&inner[..len]));
            start = open + len + 2;
            from = start;
        } else {
            from = open + 1;
        }
    }
    if start < text.len() {
        out.push(Piece::Text(&text[start..]));
    }
    out
}

/// The names used in a text, in order, repeats included.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Text(_) => None,
    })
}

/// Fills a text. `escape` is applied to the values, not to the text around them.
///
/// # Errors
/// The first name that `value` does not know.
pub(crate) fn fill(
    text: &str,
    value: impl Fn(&str) -> Option<String>,
    escape: impl Fn(String) -> String,
) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 32);
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Name(name) => out.push_str(&escape(value(name).ok_or_else(|| name.to_owned())?)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_braces_are_text() {
        let text = r#"{"code":"{params.code}","x":{}} {A} {"#;
        assert_eq!(names(text).collect::<Vec<_>>(), ["params.code"]);
        let filled = fill(text, |_| Some("{phone}".into()), |v| v).unwrap();
        assert_eq!(
            filled, r#"{"code":"{phone}","x":{}} {A} {"#,
            "a value is never filled again"
        );
        assert_eq!(fill("{a}{b}", |n| (n == "a").then(String::new), |v| v), Err("b".into()));
    }
}
