//! Importing estates: the HC community workbook as it is, our own template, refused rows, wrong files, crashes.

use domain::access::Role;
use domain::ids::SiteId;
use office::FileProblem;
use store::directory::{occupancy, person, unit};
use store::testing::for_both;

use crate::error::Error;
use crate::import::{self, Batch, Count, Counts, Mode, Progress, Trouble, examine, preview, preview_of, run};
use crate::testing::World;

const HC: &[u8] = include_bytes!("../../../office/tests/data/hc-community.xlsx");

fn made(created: u64) -> Count {
    Count {
        created,
        ..Count::default()
    }
}

fn same(unchanged: u64) -> Count {
    Count {
        unchanged,
        ..Count::default()
    }
}

fn go(_: Progress) -> bool {
    true
}

/// A workbook of one sheet and the next, each a list of rows.
fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let page = book.add_worksheet();
        page.set_name(*name).unwrap();
        for (r, row) in (0u32..).zip(*rows) {
            for (c, text) in (0u16..).zip(*row) {
                page.write_string(r, c, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

const HEAD: &[&str] = &["楼栋", "单元", "房号", "面积", "姓名", "关系", "电话", "证件号", "备注"];

fn estate() -> Vec<u8> {
    book(&[
        (
            "房屋与住户",
            &[
                HEAD,
                &[
                    "3",
                    "1",
                    "1201",
                    "94.56",
                    "周晓敏",
                    "业主",
                    "13800136688",
                    "",
                    "上门前先打电话",
                ],
                &[
                    "3栋",
                    "1单元",
                    "1201室",
                    "94.56",
                    "周建国",
                    "家属",
                    "13800130001",
                    "",
                    "",
                ],
                &["3", "2", "0502", "120", "周晓敏", "业主", "138 0013 6688", "", ""],
                &["3", "2", "0502", "120", "李租客", "租户", "13700001111", "", ""],
                &[
                    "5",
                    "",
                    "101",
                    "",
                    "王无号",
                    "业主",
                    "18999999999",
                    "111111111111111111",
                    "",
                ],
            ],
        ),
        (
            "车辆",
            &[
                &["车牌号", "品牌", "颜色", "房号", "姓名"],
                &["浙A 12345", "大众", "白", "3-1-1201", "周晓敏"],
            ],
        ),
        (
            "车位",
            &[
                &["停车场", "车位编号", "车位类型", "房号", "姓名", "车牌号"],
                &["B1", "A-012", "地下停车位", "3-1-1201", "周晓敏", "浙A12345"],
                &["B1", "A-013", "地下停车位", "", "", ""],
            ],
        ),
    ])
}

fn bring(w: &World, bytes: &[u8], mode: Mode) -> (Batch, Counts) {
    let ctx = w.ctx(Role::CsHead);
    let seen = preview(&w.desk, &ctx, bytes, "estate.xlsx", &go).unwrap();
    assert_eq!(seen.state, "ready", "{}", seen.preview);
    let done = run(&w.desk, &ctx, &seen.id, mode, &go).unwrap();
    let counts = import::counts_of(&done.counts);
    (done, counts)
}

fn units(w: &World) -> Vec<unit::Unit> {
    let f = unit::UnitFilter {
        site: w.site.as_str().to_owned(),
        limit: 100,
        ..Default::default()
    };
    w.desk.read_now(move |c| Ok::<_, Error>(unit::list(c, &f)?)).unwrap()
}

fn people(w: &World) -> Vec<(String, String, Vec<String>)> {
    let site = w.site.clone();
    w.desk
        .read_now(move |c| {
            let mut rows = Vec::new();
            store::import::people(c, &site, |p: person::Person| {
                rows.push(p);
                Ok::<_, Error>(())
            })?;
            let mut out = Vec::new();
            for p in rows {
                let phones = person::phones_of(c, &p.id)?.into_iter().map(|n| n.number).collect();
                out.push((p.name, p.id_number, phones));
            }
            out.sort();
            Ok::<_, Error>(out)
        })
        .unwrap()
}

fn relations(w: &World, code: &str) -> Vec<(String, String)> {
    let (site, key) = (w.site.clone(), domain::room::RoomKey::parse(code).unwrap().match_key());
    let mut list = w
        .desk
        .read_now(move |c| {
            let u = unit::by_match(c, &site, &key)?.ok_or(Error::NotFound)?;
            let mut out = Vec::new();
            for o in occupancy::of_unit(c, &u.id)? {
                let p = person::get(c, &site, &o.person_id)?.ok_or(Error::NotFound)?;
                out.push((p.name, o.relation));
            }
            Ok::<_, Error>(out)
        })
        .unwrap();
    list.sort();
    list
}

#[test]
fn the_hc_community_workbook_arrives_and_arrives_only_once() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let seen = examine(&w.desk, &ctx, HC, "hc-community.xlsx", &go).unwrap();
        assert_eq!(seen.counts.units, made(8));
        assert!(units(&w).is_empty() && people(&w).is_empty(), "a look writes nothing");
        let (done, counts) = bring(&w, HC, Mode::AllOrNothing);
        assert_eq!(done.state, "done");
        assert_eq!(
            (
                counts.buildings,
                counts.units,
                counts.people,
                counts.vehicles,
                counts.parking_places
            ),
            (made(13), made(8), made(5), made(0), made(1))
        );
        assert_eq!((counts.occupancies, counts.refused_rows), (made(5), 0));
        let all = people(&w);
        assert_eq!(all.len(), 5);
        let first = all.iter().find(|p| p.0 == "吴文学").unwrap();
        assert_eq!((first.1.as_str(), first.2.len()), ("", 0), "placeholders mean none");
        // The sample ID number of the workbook is none either; with its right check digit it may be a person's.
        let with_id: Vec<&str> = all.iter().filter(|p| !p.1.is_empty()).map(|p| p.0.as_str()).collect();
        assert_eq!(with_id, ["张三4"]);
        assert_eq!(relations(&w, "1-1-1011"), [("吴文学".to_owned(), "owner".to_owned())]);

        w.wait(60_000);
        let (_, again) = bring(&w, HC, Mode::AllOrNothing);
        assert_eq!(
            (
                again.buildings,
                again.units,
                again.people,
                again.occupancies,
                again.parking_places
            ),
            (same(13), same(8), same(5), same(5), same(1))
        );
        assert_eq!((units(&w).len(), people(&w).len()), (8, 5));
        let report = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert!(report.first_broken.is_none() && report.checked > 20, "{report:?}");
    });
}

#[test]
fn our_own_template_with_tenants_cars_and_owners_of_several_units() {
    for_both(|db| {
        let w = World::new(db);
        let (_, counts) = bring(&w, &estate(), Mode::AllOrNothing);
        assert_eq!(
            (counts.units, counts.people, counts.vehicles, counts.parking_places),
            (made(3), made(4), made(1), made(2))
        );
        assert_eq!(counts.occupancies, made(5));
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            relations(&w, "3-1-1201"),
            [pair("周建国", "family"), pair("周晓敏", "owner")]
        );
        assert_eq!(
            relations(&w, "3-2-0502"),
            [pair("周晓敏", "owner"), pair("李租客", "tenant")]
        );
        let nobody = people(&w).into_iter().find(|p| p.0 == "王无号").unwrap();
        assert_eq!((nobody.1.as_str(), nobody.2.len()), ("", 0));
        let (_, again) = bring(&w, &estate(), Mode::AllOrNothing);
        assert_eq!(
            (
                again.units,
                again.people,
                again.vehicles,
                again.parking_places,
                again.occupancies
            ),
            (same(3), same(4), same(1), same(2), same(5))
        );
    });
}

#[test]
fn what_changed_is_shown_with_its_old_value_and_written_once() {
    for_both(|db| {
        let w = World::new(db);
        bring(&w, &estate(), Mode::AllOrNothing);
        let next = book(&[(
            "房屋与住户",
            &[
                HEAD,
                &[
                    "3",
                    "1",
                    "1201",
                    "95.00",
                    "周晓敏",
                    "业主",
                    "13800136688/13900139000",
                    "",
                    "请按门铃",
                ],
                &["3", "2", "502", "", "李租客", "家属", "13700001111", "", ""],
            ],
        )]);
        let ctx = w.ctx(Role::CsHead);
        let seen = preview(&w.desk, &ctx, &next, "next.xlsx", &go).unwrap();
        let p = preview_of(&seen);
        let field = |kind: &str, name: &str| {
            let line = p
                .changed
                .iter()
                .find(|l| l.kind == kind && l.fields.iter().any(|f| f.0 == name))
                .unwrap();
            line.fields
                .iter()
                .find(|f| f.0 == name)
                .map(|f| (f.1.clone(), f.2.clone()))
                .unwrap()
        };
        assert_eq!(field("unit", "area_cm2"), ("94.56 m²".into(), "95.00 m²".into()));
        assert_eq!(
            field("person", "preference"),
            ("上门前先打电话".into(), "请按门铃".into())
        );
        assert_eq!(field("person", "phones"), (String::new(), "139 **** 9000".into()));
        assert_eq!(field("occupancy", "relation"), ("tenant".into(), "family".into()));
        assert!(!seen.preview.contains("13900139000"));
        let done = run(&w.desk, &ctx, &seen.id, Mode::AllOrNothing, &go).unwrap();
        let counts = import::counts_of(&done.counts);
        assert_eq!(
            (counts.units.updated, counts.people.updated, counts.occupancies.updated),
            (1, 1, 1)
        );
        let (site, id) = (
            w.site.clone(),
            units(&w).into_iter().find(|u| u.code == "3-1-1201").unwrap().id,
        );
        let story = w
            .desk
            .read_now(move |c| {
                Ok::<_, Error>(store::journal::for_subject(
                    c,
                    site.as_str(),
                    "unit",
                    id.as_str(),
                    i64::MAX,
                    10,
                )?)
            })
            .unwrap();
        let e = story.iter().find(|e| e.kind == "unit_corrected").unwrap();
        assert_eq!(e.body["old"]["area_cm2"], 945_600);
        assert_eq!(e.body["import_number"], 2);
    });
}

fn with_faults() -> Vec<u8> {
    book(&[
        (
            "房屋与住户",
            &[
                HEAD,
                &["1", "1", "101", "80", "张三", "业主", "13800000002", "", ""],
                &["1", "1", "102", "80", "李四", "业主", "1380", "", ""],
                &["1", "1", "", "80", "王五", "业主", "13800000003", "", ""],
                &["1", "1", "103", "80", "赵六", "邻居", "13800000004", "", ""],
            ],
        ),
        (
            "车辆",
            &[
                &["车牌号", "房号", "姓名"],
                &["不是车牌", "1-1-101", "张三"],
                &["浙A00001", "9-9-999", "张三"],
                &["浙A00002", "1-1-102", "李四"],
            ],
        ),
    ])
}

#[test]
fn one_refused_row_is_enough_for_nothing() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let seen = preview(&w.desk, &ctx, &with_faults(), "faults.xlsx", &go).unwrap();
        let p = preview_of(&seen);
        let brief: Vec<String> = p
            .refused
            .iter()
            .map(|r| format!("{}!{}{} {}", r.sheet, r.column.as_deref().unwrap_or(""), r.row, r.code))
            .collect();
        assert_eq!(
            brief,
            [
                "房屋与住户!G3 phone_invalid",
                "房屋与住户!C4 room_missing",
                "房屋与住户!F5 relation_unknown",
                "车辆!A2 plate_invalid",
                "车辆!B3 unit_unknown",
                "车辆!B4 unit_refused",
            ]
        );
        assert_eq!((p.counts.units.created, p.counts.units.refused), (1, 2));
        assert_eq!((p.counts.people.created, p.counts.people.refused), (1, 2));
        assert_eq!((p.counts.vehicles.created, p.counts.vehicles.refused), (0, 3));
        let no = run(&w.desk, &ctx, &seen.id, Mode::AllOrNothing, &go);
        assert!(
            matches!(&no, Err(Error::Invalid(f)) if f[0].key == "import-rows-refused"),
            "{no:?}"
        );
        assert!(units(&w).is_empty() && people(&w).is_empty());
        let done = run(&w.desk, &ctx, &seen.id, Mode::GoodRows, &go).unwrap();
        assert_eq!(done.state, "done");
        assert_eq!(units(&w).len(), 1);
        assert_eq!(
            people(&w),
            [("张三".to_owned(), String::new(), vec!["13800000002".to_owned()])]
        );
        let (_, bytes, rows) = import::refused(&w.desk, &ctx, &seen.id).unwrap();
        let marked = office::marked::marked_workbook(&bytes, &rows, office::Lang::Zh, &Default::default(), &|p| {
            p.code.to_string()
        });
        assert!(marked.is_ok());
        let twice = run(&w.desk, &ctx, &seen.id, Mode::GoodRows, &go);
        assert!(
            matches!(&twice, Err(Error::Invalid(f)) if f[0].key == "import-not-ready"),
            "{twice:?}"
        );
    });
}

#[test]
fn wrong_files_say_what_they_are() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let picture = b"\x89PNG\r\n\x1a\n0000".as_slice();
        let looked = examine(&w.desk, &ctx, picture, "x.xlsx", &go);
        assert!(matches!(looked, Err(Trouble::File(FileProblem::NotExcel { .. }))));
        let seen = preview(&w.desk, &ctx, picture, "x.xlsx", &go).unwrap();
        assert_eq!(seen.state, "failed");
        assert!(matches!(preview_of(&seen).problem, Some(FileProblem::NotExcel { .. })));
        let other = book(&[("随便", &[&["甲", "乙"], &["1", "2"]])]);
        let seen = preview(&w.desk, &ctx, &other, "x.xlsx", &go).unwrap();
        assert!(matches!(
            preview_of(&seen).problem,
            Some(FileProblem::NoKnownSheet { .. })
        ));
        let nobody = examine(&w.desk, &w.ctx(Role::Worker), HC, "x.xlsx", &go);
        assert!(matches!(nobody, Err(Trouble::App(Error::Forbidden(_)))));
    });
}

fn large(n: u32) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    page.set_name("房屋与住户").unwrap();
    for (c, h) in (0u16..).zip(HEAD) {
        page.write_string(0, c, *h).unwrap();
    }
    for i in 0..n {
        page.write_number(i + 1, 0, i / 200 + 1).unwrap();
        page.write_number(i + 1, 1, i / 100 % 2 + 1).unwrap();
        page.write_string(i + 1, 2, format!("{}{:02}", i % 100 / 4 + 1, i % 4 + 1))
            .unwrap();
        page.write_string(i + 1, 4, format!("住户{i}")).unwrap();
        page.write_string(i + 1, 6, (13_900_000_000u64 + u64::from(i)).to_string())
            .unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn what_was_stopped_or_crashed_in_the_middle_is_finished_later() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let seen = preview(&w.desk, &ctx, &large(300), "large.xlsx", &go).unwrap();
        // Stopped by hand after the first slices.
        let some = |p: Progress| p.phase == import::Phase::Reading || p.done < 200;
        let part = run(&w.desk, &ctx, &seen.id, Mode::AllOrNothing, &some).unwrap();
        assert_eq!(part.state, "stopped");
        let written = units(&w).len() + people(&w).len();
        assert!(written > 0 && part.progress < part.total, "{part:?}");
        // Goes on, and the process ends in the middle.
        let claim = import::begin(&w.desk, &ctx, &seen.id, Mode::AllOrNothing).unwrap();
        assert_eq!(import::resume_left(&w.desk, &go).unwrap(), 0, "somebody is at it");
        w.wait(60_000);
        assert_eq!(import::resume_left(&w.desk, &go).unwrap(), 1);
        let (id, c) = (seen.id.clone(), ctx.clone());
        let done = w.desk.read_now(move |conn| import::get(conn, &c, &id)).unwrap();
        assert_eq!((done.state.as_str(), done.progress), ("done", done.total));
        assert_eq!(people(&w).len(), 300);
        assert_eq!(import::counts_of(&done.counts).people, made(300));
        // The first process wakes up: its slice is refused whole.
        let late = import::work(&w.desk, &ctx, &seen.id, &claim, &go).unwrap();
        assert_eq!(late.state, "done");
        let (_, again) = bring(&w, &large(300), Mode::AllOrNothing);
        assert_eq!((again.people, again.occupancies), (same(300), same(300)));
    });
}

#[test]
fn a_repeated_upload_is_one_import() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let first = import::take_in(&w.desk, &ctx, "k", HC, "hc.xlsx").unwrap();
        let again = import::take_in(&w.desk, &ctx, "k", HC, "hc.xlsx").unwrap();
        assert_eq!(first, again);
        let other = w.desk.system("test", &SiteId::from("elsewhere"));
        let id = first.clone();
        let gone = w.desk.read_now(move |c| import::get(c, &other, &id));
        assert!(matches!(gone, Err(Error::NotFound)));
    });
}

#[test]
fn a_repeated_request_to_write_begins_once() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let id = preview(&w.desk, &ctx, HC, "hc.xlsx", &go).unwrap().id;
        let begin = |key: &str, mode| import::begin_once(&w.desk, &ctx, key, &id, mode);
        let claim = begin("k", Mode::AllOrNothing).unwrap().expect("the first one writes");
        assert_eq!(begin("k", Mode::AllOrNothing).unwrap(), None, "its repeat does not");
        let other = begin("k", Mode::GoodRows);
        assert!(
            matches!(&other, Err(Error::Invalid(f)) if f[0].key == "idempotency-key-reused"),
            "{other:?}"
        );
        let again = begin("k2", Mode::AllOrNothing);
        assert!(
            matches!(&again, Err(Error::Invalid(f)) if f[0].key == "import-not-ready"),
            "{again:?}"
        );
        assert_eq!(import::work(&w.desk, &ctx, &id, &claim, &go).unwrap().state, "done");
        assert_eq!(begin("k", Mode::AllOrNothing).unwrap(), None);
    });
}
