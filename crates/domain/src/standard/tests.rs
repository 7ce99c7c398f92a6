//! The shipped standard says what the clauses say, and errors say where.

use super::*;

fn limit(code: ClockCode, kind: Kind, item: &str, imp: Importance, urg: Urgency) -> Option<(Limit, String)> {
    let standard = Standard::shipped().unwrap();
    standard
        .rule(code, kind, item, imp, urg)
        .map(|rule| (rule.limit, rule.clause.clone()))
}

#[test]
fn the_shipped_standard_says_what_the_clauses_say() {
    use {ClockCode as C, Importance as I, Kind as K, Urgency as U};
    let (minute, hour, day) = (
        |n| Limit::Minute { n },
        |n| Limit::Hour { n },
        |n| Limit::NaturalDay { n },
    );
    for (code, kind, item, imp, urg, expected) in [
        (
            C::Response,
            K::Inquiry,
            "",
            I::Ordinary,
            U::Normal,
            Some((hour(4), "STD-1")),
        ),
        (
            C::Response,
            K::Help,
            "",
            I::Major,
            U::Emergency,
            Some((hour(4), "STD-1")),
        ),
        (
            C::OnSite,
            K::Request,
            "",
            I::Ordinary,
            U::Urgent,
            Some((minute(30), "STD-2")),
        ),
        (
            C::OnSite,
            K::Request,
            "",
            I::Ordinary,
            U::Emergency,
            Some((minute(30), "STD-2")),
        ),
        (C::OnSite, K::Request, "", I::Ordinary, U::Normal, None),
        (
            C::OnSite,
            K::Complaint,
            "",
            I::Ordinary,
            U::Normal,
            Some((hour(1), "STD-3")),
        ),
        (
            C::Feedback,
            K::Complaint,
            "",
            I::Ordinary,
            U::Normal,
            Some((hour(4), "STD-3")),
        ),
        (
            C::Finish,
            K::Complaint,
            "",
            I::Ordinary,
            U::Normal,
            Some((hour(8), "STD-6")),
        ),
        (
            C::Finish,
            K::Request,
            "repair.lift.stuck",
            I::Ordinary,
            U::Normal,
            Some((minute(30), "STD-15")),
        ),
        (C::Finish, K::Request, "repair.lift.stuck", I::Major, U::Normal, None),
        (
            C::Finish,
            K::Request,
            "repair.power.light_corridor",
            I::Ordinary,
            U::Normal,
            Some((hour(8), "STD-16")),
        ),
        (
            C::Finish,
            K::Request,
            "repair.power.light_corridor",
            I::Important,
            U::Normal,
            Some((hour(48), "STD-16")),
        ),
        (
            C::Callback,
            K::Request,
            "",
            I::Ordinary,
            U::Normal,
            Some((hour(24), "CSM-3")),
        ),
        (C::Callback, K::Praise, "", I::Ordinary, U::Normal, None),
        (
            C::Promise,
            K::Inquiry,
            "",
            I::Ordinary,
            U::Normal,
            Some((day(0), "REC-8")),
        ),
        (
            C::Promise,
            K::Complaint,
            "",
            I::Important,
            U::Normal,
            Some((day(2), "REC-8")),
        ),
        (C::Promise, K::Request, "", I::Major, U::Normal, Some((day(3), "REC-8"))),
    ] {
        let seen = limit(code, kind, item, imp, urg);
        let expected = expected.map(|(limit, clause): (Limit, &str)| (limit, clause.to_owned()));
        assert_eq!(seen, expected, "{code} {kind} {imp} {urg}");
    }
}

const HEAD: &str =
    r#"{"version":"1","callback":{"unreachable_after_attempts":3,"attempt_spacing":{"unit":"hour","n":2}},"lines":["#;
const PROMISE: &str = r#"{"clocks":[{"code":"promise","limit":{"unit":"natural_day","n":0},"clause":"REC-8"}]}"#;

fn with(lines: &str) -> Result<Standard, StandardError> {
    Standard::parse(&format!("{HEAD}{PROMISE}{lines}]}}"))
}

#[test]
fn the_most_specific_line_wins() {
    let clock = |n| format!(r#""clocks":[{{"code":"finish","limit":{{"unit":"hour","n":{n}}},"clause":"X"}}]"#);
    let standard = with(&format!(
        r#",{{{}}},{{"kinds":["request"],"urgency":["urgent"],{}}},{{"items":["a.b"],{}}},{{"items":["a"],"kinds":["request"],{}}}"#,
        clock(1), clock(2), clock(3), clock(4)
    ))
    .unwrap();
    let finish = |kind, item, urgency| {
        standard
            .rule(ClockCode::Finish, kind, item, Importance::Ordinary, urgency)
            .unwrap()
            .limit
    };
    assert_eq!(finish(Kind::Help, "z", Urgency::Normal), Limit::Hour { n: 1 });
    assert_eq!(finish(Kind::Request, "z", Urgency::Urgent), Limit::Hour { n: 2 });
    assert_eq!(finish(Kind::Request, "a.b.c", Urgency::Urgent), Limit::Hour { n: 3 });
    assert_eq!(finish(Kind::Request, "a.bc", Urgency::Urgent), Limit::Hour { n: 4 });
    assert_eq!(finish(Kind::Request, "ab", Urgency::Normal), Limit::Hour { n: 1 });
}

#[test]
fn errors_say_where_and_what() {
    let finish = r#"{"code":"finish","limit":{"unit":"hour","n":1},"clause":"X"}"#;
    for (lines, path, word) in [
        (r#",{"clocks":[]}"#.to_owned(), "lines[1].clocks", "empty"),
        (r#",{"items":[" "],"clocks":[]}"#.to_owned(), "lines[1].clocks", "empty"),
        (
            format!(r#",{{"items":[""],"clocks":[{finish}]}}"#),
            "lines[1].items",
            "empty prefix",
        ),
        (
            format!(r#",{{"clocks":[{finish},{finish}]}}"#),
            "lines[1].clocks[1]",
            "twice",
        ),
        (
            format!(r#",{{"clocks":[{finish}]}},{{"clocks":[{finish}]}}"#),
            "lines[2]",
            "lines[1]",
        ),
        (
            r#",{"clocks":[{"code":"finish","limit":{"unit":"hour","n":0},"clause":"X"}]}"#.to_owned(),
            "lines[1].clocks[0].limit",
            "nothing",
        ),
        (
            r#",{"clocks":[{"code":"finish","limit":{"unit":"hour","n":1},"clause":" "}]}"#.to_owned(),
            "lines[1].clocks[0].clause",
            "clause",
        ),
        (
            r#",{"clocks":[{"code":"finish","limit":{"unit":"natural_day","n":1},"clause":"X","pausable":["parts"]}]}"#
                .to_owned(),
            "lines[1].clocks[0].pausable",
            "paused",
        ),
        (
            r#",{"clocks":[{"code":"lunch","limit":{"unit":"hour","n":1},"clause":"X"}]}"#.to_owned(),
            "",
            "lunch",
        ),
        (r#",{"colour":1,"clocks":[]}"#.to_owned(), "", "colour"),
    ] {
        let failed = with(&lines).unwrap_err();
        assert_eq!(failed.path, path, "{failed}");
        assert!(failed.message.contains(word), "{failed}");
    }
    let missing = Standard::parse(&format!("{HEAD}]}}")).unwrap_err();
    assert!(missing.message.contains("REC-8"), "{missing}");
}

/// Clauses that ask for a clock and name no length of their own: what carries them out is the clock of another clause.
const CARRIED_BY: &[(&str, ClockCode)] = &[
    // "Passed by nature and urgency, followed, the result told": the clocks of every complaint.
    ("CSM-2", ClockCode::Feedback),
    // "Replies in time": the first response to whatever came in.
    ("CSR-1", ClockCode::Response),
    // "A named follower and a reply limit": what is promised.
    ("DIR-8", ClockCode::Promise),
];

#[test]
fn every_clause_with_a_duration_is_in_the_shipped_standard() {
    let doc = Document::shipped().unwrap();
    let catalogue = crate::clauses::shipped().unwrap();
    let of_lines = doc
        .lines
        .iter()
        .flat_map(|line| line.clocks.iter().map(|clock| clock.clause.as_str()));
    let of_limits = doc
        .limits
        .iter()
        .flat_map(|limit| limit.clauses.iter().map(String::as_str));
    let named: Vec<&str> = of_lines.chain(of_limits).collect();
    for clause in catalogue
        .clauses
        .iter()
        .filter(|c| c.how.contains(&crate::clauses::How::Clock))
    {
        let carried = CARRIED_BY.iter().any(|(id, _)| *id == clause.id);
        assert!(
            named.contains(&clause.id.as_str()) || carried,
            "{}: {}",
            clause.id,
            clause.en
        );
    }
    for clause in &named {
        assert!(catalogue.get(clause).is_some(), "{clause} is no clause");
    }
    for code in LimitCode::ALL {
        assert!(doc.limit(*code).is_some(), "{code}");
    }
}

#[test]
fn the_named_limits_say_what_the_clauses_say() {
    use LimitCode as C;
    let doc = Document::shipped().unwrap();
    for (code, span, clause, own) in [
        (C::AnswerCall, Span::Ring { n: 3 }, "ANS-1", false),
        (C::Hold, Span::Second { n: 20 }, "ANS-3", false),
        (C::ConsultVisitor, Span::Minute { n: 2 }, "REC-7", false),
        (C::ConsultCaller, Span::Minute { n: 1 }, "REC-7", false),
        (C::FirstAnswer, Span::NaturalDay { n: 0 }, "CAL-6", false),
        (C::RecordsFiled, Span::NaturalDay { n: 3 }, "COM-27", false),
        (C::OpinionsVerified, Span::Month { n: 1 }, "COM-13", false),
        (C::CustomerTime, Span::Customer {}, "COM-32", false),
        (C::CheckIn, Span::Minute { n: 10 }, "REC-4", false),
        (C::CustomersKnown, Span::Month { n: 1 }, "REC-3", false),
        (C::HostAnswer, Span::Minute { n: 5 }, "VIS-5", true),
    ] {
        let limit = doc.limit(code).unwrap();
        assert_eq!(
            (limit.limit, limit.clauses[0].as_str(), limit.own),
            (span, clause, own),
            "{code}"
        );
    }
    for code in [
        C::HelpMedical,
        C::HelpSecurity,
        C::HelpEngineering,
        C::EmergencyPassed,
        C::OrderSent,
        C::Report,
    ] {
        assert!(matches!(doc.limit(code).unwrap().limit, Span::AtOnce { .. }), "{code}");
    }
}

fn look(doc: &Document) -> Vec<Found> {
    let (shipped, calendars) = (
        Document::shipped().unwrap(),
        crate::time::Calendars::shipped("Asia/Shanghai").unwrap(),
    );
    let taxonomy = crate::taxonomy::default_taxonomy().unwrap();
    let items: Vec<&str> = taxonomy.items.iter().map(|item| item.code.as_str()).collect();
    check::look(
        doc,
        &check::Beside {
            shipped: &shipped,
            calendars: &calendars,
            clauses: crate::clauses::shipped().unwrap(),
            items: &items,
            taken: &["2025-9".to_owned()],
        },
    )
}

fn found(doc: &Document) -> Vec<(Grave, &'static str, String)> {
    look(doc)
        .into_iter()
        .map(|f| (f.grave, f.code, f.place.path()))
        .collect()
}

#[test]
fn the_shipped_standard_has_nothing_to_find() {
    assert_eq!(found(&Document::shipped().unwrap()), []);
}

#[test]
fn what_the_clauses_demand_must_be_there_and_longer_limits_are_named() {
    let mut doc = Document::shipped().unwrap();
    // The complaint's line: on site within an hour, told within four.
    let line = doc.lines.iter().position(|l| l.clocks[0].clause == "STD-3").unwrap();
    doc.lines[line].clocks[0].limit = Limit::Hour { n: 2 };
    doc.lines[line].clocks.remove(1);
    doc.limits.retain(|limit| limit.code != LimitCode::Hold);
    let consult = doc
        .limits
        .iter_mut()
        .find(|l| l.code == LimitCode::ConsultCaller)
        .unwrap();
    consult.limit = Span::Minute { n: 3 };
    // Fifteen minutes before the shift is earlier than ten, two would be later.
    let check_in = doc.limits.iter_mut().find(|l| l.code == LimitCode::CheckIn).unwrap();
    check_in.limit = Span::Minute { n: 15 };
    let host = doc.limits.iter_mut().find(|l| l.code == LimitCode::HostAnswer).unwrap();
    host.limit = Span::Minute { n: 30 };
    let all = look(&doc);
    let seen: Vec<_> = all.iter().map(|f| (f.grave, f.code, f.place.path())).collect();
    assert_eq!(
        seen,
        [
            (Grave::Error, "uncovered", "lines".to_owned()),
            (Grave::Error, "limit-missing", "limits.hold".to_owned()),
            (Grave::Departure, "longer", format!("lines[{line}].clocks[0].limit")),
            (Grave::Departure, "limit-longer", "limits.consult_caller".to_owned()),
        ]
    );
    let longer = &all[2];
    assert_eq!(
        (longer.was, longer.now),
        (Some(Limit::Hour { n: 1 }), Some(Limit::Hour { n: 2 }))
    );
    assert!(longer.args.contains(&("clause", "STD-3".to_owned())));
    // Nine levels of a complaint, and once more for each item that a line names.
    let uncovered = &all[0];
    assert_eq!(uncovered.place.cases.unwrap().kind, Kind::Complaint);
}

#[test]
fn a_shorter_limit_is_no_departure_and_another_pause_is() {
    let mut doc = Document::shipped().unwrap();
    doc.lines[0].clocks[0].limit = Limit::Hour { n: 2 };
    assert_eq!(found(&doc), []);
    doc.lines[0].clocks[0].pausable = vec![WaitReason::Weather];
    assert_eq!(
        found(&doc),
        [(Grave::Departure, "pause-added", "lines[0].clocks[0].limit".to_owned())]
    );
}

#[test]
fn a_line_that_never_wins_and_words_that_nobody_knows_are_found() {
    let mut doc = Document::shipped().unwrap();
    let response = |n| ClockFile {
        limit: Limit::Hour { n },
        ..doc.lines[0].clocks[0].clone()
    };
    let of_kind = |kind, clock| LineFile {
        kinds: vec![kind],
        clocks: vec![clock],
        ..LineFile::default()
    };
    // Every kind has a line of its own: the line for all of them never wins any more.
    let more: Vec<LineFile> = Kind::ALL.iter().map(|kind| of_kind(*kind, response(3))).collect();
    doc.lines.extend(more);
    assert_eq!(
        found(&doc),
        [(Grave::Error, "never-wins", "lines[0].clocks[0]".to_owned())]
    );
    let mut doc = Document::shipped().unwrap();
    doc.lines[0].clocks[0].clause = "本项目约定".to_owned();
    let itemised = doc.lines.iter().position(|l| !l.items.is_empty()).unwrap();
    doc.lines[itemised].items.push("repair.moon".to_owned());
    doc.version = "2025-9".to_owned();
    assert_eq!(
        found(&doc),
        [
            (Grave::Error, "version-taken", "version".to_owned()),
            (Grave::Note, "clause-unknown", "lines[0].clocks[0].clause".to_owned()),
            (Grave::Note, "item-unknown", format!("lines[{itemised}].items")),
        ]
    );
}

#[test]
fn a_calendar_that_is_never_open_is_found() {
    let doc = Document::shipped().unwrap();
    let shut = crate::time::Calendar {
        weekly: crate::time::Week::every_day(&crate::time::DayHours::default()),
        ..crate::time::Calendar::always("Asia/Shanghai")
    };
    let mut calendars = crate::time::Calendars::default();
    calendars.add("office", 1, shut).unwrap();
    let beside = check::Beside {
        shipped: &doc,
        calendars: &calendars,
        clauses: crate::clauses::shipped().unwrap(),
        items: &["repair.lift", "repair.power", "repair.water"],
        taken: &[],
    };
    let all = check::look(&doc, &beside);
    assert!(all.iter().any(|f| f.code == "calendar-empty"), "{all:?}");
}

#[test]
fn two_versions_are_compared_clock_by_clock_whatever_their_order() {
    let before = Document::shipped().unwrap();
    let mut after = before.clone();
    after.lines.reverse();
    after.lines[0].importance.reverse();
    assert_eq!(compare::differences(&before, &after), []);
    let last = after.lines.len() - 1;
    after.lines[last].clocks[0].limit = Limit::Hour { n: 2 };
    after.lines.remove(0);
    after.limits[0].limit = Span::Ring { n: 2 };
    after.callback.unreachable_after_attempts = 4;
    let marks: Vec<_> = compare::differences(&before, &after)
        .into_iter()
        .map(|d| (d.mark, matches!(d.what, compare::What::Clock { .. })))
        .collect();
    assert_eq!(
        marks,
        [
            (Mark::Changed, true),
            (Mark::Removed, true),
            (Mark::Changed, false),
            (Mark::Changed, false)
        ]
    );
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let doc = Document::shipped().unwrap();
    assert_eq!(Document::parse(&doc.text()).unwrap(), doc);
    assert_eq!(doc.next_version(|name| name == "2026-2"), "2026-3");
    let odd = Document {
        version: "翠园".into(),
        ..doc
    };
    assert_eq!(odd.next_version(|_| false), "翠园-2");
}

#[test]
fn going_on_after_reopening_is_for_limits_that_can() {
    let mut doc = Document::shipped().unwrap();
    doc.lines[1].clocks[0].reopen = OnReopen::Continue;
    doc.lines[4].clocks[0].reopen = OnReopen::Continue;
    doc.lines[0].clocks[0].reopen = OnReopen::Continue;
    let codes: Vec<_> = doc.unsound().into_iter().map(|f| (f.code, f.place.path())).collect();
    assert_eq!(
        codes,
        [
            ("reopen-own", "lines[1].clocks[0].reopen".to_owned()),
            ("reopen-own", "lines[4].clocks[0].reopen".to_owned()),
        ]
    );
}
