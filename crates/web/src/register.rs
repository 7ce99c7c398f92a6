//! Registers (登记簿): one page that leads to each, and for each a screen with a range and words, the form on paper, an Excel
//! file of exactly what was asked for, and corrections that leave the old text struck through.

use std::collections::BTreeMap;

use app::error::{Error, Res};
use app::list::{self, MOST_EXPORTED, Query as Ask};
use app::register::CorrectionRow;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::ids::ContactId;
use domain::register::{Post, Register};
use office::sheet::Kind;
use serde::Deserialize;
use store::contact::Contact;
use store::seam::Conn;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, again};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::roster::form::{cursor, cursor_text};
use crate::state::Web;
use crate::table::{self, Heading};
use crate::when;

/// Entries of one page.
const PAGE: i64 = 30;
/// Entries of one print.
const PRINTED: i64 = 500;

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    post: String,
    q: String,
    from: String,
    until: String,
    after: String,
}

impl Asked {
    fn ask(&self, zone: &str) -> Ask {
        Ask {
            view: "all".to_owned(),
            q: self.q.clone(),
            from: when::day_start(zone, &self.from),
            until: when::day_end(zone, &self.until),
            after: self.after.clone(),
            ..Ask::default()
        }
    }

    fn post(&self) -> Post {
        self.post.parse().unwrap_or(Post::Office)
    }

    fn query(&self, after: &str) -> String {
        let pairs = [
            ("post", self.post.as_str()),
            ("q", &self.q),
            ("from", &self.from),
            ("until", &self.until),
            ("after", after),
        ];
        let set: Vec<String> = (pairs.iter())
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k}={}", encode(v)))
            .collect();
        format!("?{}", set.join("&"))
    }

    /// In words, for the head of a print and the second line of a file.
    fn words(&self, p: &Page, register: Register) -> String {
        let post = if register == Register::Communication {
            p.code("register-post", self.post().as_str())
        } else {
            String::new()
        };
        let range = [&self.from, &self.until].into_iter().filter(|x| !x.is_empty());
        let range = range.cloned().collect::<Vec<_>>().join(" – ");
        let all = [post, range, self.q.trim().to_owned()];
        all.into_iter()
            .filter(|x| !x.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

/// A field of an entry: what stands there, and what stood there before.
pub struct Field {
    pub key: &'static str,
    pub text: String,
    /// Old texts with who corrected them when.
    struck: Vec<(String, String)>,
    /// The corrections themselves, oldest first.
    pub corrections: Vec<CorrectionRow>,
}

/// An entry.
pub struct Entry {
    pub id: String,
    pub number: String,
    href: String,
    pub fields: Vec<Field>,
}

impl Entry {
    /// What stands in a field.
    pub fn text(&self, key: &str) -> &str {
        let field = self.fields.iter().find(|field| field.key == key);
        field.map_or("", |field| &field.text)
    }
}

/// The columns of a register, in the order of its form.
fn columns(register: Register) -> &'static [Heading] {
    match register {
        Register::Contacts => &[
            ("col-number", Kind::Text, 20.0),
            ("col-happened", Kind::Text, 17.0),
            ("col-channel", Kind::Text, 8.0),
            ("col-name", Kind::Text, 12.0),
            ("col-place", Kind::Text, 14.0),
            ("col-phone", Kind::Text, 16.0),
            ("col-content", Kind::Text, 40.0),
            ("register-answer", Kind::Text, 30.0),
            ("col-outcome", Kind::Text, 12.0),
            ("col-clerk", Kind::Text, 12.0),
        ],
        Register::Communication => &[
            ("col-number", Kind::Text, 20.0),
            ("col-happened", Kind::Text, 17.0),
            ("col-channel", Kind::Text, 8.0),
            ("col-name", Kind::Text, 12.0),
            ("col-place", Kind::Text, 14.0),
            ("col-content", Kind::Text, 40.0),
            ("register-answer", Kind::Text, 30.0),
            ("col-clerk", Kind::Text, 12.0),
        ],
        Register::Orders => &[
            ("col-number", Kind::Text, 20.0),
            ("col-issued", Kind::Text, 17.0),
            ("col-kind", Kind::Text, 8.0),
            ("col-place", Kind::Text, 14.0),
            ("col-content", Kind::Text, 40.0),
            ("col-department", Kind::Text, 14.0),
            ("col-worker", Kind::Text, 12.0),
            ("col-state", Kind::Text, 10.0),
            ("register-done", Kind::Text, 17.0),
        ],
        Register::Complaints => &[
            ("col-number", Kind::Text, 20.0),
            ("col-registered", Kind::Text, 17.0),
            ("col-name", Kind::Text, 12.0),
            ("col-place", Kind::Text, 14.0),
            ("col-content", Kind::Text, 40.0),
            ("col-department", Kind::Text, 14.0),
            ("col-state", Kind::Text, 10.0),
            ("register-done", Kind::Text, 17.0),
        ],
        Register::Visitors => &[
            ("col-number", Kind::Text, 20.0),
            ("visit-arrived", Kind::Text, 17.0),
            ("col-name", Kind::Text, 12.0),
            ("register-reason", Kind::Text, 24.0),
            ("register-host", Kind::Text, 18.0),
            ("visit-document", Kind::Text, 18.0),
            ("visit-badge", Kind::Text, 8.0),
            ("visit-out", Kind::Text, 12.0),
            ("visit-by", Kind::Text, 12.0),
        ],
        Register::Callbacks => &[
            ("col-number", Kind::Text, 20.0),
            ("register-due", Kind::Text, 17.0),
            ("col-name", Kind::Text, 12.0),
            ("col-place", Kind::Text, 14.0),
            ("col-content", Kind::Text, 40.0),
            ("col-attempts", Kind::Text, 8.0),
            ("col-state", Kind::Text, 12.0),
            ("col-satisfaction", Kind::Text, 12.0),
            ("register-called", Kind::Text, 17.0),
        ],
    }
}

/// What turns a stored row into the words of an entry.
struct With<'a> {
    p: &'a Page,
    names: &'a Names,
    register: Register,
}

impl With<'_> {
    fn entry(&self, id: &str, number: &str, href: String, texts: Vec<String>) -> Entry {
        let keys = columns(self.register).iter().map(|(key, _, _)| *key);
        Entry {
            id: id.to_owned(),
            number: number.to_owned(),
            href,
            fields: (keys.zip(texts))
                .map(|(key, text)| Field {
                    key,
                    text,
                    struck: Vec::new(),
                    corrections: Vec::new(),
                })
                .collect(),
        }
    }

    fn at(&self, at: Option<i64>) -> String {
        at.map_or(String::new(), |at| self.p.full_time(at))
    }

    fn staff(&self, id: Option<&domain::ids::StaffId>) -> String {
        id.map_or(String::new(), |id| self.names.staff(id))
    }

    fn department(&self, id: Option<&domain::ids::DepartmentId>) -> String {
        id.map_or(String::new(), |id| self.names.department(id))
    }

    fn contact(&self, r: &Contact) -> Entry {
        let p = self.p;
        let mut texts = vec![
            r.number.clone(),
            when::both(p.locale, &p.zone, r.happened_at, r.recorded_at),
            p.code("channel", &r.channel),
            r.name.clone(),
            r.address.clone(),
        ];
        if self.register == Register::Contacts {
            let phone = domain::phone::normalise(&r.phone).map(|n| n.masked());
            texts.push(phone.unwrap_or_default());
        }
        texts.extend([r.summary.clone(), r.answer.clone()]);
        if self.register == Register::Contacts {
            texts.push(p.code("outcome", &r.outcome));
        }
        texts.push(self.staff(r.staff_id.as_ref()));
        self.entry(r.id.as_str(), &r.number, format!("/contacts/{}", r.id), texts)
    }

    /// The old texts of a field stay, struck through, each with who corrected it and when.
    fn corrected(&self, e: &mut Entry, all: &[CorrectionRow]) {
        // What was deleted with the entry says nothing any more.
        for c in all.iter().filter(|c| !c.text.is_empty()) {
            if let Some(field) = e.fields.iter_mut().find(|f| f.key == c.field) {
                let by = self.names.staff(&c.staff_id);
                let note = [by, self.p.full_time(c.at), c.reason.clone()].join(" · ");
                field.struck.push((c.was.clone(), note));
                field.text.clone_from(&c.text);
                field.corrections.push(c.clone());
            }
        }
    }
}

struct Read {
    entries: Vec<Entry>,
    next: Option<String>,
}

fn read(c: &mut Conn, ctx: &app::ctx::Ctx, w: &With<'_>, post: Post, q: &Ask, limit: i64) -> Res<Read> {
    let p = w.p;
    let (mut entries, next): (Vec<Entry>, Option<String>) = match w.register {
        Register::Contacts => {
            let page = list::contacts(c, ctx, q, limit)?;
            (page.rows.iter().map(|r| w.contact(r)).collect(), page.next)
        }
        Register::Communication => {
            let page = app::register::communication(c, ctx, post, q, limit)?;
            (page.rows.iter().map(|r| w.contact(r)).collect(), page.next)
        }
        Register::Orders => {
            let page = list::orders(c, ctx, q, limit)?;
            let entry = |r: &store::case::OrderRow| {
                let texts = vec![
                    r.number.clone(),
                    w.at(Some(r.issued_at)),
                    p.code("kind", &r.kind),
                    r.place.clone(),
                    r.title.clone(),
                    w.department(r.department_id.as_ref()),
                    w.staff(r.worker_id.as_ref()),
                    p.code("state", &r.state),
                    w.at(r.done_at),
                ];
                w.entry(r.id.as_str(), &r.number, format!("/cases/{}", r.case_id), texts)
            };
            (page.rows.iter().map(entry).collect(), page.next)
        }
        Register::Complaints => {
            let q = Ask {
                kind: "complaint".to_owned(),
                ..q.clone()
            };
            let page = list::cases(c, ctx, &q, limit)?;
            let rows = page.rows.iter().map(|r| {
                let texts = vec![
                    r.number.clone(),
                    w.at(Some(r.registered_at)),
                    r.name.clone(),
                    r.place.clone(),
                    r.title.clone(),
                    w.department(r.department_id.as_ref()),
                    p.code("state", &r.state),
                    w.at(r.done_at),
                ];
                w.entry(r.id.as_str(), &r.number, format!("/cases/{}", r.number), texts)
            });
            (rows.collect(), page.next)
        }
        Register::Visitors => {
            let ask = app::visit::Query {
                state: String::new(),
                q: q.q.clone(),
                from: q.from,
                until: q.until,
                after: cursor(&q.after),
            };
            let (rows, next) = app::visit::register_of(c, ctx, &ask, limit)?;
            let entries = crate::visit::lines(p, w.names, &rows).into_iter().map(|l| {
                let host = format!("{} {}", l.place, l.host).trim().to_owned();
                let texts = vec![
                    l.number.clone(),
                    l.arrived_full,
                    l.name,
                    l.reason,
                    host,
                    l.document,
                    l.badge,
                    l.left,
                    l.by,
                ];
                w.entry(&l.id, &l.number, format!("/visits/{}", l.id), texts)
            });
            (entries.collect(), next.as_ref().map(cursor_text))
        }
        Register::Callbacks => {
            let q = Ask {
                kind: "request".to_owned(),
                ..q.clone()
            };
            let page = list::callbacks(c, ctx, &q, limit)?;
            let rows = page.rows.iter().map(|r| {
                let said = r.satisfaction.as_ref();
                let texts = vec![
                    r.case_number.clone(),
                    w.at(Some(r.created_at)),
                    r.name.clone(),
                    r.place.clone(),
                    r.title.clone(),
                    r.attempts.to_string(),
                    p.code("callback", &r.state),
                    said.map_or(String::new(), |s| p.code("satisfaction", s)),
                    w.at(r.closed_at),
                ];
                w.entry(
                    r.id.as_str(),
                    &r.case_number,
                    format!("/cases/{}", r.case_number),
                    texts,
                )
            });
            (rows.collect(), page.next)
        }
    };
    for e in &mut entries {
        let all = app::register::corrections(c, ctx, w.register, &e.id)?;
        w.corrected(e, &all);
    }
    Ok(Read { entries, next })
}

async fn asked(
    web: &Web,
    v: &Viewer,
    register: Register,
    a: &Asked,
    limit: i64,
    after: Option<String>,
) -> Result<Read, Fail> {
    let mut q = a.ask(v.zone());
    if let Some(after) = after {
        q.after = after;
    }
    within(web, v, register, a.post(), q, limit).await
}

async fn within(web: &Web, v: &Viewer, register: Register, post: Post, q: Ask, limit: i64) -> Result<Read, Fail> {
    let p = Page::titled(web, v, String::new());
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            let names = Names::load(c, ctx)?;
            let w = With {
                p: &p,
                names: &names,
                register,
            };
            read(c, ctx, &w, post, &q, limit)
        })
        .await?)
}

/// The entries of a range, for a program, and where the next page begins.
///
/// # Errors
/// `Forbidden`, `NotFound` for a post that the viewer has no part in.
pub async fn entries(
    web: &Web,
    v: &Viewer,
    register: Register,
    post: Post,
    q: Ask,
    limit: i64,
) -> Result<(Vec<Entry>, Option<String>), Fail> {
    let r = within(web, v, register, post, q, limit).await?;
    Ok((r.entries, r.next))
}

/// Whether the viewer may open a register at all.
fn opens(v: &Viewer, register: Register) -> bool {
    match register {
        Register::Contacts => v.may(Action::ViewContacts),
        Register::Communication => true,
        Register::Orders | Register::Complaints => v.may(Action::ViewCase),
        Register::Visitors => v.may(Action::ViewVisits),
        Register::Callbacks => v.may(Action::Callback),
    }
}

#[derive(Template)]
#[template(path = "register/list.html")]
struct ListPage {
    p: Page,
    registers: Vec<Register>,
    posts: Vec<Post>,
    calls: bool,
    opinions: bool,
    analysis: bool,
}

/// The registers.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    let posts = web.read(&v.ctx()?, app::register::posts).await?;
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "registers-title"),
        registers: (Register::ALL.iter().copied())
            .filter(|r| opens(&v, *r) && *r != Register::Communication)
            .collect(),
        posts: posts.into_iter().map(|(post, _)| post).collect(),
        calls: v.may(Action::Callback),
        opinions: v.may(Action::ViewOpinions),
        analysis: v.reach(Action::ViewReports) >= Reach::Site,
    })?)
}

#[derive(Template)]
#[template(path = "register/show.html")]
struct ShowPage {
    p: Page,
    register: Register,
    a: Asked,
    posts: Vec<(Post, bool)>,
    entries: Vec<Entry>,
    next: Option<String>,
    here: String,
    export: bool,
    correct: bool,
}

impl ShowPage {
    fn columns(&self) -> &'static [Heading] {
        columns(self.register)
    }
}

fn known(code: &str) -> Result<Register, Fail> {
    code.parse().map_err(|_| Fail(Error::NotFound))
}

/// One register.
pub async fn show(State(web): State<Web>, v: Viewer, Path(code): Path<String>, Query(a): Query<Asked>) -> Answer {
    let register = known(&code)?;
    let r = asked(&web, &v, register, &a, PAGE, None).await?;
    let posts = if register == Register::Communication {
        web.read(&v.ctx()?, app::register::posts).await?
    } else {
        Vec::new()
    };
    Ok(page(&ShowPage {
        p: Page::new(&web, &v, title(register)),
        posts: posts.into_iter().map(|(post, _)| (post, post == a.post())).collect(),
        next: r.next.map(|n| a.query(&n)),
        here: a.query(""),
        entries: r.entries,
        export: v.may(Action::Export),
        correct: v.may(Action::CorrectRegister),
        register,
        a,
    })?)
}

fn title(register: impl std::borrow::Borrow<Register>) -> &'static str {
    match register.borrow() {
        Register::Contacts => "register-contacts",
        Register::Communication => "register-communication",
        Register::Orders => "register-orders",
        Register::Complaints => "register-complaints",
        Register::Visitors => "register-visitors",
        Register::Callbacks => "register-callbacks",
    }
}

#[derive(Template)]
#[template(path = "register/print.html")]
struct PrintPage {
    p: Page,
    org: String,
    register: Register,
    words: String,
    here: String,
    entries: Vec<Entry>,
    /// There was more than one print holds.
    more: bool,
    printed: String,
}

impl PrintPage {
    fn columns(&self) -> &'static [Heading] {
        columns(self.register)
    }
}

/// The range on paper. Phones stay masked.
pub async fn print(State(web): State<Web>, v: Viewer, Path(code): Path<String>, Query(a): Query<Asked>) -> Answer {
    let register = known(&code)?;
    // A look for words may end before a sheet is full.
    let (mut entries, mut after) = (Vec::new(), Some(String::new()));
    let most = usize::try_from(PRINTED).unwrap_or(usize::MAX);
    while let Some(from) = after.take().filter(|_| entries.len() < most) {
        let r = asked(&web, &v, register, &a, PRINTED, Some(from)).await?;
        entries.extend(r.entries);
        after = r.next;
    }
    let more = after.is_some() || entries.len() > most;
    entries.truncate(most);
    let p = Page::new(&web, &v, title(register));
    let words = a.words(&p, register);
    table::print_logged(&web, &v, register.as_str(), &words, entries.len()).await?;
    let org = table::organisation(&web, &v).await?;
    Ok(page(&PrintPage {
        here: a.query(""),
        printed: table::printed_by(&p, &v),
        words,
        more,
        entries,
        register,
        org,
        p,
    })?)
}

/// The range as an Excel file; logged. Corrections stand behind the text, with the old one.
pub async fn export(State(web): State<Web>, v: Viewer, Path(code): Path<String>, Query(a): Query<Asked>) -> Answer {
    let register = known(&code)?;
    let p = Page::new(&web, &v, title(register));
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let r = asked(&web, &v, register, &a, PRINTED, Some(after)).await?;
        rows.extend(r.entries.into_iter().map(|e| {
            let cell = |f: Field| {
                let old = f
                    .struck
                    .iter()
                    .map(|(was, note)| format!("\n[{}: {was} ({note})]", p.t("register-was")));
                table::text(f.text.clone() + &old.collect::<String>())
            };
            e.fields.into_iter().map(cell).collect::<Vec<_>>()
        }));
        match r.next {
            Some(_) if i64::try_from(rows.len()).unwrap_or(i64::MAX) >= MOST_EXPORTED => {
                return Err(Fail(Error::field("from", "invalid-too-many-rows")));
            }
            Some(next) => after = next,
            None => break,
        }
    }
    let words = a.words(&p, register);
    table::export(
        &web,
        &v,
        register.as_str(),
        p.title.clone(),
        words,
        columns(register),
        rows,
    )
    .await
}

/// Which entry is corrected, and how.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Correction {
    post: String,
    number: String,
    id: String,
    field: String,
    text: String,
    reason: String,
    /// What stood in each field when the form was made: `was-` and the field.
    #[serde(flatten)]
    seen: BTreeMap<String, String>,
}

impl Correction {
    fn was(&self) -> String {
        self.seen
            .get(&format!("was-{}", self.field))
            .cloned()
            .unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "register/correct.html")]
struct CorrectPage {
    p: Page,
    register: Register,
    entry: Entry,
    f: Correction,
    e: Errors,
}

impl CorrectPage {
    /// Each field that may be corrected, whether it was chosen, and what stands there.
    fn fields(&self) -> Vec<(&'static str, bool, &str)> {
        let all = self.register.correctable().iter();
        all.map(|key| (*key, self.f.field == *key, self.entry.text(key)))
            .collect()
    }

    /// What the new text begins with: what stands in the chosen field, so that nobody types a long text again for one word;
    /// what was typed, when it was refused.
    fn text(&self) -> &str {
        if !self.e.is_empty() || !self.f.text.is_empty() {
            return &self.f.text;
        }
        let fields = self.fields();
        let chosen = fields.iter().find(|x| x.1).or(fields.first());
        chosen.map_or("", |x| x.2)
    }
}

/// Which entry is meant: its number finds it, its id says which of those with one number.
#[derive(Debug, Clone)]
pub struct Which {
    pub post: Post,
    pub number: String,
    pub id: String,
}

impl Correction {
    fn which(&self) -> Which {
        Which {
            post: self.post.parse().unwrap_or(Post::Office),
            number: self.number.clone(),
            id: self.id.clone(),
        }
    }
}

/// The entry, as whoever asks sees it; none that the register does not show them.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn entry(c: &mut Conn, ctx: &app::ctx::Ctx, p: &Page, register: Register, f: &Which) -> Res<Entry> {
    let names = Names::load(c, ctx)?;
    let w = With {
        p,
        names: &names,
        register,
    };
    if register == Register::Communication {
        let row = app::register::talk(c, ctx, f.post, &ContactId::from(f.id.as_str()))?;
        let mut entry = w.contact(&row);
        let all = app::register::corrections(c, ctx, register, &entry.id)?;
        w.corrected(&mut entry, &all);
        return Ok(entry);
    }
    if f.number.trim().is_empty() {
        return Err(Error::NotFound);
    }
    let a = Asked {
        q: f.number.clone(),
        ..Asked::default()
    };
    let r = read(c, ctx, &w, f.post, &a.ask(&p.zone), 100)?;
    r.entries.into_iter().find(|e| e.id == f.id).ok_or(Error::NotFound)
}

async fn correct_view(
    web: &Web,
    v: &Viewer,
    register: Register,
    f: Correction,
    e: Errors,
) -> Result<CorrectPage, Fail> {
    let (p, asked) = (Page::titled(web, v, String::new()), f.which());
    let entry = web
        .read(&v.ctx()?, move |c, ctx| entry(c, ctx, &p, register, &asked))
        .await?;
    Ok(CorrectPage {
        p: Page::new(web, v, "register-correct"),
        entry,
        register,
        f,
        e,
    })
}

/// The form of a correction.
pub async fn correct_form(
    State(web): State<Web>,
    v: Viewer,
    Path(code): Path<String>,
    Query(f): Query<Correction>,
) -> Answer {
    Ok(page(
        &correct_view(&web, &v, known(&code)?, f, Errors::default()).await?,
    )?)
}

/// Writes a correction down.
pub async fn correct(State(web): State<Web>, v: Viewer, Path(code): Path<String>, Form(f): Form<Correction>) -> Answer {
    let register = known(&code)?;
    let (p, asked) = (Page::titled(&web, &v, String::new()), f.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            let entry = entry(tx, ctx, &p, register, &asked.which())?;
            let wanted = app::register::Correction {
                field: asked.field.clone(),
                was: asked.was(),
                original: entry.text(&asked.field).to_owned(),
                text: asked.text.clone(),
                reason: asked.reason.clone(),
            };
            app::register::correct(tx, ctx, register, &entry.id, &wanted)
        })
        .await;
    match done {
        Ok(()) => {
            let back = format!("/registers/{register}?post={}&q={}", encode(&f.post), encode(&f.number));
            Ok(Redirect::to(&back).into_response())
        }
        Err(e) => again(&v, e, async |e| correct_view(&web, &v, register, f, e).await).await,
    }
}
