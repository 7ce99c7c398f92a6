//! Departments, vendors and outside services of a site: the directory that is one click from the desk (REC-2), and its upkeep.

use std::collections::HashMap;

use domain::access::{Action, Role};
use domain::departments::DepartmentKind;
use domain::ids::DepartmentId;
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use store::db::Tx;
use store::seam::Conn;
use store::site as db;
use store::staff as rows;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

/// One department with its people.
#[derive(Debug, Clone)]
pub struct Entry {
    pub department: db::Department,
    pub members: Vec<rows::Member>,
    /// Open cases that lie with it.
    pub open: i64,
}

impl Entry {
    /// How many of its people are at work now.
    pub fn on_duty(&self) -> usize {
        self.members.iter().filter(|m| m.on_duty_since.is_some()).count()
    }
}

/// The directory of the open site: everybody signed in may read it (REC-2).
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn directory(c: &mut Conn, ctx: &Ctx, with_closed: bool) -> Res<Vec<Entry>> {
    ctx.need_staff()?;
    let open: HashMap<_, _> = rows::open_by_department(c, &ctx.site)?
        .into_iter()
        .map(|o| (o.department_id, o.n))
        .collect();
    let mut members = rows::members(c, &ctx.site)?;
    let mut out = Vec::new();
    for department in db::departments(c, &ctx.site)? {
        let (own, rest): (Vec<_>, Vec<_>) = members.into_iter().partition(|m| m.department_id == department.id);
        members = rest;
        if department.active || with_closed {
            let open = open.get(&department.id).copied().unwrap_or(0);
            out.push(Entry {
                department,
                members: own,
                open,
            });
        }
    }
    Ok(out)
}

/// What can be said of a department.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub kind: String,
    pub name: String,
    pub name_en: String,
    pub phone: String,
    pub duties: String,
    pub duties_en: String,
}

fn check(s: &Facts) -> Res<()> {
    let mut f = Fields::default();
    if s.name.trim().is_empty() {
        f.add("name", "required");
    }
    if s.kind.parse::<DepartmentKind>().is_err() {
        f.add("kind", "required");
    }
    for (name, value, longest) in [
        ("name", &s.name, 40),
        ("name_en", &s.name_en, 80),
        ("phone", &s.phone, 60),
        ("duties", &s.duties, 400),
        ("duties_en", &s.duties_en, 600),
    ] {
        if value.chars().count() > longest {
            f.add(name, "too-long");
        }
    }
    f.done()
}

/// Adds a department or a vendor.
///
/// # Errors
/// `Invalid` for missing fields or a name that is taken.
pub fn add(tx: &mut Tx, ctx: &Ctx, key: &str, s: &Facts) -> Res<DepartmentId> {
    ctx.need(Action::ManageSite)?;
    check(s)?;
    once(tx, ctx, key, s, |tx, ctx| {
        let all = db::departments(tx, &ctx.site)?;
        if all.iter().any(|d| d.name == s.name.trim()) {
            return Err(Error::field("name", "department-name-taken"));
        }
        let id: DepartmentId = ctx.id();
        db::department_insert(
            tx,
            &db::Department {
                id: id.clone(),
                site_id: ctx.site.clone(),
                code: format!("own_{}", ctx.ids.hex(4)),
                kind: s.kind.clone(),
                name: s.name.trim().into(),
                name_en: s.name_en.trim().into(),
                phone: s.phone.trim().into(),
                duties: s.duties.trim().into(),
                duties_en: s.duties_en.trim().into(),
                position: all.iter().map(|d| d.position).max().unwrap_or(0) + 1,
                active: true,
                version: 1,
            },
        )?;
        journal::now(
            tx,
            ctx,
            "department",
            id.as_str(),
            "department_added",
            serde_json::to_value(s)?,
            &[],
        );
        Ok(id)
    })
}

/// One department of the open site, for its form.
///
/// # Errors
/// `NotFound` for one of another site.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &DepartmentId) -> Res<db::Department> {
    ctx.need(Action::ManageSite)?;
    db::department(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

fn save(tx: &mut Tx, new: &db::Department) -> Res<()> {
    if db::department_save(tx, new)? == 0 {
        return Err(Error::Conflict {
            seen: new.version - 1,
            current: new.version,
        });
    }
    Ok(())
}

/// Changes a department.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &DepartmentId, version: i64, s: &Facts) -> Res<()> {
    let old = get(tx, ctx, id)?;
    check(s)?;
    if old.version != version {
        return Err(Error::Conflict {
            seen: version,
            current: old.version,
        });
    }
    if db::departments(tx, &ctx.site)?
        .iter()
        .any(|d| d.id != *id && d.name == s.name.trim())
    {
        return Err(Error::field("name", "department-name-taken"));
    }
    let mixed = rows::members(tx, &ctx.site)?.iter().any(|m| {
        m.department_id == *id && (m.role == Role::Vendor.as_str()) != (s.kind == DepartmentKind::Vendor.as_str())
    });
    if s.kind != old.kind && mixed {
        return Err(Error::field("kind", "department-kind-people"));
    }
    let trim = |x: &str| x.trim().to_owned();
    let new = db::Department {
        kind: s.kind.clone(),
        name: trim(&s.name),
        name_en: trim(&s.name_en),
        phone: trim(&s.phone),
        duties: trim(&s.duties),
        duties_en: trim(&s.duties_en),
        version: version + 1,
        ..old.clone()
    };
    save(tx, &new)?;
    let mut body = Map::new();
    for (name, was, now) in [
        ("kind", &old.kind, &new.kind),
        ("name", &old.name, &new.name),
        ("name_en", &old.name_en, &new.name_en),
        ("phone", &old.phone, &new.phone),
        ("duties", &old.duties, &new.duties),
        ("duties_en", &old.duties_en, &new.duties_en),
    ] {
        if was != now {
            body.insert(name.into(), json!({"was": was, "now": now}));
        }
    }
    journal::now(
        tx,
        ctx,
        "department",
        id.as_str(),
        "department_changed",
        body.into(),
        &[],
    );
    Ok(())
}

/// Closes a department, or opens it again. What still lies with it must be given on first, so that nothing is lost.
///
/// # Errors
/// `Refused` while open cases lie with it.
pub fn set_active(tx: &mut Tx, ctx: &Ctx, id: &DepartmentId, version: i64, active: bool) -> Res<()> {
    let old = get(tx, ctx, id)?;
    if old.version != version {
        return Err(Error::Conflict {
            seen: version,
            current: old.version,
        });
    }
    if old.active == active {
        return Ok(());
    }
    let open = rows::open_by_department(tx, &ctx.site)?
        .into_iter()
        .find(|o| o.department_id == *id)
        .map_or(0, |o| o.n);
    if !active && open > 0 {
        return Err(Refusal::new("refuse-department-open").arg("n", open).into());
    }
    save(
        tx,
        &db::Department {
            active,
            version: version + 1,
            ..old
        },
    )?;
    let kind = if active {
        "department_opened"
    } else {
        "department_closed"
    };
    journal::now(tx, ctx, "department", id.as_str(), kind, json!({}), &[]);
    Ok(())
}
