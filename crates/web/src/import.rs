//! The page of imports: template, upload, preview, writing with its progress, refused rows as a marked workbook.

use app::ctx::Locale;
use app::error::{Error, Field};
use app::import::{
    self, Batch, BatchLine, Count, Counts, Line, MOST_LINES, Mode, Preview, begin, counts_of, preview_of, take_in, work,
};
use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::ImportId;
use office::{FileProblem, Lang, RowProblem};
use serde::Deserialize;

use crate::account::blocking;
use crate::case::names::Names;
use crate::fail::{Answer, Fail, field_text};
use crate::gate::{Viewer, encode};
use crate::l10n::tx;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

pub mod text;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// One earlier import.
struct Earlier {
    line: BatchLine,
    who: String,
    refused: u64,
    kinds: Vec<Count>,
}

#[derive(Template)]
#[template(path = "import/list.html")]
struct ListPage {
    p: Page,
    key: String,
    error: Option<String>,
    earlier: Vec<Earlier>,
}

/// One row of a tab, ready to read.
struct Row {
    class: &'static str,
    place: String,
    kind: String,
    label: String,
    changes: Vec<(String, String, String)>,
    reason: String,
}

#[derive(Template)]
#[template(path = "import/page.html")]
struct ImportPage {
    p: Page,
    v: View,
}

#[derive(Template)]
#[template(path = "import/body.html")]
struct BodyPart {
    p: Page,
    v: View,
}

/// An import as the page shows it.
struct View {
    b: Batch,
    preview: Preview,
    counts: Counts,
    kinds: Vec<(String, Count)>,
    tabs: Vec<(&'static str, String, u64)>,
    tab: &'static str,
    rows: Vec<Row>,
    /// There are more rows than shown.
    more: bool,
    problem: Option<String>,
    found: Vec<(String, String)>,
    error: Option<String>,
    percent: i64,
    key: String,
    /// The viewer may read the journal.
    journal: bool,
}

/// Which tab is open.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Tab {
    tab: String,
}

async fn listed(web: &Web, v: &Viewer, error: Option<Field>) -> Answer {
    let p = Page::new(web, v, "import-title");
    let (lines, names) = web
        .read(&v.ctx()?, |c, ctx| Ok((import::list(c, ctx)?, Names::load(c, ctx)?)))
        .await?;
    let earlier = lines.into_iter().map(|line| {
        let c = counts_of(&line.counts);
        Earlier {
            who: line.staff_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
            refused: c.refused_rows,
            kinds: vec![c.units, c.people, c.vehicles, c.parking_places],
            line,
        }
    });
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let error = error.map(|f| field_text(p.locale, &f));
    let shown = page(&ListPage {
        key: p.key(web),
        error,
        earlier: earlier.collect(),
        p,
    })?;
    Ok((status, shown).into_response())
}

/// Upload, template and earlier imports.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    listed(&web, &v, None).await
}

/// Our own workbook, empty.
pub async fn template(Path(lang): Path<String>) -> Answer {
    let lang = if lang == "en" { Lang::En } else { Lang::Zh };
    let bytes = blocking(move || office::template::template(lang).map_err(Error::internal)).await?;
    download(bytes, office::template::template_filename(lang))
}

fn download(bytes: Vec<u8>, name: &str) -> Answer {
    let value = format!(
        "attachment; filename=\"import.xlsx\"; filename*=UTF-8''{}",
        encode(name)
    );
    let value = HeaderValue::from_str(&value).map_err(|e| Fail(Error::internal(e)))?;
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(XLSX)),
            (header::CONTENT_DISPOSITION, value),
        ],
        bytes,
    )
        .into_response())
}

/// A file as it was sent.
pub(crate) struct Sent {
    pub key: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

pub(crate) async fn sent(mut form: Multipart) -> Result<Sent, Error> {
    let broken = |_| Error::field("file", "import-file-broken");
    let mut sent = Sent {
        key: String::new(),
        name: String::new(),
        bytes: Vec::new(),
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_key" => sent.key = field.text().await.map_err(broken)?,
            "file" => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                sent.bytes = field
                    .bytes()
                    .await
                    .map_err(|_| Error::field("file", "import-file-large"))?
                    .to_vec();
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// Takes a file in and starts to look at it.
pub async fn upload(State(web): State<Web>, v: Viewer, form: Multipart) -> Answer {
    let ctx = v.ctx()?;
    let (desk, c) = (web.desk.clone(), ctx.clone());
    let taken = match sent(form).await {
        Ok(s) => blocking(move || take_in(&desk, &c, &s.key, &s.bytes, &s.name)).await,
        Err(e) => Err(Fail(e)),
    };
    let id = match taken {
        Ok(id) => id,
        Err(Fail(Error::Invalid(mut f))) if !f.is_empty() => return listed(&web, &v, Some(f.remove(0))).await,
        Err(e) => return Err(e),
    };
    let (desk, i) = (web.desk.clone(), id.clone());
    aside(move || import::look(&desk, &ctx, &i, &|_| true).map(|_| ()))?;
    Ok(Redirect::to(&format!("/import/{id}")).into_response())
}

/// Long work goes on without the request. It is not lost when the process ends: an import left alone is taken up again.
pub(crate) fn aside(f: impl FnOnce() -> Result<(), Error> + Send + 'static) -> Result<(), Fail> {
    let job = move || {
        if let Err(e) = f() {
            tracing::warn!(error = %e, "an import did not come to its end");
        }
    };
    std::thread::Builder::new()
        .name("import".into())
        .spawn(job)
        .map_err(Error::internal)?;
    Ok(())
}

fn seen(p: &Page, line: &Line, class: &'static str) -> Row {
    let l = p.locale;
    let row = line.row.to_string();
    let place = match line.row {
        0 => String::new(),
        _ => tx(l, "import-place-row", &[("sheet", &line.sheet), ("row", &row)]),
    };
    let changes = text::changes(l, line);
    Row {
        class,
        place,
        kind: text::kind(l, &line.kind),
        label: line.label.clone(),
        changes,
        reason: String::new(),
    }
}

fn told(p: &Page, r: &RowProblem, class: &'static str) -> Row {
    let kind = r.column_name.clone().unwrap_or_default();
    let (place, reason) = (text::place(p.locale, r), text::row(p.locale, r));
    Row {
        class,
        place,
        kind,
        label: r.value.clone(),
        changes: Vec::new(),
        reason,
    }
}

fn passed(p: &Page, preview: &Preview) -> Vec<Row> {
    let mut rows = Vec::new();
    for s in &preview.sheets {
        for (letters, heading) in &s.ignored {
            let args = [("sheet", s.name.as_str()), ("column", letters.as_str())];
            let place = tx(p.locale, "import-place-column", &args);
            let reason = p.t("import-ignored-column");
            rows.push(Row {
                class: "off",
                place,
                kind: String::new(),
                label: heading.clone(),
                changes: Vec::new(),
                reason,
            });
        }
        if !s.kind.is_data() {
            let reason = text::sheet(p.locale, s.kind);
            let place = tx(p.locale, "import-place-sheet", &[("sheet", s.name.as_str())]);
            rows.push(Row {
                class: "off",
                place,
                kind: String::new(),
                label: String::new(),
                changes: Vec::new(),
                reason,
            });
        }
    }
    rows
}

impl View {
    fn new(p: &Page, b: Batch, tab: &str, key: String) -> View {
        let preview = preview_of(&b);
        let counts = counts_of(&b.counts);
        let kinds = [
            ("unit", counts.units),
            ("person", counts.people),
            ("occupancy", counts.occupancies),
            ("vehicle", counts.vehicles),
            ("parking_place", counts.parking_places),
            ("building", counts.buildings),
        ];
        let created = kinds.iter().map(|k| k.1.created).sum();
        let changed = kinds.iter().map(|k| k.1.updated).sum();
        let ignored = passed(p, &preview);
        let many = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let tabs = [
            ("refused", counts.refused_rows),
            ("created", created),
            ("changed", changed),
            ("warnings", counts.warnings),
            ("ignored", many(ignored.len())),
        ];
        let open = tabs
            .iter()
            .find(|t| t.0 == tab)
            .or_else(|| tabs.iter().find(|t| t.1 > 0))
            .unwrap_or(&tabs[1])
            .0;
        let rows: Vec<Row> = match open {
            "refused" => preview.refused.iter().map(|r| told(p, r, "bad")).collect(),
            "changed" => preview.changed.iter().map(|l| seen(p, l, "chg")).collect(),
            "warnings" => preview.warnings.iter().map(|r| told(p, r, "")).collect(),
            "ignored" => ignored,
            _ => preview.created.iter().map(|l| seen(p, l, "new")).collect(),
        };
        let found = match &preview.problem {
            Some(FileProblem::NoKnownSheet { found, .. }) => found
                .iter()
                .map(|f| (f.sheet.clone(), f.headings.join(" | ")))
                .collect(),
            _ => Vec::new(),
        };
        let problem = match &preview.problem {
            Some(f) => Some(text::file(p.locale, f)),
            None if !preview.failed.is_empty() => Some(p.t(&preview.failed)),
            None => None,
        };
        View {
            kinds: kinds.iter().map(|(k, c)| (text::kind(p.locale, k), *c)).collect(),
            tabs: tabs
                .iter()
                .map(|(k, n)| (*k, p.t(&format!("import-tab-{k}")), *n))
                .collect(),
            tab: open,
            more: rows.len() >= MOST_LINES,
            rows,
            problem,
            found,
            error: None,
            percent: if b.total > 0 {
                (b.progress * 100 / b.total).min(100)
            } else {
                0
            },
            key,
            journal: p
                .nav()
                .iter()
                .any(|(_, items)| items.iter().any(|i| i.href == "/journal")),
            counts,
            preview,
            b,
        }
    }

    fn busy(&self) -> bool {
        matches!(self.b.state.as_str(), "reading" | "writing")
    }

    fn written(&self) -> u64 {
        self.counts.changes()
    }
}

async fn view(web: &Web, v: &Viewer, p: &Page, id: String, tab: &str) -> Result<View, Fail> {
    let b = web
        .read(&v.ctx()?, move |c, ctx| {
            import::get(c, ctx, &ImportId::from(id.as_str()))
        })
        .await?;
    Ok(View::new(p, b, tab, p.key(web)))
}

/// One import: what it would do, how far it is, what it did.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(q): Query<Tab>) -> Answer {
    let p = Page::new(&web, &v, "import-title");
    let view = view(&web, &v, &p, id, &q.tab).await?;
    Ok(page(&ImportPage { p, v: view })?)
}

/// The changing part of the page.
pub async fn body(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(q): Query<Tab>) -> Answer {
    let p = Page::new(&web, &v, "import-title");
    let view = view(&web, &v, &p, id, &q.tab).await?;
    Ok(page(&BodyPart { p, v: view })?)
}

/// How it is to be written.
#[derive(Deserialize)]
pub struct Run {
    mode: String,
}

/// Starts to write, or goes on.
pub async fn run(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Run>) -> Answer {
    let ctx = v.ctx()?;
    let mode = Mode::parse(&f.mode).ok_or_else(|| Error::field("mode", "import-not-ready"))?;
    let (desk, c, i) = (web.desk.clone(), ctx.clone(), ImportId::from(id.as_str()));
    let claim = match blocking(move || begin(&desk, &c, &i, mode)).await {
        Ok(claim) => claim,
        Err(Fail(Error::Invalid(f))) => {
            let p = Page::new(&web, &v, "import-title");
            let mut shown = view(&web, &v, &p, id, "").await?;
            shown.error = f.first().map(|f| field_text(p.locale, f));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&ImportPage { p, v: shown })?).into_response());
        }
        Err(e) => return Err(e),
    };
    let (desk, i) = (web.desk.clone(), ImportId::from(id.as_str()));
    aside(move || work(&desk, &ctx, &i, &claim, &|_| true).map(|_| ()))?;
    Ok(Redirect::to(&format!("/import/{id}")).into_response())
}

/// Asks for a stop.
pub async fn stop(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let i = ImportId::from(id.as_str());
    web.write(&v.ctx()?, move |tx, ctx| import::stop(tx, ctx, &i)).await?;
    Ok(Redirect::to(&format!("/import/{id}")).into_response())
}

/// The refused rows, marked, to be corrected and imported again.
pub async fn refused(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Result<Response, Fail> {
    let (desk, ctx, l) = (web.desk.clone(), v.ctx()?, v.locale);
    let lang = if l == Locale::En { Lang::En } else { Lang::Zh };
    let (name, bytes) = blocking(move || {
        let (b, original, rows) = import::refused(&desk, &ctx, &ImportId::from(id.as_str()))?;
        let say = |r: &RowProblem| text::row(l, r);
        let limits = office::Limits::default();
        let marked = office::marked::marked_workbook(&original, &rows, lang, &limits, &say).map_err(Error::internal)?;
        Ok((b.file_name, marked))
    })
    .await?;
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(s, _)| s);
    download(bytes, &tx(l, "import-marked-name", &[("name", stem)]))
}

#[cfg(test)]
mod tests {
    use app::ctx::Locale;

    use crate::l10n::has;

    #[test]
    fn every_reason_has_a_text_in_both_languages() {
        for l in [Locale::Zh, Locale::En] {
            for code in office::FileProblem::CODES {
                assert!(has(l, &format!("import-file-{code}")), "{code}");
            }
            for code in office::code::ALL.iter().chain(app::import::check::code::ALL) {
                assert!(has(l, &format!("import-row-{code}")), "{code}");
            }
            for kind in [
                "png",
                "jpeg",
                "gif",
                "webp",
                "bmp",
                "pdf",
                "word",
                "powerpoint",
                "html",
                "rar",
                "7z",
                "gzip",
                "zip",
                "unknown",
            ] {
                assert!(has(l, &format!("import-looks-{kind}")), "{kind}");
            }
            for state in ["reading", "ready", "failed", "writing", "stopped", "done"] {
                assert!(has(l, &format!("import-state-{state}")), "{state}");
            }
        }
    }
}
