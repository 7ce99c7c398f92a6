//! From November on the product asks for the holidays of the next year, once for each site and year: whoever may load them, and
//! the head of customer service. The asking ends when the file is there, however it came.

use domain::access::{Action, Reach, Role, allowed};
use domain::ids::StaffId;
use serde_json::{Map, json};
use store::db::Tx;
use store::notice as db;

use super::{NOTICE, missing_year, notice_key};
use crate::ctx::Ctx;
use crate::error::Res;
use crate::notice::{self, Leads, Level, NewNotice};

/// Asks for the year that is missing at the open site, if one is and it was not asked for; settles what is there.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn look(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    let missing = missing_year(tx, ctx)?;
    let key = missing.map(notice_key);
    let open = db::open_elsewhere(tx, &ctx.site, NOTICE)?;
    notice::settle_others(tx, ctx, &open, |k| Some(k) != key.as_deref())?;
    let (Some(year), Some(key)) = (missing, key) else {
        return Ok(());
    };
    if db::id_of(tx, &ctx.site, &key)?.is_some() {
        return Ok(());
    }
    let mut args = Map::new();
    args.insert("year".into(), json!(year.to_string()));
    let new = NewNotice {
        key,
        kind: notice::CALENDAR_YEAR,
        level: Level::Warning,
        leads: Leads::Page("/calendar"),
        to: who(tx, ctx)?,
        due_at: ctx.now,
        args,
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

/// Whoever may load a year's file at the open site, and its head of customer service.
fn who(tx: &mut Tx, ctx: &Ctx) -> Res<Vec<StaffId>> {
    let may = |role: &Role| *role == Role::CsHead || allowed(*role, Action::ManageCalendar) > Reach::Never;
    let mut to = Vec::new();
    for holder in store::site::holders(tx, &ctx.site)? {
        if holder.role.parse::<Role>().as_ref().is_ok_and(may) && !to.contains(&holder.id) {
            to.push(holder.id);
        }
    }
    Ok(to)
}
