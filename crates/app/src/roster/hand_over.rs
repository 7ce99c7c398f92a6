//! The hand-over (REC-21): what is open at that moment goes to the next shift by name, is signed off by who leaves and accepted
//! by who comes. An open emergency cannot be dropped.

use std::collections::BTreeMap;

use domain::access::{Action, Reach};
use domain::case::CaseState;
use domain::clock::ClockCode;
use domain::ids::{CaseId, HandOverId, KeyLoanId, PostId, ShiftId, StaffId};
use domain::number::Series;
use domain::refusal::Refusal;
use domain::roster::{Emergency, HandOverState, NEAR_MS, Next, Stretch, may_answer, may_give, may_hand_over};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::account as accounts;
use store::case::CaseLine;
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

use super::board::Board;
use super::{DAY_MS, changed, duty, need_post, need_shift, same_version, save_shift, stretch, tell};
use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::hidden::Hidden;
use crate::journal::{self, Subject};
use crate::once::once;

/// Somebody who comes this much after the end of a shift still relieves it, in milliseconds.
pub const RELIEF_MS: i64 = 30 * 60_000;

/// A promised reply that is still owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    pub case: CaseId,
    pub number: String,
    pub due_at: Option<i64>,
}

/// An emergency with who looks after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burning {
    pub case: CaseId,
    pub number: String,
    pub owner: Option<StaffId>,
}

/// What is open at one moment. Cases and keys by their ids: what is written about them is looked up when it is shown, and is gone
/// when it is erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Open {
    pub emergencies: Vec<Burning>,
    pub promises: Vec<Owed>,
    /// Callbacks that fall due before the next shift ends.
    pub callbacks: Vec<Owed>,
    /// Cases that are overdue or nearly so.
    pub due: Vec<Owed>,
    pub keys: Vec<KeyLoanId>,
}

impl Open {
    /// Whether there is nothing to give over.
    pub fn is_empty(&self) -> bool {
        self.emergencies.is_empty()
            && self.promises.is_empty()
            && self.callbacks.is_empty()
            && self.due.is_empty()
            && self.keys.is_empty()
    }
}

/// Whether the viewer's post has to do with a case.
fn sees(ctx: &Ctx, hidden: &Hidden, l: &CaseLine) -> bool {
    if !hidden.shows(l.id.as_str()) {
        return false;
    }
    let me = ctx.staff();
    let own = me.is_some_and(|m| l.worker_id.as_ref() == Some(&m.id) || l.first_asked_id.as_ref() == Some(&m.id));
    match ctx.reach(Action::ViewCase) {
        Reach::Site | Reach::All => true,
        Reach::Department => {
            let dept = me.and_then(|m| m.department.as_ref());
            own || (dept.is_some() && dept == l.department_id.as_ref())
        }
        Reach::Own => own,
        Reach::Never => false,
    }
}

fn owed(l: &CaseLine) -> Owed {
    Owed {
        case: l.id.clone(),
        number: l.number.clone(),
        due_at: l.due_at,
    }
}

/// What is open now, as far as the viewer's post has to do with it; callbacks until the next shift ends.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn open_now(c: &mut Conn, ctx: &Ctx, next_until: i64) -> Res<Open> {
    let owners = db::owners(c, &ctx.site)?;
    let hidden = Hidden::from(c, ctx)?;
    let emergencies = db::emergencies(c, &ctx.site)?
        .into_iter()
        .filter(|l| sees(ctx, &hidden, l));
    let emergencies: Vec<Burning> = emergencies
        .map(|l| Burning {
            owner: owners.iter().find(|o| o.case_id == l.id).map(|o| o.staff_id.clone()),
            number: l.number,
            case: l.id,
        })
        .collect();
    let mut promises = Vec::new();
    let desk = ctx.reach(Action::ViewCase) >= Reach::Site;
    if ctx.reach(Action::ViewCase) > Reach::Own {
        let reckons = case::Reckons::of(c, ctx)?;
        for row in db::promising(c, &ctx.site)? {
            let mut state: CaseState = serde_json::from_str(&row.doc)?;
            let dept = ctx.staff().and_then(|m| m.department.as_ref());
            let of_dept = state.last_order().is_some_and(|o| Some(&o.department) == dept);
            if (!desk && !of_dept) || !hidden.shows(state.id.as_str()) {
                continue;
            }
            state.attach(&reckons.calendars);
            let open: Vec<u32> = state.open_promises().map(|p| p.no).collect();
            for no in open {
                let clock = state
                    .clocks
                    .iter()
                    .find(|k| k.code == ClockCode::Promise && k.cycle == no);
                promises.push(Owed {
                    case: row.id.clone(),
                    number: row.number.clone(),
                    due_at: clock.and_then(|k| k.due_at(ctx.now)),
                });
            }
        }
    }
    promises.sort_by_key(|p| p.due_at.unwrap_or(i64::MAX));
    let callbacks = if desk {
        let rows = db::callbacks_before(c, &ctx.site, next_until)?.into_iter();
        let rows = rows.filter(|r| hidden.shows(r.case_id.as_str()));
        rows.map(|r| Owed {
            case: r.case_id,
            number: r.case_number,
            due_at: r.due_at,
        })
        .collect()
    } else {
        Vec::new()
    };
    let due = db::due_before(c, &ctx.site, ctx.now + NEAR_MS)?;
    let due = due.iter().filter(|l| sees(ctx, &hidden, l)).map(owed).collect();
    let keys = db::loans_out(c, &ctx.site)?.into_iter().map(|k| k.id).collect();
    Ok(Open {
        emergencies,
        promises,
        callbacks,
        due,
        keys,
    })
}

/// Who comes after a shift.
#[derive(Debug, Clone, Default)]
pub struct After {
    /// Shifts of the same post that follow.
    pub next: Vec<db::Shift>,
    /// Everybody who is on a shift of the site then.
    pub incoming: Vec<StaffId>,
    /// The post must be held then (COM-9).
    pub must: bool,
    /// When the next shift ends.
    pub until: i64,
    /// Somebody who relieves this shift is at the post already.
    pub relieved: bool,
}

fn after(b: &Board, s: &db::Shift, now: i64) -> After {
    let end = s.to_at.max(now);
    let there = |x: &&db::Shift| {
        x.id != s.id
            && x.to_at > end
            && x.from_at <= end + RELIEF_MS
            && x.from_at > s.from_at - super::LONGEST_MS
            && !b.absent(x)
    };
    // Somebody was put on the post beside this one, and came: they relieve it before its end.
    let relief = |x: &&db::Shift| {
        x.id != s.id
            && x.from_at > s.from_at
            && x.checked_in_at.is_some()
            && x.ended_at.is_none()
            && stretch(x).holds(now)
    };
    let of_post = |x: &&db::Shift| x.post_id == s.post_id && x.staff_id != s.staff_id;
    let all = || b.shifts.iter();
    let relieved = all().filter(of_post).any(|x| relief(&x));
    let next: Vec<db::Shift> = all()
        .filter(of_post)
        .filter(|x| there(x) || relief(x))
        .cloned()
        .collect();
    let mut incoming: Vec<StaffId> = all()
        .filter(|x| there(x) || (of_post(x) && relief(x)))
        .map(|x| x.staff_id.clone())
        .collect();
    incoming.sort();
    incoming.dedup();
    let instant = Stretch { from: end, to: end + 1 };
    let must = b
        .post(&s.post_id)
        .is_some_and(|p| !p.coverage.demand(&b.zone, instant).is_empty());
    let until = next.iter().map(|x| x.to_at).max().unwrap_or(end + 8 * 3_600_000);
    After {
        next,
        incoming,
        must,
        until,
        relieved,
    }
}

/// The form of a hand-over.
#[derive(Debug, Clone)]
pub struct Form {
    pub shift: db::Shift,
    pub post: db::Post,
    pub after: After,
    pub open: Open,
}

fn own_shift(c: &mut Conn, ctx: &Ctx, id: &ShiftId) -> Res<db::Shift> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let s = need_shift(c, ctx, id)?;
    if s.staff_id == me { Ok(s) } else { Err(Error::NotFound) }
}

/// What would be handed over now, and to whom.
///
/// # Errors
/// `NotFound` for somebody else's shift.
pub fn form(c: &mut Conn, ctx: &Ctx, id: &ShiftId) -> Res<Form> {
    let shift = own_shift(c, ctx, id)?;
    let post = need_post(c, ctx, &shift.post_id)?;
    let b = duty::around(c, ctx)?;
    let after = after(&b, &shift, ctx.now);
    let open = open_now(c, ctx, after.until)?;
    Ok(Form {
        shift,
        post,
        after,
        open,
    })
}

/// What the leaving person fills in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Give {
    /// Who of the incoming shift looks after which emergency.
    pub owners: BTreeMap<String, String>,
    pub note: String,
}

/// Signs the shift off to the next one. A second one of the same shift takes the place of the first.
///
/// # Errors
/// `Refused` while an emergency has nobody of the incoming shift (REC-21), when nobody follows at a post that must be held (COM-9),
/// without a check-in, or once it was accepted.
pub fn give(tx: &mut Tx, ctx: &Ctx, key: &str, id: &ShiftId, g: &Give) -> Res<HandOverId> {
    once(tx, ctx, key, &(id, g), |tx, ctx| {
        let f = form(tx, ctx, id)?;
        let me = f.shift.staff_id.clone();
        if f.shift.checked_in_at.is_none() {
            return Err(Refusal::new("refuse-hand-over-not-in").clause("REC-4").into());
        }
        if f.shift.ended_at.is_some() {
            return Err(Refusal::new("refuse-hand-over-answered").clause("REC-21").into());
        }
        may_give(f.shift.to_at, f.after.relieved, ctx.now)?;
        if g.note.chars().count() > 1000 {
            return Err(Error::field("note", "too-long"));
        }
        let named = |e: &Burning| {
            let chosen = g.owners.get(e.case.as_str()).filter(|o| !o.is_empty());
            chosen.map(|o| StaffId::from(o.as_str()))
        };
        let emergencies: Vec<Emergency> = f
            .open
            .emergencies
            .iter()
            .map(|e| Emergency {
                case: e.case.clone(),
                number: e.number.clone(),
                owner: named(e),
            })
            .collect();
        let next = Next {
            follows: !f.after.next.is_empty(),
            must: f.after.must,
        };
        may_hand_over(&emergencies, &f.after.incoming, next)?;
        for old in db::hand_overs_open(tx, &ctx.site)?
            .into_iter()
            .filter(|h| h.shift_id == *id)
        {
            let version = old.version + 1;
            tell::hand_over_answered(tx, ctx, &old.id)?;
            db::hand_over_save(
                tx,
                &db::HandOver {
                    state: HandOverState::Replaced.as_str().to_owned(),
                    version,
                    ..old
                },
            )?;
        }
        let mut body = f.open.clone();
        for e in &mut body.emergencies {
            e.owner = named(e);
        }
        // Where nobody follows and nobody must, the post is closed with the signature.
        let closes = f.after.next.is_empty();
        let zone = case::zone(tx, &ctx.site)?;
        let row = db::HandOver {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            number: case::next_number(tx, ctx, &zone, Series::HandOver, ctx.now)?,
            post_id: f.post.id.clone(),
            shift_id: id.clone(),
            giver_id: me.clone(),
            state: if closes {
                HandOverState::Accepted
            } else {
                HandOverState::Given
            }
            .as_str()
            .to_owned(),
            given_at: ctx.now,
            next_until: f.after.until,
            body: serde_json::to_string(&body)?,
            note: domain::privacy::masked(g.note.trim()),
            answered_by: None,
            answered_at: None,
            answer: String::new(),
            version: 1,
        };
        db::hand_over_insert(tx, &row)?;
        let said = json!({
            "number": row.number, "post": row.post_id, "shift": id, "emergencies": body.emergencies, "promises": body.promises.len(),
            "callbacks": body.callbacks.len(), "due": body.due.len(), "keys": body.keys.len(), "note": row.note,
        });
        journal::now(
            tx,
            ctx,
            "hand_over",
            row.id.as_str(),
            "duty_handed_over",
            said,
            &["note"],
        );
        for e in &body.emergencies {
            if let Some(owner) = &e.owner {
                db::owner_put(tx, &e.case, &ctx.site, owner, ctx.now, Some(&row.id))?;
                crate::emergency::handed_over(tx, ctx, &e.case, owner)?;
                let about = Subject {
                    kind: "hand_over",
                    id: row.id.as_str(),
                    case: Some(e.case.as_str()),
                };
                journal::append(
                    tx,
                    ctx,
                    about,
                    "emergency_owner_named",
                    json!({"owner": owner}),
                    &[],
                    ctx.now,
                );
            }
        }
        if closes {
            end_shift(tx, ctx, &f.shift)?;
        } else {
            let mut to: Vec<StaffId> = f.after.next.iter().map(|s| s.staff_id.clone()).collect();
            to.sort();
            to.dedup();
            tell::hand_over_waits(tx, ctx, &row, &f.post, to)?;
        }
        changed(tx, ctx)?;
        Ok(row.id)
    })
}

/// The shift is over for its person, who is off duty unless another one of theirs is on.
///
/// # Errors
/// `refuse-owner-leaves` while an emergency is theirs (REC-21).
fn end_shift(tx: &mut Tx, ctx: &Ctx, s: &db::Shift) -> Res<()> {
    let (id, staff) = (s.id.clone(), s.staff_id.clone());
    let leaves = leaves(tx, ctx, s)?;
    if leaves {
        crate::emergency::may_leave(tx, ctx, &staff)?;
    }
    save_shift(
        tx,
        &db::Shift {
            ended_at: Some(ctx.now),
            version: s.version + 1,
            ..s.clone()
        },
    )?;
    if leaves {
        accounts::duty_off(tx, &staff, &ctx.site)?;
        journal::now(tx, ctx, "staff", staff.as_str(), "off_duty", json!({"shift": id}), &[]);
    }
    Ok(())
}

/// Whether its person is off duty when the shift ends.
fn leaves(c: &mut Conn, ctx: &Ctx, s: &db::Shift) -> Res<bool> {
    Ok(
        !duty::on_another(c, ctx, &s.staff_id, &s.id)?
            && store::staff::duty_since(c, &s.staff_id, &ctx.site)?.is_some(),
    )
}

/// Those who may accept a hand-over now: on the next shift of the post.
fn receivers(b: &Board, given: &db::Shift, now: i64) -> Vec<db::Shift> {
    let at_end = after(b, given, given.to_at.min(now));
    let late = after(b, given, now);
    let mut all = at_end.next;
    all.extend(
        late.next
            .into_iter()
            .filter(|s| !all.iter().any(|x| x.id == s.id))
            .collect::<Vec<_>>(),
    );
    all
}

/// Accepts a hand-over, or objects with a reason. With the acceptance the shift before is off duty.
///
/// # Errors
/// `Refused` for who is not of the next shift or has not checked in, or when it was answered already; `Conflict`.
pub fn answer(tx: &mut Tx, ctx: &Ctx, id: &HandOverId, version: i64, accepts: bool, reason: &str) -> Res<()> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let h = db::hand_over(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, h.version)?;
    if reason.chars().count() > 400 {
        return Err(Error::field("reason", "too-long"));
    }
    let given = db::shift(tx, &ctx.site, &h.shift_id)?.ok_or(Error::NotFound)?;
    let b = duty::around(tx, ctx)?;
    let next = receivers(&b, &given, ctx.now);
    let people: Vec<StaffId> = next.iter().map(|s| s.staff_id.clone()).collect();
    let state: HandOverState = h.state.parse().map_err(Error::internal)?;
    let becomes = may_answer(state, &h.giver_id, &people, &me, accepts, reason)?;
    if !next.iter().any(|s| s.staff_id == me && s.checked_in_at.is_some()) {
        return Err(Refusal::new("refuse-hand-over-check-in").clause("REC-4").into());
    }
    let new = db::HandOver {
        state: becomes.as_str().to_owned(),
        answered_by: Some(me.clone()),
        answered_at: Some(ctx.now),
        answer: domain::privacy::masked(reason.trim()),
        version: version + 1,
        ..h
    };
    if db::hand_over_save(tx, &new)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let kind = if accepts {
        "duty_taken_over"
    } else {
        "hand_over_objected"
    };
    let body = json!({"number": new.number, "reason": new.answer});
    journal::now(tx, ctx, "hand_over", id.as_str(), kind, body, &["reason"]);
    tell::hand_over_answered(tx, ctx, id)?;
    if !accepts {
        let post = need_post(tx, ctx, &new.post_id)?;
        tell::hand_over_objected(tx, ctx, &new, &post)?;
    }
    if accepts && given.ended_at.is_none() {
        // What began after the hand-over was given is in no list of it.
        if leaves(tx, ctx, &given)? {
            crate::emergency::taken_over(tx, ctx, &given.staff_id, &me)?;
        }
        end_shift(tx, ctx, &given)?;
    }
    changed(tx, ctx)
}

/// A case as a hand-over shows it: what was true then, and how it stands now.
#[derive(Debug, Clone)]
pub struct Item {
    pub case: CaseId,
    pub number: String,
    pub due_at: Option<i64>,
    pub owner: Option<StaffId>,
    /// As it is now; nothing when the viewer does not see the case.
    pub line: Option<CaseLine>,
}

/// A hand-over with what it names.
#[derive(Debug, Clone)]
pub struct Detail {
    pub hand_over: db::HandOver,
    pub shift: db::Shift,
    pub post: db::Post,
    pub emergencies: Vec<Item>,
    pub promises: Vec<Item>,
    pub callbacks: Vec<Item>,
    pub due: Vec<Item>,
    pub keys: Vec<db::KeyLoan>,
    /// The viewer may accept it, or object.
    pub accepts: bool,
    pub objects: bool,
    /// The viewer is of the next shift and has not checked in.
    pub check_in: Option<ShiftId>,
}

fn item(
    c: &mut Conn,
    ctx: &Ctx,
    case: &CaseId,
    number: &str,
    due_at: Option<i64>,
    owner: Option<StaffId>,
) -> Res<Item> {
    let hidden = Hidden::from(c, ctx)?;
    let line = store::case::line(c, &ctx.site, case)?.filter(|l| sees(ctx, &hidden, l));
    Ok(Item {
        case: case.clone(),
        number: number.to_owned(),
        due_at,
        owner,
        line,
    })
}

fn items(c: &mut Conn, ctx: &Ctx, list: &[Owed]) -> Res<Vec<Item>> {
    list.iter()
        .map(|o| item(c, ctx, &o.case, &o.number, o.due_at, None))
        .collect()
}

/// What an open state names, with the present lines of the cases.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn lines(c: &mut Conn, ctx: &Ctx, open: &Open) -> Res<[Vec<Item>; 4]> {
    let burning = open
        .emergencies
        .iter()
        .map(|e| item(c, ctx, &e.case, &e.number, None, e.owner.clone()))
        .collect::<Res<Vec<_>>>()?;
    Ok([
        burning,
        items(c, ctx, &open.promises)?,
        items(c, ctx, &open.callbacks)?,
        items(c, ctx, &open.due)?,
    ])
}

/// The keys of these loans.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn keys(c: &mut Conn, ctx: &Ctx, ids: &[KeyLoanId]) -> Res<Vec<db::KeyLoan>> {
    let mut out = Vec::new();
    for id in ids {
        out.extend(db::loan(c, &ctx.site, id)?);
    }
    Ok(out)
}

/// One hand-over.
///
/// # Errors
/// `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &HandOverId) -> Res<Detail> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let h = db::hand_over(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let shift = db::shift(c, &ctx.site, &h.shift_id)?.ok_or(Error::NotFound)?;
    let post = need_post(c, ctx, &h.post_id)?;
    let open: Open = serde_json::from_str(&h.body)?;
    let [emergencies, promises, callbacks, due] = lines(c, ctx, &open)?;
    let b = duty::around(c, ctx)?;
    let next = receivers(&b, &shift, ctx.now);
    let people: Vec<StaffId> = next.iter().map(|s| s.staff_id.clone()).collect();
    let state = h.state.parse().unwrap_or(HandOverState::Replaced);
    let may = |accepts| may_answer(state, &h.giver_id, &people, &me, accepts, "x").is_ok();
    let own = next.iter().find(|s| s.staff_id == me);
    let here = own.is_some_and(|s| s.checked_in_at.is_some());
    Ok(Detail {
        accepts: may(true) && here,
        objects: may(false) && here,
        check_in: own.filter(|_| !here && may(true)).map(|s| s.id.clone()),
        keys: keys(c, ctx, &open.keys)?,
        hand_over: h,
        shift,
        post,
        emergencies,
        promises,
        callbacks,
        due,
    })
}

/// What the register of hand-overs is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ask {
    pub post: String,
    pub state: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub after: Option<(i64, String)>,
}

/// One page of the register, newest first, and where the next begins. It stays at the post: everybody on the roster reads it (COM-11).
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn register(c: &mut Conn, ctx: &Ctx, a: &Ask, limit: i64) -> Res<(Vec<db::HandOver>, Option<(i64, String)>)> {
    ctx.need(Action::ViewRoster)?;
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let f = db::HandOverFilter {
        site: ctx.site.as_str().to_owned(),
        post: some(&a.post),
        state: some(&a.state),
        from: a.from,
        until: a.until,
        after: a.after.clone(),
        limit: limit + 1,
    };
    let mut rows = db::hand_overs(c, &f)?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|h| (h.given_at, h.id.as_str().to_owned()));
    Ok((rows, next))
}

/// Who looks after an emergency now, if somebody was named.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn owner_of(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Option<StaffId>> {
    Ok(db::owner(c, &ctx.site, case)?)
}

/// The newest hand-over of a post, to be read before the shift.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn last(c: &mut Conn, ctx: &Ctx, post: &PostId) -> Res<Option<db::HandOver>> {
    ctx.need(Action::ViewRoster)?;
    need_post(c, ctx, post)?;
    let found = db::hand_over_last(c, post)?;
    Ok(found.filter(|h| h.given_at > ctx.now - 3 * DAY_MS))
}
