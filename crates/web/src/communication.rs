//! What is talked about with customers before, during and after service (COM-1): counted by way, with what came of it, and what
//! the cases were about beside the time before. Each figure that is a list opens it.

use app::communication::{Counted, Trend, counted};
use app::error::Error;
use askama::Template;
use axum::extract::{Query, State};
use domain::access::{Action, Reach};
use domain::case::{Channel, Kind as CaseKind, Satisfaction};
use domain::communication::{Phase, TalkOutcome};
use jiff::civil::Date;
use office::sheet::{Cell, Kind};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::ontime::{day, periods, share};
use crate::page::Page;
use crate::state::Web;
use crate::table::{self, Heading, text};
use crate::when;

/// What cases were most about: so many items are shown.
const ITEMS: usize = 15;

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    until: String,
}

/// A figure and the list behind it, where there is one.
pub struct Figure {
    pub n: i64,
    pub list: String,
}

/// Talks of one way before or during service.
pub struct Way {
    pub name: String,
    pub n: i64,
    /// What they came to, in the order of [`TalkOutcome`].
    pub outcomes: Vec<Figure>,
}

/// A line with its share of the whole.
pub struct Part {
    pub name: String,
    pub n: i64,
    pub share: String,
}

/// What cases were about, beside the time before.
pub struct Item {
    pub name: String,
    pub kind: String,
    pub n: i64,
    pub before: i64,
    /// With its sign.
    pub change: String,
    /// Of 160.
    pub bar: i64,
}

#[derive(Template)]
#[template(path = "communication/page.html")]
struct Show {
    p: Page,
    a: Asked,
    error: String,
    periods: Vec<(String, String, bool)>,
    before: Vec<Way>,
    before_all: i64,
    during: Vec<Way>,
    during_all: i64,
    sent: Vec<(String, i64, i64, i64)>,
    after: Vec<Part>,
    after_all: i64,
    satisfaction: Vec<Part>,
    kinds: Vec<(String, Figure, String)>,
    items: Vec<Item>,
    /// Figures lead to their lists.
    opens: bool,
    may_export: bool,
}

/// The present month where nothing is said.
fn with_period(a: &Asked, today: Date) -> Asked {
    let or = |given: &str, otherwise: Date| match given.parse::<Date>() {
        Ok(day) => day.to_string(),
        Err(_) => otherwise.to_string(),
    };
    Asked {
        from: or(&a.from, today.first_of_month()),
        until: or(&a.until, today),
    }
}

/// The list behind a figure; empty for who does not see all of it there.
fn list(v: &Viewer, a: &Asked, of: &str, set: &str) -> String {
    let right = match of {
        "cases" => Action::ViewCase,
        _ => Action::ViewContacts,
    };
    match v.reach(right) >= Reach::Site {
        true => format!("/{of}?view=all&from={}&until={}&{set}", a.from, a.until),
        false => String::new(),
    }
}

fn ways(v: &Viewer, p: &Page, a: &Asked, c: &Counted, phase: Phase) -> Vec<Way> {
    let of = |channel: Channel, outcome: TalkOutcome| Figure {
        n: c.talks(channel, outcome),
        list: list(v, a, "contacts", &format!("channel={channel}&outcome={outcome}")),
    };
    (Channel::ALL.iter())
        .map(|channel| Way {
            name: p.code("channel", channel.as_str()),
            n: c.phase(*channel, phase),
            outcomes: TalkOutcome::of(phase).map(|x| of(*channel, x)).collect(),
        })
        .filter(|way| way.n > 0)
        .collect()
}

fn items(names: &Names, p: &Page, c: &Counted) -> Vec<Item> {
    let all = c.trends(ITEMS);
    let most = all.first().map_or(1, |x| x.n.max(1));
    let item = |x: &Trend| Item {
        name: names.item(&x.item),
        kind: p.code("kind", &x.kind),
        n: x.n,
        before: x.before,
        change: match x.n - x.before {
            0 => "0".to_owned(),
            by => format!("{by:+}"),
        },
        bar: x.n * 160 / most,
    };
    all.iter().map(item).collect()
}

fn parts(rows: impl Iterator<Item = (String, i64)>) -> Vec<Part> {
    let rows: Vec<(String, i64)> = rows.filter(|(_, n)| *n > 0).collect();
    let whole = rows.iter().map(|(_, n)| n).sum();
    rows.into_iter()
        .map(|(name, n)| Part {
            name,
            n,
            share: share(n, whole),
        })
        .collect()
}

async fn read(web: &Web, v: &Viewer, a: &Asked) -> Result<(Counted, Names), Fail> {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let (from, until) = (when::day_start(&zone, &a.from), when::day_end(&zone, &a.until));
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((counted(c, ctx, from, until)?, Names::load(c, ctx)?))
        })
        .await?)
}

/// What is shown, from what was counted.
fn shown(v: &Viewer, p: Page, a: Asked, c: &Counted, names: Option<&Names>, error: String) -> Show {
    let today = day(&p.zone, v.now);
    let periods = periods(today).into_iter().map(|(name, from, until)| {
        let (from, until) = (from.to_string(), until.to_string());
        (
            format!("/registers/analysis?from={from}&until={until}"),
            p.t(&format!("ontime-{name}")),
            a.from == from && a.until == until,
        )
    });
    let before = ways(v, &p, &a, c, Phase::Before);
    let during = ways(v, &p, &a, c, Phase::During);
    let after = c.callbacks().into_iter();
    let after = parts(after.map(|(state, n)| (p.code("callback", &state), n)));
    let said = Satisfaction::ALL.iter();
    let said = said.map(|s| (p.code("satisfaction", s.as_str()), c.said(*s)));
    let cases: i64 = CaseKind::ALL.iter().map(|kind| c.cases(*kind)).sum();
    let kinds = CaseKind::ALL.iter().map(|kind| {
        let figure = Figure {
            n: c.cases(*kind),
            list: list(v, &a, "cases", &format!("kind={kind}")),
        };
        let share = share(figure.n, cases);
        (p.code("kind", kind.as_str()), figure, share)
    });
    Show {
        error,
        periods: periods.collect(),
        before_all: before.iter().map(|w| w.n).sum(),
        during_all: during.iter().map(|w| w.n).sum(),
        sent: (c.sent.iter())
            .map(|x| (p.code("channel_name", &x.channel), x.n, x.arrived, x.failed))
            .collect(),
        after_all: after.iter().map(|x| x.n).sum(),
        satisfaction: parts(said),
        kinds: kinds.filter(|(_, f, _)| f.n > 0).collect(),
        items: names.map_or_else(Vec::new, |names| items(names, &p, c)),
        opens: v.reach(Action::ViewContacts) >= Reach::Site,
        may_export: v.may(Action::Export),
        before,
        during,
        after,
        a,
        p,
    }
}

/// The page.
pub async fn show(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "communication-title");
    let a = with_period(&a, day(&p.zone, v.now));
    Ok(page(&match read(&web, &v, &a).await {
        Ok((c, names)) => shown(&v, p, a, &c, Some(&names), String::new()),
        Err(Fail(Error::Invalid(list))) => {
            let text = list.first().map(|x| crate::fail::field_text(v.locale, x));
            shown(&v, p, a, &Counted::default(), None, text.unwrap_or_default())
        }
        Err(e) => return Err(e),
    })?)
}

/// The same as an Excel file: logged, with a line that says who took it and when.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "communication-title");
    let a = with_period(&a, day(&p.zone, v.now));
    let (c, names) = read(&web, &v, &a).await?;
    let s = shown(&v, p, a, &c, Some(&names), String::new());
    let mut rows: Vec<(String, String, i64)> = Vec::new();
    for (phase, key, ways) in [
        (Phase::Before, "communication-before", &s.before),
        (Phase::During, "communication-during", &s.during),
    ] {
        for way in ways {
            for (figure, outcome) in way.outcomes.iter().zip(TalkOutcome::of(phase)) {
                let what = format!("{} · {}", way.name, s.p.code("outcome", outcome.as_str()));
                rows.push((s.p.t(key), what, figure.n));
            }
        }
    }
    let during = s.p.t("communication-during");
    rows.extend(
        (s.sent.iter()).map(|(name, n, _, _)| (during.clone(), s.p.t1("communication-sent-by", "way", name), *n)),
    );
    let after = s.p.t("communication-after");
    rows.extend(s.after.iter().map(|x| (after.clone(), x.name.clone(), x.n)));
    rows.extend(s.satisfaction.iter().map(|x| (after.clone(), x.name.clone(), x.n)));
    let about = s.p.t("communication-about");
    rows.extend(
        s.items
            .iter()
            .map(|x| (about.clone(), format!("{} · {}", x.kind, x.name), x.n)),
    );
    let filter =
        s.p.t2("ontime-period", "from", s.a.from.as_str(), "until", s.a.until.as_str());
    let headings: &[Heading] = &[
        ("communication-phase", Kind::Text, 14.0),
        ("communication-what", Kind::Text, 36.0),
        ("communication-n", Kind::Number, 10.0),
    ];
    let rows = rows
        .into_iter()
        .map(|(phase, what, n)| vec![text(phase), text(what), Cell::Int(n)]);
    table::export(
        &web,
        &v,
        "communication",
        s.p.title.clone(),
        filter,
        headings,
        rows.collect(),
    )
    .await
}
