//! A complaint on the page of its case: the forms of its steps, and the process as a list of what is done, what is next and
//! what is still to come (COM-17 to COM-32).

use domain::access::{Action, Reach, Role, allowed};
use domain::case::complaint::{
    ComplaintFile, LOOKS, MeasureKind, Nature, Proposal, Received, missing_before_answer, missing_to_close,
};
use domain::case::{Importance, Offer, Satisfaction, Status, ToldHow};

use super::fields::Build;
use super::form::{Field, Input, Opt};
use super::names::{Names, department_label};
use super::view::{Loaded, by};
use crate::fail::refusal_text;
use crate::l10n::tx;
use crate::page::Page;

/// One step of the process.
pub struct Stage {
    pub label: String,
    /// `done`, `now` or nothing.
    pub class: &'static str,
    pub clause: &'static str,
    pub lines: Vec<String>,
    /// The steps that are open here: code and label.
    pub acts: Vec<(&'static str, String)>,
    /// Where it is the next stage and nothing of it is open here: why not, and who can.
    pub why: String,
}

/// The record of a complaint.
pub struct ComplaintView {
    pub stages: Vec<Stage>,
    pub hidden: String,
    pub again: bool,
}

/// A department's name by its code as the site calls it, or the leader's; of one that the site does not have, as the product
/// ships it.
pub fn place(p: &Page, names: &Names, code: &str) -> String {
    if code == "leader" {
        return p.t("complaint-leader");
    }
    if let Some(own) = names.department_of(code) {
        return own.to_owned();
    }
    let shipped = domain::departments::default_departments().unwrap_or_default();
    let found = shipped.iter().find(|d| d.code == code);
    found.map_or_else(
        || code.to_owned(),
        |d| super::names::named(names.locale, &d.zh, &d.en).to_owned(),
    )
}

fn why(p: &Page, names: &Names, proposal: &Proposal) -> String {
    let args = [
        ("to", place(p, names, &proposal.to)),
        ("why", p.code("route-why", proposal.why.as_str())),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(p.locale, "complaint-proposed", &args)
}

impl Build<'_> {
    fn opt(value: &str, label: String) -> Opt {
        Opt {
            value: value.to_owned(),
            label,
            group: String::new(),
        }
    }

    fn yes_no(&self, name: &'static str, key: &str) -> Field {
        let options = ["true", "false"]
            .iter()
            .map(|v| Self::opt(v, self.p.t(&format!("{key}-{v}"))))
            .collect();
        self.f(name, Input::Radio).required().options(options)
    }

    fn somebody(&self, name: &'static str, empty: &str) -> Field {
        let mut options = vec![Self::opt("", self.p.t(empty))];
        options.extend(
            self.c
                .names
                .everybody()
                .into_iter()
                .map(|(id, name)| Self::opt(&id, name)),
        );
        self.f(name, Input::Select).options(options)
    }

    /// Who may own a measure: not whom the complaint is about, who does not see it.
    fn measure_owner(&self) -> Field {
        let about = self.s.complaint.as_ref().and_then(|file| file.about.as_ref());
        let mut field = self.somebody("owner", "choose").required();
        field.options.retain(|o| about.is_none_or(|a| a.as_str() != o.value));
        field
    }

    fn told(&self) -> Field {
        let codes: Vec<&str> = [ToldHow::Phone, ToldHow::Visit, ToldHow::Message]
            .iter()
            .map(|x| x.as_str())
            .collect();
        self.f("told_how", Input::Radio).options(self.codes("told", &codes))
    }

    /// The fields of a complaint's step; none for another action.
    pub(super) fn of_complaint(&self, action: Action) -> Option<Vec<Field>> {
        let (p, s) = (self.p, self.s);
        let empty = ComplaintFile::default();
        let file = s.complaint.as_ref().unwrap_or(&empty);
        let area = |name: &'static str, label: &str| self.f(name, Input::Area).label(p.t(label));
        Some(match action {
            Action::JudgeComplaint => self.judging(file),
            Action::AppealComplaint | Action::RaiseComplaint => vec![self.reason()],
            Action::RouteComplaint => self.routing(),
            Action::AddPart => {
                let options = self
                    .c
                    .departments
                    .iter()
                    .map(|d| Self::opt(d.id.as_str(), department_label(p.locale, d).to_owned()));
                let mut all = vec![Self::opt("", p.t("choose"))];
                all.extend(options);
                vec![
                    self.f("department", Input::Select)
                        .required()
                        .label(p.t("complaint-f-department"))
                        .options(all),
                    area("what", "complaint-f-what").required(),
                    self.f("due_at", Input::Time).required(),
                ]
            }
            Action::FinishPart => {
                let options: Vec<Opt> = file
                    .open_parts()
                    .map(|part| {
                        let label = format!("{} · {}", self.c.names.department(&part.department), part.what);
                        Self::opt(&part.no.to_string(), label)
                    })
                    .collect();
                vec![
                    self.first("part", options),
                    area("result", "complaint-f-result").required(),
                ]
            }
            Action::RecordFinding => vec![
                area("text", "complaint-f-finding")
                    .required()
                    .value(file.finding.as_ref().map(|said| said.text.clone()).unwrap_or_default()),
            ],
            Action::ProposeAnswer => vec![
                area("text", "complaint-f-proposal").required(),
                self.f("letter", Input::Check).hint(p.t("complaint-hint-letter")),
            ],
            Action::AgreeLetter => {
                let text = file.proposal(s.cycle).map(|x| x.text.clone()).unwrap_or_default();
                vec![
                    self.f("shown", Input::Show)
                        .label(p.t("complaint-f-proposal"))
                        .value(text),
                    self.yes_no("approve", "complaint-agree"),
                    self.f("note", Input::Area),
                ]
            }
            Action::InstructComplaint => {
                let why = file.open_raise().map(|raised| {
                    let because = p.code("raised", raised.because.as_str());
                    if raised.reason.is_empty() {
                        because
                    } else {
                        format!("{because} · {}", raised.reason)
                    }
                });
                vec![
                    self.f("shown", Input::Show)
                        .label(p.t("complaint-f-raised"))
                        .value(why.unwrap_or_default()),
                    area("text", "complaint-f-instruction").required(),
                ]
            }
            Action::CarryOut => {
                let told = file.open_raise().and_then(|raised| raised.instruction.as_ref());
                vec![
                    self.f("shown", Input::Show)
                        .label(p.t("complaint-f-instruction"))
                        .value(told.map(|said| said.text.clone()).unwrap_or_default()),
                    area("text", "complaint-f-carried-out").required(),
                ]
            }
            Action::RecordResponse => vec![
                self.yes_no("response", "complaint-response")
                    .hint(p.t("complaint-hint-response")),
                self.told().required().label(p.t("complaint-f-heard")),
                area("note", "complaint-f-words"),
            ],
            Action::NoteOpinion => {
                let codes: Vec<&str> = Satisfaction::ALL.iter().map(|x| x.as_str()).collect();
                vec![
                    self.f("opinion", Input::Radio)
                        .required()
                        .options(self.codes("satisfaction", &codes)),
                    self.f("thanked", Input::Check),
                    area("hopes", "complaint-f-hopes"),
                ]
            }
            Action::RecordCause => vec![
                area("text", "complaint-f-cause")
                    .required()
                    .value(file.cause.as_ref().map(|said| said.text.clone()).unwrap_or_default()),
            ],
            Action::SetMeasure => self.measure(file),
            Action::FinishMeasure => {
                let options: Vec<Opt> = file
                    .open_measures()
                    .map(|m| {
                        Self::opt(
                            &m.no.to_string(),
                            format!("{} · {}", p.code("measure", m.kind.as_str()), m.text),
                        )
                    })
                    .collect();
                vec![
                    self.first("measure", options),
                    area("result", "complaint-f-result").required(),
                ]
            }
            Action::VerifyComplaint => vec![
                self.yes_no("effective", "complaint-effective"),
                area("note", "complaint-f-verified").required(),
            ],
            Action::FileComplaint => vec![self.f("note", Input::Text).hint(p.t("complaint-hint-file"))],
            _ => return None,
        })
    }

    fn first(&self, name: &'static str, options: Vec<Opt>) -> Field {
        let value = options.first().map(|o| o.value.clone()).unwrap_or_default();
        self.f(name, Input::Select).required().options(options).value(value)
    }

    fn judging(&self, file: &ComplaintFile) -> Vec<Field> {
        let (p, s) = (self.p, self.s);
        let book = &self.c.names.book;
        let group = book.taxonomy.item(&s.item).and_then(|i| i.group.clone());
        let nature = group.map_or(Nature::Other, |g| book.routes.nature(&g));
        let natures: Vec<&str> = Nature::ALL.iter().map(|x| x.as_str()).collect();
        let levels: Vec<&str> = Importance::ALL.iter().map(|x| x.as_str()).collect();
        let mut list = Vec::new();
        if let Some(appeal) = file.judgements.last().and_then(|j| j.appeal.clone()) {
            list.push(
                self.f("shown", Input::Show)
                    .label(p.t("complaint-f-appeal"))
                    .value(appeal),
            );
        }
        list.extend([
            self.yes_no("valid", "complaint-valid"),
            self.told()
                .show_if("valid=false")
                .label(p.t("complaint-f-told"))
                .hint(p.t("complaint-hint-told")),
            self.f("nature", Input::Radio)
                .required()
                .options(self.codes("nature", &natures))
                .value(nature.as_str()),
            self.f("importance", Input::Radio)
                .required()
                .label(p.t("complaint-f-severity"))
                .options(self.codes("importance", &levels))
                .value(s.importance.as_str())
                .hint(p.t("complaint-hint-severity")),
            self.somebody("about", "complaint-nobody")
                .value(file.about.as_ref().map(|a| a.as_str().to_owned()).unwrap_or_default())
                .hint(p.t("complaint-hint-about")),
            self.reason(),
        ]);
        list
    }

    fn routing(&self) -> Vec<Field> {
        let (p, names) = (self.p, &self.c.names);
        let codes: Vec<&str> = Received::ALL.iter().map(|x| x.as_str()).collect();
        let hints: Vec<String> = self
            .c
            .proposals
            .iter()
            .map(|(received, proposal)| {
                format!("{}: {}", p.code("received", received.as_str()), why(p, names, proposal))
            })
            .collect();
        let first = self.c.proposals.first().map(|(_, proposal)| proposal.to.clone());
        let mut options = vec![Self::opt("leader", p.t("complaint-leader"))];
        options.extend(
            self.c
                .departments
                .iter()
                .filter(|d| d.kind == "own")
                .map(|d| Self::opt(&d.code, department_label(p.locale, d).to_owned())),
        );
        vec![
            self.f("received", Input::Radio)
                .required()
                .options(self.codes("received", &codes))
                .value(Received::Office.as_str()),
            self.f("route_to", Input::Select)
                .required()
                .options(options)
                .value(first.unwrap_or_default())
                .hint(hints.join(" · ")),
            self.f("reason", Input::Area).label(p.t("complaint-f-otherwise")),
        ]
    }

    fn measure(&self, file: &ComplaintFile) -> Vec<Field> {
        let (p, s) = (self.p, self.s);
        let codes: Vec<&str> = MeasureKind::ALL.iter().map(|x| x.as_str()).collect();
        let lacks = missing_to_close(s);
        let kind = if lacks.contains(&"missing-corrective-report") {
            MeasureKind::Corrective
        } else {
            MeasureKind::Preventive
        };
        let major = s.is_major_complaint();
        let facts = self.f("facts", Input::Area).hint(p.t("complaint-hint-facts"));
        let last = file.measures.last().map(|m| m.facts.clone());
        let facts = facts.value(
            last.or(file.finding.as_ref().map(|x| x.text.clone()))
                .unwrap_or_default(),
        );
        vec![
            self.f("measure_kind", Input::Radio)
                .required()
                .options(self.codes("measure", &codes))
                .value(kind.as_str()),
            if major { facts.required() } else { facts.value("") },
            self.f("text", Input::Area).required().label(p.t("complaint-f-measure")),
            self.measure_owner(),
            self.f("due_at", Input::Time).required(),
        ]
    }
}

/// Why none of a stage's steps is open to who looks, with the posts that can where it is a matter of who; empty where one is.
fn closed(p: &Page, offers: &[Offer], list: &[Action]) -> String {
    let of = |action: &Action| offers.iter().find(|o| o.action == *action);
    if list.iter().filter_map(of).any(Offer::allowed) {
        return String::new();
    }
    let refused = list
        .iter()
        .filter_map(of)
        .find_map(|o| Some((o.action, o.refusal.as_ref()?)));
    let Some((action, refusal)) = refused else {
        return String::new();
    };
    let why = refusal_text(p.locale, &p.zone, refusal);
    let of_person = matches!(
        refusal.rule,
        "refuse-role" | "refuse-not-yours" | "refuse-verified-by-own" | "refuse-judged-by-you"
    );
    if !of_person {
        return why;
    }
    let posts: Vec<String> = Role::ALL
        .iter()
        .filter(|r| allowed(**r, action) > Reach::Never)
        .map(|r| p.code("role", r.as_str()))
        .collect();
    format!(
        "{why} · {}",
        p.t1("complaint-who", "posts", posts.join(&p.t("list-comma")))
    )
}

/// The process as the page shows it; none for a case without the record of a complaint.
pub(super) fn view(p: &Page, l: &Loaded) -> Option<ComplaintView> {
    let (s, names) = (&l.seen.state, &l.names);
    let file = s.file()?;
    let open = |action: Action| l.offers.iter().any(|o| o.action == action && o.allowed());
    let acts = |list: &[Action]| -> Vec<(&'static str, String)> {
        list.iter()
            .filter(|a| open(**a))
            .map(|a| (a.as_str(), p.code("action", a.as_str())))
            .collect()
    };
    let mut stages: Vec<(bool, Stage)> = Vec::new();
    let mut add = |key: &str, clause: &'static str, done: bool, lines: Vec<String>, list: &[Action]| {
        let stage = Stage {
            label: p.t(key),
            class: "",
            clause,
            lines,
            acts: acts(list),
            why: closed(p, &l.offers, list),
        };
        stages.push((done, stage));
    };
    let who = |by_: &domain::case::By, at: i64| format!("{} {}", p.time(at), by(p, names, by_));
    let judged: Vec<String> = file
        .judgements
        .iter()
        .map(|j| {
            let word = p.t(if j.valid {
                "complaint-valid-true"
            } else {
                "complaint-valid-false"
            });
            let mut parts = vec![
                word,
                p.code("nature", j.nature.as_str()),
                p.code("importance", j.severity.as_str()),
                j.reason.clone(),
                who(&j.by, j.at),
            ];
            if let Some(appeal) = &j.appeal {
                parts.push(p.t1("complaint-appealed", "reason", appeal));
            }
            parts.join(" · ")
        })
        .collect();
    add(
        "complaint-s-judged",
        "COM-28",
        file.judgement().is_some(),
        judged,
        &[Action::JudgeComplaint, Action::AppealComplaint],
    );
    let goes_on = file.judgement().is_none_or(|j| j.valid);
    if goes_on {
        let routed: Vec<String> = file
            .routes
            .iter()
            .map(|r| {
                let to = r
                    .department
                    .as_ref()
                    .map(|d| names.department(d))
                    .filter(|n| !n.is_empty());
                let mut parts = vec![
                    to.unwrap_or_else(|| place(p, names, &r.to)),
                    p.code("received", r.received.as_str()),
                    p.code("route-why", r.why.as_str()),
                ];
                if r.to != r.proposed {
                    let proposed = place(p, names, &r.proposed);
                    let args = [("to", proposed.as_str()), ("reason", r.reason.as_str())];
                    parts.push(tx(p.locale, "complaint-otherwise", &args));
                }
                parts.push(who(&r.by, r.at));
                parts.join(" · ")
            })
            .collect();
        add(
            "complaint-s-routed",
            "COM-18",
            file.route().is_some(),
            routed,
            &[Action::RouteComplaint],
        );
        if !file.parts.is_empty() || open(Action::AddPart) {
            let parts: Vec<String> = file
                .parts
                .iter()
                .map(|part| {
                    let state = match part.done_at {
                        Some(at) => format!("{} · {}", p.t1("complaint-part-done", "time", p.time(at)), part.result),
                        None => p.t1("complaint-part-due", "time", p.time(part.due_at)),
                    };
                    format!("{} · {} · {state}", names.department(&part.department), part.what)
                })
                .collect();
            add(
                "complaint-s-parts",
                "COM-23",
                file.open_parts().next().is_none() && (!file.parts.is_empty() || file.finding.is_some()),
                parts,
                &[Action::AddPart, Action::FinishPart],
            );
        }
        if !file.raised.is_empty() || open(Action::RaiseComplaint) {
            let mut lines = Vec::new();
            for raised in &file.raised {
                let because = p.code("raised", raised.because.as_str());
                lines.push(
                    format!("{because} · {} · {}", raised.reason, who(&raised.by, raised.at)).replace(" ·  · ", " · "),
                );
                for (key, said) in [
                    ("complaint-instructed", &raised.instruction),
                    ("complaint-carried-out", &raised.carried_out),
                ] {
                    if let Some(said) = said {
                        lines.push(format!(
                            "{} · {}",
                            p.t1(key, "text", &said.text),
                            who(&said.by, said.at)
                        ));
                    }
                }
            }
            add(
                "complaint-s-raised",
                "COM-25",
                file.open_raise().is_none() && (!file.raised.is_empty() || file.finding.is_some()),
                lines,
                &[Action::RaiseComplaint, Action::InstructComplaint, Action::CarryOut],
            );
        }
        let found = file
            .finding
            .iter()
            .map(|x| format!("{} · {}", x.text, who(&x.by, x.at)))
            .collect();
        add(
            "complaint-s-found",
            "COM-28",
            file.finding.is_some(),
            found,
            &[Action::RecordFinding],
        );
        let proposed = file
            .proposals
            .iter()
            .map(|x| {
                let mut parts = vec![x.text.clone()];
                if x.letter {
                    let key = match x.agreed {
                        None => "complaint-letter-open",
                        Some(true) => "complaint-letter-agreed",
                        Some(false) => "complaint-letter-refused",
                    };
                    parts.push(p.t(key));
                    parts.extend(Some(x.note.clone()).filter(|n| !n.is_empty()));
                }
                parts.push(who(&x.by, x.at));
                parts.join(" · ")
            })
            .collect();
        let letter = file
            .proposal(s.cycle)
            .is_some_and(|x| !x.letter || x.agreed == Some(true));
        add(
            "complaint-s-proposed",
            "COM-22",
            letter,
            proposed,
            &[Action::ProposeAnswer, Action::AgreeLetter],
        );
    }
    let settled = matches!(s.status, Status::Done | Status::Confirmed | Status::Closed);
    let mut answer: Vec<String> = s.answer.iter().cloned().collect();
    answer.extend(s.work().map(|w| w.done.clone()));
    let answers: &[Action] = if missing_before_answer(s).is_empty() && !settled {
        &[Action::Answer, Action::Complete]
    } else {
        &[]
    };
    add("complaint-s-answered", "CSM-2", settled, answer, answers);
    if goes_on {
        let mut heard: Vec<String> = file
            .responses
            .iter()
            .map(|x| {
                let key = if x.accepted {
                    "complaint-response-true"
                } else {
                    "complaint-response-false"
                };
                let words = [p.t(key), x.note.clone(), who(&x.by, x.at)];
                let words: Vec<String> = words.into_iter().filter(|w| !w.is_empty()).collect();
                words.join(" · ")
            })
            .collect();
        heard.extend(s.confirmation().map(|c| p.code("grade_short", c.grade.as_str())));
        let done = file.response(s.cycle).is_some_and(|x| x.accepted)
            || s.confirmation().is_some()
            || (settled && !s.has_customer());
        add(
            "complaint-s-heard",
            "COM-30",
            done,
            heard,
            &[Action::RecordResponse, Action::Confirm],
        );
        let opinion = file.opinion(s.cycle).map(|x| {
            let words = [
                p.code("satisfaction", x.opinion.as_str()),
                x.hopes.clone(),
                who(&x.by, x.at),
            ];
            let words: Vec<String> = words.into_iter().filter(|w| !w.is_empty()).collect();
            words.join(" · ")
        });
        let done = opinion.is_some() || (settled && !s.has_customer());
        add(
            "complaint-s-opinion",
            "COM-26",
            done,
            opinion.into_iter().collect(),
            &[Action::NoteOpinion],
        );
        let cause = file
            .cause
            .iter()
            .map(|x| format!("{} · {}", x.text, who(&x.by, x.at)))
            .collect();
        add(
            "complaint-s-cause",
            "COM-31",
            file.cause.is_some(),
            cause,
            &[Action::RecordCause],
        );
        let measures = file
            .measures
            .iter()
            .map(|m| {
                let state = match m.done_at {
                    Some(at) => format!("{} · {}", p.t1("complaint-part-done", "time", p.time(at)), m.result),
                    None => p.t1("complaint-part-due", "time", p.time(m.due_at)),
                };
                format!(
                    "{} · {} · {} · {state}",
                    p.code("measure", m.kind.as_str()),
                    m.text,
                    names.staff(&m.owner)
                )
            })
            .collect();
        let lacks = missing_to_close(s);
        let set = !file.measures.is_empty()
            && !lacks.iter().any(|k| {
                matches!(
                    *k,
                    "missing-prevention" | "missing-corrective-report" | "missing-preventive-report"
                )
            });
        add(
            "complaint-s-measures",
            "COM-31",
            set,
            measures,
            &[Action::SetMeasure, Action::FinishMeasure],
        );
        let verified = file
            .verifications
            .iter()
            .map(|x| {
                let key = if x.effective {
                    "complaint-effective-true"
                } else {
                    "complaint-effective-false"
                };
                format!("{} · {} · {}", p.t(key), x.note, who(&x.by, x.at))
            })
            .collect();
        add(
            "complaint-s-verified",
            "COM-14",
            file.verified(s.cycle).is_some(),
            verified,
            &[Action::VerifyComplaint],
        );
        let filed = file.filed.iter().map(|x| who(&x.by, x.at)).collect();
        add(
            "complaint-s-filed",
            "COM-27",
            file.filed.is_some(),
            filed,
            &[Action::FileComplaint],
        );
        if file.filed.is_some() {
            let looks = file.looks.iter().map(|x| {
                let key = if x.found.is_empty() {
                    "complaint-look-none"
                } else {
                    "complaint-look-found"
                };
                let (days, n) = (x.days.to_string(), x.found.len().to_string());
                tx(p.locale, key, &[("days", &days), ("n", &n)])
            });
            let all = file.looks.len() == LOOKS.len() && !file.prevention_open();
            add("complaint-s-looks", "", all, looks.collect(), &[]);
        }
    }
    let now = stages.iter().position(|(done, _)| !done);
    let stages = stages.into_iter().enumerate().map(|(i, (done, stage))| {
        let class = match (done, now == Some(i)) {
            (true, _) => "done",
            (false, true) => "now",
            _ => "",
        };
        let awaited = class == "now" && (s.is_open() || file.prevention_open());
        let why = if awaited { stage.why.clone() } else { String::new() };
        Stage { class, why, ..stage }
    });
    Some(ComplaintView {
        stages: stages.collect(),
        hidden: file
            .about
            .as_ref()
            .map(|a| p.t1("complaint-hidden-from", "name", names.staff(a)))
            .unwrap_or_default(),
        again: file.prevention_open(),
    })
}
