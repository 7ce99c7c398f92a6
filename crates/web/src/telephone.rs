//! How telephones are used (电话使用): requests for long distance and new telephones, violations and what calls show of them, checks of
//! lines, telephones out of reach and long calls (TEL-1 to TEL-4, TEL-8 to TEL-10). The telephones themselves are the hotline's.

mod check;
mod finding;
mod long_distance;
mod new_phone;
mod violation;

pub use check::{charge, list as checks, mended, new_page as check_new, record as check_record, rules, show as check};
pub use finding::{dismiss, list as findings, used};
pub use long_distance::{
    approve as long_distance_approve, ask as long_distance_ask, end as long_distance_end, list as long_distances,
    new_page as long_distance_new, print as long_distance_print, refuse as long_distance_refuse, show as long_distance,
    withdraw as long_distance_withdraw,
};
pub use new_phone::{
    ask as new_phone_ask, decide as new_phone_decide, handle as new_phone_handle, install as new_phone_install,
    list as new_phones, new_page as new_phone_new, print as new_phone_print, show as new_phone,
};
pub use violation::{
    answer as violation_answer, decide as violation_decide, list as violations, new_page as violation_new,
    record as violation_record, show as violation,
};

use domain::access::{Action, Reach};
use serde::Deserialize;

use crate::case::names::Names;
use crate::gate::Viewer;

/// The pages of the telephones, as far as the viewer may: address, text key, whether it is the open one.
pub struct Tabs(pub Vec<(&'static str, &'static str, bool)>);

impl Tabs {
    /// With the open one marked, by its address.
    pub fn new(v: &Viewer, open: &str) -> Tabs {
        let whole = v.reach(Action::ViewCalls) >= Reach::Site;
        let all = [
            ("/hotline/telephones", "telephone-title", v.may(Action::RegisterContact)),
            (
                "/hotline/long-distance",
                "long-distance-title",
                v.may(Action::AskTelephone),
            ),
            (
                "/hotline/new-telephones",
                "new-phone-title",
                v.may(Action::AskTelephone),
            ),
            ("/hotline/violations", "violation-title", v.may(Action::ViewViolations)),
            ("/hotline/findings", "finding-title", v.may(Action::RecordViolation)),
            ("/hotline/checks", "line-check-title", v.may(Action::RegisterContact)),
            ("/hotline/use", "telephone-use-title", whole),
        ];
        let shown = all.into_iter().filter(|x| x.2);
        Tabs(shown.map(|x| (x.0, x.1, x.0 == open)).collect())
    }
}

/// What the address of a list says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ask {
    view: String,
    after: String,
}

/// Somebody's name, if there is somebody.
fn name(names: &Names, id: Option<&domain::ids::StaffId>) -> String {
    id.map(|s| names.staff(s)).unwrap_or_default()
}

/// What somebody typed as money, in cents; none where nothing was typed.
///
/// # Errors
/// The key of what is wrong with it.
fn cents(typed: &str) -> Result<Option<i64>, &'static str> {
    match typed.trim() {
        "" => Ok(None),
        text => domain::money::parse(text).map(Some).map_err(|_| "invalid-money"),
    }
}
