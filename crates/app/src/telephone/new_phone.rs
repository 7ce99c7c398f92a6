//! Requests for a new telephone (新装电话, TEL-8): a department or a person asks, administration says what it takes, the general manager
//! decides, administration puts it in: then it is among the telephones of the site, with owner, post and class.

use domain::access::{Action, Role};
use domain::call::line::ServiceClass;
use domain::call::new_phone::{ForWhom, NewPhone, NewPhoneState};
use domain::ids::{DepartmentId, NewPhoneId, StaffId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;
use store::telephone as db;
pub use store::telephone::NewPhoneRow;

use super::{PAGE, Tell, narrowed, reaches, somebody, tell, text, whoever};
use crate::call::system::{self, NewExtension};
use crate::ctx::Ctx;
use crate::error::{Error, Res, same_version, saved};
use crate::notice::{self, Level};
use crate::once::once;
use crate::{journal, list};

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// For a department or for a person: one of the two.
    pub department: String,
    pub person: String,
    /// Which of the two was meant, where neither is named.
    pub for_person: bool,
    pub class: String,
    pub place: String,
    pub why: String,
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<NewPhoneRow>,
    pub next: Option<(i64, String)>,
}

/// One request, with whether the next step is the viewer's.
#[derive(Debug, Clone)]
pub struct Looked {
    pub row: NewPhoneRow,
    pub may_handle: bool,
    pub may_decide: bool,
    pub may_install: bool,
}

fn rules(r: &NewPhoneRow) -> Res<NewPhone> {
    let whom = match (&r.for_department, &r.for_staff) {
        (Some(d), _) => ForWhom::Department(d.clone()),
        (None, Some(s)) => ForWhom::Person(s.clone()),
        (None, None) => ForWhom::Person(r.by_id.clone()),
    };
    Ok(NewPhone {
        state: r.state.parse().map_err(Error::internal)?,
        by: r.by_id.clone(),
        whom,
        class: r.class.parse().map_err(Error::internal)?,
        handled_by: r.handled_by.clone(),
        decided_by: r.decided_by.clone(),
        installed_by: r.installed_by.clone(),
        extension: r.extension.clone(),
    })
}

/// The list, newest first: the own ones, those of the department, or all. `state`: only those.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx, state: Option<NewPhoneState>, after: Option<(i64, String)>) -> Res<Listed> {
    let mut f = narrowed(ctx, Action::AskTelephone, after)?;
    f.state = state.map(|s| s.as_str().to_owned());
    let mut rows = db::new_phones(c, &f)?;
    let more = list::cut(&mut rows, usize::try_from(PAGE).unwrap_or(30));
    let last = rows.last().filter(|_| more);
    let next = last.map(|r| (r.asked_at, r.id.to_string()));
    Ok(Listed { rows, next })
}

fn row(c: &mut Conn, ctx: &Ctx, id: &NewPhoneId) -> Res<NewPhoneRow> {
    ctx.need(Action::AskTelephone)?;
    let row = db::new_phone(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if reaches(ctx, Action::AskTelephone, &row.by_id, row.by_department.as_ref()) {
        Ok(row)
    } else {
        Err(Error::NotFound)
    }
}

/// One request.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &NewPhoneId) -> Res<Looked> {
    let row = row(c, ctx, id)?;
    let (x, roles) = (rules(&row)?, &ctx.need_staff()?.roles);
    let mine = |state: NewPhoneState, action| x.state == state && ctx.need(action).is_ok() && x.may_step(roles).is_ok();
    Ok(Looked {
        may_handle: mine(NewPhoneState::Asked, Action::HandleNewPhone),
        may_decide: mine(NewPhoneState::Handled, Action::DecideNewPhone),
        may_install: mine(NewPhoneState::Approved, Action::HandleNewPhone),
        row,
    })
}

fn say(tx: &mut Tx, ctx: &Ctx, r: &NewPhoneRow, kind: &str, body: Value, personal: &[&str]) {
    journal::now(tx, ctx, "new_phone", r.id.as_str(), kind, body, personal);
}

fn key(r: &NewPhoneRow, kind: &str) -> String {
    format!("new_phone/{}/{kind}", r.id)
}

fn hear(tx: &mut Tx, ctx: &Ctx, r: &NewPhoneRow, kind: &'static str, to: Vec<StaffId>) -> Res<()> {
    let new = Tell {
        key: key(r, kind),
        kind,
        level: Level::Note,
        page: format!("/hotline/new-telephones/{}", r.id),
        to,
        due_at: ctx.now,
        args: &[],
    };
    tell(tx, ctx, new)
}

/// Asks for one.
///
/// # Errors
/// `Forbidden`, `Invalid`, `Refused` as [`NewPhone::ask`] says.
pub fn ask(tx: &mut Tx, ctx: &Ctx, once_key: &str, a: &Asked) -> Res<NewPhoneId> {
    ctx.need(Action::AskTelephone)?;
    once(tx, ctx, once_key, a, |tx, ctx| {
        let me = ctx.need_staff()?.clone();
        let (place, why) = (text("place", &a.place)?, text("why", &a.why)?);
        let class = a.class.parse().unwrap_or(ServiceClass::Local);
        let whom = match (a.department.trim(), a.person.trim()) {
            ("", "") => {
                let field = if a.for_person { "person" } else { "department" };
                return Err(Error::field(field, "new-phone-for-whom"));
            }
            ("", person) => ForWhom::Person(somebody(tx, ctx, "person", person)?),
            (department, _) => {
                let id = DepartmentId::from(department);
                let known = store::site::departments(tx, &ctx.site)?.iter().any(|d| d.id == id);
                if !known {
                    return Err(Error::field("department", "invalid-choose"));
                }
                ForWhom::Department(id)
            }
        };
        let x = NewPhone::ask(&me.id, whom.clone(), class, &place, &why)?;
        let (for_department, for_staff) = match whom {
            ForWhom::Department(d) => (Some(d), None),
            ForWhom::Person(s) => (None, Some(s)),
        };
        let row = NewPhoneRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            by_id: me.id,
            by_department: me.department,
            for_department,
            for_staff,
            class: class.as_str().to_owned(),
            place,
            why,
            asked_at: ctx.now,
            state: x.state.as_str().to_owned(),
            what: String::new(),
            handled_by: None,
            handled_at: None,
            reason: String::new(),
            decided_by: None,
            decided_at: None,
            installed_by: None,
            installed_at: None,
            extension: None,
            version: 1,
        };
        db::new_phone_insert(tx, &row)?;
        let body = json!({"department": row.for_department, "person": row.for_staff, "class": row.class, "place": row.place, "why": row.why});
        say(tx, ctx, &row, "new_phone_asked", body, &["why"]);
        let to = whoever(tx, ctx, Role::Administration, &[])?;
        hear(tx, ctx, &row, notice::NEW_PHONE_ASKED, to)?;
        Ok(row.id)
    })
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &NewPhoneId, version: i64) -> Res<(NewPhoneRow, NewPhone)> {
    let row = row(tx, ctx, id)?;
    same_version(version, row.version)?;
    let x = rules(&row)?;
    Ok((row, x))
}

fn save(tx: &mut Tx, row: &mut NewPhoneRow, x: &NewPhone) -> Res<()> {
    x.state.as_str().clone_into(&mut row.state);
    row.version += 1;
    saved(db::new_phone_save(tx, row)?, row.version - 1)
}

/// Administration says what it takes: line, number, cost.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` as [`NewPhone::handle`] says.
pub fn handle(tx: &mut Tx, ctx: &Ctx, id: &NewPhoneId, version: i64, what: &str) -> Res<()> {
    ctx.need(Action::HandleNewPhone)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let (me, what) = (ctx.need_staff()?.clone(), text("what", what)?);
    x.handle(&me.id, &me.roles, &what)?;
    (r.what, r.handled_by, r.handled_at) = (what, Some(me.id), Some(ctx.now));
    save(tx, &mut r, &x)?;
    say(tx, ctx, &r, "new_phone_handled", json!({"what": r.what}), &[]);
    notice::settled(tx, ctx, &key(&r, notice::NEW_PHONE_ASKED))?;
    let to = whoever(tx, ctx, Role::GeneralManager, &[])?;
    hear(tx, ctx, &r, notice::NEW_PHONE_HANDLED, to)
}

/// The general manager decides.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` as [`NewPhone::decide`] says.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &NewPhoneId, version: i64, yes: bool, reason: &str) -> Res<()> {
    ctx.need(Action::DecideNewPhone)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let (me, reason) = (ctx.need_staff()?.clone(), text("reason", reason)?);
    x.decide(&me.id, &me.roles, yes, &reason)?;
    (r.reason, r.decided_by, r.decided_at) = (reason, Some(me.id), Some(ctx.now));
    save(tx, &mut r, &x)?;
    let kind = if yes { "new_phone_approved" } else { "new_phone_refused" };
    say(tx, ctx, &r, kind, json!({"reason": r.reason}), &["reason"]);
    notice::settled(tx, ctx, &key(&r, notice::NEW_PHONE_HANDLED))?;
    if yes {
        let to = whoever(tx, ctx, Role::Administration, &[])?;
        hear(tx, ctx, &r, notice::NEW_PHONE_APPROVED, to)
    } else {
        hear(tx, ctx, &r, notice::NEW_PHONE_OVER, vec![r.by_id.clone()])
    }
}

/// Administration has put it in: it is a telephone of the site from now on.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`NewPhone::install`] says.
pub fn install(tx: &mut Tx, ctx: &Ctx, id: &NewPhoneId, version: i64, n: &NewExtension) -> Res<()> {
    ctx.need(Action::HandleNewPhone)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let me = ctx.need_staff()?.clone();
    let extension = system::checked(tx, ctx, n)?;
    x.install(&me.id, &me.roles, &extension)?;
    system::put_extension(tx, ctx, None, n)?;
    (r.installed_by, r.installed_at) = (Some(me.id), Some(ctx.now));
    r.extension.clone_from(&x.extension);
    save(tx, &mut r, &x)?;
    say(
        tx,
        ctx,
        &r,
        "new_phone_installed",
        json!({"extension": r.extension}),
        &[],
    );
    notice::settled(tx, ctx, &key(&r, notice::NEW_PHONE_APPROVED))?;
    hear(tx, ctx, &r, notice::NEW_PHONE_OVER, vec![r.by_id.clone()])
}
