//! Face-to-face appointments with customers whose identity is to be checked (ETQ-6): when, with whom, what to bring, and what came
//! of it. The contact shows how its identity stands.

use domain::access::{Action, Reach};
pub use domain::appointment::Outcome;
use domain::appointment::{AppointmentState, Ended, Verification, end, verification};
use domain::ids::{AppointmentId, ContactId, StaffId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::appointment as db;
pub use store::appointment::AppointmentRow;
use store::db::Tx;
use store::seam::Conn;

use crate::contact;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::hidden::Hidden;
use crate::journal;
use crate::notice::{self, Leads, Level, NewNotice};
use crate::once::once;

/// How far back ended ones are listed, in milliseconds.
const SHOWN: i64 = 30 * 24 * 3_600_000;
/// How long one of which nobody has said what came of it stays in the list, in milliseconds.
const OPEN: i64 = 14 * 24 * 3_600_000;
const MOST: i64 = 100;

/// An appointment as it is made.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct New {
    /// Unix milliseconds.
    pub at: Option<i64>,
    /// The member of staff whom the customer meets; empty: who makes it.
    pub with: String,
    pub place: String,
    /// What the customer is to bring.
    pub bring: String,
}

/// An appointment as lists show it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub row: AppointmentRow,
    pub contact: String,
    pub name: String,
}

/// Makes an appointment with whoever a contact was.
///
/// # Errors
/// `NotFound` when the contact is not visible; `Invalid` without a time to come, a place and what to bring.
pub fn make(tx: &mut Tx, ctx: &Ctx, key: &str, id: &ContactId, n: &New) -> Res<AppointmentId> {
    ctx.need(Action::RegisterContact)?;
    let me = ctx.need_staff()?.id.clone();
    let k = contact::get(tx, ctx, id)?;
    let with = match n.with.trim() {
        "" => me.clone(),
        other => StaffId::from(other),
    };
    let mut f = Fields::default();
    if n.at.is_none_or(|at| at <= ctx.now) {
        f.add("at", "invalid-appointment-at");
    }
    for (name, value) in [("place", &n.place), ("bring", &n.bring)] {
        if value.trim().is_empty() {
            f.add(name, "required");
        } else if value.chars().count() > 200 {
            f.add(name, "too-long");
        }
    }
    if !store::site::workers(tx, &ctx.site)?.iter().any(|w| w.id == with) {
        f.add("with", "invalid-choice");
    }
    f.done()?;
    let clean = |t: &str| domain::privacy::masked(t.trim());
    once(tx, ctx, key, &(id, n), |tx, ctx| {
        let row = AppointmentRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            contact_id: k.id.clone(),
            at: n.at.unwrap_or(ctx.now),
            with_staff: with.clone(),
            place: clean(&n.place),
            bring: clean(&n.bring),
            state: AppointmentState::Planned.as_str().to_owned(),
            verified: None,
            document: String::new(),
            tail: String::new(),
            note: String::new(),
            made_by: me.clone(),
            made_at: ctx.now,
            ended_by: None,
            ended_at: None,
            version: 1,
        };
        db::insert(tx, &row)?;
        let body = json!({"appointment": row.id, "at": row.at, "with": row.with_staff, "place": row.place, "bring": row.bring});
        let subject = k.id.as_str();
        journal::now(
            tx,
            ctx,
            "contact",
            subject,
            "appointment_made",
            body,
            &["place", "bring"],
        );
        if row.with_staff != me {
            let new = NewNotice {
                key: format!("appointment/{}", row.id),
                kind: notice::APPOINTMENT,
                level: Level::Note,
                leads: Leads::Page("/appointments"),
                to: vec![row.with_staff.clone()],
                due_at: ctx.now,
                args: serde_json::Map::from_iter([
                    ("number".to_owned(), json!(k.number)),
                    ("at".to_owned(), json!({"at": row.at})),
                ]),
            };
            notice::raise(tx, ctx, new)?;
        }
        Ok(row.id)
    })
}

/// Whether the actor sees and ends this appointment: who oversees contacts, and whoever the customer meets.
fn sees(ctx: &Ctx, row: &AppointmentRow) -> bool {
    ctx.reach(Action::ViewContacts) >= Reach::Site || ctx.staff().is_some_and(|s| s.id == row.with_staff)
}

/// Whether there is such an appointment for the actor.
///
/// # Errors
/// `NotFound`.
pub fn known(c: &mut Conn, ctx: &Ctx, id: &AppointmentId) -> Res<()> {
    load(c, ctx, id).map(|_| ())
}

/// An appointment that the actor sees. One with whoever complained about the actor is not there.
fn load(c: &mut Conn, ctx: &Ctx, id: &AppointmentId) -> Res<AppointmentRow> {
    let row = db::get(c, &ctx.site, id)?
        .filter(|r| sees(ctx, r))
        .ok_or(Error::NotFound)?;
    if Hidden::from(c, ctx)?.shows_contact(row.contact_id.as_str()) {
        Ok(row)
    } else {
        Err(Error::NotFound)
    }
}

/// Writes down what came of an appointment. Of the document its kind and last characters are kept. Returns how the identity of
/// the contact stands then.
///
/// # Errors
/// `NotFound`, `Conflict`, the `Refused` of a rule.
pub fn finish(tx: &mut Tx, ctx: &Ctx, id: &AppointmentId, version: i64, outcome: &Outcome) -> Res<Verification> {
    ctx.need(Action::RegisterContact)?;
    let me = ctx.need_staff()?.id.clone();
    let old = load(tx, ctx, id)?;
    same_version(version, old.version)?;
    let state: AppointmentState = old.state.parse().map_err(Error::internal)?;
    let Ended {
        state,
        verified,
        document,
        tail,
        note,
    } = end(state, old.at, outcome, ctx.now)?;
    let new = AppointmentRow {
        state: state.as_str().to_owned(),
        verified,
        document: document.map_or("", |d| d.as_str()).to_owned(),
        tail,
        note,
        ended_by: Some(me),
        ended_at: Some(ctx.now),
        version: version + 1,
        ..old
    };
    saved(db::save(tx, &new)?, version)?;
    let body = json!({
        "appointment": id, "verified": new.verified, "document": new.document, "tail": new.tail, "note": new.note,
    });
    let kind = match state {
        AppointmentState::Kept => "appointment_kept",
        AppointmentState::NoShow => "appointment_no_show",
        _ => "appointment_cancelled",
    };
    journal::now(
        tx,
        ctx,
        "contact",
        new.contact_id.as_str(),
        kind,
        body,
        &["tail", "note"],
    );
    notice::settled(tx, ctx, &format!("appointment/{id}"))?;
    stands(tx, &new.contact_id)
}

fn stands(c: &mut Conn, contact: &ContactId) -> Res<Verification> {
    let all: Vec<_> = db::of_contact(c, contact)?
        .iter()
        .filter_map(|r| Some((r.state.parse::<AppointmentState>().ok()?, r.verified)))
        .collect();
    Ok(verification(all))
}

/// The appointments of a contact, newest first, and how the identity of whoever it was stands.
///
/// # Errors
/// `NotFound` when the contact is not visible.
pub fn of_contact(c: &mut Conn, ctx: &Ctx, id: &ContactId) -> Res<(Verification, Vec<AppointmentRow>)> {
    let k = contact::get(c, ctx, id)?;
    Ok((stands(c, &k.id)?, db::of_contact(c, &k.id)?))
}

/// Appointments to come, the earliest first, and those that ended in the last thirty days.
///
/// # Errors
/// `Forbidden` for who has no part in contacts.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<(Vec<Listed>, Vec<Listed>)> {
    ctx.need(Action::RegisterContact)?;
    let all = ctx.reach(Action::ViewContacts) >= Reach::Site;
    let with = ctx.staff().map(|s| s.id.clone()).filter(|_| !all);
    let of = |state: AppointmentState, since: i64| db::Filter {
        site: ctx.site.clone(),
        state: state.as_str().to_owned(),
        since,
        with: with.clone(),
        earliest_first: state == AppointmentState::Planned,
        limit: MOST,
    };
    let planned = db::list(c, &of(AppointmentState::Planned, ctx.now - OPEN))?;
    let mut past = Vec::new();
    for state in [
        AppointmentState::Kept,
        AppointmentState::NoShow,
        AppointmentState::Cancelled,
    ] {
        past.extend(db::list(c, &of(state, ctx.now - SHOWN))?);
    }
    past.sort_by_key(|r| std::cmp::Reverse(r.at));
    Ok((named(c, ctx, planned)?, named(c, ctx, past)?))
}

fn named(c: &mut Conn, ctx: &Ctx, rows: Vec<AppointmentRow>) -> Res<Vec<Listed>> {
    let mut out = Vec::new();
    let hidden = Hidden::from(c, ctx)?;
    let shown = |r: &AppointmentRow| sees(ctx, r) && hidden.shows_contact(r.contact_id.as_str());
    for row in rows.into_iter().filter(shown) {
        out.extend(store::contact::get(c, &ctx.site, &row.contact_id)?.map(|k| Listed {
            row,
            contact: k.number,
            name: k.name,
        }));
    }
    Ok(out)
}
