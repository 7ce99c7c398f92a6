//! Dates as `2026-02-14` in files, for serde.

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(date)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

/// The same where there may be none.
pub(super) mod option {
    use jiff::civil::Date;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in super::super) fn serialize<To: Serializer>(date: &Option<Date>, to: To) -> Result<To::Ok, To::Error> {
        match date {
            Some(date) => to.collect_str(date),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, From: Deserializer<'de>>(from: From) -> Result<Option<Date>, From::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(From::Error::custom)).transpose()
    }
}
