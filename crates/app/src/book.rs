//! The documents in force: service standard, taxonomy, prices, scripts and default departments. Read once, shared by
//! every context; a new version replaces the whole book.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::price_list::PriceList;
use domain::scripts::Scripts;
use domain::standard::Standard;
use domain::taxonomy::Taxonomy;
use domain::time::Calendars;

use crate::error::{Error, Res};

/// See the module.
pub struct Book {
    pub standard: Standard,
    pub taxonomy: Taxonomy,
    pub prices: PriceList,
    pub scripts: Scripts,
    /// The shipped calendars by zone, compiled when a site of that zone first asks.
    calendars: Mutex<BTreeMap<String, Arc<Calendars>>>,
}

impl Book {
    /// The documents that ship with the product.
    ///
    /// # Errors
    /// `Internal` when a shipped file is broken, which the tests rule out.
    pub fn shipped() -> Res<Book> {
        Ok(Book {
            standard: domain::standard::Standard::shipped().map_err(Error::internal)?,
            taxonomy: domain::taxonomy::default_taxonomy().map_err(Error::internal)?,
            prices: domain::price_list::default_price_list().map_err(Error::internal)?,
            scripts: domain::scripts::default_scripts().map_err(Error::internal)?,
            calendars: Mutex::default(),
        })
    }

    /// The working calendars of a site in this zone.
    ///
    /// # Errors
    /// `Internal` for a zone that nobody knows.
    pub fn calendars(&self, zone: &str) -> Res<Arc<Calendars>> {
        let mut known = self.calendars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(c) = known.get(zone) {
            return Ok(c.clone());
        }
        let made = Arc::new(Calendars::shipped(zone).map_err(Error::internal)?);
        known.insert(zone.to_owned(), made.clone());
        Ok(made)
    }
}
