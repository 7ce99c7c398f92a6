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

/// Five working days over the National Day holiday of 2026, and what company and site make of it: levels beat each other, a
/// make-up day has its own hours.
#[test]
fn exceptions_of_levels_beat_each_other() {
    use domain::time::{Cutoff, DayKind, DayTerm, DayUnit, Plan, Reckoning, Term};

    let years = shipped().unwrap();
    let plan = Plan::shipped("office").unwrap();
    let one = |level, kind, day, hours: Option<&str>, name: &str| Exception {
        date: day,
        until: None,
        level,
        kind,
        hours: hours.map(|text| text.parse().unwrap()),
        name: name.to_owned(),
        name_en: String::new(),
    };
    let made = |own: &[Exception]| Hours::new(plan.calendar("Asia/Shanghai", &years, own)).unwrap();
    let kind = |hours: &Hours, day: i8| hours.day(date(2026, 10, day)).kind;
    let usual = made(&[]);
    assert_eq!(kind(&usual, 1), DayKind::Holiday);
    assert_eq!(kind(&usual, 8), DayKind::Working);
    assert_eq!(kind(&usual, 10), DayKind::MakeUp);
    assert_eq!(kind(&usual, 11), DayKind::Off);
    assert_eq!(usual.day(date(2026, 10, 1)).names[0].en, "National Day");
    // The company closes on the make-up day; the site opens nevertheless, with hours of its own; the site opens on a holiday.
    let company = one(Level::Company, ExceptionKind::Off, date(2026, 10, 10), None, "公司放假");
    let site = one(
        Level::Site,
        ExceptionKind::Work,
        date(2026, 10, 10),
        Some("09:00-11:00"),
        "值班",
    );
    let morning = one(
        Level::Company,
        ExceptionKind::Partial,
        date(2026, 10, 8),
        Some("08:30-12:00"),
        "培训",
    );
    assert_eq!(kind(&made(std::slice::from_ref(&company)), 10), DayKind::Holiday);
    let all = made(&[company, site, morning]);
    assert_eq!(kind(&all, 10), DayKind::MakeUp);
    assert_eq!(all.day(date(2026, 10, 10)).hours.to_string(), "09:00-11:00");
    assert_eq!(kind(&all, 8), DayKind::Partial);
    assert_eq!(all.day(date(2026, 10, 8)).hours.to_string(), "13:30-17:30");
    // From Tuesday 29 September: 30, then 8, 9, 10 (made up for) and 12 October.
    let five = DayTerm {
        unit: DayUnit::WorkingDay,
        n: 5,
        count_start_day: false,
        roll: true,
        cutoff: Cutoff::Close,
        after_close_next_day: false,
    };
    let start = jiff::civil::datetime(2026, 9, 29, 10, 0, 0, 0)
        .in_tz("Asia/Shanghai")
        .unwrap()
        .timestamp()
        .as_millisecond();
    let due = Reckoning {
        hours: &usual,
        term: Term::Days(five),
        start,
        gaps: &[],
    }
    .due()
    .at()
    .unwrap();
    assert_eq!(usual.date_at(due), date(2026, 10, 12));
}

#[test]
fn a_file_is_compared_with_the_one_before_and_refused_with_the_place() {
    use domain::time::holidays::{WrongFile, differences, read};

    let years = shipped().unwrap();
    let mut new = years[3].clone();
    assert!(differences(Some(&years[3]), &new).is_empty());
    assert_eq!(differences(None, &new).len(), new.days.len());
    let gone = new.days.remove(0);
    new.days[0].is_off_day = false;
    let list = differences(Some(&years[3]), &new);
    assert_eq!(list.len(), 2);
    assert_eq!((&list[0].before, &list[0].after), (&Some(gone), &None));
    let wrong = |text: &str| {
        let wrong = read(text).unwrap_err();
        (wrong.why, wrong.place)
    };
    assert_eq!(
        wrong(
            r#"{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-05", "isOffDay": false}]}"#
        ),
        (WrongFile::NoWeekend, "2027-01-05".to_owned())
    );
    assert_eq!(
        wrong(r#"{"year": 2027, "days": []}"#),
        (WrongFile::NoDayOff, "2027".to_owned())
    );
    assert_eq!(wrong("{").0, WrongFile::Form);
}
