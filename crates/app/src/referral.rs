//! Referrals (CAL-8): who helps with what is not our service. Proposed wherever something is out of scope.

use domain::access::{Action, Reach};
use domain::answer::{ReferralKind, usual_referrals};
use domain::ids::{ReferralId, SiteId};
use serde::{Deserialize, Serialize};
use store::answer as db;
pub use store::answer::ReferralRow;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::{Ctx, Locale};
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal;
use crate::known;
use crate::once::once;

/// Referrals that are proposed at once.
const PROPOSED: usize = 3;
/// What says who somebody is: a locksmith is a person too, and may ask to be forgotten.
const PERSONAL: &[&str] = &["name", "name_en", "phone"];

/// What can be said of somebody who helps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub kind: String,
    pub name: String,
    pub name_en: String,
    pub phone: String,
    pub hours: String,
    pub hours_en: String,
    pub helps: String,
    pub helps_en: String,
}

impl Facts {
    /// What is on record.
    pub fn of(r: &ReferralRow) -> Facts {
        Facts {
            kind: r.kind.clone(),
            name: r.name.clone(),
            name_en: r.name_en.clone(),
            phone: r.phone.clone(),
            hours: r.hours.clone(),
            hours_en: r.hours_en.clone(),
            helps: r.helps.clone(),
            helps_en: r.helps_en.clone(),
        }
    }
}

/// Name, phone and hours in one line, as it is told and recorded.
pub fn told(locale: Locale, r: &ReferralRow) -> String {
    let pick = |zh: &str, en: &str| {
        let en = locale == Locale::En && !en.is_empty();
        if en { 1 } else { usize::from(zh.is_empty()) }
    };
    let name = [&r.name, &r.name_en][pick(&r.name, &r.name_en)];
    let hours = [&r.hours, &r.hours_en][pick(&r.hours, &r.hours_en)];
    let mut line = format!("{name} {}", r.phone).trim().to_owned();
    if !hours.is_empty() {
        line.push_str(&match locale {
            Locale::Zh => format!("（{hours}）"),
            Locale::En => format!(" ({hours})"),
        });
    }
    line
}

/// Everybody who helps, by kind and name.
///
/// # Errors
/// `Forbidden` for who does not look them up.
pub fn list(c: &mut Conn, ctx: &Ctx, with_closed: bool) -> Res<Vec<ReferralRow>> {
    ctx.need(Action::ViewAnswers)?;
    let mut rows = db::referrals(c, &ctx.site)?;
    rows.retain(|r| r.active || with_closed);
    let place = |kind: &str| ReferralKind::ALL.iter().position(|k| k.as_str() == kind);
    rows.sort_by_key(|r| place(&r.kind));
    Ok(rows)
}

/// One, for its form.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &ReferralId) -> Res<ReferralRow> {
    ctx.need(Action::ViewAnswers)?;
    db::referral(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

/// Who may help with this, best first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn propose(c: &mut Conn, ctx: &Ctx, text: &str) -> Res<Vec<ReferralRow>> {
    if ctx.reach(Action::ViewAnswers) == Reach::Never {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for (id, _) in known::find(c, ctx, known::REFERRAL, text)?
        .into_iter()
        .take(PROPOSED * 2)
    {
        rows.extend(db::referral(c, &ctx.site, &ReferralId::from(id))?.filter(|r| r.active));
    }
    rows.truncate(PROPOSED);
    Ok(rows)
}

fn check(s: &Facts) -> Res<()> {
    let mut f = Fields::default();
    if s.name.trim().is_empty() {
        f.add("name", "required");
    }
    if s.phone.trim().is_empty() {
        f.add("phone", "required");
    }
    if s.kind.parse::<ReferralKind>().is_err() {
        f.add("kind", "required");
    }
    for (name, value, most) in [
        ("name", &s.name, 60),
        ("name_en", &s.name_en, 120),
        ("phone", &s.phone, 60),
        ("hours", &s.hours, 80),
        ("hours_en", &s.hours_en, 120),
        ("helps", &s.helps, 400),
        ("helps_en", &s.helps_en, 600),
    ] {
        if value.chars().count() > most {
            f.add(name, "too-long");
        }
    }
    f.done()
}

fn row(id: ReferralId, site: &SiteId, s: &Facts, active: bool, version: i64) -> ReferralRow {
    let t = |x: &str| x.trim().to_owned();
    ReferralRow {
        id,
        site_id: site.clone(),
        kind: t(&s.kind),
        name: t(&s.name),
        name_en: t(&s.name_en),
        phone: t(&s.phone),
        hours: t(&s.hours),
        hours_en: t(&s.hours_en),
        helps: t(&s.helps),
        helps_en: t(&s.helps_en),
        active,
        version,
    }
}

fn words(tx: &mut Tx, r: &ReferralRow) -> Res<()> {
    if !r.active {
        return known::drop(tx, r.id.as_str());
    }
    let spoken = [r.helps.as_str(), &r.name].join(" \n");
    let rest = [r.helps_en.as_str(), &r.name_en].join(" \n");
    known::put(tx, &r.site_id, known::REFERRAL, r.id.as_str(), &spoken, &rest)
}

/// The referrals that a new site begins with.
///
/// # Errors
/// `Internal` when the shipped list cannot be read.
pub(crate) fn usual(tx: &mut Tx, ctx: &Ctx, site: &SiteId) -> Res<()> {
    let there = db::referrals(tx, site)?;
    for u in usual_referrals().map_err(Error::internal)? {
        if there.iter().any(|r| r.name == u.zh) {
            continue;
        }
        let facts = Facts {
            kind: u.kind.as_str().to_owned(),
            name: u.zh,
            name_en: u.en,
            phone: u.phone,
            hours: u.hours_zh,
            hours_en: u.hours_en,
            helps: u.helps_zh,
            helps_en: u.helps_en,
        };
        let r = row(ctx.id(), site, &facts, true, 1);
        db::referral_insert(tx, &r)?;
        words(tx, &r)?;
    }
    Ok(())
}

/// A name stands once: who adds one waits for whoever is adding one.
fn turn(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    Ok(tx.serial(&format!("referral/{}", ctx.site))?)
}

/// Adds the usual ones that are not there yet: sites that are older than the list begin with none.
///
/// # Errors
/// `Forbidden`.
pub fn add_usual(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    ctx.need(Action::ManageAnswers)?;
    turn(tx, ctx)?;
    usual(tx, ctx, &ctx.site)?;
    let body = serde_json::json!({"usual": true});
    journal::now(tx, ctx, "referral", ctx.site.as_str(), "referral_added", body, &[]);
    Ok(())
}

/// Adds somebody who helps.
///
/// # Errors
/// `Forbidden`, `Invalid` fields or a name that is taken.
pub fn add(tx: &mut Tx, ctx: &Ctx, key: &str, s: &Facts) -> Res<ReferralId> {
    ctx.need(Action::ManageAnswers)?;
    check(s)?;
    once(tx, ctx, key, s, |tx, ctx| {
        turn(tx, ctx)?;
        let there = db::referrals(tx, &ctx.site)?;
        if there.iter().any(|r| r.name == s.name.trim()) {
            return Err(Error::field("name", "referral-name-taken"));
        }
        let r = row(ctx.id(), &ctx.site, s, true, 1);
        db::referral_insert(tx, &r)?;
        words(tx, &r)?;
        let body = serde_json::to_value(s)?;
        journal::now(tx, ctx, "referral", r.id.as_str(), "referral_added", body, PERSONAL);
        Ok(r.id)
    })
}

fn to_change(tx: &mut Tx, ctx: &Ctx, id: &ReferralId, version: i64) -> Res<ReferralRow> {
    ctx.need(Action::ManageAnswers)?;
    let old = db::referral(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, old.version)?;
    Ok(old)
}

fn save(tx: &mut Tx, r: &ReferralRow) -> Res<()> {
    saved(db::referral_save(tx, r)?, r.version - 1)?;
    words(tx, r)
}

/// Changes what is said of somebody.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid` fields.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &ReferralId, version: i64, s: &Facts) -> Res<()> {
    turn(tx, ctx)?;
    let old = to_change(tx, ctx, id, version)?;
    check(s)?;
    let there = db::referrals(tx, &ctx.site)?;
    if there.iter().any(|r| r.id != *id && r.name == s.name.trim()) {
        return Err(Error::field("name", "referral-name-taken"));
    }
    let new = row(id.clone(), &ctx.site, s, old.active, version + 1);
    save(tx, &new)?;
    let body = serde_json::json!({"was": Facts::of(&old), "now": Facts::of(&new)});
    journal::now(
        tx,
        ctx,
        "referral",
        id.as_str(),
        "referral_changed",
        body,
        &["was", "now"],
    );
    Ok(())
}

/// Takes somebody off the list, or puts them on again.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`.
pub fn set_active(tx: &mut Tx, ctx: &Ctx, id: &ReferralId, version: i64, active: bool) -> Res<()> {
    let old = to_change(tx, ctx, id, version)?;
    if old.active == active {
        return Ok(());
    }
    let new = ReferralRow {
        active,
        version: version + 1,
        ..old
    };
    save(tx, &new)?;
    let kind = if active {
        "referral_restored"
    } else {
        "referral_withdrawn"
    };
    journal::now(tx, ctx, "referral", id.as_str(), kind, serde_json::json!({}), &[]);
    Ok(())
}
