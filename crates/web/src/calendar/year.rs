//! A year as twelve small grids: what each day is, and the names that made it so.

use domain::time::{DayKind, Hours};
use jiff::civil::Date;

use crate::page::Page;

/// A day in the grid.
pub struct Cell {
    pub day: i8,
    pub class: &'static str,
    /// One letter for what is not usual: 休, 班, 半.
    pub mark: String,
    /// In words, for who points at it or listens.
    pub title: String,
    pub today: bool,
}

/// A month: weeks from Monday, and what is not usual in words.
pub struct Month {
    pub name: String,
    pub weeks: Vec<Vec<Option<Cell>>>,
    pub notes: Vec<Note>,
    pub workdays: u32,
}

/// Days in a row that are the same for the same reason.
pub struct Note {
    pub days: String,
    pub class: &'static str,
    pub text: String,
}

fn class(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Working => "wk",
        DayKind::Off => "off",
        DayKind::Holiday => "hol",
        DayKind::MakeUp => "mk",
        DayKind::Partial => "part",
    }
}

/// The twelve months, and the working days of the year.
pub fn draw(p: &Page, hours: &Hours, year: i16) -> (Vec<Month>, u32) {
    let today = hours.date_at(p.now);
    let months: Vec<Month> = (1..=12)
        .filter_map(|m| month(p, hours, Date::new(year, m, 1).ok()?, today))
        .collect();
    let total = months.iter().map(|m| m.workdays).sum();
    (months, total)
}

fn month(p: &Page, hours: &Hours, first: Date, today: Date) -> Option<Month> {
    let mut weeks: Vec<Vec<Option<Cell>>> = Vec::new();
    let mut week: Vec<Option<Cell>> = Vec::new();
    week.extend((0..first.weekday().to_monday_zero_offset()).map(|_| None));
    let mut notes: Vec<(i8, i8, DayKind, String)> = Vec::new();
    let mut workdays = 0;
    for n in 1..=first.days_in_month() {
        let date = Date::new(first.year(), first.month(), n).ok()?;
        let day = hours.day(date);
        workdays += u32::from(!day.hours.is_empty());
        let names: Vec<String> = day
            .names
            .iter()
            .map(|name| if p.en() { name.en.clone() } else { name.zh.clone() })
            .collect();
        let mut text = names.join(&p.t("list-comma"));
        if matches!(day.kind, DayKind::MakeUp | DayKind::Partial) {
            text = format!("{text} {}", day.hours).trim().to_owned();
        }
        let unusual = matches!(day.kind, DayKind::Holiday | DayKind::MakeUp | DayKind::Partial);
        if unusual || !names.is_empty() {
            match notes.last_mut() {
                Some((_, last, kind, said)) if *last + 1 == n && *kind == day.kind && *said == text => *last = n,
                _ => notes.push((n, n, day.kind, text.clone())),
            }
        }
        let word = p.code("calendar-day", class(day.kind));
        let title = if text.is_empty() {
            format!("{date} {word}")
        } else {
            format!("{date} {word} {text}")
        };
        week.push(Some(Cell {
            day: n,
            class: class(day.kind),
            mark: if unusual {
                p.code("calendar-mark", class(day.kind))
            } else {
                String::new()
            },
            title,
            today: date == today,
        }));
        if week.len() == 7 {
            weeks.push(std::mem::take(&mut week));
        }
    }
    if !week.is_empty() {
        week.resize_with(7, || None);
        weeks.push(week);
    }
    let note = |(from, to, kind, text): (i8, i8, DayKind, String)| Note {
        days: if from == to {
            from.to_string()
        } else {
            format!("{from}–{to}")
        },
        class: class(kind),
        text,
    };
    Some(Month {
        name: p.t(&format!("month-{}", first.month())),
        weeks,
        notes: notes.into_iter().map(note).collect(),
        workdays,
    })
}
