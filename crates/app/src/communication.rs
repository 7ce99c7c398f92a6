//! What is talked about with customers before, during and after service, collected and analysed (COM-1).

use domain::access::Action;
use domain::ids::StaffId;
use store::communication as db;
pub use store::communication::{About, After, Sent, Talks};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::ontime::LONGEST_SPAN;

/// Everything that is counted over a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    pub talks: Vec<Talks>,
    pub sent: Vec<Sent>,
    pub after: Vec<After>,
    pub about: Vec<About>,
    /// The same of the time before, as long as this one: what cases were about.
    pub about_before: Vec<About>,
}

/// Counts what was talked about from an instant until another.
///
/// # Errors
/// `Forbidden` without the right to reports, `Invalid` without a period or over one longer than [`LONGEST_SPAN`].
pub fn counted(c: &mut Conn, ctx: &Ctx, from: Option<i64>, until: Option<i64>) -> Res<Counted> {
    ctx.need(Action::ViewReports)?;
    let (Some(from), Some(until)) = (from, until) else {
        return Err(Error::field("from", "required"));
    };
    if until <= from || until - from > LONGEST_SPAN {
        return Err(Error::field("until", "invalid-span"));
    }
    let me = ctx.staff().map_or_else(|| StaffId::from(""), |s| s.id.clone());
    let site = &ctx.site;
    Ok(Counted {
        talks: db::talks(c, site, from, until, &me)?,
        sent: db::sent(c, site, from, until, &me)?,
        after: db::after(c, site, from, until, &me)?,
        about: db::about(c, site, from, until, &me)?,
        about_before: db::about(c, site, from - (until - from), from, &me)?,
    })
}
