//! The documents in force: service standard, taxonomy, prices, scripts and default departments. Read once, shared by
//! every context; a new version replaces the whole book.

use domain::price_list::PriceList;
use domain::scripts::Scripts;
use domain::standard::Standard;
use domain::taxonomy::Taxonomy;

use crate::error::{Error, Res};

/// See the module.
pub struct Book {
    pub standard: Standard,
    pub taxonomy: Taxonomy,
    pub prices: PriceList,
    pub scripts: Scripts,
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
        })
    }
}
