//! Promises in words: what the clerk says to the customer, and what the desk's dialog asks for (REC-8, CAL-3).

use app::ctx::Locale;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::l10n::{t, tx};

/// `今天24:00前`: an instant as people say it. Midnight is the end of the day before.
pub fn by(locale: Locale, zone: &str, now: i64, due: i64) -> String {
    let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let zoned = |at: i64| {
        Timestamp::from_millisecond(at)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(tz.clone())
    };
    let at = zoned(due);
    let midnight = at.hour() == 0 && at.minute() == 0;
    let day = if midnight { zoned(due - 1).date() } else { at.date() };
    let time = if midnight {
        "24:00".to_owned()
    } else {
        at.strftime("%H:%M").to_string()
    };
    let today = zoned(now).date();
    if day == today {
        return tx(locale, "promise-by-today", &[("time", &time)]);
    }
    if today.tomorrow().is_ok_and(|tomorrow| day == tomorrow) {
        return tx(locale, "promise-by-tomorrow", &[("time", &time)]);
    }
    let words = match locale {
        Locale::Zh => format!("{}月{}日", day.month(), day.day()),
        Locale::En => day.strftime("%A %-d %B").to_string(),
    };
    tx(locale, "promise-by-day", &[("day", &words), ("time", &time)])
}

/// The sentence for the customer: `您的问题，我们今天24:00前答复您。`
pub fn spoken(locale: Locale, zone: &str, now: i64, kind: &str, due: i64) -> String {
    tx(
        locale,
        &format!("promise-say-{kind}"),
        &[("by", &by(locale, zone, now, due))],
    )
}

/// The apology that comes first, by what is promised.
pub fn apology(locale: Locale, kind: &str) -> String {
    t(locale, &format!("promise-sorry-{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "Asia/Shanghai";
    /// 2026-11-21 10:42 in Shanghai.
    const NOW: i64 = 1_795_228_920_000;

    fn at(text: &str) -> i64 {
        crate::when::parse_field(ZONE, text).unwrap()
    }

    #[test]
    fn midnight_is_the_end_of_a_day_and_said_so() {
        for (due, zh, en) in [
            ("2026-11-22T00:00", "今天24:00前", "by 24:00 today"),
            ("2026-11-21T17:30", "今天17:30前", "by 17:30 today"),
            ("2026-11-23T00:00", "明天24:00前", "by 24:00 tomorrow"),
            ("2026-11-24T00:00", "11月23日24:00前", "by 24:00 on Monday 23 November"),
        ] {
            assert_eq!(by(Locale::Zh, ZONE, NOW, at(due)), zh, "{due}");
            assert_eq!(by(Locale::En, ZONE, NOW, at(due)), en, "{due}");
        }
    }

    #[test]
    fn the_sentence_can_be_read_out() {
        let due = at("2026-11-22T00:00");
        assert!(spoken(Locale::Zh, ZONE, NOW, "reply", due).contains("今天24:00前答复您"));
        assert!(spoken(Locale::Zh, ZONE, NOW, "call_back", due).contains("给您回电"));
        assert!(spoken(Locale::En, ZONE, NOW, "reply", due).contains("by 24:00 today"));
    }
}
