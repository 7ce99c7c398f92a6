//! Consultation (请示, REC-7): one act at the desk while somebody waits. Whom it reaches sees it at once; the answer, or that
//! there is none, comes back to the desk; the wait is measured, also when nobody was there to be asked.

use domain::access::{Action, Role};
use domain::case::Channel;
use domain::clock::{Clock, Limit};
use domain::consult::{Asked, Consult, ConsultState, SUPERIORS, clock};
use domain::ids::{CaseId, ConsultId, ContactId, DepartmentId, StaffId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::consult as db;
pub use store::consult::ConsultRow;
use store::db::Tx;
use store::seam::Conn;

use crate::case::{self, Reckons};
use crate::contact::Registered;
use crate::ctx::{Ctx, Locale};
use crate::desk::Desk;
use crate::error::{Error, Fields, Res};
use crate::hidden::Hidden;
use crate::journal::{self, Subject};
use crate::once;
use crate::ontime::{self, ClockFact};
use crate::timer;

/// The longest question and answer, in characters: they are read while somebody waits.
pub const LONGEST: usize = 500;
/// A question nobody took up stays on the screens of those asked for this long, in milliseconds.
const ASKED_FOR: i64 = 60 * 60_000;

/// Somebody who can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `post:cs_head` or `department:ID`.
    pub value: String,
    /// Code of the post, or empty.
    pub post: String,
    /// Name of the department in the actor's language, or empty.
    pub department: String,
    /// Who of them is on duty, by name.
    pub on_duty: Vec<String>,
}

/// A question as the desk's form or a case's page gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewConsult {
    /// Key of the desk's form, when it is about a contact that is being registered.
    #[serde(default)]
    pub form_key: String,
    /// The case it is about, if it is one.
    #[serde(default)]
    pub case: Option<CaseId>,
    pub channel: Channel,
    /// As [`Target::value`].
    pub to: String,
    pub question: String,
}

fn read(value: &str) -> Option<Asked> {
    match value.split_once(':') {
        Some(("post", role)) => role
            .parse::<Role>()
            .ok()
            .filter(|r| SUPERIORS.contains(r))
            .map(Asked::Post),
        Some(("department", id)) if !id.is_empty() => Some(Asked::Department(DepartmentId::from(id))),
        _ => None,
    }
}

/// Whom the desk may ask, superiors first, each with who is on duty. Never oneself.
///
/// # Errors
/// `Forbidden` for who does not consult.
pub fn targets(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Target>> {
    ctx.need(Action::Consult)?;
    let me = ctx.need_staff()?.id.clone();
    let people = store::site::workers(c, &ctx.site)?;
    let en = ctx.locale == Locale::En;
    let named = |zh: &str, other: &str| {
        if en && !other.is_empty() {
            other.to_owned()
        } else {
            zh.to_owned()
        }
    };
    let on_duty = |fits: &dyn Fn(&store::site::Worker) -> bool| {
        let mut found: Vec<(StaffId, String)> = people
            .iter()
            .filter(|w| w.on_duty_since.is_some() && w.id != me && fits(w))
            .map(|w| (w.id.clone(), named(&w.name, &w.name_en)))
            .collect();
        found.sort();
        found.dedup();
        found.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    let mut list: Vec<Target> = SUPERIORS
        .iter()
        .map(|role| Target {
            value: format!("post:{role}"),
            post: role.as_str().to_owned(),
            department: String::new(),
            on_duty: on_duty(&|w| w.role == role.as_str()),
        })
        .collect();
    for d in store::site::departments(c, &ctx.site)? {
        if d.active && d.kind == "own" {
            list.push(Target {
                value: format!("department:{}", d.id),
                post: String::new(),
                department: named(&d.name, &d.name_en),
                on_duty: on_duty(&|w| w.department_id.as_ref() == Some(&d.id)),
            });
        }
    }
    Ok(list)
}

fn of_row(r: &ConsultRow) -> Res<Consult> {
    let limit = Limit::Minute {
        n: u32::try_from(r.limit_ms / 60_000).unwrap_or(1),
    };
    let state: ConsultState = r.state.parse().map_err(Error::internal)?;
    let asked = match (&r.asked_department, r.asked_post.parse()) {
        (Some(d), _) => Asked::Department(d.clone()),
        (None, Ok(post)) => Asked::Post(post),
        (None, Err(e)) => return Err(Error::internal(e)),
    };
    let mut clock = clock(limit, r.asked_at);
    if let Some(at) = r.breached_at {
        clock.breach(at, domain::clock::BreachReason::Time);
    }
    match state {
        ConsultState::Answered | ConsultState::Cannot => clock.met_at = r.answered_at,
        ConsultState::Nobody | ConsultState::Unanswered => clock.cancelled_at = r.ended_at,
        ConsultState::Waiting => {}
    }
    Ok(Consult {
        by: r.asked_by.clone(),
        asked,
        state,
        clock,
    })
}

/// The clock of a consultation, for showing it.
///
/// # Errors
/// `Internal` for a row that nothing here wrote.
pub fn clock_of(r: &ConsultRow) -> Res<Clock> {
    Ok(of_row(r)?.clock)
}

fn say(tx: &mut Tx, ctx: &Ctx, r: &ConsultRow, kind: &str, body: serde_json::Value, personal: &[&'static str]) {
    let subject = Subject {
        kind: "consult",
        id: r.id.as_str(),
        case: r.case_id.as_ref().map(|c| c.as_str()),
    };
    journal::append(tx, ctx, subject, kind, body, personal, ctx.now);
}

/// Writes the row as the rules left it, and what the figures count of it.
fn keep(tx: &mut Tx, ctx: &Ctx, r: &mut ConsultRow, k: &Consult) -> Res<()> {
    r.state = k.state.as_str().to_owned();
    r.breached_at = k.clock.breached_at;
    if k.state != ConsultState::Waiting {
        r.ended_at = r.ended_at.or(Some(ctx.now));
    }
    r.version += 1;
    if db::save(tx, r)? != 1 {
        return Err(Error::Conflict {
            seen: r.version - 1,
            current: r.version,
        });
    }
    fact(tx, ctx, r, k)
}

fn fact(tx: &mut Tx, ctx: &Ctx, r: &ConsultRow, k: &Consult) -> Res<()> {
    let reckons = Reckons::of(tx, ctx)?;
    let office = reckons
        .calendars
        .newest("office")
        .and_then(|of| reckons.calendars.hours(&of));
    let m = k.clock.measured(office.as_deref());
    let seen = match &r.case_id {
        Some(id) => case::get(tx, ctx, id).ok(),
        None => None,
    };
    let s = seen.as_ref().map(|x| &x.state);
    let department = match &r.asked_department {
        Some(d) => Some(d.clone()),
        None => ontime::department_of(tx, ctx, r.answered_by.as_ref())?,
    };
    let row = ClockFact {
        id: format!("{}:consult", r.id),
        site_id: ctx.site.clone(),
        case_id: r.case_id.clone(),
        consult_id: Some(r.id.clone()),
        case_number: s.map(|s| s.number.clone()).unwrap_or_default(),
        title: r.question.chars().take(40).collect(),
        code: k.clock.code.as_str().to_owned(),
        cycle: 0,
        kind: s.map_or("inquiry", |s| s.kind.as_str()).to_owned(),
        item: s.map(|s| s.item.clone()).unwrap_or_default(),
        importance: s.map_or("ordinary", |s| s.importance.as_str()).to_owned(),
        department_id: department,
        worker_id: r.answered_by.clone(),
        clause: k.clock.clause.clone(),
        started_at: r.asked_at,
        due_at: Some(r.due_at),
        extended_from: None,
        met_at: k.clock.met_at,
        breached_at: k.clock.breached_at,
        breach_reason: k.clock.breach_reason.map_or("", |x| x.as_str()).to_owned(),
        excused_at: None,
        excuse: String::new(),
        excuse_asked: String::new(),
        natural_ms: m.natural_ms,
        working_ms: m.working_ms,
        paused_ms: 0,
        state: match (k.state, k.clock.met_at, k.clock.breached_at) {
            (ConsultState::Waiting, _, Some(_)) => "overdue",
            (ConsultState::Waiting, ..) => "running",
            (_, Some(_), Some(_)) => "late",
            (_, Some(_), None) => "met",
            _ => "cancelled",
        }
        .to_owned(),
        month: m
            .decided_at
            .map_or_else(String::new, |at| ontime::month(&reckons.zone, at)),
        decided_at: m.decided_at,
    };
    Ok(store::ontime::put(tx, &row)?)
}

/// Asks. With nobody on duty the question is on record all the same, and the desk promises a reply instead (REC-8).
///
/// # Errors
/// `Forbidden`, `Invalid` without a question or for somebody who cannot be asked, `NotFound` for a case not visible.
pub fn ask(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewConsult) -> Res<ConsultId> {
    ctx.need(Action::Consult)?;
    let mut f = Fields::default();
    if n.question.trim().is_empty() {
        f.add("consult_what", "required");
    }
    if n.question.chars().count() > LONGEST {
        f.add_with("consult_what", "invalid-too-long", vec![("most", LONGEST.to_string())]);
    }
    let asked = read(&n.to);
    if asked.is_none() {
        f.add("consult_to", "invalid-choose");
    }
    f.done()?;
    let targets = targets(tx, ctx)?;
    let target = targets
        .iter()
        .find(|t| t.value == n.to)
        .ok_or_else(|| Error::field("consult_to", "invalid-choose"))?
        .clone();
    let asked = asked.ok_or_else(|| Error::field("consult_to", "invalid-choose"))?;
    if let Some(id) = &n.case {
        case::get(tx, ctx, id)?;
    }
    once::once(tx, ctx, key, n, |tx, ctx| {
        let me = ctx.need_staff()?.id.clone();
        let standard = ctx.book.standard(tx, &ctx.site, ctx.now)?;
        let limit = standard.desk().consult_limit(n.channel);
        let question = domain::privacy::masked(n.question.trim());
        let k = Consult::ask(
            me.clone(),
            asked.clone(),
            &question,
            limit,
            target.on_duty.len(),
            ctx.now,
        )?;
        let due_at = k.clock.due_at(ctx.now).unwrap_or(ctx.now);
        let row = ConsultRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            case_id: n.case.clone(),
            contact_id: None,
            form_key: n.form_key.clone(),
            channel: n.channel.as_str().to_owned(),
            asked_by: me,
            asked_post: target.post.clone(),
            asked_department: match &asked {
                Asked::Department(d) => Some(d.clone()),
                Asked::Post(_) => None,
            },
            question,
            answer: String::new(),
            state: k.state.as_str().to_owned(),
            limit_ms: due_at - ctx.now,
            asked_at: ctx.now,
            due_at,
            answered_at: None,
            answered_by: None,
            ended_at: (k.state == ConsultState::Nobody).then_some(ctx.now),
            breached_at: None,
            shown: true,
            version: 1,
        };
        db::insert(tx, &row)?;
        let body = json!({
            "post": row.asked_post, "department": row.asked_department, "channel": row.channel, "state": row.state,
            "due_at": row.due_at, "question": row.question,
        });
        say(tx, ctx, &row, "consult_asked", body, &["question"]);
        fact(tx, ctx, &row, &k)?;
        Ok(row.id)
    })
}

/// Answers a question, or says that there is no answer now (`None`). The first word counts.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Refused` for who was not asked and where it is over, `Invalid` for an empty answer.
pub fn answer(tx: &mut Tx, ctx: &Ctx, id: &ConsultId, answer: Option<&str>) -> Res<()> {
    ctx.need(Action::AnswerConsult)?;
    let mut row = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let mut k = of_row(&row)?;
    let me = ctx.need_staff()?;
    if !k.asks(&me.id, &me.roles, me.department.as_ref()) || !shows(&Hidden::from(tx, ctx)?, &row) {
        return Err(Error::NotFound);
    }
    if answer.is_some_and(|a| a.trim().is_empty()) {
        return Err(Error::field("answer", "required"));
    }
    if answer.is_some_and(|a| a.chars().count() > LONGEST) {
        let most = vec![("most", LONGEST.to_string())];
        let mut f = Fields::default();
        f.add_with("answer", "invalid-too-long", most);
        return f.done();
    }
    k.answer((&me.id, &me.roles, me.department.as_ref()), answer, ctx.now)?;
    row.answered_by = Some(me.id.clone());
    row.answered_at = Some(ctx.now);
    row.answer = answer.map(|a| domain::privacy::masked(a.trim())).unwrap_or_default();
    keep(tx, ctx, &mut row, &k)?;
    let waited = ctx.now - row.asked_at;
    let kind = if answer.is_some() {
        "consult_answered"
    } else {
        "consult_cannot"
    };
    let body = json!({"waited_ms": waited, "late": row.breached_at.is_some(), "answer": row.answer});
    say(tx, ctx, &row, kind, body, &["answer"]);
    Ok(())
}

/// The desk has seen what came of it, or goes on without an answer.
///
/// # Errors
/// `NotFound` for a question that is not one's own.
pub fn put_away(tx: &mut Tx, ctx: &Ctx, id: &ConsultId) -> Res<()> {
    let me = ctx.need_staff()?.id.clone();
    let mut row = db::get(tx, &ctx.site, id)?
        .filter(|r| r.asked_by == me)
        .ok_or(Error::NotFound)?;
    close(tx, ctx, &mut row)
}

fn close(tx: &mut Tx, ctx: &Ctx, row: &mut ConsultRow) -> Res<()> {
    if !row.shown && row.state != ConsultState::Waiting.as_str() {
        return Ok(());
    }
    let mut k = of_row(row)?;
    let waiting = k.state == ConsultState::Waiting;
    if waiting {
        k.give_up(ctx.now)?;
    }
    row.shown = false;
    keep(tx, ctx, row, &k)?;
    if waiting {
        let body = json!({"waited_ms": ctx.now - row.asked_at, "late": row.breached_at.is_some()});
        say(tx, ctx, row, "consult_given_up", body, &[]);
    } else {
        let (live, site) = (ctx.live.clone(), ctx.site.clone());
        tx.after_commit(move || live.changed(&site));
    }
    Ok(())
}

/// What was asked from a form goes with the contact and its first case; what is still unanswered is over.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn adopt(tx: &mut Tx, ctx: &Ctx, key: &str, made: &Registered) -> Res<()> {
    if key.is_empty() {
        return Ok(());
    }
    for mut row in db::of_form(tx, &ctx.site, key)? {
        row.contact_id = Some(made.contact.clone());
        row.case_id = row.case_id.or_else(|| made.cases.first().cloned());
        let was_open = row.state == ConsultState::Waiting.as_str();
        if row.shown || was_open {
            close(tx, ctx, &mut row)?;
        } else {
            let k = of_row(&row)?;
            keep(tx, ctx, &mut row, &k)?;
        }
        let body = json!({
            "contact": made.contact, "state": row.state, "asked_at": row.asked_at, "answered_at": row.answered_at,
            "question": row.question, "answer": row.answer,
        });
        say(tx, ctx, &row, "consult_recorded", body, &["question", "answer"]);
    }
    Ok(())
}

/// Whether a question may be shown: not one about a complaint about who looks.
fn shows(hidden: &Hidden, r: &ConsultRow) -> bool {
    r.case_id.as_ref().is_none_or(|id| hidden.shows(id.as_str()))
        && r.contact_id.as_ref().is_none_or(|id| hidden.shows_contact(id.as_str()))
}

/// What the actor is asked and has not answered, oldest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn asked_of_me(c: &mut Conn, ctx: &Ctx) -> Res<Vec<ConsultRow>> {
    let Some(me) = ctx.staff() else { return Ok(Vec::new()) };
    if ctx.reach(Action::AnswerConsult) == domain::access::Reach::Never {
        return Ok(Vec::new());
    }
    let hidden = Hidden::from(c, ctx)?;
    let mut list = Vec::new();
    for row in db::waiting(c, &ctx.site, ctx.now - ASKED_FOR)? {
        if shows(&hidden, &row) && of_row(&row)?.asks(&me.id, &me.roles, me.department.as_ref()) {
            list.push(row);
        }
    }
    Ok(list)
}

/// What the actor has asked and still looks at: of this form, or of this case; without either, all.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn mine(c: &mut Conn, ctx: &Ctx, form_key: &str, on_case: Option<&CaseId>) -> Res<Vec<ConsultRow>> {
    let Some(me) = ctx.staff() else { return Ok(Vec::new()) };
    let mut list = db::shown(c, &ctx.site, &me.id)?;
    let hidden = Hidden::from(c, ctx)?;
    list.retain(|r| shows(&hidden, r));
    list.retain(|r| match (form_key.is_empty(), on_case) {
        (false, _) => r.form_key == form_key,
        (true, Some(case)) => r.case_id.as_ref() == Some(case),
        (true, None) => true,
    });
    Ok(list)
}

/// The consultations of a case, newest first.
///
/// # Errors
/// `NotFound` when the case is not visible.
pub fn of_case(c: &mut Conn, ctx: &Ctx, id: &CaseId) -> Res<Vec<ConsultRow>> {
    let seen = case::get(c, ctx, id)?;
    Ok(db::of_case(c, &seen.state.id)?)
}

/// The consultations of a contact, newest first.
///
/// # Errors
/// `NotFound` when the contact is not visible.
pub fn of_contact(c: &mut Conn, ctx: &Ctx, id: &ContactId) -> Res<Vec<ConsultRow>> {
    let row = crate::contact::get(c, ctx, id)?;
    Ok(db::of_contact(c, &row.id)?)
}

/// Makes facts of limits that have passed while nobody did anything. Returns how many.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn run_due(desk: &Desk) -> Res<usize> {
    Ok(round(desk)?.done)
}

pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "consultation", db::passed, |tx, ctx, id| {
        let Some(mut row) = db::get(tx, &ctx.site, &ConsultId::from(id))? else {
            return Ok(false);
        };
        let mut k = of_row(&row)?;
        if k.state != ConsultState::Waiting || !k.look(ctx.now) {
            return Ok(false);
        }
        keep(tx, ctx, &mut row, &k)?;
        say(tx, ctx, &row, "consult_passed", json!({"due_at": row.due_at}), &[]);
        Ok(true)
    })
}
