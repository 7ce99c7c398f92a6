//! Calls at the desk: what rings stands on every clerk's screen at once and takes no focus; whoever takes a call up finds the form with
//! number, household, time and rings. What stood in the form is parked.

use app::call::card::{self, Card, Shown};
use app::call::dial::NotDialled;
use app::call::send::{self, SendOn};
use app::call::{self as calls_of, Owner};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::CallId;
use domain::refusal::Refusal;

use super::{extension, length, number};
use crate::case::names::Names;
use crate::desk::Say;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, settle, value};
use crate::state::Web;

/// A call that goes on, in words.
struct Row {
    card: Card,
    number: String,
    extension: String,
    staff: String,
    /// Whose telephone it is, where that is another department.
    elsewhere: String,
    /// When a call back was offered on this hold.
    offered: String,
    /// Mass incidents at the household's address.
    told: Vec<String>,
}

impl Row {
    fn state(&self) -> &str {
        calls_of::state(&self.card.row.direction, &self.card.row.state)
    }

    /// `unit:person`, as the form's candidates have it.
    fn pick(&self, w: &Owner) -> String {
        format!("{}:{}", w.unit_id.as_ref().map_or("", |u| u.as_str()), w.person_id)
    }
}

#[derive(Template)]
#[template(path = "hotline/calls.html")]
struct CallsPart {
    p: Page,
    rows: Vec<Row>,
    seat: Option<String>,
    /// Number, place with whoever else sits there.
    telephones: Vec<(String, String)>,
    hold: String,
    /// What to say first, while something rings.
    greetings: Vec<Say>,
    key: String,
}

/// Calls that go on now, those of the viewer first.
pub async fn calls(State(web): State<Web>, v: Viewer) -> Answer {
    let zone = v.zone().to_owned();
    let telephone = web.desk.telephone().ok();
    let (shown, names, greetings) = web
        .read(&v.ctx()?, move |c, ctx| {
            let able = send::able(c, ctx, telephone.as_deref())?;
            let shown = card::shown(c, ctx, &able)?;
            let rings = |card: &Card| card.inbound && matches!(card.row.state.as_str(), "ringing" | "waiting");
            let greetings = match shown.cards.iter().any(rings) {
                true => crate::desk::greetings(c, ctx, &zone)?,
                false => Vec::new(),
            };
            let named = !shown.cards.is_empty() || shown.telephones.iter().any(|t| t.sits.is_some());
            let names = named.then(|| Names::load(c, ctx)).transpose()?;
            Ok((shown, names, greetings))
        })
        .await?;
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let ctx = v.ctx()?;
    let Shown {
        cards,
        telephones,
        seat,
        hold_ms,
    } = shown;
    let row = |card: Card| Row {
        number: number(&p, &card.row.number),
        extension: extension(&card.row.extension),
        offered: card.offered.map(|at| p.time(at)).unwrap_or_default(),
        staff: (names.as_ref().zip(card.row.staff_id.as_ref()))
            .map(|(names, staff)| names.staff(staff))
            .unwrap_or_default(),
        elsewhere: (names.as_ref().zip(card.elsewhere.as_ref()))
            .map(|(names, department)| names.department(department))
            .unwrap_or_default(),
        told: (card.who.iter().find(|w| !w.unit.is_empty()))
            .map(|w| {
                crate::incident::for_caller(&ctx, &w.unit)
                    .into_iter()
                    .map(|t| t.title)
                    .collect()
            })
            .unwrap_or_default(),
        card,
    };
    Ok(page(&CallsPart {
        telephones: (telephones.into_iter())
            .map(|t| {
                let sits = names.as_ref().zip(t.sits.as_ref()).map(|(n, who)| n.staff(who));
                let at = [t.place, sits.unwrap_or_default()];
                let at: Vec<String> = at.into_iter().filter(|x| !x.is_empty()).collect();
                (t.number, at.join(" · "))
            })
            .collect(),
        rows: cards.into_iter().map(row).collect(),
        hold: length(&p, hold_ms),
        greetings,
        seat,
        key: p.key(&web),
        p,
    })?)
}

/// A call is taken up: the form with what is known of it. What stood in the form is parked.
pub async fn take(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: axum::http::HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Answer {
    let id = CallId::from(id);
    let pick = value(&pairs, "pick_caller");
    let seen = web
        .write(&v.ctx()?, move |tx, ctx| calls_of::take(tx, ctx, &id))
        .await?;
    crate::desk::take_call(&web, &v, &headers, pairs, seen, &pick).await
}

/// Asks the telephone system to bring a call to another telephone; None where it does. What it did not do is not kept as done.
async fn sent(web: &Web, v: &Viewer, s: &SendOn) -> Result<Option<Refusal>, Fail> {
    let done = match web.desk.telephone() {
        Ok(telephone) => telephone.send(s).await,
        Err(_) => Err(NotDialled::NotConnected),
    };
    if done.as_ref().is_err_and(|why| *why != NotDialled::NoAnswer) {
        let of = s.clone();
        web.write(&v.ctx()?, move |tx, ctx| send::failed(tx, ctx, &of)).await?;
    }
    Ok(Some(match done {
        Ok(()) => return Ok(None),
        Err(NotDialled::NotConnected) => Refusal::new("refuse-send-not-connected"),
        Err(NotDialled::NoAnswer) => Refusal::new("refuse-send-no-answer"),
        Err(NotDialled::NoSuchCall) => Refusal::new("refuse-call-ended"),
        Err(NotDialled::Answered) => Refusal::new("refuse-call-answered").clause("TEL-5"),
        Err(NotDialled::Refused(why)) => Refusal::new("refuse-send-refused").arg("why", why),
    }))
}

/// A call that waits at another telephone is brought to the viewer's (TEL-5).
pub async fn pick_up(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (call, at) = (CallId::from(id.as_str()), format!("desk/calls/{id}/pick-up"));
    let adapter = web.desk.telephone().ok();
    let asked = web
        .write(&v.ctx()?, move |tx, ctx| {
            let able = send::able(tx, ctx, adapter.as_deref())?;
            // Pressed twice, it is brought once.
            let mut made = None;
            once(tx, ctx, &f, &at, |tx, ctx| {
                made = Some(send::pick_up(tx, ctx, &call, &able)?);
                Ok(())
            })?;
            Ok(made)
        })
        .await?;
    if let Some(asked) = asked
        && let Some(no) = sent(&web, &v, &asked).await?
    {
        settle(&web, &v).await?;
        return Err(Fail(no.into()));
    }
    settle(&web, &v).await?;
    Ok(Redirect::to("/desk").into_response())
}

/// Somebody says that a call is over of which nothing is heard any more.
pub async fn over(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let call = CallId::from(id);
    web.write(&v.ctx()?, move |tx, ctx| calls_of::over(tx, ctx, &call))
        .await?;
    settle(&web, &v).await?;
    Ok(Redirect::to("/desk").into_response())
}

/// How the call of the form stands: asked for again whenever something changes.
pub async fn stands(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    crate::desk::call_stands(&web, &v, &id).await
}

/// A call back was offered to a caller on hold (ANS-3).
pub async fn offer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (call, at) = (CallId::from(id.as_str()), format!("hotline/calls/{id}/offer"));
    web.write(&v.ctx()?, move |tx, ctx| {
        once(tx, ctx, &f, &at, |tx, ctx| calls_of::offered(tx, ctx, &call))
    })
    .await?;
    settle(&web, &v).await?;
    Ok(Redirect::to("/desk").into_response())
}

#[derive(Template)]
#[template(path = "hotline/transfer.html")]
struct TransferPart {
    p: Page,
    id: String,
    key: String,
    to: String,
    /// Departments and telephones, to choose from or to type something else.
    targets: Vec<String>,
    say: String,
    e: Errors,
    done: bool,
    /// The telephone system can be asked to do it.
    sends: bool,
    /// It was asked, and did not do it: in words.
    not_sent: String,
}

async fn transfer_view(
    web: &Web,
    v: &Viewer,
    id: &str,
    to: String,
    e: Errors,
    done: bool,
) -> Result<TransferPart, Fail> {
    let call = CallId::from(id);
    let telephone = web.desk.telephone().ok();
    let (targets, sends) = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = calls_of::of_form(c, ctx, &call)?.ok_or(Error::NotFound)?;
            let able = send::able(c, ctx, telephone.as_deref())?;
            let sends = s.row.answered_at.is_some() && able.contains(&s.row.system_id);
            let en = ctx.locale == app::ctx::Locale::En;
            let departments = store::site::departments(c, &ctx.site)?.into_iter();
            let mut all: Vec<String> = departments.map(|d| if en { d.name_en } else { d.name }).collect();
            let telephones = calls_of::system::extensions(c, ctx)?.into_iter().filter(|x| x.active);
            all.extend(telephones.map(|x| format!("{} {}", x.number, x.place).trim().to_owned()));
            Ok((all, sends))
        })
        .await?;
    let p = Page::bare(web, Some(v), v.locale, "");
    Ok(TransferPart {
        sends,
        not_sent: String::new(),
        id: id.to_owned(),
        key: p.key(web),
        say: p.t("call-transfer-say"),
        targets,
        to,
        e,
        done,
        p,
    })
}

/// The form for handing a call on: whether the other side agreed comes first (TEL-6).
pub async fn transfer_form(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let shown = transfer_view(&web, &v, &id, String::new(), Errors::default(), false).await?;
    Ok(page(&shown)?)
}

/// A call is handed on.
pub async fn transfer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (call, at, form) = (
        CallId::from(id.as_str()),
        format!("hotline/calls/{id}/transfer"),
        f.clone(),
    );
    let adapter = web.desk.telephone().ok();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            let able = send::able(tx, ctx, adapter.as_deref())?;
            let mut made = None;
            once(tx, ctx, &form, &at, |tx, ctx| {
                let yes = |name: &str| value(&form, name) == "1";
                let (to, said) = (value(&form, "to"), (yes("agreed"), yes("told")));
                if yes("send") {
                    made = Some(send::hand_on(tx, ctx, &call, &to, said, &able)?);
                    return Ok(());
                }
                calls_of::transferred(tx, ctx, &call, &to, said.0, said.1)
            })?;
            Ok(made)
        })
        .await;
    match done {
        Ok(asked) => {
            settle(&web, &v).await?;
            let mut shown = transfer_view(&web, &v, &id, String::new(), Errors::default(), true).await?;
            // What was agreed stays on record; the clerk does by hand what the telephone system did not.
            if let Some(asked) = asked
                && let Some(no) = sent(&web, &v, &asked).await?
            {
                shown.not_sent = crate::fail::refusal_text(v.locale, v.zone(), &no);
            }
            Ok(page(&shown)?)
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(e.into()),
        Err(e) => {
            let code = status(&e);
            let shown = transfer_view(&web, &v, &id, value(&f, "to"), Errors::from(v.locale, e.into())?, false).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

/// Sits down at a telephone, or at none.
pub async fn sit(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    web.write(&v.ctx()?, move |tx, ctx| {
        calls_of::system::sit(tx, ctx, &value(&f, "extension"))
    })
    .await?;
    settle(&web, &v).await?;
    Ok(Redirect::to("/desk").into_response())
}
