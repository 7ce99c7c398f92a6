//! What calls show by themselves (TEL-2, TEL-9, TEL-10): each is recorded as a violation or said to be none; and how often telephones were
//! out of reach or held a line for long.

use app::error::Error;
use app::telephone::finding::{self, FindingRow, Listed, Used};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::ids::FindingId;
use serde::Deserialize;

use super::{Ask, Tabs, name};
use crate::answer::{mark, unmark};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::hotline::length;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What was found, in words that a record can begin with.
pub(super) fn said(p: &Page, r: &FindingRow) -> String {
    let at = p.full_time(r.at);
    let talked = r.talk_ms.map(|ms| length(p, ms)).unwrap_or_default();
    let kind = p.code("violation-kind", &r.kind);
    let telephone = p.t1("finding-telephone", "number", &r.telephone);
    let mut words = vec![at, telephone, kind];
    if !talked.is_empty() {
        words.push(p.t1("finding-talked", "length", talked));
    }
    words.join(&p.t("word-comma"))
}

#[derive(Template)]
#[template(path = "telephone/finding_list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    l: Listed,
    next: Option<String>,
    names: Names,
    /// Of which a reason was sent that was refused.
    wrong: String,
    reason: String,
    e: Errors,
    calls: bool,
}

impl ListPage {
    fn len(&self, ms: &i64) -> String {
        length(&self.p, *ms)
    }
    /// Whether the one that was refused is on this page, with its reasons beside it.
    fn has_wrong(&self) -> bool {
        self.l.open.iter().any(|r| r.id.as_str() == self.wrong)
    }
}

async fn view(web: &Web, v: &Viewer, after: &str, wrong: &str, reason: String, e: Errors) -> Result<ListPage, Fail> {
    let after = unmark(after);
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((finding::list(c, ctx, after.clone())?, Names::load(c, ctx)?))
        })
        .await?;
    Ok(ListPage {
        p: Page::new(web, v, "finding-title"),
        tabs: Tabs::new(v, "/hotline/findings"),
        next: mark(&l.next),
        l,
        names,
        wrong: wrong.to_owned(),
        reason,
        e,
        calls: v.may(Action::ViewCalls),
    })
}

/// What waits to be looked at, and what was.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    Ok(page(
        &view(&web, &v, &ask.after, "", String::new(), Errors::default()).await?,
    )?)
}

/// Why it was none.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct DismissForm {
    version: String,
    reason: String,
}

/// It was no violation, because.
pub async fn dismiss(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<DismissForm>) -> Answer {
    let (x, seen, reason) = (FindingId::from(id.clone()), version(&f.version), f.reason.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| finding::dismiss(tx, ctx, &x, seen, &reason))
        .await;
    match done {
        Ok(()) => Ok(Redirect::to("/hotline/findings").into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => crate::form::again(&v, e, async |e| view(&web, &v, "", &id, f.reason, e).await).await,
    }
}

#[derive(Template)]
#[template(path = "telephone/use.html")]
struct UsePage {
    p: Page,
    tabs: Tabs,
    u: Used,
    limit: String,
    names: Names,
    owners: Vec<(String, domain::ids::StaffId)>,
    records: bool,
}

impl UsePage {
    fn owner(&self, telephone: &str) -> Option<&domain::ids::StaffId> {
        self.owners.iter().find(|x| x.0 == telephone).map(|x| &x.1)
    }
    fn owner_name(&self, telephone: &str) -> String {
        name(&self.names, self.owner(telephone))
    }
    fn len(&self, ms: &Option<i64>) -> String {
        ms.map(|ms| length(&self.p, ms)).unwrap_or_default()
    }
}

/// Telephones out of reach and long calls of the last seven days (TEL-10).
pub async fn used(State(web): State<Web>, v: Viewer) -> Answer {
    let (u, names, owners) = web
        .read(&v.ctx()?, |c, ctx| {
            let all = store::call::extensions(c, &ctx.site)?.into_iter();
            let owners = all.filter_map(|x| x.owner_id.map(|who| (x.number, who))).collect();
            Ok((finding::used(c, ctx)?, Names::load(c, ctx)?, owners))
        })
        .await?;
    let p = Page::new(&web, &v, "telephone-use-title");
    Ok(page(&UsePage {
        tabs: Tabs::new(&v, "/hotline/use"),
        limit: length(&p, u.long_ms),
        u,
        names,
        owners,
        records: v.may(Action::RecordViolation),
        p,
    })?)
}
