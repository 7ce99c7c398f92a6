//! The journal is the spine: a life by chance, done by people through the use cases on both engines, comes out of the stored
//! journal as it stands in the stored document and its row. No event is lost, and no refused step leaves one.

use domain::access::Role;
use domain::case::{CaseState, Event, Fact, Kind, Status, replay};
use domain::ids::CaseId;
use serde_json::{Value, json};
use store::testing::for_both;

use crate::case::{self, Reckons};
use crate::step::{Step, run};
use crate::testing::World;

const MINUTE: i64 = 60_000;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()].clone()
    }
}

/// One step of those that a page offers, whether it makes sense now or not.
fn any(w: &World, s: &CaseState, dice: &mut Dice, now: i64) -> Value {
    let department = w.department(["engineering", "security"][usize::try_from(dice.below(2)).unwrap()]);
    let worker = w.staff(Role::Worker);
    match dice.below(24) {
        0 => json!({"action": "dispatch", "department": department, "worker": worker}),
        1 => json!({"action": "accept", "worker": worker}),
        2 => json!({"action": "return_order", "reason": "不是我部门的"}),
        3 => json!({"action": "take_back", "reason": "派错了"}),
        4 => json!({"action": "arrive"}),
        5 => {
            json!({"action": "wait", "reason": "parts", "until": now + 90 * MINUTE, "customer_told": true, "note": "等配件"})
        }
        6 => json!({"action": "resume"}),
        7 => json!({"action": "complete", "done": "换好了", "no_photo_reason": "光线不足"}),
        8 => json!({"action": "confirm", "content_hash": s.content_hash(),
                    "how": {"by": "declined", "reason": "不用签", "witness": w.staff(Role::SecurityHead)}}),
        9 => {
            json!({"action": "callback", "result": "reached", "satisfaction": "satisfied", "solved": dice.below(3) > 0})
        }
        10 => json!({"action": "callback", "result": "no_answer"}),
        11 => json!({"action": "close"}),
        12 => json!({"action": "reopen", "reason": "not_solved", "note": "又坏了"}),
        13 => json!({"action": "cancel", "reason": "住户不要了", "customer_informed": true}),
        14 => json!({"action": "urge", "note": "住户在等"}),
        15 => json!({"action": "note", "text": "电话说明了情况"}),
        16 => json!({"action": "promise", "what": "问清楚再答复"}),
        17 => json!({"action": "keep_promise", "no": s.open_promises().next().map_or(1, |p| p.no), "how": "已答复"}),
        18 => json!({"action": "answer", "answer": "可以办理"}),
        19 => json!({"action": "report_outside", "reported_to": w.staff(Role::CsHead), "referral": "热线 12345"}),
        20 => json!({"action": "change_level", "importance": dice.of(&["ordinary", "important", "major"]),
                     "urgency": dice.of(&["normal", "urgent"]), "reason": "听错了"}),
        21 => {
            json!({"action": "change_content", "content": format!("灯不亮，第 {} 次说", dice.below(99)), "reason": "补充"})
        }
        22 => json!({"action": "change_kind", "kind": dice.of(Kind::ALL), "reason": "选错了"}),
        _ => json!({"action": "change_scope", "scope": dice.of(&["own", "vendor", "outside"]), "reason": "归属改了"}),
    }
}

/// The step that comes next in a life, and who may take it.
fn ahead(w: &World, s: &CaseState, dice: &mut Dice) -> Option<(Role, Value)> {
    Some(match s.status {
        Status::Registered if s.kind == Kind::Request => (
            Role::FrontDesk,
            json!({"action": "dispatch", "department": w.department("engineering"), "worker": w.staff(Role::Worker)}),
        ),
        Status::Registered => (Role::FrontDesk, json!({"action": "answer", "answer": "可以办理"})),
        Status::Dispatched => (Role::Worker, json!({"action": "accept"})),
        Status::Accepted => (Role::Worker, json!({"action": "arrive"})),
        Status::OnSite => (
            Role::Worker,
            json!({"action": "complete", "done": "换好了", "no_photo_reason": "光线不足"}),
        ),
        Status::Waiting => (Role::FrontDesk, json!({"action": "resume"})),
        Status::Done => (
            Role::FrontDesk,
            json!({"action": "confirm", "content_hash": s.content_hash(),
                   "how": {"by": "declined", "reason": "不用签", "witness": w.staff(Role::SecurityHead)}}),
        ),
        Status::Confirmed if s.open_callback().is_some() => (
            Role::CsHead,
            json!({"action": "callback", "result": "reached", "satisfaction": "satisfied", "solved": dice.below(4) > 0}),
        ),
        Status::Confirmed => (Role::CsHead, json!({"action": "close"})),
        Status::Closed => (
            Role::CsHead,
            json!({"action": "reopen", "reason": "not_solved", "note": "又坏了"}),
        ),
        Status::Cancelled => return None,
    })
}

/// The case as it is stored, the events that the journal holds of it, and what stands in its row.
fn stored(w: &World, id: &CaseId) -> (CaseState, Option<CaseState>, usize, store::case::CaseLine) {
    let (ctx, id) = (w.system(), id.clone());
    w.desk
        .read_now(move |c| {
            let seen = case::get(c, &ctx, &id)?;
            let mut entries = store::journal::for_case(c, ctx.site.as_str(), id.as_str(), i64::MAX, 2_000)?;
            entries.reverse();
            let events: Vec<Event> = entries
                .into_iter()
                .filter(|e| e.subject_kind == "case" && Fact::KINDS.contains(&e.kind.as_str()))
                .map(|e| serde_json::from_value(e.body).unwrap())
                .collect();
            let calendars = Reckons::of_case(c, &ctx, &seen.state)?.calendars;
            let again = replay(&events, &calendars);
            let line = store::case::line(c, &ctx.site, &id)?.unwrap();
            Ok((seen.state, again, events.len(), line))
        })
        .unwrap()
}

#[test]
fn a_life_by_chance_comes_out_of_its_journal() {
    for_both(|db| {
        let w = World::new(db);
        let people = [
            Role::FrontDesk,
            Role::Worker,
            Role::CsHead,
            Role::DeptHead,
            Role::ProjectManager,
            Role::Quality,
            Role::Finance,
        ];
        let (mut done, mut refused) = (0, 0);
        for seed in 1..7 {
            let mut dice = Dice(seed * 7919);
            let id = super::case::registered(&w);
            let mut events = 0;
            for _ in 0..45 {
                w.wait(i64::try_from(dice.below(40)).unwrap() * MINUTE + 1_000);
                let (s, ..) = stored(&w, &id);
                let forward = dice.below(10) < 6;
                let next = if forward { ahead(&w, &s, &mut dice) } else { None };
                let (role, step) = match next {
                    Some(next) => next,
                    None => (dice.of(&people), any(&w, &s, &mut dice, w.system().now)),
                };
                let step: Step = serde_json::from_value(step).unwrap();
                let case = id.clone();
                let outcome = w
                    .desk
                    .write_now(&w.ctx(role), move |tx, ctx| run(tx, ctx, "", &case, None, &step));
                let (state, again, n, line) = stored(&w, &id);
                match outcome {
                    Ok(_) => {
                        done += 1;
                        assert!(n >= events, "an event was lost");
                    }
                    Err(_) => {
                        refused += 1;
                        assert!(events == 0 || n == events, "a refused step leaves no event");
                        assert_eq!(state, s, "a refused step changes nothing");
                    }
                }
                events = n;
                assert_eq!(
                    again.as_ref(),
                    Some(&state),
                    "the journal tells another life, seed {seed}"
                );
                assert_eq!(
                    (line.state.as_str(), line.number.as_str()),
                    (state.status.as_str(), state.number.as_str())
                );
            }
        }
        assert!(done >= 90 && refused >= 50, "{done} done, {refused} refused: too tame");
        let report = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert!(report.first_broken.is_none(), "{report:?}");
    });
}
