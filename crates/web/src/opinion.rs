//! The month's round of suggestions and praise (COM-13, COM-14): the months, one round with what each opinion lacks, one
//! opinion with its steps, the round on paper and as an Excel file.

use app::opinion::{self as rounds, LineRow, Round, RoundRow, Step};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::case::Kind as CaseKind;
use domain::ids::{OpinionLineId, OpinionRoundId, StaffId};
use domain::opinion::{Handling, Outcome, TellHow};
use office::sheet::Kind;
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, again, version};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::table::{self, Heading};
use crate::when;

#[derive(Template)]
#[template(path = "opinion/list.html")]
struct ListPage {
    p: Page,
    rounds: Vec<Round>,
}

/// The months, newest first. The first look in a month opens its round, if the timer has not.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    web.write(&v.ctx()?, rounds::sync).await?;
    Ok(page(&ListPage {
        rounds: web.read(&v.ctx()?, rounds::list).await?,
        p: Page::new(&web, &v, "opinions-title"),
    })?)
}

#[derive(Template)]
#[template(path = "opinion/show.html")]
struct ShowPage {
    p: Page,
    r: Round,
    names: Names,
    export: bool,
    e: Errors,
}

async fn read(web: &Web, v: &Viewer, id: &str) -> Result<(Round, Names), Fail> {
    let id = OpinionRoundId::from(id.to_owned());
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((rounds::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?)
}

async fn show_view(web: &Web, v: &Viewer, id: &str, e: Errors) -> Result<ShowPage, Fail> {
    let (r, names) = read(web, v, id).await?;
    let title = format!("{} {}", crate::l10n::t(v.locale, "opinions-title"), r.row.month);
    Ok(ShowPage {
        p: Page::titled(web, v, title),
        export: v.may(Action::Export),
        names,
        r,
        e,
    })
}

/// One round.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&show_view(&web, &v, &id, Errors::default()).await?)?)
}

/// What a form that changes something was made from.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Seen {
    version: String,
}

/// Closes a round.
pub async fn close(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Seen>) -> Answer {
    let (round, seen) = (OpinionRoundId::from(id.clone()), version(&f.version));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| rounds::close(tx, ctx, &round, seen))
        .await;
    let e = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/opinions/{}", encode(&id))).into_response()),
        Err(e) => e,
    };
    // What was taken in before it was counted is to be seen.
    web.write(&v.ctx()?, rounds::sync).await?;
    again(&v, e, async |e| show_view(&web, &v, &id, e).await).await
}

#[derive(Template)]
#[template(path = "opinion/print.html")]
struct PrintPage {
    p: Page,
    org: String,
    r: Round,
    names: Names,
    printed: String,
}

/// The round on paper; logged.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (r, names) = read(&web, &v, &id).await?;
    let p = Page::new(&web, &v, "opinions-record");
    table::print_logged(&web, &v, "opinions", &r.row.month, r.lines.len()).await?;
    let org = table::organisation(&web, &v).await?;
    Ok(page(&PrintPage {
        printed: table::printed_by(&p, &v),
        org,
        r,
        names,
        p,
    })?)
}

const COLUMNS: &[Heading] = &[
    ("subject-case", Kind::Text, 18.0),
    ("col-kind", Kind::Text, 10.0),
    ("opinion-what", Kind::Text, 30.0),
    ("opinion-given", Kind::DateTime, 17.0),
    ("opinion-thanked", Kind::DateTime, 17.0),
    ("opinion-outcome", Kind::Text, 14.0),
    ("opinion-reason", Kind::Text, 30.0),
    ("opinion-doer", Kind::Text, 12.0),
    ("opinion-by", Kind::DateTime, 17.0),
    ("opinion-done", Kind::DateTime, 17.0),
    ("opinion-told", Kind::DateTime, 17.0),
    ("opinion-how", Kind::Text, 10.0),
    ("opinion-checked", Kind::DateTime, 17.0),
    ("opinion-check", Kind::Text, 20.0),
];

/// The round as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (r, names) = read(&web, &v, &id).await?;
    let p = Page::new(&web, &v, "opinions-record");
    let rows = r.lines.iter().map(|(x, _)| {
        vec![
            table::text(x.case_number.clone()),
            table::text(p.code("kind", &x.kind)),
            table::text(x.title.clone()),
            table::at(Some(x.given_at)),
            table::at(x.thanked_at),
            table::text(p.coded("opinion-outcome", &x.outcome)),
            table::text(x.reason.clone()),
            table::text(x.doer_id.as_ref().map_or(String::new(), |d| names.staff(d))),
            table::at(x.do_by),
            table::at(x.done_at),
            table::at(x.told_at),
            table::text(p.coded("tell-how", &x.told_how)),
            table::at(x.checked_at),
            table::text(check_words(&p, x)),
        ]
    });
    let rows = rows.collect();
    table::export(
        &web,
        &v,
        "opinions",
        p.t("opinions-record"),
        r.row.month.clone(),
        COLUMNS,
        rows,
    )
    .await
}

/// What quality's check found, in words.
fn check_words(p: &Page, x: &LineRow) -> String {
    match x.check_good {
        None => String::new(),
        Some(good) => {
            let key = if good { "opinion-good" } else { "opinion-not-good" };
            [p.t(key), x.check_note.clone()].join(" ").trim().to_owned()
        }
    }
}

#[derive(Template)]
#[template(path = "opinion/line.html")]
struct LinePage {
    p: Page,
    x: LineRow,
    round: RoundRow,
    missing: Vec<&'static str>,
    names: Names,
    f: Typed,
    e: Errors,
    steps: Vec<Handling>,
    taken_back: Vec<Handling>,
    /// The form of a result was refused.
    refused: bool,
}

/// What was typed into one of the forms.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Typed {
    version: String,
    how: String,
    outcome: String,
    reason: String,
    doer: String,
    do_by: String,
    done_note: String,
    told_how: String,
    told_at: String,
    told_note: String,
    good: String,
    check_note: String,
}

/// What is lacking, as a list in words.
fn lacking(p: &Page, missing: &[&'static str]) -> String {
    let all: Vec<String> = missing.iter().map(|key| p.t(key)).collect();
    all.join(&p.t("word-comma"))
}

impl LinePage {
    fn hows(&self) -> &'static [TellHow] {
        TellHow::ALL
    }

    fn outcomes(&self) -> &'static [Outcome] {
        if self.x.kind == CaseKind::Praise.as_str() {
            &[Outcome::PassedOn]
        } else {
            &[Outcome::Adopted, Outcome::Assigned, Outcome::Declined]
        }
    }

    /// Whether the viewer may do a step now.
    fn may(&self, step: Handling) -> bool {
        self.steps.contains(&step)
    }

    /// What another result takes back, in words.
    fn taken_back(&self) -> String {
        let all = self.taken_back.iter();
        let all: Vec<String> = all.map(|step| self.p.code("handling", step.as_str())).collect();
        all.join(&self.p.t("word-comma"))
    }

    fn people(&self) -> Vec<(String, String)> {
        self.names.everybody()
    }
}

impl Typed {
    /// The form of a result begins with the one that stands: what is not changed is not lost.
    fn with_result(&mut self, x: &LineRow, zone: &str) {
        self.outcome.clone_from(&x.outcome);
        self.reason.clone_from(&x.reason);
        self.doer = x.doer_id.as_ref().map_or(String::new(), |d| d.as_str().to_owned());
        self.do_by = x.do_by.map_or(String::new(), |by| when::date(zone, by - 1));
    }
}

/// One opinion. `refused` is the step whose form was refused.
async fn line_view(
    web: &Web,
    v: &Viewer,
    id: &str,
    mut f: Typed,
    refused: Option<Handling>,
    e: Errors,
) -> Result<LinePage, Fail> {
    let id = OpinionLineId::from(id.to_owned());
    let (line, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((rounds::line(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    if refused != Some(Handling::Identify) {
        f.with_result(&line.row, v.zone());
    }
    Ok(LinePage {
        p: Page::new(web, v, "opinions-title"),
        steps: line.steps,
        taken_back: line.taken_back,
        x: line.row,
        round: line.round,
        missing: line.missing,
        refused: refused == Some(Handling::Identify),
        names,
        f,
        e,
    })
}

/// One opinion.
pub async fn line(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(
        &line_view(&web, &v, &id, Typed::default(), None, Errors::default()).await?,
    )?)
}

async fn act(web: Web, v: Viewer, id: String, f: Typed, step: Step) -> Answer {
    let (line, seen, asked) = (OpinionLineId::from(id.clone()), version(&f.version), step.handling());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| rounds::act(tx, ctx, &line, seen, &step))
        .await;
    let e = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/opinion-lines/{}", encode(&id))).into_response()),
        Err(e) => e,
    };
    again(&v, e, async |e| line_view(&web, &v, &id, f, Some(asked), e).await).await
}

/// Who gave it was thanked.
pub async fn thank(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Typed>) -> Answer {
    let step = Step::Thank {
        how: f.how.parse().ok(),
    };
    act(web, v, id, f, step).await
}

/// What comes of it.
pub async fn identify(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Typed>) -> Answer {
    let step = Step::Identify {
        outcome: f.outcome.parse().ok(),
        reason: f.reason.clone(),
        doer: Some(f.doer.as_str()).filter(|d| !d.is_empty()).map(StaffId::from),
        do_by: when::day_end(v.zone(), &f.do_by),
    };
    act(web, v, id, f, step).await
}

/// What somebody was given to do is done.
pub async fn finish(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Typed>) -> Answer {
    let step = Step::Finish {
        note: f.done_note.clone(),
    };
    act(web, v, id, f, step).await
}

/// Who gave it knows the result.
pub async fn tell(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Typed>) -> Answer {
    let step = Step::Tell {
        how: f.told_how.parse().ok(),
        at: when::parse_field(v.zone(), &f.told_at),
        note: f.told_note.clone(),
    };
    act(web, v, id, f, step).await
}

/// Quality's check.
pub async fn check(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Typed>) -> Answer {
    let step = Step::Check {
        good: f.good.parse().ok(),
        note: f.check_note.clone(),
    };
    act(web, v, id, f, step).await
}
