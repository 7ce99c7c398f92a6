//! The telephone of the demo: a telephone system and the telephones of the house, and for each contact by phone the call that it came
//! by, as the system would have told it. Some callers give up first, are called back, or are kept on hold.

use domain::access::Role;
use domain::call::event::{CallEvent, CallKind, Cause, Direction};
use domain::ids::{CallId, PhoneSystemId, StaffId};
use store::db::Tx;

use super::{DAY, Life, MINUTE};
use crate::call::system::{self, NewExtension, NewSystem};
use crate::ctx::Ctx;
use crate::error::Res;
use crate::telephone::check::{self, LookedAt, NewCheck};

const SECOND: i64 = 1_000;
/// The telephone of the front desk.
const DESK: &str = "8001";
/// Number, place, whose, department, use, class of service.
const TELEPHONES: &[(&str, &str, Role, &str, &str, &str)] = &[
    (DESK, "前台", Role::FrontDesk, "customer_service", "staff", "local"),
    ("8002", "客服主任室", Role::CsHead, "customer_service", "staff", "local"),
    ("8021", "工程值班室", Role::DeptHead, "engineering", "staff", "local"),
    ("8031", "秩序值班室", Role::SecurityHead, "security", "staff", "local"),
    (
        "8051",
        "综合办公室",
        Role::Administration,
        "administration",
        "staff",
        "local",
    ),
    (
        "8088",
        "总经理室",
        Role::GeneralManager,
        "project_office",
        "general_manager",
        "international",
    ),
    (
        "8099",
        "传真",
        Role::Administration,
        "administration",
        "fax",
        "international",
    ),
];

/// The telephone system of the demo, and what it is in the middle of.
pub(super) struct Pbx {
    id: PhoneSystemId,
    dice: super::Dice,
    calls: u64,
    /// Who sits at the desk's telephone, and since which day.
    seat: Option<(StaffId, i64)>,
}

impl Pbx {
    fn key(&mut self) -> String {
        self.calls += 1;
        format!("demo-{}", self.calls)
    }

    fn event(&self, key: &str, kind: CallKind, at: i64, outward: bool, number: &str) -> CallEvent {
        let (direction, caller, called) = if outward {
            (Direction::Out, DESK, number)
        } else {
            (Direction::In, number, "057186001200")
        };
        let at_desk = !matches!(kind, CallKind::Arrived | CallKind::HungUp);
        CallEvent {
            at_source: Some(at),
            direction: Some(direction),
            caller: Some(caller.to_owned()),
            called: Some(called.to_owned()),
            extension: at_desk.then(|| DESK.to_owned()),
            by_outside: (kind == CallKind::HungUp).then_some(true),
            cause: (kind == CallKind::HungUp).then_some(Cause::Normal),
            ..CallEvent::new(self.id.as_str(), key, kind, at)
        }
    }
}

impl Life {
    /// The telephone system and the telephones are set up.
    pub(super) fn telephones(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
        let new = NewSystem {
            name: "总机".to_owned(),
            kind: "webhook".to_owned(),
            holds: true,
            active: true,
            ..NewSystem::default()
        };
        let made = system::add(tx, &self.by(Role::Sysadmin, at)?, "", &new)?;
        let keeper = self.by(Role::Administration, at)?;
        for (number, place, owner, department, purpose, class) in TELEPHONES {
            let owner = self.who(*owner)?;
            let department = self.people.departments.get(*department);
            let new = NewExtension {
                number: (*number).to_owned(),
                owner: owner.to_string(),
                department: department.map(|d| d.to_string()).unwrap_or_default(),
                purpose: (*purpose).to_owned(),
                class: (*class).to_owned(),
                place: (*place).to_owned(),
                active: true,
                ..NewExtension::default()
            };
            system::put_extension(tx, &keeper, None, &new)?;
        }
        self.pbx = Some(Pbx {
            id: made.id,
            dice: super::Dice::new(self.seed ^ 0x7e1),
            calls: 0,
            seat: None,
        });
        Ok(())
    }

    /// Lines and telephones are looked at.
    pub(super) fn lines_checked(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
        let line = |x: &(&str, &str, Role, &str, &str, &str)| LookedAt {
            telephone: x.0.to_owned(),
            result: "fine".to_owned(),
            ..LookedAt::default()
        };
        let new = NewCheck {
            lines: TELEPHONES.iter().map(line).collect(),
            note: String::new(),
        };
        check::record(tx, &self.by(Role::Administration, at)?, "", &new).map(|_| ())
    }

    fn told(&self, tx: &mut Tx, at: i64, pbx: &Pbx, events: &[CallEvent]) -> Res<Option<CallId>> {
        let ctx = Ctx {
            now: at,
            ..self.desk.system("phone", &self.site)
        };
        Ok(system::told(tx, &ctx, &pbx.id, events)?.into_iter().next())
    }

    /// The call by which a contact came, which is over when it is registered.
    pub(super) fn call_of(&mut self, tx: &mut Tx, clerk: &Ctx, number: &str) -> Res<Option<CallId>> {
        let Some(mut pbx) = self.pbx.take() else {
            return Ok(None);
        };
        let made = self.calls_in(tx, clerk, number, &mut pbx);
        self.pbx = Some(pbx);
        made
    }

    fn calls_in(&mut self, tx: &mut Tx, clerk: &Ctx, number: &str, pbx: &mut Pbx) -> Res<Option<CallId>> {
        use CallKind::{Answered, Arrived, Held, HungUp, Ringing, Unheld};
        let at = clerk.now;
        let me = clerk.need_staff()?.id.clone();
        let sits = (me, at.div_euclid(DAY / 2));
        if pbx.seat.as_ref() != Some(&sits) {
            system::sit(tx, clerk, DESK)?;
            pbx.seat = Some(sits);
        }
        let wait = match pbx.dice.weighted(&[84, 12, 4]) {
            0 => pbx.dice.within(2, 9),
            1 => pbx.dice.within(10, 14),
            _ => pbx.dice.within(16, 25),
        } * SECOND;
        let talk = pbx.dice.within(45, 210) * SECOND;
        let end = at - pbx.dice.within(2, 8) * SECOND;
        let answered = end - talk;
        let rang = answered - wait;
        // Some gave up a first time.
        if pbx.dice.percent(4) {
            let key = pbx.key();
            let first = rang - pbx.dice.within(6, 25) * MINUTE;
            let gave_up = first + pbx.dice.within(4, 28) * SECOND;
            let events = [(Arrived, first - SECOND), (Ringing, first), (HungUp, gave_up)]
                .map(|(kind, at)| pbx.event(&key, kind, at, false, number));
            self.told(tx, at, pbx, &events)?;
            // Half of them are called back, the others call again.
            if pbx.dice.percent(50) {
                let key = pbx.key();
                let back = gave_up + pbx.dice.within(2, 4) * MINUTE;
                let events = [
                    (Arrived, back),
                    (Answered, back + 12 * SECOND),
                    (HungUp, back + 40 * SECOND),
                ]
                .map(|(kind, at)| pbx.event(&key, kind, at, true, number));
                self.told(tx, at, pbx, &events)?;
            }
        }
        let key = pbx.key();
        let mut told = vec![(Arrived, rang - SECOND), (Ringing, rang), (Answered, answered)];
        if pbx.dice.percent(9) {
            let held = answered + talk / 3;
            let back = held + pbx.dice.within(6, 24) * SECOND;
            told.extend([(Held, held), (Unheld, back.min(end - SECOND))]);
        }
        told.push((HungUp, end));
        let events: Vec<CallEvent> = told
            .into_iter()
            .map(|(kind, at)| pbx.event(&key, kind, at, false, number))
            .collect();
        self.told(tx, at, pbx, &events)
    }

    /// When the story ends, somebody was missed a few minutes ago and waits for a call back.
    pub(super) fn just_missed(&mut self, tx: &mut Tx, now: i64) -> Res<()> {
        let Some(mut pbx) = self.pbx.take() else { return Ok(()) };
        let number = self
            .homes
            .iter()
            .rev()
            .find(|h| !h.phone.is_empty())
            .map(|h| h.phone.clone());
        let key = pbx.key();
        let rang = now - 6 * MINUTE;
        let events = [
            (CallKind::Arrived, rang - SECOND),
            (CallKind::Ringing, rang),
            (CallKind::HungUp, rang + 19 * SECOND),
        ]
        .map(|(kind, at)| pbx.event(&key, kind, at, false, number.as_deref().unwrap_or_default()));
        let done = self.told(tx, now, &pbx, &events);
        self.pbx = Some(pbx);
        done.map(|_| ())
    }
}
