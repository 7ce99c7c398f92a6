//! Where a complaint goes (COM-17 to COM-21, COM-28, COM-29), with the reason. A proposal: whoever sends it elsewhere says why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Nature, Received, RouteWhy};
use crate::access::Role;
use crate::data_error::DataError;

/// A manager or head of a department: a complaint against one of them is the company leader's (COM-21).
pub const fn about_a_head(role: Role) -> bool {
    matches!(
        role,
        Role::ProjectManager | Role::CsHead | Role::DeptHead | Role::SecurityHead
    )
}

/// Code of the management office among the departments.
pub const OFFICE: &str = "project_office";
/// The company leader in charge: no department.
pub const LEADER: &str = "leader";

/// Where it should go and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// `leader`, or the code of a department.
    pub to: String,
    pub why: RouteWhy,
    pub clause: &'static str,
}

/// What the clauses leave open: by category the usual department and the usual nature. A preset, shipped as data; no clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    /// Version of the preset.
    pub version: String,
    /// Category of complaints (group of the taxonomy) to code of a department.
    pub habits: BTreeMap<String, String>,
    /// Category of complaints to the nature that is offered first.
    pub natures: BTreeMap<String, Nature>,
}

impl Routes {
    /// The nature that is offered first for a category.
    #[must_use]
    pub fn nature(&self, category: &str) -> Nature {
        self.natures.get(category).copied().unwrap_or(Nature::Other)
    }

    /// The usual department of a category.
    #[must_use]
    pub fn habit(&self, category: &str) -> &str {
        self.habits.get(category).map_or(OFFICE, String::as_str)
    }
}

/// The table that ships with the product.
///
/// # Errors
/// A broken file, which the tests rule out.
pub fn default_routes() -> Result<Routes, DataError> {
    Ok(serde_json::from_str(include_str!(
        "../../../../../standards/complaint-routes.json"
    ))?)
}

/// Where a complaint of this nature and category goes. `unsolved`: the office has had it and could not solve it.
#[must_use]
pub fn propose(routes: &Routes, nature: Nature, category: &str, received: Received, unsolved: bool) -> Proposal {
    let to = |to: &str, why, clause| Proposal {
        to: to.to_owned(),
        why,
        clause,
    };
    // COM-17: these leave the office at once, wherever they came in.
    match nature {
        Nature::Compensation => return to(LEADER, RouteWhy::Compensation, "COM-21"),
        Nature::Head => return to(LEADER, RouteWhy::Head, "COM-21"),
        Nature::Attitude => return to("quality", RouteWhy::Quality, "COM-18"),
        _ => {}
    }
    let office = matches!(received, Received::Office | Received::PassedDown);
    if office && !unsolved {
        let clause = if received == Received::Office {
            "COM-28"
        } else {
            "COM-29"
        };
        return to(OFFICE, RouteWhy::OfficeFirst, clause);
    }
    match nature {
        Nature::ServiceQuality => to("quality", RouteWhy::Quality, "COM-18"),
        Nature::CivilWorks | Nature::Decoration | Nature::Equipment => {
            to("engineering", RouteWhy::Engineering, "COM-19")
        }
        Nature::Charging => to("finance", RouteWhy::Finance, "COM-20"),
        _ => to(routes.habit(category), RouteWhy::Habit, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_of_the_taxonomy_has_its_habit_and_every_habit_a_department() {
        let routes = default_routes().unwrap();
        let taxonomy = crate::taxonomy::default_taxonomy().unwrap();
        let departments = crate::departments::default_departments().unwrap();
        for group in &taxonomy.complaint_groups {
            assert!(routes.habits.contains_key(&group.code), "{}", group.code);
            assert!(routes.natures.contains_key(&group.code), "{}", group.code);
        }
        assert_eq!(routes.habits.len(), taxonomy.complaint_groups.len());
        for (group, code) in &routes.habits {
            assert!(departments.iter().any(|d| d.code == *code), "{group}: {code}");
        }
    }

    #[test]
    fn who_gets_it_by_the_clauses() {
        let routes = default_routes().unwrap();
        let at = |nature, category, received, unsolved| {
            let p = propose(&routes, nature, category, received, unsolved);
            (p.to, p.clause)
        };
        let company = |nature| at(nature, "noise", Received::Company, false);
        for (nature, to, clause) in [
            (Nature::Attitude, "quality", "COM-18"),
            (Nature::ServiceQuality, "quality", "COM-18"),
            (Nature::CivilWorks, "engineering", "COM-19"),
            (Nature::Decoration, "engineering", "COM-19"),
            (Nature::Equipment, "engineering", "COM-19"),
            (Nature::Charging, "finance", "COM-20"),
            (Nature::Compensation, LEADER, "COM-21"),
            (Nature::Head, LEADER, "COM-21"),
            (Nature::Other, "security", ""),
        ] {
            assert_eq!(company(nature), (to.to_owned(), clause), "{nature}");
        }
        // The office handles its own first, but for what is against its people or asks for money.
        for nature in Nature::ALL {
            let (to, _) = at(*nature, "noise", Received::Office, false);
            let leaves = matches!(nature, Nature::Attitude | Nature::Compensation | Nature::Head);
            assert_eq!(to == OFFICE, !leaves, "{nature}");
            // What it cannot solve goes the company's way.
            assert_eq!(
                at(*nature, "noise", Received::Office, true),
                company(*nature),
                "{nature}"
            );
        }
        assert_eq!(
            at(Nature::Charging, "", Received::PassedDown, false),
            (OFFICE.to_owned(), "COM-29")
        );
    }
}
