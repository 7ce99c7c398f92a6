//! Use cases on both engines. One file a feature.

mod calendar;
mod case;
mod desk;
mod directory;
mod find;
mod import;
mod link;
mod list;
mod outbox;
mod replica;
mod staff;
mod standard;
mod step;
