//! The hand-over: the form of who leaves, its page for who comes, the register, and the paper (REC-21).

use app::error::Error;
use app::roster::hand_over::{self, Ask, Give, Item};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::{HandOverId, ShiftId};
use serde::Deserialize;

use super::edit::Choice;
use super::parts::{Pairs, pick, settle, span, value};
use super::swap::{cursor, cursor_text};
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, version};
use crate::gate::{Viewer, encode};
use crate::l10n::tx;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// A case in one of the lists.
pub struct CaseLine {
    pub id: String,
    pub number: String,
    pub kind: String,
    pub place: String,
    pub title: String,
    pub due: String,
    pub over: bool,
    pub state: String,
    pub owner: String,
    /// The viewer may open it.
    pub seen: bool,
}

/// One of the lists of a hand-over.
pub struct Part {
    pub key: &'static str,
    pub icon: &'static str,
    pub lines: Vec<CaseLine>,
}

impl Part {
    /// The clock whose due time its lines show, as addresses name it.
    fn clock(&self) -> &'static str {
        match self.key {
            "promises" => "promise",
            "callbacks" => "callback",
            _ => "next",
        }
    }
}

/// A key that is out.
pub struct KeyLine {
    pub name: String,
    pub to: String,
    pub until: String,
    pub late: bool,
    pub back: bool,
}

fn case_line(p: &Page, names: &Names, i: Item) -> CaseLine {
    let (kind, place, title, state) = match &i.line {
        Some(l) => (
            p.code("kind", &l.kind),
            l.place.clone(),
            l.title.clone(),
            p.code("state", &l.state),
        ),
        None => Default::default(),
    };
    let due = i.due_at.filter(|d| *d < store::case::NO_DUE);
    CaseLine {
        seen: i.line.is_some(),
        over: due.is_some_and(|d| d <= p.now),
        due: due.map(|d| p.time(d)).unwrap_or_default(),
        owner: i.owner.as_ref().map(|o| names.staff(o)).unwrap_or_default(),
        id: i.case.into_string(),
        number: i.number,
        kind,
        place,
        title,
        state,
    }
}

fn part(p: &Page, names: &Names, key: &'static str, icon: &'static str, list: Vec<Item>) -> Part {
    Part {
        key,
        icon,
        lines: list.into_iter().map(|i| case_line(p, names, i)).collect(),
    }
}

fn key_line(p: &Page, k: &store::roster::KeyLoan) -> KeyLine {
    KeyLine {
        name: k.key_name.clone(),
        to: k.lent_to.clone(),
        until: p.time(k.until_at),
        late: k.returned_at.is_none() && k.until_at <= p.now,
        back: k.returned_at.is_some(),
    }
}

#[derive(Template)]
#[template(path = "roster/hand_over_form.html")]
struct FormPage {
    p: Page,
    id: String,
    post: String,
    span: String,
    next: Vec<String>,
    must: bool,
    here: bool,
    burning: Vec<CaseLine>,
    parts: Vec<Part>,
    keys: Vec<KeyLine>,
    incoming: Vec<Choice>,
    chosen: Give,
    e: Errors,
    key: String,
}

impl FormPage {
    fn owner(&self, case: &str) -> &str {
        self.chosen.owners.get(case).map_or("", String::as_str)
    }
}

async fn form_view(
    web: &Web,
    v: &Viewer,
    id: &str,
    mut chosen: Give,
    fresh: bool,
    e: Errors,
) -> Result<FormPage, Fail> {
    let sid = ShiftId::from(id);
    let (f, lists, keys, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let f = hand_over::form(c, ctx, &sid)?;
            let lists = hand_over::lines(c, ctx, &f.open)?;
            let keys = hand_over::keys(c, ctx, &f.open.keys)?;
            Ok((f, lists, keys, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "hand-over-title");
    if fresh {
        // Whoever looks after it already and stays is the first choice.
        for b in &f.open.emergencies {
            if let Some(o) = b.owner.as_ref().filter(|o| f.after.incoming.contains(o)) {
                chosen.owners.insert(b.case.as_str().to_owned(), o.as_str().to_owned());
            }
        }
    }
    let [burning, promises, callbacks, due] = lists;
    let next = f
        .after
        .next
        .iter()
        .map(|s| format!("{} {}", names.staff(&s.staff_id), span(&p, s.from_at, s.to_at)));
    Ok(FormPage {
        id: id.to_owned(),
        post: pick(p.en(), &f.post.name, &f.post.name_en).to_owned(),
        span: span(&p, f.shift.from_at, f.shift.to_at),
        next: next.collect(),
        must: f.after.must,
        here: f.shift.checked_in_at.is_some(),
        burning: burning.into_iter().map(|i| case_line(&p, &names, i)).collect(),
        parts: vec![
            part(&p, &names, "promises", "message", promises),
            part(&p, &names, "callbacks", "phone-call", callbacks),
            part(&p, &names, "due", "clock", due),
        ],
        keys: keys.iter().map(|k| key_line(&p, k)).collect(),
        incoming: f
            .after
            .incoming
            .iter()
            .map(|s| (s.as_str().to_owned(), names.staff(s), false))
            .collect(),
        chosen,
        key: p.key(web),
        p,
        e,
    })
}

/// What would be handed over now.
pub async fn form(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(
        &form_view(&web, &v, &id, Give::default(), true, Errors::default()).await?,
    )?)
}

/// Signs the shift off.
pub async fn give(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let owners = f
        .iter()
        .filter_map(|(n, o)| n.strip_prefix("owner-").map(|c| (c.to_owned(), o.clone())));
    let g = Give {
        owners: owners.collect(),
        note: value(&f, "note"),
    };
    let (sid, asked) = (ShiftId::from(id.as_str()), g.clone());
    match web
        .write(&v.ctx()?, move |tx, ctx| hand_over::give(tx, ctx, &key, &sid, &asked))
        .await
    {
        Ok(made) => Ok(Redirect::to(&format!("/duty/hand-overs/{made}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = form_view(&web, &v, &id, g, false, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// A hand-over with everything that is shown of it.
struct Shown {
    id: String,
    version: i64,
    number: String,
    post: String,
    span: String,
    giver: String,
    given: String,
    state: String,
    tone: &'static str,
    answered: String,
    answer: String,
    note: String,
    burning: Vec<CaseLine>,
    parts: Vec<Part>,
    keys: Vec<KeyLine>,
    accepts: bool,
    objects: bool,
    check_in: Option<String>,
    again: Option<String>,
}

fn tone(state: &str) -> &'static str {
    match state {
        "accepted" => "grn",
        "given" => "amb",
        "objected" => "red",
        _ => "",
    }
}

async fn read(web: &Web, v: &Viewer, p: &Page, id: &str) -> Result<Shown, Fail> {
    let hid = HandOverId::from(id);
    let ctx = v.ctx()?;
    let me = ctx.need_staff()?.id.clone();
    let (d, names) = web
        .read(&ctx, move |c, ctx| {
            Ok((hand_over::get(c, ctx, &hid)?, Names::load(c, ctx)?))
        })
        .await?;
    let h = &d.hand_over;
    Ok(Shown {
        id: id.to_owned(),
        version: h.version,
        number: h.number.clone(),
        post: pick(p.en(), &d.post.name, &d.post.name_en).to_owned(),
        span: span(p, d.shift.from_at, d.shift.to_at),
        giver: names.staff(&h.giver_id),
        given: p.full_time(h.given_at),
        state: p.code("hand-over", &h.state),
        tone: tone(&h.state),
        answered: match (&h.answered_by, h.answered_at) {
            (Some(by), Some(at)) => format!("{} {}", names.staff(by), p.full_time(at)),
            _ => String::new(),
        },
        answer: h.answer.clone(),
        note: h.note.clone(),
        again: (h.giver_id == me && h.state == "objected").then(|| h.shift_id.as_str().to_owned()),
        accepts: d.accepts,
        objects: d.objects,
        check_in: d.check_in.map(|s| s.into_string()),
        keys: d.keys.iter().map(|k| key_line(p, k)).collect(),
        burning: d.emergencies.into_iter().map(|i| case_line(p, &names, i)).collect(),
        parts: vec![
            part(p, &names, "promises", "message", d.promises),
            part(p, &names, "callbacks", "phone-call", d.callbacks),
            part(p, &names, "due", "clock", d.due),
        ],
    })
}

#[derive(Template)]
#[template(path = "roster/hand_over.html")]
struct ShowPage {
    p: Page,
    h: Shown,
    reason: String,
    e: Errors,
}

/// One hand-over.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let p = Page::new(&web, &v, "hand-over-title");
    let h = read(&web, &v, &p, &id).await?;
    Ok(page(&ShowPage {
        p,
        h,
        reason: String::new(),
        e: Errors::default(),
    })?)
}

/// Accepts, or objects with a reason.
pub async fn answer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (hid, seen) = (HandOverId::from(id.as_str()), version(&value(&f, "version")));
    let (accepts, reason) = (value(&f, "accept") == "1", value(&f, "reason"));
    let said = reason.clone();
    let ctx = v.ctx()?;
    let done = web
        .write(&ctx, move |tx, ctx| {
            hand_over::answer(tx, ctx, &hid, seen, accepts, &said)
        })
        .await;
    match done {
        Ok(()) => {
            settle(&web, &v).await?;
            Ok(Redirect::to(&format!("/duty/hand-overs/{id}")).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let p = Page::new(&web, &v, "hand-over-title");
            let h = read(&web, &v, &p, &id).await?;
            Ok((status, page(&ShowPage { p, h, reason, e })?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "roster/hand_over_print.html")]
struct PrintPage {
    p: Page,
    h: Shown,
    org: String,
    printed: String,
}

/// A hand-over on paper.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let p = Page::new(&web, &v, "hand-over-title");
    let h = read(&web, &v, &p, &id).await?;
    let org = crate::table::organisation(&web, &v).await?;
    let printed = crate::table::printed_by(&p, &v);
    Ok(page(&PrintPage { p, h, org, printed })?)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    post: String,
    state: String,
    from: String,
    until: String,
    after: String,
}

struct Row {
    id: String,
    number: String,
    post: String,
    given: String,
    giver: String,
    answered: String,
    state: String,
    tone: &'static str,
    counts: String,
    note: String,
}

#[derive(Template)]
#[template(path = "roster/hand_overs.html")]
struct RegisterPage {
    p: Page,
    a: Asked,
    rows: Vec<Row>,
    posts: Vec<Choice>,
    states: Vec<Choice>,
    next: Option<String>,
}

/// The register.
pub async fn register(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "hand-over-title");
    let ask = Ask {
        post: a.post.clone(),
        state: a.state.clone(),
        from: when::day_start(&p.zone, &a.from),
        until: when::day_end(&p.zone, &a.until),
        after: cursor(&a.after),
    };
    let (rows, next, posts, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let (rows, next) = hand_over::register(c, ctx, &ask, 40)?;
            Ok((rows, next, store::roster::posts(c, &ctx.site)?, Names::load(c, ctx)?))
        })
        .await?;
    let en = p.en();
    let rows = rows.into_iter().map(|h| {
        let open: hand_over::Open = serde_json::from_str(&h.body).unwrap_or_default();
        let counts = [
            ("hand-over-n-help", open.emergencies.len()),
            ("hand-over-n-promises", open.promises.len()),
            ("hand-over-n-callbacks", open.callbacks.len()),
            ("hand-over-n-due", open.due.len()),
            ("hand-over-n-keys", open.keys.len()),
        ];
        let said: Vec<String> = counts
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(key, n)| tx(p.locale, key, &[("n", &n.to_string())]))
            .collect();
        Row {
            post: posts
                .iter()
                .find(|x| x.id == h.post_id)
                .map(|x| pick(en, &x.name, &x.name_en).to_owned())
                .unwrap_or_default(),
            given: p.time(h.given_at),
            giver: names.staff(&h.giver_id),
            answered: match (&h.answered_by, h.answered_at) {
                (Some(by), Some(at)) => format!("{} {}", names.staff(by), p.time(at)),
                _ => String::new(),
            },
            state: p.code("hand-over", &h.state),
            tone: tone(&h.state),
            counts: said.join(" · "),
            note: h.note,
            number: h.number,
            id: h.id.into_string(),
        }
    });
    let rows = rows.collect();
    let set = [
        ("post", &a.post),
        ("state", &a.state),
        ("from", &a.from),
        ("until", &a.until),
    ];
    let query: Vec<String> = set
        .iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(k, v)| format!("{k}={}", encode(v)))
        .collect();
    Ok(page(&RegisterPage {
        rows,
        posts: posts
            .iter()
            .map(|x| {
                (
                    x.id.as_str().to_owned(),
                    pick(en, &x.name, &x.name_en).to_owned(),
                    x.id.as_str() == a.post,
                )
            })
            .collect(),
        states: domain::roster::HandOverState::ALL
            .iter()
            .map(|s| {
                (
                    s.as_str().to_owned(),
                    p.code("hand-over", s.as_str()),
                    s.as_str() == a.state,
                )
            })
            .collect(),
        next: next
            .as_ref()
            .map(|n| format!("/duty/hand-overs?{}&after={}", query.join("&"), cursor_text(n))),
        a,
        p,
    })?)
}
