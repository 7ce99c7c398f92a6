//! Use cases on both engines. One file a feature.

mod answer;
mod calendar;
mod case;
mod complaint;
mod desk;
mod directory;
mod emergency;
mod find;
mod hidden;
mod import;
mod incident;
mod link;
mod list;
mod notice;
mod ontime;
mod outbox;
mod promise;
mod register;
mod replay;
mod replica;
mod roster;
mod round;
mod staff;
mod standard;
mod step;
mod visit;
