//! The archive's pages: the list of units, a household in one look, a person, and the forms that keep them true.

mod act;
mod form;
mod merge;
mod pages;

pub use act::{
    end_vehicle, mark_phone, new_unit, new_unit_form, person_act, person_form, reveal_id, reveal_phone, unit_act,
    unit_form,
};
pub use merge::{merge_form, merge_person, take_apart};
pub use pages::{
    card, changes, day, household, households, kind, people_options, person, plate, second_line, tone, value,
};

use app::directory::Unit;
use domain::room::RoomKey;

use crate::page::Page;

/// A unit's name for reading: `3 栋 1 单元 1201`.
pub fn long_name(p: &Page, u: &Unit) -> String {
    let key = RoomKey {
        building: u.building.clone(),
        entrance: Some(u.entrance.clone()).filter(|e| !e.is_empty()),
        room: u.room.clone(),
    };
    if p.en() { key.display_en() } else { key.display_zh() }
}

/// `128.6` of square centimetres.
pub fn square_metres(cm2: impl std::borrow::Borrow<i64>) -> String {
    let cm2 = *cm2.borrow();
    let (whole, rest) = (cm2 / 10_000, cm2 % 10_000 / 100);
    let text = format!("{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The text of a code where the code is one of ours, else the estate's own word.
pub fn word(p: &Page, family: &str, code: &str) -> String {
    if code.is_empty() {
        return String::new();
    }
    let key = format!("{family}-{code}");
    if crate::l10n::has(p.locale, &key) {
        p.t(&key)
    } else {
        code.to_owned()
    }
}
