//! The archive of the estate (CSM-7, STD-4): buildings and units, people with their names and telephones, who lives where,
//! vehicles and parking places, and the look-ups of the search box. One file a table or two.

pub mod find;
pub mod occupancy;
pub mod person;
pub mod thing;
pub mod unit;
