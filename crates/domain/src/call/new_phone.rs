//! A new telephone (新装电话, TEL-8): a department or a person asks, administration (综合管理部) handles it, the general manager
//! approves, administration puts it in.

use serde::{Deserialize, Serialize};

use super::line::{Extension, ServiceClass};
use crate::access::Role;
use crate::codes::codes;
use crate::ids::{DepartmentId, StaffId};
use crate::refusal::Refusal;

codes! {
    /// Where it stands.
    NewPhoneState {
        /// Waits for administration.
        Asked = "asked",
        /// Administration has said what it takes; waits for the general manager.
        Handled = "handled",
        /// Waits to be put in.
        Approved = "approved",
        Refused = "refused",
        /// It stands and has its number.
        Installed = "installed",
    }
}

/// For whom it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", content = "id", rename_all = "snake_case")]
pub enum ForWhom {
    Department(DepartmentId),
    Person(StaffId),
}

/// A request as its rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPhone {
    pub state: NewPhoneState,
    pub by: StaffId,
    pub whom: ForWhom,
    pub class: ServiceClass,
    pub handled_by: Option<StaffId>,
    pub decided_by: Option<StaffId>,
    pub installed_by: Option<StaffId>,
    /// The extension, once it is put in.
    pub extension: Option<String>,
}

fn refuse(rule: &'static str) -> Refusal {
    Refusal::new(rule).clause("TEL-8")
}

fn said(text: &str, key: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(refuse("refuse-incomplete").missing([key]));
    }
    Ok(())
}

impl NewPhone {
    /// Asks for one.
    ///
    /// # Errors
    /// `refuse-incomplete` without a place or a reason.
    pub fn ask(by: &StaffId, whom: ForWhom, class: ServiceClass, place: &str, why: &str) -> Result<NewPhone, Refusal> {
        let missing: Vec<&'static str> = [(place, "missing-place"), (why, "missing-reason")]
            .into_iter()
            .filter(|(text, _)| text.trim().is_empty())
            .map(|(_, key)| key)
            .collect();
        if !missing.is_empty() {
            return Err(refuse("refuse-incomplete").missing(missing));
        }
        Ok(NewPhone {
            state: NewPhoneState::Asked,
            by: by.clone(),
            whom,
            class,
            handled_by: None,
            decided_by: None,
            installed_by: None,
            extension: None,
        })
    }

    /// Whether somebody in these roles can do the next step.
    ///
    /// # Errors
    /// `refuse-new-phone-over` when it is refused or put in, `refuse-new-phone-post` where the step is another post's, with that post as `post`.
    pub fn may_step(&self, roles: &[Role]) -> Result<(), Refusal> {
        let post = match self.state {
            NewPhoneState::Asked | NewPhoneState::Approved => Role::Administration,
            NewPhoneState::Handled => Role::GeneralManager,
            NewPhoneState::Refused | NewPhoneState::Installed => return Err(refuse("refuse-new-phone-over")),
        };
        if roles.contains(&post) {
            Ok(())
        } else {
            Err(refuse("refuse-new-phone-post").arg("post", post))
        }
    }

    fn step(&self, from: NewPhoneState, roles: &[Role]) -> Result<(), Refusal> {
        let over = matches!(self.state, NewPhoneState::Refused | NewPhoneState::Installed);
        if self.state != from && !over {
            return Err(refuse("refuse-new-phone-step"));
        }
        self.may_step(roles)
    }

    /// Administration says what it takes: line, number, cost.
    ///
    /// # Errors
    /// As [`NewPhone::may_step`]; `refuse-new-phone-step` out of its turn; `refuse-incomplete` without a word.
    pub fn handle(&mut self, by: &StaffId, roles: &[Role], what: &str) -> Result<(), Refusal> {
        self.step(NewPhoneState::Asked, roles)?;
        said(what, "missing-what-it-takes")?;
        self.handled_by = Some(by.clone());
        self.state = NewPhoneState::Handled;
        Ok(())
    }

    /// The general manager decides.
    ///
    /// # Errors
    /// As [`NewPhone::handle`]; `refuse-incomplete` without a reason for a no.
    pub fn decide(&mut self, by: &StaffId, roles: &[Role], yes: bool, reason: &str) -> Result<(), Refusal> {
        self.step(NewPhoneState::Handled, roles)?;
        if !yes {
            said(reason, "missing-reason")?;
        }
        self.decided_by = Some(by.clone());
        self.state = if yes {
            NewPhoneState::Approved
        } else {
            NewPhoneState::Refused
        };
        Ok(())
    }

    /// Administration has put it in.
    ///
    /// # Errors
    /// As [`NewPhone::handle`] and [`Extension::check`]; `refuse-new-phone-class` for more than was approved.
    pub fn install(&mut self, by: &StaffId, roles: &[Role], extension: &Extension) -> Result<(), Refusal> {
        self.step(NewPhoneState::Approved, roles)?;
        extension.check()?;
        if extension.class > self.class {
            return Err(refuse("refuse-new-phone-class"));
        }
        self.installed_by = Some(by.clone());
        self.extension = Some(extension.number.clone());
        self.state = NewPhoneState::Installed;
        Ok(())
    }
}
