//! What is hidden from the actor: complaints about the actor, and the calls and visits that they came of. Every list of cases and
//! calls, search and export asks here; a single case says so itself ([`domain::case::may`]). Figures and counters of a whole site
//! count them without naming them.

use std::collections::BTreeSet;

use domain::case::{CaseState, Event, Fact};
use store::db::Tx;
use store::hidden as db;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::Res;

/// See the module. Nearly always empty.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    cases: BTreeSet<String>,
    contacts: BTreeSet<String>,
    investigations: BTreeSet<String>,
}

impl Hidden {
    /// What is hidden from who asks; nothing for who is no member of staff.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn from(c: &mut Conn, ctx: &Ctx) -> Res<Hidden> {
        let Some(me) = ctx.staff() else {
            return Ok(Hidden::default());
        };
        let cases = db::cases(c, &me.id)?;
        if cases.is_empty() {
            return Ok(Hidden::default());
        }
        let contacts = db::contacts(c, &me.id)?;
        let investigations = store::investigation::hidden_from(c, &me.id)?;
        Ok(Hidden {
            investigations: investigations.into_iter().map(|id| id.into_string()).collect(),
            cases: cases.into_iter().map(|id| id.into_string()).collect(),
            contacts: contacts.into_iter().map(|id| id.into_string()).collect(),
        })
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Whether a case may be shown.
    #[must_use]
    pub fn shows(&self, case: &str) -> bool {
        !self.cases.contains(case)
    }

    /// Whether a check of a report may be shown.
    #[must_use]
    pub fn shows_investigation(&self, id: &str) -> bool {
        !self.investigations.contains(id)
    }

    /// Whether a call or visit may be shown.
    #[must_use]
    pub fn shows_contact(&self, contact: &str) -> bool {
        !self.contacts.contains(contact)
    }
}

/// Writes down from whom a complaint is hidden.
pub(crate) fn project(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    let named = events
        .iter()
        .any(|e| matches!(e.fact, Fact::ComplaintOpened { .. } | Fact::ComplaintJudged { .. }));
    let Some(about) = s
        .complaint
        .as_ref()
        .and_then(|file| file.about.as_ref())
        .filter(|_| named)
    else {
        return Ok(());
    };
    db::others_drop(tx, &s.id, about)?;
    db::put(tx, about, &s.id, &ctx.site)?;
    // What they were told before it was known about whom it is rings no more.
    store::notice::read_case(tx, &ctx.site, about, &s.id, ctx.now)?;
    Ok(())
}
