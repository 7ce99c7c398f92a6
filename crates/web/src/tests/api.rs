//! The API from inside: a request's whole life on both engines, every answer held against the document; what programs are told
//! when they are wrong.

use app::testing::World;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use domain::access::Role;
use serde_json::{Value, json};
use store::testing::for_both;

use super::{EVERYTHING, Got, missed_call, run, send, service, told};
use crate::api::doc::{self, schema};

/// A program with a token.
struct Program {
    app: Router,
    token: String,
}

impl Program {
    fn of(w: &World, app: &Router, role: Role) -> Program {
        Program {
            app: app.clone(),
            token: w.token(&w.staff(role), EVERYTHING),
        }
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>, more: &[(&str, &str)]) -> Got {
        let mut req = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", "en");
        for (name, value) in more {
            req = req.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |v| Body::from(v.to_string()));
        let got = send(&self.app, req.body(body).unwrap()).await;
        holds(method, path, &got);
        got
    }

    async fn get(&self, path: &str) -> Value {
        let got = self.send("GET", path, None, &[]).await;
        assert_eq!(got.code, 200, "{path}: {}", got.json());
        got.json()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let got = self.send("POST", path, Some(&body), &[]).await;
        assert!(got.code.is_success(), "{path}: {}", got.json());
        got.json()
    }

    /// Attaches a picture to what lies under the address.
    async fn upload(&self, path: &str, kind: &str) -> Value {
        let part = |name: &str, value: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = part("kind", kind).into_bytes();
        body.extend(b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n\xff\xd8\xff\xe0 paper\r\n--x--\r\n");
        let req = Request::post(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "multipart/form-data; boundary=x");
        let got = send(&self.app, req.body(Body::from(body)).unwrap()).await;
        assert_eq!(got.code, 201, "{path}: {}", got.json());
        holds("POST", path, &got);
        got.json()
    }

    async fn refused(&self, path: &str, body: Value, code: u16) -> Value {
        let got = self.send("POST", path, Some(&body), &[]).await;
        assert_eq!(got.code, code, "{path}: {}", got.json());
        got.json()
    }
}

/// Whether an answer is what the document says.
fn holds(method: &str, path: &str, got: &Got) {
    if !got.code.is_success() {
        assert_eq!(got.header("content-type"), "application/problem+json", "{path}");
        let v = got.json();
        assert!(v["title"].is_string() && v["status"] == got.code.as_u16(), "{v}");
        return;
    }
    let Some(name) = doc::answer_of(method, path.split('?').next().unwrap_or_default()) else {
        return;
    };
    let mut bad = Vec::new();
    schema::check(schema::named(name), &got.json(), "", &mut bad);
    assert!(
        bad.is_empty(),
        "{method} {path} is not a {name}: {bad:?}\n{:#}",
        got.json()
    );
}

fn leak(w: &World) -> Value {
    let item = w
        .desk
        .book()
        .taxonomy
        .of_kind(domain::case::Kind::Request)
        .next()
        .unwrap()
        .code
        .clone();
    json!({
        "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
        "cases": [{"kind": "request", "item": item, "place": "厨房", "content": "厨房水管漏水", "fee": {"kind": "quote", "cents": 0, "told": true}}],
    })
}

#[test]
fn a_request_lives_from_registering_to_closing() {
    for_both(|db| {
        let w = World::new(db);
        run(async {
            let app = service(&w);
            let [desk, worker, head] = [Role::FrontDesk, Role::Worker, Role::CsHead].map(|r| Program::of(&w, &app, r));
            let made = desk.post("/api/v1/contacts", leak(&w)).await;
            let number = made["cases"][0]["number"].as_str().unwrap().to_owned();
            let at = |action: &str| format!("/api/v1/cases/{number}/{action}");

            let case = desk.get(at("").trim_end_matches('/')).await;
            assert_eq!(
                (&case["status"], &case["customer"]["phone"]),
                (&json!("registered"), &json!("138 **** 1234"))
            );
            let shown = desk.post(&at("reveal"), json!({})).await;
            assert_eq!(shown["phone"], "138 0000 1234");

            let engineering = w.department("engineering");
            desk.post(
                &at("dispatch"),
                json!({"department": engineering, "worker": w.staff(Role::Worker)}),
            )
            .await;
            worker.post(&at("accept"), json!({})).await;
            w.wait(600_000);
            worker.post(&at("arrive"), json!({})).await;
            let lines = json!([{"what": "人工", "kind": "labour", "quantity_milli": 1000, "unit_cents": 4000}]);
            worker.post(&at("quote"), json!({"lines": lines})).await;
            let quote = worker.get(&format!("/api/v1/cases/{number}")).await["quotes"][0]["id"].clone();
            worker
                .post(
                    &at("consent_quote"),
                    json!({"quote": quote, "how": "spoken", "note": "现场同意"}),
                )
                .await;
            w.wait(600_000);
            let done = json!({"done": "更换软管，试水不漏", "lines": lines, "no_photo_reason": "住户不同意拍照"});
            worker.post(&at("complete"), done).await;

            // What is not possible says what is missing.
            let no = desk.refused(&at("close"), json!({}), 422).await;
            assert!(
                no["code"].as_str().unwrap().starts_with("refuse-") && !no["missing"].as_array().unwrap().is_empty(),
                "{no}"
            );
            let offers = desk.get(&at("offers")).await;
            let close = offers["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|o| o["action"] == "close")
                .unwrap()
                .clone();
            assert_eq!(close["refusal"]["code"], no["code"]);

            let hash = desk.get(&format!("/api/v1/cases/{number}")).await["content_hash"].clone();
            let photo = worker.upload(&at("files"), "paper_form").await;
            let paper = json!({"by": "paper", "photo": photo["id"]});
            let confirmed = json!({"content_hash": hash, "how": paper, "opinion": "satisfied"});
            worker.post(&at("confirm"), confirmed).await;
            assert_eq!(
                worker.refused(&at("second_check"), json!({}), 422).await["code"],
                "refuse-role"
            );
            head.post(&at("second_check"), json!({})).await;
            desk.post(
                &at("record_payment"),
                json!({"method": "cash", "amount_cents": 4000, "receipt": "R1"}),
            )
            .await;
            w.wait(3_600_000);
            desk.post(
                &at("callback"),
                json!({"result": "reached", "solved": true, "satisfaction": "satisfied"}),
            )
            .await;
            let end = desk.get(&format!("/api/v1/cases/{number}")).await;
            if end["status"] != "closed" {
                desk.post(&at("close"), json!({})).await;
            }
            let end = desk.get(&format!("/api/v1/cases/{number}")).await;
            assert_eq!(end["status"], "closed", "{end:#}");

            for path in [
                "/api/v1/me",
                "/api/v1/cases?view=all",
                "/api/v1/orders?view=all",
                "/api/v1/callbacks?view=all",
                "/api/v1/contacts",
                "/api/v1/find?q=13800001234",
                "/api/v1/departments",
                "/api/v1/workers",
                "/api/v1/taxonomy",
                "/api/v1/prices",
                "/api/v1/standard",
                "/api/v1/scripts",
                &at("timeline"),
                &at("files"),
                &format!("/api/v1/contacts/{}", made["id"].as_str().unwrap()),
            ] {
                desk.get(path).await;
            }
            // A program that follows the journal reads it in pages and misses nothing.
            let (mut after, mut seen) = (0, Vec::new());
            loop {
                let page = head.get(&format!("/api/v1/journal?after={after}&limit=4")).await;
                seen.extend(
                    page["items"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|e| e["seq"].as_i64().unwrap()),
                );
                match page["next"].as_str() {
                    Some(n) => after = n.parse().unwrap(),
                    None => break,
                }
            }
            let last = *seen.last().unwrap();
            assert_eq!(seen, (1..=last).collect::<Vec<_>>());
            let journal = head.get("/api/v1/journal?limit=200").await.to_string();
            assert!(
                !journal.contains("13800001234"),
                "a whole number stands in the journal's answer"
            );
        });
    });
}

#[test]
fn the_archive_is_read_and_kept() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        run(async {
            let app = service(&w);
            let desk = Program::of(&w, &app, Role::FrontDesk);
            desk.get("/api/v1/buildings").await;
            // What belongs to another site cannot be named either.
            let there = w.things(&w.second_site());
            for (field, id) in [("unit", &there.unit), ("person", &there.person), ("join", &there.case)] {
                let mut new = leak(&w);
                new[field] = json!(id);
                desk.refused("/api/v1/contacts", new, 404).await;
            }
            let mut new = leak(&w);
            new["cases"][0]["repeat_of"] = json!(there.case);
            desk.refused("/api/v1/contacts", new, 404).await;
            let units = desk.get("/api/v1/units?q=3-1-1201").await;
            assert_eq!(units["items"][0]["unit"]["id"], t.unit.as_str());
            let house = desk.get(&format!("/api/v1/units/{}", t.unit)).await;
            assert_eq!(house["people"][0]["phones"][0]["number"], "138 **** 1234");
            let moved = desk
                .post(
                    &format!("/api/v1/units/{}/move-in", t.unit),
                    json!({"relation": "tenant", "new": {"name": "李租", "phones": [{"number": "13900002222"}]}}),
                )
                .await;
            let person = format!("/api/v1/people/{}", moved["person"].as_str().unwrap());
            let p = desk.get(&person).await;
            let to = json!({"preference": "下午来电", "version": p["version"]});
            let after = desk.post(&format!("{person}/correct"), to.clone()).await;
            assert_eq!(after["person"]["preference"], "下午来电");
            let slow = desk.refused(&format!("{person}/correct"), to, 409).await;
            assert_eq!(slow["current"], after["version"]);
            let position = after["person"]["phones"][0]["position"].clone();
            desk.post(
                &format!("{person}/phones/{position}/mark"),
                json!({"mark": "confirmed"}),
            )
            .await;
            let shown = desk
                .post(&format!("{person}/phones/{position}/reveal"), json!({}))
                .await;
            assert_eq!(shown["phone"], "139 0000 2222");
            let o = after["person"]["occupancies"][0].clone();
            let end = json!({"reason": "moved_out", "version": o["version"]});
            desk.post(&format!("/api/v1/occupancies/{}/end", o["id"].as_str().unwrap()), end)
                .await;
            let journal = Program::of(&w, &app, Role::CsHead)
                .get("/api/v1/journal?limit=200")
                .await
                .to_string();
            for number in ["13900002222", "139 0000 2222", "13800001234", "11010519491231002X"] {
                assert!(!journal.contains(number), "{number} stands in the journal's answer");
            }
            let files = desk.get(&format!("/api/v1/cases/{}/files", t.case)).await;
            let bytes = desk
                .send(
                    "GET",
                    &format!("/api/v1/files/{}", files["items"][0]["id"].as_str().unwrap()),
                    None,
                    &[],
                )
                .await;
            assert!(bytes.code == 200 && bytes.body.starts_with(b"\xff\xd8\xff"));
        });
    });
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    for_both(|db| {
        let w = World::new(db);
        run(async {
            let app = service(&w);
            let desk = Program::of(&w, &app, Role::FrontDesk);
            for _ in 0..5 {
                w.wait(1000);
                desk.post("/api/v1/contacts", leak(&w)).await;
            }
            for (list, view) in [("cases", "all"), ("cases", "open"), ("contacts", "all")] {
                let mut seen = std::collections::BTreeSet::new();
                let mut path = format!("/api/v1/{list}?view={view}&limit=2");
                for _ in 0..9 {
                    let got = desk.send("GET", &path, None, &[]).await;
                    seen.extend(
                        got.json()["items"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|i| i["id"].as_str().unwrap().to_owned()),
                    );
                    match got.header("link").split_once('>') {
                        Some((next, rest)) => {
                            assert!(rest.contains("rel=\"next\""));
                            path = next.trim_start_matches('<').to_owned();
                        }
                        None => break,
                    }
                }
                assert_eq!(seen.len(), 5, "{list} {view}");
            }
        });
    });
}

#[test]
fn programs_are_told_what_is_wrong() {
    for_both(|db| {
        let w = World::new(db);
        run(async {
            let app = service(&w);
            let desk = Program::of(&w, &app, Role::FrontDesk);
            let fields = |v: &Value| {
                let list = v["errors"].as_array().cloned().unwrap_or_default();
                list.iter()
                    .map(|e| format!("{}={}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap()))
                    .collect::<Vec<_>>()
            };
            let mut wrong = leak(&w);
            wrong["colour"] = json!("red");
            wrong["cases"][0]["kind"] = json!("wish");
            wrong["cases"][0]["fee"]["tip"] = json!(1);
            let told = desk.refused("/api/v1/contacts", wrong, 422).await;
            assert_eq!(
                fields(&told),
                [
                    "cases[0].fee.tip=api-unknown-field",
                    "cases[0].kind=api-unknown-code",
                    "colour=api-unknown-field"
                ]
            );
            let made = desk.post("/api/v1/contacts", leak(&w)).await;
            let case = format!("/api/v1/cases/{}", made["cases"][0]["id"].as_str().unwrap());
            assert_eq!(
                fields(&desk.refused(&format!("{case}/take_back"), json!({}), 422).await),
                ["reason=required"]
            );
            assert_eq!(
                fields(&desk.refused(&format!("{case}/close"), json!({"why": 1}), 422).await),
                ["why=api-unknown-field"]
            );
            desk.refused(&format!("{case}/fly"), json!({}), 404).await;
            desk.refused(&format!("{case}/attach"), json!({}), 404).await;
            desk.refused(&format!("{case}/check_clocks"), json!({}), 404).await;
            let got = desk.send("GET", "/api/v1/cases?colour=red", None, &[]).await;
            assert_eq!(
                (got.code.as_u16(), fields(&got.json())),
                (422, vec!["colour=api-unknown-field".to_owned()])
            );
            assert_eq!(desk.send("GET", "/api/v1/cases?limit=1000", None, &[]).await.code, 422);
            assert_eq!(desk.send("GET", "/api/v1/nothing", None, &[]).await.code, 404);

            for list in ["cases", "orders", "contacts", "callbacks", "units"] {
                let path = format!("/api/v1/{list}?after=zzz");
                let got = desk.send("GET", &path, None, &[]).await;
                assert_eq!(
                    (got.code.as_u16(), fields(&got.json())),
                    (422, vec!["after=api-cursor".to_owned()]),
                    "{path}"
                );
            }
            assert_eq!(desk.send("GET", "/api/v1/units?limit=0", None, &[]).await.code, 422);
            let got = desk.send("DELETE", &case, None, &[]).await;
            assert_eq!((got.code.as_u16(), got.header("allow")), (405, "GET"));
            let much = json!({"text": "x".repeat(3 << 20)});
            let got = desk.send("POST", &format!("{case}/note"), Some(&much), &[]).await;
            assert_eq!(
                (got.code.as_u16(), got.json()["code"].clone()),
                (413, json!("fail-too-large"))
            );

            // One key, one record; the same key for something else is refused.
            let key = [("idempotency-key", "k-1")];
            let a = desk
                .send("POST", "/api/v1/contacts", Some(&leak(&w)), &key)
                .await
                .json();
            let b = desk
                .send("POST", "/api/v1/contacts", Some(&leak(&w)), &key)
                .await
                .json();
            assert_eq!(a, b);
            let mut other = leak(&w);
            other["name"] = json!("别人");
            assert_eq!(
                desk.send("POST", "/api/v1/contacts", Some(&other), &key).await.code,
                422
            );

            // Who was slower is told.
            let note = json!({"text": "x"});
            let first = desk
                .send("POST", &format!("{case}/note"), Some(&note), &[("if-match", "\"1\"")])
                .await;
            assert_eq!((first.code.as_u16(), first.header("etag")), (200, "\"2\""));
            let slow = desk
                .send("POST", &format!("{case}/note"), Some(&note), &[("if-match", "\"1\"")])
                .await;
            assert_eq!((slow.code.as_u16(), slow.json()["current"].clone()), (409, json!(2)));
            assert_eq!(
                desk.send("POST", &format!("{case}/note"), Some(&note), &[("if-match", "new")])
                    .await
                    .code,
                422
            );

            let anybody = Program {
                app: app.clone(),
                token: "wrong".into(),
            };
            let got = anybody.send("GET", "/api/v1/me", None, &[]).await;
            assert_eq!((got.code.as_u16(), got.header("www-authenticate")), (401, "Bearer"));
        });
    });
}

#[test]
fn who_says_no_language_reads_the_owners() {
    for_both(|db| {
        let w = World::new(db);
        run(async {
            let app = service(&w);
            let staff = w.staff(Role::FrontDesk);
            let token = w.token(&staff, EVERYTHING);
            let title = async |lang: Option<&str>| {
                let mut req = Request::get("/api/v1/cases/none").header("authorization", format!("Bearer {token}"));
                if let Some(l) = lang {
                    req = req.header("accept-language", l);
                }
                let got = send(&app, req.body(Body::empty()).unwrap()).await;
                got.json()["title"].as_str().unwrap().to_owned()
            };
            assert_eq!(title(None).await, "没有找到");
            w.desk
                .write_now(&w.system(), move |tx, _| {
                    Ok::<_, app::error::Error>(store::account::set_locale(tx, &staff, "en")?)
                })
                .unwrap();
            assert_eq!(title(None).await, "Not found");
            assert_eq!(title(Some("zh")).await, "没有找到");
        });
    });
}

#[test]
fn a_token_does_what_its_scopes_say_and_no_more() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        run(async {
            let app = service(&w);
            let with = |scopes: &str| Program {
                app: app.clone(),
                token: w.token(&w.staff(Role::CsHead), scopes),
            };
            let case = format!("/api/v1/cases/{}", t.case);
            let reads = with("cases:read");
            reads.get(&case).await;
            assert_eq!(
                reads.refused(&format!("{case}/note"), json!({"text": "x"}), 403).await["code"],
                "forbidden-scope"
            );
            assert_eq!(
                reads.refused(&format!("{case}/reveal"), json!({}), 403).await["code"],
                "forbidden-scope"
            );
            assert_eq!(reads.send("GET", "/api/v1/journal", None, &[]).await.code, 403);
            let found = reads.get("/api/v1/find?q=1234").await;
            assert!(
                found["items"].as_array().unwrap().iter().all(|h| h["kind"] != "person"),
                "{found}"
            );
            let other = with("contacts:write journal:read");
            assert_eq!(other.send("GET", &case, None, &[]).await.code, 403);
            other.get("/api/v1/journal").await;
            assert_eq!(
                other
                    .send("GET", &format!("/api/v1/files/{}", t.file), None, &[])
                    .await
                    .code,
                403
            );
            // A token never does more than its owner.
            let worker = Program {
                app: app.clone(),
                token: w.token(&w.staff(Role::Worker), EVERYTHING),
            };
            assert_eq!(
                worker.send("GET", "/api/v1/journal", None, &[]).await.json()["code"],
                "forbidden-role"
            );
        });
    });
}

#[test]
fn what_the_desk_keeps_is_answered_as_the_document_says() {
    for_both(|db| {
        let w = World::new(db);
        run(async {
            let app = service(&w);
            let [desk, manager] = [Role::FrontDesk, Role::ProjectManager].map(|r| Program::of(&w, &app, r));
            let new = json!({"play": "lift", "place": "3 栋", "what": "困人", "phone": "13800001234"});
            let made = desk.post("/api/v1/emergencies", new).await;
            let it = format!("/api/v1/emergencies/{}", made["id"].as_str().unwrap());
            desk.get("/api/v1/emergencies/plays").await;
            desk.post(&format!("{it}/reveal"), json!({})).await;
            desk.post(&format!("{it}/no_answer"), json!({"call": 0})).await;
            for step in made["steps"].as_array().unwrap() {
                let tick = json!({"step": step["code"], "note": "已办"});
                desk.post(&format!("{it}/tick"), tick).await;
            }
            manager.post(&format!("{it}/end"), json!({"how": "已救出"})).await;
            manager
                .post(&format!("{it}/report"), json!({"result": "无人受伤"}))
                .await;
            let staff = w.staff(Role::Worker);
            let meeting = json!({"held_at": 1, "present": [staff], "analysis": "门机故障"});
            manager.refused(&format!("{it}/meet"), meeting, 422).await;
            let better = json!({"staff": staff, "due_at": 4_000_000_000_000_i64, "what": "换门机"});
            manager.post(&format!("{it}/improve"), better).await;
            let done = manager
                .post(&format!("{it}/improved"), json!({"no": 1, "how": "已换"}))
                .await;
            assert!(done["improvements"][0]["done_at"].is_i64());
            manager.get(&it).await;
            assert_eq!(desk.get("/api/v1/emergencies").await["items"][0]["id"], made["id"]);

            let made = desk
                .post("/api/v1/incidents", json!({"title": "停水", "say": "抢修中"}))
                .await;
            let it = format!("/api/v1/incidents/{}", made["id"].as_str().unwrap());
            desk.post(&format!("{it}/join"), json!({"phone": "13900001111", "name": "李雷"}))
                .await;
            desk.post(&format!("{it}/end"), json!({"how": "好了"})).await;
            desk.post(&format!("{it}/reveal"), json!({})).await;
            let k = desk.get(&it).await["callers"][0].clone();
            let told = json!({"told": "no_answer", "version": k["version"]});
            desk.post(&format!("{it}/callers/{}", k["id"].as_str().unwrap()), told)
                .await;
            desk.get("/api/v1/incidents").await;

            // What there is at a site, each kind by itself and in its list.
            let t = w.things(&w.site);
            for (list, one) in [
                ("answers", &t.answer),
                ("lessons", &t.lesson),
                ("proposals", &t.proposal),
                ("investigations", &t.investigation),
                ("opinions", &t.opinion),
                ("call-rounds", &t.call_round),
            ] {
                let listed = manager.get(&format!("/api/v1/{list}")).await;
                assert!(listed["items"].as_array().is_some_and(|l| !l.is_empty()), "{list}");
                manager.get(&format!("/api/v1/{list}/{one}")).await;
            }
            manager.get("/api/v1/referrals?all=1").await;
            for register in domain::register::Register::ALL {
                manager.get(&format!("/api/v1/registers/{register}?limit=2")).await;
            }
            let thank = json!({"how": "phone", "version": 1});
            desk.post(&format!("/api/v1/opinions/{}/thank", t.opinion), thank).await;
            let check = json!({"version": 1});
            manager
                .post(&format!("/api/v1/answers/{}/check", t.answer), check)
                .await;
            let no = json!({"decision": "no", "reason": "无人手", "version": 1});
            manager
                .post(&format!("/api/v1/proposals/{}/decide", t.proposal), no)
                .await;
            let entry = manager.get("/api/v1/registers/contacts").await["items"][0].clone();
            let fields = entry["fields"].as_array().unwrap();
            let was = fields.iter().find(|f| f["field"] == "col-content").unwrap()["text"].clone();
            let to = json!({"number": entry["number"], "field": "col-content", "was": was, "text": "改正", "reason": "听错"});
            let id = entry["id"].as_str().unwrap();
            manager
                .post(&format!("/api/v1/registers/contacts/{id}/corrections"), to)
                .await;
            let call = manager.get(&format!("/api/v1/call-rounds/{}", t.call_round)).await["calls"][0].clone();
            let made = json!({"result": "no_answer", "version": call["version"]});
            let at = format!("/api/v1/call-rounds/{}/calls/{}", t.call_round, t.call_line);
            manager.post(&at, made).await;
        });
    });
}

#[test]
fn calls_are_answered_as_the_document_says() {
    use domain::call::event::CallKind::{Answered, Arrived, Held, HungUp, Ringing, Transferred, Unheld};
    for_both(|db| {
        let w = World::new(db);
        run(async {
            let app = service(&w);
            let desk = Program::of(&w, &app, Role::FrontDesk);
            let (call, missed) = missed_call(&w, &w.site);
            let ctx = w.desk.system("phone", &w.site);
            let whole = [
                (Arrived, 0),
                (Ringing, 100),
                (Answered, 6_100),
                (Held, 8_000),
                (Unheld, 30_000),
                (Transferred, 31_000),
                (HungUp, 40_000),
            ];
            let ids = w.desk.write_now(&ctx, move |tx, ctx| {
                let system = app::call::system::all(tx, ctx)?[0].id.clone();
                let mut events = told(&system, "b", ctx.now, &whole);
                events.extend(told(&system, "c", ctx.now, &[(Arrived, 0), (Ringing, 0)]));
                app::call::system::told(tx, ctx, &system, &events)
            });
            let (b, c) = (
                ids.as_ref().unwrap()[0].to_string(),
                ids.as_ref().unwrap()[1].to_string(),
            );
            let one = desk.get(&format!("/api/v1/calls/{b}")).await;
            assert_eq!(
                (&one["number"], &one["transfers"][0]["target"]),
                (&json!("139 **** 2222"), &json!("139 **** 3333"))
            );
            assert_eq!((&one["ring"], &one["hold"]), (&json!("met"), &json!("breached")));
            assert_eq!(one["holds"][0]["length_ms"], json!(22_000));
            assert_eq!(one["events"].as_array().map_or(0, Vec::len), whole.len());
            // What goes on is judged as it stands now.
            assert_eq!(desk.get(&format!("/api/v1/calls/{c}")).await["ring"], "open");
            w.wait(16_000);
            assert_eq!(desk.get(&format!("/api/v1/calls/{c}")).await["ring"], "breached");
            assert_eq!(desk.get(&format!("/api/v1/calls/{call}")).await["missed"], true);
            let list = desk.get("/api/v1/calls?view=hold&ring=met").await;
            assert_eq!(list["items"][0]["id"], json!(b));
            assert_eq!(desk.get("/api/v1/calls?view=hold&hold=met").await["items"], json!([]));
            let figures = desk.get("/api/v1/calls/figures").await;
            assert_eq!(
                (&figures["all"]["calls"], &figures["to_call_back"]),
                (&json!(3), &json!(1))
            );
            desk.get("/api/v1/missed-calls").await;
            let at = format!("/api/v1/missed-calls/{missed}");
            let row = desk.get(&at).await;
            desk.post(&format!("{at}/reveal"), json!({})).await;
            let done = json!({"note": "手机回电", "version": row["version"]});
            assert_eq!(desk.post(&format!("{at}/close"), done).await["how"], "by_hand");
            desk.get("/api/v1/missed-calls?done=1").await;
        });
    });
}
