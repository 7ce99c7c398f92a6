//! Pages from inside: lists, the printed order, contacts.

use app::case::act;
use app::testing::{Things, World};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use domain::access::Role;
use domain::case::{Command, ConfirmHow, Grade};
use domain::ids::CaseId;
use store::testing::for_both;

use super::{Got, run, send, service};

/// A browser of somebody who is signed in.
pub(super) struct Browser {
    app: Router,
    cookie: String,
}

impl Browser {
    pub fn of(w: &World, app: &Router, role: Role) -> Browser {
        Browser {
            app: app.clone(),
            cookie: w.session(&w.staff(role)),
        }
    }

    pub async fn get(&self, path: &str) -> (Got, String) {
        let req = Request::get(path)
            .header("cookie", format!("sansheng={}; lang=en", self.cookie))
            .header("accept-language", "en");
        let got = send(&self.app, req.body(Body::empty()).unwrap()).await;
        let text = String::from_utf8_lossy(&got.body).into_owned();
        (got, text)
    }

    /// Sends a form: `name=value` pairs, already encoded.
    pub async fn post(&self, path: &str, form: &str) -> (Got, String) {
        let req = Request::post(path)
            .header("cookie", format!("sansheng={}; lang=en", self.cookie))
            .header("content-type", "application/x-www-form-urlencoded");
        let got = send(&self.app, req.body(Body::from(form.to_owned())).unwrap()).await;
        let text = String::from_utf8_lossy(&got.body).into_owned();
        (got, text)
    }

    /// The same with one more cookie.
    pub async fn get_with(&self, path: &str, more: &str) -> (Got, String) {
        let req = Request::get(path).header("cookie", format!("sansheng={}; lang=en; {more}", self.cookie));
        let got = send(&self.app, req.body(Body::empty()).unwrap()).await;
        let text = String::from_utf8_lossy(&got.body).into_owned();
        (got, text)
    }
}

/// The order is done and signed on the worker's telephone.
fn signed(w: &World, t: &Things) {
    let id = CaseId::from(t.case.as_str());
    let drawn = r#"{"w":340,"h":160,"d":"M12 30Q14.5 31 20 40L30 50M1 2L3 4"}"#;
    let file = app::signature::prepare(&w.desk.files, drawn, "").unwrap();
    let does = |role: Role, cmd: Command| {
        w.wait(60_000);
        let id = id.clone();
        w.desk
            .write_now(&w.ctx(role), move |tx, ctx| act(tx, ctx, &id, None, &cmd))
            .unwrap()
    };
    let (worker, happened_at) = (None, None);
    does(Role::Worker, Command::Accept { worker, happened_at });
    let worker = None;
    does(Role::Worker, Command::Arrive { worker, happened_at });
    let done = does(
        Role::Worker,
        Command::Complete {
            done: "更换角阀".into(),
            lines: Vec::new(),
            photos: Vec::new(),
            no_photo_reason: Some("业主不便".into()),
            worker: None,
            callback: "cb".into(),
            happened_at: None,
        },
    );
    let signature = w
        .desk
        .write_now(&w.system(), move |tx, ctx| app::link::put_file(tx, ctx.now, &file))
        .unwrap();
    let done = does(
        Role::Worker,
        Command::Confirm {
            confirmation: "cf".into(),
            content_hash: done.state.content_hash(),
            how: ConfirmHow::Device { signature },
            opinion: None,
            comment: String::new(),
            happened_at: None,
        },
    );
    assert_eq!(done.state.confirmation().unwrap().grade, Grade::C);
}

#[test]
fn the_printed_order_has_the_drawn_signature_and_says_what_it_is_worth() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        run(async {
            let app = service(&w);
            let desk = Browser::of(&w, &app, Role::FrontDesk);
            signed(&w, &t);
            let path = format!("/orders/{}/print", t.order_number);
            let (got, text) = desk.get(&path).await;
            assert_eq!(got.code, 200);
            assert!(
                text.contains("M12 30Q14.5 31 20 40L30 50M1 2L3 4"),
                "no signature:\n{text}"
            );
            assert!(text.contains("on a staff device") || text.contains("在员工设备上签字"));
            assert!(text.contains("to be checked by a second person") || text.contains("待第二人复核"));
            let id = CaseId::from(t.case.as_str());
            w.desk
                .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                    act(tx, ctx, &id, None, &Command::SecondCheck)
                })
                .unwrap();
            let (_, text) = desk.get(&path).await;
            assert!(
                !text.contains("to be checked") && !text.contains("待第二人复核"),
                "{text}"
            );
            assert!(text.contains("; checked by") || text.contains("复核"), "{text}");

            // The chosen rows of both lists are printed, by a form that htmx leaves alone.
            for (list, of, ids) in [("orders", "", &t.order), ("cases", "of=cases&", &t.case)] {
                let (_, text) = desk.get(&format!("/{list}?view=all")).await;
                let form = text.split("<form id=\"bulk\"").nth(1).unwrap();
                let head = form.split('>').next().unwrap();
                assert!(
                    head.contains("action=\"/print/orders\"")
                        && head.contains("method=\"get\"")
                        && !head.contains("hx-"),
                    "{head}"
                );
                let (got, text) = desk.get(&format!("/print/orders?{of}ids={ids}")).await;
                assert!(got.code == 200 && text.contains(&t.order_number), "{list}");
            }
        });
    });
}

#[test]
fn a_contact_is_found_by_its_number_too() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        run(async {
            let app = service(&w);
            let desk = Browser::of(&w, &app, Role::FrontDesk);
            let (_, case) = desk.get(&format!("/cases/{}", t.case_number)).await;
            let link = case
                .split("href=\"/contacts/")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            let (got, text) = desk.get(&format!("/contacts/{link}")).await;
            assert!(
                got.code == 200 && text.contains(&t.word),
                "/contacts/{link}: {}",
                got.code
            );
            let guard = Browser::of(&w, &app, Role::Guard);
            assert_eq!(guard.get(&format!("/contacts/{link}")).await.0.code.as_u16() / 100, 4);
        });
    });
}
