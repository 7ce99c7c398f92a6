//! The month's satisfaction calls (CSM-4): the draw, the call list, one call with script and questions, the record on paper
//! with the customer's signature (COM-12), and what the answers are worth.

use app::call_round::{self as rounds, Call, Foreseen, Listed, Round, Said};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::call_round::{CallState, SignedHow};
use domain::case::{Answer as Said1, AttemptResult, Satisfaction};
use domain::ids::{CallLineId, CallRoundId};
use domain::scripts::{Answer as Way, Question};
use domain::share::Share;
use office::sheet::{Cell, Kind};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, again, version};
use crate::gate::{Viewer, encode};
use crate::l10n::tx;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::table::{self, Heading};

/// A share in words: `82%（9/11，95% 区间 52%–95%）`; a dash where nobody was asked.
pub fn share(p: &Page, s: Share) -> String {
    match (s.percent(), s.interval()) {
        (Some(rate), Some((low, high))) => {
            let args = [
                ("rate", format!("{rate:.0}")),
                ("hits", s.hits.to_string()),
                ("of", s.of.to_string()),
                ("low", format!("{low:.0}")),
                ("high", format!("{high:.0}")),
            ];
            let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
            tx(p.locale, "share-is", &args)
        }
        _ => p.t("share-none"),
    }
}

/// A share of the month's calls: the sample is drawn, so where there is no figure nobody was reached yet.
fn reached(p: &Page, s: Share) -> String {
    if s.percent().is_none() {
        return p.t("calls-none-reached");
    }
    share(p, s)
}

#[derive(Template)]
#[template(path = "call_round/list.html")]
struct ListPage {
    p: Page,
    l: Listed,
    may_draw: bool,
    month: String,
    wanted: String,
    e: Errors,
    /// So that a double click draws once.
    key: String,
    /// What is asked before it is drawn.
    asks: Option<Foreseen>,
}

impl ListPage {
    fn share(&self, s: impl std::borrow::Borrow<Share>) -> String {
        reached(&self.p, *s.borrow())
    }
}

async fn list_view(web: &Web, v: &Viewer, f: Option<DrawForm>, e: Errors) -> Result<ListPage, Fail> {
    let l = web.read(&v.ctx()?, rounds::list).await?;
    let proposed = domain::call_round::proposed(l.pool);
    let f = f.unwrap_or_else(|| DrawForm {
        _key: String::new(),
        month: l.missing.clone().unwrap_or_default(),
        wanted: proposed.to_string(),
        sure: String::new(),
    });
    let p = Page::new(web, v, "calls-title");
    Ok(ListPage {
        key: p.key(web),
        p,
        asks: None,
        may_draw: v.may(Action::DrawCalls),
        month: f.month,
        wanted: f.wanted,
        l,
        e,
    })
}

/// The months.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&list_view(&web, &v, None, Errors::default()).await?)?)
}

/// What a draw asks for.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct DrawForm {
    _key: String,
    month: String,
    wanted: String,
    sure: String,
}

/// Draws a month's sample, once who draws has read what will happen.
pub async fn draw(State(web): State<Web>, v: Viewer, Form(f): Form<DrawForm>) -> Answer {
    let (key, month, wanted) = (f._key.clone(), f.month.clone(), f.wanted.trim().parse().unwrap_or(0));
    if f.sure.is_empty() {
        let seen = web
            .read(&v.ctx()?, move |c, ctx| rounds::foresee(c, ctx, &month, wanted))
            .await;
        return match seen {
            Ok(asks) => {
                let mut view = list_view(&web, &v, Some(f), Errors::default()).await?;
                view.asks = Some(asks);
                Ok(page(&view)?)
            }
            Err(e) => again(&v, e, async |e| list_view(&web, &v, Some(f), e).await).await,
        };
    }
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            let asked = (month.clone(), wanted);
            app::once::once(tx, ctx, &key, &asked, |tx, ctx| rounds::draw(tx, ctx, &month, wanted))
        })
        .await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/calls/{id}")).into_response()),
        Err(e) => again(&v, e, async |e| list_view(&web, &v, Some(f), e).await).await,
    }
}

#[derive(Template)]
#[template(path = "call_round/show.html")]
struct ShowPage {
    p: Page,
    r: Round,
    names: Names,
    export: bool,
}

impl ShowPage {
    fn share(&self, s: impl std::borrow::Borrow<Share>) -> String {
        reached(&self.p, *s.borrow())
    }
}

/// Tone of a call's mark.
fn tone(state: CallState) -> &'static str {
    match state {
        CallState::Open => "amb",
        CallState::Reached => "grn",
        CallState::Refused | CallState::Unreachable => "",
    }
}

async fn round(web: &Web, v: &Viewer, id: &str) -> Result<(Round, Names), Fail> {
    let id = CallRoundId::from(id.to_owned());
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((rounds::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?)
}

/// A month's list.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (r, names) = round(&web, &v, &id).await?;
    Ok(page(&ShowPage {
        p: Page::titled(
            &web,
            &v,
            format!("{} {}", crate::l10n::t(v.locale, "calls-title"), r.row.month),
        ),
        export: v.may(Action::Export),
        names,
        r,
    })?)
}

/// One row of the paper.
struct Signed {
    c: Call,
    answers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "call_round/print.html")]
struct PrintPage {
    p: Page,
    org: String,
    r: Round,
    rows: Vec<Signed>,
    names: Names,
    printed: String,
}

impl PrintPage {
    fn share(&self, s: impl std::borrow::Borrow<Share>) -> String {
        reached(&self.p, *s.borrow())
    }
}

fn answer_words(p: &Page, names: &Names, c: &Call) -> Vec<(String, String)> {
    let asked = &names.book.scripts.questions;
    (c.answers.iter())
        .filter_map(|a| {
            let q = asked.iter().find(|q| q.code == a.question)?;
            let said = match (q.answer, a.answer.as_str()) {
                (Way::YesNo, "true") => p.t("yes"),
                (Way::YesNo, "false") => p.t("no"),
                (Way::Satisfaction, s) => {
                    (s.parse::<Satisfaction>()).map_or(s.to_owned(), |s| p.code("satisfaction", s.as_str()))
                }
                (_, s) => s.to_owned(),
            };
            Some((p.either(&q.zh, &q.en).to_owned(), said))
        })
        .collect()
}

/// The record of the month on paper, with room for signatures (COM-12); logged.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (mut r, names) = round(&web, &v, &id).await?;
    let p = Page::new(&web, &v, "calls-record");
    table::print_logged(&web, &v, "calls", &r.row.month, r.calls.len()).await?;
    let org = table::organisation(&web, &v).await?;
    let rows = std::mem::take(&mut r.calls);
    Ok(page(&PrintPage {
        rows: (rows.into_iter())
            .map(|c| Signed {
                answers: answer_words(&p, &names, &c),
                c,
            })
            .collect(),
        printed: table::printed_by(&p, &v),
        org,
        r,
        names,
        p,
    })?)
}

const COLUMNS: &[Heading] = &[
    ("calls-no", Kind::Number, 6.0),
    ("subject-case", Kind::Text, 18.0),
    ("calls-what", Kind::Text, 28.0),
    ("col-place", Kind::Text, 16.0),
    ("col-name", Kind::Text, 12.0),
    ("col-worker", Kind::Text, 12.0),
    ("word-state", Kind::Text, 12.0),
    ("calls-attempts", Kind::Number, 8.0),
    ("calls-satisfaction", Kind::Text, 12.0),
    ("calls-opinion", Kind::Text, 30.0),
    ("calls-called", Kind::DateTime, 17.0),
    ("calls-by", Kind::Text, 12.0),
    ("calls-signature", Kind::Text, 14.0),
];

/// The list as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (r, names) = round(&web, &v, &id).await?;
    let p = Page::new(&web, &v, "calls-record");
    let rows = r.calls.iter().map(|c| {
        let staff = |id: &Option<domain::ids::StaffId>| id.as_ref().map_or(String::new(), |id| names.staff(id));
        vec![
            Cell::Int(c.row.no),
            table::text(c.row.case_number.clone()),
            table::text(c.row.title.clone()),
            table::text(c.row.place.clone()),
            table::text(c.row.name.clone()),
            table::text(staff(&c.row.worker_id)),
            table::text(p.code("call-state", c.state.as_str())),
            Cell::Int(i64::try_from(c.attempts.len()).unwrap_or(0)),
            table::text(p.coded("satisfaction", &c.row.satisfaction)),
            table::text(c.row.opinion.clone()),
            table::at(c.row.called_at),
            table::text(staff(&c.row.called_by)),
            table::text(p.coded("call-signed", &c.row.signed)),
        ]
    });
    let rows = rows.collect();
    table::export(
        &web,
        &v,
        "calls",
        p.t("calls-record"),
        r.row.month.clone(),
        COLUMNS,
        rows,
    )
    .await
}

/// A question of the call as the form draws it.
struct Asked {
    code: String,
    label: String,
    way: Way,
    required: bool,
    value: String,
}

#[derive(Template)]
#[template(path = "call_round/line.html")]
struct LinePage {
    p: Page,
    c: Call,
    names: Names,
    /// Why whoever looks may not make the call.
    refused: Option<String>,
    say: String,
    asked: Vec<Asked>,
    answers: Vec<(String, String)>,
    forms: Vec<(String, String)>,
    /// The customer's number with its middle hidden, and whether the viewer may see it by the logged act.
    phone: String,
    reveal: bool,
    f: Typed,
    e: Errors,
}

impl LinePage {
    fn results(&self) -> &'static [AttemptResult] {
        &[
            AttemptResult::Reached,
            AttemptResult::NoAnswer,
            AttemptResult::WrongNumber,
            AttemptResult::Later,
            AttemptResult::Refused,
        ]
    }

    fn steps(&self) -> &'static [Satisfaction] {
        Satisfaction::ALL
    }

    fn hows(&self) -> &'static [SignedHow] {
        SignedHow::ALL
    }

    fn typed(&self, name: &str) -> &str {
        self.f.of(name)
    }
}

/// What was posted, by name.
#[derive(Default, Clone)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
}

async fn line_view(web: &Web, v: &Viewer, id: &str, f: Typed, e: Errors) -> Result<LinePage, Fail> {
    let id = CallLineId::from(id.to_owned());
    let ((c, refused), forms, names, phone, say) = web
        .read(&v.ctx()?, move |c, ctx| {
            let line = rounds::line(c, ctx, &id)?;
            let forms = rounds::paper_forms(c, ctx, &line.0.row)?;
            // Who calls sees the case as far as they may: its number by the same logged act, and how the customer is addressed.
            let (phone, say) = match app::case::get(c, ctx, &line.0.row.case_id) {
                Ok(seen) => (
                    app::contact::look::masked(&seen.state.customer.phone),
                    crate::case::outgoing(c, ctx, &seen.state)?.0,
                ),
                Err(Error::NotFound) => (String::new(), String::new()),
                Err(e) => return Err(e),
            };
            Ok((line, forms, Names::load(c, ctx)?, phone, say))
        })
        .await?;
    let p = Page::new(web, v, "calls-call");
    let book = names.book.clone();
    let kind: domain::case::Kind = c.row.kind.parse().map_err(|_| Error::NotFound)?;
    let own = |q: &&Question| !matches!(q.code.as_str(), "satisfaction" | "opinion");
    let asked = book.scripts.questions_for(kind).filter(own).map(|q| Asked {
        label: p.either(&q.zh, &q.en).to_owned(),
        way: q.answer,
        required: q.required && q.code != "solved",
        value: f.of(&format!("q_{}", q.code)).to_owned(),
        code: q.code.clone(),
    });
    Ok(LinePage {
        asked: asked.collect(),
        answers: answer_words(&p, &names, &c),
        refused: refused.map(|r| crate::fail::explain(v.locale, &Error::from(r)).0),
        forms: (forms.into_iter())
            .map(|(id, at)| (id.into_string(), p.full_time(at)))
            .collect(),
        say,
        reveal: !phone.is_empty() && v.may(Action::RevealPhone),
        phone,
        c,
        names,
        f,
        e,
        p,
    })
}

/// One call.
pub async fn line(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(
        &line_view(&web, &v, &id, Typed::default(), Errors::default()).await?,
    )?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: Typed) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/call-lines/{}", encode(id))).into_response()),
        Err(e) => again(v, e, async |e| line_view(web, v, id, typed, e).await).await,
    }
}

/// A call was made.
pub async fn call(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(posted): Form<Vec<(String, String)>>,
) -> Answer {
    let typed = Typed(posted);
    let answers = typed.0.iter().filter_map(|(n, value)| {
        Some(Said1 {
            question: n.strip_prefix("q_")?.to_owned(),
            answer: value.clone(),
        })
    });
    let said = Said {
        result: typed.of("result").parse().ok(),
        satisfaction: typed.of("satisfaction").parse().ok(),
        answers: answers.collect(),
        opinion: typed.of("opinion").to_owned(),
        note: typed.of("note").to_owned(),
    };
    let (line, seen) = (CallLineId::from(id.clone()), version(typed.of("version")));
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| rounds::make(tx, ctx, &line, seen, &said))
        .await;
    done(&web, &v, &id, saved, typed).await
}

/// The record was signed, or the customer declined to.
pub async fn sign(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(posted): Form<Vec<(String, String)>>,
) -> Answer {
    let typed = Typed(posted);
    let (line, seen, t) = (
        CallLineId::from(id.clone()),
        version(typed.of("version")),
        typed.clone(),
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            let how = t.of("how").parse().ok();
            rounds::sign(tx, ctx, &line, seen, how, t.of("file"), t.of("signed_note"))
        })
        .await;
    done(&web, &v, &id, saved, typed).await
}
