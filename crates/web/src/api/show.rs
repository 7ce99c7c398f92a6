//! What programs read: every shape once. Telephone and identity numbers are masked as on the pages.

use app::attachment::Attachment;
use app::case::Seen;
use app::ctx::{Ctx, Locale};
use app::directory::{
    Building, Change, Household, MergeView, Parking, PersonPage, PersonView, Unit, UnitLine, Vehicle,
};
use app::error::Res;
use app::find::{Hit, plain};
use app::step::Done;
use domain::case::{Importance, Kind, Offer, Urgency};
use domain::late::entered_late;
use domain::standard::Standard;
use serde_json::{Value, json};
use store::case::{CallbackRow, CaseLine, NO_DUE, OrderRow};
use store::contact::Contact;
use store::journal::Entry;
use store::site::{Department, Worker};

use crate::fail::refusal_text;
use crate::l10n::t;

/// A number as screens show it; nothing stays nothing.
pub fn masked(phone: &str) -> String {
    if phone.is_empty() {
        return String::new();
    }
    domain::phone::normalise(phone).map_or_else(|_| "****".to_owned(), |p| p.masked())
}

/// Due times that are missing are no due times.
fn due(at: Option<i64>) -> Option<i64> {
    at.filter(|d| *d < NO_DUE)
}

pub fn case_line(r: &CaseLine) -> Value {
    json!({
        "id": r.id, "number": r.number, "kind": r.kind, "item": r.item, "title": r.title, "urgency": r.urgency,
        "status": r.state, "open": r.open, "place": r.place, "name": r.name, "department": r.department_id,
        "worker": r.worker_id, "first_asked": r.first_asked_id, "registered_at": r.registered_at, "due_at": due(r.due_at),
        "due_clock": r.due_code, "paused": r.paused, "breached": r.breached, "fee_kind": r.fee_kind,
        "fee_cents": r.fee_cents, "reopened": r.reopened, "done_at": r.done_at, "closed_at": r.closed_at,
        "satisfaction": r.satisfaction, "version": r.version,
    })
}

pub fn order_line(r: &OrderRow) -> Value {
    json!({
        "id": r.id, "number": r.number, "case": r.case_id, "kind": r.kind, "item": r.item, "title": r.title,
        "place": r.place, "urgency": r.urgency, "department": r.department_id, "worker": r.worker_id, "status": r.state,
        "open": r.open, "fee_kind": r.fee_kind, "fee_cents": r.fee_cents, "due_at": due(r.due_at), "due_clock": r.due_code,
        "paused": r.paused, "breached": r.breached, "issued_at": r.issued_at, "done_at": r.done_at,
    })
}

pub fn callback_line(r: &CallbackRow) -> Value {
    json!({
        "id": r.id, "case": r.case_id, "case_number": r.case_number, "title": r.title, "place": r.place, "name": r.name,
        "kind": r.kind, "status": r.state, "open": r.open, "due_at": due(r.due_at), "next_try_at": r.next_try_at,
        "attempts": r.attempts, "created_at": r.created_at, "closed_at": r.closed_at, "satisfaction": r.satisfaction,
        "solved": r.solved,
    })
}

/// The whole case: its record with the clocks as they stand now, what is owed, and the hash that a confirmation names.
///
/// # Errors
/// `Internal` when the record is no JSON, which it always is.
pub fn case(ctx: &Ctx, seen: &Seen) -> Res<Value> {
    let s = &seen.state;
    let mut v = serde_json::to_value(s)?;
    v["customer"]["phone"] = json!(masked(&s.customer.phone));
    v["title"] = json!(app::case::title(ctx, s));
    v["clocks"] = serde_json::to_value(s.clock_views(ctx.now))?;
    v["climbed"] = json!(s.climbed);
    if let Some(fields) = v.as_object_mut() {
        // How the rules count by themselves: nothing that a program needs.
        fields.remove("stand");
    }
    v["due_at"] = json!(s.due_at(ctx.now));
    v["open"] = json!(s.is_open());
    v["accepted_cents"] = json!(s.accepted_cents());
    v["charged_cents"] = json!(s.charged_cents());
    v["owed_cents"] = json!(s.owed_cents());
    v["content_hash"] = json!(s.content_hash());
    v["entered_late"] = json!(entered_late(s.happened_at, s.registered_at));
    v["version"] = json!(seen.version);
    Ok(v)
}

pub fn done(d: &Done) -> Value {
    json!({"id": d.case, "number": d.number, "status": d.status, "version": d.version})
}

/// What is lacking, by its keys, in the reader's language.
pub fn missing(locale: Locale, keys: &[&str]) -> Value {
    keys.iter()
        .map(|key| json!({"code": key, "message": t(locale, key)}))
        .collect()
}

/// One action, open or with the reason why not, in the reader's language.
pub fn offer(locale: Locale, zone: &str, o: &Offer) -> Value {
    let refusal = o.refusal.as_ref().map(|r| {
        let keys: Vec<&str> = r.missing.iter().map(|m| m.key).collect();
        json!({
            "code": r.rule, "message": refusal_text(locale, zone, r), "clause": r.clause, "missing": missing(locale, &keys),
        })
    });
    json!({"action": o.action, "allowed": o.allowed(), "refusal": refusal})
}

pub fn contact(r: &Contact) -> Value {
    let identity: Value = serde_json::from_str(&r.identity_check).unwrap_or(Value::Null);
    json!({
        "id": r.id, "number": r.number, "channel": r.channel, "happened_at": r.happened_at, "recorded_at": r.recorded_at,
        "staff": r.staff_id, "department": r.department_id, "person": r.person_id, "unit": r.unit_id, "name": r.name,
        "phone": masked(&r.phone), "address": r.address, "anonymous_reason": r.anonymous_reason, "identity": identity,
        "kind": r.kind, "summary": r.summary, "answer": r.answer, "outcome": r.outcome, "external_ref": r.external_ref,
        "locale": r.locale, "entered_late": entered_late(r.happened_at, r.recorded_at), "version": r.version,
    })
}

/// One entry of the journal. The address a request came from is for readers of the journal alone.
pub fn entry(e: &Entry, with_address: bool) -> Value {
    let mut v = json!({
        "seq": e.seq, "at": e.happened_at, "recorded_at": e.recorded_at, "actor_kind": e.actor_kind, "actor": e.actor_id,
        "via": e.via, "subject_kind": e.subject_kind, "subject": e.subject_id, "case": e.case_id, "kind": e.kind,
        "entered_late": entered_late(e.happened_at, e.recorded_at),
        "body": hidden(if e.subject_kind == "person" { "person" } else { "" }, "", &e.body),
    });
    if with_address {
        v["ip"] = json!(e.ip);
        v["hash"] = json!(e.hash);
    }
    v
}

/// Numbers of people inside an entry, masked wherever they stand. Of a person, "number" is such a number.
fn hidden(of: &str, key: &str, v: &Value) -> Value {
    let secret = |k: &str| k.contains("phone") || k.contains("id_number") || (of == "person" && k == "number");
    match v {
        Value::String(s) if key.contains("id_number") && !s.is_empty() => json!(domain::id_number::mask(s)),
        Value::String(s) if secret(key) => json!(masked(s)),
        Value::String(s) => json!(domain::privacy::masked(s)),
        // What is inside "phone" or "id_number" (from, to) is such a number too.
        Value::Object(m) => {
            let inner = |k: &str| if secret(key) { key.to_owned() } else { k.to_owned() };
            Value::Object(m.iter().map(|(k, v)| (k.clone(), hidden(of, &inner(k), v))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(|v| hidden(of, key, v)).collect()),
        other => other.clone(),
    }
}

pub fn building(b: &Building) -> Value {
    json!({"id": b.id, "code": b.code, "name": b.name, "floors": b.floors, "has_lift": b.has_lift, "version": b.version})
}

fn unit(u: &Unit) -> Value {
    json!({
        "id": u.id, "building_id": u.building_id, "building": u.building, "entrance": u.entrance, "room": u.room,
        "code": u.code, "floor": u.floor, "layout": u.layout, "area_cm2": u.area_cm2, "usage": u.usage_state,
        "move_in_on": u.move_in_on, "preference": u.preference, "care_note": u.care_note, "version": u.version,
    })
}

pub fn unit_line(l: &UnitLine) -> Value {
    let people = l
        .people
        .iter()
        .map(|p| json!({"id": p.person_id, "name": p.name, "relation": p.relation}));
    json!({"unit": unit(&l.unit), "people": people.collect::<Vec<_>>(), "open_cases": l.open})
}

fn vehicle(v: &Vehicle) -> Value {
    json!({
        "id": v.id, "plate": v.plate, "person": v.person_id, "unit": v.unit_id, "brand": v.brand, "color": v.color,
        "kind": v.kind, "ended_at": v.ended_at, "version": v.version,
    })
}

fn parking(p: &Parking) -> Value {
    json!({
        "id": p.id, "lot": p.lot, "code": p.code, "kind": p.kind, "area_cm2": p.area_cm2, "person": p.person_id,
        "unit": p.unit_id, "plate": p.plate, "tenure": p.tenure, "since_on": p.since_on, "until_on": p.until_on,
        "version": p.version,
    })
}

pub fn person(p: &PersonView) -> Value {
    let phones = p.phones.iter().map(|n| {
        json!({"position": n.position, "number": n.masked, "label": n.label, "confirmed": n.confirmed, "wrong": n.wrong})
    });
    let lived = p.lived.iter().map(|l| {
        json!({
            "id": l.id, "unit": l.unit, "code": l.code, "relation": l.relation, "since_on": l.since_on,
            "until_on": l.until_on, "ended_reason": l.ended_reason, "version": l.version,
        })
    });
    json!({
        "id": p.id, "name": p.name, "gender": p.gender, "birth_year": p.birth_year, "age": p.age, "id_number": p.id_number,
        "preference": p.preference, "care_note": p.care_note, "phones": phones.collect::<Vec<_>>(),
        "occupancies": lived.collect::<Vec<_>>(), "version": p.version,
    })
}

pub fn household(h: &Household) -> Value {
    json!({
        "unit": unit(&h.unit),
        "people": h.people.iter().map(person).collect::<Vec<_>>(),
        "former": h.former.iter().map(person).collect::<Vec<_>>(),
        "vehicles": h.vehicles.iter().map(vehicle).collect::<Vec<_>>(),
        "parking": h.parking.iter().map(parking).collect::<Vec<_>>(),
        "contacts": h.contacts.iter().map(contact).collect::<Vec<_>>(),
        "cases": h.cases.iter().map(case_line).collect::<Vec<_>>(),
        "open": h.open.iter().map(case_line).collect::<Vec<_>>(),
        "open_building": h.open_building.iter().map(case_line).collect::<Vec<_>>(),
        "version": h.unit.version,
    })
}

pub fn person_page(p: &PersonPage) -> Value {
    json!({
        "person": person(&p.person),
        "vehicles": p.vehicles.iter().map(vehicle).collect::<Vec<_>>(),
        "parking": p.parking.iter().map(parking).collect::<Vec<_>>(),
        "contacts": p.contacts.iter().map(contact).collect::<Vec<_>>(),
        "cases": p.cases.iter().map(case_line).collect::<Vec<_>>(),
        "merges": p.merges.iter().map(merge).collect::<Vec<_>>(),
        "version": p.person.version,
    })
}

fn merge(m: &MergeView) -> Value {
    json!({"id": m.id, "double": m.double, "name": m.name, "at": m.at, "by": m.by})
}

/// One change of the archive, with the old value and the new.
pub fn change(x: &Change) -> Value {
    let fields = x.fields.iter().map(|(field, old, new)| {
        // A person's own numbers stay masked here as everywhere.
        let shown = |v: &str| match field.as_str() {
            "phone" | "number" => masked(v),
            _ => v.to_owned(),
        };
        json!({"field": field, "old": shown(old), "new": shown(new)})
    });
    json!({
        "at": x.at, "kind": x.kind, "by": x.by, "person": x.person, "changes": fields.collect::<Vec<_>>(), "reason": x.note,
    })
}

pub fn department(d: &Department) -> Value {
    json!({
        "id": d.id, "code": d.code, "kind": d.kind, "name": d.name, "name_en": d.name_en, "phone": d.phone,
        "duties": d.duties, "duties_en": d.duties_en, "active": d.active, "version": d.version,
    })
}

pub fn worker(w: &Worker) -> Value {
    json!({
        "id": w.id, "name": w.name, "name_en": w.name_en, "role": w.role, "department": w.department_id,
        "on_duty_since": w.on_duty_since, "jobs": w.jobs,
    })
}

pub fn hit(h: &Hit) -> Value {
    json!({
        "kind": h.kind, "id": h.id, "label": plain(&h.label), "detail": plain(&h.detail), "more": h.more, "code": h.code,
        "score": h.score, "unit": h.unit,
    })
}

pub fn file(a: &Attachment) -> Value {
    json!({
        "id": a.id, "subject_kind": a.subject_kind, "subject": a.subject_id, "kind": a.label, "name": a.name,
        "mime": a.mime, "size": a.size, "sha256": a.file_hash, "created_at": a.created_at,
    })
}

/// The clocks that every kind and level of case gets, for cases without an item of their own rule.
pub fn standard(s: &Standard) -> Value {
    let mut rules = Vec::new();
    for kind in Kind::ALL {
        for importance in Importance::ALL {
            for urgency in Urgency::ALL {
                let clocks = s.clocks_for(*kind, "", *importance, *urgency);
                let clocks = clocks
                    .into_iter()
                    .chain(s.promise(*kind, "", *importance, *urgency))
                    .map(|c| {
                        json!({
                            "code": c.code, "limit": c.limit, "clause": c.clause, "pausable": c.pausable,
                            "max_pause_ms": c.max_pause_ms,
                        })
                    });
                let clocks: Vec<Value> = clocks.collect();
                rules.push(json!({"kind": kind, "importance": importance, "urgency": urgency, "clocks": clocks}));
            }
        }
    }
    let c = s.callback();
    json!({"version": s.version(), "callback": {"attempts": c.attempts, "spacing_ms": c.spacing_ms}, "rules": rules})
}
