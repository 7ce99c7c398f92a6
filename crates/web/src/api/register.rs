//! The registers for programs (COM-11): a range of entries as their forms have them, and corrections that leave the old text to be
//! read. What is taken away is on the journal, as with the Excel file.

use app::error::Error;
use app::list::Query;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::register::{Post, Register};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sent::Sent;
use super::{answer, body, cursor, key, limit, paged};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::l10n::t;
use crate::page::Page;
use crate::register::{self as page, Entry, Which};
use crate::state::Web;

fn shown(v: &Viewer, register: Register, e: &Entry) -> Value {
    let fields = e.fields.iter().map(|f| {
        let corrections = f
            .corrections
            .iter()
            .map(|c| json!({"was": c.was, "text": c.text, "reason": c.reason, "staff": c.staff_id, "at": c.at}));
        json!({
            "field": f.key, "name": t(v.locale, f.key), "text": f.text,
            "correctable": register.correctable().contains(&f.key), "corrections": corrections.collect::<Vec<_>>(),
        })
    });
    json!({"id": e.id, "number": e.number, "fields": fields.collect::<Vec<_>>()})
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    post: String,
    q: String,
    from: Option<i64>,
    until: Option<i64>,
    after: String,
    limit: Option<i64>,
}

fn post(code: &str) -> Result<Post, Error> {
    match code {
        "" => Ok(Post::Office),
        code => code.parse().map_err(|_| Error::field("post", "invalid-choose")),
    }
}

fn known(code: &str) -> Result<Register, Fail> {
    code.parse().map_err(|_| Fail(Error::NotFound))
}

/// The register of visitors writes its cursor in its own way.
fn page_after(register: Register, after: &str) -> String {
    match register {
        Register::Visitors => after.replacen(':', "~", 1),
        _ => after.to_owned(),
    }
}

/// A range of a register, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, Path(code): Path<String>, uri: Uri) -> Answer {
    let register = known(&code)?;
    let a: Asked = body::asked(&uri)?;
    let (n, post) = (limit(a.limit)?, post(&a.post)?);
    cursor(&a.after)?;
    let q = Query {
        view: "all".to_owned(),
        q: a.q,
        from: a.from,
        until: a.until,
        after: page_after(register, &a.after),
        ..Query::default()
    };
    let (entries, next) = page::entries(&web, &v, register, post, q.clone(), n).await?;
    let taken = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    web.write(&v.ctx()?, move |tx, ctx| {
        app::register::taken(tx, ctx, register, &q, taken)
    })
    .await?;
    let next = next.map(|n| n.replacen('~', ":", 1));
    Ok(paged(
        &uri,
        entries.iter().map(|e| shown(&v, register, e)).collect(),
        next,
    ))
}

/// Corrects a field of an entry; what stood there stays to be read.
pub async fn correct(
    State(web): State<Web>,
    v: Viewer,
    Path((code, id)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let register = known(&code)?;
    let sent = Sent::read("RegisterCorrectionNew", &headers, &bytes)?;
    let which = Which {
        post: post(sent.text("post"))?,
        number: sent.text("number").to_owned(),
        id,
    };
    let (p, key) = (Page::titled(&web, &v, String::new()), key(&headers));
    let e = web
        .write(&v.ctx()?, move |tx, ctx| {
            let entry = page::entry(tx, ctx, &p, register, &which)?;
            app::once::once(tx, ctx, &key, &(register, &which.id, &sent), |tx, ctx| {
                let wanted = app::register::Correction {
                    field: sent.text("field").to_owned(),
                    was: sent.text("was").to_owned(),
                    original: entry.text(sent.text("field")).to_owned(),
                    text: sent.text("text").to_owned(),
                    reason: sent.text("reason").to_owned(),
                };
                app::register::correct(tx, ctx, register, &entry.id, &wanted)
            })?;
            page::entry(tx, ctx, &p, register, &which)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &shown(&v, register, &e)))
}
