//! The registers, the month's opinions and the month's calls by programs alone.

use blackbox::{Program, World, on_both};
use serde_json::{Value, json};

use super::{refusal, text};

const DAY: i64 = 86_400_000;

/// The month of an instant at the site: `2026-11`.
fn month(at: i64) -> String {
    // Days since 0000-03-01, in eras of 400 years; after Howard Hinnant's algorithm.
    let z = (at + 8 * 3_600_000).div_euclid(DAY) + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let mp = (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    format!("{}-{m:02}", yoe + era * 400 + i64::from(m <= 2))
}

/// Waits until the month is over, and gives its name.
fn month_passes(w: &World) -> String {
    let now = w.shift(0);
    let name = month(now);
    let days = (1..).find(|n| month(now + n * DAY) != name).unwrap_or(31);
    w.shift(days * DAY);
    name
}

fn registered(desk: &Program, kind: &str, content: &str, more: &Value) -> Value {
    let mut case = json!({"kind": kind, "content": content});
    for (name, value) in more.as_object().into_iter().flatten() {
        case[name.as_str()] = value.clone();
    }
    desk.post(
        "/api/v1/contacts",
        json!({"channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201", "cases": [case]}),
    )
}

#[test]
fn a_register_is_read_and_corrected_by_a_program() {
    on_both(|w: &World| {
        let desk = w.program("front_desk");
        let made = registered(&desk, "inquiry", "三楼楼道的灯不亮", &json!({}));
        let (id, number) = (text(&made["id"]), text(&made["number"]));
        let range = |q: &str| desk.get(&format!("/api/v1/registers/contacts?q={q}"));
        let entry = range(&number)["items"][0].clone();
        let field = |e: &Value, name: &str| {
            let all = e["fields"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|f| f["field"] == name).unwrap_or(Value::Null)
        };
        assert_eq!((&entry["id"], &entry["number"]), (&json!(id), &json!(number)));
        assert_eq!(field(&entry, "col-phone")["text"], "138 **** 1234");
        let content = field(&entry, "col-content");
        let was = content["text"].clone();
        assert!(
            text(&was).contains("三楼") && content["correctable"] == true,
            "{entry:#}"
        );
        // A correction says why, and is of what was read.
        let at = format!("/api/v1/registers/contacts/{id}/corrections");
        let to = |was: &Value, text: &str, reason: &str| json!({"number": number, "field": "col-content", "was": was, "text": text, "reason": reason});
        let bare = desk.try_post(&at, &to(&was, " ", " "), &[]);
        refusal(
            &bare,
            "refuse-incomplete",
            "COM-11",
            &["missing-register-text", "missing-reason"],
        );
        let phone = json!({"number": number, "field": "col-phone", "was": "138 **** 1234", "text": "1", "reason": "x"});
        refusal(&desk.try_post(&at, &phone, &[]), "refuse-register-field", "COM-11", &[]);
        let key = [("idempotency-key", "correct-1")];
        let new = to(&was, "二楼楼道的灯不亮", "住户更正楼层");
        let done = desk.try_post(&at, &new, &key);
        assert_eq!(done.status, 201, "{:#}", done.body);
        assert_eq!(
            desk.try_post(&at, &new, &key).body,
            done.body,
            "sent twice is one correction"
        );
        let late = desk.try_post(&at, &to(&was, "四楼", "又听错"), &[]);
        assert_eq!(
            (late.status, &late.body["current"]),
            (409, &json!(1)),
            "{:#}",
            late.body
        );
        let now = field(&range(&number)["items"][0], "col-content");
        assert_eq!(
            (&now["text"], &now["corrections"][0]["was"]),
            (&json!("二楼楼道的灯不亮"), &was)
        );
        assert_eq!(now["corrections"][0]["reason"], "住户更正楼层");
        // Nothing of it before, or of another post; what was taken is on the journal.
        let none = desk.get(&format!("/api/v1/registers/contacts?until={}", w.shift(0) - 30 * DAY));
        assert_eq!(none["items"], json!([]));
        let worker = w.program("worker");
        assert_eq!(
            worker
                .try_get("/api/v1/registers/communication?post=customer_service")
                .status,
            404
        );
        assert_eq!(worker.refused(&at, to(&was, "x", "x")), "forbidden-role");
        assert_eq!(desk.try_get("/api/v1/registers/nothing").status, 404);
        let wrong =
            json!({"number": "LF-20260101-0001", "field": "col-content", "was": "", "text": "x", "reason": "x"});
        assert_eq!(desk.refused(&at, wrong), "404");
        let taken = w.program("quality").get("/api/v1/journal?limit=200")["items"].clone();
        let taken = taken.as_array().cloned().unwrap_or_default();
        assert!(
            taken
                .iter()
                .any(|e| e["kind"] == "exported" && e["subject"] == "contacts")
        );
        assert!(taken.iter().any(|e| e["kind"] == "register_corrected"));
        for register in ["communication", "orders", "complaints", "visitors", "callbacks"] {
            desk.get(&format!("/api/v1/registers/{register}?limit=1"));
        }
    });
}

#[test]
fn the_months_opinions_are_handled_and_closed_by_programs() {
    on_both(|w: &World| {
        let (desk, head, quality) = (w.program("front_desk"), w.program("cs_head"), w.program("quality"));
        let made = registered(&desk, "suggestion", "建议儿童游乐区加一张长椅", &json!({}));
        let rounds = desk.get("/api/v1/opinions");
        let all = rounds["items"].as_array().cloned().unwrap_or_default();
        let round = all
            .iter()
            .find(|r| r["lines"] != json!([]))
            .expect("the month's round")
            .clone();
        let line = round["lines"][0].clone();
        assert_eq!(line["case_number"], made["cases"][0]["number"]);
        let it = format!("/api/v1/opinions/{}", text(&line["id"]));
        let act = |act: &str| format!("{it}/{act}");
        let lacking: Vec<String> = line["missing"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|m| text(&m["code"]))
            .collect();
        assert_eq!(
            lacking,
            ["missing-opinion-thanks", "missing-identification", "missing-told"]
        );
        let v = |body: Value, seen: &Value| {
            let mut body = body;
            body["version"] = seen["version"].clone();
            body
        };
        let thanked = desk.post(&act("thank"), v(json!({"how": "phone"}), &line));
        let late = desk.try_post(&act("thank"), &v(json!({"how": "visit"}), &line), &[]);
        assert_eq!(
            (late.status, &late.body["current"]),
            (409, &thanked["version"]),
            "{:#}",
            late.body
        );
        let told = json!({"told_how": "phone", "told_note": "住户很高兴"});
        refusal(
            &desk.try_post(&act("tell"), &v(told.clone(), &thanked), &[]),
            "refuse-opinion-unidentified",
            "COM-13",
            &[],
        );
        // Not adopted needs a reason; assigned a person and a day; and it is the head's to say.
        let no = head.try_post(
            &act("identify"),
            &v(json!({"outcome": "declined", "reason": ""}), &thanked),
            &[],
        );
        refusal(&no, "refuse-incomplete", "COM-13", &["missing-opinion-reason"]);
        let who = head.try_post(&act("identify"), &v(json!({"outcome": "assigned"}), &thanked), &[]);
        refusal(
            &who,
            "refuse-incomplete",
            "COM-13",
            &["missing-opinion-doer", "missing-opinion-by"],
        );
        let yes = json!({"outcome": "adopted", "reason": "下周安装"});
        assert_eq!(
            desk.refused(&act("identify"), v(yes.clone(), &thanked)),
            "forbidden-role"
        );
        let found = head.post(&act("identify"), v(yes, &thanked));
        let known = desk.post(&act("tell"), v(told, &found));
        assert_eq!(known["missing"], json!([]));
        assert_eq!(
            head.refused(&act("check"), v(json!({"good": true}), &known)),
            "forbidden-role"
        );
        let bad = quality.try_post(&act("check"), &v(json!({"good": false}), &known), &[]);
        assert_eq!(bad.body["errors"][0]["field"], "check_note", "{:#}", bad.body);
        let good = quality.post(&act("check"), v(json!({"good": true}), &known));
        assert_eq!(
            (&good["good"], &desk.get(&it)["checked_by"]),
            (&json!(true), &json!(w.staff("quality")))
        );
        // It closes when the month is over.
        let close = format!("/api/v1/opinion-rounds/{}/close", text(&round["id"]));
        assert_eq!(head.refused(&close, json!({})), "version=required");
        refusal(
            &head.try_post(&close, &v(json!({}), &round), &[]),
            "refuse-opinion-month",
            "COM-13",
            &[],
        );
        let name = month_passes(w);
        // So long a token need not last.
        let head = w.program("cs_head");
        let closed = head.post(&close, v(json!({}), &round));
        assert!(
            closed["closed_at"].is_i64() && closed["month"] == json!(name),
            "{closed:#}"
        );
        assert_eq!(head.try_post(&close, &v(json!({}), &round), &[]).status, 409);
    });
}

#[test]
fn a_months_calls_are_drawn_made_and_signed_by_programs() {
    on_both(|w: &World| {
        let desk = w.program("front_desk");
        let made = registered(
            &desk,
            "inquiry",
            "物业费怎么交",
            &json!({"answer": "可以在服务中心或手机上交。"}),
        );
        let case = desk.get(&format!("/api/v1/cases/{}", text(&made["cases"][0]["number"])));
        assert_eq!(case["status"], "closed");
        let name = month(w.shift(0));
        let (all, draw) = ("/api/v1/call-rounds", json!({"month": name, "wanted": 5}));
        let early = w.program("cs_head").try_post(all, &draw, &[]);
        refusal(&early, "refuse-calls-month", "CSM-4", &[]);
        assert_eq!(month_passes(w), name);
        let (desk, head) = (w.program("front_desk"), w.program("cs_head"));
        let waits = head.get(all);
        assert_eq!((&waits["missing"], &waits["pool"]), (&json!(name), &json!(1)));
        assert_eq!(desk.refused(all, draw.clone()), "forbidden-role");
        assert_eq!(
            head.refused(all, json!({"month": "x", "wanted": 5})),
            "month=invalid-month"
        );
        let key = [("idempotency-key", "draw-1")];
        let round = head.try_post(all, &draw, &key);
        assert_eq!(round.status, 201, "{:#}", round.body);
        assert_eq!(head.try_post(all, &draw, &key).body["id"], round.body["id"]);
        refusal(&head.try_post(all, &draw, &[]), "refuse-calls-drawn", "CSM-4", &[]);
        let it = format!("{all}/{}", text(&round.body["id"]));
        let call = round.body["calls"][0].clone();
        let at = format!("{it}/calls/{}", text(&call["id"]));
        let sign = format!("{at}/sign");
        // Signed only by who was reached; who did the work does not ask how it was.
        let declined = |note: &str, seen: &Value| json!({"how": "declined", "note": note, "version": seen["version"]});
        refusal(
            &head.try_post(&sign, &declined("出差", &call), &[]),
            "refuse-call-not-reached",
            "COM-12",
            &[],
        );
        let said = json!({
            "result": "reached", "satisfaction": "satisfied", "answers": [{"question": "attitude", "answer": "satisfied"}],
            "opinion": "再快一点", "version": call["version"],
        });
        refusal(
            &desk.try_post(&at, &said, &[]),
            "refuse-callback-own-work",
            "COM-12",
            &[],
        );
        let dumb = json!({"result": "reached", "version": call["version"]});
        assert_eq!(head.refused(&at, dumb), "satisfaction=invalid-choose");
        let done = head.post(&at, said.clone());
        assert_eq!(
            (&done["state"], &done["opinion"]),
            (&json!("reached"), &json!("再快一点"))
        );
        let late = head.try_post(&at, &said, &[]);
        assert_eq!(
            (late.status, &late.body["current"]),
            (409, &done["version"]),
            "{:#}",
            late.body
        );
        assert_eq!(head.refused(&sign, declined(" ", &done)), "note=required");
        let signed = head.post(&sign, declined("住户出差，电话确认", &done));
        assert_eq!(
            (&signed["signed"], &signed["signature"]),
            (&json!("declined"), &Value::Null)
        );
        let now = head.get(&it);
        assert_eq!(now["tally"]["satisfied"], json!({"of": 1, "hits": 1}));
        let elsewhere = format!("{all}/none/calls/{}", text(&call["id"]));
        assert_eq!(
            head.refused(&elsewhere, json!({"result": "no_answer", "version": 1})),
            "404"
        );
    });
}
