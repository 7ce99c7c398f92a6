//! What the pages of an emergency show.

use std::collections::HashMap;

use app::emergency::Alarm;
use app::roster::now::PostNow;
use askama::Template;
use domain::access::Action;
use domain::case::By;
use domain::emergency::play::{Filled, Play, fill};
use domain::emergency::{Emergency, Line};
use domain::ids::StaffId;

use crate::case::names::{Names, named};
use crate::form::{Errors, Typed};
use crate::gate::Viewer;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// What every page says of an emergency that runs.
pub struct Warning {
    pub id: String,
    pub drill: bool,
    pub what: String,
    pub place: String,
    pub since: i64,
    pub owner: String,
    /// The last line of its log, with its time.
    pub last: String,
}

/// Everything that runs at the site: emergencies, drills, mass incidents.
#[derive(Default)]
pub struct Banner {
    pub alarms: Vec<Warning>,
    pub incidents: Vec<crate::incident::Told>,
}

fn play_name(p: &Page, play: Option<&Play>, code: &str) -> String {
    play.map_or_else(|| code.to_owned(), |x| if p.en() { x.en.clone() } else { x.zh.clone() })
}

/// What runs now, as it was last read.
pub fn banner(web: &Web, v: &Viewer, p: &Page) -> Banner {
    let Some(s) = v.session.as_ref().filter(|_| v.may(Action::JoinEmergency)) else {
        return Banner::default();
    };
    let book = web.desk.book();
    let one = |a: &Alarm| {
        let e = &a.state;
        let play = book.plays.play(&e.play);
        let last = e.log.last().map(|l| {
            let of = |_: &StaffId| named(p.locale, &a.last.0, &a.last.1).to_owned();
            let words = line_words(p, play, l, &of);
            format!("{} {words}", seconds(&p.zone, l.at))
        });
        Warning {
            id: e.id.as_str().to_owned(),
            drill: e.drill,
            what: play_name(p, play, &e.play),
            place: e.place.clone(),
            since: e.opened_at,
            owner: named(p.locale, &a.owner.0, &a.owner.1).to_owned(),
            last: last.unwrap_or_default(),
        }
    };
    Banner {
        alarms: web.desk.live.alarms(&s.site).iter().map(one).collect(),
        incidents: crate::incident::told(web, v, p, None),
    }
}

/// `14:05:09`
pub fn seconds(zone: &str, at: i64) -> String {
    let seconds = at.div_euclid(1_000).rem_euclid(60);
    format!("{}:{seconds:02}", when::clock(zone, at))
}

/// What a line of the log says. `staff` gives a name.
fn line_words(p: &Page, play: Option<&Play>, l: &Line, staff: &dyn Fn(&StaffId) -> String) -> String {
    let about = match l.kind.as_str() {
        "emergency_call_confirmed" | "emergency_call_unanswered" => p.code("callpost", &l.about),
        "emergency_ticked" | "emergency_skipped" | "emergency_step_late" => play
            .and_then(|x| x.step(&l.about))
            .map_or_else(|| l.about.clone(), |s| if p.en() { s.en.clone() } else { s.zh.clone() }),
        _ => l.about.clone(),
    };
    let name = l.staff.as_ref().map(staff).unwrap_or_default();
    let said = p.t2(&format!("log-{}", l.kind), "about", about, "name", name);
    let said = said.trim().trim_end_matches(['：', ':']).to_owned();
    match (l.text.is_empty(), l.kind == "emergency_logged") {
        (true, _) => said,
        (false, true) => l.text.clone(),
        (false, false) => format!("{said}{}{}", p.t("word-colon"), l.text),
    }
}

/// A line of the live log.
pub struct LogLine {
    pub at: String,
    pub by: String,
    pub text: String,
    pub tone: &'static str,
}

/// Somebody of the call tree.
pub struct CallLine {
    pub no: usize,
    pub post: String,
    /// What they are called for.
    pub task: String,
    /// Whose turn it is, or who comes.
    pub name: String,
    pub staff: String,
    /// Where to reach them, while it runs.
    pub phone: String,
    pub confirmed: String,
    /// When the next in line is called.
    pub due_at: Option<i64>,
    /// Who is called then.
    pub next: String,
    /// Everybody of the line, for who else was reached: id, name and number.
    pub line: Vec<(String, String, String)>,
    /// The viewer is in the line.
    pub mine: bool,
    /// It is the viewer's turn.
    pub turn: bool,
    pub exhausted: bool,
}

/// A line of the checklist.
pub struct StepLine {
    pub code: String,
    pub text: String,
    pub number: String,
    pub clause: String,
    pub must: bool,
    pub note: bool,
    pub due_at: Option<i64>,
    pub late: bool,
    pub done: String,
    pub by: String,
    pub skipped: bool,
    pub said: String,
}

/// An improvement.
pub struct ImproveLine {
    pub no: u32,
    pub what: String,
    pub owner: String,
    pub due: String,
    pub late: bool,
    pub done: String,
    pub how: String,
    pub mine: bool,
    /// The name of its form.
    pub form: String,
}

/// The part that changes by itself.
pub struct Live {
    pub id: String,
    pub state: &'static str,
    pub drill: bool,
    pub owner: String,
    pub calls: Vec<CallLine>,
    pub steps: Vec<StepLine>,
    pub log: Vec<LogLine>,
    pub joins: bool,
}

#[derive(Template)]
#[template(path = "emergency/live_part.html")]
pub struct LivePart {
    pub p: Page,
    pub l: Live,
    pub e: Errors,
}

/// The whole page.
#[derive(Template)]
#[template(path = "emergency/page.html")]
pub struct Show {
    p: Page,
    /// Notices to residents that were made from it.
    pub bulletins: Vec<crate::bulletin::Title>,
    l: Live,
    /// What was typed into the form that was refused.
    t: Typed,
    /// What stands in the way and belongs to no field.
    above: Vec<String>,
    /// The key of the page's forms, each with its act behind it.
    key: String,
    number: String,
    case: bool,
    class: String,
    play: String,
    clause: String,
    place: String,
    phone: String,
    caller: String,
    what: String,
    opened: String,
    opened_at: i64,
    ended: String,
    ended_how: String,
    say: String,
    lead: String,
    neighbours: String,
    /// The viewer may write a notice to residents.
    announces: bool,
    authority: String,
    leads: bool,
    people: Vec<(String, String, bool)>,
    report: String,
    meeting: Option<(String, String, String)>,
    improvements: Vec<ImproveLine>,
    missing: Vec<String>,
    now: String,
    closed: String,
}

/// A line of a list.
pub struct Row {
    pub id: String,
    pub number: String,
    pub what: String,
    pub class: String,
    pub place: String,
    pub opened: String,
    pub state: &'static str,
    pub owner: String,
    pub missing: usize,
}

/// As a line of a list.
pub fn row(p: &Page, names: &Names, e: &Emergency) -> Row {
    Row {
        id: e.id.as_str().to_owned(),
        number: e.number.clone(),
        what: play_name(p, names.book.plays.play(&e.play), &e.play),
        class: p.code("emergency-class", e.class.as_str()),
        place: e.place.clone(),
        opened: p.full_time(e.opened_at),
        state: e.state.as_str(),
        owner: names.staff(&e.owner),
        missing: e.missing_to_close().len(),
    }
}

fn by(p: &Page, names: &Names, by: &By) -> String {
    by.staff()
        .map_or_else(|| p.t("emergency-by-clock"), |id| names.staff(id))
}

/// The live part as it stands.
pub fn live(_web: &Web, v: &Viewer, p: &Page, e: &Emergency, names: &Names) -> Live {
    let play = names.book.plays.play(&e.play);
    let me = v.session.as_ref().map(|s| s.actor.id.clone());
    // To the second; with its day where it is another one than that of the call.
    let day = when::date(&p.zone, e.opened_at);
    let moment = |at: i64| {
        let time = seconds(&p.zone, at);
        match when::date(&p.zone, at) == day {
            true => time,
            false => format!("{} {time}", p.month_day(at)),
        }
    };
    let calls = e.calls.iter().enumerate().map(|(no, c)| {
        let whose = c.confirmed_by.as_ref().or_else(|| c.current());
        CallLine {
            no,
            post: p.code("callpost", c.post.as_str()),
            task: play
                .and_then(|x| x.call.iter().find(|t| t.post == c.post))
                .map_or_else(String::new, |t| if p.en() { t.en.clone() } else { t.zh.clone() }),
            name: whose.map(|s| names.staff(s)).unwrap_or_default(),
            staff: whose.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            phone: String::new(),
            confirmed: c.confirmed_at.map(&moment).unwrap_or_default(),
            due_at: c.due_at().filter(|_| e.runs()),
            next: c.line.get(c.turn + 1).map(|s| names.staff(s)).unwrap_or_default(),
            line: c
                .line
                .iter()
                .map(|s| (s.as_str().to_owned(), names.staff(s), String::new()))
                .collect(),
            mine: me.as_ref().is_some_and(|m| c.line.contains(m)),
            turn: me.is_some() && c.current() == me.as_ref(),
            exhausted: c.confirmed_at.is_none() && c.current().is_none(),
        }
    });
    let steps = e.steps.iter().map(|s| {
        let of = play.and_then(|x| x.step(&s.code));
        StepLine {
            code: s.code.clone(),
            text: of.map_or_else(|| s.code.clone(), |x| if p.en() { x.en.clone() } else { x.zh.clone() }),
            number: of.and_then(|x| x.number.clone()).unwrap_or_default(),
            clause: of.and_then(|x| x.clause.clone()).unwrap_or_default(),
            must: s.must,
            note: s.note,
            due_at: s.due_at.filter(|_| s.done_at.is_none() && e.runs()),
            late: s.due_at.is_some_and(|due| s.done_at.unwrap_or(p.now) > due),
            done: s.done_at.map(&moment).unwrap_or_default(),
            by: s.done_by.as_ref().map(|x| names.staff(x)).unwrap_or_default(),
            skipped: s.skipped,
            said: s.text.clone(),
        }
    });
    let tone = |l: &Line| match l.kind.as_str() {
        "emergency_call_unanswered" | "emergency_step_late" => "red",
        "emergency_call_confirmed" | "emergency_ticked" | "emergency_ended" => "grn",
        _ => "blu",
    };
    let log = e.log.iter().rev().take(300).map(|l| LogLine {
        at: moment(l.at),
        by: by(p, names, &l.by),
        text: line_words(p, play, l, &|id| names.staff(id)),
        tone: tone(l),
    });
    Live {
        id: e.id.as_str().to_owned(),
        state: e.state.as_str(),
        drill: e.drill,
        owner: names.staff(&e.owner),
        calls: calls.collect(),
        steps: steps.collect(),
        log: log.collect(),
        joins: v.may(Action::JoinEmergency),
    }
}

/// Puts beside everybody who is to be called where to reach them while it runs: the extension of the post that they hold now, and
/// the own number, masked as on the page of who is on duty.
pub fn phones(web: &Web, v: &Viewer, p: &Page, l: &mut Live, own: &HashMap<StaffId, String>) {
    let Some(s) = v.session.as_ref().filter(|_| l.state == "running") else {
        return;
    };
    let roster = web.desk.live.roster(&s.site);
    let of = |id: &str| {
        let id = StaffId::from(id);
        let holds = |x: &&PostNow| !x.extension.is_empty() && x.on(p.now).any(|m| m.staff == id);
        let extension = roster.posts.iter().find(holds).map(|x| x.extension.clone());
        let number = own.get(&id).filter(|n| !n.is_empty()).map(|n| p.masked(n));
        let both: Vec<String> = extension.into_iter().chain(number).collect();
        both.join(" · ")
    };
    for c in &mut l.calls {
        c.phone = of(&c.staff);
        for x in &mut c.line {
            x.2 = of(&x.0);
        }
    }
}

impl Show {
    /// As [`phones`], for the whole page.
    pub fn reachable(&mut self, web: &Web, v: &Viewer, own: &HashMap<StaffId, String>) {
        phones(web, v, &self.p, &mut self.l, own);
    }
}

/// Fields of the page's forms that have a place for their reason.
const BESIDE: &[&str] = &[
    "text", "note", "how", "result", "held_at", "present", "analysis", "what", "staff", "due", "step",
];

/// The whole page as it stands.
pub fn show_view(
    web: &Web,
    v: &Viewer,
    e: &Emergency,
    names: &Names,
    site: &store::site::Site,
    whole: bool,
    t: Typed,
) -> Show {
    let play = names.book.plays.play(&e.play);
    let mut p = Page::new(web, v, "emergency-title");
    let name = play_name(&p, play, &e.play);
    p.title = format!("{name} {}", e.number);
    let phone = if whole || !e.runs() && e.phone.is_empty() {
        domain::phone::normalise(&e.phone).map_or_else(|_| e.phone.clone(), |x| x.grouped())
    } else {
        app::contact::look::masked(&e.phone)
    };
    let site_name = named(p.locale, &site.name, &site.name_en).to_owned();
    let filled = Filled {
        site: &site_name,
        place: &e.place,
        what: &e.what,
        phone: &phone,
    };
    let words = |of: fn(&Play) -> &domain::emergency::play::Words| {
        play.map_or_else(String::new, |x| fill(of(x).of(p.en()), filled))
    };
    let who = v.ctx().ok().map(|c| c.who());
    let leads = who.as_ref().is_some_and(|w| e.led_by(w));
    let on = |id: &str| {
        let id = StaffId::from(id);
        v.session
            .as_ref()
            .is_some_and(|s| web.desk.live.is_on_duty(&s.site, &id))
    };
    let mut people: Vec<_> = names
        .everybody()
        .into_iter()
        .map(|(id, name)| {
            let on = on(&id);
            (id, name, on)
        })
        .collect();
    // Who is at work first.
    people.sort_by_key(|x| !x.2);
    let improvements = e.improvements.iter().map(|i| ImproveLine {
        no: i.no,
        what: i.what.clone(),
        owner: names.staff(&i.owner),
        // Midnight is the end of the day before.
        due: when::date(&p.zone, i.due_at - 1),
        late: i.done_at.is_none() && i.due_at < p.now,
        done: i.done_at.map(|at| p.time(at)).unwrap_or_default(),
        how: i.how.clone(),
        mine: who.as_ref().is_some_and(|w| i.told_by(w)),
        form: format!("improved{}", i.no),
    });
    let meeting = e.meeting.as_ref().map(|m| {
        let present: Vec<String> = m.present.iter().map(|s| names.staff(s)).collect();
        (
            p.full_time(m.held_at),
            present.join(&p.t("list-comma")),
            m.analysis.clone(),
        )
    });
    Show {
        l: live(web, v, &p, e, names),
        number: e.number.clone(),
        case: e.case.is_some() && v.may(Action::ViewCase),
        class: p.code("emergency-class", e.class.as_str()),
        clause: play.map(|x| x.clause.clone()).unwrap_or_default(),
        place: e.place.clone(),
        caller: e.caller.clone(),
        what: e.what.clone(),
        opened: format!("{} {}", when::date(&p.zone, e.opened_at), seconds(&p.zone, e.opened_at)),
        opened_at: e.opened_at,
        ended: e
            .ended_at
            .map(|at| format!("{} {}", when::date(&p.zone, at), seconds(&p.zone, at)))
            .unwrap_or_default(),
        ended_how: e.ended_how.clone(),
        say: words(|x| &x.say),
        lead: words(|x| &x.lead),
        neighbours: words(|x| &x.neighbours),
        announces: v.may(Action::WriteBulletin),
        bulletins: Vec::new(),
        authority: words(|x| &x.authority),
        leads,
        people,
        report: e.report.clone().unwrap_or_default(),
        meeting,
        improvements: improvements.collect(),
        missing: e.missing_to_close().into_iter().map(|key| p.t(key)).collect(),
        now: when::field(&p.zone, p.now),
        closed: e.closed_at.map(|at| p.full_time(at)).unwrap_or_default(),
        play: name,
        phone,
        above: t.above(
            &["log", "tick", "own", "end", "improved", "report", "improve", "meet"],
            BESIDE,
        ),
        key: p.key(web),
        t,
        p,
    }
}
