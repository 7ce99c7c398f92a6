//! Consultation (REC-7) on the screen: the desk asks, whom it reaches sees the question with its running clock on whatever
//! page they have open, and the answer comes back to the desk by itself.

use app::consult::{self, ConsultRow, NewConsult, Target};
use app::ctx::Locale;
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::case::Channel;
use domain::ids::{CaseId, ConsultId};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// One question as it is shown.
pub struct Question {
    pub id: String,
    pub question: String,
    pub answer: String,
    /// Code of a [`domain::consult::ConsultState`].
    pub state: String,
    pub channel: String,
    /// Who asks, and who is asked or answered.
    pub by: String,
    pub whom: String,
    pub due_at: i64,
    pub passed: bool,
    /// Seconds from the question to its answer; empty while it is open.
    pub took: String,
    /// Where a reply is promised: the case, or empty at the desk.
    pub case: String,
}

impl Question {
    /// Who waits, as text keys name it.
    fn who(&self) -> &'static str {
        if self.channel == "visit" { "visit" } else { "phone" }
    }
}

fn whom(p: &Page, names: &Names, r: &ConsultRow) -> String {
    match (&r.answered_by, &r.asked_department) {
        (Some(id), _) => names.staff(id),
        (None, Some(d)) => names.department(d),
        (None, None) => p.code("role", &r.asked_post),
    }
}

/// How a question looks now.
pub fn question(p: &Page, names: &Names, r: &ConsultRow) -> Question {
    Question {
        id: r.id.as_str().to_owned(),
        question: r.question.clone(),
        answer: r.answer.clone(),
        state: r.state.clone(),
        channel: r.channel.clone(),
        by: names.staff(&r.asked_by),
        whom: whom(p, names, r),
        due_at: r.due_at,
        passed: r.breached_at.is_some() || (r.state == "waiting" && p.now > r.due_at),
        took: r
            .answered_at
            .map_or_else(String::new, |at| crate::ontime::length(p.locale, at - r.asked_at)),
        case: r.case_id.as_ref().map(|c| c.as_str().to_owned()).unwrap_or_default(),
    }
}

/// One who can be asked, as a choice: 客服主任 · 李慧敏 在岗.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub superior: bool,
    pub nobody: bool,
}

fn choice(p: &Page, t: &Target) -> Choice {
    let name = if t.post.is_empty() {
        t.department.clone()
    } else {
        p.code("role", &t.post)
    };
    let on = if t.on_duty.is_empty() {
        p.t("consult-nobody-on")
    } else {
        let all = t.on_duty.join(&p.t("list-comma"));
        p.t1("consult-on-duty", "names", all)
    };
    Choice {
        value: t.value.clone(),
        label: format!("{name} · {on}"),
        superior: !t.post.is_empty(),
        nobody: t.on_duty.is_empty(),
    }
}

/// The desk's or a case's own questions.
#[derive(Template)]
#[template(path = "consult/mine.html")]
struct Mine {
    p: Page,
    list: Vec<Question>,
    /// The desk's form is on the page: its dialogs take a promise and an answer.
    desk: bool,
    sorry: String,
}

/// What the viewer is asked.
#[derive(Template)]
#[template(path = "consult/asked.html")]
struct AskedView {
    p: Page,
    list: Vec<Question>,
    have: String,
    error: String,
}

/// The fields of a question.
#[derive(Template)]
#[template(path = "consult/form.html")]
pub struct AskForm {
    p: Page,
    choices: Vec<Choice>,
    /// The case, or empty at the desk.
    case: String,
    key: String,
    what: String,
    to: String,
    seconds: i64,
    /// Asks the customer whether to wait (ETQ-3).
    hold: String,
    errors: Vec<(String, String)>,
}

impl AskForm {
    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(n, _)| n == name).map(|(_, t)| t.as_str())
    }
    fn superiors(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(|c| c.superior)
    }
    fn departments(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(|c| !c.superior)
    }
    /// Chosen already, or the first superior who is there.
    fn chosen(&self, value: &str) -> bool {
        if !self.to.is_empty() {
            return self.to == value;
        }
        let first = self.choices.iter().find(|c| !c.nobody);
        first.is_some_and(|c| c.value == value)
    }
}

/// Everything in a page of its own, for a browser without script.
#[derive(Template)]
#[template(path = "consult/page.html")]
struct Whole {
    p: Page,
    asked: String,
    mine: String,
}

#[derive(Template)]
#[template(path = "consult/new.html")]
struct NewPage {
    p: Page,
    form: String,
    case: String,
}

fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

fn draw(t: &impl Template) -> Result<String, Fail> {
    t.render().map_err(|e| Fail(Error::internal(e)))
}

/// Where one's own questions are shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Where {
    key: String,
    case: String,
    have: String,
}

async fn mine_view(web: &Web, v: &Viewer, w: &Where) -> Result<Mine, Fail> {
    let p = Page::bare(web, Some(v), v.locale, "");
    let (key, case) = (w.key.clone(), w.case.clone());
    let (names, rows) = web
        .read(&v.ctx()?, move |c, ctx| {
            let case = (!case.is_empty()).then(|| CaseId::from(case.as_str()));
            Ok((Names::load(c, ctx)?, consult::mine(c, ctx, &key, case.as_ref())?))
        })
        .await?;
    Ok(Mine {
        list: rows.iter().map(|r| question(&p, &names, r)).collect(),
        desk: w.case.is_empty(),
        sorry: crate::promise::apology(v.locale, "reply"),
        p,
    })
}

/// One's own questions, as they stand.
pub async fn mine(State(web): State<Web>, v: Viewer, Query(w): Query<Where>) -> Answer {
    Ok(page(&mine_view(&web, &v, &w).await?)?)
}

async fn asked_view(web: &Web, v: &Viewer) -> Result<AskedView, Fail> {
    let p = Page::bare(web, Some(v), v.locale, "");
    let (names, rows) = web
        .read(&v.ctx()?, |c, ctx| {
            Ok((Names::load(c, ctx)?, consult::asked_of_me(c, ctx)?))
        })
        .await?;
    let have: Vec<&str> = rows.iter().map(|r| r.id.as_str()).collect();
    Ok(AskedView {
        have: have.join(","),
        list: rows.iter().map(|r| question(&p, &names, r)).collect(),
        error: String::new(),
        p,
    })
}

/// What the viewer is asked; nothing new when the page shows it already, so that an answer half written stays.
pub async fn asked(State(web): State<Web>, v: Viewer, Query(w): Query<Where>) -> Answer {
    let view = asked_view(&web, &v).await?;
    if view.have == w.have {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(page(&view)?)
}

/// The page of both, without script.
pub async fn show(State(web): State<Web>, v: Viewer) -> Answer {
    let asked = draw(&asked_view(&web, &v).await?)?;
    let mine = if v.may(Action::Consult) {
        draw(&mine_view(&web, &v, &Where::default()).await?)?
    } else {
        String::new()
    };
    let p = Page::new(&web, &v, "consult-title");
    Ok(page(&Whole { p, asked, mine })?)
}

/// The form as the browser sends it; at the desk it comes with the whole registration form.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Posted {
    /// Of the registration form, or of the question's own form on a case's page.
    _key: String,
    channel: String,
    consult_to: String,
    consult_what: String,
    consult_key: String,
    case: String,
    content: String,
    /// Language the caller speaks.
    locale: String,
}

async fn form(web: &Web, v: &Viewer, f: &Posted, errors: Vec<(String, String)>) -> Result<AskForm, Fail> {
    let p = Page::bare(web, Some(v), v.locale, "");
    let channel: Channel = f.channel.parse().unwrap_or(Channel::Phone);
    let ctx = v.ctx()?;
    let standard = web
        .read(&ctx, |c, ctx| ctx.book.standard(c, &ctx.site, ctx.now))
        .await?;
    let seconds = match standard.desk().consult_limit(channel) {
        domain::clock::Limit::Minute { n } => i64::from(n) * 60,
        _ => 60,
    };
    let targets = web.read(&ctx, consult::targets).await?;
    Ok(AskForm {
        choices: targets.iter().map(|t| choice(&p, t)).collect(),
        case: f.case.clone(),
        key: web.desk.ids.secret(),
        what: if f.consult_what.is_empty() {
            f.content.clone()
        } else {
            f.consult_what.clone()
        },
        to: f.consult_to.clone(),
        seconds,
        hold: hold(&ctx, &f.locale, channel),
        errors,
        p,
    })
}

/// The sentence that says it takes a while and asks whether the customer can wait, in the caller's language.
pub(crate) fn hold(ctx: &app::ctx::Ctx, locale: &str, channel: Channel) -> String {
    use domain::scripts::{DayPart, Fill, Moment, fill};
    let found = ctx.book.scripts.pick(Moment::Hold, channel, DayPart::of_hour(9));
    let text = found.first().map_or_else(String::new, |s| {
        fill(if locale == "en" { &s.en } else { &s.zh }, Fill::default())
    });
    // Nobody to address: the sentence begins without the name's comma.
    text.trim_start_matches(['，', ',', ' ']).to_owned()
}

/// The fields for the desk's dialog: whom to ask now, and how long that may take.
pub async fn desk_form(State(web): State<Web>, v: Viewer, Form(f): Form<Posted>) -> Answer {
    let f = Posted {
        case: String::new(),
        ..f
    };
    Ok(page(&form(&web, &v, &f, Vec::new()).await?)?)
}

/// The form on a case's page.
pub async fn case_form(State(web): State<Web>, v: Viewer, headers: HeaderMap, Path(key): Path<String>) -> Answer {
    let seen = web.read(&v.ctx()?, move |c, ctx| app::case::find(c, ctx, &key)).await?;
    let f = Posted {
        case: seen.state.id.as_str().to_owned(),
        channel: seen.state.channel.as_str().to_owned(),
        ..Posted::default()
    };
    let form = form(&web, &v, &f, Vec::new()).await?;
    if is_htmx(&headers) {
        return Ok(page(&form)?);
    }
    let form = draw(&form)?;
    let p = Page::new(&web, &v, "consult-title");
    Ok(page(&NewPage {
        p,
        form,
        case: seen.state.number,
    })?)
}

/// Asks.
pub async fn ask(State(web): State<Web>, v: Viewer, headers: HeaderMap, Form(f): Form<Posted>) -> Answer {
    let on_case = !f.case.is_empty();
    let n = NewConsult {
        form_key: if on_case { String::new() } else { f._key.clone() },
        case: on_case.then(|| CaseId::from(f.case.as_str())),
        channel: f.channel.parse().unwrap_or(Channel::Phone),
        to: f.consult_to.clone(),
        question: f.consult_what.clone(),
    };
    // The registration form's own key stays for the registration.
    let key = f.consult_key.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| consult::ask(tx, ctx, &key, &n))
        .await;
    match done {
        Ok(_) if !is_htmx(&headers) => Ok(Redirect::to("/consults").into_response()),
        Ok(_) => {
            let w = Where {
                key: if on_case { String::new() } else { f._key.clone() },
                case: f.case.clone(),
                have: String::new(),
            };
            let mut r: Response = page(&mine_view(&web, &v, &w).await?)?.into_response();
            let head = r.headers_mut();
            head.insert("hx-retarget", HeaderValue::from_static("#consult"));
            head.insert("hx-reswap", HeaderValue::from_static("innerHTML"));
            head.insert("hx-trigger", HeaderValue::from_static("dialog:close"));
            Ok(r)
        }
        Err(Error::Invalid(list)) => {
            let errors = list
                .iter()
                .map(|x| (x.name.clone(), crate::fail::field_text(v.locale, x)))
                .collect();
            let again = form(&web, &v, &f, errors).await?;
            let html = draw(&again)?;
            let html = if is_htmx(&headers) {
                html
            } else {
                let p = Page::new(&web, &v, "consult-title");
                draw(&NewPage {
                    p,
                    form: html,
                    case: f.case.clone(),
                })?
            };
            Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                [("content-type", "text/html; charset=utf-8")],
                html,
            )
                .into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}

/// An answer, or that there is none now.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Answered {
    answer: String,
    act: String,
}

/// Answers. Who was too late, or wrote nothing, sees why.
pub async fn answer(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(f): Form<Answered>,
) -> Answer {
    let id = ConsultId::from(id.as_str());
    let words = (f.act != "cannot").then(|| f.answer.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            consult::answer(tx, ctx, &id, words.as_deref())
        })
        .await;
    let error = match done {
        Ok(()) => String::new(),
        Err(e @ (Error::Refused(_) | Error::Invalid(_))) => explain(v.locale, &e),
        Err(e) => return Err(Fail(e)),
    };
    if !is_htmx(&headers) && error.is_empty() {
        return Ok(Redirect::to("/consults").into_response());
    }
    let code = if error.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let mut view = asked_view(&web, &v).await?;
    view.error = error;
    Ok((code, page(&view)?).into_response())
}

fn explain(l: Locale, e: &Error) -> String {
    match e {
        Error::Invalid(list) => list.first().map(|x| crate::fail::field_text(l, x)).unwrap_or_default(),
        e => crate::fail::explain(l, e).0,
    }
}

/// The desk goes on, or has read the answer.
pub async fn away(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(w): Form<Where>,
) -> Answer {
    let id = ConsultId::from(id.as_str());
    web.write(&v.ctx()?, move |tx, ctx| consult::put_away(tx, ctx, &id))
        .await?;
    if !is_htmx(&headers) {
        return Ok(Redirect::to("/consults").into_response());
    }
    Ok(page(&mine_view(&web, &v, &w).await?)?)
}
