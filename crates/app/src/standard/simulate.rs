//! Past cases once more under a standard: who would have been late, and how many people it would have taken.

use std::collections::{BTreeMap, HashSet};

use domain::case::{Event, Fact, Outcome, jobs, outcomes, replay, rerun};
use domain::ids::{CaseId, SiteId};
use domain::staffing::Staffing;
use serde_json::Value;
use store::seam::Conn;
use store::standard as db;

use super::apply::Rules;
use super::job::{Hand, Line, Next, People, Summary, params_of};
use crate::error::{Error, Res};

/// Cases that a reader looks at in one go.
const LOOK: usize = 100;
/// The most cases of one run.
pub const MOST: i64 = 200_000;

/// The events of a case out of the journal. Names, phones and texts stay where they are: the rules about time need none.
fn events(c: &mut Conn, site: &SiteId, case: &CaseId) -> Res<Vec<Event>> {
    let kinds = Fact::KINDS;
    let mut out = Vec::new();
    for happened in db::happened(c, site.as_str(), case.as_str())? {
        if !kinds.contains(&happened.kind.as_str()) {
            continue;
        }
        let mut body: Value = serde_json::from_str(&happened.body)?;
        if let Some(map) = body.as_object_mut() {
            for key in Fact::personal_fields_of(&happened.kind) {
                map.remove(*key);
            }
        }
        out.push(serde_json::from_value(body)?);
    }
    Ok(out)
}

/// One case, as it was and as it would have been.
struct Ran {
    rows: Vec<Line>,
    clocks: Vec<(String, bool, bool)>,
    department: String,
    item: String,
    done: Vec<domain::case::Job>,
    wanted: Vec<domain::case::Job>,
    left_out: i64,
}

fn one(c: &mut Conn, site: &SiteId, id: &CaseId, rules: &Rules, now: i64) -> Res<Option<Ran>> {
    let events = events(c, site, id)?;
    let (Some(was), Some(would)) = (replay(&events, &rules.calendars), rerun(&events, &rules.env(now))) else {
        return Ok(None);
    };
    let (before, after) = (outcomes(&was, now), outcomes(&would, now));
    let find = |list: &[Outcome], key: (domain::clock::ClockCode, u32)| {
        list.iter().find(|o| (o.code, o.cycle) == key).cloned()
    };
    let mut keys: Vec<_> = before.iter().chain(&after).map(|o| (o.code, o.cycle)).collect();
    keys.sort_unstable();
    keys.dedup();
    let department = was
        .last_order()
        .map(|o| o.department.as_str().to_owned())
        .unwrap_or_default();
    let worker = was
        .last_order()
        .and_then(|o| o.worker.as_ref())
        .map(|w| w.as_str().to_owned())
        .unwrap_or_default();
    let (mut rows, mut clocks) = (Vec::new(), Vec::new());
    for key in keys {
        let (b, a) = (find(&before, key), find(&after, key));
        let (late_before, late_after) = (b.as_ref().is_some_and(|o| o.late), a.as_ref().is_some_and(|o| o.late));
        clocks.push((key.0.as_str().to_owned(), late_before, late_after));
        if !late_before && !late_after {
            continue;
        }
        rows.push(Line {
            job_id: "".into(),
            no: 0,
            case_id: id.clone(),
            number: was.number.clone(),
            kind: was.kind.as_str().to_owned(),
            item: was.item.clone(),
            department_id: department.clone(),
            worker_id: worker.clone(),
            code: key.0.as_str().to_owned(),
            before_at: b.as_ref().and_then(|o| o.due_at),
            after_at: a.as_ref().and_then(|o| o.due_at),
            met_at: a.as_ref().or(b.as_ref()).and_then(|o| o.met_at),
            late_before,
            late_after,
            done: false,
        });
    }
    let done = jobs(&was, &events);
    let all = was
        .orders
        .iter()
        .filter(|o| o.status == domain::case::OrderStatus::Done)
        .count();
    Ok(Some(Ran {
        rows,
        clocks,
        department,
        item: was.item.clone(),
        left_out: i64::try_from(all.saturating_sub(done.len())).unwrap_or(0),
        wanted: jobs(&would, &events),
        done,
    }))
}

/// Runs every case that was registered in the range.
pub(super) fn simulate(hand: &mut Hand<'_>) -> Res<()> {
    let rules = Rules::of(hand)?;
    let params = params_of(&hand.job);
    let (site, from, until) = (hand.ctx.site.clone(), params.from, params.until);
    let ids = hand
        .desk
        .read_now(move |c| Ok::<_, Error>(db::registered(c, &site, from, until, MOST)?))?;
    hand.total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let now = hand.ctx().now;
    let mut sum = Summary::default();
    let mut people = Crowd::new(from, until.min(now).max(from + 1), &rules);
    let mut at = 0;
    for slice in ids.chunks(LOOK) {
        let (mine, site, r) = (slice.to_vec(), hand.ctx.site.clone(), rules.clone());
        let ran = hand.desk.read_now(move |c| {
            let mut out = Vec::new();
            for id in &mine {
                out.extend(one(c, &site, id, &r, now)?);
            }
            Ok::<_, Error>(out)
        })?;
        let mut found = Vec::new();
        for r in ran {
            take(&mut sum, &r);
            people.take(&r);
            found.extend(r.rows);
        }
        at += slice.len();
        if hand.keep(i64::try_from(at).unwrap_or(i64::MAX), found)? == Next::Stop && at < ids.len() {
            people.into(&mut sum);
            return hand.rest("stopped", &sum);
        }
    }
    people.into(&mut sum);
    hand.rest("done", &sum)
}

fn take(sum: &mut Summary, r: &Ran) {
    sum.looked += 1;
    sum.rows += i64::try_from(r.rows.len()).unwrap_or(0);
    sum.jobs_left_out += r.left_out;
    let late = r.clocks.iter().any(|(_, before, after)| *before || *after);
    let differs = r.clocks.iter().any(|(_, before, after)| before != after);
    sum.changed += i64::from(differs);
    let cases = i64::from(late);
    sum.all.cases += cases;
    sum.departments.entry(r.department.clone()).or_default().cases += cases;
    sum.items.entry(r.item.clone()).or_default().cases += cases;
    let codes: HashSet<&str> = r
        .clocks
        .iter()
        .filter(|(_, b, a)| *b || *a)
        .map(|(code, ..)| code.as_str())
        .collect();
    for code in codes {
        sum.codes.entry(code.to_owned()).or_default().cases += 1;
    }
    for (code, before, after) in &r.clocks {
        sum.all.clock(*before, *after);
        sum.departments
            .entry(r.department.clone())
            .or_default()
            .clock(*before, *after);
        sum.items.entry(r.item.clone()).or_default().clock(*before, *after);
        sum.codes.entry(code.clone()).or_default().clock(*before, *after);
    }
}

/// People at work: of everybody under an empty name, and of each department.
struct Crowd {
    empty: Staffing,
    of: BTreeMap<String, (Staffing, Staffing, i64)>,
}

impl Crowd {
    fn new(from: i64, until: i64, rules: &Rules) -> Crowd {
        Crowd {
            empty: Staffing::new(from, until, &rules.zone),
            of: BTreeMap::new(),
        }
    }

    fn take(&mut self, r: &Ran) {
        for (done, wanted) in r.done.iter().zip(&r.wanted) {
            for key in ["", done.department.as_str()] {
                let fresh = || (self.empty.clone(), self.empty.clone(), 0);
                let (was, would, n) = self.of.entry(key.to_owned()).or_insert_with(fresh);
                was.as_done(done);
                would.in_time(wanted);
                *n += 1;
            }
        }
    }

    fn into(self, sum: &mut Summary) {
        sum.days = i64::try_from(self.empty.days()).unwrap_or(0);
        sum.people = self
            .of
            .into_iter()
            .map(|(key, (was, would, jobs))| {
                let people = People {
                    done: was.hours(),
                    wanted: would.hours(),
                    jobs,
                };
                (key, people)
            })
            .collect();
    }
}
