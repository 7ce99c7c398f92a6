//! Who asks, for which site, when, and where time, ids and randomness come from. Every use case takes a `Ctx`;
//! nothing below it reads the clock of the host.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use domain::access::{Action, Reach, Role, Via, Who, reach, scope_allows};
use domain::ids::{CaseId, DepartmentId, LinkId, OrderId, SessionId, SiteId, StaffId};
use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::error::{Error, Res};
use crate::live::Live;

/// Language of what a person reads. Chinese is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    #[default]
    Zh,
    En,
}

impl Locale {
    /// The code used in the database, in cookies and as `lang`.
    pub fn code(self) -> &'static str {
        match self {
            Locale::Zh => "zh",
            Locale::En => "en",
        }
    }

    /// The language of a code or an Accept-Language value; Chinese for what is neither.
    pub fn parse(s: &str) -> Locale {
        if s.trim_start().to_ascii_lowercase().starts_with("en") {
            Locale::En
        } else {
            Locale::Zh
        }
    }
}

/// Source of the present instant, in unix milliseconds.
pub trait Clock: Send + Sync {
    fn now(&self) -> i64;
}

/// Source of ids and secrets.
pub trait Entropy: Send + Sync {
    fn fill(&self, buf: &mut [u8]);
}

/// The host's clock, never stepping back within the process and never standing still: when the host was set back, time goes
/// on at half speed until the host has caught up.
#[derive(Default)]
pub struct HostClock(Mutex<Option<(i64, Instant)>>);

impl HostClock {
    /// The instant to go by, when the host says `host` at the monotonic instant `at`.
    fn follow(&self, host: i64, at: Instant) -> i64 {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = match *last {
            Some((said, then)) if host < said => {
                let ran = i64::try_from(at.saturating_duration_since(then).as_millis()).unwrap_or(0);
                if ran < 2 {
                    return said;
                }
                said.saturating_add(ran / 2)
            }
            _ => host,
        };
        *last = Some((now, at));
        now
    }
}

impl Clock for HostClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the host's clock is read")]
    fn now(&self) -> i64 {
        let host = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        self.follow(host, Instant::now())
    }
}

/// The test switch: the host's clock plus what tests have added. A release build does not have it.
#[cfg(feature = "test-switch")]
#[derive(Default)]
pub struct MovedClock {
    host: HostClock,
    added: std::sync::atomic::AtomicI64,
}

#[cfg(feature = "test-switch")]
impl MovedClock {
    /// Moves the clock forward.
    pub fn add(&self, ms: i64) {
        self.added.fetch_add(ms, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "test-switch")]
impl Clock for MovedClock {
    fn now(&self) -> i64 {
        self.host.now() + self.added.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// The operating system's randomness.
pub struct HostEntropy;

impl Entropy for HostEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the host's randomness is read"
    )]
    #[expect(
        clippy::panic,
        reason = "without randomness no id and no secret can be made: nothing may go on"
    )]
    fn fill(&self, buf: &mut [u8]) {
        if getrandom::fill(buf).is_err() {
            panic!("the operating system gives no randomness");
        }
    }
}

/// Makes ids and secrets from the injected sources.
#[derive(Clone)]
pub struct Ids(pub Arc<dyn Entropy>);

impl Ids {
    /// A new UUIDv7 for `now`, as 32 lower-case hex characters.
    pub fn id<T: From<String>>(&self, now: i64) -> T {
        let mut random = [0u8; 10];
        self.0.fill(&mut random);
        let ms = u64::try_from(now).unwrap_or(0);
        T::from(
            uuid::Builder::from_unix_timestamp_millis(ms, &random)
                .into_uuid()
                .simple()
                .to_string(),
        )
    }

    /// A secret for links, sessions and tokens: 192 bits in 32 URL-safe characters.
    pub fn secret(&self) -> String {
        use base64::Engine as _;
        let mut bytes = [0u8; 24];
        self.0.fill(&mut bytes);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `n` random bytes as lower-case hex.
    pub fn hex(&self, n: usize) -> String {
        let mut bytes = vec![0u8; n];
        self.0.fill(&mut bytes);
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// A signed-in member of staff (or a token acting for one) at one site.
#[derive(Debug, Clone)]
pub struct StaffActor {
    pub id: StaffId,
    pub name: String,
    pub name_en: String,
    pub roles: Vec<Role>,
    pub department: Option<DepartmentId>,
    /// The session; `None` when a token acts.
    pub session: Option<SessionId>,
    /// Scopes of the token; `None` for a session, which may do all that the roles allow.
    pub scopes: Option<Vec<String>>,
}

/// On whose behalf something happens. There is no other way to a `Scope`.
#[derive(Debug, Clone)]
pub enum Actor {
    Staff(StaffActor),
    /// A resident or a vendor's worker, holding the secret address of one case; `via` is how a resident proved to be it.
    Link {
        link: LinkId,
        case: CaseId,
        order: Option<OrderId>,
        purpose: LinkPurpose,
        via: Via,
    },
    /// A named part of the product: `timer`, `import`, `demo`, `setup`, `outbox`, `cli`.
    System(&'static str),
}

/// What a secret address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    Track,
    Confirm,
    Vendor,
}

impl LinkPurpose {
    pub fn code(self) -> &'static str {
        match self {
            LinkPurpose::Track => "track",
            LinkPurpose::Confirm => "confirm",
            LinkPurpose::Vendor => "vendor",
        }
    }

    pub fn parse(s: &str) -> Option<LinkPurpose> {
        [LinkPurpose::Track, LinkPurpose::Confirm, LinkPurpose::Vendor]
            .into_iter()
            .find(|p| p.code() == s)
    }
}

/// The context of one request.
#[derive(Clone)]
pub struct Ctx {
    pub actor: Actor,
    pub site: SiteId,
    pub now: i64,
    pub ids: Ids,
    pub locale: Locale,
    /// Address the request came from; empty for system actors.
    pub ip: String,
    /// `web`, `api`, `link`, `cli`, `timer`.
    pub via: &'static str,
    /// Standard, taxonomy, prices and scripts in force.
    pub book: Arc<Book>,
    /// Told after the commit what has changed.
    pub live: Arc<Live>,
}

impl Ctx {
    /// A new id made at this context's instant.
    pub fn id<T: From<String>>(&self) -> T {
        self.ids.id(self.now)
    }

    /// The signed-in member of staff, if the actor is one.
    pub fn staff(&self) -> Option<&StaffActor> {
        match &self.actor {
            Actor::Staff(s) => Some(s),
            _ => None,
        }
    }

    /// The signed-in member of staff.
    ///
    /// # Errors
    /// `Forbidden` for any other actor.
    pub fn need_staff(&self) -> Res<&StaffActor> {
        self.staff().ok_or(Error::Forbidden("forbidden-staff-only"))
    }

    /// How far the actor may do `action` here: the widest reach of all roles held.
    pub fn reach(&self, action: Action) -> Reach {
        match &self.actor {
            // A token does what its owner may, and of that only what its scopes say.
            Actor::Staff(s) if s.scopes.as_ref().is_some_and(|x| !scope_allows(x, action)) => Reach::Never,
            Actor::Staff(s) => reach(&s.roles, action),
            Actor::Link { .. } => Reach::Never,
            Actor::System(_) => Reach::All,
        }
    }

    /// Refuses when the actor may not do `action` at all.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn need(&self, action: Action) -> Res<Reach> {
        match self.reach(action) {
            Reach::Never => Err(Error::Forbidden("forbidden-role")),
            r => Ok(r),
        }
    }

    /// Refuses what the scopes of a personal token leave out; the roles are looked at elsewhere.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn need_scope(&self, action: Action) -> Res<()> {
        match self.staff().and_then(|s| s.scopes.as_ref()) {
            Some(scopes) if !scope_allows(scopes, action) => Err(Error::Forbidden("forbidden-scope")),
            _ => Ok(()),
        }
    }

    /// The actor as the rules see it.
    pub fn who(&self) -> Who {
        match &self.actor {
            Actor::Staff(s) => Who::Staff {
                id: s.id.clone(),
                roles: s.roles.clone(),
                department: s.department.clone(),
            },
            Actor::Link {
                case,
                order: Some(order),
                purpose: LinkPurpose::Vendor,
                ..
            } => Who::VendorLink {
                case: case.clone(),
                order: order.clone(),
            },
            Actor::Link { case, via, .. } => Who::Customer {
                via: *via,
                case: case.clone(),
            },
            Actor::System(name) => Who::System {
                name: (*name).to_owned(),
            },
        }
    }

    /// `(actor_kind, actor_id)` as the journal keeps them.
    pub fn actor_ref(&self) -> (&'static str, String) {
        match &self.actor {
            Actor::Staff(s) => ("staff", s.id.as_str().to_owned()),
            Actor::Link {
                link,
                purpose: LinkPurpose::Vendor,
                ..
            } => ("vendor_link", link.as_str().to_owned()),
            Actor::Link { link, .. } => ("customer_link", link.as_str().to_owned()),
            Actor::System(name) => ("system", (*name).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_host_that_is_set_back_does_not_stop_the_product() {
        let clock = HostClock::default();
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        assert_eq!(clock.follow(10_000, at(0)), 10_000);
        assert_eq!(clock.follow(10_050, at(50)), 10_050);
        // An hour ahead by mistake, then put right: time goes on at half speed, never back.
        assert_eq!(clock.follow(3_610_100, at(100)), 3_610_100);
        assert_eq!(clock.follow(10_200, at(200)), 3_610_150);
        assert_eq!(clock.follow(10_201, at(201)), 3_610_150);
        assert_eq!(clock.follow(11_200, at(1200)), 3_610_650);
        // Once the host has caught up, it is the host's time again.
        assert_eq!(clock.follow(3_700_000, at(90_000)), 3_700_000);
    }
}
