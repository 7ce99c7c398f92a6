//! Accounts of staff as their administrator sees them: list, new one, roles by site, reset, sign out, end.

use app::error::Error;
use app::staff::{Detail, Issued, Listed, NewStaff, RoleAt};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::access::{Role, may_grant};
use domain::ids::{DepartmentId, SiteId, StaffId};
use serde::Deserialize;

use crate::account::blocking;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

#[derive(Template)]
#[template(path = "staff/list.html")]
struct ListPage {
    p: Page,
    rows: Vec<Listed>,
    /// `active`, `ended` or `all`.
    show: &'static str,
}

#[derive(Deserialize)]
pub struct Show {
    #[serde(default)]
    show: String,
}

/// Who works here.
pub async fn list(State(web): State<Web>, v: Viewer, Query(q): Query<Show>) -> Answer {
    let (show, active) = match q.show.as_str() {
        "all" => ("all", None),
        "ended" => ("ended", Some(false)),
        _ => ("active", Some(true)),
    };
    let rows = web
        .read(&v.ctx()?, move |c, ctx| app::staff::list(c, ctx, active))
        .await?;
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "nav-staff"),
        rows,
        show,
    })?)
}

/// Where a role can be given: value, text, and the site as the group's heading.
pub struct Place {
    value: String,
    site: String,
    name: Option<(String, String)>,
}

/// Sites and departments in which the viewer may give roles.
async fn places(web: &Web, v: &Viewer) -> Result<Vec<Place>, Fail> {
    let all = v.ctx()?.reach(domain::access::Action::ManageStaff) == domain::access::Reach::All;
    let en = v.locale == app::ctx::Locale::En;
    web.read(&v.ctx()?, move |c, ctx| {
        let mut out = Vec::new();
        for s in store::site::all(c)?.into_iter().filter(|s| all || s.id == ctx.site) {
            let site = if en && !s.name_en.is_empty() { s.name_en } else { s.name };
            out.push(Place {
                value: s.id.as_str().to_owned(),
                site: site.clone(),
                name: None,
            });
            for d in store::site::departments(c, &s.id)?
                .into_iter()
                .filter(|d| d.active && d.kind != "outside")
            {
                let value = format!("{}|{}", s.id.as_str(), d.id.as_str());
                let name = if en && !d.name_en.is_empty() { d.name_en } else { d.name };
                out.push(Place {
                    value,
                    site: site.clone(),
                    name: Some((name, d.kind)),
                });
            }
        }
        Ok(out)
    })
    .await
    .map_err(Fail)
}

fn grantable(v: &Viewer) -> Vec<Role> {
    let mine = v.session.as_ref().map(|s| s.actor.roles.clone()).unwrap_or_default();
    Role::ALL.iter().copied().filter(|r| may_grant(&mine, *r)).collect()
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct StaffForm {
    _key: String,
    version: i64,
    login: String,
    name: String,
    name_en: String,
    employee_no: String,
    phone: String,
    locale: String,
    role: String,
    place: String,
}

impl StaffForm {
    fn facts(&self) -> NewStaff {
        NewStaff {
            login: self.login.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            employee_no: self.employee_no.clone(),
            phone: self.phone.clone(),
            locale: self.locale.clone(),
        }
    }

    fn role_at(&self) -> Result<RoleAt, Error> {
        let role: Role = self.role.parse().map_err(|_| Error::field("role", "required"))?;
        let (site, department) = self
            .place
            .split_once('|')
            .map_or((self.place.as_str(), None), |(s, d)| (s, Some(d)));
        if site.is_empty() {
            return Err(Error::field("place", "required"));
        }
        Ok(RoleAt {
            site: SiteId::from(site.to_owned()),
            role,
            department: department.map(|d| DepartmentId::from(d.to_owned())),
        })
    }
}

#[derive(Template)]
#[template(path = "staff/new.html")]
struct NewPage {
    p: Page,
    f: StaffForm,
    e: Errors,
    key: String,
    roles: Vec<Role>,
    places: Vec<Place>,
}

async fn new_view(web: &Web, v: &Viewer, f: StaffForm, e: Errors) -> Result<NewPage, Fail> {
    let p = Page::new(web, v, "staff-new");
    let key = if f._key.is_empty() { p.key(web) } else { f._key.clone() };
    Ok(NewPage {
        key,
        f,
        e,
        roles: grantable(v),
        places: places(web, v).await?,
        p,
    })
}

/// The form of a new account.
pub async fn new_page(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(
        &new_view(&web, &v, StaffForm::default(), Errors::default()).await?,
    )?)
}

/// Makes an account and shows its first password, this one time.
pub async fn create(State(web): State<Web>, v: Viewer, Form(f): Form<StaffForm>) -> Answer {
    let (ctx, desk, new, key) = (v.ctx()?, web.desk.clone(), f.facts(), f._key.clone());
    let made = match f.role_at() {
        Ok(role) => blocking(move || app::staff::create(&desk, &ctx, &key, &new, Some(role))).await,
        Err(e) => Err(Fail(e)),
    };
    match made {
        Ok(done) => show_issued(&web, &v, done).await,
        Err(e) => {
            let e = Errors::from(v.locale, e)?;
            Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                page(&new_view(&web, &v, f, e).await?)?,
            )
                .into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "staff/detail.html")]
struct DetailPage {
    p: Page,
    d: Detail,
    f: StaffForm,
    e: Errors,
    roles: Vec<Role>,
    places: Vec<Place>,
    issued: Option<String>,
    here: String,
}

impl DetailPage {
    /// Whether the viewer may take this role away.
    fn may_withdraw(&self, r: &store::staff::RoleAt) -> bool {
        r.role.parse::<Role>().is_ok_and(|x| self.roles.contains(&x))
            && self.places.iter().any(|p| p.value == r.site_id.as_str())
    }
}

async fn detail_view(web: &Web, v: &Viewer, id: StaffId) -> Result<DetailPage, Fail> {
    let ctx = v.ctx()?;
    let d = web.read(&ctx, move |c, ctx| app::staff::get(c, ctx, &id)).await?;
    let x = d.facts.clone();
    let f = StaffForm {
        version: x.version,
        login: x.login,
        name: x.name,
        name_en: x.name_en,
        employee_no: x.employee_no,
        phone: x.phone,
        ..StaffForm::default()
    };
    let title = if v.locale == app::ctx::Locale::En && !f.name_en.is_empty() {
        f.name_en.clone()
    } else {
        f.name.clone()
    };
    let p = Page::titled(web, v, title);
    Ok(DetailPage {
        p,
        d,
        f,
        e: Errors::default(),
        roles: grantable(v),
        places: places(web, v).await?,
        issued: None,
        here: ctx.site.as_str().to_owned(),
    })
}

async fn show_issued(web: &Web, v: &Viewer, done: Issued) -> Answer {
    let Some(password) = done.password else {
        return Ok(Redirect::to(&format!("/staff/{}", done.id.as_str())).into_response());
    };
    let mut view = detail_view(web, v, done.id).await?;
    view.issued = Some(password);
    Ok(page(&view)?)
}

/// One account.
pub async fn detail(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&detail_view(&web, &v, StaffId::from(id)).await?)?)
}

/// The account's page again with what was refused and what was typed, or back to it.
async fn shown(web: &Web, v: &Viewer, id: String, done: Result<(), Error>, typed: Option<StaffForm>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/staff/{id}")).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let mut view = detail_view(web, v, StaffId::from(id)).await?;
            view.e = e;
            if let Some(f) = typed {
                view.f = StaffForm {
                    version: view.f.version,
                    ..f
                };
            }
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Changes the facts of an account.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StaffForm>) -> Answer {
    let (staff, new, version) = (StaffId::from(id.clone()), f.facts(), f.version);
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::staff::edit(tx, ctx, &staff, version, &new)
        })
        .await;
    shown(&web, &v, id, done, Some(f)).await
}

/// Gives a role.
pub async fn grant(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StaffForm>) -> Answer {
    let staff = StaffId::from(id.clone());
    let done = match f.role_at() {
        Ok(r) => {
            web.write(&v.ctx()?, move |tx, ctx| app::staff::grant(tx, ctx, &staff, &r))
                .await
        }
        Err(e) => Err(e),
    };
    shown(&web, &v, id, done, None).await
}

/// Takes a role away.
pub async fn withdraw(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StaffForm>) -> Answer {
    let r = f.role_at()?;
    let staff = StaffId::from(id.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::staff::withdraw(tx, ctx, &staff, &r.site, r.role)
        })
        .await;
    shown(&web, &v, id, done, None).await
}

/// Ends an account.
pub async fn deactivate(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StaffForm>) -> Answer {
    let (staff, version) = (StaffId::from(id.clone()), f.version);
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::staff::deactivate(tx, ctx, &staff, version)
        })
        .await;
    shown(&web, &v, id, done, None).await
}

/// Opens an ended account again.
pub async fn activate(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StaffForm>) -> Answer {
    let (staff, version) = (StaffId::from(id.clone()), f.version);
    let done = web
        .write(&v.ctx()?, move |tx, ctx| app::staff::activate(tx, ctx, &staff, version))
        .await;
    shown(&web, &v, id, done, None).await
}

/// Gives a new first password and shows it, this one time.
pub async fn reset_password(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (ctx, desk, staff) = (v.ctx()?, web.desk.clone(), StaffId::from(id));
    let done = blocking(move || app::staff::reset_password(&desk, &ctx, &staff)).await?;
    show_issued(&web, &v, done).await
}

/// Ends all sessions of an account.
pub async fn sign_out_everywhere(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let staff = StaffId::from(id.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::staff::sign_out_everywhere(tx, ctx, &staff).map(|_| ())
        })
        .await;
    shown(&web, &v, id, done, None).await
}
