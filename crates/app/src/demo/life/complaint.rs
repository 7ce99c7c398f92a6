//! What the people of the demo do for a complaint beside the work: judge it, send it where it belongs, find out, answer, learn
//! from it, have it checked and filed.

use domain::access::Role;
use domain::case::complaint::{
    MeasureKind, Nature, Received, Step, missing_before_answer, missing_to_close, missing_to_verify,
};
use domain::case::{CaseState, Importance, Satisfaction, ToldHow};
use domain::ids::{CaseId, StaffId};
use store::db::Tx;

use super::{DAY, Life};
use crate::case;
use crate::ctx::Ctx;
use crate::error::Res;
use crate::step;

impl Life {
    fn of_complaint(&mut self, tx: &mut Tx, ctx: &Ctx, id: &CaseId, step: Step) -> Res<()> {
        let step = step::Step::Complaint(step);
        step::run(tx, ctx, "", id, None, &step).map(|_| ())
    }

    /// Up to where it may be answered; nothing for other kinds.
    pub(super) fn before_answer(&mut self, tx: &mut Tx, desk: &Ctx, id: &CaseId) -> Res<()> {
        self.go_on(tx, desk, id, missing_before_answer)
    }

    /// What comes after the answer, up to filing; nothing for other kinds.
    pub(super) fn before_close(&mut self, tx: &mut Tx, desk: &Ctx, id: &CaseId) -> Res<()> {
        self.go_on(tx, desk, id, missing_to_verify)?;
        // A complaint that quality handled itself is checked by the company leader.
        let state = case::get(tx, desk, id)?.state;
        let part = |who: &StaffId| {
            state.did.contains(who) || state.complaint.as_ref().is_some_and(|file| file.involved.contains(who))
        };
        let checks = [Role::Quality, Role::CompanyLeader]
            .into_iter()
            .filter_map(|role| self.people.first(role))
            .find(|who| !part(who));
        let Some(quality) = checks else {
            return Ok(());
        };
        let quality = self.ctx(desk.now, &quality);
        self.go_on(tx, &quality, id, missing_to_close)
    }

    fn go_on(&mut self, tx: &mut Tx, ctx: &Ctx, id: &CaseId, missing: fn(&CaseState) -> Vec<&'static str>) -> Res<()> {
        // Never more steps than the process has.
        for _ in 0..12 {
            let seen = case::get(tx, ctx, id)?;
            let Some(next) = missing(&seen.state).first().copied() else {
                return Ok(());
            };
            let Some(step) = self.next_of(ctx, &seen.state, next) else {
                return Ok(());
            };
            self.of_complaint(tx, ctx, id, step)?;
        }
        Ok(())
    }

    fn next_of(&mut self, ctx: &Ctx, s: &CaseState, missing: &str) -> Option<Step> {
        let group = ctx.book.taxonomy.item(&s.item).and_then(|i| i.group.clone());
        Some(match missing {
            "missing-judgement" => Step::JudgeComplaint {
                valid: true,
                nature: group.map_or(Nature::Other, |g| ctx.book.routes.nature(&g)),
                severity: s.importance,
                about: None,
                reason: "电话核实，情况属实".to_owned(),
                told: None,
            },
            "missing-route" => Step::RouteComplaint {
                received: Received::Office,
                to: step::proposal(ctx, &ctx.book.routes, s, Received::Office)?.to,
                reason: String::new(),
            },
            "missing-finding" => Step::RecordFinding {
                text: "到现场查看，与来电所述一致".to_owned(),
            },
            "missing-proposal" => Step::ProposeAnswer {
                text: "当面说明处理经过并致歉".to_owned(),
                letter: false,
            },
            "missing-response" => Step::RecordResponse {
                accepted: true,
                how: ToldHow::Phone,
                note: String::new(),
            },
            "missing-opinion" => Step::NoteOpinion {
                opinion: *self.dice.pick(&[Satisfaction::Satisfied, Satisfaction::Neutral]),
                thanked: true,
                hopes: "希望以后早点处理".to_owned(),
            },
            "missing-cause" => Step::RecordCause {
                text: "日常巡查没有覆盖到该处".to_owned(),
            },
            "missing-prevention" | "missing-preventive-report" => self.measure(ctx, s, MeasureKind::Preventive),
            "missing-corrective-report" => self.measure(ctx, s, MeasureKind::Corrective),
            "missing-verification" => Step::VerifyComplaint {
                effective: true,
                note: "电话回访住户，与记录一致".to_owned(),
            },
            "missing-filing" => Step::FileComplaint { note: String::new() },
            _ => return None,
        })
    }

    fn measure(&self, ctx: &Ctx, s: &CaseState, kind: MeasureKind) -> Step {
        let facts = if s.importance == Importance::Major {
            "住户多次反映同一问题".to_owned()
        } else {
            String::new()
        };
        Step::SetMeasure {
            kind,
            facts,
            text: "列入每周巡查表，由客服主管抽查".to_owned(),
            owner: self.people.head.clone(),
            due_at: ctx.now + 7 * DAY,
        }
    }
}
