//! The page of one contact (来电来访): what was said, what came of it, its files; correcting it, and making a case of it.

use app::attachment::{self, Attachment, Subject};
use app::contact::{correct, get, look};
use app::ctx::Ctx;
use app::error::{Error, Res};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::case::{Channel, Check, Identity, Kind};
use domain::ids::ContactId;
use serde::Deserialize;
use store::contact::Contact;

use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::list::badge::Due;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// One case that came of it.
struct CaseLine {
    number: String,
    kind: String,
    title: String,
    state: String,
    open: bool,
    /// What is due first, with the way to its explanation; none where nothing runs.
    due: Option<Due>,
}

/// One earlier value.
struct Old {
    at: i64,
    by: String,
    reason: String,
    /// Field, what it was.
    was: Vec<(String, String)>,
}

struct Shown {
    k: Contact,
    by: String,
    identity: Option<Identity>,
    cases: Vec<CaseLine>,
    files: Vec<Attachment>,
    old: Vec<Old>,
    may: bool,
    /// How the identity of whoever it was stands (ETQ-6): code, colour of its dot.
    stands: (&'static str, &'static str),
    /// Entered after it happened: both times count.
    late: bool,
}

#[derive(Template)]
#[template(path = "contact/page.html")]
struct ContactPage {
    p: Page,
    s: Shown,
    f: CorrectForm,
    errors: Vec<(String, String)>,
}

impl ContactPage {
    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(n, _)| n == name).map(|(_, t)| t.as_str())
    }
    fn channels(&self) -> &'static [Channel] {
        Channel::ALL
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn checked(&self, field: &str) -> &str {
        match field {
            "id_name" => &self.f.id_name,
            "id_unit" => &self.f.id_unit,
            _ => &self.f.id_phone,
        }
    }
    fn value(&self, field: &str, value: &str) -> String {
        if value.is_empty() {
            return self.p.t("contact-empty");
        }
        match field {
            "channel" => self.p.code("channel", value),
            "kind" => self.p.code("kind", value),
            "phone" => self.p.masked(value),
            _ => value.to_owned(),
        }
    }
}

/// A correction as the form sends it.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct CorrectForm {
    version: i64,
    channel: String,
    name: String,
    /// Empty keeps the number that is there.
    phone: String,
    address: String,
    anonymous_reason: String,
    kind: String,
    summary: String,
    answer: String,
    external_ref: String,
    id_name: String,
    id_unit: String,
    id_phone: String,
    reason: String,
}

impl CorrectForm {
    fn of(k: &Contact, i: Option<Identity>) -> CorrectForm {
        let code = |f: fn(&Identity) -> Check| i.as_ref().map_or(Check::Unknown, f).as_str().to_owned();
        CorrectForm {
            version: k.version,
            channel: k.channel.clone(),
            name: k.name.clone(),
            phone: String::new(),
            address: k.address.clone(),
            anonymous_reason: k.anonymous_reason.clone(),
            kind: k.kind.clone(),
            summary: k.summary.clone(),
            answer: k.answer.clone(),
            external_ref: k.external_ref.clone(),
            id_name: code(|i| i.name),
            id_unit: code(|i| i.unit),
            id_phone: code(|i| i.phone),
            reason: String::new(),
        }
    }
}

async fn read(web: &Web, v: &Viewer, id: String) -> Result<Shown, Fail> {
    let ctx = v.ctx()?;
    let may = v.may(domain::access::Action::RegisterContact);
    let shown = web
        .read(&ctx, move |c, ctx| {
            let k = get(c, ctx, &ContactId::from(id.as_str()))?;
            let names = store::site::staff_names(c, &ctx.site)?;
            let en = ctx.locale == app::ctx::Locale::En;
            let name = |id: &str| {
                let found = names.iter().find(|n| n.id.as_str() == id);
                found
                    .map(|n| {
                        if en && !n.name_en.is_empty() {
                            n.name_en.clone()
                        } else {
                            n.name.clone()
                        }
                    })
                    .unwrap_or_default()
            };
            let mut cases = Vec::new();
            for id in store::contact::cases_of(c, &k.id)? {
                let Ok(seen) = app::case::get(c, ctx, &id) else {
                    continue;
                };
                let s = &seen.state;
                cases.push(CaseLine {
                    due: first_due(ctx, s),
                    title: app::case::title(ctx, &seen.state),
                    open: seen.state.is_open(),
                    number: seen.state.number,
                    kind: seen.state.kind.as_str().to_owned(),
                    state: seen.state.status.as_str().to_owned(),
                });
            }
            let files = attachment::list(c, ctx, &Subject::Contact(k.id.clone()))?;
            let old = correct::history(c, ctx, &k.id)?;
            let old = old.into_iter().map(|o| Old {
                at: o.at,
                by: name(&o.by),
                reason: o.reason,
                was: o.was,
            });
            let old = old.collect();
            let by = k.staff_id.as_ref().map(|s| name(s.as_str())).unwrap_or_default();
            let stands = app::appointment::of_contact(c, ctx, &k.id)?.0;
            let stands = (stands.as_str(), crate::appointment::tone(stands));
            let identity = serde_json::from_str(&k.identity_check).ok();
            Ok(Shown {
                by,
                identity,
                cases,
                files,
                old,
                may,
                stands,
                late: domain::late::entered_late(k.happened_at, k.recorded_at),
                k,
            })
        })
        .await?;
    Ok(shown)
}

/// What is due first of an open case, explained.
fn first_due(ctx: &Ctx, s: &domain::case::CaseState) -> Option<Due> {
    let (at, clock) = s
        .clocks
        .iter()
        .filter(|c| s.is_open() && c.is_open())
        .filter_map(|c| Some((c.due_at(ctx.now)?, c)))
        .min_by_key(|(at, _)| *at)?;
    let due = Due::open(ctx.locale, ctx.now, Some(at), s.waiting.is_some());
    let code = clock.code.as_str();
    Some(due.explained(
        ctx.locale,
        s.id.as_str(),
        &s.number,
        code,
        clock.is_provisional(ctx.now),
    ))
}

/// The page.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = read(&web, &v, id).await?;
    let p = Page::titled(&web, &v, s.k.number.clone());
    let f = CorrectForm::of(&s.k, s.identity);
    Ok(page(&ContactPage {
        p,
        f,
        s,
        errors: Vec::new(),
    })?)
}

/// Corrects it.
pub async fn post(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<CorrectForm>) -> Answer {
    match save(&web, &v, &id, &f).await {
        Ok(()) => Ok(Redirect::to(&format!("/contacts/{id}")).into_response()),
        Err(Fail(Error::Invalid(fields))) => {
            let errors = fields
                .iter()
                .map(|x| (x.name.clone(), crate::fail::field_text(v.locale, x)))
                .collect();
            let s = read(&web, &v, id).await?;
            let p = Page::titled(&web, &v, s.k.number.clone());
            Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                page(&ContactPage { p, s, f, errors })?,
            )
                .into_response())
        }
        Err(e) => Err(e),
    }
}

async fn save(web: &Web, v: &Viewer, id: &str, f: &CorrectForm) -> Result<(), Fail> {
    let (id, f) = (ContactId::from(id), f.clone());
    web.write(&v.ctx()?, move |tx, ctx| correction(tx, ctx, &id, &f))
        .await?;
    Ok(())
}

fn correction(tx: &mut store::db::Tx, ctx: &app::ctx::Ctx, id: &ContactId, f: &CorrectForm) -> Res<()> {
    let k = get(tx, ctx, id)?;
    let unit = if f.address.trim() == k.address {
        k.unit_id.clone()
    } else {
        look::unit_of(tx, ctx, &f.address)?.map(|u| u.id)
    };
    let moved = unit != k.unit_id || f.name.trim() != k.name;
    let check = |t: &str| t.parse().unwrap_or(Check::Unknown);
    let new = correct::Correction {
        channel: f.channel.parse().unwrap_or(Channel::Phone),
        // Somebody else, or somewhere else: the archive's person no longer fits.
        person: k.person_id.clone().filter(|_| !moved),
        unit,
        name: f.name.clone(),
        phone: if f.phone.trim().is_empty() {
            k.phone.clone()
        } else {
            f.phone.clone()
        },
        address: f.address.clone(),
        anonymous_reason: f.anonymous_reason.clone(),
        identity: Some(Identity {
            name: check(&f.id_name),
            unit: check(&f.id_unit),
            phone: check(&f.id_phone),
        }),
        kind: f
            .kind
            .parse::<Kind>()
            .map(|k| k.as_str().to_owned())
            .unwrap_or_default(),
        summary: f.summary.clone(),
        answer: f.answer.clone(),
        external_ref: f.external_ref.clone(),
        reason: f.reason.clone(),
    };
    correct::correct(tx, ctx, id, f.version, &new).map(|_| ())
}
