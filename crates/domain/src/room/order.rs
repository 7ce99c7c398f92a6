//! The columns by which units are looked up and sorted: the room as it is compared, and a key in which 2 stands before 10.

use super::{RoomKey, strip_zeros};

/// Widest number that sorts as a number, in digits.
const WIDTH: usize = 6;

impl RoomKey {
    /// The room as queries compare it: without leading zeros.
    #[must_use]
    pub fn room_match(&self) -> String {
        strip_zeros(&self.room)
    }

    /// Sorts units as they stand in a list: building 2 before 10, 商铺 after the numbered ones, floor by floor.
    #[must_use]
    pub fn sort_key(&self) -> String {
        let entrance = self.entrance.as_deref().unwrap_or_default();
        [self.building.as_str(), entrance, &self.room].map(padded).join("/")
    }
}

/// Runs of digits filled up with zeros, so that bytes sort as numbers: `B2` → `B000002`.
#[must_use]
pub fn padded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + WIDTH);
    let mut run = String::new();
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() => run.push(c),
            other => {
                if !run.is_empty() {
                    out.push_str(&format!("{:0>WIDTH$}", run.trim_start_matches('0')));
                    run.clear();
                }
                out.extend(other);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_sort_as_people_count() {
        let mut keys: Vec<RoomKey> = [
            "10-1-101", "2-1-1001", "2-1-0201", "商铺12", "2-2-101", "A座301", "商铺2",
        ]
        .iter()
        .map(|t| RoomKey::parse(t).unwrap())
        .collect();
        keys.sort_by_key(RoomKey::sort_key);
        let shown: Vec<String> = keys.iter().map(RoomKey::code).collect();
        assert_eq!(
            shown,
            [
                "2-1-0201",
                "2-1-1001",
                "2-2-101",
                "10-1-101",
                "A-301",
                "商铺-2",
                "商铺-12"
            ]
        );
        assert_eq!(RoomKey::parse("4-2-0903").unwrap().room_match(), "903");
    }
}
