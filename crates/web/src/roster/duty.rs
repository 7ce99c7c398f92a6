//! Who is on duty now, by post; what needs the head at once; the fragments that keep the desk's strip and the banner fresh.

use std::collections::HashMap;

use app::live::OnDuty;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::ids::StaffId;

use super::parts::{DutyLine, Mine, gap_text, my_shift, others, pick, strip_html, to_accept, tone, week_of};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

struct PersonOn {
    shift: String,
    name: String,
    hours: String,
    tone: &'static str,
    word: String,
    /// The own number, masked.
    phone: String,
}

struct Row {
    name: String,
    extension: String,
    always: bool,
    on: Vec<PersonOn>,
    next: Vec<PersonOn>,
    empty: bool,
    gaps: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "roster/duty.html")]
struct DutyPage {
    p: Page,
    rows: Vec<Row>,
    others: Vec<DutyLine>,
    mine: Option<Mine>,
    accept: Vec<(String, String)>,
    plans: bool,
}

/// The page.
pub async fn duty(State(web): State<Web>, v: Viewer) -> Answer {
    let ctx = v.ctx()?;
    let p = Page::new(&web, &v, "duty-title");
    let roster = web.desk.live.roster(&ctx.site);
    let en = p.en();
    let mut named: Vec<StaffId> = Vec::new();
    let mut rows = Vec::new();
    let on: Vec<StaffId> = roster
        .posts
        .iter()
        .flat_map(|x| x.on(v.now).map(|s| s.staff.clone()))
        .collect();
    let phones: HashMap<StaffId, String> = web
        .read(&ctx, move |c, _| {
            let mut all = HashMap::new();
            for id in &on {
                all.insert(
                    id.clone(),
                    store::staff::facts(c, id)?.map(|f| f.phone).unwrap_or_default(),
                );
            }
            Ok(all)
        })
        .await?;
    for post in &roster.posts {
        let person = |s: &app::roster::now::ShiftNow| {
            let a = s.attendance(v.now);
            PersonOn {
                shift: s.id.as_str().to_owned(),
                name: pick(en, &s.name, &s.name_en).to_owned(),
                hours: super::parts::hours(&p.zone, s.times.at.from, s.times.at.to),
                tone: tone(a),
                word: p.code("attendance", a.as_str()),
                phone: phones
                    .get(&s.staff)
                    .filter(|n| !n.is_empty())
                    .map(|n| p.masked(n))
                    .unwrap_or_default(),
            }
        };
        named.extend(post.on(v.now).map(|s| s.staff.clone()));
        let on: Vec<PersonOn> = post.on(v.now).map(person).collect();
        rows.push(Row {
            name: pick(en, &post.name, &post.name_en).to_owned(),
            extension: post.extension.clone(),
            always: post.always,
            empty: on.is_empty() && post.gap(v.now).is_some(),
            on,
            next: post.next(v.now).into_iter().map(person).collect(),
            gaps: post
                .gaps_ahead(v.now)
                .take(4)
                .map(|g| (gap_text(&p, g), week_of(&p.zone, g.at.from.max(v.now))))
                .collect(),
        });
    }
    // Everybody who has said to be at work, not only the first who fit beside the navigation.
    let all = web.read(&ctx, |c, ctx| Ok(store::site::on_duty(c, &ctx.site)?)).await?;
    let all: Vec<OnDuty> = all
        .into_iter()
        .map(|d| OnDuty {
            id: d.id,
            name: d.name,
            name_en: d.name_en,
            department: d.department.unwrap_or_default(),
            department_en: d.department_en.unwrap_or_default(),
        })
        .collect();
    Ok(page(&DutyPage {
        others: others(&all, &named, en),
        mine: my_shift(&p, &v, &roster),
        accept: to_accept(&p, &v, &roster),
        plans: v.may(Action::ManageRoster),
        rows,
        p,
    })?)
}

/// The desk's strip alone.
pub async fn strip_part(State(web): State<Web>, v: Viewer) -> Answer {
    let html = strip_html(&web, &v)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

#[derive(Template)]
#[template(path = "roster/banner.html")]
struct BannerView {
    p: Page,
}

/// The banner alone.
pub async fn banner_part(State(web): State<Web>, v: Viewer) -> Answer {
    let p = Page::new(&web, &v, "duty-title");
    Ok(page(&BannerView { p })?)
}

/// After signing in: whoever has a shift that begins is asked to check in, everybody else goes to their first page.
pub async fn asked(State(web): State<Web>, v: Viewer) -> Answer {
    let found = web.read(&v.ctx()?, app::roster::duty::asked).await?;
    Ok(match found {
        Some(own) => Redirect::to(&format!("/duty/check-in/{}?first=1", own.shift.id)).into_response(),
        None => Redirect::to("/").into_response(),
    })
}
