//! The month's round of suggestions and praise: opened by itself, each opinion thanked for, identified and told (COM-13),
//! checked by quality (COM-14), closed when each has its result.

use domain::access::{Action, Reach};
use domain::case::Kind;
use domain::ids::{OpinionLineId, OpinionRoundId, StaffId};
use domain::month::Month;
use domain::opinion::{self as rules, Handling, Opinion, Outcome, TellHow};
use serde_json::{Value, json};
use store::db::Tx;
use store::opinion as db;
pub use store::opinion::{LineRow, RoundRow};
use store::seam::Conn;

use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal::{self, Subject};

/// Rounds that are listed: three years.
const LISTED: i64 = 36;
/// The longest result or reason, the longest notes of what was done or checked, and of what was said, in characters.
const LONGEST_REASON: usize = 1000;
const LONGEST_NOTE: usize = 500;
const LONGEST_SAID: usize = 300;

/// A round with its opinions, each with what it lacks.
#[derive(Debug, Clone)]
pub struct Round {
    pub row: RoundRow,
    pub lines: Vec<(LineRow, Vec<&'static str>)>,
    /// Its month is over.
    pub over: bool,
    /// It should have been closed by now.
    pub overdue: bool,
    /// Whoever looks may close it, once nothing is lacking.
    pub may_close: bool,
}

impl Round {
    /// Opinions that lack something.
    #[must_use]
    pub fn lacking(&self) -> usize {
        self.lines.iter().filter(|(_, missing)| !missing.is_empty()).count()
    }

    /// Opinions that quality has not checked yet.
    #[must_use]
    pub fn unchecked(&self) -> usize {
        self.lines.iter().filter(|(row, _)| row.check_good.is_none()).count()
    }
}

fn rules_of(row: &LineRow) -> Res<Opinion> {
    let handled = [
        &row.identified_by,
        &row.told_by,
        &row.done_by,
        &row.doer_id,
        &row.thanked_by,
    ];
    Ok(Opinion {
        praise: row.kind == Kind::Praise.as_str(),
        thanked: row.thanked_at.is_some(),
        outcome: match row.outcome.as_str() {
            "" => None,
            code => Some(code.parse().map_err(Error::internal)?),
        },
        done: row.done_at.is_some(),
        told: row.told_at.is_some(),
        check: row.check_good,
        checked_by: row.checked_by.clone(),
        handled: handled.into_iter().flatten().cloned().collect(),
    })
}

/// Who takes opinions in, handles them and closes follow one another: nothing gets into a round that another desk is closing.
fn turn(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    Ok(tx.serial(&format!("opinions/{}", ctx.site))?)
}

fn month_of(row: &RoundRow) -> Res<Month> {
    row.month.parse::<Month>().map_err(|_| Error::NotFound)
}

/// Opens the rounds of this month and the last where they are not open yet, and takes in what was registered since. Nobody has
/// to remember to open one. What comes late to a month that is closed is in the next open round.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn sync(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    turn(tx, ctx)?;
    let zone = case::zone(tx, &ctx.site)?;
    let present = Month::of(ctx.now, &zone);
    let months = [present.before(), present];
    for month in months {
        if db::of_month(tx, &ctx.site, &month.to_string())?.is_none() {
            open(tx, ctx, month, &zone)?;
        }
    }
    let rounds = db::open(tx, &ctx.site)?;
    for row in &rounds {
        take_in(tx, ctx, month_of(row)?, row, &zone)?;
    }
    for month in months {
        // A round holds nothing that was given after its month.
        let later = rounds.iter().find(|row| row.month > month.to_string());
        if let Some(later) = later {
            take_in(tx, ctx, month, later, &zone)?;
        }
    }
    Ok(())
}

/// Takes what was registered in a month and is in no round yet into one.
fn take_in(tx: &mut Tx, ctx: &Ctx, month: Month, into: &RoundRow, zone: &jiff::tz::TimeZone) -> Res<()> {
    let (from, until) = month.bounds(zone);
    for kind in [Kind::Suggestion, Kind::Praise] {
        for given in db::given(tx, &ctx.site, kind.as_str(), from, until)? {
            db::insert_line(tx, &new_line(ctx, into, kind, given))?;
        }
    }
    Ok(())
}

fn open(tx: &mut Tx, ctx: &Ctx, month: Month, zone: &jiff::tz::TimeZone) -> Res<()> {
    let row = RoundRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        month: month.to_string(),
        // Every month (COM-13): before the month after it is over.
        due_at: month.after().after().start(zone),
        opened_at: ctx.now,
        closed_at: None,
        closed_by: None,
        version: 1,
    };
    db::insert(tx, &row)?;
    // Another replica may have been faster.
    let stands = db::of_month(tx, &ctx.site, &row.month)?.ok_or(Error::NotFound)?;
    if stands.id == row.id {
        let body = json!({"month": row.month, "due_at": row.due_at});
        journal::now(tx, ctx, "opinion_round", row.id.as_str(), "opinions_opened", body, &[]);
    }
    Ok(())
}

fn new_line(ctx: &Ctx, round: &RoundRow, kind: Kind, given: db::GivenRow) -> LineRow {
    LineRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        round_id: round.id.clone(),
        case_id: given.id,
        case_number: given.number,
        kind: kind.as_str().to_owned(),
        title: given.title,
        given_at: given.registered_at,
        thanked_at: None,
        thanked_by: None,
        thanked_how: String::new(),
        outcome: String::new(),
        reason: String::new(),
        doer_id: None,
        do_by: None,
        identified_at: None,
        identified_by: None,
        done_at: None,
        done_by: None,
        done_note: String::new(),
        told_at: None,
        told_by: None,
        told_how: String::new(),
        told_note: String::new(),
        checked_at: None,
        checked_by: None,
        check_good: None,
        check_note: String::new(),
        version: 1,
    }
}

fn round(c: &mut Conn, ctx: &Ctx, row: RoundRow) -> Res<Round> {
    let zone = case::zone(c, &ctx.site)?;
    let month = month_of(&row)?;
    let hidden = crate::hidden::Hidden::from(c, ctx)?;
    let mut lines = Vec::new();
    for line in db::lines(c, &row.id)? {
        if hidden.shows(line.case_id.as_str()) {
            let missing = rules_of(&line)?.missing();
            lines.push((line, missing));
        }
    }
    let over = month.bounds(&zone).1 <= ctx.now;
    let closes = ctx.reach(Action::IdentifyOpinion) > Reach::Never;
    Ok(Round {
        over,
        may_close: closes && rules::may_close(row.closed_at.is_some(), over, 0).is_ok(),
        overdue: row.closed_at.is_none() && row.due_at <= ctx.now,
        lines,
        row,
    })
}

/// The rounds, newest first.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Round>> {
    ctx.need(Action::ViewOpinions)?;
    let rows = db::rounds(c, &ctx.site, LISTED)?;
    rows.into_iter().map(|row| round(c, ctx, row)).collect()
}

/// One round.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &OpinionRoundId) -> Res<Round> {
    ctx.need(Action::ViewOpinions)?;
    let row = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    round(c, ctx, row)
}

/// One opinion, its round, what it lacks, and which steps are for now.
#[derive(Debug, Clone)]
pub struct Line {
    pub row: LineRow,
    pub round: RoundRow,
    pub missing: Vec<&'static str>,
    /// What whoever looks may do now.
    pub steps: Vec<Handling>,
    /// What another result would take back.
    pub taken_back: Vec<Handling>,
}

/// One opinion.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn line(c: &mut Conn, ctx: &Ctx, id: &OpinionLineId) -> Res<Line> {
    ctx.need(Action::ViewOpinions)?;
    let row = visible(c, ctx, id)?;
    let round = db::get(c, &ctx.site, &row.round_id)?.ok_or(Error::NotFound)?;
    let opinion = rules_of(&row)?;
    let mut steps = opinion.steps(round.closed_at.is_some(), &ctx.need_staff()?.id);
    steps.retain(|step| ctx.reach(right(*step)) > Reach::Never);
    Ok(Line {
        missing: opinion.missing(),
        taken_back: opinion.taken_back(),
        steps,
        row,
        round,
    })
}

/// The right that a step needs.
const fn right(step: Handling) -> Action {
    match step {
        Handling::Identify => Action::IdentifyOpinion,
        Handling::Check => Action::CheckOpinion,
        Handling::Thank | Handling::Finish | Handling::Tell => Action::HandleOpinion,
    }
}

/// What became a complaint about somebody stays hidden from that person.
fn visible(c: &mut Conn, ctx: &Ctx, id: &OpinionLineId) -> Res<LineRow> {
    let hidden = crate::hidden::Hidden::from(c, ctx)?;
    let row = db::line(c, &ctx.site, id)?.filter(|row| hidden.shows(row.case_id.as_str()));
    row.ok_or(Error::NotFound)
}

/// A step on one opinion.
#[derive(Debug, Clone)]
pub enum Step {
    /// Who gave it was thanked.
    Thank { how: Option<TellHow> },
    /// It was looked at: what comes of it.
    Identify {
        outcome: Option<Outcome>,
        reason: String,
        doer: Option<StaffId>,
        do_by: Option<i64>,
    },
    /// What somebody was given to do is done.
    Finish { note: String },
    /// Who gave it knows the result. Without a time it was now.
    Tell {
        how: Option<TellHow>,
        at: Option<i64>,
        note: String,
    },
    /// Quality's check.
    Check { good: Option<bool>, note: String },
}

impl Step {
    /// Which step it is.
    #[must_use]
    pub const fn handling(&self) -> Handling {
        match self {
            Step::Thank { .. } => Handling::Thank,
            Step::Identify { .. } => Handling::Identify,
            Step::Finish { .. } => Handling::Finish,
            Step::Tell { .. } => Handling::Tell,
            Step::Check { .. } => Handling::Check,
        }
    }

    /// Refuses texts that are too long.
    fn fits(&self) -> Res<()> {
        let mut f = Fields::default();
        match self {
            Step::Thank { .. } => {}
            Step::Identify { reason, .. } => f.at_most("reason", reason, LONGEST_REASON),
            Step::Finish { note } => f.at_most("done_note", note, LONGEST_NOTE),
            Step::Tell { note, .. } => f.at_most("told_note", note, LONGEST_SAID),
            Step::Check { note, .. } => f.at_most("check_note", note, LONGEST_NOTE),
        }
        f.done()
    }
}

/// Does one step.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, or the `Refused` of a rule; once the round is closed only what quality sent
/// back goes on.
pub fn act(tx: &mut Tx, ctx: &Ctx, id: &OpinionLineId, version: i64, step: &Step) -> Res<()> {
    ctx.need(right(step.handling()))?;
    let staff = ctx.need_staff()?.id.clone();
    turn(tx, ctx)?;
    let mut row = visible(tx, ctx, id)?;
    let round = db::get(tx, &ctx.site, &row.round_id)?.ok_or(Error::NotFound)?;
    same_version(version, row.version)?;
    let opinion = rules_of(&row)?;
    opinion.may_go(step.handling(), round.closed_at.is_some())?;
    opinion.may_take_part(step.handling(), &staff)?;
    step.fits()?;
    let (kind, body, personal) = apply(tx, ctx, &mut row, &opinion, staff, step)?;
    for void in step.handling().voids() {
        clear(&mut row, *void);
    }
    row.version += 1;
    saved(db::save_line(tx, &row)?, version)?;
    let subject = Subject {
        kind: "opinion",
        id: row.id.as_str(),
        case: Some(row.case_id.as_str()),
    };
    journal::append(tx, ctx, subject, kind, body, personal, ctx.now);
    Ok(())
}

/// Takes back what came of a step; the journal keeps it.
fn clear(row: &mut LineRow, step: Handling) {
    match step {
        Handling::Finish => (row.done_at, row.done_by, row.done_note) = (None, None, String::new()),
        Handling::Tell => {
            (row.told_at, row.told_by, row.told_how, row.told_note) = (None, None, String::new(), String::new());
        }
        Handling::Check => {
            (row.checked_at, row.checked_by, row.check_good, row.check_note) = (None, None, None, String::new());
        }
        // Nothing makes these void: who was thanked was thanked, and a result is replaced by another.
        Handling::Thank | Handling::Identify => {}
    }
}

type Said = (&'static str, Value, &'static [&'static str]);

fn apply(tx: &mut Tx, ctx: &Ctx, row: &mut LineRow, opinion: &Opinion, staff: StaffId, step: &Step) -> Res<Said> {
    let text = |t: &str| domain::privacy::masked(t.trim());
    let choose = |name: &str| Error::field(name, "invalid-choose");
    match step {
        Step::Thank { how } => {
            let how = how.ok_or_else(|| choose("how"))?;
            (row.thanked_at, row.thanked_by) = (Some(ctx.now), Some(staff));
            row.thanked_how = how.as_str().to_owned();
            Ok(("opinion_thanked", json!({"how": how}), &[]))
        }
        Step::Identify {
            outcome,
            reason,
            doer,
            do_by,
        } => {
            let outcome = outcome.ok_or_else(|| choose("outcome"))?;
            let known = store::site::workers(tx, &ctx.site)?;
            let assigned = outcome == Outcome::Assigned;
            let doer = doer.clone().filter(|d| assigned && known.iter().any(|w| w.id == *d));
            opinion.identify(outcome, reason, doer.is_some(), *do_by, ctx.now)?;
            row.outcome = outcome.as_str().to_owned();
            row.reason = text(reason);
            row.doer_id = doer;
            row.do_by = do_by.filter(|_| assigned);
            (row.identified_at, row.identified_by) = (Some(ctx.now), Some(staff));
            let body = json!({"outcome": outcome, "reason": row.reason, "doer": row.doer_id, "do_by": row.do_by});
            Ok(("opinion_identified", body, &["reason"]))
        }
        Step::Finish { note } => {
            opinion.may_finish()?;
            let note = text(note);
            if note.is_empty() {
                return Err(Error::field("done_note", "required"));
            }
            (row.done_at, row.done_by, row.done_note) = (Some(ctx.now), Some(staff), note);
            Ok(("opinion_done", json!({"note": row.done_note}), &["note"]))
        }
        Step::Tell { how, at, note } => {
            opinion.may_tell()?;
            let mut f = Fields::default();
            if how.is_none() {
                f.add("told_how", "invalid-choose");
            }
            if at.is_some_and(|at| at > ctx.now) {
                f.add("told_at", "invalid-future");
            }
            f.done()?;
            let how = how.ok_or_else(|| choose("told_how"))?;
            let at = at.unwrap_or(ctx.now);
            Opinion::may_have_told(at, row.identified_at.max(row.done_at).unwrap_or(at))?;
            (row.told_at, row.told_by) = (Some(at), Some(staff));
            (row.told_how, row.told_note) = (how.as_str().to_owned(), text(note));
            let body = json!({"how": how, "at": row.told_at, "note": row.told_note});
            Ok(("opinion_told", body, &["note"]))
        }
        Step::Check { good, note } => {
            opinion.may_check(&staff)?;
            let note = text(note);
            let mut f = Fields::default();
            if good.is_none() {
                f.add("good", "invalid-choose");
            }
            if *good == Some(false) && note.is_empty() {
                f.add("check_note", "required");
            }
            f.done()?;
            (row.checked_at, row.checked_by) = (Some(ctx.now), Some(staff));
            (row.check_good, row.check_note) = (*good, note);
            let body = json!({"good": good, "note": row.check_note});
            Ok(("opinion_checked", body, &["note"]))
        }
    }
}

/// Closes a round in which each opinion has its result. What was registered since the last look is taken in first.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` before the month is over or while something is lacking.
pub fn close(tx: &mut Tx, ctx: &Ctx, id: &OpinionRoundId, version: i64) -> Res<()> {
    ctx.need(Action::IdentifyOpinion)?;
    turn(tx, ctx)?;
    let row = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, row.version)?;
    if row.closed_at.is_none() {
        let zone = case::zone(tx, &ctx.site)?;
        take_in(tx, ctx, month_of(&row)?, &row, &zone)?;
    }
    // Counted as whoever closes sees it: no number tells of what is hidden.
    let round = round(tx, ctx, row)?;
    rules::may_close(round.row.closed_at.is_some(), round.over, round.lacking())?;
    let mut row = round.row;
    (row.closed_at, row.closed_by) = (Some(ctx.now), ctx.staff().map(|s| s.id.clone()));
    row.version += 1;
    saved(db::save(tx, &row)?, version)?;
    let body = json!({"month": row.month});
    journal::now(tx, ctx, "opinion_round", row.id.as_str(), "opinions_closed", body, &[]);
    Ok(())
}
