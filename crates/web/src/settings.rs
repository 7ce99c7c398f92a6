//! The settings: facts of the open site, further sites, and the state of the machine.

use app::error::Error;
use app::site::{Facts, NewSite, SetUp};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;

use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct SiteForm {
    _key: String,
    version: String,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Template)]
#[template(path = "settings/site.html")]
struct SitePage {
    p: Page,
    s: SetUp,
    f: Facts,
    e: Errors,
    new: NewSite,
    new_e: Errors,
    key: String,
    system: bool,
}

async fn view(web: &Web, v: &Viewer, typed: Option<Facts>, e: Errors) -> Result<SitePage, Fail> {
    let s = web.read(&v.ctx()?, app::site::get).await?;
    let f = typed.unwrap_or_else(|| Facts {
        name: s.site.name.clone(),
        name_en: s.site.name_en.clone(),
        center_name: s.site.center_name.clone(),
        center_name_en: s.site.center_name_en.clone(),
        hotline: s.site.hotline.clone(),
        complaint_phone: s.site.complaint_phone.clone(),
        address: s.site.address.clone(),
        zone: s.site.zone.clone(),
        archive_keeper: s
            .archive_keeper
            .as_ref()
            .map(|k| k.id.as_str().to_owned())
            .unwrap_or_default(),
    });
    let p = Page::new(web, v, "nav-settings");
    let key = p.key(web);
    let system = v.may(domain::access::Action::Settings);
    Ok(SitePage {
        p,
        s,
        f,
        e,
        new: NewSite::default(),
        new_e: Errors::default(),
        key,
        system,
    })
}

/// The facts of the open site.
pub async fn page_of_site(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&view(&web, &v, None, Errors::default()).await?)?)
}

/// Changes them.
pub async fn edit(State(web): State<Web>, v: Viewer, Form(f): Form<SiteForm>) -> Answer {
    let (facts, version) = (f.facts.clone(), crate::form::version(&f.version));
    match web
        .write(&v.ctx()?, move |tx, ctx| app::site::edit(tx, ctx, version, &facts))
        .await
    {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = view(&web, &v, Some(f.facts), Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct NewSiteForm {
    _key: String,
    new_name: String,
    new_name_en: String,
    new_hotline: String,
    new_address: String,
}

/// Adds another site to the company.
pub async fn add_site(State(web): State<Web>, v: Viewer, Form(f): Form<NewSiteForm>) -> Answer {
    let new = NewSite {
        name: f.new_name,
        name_en: f.new_name_en,
        hotline: f.new_hotline,
        address: f.new_address,
        ..NewSite::default()
    };
    let (asked, key) = (new.clone(), f._key);
    match web
        .write(&v.ctx()?, move |tx, ctx| app::site::add(tx, ctx, &key, &asked))
        .await
    {
        Ok(_) => Ok(Redirect::to("/settings#sites").into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let e = match e {
                Error::Invalid(list) => Error::Invalid(
                    list.into_iter()
                        .map(|x| app::error::Field {
                            name: format!("new_{}", x.name),
                            ..x
                        })
                        .collect(),
                ),
                e => e,
            };
            let mut view = view(&web, &v, None, Errors::default()).await?;
            (view.new, view.new_e) = (new, Errors::from(v.locale, Fail(e))?);
            Ok((status, page(&view)?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "settings/system.html")]
struct SystemPage {
    p: Page,
    s: app::system::Facts,
    public_url: String,
    secure: bool,
}

/// Size as people read it.
fn bytes(n: impl std::borrow::Borrow<u64>) -> String {
    let n = *n.borrow();
    let mb = n / 1_000_000;
    if mb >= 10_000 {
        format!("{} GB", mb / 1000)
    } else {
        format!("{mb} MB")
    }
}

/// The state of the machine: version, database, disk, backups.
pub async fn system(State(web): State<Web>, v: Viewer) -> Answer {
    let (ctx, desk) = (v.ctx()?, web.desk.clone());
    let s = crate::account::blocking(move || app::system::facts(&desk, &ctx)).await?;
    let p = Page::new(&web, &v, "settings-system");
    Ok(page(&SystemPage {
        p,
        s,
        public_url: web.settings.public_url.clone(),
        secure: web.settings.secure,
    })?)
}
