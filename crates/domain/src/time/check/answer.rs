//! What the engine says, in the file's words.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::cycle::{Breach, Figures, Past};
use super::super::deadline::{State, View};
use super::super::event::Ending;
use super::super::hours::Hours;
use super::Ready;

/// Local time of the zone with its offset.
pub(super) fn local(at: i64, hours: &Hours) -> Value {
    let Ok(stamp) = Timestamp::from_millisecond(at) else {
        return Value::Null;
    };
    let zoned = stamp.to_zoned(hours.zone().clone());
    let form = if at % 1_000 == 0 {
        "%Y-%m-%dT%H:%M:%S%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%.3f%:z"
    };
    Value::String(zoned.strftime(form).to_string())
}

fn utc(at: i64) -> Value {
    Timestamp::from_millisecond(at).map_or(Value::Null, |stamp| Value::String(stamp.to_string()))
}

fn opt(at: Option<i64>, hours: &Hours) -> Value {
    at.map_or(Value::Null, |at| local(at, hours))
}

fn seconds(ms: i64) -> Value {
    if ms % 1_000 == 0 {
        json!(ms / 1_000)
    } else {
        #[expect(clippy::cast_precision_loss, reason = "shown as seconds with a fraction")]
        let s = ms as f64 / 1_000.0;
        json!(s)
    }
}

fn breach_fields(into: &mut Map<String, Value>, breach: Option<Breach>, hours: &Hours) {
    into.insert("breached".into(), json!(breach.is_some()));
    into.insert("breached_at".into(), opt(breach.map(|b| b.at), hours));
    into.insert(
        "breach_reason".into(),
        breach.map_or(Value::Null, |b| json!(b.cause.as_str())),
    );
}

fn figure_fields(into: &mut Map<String, Value>, figures: &Figures) {
    into.insert("elapsed_s".into(), seconds(figures.elapsed));
    into.insert("paused_s".into(), seconds(figures.paused));
    into.insert("remaining_s".into(), figures.remaining.map_or(Value::Null, seconds));
}

fn past(cycle: &Past, hours: &Hours) -> Map<String, Value> {
    let mut map = Map::new();
    let due = cycle.figures.due;
    map.insert("due_at".into(), opt(due.at(), hours));
    map.insert("due_at_utc".into(), due.at().map_or(Value::Null, utc));
    map.insert(
        "due_date".into(),
        due.date().map_or(Value::Null, |date| json!(date.to_string())),
    );
    breach_fields(&mut map, cycle.breach, hours);
    figure_fields(&mut map, &cycle.figures);
    map.insert("excused".into(), json!(cycle.excused_at.is_some()));
    map
}

fn closed_cycle(cycle: &Past, hours: &Hours) -> Value {
    let mut map = past(cycle, hours);
    let done = !matches!(cycle.ending, Ending::Cancelled);
    map.insert("start".into(), local(cycle.start, hours));
    map.insert("completed_at".into(), opt(done.then_some(cycle.ended_at), hours));
    map.insert("cancelled_at".into(), opt((!done).then_some(cycle.ended_at), hours));
    let state = match (done, cycle.breach) {
        (false, _) => State::Cancelled,
        (true, Some(_)) => State::BreachedDone,
        (true, None) => State::Met,
    };
    map.insert("state".into(), json!(state.as_str()));
    Value::Object(map)
}

fn round(cycle: &Past, hours: &Hours) -> Value {
    let mut map = past(cycle, hours);
    map.insert("from".into(), local(cycle.start, hours));
    map.insert("to".into(), local(cycle.ended_at, hours));
    let how = match cycle.ending {
        Ending::Answered => "answered",
        Ending::Done => "resolved",
        Ending::Cancelled => "cancelled",
        Ending::HungUp => "hung_up",
        Ending::HandedOver => "transferred",
    };
    map.insert("how".into(), json!(how));
    Value::Object(map)
}

/// Everything that can be said about a case.
pub(super) fn answer(ready: &Ready) -> Value {
    let view = match ready.deadline.view(ready.now) {
        Ok(view) => view,
        Err(trouble) => return json!({ "error": trouble.as_str() }),
    };
    let hours = &*ready.hours;
    let mut map = Map::new();
    map.insert("error".into(), Value::Null);
    map.insert("state".into(), json!(view.state.as_str()));
    map.insert("start".into(), opt(view.start, hours));
    map.insert("due_at".into(), opt(view.due_at, hours));
    map.insert("due_at_utc".into(), view.due_at.map_or(Value::Null, utc));
    map.insert(
        "due_date".into(),
        view.due_date.map_or(Value::Null, |date| json!(date.to_string())),
    );
    map.insert("due_if_resumed_now".into(), opt(view.due_if_resumed, hours));
    map.insert("paused".into(), json!(view.due_if_resumed.is_some()));
    breach_fields(&mut map, view.breach, hours);
    map.insert("excused".into(), json!(view.excused_at.is_some()));
    map.insert("excused_at".into(), opt(view.excused_at, hours));
    let ended = |ending| {
        view.ended_at
            .filter(|_| (view.ending == Some(Ending::Cancelled)) == ending)
    };
    map.insert("completed_at".into(), opt(ended(false), hours));
    map.insert("cancelled_at".into(), opt(ended(true), hours));
    if let Some(figures) = &view.figures {
        figure_fields(&mut map, figures);
        map.insert("provisional".into(), json!(figures.provisional));
    } else {
        map.insert("provisional".into(), json!(false));
    }
    map.insert("cycle".into(), json!(view.past.len() + 1));
    map.insert(
        "closed_cycles".into(),
        view.past.iter().map(|c| closed_cycle(c, hours)).collect(),
    );
    map.insert("rounds".into(), view.past.iter().map(|c| round(c, hours)).collect());
    map.insert(
        "ladder".into(),
        ready.ladder.iter().map(|(step, _)| step.clone()).collect(),
    );
    if let Some(Value::Array(steps)) = map.get_mut("ladder") {
        for (shown, (_, step)) in steps.iter_mut().zip(&ready.ladder) {
            let at = step.and_then(|step| ready.deadline.rung(step, ready.now));
            if let Value::Object(shown) = shown {
                shown.insert("at".into(), opt(at, hours));
                shown.insert("at_utc".into(), at.map_or(Value::Null, utc));
                shown.insert("fired".into(), json!(at.is_some_and(|at| at <= ready.now)));
            }
        }
    }
    if ready.is_call {
        call_fields(&mut map, &view, ready);
    }
    Value::Object(map)
}

/// A call waits in wall time; one that was given up at once is not counted.
fn call_fields(map: &mut Map<String, Value>, view: &View, ready: &Ready) {
    let Some(start) = view.start else { return };
    let wait = view.ended_at.unwrap_or(ready.now) - start;
    let short = view.state == State::Abandoned && wait < ready.short_abandon_ms;
    map.insert("wait_s".into(), seconds(wait));
    map.insert("in_denominator".into(), json!(!short));
    map.insert("short_abandon".into(), json!(short));
}
