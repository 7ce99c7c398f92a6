//! The lists: cases, work orders, contacts and callbacks, by view and filter, a page at a time by key. What a person may not
//! see is not in the list: the scope narrows the question itself.

use domain::access::{Action, Reach};
use domain::case::Status;
use domain::ids::{CaseId, SiteId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::case::{CallbackFilter, CallbackRow, CaseLine, Filter, OrderRow, Sort};
use store::contact::Contact;
use store::db::Tx;
use store::ontime::{ClockFact, Which};
use store::promise::{ExtensionFilter, ExtensionRow, PromiseFilter, PromiseRow};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::hidden::Hidden;
use crate::journal;

/// Rows of one page.
pub const PAGE: i64 = 30;
/// The most rows of one export; more asks for a narrower filter.
pub const MOST_EXPORTED: i64 = 50_000;
/// Due within this time counts as "soon" in the views, in milliseconds.
pub const SOON: i64 = 2 * 3_600_000;
const DAY: i64 = 86_400_000;

/// Hits of words that are looked at once, newest first, and how often one question looks on before who asks is told to go on.
const LOOKED_AT: i64 = 300;
pub(crate) const LOOKS: usize = 5;

/// What a list is asked for. Dates are instants in unix milliseconds, from included, until excluded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// `open`, `overdue`, `soon`, `new`, `waiting`, `done`, `mine`, `closed`, `all`.
    pub view: String,
    pub q: String,
    pub kind: String,
    pub state: String,
    pub department: String,
    pub worker: String,
    pub urgency: String,
    pub channel: String,
    pub outcome: String,
    pub building: String,
    /// Contacts of one unit; contacts only.
    pub unit: String,
    /// Who registered the case (首问责任人); callbacks only.
    pub clerk: String,
    /// What a limit measures, and the item of the case; the register of breaches only.
    pub clock: String,
    pub item: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `key:id` of the last row of the page before.
    pub after: String,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// For the next page; none at the end.
    pub next: Option<String>,
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether the last word of a question may be the beginning of a word. One letter is no beginning: it would stand for
/// every number of a series, so that `<b>` found everything.
fn prefix(tokens: &[String]) -> bool {
    tokens.last().is_some_and(|t| t.len() > 1)
}

/// The tokens of what was typed: a number's letters and digits as one, or words.
fn tokens_of(words: &str) -> Vec<String> {
    let folded = words.trim().to_lowercase();
    let compact: String = folded.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if compact.len() > 6 && compact.chars().all(|c| c.is_ascii_alphanumeric()) {
        vec![compact]
    } else {
        domain::tokens::query_tokens(&folded)
    }
}

fn cursor(text: &str) -> Option<(i64, String)> {
    let (key, id) = text.split_once(':')?;
    Some((key.parse().ok()?, id.to_owned()))
}

/// Cuts one row more than a page to a page, and says where the next begins.
impl<T> Page<T> {
    /// Without what is hidden from who asks. The next page begins where this one would have ended.
    fn but(mut self, shows: impl FnMut(&T) -> bool) -> Page<T> {
        self.rows.retain(shows);
        self
    }
}

fn page<T>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> (i64, String)) -> Page<T> {
    let most = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|r| {
        let (key, id) = key(r);
        format!("{key}:{id}")
    });
    Page { rows, next }
}

/// The filter of a question, narrowed by what the actor may see.
fn filter(ctx: &Ctx, q: &Query, limit: i64) -> Res<Filter> {
    let mut f = Filter {
        site: ctx.site.as_str().to_owned(),
        kind: some(&q.kind),
        department: some(&q.department),
        worker: some(&q.worker),
        urgency: some(&q.urgency),
        building: some(&q.building),
        from: q.from,
        until: q.until,
        after: cursor(&q.after),
        limit: limit + 1,
        ..Filter::default()
    };
    let state = |s: Status| s.as_str().to_owned();
    match q.view.as_str() {
        "overdue" => (f.open, f.due_before) = (Some(true), Some(ctx.now)),
        "soon" => (f.open, f.due_before) = (Some(true), Some(ctx.now + SOON)),
        "new" => (f.open, f.states) = (Some(true), vec![state(Status::Registered), state(Status::Dispatched)]),
        "waiting" => (f.open, f.paused) = (Some(true), true),
        "done" => (f.open, f.states) = (Some(true), vec![state(Status::Done), state(Status::Confirmed)]),
        "mine" => {
            f.open = Some(true);
            f.first_asked = ctx.staff().map(|s| s.id.as_str().to_owned());
        }
        "closed" => (f.open, f.sort) = (Some(false), Sort::Newest),
        "breached" => (f.breached, f.sort) = (true, Sort::Newest),
        "all" => f.sort = Sort::Newest,
        _ => f.open = Some(true),
    }
    if !q.state.is_empty() {
        f.states = vec![q.state.clone()];
    }
    let staff = ctx.need_staff()?;
    match ctx.reach(Action::ViewCase) {
        Reach::Never => return Err(Error::Forbidden("forbidden-role")),
        Reach::Own => f.worker = Some(staff.id.as_str().to_owned()),
        Reach::Department => {
            f.department = Some(staff.department.as_ref().map_or("-", |d| d.as_str()).to_owned());
        }
        Reach::Site | Reach::All => {}
    }
    Ok(f)
}

/// Cases by view and filter; with words, the newest that hold them all.
///
/// # Errors
/// `Forbidden` without the right to see cases.
pub fn cases(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<CaseLine>> {
    let f = filter(ctx, q, limit)?;
    if !q.q.trim().is_empty() {
        return found(c, ctx, q, &f, limit);
    }
    let rows = store::case::list(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    let due = f.sort == Sort::Due;
    Ok(page(rows, limit, |r| {
        (
            if due { r.due_at.unwrap_or(0) } else { r.registered_at },
            r.id.as_str().to_owned(),
        )
    })
    .but(|r| hidden.shows(r.id.as_str())))
}

/// What words find, newest first: the hits are looked through, so many looks at the most, until a page is full; `of` says what
/// of a hit is in the list. The next page goes on behind the last hit, so that nothing is left out; it may come with few rows.
fn through<T>(
    c: &mut Conn,
    ctx: &Ctx,
    kind: &str,
    q: &Query,
    limit: i64,
    mut of: impl FnMut(&mut Conn, &str) -> Res<Vec<T>>,
) -> Res<Page<T>> {
    let tokens = tokens_of(&q.q);
    let most = usize::try_from(limit).unwrap_or(0);
    let mut before = q.after.parse::<i64>().ok();
    let mut rows = Vec::new();
    for _ in 0..LOOKS {
        let query = store::search::Query {
            site: ctx.site.as_str(),
            kinds: &[kind],
            tokens: &tokens,
            prefix: prefix(&tokens),
            before,
            limit: LOOKED_AT,
        };
        let hits = store::search::find(c, &query)?;
        let whole = hits.len() < usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
        let end = hits.last().map(|h| h.cursor).filter(|_| whole);
        for h in hits {
            rows.extend(of(c, &h.subject_id)?);
            before = Some(h.cursor);
            if rows.len() >= most {
                let next = before.filter(|_| before != end).map(|b| b.to_string());
                return Ok(Page { rows, next });
            }
        }
        if whole {
            return Ok(Page { rows, next: None });
        }
    }
    let next = before.map(|b| b.to_string());
    Ok(Page { rows, next })
}

/// Words, numbers and rooms of cases, through the index: newest first, then narrowed by the other filters.
fn found(c: &mut Conn, ctx: &Ctx, q: &Query, f: &Filter, limit: i64) -> Res<Page<CaseLine>> {
    let hidden = Hidden::from(c, ctx)?;
    through(c, ctx, "case", q, limit, |c, id| {
        let line = match hidden.shows(id) {
            true => store::case::line(c, &ctx.site, &CaseId::from(id))?,
            false => None,
        };
        Ok(line.filter(|line| fits(line, f)).into_iter().collect())
    })
}

/// Whether a filter asks for this value, or for none.
fn same(want: &Option<String>, is: Option<&str>) -> bool {
    want.as_deref().is_none_or(|w| Some(w) == is)
}

/// Whether an instant lies in what a filter asks for.
fn within(from: Option<i64>, until: Option<i64>, at: i64) -> bool {
    from.is_none_or(|t| at >= t) && until.is_none_or(|t| at < t)
}

/// The filter once more, for rows that came from the index.
fn fits(r: &CaseLine, f: &Filter) -> bool {
    same(&f.kind, Some(&r.kind))
        && same(&f.urgency, Some(&r.urgency))
        && same(&f.department, r.department_id.as_ref().map(|d| d.as_str()))
        && same(&f.worker, r.worker_id.as_ref().map(|w| w.as_str()))
        && same(&f.first_asked, r.first_asked_id.as_ref().map(|w| w.as_str()))
        && (f.states.is_empty() || f.states.contains(&r.state))
        && f.open.is_none_or(|o| o == r.open)
        && within(f.from, f.until, r.registered_at)
        && f.due_before.is_none_or(|t| r.due_at.is_some_and(|d| d < t))
        && (!f.paused || r.paused)
        && (!f.breached || r.breached)
}

/// Work orders by view and filter.
///
/// # Errors
/// `Forbidden` without the right to see cases.
pub fn orders(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<OrderRow>> {
    let mut f = filter(ctx, q, limit)?;
    if q.view == "mine" {
        f.worker = f.first_asked.take();
    }
    if !q.q.trim().is_empty() {
        return match domain::number::beginning(q.q.trim()).filter(|n| n.starts_with("LX-")) {
            Some(begin) => orders_numbered(c, ctx, q, &begin, limit),
            None => orders_found(c, ctx, q, &f, limit),
        };
    }
    let rows = store::case::orders(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    let due = f.sort == Sort::Due;
    Ok(page(rows, limit, |r| {
        (
            if due { r.due_at.unwrap_or(0) } else { r.issued_at },
            r.id.as_str().to_owned(),
        )
    })
    .but(|r| hidden.shows(r.case_id.as_str())))
}

/// Orders by the beginning of their number, newest first, whatever their state.
fn orders_numbered(c: &mut Conn, ctx: &Ctx, q: &Query, begin: &str, limit: i64) -> Res<Page<OrderRow>> {
    let most = usize::try_from(limit).unwrap_or(0);
    // A cursor has a number before its colon, like those of the other lists.
    let mut end = match q.after.strip_prefix("0:LX-") {
        Some(rest) => format!("LX-{rest}"),
        None => format!("{begin}{}", store::directory::find::AFTER),
    };
    let cursor = |number: &str| format!("0:{number}");
    let mut out = Vec::new();
    for _ in 0..LOOKS {
        let rows = store::case::orders_numbered(c, &ctx.site, begin, &end, LOOKED_AT)?;
        let whole = rows.len() < usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
        let last = rows.last().map(|r| r.number.clone()).filter(|_| whole);
        for row in rows {
            end.clone_from(&row.number);
            if within(q.from, q.until, row.issued_at) {
                // A number is no key: what is not visible is not found by it either.
                match crate::case::get(c, ctx, &row.case_id) {
                    Ok(_) => out.push(row),
                    Err(Error::NotFound) => {}
                    Err(e) => return Err(e),
                }
            }
            if out.len() >= most {
                let next = Some(cursor(&end)).filter(|_| last.as_ref() != Some(&end));
                return Ok(Page { rows: out, next });
            }
        }
        if whole {
            return Ok(Page { rows: out, next: None });
        }
    }
    Ok(Page {
        rows: out,
        next: Some(cursor(&end)),
    })
}

/// An order is found by the words of its case.
fn orders_found(c: &mut Conn, ctx: &Ctx, q: &Query, f: &Filter, limit: i64) -> Res<Page<OrderRow>> {
    let hidden = Hidden::from(c, ctx)?;
    let fits = |r: &OrderRow| {
        r.site_id == ctx.site
            && same(&f.kind, Some(&r.kind))
            && same(&f.urgency, Some(&r.urgency))
            && same(&f.department, r.department_id.as_ref().map(|d| d.as_str()))
            && same(&f.worker, r.worker_id.as_ref().map(|w| w.as_str()))
            && (f.states.is_empty() || f.states.contains(&r.state))
            && f.open.is_none_or(|o| o == r.open)
            && within(f.from, f.until, r.issued_at)
            && f.due_before.is_none_or(|t| r.due_at.is_some_and(|d| d < t))
            && (!f.paused || r.paused)
            && (!f.breached || r.breached)
    };
    through(c, ctx, "case", q, limit, |c, id| {
        let mut rows = match hidden.shows(id) {
            true => store::case::orders_of(c, &CaseId::from(id))?,
            false => Vec::new(),
        };
        rows.retain(|r| fits(r));
        Ok(rows)
    })
}

/// Callbacks: open ones by due time, or made ones, newest first.
///
/// # Errors
/// `Forbidden` without the right to call back.
pub fn callbacks(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<CallbackRow>> {
    if ctx.reach(Action::Callback) < Reach::Department {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let open = !matches!(q.view.as_str(), "closed" | "all");
    let f = CallbackFilter {
        kind: some(&q.kind),
        department: some(&q.department),
        clerk: some(&q.clerk),
        from: q.from,
        until: q.until,
        site: ctx.site.as_str().to_owned(),
        open: match q.view.as_str() {
            "closed" => Some(false),
            "all" => None,
            _ => Some(true),
        },
        due_before: (q.view == "overdue").then_some(ctx.now),
        after: cursor(&q.after),
        limit: limit + 1,
    };
    if !q.q.trim().is_empty() {
        return callbacks_found(c, ctx, q, &f, limit);
    }
    let rows = store::case::callbacks(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    Ok(page(rows, limit, |r| {
        (
            if open { r.due_at.unwrap_or(0) } else { r.created_at },
            r.id.as_str().to_owned(),
        )
    })
    .but(|r| hidden.shows(r.case_id.as_str())))
}

/// A callback is found by the words of its case.
fn callbacks_found(c: &mut Conn, ctx: &Ctx, q: &Query, f: &CallbackFilter, limit: i64) -> Res<Page<CallbackRow>> {
    let hidden = Hidden::from(c, ctx)?;
    let fits = |r: &CallbackRow| {
        same(&f.kind, Some(&r.kind))
            && f.open.is_none_or(|o| o == r.open)
            && within(f.from, f.until, r.created_at)
            && f.due_before.is_none_or(|t| r.due_at.is_some_and(|d| d < t))
    };
    through(c, ctx, "case", q, limit, |c, id| {
        let id = CaseId::from(id);
        let line = match hidden.shows(id.as_str()) {
            true => store::case::line(c, &ctx.site, &id)?,
            false => None,
        };
        let asked = |l: &CaseLine| {
            same(&f.department, l.department_id.as_ref().map(|d| d.as_str()))
                && same(&f.clerk, l.first_asked_id.as_ref().map(|s| s.as_str()))
        };
        let mut rows = match line.filter(asked) {
            Some(_) => store::case::callbacks_of(c, &id)?,
            None => Vec::new(),
        };
        rows.retain(|r| fits(r));
        Ok(rows)
    })
}

/// Promises: open ones by due time, or by when they were made, newest first (REC-8).
///
/// # Errors
/// `Forbidden` without the right to keep promises of the site.
pub fn promises(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<PromiseRow>> {
    let staff = ctx.need_staff()?;
    let reach = ctx.need(Action::KeepPromise)?;
    let mine = q.view == "mine" || reach < Reach::Site;
    let open = !matches!(q.view.as_str(), "kept" | "broken" | "all");
    let f = PromiseFilter {
        site: ctx.site.as_str().to_owned(),
        open: open.then_some(true),
        breached: q.view == "broken",
        kept: q.view == "kept",
        due_before: (q.view == "due").then_some(ctx.now + DAY),
        made_by: if mine {
            Some(staff.id.as_str().to_owned())
        } else {
            some(&q.clerk)
        },
        kind: some(&q.kind),
        from: q.from,
        until: q.until,
        after: cursor(&q.after),
        limit: limit + 1,
    };
    let rows = store::promise::list(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    Ok(
        page(rows, limit, |r| (if open { r.due_at } else { r.made_at }, r.id.clone()))
            .but(|r| hidden.shows(r.case_id.as_str())),
    )
}

/// Requests for more time: pending ones by the limit that runs, or by when they were asked, newest first (COM-32).
///
/// # Errors
/// `Forbidden` without the right to see cases.
pub fn extensions(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<ExtensionRow>> {
    let staff = ctx.need_staff()?;
    let (department, asked_by) = match ctx.need(Action::ViewCase)? {
        Reach::Never | Reach::Own => (None, Some(staff.id.as_str().to_owned())),
        Reach::Department => {
            let own = staff.department.as_ref().map_or("-", |d| d.as_str());
            (Some(own.to_owned()), None)
        }
        Reach::Site | Reach::All => (None, None),
    };
    let open = !matches!(q.view.as_str(), "granted" | "refused" | "lapsed" | "all");
    let f = ExtensionFilter {
        site: ctx.site.as_str().to_owned(),
        open: open.then_some(true),
        state: match q.view.as_str() {
            "granted" | "lapsed" => Some(q.view.clone()),
            "refused" => Some("rejected".to_owned()),
            _ => None,
        },
        kind: some(&q.kind),
        department,
        asked_by,
        from: q.from,
        until: q.until,
        after: cursor(&q.after),
        limit: limit + 1,
    };
    let rows = store::promise::extensions(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    Ok(page(rows, limit, |r| {
        (if open { r.due_at } else { r.asked_at }, r.id.as_str().to_owned())
    })
    .but(|r| hidden.shows(r.case_id.as_str())))
}

/// The register of limits that were passed, and of those that were kept: by when it was decided, newest first.
///
/// # Errors
/// `Forbidden` without the right to reports.
pub fn breaches(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<ClockFact>> {
    let a = crate::ontime::Ask {
        which: match q.view.as_str() {
            "unexcused" => Which::Unexcused,
            "asked" => Which::Asked,
            "excused" => Which::Excused,
            "open_late" => Which::Overdue,
            "on_time" => Which::OnTime,
            "decided" => Which::Decided,
            "finished" => Which::Done,
            _ => Which::Late,
        },
        code: q.clock.clone(),
        department: q.department.clone(),
        worker: q.worker.clone(),
        kind: q.kind.clone(),
        item: q.item.clone(),
        from: q.from,
        until: q.until,
        after: cursor(&q.after),
        limit: limit + 1,
    };
    let rows = crate::ontime::register(c, ctx, &a)?;
    let hidden = Hidden::from(c, ctx)?;
    let shows = |r: &ClockFact| r.case_id.as_ref().is_none_or(|id| hidden.shows(id.as_str()));
    Ok(page(rows, limit, |r| (r.decided_at.unwrap_or(0), r.id.clone())).but(shows))
}

/// Contacts, newest first (the register of calls and visits, CAL-2; each post sees its own, COM-11).
///
/// # Errors
/// `Forbidden` without the right to see contacts.
pub fn contacts(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<Page<Contact>> {
    let staff = ctx.need_staff()?;
    let own = match ctx.need(Action::ViewContacts)? {
        Reach::Own | Reach::Department => Some(staff.id.as_str().to_owned()),
        _ => (q.view == "mine").then(|| staff.id.as_str().to_owned()),
    };
    let f = store::contact::Filter {
        site: ctx.site.as_str().to_owned(),
        staff: own.or_else(|| some(&q.worker)),
        department: None,
        channel: some(&q.channel),
        outcome: some(&q.outcome),
        unit: some(&q.unit),
        from: q.from,
        until: q.until,
        before: cursor(&q.after),
        limit: limit + 1,
    };
    if !q.q.trim().is_empty() {
        return contacts_found(c, ctx, q, &f, limit);
    }
    let rows = store::contact::list(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    Ok(page(rows, limit, |r| (r.happened_at, r.id.as_str().to_owned())).but(|r| hidden.shows_contact(r.id.as_str())))
}

/// Contacts by their words, through the index, narrowed by the other filters.
fn contacts_found(c: &mut Conn, ctx: &Ctx, q: &Query, f: &store::contact::Filter, limit: i64) -> Res<Page<Contact>> {
    let hidden = Hidden::from(c, ctx)?;
    let fits = |r: &Contact| {
        same(&f.staff, r.staff_id.as_ref().map(|s| s.as_str()))
            && same(&f.channel, Some(&r.channel))
            && same(&f.outcome, Some(&r.outcome))
            && same(&f.unit, r.unit_id.as_ref().map(|u| u.as_str()))
            && within(f.from, f.until, r.happened_at)
    };
    through(c, ctx, "contact", q, limit, |c, id| {
        let row = match hidden.shows_contact(id) {
            true => store::contact::get(c, &ctx.site, &domain::ids::ContactId::from(id))?,
            false => None,
        };
        Ok(row.filter(|r| fits(r)).into_iter().collect())
    })
}

/// Urges the chosen cases, or the cases of the chosen orders, each by its own rules: how many were urged and how many not.
/// Where the work is done nobody is left to be urged; a case that stands behind two chosen orders is urged once.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn urge_all(tx: &mut Tx, ctx: &Ctx, orders: bool, ids: &[String]) -> Res<(usize, usize)> {
    let mut done = (0, 0);
    let mut seen = std::collections::HashSet::new();
    for id in ids {
        let case = if orders {
            let row = store::case::order(tx, &ctx.site, &id.as_str().into())?;
            row.filter(|o| o.open).map(|o| o.case_id)
        } else {
            Some(CaseId::from(id.as_str()))
        };
        let line = match case {
            Some(case) => store::case::line(tx, &ctx.site, &case)?,
            None => None,
        };
        let at_work =
            |l: &CaseLine| l.open && l.state != Status::Done.as_str() && l.state != Status::Confirmed.as_str();
        let Some(line) = line.filter(at_work) else {
            done.1 += 1;
            continue;
        };
        if !seen.insert(line.id.clone()) {
            continue;
        }
        let urge = domain::case::Command::Urge { note: String::new() };
        match tx.attempt(|tx| crate::case::act(tx, ctx, &line.id, None, &urge)) {
            Ok(_) => done.0 += 1,
            Err(Error::Refused(_) | Error::NotFound) => done.1 += 1,
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

/// Writes down that a list was taken away: which, with what filter, how many rows.
///
/// # Errors
/// `Forbidden` without the right to export.
pub fn exported(tx: &mut Tx, ctx: &Ctx, list: &str, q: &Query, rows: i64) -> Res<()> {
    ctx.need(Action::Export)?;
    let body = json!({"list": list, "filter": serde_json::to_value(q)?, "rows": rows});
    journal::now(tx, ctx, "list", list, "exported", body, &["filter"]);
    Ok(())
}

/// Writes down that a register was taken away on paper: which, with what filter, how many rows. Whoever may read it may.
///
/// # Errors
/// `Forbidden` without a session of the staff.
pub fn printed(tx: &mut Tx, ctx: &Ctx, list: &str, q: &Query, rows: i64) -> Res<()> {
    ctx.need_staff()?;
    let body = json!({"list": list, "filter": serde_json::to_value(q)?, "rows": rows});
    journal::now(tx, ctx, "list", list, "register_printed", body, &["filter"]);
    Ok(())
}

/// Saves the filters of a list under a name; the same name again replaces it.
///
/// # Errors
/// `Invalid` without a name.
pub fn save_view(tx: &mut Tx, ctx: &Ctx, list: &str, name: &str, query: &str) -> Res<()> {
    let mut f = Fields::default();
    let name = name.trim();
    if name.is_empty() {
        f.add("name", "required");
    }
    if name.chars().count() > 20 {
        f.add_with("name", "invalid-too-long", vec![("most", "20".to_owned())]);
    }
    let known = [
        "cases",
        "orders",
        "contacts",
        "callbacks",
        "promises",
        "extensions",
        "breaches",
    ];
    if !known.contains(&list) || query.len() > 1000 {
        f.add("list", "invalid-list");
    }
    f.done()?;
    let s = ctx.need_staff()?;
    let id: String = ctx.id();
    Ok(store::view::put(tx, &id, &s.id, &ctx.site, list, name, query, ctx.now)?)
}

/// Removes a saved view of one's own.
///
/// # Errors
/// `NotFound`.
pub fn remove_view(tx: &mut Tx, ctx: &Ctx, id: &str) -> Res<()> {
    let s = ctx.need_staff()?;
    if store::view::remove(tx, &s.id, id)? == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Saved views of one's own.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn views(c: &mut Conn, ctx: &Ctx, list: &str) -> Res<Vec<store::view::View>> {
    match ctx.staff() {
        Some(s) => Ok(store::view::of(c, &s.id, &ctx.site, list)?),
        None => Ok(Vec::new()),
    }
}

/// The site of a context, for exports that name it.
///
/// # Errors
/// `NotFound`.
pub fn site(c: &mut Conn, id: &SiteId) -> Res<store::site::Site> {
    store::site::get(c, id)?.ok_or(Error::NotFound)
}

/// Cuts what was read of a page and one more to the page. Returns whether there is more.
pub(crate) fn cut<T>(rows: &mut Vec<T>, page: usize) -> bool {
    let more = rows.len() > page;
    rows.truncate(page);
    more
}
