//! Sign-in, sessions, tokens and the first set-up. A session is a secret in a cookie; the database holds its hash.
//! Passwords are checked outside any transaction, because that is slow on purpose.

use std::sync::Arc;

use domain::access::{Action, Area, Role};
use domain::ids::{DepartmentId, SessionId, SiteId, StaffId, TokenId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::account as db;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::{Ctx, Locale, StaffActor};
use crate::desk::Desk;
use crate::error::{Error, Fields, Res};
use crate::journal::{self, COMPANY};
use crate::password;

/// A session ends after this long without use, and at the latest after [`SESSION_LONGEST`]. Milliseconds.
pub const SESSION_IDLE: i64 = 12 * 3_600_000;
/// The longest life of a session, in milliseconds.
pub const SESSION_LONGEST: i64 = 30 * 24 * 3_600_000;

/// One site that a person may open.
#[derive(Debug, Clone)]
pub struct SiteChoice {
    pub id: SiteId,
    pub name: String,
    pub name_en: String,
    pub zone: String,
    pub roles: Vec<(Role, Option<DepartmentId>)>,
}

/// A signed-in person at the site that is open.
#[derive(Debug, Clone)]
pub struct Session {
    pub actor: StaffActor,
    pub site: SiteId,
    pub zone: String,
    pub choices: Vec<SiteChoice>,
    pub locale: Locale,
    pub locked: bool,
    pub must_change: bool,
    pub seen_at: i64,
    pub login: String,
}

impl Session {
    /// The person's name in the page's language.
    pub fn display_name(&self, locale: Locale) -> &str {
        if locale == Locale::En && !self.actor.name_en.is_empty() {
            &self.actor.name_en
        } else {
            &self.actor.name
        }
    }

    /// The open site's name in the page's language.
    pub fn site_name(&self, locale: Locale) -> &str {
        self.choices
            .iter()
            .find(|c| c.id == self.site)
            .map_or("", |c| name_of(c, locale))
    }

    /// Id, name and whether it is open, of every site the person may open.
    pub fn site_choices(&self, locale: Locale) -> Vec<(String, String, bool)> {
        self.choices
            .iter()
            .map(|c| {
                (
                    c.id.as_str().to_owned(),
                    name_of(c, locale).to_owned(),
                    c.id == self.site,
                )
            })
            .collect()
    }
}

fn name_of(c: &SiteChoice, locale: Locale) -> &str {
    if locale == Locale::En && !c.name_en.is_empty() {
        &c.name_en
    } else {
        &c.name
    }
}

/// The stored form of a secret.
pub fn secret_hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn choices(c: &mut Conn, staff: &StaffId) -> Res<Vec<SiteChoice>> {
    let mut out: Vec<SiteChoice> = Vec::new();
    for r in db::roles_of(c, staff)? {
        let Ok(role) = r.role.parse::<Role>() else { continue };
        if out.last().is_none_or(|l| l.id != r.site_id) {
            out.push(SiteChoice {
                id: r.site_id.clone(),
                name: r.site_name,
                name_en: r.site_name_en,
                zone: r.zone,
                roles: Vec::new(),
            });
        }
        if let Some(last) = out.last_mut() {
            last.roles.push((role, r.department_id));
        }
    }
    Ok(out)
}

fn session_of(c: &mut Conn, row: db::SignedIn, scopes: Option<Vec<String>>) -> Res<Option<Session>> {
    let choices = choices(c, &row.staff_id)?;
    let open = row
        .site_id
        .as_ref()
        .and_then(|s| choices.iter().find(|x| &x.id == s))
        .or_else(|| choices.first());
    let Some(open) = open.cloned() else { return Ok(None) };
    let actor = StaffActor {
        id: row.staff_id,
        name: row.name,
        name_en: row.name_en,
        department: open.roles.iter().find_map(|(_, d)| d.clone()),
        roles: open.roles.iter().map(|(r, _)| *r).collect(),
        session: row.session_id,
        scopes,
    };
    Ok(Some(Session {
        actor,
        site: open.id,
        zone: open.zone,
        choices,
        locale: Locale::parse(&row.locale),
        locked: row.locked_at.is_some(),
        must_change: row.must_change,
        seen_at: row.seen_at,
        login: row.login,
    }))
}

/// The session of a cookie, if it still holds.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn by_cookie(c: &mut Conn, secret: &str, now: i64) -> Res<Option<Session>> {
    match db::session_by_hash(c, &secret_hash(secret), now, now - SESSION_IDLE)? {
        Some(row) => session_of(c, row, None),
        None => Ok(None),
    }
}

/// The session that a personal token stands for.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn by_token(c: &mut Conn, secret: &str, now: i64) -> Res<Option<Session>> {
    match db::token_signed_in(c, &secret_hash(secret), now)? {
        Some(row) => {
            let scopes = row.scopes.split_whitespace().map(str::to_owned).collect();
            session_of(c, row, Some(scopes))
        }
        None => Ok(None),
    }
}

/// Notes that a session is in use.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn seen(tx: &mut Tx, id: &SessionId, now: i64) -> Res<()> {
    Ok(db::session_seen(tx, id, now)?)
}

/// Milliseconds that a sign-in has to wait after so many failures: nothing at first, then doubling up to a minute.
/// Nobody is ever locked out: the wait ends by itself and others' attempts from elsewhere do not lengthen it.
pub fn wait_after(failures: i64, free: i64) -> i64 {
    if failures < free {
        0
    } else {
        1000 << (failures - free).min(6)
    }
    .min(60_000)
}

/// Failures are forgotten after this long, in milliseconds.
const FORGET: i64 = 15 * 60_000;

/// What a sign-in gives.
pub struct SignedIn {
    /// The secret for the cookie.
    pub secret: String,
    pub locale: Locale,
}

/// Signs in.
///
/// # Errors
/// `Throttled` after many failures, `Invalid` when login and password do not fit.
pub fn sign_in(desk: &Arc<Desk>, login: &str, pass: &str, ip: &str, agent: &str) -> Res<SignedIn> {
    let now = desk.clock.now();
    let login = login.trim().to_lowercase();
    // One pair of login and address waits soon; an address that tries many logins waits a little later.
    let buckets = [(format!("pair:{login}|{ip}"), 5), (format!("ip:{ip}"), 30)];
    let (b, l) = (buckets.clone(), login.clone());
    let (wait, row) = desk.read_now(move |c| {
        let mut wait = 0;
        for (bucket, free) in &b {
            if let Some(f) = db::failures(c, bucket)?.filter(|f| now - f.last_at < FORGET) {
                wait = wait.max(f.last_at + wait_after(f.failures, *free) - now);
            }
        }
        Ok::<_, Error>((wait, db::by_login(c, &l)?))
    })?;
    if wait > 0 {
        return Err(Error::Throttled {
            seconds: (wait + 999) / 1000,
        });
    }
    let stored = row.as_ref().filter(|r| r.active).map(|r| r.password_hash.as_str());
    if !password::verify(stored, pass) {
        let b = buckets.map(|(b, _)| b);
        let ctx = desk.system("gate", &SiteId::from(COMPANY));
        let (ip, staff) = (ip.to_owned(), row.map(|r| r.id));
        desk.write_now(&ctx, move |tx, ctx| {
            for bucket in &b {
                db::failed(tx, bucket, ctx.now, ctx.now - FORGET)?;
            }
            if let Some(s) = &staff {
                journal::company(
                    tx,
                    ctx,
                    "staff",
                    s.as_str(),
                    "sign_in_failed",
                    serde_json::json!({"ip": ip}),
                    &["ip"],
                );
            }
            Ok(())
        })?;
        return Err(Error::field("password", "sign-in-wrong"));
    }
    let Some(staff) = row else {
        return Err(Error::field("password", "sign-in-wrong"));
    };
    let secret = desk.ids.secret();
    let (hash, ip, agent) = (
        secret_hash(&secret),
        ip.to_owned(),
        agent.chars().take(200).collect::<String>(),
    );
    let ctx = desk.system("gate", &SiteId::from(COMPANY));
    let locale = Locale::parse(&staff.locale);
    let pair = buckets[0].0.clone();
    desk.write_now(&ctx, move |tx, ctx| {
        let id: SessionId = ctx.id();
        db::session_new(
            tx,
            &id,
            &hash,
            &staff.id,
            ctx.now,
            ctx.now + SESSION_LONGEST,
            &ip,
            &agent,
        )?;
        db::forgive(tx, &pair)?;
        let body = serde_json::json!({"ip": ip, "agent": agent, "session": id});
        journal::company(tx, ctx, "staff", staff.id.as_str(), "signed_in", body, &["ip", "agent"]);
        Ok(())
    })?;
    Ok(SignedIn { secret, locale })
}

/// Ends the session of `ctx`.
///
/// # Errors
/// `Forbidden` when nobody is signed in.
pub fn sign_out(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    let s = ctx.need_staff()?;
    store::call::stand_up_everywhere(tx, &s.id)?;
    if let Some(id) = &s.session {
        db::session_revoke(tx, id, ctx.now)?;
        journal::company(
            tx,
            ctx,
            "staff",
            s.id.as_str(),
            "signed_out",
            serde_json::json!({"session": id}),
            &[],
        );
        ended(tx, ctx, &s.id);
    }
    Ok(())
}

/// Locks the screen of the session; drafts stay.
///
/// # Errors
/// `Forbidden` when nobody is signed in.
pub fn lock(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    if let Some(id) = &ctx.need_staff()?.session {
        db::session_lock(tx, id, Some(ctx.now))?;
    }
    Ok(())
}

/// Unlocks with the password.
///
/// # Errors
/// `Invalid` when the password is wrong, `Throttled` after many failures.
pub fn unlock(desk: &Arc<Desk>, ctx: &Ctx, login: &str, pass: &str) -> Res<()> {
    let s = ctx.need_staff()?;
    check_password(desk, ctx, login, pass)?;
    let Some(id) = s.session.clone() else { return Ok(()) };
    desk.write_now(ctx, move |tx, _| Ok(db::session_lock(tx, &id, None)?))
}

/// Checks the signed-in person's password again, throttled like a sign-in.
fn check_password(desk: &Arc<Desk>, ctx: &Ctx, login: &str, pass: &str) -> Res<()> {
    let bucket = format!("pair:{login}|{}", ctx.ip);
    let (b, l, now) = (bucket.clone(), login.to_owned(), ctx.now);
    let (wait, row) = desk.read_now(move |c| {
        let f = db::failures(c, &b)?.filter(|f| now - f.last_at < FORGET);
        Ok::<_, Error>((
            f.map_or(0, |f| f.last_at + wait_after(f.failures, 5) - now),
            db::by_login(c, &l)?,
        ))
    })?;
    if wait > 0 {
        return Err(Error::Throttled {
            seconds: (wait + 999) / 1000,
        });
    }
    if password::verify(row.as_ref().map(|r| r.password_hash.as_str()), pass) {
        return Ok(());
    }
    desk.write_now(ctx, move |tx, ctx| {
        Ok(db::failed(tx, &bucket, ctx.now, ctx.now - FORGET)?)
    })?;
    Err(Error::field("password", "password-wrong"))
}

/// Changes the signed-in person's own password and ends all their other sessions.
///
/// # Errors
/// `Invalid` when the old one is wrong or the new one too weak.
pub fn change_password(desk: &Arc<Desk>, ctx: &Ctx, login: &str, old: &str, new: &str) -> Res<()> {
    let s = ctx.need_staff()?.clone();
    check_password(desk, ctx, login, old).map_err(|e| match e {
        Error::Invalid(_) => Error::field("old", "password-wrong"),
        e => e,
    })?;
    if let Some(key) = password::weakness(new, login) {
        return Err(Error::field("new", key));
    }
    if old == new {
        return Err(Error::field("new", "password-same"));
    }
    let hash = password::hash(&ctx.ids, new)?;
    desk.write_now(ctx, move |tx, ctx| {
        db::set_password(tx, &s.id, &hash, false)?;
        db::sessions_revoke_others(tx, &s.id, s.session.as_ref(), ctx.now)?;
        journal::company(
            tx,
            ctx,
            "staff",
            s.id.as_str(),
            "password_changed",
            serde_json::json!({}),
            &[],
        );
        ended(tx, ctx, &s.id);
        Ok(())
    })
}

/// As [`change_password`], with the new one typed twice.
///
/// # Errors
/// As there, and `Invalid` when the two differ.
pub fn change_password_twice(desk: &Arc<Desk>, ctx: &Ctx, login: &str, old: &str, new: &str, again: &str) -> Res<()> {
    if new != again {
        return Err(Error::field("again", "password-differs"));
    }
    change_password(desk, ctx, login, old, new)
}

/// Sessions of this person may have ended: whoever streams to them looks again after the commit.
pub(crate) fn ended(tx: &mut Tx, ctx: &Ctx, staff: &StaffId) {
    let (live, staff) = (ctx.live.clone(), staff.clone());
    tx.after_commit(move || live.signed_out(&staff));
}

/// Opens another site in the same session.
///
/// # Errors
/// `NotFound` for a site where the person has no role.
pub fn open_site(tx: &mut Tx, ctx: &Ctx, site: &SiteId) -> Res<()> {
    let s = ctx.need_staff()?;
    if !db::roles_of(tx, &s.id)?.iter().any(|r| r.site_id == *site) {
        return Err(Error::NotFound);
    }
    if let Some(id) = &s.session {
        db::session_site(tx, id, site)?;
    }
    Ok(())
}

/// What `/account` shows of the signed-in person.
#[derive(Debug, Clone)]
pub struct Mine {
    pub facts: store::staff::Facts,
    pub roles: Vec<store::staff::RoleAt>,
    pub sessions: Vec<db::SessionRow>,
    pub tokens: Vec<db::TokenRow>,
    pub on_duty_since: Option<i64>,
}

/// The signed-in person's own account.
///
/// # Errors
/// `Forbidden` when nobody is signed in.
pub fn mine(c: &mut Conn, ctx: &Ctx) -> Res<Mine> {
    let id = &ctx.need_staff()?.id;
    Ok(Mine {
        facts: store::staff::facts(c, id)?.ok_or(Error::NotFound)?,
        roles: store::staff::roles(c, id)?,
        sessions: db::sessions_of(c, id, ctx.now)?
            .into_iter()
            .filter(|s| s.seen_at > ctx.now - SESSION_IDLE)
            .collect(),
        tokens: db::tokens_of(c, id)?,
        on_duty_since: store::staff::duty_since(c, id, &ctx.site)?,
    })
}

/// Ends one of the own sessions: a lost phone signed out.
///
/// # Errors
/// `NotFound` for sessions of others.
pub fn end_session(tx: &mut Tx, ctx: &Ctx, id: &SessionId) -> Res<()> {
    let s = ctx.need_staff()?;
    if db::session_revoke_of(tx, &s.id, id, ctx.now)? == 0 {
        return Err(Error::NotFound);
    }
    journal::company(
        tx,
        ctx,
        "staff",
        s.id.as_str(),
        "session_ended",
        serde_json::json!({"session": id}),
        &[],
    );
    ended(tx, ctx, &s.id);
    Ok(())
}

/// Ends all own sessions but the present one. Returns how many.
///
/// # Errors
/// `Forbidden` when nobody is signed in.
pub fn end_other_sessions(tx: &mut Tx, ctx: &Ctx) -> Res<u64> {
    let s = ctx.need_staff()?;
    let n = db::sessions_revoke_others(tx, &s.id, s.session.as_ref(), ctx.now)?;
    journal::company(
        tx,
        ctx,
        "staff",
        s.id.as_str(),
        "sessions_ended",
        serde_json::json!({"sessions": n}),
        &[],
    );
    ended(tx, ctx, &s.id);
    Ok(n)
}

/// Signs in to or out of duty at the open site, so that the desk knows whom to give work to. Returns whether on duty now.
///
/// # Errors
/// `Forbidden` when nobody is signed in; `Refused` while an emergency is theirs (REC-21).
pub fn set_duty(tx: &mut Tx, ctx: &Ctx, on: bool) -> Res<bool> {
    let s = ctx.need_staff()?;
    let was = store::staff::duty_since(tx, &s.id, &ctx.site)?;
    if was.is_some() == on {
        return Ok(on);
    }
    if on {
        db::duty_on(tx, &s.id, &ctx.site, ctx.now)?;
        db::duty_used(tx, &ctx.site, ctx.now)?;
    } else {
        crate::emergency::may_leave(tx, ctx, &s.id)?;
        db::duty_off(tx, &s.id, &ctx.site)?;
        // Whoever goes home answers no telephone any more.
        store::call::stand_up(tx, &ctx.site, &s.id)?;
    }
    let kind = if on { "on_duty" } else { "off_duty" };
    journal::now(
        tx,
        ctx,
        "staff",
        s.id.as_str(),
        kind,
        serde_json::json!({"since": was}),
        &[],
    );
    Ok(on)
}

/// A personal token, as it is asked for.
#[derive(Debug, Clone, Serialize)]
pub struct NewToken {
    pub name: String,
    /// `cases:read`, `contacts:write`, …
    pub scopes: Vec<String>,
    /// Days until it ends, 1 to 366.
    pub days: i64,
}

/// Most living tokens of one person.
const TOKENS: usize = 20;

/// Makes a personal token for the open site. The secret is returned once; `None` when a repeated request found it made.
///
/// # Errors
/// `Invalid` for an unknown scope, no name, or too many tokens; `Forbidden` for a token that would make a token.
pub fn token_new(tx: &mut Tx, ctx: &Ctx, key: &str, t: &NewToken) -> Res<Option<String>> {
    ctx.need(Action::ApiTokens)?;
    let s = ctx.need_staff()?.clone();
    if s.session.is_none() {
        return Err(Error::Forbidden("forbidden-token-by-token"));
    }
    let mut f = Fields::default();
    if t.name.trim().is_empty() {
        f.add("name", "required");
    } else if t.name.chars().count() > 60 {
        f.add("name", "too-long");
    }
    let known = |x: &String| {
        x.split_once(':')
            .is_some_and(|(a, r)| a.parse::<Area>().is_ok() && matches!(r, "read" | "write"))
    };
    if t.scopes.is_empty() || !t.scopes.iter().all(known) {
        f.add("scopes", "token-scopes");
    }
    if !(1..=366).contains(&t.days) {
        f.add("days", "token-days");
    }
    let living = db::tokens_of(tx, &s.id)?
        .iter()
        .filter(|x| x.revoked_at.is_none())
        .count();
    if living >= TOKENS {
        f.add("name", "token-too-many");
    }
    f.done()?;
    let secret = format!("ssk_{}", ctx.ids.secret());
    let hash = secret_hash(&secret);
    let made = crate::once::once(tx, ctx, key, t, |tx, ctx| {
        let id: TokenId = ctx.id();
        let scopes = t.scopes.join(" ");
        let end = ctx.now + t.days * 86_400_000;
        db::token_new(
            tx,
            &id,
            &hash,
            &s.id,
            &ctx.site,
            t.name.trim(),
            &scopes,
            ctx.now,
            Some(end),
        )?;
        let body = serde_json::json!({"token": id, "name": t.name.trim(), "scopes": t.scopes, "until": end});
        journal::company(tx, ctx, "staff", s.id.as_str(), "token_made", body, &[]);
        Ok(hash.clone())
    })?;
    Ok((made == hash).then_some(secret))
}

/// Ends a personal token.
///
/// # Errors
/// `NotFound` for tokens of others.
pub fn token_revoke(tx: &mut Tx, ctx: &Ctx, id: &TokenId) -> Res<()> {
    let s = ctx.need_staff()?;
    if db::token_revoke(tx, &s.id, id, ctx.now)? == 0 {
        return Err(Error::NotFound);
    }
    journal::company(
        tx,
        ctx,
        "staff",
        s.id.as_str(),
        "token_revoked",
        serde_json::json!({"token": id}),
        &[],
    );
    Ok(())
}

/// Notes that a token is in use, at most once in a minute.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn token_seen(tx: &mut Tx, secret: &str, now: i64) -> Res<()> {
    Ok(db::token_seen(tx, &secret_hash(secret), now)?)
}

/// What the first administrator fills in.
#[derive(Debug, Clone, Default)]
pub struct SetUp {
    pub company: String,
    pub company_en: String,
    pub site: String,
    pub site_en: String,
    pub hotline: String,
    pub address: String,
    pub name: String,
    pub login: String,
    pub password: String,
}

/// Whether the product is still empty.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn is_empty(c: &mut Conn) -> Res<bool> {
    Ok(!db::any_company(c)?)
}

/// Makes the company, its first site with the default departments, and the first administrator.
///
/// # Errors
/// `Invalid` for missing fields, `Forbidden` when the product is no longer empty.
pub fn set_up(desk: &Arc<Desk>, ctx: &Ctx, s: &SetUp) -> Res<StaffId> {
    let mut f = Fields::default();
    for (name, value) in [
        ("company", &s.company),
        ("site", &s.site),
        ("hotline", &s.hotline),
        ("name", &s.name),
    ] {
        if value.trim().is_empty() {
            f.add(name, "required");
        }
    }
    if !valid_login(&s.login) {
        f.add("login", "login-form");
    }
    if let Some(key) = password::weakness(&s.password, &s.login) {
        f.add("password", key);
    }
    f.done()?;
    let hash = password::hash(&ctx.ids, &s.password)?;
    let s = s.clone();
    desk.write_now(ctx, move |tx, ctx| {
        if db::any_company(tx)? {
            return Err(Error::Forbidden("forbidden-set-up-done"));
        }
        let company = ctx.id();
        db::company_new(tx, &company, s.company.trim(), s.company_en.trim(), ctx.now)?;
        let site = crate::site::create(
            tx,
            ctx,
            &company,
            &crate::site::NewSite {
                name: s.site.trim().to_owned(),
                name_en: s.site_en.trim().to_owned(),
                hotline: s.hotline.trim().to_owned(),
                address: s.address.trim().to_owned(),
                ..Default::default()
            },
        )?;
        let staff = crate::staff::create_raw(
            tx,
            ctx,
            &company,
            &crate::staff::NewStaff {
                login: s.login.trim().to_lowercase(),
                name: s.name.trim().to_owned(),
                ..Default::default()
            },
            &hash,
            false,
        )?;
        db::role_add(tx, &staff, &site, Role::Sysadmin.as_str(), None)?;
        db::role_add(tx, &staff, &site, Role::CsHead.as_str(), None)?;
        Ok(staff)
    })
}

/// Logins are short, typed often and case-blind: letters, digits, dot, dash, underscore, or a phone number.
pub fn valid_login(login: &str) -> bool {
    let l = login.trim();
    (2..=40).contains(&l.chars().count())
        && l.chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'))
}

/// Changes the language of the signed-in person's pages.
///
/// # Errors
/// `Forbidden` when nobody is signed in.
pub fn set_locale(tx: &mut Tx, ctx: &Ctx, locale: Locale) -> Res<()> {
    let id = ctx.need_staff()?.id.clone();
    Ok(db::set_locale(tx, &id, locale.code())?)
}
