//! The public price list of paid special services (有偿特约, STD-8): what is asked at reception before anything goes on (REC-13).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::case::FeeKind;
use crate::data_error::DataError;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Stays the same when the name changes: `tap.replace`.
    pub code: String,
    /// Codes of taxonomy items it applies to; one that ends in a point applies to all below it.
    pub items: Vec<String>,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Unit that the price is for, in Chinese: 次, 个, 米.
    pub unit_zh: String,
    /// The same in English.
    pub unit_en: String,
    /// Free, at this price, or set by the worker on site (REC-14).
    pub fee: FeeKind,
    /// Labour for one unit, in cents; 0 when free, the usual least when it is quoted.
    pub labour_cents: i64,
    /// Who brings or pays the material, in Chinese.
    pub material_zh: String,
    /// The same in English.
    pub material_en: String,
}

/// The whole list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// Version that is printed on the public list and kept with a case.
    pub version: String,
    /// The lines, in the order of the public list.
    pub prices: Vec<Price>,
}

impl PriceList {
    /// Lines that apply to an item: those that name it before those that name its group, each in the list's order.
    #[must_use]
    pub fn lookup(&self, item: &str) -> Vec<&Price> {
        let exact = self.prices.iter().filter(|p| p.items.iter().any(|i| i == item));
        let group = self.prices.iter().filter(|p| {
            !p.items.iter().any(|i| i == item) && p.items.iter().any(|i| i.ends_with('.') && item.starts_with(i))
        });
        exact.chain(group).collect()
    }

    /// The line with this code.
    #[must_use]
    pub fn price(&self, code: &str) -> Option<&Price> {
        self.prices.iter().find(|p| p.code == code)
    }
}

/// Reads and checks a price list.
///
/// # Errors
/// [`DataError`] with the code of the line that is wrong: an empty field, a code used twice, a negative price, a free line with a
/// price or a paid line without one.
pub fn parse(json: &str) -> Result<PriceList, DataError> {
    let list: PriceList = serde_json::from_str(json)?;
    let mut codes = HashSet::new();
    for p in &list.prices {
        let fields = [
            &p.code,
            &p.zh,
            &p.en,
            &p.unit_zh,
            &p.unit_en,
            &p.material_zh,
            &p.material_en,
        ];
        if fields.iter().any(|t| t.trim().is_empty()) {
            return Err(DataError::at(&p.code, "every field must be filled in"));
        }
        if !codes.insert(p.code.as_str()) {
            return Err(DataError::at(&p.code, "the code is used twice"));
        }
        if p.items.is_empty() {
            return Err(DataError::at(&p.code, "applies to no item"));
        }
        match (p.fee, p.labour_cents) {
            (_, i64::MIN..=-1) => return Err(DataError::at(&p.code, "the price is below zero")),
            (FeeKind::Free, 1..) => return Err(DataError::at(&p.code, "free, but with a price")),
            (FeeKind::Paid, 0) => return Err(DataError::at(&p.code, "paid, but without a price")),
            _ => {}
        }
    }
    Ok(list)
}

/// The list that new sites begin with; the figures are a habit of the trade, to be replaced by the site's own.
///
/// # Errors
/// None in a tested build; see [`parse`].
pub fn default_price_list() -> Result<PriceList, DataError> {
    parse(include_str!("../../../standards/price-list.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::default_taxonomy;

    #[test]
    fn shipped() {
        let list = default_price_list().unwrap();
        let taxonomy = default_taxonomy().unwrap();
        assert!(list.prices.len() >= 35, "{}", list.prices.len());
        for p in &list.prices {
            for code in &p.items {
                let known = taxonomy
                    .items
                    .iter()
                    .any(|i| i.code == *code || (code.ends_with('.') && i.code.starts_with(code.as_str())));
                assert!(known, "{}: {code}", p.code);
            }
        }
        for item in taxonomy.items.iter().filter(|i| i.fee != FeeKind::Free) {
            assert!(
                !list.lookup(&item.code).is_empty(),
                "{} is charged but not on the list",
                item.code
            );
        }
        let angle = list.lookup("repair.water.angle_valve");
        assert_eq!(
            angle.first().map(|p| (p.fee, p.labour_cents)),
            Some((FeeKind::Paid, 4000))
        );
        assert!(list.lookup("inquiry.fees").is_empty());
        assert!(list.price("tap.replace").is_some());
    }

    #[test]
    fn refused() {
        let line = r#"{"code":"a","items":["repair.x"],"zh":"甲","en":"A","unit_zh":"次","unit_en":"visit","fee":"paid","labour_cents":100,"material_zh":"另计","material_en":"extra"}"#;
        let file = |lines: &str| format!(r#"{{"version":"1","prices":[{lines}]}}"#);
        assert!(parse(&file(line)).is_ok());
        for (from, to, reason) in [
            ("100", "-1", "a: the price is below zero"),
            ("100", "0", "a: paid, but without a price"),
            ("paid", "free", "a: free, but with a price"),
            ("次", " ", "a: every field must be filled in"),
            ("\"repair.x\"", "", "a: applies to no item"),
        ] {
            assert_eq!(parse(&file(&line.replace(from, to))).unwrap_err().to_string(), reason);
        }
        assert_eq!(
            parse(&file(&format!("{line},{line}"))).unwrap_err().to_string(),
            "a: the code is used twice"
        );
        assert!(parse("[]").is_err());
    }
}
