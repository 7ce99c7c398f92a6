//! The month's satisfaction calls (CSM-4): a sample drawn once, its call list, the answers, and the record with the
//! customer's signature (COM-12).

use domain::access::{Action, Reach};
use domain::call_round::{self as rules, CallState, MOST, SignedHow, Ticket};
use domain::case::{Answer, AttachmentKind, AttemptResult, Kind, Satisfaction};
use domain::ids::{AttachmentId, CallLineId, CallRoundId, StaffId};
use domain::month::Month;
use domain::refusal::Refusal;
use domain::share::Share;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::call_round::{self as db, PoolRow};
pub use store::call_round::{CallRow, RoundRow};
use store::db::Tx;
use store::seam::Conn;

use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal::{self, Subject};

/// Rounds that are listed: three years.
const LISTED: i64 = 36;

/// One attempt to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub at: i64,
    pub by: Option<StaffId>,
    pub result: AttemptResult,
    pub note: String,
}

/// What was said in a call.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub result: Option<AttemptResult>,
    pub satisfaction: Option<Satisfaction>,
    /// Code of each question and the answer.
    pub answers: Vec<Answer>,
    pub opinion: String,
    pub note: String,
}

/// One call with its attempts and answers as they were recorded.
#[derive(Debug, Clone)]
pub struct Call {
    pub row: CallRow,
    pub state: CallState,
    pub attempts: Vec<Attempt>,
    pub answers: Vec<Answer>,
}

/// What a list of calls says, never without how many it says it of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub drawn: u32,
    pub open: u32,
    /// Reached of those that are over: what share of the sample speaks at all.
    pub reached: Share,
    pub refused: u32,
    pub unreachable: u32,
    /// Satisfied or very satisfied, of those that were reached.
    pub satisfied: Share,
    /// The same of the quality of the work and of the attitude, of those who answered.
    pub quality: Share,
    pub attitude: Share,
    /// Signed, of those that were reached.
    pub signed: Share,
}

/// The callbacks after single cases in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct After {
    pub made: u32,
    pub satisfied: Share,
    pub open: u32,
    pub refused: u32,
    pub unreachable: u32,
    /// Nobody was to be called: not drawn, or rated before.
    pub spared: u32,
}

/// A month's list.
#[derive(Debug, Clone)]
pub struct Round {
    pub row: RoundRow,
    pub calls: Vec<Call>,
    pub tally: Tally,
    pub after: After,
}

/// What the first page shows.
#[derive(Debug, Clone)]
pub struct Listed {
    pub rounds: Vec<(RoundRow, Tally)>,
    /// The last month that is over, where none was drawn for it.
    pub missing: Option<String>,
    /// Cases of it that may be drawn.
    pub pool: usize,
    /// Since when the present month runs: the sample of the last should be drawn.
    pub since: i64,
}

fn content(satisfaction: &str) -> bool {
    matches!(satisfaction, "very_satisfied" | "satisfied")
}

fn call(row: CallRow) -> Res<Call> {
    Ok(Call {
        state: row.state.parse().map_err(Error::internal)?,
        attempts: serde_json::from_str(&row.attempts)?,
        answers: serde_json::from_str(&row.answers)?,
        row,
    })
}

/// Counts a list.
#[must_use]
pub fn tally(calls: &[Call]) -> Tally {
    let mut t = Tally::default();
    for c in calls {
        t.drawn += 1;
        match c.state {
            CallState::Open => t.open += 1,
            CallState::Refused => t.refused += 1,
            CallState::Unreachable => t.unreachable += 1,
            CallState::Reached => {
                t.reached.hits += 1;
                t.satisfied.of += 1;
                t.satisfied.hits += u32::from(content(&c.row.satisfaction));
                t.signed.of += 1;
                t.signed.hits += u32::from(c.row.signed == SignedHow::Paper.as_str());
                for (code, share) in [("quality", &mut t.quality), ("attitude", &mut t.attitude)] {
                    if let Some(a) = c.answers.iter().find(|a| a.question == code) {
                        share.of += 1;
                        share.hits += u32::from(content(&a.answer));
                    }
                }
            }
        }
    }
    t.reached.of = t.drawn - t.open;
    t
}

fn after(c: &mut Conn, ctx: &Ctx, month: Month) -> Res<After> {
    let zone = case::zone(c, &ctx.site)?;
    let (from, until) = month.bounds(&zone);
    let mut a = After::default();
    for row in db::ended(c, &ctx.site, from, until)? {
        let n = u32::try_from(row.n).unwrap_or(u32::MAX);
        match row.state.as_str() {
            "solved" | "not_solved" => {
                a.made += n;
                a.satisfied.of += n;
                a.satisfied.hits += if row.satisfaction.as_deref().is_some_and(content) {
                    n
                } else {
                    0
                };
            }
            "open" => a.open += n,
            "refused" => a.refused += n,
            "unreachable" => a.unreachable += n,
            "not_drawn" | "rated" => a.spared += n,
            _ => {}
        }
    }
    Ok(a)
}

/// The months for which a sample was drawn, newest first, and whether the last month still waits for one.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Listed> {
    ctx.need(Action::Callback)?;
    let zone = case::zone(c, &ctx.site)?;
    let present = Month::of(ctx.now, &zone);
    let last = present.before();
    let mut rounds = Vec::new();
    for row in db::rounds(c, &ctx.site, LISTED)? {
        let calls: Res<Vec<Call>> = db::lines(c, &row.id)?.into_iter().map(call).collect();
        let t = tally(&calls?);
        rounds.push((row, t));
    }
    let drawn = rounds.iter().any(|(r, _)| r.month == last.to_string());
    let (from, until) = last.bounds(&zone);
    let pool = if drawn {
        0
    } else {
        db::pool(c, &ctx.site, from, until)?.len()
    };
    Ok(Listed {
        rounds,
        missing: (!drawn).then(|| last.to_string()),
        pool,
        since: until,
    })
}

/// What a draw would do: how many households of how many cases.
#[derive(Debug, Clone)]
pub struct Foreseen {
    pub month: String,
    pub wanted: u32,
    /// Cases that may be drawn, and how many are.
    pub pool: usize,
    pub drawn: usize,
}

/// What the sample of a month may be drawn from, if it may be drawn now.
fn tickets(c: &mut Conn, ctx: &Ctx, month: &str, wanted: u32) -> Res<(Month, Vec<PoolRow>, Vec<Ticket>)> {
    ctx.need(Action::DrawCalls)?;
    let mut f = Fields::default();
    let month = month.trim().parse::<Month>().ok();
    if month.is_none() {
        f.add("month", "invalid-month");
    }
    if !(1..=MOST).contains(&wanted) {
        f.add("wanted", "invalid-sample");
    }
    f.done()?;
    let month = month.ok_or(Error::NotFound)?;
    let zone = case::zone(c, &ctx.site)?;
    let (from, until) = month.bounds(&zone);
    let drawn = db::of_month(c, &ctx.site, &month.to_string())?.is_some();
    let pool = db::pool(c, &ctx.site, from, until)?;
    rules::may_draw(drawn, until <= ctx.now, pool.len())?;
    let tickets = (pool.iter())
        .map(|row| Ticket {
            case: row.id.as_str().to_owned(),
            unit: row.unit_id.as_ref().map_or(String::new(), |u| u.as_str().to_owned()),
        })
        .collect();
    Ok((month, pool, tickets))
}

/// What drawing a month's sample would do: it cannot be drawn again, so who draws is asked first.
///
/// # Errors
/// As [`draw`].
pub fn foresee(c: &mut Conn, ctx: &Ctx, month: &str, wanted: u32) -> Res<Foreseen> {
    let (month, pool, tickets) = tickets(c, ctx, month, wanted)?;
    Ok(Foreseen {
        month: month.to_string(),
        wanted,
        pool: pool.len(),
        // Whom the lot falls on depends on the seed, on how many it falls does not.
        drawn: rules::draw("", &tickets, wanted).len(),
    })
}

/// Draws a month's sample, once.
///
/// # Errors
/// `Forbidden`, `Invalid`, `Refused` a second time, before the month is over, or where nothing was closed.
pub fn draw(tx: &mut Tx, ctx: &Ctx, month: &str, wanted: u32) -> Res<CallRoundId> {
    tx.serial(&format!("calls/{}/{}", ctx.site, month.trim()))?;
    let (month, pool, tickets) = tickets(tx, ctx, month, wanted)?;
    let seed: String = ctx.id();
    let mut hash = Sha256::new();
    for row in &pool {
        hash.update(row.id.as_str());
        hash.update("\n");
    }
    let row = RoundRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        month: month.to_string(),
        wanted: i64::from(wanted),
        pool: i64::try_from(pool.len()).unwrap_or(i64::MAX),
        pool_hash: hash.finalize().iter().map(|b| format!("{b:02x}")).collect(),
        drawn_at: ctx.now,
        drawn_by: ctx.staff().map(|s| s.id.clone()),
        version: 1,
        seed,
    };
    db::insert(tx, &row)?;
    let mut cases = Vec::new();
    for (no, i) in (1_i64..).zip(rules::draw(&row.seed, &tickets, wanted)) {
        let Some(case) = pool.get(i) else { continue };
        cases.push(case.id.clone());
        db::insert_line(
            tx,
            &CallRow {
                id: ctx.id(),
                site_id: ctx.site.clone(),
                round_id: row.id.clone(),
                no,
                case_id: case.id.clone(),
                case_number: case.number.clone(),
                kind: case.kind.clone(),
                title: case.title.clone(),
                place: case.place.clone(),
                name: case.name.clone(),
                department_id: case.department_id.clone(),
                worker_id: case.worker_id.clone(),
                state: CallState::Open.as_str().to_owned(),
                attempts: "[]".to_owned(),
                satisfaction: String::new(),
                answers: "[]".to_owned(),
                opinion: String::new(),
                called_at: None,
                called_by: None,
                signed: String::new(),
                signature: String::new(),
                signed_note: String::new(),
                signed_at: None,
                signed_by: None,
                version: 1,
            },
        )?;
    }
    let body =
        json!({"month": row.month, "seed": row.seed, "pool": row.pool, "pool_hash": row.pool_hash, "cases": cases});
    journal::now(tx, ctx, "call_round", row.id.as_str(), "calls_drawn", body, &[]);
    Ok(row.id)
}

/// A month's list. Who sees a department's cases sees the calls about them; the figures are the month's all the same.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &CallRoundId) -> Res<Round> {
    let reach = ctx.need(Action::Callback)?;
    let row = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let calls: Res<Vec<Call>> = db::lines(c, id)?.into_iter().map(call).collect();
    let mut calls = calls?;
    let t = tally(&calls);
    let hidden = crate::hidden::Hidden::from(c, ctx)?;
    calls.retain(|call| sees(ctx, reach, &call.row) && hidden.shows(call.row.case_id.as_str()));
    let month = row.month.parse::<Month>().map_err(|_| Error::NotFound)?;
    Ok(Round {
        after: after(c, ctx, month)?,
        tally: t,
        calls,
        row,
    })
}

fn sees(ctx: &Ctx, reach: Reach, row: &CallRow) -> bool {
    let mine = || ctx.staff().and_then(|s| s.department.as_ref());
    reach > Reach::Department || (row.department_id.is_some() && row.department_id.as_ref() == mine())
}

/// One call, and whether whoever asks did some of the work (who may not make it).
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn line(c: &mut Conn, ctx: &Ctx, id: &CallLineId) -> Res<(Call, Option<Refusal>)> {
    let reach = ctx.need(Action::Callback)?;
    let row = db::line(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if !sees(ctx, reach, &row) {
        return Err(Error::NotFound);
    }
    let refused = own_work(c, ctx, &row)?.err();
    Ok((call(row)?, refused))
}

/// COM-12, CSM-3: nobody asks how good the own work was.
fn own_work(c: &mut Conn, ctx: &Ctx, row: &CallRow) -> Res<Result<(), Refusal>> {
    let seen = case::get(c, ctx, &row.case_id)?;
    let own = ctx.staff().is_some_and(|s| seen.state.did.contains(&s.id));
    Ok(if own {
        Err(Refusal::new("refuse-callback-own-work").clause("COM-12"))
    } else {
        Ok(())
    })
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &CallLineId, version: i64) -> Res<Call> {
    let reach = ctx.need(Action::Callback)?;
    let row = db::line(tx, &ctx.site, id)?
        .filter(|row| sees(ctx, reach, row))
        .ok_or(Error::NotFound)?;
    same_version(version, row.version)?;
    call(row)
}

fn save(tx: &mut Tx, ctx: &Ctx, row: &mut CallRow, kind: &str, body: serde_json::Value, personal: &[&str]) -> Res<()> {
    row.version += 1;
    saved(db::save_line(tx, row)?, row.version - 1)?;
    let subject = Subject {
        kind: "call_line",
        id: row.id.as_str(),
        case: Some(row.case_id.as_str()),
    };
    journal::append(tx, ctx, subject, kind, body, personal, ctx.now);
    Ok(())
}

/// A call was made. After the last attempt that the standard asks for it is over by itself, and counted apart.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` by who did the work and for a call that is over.
pub fn make(tx: &mut Tx, ctx: &Ctx, id: &CallLineId, version: i64, said: &Said) -> Res<()> {
    let mut c = seen(tx, ctx, id, version)?;
    own_work(tx, ctx, &c.row)??;
    if c.state != CallState::Open {
        return Err(Refusal::new("refuse-monthly-call-over").clause("CSM-4").into());
    }
    let mut f = Fields::default();
    if said.result.is_none() {
        f.add("result", "invalid-choose");
    }
    let reached = said.result == Some(AttemptResult::Reached);
    if reached && said.satisfaction.is_none() {
        f.add("satisfaction", "invalid-choose");
    }
    f.done()?;
    let result = said.result.ok_or(Error::NotFound)?;
    let text = |t: &str| domain::privacy::masked(t.trim());
    c.attempts.push(Attempt {
        at: ctx.now,
        by: ctx.staff().map(|s| s.id.clone()),
        result,
        note: text(&said.note),
    });
    let standard = ctx.book.standard(tx, &ctx.site, ctx.now)?;
    let zone = case::zone(tx, &ctx.site)?;
    let rule = standard.callback();
    let tried = rule.tried_in(c.attempts.iter().map(|a| (a.at, a.result)), &zone);
    let row = &mut c.row;
    row.state = rules::after(result, rule.enough(tried)).as_str().to_owned();
    row.attempts = serde_json::to_string(&c.attempts)?;
    row.called_at = Some(ctx.now);
    row.called_by = ctx.staff().map(|s| s.id.clone());
    if reached {
        let kind: Kind = row.kind.parse().map_err(Error::internal)?;
        let known: Vec<&str> = ctx.book.scripts.questions_for(kind).map(|q| q.code.as_str()).collect();
        let answers: Vec<Answer> = (said.answers.iter())
            .filter(|a| known.contains(&a.question.as_str()) && !a.answer.trim().is_empty())
            .map(|a| Answer {
                question: a.question.clone(),
                answer: text(&a.answer),
            })
            .collect();
        row.answers = serde_json::to_string(&answers)?;
        row.satisfaction = said.satisfaction.map_or(String::new(), |s| s.as_str().to_owned());
        row.opinion = text(&said.opinion);
    }
    let answers: serde_json::Value = serde_json::from_str(&row.answers)?;
    let note = c.attempts.last().map_or("", |a| a.note.as_str());
    let body = json!({
        "result": result, "satisfaction": row.satisfaction, "answers": answers, "opinion": row.opinion, "note": note,
        "state": row.state,
    });
    save(tx, ctx, row, "call_made", body, &["answers", "opinion", "note"])
}

/// The record was signed on paper, or the customer declined to (COM-12). A file is one of the case's paper forms.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` before somebody was reached.
pub fn sign(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &CallLineId,
    version: i64,
    how: Option<SignedHow>,
    file: &str,
    note: &str,
) -> Res<()> {
    let mut c = seen(tx, ctx, id, version)?;
    own_work(tx, ctx, &c.row)??;
    if !c.row.signed.is_empty() {
        return Err(Refusal::new("refuse-call-signed").clause("COM-12").into());
    }
    if c.state != CallState::Reached {
        return Err(Refusal::new("refuse-call-not-reached").clause("COM-12").into());
    }
    let note = domain::privacy::masked(note.trim());
    let mut f = Fields::default();
    match how {
        None => f.add("how", "invalid-choose"),
        Some(SignedHow::Declined) if note.is_empty() => f.add("note", "required"),
        Some(SignedHow::Paper) if !paper_forms(tx, ctx, &c.row)?.iter().any(|(a, _)| a.as_str() == file) => {
            f.add("file", "invalid-paper-form");
        }
        Some(_) => {}
    }
    f.done()?;
    let how = how.ok_or(Error::NotFound)?;
    let row = &mut c.row;
    row.signed = how.as_str().to_owned();
    row.signature = if how == SignedHow::Paper {
        file.to_owned()
    } else {
        String::new()
    };
    row.signed_note = note;
    row.signed_at = Some(ctx.now);
    row.signed_by = ctx.staff().map(|s| s.id.clone());
    let body = json!({"how": how, "file": row.signature, "note": row.signed_note});
    save(tx, ctx, row, "call_signed", body, &["note"])
}

/// The paper forms that were taken in for a call's case: file and when.
///
/// # Errors
/// `NotFound`.
pub fn paper_forms(c: &mut Conn, ctx: &Ctx, row: &CallRow) -> Res<Vec<(AttachmentId, i64)>> {
    let seen = case::get(c, ctx, &row.case_id)?;
    let forms = seen
        .state
        .attachments
        .iter()
        .filter(|a| a.kind == AttachmentKind::PaperForm);
    Ok(forms.map(|a| (a.id.clone(), a.at)).collect())
}
