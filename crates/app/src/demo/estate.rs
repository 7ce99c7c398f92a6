//! The demo's houses and people.

use std::collections::BTreeMap;

use domain::access::Role;
use domain::ids::{DepartmentId, StaffId};
use domain::roster::Stretch;

use super::dice::Dice;
use super::words;
use crate::ctx::Ctx;

/// One member of staff as the simulation needs them.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub roles: Vec<Role>,
    pub department: Option<DepartmentId>,
    pub department_code: String,
}

/// Everybody who works on the estate.
#[derive(Debug, Clone)]
pub struct People {
    pub all: BTreeMap<StaffId, Member>,
    pub departments: BTreeMap<String, DepartmentId>,
    pub head: StaffId,
    /// Milliseconds that the site's zone is ahead of UTC.
    pub offset: i64,
    /// Who holds the front desk when, where there is a roster.
    pub seats: Vec<(Stretch, StaffId)>,
    nobody: Member,
}

impl People {
    pub fn new(all: BTreeMap<StaffId, Member>, departments: BTreeMap<String, DepartmentId>, head: StaffId) -> People {
        let nobody = Member {
            name: String::new(),
            roles: Vec::new(),
            department: None,
            department_code: String::new(),
        };
        People {
            all,
            departments,
            head,
            offset: 8 * 3_600_000,
            seats: Vec::new(),
            nobody,
        }
    }

    pub fn get(&self, id: &StaffId) -> &Member {
        self.all.get(id).unwrap_or(&self.nobody)
    }

    fn hour(&self, at: i64) -> i64 {
        (at + self.offset).rem_euclid(86_400_000) / 3_600_000
    }

    /// Between ten in the evening and seven in the morning only what is urgent is done.
    pub fn is_night(&self, at: i64) -> bool {
        !(7..22).contains(&self.hour(at))
    }

    /// The instant itself, or nine the next morning when it is too late or too early for a call.
    pub fn office_hours(&self, at: i64) -> i64 {
        let day = (at + self.offset).div_euclid(86_400_000) * 86_400_000 - self.offset;
        match self.hour(at) {
            0..9 => day + 9 * 3_600_000,
            21.. => day + 33 * 3_600_000,
            _ => at,
        }
    }

    /// Who sits at the desk at this hour.
    pub fn clerk(&self, at: i64, dice: &mut Dice) -> StaffId {
        let desk: Vec<&StaffId> = self
            .all
            .iter()
            .filter(|(_, m)| m.roles.contains(&Role::FrontDesk))
            .map(|(id, _)| id)
            .collect();
        if desk.is_empty() {
            return self.head.clone();
        }
        let shift = usize::try_from(self.hour(at) / 8).unwrap_or(0);
        let i = if dice.percent(80) {
            shift % desk.len()
        } else {
            (shift + 1) % desk.len()
        };
        if let Some((_, who)) = self.seats.iter().find(|(s, _)| s.holds(at)) {
            return who.clone();
        }
        desk[i].clone()
    }

    pub fn department(&self, code: &str) -> Option<DepartmentId> {
        self.departments.get(code).cloned()
    }

    /// Whether somebody takes orders in their own name.
    pub fn takes_orders(&self, id: &StaffId) -> bool {
        let roles = &self.get(id).roles;
        domain::access::reach(roles, domain::access::Action::Accept) > domain::access::Reach::Never
    }

    /// The first of a department, whatever they do there.
    pub fn anyone(&self, code: &str) -> Option<StaffId> {
        let first = self.all.iter().find(|(_, m)| m.department_code == code);
        first.map(|(id, _)| id.clone())
    }

    /// The first who is this.
    pub fn first(&self, role: Role) -> Option<StaffId> {
        let first = self.all.iter().find(|(_, m)| m.roles.contains(&role));
        first.map(|(id, _)| id.clone())
    }

    /// Somebody of a department who does work.
    pub fn worker(&self, code: &str, dice: &mut Dice) -> Option<StaffId> {
        const WORK: [Role; 5] = [
            Role::Worker,
            Role::Guard,
            Role::SecurityHead,
            Role::Vendor,
            Role::CsHead,
        ];
        let of: Vec<&StaffId> = self
            .all
            .iter()
            .filter(|(_, m)| m.department_code == code && m.roles.iter().any(|r| WORK.contains(r)))
            .map(|(id, _)| id)
            .collect();
        (!of.is_empty()).then(|| (*dice.pick(&of)).clone())
    }

    /// A colleague who did not do the job: the department's head, or the head of customer service.
    pub fn witness(&self, doing: &Ctx) -> StaffId {
        let me = doing.staff().map(|s| &s.id);
        let head = self
            .all
            .iter()
            .find(|(id, m)| m.roles.contains(&Role::SecurityHead) && Some(*id) != me);
        head.map_or_else(|| self.head.clone(), |(id, _)| id.clone())
    }
}

/// One household to be made.
#[derive(Debug, Clone)]
pub struct House {
    pub building: i64,
    pub entrance: i64,
    pub floor: i64,
    pub room: String,
    pub area_cm2: i64,
    pub people: Vec<Resident>,
    pub plate: Option<String>,
    pub parking: Option<String>,
    pub care_note: &'static str,
    pub preference: &'static str,
}

/// One resident to be made.
#[derive(Debug, Clone)]
pub struct Resident {
    pub name: String,
    pub female: bool,
    pub phone: String,
    pub relation: &'static str,
}

/// 42 buildings with 1,800 households: six towers of eighteen floors, thirty-six of six floors, and the shops.
pub fn houses(dice: &mut Dice, households: usize) -> Vec<House> {
    let mut out = Vec::new();
    let mut phone = 0_i64;
    // Forty-two buildings hold the usual 1,800 households; a larger estate has more of the same.
    for building in 1_i64.. {
        let (entrances, floors, doors) = if building <= 6 { (3, 18, 1) } else { (2, 6, 3) };
        for entrance in 1..=entrances {
            for floor in 1..=floors {
                for door in 1..=(doors + i64::from(building <= 6 && entrance < 3)) {
                    if out.len() == households {
                        return out;
                    }
                    out.push(house(dice, building, entrance, floor, door, &mut phone));
                }
            }
        }
    }
    out
}

fn name(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(words::SURNAMES), dice.pick(words::GIVEN))
}

fn number(dice: &mut Dice, n: &mut i64) -> String {
    *n += 1;
    // A prefix that is in use and a tail that no two residents share.
    let head = *dice.pick(&["138", "139", "137", "136", "158", "159", "186", "187", "135", "150"]);
    format!("{head}{:08}", (10_000_019 + *n * 7_919_317) % 100_000_000)
}

fn house(dice: &mut Dice, building: i64, entrance: i64, floor: i64, door: i64, phone: &mut i64) -> House {
    let surname_owner = name(dice);
    let mut people = vec![Resident {
        name: surname_owner,
        female: dice.percent(45),
        phone: number(dice, phone),
        relation: "owner",
    }];
    if dice.percent(62) {
        people.push(Resident {
            name: name(dice),
            female: dice.percent(60),
            phone: number(dice, phone),
            relation: "family",
        });
    }
    if dice.percent(24) {
        people.push(Resident {
            name: name(dice),
            female: dice.percent(50),
            phone: String::new(),
            relation: "family",
        });
    }
    if dice.percent(16) {
        people.push(Resident {
            name: name(dice),
            female: dice.percent(50),
            phone: number(dice, phone),
            relation: "tenant",
        });
    }
    let letters = ["A", "B", "D", "E", "F", "G", "H", "J", "K", "L"];
    let plate = dice.percent(58).then(|| {
        format!(
            "浙A{}{}{:03}",
            dice.pick(&letters),
            dice.within(1, 9),
            (building * 37 + floor * 11 + door * 3 + entrance * 101) % 1000
        )
    });
    let parking = (plate.is_some() && dice.percent(70))
        .then(|| format!("B{}-{:03}", 1 + building % 2, building * 20 + floor + door));
    let (care_note, preference) = match dice.within(1, 30) {
        1 => ("家有老人", "上门前先打电话"),
        2 => ("独居老人，行动不便", "请敲门并等候"),
        3 => ("有婴儿", "勿按门铃，先发消息"),
        4 => ("", "下班后 18:30 以后联系"),
        5 => ("家有大型犬", "请提前告知"),
        _ => ("", ""),
    };
    House {
        building,
        entrance,
        floor,
        room: format!("{floor:02}{door:02}"),
        area_cm2: *dice.pick(&[891_000, 945_600, 1_086_000, 1_286_000, 1_434_000]),
        people,
        plate,
        parking,
        care_note,
        preference,
    }
}
