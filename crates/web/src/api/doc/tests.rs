use std::collections::BTreeSet;

use app::step::Step;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::schema::{ALL, check, sample};
use super::*;

#[test]
fn every_route_is_in_the_document_and_every_endpoint_is_a_route() {
    let routes: BTreeSet<_> = TABLE
        .iter()
        .filter(|e| e.path.starts_with("/api/"))
        .map(|e| (e.method, e.path))
        .collect();
    let told: BTreeSet<_> = ENDPOINTS.iter().map(|e| (e.method, e.path)).collect();
    assert_eq!(told.len(), ENDPOINTS.len(), "an endpoint is told twice");
    assert_eq!(routes, told);
}

#[test]
fn every_step_of_a_case_is_told() {
    for action in Action::ON_CASE.iter().filter(|a| **a != Action::Attach) {
        assert!(step_schema(*action).is_some(), "{action}");
    }
}

fn all_refs(v: &Value, out: &mut BTreeSet<String>) {
    match v {
        Value::Object(m) => m.iter().for_each(|(k, v)| match (k.as_str(), v) {
            ("$ref", Value::String(s)) => {
                out.insert(s.clone());
            }
            _ => all_refs(v, out),
        }),
        Value::Array(l) => l.iter().for_each(|v| all_refs(v, out)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_code_list_has_codes() {
    let doc = build();
    let mut refs = BTreeSet::new();
    all_refs(&doc, &mut refs);
    for r in refs {
        assert!(doc.pointer(r.trim_start_matches('#')).is_some(), "{r}");
    }
    assert!(!doc.to_string().contains("\"enum\":[]"), "a code list is unknown");
}

/// A full sample is taken by the type, and gives back the same fields: the schema lacks nothing and invents nothing.
fn round<T: Serialize + DeserializeOwned>(name: &str) {
    let v = sample(schema::named(name));
    let t: T = serde_json::from_value(v.clone()).unwrap_or_else(|e| panic!("{name}: {e}\n{v}"));
    let back = serde_json::to_value(&t).unwrap();
    let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&v), keys(&back), "{name}");
}

#[test]
fn what_is_sent_is_told_truly() {
    round::<app::contact::NewContact>("NewContact");
    round::<app::contact::NewCase>("NewCase");
    round::<app::directory::MoveIn>("MoveIn");
    round::<app::directory::MoveOut>("MoveOut");
    round::<app::directory::NewPerson>("NewPerson");
    round::<app::directory::NewPhone>("NewPhone");
    round::<app::directory::Correction>("Correction");
    round::<app::directory::NewBuilding>("NewBuilding");
    round::<app::directory::NewUnit>("NewUnit");
    round::<app::directory::NewVehicle>("NewVehicle");
    round::<app::directory::NewParking>("NewParking");
    round::<app::emergency::NewEmergency>("NewEmergency");
    round::<app::incident::NewIncident>("NewIncident");
    round::<domain::answer::Said>("NewStandardAnswer");
    round::<domain::case::Fee>("Fee");
    round::<domain::case::Identity>("Identity");
    round::<domain::case::Line>("Line");
    round::<domain::case::Customer>("Customer");
    round::<domain::case::Where>("Where");
    round::<domain::case::Appointment>("Appointment");
    round::<domain::case::Answer>("Answer");
    for s in STEPS {
        let mut v = sample(schema::named(&name_of(s.action)));
        v["action"] = json!(s.action.as_str());
        let step: Step = serde_json::from_value(v.clone()).unwrap_or_else(|e| panic!("{}: {e}\n{v}", s.action));
        assert_eq!(step.action(), s.action);
        let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&v), keys(&serde_json::to_value(&step).unwrap()), "{}", s.action);
    }
}

#[test]
fn examples_fit() {
    let names = ALL.keys().filter_map(|n| Some((n, endpoints::example(n)?)));
    let mut n = 0;
    for (name, example) in names {
        let mut bad = Vec::new();
        check(schema::named(name), &example, "", &mut bad);
        assert!(bad.is_empty(), "{name}: {bad:?}");
        n += 1;
    }
    assert!(n >= 10);
    let item = endpoints::example("NewContact").unwrap()["cases"][0]["item"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        app::book::Book::shipped().unwrap().taxonomy.item(&item).is_some(),
        "{item}"
    );
}

/// The committed document is the one that is served. `SANSHENG_WRITE=1` writes it.
#[test]
fn the_committed_document_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("SANSHENG_WRITE").is_some() {
        std::fs::write(path, text()).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == text(),
        "docs/openapi.json is old: SANSHENG_WRITE=1 cargo test -p web the_committed_document writes it"
    );
}
