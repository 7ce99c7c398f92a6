//! Swaps: asked by one, agreed by the other, approved by the head; the history stays.

use domain::access::Action;
use domain::ids::{ShiftId, StaffId, SwapId};
use domain::refusal::Refusal;
use domain::roster::{SwapState, SwapStep, SwapWho, swap_step};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

use super::{LONGEST_MS, changed, manages, need_post, need_shift, plan, same_version, save_shift, stretch, tell};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

/// A swap as it is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewSwap {
    /// The asker's own shift.
    pub shift: String,
    /// The shift that is wanted for it; empty: `other` is asked to take the shift over.
    pub other_shift: String,
    pub other: String,
    pub reason: String,
}

/// A swap with its shifts.
#[derive(Debug, Clone)]
pub struct Line {
    pub swap: db::Swap,
    pub shift: Option<db::Shift>,
    pub other_shift: Option<db::Shift>,
    /// What the viewer can do with it.
    pub steps: Vec<SwapStep>,
}

/// Whether a person has room for a shift beside what they have, one of their own left out.
fn need_room(c: &mut Conn, staff: &StaffId, new: &db::Shift, but: Option<&ShiftId>) -> Res<()> {
    let at = stretch(new);
    let has = db::shifts_anywhere(c, staff, at.from - LONGEST_MS, at.to)?;
    match has
        .iter()
        .find(|s| stretch(s).meets(&at) && Some(&s.id) != but && s.id != new.id)
    {
        Some(s) => Err(Refusal::new("refuse-shift-overlap")
            .arg("at", s.from_at)
            .arg("until", s.to_at)
            .into()),
        None => Ok(()),
    }
}

/// Asks a colleague to swap, or to take a shift over.
///
/// # Errors
/// `Invalid` without a shift or a colleague; `Refused` once one of the shifts has begun or when somebody would be on two at once.
pub fn ask(tx: &mut Tx, ctx: &Ctx, key: &str, s: &NewSwap) -> Res<SwapId> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    once(tx, ctx, key, s, |tx, ctx| {
        let mine =
            need_shift(tx, ctx, &ShiftId::from(s.shift.as_str())).map_err(|_| Error::field("shift", "required"))?;
        if mine.staff_id != me {
            return Err(Error::NotFound);
        }
        let theirs = match s.other_shift.as_str() {
            "" => None,
            id => Some(
                need_shift(tx, ctx, &ShiftId::from(id))
                    .map_err(|_| Error::field("other_shift", "roster-shift-gone"))?,
            ),
        };
        let mut bad = Fields::default();
        let other = match &theirs {
            Some(t) => t.staff_id.clone(),
            None => StaffId::from(s.other.as_str()),
        };
        let people = db::people(tx, &ctx.site)?;
        if other == me || !people.iter().any(|p| p.id == other) {
            bad.add(
                if theirs.is_some() { "other_shift" } else { "other" },
                "roster-swap-with",
            );
        }
        if theirs.as_ref().is_some_and(|t| t.post_id != mine.post_id) {
            bad.add("other_shift", "roster-swap-post");
        }
        if s.reason.chars().count() > 200 {
            bad.add("reason", "too-long");
        }
        bad.done()?;
        if begins(&mine, theirs.as_ref()) <= ctx.now || mine.checked_in_at.is_some() {
            return Err(Refusal::new("refuse-swap-begun").into());
        }
        let open = db::swaps_of_shift(tx, &mine.id)?;
        if open.iter().any(|o| matches!(o.state.as_str(), "asked" | "agreed")) {
            return Err(Refusal::new("refuse-swap-open").into());
        }
        fits(tx, &me, &other, &mine, theirs.as_ref())?;
        let row = db::Swap {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            shift_id: mine.id.clone(),
            other_shift_id: theirs.as_ref().map(|t| t.id.clone()),
            asker_id: me.clone(),
            other_id: other.clone(),
            reason: domain::privacy::masked(s.reason.trim()),
            state: SwapState::Asked.as_str().to_owned(),
            asked_at: ctx.now,
            answered_at: None,
            decided_by: None,
            decided_at: None,
            decision: String::new(),
            version: 1,
        };
        db::swap_insert(tx, &row)?;
        let body = json!({"swap": row.id, "with": other, "for": row.other_shift_id, "reason": row.reason});
        journal::now(tx, ctx, "shift", mine.id.as_str(), "swap_asked", body, &["reason"]);
        let post = need_post(tx, ctx, &mine.post_id)?;
        tell::swap_asked(tx, ctx, &row, &post, mine.from_at)?;
        changed(tx, ctx)?;
        Ok(row.id)
    })
}

fn begins(mine: &db::Shift, theirs: Option<&db::Shift>) -> i64 {
    theirs.map_or(mine.from_at, |t| t.from_at.min(mine.from_at))
}

/// After the swap nobody is on two shifts at once.
fn fits(c: &mut Conn, asker: &StaffId, other: &StaffId, mine: &db::Shift, theirs: Option<&db::Shift>) -> Res<()> {
    need_room(c, other, mine, theirs.map(|t| &t.id))?;
    match theirs {
        Some(t) => need_room(c, asker, t, Some(&mine.id)),
        None => Ok(()),
    }
}

fn who(ctx: &Ctx, s: &db::Swap, post: Option<&db::Post>) -> SwapWho {
    let me = ctx.staff().map(|a| &a.id);
    SwapWho {
        asker: me == Some(&s.asker_id),
        other: me == Some(&s.other_id),
        head: post.is_some_and(|p| manages(ctx, p)),
    }
}

/// Does one step of a swap. An approved one exchanges the people of the shifts. Returns what became of it: `Lapsed` when a shift
/// of it was changed meanwhile.
///
/// # Errors
/// `Refused` by the rules of a swap, `Conflict`, `NotFound`.
pub fn answer(tx: &mut Tx, ctx: &Ctx, id: &SwapId, version: i64, step: SwapStep, note: &str) -> Res<SwapState> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let s = db::swap(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, s.version)?;
    if note.chars().count() > 200 {
        return Err(Error::field("note", "too-long"));
    }
    let mine = db::shift(tx, &ctx.site, &s.shift_id)?.ok_or(Error::NotFound)?;
    let theirs = match &s.other_shift_id {
        Some(t) => Some(db::shift(tx, &ctx.site, t)?.ok_or(Error::NotFound)?),
        None => None,
    };
    let post = need_post(tx, ctx, &mine.post_id)?;
    let state: SwapState = s.state.parse().map_err(Error::internal)?;
    let next = swap_step(
        state,
        step,
        who(ctx, &s, Some(&post)),
        begins(&mine, theirs.as_ref()),
        ctx.now,
    )?;
    let held = |x: &db::Shift, by: &StaffId| x.state == "planned" && x.staff_id == *by && x.checked_in_at.is_none();
    let whole = held(&mine, &s.asker_id) && theirs.as_ref().is_none_or(|t| held(t, &s.other_id));
    let next = if whole || !matches!(next, SwapState::Agreed | SwapState::Approved) {
        next
    } else {
        SwapState::Lapsed
    };
    let decides = matches!(step, SwapStep::Approve | SwapStep::Refuse);
    let new = db::Swap {
        state: next.as_str().to_owned(),
        answered_at: if matches!(step, SwapStep::Agree | SwapStep::Decline) {
            Some(ctx.now)
        } else {
            s.answered_at
        },
        decided_by: if decides { Some(me) } else { s.decided_by.clone() },
        decided_at: if decides { Some(ctx.now) } else { s.decided_at },
        decision: if note.trim().is_empty() {
            s.decision.clone()
        } else {
            domain::privacy::masked(note.trim())
        },
        version: version + 1,
        ..s.clone()
    };
    if next == SwapState::Approved {
        fits(tx, &s.asker_id, &s.other_id, &mine, theirs.as_ref())?;
        for (shift, to) in [(Some(&mine), &s.other_id), (theirs.as_ref(), &s.asker_id)] {
            let Some(x) = shift else { continue };
            let swapped = db::Shift {
                staff_id: to.clone(),
                version: x.version + 1,
                ..x.clone()
            };
            save_shift(tx, &swapped)?;
            plan::lapse_swaps(tx, ctx, &x.id, Some(id))?;
        }
    }
    if db::swap_save(tx, &new)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let kind = match next {
        SwapState::Agreed => "swap_agreed",
        SwapState::Declined => "swap_declined",
        SwapState::Withdrawn => "swap_withdrawn",
        SwapState::Approved => "swap_approved",
        SwapState::Refused => "swap_refused",
        _ => "swap_lapsed",
    };
    let body =
        json!({"swap": id, "asker": s.asker_id, "with": s.other_id, "for": s.other_shift_id, "note": note.trim()});
    journal::now(tx, ctx, "shift", mine.id.as_str(), kind, body, &["note"]);
    tell::swap_answered(tx, ctx, id)?;
    if next == SwapState::Agreed {
        tell::swap_agreed(tx, ctx, &new, &post, mine.from_at)?;
    }
    changed(tx, ctx)?;
    Ok(next)
}

fn line(c: &mut Conn, ctx: &Ctx, swap: db::Swap) -> Res<Line> {
    let shift = db::shift(c, &ctx.site, &swap.shift_id)?;
    let other_shift = match &swap.other_shift_id {
        Some(id) => db::shift(c, &ctx.site, id)?,
        None => None,
    };
    let post = match &shift {
        Some(s) => db::post(c, &ctx.site, &s.post_id)?,
        None => None,
    };
    let begins = shift.as_ref().map_or(0, |s| begins(s, other_shift.as_ref()));
    let state = swap.state.parse().unwrap_or(SwapState::Lapsed);
    let w = who(ctx, &swap, post.as_ref());
    let steps = SwapStep::ALL.iter().copied();
    let steps = steps
        .filter(|s| swap_step(state, *s, w, begins, ctx.now).is_ok())
        .collect();
    Ok(Line {
        swap,
        shift,
        other_shift,
        steps,
    })
}

/// Swaps that wait for an answer: the viewer's own, and for who plans the roster those of the posts in reach.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn open(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Line>> {
    ctx.need(Action::ViewRoster)?;
    let mut out = Vec::new();
    for s in db::swaps_open(c, &ctx.site)? {
        let l = line(c, ctx, s)?;
        if visible(c, ctx, &l)? {
            out.push(l);
        }
    }
    Ok(out)
}

fn visible(c: &mut Conn, ctx: &Ctx, l: &Line) -> Res<bool> {
    let me = ctx.staff().map(|a| a.id.clone());
    if me.as_ref() == Some(&l.swap.asker_id) || me.as_ref() == Some(&l.swap.other_id) {
        return Ok(true);
    }
    let Some(s) = &l.shift else { return Ok(false) };
    Ok(db::post(c, &ctx.site, &s.post_id)?.is_some_and(|p| manages(ctx, &p)))
}

/// One page of all swaps, newest first, as far as the viewer may see them, and where the next begins.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn page(
    c: &mut Conn,
    ctx: &Ctx,
    after: Option<(i64, String)>,
    limit: i64,
) -> Res<(Vec<Line>, Option<(i64, String)>)> {
    ctx.need(Action::ViewRoster)?;
    let f = db::PageFilter {
        site: ctx.site.as_str().to_owned(),
        after,
        limit: limit + 1,
    };
    let mut rows = db::swaps(c, &f)?;
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|s| (s.asked_at, s.id.as_str().to_owned()));
    let mut out = Vec::new();
    for s in rows {
        let l = line(c, ctx, s)?;
        if visible(c, ctx, &l)? {
            out.push(l);
        }
    }
    Ok((out, next))
}

/// What was asked about one shift, oldest first.
///
/// # Errors
/// `NotFound` for a shift of another site.
pub fn of_shift(c: &mut Conn, ctx: &Ctx, id: &ShiftId) -> Res<Vec<Line>> {
    ctx.need(Action::ViewRoster)?;
    let rows = db::swaps_of_shift(c, id)?;
    rows.into_iter()
        .filter(|s| s.site_id == ctx.site)
        .map(|s| line(c, ctx, s))
        .collect()
}
