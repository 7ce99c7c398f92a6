//! The procedures that the product carries out, clause by clause, driven from outside: pages, forms, the command line. One
//! file for each document; a test is named after its clause. They need the program (`SANSHENG_BIN`, built with the feature
//! `test-switch`) and link none of its crates.

mod gateway;
mod html;
mod known;
mod registers;
mod story;
mod world;

mod ans;
mod cal;
mod com;
mod csm;
mod dir;
mod emergency;
mod etq;
mod rec;
#[path = "std.rs"]
mod standard;
mod tel;
mod tel_registers;
mod vis;
