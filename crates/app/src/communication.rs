//! What is talked about with customers before, during and after service, collected and analysed (COM-1).

use domain::access::{Action, Reach};
use domain::case::{Channel, Kind, Satisfaction};
use domain::communication::{Phase, TalkOutcome, is_after};
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
    talks: Vec<Talks>,
    /// Messages on the way of a case, by way.
    pub sent: Vec<Sent>,
    after: Vec<After>,
    about: Vec<About>,
    about_before: Vec<About>,
}

/// What cases were about, beside the time before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    pub item: String,
    pub kind: String,
    pub n: i64,
    /// In the time of the same length before.
    pub before: i64,
}

/// Counts what was talked about from an instant until another.
///
/// # Errors
/// `Forbidden` without the right to reports of the whole site, `Invalid` without a period or over one longer than [`LONGEST_SPAN`].
pub fn counted(c: &mut Conn, ctx: &Ctx, from: Option<i64>, until: Option<i64>) -> Res<Counted> {
    // Talks belong to no one department: who answers for one sees its registers.
    if ctx.need(Action::ViewReports)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let (Some(from), Some(until)) = (from, until) else {
        return Err(Error::field("from", "required"));
    };
    if until <= from || until - from > LONGEST_SPAN {
        return Err(Error::field("until", "invalid-span"));
    }
    let me = ctx.staff().map_or_else(|| StaffId::from(""), |s| s.id.clone());
    let site = &ctx.site;
    let mut after = db::after(c, site, from, until, &me)?;
    after.retain(|x| is_after(x.state.parse().ok()));
    Ok(Counted {
        talks: db::talks(c, site, from, until, &me)?,
        sent: db::sent(c, site, from, until, &me)?,
        after,
        about: db::about(c, site, from, until, &me)?,
        about_before: db::about(c, site, from - (until - from), from, &me)?,
    })
}

fn sum<'a, T: 'a>(rows: &'a [T], of: impl Fn(&T) -> bool, n: impl Fn(&T) -> i64) -> i64 {
    rows.iter().filter(|x| of(x)).map(n).sum()
}

impl Counted {
    /// Talks of one way that came to something.
    pub fn talks(&self, channel: Channel, outcome: TalkOutcome) -> i64 {
        let of = |x: &Talks| x.channel == channel.as_str() && x.outcome == outcome.as_str();
        sum(&self.talks, of, |x| x.n)
    }

    /// Talks of one way in a phase.
    pub fn phase(&self, channel: Channel, phase: Phase) -> i64 {
        TalkOutcome::of(phase).map(|x| self.talks(channel, x)).sum()
    }

    /// Callbacks by what came of them, in the order of their codes.
    pub fn callbacks(&self) -> Vec<(String, i64)> {
        let mut states: Vec<&str> = self.after.iter().map(|x| x.state.as_str()).collect();
        states.dedup();
        let count = |state: &str| sum(&self.after, |x| x.state == state, |x| x.n);
        states
            .into_iter()
            .map(|state| (state.to_owned(), count(state)))
            .collect()
    }

    /// What customers said in callbacks.
    pub fn said(&self, satisfaction: Satisfaction) -> i64 {
        sum(&self.after, |x| x.satisfaction == satisfaction.as_str(), |x| x.n)
    }

    /// Cases of a kind.
    pub fn cases(&self, kind: Kind) -> i64 {
        sum(&self.about, |x| x.kind == kind.as_str(), |x| x.n)
    }

    /// What cases were most about, at most so many items.
    pub fn trends(&self, most: usize) -> Vec<Trend> {
        let before = |x: &About| sum(&self.about_before, |b| b.item == x.item && b.kind == x.kind, |b| b.n);
        let named = self.about.iter().filter(|x| !x.item.is_empty());
        let mut all: Vec<Trend> = named
            .map(|x| Trend {
                item: x.item.clone(),
                kind: x.kind.clone(),
                n: x.n,
                before: before(x),
            })
            .collect();
        all.sort_by(|x, y| y.n.cmp(&x.n).then_with(|| x.item.cmp(&y.item)));
        all.truncate(most);
        all
    }
}
