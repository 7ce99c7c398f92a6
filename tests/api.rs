//! The API from outside: a request's whole life, on both databases, by programs alone.

use std::path::Path;
use std::time::{Duration, Instant};

#[path = "api/calls.rs"]
mod calls;
#[path = "api/emergency.rs"]
mod emergency;
#[path = "api/known.rs"]
mod known;
#[path = "api/registers.rs"]
mod registers;

use blackbox::{Person, Program, World, on_both};
use serde_json::{Value, json};

#[test]
fn a_program_reads_its_owners_notices() {
    on_both(|w: &World| {
        // Every post of the ladder is held: what nobody holds goes to whoever there is, and then to `other` as well.
        let [desk, head, other] = ["front_desk", "cs_head", "quality"].map(|r| w.program(r));
        let _ladder = ["project_manager", "company_leader"].map(|r| w.program(r));
        let made = desk.post(
            "/api/v1/contacts",
            json!({
                "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
                "cases": [{
                    "kind": "request", "item": "repair.water.leak_kitchen", "place": "厨房", "content": "厨房水管漏水", "urgency": "urgent",
                    "fee": {"kind": "free", "cents": 0, "told": true},
                }],
            }),
        );
        let n = made["cases"][0]["number"].clone();
        w.wait_hours(1);
        let mine = || {
            let page = head.get("/api/v1/notices");
            let all = page["items"].as_array().cloned().unwrap_or_default();
            all.into_iter()
                .filter(|x| x["number"] == n && x["kind"] == "rung")
                .collect::<Vec<_>>()
        };
        let since = Instant::now();
        while mine().is_empty() {
            assert!(since.elapsed() < Duration::from_secs(30), "nothing is told");
            std::thread::sleep(Duration::from_millis(200));
        }
        let first = mine().remove(0);
        assert_eq!(first["read_at"], Value::Null);
        assert!(first["page"].as_str().is_some_and(|p| p.starts_with("/cases/")));
        let address = format!("/api/v1/notices/{}/read", first["id"].as_str().unwrap_or_default());
        let read = head.post(&address, json!({}));
        assert!(read["read_at"].is_i64());
        assert_eq!(
            head.post(&address, json!({}))["read_at"],
            read["read_at"],
            "a repeat changes nothing"
        );
        // What is another's is not there.
        let theirs = other.get("/api/v1/notices");
        assert!(
            theirs["items"]
                .as_array()
                .is_some_and(|l| l.iter().all(|x| x["id"] != first["id"]))
        );
    });
}

#[test]
fn a_request_from_registering_to_closing() {
    on_both(|w: &World| {
        let [desk, worker] = ["front_desk", "worker"].map(|r| w.program(r));
        let engineering = w.department("engineering");
        let made = desk.post(
            "/api/v1/contacts",
            json!({
                "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
                "cases": [{
                    "kind": "request", "item": "repair.water.leak_kitchen", "place": "厨房", "content": "厨房水管漏水，地面有积水", "urgency": "urgent",
                    "fee": {"kind": "quote", "cents": 0, "told": true}, "department": engineering, "worker": w.staff("worker"),
                }],
            }),
        );
        let n = made["cases"][0]["number"].as_str().expect("a number").to_owned();
        assert!(n.starts_with("BX-"), "{n}");
        assert_eq!(desk.case(&n)["customer"]["phone"], "138 **** 1234");

        worker.step(&n, "accept", json!({}));
        w.wait_hours(1);
        worker.step(&n, "arrive", json!({}));
        let lines = json!([{"what": "人工", "kind": "labour", "quantity_milli": 1000, "unit_cents": 4000}]);
        worker.step(&n, "quote", json!({"lines": lines}));
        let quote = worker.case(&n)["quotes"][0]["id"].clone();
        worker.step(
            &n,
            "consent_quote",
            json!({"quote": quote, "how": "spoken", "note": "现场同意"}),
        );
        w.wait_hours(1);
        worker.step(
            &n,
            "complete",
            json!({"done": "更换软管，试水不漏", "lines": lines, "no_photo_reason": "住户不同意拍照"}),
        );
        assert!(
            desk.refused(&format!("/api/v1/cases/{n}/close"), json!({}))
                .starts_with("refuse-")
        );

        let hash = desk.case(&n)["content_hash"].clone();
        let how = json!({"by": "declined", "reason": "赶时间", "witness": w.staff("guard")});
        worker.step(&n, "confirm", json!({"content_hash": hash, "how": how}));
        desk.step(
            &n,
            "record_payment",
            json!({"method": "cash", "amount_cents": 4000, "receipt": "R1"}),
        );
        w.wait_hours(2);
        desk.step(
            &n,
            "callback",
            json!({"result": "reached", "solved": true, "satisfaction": "very_satisfied"}),
        );
        if desk.case(&n)["status"] != "closed" {
            desk.step(&n, "close", json!({}));
        }
        let end = desk.case(&n);
        assert_eq!(end["status"], "closed");
        assert_eq!(end["owed_cents"], 0);
        // The page of the same case says the same.
        let page = w.sign_in("front_desk").get(&format!("/cases/{n}"));
        assert!(
            page.status == 200 && page.text().contains("厨房水管漏水"),
            "{}",
            page.text()
        );
    });
}

#[test]
fn the_document_is_there_for_everybody_and_nothing_else_is() {
    let w = World::start();
    let nobody = blackbox::Program::new(&w.base, "ssk_wrong");
    let doc = nobody.get("/api/openapi.json");
    assert_eq!(doc["openapi"], "3.1.0");
    let paths = doc["paths"].as_object().expect("paths");
    for path in paths.keys().filter(|p| *p != "/api/openapi.json") {
        let path = path.replace(['{', '}'], "");
        assert!(matches!(nobody.try_get(&path).status, 401 | 404 | 405), "{path}");
    }
    let page = Person::new(&w.base).get("/cases");
    assert!(page.location.starts_with("/sign-in"));
    let reads = w.program_with("front_desk", &["cases:read".to_owned()]);
    assert_eq!(
        reads.refused("/api/v1/contacts", json!({"channel": "phone"})),
        "forbidden-scope"
    );
}

/// Asks for an import until it rests.
fn rested(p: &Program, id: &str) -> Value {
    let since = Instant::now();
    loop {
        let import = p.get(&format!("/api/v1/imports/{id}"));
        if !matches!(import["state"].as_str(), Some("reading" | "writing")) {
            return import;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{import:#}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_estate_is_imported_by_a_program() {
    on_both(|w: &World| {
        let head = w.program("cs_head");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (status, kind, empty) = head.file("/api/v1/imports/template/zh");
        assert!(status == 200 && kind.contains("spreadsheet") && empty.len() > 2000);
        // Faulty rows: a look, what is refused and why, and all or nothing is nothing.
        let faults = std::fs::read(here.join("e2e/data/import-faults.xlsx")).expect("the file");
        let key = [("idempotency-key", "estate-1")];
        let sent = head.send_file("/api/v1/imports", "estate.xlsx", &faults, &key);
        assert_eq!(sent.status, 201, "{:#}", sent.body);
        let id = text(&sent.body["id"]);
        let again = head.send_file("/api/v1/imports", "estate.xlsx", &faults, &key);
        assert_eq!(again.body["id"], sent.body["id"], "sent twice is one import");
        let seen = rested(&head, &id);
        assert_eq!(seen["state"], "ready", "{seen:#}");
        let refused = seen["counts"]["refused_rows"].as_u64().unwrap_or(0);
        assert!(
            refused > 0 && seen["counts"]["units"]["created"].as_u64() > Some(0),
            "{seen:#}"
        );
        let rows = head.get(&format!("/api/v1/imports/{id}/rows?list=refused&limit=1"));
        let row = &rows["items"][0];
        assert!(
            row["sheet"].is_string() && row["row"].as_u64() > Some(1) && row["message"].is_string(),
            "{row:#}"
        );
        let mut told = vec![row.clone()];
        let mut after = rows["next"].clone();
        while let Some(next) = after.as_str() {
            let page = head.get(&format!("/api/v1/imports/{id}/rows?list=refused&limit=1&after={next}"));
            told.extend(page["items"].as_array().cloned().unwrap_or_default());
            after = page["next"].clone();
        }
        let mut lines: Vec<_> = told
            .iter()
            .map(|r| (r["sheet"].to_string(), r["row"].to_string()))
            .collect();
        lines.dedup();
        assert!(
            lines.len() as u64 >= refused.min(2),
            "every refused row is told once: {lines:?}"
        );
        let whole = json!({"mode": "all_or_nothing"});
        assert_eq!(
            head.refused(&format!("/api/v1/imports/{id}/run"), whole),
            "mode=import-rows-refused"
        );
        let (status, kind, marked) = head.file(&format!("/api/v1/imports/{id}/refused.xlsx"));
        assert!(status == 200 && kind.contains("spreadsheet") && marked.starts_with(b"PK"));
        // The good rows, once, however often it is asked for.
        let good = json!({"mode": "good_rows"});
        for _ in 0..2 {
            let run = head.try_post(
                &format!("/api/v1/imports/{id}/run"),
                &good,
                &[("idempotency-key", "run-1")],
            );
            assert_eq!(run.status, 200, "{:#}", run.body);
        }
        let done = rested(&head, &id);
        assert_eq!(done["state"], "done", "{done:#}");
        let made = done["counts"]["units"]["created"].as_u64().unwrap_or(0);
        assert_eq!(
            head.get("/api/v1/units?limit=200")["items"]
                .as_array()
                .map_or(0, Vec::len) as u64,
            made
        );
        assert_eq!(
            head.refused(&format!("/api/v1/imports/{id}/run"), good),
            "mode=import-not-ready"
        );
        // A workbook of the former system, as it is; then the same again changes nothing.
        let hc = std::fs::read(here.join("../crates/office/tests/data/hc-community.xlsx")).expect("the file");
        for created in [8, 0] {
            let sent = head.send_file("/api/v1/imports", "hc.xlsx", &hc, &[]);
            let id = text(&sent.body["id"]);
            let seen = rested(&head, &id);
            assert_eq!(seen["counts"]["units"]["created"], created, "{seen:#}");
            if created > 0 {
                head.post(&format!("/api/v1/imports/{id}/run"), json!({"mode": "all_or_nothing"}));
                assert_eq!(rested(&head, &id)["state"], "done");
            }
        }
        // What is no workbook is said to be none; who may not import does not.
        let picture = head.send_file("/api/v1/imports", "a.png", b"\x89PNG\r\n\x1a\n....", &[]);
        let failed = rested(&head, &text(&picture.body["id"]));
        assert_eq!(
            (&failed["state"], &failed["problem"]["code"]),
            (&json!("failed"), &json!("not_excel"))
        );
        head.post(&format!("/api/v1/imports/{}/stop", text(&failed["id"])), json!({}));
        let desk = w.program("front_desk");
        assert_eq!(desk.try_get("/api/v1/imports").body["code"], "forbidden-role");
        assert!(head.get("/api/v1/imports")["items"].as_array().map_or(0, Vec::len) >= 4);
    });
}

#[test]
fn the_archive_is_kept_by_a_program() {
    on_both(|w: &World| {
        let head = w.program("cs_head");
        let unit = head.post(
            "/api/v1/units",
            json!({"building": "7", "entrance": "1", "room": "702", "floor": 7}),
        );
        assert_eq!(unit["done"], "created");
        let same = head.post(
            "/api/v1/units",
            json!({"building": "7栋", "entrance": "1", "room": "702"}),
        );
        assert_eq!(
            (&same["id"], &same["done"]),
            (&unit["id"], &json!("unchanged")),
            "in any writing"
        );
        let id = text(&unit["id"]);
        let address = format!("/api/v1/units/{id}");
        // A correction names the version that was seen, and keeps the old value.
        let seen = head.get(&address)["version"].clone();
        let to = json!({"layout": "三室两厅", "area_cm2": 1_286_000, "reason": "看房核对", "version": seen});
        let now = head.post(&format!("{address}/correct"), to.clone());
        assert_eq!(now["unit"]["layout"], "三室两厅");
        let late = head.try_post(&format!("{address}/correct"), &to, &[]);
        assert_eq!(late.status, 409, "somebody was faster: {:#}", late.body);
        let changes = head.get(&format!("{address}/changes"));
        assert!(changes["items"].to_string().contains("看房核对"), "{changes:#}");
        // One person registered twice.
        let phones = json!([{"number": "13800001234"}]);
        let new = json!({"name": "周晓敏", "phones": phones});
        let key = [("idempotency-key", "person-1")];
        let kept = head.try_post("/api/v1/people", &new, &key);
        assert_eq!(kept.status, 201, "{:#}", kept.body);
        let kept = text(&head.try_post("/api/v1/people", &new, &key).body["person"]["id"]);
        let double = head.post(
            "/api/v1/people",
            json!({"name": "周晓敏", "phones": [{"number": "13900005678"}], "care_note": "听力不好"}),
        );
        let double = text(&double["person"]["id"]);
        assert_ne!(kept, double);
        assert_eq!(
            head.get("/api/v1/people?q=zxm")["items"].as_array().map_or(0, Vec::len),
            2
        );
        let candidates = head.get(&format!("/api/v1/people/{kept}/doubles"));
        assert_eq!(candidates["items"][0]["id"], double.as_str());
        let both = head.post(&format!("/api/v1/people/{kept}/merge"), json!({"double": double}));
        assert_eq!(both["person"]["phones"].as_array().map_or(0, Vec::len), 2, "{both:#}");
        assert_eq!(both["person"]["care_note"], "听力不好");
        let merge = text(&both["merges"][0]["id"]);
        assert_eq!(
            head.refused(&format!("/api/v1/people/{kept}/merge"), json!({"double": double})),
            "person=directory-merge-already"
        );
        let undo = format!("/api/v1/people/{kept}/merges/{merge}/undo");
        let other = text(&head.post("/api/v1/people", json!({"name": "王强"}))["person"]["id"]);
        let wrong = format!("/api/v1/people/{other}/merges/{merge}/undo");
        assert_eq!(
            head.try_post(&wrong, &json!({}), &[]).status,
            404,
            "a merger of somebody else"
        );
        let apart = head.post(&undo, json!({}));
        assert_eq!(apart["person"]["phones"].as_array().map_or(0, Vec::len), 1);
        assert_eq!(apart["person"]["care_note"], "");
        assert_eq!(head.try_post(&undo, &json!({}), &[]).status, 404, "taken apart already");
        // The garage.
        let car = json!({"plate": "浙A12345", "unit": id, "person": kept, "brand": "比亚迪"});
        let made = head.post("/api/v1/vehicles", car.clone());
        assert_eq!(head.post("/api/v1/vehicles", car)["done"], "unchanged");
        let place = json!({"lot": "地下一层", "code": "B1-023", "unit": id, "plate": "浙A12345", "tenure": "rented"});
        assert_eq!(head.post("/api/v1/parking", place)["done"], "created");
        let home = head.get(&address);
        assert_eq!(home["vehicles"][0]["plate"], "浙A12345");
        assert_eq!(home["parking"][0]["code"], "B1-023");
        assert_eq!(
            head.refused("/api/v1/vehicles", json!({"plate": "沪"})),
            "plate=directory-plate-form"
        );
        let end = format!("/api/v1/vehicles/{}/end", text(&made["id"]));
        assert_eq!(head.refused(&end, json!({})), "version=required");
        let gone = head.try_post(
            &end,
            &json!({}),
            &[("if-match", "\"1\""), ("idempotency-key", "car-gone")],
        );
        assert_eq!((gone.status, &gone.body["unit"]), (200, &json!(id)));
        let gone = head.try_post(
            &end,
            &json!({}),
            &[("if-match", "\"1\""), ("idempotency-key", "car-gone")],
        );
        assert_eq!(gone.status, 200, "a repeat gets the first answer: {:#}", gone.body);
        assert_eq!(head.get(&address)["vehicles"], json!([]));
    });
}

fn leak(w: &World, desk: &Program, more: Value) -> String {
    let mut case = json!({
        "kind": "request", "item": "repair.water.leak_kitchen", "place": "厨房", "content": "厨房水管漏水",
        "department": w.department("engineering"), "worker": w.staff("worker"),
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        case[name.as_str()] = value.clone();
    }
    let made = desk.post(
        "/api/v1/contacts",
        json!({"channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201", "cases": [case]}),
    );
    text(&made["cases"][0]["number"])
}

#[test]
fn links_messages_lists_and_papers_by_a_program() {
    on_both(|w: &World| {
        let (desk, head) = (w.program("front_desk"), w.program("cs_head"));
        let n = leak(w, &desk, json!({}));
        let links = format!("/api/v1/cases/{n}/links");
        assert_eq!(desk.get(&links)["items"], json!([]));
        let key = [("idempotency-key", "link-1")];
        let made = desk.try_post(&links, &json!({"purpose": "track"}), &key);
        assert_eq!(made.status, 201, "{:#}", made.body);
        let url = text(&made.body["url"]);
        let path = &url[url.find("/r/").expect("a customer's address")..];
        assert_eq!(Person::new(&w.base).get(path).status, 200);
        let again = desk.try_post(&links, &json!({"purpose": "track"}), &key);
        assert_eq!(again.body["id"], made.body["id"]);
        assert!(again.body["url"].is_null(), "the secret is given once and kept nowhere");
        assert_eq!(desk.refused(&links, json!({"purpose": "vendor"})), "refuse-link-vendor");
        assert_eq!(
            desk.refused(&links, json!({"purpose": "confirm"})),
            "refuse-link-nothing-to-sign"
        );
        assert_eq!(
            desk.refused(&links, json!({"purpose": "all"})),
            "purpose=api-unknown-code"
        );
        let list = desk.get(&links);
        assert_eq!(list["items"].as_array().map_or(0, Vec::len), 1);
        assert!(!list.to_string().contains(path.trim_start_matches("/r/")));
        assert_eq!(list["items"][0]["state"], "open");
        let withdraw = format!("{links}/{}/withdraw", text(&made.body["id"]));
        for _ in 0..2 {
            desk.post(&withdraw, json!({}));
        }
        assert_eq!(desk.get(&links)["items"][0]["state"], "withdrawn");
        assert_eq!(Person::new(&w.base).get(path).status, 410);
        // Nothing is set up, so nothing was written; the outbox says so by being empty.
        assert_eq!(desk.get("/api/v1/messages")["items"], json!([]));
        assert_eq!(desk.get(&format!("/api/v1/cases/{n}/messages"))["items"], json!([]));
        assert_eq!(desk.refused("/api/v1/messages/none/again", json!({})), "404");

        // The order on paper, and the list taken away: with its watermark, on the journal, not by everybody.
        let order = text(&desk.case(&n)["orders"][0]["number"]);
        let (status, kind, page) = desk.file(&format!("/api/v1/orders/{order}/print"));
        let page = String::from_utf8_lossy(&page).into_owned();
        assert!(status == 200 && kind.contains("html") && page.contains("QP-08-07-F001") && page.contains(&order));
        let (status, kind, bytes) = head.file("/api/v1/export/cases?view=all&kind=request");
        assert!(
            status == 200 && kind.contains("spreadsheet") && bytes.starts_with(b"PK"),
            "{status} {kind}"
        );
        let taken = head.get("/api/v1/journal?limit=200");
        let taken = taken["items"].as_array().cloned().unwrap_or_default();
        let taken = taken
            .iter()
            .rev()
            .find(|e| e["kind"] == "exported")
            .expect("on the journal");
        assert_eq!(
            (&taken["body"]["list"], &taken["body"]["rows"]),
            (&json!("cases"), &json!(1))
        );
        assert_eq!(desk.try_get("/api/v1/export/cases").body["code"], "forbidden-role");
        assert_eq!(head.try_get("/api/v1/export/people").status, 404);
        assert_eq!(head.try_get("/api/v1/export/cases?colour=red").status, 422);

        // Views are one's own.
        let saved = desk.post(
            "/api/v1/views/cases",
            json!({"name": "急修", "query": "?view=open&urgency=urgent"}),
        );
        let id = text(&saved["items"][0]["id"]);
        assert_eq!(saved["items"][0]["query"], "?view=open&urgency=urgent");
        assert_eq!(head.get("/api/v1/views/cases")["items"], json!([]));
        assert!(
            w.sign_in("front_desk").get("/cases").text().contains("急修"),
            "the page has it too"
        );
        let left = desk.post(&format!("/api/v1/views/cases/{id}/remove"), json!({}));
        assert_eq!(left["items"], json!([]));
        let reads = w.program_with("front_desk", &["cases:read".to_owned()]);
        assert_eq!(
            reads.refused("/api/v1/views/cases", json!({"name": "x", "query": "?view=all"})),
            "forbidden-scope"
        );
    });
}

#[test]
fn a_contact_is_put_right_and_leads_to_one_more_case() {
    on_both(|w: &World| {
        let desk = w.program("front_desk");
        // What the desk would be told before it registers.
        let said = json!({"kind": "request", "item": "repair.water.leak_kitchen", "content": "爆管了，水一直在喷"});
        let told = desk.post("/api/v1/suggestions", said);
        assert_ne!(told["urgency"], "normal", "{told:#}");
        assert_eq!(told["department"], w.department("engineering").as_str());
        assert!(told["limits"].as_array().is_some_and(|l| !l.is_empty()), "{told:#}");
        let made = desk.post(
            "/api/v1/contacts",
            json!({
                "channel": "visit", "kind": "inquiry", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
                "summary": "问物业费怎么交", "answer": "前台和线上都可以交",
            }),
        );
        let id = text(&made["id"]);
        let address = format!("/api/v1/contacts/{id}");
        assert_eq!(desk.get(&format!("{address}/cases"))["items"], json!([]));
        let seen = desk.get(&address);
        let to = json!({"channel": "phone", "reason": "登记时选错", "version": seen["version"]});
        let now = desk.post(&format!("{address}/correct"), to);
        assert_eq!(
            (&now["channel"], &now["summary"]),
            (&json!("phone"), &seen["summary"]),
            "what is left out stays"
        );
        assert_eq!(
            desk.refused(
                &format!("{address}/correct"),
                json!({"channel": "visit", "version": now["version"]})
            ),
            "reason=required"
        );
        let case = json!({"kind": "complaint", "item": "complaint.service.no_reply", "content": "线上缴费一直没人回"});
        let item = desk.get("/api/v1/taxonomy")["items"].to_string();
        let case = if item.contains("complaint.service.no_reply") {
            case
        } else {
            json!({"kind": "suggestion", "content": "线上缴费页面太难找"})
        };
        let key = [("idempotency-key", "more-1")];
        let more = desk.try_post(&format!("{address}/cases"), &case, &key);
        assert_eq!(more.status, 201, "{:#}", more.body);
        let again = desk.try_post(&format!("{address}/cases"), &case, &key);
        assert_eq!(again.body["cases"], more.body["cases"], "once");
        let list = desk.get(&format!("{address}/cases"));
        assert_eq!(list["items"].as_array().map_or(0, Vec::len), 1);
        assert_eq!(list["items"][0]["number"], more.body["cases"][0]["number"]);
        assert_eq!(desk.get(&format!("{address}/files"))["items"], json!([]));
    });
}

#[test]
fn what_is_entered_later_keeps_both_times() {
    on_both(|w: &World| {
        let desk = w.program("front_desk");
        let now = desk.get("/api/v1/me")["now"].as_i64().expect("an instant");
        let contact = |minutes: i64| {
            let at = now - minutes * 60_000;
            let made = desk.post(
                "/api/v1/contacts",
                json!({
                    "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201", "happened_at": at,
                    "cases": [{
                        "kind": "request", "item": "repair.water.leak_kitchen", "place": "厨房", "content": "水管漏水",
                        "department": w.department("engineering"), "worker": w.staff("worker"),
                    }],
                }),
            );
            (at, text(&made["id"]), text(&made["cases"][0]["number"]))
        };
        for (minutes, late) in [(10, false), (40, true)] {
            let (at, contact, case) = contact(minutes);
            let k = desk.get(&format!("/api/v1/contacts/{contact}"));
            assert_eq!(
                (k["happened_at"].as_i64(), k["entered_late"].as_bool()),
                (Some(at), Some(late))
            );
            assert!(k["recorded_at"].as_i64() >= Some(now), "{k:#}");
            let c = desk.case(&case);
            assert_eq!(
                (c["happened_at"].as_i64(), c["entered_late"].as_bool()),
                (Some(at), Some(late))
            );
            let line = desk.get(&format!("/api/v1/cases/{case}/timeline?limit=200"));
            let entries = line["items"].as_array().cloned().unwrap_or_default();
            let first = entries.iter().find(|e| e["kind"] == "registered").expect("registered");
            assert_eq!(first["entered_late"].as_bool(), Some(late));
            // The order went out when the paper says, and what follows cannot have happened before.
            assert_eq!(c["orders"][0]["issued_at"].as_i64(), Some(at));
            let before = json!({"happened_at": at - 60_000});
            let worker = w.program("worker");
            assert_eq!(
                worker.refused(&format!("/api/v1/cases/{case}/accept"), before),
                "refuse-time-order"
            );
            let future = json!({"happened_at": now + 86_400_000});
            assert_eq!(
                worker.refused(&format!("/api/v1/cases/{case}/accept"), future),
                "refuse-time-in-future"
            );
            worker.step(&case, "accept", json!({"happened_at": at + 60_000}));
            worker.step(&case, "arrive", json!({"happened_at": at + 120_000}));
            let c = desk.case(&case);
            assert_eq!(c["orders"][0]["arrived_at"].as_i64(), Some(at + 120_000));
        }
    });
}

#[test]
fn a_changed_scope_takes_the_order_back_and_asks_for_the_fee_again() {
    on_both(|w: &World| {
        let desk = w.program("front_desk");
        let n = leak(
            w,
            &desk,
            json!({"fee": {"kind": "paid", "cents": 4000, "told": true, "accepted": true}}),
        );
        let worker = w.program("worker");
        worker.step(&n, "accept", json!({}));
        let first = text(&desk.case(&n)["orders"][0]["number"]);
        // Not by handing the same order across.
        let vendor = w.department("lift_vendor");
        assert_eq!(
            desk.refused(
                &format!("/api/v1/cases/{n}/reassign"),
                json!({"department": vendor, "reason": "外包的活"})
            ),
            "refuse-scope-is-own"
        );
        let to = json!({"scope": "vendor", "reason": "属于外包保养范围"});
        assert_eq!(
            worker.refused(&format!("/api/v1/cases/{n}/change_scope"), to.clone()),
            "refuse-role"
        );
        desk.step(&n, "change_scope", to);
        let slip = w.sign_in("worker").get(&format!("/tasks/{first}")).text();
        assert!(slip.contains("已撤回，不用再处理"), "{slip}");
        let case = desk.case(&n);
        assert_eq!(
            (&case["status"], &case["scope"]),
            (&json!("registered"), &json!("vendor"))
        );
        assert_eq!(case["orders"][0]["status"], "taken_back");
        assert_eq!(case["orders"][0]["end_reason"], "属于外包保养范围");
        assert_eq!(
            (&case["fee"]["told"], &case["fee"]["accepted"]),
            (&json!(false), &Value::Null)
        );
        assert_eq!(
            desk.refused(&format!("/api/v1/cases/{n}/dispatch"), json!({"department": vendor})),
            "refuse-fee-not-accepted"
        );
        let fee = json!({"kind": "paid", "cents": 9000, "told": true, "accepted": true});
        desk.step(&n, "change_fee", json!({"fee": fee, "reason": "外包报价，已告知"}));
        desk.step(&n, "dispatch", json!({"department": vendor}));
        let case = desk.case(&n);
        assert_eq!(case["orders"][1]["to_vendor"], true);
        // The worker has it no more, and the timeline tells all of it.
        let page = w.sign_in("front_desk").get(&format!("/cases/{n}"));
        for words in ["撤回派单", "改服务归属", "属于外包保养范围", "B 外包服务"] {
            assert!(page.text().contains(words), "{words}: {}", page.text());
        }
        assert_eq!(
            w.sign_in("worker").get(&format!("/tasks/{first}")).status,
            404,
            "it is the vendor's now"
        );
    });
}

/// Whether an answer is the refusal of a rule, with its clause and everything that is missing.
fn refusal(got: &blackbox::Reply, rule: &str, clause: &str, missing: &[&str]) {
    let said = got.body["missing"].as_array().into_iter().flatten();
    let said: Vec<&str> = said.filter_map(|m| m["code"].as_str()).collect();
    assert_eq!(got.status, 422, "{:#}", got.body);
    assert_eq!(
        (&got.body["code"], &got.body["clause"], said),
        (&json!(rule), &json!(clause), missing.to_vec()),
        "{:#}",
        got.body
    );
}
