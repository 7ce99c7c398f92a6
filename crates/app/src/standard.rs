//! The service standard of a site as a document with versions: drafted, checked, approved by somebody else, valid from an
//! instant. Which version is in force follows from that instant alone ([`crate::book`]); a later one retires it, and it stays readable.

pub mod apply;
pub mod job;
pub mod simulate;

use std::collections::HashMap;

use domain::access::Action;
use domain::clauses;
use domain::ids::{StaffId, StandardId};
use domain::ladder::{RungFile, RungWrong};
use domain::refusal::Refusal;
use domain::standard::check::{self, Beside, Found, Grave};
use domain::standard::document::MOST_BYTES;
use domain::standard::edit::At;
use domain::standard::{CallbackFile, ClockFile, Document, LimitCode, LineFile, NamedLimit, Span};
use domain::time::Calendars;
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;
use store::standard as db;
pub use store::standard::{Version, VersionLine};

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal;
use crate::once::once;

/// Versions on the page.
const LISTED: i64 = 200;
/// Changes of a draft that can be taken back.
const STEPS: i64 = 100;
/// How far ahead a version may be dated, in milliseconds: a year.
pub const FARTHEST: i64 = 366 * 86_400_000;

/// Where a version stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Draft,
    /// Waits for approval.
    Checked,
    /// Approved, and its time is to come.
    Coming,
    InForce,
    Retired,
    Dropped,
}

impl Stand {
    /// Every one, for tests of the texts.
    pub const ALL: [Stand; 6] = [
        Stand::Draft,
        Stand::Checked,
        Stand::Coming,
        Stand::InForce,
        Stand::Retired,
        Stand::Dropped,
    ];

    /// Part of a translation key: `standard-state-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Stand::Draft => "draft",
            Stand::Checked => "checked",
            Stand::Coming => "coming",
            Stand::InForce => "in_force",
            Stand::Retired => "retired",
            Stand::Dropped => "dropped",
        }
    }

    fn of(state: &str, id: &StandardId, valid_from: Option<i64>, in_force: Option<&StandardId>, now: i64) -> Stand {
        match state {
            "draft" => Stand::Draft,
            "checked" => Stand::Checked,
            "approved" if in_force == Some(id) => Stand::InForce,
            "approved" if valid_from.is_some_and(|at| at > now) => Stand::Coming,
            "approved" => Stand::Retired,
            _ => Stand::Dropped,
        }
    }
}

/// A version with its document; the shipped one has no row.
#[derive(Debug, Clone)]
pub struct Shown {
    pub row: Option<Version>,
    pub document: Document,
    pub stand: Stand,
}

impl Shown {
    /// The id, or `shipped`.
    pub fn key(&self) -> &str {
        self.row.as_ref().map_or(SHIPPED, |row| row.id.as_str())
    }
}

/// Stands for the standard that ships with the product.
pub const SHIPPED: &str = "shipped";

/// A version in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub line: VersionLine,
    pub stand: Stand,
}

fn read(text: &str) -> Res<Document> {
    Document::parse(text)
        .map(Document::with_shipped_limits)
        .map_err(Error::internal)
}

/// The version in force at the open site; everybody signed in may read it (CSR-2).
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn in_force(c: &mut Conn, ctx: &Ctx) -> Res<Shown> {
    ctx.need_staff()?;
    force(c, ctx)
}

/// A limit that the standard in force names, as it ships where a version does not name it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn limit(c: &mut Conn, ctx: &Ctx, code: LimitCode) -> Res<Span> {
    let standard = ctx.book.standard(c, &ctx.site, ctx.now)?;
    let named = standard.limit(code).or_else(|| ctx.book.shipped.limit(code));
    named
        .map(|l| l.limit)
        .ok_or_else(|| Error::Internal(format!("the standard names no {code}")))
}

/// As [`in_force`], for the command line too.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn force(c: &mut Conn, ctx: &Ctx) -> Res<Shown> {
    match db::in_force(c, &ctx.site, ctx.now)? {
        Some(id) => {
            let row = db::get(c, &ctx.site, &id)?.ok_or(Error::NotFound)?;
            Ok(Shown {
                document: read(&row.document)?,
                row: Some(row),
                stand: Stand::InForce,
            })
        }
        None => Ok(shipped(ctx, Stand::InForce)),
    }
}

fn shipped(ctx: &Ctx, stand: Stand) -> Shown {
    Shown {
        row: None,
        document: ctx.book.shipped_document.clone(),
        stand,
    }
}

/// Every version of the open site, newest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Listed>> {
    ctx.need_staff()?;
    let in_force = db::in_force(c, &ctx.site, ctx.now)?;
    let lines = db::list(c, &ctx.site, LISTED)?.into_iter();
    Ok(lines
        .map(|line| Listed {
            stand: Stand::of(&line.state, &line.id, line.valid_from, in_force.as_ref(), ctx.now),
            line,
        })
        .collect())
}

/// One version by its id, or `shipped`. Drafts are seen by who drafts, approves or simulates; approved ones by everybody.
///
/// # Errors
/// `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, key: &str) -> Res<Shown> {
    if key == SHIPPED {
        let stand = match db::in_force(c, &ctx.site, ctx.now)? {
            Some(_) => Stand::Retired,
            None => Stand::InForce,
        };
        return Ok(shipped(ctx, stand));
    }
    let row = db::get(c, &ctx.site, &StandardId::from(key))?.ok_or(Error::NotFound)?;
    let in_force = db::in_force(c, &ctx.site, ctx.now)?;
    let stand = Stand::of(&row.state, &row.id, row.valid_from, in_force.as_ref(), ctx.now);
    if matches!(stand, Stand::Draft | Stand::Checked | Stand::Dropped) && !sees_drafts(ctx) {
        return Err(Error::NotFound);
    }
    Ok(Shown {
        document: read(&row.document)?,
        row: Some(row),
        stand,
    })
}

/// Whether the actor sees what is not approved yet.
pub fn sees_drafts(ctx: &Ctx) -> bool {
    [
        Action::ManageStandard,
        Action::ApproveStandard,
        Action::SimulateStandard,
    ]
    .iter()
    .any(|action| ctx.need(*action).is_ok())
}

/// What a version is compared with: the one it was drafted from, else the one in force.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn base(c: &mut Conn, ctx: &Ctx, of: &Shown) -> Res<Shown> {
    match of.row.as_ref().map(|row| row.based_on.as_str()) {
        Some("") | None => Ok(shipped(ctx, Stand::Retired)),
        Some(key) => match get(c, ctx, key) {
            Err(Error::NotFound) => force(c, ctx),
            other => other,
        },
    }
}

fn me(ctx: &Ctx) -> Option<StaffId> {
    ctx.staff().map(|s| s.id.clone())
}

fn note(text: &str, name: &str) -> Res<String> {
    let text = text.trim();
    if text.chars().count() > 1_000 {
        return Err(Error::field(name, "too-long"));
    }
    Ok(text.to_owned())
}

fn said(tx: &mut Tx, ctx: &Ctx, row: &Version, kind: &str, mut body: Value, personal: &[&str]) {
    if let Some(map) = body.as_object_mut() {
        map.insert("number".into(), json!(row.number));
        map.insert("label".into(), json!(row.label));
    }
    journal::now(tx, ctx, "standard", row.id.as_str(), kind, body, personal);
}

fn insert(tx: &mut Tx, ctx: &Ctx, document: &Document, based_on: &str, note: &str) -> Res<Version> {
    tx.serial(&format!("standard/{}", ctx.site))?;
    let row = Version {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        number: db::next_number(tx, &ctx.site)?,
        label: document.version.trim().to_owned(),
        document: serde_json::to_string(document)?,
        state: "draft".into(),
        based_on: based_on.to_owned(),
        note: note.to_owned(),
        reason: String::new(),
        created_by: me(ctx),
        created_at: ctx.now,
        edited_by: me(ctx),
        edited_at: ctx.now,
        checked_by: None,
        checked_at: None,
        approved_by: None,
        approved_at: None,
        valid_from: None,
        dropped_by: None,
        dropped_at: None,
        version: 1,
    };
    db::insert(tx, &row)?;
    Ok(row)
}

fn taken(c: &mut Conn, ctx: &Ctx, but: &str) -> Res<Vec<String>> {
    let mut names = db::labels(c, &ctx.site, but)?;
    names.push(ctx.book.shipped.version().to_owned());
    Ok(names)
}

/// Begins a draft from a version (`shipped`, an id, or empty for the one in force), under the next free name.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn draft(tx: &mut Tx, ctx: &Ctx, key: &str, from: &str) -> Res<StandardId> {
    ctx.need(Action::ManageStandard)?;
    once(tx, ctx, key, &("standard-draft", from), |tx, ctx| {
        let of = if from.is_empty() {
            force(tx, ctx)?
        } else {
            get(tx, ctx, from)?
        };
        let names = taken(tx, ctx, "")?;
        let mut document = of.document.clone();
        document.version = document.next_version(|name| names.iter().any(|other| other == name));
        let row = insert(tx, ctx, &document, of.key(), "")?;
        said(
            tx,
            ctx,
            &row,
            "standard_drafted",
            json!({"from": of.document.version}),
            &[],
        );
        Ok(row.id)
    })
}

/// Takes a file in as a new draft; one whose name is used already gets the next free one.
///
/// # Errors
/// `Forbidden`; `Invalid` for a file that is no standard, with the place in the file.
pub fn upload(tx: &mut Tx, ctx: &Ctx, key: &str, text: &str) -> Res<StandardId> {
    ctx.need(Action::ManageStandard)?;
    if text.len() > MOST_BYTES {
        return Err(Error::field("file", "standard-file-large"));
    }
    let mut document = Document::parse(text)
        .map_err(|e| {
            let mut fields = crate::error::Fields::default();
            fields.add_with("file", "standard-file-broken", vec![("why", e.to_string())]);
            fields.done().err().unwrap_or(Error::NotFound)
        })?
        .with_shipped_limits();
    once(tx, ctx, key, &("standard-file", text), |tx, ctx| {
        let names = taken(tx, ctx, "")?;
        if names.iter().any(|name| name == document.version.trim()) {
            document.version = document.next_version(|name| names.iter().any(|other| other == name));
        }
        let of = force(tx, ctx)?;
        let row = insert(tx, ctx, &document, of.key(), "")?;
        said(tx, ctx, &row, "standard_uploaded", json!({}), &[]);
        Ok(row.id)
    })
}

/// One change of a draft.
#[derive(Debug, Clone)]
pub enum Edit {
    /// A row in the place of another, or a new one.
    Put(Option<At>, Box<LineFile>, Box<ClockFile>),
    Remove(At),
    Limit(NamedLimit),
    /// The name of the version, when a callback may be given up, and how long work may wait (days).
    Head {
        version: String,
        callback: CallbackFile,
        wait_days: Option<u32>,
    },
    /// A step of the ladder of a row, or of the version's own, in the place of another or a new one.
    Rung(Option<At>, Option<usize>, Box<RungFile>),
    RungGone(Option<At>, usize),
    /// The whole document, from a file.
    Whole(Box<Document>),
}

impl Edit {
    /// Part of a translation key: `standard-step-<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Edit::Put(None, ..) => "added",
            Edit::Put(Some(_), ..) => "changed",
            Edit::Remove(_) => "removed",
            Edit::Limit(_) => "limit",
            Edit::Head { .. } => "head",
            Edit::Rung(..) => "rung",
            Edit::RungGone(..) => "rung_gone",
            Edit::Whole(_) => "file",
        }
    }
}

/// What is wrong with a step of a ladder, at its field.
fn wrong_rung(wrong: RungWrong) -> Error {
    use RungWrong as W;
    match wrong {
        W::Many => Error::field("n", "standard-rung-many"),
        W::Unit => Error::field("n", "standard-rung-unit"),
        W::Length => Error::field("n", "standard-rung-length"),
        W::Percent => Error::field("n", "standard-rung-percent"),
        W::When => Error::field("n", "standard-rung-when"),
        W::Calendar => Error::field("n", "standard-rung-calendar"),
        W::Twice => Error::field("n", "standard-rung-twice"),
        W::Post => Error::field("to", "standard-rung-post"),
        W::Clause => Error::field("clause", "standard-rung-clause"),
    }
}

/// A draft that is still open for changes, at the version the person saw.
fn open(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64) -> Res<Version> {
    let row = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if row.version != seen {
        return Err(Error::Conflict {
            seen,
            current: row.version,
        });
    }
    Ok(row)
}

fn save(tx: &mut Tx, row: &Version) -> Res<()> {
    match db::save(tx, row)? {
        1 => Ok(()),
        _ => Err(Error::Conflict {
            seen: row.version - 1,
            current: row.version,
        }),
    }
}

fn need_draft(row: &Version) -> Res<()> {
    if matches!(row.state.as_str(), "draft" | "checked") {
        return Ok(());
    }
    Err(Refusal::new("refuse-standard-not-draft").into())
}

/// Changes a draft; one that was checked has to be checked again.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`; `Refused` for one that is approved or dropped.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64, edit: &Edit) -> Res<()> {
    ctx.need(Action::ManageStandard)?;
    let row = open(tx, ctx, id, seen)?;
    need_draft(&row)?;
    let before = read(&row.document)?;
    let mut after = before.clone();
    match edit {
        Edit::Put(at, cases, clock) => {
            if !after.put_row(*at, cases, (**clock).clone()) {
                return Err(Error::NotFound);
            }
        }
        Edit::Remove(at) => {
            if !after.remove_row(*at) {
                return Err(Error::NotFound);
            }
        }
        Edit::Limit(limit) => after.put_limit(limit.clone()),
        Edit::Head {
            version,
            callback,
            wait_days,
        } => {
            version.trim().clone_into(&mut after.version);
            after.callback = callback.clone();
            after.longest_wait_days = *wait_days;
        }
        Edit::Rung(of, step, rung) => match after.put_rung(*of, *step, (**rung).clone()) {
            Ok(true) => {}
            Ok(false) => return Err(Error::NotFound),
            Err(wrong) => return Err(wrong_rung(wrong)),
        },
        Edit::RungGone(of, step) => {
            if !after.remove_rung(*of, *step) {
                return Err(Error::NotFound);
            }
        }
        Edit::Whole(document) => after = document.as_ref().clone().with_shipped_limits(),
    }
    if after == before {
        return Ok(());
    }
    let no = db::last_step(tx, id)?.map_or(1, |last| last.no + 1);
    db::step_insert(
        tx,
        &db::Step {
            version_id: id.clone(),
            no,
            document: row.document.clone(),
            what: edit.code().to_owned(),
            staff_id: me(ctx),
            at: ctx.now,
        },
    )?;
    db::steps_trim(tx, id, no - STEPS)?;
    let row = rewritten(ctx, row, &after)?;
    save(tx, &row)?;
    let what = domain::standard::compare::differences(&before, &after).len();
    said(
        tx,
        ctx,
        &row,
        "standard_edited",
        json!({"what": edit.code(), "differences": what}),
        &[],
    );
    Ok(())
}

fn rewritten(ctx: &Ctx, row: Version, document: &Document) -> Res<Version> {
    Ok(Version {
        label: document.version.trim().to_owned(),
        document: serde_json::to_string(document)?,
        state: "draft".into(),
        edited_by: me(ctx),
        edited_at: ctx.now,
        checked_by: None,
        checked_at: None,
        version: row.version + 1,
        ..row
    })
}

/// The last change of a draft that can be taken back: what it was.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn last_change(c: &mut Conn, id: &StandardId) -> Res<Option<String>> {
    Ok(db::last_step(c, id)?.map(|step| step.what))
}

/// Takes the last change of a draft back.
///
/// # Errors
/// As [`edit`]; `Refused` when there is none.
pub fn undo(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64) -> Res<()> {
    ctx.need(Action::ManageStandard)?;
    let row = open(tx, ctx, id, seen)?;
    need_draft(&row)?;
    let Some(step) = db::last_step(tx, id)? else {
        return Err(Refusal::new("refuse-standard-nothing-to-undo").into());
    };
    db::step_remove(tx, id, step.no)?;
    let row = rewritten(ctx, row, &read(&step.document)?)?;
    save(tx, &row)?;
    said(tx, ctx, &row, "standard_undone", json!({"what": step.what}), &[]);
    Ok(())
}

/// What is found in a version: errors first, then departures from the clauses, then notes.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn findings(c: &mut Conn, ctx: &Ctx, of: &Shown) -> Res<Vec<Found>> {
    let zone = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?.zone;
    let names = taken(c, ctx, of.key())?;
    let calendars = ctx.book.calendars(c, &ctx.site, &zone)?;
    look(ctx, &of.document, &names, &calendars)
}

/// As [`findings`], for any document.
///
/// # Errors
/// `Internal` when the clauses cannot be read, which the tests rule out.
pub fn look(ctx: &Ctx, document: &Document, taken: &[String], calendars: &Calendars) -> Res<Vec<Found>> {
    let items: Vec<&str> = ctx.book.taxonomy.items.iter().map(|item| item.code.as_str()).collect();
    Ok(check::look(
        document,
        &Beside {
            shipped: &ctx.book.shipped_document,
            calendars,
            clauses: clauses::shipped().map_err(Error::internal)?,
            items: &items,
            taken,
        },
    ))
}

/// Sends a draft to be approved: nothing may be wrong with it, and departures from clauses need a reason.
///
/// # Errors
/// As [`edit`]; `Refused` while something is wrong; `Invalid` without the reason.
pub fn check(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64, reason: &str, why: &str) -> Res<()> {
    ctx.need(Action::ManageStandard)?;
    let row = open(tx, ctx, id, seen)?;
    need_draft(&row)?;
    let shown = get(tx, ctx, id.as_str())?;
    let found = findings(tx, ctx, &shown)?;
    let errors = found.iter().filter(|f| f.grave == Grave::Error).count();
    if errors > 0 {
        return Err(Refusal::new("refuse-standard-errors").arg("n", errors).into());
    }
    let departures = found.iter().filter(|f| f.grave == Grave::Departure).count();
    let reason = note(reason, "reason")?;
    if departures > 0 && reason.is_empty() {
        return Err(Error::field("reason", "standard-reason-needed"));
    }
    let row = Version {
        state: "checked".into(),
        reason,
        note: note(why, "note")?,
        checked_by: me(ctx),
        checked_at: Some(ctx.now),
        version: row.version + 1,
        ..row
    };
    save(tx, &row)?;
    let body = json!({"departures": departures, "reason": row.reason, "note": row.note});
    said(tx, ctx, &row, "standard_checked", body, &["reason", "note"]);
    Ok(())
}

/// Gives a version back to who drafts it, with what is to be changed.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`; `Refused` unless it waits for approval; `Invalid` without a word.
pub fn give_back(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64, why: &str) -> Res<()> {
    if ctx.need(Action::ApproveStandard).is_err() {
        ctx.need(Action::ManageStandard)?;
    }
    let row = open(tx, ctx, id, seen)?;
    if row.state != "checked" {
        return Err(Refusal::new("refuse-standard-not-checked").into());
    }
    let why = note(why, "why")?;
    if why.is_empty() {
        return Err(Error::field("why", "required"));
    }
    let row = Version {
        state: "draft".into(),
        checked_by: None,
        checked_at: None,
        version: row.version + 1,
        ..row
    };
    save(tx, &row)?;
    said(tx, ctx, &row, "standard_given_back", json!({"why": why}), &["why"]);
    Ok(())
}

/// Approves a version, from an instant on: now where none is said. Somebody else than who drafted, changed or checked it.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`; `Refused` for one's own, for one that is not checked or no longer sound; `Invalid` for
/// a time that is past or farther than a year, or that another version has.
pub fn approve(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64, valid_from: Option<i64>) -> Res<()> {
    ctx.need(Action::ApproveStandard)?;
    tx.serial(&format!("standard/{}", ctx.site))?;
    let row = open(tx, ctx, id, seen)?;
    if row.state != "checked" {
        return Err(Refusal::new("refuse-standard-not-checked").into());
    }
    let author = [&row.created_by, &row.edited_by, &row.checked_by];
    if me(ctx).is_some_and(|me| author.iter().any(|a| a.as_ref() == Some(&me))) {
        return Err(Refusal::new("refuse-standard-own").into());
    }
    let shown = get(tx, ctx, id.as_str())?;
    let errors = findings(tx, ctx, &shown)?
        .iter()
        .filter(|f| f.grave == Grave::Error)
        .count();
    if errors > 0 {
        return Err(Refusal::new("refuse-standard-errors").arg("n", errors).into());
    }
    // The form knows minutes: the one that runs is now.
    let from = valid_from
        .filter(|at| *at >= ctx.now - 59_999)
        .map(|at| at.max(ctx.now));
    let valid_from = match (valid_from, from) {
        (None, _) => ctx.now,
        (Some(_), Some(at)) if at <= ctx.now + FARTHEST => at,
        (Some(_), Some(_)) => return Err(Error::field("valid_from", "standard-from-far")),
        (Some(_), None) => return Err(Error::field("valid_from", "standard-from-past")),
    };
    let same = db::list(tx, &ctx.site, LISTED)?
        .iter()
        .any(|other| other.state == "approved" && other.valid_from == Some(valid_from));
    if same {
        return Err(Error::field("valid_from", "standard-from-taken"));
    }
    let row = Version {
        state: "approved".into(),
        approved_by: me(ctx),
        approved_at: Some(ctx.now),
        valid_from: Some(valid_from),
        version: row.version + 1,
        ..row
    };
    save(tx, &row)?;
    said(
        tx,
        ctx,
        &row,
        "standard_approved",
        json!({"valid_from": valid_from}),
        &[],
    );
    Ok(())
}

/// Gives a draft up, or calls off one that is approved and whose time has not come.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`; `Refused` for one that is or was in force.
pub fn drop_it(tx: &mut Tx, ctx: &Ctx, id: &StandardId, seen: i64) -> Res<()> {
    let row = open(tx, ctx, id, seen)?;
    let coming = row.state == "approved" && row.valid_from.is_some_and(|at| at > ctx.now);
    ctx.need(if coming {
        Action::ApproveStandard
    } else {
        Action::ManageStandard
    })?;
    if !coming {
        need_draft(&row)?;
    }
    let row = Version {
        state: "dropped".into(),
        dropped_by: me(ctx),
        dropped_at: Some(ctx.now),
        version: row.version + 1,
        ..row
    };
    save(tx, &row)?;
    let kind = if coming {
        "standard_called_off"
    } else {
        "standard_dropped"
    };
    said(tx, ctx, &row, kind, json!({}), &[]);
    Ok(())
}

/// Names of the versions by id, for lists of long work.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn names(c: &mut Conn, ctx: &Ctx) -> Res<HashMap<String, String>> {
    let lines = db::list(c, &ctx.site, LISTED)?.into_iter();
    Ok(lines.map(|line| (line.id.into_string(), line.label)).collect())
}
