//! Telephone calls for programs (COM-10, ANS-1 to ANS-8, CAL-3): the list, one call with all that was told of it, a day's figures, and
//! numbers to be called back. Numbers are masked as on the pages.

use app::call::missed::{self, MissedRow};
use app::call::{self as calls, Ask, CallLine, Judged, Seen, View};
use app::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use domain::call::event::CallEvent;
use domain::call::figures::{Board, Sums};
use domain::call::measure::{self, HoldJudged, Holds};
use domain::call::state::{HoldStretch, Leg, Transfer};
use domain::ids::{CallId, MissedCallId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::doc::schema;
use super::sent::Sent;
use super::{body, flag, key, limit, ok, paged, place, place_text, show, versioned};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::hotline::extension;
use crate::state::Web;
use crate::when;

/// What the list may be narrowed by, in the short writing of the document.
pub const NARROWS: &str = "view:call_view direction:call_direction ring:ring_verdict wait:ring_verdict hold:hold_verdict missed:text \
    staff:id extension:text number:text from:at until:at after:text limit:int";

fn line(r: &CallLine) -> Value {
    json!({
        "id": r.id, "direction": r.direction, "state": calls::state(&r.direction, &r.state), "number": show::masked(&r.number),
        "extension": extension(&r.extension), "staff": r.staff_id, "at": r.at, "ringing_at": r.ringing_at,
        "answered_at": r.answered_at, "ended_at": r.ended_at, "ring": r.ring, "wait": r.wait, "hold": r.hold,
        "missed": r.missed, "contact": r.contact_id,
    })
}

fn place_of(text: Option<&String>) -> String {
    text.map(|t| extension(t)).unwrap_or_default()
}

fn leg(l: &Leg) -> Value {
    json!({
        "extension": place_of(l.extension.as_ref()), "offered_at": l.offered.map(|x| x.received),
        "ringing_at": l.ringing.map(|x| x.received), "answered_at": l.answered.map(|x| x.received),
        "ended_at": l.ended.map(|e| e.when.received), "cause": l.ended.and_then(|e| e.cause),
    })
}

fn hold(h: &HoldStretch, judged: Option<&HoldJudged>) -> Value {
    json!({
        "from_at": h.from.received, "to_at": h.to.map(|to| to.received), "extension": place_of(h.who.as_ref()),
        "length_ms": judged.and_then(|j| j.length_ms), "offered": judged.is_some_and(|j| j.offered),
        "verdict": judged.map_or("unknown", |j| calls::code(j.verdict)),
    })
}

fn transfer(t: &Transfer) -> Value {
    json!({
        "at": t.when.received, "extension": place_of(t.who.as_ref()), "target": place_of(t.to.as_ref()), "mode": t.mode,
    })
}

fn event(e: &CallEvent) -> Value {
    json!({
        "kind": e.kind, "at": e.at_received, "at_source": e.at_source, "extension": place_of(e.extension.as_ref()),
        "queue": e.queue, "target": place_of(e.target.as_ref()), "mode": e.transfer_mode, "cause": e.cause,
        "by_outside": e.by_outside,
    })
}

fn whole(s: &Seen, j: &Judged, events: &[CallEvent], contact: Option<String>) -> Value {
    let (r, k) = (&s.row, &s.doc.call);
    let told = match &j.holds {
        Holds::Told(all) => all.as_slice(),
        Holds::Unknown => &[],
    };
    let holds = k.holds.iter().enumerate().map(|(i, h)| hold(h, told.get(i)));
    let ringing = measure::ringing_ms(k);
    let agreed = s
        .doc
        .transfers
        .iter()
        .map(|t| json!({"at": t.at, "by": t.by, "to": t.to, "agreed": t.agreed, "told": t.told}));
    json!({
        "id": r.id, "direction": r.direction, "state": calls::state(&r.direction, &r.state), "number": show::masked(&r.number),
        "extension": extension(&r.extension), "queue": k.queue, "staff": r.staff_id, "at": r.at,
        "ringing_at": r.ringing_at, "answered_at": r.answered_at, "ended_at": r.ended_at, "clock": k.clock,
        "ringing_ms": ringing, "wait_ms": measure::wait_ms(k), "talk_ms": k.talk_ms(), "hold_ms": k.hold_ms(),
        "rings": ringing.filter(|_| k.answered.is_some()).map(|ms| j.rules.ring.heard(ms)),
        "ring": j.ring, "wait": j.wait, "hold": j.hold, "missed": r.missed,
        "abandoned": measure::abandoned(k, j.rules.short_ms), "hung_up_first": measure::hung_up_first(k),
        "cause": k.ended.and_then(|e| e.cause), "stub": k.stub, "swept": k.swept, "time_lost": k.time_lost,
        "contact": contact, "offered_at": s.doc.offers, "legs": k.legs.iter().map(leg).collect::<Vec<_>>(),
        "holds": holds.collect::<Vec<_>>(), "transfers": k.transfers.iter().map(transfer).collect::<Vec<_>>(),
        "handed_on": agreed.collect::<Vec<_>>(), "events": events.iter().map(event).collect::<Vec<_>>(),
        "version": r.version,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    direction: String,
    ring: String,
    wait: String,
    hold: String,
    missed: String,
    staff: String,
    extension: String,
    number: String,
    from: Option<i64>,
    until: Option<i64>,
    after: String,
    limit: Option<i64>,
}

impl Asked {
    /// Refuses a code that the document does not know: it would be an empty list for ever.
    fn known(&self) -> Result<(), Error> {
        let codes = [
            ("view", &self.view),
            ("direction", &self.direction),
            ("ring", &self.ring),
            ("wait", &self.wait),
            ("hold", &self.hold),
        ];
        let given = codes.into_iter().filter(|(_, code)| !code.is_empty());
        let given: serde_json::Map<String, Value> = given.map(|(name, code)| (name.to_owned(), json!(code))).collect();
        let mut bad = Vec::new();
        schema::check(&schema::object(NARROWS, false), &Value::Object(given), "", &mut bad);
        if bad.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(bad))
        }
    }
}

/// Calls, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    a.known()?;
    let n = usize::try_from(limit(a.limit)?).unwrap_or(30);
    let ask = Ask {
        view: View::parse(&a.view),
        missed: flag("missed", &a.missed)?,
        after: place(&a.after)?,
        staff: a.staff,
        extension: a.extension,
        number: a.number,
        direction: a.direction,
        ring: a.ring,
        wait: a.wait,
        hold: a.hold,
        from: a.from,
        until: a.until,
    };
    let (rows, next) = web.read(&v.ctx()?, move |c, ctx| calls::list(c, ctx, &ask, n)).await?;
    Ok(paged(&uri, rows.iter().map(line).collect(), place_text(next)))
}

/// One of them, with all that was told of it.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = CallId::from(id);
    let v = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = calls::get(c, ctx, &id)?;
            let judged = calls::judged(c, ctx, &s)?;
            let events = calls::told(c, ctx, &id)?;
            let contact = calls::entry(c, ctx, &s)?.map(|k| k.id.into_string());
            Ok(whole(&s, &judged, &events, contact))
        })
        .await?;
    Ok(versioned(&v))
}

fn sums(s: &Sums) -> Value {
    let share = s.in_rings();
    json!({
        "calls": s.calls, "met": s.met, "breached": s.breached, "unknown": s.unknown, "gave_up": s.gave_up, "open": s.open,
        "in_rings": {"of": share.of, "hits": share.hits}, "mean_wait_ms": s.mean_wait_ms(), "p90_wait_ms": s.p90_wait_ms(),
        "wait_met": s.wait_met, "wait_breached": s.wait_breached, "missed": s.missed, "called_back": s.called_back,
        "abandoned": s.abandoned, "abandoned_short": s.abandoned_short, "longest_hold_ms": s.longest_hold_ms,
        "hold_breaches": s.hold_breaches, "holds_unknown": s.holds_unknown, "screened": s.screened, "swept": s.swept,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct OfDay {
    day: String,
}

/// The figures of a day, today where none is named: of all calls, by hour, by who answered.
pub async fn figures(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: OfDay = body::asked(&uri)?;
    let zone = v.zone().to_owned();
    let day = if a.day.is_empty() {
        when::date(&zone, v.now)
    } else {
        a.day
    };
    let limits = when::day_start(&zone, &day).zip(when::day_end(&zone, &day));
    let (from, until) = limits.ok_or_else(|| Fail(Error::field("day", "invalid-date")))?;
    let tz = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let (board, waiting): (Board, i64) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((calls::board(c, ctx, &tz, from, until)?, missed::waiting(c, ctx)?))
        })
        .await?;
    let hours = board.hours.iter().enumerate().filter(|(_, s)| s.calls > 0);
    let people = board.people.iter();
    Ok(ok(&json!({
        "day": when::date(&zone, from), "from_at": from, "until_at": until, "all": sums(&board.all),
        "hours": hours.map(|(hour, s)| json!({"hour": hour, "sums": sums(s)})).collect::<Vec<_>>(),
        "people": people.map(|(staff, s)| json!({"staff": staff, "sums": sums(s)})).collect::<Vec<_>>(),
        "to_call_back": waiting,
    })))
}

fn missed_line(r: &MissedRow, now: i64) -> Value {
    json!({
        "id": r.id, "number": show::masked(&r.number), "calls": r.calls, "first_at": r.first_at, "last_at": r.last_at,
        "due_at": r.due_at, "open": r.open, "late": r.done_at.unwrap_or(now) > r.due_at, "done_at": r.done_at,
        "done_by": r.done_by, "done_call": r.done_call, "how": Some(&r.done_how).filter(|how| !how.is_empty()),
        "note": r.note, "version": r.version,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Waiting {
    done: String,
    after: String,
    limit: Option<i64>,
}

/// Numbers that wait, the most urgent first; or those that were done, newest first.
pub async fn missed_list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Waiting = body::asked(&uri)?;
    let n = usize::try_from(limit(a.limit)?).unwrap_or(30);
    let (done, after) = (flag("done", &a.done)?, place(&a.after)?);
    let (rows, next) = web
        .read(&v.ctx()?, move |c, ctx| missed::page(c, ctx, done, after.clone(), n))
        .await?;
    let items = rows.iter().map(|r| missed_line(r, v.now)).collect();
    Ok(paged(&uri, items, place_text(next)))
}

/// One of them.
pub async fn missed_get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = MissedCallId::from(id);
    let r = web.read(&v.ctx()?, move |c, ctx| missed::get(c, ctx, &id)).await?;
    Ok(versioned(&missed_line(&r, v.now)))
}

/// The whole number; the look is on the journal.
pub async fn missed_reveal(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = MissedCallId::from(id);
    let phone = web
        .write(&v.ctx()?, move |tx, ctx| missed::reveal(tx, ctx, &id))
        .await?;
    Ok(ok(&json!({"phone": phone})))
}

/// It was called back on a telephone of which nothing is told, in a word how.
pub async fn missed_close(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let sent = Sent::read("MissedCallClose", &headers, &bytes);
    let (id, key, now) = (MissedCallId::from(id), key(&headers), v.now);
    let r = web
        .write(&v.ctx()?, move |tx, ctx| {
            missed::get(tx, ctx, &id)?;
            let sent = sent.clone()?;
            let seen = sent.version()?;
            app::once::once(tx, ctx, &key, &(&id, "close", &sent), |tx, ctx| {
                missed::by_hand(tx, ctx, &id, seen, sent.text("note"))
            })?;
            missed::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&missed_line(&r, now)))
}
