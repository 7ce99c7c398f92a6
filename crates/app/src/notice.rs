//! Notices (提醒): what staff are to know by themselves. Each has a key that says what it is about, and is raised once
//! whatever crashes and however many replicas look; it is written in the transaction of what it tells of. Who is told sees it
//! at once beside every page; what is settled stops asking.

use std::collections::HashMap;

use domain::case::{CaseState, Event, Fact, Urgency};
use domain::clock::ClockCode;
use domain::ids::{CaseId, NoticeId, SiteId, StaffId};
use domain::ladder::{Lack, Post, RungKind, Told, When};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::db::Tx;
use store::notice as db;
pub use store::notice::Mine;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal::{self, Subject};
use crate::live::Unread;
use crate::outbox;
use crate::post::{About, People};

/// What a notice may tell of. Each has its words in both languages: `notice-<kind>` and `notice_why-<kind>`.
pub const KINDS: &[&str] = &[
    // A step of a ladder.
    RUNG,
    // A post was to be told of something urgent and nobody of it is at work (COM-9).
    NOBODY,
    // A question that could not be answered was reported (REC-9).
    PROMISED,
    // More time is asked for, and the post decides (COM-32).
    EXTENSION,
    // An excuse is asked for, and the post decides (COM-32).
    EXCUSE,
    // A complaint is with the company leader (COM-21, COM-25); a letter waits for the leader's agreement (COM-22).
    COMPLAINT_RAISED,
    COMPLAINT_LETTER,
    // A complaint is sent to a department (COM-18 to COM-20).
    COMPLAINT_ROUTED,
    // A department has a part in a complaint, or is late with it (COM-23); so with a measure and its owner (COM-31).
    COMPLAINT_PART,
    COMPLAINT_PART_LATE,
    COMPLAINT_MEASURE,
    COMPLAINT_MEASURE_LATE,
    // The same complaint came again after it was filed (COM-31).
    COMPLAINT_RECURRED,
    // The roster (COM-9, REC-4): a post is not held soon or now; somebody has not come.
    ROSTER_GAP,
    ROSTER_MISSING,
    // Somebody is asked for an answer (COM-9, REC-21).
    SWAP_ASKED,
    SWAP_AGREED,
    HAND_OVER_WAITS,
    HAND_OVER_OBJECTED,
    // The holidays of the next year are not known yet (STD-6).
    CALENDAR_YEAR,
    // Visitors (VIS-3, VIS-5, VIS-7): a host does not answer, or has; somebody is inside too long; security is called.
    VISIT_SILENT,
    VISIT_ANSWERED,
    VISIT_OVERDUE,
    VISIT_ALARM,
    // A customer comes for an appointment (ETQ-6).
    APPOINTMENT,
    // Emergencies (REC-17 to 21, DIR-14) and drills.
    EMERGENCY_CALL,
    EMERGENCY_UNREACHED,
    EMERGENCY_STEP,
    EMERGENCY_OWNER,
    EMERGENCY_REPORT,
    EMERGENCY_IMPROVE,
    EMERGENCY_IMPROVE_LATE,
    DRILL,
    // A plan or a training is to be looked through (STD-9).
    SAFETY_REVIEW,
    // Mass incidents.
    INCIDENT_PROPOSED,
    INCIDENT_ENDED,
    // What nobody offers was asked for, and the head decides (REC-12).
    PROPOSAL,
    // A number was not called back in time (CAL-3).
    MISSED_CALL,
    // Somebody else answered a telephone of the department and took down what was said (TEL-5).
    PICKED_UP,
    // Long distance is asked for, and decided (TEL-2).
    LONG_DISTANCE_ASKED,
    LONG_DISTANCE_DECIDED,
    // A new telephone goes from post to post (TEL-8).
    NEW_PHONE_ASKED,
    NEW_PHONE_HANDLED,
    NEW_PHONE_APPROVED,
    NEW_PHONE_OVER,
    // A violation of the rules for the telephone (TEL-4): the person is to answer, somebody to decide; the outcome.
    VIOLATION_ASKED,
    VIOLATION_WAITS,
    VIOLATION_DECIDED,
    // Lines are to be checked; a fault is somebody's to mend, and late; damage is charged (TEL-3).
    LINE_CHECK_DUE,
    LINE_CHECK_LATE,
    LINE_FAULT,
    LINE_FAULT_LATE,
    LINE_DAMAGE,
    // An internal report is looked into (COM-24): the person is to answer; somebody is to decide; the outcome; the last word.
    INVESTIGATION_ASKED,
    INVESTIGATION_WAITS,
    INVESTIGATION_DECIDED,
    INVESTIGATION_OBJECTED,
    INVESTIGATION_REVIEWED,
];

/// A step of a clock's ladder was reached.
pub const RUNG: &str = "rung";
/// Nobody of a post is at work.
pub const NOBODY: &str = "nobody_on_duty";

/// A complaint waits for the company leader's instruction.
pub const COMPLAINT_RAISED: &str = "complaint_raised";
/// A letter to a complainant waits for the company leader's agreement.
pub const COMPLAINT_LETTER: &str = "complaint_letter";
/// A complaint is sent to a department.
pub const COMPLAINT_ROUTED: &str = "complaint_routed";
/// A department has a part in a complaint.
pub const COMPLAINT_PART: &str = "complaint_part";
/// A part is not done in time.
pub const COMPLAINT_PART_LATE: &str = "complaint_part_late";
/// Somebody owns a measure.
pub const COMPLAINT_MEASURE: &str = "complaint_measure";
/// A measure is not carried out in time.
pub const COMPLAINT_MEASURE_LATE: &str = "complaint_measure_late";
/// A complaint came again although measures were taken.
pub const COMPLAINT_RECURRED: &str = "complaint_recurred";
/// A question that could not be answered at once was reported to its superior.
pub const PROMISED: &str = "promise_reported";
/// More time is asked for.
pub const EXTENSION: &str = "extension_asked";
/// An excuse for a breach is asked for.
pub const EXCUSE: &str = "excuse_asked";
/// A post of the roster is not held, or by too few.
pub const ROSTER_GAP: &str = "roster_gap";
/// A shift has begun and its person has not checked in.
pub const ROSTER_MISSING: &str = "roster_missing";
/// A colleague asks to swap.
pub const SWAP_ASKED: &str = "swap_asked";
/// Two have agreed on a swap, the head decides.
pub const SWAP_AGREED: &str = "swap_agreed";
/// The shift before hands over.
pub const HAND_OVER_WAITS: &str = "hand_over_waits";
/// The next shift does not take a hand-over as it is.
pub const HAND_OVER_OBJECTED: &str = "hand_over_objected";
/// The holidays of a year are missing although it is time for them.
pub const CALENDAR_YEAR: &str = "calendar_year";

/// A host has not answered in time.
pub const VISIT_SILENT: &str = "visit_silent";
/// A host has answered by the own link.
pub const VISIT_ANSWERED: &str = "visit_answered";
/// A visitor should have left.
pub const VISIT_OVERDUE: &str = "visit_overdue";
/// Danger or a crime at the desk or the gate.
pub const VISIT_ALARM: &str = "visit_alarm";
/// An appointment with a customer was made.
pub const APPOINTMENT: &str = "appointment_made";

/// An emergency calls somebody.
pub const EMERGENCY_CALL: &str = "emergency_call";
/// Nobody has confirmed within a minute; the next in line is called.
pub const EMERGENCY_UNREACHED: &str = "emergency_unreached";
/// A step that had to be done is late.
pub const EMERGENCY_STEP: &str = "emergency_step";
/// Somebody is to look after an emergency.
pub const EMERGENCY_OWNER: &str = "emergency_owner";
/// The result of an emergency is reported.
pub const EMERGENCY_REPORT: &str = "emergency_report";
/// An improvement is somebody's to do.
pub const EMERGENCY_IMPROVE: &str = "emergency_improve";
/// An improvement is due and not done.
pub const EMERGENCY_IMPROVE_LATE: &str = "emergency_improve_late";
/// Any of these in a drill; `what` says which.
pub const DRILL: &str = "drill";
/// A contingency plan or a training is to be looked through again.
pub const SAFETY_REVIEW: &str = "safety_review";
/// Several cases of one thing in one building look like one incident.
pub const INCIDENT_PROPOSED: &str = "incident_proposed";
/// A mass incident is over, and callers are to be told.
pub const INCIDENT_ENDED: &str = "incident_ended";

/// A request for what nobody offers waits for a decision.
pub const PROPOSAL: &str = "proposal_new";

/// A number that was not answered was not called back in time.
pub const MISSED_CALL: &str = "missed_call_late";

/// A telephone of another department was answered and the call taken down.
pub const PICKED_UP: &str = "picked_up";
/// Somebody asks for long distance.
pub const LONG_DISTANCE_ASKED: &str = "long_distance_asked";
/// It was approved, refused or ended.
pub const LONG_DISTANCE_DECIDED: &str = "long_distance_decided";
/// Somebody asks for a new telephone, and administration handles it.
pub const NEW_PHONE_ASKED: &str = "new_phone_asked";
/// Administration has handled it, and the general manager decides.
pub const NEW_PHONE_HANDLED: &str = "new_phone_handled";
/// It is approved and to be put in.
pub const NEW_PHONE_APPROVED: &str = "new_phone_approved";
/// It stands, or was refused.
pub const NEW_PHONE_OVER: &str = "new_phone_over";
/// A violation is recorded against somebody, and they are to answer.
pub const VIOLATION_ASKED: &str = "violation_asked";
/// The person has answered or the time for it is over: somebody decides.
pub const VIOLATION_WAITS: &str = "violation_waits";
/// It is decided.
pub const VIOLATION_DECIDED: &str = "violation_decided";
/// Lines and telephones are to be checked.
pub const LINE_CHECK_DUE: &str = "line_check_due";
/// They were not checked in time.
pub const LINE_CHECK_LATE: &str = "line_check_late";
/// A fault is somebody's to mend.
pub const LINE_FAULT: &str = "line_fault";
/// It was not mended in time.
pub const LINE_FAULT_LATE: &str = "line_fault_late";
/// Damage is charged to somebody.
pub const LINE_DAMAGE: &str = "line_damage";

/// Somebody's report is looked into, and they are to answer.
pub const INVESTIGATION_ASKED: &str = "investigation_asked";
/// The person has answered, and the outcome is to be found.
pub const INVESTIGATION_WAITS: &str = "investigation_waits";
/// The outcome is there.
pub const INVESTIGATION_DECIDED: &str = "investigation_decided";
/// The person does not agree, and somebody above decides.
pub const INVESTIGATION_OBJECTED: &str = "investigation_objected";
/// The last word was spoken.
pub const INVESTIGATION_REVIEWED: &str = "investigation_reviewed";

/// Raised later than this after it was due (ms), a notice says that it is late.
pub const LATE: i64 = 2 * 60_000;

/// How much a notice asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Good to know.
    Note,
    /// Something is to be done soon.
    Warning,
    /// Something should have been done.
    Escalation,
    /// At once: announced on whatever page is open.
    Urgent,
}

impl Level {
    pub fn code(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Escalation => "escalation",
            Level::Urgent => "urgent",
        }
    }
}

/// Where a notice leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    Case(CaseId),
    /// A page of the product, such as `/settings`.
    Page(&'static str),
    /// The page of one thing, such as `/duty/hand-overs/<id>`.
    Thing(String),
    Nowhere,
}

/// A notice to be raised.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// What it is about and which step, unique within the site: `case/<id>/finish/0/80%`. A second one is left out.
    pub key: String,
    /// One of [`KINDS`].
    pub kind: &'static str,
    pub level: Level,
    pub leads: Leads,
    pub to: Vec<StaffId>,
    /// When it should have been raised; later than that it says so.
    pub due_at: i64,
    /// Values of its sentence: codes and numbers, no personal ones. Words that somebody gave are taken out again with what they
    /// belong to: [`forget_words`].
    pub args: Map<String, Value>,
}

/// Raises a notice, in the transaction of what it tells of. None when it was raised before.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn raise(tx: &mut Tx, ctx: &Ctx, mut new: NewNotice) -> Res<Option<NoticeId>> {
    debug_assert!(KINDS.contains(&new.kind), "{} is not in notice::KINDS", new.kind);
    let id: NoticeId = ctx.id();
    let mut args = new.args;
    let case = match &new.leads {
        Leads::Case(id) => {
            // Whoever chose them: nobody is told of what is hidden from them.
            let hidden = store::hidden::from_whom(tx, id)?;
            new.to.retain(|staff| !hidden.contains(staff));
            Some(id.clone())
        }
        Leads::Page(page) => {
            args.insert("page".into(), json!(page));
            None
        }
        Leads::Thing(page) => {
            args.insert("page".into(), json!(page));
            None
        }
        Leads::Nowhere => None,
    };
    let row = db::Notice {
        id: id.clone(),
        site_id: ctx.site.clone(),
        unique_key: new.key,
        kind: new.kind.to_owned(),
        level: new.level.code().to_owned(),
        case_id: case.clone(),
        args: Value::Object(args).to_string(),
        due_at: new.due_at,
        created_at: ctx.now,
        done_at: None,
    };
    db::insert(tx, &row)?;
    if db::id_of(tx, &ctx.site, &row.unique_key)?.as_ref() != Some(&id) {
        return Ok(None);
    }
    for staff in &new.to {
        let to = db::To {
            notice_id: id.clone(),
            staff_id: staff.clone(),
            site_id: ctx.site.clone(),
            urgent: new.level == Level::Urgent,
            read_at: None,
        };
        db::insert_to(tx, &to)?;
    }
    // A step of a ladder is an event of its case already.
    if new.kind != RUNG {
        let subject = Subject {
            kind: "notice",
            id: id.as_str(),
            case: case.as_ref().map(CaseId::as_str),
        };
        let body = json!({"kind": new.kind, "level": new.level, "key": row.unique_key, "told": new.to});
        journal::append(tx, ctx, subject, "notice_raised", body, &[], ctx.now);
    }
    if new.level >= Level::Escalation && new.kind != DRILL {
        outbox::for_notice(tx, ctx, &row)?;
    }
    tell(tx, ctx);
    Ok(Some(id))
}

/// Takes words out of a notice whose subject is forgotten. That there was one, and where it led, stays.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn forget_words(tx: &mut Tx, ctx: &Ctx, key: &str, names: &[&str]) -> Res<()> {
    let Some(id) = db::id_of(tx, &ctx.site, key)? else {
        return Ok(());
    };
    let Some(row) = db::get(tx, &ctx.site, &id)? else {
        return Ok(());
    };
    let mut args: Map<String, Value> = serde_json::from_str(&row.args)?;
    for name in names {
        args.remove(*name);
    }
    db::set_args(tx, &id, &Value::Object(args).to_string())?;
    Ok(())
}

/// Bells are counted anew after the commit.
fn tell(tx: &mut Tx, ctx: &Ctx) {
    let (live, site) = (ctx.live.clone(), ctx.site.clone());
    tx.after_commit(move || live.changed(&site));
}

/// The key of a step of a case's ladder.
pub fn rung_key(case: &CaseId, code: ClockCode, cycle: u32, step: When) -> String {
    format!("case/{case}/{code}/{cycle}/{step}")
}

/// Fills in who is told by the steps of ladders among the events: the rules name posts, here are the people.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn name_who(c: &mut Conn, ctx: &Ctx, s: &CaseState, events: &mut [Event]) -> Res<()> {
    if !events.iter().any(|e| matches!(e.fact, Fact::RungReached { .. })) {
        return Ok(());
    }
    // The person whom a complaint is about is not told of it; a post that only they hold has nobody for it.
    let (people, about) = (People::knowing(c, ctx, s)?, About::from(s));
    for e in events {
        if let Fact::RungReached { to, told, lacking, .. } = &mut e.fact {
            let reached = people.who(to, &about);
            (*told, *lacking) = (reached.told, reached.lacking);
        }
    }
    Ok(())
}

/// Why a notice came to somebody: as what, and in whose place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub post: Post,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Post>,
}

/// What a notice of a ladder's step says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungArgs {
    pub code: ClockCode,
    pub cycle: u32,
    pub step: When,
    pub rung: RungKind,
    /// When the step was reached.
    pub reached_at: i64,
    /// When the limit is or was due, as known when it was raised.
    pub due: Option<i64>,
    pub to: Vec<Post>,
    pub clause: String,
    pub why: HashMap<StaffId, Why>,
    pub lacking: Vec<Lack>,
    /// Reached before the case was entered, and the highest of those.
    #[serde(default)]
    pub entered_late: bool,
}

/// Raises the notices that the events of a case call for, and settles those whose limit is over.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn for_events(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    for e in events {
        if let Fact::RungReached {
            code,
            cycle,
            step,
            kind,
            reached_at,
            to,
            clause,
            told,
            lacking,
            entered_late,
        } = &e.fact
        {
            if told.is_empty() && *entered_late {
                // A higher step of the same limit speaks for it.
                continue;
            }
            let clock = s.clocks.iter().find(|c| c.code == *code && c.cycle == *cycle);
            let args = RungArgs {
                code: *code,
                cycle: *cycle,
                step: *step,
                rung: *kind,
                reached_at: *reached_at,
                due: clock.and_then(|c| c.due_at(ctx.now)),
                to: to.clone(),
                clause: clause.clone(),
                why: told.iter().map(|t| (t.staff.clone(), why(t))).collect(),
                lacking: lacking.clone(),
                entered_late: *entered_late,
            };
            rung(tx, ctx, s, &args, told)?;
        }
    }
    // Only who acts can end a limit; the timer has only raised.
    if s.climbed.is_empty() || events.iter().all(|e| matches!(e.fact, Fact::RungReached { .. })) {
        return Ok(());
    }
    settle(tx, ctx, s)
}

fn why(t: &Told) -> Why {
    Why {
        post: t.post,
        instead_of: t.instead_of,
    }
}

fn rung(tx: &mut Tx, ctx: &Ctx, s: &CaseState, args: &RungArgs, told: &[Told]) -> Res<()> {
    let key = rung_key(&s.id, args.code, args.cycle, args.step);
    let escalates = args.rung == RungKind::Escalation;
    let level = match (escalates, s.urgency) {
        (true, Urgency::Urgent | Urgency::Emergency) | (false, Urgency::Emergency) => Level::Urgent,
        (true, Urgency::Normal) => Level::Escalation,
        (false, _) => Level::Warning,
    };
    let Value::Object(values) = serde_json::to_value(args)? else {
        return Err(Error::Internal("a notice has no values".into()));
    };
    let new = NewNotice {
        key: key.clone(),
        kind: RUNG,
        level,
        leads: Leads::Case(s.id.clone()),
        to: told.iter().map(|t| t.staff.clone()).collect(),
        // Nobody could tell of it before it was entered.
        due_at: args.reached_at.max(s.registered_at),
        args: values,
    };
    let raised = raise(tx, ctx, new)?.is_some();
    if raised && level >= Level::Escalation && !args.lacking.is_empty() {
        nobody(tx, ctx, s, args, &key)?;
    }
    Ok(())
}

/// Nobody of a post is at work while something escalates: whoever answers for the roster hears of it (COM-9).
fn nobody(tx: &mut Tx, ctx: &Ctx, s: &CaseState, args: &RungArgs, key: &str) -> Res<()> {
    let keepers = People::knowing(tx, ctx, s)?.who(&[Post::ProjectManager], &About::from(s));
    let mut values = Map::new();
    values.insert("lacking".into(), serde_json::to_value(&args.lacking)?);
    values.insert("code".into(), json!(args.code));
    values.insert("cycle".into(), json!(args.cycle));
    let new = NewNotice {
        key: format!("{key}/nobody"),
        kind: NOBODY,
        level: Level::Urgent,
        leads: Leads::Case(s.id.clone()),
        to: keepers.told.into_iter().map(|t| t.staff).collect(),
        due_at: args.reached_at,
        args: values,
    };
    raise(tx, ctx, new).map(|_| ())
}

/// What is over asks nobody any more: its notices are settled, read or not.
fn settle(tx: &mut Tx, ctx: &Ctx, s: &CaseState) -> Res<()> {
    let runs = |code: ClockCode, cycle: u32| {
        if code.is_handling() {
            s.is_open() && s.stand.no == cycle && s.waits_for() == Some(code)
        } else {
            s.clocks
                .iter()
                .any(|c| c.code == code && c.cycle == cycle && c.is_open())
        }
    };
    let over: Vec<String> = s
        .climbed
        .iter()
        .filter(|c| !runs(c.code, c.cycle))
        .map(|c| format!("case/{}/{}/{}/", s.id, c.code, c.cycle))
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    let mut any = false;
    for open in db::open_of(tx, &s.id)? {
        if over.iter().any(|prefix| open.unique_key.starts_with(prefix)) {
            db::done(tx, &open.id, ctx.now)?;
            db::read_by_all(tx, &open.id, ctx.now)?;
            any = true;
        }
    }
    if any {
        tell(tx, ctx);
    }
    Ok(())
}

/// Settles a notice that leads to no case, by its key: what it told of is over (the gap is filled, the file is there).
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn settled(tx: &mut Tx, ctx: &Ctx, key: &str) -> Res<()> {
    let Some(id) = db::id_of(tx, &ctx.site, key)? else {
        return Ok(());
    };
    if db::done(tx, &id, ctx.now)? == 1 {
        db::read_by_all(tx, &id, ctx.now)?;
        tell(tx, ctx);
    }
    Ok(())
}

/// Settles everything that is open under a prefix of keys and leads to no case.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn settled_under(tx: &mut Tx, ctx: &Ctx, prefix: &str) -> Res<()> {
    let open = db::open_elsewhere(tx, &ctx.site, prefix)?;
    settle_others(tx, ctx, &open, |_| true)
}

/// Settles what is open under a prefix of keys and is not among those that still hold. Notices that lead to cases are settled
/// with their limits.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn settle_others(tx: &mut Tx, ctx: &Ctx, open: &[db::Keyed], over: impl Fn(&str) -> bool) -> Res<()> {
    let mut any = false;
    for o in open.iter().filter(|o| over(&o.unique_key)) {
        if db::done(tx, &o.id, ctx.now)? == 1 {
            db::read_by_all(tx, &o.id, ctx.now)?;
            any = true;
        }
    }
    if any {
        tell(tx, ctx);
    }
    Ok(())
}

/// Whether the actor has notices of a case that were not read.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn unread_of_case(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<bool> {
    let Some(me) = ctx.staff() else { return Ok(false) };
    Ok(db::unread_of_case(c, &ctx.site, &me.id, case)?)
}

/// The actor has opened a case, and so has read what was told about it.
///
/// # Errors
/// `Forbidden` for who is no staff.
pub fn case_opened(tx: &mut Tx, ctx: &Ctx, case: &CaseId) -> Res<()> {
    let me = ctx.need_staff()?.id.clone();
    if db::read_case(tx, &ctx.site, &me, case, ctx.now)? > 0 {
        tell(tx, ctx);
    }
    Ok(())
}

/// One of the actor's own notices, as it stands now.
///
/// # Errors
/// `NotFound` for a notice that is not the actor's.
pub fn one(c: &mut Conn, ctx: &Ctx, id: &NoticeId) -> Res<Seen> {
    let me = ctx.need_staff()?.id.clone();
    let row = db::one(c, &ctx.site, &me, id)?.ok_or(Error::NotFound)?;
    shown(c, ctx, row.case_id.as_ref())?;
    Ok(seen(&me, row, &[]))
}

/// Who was told of an earlier step, and whether they have read it.
#[derive(Debug, Clone)]
pub struct Before {
    pub name: String,
    pub name_en: String,
    pub step: When,
    pub at: i64,
    pub read: bool,
}

/// A notice with everything that its receiver sees.
#[derive(Debug, Clone)]
pub struct Seen {
    pub row: Mine,
    /// For a step of a ladder.
    pub rung: Option<RungArgs>,
    pub args: Map<String, Value>,
    /// Why it came to this person.
    pub why: Option<Why>,
    pub before: Vec<Before>,
}

impl Seen {
    /// How late it was raised, in milliseconds; None when in time.
    pub fn late(&self) -> Option<i64> {
        let late = self.row.created_at - self.row.due_at;
        (late > LATE).then_some(late)
    }

    /// Where it leads.
    pub fn page(&self) -> Option<String> {
        match &self.row.case_id {
            Some(id) => Some(format!("/cases/{id}")),
            None => self.args.get("page").and_then(Value::as_str).map(str::to_owned),
        }
    }
}

/// A page of somebody's notices: what is unread first, newest first within each part.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub unread: Vec<Seen>,
    pub read: Vec<Seen>,
    /// Where to go on.
    pub next: Option<Mark>,
}

/// After which notice a page begins: in the unread or the read part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub unread: bool,
    pub id: NoticeId,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", if self.unread { 'u' } else { 'r' }, self.id)
    }
}

impl Mark {
    /// Reads `u.<id>` and `r.<id>`.
    pub fn parse(s: &str) -> Option<Mark> {
        let (part, id) = s.split_once('.')?;
        let unread = match part {
            "u" => true,
            "r" => false,
            _ => return None,
        };
        Some(Mark { unread, id: id.into() })
    }
}

/// Notices on one page.
const PAGE: usize = 30;
/// Lines of earlier notices looked at for a page.
const EARLIER: i64 = 600;

/// The actor's own notices at the open site.
///
/// # Errors
/// `Forbidden` for who is no staff.
pub fn mine(c: &mut Conn, ctx: &Ctx, after: Option<&Mark>) -> Res<Listed> {
    let me = ctx.need_staff()?.id.clone();
    let mut listed = Listed::default();
    let hidden = crate::hidden::Hidden::from(c, ctx)?;
    let part = |c: &mut Conn, unread: bool, before: Option<NoticeId>, room: usize| -> Res<(Vec<Mine>, bool)> {
        let mut rows = db::mine(
            c,
            &db::Filter {
                site: ctx.site.clone(),
                staff: me.clone(),
                unread,
                before,
                limit: i64::try_from(room + 1).unwrap_or(1),
            },
        )?;
        let more = rows.len() > room;
        rows.truncate(room);
        // One that came before it was known about whom the complaint is.
        rows.retain(|r| r.case_id.as_ref().is_none_or(|id| hidden.shows(id.as_str())));
        Ok((rows, more))
    };
    let mut unread = Vec::new();
    let mut more_unread = false;
    if after.is_none_or(|m| m.unread) {
        (unread, more_unread) = part(c, true, after.map(|m| m.id.clone()), PAGE)?;
    }
    let mut read = Vec::new();
    let mut more_read = false;
    if !more_unread {
        let before = after.filter(|m| !m.unread).map(|m| m.id.clone());
        // Room for some at least, so that a page full of unread ones does not hide that there are others.
        (read, more_read) = part(c, false, before, PAGE.saturating_sub(unread.len()).max(5))?;
    }
    let last = |rows: &[Mine], unread| {
        rows.last().map(|r| Mark {
            unread,
            id: r.id.clone(),
        })
    };
    listed.next = if more_unread {
        last(&unread, true)
    } else if more_read {
        last(&read, false)
    } else {
        None
    };
    let mut cases: Vec<CaseId> = unread.iter().chain(&read).filter_map(|r| r.case_id.clone()).collect();
    cases.sort();
    cases.dedup();
    let earlier = if cases.is_empty() {
        Vec::new()
    } else {
        db::earlier(
            c,
            &db::Cases {
                site: ctx.site.clone(),
                cases,
                limit: EARLIER,
            },
        )?
    };
    let earlier: Vec<(db::Earlier, RungArgs)> = earlier
        .into_iter()
        .filter(|e| e.kind == RUNG)
        .filter_map(|e| serde_json::from_str(&e.args).ok().map(|args| (e, args)))
        .collect();
    listed.unread = unread.into_iter().map(|r| seen(&me, r, &earlier)).collect();
    listed.read = read.into_iter().map(|r| seen(&me, r, &earlier)).collect();
    Ok(listed)
}

fn seen(me: &StaffId, row: Mine, earlier: &[(db::Earlier, RungArgs)]) -> Seen {
    let args: Map<String, Value> = serde_json::from_str(&row.args).unwrap_or_default();
    let rung: Option<RungArgs> = if row.kind == RUNG {
        serde_json::from_str(&row.args).ok()
    } else {
        None
    };
    let why = rung.as_ref().and_then(|r| r.why.get(me)).copied();
    let before = match &rung {
        Some(mine) => earlier
            .iter()
            .filter(|(e, args)| {
                e.case_id == row.case_id && e.id < row.id && args.code == mine.code && args.cycle == mine.cycle
            })
            .map(|(e, args)| Before {
                name: e.name.clone(),
                name_en: e.name_en.clone(),
                step: args.step,
                at: e.created_at,
                read: e.read_at.is_some(),
            })
            .collect(),
        None => Vec::new(),
    };
    Seen {
        row,
        rung,
        args,
        why,
        before,
    }
}

/// The newest urgent notice that the actor has not read: what is announced on whatever page is open.
///
/// # Errors
/// `Forbidden` for who is no staff.
pub fn loudest(c: &mut Conn, ctx: &Ctx) -> Res<Option<Seen>> {
    let me = ctx.need_staff()?.id.clone();
    let row = db::loudest(c, &ctx.site, &me)?;
    Ok(row.map(|r| seen(&me, r, &[])))
}

/// The actor has read a notice. Returns where it leads.
///
/// # Errors
/// `NotFound` for a notice that is not the actor's.
pub fn open(tx: &mut Tx, ctx: &Ctx, id: &NoticeId) -> Res<Option<String>> {
    let me = ctx.need_staff()?.id.clone();
    let row = mine_one(tx, ctx, id)?;
    if db::read(tx, &ctx.site, &me, id, ctx.now)? == 1 {
        tell(tx, ctx);
    }
    let args: Map<String, Value> = serde_json::from_str(&row.args).unwrap_or_default();
    Ok(match row.case_id {
        Some(case) => Some(format!("/cases/{case}")),
        None => args.get("page").and_then(Value::as_str).map(str::to_owned),
    })
}

fn mine_one(c: &mut Conn, ctx: &Ctx, id: &NoticeId) -> Res<db::Notice> {
    let me = &ctx.need_staff()?.id;
    let row = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if !db::told(c, &ctx.site, id)?.contains(me) {
        return Err(Error::NotFound);
    }
    shown(c, ctx, row.case_id.as_ref())?;
    Ok(row)
}

/// Refuses a notice that came before it was known about whom the complaint is.
fn shown(c: &mut Conn, ctx: &Ctx, case: Option<&CaseId>) -> Res<()> {
    match case {
        Some(id) if !crate::hidden::Hidden::from(c, ctx)?.shows(id.as_str()) => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Marks a notice as not read, to come back to it.
///
/// # Errors
/// `NotFound` for a notice that is not the actor's.
pub fn keep(tx: &mut Tx, ctx: &Ctx, id: &NoticeId) -> Res<()> {
    let me = ctx.need_staff()?.id.clone();
    mine_one(tx, ctx, id)?;
    if db::unread_again(tx, &ctx.site, &me, id)? == 1 {
        tell(tx, ctx);
    }
    Ok(())
}

/// Marks everything as read up to the newest one that the person saw: what came meanwhile stays unread.
///
/// # Errors
/// `Forbidden` for who is no staff.
pub fn read_up_to(tx: &mut Tx, ctx: &Ctx, last: &NoticeId) -> Res<()> {
    let me = ctx.need_staff()?.id.clone();
    if db::read_up_to(tx, &ctx.site, &me, last, ctx.now)? > 0 {
        tell(tx, ctx);
    }
    Ok(())
}

/// What each person of a site has not read.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn unread(c: &mut Conn, site: &SiteId) -> Res<HashMap<StaffId, Unread>> {
    Ok(db::unread(c, site)?
        .into_iter()
        .map(|u| {
            (
                u.staff_id,
                Unread {
                    n: u.n,
                    urgent: u.urgent,
                },
            )
        })
        .collect())
}
