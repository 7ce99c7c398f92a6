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
    book: Arc<Book>,
    tab: &'static str,
}

impl StandardsPage {
    /// A limit in words.
    fn limit(&self, limit: &domain::clock::Limit) -> String {
        use domain::clock::Limit;
        match limit {
            Limit::Minute { n } => self.p.t1("handbook-limit-minutes", "n", n),
            Limit::Hour { n } => self.p.t1("handbook-limit-hours", "n", n),
            Limit::NaturalDay { n: 0 } => self.p.t("handbook-limit-today"),
            Limit::NaturalDay { n } => self.p.t1("handbook-limit-days", "n", n),
            other => crate::case::clocks::limit_text(self.p.locale, *other),
        }
    }

    /// Who is told when, one line a step.
    fn ladder(&self, rungs: &[domain::ladder::Rung]) -> Vec<String> {
        rungs.iter().map(|r| crate::notice::ladder_line(&self.p, r)).collect()
    }

    /// Kinds, levels and items that a line speaks of; all cases when it names none.
    fn for_whom(&self, l: &domain::standard::Line) -> String {
        let comma = self.p.t("word-comma");
        let join = |list: Vec<String>| list.join(&comma);
        let mut parts = Vec::new();
        if !l.kinds.is_empty() {
            parts.push(join(l.kinds.iter().map(|k| self.p.code("kind", k.as_str())).collect()));
        }
        if !l.importance.is_empty() {
            parts.push(join(
                l.importance
                    .iter()
                    .map(|k| self.p.code("importance", k.as_str()))
                    .collect(),
            ));
        }
        if !l.urgency.is_empty() {
            parts.push(join(
                l.urgency.iter().map(|k| self.p.code("urgency", k.as_str())).collect(),
            ));
        }
        if !l.items.is_empty() {
            let named = self
                .book
                .taxonomy
                .items
                .iter()
                .filter(|i| l.items.iter().any(|p| i.code.starts_with(p.as_str())));
            let names: Vec<String> = named
                .map(|i| if self.p.en() { i.en.clone() } else { i.zh.clone() })
                .collect();
            parts.push(join(names));
        }
        if parts.is_empty() {
            self.p.t("handbook-all")
        } else {
            parts.join(" · ")
        }
    }
}

/// The limits that the service standard in force sets.
pub async fn standards(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&StandardsPage {
        p: Page::new(&web, &v, "nav-handbook"),
        book: web.desk.book(),
        tab: "standards",
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
