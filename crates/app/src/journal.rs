//! Writing to the journal: who, what, when, from where. Personal values are named by their keys and move to the erasable
//! table; the chain keeps salted hashes of them.

use serde_json::Value;
use store::db::Tx;
use store::journal::NewEntry;

use crate::ctx::Ctx;

/// The site id of what concerns the company as a whole: accounts, sessions, set-up.
pub const COMPANY: &str = store::journal::COMPANY;

/// What an event is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `case`, `contact`, `person`, `unit`, `staff`, …
    pub kind: &'a str,
    pub id: &'a str,
    /// The case it belongs to, if any, so that a case's story is one look.
    pub case: Option<&'a str>,
}

/// Appends one event of the open site.
pub fn append(tx: &mut Tx, ctx: &Ctx, s: Subject<'_>, kind: &str, body: Value, personal: &[&str], happened_at: i64) {
    write(tx, ctx, ctx.site.as_str(), s, kind, body, personal, happened_at);
}

/// Appends one event that happened just now and belongs to no case.
pub fn now(tx: &mut Tx, ctx: &Ctx, subject: &str, id: &str, kind: &str, body: Value, personal: &[&str]) {
    append(tx, ctx, Subject { kind: subject, id, case: None }, kind, body, personal, ctx.now);
}

/// Appends one event of the company.
pub fn company(tx: &mut Tx, ctx: &Ctx, subject: &str, id: &str, kind: &str, body: Value, personal: &[&str]) {
    write(tx, ctx, COMPANY, Subject { kind: subject, id, case: None }, kind, body, personal, ctx.now);
}

#[expect(clippy::too_many_arguments, reason = "the columns of one journal line, named at the three callers above")]
fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    site: &str,
    s: Subject<'_>,
    kind: &str,
    body: Value,
    personal: &[&str],
    happened_at: i64,
) {
    let (actor_kind, actor_id) = ctx.actor_ref();
    let entry = NewEntry {
        site_id: site.to_owned(),
        event_id: ctx.id(),
        happened_at,
        recorded_at: ctx.now,
        actor_kind: actor_kind.to_owned(),
        actor_id,
        via: ctx.via.to_owned(),
        subject_kind: s.kind.to_owned(),
        subject_id: s.id.to_owned(),
        case_id: s.case.map(str::to_owned),
        kind: kind.to_owned(),
        body,
        personal: Vec::new(),
        ip: (!ctx.ip.is_empty()).then(|| ctx.ip.clone()),
        secret: ctx.ids.hex(16),
    };
    tx.journal(entry.personal(personal, s.kind, s.id));
    let (live, site) = (ctx.live.clone(), ctx.site.clone());
    tx.after_commit(move || live.changed(&site));
}
