//! Requests for a new telephone (新装电话, TEL-8): the list, the form, the steps from post to post, the paper.

use app::call::system::NewExtension;
use app::error::Error;
use app::telephone::new_phone::{self, Asked, Listed, Looked, NewPhoneRow};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::call::line::{ExtensionUse, ServiceClass};
use domain::call::new_phone::NewPhoneState;
use domain::ids::NewPhoneId;
use serde::Deserialize;

use super::{Ask, Tabs};
use crate::answer::{mark, unmark};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

const HERE: &str = "/hotline/new-telephones";

/// Tone of a state's mark.
fn tone(state: &str) -> &'static str {
    match state {
        "asked" | "handled" => "amb",
        "approved" => "blu",
        "installed" => "grn",
        _ => "red",
    }
}

/// For whom it is, in words.
fn whom(names: &Names, r: &NewPhoneRow) -> String {
    match (&r.for_department, &r.for_staff) {
        (Some(d), _) => names.department(d),
        (None, Some(s)) => names.staff(s),
        (None, None) => String::new(),
    }
}

#[derive(Template)]
#[template(path = "telephone/new_phone_list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    view: &'static str,
    l: Listed,
    next: Option<String>,
    names: Names,
}

impl ListPage {
    fn states(&self) -> &'static [NewPhoneState] {
        NewPhoneState::ALL
    }
}

/// Requests, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let (state, after) = (ask.view.parse::<NewPhoneState>().ok(), unmark(&ask.after));
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let l = new_phone::list(c, ctx, state, after.clone())?;
            Ok((l, Names::load(c, ctx)?))
        })
        .await?;
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "new-phone-title"),
        tabs: Tabs::new(&v, HERE),
        view: state.map_or("", NewPhoneState::as_str),
        next: mark(&l.next),
        l,
        names,
    })?)
}

/// What was filled in.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct AskForm {
    _key: String,
    /// For a department or for a person.
    r#for: String,
    department: String,
    person: String,
    class: String,
    place: String,
    why: String,
}

#[derive(Template)]
#[template(path = "telephone/new_phone_new.html")]
struct NewPage {
    p: Page,
    tabs: Tabs,
    f: AskForm,
    e: Errors,
    key: String,
    people: Vec<(String, String)>,
    departments: Vec<(String, String)>,
}

impl NewPage {
    fn classes(&self) -> &'static [ServiceClass] {
        ServiceClass::ALL
    }
    fn whom(&self) -> &str {
        &self.f.r#for
    }
}

async fn new_view(web: &Web, v: &Viewer, mut f: AskForm, e: Errors) -> Result<NewPage, Fail> {
    let names = web.read(&v.ctx()?, Names::load).await?;
    let p = Page::new(web, v, "new-phone-new");
    if f.r#for.is_empty() {
        "department".clone_into(&mut f.r#for);
    }
    if f.class.is_empty() {
        ServiceClass::Local.as_str().clone_into(&mut f.class);
    }
    Ok(NewPage {
        tabs: Tabs::new(v, HERE),
        key: p.key(web),
        people: names.everybody(),
        departments: names.all_departments(),
        f,
        e,
        p,
    })
}

/// The form.
pub async fn new_page(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&new_view(&web, &v, AskForm::default(), Errors::default()).await?)?)
}

/// Asks for one.
pub async fn ask(State(web): State<Web>, v: Viewer, Form(f): Form<AskForm>) -> Answer {
    let person = f.r#for == "person";
    let asked = Asked {
        for_person: person,
        department: if person { String::new() } else { f.department.clone() },
        person: if person { f.person.clone() } else { String::new() },
        class: f.class.clone(),
        place: f.place.clone(),
        why: f.why.clone(),
    };
    let key = f._key.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| new_phone::ask(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(e) => crate::form::again(&v, e, async |e| new_view(&web, &v, f, e).await).await,
    }
}

/// What was filled in on the page of one.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct StepForm {
    version: String,
    what: String,
    yes: String,
    reason: String,
    number: String,
    owner: String,
    post: String,
    department: String,
    purpose: String,
    class: String,
    place: String,
}

#[derive(Template)]
#[template(path = "telephone/new_phone.html")]
struct ShowPage {
    p: Page,
    tabs: Tabs,
    x: Looked,
    f: StepForm,
    e: Errors,
    names: Names,
    people: Vec<(String, String)>,
    departments: Vec<(String, String)>,
    posts: Vec<(String, String)>,
}

impl ShowPage {
    fn uses(&self) -> &'static [ExtensionUse] {
        ExtensionUse::ALL
    }
    fn classes(&self) -> &'static [ServiceClass] {
        ServiceClass::ALL
    }
}

async fn show_view(web: &Web, v: &Viewer, id: &str, mut f: StepForm, e: Errors) -> Result<ShowPage, Fail> {
    let id = NewPhoneId::from(id.to_owned());
    let (x, names, posts) = web
        .read(&v.ctx()?, move |c, ctx| {
            let x = new_phone::get(c, ctx, &id)?;
            Ok((x, Names::load(c, ctx)?, crate::hotline::posts(c, ctx)?))
        })
        .await?;
    if x.may_install && f.number.is_empty() && e.is_empty() {
        let r = &x.row;
        f = StepForm {
            owner: r.for_staff.as_ref().map(ToString::to_string).unwrap_or_default(),
            department: r.for_department.as_ref().map(ToString::to_string).unwrap_or_default(),
            purpose: ExtensionUse::Staff.as_str().to_owned(),
            class: r.class.clone(),
            place: r.place.clone(),
            ..f
        };
    }
    Ok(ShowPage {
        p: Page::new(web, v, "new-phone-title"),
        tabs: Tabs::new(v, HERE),
        people: names.everybody(),
        departments: names.all_departments(),
        posts,
        x,
        f,
        e,
        names,
    })
}

/// One of them.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let view = show_view(&web, &v, &id, StepForm::default(), Errors::default()).await?;
    Ok(page(&view)?)
}

#[derive(Template)]
#[template(path = "telephone/new_phone_print.html")]
struct PrintPage {
    p: Page,
    r: NewPhoneRow,
    names: Names,
    center: String,
    printed: String,
}

/// The same on paper.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = NewPhoneId::from(id);
    let (r, names, site) = web
        .read(&v.ctx()?, move |c, ctx| {
            let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            Ok((new_phone::get(c, ctx, &id)?.row, Names::load(c, ctx)?, site))
        })
        .await?;
    let p = Page::new(&web, &v, "new-phone-paper");
    Ok(page(&PrintPage {
        printed: crate::table::printed_by(&p, &v),
        center: p.either(&site.center_name, &site.center_name_en).to_owned(),
        r,
        names,
        p,
    })?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: StepForm) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}/{}", encode(id))).into_response()),
        Err(e) => crate::form::again(v, e, async |e| show_view(web, v, id, typed, e).await).await,
    }
}

/// Writes one step of one of them.
macro_rules! step {
    ($(#[$doc:meta])* $name:ident, |$tx:ident, $ctx:ident, $id:ident, $seen:ident, $f:ident| $do:expr) => {
        $(#[$doc])*
        pub async fn $name(
            State(web): State<Web>,
            v: Viewer,
            Path(id): Path<String>,
            Form(f): Form<StepForm>,
        ) -> Answer {
            let ($id, $seen, $f) = (NewPhoneId::from(id.clone()), version(&f.version), f.clone());
            let saved = web.write(&v.ctx()?, move |$tx, $ctx| $do).await;
            done(&web, &v, &id, saved, f).await
        }
    };
}

step! {
    /// Administration says what it takes.
    handle, |tx, ctx, id, seen, f| new_phone::handle(tx, ctx, &id, seen, &f.what)
}
step! {
    /// The general manager decides.
    decide, |tx, ctx, id, seen, f| {
        let yes = match f.yes.as_str() {
            "1" => true,
            "0" => false,
            _ => return Err(Error::field("yes", "invalid-choose")),
        };
        new_phone::decide(tx, ctx, &id, seen, yes, &f.reason)
    }
}
step! {
    /// Administration has put it in.
    install, |tx, ctx, id, seen, f| {
        let extension = NewExtension {
            number: f.number.clone(),
            owner: f.owner.clone(),
            post: f.post.clone(),
            department: f.department.clone(),
            purpose: f.purpose.clone(),
            class: f.class.clone(),
            place: f.place.clone(),
            active: true,
        };
        new_phone::install(tx, ctx, &id, seen, &extension)
    }
}
