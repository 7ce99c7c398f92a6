//! Making the roster: single shifts, a week copied on, a rotation over a month, absences.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::access::{Action, Reach};
use domain::ids::{AbsenceId, PatternId, PostId, ShiftId, StaffId};
use domain::refusal::Refusal;
use domain::roster::{AbsenceKind, Stretch, cycle_of, on_date, rotation};
use domain::time::{DayHours, Span};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

use super::{
    DAY_MS, LONGEST_MS, away, changed, midnight, monday, need_manage, need_post, need_shift, plus_days, same_version,
    save_shift, stretch,
};
use crate::case::zone;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

/// Most days that one rotation fills.
pub const MOST_DAYS: i32 = 92;
/// Most weeks that one copy fills.
pub const MOST_WEEKS: i32 = 9;

/// The one interval that a shift's hours are, however the dashes are written.
pub fn one_span(text: &str) -> Option<Span> {
    let text = text.replace(['－', '–', '—', '~', '～'], "-").replace('：', ":");
    let hours = DayHours::from_str(&text.replace(" - ", "-")).ok()?;
    match hours.spans() {
        [one] if one.to_s - one.from_s <= 86_400 => Some(*one),
        _ => None,
    }
}

/// A shift as it is planned.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewShift {
    pub post: String,
    pub staff: String,
    /// `2026-11-27`: the date it begins on.
    pub day: String,
    /// A pattern of the post; empty: `hours`.
    pub pattern: String,
    pub hours: String,
    pub note: String,
}

struct Planned {
    staff: StaffId,
    pattern: Option<PatternId>,
    day: Date,
    at: Stretch,
}

/// Nobody is at two places at once, at any site.
fn need_free(c: &mut Conn, staff: &StaffId, at: Stretch, but: &[&ShiftId]) -> Res<()> {
    let there = db::shifts_anywhere(c, staff, at.from - LONGEST_MS, at.to)?;
    match there.iter().find(|s| stretch(s).meets(&at) && !but.contains(&&s.id)) {
        Some(s) => Err(Refusal::new("refuse-shift-overlap")
            .arg("at", s.from_at)
            .arg("until", s.to_at)
            .into()),
        None => Ok(()),
    }
}

fn read(c: &mut Conn, ctx: &Ctx, post: &db::Post, s: &NewShift) -> Res<Planned> {
    let mut bad = Fields::default();
    let staff = StaffId::from(s.staff.as_str());
    if !db::people(c, &ctx.site)?.iter().any(|p| p.id == staff) {
        bad.add(
            "staff",
            if s.staff.is_empty() {
                "required"
            } else {
                "roster-staff-unknown"
            },
        );
    }
    let day = s.day.trim().parse::<Date>().ok();
    if day.is_none() {
        bad.add("day", "roster-day");
    }
    let pattern = Some(s.pattern.trim()).filter(|p| !p.is_empty()).map(PatternId::from);
    let span = match &pattern {
        Some(id) => {
            let found = db::pattern(c, &ctx.site, id)?.filter(|p| p.post_id == post.id);
            let span = found.and_then(|p| one_span(&p.hours));
            if span.is_none() {
                bad.add("pattern", "roster-pattern-unknown");
            }
            span
        }
        None => {
            let span = one_span(&s.hours);
            if span.is_none() {
                bad.add("hours", "roster-shift-hours");
            }
            span
        }
    };
    if s.note.chars().count() > 200 {
        bad.add("note", "too-long");
    }
    let zone = zone(c, &ctx.site)?;
    let planned = match (day, span) {
        (Some(day), Some(span)) => {
            let at = on_date(&zone, day, span);
            if at.to <= ctx.now {
                bad.add("day", "roster-day-past");
            }
            if at.to > ctx.now + 400 * DAY_MS {
                bad.add("day", "roster-day-far");
            }
            Some(Planned {
                staff,
                pattern,
                day,
                at,
            })
        }
        _ => None,
    };
    bad.done()?;
    planned.ok_or(Error::NotFound)
}

fn row(ctx: &Ctx, post: &PostId, p: &Planned, note: &str) -> db::Shift {
    db::Shift {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        post_id: post.clone(),
        staff_id: p.staff.clone(),
        pattern_id: p.pattern.clone(),
        day: p.day.to_string(),
        from_at: p.at.from,
        to_at: p.at.to,
        state: "planned".to_owned(),
        note: domain::privacy::masked(note.trim()),
        checked_in_at: None,
        checked_by: None,
        late_ms: None,
        ticks: "[]".to_owned(),
        remark: String::new(),
        ended_at: None,
        made_by: ctx.actor_ref().1,
        made_at: ctx.now,
        version: 1,
    }
}

/// Puts somebody on a shift.
///
/// # Errors
/// `Invalid` fields; `Refused` when the person is on another shift at that time; `Forbidden` for another department's post.
pub fn add_shift(tx: &mut Tx, ctx: &Ctx, key: &str, s: &NewShift) -> Res<ShiftId> {
    ctx.need(Action::ManageRoster)?;
    let post = need_post(tx, ctx, &PostId::from(s.post.as_str()))?;
    need_manage(ctx, &post)?;
    once(tx, ctx, key, s, |tx, ctx| {
        let p = read(tx, ctx, &post, s)?;
        need_free(tx, &p.staff, p.at, &[])?;
        let row = row(ctx, &post.id, &p, &s.note);
        db::shift_insert(tx, &row)?;
        let body = json!({"post": post.id, "staff": p.staff, "day": row.day, "from": row.from_at, "to": row.to_at, "note": row.note});
        journal::now(tx, ctx, "shift", row.id.as_str(), "shift_added", body, &["note"]);
        changed(tx, ctx)?;
        Ok(row.id)
    })
}

/// A shift that can still be changed: nobody has checked in, and it is not over. One that has begun without anybody can: somebody
/// else must take it.
fn need_open(ctx: &Ctx, s: &db::Shift) -> Res<()> {
    if s.checked_in_at.is_some() || s.to_at <= ctx.now {
        return Err(Refusal::new("refuse-shift-begun").into());
    }
    Ok(())
}

/// Swaps in which this shift stands come to nothing.
pub(crate) fn lapse_swaps(tx: &mut Tx, ctx: &Ctx, shift: &ShiftId, but: Option<&domain::ids::SwapId>) -> Res<()> {
    for s in db::swaps_of_shift(tx, shift)? {
        if matches!(s.state.as_str(), "asked" | "agreed") && Some(&s.id) != but {
            let version = s.version + 1;
            let lapsed = db::Swap {
                state: "lapsed".to_owned(),
                decided_at: Some(ctx.now),
                version,
                ..s
            };
            db::swap_save(tx, &lapsed)?;
            super::tell::swap_answered(tx, ctx, &lapsed.id)?;
        }
    }
    Ok(())
}

/// Changes a shift: its person, its hours, its note.
///
/// # Errors
/// As [`add_shift`]; `Refused` once somebody has checked in; `Conflict`.
pub fn edit_shift(tx: &mut Tx, ctx: &Ctx, id: &ShiftId, version: i64, s: &NewShift) -> Res<()> {
    ctx.need(Action::ManageRoster)?;
    let old = need_shift(tx, ctx, id)?;
    let post = need_post(tx, ctx, &old.post_id)?;
    need_manage(ctx, &post)?;
    same_version(version, old.version)?;
    need_open(ctx, &old)?;
    let p = read(tx, ctx, &post, s)?;
    need_free(tx, &p.staff, p.at, &[id])?;
    let new = db::Shift {
        staff_id: p.staff,
        pattern_id: p.pattern,
        day: p.day.to_string(),
        from_at: p.at.from,
        to_at: p.at.to,
        note: domain::privacy::masked(s.note.trim()),
        version: version + 1,
        ..old.clone()
    };
    save_shift(tx, &new)?;
    if new.staff_id != old.staff_id || new.from_at != old.from_at || new.to_at != old.to_at {
        lapse_swaps(tx, ctx, id, None)?;
    }
    let body = json!({
        "staff": {"was": old.staff_id, "now": new.staff_id}, "day": {"was": old.day, "now": new.day},
        "from": {"was": old.from_at, "now": new.from_at}, "to": {"was": old.to_at, "now": new.to_at}, "note": new.note,
    });
    journal::now(tx, ctx, "shift", id.as_str(), "shift_changed", body, &["note"]);
    changed(tx, ctx)
}

/// Takes a shift out of the roster. It stays on record as cancelled.
///
/// # Errors
/// `Refused` once somebody has checked in or it is over; `Conflict`.
pub fn remove_shift(tx: &mut Tx, ctx: &Ctx, id: &ShiftId, version: i64) -> Res<()> {
    ctx.need(Action::ManageRoster)?;
    let old = need_shift(tx, ctx, id)?;
    let post = need_post(tx, ctx, &old.post_id)?;
    need_manage(ctx, &post)?;
    same_version(version, old.version)?;
    need_open(ctx, &old)?;
    cancel(tx, ctx, old)?;
    changed(tx, ctx)
}

fn cancel(tx: &mut Tx, ctx: &Ctx, old: db::Shift) -> Res<()> {
    let body = json!({"staff": old.staff_id, "day": old.day, "from": old.from_at, "to": old.to_at});
    let (id, version) = (old.id.clone(), old.version + 1);
    save_shift(
        tx,
        &db::Shift {
            state: "cancelled".to_owned(),
            version,
            ..old
        },
    )?;
    lapse_swaps(tx, ctx, &id, None)?;
    journal::now(tx, ctx, "shift", id.as_str(), "shift_removed", body, &[]);
    Ok(())
}

/// What filling has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    pub made: i64,
    /// Left out: the person is away or on another shift then, no longer works here, or the time is past.
    pub skipped: i64,
}

/// Posts that a filling is about: one, or all that the actor plans.
fn posts_for(c: &mut Conn, ctx: &Ctx, post: &str) -> Res<Vec<db::Post>> {
    ctx.need(Action::ManageRoster)?;
    if post.is_empty() {
        let all = db::posts(c, &ctx.site)?;
        return Ok(all.into_iter().filter(|p| p.active && super::manages(ctx, p)).collect());
    }
    let post = need_post(c, ctx, &PostId::from(post))?;
    need_manage(ctx, &post)?;
    Ok(vec![post])
}

/// Puts many shifts into the roster, each where its person is free.
struct Filler {
    zone: TimeZone,
    people: Vec<StaffId>,
    absences: Vec<db::Absence>,
    /// What each person has within the time, read when the person first comes up.
    taken: BTreeMap<StaffId, Vec<Stretch>>,
    window: Stretch,
    filled: Filled,
}

impl Filler {
    fn new(c: &mut Conn, ctx: &Ctx, zone: TimeZone, from: Date, until: Date) -> Res<Filler> {
        let window = Stretch {
            from: midnight(&zone, from),
            to: midnight(&zone, plus_days(until, 2)),
        };
        Ok(Filler {
            zone,
            people: db::people(c, &ctx.site)?.into_iter().map(|p| p.id).collect(),
            absences: db::absences(c, &ctx.site, window.from, window.to)?,
            taken: BTreeMap::new(),
            window,
            filled: Filled::default(),
        })
    }

    fn put(&mut self, tx: &mut Tx, ctx: &Ctx, post: &PostId, p: &Planned) -> Res<()> {
        if !self.taken.contains_key(&p.staff) {
            let w = self.window;
            let has = db::shifts_anywhere(tx, &p.staff, w.from - LONGEST_MS, w.to)?;
            self.taken.insert(p.staff.clone(), has.iter().map(stretch).collect());
        }
        let taken = self.taken.entry(p.staff.clone()).or_default();
        let free = !taken.iter().any(|t| t.meets(&p.at));
        let there = !away(&self.absences, &p.staff).iter().any(|a| a.meets(&p.at));
        if free && there && p.at.from > ctx.now && self.people.contains(&p.staff) {
            taken.push(p.at);
            db::shift_insert(tx, &row(ctx, post, p, ""))?;
            self.filled.made += 1;
        } else {
            self.filled.skipped += 1;
        }
        Ok(())
    }
}

/// Copies a week onto the weeks that follow.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CopyWeek {
    /// One post; empty for all that the actor plans.
    pub post: String,
    /// Any date of the week that is copied.
    pub source: String,
    /// Any date of the first week that is filled.
    pub target: String,
    /// 1 to [`MOST_WEEKS`].
    pub weeks: i32,
}

fn date_field(bad: &mut Fields, name: &str, text: &str) -> Option<Date> {
    let date = text.trim().parse::<Date>().ok();
    if date.is_none() {
        bad.add(name, "roster-day");
    }
    date
}

/// Copies the shifts of a week, weekday for weekday. What is there already stays; nobody is put on two shifts at once.
///
/// # Errors
/// `Invalid` dates, `Forbidden` for another department's post.
pub fn copy_week(tx: &mut Tx, ctx: &Ctx, key: &str, f: &CopyWeek) -> Res<Filled> {
    let posts = posts_for(tx, ctx, &f.post)?;
    let mut bad = Fields::default();
    let (source, target) = (
        date_field(&mut bad, "source", &f.source),
        date_field(&mut bad, "target", &f.target),
    );
    if !(1..=MOST_WEEKS).contains(&f.weeks) {
        bad.add("weeks", "roster-weeks");
    }
    let (source, target) = (source.map(monday), target.map(monday));
    if source.is_some() && source == target {
        bad.add("target", "roster-same-week");
    }
    bad.done()?;
    let (Some(source), Some(target)) = (source, target) else {
        return Err(Error::NotFound);
    };
    once(tx, ctx, key, f, |tx, ctx| {
        let zone = zone(tx, &ctx.site)?;
        let (from, to) = (midnight(&zone, source), midnight(&zone, plus_days(source, 7)));
        let week = db::shifts(tx, &ctx.site, from, to)?;
        let patterns = db::patterns(tx, &ctx.site)?;
        let last = plus_days(target, 7 * f.weeks);
        let mut filler = Filler::new(tx, ctx, zone, target, last)?;
        for n in 0..f.weeks {
            for s in week.iter().filter(|s| posts.iter().any(|p| p.id == s.post_id)) {
                let Ok(was) = s.day.parse::<Date>() else { continue };
                let weekday = i32::from(was.weekday().to_monday_zero_offset());
                let day = plus_days(target, 7 * n + weekday);
                // By the pattern's present hours, else by its own times of the day.
                let by_pattern = s.pattern_id.as_ref().and_then(|id| {
                    let p = patterns.iter().find(|p| p.id == *id && p.active)?;
                    one_span(&p.hours)
                });
                let span = by_pattern.unwrap_or_else(|| own_span(&filler.zone, s, was));
                let p = Planned {
                    staff: s.staff_id.clone(),
                    pattern: s.pattern_id.clone(),
                    day,
                    at: on_date(&filler.zone, day, span),
                };
                filler.put(tx, ctx, &s.post_id, &p)?;
            }
        }
        let body = json!({"how": "copy", "source": source.to_string(), "from": target.to_string(), "weeks": f.weeks, "post": f.post, "made": filler.filled.made});
        journal::now(tx, ctx, "roster", ctx.site.as_str(), "shifts_filled", body, &[]);
        changed(tx, ctx)?;
        Ok(filler.filled)
    })
}

/// The times of the day of a shift without a pattern.
fn own_span(zone: &TimeZone, s: &db::Shift, day: Date) -> Span {
    let local = |at: i64| {
        let z = jiff::Timestamp::from_millisecond(at)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(zone.clone());
        let days = z.date().since(day).map_or(0, |d| d.get_days());
        days * 86_400 + i32::from(z.hour()) * 3_600 + i32::from(z.minute()) * 60
    };
    Span {
        from_s: local(s.from_at),
        to_s: local(s.to_at),
    }
}

/// A rotation over some weeks: everybody goes through the same cycle, spread over it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rotate {
    pub post: String,
    pub people: Vec<String>,
    /// `早 早 中 中 夜 夜 休 休`: signs or names of the post's patterns, and days off.
    pub cycle: String,
    pub from: String,
    /// The last date, included.
    pub until: String,
    /// On which place of the cycle the first person begins, from 1.
    pub start: usize,
}

/// Words for a day off.
pub const DAY_OFF: &[&str] = &["休", "休息", "off", "rest", "-", "—"];

/// Fills a post by a rotation. What is there already stays.
///
/// # Errors
/// `Invalid` for a cycle with a word that is no pattern, no people, or more than [`MOST_DAYS`] days.
pub fn rotate(tx: &mut Tx, ctx: &Ctx, key: &str, f: &Rotate) -> Res<Filled> {
    ctx.need(Action::ManageRoster)?;
    let post = need_post(tx, ctx, &PostId::from(f.post.as_str()))?;
    need_manage(ctx, &post)?;
    let all = db::patterns(tx, &ctx.site)?;
    let patterns: Vec<db::Pattern> = all.into_iter().filter(|p| p.post_id == post.id && p.active).collect();
    let mut bad = Fields::default();
    let (from, until) = (
        date_field(&mut bad, "from", &f.from),
        date_field(&mut bad, "until", &f.until),
    );
    let signs: Vec<Vec<&str>> = patterns
        .iter()
        .map(|p| vec![p.sign.as_str(), p.name.as_str(), p.name_en.as_str()])
        .collect();
    let cycle = match cycle_of(&f.cycle, &signs, DAY_OFF) {
        Ok(c) if c.iter().any(Option::is_some) && c.len() <= 60 => c,
        Ok(_) => {
            bad.add("cycle", "required");
            Vec::new()
        }
        Err(word) => {
            bad.add_with("cycle", "roster-cycle-word", vec![("word", word)]);
            Vec::new()
        }
    };
    if f.people.is_empty() {
        bad.add("people", "required");
    }
    let days = match (from, until) {
        (Some(a), Some(b)) => b.since(a).map_or(0, |d| d.get_days()) + 1,
        _ => 0,
    };
    if from.is_some() && until.is_some() && !(1..=MOST_DAYS).contains(&days) {
        bad.add("until", "roster-days");
    }
    bad.done()?;
    let Some(from) = from else { return Err(Error::NotFound) };
    once(tx, ctx, key, f, |tx, ctx| {
        let zone = zone(tx, &ctx.site)?;
        let mut filler = Filler::new(tx, ctx, zone, from, plus_days(from, days))?;
        for place in rotation(&cycle, f.people.len(), days, f.start.saturating_sub(1)) {
            let (Some(person), Some(pattern)) = (f.people.get(place.person), patterns.get(place.pattern)) else {
                continue;
            };
            let Some(span) = one_span(&pattern.hours) else { continue };
            let day = plus_days(from, place.day);
            let p = Planned {
                staff: StaffId::from(person.as_str()),
                pattern: Some(pattern.id.clone()),
                day,
                at: on_date(&filler.zone, day, span),
            };
            filler.put(tx, ctx, &post.id, &p)?;
        }
        let body = json!({"how": "rotation", "post": post.id, "from": f.from, "until": f.until, "cycle": f.cycle, "people": f.people, "made": filler.filled.made});
        journal::now(tx, ctx, "roster", ctx.site.as_str(), "shifts_filled", body, &[]);
        changed(tx, ctx)?;
        Ok(filler.filled)
    })
}

/// Takes every shift of a post out of a week that has not begun, so that it can be planned anew. Returns how many.
///
/// # Errors
/// `Invalid` date, `Forbidden` for another department's post.
pub fn clear_week(tx: &mut Tx, ctx: &Ctx, post: &str, week: &str) -> Res<i64> {
    let posts = posts_for(tx, ctx, post)?;
    let mut bad = Fields::default();
    let day = date_field(&mut bad, "week", week);
    bad.done()?;
    let Some(first) = day.map(monday) else {
        return Err(Error::NotFound);
    };
    let zone = zone(tx, &ctx.site)?;
    let (from, to) = (midnight(&zone, first), midnight(&zone, plus_days(first, 7)));
    let mut n = 0;
    for s in db::shifts(tx, &ctx.site, from.max(ctx.now + 1), to)? {
        if posts.iter().any(|p| p.id == s.post_id) && s.checked_in_at.is_none() {
            cancel(tx, ctx, s)?;
            n += 1;
        }
    }
    if n > 0 {
        changed(tx, ctx)?;
    }
    Ok(n)
}

/// An absence as it is entered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewAbsence {
    pub staff: String,
    pub kind: String,
    /// First and last date, both included.
    pub from: String,
    pub until: String,
    pub note: String,
}

/// Whether the actor may enter absences of somebody: a department's head those of the own people.
fn need_own(c: &mut Conn, ctx: &Ctx, staff: &StaffId) -> Res<()> {
    let people = db::people(c, &ctx.site)?;
    let Some(person) = people.iter().find(|p| p.id == *staff) else {
        return Err(Error::field("staff", "roster-staff-unknown"));
    };
    let own = ctx.staff().and_then(|s| s.department.clone());
    match ctx.need(Action::ManageRoster)? {
        Reach::Site | Reach::All => Ok(()),
        _ if own.is_some() && own == person.department_id => Ok(()),
        _ => Err(Error::Forbidden("forbidden-roster-post")),
    }
}

/// Enters leave or illness. Shifts of that time stay in the roster, no longer cover anything, and so are shown as gaps. Returns
/// the id and how many shifts are concerned.
///
/// # Errors
/// `Invalid` dates, `Forbidden` for people of another department.
pub fn add_absence(tx: &mut Tx, ctx: &Ctx, key: &str, a: &NewAbsence) -> Res<(AbsenceId, usize)> {
    let staff = StaffId::from(a.staff.as_str());
    need_own(tx, ctx, &staff)?;
    let mut bad = Fields::default();
    let (from, until) = (
        date_field(&mut bad, "from", &a.from),
        date_field(&mut bad, "until", &a.until),
    );
    if a.kind.parse::<AbsenceKind>().is_err() {
        bad.add("kind", "required");
    }
    if let (Some(f), Some(u)) = (from, until)
        && (u < f || u > plus_days(f, 366))
    {
        bad.add("until", "roster-until");
    }
    if a.note.chars().count() > 200 {
        bad.add("note", "too-long");
    }
    bad.done()?;
    let (Some(from), Some(until)) = (from, until) else {
        return Err(Error::NotFound);
    };
    once(tx, ctx, key, a, |tx, ctx| {
        let zone = zone(tx, &ctx.site)?;
        let row = db::Absence {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            staff_id: staff.clone(),
            kind: a.kind.clone(),
            from_at: midnight(&zone, from),
            to_at: midnight(&zone, plus_days(until, 1)),
            note: domain::privacy::masked(a.note.trim()),
            made_by: ctx.actor_ref().1,
            made_at: ctx.now,
            cancelled_at: None,
            version: 1,
        };
        db::absence_insert(tx, &row)?;
        let hit = db::shifts_of(tx, &ctx.site, &staff, row.from_at, row.to_at)?;
        let body = json!({"staff": staff, "from": a.from, "until": a.until, "kind": row.kind, "note": row.note, "shifts": hit.len()});
        journal::now(
            tx,
            ctx,
            "staff",
            staff.as_str(),
            "absence_added",
            body,
            &["kind", "note"],
        );
        changed(tx, ctx)?;
        Ok((row.id, hit.len()))
    })
}

/// Takes an absence back; it stays on record.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub fn cancel_absence(tx: &mut Tx, ctx: &Ctx, id: &AbsenceId, version: i64) -> Res<()> {
    ctx.need(Action::ManageRoster)?;
    let old = db::absence(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    need_own(tx, ctx, &old.staff_id)?;
    same_version(version, old.version)?;
    if old.cancelled_at.is_some() {
        return Ok(());
    }
    let new = db::Absence {
        cancelled_at: Some(ctx.now),
        version: version + 1,
        ..old
    };
    if db::absence_save(tx, &new)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let body = json!({"absence": id, "from": new.from_at, "to": new.to_at});
    journal::now(tx, ctx, "staff", new.staff_id.as_str(), "absence_cancelled", body, &[]);
    changed(tx, ctx)
}

/// Absences that last or come, and those of the last month.
///
/// # Errors
/// `Forbidden` for who plans no roster.
pub fn absences(c: &mut Conn, ctx: &Ctx) -> Res<Vec<db::Absence>> {
    let reach = ctx.need(Action::ManageRoster)?;
    let own = ctx.staff().and_then(|s| s.department.clone());
    let people = db::people(c, &ctx.site)?;
    let mine = |staff: &StaffId| {
        reach >= Reach::Site
            || people
                .iter()
                .any(|p| p.id == *staff && own.is_some() && p.department_id == own)
    };
    let all = db::absences_since(c, &ctx.site, ctx.now - 31 * DAY_MS, 300)?;
    Ok(all.into_iter().filter(|a| mine(&a.staff_id)).collect())
}
