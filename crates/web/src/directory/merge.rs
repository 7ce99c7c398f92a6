//! One person registered twice: both records side by side, the question, and taking apart again.

use app::directory as archive;
use app::error::Error;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use domain::ids::PersonId;

use super::act::{again, filled, get, person_view, shape, show};
use super::form::{FormView, Values};
use crate::fail::{Answer, Fail};
use crate::gate::{Viewer, go};
use crate::l10n::t;
use crate::state::Web;

/// The form to put two records together.
pub async fn merge_form(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Query(q): Query<Values>,
) -> Answer {
    let f = person_view(&web, &v, &person, "merge", &q, None).await?;
    show(&web, &v, &headers, f)
}

/// The form once more, with both records side by side and the question.
async fn compared(
    web: &Web,
    v: &Viewer,
    kept: &str,
    double: &PersonId,
    asked: &Values,
    sent: &Values,
) -> Result<FormView, Fail> {
    let mut sent = sent.clone();
    sent.insert("person".to_owned(), double.as_str().to_owned());
    sent.insert("sure".to_owned(), double.as_str().to_owned());
    let mut view = person_view(web, v, kept, "merge", asked, Some(&sent)).await?;
    let ids = [PersonId::from(kept), double.clone()];
    let locale = v.locale;
    view.sides = web
        .read(&v.ctx()?, move |c, ctx| {
            let mut sides = Vec::new();
            for id in &ids {
                let x = archive::person(c, ctx, id)?.person;
                let open = store::case::of_person(c, id, 100)?.iter().filter(|k| k.open).count();
                let units: Vec<&str> = x.now().map(|l| l.code.as_str()).collect();
                let phones: Vec<&str> = x.phones.iter().map(|f| f.masked.as_str()).collect();
                let row = |key: &str, value: String| (t(locale, key), value);
                let rows = vec![
                    row("directory-units", units.join(&t(locale, "list-comma"))),
                    row("directory-phones", phones.join(&t(locale, "list-comma"))),
                    row("directory-open-cases", open.to_string()),
                ];
                sides.push((x.name.clone(), rows));
            }
            Ok(sides)
        })
        .await?;
    view.done = t(v.locale, "directory-merge-sure");
    Ok(view)
}

/// Puts two records together.
pub async fn merge_person(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Query(q): Query<Values>,
    Form(f): Form<Values>,
) -> Answer {
    let kept = PersonId::from(person.as_str());
    let double = filled(&f, "person")
        .or_else(|| filled(&f, "double"))
        .map(PersonId::from);
    // Two people become one: both are shown first, and it is asked.
    if let Some(double) = &double
        && get(&f, "sure") != double.as_str()
        && *double != kept
    {
        let view = compared(&web, &v, &person, double, &q, &f).await?;
        return Ok(show(&web, &v, &headers, view)?.into_response());
    }
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            let double = double
                .clone()
                .ok_or_else(|| Error::field("who", "directory-choose-person"))?;
            archive::merge(tx, ctx, &kept, &double)
        })
        .await;
    match done {
        Ok(_) => Ok(go(shape(&headers), &format!("/people/{person}"))),
        Err(e) => {
            let view = person_view(&web, &v, &person, "merge", &q, Some(&f)).await?;
            again(&web, &v, &headers, view, e)
        }
    }
}

/// Takes two records apart again.
pub async fn take_apart(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((person, id)): Path<(String, String)>,
) -> Answer {
    web.write(&v.ctx()?, move |tx, ctx| archive::take_apart(tx, ctx, &id))
        .await?;
    Ok(go(shape(&headers), &format!("/people/{person}")))
}
