//! The yearly files that come with the product, and what an import refuses.

use domain::time::holidays::{asks_for_next_year, parse, shipped};
use domain::time::{Calendar, DayHours, Exception, ExceptionKind, Hours, Level, Week};
use jiff::civil::date;

#[test]
fn the_shipped_years_are_whole() {
    let years = shipped().unwrap();
    assert_eq!(
        years.iter().map(|y| y.year).collect::<Vec<_>>(),
        [2023, 2024, 2025, 2026]
    );
    let count = |off| {
        years
            .iter()
            .map(|y| y.days.iter().filter(|d| d.is_off_day == off).count())
            .collect::<Vec<_>>()
    };
    assert_eq!(count(true)[3], 33);
    assert_eq!(count(false)[3], 6);
    let mut calendar = Calendar::always("Asia/Shanghai");
    calendar.take_holidays(&years, None);
    assert_eq!(calendar.published_until, Some(date(2026, 12, 31)));
    let before = calendar.clone();
    calendar.take_holidays(&years, None);
    assert_eq!(
        calendar.exceptions.len(),
        before.exceptions.len(),
        "a second import changes nothing"
    );
    Hours::new(calendar).unwrap();
}

#[test]
fn an_import_keeps_what_company_and_site_said() {
    let mut calendar = Calendar {
        weekly: Week::every_day(&"08:30-17:30".parse::<DayHours>().unwrap()),
        ..Calendar::always("Asia/Shanghai")
    };
    let own = Exception {
        date: date(2026, 5, 1),
        until: None,
        level: Level::Site,
        kind: ExceptionKind::Work,
        hours: None,
        name: "值班".to_owned(),
        name_en: String::new(),
    };
    calendar.exceptions.push(own.clone());
    calendar.take_holidays(&shipped().unwrap(), None);
    assert!(calendar.exceptions.contains(&own));
    assert!(
        calendar
            .exceptions
            .iter()
            .any(|e| e.date == own.date && e.level == Level::National)
    );
    let written = serde_json::to_string(&calendar).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&written).unwrap(), calendar);
}

#[test]
fn wrong_files_are_refused_and_name_the_place() {
    let file = |days: &str| parse(&format!("{{\"year\": 2027, \"days\": [{days}]}}"));
    let off = r#"{"name": "元旦", "date": "2027-01-01", "isOffDay": true}"#;
    assert!(file(off).is_ok());
    let refused = |days: &str| file(days).unwrap_err().to_string();
    assert!(refused(&format!("{off},{off}")).contains("2027-01-01: the date is there twice"));
    assert!(refused("").contains("no day off"));
    assert!(refused(&off.replace("2027-01-01", "2026-05-01")).contains("not of this year"));
    assert!(refused(&off.replace("元旦", " ")).contains("no name"));
    let made_up = r#"{"name": "元旦", "date": "2027-01-04", "isOffDay": false}"#;
    assert!(refused(&format!("{off},{made_up}")).contains("Saturday or Sunday"));
    assert!(refused("{\"name\": 1}").contains("line 1"));
    assert!(parse("not json").is_err());
}

#[test]
fn november_asks_for_the_next_year() {
    let known = Some(date(2026, 12, 31));
    assert!(!asks_for_next_year(known, date(2026, 10, 31)));
    assert!(asks_for_next_year(known, date(2026, 11, 1)));
    assert!(asks_for_next_year(known, date(2027, 12, 1)));
    assert!(!asks_for_next_year(Some(date(2027, 12, 31)), date(2026, 11, 1)));
    assert!(!asks_for_next_year(None, date(2026, 11, 1)));
}
