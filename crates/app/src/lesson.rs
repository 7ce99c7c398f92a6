//! The case library (案例库, DIR-22): a closed case becomes a lesson without the people it was about; it is found by words and
//! proposed while a similar case is registered.

use domain::access::{Action, Reach};
use domain::case::{CaseState, Status};
use domain::ids::{CaseId, LessonId};
use domain::lesson::{Taught, anonymised, faults, nameless};
use domain::refusal::Refusal;
use serde_json::json;
use store::db::Tx;
use store::lesson as db;
pub use store::lesson::LessonRow;
use store::seam::Conn;

use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal;
use crate::known;
use crate::once::once;

/// Lessons on one page of the library.
pub const PAGE: i64 = 30;
/// Lessons that are proposed at once.
const PROPOSED: usize = 3;
/// What a lesson of the same item is worth beside its words.
const SAME_ITEM: u64 = 1_500;

/// A page of the library.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<LessonRow>,
    pub next: Option<(i64, String)>,
}

/// What a form of a lesson begins with.
#[derive(Debug, Clone)]
pub struct Draft {
    pub case_number: String,
    /// Without names, numbers, plates and rooms, as far as the rule finds them: to be read by a person.
    pub taught: Taught,
    /// What was taken out, in words of the case, so that the reader sees where to look.
    pub taken: usize,
    /// The lesson that the case has already.
    pub kept: Option<LessonId>,
}

/// Everybody whom the case may name: the customer, who called about it, the household, and whoever works at the site (who did
/// it, who answers for it, whom a complaint is about, and a colleague who only stands in the text).
fn names(c: &mut Conn, ctx: &Ctx, s: &CaseState) -> Res<Vec<String>> {
    let mut list = vec![s.customer.name.clone()];
    if let Some(unit) = &s.located.unit {
        let card = crate::contact::look::card(c, ctx, None, Some(unit))?;
        list.extend(card.people.into_iter().map(|r| r.name));
    }
    list.extend(store::contact::of_case(c, &s.id)?.into_iter().map(|k| k.name));
    for p in store::site::staff_names(c, &ctx.site)? {
        list.push(p.name);
        list.push(p.name_en);
    }
    list.retain(|n| n.trim().chars().count() >= 2);
    Ok(list)
}

/// A case that may teach something: closed, and visible to the actor.
fn closed(c: &mut Conn, ctx: &Ctx, id: &CaseId) -> Res<CaseState> {
    let s = case::get(c, ctx, id)?.state;
    if s.status == Status::Closed {
        Ok(s)
    } else {
        Err(Refusal::new("refuse-lesson-open").clause("DIR-22").into())
    }
}

/// A form of a lesson for a closed case, with nobody named.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Refused` while the case is open.
pub fn draft(c: &mut Conn, ctx: &Ctx, id: &CaseId) -> Res<Draft> {
    ctx.need(Action::KeepLesson)?;
    let s = closed(c, ctx, id)?;
    let names = names(c, ctx, &s)?;
    let clean = |text: &str| anonymised(text, &names);
    let done: Vec<&str> = s
        .work
        .iter()
        .map(|w| w.done.as_str())
        .filter(|t| !t.trim().is_empty())
        .collect();
    let worked = done.join("\n");
    let kept = db::of_case(c, &ctx.site, &s.id)?.map(|r| r.id);
    let taken = [s.content.as_str(), &worked]
        .iter()
        .map(|t| domain::lesson::find(t, &names).len())
        .sum();
    Ok(Draft {
        case_number: s.number.clone(),
        taught: Taught {
            title: clean(&case::title(ctx, &s)),
            item: s.item.clone(),
            situation: clean(&s.content),
            worked: clean(&worked),
            clause: String::new(),
            tags: String::new(),
        },
        taken,
        kept,
    })
}

fn trimmed(t: &Taught) -> Taught {
    let x = |s: &str| s.trim().to_owned();
    Taught {
        title: x(&t.title),
        item: x(&t.item),
        situation: x(&t.situation),
        worked: x(&t.worked),
        clause: x(&t.clause),
        tags: x(&t.tags),
    }
}

fn check(ctx: &Ctx, t: &Taught, names: &[String]) -> Res<()> {
    let mut f = Fields::default();
    for (name, key) in faults(t) {
        f.add(name, key);
    }
    if !t.item.is_empty() && ctx.book.taxonomy.item(&t.item).is_none() {
        f.add("item", "invalid-item");
    }
    f.done()?;
    Ok(nameless(t, names)?)
}

fn words(tx: &mut Tx, ctx: &Ctx, r: &LessonRow) -> Res<()> {
    // One that was withdrawn keeps its words: it is looked for to be brought back.
    let spoken = [r.title.as_str(), &r.tags].join(" \n");
    let item = ctx.book.taxonomy.item(&r.item);
    let rest = [
        r.situation.as_str(),
        item.map_or("", |i| i.zh.as_str()),
        item.map_or("", |i| i.en.as_str()),
    ]
    .join(" \n");
    known::put(tx, &ctx.site, known::LESSON, r.id.as_str(), &spoken, &rest)
}

const TEXTS: &[&str] = &["title", "situation", "worked", "clause", "tags"];

fn body(t: &Taught) -> Res<serde_json::Value> {
    Ok(serde_json::to_value(t)?)
}

/// Keeps a lesson of a closed case. A case teaches once; after that its lesson is edited.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` fields, `Refused` while the case is open, while a text names somebody, or twice.
pub fn keep(tx: &mut Tx, ctx: &Ctx, key: &str, id: &CaseId, t: &Taught) -> Res<LessonId> {
    ctx.need(Action::KeepLesson)?;
    let s = closed(tx, ctx, id)?;
    let t = trimmed(t);
    let names = names(tx, ctx, &s)?;
    check(ctx, &t, &names)?;
    let me = ctx.need_staff()?.id.clone();
    once(tx, ctx, key, &(id, &t), |tx, ctx| {
        if db::of_case(tx, &ctx.site, &s.id)?.is_some() {
            return Err(Refusal::new("refuse-lesson-kept").clause("DIR-22").into());
        }
        let row = LessonRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            case_id: s.id.clone(),
            kind: s.kind.as_str().to_owned(),
            title: t.title.clone(),
            item: t.item.clone(),
            situation: t.situation.clone(),
            worked: t.worked.clone(),
            clause: t.clause.clone(),
            tags: t.tags.clone(),
            active: true,
            withdrawn_why: String::new(),
            kept_at: ctx.now,
            kept_by: me.clone(),
            updated_at: ctx.now,
            version: 1,
        };
        db::insert(tx, &row)?;
        words(tx, ctx, &row)?;
        // The library knows of no case number; the journal does, so that the lesson can be traced by who may.
        let subject = journal::Subject {
            kind: "lesson",
            id: row.id.as_str(),
            case: Some(s.id.as_str()),
        };
        journal::append(tx, ctx, subject, "lesson_kept", body(&t)?, TEXTS, ctx.now);
        Ok(row.id)
    })
}

/// The library, newest first; with words those that fit, best first.
///
/// # Errors
/// `Forbidden`.
pub fn list(
    c: &mut Conn,
    ctx: &Ctx,
    active: bool,
    said: &str,
    item: &str,
    after: Option<(i64, String)>,
) -> Res<Listed> {
    ctx.need(Action::ViewAnswers)?;
    if !said.trim().is_empty() {
        let mut rows = Vec::new();
        for (id, _) in known::find(c, ctx, known::LESSON, said)?.into_iter().take(50) {
            let row = db::get(c, &ctx.site, &LessonId::from(id))?;
            rows.extend(row.filter(|r| r.active == active && (item.is_empty() || r.item == item)));
        }
        return Ok(Listed { rows, next: None });
    }
    let mut rows = db::list(
        c,
        &db::Filter {
            site: ctx.site.as_str().to_owned(),
            active: Some(active),
            item: (!item.is_empty()).then(|| item.to_owned()),
            after,
            limit: PAGE + 1,
        },
    )?;
    let more = crate::list::cut(&mut rows, usize::try_from(PAGE).unwrap_or(30));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|r| (r.kept_at, r.id.as_str().to_owned()));
    Ok(Listed { rows, next })
}

/// One lesson.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &LessonId) -> Res<LessonRow> {
    ctx.need(Action::ViewAnswers)?;
    db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

/// The lesson of a case, if it has one.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn of_case(c: &mut Conn, ctx: &Ctx, id: &CaseId) -> Res<Option<LessonRow>> {
    if ctx.reach(Action::ViewAnswers) == Reach::Never {
        return Ok(None);
    }
    Ok(db::of_case(c, &ctx.site, id)?.filter(|r| r.active))
}

/// Lessons for a case that is being registered, best first: by its words and its item.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn propose(c: &mut Conn, ctx: &Ctx, text: &str, item: &str) -> Res<Vec<LessonRow>> {
    if ctx.reach(Action::ViewAnswers) == Reach::Never {
        return Ok(Vec::new());
    }
    let mut found: Vec<(u64, LessonRow)> = Vec::new();
    // One common pair of characters makes no case similar.
    let alike = known::find(c, ctx, known::LESSON, text)?.into_iter().take(50);
    for (id, worth) in alike.filter(|(_, worth)| *worth >= 600) {
        let row = db::get(c, &ctx.site, &LessonId::from(id))?.filter(|r| r.active);
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
            limit: 6,
            ..db::Filter::default()
        };
        for r in db::list(c, &f)? {
            match found.iter_mut().find(|(_, x)| x.id == r.id) {
                Some((worth, _)) => *worth += SAME_ITEM,
                None => found.push((SAME_ITEM, r)),
            }
        }
    }
    found.retain(|(_, r)| r.active);
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.kept_at.cmp(&a.1.kept_at)));
    found.truncate(PROPOSED);
    Ok(found.into_iter().map(|(_, r)| r).collect())
}

fn to_change(tx: &mut Tx, ctx: &Ctx, id: &LessonId, version: i64) -> Res<LessonRow> {
    ctx.need(Action::KeepLesson)?;
    let old = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, old.version)?;
    Ok(old)
}

fn save(tx: &mut Tx, ctx: &Ctx, row: LessonRow) -> Res<LessonRow> {
    let row = LessonRow {
        version: row.version + 1,
        updated_at: ctx.now,
        ..row
    };
    saved(db::save(tx, &row)?, row.version - 1)?;
    words(tx, ctx, &row)?;
    Ok(row)
}

/// Changes a lesson. The names of its case stay out of it.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid` fields, `Refused` while a text names somebody.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &LessonId, version: i64, t: &Taught) -> Res<()> {
    let old = to_change(tx, ctx, id, version)?;
    let t = trimmed(t);
    // The case may be out of the editor's sight; its people are looked for all the same.
    let product = Ctx {
        actor: crate::ctx::Actor::System("lesson"),
        ..ctx.clone()
    };
    let s = case::get(tx, &product, &old.case_id)?.state;
    let names = names(tx, &product, &s)?;
    check(ctx, &t, &names)?;
    let row = LessonRow {
        title: t.title.clone(),
        item: t.item.clone(),
        situation: t.situation.clone(),
        worked: t.worked.clone(),
        clause: t.clause.clone(),
        tags: t.tags.clone(),
        ..old
    };
    save(tx, ctx, row)?;
    journal::now(tx, ctx, "lesson", id.as_str(), "lesson_changed", body(&t)?, TEXTS);
    Ok(())
}

/// Takes a lesson out of the library, with a reason, or puts it back.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid` without a reason.
pub fn set_active(tx: &mut Tx, ctx: &Ctx, id: &LessonId, version: i64, active: bool, why: &str) -> Res<()> {
    let old = to_change(tx, ctx, id, version)?;
    if old.active == active {
        return Ok(());
    }
    if !active && why.trim().is_empty() {
        return Err(Error::field("why", "required"));
    }
    let why = domain::privacy::masked(why.trim());
    let row = LessonRow {
        active,
        withdrawn_why: if active { String::new() } else { why.clone() },
        ..old
    };
    save(tx, ctx, row)?;
    let kind = if active { "lesson_restored" } else { "lesson_withdrawn" };
    journal::now(tx, ctx, "lesson", id.as_str(), kind, json!({"why": why}), &["why"]);
    Ok(())
}
