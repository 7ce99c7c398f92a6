//! A number is called by a click: the clerk's own telephone rings, then the telephone system calls (CAL-3). What may not be called is
//! refused before (TEL-2, TEL-9); what becomes of it comes as reports, like of any other call.

use std::future::Future;
use std::pin::Pin;

use domain::access::Action;
use domain::call::line::{ServiceClass, dialled_digits, may_call};
use domain::ids::{MissedCallId, PhoneSystemId};
use domain::refusal::Refusal;
use serde_json::json;
use store::call as db;
use store::call::ExtensionRow;
use store::db::Tx;
use store::seam::Conn;

use super::missed;
use super::system::{Kind, Telephone};
use crate::ctx::Ctx;
use crate::error::Res;
use crate::telephone::long_distance;

/// What a telephone system is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    pub system: PhoneSystemId,
    /// The telephone that rings first.
    pub extension: String,
    /// Personal.
    pub number: String,
    /// Becomes the key of the call.
    pub key: String,
}

/// Why it was not done, in the words of the adapter; it is shown as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDialled {
    NotConnected,
    /// It may have been done all the same.
    NoAnswer,
    /// The telephone system's own words.
    Refused(String),
    /// The call is over, or has no outside party.
    NoSuchCall,
    /// Somebody has answered the call that was to be brought elsewhere.
    Answered,
}

/// What a dialling adapter answers.
pub type Dialled<'a> = Pin<Box<dyn Future<Output = Result<(), NotDialled>> + Send + 'a>>;

/// The system by which the site can call, among those that are connected now.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn by(c: &mut Conn, ctx: &Ctx, telephone: &dyn Telephone) -> Res<Option<PhoneSystemId>> {
    let connected = |id: &PhoneSystemId| telephone.connection(id).is_some_and(|c| c.state == "signed_in");
    let systems = db::systems(c, &ctx.site)?.into_iter();
    let mut able = systems.filter(|s| s.active && Kind::parse(&s.kind) != Some(Kind::Webhook));
    Ok(able.find(|s| connected(&s.id)).map(|s| s.id))
}

/// The telephone at which the actor sits.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn from(c: &mut Conn, ctx: &Ctx) -> Res<Option<ExtensionRow>> {
    let Some(me) = ctx.staff().map(|me| me.id.clone()) else {
        return Ok(None);
    };
    let lines = super::system::extensions(c, ctx)?.into_iter();
    Ok(lines.filter(|x| x.active).find(|x| x.seat_id.as_ref() == Some(&me)))
}

/// A number that waits is to be called back from the telephone at which the actor sits.
///
/// # Errors
/// `Forbidden`, `NotFound`, `refuse-missed-done`, `refuse-no-seat` where the actor sits at no telephone, `refuse-cannot-dial` where no
/// telephone system can be asked to call, and what keeps the telephone from calling that number.
pub fn call_back(tx: &mut Tx, ctx: &Ctx, id: &MissedCallId, system: Option<PhoneSystemId>) -> Res<Dial> {
    ctx.need(Action::RegisterContact)?;
    ctx.need_staff()?;
    let row = missed::get(tx, ctx, id)?;
    if !row.open {
        return Err(Refusal::new("refuse-missed-done").clause("CAL-3").into());
    }
    let Some(system) = system else {
        return Err(Refusal::new("refuse-cannot-dial").clause("CAL-3").into());
    };
    let Some(line) = from(tx, ctx)? else {
        return Err(Refusal::new("refuse-no-seat").clause("TEL-1").into());
    };
    let habits = crate::telephone::habits(&crate::telephone::rules(tx, ctx)?);
    let number = domain::phone::normalise(&row.number).map_or_else(|_| row.number.clone(), |p| p.number().to_owned());
    let number = dialled_digits(&number)?;
    let class = line.class.parse().unwrap_or(ServiceClass::Local);
    // What is asked and approved for this number on this line may be called with any class (TEL-2).
    if let Err(no) = may_call(class, &number, &habits.numbering)
        && (no.rule == "refuse-paid-line" || !long_distance::covers(tx, ctx, &number, &line.number)?)
    {
        return Err(no.into());
    }
    let dial = Dial {
        system,
        extension: line.number,
        number: format!("{}{number}", habits.outside),
        key: ctx.id::<domain::ids::CallId>().into_string(),
    };
    missed::say(
        tx,
        ctx,
        &row,
        "missed_call_dialled",
        json!({"extension": dial.extension, "call_key": dial.key}),
        &[],
    );
    Ok(dial)
}
