//! The demo estate: 1,800 households in 42 buildings, 29 staff and the company's people, two years of work. It is made by
//! running the product's own use cases with a moved clock, so its journal verifies like a real one; the same seed makes the
//! same estate.

mod copies;
mod dice;
mod duty;
mod estate;
mod life;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::access::Role;
use domain::directory::Relation;
use domain::ids::{CompanyId, DepartmentId, SiteId, StaffId};
use store::Db;
use store::db::Tx;

pub use self::copies::copy;
use self::dice::Dice;
use self::duty::Duty;
use self::estate::{House, Member, People};
use self::life::{Home, Life};
use crate::ctx::{Clock, Ctx, Entropy};
use crate::desk::Desk;
use crate::directory::{self, NewParking, NewPerson, NewPhone, NewUnit, NewVehicle};
use crate::error::{Error, Res};
use crate::site::NewSite;
use crate::staff::NewStaff;

/// The password of every account of the demo.
pub const PASSWORD: &str = "sansheng-demo";

/// How large the demo is to be.
#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub households: usize,
    /// Days before `now` on which the story begins.
    pub days: i64,
    /// Cases wanted; 0 for what an estate of this size has.
    pub cases: u64,
    /// The instant at which the story ends, in unix milliseconds.
    pub now: i64,
}

/// How far the demo has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// `households`, `days` or `copies`.
    pub what: &'static str,
    pub done: u64,
    pub of: u64,
    pub cases: u64,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    pub households: u64,
    pub cases: u64,
    /// Steps that a rule refused.
    pub refused: u64,
}

struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The same bytes in every run of the same seed. Only the demo's ids and salts come from it, never a secret of a real
/// installation.
struct Repeatable(AtomicU64);

impl Entropy for Repeatable {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// Login, name, English name, role, department code. The sign-ins of [`crate::DEMO_LOGINS`] come first.
const STAFF: &[(&str, &str, &str, Role, &str)] = &[
    (
        "chenxiaowen",
        "陈晓雯",
        "Chen Xiaowen",
        Role::FrontDesk,
        "customer_service",
    ),
    ("lihuimin", "李慧敏", "Li Huimin", Role::CsHead, "customer_service"),
    ("wangjianguo", "王建国", "Wang Jianguo", Role::Worker, "engineering"),
    ("gongcheng", "周斌", "Zhou Bin", Role::DeptHead, "engineering"),
    ("menwei", "刘强", "Liu Qiang", Role::Guard, "security"),
    ("zhaolixin", "赵立新", "Zhao Lixin", Role::SecurityHead, "security"),
    ("jingli", "何立群", "He Liqun", Role::ProjectManager, "project_office"),
    ("zhiguan", "何静", "He Jing", Role::Quality, "quality"),
    ("caiwu", "钱雅琴", "Qian Yaqin", Role::Finance, "finance"),
    (
        "xingzheng",
        "沈佳怡",
        "Shen Jiayi",
        Role::Administration,
        "administration",
    ),
    (
        "fenguan",
        "方国强",
        "Fang Guoqiang",
        Role::CompanyLeader,
        "project_office",
    ),
    (
        "zongjingli",
        "顾宏伟",
        "Gu Hongwei",
        Role::GeneralManager,
        "project_office",
    ),
    ("waibao", "冯志强", "Feng Zhiqiang", Role::Vendor, "lift_vendor"),
    ("admin", "系统管理员", "Administrator", Role::Sysadmin, ""),
    (
        "lintingting",
        "林婷婷",
        "Lin Tingting",
        Role::FrontDesk,
        "customer_service",
    ),
    ("xuwei", "徐薇", "Xu Wei", Role::FrontDesk, "customer_service"),
    ("sunhaitao", "孙海涛", "Sun Haitao", Role::Worker, "engineering"),
    ("zhoushifu", "周德明", "Zhou Deming", Role::Worker, "engineering"),
    ("luoshifu", "罗永福", "Luo Yongfu", Role::Worker, "engineering"),
    ("baojie01", "吴芳", "Wu Fang", Role::DeptHead, "cleaning"),
    ("baojie02", "田桂英", "Tian Guiying", Role::Worker, "cleaning"),
    ("baojie03", "董秀兰", "Dong Xiulan", Role::Worker, "cleaning"),
    ("baojie04", "潘凤英", "Pan Fengying", Role::Worker, "cleaning"),
    ("baojie05", "袁红梅", "Yuan Hongmei", Role::Worker, "cleaning"),
    ("baojie06", "蒋翠兰", "Jiang Cuilan", Role::Worker, "greening"),
    ("baojie07", "余金凤", "Yu Jinfeng", Role::Worker, "cleaning"),
    ("baojie08", "杜春燕", "Du Chunyan", Role::Worker, "cleaning"),
    ("zhixu02", "马军", "Ma Jun", Role::Guard, "security"),
    ("zhixu03", "胡勇", "Hu Yong", Role::Guard, "security"),
    ("zhixu04", "郭涛", "Guo Tao", Role::Guard, "security"),
    ("zhixu05", "高明", "Gao Ming", Role::Guard, "security"),
    ("zhixu06", "梁刚", "Liang Gang", Role::Guard, "security"),
    ("zhixu07", "宋平", "Song Ping", Role::Guard, "security"),
    ("zhixu08", "唐超", "Tang Chao", Role::Guard, "security"),
    ("zhixu09", "许磊", "Xu Lei", Role::Guard, "security"),
    ("zhixu10", "邓洋", "Deng Yang", Role::Guard, "security"),
    ("zhixu11", "韩杰", "Han Jie", Role::Guard, "security"),
    ("zhangyan", "张妍", "Zhang Yan", Role::FrontDesk, "customer_service"),
];

/// Whether a folder holds a demo: only there the sign-in page shows its accounts.
pub fn is_demo(dir: &Path) -> bool {
    dir.join("demo").exists()
}

/// Makes the demo estate in an empty database.
///
/// # Errors
/// `Forbidden` when there is a company already; `Unavailable` when stopped by `progress` returning false.
pub fn make(db: Db, dir: &Path, plan: &Plan, progress: &dyn Fn(Progress) -> bool) -> Res<Made> {
    const DAY: i64 = 86_400_000;
    let offset = 8 * 3_600_000;
    let first = (plan.now + offset).div_euclid(DAY) - plan.days;
    let clock = Arc::new(Moved(AtomicI64::new(first * DAY - offset - 10 * DAY)));
    let entropy = Arc::new(Repeatable(AtomicU64::new(plan.seed)));
    let desk = Desk::open(db, dir, clock.clone(), entropy)?;
    if !desk.read_now(crate::account::is_empty)? {
        return Err(Error::Forbidden("forbidden-set-up-done"));
    }
    let (site, people) = company(&desk)?;
    let mut dice = Dice::new(plan.seed);
    let mut houses = estate::houses(&mut dice, plan.households);
    known(&mut houses);
    let homes = move_in(&desk, &site, &people, houses, progress)?;
    let households = u64::try_from(homes.len()).unwrap_or(0);

    let base = i64::try_from(plan.households).unwrap_or(0) * 12 / 1800;
    // In thousandths. Four contacts in five make a case, or nearly; seasons and rain bring a fifth more than a usual day.
    let per_day = if plan.cases > 0 {
        i64::try_from(plan.cases).unwrap_or(0) * 100_000 / 84 * 100 / 121 / plan.days.max(1)
    } else {
        base.max(2) * 1000
    };
    let duty = Arc::new(Mutex::new(Duty::new(
        desk.clone(),
        site.clone(),
        people.clone(),
        plan.now,
        plan.seed ^ 0xd0_7a,
    )));
    let rostered = (plan.days - duty::BEHIND).max(0);
    let life = Arc::new(Mutex::new(Life::new(
        desk.clone(),
        site.clone(),
        people,
        homes,
        plan.seed ^ 0x5eed,
    )));
    let plan_days = plan.days;
    for d in 0..=plan.days {
        let start = (first + d) * DAY - offset;
        let date = jiff::Timestamp::from_millisecond(start + 12 * 3_600_000)
            .map_err(Error::internal)?
            .to_zoned(jiff::tz::TimeZone::UTC);
        let until = (start + DAY - 1).min(plan.now);
        let mut contacts = {
            let mut l = life.lock().unwrap_or_else(PoisonError::into_inner);
            l.day(
                start,
                i64::from(date.month()),
                i64::from(date.weekday().to_monday_one_offset()),
                // However small the estate, a visitor finds a desk at work.
                if d + 1 >= plan.days {
                    per_day.max(LIVELY)
                } else {
                    per_day
                },
            )
        };
        contacts.retain(|at| *at <= until);
        let lifelike = plan.days >= life::ENOUGH;
        if lifelike && d == plan.days {
            // Whenever the story ends, somebody has just called.
            contacts.extend(JUST_NOW.iter().map(|minutes| (until - minutes * 60_000).max(start)));
            contacts.sort_unstable();
        }
        clock.0.store(until, Ordering::Relaxed);
        // A large estate's day is many transactions: the writer's memory stays small.
        life.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .calls
            .extend(contacts);
        if d == rostered {
            let (roster, l) = (duty.clone(), life.clone());
            clock.0.store(start, Ordering::Relaxed);
            desk.write_now(&desk.system("demo", &site), move |tx, _| {
                let seats = roster.lock().unwrap_or_else(PoisonError::into_inner).begin(tx, start)?;
                l.lock().unwrap_or_else(PoisonError::into_inner).seat(seats);
                Ok(())
            })?;
            clock.0.store(until, Ordering::Relaxed);
        }
        // Between two steps of the roster the life of the desk goes on.
        let mut over = false;
        while !over {
            let next = duty.lock().unwrap_or_else(PoisonError::into_inner).next();
            over = next.is_none_or(|at| at > until);
            let stop = next.unwrap_or(until).min(until);
            loop {
                let l = life.clone();
                let more = desk.write_now(&desk.system("demo", &site), move |tx, _| {
                    l.lock().unwrap_or_else(PoisonError::into_inner).run(tx, stop)
                })?;
                if !more {
                    break;
                }
            }
            let roster = duty.clone();
            desk.write_now(&desk.system("demo", &site), move |tx, _| {
                roster.lock().unwrap_or_else(PoisonError::into_inner).run(tx, stop)
            })?;
        }
        if lifelike {
            let l = life.clone();
            desk.write_now(&desk.system("demo", &site), move |tx, _| {
                let mut l = l.lock().unwrap_or_else(PoisonError::into_inner);
                l.more(tx, plan_days - d, start, until)
            })?;
        }
        if lifelike && d + 1 == plan.days {
            // Two years of limits are told and read when the story ends: who opens it finds the notices of one day.
            crate::timer::run_due(&desk)?;
            let roster = duty.clone();
            desk.write_now(&desk.system("demo", &site), move |tx, _| {
                roster
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .read_all(tx, until)
            })?;
        }
        let cases = life.lock().unwrap_or_else(PoisonError::into_inner).cases;
        let done = u64::try_from(d + 1).unwrap_or(0);
        if !progress(Progress {
            what: "days",
            done,
            of: u64::try_from(plan.days + 1).unwrap_or(0),
            cases,
        }) {
            return Err(Error::Unavailable("unavailable-stopping"));
        }
    }
    let roster = duty.clone();
    desk.write_now(&desk.system("demo", &site), move |tx, _| {
        roster.lock().unwrap_or_else(PoisonError::into_inner).end(tx)
    })?;
    std::fs::write(
        dir.join("demo"),
        "This folder holds a demo estate. Its passwords are public.\n",
    )
    .map_err(Error::internal)?;
    let l = life.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Made {
        households,
        cases: l.cases,
        refused: l.refused + duty.lock().unwrap_or_else(PoisonError::into_inner).refused,
    })
}

/// How many minutes before the end somebody has called as well.
const JUST_NOW: &[i64] = &[3, 7, 12, 16, 21, 27, 33, 38, 44, 52, 61, 70, 84, 97, 115, 140];

/// Contacts of the last two days at least, in thousandths.
const LIVELY: i64 = 9_000;

/// The people of the screenshots live where the screenshots say.
fn known(houses: &mut [House]) {
    let find = houses
        .iter_mut()
        .find(|h| h.building == 3 && h.entrance == 1 && h.room == "1201");
    if let Some(h) = find {
        h.care_note = "家有老人";
        h.preference = "上门前先电话，勿按门铃";
        if let Some(p) = h.people.first_mut() {
            p.name = "周晓敏".to_owned();
            p.female = true;
            p.phone = "13857126688".to_owned();
        }
    }
}

fn company(desk: &Arc<Desk>) -> Res<(SiteId, People)> {
    let hash = crate::password::hash(&desk.ids, PASSWORD)?;
    let sys = desk.system("demo", &SiteId::from(crate::journal::COMPANY));
    desk.write_now(&sys, move |tx, ctx| {
        let company: CompanyId = ctx.id();
        store::account::company_new(
            tx,
            &company,
            "杭州恒泽物业服务有限公司",
            "Hengze Property Services",
            ctx.now,
        )?;
        let site = crate::site::create(
            tx,
            ctx,
            &company,
            &NewSite {
                name: "滨江翠园".to_owned(),
                name_en: "Riverside Court".to_owned(),
                hotline: "0571-86001200".to_owned(),
                complaint_phone: "0571-86001299".to_owned(),
                address: "杭州市滨江区江南大道 1288 号".to_owned(),
                zone: "Asia/Shanghai".to_owned(),
            },
        )?;
        let departments: BTreeMap<String, DepartmentId> = store::site::departments(tx, &site)?
            .into_iter()
            .map(|d| (d.code, d.id))
            .collect();
        let mut all = BTreeMap::new();
        let mut head = None;
        for (i, (login, name, name_en, role, department)) in STAFF.iter().enumerate() {
            let new = NewStaff {
                login: (*login).to_owned(),
                name: (*name).to_owned(),
                name_en: (*name_en).to_owned(),
                employee_no: format!("{}", 1001 + i),
                ..NewStaff::default()
            };
            let id: StaffId = crate::staff::create_raw(tx, ctx, &company, &new, &hash, false)?;
            let dep = departments.get(*department);
            store::account::role_add(tx, &id, &site, role.as_str(), dep)?;
            if i < 5 || *login == "zhaolixin" {
                store::account::duty_on(tx, &id, &site, ctx.now)?;
                store::account::duty_used(tx, &site, ctx.now)?;
            }
            if *role == Role::CsHead {
                head = Some(id.clone());
            }
            all.insert(
                id,
                Member {
                    name: (*name).to_owned(),
                    roles: vec![*role],
                    department: dep.cloned(),
                    department_code: (*department).to_owned(),
                },
            );
        }
        let head = head.ok_or_else(|| Error::Internal("the demo has no head".into()))?;
        Ok((site.clone(), People::new(all, departments, head)))
    })
}

/// Writes the households, a hundred at a time.
fn move_in(
    desk: &Arc<Desk>,
    site: &SiteId,
    people: &People,
    houses: Vec<House>,
    progress: &dyn Fn(Progress) -> bool,
) -> Res<Vec<Home>> {
    let of = u64::try_from(houses.len()).unwrap_or(0);
    let head = people.head.clone();
    let member = people.get(&head).clone();
    let mut homes = Vec::new();
    for part in houses.chunks(100) {
        let (part, head, member) = (part.to_vec(), head.clone(), member.clone());
        let made = desk.write_now(&desk.system("demo", site), move |tx, sys| {
            let actor = crate::ctx::StaffActor {
                id: head.clone(),
                name: member.name.clone(),
                name_en: String::new(),
                roles: member.roles.clone(),
                department: member.department.clone(),
                session: None,
                scopes: None,
            };
            let ctx = Ctx {
                actor: crate::ctx::Actor::Staff(actor),
                ..sys.clone()
            };
            part.iter().map(|h| household(tx, &ctx, h)).collect::<Res<Vec<Home>>>()
        })?;
        homes.extend(made);
        let done = u64::try_from(homes.len()).unwrap_or(0);
        if !progress(Progress {
            what: "households",
            done,
            of,
            cases: 0,
        }) {
            return Err(Error::Unavailable("unavailable-stopping"));
        }
    }
    Ok(homes)
}

/// One household through the archive's own use cases.
fn household(tx: &mut Tx, ctx: &Ctx, h: &House) -> Res<Home> {
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let unit = directory::upsert_unit(
        tx,
        ctx,
        &NewUnit {
            building: h.building.to_string(),
            entrance: Some(h.entrance.to_string()),
            room: h.room.clone(),
            floor: Some(h.floor),
            layout: some(if h.area_cm2 > 1_000_000 {
                "三室两厅"
            } else {
                "两室两厅"
            }),
            area_cm2: Some(h.area_cm2),
            usage_state: some("入住"),
            move_in_on: some("2021-06"),
            preference: some(h.preference),
            care_note: some(h.care_note),
        },
    )?
    .id;
    let mut first = None;
    for p in &h.people {
        let phones = some(&p.phone).map(|number| NewPhone {
            number,
            confirmed: true,
            ..NewPhone::default()
        });
        let person = directory::upsert_person(
            tx,
            ctx,
            &NewPerson {
                name: p.name.clone(),
                gender: some(if p.female { "female" } else { "male" }),
                phones: phones.into_iter().collect(),
                unit: Some(unit.clone()),
                ..NewPerson::default()
            },
        )?
        .id;
        let relation = p.relation.parse::<Relation>().map_err(Error::internal)?;
        directory::ensure_occupancy(tx, ctx, &unit, &person, relation, Some("2021-06-01"))?;
        first.get_or_insert(person);
    }
    if let Some(plate) = &h.plate {
        directory::upsert_vehicle(
            tx,
            ctx,
            &NewVehicle {
                plate: plate.clone(),
                person: first.clone(),
                unit: Some(unit.clone()),
                ..NewVehicle::default()
            },
        )?;
    }
    if let Some(code) = &h.parking {
        directory::upsert_parking(
            tx,
            ctx,
            &NewParking {
                lot: "地下车库".to_owned(),
                code: code.clone(),
                person: first.clone(),
                unit: Some(unit.clone()),
                plate: h.plate.clone(),
                tenure: some("产权"),
                ..NewParking::default()
            },
        )?;
    }
    let owner = h.people.first();
    Ok(Home {
        unit: Some(unit),
        code: format!("{}-{}-{}", h.building, h.entrance, h.room),
        person: first,
        name: owner.map(|p| p.name.clone()).unwrap_or_default(),
        phone: owner.map(|p| p.phone.clone()).unwrap_or_default(),
        floor: h.floor,
    })
}
