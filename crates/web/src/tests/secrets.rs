//! What the access table cannot show: what a secret address opens, for every kind of secret; what the live stream carries;
//! and that a locked screen shows no page. What is expected of the secrets stands in `secrets.txt`; `SANSHENG_WRITE=1` writes
//! it anew.

use std::fmt::Write as _;
use std::time::Duration;

use app::testing::{Things, World};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use domain::access::Role;
use domain::ids::{CaseId, OrderId};
use futures_util::StreamExt as _;
use store::link::Link;
use tower::ServiceExt as _;

use super::{run, send, service};
use crate::routes::{Entry, Guard, TABLE};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/secrets.txt");

const HEAD: &str = "\
# What the holder of a secret address reaches with things of its own case. Columns:
#   tr  the customer's link to follow the case    cf  the link to sign    ve  a vendor's link for the order
#   wd  a withdrawn link    ex  an expired one    us  a link to sign that was used
#   ot  the link of a customer of another site; files are those of this case, for a vendor too    st  tr, in a browser where staff signed in
#   ha  a host's address to answer for a visitor    hn  one to announce visitors    hw  such a one, withdrawn    hs  ha, in a browser of staff
#   no  a household's address to read a notice to residents    nw  the same, when the notice was withdrawn
#   + the handler answers (also: \"not now\", \"this field is missing\")    - 403    0 404    x 410
#
";

/// The kinds of secrets: short name, purpose, and what became of the link.
const SECRETS: [(&str, &str, &str); 14] = [
    ("tr", "track", ""),
    ("cf", "confirm", ""),
    ("ve", "vendor", ""),
    ("wd", "track", "withdrawn"),
    ("ex", "track", "expired"),
    ("us", "confirm", "used"),
    ("ot", "track", "other"),
    ("st", "track", "staff"),
    ("ha", "answer", ""),
    ("hn", "announce", ""),
    ("hw", "announce", "withdrawn"),
    ("hs", "answer", "staff"),
    ("no", "notice", ""),
    ("nw", "notice", "withdrawn"),
];

/// A host's address: of a visitor who waits, or for announcing.
fn hosts(w: &World, purpose: &str, became: &str) -> String {
    let (answers, withdrawn) = (purpose == "answer", became == "withdrawn");
    let made = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
        if answers {
            let who = app::visit::Who {
                name: "李雷".into(),
                host: "周敏".into(),
                unit: "3-1-1201".into(),
                ..Default::default()
            };
            let id = app::visit::register(tx, ctx, "", &who)?;
            return app::visit::host::ask(tx, ctx, &id);
        }
        let made = app::visit::host::invite(tx, ctx, "3-1-1201", "周敏")?;
        if withdrawn {
            app::visit::host::withdraw_link(tx, ctx, &made.id)?;
        }
        Ok(made)
    });
    made.unwrap().token
}

/// A household's address to read a notice by, as its message carries it.
fn reads(w: &World, withdrawn: bool) -> String {
    let made = w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
        let unit = store::directory::unit::by_match(
            tx,
            &ctx.site,
            &domain::room::RoomKey::parse("3-1-1201").unwrap().match_key(),
        )?;
        let new = app::bulletin::NewBulletin {
            title: "停水".into(),
            text: "周三停水".into(),
            all: true,
            message: true,
            ..Default::default()
        };
        let id = app::bulletin::draft(tx, ctx, "", &new)?;
        app::bulletin::publish(tx, ctx, &id, 1)?;
        let secret = ctx.ids.secret();
        let row = store::bulletin::LinkRow {
            id: ctx.id(),
            token_hash: app::account::secret_hash(&secret),
            site_id: ctx.site.clone(),
            bulletin_id: id.clone(),
            unit_id: unit.unwrap().id,
            created_at: ctx.now,
        };
        store::bulletin::link_insert(tx, &row)?;
        if withdrawn {
            app::bulletin::withdraw(tx, ctx, &id, "改期")?;
        }
        Ok::<_, app::error::Error>(secret)
    });
    made.unwrap()
}

fn link(w: &World, t: &Things, purpose: &str, became: &str) -> String {
    if purpose == "notice" {
        return reads(w, became == "withdrawn");
    }
    if matches!(purpose, "answer" | "announce") {
        return hosts(w, purpose, became);
    }
    let secret = w.desk.ids.secret();
    let sys = w.system();
    let row = Link {
        id: sys.id(),
        token_hash: app::account::secret_hash(&secret),
        site_id: t.site.clone(),
        purpose: purpose.to_owned(),
        case_id: CaseId::from(t.case.as_str()),
        order_id: (purpose == "vendor").then(|| OrderId::from(t.order.as_str())),
        created_by: "system:outbox".into(),
        created_at: sys.now,
        expires_at: if became == "expired" { sys.now } else { sys.now + 1000 },
        used_at: (became == "used").then_some(sys.now),
        withdrawn_at: (became == "withdrawn").then_some(sys.now),
        opened: 0,
    };
    w.desk
        .write_now(&sys, move |tx, _| {
            Ok::<_, app::error::Error>(store::link::insert(tx, &row)?)
        })
        .unwrap();
    secret
}

/// A case whose order went to a vendor, with a photo.
fn vendors(w: &World, here: &Things) -> Things {
    let department = w.department("lift_vendor");
    let mut t = here.clone();
    let made = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
        let new: app::contact::NewContact = serde_json::from_value(serde_json::json!({
            "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
            "cases": [{
                "kind": "request", "item": "repair.lift.noise", "place": "电梯", "content": "电梯运行有异响",
                "scope": "vendor", "department": department,
            }],
        }))?;
        let made = app::contact::register(tx, ctx, "", &new)?;
        let case = made.cases[0].clone();
        let order = app::case::get(tx, ctx, &case)?.state.last_order().unwrap().clone();
        assert!(order.to_vendor);
        Ok::<_, app::error::Error>((case, order.id))
    });
    let (case, order) = made.unwrap();
    (t.case, t.order) = (case.as_str().to_owned(), order.as_str().to_owned());
    t
}

async fn ask(app: &Router, e: &Entry, secret: &str, file: &str, staff: bool) -> char {
    let path = e
        .path
        .replace("{token}", secret)
        .replace("{id}", file)
        .replace("{step}", "note");
    let mut req = Request::builder().method(e.method).uri(path);
    if staff {
        req = req.header("cookie", format!("{}=1", crate::gate::STAFF_MARK));
    }
    let fields = "text=x&note=x&answer=yes&name=x&quote=x&content_hash=x&typed_name=%E5%91%A8%E6%95%8F&_key=&version=1";
    let (kind, body) = match (e.method, e.path.ends_with("/photos")) {
        ("GET", _) => ("text/plain", ""),
        (_, true) => ("multipart/form-data; boundary=x", "--x--\r\n"),
        _ => ("application/x-www-form-urlencoded", fields),
    };
    let req = req.header("content-type", kind).body(Body::from(body)).unwrap();
    match send(app, req).await.code.as_u16() {
        403 => '-',
        // A telephone system's secret opens nothing of ours: without one it is told so.
        401 | 404 => '0',
        410 => 'x',
        code @ 500.. => panic!("{} {}: {code}", e.method, e.path),
        _ => '+',
    }
}

#[test]
fn every_kind_of_secret_opens_its_own_pages_only() {
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("secrets.db"))).unwrap();
    let w = World::new(&db);
    let (here, second) = (w.things(&w.site), w.second_site());
    let (there, lift) = (w.things(&second), vendors(&w, &here));
    let names: Vec<_> = SECRETS.iter().map(|(n, ..)| *n).collect();
    let mut text = format!("{HEAD}{:<32} {}\n", "#", names.join(" "));
    run(async {
        let app = service(&w);
        let mut entries: Vec<&Entry> = TABLE
            .iter()
            .filter(|e| e.guard == Guard::Secret && e.path.contains("{token}"))
            .collect();
        entries.sort_by_key(|e| (e.path, e.method));
        for e in entries {
            let mut cells = Vec::new();
            for (_, purpose, became) in SECRETS {
                // A link of its own for each question: none is used up by the one before.
                let of = match (became, purpose) {
                    ("other", _) => &there,
                    (_, "vendor") => &lift,
                    _ => &here,
                };
                let secret = link(&w, of, purpose, became);
                cells.push(ask(&app, e, &secret, &here.file, became == "staff").await);
            }
            let (customers, vendors) = (e.path.starts_with("/r/"), e.path.starts_with("/v/"));
            let of_hosts = e.path.starts_with("/h/");
            for (n, name) in names.iter().enumerate() {
                let theirs = name.starts_with('h');
                assert!(theirs == of_hosts || cells[n] != '+', "{} opens to {name}", e.path);
                let reads = e.path.starts_with("/n/");
                assert!(
                    name.starts_with('n') == reads || cells[n] != '+',
                    "{} opens to {name}",
                    e.path
                );
            }
            assert!(!(customers && cells[2] == '+'), "{} opens to a vendor", e.path);
            assert!(
                !(vendors && (cells[0] == '+' || cells[1] == '+')),
                "{} opens to a customer",
                e.path
            );
            // The file is one of the customer's case: not the vendor's, and not another customer's.
            let strange = e.path.contains("{id}") && (cells[2] == '+' || cells[6] == '+');
            assert!(!strange, "{}: a file of another case", e.path);
            assert!(!vendors || e.path.contains("{id}") || cells[2] == '+', "{}", e.path);
            if e.method == "POST" {
                for n in [3, 4, 7, 10, 11] {
                    assert_ne!(cells[n], '+', "{} {} {}", e.method, e.path, names[n]);
                }
            }
            let cells: Vec<String> = cells.iter().map(|c| format!("{c:>2}")).collect();
            let _ = writeln!(text, "{:<5} {:<26} {}", e.method, e.path, cells.join(" "));
        }
    });
    if std::env::var_os("SANSHENG_WRITE").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let told = std::fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(told, text, "not as in secrets.txt");
}

fn get(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path)
        .header("cookie", format!("sansheng={cookie}"))
        .body(Body::empty())
        .unwrap()
}

#[test]
fn the_live_stream_carries_a_number_of_the_own_site_and_ends_with_the_session() {
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("live.db"))).unwrap();
    let w = World::new(&db);
    let second = w.second_site();
    run(async {
        let app = service(&w);
        assert_eq!(
            send(&app, Request::get("/live").body(Body::empty()).unwrap())
                .await
                .code,
            303,
            "nobody signed in hears nothing"
        );
        for role in Role::ALL {
            let staff = w.staff(*role);
            let cookie = w.session(&staff);
            let res = app.clone().oneshot(get("/live", &cookie)).await.unwrap();
            let mut stream = res.into_body().into_data_stream();
            let mut next = async || {
                let piece = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
                piece
                    .expect("something in ten seconds")
                    .map(|b| String::from_utf8(b.unwrap().to_vec()).unwrap())
            };
            assert_eq!(next().await.as_deref(), Some(": hello\n\n"), "{role}");
            let n = w.desk.live.seq(&w.site).max(w.desk.live.seq(&second)) + 1;
            w.desk.live.set(&second, n, app::live::Standing::default());
            w.desk.live.set(&w.site, n + 1, app::live::Standing::default());
            // Not the other site's number, and nothing but the number.
            let own = format!("id: {0}\nevent: live\ndata: {0}\n\n", n + 1);
            assert_eq!(next().await, Some(own), "{role}");
            let (id, at) = (staff.clone(), w.desk.clock.now());
            w.desk
                .write_now(&w.system(), move |tx, _| {
                    let sql = format!("UPDATE session SET revoked_at = {at} WHERE staff_id = '{id}'");
                    Ok::<_, app::error::Error>(store::testing::raw(tx, &sql)?)
                })
                .unwrap();
            w.desk.live.signed_out(&staff);
            assert_eq!(
                next().await.as_deref(),
                Some("event: signed-out\ndata: 1\n\n"),
                "{role}"
            );
            assert_eq!(next().await, None, "{role}: the stream is over");
        }
    });
}

#[test]
fn a_locked_screen_shows_no_page_at_all() {
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("lock.db"))).unwrap();
    let w = World::new(&db);
    run(async {
        let app = service(&w);
        let cookie = w.session(&w.staff(Role::CsHead));
        w.desk
            .write_now(&w.system(), move |tx, ctx| {
                let sql = format!("UPDATE session SET locked_at = {}", ctx.now);
                Ok::<_, app::error::Error>(store::testing::raw(tx, &sql)?)
            })
            .unwrap();
        let guarded = |e: &&Entry| {
            e.method == "GET"
                && matches!(e.guard, Guard::SignedIn | Guard::May(_))
                && !e.path.starts_with("/api/")
                && !matches!(e.path, "/lock" | "/live")
        };
        for e in TABLE.iter().filter(guarded) {
            let path = e.path.replace(['{', '}', '*'], "");
            let got = send(&app, get(&path, &cookie)).await;
            let to = got.header("location").to_owned();
            assert!(to.starts_with("/lock"), "{path}: {} {to}", got.code);
        }
    });
}
