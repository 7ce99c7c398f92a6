//! The queue of the front desk: what is to be done next, by due time, as far as the viewer sees it.

use domain::access::{Action, Reach};
use domain::case::Status;
use store::case as db;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::Res;
use crate::hidden::Hidden;

/// Which part of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Open,
    Mine,
    Callbacks,
    /// What was promised and is not kept; for the heads also what was reported to them (REC-9).
    Promises,
}

impl Tab {
    /// Every part, in the order of the tabs.
    pub const ALL: [Tab; 4] = [Tab::Open, Tab::Mine, Tab::Callbacks, Tab::Promises];

    /// As addresses and text keys name it.
    pub fn code(self) -> &'static str {
        match self {
            Tab::Open => "open",
            Tab::Mine => "mine",
            Tab::Callbacks => "callbacks",
            Tab::Promises => "promises",
        }
    }

    /// The part of a code; the whole queue for anything else.
    pub fn parse(code: &str) -> Tab {
        Tab::ALL.into_iter().find(|t| t.code() == code).unwrap_or_default()
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    pub case: String,
    pub number: String,
    pub kind: String,
    pub urgency: String,
    pub place: String,
    pub title: String,
    /// Department and worker, empty while nobody has it.
    pub department: String,
    pub worker: String,
    /// `state` of a case, `open` of a callback.
    pub state: String,
    pub due_at: Option<i64>,
    pub due_code: String,
    /// The holidays of that time are not published yet.
    pub provisional: bool,
    pub paused: bool,
    /// What came in from the resident or the worker and was not seen: a code of [`domain::case::News`], or empty.
    pub news: String,
    /// The last minutes count as near: the smaller of a quarter of the limit and 15 minutes.
    pub near_ms: i64,
}

/// How many there are in each part, in the order of [`Tab::ALL`].
pub type Counts = [i64; 4];

/// Longest list that is drawn; the rest is in the list of cases.
const MOST: i64 = 100;
const NEAR_MS: i64 = 15 * 60_000;

/// Counts of all parts.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn counts(c: &mut Conn, ctx: &Ctx) -> Res<Counts> {
    let staff = ctx.need_staff()?;
    let mine = store::desk::count_mine(c, &ctx.site, &staff.id)?;
    let open = match ctx.reach(Action::ViewCase) {
        Reach::Site | Reach::All => store::site::count_open(c, &ctx.site)?,
        Reach::Never => 0,
        _ => i64::try_from(list(c, ctx, Tab::Open)?.len()).unwrap_or(MOST),
    };
    let callbacks = match ctx.reach(Action::Callback) {
        Reach::Site | Reach::All => store::site::count_callbacks(c, &ctx.site)?,
        _ => 0,
    };
    let promises = match ctx.reach(Action::KeepPromise) {
        Reach::Site | Reach::All => store::promise::count_open(c, &ctx.site)?,
        _ => 0,
    };
    let mine = mine - i64::try_from(mine_hidden(c, ctx)?).unwrap_or(0);
    let all = ctx.reach(Action::ViewCase) >= Reach::Site;
    let hidden = store::hidden::open(c, &ctx.site, ctx.now)?;
    Ok(match hidden.into_iter().find(|h| all && h.staff_id == staff.id) {
        Some(h) => [
            (open - h.queue).max(0),
            mine,
            (callbacks - h.callbacks).max(0),
            (promises - h.promises).max(0),
        ],
        None => [open, mine, callbacks, promises],
    })
}

/// How many of the own are hidden from who holds them: an order that was given before it was known about whom it is.
fn mine_hidden(c: &mut Conn, ctx: &Ctx) -> Res<usize> {
    let hidden = Hidden::from(c, ctx)?;
    if hidden.is_empty() {
        return Ok(0);
    }
    let me = ctx.need_staff()?.id.clone();
    let rows = store::desk::mine(c, &ctx.site, &me, MOST)?;
    Ok(rows.iter().filter(|r| !hidden.shows(r.id.as_str())).count())
}

/// How many requests for more time wait for the actor's decision.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn extensions(c: &mut Conn, ctx: &Ctx) -> Res<i64> {
    Ok(match ctx.reach(Action::ApproveExtension) {
        Reach::Never => 0,
        _ => store::promise::count_extensions(c, &ctx.site)?,
    })
}

/// How many open cases have something that nobody has looked at: for whoever dispatches.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn news(c: &mut Conn, ctx: &Ctx) -> Res<i64> {
    if crate::case::sees_news(ctx) {
        let me = &ctx.need_staff()?.id;
        let hidden = store::hidden::open(c, &ctx.site, ctx.now)?;
        let hidden = hidden.iter().find(|h| h.staff_id == *me).map_or(0, |h| h.news);
        Ok(store::site::count_news(c, &ctx.site)? - hidden)
    } else {
        Ok(0)
    }
}

/// One part, first due first.
///
/// # Errors
/// `Forbidden` for whoever is no member of staff.
pub fn list(c: &mut Conn, ctx: &Ctx, tab: Tab) -> Res<Vec<Line>> {
    let staff = ctx.need_staff()?;
    if tab == Tab::Callbacks {
        return callbacks(c, ctx);
    }
    if tab == Tab::Promises {
        return promises(c, ctx);
    }
    let mut rows = match (tab, ctx.reach(Action::ViewCase)) {
        (_, Reach::Never) => Vec::new(),
        (Tab::Open, Reach::Site | Reach::All) => db::list(c, &open_of(ctx, None))?,
        (Tab::Open, Reach::Department) => {
            let department = staff.department.as_ref().map(|d| d.as_str().to_owned());
            db::list(c, &open_of(ctx, Some(department.unwrap_or_default())))?
        }
        _ => store::desk::mine(c, &ctx.site, &staff.id, MOST)?,
    };
    if tab == Tab::Open && ctx.reach(Action::ViewCase) >= Reach::Site {
        // They may stand behind the last row that was read.
        let first = db::first(c, &ctx.site, db::NO_DUE, MOST)?;
        rows.extend(first);
    }
    let hidden = Hidden::from(c, ctx)?;
    rows.retain(|r| hidden.shows(r.id.as_str()));
    sort(&mut rows, ctx.now);
    let departments = store::site::departments(c, &ctx.site)?;
    let names = store::site::staff_names(c, &ctx.site)?;
    let en = ctx.locale == crate::ctx::Locale::En;
    let pick = |zh: &str, other: &str| {
        if en && !other.is_empty() {
            other.to_owned()
        } else {
            zh.to_owned()
        }
    };
    let lines = rows.into_iter().map(|r| {
        let d = r
            .department_id
            .as_ref()
            .and_then(|id| departments.iter().find(|d| d.id == *id));
        let w = r.worker_id.as_ref().and_then(|id| names.iter().find(|n| n.id == *id));
        let whole = r.due_at.map_or(0, |due| due - r.registered_at);
        Line {
            case: r.id.into_string(),
            number: r.number,
            kind: r.kind,
            urgency: r.urgency,
            place: r.place,
            title: r.title,
            department: d.map(|d| pick(&d.name, &d.name_en)).unwrap_or_default(),
            worker: w.map(|w| pick(&w.name, &w.name_en)).unwrap_or_default(),
            paused: r.paused || r.state == Status::Waiting.as_str(),
            state: r.state,
            due_at: r.due_at.filter(|d| *d < db::NO_DUE),
            due_code: r.due_code,
            provisional: r.due_provisional,
            news: r.news,
            near_ms: NEAR_MS.min(whole / 4).max(0),
        }
    });
    Ok(lines.collect())
}

/// What waits for somebody's eyes first, then what is late, then what is urgent while no limit runs (somebody is on site),
/// then by due time; what has neither comes last.
fn sort(rows: &mut Vec<db::CaseLine>, now: i64) {
    let rank = |r: &db::CaseLine| {
        let due = r.due_at.unwrap_or(db::NO_DUE);
        let idle = due >= db::NO_DUE;
        let rank = match () {
            () if r.news_at.is_some() => 0,
            () if due <= now => 1,
            () if idle && r.urgency != "normal" => 2,
            () => 3,
        };
        (rank, due, r.id.as_str().to_owned())
    };
    rows.sort_by_cached_key(rank);
    rows.dedup_by(|a, b| a.id == b.id);
    rows.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
}

fn open_of(ctx: &Ctx, department: Option<String>) -> db::Filter {
    db::Filter {
        site: ctx.site.as_str().to_owned(),
        open: Some(true),
        department,
        sort: db::Sort::Due,
        limit: MOST,
        ..db::Filter::default()
    }
}

/// Open promises by due time. The worker's place names who promised; what was reported to the viewer says so.
fn promises(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Line>> {
    if !matches!(ctx.reach(Action::KeepPromise), Reach::Site | Reach::All) {
        return Ok(Vec::new());
    }
    let me = ctx.need_staff()?.id.clone();
    let names = store::site::staff_names(c, &ctx.site)?;
    let en = ctx.locale == crate::ctx::Locale::En;
    let f = store::promise::PromiseFilter {
        site: ctx.site.as_str().to_owned(),
        open: Some(true),
        limit: MOST,
        ..store::promise::PromiseFilter::default()
    };
    let mut rows = store::promise::list(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    rows.retain(|r| hidden.shows(r.case_id.as_str()));
    let lines = rows.into_iter().map(|r| {
        let maker = r.made_by.as_ref().and_then(|id| names.iter().find(|n| n.id == *id));
        let worker = maker.map_or_else(String::new, |n| {
            if en && !n.name_en.is_empty() {
                n.name_en.clone()
            } else {
                n.name.clone()
            }
        });
        let due = r.due_at;
        Line {
            case: r.case_id.into_string(),
            number: r.case_number,
            kind: r.kind,
            urgency: "normal".to_owned(),
            place: r.place,
            title: r.title,
            department: String::new(),
            worker,
            state: if r.reported_to.split(' ').any(|id| id == me.as_str()) {
                "reported"
            } else {
                "promised"
            }
            .to_owned(),
            due_at: Some(due).filter(|d| *d < db::NO_DUE),
            due_code: if r.first_due_at.is_some() && r.first_at.is_none() {
                "interim"
            } else {
                "promise"
            }
            .to_owned(),
            provisional: r.due_provisional,
            paused: false,
            news: String::new(),
            near_ms: NEAR_MS.min((due - r.made_at) / 4).max(0),
        }
    });
    Ok(lines.collect())
}

fn callbacks(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Line>> {
    if !matches!(ctx.reach(Action::Callback), Reach::Site | Reach::All) {
        return Ok(Vec::new());
    }
    let f = db::CallbackFilter {
        site: ctx.site.as_str().to_owned(),
        open: Some(true),
        limit: MOST,
        ..db::CallbackFilter::default()
    };
    let mut rows = db::callbacks(c, &f)?;
    let hidden = Hidden::from(c, ctx)?;
    rows.retain(|r| hidden.shows(r.case_id.as_str()));
    let lines = rows.into_iter().map(|r| Line {
        case: r.case_id.into_string(),
        number: r.case_number,
        kind: r.kind,
        urgency: "normal".to_owned(),
        place: r.place,
        title: r.title,
        department: String::new(),
        worker: r.name,
        state: r.state,
        due_at: r.due_at.filter(|d| *d < db::NO_DUE),
        due_code: "callback".to_owned(),
        provisional: r.due_provisional,
        paused: false,
        news: String::new(),
        near_ms: NEAR_MS,
    });
    Ok(lines.collect())
}
