//! The registers: a post's communication register (COM-11), and corrections, which leave the old text to be read.

use domain::access::{Action, Reach};
use domain::ids::{CallbackId, CaseId, ContactId, DepartmentId, OrderId, VisitId};
use domain::number::{RecordNumber, Series};
use domain::refusal::Refusal;
use domain::register::{self as rules, Post, Register};
use domain::room::RoomKey;
use serde_json::json;
use store::contact::{Contact, Filter};
use store::db::Tx;
use store::register as db;
pub use store::register::CorrectionRow;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::hidden::Hidden;
use crate::journal::{self, Subject};
use crate::list::{self, Page, Query};

/// Entries that are looked through for words at once.
const LOOKED_AT: i64 = 500;
/// The longest corrected text, as long as what is registered may be, and the longest reason, in characters.
const LONGEST_TEXT: usize = 4000;
const LONGEST_REASON: usize = 300;

/// A correction of one field of an entry.
#[derive(Debug, Clone, Default)]
pub struct Correction {
    pub field: String,
    /// What stood there when who corrects it read it.
    pub was: String,
    /// What the entry says by itself, read in the same transaction.
    pub original: String,
    pub text: String,
    pub reason: String,
}

/// The posts whose register the viewer may read: all of them, or the own.
///
/// # Errors
/// `Forbidden`.
pub fn posts(c: &mut Conn, ctx: &Ctx) -> Res<Vec<(Post, DepartmentId)>> {
    let reach = ctx.need(Action::ViewRegisters)?;
    let own = ctx.staff().and_then(|s| s.department.clone());
    let all = store::site::departments(c, &ctx.site)?;
    Ok((Post::ALL.iter())
        .filter_map(|post| Some((*post, all.iter().find(|d| d.code == post.as_str())?.id.clone())))
        .filter(|(_, id)| reach > Reach::Department || own.as_ref() == Some(id))
        .collect())
}

/// The department of a post in whose register the viewer has a part.
fn department(c: &mut Conn, ctx: &Ctx, post: Post) -> Res<DepartmentId> {
    let all = posts(c, ctx)?;
    let own = all.into_iter().find(|(p, _)| *p == post);
    own.map(|(_, id)| id).ok_or(Error::NotFound)
}

/// One entry of a post's communication register, however old.
///
/// # Errors
/// `Forbidden`, `NotFound` for a post that the viewer has no part in, another post's entry or a hidden one.
pub fn talk(c: &mut Conn, ctx: &Ctx, post: Post, id: &ContactId) -> Res<Contact> {
    let department = department(c, ctx, post)?;
    let hidden = Hidden::from(c, ctx)?;
    store::contact::get(c, &ctx.site, id)?
        .filter(|r| r.department_id.as_ref() == Some(&department) && hidden.shows_contact(r.id.as_str()))
        .ok_or(Error::NotFound)
}

/// The communication register of a post, newest first: what its people wrote down of talks with customers. It belongs to the
/// post, not to who wrote it.
///
/// # Errors
/// `Forbidden`, `NotFound` for a post that the viewer has no part in.
pub fn communication(c: &mut Conn, ctx: &Ctx, post: Post, q: &Query, limit: i64) -> Res<Page<Contact>> {
    let department = department(c, ctx, post)?;
    let number = q.q.trim().parse::<RecordNumber>().ok();
    if let Some(number) = number.filter(|n| n.series == Series::Contact && q.after.is_empty()) {
        // A number leads to its entry, however far back it stands.
        let within = |at: i64| q.from.is_none_or(|from| at >= from) && q.until.is_none_or(|until| at < until);
        let row = store::contact::by_number(c, &ctx.site, &number.to_string())?;
        if let Some(row) = row.filter(|r| r.department_id.as_ref() == Some(&department) && within(r.happened_at)) {
            let mut rows = vec![row];
            let hidden = Hidden::from(c, ctx)?;
            rows.retain(|r| hidden.shows_contact(r.id.as_str()));
            return Ok(Page { rows, next: None });
        }
    }
    let words = q.q.trim().to_lowercase();
    let has = |r: &Contact| {
        let all = [&r.number, &r.name, &r.address, &r.summary, &r.answer];
        words.is_empty() || all.into_iter().any(|text| text.to_lowercase().contains(&words))
    };
    let most = usize::try_from(limit).unwrap_or(0);
    let looked = if words.is_empty() { limit + 1 } else { LOOKED_AT };
    let mut f = Filter {
        site: ctx.site.as_str().to_owned(),
        department: Some(department.as_str().to_owned()),
        from: q.from,
        until: q.until,
        before: q
            .after
            .split_once(':')
            .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned()))),
        limit: looked,
        ..Filter::default()
    };
    let (mut rows, mut next) = (Vec::new(), None);
    let key = |r: &Contact| (r.happened_at, r.id.as_str().to_owned());
    // Words are looked for in so many entries at once; when a page is not full by then, the next goes on behind them.
    for _ in 0..list::LOOKS {
        let found = store::contact::list(c, &f)?;
        let whole = i64::try_from(found.len()).unwrap_or(0) < looked;
        f.before = found.last().map(key);
        rows.extend(found.into_iter().filter(has));
        next = match list::cut(&mut rows, most) {
            true => rows.last().map(key),
            false => f.before.clone().filter(|_| !whole),
        };
        if whole || rows.len() >= most {
            break;
        }
    }
    let hidden = Hidden::from(c, ctx)?;
    rows.retain(|r| hidden.shows_contact(r.id.as_str()));
    let next = next.map(|(at, id)| format!("{at}:{id}"));
    Ok(Page { rows, next })
}

/// Writes down that entries were taken away by a program, as with a file: of which register, of what range, how many.
///
/// # Errors
/// `Forbidden`.
pub fn taken(tx: &mut Tx, ctx: &Ctx, register: Register, q: &Query, rows: i64) -> Res<()> {
    ctx.need(Action::ViewRegisters)?;
    let body = json!({"list": register, "filter": serde_json::to_value(q)?, "rows": rows});
    journal::now(tx, ctx, "list", register.as_str(), "exported", body, &["filter"]);
    Ok(())
}

/// What was corrected in an entry, oldest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn corrections(c: &mut Conn, ctx: &Ctx, register: Register, id: &str) -> Res<Vec<CorrectionRow>> {
    Ok(db::of_subject(c, &ctx.site, subject(register), id)?)
}

/// Both registers of talks are about the same entries: a correction shows in either.
fn subject(register: Register) -> &'static str {
    match register {
        Register::Communication => Register::Contacts.as_str(),
        other => other.as_str(),
    }
}

/// Whether nobody may write into an entry any more, because what it said of somebody is deleted.
fn erased(c: &mut Conn, ctx: &Ctx, register: Register, id: &str) -> Res<bool> {
    match register {
        Register::Visitors => crate::visit::is_erased(c, ctx, &VisitId::from(id)),
        _ => Ok(false),
    }
}

/// Takes the old and the new words out of an entry's corrections, and out of what the journal keeps of them: they name who the
/// entry no longer names. Whoever deletes what an entry says calls it, in the same transaction.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn erase(tx: &mut Tx, ctx: &Ctx, register: Register, id: &str) -> Res<()> {
    turn(tx, register, id)?;
    for row in corrections(tx, ctx, register, id)? {
        store::journal::erase_owner(tx, ctx.now, "register", row.id.as_str())?;
    }
    db::erase(tx, &ctx.site, subject(register), id)?;
    Ok(())
}

/// Who writes into or deletes the same entry follow one another.
fn turn(tx: &mut Tx, register: Register, id: &str) -> Res<()> {
    Ok(tx.serial(&format!("register/{}/{id}", subject(register)))?)
}

/// The case that an entry belongs to. A call or visit is its own subject.
fn case_of(c: &mut Conn, ctx: &Ctx, register: Register, id: &str) -> Res<Option<CaseId>> {
    Ok(match register {
        Register::Contacts | Register::Communication | Register::Visitors => None,
        Register::Orders => store::case::order(c, &ctx.site, &OrderId::from(id))?.map(|o| o.case_id),
        Register::Complaints => Some(CaseId::from(id)),
        Register::Callbacks => db::case_of_callback(c, &ctx.site, &CallbackId::from(id))?,
    })
}

/// The unit of an entry is corrected to one of the estate; a place that is said in words stays free, and so does an entry that
/// never named a unit of the estate.
fn known_unit(c: &mut Conn, ctx: &Ctx, original: &str, text: &str) -> Res<()> {
    let mut known = |text: &str| -> Res<Option<bool>> {
        let Ok(key) = RoomKey::parse(text) else {
            return Ok(None);
        };
        let unit = store::directory::unit::by_match(c, &ctx.site, &key.match_key())?;
        Ok(Some(unit.is_some()))
    };
    if known(original)? == Some(true) && known(text)? == Some(false) {
        return Err(Error::field("text", "register-no-such-unit"));
    }
    Ok(())
}

/// Corrects a field of an entry. The caller has read the entry for whoever asks, in this transaction.
///
/// # Errors
/// `Forbidden`, `Invalid` for a text that is too long or a unit that is not there, `Conflict` when something else stands there than who asks has read,
/// `Refused` without a reason, without a change or for what is no text.
pub fn correct(tx: &mut Tx, ctx: &Ctx, register: Register, id: &str, c: &Correction) -> Res<()> {
    ctx.need(Action::ViewRegisters)?;
    ctx.need(Action::CorrectRegister)?;
    let mut f = Fields::default();
    f.at_most("text", &c.text, LONGEST_TEXT);
    f.at_most("reason", &c.reason, LONGEST_REASON);
    f.done()?;
    // Nobody strikes through a text that they have not read, or brings back a name that is deleted.
    turn(tx, register, id)?;
    if erased(tx, ctx, register, id)? {
        return Err(Refusal::new("refuse-register-erased").clause("COM-11").into());
    }
    let mut before = corrections(tx, ctx, register, id)?;
    before.retain(|row| row.field == c.field);
    let stands = before.last().map_or(&c.original, |row| &row.text).clone();
    if !rules::same_words(&c.was, &stands) {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let seen = before.iter().rposition(|row| rules::same_words(&row.text, &c.was));
        return Err(Error::Conflict {
            seen: seen.map_or(0, |n| count(n + 1)),
            current: count(before.len()),
        });
    }
    rules::may_correct(register, &c.field, &stands, &c.text, &c.reason)?;
    if c.field == "col-place" {
        let original = before.first().map_or(&c.original, |row| &row.was);
        known_unit(tx, ctx, original, &c.text)?;
    }
    let masked = |t: &str| domain::privacy::masked(t.trim());
    let row = CorrectionRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        subject_kind: subject(register).to_owned(),
        subject_id: id.to_owned(),
        field: c.field.clone(),
        was: stands,
        text: masked(&c.text),
        reason: masked(&c.reason),
        staff_id: ctx.need_staff()?.id.clone(),
        at: ctx.now,
    };
    db::insert(tx, &row)?;
    // A complaint stays hidden from whom it is about in the journal too: the event names the call or the case.
    let case = case_of(tx, ctx, register, id)?;
    let (kind, about) = match subject(register) == Register::Contacts.as_str() {
        true => ("contact", id),
        false => ("register", row.id.as_str()),
    };
    let subject = Subject {
        kind,
        id: about,
        case: case.as_ref().map(|case| case.as_str()),
    };
    let body = json!({"register": register, "entry": id, "field": row.field, "was": row.was, "text": row.text, "reason": row.reason});
    let personal = &["was", "text", "reason"];
    journal::append(tx, ctx, subject, "register_corrected", body, personal, ctx.now);
    Ok(())
}
