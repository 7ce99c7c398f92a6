//! Use cases on both engines. One file a feature.

mod case;
mod directory;
mod find;
mod staff;
