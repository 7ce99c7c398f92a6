//! How telephones are used (电话使用): what the site says of them, and who sees what. Beside it: requests for long distance
//! ([`long_distance`], TEL-2) and new telephones ([`new_phone`], TEL-8), violations ([`violation`], TEL-4), what calls show by
//! themselves ([`finding`], TEL-9, TEL-10), checks of lines ([`check`], TEL-3). The telephones stand in [`crate::call::system`].

pub mod check;
pub mod finding;
pub mod long_distance;
pub mod new_phone;
pub mod violation;

use domain::access::{Action, Reach, Role};
use domain::call::finding::{Habits, LONG_MS, LONG_RANGE};
use domain::call::line::{Numbering, PaidLine};
use domain::call::line_check::{EVERY_DAYS, check_interval, next_check};
use domain::ids::{DepartmentId, SiteId, StaffId};
use domain::privacy::masked;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::seam::Conn;
use store::telephone as db;
pub use store::telephone::RulesRow;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal;
use crate::notice::{self, Leads, Level, NewNotice};
use crate::post::People;

/// On one page of a list.
pub const PAGE: i64 = 30;
/// The longest text of one field, in characters.
pub const LONGEST: usize = 2000;
/// Beginnings of paid information lines that a site adds at most.
const MOST_PAID: usize = 30;

/// What a site says of its telephones, as the form gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewRules {
    /// The area code with its 0; may be empty.
    pub home: String,
    /// What is dialled first to get a line; may be empty.
    pub outside: String,
    /// Beginnings of more paid information lines, with blanks between them.
    pub paid: String,
    pub long_minutes: String,
    pub check_days: String,
}

fn default_rules(site: &SiteId, now: i64) -> RulesRow {
    RulesRow {
        site_id: site.clone(),
        home: String::new(),
        outside: String::new(),
        paid: String::new(),
        long_ms: LONG_MS,
        check_days: EVERY_DAYS,
        check_due_at: next_check(now, EVERY_DAYS),
        next_at: Some(next_check(now, EVERY_DAYS)),
        version: 0,
    }
}

/// What the site says of its telephones; version 0 where it has said nothing yet.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn rules(c: &mut Conn, ctx: &Ctx) -> Res<RulesRow> {
    Ok(db::rules(c, &ctx.site)?.unwrap_or_else(|| default_rules(&ctx.site, ctx.now)))
}

/// The same as the rules of calls ask for it.
pub(crate) fn habits(r: &RulesRow) -> Habits {
    let mut numbering = Numbering {
        home: r.home.clone(),
        ..Numbering::default()
    };
    let more = r.paid.split_whitespace().map(|prefix| PaidLine {
        prefix: prefix.to_owned(),
        // As those of the whole mainland: eleven digits are mobiles.
        digits: (prefix.len().max(3), 10),
    });
    numbering.paid.extend(more);
    Habits {
        numbering,
        outside: r.outside.clone(),
        long_ms: r.long_ms,
    }
}

/// With the first telephone the checks of lines begin (TEL-3).
pub(crate) fn begin(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    let row = RulesRow {
        version: 1,
        ..default_rules(&ctx.site, ctx.now)
    };
    Ok(db::rules_begin(tx, &row)?)
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && lengths.contains(&text.len())
}

/// Sets what the site says of its telephones. Another number of days counts from the last check.
///
/// # Errors
/// `Forbidden`, `Conflict`, `Invalid`, `refuse-check-interval`.
pub fn put_rules(tx: &mut Tx, ctx: &Ctx, seen: i64, n: &NewRules) -> Res<()> {
    ctx.need(Action::ManageTelephones)?;
    let before = rules(tx, ctx)?;
    same_version(seen, before.version)?;
    let (home, outside) = (n.home.trim(), n.outside.trim());
    let paid: Vec<&str> = n
        .paid
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、'))
        .filter(|x| !x.is_empty())
        .collect();
    let minutes: i64 = n.long_minutes.trim().parse().unwrap_or(0);
    let days: i64 = n.check_days.trim().parse().unwrap_or(0);
    let mut f = Fields::default();
    if !(home.is_empty() || home.starts_with('0') && digits(home, 3..=4)) {
        f.add("home", "invalid-area-code");
    }
    if !outside.is_empty() && !digits(outside, 1..=3) {
        f.add("outside", "invalid-outside");
    }
    if paid.len() > MOST_PAID || !paid.iter().all(|x| digits(x, 2..=6)) {
        f.add("paid", "invalid-paid");
    }
    let long_ms = minutes.saturating_mul(60_000);
    if !LONG_RANGE.contains(&long_ms) {
        f.add("long_minutes", "invalid-long-minutes");
    }
    f.done()?;
    check_interval(days)?;
    if before.version == 0 {
        begin(tx, ctx)?;
    }
    let last = db::checks(tx, &ctx.site, 1)?.first().map(|c| c.at);
    let due = match last {
        _ if before.version > 0 && days == before.check_days => before.check_due_at,
        Some(at) => next_check(at, days),
        None => next_check(ctx.now, days),
    };
    let same = due == before.check_due_at && before.version > 0;
    let next_at = if same { before.next_at } else { Some(due) };
    if !same {
        check::settle(tx, ctx, before.check_due_at)?;
    }
    let version = before.version.max(1);
    let paid = paid.join(" ");
    saved(
        db::rules_save(
            tx, &ctx.site, version, home, outside, &paid, long_ms, days, due, next_at,
        )?,
        version,
    )?;
    let body =
        json!({"home": home, "outside": outside, "paid": paid, "long_ms": long_ms, "check_days": days, "due_at": due});
    journal::now(tx, ctx, "site", ctx.site.as_str(), "telephone_rules_set", body, &[]);
    Ok(())
}

/// Which rows of a list somebody sees: all, those of the own department, or the own ones.
fn narrowed(ctx: &Ctx, action: Action, after: Option<(i64, String)>) -> Res<db::Filter> {
    let reach = ctx.need(action)?;
    let me = ctx.need_staff()?;
    let (id, department) = (me.id.to_string(), me.department.as_ref().map(ToString::to_string));
    let department = department
        .filter(|_| reach == Reach::Department)
        .map(|d| (id.clone(), d));
    Ok(db::Filter {
        site: ctx.site.to_string(),
        own: (reach < Reach::Site && department.is_none()).then_some(id),
        department,
        after,
        limit: PAGE + 1,
        ..db::Filter::default()
    })
}

/// Whether a right reaches what belongs to somebody of a department.
fn reaches(ctx: &Ctx, action: Action, whose: &StaffId, department: Option<&DepartmentId>) -> bool {
    let Some(me) = ctx.staff() else { return false };
    match ctx.reach(action) {
        Reach::Never => false,
        Reach::Own => me.id == *whose,
        Reach::Department => me.id == *whose || (me.department.is_some() && me.department.as_ref() == department),
        Reach::Site | Reach::All => true,
    }
}

/// What somebody writes: without numbers that are not to be kept, and not endless.
fn text(field: &'static str, text: &str) -> Res<String> {
    if text.chars().count() > LONGEST {
        return Err(Error::field(field, "too-long"));
    }
    Ok(masked(text.trim()))
}

/// The department of somebody at the open site.
fn department_of(c: &mut Conn, ctx: &Ctx, who: &StaffId) -> Res<Option<DepartmentId>> {
    let held = store::site::holders(c, &ctx.site)?;
    Ok(held.into_iter().filter(|h| h.id == *who).find_map(|h| h.department_id))
}

/// Somebody of the open site, by the text of a form.
fn somebody(c: &mut Conn, ctx: &Ctx, field: &'static str, id: &str) -> Res<StaffId> {
    let known = store::site::holders(c, &ctx.site)?;
    let found = known.into_iter().map(|h| h.id).find(|x| x.as_str() == id);
    found.ok_or_else(|| Error::field(field, "invalid-choose"))
}

/// A telephone of the house that is in use.
fn in_use(c: &mut Conn, ctx: &Ctx, number: &str) -> Res<bool> {
    Ok(store::call::extension_by_number(c, &ctx.site, number)?.is_some_and(|x| x.active))
}

/// Whoever of a role, else of the next one above that has anybody, but for these.
fn whoever(c: &mut Conn, ctx: &Ctx, from: Role, but: &[&StaffId]) -> Res<Vec<StaffId>> {
    let people = People::of(c, ctx)?;
    for role in domain::ladder::line_from(from) {
        let mut all = people.all_as(role, None);
        all.retain(|s| !but.contains(&s));
        if !all.is_empty() {
            return Ok(all);
        }
    }
    Ok(Vec::new())
}

/// Administration and the heads of a department, but for these; if that is nobody, whoever of the project managers or above.
fn heads(c: &mut Conn, ctx: &Ctx, department: Option<&DepartmentId>, but: &[&StaffId]) -> Res<Vec<StaffId>> {
    let people = People::of(c, ctx)?;
    let mut all = people.all_as(Role::Administration, None);
    if let Some(department) = department {
        for head in [Role::DeptHead, Role::SecurityHead, Role::CsHead] {
            all.extend(people.all_as(head, Some(department)));
        }
    }
    all.retain(|s| !but.contains(&s));
    if all.is_empty() {
        all = whoever(c, ctx, Role::ProjectManager, but)?;
    }
    Ok(all)
}

/// A notice about one thing; `what` names the step in its key.
struct Tell<'a> {
    key: String,
    kind: &'static str,
    level: Level,
    page: String,
    to: Vec<StaffId>,
    due_at: i64,
    args: &'a [(&'a str, &'a str)],
}

fn tell(tx: &mut Tx, ctx: &Ctx, t: Tell<'_>) -> Res<()> {
    let args = t.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
    let new = NewNotice {
        key: t.key,
        kind: t.kind,
        level: t.level,
        leads: Leads::Thing(t.page),
        to: t.to,
        due_at: t.due_at,
        args: args.collect(),
    };
    notice::raise(tx, ctx, new)?;
    Ok(())
}
