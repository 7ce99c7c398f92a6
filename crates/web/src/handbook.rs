//! The handbook: standards and their limits, the clauses behind the product, what is said, and the public price list
//! (REC-2, CSR-2, STD-8).

use std::collections::BTreeMap;
use std::sync::Arc;

use app::book::Book;
use askama::Template;
use axum::extract::State;
use domain::clauses::{Clause, Document};

use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::standard::Table;
use crate::state::Web;

/// The site's facts that a public list carries.
struct Head {
    name: String,
    hotline: String,
    complaint_phone: String,
}

#[derive(Template)]
#[template(path = "handbook/standards.html")]
struct StandardsPage {
    p: Page,
    label: String,
    t: Table,
    tab: &'static str,
}

/// The limits that the service standard in force sets.
pub async fn standards(State(web): State<Web>, v: Viewer) -> Answer {
    let ctx = v.ctx()?;
    let s = web.read(&ctx, app::standard::in_force).await?;
    let p = Page::new(&web, &v, "nav-handbook");
    Ok(page(&StandardsPage {
        t: Table::new(&p, &ctx.book, &s.document, None, None)?,
        label: s.document.version.clone(),
        tab: "standards",
        p,
    })?)
}

#[derive(Template)]
#[template(path = "handbook/clauses.html")]
struct ClausesPage {
    p: Page,
    documents: Vec<(&'static Document, Vec<&'static Clause>)>,
    tab: &'static str,
}

/// Every clause of the written procedures, by document.
pub async fn clauses(State(web): State<Web>, v: Viewer) -> Answer {
    let all = domain::clauses::shipped().map_err(app::error::Error::internal)?;
    let documents = all
        .documents
        .iter()
        .map(|d| (d, all.clauses.iter().filter(|c| c.document() == d.code).collect()))
        .collect();
    Ok(page(&ClausesPage {
        p: Page::new(&web, &v, "nav-handbook"),
        documents,
        tab: "clauses",
    })?)
}

#[derive(Template)]
#[template(path = "handbook/scripts.html")]
struct ScriptsPage {
    p: Page,
    moments: Vec<(&'static str, Vec<(String, String)>)>,
    tab: &'static str,
}

/// What is said, in both languages.
pub async fn scripts(State(web): State<Web>, v: Viewer) -> Answer {
    let book = web.desk.book();
    let mut by: BTreeMap<usize, (&'static str, Vec<(String, String)>)> = BTreeMap::new();
    for s in &book.scripts.scripts {
        let line = (
            crate::handbook::blanks(&s.zh, true),
            crate::handbook::blanks(&s.en, false),
        );
        by.entry(s.moment as usize)
            .or_insert_with(|| (s.moment.as_str(), Vec::new()))
            .1
            .push(line);
    }
    let moments = by.into_values().collect();
    Ok(page(&ScriptsPage {
        p: Page::new(&web, &v, "nav-handbook"),
        moments,
        tab: "scripts",
    })?)
}

/// Placeholders as a reader fills them in.
fn blanks(text: &str, zh: bool) -> String {
    let names = [
        ("{name}", "〔称呼〕", "[name]"),
        ("{site}", "〔小区〕", "[estate]"),
        ("{staff}", "〔姓名〕", "[your name]"),
        ("{unit}", "〔房号〕", "[unit]"),
    ];
    names.iter().fold(text.to_owned(), |t, (hole, a, b)| {
        t.replace(hole, if zh { a } else { b })
    })
}

#[derive(Template)]
#[template(path = "handbook/prices.html")]
struct PricesPage {
    p: Page,
    book: Arc<Book>,
    tab: &'static str,
}

/// The price list of paid services.
pub async fn prices(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&PricesPage {
        p: Page::new(&web, &v, "nav-handbook"),
        book: web.desk.book(),
        tab: "prices",
    })?)
}

#[derive(Template)]
#[template(path = "handbook/prices_print.html")]
struct PricesPrint {
    p: Page,
    book: Arc<Book>,
    head: Head,
}

/// The same on paper, for the notice board (STD-8).
pub async fn prices_print(State(web): State<Web>, v: Viewer) -> Answer {
    let site = web
        .read(&v.ctx()?, |c, ctx| Ok(store::site::get(c, &ctx.site)?))
        .await?
        .ok_or(app::error::Error::NotFound)?;
    let p = Page::new(&web, &v, "prices-title");
    let name = if p.en() && !site.center_name_en.is_empty() {
        site.center_name_en
    } else {
        site.center_name
    };
    let head = Head {
        name,
        hotline: site.hotline,
        complaint_phone: site.complaint_phone,
    };
    Ok(page(&PricesPrint {
        p,
        book: web.desk.book(),
        head,
    })?)
}
