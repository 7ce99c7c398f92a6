//! Secret addresses for one case and one purpose (COM-30), the codes for them, and what tells a customer's device from a
//! member of staff's.

use domain::ids::{CaseId, LinkId, MessageId, OrderId, PersonId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// A secret address. The secret itself is not kept, only its hash.
    #[derive(Debug, Clone)]
    pub struct Link {
        pub id: LinkId, pub token_hash: String, pub site_id: SiteId, pub purpose: String, pub case_id: CaseId,
        pub order_id: Option<OrderId>, pub created_by: String, pub created_at: i64, pub expires_at: i64,
        pub used_at: Option<i64>, pub withdrawn_at: Option<i64>, pub opened: i64,
    }
}

impl Link {
    /// The member of staff who saw the secret: who made the link at a page, or whose own number it went to.
    pub fn shown_to(&self) -> Option<StaffId> {
        self.created_by.strip_prefix("staff:").map(StaffId::from)
    }
}

row! {
    /// A code that was sent for a link.
    #[derive(Debug, Clone)]
    pub struct LinkCode {
        pub id: String, pub link_id: LinkId, pub message_id: MessageId, pub code_hash: String, pub created_at: i64,
        pub expires_at: i64, pub attempts: i64, pub used_at: Option<i64>,
    }
}

row! {
    /// What was typed into a form behind a link and not sent.
    #[derive(Debug, Clone)]
    pub struct LinkDraft { pub link_id: LinkId, pub kind: String, pub body: String, pub updated_at: i64 }
}

sql! {
    pub fn insert(row: &Link) { insert "link" }
    pub fn get(site: &SiteId, id: &LinkId) -> Option<Link> {
        "SELECT ", Link::COLS, " FROM link WHERE site_id = $1 AND id = $2"
    }
    pub fn by_hash(token_hash: &str) -> Option<Link> { "SELECT ", Link::COLS, " FROM link WHERE token_hash = $1" }
    /// Newest first.
    pub fn of_case(case: &CaseId) -> Vec<Link> {
        "SELECT ", Link::COLS, " FROM link WHERE case_id = $1 ORDER BY created_at DESC, id DESC LIMIT 50"
    }
    pub fn opened(id: &LinkId) { "UPDATE link SET opened = opened + 1 WHERE id = $1" }
    /// 1 for the first use, 0 afterwards.
    pub fn use_once(id: &LinkId, now: i64) -> u64 { "UPDATE link SET used_at = $2 WHERE id = $1 AND used_at IS NULL" }
    pub fn withdraw(id: &LinkId, now: i64) -> u64 {
        "UPDATE link SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL"
    }

    pub fn code_insert(row: &LinkCode) { insert "link_code" }
    /// The last code that was sent for a link.
    pub fn code_last(link: &LinkId) -> Option<LinkCode> {
        "SELECT ", LinkCode::COLS, " FROM link_code WHERE link_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1"
    }
    pub fn code_tried(id: &str) { "UPDATE link_code SET attempts = attempts + 1 WHERE id = $1" }
    pub fn code_used(id: &str, now: i64) { "UPDATE link_code SET used_at = $2 WHERE id = $1" }

    pub fn draft_put(link: &LinkId, kind: &str, body: &str, now: i64) {
        "INSERT INTO link_draft (link_id, kind, body, updated_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (link_id, kind) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at"
    }
    pub fn draft(link: &LinkId, kind: &str) -> Option<LinkDraft> {
        "SELECT ", LinkDraft::COLS, " FROM link_draft WHERE link_id = $1 AND kind = $2"
    }
    pub fn draft_drop(link: &LinkId, kind: &str) { "DELETE FROM link_draft WHERE link_id = $1 AND kind = $2" }

    /// When this number of this person was confirmed, if it was and is not marked as wrong.
    pub fn confirmed_at(site: &SiteId, person: &PersonId, number: &str) -> Option<i64> {
        "SELECT COALESCE(confirmed_at, 0) AS at FROM person_phone WHERE site_id = $1 AND person_id = $2 AND number = $3 \
         AND confirmed_at IS NOT NULL AND wrong_at IS NULL"
    }
    /// How the archive says that a person is to be addressed.
    pub fn gender(person: &PersonId) -> Option<String> { "SELECT gender FROM person WHERE id = $1" }
    /// An account with this phone number: what is sent there is read by staff.
    pub fn staff_with_phone(number: &str) -> Option<StaffId> {
        "SELECT id FROM staff WHERE phone = $1 OR REPLACE(REPLACE(phone, ' ', ''), '-', '') = $1 ORDER BY id LIMIT 1"
    }
    /// Sessions of staff that were at this address with this kind of browser since an instant, ended ones included.
    pub fn staff_sessions_at(ip: &str, agent: &str, since: i64) -> i64 {
        "SELECT count(*) AS n FROM session WHERE ip = $1 AND agent = $2 AND seen_at > $3"
    }
}
