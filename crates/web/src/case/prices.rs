//! Price lines in words.

use domain::case::Line;

use crate::page::Page;

/// Price lines in a few words: 人工 ¥40 + 角阀 ¥35.
pub fn price_words(p: &Page, lines: &[Line]) -> String {
    let one = |x: &Line| {
        let amount = (x.quantity_milli.saturating_mul(x.unit_cents) + 500) / 1000;
        let what = if x.quantity_milli == 1000 {
            x.what.clone()
        } else {
            format!("{} × {}", x.what, quantity(x.quantity_milli))
        };
        if amount > 0 {
            format!("{what} {}", p.money(amount))
        } else {
            what
        }
    };
    lines.iter().map(one).collect::<Vec<_>>().join(" + ")
}

/// Thousandths as people write them: `1.5`.
pub fn quantity(milli: i64) -> String {
    let text = format!("{}.{:03}", milli / 1000, milli % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
