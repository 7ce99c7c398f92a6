//! The API from outside: a request's whole life, on both databases, by programs alone.

use blackbox::{Person, World, on_both};
use serde_json::json;

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
