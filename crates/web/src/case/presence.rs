//! Who else has a case open. Kept in memory for less than a minute: a page says every twenty seconds that it is there.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use app::ctx::StaffActor;
use domain::access::Action;
use domain::ids::{CaseId, SiteId, StaffId};

use super::names::named;
use crate::l10n::{t, tx};
use crate::page::Page;

/// A page that has said nothing for so long is closed.
const GONE_MS: i64 = 50_000;
/// A form that was opened and neither sent nor opened again for so long is not being filled in.
const IDLE_FORM_MS: i64 = 180_000;

#[derive(Clone)]
struct Seen {
    name: String,
    name_en: String,
    at: i64,
    doing: Option<(Action, i64)>,
}

type Rooms = HashMap<(SiteId, CaseId), HashMap<StaffId, Seen>>;
static ROOMS: LazyLock<Mutex<Rooms>> = LazyLock::new(Mutex::default);

/// Says that somebody looks at a case, or fills in one of its forms.
pub fn here(site: &SiteId, case: &CaseId, who: &StaffActor, now: i64, doing: Option<Action>) {
    let mut rooms = ROOMS.lock().unwrap_or_else(PoisonError::into_inner);
    rooms.retain(|_, people| {
        people.retain(|_, s| now - s.at < GONE_MS);
        !people.is_empty()
    });
    let people = rooms.entry((site.clone(), case.clone())).or_default();
    let seen = people.entry(who.id.clone()).or_insert_with(|| Seen {
        name: who.name.clone(),
        name_en: who.name_en.clone(),
        at: now,
        doing: None,
    });
    seen.at = now;
    if let Some(action) = doing {
        seen.doing = Some((action, now));
    }
}

/// A form was sent: nobody fills it in any more.
pub fn sent(site: &SiteId, case: &CaseId, who: &StaffId) {
    let mut rooms = ROOMS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(seen) = rooms
        .get_mut(&(site.clone(), case.clone()))
        .and_then(|people| people.get_mut(who))
    {
        seen.doing = None;
    }
}

/// Somebody else at the same case, and what that person does there.
pub struct Other {
    pub name: String,
    pub doing: String,
}

/// Everybody but `me`.
pub fn others(p: &Page, site: &SiteId, case: &CaseId, me: &StaffId) -> Vec<Other> {
    let rooms = ROOMS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(people) = rooms.get(&(site.clone(), case.clone())) else {
        return Vec::new();
    };
    let mut list: Vec<Other> = people
        .iter()
        .filter(|(id, s)| *id != me && p.now - s.at < GONE_MS)
        .map(|(_, s)| Other {
            name: named(p.locale, &s.name, &s.name_en).to_owned(),
            doing: match s.doing.filter(|(_, at)| p.now - at < IDLE_FORM_MS) {
                Some((action, _)) => tx(
                    p.locale,
                    "case-here-doing",
                    &[("action", &p.code("action", action.as_str()))],
                ),
                None => t(p.locale, "case-here-looking"),
            },
        })
        .collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list
}
