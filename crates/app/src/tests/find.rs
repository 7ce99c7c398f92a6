//! What the search box finds, in which order, for whom, and how fast.

use domain::access::Role;
use domain::case::Kind;
use domain::directory::Relation;
use domain::ids::CaseId;
use store::testing::for_both;

use crate::case;
use crate::contact::{NewContact, Registered, register};
use crate::directory::*;
use crate::find::{Group, HitKind, find, plain};
use crate::testing::World;

fn estate(w: &World) {
    let ctx = w.system();
    w.desk
        .write_now(&ctx, |tx, ctx| {
            for (b, e, r, name, number, plate) in [
                ("3", Some("1"), "1201", "周晓敏", "13800006688", "浙A8K112"),
                ("3", Some("1"), "1202", "张雪梅", "13900006688", "浙AD12345"),
                ("3", Some("2"), "1201", "陈志远", "13700000915", ""),
                ("13", Some("1"), "1201", "单雄信", "0571-86001200", ""),
                ("4", Some("2"), "0903", "欧阳娜娜", "13612345678", ""),
                ("A", None, "1201", "John Smith", "+85221234567", "粤Z1234港"),
                ("商铺", None, "12", "万佳超市", "13500001234", ""),
            ] {
                let n = NewUnit {
                    building: b.into(),
                    entrance: e.map(str::to_owned),
                    room: r.into(),
                    ..NewUnit::default()
                };
                let u = upsert_unit(tx, ctx, &n)?.id;
                let phone = NewPhone {
                    number: number.into(),
                    ..NewPhone::default()
                };
                let n = NewPerson {
                    name: name.into(),
                    phones: vec![phone],
                    ..NewPerson::default()
                };
                let p = upsert_person(tx, ctx, &n)?.id;
                ensure_occupancy(tx, ctx, &u, &p, Relation::Owner, None)?;
                if !plate.is_empty() {
                    let v = NewVehicle {
                        plate: plate.into(),
                        person: Some(p),
                        unit: Some(u),
                        ..NewVehicle::default()
                    };
                    upsert_vehicle(tx, ctx, &v)?;
                }
            }
            Ok(())
        })
        .unwrap();
}

fn report(w: &World, content: &str, kind: Kind) -> Registered {
    w.wait(60_000);
    let n: NewContact = serde_json::from_value(serde_json::json!({
        "channel": "phone", "name": "周晓敏", "phone": "13800006688", "address": "3-1-1201", "summary": content,
        "cases": [{"kind": kind, "item": w.desk.book().taxonomy.of_kind(kind).next().unwrap().code, "content": content,
            "place": "户内", "department": w.department("engineering"), "worker": w.staff(Role::Worker)}],
    }))
    .unwrap();
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| register(tx, ctx, "", &n))
        .unwrap()
}

fn ask(w: &World, role: Role, text: &str) -> Vec<Group> {
    let (ctx, text) = (w.ctx(role), text.to_owned());
    w.desk.read_now(move |c| find(c, &ctx, &text, 8)).unwrap()
}

fn first(groups: &[Group]) -> Option<(HitKind, String)> {
    groups
        .first()
        .and_then(|g| g.hits.first())
        .map(|h| (h.kind, plain(&h.label)))
}

#[test]
fn the_best_match_comes_first() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w);
        use HitKind::*;
        for (typed, kind, label) in [
            ("3-1-1201", Unit, "3-1-1201"),
            ("3栋1单元1201", Unit, "3-1-1201"),
            ("3#1-1201", Unit, "3-1-1201"),
            ("３栋１单元１２０１室", Unit, "3-1-1201"),
            ("13-1-1201", Unit, "13-1-1201"),
            ("4-2-903", Unit, "4-2-0903"),
            ("A座1201", Unit, "A-1201"),
            ("A1201", Unit, "A-1201"),
            ("商铺12", Unit, "商铺-12"),
            ("3-1-12", Unit, "3-1-1201"),
            ("3栋1201", Unit, "3-1-1201"),
            ("0915", Person, "陈志远"),
            ("13800006688", Person, "周晓敏"),
            ("1200", Person, "单雄信"),
            ("057186001200", Person, "单雄信"),
            ("周晓敏", Person, "周晓敏"),
            ("晓敏", Person, "周晓敏"),
            ("zxm", Person, "周晓敏"),
            ("zhouxiaomin", Person, "周晓敏"),
            ("zhangx", Person, "张雪梅"),
            ("oynn", Person, "欧阳娜娜"),
            ("dan", Person, "单雄信"),
            ("smith", Person, "John Smith"),
            ("浙A8K112", Vehicle, "浙A·8K112"),
            ("浙a·8k", Vehicle, "浙A·8K112"),
            ("8K112", Vehicle, "浙A·8K112"),
            ("a8k1", Vehicle, "浙A·8K112"),
            ("K112", Vehicle, "浙A·8K112"),
            ("12345", Vehicle, "浙A·D12345"),
        ] {
            let groups = ask(&w, Role::FrontDesk, typed);
            assert_eq!(first(&groups), Some((kind, label.to_owned())), "{typed}: {groups:#?}");
        }
        for typed in ["", "  ", "不存在的词", "9-9-9999", "0000", "%", "'", "\u{0}", "1"] {
            let groups = ask(&w, Role::FrontDesk, typed);
            assert!(groups.iter().all(|g| g.kind == Unit), "{typed}: {groups:?}");
        }
        let both = ask(&w, Role::FrontDesk, "6688");
        assert_eq!(both[0].hits.len(), 2, "the same last digits: {both:?}");
        assert!(
            both.iter()
                .flat_map(|g| &g.hits)
                .all(|h| !plain(&h.detail).contains("0000")),
            "masked: {both:?}"
        );
        let zxm = ask(&w, Role::FrontDesk, "zxm");
        let names: Vec<String> = zxm[0].hits.iter().map(|h| plain(&h.label)).collect();
        assert!(
            names.contains(&"周晓敏".to_owned()) && names.contains(&"张雪梅".to_owned()),
            "{names:?}"
        );
    });
}

#[test]
fn cases_by_number_and_words_open_before_closed_and_only_ones_own() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w);
        let closed = report(&w, "卫生间角阀漏水", Kind::Request);
        let open = report(&w, "厨房水管漏水，水流到楼下", Kind::Request);
        let noise = report(&w, "楼上深夜噪音", Kind::Complaint);
        let newest = report(&w, "客厅灯不亮，另外阳台漏水", Kind::Request);
        for id in [&closed.cases[0], &newest.cases[0]] {
            let id: CaseId = id.clone();
            let cancel = domain::case::Command::Cancel {
                reason: "来电人撤回".into(),
                customer_informed: true,
            };
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                    case::act(tx, ctx, &id, None, &cancel)
                })
                .unwrap();
        }
        let cases = |groups: &[Group]| -> Vec<(HitKind, String)> {
            let all = groups
                .iter()
                .filter(|g| matches!(g.kind, HitKind::OpenCase | HitKind::ClosedCase));
            all.flat_map(|g| g.hits.iter().map(|h| (h.kind, h.id.clone())))
                .collect()
        };
        let found = cases(&ask(&w, Role::FrontDesk, "漏水"));
        let want = [
            (HitKind::OpenCase, &open),
            (HitKind::ClosedCase, &newest),
            (HitKind::ClosedCase, &closed),
        ];
        assert_eq!(found, want.map(|(k, r)| (k, r.cases[0].as_str().to_owned())));
        for typed in [
            "BX-20261121-0002",
            "bx0002",
            "BX-1121-2",
            "20261121-2",
            "bx202611210002",
            "LX-20261121-0002",
            "LF-1121-2",
        ] {
            let groups = ask(&w, Role::FrontDesk, typed);
            let hit = &groups[0].hits[0];
            assert!(
                hit.id == open.cases[0].as_str()
                    || hit.href.contains(open.cases[0].as_str())
                    || hit.id == open.contact.as_str(),
                "{typed}: {groups:#?}"
            );
        }
        for typed in [
            "LX-20261121",
            "lx2026112",
            "BX-20261121",
            "LF-20261121",
            "BX-20261121-000",
        ] {
            assert!(!ask(&w, Role::FrontDesk, typed).is_empty(), "{typed}");
        }
        assert!(
            ask(&w, Role::Worker, "LF-20261121").is_empty(),
            "no contacts for who sees none"
        );
        // Behind the closed cases come the contacts they were made of.
        let kinds: Vec<HitKind> = ask(&w, Role::FrontDesk, "漏水").iter().map(|g| g.kind).collect();
        let at = |kind| kinds.iter().position(|k| *k == kind);
        assert!(at(HitKind::ClosedCase) < at(HitKind::Contact), "{kinds:?}");
        // The same three numbers at another door are another door.
        let door = |typed: &str| {
            let groups = ask(&w, Role::FrontDesk, typed);
            groups
                .iter()
                .filter(|g| g.kind == HitKind::Contact)
                .map(|g| g.hits.len())
                .sum::<usize>()
        };
        assert_eq!((door("3-1-1201"), door("1-3-1201")), (4, 0));
        let people_first = ask(&w, Role::FrontDesk, "周晓敏");
        assert_eq!(people_first[0].kind, HitKind::Person);
        // The worker sees the department's cases, nobody's archive, and no contacts.
        let worker = ask(&w, Role::Worker, "周晓敏");
        assert!(
            worker
                .iter()
                .all(|g| matches!(g.kind, HitKind::OpenCase | HitKind::ClosedCase)),
            "{worker:?}"
        );
        assert!(ask(&w, Role::Worker, "6688").is_empty());
        assert!(ask(&w, Role::Guard, "噪音").is_empty(), "{noise:?}");
        assert!(ask(&w, Role::Sysadmin, "漏水").is_empty() && ask(&w, Role::Vendor, "漏水").is_empty());
    });
}

/// 20,000 units and 40,000 people; prints the slowest answer. Run by hand: `cargo test -p app --release speed -- --ignored --nocapture`.
#[test]
#[ignore = "takes a minute; prints times"]
fn speed_at_twenty_thousand_units() {
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("speed.db"))).unwrap();
    let w = World::new(&db);
    let surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
    let given = [
        "晓敏", "志远", "雪梅", "建国", "丽华", "子涵", "秀英", "伟", "敏", "文博",
    ];
    let clock = std::time::Instant::now();
    for b in 0..100 {
        let ctx = w.system();
        w.desk
            .write_now(&ctx, move |tx, ctx| {
                for n in 0..200 {
                    let i = b * 200 + n;
                    let room = format!("{}{:02}", n / 4 % 33 + 1, n % 4 + 1);
                    let e = (n / 132 + 1).to_string();
                    let u = NewUnit {
                        building: (b + 1).to_string(),
                        entrance: Some(e),
                        room,
                        ..NewUnit::default()
                    };
                    let u = upsert_unit(tx, ctx, &u)?.id;
                    for k in 0..2 {
                        let name = format!("{}{}", surnames[(i * 7 + k) % 12], given[(i * 3 + k * 5) % 10]);
                        let phone = NewPhone {
                            number: format!("138{:08}", i * 2 + k + 1),
                            ..NewPhone::default()
                        };
                        let key = Some(format!("k{i}-{k}"));
                        let p = NewPerson {
                            name,
                            phones: vec![phone],
                            external_key: key,
                            ..NewPerson::default()
                        };
                        let p = upsert_person(tx, ctx, &p)?.id;
                        ensure_occupancy(
                            tx,
                            ctx,
                            &u,
                            &p,
                            if k == 0 { Relation::Owner } else { Relation::Family },
                            None,
                        )?;
                    }
                }
                Ok(())
            })
            .unwrap();
    }
    println!("20,000 units and 40,000 people made in {:?}", clock.elapsed());
    let ctx = w.ctx(Role::FrontDesk);
    for text in [
        "3",
        "3-1-12",
        "3-1-1201",
        "1201",
        "12",
        "6688",
        "13800012345",
        "z",
        "zx",
        "zxm",
        "zhou",
        "周",
        "周晓敏",
        "敏",
        "浙A",
        "漏水",
        "bx0037",
        "0037",
        "w",
    ] {
        let mut worst = std::time::Duration::ZERO;
        let mut hits = 0;
        for _ in 0..20 {
            let (ctx, text) = (ctx.clone(), text.to_owned());
            let at = std::time::Instant::now();
            let groups = w.desk.read_now(move |c| find(c, &ctx, &text, 8)).unwrap();
            worst = worst.max(at.elapsed());
            hits = groups.iter().map(|g| g.hits.len()).sum();
        }
        println!("{text:>14}  worst of 20: {worst:?}, {hits} hits");
        // A program with its checks on is several times slower; there the times are only printed.
        assert!(cfg!(debug_assertions) || worst.as_millis() < 50, "{text}");
    }
}
