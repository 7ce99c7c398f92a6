//! The work order on paper (工作联系单, QP-08-07-F001, REC-15, REC-22): one A4 page each, filled or blank, with a QR that opens
//! the record. Phones stay masked; the grade of a signature is printed with it (COM-30).

use app::case;
use app::ctx::Locale;
use app::error::{Error, Res};
use askama::Template;
use axum::extract::{Path, RawQuery, State};
use domain::case::{By, CaseState, Confirmation, Grade, LineKind, Order, OrderStatus};
use domain::clock::ClockCode;
use store::seam::Conn;

use crate::case::names::{Names, named};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::l10n::{t, tx};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// Number of the form and its version, as the quality system lists them.
const FORM: &str = "QP-08-07-F001";
const FORM_VERSION: &str = "A/2";

/// One choice of a form: ticked or not.
struct Tick {
    label: String,
    on: bool,
}

/// What stands on one slip.
#[derive(Default)]
struct Slip {
    number: String,
    name: String,
    unit: String,
    phone: String,
    received: String,
    channels: Vec<Tick>,
    clerk: String,
    kinds: Vec<Tick>,
    urgencies: Vec<Tick>,
    item: String,
    content: String,
    department: String,
    worker: String,
    issued: String,
    due: String,
    arrived: String,
    appointment: String,
    fees: Vec<Tick>,
    fee_lines: String,
    total: String,
    capitals: String,
    consent: String,
    done: String,
    materials: String,
    finished: String,
    opinions: Vec<Tick>,
    comment: String,
    /// The drawing of the signature, made by the server out of numbers or of an escaped name.
    drawing: String,
    /// What the signature is worth, in words.
    grade: String,
    signed_on: String,
    callback: String,
    callback_by: String,
    callback_at: String,
    paid: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "print/orders.html")]
struct OrdersPage {
    p: Page,
    org: String,
    centre: String,
    complaint_phone: String,
    form: &'static str,
    form_version: &'static str,
    slips: Vec<Slip>,
    printed: String,
}

fn ticks(l: Locale, family: &str, all: &[&str], chosen: Option<&str>) -> Vec<Tick> {
    all.iter()
        .map(|c| Tick {
            label: t(l, &format!("{family}-{c}")),
            on: chosen == Some(*c),
        })
        .collect()
}

fn blank_slip(l: Locale) -> Slip {
    Slip {
        channels: ticks(l, "channel", &["phone", "visit", "online", "letter"], None),
        kinds: ticks(
            l,
            "kind",
            &["inquiry", "request", "complaint", "help", "suggestion"],
            None,
        ),
        urgencies: ticks(l, "urgency", &["normal", "urgent", "emergency"], None),
        fees: ticks(l, "fee", &["free", "paid", "quote"], None),
        opinions: ticks(
            l,
            "satisfaction",
            &["very_satisfied", "satisfied", "neutral", "dissatisfied"],
            None,
        ),
        ..Slip::default()
    }
}

/// What a confirmation is worth and why, as the paper says it: A and B are the customer's own, C needs the check of a
/// second person, who is named once it is made (COM-30).
fn grade_words(l: Locale, zone: &str, names: &Names, c: &Confirmation) -> String {
    let key = match (c.grade, &c.by) {
        (Grade::A, _) => "print-grade-a",
        (Grade::B, _) => "print-grade-b",
        (Grade::C, By::Customer { .. }) => "print-grade-c-link",
        (Grade::C, _) if c.signature.is_some() => "print-grade-c-device",
        (Grade::C, _) => "print-grade-c-paper",
        (Grade::Declined, _) => {
            let witness = c.witness.as_ref().map(|w| names.staff(w)).unwrap_or_default();
            let said = [("reason", c.reason.as_str()), ("witness", witness.as_str())];
            return tx(l, "print-grade-declined", &said);
        }
    };
    let check = match (&c.checked_by, c.checked_at) {
        _ if c.grade != Grade::C => String::new(),
        (Some(by), at) => {
            let at = at.map(|a| when::full(zone, a)).unwrap_or_default();
            tx(l, "print-grade-checked", &[("who", &names.staff(by)), ("when", &at)])
        }
        (None, _) => t(l, "print-grade-unchecked"),
    };
    format!("{}{check}", t(l, key))
}

/// When the steps of an order were entered, as the journal has it: what was written on paper first keeps both times.
#[derive(Default)]
struct Entered {
    issued: Option<i64>,
    arrived: Option<i64>,
    done: Option<i64>,
}

impl Entered {
    fn of(c: &mut Conn, ctx: &app::ctx::Ctx, s: &CaseState, o: &Order) -> Res<Entered> {
        let list = store::journal::for_case(c, ctx.site.as_str(), s.id.as_str(), i64::MAX, MOST_STEPS)?;
        let last = |kind: &str| {
            let mine = |e: &&store::journal::Entry| e.kind == kind && e.body["order"] == o.id.as_str();
            list.iter().find(mine).map(|e| e.recorded_at)
        };
        Ok(Entered {
            issued: last("dispatched"),
            arrived: last("arrived"),
            done: last("completed"),
        })
    }
}

/// Entries of a case's journal that are looked through for the times of an order.
const MOST_STEPS: i64 = 300;

/// An order to be printed.
struct Found {
    case: CaseState,
    order: Order,
    entered: Entered,
}

struct Look<'a> {
    files: &'a app::files::Files,
    l: Locale,
    zone: &'a str,
    names: &'a Names,
    public_url: &'a str,
}

impl Look<'_> {
    fn at(&self, at: Option<i64>) -> String {
        at.map(|a| when::full(self.zone, a)).unwrap_or_default()
    }

    /// When it happened, and when it was entered, if that was later.
    fn both(&self, happened_at: Option<i64>, recorded_at: Option<i64>) -> String {
        happened_at
            .map(|at| when::both(self.l, self.zone, at, recorded_at.unwrap_or(at)))
            .unwrap_or_default()
    }

    /// The stored drawing; a file that is gone leaves the line empty, the grade still says that there was one.
    fn drawing(&self, hash: &str) -> String {
        let svg = self.files.get(hash).ok().and_then(|b| String::from_utf8(b).ok());
        svg.filter(|s| s.starts_with("<svg ")).unwrap_or_default()
    }

    fn slip(&self, f: &Found) -> Slip {
        let (l, s, o) = (self.l, &f.case, &f.order);
        let unit = domain::room::RoomKey::parse(&s.customer.address).map_or_else(
            |_| s.customer.address.clone(),
            |k| {
                if l == Locale::En {
                    k.display_en()
                } else {
                    k.display_zh()
                }
            },
        );
        let phone = domain::phone::normalise(&s.customer.phone)
            .map(|p| p.masked_compact())
            .unwrap_or_default();
        let clock = s
            .clocks
            .iter()
            .find(|c| c.code == ClockCode::OnSite && c.cycle == o.cycle);
        let work = s.work.iter().rev().find(|w| w.order.as_ref() == Some(&o.id));
        let quote = s.accepted_quote();
        let lines = work
            .map(|w| &w.lines)
            .filter(|x| !x.is_empty())
            .or_else(|| quote.map(|q| &q.lines));
        // Material that was only listed when the work was done carries no price; the amounts are then those agreed to.
        let priced = work
            .map(|w| &w.lines)
            .filter(|x| x.iter().any(|i| i.unit_cents > 0))
            .or_else(|| quote.map(|q| &q.lines))
            .or(lines);
        let sum = |kind: LineKind| {
            priced.map_or(0, |x| {
                x.iter()
                    .filter(|i| i.kind == kind)
                    .map(|i| i.unit_cents * i.quantity_milli / 1000)
                    .sum::<i64>()
            })
        };
        let total = work.map(|w| w.charge_cents).or_else(|| s.accepted_cents()).unwrap_or(0);
        let confirmation = s
            .confirmations
            .iter()
            .rev()
            .find(|c| c.cycle == o.cycle && c.void_at.is_none());
        let attempt = s
            .callbacks
            .iter()
            .rev()
            .filter(|c| c.cycle == o.cycle)
            .find_map(|c| c.attempts.iter().rev().find(|a| a.solved.is_some()));
        let fee_lines = if priced.is_some() {
            let (a, b) = (
                domain::money::shown(sum(LineKind::Labour)),
                domain::money::shown(sum(LineKind::Material)),
            );
            tx(l, "print-fee-lines", &[("labour", &a), ("material", &b)])
        } else {
            String::new()
        };
        let consent = match (quote, s.fee.accepted) {
            (Some(q), _) => format!(
                "{} {}",
                t(l, &format!("consent-{}", q.how.map_or("own", |h| h.as_str()))),
                self.at(q.answered_at)
            ),
            (None, Some(true)) => t(l, "print-consent-desk"),
            _ => String::new(),
        };
        let materials = lines.map_or_else(String::new, |x| {
            let used: Vec<String> = x
                .iter()
                .filter(|i| i.kind == LineKind::Material)
                .map(|i| format!("{} × {}", i.what, quantity(i.quantity_milli)))
                .collect();
            used.join(&t(l, "list-comma"))
        });
        let old = s.repeat_of.as_ref().map(|_| t(l, "print-repeat")).unwrap_or_default();
        Slip {
            number: o.number.clone(),
            name: s.customer.name.clone(),
            unit,
            phone,
            received: self.both(Some(s.happened_at), Some(s.registered_at)),
            channels: ticks(
                l,
                "channel",
                &["phone", "visit", "online", "letter"],
                Some(s.channel.as_str()),
            ),
            clerk: s.first_asked.as_ref().map(|c| self.names.staff(c)).unwrap_or_default(),
            kinds: ticks(
                l,
                "kind",
                &["inquiry", "request", "complaint", "help", "suggestion"],
                Some(s.kind.as_str()),
            ),
            urgencies: ticks(
                l,
                "urgency",
                &["normal", "urgent", "emergency"],
                Some(s.urgency.as_str()),
            ),
            item: format!("{}{old} · {}", self.names.item(&s.item), s.place),
            content: s.content.clone(),
            department: self.names.department(&o.department),
            worker: o.worker.as_ref().map(|w| self.names.staff(w)).unwrap_or_default(),
            issued: self.both(Some(o.issued_at), f.entered.issued),
            due: {
                let due = self.at(clock.and_then(|c| c.due_at(o.issued_at)));
                match clock {
                    Some(c) if c.is_provisional(o.issued_at) => format!("{due} ({})", t(l, "due-provisional")),
                    _ => due,
                }
            },
            arrived: self.both(o.arrived_at, f.entered.arrived),
            appointment: s
                .appointment
                .map_or_else(|| t(l, "print-at-once"), |a| when::full(self.zone, a.from)),
            fees: ticks(l, "fee", &["free", "paid", "quote"], Some(s.fee.kind.as_str())),
            fee_lines,
            total: if total > 0 {
                domain::money::shown(total)
            } else {
                String::new()
            },
            capitals: if total > 0 {
                domain::money::capitals_rmb(total)
            } else {
                String::new()
            },
            consent,
            done: work.map(|w| w.done.clone()).unwrap_or_default(),
            materials,
            finished: self.both(work.map(|w| w.at), f.entered.done),
            opinions: ticks(
                l,
                "satisfaction",
                &["very_satisfied", "satisfied", "neutral", "dissatisfied"],
                confirmation.and_then(|c| c.opinion).map(|o| o.as_str()),
            ),
            comment: confirmation.map(|c| c.comment.clone()).unwrap_or_default(),
            drawing: confirmation
                .and_then(|c| c.signature.as_ref())
                .map(|f| self.drawing(f.as_str()))
                .unwrap_or_default(),
            grade: confirmation
                .map(|c| grade_words(l, self.zone, self.names, c))
                .unwrap_or_default(),
            signed_on: self.at(confirmation.map(|c| c.at)),
            callback: attempt
                .map(|a| {
                    let solved = t(
                        l,
                        if a.solved == Some(true) {
                            "solved-true"
                        } else {
                            "solved-false"
                        },
                    );
                    let how = a
                        .satisfaction
                        .map(|x| t(l, &format!("satisfaction-{x}")))
                        .unwrap_or_default();
                    format!("{solved} {how}")
                })
                .unwrap_or_default(),
            callback_by: attempt
                .and_then(|a| a.by.staff())
                .map(|b| self.names.staff(b))
                .unwrap_or_default(),
            callback_at: self.at(attempt.map(|a| a.at)),
            paid: s
                .valid_payments()
                .last()
                .map(|(_, x)| t(l, &format!("pay-{}", x.method)))
                .unwrap_or_default(),
            qr: office::qr::qr_svg(&format!("{}/cases/{}", self.public_url, s.number), &s.number).unwrap_or_default(),
        }
    }
}

fn quantity(milli: i64) -> String {
    if milli % 1000 == 0 {
        (milli / 1000).to_string()
    } else {
        format!("{}.{:03}", milli / 1000, milli % 1000)
    }
}

async fn slips(
    web: Web,
    v: Viewer,
    find: impl Fn(&mut Conn, &app::ctx::Ctx) -> Res<Vec<Found>> + Send + 'static,
) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let l = v.locale;
    let public_url = web.settings.public_url.clone();
    let z = zone.clone();
    let desk = web.desk.clone();
    let (site, org, slips) = web
        .read(&v.ctx()?, move |c, ctx| {
            let names = Names::load(c, ctx)?;
            let look = Look {
                files: &desk.files,
                l,
                zone: &z,
                names: &names,
                public_url: &public_url,
            };
            let found = find(c, ctx)?;
            let mut slips: Vec<Slip> = found.iter().map(|f| look.slip(f)).collect();
            if slips.is_empty() {
                slips.push(blank_slip(l));
            }
            let site = app::list::site(c, &ctx.site)?;
            let company = store::site::company_name(c, &site.company_id)?.unwrap_or_default();
            let company_en = store::site::company_name_en(c, &site.company_id)?.unwrap_or_default();
            Ok::<_, Error>((site, named(l, &company, &company_en).to_owned(), slips))
        })
        .await?;
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(l).to_owned())
        .unwrap_or_default();
    let printed = tx(l, "print-by", &[("who", &who), ("when", &when::full(&zone, v.now))]);
    Ok(page(&OrdersPage {
        p: Page::new(&web, &v, "print-title"),
        org,
        centre: named(l, &site.center_name, &site.center_name_en).to_owned(),
        complaint_phone: site.complaint_phone.clone(),
        form: FORM,
        form_version: FORM_VERSION,
        slips,
        printed,
    })?)
}

fn visible(c: &mut Conn, ctx: &app::ctx::Ctx, row: &store::case::OrderRow) -> Res<Found> {
    let seen = case::get(c, ctx, &row.case_id)?;
    domain::case::may(Some(&seen.state), domain::access::Action::PrintOrder, &ctx.who())?;
    let order = seen
        .state
        .orders
        .iter()
        .find(|o| o.id == row.id)
        .cloned()
        .ok_or(Error::NotFound)?;
    Ok(Found {
        entered: Entered::of(c, ctx, &seen.state, &order)?,
        case: seen.state,
        order,
    })
}

/// One order.
pub async fn order(State(web): State<Web>, v: Viewer, Path(number): Path<String>) -> Answer {
    slips(web, v, move |c, ctx| {
        let row = store::case::order_by_number(c, &ctx.site, &number)?.ok_or(Error::NotFound)?;
        Ok(vec![visible(c, ctx, &row)?])
    })
    .await
}

/// The chosen orders, or those of the chosen cases (`of=cases`), one page each. Those that were taken back are not printed.
pub async fn orders(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    let raw = raw.unwrap_or_default();
    slips(web, v, move |c, ctx| {
        let cases = raw.split('&').any(|p| p == "of=cases");
        let mut rows = Vec::new();
        for id in raw.split('&').filter_map(|p| p.strip_prefix("ids=")).take(100) {
            if cases {
                let line = store::case::line(c, &ctx.site, &id.into())?;
                rows.extend(line.map_or(Ok(Vec::new()), |l| store::case::orders_of(c, &l.id))?);
            } else {
                rows.extend(store::case::order(c, &ctx.site, &id.into())?);
            }
        }
        let mut out = Vec::new();
        for row in rows {
            let found = visible(c, ctx, &row)?;
            if !matches!(found.order.status, OrderStatus::TakenBack) {
                out.push(found);
            }
        }
        Ok(out)
    })
    .await
}

/// A form to be filled in by hand.
pub async fn blank(State(web): State<Web>, v: Viewer) -> Answer {
    slips(web, v, |_, _| Ok(Vec::new())).await
}
