//! The register of keys that are lent.

use app::error::Error;
use app::roster::key::{self, NewLoan};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::KeyLoanId;

use super::edit::Choice;
use super::parts::{Pairs, pick, value};
use super::swap::{Ask, cursor, cursor_text};
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

struct Row {
    id: String,
    version: i64,
    name: String,
    to: String,
    purpose: String,
    lent: String,
    lent_by: String,
    until: String,
    late: bool,
    back: String,
    back_to: String,
    note: String,
}

#[derive(Template)]
#[template(path = "roster/keys.html")]
struct KeysPage {
    p: Page,
    out: Vec<Row>,
    rows: Vec<Row>,
    posts: Vec<Choice>,
    next: Option<String>,
    f: NewLoan,
    until: String,
    e: Errors,
    key: String,
}

fn row(p: &Page, names: &Names, k: store::roster::KeyLoan) -> Row {
    Row {
        late: k.returned_at.is_none() && k.until_at <= p.now,
        lent: p.time(k.lent_at),
        lent_by: names.staff(&k.lent_by),
        until: p.time(k.until_at),
        back: k.returned_at.map(|at| p.time(at)).unwrap_or_default(),
        back_to: k.returned_to.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        version: k.version,
        id: k.id.into_string(),
        name: k.key_name,
        to: k.lent_to,
        purpose: k.purpose,
        note: k.note,
    }
}

async fn view(web: &Web, v: &Viewer, a: &Ask, f: NewLoan, e: Errors) -> Result<KeysPage, Fail> {
    let after = cursor(&a.after);
    let (out, (rows, next), posts, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let posts = store::roster::posts(c, &ctx.site)?;
            Ok((
                key::out(c, ctx)?,
                key::page(c, ctx, after.clone(), 40)?,
                posts,
                Names::load(c, ctx)?,
            ))
        })
        .await?;
    let p = Page::new(web, v, "key-title");
    let until = f.until.unwrap_or(v.now + 2 * 3_600_000);
    Ok(KeysPage {
        out: out.into_iter().map(|k| row(&p, &names, k)).collect(),
        rows: rows
            .into_iter()
            .filter(|k| k.returned_at.is_some())
            .map(|k| row(&p, &names, k))
            .collect(),
        posts: posts
            .iter()
            .filter(|x| x.active)
            .map(|x| {
                (
                    x.id.as_str().to_owned(),
                    pick(p.en(), &x.name, &x.name_en).to_owned(),
                    x.id.as_str() == f.post,
                )
            })
            .collect(),
        next: next.as_ref().map(cursor_text),
        until: when::field(&p.zone, until),
        key: p.key(web),
        p,
        f,
        e,
    })
}

/// The page.
pub async fn keys(State(web): State<Web>, v: Viewer, Query(a): Query<Ask>) -> Answer {
    Ok(page(&view(&web, &v, &a, NewLoan::default(), Errors::default()).await?)?)
}

/// Lends a key.
pub async fn lend(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let l = NewLoan {
        post: value(&f, "post"),
        key_name: value(&f, "key_name"),
        lent_to: value(&f, "lent_to"),
        purpose: value(&f, "purpose"),
        until: when::parse_field(&zone, &value(&f, "until")),
    };
    let asked = l.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| key::lend(tx, ctx, &key, &asked))
        .await
    {
        Ok(_) => Ok(Redirect::to("/duty/keys").into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = view(&web, &v, &Ask::default(), l, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// The key is back, or that was a mistake.
pub async fn back(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (kid, seen) = (KeyLoanId::from(id), version(&value(&f, "version")));
    let (is_back, note) = (value(&f, "back") != "0", value(&f, "note"));
    web.write(&v.ctx()?, move |tx, ctx| {
        key::give_back(tx, ctx, &kid, seen, is_back, &note)
    })
    .await?;
    Ok(Redirect::to("/duty/keys").into_response())
}
