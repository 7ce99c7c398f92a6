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

impl From<u64> for Counting {
    /// Another row of numbers for each start.
    fn from(start: u64) -> Counting {
        Counting(AtomicU64::new(start))
    }
}

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
                let departments: BTreeMap<String, DepartmentId> = store::site::departments(tx, &site)?
                    .into_iter()
                    .map(|d| (d.code, d.id))
                    .collect();
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
        World {
            desk,
            clock,
            site,
            departments,
            staff,
            dir,
        }
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
        Ctx {
            actor: Actor::Staff(actor),
            locale: Locale::Zh,
            ip: "192.0.2.7".into(),
            via: "web",
            ..self.system()
        }
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
        self.departments
            .get(code)
            .cloned()
            .expect("a department of the shipped list")
    }

    /// Moves the clock forward by milliseconds.
    pub fn wait(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// One of each kind of thing of a site, to look at and to act on.
#[derive(Debug, Clone)]
pub struct Things {
    pub site: SiteId,
    pub department: String,
    /// Somebody of the site who is not needed otherwise.
    pub staff: String,
    pub case: String,
    pub case_number: String,
    pub order: String,
    pub order_number: String,
    pub contact: String,
    pub unit: String,
    pub person: String,
    pub occupancy: String,
    pub vehicle: String,
    pub file: String,
    /// A draft of the service standard, and a comparison of it.
    pub standard: String,
    pub job: String,
    pub answer: String,
    pub referral: String,
    pub proposal: String,
    pub lesson: String,
    pub investigation: String,
    /// A month's satisfaction calls, and one of them.
    pub opinion_round: String,
    pub opinion: String,
    pub call_round: String,
    pub call_line: String,
    /// Stands in the content of the case and of the contact, and nowhere else.
    pub word: String,
}

/// Ids of what the desk knows at a site.
struct KnownThings {
    answer: String,
    referral: String,
    proposal: String,
    lesson: String,
    investigation: String,
    call_round: String,
    call_line: String,
    opinion_round: String,
    opinion: String,
}

/// Makes one of each, as the product's head would: by whoever the context is, with the rights of a head.
fn known(tx: &mut store::Tx, ctx: &Ctx, case: &domain::ids::CaseId, word: &str) -> Result<KnownThings, Error> {
    let Actor::Staff(actor) = &ctx.actor else {
        return Err(Error::NotFound);
    };
    let head = Ctx {
        actor: Actor::Staff(StaffActor {
            roles: vec![Role::CsHead],
            ..actor.clone()
        }),
        ..ctx.clone()
    };
    let said = domain::answer::Said {
        question: format!("停车月卡怎么办理漏水{word}"),
        short: "带行驶证到前台办理。".into(),
        recheck_days: 90,
        ..domain::answer::Said::default()
    };
    let answer = crate::answer::add(tx, &head, "", &said)?;
    let referral = crate::referral::list(tx, &head, false)?
        .into_iter()
        .next()
        .ok_or(Error::NotFound)?;
    let proposal = store::proposal::ProposalRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        case_id: case.clone(),
        case_number: String::new(),
        title: format!("代遛狗漏水{word}"),
        item: String::new(),
        asked_at: ctx.now,
        asked_by: None,
        reported_to: actor.id.clone(),
        state: "open".into(),
        decision: String::new(),
        reason: String::new(),
        again_at: None,
        decided_at: None,
        decided_by: None,
        told_at: None,
        told_by: None,
        told_how: String::new(),
        version: 1,
    };
    store::proposal::insert(tx, &proposal)?;
    let lesson = store::lesson::LessonRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        case_id: case.clone(),
        kind: "request".into(),
        title: format!("角阀漏水{word}"),
        item: String::new(),
        situation: "角阀老化".into(),
        worked: "先关总阀".into(),
        clause: String::new(),
        tags: String::new(),
        active: true,
        withdrawn_why: String::new(),
        kept_at: ctx.now,
        kept_by: actor.id.clone(),
        updated_at: ctx.now,
        version: 1,
    };
    store::lesson::insert(tx, &lesson)?;
    let investigation = store::investigation::InvestigationRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        case_id: case.clone(),
        case_number: String::new(),
        about: actor.id.clone(),
        fault: "late".into(),
        report: format!("已修好漏水{word}"),
        why: "现场没有人来过".into(),
        opened_by: actor.id.clone(),
        opened_at: ctx.now,
        answer_by: ctx.now + domain::investigation::ANSWER_MS,
        stage: "asked".into(),
        answer: String::new(),
        answered_at: None,
        outcome: String::new(),
        reason: String::new(),
        decided_by: None,
        decided_at: None,
        objection: String::new(),
        objected_at: None,
        review: String::new(),
        reviewed_by: None,
        reviewed_at: None,
        recorded: false,
        open: true,
        next_at: None,
        version: 1,
    };
    store::investigation::insert(tx, &investigation)?;
    let (call_round, call_line) = calls(tx, ctx, case, word)?;
    let (opinion_round, opinion) = opinions(tx, ctx, case, word)?;
    Ok(KnownThings {
        opinion_round,
        opinion,
        call_round,
        call_line,
        answer: answer.into_string(),
        referral: referral.id.into_string(),
        proposal: proposal.id.into_string(),
        lesson: lesson.id.into_string(),
        investigation: investigation.id.into_string(),
    })
}

/// A month that no other thing of a test has: rounds are one a month.
fn some_month() -> String {
    static NEXT_MONTH: AtomicU64 = AtomicU64::new(0);
    let n = NEXT_MONTH.fetch_add(1, Ordering::SeqCst);
    format!("{:04}-{:02}", 2000 + n / 12 % 20, n % 12 + 1)
}

/// A month's round of one opinion.
fn opinions(tx: &mut store::Tx, ctx: &Ctx, case: &domain::ids::CaseId, word: &str) -> Result<(String, String), Error> {
    let round = store::opinion::RoundRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        month: some_month(),
        due_at: ctx.now,
        opened_at: ctx.now,
        closed_at: None,
        closed_by: None,
        version: 1,
    };
    store::opinion::insert(tx, &round)?;
    let line = store::opinion::LineRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        round_id: round.id.clone(),
        case_id: case.clone(),
        case_number: String::new(),
        kind: "suggestion".into(),
        title: format!("加一张长椅{word}"),
        given_at: ctx.now,
        thanked_at: None,
        thanked_by: None,
        thanked_how: String::new(),
        outcome: String::new(),
        reason: String::new(),
        doer_id: None,
        do_by: None,
        identified_at: None,
        identified_by: None,
        done_at: None,
        done_by: None,
        done_note: String::new(),
        told_at: None,
        told_by: None,
        told_how: String::new(),
        told_note: String::new(),
        checked_at: None,
        checked_by: None,
        check_good: None,
        check_note: String::new(),
        version: 1,
    };
    store::opinion::insert_line(tx, &line)?;
    Ok((round.id.into_string(), line.id.into_string()))
}

/// A month's list of one call.
fn calls(tx: &mut store::Tx, ctx: &Ctx, case: &domain::ids::CaseId, word: &str) -> Result<(String, String), Error> {
    let round = store::call_round::RoundRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        month: some_month(),
        seed: "seed".into(),
        wanted: 1,
        pool: 1,
        pool_hash: String::new(),
        drawn_at: ctx.now,
        drawn_by: None,
        version: 1,
    };
    store::call_round::insert(tx, &round)?;
    let line = store::call_round::CallRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        round_id: round.id.clone(),
        no: 1,
        case_id: case.clone(),
        case_number: String::new(),
        kind: "request".into(),
        title: format!("角阀漏水{word}"),
        place: String::new(),
        name: String::new(),
        department_id: None,
        worker_id: None,
        state: "open".into(),
        attempts: "[]".into(),
        satisfaction: String::new(),
        answers: "[]".into(),
        opinion: String::new(),
        called_at: None,
        called_by: None,
        signed: String::new(),
        signature: String::new(),
        signed_note: String::new(),
        signed_at: None,
        signed_by: None,
        version: 1,
    };
    store::call_round::insert_line(tx, &line)?;
    Ok((round.id.into_string(), line.id.into_string()))
}

impl World {
    /// Another site of the same company, with one front desk of its own and nobody else.
    ///
    /// # Panics
    /// When anything fails.
    #[expect(clippy::expect_used, reason = "a test's world that cannot be made is a failed test")]
    pub fn second_site(&self) -> SiteId {
        let sys = self.desk.system("test", &SiteId::from(crate::journal::COMPANY));
        self.desk
            .write_now(&sys, |tx, ctx| {
                let company = store::account::the_company(tx)?.ok_or(Error::NotFound)?;
                let new = NewSite {
                    name: "云栖府".into(),
                    hotline: "0571-86001300".into(),
                    ..NewSite::default()
                };
                crate::site::create(tx, ctx, &company, &new)
            })
            .expect("a second site")
    }

    /// Makes one of each thing at a site, through the use cases: a household, a contact with a dispatched request, a photo.
    ///
    /// # Panics
    /// When anything fails.
    #[expect(clippy::expect_used, reason = "a test's world that cannot be made is a failed test")]
    pub fn things(&self, site: &SiteId) -> Things {
        let (s, n) = (site.clone(), NEXT.fetch_add(1, Ordering::SeqCst));
        let word = format!(
            "{}号暗记",
            ["甲", "乙", "丙", "丁"][usize::try_from(n % 4).unwrap_or(0)]
        );
        let sys = self.desk.system("test", &SiteId::from(crate::journal::COMPANY));
        let (staff, department) = self
            .desk
            .write_now(&sys, move |tx, ctx| {
                let company = store::account::the_company(tx)?.ok_or(Error::NotFound)?;
                let new = NewStaff {
                    login: format!("spare-{n}"),
                    name: format!("备用{n}"),
                    ..NewStaff::default()
                };
                let id = crate::staff::create_raw(tx, ctx, &company, &new, "no password fits this", false)?;
                store::account::role_add(tx, &id, &s, Role::FrontDesk.as_str(), None)?;
                let engineering = store::site::department_by_code(tx, &s, "engineering")?.ok_or(Error::NotFound)?;
                Ok::<_, Error>((id, engineering.id))
            })
            .expect("a spare account");
        let actor = StaffActor {
            id: staff.clone(),
            name: "备用".into(),
            name_en: String::new(),
            roles: vec![Role::FrontDesk],
            department: None,
            session: None,
            scopes: None,
        };
        let ctx = Ctx {
            actor: Actor::Staff(actor),
            via: "web",
            ..self.desk.system("test", site)
        };
        let picture =
            crate::attachment::prepare(&self.desk.files, b"\xff\xd8\xff\xe0 a picture".to_vec()).expect("a file");
        let worker = (*site == self.site).then(|| self.staff(Role::Worker));
        let spare = staff.as_str().to_owned();
        let item = self
            .desk
            .book()
            .taxonomy
            .of_kind(domain::case::Kind::Request)
            .next()
            .map(|i| i.code.clone());
        self.desk
            .write_now(&ctx, move |tx, ctx| {
                use crate::directory as d;
                let unit = d::NewUnit { building: "3".into(), entrance: Some("1".into()), room: "1201".into(), ..Default::default() };
                let unit = d::upsert_unit(tx, ctx, &unit)?.id;
                let phone = d::NewPhone { number: "13800001234".into(), ..Default::default() };
                let new = d::NewPerson { name: "周敏".into(), phones: vec![phone], id_number: Some("11010519491231002X".into()), ..Default::default() };
                let moved = d::MoveIn { new: Some(new), relation: "owner".into(), same: Some(true), ..Default::default() };
                let person = d::move_in(tx, ctx, "", &unit, &moved)?;
                let occupancy = store::directory::occupancy::of_unit(tx, &unit)?.first().map(|o| o.id.clone());
                let vehicle = d::NewVehicle { plate: "浙A12345".into(), unit: Some(unit.clone()), person: Some(person.clone()), ..Default::default() };
                let vehicle = d::upsert_vehicle(tx, ctx, &vehicle)?.id;
                let new: crate::contact::NewContact = serde_json::from_value(serde_json::json!({
                    "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201", "unit": unit,
                    "person": person,
                    "cases": [{
                        "kind": "request", "item": item, "place": "主卫", "content": format!("主卫洗手台下方角阀漏水{word}"), "department": department,
                        "worker": worker,
                    }],
                }))?;
                let made = crate::contact::register(tx, ctx, "", &new)?;
                let case = made.cases.first().cloned().ok_or(Error::NotFound)?;
                let seen = crate::case::get(tx, ctx, &case)?;
                let order = seen.state.last_order().cloned().ok_or(Error::NotFound)?;
                let up = crate::attachment::Upload {
                    kind: domain::case::AttachmentKind::PhotoBefore,
                    caption: String::new(),
                    name: "photo.jpg".into(),
                    key: String::new(),
                };
                let file = crate::attachment::attach(tx, ctx, &crate::attachment::Subject::Case(case.clone()), &picture, &up)?;
                let product = Ctx { actor: Actor::System("test"), ..ctx.clone() };
                let standard = crate::standard::draft(tx, &product, "", "")?;
                let compare = crate::standard::job::What::Compare;
                let params = crate::standard::job::Params::default();
                let (job, _) = crate::standard::job::begin(tx, &product, "", compare, standard.as_str(), &params)?;
                let known = known(tx, ctx, &case, &word)?;
                Ok::<_, Error>(Things {
                    answer: known.answer,
                    referral: known.referral,
                    proposal: known.proposal,
                    lesson: known.lesson,
                    investigation: known.investigation,
                    opinion_round: known.opinion_round,
                    opinion: known.opinion,
                    call_round: known.call_round,
                    call_line: known.call_line,
                    standard: standard.as_str().to_owned(),
                    job: job.as_str().to_owned(),
                    site: ctx.site.clone(),
                    department: department.as_str().to_owned(),
                    staff: spare.clone(),
                    case: case.as_str().to_owned(),
                    case_number: seen.state.number,
                    order: order.id.as_str().to_owned(),
                    order_number: order.number,
                    contact: made.contact.as_str().to_owned(),
                    unit: unit.as_str().to_owned(),
                    person: person.as_str().to_owned(),
                    occupancy: occupancy.unwrap_or_default(),
                    vehicle: vehicle.as_str().to_owned(),
                    file: file.id.as_str().to_owned(),
                    word: word.clone(),
                })
            })
            .expect("the things of a site")
    }

    /// Opens a session for somebody, without the slow check of a password; returns the secret of its cookie.
    ///
    /// # Panics
    /// When anything fails.
    #[expect(clippy::expect_used, reason = "a test's world that cannot be made is a failed test")]
    pub fn session(&self, staff: &StaffId) -> String {
        let (secret, staff) = (self.desk.ids.secret(), staff.clone());
        let hash = crate::account::secret_hash(&secret);
        self.desk
            .write_now(&self.system(), move |tx, ctx| {
                let id = ctx.id();
                let end = ctx.now + crate::account::SESSION_LONGEST;
                Ok::<_, Error>(store::account::session_new(
                    tx,
                    &id,
                    &hash,
                    &staff,
                    ctx.now,
                    end,
                    "192.0.2.7",
                    "test",
                )?)
            })
            .expect("a session");
        secret
    }

    /// Makes a personal token with these scopes; returns its secret.
    ///
    /// # Panics
    /// When anything fails.
    #[expect(clippy::expect_used, reason = "a test's world that cannot be made is a failed test")]
    pub fn token(&self, staff: &StaffId, scopes: &str) -> String {
        let (secret, staff, scopes) = (self.desk.ids.secret(), staff.clone(), scopes.to_owned());
        let hash = crate::account::secret_hash(&secret);
        self.desk
            .write_now(&self.system(), move |tx, ctx| {
                let end = ctx.now + 86_400_000;
                let id = ctx.id();
                Ok::<_, Error>(store::account::token_new(
                    tx,
                    &id,
                    &hash,
                    &staff,
                    &ctx.site,
                    "test",
                    &scopes,
                    ctx.now,
                    Some(end),
                )?)
            })
            .expect("a token");
        secret
    }
}
