//! Face-to-face appointments (ETQ-6): the list, and those of one contact with the state of its identity.

use app::appointment::{self, Listed, New, Outcome};
use app::error::{Error, Res};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::appointment::Verification;
use domain::ids::{AppointmentId, ContactId};
use domain::visit::DocumentKind;

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, Typed, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::form::{Pairs, value};
use crate::state::Web;
use crate::when;

/// An appointment as pages show it.
struct Row {
    id: String,
    version: i64,
    contact: String,
    name: String,
    at: String,
    with: String,
    place: String,
    bring: String,
    state: String,
    tone: &'static str,
    open: bool,
    /// Its time has passed and nobody has said what came of it.
    past: bool,
    result: String,
    note: String,
}

fn row(p: &Page, names: &Names, l: Listed) -> Row {
    let r = l.row;
    let open = r.state == "planned";
    let result = match r.verified {
        Some(ok) => {
            let key = if ok {
                "appointment-verified"
            } else {
                "appointment-not-verified"
            };
            format!("{} · {} …{}", p.t(key), p.code("visit-document", &r.document), r.tail)
        }
        None => String::new(),
    };
    Row {
        at: p.full_time(r.at),
        with: names.staff(&r.with_staff),
        state: p.code("appointment-state", &r.state),
        tone: match r.state.as_str() {
            "planned" => "amb",
            "kept" => "grn",
            "no_show" => "red",
            _ => "",
        },
        past: open && r.at <= p.now,
        open,
        result,
        id: r.id.into_string(),
        version: r.version,
        contact: l.contact,
        name: l.name,
        place: r.place,
        bring: r.bring,
        note: r.note,
    }
}

#[derive(Template)]
#[template(path = "appointment/list.html")]
struct ListPage {
    p: Page,
    planned: Vec<Row>,
    past: Vec<Row>,
    documents: Vec<&'static str>,
    /// What was typed into the row that was refused.
    t: Typed,
    above: Vec<String>,
}

fn documents() -> Vec<&'static str> {
    DocumentKind::ALL.iter().map(|d| d.as_str()).collect()
}

async fn list_view(web: &Web, v: &Viewer, t: Typed, above: Vec<String>) -> Result<ListPage, Fail> {
    let ((planned, past), names) = web
        .read(&v.ctx()?, |c, ctx| {
            Ok((appointment::list(c, ctx)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "appointment-title");
    let rows = |all: Vec<Listed>| all.into_iter().map(|l| row(&p, &names, l)).collect();
    Ok(ListPage {
        planned: rows(planned),
        past: rows(past),
        documents: documents(),
        p,
        t,
        above,
    })
}

/// Appointments to come and of the last thirty days.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&list_view(&web, &v, Typed::default(), Vec::new()).await?)?)
}

#[derive(Template)]
#[template(path = "appointment/contact.html")]
struct ContactPage {
    p: Page,
    id: String,
    number: String,
    stands: &'static str,
    tone: &'static str,
    rows: Vec<Row>,
    people: Vec<(String, String)>,
    documents: Vec<&'static str>,
    f: New,
    at: String,
    key: String,
    /// Rows are finished on the page of all appointments.
    t: Typed,
    e: Errors,
}

/// The colour of how an identity stands.
pub fn tone(v: Verification) -> &'static str {
    match v {
        Verification::NotAsked => "",
        Verification::Awaited => "amb",
        Verification::Verified => "grn",
        Verification::NotVerified | Verification::NoShow => "red",
    }
}

async fn contact_view(web: &Web, v: &Viewer, id: &str, f: New, e: Errors) -> Result<ContactPage, Fail> {
    let cid = ContactId::from(id);
    let (k, (stands, rows), names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let k = app::contact::get(c, ctx, &cid)?;
            Ok((k, appointment::of_contact(c, ctx, &cid)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "appointment-title");
    let listed = |row| Listed {
        row,
        contact: k.number.clone(),
        name: k.name.clone(),
    };
    Ok(ContactPage {
        id: k.id.as_str().to_owned(),
        number: k.number.clone(),
        stands: stands.as_str(),
        tone: tone(stands),
        rows: rows.into_iter().map(|r| row(&p, &names, listed(r))).collect(),
        people: names.everybody(),
        documents: documents(),
        at: f.at.map(|at| when::field(&p.zone, at)).unwrap_or_default(),
        key: p.key(web),
        t: Typed::default(),
        f,
        p,
        e,
    })
}

/// The appointments of a contact, and the form for another.
pub async fn of_contact(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(
        &contact_view(&web, &v, &id, New::default(), Errors::default()).await?,
    )?)
}

/// Makes one.
pub async fn make(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let key = value(&f, "_key");
    let n = New {
        at: when::parse_field(&zone, &value(&f, "at")),
        with: value(&f, "with"),
        place: value(&f, "place"),
        bring: value(&f, "bring"),
    };
    let (cid, asked) = (ContactId::from(id.as_str()), n.clone());
    match web
        .write(&v.ctx()?, move |tx, ctx| appointment::make(tx, ctx, &key, &cid, &asked))
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/contacts/{id}/appointments")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let shown = contact_view(&web, &v, &id, n, Errors::from(v.locale, Fail(e))?).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

fn outcome(f: &Pairs) -> Res<Outcome> {
    Ok(match value(f, "outcome").as_str() {
        "verified" | "not_verified" => Outcome::Kept {
            verified: value(f, "outcome") == "verified",
            document: value(f, "document")
                .parse()
                .map_err(|_| Error::field("document", "invalid-choose"))?,
            number: value(f, "number"),
            note: value(f, "note"),
        },
        "no_show" => Outcome::NoShow { note: value(f, "note") },
        "cancel" => Outcome::Cancel {
            reason: value(f, "note"),
        },
        _ => return Err(Error::field("outcome", "invalid-choose")),
    })
}

/// Writes down what came of one.
pub async fn finish(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (aid, seen) = (AppointmentId::from(id.as_str()), version(&value(&f, "version")));
    let outcome = outcome(&f);
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            appointment::known(tx, ctx, &aid)?;
            appointment::finish(tx, ctx, &aid, seen, &outcome.clone()?)
        })
        .await;
    match done {
        Ok(_) => Ok(Redirect::to("/appointments").into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let above = e.other(["number", "note"]).into_iter().map(str::to_owned).collect();
            let shown = list_view(&web, &v, Typed::new(&id, &f, &e), above).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}
