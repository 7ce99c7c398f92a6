//! The figures of the hotline over a time: each call once, by hour and by who answered.

use std::collections::{HashMap, HashSet};

use domain::call::figures::{Around, Board};
use jiff::tz::TimeZone;
use store::call as db;
use store::seam::Conn;

use super::{between, rules, system};
use crate::ctx::Ctx;
use crate::error::Res;

/// Adds up the calls that began from an instant until another.
///
/// # Errors
/// `Forbidden` without the right to see those of the whole site, `Invalid` for a time that is too long or has too many.
pub fn board(c: &mut Conn, ctx: &Ctx, zone: &TimeZone, from: i64, until: i64) -> Res<Board> {
    let calls = between(c, ctx, from, until)?;
    let systems = db::systems(c, &ctx.site)?;
    let tells: HashSet<_> = systems
        .iter()
        .filter(|s| system::tells_holds(s))
        .map(|s| s.id.clone())
        .collect();
    // Of each number the last instant at which somebody talked with it.
    let mut talked: HashMap<&str, i64> = HashMap::new();
    for s in calls.iter().filter(|s| !s.row.number.is_empty()) {
        if let Some(at) = s.row.answered_at {
            let last = talked.entry(s.row.number.as_str()).or_insert(at);
            *last = at.max(*last);
        }
    }
    let mut board = Board::new(rules(c, ctx)?, zone);
    for s in &calls {
        let later = talked.get(s.row.number.as_str()).is_some_and(|at| *at > s.row.at);
        let around = Around {
            tells_holds: tells.contains(&s.row.system_id),
            offers: &s.doc.offers,
            called_back: s.row.missed && later,
        };
        // Who sat at a telephone then; of the one that answered, whoever took the call up.
        let person = |extension: &str, _at: i64| {
            let answered = extension == s.row.extension;
            let sat = s.doc.seats.get(extension).cloned();
            sat.or_else(|| s.row.staff_id.clone().filter(|_| answered))
        };
        board.add(&s.doc.call, around, person, ctx.now);
    }
    Ok(board)
}
