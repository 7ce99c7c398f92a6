//! A complaint on paper: 顾客来访/投诉处理单 (both sides), 纠正措施报告 and 预防措施报告, each an A4 page, filled from the record.

use app::case;
use app::error::{Error, Res};
use askama::Template;
use axum::extract::{Path, State};
use domain::access::Action;
use domain::case::complaint::{ComplaintFile, Measure, MeasureKind};
use domain::case::{By, CaseState, may};

use super::names::{Names, named};
use super::view::masked;
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::l10n::tx;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A label and what stands beside it.
struct Cell {
    label: String,
    value: String,
}

/// One row: up to three cells beside each other, or one that is tall.
struct Row {
    cells: Vec<Cell>,
    tall: bool,
}

/// One page.
struct Sheet {
    title: String,
    number: String,
    rows: Vec<Row>,
    signs: Vec<String>,
}

#[derive(Template)]
#[template(path = "print/complaint.html")]
struct Papers {
    p: Page,
    number: String,
    org: String,
    printed: String,
    sheets: Vec<Sheet>,
}

/// Makes the pages of one complaint.
struct Make<'a> {
    p: &'a Page,
    names: &'a Names,
    s: &'a CaseState,
    file: &'a ComplaintFile,
}

impl Make<'_> {
    fn at(&self, at: i64) -> String {
        self.p.full_time(at)
    }

    fn by(&self, by: &By, at: i64) -> String {
        format!("{} {}", super::view::by(self.p, self.names, by), self.at(at))
    }

    fn row(&self, cells: &[(&str, String)]) -> Row {
        Row {
            tall: false,
            cells: cells
                .iter()
                .map(|(key, value)| Cell {
                    label: self.p.t(key),
                    value: value.clone(),
                })
                .collect(),
        }
    }

    fn tall(&self, key: &str, value: String) -> Row {
        Row {
            tall: true,
            ..self.row(&[(key, value)])
        }
    }

    fn sheet(&self, title: &str, rows: Vec<Row>, signs: &[&str]) -> Sheet {
        Sheet {
            title: self.p.t(title),
            number: self.s.number.clone(),
            rows,
            signs: signs.iter().map(|key| self.p.t(key)).collect(),
        }
    }

    /// The side that is filled in at reception and while it is handled.
    fn front(&self) -> Sheet {
        let (p, s, file) = (self.p, self.s, self.file);
        let judgement = file.judgements.last();
        let route = file.route();
        let to = route.map_or_else(String::new, |r| {
            let name = r.department.as_ref().map(|d| self.names.department(d));
            name.filter(|n| !n.is_empty())
                .unwrap_or_else(|| super::complaint::place(p, self.names, &r.to))
        });
        let supports: Vec<String> = file
            .parts
            .iter()
            .map(|part| {
                format!(
                    "{}{}{}",
                    self.names.department(&part.department),
                    p.t("colon"),
                    part.what
                )
            })
            .collect();
        let proposal = file.proposals.last();
        let leader = file.raised.iter().filter_map(|raised| raised.instruction.as_ref());
        let mut leader: Vec<String> = leader
            .map(|x| format!("{} · {}", x.text, self.by(&x.by, x.at)))
            .collect();
        if let Some(letter) = proposal.filter(|x| x.letter) {
            let key = match letter.agreed {
                None => "complaint-letter-open",
                Some(true) => "complaint-letter-agreed",
                Some(false) => "complaint-letter-refused",
            };
            leader.push(p.t(key));
        }
        let mut answer: Vec<String> = s.work().map(|w| w.done.clone()).into_iter().collect();
        answer.extend(s.answer.clone());
        let said = |x: &domain::case::complaint::Said| format!("{} · {}", x.text, self.by(&x.by, x.at));
        let rows = vec![
            self.row(&[
                ("print-name", s.customer.name.clone()),
                ("print-unit", s.customer.address.clone()),
                ("print-phone", masked(&s.customer.phone)),
            ]),
            self.row(&[
                ("print-received", self.at(s.happened_at)),
                ("print-channel", p.code("channel", s.channel.as_str())),
                (
                    "print-clerk",
                    s.first_asked.as_ref().map(|c| self.names.staff(c)).unwrap_or_default(),
                ),
            ]),
            self.tall("paper-content", format!("{}\n{}", self.names.item(&s.item), s.content)),
            self.row(&[
                (
                    "paper-judged",
                    judgement.map_or_else(String::new, |j| {
                        let key = if j.valid {
                            "complaint-valid-true"
                        } else {
                            "complaint-valid-false"
                        };
                        format!("{} · {}", p.t(key), p.code("nature", j.nature.as_str()))
                    }),
                ),
                (
                    "complaint-f-severity",
                    judgement.map_or_else(String::new, |j| p.code("importance", j.severity.as_str())),
                ),
                (
                    "paper-received",
                    route.map_or_else(String::new, |r| p.code("received", r.received.as_str())),
                ),
            ]),
            self.row(&[
                ("paper-department", to),
                ("paper-supports", supports.join(&p.t("list-semicolon"))),
            ]),
            self.tall("paper-finding", file.finding.as_ref().map(said).unwrap_or_default()),
            self.tall(
                "paper-proposal",
                proposal.map_or_else(String::new, |x| format!("{} · {}", x.text, self.by(&x.by, x.at))),
            ),
            self.tall("paper-leader", leader.join("\n")),
            self.tall("paper-answer", answer.join("\n")),
        ];
        self.sheet("paper-complaint", rows, &["paper-sign-handler", "paper-sign-head"])
    }

    /// The back: what the customer says, hopes and suggestions, and what was learned (COM-26, COM-31).
    fn back(&self) -> Sheet {
        let (p, s, file) = (self.p, self.s, self.file);
        let response = file.responses.last().map_or_else(String::new, |x| {
            let key = if x.accepted {
                "complaint-response-true"
            } else {
                "complaint-response-false"
            };
            format!("{} · {} · {}", p.t(key), x.note, self.by(&x.by, x.at))
        });
        let signed = s.confirmation().map_or_else(String::new, |c| {
            format!("{} {}", p.code("grade_short", c.grade.as_str()), self.at(c.at))
        });
        let opinion = file.opinions.last();
        let measures: Vec<String> = file.measures.iter().map(|m| self.measure(m)).collect();
        let verified = file.verifications.last().map_or_else(String::new, |x| {
            let key = if x.effective {
                "complaint-effective-true"
            } else {
                "complaint-effective-false"
            };
            format!("{} · {} · {}", p.t(key), x.note, self.by(&x.by, x.at))
        });
        let said = |x: &domain::case::complaint::Said| format!("{} · {}", x.text, self.by(&x.by, x.at));
        let rows = vec![
            self.tall("paper-response", response),
            self.row(&[
                ("paper-signed", signed),
                (
                    "case-f-opinion",
                    opinion.map_or_else(String::new, |x| p.code("satisfaction", x.opinion.as_str())),
                ),
            ]),
            self.tall("paper-hopes", opinion.map(|x| x.hopes.clone()).unwrap_or_default()),
            self.tall("complaint-f-cause", file.cause.as_ref().map(said).unwrap_or_default()),
            self.tall("paper-measures", measures.join("\n")),
            self.tall("complaint-s-verified", verified),
            self.row(&[(
                "complaint-s-filed",
                file.filed.as_ref().map(|x| self.by(&x.by, x.at)).unwrap_or_default(),
            )]),
        ];
        self.sheet(
            "paper-complaint-back",
            rows,
            &["print-customer-sign", "paper-sign-quality"],
        )
    }

    fn measure(&self, m: &Measure) -> String {
        let args = [
            ("kind", self.p.code("measure", m.kind.as_str())),
            ("text", m.text.clone()),
            ("owner", self.names.staff(&m.owner)),
            ("due", self.at(m.due_at)),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        tx(self.p.locale, "paper-measure", &args)
    }

    /// A report for each measure of a kind; an empty one to be filled in by hand where there is none.
    fn reports(&self, kind: MeasureKind) -> Vec<Sheet> {
        let title = match kind {
            MeasureKind::Corrective => "paper-corrective",
            MeasureKind::Preventive => "paper-preventive",
        };
        let one = |m: Option<&Measure>| {
            let of = |f: fn(&Measure) -> String| m.map(f).unwrap_or_default();
            let verified = self.file.verifications.last().map_or_else(String::new, |x| {
                let key = if x.effective {
                    "complaint-effective-true"
                } else {
                    "complaint-effective-false"
                };
                format!("{} · {} · {}", self.p.t(key), x.note, self.by(&x.by, x.at))
            });
            let rows = vec![
                self.row(&[
                    ("paper-source", self.s.number.clone()),
                    (
                        "paper-department",
                        self.file
                            .departments()
                            .next()
                            .map(|d| self.names.department(d))
                            .unwrap_or_default(),
                    ),
                    ("paper-day", m.map(|m| self.at(m.at)).unwrap_or_default()),
                ]),
                self.tall("paper-facts", of(|m| m.facts.clone())),
                self.tall(
                    "complaint-f-cause",
                    self.file.cause.as_ref().map(|x| x.text.clone()).unwrap_or_default(),
                ),
                self.tall("complaint-f-measure", of(|m| m.text.clone())),
                self.row(&[
                    (
                        "case-f-owner",
                        m.map(|m| self.names.staff(&m.owner)).unwrap_or_default(),
                    ),
                    ("case-f-due-at", m.map(|m| self.at(m.due_at)).unwrap_or_default()),
                ]),
                self.tall(
                    "complaint-f-result",
                    m.and_then(|m| m.done_at.map(|at| format!("{} · {}", m.result, self.at(at))))
                        .unwrap_or_default(),
                ),
                self.tall("paper-verified", verified),
            ];
            self.sheet(
                title,
                rows,
                &["paper-sign-owner", "paper-sign-head", "paper-sign-quality"],
            )
        };
        let mine: Vec<&Measure> = self.file.measures.iter().filter(|m| m.kind == kind).collect();
        if mine.is_empty() {
            vec![one(None)]
        } else {
            mine.into_iter().map(|m| one(Some(m))).collect()
        }
    }
}

/// `complaint`, `corrective` or `preventive` of a case.
pub async fn paper(State(web): State<Web>, v: Viewer, Path((key, form)): Path<(String, String)>) -> Answer {
    let (s, names, org) = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = case::find(c, ctx, &key)?;
            may(Some(&seen.state), Action::PrintOrder, &ctx.who())?;
            let site = app::list::site(c, &ctx.site)?;
            let company = store::site::company_name(c, &site.company_id)?.unwrap_or_default();
            let company_en = store::site::company_name_en(c, &site.company_id)?.unwrap_or_default();
            let org = named(ctx.locale, &company, &company_en).to_owned();
            Res::Ok((seen.state, Names::load(c, ctx)?, org))
        })
        .await?;
    let p = Page::titled(&web, &v, s.number.clone());
    let file = s.file().ok_or(Error::NotFound)?;
    let make = Make {
        p: &p,
        names: &names,
        s: &s,
        file,
    };
    let sheets = match form.as_str() {
        "complaint" => vec![make.front(), make.back()],
        "corrective" => make.reports(MeasureKind::Corrective),
        "preventive" => make.reports(MeasureKind::Preventive),
        _ => return Err(Error::NotFound.into()),
    };
    let printed = crate::table::printed_by(&p, &v);
    Ok(page(&Papers {
        number: s.number.clone(),
        sheets,
        org,
        printed,
        p,
    })?)
}
