//! Contingency plans and safety training (STD-9): documents in editions, each with the day on which it is looked through again,
//! and a notice when that day has come.

use domain::access::Action;
use domain::ids::PlanId;
use domain::ladder::Post;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use store::db::Tx;
use store::emergency::{self as db, Document};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::notice::{self, Leads, Level, NewNotice};
use crate::once;
use crate::post::{About, People};
use crate::timer;

/// The kinds: a contingency plan (应急预案), a safety training (安全培训).
pub const KINDS: &[&str] = &["plan", "training"];

/// The longest document, in characters.
const LONGEST: usize = 40_000;

/// A document, or the next edition of one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewDocument {
    pub kind: String,
    pub title: String,
    pub body: String,
    /// When the training was held. Unix milliseconds.
    pub held_at: Option<i64>,
    /// When it is looked through again. Unix milliseconds.
    pub review_at: Option<i64>,
    /// The edition that it replaces.
    pub of: Option<PlanId>,
}

/// The newest edition of every document, what is looked through first, first.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Document>> {
    ctx.need(Action::ViewEmergency)?;
    Ok(db::documents(c, &ctx.site)?)
}

/// A document with its editions, newest first.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &PlanId) -> Res<(Document, Vec<Document>)> {
    ctx.need(Action::ViewEmergency)?;
    let found = db::document(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let editions = db::editions(c, &found.thread_id)?;
    Ok((found, editions))
}

/// Writes a document, or the next edition of one: the earlier editions stay.
///
/// # Errors
/// `Forbidden`, `Invalid`, `NotFound` for an edition that is not there, `Conflict` when somebody else has replaced it.
pub fn write(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewDocument) -> Res<PlanId> {
    ctx.need(Action::LeadEmergency)?;
    check(ctx, n)?;
    once::once(tx, ctx, key, n, |tx, ctx| {
        let id: PlanId = ctx.id();
        let (thread_id, edition) = match &n.of {
            None => (id.clone(), 1),
            Some(old) => replace(tx, ctx, old)?,
        };
        let review_at = n.review_at.unwrap_or(ctx.now);
        let row = Document {
            id: id.clone(),
            site_id: ctx.site.clone(),
            thread_id,
            kind: n.kind.clone(),
            title: n.title.trim().to_owned(),
            body: domain::privacy::masked(n.body.trim()),
            edition,
            made_at: ctx.now,
            made_by: ctx.need_staff()?.id.clone(),
            held_at: n.held_at,
            review_at,
            newest: true,
            next_at: Some(review_at),
            version: 1,
        };
        db::document_insert(tx, &row)?;
        let body = json!({
            "kind": row.kind, "edition": edition, "thread": row.thread_id, "review_at": review_at, "held_at": row.held_at,
            "title": row.title, "body": row.body,
        });
        journal::now(
            tx,
            ctx,
            "safety_document",
            id.as_str(),
            "safety_document_written",
            body,
            &["title", "body"],
        );
        Ok(id)
    })
}

fn check(ctx: &Ctx, n: &NewDocument) -> Res<()> {
    let mut f = Fields::default();
    if !KINDS.contains(&n.kind.as_str()) {
        f.add("kind", "invalid-choose");
    }
    for (name, text, most) in [("title", &n.title, 120), ("body", &n.body, LONGEST)] {
        if text.trim().is_empty() {
            f.add(name, "required");
        }
        if text.chars().count() > most {
            f.add_with(name, "invalid-too-long", vec![("most", most.to_string())]);
        }
    }
    match n.review_at {
        None => f.add("review_at", "required"),
        Some(at) if at <= ctx.now => f.add("review_at", "invalid-past"),
        Some(_) => {}
    }
    if n.kind == "training" && n.held_at.is_none() {
        f.add("held_at", "required");
    }
    if n.held_at.is_some_and(|at| at > ctx.now) {
        f.add("held_at", "invalid-future");
    }
    f.done()
}

/// The edition before steps back. Returns its thread and the next edition's number.
fn replace(tx: &mut Tx, ctx: &Ctx, old: &PlanId) -> Res<(PlanId, i64)> {
    let old = db::document(tx, &ctx.site, old)?.ok_or(Error::NotFound)?;
    let conflict = Error::Conflict {
        seen: old.version,
        current: old.version + 1,
    };
    if !old.newest {
        return Err(conflict);
    }
    let next = Document {
        newest: false,
        next_at: None,
        version: old.version + 1,
        ..old.clone()
    };
    if db::document_save(tx, &next)? != 1 {
        return Err(conflict);
    }
    notice::settled(tx, ctx, &key(&old))?;
    Ok((old.thread_id, old.edition + 1))
}

fn key(d: &Document) -> String {
    format!("safety/{}", d.id)
}

/// Tells of the documents whose day has come, once each.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(super) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "safety document", db::documents_due, |tx, ctx, id| {
        tell(tx, ctx, &PlanId::from(id)).map(|()| true)
    })
}

fn tell(tx: &mut Tx, ctx: &Ctx, id: &PlanId) -> Res<()> {
    let Some(d) = db::document(tx, &ctx.site, id)?.filter(|d| d.next_at.is_some_and(|at| at <= ctx.now)) else {
        return Ok(());
    };
    let mut to = vec![d.made_by.clone()];
    let heads = People::of(tx, ctx)?.who(&[Post::ProjectManager], &About::default());
    for t in heads.told {
        if !to.contains(&t.staff) {
            to.push(t.staff);
        }
    }
    let mut args = Map::new();
    args.insert("kind".into(), json!({ "key": format!("safety-kind-{}", d.kind) }));
    args.insert("edition".into(), json!(d.edition));
    let new = NewNotice {
        key: key(&d),
        kind: notice::SAFETY_REVIEW,
        level: Level::Warning,
        leads: Leads::Thing(format!("/emergencies/documents/{}", d.id)),
        to,
        due_at: d.review_at,
        args,
    };
    notice::raise(tx, ctx, new)?;
    let told = Document {
        next_at: None,
        version: d.version + 1,
        ..d.clone()
    };
    if db::document_save(tx, &told)? == 1 {
        Ok(())
    } else {
        Err(Error::Conflict {
            seen: d.version,
            current: d.version + 1,
        })
    }
}
