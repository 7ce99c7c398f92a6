//! How the lists are run: every page of a list begins in the index and stops after its rows, for the whole list and for
//! each common filter. No scan of the table, no sort of what was found, however much there is.

use crate::db::Options;
use crate::directory::{find, occupancy, unit};
use crate::seam::Q;
use crate::testing::{for_both_with, options, plan_of};
use crate::{
    Conn, Error, answer, case, contact, investigation, journal, lesson, message, proposal, roster, standard, visit,
};

/// A list as a page asks for it.
struct Asked {
    name: &'static str,
    sql: String,
    args: usize,
}

fn asked(name: &'static str, q: &Q<'_>) -> Asked {
    Asked {
        name,
        sql: q.sql().to_owned(),
        args: q.args().len(),
    }
}

fn after() -> Option<(i64, String)> {
    Some((1, "x".into()))
}

fn lists() -> Vec<Asked> {
    let mut out = Vec::new();
    let some = |t: &str| Some(t.to_owned());
    // What long work on a standard found.
    for after in [None, Some(1)] {
        let all = standard::Filter {
            job: "j".into(),
            after,
            limit: 51,
            ..Default::default()
        };
        let department = standard::Filter {
            department: some("d"),
            ..all.clone()
        };
        let item = standard::Filter {
            item: some("i"),
            late_after: Some(true),
            ..all.clone()
        };
        for (name, f) in [
            ("rows of work", &all),
            ("rows of a department", &department),
            ("rows of an item", &item),
        ] {
            out.push(asked(name, &standard::rows_q(f)));
        }
    }
    // The register of visitors.
    for page in [None, after()] {
        let all = visit::Filter {
            site: "s".into(),
            after: page,
            limit: 31,
            ..Default::default()
        };
        let state = visit::Filter {
            state: some("left"),
            ..all.clone()
        };
        let named = visit::Filter {
            from: Some(1),
            until: Some(2),
            name: some("%x%"),
            ..all.clone()
        };
        for (name, f) in [
            ("visits", &all),
            ("visits in a state", &state),
            ("visits by name", &named),
        ] {
            out.push(asked(name, &visit::list_q(f)));
        }
    }
    // What the desk knows: answers by when they are to be looked at, lessons by age, proposals by age.
    for after in [None, after()] {
        let answers = answer::Filter {
            site: "s".into(),
            after: after.clone(),
            limit: 31,
            ..Default::default()
        };
        let of_item = answer::Filter {
            item: some("i"),
            ..answers.clone()
        };
        let lessons = lesson::Filter {
            site: "s".into(),
            active: Some(true),
            after: after.clone(),
            limit: 31,
            ..Default::default()
        };
        let lessons_of_item = lesson::Filter {
            item: some("i"),
            ..lessons.clone()
        };
        let proposals = proposal::Filter {
            site: "s".into(),
            after: after.clone(),
            limit: 31,
            ..Default::default()
        };
        let waiting = proposal::Filter {
            state: some("open"),
            ..proposals.clone()
        };
        out.push(asked("answers", &answer::list_q(&answers)));
        out.push(asked("answers of an item", &answer::list_q(&of_item)));
        out.push(asked("lessons", &lesson::list_q(&lessons)));
        out.push(asked("lessons of an item", &lesson::list_q(&lessons_of_item)));
        out.push(asked("proposals", &proposal::list_q(&proposals)));
        out.push(asked("open proposals", &proposal::list_q(&waiting)));
        let checks = investigation::Filter {
            site: "s".into(),
            after,
            limit: 31,
            ..Default::default()
        };
        out.push(asked("investigations", &investigation::list_q(&checks)));
        let open = investigation::Filter {
            open: true,
            ..checks.clone()
        };
        out.push(asked("open investigations", &investigation::list_q(&open)));
        let mine = investigation::Filter {
            about: Some("p".into()),
            ..checks
        };
        out.push(asked("investigations about one", &investigation::list_q(&mine)));
    }
    // Cases and work orders: by due time what is open, by age the rest; the first page and a later one.
    for page in [None, after()] {
        let open = case::Filter {
            site: "s".into(),
            open: Some(true),
            after: page.clone(),
            limit: 31,
            ..Default::default()
        };
        let newest = case::Filter {
            open: None,
            sort: case::Sort::Newest,
            ..open.clone()
        };
        let department = |f: &case::Filter| case::Filter {
            department: some("d"),
            ..f.clone()
        };
        let worker = |f: &case::Filter| case::Filter {
            worker: some("w"),
            ..f.clone()
        };
        let both = [
            ("open", open.clone()),
            (
                "overdue",
                case::Filter {
                    due_before: Some(1),
                    ..open.clone()
                },
            ),
            (
                "new",
                case::Filter {
                    states: vec!["registered".into(), "dispatched".into()],
                    ..open.clone()
                },
            ),
            (
                "one state",
                case::Filter {
                    states: vec!["waiting".into()],
                    ..open.clone()
                },
            ),
            (
                "paused",
                case::Filter {
                    paused: true,
                    ..open.clone()
                },
            ),
            ("open of a department", department(&open)),
            ("open of a worker", worker(&open)),
            (
                "open and urgent",
                case::Filter {
                    urgency: some("urgent"),
                    ..open.clone()
                },
            ),
            (
                "open of a kind",
                case::Filter {
                    kind: some("request"),
                    ..open.clone()
                },
            ),
            ("all", newest.clone()),
            (
                "closed",
                case::Filter {
                    open: Some(false),
                    ..newest.clone()
                },
            ),
            (
                "breached",
                case::Filter {
                    breached: true,
                    ..newest.clone()
                },
            ),
            (
                "all of some days",
                case::Filter {
                    from: Some(0),
                    until: Some(1),
                    ..newest.clone()
                },
            ),
            (
                "all of a kind",
                case::Filter {
                    kind: some("request"),
                    ..newest.clone()
                },
            ),
            (
                "all of a state",
                case::Filter {
                    states: vec!["done".into()],
                    ..newest.clone()
                },
            ),
            ("all of a department", department(&newest)),
            ("all of a worker", worker(&newest)),
        ];
        for (name, f) in &both {
            out.push(asked(name, &case::cases_q(f)));
            out.push(asked(name, &case::orders_q(f)));
        }
        for (name, f) in [
            (
                "first asked",
                case::Filter {
                    first_asked: some("f"),
                    ..open.clone()
                },
            ),
            (
                "open in a building",
                case::Filter {
                    building: some("3"),
                    ..open.clone()
                },
            ),
            (
                "all in a building",
                case::Filter {
                    building: some("3"),
                    ..newest.clone()
                },
            ),
        ] {
            out.push(asked(name, &case::cases_q(&f)));
        }
        for (name, open, due_before) in [
            ("callbacks", Some(true), None),
            ("callbacks overdue", Some(true), Some(1)),
            ("callbacks made", Some(false), None),
            ("callbacks, all", None, None),
        ] {
            let f = case::CallbackFilter {
                site: "s".into(),
                open,
                due_before,
                after: page.clone(),
                limit: 31,
                ..Default::default()
            };
            out.push(asked(name, &case::callbacks_q(&f)));
        }
        for (name, f) in crate::ontime::asked() {
            let f = crate::ontime::Filter {
                after: page.clone(),
                ..f
            };
            out.push(asked(name, &crate::ontime::list_q(&f)));
        }
        for (name, open, made_by, breached) in [
            ("promises", Some(true), None, false),
            ("promises of somebody", Some(true), some("w"), false),
            ("promises, all", None, None, false),
            ("promises, broken", None, None, true),
        ] {
            let f = crate::promise::PromiseFilter {
                site: "s".into(),
                open,
                made_by,
                breached,
                after: page.clone(),
                limit: 31,
                ..Default::default()
            };
            out.push(asked(name, &crate::promise::promises_q(&f)));
        }
        for (name, open, state) in [
            ("requests for more time", Some(true), None),
            ("requests, granted", None, some("granted")),
            ("requests, all", None, None),
        ] {
            let f = crate::promise::ExtensionFilter {
                site: "s".into(),
                open,
                state,
                after: page.clone(),
                limit: 31,
                ..Default::default()
            };
            out.push(asked(name, &crate::promise::extensions_q(&f)));
        }
        let calls = contact::Filter {
            site: "s".into(),
            before: page.clone(),
            limit: 31,
            ..Default::default()
        };
        for (name, f) in [
            ("contacts", calls.clone()),
            (
                "contacts of one person",
                contact::Filter {
                    staff: some("x"),
                    ..calls.clone()
                },
            ),
            (
                "contacts by phone",
                contact::Filter {
                    channel: some("phone"),
                    ..calls.clone()
                },
            ),
            (
                "contacts of some days",
                contact::Filter {
                    from: Some(0),
                    until: Some(1),
                    ..calls.clone()
                },
            ),
        ] {
            out.push(asked(name, &contact::list_q(&f)));
        }
        for (name, states) in [
            ("messages", Vec::new()),
            (
                "messages that failed",
                vec!["failed".to_owned(), "no_channel".to_owned()],
            ),
            ("messages of one state", vec!["sent".to_owned()]),
        ] {
            let f = message::Filter {
                site: "s".into(),
                states,
                from: None,
                before: page.clone(),
                limit: 51,
            };
            out.push(asked(name, &message::list_q(&f)));
        }
    }
    for page in [None, after()] {
        for (name, post, staff) in [
            ("check-ins", None, None),
            ("check-ins of a post", some("p"), None),
            ("check-ins of a person", None, some("s")),
        ] {
            let f = roster::ShiftFilter {
                site: "s".into(),
                post,
                staff,
                until: 1,
                after: page.clone(),
                limit: 41,
                ..Default::default()
            };
            out.push(asked(name, &roster::shifts_q(&f)));
        }
        for (name, post) in [("hand-overs", None), ("hand-overs of a post", some("p"))] {
            let f = roster::HandOverFilter {
                site: "s".into(),
                post,
                after: page.clone(),
                limit: 41,
                ..Default::default()
            };
            out.push(asked(name, &roster::hand_overs_q(&f)));
        }
        let f = roster::PageFilter {
            site: "s".into(),
            after: page.clone(),
            limit: 41,
        };
        out.push(asked("swaps", &roster::swaps_q(&f)));
        out.push(asked("keys", &roster::loans_q(&f)));
    }
    for page in [None, Some(("k".to_owned(), "x".to_owned()))] {
        for building in [None, some("b")] {
            let f = unit::UnitFilter {
                site: "s".into(),
                building,
                after: page.clone(),
                limit: 51,
            };
            out.push(asked("households", &unit::list_q(&f)));
        }
    }
    let look = journal::Look {
        site: "s".into(),
        before: 2,
        limit: 51,
        ..Default::default()
    };
    out.push(asked("journal", &journal::look_q(&look)));
    let of = journal::Look {
        subject_kind: some("case"),
        ..look.clone()
    };
    out.push(asked("journal of one kind of thing", &journal::look_q(&of)));
    out
}

/// What is wrong with a plan.
fn wrong(lite: bool, plan: &str) -> Option<&'static str> {
    let bad: &[(&str, &str)] = if lite {
        &[("TEMP B-TREE", "sorts"), ("SCAN ", "scans")]
    } else {
        &[("Sort", "sorts"), ("Seq Scan", "scans")]
    };
    // What is open is little: sorting a part of it costs nothing.
    let few = lite && plan.lines().any(|l| l.contains("SEARCH") && l.contains("_open_"));
    bad.iter()
        .find(|(mark, what)| plan.contains(mark) && !(few && *what == "sorts"))
        .map(|(_, what)| *what)
}

#[test]
fn every_list_reads_its_page_in_the_order_of_an_index() {
    let options = Options {
        readers: 1,
        writers: 1,
        ..options()
    };
    for_both_with(&options, |db| {
        let faults = db
            .write(|tx: &mut crate::Tx| {
                let conn: &mut Conn = tx;
                let lite = conn.is_lite();
                let mut faults = Vec::new();
                for a in lists() {
                    let plan = plan_of(conn, &a.sql, a.args);
                    if let Some(what) = wrong(lite, &plan) {
                        faults.push(format!("{} {what}:\n{}\n{plan}\n", a.name, a.sql));
                    }
                }
                Ok::<_, Error>(faults)
            })
            .unwrap();
        // Filters that often find nothing have an index that says so at once.
        for (name, index) in [
            ("messages of one state", "message_state"),
            ("messages that failed", "message_"),
            ("breached", "case_breached_time"),
            ("contacts by phone", "contact_channel_time"),
        ] {
            let plans = db.write(move |tx: &mut crate::Tx| {
                let found: Vec<Asked> = lists().into_iter().filter(|a| a.name == name).collect();
                Ok::<_, Error>(
                    found
                        .iter()
                        .map(|a| plan_of(tx, &a.sql, a.args))
                        .collect::<Vec<_>>()
                        .join("\n"),
                )
            });
            let plans = plans.unwrap();
            assert!(plans.contains(index), "{name}:\n{plans}");
        }
        assert!(faults.is_empty(), "{} lists:\n{}", faults.len(), faults.join("\n"));
    });
}

/// What is asked for by its key is looked up by its key, and not by walking through a site in some order.
#[test]
fn what_is_known_by_its_key_is_looked_up_by_it() {
    let options = Options {
        readers: 1,
        writers: 1,
        ..options()
    };
    let ids: Vec<String> = (0..60).map(|n| n.to_string()).collect();
    let pick = find::Pick {
        site: "s".into(),
        ids: ids.clone(),
        numbers: Vec::new(),
    };
    let numbers = find::Pick {
        site: "s".into(),
        ids: Vec::new(),
        numbers: ids.clone(),
    };
    let many = occupancy::Many { ids };
    for_both_with(&options, |db| {
        // The plan, and the index that leads to what was asked for.
        let all = [
            (asked("cases", &find::cases_q(&pick)), "cases_", "id"),
            (asked("contacts", &find::contacts_q(&pick)), "contact_", "id"),
            (asked("orders", &find::orders_q(&pick)), "work_order_", "id"),
            (asked("cases by number", &find::cases_q(&numbers)), "cases_", "number"),
            (
                asked("contacts by number", &find::contacts_q(&numbers)),
                "contact_",
                "number",
            ),
            (
                asked("orders by number", &find::orders_q(&numbers)),
                "work_order_",
                "number",
            ),
            (
                asked("who lives in units", &occupancy::of_units_q(&many)),
                "occupancy_",
                "unit_id",
            ),
            (
                asked("where people live", &occupancy::of_people_q(&many)),
                "occupancy_",
                "person_id",
            ),
        ];
        let plans = db.write(move |tx: &mut crate::Tx| {
            let conn: &mut Conn = tx;
            let lite = conn.is_lite();
            Ok::<_, Error>(
                all.iter()
                    .map(|(a, index, column)| (a.name, *index, *column, lite, plan_of(conn, &a.sql, a.args)))
                    .collect::<Vec<_>>(),
            )
        });
        for (name, index, column, lite, plan) in plans.unwrap() {
            // SQLite names the columns, PostgreSQL the index; keys have names of their own on both.
            // (PostgreSQL is forbidden to sort here, which for numbers leaves it only the order of time.)
            if !lite && column == "number" {
                continue;
            }
            let found = if lite {
                plan.contains(&format!("{column}=?"))
            } else {
                plan.contains(index)
            };
            assert!(
                found && !plan.contains("SCAN ") && !plan.contains("Seq Scan"),
                "{name}:\n{plan}"
            );
        }
    });
}

/// The few that are open are found by an index of the open ones, not by walking through a site (SQLite; see `statistics.rs`).
#[test]
fn what_is_open_is_counted_among_the_open() {
    let options = Options {
        readers: 1,
        writers: 1,
        ..options()
    };
    for_both_with(&options, |db| {
        if !db.is_lite() {
            return;
        }
        let plans = db.write(|tx: &mut crate::Tx| {
            let conn: &mut Conn = tx;
            let counted = [
                "count_open",
                "count_overdue",
                "count_orders",
                "count_callbacks",
                "count_news",
                "held",
            ];
            Ok::<_, Error>(
                fixed()
                    .into_iter()
                    .filter(|(name, _)| counted.iter().any(|c| *name == format!("store::site::{c}")))
                    .map(|(name, sql)| (name, plan_of(conn, sql, 0)))
                    .collect::<Vec<_>>(),
            )
        });
        let plans = plans.unwrap();
        assert_eq!(plans.len(), 6);
        for (name, plan) in plans {
            assert!(
                ["_open_", "_open ", "cases_news", "work_order_worker "]
                    .iter()
                    .any(|i| plan.contains(i)),
                "{name}: {plan}"
            );
        }
    });
}

/// Figures for one index of a table and none for another would mislead: all have them, or none.
#[test]
fn a_table_has_figures_for_all_of_its_indexes() {
    for_both_with(&options(), |db| {
        if !db.is_lite() {
            return;
        }
        let here = db.write(|tx: &mut crate::Tx| crate::statistics::indexes(tx)).unwrap();
        let told = crate::statistics::shipped();
        for i in &here {
            let known = told.iter().any(|f| f.tbl == i.tbl);
            let named = told.iter().any(|f| f.idx == i.idx);
            assert_eq!(known, named, "{} of {}", i.idx, i.tbl);
        }
        for f in &told {
            assert!(
                here.iter().any(|i| i.idx == f.idx && i.tbl == f.tbl),
                "{} is no index of {}",
                f.idx,
                f.tbl
            );
        }
    });
}

/// Statements that SQLite runs, with a text of their own.
fn fixed() -> Vec<(&'static str, &'static str)> {
    crate::statements()
        .filter(|s| s.engine != crate::seam::Engine::Pg)
        .filter_map(|s| match s.text {
            crate::seam::Text::Fixed { sql, .. } => Some((s.name, sql)),
            _ => None,
        })
        .collect()
}

/// Reads everything there is, and is meant to: not for pages.
const WHOLE: &[&str] = &["store::case::count_all"];

/// No statement walks through one of the tables that grow with every case, or through all of a site in one of them, unless it
/// stops after a page.
#[test]
fn no_statement_walks_through_what_grows() {
    const GROWS: [&str; 20] = [
        "cases",
        "contact",
        "contact_case",
        "work_order",
        "callback",
        "journal",
        "personal_value",
        "search_doc",
        "message",
        "link",
        "clock_fact",
        "promise",
        "notice",
        "notice_to",
        "visit",
        "visit_link",
        "appointment",
        "bulletin",
        "bulletin_unit",
        "bulletin_link",
    ];
    for_both_with(&options(), |db| {
        if !db.is_lite() {
            return;
        }
        let plans = db.write(|tx: &mut crate::Tx| {
            let conn: &mut Conn = tx;
            Ok::<_, Error>(
                fixed()
                    .into_iter()
                    .filter(|(_, sql)| {
                        ["SELECT", "UPDATE", "DELETE", "WITH"]
                            .iter()
                            .any(|w| sql.trim_start().starts_with(w))
                    })
                    .map(|(name, sql)| (name, sql, plan_of(conn, sql, 0)))
                    .collect::<Vec<_>>(),
            )
        });
        let mut faults = Vec::new();
        for (name, sql, plan) in plans.unwrap() {
            let walks = plan.lines().any(|line| {
                GROWS.iter().any(|t| {
                    let whole = line.contains(&format!("SCAN {t} ")) || line.ends_with(&format!("SCAN {t}"));
                    let site = line.contains(&format!("SEARCH {t} USING")) && line.ends_with("(site_id=?)");
                    let few = [
                        "_open",
                        "_news",
                        "_unread",
                        "_running",
                        "promise_maker ",
                        "_failed",
                        "_due",
                        "work_order_worker ",
                        "work_order_department ",
                    ]
                    .iter()
                    .any(|part| line.contains(part));
                    (whole || site) && !few
                })
            });
            // A page in the order of an index stops by itself; one that is sorted does not.
            let page = sql.contains("LIMIT") && !plan.contains("TEMP B-TREE");
            if walks && !page && !WHOLE.contains(&name) {
                faults.push(format!("{name}\n  {sql}\n{plan}\n"));
            }
        }
        assert!(faults.is_empty(), "{} statements:\n{}", faults.len(), faults.join("\n"));
    });
}
