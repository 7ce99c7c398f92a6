//! Working calendars on both engines: a year's file moves what was provisional, once somebody says so; exceptions and their history.

use domain::access::Role;
use domain::case::{CaseState, Fact, Importance, Kind};
use domain::clock::{Clock, ClockCode};
use domain::ids::{CaseId, StandardJobId};
use domain::time::{Exception, ExceptionKind, Level, Own};
use jiff::civil::date;
use store::testing::for_both;

use crate::calendar::{self, Change};
use crate::contact::NewContact;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::notice;
use crate::standard::job::{self, Filter, Line, Summary};
use crate::testing::World;
use crate::timer;

const DAY: i64 = 86_400_000;
/// The Monday 2026-12-28 10:42 in Shanghai lies so long after the world's start.
const TO_DECEMBER: i64 = 37 * DAY;

const NEXT: &str = r#"{"year": 2027, "papers": [], "days": [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-02", "isOffDay": true},
    {"name": "元旦", "date": "2027-01-03", "isOffDay": true}]}"#;

fn write<T: Send + 'static>(
    w: &World,
    ctx: &Ctx,
    f: impl FnMut(&mut store::Tx, &Ctx) -> Res<T> + Send + 'static,
) -> Res<T> {
    w.desk.write_now(ctx, f)
}

fn complaint(w: &World) -> CaseId {
    let new: NewContact = serde_json::from_value(serde_json::json!({
        "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
        "cases": [{
            "kind": Kind::Complaint, "item": w.desk.book().taxonomy.of_kind(Kind::Complaint).next().unwrap().code,
            "importance": Importance::Major, "place": "主卫", "content": "反复漏水", "department": w.department("engineering"),
        }],
    }))
    .unwrap();
    write(w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
        crate::contact::register(tx, ctx, "", &new)
    })
    .unwrap()
    .cases[0]
        .clone()
}

fn state(w: &World, id: &CaseId) -> CaseState {
    let (id, ctx) = (id.clone(), w.ctx(Role::ProjectManager));
    w.desk.read_now(move |c| crate::case::get(c, &ctx, &id)).unwrap().state
}

fn finish(w: &World, id: &CaseId) -> Clock {
    let clock = |c: &&Clock| c.code == ClockCode::Finish;
    state(w, id).clocks.iter().find(clock).unwrap().clone()
}

fn propose(w: &World, ctx: &Ctx, change: &Change) -> Res<(StandardJobId, Summary, Vec<Line>)> {
    let change = change.clone();
    let (id, claim) = write(w, ctx, move |tx, ctx| calendar::propose(tx, ctx, "", &change))?;
    job::work(&w.desk, ctx, &id, &claim)?;
    found(w, ctx, &id)
}

fn found(w: &World, ctx: &Ctx, id: &StandardJobId) -> Res<(StandardJobId, Summary, Vec<Line>)> {
    let (ctx, i) = (ctx.clone(), id.clone());
    w.desk.read_now(move |c| {
        let job = job::one(c, &ctx, &i)?;
        assert_eq!(job.state, "done");
        let (lines, _) = job::rows(c, &ctx, &i, &Filter::default(), 50)?;
        Ok((i.clone(), job::summary_of(&job), lines))
    })
}

fn apply(w: &World, ctx: &Ctx, id: &StandardJobId, open: bool) -> Res<Option<StandardJobId>> {
    let i = id.clone();
    let begun = write(w, ctx, move |tx, ctx| {
        calendar::apply(tx, ctx, "", &i, "国务院通知已公布", open)
    })?;
    let Some((id, claim)) = begun else { return Ok(None) };
    job::work(&w.desk, ctx, &id, &claim)?;
    Ok(Some(id))
}

#[test]
fn an_imported_year_moves_a_provisional_limit_when_it_is_applied() {
    for_both(|db| {
        let w = World::new(db);
        let manager = w.ctx(Role::ProjectManager);
        let asked = |w: &World| {
            let ctx = w.ctx(Role::ProjectManager);
            w.desk.read_now(move |c| calendar::missing_year(c, &ctx)).unwrap()
        };
        assert_eq!(asked(&w), Some(2027), "it is November");
        w.wait(TO_DECEMBER);
        let id = complaint(&w);
        let before = finish(&w, &id);
        let now = w.desk.clock.now();
        // 29, 30, 31 December, 1 and 4 January while nobody knows better.
        let due = before.due_at(now).unwrap();
        assert_eq!(when(due), "2027-01-04T17:30");
        assert!(before.is_provisional(now));
        let change = Change::Year {
            file: calendar::read_year(NEXT).unwrap(),
        };
        let manager = Ctx { now, ..manager };
        let no = propose(
            &w,
            &Ctx {
                now,
                ..w.ctx(Role::FrontDesk)
            },
            &change,
        );
        assert!(matches!(no, Err(Error::Forbidden(_))));
        let (seen, sum, lines) = propose(&w, &manager, &change).unwrap();
        assert_eq!((sum.looked, sum.changed, lines.len()), (1, 1, 1));
        assert_eq!(lines[0].before_at, Some(due));
        assert_eq!(lines[0].after_at.map(when).as_deref(), Some("2027-01-05T17:30"));
        // Looking has changed nothing.
        assert_eq!(finish(&w, &id), before);
        assert_eq!(asked(&w), Some(2027));
        let done = apply(&w, &manager, &seen, true).unwrap().unwrap();
        let (_, sum, _) = found(&w, &manager, &done).unwrap();
        assert_eq!((sum.changed, sum.failed), (1, 0));
        let after = finish(&w, &id);
        assert_eq!(when(after.due_at(now).unwrap()), "2027-01-05T17:30");
        assert!(!after.is_provisional(now));
        assert_eq!(after.calendar.as_ref().map(|of| of.version), Some(2));
        assert_eq!(asked(&w), None);
        // A second time there is nothing to do, and the first preview is out of date.
        assert!(matches!(propose(&w, &manager, &change), Err(Error::Refused(_))));
        let again = apply(&w, &manager, &seen, true);
        assert!(matches!(again, Err(Error::Refused(r)) if r.rule == "refuse-calendar-meanwhile"));
        let why = after.view(now).explain;
        assert!(
            why.iter().any(|s| s.names.iter().any(|n| n.en == "New Year's Day")),
            "{why:?}"
        );
    });
}

#[test]
fn what_runs_keeps_its_calendar_unless_it_is_applied() {
    for_both(|db| {
        let w = World::new(db);
        let manager = w.ctx(Role::CsHead);
        let id = complaint(&w);
        let now = w.desk.clock.now();
        let due = finish(&w, &id).due_at(now).unwrap();
        assert_eq!(when(due), "2026-11-27T17:30");
        let put = |replaces, until| Change::Put {
            replaces,
            own: Own {
                code: "office".into(),
                exception: Exception {
                    date: date(2026, 11, 25),
                    until,
                    level: Level::Site,
                    kind: ExceptionKind::Off,
                    hours: None,
                    name: "停电检修".into(),
                    name_en: "Power works".into(),
                },
            },
        };
        let (seen, sum, _) = propose(&w, &manager, &put(None, None)).unwrap();
        assert_eq!(sum.changed, 1);
        assert_eq!(apply(&w, &manager, &seen, false).unwrap(), None);
        assert_eq!(finish(&w, &id).due_at(now), Some(due), "it keeps its version");
        // A new one begins with the new version: 23, 24, 26, 27, 30 November.
        let second = complaint(&w);
        assert_eq!(when(finish(&w, &second).due_at(now).unwrap()), "2026-11-30T17:30");
        // Changed and removed: what was stays to be read.
        let own = |w: &World| {
            let ctx = w.ctx(Role::CsHead);
            let s = w.desk.read_now(move |c| calendar::show(c, &ctx, "office")).unwrap();
            (
                s.own.len(),
                s.removed.len(),
                s.own.first().map(|own| own.row.id.clone()),
            )
        };
        let (_, _, first) = own(&w);
        let (seen, sum, _) = propose(&w, &manager, &put(first, Some(date(2026, 11, 26)))).unwrap();
        assert_eq!(sum.changed, 2);
        apply(&w, &manager, &seen, true).unwrap();
        assert_eq!(when(finish(&w, &id).due_at(now).unwrap()), "2026-12-01T17:30");
        let (n, gone, last) = own(&w);
        assert_eq!((n, gone), (1, 1));
        let ctx = manager.clone();
        let row = w
            .desk
            .read_now(move |c| calendar::exception(c, &ctx, last.as_ref().unwrap().as_str()));
        let row = row.unwrap();
        let remove = Change::Remove {
            id: row.row.id,
            own: row.own,
        };
        let (seen, _, _) = propose(&w, &manager, &remove).unwrap();
        apply(&w, &manager, &seen, true).unwrap();
        assert_eq!(finish(&w, &id).due_at(now), Some(due));
        assert_eq!((own(&w).0, own(&w).1), (0, 2));
        let s = state(&w, &id);
        assert!(s.clocks.iter().all(|c| c.breached_at.is_none()));
        let (site, case) = (w.site.as_str().to_owned(), id.as_str().to_owned());
        let happened = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::standard::happened(c, &site, &case)?))
            .unwrap();
        let kind = Fact::CalendarReapplied {
            calendars: Vec::new(),
            reason: String::new(),
        }
        .kind();
        assert_eq!(happened.iter().filter(|h| h.kind == kind).count(), 2);
    });
}

#[test]
fn next_years_file_is_asked_for_once_by_whoever_may_load_it() {
    for_both(|db| {
        let w = World::new(db);
        let asked = |w: &World, role| {
            let ctx = w.ctx(role);
            let list = w.desk.read_now(move |c| notice::mine(c, &ctx, None)).unwrap();
            let of = |n: &&notice::Seen| n.row.kind == notice::CALENDAR_YEAR;
            (
                list.unread.iter().filter(of).count(),
                list.read.iter().filter(of).count(),
            )
        };
        // The world begins on 21 November; a day of hours goes by.
        for _ in 0..24 {
            timer::run_due(&w.desk).unwrap();
            w.wait(DAY / 24);
        }
        for role in [
            Role::CsHead,
            Role::ProjectManager,
            Role::Administration,
            Role::CompanyLeader,
        ] {
            assert_eq!(asked(&w, role), (1, 0), "{role}");
        }
        for role in [Role::FrontDesk, Role::Worker, Role::DeptHead] {
            assert_eq!(asked(&w, role), (0, 0), "{role}");
        }
        let change = Change::Year {
            file: calendar::read_year(NEXT).unwrap(),
        };
        let manager = Ctx {
            now: w.desk.clock.now(),
            ..w.ctx(Role::ProjectManager)
        };
        write(&w, &manager, move |tx, ctx| {
            calendar::write(tx, ctx, &change, "国务院通知")
        })
        .unwrap();
        assert_eq!(asked(&w, Role::CsHead), (0, 1), "the file is there");
        w.wait(DAY);
        timer::run_due(&w.desk).unwrap();
        assert_eq!(asked(&w, Role::CsHead), (0, 1));
        // The year after, again; and by nobody in October.
        w.wait(330 * DAY);
        timer::run_due(&w.desk).unwrap();
        assert_eq!(asked(&w, Role::CsHead), (0, 1), "it is October");
        w.wait(20 * DAY);
        timer::run_due(&w.desk).unwrap();
        assert_eq!(asked(&w, Role::CsHead), (1, 1));
    });
}

fn when(at: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let time = jiff::Timestamp::from_millisecond(at).unwrap().to_zoned(zone);
    time.strftime("%Y-%m-%dT%H:%M").to_string()
}
