//! Telephone calls and numbers to be called back, by programs alone; a telephone system posts.

use blackbox::{Person, World, on_both};
use serde_json::{Value, json};

use super::{refusal, text};

const CALLER: &str = "13900002222";

/// A telephone system that posts to us; the clerk sits at 1001.
struct Exchange<'a> {
    outside: Person,
    secret: String,
    began: i64,
    w: &'a World,
}

impl<'a> Exchange<'a> {
    fn new(w: &'a World) -> Exchange<'a> {
        let system = [("name", "总机"), ("kind", "webhook"), ("holds", "1"), ("in_path", "1")];
        let made = w.admin().post("/settings/phone", &system).text();
        let secret = made.split("Bearer ").nth(1).and_then(|x| x.split_whitespace().next());
        let owner = w.staff("front_desk");
        let telephone = [
            ("number", "1001"),
            ("owner", owner.as_str()),
            ("place", "前台"),
            ("active", "1"),
        ];
        let keeper = w.sign_in("administration");
        assert_eq!(keeper.post("/hotline/telephones", &telephone).status, 303);
        let clerk = w.sign_in("front_desk");
        assert_eq!(clerk.post("/desk/telephone", &[("extension", "1001")]).status, 303);
        Exchange {
            outside: Person::new(&w.base),
            secret: secret.expect("a secret").to_owned(),
            began: w.shift(0),
            w,
        }
    }

    /// Tells of a call: what happened, so many milliseconds after the exchange was set up.
    fn tells(&self, call: &str, from: &str, events: &[(&str, i64)]) {
        for (event, ms) in events {
            let ts = (self.began + ms).to_string();
            let fields = [
                ("event", *event),
                ("callId", call),
                ("direction", "in"),
                ("from", from),
                ("to", "95001"),
                ("ts", ts.as_str()),
                ("extension", if *event == "newCall" { "" } else { "1001" }),
                ("by", from),
            ];
            let told = self.outside.post(&format!("/cti/{}", self.secret), &fields);
            assert_eq!(told.status, 200, "{}", told.text());
        }
        // The next call begins later by our clock too.
        self.w.shift(1_000);
    }
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().into_iter().flatten();
    items.map(|c| text(&c["id"])).collect()
}

#[test]
fn calls_are_listed_judged_and_added_up_for_a_program() {
    on_both(|w: &World| {
        let x = Exchange::new(w);
        x.tells("c1", CALLER, &[("newCall", 0), ("ringing", 100), ("answer", 6_100)]);
        x.tells("c1", CALLER, &[("hold", 8_000), ("unhold", 11_000), ("hangup", 20_000)]);
        x.tells(
            "c2",
            "13900003333",
            &[("newCall", 0), ("ringing", 0), ("answer", 16_000), ("hangup", 17_000)],
        );
        x.tells(
            "c3",
            "13900004444",
            &[("newCall", 0), ("answer", 2_000), ("hangup", 9_000)],
        );
        x.tells(
            "c4",
            "13900005555",
            &[("newCall", 0), ("ringing", 0), ("hangup", 7_000)],
        );
        let [desk, worker, finance] = ["front_desk", "worker", "finance"].map(|r| w.program(r));
        let all = "/api/v1/calls";
        let list = desk.get(all);
        assert_eq!(ids(&list).len(), 4, "{list:#}");
        let [c4, c3, c2, c1] = [0, 1, 2, 3].map(|i| list["items"][i].clone());
        assert_eq!(
            (&c1["number"], &c4["missed"], &c3["ring"]),
            (&json!("139 **** 2222"), &json!(true), &json!("unknown"))
        );
        assert!(!list.to_string().contains(CALLER), "numbers are masked");
        // Page by page the same, each once.
        let first = desk.try_get(&format!("{all}?limit=3"));
        assert!(first.link.contains("after="), "{}", first.link);
        let after = text(&first.body["next"]);
        let rest = desk.get(&format!("{all}?limit=3&after={after}"));
        assert_eq!([ids(&first.body), ids(&rest)].concat(), ids(&list));
        // Views and filters, alone and together.
        for (query, expected) in [
            ("view=missed", vec![&c4]),
            ("missed=1", vec![&c4]),
            ("ring=breached", vec![&c2]),
            ("view=in_time", vec![&c1]),
            ("view=in&ring=unknown", vec![&c3]),
            ("view=late&ring=met", vec![]),
            ("hold=met", vec![&c1]),
            ("wait=met&direction=in&extension=1001", vec![&c3, &c2, &c1]),
            ("number=139-0000-3333", vec![&c2]),
            ("direction=out", vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(|c| text(&c["id"])).collect();
            assert_eq!(ids(&desk.get(&format!("{all}?{query}"))), expected, "{query}");
        }
        let until = c3["at"].as_i64().expect("an instant");
        assert_eq!(ids(&desk.get(&format!("{all}?until={until}"))).len(), 2);
        assert_eq!(ids(&desk.get(&format!("{all}?from={until}"))).len(), 2);
        for (query, field) in [
            ("view=x", "view"),
            ("ring=late", "ring"),
            ("missed=x", "missed"),
            ("who=x", "who"),
        ] {
            let wrong = desk.try_get(&format!("{all}?{query}"));
            assert_eq!(
                (wrong.status, &wrong.body["errors"][0]["field"]),
                (422, &json!(field)),
                "{query}"
            );
        }
        // One of them, with all that was told.
        let it = desk.try_get(&format!("{all}/{}", text(&c1["id"])));
        assert_eq!(it.etag, format!("\"{}\"", it.body["version"]));
        let one = it.body;
        for (field, value) in [
            ("ringing_ms", json!(6_000)),
            ("rings", json!(2)),
            ("wait_ms", json!(6_100)),
            ("talk_ms", json!(13_900)),
            ("hold_ms", json!(3_000)),
            ("hold", json!("met")),
            ("hung_up_first", json!("outside")),
            ("clock", json!("source")),
            ("staff", json!(w.staff("front_desk"))),
        ] {
            assert_eq!(one[field], value, "{field}: {one:#}");
        }
        assert_eq!(one["holds"][0]["length_ms"], json!(3_000));
        let kinds: Vec<String> = one["events"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|e| text(&e["kind"]))
            .collect();
        assert_eq!(kinds, ["arrived", "ringing", "answered", "held", "unheld", "hung_up"]);
        assert!(!one.to_string().contains(CALLER), "nor in what was told");
        assert_eq!(desk.try_get(&format!("{all}/none")).status, 404);
        // Who sees only their own sees no other and no sums; who sees none is told so.
        assert_eq!(worker.get(all)["items"], json!([]));
        assert_eq!(worker.try_get(&format!("{all}/{}", text(&c1["id"]))).status, 404);
        assert_eq!(worker.try_get(&format!("{all}/figures")).status, 403);
        assert_eq!(finance.try_get(all).status, 403);
        let cases = w.program_with("front_desk", &["cases:write".to_owned()]);
        assert_eq!(cases.try_get(all).body["code"], "forbidden-scope");
        // The day, and one before it.
        let figures = desk.get(&format!("{all}/figures"));
        for (field, n) in [
            ("calls", 4),
            ("met", 1),
            ("breached", 1),
            ("unknown", 1),
            ("gave_up", 1),
            ("missed", 1),
            ("abandoned", 1),
            ("called_back", 0),
            ("hold_breaches", 0),
            ("longest_hold_ms", 3_000),
        ] {
            assert_eq!(figures["all"][field], json!(n), "{field}: {figures:#}");
        }
        assert_eq!(figures["all"]["in_rings"], json!({"of": 2, "hits": 1}));
        assert_eq!(figures["people"][0]["sums"]["calls"], json!(3));
        let quiet = desk.get(&format!("{all}/figures?day=2020-02-29"));
        assert_eq!(
            (&quiet["day"], &quiet["all"]["calls"]),
            (&json!("2020-02-29"), &json!(0))
        );
        let wrong = desk.try_get(&format!("{all}/figures?day=2021-02-29"));
        assert_eq!((wrong.status, &wrong.body["errors"][0]["field"]), (422, &json!("day")));
    });
}

#[test]
fn a_number_is_called_back_by_a_program() {
    on_both(|w: &World| {
        let x = Exchange::new(w);
        for call in ["m1", "m2"] {
            x.tells(call, CALLER, &[("newCall", 0), ("ringing", 0), ("hangup", 9_000)]);
        }
        x.tells("m3", "13900003333", &[("newCall", 0), ("hangup", 4_000)]);
        let desk = w.program("front_desk");
        let all = "/api/v1/missed-calls";
        let list = desk.get(all);
        let row = list["items"][0].clone();
        assert_eq!(
            (ids(&list).len(), &row["number"], &row["calls"], &row["how"]),
            (2, &json!("139 **** 2222"), &json!(2), &Value::Null),
            "one a number: {list:#}"
        );
        let first = desk.get(&format!("{all}?limit=1"));
        let rest = desk.get(&format!("{all}?limit=1&after={}", text(&first["next"])));
        assert_eq!([ids(&first), ids(&rest)].concat(), ids(&list));
        let it = format!("{all}/{}", text(&row["id"]));
        let close = format!("{it}/close");
        // The whole number is one act that is on record.
        assert_eq!(desk.post(&format!("{it}/reveal"), json!({}))["phone"], CALLER);
        let journal = w.program("quality").get("/api/v1/journal?limit=200").to_string();
        assert!(journal.contains("\"phone_revealed\""));
        // Not without a word, nor under another version, nor by who only reads.
        let version = desk.try_get(&it).body["version"].clone();
        let bare = desk.try_post(&close, &json!({"note": " ", "version": version}), &[]);
        refusal(&bare, "refuse-incomplete", "CAL-3", &["missing-call-note"]);
        assert_eq!(desk.refused(&close, json!({"note": "手机回电"})), "version=required");
        let late = desk.try_post(&close, &json!({"note": "手机回电", "version": 1}), &[]);
        assert_eq!((late.status, &late.body["current"]), (409, &version));
        let reads = w.program_with("front_desk", &["contacts:read".to_owned()]);
        let done = json!({"note": "手机回电", "version": version});
        assert_eq!(reads.get(&it)["open"], true);
        assert_eq!(reads.refused(&close, done.clone()), "forbidden-scope");
        assert_eq!(w.program("worker").try_get(all).status, 403);
        let key = [("idempotency-key", "back-1")];
        let closed = desk.try_post(&close, &done, &key);
        assert_eq!(closed.status, 200, "{:#}", closed.body);
        assert_eq!(
            (&closed.body["how"], &closed.body["open"], &closed.body["late"]),
            (&json!("by_hand"), &json!(false), &json!(false))
        );
        assert_eq!(
            desk.try_post(&close, &done, &key).body,
            closed.body,
            "sent twice is one act"
        );
        assert_eq!(desk.refused(&close, done), "refuse-missed-done");
        assert_eq!(ids(&desk.get(all)), ids(&rest));
        assert_eq!(ids(&desk.get(&format!("{all}?done=1"))), [text(&row["id"])]);
        // Who calls again and is answered waits no longer.
        x.tells(
            "m4",
            "13900003333",
            &[("newCall", 0), ("ringing", 0), ("answer", 3_000), ("hangup", 5_000)],
        );
        assert_eq!(desk.get(all)["items"], json!([]));
        assert_eq!(desk.get(&format!("{all}?done=1"))["items"][0]["how"], "called_again");
        assert_eq!(desk.try_get(&format!("{all}/none")).status, 404);
    });
}
