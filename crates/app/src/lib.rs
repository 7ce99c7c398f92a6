//! The use cases: one function is one thing a person does and one transaction. Everything here is synchronous; nothing
//! outside the machine is called inside a transaction.

pub mod account;
pub mod answer;
pub mod appointment;
pub mod attachment;
pub mod book;
pub mod bulletin;
pub mod calendar;
pub mod call;
pub mod call_round;
pub mod case;
pub mod channel;
pub mod communication;
pub mod complaint_route;
pub mod consult;
pub mod contact;
pub mod ctx;
pub mod demo;
pub mod department;
pub mod desk;
pub mod directory;
pub mod emergency;
pub mod error;
pub mod files;
pub mod find;
pub mod hidden;
pub mod house;
pub mod import;
pub mod incident;
pub mod investigation;
pub mod journal;
pub mod known;
pub mod lease;
pub mod lesson;
pub mod link;
pub mod list;
pub mod live;
pub mod notice;
pub mod once;
pub mod ontime;
pub mod opinion;
pub mod outbox;
pub mod password;
pub mod post;
pub mod promise;
pub mod proposal;
pub mod queue;
pub mod referral;
pub mod register;
pub mod roster;
pub mod signature;
pub mod site;
pub mod staff;
pub mod standard;
pub mod step;
pub mod system;
pub mod task;
pub mod telephone;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod timer;
pub mod visit;

#[cfg(test)]
mod tests;

/// The demo's sign-ins: login and role. They exist only in a demo estate.
pub const DEMO_LOGINS: &[(&str, &str)] = &[
    ("chenxiaowen", "front_desk"),
    ("lihuimin", "cs_head"),
    ("wangjianguo", "worker"),
    ("gongcheng", "dept_head"),
    ("menwei", "guard"),
    ("zhaolixin", "security_head"),
    ("jingli", "project_manager"),
    ("zhiguan", "quality"),
    ("caiwu", "finance"),
    ("xingzheng", "administration"),
    ("fenguan", "company_leader"),
    ("zongjingli", "general_manager"),
    ("waibao", "vendor"),
    ("admin", "sysadmin"),
];
