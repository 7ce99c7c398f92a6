//! Steps of a visit, sent by a form.

use app::error::{Error, Fields, Res};
use app::visit::{self, Command, Expected, VisitAct, Who, host};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::ids::{PersonId, VisitId};

use super::view::VisitView;
use super::{VisitPage, load};
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::form::{Pairs, value};
use crate::shown;
use crate::state::Web;
use crate::when;

/// The visitor of a form.
pub(super) fn who_of(f: &Pairs) -> Who {
    Who {
        name: value(f, "name"),
        company: value(f, "company"),
        reason: value(f, "reason"),
        plate: value(f, "plate"),
        people: value(f, "people").trim().parse().unwrap_or(0),
        host: value(f, "host"),
        person: Some(value(f, "person")).filter(|t| !t.is_empty()).map(PersonId::from),
        unit: value(f, "unit"),
    }
}

/// Before the name of a field of the particulars that travels with another form of the page.
const BESIDE: &str = "d.";

/// The fields of the particulars that travel with a step: by their own names when one of the buttons of that form was pressed,
/// else with a sign before them. None when nothing of them was sent.
pub(super) fn beside(act: &str, f: &Pairs) -> Option<Pairs> {
    let sent = |f: &Pairs| f.iter().any(|(n, _)| n == "seen");
    if act == VisitAct::Describe.as_str() {
        return None;
    }
    if sent(f) {
        return Some(f.clone());
    }
    let own: Pairs = f
        .iter()
        .filter_map(|(n, v)| Some((n.strip_prefix(BESIDE)?.to_owned(), v.clone())))
        .collect();
    sent(&own).then_some(own)
}

/// What was typed of the visitor beside a step, and what that form was made from.
fn typed_beside(act: &str, f: &Pairs) -> Option<(String, Who)> {
    beside(act, f).map(|own| (value(&own, "seen"), who_of(&own)))
}

/// A button that sends the form of the particulars shares its key with that form's own: each step has one of its own.
fn keyed(act: &str, f: &Pairs) -> Pairs {
    let shared = act != VisitAct::Describe.as_str() && f.iter().any(|(n, _)| n == "seen");
    let mut f = f.clone();
    for (_, key) in f.iter_mut().filter(|(n, _)| shared && n == "_key") {
        key.push('-');
        key.push_str(act);
    }
    f
}

/// The expected visitor of a form.
pub(super) fn expected_of(f: &Pairs, zone: &str) -> Expected {
    Expected {
        who: who_of(f),
        from: when::parse_field(zone, &value(f, "from")),
        until: when::parse_field(zone, &value(f, "until")),
        accompany: value(f, "accompany") == "1",
    }
}

fn code<T: std::str::FromStr>(f: &Pairs, name: &'static str) -> Res<T> {
    let chosen = value(f, name).parse();
    chosen.map_err(|_| Error::field(name, "invalid-choose"))
}

/// The step that a form stands for; `Describe` and `Help` go ways of their own.
fn command(act: VisitAct, f: &Pairs, zone: &str) -> Res<Command> {
    let text = |name: &str| value(f, name);
    Ok(match act {
        VisitAct::Arrive => Command::Arrive,
        VisitAct::AskHost => Command::AskHost { how: code(f, "how")? },
        VisitAct::HostAnswer => Command::HostAnswer {
            yes: match text("answer").as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(Error::field("answer", "invalid-choose")),
            },
            how: code(f, "how")?,
            note: text("note"),
            accompany: text("accompany") == "1",
        },
        VisitAct::CheckDocument => Command::CheckDocument {
            kind: code(f, "kind")?,
            number: text("number"),
            as_expected: match text("as_expected").as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(Error::field("as_expected", "invalid-choose")),
            },
        },
        VisitAct::Enter => Command::Enter {
            badge: text("badge"),
            accompanied_by: text("accompanied_by"),
        },
        VisitAct::Accompany => Command::Accompany {
            accompanied_by: text("accompanied_by"),
        },
        VisitAct::Leave => Command::Leave {
            badge_back: text("badge_back") == "1",
            note: text("note"),
        },
        VisitAct::BadgeBack => Command::BadgeBack,
        VisitAct::TurnAway => Command::TurnAway { reason: text("reason") },
        VisitAct::RefuseReception => Command::RefuseReception {
            reason: text("reason"),
            reported_to: text("reported_to"),
        },
        VisitAct::Alarm => Command::Alarm {
            kind: code(f, "kind")?,
            what: text("what"),
        },
        VisitAct::Instruct => Command::Instruct {
            from: text("from"),
            text: text("text"),
        },
        VisitAct::Police => Command::Police {
            called_at: when::parse_field(zone, &text("called_at")),
            caller: text("caller"),
            number: text("police_number"),
            what: text("what"),
        },
        VisitAct::Withdraw => Command::Withdraw { reason: text("reason") },
        VisitAct::Describe | VisitAct::Help => return Err(Error::NotFound),
    })
}

fn too_long(f: &Pairs) -> Res<()> {
    let mut bad = Fields::default();
    for (name, value) in f.iter().filter(|(_, v)| v.chars().count() > 500) {
        let _ = value;
        bad.add_with(name, "invalid-too-long", vec![("most", "500".to_owned())]);
    }
    bad.done()
}

/// What was done, for the line above the page.
fn said(act: VisitAct) -> &'static str {
    match act {
        VisitAct::Enter => "entered",
        VisitAct::Leave => "left",
        VisitAct::AskHost => "asked",
        VisitAct::HostAnswer => "answered",
        _ => "saved",
    }
}

/// Runs the step of a form, once. Returns where a call for help leads.
pub(super) async fn run(web: &Web, v: &Viewer, id: &str, act: &str, f: &Pairs) -> Result<String, Fail> {
    let act: VisitAct = act.parse().map_err(|_| Error::NotFound)?;
    too_long(f)?;
    let typed = typed_beside(act.as_str(), f);
    let (vid, f, at) = (
        VisitId::from(id),
        keyed(act.as_str(), f),
        format!("visits/{id}/{}", act.as_str()),
    );
    if act == VisitAct::Help {
        let number = web
            .write(&v.ctx()?, move |tx, ctx| {
                once(tx, ctx, &f, &at, |tx, ctx| {
                    visit::describe_beside(tx, ctx, &vid, act, typed.as_ref())?;
                    visit::help(tx, ctx, &vid)
                })
            })
            .await?;
        return Ok(format!("/cases/{number}"));
    }
    if act == VisitAct::Describe {
        let (who, seen) = (who_of(&f), value(&f, "seen"));
        web.write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &f, &at, |tx, ctx| {
                visit::describe(tx, ctx, &vid, Some(&seen), &who).map(|_| ())
            })
        })
        .await?;
    } else {
        let cmd = command(act, &f, v.zone())?;
        web.write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &f, &at, |tx, ctx| {
                visit::describe_beside(tx, ctx, &vid, act, typed.as_ref())?;
                visit::act(tx, ctx, &vid, None, &cmd).map(|_| ())
            })
        })
        .await?;
    }
    Ok(format!("/visits/{id}?said={}", said(act)))
}

/// What was refused: the visit again, with what was typed and the reason.
pub(super) async fn refused(
    web: &Web,
    v: &Viewer,
    id: &str,
    (act, f): (&str, &Pairs),
    e: Error,
) -> Result<(StatusCode, Page, VisitView), Fail> {
    if matches!(e, Error::NotFound | Error::Forbidden(_)) {
        return Err(Fail(e));
    }
    let code = status(&e);
    let (p, mut x) = load(web, v, id, "").await?;
    x.refused(act, f, &Errors::from(v.locale, Fail(e))?);
    Ok((code, p, x))
}

/// A step at the desk.
pub async fn step(
    State(web): State<Web>,
    v: Viewer,
    Path((id, act)): Path<(String, String)>,
    Form(f): Form<Pairs>,
) -> Answer {
    match run(&web, &v, &id, &act, &f).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(Fail(e)) => {
            let (code, p, x) = refused(&web, &v, &id, (&act, &f), e).await?;
            Ok((code, page(&VisitPage { p, x, made: None })?).into_response())
        }
    }
}

/// One key: the visitor is here (REC-5).
pub async fn begin(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let (key, who) = (value(&f, "_key"), who_of(&f));
    let id = web
        .write(&v.ctx()?, move |tx, ctx| visit::register(tx, ctx, &key, &who))
        .await?;
    let to = if value(&f, "at") == "gate" { "gate" } else { "visits" };
    Ok(Redirect::to(&format!("/{to}/{id}?said=begun")).into_response())
}

/// Asks the host by an address that is shown this once.
pub async fn ask_by_link(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (vid, asked, at) = (
        VisitId::from(id.as_str()),
        keyed("link", &f),
        format!("visits/{id}/link"),
    );
    let typed = typed_beside("link", &f);
    let made = web
        .write(&v.ctx()?, move |tx, ctx| {
            // The secret is no part of what is kept for a repeat.
            let mut secret = None;
            once(tx, ctx, &asked, &at, |tx, ctx| {
                visit::describe_beside(tx, ctx, &vid, VisitAct::AskHost, typed.as_ref())?;
                secret = Some(host::ask(tx, ctx, &vid)?.token);
                Ok(())
            })?;
            Ok(secret)
        })
        .await;
    match made {
        Ok(secret) => shown::lead(&web, &format!("/visits/{id}?said=asked"), &id, secret.as_deref()),
        Err(e) => {
            let (code, p, x) = refused(&web, &v, &id, ("link", &f), e).await?;
            Ok((code, page(&VisitPage { p, x, made: None })?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "visit/expect.html")]
struct ExpectPage {
    p: Page,
    f: Expected,
    from: String,
    until: String,
    directory: bool,
    key: String,
    e: Errors,
}

fn expect_view(web: &Web, v: &Viewer, f: Expected, e: Errors) -> ExpectPage {
    let p = Page::new(web, v, "visit-expect");
    let from = f.from.unwrap_or(v.now);
    ExpectPage {
        from: when::field(&p.zone, from),
        until: when::field(&p.zone, f.until.unwrap_or(from + 4 * 3_600_000)),
        directory: v.may(domain::access::Action::ViewDirectory),
        key: p.key(web),
        f,
        p,
        e,
    }
}

/// The form for an expected visitor.
pub async fn expect_form(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&expect_view(&web, &v, Expected::default(), Errors::default()))?)
}

/// A host has told the desk of a visitor.
pub async fn expect(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let (key, e) = (value(&f, "_key"), expected_of(&f, &zone));
    let asked = e.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| visit::expect(tx, ctx, &key, &asked))
        .await
    {
        Ok(id) => Ok(Redirect::to(&format!("/visits/{id}?said=expected")).into_response()),
        Err(x @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(x)),
        Err(x) => {
            let code = status(&x);
            let shown = expect_view(&web, &v, e, Errors::from(v.locale, Fail(x))?);
            Ok((code, page(&shown)?).into_response())
        }
    }
}
