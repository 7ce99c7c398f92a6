//! The documents in force: service standard, taxonomy, prices, scripts and default departments. Read once, shared by
//! every context.
//!
//! The service standard belongs to a site and has versions. Which of them is in force is asked of the database in the same
//! transaction that uses it, by one look into an index; the version itself never changes, so it is read and kept once. Thus every
//! replica works by a new version from the very instant it is valid, and nobody has to be told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::case::complaint::Routes;
use domain::emergency::Plays;
use domain::ids::{CalendarVersionId, SiteId, StandardId};
use domain::price_list::PriceList;
use domain::scripts::Scripts;
use domain::standard::{Document, Standard};
use domain::taxonomy::Taxonomy;
use domain::time::Calendars;
use store::seam::Conn;

use crate::error::{Error, Res};

/// See the module.
pub struct Book {
    /// What a site works by that has no version of its own.
    pub shipped: Arc<Standard>,
    /// The same as it is written: what the clauses ask for.
    pub shipped_document: Document,
    pub taxonomy: Taxonomy,
    pub prices: PriceList,
    pub scripts: Scripts,
    /// Playbooks of emergencies.
    pub plays: Plays,
    /// Where complaints usually go, where the clauses name no department.
    pub routes: Routes,
    /// The calendars of each site with the latest version among them, compiled when the site first asks.
    calendars: Mutex<BTreeMap<SiteId, Known>>,
    /// Versions of sites that were in use lately.
    standards: Mutex<BTreeMap<StandardId, Arc<Standard>>>,
}

/// What is known of a site's calendars.
struct Known {
    zone: String,
    /// Id of the latest version; None while there are only the shipped ones.
    latest: Option<CalendarVersionId>,
    calendars: Arc<Calendars>,
}

/// Versions that are kept; beyond this they are read again.
const KEPT: usize = 2_000;

impl Book {
    /// The documents that ship with the product.
    ///
    /// # Errors
    /// `Internal` when a shipped file is broken, which the tests rule out.
    pub fn shipped() -> Res<Book> {
        Ok(Book {
            shipped: Arc::new(Standard::shipped().map_err(Error::internal)?),
            shipped_document: Document::shipped().map_err(Error::internal)?,
            taxonomy: domain::taxonomy::default_taxonomy().map_err(Error::internal)?,
            prices: domain::price_list::default_price_list().map_err(Error::internal)?,
            plays: domain::emergency::play::shipped_plays().map_err(Error::internal)?,
            scripts: domain::scripts::default_scripts().map_err(Error::internal)?,
            routes: domain::case::complaint::default_routes().map_err(Error::internal)?,
            calendars: Mutex::default(),
            standards: Mutex::default(),
        })
    }

    /// The standard in force at a site at an instant.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn standard(&self, c: &mut Conn, site: &SiteId, at: i64) -> Res<Arc<Standard>> {
        match store::standard::in_force(c, site, at)? {
            Some(id) => self.version(c, &id),
            None => Ok(self.shipped.clone()),
        }
    }

    /// The standard of this name, by which a case was registered: an open case keeps it. The one in force where nobody knows the
    /// name any more (a shipped one that the product has replaced since).
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn standard_named(&self, c: &mut Conn, site: &SiteId, name: &str, at: i64) -> Res<Arc<Standard>> {
        if name == self.shipped.version() {
            return Ok(self.shipped.clone());
        }
        match store::standard::named(c, site, name)? {
            Some(id) => self.version(c, &id),
            None => self.standard(c, site, at),
        }
    }

    /// A version by its id.
    ///
    /// # Errors
    /// `NotFound`; `Internal` for one that cannot be worked by, which approving rules out.
    pub fn version(&self, c: &mut Conn, id: &StandardId) -> Res<Arc<Standard>> {
        if let Some(known) = self.standards.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(known.clone());
        }
        let written = store::standard::written(c, id)?.ok_or(Error::NotFound)?;
        let made = Document::parse(&written.document)
            .and_then(|document| document.with_shipped_limits().standard())
            .map(Arc::new)
            .map_err(Error::internal)?;
        let mut known = self.standards.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(id.clone(), made.clone());
        Ok(made)
    }

    /// The working calendars of a site in this zone, every version. Which is the latest is asked of the database, so that every
    /// replica works by a change from the instant it is written.
    ///
    /// # Errors
    /// `Internal` for a zone that nobody knows; `Unavailable` while the database is away.
    pub fn calendars(&self, c: &mut Conn, site: &SiteId, zone: &str) -> Res<Arc<Calendars>> {
        let latest = store::calendar::latest(c, site)?;
        let mine = |known: &&Known| known.zone == zone && known.latest == latest;
        let lock = || self.calendars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(site).filter(mine) {
            return Ok(known.calendars.clone());
        }
        let made = Arc::new(crate::calendar::versions(c, site, zone)?);
        let known = Known {
            zone: zone.to_owned(),
            latest,
            calendars: made.clone(),
        };
        lock().insert(site.clone(), known);
        Ok(made)
    }
}
