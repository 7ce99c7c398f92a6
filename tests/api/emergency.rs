//! Emergencies and mass incidents by programs alone.

use blackbox::{World, on_both};
use serde_json::{Value, json};

use super::{refusal, text};

#[test]
fn an_emergency_is_opened_worked_off_and_closed_by_programs() {
    on_both(|w: &World| {
        let [desk, head, manager, guard] =
            ["front_desk", "security_head", "project_manager", "guard"].map(|r| w.program(r));
        let plays = desk.get("/api/v1/emergencies/plays");
        let play = plays["items"]
            .as_array()
            .and_then(|l| l.iter().find(|p| p["major"] == true));
        let play = play.expect("one that is major").clone();
        // Field errors, all at once, and nothing opened.
        let wrong = desk.try_post("/api/v1/emergencies", &json!({"play": "none", "place": ""}), &[]);
        assert_eq!(wrong.status, 422);
        let fields: Vec<String> = wrong.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|e| text(&e["field"]))
            .collect();
        assert_eq!(fields, ["play", "place"]);
        assert_eq!(desk.get("/api/v1/emergencies")["items"], json!([]));
        let new = json!({"play": play["code"], "place": "3-1-1201", "what": "冒烟", "caller": "周敏", "phone": "13800001234"});
        let key = [("idempotency-key", "help-1")];
        let made = desk.try_post("/api/v1/emergencies", &new, &key);
        assert_eq!(made.status, 201, "{:#}", made.body);
        let again = desk.try_post("/api/v1/emergencies", &new, &key);
        assert_eq!(again.body["id"], made.body["id"], "sent twice is one emergency");
        let it = format!("/api/v1/emergencies/{}", text(&made.body["id"]));
        let act = |act: &str| format!("{it}/{act}");
        assert_eq!(made.body["phone"], "138 **** 1234", "masked until it is revealed");
        assert!(text(&made.body["number"]).starts_with("QZ-"));
        assert_eq!(
            desk.get(&format!("/api/v1/cases/{}", text(&made.body["number"])))["kind"],
            "help"
        );
        assert_eq!(desk.post(&act("reveal"), json!({}))["phone"], "13800001234");
        assert_eq!(
            guard.try_post(&act("reveal"), &json!({}), &[]).body["code"],
            "forbidden-role"
        );
        // The call tree: who is called says so, and nobody else does in their place.
        let calls = made.body["calls"].as_array().cloned().unwrap_or_default();
        let staff = calls[0]["line"][0].clone();
        assert_eq!(
            desk.refused(&act("confirm"), json!({"call": 0, "staff": w.staff("finance")})),
            "refuse-not-in-line"
        );
        let seen = head.post(&act("confirm"), json!({"call": 0, "staff": staff}));
        assert_eq!(seen["calls"][0]["confirmed_by"], staff);
        // Not over before what must be done is done; what is left out needs a reason.
        let early = head.try_post(&act("end"), &json!({"how": "明火已灭"}), &[]);
        refusal(&early, "refuse-emergency-steps", "REC-17", &["missing-steps"]);
        let steps = seen["steps"].as_array().cloned().unwrap_or_default();
        let must: Vec<Value> = steps
            .iter()
            .filter(|s| s["must"] == true)
            .map(|s| s["code"].clone())
            .collect();
        let bare = guard.try_post(&act("tick"), &json!({"step": must[0], "skip": true}), &[]);
        refusal(&bare, "refuse-incomplete", "REC-20", &["missing-reason"]);
        for step in &must {
            guard.post(&act("tick"), json!({"step": step, "note": "已办"}));
        }
        // A version that somebody names is held against, and the answer says what is there.
        let now = desk.get(&it);
        let late = desk.try_post(&act("log"), &json!({"text": "消防到场"}), &[("if-match", "\"1\"")]);
        assert_eq!(
            (late.status, &late.body["current"]),
            (409, &now["version"]),
            "{:#}",
            late.body
        );
        desk.post(&act("log"), json!({"text": "消防到场", "version": now["version"]}));
        assert_eq!(
            guard.try_post(&act("end"), &json!({"how": "x"}), &[]).body["code"],
            "refuse-role"
        );
        assert_eq!(head.post(&act("end"), json!({"how": "明火已灭"}))["state"], "after");
        // What follows: the report, the meeting, the improvement; then it is closed.
        let open = manager.try_post(&act("close"), &json!({}), &[]);
        let lacking = [
            "missing-emergency-report",
            "missing-emergency-meeting",
            "missing-emergency-improvement",
        ];
        refusal(&open, "refuse-emergency-not-closable", "DIR-14", &lacking);
        let said: Vec<String> = manager.get(&it)["missing"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|m| text(&m["code"]))
            .collect();
        assert_eq!(said, lacking, "the record says beforehand what is lacking");
        manager.post(&act("report"), json!({"result": "一户厨房过火"}));
        let at = w.shift(0);
        let meeting = json!({"held_at": at, "present": [w.staff("guard")], "analysis": ""});
        refusal(
            &manager.try_post(&act("meet"), &meeting, &[]),
            "refuse-incomplete",
            "DIR-14",
            &["missing-analysis"],
        );
        let nobody = json!({"held_at": at, "present": ["nobody"], "analysis": "油锅起火"});
        assert_eq!(manager.refused(&act("meet"), nobody), "present=invalid-choose");
        manager.post(
            &act("meet"),
            json!({"held_at": at, "present": [w.staff("guard")], "analysis": "油锅起火"}),
        );
        let better = json!({"staff": w.staff("security_head"), "due_at": at + 86_400_000, "what": "厨房灭火毯"});
        manager.post(&act("improve"), better);
        let closed = manager.post(&act("close"), json!({}));
        assert_eq!((&closed["state"], &closed["missing"]), (&json!("closed"), &json!([])));
        assert_eq!(desk.refused(&act("no_such_step"), json!({})), "404");
        // A drill is none of them, and who only reads changes nothing.
        let drill = desk.post(
            "/api/v1/emergencies",
            json!({"play": "lift", "place": "3 栋", "drill": true}),
        );
        assert!(drill["case"].is_null() && text(&drill["number"]).starts_with("YL-"));
        let count = |q: &str| {
            desk.get(&format!("/api/v1/emergencies{q}"))["items"]
                .as_array()
                .map_or(0, Vec::len)
        };
        assert_eq!((count(""), count("?drills=1")), (1, 1));
        assert_eq!(desk.try_get("/api/v1/emergencies?drills=x").status, 422);
        let reads = w.program_with("front_desk", &["cases:read".to_owned()]);
        assert_eq!(reads.get(&it)["state"], "closed");
        assert_eq!(reads.refused(&act("log"), json!({"text": "x"})), "forbidden-scope");
    });
}

#[test]
fn a_mass_incident_is_joined_and_told_by_a_program() {
    on_both(|w: &World| {
        let desk = w.program("front_desk");
        let empty = desk.try_post("/api/v1/incidents", &json!({"title": " ", "say": ""}), &[]);
        assert_eq!(
            (empty.status, empty.body["errors"].as_array().map_or(0, Vec::len)),
            (422, 2)
        );
        let made = desk.post("/api/v1/incidents", json!({"title": "停电", "say": "正在抢修"}));
        let it = format!("/api/v1/incidents/{}", text(&made["id"]));
        let (change, join, end) = (format!("{it}/change"), format!("{it}/join"), format!("{it}/end"));
        // What callers are told has a version.
        assert_eq!(
            desk.refused(&change, json!({"say": "预计 18:00 恢复"})),
            "version=required"
        );
        let now = desk.post(&change, json!({"say": "预计 18:00 恢复", "version": made["version"]}));
        assert_eq!(
            (&now["say"], &now["before"][0]["say"]),
            (&json!("预计 18:00 恢复"), &json!("正在抢修"))
        );
        let late = desk.try_post(&change, &json!({"say": "不知道"}), &[("if-match", "\"1\"")]);
        assert_eq!((late.status, &late.body["current"]), (409, &now["version"]));
        // Who cannot be called cannot be told.
        assert_eq!(desk.refused(&join, json!({"name": "周敏"})), "phone=required");
        let key = [("idempotency-key", "call-1")];
        let caller = json!({"name": "周敏", "phone": "13800001234", "address": "3-1-1201"});
        let joined = desk.try_post(&join, &caller, &key);
        assert_eq!(joined.status, 201, "{:#}", joined.body);
        assert_eq!(
            desk.try_post(&join, &caller, &key).body,
            joined.body,
            "sent twice is one call"
        );
        let seen = desk.get(&it);
        let first = seen["callers"][0].clone();
        assert_eq!(
            (&seen["waiting"], &first["phone"]),
            (&json!(1), &json!("138 **** 1234"))
        );
        assert_eq!(first["case_number"], joined.body["cases"][0]["number"]);
        let told = format!("{it}/callers/{}", text(&first["id"]));
        let over = json!({"told": "over", "version": first["version"]});
        assert_eq!(desk.refused(&told, over.clone()), "refuse-incident-open");
        assert_eq!(desk.refused(&format!("{it}/reveal"), json!({})), "refuse-incident-open");
        let wordless = desk.try_post(&end, &json!({"how": " "}), &[]);
        assert_eq!(
            (&wordless.body["code"], &wordless.body["missing"][0]["code"]),
            (&json!("refuse-incomplete"), &json!("missing-how"))
        );
        assert_eq!(desk.post(&end, json!({"how": "已恢复供电"}))["state"], "ended");
        assert_eq!(desk.refused(&join, caller), "refuse-incident-over");
        let whole = desk.post(&format!("{it}/reveal"), json!({}));
        assert_eq!(whole["callers"][0]["phone"], "13800001234");
        // Two desks call the same person back: the second hears that the first was there.
        desk.post(&told, json!({"told": "no_answer", "version": first["version"]}));
        assert_eq!(desk.try_post(&told, &over, &[]).status, 409);
        let next = desk.get(&it)["callers"][0]["version"].clone();
        let mute = desk.try_post(&told, &json!({"told": "not_over", "version": next}), &[]);
        assert_eq!(
            (&mute.body["code"], &mute.body["missing"][0]["code"]),
            (&json!("refuse-incomplete"), &json!("missing-note"))
        );
        let done = desk.post(&told, json!({"told": "over", "version": next}));
        assert_eq!((&done["state"], &done["waiting"]), (&json!("closed"), &json!(0)));
        let case = desk.get(&format!("/api/v1/cases/{}", text(&first["case_number"])));
        assert_eq!(case["answer"], "已恢复供电");
        let revealed = w.program("quality").get("/api/v1/journal?limit=200");
        assert!(
            revealed.to_string().contains("\"phone_revealed\""),
            "the look is on the journal"
        );
        assert_eq!(w.program("worker").refused(&end, json!({"how": "x"})), "forbidden-role");
    });
}
