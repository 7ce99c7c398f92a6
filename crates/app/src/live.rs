//! What has just changed, for everyone who is looking: the last sequence number of each site, the counters beside the
//! navigation and who is on duty. Filled after each commit, read without a query by every page.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::{SiteId, StaffId};

use crate::emergency::Alarm;
use crate::incident::Ongoing;
use crate::roster::now::Now;

/// Counters beside the navigation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open cases at the desk.
    pub queue: i64,
    /// Of these, past their due time.
    pub overdue: i64,
    /// Open work orders.
    pub orders: i64,
    /// Callbacks waiting to be made.
    pub callbacks: i64,
    /// Messages that reached nobody.
    pub messages_failed: i64,
    /// Open cases where a resident or worker sent something that nobody has looked at.
    pub news: i64,
    /// Numbers that wait to be called back.
    pub missed: i64,
    /// What of these is hidden from whom: complaints about them.
    pub hidden: Vec<store::hidden::HiddenOpen>,
}

impl Counts {
    /// The counters as somebody sees them.
    #[must_use]
    pub fn seen_by(mut self, staff: &StaffId) -> Counts {
        if let Some(h) = self.hidden.iter().find(|h| h.staff_id == *staff).cloned() {
            self.queue -= h.queue;
            self.overdue -= h.overdue;
            self.orders -= h.orders;
            self.callbacks -= h.callbacks;
            self.news -= h.news;
        }
        self
    }
}

/// Somebody who is at work, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDuty {
    pub id: StaffId,
    pub name: String,
    pub name_en: String,
    pub department: String,
    pub department_en: String,
}

/// How many notices somebody has not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    pub n: i64,
    /// Of these, what is urgent.
    pub urgent: i64,
}

/// What every page of a site shows beside its own, as it was last read.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub counts: Counts,
    pub on_duty: Vec<OnDuty>,
    /// Open orders that each worker has in hand.
    pub held: HashMap<StaffId, i64>,
    /// What each has not read.
    pub unread: HashMap<StaffId, Unread>,
    /// The roster of these days.
    pub roster: Arc<Now>,
    /// Emergencies and drills that run.
    pub alarms: Arc<Vec<Alarm>>,
    /// Mass incidents that are not closed.
    pub incidents: Arc<Vec<Ongoing>>,
}

impl Standing {
    /// Whether somebody who looks would see something else.
    fn differs(&self, other: &Standing) -> bool {
        self.counts != other.counts
            || self.on_duty != other.on_duty
            || self.held != other.held
            || self.unread != other.unread
            || self.roster.n != other.roster.n
            || self.alarms != other.alarms
            || self.incidents != other.incidents
    }
}

#[derive(Default)]
struct SiteNow {
    seq: i64,
    standing: Standing,
    dirty: bool,
    /// This process changed it: other replicas are to be told.
    mine: bool,
}

/// Names of people at work that the navigation has room for.
const SHOWN: usize = 12;

type Listener = Box<dyn Fn(&SiteId, i64) + Send + Sync>;
type EndListener = Box<dyn Fn(&StaffId) + Send + Sync>;

/// See the module.
#[derive(Default)]
pub struct Live {
    sites: Mutex<HashMap<SiteId, SiteNow>>,
    listeners: Mutex<Vec<Listener>>,
    ends: Mutex<Vec<EndListener>>,
    wake: Condvar,
}

impl Live {
    /// Calls `f` with the site and its sequence after each commit that changed something there.
    pub fn listen(&self, f: impl Fn(&SiteId, i64) + Send + Sync + 'static) {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(f));
    }

    /// Calls `f` with the person of whom sessions may have ended.
    pub fn listen_ends(&self, f: impl Fn(&StaffId) + Send + Sync + 'static) {
        self.ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(f));
    }

    /// Sessions of this person have ended: streams to them look whether theirs is one.
    pub fn signed_out(&self, staff: &StaffId) {
        for f in self.ends.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            f(staff);
        }
    }

    /// Tells the listeners that time was moved: what waits for an instant looks again. Nothing has changed.
    pub fn look_again(&self) {
        let sites: Vec<(SiteId, i64)> = {
            let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
            sites.iter().map(|(s, n)| (s.clone(), n.seq)).collect()
        };
        for (site, seq) in sites {
            for f in self.listeners.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                f(&site, seq);
            }
        }
    }

    /// A commit of this process has changed something at the site.
    pub fn changed(&self, site: &SiteId) {
        self.stir(site, true);
    }

    /// Another process has changed something at the site.
    pub fn heard(&self, site: &SiteId) {
        self.stir(site, false);
    }

    fn stir(&self, site: &SiteId, mine: bool) {
        if site.as_str().is_empty() || site.as_str() == crate::journal::COMPANY {
            return;
        }
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let now = sites.entry(site.clone()).or_default();
        now.dirty = true;
        now.mine |= mine;
        drop(sites);
        self.wake.notify_one();
    }

    /// Waits until something has changed, at most `longest`; the sites returned are to be read again, and those with `true`
    /// were changed by this process.
    pub fn wait(&self, longest: Duration) -> Vec<(SiteId, bool)> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut sites, _) = self
            .wake
            .wait_timeout_while(sites, longest, |s| !s.values().any(|n| n.dirty))
            .unwrap_or_else(PoisonError::into_inner);
        sites
            .iter_mut()
            .filter_map(|(s, n)| std::mem::take(&mut n.dirty).then(|| (s.clone(), std::mem::take(&mut n.mine))))
            .collect()
    }

    /// Stores what was just read and tells the listeners. Returns whether the counters differ from before.
    pub fn set(&self, site: &SiteId, seq: i64, standing: Standing) -> bool {
        let (differs, moved) = {
            let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
            let now = sites.entry(site.clone()).or_default();
            let differs = now.standing.differs(&standing);
            let moved = seq > now.seq;
            now.seq = now.seq.max(seq);
            now.standing = standing;
            (differs, moved)
        };
        if differs || moved {
            for f in self.listeners.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                f(site, seq);
            }
        }
        differs
    }

    pub fn counts(&self, site: &SiteId) -> Counts {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(site).map(|n| n.standing.counts.clone()).unwrap_or_default()
    }

    pub fn seq(&self, site: &SiteId) -> i64 {
        self.sites
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(site)
            .map_or(0, |n| n.seq)
    }

    /// The roster of these days, as it was last read.
    pub fn roster(&self, site: &SiteId) -> Arc<Now> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(site).map(|n| n.standing.roster.clone()).unwrap_or_default()
    }

    /// Emergencies and drills that run at the site.
    pub fn alarms(&self, site: &SiteId) -> Arc<Vec<Alarm>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(site).map(|n| n.standing.alarms.clone()).unwrap_or_default()
    }

    /// Mass incidents of the site that are not closed.
    pub fn incidents(&self, site: &SiteId) -> Arc<Vec<Ongoing>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites
            .get(site)
            .map(|n| n.standing.incidents.clone())
            .unwrap_or_default()
    }

    /// How many open orders this person has in hand.
    pub fn held(&self, site: &SiteId, staff: &StaffId) -> i64 {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites
            .get(site)
            .and_then(|n| n.standing.held.get(staff))
            .copied()
            .unwrap_or_default()
    }

    /// What this person has not read.
    pub fn unread(&self, site: &SiteId, staff: &StaffId) -> Unread {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites
            .get(site)
            .and_then(|n| n.standing.unread.get(staff))
            .copied()
            .unwrap_or_default()
    }

    /// The first who are at work now.
    pub fn on_duty(&self, site: &SiteId) -> Vec<OnDuty> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let first = sites.get(site).map_or(&[][..], |n| {
            n.standing.on_duty.get(..SHOWN).unwrap_or(&n.standing.on_duty)
        });
        first.to_vec()
    }

    /// Whether this person is at work at the site now.
    pub fn is_on_duty(&self, site: &SiteId, staff: &StaffId) -> bool {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites
            .get(site)
            .is_some_and(|n| n.standing.on_duty.iter().any(|d| d.id == *staff))
    }
}
