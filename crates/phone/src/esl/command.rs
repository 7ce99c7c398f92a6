//! What is asked of FreeSWITCH. A command is a line; values are checked before they come here.

use super::Settings;

/// The events that are listened to. `CUSTOM` takes the rest of the line.
pub(super) const SUBSCRIBE: &str = "event json CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_BRIDGE \
    CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP_COMPLETE RECORD_STOP BACKGROUND_JOB CUSTOM callcenter::info\n\n";

/// All channels that are there.
pub(super) const LIST: &str = "api show channels as json\n\n";

/// A command that does next to nothing.
pub(super) const PING: &str = "api uptime\n\n";

pub(super) fn auth(password: &str) -> String {
    let password: String = password.chars().filter(|c| !c.is_control()).collect();
    format!("auth {password}\n\n")
}

/// Rings the extension, then dials the number there. The first leg, and so the call, is named `id`.
pub(super) fn originate(settings: &Settings, extension: &str, number: &str, id: &str, job: &str) -> String {
    let telephone = settings.telephone.replacen("{}", extension, 1);
    let mut variables = format!("origination_uuid={id},originate_timeout=30,ignore_early_media=true");
    if let Some(caller_id) = &settings.caller_id {
        variables.push_str(&format!(",origination_caller_id_number={caller_id}"));
    }
    let context = &settings.context;
    format!("bgapi originate {{{variables}}}{telephone} {number} XML {context}\nJob-UUID: {job}\n\n")
}

/// Sends a leg on to another extension.
pub(super) fn transfer(settings: &Settings, leg: &str, target: &str, job: &str) -> String {
    format!(
        "bgapi uuid_transfer {leg} {target} XML {}\nJob-UUID: {job}\n\n",
        settings.context
    )
}
