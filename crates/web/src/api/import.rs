//! Importing an estate: a workbook is sent and looked at, what it would do is read, then it is written or left alone.

use app::ctx::Locale;
use app::error::Error;
use app::import::{self, Batch, BatchLine, Line, Mode, begin_once, counts_of, preview_of, take_in, work};
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::ids::ImportId;
use office::RowProblem;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, body, key, limit, paged, versioned};
use crate::account::blocking;
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::import::{aside, sent, text};
use crate::l10n::t;
use crate::state::Web;

fn or_null(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

fn line(b: &BatchLine) -> Value {
    json!({
        "id": b.id, "number": b.number, "file": b.file_name, "state": b.state, "mode": or_null(&b.mode), "staff": b.staff_id,
        "created_at": b.created_at, "finished_at": b.finished_at, "progress": b.progress, "total": b.total,
        "counts": counts_of(&b.counts),
    })
}

/// One import: what the file is, what it would do or has done, and how far it is.
fn shown(l: Locale, b: &Batch) -> Value {
    let preview = preview_of(b);
    let problem = match &preview.problem {
        Some(p) => Some((p.code().to_owned(), text::file(l, p))),
        None => or_null(&preview.failed).map(|key| (key.to_owned(), t(l, key))),
    };
    let sheets = preview.sheets.iter().map(|s| {
        let ignored = s
            .ignored
            .iter()
            .map(|(letters, heading)| json!({"column": letters, "heading": heading}));
        json!({
            "name": s.name, "kind": s.kind, "heading_row": s.heading_row, "data_rows": s.data_rows,
            "skipped_rows": s.skipped_rows, "ignored": ignored.collect::<Vec<_>>(),
        })
    });
    json!({
        "id": b.id, "number": b.number, "file": b.file_name, "state": b.state, "mode": or_null(&b.mode), "staff": b.staff_id,
        "created_at": b.created_at, "finished_at": b.finished_at, "progress": b.progress, "total": b.total,
        "counts": counts_of(&b.counts), "problem": problem.map(|(code, message)| json!({"code": code, "message": message})),
        "sheets": sheets.collect::<Vec<_>>(), "placeholders": preview.placeholders, "version": b.version,
    })
}

/// A thing that is new or changes.
fn thing(x: &Line) -> Value {
    let changes = x
        .fields
        .iter()
        .map(|(field, old, new)| json!({"field": field, "old": old, "new": new}));
    json!({
        "sheet": x.sheet, "row": x.row, "column": null, "heading": null, "kind": x.kind, "label": x.label, "code": null,
        "message": null, "changes": changes.collect::<Vec<_>>(),
    })
}

/// A row that is refused, or that is to be known about.
fn told(l: Locale, r: &RowProblem) -> Value {
    json!({
        "sheet": r.sheet, "row": r.row, "column": r.column, "heading": r.column_name, "kind": null, "label": r.value,
        "code": r.code, "message": text::row(l, r), "changes": [],
    })
}

async fn read(web: &Web, v: &Viewer, id: &str) -> Result<Batch, Fail> {
    let id = ImportId::from(id);
    Ok(web.read(&v.ctx()?, move |c, ctx| import::get(c, ctx, &id)).await?)
}

/// The latest imports.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    let rows = web.read(&v.ctx()?, import::list).await?;
    Ok(super::ok(
        &json!({"items": rows.iter().map(line).collect::<Vec<_>>(), "next": null}),
    ))
}

/// Takes a workbook in and starts to look at it.
pub async fn upload(State(web): State<Web>, v: Viewer, headers: HeaderMap, form: Multipart) -> Answer {
    let (ctx, desk, key) = (v.ctx()?, web.desk.clone(), key(&headers));
    let file = sent(form).await?;
    let c = ctx.clone();
    let id = blocking(move || take_in(&desk, &c, &key, &file.bytes, &file.name)).await?;
    let (desk, i) = (web.desk.clone(), id.clone());
    // A repeat finds that it was looked at, and does nothing.
    aside(move || import::look(&desk, &ctx, &i, &|_| true).map(|_| ()))?;
    let b = read(&web, &v, id.as_str()).await?;
    Ok(answer(StatusCode::CREATED, &shown(v.locale, &b)))
}

/// One import.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let b = read(&web, &v, &id).await?;
    Ok(versioned(&shown(v.locale, &b)))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedRows {
    list: String,
    after: Option<usize>,
    limit: Option<i64>,
}

/// The rows of one list of an import: refused, created, changed, warnings. Each list ends after a thousand; the counts are of
/// all, and the marked workbook holds every refused row.
pub async fn rows(State(web): State<Web>, v: Viewer, Path(id): Path<String>, uri: Uri) -> Answer {
    let asked: AskedRows = body::asked(&uri)?;
    let (n, from) = (limit(asked.limit)?, asked.after.unwrap_or(0));
    let n = usize::try_from(n).unwrap_or(0);
    let b = read(&web, &v, &id).await?;
    let (preview, l) = (preview_of(&b), v.locale);
    let page = |len: usize| (from.min(len), from.saturating_add(n).min(len));
    let (items, len): (Vec<Value>, usize) = match asked.list.as_str() {
        "" | "refused" | "warnings" => {
            let all = if asked.list == "warnings" {
                &preview.warnings
            } else {
                &preview.refused
            };
            let (a, b) = page(all.len());
            (all[a..b].iter().map(|r| told(l, r)).collect(), all.len())
        }
        "created" | "changed" => {
            let all = if asked.list == "changed" {
                &preview.changed
            } else {
                &preview.created
            };
            let (a, b) = page(all.len());
            (all[a..b].iter().map(thing).collect(), all.len())
        }
        _ => return Err(Error::field("list", "api-unknown-list").into()),
    };
    let next = (from + n < len).then(|| (from + n).to_string());
    Ok(paged(&uri, items, next))
}

#[derive(Deserialize)]
struct Run {
    mode: Mode,
}

/// Starts to write an import that is ready, or goes on with one that was stopped.
pub async fn run(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let asked: Run = body::read("ImportRun", &bytes)?;
    let ctx = v.ctx()?;
    let (desk, c, i, key) = (
        web.desk.clone(),
        ctx.clone(),
        ImportId::from(id.as_str()),
        key(&headers),
    );
    let begun = blocking(move || begin_once(&desk, &c, &key, &i, asked.mode)).await?;
    if let Some(claim) = begun {
        let (desk, i) = (web.desk.clone(), ImportId::from(id.as_str()));
        aside(move || work(&desk, &ctx, &i, &claim, &|_| true).map(|_| ()))?;
    }
    get(State(web), v, Path(id)).await
}

/// Asks for a stop. What is written stays; it can go on later.
pub async fn stop(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let i = ImportId::from(id.as_str());
    web.write(&v.ctx()?, move |tx, ctx| import::stop(tx, ctx, &i)).await?;
    get(State(web), v, Path(id)).await
}
