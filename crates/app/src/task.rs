//! What a worker has to do: the own open orders, what the department has not given to anybody, and one order with its unit.

use domain::access::Action;
use domain::case::News;
use domain::ids::CaseId;
use store::case::{Filter, OrderRow, Sort};
use store::db::Tx;
use store::seam::Conn;
use store::task as db;
pub use store::task::Place;

use crate::case::{self, Seen};
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::hidden::Hidden;
use crate::step::{Step, run};

/// The worker's list.
pub struct Tasks {
    pub mine: Vec<OrderRow>,
    /// Nobody's yet, of the own department.
    pub free: Vec<OrderRow>,
    /// Everybody's of the department: for its head.
    pub department: Vec<OrderRow>,
}

/// Open orders, what is due first, first.
///
/// # Errors
/// `Forbidden` for who does no orders.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Tasks> {
    ctx.need(Action::Accept)?;
    let me = ctx.need_staff()?;
    let all = Filter {
        site: ctx.site.as_str().to_owned(),
        open: Some(true),
        sort: Sort::Due,
        limit: 100,
        ..Filter::default()
    };
    let mine = store::case::orders(
        c,
        &Filter {
            worker: Some(me.id.as_str().to_owned()),
            ..all.clone()
        },
    )?;
    let Some(dept) = &me.department else {
        let hidden = Hidden::from(c, ctx)?;
        let mine = mine.into_iter().filter(|r| hidden.shows(r.case_id.as_str())).collect();
        return Ok(Tasks {
            mine,
            free: Vec::new(),
            department: Vec::new(),
        });
    };
    let free = db::free(c, &ctx.site, dept, 100)?;
    let department = if ctx.reach(Action::Accept) >= domain::access::Reach::Department {
        store::case::orders(
            c,
            &Filter {
                department: Some(dept.as_str().to_owned()),
                ..all
            },
        )?
    } else {
        Vec::new()
    };
    let hidden = Hidden::from(c, ctx)?;
    let shown = |mut rows: Vec<OrderRow>| {
        rows.retain(|r| hidden.shows(r.case_id.as_str()));
        rows
    };
    let (mine, free, department) = (shown(mine), shown(free), shown(department));
    Ok(Tasks { mine, free, department })
}

/// The case of an order's number.
///
/// # Errors
/// `NotFound`.
pub fn of_order(c: &mut Conn, ctx: &Ctx, number: &str) -> Res<Seen> {
    let order = store::case::order_by_number(c, &ctx.site, number)?.ok_or(Error::NotFound)?;
    case::get(c, ctx, &order.case_id)
}

/// A worker asks the desk to put a call to the customer through: a note on the case, and a mark at the desk.
///
/// # Errors
/// As a note: `NotFound`, `Refused`.
pub fn connect(tx: &mut Tx, ctx: &Ctx, key: &str, id: &CaseId, text: &str) -> Res<()> {
    let note = Step::Note {
        text: text.to_owned(),
        told_customer: false,
    };
    run(tx, ctx, key, id, None, &note)?;
    store::case::set_news(tx, &ctx.site, id, ctx.now, News::Connect.as_str())?;
    Ok(())
}

/// Where the unit of a case is, and what to mind there.
///
/// # Errors
/// `NotFound`.
pub fn place(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Option<Place>> {
    let seen = case::get(c, ctx, case)?;
    Ok(match &seen.state.located.unit {
        Some(unit) => db::place(c, unit)?,
        None => None,
    })
}
