//! Standard answers (标准答案, REC-6, COM-6): written and looked at by the head, proposed at the desk while an inquiry is typed,
//! taken over by one key. Every version is kept.

use domain::access::Action;
use domain::answer::{Said, Standing, Times, check_due, faults, may_check, standing};
use domain::ids::{AnswerId, CaseId, StaffId};
use serde_json::json;
use store::answer as db;
pub use store::answer::{AnswerRow, VersionRow};
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal::{self, Subject};
use crate::known;
use crate::once::once;

/// Answers on one page of the list.
pub const PAGE: i64 = 30;
/// Answers that are proposed at once.
pub const PROPOSED: usize = 3;
/// What an answer of the same item is worth beside its words.
const SAME_ITEM: u64 = 1_500;

/// An answer with what follows from the time.
#[derive(Debug, Clone)]
pub struct Seen {
    pub row: AnswerRow,
    pub standing: Standing,
}

/// What of the list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// In use, longest unchecked first.
    InUse,
    /// In use and to be looked at again.
    Unchecked,
    Withdrawn,
}

impl View {
    /// Of an address.
    pub fn parse(text: &str) -> View {
        match text {
            "unchecked" => View::Unchecked,
            "withdrawn" => View::Withdrawn,
            _ => View::InUse,
        }
    }

    /// As in an address.
    pub fn code(self) -> &'static str {
        match self {
            View::InUse => "in_use",
            View::Unchecked => "unchecked",
            View::Withdrawn => "withdrawn",
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<Seen>,
    pub next: Option<(i64, String)>,
    /// How many are to be looked at again.
    pub unchecked: i64,
}

fn times(r: &AnswerRow) -> Times {
    Times {
        active: r.active,
        valid_from: r.valid_from,
        valid_until: r.valid_until,
        check_due_at: r.check_due_at,
    }
}

fn seen(ctx: &Ctx, row: AnswerRow) -> Seen {
    Seen {
        standing: standing(&times(&row), ctx.now),
        row,
    }
}

/// What an answer says now.
pub fn said(r: &AnswerRow) -> Said {
    Said {
        item: r.item.clone(),
        question: r.question.clone(),
        question_en: r.question_en.clone(),
        short: r.short.clone(),
        short_en: r.short_en.clone(),
        full: r.whole.clone(),
        full_en: r.whole_en.clone(),
        valid_from: r.valid_from,
        valid_until: r.valid_until,
        recheck_days: r.recheck_days,
    }
}

/// The list, longest unchecked first; with words those that answer them, best first.
///
/// # Errors
/// `Forbidden` for who does not look answers up.
pub fn list(c: &mut Conn, ctx: &Ctx, view: View, words: &str, after: Option<(i64, String)>) -> Res<Listed> {
    ctx.need(Action::ViewAnswers)?;
    let unchecked = db::count_unchecked(c, &ctx.site, ctx.now)?;
    if !words.trim().is_empty() {
        let mut rows = Vec::new();
        for (id, _) in known::find(c, ctx, known::ANSWER, words)?.into_iter().take(50) {
            let row = db::get(c, &ctx.site, &AnswerId::from(id))?;
            rows.extend(row.map(|r| seen(ctx, r)).filter(|s| fits(view, s.standing)));
        }
        return Ok(Listed {
            rows,
            next: None,
            unchecked,
        });
    }
    let mut rows = db::list(
        c,
        &db::Filter {
            site: ctx.site.as_str().to_owned(),
            active: Some(view != View::Withdrawn),
            item: None,
            due_before: (view == View::Unchecked).then_some(ctx.now),
            after,
            limit: PAGE + 1,
        },
    )?;
    let more = crate::list::cut(&mut rows, usize::try_from(PAGE).unwrap_or(30));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|r| (r.check_due_at, r.id.as_str().to_owned()));
    Ok(Listed {
        rows: rows.into_iter().map(|r| seen(ctx, r)).collect(),
        next,
        unchecked,
    })
}

fn fits(view: View, s: Standing) -> bool {
    match view {
        View::InUse => s != Standing::Withdrawn,
        View::Unchecked => s == Standing::Unchecked,
        View::Withdrawn => s == Standing::Withdrawn,
    }
}

/// One answer.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &AnswerId) -> Res<Seen> {
    ctx.need(Action::ViewAnswers)?;
    let row = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    Ok(seen(ctx, row))
}

/// What an answer said before, newest first.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn versions(c: &mut Conn, ctx: &Ctx, id: &AnswerId) -> Res<Vec<(VersionRow, Said)>> {
    get(c, ctx, id)?;
    let rows = db::versions(c, id)?;
    rows.into_iter()
        .map(|r| {
            let said = serde_json::from_str(&r.said)?;
            Ok((r, said))
        })
        .collect()
}

/// Answers to what is being typed, best first: by its words and by its item. Only what may be told now.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn propose(c: &mut Conn, ctx: &Ctx, text: &str, item: &str) -> Res<Vec<Seen>> {
    if ctx.reach(Action::ViewAnswers) == domain::access::Reach::Never {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (id, worth) in known::find(c, ctx, known::ANSWER, text)?.into_iter().take(50) {
        let row = db::get(c, &ctx.site, &AnswerId::from(id))?.filter(|r| r.active);
        found.extend(row.map(|r| (worth, r)));
        if found.len() == 12 {
            break;
        }
    }
    if !item.is_empty() {
        let f = db::Filter {
            site: ctx.site.as_str().to_owned(),
            active: Some(true),
            item: Some(item.to_owned()),
            limit: 12,
            ..db::Filter::default()
        };
        for r in db::list(c, &f)? {
            match found.iter_mut().find(|(_, x)| x.id == r.id) {
                Some((worth, _)) => *worth += SAME_ITEM,
                None => found.push((SAME_ITEM, r)),
            }
        }
    }
    let mut found: Vec<(u64, Seen)> = found
        .into_iter()
        .map(|(worth, r)| (worth, seen(ctx, r)))
        .filter(|(_, s)| s.standing.is_offered())
        .collect();
    found.sort_by(|a, b| {
        let key = |x: &(u64, Seen)| {
            (
                std::cmp::Reverse(x.0),
                x.1.standing == Standing::Unchecked,
                -x.1.row.used,
            )
        };
        key(a).cmp(&key(b)).then_with(|| a.1.row.id.cmp(&b.1.row.id))
    });
    found.truncate(PROPOSED);
    Ok(found.into_iter().map(|(_, s)| s).collect())
}

fn clean(s: &Said) -> Said {
    let t = |x: &str| domain::privacy::masked(x.trim());
    Said {
        item: s.item.trim().to_owned(),
        question: t(&s.question),
        question_en: t(&s.question_en),
        short: t(&s.short),
        short_en: t(&s.short_en),
        full: t(&s.full),
        full_en: t(&s.full_en),
        ..s.clone()
    }
}

fn check_said(ctx: &Ctx, s: &Said) -> Res<()> {
    let mut f = Fields::default();
    for (name, key) in faults(s) {
        f.add(name, key);
    }
    if !s.item.is_empty() && ctx.book.taxonomy.item(&s.item).is_none() {
        f.add("item", "invalid-item");
    }
    f.done()
}

fn filled(row: AnswerRow, s: &Said) -> AnswerRow {
    AnswerRow {
        item: s.item.clone(),
        question: s.question.clone(),
        question_en: s.question_en.clone(),
        short: s.short.clone(),
        short_en: s.short_en.clone(),
        whole: s.full.clone(),
        whole_en: s.full_en.clone(),
        valid_from: s.valid_from,
        valid_until: s.valid_until,
        recheck_days: s.recheck_days,
        ..row
    }
}

/// Puts the words in and keeps the version.
fn kept(tx: &mut Tx, ctx: &Ctx, r: &AnswerRow, why: &str, by: &StaffId) -> Res<()> {
    let version = VersionRow {
        id: ctx.id(),
        answer_id: r.id.clone(),
        version: r.version,
        said: serde_json::to_string(&said(r))?,
        why: why.to_owned(),
        staff_id: by.clone(),
        at: ctx.now,
    };
    db::insert_version(tx, &version)?;
    // One that was withdrawn keeps its words: it is looked for to be brought back.
    let spoken = [r.question.as_str(), &r.question_en].join(" \n");
    let item = ctx.book.taxonomy.item(&r.item);
    let rest = [
        r.short.as_str(),
        &r.short_en,
        item.map_or("", |i| i.zh.as_str()),
        item.map_or("", |i| i.en.as_str()),
    ]
    .join(" \n");
    known::put(tx, &ctx.site, known::ANSWER, r.id.as_str(), &spoken, &rest)
}

/// Writes a new answer. Who writes it has looked at it.
///
/// # Errors
/// `Forbidden`, `Invalid` fields.
pub fn add(tx: &mut Tx, ctx: &Ctx, key: &str, said: &Said) -> Res<AnswerId> {
    ctx.need(Action::ManageAnswers)?;
    let said = clean(said);
    check_said(ctx, &said)?;
    let me = ctx.need_staff()?.id.clone();
    once(tx, ctx, key, &said, |tx, ctx| {
        let id: AnswerId = ctx.id();
        let row = filled(
            AnswerRow {
                id: id.clone(),
                site_id: ctx.site.clone(),
                item: String::new(),
                question: String::new(),
                question_en: String::new(),
                short: String::new(),
                short_en: String::new(),
                whole: String::new(),
                whole_en: String::new(),
                valid_from: None,
                valid_until: None,
                recheck_days: said.recheck_days,
                checked_at: ctx.now,
                checked_by: me.clone(),
                check_due_at: check_due(ctx.now, said.recheck_days),
                used: 0,
                used_at: None,
                active: true,
                created_at: ctx.now,
                updated_at: ctx.now,
                version: 1,
            },
            &said,
        );
        db::insert(tx, &row)?;
        kept(tx, ctx, &row, "", &me)?;
        let body = serde_json::to_value(&said)?;
        journal::now(tx, ctx, "answer", id.as_str(), "answer_added", body, &[]);
        Ok(id)
    })
}

/// Who changes an answer and who tells it follow one another: a use that is counted meanwhile is not written over.
fn turn(tx: &mut Tx, id: &AnswerId) -> Res<()> {
    Ok(tx.serial(&format!("answer/{id}"))?)
}

/// The row as the actor saw it, to be changed.
fn to_change(tx: &mut Tx, ctx: &Ctx, id: &AnswerId, version: i64) -> Res<(AnswerRow, StaffId)> {
    ctx.need(Action::ManageAnswers)?;
    turn(tx, id)?;
    let row = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, row.version)?;
    Ok((row, ctx.need_staff()?.id.clone()))
}

fn save(tx: &mut Tx, ctx: &Ctx, row: AnswerRow) -> Res<AnswerRow> {
    let row = AnswerRow {
        version: row.version + 1,
        updated_at: ctx.now,
        ..row
    };
    saved(db::save(tx, &row)?, row.version - 1)?;
    Ok(row)
}

/// Changes an answer; what it said before is kept. Whoever changes it has looked at it.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid` fields.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &AnswerId, version: i64, said: &Said, why: &str) -> Res<()> {
    let (old, me) = to_change(tx, ctx, id, version)?;
    let new = clean(said);
    check_said(ctx, &new)?;
    let was = self::said(&old);
    let row = AnswerRow {
        checked_at: ctx.now,
        checked_by: me.clone(),
        check_due_at: check_due(ctx.now, new.recheck_days),
        ..filled(old, &new)
    };
    let row = save(tx, ctx, row)?;
    let why = domain::privacy::masked(why.trim());
    kept(tx, ctx, &row, &why, &me)?;
    let body = json!({"was": was, "now": new, "why": why});
    journal::now(tx, ctx, "answer", id.as_str(), "answer_changed", body, &["why"]);
    Ok(())
}

/// Somebody has looked at it, and it is still right.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` for one that is withdrawn.
pub fn check(tx: &mut Tx, ctx: &Ctx, id: &AnswerId, version: i64) -> Res<()> {
    let (old, me) = to_change(tx, ctx, id, version)?;
    may_check(&times(&old))?;
    let row = AnswerRow {
        checked_at: ctx.now,
        checked_by: me,
        check_due_at: check_due(ctx.now, old.recheck_days),
        ..old
    };
    let row = save(tx, ctx, row)?;
    let body = json!({"check_due_at": row.check_due_at});
    journal::now(tx, ctx, "answer", id.as_str(), "answer_checked", body, &[]);
    Ok(())
}

/// Takes an answer out of use, or brings it back.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid` without a reason.
pub fn set_active(tx: &mut Tx, ctx: &Ctx, id: &AnswerId, version: i64, active: bool, why: &str) -> Res<()> {
    let (old, me) = to_change(tx, ctx, id, version)?;
    if old.active == active {
        return Ok(());
    }
    if why.trim().is_empty() {
        return Err(Error::field("why", "required"));
    }
    let row = save(tx, ctx, AnswerRow { active, ..old })?;
    let why = domain::privacy::masked(why.trim());
    kept(tx, ctx, &row, &why, &me)?;
    let kind = if active { "answer_restored" } else { "answer_withdrawn" };
    journal::now(tx, ctx, "answer", id.as_str(), kind, json!({"why": why}), &["why"]);
    Ok(())
}

/// It was told to a customer: counted, and on record with whose case it was. One that is not there counts nothing.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn used(tx: &mut Tx, ctx: &Ctx, id: &AnswerId, case: Option<&CaseId>) -> Res<()> {
    turn(tx, id)?;
    let Some(row) = db::get(tx, &ctx.site, id)? else {
        return Ok(());
    };
    db::count_use(tx, ctx.now, id)?;
    let subject = Subject {
        kind: "answer",
        id: id.as_str(),
        case: case.map(CaseId::as_str),
    };
    let body = json!({"version": row.version});
    journal::append(tx, ctx, subject, "answer_used", body, &[], ctx.now);
    Ok(())
}
