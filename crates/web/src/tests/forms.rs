//! Forms: what was typed stands beside the reason, what is sent twice happens once, a secret is shown once, and a page misses
//! nothing that happens while it is made.

use app::testing::World;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use domain::access::Role;
use domain::ids::{AnswerId, VisitId};
use store::testing::for_both;

use super::pages::Browser;
use super::{Got, run, service};
use crate::gate::Viewer;
use crate::page::Page;
use crate::state::{Settings, Web};

/// The last part of where an answer leads, without its query.
fn led(got: &Got) -> String {
    let to = got.header("location");
    let path = to.split('?').next().unwrap_or_default();
    assert!(got.code.is_redirection(), "{} {to}", got.code);
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// What follows the first `before` up to `until`.
fn between<'a>(text: &'a str, before: &str, until: &str) -> &'a str {
    let rest = text
        .split(before)
        .nth(1)
        .unwrap_or_else(|| panic!("no {before} in\n{text}"));
    rest.split(until).next().unwrap_or_default()
}

#[test]
fn what_happens_while_a_page_is_made_comes_after_its_number() {
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("seq.db"))).unwrap();
    let w = World::new(&db);
    let web = Web {
        desk: w.desk.clone(),
        settings: std::sync::Arc::new(Settings::default()),
    };
    // A page that has read its data; then something happens; then it is written out.
    async fn slow(State(web): State<Web>, v: Viewer) -> String {
        let site = v.ctx().unwrap().site;
        let read_at = web.desk.live.seq(&site);
        web.desk.live.set(&site, read_at + 1, app::live::Standing::default());
        let p = Page::new(&web, &v, "product");
        format!("{read_at} {}", p.seq)
    }
    let app = Router::new()
        .route("/desk", get(slow))
        .layer(from_fn_with_state(web.clone(), crate::gate::gate))
        .with_state(web);
    run(async {
        let (_, text) = Browser::of(&w, &app, Role::FrontDesk).get("/desk").await;
        let (read_at, seq) = text.split_once(' ').unwrap();
        assert_eq!(read_at, seq, "the page's line begins before its data were read");
    });
}

#[test]
fn a_visit_and_its_steps_are_made_once_and_keep_what_was_typed() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        run(async {
            let app = service(&w);
            let desk = Browser::of(&w, &app, Role::FrontDesk);
            let (_, text) = desk.get("/visits").await;
            assert!(text.contains("data-anew><input type=\"hidden\" name=\"_key\" value=\""));
            let (_, text) = desk.get("/desk").await;
            assert!(text.contains("data-anew><input type=\"hidden\" name=\"_key\" value=\""));
            let first = led(&desk.post("/visits", "_key=one-visit").await.0);
            assert_eq!(first, led(&desk.post("/visits", "_key=one-visit").await.0));
            let page = format!("/visits/{first}");

            // What stands in the way is said beside what was typed, at the desk and at the gate.
            for base in ["/visits", "/gate"] {
                let long = "x".repeat(501);
                let form = format!("_key=k&reason={long}");
                let (got, text) = desk.post(&format!("{base}/{first}/turn_away"), &form).await;
                assert_eq!(got.code, 422);
                let at = |act: &str| format!("action=\"{base}/{first}/{act}\"");
                let shown = between(&text, &at("turn_away"), "</form>");
                assert!(
                    shown.contains(&long) && shown.contains("class=\"err\""),
                    "{base}: {shown}"
                );
                assert!(text.contains("<details open><summary class=\"lnk\""), "{base}");
                let (_, text) = desk.get(&format!("{base}/{first}")).await;
                let seen = between(&text, "name=\"seen\" value=\"", "\"").to_owned();
                let form =
                    format!("seen={seen}&name=%E6%9D%8E%E9%9B%B7&reason=%E9%80%81%E4%BB%B6&unit=99-9-9999&people=2");
                let (got, text) = desk.post(&format!("{base}/{first}/describe"), &form).await;
                assert_eq!(got.code, 422);
                let shown = between(&text, &at("describe"), "</form>");
                for typed in ["李雷", "送件", "99-9-9999"] {
                    assert!(shown.contains(&format!("value=\"{typed}\"")), "{base} {typed}: {shown}");
                }
                assert!(shown.contains("id=\"unit-e\""), "{shown}");
                // One field's reason stands in its own form only.
                let other = between(&text, &at("turn_away"), "</form>");
                assert!(!other.contains("class=\"err\""), "{other}");
            }

            let alarm = "kind=danger&what=%E7%BF%BB%E5%A2%99";
            for _ in 0..2 {
                let (got, _) = desk
                    .post(&format!("{page}/alarm"), &format!("_key=one-alarm&{alarm}"))
                    .await;
                assert!(got.code.is_redirection(), "{}", got.code);
            }
            for _ in 0..2 {
                let form = "_key=one-call&caller=%E5%89%8D%E5%8F%B0&what=%E7%BF%BB%E5%A2%99";
                let (got, _) = desk.post(&format!("{page}/police"), form).await;
                assert!(got.code.is_redirection(), "{}", got.code);
            }
            let id = VisitId::from(first.as_str());
            let ctx = w.ctx(Role::FrontDesk);
            let seen = w.desk.read_now(move |c| app::visit::get(c, &ctx, &id)).unwrap();
            assert_eq!((seen.visit.alarms.len(), seen.visit.police.len()), (1, 1));
        });
    });
}

#[test]
fn a_households_address_is_shown_once_and_can_be_withdrawn() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        run(async {
            let app = service(&w);
            let desk = Browser::of(&w, &app, Role::FrontDesk);
            let form = "_key=one-link&unit=3-1-1201&host=%E5%91%A8%E6%95%8F";
            let (got, _) = desk.post("/visits/invite", form).await;
            assert_eq!(got.header("location"), format!("/visits/links/{}", t.unit));
            let set = got.header("set-cookie").to_owned();
            for part in ["HttpOnly", "SameSite=Strict", "Path=/visits", "Max-Age=30"] {
                assert!(set.contains(part), "{set}");
            }
            let cookie = set.split(';').next().unwrap();
            let secret = cookie.rsplit('.').next().unwrap();
            let list = got.header("location").to_owned();
            assert!(!list.contains(secret), "no secret in an address");

            let (got, text) = desk.get_with(&list, cookie).await;
            assert!(text.contains(&format!("/h/{secret}")), "{text}");
            assert!(
                got.header("set-cookie").contains("Max-Age=0"),
                "and then the browser forgets it"
            );
            assert!(!desk.get(&list).await.1.contains(secret), "shown once");

            // Sent twice it is one address; the second answer has no secret and leads to the same page.
            let (got, _) = desk.post("/visits/invite", form).await;
            assert_eq!((led(&got), got.header("set-cookie")), (t.unit.clone(), ""));
            let (_, text) = desk.get(&list).await;
            assert_eq!(text.matches("/withdraw\"").count(), 1, "{text}");

            let open = Browser::of(&w, &app, Role::FrontDesk);
            assert_eq!(open.get(&format!("/h/{secret}")).await.0.code, 200);
            let action =
                format!("/visits/links/{}/", t.unit) + between(&text, &format!("/visits/links/{}/", t.unit), "\"");
            for _ in 0..2 {
                assert!(desk.post(&action, "").await.0.code.is_redirection());
            }
            assert_eq!(desk.get(&format!("/h/{secret}")).await.0.code, 410);
            assert!(!desk.get(&list).await.1.contains("/withdraw\""));

            // From the board one finds them again; who may not receive visitors does not.
            let (got, _) = desk.post("/visits/invite", "act=look&unit=3-1-1201").await;
            assert_eq!(led(&got), t.unit);
            let quality = Browser::of(&w, &app, Role::Quality);
            assert_eq!(quality.get(&list).await.0.code, 403);

            // The address for one visitor goes the same way.
            let visit = led(&desk.post("/visits", "name=A&reason=B&unit=3-1-1201&host=C").await.0);
            let (got, _) = desk.post(&format!("/visits/{visit}/link"), "_key=one-ask").await;
            assert_eq!(led(&got), visit);
            let cookie = got.header("set-cookie").split(';').next().unwrap().to_owned();
            let secret = cookie.rsplit('.').next().unwrap();
            let (_, text) = desk.get_with(&format!("/visits/{visit}"), &cookie).await;
            assert!(text.contains(&format!("/h/{secret}")));
            assert!(
                !desk.get_with(&list, &cookie).await.1.contains(secret),
                "of another page"
            );
            let (got, _) = desk.post(&format!("/visits/{visit}/link"), "_key=one-ask").await;
            assert_eq!(got.header("set-cookie"), "");

            // The host's own answer keeps what was written, when no button said yes or no.
            let host = Router::clone(&app);
            let req = axum::http::Request::post(format!("/h/{secret}/answer"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(axum::body::Body::from("note=gleich&accompany=1"))
                .unwrap();
            let got = super::send(&host, req).await;
            let text = String::from_utf8_lossy(&got.body).into_owned();
            assert_eq!(got.code, 422);
            assert!(
                text.contains("value=\"gleich\"") && text.contains("name=\"accompany\" value=\"1\" checked"),
                "{text}"
            );
        });
    });
}

#[test]
fn the_other_forms_keep_what_was_typed_too() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        run(async {
            let app = service(&w);
            let (desk, head) = (
                Browser::of(&w, &app, Role::FrontDesk),
                Browser::of(&w, &app, Role::CsHead),
            );

            // An emergency: a line of the log once, an improvement without a day.
            let form = "_key=&play=lift&place=3-1&phone=13800001234&caller=A&what=B";
            let e = led(&head.post("/emergencies", form).await.0);
            let page = format!("/emergencies/{e}");
            for _ in 0..2 {
                let (got, _) = head.post(&page, "_key=one-line&act=log&text=erste+Zeile").await;
                assert!(got.code.is_redirection());
            }
            let (_, text) = head.get(&page).await;
            let log = between(&text, "id=\"em-log\"", "</ol>");
            assert_eq!(log.matches("erste Zeile").count(), 1, "one line of the log");
            // Steps are still open: how it ended stands there again.
            let (got, text) = head.post(&page, "act=end&how=alles+gut").await;
            assert_eq!(got.code, 422);
            let form = between(&text, "name=\"act\" value=\"end\"", "</form>");
            assert!(form.contains(">alles gut</textarea>"), "{form}");
            // What begins it does not come from an address.
            let (_, text) = head.get("/emergencies/new?place=geheim&phone=13800009999").await;
            assert!(!between(&text, "<main", "</main>").contains("geheim") && !text.contains("13800009999"));

            // A mass incident: a caller without a number, and no answer twice.
            let form = "_key=&title=Wasser&say=kommt&notice=n&buildings=3";
            let i = led(&head.post("/incidents", form).await.0);
            let (got, text) = desk
                .post(
                    &format!("/incidents/{i}/join"),
                    "_key=j&phone=&name=Karl&address=3-1-1201&note=laut",
                )
                .await;
            assert_eq!(got.code, 422);
            for typed in ["Karl", "3-1-1201", "laut"] {
                assert!(text.contains(&format!("value=\"{typed}\"")), "{typed}:\n{text}");
            }
            let join = "_key=j&phone=13900001111&name=Karl&address=3-1-1201&note=laut";
            assert!(
                desk.post(&format!("/incidents/{i}/join"), join)
                    .await
                    .0
                    .code
                    .is_redirection()
            );
            assert!(
                head.post(&format!("/incidents/{i}"), "act=end&how=repariert")
                    .await
                    .0
                    .code
                    .is_redirection()
            );
            let (_, text) = desk.get(&format!("/incidents/{i}")).await;
            let callers = format!("/incidents/{i}/callers/");
            let caller = between(&text, &callers, "\"").to_owned();
            for _ in 0..2 {
                desk.post(&format!("{callers}{caller}"), "_key=one-try&told=no_answer")
                    .await;
            }
            let (_, text) = desk.get(&format!("/incidents/{i}")).await;
            assert!(text.contains("(1)") && !text.contains("(2)"), "tried once:\n{text}");

            // A notice to residents: what was typed stands there again, published once, corrected with what was typed.
            let form = "_key=&kind=safety&title=Tor&text=zu&scope=part&units=77-7-707&boards=Halle&until=bald";
            let (got, text) = head.post("/bulletins", form).await;
            assert_eq!(got.code, 422);
            for kept in [
                "value=\"Tor\"",
                ">zu</textarea>",
                ">77-7-707</textarea>",
                ">Halle</textarea>",
                "value=\"bald\"",
            ] {
                assert!(text.contains(kept), "{kept}:\n{text}");
            }
            let form = "_key=&kind=safety&title=Tor&text=zu&scope=part&units=77-7-707&boards=Halle";
            let (got, text) = head.post("/bulletins", form).await;
            assert!(
                got.code == 422 && text.contains("77-7-707"),
                "no such unit is named:\n{text}"
            );
            let form = "_key=&kind=safety&title=Tor&text=zu&scope=all&boards=Halle&file=1";
            let b = led(&head.post("/bulletins", form).await.0);
            let (got, text) = head.post(&format!("/bulletins/{b}/publish"), "_key=&version=1").await;
            assert!(
                got.code == 422 && text.contains("class=\"alert"),
                "asked once more: {text}"
            );
            for _ in 0..2 {
                let (got, _) = head
                    .post(&format!("/bulletins/{b}/publish"), "_key=once-only&version=1&sure=1")
                    .await;
                assert!(got.code.is_redirection(), "{}", got.code);
            }
            let (got, text) = head
                .post(&format!("/bulletins/{b}/correct"), "version=1&title=Tor&text=auf&why=")
                .await;
            assert_eq!(got.code, 422);
            assert!(text.contains(">auf</textarea>"), "{text}");
            let (got, _) = head.post(&format!("/bulletins/{b}/hand"), "building=3").await;
            assert_eq!(got.code, 422, "nobody was ticked");
            let (got, _) = head.post(&format!("/bulletins/{b}/places/x"), "act=up").await;
            assert_eq!(got.code, 422, "no such board");

            // An appointment's row.
            let form = "_key=&at=2026-11-22T10:00&with=&place=Zimmer&bring=Ausweis";
            let (got, _) = desk.post(&format!("/contacts/{}/appointments", t.contact), form).await;
            assert!(got.code.is_redirection(), "{}", got.code);
            let (_, text) = desk.get("/appointments").await;
            let a = between(&text, "action=\"/appointments/", "\"").to_owned();
            let form = "version=0&outcome=not_verified&document=passport&number=X1234&note=anders";
            let (got, text) = desk.post(&format!("/appointments/{a}"), form).await;
            assert!(got.code.is_client_error());
            let row = between(&text, &format!("action=\"/appointments/{a}\""), "</form>");
            for kept in [
                "value=\"not_verified\" selected",
                "value=\"passport\" selected",
                "value=\"X1234\"",
                "value=\"anders\"",
            ] {
                assert!(row.contains(kept), "{kept}: {row}");
            }

            // Why an answer goes out of use.
            let (got, text) = head
                .post(
                    &format!("/answers/{}/active", t.answer),
                    "version=0&active=0&why=veraltet",
                )
                .await;
            assert_eq!(got.code, 409);
            let form = between(&text, &format!("action=\"/answers/{}/active\"", t.answer), "</form>");
            assert!(form.contains("value=\"veraltet\""), "{form}");

            // A lesson says what is lacking.
            let (got, text) = head
                .post(&format!("/cases/{}/lesson", t.case_number), "title=Ventil")
                .await;
            assert_eq!(got.code, 422, "{text}");
        });
    });
}

#[test]
fn a_taken_answer_follows_what_the_clerk_wrote() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        let (id, ctx) = (AnswerId::from(t.answer.as_str()), w.ctx(Role::FrontDesk));
        let short = w
            .desk
            .read_now(move |c| app::answer::get(c, &ctx, &id))
            .unwrap()
            .row
            .short;
        run(async {
            let app = service(&w);
            let desk = Browser::of(&w, &app, Role::FrontDesk);
            let take = format!("/desk/take?id={}", t.answer);
            let box_of = |text: &str| between(between(text, "<textarea", "</textarea>"), ">", "<").to_owned();
            let (_, text) = desk.post(&take, "answer=").await;
            assert_eq!(box_of(&text), short);
            let own = format!("answer=eigene+Worte&answer_from={}", t.answer);
            let (_, text) = desk.post(&take, &own).await;
            assert_eq!(box_of(&text), format!("eigene Worte\n{short}"));
        });
    });
}

#[test]
fn keys_are_drawn_for_who_may_and_once() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        run(async {
            let app = service(&w);
            let head = Browser::of(&w, &app, Role::CsHead);
            let form = "_key=&title=Wasser&say=kommt&notice=n&buildings=3";
            assert!(head.post("/incidents", form).await.0.code.is_redirection());
            let (_, text) = head.get("/desk").await;
            assert_eq!(text.matches("data-key=\"Alt+D\"").count(), 1, "{text}");
            assert!(!text.contains("data-key=\"Alt+J\""));
            for role in Role::ALL {
                let (got, text) = Browser::of(&w, &app, *role).get("/desk").await;
                let may = domain::access::allowed(*role, domain::access::Action::ReceiveVisitor)
                    != domain::access::Reach::Never;
                assert!(got.code != 200 || text.contains("data-key=\"F8\"") == may, "{role}");
                let (got, text) = Browser::of(&w, &app, *role).get("/visits").await;
                assert!(got.code != 200 || text.contains("F8") == may, "{role}");
            }
        });
    });
}

#[test]
fn the_printed_register_says_that_there_is_more_and_is_on_the_journal() {
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("print.db"))).unwrap();
    let w = World::new(&db);
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), |tx, ctx| {
            for _ in 0..501 {
                app::visit::register(tx, ctx, "", &app::visit::Who::default())?;
            }
            Ok::<_, app::error::Error>(())
        })
        .unwrap();
    run(async {
        let app = service(&w);
        let desk = Browser::of(&w, &app, Role::FrontDesk);
        let (_, text) = desk.get("/visits/print").await;
        assert!(text.contains("id=\"more\""), "it says that there is more");
        let next = between(&text, "rel=\"next\" href=\"", "\"")
            .replace("&amp;", "&")
            .replace("&#38;", "&");
        let (_, text) = desk.get(&next).await;
        assert!(!text.contains("id=\"more\""));
        assert_eq!(
            between(&text, "<tbody>", "</tbody>").matches("<tr>").count(),
            1,
            "{next}"
        );
        let (_, text) = Browser::of(&w, &app, Role::CsHead).get("/journal/list/visits").await;
        assert_eq!(text.matches("500").count().min(1), 1, "{text}");
    });
}

#[test]
fn a_program_with_an_old_version_of_a_visit_is_told() {
    for_both(|db| {
        let w = World::new(db);
        let made = w.desk.write_now(&w.ctx(Role::FrontDesk), |tx, ctx| {
            app::visit::register(tx, ctx, "", &app::visit::Who::default())
        });
        let (id, token) = (made.unwrap(), w.token(&w.staff(Role::FrontDesk), super::EVERYTHING));
        run(async {
            let app = service(&w);
            let step = async |version: &str, body: &str| {
                let req = axum::http::Request::post(format!("/api/v1/visits/{id}/steps"))
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json");
                let req = if version.is_empty() {
                    req
                } else {
                    req.header("if-match", version)
                };
                super::send(&app, req.body(axum::body::Body::from(body.to_owned())).unwrap()).await
            };
            let alarm = r#"{"act": "alarm", "kind": "danger", "what": "x"}"#;
            // What the first is refused with says which version there is.
            let now = step("\"0\"", alarm).await.json()["current"].as_i64().unwrap();
            let got = step(&format!("\"{now}\""), alarm).await;
            assert_eq!(got.code, 200, "{}", got.json());
            assert_eq!(got.json()["version"], now + 1);
            for body in [alarm, r#"{"act": "describe", "name": "A"}"#, r#"{"act": "help"}"#] {
                let got = step(&format!("\"{now}\""), body).await;
                assert_eq!(got.code, 409, "{body}");
                assert_eq!(got.json()["current"], now + 1, "{body}");
            }
            let named = r#"{"act": "alarm", "kind": "danger", "what": "x", "version": 1}"#;
            assert_eq!(step("", named).await.code, 409);
            assert_eq!(step("", alarm).await.code, 200, "who names none writes on");
        });
    });
}
