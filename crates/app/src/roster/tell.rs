//! What the roster tells people by itself: alarms of gaps and of who has not come, raised once and settled when they are over;
//! and what waits for somebody's answer (COM-9, REC-4, REC-21).

use domain::ids::{HandOverId, ShiftId, StaffId, SwapId};
use serde_json::{Map, Value, json};
use store::db::Tx;
use store::notice as db;
use store::roster as rows;

use super::alarm::{Alarm, What, coverage_alarm};
use crate::ctx::Ctx;
use crate::error::Res;
use crate::notice::{self, Leads, Level, NewNotice};

/// Keys of alarms of the roster begin with it.
const ALARM: &str = "roster/";
const SWAP: &str = "swap/";
const HAND_OVER: &str = "hand_over/";

/// Looks at the site's roster: raises what is to be told, settles what is over. Returns when to look again, if nothing is changed.
/// `by_time`: it is looked at because time ran on, so that what comes late is late; else something was changed just now.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn look(tx: &mut Tx, ctx: &Ctx, by_time: bool) -> Res<i64> {
    let found = coverage_alarm(tx, ctx)?;
    let open = db::open_elsewhere(tx, &ctx.site, ALARM)?;
    let holds = |key: &str| {
        let key = key.trim_start_matches(ALARM);
        let key = key.split_once('#').map_or(key, |(key, _)| key);
        found.now.iter().any(|a| a.key == key)
    };
    notice::settle_others(tx, ctx, &open, |key| !holds(key))?;
    for a in &found.now {
        // What was settled and is so again (a gap that was filled and opened again) is told again. Asked by key, not of what was
        // read before: another replica may have told it meanwhile.
        let first = format!("{ALARM}{}", a.key);
        let (mut n, mut key) = (1, first.clone());
        let asks = loop {
            match db::id_of(tx, &ctx.site, &key)? {
                None => break true,
                Some(id) if db::get(tx, &ctx.site, &id)?.is_none_or(|x| x.done_at.is_none()) => break false,
                Some(_) => {
                    n += 1;
                    key = format!("{first}#{n}");
                }
            }
        };
        if !asks {
            continue;
        }
        notice::raise(tx, ctx, alarm(ctx, a, key, by_time))?;
    }
    for prefix in [SWAP, HAND_OVER] {
        let open = db::open_elsewhere(tx, &ctx.site, prefix)?;
        expire(tx, ctx, &open)?;
    }
    Ok(found.next_at.max(ctx.now + 1))
}

fn alarm(ctx: &Ctx, a: &Alarm, key: String, by_time: bool) -> NewNotice {
    let mut args = Map::new();
    args.insert(
        "post".into(),
        json!({"zh": a.post_name, "en": english(&a.post_name, &a.post_name_en)}),
    );
    let (kind, level) = match &a.what {
        What::Gap { at, present, needed } => {
            args.insert("from".into(), json!({"at": at.from}));
            args.insert("until".into(), json!({"at": at.to}));
            args.insert("lack".into(), json!(needed.saturating_sub(*present)));
            let on = at.from <= ctx.now;
            (notice::ROSTER_GAP, if on { Level::Escalation } else { Level::Warning })
        }
        What::NobodyHere { from, .. } => {
            args.insert("from".into(), json!({"at": from}));
            (notice::ROSTER_MISSING, Level::Escalation)
        }
    };
    NewNotice {
        key,
        kind,
        level,
        leads: Leads::Page("/roster"),
        to: a.to.clone(),
        due_at: if by_time { a.since } else { ctx.now },
        args,
    }
}

fn english<'a>(name: &'a str, name_en: &'a str) -> &'a str {
    if name_en.is_empty() { name } else { name_en }
}

/// A question whose time is over waits for nobody.
fn expire(tx: &mut Tx, ctx: &Ctx, open: &[db::Keyed]) -> Res<()> {
    for o in open {
        let part = |prefix: &str| {
            o.unique_key
                .strip_prefix(prefix)?
                .split_once('/')
                .map(|(id, _)| id.to_owned())
        };
        let over = if let Some(id) = part(SWAP) {
            match rows::swap(tx, &ctx.site, &SwapId::from(id))? {
                Some(s) if matches!(s.state.as_str(), "asked" | "agreed") => {
                    let mut over = begun(tx, ctx, &s.shift_id)?;
                    if let Some(other) = &s.other_shift_id {
                        over |= begun(tx, ctx, other)?;
                    }
                    over
                }
                _ => true,
            }
        } else if let Some(id) = part(HAND_OVER) {
            let h = rows::hand_over(tx, &ctx.site, &HandOverId::from(id))?;
            h.is_none_or(|h| !matches!(h.state.as_str(), "given" | "objected") || h.next_until <= ctx.now)
        } else {
            false
        };
        if over {
            notice::settled(tx, ctx, &o.unique_key)?;
        }
    }
    Ok(())
}

fn begun(tx: &mut Tx, ctx: &Ctx, id: &ShiftId) -> Res<bool> {
    Ok(rows::shift(tx, &ctx.site, id)?.is_none_or(|s| s.from_at <= ctx.now))
}

fn names(post: &rows::Post) -> Value {
    json!({"zh": post.name, "en": english(&post.name, &post.name_en)})
}

fn question(
    ctx: &Ctx,
    key: String,
    kind: &'static str,
    leads: Leads,
    to: Vec<StaffId>,
    args: Map<String, Value>,
) -> NewNotice {
    NewNotice {
        key,
        kind,
        level: Level::Warning,
        leads,
        to,
        due_at: ctx.now,
        args,
    }
}

fn of_shift(post: &rows::Post, from: i64) -> Map<String, Value> {
    let mut args = Map::new();
    args.insert("post".into(), names(post));
    args.insert("from".into(), json!({"at": from}));
    args
}

/// A colleague is asked for a swap.
pub(super) fn swap_asked(tx: &mut Tx, ctx: &Ctx, s: &rows::Swap, post: &rows::Post, from: i64) -> Res<()> {
    let to = vec![s.other_id.clone()];
    let new = question(
        ctx,
        format!("{SWAP}{}/asked", s.id),
        notice::SWAP_ASKED,
        Leads::Page("/shifts"),
        to,
        of_shift(post, from),
    );
    notice::raise(tx, ctx, new).map(|_| ())
}

/// Two have agreed: whoever plans the post decides.
pub(super) fn swap_agreed(tx: &mut Tx, ctx: &Ctx, s: &rows::Swap, post: &rows::Post, from: i64) -> Res<()> {
    let to = super::alarm::heads(tx, ctx, post.department_id.as_ref())?;
    let new = question(
        ctx,
        format!("{SWAP}{}/agreed", s.id),
        notice::SWAP_AGREED,
        Leads::Page("/roster/swaps"),
        to,
        of_shift(post, from),
    );
    notice::raise(tx, ctx, new).map(|_| ())
}

/// What was asked about a swap is answered, or asks nobody any more.
pub(super) fn swap_answered(tx: &mut Tx, ctx: &Ctx, id: &SwapId) -> Res<()> {
    notice::settled(tx, ctx, &format!("{SWAP}{id}/asked"))?;
    notice::settled(tx, ctx, &format!("{SWAP}{id}/agreed"))
}

/// A hand-over waits for the next shift.
pub(super) fn hand_over_waits(
    tx: &mut Tx,
    ctx: &Ctx,
    h: &rows::HandOver,
    post: &rows::Post,
    to: Vec<StaffId>,
) -> Res<()> {
    let mut args = Map::new();
    args.insert("post".into(), names(post));
    args.insert("number".into(), json!(h.number));
    let leads = Leads::Thing(format!("/duty/hand-overs/{}", h.id));
    let key = format!("{HAND_OVER}{}/waits", h.id);
    notice::raise(tx, ctx, question(ctx, key, notice::HAND_OVER_WAITS, leads, to, args)).map(|_| ())
}

/// The next shift objects: whoever gave it hears of it.
pub(super) fn hand_over_objected(tx: &mut Tx, ctx: &Ctx, h: &rows::HandOver, post: &rows::Post) -> Res<()> {
    let mut args = Map::new();
    args.insert("post".into(), names(post));
    args.insert("number".into(), json!(h.number));
    let leads = Leads::Thing(format!("/duty/hand-overs/{}", h.id));
    let key = format!("{HAND_OVER}{}/objected", h.id);
    let to = vec![h.giver_id.clone()];
    notice::raise(tx, ctx, question(ctx, key, notice::HAND_OVER_OBJECTED, leads, to, args)).map(|_| ())
}

/// A hand-over is answered, or another one took its place.
pub(super) fn hand_over_answered(tx: &mut Tx, ctx: &Ctx, id: &HandOverId) -> Res<()> {
    notice::settled(tx, ctx, &format!("{HAND_OVER}{id}/waits"))?;
    notice::settled(tx, ctx, &format!("{HAND_OVER}{id}/objected"))
}
