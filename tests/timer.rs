//! The timer from outside: each notice once, whatever is killed, however many replicas look, and however the clock is moved.
//! What was raised is read from the journal (which step of which limit of which case) and from the bell of who was told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use blackbox::{Engine, Person, Program, World};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Urgent requests that nobody is given: 5 and 15 minutes unassigned; 80 %, 100 %, 15 and 30 minutes after the half hour on site.
const STEPS: usize = 6;
const CASES: usize = 175;

fn request(desk: &Program, n: usize) -> String {
    let made = desk.post(
        "/api/v1/contacts",
        json!({
            "channel": "phone", "name": "周晓敏", "phone": "13800136688", "address": format!("3-1-{:04}", 101 + n),
            "cases": [{ "kind": "request", "item": "repair.water.angle_valve", "place": "主卫", "content": format!("角阀漏水 {n}"),
                        "urgency": "urgent", "fee": { "kind": "free", "cents": 0, "told": true, "accepted": null } }],
        }),
    );
    made["cases"][0]["number"].as_str().expect("a number").to_owned()
}

/// Every step of a ladder that the journal holds, as `case/limit/round/step`.
fn reached(reader: &Program) -> Vec<String> {
    let (mut list, mut since) = (Vec::new(), 0);
    loop {
        let page = reader.get(&format!("/api/v1/journal?after={since}&limit=100"));
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let Some(last) = items.last().and_then(|e| e["seq"].as_i64()) else {
            return list;
        };
        since = last;
        let steps = items.iter().filter(|e| e["kind"] == "rung_reached");
        list.extend(steps.map(|e| {
            let part = |name: &str| match &e["body"][name] {
                Value::String(s) => s.clone(),
                other => other.to_string(),
            };
            let case = e["subject"].as_str().unwrap_or_default();
            format!("{case}/{}/{}/{}", part("code"), part("cycle"), part("step"))
        }));
    }
}

/// One notice more in November and December: the product asks for the holidays of the next year.
fn asked_for_holidays(who: &Person) -> usize {
    usize::from(who.get("/calendar/ask").html.contains("/calendar"))
}

/// How many notices somebody has not read.
fn bell(who: &Person) -> usize {
    let html = who.get("/notices/bell").html;
    let label = html
        .split("aria-label=\"")
        .nth(1)
        .and_then(|s| s.split('"').next())
        .unwrap_or_default()
        .to_owned();
    let digits: String = label.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn once(keys: &[String]) -> BTreeSet<&String> {
    let set: BTreeSet<&String> = keys.iter().collect();
    let mut twice: BTreeMap<&String, usize> = BTreeMap::new();
    keys.iter().for_each(|k| *twice.entry(k).or_default() += 1);
    twice.retain(|_, n| *n > 1);
    assert!(twice.is_empty(), "told twice: {twice:?}");
    set
}

fn until(what: &str, mut seen: impl FnMut() -> bool) {
    let start = Instant::now();
    while !seen() {
        assert!(start.elapsed() < Duration::from_secs(120), "never: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// People at work, so that each step goes to its own post and nothing is passed on.
fn at_work(w: &World) -> Vec<Person> {
    let people: Vec<Person> = ["front_desk", "cs_head", "dept_head", "worker"]
        .iter()
        .map(|r| w.sign_in(r))
        .collect();
    for p in &people {
        assert_eq!(
            p.post("/account/duty", &[("on", "1"), ("next", "/account")]).status,
            303
        );
    }
    people
}

#[test]
fn a_thousand_notices_come_once_each_through_kills_and_restarts() {
    let mut w = World::start();
    let _people = at_work(&w);
    let (manager, reader, desk) = (
        w.sign_in("project_manager"),
        w.program("quality"),
        w.program("front_desk"),
    );
    for n in 0..CASES {
        request(&desk, n);
    }
    let all = CASES * STEPS;
    // Each start finds the host's own time again, which is before everything that was told: as if the clock had been set back.
    let mut killed = 0;
    for ms in [40, 90, 150, 220, 300] {
        w.shift(3 * HOUR);
        std::thread::sleep(Duration::from_millis(ms));
        w.kill();
        w.restart();
        let so_far = reached(&reader).len();
        killed += usize::from(so_far > 0 && so_far < all);
        once(&reached(&reader));
    }
    assert!(killed > 0, "no kill came in the middle of the work");
    w.shift(3 * HOUR);
    until("all are told", || reached(&reader).len() >= all);
    std::thread::sleep(Duration::from_secs(2));
    let keys = reached(&reader);
    assert_eq!(once(&keys).len(), all);
    // The project manager hears of the unassigned after 15 minutes and of nobody on site after 60: once for each case.
    assert_eq!(bell(&manager), CASES * 2 + asked_for_holidays(&manager));
}

#[test]
fn two_replicas_tell_each_of_a_thousand_once_while_they_are_killed() {
    let mut w = World::start_on(Engine::Postgres);
    let _people = at_work(&w);
    let (manager, reader, desk) = (
        w.sign_in("project_manager"),
        w.program("quality"),
        w.program("front_desk"),
    );
    for n in 0..CASES {
        request(&desk, n);
    }
    let all = CASES * STEPS;
    let mut other = w.replica();
    // Both hold their half of the work.
    std::thread::sleep(Duration::from_secs(8));
    let mut middle = 0;
    let later = w.shift(0) + 3 * HOUR;
    for round in 0..4 {
        w.shift(later - w.shift(0));
        other.shift(later - other.shift(0));
        std::thread::sleep(Duration::from_millis(60 + 60 * round));
        if round % 2 == 0 {
            other.kill();
            other = w.replica();
        } else {
            w.kill();
            w.restart();
        }
        let so_far = reached(&reader).len();
        middle += usize::from(so_far > 0 && so_far < all);
    }
    assert!(middle > 0, "no kill came in the middle of the work");
    w.shift(later - w.shift(0));
    other.shift(later - other.shift(0));
    until("all are told", || reached(&reader).len() >= all);
    std::thread::sleep(Duration::from_secs(3));
    let keys = reached(&reader);
    assert_eq!(once(&keys).len(), all);
    let told = CASES * 2 + asked_for_holidays(&manager);
    until("the bell has counted", || bell(&manager) == told);
}

#[test]
fn what_a_killed_replica_held_goes_on_at_the_other() {
    let w = World::start_on(Engine::Postgres);
    let _people = at_work(&w);
    let (reader, desk) = (w.program("quality"), w.program("front_desk"));
    let mut other = w.replica();
    std::thread::sleep(Duration::from_secs(8));
    for n in 0..40 {
        request(&desk, n);
    }
    other.kill();
    w.shift(7 * MINUTE);
    until("the work of the dead is taken over", || reached(&reader).len() >= 40);
    assert_eq!(once(&reached(&reader)).len(), 40);
}

#[test]
fn a_clock_that_is_moved_does_no_harm() {
    let w = World::start();
    let _people = at_work(&w);
    let (reader, desk) = (w.program("quality"), w.program("front_desk"));
    for n in 0..5 {
        request(&desk, n);
    }
    w.shift(20 * MINUTE);
    until("five and fifteen minutes", || reached(&reader).len() == 10);
    // Back by hours and forth again: nothing is told again, and nothing is told before its time.
    for ms in [-5 * HOUR, 2 * HOUR, -HOUR, 4 * HOUR - 2 * MINUTE] {
        w.shift(ms);
        std::thread::sleep(Duration::from_millis(900));
        assert_eq!(reached(&reader).len(), 10, "after {ms}");
    }
    // Nothing keeps the processor busy meanwhile.
    w.shift(-30 * 24 * HOUR);
    let before = w.busy();
    std::thread::sleep(Duration::from_secs(4));
    let used = w.busy() - before;
    assert!(used < 100, "{used} hundredths of a second in four seconds");
    // What comes later comes as always.
    w.shift(30 * 24 * HOUR + 7 * MINUTE);
    until("80 % of the half hour", || reached(&reader).len() == 15);
    once(&reached(&reader));
}
