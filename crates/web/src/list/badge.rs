//! The deadline pill and the kind tag, as every list and the desk draw them.

use app::ctx::Locale;
use store::case::NO_DUE;

use crate::case::clocks::left;
use crate::l10n::t;

/// A deadline pill.
#[derive(Debug, Clone)]
pub struct Due {
    /// `ok`, `near`, `over`, `hold`, `met`.
    pub state: &'static str,
    pub icon: &'static str,
    pub text: String,
    /// Unix milliseconds for the countdown; none where nothing runs.
    pub at: Option<i64>,
    /// The holidays of that time are not published yet.
    pub provisional: bool,
    /// Address of the explanation, and what leads there in words.
    pub why: Option<(String, String)>,
}

impl Due {
    /// Of something open: running, near, overdue or paused.
    pub fn open(l: Locale, now: i64, due_at: Option<i64>, paused: bool) -> Due {
        match due_at.filter(|d| *d < NO_DUE) {
            _ if paused => Due {
                state: "hold",
                icon: "player-pause",
                text: t(l, "clock_state-paused"),
                at: None,
                provisional: false,
                why: None,
            },
            None => Due {
                state: "hold",
                icon: "clock",
                text: t(l, "due-none"),
                at: None,
                provisional: false,
                why: None,
            },
            Some(d) => {
                let (state, icon) = match d - now {
                    i64::MIN..=0 => ("over", "alarm"),
                    1..=900_000 => ("near", "clock"),
                    _ => ("ok", "clock"),
                };
                Due {
                    state,
                    icon,
                    text: left(l, d - now),
                    at: Some(d),
                    provisional: false,
                    why: None,
                }
            }
        }
    }

    /// Of something that no limit binds any more.
    pub fn dropped(l: Locale) -> Due {
        Due {
            state: "done",
            icon: "clock",
            text: t(l, "clock_state-cancelled"),
            at: None,
            provisional: false,
            why: None,
        }
    }

    /// With the way to its explanation, and the mark of what is provisional.
    #[must_use]
    pub fn explained(mut self, l: Locale, case: &str, number: &str, code: &str, provisional: bool) -> Due {
        if self.at.is_some() {
            self.provisional = provisional;
            self.why = (!code.is_empty()).then(|| crate::page::why_link(l, case, code, number));
        }
        self
    }

    /// Of something that is over: met or not.
    pub fn over(l: Locale, breached: bool) -> Due {
        if breached {
            Due {
                state: "late",
                icon: "alarm",
                text: t(l, "clock_state-breached_done"),
                at: None,
                provisional: false,
                why: None,
            }
        } else {
            Due {
                state: "done",
                icon: "check",
                text: t(l, "clock_state-met"),
                at: None,
                provisional: false,
                why: None,
            }
        }
    }
}

/// Class of a kind's tag.
pub fn kind_class(kind: &str) -> &'static str {
    match kind {
        "request" => "blu",
        "complaint" => "vio",
        "inquiry" => "tea",
        "help" => "red",
        "suggestion" | "praise" => "grn",
        _ => "",
    }
}

/// Icon of a kind's tag.
pub fn kind_icon(kind: &str) -> &'static str {
    match kind {
        "request" => "tool",
        "complaint" => "message-report",
        "inquiry" => "help-circle",
        "help" => "alert-triangle",
        "suggestion" => "bulb",
        "praise" => "star",
        _ => "point",
    }
}

/// Class of a status' dot.
pub fn state_class(state: &str) -> &'static str {
    match state {
        "registered" | "dispatched" | "issued" => "amb",
        "accepted" | "on_site" => "blu",
        "done" | "confirmed" | "closed" | "solved" | "met" | "granted" => "grn",
        "not_solved" | "late" | "overdue" | "rejected" | "declined" => "red",
        "pending" | "running" => "amb",
        _ => "",
    }
}
