//! Who hears of what in an emergency. Staff alone, by notices; a drill says that it is one.

use domain::emergency::{Emergency, Event, Fact};
use domain::ids::StaffId;
use serde_json::{Map, Value, json};
use store::db::Tx;

use crate::ctx::Ctx;
use crate::error::Res;
use crate::notice::{self, Leads, Level, NewNotice};

fn call_key(e: &Emergency, call: usize, turn: usize) -> String {
    format!("emergency/{}/call/{call}/{turn}", e.id)
}

/// What every notice of an emergency says: which it is.
fn args(ctx: &Ctx, e: &Emergency) -> Map<String, Value> {
    let mut args = Map::new();
    args.insert("number".into(), json!(e.number));
    let play = ctx.book.plays.play(&e.play);
    let name = play.map_or(json!(e.play), |p| json!({"zh": p.zh, "en": p.en}));
    args.insert("play".into(), name);
    args
}

fn raise(
    tx: &mut Tx,
    ctx: &Ctx,
    e: &Emergency,
    (kind, level, key): (&'static str, Level, String),
    to: Vec<StaffId>,
    more: &[(&str, Value)],
) -> Res<()> {
    if to.is_empty() {
        return Ok(());
    }
    let mut args = args(ctx, e);
    // A drill never looks like the real thing, and does not leave the house.
    args.insert("what".into(), json!({ "key": format!("notice-{kind}") }));
    let kind = if e.drill { notice::DRILL } else { kind };
    args.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
    let new = NewNotice {
        key,
        kind,
        level,
        leads: Leads::Thing(format!("/emergencies/{}", e.id)),
        to,
        due_at: ctx.now,
        args,
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

fn post(e: &Emergency, call: usize) -> Value {
    let code = e.calls.get(call).map_or("", |c| c.post.as_str());
    json!({ "key": format!("callpost-{code}") })
}

/// Calls one of the line: a notice at once on whatever page they have open.
fn call(tx: &mut Tx, ctx: &Ctx, e: &Emergency, no: usize, turn: usize, who: &StaffId) -> Res<()> {
    let key = call_key(e, no, turn);
    let what = (notice::EMERGENCY_CALL, Level::Urgent, key);
    raise(tx, ctx, e, what, vec![who.clone()], &[("post", post(e, no))])
}

/// Raises and settles what the events call for.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(super) fn of(tx: &mut Tx, ctx: &Ctx, e: &Emergency, events: &[Event]) -> Res<()> {
    for event in events {
        one(tx, ctx, e, event)?;
    }
    Ok(())
}

fn one(tx: &mut Tx, ctx: &Ctx, e: &Emergency, event: &Event) -> Res<()> {
    match &event.fact {
        Fact::Opened { .. } => {
            for (no, c) in e.calls.iter().enumerate() {
                match c.current() {
                    Some(who) => call(tx, ctx, e, no, 0, who)?,
                    None => unreached(tx, ctx, e, no, 0)?,
                }
            }
        }
        Fact::CallConfirmed { call, .. } => {
            let turns = e.calls.get(*call).map_or(0, |c| c.line.len());
            for turn in 0..=turns {
                notice::settled(tx, ctx, &call_key(e, *call, turn))?;
                notice::settled(tx, ctx, &format!("emergency/{}/unreached/{call}/{turn}", e.id))?;
            }
        }
        Fact::CallUnanswered { call: no, next, .. } => {
            let turn = e.calls.get(*no).map_or(0, |c| c.turn);
            if let Some(next) = next {
                call(tx, ctx, e, *no, turn, next)?;
            }
            unreached(tx, ctx, e, *no, turn)?;
        }
        Fact::StepLate { step, .. } => {
            let name = ctx
                .book
                .plays
                .play(&e.play)
                .and_then(|p| p.step(step))
                .map_or(json!(step), |s| json!({"zh": s.zh, "en": s.en}));
            let key = format!("emergency/{}/step/{step}", e.id);
            let what = (notice::EMERGENCY_STEP, Level::Escalation, key);
            raise(tx, ctx, e, what, vec![e.owner.clone()], &[("step", name)])?;
        }
        Fact::OwnerNamed { owner } => {
            let key = format!("emergency/{}/owner/{}", e.id, event.at);
            let what = (notice::EMERGENCY_OWNER, Level::Urgent, key);
            raise(tx, ctx, e, what, vec![owner.clone()], &[])?;
        }
        Fact::Ended { .. } => settle_all(tx, ctx, e)?,
        // DIR-14: the result is reported to the project manager.
        Fact::Reported { .. } => {
            let to = crate::post::who(
                tx,
                ctx,
                domain::ladder::Post::ProjectManager,
                &crate::post::About::default(),
            )?;
            let key = format!("emergency/{}/report/{}", e.id, event.at);
            raise(tx, ctx, e, (notice::EMERGENCY_REPORT, Level::Warning, key), to, &[])?;
        }
        Fact::Improvement { no, owner, due_at, .. } => {
            let key = format!("emergency/{}/improve/{no}", e.id);
            let what = (notice::EMERGENCY_IMPROVE, Level::Warning, key);
            raise(
                tx,
                ctx,
                e,
                what,
                vec![owner.clone()],
                &[("due", json!({ "at": due_at }))],
            )?;
        }
        Fact::ImprovementLate { no } => {
            let Some(i) = e.improvements.iter().find(|i| i.no == *no) else {
                return Ok(());
            };
            let mut to = vec![i.owner.clone()];
            if !to.contains(&e.owner) {
                to.push(e.owner.clone());
            }
            let key = format!("emergency/{}/improve-late/{no}", e.id);
            let what = (notice::EMERGENCY_IMPROVE_LATE, Level::Escalation, key);
            raise(tx, ctx, e, what, to, &[("due", json!({ "at": i.due_at }))])?;
        }
        Fact::Improved { no, .. } => {
            notice::settled(tx, ctx, &format!("emergency/{}/improve/{no}", e.id))?;
            notice::settled(tx, ctx, &format!("emergency/{}/improve-late/{no}", e.id))?;
        }
        Fact::Ticked { step, .. } => notice::settled(tx, ctx, &format!("emergency/{}/step/{step}", e.id))?,
        Fact::Logged { .. } | Fact::Met { .. } | Fact::Closed => {}
    }
    Ok(())
}

/// Who looks after it hears that nobody has confirmed, and who is called now.
fn unreached(tx: &mut Tx, ctx: &Ctx, e: &Emergency, no: usize, turn: usize) -> Res<()> {
    let key = format!("emergency/{}/unreached/{no}/{turn}", e.id);
    let what = (notice::EMERGENCY_UNREACHED, Level::Urgent, key);
    raise(tx, ctx, e, what, vec![e.owner.clone()], &[("post", post(e, no))])
}

/// What is over asks nobody any more.
fn settle_all(tx: &mut Tx, ctx: &Ctx, e: &Emergency) -> Res<()> {
    for (no, c) in e.calls.iter().enumerate() {
        for turn in 0..=c.line.len() {
            notice::settled(tx, ctx, &call_key(e, no, turn))?;
            notice::settled(tx, ctx, &format!("emergency/{}/unreached/{no}/{turn}", e.id))?;
        }
    }
    for s in &e.steps {
        notice::settled(tx, ctx, &format!("emergency/{}/step/{}", e.id, s.code))?;
    }
    Ok(())
}
