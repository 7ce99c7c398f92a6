//! Secret links: the customer's own page for one case, the page to sign on, and a vendor's page for one order (COM-30,
//! CSM-3, REC-14). The secret is shown once and kept as a hash. Whoever holds it acts as the customer, except in a browser
//! where staff sign in: there it can be looked at and nothing more. Only a secret that went to the customer's telephone and
//! to nobody else counts as the customer's own word (docs/decisions/0003-whose-signature.md).

mod code;
pub mod draft;

use domain::access::{Action, Reach, Via};
use domain::case::{CaseState, Command, ConfirmHow, ConsentHow, Grade, ReopenReason, Satisfaction, Status, may};
use domain::ids::{CaseId, ExtensionId, FileId, LinkId, OrderId, QuoteId};
use domain::refusal::Refusal;
use serde_json::json;
use store::db::Tx;
use store::link as db;
pub use store::link::Link;
use store::seam::Conn;

use crate::account::secret_hash;
use crate::case::{self, Seen};
use crate::ctx::{Actor, Ctx, LinkPurpose};
use crate::error::{Error, Res};
use crate::journal::{self, Subject};
use crate::once;
use crate::signature::{self, Prepared};
pub(crate) use code::code_for;
pub use code::{CODE_LIFE, CODE_TRIES, ask_code, code_possible, verified_number};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long a link lives that is made while the work goes on, in milliseconds.
pub const LIFE: i64 = 30 * DAY;
/// How long a link lives that is made after completion, in milliseconds.
pub const LIFE_DONE: i64 = 14 * DAY;
/// A resident may urge once in this time, in milliseconds.
pub const URGE_EVERY: i64 = 30 * MINUTE;

/// What can be done with a link now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    Open,
    /// A one-time link that has done its work: to be looked at only.
    Used,
    Expired,
    Withdrawn,
}

/// The browser at the other end.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// Staff are, or were, signed in there.
    pub staff: bool,
    /// What it calls itself.
    pub agent: String,
}

/// Whoever holds a secret address, and the context in which they act.
pub struct Holder {
    pub ctx: Ctx,
    pub link: Link,
    pub purpose: LinkPurpose,
    pub state: LinkState,
}

/// A new link with its secret, which is shown here and never again.
pub struct Made {
    pub id: LinkId,
    pub token: String,
    pub purpose: LinkPurpose,
    pub expires_at: i64,
}

fn state_of(l: &Link, now: i64) -> LinkState {
    if l.withdrawn_at.is_some() {
        LinkState::Withdrawn
    } else if l.expires_at <= now {
        LinkState::Expired
    } else if l.used_at.is_some() {
        LinkState::Used
    } else {
        LinkState::Open
    }
}

/// The state of a link in a list.
pub fn state(l: &Link, now: i64) -> LinkState {
    state_of(l, now)
}

fn about(case: &CaseId) -> Subject<'_> {
    Subject {
        kind: "case",
        id: case.as_str(),
        case: Some(case.as_str()),
    }
}

/// Makes a link whose secret the actor is shown (SendLink). A vendor's link is for the order in hand; a link to sign needs
/// finished work; a link to follow the case is given by the desk and the heads, not by who does the job.
///
/// # Errors
/// `NotFound` when the case is not visible, `Refused` by who may not or when there is nothing to sign or no vendor's order.
pub fn make(tx: &mut Tx, ctx: &Ctx, case: &CaseId, purpose: LinkPurpose) -> Res<Made> {
    let seen = case::get(tx, ctx, case)?;
    if ctx.staff().is_some() {
        may(Some(&seen.state), Action::SendLink, &ctx.who())?;
        if purpose == LinkPurpose::Track && !gives_any(ctx) {
            return Err(Refusal::new("refuse-link-track").clause("COM-30").into());
        }
    }
    let (by, by_id) = ctx.actor_ref();
    put(tx, ctx, &seen.state, purpose, format!("{by}:{by_id}"))
}

/// A link made for a program.
#[derive(Debug)]
pub struct MadeOnce {
    pub id: LinkId,
    pub expires_at: i64,
    /// Only for the one who made it: the secret stands in no table, so a repeat of the request does not get it again.
    pub token: Option<String>,
}

/// As [`make`], once for each key.
///
/// # Errors
/// As [`make`].
pub fn make_once(tx: &mut Tx, ctx: &Ctx, key: &str, case: &CaseId, purpose: LinkPurpose) -> Res<MadeOnce> {
    case::get(tx, ctx, case)?;
    let mut token = None;
    let (id, expires_at) = once::once(tx, ctx, key, &("link", case, purpose.code()), |tx, ctx| {
        let made = make(tx, ctx, case, purpose)?;
        token = Some(made.token);
        Ok((made.id, made.expires_at))
    })?;
    Ok(MadeOnce { id, expires_at, token })
}

/// Makes a link without asking who may: for messages of the product itself. A message to the number of an account is
/// read by staff, so its link is one that staff have seen.
pub(crate) fn make_for(tx: &mut Tx, ctx: &Ctx, s: &CaseState, purpose: LinkPurpose, to: &str) -> Res<Made> {
    let by = match db::staff_with_phone(tx, to)? {
        Some(id) => format!("staff:{id}"),
        None => {
            let (by, by_id) = ctx.actor_ref();
            format!("{by}:{by_id}")
        }
    };
    put(tx, ctx, s, purpose, by)
}

/// Whether the actor's right to links goes beyond the own job: then links to follow the case and links of others are theirs
/// too. Who does the job shows the customer the link to sign, and withdraws what they showed.
pub fn gives_any(ctx: &Ctx) -> bool {
    ctx.reach(Action::SendLink) > Reach::Own
}

/// Whether the actor may withdraw this link of a case in reach.
pub fn may_withdraw(ctx: &Ctx, l: &Link) -> bool {
    gives_any(ctx) || ctx.staff().is_some_and(|s| l.shown_to().as_ref() == Some(&s.id))
}

fn put(tx: &mut Tx, ctx: &Ctx, s: &CaseState, purpose: LinkPurpose, created_by: String) -> Res<Made> {
    let order = match purpose {
        LinkPurpose::Vendor => {
            let order = s
                .order()
                .filter(|o| o.to_vendor)
                .ok_or_else(|| Refusal::new("refuse-link-vendor").clause("REC-12"))?;
            Some(order.id.clone())
        }
        LinkPurpose::Confirm if s.status != Status::Done => {
            return Err(Refusal::new("refuse-link-nothing-to-sign").clause("COM-30").into());
        }
        _ => None,
    };
    let done = matches!(
        s.status,
        Status::Done | Status::Confirmed | Status::Closed | Status::Cancelled
    );
    let token = ctx.ids.secret();
    let row = Link {
        id: ctx.id(),
        token_hash: secret_hash(&token),
        site_id: ctx.site.clone(),
        purpose: purpose.code().to_owned(),
        case_id: s.id.clone(),
        order_id: order,
        created_by,
        created_at: ctx.now,
        expires_at: ctx.now + if done { LIFE_DONE } else { LIFE },
        used_at: None,
        withdrawn_at: None,
        opened: 0,
    };
    db::insert(tx, &row)?;
    let body = json!({"link": row.id, "purpose": row.purpose, "order": row.order_id, "expires_at": row.expires_at});
    journal::append(tx, ctx, about(&s.id), "link_made", body, &[], ctx.now);
    Ok(Made {
        id: row.id,
        token,
        purpose,
        expires_at: row.expires_at,
    })
}

/// The links of a case that the actor may send links for, newest first.
///
/// # Errors
/// `NotFound`, `Refused`.
pub fn list(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Vec<Link>> {
    let seen = case::get(c, ctx, case)?;
    may(Some(&seen.state), Action::SendLink, &ctx.who())?;
    Ok(db::of_case(c, case)?)
}

/// Withdraws a link: it stops at once.
///
/// # Errors
/// `NotFound`, `Refused`.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, case: &CaseId, id: &LinkId) -> Res<()> {
    let seen = case::get(tx, ctx, case)?;
    may(Some(&seen.state), Action::WithdrawLink, &ctx.who())?;
    let link = db::get(tx, &ctx.site, id)?
        .filter(|l| &l.case_id == case)
        .ok_or(Error::NotFound)?;
    if !may_withdraw(ctx, &link) {
        return Err(Refusal::new("refuse-link-others").into());
    }
    if db::withdraw(tx, id, ctx.now)? == 1 {
        journal::append(
            tx,
            ctx,
            about(case),
            "link_withdrawn",
            json!({"link": id}),
            &[],
            ctx.now,
        );
    }
    Ok(())
}

/// Finds the holder of a secret for looking. `base` gives instant, language and address.
///
/// # Errors
/// `NotFound` for a secret that never was one.
pub fn open(c: &mut Conn, base: &Ctx, token: &str) -> Res<Holder> {
    let known = (20..=64)
        .contains(&token.len())
        .then(|| db::by_hash(c, &secret_hash(token)))
        .transpose()?
        .flatten();
    let link = known.ok_or(Error::NotFound)?;
    let purpose = LinkPurpose::parse(&link.purpose).ok_or(Error::NotFound)?;
    let mut state = state_of(&link, base.now);
    let actor = Actor::Link {
        link: link.id.clone(),
        case: link.case_id.clone(),
        order: link.order_id.clone(),
        purpose,
        via: if link.shown_to().is_some() {
            Via::Shown
        } else {
            Via::Link
        },
    };
    let ctx = Ctx {
        actor,
        site: link.site_id.clone(),
        via: "link",
        ..base.clone()
    };
    if purpose == LinkPurpose::Vendor && state == LinkState::Open {
        // The order went elsewhere: its link has nothing to show any more.
        let seen = case::get(c, &ctx, &link.case_id)?;
        if may(Some(&seen.state), Action::ViewCase, &ctx.who()).is_err() {
            state = LinkState::Withdrawn;
        }
    }
    Ok(Holder {
        ctx,
        link,
        purpose,
        state,
    })
}

/// Finds the holder of a secret for doing something.
///
/// # Errors
/// `NotFound`, and `Forbidden` with the reason: the link is over, or this is a browser of staff.
pub fn enter(c: &mut Conn, base: &Ctx, token: &str, device: &Device) -> Res<Holder> {
    let mut h = open(c, base, token)?;
    match h.state {
        LinkState::Open => {}
        LinkState::Used => return Err(Error::Forbidden("forbidden-link-used")),
        LinkState::Expired => return Err(Error::Forbidden("forbidden-link-expired")),
        LinkState::Withdrawn => return Err(Error::Forbidden("forbidden-link-withdrawn")),
    }
    if h.purpose == LinkPurpose::Vendor {
        return Ok(h);
    }
    if device.staff {
        return Err(Error::Forbidden("forbidden-link-staff"));
    }
    let since = base.now - DAY;
    let like_staff = !base.ip.is_empty()
        && !device.agent.is_empty()
        && db::staff_sessions_at(c, &base.ip, &device.agent, since)? > 0;
    if like_staff && let Actor::Link { via, .. } = &mut h.ctx.actor {
        *via = Via::Shared;
    }
    Ok(h)
}

/// The same for the customer's own pages: a vendor's secret is none there.
///
/// # Errors
/// As [`enter`].
pub fn customer(c: &mut Conn, base: &Ctx, token: &str, device: &Device) -> Res<Holder> {
    let h = enter(c, base, token, device)?;
    if h.purpose == LinkPurpose::Vendor {
        Err(Error::NotFound)
    } else {
        Ok(h)
    }
}

/// Counts that a page of the link was opened.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn count_opened(tx: &mut Tx, id: &LinkId) -> Res<()> {
    Ok(db::opened(tx, id)?)
}

/// What a customer signs.
#[derive(Debug, Clone)]
pub struct Sign {
    /// Of the content that was shown.
    pub content_hash: String,
    /// The drawing; none when a code takes its place.
    pub signature: Option<Prepared>,
    /// Six digits, or empty.
    pub code: String,
    pub opinion: Option<Satisfaction>,
    pub comment: String,
}

/// What came of signing.
#[derive(Debug)]
pub enum Signed {
    Done(Box<Seen>),
    /// The code does not fit; so many tries are left.
    WrongCode {
        left: i64,
    },
    /// Somebody changed the record after it was shown: nothing was signed.
    Changed,
}

/// The customer confirms the work (COM-30): grade A with a code, B with the drawn or typed signature by a link that went to
/// the customer alone, and C when staff saw the link or the browser looks like one of staff.
///
/// # Errors
/// `Forbidden` (see [`enter`]), `Invalid`, the `Refused` of a rule.
pub fn confirm(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, s: &Sign) -> Res<Signed> {
    let mut h = customer(tx, base, token, device)?;
    let now = case::get(tx, &h.ctx, &h.link.case_id)?;
    // What is signed must be what was seen; said before a code is used up.
    if now.state.status == Status::Done && s.content_hash != now.state.content_hash() {
        return Ok(Signed::Changed);
    }
    let code = s.code.trim();
    let mut used = None;
    if code.is_empty() {
        if s.signature.is_none() {
            return Err(Error::field("signature", "sign-needed"));
        }
    } else {
        match code::check(tx, &h, code)? {
            Ok(id) => used = Some(id),
            Err(left) => return Ok(Signed::WrongCode { left }),
        }
        if let Actor::Link { via, .. } = &mut h.ctx.actor {
            *via = Via::Code;
        }
    }
    if h.purpose == LinkPurpose::Confirm && db::use_once(tx, &h.link.id, base.now)? != 1 {
        return Err(Error::Forbidden("forbidden-link-used"));
    }
    let file = s.signature.as_ref().map(|f| put_file(tx, base.now, f)).transpose()?;
    let cmd = Command::Confirm {
        confirmation: h.ctx.id(),
        content_hash: s.content_hash.clone(),
        how: ConfirmHow::Own {
            signature: file,
            shown_by: h.link.shown_to(),
        },
        opinion: s.opinion,
        comment: domain::privacy::masked(s.comment.trim()),
        happened_at: None,
    };
    let done = case::act(tx, &h.ctx, &h.link.case_id, Some(now.version), &cmd)?;
    if let Some(id) = used {
        db::code_used(tx, &id, base.now)?;
    }
    let grade = done.state.confirmation().map(|c| c.grade).unwrap_or(Grade::C);
    journal_use(tx, &h, device, "signed", grade);
    Ok(Signed::Done(Box::new(done)))
}

/// Stores the row of a signature.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn put_file(tx: &mut Tx, now: i64, f: &Prepared) -> Res<FileId> {
    store::attachment::file_put(tx, &f.hash, f.size, signature::MIME, now)?;
    Ok(FileId::from(f.hash.as_str()))
}

/// Which browser did it stays on record beside the address.
fn journal_use(tx: &mut Tx, h: &Holder, device: &Device, what: &str, grade: Grade) {
    let agent: String = device.agent.chars().take(300).collect();
    let body = json!({"link": h.link.id, "purpose": h.link.purpose, "did": what, "grade": grade, "agent": agent});
    journal::append(
        tx,
        &h.ctx,
        about(&h.link.case_id),
        "link_used",
        body,
        &["agent"],
        h.ctx.now,
    );
}

/// The customer accepts or refuses a price (REC-14).
///
/// # Errors
/// `Forbidden` (see [`enter`]), the `Refused` of a rule.
pub fn answer_quote(
    tx: &mut Tx,
    base: &Ctx,
    token: &str,
    device: &Device,
    (quote, accept): (&QuoteId, bool),
) -> Res<Seen> {
    let h = customer(tx, base, token, device)?;
    let (quote, how) = (quote.clone(), ConsentHow::Own);
    let cmd = if accept {
        Command::ConsentQuote { quote, how }
    } else {
        Command::RefuseQuote { quote, how }
    };
    let done = case::act(tx, &h.ctx, &h.link.case_id, None, &cmd)?;
    let grade = match h.ctx.actor {
        Actor::Link {
            via: Via::Shared | Via::Shown,
            ..
        } => Grade::C,
        _ => Grade::B,
    };
    journal_use(
        tx,
        &h,
        device,
        if accept { "quote_accepted" } else { "quote_refused" },
        grade,
    );
    Ok(done)
}

/// The customer agrees to wait longer, or does not (COM-32).
///
/// # Errors
/// `Forbidden` (see [`enter`]), the `Refused` of a rule.
pub fn answer_extension(
    tx: &mut Tx,
    base: &Ctx,
    token: &str,
    device: &Device,
    (extension, agree): (&ExtensionId, bool),
) -> Res<Seen> {
    let h = customer(tx, base, token, device)?;
    let cmd = Command::AnswerExtension {
        extension: extension.clone(),
        agree,
        how: ConsentHow::Own,
    };
    let done = case::act(tx, &h.ctx, &h.link.case_id, None, &cmd)?;
    let grade = match h.ctx.actor {
        Actor::Link {
            via: Via::Shared | Via::Shown,
            ..
        } => Grade::C,
        _ => Grade::B,
    };
    let what = if agree {
        "extension_agreed"
    } else {
        "extension_declined"
    };
    journal_use(tx, &h, device, what, grade);
    Ok(done)
}

/// "Not solved": the case is open again.
///
/// # Errors
/// `Forbidden` (see [`enter`]), the `Refused` of a rule.
pub fn not_solved(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, key: &str, note: &str) -> Res<()> {
    let h = customer(tx, base, token, device)?;
    let (ctx, case) = (h.ctx.clone(), h.link.case_id.clone());
    once::once(tx, &ctx, key, &("not_solved", note), |tx, ctx| {
        let note = domain::privacy::masked(note.trim());
        case::act(
            tx,
            ctx,
            &case,
            None,
            &Command::Reopen {
                reason: ReopenReason::NotSolved,
                note,
            },
        )
        .map(|_| ())
    })
}

/// The customer urges, once in half an hour.
///
/// # Errors
/// `Throttled` when it is too soon, `Forbidden` (see [`enter`]), the `Refused` of a rule.
pub fn urge(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, key: &str) -> Res<()> {
    let h = customer(tx, base, token, device)?;
    let (ctx, case) = (h.ctx.clone(), h.link.case_id.clone());
    once::once(tx, &ctx, key, &"urge", |tx, ctx| {
        if let Some(at) = urged_at(tx, ctx, &case)? {
            return Err(Error::Throttled {
                seconds: (at + URGE_EVERY - ctx.now) / 1000,
            });
        }
        case::act(tx, ctx, &case, None, &Command::Urge { note: String::new() }).map(|_| ())
    })
}

/// When the customer urged last, if that is less than half an hour ago.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn urged_at(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Option<i64>> {
    let list = store::journal::for_case(c, ctx.site.as_str(), case.as_str(), i64::MAX, 100)?;
    let last = list
        .iter()
        .find(|e| e.kind == "urged" && e.actor_kind == "customer_link")
        .map(|e| e.recorded_at);
    Ok(last.filter(|at| at + URGE_EVERY > ctx.now))
}

/// The customer says something.
///
/// # Errors
/// `Forbidden` (see [`enter`]), the `Refused` of a rule.
pub fn say(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, key: &str, text: &str) -> Res<()> {
    let h = customer(tx, base, token, device)?;
    let (ctx, case) = (h.ctx.clone(), h.link.case_id.clone());
    once::once(tx, &ctx, key, &("say", text), |tx, ctx| {
        let text = domain::privacy::masked(text.trim());
        case::act(
            tx,
            ctx,
            &case,
            None,
            &Command::Note {
                text,
                told_customer: false,
            },
        )
        .map(|_| ())
    })
}

/// The order that a vendor's link is for.
pub fn order_of(h: &Holder) -> Option<&OrderId> {
    h.link.order_id.as_ref()
}
