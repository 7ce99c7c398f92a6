//! One's own shifts, on the phone: when, where, check-in, and swaps.

use app::roster::duty::{self, Own};
use app::roster::swap::{self, NewSwap};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::access::Action;
use domain::roster::Attendance;

use super::parts::{day, hours, pick, span, to_accept, tone};
use super::swap::{Line, line_of};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// How far ahead one's own shifts are listed, in days.
const DAYS: i64 = 21;

struct Row {
    id: String,
    day: String,
    hours: String,
    post: String,
    tone: &'static str,
    word: String,
    check_in: bool,
    urgent: bool,
    hand_over: bool,
    today: bool,
    note: String,
}

/// A choice of a select, with the group it stands in.
type Choice = (String, String);

#[derive(Template)]
#[template(path = "roster/shifts.html")]
struct ShiftsPage {
    p: Page,
    rows: Vec<Row>,
    accept: Vec<(String, String)>,
    lines: Vec<Line>,
    /// Own shifts that can be swapped, shifts of others at the same posts, and colleagues.
    mine: Vec<Choice>,
    theirs: Vec<Choice>,
    others: Vec<Choice>,
    f: NewSwap,
    e: Errors,
    key: String,
    tasks: bool,
    desk: bool,
}

fn row(p: &Page, o: &Own) -> Row {
    let s = &o.shift;
    Row {
        id: s.id.as_str().to_owned(),
        day: day(p, s.from_at),
        hours: hours(&p.zone, s.from_at, s.to_at),
        post: pick(p.en(), &o.post.name, &o.post.name_en).to_owned(),
        tone: tone(o.attendance),
        word: p.code("attendance", o.attendance.as_str()),
        check_in: o.open,
        urgent: matches!(o.attendance, Attendance::Due | Attendance::Missing),
        hand_over: s.checked_in_at.is_some() && s.ended_at.is_none(),
        today: s.from_at - p.now < 12 * 3_600_000,
        note: s.note.clone(),
    }
}

/// The page, also with a swap that was refused.
pub async fn shifts_page(web: &Web, v: &Viewer, f: Option<NewSwap>, e: Errors) -> Result<Response, Fail> {
    let ctx = v.ctx()?;
    let me = ctx.need_staff()?.id.clone();
    let (own, lines, names, board, people) = web
        .read(&ctx, move |c, ctx| {
            let window = domain::roster::Stretch {
                from: ctx.now,
                to: ctx.now + DAYS * 86_400_000,
            };
            Ok((
                duty::mine(c, ctx, DAYS)?,
                swap::open(c, ctx)?,
                Names::load(c, ctx)?,
                app::roster::board::Board::read(c, ctx, window)?,
                store::roster::people(c, &ctx.site)?,
            ))
        })
        .await?;
    let p = Page::new(web, v, "shifts-title");
    let roster = web.desk.live.roster(&ctx.site);
    let swappable = own
        .iter()
        .filter(|o| o.shift.from_at > v.now && o.shift.checked_in_at.is_none());
    let mine: Vec<Choice> = swappable
        .map(|o| {
            let label = format!(
                "{} {}",
                pick(p.en(), &o.post.name, &o.post.name_en),
                span(&p, o.shift.from_at, o.shift.to_at)
            );
            (o.shift.id.as_str().to_owned(), label)
        })
        .collect();
    let posts: Vec<_> = own.iter().map(|o| &o.post.id).collect();
    let theirs = board
        .shifts
        .iter()
        .filter(|s| s.staff_id != me && s.from_at > v.now && posts.contains(&&s.post_id));
    let theirs: Vec<Choice> = theirs
        .take(80)
        .map(|s| {
            let label = format!("{} {}", names.staff(&s.staff_id), span(&p, s.from_at, s.to_at));
            (s.id.as_str().to_owned(), label)
        })
        .collect();
    let departments: Vec<_> = own.iter().filter_map(|o| o.post.department_id.as_ref()).collect();
    let others = people
        .iter()
        .filter(|x| x.id != me && x.department_id.as_ref().is_some_and(|d| departments.contains(&d)));
    let others: Vec<Choice> = others
        .map(|x| (x.id.as_str().to_owned(), pick(p.en(), &x.name, &x.name_en).to_owned()))
        .collect();
    // What waits for somebody else's decision on the site is on the page of swaps.
    let lines = lines.iter().filter(|l| l.swap.asker_id == me || l.swap.other_id == me);
    let lines = lines.map(|l| line_of(&p, &names, l)).collect();
    Ok(page(&ShiftsPage {
        rows: own.iter().map(|o| row(&p, o)).collect(),
        accept: to_accept(&p, v, &roster),
        lines,
        mine,
        theirs,
        others,
        f: f.unwrap_or_default(),
        e,
        key: p.key(web),
        tasks: v.may(Action::Accept),
        desk: matches!(
            domain::access::home(&ctx.need_staff()?.roles),
            domain::access::Home::Desk
        ),
        p,
    })?)
}

/// The page.
pub async fn shifts(State(web): State<Web>, v: Viewer) -> Answer {
    shifts_page(&web, &v, None, Errors::default()).await
}
