//! Where complaints usually go where no clause says (noise, security, cleaning, greening, parking, neighbours …): the shipped
//! table, a habit of the trade, and what the site has changed of it.

use domain::access::Action;
use domain::case::complaint::Routes;
use domain::ids::StaffId;
use serde::Serialize;
use serde_json::json;
use store::complaint_route as db;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal;

/// The longest reason, in characters.
pub const LONGEST_WHY: usize = 300;

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Category of complaints: group of the taxonomy.
    pub category: String,
    /// Code of the department that the shipped table names.
    pub shipped: String,
    /// Code of the department where they go now.
    pub to: String,
    /// Why, by whom and when it was changed last.
    pub changed: Option<(String, StaffId, i64)>,
}

/// A change that is asked for: `was` is what the person saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub category: String,
    pub was: String,
    pub to: String,
}

/// The table in force at the open site.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn routes(c: &mut Conn, ctx: &Ctx) -> Res<Routes> {
    let mut all = ctx.book.routes.clone();
    for r in db::of_site(c, &ctx.site)? {
        all.habits.insert(r.category, r.department);
    }
    Ok(all)
}

/// The table with what was changed, in the order of the taxonomy.
///
/// # Errors
/// `Forbidden`.
pub fn table(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Line>> {
    ctx.need(Action::ManageSite)?;
    lines(c, ctx)
}

fn lines(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Line>> {
    let changed = db::of_site(c, &ctx.site)?;
    let line = |category: &str| {
        let shipped = ctx.book.routes.habit(category).to_owned();
        let now = changed.iter().find(|r| r.category == category);
        Line {
            category: category.to_owned(),
            to: now.map_or_else(|| shipped.clone(), |r| r.department.clone()),
            shipped,
            changed: now.map(|r| (r.why.clone(), r.set_by.clone(), r.set_at)),
        }
    };
    let groups = &ctx.book.taxonomy.complaint_groups;
    Ok(groups.iter().map(|g| line(&g.code)).collect())
}

/// Changes where complaints of some categories go; all of it or nothing. Complaints that were routed already stay where they are.
/// Returns how many lines differ from before.
///
/// # Errors
/// `Forbidden`, `Invalid` for an unknown category or a department that is not active, without a reason where something changes,
/// `Conflict` when a line is not any more what the person saw.
pub fn set(tx: &mut Tx, ctx: &Ctx, changes: &[Change], why: &str) -> Res<usize> {
    ctx.need(Action::ManageSite)?;
    let by = ctx.need_staff()?.id.clone();
    tx.serial(&format!("complaint-routes/{}", ctx.site))?;
    let now = lines(tx, ctx)?;
    let changes: Vec<&Change> = changes.iter().filter(|c| c.was != c.to).collect();
    if changes.is_empty() {
        return Ok(0);
    }
    let why = domain::privacy::masked(why.trim());
    if why.is_empty() {
        return Err(Error::field("why", "required"));
    }
    if why.chars().count() > LONGEST_WHY {
        return Err(Error::field("why", "too-long"));
    }
    for c in &changes {
        let field = || format!("to_{}", c.category);
        let line = now.iter().find(|l| l.category == c.category);
        let line = line.ok_or_else(|| Error::field(&field(), "invalid-choose"))?;
        if line.to != c.was {
            return Err(Error::field(&field(), "complaint-route-changed"));
        }
        store::site::department_by_code(tx, &ctx.site, &c.to)?
            .filter(|d| d.active)
            .ok_or_else(|| Error::field(&field(), "invalid-department"))?;
        db::put(
            tx,
            &db::ComplaintRoute {
                site_id: ctx.site.clone(),
                category: c.category.clone(),
                department: c.to.clone(),
                why: why.clone(),
                set_by: by.clone(),
                set_at: ctx.now,
            },
        )?;
        let body = json!({"category": c.category, "from": line.to, "to": c.to, "why": why});
        journal::now(
            tx,
            ctx,
            "site",
            ctx.site.as_str(),
            "complaint_route_changed",
            body,
            &["why"],
        );
    }
    Ok(changes.len())
}

#[cfg(test)]
mod tests {
    use domain::access::Role;
    use domain::case::complaint::{Nature, Received, propose};

    use store::testing::for_both;

    use super::*;
    use crate::testing::World;

    fn change(category: &str, was: &str, to: &str) -> Change {
        Change {
            category: category.into(),
            was: was.into(),
            to: to.into(),
        }
    }

    #[test]
    fn what_a_site_changes_is_proposed_from_then_on_and_only_with_a_reason() {
        for_both(|db| {
            let w = World::new(db);
            let manager = w.ctx(Role::ProjectManager);
            let clerk = w.ctx(Role::FrontDesk);
            let put = |ctx: &Ctx, c: Change, why: &str| {
                let why = why.to_owned();
                w.desk
                    .write_now(ctx, move |tx, ctx| set(tx, ctx, std::slice::from_ref(&c), &why))
            };
            let noise = |to: &str| change("noise", "security", to);
            assert!(matches!(
                put(&clerk, noise("customer_service"), "x"),
                Err(Error::Forbidden(_))
            ));
            assert!(matches!(
                put(&manager, noise("customer_service"), " "),
                Err(Error::Invalid(_))
            ));
            assert!(matches!(put(&manager, noise("nothing"), "x"), Err(Error::Invalid(_))));
            assert!(matches!(
                put(&manager, change("nothing", "a", "security"), "x"),
                Err(Error::Invalid(_))
            ));
            assert_eq!(put(&manager, noise("security"), "").unwrap(), 0, "nothing changes");
            assert_eq!(
                put(&manager, noise("customer_service"), "保安不处理邻里噪音").unwrap(),
                1
            );
            // Who saw the old table does not write over the new one.
            assert!(matches!(put(&manager, noise("cleaning"), "x"), Err(Error::Invalid(_))));
            let ctx = manager.clone();
            let now = w.desk.read_now(move |c| routes(c, &ctx)).unwrap();
            let p = propose(&now, Nature::Other, "noise", Received::Company, false);
            assert_eq!(p.to, "customer_service");
            let ctx = manager.clone();
            let all = w.desk.read_now(move |c| table(c, &ctx)).unwrap();
            let line = all.iter().find(|l| l.category == "noise").unwrap();
            assert_eq!(line.shipped, "security");
            assert_eq!(line.changed.as_ref().unwrap().0, "保安不处理邻里噪音");
            assert!(all.iter().filter(|l| l.changed.is_some()).count() == 1);
        });
    }
}
