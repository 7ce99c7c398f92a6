//! Checks of lines and telephones (线路检查, TEL-3): when they are due, the form that goes telephone by telephone, faults with who mends them,
//! damage that is charged, and what the site says of its telephones.

use app::error::Error;
use app::telephone::check::{self, CheckRow, FaultRow, LookedAt, NewCheck, RulesRow};
use app::telephone::{NewRules, put_rules};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::call::line_check::FaultCause;
use domain::ids::{LineCheckId, LineFaultId};
use serde::Deserialize;

use super::{Tabs, cents};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, value};
use crate::state::Web;

const HERE: &str = "/hotline/checks";

/// A fault with what the viewer may do.
struct Line {
    f: FaultRow,
    may_mend: bool,
    may_charge: bool,
    late: bool,
}

fn line(ctx: &app::ctx::Ctx, now: i64, f: FaultRow) -> Line {
    let (may_mend, may_charge) = check::may(ctx, &f);
    Line {
        late: f.mended_at.unwrap_or(now) > f.mend_by,
        f,
        may_mend,
        may_charge,
    }
}

#[derive(Template)]
#[template(path = "telephone/check_list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    r: RulesRow,
    f: NewRules,
    checks: Vec<CheckRow>,
    open: Vec<Line>,
    mended: Vec<Line>,
    names: Names,
    people: Vec<(String, String)>,
    keeps: bool,
    late: bool,
    /// The fault of which a step was refused.
    wrong: String,
    typed: StepForm,
    e: Errors,
}

/// What was refused: the settings, or a step of a fault.
#[derive(Default)]
struct Refused {
    rules: Option<NewRules>,
    fault: String,
    typed: StepForm,
}

async fn view(web: &Web, v: &Viewer, refused: Refused, e: Errors) -> Result<ListPage, Fail> {
    let ctx = v.ctx()?;
    let (all, names) = web
        .read(&ctx, |c, ctx| Ok((check::all(c, ctx)?, Names::load(c, ctx)?)))
        .await?;
    let p = Page::new(web, v, "line-check-title");
    let of = |r: &RulesRow| NewRules {
        home: r.home.clone(),
        outside: r.outside.clone(),
        paid: r.paid.clone(),
        long_minutes: (r.long_ms / 60_000).to_string(),
        check_days: r.check_days.to_string(),
    };
    let lines = |faults: Vec<FaultRow>| faults.into_iter().map(|f| line(&ctx, p.now, f)).collect();
    Ok(ListPage {
        tabs: Tabs::new(v, HERE),
        f: refused.rules.unwrap_or_else(|| of(&all.rules)),
        late: all.rules.check_due_at < p.now,
        checks: all.checks,
        open: lines(all.open),
        mended: lines(all.mended),
        people: names.everybody(),
        keeps: v.may(Action::ManageTelephones),
        r: all.rules,
        names,
        wrong: refused.fault,
        typed: refused.typed,
        e,
        p,
    })
}

/// When lines are checked next, what is to be mended, and the checks that were.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&view(&web, &v, Refused::default(), Errors::default()).await?)?)
}

/// What the site says of its telephones.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct RulesForm {
    version: String,
    #[serde(flatten)]
    new: NewRules,
}

/// Sets what the site says of its telephones.
pub async fn rules(State(web): State<Web>, v: Viewer, Form(f): Form<RulesForm>) -> Answer {
    let (seen, new) = (version(&f.version), f.new.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| put_rules(tx, ctx, seen, &new))
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(e) => {
            let refused = Refused {
                rules: Some(f.new),
                ..Refused::default()
            };
            crate::form::again(&v, e, async |e| view(&web, &v, refused, e).await).await
        }
    }
}

/// A telephone of the form.
struct Field {
    /// In the names of its fields.
    no: usize,
    number: String,
    label: String,
    typed: LookedAt,
    mend_by: String,
}

#[derive(Template)]
#[template(path = "telephone/check_new.html")]
struct NewPage {
    p: Page,
    tabs: Tabs,
    fields: Vec<Field>,
    note: String,
    key: String,
    people: Vec<(String, String)>,
    e: Errors,
}

impl NewPage {
    fn causes(&self) -> &'static [FaultCause] {
        FaultCause::ALL
    }
}

/// What was typed of one telephone, and by when as it was typed.
fn typed(f: &Pairs, zone: &str, no: usize) -> (LookedAt, String) {
    let of = |name: &str| value(f, &format!("{name}{no}"));
    let by = of("by");
    let looked = LookedAt {
        telephone: of("telephone"),
        result: of("result"),
        what: of("what"),
        cause: of("cause"),
        mender: of("mender"),
        // Until the last instant of that day.
        mend_by: crate::when::day_end(zone, &by).map(|end| end - 1),
    };
    (looked, by)
}

/// Telephones of one check at most.
const MOST: usize = 500;

async fn new_view(web: &Web, v: &Viewer, f: &Pairs, e: Errors) -> Result<NewPage, Fail> {
    let (telephones, names) = web
        .read(&v.ctx()?, |c, ctx| {
            let all = store::call::extensions(c, &ctx.site)?;
            Ok((all, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "line-check-new");
    let known = telephones.into_iter().filter(|x| x.active).take(MOST).map(|x| {
        let whose = super::name(&names, x.owner_id.as_ref());
        (x.number, format!("{whose} {}", x.place).trim().to_owned())
    });
    // One more for a line that is no telephone.
    let all = known.chain([(String::new(), String::new())]);
    let fields = all.enumerate().map(|(no, (number, label))| {
        let (typed, mend_by) = typed(f, &p.zone, no);
        Field {
            no,
            number,
            label,
            typed,
            mend_by,
        }
    });
    Ok(NewPage {
        tabs: Tabs::new(v, HERE),
        fields: fields.collect(),
        note: value(f, "note"),
        key: p.key(web),
        people: names.everybody(),
        e,
        p,
    })
}

/// The form of a check.
pub async fn new_page(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&new_view(&web, &v, &Pairs::new(), Errors::default()).await?)?)
}

/// Records a check.
pub async fn record(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let zone = v.zone().to_owned();
    let lines = (0..=MOST).map(|no| typed(&f, &zone, no).0);
    let n = NewCheck {
        lines: lines.filter(|x| !x.result.is_empty()).collect(),
        note: value(&f, "note"),
    };
    let key = value(&f, "_key");
    let done = web
        .write(&v.ctx()?, move |tx, ctx| check::record(tx, ctx, &key, &n))
        .await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(e) => crate::form::again(&v, e, async |e| new_view(&web, &v, &f, e).await).await,
    }
}

#[derive(Template)]
#[template(path = "telephone/check.html")]
struct ShowPage {
    p: Page,
    tabs: Tabs,
    r: CheckRow,
    fine: Vec<String>,
    faults: Vec<Line>,
    names: Names,
}

/// One check.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = LineCheckId::from(id);
    let ctx = v.ctx()?;
    let ((r, faults), names) = web
        .read(&ctx, move |c, ctx| Ok((check::get(c, ctx, &id)?, Names::load(c, ctx)?)))
        .await?;
    let p = Page::new(&web, &v, "line-check-one");
    Ok(page(&ShowPage {
        tabs: Tabs::new(&v, HERE),
        fine: serde_json::from_str(&r.telephones).unwrap_or_default(),
        faults: faults.into_iter().map(|f| line(&ctx, p.now, f)).collect(),
        r,
        names,
        p,
    })?)
}

/// What was filled in for a fault.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct StepForm {
    version: String,
    done: String,
    to: String,
    amount: String,
    why: String,
}

async fn stepped(web: &Web, v: &Viewer, id: String, done: Result<(), Error>, typed: StepForm) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}#f-{id}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let refused = Refused {
                rules: None,
                fault: id,
                typed,
            };
            crate::form::again(v, e, async |e| view(web, v, refused, e).await).await
        }
    }
}

/// A fault is mended.
pub async fn mended(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StepForm>) -> Answer {
    let (x, seen, what) = (LineFaultId::from(id.clone()), version(&f.version), f.done.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| check::mended(tx, ctx, &x, seen, &what))
        .await;
    stepped(&web, &v, id, done, f).await
}

/// Damage is charged.
pub async fn charge(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StepForm>) -> Answer {
    let (x, seen, typed) = (LineFaultId::from(id.clone()), version(&f.version), f.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            let amount = cents(&typed.amount).map_err(|wrong| Error::field("amount", wrong))?;
            check::charge(tx, ctx, &x, seen, &typed.to, amount, &typed.why)
        })
        .await;
    stepped(&web, &v, id, done, f).await
}
