//! Investigations into internal reports (COM-24): opened by a head about what somebody reported on a case, answered by that
//! person, decided by somebody without a part in it, and only then on the person's record; objected to once, with the last
//! word above.

use domain::access::{Action, Reach, Role};
use domain::ids::{InvestigationId, StaffId};
use domain::investigation::{Fault, Investigation, Outcome, Stage};
use domain::privacy::masked;
use serde::Serialize;
use serde_json::{Value, json};
use store::db::Tx;
use store::investigation as db;
pub use store::investigation::InvestigationRow;
use store::seam::Conn;

use crate::case;
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res, same_version, saved};
use crate::hidden::Hidden;
use crate::journal::{self, Subject};
use crate::notice::{self, Leads, Level, NewNotice};
use crate::once::once;
use crate::post::People;
use crate::timer;

/// On one page of the list.
pub const PAGE: i64 = 30;
/// The longest text of one field, in characters.
pub const LONGEST: usize = 2000;

/// What of the list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Waits for the answer, the outcome or the last word.
    Open,
    /// On somebody's record.
    Recorded,
    /// About the viewer.
    Mine,
    /// Opened by the viewer.
    Asked,
    All,
}

impl View {
    pub const ALL: &'static [View] = &[View::Open, View::Recorded, View::Mine, View::Asked, View::All];

    /// Of an address; `None` for no such view.
    pub fn parse(text: &str) -> Option<View> {
        View::ALL.iter().copied().find(|v| v.code() == text)
    }

    /// As in an address.
    pub fn code(self) -> &'static str {
        match self {
            View::Open => "open",
            View::Recorded => "recorded",
            View::Mine => "mine",
            View::Asked => "asked",
            View::All => "all",
        }
    }

    /// Whether it goes beyond one's own.
    pub const fn of_others(self) -> bool {
        matches!(self, View::Open | View::Recorded | View::All)
    }
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<InvestigationRow>,
    pub next: Option<(i64, String)>,
}

/// One of them, with what the viewer may do now.
#[derive(Debug, Clone)]
pub struct Looked {
    pub row: InvestigationRow,
    /// Until when the person may object, unix milliseconds.
    pub object_until: Option<i64>,
    pub may_answer: bool,
    pub may_decide: bool,
    pub may_object: bool,
    pub may_review: bool,
}

/// What is opened.
#[derive(Debug, Clone, Serialize)]
pub struct Opened {
    /// Number or id of the case on which it was reported.
    pub case: String,
    pub about: String,
    pub fault: String,
    pub report: String,
    pub why: String,
    /// Until when the person may answer, unix milliseconds.
    pub answer_by: Option<i64>,
}

/// The list, newest first. Whoever sees only the own ones gets [`View::Mine`] or [`View::Asked`].
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx, view: View, after: Option<(i64, String)>) -> Res<Listed> {
    let reach = ctx.need(Action::ViewInvestigations)?;
    let me = ctx.need_staff()?.id.as_str().to_owned();
    if view.of_others() && reach < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let mut rows = db::list(
        c,
        &db::Filter {
            site: ctx.site.as_str().to_owned(),
            about: (view == View::Mine).then(|| me.clone()),
            opener: (view == View::Asked).then_some(me),
            open: view == View::Open,
            recorded: view == View::Recorded,
            after,
            limit: PAGE + 1,
        },
    )?;
    let more = crate::list::cut(&mut rows, usize::try_from(PAGE).unwrap_or(30));
    let last = rows.last().filter(|_| more);
    let next = last.map(|r| (r.opened_at, r.id.as_str().to_owned()));
    let hidden = Hidden::from(c, ctx)?;
    rows.retain(|r| hidden.shows_investigation(r.id.as_str()));
    Ok(Listed { rows, next })
}

fn rules(r: &InvestigationRow) -> Res<Investigation> {
    Ok(Investigation {
        stage: r.stage.parse().map_err(Error::internal)?,
        about: r.about.clone(),
        opened_by: r.opened_by.clone(),
        answer_by: r.answer_by,
        outcome: match r.outcome.as_str() {
            "" => None,
            o => Some(o.parse().map_err(Error::internal)?),
        },
        decided_by: r.decided_by.clone(),
        decided_at: r.decided_at,
    })
}

fn row(c: &mut Conn, ctx: &Ctx, id: &InvestigationId) -> Res<InvestigationRow> {
    let reach = ctx.need(Action::ViewInvestigations)?;
    let me = &ctx.need_staff()?.id;
    let row = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let own = row.about == *me || row.opened_by == *me;
    // A complaint about somebody is not shown to them by way of somebody else's report on it.
    let hidden = !Hidden::from(c, ctx)?.shows_investigation(row.id.as_str());
    if !hidden && (own || reach >= Reach::Site) {
        Ok(row)
    } else {
        Err(Error::NotFound)
    }
}

/// One of them: for whom it is about, who opened it, and who sees all.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &InvestigationId) -> Res<Looked> {
    let row = row(c, ctx, id)?;
    let (x, me) = (rules(&row)?, &ctx.need_staff()?.id);
    Ok(Looked {
        object_until: x.object_until(),
        may_answer: x.may_answer(me).is_ok(),
        may_decide: ctx.need(Action::DecideInvestigation).is_ok() && x.may_decide(me, ctx.now).is_ok(),
        may_object: x.may_object(me, ctx.now).is_ok(),
        may_review: ctx.need(Action::ReviewInvestigation).is_ok() && x.may_review(me).is_ok(),
        row,
    })
}

fn say(tx: &mut Tx, ctx: &Ctx, r: &InvestigationRow, kind: &str, body: Value, personal: &[&str]) {
    // Not in the story of the case: whoever reads that has no part in this.
    let subject = Subject {
        kind: "investigation",
        id: r.id.as_str(),
        case: None,
    };
    journal::append(tx, ctx, subject, kind, body, personal, ctx.now);
}

fn tell(tx: &mut Tx, ctx: &Ctx, r: &InvestigationRow, kind: &'static str, to: Vec<StaffId>, due_at: i64) -> Res<()> {
    let new = NewNotice {
        key: format!("investigation/{}/{kind}", r.id),
        kind,
        level: Level::Warning,
        leads: Leads::Thing(format!("/investigations/{}", r.id)),
        to,
        due_at,
        args: serde_json::Map::from_iter([("number".to_owned(), json!(r.case_number))]),
    };
    notice::raise(tx, ctx, new)?;
    Ok(())
}

fn settled(tx: &mut Tx, ctx: &Ctx, r: &InvestigationRow, kind: &str) -> Res<()> {
    notice::settled(tx, ctx, &format!("investigation/{}/{kind}", r.id))
}

/// Whoever of a role, else of the next one above that has anybody, has no part in it and may know of the case.
fn uninvolved(tx: &mut Tx, ctx: &Ctx, r: &InvestigationRow, from: Role) -> Res<Vec<StaffId>> {
    let (people, x) = (People::of(tx, ctx)?, rules(r)?);
    let hidden = store::hidden::from_whom(tx, &r.case_id)?;
    for role in domain::ladder::line_from(from) {
        let mut all = people.all_as(role, None);
        all.retain(|s| !x.has_a_part(s) && !hidden.contains(s));
        if !all.is_empty() {
            return Ok(all);
        }
    }
    Ok(Vec::new())
}

/// What somebody writes: without numbers that are not to be kept, and not endless.
fn text(field: &'static str, text: &str) -> Res<String> {
    if text.chars().count() > LONGEST {
        return Err(Error::field(field, "too-long"));
    }
    Ok(masked(text.trim()))
}

fn change(r: &mut InvestigationRow, x: &Investigation) {
    x.stage.as_str().clone_into(&mut r.stage);
    x.outcome.map_or("", Outcome::as_str).clone_into(&mut r.outcome);
    r.recorded = x.is_recorded();
    r.open = matches!(x.stage, Stage::Asked | Stage::Answered | Stage::Objected);
    r.next_at = (x.stage == Stage::Asked).then_some(x.answer_by);
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId, version: i64) -> Res<(InvestigationRow, Investigation)> {
    let row = row(tx, ctx, id)?;
    same_version(version, row.version)?;
    let x = rules(&row)?;
    Ok((row, x))
}

fn save(tx: &mut Tx, row: &mut InvestigationRow) -> Res<()> {
    row.version += 1;
    saved(db::save(tx, row)?, row.version - 1)
}

/// Has a report looked into. The person is told at once and sees what is said.
///
/// # Errors
/// `Forbidden`, `NotFound` for a case that the actor does not see, `Invalid`, `Refused` as [`Investigation::open`] says, and
/// where the complaint is hidden from the person.
pub fn open(tx: &mut Tx, ctx: &Ctx, key: &str, o: &Opened) -> Res<InvestigationId> {
    ctx.need(Action::OpenInvestigation)?;
    once(tx, ctx, key, o, |tx, ctx| {
        let by = ctx.need_staff()?.id.clone();
        let on = case::find(tx, ctx, &o.case)?.state;
        let known = store::site::staff_names(tx, &ctx.site)?;
        let about = known.into_iter().map(|s| s.id).find(|id| id.as_str() == o.about);
        let about = about.ok_or_else(|| Error::field("about", "invalid-choose"))?;
        let fault: Fault = o.fault.parse().map_err(|_| Error::field("fault", "invalid-choose"))?;
        let answer_by = o.answer_by.ok_or_else(|| Error::field("answer_by", "invalid-time"))?;
        if on.hidden_from(&about) {
            return Err(Error::field("about", "investigation-hidden"));
        }
        let (report, why) = (text("report", &o.report)?, text("why", &o.why)?);
        let x = Investigation::open(&about, &by, &report, &why, answer_by, ctx.now)?;
        let mut r = InvestigationRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            case_id: on.id.clone(),
            case_number: on.number.clone(),
            about: about.clone(),
            fault: fault.as_str().to_owned(),
            report,
            why,
            opened_by: by,
            opened_at: ctx.now,
            answer_by,
            stage: String::new(),
            answer: String::new(),
            answered_at: None,
            outcome: String::new(),
            reason: String::new(),
            decided_by: None,
            decided_at: None,
            objection: String::new(),
            objected_at: None,
            review: String::new(),
            reviewed_by: None,
            reviewed_at: None,
            recorded: false,
            open: true,
            next_at: None,
            version: 1,
        };
        change(&mut r, &x);
        db::insert(tx, &r)?;
        let body = json!({"case": r.case_number, "about": r.about, "fault": fault, "report": r.report, "why": r.why, "answer_by": answer_by});
        say(tx, ctx, &r, "investigation_opened", body, &["report", "why"]);
        tell(tx, ctx, &r, notice::INVESTIGATION_ASKED, vec![about], ctx.now)?;
        Ok(r.id)
    })
}

/// The person answers.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`Investigation::answer`] says.
pub fn answer(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId, version: i64, said: &str) -> Res<()> {
    ctx.need(Action::AnswerInvestigation)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let said = text("text", said)?;
    x.answer(&ctx.need_staff()?.id, &said)?;
    let first = r.answered_at.is_none();
    change(&mut r, &x);
    (r.answer, r.answered_at) = (said, Some(ctx.now));
    save(tx, &mut r)?;
    say(
        tx,
        ctx,
        &r,
        "investigation_answered",
        json!({"answer": r.answer}),
        &["answer"],
    );
    settled(tx, ctx, &r, notice::INVESTIGATION_ASKED)?;
    if first {
        let to = uninvolved(tx, ctx, &r, Role::Quality)?;
        tell(tx, ctx, &r, notice::INVESTIGATION_WAITS, to, ctx.now)?;
    }
    Ok(())
}

/// The outcome.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`Investigation::decide`] says.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId, version: i64, outcome: &str, reason: &str) -> Res<()> {
    ctx.need(Action::DecideInvestigation)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let outcome: Outcome = outcome.parse().map_err(|_| Error::field("outcome", "invalid-choose"))?;
    let reason = text("reason", reason)?;
    x.decide(&ctx.need_staff()?.id, outcome, &reason, ctx.now)?;
    change(&mut r, &x);
    r.reason = reason;
    (r.decided_by, r.decided_at) = (x.decided_by.clone(), x.decided_at);
    save(tx, &mut r)?;
    let body = json!({"outcome": outcome, "reason": r.reason, "recorded": r.recorded});
    say(tx, ctx, &r, "investigation_decided", body, &["reason"]);
    settled(tx, ctx, &r, notice::INVESTIGATION_ASKED)?;
    settled(tx, ctx, &r, notice::INVESTIGATION_WAITS)?;
    let to = vec![r.about.clone(), r.opened_by.clone()];
    tell(tx, ctx, &r, notice::INVESTIGATION_DECIDED, to, ctx.now)
}

/// The person does not agree.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`Investigation::object`] says.
pub fn object(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId, version: i64, said: &str) -> Res<()> {
    ctx.need(Action::AnswerInvestigation)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let said = text("text", said)?;
    x.object(&ctx.need_staff()?.id, &said, ctx.now)?;
    change(&mut r, &x);
    (r.objection, r.objected_at) = (said, Some(ctx.now));
    save(tx, &mut r)?;
    let body = json!({"objection": r.objection});
    say(tx, ctx, &r, "investigation_objected", body, &["objection"]);
    let to = uninvolved(tx, ctx, &r, Role::CompanyLeader)?;
    tell(tx, ctx, &r, notice::INVESTIGATION_OBJECTED, to, ctx.now)
}

/// The last word.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`Investigation::review`] says.
pub fn review(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId, version: i64, uphold: bool, reason: &str) -> Res<()> {
    ctx.need(Action::ReviewInvestigation)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let reason = text("reason", reason)?;
    let me = ctx.need_staff()?.id.clone();
    x.review(&me, uphold, &reason)?;
    change(&mut r, &x);
    (r.review, r.reviewed_by, r.reviewed_at) = (reason, Some(me), Some(ctx.now));
    save(tx, &mut r)?;
    let body = json!({"upheld": uphold, "reason": r.review, "recorded": r.recorded});
    say(tx, ctx, &r, "investigation_reviewed", body, &["reason"]);
    settled(tx, ctx, &r, notice::INVESTIGATION_OBJECTED)?;
    let to = vec![r.about.clone(), r.opened_by.clone()];
    tell(tx, ctx, &r, notice::INVESTIGATION_REVIEWED, to, ctx.now)
}

/// Looks at those whose time for the answer is over: whoever decides hears that they can.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "investigation", db::due, |tx, ctx, id| {
        unheard(tx, ctx, &InvestigationId::from(id)).map(|()| true)
    })
}

fn unheard(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId) -> Res<()> {
    let Some(mut r) = db::get(tx, &ctx.site, id)? else {
        return Ok(());
    };
    let Some(due) = r.next_at.filter(|at| *at <= ctx.now) else {
        return Ok(());
    };
    r.next_at = None;
    save(tx, &mut r)?;
    let to = uninvolved(tx, ctx, &r, Role::Quality)?;
    tell(tx, ctx, &r, notice::INVESTIGATION_WAITS, to, due)
}
