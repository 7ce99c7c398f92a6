//! Use cases on both engines. One file a feature.

mod case;
mod desk;
mod import;
mod step;
mod directory;
mod find;
mod staff;
mod link;
