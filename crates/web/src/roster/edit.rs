//! Planning: one shift, a week copied on, a rotation, a week cleared, absences; and a check-in that is entered for somebody.

use app::error::Error;
use app::roster::plan::{CopyWeek, NewAbsence, NewShift, Rotate};
use app::roster::{duty, plan};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::{Action, Reach};
use domain::ids::{AbsenceId, PostId, ShiftId};
use domain::roster::{AbsenceKind, Attendance};
use serde::Deserialize;

use super::parts::{Pairs, hours, pick, span, tone, value, values};
use super::swap::{Line, line_of};
use super::week::{Ask, show as show_week};
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// A choice: value, label, chosen.
pub type Choice = (String, String, bool);

struct Read {
    post: store::roster::Post,
    patterns: Vec<store::roster::Pattern>,
    people: Vec<store::roster::Person>,
}

async fn read_post(web: &Web, v: &Viewer, id: &str) -> Result<Read, Fail> {
    let id = PostId::from(id);
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            let d = app::roster::post::get(c, ctx, &id)?;
            Ok(Read {
                patterns: d.patterns.into_iter().filter(|p| p.active).collect(),
                post: d.post,
                people: store::roster::people(c, &ctx.site)?,
            })
        })
        .await?)
}

/// Everybody for a choice, those of the post's department first.
fn people(p: &Page, r: &Read, chosen: &[String]) -> Vec<Choice> {
    let mut list: Vec<&store::roster::Person> = r.people.iter().collect();
    list.sort_by_key(|x| r.post.department_id.is_none() || x.department_id != r.post.department_id);
    list.iter()
        .map(|x| {
            let id = x.id.as_str().to_owned();
            let on = chosen.contains(&id);
            (id, pick(p.en(), &x.name, &x.name_en).to_owned(), on)
        })
        .collect()
}

fn patterns(p: &Page, r: &Read, chosen: &str) -> Vec<Choice> {
    r.patterns
        .iter()
        .map(|x| {
            let label = format!("{} {}", pick(p.en(), &x.name, &x.name_en), x.hours.replace('-', "–"));
            (x.id.as_str().to_owned(), label, x.id.as_str() == chosen)
        })
        .collect()
}

#[derive(Template)]
#[template(path = "roster/shift_new.html")]
struct NewPage {
    p: Page,
    post: String,
    post_name: String,
    people: Vec<Choice>,
    patterns: Vec<Choice>,
    f: NewShift,
    e: Errors,
    key: String,
}

impl NewPage {
    /// No pattern is chosen: the hours are the shift's own.
    fn own_hours(&self) -> bool {
        !self.patterns.iter().any(|x| x.2)
    }
}

async fn new_view(web: &Web, v: &Viewer, f: NewShift, e: Errors) -> Result<NewPage, Fail> {
    let r = read_post(web, v, &f.post).await?;
    let p = Page::new(web, v, "roster-shift-add");
    let first = r.patterns.first().map(|x| x.id.as_str().to_owned()).unwrap_or_default();
    let chosen = if f.pattern.is_empty() && f.hours.is_empty() {
        first
    } else {
        f.pattern.clone()
    };
    Ok(NewPage {
        post: r.post.id.as_str().to_owned(),
        post_name: pick(p.en(), &r.post.name, &r.post.name_en).to_owned(),
        people: people(&p, &r, std::slice::from_ref(&f.staff)),
        patterns: patterns(&p, &r, &chosen),
        key: p.key(web),
        p,
        f,
        e,
    })
}

/// The form of a new shift.
pub async fn new_shift(State(web): State<Web>, v: Viewer, Query(f): Query<NewShift>) -> Answer {
    Ok(page(&new_view(&web, &v, f, Errors::default()).await?)?)
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ShiftForm {
    _key: String,
    version: String,
    #[serde(flatten)]
    f: NewShift,
}

fn back(day: &str) -> Response {
    Redirect::to(&format!("/roster?week={day}")).into_response()
}

/// Puts somebody on a shift.
pub async fn shift_add(State(web): State<Web>, v: Viewer, Form(f): Form<ShiftForm>) -> Answer {
    let (key, new) = (f._key.clone(), f.f.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| plan::add_shift(tx, ctx, &key, &new))
        .await;
    match done {
        Ok(_) => Ok(back(&f.f.day)),
        Err(e) => {
            let status = status(&e);
            let view = new_view(&web, &v, f.f, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

struct ItemLine {
    text: String,
    ok: bool,
}

#[derive(Template)]
#[template(path = "roster/shift.html")]
struct ShiftPage {
    p: Page,
    id: String,
    version: i64,
    post: String,
    post_name: String,
    name: String,
    span: String,
    week: String,
    tone: &'static str,
    word: String,
    note: String,
    checked_in: String,
    checked_by: String,
    late: i64,
    remark: String,
    ticks: Vec<ItemLine>,
    ended: String,
    own: bool,
    check_in: bool,
    manage: bool,
    /// May still be changed.
    open: bool,
    /// A check-in can be entered or taken back.
    correct: bool,
    people: Vec<Choice>,
    patterns: Vec<Choice>,
    f: NewShift,
    at: String,
    swaps: Vec<Line>,
    journal: bool,
    e: Errors,
}

impl ShiftPage {
    /// No pattern is chosen: the hours are the shift's own.
    fn own_hours(&self) -> bool {
        !self.patterns.iter().any(|x| x.2)
    }
}

async fn shift_view(web: &Web, v: &Viewer, id: &str, typed: Option<NewShift>, e: Errors) -> Result<ShiftPage, Fail> {
    let ctx = v.ctx()?;
    let sid = ShiftId::from(id);
    let p = Page::new(web, v, "roster-shift");
    let en = p.en();
    let found = web
        .read(&ctx, move |c, ctx| {
            let (s, post, a) = duty::shift(c, ctx, &sid)?;
            let names = crate::case::names::Names::load(c, ctx)?;
            let swaps = app::roster::swap::of_shift(c, ctx, &sid)?;
            // Who came when and what was found is for the person and for who may see the register.
            let me = ctx.need_staff()?.clone();
            let sees = s.staff_id == me.id
                || match duty::register_reach(ctx) {
                    Reach::Site | Reach::All => true,
                    Reach::Department => me.department.is_some() && me.department == post.department_id,
                    _ => false,
                };
            let manage = app::roster::manages(ctx, &post);
            let me = me.id.as_str().to_owned();
            Ok((s, post, a, names, swaps, sees, manage, me))
        })
        .await?;
    let (s, post, a, names, swaps, sees, manage, me) = found;
    let own = s.staff_id.as_str() == me;
    let r = if manage {
        Some(read_post(web, v, post.id.as_str()).await?)
    } else {
        None
    };
    let f = typed.unwrap_or_else(|| NewShift {
        post: post.id.as_str().to_owned(),
        staff: s.staff_id.as_str().to_owned(),
        day: s.day.clone(),
        pattern: s.pattern_id.as_ref().map(|x| x.as_str().to_owned()).unwrap_or_default(),
        hours: if s.pattern_id.is_some() {
            String::new()
        } else {
            hours(&p.zone, s.from_at, s.to_at)
        },
        note: s.note.clone(),
    });
    let list = app::roster::board::checklist(&post);
    let ticks: Vec<domain::roster::Tick> = serde_json::from_str(&s.ticks).unwrap_or_default();
    let ticks = ticks.iter().map(|t| ItemLine {
        text: list
            .iter()
            .find(|i| i.code == t.code)
            .map_or_else(|| t.code.clone(), |i| pick(en, &i.zh, &i.en).to_owned()),
        ok: t.ok,
    });
    let shown = |text: String| if sees { text } else { String::new() };
    Ok(ShiftPage {
        id: id.to_owned(),
        version: s.version,
        post: post.id.as_str().to_owned(),
        post_name: pick(en, &post.name, &post.name_en).to_owned(),
        name: names.staff(&s.staff_id),
        span: span(&p, s.from_at, s.to_at),
        week: s.day.clone(),
        tone: tone(a),
        word: p.code("attendance", a.as_str()),
        note: s.note.clone(),
        checked_in: shown(s.checked_in_at.map(|at| p.full_time(at)).unwrap_or_default()),
        checked_by: match &s.checked_by {
            Some(by) if *by != s.staff_id => shown(names.staff(by)),
            _ => String::new(),
        },
        late: if sees { s.late_ms.unwrap_or(0) / 60_000 } else { 0 },
        remark: shown(s.remark.clone()),
        ticks: if sees { ticks.collect() } else { Vec::new() },
        ended: shown(s.ended_at.map(|at| p.full_time(at)).unwrap_or_default()),
        check_in: own && matches!(a, Attendance::Asked | Attendance::Due | Attendance::Missing),
        open: manage && s.checked_in_at.is_none() && s.to_at > v.now,
        correct: manage && !own && s.from_at <= v.now + domain::roster::EARLIEST_MS && a != Attendance::Absent,
        own,
        manage,
        people: r
            .as_ref()
            .map(|r| people(&p, r, std::slice::from_ref(&f.staff)))
            .unwrap_or_default(),
        patterns: r.as_ref().map(|r| patterns(&p, r, &f.pattern)).unwrap_or_default(),
        at: when::field(
            &p.zone,
            s.checked_in_at.unwrap_or(s.from_at - domain::roster::BEFORE_MS),
        ),
        swaps: swaps.iter().map(|l| line_of(&p, &names, l)).collect(),
        journal: v.may(Action::ReadJournal),
        f,
        p,
        e,
    })
}

/// One shift.
pub async fn shift(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&shift_view(&web, &v, &id, None, Errors::default()).await?)?)
}

async fn shift_done(
    web: &Web,
    v: &Viewer,
    id: &str,
    done: Result<(), Error>,
    typed: Option<NewShift>,
    to: Response,
) -> Answer {
    match done {
        Ok(()) => Ok(to),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let view = shift_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Changes a shift.
pub async fn shift_edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<ShiftForm>) -> Answer {
    let (sid, seen, new) = (ShiftId::from(id.as_str()), version(&f.version), f.f.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| plan::edit_shift(tx, ctx, &sid, seen, &new))
        .await;
    let to = back(&f.f.day);
    shift_done(&web, &v, &id, done, Some(f.f), to).await
}

/// Takes a shift out of the roster.
pub async fn remove(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<ShiftForm>) -> Answer {
    let (sid, seen) = (ShiftId::from(id.as_str()), version(&f.version));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| plan::remove_shift(tx, ctx, &sid, seen))
        .await;
    let to = back(&f.f.day);
    shift_done(&web, &v, &id, done, None, to).await
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct CorrectForm {
    version: String,
    at: String,
    never: String,
    reason: String,
}

/// Enters a check-in for somebody, or takes one back.
pub async fn correct(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<CorrectForm>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let at = when::parse_field(&zone, &f.at);
    let (sid, seen) = (ShiftId::from(id.as_str()), version(&f.version));
    let never = f.never == "1";
    let c = duty::Correction {
        at: if never { None } else { at },
        reason: f.reason,
    };
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            if !never && at.is_none() {
                return Err(Error::field("at", "roster-check-in-time"));
            }
            duty::correct(tx, ctx, &sid, seen, &c)
        })
        .await;
    let to = Redirect::to(&format!("/roster/shifts/{id}")).into_response();
    shift_done(&web, &v, &id, done, None, to).await
}

async fn filled(web: &Web, v: &Viewer, week: String, done: Result<plan::Filled, Error>) -> Answer {
    match done {
        Ok(f) => {
            let to = format!("/roster?week={week}&made={}&skipped={}", f.made, f.skipped);
            Ok(Redirect::to(&to).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let a = Ask { week, ..Ask::default() };
            Ok((status, page(&show_week(web, v, a, e).await?)?).into_response())
        }
    }
}

/// Copies a week onto others.
pub async fn copy(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let c = CopyWeek {
        post: value(&f, "post"),
        source: value(&f, "source"),
        target: value(&f, "target"),
        weeks: value(&f, "weeks").trim().parse().unwrap_or(0),
    };
    let week = c.target.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| plan::copy_week(tx, ctx, &key, &c))
        .await;
    filled(&web, &v, week, done).await
}

/// Takes every shift of a post out of a week that has not begun.
pub async fn clear(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let (post, week) = (value(&f, "post"), value(&f, "week"));
    if post.is_empty() {
        return Err(Fail(Error::field("post", "required")));
    }
    let w = week.clone();
    web.write(&v.ctx()?, move |tx, ctx| plan::clear_week(tx, ctx, &post, &w))
        .await?;
    Ok(back(&week))
}

#[derive(Template)]
#[template(path = "roster/rotate.html")]
struct RotatePage {
    p: Page,
    post: String,
    post_name: String,
    people: Vec<Choice>,
    patterns: String,
    /// Cycles that go with the post's patterns.
    samples: Vec<String>,
    f: Rotate,
    e: Errors,
    key: String,
}

async fn rotate_view(web: &Web, v: &Viewer, mut f: Rotate, e: Errors) -> Result<RotatePage, Fail> {
    let r = read_post(web, v, &f.post).await?;
    let p = Page::new(web, v, "roster-rotate");
    let signs: Vec<&str> = r.patterns.iter().map(|x| x.sign.as_str()).collect();
    let twice: Vec<String> = signs.iter().flat_map(|s| [*s, *s]).map(str::to_owned).collect();
    let off = crate::l10n::t(app::ctx::Locale::Zh, "roster-off");
    let mut samples = Vec::new();
    if !signs.is_empty() {
        samples.push(format!("{} {off} {off}", twice.join(" ")));
        samples.push(format!("{} {off}", signs.join(" ")));
    }
    if f.cycle.is_empty() {
        f.cycle = samples.first().cloned().unwrap_or_default();
        f.people = r
            .people
            .iter()
            .filter(|x| x.department_id.is_some() && x.department_id == r.post.department_id)
            .map(|x| x.id.as_str().to_owned())
            .collect();
    }
    let from: jiff::civil::Date = f
        .from
        .parse()
        .unwrap_or_else(|_| when::date(&p.zone, v.now).parse().unwrap_or_default());
    f.from = from.to_string();
    if f.until.is_empty() {
        f.until = app::roster::plus_days(from, 27).to_string();
    }
    f.start = f.start.max(1);
    Ok(RotatePage {
        post: r.post.id.as_str().to_owned(),
        post_name: pick(p.en(), &r.post.name, &r.post.name_en).to_owned(),
        people: people(&p, &r, &f.people),
        patterns: r
            .patterns
            .iter()
            .map(|x| format!("{} {} {}", x.sign, pick(p.en(), &x.name, &x.name_en), x.hours))
            .collect::<Vec<_>>()
            .join("　"),
        samples,
        key: p.key(web),
        p,
        f,
        e,
    })
}

/// The form of a rotation.
pub async fn rotate_form(State(web): State<Web>, v: Viewer, Query(f): Query<Pairs>) -> Answer {
    let f = Rotate {
        post: value(&f, "post"),
        from: value(&f, "from"),
        ..Rotate::default()
    };
    Ok(page(&rotate_view(&web, &v, f, Errors::default()).await?)?)
}

/// Fills a post by a rotation.
pub async fn rotate(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let r = Rotate {
        post: value(&f, "post"),
        people: values(&f, "people"),
        cycle: value(&f, "cycle"),
        from: value(&f, "from"),
        until: value(&f, "until"),
        start: value(&f, "start").trim().parse().unwrap_or(1),
    };
    let asked = r.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| plan::rotate(tx, ctx, &key, &asked))
        .await
    {
        Ok(done) => filled(&web, &v, r.from, Ok(done)).await,
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let view = rotate_view(&web, &v, r, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

struct AbsenceLine {
    id: String,
    version: i64,
    name: String,
    kind: String,
    from: String,
    until: String,
    note: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "roster/absences.html")]
struct AbsencesPage {
    p: Page,
    lines: Vec<AbsenceLine>,
    people: Vec<Choice>,
    kinds: Vec<Choice>,
    f: NewAbsence,
    e: Errors,
    key: String,
    hit: Option<usize>,
}

async fn absences_view(
    web: &Web,
    v: &Viewer,
    f: NewAbsence,
    e: Errors,
    hit: Option<usize>,
) -> Result<AbsencesPage, Fail> {
    let ctx = v.ctx()?;
    let reach = v.reach(Action::ManageRoster);
    let (all, people, names) = web
        .read(&ctx, |c, ctx| {
            Ok((
                plan::absences(c, ctx)?,
                store::roster::people(c, &ctx.site)?,
                crate::case::names::Names::load(c, ctx)?,
            ))
        })
        .await?;
    let own = ctx.staff().and_then(|s| s.department.clone());
    let p = Page::new(web, v, "roster-absences");
    let lines = all.into_iter().map(|a| AbsenceLine {
        name: names.staff(&a.staff_id),
        kind: p.code("absence", &a.kind),
        from: when::date(&p.zone, a.from_at),
        until: when::date(&p.zone, a.to_at - 1),
        state: match () {
            () if a.cancelled_at.is_some() => "cancelled",
            () if a.to_at <= v.now => "over",
            () if a.from_at > v.now => "ahead",
            () => "now",
        },
        note: a.note,
        version: a.version,
        id: a.id.into_string(),
    });
    let lines = lines.collect();
    let people = people
        .into_iter()
        .filter(|x| reach >= Reach::Site || (own.is_some() && x.department_id == own))
        .map(|x| {
            let on = x.id.as_str() == f.staff;
            (
                x.id.as_str().to_owned(),
                pick(p.en(), &x.name, &x.name_en).to_owned(),
                on,
            )
        });
    Ok(AbsencesPage {
        lines,
        people: people.collect(),
        kinds: AbsenceKind::ALL
            .iter()
            .map(|k| {
                (
                    k.as_str().to_owned(),
                    p.code("absence", k.as_str()),
                    k.as_str() == f.kind,
                )
            })
            .collect(),
        key: p.key(web),
        p,
        f,
        e,
        hit,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Hit {
    hit: Option<usize>,
}

/// Absences and the form of a new one.
pub async fn absences(State(web): State<Web>, v: Viewer, Query(q): Query<Hit>) -> Answer {
    let today = v
        .session
        .as_ref()
        .map(|s| when::date(&s.zone, v.now))
        .unwrap_or_default();
    let f = NewAbsence {
        from: today.clone(),
        until: today,
        ..NewAbsence::default()
    };
    Ok(page(&absences_view(&web, &v, f, Errors::default(), q.hit).await?)?)
}

/// Enters an absence.
pub async fn absence_add(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let a = NewAbsence {
        staff: value(&f, "staff"),
        kind: value(&f, "kind"),
        from: value(&f, "from"),
        until: value(&f, "until"),
        note: value(&f, "note"),
    };
    let asked = a.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| plan::add_absence(tx, ctx, &key, &asked))
        .await
    {
        Ok((_, hit)) => Ok(Redirect::to(&format!("/roster/absences?hit={hit}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let view = absences_view(&web, &v, a, Errors::from(v.locale, Fail(e))?, None).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Takes an absence back.
pub async fn absence_cancel(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (id, seen) = (AbsenceId::from(id), version(&value(&f, "version")));
    web.write(&v.ctx()?, move |tx, ctx| plan::cancel_absence(tx, ctx, &id, seen))
        .await?;
    Ok(Redirect::to("/roster/absences").into_response())
}
