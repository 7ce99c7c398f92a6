//! Icons and colours of codes, the same on every page.

use domain::case::{Kind, Status};

/// Icon of a kind of case.
pub fn kind_icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Inquiry => "help-circle",
        Kind::Request => "tool",
        Kind::Complaint => "message-report",
        Kind::Help => "alert-triangle",
        Kind::Suggestion => "star",
        Kind::Praise => "thumb-up",
    }
}

/// Colour class of a kind's tag.
pub fn kind_tone(kind: Kind) -> &'static str {
    match kind {
        Kind::Inquiry => "tea",
        Kind::Request => "blu",
        Kind::Complaint => "vio",
        Kind::Help => "red",
        Kind::Suggestion | Kind::Praise => "grn",
    }
}

/// Colour class of a state's dot.
pub fn state_tone(state: Status) -> &'static str {
    match state {
        Status::Registered => "red",
        Status::Dispatched | Status::Waiting => "amb",
        Status::Accepted | Status::OnSite => "blu",
        Status::Done | Status::Confirmed => "amb",
        Status::Closed => "grn",
        Status::Cancelled => "",
    }
}
