//! The parts of the service standard that the desk lives by while a customer waits: how long a consultation may take (REC-7),
//! when a call is returned (CAL-3), by when there is a first answer (CAL-6), and which post grants more time (COM-32).

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::case::{Channel, Importance};
use crate::clock::Limit;
use crate::refusal::Refusal;

/// See the module. Made of the standard's named limits; what it leaves out has the shipped value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskRules {
    pub consult: ConsultRule,
    /// A promised call back (CAL-3).
    pub call_back: Limit,
    /// A first answer to what was promised (CAL-6).
    pub interim: Limit,
    /// Who grants more time: the first line that fits.
    pub extension: Vec<Approver>,
}

/// How long somebody may wait while the desk asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsultRule {
    /// A visitor at the desk.
    pub visit: Limit,
    /// A caller on the line; also for what comes in otherwise.
    pub phone: Limit,
}

/// Whether a caller may be put on hold: not before they have said something that was noted. `noted`: what stands in the form.
///
/// # Errors
/// `refuse-hold-unheard` (ANS-3).
pub fn may_hold(noted: &[&str]) -> Result<(), Refusal> {
    if noted.iter().all(|text| text.trim().is_empty()) {
        return Err(Refusal::new("refuse-hold-unheard").clause("ANS-3"));
    }
    Ok(())
}

/// For cases of this importance (none named: any) this post decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<Importance>,
    pub post: Role,
}

impl Default for ConsultRule {
    fn default() -> Self {
        ConsultRule {
            visit: Limit::Minute { n: 2 },
            phone: Limit::Minute { n: 1 },
        }
    }
}

impl Default for DeskRules {
    fn default() -> Self {
        DeskRules {
            consult: ConsultRule::default(),
            call_back: Limit::Minute { n: 30 },
            interim: Limit::NaturalDay { n: 0 },
            extension: vec![
                Approver {
                    importance: vec![Importance::Major],
                    post: Role::ProjectManager,
                },
                Approver {
                    importance: Vec::new(),
                    post: Role::CsHead,
                },
            ],
        }
    }
}

impl DeskRules {
    /// How long a consultation may take for who came in this way (REC-7).
    pub fn consult_limit(&self, channel: Channel) -> Limit {
        if channel == Channel::Visit {
            self.consult.visit
        } else {
            self.consult.phone
        }
    }

    /// The post that decides on more time for a case of this importance.
    pub fn approver(&self, importance: Importance) -> Role {
        self.extension
            .iter()
            .find(|line| line.importance.is_empty() || line.importance.contains(&importance))
            .map_or(Role::CsHead, |line| line.post)
    }

    /// What is wrong with the rules: where, and what. None if nothing is.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let minutes = |limit: Limit| matches!(limit, Limit::Minute { n: 1..=60 });
        if !minutes(self.consult.visit) || !minutes(self.consult.phone) {
            return Some(("desk.consult", "must be 1 to 60 minutes"));
        }
        if !matches!(self.call_back, Limit::Minute { n: 1.. } | Limit::Hour { n: 1..=24 }) {
            return Some(("desk.call_back", "must be minutes or at most 24 hours"));
        }
        if self.interim.needs_calendar() {
            return Some(("desk.interim", "must not need a calendar"));
        }
        let high = |role: Role| post_rank(role).is_some();
        (!self.extension.iter().all(|line| high(line.post))).then_some((
            "desk.extension",
            "must name the head of customer service, the project manager, a company leader or the general manager",
        ))
    }
}

/// The line of superiors, lowest first; None for posts that are not in it.
fn post_rank(role: Role) -> Option<u8> {
    match role {
        Role::CsHead => Some(0),
        Role::ProjectManager => Some(1),
        Role::CompanyLeader => Some(2),
        Role::GeneralManager => Some(3),
        _ => None,
    }
}

/// Whether who holds these roles decides in the place of `post`: the post itself, or one above it.
pub fn stands_for(held: &[Role], post: Role) -> bool {
    let needed = post_rank(post);
    held.iter()
        .any(|role| *role == post || (post_rank(*role) > needed && needed.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_waits_two_minutes_a_caller_one() {
        let rules = DeskRules::default();
        for channel in Channel::ALL {
            let minutes = if *channel == Channel::Visit { 2 } else { 1 };
            assert_eq!(rules.consult_limit(*channel), Limit::Minute { n: minutes }, "{channel}");
        }
        assert_eq!(rules.fault(), None);
    }

    #[test]
    fn the_head_decides_and_for_major_matters_the_project_manager() {
        let rules = DeskRules::default();
        assert_eq!(rules.approver(Importance::Ordinary), Role::CsHead);
        assert_eq!(rules.approver(Importance::Important), Role::CsHead);
        assert_eq!(rules.approver(Importance::Major), Role::ProjectManager);
    }

    #[test]
    fn who_stands_above_decides_too_and_nobody_else() {
        for (held, post, may) in [
            (Role::CsHead, Role::CsHead, true),
            (Role::ProjectManager, Role::CsHead, true),
            (Role::GeneralManager, Role::ProjectManager, true),
            (Role::CsHead, Role::ProjectManager, false),
            (Role::DeptHead, Role::CsHead, false),
            (Role::FrontDesk, Role::CsHead, false),
            (Role::Sysadmin, Role::CsHead, false),
        ] {
            assert_eq!(stands_for(&[held], post), may, "{held} for {post}");
        }
    }

    #[test]
    fn each_may_be_changed_and_not_into_nonsense() {
        let with = |change: fn(&mut DeskRules)| {
            let mut rules = DeskRules::default();
            change(&mut rules);
            rules.fault().is_some()
        };
        assert!(!with(|r| r.consult.visit = Limit::Minute { n: 3 }));
        for (n, bad) in [
            with(|r| r.consult.phone = Limit::Hour { n: 1 }),
            with(|r| r.call_back = Limit::NaturalDay { n: 1 }),
            with(|r| r.interim = Limit::WorkingDay { n: 1 }),
            with(|r| {
                r.extension = vec![Approver {
                    importance: Vec::new(),
                    post: Role::FrontDesk,
                }];
            }),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(bad, "{n}");
        }
    }
}
