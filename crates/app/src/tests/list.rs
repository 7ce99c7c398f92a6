//! The lists: what words find, what callbacks are narrowed by, who is urged.

use domain::access::Role;
use domain::case::Command;
use domain::ids::CaseId;
use store::testing::for_both;

use crate::case::act;
use crate::list::{self, Query};
use crate::testing::World;

fn words(q: &str) -> Query {
    Query {
        view: "all".into(),
        q: q.into(),
        ..Query::default()
    }
}

#[test]
fn signs_find_nothing_and_the_beginning_of_a_number_finds_it() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        let ctx = w.ctx(Role::FrontDesk);
        let counts = |q: &str| {
            let (ctx, q) = (ctx.clone(), words(q));
            w.desk
                .read_now(move |c| {
                    Ok::<_, crate::error::Error>([
                        list::cases(c, &ctx, &q, 30)?.rows.len(),
                        list::orders(c, &ctx, &q, 30)?.rows.len(),
                        list::contacts(c, &ctx, &q, 30)?.rows.len(),
                    ])
                })
                .unwrap()
        };
        assert_eq!(counts("漏水"), [1, 1, 1]);
        for signs in ["%_'\"<b>", "%", "_", "'\"", "<b>", "*", "b"] {
            assert_eq!(counts(signs), [0, 0, 0], "{signs}");
        }
        assert_eq!(counts(&t.order_number[..11])[1], 1, "{}", &t.order_number[..11]);
        assert_eq!(counts(&t.order_number[..9].to_lowercase())[1], 1);
        assert_eq!(counts(&t.order_number)[1], 1);
        assert_eq!(counts(&t.case_number[..11])[0], 1);
        assert_eq!(counts("LX-20010101"), [0, 0, 0]);
    });
}

/// Registers contacts with a request about the same, each with its order at once.
fn many(w: &World, n: usize) {
    let department = w.department("engineering");
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            for at in 0..n {
                let new: crate::contact::NewContact = serde_json::from_value(serde_json::json!({
                    "channel": "phone", "name": format!("住户{at}"), "phone": format!("1380013{at:04}"), "address": "3-1-1201",
                    "summary": "水管漏水",
                    "cases": [{"kind": "request", "item": "repair.water.leak_bathroom", "place": "厨房", "content": "水管漏水", "department": department}],
                }))?;
                crate::contact::register(tx, ctx, "", &new)?;
            }
            Ok::<_, crate::error::Error>(())
        })
        .unwrap();
}

#[test]
fn words_and_dates_lead_through_more_rows_than_one_look_has() {
    for_both(|db| {
        let w = World::new(db);
        let (from, more) = (w.desk.clock.now(), 310);
        many(&w, 1);
        w.wait(2 * 86_400_000);
        let later = w.desk.clock.now();
        many(&w, more);
        let ask = |list: &'static str, until: Option<i64>, after: String| {
            let ctx = w.ctx(Role::FrontDesk);
            let q = Query {
                from: Some(from),
                until,
                after,
                ..words("漏水")
            };
            w.desk
                .read_now(move |c| {
                    let ids = |of: Vec<String>, next| Ok::<_, crate::error::Error>((of, next));
                    if list == "orders" {
                        let p = list::orders(c, &ctx, &q, 100)?;
                        ids(p.rows.iter().map(|r| r.id.to_string()).collect(), p.next)
                    } else {
                        let p = list::contacts(c, &ctx, &q, 100)?;
                        ids(p.rows.iter().map(|r| r.id.to_string()).collect(), p.next)
                    }
                })
                .unwrap()
        };
        for list in ["orders", "contacts"] {
            // Behind a whole look of later ones stands the one of the range.
            let (rows, next) = ask(list, Some(later), String::new());
            assert_eq!((rows.len(), next), (1, None), "{list}");
            // Page by page nothing is left out, and nothing comes twice.
            let (mut all, mut after, mut pages) = (std::collections::BTreeSet::new(), String::new(), 0);
            loop {
                let (rows, next) = ask(list, None, after);
                pages += 1;
                for id in rows {
                    assert!(all.insert(id), "{list}");
                }
                match next {
                    Some(next) => after = next,
                    None => break,
                }
            }
            assert_eq!((all.len(), pages), (more + 1, 4), "{list}");
        }
        // The beginning of a number, page by page and within a range.
        let numbered = |until: Option<i64>, after: String| {
            let (ctx, q) = (
                w.ctx(Role::FrontDesk),
                Query {
                    until,
                    after,
                    ..words("LX-2026")
                },
            );
            w.desk.read_now(move |c| list::orders(c, &ctx, &q, 200)).unwrap()
        };
        assert_eq!(numbered(Some(later), String::new()).rows.len(), 1);
        let first = numbered(None, String::new());
        let second = numbered(None, first.next.clone().unwrap());
        assert_eq!((first.rows.len(), second.rows.len(), second.next), (200, 111, None));
    });
}

#[test]
fn who_has_finished_is_not_urged() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        let id = CaseId::from(t.case.as_str());
        let does = |role: Role, cmd: Command| {
            w.wait(60_000);
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(role), move |tx, ctx| act(tx, ctx, &id, None, &cmd))
                .unwrap()
        };
        let urge = |orders: bool, ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|s| (*s).to_owned()).collect();
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                    list::urge_all(tx, ctx, orders, &ids)
                })
                .unwrap()
        };
        assert_eq!(urge(true, &[&t.order, "nobody"]), (1, 1));
        assert_eq!(urge(false, &[&t.case, &t.case]), (1, 0), "one case is urged once");
        does(
            Role::Worker,
            Command::Accept {
                worker: None,
                happened_at: None,
            },
        );
        does(
            Role::Worker,
            Command::Arrive {
                worker: None,
                happened_at: None,
            },
        );
        assert_eq!(urge(false, &[&t.case]), (1, 0));
        does(
            Role::Worker,
            Command::Complete {
                done: "更换角阀".into(),
                lines: Vec::new(),
                photos: Vec::new(),
                no_photo_reason: Some("业主不便".into()),
                worker: None,
                callback: domain::ids::CallbackId::from("cb"),
                happened_at: None,
            },
        );
        assert_eq!(urge(true, &[&t.order]), (0, 1), "the order is finished");
        assert_eq!(urge(false, &[&t.case]), (0, 1), "nobody is left to be urged");
    });
}

#[test]
fn callbacks_are_narrowed() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        let id = CaseId::from(t.case.as_str());
        w.wait(60_000);
        let ctx = w.ctx(Role::FrontDesk);
        let planned = id.clone();
        w.desk
            .write_now(&ctx, move |tx, ctx| {
                let at = ctx.now;
                let row = store::case::CallbackRow {
                    id: ctx.id(),
                    site_id: ctx.site.clone(),
                    case_id: planned.clone(),
                    case_number: "BX-1".into(),
                    title: "漏水".into(),
                    place: "3-1-1201".into(),
                    name: "周敏".into(),
                    kind: "request".into(),
                    state: "open".into(),
                    open: true,
                    due_at: Some(at),
                    due_provisional: false,
                    next_try_at: None,
                    attempts: 0,
                    created_at: at,
                    closed_at: None,
                    satisfaction: None,
                    solved: None,
                };
                Ok::<_, crate::error::Error>(store::case::callback_put(tx, &row)?)
            })
            .unwrap();
        let now = ctx.now;
        let count = |q: Query| {
            let ctx = ctx.clone();
            w.desk
                .read_now(move |c| list::callbacks(c, &ctx, &q, 30))
                .unwrap()
                .rows
                .len()
        };
        let q = Query::default;
        assert_eq!(count(q()), 1);
        for (n, query) in [
            (
                1,
                Query {
                    q: "漏水".into(),
                    ..q()
                },
            ),
            (
                0,
                Query {
                    q: "电梯".into(),
                    ..q()
                },
            ),
            (0, Query { q: "%".into(), ..q() }),
            (
                1,
                Query {
                    q: t.case_number.clone(),
                    ..q()
                },
            ),
            (
                1,
                Query {
                    kind: "request".into(),
                    ..q()
                },
            ),
            (
                0,
                Query {
                    kind: "complaint".into(),
                    ..q()
                },
            ),
            (
                1,
                Query {
                    department: t.department.clone(),
                    ..q()
                },
            ),
            (
                0,
                Query {
                    department: "none".into(),
                    ..q()
                },
            ),
            (
                1,
                Query {
                    clerk: t.staff.clone(),
                    ..q()
                },
            ),
            (
                0,
                Query {
                    clerk: w.staff(Role::Worker).into_string(),
                    ..q()
                },
            ),
            (1, Query { from: Some(now), ..q() }),
            (
                0,
                Query {
                    from: Some(now + 1),
                    ..q()
                },
            ),
            (
                0,
                Query {
                    until: Some(now),
                    ..q()
                },
            ),
            (
                1,
                Query {
                    until: Some(now + 1),
                    ..q()
                },
            ),
        ] {
            assert_eq!(count(query.clone()), n, "{query:?}");
        }
    });
}
