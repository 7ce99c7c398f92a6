//! A change of working calendars and the open cases: which limits it would move, and moving them.

use std::sync::Arc;

use domain::case::{Command, Env, has_older_calendar, moved_by_calendar};
use domain::ids::{CaseId, SiteId};
use domain::standard::Standard;
use domain::time::Calendars;
use jiff::tz::TimeZone;
use serde_json::json;
use store::standard as db;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal;
use crate::standard::apply::{LOOK, add, count, effect, len, look, rows};
use crate::standard::job::{Hand, Next, Summary, params_of, summary_of};

/// A site with its open cases and the calendars as they would be, or are.
#[derive(Clone)]
struct Place {
    site: SiteId,
    zone: TimeZone,
    calendars: Arc<Calendars>,
    standard: Arc<Standard>,
    ids: Vec<CaseId>,
}

impl Place {
    fn ctx(&self, ctx: &Ctx) -> Ctx {
        Ctx {
            site: self.site.clone(),
            ..ctx.clone()
        }
    }

    fn env(&self, now: i64) -> Env<'_> {
        Env {
            now,
            standard: &self.standard,
            zone: &self.zone,
            calendars: &self.calendars,
        }
    }
}

/// The sites that the change is for, with the calendars as the change would make them, or as they are once it is written.
fn places(hand: &Hand<'_>, written: bool) -> Res<Vec<Place>> {
    let proposal = params_of(&hand.job).calendar.ok_or(Error::NotFound)?;
    let ctx = hand.ctx();
    hand.desk.read_now(move |c| {
        let mut out = Vec::new();
        for site in super::sites(c, &ctx, &proposal.change)? {
            let zone = store::site::get(c, &site)?.ok_or(Error::NotFound)?.zone;
            let calendars = if written {
                super::versions(c, &site, &zone)?
            } else {
                super::with(c, &site, &proposal.change)?
            };
            out.push(Place {
                zone: TimeZone::get(&zone).map_err(Error::internal)?,
                calendars: Arc::new(calendars),
                standard: ctx.book.shipped.clone(),
                ids: db::open_cases(c, &site)?,
                site,
            });
        }
        Ok::<_, Error>(out)
    })
}

/// What the change would move, case by case, on readers' connections.
pub(crate) fn compare(hand: &mut Hand<'_>) -> Res<()> {
    let places = places(hand, false)?;
    hand.total = places.iter().map(|place| len(place.ids.len())).sum();
    let mut summary = Summary::default();
    for place in places {
        for slice in place.ids.chunks(LOOK) {
            let (mine, ctx, here) = (slice.to_vec(), place.ctx(&hand.ctx()), place.clone());
            let seen = hand.desk.read_now(move |c| {
                let mut out = Vec::new();
                for id in &mine {
                    if let Some(looked) = look(c, &ctx, id, &here.calendars)? {
                        let moves = moved_by_calendar(&looked.state, &here.env(ctx.now));
                        out.push((looked, moves));
                    }
                }
                Ok::<_, Error>(out)
            })?;
            let mut found = Vec::new();
            for (looked, moves) in &seen {
                summary.looked += 1;
                count(&mut summary, looked, moves);
                found.extend(rows(looked, moves, false));
            }
            if hand.keep(summary.looked, found)? == Next::Stop {
                return hand.rest("stopped", &summary);
            }
        }
    }
    hand.rest("done", &summary)
}

/// Applies the newest versions, a few cases at a time: each case is whole before and after, whoever works at it meanwhile.
pub(crate) fn apply(hand: &mut Hand<'_>) -> Res<()> {
    let places = places(hand, true)?;
    let reason = params_of(&hand.job).reason;
    hand.total = places.iter().map(|place| len(place.ids.len())).sum();
    // What an earlier run of the same work has done is done; these cases are found as they should be.
    let mut summary = summary_of(&hand.job);
    summary.looked = 0;
    for place in places {
        let mut at = 0;
        while at < place.ids.len() {
            let to = (at + hand.size()).min(place.ids.len());
            let (mine, here, reason) = (
                place.ids.get(at..to).unwrap_or_default().to_vec(),
                place.clone(),
                reason.clone(),
            );
            let (job, first) = (hand.job.id.clone(), hand.no);
            let done = summary.looked + len(to - at);
            let (next, (mut part, n)) = hand.slice(done, move |tx, ctx| {
                let ctx = here.ctx(ctx);
                let mut part = Summary::default();
                let mut no = first;
                for id in &mine {
                    part.looked += 1;
                    let Some(looked) = look(tx, &ctx, id, &here.calendars)? else {
                        continue;
                    };
                    let env = here.env(ctx.now);
                    if !has_older_calendar(&looked.state, &env) {
                        continue;
                    }
                    let moves = moved_by_calendar(&looked.state, &env);
                    let cmd = Command::ReapplyCalendar { reason: reason.clone() };
                    effect(tx, &ctx, (&job, &mut no), &cmd, (&looked, &moves), &mut part)?;
                }
                Ok((part, no))
            })?;
            hand.no = n;
            add(&mut summary, &mut part);
            at = to;
            if next == Next::Stop {
                hand.rest("stopped", &summary)?;
                return ended(hand, &summary, true);
            }
        }
    }
    hand.rest("done", &summary)?;
    ended(hand, &summary, false)
}

/// The one entry about the whole; each case has its own.
fn ended(hand: &Hand<'_>, summary: &Summary, stopped: bool) -> Res<()> {
    let label = hand.job.label.clone();
    let body = json!({
        "label": label, "looked": summary.looked, "changed": summary.changed, "failed": summary.failed, "stopped": stopped,
    });
    hand.desk.write_now(&hand.ctx(), move |tx, ctx| {
        journal::now(tx, ctx, "calendar", &label, "calendar_applied", body.clone(), &[]);
        Ok(())
    })
}
