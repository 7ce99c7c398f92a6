//! A whole product for tests: both engines, a clock that is moved by hand, a site with somebody of every role.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::access::Role;
use domain::ids::{DepartmentId, SiteId, StaffId};

use crate::ctx::{Actor, Clock, Ctx, Entropy, Locale, StaffActor};
use crate::desk::Desk;
use crate::error::Error;
use crate::site::NewSite;
use crate::staff::NewStaff;

/// 2026-11-21 10:42:00 in Shanghai, a Saturday.
pub const START: i64 = 1_795_228_920_000;

/// A clock that stands until it is moved.
pub struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Numbers that look random and are the same in every run.
pub struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            // SplitMix64: spreads a counter over all bits.
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// One company with one site and one person of each role, the password of all being [`PASSWORD`].
pub struct World {
    pub desk: Arc<Desk>,
    pub clock: Arc<StandingClock>,
    pub site: SiteId,
    pub departments: BTreeMap<String, DepartmentId>,
    staff: BTreeMap<Role, StaffId>,
    dir: PathBuf,
}

/// The password of every account of the world.
pub const PASSWORD: &str = "correct-horse-7";

impl Drop for World {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.dir);
    }
}

/// The department that a role usually belongs to.
fn department_of(role: Role) -> Option<&'static str> {
    match role {
        Role::FrontDesk | Role::CsHead => Some("customer_service"),
        Role::Worker | Role::DeptHead => Some("engineering"),
        Role::Guard | Role::SecurityHead => Some("security"),
        Role::Quality => Some("quality"),
        Role::Finance => Some("finance"),
        Role::Administration => Some("administration"),
        Role::Vendor => Some("lift_vendor"),
        _ => None,
    }
}

impl World {
    /// Makes the world on a migrated, empty database.
    ///
    /// # Panics
    /// When anything fails: it is for tests.
    #[expect(clippy::expect_used, reason = "a test's world that cannot be made is a failed test")]
    pub fn new(db: &store::Db) -> World {
        let clock = Arc::new(StandingClock(AtomicI64::new(START)));
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        let dir = std::env::temp_dir().join(format!("sansheng-app-{}-{n}", std::process::id()));
        let entropy = Arc::new(Counting(AtomicU64::new(7)));
        let desk = Desk::open(db.clone(), &dir, clock.clone(), entropy).expect("a desk");
        let sys = desk.system("test", &SiteId::from(crate::journal::COMPANY));
        // Hashing is slow on purpose; one hash serves everybody.
        let hash = crate::password::hash(&desk.ids, PASSWORD).expect("a hash");
        let (site, departments, staff) = desk
            .write_now(&sys, move |tx, ctx| {
                let company = ctx.id();
                store::account::company_new(tx, &company, "恒泽物业", "Hengze", ctx.now)?;
                let new = NewSite {
                    name: "滨江翠园".into(),
                    name_en: "Riverside Court".into(),
                    hotline: "0571-86001200".into(),
                    ..NewSite::default()
                };
                let site = crate::site::create(tx, ctx, &company, &new)?;
                let departments: BTreeMap<String, DepartmentId> =
                    store::site::departments(tx, &site)?.into_iter().map(|d| (d.code, d.id)).collect();
                let mut staff = BTreeMap::new();
                for role in Role::ALL {
                    let new = NewStaff {
                        login: role.as_str().to_owned(),
                        name: format!("员工{}", role.as_str()),
                        name_en: role.as_str().to_owned(),
                        ..NewStaff::default()
                    };
                    let id = crate::staff::create_raw(tx, ctx, &company, &new, &hash, false)?;
                    let department = department_of(*role).and_then(|d| departments.get(d));
                    store::account::role_add(tx, &id, &site, role.as_str(), department)?;
                    staff.insert(*role, id);
                }
                Ok::<_, Error>((site, departments, staff))
            })
            .expect("the world");
        World { desk, clock, site, departments, staff, dir }
    }

    /// A context of the person with this role, at the present instant of the moved clock.
    ///
    /// # Panics
    /// Never: there is somebody of every role.
    pub fn ctx(&self, role: Role) -> Ctx {
        let actor = StaffActor {
            id: self.staff(role),
            name: format!("员工{}", role.as_str()),
            name_en: role.as_str().to_owned(),
            roles: vec![role],
            department: department_of(role).and_then(|d| self.departments.get(d).cloned()),
            session: None,
            scopes: None,
        };
        Ctx { actor: Actor::Staff(actor), locale: Locale::Zh, ip: "192.0.2.7".into(), via: "web", ..self.system() }
    }

    /// A context of the product itself.
    pub fn system(&self) -> Ctx {
        self.desk.system("test", &self.site)
    }

    /// The person with this role.
    ///
    /// # Panics
    /// Never: there is somebody of every role.
    pub fn staff(&self, role: Role) -> StaffId {
        self.staff.get(&role).cloned().unwrap_or_else(|| StaffId::from(""))
    }

    /// A department by its code.
    ///
    /// # Panics
    /// When the shipped list has no such department.
    #[expect(clippy::expect_used, reason = "a wrong code in a test is a failed test")]
    pub fn department(&self, code: &str) -> DepartmentId {
        self.departments.get(code).cloned().expect("a department of the shipped list")
    }

    /// Moves the clock forward by milliseconds.
    pub fn wait(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);
