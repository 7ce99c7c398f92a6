//! The working calendars of the company and its sites (CAL): the years' holidays, closures and further working days, and the usual
//! weeks. Every change makes whole new versions of the calendars that it touches. What runs keeps the version it began with until
//! a change is applied to it, with a reason and on record; what that would move is seen before anything is written.

pub mod ask;
pub mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::Action;
use domain::ids::{CalendarExceptionId, SiteId, StaffId, StandardJobId};
use domain::refusal::Refusal;
use domain::time::calendars::CODES;
use domain::time::holidays::{self, HolidayYear, Wrong};
use domain::time::{Calendar, Calendars, DayHours, Exception, Hours, Level, Own, Plan};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::calendar as db;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;
use crate::standard::job::{self, Params, What};

/// Versions and removed exceptions on the page.
const LISTED: i64 = 50;
/// The longest file of a year, in bytes.
pub const MOST_BYTES: usize = 200_000;

/// One change of the calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// The holidays of a year, for every site.
    Year {
        file: HolidayYear,
    },
    /// A new exception, in the place of another where one is named.
    Put {
        replaces: Option<CalendarExceptionId>,
        own: Own,
    },
    Remove {
        id: CalendarExceptionId,
        own: Own,
    },
    /// The usual week of a calendar of the open site.
    Week {
        code: String,
        plan: Plan,
    },
}

impl Change {
    /// In short, for the list of long work and the journal: a year, a date or the code of a calendar.
    pub fn label(&self) -> String {
        match self {
            Change::Year { file } => file.year.to_string(),
            Change::Put { own, .. } | Change::Remove { own, .. } => own.exception.date.to_string(),
            Change::Week { code, .. } => code.clone(),
        }
    }

    /// Part of a translation key: `calendar-change-<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Change::Year { .. } => "year",
            Change::Put { replaces: None, .. } => "added",
            Change::Put { .. } => "changed",
            Change::Remove { .. } => "removed",
            Change::Week { .. } => "week",
        }
    }

    /// Whether it is for every site of the company.
    pub fn company(&self) -> bool {
        match self {
            Change::Year { .. } => true,
            Change::Put { own, .. } | Change::Remove { own, .. } => own.exception.level == Level::Company,
            Change::Week { .. } => false,
        }
    }
}

/// A change before it is written: what is compared with the open cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub change: Change,
    /// The latest version of a calendar of the site when the change was proposed; empty for none.
    pub base: String,
}

/// An exception with the row it comes from.
#[derive(Debug, Clone)]
pub struct OwnRow {
    pub row: db::Exception,
    pub own: Own,
}

/// What the calendars of a site are made of.
#[derive(Debug, Clone)]
pub struct SetUp {
    pub zone: String,
    /// One file for each year, oldest first.
    pub years: Vec<HolidayYear>,
    pub own: Vec<OwnRow>,
    pub plans: BTreeMap<String, Plan>,
}

fn own_of(row: &db::Exception) -> Res<Own> {
    let date = |text: &str| text.parse::<Date>().map_err(Error::internal);
    let (first, last) = (date(&row.first_day)?, date(&row.last_day)?);
    let hours = row.hours.parse::<DayHours>().map_err(Error::Internal)?;
    Ok(Own {
        code: row.code.clone(),
        exception: Exception {
            date: first,
            until: (last != first).then_some(last),
            level: row
                .level
                .parse()
                .map_err(|_| Error::Internal("a level nobody knows".into()))?,
            kind: row
                .kind
                .parse()
                .map_err(|_| Error::Internal("a kind nobody knows".into()))?,
            hours: (!hours.is_empty()).then_some(hours),
            name: row.name.clone(),
            name_en: row.name_en.clone(),
        },
    })
}

impl SetUp {
    /// As it is now.
    ///
    /// # Errors
    /// `NotFound` when there is no such site.
    pub fn of(c: &mut Conn, site: &SiteId) -> Res<SetUp> {
        let zone = store::site::get(c, site)?.ok_or(Error::NotFound)?.zone;
        let mut years: BTreeMap<i16, HolidayYear> = BTreeMap::new();
        for year in holidays::shipped().map_err(Error::internal)? {
            years.insert(year.year, year);
        }
        for row in db::years(c)? {
            let year = holidays::parse(&row.file).map_err(Error::internal)?;
            years.insert(year.year, year);
        }
        let own = db::exceptions(c, site.as_str())?.into_iter();
        let own: Res<Vec<OwnRow>> = own
            .map(|row| {
                let own = own_of(&row)?;
                Ok(OwnRow { row, own })
            })
            .collect();
        let mut plans = BTreeMap::new();
        for code in CODES {
            plans.insert(code.to_owned(), Plan::shipped(code).map_err(Error::internal)?);
        }
        for week in db::weeks(c, site)? {
            plans.insert(week.code, serde_json::from_str(&week.plan)?);
        }
        Ok(SetUp {
            zone,
            years: years.into_values().collect(),
            own: own?,
            plans,
        })
    }

    /// The calendars as they would be with a change, or as they are without.
    pub fn calendars(&self, change: Option<&Change>) -> BTreeMap<String, Calendar> {
        let mut years = self.years.clone();
        let mut plans = self.plans.clone();
        let (mut gone, mut new) = (None, None);
        match change {
            Some(Change::Year { file }) => {
                years.retain(|year| year.year != file.year);
                years.push(file.clone());
                years.sort_by_key(|year| year.year);
            }
            Some(Change::Put { replaces, own }) => (gone, new) = (replaces.as_ref(), Some(own)),
            Some(Change::Remove { id, .. }) => gone = Some(id),
            Some(Change::Week { code, plan }) => {
                plans.insert(code.clone(), plan.clone());
            }
            None => {}
        }
        let rows = self
            .own
            .iter()
            .filter(|row| Some(&row.row.id) != gone)
            .map(|row| &row.own);
        let own: Vec<&Own> = rows.chain(new).collect();
        let make = |(code, plan): (String, Plan)| {
            let mine: Vec<Exception> = own
                .iter()
                .filter(|own| own.is_for(&code))
                .map(|own| own.exception.clone())
                .collect();
            let calendar = plan.calendar(&self.zone, &years, &mine);
            (code, calendar)
        };
        plans.into_iter().map(make).collect()
    }
}

/// Every version of a site's calendars, read anew. [`crate::book::Book::calendars`] keeps them.
///
/// # Errors
/// `Internal` for a zone that nobody knows.
pub fn versions(c: &mut Conn, site: &SiteId, zone: &str) -> Res<Calendars> {
    let mut all = Calendars::shipped(zone).map_err(Error::internal)?;
    for row in db::versions(c, site)? {
        let calendar: Calendar = serde_json::from_str(&row.calendar)?;
        let version = u32::try_from(row.version).map_err(Error::internal)?;
        all.add(&row.code, version, calendar).map_err(Error::internal)?;
    }
    Ok(all)
}

/// The calendars that a change makes new versions of.
fn changed(all: &Calendars, after: BTreeMap<String, Calendar>) -> Vec<(String, u32, Calendar)> {
    let mut list = Vec::new();
    for (code, calendar) in after {
        let newest = all.newest(&code);
        let same = newest
            .as_ref()
            .and_then(|of| all.hours(of))
            .is_some_and(|hours| *hours.calendar() == calendar);
        if !same {
            list.push((code, newest.map_or(1, |of| of.version + 1), calendar));
        }
    }
    list
}

/// What a site's calendars would be with a change, every version.
pub(crate) fn with(c: &mut Conn, site: &SiteId, change: &Change) -> Res<Calendars> {
    let set_up = SetUp::of(c, site)?;
    let mut all = versions(c, site, &set_up.zone)?;
    for (code, version, calendar) in changed(&all, set_up.calendars(Some(change))) {
        all.add(&code, version, calendar).map_err(Error::internal)?;
    }
    Ok(all)
}

/// A year's file for the page: the shipped ones have no row.
#[derive(Debug, Clone)]
pub struct YearRow {
    pub file: HolidayYear,
    pub row: Option<db::Year>,
}

/// A calendar of the open site, as its page shows it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub code: String,
    pub version: u32,
    pub hours: Arc<Hours>,
    pub plan: Plan,
    pub own: Vec<OwnRow>,
    pub removed: Vec<OwnRow>,
    pub years: Vec<YearRow>,
    pub versions: Vec<db::VersionLine>,
}

/// A calendar of the open site; everybody signed in may read it.
///
/// # Errors
/// `NotFound` for a calendar that nobody knows.
pub fn show(c: &mut Conn, ctx: &Ctx, code: &str) -> Res<Shown> {
    ctx.need_staff()?;
    let mut set_up = SetUp::of(c, &ctx.site)?;
    let plan = set_up.plans.remove(code).ok_or(Error::NotFound)?;
    let all = ctx.book.calendars(c, &ctx.site, &set_up.zone)?;
    let newest = all.newest(code).ok_or(Error::NotFound)?;
    let mut removed = Vec::new();
    for row in db::removed(c, ctx.site.as_str(), LISTED)? {
        removed.push(OwnRow {
            own: own_of(&row)?,
            row,
        });
    }
    Ok(Shown {
        code: code.to_owned(),
        version: newest.version,
        hours: all.hours(&newest).ok_or(Error::NotFound)?,
        plan,
        own: set_up.own,
        removed,
        years: years_of(c, set_up.years)?,
        versions: db::version_lines(c, &ctx.site, code, LISTED)?,
    })
}

fn years_of(c: &mut Conn, files: Vec<HolidayYear>) -> Res<Vec<YearRow>> {
    let mut rows = db::years(c)?;
    let row_of = |file: HolidayYear| {
        let at = rows.iter().position(|row| row.year == i64::from(file.year));
        YearRow {
            row: at.map(|at| rows.swap_remove(at)),
            file,
        }
    };
    Ok(files.into_iter().map(row_of).collect())
}

/// The years whose holidays are known, oldest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn years(c: &mut Conn, ctx: &Ctx) -> Res<Vec<YearRow>> {
    let set_up = SetUp::of(c, &ctx.site)?;
    years_of(c, set_up.years)
}

/// The file of a year, in the form in which it is imported.
///
/// # Errors
/// `NotFound` for a year without one.
pub fn year_file(c: &mut Conn, ctx: &Ctx, year: i16) -> Res<String> {
    ctx.need_staff()?;
    let row = years(c, ctx)?.into_iter().find(|row| row.file.year == year);
    let file = row.ok_or(Error::NotFound)?.file;
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

/// One exception that is in force.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn exception(c: &mut Conn, ctx: &Ctx, id: &str) -> Res<OwnRow> {
    ctx.need(Action::ManageCalendar)?;
    let all = SetUp::of(c, &ctx.site)?.own;
    all.into_iter()
        .find(|row| row.row.id.as_str() == id)
        .ok_or(Error::NotFound)
}

/// Reads a year's file that somebody hands in.
///
/// # Errors
/// `Invalid` with what is wrong, where and why.
pub fn read_year(text: &str) -> Res<HolidayYear> {
    if text.len() > MOST_BYTES {
        return Err(Error::field("file", "calendar-file-large"));
    }
    holidays::read(text).map_err(|wrong| wrong_file(&wrong))
}

fn wrong_file(wrong: &Wrong) -> Error {
    use holidays::WrongFile as W;
    let key = match wrong.why {
        W::Form => "calendar-file-form",
        W::Year => "calendar-file-year",
        W::NoDayOff => "calendar-file-no_day_off",
        W::OtherYear => "calendar-file-other_year",
        W::NoName => "calendar-file-no_name",
        W::Twice => "calendar-file-twice",
        W::NoWeekend => "calendar-file-no_weekend",
    };
    let mut fields = Fields::default();
    let args = vec![("place", wrong.place.clone()), ("said", wrong.said.clone())];
    fields.add_with("file", key, args);
    fields.done().err().unwrap_or(Error::NotFound)
}

/// Looks at a change and begins comparing it with the open cases; nothing is written of the change itself.
///
/// # Errors
/// `Forbidden`; `Invalid` for a calendar that could not be worked by; `Refused` for a change that changes nothing.
pub fn propose(tx: &mut Tx, ctx: &Ctx, key: &str, change: &Change) -> Res<(StandardJobId, String)> {
    ctx.need(Action::ManageCalendar)?;
    sound(tx, ctx, change)?;
    let base = db::latest(tx, &ctx.site)?
        .map(|id| id.into_string())
        .unwrap_or_default();
    let params = Params {
        calendar: Some(Box::new(Proposal {
            change: change.clone(),
            base,
        })),
        ..Params::default()
    };
    job::begin(tx, ctx, key, What::Compare, crate::standard::SHIPPED, &params)
}

/// A change that can be worked by and changes something.
fn sound(c: &mut Conn, ctx: &Ctx, change: &Change) -> Res<()> {
    let set_up = SetUp::of(c, &ctx.site)?;
    let all = versions(c, &ctx.site, &set_up.zone)?;
    let new = changed(&all, set_up.calendars(Some(change)));
    let file_changes = match change {
        Change::Year { file } => !set_up.years.contains(file),
        _ => false,
    };
    if new.is_empty() && !file_changes {
        return Err(Refusal::new("refuse-calendar-same").into());
    }
    let field = match change {
        Change::Year { .. } => "file",
        Change::Week { .. } => "mon",
        Change::Put { .. } | Change::Remove { .. } => "first",
    };
    for (_, _, calendar) in new {
        if calendar.is_empty() {
            return Err(Error::field(field, "calendar-empty"));
        }
        if let Err(e) = Hours::new(calendar) {
            let mut fields = Fields::default();
            fields.add_with(field, "calendar-wrong", vec![("why", e.to_string())]);
            fields.done()?;
        }
    }
    Ok(())
}

fn me(ctx: &Ctx) -> Option<StaffId> {
    ctx.staff().map(|s| s.id.clone())
}

/// The sites that a change is for.
fn sites(c: &mut Conn, ctx: &Ctx, change: &Change) -> Res<Vec<SiteId>> {
    if change.company() {
        Ok(store::site::all(c)?.into_iter().map(|site| site.id).collect())
    } else {
        Ok(vec![ctx.site.clone()])
    }
}

/// Writes a change at once, without looking at the open cases: they keep the version they have. For the command line; the page
/// goes by [`propose`] and [`apply`]. Returns the number of new versions.
///
/// # Errors
/// As [`propose`]; `Invalid` for a reason that is too long.
pub fn write(tx: &mut Tx, ctx: &Ctx, change: &Change, reason: &str) -> Res<usize> {
    if ctx.staff().is_some() {
        ctx.need(Action::ManageCalendar)?;
    }
    tx.serial("calendar")?;
    sound(tx, ctx, change)?;
    let reason = reason.trim();
    if reason.chars().count() > 500 {
        return Err(Error::field("reason", "too-long"));
    }
    match change {
        Change::Year { file } => {
            let year = i64::from(file.year);
            let revision = db::year_next(tx, year)?;
            db::year_replace(tx, year)?;
            db::year_insert(
                tx,
                &db::Year {
                    year,
                    revision,
                    file: serde_json::to_string(file)?,
                    state: "current".into(),
                    imported_by: me(ctx),
                    imported_at: ctx.now,
                },
            )?;
        }
        Change::Put { replaces, own } => {
            if let Some(old) = replaces {
                remove(tx, ctx, old)?;
            }
            let e = &own.exception;
            db::exception_insert(
                tx,
                &db::Exception {
                    id: ctx.id(),
                    site_id: if e.level == Level::Site {
                        ctx.site.as_str().to_owned()
                    } else {
                        String::new()
                    },
                    code: own.code.clone(),
                    first_day: e.date.to_string(),
                    last_day: e.until.unwrap_or(e.date).to_string(),
                    level: e.level.as_str().to_owned(),
                    kind: e.kind.as_str().to_owned(),
                    hours: e.hours.as_ref().map(ToString::to_string).unwrap_or_default(),
                    name: e.name.clone(),
                    name_en: e.name_en.clone(),
                    replaces: replaces.clone(),
                    created_by: me(ctx),
                    created_at: ctx.now,
                    removed_by: None,
                    removed_at: None,
                },
            )?;
        }
        Change::Remove { id, .. } => remove(tx, ctx, id)?,
        Change::Week { code, plan } => {
            let weeks = db::weeks(tx, &ctx.site)?;
            let last = weeks.iter().filter(|week| week.code == *code).map(|week| week.no).max();
            db::week_insert(
                tx,
                &db::Week {
                    site_id: ctx.site.clone(),
                    code: code.clone(),
                    no: last.unwrap_or(0) + 1,
                    plan: serde_json::to_string(plan)?,
                    created_by: me(ctx),
                    created_at: ctx.now,
                },
            )?;
        }
    }
    let mut made = 0;
    for site in sites(tx, ctx, change)? {
        made += publish(tx, ctx, &site, change, reason)?;
    }
    Ok(made)
}

fn remove(tx: &mut Tx, ctx: &Ctx, id: &CalendarExceptionId) -> Res<()> {
    let known = SetUp::of(tx, &ctx.site)?.own.iter().any(|row| row.row.id == *id);
    if !known || db::exception_remove(tx, id, me(ctx), ctx.now)? != 1 {
        return Err(Refusal::new("refuse-calendar-gone").into());
    }
    Ok(())
}

/// The new versions of a site's calendars and the entry in its journal.
fn publish(tx: &mut Tx, ctx: &Ctx, site: &SiteId, change: &Change, reason: &str) -> Res<usize> {
    let set_up = SetUp::of(tx, site)?;
    let all = versions(tx, site, &set_up.zone)?;
    let new = changed(&all, set_up.calendars(None));
    let first = db::next_no(tx, site)?;
    let mut names = Vec::new();
    for (no, (code, version, calendar)) in (first..).zip(&new) {
        db::version_insert(
            tx,
            &db::Version {
                id: ctx.id(),
                site_id: site.clone(),
                no,
                code: code.clone(),
                version: i64::from(*version),
                calendar: serde_json::to_string(calendar)?,
                why: reason.to_owned(),
                created_by: me(ctx),
                created_at: ctx.now,
            },
        )?;
        names.push(format!("{code} {version}"));
    }
    let there = Ctx {
        site: site.clone(),
        ..ctx.clone()
    };
    let body = json!({
        "what": change.code(), "label": change.label(), "calendars": names.join(", "), "reason": reason,
    });
    journal::now(
        tx,
        &there,
        "calendar",
        &change.label(),
        "calendar_changed",
        body,
        &["reason"],
    );
    if let Change::Year { file } = change {
        crate::notice::settled(tx, &there, &notice_key(file.year))?;
    }
    let live = ctx.live.clone();
    let site = site.clone();
    tx.after_commit(move || live.changed(&site));
    Ok(new.len())
}

/// Writes the change that was compared with the open cases, and where wanted begins applying it to them: the work for
/// [`job::work`]. A repeated `key` gives the same.
///
/// # Errors
/// `Forbidden`, `NotFound`; `Invalid` without a reason; `Refused` while comparing is not done, or when the calendars have changed
/// since.
pub fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &str,
    compared: &StandardJobId,
    reason: &str,
    open: bool,
) -> Res<Option<(StandardJobId, String)>> {
    ctx.need(Action::ManageCalendar)?;
    let seen = job::one(tx, ctx, compared)?;
    let proposal = job::params_of(&seen).calendar.ok_or(Error::NotFound)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "required"));
    }
    once(tx, ctx, key, &("calendar", compared, reason, open), |tx, ctx| {
        if seen.kind != What::Compare.code() || seen.state != "done" {
            return Err(Refusal::new("refuse-calendar-not-compared").into());
        }
        let latest = db::latest(tx, &ctx.site)?
            .map(|id| id.into_string())
            .unwrap_or_default();
        if latest != proposal.base {
            return Err(Refusal::new("refuse-calendar-meanwhile").into());
        }
        write(tx, ctx, &proposal.change, reason)
    })?;
    if !open {
        return Ok(None);
    }
    let params = Params {
        reason: reason.to_owned(),
        calendar: Some(proposal),
        ..Params::default()
    };
    let key = if key.is_empty() {
        String::new()
    } else {
        format!("{key}/open")
    };
    job::begin(tx, ctx, &key, What::Apply, crate::standard::SHIPPED, &params).map(Some)
}

/// Work about a change of calendars; what is about the standard is not found here.
fn of_change(c: &mut Conn, ctx: &Ctx, id: &StandardJobId) -> Res<()> {
    let seen = job::one(c, ctx, id)?;
    job::params_of(&seen).calendar.map(|_| ()).ok_or(Error::NotFound)
}

/// Asks whoever compares or applies a change to stop.
///
/// # Errors
/// As [`job::stop`]; `NotFound` for work about something else.
pub fn stop(tx: &mut Tx, ctx: &Ctx, id: &StandardJobId) -> Res<()> {
    of_change(tx, ctx, id)?;
    job::stop(tx, ctx, id)
}

/// Goes on with what was stopped; the claim for [`job::work`].
///
/// # Errors
/// As [`job::go_on`]; `NotFound` for work about something else.
pub fn go_on(tx: &mut Tx, ctx: &Ctx, id: &StandardJobId) -> Res<String> {
    of_change(tx, ctx, id)?;
    job::go_on(tx, ctx, id)
}

/// The year whose holidays are missing although it is time for them (from 1 November on): what to tell the head of customer
/// service, the project manager and the administration. The key of the notice is `calendar-year/<year>`.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn missing_year(c: &mut Conn, ctx: &Ctx) -> Res<Option<i16>> {
    let set_up = SetUp::of(c, &ctx.site)?;
    let zone = TimeZone::get(&set_up.zone).map_err(Error::internal)?;
    let today = Timestamp::from_millisecond(ctx.now)
        .map_err(Error::internal)?
        .to_zoned(zone)
        .date();
    let last = set_up.years.iter().map(|year| year.year).max();
    let until = last.and_then(|year| Date::new(year, 12, 31).ok());
    let overdue = until.is_some_and(|until| until.year() < today.year());
    let asks = overdue || holidays::asks_for_next_year(until, today);
    Ok(last.filter(|_| asks).map(|year| year + 1))
}

/// Keys of notices of a missing year begin with it.
pub(crate) const NOTICE: &str = "calendar-year/";

/// The key under which the notice of a missing year is raised, once.
pub fn notice_key(year: i16) -> String {
    format!("{NOTICE}{year}")
}
