//! What of a hit was typed, for the list to mark.

use domain::fold::fold_code;
use domain::room::RoomQuery;
use store::directory::unit;

use super::Piece;

/// Marks every needle in a text, whatever its case.
pub(super) fn mark(text: &str, needles: &[String]) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let lower: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let mut on = vec![false; chars.len()];
    for n in needles {
        let n: Vec<char> = n.to_lowercase().chars().collect();
        if n.is_empty() || n.len() > lower.len() {
            continue;
        }
        for start in 0..=lower.len() - n.len() {
            if lower.get(start..start + n.len()) == Some(n.as_slice()) {
                on.iter_mut().skip(start).take(n.len()).for_each(|b| *b = true);
            }
        }
    }
    let mut out: Vec<Piece> = Vec::new();
    for (c, hit) in chars.into_iter().zip(on) {
        match out.last_mut() {
            Some(p) if p.hit == hit => p.text.push(c),
            _ => out.push(Piece {
                text: c.to_string(),
                hit,
            }),
        }
    }
    out
}

pub(super) fn unmarked(text: impl Into<String>) -> Vec<Piece> {
    let text = text.into();
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Piece { text, hit: false }]
    }
}

/// What of a unit's code was typed: the part of the room or of the whole.
pub(super) fn mark_unit(u: &unit::Unit, typed: &str) -> Vec<Piece> {
    let code = fold_code(typed);
    if u.code.starts_with(&code) || u.room == code {
        return mark(&u.code, &[code]);
    }
    let Some(q) = RoomQuery::parse(typed) else {
        return unmarked(u.code.clone());
    };
    if q.room.as_ref().is_some_and(|r| u.room_key == *r) && q.building.is_some() {
        return mark(&u.code, std::slice::from_ref(&u.code));
    }
    let head: Vec<&str> = [q.building.as_deref(), q.entrance.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let mut needles = vec![head.join("-")];
    needles.extend(q.room);
    let whole = if needles.len() > 1 {
        needles.join("-")
    } else {
        needles.concat()
    };
    if u.code.starts_with(&whole) {
        mark(&u.code, &[whole])
    } else {
        mark(&u.code, needles.get(1..).unwrap_or_default())
    }
}

/// The typed digits and letters in a record's number.
pub(super) fn mark_number(number: &str, needles: &[String]) -> Vec<Piece> {
    let parts: Vec<String> = needles
        .iter()
        .flat_map(|n| {
            let n = n.to_uppercase();
            let letters: String = n.chars().take_while(char::is_ascii_alphabetic).collect();
            let digits: String = n
                .chars()
                .rev()
                .take_while(char::is_ascii_digit)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            [n, letters, digits]
        })
        .filter(|n| n.len() >= 2)
        .collect();
    mark(number, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(p: &[Piece]) -> String {
        p.iter()
            .map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() })
            .collect()
    }

    #[test]
    fn what_was_typed_is_marked() {
        assert_eq!(shown(&mark("卫生间漏水", &["漏水".into()])), "卫生间[漏水]");
        assert_eq!(shown(&mark("138 **** 6688", &["6688".into()])), "138 **** [6688]");
        assert_eq!(
            shown(&mark_number("BX-20261121-0037", &["BX0037".into()])),
            "[BX]-20261121-[0037]"
        );
        assert_eq!(shown(&mark("Ab", &["abc".into()])), "Ab");
    }
}
