//! Staff, their accounts and who is at work now.

use std::sync::Arc;

use domain::access::{Action, Reach, Role, may_grant};
use domain::ids::{CompanyId, DepartmentId, SiteId, StaffId};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::account as db;
use store::db::Tx;
use store::seam::Conn;
use store::staff as rows;

use crate::account::valid_login;
use crate::ctx::{Ctx, Ids};
use crate::desk::Desk;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;
use crate::password;

/// What a new account needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewStaff {
    pub login: String,
    pub name: String,
    pub name_en: String,
    pub employee_no: String,
    pub phone: String,
    pub locale: String,
}

/// Makes an account with a password hash made beforehand.
///
/// # Errors
/// `Invalid` when the login is taken.
pub fn create_raw(
    tx: &mut Tx,
    ctx: &Ctx,
    company: &CompanyId,
    s: &NewStaff,
    hash: &str,
    must_change: bool,
) -> Res<StaffId> {
    if db::by_login(tx, &s.login)?.is_some() {
        return Err(Error::field("login", "login-taken"));
    }
    let id: StaffId = ctx.id();
    db::staff_insert(
        tx,
        &db::StaffRow {
            id: id.clone(),
            company_id: company.clone(),
            login: s.login.clone(),
            name: s.name.clone(),
            name_en: s.name_en.clone(),
            employee_no: s.employee_no.clone(),
            phone: s.phone.clone(),
            password_hash: hash.to_owned(),
            must_change,
            locale: if s.locale.is_empty() {
                "zh".to_owned()
            } else {
                s.locale.clone()
            },
            active: true,
            created_at: ctx.now,
            version: 1,
        },
    )?;
    let body = serde_json::json!({"login": s.login, "name": s.name, "phone": s.phone});
    journal::company(
        tx,
        ctx,
        "staff",
        id.as_str(),
        "staff_created",
        body,
        &["name", "phone", "login"],
    );
    Ok(id)
}

/// One account in the list, with its roles.
#[derive(Debug, Clone)]
pub struct Listed {
    pub line: rows::Line,
    pub roles: Vec<rows::RoleAt>,
}

/// One account with all that its administrator sees.
#[derive(Debug, Clone)]
pub struct Detail {
    pub facts: rows::Facts,
    pub roles: Vec<rows::RoleAt>,
    pub last_sign_in: Option<i64>,
    /// Open cases that would be left without a hand (they are never lost: they stay with the person until given on).
    pub held: Vec<rows::Held>,
    /// Whether the actor may change the account itself, not only the roles at the open site.
    pub whole: bool,
    pub own: bool,
}

fn company(c: &mut Conn) -> Res<CompanyId> {
    db::the_company(c)?.ok_or(Error::NotFound)
}

/// The accounts that the actor administers: of the company, or of the open site and those without any role.
///
/// # Errors
/// `Forbidden` for roles that administer nobody.
pub fn list(c: &mut Conn, ctx: &Ctx, active: Option<bool>) -> Res<Vec<Listed>> {
    let site = (ctx.need(Action::ManageStaff)? != Reach::All).then(|| ctx.site.clone());
    let company = company(c)?;
    let filter = rows::Filter {
        company: company.clone(),
        site,
        active,
        here: ctx.site.clone(),
    };
    let mut roles = rows::roles_of_company(c, &company)?;
    let mut out = Vec::new();
    for line in rows::list(c, &filter)? {
        let (own, rest): (Vec<_>, Vec<_>) = roles.into_iter().partition(|r| r.staff_id == line.id);
        roles = rest;
        out.push(Listed { line, roles: own });
    }
    Ok(out)
}

fn roles_held(list: &[rows::RoleAt]) -> Vec<Role> {
    list.iter().filter_map(|r| r.role.parse().ok()).collect()
}

/// Loads an account that the actor may see as its administrator; others are not there.
fn load(c: &mut Conn, ctx: &Ctx, id: &StaffId) -> Res<(rows::Facts, Vec<rows::RoleAt>)> {
    let reach = ctx.need(Action::ManageStaff)?;
    let facts = rows::facts(c, id)?
        .filter(|f| company(c).is_ok_and(|own| own == f.company_id))
        .ok_or(Error::NotFound)?;
    let roles = rows::roles(c, id)?;
    let here = roles.is_empty() || roles.iter().any(|r| r.site_id == ctx.site);
    if reach == Reach::All || here {
        Ok((facts, roles))
    } else {
        Err(Error::NotFound)
    }
}

/// Whether the actor may act on the whole account: password, name, deactivation. Nobody may on somebody mightier, and a
/// site's manager not on somebody who also works elsewhere.
fn whole(ctx: &Ctx, roles: &[rows::RoleAt]) -> Result<(), &'static str> {
    let mine = ctx.staff().map(|s| s.roles.clone());
    if let Some(mine) = mine
        && !roles_held(roles).iter().all(|r| may_grant(&mine, *r))
    {
        return Err("forbidden-mightier");
    }
    if ctx.reach(Action::ManageStaff) != Reach::All && roles.iter().any(|r| r.site_id != ctx.site) {
        return Err("forbidden-staff-elsewhere");
    }
    Ok(())
}

fn need_whole(c: &mut Conn, ctx: &Ctx, id: &StaffId) -> Res<(rows::Facts, Vec<rows::RoleAt>)> {
    let (facts, roles) = load(c, ctx, id)?;
    whole(ctx, &roles).map_err(Error::Forbidden)?;
    Ok((facts, roles))
}

/// One account.
///
/// # Errors
/// `NotFound` for accounts of other sites.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &StaffId) -> Res<Detail> {
    let (facts, roles) = load(c, ctx, id)?;
    let hidden = crate::hidden::Hidden::from(c, ctx)?;
    let mut held = rows::held(c, id)?;
    held.retain(|h| hidden.shows(h.id.as_str()));
    Ok(Detail {
        last_sign_in: rows::last_sign_in(c, id)?,
        held,
        whole: whole(ctx, &roles).is_ok(),
        own: ctx.staff().is_some_and(|s| s.id == *id),
        facts,
        roles,
    })
}

/// A password that is made for somebody and changed by them at once: easy to read out, about 70 bits.
pub fn made_password(ids: &Ids) -> String {
    // No letters or digits that look or sound alike.
    const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 64];
    ids.0.fill(&mut bytes);
    // Bytes beyond a multiple of the signs would make some likelier than others.
    let fair = bytes
        .iter()
        .filter(|b| usize::from(**b) < 248)
        .map(|b| char::from(SIGNS[usize::from(*b) % SIGNS.len()]));
    let signs: Vec<char> = fair.take(15).collect();
    signs
        .chunks(5)
        .map(|c| c.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

fn check(s: &NewStaff) -> Res<()> {
    let mut f = Fields::default();
    if s.name.trim().is_empty() {
        f.add("name", "required");
    }
    if !valid_login(&s.login) {
        f.add("login", "login-form");
    }
    if !s.phone.trim().is_empty() && domain::phone::normalise(&s.phone).is_err() {
        f.add("phone", "invalid-phone");
    }
    for (name, value, longest) in [
        ("name", &s.name, 40),
        ("name_en", &s.name_en, 60),
        ("employee_no", &s.employee_no, 30),
        ("phone", &s.phone, 30),
    ] {
        if value.chars().count() > longest {
            f.add(name, "too-long");
        }
    }
    f.done()
}

fn tidy(s: &NewStaff) -> NewStaff {
    let trim = |x: &str| x.trim().to_owned();
    NewStaff {
        login: trim(&s.login).to_lowercase(),
        name: trim(&s.name),
        name_en: trim(&s.name_en),
        employee_no: trim(&s.employee_no),
        // As residents' numbers are kept: whether a number is one of staff decides whose signature it is (COM-30).
        phone: domain::phone::normalise(&s.phone).map_or_else(|_| trim(&s.phone), |p| p.canonical()),
        locale: trim(&s.locale),
    }
}

/// A new account, or a new password of one. The password is shown once and stored nowhere.
#[derive(Debug, Clone)]
pub struct Issued {
    pub id: StaffId,
    /// `None` when a repeated request found the work done: the password was shown the first time.
    pub password: Option<String>,
}

/// Makes an account with a first password that must be changed, and one first role.
///
/// # Errors
/// `Invalid` when the login or the number is taken, `Forbidden` for a role beyond the actor's own.
pub fn create(desk: &Arc<Desk>, ctx: &Ctx, key: &str, new: &NewStaff, role: Option<RoleAt>) -> Res<Issued> {
    ctx.need(Action::ManageStaff)?;
    check(new)?;
    let new = tidy(new);
    let pass = made_password(&ctx.ids);
    let (hash, mark, key) = (password::hash(&ctx.ids, &pass)?, ctx.ids.hex(8), key.to_owned());
    let (new, mine) = (new, mark.clone());
    let (id, made): (StaffId, String) = desk.write_now(ctx, move |tx, ctx| {
        once(tx, ctx, &key, &(&new, &role), |tx, ctx| {
            let company = company(tx)?;
            if !new.employee_no.is_empty()
                && rows::employee_no_taken(tx, &company, &new.employee_no, &StaffId::from(""))?
            {
                return Err(Error::field("employee_no", "employee-no-taken"));
            }
            let id = create_raw(tx, ctx, &company, &new, &hash, true)?;
            if let Some(r) = &role {
                grant(tx, ctx, &id, r)?;
            }
            Ok((id, mine.clone()))
        })
    })?;
    Ok(Issued {
        id,
        password: (made == mark).then_some(pass),
    })
}

/// Changes name, login, number, phone.
///
/// # Errors
/// `Conflict` when somebody else changed the account meanwhile.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &StaffId, version: i64, s: &NewStaff) -> Res<()> {
    let (old, _) = need_whole(tx, ctx, id)?;
    check(s)?;
    let s = tidy(s);
    if old.version != version {
        return Err(Error::Conflict {
            seen: version,
            current: old.version,
        });
    }
    if s.login != old.login && db::by_login(tx, &s.login)?.is_some() {
        return Err(Error::field("login", "login-taken"));
    }
    if !s.employee_no.is_empty() && rows::employee_no_taken(tx, &old.company_id, &s.employee_no, id)? {
        return Err(Error::field("employee_no", "employee-no-taken"));
    }
    let mut body = serde_json::Map::new();
    for (name, was, now) in [
        ("login", &old.login, &s.login),
        ("name", &old.name, &s.name),
        ("name_en", &old.name_en, &s.name_en),
        ("employee_no", &old.employee_no, &s.employee_no),
        ("phone", &old.phone, &s.phone),
    ] {
        if was != now {
            body.insert(name.to_owned(), json!({"was": was, "now": now}));
        }
    }
    if body.is_empty() {
        return Ok(());
    }
    let row = rows::Facts {
        login: s.login,
        name: s.name,
        name_en: s.name_en,
        employee_no: s.employee_no,
        phone: s.phone,
        version: version + 1,
        ..old
    };
    if rows::save(tx, &row)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    journal::company(
        tx,
        ctx,
        "staff",
        id.as_str(),
        "staff_changed",
        body.into(),
        &["login", "name", "name_en", "employee_no", "phone"],
    );
    Ok(())
}

/// A role at a site.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleAt {
    pub site: SiteId,
    pub role: Role,
    pub department: Option<DepartmentId>,
}

fn may_give(ctx: &Ctx, r: &RoleAt) -> Res<()> {
    let reach = ctx.need(Action::ManageStaff)?;
    if reach != Reach::All && r.site != ctx.site {
        return Err(Error::Forbidden("forbidden-staff-elsewhere"));
    }
    match ctx.staff() {
        Some(s) if !may_grant(&s.roles, r.role) => Err(Error::Forbidden("forbidden-mightier")),
        _ => Ok(()),
    }
}

/// Gives a role at a site; the same role again changes its department.
///
/// # Errors
/// `Forbidden` for a role beyond the actor's own (only a system administrator makes one), `NotFound` for a department
/// of another site.
pub fn grant(tx: &mut Tx, ctx: &Ctx, id: &StaffId, r: &RoleAt) -> Res<()> {
    load(tx, ctx, id)?;
    may_give(ctx, r)?;
    if store::site::get(tx, &r.site)?.is_none() {
        return Err(Error::NotFound);
    }
    if let Some(d) = &r.department
        && store::site::department(tx, &r.site, d)?.is_none_or(|d| !d.active)
    {
        return Err(Error::field("place", "department-unknown"));
    }
    let vendor = match &r.department {
        Some(d) => store::site::department(tx, &r.site, d)?.is_some_and(|d| d.kind == "vendor"),
        None => false,
    };
    if (r.role == Role::Vendor) != vendor {
        return Err(Error::field("place", "vendor-department"));
    }
    db::role_add(tx, id, &r.site, r.role.as_str(), r.department.as_ref())?;
    journal::company(
        tx,
        ctx,
        "staff",
        id.as_str(),
        "role_granted",
        serde_json::to_value(r)?,
        &[],
    );
    Ok(())
}

/// Takes a role away.
///
/// # Errors
/// `Refused` for the last system administrator.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &StaffId, site: &SiteId, role: Role) -> Res<()> {
    let (facts, _) = load(tx, ctx, id)?;
    let r = RoleAt {
        site: site.clone(),
        role,
        department: None,
    };
    may_give(ctx, &r)?;
    if db::role_remove(tx, id, site, role.as_str())? == 0 {
        return Ok(());
    }
    keep_one_administrator(tx, role == Role::Sysadmin && facts.active)?;
    journal::company(
        tx,
        ctx,
        "staff",
        id.as_str(),
        "role_withdrawn",
        serde_json::to_value(r)?,
        &[],
    );
    Ok(())
}

/// Somebody must be left who can administer; asked after the change, inside the transaction that is undone by the error.
fn keep_one_administrator(tx: &mut Tx, asked: bool) -> Res<()> {
    tx.serial("sysadmin")?;
    if asked && rows::count_with_role(tx, Role::Sysadmin.as_str())? == 0 {
        return Err(Refusal::new("refuse-last-administrator").into());
    }
    Ok(())
}

/// Ends an account: no sign-in, no token, off duty. What the person holds stays with them by name until it is given on.
///
/// # Errors
/// `Refused` for one's own account and the last system administrator.
pub fn deactivate(tx: &mut Tx, ctx: &Ctx, id: &StaffId, version: i64) -> Res<()> {
    let (facts, roles) = need_whole(tx, ctx, id)?;
    if ctx.staff().is_some_and(|s| s.id == *id) {
        return Err(Refusal::new("refuse-own-account").into());
    }
    set_active(tx, ctx, facts, version, false)?;
    keep_one_administrator(tx, roles.iter().any(|r| r.role == Role::Sysadmin.as_str()))?;
    db::sessions_revoke_others(tx, id, None, ctx.now)?;
    rows::tokens_revoke(tx, id, ctx.now)?;
    rows::duty_off_everywhere(tx, id)?;
    crate::account::ended(tx, ctx, id);
    Ok(())
}

/// Opens an ended account again; the roles are still there.
///
/// # Errors
/// `Conflict` when somebody else changed the account meanwhile.
pub fn activate(tx: &mut Tx, ctx: &Ctx, id: &StaffId, version: i64) -> Res<()> {
    let (facts, _) = need_whole(tx, ctx, id)?;
    set_active(tx, ctx, facts, version, true)
}

fn set_active(tx: &mut Tx, ctx: &Ctx, old: rows::Facts, version: i64, active: bool) -> Res<()> {
    if old.version != version {
        return Err(Error::Conflict {
            seen: version,
            current: old.version,
        });
    }
    if old.active == active {
        return Ok(());
    }
    let id = old.id.clone();
    if rows::save(
        tx,
        &rows::Facts {
            active,
            version: version + 1,
            ..old
        },
    )? == 0
    {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let kind = if active { "staff_activated" } else { "staff_deactivated" };
    journal::company(tx, ctx, "staff", id.as_str(), kind, json!({}), &[]);
    Ok(())
}

/// Gives somebody a new first password and signs them out everywhere.
///
/// # Errors
/// `Forbidden` for an account beyond the actor's own.
pub fn reset_password(desk: &Arc<Desk>, ctx: &Ctx, id: &StaffId) -> Res<Issued> {
    ctx.need(Action::ManageStaff)?;
    let pass = made_password(&ctx.ids);
    let (hash, staff) = (password::hash(&ctx.ids, &pass)?, id.clone());
    desk.write_now(ctx, move |tx, ctx| {
        need_whole(tx, ctx, &staff)?;
        db::set_password(tx, &staff, &hash, true)?;
        db::sessions_revoke_others(tx, &staff, None, ctx.now)?;
        journal::company(tx, ctx, "staff", staff.as_str(), "password_reset", json!({}), &[]);
        crate::account::ended(tx, ctx, &staff);
        Ok(())
    })?;
    Ok(Issued {
        id: id.clone(),
        password: Some(pass),
    })
}

/// Ends all sessions of an account: a lost phone, a shared PC.
///
/// # Errors
/// `Forbidden` for an account beyond the actor's own.
pub fn sign_out_everywhere(tx: &mut Tx, ctx: &Ctx, id: &StaffId) -> Res<u64> {
    need_whole(tx, ctx, id)?;
    let n = db::sessions_revoke_others(tx, id, None, ctx.now)?;
    journal::company(
        tx,
        ctx,
        "staff",
        id.as_str(),
        "sessions_ended",
        json!({"sessions": n}),
        &[],
    );
    crate::account::ended(tx, ctx, id);
    Ok(n)
}

/// By the command line, for an administrator who is locked out: a new first password, printed once.
///
/// # Errors
/// `NotFound` for an unknown login.
pub fn rescue(desk: &Arc<Desk>, login: &str) -> Res<Issued> {
    let ctx = desk.system("cli", &SiteId::from(journal::COMPANY));
    let login = login.trim().to_lowercase();
    let found = desk
        .read_now(move |c| Ok::<_, Error>(db::by_login(c, &login)?))?
        .ok_or(Error::NotFound)?;
    if !found.active {
        let id = found.id.clone();
        desk.write_now(&ctx, move |tx, ctx| {
            let facts = rows::facts(tx, &id)?.ok_or(Error::NotFound)?;
            let version = facts.version;
            set_active(tx, ctx, facts, version, true)
        })?;
    }
    reset_password(desk, &ctx, &found.id)
}
