//! The numbering plan: which numbers are telephones of the estate. It decides which leg of a call is the outside party's, and so
//! when the call has ended and who answered it.

use domain::phone::{PhoneKind, normalise};

/// The estate's numbering plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Fewest digits of an extension.
    pub shortest: usize,
    /// Most digits of an extension.
    pub longest: usize,
    /// Names that look like extensions and are lines to the outside: a trunk is often named after the hotline.
    pub trunks: Vec<String>,
}

impl Default for Plan {
    /// Extensions of two to six digits.
    fn default() -> Self {
        Plan {
            shortest: 2,
            longest: 6,
            trunks: Vec::new(),
        }
    }
}

impl Plan {
    /// Whether a name of a telephone or line is an extension of the estate.
    #[must_use]
    pub fn is_extension(&self, name: &str) -> bool {
        (self.shortest..=self.longest).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_digit())
            && !self.trunks.iter().any(|trunk| trunk == name)
    }

    /// Where a number dialled on an extension goes: `Some(true)` outside, `Some(false)` inside, `None` where the digits alone
    /// do not say: 110 or 95588 may be an extension as well.
    pub(crate) fn leaves(&self, dialled: &str) -> Option<bool> {
        if dialled.starts_with(['*', '#']) {
            return Some(false);
        }
        if !self.is_extension(dialled) {
            return Some(true);
        }
        match normalise(dialled) {
            Ok(phone) if phone.kind() == PhoneKind::Service => None,
            _ => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_and_outside_numbers_are_told_apart() {
        let plan = Plan {
            trunks: vec!["95001".to_owned()],
            ..Plan::default()
        };
        for (name, inside) in [
            ("1001", true),
            ("21", true),
            ("800123", true),
            ("9", false),
            ("13800000001", false),
            ("95001", false),
            ("trunk", false),
            ("", false),
        ] {
            assert_eq!(plan.is_extension(name), inside, "{name}");
        }
        for (dialled, leaves) in [
            ("1002", Some(false)),
            ("*8", Some(false)),
            ("13800000001", Some(true)),
            ("+85221234567", Some(true)),
            ("110", None),
        ] {
            assert_eq!(plan.leaves(dialled), leaves, "{dialled}");
        }
    }
}
