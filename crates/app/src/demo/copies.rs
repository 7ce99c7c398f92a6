//! A large estate for measuring: copies of the records of an estate that the use cases made. Lists, pages, search and the
//! timer find what they would find in an estate of that size; the journal tells only of the originals.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use domain::case::CaseState;
use domain::ids::{CallbackId, CaseId, ContactId, OrderId, SiteId};
use store::case as db;
use store::db::{Db, Tx};

use super::{Moved, Progress, Repeatable};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};

/// Originals that are copied in one transaction.
const AT_ONCE: i64 = 20;
/// Between the copies of one case: a minute and a second, so that they do not all fall on one instant.
const APART: i64 = 61_000;

/// Copies the cases of the first site, with their contacts, orders and callbacks, until there are `want` of them.
/// Returns how many there are then.
///
/// # Errors
/// `NotFound` without a site or a case; `Unavailable` when stopped by `progress` returning false.
pub fn copy(db: Db, dir: &std::path::Path, want: u64, progress: &dyn Fn(Progress) -> bool) -> Res<u64> {
    let clock = Arc::new(Moved(AtomicI64::new(0)));
    let desk = Desk::open(db, dir, clock, Arc::new(Repeatable(AtomicU64::new(want))))?;
    let site = desk
        .read_now(|c| Ok::<_, Error>(store::site::all(c)?))?
        .first()
        .map(|s| s.id.clone())
        .ok_or(Error::NotFound)?;
    let of = site.clone();
    let have = desk.read_now(move |c| Ok::<_, Error>(db::count_all(c, &of)?))?;
    let have = u64::try_from(have).unwrap_or(0);
    if have == 0 {
        return Err(Error::NotFound);
    }
    let each = (want / have).saturating_sub(1);
    let (mut after, mut done) = ((i64::MIN, String::new()), 0_u64);
    let last = desk.read_now({
        let site = site.clone();
        move |c| Ok::<_, Error>(db::newest_at(c, &site)?.unwrap_or(0))
    })?;
    loop {
        let (from, of, until) = (after.clone(), site.clone(), last);
        let part = desk.read_now(move |c| Ok::<_, Error>(db::rows_after(c, &of, from.0, &from.1, until, AT_ONCE)?))?;
        let Some(end) = part.last() else { break };
        after = (end.registered_at, end.id.as_str().to_owned());
        done += part.iter().filter(|r| !is_copy(&r.number)).count() as u64;
        let ctx = desk.system("demo", &site);
        desk.write_now(&ctx, move |tx, ctx| {
            part.iter()
                .filter(|r| !is_copy(&r.number))
                .try_for_each(|r| copies(tx, ctx, r, each))
        })?;
        if !progress(Progress {
            what: "copies",
            done,
            of: have,
            cases: done * (each + 1),
        }) {
            return Err(Error::Unavailable("unavailable-stopping"));
        }
    }
    Ok(have * (each + 1))
}

/// Originals have four digits behind the day.
fn is_copy(number: &str) -> bool {
    number.len() > "BX-20261121-0001".len()
}

/// `BX-20261121-0037` as its n-th copy: `BX-20261121-00030037`; no two are the same.
fn number(of: &str, n: u64) -> String {
    let (head, seq) = of.split_at(of.len().saturating_sub(4));
    format!("{head}{n:04}{seq}")
}

fn copies(tx: &mut Tx, ctx: &Ctx, of: &db::CaseRow, each: u64) -> Res<()> {
    let orders = db::orders_of(tx, &of.id)?;
    let callbacks = db::callbacks_of(tx, &of.id)?;
    let contacts = store::contact::of_case(tx, &of.id)?;
    let site: SiteId = ctx.site.clone();
    for n in 1..=each {
        let later = i64::try_from(n).unwrap_or(0) * APART;
        let ctx = Ctx {
            now: of.registered_at + later,
            ..ctx.clone()
        };
        let (id, number_) = (ctx.id::<CaseId>(), number(&of.number, n));
        let mut doc = of
            .doc
            .replace(of.id.as_str(), id.as_str())
            .replace(&of.number, &number_);
        for o in &orders {
            let order: OrderId = ctx.id();
            let as_copy = number(&o.number, n);
            doc = doc.replace(o.id.as_str(), order.as_str()).replace(&o.number, &as_copy);
        }
        for c in &callbacks {
            doc = doc.replace(c.id.as_str(), ctx.id::<CallbackId>().as_str());
        }
        let state: CaseState = serde_json::from_str(&doc)?;
        db::insert(
            tx,
            &db::CaseRow {
                id: id.clone(),
                number: number_.clone(),
                happened_at: of.happened_at + later,
                registered_at: of.registered_at + later,
                doc,
                ..of.clone()
            },
        )?;
        for (o, made) in orders.iter().zip(&state.orders) {
            db::order_put(
                tx,
                &db::OrderRow {
                    id: made.id.clone(),
                    case_id: id.clone(),
                    number: made.number.clone(),
                    issued_at: o.issued_at + later,
                    ..o.clone()
                },
            )?;
        }
        for (c, made) in callbacks.iter().zip(&state.callbacks) {
            db::callback_put(
                tx,
                &db::CallbackRow {
                    id: made.id.clone(),
                    case_id: id.clone(),
                    case_number: number_.clone(),
                    created_at: c.created_at + later,
                    ..c.clone()
                },
            )?;
        }
        for k in &contacts {
            let contact = store::contact::Contact {
                id: ctx.id::<ContactId>(),
                site_id: site.clone(),
                number: number(&k.number, n),
                happened_at: k.happened_at + later,
                ..k.clone()
            };
            store::contact::insert(tx, &contact)?;
            store::contact::link(tx, &contact.id, &id)?;
            crate::contact::index(tx, &ctx, &contact)?;
        }
        crate::case::index(tx, &ctx, &state)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_numbers_of_their_own() {
        assert_eq!(number("BX-20261121-0037", 3), "BX-20261121-00030037");
        assert!(is_copy(&number("BX-20261121-0037", 3)));
        assert!(!is_copy("BX-20261121-0037"));
    }
}
