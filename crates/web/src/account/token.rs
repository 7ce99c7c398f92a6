//! Personal tokens of the API: made for the open site, shown once, ended at any time.

use std::collections::HashMap;

use app::account::NewToken;
use app::error::Error;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Area;
use domain::ids::TokenId;

use super::own;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::state::Web;

/// The token that a form asks for: one field an area, `read`, `write` or nothing.
fn asked(f: &HashMap<String, String>) -> NewToken {
    let get = |name: &str| f.get(name).map(String::as_str).unwrap_or_default();
    let scopes = Area::ALL.iter().filter_map(|a| {
        let right = get(&format!("area_{}", a.as_str()));
        (!right.is_empty()).then(|| format!("{}:{right}", a.as_str()))
    });
    NewToken {
        name: get("name").to_owned(),
        scopes: scopes.collect(),
        days: get("days").parse().unwrap_or(0),
    }
}

/// Makes a token and shows it, this one time.
pub async fn token_new(State(web): State<Web>, v: Viewer, Form(f): Form<HashMap<String, String>>) -> Answer {
    let (token, key) = (asked(&f), f.get("_key").cloned().unwrap_or_default());
    let name = token.name.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| app::account::token_new(tx, ctx, &key, &token))
        .await
    {
        Ok(None) => Ok(Redirect::to("/account#tokens").into_response()),
        Ok(made) => {
            let mut view = own::view(&web, &v).await?;
            view.made = made;
            Ok(page(&view)?)
        }
        Err(e @ Error::Invalid(_)) => {
            let mut view = own::view(&web, &v).await?;
            view.e = Errors::from(v.locale, Fail(e))?;
            view.token_name = name;
            own::refused(view)
        }
        Err(e) => Err(Fail(e)),
    }
}

/// Ends a token.
pub async fn token_revoke(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = TokenId::from(id);
    web.write(&v.ctx()?, move |tx, ctx| app::account::token_revoke(tx, ctx, &id))
        .await?;
    Ok(Redirect::to("/account#tokens").into_response())
}
