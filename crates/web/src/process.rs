//! How this works: the state diagram of every process, drawn from the rules themselves. The same diagrams are committed as
//! `docs/processes/*.md`, and a test compares the two.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex};

use app::error::Error;
use askama::Template;
use axum::extract::{Path, State};
use domain::case::{Env, Kind, process, process_code};
use domain::process::{Process, walks};
use domain::standard::Standard;
use domain::time::Calendars;

use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// 2026-11-21 10:42 in Shanghai: the diagrams are those of an ordinary morning.
const MORNING: i64 = 1_795_228_920_000;

/// How a process is found: by the shipped standard, once.
type Find = fn(&Env<'_>) -> Process;

/// A process with its texts: the code's name is `process-<code>`, states are `<states>-<code>`, acts `<acts>-<code>`, people
/// `<people>-<code>`.
pub struct Described {
    pub code: &'static str,
    /// Families of the texts.
    pub states: &'static str,
    pub acts: &'static str,
    pub people: &'static str,
    find: Find,
}

const fn case(code: &'static str, find: Find) -> Described {
    Described {
        code,
        states: "state",
        acts: "action",
        people: "process-who",
        find,
    }
}

const fn beside(code: &'static str, states: &'static str, find: Find) -> Described {
    Described {
        code,
        states,
        acts: "process-act",
        people: "process-who",
        find,
    }
}

/// Every process of the product. A new one is one more line here, and its file in `docs/processes/`.
pub const PROCESSES: &[Described] = &[
    case(process_code(Kind::Inquiry), |env| process(Kind::Inquiry, env)),
    case(process_code(Kind::Request), |env| process(Kind::Request, env)),
    case(process_code(Kind::Complaint), |env| process(Kind::Complaint, env)),
    case(process_code(Kind::Help), |env| process(Kind::Help, env)),
    case(process_code(Kind::Suggestion), |env| process(Kind::Suggestion, env)),
    case(process_code(Kind::Praise), |env| process(Kind::Praise, env)),
    beside("visit", "visit-state", |env| walks::of_visit(env.now)),
    beside("emergency", "emergency-state", |env| walks::of_emergency(env.now)),
    beside("incident", "incident-state", |env| walks::of_incident(env.now)),
    beside("bulletin", "bulletin-state", |env| walks::of_bulletin(env.now)),
    beside("opinion", "opinion-stage", |env| walks::of_opinion(env.now)),
    beside("investigation", "investigation-stage", |env| {
        walks::of_investigation(env.now)
    }),
    beside("long-distance", "long-distance-state", |env| {
        walks::of_long_distance(env.now)
    }),
    beside("new-phone", "new-phone-state", |env| walks::of_new_phone(env.now)),
    beside("violation", "violation-stage", |env| walks::of_violation(env.now)),
    beside("proposal", "proposal-state", |env| walks::of_proposal(env.now)),
];

/// Found once: the walk tries thousands of steps.
static FOUND: LazyLock<Mutex<HashMap<&'static str, Process>>> = LazyLock::new(Mutex::default);

/// The diagram of a process.
///
/// # Errors
/// `Internal` when the shipped data cannot be read.
pub fn diagram(d: &Described) -> Result<Process, Error> {
    let known = FOUND.lock().map_err(Error::internal)?.get(d.code).cloned();
    if let Some(p) = known {
        return Ok(p);
    }
    let standard = Standard::shipped().map_err(Error::internal)?;
    let calendars = Calendars::shipped("Asia/Shanghai").map_err(Error::internal)?;
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(Error::internal)?;
    let p = (d.find)(&Env {
        now: MORNING,
        standard: &standard,
        zone: &zone,
        calendars: &calendars,
    });
    FOUND.lock().map_err(Error::internal)?.insert(d.code, p.clone());
    Ok(p)
}

#[derive(Template)]
#[template(path = "process/list.html")]
struct ListPage {
    p: Page,
    tab: &'static str,
    all: Vec<&'static str>,
}

/// All of them.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "nav-handbook"),
        tab: "processes",
        all: PROCESSES.iter().map(|d| d.code).collect(),
    })?)
}

/// What may be done in a state.
struct Row {
    state: &'static str,
    end: bool,
    steps: Vec<Step>,
}

/// One step of it.
struct Step {
    act: String,
    who: Vec<String>,
    /// None: it stays where it is.
    to: Option<String>,
    /// Its number in the picture, where it leads on.
    no: Option<usize>,
}

#[derive(Template)]
#[template(path = "process/show.html")]
struct ShowPage {
    p: Page,
    tab: &'static str,
    code: &'static str,
    states: &'static str,
    begins: Vec<Step>,
    rows: Vec<Row>,
    picture: String,
}

/// One process: the picture, and in words who may do what where.
pub async fn show(State(web): State<Web>, v: Viewer, Path(code): Path<String>) -> Answer {
    let d = PROCESSES.iter().find(|d| d.code == code).ok_or(Error::NotFound)?;
    let found = crate::account::blocking(move || diagram(d)).await?;
    let p = Page::new(&web, &v, "nav-handbook");
    let arrows = arrows(&found);
    let step = |m: &domain::process::Move| Step {
        act: p.code(d.acts, m.act),
        who: m.who.iter().map(|w| p.code(d.people, w)).collect(),
        to: (m.from != Some(m.to)).then(|| p.code(d.states, m.to)),
        no: arrows
            .iter()
            .position(|a| Some(a.0) == m.from && a.1 == m.to)
            .map(|i| i + 1),
    };
    let rows = found.states.iter().map(|s| Row {
        state: s,
        end: found.ends.contains(s),
        steps: found.out_of(s).into_iter().map(step).collect(),
    });
    Ok(page(&ShowPage {
        tab: "processes",
        code: d.code,
        states: d.states,
        begins: found.moves.iter().filter(|m| m.from.is_none()).map(step).collect(),
        rows: rows.collect(),
        picture: picture(&found, &arrows, |s| p.code(d.states, s)),
        p,
    })?)
}

/// The pairs of states that a step leads between, in the order of the table.
fn arrows(p: &Process) -> Vec<(&'static str, &'static str)> {
    let mut out = Vec::new();
    for s in &p.states {
        for m in p.out_of(s) {
            if m.from != Some(m.to) && !out.contains(&(*s, m.to)) {
                out.push((*s, m.to));
            }
        }
    }
    out
}

/// Sizes of the picture, in its own units.
const BOX: (i32, i32) = (150, 34);
const GAP: i32 = 70;
const LEFT: i32 = 230;

/// The picture: states under each other, what leads on at the right, what leads back at the left, each arrow with the number
/// that it has in the table. The table says the same in words.
fn picture(p: &Process, arrows: &[(&'static str, &'static str)], name: impl Fn(&str) -> String) -> String {
    let place = |s: &str| p.states.iter().position(|x| *x == s).unwrap_or(0);
    let n = i32::try_from(p.states.len()).unwrap_or(1);
    let top = |i: usize| 12 + i32::try_from(i).unwrap_or(0) * GAP;
    let (width, height) = (LEFT * 2 + BOX.0, n * GAP);
    let mut out = format!(
        r#"<svg class="process" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true" focusable="false"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>"#
    );
    let mut at = HashMap::<(bool, usize), i32>::new();
    for (i, (from, to)) in arrows.iter().enumerate() {
        let (a, b) = (place(from), place(to));
        let no = i + 1;
        let middle = LEFT + BOX.0 / 2;
        if b == a + 1 {
            let (y1, y2) = (top(a) + BOX.1, top(b));
            let _infallible = write!(
                out,
                r#"<path class="on" d="M{middle} {y1}V{y2}" marker-end="url(#arrow)"/>{}"#,
                number(middle, i32::midpoint(y1, y2) - 2, no)
            );
            continue;
        }
        let on = b > a;
        let far = i32::try_from(a.abs_diff(b)).unwrap_or(1);
        let bow = 20 + far * 21;
        let (x, out_x) = if on {
            (LEFT + BOX.0, LEFT + BOX.0 + bow)
        } else {
            (LEFT, LEFT - bow)
        };
        // Several arrows at one side of a box begin a little apart.
        let mut shift = |state: usize| {
            let k = at.entry((on, state)).or_insert(0);
            *k += 1;
            6 + (*k * 5) % 24
        };
        let (y1, y2) = (top(a) + shift(a), top(b) + shift(b));
        let class = if on { "on" } else { "back" };
        let label_x = x + (out_x - x) * 3 / 4;
        let label_y = i32::midpoint(y1, y2) + (i32::try_from(no).unwrap_or(0) % 5 - 2) * 15;
        let _infallible = write!(
            out,
            r#"<path class="{class}" d="M{x} {y1}C{out_x} {y1} {out_x} {y2} {x} {y2}" marker-end="url(#arrow)"/>{}"#,
            number(label_x, label_y, no)
        );
    }
    for (i, s) in p.states.iter().enumerate() {
        let (x, y) = (LEFT, top(i));
        let class = if p.ends.contains(s) { "end" } else { "box" };
        let text: String = name(s)
            .chars()
            .map(|c| match c {
                '<' => "&lt;".to_owned(),
                '&' => "&amp;".to_owned(),
                c => c.to_string(),
            })
            .collect();
        let _infallible = write!(
            out,
            r#"<rect class="{class}" x="{x}" y="{y}" width="{}" height="{}" rx="6"/><text x="{}" y="{}">{text}</text>"#,
            BOX.0,
            BOX.1,
            x + BOX.0 / 2,
            y + BOX.1 / 2 + 5
        );
    }
    out.push_str("</svg>");
    out
}

fn number(x: i32, y: i32, no: usize) -> String {
    format!(
        r#"<circle class="no" cx="{x}" cy="{y}" r="10"/><text class="no" x="{x}" y="{}">{no}</text>"#,
        y + 4
    )
}

#[cfg(test)]
mod tests {
    use app::ctx::Locale;

    use super::*;
    use crate::l10n::t;

    /// The process as a file of `docs/processes/`: the diagram in both languages, and who may do what.
    fn document(d: &Described) -> String {
        let p = diagram(d).unwrap();
        let both = |family: &str, code: &str| {
            let key = format!("{family}-{code}");
            (t(Locale::Zh, &key), t(Locale::En, &key))
        };
        let joined = |family: &str, code: &str| {
            let (zh, en) = both(family, code);
            format!("{zh} / {en}")
        };
        let (zh, en) = both("process", d.code);
        let mut out = format!(
            "# {zh} / {en}\n\nMade from the rules by `SANSHENG_WRITE=1 cargo test -p web the_committed_diagrams`; do not edit.\n\n```mermaid\n{}```\n\n| 状态 / State | 步骤 / Step | 谁 / Who | 之后 / Then |\n|---|---|---|---|\n",
            p.mermaid(|s| joined(d.states, s), |a| joined(d.acts, a))
        );
        let begin = p.moves.iter().filter(|m| m.from.is_none());
        for m in begin.chain(p.states.iter().flat_map(|s| p.out_of(s))) {
            let who: Vec<String> = m.who.iter().map(|w| joined(d.people, w)).collect();
            let to = if m.from == Some(m.to) {
                "–".to_owned()
            } else {
                joined(d.states, m.to)
            };
            let _infallible = writeln!(
                out,
                "| {} | {} | {} | {to} |",
                m.from.map_or_else(|| "–".to_owned(), |s| joined(d.states, s)),
                joined(d.acts, m.act),
                who.join("、")
            );
        }
        out
    }

    /// What is committed is what the rules do. `SANSHENG_WRITE=1` writes the files anew; then read what changed.
    #[test]
    fn the_committed_diagrams_are_those_of_the_rules() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/processes");
        let write = std::env::var_os("SANSHENG_WRITE").is_some();
        for d in PROCESSES {
            let made = document(d);
            let file = dir.join(format!("{}.md", d.code));
            if write {
                std::fs::create_dir_all(&dir).unwrap();
                std::fs::write(&file, &made).unwrap();
            }
            let there = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(
                there == made,
                "{} is not what the rules do: SANSHENG_WRITE=1",
                file.display()
            );
        }
        let files = std::fs::read_dir(&dir).unwrap().count();
        assert_eq!(files, PROCESSES.len(), "a file without a process");
    }

    #[test]
    fn every_name_in_a_diagram_is_there_in_both_languages() {
        for d in PROCESSES {
            let p = diagram(d).unwrap();
            let mut keys = vec![format!("process-{}", d.code)];
            keys.extend(p.states.iter().map(|s| format!("{}-{s}", d.states)));
            for m in &p.moves {
                keys.push(format!("{}-{}", d.acts, m.act));
                keys.extend(m.who.iter().map(|w| format!("{}-{w}", d.people)));
            }
            for key in keys {
                for l in [Locale::Zh, Locale::En] {
                    assert!(crate::l10n::has(l, &key), "{key} in {l:?}");
                }
            }
        }
    }
}
