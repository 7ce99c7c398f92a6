//! Mass incidents (群体事件): a power cut with sixty calls is one. The desk says the same sentence to every caller and joins
//! each with one key, with a case of their own; when it is over each is called back and told.

use std::collections::HashMap;

use domain::access::{Action, Reach};
use domain::case::{CaseState, Command, Kind};
use domain::ids::{CallbackId, CaseId, IncidentCallerId, IncidentId, SiteId, StaffId};
use domain::incident::{self as rules, Caller, Incident, PROPOSE_FROM, PROPOSE_MS, Told};
use domain::ladder::Post;
use domain::number::Series;
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use store::db::Tx;
use store::incident as db;
pub use store::incident::CallerLine;
use store::seam::Conn;

use crate::case;
use crate::contact::{self, NewCase, NewContact, Registered};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal::{self, Subject};
use crate::notice::{self, Leads, Level, NewNotice};
use crate::once;
use crate::post::{About, People};

/// An incident as the form or the API gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewIncident {
    /// Taxonomy code, or empty.
    pub item: String,
    pub title: String,
    /// Codes of the buildings; none: the whole estate.
    pub buildings: Vec<String>,
    /// What callers are told.
    pub say: String,
    /// Draft of a notice to residents.
    pub notice: String,
}

/// An incident with the version it was read at.
#[derive(Debug, Clone)]
pub struct Seen {
    pub state: Incident,
    pub version: i64,
}

/// What every page shows of an incident that is not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ongoing {
    pub state: Incident,
    pub callers: i64,
    /// Of these, who has not been told.
    pub waiting: i64,
}

fn read(row: db::IncidentRow) -> Res<Seen> {
    Ok(Seen {
        state: serde_json::from_str(&row.doc)?,
        version: row.version,
    })
}

fn row(ctx: &Ctx, i: &Incident, version: i64) -> Res<db::IncidentRow> {
    Ok(db::IncidentRow {
        id: i.id.clone(),
        site_id: ctx.site.clone(),
        number: i.number.clone(),
        item: i.item.clone(),
        state: i.state.as_str().to_owned(),
        open: i.state != rules::State::Closed,
        opened_at: i.opened_at,
        doc: serde_json::to_string(i)?,
        version,
    })
}

/// What is not closed at a site.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn ongoing(c: &mut Conn, site: &SiteId) -> Res<Vec<Ongoing>> {
    let rows = db::open(c, site)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let counted: HashMap<IncidentId, (i64, i64)> = db::counted(c, site)?
        .into_iter()
        .map(|n| (n.incident_id, (n.callers, n.waiting)))
        .collect();
    rows.into_iter()
        .map(|r| {
            let state = read(r)?.state;
            let (callers, waiting) = counted.get(&state.id).copied().unwrap_or_default();
            Ok(Ongoing {
                state,
                callers,
                waiting,
            })
        })
        .collect()
}

/// An incident of the open site.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &IncidentId) -> Res<Seen> {
    ctx.need(Action::ViewEmergency)?;
    read(db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?)
}

/// Who called about it, in order. Names and numbers are for who calls them back.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn callers(c: &mut Conn, ctx: &Ctx, id: &IncidentId) -> Res<Vec<CallerLine>> {
    ctx.need(Action::JoinIncident)?;
    let seen = get(c, ctx, id)?;
    Ok(db::callers(c, &seen.state.id)?)
}

/// Shows the numbers of those who have to be called back: the first look of each person is the logged act. Returns whether they
/// are shown.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn reveal_once(tx: &mut Tx, ctx: &Ctx, id: &IncidentId) -> Res<bool> {
    ctx.need(Action::JoinIncident)?;
    let state = get(tx, ctx, id)?.state;
    if ctx.reach(Action::RevealPhone) < Reach::Site || state.state != rules::State::Ended {
        return Ok(false);
    }
    once::once(tx, ctx, &format!("incident-phones-{id}"), id, |tx, ctx| {
        let body = json!({"callers": db::count_waiting(tx, id)?});
        say(tx, ctx, &state, "phone_revealed", body, &[]);
        Ok(())
    })?;
    Ok(true)
}

/// The whole numbers of those who have to be called back, for a program; each look is on the journal.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Refused` before it is over: until then nobody needs them.
pub fn reveal(tx: &mut Tx, ctx: &Ctx, id: &IncidentId) -> Res<Vec<CallerLine>> {
    ctx.need(Action::JoinIncident)?;
    let state = get(tx, ctx, id)?.state;
    if ctx.reach(Action::RevealPhone) < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    if state.state == rules::State::Open {
        return Err(Refusal::new("refuse-incident-open").into());
    }
    let mut waiting = db::callers(tx, id)?;
    waiting.retain(|k| k.told_at.is_none());
    say(
        tx,
        ctx,
        &state,
        "phone_revealed",
        json!({"callers": waiting.len()}),
        &[],
    );
    Ok(waiting)
}

/// A page of incidents, newest first, and where the next one begins.
pub type Page = (Vec<Seen>, Option<(i64, String)>);

/// Incidents, newest first.
///
/// # Errors
/// `Forbidden`.
pub fn page(c: &mut Conn, ctx: &Ctx, after: Option<(i64, String)>, limit: usize) -> Res<Page> {
    ctx.need(Action::ViewEmergency)?;
    let (at, id) = after.unwrap_or((i64::MAX, String::new()));
    let mut rows = db::page(c, &ctx.site, at, &id, i64::try_from(limit).unwrap_or(50) + 1)?;
    let more = crate::list::cut(&mut rows, limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|r| (r.opened_at, r.id.as_str().to_owned()));
    let seen = rows.into_iter().map(read).collect::<Res<Vec<_>>>()?;
    Ok((seen, next))
}

fn say(tx: &mut Tx, ctx: &Ctx, i: &Incident, kind: &str, body: serde_json::Value, personal: &[&'static str]) {
    journal::now(tx, ctx, "incident", i.id.as_str(), kind, body, personal);
}

/// Codes of buildings that the site has, in its own order; others are refused.
pub(crate) fn known(tx: &mut Tx, ctx: &Ctx, given: &[String]) -> Res<Vec<String>> {
    let here: Vec<String> = store::directory::unit::buildings(tx, &ctx.site)?
        .into_iter()
        .map(|b| b.code)
        .collect();
    if given.iter().any(|g| !here.contains(g)) {
        return Err(Error::field("buildings", "invalid-choose"));
    }
    Ok(here.into_iter().filter(|b| given.contains(b)).collect())
}

/// Opens an incident.
///
/// # Errors
/// `Forbidden`, `Invalid`, the `Refused` of a rule.
pub fn open(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewIncident) -> Res<IncidentId> {
    ctx.need(Action::ManageIncident)?;
    if !n.item.is_empty() && ctx.book.taxonomy.item(&n.item).is_none() {
        return Err(Error::field("item", "invalid-item"));
    }
    let mut f = Fields::default();
    for (name, text) in [("title", &n.title), ("say", &n.say)] {
        if text.trim().is_empty() {
            f.add(name, "required");
        }
    }
    f.done()?;
    let buildings = known(tx, ctx, &n.buildings)?;
    once::once(tx, ctx, key, n, |tx, ctx| {
        let zone = case::zone(tx, &ctx.site)?;
        let form = rules::Open {
            id: ctx.id(),
            number: case::next_number(tx, ctx, &zone, Series::Incident, ctx.now)?,
            item: n.item.clone(),
            title: n.title.clone(),
            buildings,
            say: n.say.clone(),
            notice: n.notice.clone(),
        };
        let i = rules::open(form, ctx.need_staff()?.id.clone(), ctx.now)?;
        db::insert(tx, &row(ctx, &i, 1)?)?;
        let body = json!({
            "number": i.number, "item": i.item, "buildings": i.buildings, "title": i.title, "say": i.say, "notice": i.notice,
        });
        say(tx, ctx, &i, "incident_opened", body, &["title", "say", "notice"]);
        for building in &i.buildings {
            for at in [ctx.now, ctx.now - PROPOSE_MS] {
                notice::settled(tx, ctx, &proposal(building, &i.item, at))?;
            }
        }
        Ok(i.id)
    })
}

/// Who joins, ends and tells follow one another: nobody joins what another desk is ending, and the last one told closes it.
fn turn(tx: &mut Tx, id: &IncidentId) -> Res<()> {
    Ok(tx.serial(&format!("incident/{id}"))?)
}

fn save(tx: &mut Tx, ctx: &Ctx, i: &Incident, before: i64) -> Res<()> {
    saved(db::save(tx, &row(ctx, i, before + 1)?)?, before)
}

/// Callers are told something else from now on.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, the `Refused` of a rule.
pub fn update(tx: &mut Tx, ctx: &Ctx, id: &IncidentId, seen: Option<i64>, n: &NewIncident) -> Res<()> {
    ctx.need(Action::ManageIncident)?;
    let Seen { mut state, version } = get(tx, ctx, id)?;
    same_version(seen.unwrap_or(version), version)?;
    let buildings = known(tx, ctx, &n.buildings)?;
    state.update(&n.say, &n.notice, buildings, ctx.now)?;
    save(tx, ctx, &state, version)?;
    let body = json!({"buildings": state.buildings, "say": state.say, "notice": state.notice});
    say(tx, ctx, &state, "incident_changed", body, &["say", "notice"]);
    Ok(())
}

/// Joins a caller: the contact is registered with a case of its own, and the caller is told when it is over.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` without a number to call, `Refused` when it is over.
pub fn join(tx: &mut Tx, ctx: &Ctx, key: &str, id: &IncidentId, n: &NewContact) -> Res<Registered> {
    ctx.need(Action::JoinIncident)?;
    turn(tx, id)?;
    let Seen { state, .. } = get(tx, ctx, id)?;
    state.must_be_open()?;
    // Who cannot be called cannot be told; who is known has a number in the archive.
    if n.person.is_none() && n.phone.trim().is_empty() {
        return Err(Error::field("phone", "required"));
    }
    once::once(tx, ctx, key, &(id, n), |tx, ctx| {
        let note = n.summary.trim();
        let content = if note.is_empty() {
            format!("{}（{}）", state.title, state.number)
        } else {
            format!("{}（{}）：{note}", state.title, state.number)
        };
        let unknown = n.name.trim().is_empty() && n.address.trim().is_empty() && n.person.is_none();
        let made = contact::register(
            tx,
            ctx,
            "",
            &NewContact {
                anonymous_reason: n
                    .anonymous_reason
                    .clone()
                    .or_else(|| unknown.then(|| state.title.clone())),
                summary: String::new(),
                answer: None,
                join: None,
                cases: vec![NewCase {
                    place: n.address.clone(),
                    content,
                    ..NewCase::of(Kind::Inquiry)
                }],
                ..n.clone()
            },
        )?;
        let Some(case) = made.cases.first() else {
            return Err(Error::Internal("a contact made no case".into()));
        };
        let caller = db::CallerRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            incident_id: state.id.clone(),
            case_id: case.clone(),
            contact_id: made.contact.clone(),
            joined_at: ctx.now,
            joined_by: ctx.need_staff()?.id.clone(),
            attempts: 0,
            last_at: None,
            told: String::new(),
            told_at: None,
            told_by: None,
            version: 1,
        };
        db::caller_insert(tx, &caller)?;
        let subject = Subject {
            kind: "incident",
            id: state.id.as_str(),
            case: Some(case.as_str()),
        };
        let body = json!({"caller": caller.id, "contact": made.contact});
        journal::append(tx, ctx, subject, "incident_joined", body, &[], ctx.now);
        Ok(made)
    })
}

/// It is over: whoever called is to be told.
///
/// # Errors
/// `Forbidden`, `NotFound`, the `Refused` of a rule.
pub fn end(tx: &mut Tx, ctx: &Ctx, id: &IncidentId, how: &str) -> Res<()> {
    ctx.need(Action::ManageIncident)?;
    turn(tx, id)?;
    let Seen { mut state, version } = get(tx, ctx, id)?;
    let waiting = usize::try_from(db::count_waiting(tx, id)?).unwrap_or(0);
    state.end(how, waiting, ctx.now)?;
    save(tx, ctx, &state, version)?;
    let body = json!({"callers": waiting, "how": state.ended_how});
    say(tx, ctx, &state, "incident_ended", body, &["how"]);
    if waiting == 0 {
        say(tx, ctx, &state, "incident_closed", json!({}), &[]);
        return Ok(());
    }
    let reached = People::of(tx, ctx)?.who(&[Post::FrontDesk], &About::default());
    let mut to: Vec<StaffId> = reached.told.into_iter().map(|t| t.staff).collect();
    // Who took the calls said that they would be answered.
    to.extend(db::joined_by(tx, id)?);
    to.sort();
    to.dedup();
    let mut args = Map::new();
    args.insert("number".into(), json!(state.number));
    args.insert("n".into(), json!(waiting));
    let new = NewNotice {
        key: format!("incident/{id}/ended"),
        kind: notice::INCIDENT_ENDED,
        level: Level::Warning,
        leads: Leads::Thing(format!("/incidents/{id}")),
        to,
        due_at: ctx.now,
        args,
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

/// A call back to a caller. Who was told has an answer in the own case.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict` when somebody else has called meanwhile, the `Refused` of a rule.
pub fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &IncidentCallerId,
    seen: Option<i64>,
    told: Told,
    note: &str,
) -> Res<IncidentId> {
    ctx.need(Action::JoinIncident)?;
    let of = db::caller(tx, &ctx.site, id)?.ok_or(Error::NotFound)?.incident_id;
    turn(tx, &of)?;
    let mut line = db::caller(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(seen.unwrap_or(line.version), line.version)?;
    let Seen { mut state, version } = get(tx, ctx, &line.incident_id)?;
    let mut caller = Caller {
        id: line.id.clone(),
        case: line.case_id.clone(),
        contact: line.contact_id.clone(),
        told_at: line.told_at,
        attempts: u32::try_from(line.attempts).unwrap_or(u32::MAX),
    };
    let done = rules::tell(&state, &mut caller, told, note, ctx.now)?;
    line.attempts = i64::from(caller.attempts);
    line.last_at = Some(ctx.now);
    told.as_str().clone_into(&mut line.told);
    line.told_at = caller.told_at;
    line.told_by = ctx.staff().map(|s| s.id.clone()).filter(|_| done);
    line.version += 1;
    saved(db::caller_save(tx, &line)?, line.version - 1)?;
    in_case(tx, ctx, &state, &line.case_id, told, note)?;
    let subject = Subject {
        kind: "incident",
        id: state.id.as_str(),
        case: Some(line.case_id.as_str()),
    };
    let body = json!({"caller": line.id, "told": told, "done": done, "note": domain::privacy::masked(note.trim())});
    journal::append(tx, ctx, subject, "incident_caller_told", body, &["note"], ctx.now);
    let waiting = usize::try_from(db::count_waiting(tx, &state.id)?).unwrap_or(0);
    let before = state.state;
    state.settle(waiting, ctx.now);
    if state.state != before {
        save(tx, ctx, &state, version)?;
        say(tx, ctx, &state, "incident_closed", json!({}), &[]);
        notice::settled(tx, ctx, &format!("incident/{}/ended", state.id))?;
    }
    Ok(state.id)
}

/// What the call back makes of the caller's own case: an answer, or a note that leaves it open.
fn in_case(tx: &mut Tx, ctx: &Ctx, i: &Incident, case: &CaseId, told: Told, note: &str) -> Res<()> {
    let seen = case::get(tx, ctx, case)?;
    if !seen.state.is_open() {
        return Ok(());
    }
    let registered = seen.state.status == domain::case::Status::Registered;
    let command = match told {
        Told::Over if registered && seen.state.kind != Kind::Request => Command::Answer {
            answer: i.ended_how.clone(),
            callback: ctx.id::<CallbackId>(),
            happened_at: None,
        },
        Told::Over => Command::Note {
            text: i.ended_how.clone(),
            told_customer: true,
        },
        Told::NotOver => Command::Note {
            text: note.to_owned(),
            told_customer: false,
        },
        Told::NoAnswer => return Ok(()),
    };
    case::act(tx, ctx, case, None, &command).map(|_| ())
}

/// One proposal for each half hour of it.
fn proposal(building: &str, item: &str, at: i64) -> String {
    format!("incident/propose/{building}/{item}/{}", at.div_euclid(PROPOSE_MS))
}

/// A text as a value of an address's query: a building may be called 1号楼 or A&B.
pub(crate) fn in_address(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    text.bytes()
        .map(|b| match plain(b) {
            true => char::from(b).to_string(),
            false => format!("%{b:02X}"),
        })
        .collect()
}

/// A case was registered: several of one thing in one building within half an hour look like one incident, and the desk hears of
/// it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn look(tx: &mut Tx, ctx: &Ctx, s: &CaseState) -> Res<()> {
    let building = case::building(s);
    if building.is_empty() || s.item.is_empty() || s.kind != Kind::Request {
        return Ok(());
    }
    let alike = db::alike(tx, &ctx.site, &building, &s.item, ctx.now - PROPOSE_MS)?;
    if alike.len() < PROPOSE_FROM {
        return Ok(());
    }
    let known = db::open(tx, &ctx.site)?
        .into_iter()
        .map(read)
        .collect::<Res<Vec<_>>>()?;
    if known
        .iter()
        .any(|i| i.state.must_be_open().is_ok() && i.state.item == s.item && i.state.touches(&building))
    {
        return Ok(());
    }
    let reached = People::of(tx, ctx)?.who(&[Post::FrontDesk, Post::CsHead], &About::default());
    let mut to: Vec<StaffId> = reached.told.into_iter().map(|t| t.staff).collect();
    // Who registers it sees it first, if there is something to do for them.
    if ctx.reach(Action::ManageIncident) > Reach::Never {
        to.extend(ctx.staff().map(|s| s.id.clone()));
    }
    to.sort();
    to.dedup();
    let item = ctx.book.taxonomy.item(&s.item);
    let mut args = Map::new();
    args.insert("n".into(), json!(alike.len()));
    args.insert("building".into(), json!(building));
    args.insert(
        "item".into(),
        item.map_or(json!(s.item), |i| json!({"zh": i.zh, "en": i.en})),
    );
    let new = NewNotice {
        key: proposal(&building, &s.item, ctx.now),
        kind: notice::INCIDENT_PROPOSED,
        level: Level::Warning,
        leads: Leads::Thing(format!(
            "/incidents/new?building={}&item={}",
            in_address(&building),
            in_address(&s.item)
        )),
        to,
        due_at: ctx.now,
        args,
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

/// The incident that a case belongs to.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn of_case(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Option<Seen>> {
    let Some(caller) = db::caller_of_case(c, case)?.filter(|k| k.site_id == ctx.site) else {
        return Ok(None);
    };
    db::get(c, &ctx.site, &caller.incident_id)?.map(read).transpose()
}
