//! What several of the roster's pages share, and what stands on every page: who is on duty, the banner of gaps, the desk's strip.

use app::live::OnDuty;
use app::roster::now::{Now, PostNow, ShiftNow};
use askama::Template;
use domain::access::{Action, Reach};
use domain::roster::{Attendance, EARLIEST_MS, Gap};
use jiff::civil::Date;

use crate::fail::Fail;
use crate::gate::Viewer;
use crate::l10n::tx;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// Fields of a form in the order in which they were sent.
pub type Pairs = Vec<(String, String)>;

/// The value of a field.
pub fn value(f: &Pairs, name: &str) -> String {
    f.iter()
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.clone())
        .unwrap_or_default()
}

/// Every value of a field that stands in a form several times.
pub fn values(f: &Pairs, name: &str) -> Vec<String> {
    f.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
}

/// After a change of the roster: the page that comes back shows it already, banner and navigation included.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn settle(web: &Web, v: &Viewer) -> Result<(), Fail> {
    let (desk, site) = (web.desk.clone(), v.ctx()?.site);
    crate::account::blocking(move || desk.recount(&site)).await?;
    Ok(())
}

pub use crate::l10n::pick;

/// `07:30–15:30`
pub fn hours(zone: &str, from: i64, to: i64) -> String {
    format!("{}–{}", when::clock(zone, from), when::clock(zone, to))
}

/// `11-27 周五 07:30–15:30`, the end with its date where it is not the morning after.
pub fn span(p: &Page, from: i64, to: i64) -> String {
    let day = day(p, from);
    if to - from <= 24 * 3_600_000 {
        return format!("{day} {}", hours(&p.zone, from, to));
    }
    let (end, last) = (self::day(p, to), when::clock(&p.zone, to));
    format!("{day} {} – {end} {last}", when::clock(&p.zone, from))
}

/// `11-27 周五`, `Fri 27 Nov`
pub fn day(p: &Page, at: i64) -> String {
    if p.en() {
        return when::today(p.locale, &p.zone, at);
    }
    let date = when::date(&p.zone, at);
    let full = when::today(p.locale, &p.zone, at);
    let week = full.rsplit_once(' ').map_or("", |(_, w)| w);
    format!("{} {week}", date.get(5..).unwrap_or_default())
}

/// How a shift stands, as a dot's colour.
pub fn tone(a: Attendance) -> &'static str {
    match a {
        Attendance::Here => "grn",
        Attendance::Late | Attendance::Asked => "amb",
        Attendance::Due | Attendance::Missing | Attendance::Missed => "red",
        Attendance::Planned | Attendance::Absent | Attendance::Done => "",
    }
}

/// Minutes of being late: whole ones, and what is shorter than one counts as one.
pub fn late_minutes(ms: i64) -> i64 {
    if ms > 0 { (ms / 60_000).max(1) } else { 0 }
}

/// The Monday of the week of a date, for an address.
pub fn week_of(zone: &str, at: i64) -> String {
    let date: Date = when::date(zone, at).parse().unwrap_or_default();
    app::roster::monday(date).to_string()
}

/// One line of who is at work, beside the navigation.
pub struct DutyLine {
    pub name: String,
    pub place: String,
    pub extension: String,
    /// Empty, or why the name is marked.
    pub mark: String,
}

/// Who is at work now: by post as the roster says, then whoever has said so without a shift.
pub fn duty_lines(web: &Web, v: &Viewer, s: &app::account::Session) -> Vec<DutyLine> {
    const SHOWN: usize = 12;
    let en = v.locale == app::ctx::Locale::En;
    let roster = web.desk.live.roster(&s.site);
    let mut out = Vec::new();
    let mut named = Vec::new();
    for post in &roster.posts {
        let place = pick(en, &post.name, &post.name_en).to_owned();
        let mut any = false;
        for x in post.on(v.now) {
            any = true;
            named.push(x.staff.clone());
            let a = x.attendance(v.now);
            let lacks = matches!(a, Attendance::Due | Attendance::Missing);
            out.push(DutyLine {
                name: pick(en, &x.name, &x.name_en).to_owned(),
                place: place.clone(),
                extension: post.extension.clone(),
                mark: if lacks {
                    crate::l10n::t(v.locale, "duty-not-in")
                } else {
                    String::new()
                },
            });
        }
        if !any && post.gap(v.now).is_some() {
            out.push(DutyLine {
                name: String::new(),
                place,
                extension: post.extension.clone(),
                mark: crate::l10n::t(v.locale, "duty-nobody-at"),
            });
        }
    }
    out.extend(others(&web.desk.live.on_duty(&s.site), &named, en));
    out.truncate(SHOWN);
    out
}

/// People at work who are on no shift now.
pub fn others(all: &[OnDuty], on_shift: &[domain::ids::StaffId], en: bool) -> Vec<DutyLine> {
    all.iter()
        .filter(|d| !on_shift.contains(&d.id))
        .map(|d| DutyLine {
            name: pick(en, &d.name, &d.name_en).to_owned(),
            place: pick(en, &d.department, &d.department_en).to_owned(),
            extension: String::new(),
            mark: String::new(),
        })
        .collect()
}

/// One thing that the head must know at once.
pub struct Warning {
    pub text: String,
    pub href: String,
    /// It is already so, not only ahead.
    pub now: bool,
}

/// Gaps of the next days, people who are missing, hand-overs that nobody accepted: for who plans the roster.
#[derive(Default)]
pub struct Banner {
    pub lines: Vec<Warning>,
    /// How many more there are.
    pub more: usize,
}

/// Whether the viewer plans the roster of a post.
pub fn plans(v: &Viewer, post: &PostNow) -> bool {
    match v.reach(Action::ManageRoster) {
        Reach::Site | Reach::All => true,
        Reach::Department => {
            let own = v.session.as_ref().and_then(|s| s.actor.department.as_ref());
            own.is_some() && own == post.department.as_ref()
        }
        _ => false,
    }
}

/// A gap in words; one that reaches `until`, where the look ahead ends, goes on from there.
pub fn gap_text(p: &Page, g: &Gap, until: i64) -> String {
    if g.present == 0 && g.at.to >= until {
        let from = format!("{} {}", day(p, g.at.from), when::clock(&p.zone, g.at.from));
        return tx(p.locale, "duty-gap-open", &[("from", &from)]);
    }
    let span = span(p, g.at.from, g.at.to);
    if g.present == 0 {
        tx(p.locale, "duty-gap", &[("span", &span)])
    } else {
        let (is, must) = (g.present.to_string(), g.needed.to_string());
        tx(
            p.locale,
            "duty-gap-few",
            &[("span", &span), ("is", &is), ("must", &must)],
        )
    }
}

/// A hand-over is late when nobody has accepted it after this long, in milliseconds.
const WAITS: i64 = 15 * 60_000;
/// Lines of each kind in the banner: missing people, hand-overs, gaps.
const LINES: [usize; 3] = [2, 1, 2];

/// Everything that lacks at the posts that the viewer plans: missing people (the last first), hand-overs, gaps (the next first).
pub fn warnings(p: &Page, v: &Viewer, roster: &Now) -> [Vec<Warning>; 3] {
    let (mut missing, mut waiting, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for post in roster.posts.iter().filter(|x| plans(v, x)) {
        let place = pick(p.en(), &post.name, &post.name_en);
        for s in &post.shifts {
            if matches!(s.attendance(v.now), Attendance::Due | Attendance::Missing) {
                let name = pick(p.en(), &s.name, &s.name_en);
                let at = when::clock(&p.zone, s.times.at.from);
                let text = tx(
                    p.locale,
                    "duty-missing",
                    &[("post", place), ("name", name), ("at", &at)],
                );
                let href = format!("/roster/shifts/{}", s.id);
                missing.push((-s.times.at.from, Warning { text, href, now: true }));
            }
        }
        for w in roster
            .waiting
            .iter()
            .filter(|w| w.post == post.id && v.now < w.next_until)
        {
            if w.objected || v.now >= w.given_at + WAITS {
                let key = if w.objected {
                    "duty-objected"
                } else {
                    "duty-not-accepted"
                };
                let text = tx(p.locale, key, &[("post", place), ("number", &w.number)]);
                let href = format!("/duty/hand-overs/{}", w.id);
                waiting.push((w.given_at, Warning { text, href, now: true }));
            }
        }
        for g in post.gaps_ahead(v.now) {
            let gap = gap_text(p, g, roster.until);
            let text = tx(p.locale, "duty-warn", &[("post", place), ("gap", &gap)]);
            let href = format!("/roster?week={}", week_of(&p.zone, g.at.from.max(v.now)));
            gaps.push((
                g.at.from,
                Warning {
                    text,
                    href,
                    now: g.at.holds(v.now),
                },
            ));
        }
    }
    [missing, waiting, gaps].map(|mut list| {
        list.sort_by_key(|l| l.0);
        list.into_iter().map(|l| l.1).collect()
    })
}

/// The banner of the viewer; empty for who does not plan the roster.
pub fn banner(p: &Page, v: &Viewer, roster: &Now) -> Banner {
    let mut b = Banner::default();
    for (list, most) in warnings(p, v, roster).into_iter().zip(LINES) {
        b.more += list.len().saturating_sub(most);
        b.lines.extend(list.into_iter().take(most));
    }
    b
}

/// A post as the desk's strip shows it.
struct StripPost {
    name: String,
    extension: String,
    people: Vec<(String, String, &'static str, String)>,
    next: Option<(String, String)>,
    empty: bool,
}

/// The viewer's own shift.
pub struct Mine {
    pub id: String,
    pub post: String,
    pub hours: String,
    pub tone: &'static str,
    pub word: String,
    pub check_in: bool,
    pub hand_over: bool,
    /// Should be there by now.
    pub urgent: bool,
}

#[derive(Template)]
#[template(path = "roster/strip.html")]
struct StripView {
    p: Page,
    posts: Vec<StripPost>,
    more: usize,
    mine: Option<Mine>,
    /// Hand-overs that the viewer's next shift is to accept: id and post.
    accept: Vec<(String, String)>,
    any: bool,
}

/// The viewer's own shift that matters now: on, not handed over, or within the next twelve hours.
pub fn my_shift(p: &Page, v: &Viewer, roster: &Now) -> Option<Mine> {
    let me = v.session.as_ref().map(|s| &s.actor.id)?;
    let all = roster
        .posts
        .iter()
        .flat_map(|post| post.shifts.iter().map(move |s| (post, s)));
    let mut own: Vec<(&PostNow, &ShiftNow)> = all
        .filter(|(_, s)| s.staff == *me && !s.times.absent && s.times.ended.is_none())
        .filter(|(_, s)| {
            let kept = s.times.checked_in.is_some() && v.now < s.times.at.to + 12 * 3_600_000;
            kept || (v.now < s.times.at.to && v.now >= s.times.at.from - 12 * 3_600_000)
        })
        .collect();
    own.sort_by_key(|(_, s)| s.times.at.from);
    let (post, s) = own.first()?;
    let a = s.attendance(v.now);
    let open = s.times.checked_in.is_none() && v.now >= s.times.at.from - EARLIEST_MS && v.now < s.times.at.to;
    Some(Mine {
        id: s.id.as_str().to_owned(),
        post: pick(p.en(), &post.name, &post.name_en).to_owned(),
        hours: hours(&p.zone, s.times.at.from, s.times.at.to),
        tone: tone(a),
        word: p.code("attendance", a.as_str()),
        check_in: open,
        hand_over: s.times.checked_in.is_some(),
        urgent: matches!(a, Attendance::Due | Attendance::Missing),
    })
}

/// Hand-overs that wait for the viewer: of a post whose next shift is the viewer's.
pub fn to_accept(p: &Page, v: &Viewer, roster: &Now) -> Vec<(String, String)> {
    let Some(me) = v.session.as_ref().map(|s| &s.actor.id) else {
        return Vec::new();
    };
    let mine = |w: &app::roster::now::Waiting| {
        let post = roster.post(&w.post)?;
        let given = w.given_at;
        let own = post.shifts.iter().any(|s| {
            s.staff == *me
                && s.times.ended.is_none()
                && s.times.at.to > v.now
                && s.times.at.to > given
                && s.times.at.from - EARLIEST_MS <= v.now
        });
        (own && w.giver != *me).then(|| {
            (
                w.id.as_str().to_owned(),
                pick(p.en(), &post.name, &post.name_en).to_owned(),
            )
        })
    };
    roster.waiting.iter().filter_map(mine).collect()
}

/// The strip above the desk: who is on duty, who comes next, one's own shift. Nothing for a site without a roster.
///
/// # Errors
/// `Internal` when the template fails.
pub fn strip_html(web: &Web, v: &Viewer) -> Result<String, Fail> {
    const SHOWN: usize = 2;
    let p = Page::new(web, v, "duty-title");
    let Some(session) = &v.session else {
        return Ok(String::new());
    };
    let roster = web.desk.live.roster(&session.site);
    let own = session.actor.department.as_ref();
    let mut list: Vec<&PostNow> = roster.posts.iter().collect();
    list.sort_by_key(|x| own.is_none() || x.department.as_ref() != own);
    let more = list.len().saturating_sub(SHOWN);
    let posts = list.iter().take(SHOWN).map(|post| {
        let people: Vec<_> = post
            .on(v.now)
            .map(|s| {
                let a = s.attendance(v.now);
                let until = when::clock(&p.zone, s.times.at.to);
                let word = p.code("attendance", a.as_str());
                (pick(p.en(), &s.name, &s.name_en).to_owned(), until, tone(a), word)
            })
            .collect();
        let next = post.next(v.now);
        let names: Vec<&str> = next.iter().map(|s| pick(p.en(), &s.name, &s.name_en)).collect();
        StripPost {
            name: pick(p.en(), &post.name, &post.name_en).to_owned(),
            extension: post.extension.clone(),
            empty: people.is_empty() && post.gap(v.now).is_some(),
            people,
            next: next
                .first()
                .map(|s| (names.join(&p.t("word-comma")), when::clock(&p.zone, s.times.at.from))),
        }
    });
    let posts: Vec<StripPost> = posts.collect();
    let view = StripView {
        any: !posts.is_empty(),
        posts,
        more,
        mine: my_shift(&p, v, &roster),
        accept: to_accept(&p, v, &roster),
        p,
    };
    view.render().map_err(|e| Fail(app::error::Error::internal(e)))
}
