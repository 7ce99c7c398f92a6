//! What else happens on an estate, on its days before the story ends: standard answers and a few lessons, an emergency with its
//! meeting, a drill, a power cut with its callers, plans and trainings, visitors of the day, a report that is looked into.
//! Only where the story is long enough to hold it.

use domain::access::Role;
use domain::answer::Said;
use domain::case::{Channel, Kind};
use domain::emergency::Command as Help;
use domain::ids::{EmergencyId, IncidentId, StaffId};
use domain::incident::Told;
use domain::lesson::Taught;
use domain::visit::{Command as Visit, DocumentKind, HostWay};
use store::db::Tx;

use super::{DAY, HOUR, Life, MINUTE};
use crate::bulletin::{self, NewBulletin, Placed};
use crate::contact::NewContact;
use crate::ctx::Ctx;
use crate::emergency::document::{self, NewDocument};
use crate::emergency::{self, NewEmergency};
use crate::error::{Error, Res};
use crate::incident::{self, NewIncident};
use crate::visit::{self, Expected, Who};

/// The shortest story with all of this, in days.
pub const ENOUGH: i64 = 45;
const SECOND: i64 = 1000;

/// Question, one sentence, everything, days until it is looked at again; in both languages.
const ANSWERS: &[(&str, &str, &str, &str, &str, i64)] = &[
    (
        "访客车辆临时停车怎么收费",
        "What does parking cost for visitors",
        "前半小时免费，之后每小时 5 元，当天 40 元封顶。",
        "The first half hour is free, then 5 yuan an hour, at most 40 a day.",
        "北门、东门进；出场前扫码付款。",
        90,
    ),
    (
        "装修前要办什么手续",
        "What is needed before renovation",
        "带房产证和图纸到前台登记，交押金后领装修许可证。",
        "Bring the deed and the drawings to the desk; after the deposit you get the permit.",
        "施工时间：工作日 8:00 到 12:00、14:00 到 18:00，周末和节假日不得有噪音施工。",
        180,
    ),
    (
        "装修押金怎么退",
        "How is the renovation deposit paid back",
        "验收合格后凭收据七日内原路退还。",
        "Within seven days after acceptance, against the receipt.",
        "",
        180,
    ),
    (
        "物业费怎么缴、可以开发票吗",
        "How are fees paid, and is there an invoice",
        "前台、公众号都可以缴，发票当天可开。",
        "At the desk or by the account on the phone; invoices the same day.",
        "",
        90,
    ),
    (
        "门禁卡丢了怎么补",
        "How is a lost access card replaced",
        "带身份证到前台补办，工本费 20 元，当场可用。",
        "Bring your ID to the desk; 20 yuan, and it works at once.",
        "原卡同时作废。",
        180,
    ),
    (
        "大件垃圾放在哪里",
        "Where does bulky waste go",
        "放到 5 栋东侧大件垃圾点，每天下午四点清运。",
        "East of building 5; it is taken away at four every afternoon.",
        "",
        120,
    ),
    (
        "水费电费怎么查",
        "How do I see water and electricity bills",
        "水费由自来水公司收，电费由供电公司收，户号在表箱上。",
        "Water and power companies bill by themselves; the account number is on the meter box.",
        "",
        180,
    ),
    (
        "楼道灯不亮找谁",
        "Who mends the light in the stairwell",
        "告诉我们楼栋和楼层，当天派人处理。",
        "Tell us the building and the floor; somebody comes the same day.",
        "",
        365,
    ),
];

impl Life {
    pub(super) fn who(&self, role: Role) -> Res<StaffId> {
        let first = self.people.first(role);
        first.ok_or_else(|| Error::Internal(format!("the demo has no {}", role.as_str())))
    }

    fn named(&self, name: &str) -> Res<StaffId> {
        let found = self.people.all.iter().find(|(_, m)| m.name == name);
        let found = found.map(|(id, _)| id.clone());
        found.ok_or_else(|| Error::Internal(format!("the demo has no {name}")))
    }

    pub(super) fn by(&self, role: Role, at: i64) -> Res<Ctx> {
        Ok(self.ctx(at, &self.who(role)?))
    }

    /// What one day has, so many days before the end; `start` is its midnight, `now` how far the day has come.
    ///
    /// # Errors
    /// `Unavailable` while the database is away. What a rule refuses is counted and left.
    pub fn more(&mut self, tx: &mut Tx, left: i64, start: i64, now: i64) -> Res<()> {
        let at = |hour: i64, minute: i64| start + hour * HOUR + minute * MINUTE;
        let done = match left {
            42 => self.telephones(tx, at(9, 0)),
            40 => self.answers(tx, at(9, 10)),
            30 => self.plans(tx, at(10, 0)),
            20 => self.burst_pipe(tx, at(19, 22)),
            15 => self.lines_checked(tx, at(10, 20)),
            12 => self.drill(tx, at(15, 0)),
            5 => self.power_cut(tx, at(18, 40)),
            3 => self.lessons(tx, at(16, 30)),
            2 => self.invited(tx, at(9, 40)),
            1 => self.doubted(tx, at(11, 0)),
            0 => {
                self.just_missed(tx, now)?;
                self.visitors(tx, now)
            }
            _ => Ok(()),
        };
        match done {
            Err(Error::Refused(r)) => {
                tracing::debug!(rule = r.rule, missing = ?r.missing, args = ?r.args, "the demo stumbled");
                self.refused += 1;
                Ok(())
            }
            Err(Error::Invalid(fields)) => {
                tracing::debug!(?fields, "the demo stumbled");
                self.refused += 1;
                Ok(())
            }
            other => other,
        }
    }

    fn answers(&self, tx: &mut Tx, at: i64) -> Res<()> {
        for (n, (question, question_en, short, short_en, full, recheck_days)) in (0..).zip(ANSWERS) {
            let said = Said {
                question: (*question).to_owned(),
                question_en: (*question_en).to_owned(),
                short: (*short).to_owned(),
                short_en: (*short_en).to_owned(),
                full: (*full).to_owned(),
                recheck_days: *recheck_days,
                ..Said::default()
            };
            crate::answer::add(tx, &self.by(Role::CsHead, at + n * 4 * MINUTE)?, "", &said)?;
        }
        Ok(())
    }

    fn plans(&self, tx: &mut Tx, at: i64) -> Res<()> {
        let head = self.by(Role::SecurityHead, at)?;
        let plan = |title: &str, body: &str, days: i64| NewDocument {
            kind: "plan".to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            review_at: Some(at + days * DAY),
            ..NewDocument::default()
        };
        let fire = plan(
            "消防应急预案",
            "一、组织：秩序主管指挥，值班人员就位。\n二、报警：拨打 119，说清楼栋、楼层和着火物。\n三、疏散：走楼梯，关电梯，清点人数。\n四、引导：秩序维护员到大门引导消防车。",
            330,
        );
        document::write(tx, &head, "", &fire)?;
        let flood = plan(
            "防汛应急预案",
            "一、物资：沙袋、抽水泵存放于地下车库 B 区。\n二、预警：橙色预警起车库值守。\n三、处置：封堵入口，抽水，通知车主挪车。",
            28,
        );
        document::write(tx, &head, "", &flood)?;
        let training = NewDocument {
            kind: "training".to_owned(),
            title: "灭火器和电梯困人处置培训".to_owned(),
            body: "参加 14 人，实操合格 14 人。".to_owned(),
            held_at: Some(at - 2 * DAY),
            review_at: Some(at + 180 * DAY),
            ..NewDocument::default()
        };
        document::write(tx, &head, "", &training)?;
        Ok(())
    }

    fn help(&self, tx: &mut Tx, who: &StaffId, at: i64, id: &EmergencyId, command: &Help) -> Res<()> {
        emergency::act(tx, &self.ctx(at, who), id, command).map(drop)
    }

    fn burst_pipe(&self, tx: &mut Tx, at: i64) -> Res<()> {
        let (clerk, head) = (self.who(Role::FrontDesk)?, self.who(Role::DeptHead)?);
        let (security, manager) = (self.who(Role::SecurityHead)?, self.who(Role::ProjectManager)?);
        let home = self.homes.get(self.homes.len() / 3).cloned();
        let home = home.ok_or_else(|| Error::Internal("the demo has no homes".into()))?;
        let new = NewEmergency {
            play: "burst_pipe".to_owned(),
            place: home.code.clone(),
            unit: home.unit.clone(),
            phone: home.phone.clone(),
            caller: home.name.clone(),
            what: "厨房水管爆裂，水流到楼下".to_owned(),
            ..NewEmergency::default()
        };
        let id = emergency::open(tx, &self.ctx(at, &clerk), "", &new)?;
        let tick = |step: &str, note: &str| Help::Tick {
            step: step.to_owned(),
            skip: false,
            note: note.to_owned(),
        };
        // Whoever is called first says that they come.
        let calls = emergency::get(tx, &self.ctx(at, &clerk), &id)?.state.calls;
        for ((n, call), after) in calls.iter().enumerate().zip([25, 32, 48]) {
            let Some(staff) = call.current().cloned() else {
                continue;
            };
            let confirm = Help::Confirm {
                call: n,
                staff: staff.clone(),
            };
            self.help(tx, &staff, at + after * SECOND, &id, &confirm)?;
        }
        let log = Help::Log {
            text: "总阀锈住，用管钳关上".to_owned(),
        };
        self.help(tx, &head, at + 9 * MINUTE, &id, &log)?;
        self.help(tx, &head, at + 11 * MINUTE + 20 * SECOND, &id, &tick("valve", ""))?;
        self.help(tx, &security, at + 12 * MINUTE, &id, &tick("power", "电梯停在 18 层"))?;
        self.help(
            tx,
            &security,
            at + 14 * MINUTE,
            &id,
            &tick("below", "楼下吊顶进水，已拍照"),
        )?;
        self.help(tx, &head, at + 95 * MINUTE, &id, &tick("restored", ""))?;
        let end = Help::End {
            how: "更换软管，20:57 恢复供水".to_owned(),
        };
        self.help(tx, &clerk, at + 98 * MINUTE, &id, &end)?;
        let report = Help::Report {
            result: "一户厨房和楼下吊顶进水，无人受伤，已联系保险。".to_owned(),
        };
        self.help(tx, &manager, at + DAY, &id, &report)?;
        let meet = Help::Meet {
            held_at: at + DAY,
            present: vec![manager.clone(), head.clone(), security],
            analysis: "入户阀门锈死，关阀用了 11 分钟。".to_owned(),
        };
        self.help(tx, &manager, at + DAY + HOUR, &id, &meet)?;
        let improve = Help::Improve {
            owner: head.clone(),
            due_at: at + 15 * DAY,
            what: "全部楼栋入户阀门除锈、上油并建台账".to_owned(),
        };
        self.help(tx, &manager, at + DAY + HOUR + MINUTE, &id, &improve)?;
        self.help(tx, &manager, at + DAY + HOUR + 2 * MINUTE, &id, &Help::Close)?;
        let improved = Help::Improved {
            no: 1,
            how: "42 栋全部除锈，台账已建".to_owned(),
        };
        self.help(tx, &head, at + 13 * DAY, &id, &improved)
    }

    fn drill(&self, tx: &mut Tx, at: i64) -> Res<()> {
        let security = self.who(Role::SecurityHead)?;
        let new = NewEmergency {
            play: "lift".to_owned(),
            drill: true,
            place: "7 栋 2 单元".to_owned(),
            what: "电梯困人演练".to_owned(),
            ..NewEmergency::default()
        };
        let id = emergency::open(tx, &self.ctx(at, &security), "", &new)?;
        for (n, step) in (1..).zip(["talk", "lift_company", "on_spot", "out", "stop"]) {
            let tick = Help::Tick {
                step: step.to_owned(),
                skip: false,
                note: String::new(),
            };
            self.help(tx, &security, at + n * 4 * MINUTE, &id, &tick)?;
        }
        let end = Help::End {
            how: "18 分钟解困，对讲通畅".to_owned(),
        };
        self.help(tx, &security, at + 24 * MINUTE, &id, &end)?;
        let report = Help::Report {
            result: "维保 18 分钟到场；中控通话记录完整。".to_owned(),
        };
        self.help(tx, &security, at + 40 * MINUTE, &id, &report)?;
        let meet = Help::Meet {
            held_at: at + HOUR,
            present: vec![security.clone()],
            analysis: "对讲和安抚到位，维保到场偏慢。".to_owned(),
        };
        self.help(tx, &security, at + 90 * MINUTE, &id, &meet)?;
        let improve = Help::Improve {
            owner: security.clone(),
            due_at: at + 8 * DAY,
            what: "与维保约定 15 分钟到场".to_owned(),
        };
        self.help(tx, &security, at + 92 * MINUTE, &id, &improve)?;
        self.help(tx, &security, at + 95 * MINUTE, &id, &Help::Close)
    }

    fn power_cut(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
        let head = self.who(Role::CsHead)?;
        // Two buildings that there are, however small the estate.
        let of = |h: &super::Home| h.code.split('-').next().unwrap_or_default().to_owned();
        let mut buildings: Vec<String> = self.homes.iter().map(of).collect();
        buildings.sort();
        buildings.dedup();
        buildings.truncate(2);
        let notice = format!(
            "因外线故障，{} 栋自 18:35 起停电，供电公司正在抢修，预计 20:30 恢复。",
            buildings.join(" 栋、")
        );
        let new = NewIncident {
            item: String::new(),
            title: "停电".to_owned(),
            buildings: buildings.clone(),
            say: "供电公司线路故障，正在抢修，预计 20:30 恢复，给您带来不便请谅解。".to_owned(),
            notice,
        };
        let id = incident::open(tx, &self.ctx(at, &head), "", &new)?;
        let callers: Vec<_> = self
            .homes
            .iter()
            .filter(|h| !h.phone.is_empty() && buildings.contains(&of(h)))
            .take(7)
            .cloned()
            .collect();
        for (n, h) in (1..).zip(callers) {
            let clerk = self.people.clerk(at, &mut self.dice);
            let ctx = self.ctx(at + n * 3 * MINUTE, &clerk);
            let contact = NewContact {
                kind: Some(Kind::Inquiry),
                person: h.person,
                unit: h.unit,
                name: h.name,
                phone: h.phone,
                address: h.code,
                locale: "zh".to_owned(),
                ..NewContact::of(Channel::Phone)
            };
            incident::join(tx, &ctx, "", &id, &contact)?;
        }
        self.told_of_the_cut(tx, at + 6 * MINUTE, &id, &buildings)?;
        incident::end(tx, &self.ctx(at + 105 * MINUTE, &head), &id, "20:25 已恢复供电")?;
        let clerk = self.people.clerk(at + 2 * HOUR, &mut self.dice);
        let ctx = self.ctx(at + 110 * MINUTE, &clerk);
        let lines = incident::callers(tx, &ctx, &id)?;
        for (n, line) in (0..).zip(&lines) {
            let ctx = self.ctx(at + (110 + n * 2) * MINUTE, &clerk);
            incident::tell(tx, &ctx, &line.id, None, Told::Over, "")?;
        }
        Ok(())
    }

    /// The notice to the two buildings: on the board and in the owners' group, over when the light is back.
    fn told_of_the_cut(&self, tx: &mut Tx, at: i64, cut: &IncidentId, buildings: &[String]) -> Res<()> {
        let (clerk, head) = (self.who(Role::FrontDesk)?, self.who(Role::CsHead)?);
        let new = NewBulletin {
            kind: "outage".to_owned(),
            title: "停电抢修通知".to_owned(),
            text: format!(
                "因外线故障，{} 栋自 18:35 起停电，供电公司正在抢修，预计 20:30 恢复。请不要乘坐电梯。",
                buildings.join(" 栋、")
            ),
            buildings: buildings.to_vec(),
            boards: "大堂公告栏".to_owned(),
            networks: "业主群".to_owned(),
            source: format!("incidents/{cut}"),
            ..NewBulletin::default()
        };
        let id = bulletin::draft(tx, &self.ctx(at, &clerk), "", &new)?;
        bulletin::publish(tx, &self.ctx(at + MINUTE, &head), &id, 1)?;
        let guard = self.who(Role::Guard)?;
        bulletin::place(tx, &self.ctx(at + 9 * MINUTE, &guard), &id, 0, &Placed::Up)?;
        let out = Placed::Out(String::new());
        bulletin::place(tx, &self.ctx(at + 3 * MINUTE, &clerk), &id, 0, &out)?;
        bulletin::finish(tx, &self.ctx(at + 115 * MINUTE, &head), &id)?;
        bulletin::place(tx, &self.ctx(at + 13 * HOUR, &guard), &id, 0, &Placed::Down)
    }

    /// An activity that a dozen households are invited to on paper; half of them have it.
    fn invited(&self, tx: &mut Tx, at: i64) -> Res<()> {
        let (head, guard) = (self.who(Role::CsHead)?, self.who(Role::Guard)?);
        let homes: Vec<_> = self.homes.iter().filter(|h| h.unit.is_some()).take(12).collect();
        let new = NewBulletin {
            kind: "activity".to_owned(),
            title: "周六便民维修日".to_owned(),
            text: "本周六 9:00 至 11:30，中心广场免费磨刀、修伞、量血压。欢迎各位邻居参加，雨天顺延。".to_owned(),
            units: homes.iter().map(|h| h.code.as_str()).collect::<Vec<_>>().join(" "),
            boards: "中心广场公告栏".to_owned(),
            file: true,
            ..NewBulletin::default()
        };
        let id = bulletin::draft(tx, &self.ctx(at, &head), "", &new)?;
        bulletin::publish(tx, &self.ctx(at + 2 * MINUTE, &head), &id, 1)?;
        bulletin::place(tx, &self.ctx(at + 20 * MINUTE, &guard), &id, 0, &Placed::Up)?;
        let half: Vec<_> = homes.iter().take(6).filter_map(|h| h.unit.clone()).collect();
        bulletin::hand(tx, &self.ctx(at + 50 * MINUTE, &guard), &id, &half).map(|_| ())
    }

    fn lessons(&self, tx: &mut Tx, at: i64) -> Res<()> {
        let ctx = self.by(Role::CsHead, at)?;
        for (n, id) in (0..).zip(store::case::closed_ids(tx, &ctx.site, 2)?) {
            let ctx = self.by(Role::CsHead, at + n * 6 * MINUTE)?;
            let d = crate::lesson::draft(tx, &ctx, &id)?;
            let t = Taught {
                worked: if d.taught.worked.trim().is_empty() {
                    "当场说明并回访，住户认可。".to_owned()
                } else {
                    d.taught.worked.clone()
                },
                tags: "常见".to_owned(),
                ..d.taught
            };
            crate::lesson::keep(tx, &ctx, "", &id, &t)?;
        }
        Ok(())
    }

    /// A report that is looked into (COM-24): asked for, not yet answered.
    fn doubted(&self, tx: &mut Tx, at: i64) -> Res<()> {
        let ctx = self.by(Role::CsHead, at)?;
        let Some(case) = store::case::closed_ids(tx, &ctx.site, 1)?.into_iter().next() else {
            return Ok(());
        };
        let opened = crate::investigation::Opened {
            case: case.into_string(),
            about: self.named("罗永福")?.into_string(),
            fault: "late".to_owned(),
            report: "已到场修好，住户满意".to_owned(),
            why: "住户来电询问时还没有人到场".to_owned(),
            answer_by: Some(at + 4 * DAY),
        };
        crate::investigation::open(tx, &ctx, "", &opened).map(drop)
    }

    /// Who has come today: one gone again, two inside, one expected in an hour.
    fn visitors(&mut self, tx: &mut Tx, now: i64) -> Res<()> {
        let guests = [
            ("陈志远", "美达装饰", "量尺寸", 150, Some(40)),
            ("吴小兰", "", "看望父母", 95, None),
            ("高建军", "安居智能", "检修对讲", 35, None),
        ];
        let homes: Vec<_> = self
            .homes
            .iter()
            .filter(|h| !h.name.is_empty())
            .take(40)
            .cloned()
            .collect();
        let Some(last) = homes.len().checked_sub(1) else {
            return Ok(());
        };
        for (n, (name, company, reason, ago, stayed)) in guests.into_iter().enumerate() {
            let h = &homes[(n * 11).min(last)];
            let guard = self.who(Role::Guard)?;
            let at = now - ago * MINUTE;
            let who = Who {
                name: name.to_owned(),
                company: company.to_owned(),
                reason: reason.to_owned(),
                host: h.name.clone(),
                person: h.person.clone(),
                unit: h.code.clone(),
                people: 1,
                ..Who::default()
            };
            let id = visit::register(tx, &self.ctx(at, &guard), "", &who)?;
            let mut step = |after: i64, command: &Visit| {
                visit::act(tx, &self.ctx(at + after * MINUTE, &guard), &id, None, command).map(drop)
            };
            step(1, &Visit::AskHost { how: HostWay::Phone })?;
            step(
                2,
                &Visit::HostAnswer {
                    yes: true,
                    how: HostWay::Phone,
                    note: String::new(),
                    accompany: false,
                },
            )?;
            step(
                3,
                &Visit::CheckDocument {
                    kind: DocumentKind::IdCard,
                    number: "11010519491231002X".to_owned(),
                    as_expected: true,
                },
            )?;
            step(
                4,
                &Visit::Enter {
                    badge: format!("F{}", 11 + n),
                    accompanied_by: String::new(),
                },
            )?;
            if let Some(stayed) = stayed {
                step(
                    4 + stayed,
                    &Visit::Leave {
                        badge_back: true,
                        note: String::new(),
                    },
                )?;
            }
        }
        let h = &homes[last];
        let expected = Expected {
            who: Who {
                name: "林先生".to_owned(),
                reason: "送家具".to_owned(),
                host: h.name.clone(),
                person: h.person.clone(),
                unit: h.code.clone(),
                people: 2,
                ..Who::default()
            },
            from: Some(now),
            until: Some(now + 6 * HOUR),
            accompany: false,
        };
        let clerk = self.people.clerk(now, &mut self.dice);
        visit::expect(tx, &self.ctx(now, &clerk), "", &expected).map(drop)
    }
}
