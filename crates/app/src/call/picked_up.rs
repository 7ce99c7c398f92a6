//! Whoever hears a telephone that nobody answers answers it and writes down what was said; the head of the department whose telephone
//! it is is told, and of what is urgent the general manager too (TEL-5).

use std::collections::BTreeSet;

use domain::call::measure::meant_for;
use domain::case::Urgency;
use domain::ids::{CallId, ContactId, DepartmentId, StaffId};
use domain::ladder::Post;
use serde_json::Map;
use store::call as db;
use store::db::Tx;
use store::seam::Conn;

use crate::contact::{NewContact, Registered};
use crate::ctx::Ctx;
use crate::error::Res;
use crate::notice::{self, Leads, Level, NewNotice};
use crate::post::{About, People};

fn key(contact: &ContactId) -> String {
    format!("picked_up/{contact}")
}

/// Departments whom this call was for, other than that of who took it down.
fn others(tx: &mut Tx, ctx: &Ctx, call: &CallId) -> Res<BTreeSet<DepartmentId>> {
    let Some(row) = db::get(tx, &ctx.site, call)? else {
        return Ok(BTreeSet::new());
    };
    let s = super::read(row)?;
    let mine = ctx.staff().and_then(|me| me.department.clone());
    let mut departments = BTreeSet::new();
    for number in meant_for(&s.doc.call) {
        let line = db::extension_by_number(tx, &ctx.site, number)?.filter(|x| x.active);
        departments.extend(line.and_then(|x| x.department_id).filter(|d| Some(d) != mine.as_ref()));
    }
    Ok(departments)
}

/// Tells the heads whose telephones somebody else answered. The notice leads to the entry, which they may read with it.
pub(crate) fn tell(tx: &mut Tx, ctx: &Ctx, n: &NewContact, made: &Registered) -> Res<()> {
    let Some(call) = &n.call else { return Ok(()) };
    let departments = others(tx, ctx, call)?;
    if departments.is_empty() {
        return Ok(());
    }
    let urgent = n.cases.iter().any(|k| k.urgency != Urgency::Normal);
    let people = People::of(tx, ctx)?;
    let mut to: BTreeSet<StaffId> = BTreeSet::new();
    for department in departments {
        let about = About {
            department: Some(department),
            ..About::default()
        };
        let posts: &[Post] = if urgent {
            &[Post::DeptHead, Post::GeneralManager]
        } else {
            &[Post::DeptHead]
        };
        to.extend(people.who(posts, &about).told.into_iter().map(|t| t.staff));
    }
    // A complaint about somebody is not told to them.
    for case in &made.cases {
        let hidden = store::hidden::from_whom(tx, case)?;
        to.retain(|staff| !hidden.contains(staff));
    }
    let me = ctx.staff().map(|me| &me.id);
    to.retain(|staff| Some(staff) != me);
    let new = NewNotice {
        key: key(&made.contact),
        kind: notice::PICKED_UP,
        level: if urgent { Level::Urgent } else { Level::Note },
        leads: Leads::Thing(format!("/contacts/{}", made.contact)),
        to: to.into_iter().collect(),
        due_at: ctx.now,
        args: Map::new(),
    };
    notice::raise(tx, ctx, new)?;
    Ok(())
}

/// Whether the viewer was told of an entry because a telephone of their department had rung: they may read it then.
pub(crate) fn was_told(c: &mut Conn, ctx: &Ctx, contact: &ContactId) -> Res<bool> {
    let Some(me) = ctx.staff() else { return Ok(false) };
    Ok(store::notice::was_told(c, &ctx.site, &me.id, &key(contact))?)
}
