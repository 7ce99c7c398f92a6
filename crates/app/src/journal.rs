//! Writing to the journal: who, what, when, from where. Personal values are named by their keys and move to the erasable
//! table; the chain keeps salted hashes of them.

use serde_json::Value;
use store::db::Tx;
use store::journal::NewEntry;

use domain::access::{Action, Reach};
use store::journal::Entry;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::hidden::Hidden;

/// The site id of what concerns the company as a whole: accounts, sessions, set-up.
pub const COMPANY: &str = store::journal::COMPANY;

/// Every event that is written beside those of a case ([`domain::case::Fact::KINDS`]) and
/// of an emergency ([`domain::emergency::Fact::KINDS`]). Each has its sentence in both languages
/// (a test of the pages); one that is missing here fails every test that writes it.
pub const KINDS: &[&str] = &[
    // Accounts and settings
    "staff_created",
    "staff_changed",
    "staff_activated",
    "staff_deactivated",
    "role_granted",
    "role_withdrawn",
    "password_changed",
    "password_reset",
    "signed_in",
    "signed_out",
    "sign_in_failed",
    "session_ended",
    "sessions_ended",
    "token_made",
    "token_revoked",
    "on_duty",
    "off_duty",
    "site_created",
    "site_changed",
    "channel_set",
    "department_added",
    "department_changed",
    "department_opened",
    "department_closed",
    "backup_made",
    "exported",
    // Contacts, links and messages
    "contact_registered",
    "contact_corrected",
    "contact_case_added",
    "phone_revealed",
    "link_made",
    "link_used",
    "link_withdrawn",
    "message_sent",
    "message_delivered",
    "message_failed",
    "message_again",
    // Consultation
    "consult_asked",
    "consult_answered",
    "consult_cannot",
    "consult_given_up",
    "consult_passed",
    "consult_recorded",
    "notice_raised",
    // The directory
    "id_number_revealed",
    "building_created",
    "building_changed",
    "unit_created",
    "unit_corrected",
    "person_created",
    "person_corrected",
    "persons_merged",
    "persons_taken_apart",
    "phone_added",
    "phone_changed",
    "phone_confirmed",
    "phone_marked_wrong",
    "phone_unmarked",
    "moved_in",
    "moved_out",
    "occupancy_changed",
    "vehicle_created",
    "vehicle_changed",
    "vehicle_ended",
    "parking_created",
    "parking_changed",
    "import_uploaded",
    "import_started",
    "import_stopped",
    "import_finished",
    // The service standard
    "standard_drafted",
    "standard_uploaded",
    "standard_edited",
    "standard_undone",
    "standard_checked",
    "standard_given_back",
    "standard_approved",
    "standard_dropped",
    "standard_called_off",
    "standard_compared",
    "standard_simulated",
    "standard_apply_started",
    "standard_applied",
    // The duty roster
    "post_added",
    "post_changed",
    "pattern_added",
    "pattern_changed",
    "shift_added",
    "shift_changed",
    "shift_removed",
    "shifts_filled",
    "absence_added",
    "absence_cancelled",
    "swap_asked",
    "swap_agreed",
    "swap_declined",
    "swap_withdrawn",
    "swap_approved",
    "swap_refused",
    "swap_lapsed",
    "checked_in",
    "check_in_corrected",
    "duty_handed_over",
    "duty_taken_over",
    "hand_over_objected",
    "emergency_owner_named",
    "key_lent",
    "key_returned",
    "key_return_undone",
    // Visitors and appointments; those of a visit itself are `domain::visit::Fact::KINDS`
    "visit_link_made",
    "visit_link_withdrawn",
    "appointment_made",
    "appointment_kept",
    "appointment_no_show",
    "appointment_cancelled",
    // Working calendars
    "calendar_changed",
    "calendar_apply_started",
    "calendar_applied",
    // Safety documents; the events of emergencies are named by their rules
    "safety_document_written",
    // Mass incidents
    "incident_opened",
    "incident_changed",
    "incident_joined",
    "incident_ended",
    "incident_caller_told",
    "incident_closed",
    // Notices to residents
    "bulletin_drafted",
    "bulletin_changed",
    "bulletin_published",
    "bulletin_corrected",
    "bulletin_widened",
    "bulletin_withdrawn",
    "bulletin_over",
    "bulletin_put_up",
    "bulletin_taken_down",
    "bulletin_put_out",
    "bulletin_handed",
    "bulletin_queued",
    "bulletin_sent_again",
    "bulletin_seen",
    "call_arrived",
    "call_ringing",
    "call_moved",
    "call_answered",
    "call_held",
    "call_unheld",
    "call_ended",
    "call_missed",
    "call_registered",
    "call_said_over",
    "call_sent_on",
    "call_not_sent",
    "call_taken",
    "recording_heard",
    "call_back_offered",
    "call_transferred",
    "missed_call_added",
    "missed_call_again",
    "missed_call_late",
    "missed_call_dialled",
    "missed_call_done",
    "phone_system_added",
    "phone_system_changed",
    "phone_system_secret",
    "extension_added",
    "extension_changed",
    "telephone_taken",
    "telephone_left",
    // How telephones are used
    "telephone_rules_set",
    "long_distance_asked",
    "long_distance_approved",
    "long_distance_refused",
    "long_distance_withdrawn",
    "long_distance_ended",
    "long_distance_used",
    "new_phone_asked",
    "new_phone_handled",
    "new_phone_approved",
    "new_phone_refused",
    "new_phone_installed",
    "violation_recorded",
    "violation_answered",
    "violation_decided",
    "finding_dismissed",
    "line_checked",
    "line_fault_mended",
    "line_fault_charged",
    // What the desk knows
    "answer_added",
    "answer_changed",
    "answer_checked",
    "answer_withdrawn",
    "answer_restored",
    "answer_used",
    "referral_added",
    "referral_changed",
    "referral_withdrawn",
    "referral_restored",
    // The month's calls
    "calls_drawn",
    "call_made",
    "call_signed",
    // The month's opinions
    "opinions_opened",
    "opinion_thanked",
    "opinion_identified",
    "opinion_done",
    "opinion_told",
    "opinion_checked",
    "opinions_closed",
    "register_corrected",
    "register_printed",
    "proposal_reported",
    "proposal_decided",
    "proposal_told",
    "lesson_kept",
    "lesson_changed",
    "lesson_withdrawn",
    "lesson_restored",
    // Whether internal reports were true
    "complaint_route_changed",
    "investigation_opened",
    "investigation_answered",
    "investigation_decided",
    "investigation_objected",
    "investigation_reviewed",
];

/// Everything that an event may be about.
pub const SUBJECTS: &[&str] = &[
    "case",
    "contact",
    "consult",
    "person",
    "unit",
    "building",
    "vehicle",
    "parking",
    "staff",
    "department",
    "site",
    "import",
    "message",
    "notice",
    "list",
    "backup",
    "standard",
    "roster",
    "post",
    "shift",
    "hand_over",
    "key",
    "calendar",
    "visit",
    "visit_link",
    "emergency",
    "safety_document",
    "incident",
    "bulletin",
    "call",
    "missed_call",
    "phone_system",
    "extension",
    "long_distance",
    "new_phone",
    "violation",
    "finding",
    "line_check",
    "line_fault",
    "answer",
    "referral",
    "proposal",
    "lesson",
    "investigation",
    "call_round",
    "call_line",
    "opinion_round",
    "opinion",
    "register",
];

/// What an event is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `case`, `contact`, `person`, `unit`, `staff`, …
    pub kind: &'a str,
    pub id: &'a str,
    /// The case it belongs to, if any, so that a case's story is one look.
    pub case: Option<&'a str>,
}

/// Appends one event of the open site.
pub fn append(tx: &mut Tx, ctx: &Ctx, s: Subject<'_>, kind: &str, body: Value, personal: &[&str], happened_at: i64) {
    write(tx, ctx, ctx.site.as_str(), s, kind, body, personal, happened_at);
}

/// Appends one event that happened just now and belongs to no case.
pub fn now(tx: &mut Tx, ctx: &Ctx, subject: &str, id: &str, kind: &str, body: Value, personal: &[&str]) {
    append(
        tx,
        ctx,
        Subject {
            kind: subject,
            id,
            case: None,
        },
        kind,
        body,
        personal,
        ctx.now,
    );
}

/// Appends one event of the company.
pub fn company(tx: &mut Tx, ctx: &Ctx, subject: &str, id: &str, kind: &str, body: Value, personal: &[&str]) {
    write(
        tx,
        ctx,
        COMPANY,
        Subject {
            kind: subject,
            id,
            case: None,
        },
        kind,
        body,
        personal,
        ctx.now,
    );
}

#[expect(
    clippy::too_many_arguments,
    reason = "the columns of one journal line, named at the three callers above"
)]
fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    site: &str,
    s: Subject<'_>,
    kind: &str,
    body: Value,
    personal: &[&str],
    happened_at: i64,
) {
    debug_assert!(
        KINDS.contains(&kind)
            || domain::case::Fact::KINDS.contains(&kind)
            || domain::visit::Fact::KINDS.contains(&kind)
            || domain::emergency::Fact::KINDS.contains(&kind),
        "{kind} is not in journal::KINDS"
    );
    debug_assert!(SUBJECTS.contains(&s.kind), "{} is not in journal::SUBJECTS", s.kind);
    let (actor_kind, actor_id) = ctx.actor_ref();
    let entry = NewEntry {
        site_id: site.to_owned(),
        event_id: ctx.id(),
        happened_at,
        recorded_at: ctx.now,
        actor_kind: actor_kind.to_owned(),
        actor_id,
        via: ctx.via.to_owned(),
        subject_kind: s.kind.to_owned(),
        subject_id: s.id.to_owned(),
        case_id: s.case.map(str::to_owned),
        kind: kind.to_owned(),
        body,
        personal: Vec::new(),
        ip: (!ctx.ip.is_empty()).then(|| ctx.ip.clone()),
        secret: ctx.ids.hex(16),
    };
    tx.journal(entry.personal(personal, s.kind, s.id));
    let (live, site) = (ctx.live.clone(), ctx.site.clone());
    tx.after_commit(move || live.changed(&site));
}

/// What a reader of the journal looks for.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The company's own chain (accounts, sign-ins) instead of the open site's.
    pub company: bool,
    pub subject_kind: Option<String>,
    pub actor: Option<String>,
    pub kind: Option<String>,
    /// Recorded from this instant on…
    pub from: Option<i64>,
    /// … and before this one.
    pub until: Option<i64>,
    /// Go on before this number.
    pub before: Option<i64>,
}

/// What was found, newest first, and where to go on. The search of one look has an end: `next` may come with few entries.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub entries: Vec<Entry>,
    pub next: Option<i64>,
}

/// Entries of one page, and numbers that one look goes through at most.
const PAGE: usize = 50;
const SPAN: i64 = 4_000;
const MOST: i64 = 40_000;

/// Reads the journal of the open site, or the company's.
///
/// # Errors
/// `Forbidden` without the right to read the journal; the company's chain needs a right that reaches every site.
pub fn look(c: &mut Conn, ctx: &Ctx, l: &Look) -> Res<Found> {
    let reach = ctx.need(Action::ReadJournal)?;
    if l.company && reach < Reach::All {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let site = if l.company { COMPANY } else { ctx.site.as_str() };
    let last = match l.until {
        Some(t) => store::journal::first_since(c, site, t)?,
        None => store::journal::head(c, site)?.seq + 1,
    };
    let first = l.from.map_or(Ok(1), |t| store::journal::first_since(c, site, t))?;
    let mut before = l.before.unwrap_or(i64::MAX).min(last);
    let stop = before.saturating_sub(MOST).max(first);
    let mut found = Found::default();
    while before > stop && found.entries.len() < PAGE {
        let low = before.saturating_sub(SPAN).max(stop);
        let limit = i64::try_from(PAGE - found.entries.len()).unwrap_or(1);
        let hits = store::journal::look(
            c,
            &store::journal::Look {
                site: site.to_owned(),
                before,
                low,
                subject_kind: l.subject_kind.clone(),
                actor: l.actor.clone(),
                kind: l.kind.clone(),
                limit,
            },
        )?;
        let full = hits.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        before = if full { hits.last().map_or(low, |e| e.seq) } else { low };
        found.entries.extend(hits);
    }
    found.next = (before > first).then_some(before);
    let hidden = Hidden::from(c, ctx)?;
    found.entries.retain(|e| shows(&hidden, e));
    Ok(found)
}

/// What happened at the open site after a number, oldest first, for programs that follow it.
///
/// # Errors
/// `Forbidden` without the right to read the journal.
pub fn since(c: &mut Conn, ctx: &Ctx, seq: i64, limit: i64) -> Res<Vec<Entry>> {
    ctx.need(Action::ReadJournal)?;
    let mut entries = store::journal::since(c, ctx.site.as_str(), seq, limit)?;
    let hidden = Hidden::from(c, ctx)?;
    entries.retain(|e| shows(&hidden, e));
    Ok(entries)
}

/// A complaint and what it came of are not in the journal of the person whom it is about.
fn shows(hidden: &Hidden, e: &Entry) -> bool {
    e.case_id.as_deref().is_none_or(|id| hidden.shows(id))
        && (e.subject_kind != "case" || hidden.shows(&e.subject_id))
        && (e.subject_kind != "contact" || hidden.shows_contact(&e.subject_id))
        && (e.subject_kind != "investigation" || hidden.shows_investigation(&e.subject_id))
}

/// What happened to one thing, newest first, before a number.
///
/// # Errors
/// `Forbidden` without the right to read the journal.
pub fn of(c: &mut Conn, ctx: &Ctx, kind: &str, id: &str, before: i64) -> Res<Found> {
    ctx.need(Action::ReadJournal)?;
    let limit = i64::try_from(PAGE).unwrap_or(50);
    let mut entries = match kind {
        // A case's story is everything that belongs to it.
        "case" => store::journal::for_case(c, ctx.site.as_str(), id, before, limit)?,
        _ => store::journal::for_subject(c, ctx.site.as_str(), kind, id, before, limit)?,
    };
    if entries.is_empty() && before == i64::MAX && ctx.reach(Action::ReadJournal) == Reach::All {
        entries = store::journal::for_subject(c, COMPANY, kind, id, before, limit)?;
    }
    let hidden = Hidden::from(c, ctx)?;
    entries.retain(|e| shows(&hidden, e));
    let next = (entries.len() == PAGE).then(|| entries.last().map_or(0, |e| e.seq));
    Ok(Found { entries, next })
}
