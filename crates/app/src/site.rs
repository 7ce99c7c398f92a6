//! Sites and their departments.

use domain::access::{Action, Reach, Role};
use domain::ids::{CompanyId, SiteId, StaffId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::account as accounts;
use store::db::Tx;
use store::seam::Conn;
use store::site as db;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

/// What a new site needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewSite {
    pub name: String,
    pub name_en: String,
    pub hotline: String,
    pub address: String,
    pub complaint_phone: String,
    /// IANA zone; empty for Asia/Shanghai.
    pub zone: String,
}

/// Makes a site with the default departments of the shipped list.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn create(tx: &mut Tx, ctx: &Ctx, company: &CompanyId, s: &NewSite) -> Res<SiteId> {
    let id: SiteId = ctx.id();
    let zone = if s.zone.is_empty() { "Asia/Shanghai" } else { &s.zone };
    db::insert(
        tx,
        &db::Site {
            id: id.clone(),
            company_id: company.clone(),
            name: s.name.clone(),
            name_en: s.name_en.clone(),
            center_name: format!("{}物业服务中心", s.name),
            center_name_en: if s.name_en.is_empty() {
                String::new()
            } else {
                format!("{} property service centre", s.name_en)
            },
            zone: zone.to_owned(),
            address: s.address.clone(),
            hotline: s.hotline.clone(),
            complaint_phone: if s.complaint_phone.is_empty() {
                s.hotline.clone()
            } else {
                s.complaint_phone.clone()
            },
            settings: "{}".to_owned(),
            version: 1,
            created_at: ctx.now,
        },
    )?;
    let list = domain::departments::default_departments().map_err(Error::internal)?;
    for (i, d) in list.iter().enumerate() {
        db::department_insert(
            tx,
            &db::Department {
                id: ctx.id(),
                site_id: id.clone(),
                code: d.code.clone(),
                kind: d.kind.as_str().to_owned(),
                name: d.zh.clone(),
                name_en: d.en.clone(),
                phone: String::new(),
                duties: d.duties_zh.clone(),
                duties_en: d.duties_en.clone(),
                position: i64::try_from(i).unwrap_or(0),
                active: true,
                version: 1,
            },
        )?;
    }
    crate::referral::usual(tx, ctx, &id)?;
    journal::company(
        tx,
        ctx,
        "site",
        id.as_str(),
        "site_created",
        serde_json::to_value(s)?,
        &[],
    );
    Ok(id)
}

/// Adds another site to the company. Whoever does it administers it at once.
///
/// # Errors
/// `Forbidden` but for those who administer the whole company, `Invalid` for a name that is taken.
pub fn add(tx: &mut Tx, ctx: &Ctx, key: &str, s: &NewSite) -> Res<SiteId> {
    if ctx.need(Action::ManageSite)? != Reach::All {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let mut f = Fields::default();
    need_texts(&mut f, &[("name", &s.name), ("hotline", &s.hotline)]);
    need_zone(&mut f, &s.zone);
    if db::by_name(tx, s.name.trim())?.is_some() {
        f.add("name", "site-name-taken");
    }
    f.done()?;
    let company = accounts::the_company(tx)?.ok_or(Error::NotFound)?;
    let actor = ctx.staff().map(|a| a.id.clone());
    once(tx, ctx, key, s, |tx, ctx| {
        let id = create(tx, ctx, &company, s)?;
        if let Some(a) = &actor {
            accounts::role_add(tx, a, &id, Role::Sysadmin.as_str(), None)?;
        }
        Ok(id)
    })
}

fn need_texts(f: &mut Fields, list: &[(&str, &str)]) {
    for (name, value) in list {
        if value.trim().is_empty() {
            f.add(name, "required");
        } else if value.chars().count() > 120 {
            f.add(name, "too-long");
        }
    }
}

fn need_zone(f: &mut Fields, zone: &str) {
    if !zone.is_empty() && jiff::tz::TimeZone::get(zone).is_err() {
        f.add("zone", "zone-unknown");
    }
}

/// The open site as it is set up.
#[derive(Debug, Clone)]
pub struct SetUp {
    pub site: db::Site,
    /// Who keeps the resident archive (STD-4).
    pub archive_keeper: Option<db::StaffName>,
    /// Everybody who could.
    pub staff: Vec<db::StaffName>,
    pub may_edit: bool,
    pub may_add: bool,
}

/// The open site.
///
/// # Errors
/// `Forbidden` for roles that do not manage a site.
pub fn get(c: &mut Conn, ctx: &Ctx) -> Res<SetUp> {
    let reach = ctx.need(Action::ManageSite)?;
    let site = db::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
    let keeper = archive_keeper(&site);
    Ok(SetUp {
        archive_keeper: match &keeper {
            Some(id) if accounts::is_active(c, id)? == Some(true) => db::staff_name(c, id)?,
            _ => None,
        },
        staff: db::staff_names(c, &ctx.site)?,
        site,
        may_edit: true,
        may_add: reach == Reach::All,
    })
}

/// Who keeps the resident archive of a site (STD-4), if somebody was named.
pub fn archive_keeper(site: &db::Site) -> Option<StaffId> {
    let settings: Value = serde_json::from_str(&site.settings).ok()?;
    settings.get("archive_keeper")?.as_str().map(StaffId::from)
}

/// What can be changed of a site.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub name: String,
    pub name_en: String,
    pub center_name: String,
    pub center_name_en: String,
    pub hotline: String,
    pub complaint_phone: String,
    pub address: String,
    pub zone: String,
    /// Who keeps the resident archive (STD-4); empty: nobody is named yet.
    pub archive_keeper: String,
}

/// Changes the facts of the open site.
///
/// # Errors
/// `Invalid`, or `Conflict` when somebody else was faster.
pub fn edit(tx: &mut Tx, ctx: &Ctx, version: i64, s: &Facts) -> Res<()> {
    ctx.need(Action::ManageSite)?;
    let old = db::get(tx, &ctx.site)?.ok_or(Error::NotFound)?;
    if old.version != version {
        return Err(Error::Conflict {
            seen: version,
            current: old.version,
        });
    }
    let mut f = Fields::default();
    need_texts(
        &mut f,
        &[
            ("name", &s.name),
            ("center_name", &s.center_name),
            ("hotline", &s.hotline),
            ("zone", &s.zone),
        ],
    );
    need_zone(&mut f, s.zone.trim());
    if s.name.trim() != old.name && db::by_name(tx, s.name.trim())?.is_some() {
        f.add("name", "site-name-taken");
    }
    let keeper = s.archive_keeper.trim();
    if !keeper.is_empty() && !db::staff_names(tx, &ctx.site)?.iter().any(|p| p.id.as_str() == keeper) {
        f.add("archive_keeper", "staff-unknown");
    }
    f.done()?;
    let mut settings: Map<String, Value> = serde_json::from_str(&old.settings).unwrap_or_default();
    if keeper.is_empty() {
        settings.remove("archive_keeper");
    } else {
        settings.insert("archive_keeper".into(), json!(keeper));
    }
    let trim = |x: &str| x.trim().to_owned();
    let new = db::Site {
        name: trim(&s.name),
        name_en: trim(&s.name_en),
        center_name: trim(&s.center_name),
        center_name_en: trim(&s.center_name_en),
        hotline: trim(&s.hotline),
        complaint_phone: trim(&s.complaint_phone),
        address: trim(&s.address),
        zone: trim(&s.zone),
        settings: serde_json::to_string(&settings)?,
        version: version + 1,
        ..old.clone()
    };
    if db::save(tx, &new)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let mut body = Map::new();
    for (name, was, now) in [
        ("name", &old.name, &new.name),
        ("name_en", &old.name_en, &new.name_en),
        ("center_name", &old.center_name, &new.center_name),
        ("center_name_en", &old.center_name_en, &new.center_name_en),
        ("hotline", &old.hotline, &new.hotline),
        ("complaint_phone", &old.complaint_phone, &new.complaint_phone),
        ("address", &old.address, &new.address),
        ("zone", &old.zone, &new.zone),
    ] {
        if was != now {
            body.insert(name.into(), json!({"was": was, "now": now}));
        }
    }
    let (was, now) = (archive_keeper(&old), archive_keeper(&new));
    if was != now {
        body.insert("archive_keeper".into(), json!({"was": was, "now": now}));
    }
    if !body.is_empty() {
        journal::company(tx, ctx, "site", new.id.as_str(), "site_changed", body.into(), &[]);
    }
    Ok(())
}
