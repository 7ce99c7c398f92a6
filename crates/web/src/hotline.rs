//! The hotline (服务热线): what telephone systems post to us, calls at the desk, the list of calls, numbers to be called back, the
//! line board, the telephones of the site and the systems that tell of calls.

mod board;
mod desk;
mod hook;
mod list;
mod missed;
mod recording;
mod staffing;
mod system;
mod telephone;

pub use board::{board, now};
pub use desk::{calls, offer, over, pick_up, sit, stands, take, transfer, transfer_form};
pub use hook::{by_header, by_path};
pub use list::{export, list, show};
pub use missed::{call as missed_call, done as missed_done, list as missed_list, reveal as missed_reveal};
pub use recording::{hear as recording_hear, list as recordings, sound as recording_sound};
pub use staffing::{export as staffing_export, staffing};
pub use system::{
    add as system_add, change as system_change, heard as system_heard, list as systems,
    old_secret as system_old_secret, secret as system_secret, show as system_show,
};
pub use telephone::{list as telephones, put as telephone_put};

use app::ctx::{Ctx, Locale};
use store::seam::Conn;

use crate::page::Page;

/// Posts of the roster at which a telephone can stand, by name.
pub(crate) fn posts(c: &mut Conn, ctx: &Ctx) -> app::error::Res<Vec<(String, String)>> {
    let en = ctx.locale == Locale::En;
    let all = store::roster::posts(c, &ctx.site)?.into_iter().filter(|p| p.active);
    let named = |p: store::roster::Post| {
        let name = if en && !p.name_en.is_empty() { p.name_en } else { p.name };
        (p.id.into_string(), name)
    };
    Ok(all.map(named).collect())
}

/// How a number is shown: masked; in words where it was withheld.
fn number(p: &Page, n: &str) -> String {
    if n.is_empty() {
        p.t("call-no-number")
    } else {
        p.masked(n)
    }
}

/// Seconds in words: `12 秒`, `1 分 05 秒`.
pub(crate) fn length(p: &Page, ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    if s < 60 {
        p.t1("call-seconds", "n", s)
    } else {
        p.t2("call-minutes", "m", s / 60, "s", format!("{:02}", s % 60))
    }
}

/// A telephone of the house as it stands; where a source names an outside number in its place, that is masked.
pub(crate) fn extension(text: &str) -> String {
    match domain::phone::normalise(text) {
        Ok(phone) if text.len() > 6 => phone.masked(),
        _ => text.to_owned(),
    }
}

/// The colour of what is said of a limit.
fn tone(code: &str) -> &'static str {
    match code {
        "met" | "none" => "grn",
        "breached" => "red",
        "open" => "blu",
        _ => "",
    }
}
