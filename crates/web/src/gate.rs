//! The gate before every handler: who asks, from where, in which language; the route's guard; requests from foreign
//! pages; the idle lock and the first password. Handlers find a `Viewer` and need not look again.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use app::account::Session;
use app::ctx::{Actor, Ctx, Locale};
use app::error::Error;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, LOCATION, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::{Action, Reach};
use domain::ids::SiteId;

use crate::fail::{self, Fail, Form};
use crate::routes::{Guard, TABLE};
use crate::state::Web;

/// Who looks at a page.
#[derive(Clone)]
pub struct Viewer {
    /// The signed-in session; `None` on open and secret pages.
    pub session: Option<Session>,
    pub locale: Locale,
    pub ip: String,
    pub now: i64,
    /// The site's number before anything of the page was read: what comes after it is told to the page.
    pub seq: i64,
    pub path: String,
    /// `light`, `dark` or empty for the system's own.
    pub theme: String,
    /// Whether staff are, or ever were, signed in in this browser: a link opened there is not the customer's own.
    pub staff_browser: bool,
    via: &'static str,
    web: Web,
}

impl Viewer {
    /// The context of the signed-in person at the site that is open.
    ///
    /// # Errors
    /// `NotFound` when nobody is signed in: the guard makes that impossible on guarded routes.
    pub fn ctx(&self) -> Result<Ctx, Fail> {
        let s = self.session.as_ref().ok_or(Error::NotFound)?;
        Ok(self.ctx_as(Actor::Staff(s.actor.clone()), s.site.clone()))
    }

    /// A context of somebody without an account, or of a named part of the product.
    pub fn ctx_as(&self, actor: Actor, site: SiteId) -> Ctx {
        Ctx {
            now: self.now,
            locale: self.locale,
            ip: self.ip.clone(),
            via: if matches!(actor, Actor::Link { .. }) {
                "link"
            } else {
                self.via
            },
            actor,
            ..self.web.desk.system("web", &site)
        }
    }

    /// How far the viewer may do this here; `Never` when nobody is signed in.
    pub fn reach(&self, action: Action) -> Reach {
        self.ctx().map_or(Reach::Never, |c| c.reach(action))
    }

    /// Zone of the open site.
    pub fn zone(&self) -> &str {
        self.session.as_ref().map_or("", |s| s.zone.as_str())
    }

    /// Whether the viewer may do this at all.
    pub fn may(&self, action: Action) -> bool {
        self.reach(action) != Reach::Never
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Fail;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Viewer>()
            .cloned()
            .ok_or(Fail(Error::Internal("no viewer behind the gate".into())))
    }
}

static GUARDS: LazyLock<HashMap<(&'static str, &'static str), Guard>> =
    LazyLock::new(|| TABLE.iter().map(|e| ((e.method, e.path), e.guard)).collect());

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(k, v)| (k == name).then_some(v))
}

/// The cookie that stays in a browser where staff have signed in.
pub const STAFF_MARK: &str = "sansheng-staff";

/// The name of the session's cookie.
pub fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-sansheng" } else { "sansheng" }
}

fn address(web: &Web, headers: &HeaderMap, peer: Option<IpAddr>) -> String {
    let peer = peer.map(|p| p.to_canonical().to_string()).unwrap_or_default();
    if !web.settings.trusted_proxies.contains(&peer) {
        return peer;
    }
    // The last address that a trusted proxy did not add itself.
    let list: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .collect();
    list.iter()
        .rev()
        .map(|a| a.trim())
        .find(|a| !web.settings.trusted_proxies.iter().any(|p| p == a))
        .and_then(|a| a.parse::<IpAddr>().ok())
        .map_or(peer, |a| a.to_string())
}

/// Whether a browser says that a page of another origin sent this.
fn foreign(headers: &HeaderMap, own: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok()) {
        return !matches!(site, "same-origin" | "none");
    }
    match headers.get(ORIGIN).and_then(|v| v.to_str().ok()) {
        None => false,
        Some(origin) => {
            let host = headers.get(HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
            // A proxy may have changed the host; the public address is ours in any case.
            origin.split_once("://").map(|(_, h)| h) != Some(host) && origin != own
        }
    }
}

fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// The methods of a path, as `Allow` names them.
fn methods(path: &str) -> String {
    let all: Vec<&str> = TABLE.iter().filter(|e| e.path == path).map(|e| e.method).collect();
    all.join(", ")
}

/// The middleware.
pub async fn gate(State(web): State<Web>, mut req: Request, next: Next) -> Response {
    let now = web.desk.clock.now();
    let path = req.uri().path().to_owned();
    let api = path.starts_with("/api/");
    let headers = req.headers();
    let form = if api {
        Form::Problem
    } else if is_htmx(headers) {
        Form::Fragment
    } else {
        Form::Page
    };
    let peer = req.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let ip = address(&web, headers, peer);
    let matched = req.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());
    let method = if req.method() == Method::HEAD {
        "GET"
    } else {
        req.method().as_str()
    };
    let guard = matched.as_deref().and_then(|m| GUARDS.get(&(method, m)).copied());

    let mut locale = cookie(headers, "lang")
        .map(Locale::parse)
        .or_else(|| {
            headers
                .get("accept-language")
                .and_then(|v| v.to_str().ok())
                .map(Locale::parse)
        })
        .unwrap_or_default();
    let theme = cookie(headers, "theme")
        .filter(|t| matches!(*t, "light" | "dark"))
        .unwrap_or_default()
        .to_owned();

    let is_asset = matched
        .as_deref()
        .is_some_and(|m| m.starts_with("/assets/") || m == "/healthz");
    let token = cookie(headers, session_cookie(web.settings.secure)).map(str::to_owned);
    // A browser where staff ever signed in is not a customer's own, signed out or not (COM-30).
    let staff_browser = token.is_some() || cookie(headers, STAFF_MARK).is_some();
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .map(|v| v.trim().to_owned());
    let cross = foreign(headers, &web.settings.public_url);

    let mut session = None;
    if !is_asset {
        let sys = web.desk.system("gate", &SiteId::from(String::new()));
        let found = match (api, bearer, token) {
            (true, Some(b), _) => by_token(&web, &sys, b).await,
            (false, _, Some(t)) => {
                web.read(&sys, move |c, ctx| app::account::by_cookie(c, &t, ctx.now))
                    .await
            }
            _ => Ok(None),
        };
        match found {
            Ok(s) => session = s,
            Err(e) => return fail::render(&web, Fail(e), locale, form, None),
        }
    }
    if let Some(s) = &session {
        // A program says in its request what it reads; where it does not, its owner's language is the best guess.
        let said = api && headers.contains_key("accept-language");
        locale = if said { locale } else { s.locale };
        if now - s.seen_at > 60_000
            && let Some(id) = s.actor.session.clone()
        {
            let sys = web.desk.system("gate", &s.site);
            web.desk
                .submit_write(sys, move |tx, ctx| app::account::seen(tx, &id, ctx.now), |_| {});
        }
    }

    let viewer = Viewer {
        staff_browser: session.is_some() || staff_browser,
        seq: session.as_ref().map_or(0, |s| web.desk.live.seq(&s.site)),
        session,
        locale,
        ip,
        now,
        path: path.clone(),
        theme,
        via: if api { "api" } else { "web" },
        web: web.clone(),
    };

    if api
        && guard.is_none()
        && let Some(known) = matched
    {
        let refused = fail::problem(locale, StatusCode::METHOD_NOT_ALLOWED, "fail-method", &methods(&known));
        return finish(&web, refused, &viewer, form, &path);
    }
    if let Some(refused) = check(&viewer, guard, form, &req, cross) {
        return finish(&web, refused, &viewer, form, &path);
    }
    req.extensions_mut().insert(viewer.clone());
    let response = next.run(req).await;
    finish(&web, response, &viewer, form, &path)
}

/// The session behind a personal token; that it was used is noted, but not more often than once in a minute.
async fn by_token(web: &Web, sys: &Ctx, secret: String) -> Result<Option<Session>, Error> {
    let asked = secret.clone();
    let found = web
        .read(sys, move |c, ctx| app::account::by_token(c, &asked, ctx.now))
        .await?;
    if found.as_ref().is_some_and(|s| sys.now - s.seen_at > 60_000) {
        web.desk.submit_write(
            sys.clone(),
            move |tx, ctx| app::account::token_seen(tx, &secret, ctx.now),
            |_| {},
        );
    }
    Ok(found)
}

fn check(v: &Viewer, guard: Option<Guard>, form: Form, req: &Request, cross: bool) -> Option<Response> {
    let unsafe_method = !matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let Some(guard) = guard else {
        return Some(Fail(Error::NotFound).into_response());
    };
    if guard == Guard::Open && !unsafe_method {
        return None;
    }
    // A secret address is its own proof and may be answered from a messenger's page; everything else must come from our own.
    if unsafe_method && cross && form != Form::Problem {
        return Some(Fail(Error::Forbidden("forbidden-foreign-page")).into_response());
    }
    if matches!(guard, Guard::Open | Guard::Secret) {
        return None;
    }
    let Some(session) = &v.session else {
        return Some(match form {
            Form::Problem => Fail(Error::Unauthenticated).into_response(),
            _ => go(
                form,
                &format!(
                    "/sign-in?next={}",
                    encode(req.uri().path_and_query().map_or("/", |p| p.as_str()))
                ),
            ),
        });
    };
    let path = v.path.as_str();
    if session.locked && !matches!(path, "/lock" | "/unlock" | "/lock-now" | "/sign-out" | "/live") {
        return Some(go(form, &format!("/lock?next={}", encode(&came_from(form, req)))));
    }
    if session.must_change
        && !matches!(
            path,
            "/account/password" | "/sign-out" | "/lock" | "/unlock" | "/lock-now"
        )
    {
        return Some(match form {
            Form::Problem => Fail(Error::Forbidden("forbidden-first-password")).into_response(),
            _ => go(form, "/account/password"),
        });
    }
    match guard {
        Guard::May(action) if !v.may(action) => {
            // Which of the two is lacking: the scope of the token, or the role of its owner.
            let by_role = domain::access::reach(&session.actor.roles, action) != Reach::Never;
            let key = if by_role { "forbidden-scope" } else { "forbidden-role" };
            Some(Fail(Error::Forbidden(key)).into_response())
        }
        _ => None,
    }
}

/// The page that somebody looked at: what is asked for, or for a fragment and a form the page around it.
pub fn came_from(form: Form, req: &Request) -> String {
    let asked = req.uri().path_and_query().map_or("/", |p| p.as_str());
    if form != Form::Fragment && req.method() == Method::GET {
        return asked.to_owned();
    }
    page_around(req.headers())
}

/// Path and query of the page that a form or a fragment belongs to; the first page when the browser does not say.
pub fn page_around(headers: &HeaderMap) -> String {
    let url = headers
        .get("hx-current-url")
        .or_else(|| headers.get("referer"))
        .and_then(|v| v.to_str().ok());
    url.and_then(|u| u.split_once("://"))
        .and_then(|(_, rest)| {
            rest.find('/')
                .map(|i| rest[i..].split('#').next().unwrap_or("/").to_owned())
        })
        .unwrap_or_else(|| "/".to_owned())
}

/// Sends a browser elsewhere, with or without htmx.
pub fn go(form: Form, to: &str) -> Response {
    let value = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    match form {
        Form::Fragment => (StatusCode::OK, [("hx-redirect", value)]).into_response(),
        _ => (StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response(),
    }
}

/// Percent-encodes a value for a query string.
pub fn encode(s: &str) -> String {
    s.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

fn finish(web: &Web, mut response: Response, v: &Viewer, form: Form, path: &str) -> Response {
    if let Some(f) = response.extensions_mut().remove::<Fail>() {
        response = fail::render(web, f, v.locale, form, Some(v));
    }
    let refused = response.status().is_client_error();
    let said = response.headers().get("content-type");
    if form == Form::Problem && refused && said.is_none_or(|t| t != "application/problem+json") {
        // What the router refused by itself, such as a body that is too large.
        let key = match response.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "fail-too-large",
            _ => "fail-invalid",
        };
        response = fail::problem(v.locale, response.status(), key, "");
    }
    let h = response.headers_mut();
    h.entry("content-security-policy").or_insert(HeaderValue::from_static(
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ));
    h.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    h.insert("referrer-policy", HeaderValue::from_static("same-origin"));
    h.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    h.insert(
        "permissions-policy",
        HeaderValue::from_static("geolocation=(), microphone=(self), camera=(self)"),
    );
    if web.settings.secure {
        h.insert(
            "strict-transport-security",
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    // A page of residents' data belongs in no cache, neither shared nor on a front desk's disk.
    if !path.starts_with("/assets/") {
        h.entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
