//! What the desk knows, by programs alone: standard answers, referrals, lessons, proposals for new services.

use blackbox::{World, on_both};
use serde_json::json;

use super::{leak, refusal, text};

#[test]
fn standard_answers_are_written_changed_and_withdrawn_by_a_program() {
    on_both(|w: &World| {
        let (head, desk) = (w.program("cs_head"), w.program("front_desk"));
        let all = "/api/v1/answers";
        let new = json!({"question": "访客车辆临停怎么收费", "short": "前半小时免费，之后每小时 5 元。"});
        assert_eq!(desk.refused(all, new.clone()), "forbidden-role");
        let reads = w.program_with("cs_head", &["company:read".to_owned()]);
        assert_eq!(reads.refused(all, new.clone()), "forbidden-scope");
        let two = head.try_post(all, &json!({"question": "", "short": "可以。请带收据。"}), &[]);
        let said: Vec<String> = two.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|e| format!("{}={}", text(&e["field"]), text(&e["code"])))
            .collect();
        assert_eq!(said, ["question=required", "short=answer-one-sentence"]);
        let key = [("idempotency-key", "answer-1")];
        let made = head.try_post(all, &new, &key);
        assert_eq!(made.status, 201, "{:#}", made.body);
        assert_eq!(head.try_post(all, &new, &key).body["id"], made.body["id"]);
        assert_eq!(
            (&made.body["standing"], &made.body["recheck_days"]),
            (&json!("good"), &json!(90))
        );
        let it = format!("{all}/{}", text(&made.body["id"]));
        assert_eq!(desk.get(&format!("{all}?q=linting"))["items"][0]["id"], made.body["id"]);
        // A change keeps what is left out, and what was said before; who saw another version is told.
        let to = json!({"short": "前半小时免费，之后每小时 6 元。", "why": "调价", "version": 1});
        let now = head.post(&it, to.clone());
        assert_eq!((&now["question"], &now["version"]), (&new["question"], &json!(2)));
        assert_eq!(now["versions"].as_array().map_or(0, Vec::len), 2);
        let late = head.try_post(&it, &to, &[]);
        assert_eq!(
            (late.status, &late.body["current"]),
            (409, &json!(2)),
            "{:#}",
            late.body
        );
        assert_eq!(head.refused(&format!("{it}/check"), json!({})), "version=required");
        let checked = head.try_post(&format!("{it}/check"), &json!({}), &[("if-match", "\"2\"")]);
        assert_eq!((checked.status, &checked.body["version"]), (200, &json!(3)));
        let active = format!("{it}/active");
        assert_eq!(
            head.refused(&active, json!({"active": false, "why": " ", "version": 3})),
            "why=required"
        );
        head.post(&active, json!({"active": false, "why": "停止临停", "version": 3}));
        // What is out of use is not looked at again, and stands on its own list.
        let gone = head.try_post(&format!("{it}/check"), &json!({"version": 4}), &[]);
        assert_eq!(
            (gone.status, &gone.body["code"]),
            (422, &json!("refuse-answer-withdrawn"))
        );
        assert_eq!(desk.get(all)["items"], json!([]));
        assert_eq!(
            desk.get(&format!("{all}?view=withdrawn"))["items"][0]["id"],
            made.body["id"]
        );
        assert_eq!(desk.try_get(&format!("{all}?view=none")).status, 422);
        // Who helps with what is not our service; the library of cases.
        let helps = desk.get("/api/v1/referrals");
        assert!(
            helps["items"]
                .as_array()
                .is_some_and(|l| l.iter().all(|r| r["phone"] != ""))
        );
        assert!(helps["items"].as_array().is_some_and(|l| !l.is_empty()));
        assert_eq!(desk.get("/api/v1/lessons?q=漏水")["items"], json!([]));
        assert_eq!(desk.try_get("/api/v1/lessons/none").status, 404);
    });
}

#[test]
fn a_proposal_is_decided_and_told_by_programs() {
    on_both(|w: &World| {
        let (head, desk) = (w.program("cs_head"), w.program("front_desk"));
        let made = desk.post(
            "/api/v1/contacts",
            json!({
                "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
                "cases": [{"kind": "request", "scope": "outside", "item": "repair.water.leak_kitchen", "place": "厨房", "content": "想换厨房自己的净水器"}],
            }),
        );
        let n = text(&made["cases"][0]["number"]);
        let to = json!({"reported_to": w.staff("cs_head"), "referral": "净水器厂家 400-800-1000"});
        desk.step(&n, "report_outside", to);
        let list = desk.get("/api/v1/proposals");
        let p = list["items"][0].clone();
        assert_eq!(
            (&p["case_number"], &p["state"]),
            (&json!(n), &json!("open")),
            "{list:#}"
        );
        let it = format!("/api/v1/proposals/{}", text(&p["id"]));
        let (decide, tell) = (format!("{it}/decide"), format!("{it}/tell"));
        // Nothing is told before it is decided; later needs a reason and a time.
        let told = json!({"how": "电话告知", "version": p["version"]});
        refusal(
            &desk.try_post(&tell, &told, &[]),
            "refuse-proposal-undecided",
            "REC-12",
            &[],
        );
        let later = json!({"decision": "later", "reason": " ", "version": p["version"]});
        let bare = head.try_post(&decide, &later, &[]);
        refusal(
            &bare,
            "refuse-incomplete",
            "REC-12",
            &["missing-reason", "missing-again-at"],
        );
        assert_eq!(desk.refused(&decide, later), "forbidden-role");
        let yes = json!({"decision": "develop", "reason": "三户有同样需要", "version": p["version"]});
        let key = [("idempotency-key", "decide-1")];
        let now = head.try_post(&decide, &yes, &key);
        assert_eq!(
            (now.status, &now.body["state"]),
            (200, &json!("decided")),
            "{:#}",
            now.body
        );
        assert_eq!(
            head.try_post(&decide, &yes, &key).status,
            200,
            "a repeat gets the first answer"
        );
        assert_eq!(head.try_post(&decide, &yes, &[]).status, 409, "somebody was faster");
        assert_eq!(desk.try_post(&tell, &told, &[]).status, 409);
        let told = json!({"how": "电话告知", "version": now.body["version"]});
        let end = desk.post(&tell, told);
        assert_eq!((&end["state"], &end["told_how"]), (&json!("told"), &json!("电话告知")));
        let again = json!({"decision": "no", "reason": "改了主意", "version": end["version"]});
        refusal(
            &head.try_post(&decide, &again, &[]),
            "refuse-proposal-told",
            "REC-12",
            &[],
        );
        assert_eq!(desk.get("/api/v1/proposals")["items"], json!([]));
        assert_eq!(w.program("worker").try_get("/api/v1/proposals").status, 403);
    });
}

#[test]
fn an_internal_report_is_looked_into_by_programs() {
    on_both(|w: &World| {
        let [head, worker, quality, leader] = ["cs_head", "worker", "quality", "company_leader"].map(|r| w.program(r));
        let n = leak(w, &w.program("front_desk"), json!({}));
        let all = "/api/v1/investigations";
        let at = w.shift(0);
        let day = 86_400_000;
        let new = |report: &str, days: i64| {
            json!({
                "case": n, "about": w.staff("worker"), "fault": "untrue", "report": report, "why": report,
                "answer_by": at + days * day + 3_600_000,
            })
        };
        let empty = head.try_post(all, &new(" ", 3), &[]);
        let lacking = ["missing-report", "missing-investigation-why"];
        refusal(&empty, "refuse-incomplete", "COM-24", &lacking);
        refusal(
            &head.try_post(all, &new("无人来过", 1), &[]),
            "refuse-investigation-time",
            "COM-24",
            &[],
        );
        assert_eq!(worker.refused(all, new("无人来过", 3)), "forbidden-role");
        let made = head.post(all, new("无人来过", 3));
        let it = format!("{all}/{}", text(&made["id"]));
        let act = |act: &str| format!("{it}/{act}");
        // The person is asked; a colleague does not see that there is anything; unheard nothing is decided.
        assert_eq!(worker.get(all)["items"][0]["id"], made["id"]);
        assert_eq!(worker.get(&it)["may"], json!(["answer"]));
        let guard = w.program("guard");
        assert_eq!(guard.try_get(&it).status, 404);
        assert_eq!(guard.refused(&act("answer"), json!({"text": "x", "version": 1})), "404");
        assert_eq!(guard.try_get(&format!("{all}?view=recorded")).status, 403);
        let outcome =
            |version: &serde_json::Value| json!({"outcome": "untrue", "reason": "对照门禁记录", "version": version});
        let early = quality.try_post(&act("decide"), &outcome(&made["version"]), &[]);
        refusal(&early, "refuse-investigation-unheard", "COM-24", &[]);
        let mute = worker.try_post(&act("answer"), &json!({"text": " ", "version": made["version"]}), &[]);
        refusal(&mute, "refuse-incomplete", "COM-24", &["missing-investigation-answer"]);
        let reads = w.program_with("worker", &["cases:read".to_owned()]);
        assert_eq!(
            reads.refused(&act("answer"), json!({"text": "x", "version": 1})),
            "forbidden-scope",
            "reading is not answering"
        );
        let said = json!({"text": "门牌看错", "version": made["version"]});
        let answered = worker.post(&act("answer"), said.clone());
        assert_eq!(answered["stage"], "answered");
        let late = worker.try_post(&act("answer"), &said, &[]);
        assert_eq!(
            (late.status, &late.body["current"]),
            (409, &answered["version"]),
            "{:#}",
            late.body
        );
        assert_eq!(
            head.refused(&act("decide"), outcome(&answered["version"])),
            "forbidden-role"
        );
        let decided = quality.post(&act("decide"), outcome(&answered["version"]));
        assert_eq!(
            (&decided["stage"], &decided["recorded"]),
            (&json!("decided"), &json!(true))
        );
        let objected = worker.post(
            &act("object"),
            json!({"text": "照片可查", "version": decided["version"]}),
        );
        let back = json!({"uphold": false, "reason": "照片属实", "version": objected["version"]});
        assert_eq!(quality.refused(&act("review"), back.clone()), "forbidden-role");
        let end = leader.post(&act("review"), back);
        assert_eq!((&end["stage"], &end["recorded"]), (&json!("overturned"), &json!(false)));
        assert_eq!(quality.get(&format!("{all}?view=recorded"))["items"], json!([]));
        assert_eq!(worker.refused(&act("forget"), json!({})), "404");
    });
}
