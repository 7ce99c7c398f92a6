//! Instants as people read them, in the site's zone.

use app::ctx::Locale;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

fn zoned(zone: &str, at: i64) -> Zoned {
    let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(tz)
}

/// `10:42` today, `11-20 10:42` this year, `2025-11-20 10:42` before.
pub fn short(zone: &str, now: i64, at: i64) -> String {
    let (n, z) = (zoned(zone, now), zoned(zone, at));
    let format = if n.date() == z.date() {
        "%H:%M"
    } else if n.year() == z.year() {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    z.strftime(format).to_string()
}

/// `2026-11-21 10:42`
pub fn full(zone: &str, at: i64) -> String {
    zoned(zone, at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `2026-11-21 09:50`, and `（10:20 补录）` behind it when it was entered afterwards: both times, never the one for the other.
pub fn both(locale: Locale, zone: &str, happened_at: i64, recorded_at: i64) -> String {
    let at = full(zone, happened_at);
    match entered(locale, zone, happened_at, recorded_at) {
        Some(later) => crate::l10n::tx(locale, "when-both", &[("at", &at), ("later", &later)]),
        None => at,
    }
}

/// `10:20 补录` for what was entered afterwards, with the day when it is another one.
pub fn entered(locale: Locale, zone: &str, happened_at: i64, recorded_at: i64) -> Option<String> {
    domain::late::entered_late(happened_at, recorded_at).then(|| {
        let time = short(zone, happened_at, recorded_at);
        crate::l10n::tx(locale, "case-entered", &[("time", &time)])
    })
}

/// `2026-11-21`
pub fn date(zone: &str, at: i64) -> String {
    zoned(zone, at).strftime("%Y-%m-%d").to_string()
}

/// `10:42`
pub fn clock(zone: &str, at: i64) -> String {
    zoned(zone, at).strftime("%H:%M").to_string()
}

/// `2026-11-21T10:42`, as the browser's own date-and-time field wants it.
pub fn field(zone: &str, at: i64) -> String {
    zoned(zone, at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The instant of a browser's date-and-time field (`2026-11-21T10:42`), if it is one.
pub fn parse_field(zone: &str, text: &str) -> Option<i64> {
    let dt: jiff::civil::DateTime = text.trim().replace(' ', "T").parse().ok()?;
    let tz = TimeZone::get(zone).ok()?;
    Some(dt.to_zoned(tz).ok()?.timestamp().as_millisecond())
}

/// Start of the day `2026-11-21` in the zone, if it is a date.
pub fn day_start(zone: &str, text: &str) -> Option<i64> {
    let d: jiff::civil::Date = text.trim().parse().ok()?;
    let tz = TimeZone::get(zone).ok()?;
    Some(d.to_zoned(tz).ok()?.timestamp().as_millisecond())
}

/// End of that day (the start of the next one).
pub fn day_end(zone: &str, text: &str) -> Option<i64> {
    let d: jiff::civil::Date = text.trim().parse().ok()?;
    let tz = TimeZone::get(zone).ok()?;
    Some(d.tomorrow().ok()?.to_zoned(tz).ok()?.timestamp().as_millisecond())
}

/// `11月21日 周六`, `Sat 21 Nov`
pub fn today(locale: Locale, zone: &str, now: i64) -> String {
    let z = zoned(zone, now);
    match locale {
        Locale::En => z.strftime("%a %-d %b").to_string(),
        Locale::Zh => {
            let day = ["一", "二", "三", "四", "五", "六", "日"]
                .get(usize::try_from(z.weekday().to_monday_zero_offset()).unwrap_or(0))
                .copied()
                .unwrap_or_default();
            format!("{}月{}日 周{day}", z.month(), z.day())
        }
    }
}

/// For residents: `11月21日 10:42`, `21 Nov 10:42`.
pub fn resident(locale: Locale, zone: &str, at: i64) -> String {
    let z = zoned(zone, at);
    match locale {
        Locale::En => z.strftime("%-d %b %H:%M").to_string(),
        Locale::Zh => format!("{}月{}日 {}", z.month(), z.day(), z.strftime("%H:%M")),
    }
}

/// Time left in words, and its state (`ok`, `near` is the caller's, `over`); the browser's script writes the same.
pub fn left(locale: Locale, ms: i64) -> (String, &'static str) {
    let over = ms <= 0;
    let min = if over { -ms / 60_000 } else { (ms + 59_999) / 60_000 };
    if over && min == 0 {
        return (crate::l10n::t(locale, "js-over-now"), "over");
    }
    let (d, h, m) = (min / 1440, min / 60 % 24, min % 60);
    let unit = if d > 0 {
        "d"
    } else if h > 0 {
        "hm"
    } else {
        "m"
    };
    let side = if over { "over" } else { "left" };
    // Written as text, so that 08 stays 08.
    let (d, h, m, mm) = (d.to_string(), h.to_string(), m.to_string(), format!("{m:02}"));
    let text = crate::l10n::tx(
        locale,
        &format!("js-{side}-{unit}"),
        &[("d", &d), ("h", &h), ("m", &m), ("mm", &mm)],
    );
    (text, if over { "over" } else { "ok" })
}

/// November to February: whether next year's holidays are missing is worth a look.
pub fn turn_of_year(zone: &str, at: i64) -> bool {
    let date = date(zone, at);
    matches!(date.get(5..7), Some("11" | "12" | "01" | "02"))
}
