//! The fields of each step's form, with what they start from.

use std::collections::BTreeSet;

use app::error::Res;
use domain::access::Action;
use domain::case::complaint::{Proposal, Received};
use domain::case::{
    AttachmentKind, AttemptResult, CaseState, Consent, Kind, LineKind, PayMethod, PromiseKind, ReopenReason,
    Satisfaction, ToldHow,
};
use domain::clock::WaitReason;
use domain::ids::DepartmentId;
use domain::scripts::Answer as Way;
use store::seam::Conn;

use super::form::{Field, Input, Opt, rows};
use super::names::{Names, named};
use crate::page::Page;
use crate::when;

/// What choices are made of.
pub struct Choices {
    pub departments: Vec<store::site::Department>,
    /// Departments whose people take no work.
    pub idle: BTreeSet<DepartmentId>,
    /// To whom work can be given.
    pub workers: Vec<store::site::Worker>,
    /// Who may call back: not who has nothing to do with customers.
    pub callers: Vec<String>,
    pub names: Names,
    /// The sentence that goes with a promise made now; empty until the case is known.
    pub say: String,
    /// First and last words of a call to the customer (CAL-4); empty until the case is known.
    pub outgoing: (String, String),
    /// Where a complaint is proposed to go, by where it was received; empty until the case is known.
    pub proposals: Vec<(Received, Proposal)>,
    /// Who may help with what is not ours, those that fit this case first; for the report alone.
    pub referrals: Vec<String>,
    /// What standard answers say to this question; for an answer alone.
    pub answers: Vec<String>,
}

impl Choices {
    /// Reads departments and workers of the open site.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn load(c: &mut Conn, ctx: &app::ctx::Ctx) -> Res<Choices> {
        let mut departments = store::site::departments(c, &ctx.site)?;
        departments.retain(|d| d.active);
        let calls = |w: &store::site::Worker| {
            w.role
                .parse()
                .is_ok_and(|r| domain::access::allowed(r, Action::Callback) > domain::access::Reach::Never)
        };
        let callers = store::site::workers(c, &ctx.site)?.into_iter().filter(calls);
        Ok(Choices {
            departments,
            callers: callers.map(|w| w.id.into_string()).collect(),
            idle: app::contact::idle(c, ctx)?,
            workers: app::contact::workers(c, ctx)?,
            names: Names::load(c, ctx)?,
            say: String::new(),
            outgoing: (String::new(), String::new()),
            proposals: Vec::new(),
            referrals: Vec::new(),
            answers: Vec::new(),
        })
    }

    /// Reads what is known about a case: who may help with what is not ours (CAL-8), what is answered to it (REC-6).
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn known(&mut self, c: &mut Conn, ctx: &app::ctx::Ctx, s: &CaseState) -> Res<()> {
        if ctx.reach(Action::ViewAnswers) == domain::access::Reach::Never {
            return Ok(());
        }
        if s.scope == domain::case::Scope::Outside {
            let best = app::referral::propose(c, ctx, &s.content)?;
            let all = app::referral::list(c, ctx, false)?;
            let rest = all.iter().filter(|r| !best.iter().any(|b| b.id == r.id));
            self.referrals = best
                .iter()
                .chain(rest)
                .map(|r| app::referral::told(ctx.locale, r))
                .collect();
        }
        if s.kind != Kind::Request {
            let found = app::answer::propose(c, ctx, &s.content, &s.item)?;
            self.answers = found
                .into_iter()
                .map(|x| x.row.short)
                .filter(|t| !t.is_empty())
                .collect();
        }
        Ok(())
    }
}

/// Makes the fields of one form.
pub struct Build<'a> {
    pub p: &'a Page,
    pub s: &'a CaseState,
    pub c: &'a Choices,
    pub me: String,
}

impl Build<'_> {
    pub(super) fn f(&self, name: &'static str, input: Input) -> Field {
        Field::new(self.p, name, input)
    }

    /// Texts that are proposed for a field.
    fn texts(&self, texts: &[String]) -> Vec<Opt> {
        let opt = |t: &String| Opt {
            value: t.clone(),
            label: t.clone(),
            group: String::new(),
        };
        texts.iter().map(opt).collect()
    }

    pub(super) fn codes(&self, family: &str, codes: &[&str]) -> Vec<Opt> {
        codes
            .iter()
            .map(|c| Opt {
                value: (*c).to_owned(),
                label: self.p.code(family, c),
                group: String::new(),
            })
            .collect()
    }

    pub(super) fn reason(&self) -> Field {
        self.f("reason", Input::Area).required()
    }

    fn happened(&self) -> Field {
        self.f("happened_at", Input::Time).hint(self.p.t("hint-happened-at"))
    }

    fn people(&self, name: &'static str) -> Field {
        let mut options = vec![Opt {
            value: String::new(),
            label: self.p.t("choose"),
            group: String::new(),
        }];
        let about = self.s.complaint.as_ref().and_then(|file| file.about.as_ref());
        let others = |id: &str| id != self.me && about.is_none_or(|a| a.as_str() != id);
        let all = self.c.names.everybody().into_iter().filter(|(id, _)| others(id));
        options.extend(all.map(|(value, label)| Opt {
            value,
            label,
            group: String::new(),
        }));
        self.f(name, Input::Select).options(options)
    }

    fn photos(&self, chosen: &[domain::ids::AttachmentId]) -> Vec<Field> {
        let options: Vec<Opt> = self
            .s
            .attachments
            .iter()
            .filter(|a| a.kind != AttachmentKind::PaperForm)
            .map(|a| Opt {
                value: a.id.as_str().to_owned(),
                label: format!("{} {}", self.p.code("attachment", a.kind.as_str()), self.p.time(a.at)),
                group: String::new(),
            })
            .collect();
        let mut list = Vec::new();
        if !options.is_empty() {
            let mut f = self.f("photos", Input::Checks).options(options);
            let after = self
                .s
                .attachments
                .iter()
                .filter(|a| a.kind == AttachmentKind::PhotoAfter && a.at >= self.s.round_started_at);
            f.values = if chosen.is_empty() {
                after.map(|a| a.id.as_str().to_owned()).collect()
            } else {
                chosen.iter().map(|id| id.as_str().to_owned()).collect()
            };
            list.push(f);
        }
        let work = self
            .s
            .work()
            .and_then(|w| w.no_photo_reason.clone())
            .unwrap_or_default();
        list.push(
            self.f("no_photo_reason", Input::Text)
                .hint(self.p.t("hint-no-photo"))
                .value(work),
        );
        list
    }

    fn lines(&self, lines: &[domain::case::Line]) -> Field {
        let mut f = self.f("lines", Input::Lines);
        f.rows = rows(lines);
        f
    }

    pub(super) fn prices(&self) -> String {
        let l = self.p.locale;
        let list = self.c.names.book.prices.lookup(&self.s.item);
        let one = |x: &&domain::price_list::Price| {
            format!(
                "{} {}/{}",
                named(l, &x.zh, &x.en),
                self.p.money(x.labour_cents),
                named(l, &x.unit_zh, &x.unit_en)
            )
        };
        let text = list
            .iter()
            .filter(|x| x.labour_cents > 0)
            .map(one)
            .collect::<Vec<_>>()
            .join(&self.p.t("list-comma"));
        if text.is_empty() {
            String::new()
        } else {
            self.p.t1("hint-prices", "prices", text)
        }
    }

    fn satisfaction(&self, name: &'static str) -> Field {
        let codes: Vec<&str> = Satisfaction::ALL.iter().map(|x| x.as_str()).collect();
        self.f(name, Input::Radio).options(self.codes("satisfaction", &codes))
    }

    pub(super) fn when(&self, at: i64) -> String {
        when::field(&self.p.zone, at)
    }

    fn consent(&self) -> Vec<Field> {
        let Some(q) = self.s.pending_quote() else {
            return Vec::new();
        };
        let words = format!(
            "{} · {}",
            self.p.money(q.total_cents),
            super::prices::price_words(self.p, &q.lines)
        );
        let codes: Vec<&str> = Consent::ALL
            .iter()
            .filter(|c| **c != Consent::Own)
            .map(|c| c.as_str())
            .collect();
        vec![
            self.f("quote_shown", Input::Show).value(words),
            self.f("quote", Input::Hidden).value(q.id.as_str()),
            self.f("consent_how", Input::Radio)
                .required()
                .options(self.codes("consent", &codes)),
            self.f("note", Input::Area)
                .required()
                .label(self.p.t("case-f-consent-note")),
        ]
    }

    fn callback(&self) -> Vec<Field> {
        let p = self.p;
        let results: Vec<&str> = AttemptResult::ALL.iter().map(|x| x.as_str()).collect();
        let yes_no = || {
            vec![
                Opt {
                    value: "true".into(),
                    label: p.t("yes"),
                    group: String::new(),
                },
                Opt {
                    value: "false".into(),
                    label: p.t("no"),
                    group: String::new(),
                },
            ]
        };
        let (first, last) = &self.c.outgoing;
        let mut list = vec![
            self.f("shown", Input::Show)
                .label(p.t("callback-say-first"))
                .value(first.clone()),
            self.f("result", Input::Radio)
                .required()
                .options(self.codes("attempt", &results)),
        ];
        let book = self.c.names.book.clone();
        for q in book.scripts.questions_for(self.s.kind) {
            let text = named(p.locale, &q.zh, &q.en).to_owned();
            let mut f = match (q.code.as_str(), q.answer) {
                ("solved", _) => self.f("solved", Input::Radio).options(vec![
                    Opt {
                        value: "true".into(),
                        label: p.t("solved-true"),
                        group: String::new(),
                    },
                    Opt {
                        value: "false".into(),
                        label: p.t("solved-false"),
                        group: String::new(),
                    },
                ]),
                ("satisfaction", _) => self.satisfaction("satisfaction"),
                (_, Way::YesNo) => self.f("question", Input::Radio).options(yes_no()),
                (_, Way::Satisfaction) => self.satisfaction("question"),
                (_, Way::Text) => self.f("question", Input::Text),
            };
            if f.name == "question" {
                f.posted = format!("q_{}", q.code);
            }
            f.required = q.required;
            list.push(f.label(text).show_if("result=reached"));
        }
        list.push(self.f("again_at", Input::Time).show_if("result=later"));
        list.push(self.f("note", Input::Area));
        list.push(
            self.f("shown", Input::Show)
                .label(p.t("callback-say-last"))
                .value(last.clone()),
        );
        list
    }

    fn confirm(&self) -> Vec<Field> {
        let p = self.p;
        let forms: Vec<Opt> = self
            .s
            .attachments
            .iter()
            .filter(|a| a.kind == AttachmentKind::PaperForm)
            .map(|a| Opt {
                value: a.id.as_str().to_owned(),
                label: format!("{} {}", p.code("attachment", a.kind.as_str()), p.time(a.at)),
                group: String::new(),
            })
            .collect();
        let how = ["paper", "declined"]
            .iter()
            .map(|h| Opt {
                value: (*h).to_owned(),
                label: p.t(&format!("confirm-{h}")),
                group: String::new(),
            })
            .collect();
        let done = self.s.work().map(|w| w.done.clone()).unwrap_or_default();
        let charge = p.money(self.s.charged_cents());
        let photo = match forms.last() {
            Some(last) => self
                .f("photo", Input::Select)
                .value(last.value.clone())
                .options(forms.clone()),
            None => self.f("photo", Input::Hidden),
        };
        vec![
            self.f("signed", Input::Show)
                .value(format!("{} · {done} · {charge}", self.s.customer.name)),
            self.f("content_hash", Input::Hidden).value(self.s.content_hash()),
            self.f("how", Input::Radio)
                .required()
                .label(p.t("case-f-confirm-how"))
                .options(how)
                .hint(if forms.is_empty() {
                    p.t("hint-paper-first")
                } else {
                    String::new()
                }),
            if forms.is_empty() {
                photo
            } else {
                photo.show_if("how=paper")
            },
            self.f("reason", Input::Area)
                .show_if("how=declined")
                .label(p.t("case-f-declined-reason")),
            self.people("witness").show_if("how=declined").hint(p.t("hint-witness")),
            self.satisfaction("opinion"),
            self.f("comment", Input::Text),
            self.happened(),
        ]
    }

    /// The fields of a step's form.
    pub fn fields(&self, action: Action) -> Vec<Field> {
        let (p, s) = (self.p, self.s);
        if let Some(fields) = self.of_complaint(action) {
            return fields;
        }
        match action {
            Action::Dispatch => vec![self.department(), self.worker("worker-later", true), self.happened()],
            Action::Accept | Action::Arrive => vec![self.worker("worker-self", false), self.happened()],
            Action::ReturnOrder | Action::TakeBack | Action::WaiveFee => vec![self.reason()],
            Action::Reassign => vec![self.department(), self.worker("worker-later", true), self.reason()],
            Action::HandOver => {
                let mut worker = self.worker("choose", false).required();
                worker.value = String::new();
                vec![worker, self.f("note", Input::Area)]
            }
            Action::Quote => {
                let from = s
                    .quotes
                    .iter()
                    .rev()
                    .find(|q| !q.superseded)
                    .map(|q| q.lines.clone())
                    .unwrap_or_default();
                vec![self.lines(&from).required().hint(self.prices())]
            }
            Action::ConsentQuote | Action::RefuseQuote => self.consent(),
            Action::Wait => {
                let codes: Vec<&str> = WaitReason::ALL.iter().map(|x| x.as_str()).collect();
                vec![
                    self.f("wait_reason", Input::Radio)
                        .required()
                        .options(self.codes("wait", &codes)),
                    self.f("until", Input::Time).required(),
                    self.f("customer_told", Input::Check).hint(p.t("hint-told")),
                    self.f("note", Input::Area),
                ]
            }
            Action::Complete => {
                let quoted = s.accepted_quote().map(|q| q.lines.clone());
                let mut list = vec![
                    self.f("done", Input::Area).required(),
                    self.lines(&quoted.unwrap_or_default()).hint(self.charge_hint()),
                ];
                if s.kind == Kind::Request {
                    list.extend(self.photos(&[]));
                }
                if s.order().is_none_or(|o| o.worker.is_none()) {
                    list.push(self.worker("worker-self", false));
                }
                list.push(self.happened());
                list
            }
            Action::Amend => {
                let (done, lines, photos) = s
                    .work()
                    .map(|w| (w.done.clone(), w.lines.clone(), w.photos.clone()))
                    .unwrap_or_default();
                let mut list = vec![
                    self.f("done", Input::Area).required().now(done.clone(), done),
                    self.lines(&lines),
                ];
                list.extend(self.photos(&photos));
                list.push(self.reason());
                list
            }
            Action::Confirm => self.confirm(),
            Action::SecondCheck => {
                let c = s.confirmation();
                // The customer's own link, or who noted it.
                let by = c.map_or_else(String::new, |c| match c.by.staff() {
                    Some(b) => self.c.names.staff(b),
                    None => p.t1("second-check-own", "name", &s.customer.name),
                });
                let at = c.map(|c| p.full_time(c.at)).unwrap_or_default();
                let done = s.work().map(|w| w.done.clone()).unwrap_or_default();
                vec![
                    self.f("signed", Input::Show).value(format!(
                        "{} · {done} · {}",
                        s.customer.name,
                        p.money(s.charged_cents())
                    )),
                    self.f("recorded", Input::Show).value(format!("{by} · {at}")),
                ]
            }
            Action::RecordPayment => {
                let codes: Vec<&str> = PayMethod::ALL.iter().map(|x| x.as_str()).collect();
                vec![
                    self.f("amount", Input::Text)
                        .required()
                        .value(domain::money::plain(s.owed_cents())),
                    self.f("method", Input::Radio)
                        .required()
                        .options(self.codes("pay", &codes)),
                    self.f("receipt", Input::Text),
                    self.happened(),
                ]
            }
            Action::VoidPayment => {
                let options = s.valid_payments().map(|(i, x)| Opt {
                    value: i.to_string(),
                    label: format!(
                        "{} · {} · {}",
                        p.money(x.amount_cents),
                        p.code("pay", x.method.as_str()),
                        p.time(x.at)
                    ),
                    group: String::new(),
                });
                let options: Vec<Opt> = options.collect();
                let last = options.last().map(|o| o.value.clone()).unwrap_or_default();
                vec![
                    self.f("payment", Input::Select)
                        .required()
                        .options(options)
                        .value(last)
                        .hint(p.t("hint-void-payment")),
                    self.reason(),
                ]
            }
            Action::ScheduleCallback => {
                let c = s.open_callback();
                let planned = c.and_then(|c| c.planned_at).map(|at| self.when(at)).unwrap_or_default();
                let mut who = self.people("assignee");
                who.options.retain(|o| {
                    o.value.is_empty()
                        || (self.c.callers.contains(&o.value) && !s.did.iter().any(|d| d.as_str() == o.value))
                });
                if let Some(me) = self.c.names.everybody().into_iter().find(|(id, _)| *id == self.me) {
                    who.options.insert(
                        1,
                        Opt {
                            value: me.0,
                            label: me.1,
                            group: String::new(),
                        },
                    );
                }
                let now = c
                    .and_then(|c| c.assignee.as_ref())
                    .map(|a| a.as_str().to_owned())
                    .unwrap_or_default();
                vec![self.f("planned_at", Input::Time).value(planned), who.value(now)]
            }
            Action::Callback => self.callback(),
            Action::Reopen => {
                let codes: Vec<&str> = ReopenReason::ALL.iter().map(|x| x.as_str()).collect();
                vec![
                    self.f("reopen_reason", Input::Radio)
                        .required()
                        .options(self.codes("reopen", &codes)),
                    self.f("note", Input::Area).required(),
                ]
            }
            Action::Cancel => vec![
                self.reason(),
                self.f("customer_told", Input::Check).hint(p.t("hint-told")),
            ],
            Action::Urge => vec![self.f("note", Input::Area)],
            Action::Note => vec![
                self.f("text", Input::Area).required(),
                self.f("told_customer", Input::Check),
            ],
            Action::Promise => {
                let kinds: Vec<&str> = PromiseKind::ALL.iter().map(|k| k.as_str()).collect();
                vec![
                    self.f("promised", Input::Radio)
                        .required()
                        .options(self.codes("promised", &kinds))
                        .value("reply"),
                    self.f("say_shown", Input::Show).value(self.c.say.clone()),
                    self.f("what", Input::Area).required(),
                    self.f("by", Input::Time).hint(p.t("hint-promise-by")),
                ]
            }
            Action::InterimAnswer => vec![
                self.f("text", Input::Area).required().label(p.t("case-f-interim")),
                self.happened(),
            ],
            Action::AskExtension => {
                let told: Vec<&str> = ToldHow::ALL.iter().map(|k| k.as_str()).collect();
                let clocks: Vec<Opt> = self.clocks(|k| domain::case::extendable(k, p.now));
                let first = clocks.first().map(|o| o.value.clone()).unwrap_or_default();
                vec![
                    self.f("clock", Input::Select)
                        .required()
                        .options(clocks)
                        .value(first)
                        .hint(p.t("hint-extension")),
                    self.f("to", Input::Time).required().label(p.t("case-f-extend-to")),
                    self.reason(),
                    self.f("told_how", Input::Radio)
                        .required()
                        .options(self.codes("told", &told)),
                ]
            }
            Action::ConsentExtension => {
                let how: Vec<&str> = Consent::ALL
                    .iter()
                    .filter(|c| **c != Consent::Own)
                    .map(|c| c.as_str())
                    .collect();
                vec![
                    self.extension(|e| e.agreement.is_none()),
                    self.f("agree", Input::Radio).required().options(vec![
                        Opt {
                            value: "true".into(),
                            label: p.t("extension-agrees"),
                            group: String::new(),
                        },
                        Opt {
                            value: "false".into(),
                            label: p.t("extension-agrees-not"),
                            group: String::new(),
                        },
                    ]),
                    self.f("consent_how", Input::Radio)
                        .required()
                        .options(self.codes("consent", &how))
                        .hint(p.t("hint-extension-noted")),
                    self.f("note", Input::Area).required().label(p.t("case-f-consent-note")),
                ]
            }
            Action::ApproveExtension => vec![
                self.extension(domain::case::Extension::awaits_decision),
                self.f("approve", Input::Radio).required().options(vec![
                    Opt {
                        value: "true".into(),
                        label: p.t("extension-approve"),
                        group: String::new(),
                    },
                    Opt {
                        value: "false".into(),
                        label: p.t("extension-reject"),
                        group: String::new(),
                    },
                ]),
                self.f("note", Input::Area).hint(p.t("hint-extension-reject")),
            ],
            Action::WithdrawExtension => vec![self.extension(|_| true), self.reason()],
            Action::DecideExcuse => vec![
                self.asked_excuse(),
                self.f("approve", Input::Radio).required().options(vec![
                    Opt {
                        value: "true".into(),
                        label: p.t("excuse-approve"),
                        group: String::new(),
                    },
                    Opt {
                        value: "false".into(),
                        label: p.t("excuse-reject"),
                        group: String::new(),
                    },
                ]),
                self.f("note", Input::Area).hint(p.t("hint-extension-reject")),
            ],
            Action::AskExcuse | Action::ExcuseBreach => {
                let asks = action == Action::AskExcuse;
                let reasons: Vec<&str> = domain::clock::ExcuseReason::ALL.iter().map(|k| k.as_str()).collect();
                let clocks = if asks {
                    self.clocks(|k| domain::case::askable(s, k))
                } else {
                    self.clocks(domain::case::excusable)
                };
                let first = clocks.first().map(|o| o.value.clone()).unwrap_or_default();
                vec![
                    self.f("clock", Input::Select)
                        .required()
                        .options(clocks)
                        .value(first)
                        .hint(p.t(if asks { "hint-excuse-ask" } else { "hint-excuse" })),
                    self.f("excuse_reason", Input::Radio)
                        .required()
                        .options(self.codes("excuse", &reasons)),
                    self.f("text", Input::Area).required().label(p.t("case-f-excuse-text")),
                ]
            }
            Action::KeepPromise => {
                let options = s.open_promises().map(|m| Opt {
                    value: m.no.to_string(),
                    label: format!("{} {}", p.time(m.at), m.what),
                    group: String::new(),
                });
                let options: Vec<Opt> = options.collect();
                let first = options.first().map(|o| o.value.clone()).unwrap_or_default();
                vec![
                    self.f("no", Input::Select).required().options(options).value(first),
                    self.f("how", Input::Area).required(),
                ]
            }
            Action::Answer => vec![
                self.f("answer", Input::Area)
                    .required()
                    .options(self.texts(&self.c.answers)),
                self.happened(),
            ],
            Action::ReportOutside => vec![
                self.people("reported_to").required(),
                self.f("referral", Input::Text)
                    .required()
                    .options(self.texts(&self.c.referrals))
                    .hint(p.t("hint-referral")),
                self.f("note", Input::Area),
            ],
            Action::JoinContact => vec![self.f("contact", Input::Text).required().hint(p.t("hint-contact"))],
            Action::Resume | Action::Close | Action::GiveUpCallback => Vec::new(),
            other => self.correction(other),
        }
    }

    /// Clocks to choose from, each with when it is, or was, due.
    fn clocks(&self, fits: impl Fn(&domain::clock::Clock) -> bool) -> Vec<Opt> {
        let p = self.p;
        let fitting = self.s.clocks.iter().filter(|k| fits(k));
        fitting
            .map(|k| {
                let due = k
                    .breached_at
                    .or(k.due_at(p.now))
                    .map(|at| p.time(at))
                    .unwrap_or_default();
                Opt {
                    value: format!("{}:{}", k.code, k.cycle),
                    label: format!("{} {due}", p.code("clock", k.code.as_str())),
                    group: String::new(),
                }
            })
            .collect()
    }

    /// Requests for more time to choose from.
    fn extension(&self, fits: impl Fn(&domain::case::Extension) -> bool) -> Field {
        let p = self.p;
        let options: Vec<Opt> = self
            .s
            .pending_extensions()
            .filter(|e| fits(e))
            .map(|e| Opt {
                value: e.id.as_str().to_owned(),
                label: format!(
                    "{} → {} · {} · {}",
                    p.code("clock", e.code.as_str()),
                    p.full_time(e.to),
                    e.reason,
                    match &e.agreement {
                        Some(word) if word.agreed =>
                            p.t1("extension-agreed", "grade", word.grade.as_str().to_uppercase()),
                        Some(_) => p.t("extension-not-agreed"),
                        None => p.t("extension-agreement-open"),
                    }
                ),
                group: String::new(),
            })
            .collect();
        let first = options.first().map(|o| o.value.clone()).unwrap_or_default();
        self.f("extension", Input::Select)
            .required()
            .options(options)
            .value(first)
    }

    /// Requests for an excuse to decide on, by clock.
    fn asked_excuse(&self) -> Field {
        let p = self.p;
        let label = |r: &domain::case::ExcuseRequest| {
            let (clock, reason) = (p.code("clock", r.code.as_str()), p.code("excuse", r.reason.as_str()));
            format!("{clock} · {reason} · {}", r.text)
        };
        let options: Vec<Opt> = self
            .s
            .pending_excuses()
            .map(|r| Opt {
                value: format!("{}:{}", r.code, r.cycle),
                label: label(r),
                group: String::new(),
            })
            .collect();
        let first = options.first().map(|o| o.value.clone()).unwrap_or_default();
        self.f("clock", Input::Select)
            .required()
            .options(options)
            .value(first)
            .label(p.t("case-f-extension"))
            .hint(p.t("hint-excuse"))
    }

    fn charge_hint(&self) -> String {
        match self.s.accepted_cents() {
            Some(0) => self.p.t("hint-charge-free"),
            Some(c) => self.p.t1("hint-charge", "amount", self.p.money(c)),
            None => String::new(),
        }
    }
}

/// Codes of the two kinds of lines, for the editor.
pub fn line_kinds(p: &Page) -> [(&'static str, String); 2] {
    [LineKind::Labour, LineKind::Material].map(|k| (k.as_str(), p.code("line", k.as_str())))
}
