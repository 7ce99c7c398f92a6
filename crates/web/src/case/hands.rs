//! To whom an order goes: the departments of the case's scope, and the people of the one that is chosen.

use domain::case::Scope;

use super::fields::Build;
use super::form::{Field, Input, Opt};
use super::names::{department_label, worker_label};

impl Build<'_> {
    fn departments(&self) -> Vec<Opt> {
        let fit = |d: &&store::site::Department| match self.s.scope {
            Scope::Own => d.kind == "own",
            Scope::Vendor => d.kind == "vendor",
            Scope::Outside => d.kind != "outside",
        };
        let opt = |d: &store::site::Department| Opt {
            value: d.id.as_str().to_owned(),
            label: department_label(self.p.locale, d).to_owned(),
            group: String::new(),
        };
        self.c.departments.iter().filter(fit).map(opt).collect()
    }

    pub(super) fn department(&self) -> Field {
        let wanted = self
            .c
            .names
            .book
            .taxonomy
            .item(&self.s.item)
            .map(|i| i.department.clone());
        let of_item = wanted.and_then(|code| app::contact::usual_department(&code, &self.c.departments, &self.c.idle));
        let now = self.s.order().map(|o| o.department.as_str().to_owned());
        let options = self.departments();
        let value = now.or(of_item.map(|d| d.id.as_str().to_owned())).unwrap_or_default();
        let hint = match (self.s.scope, options.is_empty()) {
            (Scope::Vendor, true) => "hint-no-vendor",
            (_, true) => "hint-no-department",
            (Scope::Own, false) => "hint-scope-own",
            (Scope::Vendor, false) => "hint-scope-vendor",
            (Scope::Outside, false) => "hint-scope-outside",
        };
        self.f("department", Input::Select)
            .required()
            .options(options)
            .value(value)
            .hint(self.p.t(hint))
    }

    /// Who may take the order: those of the departments that are offered, or of the one that has it; and those without one.
    fn workers(&self, follow: bool) -> Vec<(Opt, String)> {
        let offered: Vec<String> = if follow {
            self.departments().into_iter().map(|d| d.value).collect()
        } else {
            let own = self.s.order().map(|o| o.department.as_str().to_owned());
            own.into_iter().collect()
        };
        let of = |w: &store::site::Worker| w.department_id.as_ref().map(|d| d.as_str().to_owned());
        // Whom a complaint is about does not work on it.
        let fits = |w: &&store::site::Worker| of(w).is_none_or(|d| offered.contains(&d)) && !self.s.hidden_from(&w.id);
        let mut list: Vec<(Opt, String)> = self
            .c
            .workers
            .iter()
            .filter(fits)
            .map(|w| {
                let group = match &w.department_id {
                    Some(d) => self.c.names.department(d),
                    None => self.p.t("worker-any-department"),
                };
                let opt = Opt {
                    value: w.id.as_str().to_owned(),
                    label: worker_label(self.p.locale, w),
                    group,
                };
                (opt, of(w).unwrap_or_default())
            })
            .collect();
        let place = |d: &String| (d.is_empty(), offered.iter().position(|o| o == d));
        list.sort_by_key(|(_, d)| place(d));
        list
    }

    pub(super) fn worker(&self, empty: &str, follow: bool) -> Field {
        let mut options = vec![Opt {
            value: String::new(),
            label: self.p.t(empty),
            group: String::new(),
        }];
        let mut of = vec![String::new()];
        for (opt, department) in self.workers(follow) {
            options.push(opt);
            of.push(department);
        }
        let now = self
            .s
            .order()
            .and_then(|o| o.worker.as_ref())
            .map(|w| w.as_str().to_owned());
        let mut f = self
            .f("worker", Input::Select)
            .options(options)
            .value(now.unwrap_or_default());
        if follow {
            f.follows = "department";
            f.of = of;
        }
        f
    }
}
