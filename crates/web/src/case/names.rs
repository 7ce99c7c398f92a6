//! Names of staff and departments in the viewer's language, read once for a page.

use std::collections::HashMap;
use std::sync::Arc;

use app::book::Book;
use app::ctx::{Ctx, Locale};
use app::error::Res;
use domain::ids::{DepartmentId, StaffId};
use store::seam::Conn;
use store::site::{Department, Worker};

use crate::l10n;

/// See the module.
#[derive(Clone)]
pub struct Names {
    pub locale: Locale,
    pub book: Arc<Book>,
    staff: HashMap<String, String>,
    departments: HashMap<String, String>,
    /// The same by their codes.
    codes: HashMap<String, String>,
}

/// The name in the reader's language, or the other if there is none.
pub fn named<'a>(locale: Locale, zh: &'a str, en: &'a str) -> &'a str {
    if locale == Locale::En && !en.is_empty() { en } else { zh }
}

impl Names {
    /// Reads the names of the open site.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn load(c: &mut Conn, ctx: &Ctx) -> Res<Names> {
        let staff = store::site::staff_names(c, &ctx.site)?;
        let departments = store::site::departments(c, &ctx.site)?;
        let l = ctx.locale;
        Ok(Names {
            locale: l,
            book: ctx.book.clone(),
            staff: staff
                .into_iter()
                .map(|s| (s.id.into_string(), named(l, &s.name, &s.name_en).to_owned()))
                .collect(),
            codes: departments
                .iter()
                .map(|d| (d.code.clone(), named(l, &d.name, &d.name_en).to_owned()))
                .collect(),
            departments: departments
                .into_iter()
                .map(|d| (d.id.into_string(), named(l, &d.name, &d.name_en).to_owned()))
                .collect(),
        })
    }

    /// A person's name; who has left the site is still somebody.
    pub fn staff(&self, id: &StaffId) -> String {
        self.staff_text(id.as_str())
    }

    /// A person's name by the text of the id.
    pub fn staff_text(&self, id: &str) -> String {
        self.staff
            .get(id)
            .cloned()
            .unwrap_or_else(|| l10n::t(self.locale, "case-former-staff"))
    }

    /// Everybody of the site, by name, for a choice.
    pub fn everybody(&self) -> Vec<(String, String)> {
        let mut list: Vec<_> = self.staff.iter().map(|(id, name)| (id.clone(), name.clone())).collect();
        list.sort_by(|a, b| a.1.cmp(&b.1));
        list
    }

    /// Every department of the site, by name, for a choice.
    pub fn all_departments(&self) -> Vec<(String, String)> {
        let mut list: Vec<_> = self
            .departments
            .iter()
            .map(|(id, name)| (id.clone(), name.clone()))
            .collect();
        list.sort_by(|a, b| a.1.cmp(&b.1));
        list
    }

    /// An item of the taxonomy with its group: 给水 / 角阀漏水; the code itself if it is not known any more.
    pub fn item(&self, code: &str) -> String {
        let taxonomy = &self.book.taxonomy;
        let Some(item) = taxonomy.item(code) else {
            return code.to_owned();
        };
        let name = named(self.locale, &item.zh, &item.en);
        match taxonomy.group(item) {
            Some(g) => format!("{} / {name}", named(self.locale, &g.zh, &g.en)),
            None => name.to_owned(),
        }
    }

    /// A department's own name by its code, if the site has one.
    pub fn department_of(&self, code: &str) -> Option<&str> {
        self.codes.get(code).map(String::as_str)
    }

    pub fn department(&self, id: &DepartmentId) -> String {
        self.departments.get(id.as_str()).cloned().unwrap_or_default()
    }
}

/// A worker as a choice shows it: 王建国 · 在岗 · 手上 1 单.
pub fn worker_label(locale: Locale, w: &Worker) -> String {
    let duty = if w.on_duty_since.is_some() {
        "case-on-duty"
    } else {
        "case-off-duty"
    };
    let jobs = l10n::tx(locale, "case-jobs", &[("jobs", &w.jobs.to_string())]);
    format!(
        "{} · {} · {jobs}",
        named(locale, &w.name, &w.name_en),
        l10n::t(locale, duty)
    )
}

/// A department's name in the viewer's language.
pub fn department_label(locale: Locale, d: &Department) -> &str {
    named(locale, &d.name, &d.name_en)
}
