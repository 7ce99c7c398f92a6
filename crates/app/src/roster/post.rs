//! Posts, their shift patterns and their opening checklists: data of the site, edited by the head.

use std::str::FromStr;

use domain::access::{Action, Reach};
use domain::ids::{DepartmentId, PatternId, PostId};
use domain::roster::{Item, hours_text};
use domain::time::DayHours;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

use super::{changed, need_manage, need_post, same_version};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

/// What can be said of a post. Texts as people write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub name: String,
    pub name_en: String,
    pub department: String,
    /// Internal number; shown as it is, because it is no private one.
    pub extension: String,
    /// `00:00-24:00`, `08:30-12:00 13:30-17:30`; empty: need not be held.
    pub workdays: String,
    pub weekend: String,
    pub needed: String,
    /// One line a thing: Chinese, and English behind a `|`.
    pub checklist: String,
}

/// A post with all its patterns, those out of use too.
#[derive(Debug, Clone)]
pub struct Detail {
    pub post: db::Post,
    pub patterns: Vec<db::Pattern>,
    pub facts: Facts,
}

/// The checklist as lines.
fn lines(list: &[Item]) -> String {
    let line = |i: &Item| {
        if i.en.is_empty() {
            i.zh.clone()
        } else {
            format!("{} | {}", i.zh, i.en)
        }
    };
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The lines as a checklist. What is still there keeps its code, so that older check-ins can be read.
fn items(text: &str, old: &[Item], ctx: &Ctx) -> Vec<Item> {
    text.lines()
        .filter_map(|l| {
            let (zh, en) = l.split_once(['|', '｜']).unwrap_or((l, ""));
            let (zh, en) = (zh.trim(), en.trim());
            (!zh.is_empty()).then(|| Item {
                code: old
                    .iter()
                    .find(|o| o.zh == zh)
                    .map_or_else(|| format!("own_{}", ctx.ids.hex(3)), |o| o.code.clone()),
                zh: zh.to_owned(),
                en: en.to_owned(),
            })
        })
        .collect()
}

fn facts_of(p: &db::Post) -> Facts {
    Facts {
        name: p.name.clone(),
        name_en: p.name_en.clone(),
        department: p
            .department_id
            .as_ref()
            .map(|d| d.as_str().to_owned())
            .unwrap_or_default(),
        extension: p.extension.clone(),
        workdays: p.workdays.clone(),
        weekend: p.weekend.clone(),
        needed: p.needed.to_string(),
        checklist: lines(&super::board::checklist(p)),
    }
}

/// All posts of the open site that the actor may plan, those out of use too.
///
/// # Errors
/// `Forbidden` for who plans no roster.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Detail>> {
    ctx.need(Action::ManageRoster)?;
    let patterns = db::patterns(c, &ctx.site)?;
    let posts = db::posts(c, &ctx.site)?;
    Ok(posts
        .into_iter()
        .filter(|p| super::manages(ctx, p))
        .map(|post| Detail {
            patterns: patterns.iter().filter(|x| x.post_id == post.id).cloned().collect(),
            facts: facts_of(&post),
            post,
        })
        .collect())
}

/// One post.
///
/// # Errors
/// `NotFound`, `Forbidden` for another department's.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &PostId) -> Res<Detail> {
    ctx.need(Action::ManageRoster)?;
    let post = need_post(c, ctx, id)?;
    need_manage(ctx, &post)?;
    let patterns = db::patterns(c, &ctx.site)?;
    Ok(Detail {
        patterns: patterns.into_iter().filter(|x| x.post_id == post.id).collect(),
        facts: facts_of(&post),
        post,
    })
}

/// Makes the posts that ship with the product, for a site that has none.
///
/// # Errors
/// `Forbidden` but for who plans the whole site's roster.
pub fn begin(tx: &mut Tx, ctx: &Ctx) -> Res<usize> {
    if ctx.need(Action::ManageRoster)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    if !db::posts(tx, &ctx.site)?.is_empty() {
        return Ok(0);
    }
    let plans = domain::roster::default_posts().map_err(Error::internal)?;
    for (i, p) in plans.iter().enumerate() {
        let department = store::site::department_by_code(tx, &ctx.site, &p.department)?.map(|d| d.id);
        let post = db::Post {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            code: p.code.clone(),
            name: p.zh.clone(),
            name_en: p.en.clone(),
            department_id: department,
            extension: String::new(),
            workdays: hours_text(&p.workdays),
            weekend: hours_text(&p.weekend),
            needed: i64::from(p.needed),
            checklist: serde_json::to_string(&p.checklist)?,
            position: i64::try_from(i).unwrap_or(0),
            active: true,
            version: 1,
        };
        db::post_insert(tx, &post)?;
        for (k, x) in p.patterns.iter().enumerate() {
            let row = db::Pattern {
                id: ctx.id(),
                site_id: ctx.site.clone(),
                post_id: post.id.clone(),
                sign: x.sign.clone(),
                name: x.zh.clone(),
                name_en: x.en.clone(),
                hours: hours_text(&x.hours),
                position: i64::try_from(k).unwrap_or(0),
                active: true,
                version: 1,
            };
            db::pattern_insert(tx, &row)?;
        }
        let body = json!({"code": p.code, "name": p.zh});
        journal::now(tx, ctx, "post", post.id.as_str(), "post_added", body, &[]);
    }
    changed(tx, ctx)?;
    Ok(plans.len())
}

/// Hours as they are stored.
fn read_hours(text: &str) -> Result<String, ()> {
    DayHours::from_str(&text.replace(['－', '–', '—', '~', '～'], "-").replace('：', ":"))
        .map(|h| hours_text(&h))
        .map_err(|_| ())
}

struct Read {
    department: Option<DepartmentId>,
    workdays: String,
    weekend: String,
    needed: i64,
}

fn check(c: &mut Conn, ctx: &Ctx, f: &Facts, but: Option<&PostId>) -> Res<Read> {
    let mut bad = Fields::default();
    if f.name.trim().is_empty() {
        bad.add("name", "required");
    }
    let posts = db::posts(c, &ctx.site)?;
    if posts.iter().any(|p| Some(&p.id) != but && p.name == f.name.trim()) {
        bad.add("name", "roster-post-name-taken");
    }
    for (name, value, longest) in [
        ("name", &f.name, 20),
        ("name_en", &f.name_en, 40),
        ("extension", &f.extension, 20),
        ("checklist", &f.checklist, 2000),
    ] {
        if value.chars().count() > longest {
            bad.add(name, "too-long");
        }
    }
    let department = Some(f.department.trim())
        .filter(|d| !d.is_empty())
        .map(DepartmentId::from);
    match &department {
        Some(d) if store::site::department(c, &ctx.site, d)?.is_none() => bad.add("department", "department-unknown"),
        None => bad.add("department", "required"),
        _ => {}
    }
    let mut hours = |name, text: &str| {
        read_hours(text).unwrap_or_else(|()| {
            bad.add(name, "roster-hours");
            String::new()
        })
    };
    let (workdays, weekend) = (hours("workdays", &f.workdays), hours("weekend", &f.weekend));
    let needed = f.needed.trim().parse::<i64>().ok().filter(|n| (0..=50).contains(n));
    if needed.is_none() {
        bad.add("needed", "roster-needed");
    }
    bad.done()?;
    Ok(Read {
        department,
        workdays,
        weekend,
        needed: needed.unwrap_or(0),
    })
}

/// Adds a post.
///
/// # Errors
/// `Invalid`; `Forbidden` for a post of another department than the head's own.
pub fn add(tx: &mut Tx, ctx: &Ctx, key: &str, f: &Facts) -> Res<PostId> {
    ctx.need(Action::ManageRoster)?;
    let r = check(tx, ctx, f, None)?;
    once(tx, ctx, key, f, |tx, ctx| {
        let position = db::posts(tx, &ctx.site)?.iter().map(|p| p.position).max().unwrap_or(0) + 1;
        let post = db::Post {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            code: format!("own_{}", ctx.ids.hex(4)),
            name: f.name.trim().to_owned(),
            name_en: f.name_en.trim().to_owned(),
            department_id: r.department.clone(),
            extension: f.extension.trim().to_owned(),
            workdays: r.workdays.clone(),
            weekend: r.weekend.clone(),
            needed: r.needed,
            checklist: serde_json::to_string(&items(&f.checklist, &[], ctx))?,
            position,
            active: true,
            version: 1,
        };
        need_manage(ctx, &post)?;
        db::post_insert(tx, &post)?;
        journal::now(
            tx,
            ctx,
            "post",
            post.id.as_str(),
            "post_added",
            serde_json::to_value(f)?,
            &[],
        );
        changed(tx, ctx)?;
        Ok(post.id)
    })
}

fn save(tx: &mut Tx, ctx: &Ctx, new: &db::Post, body: Value) -> Res<()> {
    if db::post_save(tx, new)? == 0 {
        return Err(Error::Conflict {
            seen: new.version - 1,
            current: new.version,
        });
    }
    journal::now(tx, ctx, "post", new.id.as_str(), "post_changed", body, &[]);
    changed(tx, ctx)
}

/// Changes a post: its name, hours, how many must be there, its checklist.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &PostId, version: i64, f: &Facts) -> Res<()> {
    let d = get(tx, ctx, id)?;
    let r = check(tx, ctx, f, Some(id))?;
    same_version(version, d.post.version)?;
    let new = db::Post {
        name: f.name.trim().to_owned(),
        name_en: f.name_en.trim().to_owned(),
        department_id: r.department,
        extension: f.extension.trim().to_owned(),
        workdays: r.workdays,
        weekend: r.weekend,
        needed: r.needed,
        checklist: serde_json::to_string(&items(&f.checklist, &super::board::checklist(&d.post), ctx))?,
        version: version + 1,
        ..d.post.clone()
    };
    // A head gives no post away to another department, and takes none.
    need_manage(ctx, &new)?;
    let (was, now) = (serde_json::to_value(&d.facts)?, serde_json::to_value(facts_of(&new))?);
    let mut body = Map::new();
    if let (Some(was), Some(now)) = (was.as_object(), now.as_object()) {
        for (name, value) in now {
            if was.get(name) != Some(value) {
                body.insert(name.clone(), json!({"was": was.get(name), "now": value}));
            }
        }
    }
    save(tx, ctx, &new, body.into())
}

/// Takes a post out of use, or into use again. Its shifts and records stay.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub fn set_active(tx: &mut Tx, ctx: &Ctx, id: &PostId, version: i64, active: bool) -> Res<()> {
    let d = get(tx, ctx, id)?;
    same_version(version, d.post.version)?;
    let new = db::Post {
        active,
        version: version + 1,
        ..d.post
    };
    save(tx, ctx, &new, json!({"active": active}))
}

/// What can be said of a shift pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PatternFacts {
    pub sign: String,
    pub name: String,
    pub name_en: String,
    /// `07:30-15:30`, `23:30-07:30`.
    pub hours: String,
}

fn check_pattern(f: &PatternFacts) -> Res<String> {
    let mut bad = Fields::default();
    if f.sign.trim().is_empty() {
        bad.add("sign", "required");
    }
    if f.name.trim().is_empty() {
        bad.add("name", "required");
    }
    for (name, value, longest) in [("sign", &f.sign, 3), ("name", &f.name, 12), ("name_en", &f.name_en, 20)] {
        if value.trim().chars().count() > longest || (name == "sign" && value.trim().contains(char::is_whitespace)) {
            bad.add(name, "too-long");
        }
    }
    let hours = super::plan::one_span(&f.hours);
    if hours.is_none() {
        bad.add("hours", "roster-shift-hours");
    }
    bad.done()?;
    Ok(hours.map(|s| hours_text(&DayHours::new(vec![s]))).unwrap_or_default())
}

/// Adds a shift pattern to a post.
///
/// # Errors
/// `Invalid` for hours that are not one interval.
pub fn add_pattern(tx: &mut Tx, ctx: &Ctx, key: &str, post: &PostId, f: &PatternFacts) -> Res<PatternId> {
    let d = get(tx, ctx, post)?;
    let hours = check_pattern(f)?;
    once(tx, ctx, key, &(post, f), |tx, ctx| {
        let row = db::Pattern {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            post_id: post.clone(),
            sign: f.sign.trim().to_owned(),
            name: f.name.trim().to_owned(),
            name_en: f.name_en.trim().to_owned(),
            hours: hours.clone(),
            position: d.patterns.iter().map(|p| p.position).max().unwrap_or(0) + 1,
            active: true,
            version: 1,
        };
        db::pattern_insert(tx, &row)?;
        let body = json!({"pattern": row.id, "sign": row.sign, "name": row.name, "hours": row.hours});
        journal::now(tx, ctx, "post", post.as_str(), "pattern_added", body, &[]);
        changed(tx, ctx)?;
        Ok(row.id)
    })
}

/// Changes a pattern, or takes it out of use. Shifts that were planned by it keep their hours.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub fn edit_pattern(tx: &mut Tx, ctx: &Ctx, id: &PatternId, version: i64, f: &PatternFacts, active: bool) -> Res<()> {
    let old = db::pattern(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    get(tx, ctx, &old.post_id)?;
    let hours = check_pattern(f)?;
    same_version(version, old.version)?;
    let new = db::Pattern {
        sign: f.sign.trim().to_owned(),
        name: f.name.trim().to_owned(),
        name_en: f.name_en.trim().to_owned(),
        hours,
        active,
        version: version + 1,
        ..old.clone()
    };
    if db::pattern_save(tx, &new)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let body = json!({
        "pattern": id, "hours": {"was": old.hours, "now": new.hours}, "sign": {"was": old.sign, "now": new.sign},
        "name": {"was": old.name, "now": new.name}, "active": {"was": old.active, "now": active},
    });
    journal::now(tx, ctx, "post", old.post_id.as_str(), "pattern_changed", body, &[]);
    changed(tx, ctx)
}
