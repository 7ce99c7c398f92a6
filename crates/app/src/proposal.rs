//! Proposals for new services (REC-12 C): what was asked for and nobody offers is put before the head, decided with a reason,
//! and told to the customer.

use domain::access::Action;
use domain::case::{CaseState, Event, Fact, Kind};
use domain::ids::ProposalId;
use domain::proposal::{Decision, Proposal, ProposalState};
use serde_json::json;
use store::db::Tx;
use store::proposal as db;
pub use store::proposal::ProposalRow;
use store::seam::Conn;

use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal::{self, Subject};
use crate::notice::{self, Leads, Level, NewNotice};
use crate::ontime::staff;

/// Proposals on one page of the list.
pub const PAGE: i64 = 30;

/// What of the list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Open,
    /// Decided, and the customer not told.
    Decided,
    /// Put off, and the time has come.
    Again,
    All,
}

impl View {
    pub const ALL: &'static [View] = &[View::Open, View::Decided, View::Again, View::All];

    /// Of an address.
    pub fn parse(text: &str) -> View {
        match text {
            "decided" => View::Decided,
            "again" => View::Again,
            "all" => View::All,
            _ => View::Open,
        }
    }

    /// As in an address.
    pub fn code(self) -> &'static str {
        match self {
            View::Open => "open",
            View::Decided => "decided",
            View::Again => "again",
            View::All => "all",
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<ProposalRow>,
    pub next: Option<(i64, String)>,
}

fn key(id: &ProposalId) -> String {
    format!("proposal/{id}")
}

/// What a case's report outside leads to: a service request becomes a proposal, and the head is told.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn for_events(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    for e in events {
        let Fact::OutsideReported { reported_to, .. } = &e.fact else {
            continue;
        };
        if s.kind != Kind::Request || db::of_case(tx, &ctx.site, &s.id)?.is_some() {
            continue;
        }
        let row = ProposalRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            case_id: s.id.clone(),
            case_number: s.number.clone(),
            title: case::title(ctx, s),
            item: s.item.clone(),
            asked_at: ctx.now,
            asked_by: staff(&e.by),
            reported_to: reported_to.clone(),
            state: ProposalState::Open.as_str().to_owned(),
            decision: String::new(),
            reason: String::new(),
            again_at: None,
            decided_at: None,
            decided_by: None,
            told_at: None,
            told_by: None,
            told_how: String::new(),
            version: 1,
        };
        db::insert(tx, &row)?;
        say(
            tx,
            ctx,
            &row,
            "proposal_reported",
            json!({"reported_to": reported_to}),
            &[],
        );
        let new = NewNotice {
            key: key(&row.id),
            kind: notice::PROPOSAL,
            level: Level::Note,
            leads: Leads::Thing(format!("/proposals/{}", row.id)),
            to: vec![reported_to.clone()],
            due_at: ctx.now,
            args: serde_json::Map::from_iter([("number".to_owned(), json!(s.number))]),
        };
        notice::raise(tx, ctx, new)?;
    }
    Ok(())
}

fn say(tx: &mut Tx, ctx: &Ctx, r: &ProposalRow, kind: &str, body: serde_json::Value, personal: &[&str]) {
    let subject = Subject {
        kind: "proposal",
        id: r.id.as_str(),
        case: Some(r.case_id.as_str()),
    };
    journal::append(tx, ctx, subject, kind, body, personal, ctx.now);
}

/// The list: what waits oldest first, else newest first.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx, view: View, after: Option<(i64, String)>) -> Res<Listed> {
    ctx.need(Action::ViewProposals)?;
    let state = match view {
        View::Open => Some(ProposalState::Open),
        View::Decided => Some(ProposalState::Decided),
        View::Again | View::All => None,
    };
    let mut rows = db::list(
        c,
        &db::Filter {
            site: ctx.site.as_str().to_owned(),
            state: state.map(|s| s.as_str().to_owned()),
            again_before: (view == View::Again).then_some(ctx.now),
            after,
            limit: PAGE + 1,
        },
    )?;
    let more = i64::try_from(rows.len()).unwrap_or(0) > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(30));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|r| (r.asked_at, r.id.as_str().to_owned()));
    Ok(Listed { rows, next })
}

/// One proposal.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &ProposalId) -> Res<ProposalRow> {
    ctx.need(Action::ViewProposals)?;
    db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

fn rules(r: &ProposalRow) -> Res<Proposal> {
    Ok(Proposal {
        state: r.state.parse().map_err(Error::internal)?,
        decision: match r.decision.as_str() {
            "" => None,
            d => Some(d.parse().map_err(Error::internal)?),
        },
        again_at: r.again_at,
    })
}

/// Whether whoever looks may decide it now.
pub fn may_decide(ctx: &Ctx, r: &ProposalRow) -> bool {
    ctx.need(Action::DecideProposal).is_ok() && rules(r).is_ok_and(|p| p.open_to_decide().is_ok())
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &ProposalId, version: i64) -> Res<ProposalRow> {
    let row = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if row.version == version {
        Ok(row)
    } else {
        Err(Error::Conflict {
            seen: version,
            current: row.version,
        })
    }
}

fn save(tx: &mut Tx, row: &ProposalRow) -> Res<()> {
    if db::save(tx, row)? == 1 {
        Ok(())
    } else {
        Err(Error::Conflict {
            seen: row.version - 1,
            current: row.version,
        })
    }
}

/// The head decides whether the service is developed.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` without a reason, without a time for "later", or once it was told.
pub fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ProposalId,
    version: i64,
    decision: Decision,
    reason: &str,
    again_at: Option<i64>,
) -> Res<()> {
    ctx.need(Action::DecideProposal)?;
    let mut row = seen(tx, ctx, id, version)?;
    let mut p = rules(&row)?;
    let reason = domain::privacy::masked(reason.trim());
    p.decide(decision, &reason, again_at, ctx.now)?;
    row.state = p.state.as_str().to_owned();
    row.decision = decision.as_str().to_owned();
    row.again_at = p.again_at;
    row.reason = reason;
    row.decided_at = Some(ctx.now);
    row.decided_by = ctx.staff().map(|s| s.id.clone());
    (row.told_at, row.told_by, row.told_how) = (None, None, String::new());
    row.version += 1;
    save(tx, &row)?;
    notice::settled(tx, ctx, &key(id))?;
    let body = json!({"decision": decision, "reason": row.reason, "again_at": row.again_at});
    say(tx, ctx, &row, "proposal_decided", body, &["reason"]);
    Ok(())
}

/// The customer was told of the decision.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` before a decision, twice or without saying how.
pub fn tell(tx: &mut Tx, ctx: &Ctx, id: &ProposalId, version: i64, how: &str) -> Res<()> {
    ctx.need(Action::ViewProposals)?;
    ctx.need(Action::ReportOutside)?;
    let mut row = seen(tx, ctx, id, version)?;
    let mut p = rules(&row)?;
    let how = domain::privacy::masked(how.trim());
    p.tell(&how)?;
    row.state = p.state.as_str().to_owned();
    row.told_at = Some(ctx.now);
    row.told_by = ctx.staff().map(|s| s.id.clone());
    row.told_how = how;
    row.version += 1;
    save(tx, &row)?;
    say(tx, ctx, &row, "proposal_told", json!({"how": row.told_how}), &["how"]);
    Ok(())
}
